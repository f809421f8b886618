"""Every change of a line, or of what it was computed from, tried on that line alone, for many students in one pass.

All changes of a line's formula are compiled together, so what they have in common is computed once; what follows from
changed lines is computed for all of these changes at once. Nothing is chosen here.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from rnn_hw.diagnose.lines import Lines, Spot, Values
from rnn_hw.diagnose.walk import TRACKS, Array, Page, at_line
from rnn_hw.lang.mistakes.rules import Change
from rnn_hw.lang.tree import Node


class Before(NamedTuple):
    """Students who have got to a line with the same formulas, and what they had in the calculator until then."""

    students: Array
    walks: Sequence[tuple[Values, Array]]  # values of all lines, and the students' rows in them, one after another
    formulas: Mapping[str, Node]
    once: Mapping[Spot, Node]  # formulas at single steps


def bits_at(
    lines: Lines,
    page: Page,
    spot: Spot,
    region: Sequence[Spot],
    tried: Sequence[Change],
    before: Before,
    limit: Array,
) -> Array:
    """The bits of a line for each change, made from its region on, and for each student; exact if below their limit."""
    with np.errstate(all="ignore"):
        value = np.concatenate(_values(lines, spot, region, tried, before), axis=1)
    judged = at_line(page, np.tile(before.students, len(tried)), spot, value, np.tile(limit, len(tried)))
    bits: Array = judged.bits.reshape(len(tried), len(before.students), -1).sum(axis=2)
    return bits


def _values(lines: Lines, spot: Spot, region: Sequence[Spot], tried: Sequence[Change], before: Before) -> list[Array]:
    """The value of the line for each change, students behind the tracks."""
    count = len(before.students)
    unchanged = _Rows(before.walks)
    values = [_Changed(unchanged) for _ in tried]
    for here in region:
        own: dict[int, Node] = {}
        later: dict[Node, list[int]] = {}
        for k, change in enumerate(tried):
            changed = change.formulas.get(here[0])
            formula = changed or before.once.get(here) or before.formulas[here[0]]
            if values[k] and not values[k].keys().isdisjoint(lines.uses(formula, here)):
                later.setdefault(formula, []).append(k)
            elif changed is not None:
                own[k] = changed
        instead = before.once.get(here) or before.formulas[here[0]]
        found: dict[int, Array] = {}
        if own:
            made = lines.compute_all(tuple(own.values()), here, unchanged, (TRACKS, count), instead)
            found = dict(zip(own, made, strict=True))
        for formula, those in later.items():
            joined = _Joined([values[k] for k in those])
            whole = lines.compute(formula, here, joined, None, (TRACKS, len(those) * count), instead)
            found |= zip(those, np.split(whole, len(those), axis=1), strict=True)
        for k, value in found.items():
            values[k][here] = value
    return [some[spot] for some in values]


class _Rows(dict[Spot, Array]):
    """The values of some students, taken out when they are asked for."""

    def __init__(self, walks: Sequence[tuple[Values, Array]]) -> None:
        super().__init__()
        self.walks = walks

    def __missing__(self, spot: Spot) -> Array:
        parts = [values[spot][:, rows] for values, rows in self.walks]
        found = self[spot] = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
        return found


class _Changed(dict[Spot, Array]):
    """The same, but for the values that are put in."""

    def __init__(self, before: _Rows) -> None:
        super().__init__()
        self.before = before

    def __missing__(self, spot: Spot) -> Array:
        return self.before[spot]


class _Joined(dict[Spot, Array]):
    """Values of several changes, one after the other."""

    def __init__(self, parts: Sequence[_Changed]) -> None:
        super().__init__()
        self.parts = parts

    def __missing__(self, spot: Spot) -> Array:
        found = self[spot] = np.concatenate([part[spot] for part in self.parts], axis=1)
        return found
