"""A program unrolled into lines, each computed for many rows at once: a row is a person with a set of mistakes.

The order is that of `checking/uses.py`: each line comes after what it uses. Every formula is compiled once for each step
it is worked at; rows that take the same formula are computed together, whoever's they are. Nothing is compared here.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_hw.checking.uses import order
from rnn_hw.kinds.kind import Setup
from rnn_hw.lang.compiled import Code
from rnn_hw.lang.differentiate import BAR
from rnn_hw.lang.evaluate import Stack
from rnn_hw.lang.keys import key_of
from rnn_hw.lang.operations import CONSTANTS, Mismatch, Shape
from rnn_hw.lang.rewrite import names_in, time_of, unrolled
from rnn_hw.lang.schedule import schedule
from rnn_hw.lang.shapes import Faulty, settled
from rnn_hw.lang.simplify import at_last
from rnn_hw.lang.tree import Equation, Name, Node

Array = NDArray[Any]
Spot = tuple[str, int | None]  # a quantity, and its step if it has any
Values = dict[Spot, Array]  # tracks and rows in front
Source = Callable[[Mapping[Spot, Array], Array | None], Any]


class Compiled(NamedTuple):
    """Formulas at one step: the code, the slots of their values (`None` where shapes do not fit), and which of them read
    only what exists."""

    code: Code
    slots: tuple[int | None, ...]
    exist: tuple[bool, ...]


class Lines:
    """The lines of a problem, and their formulas compiled."""

    def __init__(self, setup: Setup) -> None:
        self.setup, self.steps, self.shapes = setup, setup.steps, dict(setup.shapes)
        self.order: list[Spot] = list(order(schedule(setup.program), setup.steps))
        self.place = {spot: k for k, spot in enumerate(self.order)}
        self.keys = {spot: key_of(*spot, setup.single) for spot in self.order}
        self.formulas = {e.name: e.formula for e in setup.program.equations}
        self.targets = {e.name: e.target for e in setup.program.equations}
        self.plain = {n: () if all(k == 1 for k in shape) else shape for n, shape in self.shapes.items()}
        self.kept = {"t"} & set(setup.given)  # a step that has a number of its own
        self.codes: dict[Spot, Code] = {}
        self.slots: dict[tuple[Node, Spot], tuple[int | None, bool]] = {}
        self.compiled: dict[tuple[tuple[Node, ...], Spot], Compiled] = {}
        self.used: dict[tuple[Node, Spot], tuple[Spot, ...]] = {}
        self.worked: dict[tuple[Node, Spot], Node] = {}
        self.existing: dict[Name, bool] = {}
        self.sources: dict[Name, Source] = {}

    def forget(self) -> None:
        """Forgets all formulas."""
        for made in (self.codes, self.slots, self.compiled, self.used, self.worked):
            made.clear()

    def share(self, other: "Lines") -> None:
        """Takes over the formulas that were compiled for the same program with other numbers."""
        self.codes, self.slots, self.compiled = other.codes, other.slots, other.compiled

    def key(self, spot: Spot) -> str:
        return self.keys[spot]

    def at(self, formula: Node, spot: Spot) -> Node:
        """A right side at the step of a line, as it is worked there."""
        if (formula, spot) not in self.worked:
            name, time = spot
            equation = unrolled(Equation(self.targets[name], formula), time or 0, self.steps)
            settled_at = settled(equation.formula, self.shapes)
            self.worked[formula, spot] = at_last(settled_at, time or 0, self.steps, keep=self.kept)
        return self.worked[formula, spot]

    def slot(self, formula: Node, spot: Spot) -> tuple[int | None, bool]:
        """Where the value of a right side is in the line's code, `None` where its shapes do not fit; and whether it reads
        only steps that exist.

        All formulas of a line are compiled together, so equal parts of them are computed once.
        """
        found = self.slots.get((formula, spot))
        if found is None:
            if spot not in self.codes:
                self.codes[spot] = Code(lambda name: self.shapes.get(name.name, ()), self.steps)
            try:
                worked = self.at(formula, spot)
                found = self.codes[spot].add(worked), all(map(self.exists, names_in(worked)))
            except (Mismatch, Faulty, LookupError, ValueError):
                found = None, False
            self.slots[formula, spot] = found
        return found

    def code(self, formulas: tuple[Node, ...], spot: Spot) -> Compiled:
        """Right sides compiled for one line; what reads a step that does not exist is not run."""
        key = formulas, spot
        if key not in self.compiled:
            found = [self.slot(formula, spot) for formula in formulas]
            part, place = self.codes[spot].part(slot for slot, exists in found if slot is not None and exists)
            slots = tuple(None if slot is None else place.get(slot, 0) for slot, _ in found)
            self.compiled[key] = Compiled(part, slots, tuple(exists for _, exists in found))
        return self.compiled[key]

    def exists(self, name: Name) -> bool:
        """Whether there is a value behind a name once every line is worked."""
        if name not in self.existing:
            try:
                self.load(name, dict.fromkeys(self.order, np.zeros(())), None)
                self.existing[name] = True
            except (LookupError, ValueError):  # a step that does not exist
                self.existing[name] = False
        return self.existing[name]

    def uses(self, formula: Node, spot: Spot) -> tuple[Spot, ...]:
        """The lines that a right side reads, those of all steps for a sum over time."""
        if (formula, spot) not in self.used:
            self.used[formula, spot] = tuple(self._uses(formula, spot))
        return self.used[formula, spot]

    def _uses(self, formula: Node, spot: Spot) -> list[Spot]:
        found: list[Spot] = []
        for name in names_in(self.at(formula, spot)):
            if name.name in self.formulas:
                time = name.time
                if time is None or not time.base:
                    found.append((name.name, None if time is None else time.shift))
                else:
                    found += [(name.name, t + time.shift) for t in range(1, self.steps + 1)]
        return [spot for spot in dict.fromkeys(found) if spot in self.place]

    # -- values --

    def compute(
        self, formula: Node, spot: Spot, values: Values, rows: Array | None, lead: Shape, instead: Node | None = None
    ) -> Array:
        """The value of a right side for some rows (`None`: all), NaN where there is none; `lead` are all axes in front.

        Where it reads a step that does not exist, `x[t-1]` at the first one, `instead` is worked: nobody puts in `x[0]`.
        """
        count = (*lead[:-1], len(rows)) if rows is not None else lead
        return self._computed((formula,), spot, values, rows, count, instead)[0]

    def compute_all(
        self, formulas: tuple[Node, ...], spot: Spot, values: Values, lead: Shape, instead: Node
    ) -> list[Array]:
        """The values of several right sides for all rows; `instead` as in `compute`."""
        return self._computed(formulas, spot, values, None, lead, instead)

    def _computed(
        self,
        formulas: tuple[Node, ...],
        spot: Spot,
        values: Values,
        rows: Array | None,
        count: Shape,
        instead: Node | None,
    ) -> list[Array]:
        nothing = np.broadcast_to(np.nan, (*count, *self.shapes[spot[0]]))
        code, places, exist = self.code(formulas, spot)
        try:
            slots = code.run(lambda name: self.load(name, values, rows))
        except (KeyError, ValueError):  # a line that comes later
            if len(formulas) == 1:
                return [nothing]
            return [self._computed((f,), spot, values, rows, count, instead)[0] for f in formulas]
        other = None
        if instead is not None and not all(exist):
            (other,) = self._computed((instead,), spot, values, rows, count, None)
        found = []
        for place, exists in zip(places, exist, strict=True):
            if place is not None and exists:
                found.append(self.shaped(slots[place], len(code.shapes[place]), spot, count))
            else:
                found.append(nothing if place is None or other is None else other)
        return found

    def shaped(self, value: Any, rank: int, spot: Spot, lead: Shape) -> Array:
        """A value of so many own axes as one of the line, with all axes in front."""
        shape = self.shapes[spot[0]]
        value = np.asarray(value, float)
        if rank < len(shape):
            value = value.reshape(value.shape + (1,) * (len(shape) - rank))
        wide = (*lead, *shape)
        return value if value.shape == wide else np.broadcast_to(value, wide)

    def load(self, name: Name, values: Mapping[Spot, Array], rows: Array | None) -> Any:
        """What stands behind a name for some of the rows (`None`: all)."""
        source = self.sources.get(name)
        if source is None:
            source = self.sources[name] = self._source(name)
        return source(values, rows)

    def _source(self, name: Name) -> Source:
        """Where the value behind a name is to be had."""
        time = time_of(name)
        if time is None:
            return self._single((name.name, None))
        if not time.base:
            return self._single((name.name, time.shift))
        if time.base == "T":
            return self._single((name.name, self.steps + time.shift))
        steps = [self._single((name.name, t + time.shift)) for t in range(1, self.steps + 1)]
        return lambda values, rows: np.stack(np.broadcast_arrays(*[step(values, rows) for step in steps]))

    def _single(self, spot: Spot) -> Source:
        if spot in self.place:  # a `KeyError` for a line that comes later
            return lambda values, rows: values[spot] if rows is None else values[spot][:, rows]
        try:
            value = self._known(*spot)
        except LookupError as error:
            message = str(error)

            def missing(values: Mapping[Spot, Array], rows: Array | None) -> Any:
                raise LookupError(message)

            return missing
        return lambda values, rows: value

    def _known(self, name: str, time: int | None) -> Any:
        """What is the same for everyone."""
        given = self.setup.given.get(name)
        if isinstance(given, Stack):
            if time is None:
                raise LookupError(f"{name} has no value without a step")
            if 0 <= time - given.first < len(given.values):
                return given.values[time - given.first]
        elif given is not None:
            return given
        if name == "T":
            return self.steps
        if name == "t" and time is not None:
            return time
        if name in CONSTANTS and name not in self.formulas:
            return CONSTANTS[name]
        if name in self.formulas and time is not None and (time == 0 or (time > self.steps and name.endswith(BAR))):
            return np.zeros(self.shapes[name])
        raise LookupError(f"no value of {name} at {time}")
