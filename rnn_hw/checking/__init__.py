"""Problem + answer sheets -> verdicts: correct, carried, imprecise, wrong, blank, unreadable or unjudged, line by line."""

from rnn_hw.checking.files import Sheets, bound, bound_all, check, check_all, check_files, problem_of
from rnn_hw.checking.judge import check_sheets

__all__ = ["Sheets", "bound", "bound_all", "check", "check_all", "check_files", "check_sheets", "problem_of"]
