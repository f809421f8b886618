"""Files made of lines that were read: another selection of them below the same head is read line by line.

An answer that begins and ends on its line means the same whatever stands above and below it, as long as that are such
answers too and nothing comes behind them. So a sheet with lines left out, exchanged or filled in otherwise is known once
each of its lines was met on some sheet.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from rnn_hw.answers import AnswerFile, Entry, Layout, Sheet
from rnn_hw.checking.cut import SIGN, Cut
from rnn_hw.checking.values import by_depth
from rnn_hw.source import Fields, Items, Scalar, Value


class Line(NamedTuple):
    """A line with an answer: the key as written, the value, and what it is if it is no number."""

    key: str
    value: Value
    rest: tuple[tuple[str, Entry], ...]


class Like(NamedTuple):
    """What files of a form have in common: which of their numbers is which of the layout, and all that is no number."""

    student: str  # where the name is no plain one
    layout: Layout
    first: int  # line of the file
    chosen: Sequence[int] | None  # `None`: the numbers as they stand
    rest: Mapping[str, Entry]


class KnownLines:
    """The lines that were read. `layout_of` says where the answers of a file go, if there is nothing to report."""

    def __init__(self, layout_of: Callable[[Mapping[str, Value]], Layout | None]) -> None:
        self.layout_of = layout_of
        self.heads: dict[tuple[str, ...], str] = {}  # the student's name, where it is no plain one
        self.lines: dict[str, Line] = {}

    def learn(self, cut: Cut, file: AnswerFile, sheet: Sheet) -> None:
        """Remembers the lines of a file all of whose numbers are answers, each answer on a line of its own."""
        body, entries = cut.body(), file.answers.entries
        if body is None or sheet.numbers.first != body.first or len(entries) != len(body.answers):
            return
        rest: dict[int, list[tuple[str, Entry]]] = {}
        for key, entry in sheet.rest.items():
            rest.setdefault(entry.line - body.first, []).append((key, entry))
        for k, (line, (key, value)) in enumerate(zip(body.answers, entries.items(), strict=True)):
            if _is_complete(line, value):
                self.lines[line] = Line(key, value, tuple(rest.get(k, ())))
        self.heads[body.head] = "" if cut.name else sheet.student

    def like(self, cut: Cut) -> Like | None:
        """The form of a file made of lines that were read; `None` for any other."""
        body = cut.body()
        if body is None or body.head not in self.heads:
            return None
        lines = [line for text in body.answers if (line := self.lines.get(text)) is not None]
        answers = {line.key: line.value for line in lines}
        if len(answers) < len(body.answers):  # a line is not known, or a key is there twice
            return None
        layout = self.layout_of(answers)
        if layout is None:
            return None
        order = (*layout.aside, *layout.lines)  # in which a reader comes to them
        rest = {key: entry._replace(line=body.first + k) for k in order for key, entry in lines[k].rest}
        numeric = (line.value for text, line in zip(body.answers, lines, strict=True) if SIGN in text)
        places = {id(scalar): k for k, scalar in enumerate(scalar for value in numeric for scalar in _scalars(value))}
        chosen = [places.get(id(scalar), -1) for scalar in in_layout(answers.values(), layout)]
        if len(places) != len(cut.numbers) or len(chosen) - chosen.count(-1) < len(places):
            return None
        return Like(self.heads[body.head], layout, body.first, picked(chosen), rest)


def in_layout(values: Iterable[Value], layout: Layout) -> list[Scalar]:
    """The scalars of a file that a layout has a place for."""
    scalars = [scalar for _, scalar in by_depth(values)]
    return scalars if layout.taken is None else [scalars[k] for k in layout.taken]


def picked(chosen: list[int]) -> Sequence[int] | None:
    """The same; `None` where it is all numbers as they stand."""
    return None if chosen == list(range(len(chosen))) else chosen


def _is_complete(line: str, value: Value) -> bool:
    """Whether a line is a whole answer: no start of a longer text, and no half of a pair."""
    longer = isinstance(value, Fields) or (isinstance(value, Scalar) and value.style in ("|", ">"))
    return not longer and line.lstrip()[0] not in "?:"


def _scalars(value: Value) -> Iterator[Scalar]:
    """The scalars of a value in the order in which they are written."""
    if isinstance(value, Scalar):
        yield value
    elif isinstance(value, Items):
        for item in value.items:
            yield from _scalars(item)
