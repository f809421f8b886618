"""What makes a loop over time fast, for any recurrence: less to do inside, and fewer, larger products.

1. `take_out_of_loop`: parts of a formula that do not wait for the recurrence (`W_f @ x[t] + b_f`) become sequences of
   their own, computed for all steps at once before the loop.
2. `join_products`: products of one vector with several matrices (`U_f @ h[t-1]`, `U_i @ h[t-1]`, ...) become one product
   with the matrices stacked; a sum of products (`U_f.T @ a + U_i.T @ b`, an adjoint) becomes one with the vectors joined.

Neither changes a formula that anybody sees: the values differ from the written order by rounding only.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

import numpy as np

from rnn_hw.lang.compiled import Code
from rnn_hw.lang.operations import OVER_TIME, Shape
from rnn_hw.lang.rewrite import HERE, names_in, rebuilt, walk
from rnn_hw.lang.shapes import shape_of
from rnn_hw.lang.tree import Apply, Equation, Name, Node

Lookup = Callable[[Name], Shape]


def take_out_of_loop(
    equations: Sequence[Equation], lookup: Lookup
) -> tuple[list[tuple[Equation, Shape]], list[Equation]]:
    """The equations to compute before the loop, with their shapes, and the loop's own equations that use them."""
    inside = {e.target.name for e in equations}
    taken: dict[Node, tuple[Equation, Shape]] = {}

    def waits(node: Node) -> bool:
        return any(n.name in inside for n in names_in(node))

    def part(node: Node) -> Node:
        if not isinstance(node, Apply):
            return node
        if waits(node):
            if node.operation in OVER_TIME:  # its body is at steps of its own
                return node
            return rebuilt(_gathered(node, waits), part)
        if node not in taken:
            moving = any(n.time is not None or n.name == "t" for n in names_in(node))
            name = Name(f"%{len(taken)}", HERE if moving else None)  # no text can spell this name
            taken[node] = (Equation(name, node), shape_of(node, lookup) or ())
        return taken[node][0].target

    loop = [Equation(e.target, part(e.formula)) for e in equations]
    return list(taken.values()), loop


def _gathered(node: Apply, waits: Callable[[Node], bool]) -> Node:
    """A sum with the terms that do not wait standing together, so that they leave the loop as one."""
    if node.operation != "add":
        return node
    terms = list(_terms(node))
    still, moving = [t for t in terms if not waits(t)], [t for t in terms if waits(t)]
    if len(still) < 2:
        return node
    return _sum([_sum(still), *moving])


def _terms(node: Node) -> Any:
    if isinstance(node, Apply) and node.operation == "add":
        yield from _terms(node.arguments[0])
        yield from _terms(node.arguments[1])
    else:
        yield node


def _sum(terms: list[Node]) -> Node:
    total = terms[0]
    for term in terms[1:]:
        total = Apply("add", (total, term))
    return total


def _of_this_step(node: Node) -> Iterator[Node]:
    """Every node that is computed once in a step: the tree without the insides of its sums over time."""
    yield node
    if isinstance(node, Apply) and node.operation not in OVER_TIME:
        for argument in node.arguments:
            yield from _of_this_step(argument)


def join_products(code: Code, equations: Sequence[Equation], inside: Collection[str]) -> None:
    """Teaches `code` the joined products of a loop before its equations are added; the matrices do not change in it."""
    sums: list[Apply] = []
    by_vector: dict[Node, dict[Node, Apply]] = {}
    joined: set[Node] = set()

    def fixed_matrix(node: Node) -> bool:
        return len(shape_of(node, code.lookup) or ()) == 2 and all(
            n.name not in inside and n.time is None for n in names_in(node)
        )

    def is_product(node: Node) -> bool:
        return (
            isinstance(node, Apply)
            and node.operation == "matmul"
            and len(shape_of(node.arguments[1], code.lookup) or ()) == 1
            and fixed_matrix(node.arguments[0])
        )

    def ready(node: Node) -> bool:
        """Whether a vector is known before the step's first equation: it belongs to another step."""
        return all(n.name not in inside or (n.time is not None and n.time.shift != 0) for n in names_in(node))

    for equation in equations:
        for node in _of_this_step(equation.formula):
            if not isinstance(node, Apply) or node in joined:
                continue
            if node.operation == "add" and all(is_product(t) and ready(t) for t in _terms(node)):
                sums.append(node)
                joined.update(walk(node))
            elif is_product(node) and ready(node.arguments[1]):
                by_vector.setdefault(node.arguments[1], {})[node.arguments[0]] = node
    for vector, products in by_vector.items():
        if len(products) > 1:
            _join_rows(code, vector, list(products.values()))
    for node in sums:
        _join_columns(code, list(_terms(node)), node)


def _join_rows(code: Code, vector: Node, products: list[Apply]) -> None:
    matrices = [code.add(p.arguments[0]) for p in products]
    rows = [code.shapes[m][0] for m in matrices]
    stack = _remembered(lambda *parts: _concatenate(parts, -2, 2))
    whole = code.append(stack, *matrices, shape=(sum(rows), code.shapes[matrices[0]][1]))
    result = code.append(_matrix_vector, whole, code.add(vector), shape=(sum(rows),))
    start = 0
    for product, count in zip(products, rows, strict=True):
        cut = slice(start, start + count)
        code.known[product] = code.append(lambda a, cut=cut: a[..., cut], result, shape=(count,))
        start += count


def _join_columns(code: Code, products: list[Apply], node: Node) -> None:
    matrices = [code.add(p.arguments[0]) for p in products]
    vectors = [code.add(p.arguments[1]) for p in products]
    shape = (code.shapes[matrices[0]][0], sum(code.shapes[m][1] for m in matrices))
    whole = code.append(_remembered(lambda *parts: _concatenate(parts, -1, 2)), *matrices, shape=shape)
    vector = code.append(lambda *parts: _concatenate(parts, -1, 1), *vectors, shape=shape[1:])
    code.known[node] = code.append(_matrix_vector, whole, vector, shape=shape[:1])


def _concatenate(parts: Sequence[Any], axis: int, own: int) -> Any:
    """Arrays with `own` axes of their own end to end along one of these, whatever leads them."""
    if any(p.ndim > own for p in parts):
        lead = np.broadcast_shapes(*(p.shape[: p.ndim - own] for p in parts))
        parts = [np.broadcast_to(p, lead + p.shape[p.ndim - own :]) for p in parts]
    return np.concatenate(parts, axis=axis)


def _remembered(join: Callable[..., Any]) -> Callable[..., Any]:
    """A join of matrices that is made at the loop's first step and kept, since they do not change in it."""
    kept: list[Any] = []

    def call(*parts: Any) -> Any:
        if not kept:
            kept.append(join(*parts))
        return kept[0]

    return call


def _matrix_vector(a: Any, b: Any) -> Any:
    return b @ a.T if a.ndim == 2 else np.matmul(a, b[..., None])[..., 0]
