"""A submission as what a MarkUs tester reports: a group of tests with their marks, deductions taken off."""

import json
from collections.abc import Iterator

from rnn_hw.results import ClassReport
from rnn_hw.view import gradebook, outcomes
from rnn_hw.view.outcomes import Outcome
from rnn_hw.view.selection import Options


def class_report(report: ClassReport, options: Options) -> Iterator[str]:
    """The document: a group for each submission."""
    groups = [
        {
            "name": graded.student or report.problem,
            "tests": [
                {
                    "name": outcome.name,
                    "status": _status(outcome),
                    "marks_earned": gradebook.number(outcome.points),
                    "marks_total": gradebook.number(outcome.max_points),
                    "output": outcome.told,
                    "time": None,
                }
                for outcome in outcomes.of_sheet(graded, options)
            ],
        }
        for graded in report.whole
    ]
    yield json.dumps({"test_groups": groups}, indent=1) + "\n"


def _status(outcome: Outcome) -> str:
    return "partial" if outcome.status == "fail" and 0 < outcome.points < outcome.max_points else outcome.status
