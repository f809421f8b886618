"""Formulas as answers, for any kind with a program: the right side of each equation is a line of its own.

`h_formula[t]` is answered with what `h[t]` is equal to, in letters; `m_substituted` with the same line once numbers stand
for the constants. The true tree is the program's own equation. None of these lines is asked unless the file names it, and
how a formula is judged is no matter of this file (`checking/formulas.py`).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from rnn_hw.kinds.kind import Array, Context, Setup, Shape, Typed
from rnn_hw.lang.derivation import edge
from rnn_hw.lang.differentiate import BAR
from rnn_hw.lang.evaluate import Stack
from rnn_hw.lang.parse import parse_quantity
from rnn_hw.lang.rewrite import WRITTEN_OUT, at_step, names_in
from rnn_hw.lang.shapes import STEP_WORDS
from rnn_hw.lang.simplify import at_last
from rnn_hw.lang.tree import Name, Node, Program, Time

FORMULA = "_formula"
SUBSTITUTED = "_substituted"


def with_formulas(setup: Setup) -> Setup:
    """The setup with a line for the formula of each quantity, if its kind has not stated its formulas itself.

    Where it has a context of its own, its formulas are lines already, and the edges between its numbers are added.
    """
    if setup.context is not None:
        return setup._replace(formulas={**edge_lines(setup.context), **setup.formulas})
    if setup.formulas or not setup.program.equations:
        return setup
    context = Context(setup.program, used_shapes(setup.program, setup.shapes))
    if setup.single:  # a step with a number of its own, which a formula may name
        number = {name: value for name, value in setup.given.items() if name in STEP_WORDS}
        context = Context(setup.program, {**context.shapes, **dict.fromkeys(number, ())}, number, steps=1)
    constants = _constants(setup.given)
    lines = formula_lines(context, setup.single)
    if constants:
        put_in = context._replace(fixed={**context.fixed, **constants})
        lines |= formula_lines(put_in, setup.single, SUBSTITUTED)
    return setup._replace(formulas=lines)


def formula_lines(context: Context, single: bool = False, suffix: str = FORMULA) -> dict[str, Typed]:
    """The right side of every equation of a program, by key: `h_formula[t]`, `loss_formula`.

    Where the context is about a few steps, each of them has a line as well: `dW_x_formula[3]`.
    """
    found = {}
    for equation in context.program.equations:
        timed = equation.target.time is not None and not single
        found[equation.name + suffix + "[t]" * timed] = Typed(equation.target, equation.formula, context)
        if timed:
            found |= lines_by_step(context, equation.name, equation.name + suffix)
    return found


def lines_by_step(context: Context, name: str, key: str) -> dict[str, Typed]:
    """The right side of one equation at each step, where the context is about a few: `a_vector[2]`."""
    equation, steps = context.program.get(name), context.steps
    if equation is None or steps > WRITTEN_OUT:
        return {}
    found = {}
    for t in range(1, steps + 1):
        formula = at_last(at_step(equation.formula, t, steps), t, steps)
        found[f"{key}[{t}]"] = Typed(Name(name, Time("", t)), formula, context)
    return found


def edge_lines(context: Context) -> dict[str, Typed]:
    """The derivatives along one edge between two numbers of a program, all else held: `dc[t]/df[t]`."""
    found = {}
    for equation in context.program.equations:
        if equation.name.endswith(BAR):
            continue
        for below in dict.fromkeys(names_in(equation.formula)):
            formula = edge(equation.target, below, context.program, context.shapes)
            if formula is not None and below.name in context.shapes:
                key = edge_key(equation.target, below)
                found[key] = Typed(Name(key), formula, context)
    return found


def asked_for(setup: Setup, key: str) -> tuple[Name, Context | None]:
    """What the formula of a line is the right side of, and what it is about; `None` if about its own variable alone."""
    typed = setup.formulas.get(key)
    return (typed.target, typed.context) if typed else (parse_quantity(key.removesuffix(FORMULA)), setup.context)


def edge_key(above: Node, below: Node) -> str:
    """The key of a derivative along one edge."""
    return f"d{above}/d{below}"


def used_shapes(program: Program, shapes: Mapping[str, Shape]) -> dict[str, Shape]:
    """The shapes of the quantities that a program defines or uses."""
    used = {n.name for e in program.equations for n in names_in(e.formula)} | set(program.names)
    return {name: shapes.get(name, ()) for name in sorted(used - set(STEP_WORDS))}


def _constants(given: Mapping[str, Array | Stack]) -> dict[str, Any]:
    """What is given as one number for all steps."""
    return {n: np.asarray(v) for n, v in given.items() if not isinstance(v, Stack) and np.asarray(v).ndim == 0}
