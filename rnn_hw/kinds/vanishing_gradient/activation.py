"""The activation of a problem: read as a formula in z or as a function's name, differentiated, its steepest place found."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from rnn_hw.errors import Diagnostic, HomeworkError, did_you_mean
from rnn_hw.fields import Reader
from rnn_hw.kinds.vanishing_gradient.theorems import Slopes
from rnn_hw.lang.differentiate import derivative
from rnn_hw.lang.notation import source
from rnn_hw.lang.operations import CONSTANTS, OPERATIONS, OVER_TIME, SPELLINGS
from rnn_hw.lang.parse import parse_formula
from rnn_hw.lang.rewrite import names_in, substitute, walk
from rnn_hw.lang.shapes import infer
from rnn_hw.lang.supremum import Extreme, largest, smallest, values
from rnn_hw.lang.tree import Apply, Equation, Name, Node, Num, Program
from rnn_hw.source import Scalar, Value

Z = Name("z")
STRAIGHT = ("identity", "linear")  # names of phi(z) = z, which no function of the language has
FUNCTIONS = tuple(n for n, row in OPERATIONS.items() if row.source == n + "({a})" and row.elementwise)


class Activation(NamedTuple):
    """phi, its derivative, and where that derivative is largest."""

    formula: Node
    slope: Node
    peak: Extreme
    at_zero: float  # the derivative's value at 0

    @property
    def linear(self) -> bool:
        """Whether the derivative is the same for every z."""
        return Z not in names_in(self.slope)

    @property
    def steepest(self) -> Node:
        """The derivative where it is largest, as a formula; the limit as a number where it is only approached."""
        return self.slope_at(self.peak.place) if self.peak.attained else Num(self.peak.value)

    def slope_at(self, place: float) -> Node:
        return substitute(self.slope, lambda name: Num(place) if name == Z else name)

    def slopes(self) -> Slopes:
        """The bounds of the derivative's size."""
        low = self.peak.value if self.linear else smallest(self.slope, Z.name) * (1 - 1e-9)  # a grid sees no less
        return Slopes(low, self.peak.value, self.linear)


def analysed(formula: Node) -> Activation:
    """An activation out of its formula in z."""
    slope = derivative(formula, Z.name)
    at_zero = float(values(slope, Z.name, [0.0])[0])
    return Activation(formula, slope, largest(slope, Z.name, formula), at_zero)


def read_activation(reader: Reader, value: Value) -> Activation | None:
    """The activation in a field, or `None` with every fault reported that makes it useless."""
    formula = _formula(reader, value)
    if formula is None:
        return None
    activation = analysed(formula)
    slope = source(activation.slope)
    slope = slope if len(slope) <= 80 else slope[:77] + "..."
    notes = [f"the derivative is `{slope}`"]
    gamma, place = activation.peak
    if gamma == np.inf:
        where = (
            f"near z = {round(place, 6) + 0.0:g}"
            if np.isfinite(place)
            else f"as z goes to {'+' if place > 0 else '-'}infinity"
        )
        help = "the theorem needs a finite bound of |phi'|, as tanh, sigmoid and relu have"
        reader.fault(
            "unbounded-slope", f"the slope of the activation has no finite bound: it grows {where}", value, help, notes
        )
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


def _formula(reader: Reader, value: Value) -> Node | None:
    """A formula in z; the name of a function stands for the function of z."""
    word = value.text.strip() if isinstance(value, Scalar) else ""
    if SPELLINGS.get(word, word) in FUNCTIONS:
        return parse_formula(word + "(z)")
    if word in STRAIGHT:
        return Z
    formula = reader.formula(value, "activation")
    if formula is None:
        return None
    faults = list(_strange(formula))
    if not faults:
        try:
            if infer(Program((Equation(Name("phi"), formula),)), {"z": ()})["phi"] == ():
                return formula
            faults = [Diagnostic("wrong-shape", "the activation is a number for a number `z`, this is an array")]
        except HomeworkError as error:
            faults = list(error.diagnostics)
    reader.placed(value, faults)
    return None


def _strange(formula: Node) -> Iterator[Diagnostic]:
    """What has no place in a formula in z: other names, times, sums over time, derivatives along an edge."""
    for node in walk(formula):
        if isinstance(node, Name) and node.time is not None:
            yield Diagnostic("unknown-name", f"`{node}` has a time, an activation has none", node.span, "write `z`")
        elif isinstance(node, Name) and node != Z and node.name not in CONSTANTS:
            help = "the variable of an activation is `z`"
            if node is formula:  # a word alone should be a function's name
                help = did_you_mean(node.name, ["z", *FUNCTIONS, *STRAIGHT]) or f"known are {', '.join(FUNCTIONS)}"
            yield Diagnostic("unknown-name", f"`{node}` is unknown: an activation is a formula in `z`", node.span, help)
        elif isinstance(node, Apply) and (node.operation in OVER_TIME or node.operation in ("partial", "total")):
            yield Diagnostic("not-a-formula", "an activation is a formula in the number `z` alone", node.span)
