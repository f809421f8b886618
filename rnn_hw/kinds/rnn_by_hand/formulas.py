"""The formulas of a sheet worked by hand as lines of their own: contributions, updates, edges, and the vector form.

Every true one is read off the network's program or derived from it, none is written here. They are about exactly the
problem's number of steps and, where the file gives it, its first state: `dW_a[1]` is a multiple of `a[0]`.
"""

from collections.abc import Mapping

from rnn_hw.kinds.formulas import edge_key, formula_lines, lines_by_step, used_shapes
from rnn_hw.kinds.kind import Array, Context, Typed
from rnn_hw.kinds.rnn_by_hand.program import Network, Z, forward
from rnn_hw.lang.derivation import edge
from rnn_hw.lang.evaluate import Stack
from rnn_hw.lang.rewrite import WRITTEN_OUT, at_step, names_in, substitute
from rnn_hw.lang.tree import Equation, Name, Program

VECTOR = "_vector"


def formulas(net: Network, given: Mapping[str, Array | Stack], steps: int, started: bool) -> dict[str, Typed]:
    """The lines of a network; `started` says that the file gives the state before the first step."""
    start = {"a": given["a"]} if started else {}
    context = Context(net.program, used_shapes(net.program, net.shapes), start, steps=steps)
    return _edges(net, steps) | formula_lines(context) | _vectors(net, given, steps)


def _twin(net: Network) -> Program:
    """The forward equations as the backward pass takes them."""
    return forward(Z if net.linear else net.activation, "W_y" in net.weights)


def _vectors(net: Network, given: Mapping[str, Array | Stack], steps: int) -> dict[str, Typed]:
    """The states as vectors over the examples, with the inputs put in: formulas in the weights alone."""
    twin = _twin(net)
    context = Context(twin, used_shapes(twin, net.shapes), {"a": given["a"], "x": given["x"]}, steps=steps)
    (loss,) = (e for e in twin.equations if e.name == "loss")
    return lines_by_step(context, "a", "a" + VECTOR) | {"loss" + VECTOR: Typed(loss.target, loss.formula, context)}


def _edges(net: Network, steps: int) -> dict[str, Typed]:
    """The derivatives of a state along one edge, `da[3]/da[2]`, of a single example and where all are numbers."""
    if net.shapes["W_a"] or steps > WRITTEN_OUT:
        return {}
    twin = _twin(net)
    state = twin.get("a")
    assert state is not None
    inner = {e.target: e.formula for e in twin.equations if e.name == "z"}
    formula = substitute(state.formula, lambda name: inner.get(name, name))
    program = Program((Equation(state.target, formula),))
    context = Context(program, used_shapes(program, {}), steps=steps)
    found = {}
    for below in dict.fromkeys(names_in(formula)):
        along = edge(state.target, below, program, {})
        assert along is not None
        for t in range(1, steps + 1):
            key = edge_key(at_step(state.target, t, steps), at_step(below, t, steps))
            found[key] = Typed(Name(key), at_step(along, t, steps), context)
    return found
