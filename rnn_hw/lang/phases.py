"""A program in the order in which a person works it: before the steps, forward through them, what follows, backward again.

`schedule.py` says what can be computed; this says what is read. A loss comes after the last step, the adjoints come after
the loss and run from the last step to the first, and a weight's gradient comes after them.
"""

from collections.abc import Iterator
from typing import NamedTuple

from rnn_hw.lang.rewrite import names_in
from rnn_hw.lang.schedule import schedule
from rnn_hw.lang.tree import Equation, Program

BEFORE, FORWARD, BETWEEN, BACKWARD, AFTER = range(5)


class Phase(NamedTuple):
    """Equations that are worked together: once (direction 0), or at every step, forward (1) or backward (-1)."""

    equations: tuple[Equation, ...]
    direction: int

    def times(self, steps: int) -> range:
        """The steps in the order of the phase."""
        return range(1, steps + 1) if self.direction > 0 else range(steps, 0, -1)


def phases(program: Program) -> tuple[Phase, ...]:
    """The phases of a program that are not empty, each with its equations in the program's order."""
    stage: dict[str, int] = {}
    for block in schedule(program):
        used = {n.name for e in block.equations for n in names_in(e.formula)}
        latest = max((stage[name] for name in used if name in stage), default=BEFORE)
        for equation in block.equations:
            if equation.target.time is not None:
                stage[equation.name] = FORWARD if latest <= FORWARD and block.direction >= 0 else BACKWARD
            elif latest == BEFORE:
                stage[equation.name] = BEFORE
            else:
                stage[equation.name] = BETWEEN if latest <= BETWEEN else AFTER
    found = []
    for number, direction in ((BEFORE, 0), (FORWARD, 1), (BETWEEN, 0), (BACKWARD, -1), (AFTER, 0)):
        equations = tuple(e for e in program.equations if stage[e.name] == number)
        if equations:
            found.append(Phase(equations, direction))
    return tuple(found)


def lines(program: Program, steps: int) -> Iterator[tuple[Equation, int | None]]:
    """Every equation with the time of every step it is worked at."""
    for phase in phases(program):
        if phase.direction == 0:
            yield from ((e, None) for e in phase.equations)
        else:
            yield from ((e, t) for t in phase.times(steps) for e in phase.equations)
