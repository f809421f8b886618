"""Verdicts -> the smallest set of mistakes that explains the whole sheet. Diagnoses never change a verdict.

People make one mistake and carry it on. Here every mistake of the catalogue is run inside the solver, alone and with
others, and compared with the numbers on the page; a wrong formula is compared with what the catalogue makes of the true
one; wrong weights are put right one thing at a time. Nothing is said where the evidence does not pay for the number of
things tried.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from rnn_hw.answers import Sheet
from rnn_hw.checking.judge import Marked
from rnn_hw.problem import Problem
from rnn_hw.results import VERDICTS, Diagnosis, Report

if TYPE_CHECKING:
    from rnn_hw.diagnose.search import Search

WRONG = VERDICTS.index("wrong")
Typed = tuple[tuple[str, str, str | None], ...]  # of each line that is no number: key, verdict, what is written


class Diagnoser:
    """Looks for the mistakes in sheets on one problem; what is made once for it is kept from one chunk to the next."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.number = np.array([line.form == "number" for line in problem.lines], bool)
        self.typed = {line.key for line in problem.lines if line.form != "number"}

    @cached_property
    def search(self) -> "Search":
        """The search among numbers; nobody asks where every number is right."""
        from rnn_hw.diagnose.search import Search

        return Search(self.problem.setup)

    def diagnoses(self, marked: Marked) -> dict[int, tuple[Diagnosis, ...]]:
        """The mistakes behind the wrong lines of a class, by the student's place; those without any are left out."""
        wrong = marked.codes == WRONG
        numeric, typed = (np.flatnonzero(wrong[some].any(axis=0)) for some in (self.number, ~self.number))
        found: dict[int, tuple[Diagnosis, ...]] = {}
        if len(numeric):
            from rnn_hw.diagnose import numbers

            found = numbers.diagnosed(self.problem, self.search, marked, numeric)
        told: dict[Typed, tuple[Diagnosis, ...]] = {}
        for student in map(int, typed):
            report = marked.report(student)
            texts = tuple((v.key, v.verdict, v.given) for v in report.verdicts if v.key in self.typed)
            if texts not in told:
                told[texts] = self._typed(marked.sheets[student], report)
            found[student] = found.get(student, ()) + told[texts]
        return {student: diagnoses for student, diagnoses in found.items() if diagnoses}

    def _typed(self, sheet: Sheet, report: Report) -> tuple[Diagnosis, ...]:
        """What is behind wrong formulas and weights."""
        from rnn_hw.diagnose import formulas, weights

        return *formulas.diagnosed(self.problem, sheet, report), *weights.diagnosed(self.problem, sheet, report)


def with_diagnoses(problem: Problem, marked: Marked, reports: Sequence[Report]) -> list[Report]:
    """The reports on sheets that were marked together, with the mistakes that explain what is wrong in them."""
    found = Diagnoser(problem).diagnoses(marked)
    return [r._replace(diagnoses=found.get(k, ()), searched=True) for k, r in enumerate(reports)]
