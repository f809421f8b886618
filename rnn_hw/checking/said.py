"""What is said of one student's answer to a numeric line: the verdict with its interval and its reason."""

from collections.abc import Iterator

import numpy as np

from rnn_hw.answers import Entry
from rnn_hw.checking.numbers import Closer, NumericVerdicts
from rnn_hw.checking.slips import slip
from rnn_hw.checking.tolerance import within
from rnn_hw.lang.keys import called
from rnn_hw.results import VERDICTS, Verdict


class Said:
    """What there is to say of the numbers of one student of a class."""

    def __init__(self, numbers: NumericVerdicts, student: int) -> None:
        self.numbers, self.key, self.student = numbers, numbers.key, student
        self.doubts = None
        at = int(np.searchsorted(numbers.doubtful, student))
        if at < len(numbers.doubtful) and numbers.doubtful[at] == student:
            self.doubts, self.at = numbers.doubts, at
            self.used = self.key.used_on(frozenset(k for k, known in numbers.page.known.items() if known[student]))

    def verdict(self, key: str, entry: Entry, points: tuple[str, str]) -> Verdict:
        """The verdict on one line, worth these points of so many."""
        if self.doubts is not None and self.doubts.off[key][self.at]:
            return self._doubted(key, entry, points)
        right = self.key.right(key, entry, points)
        if self.doubts is None or not self.used[key].lines or (self.numbers.strict and any(self._own(key))):
            return right
        return right._replace(carried=self.doubts.follow[key][self.at])

    def _own(self, key: str) -> Iterator[str]:
        """The wrong answers that a line is computed from."""
        assert self.doubts is not None
        right = self.doubts.right
        return (k for k in self.used[key].lines if not right[k][self.at])

    def _doubted(self, key: str, entry: Entry, points: tuple[str, str]) -> Verdict:
        """The verdict on an answer that is not the true value."""
        assert self.doubts is not None
        word = VERDICTS[self.numbers.codes[key][self.student]]
        true, value, half = self.key.true[key], np.asarray(entry.value), np.asarray(entry.half_unit)
        room, accepted = self.key.accepted(key, half)
        own = sorted(self._own(key), key=list(self.key.true).index)
        closer, at = self._closer(key)
        alone = bool(closer.alone[at])
        barred = bool(own) and (self.numbers.strict or alone)  # the true value decides
        if not barred and (word == "correct" or own):
            boxed = ~within(value, true, room)
            middle, width = np.where(boxed, closer.middle[at], true), np.where(boxed, closer.box[at], room)
            with np.errstate(invalid="ignore"):  # an overflow
                accepted = (middle - width, middle + width)
        message = reveals = ""
        if word == "carried":
            names = self.key.problem.names
            message = "right from your own " + ", ".join([called(k, names) for k in own[:4]] + ["..."] * (len(own) > 4))
        elif word == "imprecise":
            message = "right as far as it goes, with fewer digits than asked"
        elif word == "wrong":
            reveals = slip(value, true, half)
            if alone:
                message = "the wrong lines before it give this alone, whatever else is put in, so it is not carried"
        entries: tuple[tuple[int, ...], ...] = ()
        if value.ndim:
            entries = tuple(tuple(int(n) + 1 for n in index) for index in np.argwhere(closer.wrong[at]))
        carried = self.doubts.follow[key][self.at] if self.used[key].lines and not barred else None
        return Verdict(key, word, entry.text, true, carried, accepted, *points, entries, message, entry.line, reveals)

    def _closer(self, key: str) -> tuple[Closer, int]:
        """What was found where the answer is not the true value, and the student's place in it."""
        assert self.doubts is not None
        for closer in self.doubts.closer_at(key):
            at = int(np.searchsorted(closer.students, self.at))
            if at < len(closer.students) and closer.students[at] == self.at:
                return closer, at
        raise AssertionError(f"nobody looked at {key}")
