"""How far rounding of the earlier answers reaches, and whether wrong ones fix a line alone: trials of one line.

The trials are an axis in front of the students, so both questions take one evaluation of the line for a whole class.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_hw.checking.local import Local
from rnn_hw.checking.tolerance import within
from rnn_hw.checking.uses import Behind, Students, Truths, Uses
from rnn_hw.kinds.kind import Setup
from rnn_hw.lang.evaluate import Stack

Array = NDArray[Any]
MOST_NUMBERS = 300_000  # in one evaluation: what a processor keeps at hand
DRAWS = 6  # other values tried where a line is asked whether anything else matters to it


class Reach(NamedTuple):
    """What follows from the answers, and how far that moves down, and up, where these are not what they seem."""

    follow: Array
    down: Array
    up: Array


def reach_of_rounding(
    local: Local, behind: Behind, answers: Mapping[str, Array], moves: Mapping[str, tuple[Array, Array]]
) -> Reach:
    """How far a line moves when every answer it uses moves by what rounding may have hidden.

    `moves` holds, by key, two displacements of each entry. One entry is moved at a time; the reach to one side is the sum
    over entries of the larger of its two changes to that side.
    """
    students = len(behind.students)
    entries = sum(int(np.prod(local.shape_of(key))) for key in behind.used)
    trials = 1 + 2 * entries  # the first one moves nothing
    found = Reach(*(np.zeros((students, *local.shape)) for _ in range(3)))
    for some in _chunks(students, trials * local.size):
        count, row, value = some.stop - some.start, 1, {}
        for key in behind.used:
            here = np.repeat(answers[key][None, some], trials, axis=0).reshape(trials, count, -1)
            low, high = (move[some].reshape(count, -1) for move in moves[key])
            for k in range(here.shape[2]):
                here[row, :, k] += low[:, k]
                here[row + 1, :, k] += high[:, k]
                row += 2
            value[key] = here.reshape(trials, count, *local.shape_of(key))
        used = {key: uses[some] for key, uses in behind.used.items()}
        moved = np.broadcast_to(local.value(value, used), (trials, count, *local.shape))
        with np.errstate(invalid="ignore"):
            change = moved[1:] - moved[0]
        change = np.where(np.isfinite(change), change, 0).reshape(entries, 2, count, *local.shape)
        found.follow[some] = moved[0]
        found.down[some] = (-change).max(axis=1, initial=0).sum(axis=0)
        found.up[some] = change.max(axis=1, initial=0).sum(axis=0)
    return found


class Draws:
    """Other values of answers and of what is given: of each quantity its own, so that no student's depend on a neighbour.

    Every other one has no negative number, which not every formula has a value for.
    """

    def __init__(self, setup: Setup, uses: Uses) -> None:
        self.setup, self.uses = setup, uses
        self.answers: dict[str, Array] = {}
        self.given: dict[str, Array | Stack] = {}

    def answer(self, key: str) -> Array:
        """Draws of an answer, an axis for the students behind them."""
        if key not in self.answers:
            shape = self.setup.shapes[self.uses.by_key[key].name]
            self.answers[key] = _drawn((1, self.uses.rank[key]), (DRAWS, 1, *shape))
        return self.answers[key]

    def of_given(self, name: str, count: int) -> Array | Stack:
        """So many draws of a given quantity."""
        if name not in self.given:
            value, seed = self.setup.given[name], (2, list(self.setup.given).index(name))
            if isinstance(value, Stack):
                numbers = _drawn(seed, (DRAWS, 1, *value.values.shape))
                self.given[name] = Stack(np.moveaxis(numbers, 2, 0), value.first)
            else:
                self.given[name] = _drawn(seed, (DRAWS, 1, *np.shape(value)))
        drawn = self.given[name]
        return Stack(drawn.values[:, :count], drawn.first) if isinstance(drawn, Stack) else drawn[:count]


def _drawn(seed: tuple[int, int], shape: tuple[int, ...]) -> Array:
    numbers = np.random.default_rng(seed).normal(size=shape)
    numbers[1::2] = np.abs(numbers[1::2])
    return numbers


class Followed(NamedTuple):
    """What some students compute a line from, which of it is wrong (by key), and the interval that follows."""

    behind: Behind
    answers: Mapping[str, Array]
    wrong: Mapping[str, Truths]
    middle: Array
    box: Array

    def some(self, students: slice | Students) -> "Followed":
        """The same for some of the students."""
        answers, wrong = ({k: v[students] for k, v in part.items()} for part in (self.answers, self.wrong))
        return Followed(self.behind.some(students), answers, wrong, self.middle[students], self.box[students])


def fixed_alone(local: Local, followed: Followed, draws: Draws) -> Truths:
    """Which entries of a line wrong earlier answers give alone, whatever the others are (a gate of 0).

    Tried are each wrong answer by itself, and all zeros among the wrong answers together. Everything that is not kept is
    drawn: weights, inputs, states and all other answers. For nearly everyone the first draw tells that it matters.
    """
    found = _fixed(local, followed, draws, 1)
    some = np.flatnonzero(found.reshape(len(found), -1).any(axis=1))
    if len(some):
        found[some] = _fixed(local, followed.some(some), draws, DRAWS)
    return found


def _fixed(local: Local, followed: Followed, draws: Draws, count: int) -> Truths:
    """Which entries are the same in so many draws."""
    found = np.zeros(followed.middle.shape, bool)
    given = {name: draws.of_given(name, count) for name in local.given}
    sets = 1 + 2 * sum(bool(some.any()) for some in followed.wrong.values())
    for some in _chunks(len(found), sets * count * local.size):
        here = followed.some(some)
        kept, tried = _kept(here)
        value = {k: draws.answer(k)[:count] for k in here.behind.used}
        value |= {k: np.where(stays[:, None], here.answers[k], value[k]) for k, stays in kept.items()}
        drawn = local.value(value, here.behind.used, given)
        drawn = np.broadcast_to(drawn, (len(tried), count, *here.middle.shape))
        finite = np.isfinite(drawn)
        same = within(drawn, here.middle, here.box) | ~finite
        fixed = same.all(axis=1) & (finite.any(axis=1) | (count < DRAWS))
        found[some] = (fixed & _lined_up(tried, fixed.ndim)).any(axis=0)
    return found


def _kept(followed: Followed) -> tuple[dict[str, Truths], Truths]:
    """The sets of answers that are kept: by key the entries, by set and student; and which sets are a student's."""
    behind, answers, wrong, *_ = followed
    candidates = [key for key in wrong if wrong[key].any()]
    zero = {key: (answers[key] == 0) & _lined_up(wrong[key], answers[key].ndim) for key in candidates}
    count = behind.given.astype(int)
    all_zero = ~behind.given
    for key, uses in behind.used.items():
        count = count + uses
        whole = zero[key].reshape(len(uses), -1).all(axis=1) if key in zero else np.zeros(len(uses), bool)
        all_zero = all_zero & (whole | ~uses)
    kept: dict[str, list[Truths]] = {key: [zero[key]] for key in candidates}
    tried = [~all_zero]
    for one in candidates:
        tried.append(wrong[one] & (count > 1))
        for key in candidates:
            kept[key].append(np.full(zero[key].shape, key == one))
    if all_zero.any():
        for free in candidates:
            tried.append(all_zero & wrong[free])
            for key in candidates:
                kept[key].append(zero[key] & (key != free))
    return {key: np.array(sets) for key, sets in kept.items()}, np.array(tried)


def _lined_up(truths: Truths, rank: int) -> Truths:
    """The truths with axes behind them up to so many in all."""
    return truths.reshape(truths.shape + (1,) * (rank - truths.ndim))


def _chunks(students: int, each: int) -> Iterator[slice]:
    """The students in slices whose evaluation fits into memory."""
    step = max(1, MOST_NUMBERS // max(1, each))
    return (slice(start, min(start + step, students)) for start in range(0, students, step))
