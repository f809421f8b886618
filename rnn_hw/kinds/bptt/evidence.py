"""Why an LSTM's gradient does not explode while forget gates are near 1 and the others near 0: the evidence in numbers.

The gates of the file's own program are set by its input weights, and the total derivatives of the last cell and of the
last hidden state by all earlier ones come from its adjoint equations. What is shown is evidence; the explanation a person
writes is left to a person.
"""

from typing import Any

import numpy as np

from rnn_hw.errors import HomeworkError
from rnn_hw.fields import Reader
from rnn_hw.kinds.kind import Extras
from rnn_hw.lang.differentiate import BAR, differentiate
from rnn_hw.lang.evaluate import Result, Stack, evaluate
from rnn_hw.lang.rewrite import BEFORE, HERE, names_in, walk
from rnn_hw.lang.shapes import infer, series_names
from rnn_hw.lang.tree import Apply, Name, Program
from rnn_hw.results import Remark, Table
from rnn_hw.source import Value

GATES, STATES = ("f", "i", "o"), ("c", "h")
STEPS = 100
BACK = (1, 2, 5, 10, 20, 50, 99)
SETTINGS = (
    ("f near 1, i and o near 0", {"f": 0.99, "i": 0.01, "o": 0.01}),
    ("all near one half", {"f": 0.5, "i": 0.5, "o": 0.5}),
    ("all near 0", {"f": 0.01, "i": 0.01, "o": 0.01}),
)

EXPLANATION = (
    "Along the cell the derivative takes one factor f[t] a step, ∂c[t]/∂c[t−1] = f[t]: near 1 it passes unchanged, "
    "and it can never grow.",
    "Through h the derivative takes the factors o·(1 − tanh(c)²), and i, g·i·(1 − i), c·f·(1 − f): with i and o near 0 "
    "they are near 0 as well, and f·(1 − f) is near 0 because f is near 1. So h̄[t] receives almost nothing from step "
    "t+1, and c̄[t] is about c̄[t+1].",
    "The full derivative dc[T]/dc[t] also runs through h into every gate; it is the product of the f[t] alone only "
    "along the cell. The tables show both.",
)


def gate_evidence(program: Program, reader: Reader, at: Value) -> Extras:
    """Tables and remarks; a program that is no univariate LSTM with gates f, i, o and states c, h is reported."""
    program = Program(tuple(e for e in program.equations if e.target.time is not None))  # without its loss
    weights = {gate: _input_weight(program, gate) for gate in GATES}
    if None in weights.values() or any(program.get(state) is None for state in STATES) or not _univariate(program):
        help = "gates f, i, o such as `f[t] = sigmoid(w_fx*x[t] + w_fh*h[t-1])`, and states c and h"
        reader.fault("no-gates", "the equations are no univariate LSTM", at, help)
        return Extras()
    tables = [
        _table(title, _run(program, {str(weights[g]): _logit(v) for g, v in values.items()}))
        for title, values in SETTINGS
    ]
    return Extras(tuple(tables), (), tuple(Remark(t, "reason") for t in EXPLANATION))


def _input_weight(program: Program, gate: str) -> Name | None:
    """The weight on the input in `sigmoid(w*x[t] + ...)`, all in numbers."""
    equation = program.get(gate)
    if equation is None or not isinstance(equation.formula, Apply) or equation.formula.operation != "sigmoid":
        return None
    defined = set(program.names)
    for node in walk(equation.formula):
        if isinstance(node, Apply) and node.operation == "mul":
            weight, value = node.arguments
            if isinstance(weight, Name) and isinstance(value, Name) and weight.time is None:
                if value.time == HERE and value.name not in defined:
                    return weight
    return None


def _univariate(program: Program) -> bool:
    """Whether everything is a number that follows from inputs of the same step and from states of the one before."""
    defined = set(program.names)
    names = [n for e in program.equations for n in names_in(e.formula)]
    if any(n.time not in (None, HERE) and (n.name not in defined or n.time != BEFORE) for n in names):
        return False
    try:
        shapes = infer(program, dict.fromkeys({n.name for n in names} - defined, ()))
    except HomeworkError:
        return False
    return not any(shapes.values())


def _logit(value: float) -> float:
    return float(np.log(value / (1 - value)))


def _run(program: Program, weights: dict[str, float]) -> dict[str, Any]:
    """The total derivatives of the last states, with every input and every other weight 1."""
    series, defined = series_names(program), set(program.names)
    names = {n.name for e in program.equations for n in names_in(e.formula)} - defined
    given: dict[str, Any] = {
        n: Stack(np.ones(STEPS), 1) if n in series else np.asarray(weights.get(n, 1.0)) for n in names
    }
    found: dict[str, Any] = {}
    for state in STATES:
        seed = Apply("equal", (Name("t"), Name("T")))
        adjoint = differentiate(program, "", {}, {state: seed})
        whole = Program(program.equations + adjoint.equations)
        result = evaluate(whole, given, dict.fromkeys([*names, *whole.names], ()), STEPS)
        found[state] = _steps(result, state + BAR)
        found["f"] = _steps(result, "f")
    return found


def _steps(result: Result, name: str) -> Any:
    stack = result.values[name]
    assert isinstance(stack, Stack)
    return stack.between(1, STEPS)


def _table(title: str, found: dict[str, Any]) -> Table:
    rows = []
    for back in BACK:
        t = STEPS - back  # the state `back` steps before the last
        rows.append(
            (back, float(np.prod(found["f"][t:])), abs(float(found["c"][t - 1])), abs(float(found["h"][t - 1])))
        )
    columns = ("steps back", "product of f", "|dc[T]/dc[t]|", "|dh[T]/dh[t]|")
    return Table(f"Gates: {title}", columns, tuple(rows), f"T = {STEPS}, every input and recurrent weight 1")
