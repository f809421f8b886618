"""The network's equations as lines: `h_formula[t]`, `y_formula[t]`, and unit by unit with the design's weights put in.

A unit's equation is read off the weights (`h_1_formula[t]`: `step(x_1[t] + x_2[t] + h_2[t-1] - 0.5)`), and the formulas
are compared on random bits, where a step is no different from another function.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

from rnn_hw.kinds.binary_addition.net import Network
from rnn_hw.kinds.formulas import FORMULA, used_shapes
from rnn_hw.kinds.kind import Context, Typed
from rnn_hw.lang.evaluate import Stack
from rnn_hw.lang.identity import STEPS, TRAJECTORIES
from rnn_hw.lang.rewrite import BEFORE, HERE, substitute
from rnn_hw.lang.simplify import simplify
from rnn_hw.lang.tree import Apply, Equation, Name, Node, Num, Program

MOST_UNITS = 8  # of a network that is written out unit by unit
EXPANDED = "y_expanded[t]"


def formulas(network: Network) -> dict[str, Typed]:
    """The lines of a network, as the design has it."""
    hidden, inputs = network.weights["U"].shape
    if max(hidden, inputs) > MOST_UNITS:
        return {}
    units = [f"h_{k}" for k in range(1, hidden + 1)]
    bits = [f"x_{k}" for k in range(1, inputs + 1)]
    rows = [_unit(network, k, bits, units) for k in range(hidden)]
    own = [_vector("x", bits), *rows, _vector("h", units)]
    whole = Program((*own, *(e for e in network.program.equations if e.name != "h")))
    random = np.random.default_rng(20)
    fixed: dict[str, Any] = {
        name: Stack(random.integers(0, 2, (STEPS + 1, TRAJECTORIES)).astype(float), 0) for name in bits
    }
    fixed |= {name: Stack(np.zeros(1), 0) for name in units}
    fixed |= {name: Stack(np.zeros((1, *network.shapes[name])), 0) for name in ("h", "x")}
    fixed |= {name: np.asarray(value, float) for name, value in network.weights.items()}
    shapes = used_shapes(whole, {**network.shapes, **dict.fromkeys((*units, *bits), ())})
    context = Context(whole, shapes, fixed)
    found = {}
    for equation in (*network.program.equations, *rows):
        found[f"{equation.name}{FORMULA}[t]"] = Typed(equation.target, equation.formula, context)
    return found | {EXPANDED: Typed(Name("y_expanded", HERE), Name("y", HERE), context)}


def _vector(name: str, entries: Iterable[str]) -> Equation:
    return Equation(Name(name, HERE), Apply("concat", [Name(entry, HERE) for entry in entries]))


def _unit(network: Network, k: int, bits: list[str], units: list[str]) -> Equation:
    """One hidden unit's equation: a row of the two that make `h`, with its weights put in."""
    sizes = zip(bits, network.weights["U"][k], strict=True), zip(units, network.weights["W"][k], strict=True)
    total: Node = Num(0)
    for pairs, time in zip(sizes, (HERE, BEFORE), strict=True):
        for name, weight in pairs:
            total = Apply("add", (total, Apply("mul", (Num(float(weight)), Name(name, time)))))
    total = simplify(Apply("add", (total, Num(float(network.weights["b_h"][k])))))
    state = network.program.get("h")
    assert state is not None
    return Equation(Name(units[k], HERE), substitute(state.formula, lambda name: total))
