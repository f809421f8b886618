"""Problem + answer sheets -> verdicts: correct, carried, imprecise, wrong, blank, unreadable or unjudged, line by line.

One person's file is `check`, some files are `check_files`. A class is bound by one `Binder` and marked in columns, some
thousand sheets at a time; the report on a student is made when somebody asks for it:

>>> from rnn_hw.answers import answer_file
>>> from rnn_hw.bundle import bundled
>>> from rnn_hw.problem import load_problem
>>> from rnn_hw.source import parse
>>> problem = load_problem(bundled("lstm_forward.yaml"))
>>> binder = Binder(problem)
>>> texts = ["answers:\\n  f[1]: 0.769\\n", "answers:\\n  f[1]: 0.231\\n"]
>>> sheets = (binder.bind(answer_file(parse(text, "answers.yaml"))) for text in texts)
>>> (marked,) = mark(problem, sheets)
>>> [str(marked.score(student)) for student in range(2)], marked.report(1).verdicts[0].message
(['1', '0'], '')
"""

from rnn_hw.checking.binding import Binder
from rnn_hw.checking.files import Sheets, binders_of, bound, bound_all, check, check_all, check_files, problem_of, whole
from rnn_hw.checking.judge import Marked, Marker, check_sheets, mark

__all__ = [
    "Binder",
    "Marked",
    "Marker",
    "Sheets",
    "binders_of",
    "bound",
    "bound_all",
    "check",
    "check_all",
    "check_files",
    "check_sheets",
    "mark",
    "problem_of",
    "whole",
]
