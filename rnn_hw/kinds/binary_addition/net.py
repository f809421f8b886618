"""A threshold network with exact weights: its equations evaluated, as a machine and step by step.

What a unit computes is the text of `threshold_rnn.eq`, here with the hidden states as a batch axis; the search over
those states is `automata.compare`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_hw.automata import PAIRS, Counterexample, Proof, Task, Transition, Undecided, compare, integer_weights, letters
from rnn_hw.equations import load
from rnn_hw.kinds.kind import Shape
from rnn_hw.lang.evaluate import Result, Stack, evaluate
from rnn_hw.lang.rewrite import mapped, rebuilt
from rnn_hw.lang.shapes import infer
from rnn_hw.lang.tree import Apply, Node, Program

ROWS = 4096  # states that are evaluated at a time: what they need stays in the processor's cache

TABULATED = 10  # units and inputs together, up to which a machine is one table

Integers = NDArray[np.int64]
Moves = tuple[NDArray[Any], NDArray[Any]]


def equations(threshold: str) -> Program:
    """The network's equations, with units that fire at z > 0 (`gt`) or at z >= 0 (`ge`)."""
    program = load("threshold_rnn")
    return mapped(program, _at_zero) if threshold == "ge" else program


def _at_zero(node: Node) -> Node:
    node = rebuilt(node, _at_zero)
    return Apply("step_ge", node.arguments, node.span) if isinstance(node, Apply) and node.operation == "step" else node


def parameter_shapes(hidden: int, inputs: int) -> dict[str, Shape]:
    """The shape of every parameter."""
    return {"U": (hidden, inputs), "W": (hidden, hidden), "b_h": (hidden,), "V": (hidden,), "b_y": ()}


class Network(NamedTuple):
    """A network's equations and its weights, shaped as `parameter_shapes`; `shapes` are those of all quantities."""

    program: Program
    weights: Mapping[str, NDArray[Any]]
    shapes: Mapping[str, Shape]

    @staticmethod
    def of(program: Program, weights: Mapping[str, NDArray[Any]]) -> "Network":
        """Weights are exact numbers; floats are taken at their binary value."""
        hidden, inputs = weights["U"].shape
        given = {"x": (inputs,), **parameter_shapes(hidden, inputs)}
        return Network(program, weights, infer(program, given, {"h": (hidden,)}))

    @property
    def hidden(self) -> int:
        return len(self.weights["b_h"])

    def replaced(self, name: str, value: NDArray[Any]) -> "Network":
        return self._replace(weights={**self.weights, name: value})

    def does(self, task: Task, limit: int = PAIRS) -> Proof | Counterexample | Undecided:
        """A proof that it does `task` for inputs of every length, or a shortest input for which it does not.

        Undecided if more than `limit` pairs of states can be reached before an output is wrong.
        """
        U, W, b_h = integer_weights(*(self.weights[name] for name in ("U", "W", "b_h")))
        V, b_y = integer_weights(self.weights["V"], self.weights["b_y"])
        given = {"U": U, "W": W, "b_h": b_h, "V": V, "b_y": b_y}
        dtype = np.result_type(*given.values())

        def transition(hidden: Integers, inputs: Integers) -> Moves:
            parts = []
            for begin in range(0, len(hidden), ROWS):
                rows = slice(begin, begin + ROWS)
                states = {"h": Stack(hidden[None, rows], 0), "x": Stack(inputs[None, rows], 1)}
                result = evaluate(self.program, {**given, **states}, self.shapes, 1, dtype=dtype)
                parts.append((sequence(result, "h")[0], sequence(result, "y")[0]))
            following, outputs = zip(*parts, strict=True)
            return np.concatenate(following), np.concatenate(outputs)

        small = self.hidden + task.inputs <= TABULATED
        machine = _tabulated(transition, self.hidden, task.inputs) if small else transition
        return compare(machine, self.hidden, task, (0,) * self.hidden, limit)

    def run(self, inputs: Sequence[Sequence[int]], start: Sequence[int]) -> Result:
        """Every quantity on a sequence of inputs, without rounding."""
        states = {"h": Stack(np.array([start], dtype=object), 0), "x": Stack(np.array(inputs, dtype=object), 1)}
        return evaluate(self.program, {**self.weights, **states}, self.shapes, len(inputs), dtype=object)


def _tabulated(transition: Transition, hidden: int, inputs: int) -> Transition:
    """The same machine, all of it evaluated at once and then looked up."""
    bits = letters(hidden + inputs)
    places = 1 << np.arange(hidden + inputs)[::-1]
    following, outputs = transition(bits[:, :hidden], bits[:, hidden:])

    def look_up(state: Integers, letter: Integers) -> Moves:
        row = state @ places[:hidden] + letter @ places[hidden:]
        return following[row], outputs[row]

    return look_up


def sequence(result: Result, name: str) -> NDArray[Any]:
    """The values of a sequence at steps 1 to the last."""
    stack = result.values[name]
    assert isinstance(stack, Stack)
    return stack.between(1, result.steps)
