"""What follows from a person's own numbers: each line computed again from the answers it uses; how far rounding reaches.

The program is evaluated with the person's answers put in place of the computed values; what it computes for an answered
line is then that line's value *given the earlier answers on the page*, through any line that was left out. Students are a
leading axis everywhere: a class is one evaluation. No verdict is given here.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_hw.kinds.kind import Setup
from rnn_hw.lang.evaluate import Clamp, Result, Stack, evaluate
from rnn_hw.lang.rewrite import at_step, names_in
from rnn_hw.lang.schedule import schedule
from rnn_hw.results import Line

Array = NDArray[Any]
MOST_NUMBERS = 20_000_000  # in one evaluation with every answer moved by half a unit
DRAWS = 6  # other values tried where a line is asked whether anything else matters to it


class Page(NamedTuple):
    """The numeric answers of some students, by key: `value[key]` has the students in front, `known[key]` one truth each."""

    students: int
    value: Mapping[str, Array]
    known: Mapping[str, NDArray[np.bool_]]

    def some(self, students: Array) -> "Page":
        """The same for some of the students."""
        value = {k: v[students] for k, v in self.value.items()}
        return Page(len(students), value, {k: v[students] for k, v in self.known.items()})


def order(setup: Setup) -> list[tuple[str, int | None]]:
    """The lines in an order in which each comes after all that it uses."""
    found: list[tuple[str, int | None]] = []
    for block in schedule(setup.program):
        steps = range(1, setup.steps + 1)
        for t in reversed(steps) if block.direction < 0 else steps:
            found += [(e.name, t) for e in block.equations if e.target.time is not None]
        found += [(e.name, None) for e in block.equations if e.target.time is None]
    return found


class Uses:
    """Which answers on the page, and which given quantities, a line is computed from, through lines that are not there."""

    def __init__(self, setup: Setup, lines: Mapping[tuple[str, int | None], Line], on_page: Iterable[str]) -> None:
        self.setup, self.lines, self.on_page = setup, lines, frozenset(on_page)
        self.formulas = {e.name: e.formula for e in setup.program.equations}
        self.keys: dict[str, frozenset[str]] = {}
        self.given: dict[str, frozenset[str]] = {}
        for name, time in order(setup):
            self._add(name, time)

    def _add(self, name: str, time: int | None) -> None:
        keys: set[str] = set()
        given: set[str] = set()
        steps = self.setup.steps
        for mention in names_in(at_step(self.formulas[name], time or 0, steps)):
            if mention.name not in self.formulas:
                given.add(mention.name)
                continue
            if mention.time is None:
                times: Sequence[int | None] = [None]
            elif mention.time.base:  # inside a sum over time
                times = range(1 + mention.time.shift, steps + mention.time.shift + 1)
            else:
                times = [mention.time.shift]
            for t in times:
                line = self.lines.get((mention.name, t))
                if line is None:
                    given.add(f"{mention.name}[{t}]")  # a state before the first step
                elif line.key in self.on_page:
                    keys.add(line.key)
                else:
                    keys |= self.keys[line.key]
                    given |= self.given[line.key]
        key = self.lines[name, time].key
        self.keys[key], self.given[key] = frozenset(keys), frozenset(given)


def followed(
    setup: Setup, lines: Sequence[Line], page: Page, given: Mapping[str, Array | Stack] | None = None
) -> dict[str, Array]:
    """The value of every numeric line given the answers before it, students (and what leads them) in front."""
    numeric = [line for line in lines if line.form == "number"]
    result = evaluate(setup.program, given or setup.given, setup.shapes, setup.steps, _clamps(setup, numeric, page))
    return {line.key: _computed(result, setup, line) for line in numeric}


def _clamps(setup: Setup, lines: Sequence[Line], page: Page) -> dict[str, Clamp]:
    """The page as clamps of the evaluation, the steps of a sequence stacked."""
    by_name: dict[str, list[Line]] = {}
    for line in lines:
        if line.key in page.value:
            by_name.setdefault(line.name, []).append(line)
    clamps = {}
    for name, found in by_name.items():
        shape = setup.shapes[name]
        lead = np.broadcast_shapes(*(page.value[f.key].shape[: page.value[f.key].ndim - len(shape)] for f in found))
        if found[0].time is None:
            known = page.known[found[0].key]
            clamps[name] = Clamp(known.reshape(known.shape + (1,) * len(shape)), page.value[found[0].key])
            continue
        value = np.zeros((setup.steps, *lead, *shape))
        mask = np.zeros((setup.steps, *lead, *(1,) * len(shape)), bool)
        for line in found:
            assert line.time is not None
            value[line.time - 1] = page.value[line.key]
            mask[line.time - 1] = page.known[line.key].reshape(page.known[line.key].shape + (1,) * len(shape))
        clamps[name] = Clamp(mask, value)
    return clamps


def _computed(result: Result, setup: Setup, line: Line) -> Array:
    whole = result.computed.get(line.name)
    if whole is None:
        value = result.values[line.name]
        array = value.at(line.time or 0) if isinstance(value, Stack) else value
    else:
        array = whole if line.time is None else whole[line.time - 1]
    shape = setup.shapes[line.name]
    return np.broadcast_to(array, result.batch + shape)


def reach_of_rounding(
    setup: Setup, lines: Sequence[Line], page: Page, moves: Mapping[str, tuple[Array, Array]], base: Mapping[str, Array]
) -> tuple[dict[str, Array], dict[str, Array]]:
    """How far each line moves down, and up, when every answer it uses moves by what rounding may have hidden.

    `moves` holds, by key, two displacements of each entry. One entry is moved at a time, on an axis of its own in front
    of the students; a line's reach to one side is the sum over entries of the larger of its two changes to that side.
    """
    entries = [(key, k) for key in page.value for k in range(int(np.prod(page.value[key].shape[1:])))]
    cost = 2 * len(entries) * max(1, len(entries))
    down, up = ({key: np.zeros_like(value) for key, value in base.items()} for _ in range(2))
    chunk = max(1, MOST_NUMBERS // max(1, cost))
    for start in range(0, page.students, chunk):
        students = np.arange(start, min(start + chunk, page.students))
        some = page.some(students)
        value = {k: np.repeat(v[None], 2 * len(entries), axis=0) for k, v in some.value.items()}
        for row, (key, k) in enumerate(entries):
            for side in (0, 1):
                flat = value[key][2 * row + side].reshape(len(students), -1)
                flat[:, k] += moves[key][side][students].reshape(len(students), -1)[:, k]
        moved = followed(setup, lines, Page(len(students), value, some.known))
        for key, array in moved.items():
            with np.errstate(invalid="ignore"):
                change = array - base[key][students]
            change = np.where(np.isfinite(change), change, 0).reshape(len(entries), 2, *array.shape[1:])
            down[key][students] = np.maximum(-change, 0).max(axis=1).sum(axis=0)
            up[key][students] = np.maximum(change, 0).max(axis=1).sum(axis=0)
    return down, up


def varied(
    setup: Setup, lines: Sequence[Line], values: Mapping[str, Array], kept: Sequence[Mapping[str, NDArray[np.bool_]]]
) -> dict[str, Array]:
    """Each line where those entries of one person's answers that `kept[k]` marks stay, and everything else is drawn.

    Returns arrays led by the axes (which set is kept, draw). Weights, inputs, states and all other answers are drawn,
    every other time without a negative number, which not every formula has a value for.
    """
    random = np.random.default_rng(7)
    lead = (len(kept), DRAWS)

    def drawn(shape: tuple[int, ...]) -> Array:
        numbers = random.normal(size=(*lead, *shape))
        numbers[:, 1::2] = np.abs(numbers[:, 1::2])
        return numbers

    value: dict[str, Array] = {}
    known: dict[str, NDArray[np.bool_]] = {}
    for key, answer in values.items():
        stays = np.array([np.broadcast_to(some.get(key, False), answer.shape) for some in kept])
        value[key] = np.where(stays[:, None], answer, drawn(answer.shape))
        known[key] = np.ones(lead, bool)
    given: dict[str, Array | Stack] = {}
    for name, array in setup.given.items():
        if isinstance(array, Stack):
            given[name] = Stack(np.moveaxis(drawn(array.values.shape), 2, 0), array.first)
        else:
            given[name] = drawn(np.shape(array))
    return followed(setup, lines, Page(len(kept), value, known), given)
