"""Wrong weights -> diagnoses: the kind names the mistake, the verdicts tell which lines it explains."""

from rnn_hw.answers import Sheet
from rnn_hw.problem import Problem
from rnn_hw.results import Diagnosis, Report


def diagnosed(problem: Problem, sheet: Sheet, report: Report) -> list[Diagnosis]:
    """The mistakes behind the wrong weights of a sheet; what the kind says nothing of has none."""
    weights = {line.key for line in problem.lines if line.form == "weights"}
    wrong = tuple(v.key for v in report.verdicts if v.verdict == "wrong" and v.key in weights)
    if not wrong or problem.setup.mistakes is None:
        return []
    exact = {key: entry.exact for key, entry in sheet.entries.items() if entry.exact is not None}
    return [diagnosis._replace(explains=wrong) for diagnosis in problem.setup.mistakes(exact)]
