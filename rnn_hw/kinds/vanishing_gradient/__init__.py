"""When a gradient through many steps vanishes, and when it may explode: h[t] = phi(W h[t-1] + ...) for any phi.

The derivative of phi, its supremum gamma and the threshold 1/gamma come from the activation's formula (`activation.py`).
What a matrix W proves is in `gradient_theorems.py`, what happens along a trajectory in `gradient_trajectory.py`.
"""

import numpy as np

from rnn_hw.equations import load
from rnn_hw.fields import Reader
from rnn_hw.kinds.kind import Extras, Field, Form, Kind, Setup
from rnn_hw.kinds.vanishing_gradient.account import account
from rnn_hw.kinds.vanishing_gradient.activation import Activation, read_activation
from rnn_hw.kinds.vanishing_gradient.theorems import judge
from rnn_hw.kinds.vanishing_gradient.trajectory import read_matrices
from rnn_hw.lang.evaluate import Result
from rnn_hw.lang.rewrite import mapped, put_in
from rnn_hw.lang.shapes import infer
from rnn_hw.lang.tree import Name, Node, Program
from rnn_hw.results import Value
from rnn_hw.source import Value as Written

MOST_STEPS = 100_000
REMAINING = 1e-4


def setup(form: Form) -> Setup | None:
    """The threshold's equations, and with W its regime; `None` where the form has faults."""
    reader, root = form.reader, form.root
    formula, count, share = _required(form, "activation"), _required(form, "steps"), root.get("remaining")
    activation = read_activation(reader, formula) if formula is not None else None
    steps = reader.count(count, "steps", 1, MOST_STEPS) if count is not None else None
    remaining = _share(reader, share) if share is not None else REMAINING
    matrices = read_matrices(form, steps or 1)
    if reader.faults or activation is None or steps is None or remaining is None:
        return None
    program = equations(activation)
    given = {"steps": np.array(float(steps)), "remaining": np.array(remaining)}
    answers: dict[str, Value] = {"derivative": activation.slope, "below": "vanishing", "above": "exploding"}
    finding = None
    if matrices.W is not None:
        finding = judge(matrices.W, activation.slopes())
        answers["regime"] = finding.regime

    def extras(result: Result) -> Extras:
        numbers = {name: float(result.load(Name(name))) for name in (*program.names, *given)}
        return account(activation, numbers, steps, matrices, finding)

    return Setup(program, given, infer(program, dict.fromkeys(given, ())), 1, answers, extras=extras)


def equations(activation: Activation) -> Program:
    """The equations of the threshold, with the activation's derivative put in."""
    put: dict[str, Node] = {"SLOPE_AT_0": activation.slope_at(0.0), "STEEPEST_SLOPE": activation.steepest}
    return mapped(load("gradient_threshold"), lambda node: put_in(node, put))


def _required(form: Form, name: str) -> Written | None:
    value = form.root.get(name)
    if value is None:
        help = f"write `{name}:` with {next(f.about for f in FIELDS if f.name == name)}"
        form.reader.fault("missing-field", f"`{name}` is missing", form.root, help)
    return value


def _share(reader: Reader, value: Written) -> float | None:
    number = reader.number(value, "remaining")
    if number is not None and not 0 < number < 1:
        reader.fault("out-of-range", "`remaining` is what is left of the gradient, a number between 0 and 1", value)
        return None
    return number


FIELDS = (
    Field("activation", "a formula in z, `sigmoid(z) - 0.5`, or the name of a function, `tanh`"),
    Field("steps", "the number of steps that the gradient passes, `100`"),
    Field("remaining", "what is left of the gradient in the literal reading; 1e-4 if left out"),
    Field("W", "optional: the recurrent weights, a number or a square matrix, for a verdict on them"),
    Field(
        "trajectory", "optional: `h[0]`, `b`, `W_x` and `x`; the gradient of phi(W h[t-1] + W_x x[t] + b) is measured"
    ),
)
KIND = Kind("vanishing_gradient", FIELDS, (), setup, example="vanishing_gradient.yaml")
