"""The rows that a threshold unit may have while its network is being repaired, and what the unit does with each.

This is the one place outside the equations that knows what a threshold unit computes: a weighted sum, and `fires`. All
in integers, since only the sign of the sum counts; the search that narrows the rows down is in `repair`.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

REACH = 6  # in half steps: entries run from -3 to 3

Fires = Callable[[int], bool]
Word = tuple[int, ...]


def fires(z: Any, threshold: str = "gt") -> Any:
    """Whether a unit with pre-activation `z` fires: `z > 0` (`gt`) or `z >= 0` (`ge`)."""
    return z >= 0 if threshold == "ge" else z > 0


class Grid(NamedTuple):
    """All rows of some free entries, in half steps, and for every input word that came up, their product with it."""

    rows: NDArray[np.int8]
    products: dict[Word, NDArray[np.int8]]

    def product(self, word: Word) -> NDArray[np.int8]:
        """Row times word, counted from the least possible value."""
        if word not in self.products:
            shift = REACH * len(word)
            self.products[word] = (self.rows @ np.array(word, dtype=np.int8) + np.int8(shift)).astype(np.int8)
        return self.products[word]

    @staticmethod
    def of(entries: int, whole: int = 0, within: int = REACH) -> "Grid":
        """Half steps for every entry; the first `whole` of them take whole numbers only, up to `within` half steps."""
        steps = np.arange(-REACH, REACH + 1, dtype=np.int8)
        few = steps[(steps % 2 == 0) & (np.abs(steps) <= within)]
        axes = np.meshgrid(*[few] * whole, *[steps] * (entries - whole), indexing="ij")
        return Grid(np.stack([axis.reshape(-1) for axis in axes], axis=1), {})


class Unit:
    """A threshold unit, all of whose weights and the bias stand in one row; the entries `free` may be replaced.

    `changes` counts for every candidate the entries that differ from the row's own, and candidates are known by their
    index in `grid.rows`. A unit without free entries has one candidate, itself.
    """

    def __init__(self, row: NDArray[Any], scale: int, free: tuple[int, int] | None, grid: Grid, rule: Fires) -> None:
        self.low, self.high = free or (0, 0)
        self.grid, self.rule, self.half = grid, rule, scale // 2
        self.weights = [int(number * scale) for number in row]
        self.weights[self.low : self.high] = [0] * (self.high - self.low)
        if free:
            self.own = row[self.low : self.high]
            self.changes = sum(self._differs(column) for column in range(self.high - self.low))
        else:
            self.own = row[:0]
            self.changes = np.zeros(1, dtype=np.int8)
        self._fires: dict[int, NDArray[np.bool_]] = {}

    def _differs(self, column: int) -> Any:
        doubled = 2 * self.own[column]
        entries = self.grid.rows[:, column]
        exact = doubled.denominator == 1 and abs(doubled) <= REACH
        return (entries != int(doubled)).astype(np.int8) if exact else np.ones(len(entries), dtype=np.int8)

    def split(self, candidates: NDArray[Any], word: Word) -> tuple[NDArray[Any], NDArray[Any]]:
        """Those of `candidates` that are silent at the inputs `word` (the last is 1, for the bias), and the others."""
        fixed = sum(weight for weight, bit in zip(self.weights, word, strict=True) if bit)
        free = word[self.low : self.high]
        if not free:
            none = candidates[:0]
            return (none, candidates) if self.rule(fixed) else (candidates, none)
        if fixed not in self._fires:
            reach = REACH * len(free)
            values = (fixed + self.half * step for step in range(-reach, reach + 1))
            self._fires[fixed] = np.array([self.rule(value) for value in values])
        on = self._fires[fixed][self.grid.product(free)[candidates]]
        return candidates[~on], candidates[on]

    def cost(self, candidates: NDArray[Any]) -> int:
        """The fewest entries that have to be changed."""
        return int(self.changes[candidates].min())

    def choose(self, candidates: NDArray[Any]) -> list[int]:
        """The row, in half steps, with the fewest changed entries, then the most whole ones, then the least change."""
        if self.high == self.low:
            return []
        rows = self.grid.rows[candidates]
        own = np.array([float(2 * max(-REACH, min(REACH, number))) for number in self.own])
        order = np.lexsort([np.abs(rows - own).sum(axis=1), (rows % 2).sum(axis=1), self.changes[candidates]])
        return [int(step) for step in rows[order[0]]]
