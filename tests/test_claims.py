"""Claims: the homework's four, bounds that random numbers never leave, counterexamples that plain NumPy repeats."""

import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import oracle
import pytest
import yaml
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from rnn_hw.equations import load
from rnn_hw.errors import HomeworkError
from rnn_hw.fields import Reader
from rnn_hw.kinds import claims
from rnn_hw.kinds.claims.cells import Cell, bundled, check_shapes, suggested
from rnn_hw.kinds.claims.tables import Finding
from rnn_hw.kinds.kind import Form, Setup
from rnn_hw.lang.bounds import Bounds, always
from rnn_hw.lang.claims.candidates import candidates, costs
from rnn_hw.lang.claims.claim import claim_text, parse_claim
from rnn_hw.lang.claims.proof import Proof, prove
from rnn_hw.lang.claims.search import Nothing
from rnn_hw.lang.claims.trials import Counterexample
from rnn_hw.lang.evaluate import Result, Stack, evaluate
from rnn_hw.lang.identity import world
from rnn_hw.lang.interval import EVERY, Interval, hull, meet, point, read_interval
from rnn_hw.lang.intervals import ARITHMETIC, bounds, of_operation
from rnn_hw.lang.jacobian import partial, total
from rnn_hw.lang.operations import OPERATIONS
from rnn_hw.lang.parse import parse_formula, parse_program, parse_quantity
from rnn_hw.lang.shapes import infer
from rnn_hw.lang.tree import Name, Program, Time
from rnn_hw.source import parse, read

ROOT = Path(__file__).resolve().parent.parent
ENTRIES = json.loads((ROOT / "tests" / "data" / "expected.json").read_text(encoding="utf-8"))["entries"]
ROWS = {entry["id"]: entry for entry in ENTRIES if entry["id"].startswith("004.P3.")}
SHEETS = {"first": "004_problem_3_first", "second": "004_problem_3"}

LSTM = bundled()
GRU = parse_program(
    "z[t] = sigmoid(W_z @ x[t] + U_z @ h[t-1] + b_z)\nr[t] = sigmoid(W_r @ x[t] + U_r @ h[t-1] + b_r)\n"
    "n[t] = tanh(W_n @ x[t] + r[t]*(U_n @ h[t-1]) + b_n)\nh[t] = (1 - z[t])*n[t] + z[t]*h[t-1]"
)
ELMAN = parse_program("h[t] = tanh(W @ x[t] + U @ h[t-1] + b)\ny[t] = softmax(V @ h[t])\nr[t] = relu(h[t])")
CELLS = {"lstm": LSTM, "gru": Cell(GRU, suggested(GRU)), "elman": Cell(ELMAN, suggested(ELMAN))}


def decided(text: str, cell: str = "lstm", **fixed: float) -> Finding:
    known = {name.replace("_0", "[0]") if name in ("h_0", "c_0") else name: value for name, value in fixed.items()}
    return claims.decide("a", "", parse_claim(text), CELLS[cell], known)


def form(text: str) -> tuple[Reader, Form]:
    document = parse("kind: claims\n" + text, "here.yaml")
    reader = Reader(document)
    return reader, Form(reader, document.root, reader.map(document.root.get("given"), "given"))


def setup(text: str) -> Setup:
    reader, whole = form(text)
    found = claims.setup(whole)
    reader.finish()
    assert found is not None
    return found


def faults(text: str) -> list[tuple[str, int, int]]:
    with pytest.raises(HomeworkError) as caught:
        setup(text)
    return [(d.code, d.span.line, d.span.column) for d in caught.value.diagnostics if d.span]


# --- the homework -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def homework() -> Setup:
    document = read(ROOT / "problems" / "lstm_claims.yaml")
    reader = Reader(document)
    start = time.perf_counter()
    found = claims.setup(Form(reader, document.root, reader.map(None, "given")))
    print(f"\nfour claims decided in {time.perf_counter() - start:.3f} s")
    reader.finish()
    assert found is not None
    return found


@pytest.mark.parametrize("row", ROWS)
def test_the_homework(homework: Setup, row: str) -> None:
    """004.P3: the true value of every claim, and the printed answer in the bundled sheet of its version."""
    _, _, version, key = row.split(".")
    entry = ROWS[row]
    assert str(homework.answers[key]) == entry["correct"]["only reading"]["value"]
    text = (ROOT / "problems" / "answers" / f"{SHEETS[version]}.yaml").read_text(encoding="utf-8")
    assert str(yaml.safe_load(text)["answers"][key]) == entry["printed"]
    assert (entry["printed"] == str(homework.answers[key])) == (entry["verdict"] == "correct")


def test_what_is_known_is_said(homework: Setup) -> None:
    extras = homework.extras(Result({}, {}, 1, ()))
    said = [r.text for r in extras.remarks]
    assert [row[3] for row in extras.tables[0].rows] == ["refuted by numbers"] * 2 + ["proved", "refuted by numbers"]
    assert "h[1] = 0.1817 and h[0] = 0" in said[0]
    assert "The premise is a limit: f[1] = 0 was put in place" in said[1]
    assert "b_f = −10 comes near to it" in said[1]
    assert "f[t] in (0, 1)" in said[2]
    assert "= 1.5" in said[3]
    assert len(extras.tables) == 5
    for table in extras.tables:
        assert all(len(row) == len(table.columns) for row in table.rows)
        assert all(mark < len(table.rows) for mark in table.marks)


