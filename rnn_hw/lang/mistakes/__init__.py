"""The catalogue of mistakes: rows (`catalogue.py`), what a row does to a tree (`rules.py`), and where (`changes.py`)."""

from rnn_hw.lang.mistakes.catalogue import MISTAKES
from rnn_hw.lang.mistakes.changes import Change, Surroundings, changes, everywhere, formulas_with
from rnn_hw.lang.mistakes.rules import Mistake

__all__ = ["MISTAKES", "Change", "Mistake", "Surroundings", "changes", "everywhere", "formulas_with"]
