"""Every change of a line, or of what it was computed from, tried on that line alone, for many students in one pass.

All changes of a line's formula are compiled together, so what they have in common is computed once; what follows from
changed lines is computed for all of these changes at once. Nothing is chosen here.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import isqrt
from typing import NamedTuple

import numpy as np

from rnn_hw.diagnose.lines import Lines, Spot, Values
from rnn_hw.diagnose.walk import TRACKS, Array, Page, bits_at
from rnn_hw.lang.mistakes.rules import Change
from rnn_hw.lang.tree import Node

MOST_AT_ONCE = 1 << 22  # values that are in memory at a time: 32 MiB


class Before(NamedTuple):
    """Students who have got to a line with the same formulas, and what they had in the calculator until then."""

    students: Array
    walks: Sequence[tuple[Values, Array]]  # values of all lines, and the students' rows in them, one after another
    formulas: Mapping[str, Node]
    once: Mapping[Spot, Node]  # formulas at single steps


def tried_at(
    lines: Lines,
    page: Page,
    spot: Spot,
    region: Sequence[Spot],
    tried: Sequence[Change],
    before: Before,
    limit: Array,
) -> Array:
    """The bits of a line for each change, made from its region on, and for each student; infinite above their limit."""
    with np.errstate(all="ignore"):
        values = values_of(lines, spot, region, tried, before)
    return bits_at(page, before.students, spot, values, limit)


def values_of(lines: Lines, spot: Spot, region: Sequence[Spot], tried: Sequence[Change], before: Before) -> Array:
    """The value of the line with each change: tracks, changes and students in front."""
    count = len(before.students)
    unchanged = _Unchanged(before.walks)
    altered: dict[Spot, Altered] = {}
    altering: set[int] = set()  # the changes that alter one of these lines
    for here in region:
        usual = before.once.get(here) or before.formulas[here[0]]
        own = {k: change.formulas[here[0]] for k, change in enumerate(tried) if here[0] in change.formulas}
        both = [k for k in sorted(altering & own.keys()) if k in _altering(altered, lines.uses(own[k], here))]
        first = sorted(own.keys() - set(both))
        later = sorted(_altering(altered, lines.uses(usual, here)) - own.keys())
        if not own and not later:
            continue
        stack = np.repeat(unchanged[here][:, None], len(tried), axis=1)
        if first:
            found = lines.compute_all(tuple([own[k] for k in first]), here, unchanged, (TRACKS, count), usual)
            for k, value in zip(first, found, strict=True):
                stack[:, k] = value
        for some in blocks(both, isqrt(MOST_AT_ONCE // (TRACKS * count))):
            # Each formula for all of these changes, though it is that of one: a tenth of the time of each for its own.
            values = _Together(unchanged, altered, some)
            lead = TRACKS, len(some), count
            found = lines.compute_all(tuple([own[k] for k in some]), here, values, lead, usual)
            for n, (k, value) in enumerate(zip(some, found, strict=True)):
                stack[:, k] = value[:, n]
        if later:
            values = _Together(unchanged, altered, later)
            stack[:, later] = lines.compute(usual, here, values, None, (TRACKS, len(later), count))
        altered[here] = Altered(stack, {*own, *later})
        altering |= altered[here].by
    return altered[spot].stack


def blocks(some: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """A sequence in pieces of so many, at least of one."""
    for start in range(0, len(some), max(size, 1)):
        yield some[start : start + max(size, 1)]


def _altering(altered: Mapping[Spot, "Altered"], used: Sequence[Spot]) -> set[int]:
    """The changes that alter one of the lines that are used."""
    return set[int]().union(*[altered[spot].by for spot in used if spot in altered])


class Altered(NamedTuple):
    """A line that changes alter: its value, tracks, changes and students in front, and which of the changes do."""

    stack: Array
    by: set[int]


class _Unchanged(dict[Spot, Array]):
    """The values of some students, taken out when they are asked for."""

    def __init__(self, walks: Sequence[tuple[Values, Array]]) -> None:
        super().__init__()
        self.walks = walks

    def __missing__(self, spot: Spot) -> Array:
        parts = [values[spot][:, rows] for values, rows in self.walks]
        found = self[spot] = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
        return found


class _Together(dict[Spot, Array]):
    """The values that some changes lead to, all of them at once."""

    def __init__(self, unchanged: _Unchanged, altered: Mapping[Spot, Altered], changes: Sequence[int]) -> None:
        super().__init__()
        self.unchanged, self.altered, self.changes = unchanged, altered, changes

    def __missing__(self, spot: Spot) -> Array:
        if spot in self.altered:
            found = self.altered[spot].stack[:, self.changes]
        else:
            found = self.unchanged[spot][:, None]
        self[spot] = found
        return found
