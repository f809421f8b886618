"""Slopes, theorems and measurements of vanishing gradients, against plain NumPy and against random products."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import oracle
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnn_hw.errors import HomeworkError
from rnn_hw.kinds.kind import Extras
from rnn_hw.kinds.vanishing_gradient.activation import analysed
from rnn_hw.kinds.vanishing_gradient.theorems import (
    EXPLODES,
    UNDETERMINED,
    VANISHES,
    Slopes,
    balanced,
    judge,
    limit_of_powers,
)
from rnn_hw.lang.evaluate import evaluate
from rnn_hw.lang.operations import OPERATIONS
from rnn_hw.lang.parse import parse_formula
from rnn_hw.lang.supremum import values
from rnn_hw.problem import Problem, load_problem, read_problem
from rnn_hw.source import parse

ROOT = Path(__file__).parent.parent
NUMBERS = json.loads((ROOT / "tests" / "data" / "expected.json").read_text(encoding="utf-8"))["numbers"][
    "004 problem 2"
]


def problem(text: str) -> Problem:
    return read_problem(parse("kind: vanishing_gradient\n" + text, "here.yaml"))


def solved(found: Problem) -> tuple[dict[str, float], Extras]:
    setup = found.setup
    result = evaluate(setup.program, setup.given, setup.shapes, setup.steps)
    return {name: float(np.asarray(result.values[name])) for name in setup.program.names}, setup.extras(result)


def bundled(name: str) -> Problem:
    return load_problem(ROOT / "problems" / f"{name}.yaml")


def faults(text: str) -> list[tuple[str, int, int]]:
    with pytest.raises(HomeworkError) as caught:
        problem(text)
    spans = [(d.code, d.span) for d in caught.value.diagnostics]
    return [(code, span.line, span.column) for code, span in spans if span]


# --- the supremum of the slope ----------------------------------------------------------------------------------------

SWISH, GAUSS, GELU = "z*sigmoid(z)", "exp(-z**2)", "0.5*z*(1 + tanh(0.7978845608*(z + 0.044715*z**3)))"
KNOWN = {
    "sigmoid(z) - 0.5": (0.25, 0.0),
    "tanh(z)": (1.0, 0.0),
    "1.7159*tanh(2*z/3)": (1.7159 * 2 / 3, 0.0),
    "1/(1 + exp(-z))": (0.25, 0.0),
    "exp(z)/(1 + exp(z))": (0.25, 0.0),  # overflows in the middle long before its slope does
    "(exp(z) - exp(-z))/(exp(z) + exp(-z))": (1.0, 0.0),
    "relu(z)": (1.0, 1.0),
    "abs(z)": (1.0, 1.0),
    "hard_sigmoid(z)": (0.2, 0.0),
    "max(-1, min(1, z))": (1.0, 0.0),
    "max(0.1*z, z)": (1.0, 0.0),
    "z/(1 + abs(z))": (1.0, 0.0),
    "softplus(z)": (1.0, math.inf),
    "log(1 + exp(z))": (1.0, math.inf),
    "softplus(-z)": (1.0, -math.inf),
    "cos(z)": (1.0, math.pi / 2),
    "sin(3*z)": (3.0, 0.0),
    GAUSS: (math.sqrt(2 / math.e), math.sqrt(0.5)),
    SWISH: (1.0998393201288669, 2.39935728052),
    "tanh(z - 100)": (1.0, 100.0),
    "tanh(z - 12345.6)": (1.0, 12345.6),  # between two points of every grid
    "tanh(1000*(z - 3.00037))": (1000.0, 3.00037),
    "3*z - 1": (3.0, 0.0),
}


@pytest.mark.parametrize("text", KNOWN)
def test_the_largest_slope_and_its_place(text: str) -> None:
    value, place = KNOWN[text]
    peak = analysed(parse_formula(text)).peak
    assert peak.value == pytest.approx(value, rel=4e-15)
    assert peak.place == pytest.approx(place, abs=1e-7)


def test_the_slopes_of_the_table_of_operations() -> None:
    rows = {name: row.slope for name, row in OPERATIONS.items() if row.slope is not None}
    assert len(rows) > 5
    for name, slope in rows.items():
        assert analysed(parse_formula(f"{name}(z)")).peak.value == slope, name


@pytest.mark.parametrize(
    "text", [SWISH, GAUSS, GELU, "sin(z)*sigmoid(z)", "tanh(z) + 0.3*cos(z)", "sin(z) + tanh(2*z - 1)"]
)
def test_the_largest_slope_against_brute_force(text: str) -> None:
    formula = parse_formula(text)
    brute = oracle.largest_slope(lambda z: values(formula, "z", z))
    assert analysed(formula).peak.value == pytest.approx(brute, rel=1e-6)


UNBOUNDED = [
    *("z**2", "exp(z)", "exp(-z)", "sqrt(z)", "1/z", "z*sin(z)", "sin(z)/cos(z)", "log(z)", "abs(z)**0.5", "z**z"),
    *("abs(z)**1.01", "z*log(1 + abs(z))", "log(abs(z - 1))", "1/(z - 3.3333)", "z/(z**2 - 2)", "exp(exp(z))"),
]


@pytest.mark.parametrize("text", UNBOUNDED)
def test_a_slope_without_bound_is_refused(text: str) -> None:
    assert faults(f"activation: {text}\nsteps: 5") == [("unbounded-slope", 2, 13)]


PIECES = ["tanh({})", "sigmoid({})", "sin({})", "relu({})", "softplus({})", "hard_sigmoid({})", "{}/(1 + abs({}))"]
NUMBER = st.integers(-30, 30).map(lambda n: n / 10)


@st.composite
def activations(draw: st.DrawFn) -> str:
    terms = draw(st.lists(st.tuples(NUMBER, st.sampled_from(PIECES), NUMBER, NUMBER), min_size=1, max_size=3))
    return " + ".join(f"({a})*" + piece.replace("{}", f"(({b})*z + ({c}))") for a, piece, b, c in terms)


@settings(max_examples=40, deadline=None)
@given(activations(), st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=200))
def test_no_slope_is_larger_than_gamma(text: str, points: list[float]) -> None:
    activation = analysed(parse_formula(text))
    assert np.isfinite(activation.peak.value)
    sizes = np.abs(values(activation.slope, "z", points))
    slopes = activation.slopes()
    assert np.nanmax(sizes, initial=0) <= slopes.high * (1 + 1e-6) + 1e-12
    assert np.nanmin(sizes, initial=math.inf) >= slopes.low * (1 - 1e-6) - 1e-12


# --- what W proves ----------------------------------------------------------------------------------------------------


def matrix(*rows: Any) -> Any:
    return np.array(rows, float)


@pytest.mark.parametrize(
    ("W", "slopes", "regime"),
    [
        (matrix([3.9]), Slopes(0, 0.25), VANISHES),
        (matrix([-3.9]), Slopes(0, 0.25), VANISHES),
        (matrix([4]), Slopes(0, 0.25), UNDETERMINED),
        (matrix([4.1]), Slopes(0, 0.25), UNDETERMINED),
        (matrix([4, 4], [-4, -4]), Slopes(0, 1), UNDETERMINED),
        (matrix([0.5, 100], [0, 0.5]), Slopes(0, 1), VANISHES),  # by rho(|W|), the norm is 100
        (matrix([0.6, 0.6], [-0.6, 0.6]), Slopes(0, 1), VANISHES),  # by the norm, rho(|W|) is 1.2
        (matrix([11]), Slopes(0.1, 1), EXPLODES),
        (matrix([9]), Slopes(0.1, 1), UNDETERMINED),
        (matrix([20, 0], [0, 9]), Slopes(0.1, 1), EXPLODES),  # by the determinant alone
        (matrix([0.9, 50], [0, 0.9]), Slopes(1, 1, linear=True), VANISHES),
        (matrix([0, 5], [-5, 0]), Slopes(1, 1, linear=True), EXPLODES),
        (matrix([4, 4], [-4, -4]), Slopes(1, 1, linear=True), VANISHES),
        (matrix([0, 1], [-1, 0]), Slopes(1, 1, linear=True), UNDETERMINED),
        (matrix([1.0]), Slopes(1, 1, linear=True), UNDETERMINED),
        (matrix([0, 0], [0, 0]), Slopes(0, 1), VANISHES),
    ],
)
def test_what_a_matrix_proves(W: Any, slopes: Slopes, regime: str) -> None:
    finding = judge(W, slopes)
    assert finding.regime == regime
    assert finding.table().marks == tuple(k for k, row in enumerate(finding.table().rows) if row[-1] != "nothing")


def test_balancing_changes_no_eigenvalue() -> None:
    A = matrix([1, 1e6, 0], [1e-3, -2, 5], [0, 300, 0.5])
    np.testing.assert_allclose(np.sort(np.linalg.eigvals(balanced(A))), np.sort(np.linalg.eigvals(A)))
    assert np.linalg.norm(balanced(A)) < 100


def test_powers_of_a_shift_vanish_where_eigenvalue_routines_see_none_of_it() -> None:
    rotation = np.linalg.qr(np.random.default_rng(1).normal(size=(12, 12)))[0]
    shift = 1.5 * np.eye(12, k=1)
    assert limit_of_powers(shift) == VANISHES
    assert np.abs(np.linalg.eigvals(rotation @ shift @ rotation.T)).max() > 1e-2  # the true one is 0
    assert limit_of_powers(rotation @ shift @ rotation.T) == VANISHES


ENTRIES = st.integers(-25, 25).map(lambda n: n / 10)


@st.composite
def matrices(draw: st.DrawFn) -> Any:
    size = draw(st.integers(1, 4))
    rows = draw(st.lists(st.lists(ENTRIES, min_size=size, max_size=size), min_size=size, max_size=size))
    return np.array(rows, float) * draw(st.sampled_from([0.1, 0.5, 1.0, 5.0]))


def product_size(W: Any, slopes: Any) -> float:
    """The logarithm of the norm of the product of diag(slopes[t]) W."""
    product, logarithm = np.eye(len(W)), 0.0
    for row in slopes:
        product = row[:, None] * (W @ product)
        largest = np.abs(product).max()
        if largest == 0:
            return -math.inf
        product, logarithm = product / largest, logarithm + math.log(largest)
    return logarithm + math.log(np.linalg.norm(product, 2))


@settings(max_examples=60, deadline=None)
@given(matrices(), st.sampled_from([(0.0, 1.0), (0.0, 0.25), (0.2, 1.0), (0.5, 0.5)]), st.integers(0, 2**32 - 1))
def test_no_product_contradicts_a_claim(W: Any, bounds: tuple[float, float], seed: int) -> None:
    low, high = bounds
    regime = judge(W, Slopes(low, high, linear=low == high)).regime
    rng = np.random.default_rng(seed)
    for steps in (3000, 6000):
        slopes = rng.choice([low, high], size=(steps, len(W))) if seed % 2 else np.full((steps, len(W)), high)
        size = product_size(W, slopes)
        if regime == VANISHES:
            assert size < 0
        elif regime == EXPLODES:
            assert size > 0
    if low != high:
        assert regime == oracle.regime(W, high) or low > 0 or _on_the_edge(W, high)


def _on_the_edge(W: Any, gamma: float) -> bool:
    """Whether rounding decides for the oracle."""
    tests = gamma * oracle.spectral_norm(W), gamma * oracle.spectral_radius(np.abs(W))
    return any(abs(test - 1) < 1e-6 for test in tests)


# --- problems ---------------------------------------------------------------------------------------------------------


def test_the_homework() -> None:
    found = bundled("vanishing_gradient")
    numbers, extras = solved(found)
    assert numbers["derivative_at_0"] == 0.25
    assert numbers["gamma"] == 0.25
    assert numbers["alpha"] == NUMBERS["threshold_limit"] == 4
    assert numbers["root"] == pytest.approx(NUMBERS["root"], rel=1e-15)
    assert numbers["alpha_literal"] == pytest.approx(NUMBERS["threshold_literal"], rel=1e-15)
    assert found.setup.answers["below"] == "vanishing"
    assert found.setup.answers["above"] == "exploding"
    assert "regime" not in found.setup.answers
    [table] = extras.tables
    assert [row[0] for row in table.rows] == [1, 2, 5, 10, 20, 50, 100]
    assert table.rows[-1][1:] == pytest.approx([0.9**100, 1, 1.1**100, 1e-4])
    assert len(extras.series[0].curves) == 4
    assert extras.series[0].logarithmic
    assert any("3.648043357" in remark.text for remark in extras.remarks)


def test_the_counterexample_to_the_eigenvalue_version() -> None:
    found = bundled("vanishing_matrix")
    _, extras = solved(found)
    assert found.setup.answers["regime"] == UNDETERMINED
    _, proofs, along = extras.tables
    assert {row[0]: row[1] for row in proofs.rows}["γ·ρ(W)"] == 0
    assert {row[0]: row[1] for row in proofs.rows}["γ·‖W‖₂"] == pytest.approx(8)
    W, start = matrix([4, 4], [-4, -4]), np.array([0.5, 0.8])
    b = np.arctanh(start) - W @ start
    for t, size, _ in along.rows:
        assert size == pytest.approx(
            oracle.spectral_norm(oracle.tanh_jacobian_product(W, b, start, int(str(t)))), rel=1e-5
        )
    assert {row[0]: row[1] for row in along.rows}[10] == pytest.approx(257, rel=0.005)
    assert any("grew" in remark.text for remark in extras.remarks)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(matrices(), st.integers(1, 12), st.integers(0, 2**32 - 1), st.booleans())
def test_the_measured_product(W: Any, steps: int, seed: int, driven: bool) -> None:
    rng = np.random.default_rng(seed)
    start, b = rng.normal(size=len(W)).round(2), rng.normal(size=len(W)).round(2)
    W_x, x = rng.normal(size=(len(W), 2)).round(2), rng.normal(size=(steps, 2)).round(2)
    inputs = f"\n  W_x: {W_x.tolist()}\n  x: {x.tolist()}" if driven else ""
    text = (
        f"activation: tanh\nsteps: {steps}\nW: {W.tolist()}\ntrajectory:\n  h[0]: {start.tolist()}\n  b: {b.tolist()}"
    )
    found = problem(text + inputs)
    _, extras = solved(found)
    h, product = start, np.eye(len(W))
    sizes = {}
    for t in range(1, steps + 1):
        h = np.tanh(W @ h + (W_x @ x[t - 1] if driven else 0) + b)
        product = np.diag(1 - h**2) @ W @ product
        sizes[t] = np.linalg.norm(product, 2)
    for t, size, bound in extras.tables[2].rows:
        assert size == pytest.approx(sizes[int(str(t))], rel=1e-6, abs=1e-13)
        assert float(str(size)) <= float(str(bound)) * (1 + 1e-9)


def test_sizes_that_no_double_holds_are_text() -> None:
    _, extras = solved(problem("activation: tanh\nsteps: 100000\nW: 1.2"))
    last = extras.tables[0].rows[-1]
    assert last[:3] == (100_000, "1.78e-4576", 1.0)
    assert last[3] == "1.86e+4139"
    for series in extras.series:
        for _, xs, ys in series.curves:
            assert len(xs) == len(ys)
            assert np.isfinite(ys).all()
            assert np.greater(ys, 0).all()


def test_a_trajectory_that_leaves_the_numbers() -> None:
    text = "activation: identity\nsteps: 1000\nW: 10\ntrajectory:\n  h[0]: 1"
    found = problem(text)
    _, extras = solved(found)
    assert found.setup.answers["regime"] == EXPLODES
    assert any(remark.kind == "warning" and "t = 309" in remark.text for remark in extras.remarks)
    assert extras.tables[2].rows[-1][0] == 200


def test_a_gradient_of_exactly_zero() -> None:
    _, extras = solved(problem("activation: relu\nsteps: 5\nW: 2\ntrajectory:\n  b: [-1]"))
    assert [row[1] for row in extras.tables[2].rows] == [0.0] * 3
    assert any("shrank" in remark.text for remark in extras.remarks)
    assert any("kink" in remark.text for remark in extras.remarks)


@pytest.mark.parametrize(
    ("text", "regime", "word"),
    [
        ("activation: sigmoid\nW: [[1, 2], [0, 1]]", VANISHES, "Proved"),
        ("activation: max(0.5*z, z)\nW: [[3, 0], [0, -3]]", EXPLODES, "Proved"),
        ("activation: max(0.5*z, z)\nW: 1.5", UNDETERMINED, "too small to prove growth"),
        ("activation: linear\nW: 1", UNDETERMINED, "too near to 1"),
        ("activation: 2*z\nW: 0.4", VANISHES, "ρ(W)"),
        ("activation: softplus\nW: [[0, 2], [2, 0]]", UNDETERMINED, "normal"),
    ],
)
def test_the_regime_is_explained(text: str, regime: str, word: str) -> None:
    found = problem(text + "\nsteps: 10")
    _, extras = solved(found)
    assert found.setup.answers["regime"] == regime
    assert any(word in remark.text for remark in extras.remarks)
    assert any(remark.kind == "proof" for remark in extras.remarks) == (regime != UNDETERMINED)


def test_a_limit_is_a_number_of_the_program() -> None:
    numbers, extras = solved(problem("activation: softplus\nsteps: 10"))
    assert numbers["gamma"] == numbers["alpha"] == 1
    assert any("z → ∞" in remark.text for remark in extras.remarks)


# --- faults -----------------------------------------------------------------------------------------------------------

TANH = "activation: tanh\nsteps: 5\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("steps: 5", [("missing-field", 1, 1)]),
        ("activation: tanh", [("missing-field", 1, 1)]),
        ("activation: tanh\nsteps: -3", [("out-of-range", 3, 8)]),
        (TANH + "remaining: 1", [("out-of-range", 4, 12)]),
        (TANH + "remaining: x", [("not-a-number", 4, 12)]),
        ("activation: tahn\nsteps: 5", [("unknown-name", 2, 13)]),
        ("activation: 1 + tanh(x)\nsteps: 5", [("unknown-name", 2, 22)]),
        ("activation: z[t]\nsteps: 5", [("unknown-name", 2, 13)]),
        ("activation: sigmod(z)\nsteps: 5", [("unknown-function", 2, 13)]),
        ("activation: sum[t](z)\nsteps: 5", [("not-a-formula", 2, 13)]),
        ("activation: '[z, z]'\nsteps: 5", [("wrong-shape", 2, 13)]),
        ("activation: '[z, z] + [z, z, z]'\nsteps: 5", [("wrong-shape", 2, 14)]),
        ("activation: step\nsteps: 5", [("zero-slope", 2, 13)]),
        ("activation: 3\nsteps: 5", [("zero-slope", 2, 13)]),
        ("activation: sin(z)/z\nsteps: 5", [("no-slope", 2, 13)]),
        ("activation: sqrt(-1 - z**2)\nsteps: 5", [("no-slope", 2, 13)]),
        (TANH + "W: [[1, 2, 3], [4, 5, 6]]", [("wrong-shape", 4, 4)]),
        (TANH + "W: 1e200", [("out-of-range", 4, 4)]),
        (TANH + "trajectory:\n  b: 1", [("missing-field", 4, 1)]),
        (TANH + "W: 1\ntrajectory:\n  W: 2", [("duplicate-key", 6, 3)]),
        (TANH + "W: 1\ntrajectory:\n  h: 2", [("unknown-key", 6, 3)]),
        (TANH + "W: 1\ntrajectory:\n  x: [1, 2]", [("missing-given", 6, 3)]),
        (TANH + "W: [[1, 2], [3, 4]]\ntrajectory:\n  b: [1, 2, 3]", [("wrong-shape", 6, 6)]),
        (TANH + "W: 1\ntrajectory: 3", [("not-a-map", 5, 13)]),
        (
            "activation: z**2\nsteps: -3\nW: one",
            [("unbounded-slope", 2, 13), ("out-of-range", 3, 8), ("not-a-number", 4, 4)],
        ),
    ],
)
def test_faults_are_placed(text: str, found: list[tuple[str, int, int]]) -> None:
    assert faults(text) == found


def test_a_trajectory_too_long_to_measure() -> None:
    rows = np.eye(60).tolist()
    assert faults(f"activation: tanh\nsteps: 100000\nW: {rows}\ntrajectory:\n  b: {[0] * 60}") == [("too-large", 5, 1)]


def test_a_word_that_is_no_function_is_answered_with_the_nearest() -> None:
    with pytest.raises(HomeworkError) as caught:
        problem("activation: tahn\nsteps: 5")
    assert caught.value.diagnostics[0].help == "did you mean `tanh`?"


FRAGMENTS = [
    "z",
    "1",
    "0",
    "-2.5",
    "(",
    ")",
    "+",
    "*",
    "/",
    "**",
    "sigmoid(",
    "tanh(",
    "exp(",
    "log(",
    "abs(",
    "max(",
    ",",
    "e",
    "'",
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=9).map(" ".join))
def test_no_activation_makes_a_traceback(text: str) -> None:
    try:
        found = problem(f"activation: {json.dumps(text)}\nsteps: 3\nW: [[0.5, 0.1], [2, -1]]")
    except HomeworkError:
        return
    numbers, extras = solved(found)
    assert np.isfinite(list(numbers.values())).all()
    for table in extras.tables:
        for row in table.rows:
            assert all(not isinstance(cell, float) or math.isfinite(cell) for cell in row)
