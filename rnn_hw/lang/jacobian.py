"""The number behind `total(h[T], h[t])` and `partial(c[t+1], c[t])`: the derivative of one quantity by another.

The equations between the two are unrolled, so that every step of a sequence is a quantity of its own (`h[1]`, `h[2]`):
what stands before the first step is then a quantity like any other, and nothing outside of the two is differentiated.
The adjoints of what is left are evaluated once, with a row of the identity per entry of the upper quantity on a leading
batch axis. The numbers of the trajectory itself come from an evaluation that somebody else made.
"""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_hw.lang.differentiate import BAR, differentiate
from rnn_hw.lang.evaluate import Result, evaluate
from rnn_hw.lang.operations import CONSTANTS, OVER_TIME, Shape
from rnn_hw.lang.rewrite import at_step, names_in, rebuilt, substitute
from rnn_hw.lang.tree import Apply, Equation, Name, Node, Num, Program

Array = NDArray[Any]

SEED = "%seed"  # no text can spell this name


def total(program: Program, shapes: Mapping[str, Shape], result: Result, above: Name, below: Name) -> Array:
    """The derivative of `above` by `below` through every path: entry (i, j) is d above_i / d below_j.

    Both times are numbers, `h[2]`. `result` is an evaluation of the program; its batch axes lead, then the axes of
    `above`, then those of `below`. Raises `KeyError` for an unknown name and `IndexError` for a step that does not exist.
    """
    return Jacobian(program, shapes, result.steps, above, below).of(result)


def partial(program: Program, shapes: Mapping[str, Shape], result: Result, above: Name, below: Name) -> Array:
    """The derivative along the one edge from `below` to `above`, all else held: 0 where the equation does not name it."""
    return Jacobian(program, shapes, result.steps, above, below, edge=True).of(result)


class Jacobian:
    """The derivative of one quantity by another, prepared once for any number of evaluations of the program."""

    def __init__(
        self,
        program: Program,
        shapes: Mapping[str, Shape],
        steps: int,
        above: Name,
        below: Name,
        edge: bool = False,
        held: Collection[str] = (),
    ) -> None:
        """`edge`: by the equation of `above` alone. `held`: keys, such as `f[1]`, that count as given."""
        self.above, self.below = above, below
        self.outer, self.inner = _own(above, shapes), _own(below, shapes)
        names, equations = _between(program, shapes, steps, above, below, edge, held)
        self.program = Program(())
        if not equations:
            return
        own = {key: shapes.get(name.name, ()) for key, name in names.items()} | {SEED: self.outer}
        adjoint = differentiate(Program(equations), "", own, {str(above): Name(SEED)})
        self.program = _needed(adjoint, str(below) + BAR)
        self.shapes = own | {e.name: own[e.name.removesuffix(BAR)] for e in self.program.equations}
        used = {n.name for e in self.program.equations for n in names_in(e.formula)}
        self.names = {key: name for key, name in names.items() if key in used}

    def of(self, result: Result) -> Array:
        """The derivative on each trajectory of an evaluation."""
        rows = int(np.prod(self.outer, dtype=int))
        if self.above == self.below:
            same = np.eye(rows).reshape(self.outer + self.inner)
            return np.broadcast_to(same, result.batch + self.outer + self.inner)
        if not self.program.equations:
            return np.zeros(result.batch + self.outer + self.inner)
        seed = np.eye(rows).reshape(rows, *(1 for _ in result.batch), *self.outer)
        given = {key: np.asarray(result.load(name), float) for key, name in self.names.items()}
        found = evaluate(self.program, {**given, SEED: seed}, self.shapes, 1).values[str(self.below) + BAR]
        value = np.broadcast_to(np.asarray(found), (rows, *result.batch, *self.inner))
        return np.moveaxis(value, 0, len(result.batch)).reshape(result.batch + self.outer + self.inner)


def _own(name: Name, shapes: Mapping[str, Shape]) -> Shape:
    return () if name.name in CONSTANTS and name.name not in shapes else shapes[name.name]


def _between(
    program: Program,
    shapes: Mapping[str, Shape],
    steps: int,
    above: Name,
    below: Name,
    edge: bool,
    held: Collection[str],
) -> tuple[dict[str, Name], tuple[Equation, ...]]:
    """The equations on the paths from `below` up to `above`, a plain name for every step, and what those names are."""
    names, formulas = {str(above): above, str(below): below}, {}
    uses: dict[str, set[str]] = {}
    waiting = [above]
    while waiting:
        name = waiting.pop()
        key = str(name)
        formula = None if key in formulas or name == below else _formula(program, shapes, steps, name)
        if formula is None or (name != above and (edge or key in held)):
            continue
        mentions = {str(n): n for n in names_in(formula)}
        names |= mentions
        uses[key], formulas[key] = set(mentions), substitute(formula, lambda n: Name(str(n), None, n.span))
        waiting += mentions.values()
    reaching, grown = {str(below)}, True
    while grown:
        more = {key for key, used in uses.items() if key not in reaching and used & reaching}
        reaching, grown = reaching | more, bool(more)
    return names, tuple(Equation(Name(key), formula) for key, formula in formulas.items() if key in reaching)


def _formula(program: Program, shapes: Mapping[str, Shape], steps: int, name: Name) -> Node | None:
    """The right side of a quantity at its own step; `None` where it is given, such as a state before the first step."""
    equation = program.get(name.name)
    if equation is None:
        return None
    if equation.target.time is None:
        time = 0
    elif name.time is None or name.time.base or not 1 <= name.time.shift <= steps:
        return None
    else:
        time = name.time.shift
    return stepwise(equation.formula, time, steps, shapes)


def stepwise(node: Node, t: int, steps: int, shapes: Mapping[str, Shape]) -> Node:
    """The tree at step `t` of `steps`: every time a number, sums over time written out, `t` and `T` numbers as well."""

    def number(name: Name) -> Node:
        if name.name == "t" and name.name not in shapes and name.time is not None and not name.time.base:
            return Num(name.time.shift)
        return Num(steps) if name == Name("T") and "T" not in shapes else name

    return substitute(_written_out(at_step(node, t, steps), steps), number)


_STEP_BY_STEP = {"sum[]": "add", "mean[]": "add", "max[]": "maximum", "min[]": "minimum"}


def _written_out(node: Node, steps: int) -> Node:
    """The tree with every reduction over time as the operation between its steps."""
    node = rebuilt(node, lambda a: _written_out(a, steps))
    if not isinstance(node, Apply) or node.operation not in OVER_TIME:
        return node
    index, body = node.arguments
    assert isinstance(index, Name)
    whole = at_step(body, 1, steps, index.name)
    for k in range(2, steps + 1):
        whole = Apply(_STEP_BY_STEP[node.operation], (whole, at_step(body, k, steps, index.name)))
    return Apply("div", (whole, Num(steps))) if node.operation == "mean[]" else whole


def _needed(program: Program, name: str) -> Program:
    """The equations that one of them uses, itself included."""
    wanted, waiting = {name}, [name]
    while waiting:
        equation = program.get(waiting.pop())
        for mention in names_in(equation.formula) if equation else ():
            if mention.name not in wanted:
                wanted.add(mention.name)
                waiting.append(mention.name)
    return Program(tuple(e for e in program.equations if e.name in wanted))
