"""An answer file, and what of it is kept: numbers with their printed precision, or text, by the lines of a problem.

A broken structure (not YAML, `answers:` not a map) is found here, and the file cannot be used; a field that nobody reads
is reported, and the answers count. Which line of a problem a key stands for is the business of `checking/binding.py`. The
sheets of a class repeat a few layouts and a few thousand numbers, so a sheet holds its numbers as places in two tables
that it shares with others, and entries are made of them when somebody looks. Nothing is judged here.
"""

import os
from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_hw.errors import Diagnostic, HomeworkError, in_order
from rnn_hw.fields import Exact, Reader
from rnn_hw.numerals import LONGEST, read_numeral
from rnn_hw.source import Document, Fields, Scalar, Value, named_file, read

Shape = tuple[int, ...]
Read = tuple[str, NDArray[Any], NDArray[Any]]  # a text, values, half units
MOST_READ, BRIEF = 20_000, 200  # values that are remembered, of so many characters at most


class Entry(NamedTuple):
    """One answer: the text, and what it is, or why it cannot be read."""

    text: str
    line: int
    value: NDArray[Any] | None = None  # a number or an array, in the shape of the quantity
    half_unit: NDArray[Any] | None = None
    exact: Exact | None = None  # the same as fractions, for weights
    reason: str = ""
    misshapen: str = ""  # read, but not in the shape of the quantity


class Numerals(dict[str, int]):
    """Numbers as written, each read once: a text to its place in the table, -1 if it is no number."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.numbers, self.half_units = array("d"), array("d")
        self._read: dict[tuple[bytes, Shape, Shape], Read] = {}

    def __missing__(self, text: str) -> int:
        numeral = read_numeral(text)
        if isinstance(numeral, str):
            place = -1
        else:
            place = len(self.texts)
            self.texts.append(text)
            self.numbers.append(numeral.value)
            self.half_units.append(numeral.half_unit)
        if len(text) <= LONGEST:
            self[text] = place
        return place

    def read(self, numbers: "array[int]", own: Shape, written: Shape) -> Read:
        """The text, values and half units of what stands at these places, in their shapes; the same arrays each time."""
        key = numbers.tobytes(), own, written
        if key in self._read:
            return self._read[key]
        value = np.array([self.numbers[k] for k in numbers]).reshape(own)
        half_unit = np.array([self.half_units[k] for k in numbers]).reshape(own)
        text = _nested([self.texts[k] for k in numbers], written)
        found = text, value, half_unit
        if len(text) <= BRIEF:
            for shared in (value, half_unit):
                shared.setflags(write=False)
            if len(self._read) >= MOST_READ:
                self._read.clear()
            self._read[key] = found
        return found


class Place:
    """Where the numbers of one written value go: the lines they answer, and a column of the class for each number."""

    __slots__ = ("columns", "keys", "own", "written")

    def __init__(self, keys: tuple[str, ...], own: Shape, written: Shape, columns: NDArray[np.intp]) -> None:
        self.keys, self.own, self.written, self.columns = keys, own, written, columns


class Layout:
    """How the numbers of a sheet stand in its file, one after the other: where each goes, and lines from the first on.

    `aside` are the answers (counted in the file) that are no plain numbers; `taken` are then the places of the others
    among all scalars of the file.
    """

    __slots__ = ("aside", "columns", "lines", "places", "taken")

    def __init__(
        self,
        places: tuple[Place, ...],
        lines: tuple[int, ...],
        aside: tuple[int, ...] = (),
        taken: Sequence[int] | None = None,
    ) -> None:
        self.places, self.lines, self.aside, self.taken = places, lines, aside, taken
        self.columns = np.concatenate([place.columns for place in places]) if places else np.zeros(0, np.intp)

    def without_a_number(self, written: "array[int]") -> list[int]:
        """The answers with what is no number, -1, among their numbers; the other numbers of such a line are dropped."""
        if len(self.places) == len(written):  # each stands alone
            return [line for line, number in zip(self.lines, written, strict=True) if number < 0]
        found = []
        start = 0
        for place, line in zip(self.places, self.lines, strict=True):
            stop = start + len(place.columns)
            if min(written[start:stop]) < 0:
                found.append(line)
                size = len(place.columns) // len(place.keys)
                for at in range(start, stop, size):
                    if min(written[at : at + size]) < 0:
                        written[at : at + size] = array("i", [-1] * size)
            start = stop
        return found


class Numbers(NamedTuple):
    """The numbers of a sheet that fit their lines: `written` are their places in a table, -1 for what is no number."""

    table: Numerals
    layout: Layout
    first: int  # line of the file
    written: "array[int]"

    def entries(self) -> Iterator[tuple[str, Entry]]:
        """An entry for each line that they answer."""
        start = 0
        for place, line in zip(self.layout.places, self.layout.lines, strict=True):
            size = len(place.columns) // len(place.keys)
            for key in place.keys:
                numbers = self.written[start : start + size]
                start += size
                if min(numbers) >= 0:
                    yield key, self._entry(numbers, place, self.first + line)

    def _entry(self, numbers: "array[int]", place: Place, line: int) -> Entry:
        text, value, half_unit = self.table.read(numbers, place.own, place.written)
        return Entry(text, line, value, half_unit)


def _nested(texts: list[str], shape: Shape) -> str:
    """Numbers as one text, an array in brackets."""
    if not shape:
        return texts[0]
    size = len(texts) // shape[0]
    return "[" + ", ".join(_nested(texts[k * size : (k + 1) * size], shape[1:]) for k in range(shape[0])) + "]"


class Sheet(NamedTuple):
    """One person's answers: plain numbers, and by canonical key the rest; blank lines are absent."""

    file: str
    student: str
    numbers: Numbers
    rest: Mapping[str, Entry]
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def entries(self) -> dict[str, Entry]:
        """All answers by canonical key, made anew at each look."""
        return dict(self.numbers.entries()) | dict(self.rest)

    @property
    def faults(self) -> tuple[Diagnostic, ...]:
        """All that is to be reported of the file."""
        return self.diagnostics


