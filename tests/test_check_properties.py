"""Checking as properties: sheets that honest people write are accepted, what they get wrong is noticed, and no sheet
changes what is said of another.

Every sheet is worked out here, line by line, in plain NumPy: a cell is a list of lines, and each line is a function of the
lines before it, so that a person who rounds on the way (or carries every digit, or makes a mistake) is one short loop.
"""

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rnn_hw import solve
from rnn_hw.answers import Sheet, answer_file
from rnn_hw.checking import bound, check_sheets
from rnn_hw.problem import Problem, read_problem
from rnn_hw.results import Report, Verdict
from rnn_hw.source import parse

Page = dict[str, Any]  # what a person holds in the calculator, by key
Place = tuple[str, int]

quick = settings(max_examples=25, deadline=None, derandomize=True)


class Cell(NamedTuple):
    """A problem file but for the place asked, and how each of its lines is computed from the ones before it."""

    text: str
    lines: Sequence[tuple[str, Callable[[Page], Any]]]

    def problem(self, place: Place | None = None) -> Problem:
        return read_problem(parse(self.text + (f"{place[0]}: {place[1]}\n" if place else ""), "problem.yaml"))


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def flow(given: Mapping[str, Any]) -> str:
    return "given:\n" + "".join(f"  {k}: {json.dumps(np.asarray(v).tolist())}\n" for k, v in given.items())


def lstm(seed: int, D: int = 2, H: int = 2, T: int = 2) -> Cell:
    rng = np.random.default_rng(seed)
    w: dict[str, Any] = {}
    for k in "fiog":
        w |= {f"W_{k}": rng.normal(size=(H, D)), f"U_{k}": rng.normal(size=(H, H)), f"b_{k}": rng.normal(size=H)}
    x, y, start = rng.normal(size=(T, D)), rng.normal(size=(T, H)), rng.normal(size=(2, H))
    lines: list[tuple[str, Callable[[Page], Any]]] = []

    def before(p: Page, name: str, t: int) -> Any:
        return p[f"{name}[{t - 1}]"] if t > 1 else start["hc".index(name)]

    for t in range(1, T + 1):
        for k in "fiog":
            lines.append(
                (
                    f"z_{k}[{t}]",
                    lambda p, k=k, t=t: w[f"W_{k}"] @ x[t - 1] + w[f"U_{k}"] @ before(p, "h", t) + w[f"b_{k}"],
                )
            )
            lines.append((f"{k}[{t}]", lambda p, k=k, t=t: (np.tanh if k == "g" else sigmoid)(p[f"z_{k}[{t}]"])))
        lines.append((f"c[{t}]", lambda p, t=t: p[f"f[{t}]"] * before(p, "c", t) + p[f"i[{t}]"] * p[f"g[{t}]"]))
        lines.append((f"h[{t}]", lambda p, t=t: p[f"o[{t}]"] * np.tanh(p[f"c[{t}]"])))
    lines.append(("mse", lambda p: np.mean([(p[f"h[{t}]"] - y[t - 1]) ** 2 for t in range(1, T + 1)])))
    given = w | {"x": x, "y": y, "h[0]": start[0], "c[0]": start[1]}
    ask = "ask: [z_f, f, z_i, i, z_o, o, z_g, g, c, h, mse]\n"
    return Cell("kind: lstm_forward\n" + flow(given) + ask, lines)


def adam(seed: int, shape: tuple[int, ...] = (2, 2), beta2: float = 0.999, steps: int = 1) -> Cell:
    """With `t: 2` and beta2 0.999, v_hat divides by 0.002: half a unit of v's third decimal is 250 of v_hat's."""
    rng = np.random.default_rng(seed)
    theta, m, grad = rng.normal(size=shape), rng.normal(size=shape), rng.normal(size=(steps, *shape))
    v = rng.uniform(0.5, 1.5, size=shape)
    first = 2
    lines: list[tuple[str, Callable[[Page], Any]]] = []

    def at(name: str, s: int) -> str:
        return name if steps == 1 else f"{name}[{s}]"

    def before(p: Page, name: str, s: int) -> Any:
        return p[at(name, s - 1)] if s > 1 else {"theta": theta, "m": m, "v": v}[name]

    for s in range(1, steps + 1):
        t = first + s - 1
        lines.append((at("m", s), lambda p, s=s: 0.9 * before(p, "m", s) + 0.1 * grad[s - 1]))
        lines.append((at("v", s), lambda p, s=s: beta2 * before(p, "v", s) + (1 - beta2) * grad[s - 1] ** 2))
        lines.append((at("m_hat", s), lambda p, s=s, t=t: p[at("m", s)] / (1 - 0.9**t)))
        lines.append((at("v_hat", s), lambda p, s=s, t=t: p[at("v", s)] / (1 - beta2**t)))
        lines.append(
            (
                at("theta", s),
                lambda p, s=s: before(p, "theta", s) - 0.1 * p[at("m_hat", s)] / (np.sqrt(p[at("v_hat", s)]) + 1e-8),
            )
        )
    given = {"theta": theta, "grad": grad if steps > 1 else grad[0], "m": m, "v": v}
    given |= {"beta1": 0.9, "beta2": beta2, "alpha": 0.1, "epsilon": 1e-8, "t": first}
    return Cell("kind: adam_step\n" + flow(given), lines)


