"""A submission as the `results.json` of an external grader of PrairieLearn: a share of the points from 0 to 1.

What cannot be read is not gradable: the student is told why and loses no attempt.
"""

import json
from collections.abc import Iterator

from rnn_hw.results import ClassReport, share_of
from rnn_hw.view import gradebook, outcomes
from rnn_hw.view.selection import Options


def class_report(report: ClassReport, options: Options) -> Iterator[str]:
    """The document; of several submissions with the share that they reached together."""
    score, most = outcomes.total(report)
    share = share_of(score, most)
    faults = [fault for graded in report.submissions for fault in outcomes.faults(graded)]
    gradable = any(not graded.unusable for graded in report.submissions)
    document = {
        "gradable": gradable,
        "score": gradebook.number(share) if gradable else 0,
        "message": outcomes.headline_and_hints(report),
        "format_errors": faults,
        "tests": [
            {
                "name": outcome.name,
                "points": gradebook.number(outcome.points),
                "max_points": gradebook.number(outcome.max_points),
                "message": outcome.told,
            }
            for _, outcome in outcomes.every(report, options)
        ],
    }
    yield json.dumps(document, indent=1) + "\n"