def test_truth_is_a_bool(homework: Setup) -> None:
    assert dict(homework.answers) == {"a": False, "b": False, "c": True, "d": False}
    assert all(isinstance(value, bool) for value in homework.answers.values())


# --- counterexamples, repeated by plain NumPy -------------------------------------------------------------------------


def lstm_of(found: Counterexample) -> dict[str, Any]:
    numbers = {name: value.tolist() for name, value in found.numbers.items() if not name.startswith("x[")}
    return numbers | {"x": [found.numbers[f"x[{t}]"].tolist() for t in range(1, found.steps + 1)]}


Run = Callable[[str, int], Any]
FALSE: dict[str, Callable[[Run, int], bool]] = {  # claim -> whether an oracle's trajectory violates it at step t
    "x[t] == 0 implies h[t] == h[t-1]": lambda v, t: not v("x", t).any() and bool((v("h", t) != v("h", t - 1)).any()),
    "f[t] + i[t] + o[t] == 1": lambda v, t: bool((abs(v("f", t) + v("i", t) + v("o", t) - 1) > 1e-3).any()),
    "c[t] <= 1": lambda v, t: bool((v("c", t) > 1.001).any()),
    "abs(h[t]) <= 0.9": lambda v, t: bool((abs(v("h", t)) > 0.9001).any()),
    "norm(h[t]) <= 1": lambda v, t: bool(np.sqrt(sum(v("h", t) ** 2)) > 1.0001),
    "h[t+1] > h[t] or h[t+1] < h[t-1]": lambda v, t: v("h", t - 1) <= v("h", t + 1) <= v("h", t),
    "c[t-1] >= 0 implies c[t] >= 0": lambda v, t: (v("c", t - 1) >= 0).all() and bool((v("c", t) < -1e-3).any()),
    "g[t] == 0 implies c[t] == 0": lambda v, t: not v("g", t).any() and bool(v("c", t).any()),
    "not f[t] > 0.9": lambda v, t: bool((v("f", t) > 0.9).all()),
    "0.3 < f[t] < 0.7": lambda v, t: bool(((v("f", t) < 0.3) | (v("f", t) > 0.7)).any()),
    "max(f[t]) == min(f[t])": lambda v, t: max(v("f", t)) - min(v("f", t)) > 1e-3,
}


@pytest.mark.parametrize("claim", FALSE)
def test_counterexamples_meet_the_oracle(claim: str) -> None:
    start = time.perf_counter()
    finding = decided(claim)
    print(f"\n{claim}: {1000 * (time.perf_counter() - start):.0f} ms")
    found = finding.why
    assert isinstance(found, Counterexample)
    run, _ = oracle.lstm_forward(lstm_of(found))
    inputs = {t: found.numbers[f"x[{t}]"] for t in range(1, found.steps + 1)}
    assert FALSE[claim](lambda name, t: (run | {"x": inputs})[name][t], found.t)


def test_the_forget_gate_near_zero_meets_the_oracle() -> None:
    """With b_f = -10 in place of a clamp, the finite difference of h[1] by h[0] is the 0.25 that is printed."""
    found = decided("f[t] == 0 implies total(h[t], h[t-1]) == 0").why
    assert isinstance(found, Counterexample)
    assert found.clamped == {"f[1]": 0.0}
    assert found.near is not None
    key, number, sides = found.near
    numbers = lstm_of(found) | {key: [number]}
    shifted = [oracle.lstm_forward(numbers | {"h[0]": [s]})[0]["h"][1][0] for s in (1e-6, -1e-6)]
    assert oracle.lstm_forward(numbers)[0]["f"][1][0] < 1e-4
    assert (shifted[0] - shifted[1]) / 2e-6 == pytest.approx(0.25, abs=1e-6)
    assert [float(np.ravel(v)[0]) for v in sides.values()][-1] in (0.0, pytest.approx(0.25))


def test_the_plainest_numbers_come_first() -> None:
    found = decided("f[t] + i[t] + o[t] == 1").why
    assert isinstance(found, Counterexample)
    assert (found.units, found.steps) == (1, 1)
    assert not any(value.any() for value in found.numbers.values())
    cell = decided("x[t] == 0 implies h[t] == h[t-1]").why
    assert isinstance(cell, Counterexample)
    assert sorted(float(v) for value in cell.numbers.values() for v in value.ravel())[-2:] == [0.0, 1.0]


def test_fewer_units_and_steps_come_first() -> None:
    sizes = {"abs(h[t]) <= 0.5": (1, 1), "norm(h[t]) <= 1": (2, 1), "total(c[t], c[t-1]) >= 0": (1, 2)}
    for claim, size in sizes.items():
        found = decided(claim).why
        assert isinstance(found, Counterexample)
        assert (found.units, found.steps) == size