def gru(seed: int, D: int = 2, H: int = 2, T: int = 2) -> Cell:
    rng = np.random.default_rng(seed)
    w: dict[str, Any] = {}
    for k in "rzn":
        w |= {f"W_{k}": rng.normal(size=(H, D)), f"U_{k}": rng.normal(size=(H, H)), f"b_{k}": rng.normal(size=H)}
    x, start = rng.normal(size=(T, D)), rng.normal(size=H)
    lines: list[tuple[str, Callable[[Page], Any]]] = []

    def h(p: Page, t: int) -> Any:
        return p[f"h[{t}]"] if t else start

    for t in range(1, T + 1):
        for k in "rz":
            lines.append(
                (
                    f"{k}[{t}]",
                    lambda p, k=k, t=t: sigmoid(w[f"W_{k}"] @ x[t - 1] + w[f"U_{k}"] @ h(p, t - 1) + w[f"b_{k}"]),
                )
            )
        lines.append(
            (
                f"n[{t}]",
                lambda p, t=t: np.tanh(w["W_n"] @ x[t - 1] + p[f"r[{t}]"] * (w["U_n"] @ h(p, t - 1)) + w["b_n"]),
            )
        )
        lines.append((f"h[{t}]", lambda p, t=t: (1 - p[f"z[{t}]"]) * p[f"n[{t}]"] + p[f"z[{t}]"] * h(p, t - 1)))
    equations = """equations: |
  r[t] = sigmoid(W_r @ x[t] + U_r @ h[t-1] + b_r)
  z[t] = sigmoid(W_z @ x[t] + U_z @ h[t-1] + b_z)
  n[t] = tanh(W_n @ x[t] + r[t]*(U_n @ h[t-1]) + b_n)
  h[t] = (1 - z[t])*n[t] + z[t]*h[t-1]
"""
    return Cell("kind: recurrence\n" + equations + flow(w | {"x": x, "h[0]": start}), lines)


def own(seed: int) -> Cell:
    """A recurrence in single numbers with a root, an exponential, a step count and a loss."""
    rng = np.random.default_rng(seed)
    a, b, s0 = (float(n) for n in rng.uniform(0.3, 1.2, size=3))
    x = rng.normal(size=3)
    lines: list[tuple[str, Callable[[Page], Any]]] = []
    for t in (1, 2, 3):
        lines.append((f"u[{t}]", lambda p, t=t: np.exp(-b * p.get(f"s[{t - 1}]", s0)) + x[t - 1] / t))
        lines.append((f"s[{t}]", lambda p, t=t: np.sqrt(1 + p[f"u[{t}]"] ** 2) - a * p.get(f"s[{t - 1}]", s0)))
    lines.append(("loss", lambda p: sum(p[f"s[{t}]"] ** 2 for t in (1, 2, 3)) / 2))
    equations = """equations: |
  u[t] = exp(-b*s[t-1]) + x[t]/t
  s[t] = sqrt(1 + u[t]**2) - a*s[t-1]
loss: sum[t](s[t]**2)/2
"""
    return Cell("kind: recurrence\n" + equations + flow({"a": a, "b": b, "x": x, "s[0]": s0}), lines)


CELLS: dict[str, Callable[[int], Cell]] = {
    "lstm": lstm,
    "adam": adam,
    "adam_steps": lambda seed: adam(seed, (2,), 0.9, 3),
    "gru": gru,
    "own": own,
}
kinds = st.sampled_from(sorted(CELLS))
seeds = st.integers(0, 10_000)
modes = st.sampled_from([ROUND_HALF_EVEN, ROUND_HALF_UP])
places = st.one_of(st.tuples(st.just("decimals"), st.integers(0, 10)), st.tuples(st.just("digits"), st.integers(1, 10)))


