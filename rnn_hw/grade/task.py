"""What a class is marked by: the teacher's settings, the problem or assignment, and a judge for each problem of it.

What a judge finds out about its problem (the answer key, formulas compiled, mistakes and what they look like) is kept
from one chunk of a class to the next.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from rnn_hw.answers import Sheet
from rnn_hw.assignment import Assignment, load
from rnn_hw.checking import Binder, Marked, Marker
from rnn_hw.checking.points import Points
from rnn_hw.diagnose import Diagnoser
from rnn_hw.problem import Problem
from rnn_hw.results import VERDICTS, Diagnosis, Report


class Column(NamedTuple):
    """Some students' marks on one problem, and the mistakes behind them by the student's place."""

    marked: Marked
    diagnoses: Mapping[int, tuple[Diagnosis, ...]] | None  # where they were looked for

    def of(self, student: int) -> tuple[Diagnosis, ...]:
        """The mistakes of one student."""
        return (self.diagnoses or {}).get(student, ())


class Judge:
    """Judges sheets on one problem; of an assignment `prefix` stands before the keys, `4/`."""

    def __init__(self, prefix: str, problem: Problem, strict: bool, key: bool) -> None:
        self.prefix, self.problem, self.strict, self.key = prefix, problem, strict, key
        self.binder = Binder(problem)
        self.asked = np.flatnonzero([line.asked for line in problem.lines])
        self.row = {prefix + line.key: k for k, line in enumerate(problem.lines) if line.asked}

    @cached_property
    def marker(self) -> Marker:
        """Made where there is a sheet to be marked."""
        return Marker(self.problem, self.strict)

    @cached_property
    def diagnoser(self) -> Diagnoser:
        """Made where there is a mark to be explained."""
        return Diagnoser(self.problem)

    def worth(self) -> Iterator[dict[str, str]]:
        """The points for each verdict on the lines that are asked."""
        points = Points(self.problem)
        for line in self.problem.lines:
            if line.asked:
                yield {word: points.said(line, code)[0] for code, word in enumerate(VERDICTS) if word}

    def judged(self, sheets: Sequence[Sheet], hints: bool) -> Column:
        """The marks of some students, and with `hints` the mistakes behind them."""
        marked = self.marker.mark(sheets)
        return Column(marked, self.diagnoser.diagnoses(marked) if hints else None)

    def report(self, column: Column, student: int) -> Report:
        """The report on one of them."""
        report = column.marked.report(student)
        return report._replace(diagnoses=column.of(student), searched=column.diagnoses is not None)

    def mistakes(self, column: Column, student: int) -> Iterable[tuple[str, str, tuple[str, ...]]]:
        """Code, title and lines of the mistakes that one of them made."""
        for told in column.of(student):
            d = told if self.key else told.without_key()
            yield d.mistake, d.title, tuple(self.prefix + key for key in d.explains or d.place)


class Settings(NamedTuple):
    """How a class is marked; whatever changes a mark stands here."""

    problem: str
    strict: bool = False
    hints: bool = True
    key: bool = True  # whether reports hold true values
    carried: str = ""  # the share of a carried line, exact; "" is the problem's own


class Task(NamedTuple):
    """What is marked: the problem or assignment, its lines with their points, and groups of them."""

    settings: Settings
    found: Problem | Assignment
    lines: tuple[tuple[str, str], ...]
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    max_score: str
    judges: tuple[Judge, ...]  # of the problem, or of those of the assignment

    @property
    def most(self) -> int:
        """Sheets that are to be judged at a time: their numbers are in memory together."""
        return min(judge.marker.most for judge in self.judges)

    @property
    def files(self) -> list[str]:
        """The files that it is read from."""
        parts = self.found.parts if isinstance(self.found, Assignment) else ()
        return sorted({self.settings.problem, *(part.problem.file for part in parts)})


@lru_cache(maxsize=1)  # a worker marks chunk after chunk of one class
def opened(settings: Settings) -> Task:
    """The task that the settings name. Raises `HomeworkError`."""
    found = load(settings.problem)
    if settings.carried:
        found = _carried(found, settings.carried)
    if isinstance(found, Assignment):
        parts = [(f"{part.id}/", part.problem) for part in found.parts]
        groups = [(part.id, tuple(f"{part.id}/{s.key}" for s in part.problem.lines if s.asked)) for part in found.parts]
    else:
        parts, groups = [("", found)], []
    lines = tuple((prefix + s.key, s.points) for prefix, problem in parts for s in problem.lines if s.asked)
    for prefix, problem in parts:
        groups += [(prefix + name, tuple(prefix + key for key in keys)) for name, keys in problem.rubric]
    most = sum((Fraction(points) for _, points in lines), Fraction(0))
    judges = tuple(Judge(prefix, problem, settings.strict, settings.key) for prefix, problem in parts)
    return Task(settings, found, lines, tuple(groups), str(most), judges)


def _carried(found: Problem | Assignment, share: str) -> Problem | Assignment:
    """The same with another share of the points for a carried line."""
    if isinstance(found, Problem):
        return found._replace(shares={**found.shares, "carried": share})
    parts = (p._replace(problem=p.problem._replace(shares={**p.problem.shares, "carried": share})) for p in found.parts)
    return found._replace(parts=tuple(parts))
