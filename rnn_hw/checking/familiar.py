"""Files like one that was read before, the same but for their numbers and the name of the student: bound without reading.

A class hands in a few forms of file many times. Whatever stands between the numbers is compared character by character
with a file that was read; and a number in place of a number, or a name in place of a name, is the same YAML. So nothing
here knows YAML, and what is not quite like a file before is read in full.
"""

import re
from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from rnn_hw.answers import AnswerFile, Entry, Layout, Numbers, Numerals, Sheet
from rnn_hw.checking.values import by_depth
from rnn_hw.source import Scalar, Value

MOST_TEXT = 1 << 24  # characters of files that are remembered: a class of forgers must not fill the memory

Form = tuple[str, ...]  # what stands between the numbers

# What only a plain scalar can be, if it is a number at all. The table of numerals says whether it is.
_number = re.compile(r"[-+.\deE]+", re.ASCII)
_END = r" *(?=\n|(?<= )#)"  # of a line, or a comment
_values = re.compile(rf": +([-+.\deE]+|\[[-+.\deE, \[\]]+\]){_END}", re.ASCII)
_name = re.compile(rf"(?:^|\n)student: +(\w(?:[\w .,()@/'+-]{{0,200}}[\w.)])?){_END}")


class Like(NamedTuple):
    """What files of a form have in common: which of their numbers is which of the layout, and all that is no number."""

    student: str  # where the name is no plain one
    layout: Layout
    first: int  # line of the file
    chosen: Callable[[list[int]], Sequence[int]]
    rest: Mapping[str, Entry]


class Familiar:
    """The forms of file that were read."""

    def __init__(self) -> None:
        self.forms: dict[Form, Like] = {}
        self.size = 0

    def sheet(self, text: str, file: str, table: Numerals) -> Sheet | None:
        """The sheet of a file; `None` if it is not like one before, or what stands for a number is none."""
        cut = _Cut(text)
        like = self.forms.get(cut.form)
        if like is None or cut.name == "null":
            return None
        places = list(map(table.__getitem__, cut.numbers))
        if -1 in places:
            return None
        written = Numbers(table, like.layout, like.first, array("i", like.chosen(places)))
        return Sheet(file, cut.name or like.student, written, like.rest)

    def learn(self, file: AnswerFile, sheet: Sheet) -> None:
        """Remembers a file that was read, if all of its numbers are answers on lines that they fit."""
        cut = _Cut(file.document.text)
        chosen = _chosen(cut, file, sheet)
        if chosen is None or len(cut.text) > MOST_TEXT:
            return
        if self.size + len(cut.text) > MOST_TEXT:
            self.forms, self.size = {}, 0
        numbers = sheet.numbers
        self.forms[cut.form] = Like(sheet.student, numbers.layout, numbers.first, chosen, sheet.rest)
        self.size += len(cut.text)


class _Cut:
    """A text, what stands between its numbers, its numbers, and the student's name if it is a plain one.

    Whether the last line has an end belongs to the form: what a text in lines of its own says depends on it.
    """

    __slots__ = ("behind", "form", "name", "numbers", "text")

    def __init__(self, text: str) -> None:
        ended = text.endswith("\n")
        self.text = text if ended else text + "\n"
        found = _name.search(self.text)
        self.name, self.behind, head = found[1] if found else "", found.end() if found else 0, ""
        if found:
            head = self.text[: found.start(1)].rstrip(" ")
        pieces = _values.split(self.text[self.behind :])
        self.numbers, lists = pieces[1::2], ""
        joined = "\n".join(self.numbers)
        if "[" in joined:
            self.numbers, lists = _number.findall(joined), _number.sub("0", joined)
        self.form = ("" if ended else "open", head, lists, *pieces[::2])


def _chosen(cut: _Cut, file: AnswerFile, sheet: Sheet) -> Callable[[list[int]], Sequence[int]] | None:
    """Which of a file's numbers is which of the layout; `None` if one of them, or the name, might be something else."""
    text, root, layout = cut.text, file.document.root, sheet.numbers.layout
    if not sheet.numbers.first or root.flow_style:  # within braces a comma ends a name
        return None
    if cut.name and not _is(root.get("student"), text.rindex(cut.name, 0, cut.behind), cut.name):
        return None
    values = [(m.start(1), m[1]) for m in _values.finditer(text, cut.behind)]
    if any(value[0] == "[" for _, value in values):
        values = [(start + n.start(), n[0]) for start, value in values for n in _number.finditer(value)]
    waiting = {start: k for k, (start, _) in enumerate(values)}
    scalars = [scalar for _, scalar in by_depth(file.answers)]
    if layout.taken is not None:
        scalars = [scalars[k] for k in layout.taken]
    chosen = []
    for scalar, place in zip(scalars, sheet.numbers.written, strict=True):
        k = waiting.pop(scalar.start_mark.index, -1)
        if (k < 0) != (place < 0) or (k >= 0 and (scalar.style or scalar.value != values[k][1])):
            return None
        chosen.append(k)
    if waiting:
        return None
    if chosen == list(range(len(chosen))):
        return lambda places: places
    return lambda places: [places[k] if k >= 0 else -1 for k in chosen]


def _is(value: Value | None, start: int, written: str) -> bool:
    """Whether a value is the plain scalar that is written there in the file."""
    return isinstance(value, Scalar) and not value.style and (value.start_mark.index, value.text) == (start, written)
