"""Adjoints: against finite differences for many cells and losses, against the oracle, and as the homework writes them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import oracle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import (
    ELMAN,
    ELMAN_SHAPES,
    GRU,
    LSTM,
    MINIMAL,
    UNSHRUNK,
    Case,
    Shape,
    at,
    case,
    close,
    gru_shapes,
    lstm_shapes,
    minimal_shapes,
    programs,
    random_case,
    with_adjoints,
    wrong_adjoints,
)

from rnn_hw.lang.differentiate import derivative, differentiate, slope
from rnn_hw.lang.evaluate import Stack, evaluate
from rnn_hw.lang.notation import source, source_equation
from rnn_hw.lang.operations import OPERATIONS
from rnn_hw.lang.parse import parse_formula, parse_program
from rnn_hw.lang.rewrite import names_in
from rnn_hw.lang.tree import Apply, Equation, Name, Num, Program

UNIVARIATE = """
i[t] = sigmoid(w_ix*x[t] + w_ih*h[t-1])
f[t] = sigmoid(w_fx*x[t] + w_fh*h[t-1])
o[t] = sigmoid(w_ox*x[t] + w_oh*h[t-1])
g[t] = tanh(w_gx*x[t] + w_gh*h[t-1])
c[t] = f[t]*c[t-1] + i[t]*g[t]
h[t] = o[t]*tanh(c[t])
"""
PEEPHOLES = """
f[t] = sigmoid(W_f @ x[t] + U_f @ h[t-1] + p_f*c[t-1] + b_f)
i[t] = sigmoid(W_i @ x[t] + U_i @ h[t-1] + p_i*c[t-1] + b_i)
c[t] = f[t]*c[t-1] + i[t]*tanh(W_g @ x[t] + U_g @ h[t-1] + b_g)
o[t] = sigmoid(W_o @ x[t] + U_o @ h[t-1] + p_o*c[t] + b_o)
h[t] = o[t]*tanh(c[t])
loss = mean[t](mean((h[t] - y[t])**2))
"""
V: Shape = (3,)
M: Shape = (3, 3)
STATE = {"W": M, "U": M, "b": V, "x": V}
SIMPLE = "h[t] = tanh(W @ x[t] + U @ h[t-1] + b)\n"

# name: text, shapes of what is given, shapes of the initial states
CASES: dict[str, tuple[str, dict[str, Shape], dict[str, Shape]]] = {
    "lstm": (LSTM, lstm_shapes(), {"h": V, "c": V}),
    "lstm of one unit": (LSTM, lstm_shapes(1, 1), {"h": (1,), "c": (1,)}),
    "univariate lstm": (
        UNIVARIATE + "loss = mean[t]((h[t] - y[t])**2)/2",
        {**{f"w_{k}{s}": () for k in "ifog" for s in "xh"}, "x": (), "y": ()},
        {"h": (), "c": ()},
    ),
    "elman": (ELMAN, ELMAN_SHAPES, {"h": V}),
    "gru": (GRU, gru_shapes(), {"h": V}),
    "minimal gated unit": (MINIMAL, minimal_shapes(), {"h": V}),
    "peepholes": (PEEPHOLES, {**lstm_shapes(), "p_f": V, "p_i": V, "p_o": V}, {"h": V, "c": V}),
    "rows": (
        "h[t] = tanh(x[t] @ W + h[t-1] @ U + b)\nloss = h[T] @ U @ h[2]",
        {"W": (2, 3), "U": M, "b": V, "x": (2,)},
        {"h": V},
    ),
    "joined": (
        "h[t] = tanh(W @ [h[t-1], x[t]] + b)\nloss = sum[t](sum(h[t]*x[1]))",
        {"W": (2, 4), "b": (2,), "x": (2,)},
        {"h": (2,)},
    ),
    "joined with a number": (
        "h[t] = tanh(W @ [h[t-1], 2*w, x[t]])\nloss = sum(h[T])",
        {"W": (2, 5), "w": (), "x": (2,)},
        {"h": (2,)},
    ),
    "attention": (
        SIMPLE + "k[t] = K @ h[t]\ne[t] = exp(q @ k[t])\nm = sum[t](e[t]*h[t])/sum[t](e[t])\nloss = sum((m - y)**2)",
        {**STATE, "K": M, "q": V, "y": V},
        {"h": V},
    ),
    "attention at every step": (
        SIMPLE + "a[t] = sum[s](exp(h[t] @ K @ h[s])*h[s])/sum[s](exp(h[t] @ K @ h[s]))\n"
        "loss = mean[t](sum((a[t] - y[t])**2))",
        {**STATE, "K": M, "y": V},
        {"h": V},
    ),
    "attention inside the recurrence": (
        "a[t] = sum[s](exp(h[t-1] @ x[s])*x[s])\nh[t] = tanh(W @ h[t-1] + U @ a[t])\nloss = sum(h[T])",
        {"W": M, "U": M, "x": V},
        {"h": V},
    ),
    "cross-entropy": (
        SIMPLE + "p[t] = softmax(V @ h[t])\nloss = -mean[t](sum(y[t]*log(p[t])))",
        {**STATE, "V": (4, 3), "y": (4,)},
        {"h": V},
    ),
    "largest entry": (SIMPLE + "loss = max(h[T]) + 2*min(h[2]) + max[t](h[t] @ v)", {**STATE, "v": V}, {"h": V}),
    "largest of two": (SIMPLE + "loss = sum(max(h[T], x[2])*min(h[1], x[3]))", STATE, {"h": V}),
    "norm": (SIMPLE + "loss = norm(h[T]) + norm(W) + min[t](norm(h[t] - x[t]))", STATE, {"h": V}),
    "single steps": (SIMPLE + "loss = h[2] @ h[T] + h[1] @ x[3] + h[T-1] @ v", {**STATE, "v": V}, {"h": V}),
    "smoothness": (SIMPLE + "loss = sum[t](sum((h[t] - h[t-1])**2)) + sum[s](h[s] @ h[s-2])", STATE, {"h": V}),
    "bidirectional": (
        "h[t] = tanh(W @ x[t] + U @ h[t-1])\nk[t] = tanh(K @ x[t] + U @ k[t+1])\ny[t] = V @ [h[t], k[t]]\n"
        "loss = sum[t](sum(y[t]**2))",
        {"W": M, "U": M, "K": M, "V": (2, 6), "x": V},
        {"h": V},
    ),
    "products of shifted states": (
        "h[t] = tanh(W @ (h[t-1]*h[t-2]) + x[t])\ny[t] = h[t-1]*h[t-3]\nloss = sum[t](sum(y[t]*h[t]))",
        {"W": M, "x": V},
        {"h": V},
    ),
    "a step mentioned at every step": (
        SIMPLE + "y[t] = h[T]*h[t-1]*h[2]\nloss = sum[t](sum(y[t]*x[t]))",
        STATE,
        {"h": V},
    ),
    "the number of the step": (
        "h[t] = tanh(x[t] + h[t-1]/t)\ny[t] = t*h[t-1] + sum[s](s_0*t*h[s])\nloss = sum[t](t*sum(y[t]))/T",
        {"x": V, "s_0": ()},
        {"h": V},
    ),
    "letters used twice": (
        "h[t] = tanh(h[t-1] + x[t]*sum[t](x[t]*t))\n"
        "loss = sum[s](sum(x[s])*sum[s](sum(h[s]))) + sum[t](sum[s](h[t] @ h[s]*q[s]))",
        {"x": V, "q": ()},
        {"h": V},
    ),
    "largest step at every step": (
        "y[t] = sum[s](q[t]*max[s](q[s])*q[s])\nloss = sum[s](max[s](y[s])*y[s])",
        {"q": ()},
        {},
    ),
    "outer products": (
        "A[t] = A[t-1] + outer(tanh(W @ x[t]), x[t])/2\nB = x[1] @ x[T].T\nloss = sum(A[T]*B) + sum(A[2] @ x[1])",
        {"W": M, "x": V},
        {"A": M},
    ),
    "a column times a row": ("C = v @ r\nloss = sum(sin(C @ W))", {"v": (2,), "r": (1, 3), "W": M}, {}),
    "matrix states": (
        "A[t] = tanh(W @ A[t-1] @ U.T + x[t])\nloss = mean(A[T]**2)",
        {"W": (2, 2), "U": M, "x": (2, 3)},
        {"A": (2, 3)},
    ),
    "shared plain quantities": (
        "D = W.T @ W\nh[t] = tanh(D @ h[t-1] + w*x[t] + w)\nloss = sum(h[T])*w + sum(D)/size(W)",
        {"W": M, "w": (), "x": V},
        {"h": V},
    ),
    "constants": ("h[t] = e**h[t-1]/(pi*T) + x[t]\nloss = sum(h[T]) + e*pi", {"x": V}, {"h": V}),
    "primes": ("h[t] = tanh'(U @ h[t-1]) + sigmoid''(x[t])\nloss = sum(softplus'''(h[T]))", {"U": M, "x": V}, {"h": V}),
}


def made(name: str) -> Case:
    text, shapes, initial = CASES[name]
    return case(text, shapes, initial, scale=0.6)


@pytest.mark.parametrize("name", CASES)
def test_adjoints_are_finite_differences(name: str) -> None:
    assert not wrong_adjoints(made(name))


@settings(UNSHRUNK, max_examples=60)
@given(programs(), st.integers(0, 99))
def test_adjoints_of_random_programs_are_finite_differences(text: str, seed: int) -> None:
    assert not wrong_adjoints(random_case(text, seed), tolerance=1e-5)


@pytest.mark.parametrize("name", CASES)
def test_an_adjoint_wrong_by_a_thousandth_is_caught(name: str) -> None:
    """Each adjoint of a given quantity in turn, and for the LSTM those in between."""
    found = made(name)
    adjoints = differentiate(found.program, "loss", found.shapes)
    for k, equation in enumerate(adjoints.equations):
        inner = equation.name.removesuffix("_bar") in found.program.names
        if inner and name != "lstm":
            continue
        planted = list(adjoints.equations)
        planted[k] = Equation(equation.target, Apply("mul", (Num(1.001), equation.formula)))
        assert wrong_adjoints(found, adjoints=Program(tuple(planted))), equation.name


@pytest.mark.parametrize("name", CASES)
def test_a_gradient_has_the_shape_of_its_variable(name: str) -> None:
    whole = with_adjoints(made(name), "loss")
    result = whole.run()
    for bar in whole.program.names:
        if bar.endswith("_bar"):
            value = result.values[bar]
            array = value.at(1) if isinstance(value, Stack) else value
            assert np.shape(array) == whole.shapes[bar.removesuffix("_bar")], bar


def test_a_batch_of_adjoints_is_the_loop_over_it() -> None:
    text, shapes, initial = CASES["attention at every step"]
    whole = with_adjoints(case(text, shapes, initial, batch={"W": (3,), "x": (3,), "y": (2, 3), "h": (3,)}), "loss")
    result = whole.run()
    for index in np.ndindex(2, 3):
        picks = {"W": index[1:], "x": index[1:], "y": index, "h": index[1:]}
        given: dict[str, Any] = dict(whole.given)
        for name, pick in picks.items():
            value = given[name]
            given[name] = (
                Stack(value.values[(slice(None), *pick)], value.first) if isinstance(value, Stack) else value[pick]
            )
        alone = whole._replace(given=given).run()
        for bar, time in (("W_bar", None), ("K_bar", None), ("x_bar", 2), ("h_bar", 1)):
            value = np.broadcast_to(at(result, bar, time), (2, 3, *whole.shapes[bar]))
            assert close(value[index], at(alone, bar, time)), bar


# ---- against the oracle, step by step --------------------------------------------------------------------------------


def test_the_lstm_has_the_oracles_gradients() -> None:
    found = made("lstm")
    given = {n: v.between(1, found.steps) if n in "xy" else v for n, v in found.given.items() if n not in ("h", "c")}
    given |= {"h[0]": found.given["h"].at(0), "c[0]": found.given["c"].at(0)}
    whole = with_adjoints(found, "loss")
    result, expected = whole.run(), oracle.lstm_backward(given)
    for name, gradient in expected.items():
        if name == "x":
            assert close(result.values["x_bar"].between(1, found.steps), gradient, 1e-12)  # type: ignore[union-attr]
        elif "[" not in name:
            assert close(result.values[name + "_bar"], gradient, 1e-12), name


def test_the_lstms_adjoints_in_between_are_those_of_bptt() -> None:
    """A plain loop over Greff et al. 2017, appendix A, as the oracle's, that keeps what it passes."""
    found = made("lstm")
    result, last, g = with_adjoints(found, "loss").run(), found.steps, found.given
    run, _ = oracle.lstm_forward(
        {n: v.between(1, last) if isinstance(v, Stack) else v for n, v in g.items() if n not in ("h", "c")}
        | {"h[0]": g["h"].at(0), "c[0]": g["c"].at(0)}
    )
    h_next, c_next = np.zeros(3), np.zeros(3)
    for t in range(last, 0, -1):
        f, i, n, o, c = (run[name][t] for name in ("f", "i", "g", "o", "c"))
        h_bar = 2 * (run["h"][t] - g["y"].at(t)) / (3 * last) + h_next
        c_bar = h_bar * o * (1 - np.tanh(c) ** 2) + c_next
        bars = {
            "h": h_bar,
            "c": c_bar,
            "o": h_bar * np.tanh(c),
            "i": c_bar * n,
            "g": c_bar * i,
            "f": c_bar * run["c"][t - 1],
        }
        z = {
            "o": bars["o"] * o * (1 - o),
            "i": bars["i"] * i * (1 - i),
            "f": bars["f"] * f * (1 - f),
            "g": bars["g"] * (1 - n**2),
        }
        h_next, c_next = sum(g[f"U_{k}"].T @ z[k] for k in "fiog"), c_bar * f
        for name, value in {**bars, **{f"z_{k}": v for k, v in z.items()}}.items():
            assert close(at(result, name + "_bar", t), value, 1e-12), (name, t)


