"""LSTM forward pass in numbers: any number of inputs D, hidden units H and steps T."""

from collections.abc import Collection

from rnn_hw.equations import load
from rnn_hw.kinds.givens import read_given
from rnn_hw.kinds.kind import Form, Given, Kind, Setup
from rnn_hw.lang.rewrite import names_in
from rnn_hw.lang.shapes import infer
from rnn_hw.lang.tree import Program

GATES = {"f": "forget gate", "i": "input gate", "o": "output gate", "g": "candidate"}
GIVENS = (
    *(Given(f"W_{k}", "H D", about=f"{gate}: a row per hidden unit, a column per input") for k, gate in GATES.items()),
    *(Given(f"U_{k}", "H H", about=f"{gate}: from the state before") for k, gate in GATES.items()),
    *(Given(f"b_{k}", "H", about=f"{gate}: bias") for k, gate in GATES.items()),
    Given("x", "D", series=True, about="inputs, one row per step"),
    Given("h[0] c[0]", "H", default=0.0, about="the states before the first step"),
    Given("y", "H", series=True, optional=True, about="targets, one row per step"),
)
ALIASES = {"W_c": "W_g", "U_c": "U_g", "b_c": "b_g", "c_tilde": "g", "z_c": "z_g", "MSE": "mse"}


def setup(form: Form) -> Setup | None:
    """The LSTM's equations with the values of the file; without targets there is no error to compute."""
    values = read_given(form, GIVENS, ALIASES)
    if form.reader.faults:
        return None
    program = without(Program(load("lstm").equations + load("lstm_questions").equations), values.missing)
    initial = {name: values.shapes.pop(name) for name in ("h", "c")}
    return Setup(program, values.given, infer(program, values.shapes, initial), values.steps)


def without(program: Program, missing: Collection[str]) -> Program:
    """The program without the equations that need what was left out, directly or through another one."""
    gone, kept = set(missing), []
    for equation in program.equations:
        if any(n.name in gone for n in names_in(equation.formula)):
            gone.add(equation.name)
        else:
            kept.append(equation)
    return Program(tuple(kept))


KIND = Kind("lstm_forward", (), GIVENS, setup, ALIASES, "lstm_forward.yaml")
