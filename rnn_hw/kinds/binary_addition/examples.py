"""An example of each mistake in the weights: a right design with the mistake made in it, and the input that fails."""

from collections.abc import Callable, Mapping

import numpy as np

from rnn_hw.automata import Counterexample
from rnn_hw.kinds.binary_addition.design import DESIGNS
from rnn_hw.kinds.binary_addition.naming import named
from rnn_hw.kinds.binary_addition.net import Network, equations
from rnn_hw.kinds.binary_addition.words import failure
from rnn_hw.kinds.kind import Array
from rnn_hw.results import Table

Weights = Mapping[str, Array]
ONES = np.ones((3, 3))
# By code: what the weights become; they are those of the design that adds two numbers, but where `TASKS` says another.
MADE: Mapping[str, Callable[[Weights], Weights]] = {
    "dense-recurrence": lambda w: {"W": ONES},
    "own-unit": lambda w: {"W": np.eye(3)},
    "no-recurrence": lambda w: {"W": 0 * ONES},
    "weights-transposed": lambda w: {"W": w["W"].T},
    "weights-exchanged": lambda w: {"U": w["W"], "W": w["U"]},
    "operands-exchanged": lambda w: {"U": w["U"][:, ::-1]},
    "other-unit-carried": lambda w: {"W": np.array([[1.0, 0, 0]] * 3)},
    "matrix-sign": lambda w: {"V": -w["V"]},
    "bias-sign": lambda w: {"b_h": -w["b_h"]},
    "bias-order": lambda w: {"b_h": w["b_h"][::-1]},
    "bias-on-the-level": lambda w: {"b_h": w["b_h"] - 0.5},
    "bias-one-level-off": lambda w: {"b_h": w["b_h"] - 1},
    "threshold-meaning": lambda w: {"b_h": w["b_h"] - 0.5, "b_y": w["b_y"] - 0.5},
    "output-adds-all": lambda w: {"V": np.ones(3)},
    "output-unit-sign": lambda w: {"V": np.array([1.0, -1, -1])},
    "output-unit-left-out": lambda w: {"V": np.array([1.0, -1, 0])},
    "one-weight": lambda w: {"W": w["W"] + np.array([[0.0, 0, 0], [1, 0, 0], [0, 0, 0]])},
    "one-unit": lambda w: {
        "U": np.array([[1.0, 1], [1, 1], [1, 0]]),
        "b_h": np.array([-0.5, -1.5, -1.5]),
    },
}
TASKS = {"operands-exchanged": ("subtraction", 2), "bias-order": ("parity", 1)}


def example(code: str) -> Table:
    """The parameters as they are and with the mistake, what fails, and what is said of it."""
    task, operands = TASKS.get(code, ("addition", 2))
    design, program = DESIGNS[task](operands), equations("gt")
    right = design.weights(design.units)
    wrong = {**right, **MADE[code](right)}
    rows: list[tuple[str, str, Array]] = []
    for name in MADE[code](right):
        rows += [("right", name, right[name]), ("with the mistake", name, wrong[name])]
    note = ""
    if all(np.shape(wrong[name]) == np.shape(array) for name, array in right.items()):
        found = Network.of(program, wrong).does(design.task)
        assert isinstance(found, Counterexample)
        note = failure(design.task, found)
    exact = {name: np.asarray(array) for name, array in wrong.items()}
    (said,) = named(design, program, "gt", design.units, exact)
    assert code == said.mistake or any(f"[{code}]" in other for other in said.alternatives), said
    return Table(f"For example, in a net that {design.does}", ("", "parameter", "value"), tuple(rows), note)
