"""Many epochs of gradient descent: a training loop is a recurrence too, with the epoch as its time.

The program of one epoch is unrolled over its own steps into plain names, its weights become states, and the language's
own loop runs it, compiled once for a stretch of epochs. Nothing here knows what network it is.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from rnn_hw.kinds.kind import Array, Extras, Shape
from rnn_hw.lang.differentiate import BAR
from rnn_hw.lang.evaluate import BEHIND, Stack, evaluate
from rnn_hw.lang.rewrite import BEFORE, HERE, at_step, rebuilt, substitute
from rnn_hw.lang.tree import Apply, Equation, Name, Node, Num, Program
from rnn_hw.results import Progress, Remark, Series, Table

STRETCH = 250  # epochs that are run before anybody looks


class Course(NamedTuple):
    """A training that is asked for: at most so many epochs, fewer where the loss changes by less than `tolerance`."""

    epochs: int
    tolerance: float | None


class Stretch(NamedTuple):
    """Some epochs: the loss found in each, the weights after each, and why they are the last ones, if they are.

    `reason` is "tolerance" where the loss changed by less than it, "diverged" where the loss of the next epoch or a
    weight after it is no finite number any more.
    """

    first: int  # number of its first epoch
    losses: Array
    weights: Mapping[str, Array]
    reason: str = ""


class Epochs(NamedTuple):
    """One epoch as one step of a recurrence, with what is given to it."""

    program: Program
    given: dict[str, Array | Stack]
    shapes: dict[str, Shape]


def train(one: Epochs, start: Mapping[str, Array], epochs: int, tolerance: float | None = None) -> Iterator[Stretch]:
    """Runs so many epochs, fewer where the loss settles or leaves the numbers; yields each stretch when it is done."""
    weights, last, done = dict(start), np.inf, 0
    while done < epochs:
        count = min(STRETCH, epochs - done)
        states = {name: Stack(np.asarray(value)[None], 0) for name, value in weights.items()}
        values = evaluate(one.program, {**one.given, **states}, one.shapes, count).values
        losses = _between(values["loss"], count)
        after = {name: _between(values[name], count) for name in weights}
        kept, reason = _kept(losses, after, last, tolerance)
        yield Stretch(done + 1, losses[:kept], {name: array[:kept] for name, array in after.items()}, reason)
        if reason:
            return
        done, last = done + count, float(losses[-1])
        weights = {name: array[-1] for name, array in after.items()}


def _between(stack: Array | Stack, count: int) -> Array:
    assert isinstance(stack, Stack)
    return stack.between(1, count)


def _kept(losses: Array, after: Mapping[str, Array], last: float, tolerance: float | None) -> tuple[int, str]:
    """How many of these epochs count, and why none comes after them."""
    finite = np.isfinite(losses)
    for array in after.values():
        finite &= np.isfinite(array).reshape(len(losses), -1).all(axis=1)
    ends = [] if finite.all() else [(int(np.argmin(finite)), "diverged")]
    with np.errstate(invalid="ignore"):
        settled = np.abs(np.diff(losses, prepend=last)) < (tolerance or 0)
    if settled.any():
        ends.append((int(np.argmax(settled)) + 1, "tolerance"))
    return min(ends, default=(len(losses), ""))


def epochs_of(
    program: Program,
    given: Mapping[str, Array | Stack],
    shapes: Mapping[str, Shape],
    steps: int,
    updates: Mapping[str, str],
) -> Epochs:
    """A program over `steps` steps as one step of a recurrence over epochs.

    `updates` names for each weight the quantity that is its value in the next epoch.
    """
    series = {e.name for e in program.equations if e.target.time is not None}
    states = {new: weight for weight, new in updates.items()}
    one = Epochs(Program(()), {}, {})

    def put(name: Name) -> Node:
        time = name.time.shift if name.time is not None else None
        if name.name in ("t", "T"):
            return Num(steps if time is None else time)
        if name.name in updates:
            return Name(name.name, BEFORE)
        own = str(name)  # `a[3]`, which as a name no text can spell
        one.shapes[own] = shapes[name.name]
        if program.get(name.name) is not None and (time is None or 1 <= time <= steps):
            return Name(own, HERE)
        one.given[own] = _outside(name, given, shapes)
        return Name(own)

    def equation(line: Equation, time: int | None) -> Equation:
        formula = substitute(_added(at_step(line.formula, time or 0, steps), steps), put)
        name = states.get(line.name, line.name if time is None else f"{line.name}[{time}]")
        one.shapes[name] = shapes[line.name]
        return Equation(Name(name, HERE), formula)

    lines = []
    for line in program.equations:
        times = range(1, steps + 1) if line.name in series else (None,)
        lines += [equation(line, time) for time in times]
    return one._replace(program=Program(tuple(lines)))


def _outside(name: Name, given: Mapping[str, Array | Stack], shapes: Mapping[str, Shape]) -> Array:
    """A value that no equation defines: a given one, or what stands before the first step and behind the last."""
    value = given.get(name.name)
    if isinstance(value, Stack):
        time = name.time.shift if name.time is not None else 0
        if value.first <= time < value.first + len(value.values):
            return value.at(time)
    elif value is not None:
        return value
    return np.full(shapes[name.name], 0.0 if name.name.endswith(BAR) else BEHIND)


def _added(node: Node, steps: int) -> Node:
    """The tree with sums over time as additions, halved again and again so that the tree stays flat."""
    node = rebuilt(node, lambda a: _added(a, steps))
    if not isinstance(node, Apply) or node.operation != "sum[]":
        return node
    index, body = node.arguments
    terms = [at_step(body, t, steps, str(index)) for t in range(1, steps + 1)]
    while len(terms) > 1:
        pairs = [Apply("add", pair) for pair in zip(terms[::2], terms[1::2], strict=False)]
        terms = [*pairs, *terms[len(terms) // 2 * 2 :]]
    return terms[0]


# --- what is shown ----------------------------------------------------------------------------------------------------


def trained(one: Epochs, start: Mapping[str, Array], course: Course, progress: Progress) -> Extras:
    """A training as a table of losses, a curve, and how it ended; `progress` is told the epochs done and those asked."""
    stretches = []
    for stretch in train(one, start, course.epochs, course.tolerance):
        stretches.append(stretch)
        progress(stretch.first + len(stretch.losses) - 1, course.epochs)
    losses = np.concatenate([s.losses for s in stretches])
    weights = {name: np.concatenate([s.weights[name] for s in stretches]) for name in start}
    numbers = range(1, len(losses) + 1)
    tables = tuple(_tables(losses, weights))
    curve = Series("Loss by epoch", "epoch", "loss", (("loss", [float(n) for n in numbers], losses.tolist()),))
    return Extras(tables, (curve,) if numbers else (), (_ending(losses, stretches[-1].reason, course),))


def _tables(losses: Array, weights: Mapping[str, Array]) -> Iterator[Table]:
    """The loss of each epoch, with the weights after it where these are numbers, and the weights at the end."""
    if not len(losses):
        return
    plain = [name for name, array in weights.items() if array[0].size == 1]
    columns = [weights[name].reshape(-1).tolist() for name in plain]
    rows = zip(range(1, len(losses) + 1), losses.tolist(), *columns, strict=True)
    note = "The loss is that of the weights before the epoch's update."
    yield Table("Epochs", ("epoch", "loss", *(f"{name} after" for name in plain)), tuple(rows), note)
    if len(plain) < len(weights):
        last = tuple((name, array[-1]) for name, array in weights.items())
        yield Table(f"Weights after {len(losses):,} epochs", ("weight", "value"), last)


def _ending(losses: Array, reason: str, course: Course) -> Remark:
    """How the training ended."""
    count = len(losses)
    if reason == "diverged":
        text = f"In epoch {count + 1:,} the weights left the finite numbers: a smaller learning rate may help."
        return Remark(text, "warning")
    if reason == "tolerance":
        return Remark(f"Stopped after epoch {count:,}: the loss changed by less than {course.tolerance:g}.")
    change = f"; it changed by {abs(losses[-1] - losses[-2]):.3g} in the last" if count > 1 else ""
    return Remark(f"The loss is {losses[-1]:.7g} in epoch {count:,}{change}.")
