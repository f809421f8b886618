"""A submission as what a MarkUs tester reports: a group of tests with their marks, deductions taken off."""

import json
from collections.abc import Iterator

from rnn_hw.results import ClassReport
from rnn_hw.view import gradebook, outcomes
from rnn_hw.view.escape import terminal as safe
from rnn_hw.view.outcomes import Outcome
from rnn_hw.view.selection import Options


def class_report(report: ClassReport, options: Options) -> Iterator[str]:
    """The document: one group."""
    one = outcomes.counted(report)
    tests = [
        {
            "name": safe(outcome.name),
            "status": _status(outcome),
            "marks_earned": gradebook.number(outcome.points),
            "marks_total": gradebook.number(outcome.max_points),
            "output": safe(outcome.told),
            "time": None,
        }
        for outcome in [*outcomes.of_sheet(one, report, options), *outcomes.of_file(one)]
    ]
    group = {"name": safe(one.student or report.problem), "tests": tests}
    yield json.dumps({"test_groups": [group]}, indent=1) + "\n"


def _status(outcome: Outcome) -> str:
    return "partial" if outcome.status == "fail" and 0 < outcome.points < outcome.max_points else outcome.status
