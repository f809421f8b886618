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
    parts = [gradebook.id_and_key(line.key, report)[0] for line in report.lines]
    if not any(parts):
        name = PurePath(report.file).stem
        yield json.dumps({"scores": {name: gradebook.number(one.score)}}) + "\n"
        return
    scores = dict.fromkeys(parts, Fraction(0))
    for outcome in outcomes.of_sheet(one, report, options):
        part, _ = gradebook.id_and_key(outcome.name, report)
        if part:  # a sheet that cannot be read has a line of its own
            scores[part] += outcome.points
    yield json.dumps({"scores": {part[:-1]: gradebook.number(score) for part, score in scores.items()}}) + "\n"