def test_elman_has_the_oracles_gradients() -> None:
    found = made("elman")
    given = {n: v.between(1, found.steps) if n == "x" else v for n, v in found.given.items() if n != "h"}
    result, expected = (
        with_adjoints(found, "loss").run(),
        oracle.elman_backward({**given, "h[0]": found.given["h"].at(0)}),
    )
    for name in ("W_x", "W_h", "b"):
        assert close(result.values[name + "_bar"], expected[name], 1e-12), name


# ---- as text ---------------------------------------------------------------------------------------------------------


def test_the_univariate_lstms_adjoints_are_the_homeworks_lines() -> None:
    """expected.json, 001.Q2a: bars at T+1 are zero; the loss touches h[t] directly."""
    adjoints = differentiate(parse_program(UNIVARIATE), "", {}, {"h": parse_formula("h_direct[t]")})
    lines = [source_equation(e) for e in adjoints.equations]
    gates = [f"{k}_bar[t+1]*{k}[t+1]*(1 - {k}[t+1])*w_{k}h" for k in "ofi"]
    assert lines[:6] == [
        "h_bar[t] = h_direct[t] + " + " + ".join([*gates, "g_bar[t+1]*(1 - g[t+1]**2)*w_gh"]),
        "c_bar[t] = h_bar[t]*o[t]*(1 - tanh(c[t])**2) + c_bar[t+1]*f[t+1]",
        "g_bar[t] = c_bar[t]*i[t]",
        "o_bar[t] = h_bar[t]*tanh(c[t])",
        "f_bar[t] = c_bar[t]*c[t-1]",
        "i_bar[t] = c_bar[t]*g[t]",
    ]
    assert "w_ix_bar = sum[t](i_bar[t]*i[t]*(1 - i[t])*x[t])" in lines
    assert "w_gh_bar = sum[t](g_bar[t]*(1 - g[t]**2)*h[t-1])" in lines


