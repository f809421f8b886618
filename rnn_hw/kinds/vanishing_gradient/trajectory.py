"""W and a trajectory as a problem of vanishing gradients gives them, and the gradient measured along that trajectory.

What is measured holds for this one trajectory; what holds for all of them is in `gradient_theorems.py`. The equations are
text, `gradient_along.eq`, in which the activation is put.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from rnn_hw.equations import load
from rnn_hw.kinds.givens import read_given
from rnn_hw.kinds.kind import Array, Form, Given
from rnn_hw.lang.evaluate import Stack, evaluate
from rnn_hw.lang.rewrite import HERE, mapped, put_in, substitute
from rnn_hw.lang.shapes import infer
from rnn_hw.lang.tree import Name, Node, Program
from rnn_hw.source import Fields

MOST_WORK = 2e10  # multiplications along a trajectory
MOST_ENTRIES = 5e7  # numbers kept

LARGEST = 1e100  # of an entry: products of a few of them are still numbers

ROWS = (
    Given("W", "H H", optional=True, low=-LARGEST, high=LARGEST),
    Given("W_x", "H D", optional=True, low=-LARGEST, high=LARGEST),
    Given("x", "D", series=True, optional=True, low=-LARGEST, high=LARGEST),
    Given("h[0]", "H", default=0.0, low=-LARGEST, high=LARGEST),
    Given("b", "H", default=0.0, low=-LARGEST, high=LARGEST),
)


class Trajectory(NamedTuple):
    """What drives h[t] = phi(W h[t-1] + W_x x[t] + b)."""

    given: dict[str, Array | Stack]
    steps: int


class Matrices(NamedTuple):
    """The optional part of a problem: W, and a trajectory if one is given."""

    W: Array | None = None
    trajectory: Trajectory | None = None


class Measured(NamedTuple):
    """The natural logarithm of the size of dh[t]/dh[0] at some steps, -infinity for 0, as points (t, logarithm).

    `lost` is the first of all `steps` at which a state or the gradient is no finite number any more, if there is one.
    """

    points: tuple[tuple[int, float], ...]
    steps: int
    lost: int | None


def read_matrices(form: Form, steps: int) -> Matrices:
    """W and the trajectory; their faults are in the form's reader. Without inputs a trajectory takes `steps` steps."""
    reader, root = form.reader, form.root
    fields = reader.map(root.get("trajectory"), "trajectory")
    merged = Fields(dict(fields.entries))
    merged.keys = dict(fields.keys)
    if "W" in root:
        if "W" in merged:
            reader.fault("duplicate-key", "`W` is given twice, once in the trajectory", merged.keys["W"])
        merged.entries["W"], merged.keys["W"] = root.entries["W"], root.keys["W"]
    before = len(reader.faults)
    values = read_given(form._replace(given=merged), ROWS, {})
    if len(reader.faults) > before or not merged.entries:
        return Matrices()
    W = values.given.get("W")
    if W is None:
        help = "write `W:` with a number or a square matrix"
        reader.fault("missing-field", "`W` is missing, the trajectory needs it", root.keys["trajectory"], help)
        return Matrices()
    assert not isinstance(W, Stack)
    if "trajectory" not in root:
        return Matrices(W)
    for name, other in (("x", "W_x"), ("W_x", "x")):
        if name in values.missing and other not in values.missing:
            help = f"`{other}` comes with `{name}`: the input of step t is W_x x[t]"
            reader.fault("missing-given", f"`{name}` is not given", fields.keys.get(other), help)
            return Matrices(W)
    count = values.steps if "x" in values.given else steps
    if len(W) ** 3 * count > MOST_WORK or len(W) ** 2 * count > MOST_ENTRIES:
        reader.fault(
            "too-large", f"{count:,} steps with {len(W):,} units are too many to measure", root.keys["trajectory"]
        )
        return Matrices(W)
    given = dict(values.given)
    if "x" not in given:
        given |= {"W_x": np.zeros((len(W), 1)), "x": Stack(np.zeros((count, 1)), 1)}
    return Matrices(W, Trajectory(given, count))


def measured(trajectory: Trajectory, activation: Node, slope: Node, times: Callable[[int], Sequence[int]]) -> Measured:
    """The size (spectral norm) of dh[t]/dh[0] at some times out of so many steps."""
    program = gradient_along(activation, slope)
    W = trajectory.given["W"]
    assert not isinstance(W, Stack)
    size = len(W)
    given = trajectory.given | {"direction": Stack(np.eye(size)[None], 0), "exponent": Stack(np.zeros(1), 0)}
    own = {k: (v.values.shape[1:] if isinstance(v, Stack) else v.shape) for k, v in trajectory.given.items()}
    initial = {"h": own.pop("h"), "direction": (size, size), "exponent": ()}
    values = evaluate(program, given, infer(program, own, initial), trajectory.steps).values
    stacks = {k: v for k, v in values.items() if isinstance(v, Stack)}
    finite = np.isfinite(stacks["exponent"].between(1, trajectory.steps))
    for name in ("z", "h", "slope", "direction"):
        inside = stacks[name].between(1, trajectory.steps)
        finite &= np.isfinite(inside).reshape(len(inside), -1).all(axis=1)
    lost = None if finite.all() else int(np.argmin(finite)) + 1
    chosen = [t for t in times(trajectory.steps) if lost is None or t < lost]
    norms = np.array([np.linalg.norm(stacks["direction"].at(t), 2) for t in chosen])
    with np.errstate(divide="ignore"):
        logarithms = np.log(norms) + np.array([stacks["exponent"].at(t) for t in chosen])
    return Measured(tuple(zip(chosen, logarithms.tolist(), strict=True)), trajectory.steps, lost)


def gradient_along(activation: Node, slope: Node) -> Program:
    """The equations of the states and of the gradient, with an activation in `z` and its derivative put in."""

    def moved(formula: Node) -> Node:
        return substitute(formula, lambda name: Name("z", HERE) if name == Name("z") else name)

    put = {"PHI": moved(activation), "PHI_PRIME": moved(slope)}
    return mapped(load("gradient_along"), lambda node: put_in(node, put))
