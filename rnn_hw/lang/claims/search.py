"""The search for numbers that refute a claim: fewest units and steps first, then the plainest numbers.

Each size of the problem is compiled once and tried on thousands of rows of numbers together, a batch axis in front. What
is found violates the claim by a clear margin (`truth.py`) and is computed again, from the numbers as they are printed,
alone. That nothing is found proves nothing.
"""

from typing import NamedTuple

import numpy as np

from rnn_hw.errors import HomeworkError
from rnn_hw.lang.claims.candidates import MOST, Rows, candidates, costs
from rnn_hw.lang.claims.trials import VISIBLE, Counterexample, Question, World, mentions
from rnn_hw.lang.claims.truth import Truth
from rnn_hw.lang.evaluate import reach
from rnn_hw.lang.operations import Mismatch

SIZES = ((1, 0), (1, 1), (2, 0), (2, 1), (3, 2))  # units, and steps more than the claim needs


class Nothing(NamedTuple):
    """No counterexample in so many trials, with up to so many units and steps; in `met` of them the premise held."""

    trials: int
    met: int
    units: int
    steps: int


def refute(question: Question) -> Counterexample | Nothing:
    """A counterexample to a claim, the plainest one that the search meets, or how much was tried."""
    trials = met = most = longest = 0
    least = steps_needed(question)
    for units, more in SIZES:
        try:
            world = World(question, units, least + more)
        except (ValueError, Mismatch, HomeworkError):
            continue  # `f[t] == partial(c[t], c[t-1])` has a meaning for one unit only
        best: Rows | None = None
        for rows in candidates(world.free, MOST if units == 1 else MOST // 2):
            truth = world.judge.of(world.run(rows))
            trials, met = trials + len(rows), met + world.met
            most, longest = max(most, units), max(longest, world.steps)
            if truth.no.any():
                row = _plainest(rows, truth)
                clear = bool(truth.margin[row] >= VISIBLE)
                best = rows[row] if clear or best is None else best
                if clear:
                    break
        if best is not None:
            return world.shown(world.shrunk(best), trials)
    return Nothing(trials, met, most, longest)


def _plainest(rows: Rows, truth: Truth) -> int:
    """The row that violates the claim with the plainest numbers, if possible by a margin that can be seen."""
    bad = np.flatnonzero(truth.no)
    visible = bad[truth.margin[bad] >= VISIBLE]
    chosen = visible if len(visible) else bad
    return int(chosen[np.argmin(costs(rows[chosen]))])


def steps_needed(question: Question) -> int:
    """The fewest steps at which all that a claim names exists."""
    before = reach(question.program)
    first, ahead, fixed = 1, 0, 1
    for name in mentions(question.claim):
        low = before.get(name.name, (0, 0))[0]
        if name.time is None:
            continue
        base, shift = name.time
        if base == "t":
            first, ahead = max(first, 1 + low - shift), max(ahead, shift)
        elif base == "T":
            fixed = max(fixed, 1 + low - shift)
        else:
            fixed = max(fixed, shift)
    return max(first + ahead, fixed)
