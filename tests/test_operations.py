"""Every row of OPERATIONS: its value with batches, its derivative, its shape rule and its slope, by the same few checks."""

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import oracle
import pytest
from programs import FUNCTIONS, Case, close, wrong_adjoints

from rnn_hw.lang import operations
from rnn_hw.lang.compiled import Code
from rnn_hw.lang.evaluate import evaluate
from rnn_hw.lang.operations import LITERAL, OPERATIONS, Mismatch, Operation
from rnn_hw.lang.parse import parse_formula
from rnn_hw.lang.rewrite import names_in
from rnn_hw.lang.shapes import result_shape
from rnn_hw.lang.tree import Apply, Equation, Name, Node, Num, Program

Shape = tuple[int, ...]
SHAPES: list[Shape] = [(), (1,), (2,), (3,), (2, 3), (3, 2), (3, 3), (1, 3), (3, 1), (1, 1)]
LEADS: list[tuple[Shape, Shape]] = [
    ((), ()),
    ((4,), (4,)),
    ((4,), ()),
    ((), (4,)),
    ((2, 1), (4,)),
    ((1,), (5,)),
    ((2,), (2,)),
]
POSITIVE = ("log", "sqrt", "pow", "norm", "div")
SMOOTH = [n for n in OPERATIONS if n not in ("step", "step_ge", "sign", "equal", "size", "ones")]


def nodes(row: Operation) -> list[tuple[Apply, list[Shape]]]:
    """The operation on `a`, `b` of all shapes that its rule accepts."""
    found = []
    for count in [1, 2, 3] if row.arity < 0 else [2 if row.arity == 2 else 1]:
        for shapes in itertools.product(SHAPES, repeat=count):
            rest: list[tuple[Node, ...]] = [()]
            if row.name in LITERAL:
                rest = [(Num(1), Num(1)), (Num(1), Num(2)), (Num(2), Num(3)), (Num(2), Num(5))]
            for literals in rest:
                node = Apply(row.name, [*(Name(n) for n, _ in zip("abc", shapes, strict=False)), *literals])
                fits = row.name != "placed" or (len(shapes[0]) == 1 and shapes[0][0] < literals[1].value)  # type: ignore[union-attr]
                try:
                    shape = result_shape(node, shapes)
                except Mismatch:
                    continue
                if fits and (row.arity > 0 or len(shape) <= 1):
                    found.append((node, list(shapes)))
    return found


def random_values(name: str, shapes: list[Shape], leads: tuple[Shape, ...] = ((), (), ()), seed: int = 4) -> list[Any]:
    random = np.random.default_rng(seed)
    if name in ("logit", "artanh"):
        return [random.uniform(0.1, 0.9, lead + shape) for lead, shape in zip(leads, shapes, strict=False)]
    values = [random.normal(size=lead + shape) for lead, shape in zip(leads, shapes, strict=False)]
    return [np.abs(v) + 0.3 for v in values] if name in POSITIVE else values


# ---- the checks, each of which returns what is wrong -----------------------------------------------------------------


def wrong_batches(row: Operation) -> list[Any]:
    """Where a value on batches is not, entry by entry of the batch, what plain NumPy gives without."""
    wrong: list[Any] = []
    for node, shapes in nodes(row):
        known = dict(zip("abc", shapes, strict=False))
        for leads in LEADS:
            leads = (*leads, ())
            values = dict(zip("abc", random_values(row.name, shapes, leads), strict=False))
            code = Code(lambda n, known=known: known[n.name], 1)
            slot = code.add(node)
            lead = np.broadcast_shapes(*leads[: len(shapes)])
            with np.errstate(all="ignore"):
                whole = np.asarray(code.run(lambda n, values=values: values[n.name])[slot])
            own = code.shapes[slot]
            if whole.ndim < len(own) or whole.shape[whole.ndim - len(own) :] != own:
                wrong.append((node, leads, whole.shape))
                continue
            whole = np.broadcast_to(whole, lead + own)
            for index in np.ndindex(*lead):
                single = [np.broadcast_to(values[n], lead + known[n])[index] for n in known]
                numbers = [a.value for a in node.arguments if isinstance(a, Num)]
                expected = FUNCTIONS[row.name](*single, *numbers)
                if not close(whole[index], expected, 1e-12):
                    wrong.append((node, leads, index))
                    break
    return wrong


