"""An answer file's keys and values -> the lines of a problem.

A single value that cannot be read is an entry with the reason, and an unknown key is reported, while all other lines are
kept. One `Binder` serves all sheets of a class: which line a written key stands for, where the numbers of a list go and
what a numeral says is found out once and remembered, so that the loop over a sheet is look-ups. Nothing is judged here.
"""

import math
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

import numpy as np

from rnn_hw.answers import AnswerFile, Entry, Layout, Numbers, Numerals, Place, Shape, Sheet
from rnn_hw.checking.page import first_columns
from rnn_hw.errors import Diagnostic, did_you_mean
from rnn_hw.fields import (
    Unread,
    Written,
    by_letter,
    exact_array,
    key_of,
    read_array,
    spelled,
    split_key,
    steps_in_words,
    text_of,
)
from rnn_hw.lang.operations import spoken
from rnn_hw.problem import Problem
from rnn_hw.results import Line
from rnn_hw.source import Items, Scalar, Value, diagnostic
from rnn_hw.text_file import short

MOST_REMEMBERED = (
    200_000  # numerals, and as many layouts and spellings of keys: a class of forgers must not fill memory
)

_WORN = re.compile(r"(.*?)_?(\d{1,6})").fullmatch  # `f_1` and `f1` for `f[1]`
_EDGE = re.compile(r"\s*[d∂](\S+)\s*/\s*[d∂](\S+)\s*").fullmatch  # `∂c[t]/∂f[t]` for `dc[t]/df[t]`

Piece = tuple[Place, int, Sequence[int]]  # numbers that can be read: where they go, the file's line, which numerals
Answers = dict[str, "Piece | Entry"]


class Target:
    """What a written key stands for: one line, or all steps of a sequence. `places` are remembered by shape as written."""

    __slots__ = ("key", "keys", "lines", "number", "own", "places", "scalar", "whole")

    def __init__(self, key: str, lines: Sequence[Line], own: Shape, whole: bool) -> None:
        self.key, self.lines, self.own, self.whole = key, lines, own, whole
        self.keys = frozenset(line.key for line in lines)
        self.number = lines[0].form == "number"
        self.places: dict[Shape, Place | None] = {}
        self.scalar: Place | None = None  # of a single number, where it can be one


