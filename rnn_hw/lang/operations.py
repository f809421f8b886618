"""OPERATIONS: one row per function or operator of the language. A new function is one new row.

In every row the same few words mean the same thing: `a`, `b` are the arguments, `y` the result, `g` the gradient that
comes in from above. A row holds side by side

* `value`: NumPy on arrays whose trailing axes are the quantity's own and whose leading axes are anybody's batch;
* `derivative`: what flows into each argument, written in the language itself, in terms of `y` where textbooks do so;
* `shape`: the shape of the result, or a `Mismatch` that says why there is none;
* `bounds`: where all its values lie, if not anywhere;
* `source`, `unicode`, `latex`: how it is written, with `{a}` and `{b}` for the arguments, and for the one bracket rule
  of `notation.py` the `level` at which the result binds and the levels its arguments `need`.

The engine (`evaluate.py`, `differentiate.py`, `shapes.py`, `notation.py`) knows rows, never a function by its name.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Shape = tuple[int, ...]

# How tightly a result binds. A negative number is a sign, which is why it stands in brackets inside a product.
LOOSE, SUM, PRODUCT, SIGN, POWER, POSTFIX, ATOM = range(7)


class Mismatch(Exception):
    """The arguments' shapes do not go together; the message is half a sentence for `shapes.py` to complete."""


# --- shapes ---------------------------------------------------------------------------------------------------------


def spoken(shape: Shape) -> str:
    """A shape in words: `a number`, `2 entries`, `3×2`."""
    if not shape:
        return "a number"
    if len(shape) == 1:
        return f"{shape[0]} entr{'y' if shape[0] == 1 else 'ies'}"
    return "×".join(map(str, shape))


def same(*shapes: Shape) -> Shape:
    """Equal shapes, or numbers beside them: nothing else broadcasts."""
    wide = [s for s in shapes if s]
    for other in wide[1:]:
        if other != wide[0]:
            raise Mismatch(f"one side has {spoken(wide[0])}, the other {spoken(other)}")
    return wide[0] if wide else ()


class Operation(NamedTuple):
    """A row; see the module's docstring."""

    name: str
    value: Callable[..., Array]
    derivative: tuple[str, ...] | Mapping[tuple[int, ...], tuple[str, ...]] = ()
    shape: Callable[..., Shape] = same
    arity: int = 1
    elementwise: bool = True  # `value` takes aligned arrays; else it also takes `ranks`, the number of own axes of each
    level: int = ATOM
    needs: tuple[int, ...] = (LOOSE,)
    source: str = ""
    unicode: str = ""
    latex: str = ""
    slope: float | None = None  # supremum of the derivative's size where the field quotes one
    bounds: str = ""  # the interval that holds every value whatever the arguments, where it is not all numbers


# --- shapes of particular operations -----------------------------------------------------------------------------------


def _number(*shapes: Shape) -> Shape:
    return ()


def _product(a: Shape, b: Shape) -> Shape:
    if not a or not b:
        return a or b
    if len(a) == 1 and len(b) == 2 and b[0] == 1 != a[0]:
        return (a[0], b[1])  # a column times a row, as in `z_bar[t] @ x[t].T`
    if a[-1] != b[0]:
        raise Mismatch(
            f"the left side has {spoken(a)}, so the right side needs {a[-1]} row{'s' * (a[-1] != 1)}; it has {spoken(b)}"
        )
    return a[:-1] + b[1:]


def _transposed(a: Shape) -> Shape:
    return (1, a[0]) if len(a) == 1 else a[::-1]


def _outer(a: Shape, b: Shape) -> Shape:
    if len(a) > 1 or len(b) > 1:
        raise Mismatch(f"an outer product is of two vectors, not of {spoken(a)} and {spoken(b)}")
    return (a or (1,)) + (b or (1,)) if a or b else ()


def _joined(*shapes: Shape) -> Shape:
    if any(len(s) > 1 for s in shapes):
        raise Mismatch("only numbers and vectors can be joined")
    return (sum(s[0] if s else 1 for s in shapes),)


def _part(a: Shape, first: float, last: float) -> Shape:
    if len(a) != 1 or not 1 <= first <= last <= a[0]:
        raise Mismatch(f"there are no entries {first:g} to {last:g} in {spoken(a)}")
    return (int(last - first) + 1,)


# --- values that are more than one NumPy function ---------------------------------------------------------------------


def axes(rank: int) -> tuple[int, ...]:
    """The own axes of a quantity with `rank` of them, behind whatever leads."""
    return tuple(range(-rank, 0))


