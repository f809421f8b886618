"""The catalogue of mistakes: every row by one generic check, and the matching of rules.

A row has to be readable, to be found somewhere, and to change what it is applied to: in every bundled problem each change
keeps the shape of its equation and gives other values at random points, but for the few that are listed with a reason. The
same checks must notice planted faults. What a rule makes of a formula is compared with formulas written out by hand.
"""

import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from rnn_hw.kinds.kind import Context
from rnn_hw.lang.identity import STEPS, World, value_at, world
from rnn_hw.lang.mistakes import catalogue
from rnn_hw.lang.mistakes.alike import form
from rnn_hw.lang.mistakes.catalogue import MISTAKES
from rnn_hw.lang.mistakes.changes import Surroundings, changes, formulas_with
from rnn_hw.lang.mistakes.rules import ANY, OTHER_CONVENTION, PIECE, Change, Mistake, rewritten, rule
from rnn_hw.lang.notation import source
from rnn_hw.lang.parse import parse_formula, parse_program
from rnn_hw.lang.rewrite import names_in, substitute
from rnn_hw.lang.shapes import shape_of
from rnn_hw.lang.tree import Name, Node, Num
from rnn_hw.problem import Problem, load_problem

PROBLEMS = Path(__file__).resolve().parent.parent / "problems"
ONLY_ALIGNED = {"term-added", "factor-added"}  # what they would add is not known before the person's formula is
SMALL = """
    s[t] = softplus(w*x[t] + u*s[t-1]) + exp(-x[t])
    p[t] = softmax(V @ [s[t], x[t]])
    loss = mean[t](sum(p[t]**3))
"""


# --- where mistakes can be made -----------------------------------------------------------------------------------------


class Place(NamedTuple):
    """A program that is asked about somewhere, and random trajectories of it."""

    problem: str
    around: Surroundings
    world: World


def contexts(found: Problem) -> list[Context]:
    every = {id(typed.context): typed.context for typed in found.setup.formulas.values()}
    if found.setup.context is not None:
        every[id(found.setup.context)] = found.setup.context
    return list(every.values())


@cache
def places() -> tuple[Place, ...]:
    found = []
    for path in sorted(PROBLEMS.glob("*.yaml")):
        if path.stem.startswith("assignment") or path.stem == "rnn_by_hand_formulas":
            continue
        problem = load_problem(path)
        conventions = problem.setup.conventions()
        for context in contexts(problem):
            where = world(context.program, context.shapes, context.fixed, context.steps or STEPS)
            numbers = {n for n, shape in context.shapes.items() if not shape and n not in context.program.names}
            constants = frozenset(numbers - {"t"})
            found.append(Place(path.stem, Surroundings(context.program, context.shapes, constants, conventions), where))
    program = parse_program(SMALL)
    shapes: dict[str, tuple[int, ...]] = {"w": (), "u": (), "V": (2, 2), "x": (), "s": (), "p": (2,), "loss": ()}
    found.append(Place("small", Surroundings(program, shapes), world(program, shapes)))
    return tuple(found)


@cache
def made() -> tuple[tuple[Place, str, tuple[Change, ...]], ...]:
    """Every change of every equation."""
    return tuple((p, e.name, changes(e.name, p.around)) for p in places() for e in p.around.program.equations)


# --- what is wrong with a row, and with a change ------------------------------------------------------------------------


def unreadable(row: Mistake) -> list[str]:
    """The texts of a row that are no phrases as the house writes them."""
    phrases = [row.title, row.reason, row.mend]
    wrong = [p for p in phrases if not p or p != p.strip() or "  " in p or "\n" in p or p[-1] in ".!"]
    wrong += [p for p in phrases if re.match(r"[A-Z][a-z]", p)]
    return wrong + [row.code] * (re.fullmatch(r"[a-z]+(-[a-z]+)*", row.code) is None)


def idle_rules(row: Mistake) -> list[str]:
    """The rules that do not fit the very formula they describe, or leave it as it is, or name a part from nowhere."""
    wrong = []
    for text in row.rules:
        pattern, result = rule(text)
        bound = {n.name for n in names_in(pattern)}
        example = substitute(pattern, lambda n: Name(f"u_{n.name}"))
        changed = rewritten(rule(text), example)
        if changed is None or form(changed) == form(example) or not {n.name for n in names_in(result)} <= bound | {"t"}:
            wrong.append(text)
    return wrong


def misshapen(place: Place, found: tuple[Change, ...]) -> list[Change]:
    """The changes that give a formula another shape than its equation has."""
    shapes, program = place.around.shapes, place.around.program
    lookup = lambda n: shapes.get(n.name, ())  # noqa: E731
    true = {e.name: shape_of(e.formula, lookup) for e in program.equations}
    return [c for c in found if any(shape_of(f, lookup) != true[name] for name, f in c.formulas.items())]


