"""Unknown names, wrong times and wrong shapes: every message word for word with its place, and shapes that are inferred."""

import numpy as np
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
    Naive,
    case,
    gru_shapes,
    lstm_shapes,
    mentions,
    minimal_shapes,
    programs,
    random_case,
)

from rnn_hw.errors import Diagnostic, HomeworkError, Span
from rnn_hw.lang.differentiate import differentiate
from rnn_hw.lang.parse import parse_formula, parse_program
from rnn_hw.lang.shapes import Faulty, infer, series_names, settled, shape_of
from rnn_hw.lang.tree import Program

Shape = tuple[int, ...]
GIVEN: dict[str, Shape] = {"W": (3, 2), "U": (3, 3), "b": (3,), "x": (2,), "w": (), "v": (3,)}


def faults(
    text: str, initial: dict[str, Shape] | None = None, given: dict[str, Shape] | None = None
) -> list[Diagnostic]:
    with pytest.raises(HomeworkError) as caught:
        infer(parse_program(text), given or GIVEN, initial or {})
    return list(caught.value.diagnostics)


# text, then code, message, span and help
NAMES = [
    (
        "h[t] = tanh(W @ x[t] + U2 @ h[t-1])",
        "unknown-name",
        "`U2` is neither given nor defined by an equation",
        Span(1, 24, 26),
        "did you mean `U`?",
    ),
    (
        "y = foo",
        "unknown-name",
        "`foo` is neither given nor defined by an equation",
        Span(1, 5, 8),
        "known are `U`, `W`, `b`, `v`, `w`, `x`, `y`",
    ),
    (
        "h[t] = h[t-1] + x[t]\ny = h",
        "no-time",
        "`h` has a value at every step",
        Span(2, 5, 6),
        "write `h[t]`, or `h[T]` for the last step",
    ),
    (
        "y = x + x[2]",
        "no-time",
        "`x` has a value at every step",
        Span(1, 5, 6),
        "write `x[t]`, or `x[T]` for the last step",
    ),
    ("a = w\ny[t] = a[t-1]*x[t]", "no-series", "`a` has no time", Span(2, 8, 14), "write `a`"),
    (
        "y = x[t]",
        "unbound-time",
        "nothing says which step `t` is",
        Span(1, 5, 9),
        "write `x[T]`, or a sum over time, `sum[t](...)`",
    ),
    (
        "y[t] = x[s-1]",
        "unbound-time",
        "nothing says which step `s` is",
        Span(1, 8, 14),
        "write `x[T]`, or a sum over time, `sum[s](...)`",
    ),
    ("y = 2*t", "unbound-time", "nothing says which step `t` is", Span(1, 7, 8), "the last step is `T`"),
    (
        "y = w\ny = 2*w",
        "defined-twice",
        "`y` is defined twice",
        Span(2, 1, 2),
        "each name is assigned once; give the second one a name of its own",
    ),
    ("w = 2", "defined-twice", "`w` is given and also defined", Span(1, 1, 2), "leave out one of the two"),
    (
        "t = 2",
        "reserved-name",
        "`t` cannot be defined",
        Span(1, 1, 2),
        "`t` is the step and `T` the number of steps; choose another name",
    ),
    (
        "T = 2",
        "reserved-name",
        "`T` cannot be defined",
        Span(1, 1, 2),
        "`t` is the step and `T` the number of steps; choose another name",
    ),
]


@pytest.mark.parametrize(("text", "code", "message", "span", "help"), NAMES)
def test_names_and_times(text: str, code: str, message: str, span: Span, help: str) -> None:
    (found,) = faults(text)
    assert (found.code, found.message, found.span, found.help) == (code, message, span, help)


