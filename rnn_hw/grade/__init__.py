"""A class of submissions -> one result that every form of output reads: marks, what is taken off, and what is said of
the class as a whole."""

from rnn_hw.grade.deductions import percent
from rnn_hw.grade.run import Options, grade, status
from rnn_hw.grade.task import Settings

__all__ = ["Options", "Settings", "grade", "percent", "status"]