def twice(found: tuple[Change, ...]) -> list[Change]:
    """The changes that make the same formulas as another one, but for the order of terms and factors."""
    keys = [frozenset((name, form(f)) for name, f in c.formulas.items()) for c in found]
    return [c for c, key in zip(found, keys, strict=True) if keys.count(key) > 1]


def without_effect(place: Place, name: str, found: tuple[Change, ...]) -> list[Change]:
    """The changes of one equation alone that leave its value as it is at random points."""
    equation, steps = place.around.program.get(name), place.world.result.steps
    assert equation is not None
    times = [0] if equation.target.time is None else sorted({min(2, steps), max(steps - 1, 1), steps})
    true = {t: value_at(equation.formula, t, place.world) for t in times}
    return [c for c in found if c.formulas.keys() == {name} and not _differs(place, c.formulas[name], true)]


def _differs(place: Place, formula: Node, true: dict[int, np.ndarray]) -> bool:
    for t, value in true.items():
        try:
            other = value_at(formula, t, place.world)
        except (LookupError, ValueError):
            return True  # a step that is not there
        usable = np.isfinite(value) & np.isfinite(other)
        if (np.isfinite(value) != np.isfinite(other)).any() or (np.abs(value - other) > 1e-9)[usable].any():
            return True
    return False


# What changes nothing, and why. Whether a person does it cannot be seen in any number.
_EVEN = "the square of a − b is that of b − a"
_SIZE = "the size of another quantity of the shape"
_EPSILON = ("decimal-slip", "root-of-the-parts", "sign-turned", "term-left-out", "term-twice")
_SIZES = ("wrong-step", "other-quantity")
EQUAL = {
    ("gru", "loss", "difference-turned"): _EVEN, ("lstm_forward", "mse", "difference-turned"): _EVEN,
    **{(f"lstm_gradient_{k}", "loss", "difference-turned"): _EVEN for k in ("mse", "numbers")},
    ("own_cell", "loss", "difference-turned"): _EVEN,
    ("rnn_by_hand", "loss", "difference-turned"): _EVEN,
    **{(f"lstm_gradient{k}", "c_bar", "argument-sign"): "tanh(−c)² is tanh(c)²" for k in ("", "_mse", "_numbers")},
    ("lstm_forward", "mse", "mean-for-sum"): "the mean of one entry",
    **{("lstm_forward", f"dim_{g}", code): _SIZE for g in "fiogch" for code in _SIZES},
    **{("lstm_forward", f"dim_{g}", "complement"): _SIZE for g in "fio"},
    ("rnn_by_hand", "a", "exchanged"): "a number times a vector is the vector times the number",
    ("rnn_by_hand", "a_bar", "factor-twice"): "the square of 0 or 1",
    ("rnn_gradient", "h_bar", "losses-left-out"): "there is no loss but the last",
    **{("adam_step", n, "state-not-carried"): "a single step starts from the first state" for n in ("m", "v", "theta")},
    **{("adam_step", "theta", code): "epsilon is 1e-8" for code in _EPSILON},
}  # fmt: skip
# Threshold nets and the numbers at 0 are left out of this: a step, and tanh(0), are the same for many arguments.
ROUGH = {"binary_addition", "subtraction", "adding_three", "vanishing_gradient", "vanishing_matrix"}


# --- every row ----------------------------------------------------------------------------------------------------------


def test_codes_are_unique() -> None:
    assert Counter(row.code for row in catalogue._ROWS) == Counter(MISTAKES.keys())
    assert all(code == row.code for code, row in MISTAKES.items())


@pytest.mark.parametrize("code", MISTAKES)
def test_a_row_is_well_formed(code: str) -> None:
    row = MISTAKES[code]
    assert not unreadable(row)
    assert not idle_rules(row)
    assert row.scope in ("part", "name", "formula", "program")
    assert 1 < row.bits < 8
    assert (not row.rules and row.change is None) == (code in ONLY_ALIGNED | {OTHER_CONVENTION})
    assert row.scope == "part" or not row.rules
    assert not row.habit or row.rules


def test_every_row_is_found_somewhere() -> None:
    assert {c.code for _, _, found in made() for c in found} == set(MISTAKES) - ONLY_ALIGNED


def test_every_change_keeps_the_shape() -> None:
    assert [(p.problem, name, c) for p, name, found in made() for c in misshapen(p, found)] == []


def test_no_two_changes_of_an_equation_are_one() -> None:
    assert [(p.problem, name, c) for p, name, found in made() for c in twice(found)] == []