# text, shape of h[0] or None, message, span, notes
SHAPES = [
    (
        "y = U @ W.T",
        None,
        "in `U @ W.T` the left side has 3×3, so the right side needs 3 rows; it has 2×3",
        Span(1, 5, 12),
        ("`U` is 3×3", "`W` is 3×2"),
    ),
    (
        "y[t] = U @ x[t] + b",
        None,
        "in `U @ x[t]` the left side has 3×3, so the right side needs 3 rows; it has 2 entries",
        Span(1, 8, 16),
        ("`U` is 3×3", "`x[t]` is 2 entries"),
    ),
    (
        "y[t] = b*x[t]",
        None,
        "in `b*x[t]` one side has 3 entries, the other 2 entries",
        Span(1, 8, 14),
        ("`b` is 3 entries", "`x[t]` is 2 entries"),
    ),
    (
        "y = w + (b + U)",
        None,
        "in `b + U` one side has 3 entries, the other 3×3",
        Span(1, 10, 15),
        ("`b` is 3 entries", "`U` is 3×3"),
    ),
    (
        "y = [b, U]",
        None,
        "in `[b, U]` only numbers and vectors can be joined",
        Span(1, 5, 11),
        ("`b` is 3 entries", "`U` is 3×3"),
    ),
    (
        "y = part(b, 2, 4)",
        None,
        "in `part(b, 2, 4)` there are no entries 2 to 4 in 3 entries",
        Span(1, 5, 18),
        ("`b` is 3 entries",),
    ),
    (
        "y = part(U, 1, 1)",
        None,
        "in `part(U, 1, 1)` there are no entries 1 to 1 in 3×3",
        Span(1, 5, 18),
        ("`U` is 3×3",),
    ),
    (
        "y = part(b, 1, w)",
        None,
        "in `part(b, 1, w)` the entries are not given as numbers",
        Span(1, 5, 18),
        ("`b` is 3 entries", "`w` is a number"),
    ),
    (
        "y = outer(U, b)",
        None,
        "in `outer(U, b)` an outer product is of two vectors, not of 3×3 and 3 entries",
        Span(1, 5, 16),
        ("`U` is 3×3", "`b` is 3 entries"),
    ),
    (
        "y = max(b, U)",
        None,
        "in `max(b, U)` one side has 3 entries, the other 3×3",
        Span(1, 5, 14),
        ("`b` is 3 entries", "`U` is 3×3"),
    ),
    (
        "y = softmax'(b)",
        None,
        "in `softmax'(b)` a prime is for a function of one number, not of 3 entries",
        Span(1, 5, 16),
        ("`b` is 3 entries",),
    ),
    (
        "h[t] = tanh(W @ x[t] + U @ h[t-1])",
        (2,),
        "in `U @ h[t-1]` the left side has 3×3, so the right side needs 3 rows; it has 2 entries",
        Span(1, 24, 34),
        ("`U` is 3×3", "`h[t-1]` is 2 entries"),
    ),
    ("h[t] = tanh(W @ x[t])", (2,), "`h[t]` becomes 3 entries, but `h[0]` makes it 2 entries", Span(1, 1, 5), ()),
    (
        "h[t] = [h[t-1], w]",
        None,
        "`h[t]` becomes 3 entries, but another equation makes it 2 entries",
        Span(1, 1, 5),
        (),
    ),
    (
        "y = " + "b + " * 30 + "U",
        None,
        "in `" + ("b + " * 15)[:57] + "...` one side has 3 entries, the other 3×3",
        Span(1, 5, 126),
        ("`b` is 3 entries", "`U` is 3×3"),
    ),
]


@pytest.mark.parametrize(("text", "state", "message", "span", "notes"), SHAPES)
def test_shapes(text: str, state: Shape | None, message: str, span: Span, notes: tuple[str, ...]) -> None:
    (found,) = faults(text, {} if state is None else {"h": state})
    assert (found.code, found.message, found.span, found.notes) == ("wrong-shape", message, span, notes)


def test_every_fault_of_the_names_is_reported_at_once() -> None:
    codes = [d.code for d in faults("y = foo + foo\nz = x*x[1]\nw = 1\nu = v[t]")]
    assert sorted(codes) == ["defined-twice", "no-time", "unbound-time", "unknown-name"]


# ---- inference -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shapes", "states"),
    [
        (LSTM, lstm_shapes(), ["h", "c"]),
        (GRU, gru_shapes(), ["h"]),
        (MINIMAL, minimal_shapes(), ["h"]),
        (ELMAN, ELMAN_SHAPES, ["h"]),
        ("h[t] = tanh(W @ h[t-1])", {"W": (3, 3)}, ["h"]),
        ("h[t] = tanh(h[t-1] @ W)", {"W": (3, 3)}, ["h"]),
        ("h[t] = tanh(x[t] @ W + h[t-1] @ U)", {"W": (2, 3), "U": (3, 3), "x": (2,)}, ["h"]),
        ("h[t] = tanh(W @ [h[t-1], x[t]])", {"W": (3, 5), "x": (2,)}, ["h"]),
        ("a[t] = tanh(c[t-1])\nc[t] = a[t] + W @ c[t-2]", {"W": (3, 3)}, ["a", "c"]),
        ("h[t] = tanh(part([h[t-1], x[t]], 1, 3))", {"x": (3,)}, []),
    ],
)
def test_the_shape_of_a_state_needs_no_initial_value(text: str, shapes: dict[str, Shape], states: list[str]) -> None:
    program = parse_program(text)
    found = infer(program, shapes)
    assert found == infer(program, shapes, dict.fromkeys(states, (3,)))
    assert all(found[s] == (3,) for s in states)


