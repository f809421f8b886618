"""Do two formulas mean the same? Decided at random points of consistent trajectories.

On a consistent trajectory every quantity has the value that the program gives it, so `i[t]*(1 - i[t])` and
`sigmoid'(z_i[t])` agree there although no algebra connects them. Analytic formulas that agree at random points are equal
with probability one; agreement is asked for at interior steps and at the last one, on several trajectories. The seed is
fixed: the same pair always gets the same answer.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_hw.lang.compiled import Code
from rnn_hw.lang.evaluate import Result, Stack, evaluate, reach
from rnn_hw.lang.operations import Shape
from rnn_hw.lang.rewrite import apart, at_step
from rnn_hw.lang.shapes import Faulty, series_names, shape_of
from rnn_hw.lang.tree import Name, Node, Program

TRAJECTORIES = 8
STEPS = 4
BEYOND = 2  # steps of a given sequence behind the last: a term with `x[t+1]` may be nothing there by another factor
TOLERANCE = 1e-9  # relative to the larger of the two values; double precision leaves four digits to spare


class World(NamedTuple):
    """Random consistent trajectories of a program, on a batch axis of `TRAJECTORIES`."""

    program: Program
    shapes: Mapping[str, Shape]
    result: Result


class Witness(NamedTuple):
    """Where two formulas differ: the step (0 for a formula without time) and both values on one trajectory."""

    time: int
    trajectory: int
    first: NDArray[Any]
    second: NDArray[Any]


class MissingStep(NamedTuple):
    """A formula asks for a step that does not exist, `c[t+1]` at the last one."""

    time: int
    reason: str


def world(
    program: Program, shapes: Mapping[str, Shape], fixed: Mapping[str, Any] = {}, steps: int = STEPS, seed: int = 20
) -> World:
    """Trajectories with random weights, inputs and initial states, but for the values in `fixed`.

    `shapes` names every quantity of the program and every given one.
    """
    random = np.random.default_rng(seed)
    series, defined, back = series_names(program), set(program.names), reach(program)
    given: dict[str, Any] = {}
    for name, shape in sorted(shapes.items()):
        if name in fixed:
            given[name] = fixed[name]
        elif name in series:
            first = min(0, 1 + back.get(name, (0, 0))[0])
            count = 1 - first if name in defined else steps + BEYOND + 1 - first
            given[name] = Stack(random.normal(size=(count, TRAJECTORIES, *shape)), first)
        elif name not in defined:
            given[name] = random.normal(size=(TRAJECTORIES, *shape))
    for name in [n for n in given if n.endswith("_bar")]:
        del given[name]  # an adjoint has no initial value: it is zero behind the last step
    return World(program, shapes, evaluate(program, given, shapes, steps))


def compare(first: Node, second: Node, where: World, last: bool = True) -> Witness | MissingStep | None:
    """`None` if the formulas mean the same, else where they differ. Both may hold `t`; unknown names raise `KeyError`.

    `last` says whether they have to agree at the last step too.
    """
    steps = where.result.steps
    timed = [n for node in (first, second) if at_step(node, 1, steps) is not node for n in (node,)]
    for t in range(min(2, steps), steps + last) if timed else [0]:
        values = []
        for node in (first, second):
            try:
                values.append(value_at(node, t, where))
            except IndexError as error:
                return MissingStep(t, str(error))
        difference = _difference(*values)
        if difference is not None:
            return Witness(t, difference, values[0][difference], values[1][difference])
    return None


def value_at(node: Node, t: int, where: World) -> NDArray[Any]:
    """A formula's values at step `t` on all trajectories, on the leading axis."""

    def lookup(name: Name) -> Shape:
        return where.shapes.get(name.name, ())

    code = Code(lookup, where.result.steps)
    slot = code.add(apart(at_step(node, t, where.result.steps) if t else node))
    with np.errstate(all="ignore"):
        value = np.asarray(code.run(where.result.load)[slot], float)
    rank = len(code.shapes[slot])
    return np.broadcast_to(value, (TRAJECTORIES, *value.shape[value.ndim - rank :]))


def same_shape(first: Node, second: Node, shapes: Mapping[str, Shape]) -> bool:
    """Whether both formulas have a shape, and the same one; a number and a vector of one entry count as the same."""
    try:
        found = [shape_of(node, lambda n: shapes.get(n.name, ())) or () for node in (first, second)]
    except Faulty:
        return False
    return found[0] == found[1] or all(set(s) <= {1} for s in found)


def _difference(first: NDArray[Any], second: NDArray[Any]) -> int | None:
    """The first trajectory on which the values differ; points where the first has no value do not count."""
    if first.shape != second.shape:
        if first.size != second.size:
            return 0
        second = second.reshape(first.shape)
    counted = np.isfinite(first)
    scale = np.maximum(np.maximum(np.abs(first), np.abs(second)), 1e-6)
    with np.errstate(invalid="ignore"):
        near = np.isfinite(second) & (np.abs(first - second) <= TOLERANCE * scale)  # nothing is near infinity
    wrong = counted & ~near
    if not counted.any():
        return 0
    found = np.flatnonzero(wrong.reshape(TRAJECTORIES, -1).any(axis=1))
    return int(found[0]) if len(found) else None
