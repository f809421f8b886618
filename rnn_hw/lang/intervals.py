"""The bounds of a formula from the bounds of what it names: interval arithmetic over trees.

An interval holds every entry of a quantity, whatever its shape, so that what is proved with it is proved for every number
of units. Nothing is known of what two quantities have to do with each other: bounds may
be wider than need be, never narrower. The functions' own bounds are the `bounds` of their rows; where the row's derivative,
itself bounded here, keeps its sign, a function's values lie between those at the ends. Interval analysis: Moore 1966.
"""

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

from rnn_hw.lang.interval import (
    EVERY,
    Interval,
    add,
    divide,
    hull,
    larger,
    length,
    meet,
    multiply,
    negative,
    point,
    power,
    read_interval,
    several,
    size,
    smaller,
    subtract,
)
from rnn_hw.lang.operations import OPERATIONS, OVER_TIME, Operation
from rnn_hw.lang.parse import parse_formula
from rnn_hw.lang.rewrite import without_primes
from rnn_hw.lang.tree import Name, Node, Num

Lookup = Callable[[Name], Interval]

# Rows that are arithmetic. An entry of a product of matrices is a sum of one or more products.
ARITHMETIC: Mapping[str, Callable[..., Interval]] = {
    "add": add, "sub": subtract, "mul": multiply, "div": divide, "pow": power, "neg": negative, "abs": size,
    "maximum": larger, "minimum": smaller, "matmul": lambda a, b: several(multiply(a, b)), "outer": multiply,
    "transpose": lambda a: a, "sum": several, "mean": lambda a: a, "max": lambda a: a, "min": lambda a: a, "norm": length,
    "part": lambda a, first, last: a, "placed": lambda a, first, count: hull(a, point(0.0)), "concat": hull,
    "sum[]": several, "mean[]": lambda a: a, "max[]": lambda a: a, "min[]": lambda a: a,
}  # fmt: skip


def bounds(node: Node, lookup: Lookup) -> Interval:
    """The bounds of a formula, where `lookup` gives those of a name.

    >>> print(bounds(parse_formula("1 - 2*sigmoid(z)"), lambda name: EVERY))
    (−1, 1)
    """
    return _bounds(without_primes(node), lookup)


def _bounds(node: Node, lookup: Lookup) -> Interval:
    if isinstance(node, Num):
        return point(node.value)
    if isinstance(node, Name):
        return lookup(node)
    if node.operation in ("partial", "total"):
        return EVERY
    arguments = [_bounds(a, lookup) for a in node.arguments[node.operation in OVER_TIME :]]
    if any(a.empty for a in arguments):
        return arguments[0]
    if node.operation == "matmul" and any(isinstance(a, Num) for a in node.arguments):
        return multiply(*arguments)
    return of_operation(node.operation, arguments)


def of_operation(operation: str, arguments: list[Interval]) -> Interval:
    """The bounds of an operation's values for arguments inside intervals."""
    row = OPERATIONS.get(operation)
    rule = ARITHMETIC.get(operation)
    found = rule(*arguments) if rule else EVERY
    if row is None or not row.bounds:
        return _monotone(row, arguments[0]) if row and not rule and row.arity == 1 and row.elementwise else found
    inside = read_interval(row.bounds)
    if not rule and row.arity == 1 and row.elementwise:
        found = _monotone(row, arguments[0])
    found = meet(found, inside)
    return inside if found.empty else found  # two roundings outward that miss each other


def _monotone(row: Operation, a: Interval, deep: bool = True) -> Interval:
    """The values of a function of one number between those at the ends, on each side of 0 where its slope has one sign."""
    if a.low < 0 < a.high:
        left = _monotone(row, Interval(a.low, 0.0, a.low_open, False), deep)
        return hull(left, _monotone(row, Interval(0.0, a.high, False, a.high_open), deep))
    slope = _slope(row, a, deep)
    if slope.low < 0 < slope.high:
        return read_interval(row.bounds) if row.bounds else EVERY
    strict = not slope.holds(0.0)
    ends = [(a.low, a.low_open and strict), (a.high, a.high_open and strict)]
    if slope.low < 0:
        ends.reverse()
    (low, low_open), (high, high_open) = ends
    least, most = _value(row, low, -math.inf), _value(row, high, math.inf)
    return Interval(least, most, low_open or math.isinf(least), high_open or math.isinf(most))


def _slope(row: Operation, a: Interval, deep: bool) -> Interval:
    """The bounds of a row's derivative as the row states it; functions inside are followed once."""
    texts = row.derivative
    if not isinstance(texts, tuple) or not texts:
        return EVERY
    words = {"g": point(1.0), "a": a, "y": read_interval(row.bounds) if row.bounds else EVERY}

    def of(node: Node) -> Interval:
        if isinstance(node, Num):
            return point(node.value)
        if isinstance(node, Name):
            return words[node.name]
        arguments = [of(n) for n in node.arguments]
        inner = OPERATIONS[node.operation]
        if node.operation in ARITHMETIC:
            return ARITHMETIC[node.operation](*arguments)
        if deep and inner.arity == 1:
            return _monotone(inner, arguments[0], deep=False)
        return read_interval(inner.bounds) if inner.bounds else EVERY

    return of(_parsed(texts[0]))


@cache
def _parsed(text: str) -> Node:
    return parse_formula(text)


def _value(row: Operation, at: float, toward: float) -> float:
    """A function's value, exact where it is rational, else rounded in the direction of `toward`."""
    with np.errstate(all="ignore"):
        value = float(row.value(np.float64(at)))
    if math.isnan(value):
        return toward
    if (
        math.isinf(at)
        or math.isinf(value)
        or (at in (0.0, 1.0) and (value * 1024).is_integer())
        or _exactly(row, at) == Fraction(value)
    ):
        return value
    return math.nextafter(math.nextafter(value, toward), toward)


def _exactly(row: Operation, at: float) -> Fraction | None:
    """The value where NumPy computes it in whole numbers and fractions alone."""
    try:
        value: Any = np.asarray(row.value(np.array(Fraction(at), dtype=object))).item()
    except (TypeError, AttributeError):
        return None
    return Fraction(value) if isinstance(value, (bool, int, Fraction)) else None
