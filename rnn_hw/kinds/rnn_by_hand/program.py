"""The program of an RNN worked by hand: forward over all examples, backward contribution by contribution, the update.

The backward equations are derived from the forward ones (`lang/differentiate.py`), or from their linear twin, in which
the state is taken as it stands before the activation. Nothing here reads a file, and no formula is written here.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rnn_hw.equations import load
from rnn_hw.kinds.kind import Shape
from rnn_hw.lang.differentiate import BAR, STEP, differentiate
from rnn_hw.lang.mistakes.rules import OTHER_CONVENTION, Change
from rnn_hw.lang.rewrite import HERE, mapped, put_in, substitute
from rnn_hw.lang.shapes import infer
from rnn_hw.lang.tree import Apply, Equation, Name, Node, Program

Z = Name("z")
SHARE = "d"  # dW_x[t] is what state t contributes to the gradient of W_x
NEW = "_new"
PER_EXAMPLE = ("x", "y", "z", "a", "y_hat")  # they and their adjoints have one entry, or row, per example


class Network(NamedTuple):
    """A network with the shapes of all its quantities; `weights` in the order in which a sheet takes them."""

    program: Program
    shapes: Mapping[str, Shape]
    weights: tuple[str, ...]
    activation: Node  # a formula in z
    linear: bool  # the backward pass takes the state as linear


def network(activation: Node, linear: bool, given: Mapping[str, Shape], state: Shape) -> Network | None:
    """The network for what is given, with the shapes of that; `None` where no gradient passes the activation.

    With `W_y` among what is given the prediction is read from the last state, without it that state is the prediction;
    with `learning_rate` the weights are updated.
    """
    weights = tuple(name for name in ("W_x", "W_a", "W_y") if name in given)
    straight = forward(activation, "W_y" in given)
    twin = forward(Z, "W_y" in given) if linear else straight
    shapes = infer(straight, _used(straight, given), {"a": state})
    back = _backward(twin, shapes, weights)
    if back is None:
        return None
    update = _updates(weights) if "learning_rate" in given else ()
    program = Program(straight.equations + back + update)
    return Network(program, infer(program, _used(program, given), {"a": state}), weights, activation, linear)


def other_backward(net: Network) -> tuple[Change, ...]:
    """The backward equations of the other reading: the state taken as linear, or as it was run forward."""
    straight = forward(net.activation, "W_y" in net.weights)
    twin = straight if net.linear else forward(Z, "W_y" in net.weights)
    back = _backward(twin, net.shapes, net.weights)
    known = {e.name: e.formula for e in net.program.equations}
    if back is None or any(e.name not in known for e in back):
        return ()
    changed = {e.name: e.formula for e in back if e.formula != known[e.name]}
    words = "the derivative of what was run forward" if net.linear else "the state taken as linear on the way back"
    return (Change(OTHER_CONVENTION, changed, 1, words),) if changed else ()


def forward(activation: Node, readout: bool) -> Program:
    """The forward equations; a function of z alone stands in one line with its z, any other formula in its own."""
    z, a = load("rnn").equations
    alone = activation == Z or (isinstance(activation, Apply) and activation.arguments == (Z,))
    inner = z.formula if alone else z.target
    put = {"PHI": substitute(activation, lambda name: inner if name == Z else name)}
    state = Program((a,) if alone else (z, a))
    state = mapped(state, lambda node: put_in(node, put))
    prediction = load("rnn_readout" if readout else "rnn_last_state")
    return Program(state.equations + prediction.equations + load("rnn_loss").equations)


def _used(program: Program, given: Mapping[str, Shape]) -> dict[str, Shape]:
    return {name: shape for name, shape in given.items() if name not in program.names}


def _backward(twin: Program, shapes: Mapping[str, Shape], weights: Sequence[str]) -> tuple[Equation, ...] | None:
    """The adjoints of the states, the terms of each weight's sum over the states, and the sums."""
    adjoints = differentiate(twin, "loss", shapes)
    states = tuple(e for e in adjoints.equations if e.name.removesuffix(BAR) in twin.names)
    shares, sums = [], []
    for weight in weights:
        found = adjoints.get(weight + BAR)
        if found is None:
            return None
        total = found.formula
        if isinstance(total, Apply) and total.operation == "sum[]":
            share = Name(SHARE + weight, HERE)
            shares.append(Equation(share, total.arguments[1]))
            total = Apply("sum[]", (STEP, share))
        sums.append(Equation(found.target, total))
    return (*states, *shares, *sums)


def _updates(weights: Sequence[str]) -> tuple[Equation, ...]:
    (line,) = load("rnn_update").equations
    found = []
    for weight in weights:
        formula = put_in(line.formula, {"W": Name(weight), "W_bar": Name(weight + BAR)})
        found.append(Equation(Name(weight + NEW), formula))
    return tuple(found)