def test_candidates_begin_with_the_plainest() -> None:
    batches = list(candidates(3))
    assert not batches[0][0].any()
    assert [np.count_nonzero(batch, axis=1).max() for batch in batches[:3]] == [1, 2, 3]
    assert costs(np.array([[0, 0], [1, 0], [-1, 0], [0.5, 0], [1, 1]])).argsort().tolist() == [0, 1, 2, 3, 4]


# --- a family of claims on three cells --------------------------------------------------------------------------------

PROVED = [
    ("lstm", "f[t] >= 0 and i[t] >= 0 and o[t] >= 0"),
    ("lstm", "0 < f[t] < 1"),
    ("lstm", "abs(h[t]) <= 1"),
    ("lstm", "h[t] > -1"),
    ("lstm", "f[t] + i[t] + o[t] < 3"),
    ("lstm", "c[t-1] >= 0 and g[t] >= 0 implies c[t] >= 0 and h[t] >= 0"),
    ("lstm", "abs(c[t-1]) <= 1 implies abs(c[t]) < 2"),
    ("lstm", "f[t] -> 0 implies partial(c[t], c[t-1]) == 0"),
    ("lstm", "partial(c[t], c[t-1]) >= 0"),
    ("lstm", "f[t] == 2 implies h[t] == 5"),
    ("lstm", "not f[t] == 2"),
    ("lstm", "f[t] <= 0 or f[t] > 0"),
    ("lstm", "f[t] -> 0 and i[t] -> 0 implies h[t] == 0"),
    ("lstm", "mean(f[t]) < 1 and max(f[t]) < 1"),
    ("lstm", "h[1] < 1 and h[T] < 1"),
    ("lstm", "c[t] == c[t]"),
    ("gru", "0 < z[t] < 1 and -1 < n[t] < 1"),
    ("gru", "abs(h[t-1]) <= 1 implies abs(h[t]) < 2"),
    ("elman", "abs(h[t]) < 1"),
    ("elman", "r[t] >= 0 and r[t] <= 1"),
    ("elman", "y[t] > 0 and y[t] <= 1"),
    ("elman", "sum(y[t]) > 0"),
    ("elman", "norm(h[t]) >= 0"),
]
NOT_PROVED = [  # true, beyond bounds: nothing is known of how two quantities hang together
    ("lstm", "c[t] - f[t]*c[t-1] == i[t]*g[t]"),
    ("lstm", "partial(c[t], c[t-1]) == f[t]"),
    ("lstm", "g[t] == 0 implies c[t] == f[t]*c[t-1]"),
    ("elman", "sum(y[t]) == 1"),
    ("gru", "z[t] -> 1 implies h[t] == h[t-1]"),
]
REFUTED = [
    ("lstm", "c[t] <= 1"),
    ("lstm", "h[t] >= 0"),
    ("lstm", "f[t] < 0.99"),
    ("lstm", "f[t] >= 0 implies i[t] > f[t]"),
    ("lstm", "f[t] -> 0 implies c[t] == 0"),
    ("gru", "z[t] -> 0 implies total(h[t], h[t-1]) == 0"),
    ("gru", "abs(h[t]) <= 1"),
    ("elman", "r[t] > 0"),
    ("elman", "x[t] == 0 implies h[t] == 0"),
    ("elman", "norm(h[t]) < 1"),
    ("elman", "y[t] < 1"),
    ("elman", "total(h[t], h[t-2]) == 0"),
]


@pytest.mark.parametrize(("cell", "claim"), PROVED)
def test_true_claims_are_proved(cell: str, claim: str) -> None:
    finding = decided(claim, cell)
    assert isinstance(finding.why, Proof)
    assert finding.true
    assert finding.how == "proved"


@pytest.mark.parametrize(("cell", "claim"), PROVED)
def test_proved_claims_are_never_refuted(cell: str, claim: str) -> None:
    """The search alone, as if there were no proof."""
    limits = claims.with_limits(parse_claim(claim), Bounds(CELLS[cell].program))
    question = claims.Question(limits, CELLS[cell].program, CELLS[cell].letters)
    assert isinstance(claims.refute(question), Nothing)


@pytest.mark.parametrize(("cell", "claim"), NOT_PROVED)
def test_what_is_not_proved_is_not_called_proved(cell: str, claim: str) -> None:
    finding = decided(claim, cell)
    assert isinstance(finding.why, Nothing)
    assert finding.true
    assert "This is no proof." in claims.remark(finding).text
    assert f"{finding.why.trials:,} trials" in claims.remark(finding).text


@pytest.mark.parametrize(("cell", "claim"), REFUTED)
def test_false_claims_are_refuted(cell: str, claim: str) -> None:
    assert prove(parse_claim(claim), CELLS[cell].program) is None
    finding = decided(claim, cell)
    assert isinstance(finding.why, Counterexample)
    assert not finding.true
    assert claims.table(finding) is not None
    assert claims.remark(finding).text.startswith("(a) ")


def test_a_state_to_start_from_makes_a_claim_true() -> None:
    """|h| <= 1 holds for a GRU that starts from 0, and not for one that starts from 2."""
    assert decided("abs(h[t]) <= 1", "gru", h_0=0.0).true
    assert not decided("abs(h[t]) <= 1", "gru", h_0=2.0).true


