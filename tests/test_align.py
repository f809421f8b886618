"""Wrong formulas: every change of the catalogue, written as text and handed in, is named; so are pairs and what is carried.

The formulas are the true adjoints of gated cells with one thing changed. What is named has to be the row that was used, or
one that makes the same formula. Formulas that have nothing to do with the true one get nothing, and hostile ones an answer.
"""

import time
import zlib
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from test_diagnose import diagnosed, problem

from rnn_hw.lang.mistakes.alike import form
from rnn_hw.lang.mistakes.alternatives import terms, total
from rnn_hw.lang.mistakes.catalogue import MISTAKES
from rnn_hw.lang.mistakes.changes import Surroundings, formulas_with
from rnn_hw.lang.notation import source
from rnn_hw.lang.parse import parse_quantity
from rnn_hw.lang.tree import Equation, Name, Node
from rnn_hw.problem import Problem, load_problem
from rnn_hw.results import Report

PROBLEMS = Path(__file__).resolve().parent.parent / "problems"
GATED = """kind: bptt
equations: |
  z[t] = sigmoid(w_zx*x[t] + w_zh*h[t-1])
  n[t] = tanh(w_nx*x[t] + w_nh*h[t-1])
  h[t] = (1 - z[t])*n[t] + z[t]*h[t-1]
loss: 0.5*sum[t]((h[t] - y[t])**2)
ask: [h_bar, z_bar, n_bar, w_zx_bar, w_nh_bar]
"""


@cache
def about(name: str) -> Problem:
    return problem(GATED) if name == "gated" else load_problem(PROBLEMS / f"{name}.yaml")


@cache
def around(name: str) -> Surroundings:
    context = about(name).setup.context
    assert context is not None
    return Surroundings(context.program, context.shapes)


def true(name: str, key: str) -> Equation:
    target = parse_quantity(key)
    (found,) = [e for e in around(name).program.equations if e.name == target.name]
    return Equation(target, found.formula)


def keys(name: str) -> list[str]:
    return [line.key for line in about(name).lines if line.form == "formula" and line.asked]


def variants(name: str, target: Name, formula: Node, code: str) -> list[Node]:
    """What one row makes of a formula, without what only orders its factors anew."""
    made = formulas_with(MISTAKES[code], around(name).here(Equation(target, formula)))
    return [changed for _, _, changed in made if form(changed) != form(formula)]


def checked(name: str, **formulas: "Node | str") -> Report:
    """The report on some formulas, `h_bar` for `h_bar[t]`."""
    sheet = {}
    for key, formula in formulas.items():
        line = next(k for k in keys(name) if k in (key, f"{key}[t]"))
        sheet[line] = f'"{formula if isinstance(formula, str) else source(formula)}"'
    return diagnosed(about(name), sheet)


def codes(report: Report) -> list[str]:
    return [d.mistake for d in report.diagnoses]


# --- one change ---------------------------------------------------------------------------------------------------------

ROWS = [code for code, row in MISTAKES.items() if row.scope != "program" and (row.rules or row.change)]
# What no adjoint of these cells has: a sigmoid written out, a root, a quotient, a matrix, entries, a number, a count.
ABSENT = {
    "sigmoid-sign", "hard-sigmoid", "root-left-out", "quotient-turned", "factor-below", "transposed",
    "joined-in-another-order", "entry-left-out", "count-off-by-one", "decimal-slip", "constant-complement",
    "step-frozen", "step-off-by-one", "root-added", "gate-before-the-product",
}  # fmt: skip


@cache
def every(name: str, code: str) -> list[tuple[str, Node]]:
    """What a row makes of all the formulas that are asked."""
    return [(key, v) for key in keys(name) for v in variants(name, parse_quantity(key), true(name, key).formula, code)]


@pytest.mark.parametrize("code", [code for code in ROWS if code not in ABSENT])
def test_a_change_is_named_by_its_row_or_by_one_that_makes_the_same(code: str) -> None:
    random = np.random.default_rng(zlib.crc32(code.encode()))
    found = [(name, *one) for name in ("gated", "lstm_gradient") for one in every(name, code)]
    for k in random.permutation(len(found))[:1]:
        name, key, changed = found[k]
        report = checked(name, **{key.removesuffix("[t]"): changed})
        (verdict,) = [v.verdict for v in report.verdicts if v.key == key]
        if verdict == "correct":
            assert code == "argument-sign"  # tanh(-c)**2 is tanh(c)**2
            continue
        (one,) = codes(report)
        made = {form(v) for v in variants(name, parse_quantity(key), true(name, key).formula, one)}
        assert one == code or form(changed) in made, source(changed)
        assert report.diagnoses[0].explains == report.diagnoses[0].place == (key,)


def test_every_row_but_the_listed_has_something_to_change() -> None:
    assert {code for code in ROWS if not every("lstm_gradient", code) and not every("gated", code)} == ABSENT


# --- several changes ----------------------------------------------------------------------------------------------------

