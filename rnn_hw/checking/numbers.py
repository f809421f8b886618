"""The verdicts on numeric lines: by the true value, and by what follows from the person's own earlier answers.

All sheets are judged together, students on the leading axis, and only those with an answer that is not the true value are
looked at any closer. How a line follows from others is `local.py`, how near is near enough `tolerance.py` and `reach.py`,
and what is said of a verdict `said.py`. Lines that are no numbers, points and reports are the business of `judge.py`.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_hw.checking.answer_key import AnswerKey
from rnn_hw.checking.follow import followed
from rnn_hw.checking.page import Page
from rnn_hw.checking.reach import Followed, fixed_alone, reach_of_rounding
from rnn_hw.checking.tolerance import COARSEST, GUARD_DIGIT, tolerance, within
from rnn_hw.checking.uses import Behind, Students, Truths
from rnn_hw.results import VERDICTS

Array = NDArray[Any]
LEAST_SAID = 0.5  # an imprecise answer says more than this: a bare `1` or `0` for a gate is a guess
CORRECT, CARRIED, IMPRECISE, WRONG = map(VERDICTS.index, ("correct", "carried", "imprecise", "wrong"))


class Closer(NamedTuple):
    """What was found where a line's answer is not the true value, some students in front."""

    students: Students  # among the doubtful ones
    middle: Array  # of the interval that follows from their own earlier answers
    box: Array  # half its width
    wrong: Truths  # by entry
    alone: Truths  # whether wrong earlier answers fix the line alone


class NumericVerdicts:
    """The verdicts on all numeric lines of all sheets: `codes` has by key a place in `VERDICTS` for each student."""

    def __init__(self, key: AnswerKey, page: Page, strict: bool) -> None:
        self.key, self.page, self.strict = key, page, strict
        place = key.problem.place
        right = {}
        for k, value in page.value.items():
            exact = within(value, key.true[k], tolerance(key.true[k], page.half[k], place))
            right[k] = exact.reshape(page.students, -1).all(axis=1) & page.known[k]
        self.codes = {k: np.where(page.known[k], CORRECT, 0).astype(np.uint8) for k in right}
        off = {k: page.known[k] & ~right[k] for k in right}
        self.doubtful: Students = np.flatnonzero(np.any(list(off.values()), axis=0)) if off else np.zeros(0, np.intp)
        self.doubts = Doubts(key, page.some(self.doubtful), off, self.doubtful, strict) if len(self.doubtful) else None
        if self.doubts is not None:
            for k, codes in self.doubts.codes.items():
                self.codes[k][self.doubtful] = codes