TEXTS = [
    ("h[t] = t*h[t-1]\nloss = h[T]", ["h_bar[t] = equal(t, T) + h_bar[t+1]*(t + 1)"]),
    ("y = a*b\nloss = y**2", ["y_bar = 2*y", "a_bar = y_bar*b", "b_bar = y_bar*a"]),
    ("loss = sum[t](x[t-1])", ["x_bar[t] = step(T - t)"]),
    ("loss = sum[t](x[t+2])", ["x_bar[t] = step(t - 2)"]),
    ("loss = x[2]*a", ["a_bar = x[2]", "x_bar[t] = equal(t, 2)*a"]),
    (
        "loss = sum[s](sum[t](x[s]*y[t]*z[t]))",
        [
            "x_bar[t] = sum[s](z[s]*y[s])",
            "y_bar[t] = sum[s](z[t]*x[s])",
            "z_bar[t] = sum[s](x[s]*y[t])",
        ],
    ),
    ("loss = sum[t](x[t])/T + e*pi + 3", ["x_bar[t] = 1/T"]),
]


@pytest.mark.parametrize(("text", "lines"), TEXTS)
def test_adjoints_read_like_the_lecture(text: str, lines: list[str]) -> None:
    found = differentiate(parse_program(text), "loss", {})
    assert [source_equation(e) for e in found.equations] == lines


