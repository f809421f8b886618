"""Do two formulas mean the same? Pairs that do and pairs that do not, on trajectories of the LSTM and of vectors."""

import time

import numpy as np
import pytest
from programs import ELMAN, ELMAN_SHAPES, LSTM, lstm_shapes, parse_program

from rnn_hw.lang.differentiate import differentiate
from rnn_hw.lang.evaluate import Stack
from rnn_hw.lang.identity import STEPS, TRAJECTORIES, MissingStep, Witness, World, compare, same_shape, value_at, world
from rnn_hw.lang.parse import parse_formula
from rnn_hw.lang.shapes import infer
from rnn_hw.lang.tree import Program

UNIVARIATE = """
z_i[t] = w_ix*x[t] + w_ih*h[t-1]
i[t] = sigmoid(z_i[t])
f[t] = sigmoid(w_fx*x[t] + w_fh*h[t-1])
o[t] = sigmoid(w_ox*x[t] + w_oh*h[t-1])
g[t] = tanh(w_gx*x[t] + w_gh*h[t-1])
c[t] = f[t]*c[t-1] + i[t]*g[t]
h[t] = o[t]*tanh(c[t])
loss = mean[t]((h[t] - y[t])**2)
"""


def univariate(adjoints: bool = True) -> World:
    program = parse_program(UNIVARIATE)
    given = {**{f"w_{k}{s}": () for k in "ifog" for s in "xh"}, "x": (), "y": ()}
    shapes = infer(program, given)
    if adjoints:
        bars = differentiate(program, "loss", shapes)
        program = Program(program.equations + bars.equations)
        shapes |= dict.fromkeys(bars.names, ())
    return world(program, shapes)


def vectors(size: int = 3) -> World:
    program = parse_program(LSTM)
    shapes = infer(program, lstm_shapes(size, size))
    bars = differentiate(program, "loss", shapes)
    shapes |= {n: shapes[n.removesuffix("_bar")] for n in bars.names}
    return world(Program(program.equations + bars.equations), shapes)


UNI, PLAIN, VEC = univariate(), univariate(adjoints=False), vectors()

EQUAL = [
    ("i[t]*(1 - i[t])", "sigmoid'(z_i[t])"),
    ("i[t]*(1 - i[t])", "sigmoid(z_i[t])*(1 - sigmoid(z_i[t]))"),
    ("1 - g[t]**2", "tanh'(w_gx*x[t] + w_gh*h[t-1])"),
    ("tanh(c[t])", "(exp(2*c[t]) - 1)/(exp(2*c[t]) + 1)"),
    ("tanh(c[t])", "2*sigmoid(2*c[t]) - 1"),
    ("1 - tanh(c[t])**2", "(1 - tanh(c[t]))*(1 + tanh(c[t]))"),
    ("h[t]", "o[t]*tanh(f[t]*c[t-1] + i[t]*g[t])"),
    ("a_1 + 0*h[t]", "a_1"),
    ("(i[t] + f[t]) + o[t]", "i[t] + (f[t] + o[t])"),
    ("i[t]*f[t]*o[t]", "o[t]*(f[t]*i[t])"),
    ("sum[t](i[t]*x[t])", "sum[s](x[s]*i[s])"),
    ("sum[t](x[t])*h[t]", "sum[s](x[s]*h[t])"),
    ("sum[s](t*x[s])", "t*sum[t](x[t])"),
    ("mean[t](x[t])", "sum[t](x[t])/T"),
    ("h[T]", "h[T-1]*0 + o[T]*tanh(c[T])"),
    ("h[2]", "o[2]*tanh(c[2])"),
    ("loss", "sum[t]((y[t] - h[t])**2)/T"),
    ("c_bar[t]", "h_bar[t]*o[t]*(1 - tanh(c[t])**2) + c_bar[t+1]*f[t+1]"),
    ("f_bar[t]", "c_bar[t]*c[t-1]"),
    ("w_ix_bar", "sum[s](i_bar[s]*i[s]*(1 - i[s])*x[s])"),
    ("log(exp(c[t]))", "c[t]"),
    ("2", "1 + 1"),
    ("t", "t + 0"),
]
UNEQUAL = [
    ("f[t]*c[t-1]", "f[t]*c[t]"),
    ("f[t]*c[t-1]", "f[t-1]*c[t-1]"),
    ("c[t]", "f[t]*c[t-1]"),
    ("h[t]", "1.001*h[t]"),
    ("h[t]", "h[t] + 1e-8"),
    ("i[t]", "f[t]"),
    ("sum[t](x[t])", "sum[t](x[t-1])"),
    ("mean[t](x[t])", "sum[t](x[t])"),
    ("c[1]", "i[1]*g[1]"),
    ("h[0]", "0"),
    ("z_i[1]", "w_ix*x[1]"),
    ("h[T]", "h[T-1]"),
    ("sum[s](x[s]*h[t])", "sum[s](x[s]*h[s])"),
    ("i_bar[t]", "c_bar[t]*i[t]"),
    ("c_bar[t]", "h_bar[t]*o[t]*(1 - tanh(c[t])**2)"),
    ("t", "t + 1"),
    ("t*x[t]", "x[t]"),
    ("sum[s](t*x[s])", "sum[s](x[s])"),
    ("abs(c[t])", "c[t]"),
    ("sqrt(c[t]**2)", "c[t]"),
    ("log(-1 - c[t]**2)", "c[t]"),
    ("sum[t](t*x[t])", "t*sum[t](x[t])"),
]
UNI = UNI._replace(shapes={**UNI.shapes, "a_1": ()})
UNI.result.values["a_1"] = np.linspace(-1, 1, TRAJECTORIES)