# --- a person at work ---------------------------------------------------------------------------------------------------


def text_of(value: float, place: Place, mode: str = ROUND_HALF_UP, further: int = 0) -> str:
    """The number as printed, rounded to the place (and `further` digits behind it) exactly, by Decimal."""
    exact, (word, count) = Decimal(float(value)), place
    last = count if word == "decimals" else count - 1 - (exact.adjusted() if exact else 0)
    return str(exact.quantize(Decimal(1).scaleb(-last - further), rounding=mode))


def nested(value: Any, entry: Callable[[float], Any]) -> Any:
    return [nested(v, entry) for v in value] if np.ndim(value) else entry(float(value))


def printed(value: Any, place: Place, mode: str = ROUND_HALF_UP, further: int = 0) -> Any:
    return nested(value, lambda number: text_of(number, place, mode, further))


def number_of(texts: Any) -> Any:
    return np.array(nested_float(texts))


def nested_float(texts: Any) -> Any:
    return [nested_float(t) for t in texts] if isinstance(texts, list) else float(texts)


def written(answers: Mapping[str, Any]) -> str:
    def one(value: Any) -> str:
        return "[" + ", ".join(map(one, value)) + "]" if isinstance(value, list) else str(value)

    return "student: ada\nanswers:\n" + "".join(f"  {key}: {one(value)}\n" for key, value in answers.items())


def sheet(problem: Problem, answers: Mapping[str, Any]) -> Sheet:
    return bound(answer_file(parse(written(answers), "answers.yaml")), problem)


def checked(problem: Problem, answers: Mapping[str, Any], strict: bool = False) -> Report:
    return check_sheets(problem, [sheet(problem, answers)], strict)[0]


def verdicts(report: Report) -> dict[str, str]:
    return {v.key: v.verdict for v in report.verdicts if v.verdict != "blank"}


def exact(cell: Cell) -> Page:
    page: Page = {}
    for key, line in cell.lines:
        page[key] = line(page)
    return page


def by_hand(
    cell: Cell, place: Place, mode: str, silent: frozenset[str] = frozenset(), guard_digits: int = 0
) -> dict[str, Any]:
    """Every step computed from the rounded earlier ones; lines in `silent` stay in the calculator, unrounded."""
    page: Page = {}
    answers: dict[str, Any] = {}
    for key, line in cell.lines:
        value = line(page)
        if key not in silent:
            answers[key] = printed(value, place, mode)
            value = number_of(printed(value, place, mode, guard_digits))
        page[key] = value
    return answers


def with_a_mistake(cell: Cell, wrong: str, change: float, place: Place, carried: int | None) -> dict[str, Any]:
    """One line is off by `change`; all later lines follow from it, with so many digits more than printed, or all."""
    page: Page = {}
    answers: dict[str, Any] = {}
    for key, line in cell.lines:
        value = line(page)
        page[key] = value + change if key == wrong else value
        answers[key] = printed(page[key], place)
        if carried is not None:
            page[key] = number_of(printed(page[key], place, further=carried))
    return answers


def some_zero(answers: Mapping[str, Any]) -> bool:
    return any(not np.all(number_of(value)) for value in answers.values())


def only(report: Report, *words: str) -> None:
    odd = {v.key: (v.verdict, v.given, v.accepted) for v in report.verdicts if v.verdict not in words}
    assert not odd


# --- honest sheets ------------------------------------------------------------------------------------------------------


@quick
@given(kinds, seeds, places, st.lists(st.integers(0, 7), min_size=40, max_size=40), modes)
def test_what_solve_prints_is_accepted_at_any_number_of_digits(
    kind: str, seed: int, place: Place, further: list[int], mode: str
) -> None:
    problem = CELLS[kind](seed).problem(place)
    steps = [(step.key, step.value) for step in solve(problem).steps if not step.key.startswith("dim_")]
    answers = {
        key: printed(v, place, mode, more) for (key, v), more in zip(steps, itertools.cycle(further), strict=False)
    }
    report = checked(problem, answers)
    only(report, "correct")
    assert report.score == report.max_score
    assert report.all_right


@quick
@given(kinds, seeds, st.integers(2, 17), modes)
def test_with_no_place_asked_what_solve_prints_is_accepted_from_two_digits_on(
    kind: str, seed: int, digits: int, mode: str
) -> None:
    problem = CELLS[kind](seed).problem()
    answers = {s.key: printed(s.value, ("decimals", digits), mode) for s in solve(problem).steps if s.key[:3] != "dim"}
    only(checked(problem, answers), "correct")


