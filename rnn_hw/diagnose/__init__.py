"""Verdicts -> the smallest set of mistakes that explains the whole sheet. Diagnoses never change a verdict.

People make one mistake and carry it on. Here every mistake of the catalogue is run inside the solver, alone and with
others, and compared with the numbers on the page; a wrong formula is compared with what the catalogue makes of the true
one; wrong weights are put right one thing at a time. Nothing is said where the evidence does not pay for the number of
things tried.
"""

from collections.abc import Sequence

from rnn_hw.answers import Sheet
from rnn_hw.problem import Problem
from rnn_hw.results import Diagnosis, Report


def with_diagnoses(problem: Problem, sheets: Sequence[Sheet], reports: Sequence[Report]) -> list[Report]:
    """The reports on some sheets of one problem, with the mistakes that explain what is wrong in them."""
    if not any(v.verdict == "wrong" for r in reports for v in r.verdicts):
        return [r._replace(searched=True) for r in reports]
    from rnn_hw.diagnose import formulas, numbers, weights
    from rnn_hw.diagnose.search import Search

    found = numbers.diagnosed(problem, Search(problem.setup), sheets, reports)
    typed: dict[tuple[tuple[str, str | None], ...], list[Diagnosis]] = {}  # by what is wrong or carried in a sheet
    said = []
    for k, (sheet, report) in enumerate(zip(sheets, reports, strict=True)):
        key = tuple((v.key, v.given) for v in report.verdicts if v.verdict in ("wrong", "carried"))
        if key not in typed:
            typed[key] = [*formulas.diagnosed(problem, sheet, report), *weights.diagnosed(problem, sheet, report)]
        said.append(report._replace(diagnoses=(*found.get(k, ()), *typed[key]), searched=True))
    return said