EQUAL_VECTORS = [
    ("z_f[t]", "b_f + U_f @ h[t-1] + W_f @ x[t]"),
    ("h[t] @ h[t]", "sum(h[t]**2)"),
    ("(W_f @ x[t]).T", "x[t].T @ W_f.T"),
    ("norm(h[t])", "sqrt(h[t] @ h[t])"),
    ("z_f_bar[t] @ x[t].T", "outer(z_f_bar[t], x[t])"),
    ("W_f_bar", "sum[t](z_f_bar[t] @ x[t].T)"),
    ("z_i_bar[t]", "i_bar[t]*i[t]*(1 - i[t])"),
    ("b_f_bar", "sum[k](z_f_bar[k])"),
    ("softmax(h[t])", "exp(h[t])/sum(exp(h[t]))"),
]
UNEQUAL_VECTORS = [
    ("W_f @ x[t]", "W_f.T @ x[t]"),
    ("W_f_bar", "sum[t](x[t] @ z_f_bar[t].T)"),
    ("h[t]", "sum(h[t])"),
    ("W_f @ W_i", "W_i @ W_f"),
    ("mean(h[t])", "sum(h[t])"),
    ("W_f", "W_f.T"),
    ("h[t]", "part(h[t], 1, 2)"),
]


@pytest.mark.parametrize(("first", "second"), EQUAL)
def test_formulas_that_mean_the_same(first: str, second: str) -> None:
    assert compare(parse_formula(first), parse_formula(second), UNI) is None
    assert compare(parse_formula(second), parse_formula(first), UNI) is None


@pytest.mark.parametrize(("first", "second"), EQUAL_VECTORS)
def test_formulas_of_vectors_that_mean_the_same(first: str, second: str) -> None:
    assert compare(parse_formula(first), parse_formula(second), VEC) is None
    assert same_shape(parse_formula(first), parse_formula(second), VEC.shapes)


@pytest.mark.parametrize(
    ("world", "first", "second"), [(UNI, *p) for p in UNEQUAL] + [(VEC, *p) for p in UNEQUAL_VECTORS]
)
def test_formulas_that_differ_have_a_witness(world: World, first: str, second: str) -> None:
    found = compare(parse_formula(first), parse_formula(second), world)
    assert isinstance(found, Witness)
    assert 0 <= found.trajectory < TRAJECTORIES
    assert found.time in (0, 2, 3, STEPS)
    for text, value in ((first, found.first), (second, found.second)):
        whole = value_at(parse_formula(text), found.time, world)[found.trajectory]
        assert np.array_equal(np.broadcast_to(whole, np.shape(value)), value, equal_nan=True)
    assert not np.array_equal(found.first, found.second)
    again = compare(parse_formula(first), parse_formula(second), world)
    assert isinstance(again, Witness)
    assert (again.time, again.trajectory) == (found.time, found.trajectory)