PAIRS = [
    ("term-left-out", "wrong-step"), ("factor-twice", "inverse-for-derivative"), ("gradient-left-out", "wrong-step"),
    ("slope-at-the-sum", "other-quantity"), ("square-left-out", "loss-as-one"), ("slope-left-out", "gradient-left-out"),
    ("complement", "slope-of-another"), ("inverse-for-derivative", "loss-as-one"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_pair_in_different_terms(one: str, other: str) -> None:
    """Of the five terms that come back to h, two are changed in the way of one row each."""
    random = np.random.default_rng(4)
    equation = true("lstm_gradient", "h_bar[t]")
    parts = terms(equation.formula)
    assert len(parts) == 5
    made = {c: [(k, v) for k, (_, part) in enumerate(parts) for v in variants("lstm_gradient", equation.target, part, c)]
            for c in {one, other} - {"term-left-out"}}  # fmt: skip
    last = made[other][random.integers(len(made[other]))]
    parts[last[0]] = (False, last[1])
    if one == "term-left-out":
        parts.pop(next(k for k in (1, 2) if k != last[0]))
    else:
        k, changed = next(made[one][n] for n in random.permutation(len(made[one])) if made[one][n][0] != last[0])
        parts[k] = (False, changed)
    assert set(codes(checked("lstm_gradient", h_bar=total(parts)))) == {one, other}


def test_two_changes_within_one_factor() -> None:
    """The inverse of the sum for the derivative, and in the sum the state of the wrong step, as on sheet 000."""
    wrong = source(true("lstm_gradient", "h_bar[t]").formula).replace(
        "o[t+1]*(1 - o[t+1])", "logit(w_ox*x[t+1] + w_oh*h[t+1])"
    )
    report = checked("lstm_gradient", h_bar=wrong)
    assert sorted(codes(report)) == ["inverse-for-derivative", "wrong-step"]
    step = next(d for d in report.diagnoses if d.mistake == "wrong-step")
    assert "h[t+1]" in step.message
    assert "h[t] belongs there" in step.reveals


def test_the_sign_and_what_comes_back_of_sheet_002() -> None:
    report = checked("lstm_gradient_mse", h_bar="y[t] - h[t]")
    assert sorted(codes(report)) == ["difference-turned", "next-step-left-out"]


def test_a_mistake_made_in_two_formulas_is_said_once() -> None:
    report = checked(
        "lstm_gradient", f_bar="c_bar[t]*c[t+1]", c_bar="h_bar[t]*o[t]*(1 - tanh(c[t])^2) + c_bar[t+1]*f[t]"
    )
    (one,) = report.diagnoses
    assert one.mistake == "wrong-step"
    assert set(one.place) == set(one.explains) == {"c_bar[t]", "f_bar[t]"}


# --- what is carried ----------------------------------------------------------------------------------------------------


def test_what_carries_a_wrong_formula_on_is_explained_by_it() -> None:
    """c_bar has lost what comes back; i_bar has c_bar written out as it stands there."""
    c_bar = "h_bar[t]*o[t]*(1 - tanh(c[t])^2)"
    report = checked("lstm_gradient", c_bar=c_bar, i_bar=f"({c_bar})*g[t]")
    assert [v.verdict for v in report.verdicts if v.key in ("c_bar[t]", "i_bar[t]")] == ["wrong", "carried"]
    (one,) = report.diagnoses
    assert one.mistake == "term-left-out"
    assert one.place == ("c_bar[t]",)
    assert one.explains == ("c_bar[t]", "i_bar[t]")


def test_of_a_formula_that_carries_and_adds_a_mistake_only_that_is_said() -> None:
    """Besides, i_bar has i for g."""
    c_bar = "h_bar[t]*o[t]*(1 - tanh(c[t])^2)"
    report = checked("lstm_gradient", c_bar=c_bar, i_bar=f"({c_bar})*i[t]")
    assert {d.mistake: d.place for d in report.diagnoses} == {
        "term-left-out": ("c_bar[t]",),
        "other-quantity": ("i_bar[t]",),
    }


# --- where nothing is to be said ----------------------------------------------------------------------------------------

UNRELATED = [
    ("h_bar", "w_ix*w_ih*w_fx*w_fh + x[t]"), ("c_bar", "tanh(x[t])*w_gh"),
    ("i_bar", "exp(h[t]) - c[t]*i[t]/f[t]"), ("w_ix_bar", "softplus(w_gx)*w_gx + max(w_gh, 0)"),
    ("o_bar", "o[t]*o[t]*o[t]*o[t] - f[t]/g[t]"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "text"), UNRELATED)
def test_an_unrelated_formula_gets_nothing(key: str, text: str) -> None:
    assert not codes(checked("lstm_gradient", **{key: text}))


@pytest.mark.parametrize("key", keys("lstm_gradient_mse"))
def test_a_right_formula_gets_nothing(key: str) -> None:
    report = checked("lstm_gradient_mse", **{key.removesuffix("[t]"): true("lstm_gradient_mse", key).formula})
    assert next(v.verdict for v in report.verdicts if v.key == key) == "correct"
    assert not report.diagnoses


HOSTILE = {
    "a hundred operations": " + ".join(f"x[t-{k % 2}]*h[t]/{k}" for k in range(1, 51)),
    "a hundred factors": "*".join(f"(h[t] + {k})" for k in range(1, 51)),
    "deep brackets": "(" * 40 + "h_bar[t+1]" + " + 1)" * 40,
    "deep functions": "tanh(" * 40 + "h[t]" + ")" * 40,
    "all its terms and more": "h_direct[t] + " + " + ".join(
        f"{g}_bar[t+1]*{g}[t+1]*(1 - {g}[t{k:+d}])*w_{g}h" for g in "ifo" for k in (1, 2, 3)),
    "nothing but infinity": "1/(h[t] - h[t])",
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_formula_ends_quickly(what: str) -> None:
    start = time.process_time()
    report = checked("lstm_gradient", h_bar=HOSTILE[what])
    assert report.searched
    assert time.process_time() - start < 6
