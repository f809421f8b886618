"""A gradient in numbers: each weight's sum over time term by term, and finite differences that confirm it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rnn_hw.kinds.kind import Array, Extras, Shape
from rnn_hw.lang.compiled import Code
from rnn_hw.lang.derivation import Derivation
from rnn_hw.lang.differentiate import BAR
from rnn_hw.lang.evaluate import Result, Stack, evaluate
from rnn_hw.lang.tree import Apply, Node, Program
from rnn_hw.results import Cell, Remark, Table

STEP = 1e-6  # of a central difference, relative to the number's size
MOST_ENTRIES = 400  # that are compared with finite differences


def numeric_tables(
    program: Program,
    loss: str,
    derivations: Sequence[Derivation],
    given: Mapping[str, Array | Stack],
    shapes: Mapping[str, Shape],
    steps: int,
    result: Result,
) -> Extras:
    """The tables beside a numeric backward pass; `program` holds the forward equations, `result` all values."""
    weights = [d for d in derivations if d.target.time is None and d.target.name.removesuffix(BAR) in given]
    rows: list[tuple[Cell, ...]] = []
    for d in weights:
        body = d.formula.arguments[1] if isinstance(d.formula, Apply) and d.formula.operation == "sum[]" else None
        if body is not None:
            terms = _at_every_step(body, shapes, steps, result)
            rows += [(d.target if t == 1 else "", t, terms[t - 1]) for t in range(1, steps + 1)]
            rows.append(("", "sum", np.asarray(result.load(d.target))))
    tables = [Table("The sums over time, term by term", ("adjoint", "t", "term"), tuple(rows))] if rows else []
    compared = _differences(program, loss, weights, given, shapes, steps, result)
    tables.append(compared)
    worst = max((float(str(row[3])) for row in compared.rows), default=0.0)
    remark = Remark(f"Central differences of the loss confirm the gradient; the largest difference is {worst:.1e}.")
    return Extras(tuple(tables), (), (remark,))


def _at_every_step(body: Node, shapes: Mapping[str, Shape], steps: int, result: Result) -> Array:
    code = Code(lambda name: shapes.get(name.name, ()), steps)
    slot = code.add(body)
    value = np.asarray(code.run(result.load)[slot])
    return np.broadcast_to(value, (steps, *code.shapes[slot]))


def _differences(
    program: Program,
    loss: str,
    weights: Sequence[Derivation],
    given: Mapping[str, Array | Stack],
    shapes: Mapping[str, Shape],
    steps: int,
    result: Result,
) -> Table:
    """Every entry of every weight, its adjoint, and the central difference of the loss: one evaluation for all."""
    entries = [
        (d, index)
        for d in weights
        for index in np.ndindex(np.shape(given[d.target.name.removesuffix(BAR)]))  # type: ignore[arg-type]
    ][:MOST_ENTRIES]
    moved: dict[str, Any] = dict(given)
    sizes = np.zeros(len(entries))
    for k, (d, index) in enumerate(entries):
        name = d.target.name.removesuffix(BAR)
        if not isinstance(moved[name], np.ndarray) or moved[name].ndim == len(shapes[name]):
            moved[name] = np.repeat(np.asarray(given[name], float)[None], 2 * len(entries), axis=0)
        sizes[k] = STEP * max(1.0, abs(float(np.asarray(given[name])[index])))
        moved[name][(2 * k, *index)] += sizes[k]
        moved[name][(2 * k + 1, *index)] -= sizes[k]
    forward = {n: s for n, s in shapes.items() if not n.endswith(BAR)}
    values = np.asarray(evaluate(program, moved, forward, steps).load(_name(loss)))
    rows: list[tuple[Cell, ...]] = []
    for k, (d, index) in enumerate(entries):
        adjoint = float(np.asarray(result.load(d.target))[index])
        central = float(values[2 * k] - values[2 * k + 1]) / (2 * sizes[k])
        where = "".join(f"[{i + 1}]" for i in index) if np.prod(shapes[d.target.name]) != 1 else ""
        label: Cell = d.target if not where else f"{d.target}{where}"
        rows.append((label, adjoint, central, f"{abs(adjoint - central):.1e}"))
    return Table(
        "Confirmed by finite differences", ("adjoint", "value", "central difference", "difference"), tuple(rows)
    )


def _name(name: str) -> Any:
    from rnn_hw.lang.tree import Name

    return Name(name)