def test_the_same_pair_gets_the_same_answer_in_another_world() -> None:
    pair = parse_formula("h[t]"), parse_formula("c[t]")
    one, two = compare(*pair, univariate()), compare(*pair, univariate())
    assert isinstance(one, Witness)
    assert isinstance(two, Witness)
    assert one.time == two.time == 2
    assert np.array_equal(one.first, two.first)


@pytest.mark.parametrize("text", ["c[t] + 0*c[t+1]", "sum[s](c[s+1])", "x[9]", "h[T+1]"])
def test_a_step_that_does_not_exist_is_said(text: str) -> None:
    found = compare(parse_formula("c[t]"), parse_formula(text), PLAIN)
    assert isinstance(found, MissingStep)
    assert found.reason.startswith("no value")


def test_the_last_step_may_be_left_out() -> None:
    """At the last step an adjoint has no later one; the truncated line is right there only."""
    full, cut = parse_formula("c_bar[t]"), parse_formula("h_bar[t]*o[t]*(1 - tanh(c[t])**2)")
    assert isinstance(compare(full, cut, UNI), Witness)
    assert np.allclose(value_at(full, STEPS, UNI), value_at(cut, STEPS, UNI))
    assert compare(parse_formula("c[t+1]"), parse_formula("c[t+1]"), PLAIN, last=False) is None


def test_unknown_names_raise_key_errors() -> None:
    with pytest.raises(KeyError):
        compare(parse_formula("h[t]"), parse_formula("nothing"), UNI)


def test_fixed_values_hold_on_every_trajectory() -> None:
    program = parse_program("h[t] = w*h[t-1]")
    found = world(program, {"w": (), "h": ()}, {"h": Stack(np.zeros(1), 0)})
    assert compare(parse_formula("h[t]"), parse_formula("0"), found) is None
    assert isinstance(compare(parse_formula("h[t]"), parse_formula("0"), world(program, {"w": (), "h": ()})), Witness)


def test_shapes_count_as_the_same_only_if_they_are() -> None:
    shapes = {"v": (2,), "W": (2, 2), "a": (1,), "b": ()}
    pairs = [("v", "W @ v", True), ("a", "b", True), ("v", "b", False), ("v", "W", False), ("W @ W", "W @ a", False)]
    for first, second, expected in pairs:
        assert same_shape(parse_formula(first), parse_formula(second), shapes) is expected


@pytest.mark.parametrize("size", [1, 8, 30])
def test_large_layers_saturate_and_are_still_recognized(size: int) -> None:
    """1 - tanh(z)**2 loses its digits where z is large, whichever way it is written."""
    where = vectors(size)
    for first, second in [
        ("z_g_bar[t]", "g_bar[t]*(1 - g[t])*(1 + g[t])"),
        ("z_i_bar[t]", "i_bar[t]*sigmoid'(z_i[t])"),
        ("z_i_bar[t]", "i_bar[t]*i[t]*sigmoid(-z_i[t])"),
        ("c_bar[t]", "h_bar[t]*o[t]*tanh'(c[t]) + c_bar[t+1]*f[t+1]"),
        ("U_f_bar", "sum[s](outer(z_f_bar[s], h[s-1]))"),
    ]:
        assert compare(parse_formula(first), parse_formula(second), where) is None, (first, second)


@pytest.mark.parametrize("text", ["1/0", "-1/0", "0/0", "exp(1000)", "log(0)", "1/(h[t] - h[t])", "h_bar[t]/(t - 2)"])
@pytest.mark.parametrize("true", ["h_bar[t]", "i_bar[t]*g[t]", "w_ix_bar", "0*h[t]"])
def test_what_is_infinite_is_no_finite_formula(true: str, text: str) -> None:
    assert compare(parse_formula(true), parse_formula(text), UNI) is not None


def test_elman_in_another_arrangement() -> None:
    program = parse_program(ELMAN)
    where = world(program, infer(program, ELMAN_SHAPES))
    joined = parse_formula("tanh(h[t-1] @ W_h.T + x[t] @ W_x.T + b)")
    assert compare(parse_formula("h[t]"), joined, where) is None


def test_the_time_of_one_comparison_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    pair = parse_formula("i[t]*(1 - i[t])"), parse_formula("sigmoid'(z_i[t])")
    start = time.perf_counter()
    for _ in range(50):
        compare(*pair, UNI)
    with capsys.disabled():
        print(f"\none comparison: {(time.perf_counter() - start) * 20:.2f} ms (aim: 5 ms)")