class Binder:
    """Answer files -> sheets on one problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.by_key = {line.key: line for line in problem.lines}
        self.by_name: dict[str, list[Line]] = {}
        for line in problem.lines:
            self.by_name.setdefault(line.name, []).append(line)
        self.letters = by_letter(problem.names)
        self.first_column = first_columns(problem)
        self.targets: dict[str, Target] = {}  # by key as written
        self.layouts: dict[tuple[Place, ...], Layout] = {}
        self.table = Numerals()

    def bind(self, file: AnswerFile) -> Sheet:
        """The answers of a file by the problem's lines."""
        if len(self.table) > MOST_REMEMBERED or len(self.layouts) + len(self.targets) > MOST_REMEMBERED:
            self.table, self.layouts, self.targets = Numerals(), {}, {}
        return self._plain(file) or self._carefully(file)

    def _plain(self, file: AnswerFile) -> Sheet | None:
        """The sheet on which every key is known and no line is answered twice, as on nearly all; else `None`."""
        targets, numerals = self.targets, self.table
        places: list[Place] = []
        lines: list[int] = []
        numbers: list[int] = []
        rest: dict[str, Entry] = {}
        seen: set[str] = set()
        sequences: list[Target] = []
        for text, value in file.answers.entries.items():
            target = targets.get(text) or self._target(text)
            if target is None or target.key in seen:
                return None
            seen.add(target.key)
            place = target.scalar
            if place is not None and value.__class__ is Scalar:
                number = numerals[value.value]
                if number >= 0:
                    places.append(place)
                    lines.append(value.start_mark.line + 1)
                    numbers.append(number)
                    continue
            if target.whole:
                sequences.append(target)
            for key, answer in self._answers(target, value).items():
                if isinstance(answer, Entry):
                    rest[key] = answer
                else:
                    places.append(answer[0])
                    lines.append(answer[1])
                    numbers += answer[2]
        if any(not seen.isdisjoint(target.keys) for target in sequences):
            return None
        return self._sheet(file, tuple(places), tuple(lines), numbers, rest)

    def _carefully(self, file: AnswerFile) -> Sheet:
        """Any sheet: what is no line is reported, and so is what is answered twice.

        A line that is answered by itself as well as in a sequence has the answer by itself.
        """
        single: Answers = {}
        whole: Answers = {}
        found: list[Diagnostic] = []
        for text, value in file.answers.entries.items():
            target = self._target(text)
            if target is None:
                found.append(self._unknown(file, text))
            elif target.whole:
                whole |= self._by_line(self._answers(target, value))
            elif target.key in single:
                message, help = f"`{target.key}` is answered twice", "the first answer counts"
                found.append(diagnostic(file.document, "duplicate-key", message, file.answers.keys[text], help))
            else:
                single |= self._answers(target, value)
        answers = (whole | single).items()
        pieces = [answer for _, answer in answers if not isinstance(answer, Entry)]
        rest = {key: answer for key, answer in answers if isinstance(answer, Entry)}
        places, lines, numbers = zip(*pieces, strict=True) if pieces else ((), (), ())
        return self._sheet(file, places, lines, chain.from_iterable(numbers), rest, found)

    def _sheet(
        self,
        file: AnswerFile,
        places: tuple[Place, ...],
        lines: tuple[int, ...],
        numbers: Iterable[int],
        rest: Mapping[str, Entry],
        found: Sequence[Diagnostic] = (),
    ) -> Sheet:
        layout = self.layouts.get(places)
        if layout is None:
            layout = self.layouts[places] = Layout(places)
        written = Numbers(self.table, layout, lines, array("i", numbers))
        return Sheet(file.document.file, file.student, written, rest, tuple(found))

    # --- keys ---

    def _target(self, text: str) -> Target | None:
        """What a written key stands for; `None` if it is no line."""
        known = self.targets.get(text)
        if known is not None:
            return known
        key = self._canonical(text)
        if key is None:
            return None
        line = self.by_key.get(key)
        lines = self.by_name[key] if line is None else [line]
        target = Target(key, lines, self.problem.setup.shapes.get(lines[0].name, ()), line is None)
        if target.number and line is not None:
            target.scalar = self._place(target, ())
        self.targets[text] = target
        return target

    def _canonical(self, text: str) -> str | None:
        """The key of a line or the name of a sequence that a written key stands for."""
        by_key, by_name, sheet, aliases = self.by_key, self.by_name, self.letters, self.problem.kind.aliases

        def name_of(base: str) -> str:
            return spelled(base, lambda name: sheet.get(name) or aliases.get(name, name))

        edge = _EDGE(text)
        base, time = split_key(f"d{edge[1]}/d{edge[2]}" if edge else text)
        candidates = [(name_of(base), time)]
        worn = _WORN(text.strip())
        if worn and time is None and text not in by_name and text not in sheet:
            candidates.append((name_of(worn[1]), int(worn[2])))
        for name, t in candidates:
            key = key_of(name, t, self.problem.setup.single and t == 1)
            if key in by_key or (t is None and name in by_name):
                return key
            if t is None and f"{name}[t]" in by_key:  # a formula for every step
                return f"{name}[t]"
        return None

    def _unknown(self, file: AnswerFile, text: str) -> Diagnostic:
        names = [*self.by_name, *self.problem.names.values()]
        help = self._known_times(text) or did_you_mean(text, names)
        message = f"`{short(text)}` is no line of this problem"
        return diagnostic(file.document, "unknown-key", message, file.answers.keys[text], help)

    def _known_times(self, text: str) -> str:
        """The help for a time that a quantity does not have."""
        base, time = split_key(text)
        if time is None or base not in self.by_name:
            return ""
        no_time = self.by_name[base][0].time is None
        return f"`{base}` has no time" if no_time else f"there {steps_in_words(self.problem.setup.steps)}"

    # --- values ---

    def _place(self, target: Target, written: Shape) -> Place | None:
        """Where an array of this shape goes; `None` where it does not fit."""
        if written in target.places:
            return target.places[written]
        steps = len(target.lines) if target.whole else 0
        one = written[1:] if steps else written
        place = None
        if target.number and _long(one) == _long(target.own) and (not steps or written[0] == steps):
            size = math.prod(target.own)
            starts = np.array([self.first_column[line.key] for line in target.lines], np.intp)
            columns = (starts[:, None] + np.arange(size)).ravel()
            place = Place(tuple(line.key for line in target.lines), target.own, one, columns)
        if len(target.places) < MOST_REMEMBERED:
            target.places[written] = place
        return place

    def _piece(self, target: Target, value: Value) -> Piece | None:
        """A number or array that can be read and fits; `None` where there is anything to say of it."""
        flat = _flat(value)
        place = self._place(target, flat[0]) if flat else None
        if flat is None or place is None:
            return None
        numbers = list(map(self.table.__getitem__, flat[1]))
        return None if min(numbers) < 0 else (place, value.line, numbers)

    def _answers(self, target: Target, value: Value) -> Answers:
        """What a value says: by the key of the line, or by the name of a sequence whose steps are one piece."""
        if _blank(value):
            return {}
        if not target.whole:
            return {target.key: self._one(target, value)}
        steps = target.lines
        if not isinstance(value, Items) or len(value.items) != len(steps):
            return self._miscounted(target, value)
        if len(steps) == 1:
            return {steps[0].key: self._only_step(steps[0], value)}
        piece = self._piece(target, value) if value.line == value.items[-1].line else None
        if piece is not None:
            return {target.key: piece}
        return {s.key: self._step(s.key, v) for s, v in zip(steps, value.items, strict=True) if not _blank(v)}

    def _one(self, target: Target, value: Value) -> Piece | Entry:
        """An answer to one line."""
        return (self._piece(target, value) if target.number else None) or _entry(value, target.lines[0], target.own)

    def _step(self, key: str, value: Value) -> Piece | Entry:
        """One step's value of a sequence."""
        target = self._target(key)
        assert target is not None
        return self._one(target, value)

    def _only_step(self, line: Line, value: Items) -> Piece | Entry:
        """A sequence of one step: its value, or a list that holds it."""
        whole = read_array(value)
        own = self.problem.setup.shapes.get(line.name, ())
        is_value = isinstance(whole, Written) and whole.value.shape == own
        return self._step(line.key, value if is_value else value.items[0])

    def _miscounted(self, target: Target, value: Value) -> Answers:
        """Not as many values as there are steps."""
        steps = len(target.lines)
        if steps == 1:
            return {target.lines[0].key: self._step(target.lines[0].key, value)}
        count = len(value.items) if isinstance(value, Items) else 1
        reason = f"{count} entr{'y' if count == 1 else 'ies'} where there are {steps} steps"
        if isinstance(value, Items) and count == 2 * steps * max(1, math.prod(target.own)):
            pair = [text_of(item).strip() for item in value.items[:2]]
            reason += f"; decimals are written with a point: `{pair[0]}.{pair[1]}`, not with a comma"
        return {line.key: Entry(text_of(value), value.line, reason=reason) for line in target.lines}

    def _by_line(self, answers: Answers) -> Answers:
        """The same with every step of a sequence a piece of its own."""
        apart: Answers = {}
        for key, answer in answers.items():
            if isinstance(answer, Entry) or len(answer[0].keys) == 1:
                apart[key] = answer
                continue
            place, line, numbers = answer
            size = len(numbers) // len(place.keys)
            for k, step in enumerate(place.keys):
                target = self._target(step)
                own = self._place(target, place.written) if target else None
                assert own is not None
                apart[step] = own, line, numbers[k * size : (k + 1) * size]
        return apart


