"""Formulas as answers, for any kind with a program: the right side of each equation is a line of its own.

`h_formula[t]` is answered with what `h[t]` is equal to, in letters; `m_substituted` with the same line once numbers stand
for the constants. The true tree is the program's own equation. None of these lines is asked unless the file names it, and
how a formula is judged is no matter of this file (`checking/formulas.py`).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from rnn_hw.kinds.kind import Array, Context, Setup, Shape, Typed
from rnn_hw.lang.evaluate import Stack
from rnn_hw.lang.rewrite import WRITTEN_OUT, at_step, names_in
from rnn_hw.lang.shapes import STEP_WORDS
from rnn_hw.lang.tree import Name, Program, Time

FORMULA = "_formula"
SUBSTITUTED = "_substituted"


def with_formulas(setup: Setup) -> Setup:
    """The setup with a line for the formula of each quantity, if its kind has not stated them itself."""
    if setup.context is not None or setup.formulas or not setup.program.equations:
        return setup
    shapes = used_shapes(setup.program, setup.shapes)
    constants = _constants(setup.given)
    lines = formula_lines(Context(setup.program, shapes), setup.single)
    if constants:
        lines |= formula_lines(Context(setup.program, shapes, constants), setup.single, SUBSTITUTED)
    return setup._replace(formulas=lines)


def formula_lines(context: Context, single: bool = False, suffix: str = FORMULA) -> dict[str, Typed]:
    """The right side of every equation of a program, by key: `h_formula[t]`, `loss_formula`."""
    found = {}
    for equation in context.program.equations:
        timed = equation.target.time is not None and not single
        key = equation.name + suffix + "[t]" * timed
        found[key] = Typed(equation.target, equation.formula, context)
    return found


def lines_by_step(context: Context, steps: int, name: str, key: str) -> dict[str, Typed]:
    """The right side of one equation at each of a few steps: `dW_x_formula[3]`."""
    equation = context.program.get(name)
    if equation is None or steps > WRITTEN_OUT:
        return {}
    return {
        f"{key}[{t}]": Typed(Name(name, Time("", t)), at_step(equation.formula, t, steps), context)
        for t in range(1, steps + 1)
    }


def used_shapes(program: Program, shapes: Mapping[str, Shape]) -> dict[str, Shape]:
    """The shapes of the quantities that a program defines or uses."""
    used = {n.name for e in program.equations for n in names_in(e.formula)} | set(program.names)
    return {name: shapes.get(name, ()) for name in sorted(used - set(STEP_WORDS))}


def _constants(given: Mapping[str, Array | Stack]) -> dict[str, Any]:
    """What is given as one number for all steps."""
    return {n: np.asarray(v) for n, v in given.items() if not isinstance(v, Stack) and np.asarray(v).ndim == 0}
