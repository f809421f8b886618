"""Formulas as a list of NumPy calls on numbered slots; equal parts of them are computed once.

`Code` knows nothing of programs or of time: whoever runs it says what each name stands for. Shapes are known when it is
built, so that a number beside an array can be lined up with any batch axes in front of both.
"""

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from rnn_hw.lang.operations import OPERATIONS, OVER_TIME, Operation, Shape
from rnn_hw.lang.rewrite import at_step, names_in, without_primes
from rnn_hw.lang.shapes import result_shape
from rnn_hw.lang.tree import Apply, Name, Node, Num

Array = NDArray[Any]
Load = Callable[[Name], Any]


class Code:
    """Formulas compiled one after the other; `add` returns the slot that will hold the value."""

    def __init__(self, lookup: Callable[[Name], Shape], steps: int) -> None:
        self.lookup, self.steps = lookup, steps
        self.slots: list[Any] = []  # numbers stand in their slot from the start
        self.shapes: list[Shape] = []
        self.loads: list[tuple[int, Name]] = []
        self.over: list[tuple[int, Callable[[Load], Any]]] = []
        self.calls: list[tuple[int, Callable[..., Any], tuple[int, ...]]] = []
        self.known: dict[Node, int] = {}

    def add(self, formula: Node) -> int:
        return self.slot(without_primes(formula))

    def run(self, load: Load) -> list[Any]:
        """All slots, where `load` gives the value of each name."""
        slots = self.prepared([(slot, load(name)) for slot, name in self.loads])
        for slot, over in self.over:
            slots[slot] = over(load)
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
        self.calls.append((slot, call, arguments))
        return slot

    def slot(self, node: Node) -> int:
        if node in self.known:
            return self.known[node]
        if isinstance(node, Num):
            slot = self.new((), int(node.value) if node.value.is_integer() else node.value)
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
        code = Code(self.lookup, self.steps)
        reduce, steps, letter = OVER_TIME[node.operation], self.steps, index.name
        moving = any(n.time is not None and n.time.base == letter or n.name == "t" for n in names_in(body))
        if node.operation == "sum[]" and isinstance(body, Apply) and body.operation == "outer" and moving:
            pair = [code.add(a) for a in body.arguments]
            if all(len(code.shapes[k]) == 1 for k in pair):
                shape = code.shapes[pair[0]] + code.shapes[pair[1]]
                return self.later(shape, lambda load: _sum_of_outer(*(code.run(load)[k] for k in pair)))
        result = code.add(body)
        shape = code.shapes[result]
        if any(n.time is not None and n.time.base not in ("", "T", letter) for n in names_in(body)):

            def one_by_one(load: Load) -> Any:  # two times at once, as in attention: the outer one leads, this one loops
                def at(k: int) -> Any:
                    return code.run(lambda n: load(cast(Name, at_step(n, k, steps, letter))))[result]

                return reduce(np.stack([at(k) for k in range(1, steps + 1)]), axis=0)

            return self.later(shape, one_by_one)

        def run(load: Load) -> Any:
            value = np.asarray(code.run(load)[result])
            return reduce(value if moving else np.broadcast_to(value, (steps, *value.shape)), axis=0)

        return self.later(shape, run)

    def later(self, shape: Shape, run: Callable[[Load], Any]) -> int:
        slot = self.new(shape)
        self.over.append((slot, run))
        return slot


def bound(row: Operation, ranks: Sequence[int]) -> Callable[..., Any]:
    """A row's value function, told how many own axes each argument has if it asks."""
    value = row.value
    if row.elementwise:
        return value
    known = tuple(ranks)
    return lambda *arrays: value(*(np.asarray(a) for a in arrays), ranks=known)


def _sum_of_outer(a: Array, b: Array) -> Array:
    """`sum[t](outer(a[t], b[t]))` as one product of the stacked vectors, without a matrix per step."""
    if a.ndim == b.ndim == 2:
        return a.T @ b
    return np.einsum("t...i,t...j->...ij", a, b)