def _power(a: Any, b: Any) -> Array:
    """Whole numbers as floats: NumPy refuses 2**-1 of integers, and 10**20 would wrap around."""
    whole = np.asarray(b).dtype.kind in "iu" and np.asarray(a).dtype.kind in "iu"
    return np.asarray(np.power(np.asarray(a, float) if whole else a, b))


def _sigmoid(a: Array) -> Array:
    return 1 / (1 + np.exp(-a))


def _softmax(a: Array, ranks: tuple[int, ...]) -> Array:
    e = np.exp(a - a.max(axis=axes(ranks[0]), keepdims=True))
    result: Array = e / e.sum(axis=axes(ranks[0]), keepdims=True)
    return result


def matmul(a: Array, b: Array, ranks: tuple[int, ...]) -> Array:
    """The matrix product with any leading axes; a matrix that nobody's batch changes meets all vectors in one product."""
    left, right = ranks
    product: Any
    if not left or not right:
        product = a.reshape(a.shape + (1,) * (right - left)) * b.reshape(b.shape + (1,) * (left - right))
    elif (left, right) == (2, 1):
        product = b @ a.T if a.ndim == 2 else np.matmul(a, b[..., None])[..., 0]
    elif (left, right) == (1, 1):
        product = (a * b).sum(axis=-1)
    elif (left, right) == (1, 2) and b.shape[-2] == 1 != a.shape[-1]:
        product = a[..., None] * b
    elif (left, right) == (1, 2):
        product = np.matmul(a[..., None, :], b)[..., 0, :]
    else:
        product = np.matmul(a, b)
    return np.asarray(product)


def _outer_value(a: Array, b: Array, ranks: tuple[int, ...]) -> Array:
    if ranks == (0, 0):
        return a * b
    return (a if ranks[0] else a[..., None])[..., :, None] * (b if ranks[1] else b[..., None])[..., None, :]


def _transpose(a: Array, ranks: tuple[int, ...]) -> Array:
    return a if not ranks[0] else a[..., None, :] if ranks[0] == 1 else np.swapaxes(a, -1, -2)


def _concat(*parts: Array, ranks: tuple[int, ...]) -> Array:
    wide = [p if r else p[..., None] for p, r in zip(parts, ranks, strict=True)]
    lead = np.broadcast_shapes(*(w.shape[:-1] for w in wide))
    return np.concatenate([np.broadcast_to(w, (*lead, w.shape[-1])) for w in wide], axis=-1)


def _placed_value(a: Array, first: Any, count: Any, ranks: tuple[int, ...]) -> Array:
    whole = np.zeros((*a.shape[:-1], int(count)), a.dtype)
    whole[..., int(first) - 1 : int(first) - 1 + a.shape[-1]] = a
    return whole


def _size(a: Array, ranks: tuple[int, ...]) -> Array:
    return np.asarray(float(np.prod(a.shape[a.ndim - ranks[0] :])))


def _reduction(function: Callable[..., Any]) -> Callable[..., Array]:
    def value(a: Array, ranks: tuple[int, ...]) -> Array:
        return np.asarray(function(a, axis=axes(ranks[0])) if ranks[0] else a)

    return value


def _norm(a: Array, ranks: tuple[int, ...]) -> Array:
    return np.sqrt(np.sum(a * a, axis=axes(ranks[0]))) if ranks[0] else np.abs(a)


# --- the rows ---------------------------------------------------------------------------------------------------------


def _call(
    name: str, value: Callable[..., Array], derivative: str, unicode: str = "", latex: str = "", **more: Any
) -> Operation:
    """A function of one argument, written as a call."""
    return Operation(
        name,
        value,
        (derivative,),
        source=name + "({a})",
        unicode=(unicode or name) + "({a})",
        latex=(latex or rf"\operatorname{{{name}}}".replace("_", r"\_")).replace("{", "{{").replace("}", "}}")
        + r"\left({a}\right)",
        **more,
    )


def _infix(
    name: str, sign: str, value: Callable[..., Array], derivative: Any, level: int, needs: tuple[int, int], **more: Any
) -> Operation:
    """An operator between two arguments."""
    glyphs = {"unicode": sign, "latex": sign} | {k: more.pop(k) for k in ("unicode", "latex") if k in more}
    written = {k: v if "{a}" in v else "{a}" + v + "{b}" for k, v in glyphs.items()}
    return Operation(
        name, value, derivative, arity=2, level=level, needs=needs, source="{a}" + sign + "{b}", **written, **more
    )


