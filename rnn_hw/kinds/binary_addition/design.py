"""Weights for every task of a threshold network, by one principle, and why each unit is there.

Every unit looks at the same sum: a weighted column of input bits plus what is remembered (the carry). Unit j fires when
that sum reaches its level, so together the units hold the sum itself, and both the output and what is remembered next
are read from them with whole weights. Biases lie half a step below the levels: no pre-activation is ever 0, and a unit
that fires at z > 0 does the same as one that fires at z >= 0.

Two numbers cannot be added, nor subtracted, with fewer than three units: of the four columns with an odd sum no two lie
in a half-space without a column of even sum, and so the other way round.

Nothing is claimed here: that a design does its task is proved by `automata.compare`. A task is one row of `DESIGNS`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from rnn_hw.automata import Task, addition, comparison, parity, subtraction
from rnn_hw.kinds.kind import Array
from rnn_hw.results import Remark, Table


class Design(NamedTuple):
    """A network that does `task`: all units share their weights and differ in the level at which they fire."""

    task: Task
    column: tuple[int, ...]  # every row of U
    levels: tuple[int, ...]  # unit j fires when the sum is at least levels[j]
    remembered: tuple[int, ...]  # every row of W: how the units of the step before add up to the task's state
    output: tuple[int, ...]  # V
    output_bias: float
    does: str  # "the net ..."
    memory: str  # what the task's state is called
    sum: str  # what the units look at
    reasons: tuple[str, ...]

    @property
    def units(self) -> int:
        return len(self.levels)

    def weights(self, hidden: int) -> dict[str, Array]:
        """`U` (H, D), `W` (H, H), `b_h` (H,), `V` (H,) and `b_y`; units beyond the design's own never fire."""
        U, W = np.zeros((hidden, len(self.column))), np.zeros((hidden, hidden))
        b_h, V = np.full(hidden, -0.5), np.zeros(hidden)
        U[: self.units], W[: self.units, : self.units] = self.column, self.remembered
        b_h[: self.units], V[: self.units] = 0.5 - np.array(self.levels), self.output
        return {"U": U, "W": W, "b_h": b_h, "V": V, "b_y": np.array(self.output_bias)}

    def why(self, hidden: int) -> tuple[Table, tuple[Remark, ...]]:
        """What each unit does, as a table, and the reasons behind it."""
        rows = [
            (f"h_{j}", f"sum ≥ {signed(level)}", output, remembered)
            for j, (level, output, remembered) in enumerate(
                zip(self.levels, self.output, self.remembered, strict=True), start=1
            )
        ]
        columns = ("unit", "fires when", "weight in the output", f"weight in what is read as {self.memory}")
        table = Table("Why each unit is there", columns, tuple(rows), f"sum = {self.sum}")
        reasons = self.reasons
        if hidden > self.units:
            idle = _listed([f"h_{j}" for j in range(self.units + 1, hidden + 1)])
            reasons += (f"{idle} only make up the number of units that is asked for: never on, and nobody reads them.",)
        return table, tuple(Remark(reason, "reason") for reason in reasons)


HALF = "b_h lies half a step below each level, so z_h is never 0."


def _added(operands: int) -> Design:
    levels = range(1, 2 * operands)
    odd_even = tuple(level % 2 or -1 for level in levels)
    even = [f"h_{level}" for level in levels if level % 2 == 0]
    reasons = (
        f"A column of {operands} bits and a carry of at most {operands - 1} add up to at most {len(levels)}. Unit j fires "
        f"when the sum is at least j: the ones in U count the column, W adds the carry. {HALF}",
        "From a sum s the carry is s/2, rounded down: as many as there are even numbers from 2 to s. So the carry is "
        f"{' + '.join(even)} of the step before, and that is what every row of W reads.",
        f"The output is 1 where the sum is odd. {_alternating(len(levels))} is 1 there and 0 where it is even; "
        "b_y = −0.5 lies between the two.",
    )
    carries = tuple(int(level % 2 == 0) for level in levels)
    total = " + ".join((*_inputs(operands), "carry"))
    does = f"adds {operands} numbers"
    return Design(
        addition(operands), (1,) * operands, tuple(levels), carries, odd_even, -0.5, does, "carry", total, reasons
    )


def _subtracted(operands: int) -> Design:
    reasons = (
        "A column has x_1 and owes x_2 and the borrow. The units fire when the debt x_2 − x_1 + borrow is at least 0, "
        f"1 and 2, where −1 is the least there is: U is −1 and 1, W adds the borrow. {HALF}",
        "A debt of 1 or 2 has to be borrowed from the next column. So the borrow is h_2 of the step before, and that is "
        "what every row of W reads.",
        "The output is 1 where the debt is odd, −1 or 1. −h_1 + h_2 − h_3 is 0 there and −1 at 0 and 2; b_y = 0.5 "
        "lies between the two.",
    )
    total = "x_2 − x_1 + borrow"
    return Design(
        subtraction(), (-1, 1), (0, 1, 2), (0, 1, 0), (-1, 1, -1), 0.5,
        "subtracts the second number from the first", "borrow", total, reasons,
    )  # fmt: skip


def _parity(operands: int) -> Design:
    levels = range(1, operands + 2)
    odd_even = tuple(level % 2 or -1 for level in levels)
    reasons = (
        f"The ones in a step, and one more if their number was odd before, add up to at most {len(levels)}. Unit j fires "
        f"when this sum is at least j: the ones in U count the inputs, W adds what was before. {HALF}",
        f"The number is odd where {_alternating(len(levels))} is 1 and even where it is 0. So that is what every row of "
        "W reads of the step before, and V of this one; b_y = −0.5 lies between the two.",
    )
    total = " + ".join((*_inputs(operands), "odd"))
    does = "tells whether the number of ones so far is odd"
    return Design(
        parity(operands), (1,) * operands, tuple(levels), odd_even, odd_even, -0.5, does, "odd", total, reasons
    )


def _compared(operands: int) -> Design:
    reasons = (
        "The latest bit is the most significant one so far. If the two differ there, it decides; if not, what was greater "
        "before stays greater. So the one unit fires when x_1 − x_2 + greater is at least 1: at 1 + 0 and 1 + 1, at "
        f"0 + 1, and never with x_1 − x_2 = −1. {HALF}",
        "W reads the unit itself: it is on when the first number was greater. V puts it out as it is; b_y = −0.5 lies "
        "between 0 and 1.",
    )
    does = "tells whether the first number is greater"
    return Design(
        comparison(), (1, -1), (1,), (1,), (1,), -0.5, does, "greater", "x_1 − x_2 + greater", reasons
    )  # fmt: skip


# By the number of operands; the tasks of `automata.TASKS`, in the same order.
DESIGNS: Mapping[str, Callable[[int], Design]] = {
    "addition": _added,
    "subtraction": _subtracted,
    "parity": _parity,
    "comparison": _compared,
}


def signed(number: int) -> str:
    """A whole number with the minus sign of a text."""
    return str(number).replace("-", "−")


def _inputs(count: int) -> list[str]:
    return [f"x_{k}" for k in range(1, count + 1)]


def _alternating(units: int) -> str:
    """`h_1 − h_2 + h_3`."""
    return "h_1" + "".join(f" {'−+'[j % 2]} h_{j}" for j in range(2, units + 1))


def _listed(names: Sequence[str]) -> str:
    if len(names) <= 2:
        return " and ".join(names)
    return f"{names[0]} to {names[-1]}"
