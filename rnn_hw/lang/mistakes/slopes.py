"""Mistakes in the derivative of an activation: taken at another point, of another function, its inverse instead.

In a product the derivative stands as textbooks write it, `y*(1 - y)` or `1 - y**2` for the result y; what it was taken of
is found in the equation of y.
"""

from collections.abc import Iterator
from typing import NamedTuple

from rnn_hw.lang.differentiate import slope_by_result
from rnn_hw.lang.mistakes.rules import Here, Instead
from rnn_hw.lang.operations import INVERSES
from rnn_hw.lang.rewrite import shifted
from rnn_hw.lang.tree import Apply, Name, Node, Num


class Slope(NamedTuple):
    """The derivative of an activation as it stands in a product: the function, what it was taken of, its result."""

    function: str
    argument: Node
    result: Node


def _slope(result: Node, here: Here) -> tuple[str, Node] | None:
    """The function and the argument behind a result: `tanh(c)` itself, or a name whose equation says so."""
    formula: Node | None = result
    if isinstance(result, Name):
        equation = here.definition(result.name)
        formula = equation.formula if equation is not None else None
        if formula is not None and result.time is not None and result.time.base == "t":
            formula = shifted(formula, result.time.shift)
    if isinstance(formula, Apply) and formula.operation in ("sigmoid", "tanh"):
        return formula.operation, formula.arguments[0]
    return None


def _slope_in(node: Node, here: Here) -> Iterator[tuple[Node | None, Slope]]:
    """The slope that a product ends in, with what stands before it."""
    if not isinstance(node, Apply):
        return
    if node.operation == "mul":
        left, right = node.arguments
        before: Node | None = left
        if isinstance(right, Apply) and right.operation == "sub" and right.arguments[0] == Num(1):
            y = right.arguments[1]
            if left == y or (isinstance(left, Apply) and left.operation == "mul" and left.arguments[1] == y):
                before = left.arguments[0] if left != y and isinstance(left, Apply) else None
                found = _slope(y, here)
                if found is not None and found[0] == "sigmoid":
                    yield before, Slope(*found, y)
                return
            for inner, slope in _slope_in(right, here):
                yield (left if inner is None else Apply("mul", (left, inner))), slope
    elif node.operation == "sub" and node.arguments[0] == Num(1):
        square = node.arguments[1]
        if isinstance(square, Apply) and square.operation == "pow" and square.arguments[1] == Num(2):
            found = _slope(square.arguments[0], here)
            if found is not None and found[0] == "tanh":
                yield None, Slope(*found, square.arguments[0])


def _passed_back(before: Node | None, function: str, y: Node) -> Node:
    """What the function's own rule passes back, in terms of its result, with something else for that."""
    return slope_by_result(function, y, Num(1) if before is None else before)


def at_the_sum(node: Node, here: Here) -> Iterator[Instead]:
    """`z*(1 - z)` and `1 - z**2` of the sum z."""
    for before, slope in _slope_in(node, here):
        yield Instead(slope.function, _passed_back(before, slope.function, slope.argument))


def of_the_result(node: Node, here: Here) -> Iterator[Instead]:
    """`f(y)*(1 - f(y))` of the result y."""
    for before, slope in _slope_in(node, here):
        again = Apply(slope.function, (slope.result,))
        yield Instead(slope.function, _passed_back(before, slope.function, again))


def of_another(node: Node, here: Here) -> Iterator[Instead]:
    """The sigmoid's rule for tanh, and the reverse."""
    for before, slope in _slope_in(node, here):
        another = "tanh" if slope.function == "sigmoid" else "sigmoid"
        yield Instead(slope.function, _passed_back(before, another, slope.result))


def inverses(node: Node, here: Here) -> Iterator[Instead]:
    """The inverse function of the sum, which some write for the derivative."""
    for before, slope in _slope_in(node, here):
        inverse = Apply(INVERSES[slope.function], (slope.argument,))
        yield Instead(slope.function, inverse if before is None else Apply("mul", (before, inverse)))
