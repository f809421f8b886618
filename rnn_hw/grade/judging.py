"""Sheets -> marks: the columns of a class, and what is said of each student in them; a report only where one is wanted.

Files, time and failures are the business of `marking.py`.
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_hw.answers import Sheet
from rnn_hw.assignment import Assignment
from rnn_hw.checking import Sheets, whole
from rnn_hw.errors import Diagnostic
from rnn_hw.grade.task import Column, Judge, Task
from rnn_hw.problem import Problem
from rnn_hw.results import VERDICTS, Graded, Report

LONGEST = 2000  # characters that are kept of one answer, and of a line that holds a fault

Bound = Sheet | Sheets


class Read(NamedTuple):
    """A submission's answers by the lines, and what is to be warned of."""

    file: str
    sheet: Bound
    warnings: tuple[Diagnostic, ...]
    digest: str
    size: int  # of the file in bytes


def judged(task: Task, everyone: Sequence[Read], keep: bool, hints: bool) -> list[Graded]:
    """The marks of some submissions, judged together; their reports if they are kept, and with `hints` the mistakes."""
    parts = zip(*(r.sheet.sheets if isinstance(r.sheet, Sheets) else (r.sheet,) for r in everyone), strict=True)
    columns = [judge.judged(sheets, hints) for judge, sheets in zip(task.judges, parts, strict=True)]
    pairs = list(zip(task.judges, columns, strict=True))
    codes = np.concatenate([column.marked.codes[judge.asked] for judge, column in pairs])
    scores = _exact([(column.marked.scores, column.marked.unit) for column in columns], len(everyone))
    by_group = [_exact(list(_points(pairs, keys)), len(everyone)) for _, keys in task.groups]
    marks = []
    for k, (read, score, verdicts) in enumerate(zip(everyone, scores, _words(codes), strict=True)):
        mark = Graded(
            read.file,
            read.sheet.student,
            score,
            task.max_score,
            score,
            verdicts,
            tuple([points[k] for points in by_group]),
            tuple([mistake for judge, column in pairs for mistake in judge.mistakes(column, k)]),
            warnings=told(read.warnings) + told(read.sheet.faults),
        )
        if keep:
            report = _whole(task.found, read.sheet, [judge.report(column, k) for judge, column in pairs])
            mark = mark._replace(report=short_of(report if task.settings.key else report.without_key()))
        marks.append(mark)
    return marks


def _words(codes: NDArray[Any]) -> Iterator[tuple[str, ...]]:
    """The verdicts of each student; many have the same."""
    known: dict[bytes, tuple[str, ...]] = {}
    for row in np.ascontiguousarray(codes.T):
        if (key := row.tobytes()) not in known:
            known[key] = tuple([VERDICTS[code] for code in row.tolist()])
        yield known[key]


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
