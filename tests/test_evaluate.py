"""Programs to numbers: the planned evaluation against a naive interpreter, batches, clamps, exact numbers, the oracle."""

from fractions import Fraction
from typing import Any

import numpy as np
import oracle
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from programs import (
    ELMAN,
    ELMAN_SHAPES,
    GRU,
    LSTM,
    MINIMAL,
    PLAIN,
    SEQUENCES,
    UNSHRUNK,
    Case,
    Naive,
    at,
    case,
    close,
    gru_shapes,
    lstm_shapes,
    mentions,
    minimal_shapes,
    programs,
    random_case,
)

from rnn_hw.errors import HomeworkError, Span
from rnn_hw.lang import evaluate as evaluation
from rnn_hw.lang.evaluate import Clamp, Stack, evaluate, reach
from rnn_hw.lang.parse import parse_program
from rnn_hw.lang.schedule import schedule

# ---- against the naive interpreter -----------------------------------------------------------------------------------

ATTENTION = """
s_t[t] = sum[s](exp(h[t-1] @ x[s])*x[s])
a[t] = tanh(W @ a[t-1] + s_t[t])
h[t] = tanh(U @ h[t-1] + a[t])
"""


def differences(case: Case) -> list[tuple[str, int | None]]:
    """The keys of which the planned value is not the naive one."""
    result, naive = case.run(), Naive(case)
    return [key for key in mentions(case) if not close(at(result, *key), naive.key(*key))]


@settings(UNSHRUNK, max_examples=150)
@given(programs(), st.integers(0, 99))
@example("a[t] = tanh(a[t-1] + sum[s](softmax(a[t-1]) @ x[s]*x[s]))", 1)
@example("a[t] = tanh(W @ a[t-1] + t*sum[t](t*x[t]))", 1)
@example("a[t] = tanh(W @ a[t-1])\nb[t] = sum[s](t*a[s])\ny[t] = sum[s](sum[s](x[s])*a[s])", 1)
@example("y[t] = sum[s](sum[k](x[k]))\nd[t] = sum[s](sum[k](x[k]*q[t]))\nm = sum[t](outer(x[t], v)) @ v", 1)
@example("y[t] = sum[s](sum[k](x[k]*x[s]))\nb[t] = sum[s](size(x[s])*v)\nd[t] = mean[s](size(x[s]))", 1)
def test_the_plan_computes_what_a_naive_interpreter_does(text: str, seed: int) -> None:
    assert not differences(random_case(text, seed))


def test_a_wrong_value_of_the_plan_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = random_case("a[t] = tanh(W @ a[t-1] + U @ x[t])\ny[t] = a[t] + x[t]")
    plain = evaluation.Result.load
    monkeypatch.setattr(evaluation.Result, "load", lambda self, name: plain(self, name) * (1 + 1e-6))
    assert differences(found)


@settings(UNSHRUNK, max_examples=60)
@given(programs(), st.data())
@example("a[t] = tanh(W @ a[t-1] + w*U @ a[t-2])\nm = sum[t](outer(a[t], x[t])) @ v", None)
@example("a[t] = tanh(w*a[t-1] + sum[s](softmax(a[t-1]) @ x[s]*x[s]))\ny[t] = sum[s](w*q[s]*q[t])*v", None)
def test_a_batch_is_the_loop_over_it(text: str, data: Any) -> None:
    lead = data.draw(st.sampled_from([(3,), (2, 3), (1,)])) if data else (2, 3)
    names = [*PLAIN, *SEQUENCES, "a"]
    leads = {n: data.draw(st.sampled_from([(), lead, lead[-1:], (1,)])) if data else lead for n in names}
    whole = random_case(text, 3, leads)
    result = whole.run()
    shape = np.broadcast_shapes(*leads.values())
    assert result.batch == shape
    for index in np.ndindex(*shape):
        given = {}
        for name, value in whole.given.items():
            own = len(whole.shapes[name])
            array = value.values if isinstance(value, Stack) else value
            time = int(isinstance(value, Stack))
            wide = np.broadcast_to(
                array.reshape(array.shape[:time] + (1,) * (time + len(shape) + own - array.ndim) + array.shape[time:]),
                array.shape[:time] + shape + array.shape[array.ndim - own :],
            )
            one = wide[(slice(None),) * time + index]
            given[name] = Stack(one, value.first) if isinstance(value, Stack) else one
        single = whole._replace(given=given)
        alone = single.run()
        for name, time_ in mentions(single):
            value = np.broadcast_to(at(result, name, time_), shape + single.shapes[name])
            assert close(value[index], at(alone, name, time_)), name