def test_fixed_numbers_are_bounds_too() -> None:
    assert isinstance(decided("x[t] == 0 implies f[t] == 0.5", W_f=0, U_f=0, b_f=0).why, Proof)
    found = decided("x[t] == 0 implies h[t] == h[t-1]", b_g=0, h_0=0, c_0=0).why
    assert isinstance(found, Counterexample)  # at the first step nothing moves, at the second the state of x[1] decays
    assert found.t == 2


def test_a_premise_that_nothing_meets() -> None:
    finding = decided("norm(h[t]) > 5 implies h[t] == 7")
    assert isinstance(finding.why, Nothing)
    assert finding.why.met == 0
    assert "none of" in claims.remark(finding).text


def test_saturated_gates_refute_nothing() -> None:
    """The sigmoid of 40 is 1 in doubles; the search does not take that for a violation of f < 1."""
    question = claims.Question(parse_claim("f[t]*1 < 1 + 0*c[t]"), LSTM.program, LSTM.letters)
    assert isinstance(claims.refute(question), Nothing)


SIDES = [
    "f[t]", "i[t]", "g[t]", "h[t]", "c[t]", "h[t-1]", "c[t-1]", "x[t]", "f[t]*c[t-1]", "1 - f[t]", "abs(h[t])", "i[t]*g[t]",
    "max(g[t], 0)", "g[t]**2", "sqrt(i[t])", "c[t]/f[t]", "total(c[t], c[t-1])", "partial(c[t], c[t-1])",
]  # fmt: skip
COMPARED = st.builds(
    "{} {} {}".format,
    st.sampled_from(SIDES),
    st.sampled_from(["==", "!=", "<", "<=", ">", ">="]),
    st.sampled_from(["0", "1", "-1", "0.5", *SIDES[:8]]),
)
RANDOM = st.one_of(
    COMPARED,
    st.builds("{} implies {}".format, COMPARED, COMPARED),
    st.builds("{} and {} implies {}".format, COMPARED, COMPARED, COMPARED),
    st.builds("{} or {}".format, COMPARED, COMPARED),
)


@settings(max_examples=60, deadline=None)
@given(RANDOM)
@example("f[t] != 0")  # true, and false in doubles
@example("sqrt(i[t]) == 1 implies h[t] >= 0")
@example("i[t]*g[t] >= 1 implies abs(h[t]) <= h[t-1]")
def test_no_claim_is_proved_and_refuted(text: str) -> None:
    claim = claims.with_limits(parse_claim(text), Bounds(LSTM.program))
    proof = prove(claim, LSTM.program)
    found = claims.refute(claims.Question(claim, LSTM.program, LSTM.letters))
    assert proof is None or isinstance(found, Nothing)


# --- intervals --------------------------------------------------------------------------------------------------------

SHORT = st.sampled_from([-3.0, -2.0, -1.0, -0.5, 0.0, 0.1, 0.5, 1.0, 2.0, 3.0, 30.0, -30.0])
ENDS = st.one_of(SHORT, st.floats(-50, 50, allow_subnormal=False), st.just(math.inf), st.just(-math.inf))


@st.composite
def inside(draw: st.DrawFn) -> tuple[Interval, float]:
    """An interval, and a number in it."""
    low, high = sorted((draw(ENDS), draw(ENDS)))
    interval = Interval(low, high, draw(st.booleans()) or math.isinf(low), draw(st.booleans()) or math.isinf(high))
    value = draw(st.one_of(SHORT, st.floats(max(low, -60), max(low, -60, min(high, 60)))))
    assume(interval.holds(value))
    return interval, value


EXPONENTS = (-2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 0.5)


def holds_value(name: str, pairs: list[tuple[Interval, float]], found: Interval) -> bool:
    """Whether the value for the numbers is inside, but for the rounding of doubles in `value` itself."""
    row = OPERATIONS[name]
    numbers = [np.array(value) for _, value in pairs]
    with np.errstate(all="ignore"):
        value = float(
            np.asarray(row.value(*numbers) if row.elementwise else row.value(*numbers, ranks=(0,) * len(pairs)))
        )
    slack = 1e-14 * max(1.0, abs(value))
    return not math.isfinite(value) or found.low - slack <= value <= found.high + slack


NUMBER_ROWS = sorted(n for n, row in OPERATIONS.items() if row.arity in (1, 2) and n != "transpose")


@pytest.mark.parametrize("name", NUMBER_ROWS)
@settings(max_examples=60)
@given(data=st.data())
def test_values_lie_inside_the_bounds(name: str, data: st.DataObject) -> None:
    pairs = [data.draw(inside()) for _ in range(OPERATIONS[name].arity)]
    if name == "pow":
        exponent = data.draw(st.sampled_from(EXPONENTS))
        pairs[1] = (point(exponent), exponent)
    assert holds_value(name, pairs, of_operation(name, [interval for interval, _ in pairs]))


