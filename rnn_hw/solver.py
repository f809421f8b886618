"""Problem -> Trace: evaluate the program, and lay its values out as the steps of a worked solution."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from rnn_hw.assignment import Assignment
from rnn_hw.lang.evaluate import Result, Stack, evaluate
from rnn_hw.lang.keys import key_of, split_key
from rnn_hw.lang.operations import Shape
from rnn_hw.lang.phases import phases
from rnn_hw.lang.rewrite import unrolled
from rnn_hw.lang.shapes import settled
from rnn_hw.lang.simplify import at_last
from rnn_hw.lang.tree import Apply, Equation, Name, Time
from rnn_hw.problem import Problem
from rnn_hw.results import Answer, Line, Progress, Solution, Step, Trace, Value

Array = NDArray[Any]


def solve(problem: Problem, progress: Progress | None = None) -> Trace:
    """The worked solution. Long sequences cost nothing until their steps are looked at.

    `progress` is told, from time to time, how much of a long computation is done.
    """
    setup = problem.setup
    result = evaluate(setup.program, setup.given, setup.shapes, setup.steps)
    extras = setup.extras(result, progress) if setup.long and progress else setup.extras(result)
    return Trace(
        problem.kind.name,
        problem.title,
        Steps(problem, result),
        Values(result),
        tuple(Answer(line.key, true_value(problem, result, line)) for line in problem.lines if line.asked),
        extras.tables,
        extras.series,
        extras.remarks,
        problem.names,
        setup.single,
    )


def solve_all(assignment: Assignment, progress: Progress | None = None) -> Solution:
    """The worked solutions of all problems of an assignment."""
    return Solution(assignment.title, tuple((part.id, solve(part.problem, progress)) for part in assignment.parts))


def true_value(problem: Problem, result: Result, line: Line) -> Value:
    """The true value of a line."""
    if line.key in problem.setup.formulas:
        return problem.setup.formulas[line.key].formula
    if line.form != "number":
        return problem.setup.answers[line.name]
    time = None if line.time is None else Time("", line.time)
    return np.asarray(result.load(Name(line.name, time)))


class Values(Mapping[str, Array]):
    """What a formula's names stand for, by key: `W_f`, `h[0]`."""

    def __init__(self, result: Result) -> None:
        self.result = result

    def __getitem__(self, key: str) -> Array:
        name, time = split_key(key)
        try:
            if time is not None and name == "t" and "t" not in self.result.values:
                return np.asarray(time)
            value = self.result.load(Name(name, None if time is None else Time("", time)))
        except IndexError:
            raise KeyError(key) from None
        return np.asarray(value)

    def __iter__(self) -> Iterator[str]:
        for name, value in self.result.values.items():
            if isinstance(value, Stack):
                yield from (f"{name}[{value.first + k}]" for k in range(len(value.values)))
            else:
                yield name

    def __len__(self) -> int:
        return sum(len(v.values) if isinstance(v, Stack) else 1 for v in self.result.values.values())


class Steps(Sequence[Step]):
    """The steps of a solution, each made when it is looked at."""

    def __init__(self, problem: Problem, result: Result) -> None:
        self.setup, self.result = problem.setup, result
        self.phases = phases(problem.setup.program)
        many = problem.setup.steps
        self.ends = list(accumulate(len(p.equations) * (many if p.direction else 1) for p in self.phases))
        # Sizes and means of single numbers are left out of what a person reads.
        self.shapes: dict[str, Shape] = {
            name: () if all(n == 1 for n in shape) else shape for name, shape in problem.setup.shapes.items()
        }

    def __len__(self) -> int:
        return self.ends[-1] if self.ends else 0

    @overload
    def __getitem__(self, index: int) -> Step: ...
    @overload
    def __getitem__(self, index: slice) -> list[Step]: ...
    def __getitem__(self, index: int | slice) -> Step | list[Step]:
        if isinstance(index, slice):
            return [self[k] for k in range(*index.indices(len(self)))]
        if index < 0:
            index += len(self)
        if not 0 <= index < len(self):
            raise IndexError(index)
        number = bisect_right(self.ends, index)
        phase = self.phases[number]
        step, place = divmod(index - (self.ends[number - 1] if number else 0), len(phase.equations))
        time = phase.times(self.setup.steps)[step] if phase.direction else None
        return self.step(phase.equations[place], time, phase.direction < 0)

    def step(self, equation: Equation, time: int | None, backward: bool) -> Step:
        """An equation at one step: as a person reads it, and its value."""
        written = unrolled(equation, time or 0, self.setup.steps)
        if not (isinstance(written.formula, Apply) and written.formula.operation == "size"):  # which is the question
            written = Equation(written.target, settled(written.formula, self.shapes))
        given = {name for name in self.setup.given if name == "t"}
        written = Equation(written.target, at_last(written.formula, time or 0, self.setup.steps, keep=given))
        value = np.asarray(self.result.load(written.target))
        return Step(key_of(equation.name, time, self.setup.single), written, value, backward)