@settings(UNSHRUNK, max_examples=60)
@given(programs())
def test_taking_out_and_joining_changes_nothing_but_rounding(text: str) -> None:
    planned = random_case(text).run()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluation, "take_out_of_loop", lambda equations, lookup: ([], list(equations)))
        patch.setattr(evaluation, "join_products", lambda code, equations, inside: None)
        plain = random_case(text).run()
    for name in planned.values:
        one, two = planned.values[name], plain.values[name]
        if isinstance(one, Stack) and isinstance(two, Stack):
            assert one.first == two.first
            one, two = one.values, two.values
        assert close(one, two, 1e-12)


def test_attention_inside_a_recurrence_waits_for_its_own_step() -> None:
    found = case(ATTENTION, {"W": (3, 3), "U": (3, 3), "x": (3,)}, {"h": (3,), "a": (3,)})
    assert not differences(found)


# ---- against the oracle ----------------------------------------------------------------------------------------------


def plain(case: Case) -> dict[str, Any]:
    """The given values as the oracle takes them."""
    given = {n: v.values[1 - v.first :] if isinstance(v, Stack) else v for n, v in case.given.items()}
    states = {f"{n}[0]": v.at(0) for n, v in case.given.items() if isinstance(v, Stack) and n in case.program.names}
    return {**{n: v for n, v in given.items() if n not in case.program.names}, **states}


def test_the_lstm_is_the_oracle_on_2000_steps() -> None:
    found = case(LSTM, lstm_shapes(), {"h": (3,), "c": (3,)}, steps=2000, scale=0.5)
    result = found.run()
    expected, loss = oracle.lstm_forward(plain(found))
    assert close(result.values["loss"], loss)
    for name in ("z_f", "i", "g", "c", "h"):
        for t in (1, 2, 1000, 2000):
            assert close(at(result, name, t), expected[name][t], 1e-12), (name, t)


def test_other_cells_are_the_oracle() -> None:
    found = case(ELMAN, ELMAN_SHAPES, {"h": (3,)})
    assert close(found.run().values["loss"], oracle.elman_forward(plain(found))[1], 1e-12)
    for text, shapes, forward in (
        (GRU, gru_shapes(), oracle.gru_forward),
        (MINIMAL, minimal_shapes(), oracle.minimal_gated_unit_forward),
    ):
        found = case(text, shapes, {"h": (3,)}, steps=6)
        result, expected = found.run(), forward(plain(found))
        for name, steps in expected.items():
            for t, value in steps.items():
                assert close(at(result, name, t), value, 1e-12), (name, t)


# ---- initial states, steps that do not exist, clamps -----------------------------------------------------------------


def test_states_before_the_first_step_are_zero_if_left_out() -> None:
    text = "h[t] = h[t-1] + 2*h[t-2] + x[t]"
    result = case(text, {"x": ()}, steps=3).run({"x": Stack(np.array([1.0, 10.0, 100.0]), 1)})
    assert [at(result, "h", t) for t in (1, 2, 3)] == [1, 11, 113]
    given = {"x": Stack(np.array([1.0, 10.0, 100.0]), 1), "h": Stack(np.array([5.0]), 0)}
    result = case(text, {"x": ()}, steps=3).run(given)
    assert [at(result, "h", t) for t in (0, 1, 2, 3)] == [5, 6, 26, 138]


def test_a_backward_recurrence_starts_from_zero_behind_the_last_step() -> None:
    result = case("h[t] = 2*h[t+1] + x[t]", {"x": ()}, steps=3).run({"x": Stack(np.array([1.0, 10.0, 100.0]), 1)})
    assert [at(result, "h", t) for t in (3, 2, 1)] == [100, 210, 421]


@pytest.mark.parametrize(
    "text", ["y[t] = x[t-1]", "y[t] = y[t-1] + x[t-1]", "y[t] = x[0] + x[t]", "y = x[9]", "y = x[T-5]"]
)
def test_a_given_step_that_is_missing_is_never_another_one(text: str) -> None:
    with pytest.raises(IndexError):
        case(text, {"x": ()}, steps=3).run()


def test_a_stack_says_which_times_it_has() -> None:
    stack = Stack(np.arange(3), 1)
    assert stack.at(3) == 2
    assert stack.between(2, 3).tolist() == [1, 2]
    for wrong in (lambda: stack.at(0), lambda: stack.at(4), lambda: stack.between(0, 2), lambda: stack.between(2, 4)):
        with pytest.raises(IndexError, match="no value"):
            wrong()


def test_unknown_words_raise_key_errors() -> None:
    with pytest.raises(KeyError):
        evaluate(parse_program("y = 2*nothing"), {}, {"y": ()}, 1)