class AnswerFile(NamedTuple):
    """An answer file before it is known which lines the problem has."""

    document: Document
    problem: str | None  # as written
    student: str
    answers: Fields
    faults: tuple[Diagnostic, ...] = ()  # of the fields beside the answers
    untold: int = 0  # more of them

    @property
    def problem_path(self) -> str | None:
        """Where the problem file is: relative to the answer file. Raises `HomeworkError` if it is called like none."""
        if self.problem is None:
            return None
        return named_file(self.document, self.problem, self.document.root.entries["problem"])


BELOW = "below it one line for each, such as `h[1]: 0.217`"
FIELDS = ("problem", "student", "answers")


def read_answers(path: "str | os.PathLike[str]") -> AnswerFile:
    """The answer file at a path, or on standard input for "-". Raises `HomeworkError` for a broken structure."""
    return answer_file(read(path))


def answer_file(document: Document) -> AnswerFile:
    """The answer file that a document is. Raises `HomeworkError` where there are no answers in it."""
    entries = document.root.entries
    beside = None if _well_formed(entries) else _faults(document)
    found = entries.get("answers")
    answers = found if isinstance(found, Fields) else Fields()
    file = AnswerFile(document, _word(entries.get("problem")), _word(entries.get("student")) or "", answers)
    return file if beside is None else file._replace(faults=tuple(in_order(beside.faults)), untold=beside.untold)


def _word(value: Value | None) -> str | None:
    """The text of a field that is one word; `None` where it is blank."""
    return value.value if isinstance(value, Scalar) and not value.is_null else None


def _well_formed(entries: Mapping[str, Value]) -> bool:
    """Whether there is nothing to report, told at once for the usual file."""
    for name, value in entries.items():
        if name == "answers":
            if value.__class__ is not Fields:
                return False
        elif value.__class__ is not Scalar or name not in FIELDS or not (value.is_null or value.value.strip()):
            return False
    return "answers" in entries


def _faults(document: Document) -> Reader:
    """What is to be reported of the fields beside the answers. Raises it where there are no answers."""
    reader, root = Reader(document), document.root
    if "kind" in root and "answers" not in root:
        help = "`rnnhw solve` works it; an answer file has `problem:` and `answers:`"
        reader.fault("missing-field", "this is a problem file", root.keys["kind"], help)
        reader.finish()
    reader.known_keys(root, FIELDS, "field of an answer file")
    for word in FIELDS[:2]:
        value = root.get(word)
        if value is None or (isinstance(value, Scalar) and value.is_null):
            continue
        if not isinstance(value, Scalar) or not value.text.strip():
            reader.fault("not-a-word", f"`{word}` is one line of text", value)
    answers = root.get("answers")
    if isinstance(answers, Fields) or (isinstance(answers, Scalar) and answers.is_null):
        return reader
    if answers is None:
        reader.fault("missing-field", "`answers` is missing", root, f"write `answers:` and {BELOW}")
    else:
        reader.fault("not-a-map", "`answers` is a map of keys and values", answers, f"write {BELOW}")
    raise HomeworkError(*reader.told())