def test_every_change_changes_the_value() -> None:
    smooth = [m for m in made() if m[0].problem not in ROUGH]
    assert len(smooth) > 50
    equal = {(p.problem, name, c.code) for p, name, found in smooth for c in without_effect(p, name, found)}
    assert equal == set(EQUAL)


def test_choices_count_the_changes_of_the_row() -> None:
    for place, name, found in made():
        for change in found[::7]:
            row = MISTAKES[change.code]
            if row.code != OTHER_CONVENTION and row.scope != "program" and change.tag != "everywhere":
                (equation,) = [e for e in place.around.program.equations if e.name == name]
                assert change.choices == len(formulas_with(row, place.around.here(equation)))


# --- planted faults must be caught by the same checks -------------------------------------------------------------------

ROW = MISTAKES["sigmoid-sign"]


@pytest.mark.parametrize(
    "fault",
    [
        {"title": "the sign."}, {"title": ""}, {"reason": "The sign is another"}, {"mend": "turn  it"},
        {"mend": "turn\nit"}, {"code": "sigmoid_sign"}, {"code": "Sigmoid"}, {"reason": " the sign"},
    ],
)  # fmt: skip
def test_an_unreadable_row_is_caught(fault: dict[str, str]) -> None:
    assert unreadable(ROW._replace(**fault))  # type: ignore[arg-type]
    assert not unreadable(ROW)


@pytest.mark.parametrize(
    "text",
    [
        "a + b -> b + a",  # the same sum
        "a/b/c -> a/(b*c)",
        "sigmoid(a) -> sigmoid(a)",
        "k*(1 - k) -> 1",  # k stands for nothing, so that it never fits
        "a*b -> a*c",  # c comes from nowhere
    ],
)
def test_an_idle_rule_is_caught(text: str) -> None:
    assert idle_rules(ROW._replace(rules=(*ROW.rules, text))) == [text]


def test_a_change_of_shape_or_without_effect_or_made_twice_is_caught() -> None:
    place = next(p for p in places() if p.problem == "gru")
    good = changes("h", place.around)
    assert not misshapen(place, good)
    bad = Change("x", {"h": parse_formula("sum(h[t-1])")})
    idle = Change("x", {"h": parse_formula("z[t]*h[t-1] + n[t] - z[t]*n[t]")})
    assert misshapen(place, (*good, bad)) == [bad]
    assert without_effect(place, "h", (*good, idle)) == [idle]
    again = good[0]._replace(code="x")
    assert twice((*good, again)) == [good[0], again]


# --- what a rule makes of a formula -------------------------------------------------------------------------------------


def variants(code: str, formula: str, **shapes: tuple[int, ...]) -> list[str]:
    """All that a row makes of a formula, sorted."""
    program = parse_program(f"r[t] = {formula}" if "[t" in formula else f"r = {formula}")
    sizes = {n.name: () for n in names_in(program.equations[0].formula)} | shapes
    here = Surroundings(program, {**sizes, "r": shape_of(program.equations[0].formula, lambda n: sizes[n.name]) or ()})
    return sorted(source(f) for _, _, f in formulas_with(MISTAKES[code], here.here(program.equations[0])))


NET = {"W": (2, 2), "U": (2, 2), "b": (2,), "x": (2,), "h": (2,)}
BY_HAND: list[tuple[str, str, list[str], dict[str, tuple[int, ...]]]] = [
    ("term-left-out", "W @ x[t] + U @ h[t] + b", ["U @ h[t] + b", "W @ x[t] + U @ h[t]", "W @ x[t] + b"], NET),
    ("term-left-out", "u - v - w", ["-v - w", "u - v", "u - w"], {}),
    ("term-left-out", "u*(v + w)", ["u*v", "u*w"], {}),
    ("sign-turned", "u + v - w", ["u + v + w", "u - v - w", "v - u - w"], {}),
    ("factor-left-out", "u*v*w", ["u*v", "u*w", "v*w"], {}),
    ("factor-left-out", "W @ x[t] + b", ["x[t] + b"], NET),  # W + b is no sum
    ("difference-turned", "mean((u - v)**2) + w", ["mean((v - u)**2) + w"], {"u": (2,), "v": (2,)}),
    ("sigmoid-sign", "sigmoid(u)*tanh(v)", ["sigmoid(-u)*tanh(v)"], {}),
    ("activation-left-out", "sigmoid(u)*tanh(v)", ["sigmoid(u)*v", "u*tanh(v)"], {}),
    ("square-left-out", "u**2 + v**3", ["u + v**3", "u**2 + v"], {}),
    ("root-left-out", "u/(sqrt(v) + w)", ["u/(v + w)"], {}),
    ("factor-below", "u - v*w/(sqrt(k) + m)",
     ["u - v/(w*(sqrt(k) + m))", "u - w/(v*(sqrt(k) + m))", "u - 1/(v*w*(sqrt(k) + m))"], {}),
    ("slope-left-out", "u*v*(1 - v)*w", ["u*w"], {}),  # as much as 1*w too, which has lost u
    ("root-of-the-parts", "u/(1 - v**2)", ["u/(1 - v)**2"], {}),
    ("brackets-left-out", "u*(v - w)", ["u*v - w"], {}),
    ("mean-for-sum", "mean(x[t]) + u", ["sum(x[t]) + u"], NET),
    ("joined-in-another-order", "[u, x[t]]", ["[x[t], u]"], {"u": (2,), "x": (2,)}),
    ("power-as-product", "u**2", ["2*u"], {}),
    ("quotient-turned", "u/v", ["v/u"], {}),
    ("wrong-step", "u[t-1]", ["u[t+1]", "u[t]"], {}),
    ("sum-left-out", "sum[s](u[s] + v[s-1])", ["u[1] + v[0]", "u[T] + v[T-1]"], {}),
    ("exchanged", "u*v + w*p_1", ["p_1*v + w*u", "u*p_1 + w*v", "u*w + v*p_1", "w*v + u*p_1"], {}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "formula", "wanted", "shapes"), BY_HAND)