def test_words_and_constants_have_their_numbers() -> None:
    text = "a[t] = t**2/T\nb[t] = b[t-1] + t*pi\nc = e**0*T\nd = 2**-1 + 10**20"
    result = case(text, {}, steps=3).run()
    assert close([at(result, "a", t) for t in (1, 2, 3)], [1 / 3, 4 / 3, 3])
    assert close([at(result, "b", t) for t in (1, 2, 3)], [np.pi, 3 * np.pi, 6 * np.pi])
    assert result.values["c"] == 3
    assert result.values["d"] == 1e20 + 0.5


def test_whole_numbers_do_not_wrap_around() -> None:
    result = case("y = 10000000000*10000000000 + x", {"x": ()}).run({"x": np.array(0.0)})
    assert result.values["y"] == 1e20


def test_a_number_fills_an_array() -> None:
    found = case("y = 0\nz[t] = 1\nu = 2*y", {}, steps=2)
    found = found._replace(shapes={**found.shapes, "y": (2,), "z": (3,), "u": (2,)})
    result = found.run()
    assert np.shape(result.values["y"]) == np.shape(result.values["u"]) == (2,)
    assert at(result, "z", 1).tolist() == [1, 1, 1]


@pytest.mark.parametrize("lead", [(), (4,)])
def test_clamps_replace_values_and_keep_what_the_formula_gave(lead: tuple[int, ...]) -> None:
    """The last student has no clamp, and so the values of a run without any."""
    text = "z[t] = W @ h[t-1] + x[t]\nh[t] = tanh(z[t])\ny[t] = 2*h[t]\nm = sum[t](y[t])\nn = 3*m"
    found = case(text, {"W": (2, 2), "x": (2,)}, steps=3)
    free = found.run()
    known = np.zeros((3, *lead, 1), bool)
    known[(1, *[slice(-1)] * len(lead))] = True
    value = np.full((3, *lead, 2), 0.5)
    m_known = np.ones((*lead, 1), bool)
    clamps = {"h": Clamp(known, value), "m": Clamp(m_known, np.full((*lead, 2), 7.0)), "y": Clamp(known, value + 1)}
    result = found.run(clamps=clamps)
    first = (0,) * len(lead)
    W, x = found.given["W"], found.given["x"]
    h1 = np.tanh(x.at(1))
    computed = result.computed["h"]
    assert computed.shape == (3, *lead, 2)
    assert close(computed[1][first], np.tanh(W @ h1 + x.at(2)))  # as if nobody had put 0.5 there
    assert close(at(result, "h", 2)[first], [0.5, 0.5])
    assert close(computed[2][first], np.tanh(W @ [0.5, 0.5] + x.at(3)))
    assert close(result.computed["y"][1][first], [1.0, 1.0])
    assert close(at(result, "y", 2)[first], [1.5, 1.5])
    total = 2 * h1 + 1.5 + 2 * computed[2][first]
    assert close(np.broadcast_to(result.computed["m"], (*lead, 2))[first], total)
    assert close(np.broadcast_to(result.values["n"], (*lead, 2))[first], [21, 21])
    if lead:
        for t in (1, 2, 3):
            assert close(at(result, "h", t)[-1], at(free, "h", t))


# ---- exact numbers ---------------------------------------------------------------------------------------------------

THRESHOLD = """
z[t] = U @ x[t] + W @ h[t-1] + b
h[t] = step(z[t])
a[t] = V @ h[t] + d
y[t] = step(a[t])
"""


@pytest.mark.parametrize("kind", ["integers", "fractions"])
def test_threshold_programs_are_exact(kind: str) -> None:
    """0.1 + 0.2 - 0.3 is 0 here, so the unit is silent; in floats it fires."""
    random = np.random.default_rng(3)
    shapes = {"U": (3, 2), "W": (3, 3), "b": (3,), "V": (3,), "d": (), "x": (2,)}
    program = parse_program(THRESHOLD)
    found = case(THRESHOLD, shapes, {"h": (3,)}, steps=6)
    values = {n: random.integers(-3, 4, s) for n, s in shapes.items() if n != "x"}
    bits = random.integers(0, 2, (6, 2))
    dtype: Any = np.int64
    if kind == "fractions":
        dtype = object
        exact = np.vectorize(lambda v: Fraction(int(v), 10), otypes=[object])
        values = {n: exact(v) if np.ndim(v) else np.array(Fraction(int(v), 10), object) for n, v in values.items()}
        bits = bits.astype(object)
    given: dict[str, Any] = {**values, "x": Stack(bits, 1), "h": Stack(np.zeros((1, 3), dtype=dtype), 0)}
    result = evaluate(program, given, found.shapes, 6, dtype=dtype)
    net = {"U": values["U"].tolist(), "W": values["W"].tolist(), "b_h": values["b"].tolist(), "V": values["V"].tolist()}
    net["b_y"] = values["d"].item()
    expected = oracle.run_net(net, [tuple(b) for b in bits.tolist()])
    assert [int(at(result, "y", t)) for t in range(1, 7)] == expected
    if kind == "fractions":
        assert all(isinstance(v, Fraction) for v in at(result, "z", 3))
    else:
        assert at(result, "z", 3).dtype == np.int64


