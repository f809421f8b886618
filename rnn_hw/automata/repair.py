"""Does replacing one parameter alone make a wrong network right?

The entries of a replacement run in half steps from -3 to 3. Trying all of them is out of the question for a recurrent
matrix (13**9 for three units), but a unit's next value depends on its own row only, so each unit has few candidates
(13**3), and the network is built up while it runs: follow the pairs of a hidden state and a state of the task that can
be reached, and wherever the candidates of some unit disagree on what comes next, try each possibility, keeping the
candidates that agree with it. A branch ends as soon as an output is wrong or one hidden state would stand for two
states of the task. The output unit takes part like every other, so the same search serves all five parameters.

What a unit computes and which rows it may have is in `candidates`; the same search for one unit alone is in `unit`.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_hw.automata.candidates import REACH, Fires, Grid, Unit, Word, fires
from rnn_hw.automata.exact import Weights, common_denominator, fractions
from rnn_hw.automata.product import Undecided
from rnn_hw.automata.tasks import Task, letters

PARAMETERS = ("U", "W", "b_h", "V", "b_y")
CANDIDATES = 400_000  # rows per unit: five free entries
WORK = 100_000_000  # candidates looked at, over all steps, before a search gives up ...
BETTER = 10_000_000  # ... and for the sake of a replacement nearer than the last one found
FEW = (1, 2, 3)  # changed entries that are tried first: these searches are short
SPLIT = 3000  # what a look at few candidates costs, in candidates

Repair = NDArray[Any] | Undecided | None


def repairs(
    U: Weights,
    W: Weights,
    b_h: Weights,
    V: Weights,
    b_y: Weights,
    threshold: str | Fires,
    task: Task,
    start: Sequence[int],
) -> dict[str, Repair]:
    """For each of `PARAMETERS`, a replacement of it alone with which the network does `task`; None if there is none.

    `U` (H, D), `W` (H, H), `b_h` (H,), `V` (H,) or (1, H) and `b_y`, a number or (1,), are exact numbers; a replacement
    has the shape of what it replaces, and `Fraction` entries. It changes few entries (the fewest, if the search comes
    to its end) and prefers whole numbers. Undecided where a row has more than `CANDIDATES` replacements, or the search
    takes more than `WORK`.
    `threshold` is `gt`, `ge`, or a function of an integer that has the sign of the pre-activation.
    """
    given = dict(zip(PARAMETERS, map(fractions, (U, W, b_h, V, b_y)), strict=True))
    units, inputs = len(start), task.inputs
    columns = {"W": (0, units), "U": (units, units + inputs), "b_h": (units + inputs, units + inputs + 1)}
    columns |= {"V": (0, units), "b_y": (units, units + 1)}
    hidden = np.hstack([given["W"], given["U"], given["b_h"].reshape(units, 1)])
    output = np.hstack([given["V"].reshape(1, units), given["b_y"].reshape(1, 1)])
    rule: Fires = threshold if callable(threshold) else lambda z: bool(fires(z, threshold))

    found: dict[str, Repair] = {}
    for name in PARAMETERS:
        low, high = columns[name]
        if (2 * REACH + 1) ** (high - low) > CANDIDATES:
            found[name] = Undecided(f"a row of `{name}` has more than {CANDIDATES} replacements")
            continue
        grid = Grid.of(high - low)
        recurrent = name in ("U", "W", "b_h")
        scale = 2 * common_denominator([hidden, output])
        layer = [Unit(row, scale, (low, high) if recurrent else None, grid, rule) for row in hidden]
        last = Unit(output[0], scale, None if recurrent else (low, high), grid, rule)
        rows = Search(task, layer, last).nearest(tuple(int(bit) for bit in start))
        if rows is None or isinstance(rows, Undecided):
            found[name] = rows
        else:
            chosen = rows[:-1] if recurrent else rows[-1:]
            replacement = np.array([[Fraction(step, 2) for step in row] for row in chosen], dtype=object)
            found[name] = replacement.reshape(given[name].shape)
    return found


class _Option(NamedTuple):
    """What a unit may do next, and the candidates that do it."""

    bit: int
    candidates: NDArray[Any]


class _Exhausted(Exception):
    """The search took more than it may."""


class _State(NamedTuple):
    """A partial answer.

    `stands_for` has the task's state for every hidden state reached so far, in the order of discovery; `followed` of
    the moves from them have been followed; `candidates` are those left of each unit, the output unit's last.
    """

    stands_for: dict[Word, int]
    followed: int
    candidates: list[NDArray[Any]]


class Search:
    """Depth first over what the units may do next, with a bound on the number of changed entries."""

    def __init__(self, task: Task, layer: list[Unit], output: Unit, most: int | None = None) -> None:
        self.task, self.state_of = task, _first_of_class(task)
        self.units, self.layer, self.output = [*layer, output], layer, output
        self.alphabet: list[Word] = [tuple(word) for word in letters(task.inputs).tolist()]
        self.work, self.most = 0, most or WORK
        self.allowed = self.most

    def nearest(self, start: Word) -> list[list[int]] | Undecided | None:
        """A row for every unit, those of fixed units empty, or None where no rows are right."""
        most = sum(len(unit.own) for unit in self.units)
        for bound in (*(changes for changes in FEW if changes < most), most):
            rows = self._nearest(start, bound + 1)
            if rows is not None:
                return rows
        return None

    def _nearest(self, start: Word, bound: int) -> list[list[int]] | Undecided | None:
        """The same with fewer than `bound` changes."""
        best: list[NDArray[Any]] | None = None
        every = [np.flatnonzero(unit.changes < bound) for unit in self.units]
        if not all(map(len, every)):  # some row has that many entries off the grid
            return None
        stack = [iter([_State({start: self.state_of[self.task.start]}, 0, every)])]
        try:
            while stack:
                state = next(stack[-1], None)
                if state is None:
                    stack.pop()
                elif self._cost(state.candidates) < bound:
                    state, branches = self._follow(state)
                    if branches is not None:
                        stack.append(branches)
                    elif self._cost(state.candidates) < bound:
                        best, bound = state.candidates, self._cost(state.candidates)
                        self.allowed = min(self.most, self.work + BETTER)
        except _Exhausted:
            if best is None:
                return Undecided("the search for a replacement takes too long")
        if best is None:
            return None
        return [unit.choose(left) for unit, left in zip(self.units, best, strict=True)]

    def _cost(self, candidates: list[NDArray[Any]]) -> int:
        return sum(unit.cost(left) for unit, left in zip(self.units, candidates, strict=True))

    def _follow(self, state: _State) -> tuple[_State, Iterator[_State] | None]:
        """Follow the moves of `state` as long as every unit's candidates agree, and then what may come next.

        None instead of the continuations says that no move is left: the candidates of the state returned are right.
        """
        stands_for, followed, candidates = dict(state.stands_for), state.followed, state.candidates
        reached = list(stands_for)
        while followed < len(reached) * len(self.alphabet):
            hidden, letter = reached[followed // len(self.alphabet)], followed % len(self.alphabet)
            goal = self.state_of[self.task.next[stands_for[hidden], letter]]
            bit = int(self.task.output[stands_for[hidden], letter])
            word = (*hidden, *self.alphabet[letter], 1)
            options = [self._options(unit, left, word) for unit, left in zip(self.layer, candidates, strict=False)]
            followed += 1
            state = _State(stands_for, followed, candidates)
            if any(len(option) > 1 for option in options):
                return state, self._branches(state, options, goal, bit)
            following = tuple(option[0].bit for option in options)
            right = self._right(state, following, goal, bit)
            if not len(right):
                return state, iter(())
            candidates = [*(option[0].candidates for option in options), right]
            if following not in stands_for:
                stands_for[following] = goal
                reached.append(following)
        return _State(stands_for, followed, candidates), None

    def _options(self, unit: Unit, candidates: NDArray[Any], word: Word) -> list[_Option]:
        """What a unit may do, first what takes fewer changes."""
        self._spend(len(candidates))
        options = [_Option(bit, left) for bit, left in enumerate(unit.split(candidates, word)) if len(left)]
        return sorted(options, key=lambda option: unit.cost(option.candidates)) if len(options) > 1 else options

    def _branches(self, state: _State, options: list[list[_Option]], goal: int, bit: int) -> Iterator[_State]:
        """Every way to combine what the units may do, if it does what the task requires."""
        for combination in product(*options):
            following = tuple(option.bit for option in combination)
            right = self._right(state, following, goal, bit)
            if len(right):
                candidates = [*(option.candidates for option in combination), right]
                yield _State({**state.stands_for, following: goal}, state.followed, candidates)

    def _right(self, state: _State, following: Word, goal: int, bit: int) -> NDArray[Any]:
        """The candidates of the output unit that give `bit`, if the hidden state `following` can stand for `goal`."""
        left = state.candidates[-1]
        self._spend(len(left))
        if state.stands_for.get(following, goal) != goal:
            return left[:0]
        return self.output.split(left, (*following, 1))[bit]

    def _spend(self, candidates: int) -> None:
        self.work += candidates + SPLIT
        if self.work > self.allowed:
            raise _Exhausted


def _first_of_class(task: Task) -> list[int]:
    """For every state of the task, the first state that behaves like it (Moore's refinement of the partition)."""
    parts = np.unique(task.output, axis=0, return_inverse=True)[1].reshape(-1)
    while True:
        signature = np.column_stack([parts, parts[task.next]])
        finer = np.unique(signature, axis=0, return_inverse=True)[1].reshape(-1)
        if finer.max() == parts.max():
            break
        parts = finer
    first: list[int] = np.unique(parts, return_index=True)[1][parts].tolist()
    return first
