"""Problem + answer sheets -> verdicts: correct, carried, imprecise, wrong, blank, unreadable or unjudged, line by line."""

from rnn_hw.checking.binding import Binder
from rnn_hw.checking.files import bound, bound_all, check, check_all, check_files, problem_of
from rnn_hw.checking.judge import Marked, Marker, check_sheets, mark

__all__ = [
    "Binder",
    "Marked",
    "Marker",
    "bound",
    "bound_all",
    "check",
    "check_all",
    "check_files",
    "check_sheets",
    "mark",
    "problem_of",
]
