"""What a problem's numbers can reveal: every mistake of the catalogue made in it, and how the sheet would look.

A mistake is invisible where every line that is asked comes out the same, to the place asked, as without it; two are alike
where the sheets of both are the same. All are computed together, a row each.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rnn_hw.checking.tolerance import tolerance, within
from rnn_hw.diagnose.lines import Spot
from rnn_hw.diagnose.search import Search
from rnn_hw.diagnose.walk import Array, Page, Rows, walk
from rnn_hw.lang.mistakes.rules import Change
from rnn_hw.lang.tree import Node
from rnn_hw.problem import Problem

DECIMALS = ("decimals", 3)  # of a problem that asks for no place


class Revealed(NamedTuple):
    """Every change that can be made, and the values it gives to the lines that are asked (a row for each)."""

    changes: tuple[Change, ...]
    spots: tuple[Spot, ...]
    values: dict[Spot, Array]
    true: dict[Spot, Array]
    rooms: dict[Spot, Array]

    def invisible(self) -> list[bool]:
        """Whether a change leaves every asked line as it is."""
        same = np.ones(len(self.changes), bool)
        for spot in self.spots:
            same &= self._same(spot, self.values[spot], self.true[spot][None])
        return list(map(bool, same))

    def alike(self, k: int) -> list[int]:
        """The other changes that give the same sheet as one."""
        same = np.ones(len(self.changes), bool)
        for spot in self.spots:
            same &= self._same(spot, self.values[spot], self.values[spot][k][None])
        return [int(n) for n in np.flatnonzero(same) if n != k]

    def _same(self, spot: Spot, some: Array, other: Array) -> Array:
        near = within(some, other, self.rooms[spot]) | (~np.isfinite(some) & ~np.isfinite(other))
        return np.asarray(near.reshape(len(some), -1).all(axis=1))


def every_change(search: Search) -> tuple[Change, ...]:
    """All changes of all equations, each once."""
    found: dict[frozenset[tuple[str, Node]], Change] = {}
    true = search.versions.true
    for name in true.formulas:
        for change in true.changes(name):
            found.setdefault(frozenset(change.formulas.items()), change)
    return tuple(found.values())


def reveal(problem: Problem, search: Search, changes: Sequence[Change], everything: bool = False) -> Revealed:
    """What these changes do to the lines that are asked, or to all lines."""
    asked = [(s.name, s.time) for s in problem.lines if (s.asked or everything) and s.form == "number"]
    own: dict[Spot, dict[Node, list[int]]] = {}
    for row, change in enumerate(changes, 1):
        for spot in search.lines.order:
            if spot[0] in change.formulas:
                own.setdefault(spot, {}).setdefault(change.formulas[spot[0]], []).append(row)
    students = np.zeros(len(changes) + 1, int)
    rows = Rows(students, {s: [(f, np.array(k)) for f, k in found.items()] for s, found in own.items()})
    values = walk(search.lines, Page(0, {}, {}, {}, {}), rows).values
    true = {spot: np.asarray(values[spot][0, 0]) for spot in asked}
    place = problem.place or DECIMALS
    rooms = {spot: tolerance(true[spot], np.zeros(true[spot].shape), place) for spot in asked}
    return Revealed(tuple(changes), tuple(asked), {s: np.asarray(values[s][0, 1:]) for s in asked}, true, rooms)