def test_what_the_loss_does_not_depend_on_has_no_adjoint() -> None:
    program = parse_program("h[t] = tanh(w*h[t-1])\ny[t] = v*h[t]\nz[t] = step(u*x[t])\nloss = h[T] + z[T]")
    assert not {"v_bar", "y_bar", "u_bar", "x_bar", "T_bar", "t_bar"} & set(differentiate(program, "loss", {}).names)
    assert {"w_bar", "h_bar"} <= set(differentiate(program, "loss", {}).names)


# ---- derivatives of formulas in one number ---------------------------------------------------------------------------

ONE_NUMBER = [n for n, row in OPERATIONS.items() if row.arity == 1 and row.elementwise and n not in ("ones", "neg")]
FORMULAS = [
    "sigmoid(z) - 0.5",
    "z**3 - 2*z",
    "tanh(z)**2/(1 + z**2)",
    "exp(-z**2)",
    "2**z",
    "z**z",
    "log(1 + exp(z))",
    "sqrt(z)*sin(z)",
    "softplus'(z)",
    "sigmoid''(2*z)",
    "tanh'''(z)/3",
    "max(z, z**2)",
    "sum(z) + mean(z)*norm(z)",
    "1/(1 + exp(-z))",
    "z.T @ z",
    "a*z + b",
    "7",
    "sigmoid(sigmoid'(z))",
]


