"""The verdicts on numeric lines: by the true value, and by what follows from the person's own earlier answers.

All sheets are judged together, students on the leading axis; what follows from what is `follow.py`, how near is near
enough `tolerance.py`. Lines that are no numbers, points and reports are the business of `judge.py`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_hw.answers import Entry, Sheet
from rnn_hw.checking.follow import Page, Uses, followed, order, reach_of_rounding, varied
from rnn_hw.checking.slips import slip
from rnn_hw.checking.tolerance import COARSEST, GUARD_DIGIT, tolerance, within
from rnn_hw.problem import Problem
from rnn_hw.results import Line, Value, Verdict

Array = NDArray[Any]
LEAST_SAID = 0.5  # an imprecise answer says more than this: a bare `1` or `0` for a gate is a guess


class _Alike(NamedTuple):
    """Students who answered the same numeric lines: the keys in an order in which each comes after what it uses."""

    keys: tuple[str, ...]
    students: Array
    uses: Uses | None  # None where every answer is the true value


class Numbers:
    """The verdicts on all numeric lines of all sheets."""

    def __init__(self, problem: Problem, sheets: Sequence[Sheet], truth: Mapping[str, Value], strict: bool) -> None:
        self.problem, self.setup, self.strict = problem, problem.setup, strict
        self.lines = [line for line in problem.lines if line.form == "number"]
        self.by_place = {(line.name, line.time): line for line in self.lines}
        self.true = {line.key: np.asarray(truth[line.key], float) for line in self.lines}
        self.words: dict[str, list[str]] = {}  # by key: a verdict for each student
        self.right: dict[str, NDArray[np.bool_]] = {}  # by key: what follows from this answer is no carried mistake
        self.uses: dict[int, Uses] = {}  # by student, where anything is in doubt
        self.entries: dict[tuple[str, int], Array] = {}  # the wrong entries
        self.alone: set[tuple[str, int]] = set()  # lines that a wrong earlier one fixes alone
        self.page = self._page(sheets)
        if self.page.value:
            self._judge(sheets)

    def _page(self, sheets: Sequence[Sheet]) -> Page:
        """The answers as arrays, half a unit of each beside them."""
        value: dict[str, Array] = {}
        known: dict[str, NDArray[np.bool_]] = {}
        self.half: dict[str, Array] = {}
        for line in self.lines:
            found = [(k, e) for k, s in enumerate(sheets) if (e := s.entries.get(line.key)) is not None and _usable(e)]
            if not found:
                continue
            shape = (len(sheets), *self.true[line.key].shape)
            value[line.key], self.half[line.key] = np.zeros(shape), np.zeros(shape)
            known[line.key] = np.zeros(len(sheets), bool)
            for k, entry in found:
                value[line.key][k], self.half[line.key][k], known[line.key][k] = entry.value, entry.half_unit, True
        return Page(len(sheets), value, known)

    def _judge(self, sheets: Sequence[Sheet]) -> None:
        page, place = self.page, self.problem.place
        self.room = {k: tolerance(self.true[k], self.half[k], place) for k in page.value}
        direct = {k: within(v, self.true[k], self.room[k]) for k, v in page.value.items()}
        self.follow = {k: v for k, v in followed(self.setup, self.lines, page).items() if k in page.value}
        self.box = {k: tolerance(self.follow[k], self.half[k], place) for k in page.value}
        self.middle = dict(self.follow)  # of the box
        self.right = {k: np.ones(page.students, bool) for k in page.value}
        doubtful = np.zeros(page.students, bool)
        for key, exact in direct.items():
            doubtful |= page.known[key] & ~exact.reshape(page.students, -1).all(axis=1)
        groups = self._groups(doubtful)
        if doubtful.any():
            self._widen(np.flatnonzero(doubtful), direct, self._after_a_doubt(groups, direct))
        near = {k: within(v, self.middle[k], self.box[k]) for k, v in page.value.items()}
        for alike in groups:
            self._judge_alike(alike, direct, near)
            if alike.uses is not None:
                self.uses |= dict.fromkeys(map(int, alike.students[doubtful[alike.students]]), alike.uses)

    def _groups(self, doubtful: NDArray[np.bool_]) -> list[_Alike]:
        """The students by what they answered."""
        page = self.page
        found: dict[tuple[bool, ...], list[int]] = {}
        for student, row in enumerate(np.array([page.known[k] for k in page.value]).T):
            found.setdefault(tuple(row), []).append(student)
        in_order = [self.by_place[place].key for place in order(self.setup)]
        groups = []
        for pattern, members in found.items():
            students, there = np.array(members), {k for k, on in zip(page.value, pattern, strict=True) if on}
            uses = Uses(self.setup, self.by_place, there) if doubtful[students].any() else None
            groups.append(_Alike(tuple(k for k in in_order if k in there), students, uses))
        return groups

    def _after_a_doubt(
        self, groups: Sequence[_Alike], direct: Mapping[str, NDArray[np.bool_]]
    ) -> dict[str, NDArray[np.bool_]]:
        """By key, for each student: whether an answer that is not the true value is used on the way to this one."""
        after = {k: np.zeros(self.page.students, bool) for k in self.page.value}
        for keys, students, uses in groups:
            for key in keys if uses is not None else ():
                assert uses is not None
                for other in uses.keys[key]:
                    off = ~direct[other][students].reshape(len(students), -1).all(axis=1)
                    after[key][students] |= off | after[other][students]
        return after

    def _widen(
        self, students: Array, direct: Mapping[str, NDArray[np.bool_]], after: Mapping[str, NDArray[np.bool_]]
    ) -> None:
        """The carried box: the tolerance, and what rounding of the earlier answers may have hidden.

        Where all was right so far the unrounded value is known, and may have been carried instead, or with a digit more
        than printed; so the box need not reach as far to both sides. Of any other answer only that it lies within half a
        unit of what is printed, counted as one place coarser than asked at most.
        """
        page = self.page.some(students)
        moves = {}
        for key, value in page.value.items():
            true, half, room = self.true[key], self.half[key][students], self.room[key][students]
            asked = tolerance(value, half, self.problem.place)
            half = np.where(half >= 0.5, np.maximum(half, asked), half)  # 12300 may be 12345 to three figures
            half = np.minimum(half, COARSEST * np.maximum(room, asked))
            settled = direct[key][students] & ~after[key][students].reshape(-1, *(1,) * true.ndim)
            hidden = np.where(within(value, true, np.zeros(())), 0, GUARD_DIGIT * half)
            low, high = np.minimum(true - value - hidden, 0), np.maximum(true - value + hidden, 0)
            moves[key] = (np.where(settled, low, -half), np.where(settled, high, half))
        base = {k: v[students] for k, v in self.follow.items()}
        everything = followed(self.setup, self.lines, page)
        down, up = reach_of_rounding(self.setup, self.lines, page, moves, everything | base)
        for key in page.value:
            for widened, more in ((self.middle, (up[key] - down[key]) / 2), (self.box, (up[key] + down[key]) / 2)):
                widened[key] = widened[key].copy()
                widened[key][students] += more

    def _judge_alike(
        self, alike: _Alike, direct: Mapping[str, NDArray[np.bool_]], near: Mapping[str, NDArray[np.bool_]]
    ) -> None:
        keys, students, uses = alike
        for key in keys:
            exact, follows = direct[key][students], near[key][students]
            if uses is None:
                self._put(key, students, np.full(len(students), "correct"), None)
                continue
            clean = np.ones(len(students), bool)
            for other in uses.keys[key]:
                clean &= self.right[other][students]
            axes = (slice(None),) + (None,) * (exact.ndim - 1)
            correct = exact | (follows & clean[axes])
            carried = ~correct & follows & ~clean[axes]
            if carried.any() and not self.strict:
                carried = self._guarded(key, students, carried, uses)
            elif self.strict:
                carried = np.zeros_like(carried)
            imprecise = ~correct & ~carried & self._fewer_digits(key, students)
            wrong = ~(correct | carried | imprecise)
            flats = [a.reshape(len(students), -1) for a in (wrong, imprecise, carried)]
            words = np.select([f.any(axis=1) for f in flats], ["wrong", "imprecise", "carried"], "correct")
            self._put(key, students, words, wrong)
            close = within(self.page.value[key][students], self.true[key], COARSEST * self.room[key][students])
            fine = correct | (imprecise & close)
            self.right[key][students] = fine.reshape(len(students), -1).all(axis=1)

    def _fewer_digits(self, key: str, students: Array) -> NDArray[np.bool_]:
        """Which entries agree with the true ones to the digits that are there, and say something with them."""
        value, half, true = self.page.value[key][students], self.half[key][students], self.true[key]
        coarse = (half > self.room[key][students]) & (half < np.maximum(LEAST_SAID, np.abs(true) / 2))
        return np.asarray(coarse & within(value, true, half))

    def _put(self, key: str, students: Array, words: Array, wrong: Array | None) -> None:
        column = self.words.setdefault(key, [""] * self.page.students)
        for k, student in enumerate(students):
            column[student] = str(words[k])
            if wrong is not None and wrong[k].any():
                self.entries[key, int(student)] = np.argwhere(wrong[k]) + 1

    def _guarded(self, key: str, students: Array, carried: Array, uses: Uses) -> Array:
        """A line is not carried where wrong earlier values alone fix its digits, whatever the others are (a gate of 0).

        Tried are each wrong answer by itself, and all zeros among the wrong answers together.
        """
        carried = carried.copy()
        others = uses.keys[key] | uses.given[key]
        for k, student in enumerate(students):
            if not carried[k].any():
                continue
            values = {other: self.page.value[other][student] for other in uses.on_page}
            wrong = sorted(other for other in uses.keys[key] if not self.right[other][student])
            zero = {w: values[w] == 0 for w in wrong}
            all_zero = others == {w for w in wrong if zero[w].all()}
            kept = [{w: np.array(True)} for w in wrong if others != {w}]
            kept += [{w: z for w, z in zero.items() if w != free} for free in wrong] if all_zero else [zero]
            drawn = varied(self.setup, self.lines, values, kept)[key]
            finite = np.isfinite(drawn)
            same = within(drawn, self.middle[key][student], self.box[key][student])
            fixed = (same | ~finite).all(axis=1) & finite.any(axis=1)
            found = carried[k] & fixed.any(axis=0)
            if found.any():
                self.alone.add((key, int(student)))
            carried[k] &= ~found
        return carried

    def verdict(self, line: Line, entry: Entry, student: int) -> Verdict:
        """One student's verdict on one line."""
        key = line.key
        word = self.words[key][student]
        true, follow = self.true[key], self.follow[key][student]
        room, box = self.room[key][student], self.box[key][student]
        value = self.page.value[key][student]
        uses = self.uses.get(student)
        before = uses.keys[key] if uses is not None else frozenset()
        own = sorted((k for k in before if not self.right[k][student]), key=list(self.true).index)
        alone = (key, student) in self.alone
        barred = bool(own) and (self.strict or alone)  # the true value decides
        boxed = ~within(value, true, room) & (not barred and (word == "correct" or bool(own)))
        middle, width = np.where(boxed, self.middle[key][student], true), np.where(boxed, box, room)
        message = ""
        if word == "carried":
            message = "right from your own " + ", ".join(own[:4]) + (", ..." if len(own) > 4 else "")
        elif word == "imprecise":
            message = "right as far as it goes, with fewer digits than asked"
        elif word == "wrong":
            message = slip(value, true, self.half[key][student])
            if alone and not message:
                message = "the wrong lines before it give this alone, whatever else is put in, so it is not carried"
        wrong = self.entries.get((key, student))
        with np.errstate(invalid="ignore"):  # an overflow
            accepted = (middle - width, middle + width)
        return Verdict(
            key,
            word,
            entry.text,
            true,
            follow if before and not barred else None,
            accepted,
            "0",
            "0",
            tuple(tuple(int(n) for n in row) for row in wrong) if wrong is not None and value.ndim else (),
            message,
            entry.line,
        )


def _usable(entry: Entry) -> bool:
    return entry.value is not None and not entry.reason and not entry.misshapen