def wrong_derivatives(row: Operation) -> list[Any]:
    """Where the row's derivative is not the finite difference of its value along a random direction."""
    wrong: list[Any] = []
    for node, shapes in nodes(row):
        result = result_shape(node, shapes)
        given = dict(zip("abc", random_values(row.name, shapes), strict=False))
        given["g"] = np.random.default_rng(7).normal(size=result)
        program = Program(
            (
                Equation(Name("y"), node),
                Equation(Name("loss"), Apply("sum", (Apply("mul", (Name("g"), Name("y"))),))),
            )
        )
        sizes = {**dict(zip("abc", shapes, strict=False)), "g": result, "y": result, "loss": ()}
        found = wrong_adjoints(Case(program, given, sizes, 1))
        wrong += [(node, shapes, name) for name in found]
    return wrong


def wrong_texts(row: Operation) -> list[str]:
    """The derivative texts that do not parse, or use other words than a, b, y and g."""
    every = row.derivative.values() if isinstance(row.derivative, Mapping) else [row.derivative]
    texts = [text for entry in every for text in entry]
    allowed = {"a", "y", "g"} | ({"b"} if row.arity == 2 else set())
    return [text for text in texts if not {str(n) for n in names_in(parse_formula(text))} <= allowed]


def wrong_slope(row: Operation) -> bool:
    return row.slope is not None and abs(oracle.largest_slope(row.value) - row.slope) > 1e-6


# ---- every row -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_value_on_batches_is_the_value_without(name: str) -> None:
    assert nodes(OPERATIONS[name])
    assert not wrong_batches(OPERATIONS[name])


@pytest.mark.parametrize("name", SMOOTH)
def test_the_derivative_is_the_finite_difference(name: str) -> None:
    assert not wrong_derivatives(OPERATIONS[name])


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_derivative_is_written_with_a_b_y_and_g(name: str) -> None:
    row = OPERATIONS[name]
    assert not wrong_texts(row)
    if not isinstance(row.derivative, Mapping) and row.derivative:
        assert len(row.derivative) == row.arity


@pytest.mark.parametrize("name", [n for n, row in OPERATIONS.items() if row.slope is not None])
def test_the_slope_is_the_largest_derivative(name: str) -> None:
    assert not wrong_slope(OPERATIONS[name])


@pytest.mark.parametrize("name", ["step", "step_ge", "sign", "equal", "size", "ones"])
def test_what_has_no_slope_says_so(name: str) -> None:
    assert set(OPERATIONS[name].derivative) == {"0"}


# ---- planted faults must be caught by the same checks ----------------------------------------------------------------


def planted(monkeypatch: pytest.MonkeyPatch, name: str, **changes: Any) -> Operation:
    row = OPERATIONS[name]._replace(**changes)
    monkeypatch.setitem(operations.OPERATIONS, name, row)  # type: ignore[arg-type]
    return row


DERIVATIVE_FAULTS = [
    ("tanh", ("1.001*g*(1 - y**2)",)),
    ("sigmoid", ("g*y*(1 - a)",)),
    ("mul", ("g*b", "g*b")),
    ("div", ("g/b", "-0.999*g*a/b**2")),
    ("mean", ("g",)),
    ("softmax", ("y*g",)),
    ("norm", ("1.001*g*a/y",)),
    ("matmul", {**OPERATIONS["matmul"].derivative, (2, 1): ("1.001*outer(g, b)", "a.T @ g")}),  # type: ignore[dict-item]
    ("matmul", {**OPERATIONS["matmul"].derivative, (2, 2): ("g @ b.T", "1.001*a.T @ g")}),  # type: ignore[dict-item]
    ("outer", {**OPERATIONS["outer"].derivative, (1, 1): ("g @ b", "1.001*g.T @ a")}),  # type: ignore[dict-item]
]


@pytest.mark.parametrize(("name", "derivative"), DERIVATIVE_FAULTS)
def test_a_wrong_derivative_is_caught(monkeypatch: pytest.MonkeyPatch, name: str, derivative: Any) -> None:
    row = planted(monkeypatch, name, derivative=derivative)
    assert wrong_derivatives(row)


