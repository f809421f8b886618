"""Program + values -> a value for every name, with any leading batch axes.

`evaluate` runs the program's blocks (`schedule.py`). A block without recurrence is computed for all steps at once; a
recurrence runs step by step, after `plan.py` took out of the loop what does not wait for it and joined its products.

Values of a sequence are stacked: `values[k]` belongs to time `first + k`, so batch axes stand behind the time axis and in
front of the quantity's own. Where a sequence is asked for a step before the first or behind the last, and nothing is
given for it, it is zero: the state before the first input, the adjoint behind the last step.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_hw.lang.compiled import Code
from rnn_hw.lang.operations import CONSTANTS, Shape
from rnn_hw.lang.plan import join_products, take_out_of_loop
from rnn_hw.lang.rewrite import names_in, time_of
from rnn_hw.lang.schedule import Block, schedule
from rnn_hw.lang.shapes import Shapes
from rnn_hw.lang.tree import Equation, Name, Program

Array = NDArray[Any]


# An adjoint looks one step ahead of every quantity, at the last step too, where it multiplies what it finds by an adjoint
# of zero. Any number will do there but those that have no logarithm or no inverse.
BEHIND = 0.5


class Stack(NamedTuple):
    """A sequence: `values[k]` belongs to time `first + k`."""

    values: Array
    first: int

    def at(self, time: int) -> Array:
        """The value at one time; raises `IndexError` where there is none."""
        if not 0 <= time - self.first < len(self.values):
            raise IndexError(f"no value at time {time}")
        value: Array = self.values[time - self.first]
        return value

    def between(self, low: int, high: int) -> Array:
        """The values at times `low` to `high`; raises `IndexError` where one of them is missing."""
        if low < self.first or high - self.first >= len(self.values):
            raise IndexError(f"no values from time {low} to {high}")
        return self.values[low - self.first : high + 1 - self.first]


class Clamp(NamedTuple):
    """Values that somebody puts in place of the computed ones: `value` wherever `known` is true.

    Both lead with the time axis where the name is a sequence, then batch axes, then the quantity's own.
    """

    known: NDArray[np.bool_]
    value: Array


class Result(NamedTuple):
    """What an evaluation gives: `values` as they were used further on, `computed` what a clamped name's formula gave."""

    values: dict[str, Array | Stack]
    computed: dict[str, Array]
    steps: int
    batch: tuple[int, ...]

    def load(self, name: Name) -> Any:
        """What stands behind a name: a time that is a number picks one step, a letter gives all steps, stacked.

        Raises `KeyError` for an unknown name and `IndexError` for a step that does not exist.
        """
        time, value = time_of(name), self.values.get(name.name)
        if value is None:
            return self.word(name)
        if not isinstance(value, Stack):
            return value
        if time is None:
            return value.values
        if time.base in ("", "T"):
            return value.at(time.shift + (self.steps if time.base else 0))
        return value.between(1 + time.shift, self.steps + time.shift)

    def word(self, name: Name) -> Any:
        """The number behind `T`, `t` (at every step, or at one) or a constant."""
        if name.name == "T":
            return self.steps
        time = time_of(name)
        if name.name != "t" or time is None:
            return CONSTANTS[name.name]
        if time.base in ("", "T"):
            return time.shift + (self.steps if time.base else 0)
        return np.arange(1, self.steps + 1).reshape((-1,) + (1,) * len(self.batch)) + time.shift


def evaluate(
    program: Program,
    given: Mapping[str, Array | Stack],
    shapes: Shapes,
    steps: int,
    clamps: Mapping[str, Clamp] = {},
    dtype: Any = float,
) -> Result:
    """Every quantity of a program over `steps` time steps.

    `given` holds arrays for plain names and a `Stack` for each given sequence; the stack of a sequence that the program
    defines holds its values outside of steps 1 to `steps` (`h[0]`). Leading axes of all of them broadcast together.
    `shapes` are the quantities' own shapes (`shapes.infer`). Raises `HomeworkError` for a circular program.
    """
    with np.errstate(all="ignore"):
        return _Evaluation(program, given, shapes, steps, clamps, dtype).run()


