"""One line as a function of the answers it uses, for any number of students, and of trials, at once.

What stands between a line and the nearest answers on the page is mostly nothing or a line or two: their formulas at the
one step are compiled together, and a line of such a chain gives way to the answer of whoever has it. Where the chain is
long (a page that shows only the end of a sequence) the whole program is evaluated (`follow.py`), which gives the same. No
verdict is given here.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_hw.checking.follow import followed
from rnn_hw.checking.uses import Truths, Uses
from rnn_hw.kinds.kind import Setup
from rnn_hw.lang.compiled import Code
from rnn_hw.lang.evaluate import Result, Stack
from rnn_hw.lang.operations import OVER_TIME
from rnn_hw.lang.rewrite import at_step, time_of, walk, written_out
from rnn_hw.lang.tree import Apply, Name, Node, Time
from rnn_hw.results import Line

Array = NDArray[Any]
Given = Mapping[str, Array | Stack]
LONGEST_CHAIN = 60
LONGEST_SUM = 40  # steps of a sum over time that is compiled as additions


class Local:
    """A line's value from the answers it uses, through a chain of lines that some pages leave out.

    `size` is about how many numbers one evaluation holds.
    """

    def __init__(self, setup: Setup, result: Result, uses: Uses, chain: Sequence[str]) -> None:
        self.setup, self.result, self.uses = setup, result, uses
        lines = [uses.by_key[key] for key in chain]
        self.line = lines[-1]
        self.shape = tuple(setup.shapes[self.line.name])
        self.answers: Mapping[str, Array] = {}
        self.known: Mapping[str, Truths] = {}
        self.code = self._compiled(lines) if len(lines) <= LONGEST_CHAIN else None
        loaded = {name.name for _, name in self.code.loads} if self.code is not None else setup.given.keys()
        self.given = [name for name in setup.given if name in loaded]
        shapes = setup.shapes.values() if self.code is None else self.code.shapes
        self.size = sum(int(np.prod(shape)) for shape in shapes) * (setup.steps if self.code is None else 1)

    def _compiled(self, lines: Sequence[Line]) -> Code | None:
        """The formulas of the chain; `None` where one of them holds a long sum over time."""
        code = Code(lambda name: self.setup.shapes.get(name.name, ()), self.setup.steps)
        for line in lines:
            formula = self._formula(line)
            if any(isinstance(node, Apply) and node.operation in OVER_TIME for node in walk(formula)):
                return None
            slot, shape = code.add(formula), self.shape_of(line.key)
            put = partial(self._put, line.key, len(shape) - len(code.shapes[slot]))
            self.slot = code.append(put, slot, shape=shape)
            code.known[Name(line.name, None if line.time is None else Time("", line.time))] = self.slot
        return code

    def _put(self, key: str, missing: int, value: Array) -> Array:
        """A line of the chain for those who leave it out, the answer of those who have it."""
        if missing:  # every entry of a gradient may be one number
            value = np.asarray(value)
            value = value.reshape(value.shape + (1,) * missing)
            value = np.broadcast_to(value, np.broadcast_shapes(value.shape, self.shape_of(key)))
        if key not in self.answers:
            return value
        own = (slice(None),) + (None,) * len(self.shape_of(key))
        return np.where(self.known[key][own], self.answers[key], value)

    def shape_of(self, key: str) -> tuple[int, ...]:
        """The shape of an answer it uses."""
        return tuple(self.setup.shapes[self.uses.by_key[key].name])

    def _formula(self, line: Line) -> Node:
        """The formula of a line with every time a number, its sums over time written out."""
        formula, steps = self.uses.formulas[line.name], self.setup.steps
        return written_out(at_step(formula, line.time or 0, steps), steps, LONGEST_SUM)

    def value(self, answers: Mapping[str, Array], known: Mapping[str, Truths], given: Given | None = None) -> Array:
        """The line's value; what leads the answers (trials, students) leads it, or broadcasts with what does.

        `known` says by key which students have an answer.
        """
        self.answers, self.known = answers, known
        given = self.setup.given if given is None else given
        if self.code is None:
            return self._whole(given)
        with np.errstate(all="ignore"):
            return np.asarray(self.code.run(lambda name: self._load(name, given))[self.slot])

    def _load(self, name: Name, given: Given) -> Any:
        time = time_of(name)
        line = self.uses.by_place.get((name.name, None if time is None else time.shift))
        if line is not None:
            return self.answers[line.key]
        value = given.get(name.name)
        if isinstance(value, Stack):
            inside = time is not None and 0 <= time.shift - value.first < len(value.values)
            return value.at(time.shift) if time is not None and inside else self.result.load(name)
        return self.result.load(name) if value is None else value

    def _whole(self, given: Given) -> Array:
        """The value by an evaluation of everything."""
        ranks = {key: a.ndim - len(self.shape_of(key)) for key, a in self.answers.items()}
        lead = np.broadcast_shapes(*(a.shape[: ranks[key]] for key, a in self.answers.items()))
        value = {key: np.broadcast_to(a, lead + self.shape_of(key)) for key, a in self.answers.items()}
        known = {key: np.broadcast_to(self.known[key], lead) for key in self.answers}
        return followed(self.setup, list(self.uses.by_key.values()), value, known, given)[self.line.key]
