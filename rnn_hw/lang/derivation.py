"""Backpropagation as a lecture writes it: for each quantity the line of the chain rule, then the final line.

    c_bar[t] = h_bar[t]*∂h[t]/∂c[t] + c_bar[t+1]*∂c[t+1]/∂c[t]
             = h_bar[t]*o[t]*(1 - tanh(c[t])**2) + c_bar[t+1]*f[t+1]

The second line is `differentiate.py`'s; the first names the children of the node in the program's graph. Also here: what
an edge `∂h[t]/∂c[t]` between two numbers is as a formula, so that a person's line of the chain rule can be judged.
"""

from collections.abc import Mapping
from typing import NamedTuple

from rnn_hw.lang.differentiate import BAR, differentiate, flows
from rnn_hw.lang.operations import OVER_TIME, Shape
from rnn_hw.lang.rewrite import HERE, rebuilt, shifted
from rnn_hw.lang.shapes import series_names
from rnn_hw.lang.simplify import simplify
from rnn_hw.lang.tree import Apply, Equation, Name, Node, Num, Program, Time


class Derivation(NamedTuple):
    """The adjoint of one quantity: its name, the line of the chain rule, and the final formula."""

    target: Name
    chain: Node
    formula: Node


def derive(
    program: Program, loss: str, shapes: Mapping[str, Shape], direct: Mapping[str, Node | None] = {}
) -> tuple[Derivation, ...]:
    """The derivation of every adjoint, last things first, then those of what is given.

    `loss` and `direct` are those of `differentiate`; a quantity whose direct term is `None` is one that the loss reaches
    in a way that the problem leaves open.
    """
    adjoints = differentiate(program, loss, shapes, direct)
    series = series_names(program)
    found = []
    for adjoint in adjoints.equations:
        name = adjoint.name.removesuffix(BAR)
        terms: list[Node] = []
        own = direct.get(name)
        if own is not None:
            terms.append(own)
        for equation in reversed(program.equations):
            if equation.name != loss and adjoints.get(equation.name + BAR) is None:
                continue
            terms += _edges(equation, Name(name, HERE if name in series else None), loss, shapes)
        chain = terms[0] if terms else adjoint.formula
        for term in terms[1:]:
            chain = Apply("add", (chain, term))
        found.append(Derivation(adjoint.target, chain, adjoint.formula))
    return tuple(found)


def _edges(equation: Equation, below: Name, loss: str, shapes: Mapping[str, Shape]) -> list[Node]:
    """The terms that an equation's result contributes to the adjoint of `below`: one for each time it is mentioned at."""
    above = equation.target
    mentions = dict.fromkeys(f.mention for f in flows(equation, Num(1), shapes) if f.mention.name == below.name)
    terms: list[Node] = []
    for mention in mentions:
        over_steps = above.time is not None
        moved = over_steps and mention.time is not None and mention.time.base == "t"
        at = -mention.time.shift if moved and mention.time is not None else 0
        result = Name(above.name, Time("t", at) if over_steps else None)
        edge = Apply("partial", (result, below if moved or not over_steps or mention.time is None else mention))
        bar = Name(above.name + BAR, result.time)
        if above.name == loss:
            term: Node = edge
        elif shapes.get(above.name):
            term = Apply("matmul", (Apply("transpose", (edge,)), bar))
        else:
            term = Apply("mul", (bar, edge))
        if over_steps and mention.time is None:
            term = Apply("sum[]", (Name("t"), term))
        terms.append(term)
    return terms


def with_edges(node: Node, program: Program, shapes: Mapping[str, Shape]) -> Node:
    """The formula with every derivative along one edge between two numbers put in; others are left as they are."""
    if isinstance(node, Apply) and node.operation == "partial":
        above, below = node.arguments
        assert isinstance(above, Name)
        assert isinstance(below, Name)
        found = edge(above, below, program, shapes)
        return node if found is None else found
    if isinstance(node, Apply) and node.operation in OVER_TIME:
        index, body = node.arguments
        changed = with_edges(body, program, shapes)
        return node if changed is body else Apply(node.operation, (index, changed), node.span)
    return rebuilt(node, lambda a: with_edges(a, program, shapes))


def edge(above: Name, below: Name, program: Program, shapes: Mapping[str, Shape]) -> Node | None:
    """`∂above/∂below` with all else held, as a formula; `None` where it is a matrix or nothing defines `above`.

    >>> from rnn_hw.lang.notation import source
    >>> from rnn_hw.lang.parse import parse_program, parse_quantity
    >>> cell = parse_program("c[t] = f[t]*c[t-1] + i[t]*g[t]")
    >>> source(edge(parse_quantity("c[t+1]"), parse_quantity("c[t]"), cell, {}))
    'f[t+1]'
    """
    equation = program.get(above.name)
    if equation is None or shapes.get(above.name) or shapes.get(below.name):
        return None
    by = above.time.shift if above.time is not None and above.time.base == "t" else 0
    total: Node | None = None
    for mention, term in flows(equation, Num(1), shapes):
        if shifted(mention, by) == below:
            total = shifted(term, by) if total is None else Apply("add", (total, shifted(term, by)))
    return Num(0) if total is None else simplify(total)