def test_states_of_numbers_that_only_wait_for_each_other() -> None:
    """Neither equation says anything of a shape; the search for one ends all the same."""
    for text in (
        "h[t] = h[t-1]*k[t-1]\nk[t] = k[t-1]*h[t-1]",
        "a[t] = b[t-1]\nb[t] = d[t-1]\nd[t] = a[t-1]*b[t-1]",
        "a[t] = a[t-1] @ b[t-1]\nb[t] = tanh(a[t])",
    ):
        found = infer(parse_program(text), {})
        assert set(found.values()) == {()}


@settings(UNSHRUNK, max_examples=80)
@given(programs())
def test_inferred_shapes_are_those_of_the_values(text: str) -> None:
    found = random_case(text)
    naive = Naive(found)
    for name, time in mentions(found):
        assert np.shape(naive.key(name, time)) == found.shapes[name], name


def test_the_shapes_of_adjoints_are_inferred_as_those_of_their_quantities() -> None:
    found = case(LSTM, lstm_shapes(), {"h": (3,), "c": (3,)})
    adjoints = differentiate(found.program, "loss", found.shapes)
    whole = infer(Program(found.program.equations + adjoints.equations), lstm_shapes())
    for name in adjoints.names:
        assert whole[name] == found.shapes[name.removesuffix("_bar")], name


@settings(max_examples=80, deadline=None)
@given(st.sampled_from([n for n, s in lstm_shapes().items() if n != "y"]), st.integers(0, 1), st.integers(1, 5))
def test_a_planted_wrong_shape_is_found_before_any_number(name: str, axis: int, size: int) -> None:
    """Any single dimension of what is given to the LSTM made another one: the rest of the sizes contradict it."""
    shapes: dict[str, Shape] = lstm_shapes()
    shape = list(shapes[name])
    axis %= len(shape)
    changed = shape[axis] != size
    shape[axis] = size
    program = parse_program(LSTM)
    if changed:
        with pytest.raises(HomeworkError) as caught:
            infer(program, shapes | {name: tuple(shape)}, {"h": (3,), "c": (3,)})
        assert {d.code for d in caught.value.diagnostics} == {"wrong-shape"}
        assert all(d.span for d in caught.value.diagnostics)
    else:
        infer(program, shapes, {"h": (3,), "c": (3,)})


# ---- the small parts -------------------------------------------------------------------------------------------------


def test_what_is_a_sequence() -> None:
    program = parse_program("h[t] = h[t-1] + x[t]*w\nm = sum[s](q[s]) + h[T]\ny[t] = m + z[0]")
    assert series_names(program) == {"h", "x", "q", "y", "z"}


PARTS: list[tuple[str, Shape | None]] = [
    ("2", ()),
    ("v", (3,)),
    ("U @ v", (3,)),
    ("v.T", (1, 3)),
    ("v @ x.T", (3, 2)),
    ("v @ v", ()),
    ("sum(U)", ()),
    ("tanh'(v)", (3,)),
    ("[v, w, x]", (6,)),
    ("sum[t](U)", (3, 3)),
    ("partial(v, x)", (3, 2)),
    ("total(w, v)", (3,)),
    ("placed(x, 2, 5)", (5,)),
    ("unknown", None),
    ("unknown + v", (3,)),
    ("unknown*w", None),
    ("U @ unknown", None),
    ("sum(unknown)", ()),
    ("[unknown]", None),
    ("partial(unknown, v)", None),
    ("outer(v, x)", (3, 2)),
    ("w @ U", (3, 3)),
    ("softmax'(w)", ()),
]


@pytest.mark.parametrize(("text", "shape"), PARTS)
def test_the_shape_of_a_formula(text: str, shape: Shape | None) -> None:
    assert shape_of(parse_formula(text), lambda n: GIVEN.get(n.name)) == shape


def test_a_faulty_node_is_the_smallest_one() -> None:
    with pytest.raises(Faulty) as caught:
        shape_of(parse_formula("w*(1 + U @ x)"), lambda n: GIVEN.get(n.name))
    assert caught.value.node == parse_formula("U @ x")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("size(U)*w", "9*w"),
        ("sum(w)", "w"),
        ("mean(w*2) + sum(v)", "w*2 + sum(v)"),
        ("ones(w)", "1"),
        ("ones(v)", "ones(v)"),
        ("size(v_bar)", "3"),
        ("sum[t](sum(w))", "sum[t](sum(w))"),
        ("size(w)", "1"),
    ],
)
def test_sizes_are_settled(text: str, expected: str) -> None:
    node = parse_formula(text)
    found = settled(node, GIVEN)
    assert found == parse_formula(expected)
    assert settled(found, GIVEN) is found