@pytest.mark.parametrize("name", ["softmax", "sum", "mean", "max", "min", "norm", "concat"])
@given(st.lists(inside(), min_size=1, max_size=4))
def test_values_of_vectors_lie_inside_the_bounds(name: str, pairs: list[tuple[Interval, float]]) -> None:
    vector = np.array([value for _, value in pairs])
    row = OPERATIONS[name]
    value = np.ravel(row.value(vector, ranks=(1,)) if name != "concat" else vector)
    found = of_operation(name, [hull(*(interval for interval, _ in pairs))])
    assert (value >= found.low - 1e-13 * (1 + abs(value))).all()
    assert (value <= found.high + 1e-13 * (1 + abs(value))).all()


@given(st.lists(st.tuples(inside(), inside()), min_size=1, max_size=4))
def test_products_of_matrices_lie_inside_the_bounds(
    pairs: list[tuple[tuple[Interval, float], tuple[Interval, float]]],
) -> None:
    left, right = (hull(*(pair[k][0] for pair in pairs)) for k in (0, 1))
    value = sum(a * b for (_, a), (_, b) in pairs)
    found = of_operation("matmul", [left, right])
    assert found.low - 1e-9 <= value <= found.high + 1e-9


def test_every_row_is_bounded() -> None:
    """A row has a rule, a range, or a value between those at the ends; another one would only be `EVERY`."""
    ruled = ARITHMETIC.keys() | {n for n, row in OPERATIONS.items() if row.bounds}
    monotone = OPERATIONS.keys() - ruled
    assert all(OPERATIONS[n].arity == 1 and OPERATIONS[n].elementwise for n in monotone)
    assert "log" in monotone
    assert of_operation("log", [Interval(1, math.inf, False, True)]) == Interval(0, math.inf, False, True)


def test_planted_bounds_are_caught() -> None:
    """The check of values above can fail: a tanh that is said to be positive, a product that forgets a sign."""
    wrong = meet(of_operation("tanh", [EVERY]), read_interval("(0, 1)"))
    assert not holds_value("tanh", [(EVERY, -1.0)], wrong)
    assert not holds_value("mul", [(Interval(-1, 1), -1.0), (Interval(-1, 1), 1.0)], Interval(0, 1))
    assert not holds_value("exp", [(Interval(0, 1), 1.0)], Interval(1, 2.7))


SHARP = {
    "1 - sigmoid(z)": "(0, 1)", "tanh(z)**2": "[0, 1)", "1/(1 + exp(-z))": "(0, 1)", "abs(tanh(z))": "[0, 1)",
    "sigmoid'(z)": "(0, 1)", "tanh'(z)": "(0, 1]", "relu(-1 - abs(z))": "[0, 0]", "hard_sigmoid(z)": "[0, 1]",
    "log(sigmoid(z))": "(-inf, 0)", "sqrt(sigmoid(z))": "(0, 1)", "max(tanh(z), 0)": "[0, 1)", "2*step(z) - 1": "[-1, 1]",
    "sin(z)*cos(z)": "[-1, 1]", "z/0": "(-inf, inf)", "0*z": "[0, 0]", "softplus(z)/2": "(0, inf)", "z**2 + 1": "[1, inf)",
    "norm(z)": "[0, inf)", "mean(sigmoid(z))": "(0, 1)", "sum[t](z**2)": "[0, inf)", "exp(relu(z))": "[1, inf)",
    "0.1 + 0.2": f"[{0.1 + 0.2 - 1e-16}, {0.1 + 0.2 + 1e-16}]", "abs(z - z)": "[0, inf)", "[sigmoid(z), 2]": "(0, 2]",
}  # fmt: skip


@pytest.mark.parametrize("formula", SHARP)
def test_bounds_are_as_narrow_as_that(formula: str) -> None:
    found, wanted = bounds(parse_formula(formula), lambda name: EVERY), read_interval(SHARP[formula])
    assert meet(found, wanted) == found


@settings(max_examples=20, deadline=None)
@given(cell=st.sampled_from(sorted(CELLS)), seed=st.integers(0, 10_000), units=st.integers(1, 3))
def test_trajectories_lie_inside_the_bounds_of_a_program(cell: str, seed: int, units: int) -> None:
    program, letters, _ = CELLS[cell]
    run = trajectory(program, letters, units, seed)
    for name, interval in always(program).items():
        value = run.values[name]
        assert isinstance(value, Stack)
        numbers = value.between(1, run.steps)
        assert (numbers >= interval.low).all()
        assert (numbers <= interval.high).all()


def test_a_recurrence_with_a_start_is_bounded() -> None:
    program = parse_program("h[t] = 0.5*h[t-1] + 0.5*tanh(x[t])\nk[t] = k[t-1] + 1\nl[t] = max(l[t-1], tanh(x[t]))")
    found = always(program, {"h[0]": point(0.0), "k[0]": point(0.0), "l[0]": point(0.0)})
    assert found["l"] == Interval(0, 1, False, True)
    assert found["k"] == Interval(1, math.inf, False, True)
    assert found["h"].low in (-1.0, -math.inf)
    assert always(program)["k"] == EVERY


