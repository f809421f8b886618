"""Formulas taken apart: the terms of a sum, the factors of a product, and what two lists of parts have in common."""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import TypeVar

from rnn_hw.lang.mistakes.alternatives import total
from rnn_hw.lang.rewrite import names_in, walk
from rnn_hw.lang.tree import Apply, Node, Num

Part = TypeVar("Part")


def factors(node: Node) -> list[tuple[bool, Node]]:
    """The factors of a product, each with whether it divides; a sign is a factor of −1."""
    if isinstance(node, Apply) and node.operation in ("mul", "div"):
        left, right = node.arguments
        below = node.operation == "div"
        return [*factors(left), *((not d if below else d, n) for d, n in factors(right))]
    if isinstance(node, Apply) and node.operation == "neg":
        return [(False, Num(-1)), *factors(node.arguments[0])]
    return [] if node == Num(1) else [(False, node)]


def product(some: Sequence[tuple[bool, Node]]) -> Node:
    """The product of factors."""
    above = [n for below, n in some if not below] or [Num(1)]
    under = [n for below, n in some if below]
    return Apply("div", (_times(above), _times(under))) if under else _times(above)


def _times(factors: Sequence[Node]) -> Node:
    return reduce(lambda one, other: Apply("mul", (one, other)), factors)


def set_aside(
    left: Sequence[Part], right: Sequence[Part], same: Callable[[Part, Part], bool]
) -> tuple[list[Part], list[Part]]:
    """Both lists without what stands in both."""
    kept, rest = [], list(right)
    for one in left:
        k = next((k for k, other in enumerate(rest) if same(one, other)), None)
        if k is None:
            kept.append(one)
        else:
            rest.pop(k)
    return kept, rest


def looks_ahead(node: Node) -> bool:
    """Whether a part mentions a later step."""
    return any(n.time is not None and n.time.base == "t" and n.time.shift > 0 for n in names_in(node))


def sum_of(some: Sequence[Node]) -> Node:
    """The sum of terms."""
    return total([(False, part) for part in some])


def size(node: Node) -> int:
    """How many quantities and numbers a part has."""
    return sum(not isinstance(n, Apply) for n in walk(node))


def shared(one: Node, other: Node) -> int:
    """How many names two parts have in common, whatever their steps."""
    return len({n.name for n in names_in(one)} & {n.name for n in names_in(other)})
