"""Adam on a number, a vector or a matrix: one step, or several where several gradients are given."""

import numpy as np

from rnn_hw.equations import load
from rnn_hw.kinds.givens import read_given
from rnn_hw.kinds.kind import Field, Form, Given, Kind, Setup
from rnn_hw.lang.evaluate import Stack
from rnn_hw.lang.rewrite import mapped, renamed
from rnn_hw.lang.shapes import infer
from rnn_hw.lang.tree import Program

PLACES = ("outside_root", "hat", "inside_root")
GIVENS = (
    Given("theta", "*", about="the parameters: a number, a vector or a matrix"),
    Given("grad", "*", series=True, about="the gradient; several steps: one more leading axis"),
    Given("m", "*", optional=True, about="the first moment so far; zero before step 1"),
    Given("v", "*", optional=True, low=0.0, about="the second moment so far; zero before step 1"),
    Given("beta1 beta2", low=0.0, high=1.0, about="the decay of the moments"),
    Given("alpha", low=0.0, about="the learning rate"),
    Given("epsilon", low=0.0, about="keeps the quotient finite"),
    Given("t", low=1.0, high=1e9, whole=True, about="the step being taken, counted from 1"),
)


def setup(form: Form) -> Setup | None:
    reader = form.reader
    values = read_given(form, GIVENS, {})
    place, correction = _conventions(form)
    if reader.faults:
        return None
    start = int(np.asarray(values.given.pop("t")))
    for name in sorted(values.missing):
        if start > 1:
            help = f"only before step 1 is it zero, and `t` is {start}"
            reader.fault("missing-given", f"`{name}` is not given", form.root.keys.get("given") or form.root, help)
    shape = values.shapes["theta"]
    for name in ("theta", "m", "v"):  # the values so far stand at time 0
        array = values.given.get(name, np.zeros(shape))
        assert not isinstance(array, Stack)
        values.given[name] = Stack(array[None], 0)
        values.shapes.pop(name, None)
    steps = np.arange(start, start + values.steps, dtype=float)
    values.given["t"] = Stack(steps, 1)
    values.shapes["t"] = ()
    program = equations(place, correction)
    shapes = infer(program, values.shapes, dict.fromkeys(("theta", "m", "v"), shape))
    return Setup(program, values.given, shapes, values.steps, single=values.steps == 1)


def equations(place: str, correction: bool) -> Program:
    """Adam's equations with epsilon at one of `PLACES`, with or without the bias correction."""
    moments, update = load("adam"), load(f"adam_{place}")
    if not correction and place == "hat":
        update = load("adam_outside_root")  # without corrections in the rate nothing else tells them apart
    if correction and place != "hat":
        return Program(moments.equations + update.equations)
    if not correction:
        bare = {"m_hat": "m", "v_hat": "v"}
        update = mapped(update, lambda node: renamed(node, lambda name: bare.get(name, name)))
    return Program(moments.equations[:2] + update.equations)


def _conventions(form: Form) -> tuple[str, bool]:
    reader, value = form.reader, form.root.get("conventions")
    fields = reader.map(value, "conventions")
    reader.known_keys(fields, ("epsilon", "bias_correction"), "convention")
    place, correction = fields.get("epsilon"), fields.get("bias_correction")
    chosen = reader.word(place, "place of epsilon", PLACES) if place is not None else None
    corrected = reader.truth(correction, "bias_correction") if correction is not None else None
    return chosen or PLACES[0], corrected is not False


FIELDS = (
    Field("conventions", "epsilon: outside_root (Kingma and Ba), hat (Keras) or inside_root; bias_correction: true, false"),
)
KIND = Kind("adam_step", FIELDS, GIVENS, setup, example="adam_step.yaml")
