"""A submission as the `results.json` of an external grader of PrairieLearn: a share of the points from 0 to 1.

What cannot be read is not gradable: the student is told why and loses no attempt.
"""

import json
from collections.abc import Iterator

from rnn_hw.results import ClassReport
from rnn_hw.view import gradebook, outcomes
from rnn_hw.view.escape import page
from rnn_hw.view.escape import terminal as safe
from rnn_hw.view.selection import Options


def class_report(report: ClassReport, options: Options) -> Iterator[str]:
    """The document."""
    one = outcomes.counted(report)
    faults = [gradebook.fault(fault) for graded in report.submissions for fault in graded.unusable]
    document = {
        "gradable": not one.unusable,
        "score": gradebook.number(one.share),
        "message": page(outcomes.headline_and_hints(report, one)),
        "format_errors": list(map(safe, faults)),
        "tests": [
            {
                "name": safe(outcome.name),
                "points": gradebook.number(outcome.points),
                "max_points": gradebook.number(outcome.max_points),
                "message": safe(outcome.told),
            }
            for outcome in outcomes.of_sheet(one, report, options)
        ],
    }
    yield json.dumps(document, indent=1) + "\n"