def numeric(function: Callable[[float], float], z: float) -> float:
    wide, narrow = ((function(z + e) - function(z - e)) / (2 * e) for e in (2e-3, 1e-3))
    return (4 * narrow - wide) / 3


def value(formula: Any, z: float) -> float:
    program = Program((Equation(Name("y"), formula),))
    given = {"z": np.array(z), "a": np.array(1.5), "b": np.array(-0.5)}
    return float(np.asarray(evaluate(program, given, dict.fromkeys("yzab", ()), 1).values["y"]))


@pytest.mark.parametrize("text", FORMULAS)
def test_a_derivative_is_the_finite_difference(text: str) -> None:
    formula = parse_formula(text)
    found = derivative(formula, "z")
    for z in (0.3, 0.8, 1.7):
        expected = numeric(lambda p: value(formula, p), z)
        assert abs(value(found, z) - expected) <= 1e-7 * max(1, abs(expected))


@pytest.mark.parametrize("primes", ["", "'", "''"])
@pytest.mark.parametrize("name", ONE_NUMBER)
def test_a_slope_is_the_finite_difference_of_the_one_before(name: str, primes: str) -> None:
    z = Name("z")
    found = slope(name + primes, z)
    before = slope(name + primes[1:], z) if primes else Apply(name, (z,))
    point = 0.37
    expected = numeric(lambda p: value(before, p), point)
    assert abs(value(found, point) - expected) <= 1e-6 * max(1, abs(expected))
    assert {n.name for n in names_in(found)} <= {"z"}


def test_derivatives_as_text() -> None:
    assert source(derivative(parse_formula("a*z**2"), "z")) == "2*a*z"
    assert source(derivative(parse_formula("3"), "z")) == "0"
    assert source(derivative(parse_formula("step(z)"), "z")) == "0"
    assert source(slope("tanh", parse_formula("z_g[t]"))) == "1 - tanh(z_g[t])**2"
