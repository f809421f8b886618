"""What is said of one student's answer to a numeric line: the verdict with its interval and its reason."""

import numpy as np

from rnn_hw.answers import Entry
from rnn_hw.checking.numbers import Closer, Numbers
from rnn_hw.checking.slips import slip
from rnn_hw.checking.tolerance import tolerance, within
from rnn_hw.results import VERDICTS, Verdict


class Said:
    """What there is to say of the numbers of one student of a class."""

    def __init__(self, numbers: Numbers, student: int) -> None:
        self.numbers, self.key, self.student = numbers, numbers.key, student
        self.doubts = None
        at = int(np.searchsorted(numbers.doubtful, student))
        if at < len(numbers.doubtful) and numbers.doubtful[at] == student:
            self.doubts, self.at = numbers.doubts, at
            self.used = self.key.used_on(frozenset(k for k, known in numbers.page.known.items() if known[student]))

    def verdict(self, key: str, entry: Entry) -> Verdict:
        """The verdict on one line, its points still open."""
        word = VERDICTS[self.numbers.codes[key][self.student]]
        true, value, half = self.key.true[key], np.asarray(entry.value), np.asarray(entry.half_unit)
        room = tolerance(true, half, self.key.problem.place)
        own: list[str] = []
        before: tuple[str, ...] = ()
        closer, at = None, 0
        if self.doubts is not None:
            before = self.used[key].lines
            right = self.doubts.right
            own = sorted((k for k in before if not right[k][self.at]), key=list(self.key.true).index)
            closer, at = self._closer(key)
        alone = closer is not None and bool(closer.alone[at])
        barred = bool(own) and (self.numbers.strict or alone)  # the true value decides
        middle, width = np.broadcast_to(true, value.shape), np.broadcast_to(room, value.shape)
        if closer is not None and not barred and (word == "correct" or own):
            boxed = ~within(value, true, room)
            middle, width = np.where(boxed, closer.middle[at], true), np.where(boxed, closer.box[at], room)
        message = ""
        if word == "carried":
            message = "right from your own " + ", ".join(own[:4]) + (", ..." if len(own) > 4 else "")
        elif word == "imprecise":
            message = "right as far as it goes, with fewer digits than asked"
        elif word == "wrong":
            message = slip(value, true, half)
            if alone and not message:
                message = "the wrong lines before it give this alone, whatever else is put in, so it is not carried"
        entries: tuple[tuple[int, ...], ...] = ()
        if closer is not None and value.ndim:
            entries = tuple(tuple(int(n) + 1 for n in index) for index in np.argwhere(closer.wrong[at]))
        with np.errstate(invalid="ignore"):  # an overflow
            accepted = (middle - width, middle + width)
        carried = self.doubts.follow[key][self.at] if self.doubts is not None and before and not barred else None
        return Verdict(key, word, entry.text, true, carried, accepted, "0", "0", entries, message, entry.line)

    def _closer(self, key: str) -> tuple[Closer | None, int]:
        """What was found where the answer is not the true value, and the student's place in it."""
        assert self.doubts is not None
        for closer in self.doubts.closer_at(key):
            at = int(np.searchsorted(closer.students, self.at))
            if at < len(closer.students) and closer.students[at] == self.at:
                return closer, at
        return None, 0
