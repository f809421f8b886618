"""What a written key stands for: `f[1]`, `f_1`, `c_tilde`, the sheet's own letters, and where the numbers of a value go.

Each key is looked up once for a whole class. Values are read in `values.py`.
"""

import math
import re
from collections.abc import Sequence

import numpy as np

from rnn_hw.answers import AnswerFile, Place, Shape
from rnn_hw.checking.page import first_columns
from rnn_hw.errors import Diagnostic, did_you_mean
from rnn_hw.fields import steps_in_words
from rnn_hw.lang.keys import by_letter, key_of, letters_of, spelled, split_key
from rnn_hw.problem import Problem
from rnn_hw.results import Line
from rnn_hw.source import diagnostic
from rnn_hw.text_file import short

MOST_REMEMBERED = 100_000  # spellings of keys

_WORN = re.compile(r"(.*?)_?(\d{1,6})").fullmatch  # `f_1` and `f1` for `f[1]`
_EDGE = re.compile(r"\s*[d∂](\S+)\s*/\s*[d∂](\S+)\s*").fullmatch  # `∂c[t]/∂f[t]` for `dc[t]/df[t]`


class Target:
    """One line, or all steps of a sequence (`whole`): its shape, and where a value of it goes, by the shape as written."""

    __slots__ = ("key", "keys", "lines", "number", "own", "places", "whole")

    def __init__(self, key: str, lines: Sequence[Line], own: Shape, whole: bool) -> None:
        self.key, self.lines, self.own, self.whole = key, lines, own, whole
        self.keys = frozenset(line.key for line in lines)
        self.number = lines[0].form == "number"
        self.places: dict[Shape, Place] = {}


class Targets:
    """The lines of a problem by whatever a person calls them."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.by_key = {line.key: line for line in problem.lines}
        self.by_name: dict[str, list[Line]] = {}
        for line in problem.lines:
            self.by_name.setdefault(line.name, []).append(line)
        for steps in self.by_name.values():
            # Written from the first step on, also of what is worked from the last one back.
            steps.sort(key=lambda line: line.time or 0)
        self.letters, self.canonical = by_letter(problem.names), letters_of(problem.names, problem.kind.aliases)
        self.first_column = first_columns(problem)
        self.found: dict[str, Target] = {}

    def get(self, text: str) -> Target | None:
        """What a written key stands for; `None` if it is no line."""
        if text in self.found:
            return self.found[text]
        key = self._canonical(text)
        if key is None:
            return None
        line = self.by_key.get(key)
        lines = self.by_name[key] if line is None else [line]
        target = Target(key, lines, self.problem.setup.shapes.get(lines[0].name, ()), line is None)
        if len(self.found) >= MOST_REMEMBERED:
            self.found.clear()
        self.found[text] = target
        return target

    def of(self, key: str) -> Target:
        """The line of a key as results have it."""
        target = self.get(key)
        assert target is not None, key
        return target

    def place(self, target: Target, written: Shape) -> Place | None:
        """Where an array of this shape goes; `None` where it does not fit."""
        place = target.places.get(written)
        if place is not None:
            return place
        steps = len(target.lines) if target.whole else 0
        one = written[1:] if steps else written
        if target.number and long(one) == long(target.own) and (not steps or written[:1] == (steps,)):
            size = math.prod(target.own)
            starts = np.array([self.first_column[line.key] for line in target.lines], np.intp)
            columns = (starts[:, None] + np.arange(size)).ravel()
            place = Place(tuple(line.key for line in target.lines), target.own, one, columns)
            target.places[written] = place
        return place

    def _canonical(self, text: str) -> str | None:
        """The key of a line or the name of a sequence that a written key stands for."""
        by_key, by_name = self.by_key, self.by_name
        edge = _EDGE(text)
        base, time = split_key(f"d{edge[1]}/d{edge[2]}" if edge else text)
        candidates = [(spelled(base, self.canonical), time)]
        worn = _WORN(text.strip())
        if worn and time is None and text not in by_name and text not in self.letters:
            candidates.append((spelled(worn[1], self.canonical), int(worn[2])))
        for name, t in candidates:
            key = key_of(name, t, self.problem.setup.single and t == 1)
            if key in by_key or (t is None and name in by_name):
                return key
            if t is None and f"{name}[t]" in by_key:  # a formula for every step
                return f"{name}[t]"
        return None

    def unknown(self, file: AnswerFile, text: str) -> Diagnostic:
        """What is to be said of a key that is no line."""
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


def long(shape: Shape) -> list[int]:
    """A shape but for axes of one entry, by which a written one may differ."""
    return [n for n in shape if n != 1]