def _blank(value: Value) -> bool:
    return isinstance(value, Scalar) and (value.is_null or not value.text.strip())


def _flat(value: Value) -> tuple[Shape, list[str]] | None:
    """A number or an array as its shape and its numbers as written; `None` where it is no array."""
    if value.__class__ is Scalar:
        return (), [value.value]
    rows = value.value
    kinds = set(map(type, rows))
    if kinds == {Scalar}:
        return (len(rows),), [row.value for row in rows]
    if kinds == {Items}:
        entries = [entry for row in rows for entry in row.value]
        widths = {len(row.value) for row in rows}
        if len(widths) == 1 and set(map(type, entries)) == {Scalar}:
            return (len(rows), *widths), [entry.value for entry in entries]
    read = read_array(value)
    return None if isinstance(read, Unread) else (read.value.shape, list(_texts(value)))


def _texts(value: Value) -> Iterator[str]:
    """The numbers of nested lists."""
    if isinstance(value, Items):
        for item in value.items:
            yield from _texts(item)
    else:
        yield text_of(value)


def _entry(value: Value, line: Line, shape: Shape) -> Entry:
    """An answer of which there is something to say, or that is no number."""
    text = text_of(value)
    if line.form not in ("number", "weights"):
        reason = "" if isinstance(value, Scalar) else "this answer is one line of text"
        return Entry(text, value.line, reason=reason)
    read = read_array(value)
    if isinstance(read, Unread):
        return Entry(text, value.line, reason=f"{read.reason}; {read.help}" if read.help else read.reason)
    if line.form == "weights":
        return Entry(text, value.line, read.value, read.half_unit, exact_array(value))
    if _long(read.value.shape) == _long(shape):
        return Entry(text, value.line, read.value.reshape(shape), read.half_unit.reshape(shape))
    misshapen = f"it has {spoken(read.value.shape)}, `{line.name}` has {spoken(shape)}"
    return Entry(text, value.line, read.value, read.half_unit, misshapen=misshapen)


def _long(shape: Shape) -> list[int]:
    """A shape but for axes of one entry, by which a written one may differ."""
    return [n for n in shape if n != 1]
