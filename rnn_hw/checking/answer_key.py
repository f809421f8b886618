"""What is the same for every student of a class: the true values, which line uses which, each line as a function.

Made once for a problem and asked for every chunk of a class, so what it works out is remembered here and nowhere else.
"""

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_hw.answers import BRIEF, Entry
from rnn_hw.checking.local import Local
from rnn_hw.checking.page import first_columns
from rnn_hw.checking.reach import Draws
from rnn_hw.checking.tolerance import tolerance
from rnn_hw.checking.uses import Named, Uses
from rnn_hw.lang.evaluate import evaluate
from rnn_hw.problem import Problem
from rnn_hw.results import Value, Verdict
from rnn_hw.solver import true_value

MOST_PAGES, MOST_LOCALS, MOST_RIGHT = 1000, 20_000, 20_000  # that are remembered


class AnswerKey:
    """The answer key of a problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.setup = problem, problem.setup
        setup = problem.setup
        self.result = evaluate(setup.program, setup.given, setup.shapes, setup.steps)
        self.truth: dict[str, Value] = {line.key: true_value(problem, self.result, line) for line in problem.lines}
        self.lines = [line for line in problem.lines if line.form == "number"]
        self.true = {line.key: np.asarray(self.truth[line.key], float) for line in self.lines}
        self.first_column = first_columns(problem)
        self._pages: dict[frozenset[str], dict[str, Named]] = {}
        self._locals: dict[tuple[str, ...], Local] = {}
        self._right: dict[tuple[str, str, int], Verdict] = {}

    @cached_property
    def uses(self) -> Uses:
        """Which line uses which; nobody asks where every number is right."""
        return Uses(self.setup, self.lines)

    @cached_property
    def draws(self) -> Draws:
        """Other values, for what is asked to depend on nothing else."""
        return Draws(self.setup, self.uses)

    def used_on(self, page: frozenset[str]) -> dict[str, Named]:
        """By key, what each line is computed from where these lines are answered."""
        if page not in self._pages:
            if len(self._pages) >= MOST_PAGES:
                self._pages.clear()
            self._pages[page] = self.uses.on(page)
        return self._pages[page]

    def accepted(self, key: str, half_unit: NDArray[Any]) -> tuple[NDArray[Any], tuple[NDArray[Any], NDArray[Any]]]:
        """How near the true value of a line is near enough where it is written with so many digits; the interval."""
        true = self.true[key]
        room = tolerance(true, half_unit, self.problem.place)
        with np.errstate(invalid="ignore"):  # an overflow
            return room, (true - room, true + room)

    def right(self, key: str, entry: Entry, points: tuple[str, str]) -> Verdict:
        """What is said of an answer that is the true value, where all before it are: the same to everybody."""
        which = key, entry.text, entry.line
        if which in self._right:
            return self._right[which]
        _, accepted = self.accepted(key, np.asarray(entry.half_unit))
        found = Verdict(key, "correct", entry.text, self.true[key], None, accepted, *points, line=entry.line)
        if len(entry.text) <= BRIEF:
            if len(self._right) >= MOST_RIGHT:
                self._right.clear()
            self._right[which] = found
        return found

    def local(self, chain: tuple[str, ...]) -> Local:
        """The last line of a chain as a function of the answers behind it."""
        if chain not in self._locals:
            if len(self._locals) >= MOST_LOCALS:
                self._locals.clear()
            self._locals[chain] = Local(self.setup, self.result, self.uses, chain)
        return self._locals[chain]