def test_intervals_as_text() -> None:
    assert [str(read_interval(t)) for t in ("(0, 1]", "(-inf, inf)", "[2, 2]")] == ["(0, 1]", "(−∞, ∞)", "2"]


# --- derivatives as numbers -------------------------------------------------------------------------------------------


def trajectory(program: Program, letters: Any, units: int, seed: int, steps: int = 3) -> Result:
    shapes = shapes_of(program, letters, units)
    return world(program, shapes, steps=steps, seed=seed).result


def shapes_of(program: Program, letters: Any, units: int) -> dict[str, tuple[int, ...]]:
    own = {n: tuple(units + 1 if w == "D" else units for w in words.split()) for n, words in letters.items()}
    defined = set(program.names)
    initial = {n: s for n, s in own.items() if n in defined}
    return infer(program, {n: s for n, s in own.items() if n not in defined}, initial)


def differences(program: Program, shapes: Any, run: Result, above: Name, below: Name) -> Any:
    """The derivative of `above` by a given quantity (or an initial state) by central differences."""
    defined = set(program.names)

    def at(change: Any) -> Any:
        given: dict[str, Any] = {}
        for name, value in run.values.items():
            array = value.values[:1] if isinstance(value, Stack) and name in defined else value
            if name in defined and not isinstance(value, Stack):
                continue
            if name in defined:
                assert isinstance(value, Stack)
                if value.first > 0:
                    continue
                array = Stack(value.values[:1].copy(), 0)
            if name == below.name:
                if isinstance(array, Stack):
                    assert below.time is not None
                    moved = array.values.copy()
                    moved[below.time.shift - array.first] += change
                    array = Stack(moved, array.first)
                else:
                    array = array + change
            given[name] = array
        return evaluate(program, given, shapes, run.steps).load(above)

    inner = shapes[below.name]
    columns = []
    for k in range(int(np.prod(inner))):
        step = np.zeros(inner)
        step.flat[k] = 1e-6
        columns.append((at(step) - at(-step)) / 2e-6)
    value = np.stack(columns, axis=-1)
    return value.reshape(value.shape[:-1] + inner)


PAIRS = [
    ("lstm", "h[2]", "h[0]"), ("lstm", "h[3]", "c[0]"), ("lstm", "c[2]", "x[1]"), ("lstm", "h[2]", "U_f"),
    ("lstm", "c[3]", "b_i"), ("gru", "h[3]", "h[0]"), ("gru", "h[2]", "W_n"), ("elman", "y[2]", "x[1]"),
    ("elman", "y[3]", "U"), ("elman", "h[1]", "h[0]"),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "above", "below"), PAIRS)
@pytest.mark.parametrize("units", [1, 2])
def test_total_derivatives_are_finite_differences(cell: str, above: str, below: str, units: int) -> None:
    program, letters, _ = CELLS[cell]
    shapes = shapes_of(program, letters, units)
    run = world(program, shapes, steps=3, seed=units).result
    upper, lower = parse_quantity(above), parse_quantity(below)
    found = total(program, shapes, run, upper, lower)
    slow = differences(program, shapes, run, upper, lower)
    assert found.shape == run.batch + shapes[upper.name] + shapes[lower.name]
    np.testing.assert_allclose(found, slow, rtol=1e-6, atol=1e-8)
    if found.ndim == 3 and units > 1 and found.shape[-1] == found.shape[-2]:  # the check can fail: a transpose
        assert not np.allclose(np.swapaxes(found, -1, -2), slow, rtol=1e-6, atol=1e-8)


def test_sums_over_time_and_losses() -> None:
    program = parse_program("h[t] = tanh(w*x[t] + u*h[t-1])\nloss = mean[t](h[t]**2) + max[t](h[t])")
    shapes = dict.fromkeys(("h", "loss", "w", "u", "x"), ())
    run = world(program, shapes, steps=3).result
    for below in ("w", "u", "h[0]", "x[2]"):
        lower = parse_quantity(below)
        slow = differences(program, shapes, run, Name("loss"), lower)
        np.testing.assert_allclose(total(program, shapes, run, Name("loss"), lower), slow, rtol=1e-6, atol=1e-9)


def test_edges_and_trivial_derivatives() -> None:
    program, letters, _ = LSTM
    shapes = shapes_of(program, letters, 2)
    run = world(program, shapes, steps=3).result
    c, f, h = (lambda name, t: Name(name, Time("", t)),) * 3
    edge = partial(program, shapes, run, c("c", 2), c("c", 1))
    gate = run.load(f("f", 2))
    np.testing.assert_allclose(edge, gate[..., None] * np.eye(2))
    assert not np.allclose(total(program, shapes, run, c("c", 2), c("c", 1)), edge)  # the other path, through h[1]
    assert not partial(program, shapes, run, h("h", 2), h("h", 1)).any()  # the equation of h does not name it
    np.testing.assert_allclose(total(program, shapes, run, h("h", 2), h("h", 2))[0], np.eye(2))
    assert not total(program, shapes, run, h("h", 1), h("h", 2)).any()
    with pytest.raises(KeyError):
        total(program, shapes, run, h("h", 1), Name("nobody"))


