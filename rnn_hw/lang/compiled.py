"""Formulas as a list of NumPy calls on numbered slots; equal parts of them are computed once.

`Code` knows nothing of programs or of time: whoever runs it says what each name stands for. Shapes are known when it is
built, so that a number beside an array can be lined up with any batch axes in front of both.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_hw.lang.operations import OPERATIONS, OVER_TIME, Operation, Shape
from rnn_hw.lang.rewrite import names_in, time_of, without_primes
from rnn_hw.lang.shapes import result_shape, shape_of
from rnn_hw.lang.tree import Apply, Name, Node, Num

Array = NDArray[Any]
Load = Callable[[Name], Any]


class Code:
    """Formulas compiled one after the other; `add` returns the slot that will hold the value.

    `depth` says which letters of time stand for all steps at once: a value that changes with one has its time axis there,
    counted from the batch axes outwards. With `exact`, whole numbers stay integers, beside integers and fractions.
    """

    def __init__(
        self, lookup: Callable[[Name], Shape], steps: int, depth: Mapping[str, int] = {}, exact: bool = False
    ) -> None:
        self.lookup, self.steps, self.depth, self.exact = lookup, steps, depth, exact
        self.slots: list[Any] = []  # numbers stand in their slot from the start
        self.shapes: list[Shape] = []
        self.loads: list[tuple[int, Name]] = []
        self.calls: list[tuple[int, Callable[..., Any], tuple[int, ...]]] = []
        self.made: dict[int, tuple[Callable[..., Any], tuple[int, ...]]] = {}  # the same by slot
        self.known: dict[Node, int] = {}

    def add(self, formula: Node) -> int:
        return self.slot(without_primes(formula))

    def part(self, results: Iterable[int]) -> tuple["Code", dict[int, int]]:
        """A code of its own that leads to some slots and does nothing else, and where in it each of these is."""
        wanted: set[int] = set()
        waiting = list(results)
        while waiting:
            slot = waiting.pop()
            if slot not in wanted:
                wanted.add(slot)
                waiting += self.made[slot][1] if slot in self.made else ()
        part, place = Code(self.lookup, self.steps, self.depth, self.exact), {}
        for slot in sorted(wanted):
            place[slot] = part.new(self.shapes[slot], self.slots[slot])
            if slot in self.made:
                call, arguments = self.made[slot]
                part.called(place[slot], call, tuple(place[k] for k in arguments))
        part.loads = [(place[slot], name) for slot, name in self.loads if slot in wanted]
        return part, place

    def run(self, load: Load) -> list[Any]:
        """All slots, where `load` gives the value of each name."""
        return self.filled([load(name) for _, name in self.loads])

    def filled(self, values: Sequence[Any]) -> list[Any]:
        """All slots, with the values of the names in the order of `loads`."""
        slots = self.prepared([(slot, value) for (slot, _), value in zip(self.loads, values, strict=True)])
        for slot, call, arguments in self.calls:
            slots[slot] = call(*[slots[k] for k in arguments])
        return slots

    def prepared(self, values: Sequence[tuple[int, Any]]) -> list[Any]:
        """The slots before the calls, with the values of some names put in."""
        slots = self.slots.copy()
        for slot, value in values:
            slots[slot] = value
        return slots

    def new(self, shape: Shape, value: Any = None) -> int:
        self.slots.append(value)
        self.shapes.append(shape)
        return len(self.slots) - 1

    def append(self, call: Callable[..., Any], *arguments: int, shape: Shape | None = None) -> int:
        """One more call; the result has the first argument's shape if no other is stated."""
        slot = self.new(self.shapes[arguments[0]] if shape is None else shape)
        self.called(slot, call, arguments)
        return slot

    def called(self, slot: int, call: Callable[..., Any], arguments: tuple[int, ...]) -> None:
        """Fills a slot by a call."""
        self.calls.append((slot, call, arguments))
        self.made[slot] = call, arguments

    def slot(self, node: Node) -> int:
        if node in self.known:
            return self.known[node]
        if isinstance(node, Num):
            slot = self.new((), int(node.value) if self.exact and node.value.is_integer() else node.value)
        elif isinstance(node, Name):
            slot = self.new(self.lookup(node))
            self.loads.append((slot, node))
        elif node.operation in OVER_TIME:
            slot = self.over_time(node)
        else:
            slot = self.apply(node)
        self.known[node] = slot
        return slot

    def apply(self, node: Apply) -> int:
        row = OPERATIONS[node.operation]
        arguments = [self.slot(a) for a in node.arguments]
        shape = result_shape(node, [self.shapes[k] for k in arguments])
        if row.elementwise:
            arguments = [self.aligned(k, len(shape)) for k in arguments]
        return self.append(bound(row, [len(self.shapes[k]) for k in arguments]), *arguments, shape=shape)

    def aligned(self, slot: int, rank: int) -> int:
        """A number beside an array: its batch axes must not meet the array's own axes."""
        short = rank - len(self.shapes[slot])
        if not short or self.slots[slot] is not None:
            return slot
        return self.append(lambda a: a.reshape(a.shape + (1,) * short) if np.ndim(a) else a, slot)

    def over_time(self, node: Apply) -> int:
        """A reduction over all steps: the body at every step at once, then the time axis in front reduced."""
        index, body = node.arguments
        assert isinstance(index, Name)
        letter, steps, reduce = index.name, self.steps, OVER_TIME[node.operation]
        # Between this letter's axis and the batch stand the axes of the letters around it, where the body has them.
        letters = {time.base for n in names_in(body) if (time := time_of(n)) is not None} - {letter}
        around = max((self.depth.get(other, 0) for other in letters), default=0)
        code = Code(self.lookup, steps, {**self.depth, letter: around + 1}, self.exact)
        products = node.operation == "sum[]" and isinstance(body, Apply) and body.operation == "outer"
        parts = body.arguments if products and isinstance(body, Apply) else (body,)
        if not all(_letter(parts, letter)) or any(len(shape_of(p, self.lookup) or ()) != 1 for p in parts):
            products, parts = False, (body,)
        results = [code.add(part) for part in parts]
        shapes = [code.shapes[k] for k in results]
        own = [time is not None and time.base == letter for time in (time_of(name) for _, name in code.loads)]
        ranks = [len(code.shapes[slot]) for slot, _ in code.loads]

        def call(*values: Any) -> Any:
            wide = [_spread(v, around) if o else v for v, o in zip(values, own, strict=True)]
            slots = code.filled(wide)
            if products:
                return _sum_of_outer(*(slots[k] for k in results))
            value = np.asarray(slots[results[0]])
            lead = max((np.ndim(v) - rank for v, rank, o in zip(wide, ranks, own, strict=True) if o), default=0)
            missing = lead - (value.ndim - len(shapes[0]))
            if missing or not any(own):  # the body is the same at every step
                value = value.reshape((1,) * missing + value.shape)
                value = np.broadcast_to(value, (steps, *value.shape[bool(lead) :]))
            return reduce(value, axis=0)

        arguments = [self.slot(name) for _, name in code.loads]
        return self.append(call, *arguments, shape=shapes[0] + shapes[1] if products else shapes[0])


def _letter(parts: Sequence[Node], letter: str) -> list[bool]:
    """Which of the formulas change with a letter of time."""
    return [any((time := time_of(n)) is not None and time.base == letter for n in names_in(p)) for p in parts]


def _spread(values: Array, count: int) -> Array:
    return values.reshape(values.shape[:1] + (1,) * count + values.shape[1:])


def bound(row: Operation, ranks: Sequence[int]) -> Callable[..., Any]:
    """A row's value function, told how many own axes each argument has if it asks."""
    value = row.value
    if row.elementwise:
        return value
    known = tuple(ranks)
    return lambda *arrays: value(*(np.asarray(a) for a in arrays), ranks=known)


def _sum_of_outer(a: Array, b: Array) -> Array:
    """`sum[t](outer(a[t], b[t]))` as one product of the stacked vectors, without a matrix per step."""
    return np.asarray(a.T @ b if a.ndim == b.ndim == 2 else np.einsum("t...i,t...j->...ij", a, b))
