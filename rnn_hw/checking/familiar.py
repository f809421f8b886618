"""Files like one that was read before, the same but for their numbers and the name of the student: bound without reading.

A class hands in a few forms of file many times. Whatever stands between the numbers is compared character by character
with what was read; and a number in place of a number, or a name in place of a name, is the same YAML. So nothing here
knows YAML, and what is not quite like a file before is read in full.
"""

from array import array
from collections.abc import Callable, Mapping

from rnn_hw.answers import AnswerFile, Layout, Numbers, Numerals, Sheet
from rnn_hw.checking import cut as cuts
from rnn_hw.checking.cut import Cut
from rnn_hw.checking.known_lines import KnownLines, Like, in_layout, picked
from rnn_hw.source import Scalar, Value

LONE_RETURN = "\r"  # ends a line in YAML, and none here
MOST_TEXT = 1 << 24  # characters of files that are remembered: a class of forgers must not fill the memory

Form = tuple[str, ...]  # what stands between the numbers


class Familiar:
    """The forms of file that were read, and those that are made of lines that were."""

    def __init__(self, layout_of: Callable[[Mapping[str, Value]], Layout | None]) -> None:
        self.forms: dict[Form, Like] = {}
        self.lines = KnownLines(layout_of)
        self.size = 0

    def sheet(self, text: str, file: str, table: Numerals) -> Sheet | None:
        """The sheet of a file; `None` if it is not like one before, or what stands for a number is none."""
        if LONE_RETURN in text:
            return None
        cut = Cut(text)
        if cut.name == "null":
            return None
        like = self.forms.get(cut.form) or self._made(cut)
        if like is None:
            return None
        places = list(map(table.__getitem__, cut.numbers))
        if -1 in places:
            return None
        if like.chosen is not None:
            places = [places[k] if k >= 0 else -1 for k in like.chosen]
        written = Numbers(table, like.layout, like.first, array("i", places))
        return Sheet(file, cut.name or like.student, written, like.rest)

    def learn(self, file: AnswerFile, sheet: Sheet) -> None:
        """Remembers a file that was read, if all of its numbers are answers on lines that they fit."""
        if LONE_RETURN in file.document.text:
            return
        cut = Cut(file.document.text)
        chosen = _chosen(cut, file, sheet)
        if chosen is None or not self._room_for(cut):
            return
        numbers = sheet.numbers
        self.forms[cut.form] = Like(sheet.student, numbers.layout, numbers.first, picked(chosen), sheet.rest)
        self.lines.learn(cut, file, sheet)

    def _made(self, cut: Cut) -> Like | None:
        """The form of a file that is made of lines that were read."""
        like = self.lines.like(cut)
        if like is not None and self._room_for(cut):
            self.forms[cut.form] = like
        return like

    def _room_for(self, cut: Cut) -> bool:
        """Whether a file may be remembered; where there are too many, the others are forgotten."""
        if len(cut.text) > MOST_TEXT:
            return False
        self.size += len(cut.text)
        if self.size > MOST_TEXT:
            self.forms, self.lines, self.size = {}, KnownLines(self.lines.layout_of), len(cut.text)
        return True


def _chosen(cut: Cut, file: AnswerFile, sheet: Sheet) -> list[int] | None:
    """Which of a file's numbers is which of the layout, -1 for what is none; `None` if a number, or the name, might be
    something else."""
    text, root = cut.text, file.document.root
    if not sheet.numbers.first or root.flow_style:  # within braces a comma ends a name
        return None
    if cut.name and not _is(root.get("student"), text.rindex(cut.name, 0, cut.behind), cut.name):
        return None
    values = [(m.start(1), m[1]) for m in cuts.value.finditer(text, cut.behind)]
    if any(value[0] == "[" for _, value in values):
        values = [(start + n.start(), n[0]) for start, value in values for n in cuts.number.finditer(value)]
    waiting = {start: k for k, (start, _) in enumerate(values)}
    chosen = []
    scalars = in_layout(file.answers.entries.values(), sheet.numbers.layout)
    for scalar, place in zip(scalars, sheet.numbers.written, strict=True):
        k = waiting.pop(scalar.start_mark.index, -1)
        if (k < 0) != (place < 0) or (k >= 0 and (scalar.style or scalar.value != values[k][1])):
            return None
        chosen.append(k)
    return None if waiting else chosen


def _is(value: Value | None, start: int, written: str) -> bool:
    """Whether a value is the plain scalar that is written there in the file."""
    return isinstance(value, Scalar) and not value.style and (value.start_mark.index, value.text) == (start, written)