class Doubts:
    """The students of whose numbers one at least is not the true value, line by line in the order of computation."""

    def __init__(self, key: AnswerKey, page: Page, off: Mapping[str, Truths], students: Students, strict: bool) -> None:
        self.key, self.page, self.strict = key, page, strict
        self.off = {k: some[students] for k, some in off.items()}  # not the true value
        self.codes = {k: np.where(known, CORRECT, 0).astype(np.uint8) for k, known in page.known.items()}
        self.right = {k: np.ones(page.students, bool) for k in page.value}  # what follows from it is no carried mistake
        self.follow = followed(key.setup, key.lines, page.value, page.known)  # from the answers before each line
        self.closer: dict[str, list[Closer]] = {}
        self.rounded: dict[str, Students] = {}  # right but for rounding: nobody needs to know by how much it may differ
        self.after: dict[str, Truths] = {}  # whether an answer that is not the true value is used on the way to a line
        self.tainted: dict[str, Truths] = {}  # whether an answer it uses is wrong
        self.moves: dict[str, tuple[Array, Array]] = {}
        nowhere = np.zeros(page.students, bool)
        for k in key.uses.order:
            after, tainted = nowhere, nowhere
            for other in key.uses.named(k).lines:
                if other in self.off:
                    after = after | self.off[other]
                    tainted = tainted | np.where(page.known[other], ~self.right[other], self.tainted[other])
                else:
                    tainted = tainted | self.tainted[other]
                after = after | self.after[other]
            self.after[k], self.tainted[k] = after, tainted
            if k in self.off and self.off[k].any():
                self._judge(k)

    def _judge(self, key: str) -> None:
        """Judges a line of those for whom it is not the true value."""
        place, true = self.key.problem.place, self.key.true[key]
        value, half, follow = self.page.value[key], self.page.half[key], self.follow[key]
        near = within(value, follow, tolerance(follow, half, place)) | within(value, true, tolerance(true, half, place))
        rounded = near.reshape(len(value), -1).all(axis=1) & ~self.tainted[key]
        self.rounded[key] = np.flatnonzero(self.off[key] & rounded)
        for behind in self.key.uses.behind(key, np.flatnonzero(self.off[key] & ~rounded), self.page.known):
            self._look(key, behind)

    def _box(self, key: str, behind: Behind) -> tuple[Array, Array]:
        """The interval that follows from the earlier answers: its middle, and how far it reaches to both sides.

        The tolerance, and what rounding of the earlier answers may have hidden.
        """
        students = behind.students
        answers = {k: self.page.value[k][students] for k in behind.used}
        moves = {k: (low[students], high[students]) for k in behind.used for low, high in [self._moves(k)]}
        follow, down, up = reach_of_rounding(self.key.local(behind.chain), behind, answers, moves)
        box = tolerance(follow, self.page.half[key][students], self.key.problem.place)
        return follow + (up - down) / 2, box + (up + down) / 2

    def _look(self, key: str, behind: Behind) -> None:
        """Judges a line that neither is the true value nor follows from true ones by rounding alone."""
        page, true, students = self.page, self.key.true[key], behind.students
        value, half = page.value[key][students], page.half[key][students]
        room = tolerance(true, half, self.key.problem.place)
        middle, box = self._box(key, behind)
        exact, follows = within(value, true, room), within(value, middle, box)
        clean = ~self.tainted[key][students].reshape(-1, *(1,) * true.ndim)
        correct = exact | (follows & clean)
        carried = ~correct & follows & ~clean & (not self.strict)
        alone = self._fixed(behind, carried, middle, box)
        carried &= ~alone
        coarse = (half > room) & (half < np.maximum(LEAST_SAID, np.abs(true) / 2))  # says something with its digits
        imprecise = ~correct & ~carried & coarse & within(value, true, half)
        wrong = ~(correct | carried | imprecise)
        flats = [a.reshape(len(students), -1).any(axis=1) for a in (wrong, imprecise, carried)]
        self.codes[key][students] = np.select(flats, [WRONG, IMPRECISE, CARRIED], CORRECT)
        fine = correct | (imprecise & within(value, true, COARSEST * room))
        self.right[key][students] = fine.reshape(len(students), -1).all(axis=1)
        self.closer.setdefault(key, []).append(Closer(students, middle, box, wrong, _any(alone)))

    def _fixed(self, behind: Behind, carried: Truths, middle: Array, box: Array) -> Truths:
        """The entries that would be carried but for wrong earlier answers that give them alone."""
        found = np.zeros_like(carried)
        some = np.flatnonzero(_any(carried))
        if len(some):
            behind = behind.some(some)
            students = behind.students
            answers = {k: self.page.value[k][students] for k in behind.used}
            wrong = {k: uses & ~self.right[k][students] for k, uses in behind.used.items()}
            local = self.key.local(behind.chain)
            followed = Followed(behind, answers, wrong, middle[some], box[some])
            found[some] = carried[some] & fixed_alone(local, followed, self.key.draws)
        return found

    def closer_at(self, key: str) -> list[Closer]:
        """What there is to know of a line where it is not the true value, even if it is so by rounding alone."""
        students = self.rounded.pop(key, np.zeros(0, np.intp))
        for behind in self.key.uses.behind(key, students, self.page.known):
            middle, box = self._box(key, behind)
            none = np.zeros(middle.shape, bool)
            self.closer.setdefault(key, []).append(Closer(behind.students, middle, box, none, _any(none)))
        return self.closer.get(key, [])

    def _moves(self, key: str) -> tuple[Array, Array]:
        """How far rounding may have moved an answer that is used further on, down and up.

        Where all was right so far the unrounded value is known, and may have been carried instead, or with a digit more
        than printed; so the box need not reach as far to both sides. Of any other answer only that it lies within half a
        unit of what is printed, counted as one place coarser than asked at most.
        """
        if key not in self.moves:
            value, half, true = self.page.value[key], self.page.half[key], self.key.true[key]
            place = self.key.problem.place
            room, asked = tolerance(true, half, place), tolerance(value, half, place)
            half = np.where(half >= 0.5, np.maximum(half, asked), half)  # 12300 may be 12345 to three figures
            half = np.minimum(half, COARSEST * np.maximum(room, asked))
            settled = within(value, true, room) & ~self.after[key].reshape(-1, *(1,) * true.ndim)
            hidden = np.where(within(value, true, np.zeros(())), 0, GUARD_DIGIT * half)
            low, high = np.minimum(true - value - hidden, 0), np.maximum(true - value + hidden, 0)
            self.moves[key] = np.where(settled, low, -half), np.where(settled, high, half)
        return self.moves[key]


def _any(entries: Truths) -> Truths:
    """For each student, whether any entry is."""
    return np.asarray(entries.reshape(len(entries), -1).any(axis=1))
