"""Sheets -> marks: the columns of a class, and what is said of each student in them; a report only where one is wanted.

What a judge finds out about its problem (the answer key, formulas compiled, mistakes and what they look like) is kept
from one chunk of a class to the next. Files, time and failures are the business of `marking.py`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_hw.answers import Sheet
from rnn_hw.assignment import Assignment
from rnn_hw.checking import Binder, Marked, Marker, Sheets, whole
from rnn_hw.checking.points import Points
from rnn_hw.diagnose import Diagnoser
from rnn_hw.errors import Diagnostic
from rnn_hw.problem import Problem
from rnn_hw.results import VERDICTS, Diagnosis, Graded, Report

LONGEST = 2000  # characters that are kept of one answer, and of a line that holds a fault

Bound = Sheet | Sheets
Groups = Sequence[tuple[str, Sequence[str]]]  # names and the keys of their lines


class Read(NamedTuple):
    """A submission's answers by the lines, and what is to be warned of."""

    file: str
    sheet: Bound
    warnings: tuple[Diagnostic, ...]
    digest: str
    size: int  # of the file in bytes


class Column(NamedTuple):
    """Some students' marks on one problem, and the mistakes behind them by the student's place."""

    marked: Marked
    diagnoses: Mapping[int, tuple[Diagnosis, ...]] | None  # where they were looked for

    def of(self, student: int) -> tuple[Diagnosis, ...]:
        """The mistakes of one student."""
        return (self.diagnoses or {}).get(student, ())


class Judge:
    """Judges sheets on one problem; of an assignment `prefix` stands before the keys, `4/`."""

    def __init__(self, prefix: str, problem: Problem, strict: bool) -> None:
        self.prefix, self.problem, self.strict = prefix, problem, strict
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
        for d in column.of(student):
            yield d.mistake, d.title, tuple(self.prefix + key for key in d.explains or d.place)


def judged(
    found: Problem | Assignment,
    judges: Sequence[Judge],
    groups: Groups,
    everyone: Sequence[Read],
    keep: bool,
    key: bool,
    hints: bool,
) -> list[Graded]:
    """The marks of some submissions, judged together; their reports if they are kept, with true values or without."""
    parts = zip(*(r.sheet.sheets if isinstance(r.sheet, Sheets) else (r.sheet,) for r in everyone), strict=True)
    columns = [judge.judged(sheets, hints) for judge, sheets in zip(judges, parts, strict=True)]
    pairs = list(zip(judges, columns, strict=True))
    codes = np.concatenate([column.marked.codes[judge.asked] for judge, column in pairs])
    scores = _exact([(column.marked.scores, column.marked.unit) for column in columns], len(everyone))
    by_group = [_exact(list(_points(pairs, keys)), len(everyone)) for _, keys in groups]
    most = str(sum((judge.marker.points.most for judge in judges), Fraction(0)))
    marks = []
    for k, (read, score, verdicts) in enumerate(zip(everyone, scores, codes.T.tolist(), strict=True)):
        mark = Graded(
            read.file,
            read.sheet.student,
            score,
            most,
            score,
            tuple([VERDICTS[code] for code in verdicts]),
            tuple([points[k] for points in by_group]),
            tuple([mistake for judge, column in pairs for mistake in judge.mistakes(column, k)]),
            warnings=told(read.warnings) + told(read.sheet.faults),
        )
        if keep:
            report = _whole(found, read.sheet, [judge.report(column, k) for judge, column in pairs])
            mark = mark._replace(report=short_of(report if key else report.without_key()))
        marks.append(mark)
    return marks


def _whole(found: Problem | Assignment, sheet: Bound, reports: Sequence[Report]) -> Report:
    """The report on a sheet, of those on its problems."""
    if isinstance(found, Assignment) and isinstance(sheet, Sheets):
        return whole(found, sheet, reports)
    return reports[0]


def _points(pairs: Sequence[tuple[Judge, Column]], keys: Sequence[str]) -> Iterator[tuple[NDArray[Any], int]]:
    """What the students reached in a group of lines, problem by problem: whole numbers, and how many make a point."""
    for judge, column in pairs:
        rows = [judge.row[key] for key in keys if key in judge.row]
        if rows:
            yield column.marked.points[rows].sum(axis=0), column.marked.unit


def _exact(parts: Sequence[tuple[NDArray[Any], int]], students: int) -> list[str]:
    """The sum of the parts for each student, as an exact text; many have the same."""
    known: dict[tuple[int, ...], str] = {}
    units = [unit for _, unit in parts]
    found = []
    for numbers in zip(*[numbers.tolist() for numbers, _ in parts], strict=True) if parts else [()] * students:
        if numbers not in known:
            known[numbers] = str(sum(map(Fraction, numbers, units), Fraction(0)))
        found.append(known[numbers])
    return found


def short_of(report: Report) -> Report:
    """The report with the longest answers cut: a megabyte of digits is no answer, and a class of them fills the memory."""
    verdicts = tuple(
        v._replace(given=v.given[: LONGEST - 1] + "…") if v.given and len(v.given) > LONGEST else v
        for v in report.verdicts
    )
    parts = tuple((id, short_of(part)) for id, part in report.parts)
    return report._replace(verdicts=verdicts, diagnostics=told(report.diagnostics), parts=parts)


def told(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The faults without the lines that are too long to be shown."""
    return tuple([d if len(d.excerpt) <= LONGEST else d._replace(excerpt="") for d in diagnostics])