def test_a_trajectory_without_batch() -> None:
    run = evaluate(ELMAN, {
        "W": np.eye(2), "U": np.eye(2), "b": np.zeros(2), "V": np.eye(2), "x": Stack(np.ones((2, 2)), 1),
        "h": Stack(np.zeros((1, 2)), 0),
    }, shapes_of(ELMAN, {"W": "H H", "U": "H H", "b": "H", "V": "H H", "x": "H", "h": "H"}, 2), 2)  # fmt: skip
    shapes = {"h": (2,), "x": (2,), "W": (2, 2), "U": (2, 2), "b": (2,), "V": (2, 2), "y": (2,), "r": (2,)}
    slope = 1 - run.load(Name("h", Time("", 2))) ** 2
    found = total(ELMAN, shapes, run, Name("h", Time("", 2)), Name("h", Time("", 1)))
    np.testing.assert_allclose(found, np.diag(slope))


# --- reading and writing ----------------------------------------------------------------------------------------------

READABLE = [
    "x[t] == 0 implies h[t] == h[t-1]", "f[t] -> 0 implies total(h[t], h[t-1]) == 0", "a[t] < 0 or not (b[t] > 1)",
    "(a == 1 implies b == 2) implies c == 3", "a == 1 implies b == 2 implies c == 3", "(a == 1 or b == 1) and c == 1",
    "not not (a == 1)", "(a + b)*c >= 2*(a - b)", "a == 1 and (b == 2 and c == 3)", "not (a == 1 and b == 1)",
]  # fmt: skip
SPELLINGS = {
    "f[t] ≥ 0 ∧ i[t] ≠ 1": "f[t] >= 0 and i[t] != 1", "0 < f[t] <= 1": "0 < f[t] and f[t] <= 1",
    "x[t] == 0 ⇒ h[t] == h[t−1]": "x[t] == 0 implies h[t] == h[t-1]", "((a == 1))": "a == 1",
    "d(h[t])/d(h[t-1]) > 0": "total(h[t], h[t-1]) > 0", "∂c[t]/∂c[t-1] == f[t]": "partial(c[t], c[t-1]) == f[t]",
    "f[t] → 0 => c[t] == 0": "f[t] -> 0 implies c[t] == 0", "¬ a == 1 # why": "not (a == 1)",
    "a == 1\n  and b == 2": "a == 1 and b == 2",
}  # fmt: skip


@pytest.mark.parametrize("text", READABLE)
def test_claims_read_back(text: str) -> None:
    assert claim_text(parse_claim(text), plain=True) == text


@pytest.mark.parametrize("text", SPELLINGS)
def test_spellings(text: str) -> None:
    assert claim_text(parse_claim(text), plain=True) == SPELLINGS[text]


SLIPS = {
    "x[t] = 0": ("unexpected-sign", 6), "f[t]": ("no-comparison", 1), "(a == 1": ("missing-bracket", 1),
    "a == 1)": ("missing-bracket", 7), "(a[t) == 1": ("missing-bracket", 5), "a == ": ("no-side", 3),
    "a == 1 and": ("no-claim", 11), "and a == 1": ("no-claim", 1), "f[t] + == 1": ("unfinished-formula", 8),
    "f[t] -> 0": ("bad-limit", 1), "a > 1 or f[t] -> 0": ("bad-limit", 10), "f[t]*2 -> 0 implies a == 1": ("bad-limit", 1),
    "a ≈ 1": ("unexpected-sign", 3), "a & b": ("unexpected-sign", 3), "a =< b": ("unexpected-sign", 3),
    "a == 1 and b < c[t+] ": ("bad-time", 20), "": ("no-claim", 1), "a == 1 and 2x == 1": ("missing-operator", 13),
    "(a + b)": ("no-comparison", 1), "not " * 40 + "a == 1": ("too-deep", 124), "a" * 3000: ("too-long", 1),
    "a === 1": ("unexpected-sign", 5), "a == sigmod(b)": ("unknown-function", 6), "a < b and not": ("no-claim", 14),
}  # fmt: skip


@pytest.mark.parametrize("text", SLIPS)
def test_slips(text: str) -> None:
    with pytest.raises(HomeworkError) as caught:
        parse_claim(text)
    first = caught.value.diagnostics[0]
    assert first.span is not None
    assert (first.code, first.span.column) == SLIPS[text]


@settings(max_examples=300)
@given(st.text("ab[]()t-1+0=<>!≤ andorntimples→#\n'.,", max_size=40))
@example("((")
def test_no_text_makes_a_traceback(text: str) -> None:
    try:
        found = parse_claim(text)
    except HomeworkError as error:
        told = [bool(d.span and d.message) for d in error.diagnostics]
    else:
        again = parse_claim(claim_text(found, plain=True))
        told = [claim_text(again, plain=True) == claim_text(found, plain=True)]
    assert told == [True]


# --- files ------------------------------------------------------------------------------------------------------------

