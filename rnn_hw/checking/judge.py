"""Problem + answer sheets -> verdicts: a class as columns, and the report on one student when somebody asks for it.

A line is judged by its true value, by what follows from the person's own earlier answers, and by nothing else: no
diagnosis changes a verdict. The sheets of a class are judged together, so many at a time, students on the leading axis; a
single sheet is a class of one. The verdicts and their order of precedence are those of the table in the README.
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_hw.answers import Sheet
from rnn_hw.checking.answer_key import AnswerKey
from rnn_hw.checking.numbers import NumericVerdicts
from rnn_hw.checking.page import page_of
from rnn_hw.checking.points import Points
from rnn_hw.checking.said import Said
from rnn_hw.checking.typed import NOTHING, Typed
from rnn_hw.problem import Problem
from rnn_hw.results import VERDICTS, Report, Verdict

MOST_SHEETS = 16_384  # judged at a time
MOST_NUMBERS = 4_000_000  # in the answers of these, if all are answered
BLANK = VERDICTS.index("blank")


def check_sheets(problem: Problem, sheets: Sequence[Sheet], strict: bool = False) -> list[Report]:
    """One report for each sheet."""
    return [report for marked in mark(problem, sheets, strict) for report in marked.reports()]


def mark(problem: Problem, sheets: Iterable[Sheet], strict: bool = False) -> Iterator["Marked"]:
    """The marks of a class, some thousand students at a time and in their order; no more sheets are held at once."""
    marker = Marker(problem, strict)
    waiting = iter(sheets)
    while some := list(islice(waiting, marker.most)):
        yield marker.mark(some)


class Marker:
    """Marks sheets on one problem; what it finds out about the problem and about repeated texts is kept between them."""

    def __init__(self, problem: Problem, strict: bool = False) -> None:
        self.problem, self.strict = problem, strict
        self.key = AnswerKey(problem)
        self.typed = Typed(self.key)
        self.points = Points(problem)
        numbers = sum(true.size for true in self.key.true.values())
        self.most = max(1, min(MOST_SHEETS, MOST_NUMBERS // max(1, numbers)))  # sheets that are to be judged at a time

    def mark(self, sheets: Sequence[Sheet]) -> "Marked":
        """The marks of some students, judged together."""
        return Marked(self, sheets)


class Marked:
    """The marks of some students.

    `codes` has for each line of the problem (a row) and each student (a column) a place in `VERDICTS`; `scores` are exact
    whole numbers, of which `points.unit` make one point.
    """

    def __init__(self, marker: Marker, sheets: Sequence[Sheet]) -> None:
        self.marker, self.problem, self.sheets = marker, marker.problem, sheets
        key, lines = marker.key, marker.problem.lines
        self.numbers = NumericVerdicts(
            key, page_of([sheet.numbers for sheet in sheets], key.first_column, key.true), marker.strict
        )
        asked = np.array([line.asked for line in lines], bool)
        self.codes = np.repeat(np.where(asked, BLANK, 0).astype(np.uint8)[:, None], len(sheets), axis=1)
        row = {line.key: k for k, line in enumerate(lines)}
        for k, codes in self.numbers.codes.items():
            self.codes[row[k]] = np.where(codes, codes, self.codes[row[k]])
        self.typed = {k: marker.typed.judged(sheet.rest) for k, sheet in enumerate(sheets) if sheet.rest}
        for student, judged in self.typed.items():
            for k, verdict in judged.verdicts.items():
                self.codes[row[k], student] = VERDICTS.index(verdict.verdict)
        self.scores = marker.points.scores(self.codes)

    @property
    def points(self) -> NDArray[Any]:
        """The points of each line (a row) and student, as whole numbers of which `unit` make one."""
        return self.marker.points.of(self.codes)

    @property
    def unit(self) -> int:
        """How much one point is."""
        return self.marker.points.unit

    def score(self, student: int) -> Fraction:
        """One student's score."""
        return Fraction(int(self.scores[student]), self.unit)

    def reports(self) -> list[Report]:
        """The report on each of them."""
        return [self.report(student) for student in range(len(self.sheets))]

    def report(self, student: int) -> Report:
        """The whole report on one student."""
        problem, sheet, key = self.problem, self.sheets[student], self.marker.key
        entries, typed, said = sheet.entries, self.typed.get(student, NOTHING), Said(self.numbers, student)
        verdicts = []
        for line, code in zip(problem.lines, self.codes[:, student].tolist(), strict=True):
            if not code:
                continue
            entry, points = entries.get(line.key), self.marker.points.said(line, code)
            if entry is None:
                shown = None if line.form == "text" else key.truth[line.key]
                verdict = Verdict(line.key, "blank", None, shown, None, None, *points)
            elif line.key in typed.verdicts:
                verdict = typed.verdicts[line.key]._replace(points=points[0], max_points=points[1])
            else:
                verdict = said.verdict(line.key, entry, points)
            verdicts.append(verdict)
        return Report(
            problem.title or problem.file,
            sheet.student,
            str(self.score(student)),
            str(self.marker.points.most),
            tuple(verdicts),
            diagnostics=sheet.diagnostics,
            tables=typed.tables,
            remarks=typed.remarks,
            names=problem.names,
            shown_digits=problem.place,
            single=problem.setup.single,
        )