VALUE_FAULTS = [
    ("softmax", lambda a, ranks: np.exp(a) / np.exp(a).sum()),  # over the batch too
    ("sum", lambda a, ranks: a.sum()),
    ("max", lambda a, ranks: a.max(axis=0) if ranks[0] else a),
    ("matmul", lambda a, b, ranks: a @ b),
    ("transpose", lambda a, ranks: a.T),
    ("outer", lambda a, b, ranks: np.outer(a, b)),
    ("concat", lambda *parts, ranks: np.concatenate([np.atleast_1d(p) for p in parts])),
    ("norm", lambda a, ranks: np.sqrt(np.sum(a * a))),
    ("tanh", lambda a: np.tanh(a) * (1 + 1e-9)),
    ("add", lambda a, b: a + b.mean(axis=0) if np.ndim(b) else a + b),
]


@pytest.mark.parametrize(("name", "value"), VALUE_FAULTS)
def test_a_value_that_mixes_batches_is_caught(monkeypatch: pytest.MonkeyPatch, name: str, value: Any) -> None:
    row = planted(monkeypatch, name, value=value)
    try:
        assert wrong_batches(row)
    except ValueError:
        pass  # NumPy refuses the axes: noticed as well


@pytest.mark.parametrize(
    ("name", "shape"),
    [("matmul", lambda a, b: a), ("transpose", lambda a: a), ("sum", lambda a: a), ("add", lambda a, b: a[::-1])],
)
def test_a_wrong_shape_rule_is_caught(monkeypatch: pytest.MonkeyPatch, name: str, shape: Any) -> None:
    row = planted(monkeypatch, name, shape=shape)
    try:
        assert wrong_batches(row)
    except ValueError:
        pass


def test_other_words_and_slopes_are_caught() -> None:
    row = OPERATIONS["sigmoid"]
    assert wrong_texts(row._replace(derivative=("g*y*(1 - z)",))) == ["g*y*(1 - z)"]
    assert wrong_texts(row._replace(derivative=("g*b",))) == ["g*b"]
    assert wrong_slope(row._replace(slope=0.2501))


# ---- shape rules: what is refused, word for word ---------------------------------------------------------------------

REFUSED = [
    ("add", [(2,), (3,)], "one side has 2 entries, the other 3 entries"),
    ("mul", [(1,), (2, 3)], "one side has 1 entry, the other 2×3"),
    ("matmul", [(2, 3), (2,)], "the left side has 2×3, so the right side needs 3 rows; it has 2 entries"),
    ("matmul", [(2, 1), (2,)], "the left side has 2×1, so the right side needs 1 row; it has 2 entries"),
    ("outer", [(2, 2), (2,)], "an outer product is of two vectors, not of 2×2 and 2 entries"),
    ("concat", [(2,), (2, 2)], "only numbers and vectors can be joined"),
]


@pytest.mark.parametrize(("name", "shapes", "message"), REFUSED)
def test_shapes_that_do_not_go_together(name: str, shapes: list[Shape], message: str) -> None:
    with pytest.raises(Mismatch) as caught:
        OPERATIONS[name].shape(*shapes)
    assert str(caught.value) == message


@pytest.mark.parametrize(("first", "last"), [(0, 1), (2, 1), (2, 4)])
def test_parts_that_are_not_there(first: float, last: float) -> None:
    with pytest.raises(Mismatch, match=f"^there are no entries {first} to {last} in 3 entries$"):
        OPERATIONS["part"].shape((3,), first, last)


def test_facts_of_the_functions() -> None:
    shapes: dict[str, Shape] = {"x": (4,), "y": (4,)}
    x = np.array([-30.0, -1.0, 0.0, 2.0])
    facts = {
        "step(x)": [0, 0, 0, 1],
        "step_ge(x)": [0, 0, 1, 1],
        "sign(x)": [-1, -1, 0, 1],
        "relu(x)": [0, 0, 0, 2],
        "hard_sigmoid(x)": [0, 0.3, 0.5, 0.9],
        "softplus(x)": np.log1p(np.exp(x)),
        "sigmoid(x)": 1 / (1 + np.exp(-x)),
        "max(x, 0)": [0, 0, 0, 2],
        "min(x, 0)": [-30, -1, 0, 0],
        "equal(x, 0)": [0, 0, 1, 0],
        "ones(x)": [1] * 4,
        "softmax(x*100)": [0, 0, 0, 1],
        "placed([7, 8], 2, 4)": [0, 7, 8, 0],
        "x**2": [900, 1, 0, 4],
        "abs(x)": [30, 1, 0, 2],
    }
    for text, expected in facts.items():
        program = Program((Equation(Name("y"), parse_formula(text)),))
        assert close(evaluate(program, {"x": x}, shapes, 1).values["y"], expected, 1e-12), text