FAULTS = {
    "cell: lstm\n": [("missing-field", 1, 1)],
    "claims: {a: 1 < 2}\n": [("missing-field", 1, 1)],
    "cell: gru\nclaims: {a: 1 < 2}\n": [("unknown-word", 2, 7)],
    "cell: lstm\nequations: h = 1\nclaims: {a: 1 < 2}\n": [("two-programs", 2, 7)],
    'cell: lstm\nclaims:\n  a: "q[t] > 0"\n': [("unknown-name", 4, 7)],
    "cell: lstm\nclaims:\n  a: f[t] > 0 and\n": [("no-claim", 4, 18)],
    'cell: lstm\nclaims:\n  a: {claim: "f[t] + > 0"}\n': [("unfinished-formula", 4, 22)],
    "cell: lstm\nclaims:\n  a: f > 0\n": [("no-time", 4, 6)],
    "cell: lstm\nclaims:\n  a: W_f[t] > 0\n": [("no-series", 4, 6)],
    "cell: lstm\nclaims:\n  a: f[s] > 0\n": [("unbound-time", 4, 6)],
    "cell: lstm\nclaims:\n  a: f[0] > 0\n": [("missing-step", 4, 6)],
    "cell: lstm\nclaims:\n  a: h[500] > 0\n": [("too-large", 4, 6)],
    "cell: lstm\nclaims:\n  a: f[t] -> 2 implies h[t] == 0\n": [("bad-limit", 4, 14)],
    "cell: lstm\nclaims:\n  a: f[t] -> i[t] implies h[t] == 0\n": [("bad-limit", 4, 14)],
    "cell: lstm\nclaims:\n  a: f[t] + W_f > 0\n": [("wrong-shape", 4, 6)],
    "cell: lstm\nclaims:\n  a: {text: nothing}\n": [("missing-field", 4, 6)],
    "cell: lstm\nclaims:\n  a: [1, 2]\n": [("not-a-claim", 4, 6)],
    "cell: lstm\nclaims: {}\n": [("out-of-range", 3, 9)],
    "cell: lstm\ngiven: {W_q: 1}\nclaims: {a: 1 < 2}\n": [("unknown-key", 3, 9)],
    "cell: lstm\ngiven: {W_f: [1, 2]}\nclaims: {a: 1 < 2}\n": [("not-a-number", 3, 14)],
    "equations: h[t] = tanh(W @ h[t-1]\nclaims: {a: 1 < 2}\n": [("missing-bracket", 2, 23)],
    "equations: h[t] = h[t+1]\nclaims: {a: 1 < 2}\n": [("missing-step", 2, 12)],
    "equations: h[t] = W @ h[t-1] + [x[t], x[t], 1]\nshapes: {W: H H H}\nclaims: {a: 1 < 2}\n": [("wrong-shape", 3, 13)],
    "equations: h[t] = h[t-1] + x[t]\nshapes: {q: H}\nclaims: {a: 1 < 2}\n": [("unknown-key", 3, 10)],
    "equations: h[t] = h[t-1] + x[t]\nshapes: {h: H H, x: H}\nclaims: {a: 1 < 2}\n": [("wrong-shape", 2, 19)],
}  # fmt: skip


@pytest.mark.parametrize("text", FAULTS)
def test_faults_of_a_file(text: str) -> None:
    assert faults(text) == FAULTS[text]


def test_the_near_name_is_named() -> None:
    with pytest.raises(HomeworkError) as caught:
        setup("cell: lstm\nclaims:\n  a: W_ff == 0\n")
    assert caught.value.diagnostics[0].help == "did you mean `W_f`?"


OWN = """equations: |
  z[t] = sigmoid(W_z @ x[t] + U_z @ h[t-1])
  n[t] = tanh(W_n @ [h[t-1], x[t]])
  h[t] = (1 - z[t])*n[t] + z[t]*h[t-1]
given: {"h[0]": 0}
claims:
  a: 0 < z[t] < 1
  b: {claim: "norm(h[t]) <= 1", text: the state is no longer than 1}
  c: z[t] -> 1 implies d(h[t])/d(h[t-1]) == 1
"""


def test_equations_of_ones_own() -> None:
    assert setup(OWN).answers == {"a": True, "b": False, "c": True}
    assert suggested(parse_program(OWN[OWN.index("\n") : OWN.index("given")])) == {
        "W_z": "H D", "x": "D", "U_z": "H H", "h": "H", "W_n": "H H+D",
    }  # fmt: skip


def test_other_names_are_understood() -> None:
    assert setup("cell: lstm\nclaims:\n  a: abs(c_tilde[t]) < 1\n  b: W_c == W_g\n").answers == {"a": True, "b": True}


def test_stated_shapes() -> None:
    text = "equations: h[t] = w*h[t-1] + x[t]\nshapes: {w: ''}\nclaims:\n  a: w == 0 implies h[t] == x[t]\n"
    assert setup(text).answers == {"a": True}


def test_numbers_where_no_vectors_fit() -> None:
    """Shapes of vectors do not go together here, those of numbers do."""
    program = parse_program("h[t] = [x[t], 1] @ w")
    with pytest.raises(HomeworkError):
        check_shapes(program, suggested(program))


def test_the_gates_of_the_lecture() -> None:
    check_shapes(load("lstm"), LSTM.letters, (1, 2, 3))