def test_a_sum_that_is_zero_only_exactly() -> None:
    program, tenths = parse_program("y = step(a + b - c + 0*2)"), [Fraction(k, 10) for k in (1, 2, 3)]
    shapes = dict.fromkeys("abcy", ())
    exact = {n: np.array(v, object) for n, v in zip("abc", tenths, strict=True)}
    floats = {n: np.array(float(v)) for n, v in zip("abc", tenths, strict=True)}
    assert evaluate(program, exact, shapes, 1, dtype=object).values["y"] == 0
    assert evaluate(program, floats, shapes, 1).values["y"] == 1


# ---- schedule --------------------------------------------------------------------------------------------------------

EARLIER = "a recurrence refers to an earlier step, such as `h[t-1]`"
ONE_WAY = "refer to earlier steps or to later ones, not to both in one circle"
CIRCLES = [
    ("a = a + 1", "`a` needs `a`", Span(1, 1, 2), EARLIER),
    ("h[t] = tanh(h[t])", "`h[t]` needs `h[t]`", Span(1, 1, 5), EARLIER),
    ("b = c\nc = d\nd = b", "`b` needs `c` needs `d` needs `b`", Span(1, 1, 2), EARLIER),
    ("x = 1\nh[t] = k[t] + h[t-1]\nk[t] = h[t]", "`h[t]` needs `k[t]` needs `h[t]`", Span(2, 1, 5), EARLIER),
    ("h[t] = h[t-1] + h[t+1]", "`h[t]` needs `h[t]`", Span(1, 1, 5), ONE_WAY),
    ("h[t] = k[t-1]\nk[t] = h[t+1]", "`h[t]` needs `k[t]` needs `h[t]`", Span(1, 1, 5), ONE_WAY),
    ("h[t] = h[t-1] + h[T]", "`h[t]` needs `h[t]`", Span(1, 1, 5), EARLIER),
    ("h[t] = h[t-1] + sum[s](h[s])", "`h[t]` needs `h[t]`", Span(1, 1, 5), EARLIER),
    ("h[t] = sum[t](h[t-1])", "`h[t]` needs `h[t]`", Span(1, 1, 5), EARLIER),
    ("m = sum[t](h[t])\nh[t] = h[t-1] + m", "`m` needs `h[t]` needs `m`", Span(1, 1, 2), EARLIER),
]


@pytest.mark.parametrize(("text", "way", "span", "help"), CIRCLES)
def test_circles_are_errors(text: str, way: str, span: Span, help: str) -> None:
    with pytest.raises(HomeworkError) as caught:
        schedule(parse_program(text))
    (found,) = caught.value.diagnostics
    assert (found.code, found.message, found.span, found.help) == (
        "circular", f"{way}: no order computes them", span, help,
    )  # fmt: skip
    with pytest.raises(HomeworkError):
        evaluate(parse_program(text), {}, dict.fromkeys("abcdhkmx", ()), 2)


def test_blocks_come_after_what_they_use_and_know_their_direction() -> None:
    program = parse_program(
        "y[t] = b[t] + h[T]\nb[t] = b[t+1] + k[t]\nk[t] = h[t-2]\nh[t] = g[t]\ng[t] = h[t-1] + x[t]"
    )
    blocks = [([e.name for e in block.equations], block.direction) for block in schedule(program)]
    assert blocks == [(["g", "h"], 1), (["k"], 0), (["b"], -1), (["y"], 0)]


def test_a_chain_of_many_equations_needs_no_deep_stack() -> None:
    lines = [f"a{k} = a{k + 1} + 1" for k in range(3000)]
    assert len(schedule(parse_program("\n".join(lines[:900])))) == 900


def test_reach_is_how_far_formulas_look() -> None:
    program = parse_program("h[t] = h[t-3] + x[t+2] + y[0] + z[T-1] + sum[s](x[s-1])")
    assert reach(program) == {"h": (-3, 0), "x": (-1, 2), "y": (-1, 0), "z": (-1, 0)}
