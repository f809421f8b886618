"""A submission as the `results.json` of a Gradescope autograder: the score, and a test for each line.

The score at the top is what counts, deductions included; the tests show the points of their lines. All text is plain.
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
    tests = [
        {
            "name": safe(outcome.name),
            "name_format": "text",
            "number": str(number),
            "score": gradebook.number(outcome.points),
            "max_score": gradebook.number(outcome.max_points),
            "status": "passed" if outcome.status == "pass" else "failed",
            "output": safe(outcome.told),
            "output_format": "text",
            "visibility": "visible",
        }
        for number, outcome in enumerate(outcomes.of_sheet(one, report, options), 1)
    ]
    document = {
        "score": gradebook.number(one.score),
        "output": page(outcomes.headline_and_hints(report, one)),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {"score": one.score, "max_score": one.max_score},
        "tests": tests,
    }
    yield json.dumps(document, indent=1) + "\n"