@quick
@given(kinds, seeds)
def test_the_plain_code_of_this_file_computes_the_same(kind: str, seed: int) -> None:
    cell = CELLS[kind](seed)
    only(checked(cell.problem(("digits", 10)), {k: nested(v, repr) for k, v in exact(cell).items()}), "correct")


@settings(quick, max_examples=60)
@given(kinds, seeds, places, modes, st.booleans())
def test_a_sheet_worked_by_hand_with_every_step_rounded_is_correct(
    kind: str, seed: int, place: Place, mode: str, some_silent: bool
) -> None:
    cell = CELLS[kind](seed)
    keys = [key for key, _ in cell.lines]
    silent = frozenset(keys[seed % 3 :: 3]) if some_silent else frozenset()
    answers = by_hand(cell, place, mode, silent)
    assume(np.isfinite(np.concatenate([np.ravel(number_of(v)) for v in answers.values()])).all())
    report = checked(cell.problem(place), answers)
    assert set(verdicts(report)) == set(answers)
    only(report, "correct", "blank")


@quick
@given(kinds, seeds, st.integers(2, 8), modes, st.integers(1, 3))
def test_a_sheet_worked_with_a_digit_more_than_printed_is_correct(
    kind: str, seed: int, decimals: int, mode: str, more: int
) -> None:
    cell, place = CELLS[kind](seed), ("decimals", decimals)
    only(checked(cell.problem(place), by_hand(cell, place, mode, guard_digits=more)), "correct")


def test_rounding_by_hand_is_accepted_where_it_is_amplified_250_times() -> None:
    """The sheet above for Adam, and what it is that makes it hard: v_hat is far from its true value."""
    cell = adam(3, (2, 3))
    answers = by_hand(cell, ("decimals", 3), ROUND_HALF_EVEN)
    assert np.abs(number_of(answers["v_hat"]) - exact(cell)["v_hat"]).max() > 0.1
    only(checked(cell.problem(("decimals", 3)), answers), "correct")


# --- one mistake, carried -----------------------------------------------------------------------------------------------

carry = st.sampled_from([None, 0, 1, 2])
TAME = {"lstm": lstm, "adam": lambda seed: adam(seed, (2, 2), 0.9), "gru": gru, "own": own}


@settings(quick, max_examples=80)
@given(st.sampled_from(sorted(TAME)), seeds, seeds, st.floats(0.3, 1), st.integers(2, 6), carry, st.booleans())
def test_after_one_mistake_every_other_line_is_carried_or_correct(
    kind: str, seed: int, which: int, change: float, decimals: int, carried: int | None, in_figures: bool
) -> None:
    """No zero is printed: what a gate of exactly zero fixes is not carried (see the games below)."""
    cell = TAME[kind](seed)
    place = ("digits", decimals + 1) if in_figures else ("decimals", decimals)
    wrong = cell.lines[which % len(cell.lines)][0]
    answers = with_a_mistake(cell, wrong, change, place, carried)
    assume(not some_zero(answers))
    found = verdicts(checked(cell.problem(place), answers))
    assert found.pop(wrong) == "wrong"
    earlier = [key for key, _ in cell.lines[: which % len(cell.lines)]]
    assert {found.pop(key) for key in earlier} <= {"correct"}
    assert set(found.values()) <= {"correct", "carried"}, found
    strictly = verdicts(checked(cell.problem(place), answers, strict=True))
    assert {k: "wrong" if v == "carried" else v for k, v in found.items()} == {k: strictly[k] for k in found}


# --- one unit is noticed ------------------------------------------------------------------------------------------------


def explained(cell: Cell, answers: Mapping[str, Any], at: str, place: Place) -> Any:
    """How far from the value that follows from the page an honest rounding of this line can lie, entry by entry.

    The widest reading: each earlier number, one at a time, may have been used anywhere between half a unit below and
    above what is printed.
    """
    lines = dict(cell.lines)
    page = {key: number_of(value) for key, value in answers.items()}
    middle = lines[at](page)
    reach = np.zeros(np.shape(middle))
    for key, value in page.items():
        for index in np.ndindex(np.shape(value)):
            changes = [np.zeros(np.shape(middle))]
            for side in (-1, 1):
                moved = np.array(value)
                moved[index] += side * 0.5 * unit(moved[index], place)
                changes.append(np.abs(lines[at](page | {key: moved}) - middle))
            reach = reach + np.max(changes, axis=0)
    return middle, reach