_ROWS = (
    # arithmetic
    _infix("add", " + ", np.add, ("g", "g"), SUM, (SUM, PRODUCT)),
    _infix("sub", " - ", np.subtract, ("g", "-g"), SUM, (SUM, PRODUCT), unicode=" − "),
    _infix("mul", "*", np.multiply, ("g*b", "g*a"), PRODUCT, (PRODUCT, SIGN), unicode="·", latex=r" \cdot "),
    _infix("div", "/", np.divide, ("g/b", "-g*a/b**2"), PRODUCT, (PRODUCT, POWER), latex=r"\frac{{{a}}}{{{b}}}"),
    _infix(
        "pow", "**", _power, ("g*b*a**(b - 1)", "g*y*log(a)"), POWER, (POSTFIX, SIGN), unicode="^", latex="{a}^{{{b}}}"
    ),
    Operation("neg", np.negative, ("-g",), level=SIGN, needs=(SIGN,), source="-{a}", unicode="−{a}", latex="-{a}"),
    # functions of one argument, entry by entry
    _call("exp", np.exp, "g*y", latex=r"\exp", bounds="(0, inf)"),
    _call("log", np.log, "g/a", unicode="ln", latex=r"\ln"),
    _call("sin", np.sin, "g*cos(a)", latex=r"\sin", slope=1.0, bounds="[-1, 1]"),
    _call("cos", np.cos, "-g*sin(a)", latex=r"\cos", slope=1.0, bounds="[-1, 1]"),
    _call("sigmoid", _sigmoid, "g*y*(1 - y)", unicode="σ", latex=r"\sigma", slope=0.25, bounds="(0, 1)"),
    _call("tanh", np.tanh, "g*(1 - y**2)", latex=r"\tanh", slope=1.0, bounds="(-1, 1)"),
    _call("softplus", lambda a: np.logaddexp(0, a), "g*sigmoid(a)", slope=1.0, bounds="(0, inf)"),
    _call("relu", lambda a: np.maximum(a, 0), "g*step(a)", slope=1.0, bounds="[0, inf)"),
    _call("hard_sigmoid", lambda a: np.clip(0.2 * a + 0.5, 0, 1), "0.2*g*step(y)*step(1 - y)", slope=0.2, bounds="[0, 1]"),
    _call("logit", lambda a: np.log(a / (1 - a)), "g/(a*(1 - a))"),
    _call("artanh", np.arctanh, "g/(1 - a**2)"),
    _call("step", lambda a: (a > 0) + 0, "0", bounds="[0, 1]"),
    _call("step_ge", lambda a: (a >= 0) + 0, "0", unicode="step≥", latex=r"\operatorname{step}_{\ge}",
          bounds="[0, 1]"),
    _call("sign", np.sign, "0", latex=r"\operatorname{sgn}", bounds="[-1, 1]"),
    Operation("sqrt", np.sqrt, ("g/(2*y)",), source="sqrt({a})", unicode="√({a})", latex=r"\sqrt{{{a}}}",
              bounds="[0, inf)"),
    Operation("abs", np.abs, ("g*sign(a)",), source="abs({a})", unicode="|{a}|", latex=r"\left|{a}\right|",
              bounds="[0, inf)"),
    # of two arguments, entry by entry
    Operation("maximum", np.maximum, ("g*step(a - b)", "g*(1 - step(a - b))"), arity=2, needs=(LOOSE, LOOSE),
              source="max({a}, {b})", unicode="max({a}, {b})", latex=r"\max\left({a}, {b}\right)"),
    Operation("minimum", np.minimum, ("g*step(b - a)", "g*(1 - step(b - a))"), arity=2, needs=(LOOSE, LOOSE),
              source="min({a}, {b})", unicode="min({a}, {b})", latex=r"\min\left({a}, {b}\right)"),
    Operation("equal", lambda a, b: (a == b) + 0, ("0", "0"), arity=2, needs=(LOOSE, LOOSE),
              source="equal({a}, {b})", unicode="[{a} = {b}]", latex=r"\left[{a} = {b}\right]",
              bounds="[0, 1]"),
    # matrices: the derivative depends on how many axes each side has
    _infix(
        "matmul", " @ ", matmul,
        {
            (2, 1): ("outer(g, b)", "a.T @ g"),
            (1, 1): ("g*b", "g*a"),
            (1, 2): ("b @ g", "outer(a, g)"),
            (2, 2): ("g @ b.T", "a.T @ g"),
        } | dict.fromkeys(((0, 0), (0, 1), (0, 2), (1, 0), (2, 0)), ("g*b", "g*a")),
        PRODUCT, (PRODUCT, SIGN), shape=_product, elementwise=False, unicode="·", latex=r"\,",
    ),
    Operation("transpose", _transpose, {(0,): ("g",), (1,): ("[1] @ g",), (2,): ("g.T",)}, _transposed,
              elementwise=False, level=POSTFIX, needs=(POSTFIX,),
              source="{a}.T", unicode="{a}ᵀ", latex=r"{a}^{{\top}}"),
    Operation(
        "outer", _outer_value,
        {
            (1, 1): ("g @ b", "g.T @ a"), (0, 1): ("g @ b", "[a] @ g"), (1, 0): ("g @ [b]", "g.T @ a"),
            (0, 0): ("g*b", "g*a"),
        },
        _outer, 2, False, PRODUCT, (POWER, POSTFIX), "outer({a}, {b})", "{a}·{b}ᵀ", r"{a}\,{b}^{{\top}}",
    ),
    # over the entries of one quantity
    _call("sum", _reduction(np.sum), "g", latex=r"\sum", shape=_number, elementwise=False),
    _call("mean", _reduction(np.mean), "g/size(a)", shape=_number, elementwise=False),
    _call("max", _reduction(np.max), "g*equal(a, y)", latex=r"\max", shape=_number, elementwise=False),
    _call("min", _reduction(np.min), "g*equal(a, y)", latex=r"\min", shape=_number, elementwise=False),
    _call("softmax", _softmax, "y*(g - sum(g*y))", elementwise=False, bounds="(0, 1]"),
    _call("size", _size, "0", shape=_number, elementwise=False, bounds="[1, inf)"),
    _call("ones", np.ones_like, "0", bounds="[1, 1]"),
    Operation("norm", _norm, ("g*a/y",), _number, elementwise=False,
              source="norm({a})", unicode="‖{a}‖", latex=r"\left\lVert {a} \right\rVert",
              bounds="[0, inf)"),
    # entries `b` to `c` of a vector, counted from 1, and the reverse: a vector put at entry `b` among `c` zeros
    Operation("part", lambda a, b, c, ranks: a[..., int(b) - 1 : int(c)], (), _part, 3, False,
              needs=(POSTFIX, LOOSE, LOOSE), source="part({a}, {b}, {c})", unicode="{a}₍{b}..{c}₎",
              latex=r"\left[{a}\right]_{{{b}:{c}}}"),
    Operation("placed", _placed_value, (), lambda a, b, c: (int(c),), 3, False, needs=(LOOSE,) * 3,
              source="placed({a}, {b}, {c})", unicode="placed({a}, {b}, {c})",
              latex=r"\operatorname{{placed}}\left({a}, {b}, {c}\right)"),
    # vectors end to end, `[h[t-1], x[t]]`; its derivative is cut out of `g` by `differentiate.py`
    Operation("concat", _concat, (), _joined, -1, False, needs=(LOOSE,), source="[{a}]", unicode="[{a}]",
              latex=r"\left[{a}\right]"),
)  # fmt: skip

