"""When a gradient through many steps vanishes, and when it may explode: h[t] = phi(W h[t-1] + ...) for any phi.

The derivative of phi, its supremum gamma and the threshold 1/gamma come from the activation's formula; what a matrix W
proves is in `gradient_theorems.py`, what happens along a trajectory in `gradient_trajectory.py`.
"""

import math
import re

import numpy as np

from rnn_hw.equations import load
from rnn_hw.errors import Diagnostic, HomeworkError, Span, did_you_mean
from rnn_hw.fields import Reader
from rnn_hw.kinds.gradient_theorems import Finding, Slopes, explained, judge
from rnn_hw.kinds.gradient_trajectory import Trajectory, read_matrices, measured
from rnn_hw.kinds.kind import Array, Extras, Field, Form, Kind, Setup
from rnn_hw.lang.differentiate import derivative
from rnn_hw.lang.evaluate import Result
from rnn_hw.lang.notation import source, unicode
from rnn_hw.lang.operations import CONSTANTS, OPERATIONS, OVER_TIME, SPELLINGS
from rnn_hw.lang.parse import parse_formula
from rnn_hw.lang.rewrite import mapped, names_in, substitute, walk
from rnn_hw.lang.shapes import infer
from rnn_hw.lang.supremum import Extreme, largest, smallest, values
from rnn_hw.lang.tree import Apply, Equation, Name, Node, Num, Program
from rnn_hw.numerals import read_numeral
from rnn_hw.results import Cell, Remark, Series, Table, Value
from rnn_hw.source import Scalar
from rnn_hw.source import Value as Written

MOST_STEPS = 100_000
Z = Name("z")
STRAIGHT = ("identity", "linear")  # names of phi(z) = z, which no function of the language has
FUNCTIONS = tuple(n for n, row in OPERATIONS.items() if row.source == n + "({a})" and row.elementwise)
SOURCE = (
    "Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural networks, ICML 2013. Their preprint "
    "(arXiv 1211.5063) says eigenvalue for singular value; that version is false."
)


class Activation:
    """phi with its derivative and the bounds of that derivative's size."""

    def __init__(self, formula: Node) -> None:
        self.formula = formula
        self.slope = derivative(formula, Z.name)
        self.peak: Extreme = largest(self.slope, Z.name, formula)
        self.at_zero = float(values(self.slope, Z.name, [0.0])[0])

    def slopes(self) -> Slopes:
        """The bounds of |phi'|; a derivative without z in it has both in one."""
        if Z not in names_in(self.slope):
            return Slopes(self.peak.value, self.peak.value)
        return Slopes(min(smallest(self.slope, Z.name), self.peak.value * (1 - 1e-12)), self.peak.value)

    def steepest(self) -> Node:
        """phi' where it is largest, or the limit as a number."""
        return _at(self.slope, self.peak.place) if self.peak.attained else Num(self.peak.value)


def setup(form: Form) -> Setup | None:
    reader = form.reader
    activation = _activation(form)
    steps_at, remaining_at = form.root.get("steps"), form.root.get("remaining")
    if steps_at is None:
        reader.fault("missing-field", "`steps` is missing", form.root, "how many steps the gradient passes: `steps: 100`")
    steps = reader.count(steps_at, "steps", 1, MOST_STEPS) if steps_at is not None else None
    remaining = _share(reader, remaining_at) if remaining_at is not None else 1e-4
    matrices = read_matrices(form, steps or 1)
    if reader.faults or activation is None or steps is None or remaining is None:
        return None
    program = _program(activation)
    given: dict[str, Array] = {"steps": np.array(float(steps)), "remaining": np.array(remaining)}
    answers: dict[str, Value] = {"derivative": activation.slope, "below": "vanishing", "above": "exploding"}
    finding = None
    if matrices.W is not None:
        slopes = activation.slopes()
        finding = judge(matrices.W, slopes)
        answers["regime"] = finding.regime
    else:
        slopes = Slopes(0.0, activation.peak.value)

    def extras(result: Result) -> Extras:
        numbers = {name: float(np.asarray(value)) for name, value in result.values.items()}
        return _extras(activation, numbers, steps, matrices, finding, slopes)

    shapes = infer(program, dict.fromkeys(given, ()))
    return Setup(program, dict(given), shapes, 1, answers, extras=extras)


