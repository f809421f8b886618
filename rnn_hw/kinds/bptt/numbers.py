"""A gradient in numbers: each weight's sum over time term by term, and finite differences that confirm it."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from rnn_hw.kinds.kind import Array, Extras, Shape
from rnn_hw.lang.compiled import Code
from rnn_hw.lang.derivation import Derivation
from rnn_hw.lang.differentiate import BAR
from rnn_hw.lang.evaluate import Result, Stack, evaluate
from rnn_hw.lang.tree import Apply, Name, Node, Program
from rnn_hw.results import Cell, Remark, Table

STEP = 1e-6  # of a central difference, relative to the number's size
AGREED = 1e-5  # relative; a difference over 2e-6 leaves about nine digits of a smooth loss
MOST_ENTRIES = 400  # that are compared with finite differences


class Pass(NamedTuple):
    """A numeric backward pass: the forward equations and their loss, what is given, and all values."""

    program: Program
    loss: str
    given: Mapping[str, Array | Stack]
    shapes: Mapping[str, Shape]
    steps: int
    result: Result


def numeric_tables(work: Pass, derivations: Sequence[Derivation]) -> Extras:
    """The tables beside a numeric backward pass."""
    weights = [d for d in derivations if d.target.time is None and d.target.name.removesuffix(BAR) in work.given]
    rows: list[tuple[Cell, ...]] = []
    for d in weights:
        body = d.formula.arguments[1] if isinstance(d.formula, Apply) and d.formula.operation == "sum[]" else None
        if body is not None:
            terms = _at_every_step(body, work)
            rows += [(d.target if t == 1 else "", t, terms[t - 1]) for t in range(1, work.steps + 1)]
            rows.append(("", "sum", np.asarray(work.result.load(d.target))))
    tables = [Table("The sums over time, term by term", ("adjoint", "t", "term"), tuple(rows))] if rows else []
    compared, remark = _differences(work, weights)
    return Extras((*tables, compared), (), (remark,))


def _at_every_step(body: Node, work: Pass) -> Array:
    code = Code(lambda name: work.shapes.get(name.name, ()), work.steps)
    slot = code.add(body)
    value = np.asarray(code.run(work.result.load)[slot])
    return np.broadcast_to(value, (work.steps, *code.shapes[slot]))


def _differences(work: Pass, weights: Sequence[Derivation]) -> tuple[Table, Remark]:
    """Every entry of every weight, its adjoint, and the central difference of the loss: one evaluation for all."""
    shapes = work.shapes
    every = [(d, index) for d in weights for index in np.ndindex(shapes[d.target.name])]
    entries = every[:MOST_ENTRIES]
    moved: dict[str, Any] = dict(work.given)
    sizes = np.zeros(len(entries))
    for k, (d, index) in enumerate(entries):
        name = d.target.name.removesuffix(BAR)
        value = np.asarray(work.given[name], float)
        if moved[name] is work.given[name]:
            moved[name] = np.repeat(value[None], 2 * len(entries), axis=0)
        sizes[k] = STEP * max(1.0, abs(float(value[index])))
        moved[name][(2 * k, *index)] += sizes[k]
        moved[name][(2 * k + 1, *index)] -= sizes[k]
    forward = {n: s for n, s in shapes.items() if not n.endswith(BAR)}
    losses = np.asarray(evaluate(work.program, moved, forward, work.steps).load(Name(work.loss)))
    losses = np.broadcast_to(losses, 2 * len(entries))  # a loss that no weight changes
    rows: list[tuple[Cell, ...]] = []
    apart = []
    for k, (d, index) in enumerate(entries):
        adjoint = float(np.asarray(work.result.load(d.target))[index])
        central = float(losses[2 * k] - losses[2 * k + 1]) / (2 * sizes[k])
        where = "".join(f"[{i + 1}]" for i in index) if np.prod(shapes[d.target.name]) != 1 else ""
        label: Cell = d.target if not where else f"{d.target}{where}"
        apart.append((abs(adjoint - central), label, abs(adjoint - central) <= AGREED * max(1.0, abs(adjoint))))
        rows.append((label, adjoint, central, f"{apart[-1][0]:.1e}"))
    note = f"the first {MOST_ENTRIES} of {len(every):,} entries" if len(every) > MOST_ENTRIES else ""
    columns = ("adjoint", "value", "central difference", "difference")
    return Table("Compared with finite differences", columns, tuple(rows), note), _said(apart)


def _said(apart: Sequence[tuple[float, Cell, bool]]) -> Remark:
    """Whether the differences confirm the gradient, by the figures of the table."""
    wrong = [label for _, label, agreed in apart if not agreed]
    if wrong:
        text = f"Central differences of the loss do not confirm {len(wrong)} of {len(apart)} entries: the loss has no "
        return Remark(text + "derivative there (a kink), or the numbers are too large for a difference.", "warning")
    worst = max((size for size, _, _ in apart), default=0.0)
    return Remark(f"Central differences of the loss confirm the gradient; the largest difference is {worst:.1e}.")
