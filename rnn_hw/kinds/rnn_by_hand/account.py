"""What a solution of an RNN by hand shows beside its steps: every sum over the examples term by term, the loop over the
examples beside the vector form, the course of a training, and remarks.

Every number comes from evaluating the network's own equations, on one example or on all of them.
"""

from collections.abc import Iterator, Mapping
from string import ascii_lowercase
from typing import Any

import numpy as np

from rnn_hw.equations import load
from rnn_hw.kinds.kind import Array, Extras, Shape
from rnn_hw.kinds.rnn_by_hand.program import NEW, PER_EXAMPLE, SHARE, Network, Z, forward, network
from rnn_hw.kinds.rnn_by_hand.training import Course, epochs_of, trained
from rnn_hw.lang.differentiate import BAR
from rnn_hw.lang.evaluate import Result, Stack, evaluate
from rnn_hw.lang.notation import unicode
from rnn_hw.lang.rewrite import at_step, names_in
from rnn_hw.lang.shapes import infer
from rnn_hw.lang.supremum import largest
from rnn_hw.lang.tree import Apply, Equation, Name, Node, Program, Time
from rnn_hw.results import Progress, Remark, Table

MOST_TABLES = 26  # sums that are shown term by term, each with a letter
MOST_EXAMPLES = 50  # of which each is computed by itself
MOST_STEPS = 50
EXACT = 1e-12
FEW = 6  # terms that a remark writes out
Given = Mapping[str, Array | Stack]


def account(
    net: Network, given: Given, steps: int, result: Result, course: Course | None, progress: Progress
) -> Extras:
    """Tables, curves and remarks."""
    tables = [*_contributions(net, steps, result)]
    count = len(_array(given["y"]))
    if count <= MOST_EXAMPLES and steps <= MOST_STEPS:
        tables.append(_side_by_side(net, given, steps, result, count))
    remarks = [*_remarks(net, given, steps)]
    if net.linear and net.activation != Z:
        tables += _true_gradient(net, given, steps, result)
    if course is None:
        return Extras(tuple(tables), (), tuple(remarks))
    updates = {weight: weight + NEW for weight in net.weights}
    start = {weight: _array(given[weight]) for weight in net.weights}
    training = trained(epochs_of(net.program, given, net.shapes, steps, updates), start, course, progress)
    return Extras((*tables, *training.tables), training.series, (*remarks, *training.remarks))


# --- the sums over the examples ---------------------------------------------------------------------------------------


def _contributions(net: Network, steps: int, result: Result) -> Iterator[Table]:
    """A table for each state and weight, from the last state back, lettered as on a sheet of paper."""
    shares = [e for e in net.program.equations if e.name.startswith(SHARE) and e.target.time is not None]
    places = [(share, t) for t in range(steps, 0, -1) for share in shares]
    for letter, (share, t) in zip(ascii_lowercase[:MOST_TABLES], places, strict=False):
        yield _terms(net, steps, result, letter, Equation(share.target, at_step(share.formula, t, steps)), t)


def _terms(net: Network, steps: int, result: Result, letter: str, share: Equation, t: int) -> Table:
    """One contribution: for each example the factors and their product, then the sum."""
    parts = list(_factors(share.formula))
    lines = [Equation(Name(f"%{k}"), part) for k, part in enumerate((*parts, share.formula))]
    names = {n.name for n in names_in(share.formula)}
    given, shapes = _apart({name: result.values[name] for name in names}, net.shapes)
    program = Program(tuple(lines))
    values = evaluate(program, given, infer(program, shapes), steps).values
    columns = [_array(values[line.name]) for line in lines]
    count = len(columns[-1])
    for k, line in enumerate(lines):
        if not any(n.name.removesuffix(BAR) in PER_EXAMPLE for n in names_in(line.formula)):
            columns[k] = np.broadcast_to(columns[k], (count, *columns[k].shape))
    rows = [(n + 1, *(_cell(column[n]) for column in columns)) for n in range(count)]
    total = _cell(_array(result.load(Name(share.name, Time("", t)))))
    weight = share.name.removeprefix(SHARE)
    return Table(
        f"({letter}) dL/d{weight} through state {t}: {share.name}[{t}] = {unicode(share.formula)}",
        ("example", *map(unicode, parts), "product"),
        (*rows, ("sum", *[None] * len(parts), total)),
    )


def _factors(node: Node) -> Iterator[Node]:
    """The factors of a product, however its examples are summed."""
    if isinstance(node, Apply) and node.operation in ("mul", "matmul", "outer", "sum", "transpose"):
        for argument in node.arguments:
            yield from _factors(argument)
    else:
        yield node


def _apart(values: Given, shapes: Mapping[str, Shape]) -> tuple[dict[str, Array | Stack], dict[str, Shape]]:
    """The examples on a batch axis, each a quantity of one example."""
    given, own = dict(values), dict(shapes)
    for name, value in values.items():
        if name.removesuffix(BAR) in PER_EXAMPLE:
            axis = 2 if isinstance(value, Stack) else 1
            array = np.expand_dims(value.values if isinstance(value, Stack) else value, axis)
            given[name] = Stack(array, value.first) if isinstance(value, Stack) else array
            own[name] = (1, *shapes[name][1:])
    return given, {name: own[name] for name in given}