# --- reading ----------------------------------------------------------------------------------------------------------


def _activation(form: Form) -> Activation | None:
    """The activation, with every fault that makes it useless reported."""
    reader, value = form.reader, form.root.get("activation")
    if value is None:
        help = "a formula in z, `activation: sigmoid(z) - 0.5`, or the name of a function, `tanh`"
        reader.fault("missing-field", "`activation` is missing", form.root, help)
        return None
    formula = _formula(reader, value)
    if formula is None:
        return None
    activation = Activation(formula)
    slope = source(activation.slope)
    slope = slope if len(slope) <= 80 else slope[:77] + "..."
    notes = [f"the derivative is `{slope}`"]
    gamma, place = activation.peak
    if gamma == np.inf:
        where = f"near z = {place:.6g}" if np.isfinite(place) else f"as z goes to {'+' if place > 0 else '-'}infinity"
        help = "the theorem needs a finite bound of |phi'|, as tanh, sigmoid and relu have"
        reader.fault("unbounded-slope", f"the slope of the activation has no finite bound: it grows {where}", value, help, notes)
    elif np.isnan(gamma):
        reader.fault("no-slope", "the activation has no slope at any real number", value, notes=notes)
    elif np.isnan(activation.at_zero):
        help = "write it in a form that can be computed at 0"
        reader.fault("no-slope", "the derivative of the activation has no value at z = 0", value, help, notes)
    elif not gamma > 1e-300:
        help = "no gradient passes this activation, and there is no threshold 1/gamma"
        reader.fault("zero-slope", "the slope of the activation is 0 wherever it has one", value, help, notes)
    else:
        return activation
    return None


def _formula(reader: Reader, value: Written) -> Node | None:
    """A formula in z; the name of a function stands for the function of z."""
    word = value.text.strip() if isinstance(value, Scalar) else ""
    if SPELLINGS.get(word, word) in FUNCTIONS:
        return parse_formula(word + "(z)")
    if word in STRAIGHT:
        return Z
    formula = reader.formula(value, "activation")
    if formula is None:
        return None
    faults = list(_strange(formula, alone=formula))
    if not faults:
        try:
            if infer(Program((Equation(Name("phi"), formula),)), {"z": ()})["phi"] == ():
                return formula
            faults = [Diagnostic("wrong-shape", "the activation is a number for a number `z`, this is an array")]
        except HomeworkError as error:
            faults = list(error.diagnostics)
    reader.placed(value, faults)
    return None


def _strange(formula: Node, alone: Node) -> list[Diagnostic]:
    """What has no place in a formula in z: other names, times, sums over time, edges of a graph."""
    faults = []
    for node in walk(formula):
        if isinstance(node, Name) and node.time is not None:
            faults.append(Diagnostic("unknown-name", f"`{node}` has a time, an activation has none", node.span, "write `z`"))
        elif isinstance(node, Name) and node != Z and node.name not in CONSTANTS:
            known = ["z", *FUNCTIONS, *STRAIGHT] if node is alone else ["z", *CONSTANTS]
            help = did_you_mean(node.name, known) if node is alone else "the variable of an activation is `z`"
            message = f"`{node}` is unknown: an activation is a formula in `z`"
            faults.append(Diagnostic("unknown-name", message, node.span, help))
        elif isinstance(node, Apply) and (node.operation in OVER_TIME or node.operation in ("partial", "total")):
            faults.append(Diagnostic("not-a-formula", "an activation is a formula in the number `z` alone", node.span))
    return faults


def _share(reader: Reader, value: Written) -> float | None:
    number = reader.number(value, "remaining")
    if number is not None and not 0 < number < 1:
        reader.fault("out-of-range", "`remaining` is what is left of the gradient, a number between 0 and 1", value)
        return None
    return number


# --- the program ------------------------------------------------------------------------------------------------------


def _at(formula: Node, place: float) -> Node:
    return substitute(formula, lambda name: Num(place) if name == Z else name)


def _program(activation: Activation) -> Program:
    put: dict[str, Node] = {"SLOPE_AT_0": _at(activation.slope, 0.0), "STEEPEST_SLOPE": activation.steepest()}
    return mapped(load("gradient_threshold"), lambda node: substitute(node, lambda name: put.get(name.name, name)))
