"""LSTM forward pass in numbers: any number of inputs D, hidden units H and steps T."""

from rnn_hw.equations import load
from rnn_hw.kinds.givens import read_given, without
from rnn_hw.kinds.kind import Form, Given, Kind, Setup
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


def setup(form: Form) -> Setup | None:
    values = read_given(form, GIVENS, ALIASES)
    if form.reader.faults:
        return None
    program = Program(load("lstm").equations + load("lstm_questions").equations)
    program = without(program, values.missing)
    initial = {name: values.shapes.pop(name) for name in ("h", "c")}
    return Setup(program, values.given, infer(program, values.shapes, initial), values.steps)


ALIASES = {"W_c": "W_g", "U_c": "U_g", "b_c": "b_g", "c_tilde": "g", "z_c": "z_g", "MSE": "mse"}
KIND = Kind("lstm_forward", (), GIVENS, setup, ALIASES, "lstm_forward.yaml")