def test_a_row_by_hand(code: str, formula: str, wanted: list[str], shapes: dict[str, tuple[int, ...]]) -> None:
    """Exactly these formulas, and each once, whatever the order of terms in which they were written here."""
    if code == "exchanged":  # two of the six pairs only change the order of factors
        found = {form(parse_formula(v)) for v in variants(code, formula, **shapes)} - {form(parse_formula(formula))}
        assert found == {form(parse_formula(w)) for w in wanted}
        return
    assert variants(code, formula, **shapes) == sorted(wanted)


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("slope-at-the-sum", "g*(w*(v*(1 - v)))"),
        ("slope-of-the-result", "g*(w*(sigmoid(y)*(1 - sigmoid(y))))"),
        ("slope-of-another", "g*(w*(1 - y**2))"),
    ],
)
def test_the_slope_in_a_product_of_products_keeps_every_factor_before_it(code: str, wanted: str) -> None:
    program = parse_program("y = sigmoid(v)\nr = g*(w*y*(1 - y))")
    here = Surroundings(program, dict.fromkeys("yvgwr", ()))
    found = [f for _, _, f in formulas_with(MISTAKES[code], here.here(program.equations[1]))]
    assert [form(f) for f in found] == [form(parse_formula(wanted))]


def test_a_piece_is_no_chain_of_the_rules_own_operation() -> None:
    """`p + b` fits the first of all terms alone: u + v + w is (u + v) + w, and p is never u + v."""
    first = rule("p + b -> b")
    assert rewritten(first, parse_formula("u + v + w")) is None
    assert rewritten(first, parse_formula("u - v + w")) is None
    assert rewritten(first, parse_formula("u*v + w")) == parse_formula("w")
    assert rewritten(rule("p*b -> b"), parse_formula("u*v*w")) is None
    assert rewritten(rule("p*b -> b"), parse_formula("(u + v)*w")) == parse_formula("w")
    assert rewritten(rule("a + b -> b"), parse_formula("u + v + w")) == parse_formula("w")  # any part may


def test_the_same_letter_twice_is_the_same_part_twice() -> None:
    slope = rule("b*(1 - b) -> 1")
    assert rewritten(slope, parse_formula("tanh(u)*(1 - tanh(u))")) == Num(1)
    assert rewritten(slope, parse_formula("u[t]*(1 - u[t-1])")) is None
    assert rewritten(slope, parse_formula("u*(1 - v)")) is None
    assert rewritten(slope, parse_formula("u*(2 - u)")) is None


def test_letters_are_those_of_the_docstring() -> None:
    for row in MISTAKES.values():
        for text in row.rules:
            assert {n.name for side in rule(text) for n in names_in(side)} <= ANY | PIECE | {"t"}


def test_a_habit_is_made_in_every_line_at_once() -> None:
    """All three gates of the LSTM in one change, and each alone."""
    place = next(p for p in places() if p.problem == "lstm_forward")
    found = [c for c in changes("f", place.around) if c.code == "sigmoid-sign"]
    assert sorted(sorted(c.formulas) for c in found) == [["f"], ["f", "i", "o"]]
    whole = max(found, key=lambda c: len(c.formulas))
    assert {n: source(f) for n, f in whole.formulas.items()} == {n: f"sigmoid(-z_{n}[t])" for n in "fio"}