OPERATIONS: Mapping[str, Operation] = {row.name: row for row in _ROWS}

# Rows whose shape follows from literal numbers among the arguments.
LITERAL = ("part", "placed")

# Reductions over time, `sum[t](e)`: over a leading axis of the stacked values. The derivative is in `differentiate.py`.
OVER_TIME: Mapping[str, Callable[..., Array]] = {"sum[]": np.sum, "mean[]": np.mean, "max[]": np.max, "min[]": np.min}

# Words of which the number follows from where they stand: the step, the number of steps, and two constants.
CONSTANTS: Mapping[str, float] = {"pi": np.pi, "π": np.pi, "e": np.e}

# What people write for a function, and what is meant.
SPELLINGS: Mapping[str, str] = {
    "σ": "sigmoid", "sigma": "sigmoid", "logistic": "sigmoid", "sig": "sigmoid", "hardsigmoid": "hard_sigmoid",
    "ReLU": "relu", "ln": "log", "heaviside": "step", "sgn": "sign", "len": "size",
}  # fmt: skip

# What `σ⁻¹` and `tanh⁻¹` are: the inverse functions, which some write where they mean a derivative.
INVERSES: Mapping[str, str] = {"sigmoid": "logit", "tanh": "artanh", "exp": "log", "log": "exp"}