# --- the loop over the examples beside the vector form ----------------------------------------------------------------


def _side_by_side(net: Network, given: Given, steps: int, result: Result, count: int) -> Table:
    """Each example by itself, one after the other, beside all of them at once."""
    alone = [_alone(net, given, steps, k) for k in range(count)]
    names = [Name("a", Time("", t)) for t in range(1, steps + 1)]
    pairs: list[tuple[str, Any, Any]] = [
        (str(name), np.concatenate([one.load(name) for one in alone]), result.load(name)) for name in names
    ]
    for total in ("loss", *(weight + BAR for weight in net.weights)):
        mean = np.mean([one.load(Name(total)) for one in alone], axis=0)
        pairs.append((total, mean, result.load(Name(total))))
    with np.errstate(invalid="ignore"):
        gap = max(float(np.max(np.abs(loop - vector))) for _, loop, vector in pairs)
    agree = "they agree" if gap <= 1e-9 else f"the largest difference is {gap:.1e}"
    return Table(
        "The loop over the examples and the vector form",
        ("quantity", "one example after the other", "all at once"),
        tuple((key, _cell(loop), _cell(vector)) for key, loop, vector in pairs),
        f"The loop's loss and gradients are the means over its examples; {agree}.",
    )


def _alone(net: Network, given: Given, steps: int, k: int) -> Result:
    """The network on one example."""
    values: dict[str, Array | Stack] = {}
    for name, value in given.items():
        if name not in PER_EXAMPLE:
            values[name] = value
        elif isinstance(value, Stack):
            values[name] = Stack(value.values[:, k : k + 1], value.first)
        else:
            values[name] = value[k : k + 1]
    shapes = {name: (1, *net.shapes[name][1:]) if name in PER_EXAMPLE else net.shapes[name] for name in given}
    state = shapes.pop("a")
    one = network(net.activation, net.linear, shapes, state)
    assert one is not None
    return evaluate(one.program, values, one.shapes, steps)


# --- remarks ----------------------------------------------------------------------------------------------------------


def _remarks(net: Network, given: Given, steps: int) -> Iterator[Remark]:
    if net.activation == Z:
        return
    own = {name: net.shapes[name] for name in given if name not in ("a", "learning_rate")}
    twin = forward(Z, "W_y" in given)
    straight = evaluate(twin, given, infer(twin, own, {"a": net.shapes["a"]}), steps)
    if abs(float(straight.load(Name("loss")))) < EXACT:
        yield Remark(
            "Taken as linear throughout, these weights give the targets exactly: the loss is 0, and so is every gradient."
        )
    if "W_y" not in given:
        yield from _floor(net, _array(given["y"]))


def _floor(net: Network, y: Array) -> Iterator[Remark]:
    """What the loss cannot fall below where the activation is bounded."""
    bound = largest(net.activation, Z.name)
    program = load("rnn_floor")
    if not np.isfinite(bound.value):
        return
    values = evaluate(
        program, {"y": y, "bound": np.array(bound.value)}, {**infer(program, {"y": y.shape, "bound": ()})}, 1
    )
    floor, beyond = float(values.load(Name("floor"))), _array(values.load(Name("beyond"))).reshape(-1)
    if not floor > EXACT:
        return
    phi = unicode(net.activation)
    size = f"the size of {phi} {'is at most' if bound.attained else 'stays below'} {bound.value:.6g}"
    terms = f"({' + '.join(f'{term:.6g}' for term in beyond)})/{beyond.size} = " if 1 < beyond.size <= FEW else ""
    far = sorted(set(y.reshape(-1)[beyond > 0].tolist()))
    listed = ": " + ", ".join(f"{target:.6g}" for target in far) if len(far) <= FEW else ""
    stays = "is at least" if bound.attained else "stays above"
    yield Remark(
        f"No weights bring the loss to 0: {size}, and targets beyond that are out of reach{listed}. "
        f"So the loss {stays} {terms}{floor:.7g}."
    )


def _true_gradient(net: Network, given: Given, steps: int, result: Result) -> Iterator[Table]:
    """The sums of a linear backward pass beside the gradient of the loss that was computed."""
    own = {name: net.shapes[name] for name in given}
    true = network(net.activation, False, own, own.pop("a"))
    if true is None:
        return
    values = evaluate(true.program, given, true.shapes, steps)
    rows = []
    for weight in net.weights:
        total = Name(weight + BAR)
        rows.append((f"dL/d{weight}", _cell(result.load(total)), _cell(values.load(total))))
    note = "With a linear backward pass the sums are not the gradient of the loss: the activation's derivative is left out."
    yield Table(
        "The backward pass of this sheet and the true one", ("gradient", "linear state", "true"), tuple(rows), note
    )


def _array(value: Any) -> Array:
    return np.asarray(value.values if isinstance(value, Stack) else value)


def _cell(value: Any) -> float | Array:
    """A number, or an array without axes of one entry in front."""
    array = np.asarray(value)
    if array.size == 1:
        return float(array.reshape(()))
    while array.shape[0] == 1:
        array = array[0]
    return array
