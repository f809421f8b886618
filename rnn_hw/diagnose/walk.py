"""Every row walked through the lines: what a person with these mistakes would have had in the calculator, line by line.

Three values are carried along for each line. *Believed*: what follows from the values in the calculator, unrounded. *Page*:
what follows from the printed numbers. *Near*: the first, with the printed number wherever it is the same but for rounding;
the difference between first and third says how far rounding alone may have moved a line.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_hw.diagnose.evidence import EXPLAINED, LOOSE, Tracks, judged, may_take, standing
from rnn_hw.diagnose.lines import Lines, Spot, Values
from rnn_hw.lang.tree import Node

Array = NDArray[Any]
TRACKS = 3


class Page(NamedTuple):
    """The printed numbers of a class, students in front, half a unit of each, and what is there at all."""

    students: int
    value: Mapping[Spot, Array]
    half: Mapping[Spot, Array]
    known: Mapping[Spot, NDArray[np.bool_]]
    scale: Mapping[Spot, Array]  # how large such a number is
    printed: Sequence[frozenset[Spot]] = ()  # by student, what is there
    alike: Mapping[Spot, tuple[Array, int]] = {}  # the numbers of all lines of the same shape, and which line it is

    def elsewhere(self, spot: Spot, students: Array) -> Array:
        """The numbers that some students have in other lines of the same shape, a line on each entry of the first axis."""
        lines, own = self.alike[spot]
        others = np.flatnonzero(np.arange(len(lines)) != own)
        found: Array = lines[others[:, None], students]
        return found


class Rows(NamedTuple):
    """Which student each row is of, and by line what some rows have otherwise: the formula, numbers not worked on with,
    numbers that stand for themselves whatever they look like."""

    students: Array
    formulas: Mapping[Spot, Sequence[tuple[Node, Array]]] = {}
    misprints: Mapping[Spot, NDArray[np.bool_]] = {}
    as_printed: Mapping[Spot, NDArray[np.bool_]] = {}
    plain: NDArray[np.bool_] | None = None  # rows in which nothing counts as a slip of the pen


class Walked(NamedTuple):
    """The evidence: by line, the bits of each row, and how each entry is explained; the values of all tracks."""

    bits: Array
    line: dict[Spot, Array]
    how: dict[Spot, Array]
    values: Values

    def dearer(self, bits: float) -> list[list[Spot]]:
        """The lines of each row that take so many bits or more, in their order."""
        found: list[list[Spot]] = [[] for _ in self.bits]
        if self.line:
            spots = list(self.line)
            rows, columns = np.nonzero(np.stack(list(self.line.values()), axis=1) >= bits)
            for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
                found[row].append(spots[column])
        return found


def walk(lines: Lines, page: Page, rows: Rows) -> Walked:
    """All rows through all lines."""
    count = len(rows.students)
    lead = (TRACKS, count)
    values: Values = {}
    total = np.zeros(count)
    line: dict[Spot, Array] = {}
    how: dict[Spot, Array] = {}
    with np.errstate(all="ignore"):
        for spot in lines.order:
            value = lines.compute(lines.formulas[spot[0]], spot, values, None, lead)
            own = rows.formulas.get(spot)
            if own:
                value = value.copy()
                for formula, some in own:
                    value[:, some] = lines.compute(formula, spot, values, some, lead, lines.formulas[spot[0]])
            if spot in page.value:
                value, line[spot], how[spot] = _compared(page, rows, spot, value)
                total += line[spot]
            values[spot] = value
    return Walked(total, line, how, values)


def _compared(page: Page, rows: Rows, spot: Spot, value: Array) -> tuple[Array, Array, Array]:
    """The tracks behind a line, its bits, and how its entries are explained."""
    students = rows.students
    printed, half, known = page.value[spot][students], page.half[spot][students], page.known[spot][students]
    tracks = Tracks(*(np.broadcast_to(track, printed.shape) for track in value))
    found = judged(printed, half, tracks, page.scale[spot], lambda rows: page.elsewhere(spot, students[rows]))
    alone = rows.as_printed.get(spot, rows.plain)
    if alone is not None:
        found = standing(found, printed, half, page.scale[spot], alone)
    axes = (slice(None), *(None,) * (printed.ndim - 1))
    there = known[axes]
    misprint = rows.misprints.get(spot)
    best = found.believed
    if misprint is not None:
        best = np.where(misprint[axes] & (found.how > LOOSE), tracks.believed, best)
    after = np.array(value)  # what is not there is what it was computed to be
    for track, instead in zip(after, Tracks(best, printed, best), strict=True):
        np.copyto(track, instead, where=there)
    np.copyto(after[2], printed, where=there & (found.how <= LOOSE))
    flat = (len(students), -1)
    bits = np.where(known, found.bits.reshape(flat).sum(axis=1), 0.0)
    how = np.where(known[:, None], found.how.reshape(flat), EXPLAINED)
    return after, bits, how


def bits_at(page: Page, students: Array, spot: Spot, values: Array, limit: Array) -> Array:
    """The bits of one line alone, where its tracks may be this or that: rows in front, then students; infinite where they
    are more than the limit."""
    printed, half, scale = page.value[spot][students], page.half[spot][students], page.scale[spot]
    bits = np.full(values.shape[1:3], np.inf)
    rows, some = np.nonzero(may_take(printed, half, Tracks(*values), scale, limit))
    if len(rows):
        found = judged(printed[some], half[some], Tracks(*values[:, rows, some]), scale)
        bits[rows, some] = found.bits.reshape(len(rows), -1).sum(axis=1)
    return np.where(bits <= limit, bits, np.inf)
