"""A submission as the last line that an Autolab autograder prints: a score for each of the course's problems.

The problems are those of an assignment, by id, or the one problem, called as its file is.
"""

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import PurePath

from rnn_hw.results import ClassReport
from rnn_hw.view import gradebook, outcomes
from rnn_hw.view.selection import Options


def class_report(report: ClassReport, options: Options) -> Iterator[str]:
    """The line."""
    one = outcomes.counted(report)
    ids = {line.key.partition("/")[0] for line in report.lines if "/" in line.key}
    names = dict.fromkeys(group.name for group in report.groups if group.name in ids)
    if not names:
        name = PurePath(report.file).stem
        yield json.dumps({"scores": {name: gradebook.number(one.score)}}) + "\n"
        return
    scores = dict.fromkeys(names, Fraction(0))
    for outcome in outcomes.of_sheet(one, options):
        id = outcome.name.partition("/")[0]
        if id in scores:
            scores[id] += outcome.points
    yield json.dumps({"scores": {id: gradebook.number(score) for id, score in scores.items()}}) + "\n"