class _Evaluation:
    """The state of one evaluation."""

    def __init__(
        self,
        program: Program,
        given: Mapping[str, Array | Stack],
        shapes: Shapes,
        steps: int,
        clamps: Mapping[str, Clamp],
        dtype: Any,
    ) -> None:
        self.program, self.steps, self.clamps, self.dtype = program, steps, clamps, dtype
        self.exact = np.dtype(dtype).kind in "iuO"
        self.shapes = dict(shapes)
        self.computed: dict[str, Array] = {}
        batches = [v.values.shape[1 : v.values.ndim - self.rank(k)] for k, v in given.items() if isinstance(v, Stack)]
        batches += [v.shape[: v.ndim - self.rank(k)] for k, v in given.items() if not isinstance(v, Stack)]
        for name, clamp in clamps.items():
            lead = int(name in self.shapes and self.is_series(name))
            batches.append(clamp.value.shape[lead : clamp.value.ndim - self.rank(name)])
        self.batch = np.broadcast_shapes(*batches)
        self.reach = reach(program)
        self.values: dict[str, Array | Stack] = {k: self.spread(k, v) for k, v in given.items()}
        self.result = Result(self.values, self.computed, steps, self.batch)

    def rank(self, name: str) -> int:
        return len(self.shapes.get(name, ()))

    def is_series(self, name: str) -> bool:
        equation = self.program.get(name)
        return equation is not None and equation.target.time is not None

    def spread(self, name: str, value: Array | Stack) -> Array | Stack:
        """A stack with all the batch axes, so that its time axis leads in every broadcast."""
        if not isinstance(value, Stack):
            return value
        array, rank = value.values, self.rank(name)
        missing = len(self.batch) + 1 + rank - array.ndim
        if missing:
            array = array.reshape(array.shape[:1] + (1,) * missing + array.shape[1:])
        behind = self.steps + self.reach.get(name, (0, 0))[1] - (value.first + len(array) - 1)
        if behind > 0 and not self.is_series(name):
            array = np.concatenate([array, np.full((behind, *array.shape[1:]), BEHIND, array.dtype)])
        return Stack(array, value.first)

    def run(self) -> Result:
        for block in schedule(self.program):
            if block.direction:
                self.loop(block)
            else:
                self.at_once(block.equations[0])
        return self.result

    def lookup(self, name: Name) -> Shape:
        return self.shapes.get(name.name, ())

    # -- blocks --

    def at_once(self, equation: Equation) -> None:
        """An equation that does not wait for itself: one value, or the values at all steps together."""
        name = equation.target.name
        code = Code(self.lookup, self.steps, {"t": 1} if equation.target.time is not None else {}, self.exact)
        slot = code.add(equation.formula)
        value = self.filled(np.asarray(code.run(self.result.load)[slot]), code.shapes[slot], name)
        if equation.target.time is None:
            self.values[name] = self.clamped(name, value)
            return
        stack = self.room(name, 0)
        inside = stack.between(1, self.steps)
        inside[...] = value
        if name in self.clamps:
            inside[...] = self.clamped(name, inside.copy())
        self.values[name] = stack

    def filled(self, value: Array, own: Shape, name: str) -> Array:
        """A number as the array that its name has: every entry of a gradient may be the constant 0."""
        shape = self.shapes[name]
        if own or not shape:
            return value
        return np.broadcast_to(value.reshape(value.shape + (1,) * len(shape)), value.shape + shape)

    def room(self, name: str, direction: int) -> Stack:
        """Space for a sequence, its outer values (`h[0]`) filled in."""
        low, high = self.reach.get(name, (0, 0))
        first, last = min(1, 1 + low), self.steps + max(0, high)
        outer = self.values.get(name)
        if isinstance(outer, Stack):
            first, last = min(first, outer.first), max(last, outer.first + len(outer.values) - 1)
        array = np.zeros((last - first + 1, *self.batch, *self.shapes[name]), self.dtype)
        if direction >= 0 and not name.endswith("_bar"):
            array[self.steps + 1 - first :] = BEHIND
        if isinstance(outer, Stack):
            start = outer.first - first
            array[start : start + len(outer.values)] = outer.values
        return Stack(array, first)

    def clamped(self, name: str, value: Array) -> Array:
        clamp = self.clamps.get(name)
        if clamp is None:
            return value
        value = np.broadcast_to(value, np.broadcast_shapes(value.shape, clamp.value.shape))
        self.computed[name] = value
        return np.where(clamp.known, clamp.value, value)

    def loop(self, block: Block) -> None:
        """A recurrence, step by step."""
        before, equations = take_out_of_loop(block.equations, self.lookup)
        for equation, shape in before:
            self.shapes[equation.name] = shape
            self.at_once(equation)
        stacks = {e.target.name: self.room(e.target.name, block.direction) for e in equations}
        code = Code(self.lookup, self.steps, exact=self.exact)
        join_products(code, equations, stacks.keys())
        clock = [0]
        results = []
        for equation in equations:
            name = equation.target.name
            slot = code.add(equation.formula)
            if name in self.clamps:
                slot = code.append(self.clamp_in_loop(name, clock), slot)
            code.known[equation.target] = slot
            results.append((slot, stacks[name].values, -stacks[name].first))
        self.values |= stacks
        fixed, moving = [], []
        for slot, mention in code.loads:
            time, value = time_of(mention), self.result.load(mention)
            if time is None or time.base != "t":
                fixed.append((slot, value))
            else:
                moving.append((slot, value, -1))
        slots = code.prepared(fixed)
        calls = [_by_position(slots, *call) for call in code.calls]
        order = range(1, self.steps + 1) if block.direction > 0 else range(self.steps, 0, -1)
        for t in order:
            clock[0] = t
            for slot, values, offset in moving:
                slots[slot] = values[t + offset]
            for slot, call, a, b in calls:
                slots[slot] = call(slots[a]) if b < 0 else call(slots[a], slots[b])
            for slot, values, offset in results:
                values[t + offset] = slots[slot]
        for equation, _ in before:
            del self.values[equation.name]

    def clamp_in_loop(self, name: str, clock: list[int]) -> Callable[[Array], Array]:
        clamp = self.clamps[name]
        computed = self.computed[name] = np.zeros((self.steps, *self.batch, *self.shapes[name]), self.dtype)

        def put(value: Array) -> Array:
            k = clock[0] - 1
            computed[k] = value
            return np.where(clamp.known[k], clamp.value[k], value)

        return put


def _by_position(
    slots: list[Any], slot: int, call: Callable[..., Any], arguments: tuple[int, ...]
) -> tuple[int, Callable[..., Any], int, int]:
    """A call with its one or two arguments by position: half of a small step's time would go into making lists of them."""
    if len(arguments) <= 2:
        return slot, call, arguments[0], arguments[1] if len(arguments) == 2 else -1
    return slot, lambda _: call(*[slots[k] for k in arguments]), arguments[0], -1


def reach(program: Program) -> dict[str, tuple[int, int]]:
    """For every sequence the furthest that any equation looks back and ahead of a step, absolute times included."""
    reach: dict[str, tuple[int, int]] = {}
    for equation in program.equations:
        for name in names_in(equation.formula):
            if name.time is None:
                continue
            low, high = reach.get(name.name, (0, 0))
            shift = name.time.shift
            if name.time.base == "":
                low = min(low, shift - 1)
            else:
                low, high = min(low, shift), max(high, shift)
            reach[name.name] = (low, high)
    return reach
