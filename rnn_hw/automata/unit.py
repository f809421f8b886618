"""Does replacing one hidden unit alone make a wrong network right?

The search of `repair` with all of one unit free, what it reads, its bias and its weight in the output, and nothing else.
A unit has far more rows than a row of one parameter, so these take whole weights, and the search gives up sooner.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_hw.automata.candidates import REACH, Grid, Unit, fires
from rnn_hw.automata.exact import Weights, common_denominator, fractions
from rnn_hw.automata.repair import Search
from rnn_hw.automata.tasks import Task

ROWS = 100_000  # that a unit may have
WORK = 4_000_000  # candidates looked at before a search gives up
WHOLE = (4, 2)  # how far weights may go, in half steps: as far as `ROWS` allows


class UnitRepair(NamedTuple):
    """A hidden unit (counted from 0) with which the network is right: its row of `U` and of `W`, and two fractions."""

    unit: int
    U: NDArray[Any]
    W: NDArray[Any]
    b_h: Fraction
    V: Fraction


def unit_repairs(
    U: Weights,
    W: Weights,
    b_h: Weights,
    V: Weights,
    b_y: Weights,
    threshold: str,
    task: Task,
    start: Sequence[int],
) -> Iterator[UnitRepair]:
    """For each hidden unit a replacement of it alone with which the network does `task`, where one is found.

    Few entries of it differ from the unit as it is; where nothing near to that will do, from its neighbour, as units
    that look at the same sum are much alike. What the unit reads has whole weights from -2 to 2, in larger networks from
    -1 to 1, and is not looked for in the largest; bias and weight in the output run in half steps from -3 to 3.
    """
    U, W, b_h, V, b_y = map(fractions, (U, W, b_h, V, b_y))
    units, read = len(start), len(start) + task.inputs
    reach = next((reach for reach in WHOLE if (reach + 1) ** read * (2 * REACH + 1) <= ROWS), None)
    if reach is None:
        return
    hidden, output = np.hstack([W, U, b_h.reshape(units, 1)]), np.hstack([V.reshape(units), b_y.reshape(1)])
    scale = 2 * common_denominator([hidden, output])

    def rule(z: int) -> bool:
        return bool(fires(z, threshold))

    grid, bias = Grid.of(read + 1, read, reach), Grid.of(1)
    fixed = [Unit(row, scale, None, bias, rule) for row in hidden]
    for j in range(units):
        for like in (j, (j + 1) % units):
            near = output.copy()
            near[j] = output[like]
            layer = [*fixed[:j], Unit(hidden[like], scale, (0, read + 1), grid, rule), *fixed[j + 1 :]]
            search = Search(task, layer, Unit(near, scale, (j, j + 1), bias, rule), WORK)
            rows = search.nearest(tuple(int(bit) for bit in start))
            if isinstance(rows, list):
                row = np.array([Fraction(step, 2) for step in rows[j]], dtype=object)
                yield UnitRepair(j, row[units:read], row[:units], row[read], Fraction(rows[-1][0], 2))
                break