def unit(value: float, place: Place) -> float:
    word, count = place
    return 10.0**-count if word == "decimals" else 10.0 ** (np.floor(np.log10(abs(value))) + 1 - count)


@settings(quick, max_examples=80)
@given(kinds, seeds, seeds, st.integers(1, 8), st.sampled_from([-1, 1]))
def test_a_change_of_one_unit_is_noticed_where_no_rounding_explains_it(
    kind: str, seed: int, which: int, count: int, side: int
) -> None:
    cell, place = CELLS[kind](seed), ("decimals", count)
    page = exact(cell)
    answers = {key: printed(value, place) for key, value in page.items()}
    at = cell.lines[which % len(cell.lines)][0]
    changed = number_of(answers[at])
    index = tuple(n // 2 for n in changed.shape)
    changed[index] += side * unit(1.0, place)
    middle, reach = explained(cell, answers, at, place)
    half = 0.5 * unit(1.0, place)
    off = abs(changed[index] - page[at][index]) > half * (1 + 1e-3)
    assume(off and abs(changed[index] - middle[index]) > half * (1 + 1e-3) + reach[index])
    found = checked(cell.problem(place), answers | {at: printed(changed, place)})
    verdict = next(v for v in found.verdicts if v.key == at)
    assert verdict.verdict == "wrong"
    assert verdict.entries == ((tuple(n + 1 for n in index),) if index else ())
    assert set(verdicts(found).values()) <= {"correct", "wrong"}


@quick
@given(kinds, seeds, st.integers(1, 8), st.sampled_from([-1, 1]))
def test_a_change_of_one_unit_in_a_line_that_uses_no_other_is_always_noticed(
    kind: str, seed: int, count: int, side: int
) -> None:
    cell, place = CELLS[kind](seed), ("decimals", count)
    page = exact(cell)
    at = cell.lines[0][0]
    answers = {key: printed(value, place) for key, value in page.items()}
    changed = number_of(answers[at]) + side * unit(1.0, place)
    assert verdicts(checked(cell.problem(place), answers | {at: printed(changed, place)}))[at] == "wrong"
    assert verdicts(checked(cell.problem(place), {at: printed(changed, place)}))[at] == "wrong"


@quick
@given(kinds, seeds, seeds, st.integers(1, 8))
def test_a_line_alone_on_its_page_is_held_to_half_a_unit(kind: str, seed: int, which: int, count: int) -> None:
    """Nothing stands before it that it could follow from: just inside is right, just outside is wrong."""
    cell, place = CELLS[kind](seed), ("decimals", count)
    key = cell.lines[which % len(cell.lines)][0]
    value, half = exact(cell)[key], 0.5 * unit(1.0, place)
    problem = cell.problem(place)
    little = 1e-3 * half + 1e-11 * np.abs(value)  # floats are given 1e-12
    for side in (-1, 1):
        assert verdicts(checked(problem, {key: nested(value + side * 0.999 * half, repr)})) == {key: "correct"}
        assert verdicts(checked(problem, {key: nested(value + side * (half + little), repr)})) == {key: "wrong"}


# --- what cannot be read ------------------------------------------------------------------------------------------------

UNREADABLE = ["nan", ".inf", "-inf", "abc", "'0,231'", "1/0", "[]", "{a: 1}", "[[1, 2], [3]]", "1e999", "[1, nan]"]


@quick
@given(kinds, seeds, seeds, st.sampled_from(UNREADABLE), st.booleans(), st.booleans())
def test_what_cannot_be_read_is_never_right_and_changes_no_other_line(
    kind: str, seed: int, which: int, text: str, mistaken: bool, wrong_shape: bool
) -> None:
    cell, place = TAME.get(kind, own)(seed), ("decimals", 3)
    answers = with_a_mistake(cell, cell.lines[0][0], 0.5, place, 0) if mistaken else by_hand(cell, place, ROUND_HALF_UP)
    at = cell.lines[which % len(cell.lines)][0]
    text = "[[0, 0, 0], [0, 0, 0]]" if wrong_shape else text
    problem = cell.problem(place)
    beside = checked(problem, answers | {at: text})
    without = checked(problem, {key: value for key, value in answers.items() if key != at})
    blank = checked(problem, answers | {at: "~"})
    assert verdicts(beside)[at] == ("wrong" if wrong_shape else "unreadable")
    for one, other, third in zip(beside.verdicts, without.verdicts, blank.verdicts, strict=True):
        if one.key == at:
            assert one.points == other.points == "0"
            assert one.message
            assert other.verdict == third.verdict == "blank"
        else:
            assert same_verdict(one._replace(line=0), other._replace(line=0)), one.key
            assert same_verdict(third._replace(line=0), other._replace(line=0)), one.key


# --- students are an axis -----------------------------------------------------------------------------------------------


def same_verdict(one: Verdict, other: Verdict) -> bool:
    for field, a, b in zip(Verdict._fields, one, other, strict=True):
        if field in ("expected", "carried", "accepted") and a is not None and b is not None:
            np.testing.assert_allclose(np.array(a, float), np.array(b, float), rtol=1e-11, atol=1e-11)
        elif isinstance(a, np.ndarray) or isinstance(b, np.ndarray) or a != b:
            return False
    return True


def random_sheet(cell: Cell, rng: np.random.Generator, place: Place) -> dict[str, Any]:
    """Right, rounded, mistaken once or more, with lines missing, zero, coarse, unreadable or of the wrong shape."""
    sort = int(rng.integers(6))
    keys = [key for key, _ in cell.lines]
    if sort == 0:
        answers = {key: printed(value, place) for key, value in exact(cell).items()}
    elif sort == 1:
        answers = by_hand(cell, place, ROUND_HALF_EVEN)
    else:
        answers = with_a_mistake(
            cell, str(rng.choice(keys)), abs(float(rng.normal())), place, (None, 0)[rng.integers(2)]
        )
    for key in keys:
        chance = rng.random()
        if chance < 0.1:
            del answers[key]
        elif chance < 0.2 and sort > 2:
            odd = ["nan", "[1, 2, 3, 4, 5, 6, 7]", printed(number_of(answers[key]) * 0, place), "~"]
            odd += [printed(number_of(answers[key]), (place[0], place[1] - 1))]
            odd += [printed(-number_of(answers[key]), place), "0e5"]
            answers[key] = odd[int(rng.integers(len(odd)))]
    return answers


@pytest.mark.parametrize("kind", ["adam", "gru", "lstm", "own"])
@pytest.mark.parametrize("place", [("decimals", 3), ("digits", 3), None], ids=["decimals", "digits", "none"])
def test_a_class_is_judged_as_each_student_alone(kind: str, place: Place | None) -> None:
    cell, rng = TAME[kind](11), np.random.default_rng(5)
    problem = cell.problem(place)
    count = {"own": 60, "adam": 50}.get(kind, 15)
    sheets = [sheet(problem, random_sheet(cell, rng, place or ("decimals", 3))) for _ in range(count)]
    together = check_sheets(problem, sheets)
    for at, (one, report) in enumerate(zip(sheets, together, strict=True)):
        (alone,) = check_sheets(problem, [one])
        assert alone.score == report.score
        assert alone.max_score == report.max_score
        for a, b in zip(alone.verdicts, report.verdicts, strict=True):
            assert same_verdict(a, b), (at, a, b)


def test_the_order_of_the_students_does_not_matter() -> None:
    cell, rng = gru(4), np.random.default_rng(6)
    problem = cell.problem(("decimals", 3))
    sheets = [sheet(problem, random_sheet(cell, rng, ("decimals", 3))) for _ in range(300)]
    forth, back = check_sheets(problem, sheets), check_sheets(problem, sheets[::-1])[::-1]
    for one, other in zip(forth, back, strict=True):
        assert verdicts(one) == verdicts(other)
        assert one.score == other.score
    seen = {word for report in forth for word in verdicts(report).values()}
    assert seen == {"correct", "carried", "imprecise", "wrong", "unreadable"}  # the mixture is one


@quick
@given(kinds, seeds)
def test_the_order_of_the_keys_in_the_file_does_not_matter(kind: str, seed: int) -> None:
    cell = CELLS[kind](seed)
    problem = cell.problem(("decimals", 3))
    answers = random_sheet(cell, np.random.default_rng(seed), ("decimals", 3))
    items = list(answers.items())
    np.random.default_rng(seed).shuffle(items)  # type: ignore[arg-type]
    one, other = checked(problem, answers), checked(problem, dict(items))
    assert [v._replace(line=0).key for v in one.verdicts] == [v.key for v in other.verdicts]
    assert verdicts(one) == verdicts(other)
    assert one.score == other.score
