"""A submission as the `results.json` of a Gradescope autograder: the score, and a test for each line.

The score at the top is what counts, deductions included; the tests show the points of their lines. All text is plain.
"""

import json
from collections.abc import Iterator

from rnn_hw.results import ClassReport
from rnn_hw.view import gradebook, outcomes
from rnn_hw.view.selection import Options


def class_report(report: ClassReport, options: Options) -> Iterator[str]:
    """The document; of several submissions, all their tests under one score."""
    score, most = outcomes.total(report)
    tests = [
        {
            "name": outcome.name,
            "name_format": "text",
            "number": str(number),
            "score": gradebook.number(outcome.points),
            "max_score": gradebook.number(outcome.max_points),
            "status": "passed" if outcome.status == "pass" else "failed",
            "output": outcome.told,
            "output_format": "text",
            "visibility": "visible",
        }
        for number, (_, outcome) in enumerate(outcomes.every(report, options), 1)
    ]
    document = {
        "score": gradebook.number(score),
        "output": outcomes.headline_and_hints(report),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {"score": str(score), "max_score": str(most)},
        "tests": tests,
    }
    yield json.dumps(document, indent=1) + "\n"
