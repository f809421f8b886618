"""Problem + answer sheets -> verdicts: correct, carried, imprecise, wrong, blank, unreadable or unjudged, line by line."""

from rnn_hw.checking.judge import bound, check, check_files, check_sheets, problem_of

__all__ = ["bound", "check", "check_files", "check_sheets", "problem_of"]
