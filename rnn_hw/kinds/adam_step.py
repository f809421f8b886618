"""Adam on a number, a vector or a matrix: one step, or several where several gradients are given."""

from collections.abc import Collection
from functools import partial

import numpy as np

from rnn_hw.equations import load
from rnn_hw.kinds.givens import place_of_given, read_given
from rnn_hw.kinds.kind import Field, Form, Given, Kind, Setup
from rnn_hw.lang.evaluate import Stack
from rnn_hw.lang.mistakes.rules import OTHER_CONVENTION, Change
from rnn_hw.lang.rewrite import mapped, names_in, renamed
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
    """Adam's equations by the file's conventions, its moments and parameters standing at time 0."""
    values = read_given(form, GIVENS, {})
    place, correction = _conventions(form)
    if "t" in values.given:
        _report_moments(form, int(np.asarray(values.given["t"])), values.missing)
    if form.reader.faults:
        return None
    start, shape = int(np.asarray(values.given.pop("t"))), values.shapes["theta"]
    for name in ("theta", "m", "v"):
        array = values.given.get(name, np.zeros(shape))
        assert not isinstance(array, Stack)
        values.given[name] = Stack(array[None], 0)
        values.shapes.pop(name, None)
    values.given["t"] = Stack(np.arange(start, start + values.steps, dtype=float), 1)
    values.shapes["t"] = ()
    program = equations(place, correction)
    shapes = infer(program, values.shapes, dict.fromkeys(("theta", "m", "v"), shape))
    single = values.steps == 1
    return Setup(program, values.given, shapes, values.steps, single=single, conventions=partial(_others, program))


def _others(program: Program) -> tuple[Change, ...]:
    """The updates of other lectures, in terms of the moments that the stated one has."""
    own = {e.name for e in program.equations}
    found = []
    for correction in (True, False):
        for place in PLACES:
            update = equations(place, correction).get("theta")
            used = {n.name for n in names_in(update.formula)} if update is not None else set()
            if update is not None and {"m_hat", "v_hat"} & used <= own and update != program.get("theta"):
                words = f"epsilon {place.replace('_', ' ')}, {'with' if correction else 'without'} the bias correction"
                found.append(Change(OTHER_CONVENTION, {"theta": update.formula}, len(PLACES), words))
    return tuple(found)


def _report_moments(form: Form, start: int, missing: Collection[str]) -> None:
    """The moments may be left out before the first step only."""
    for name in sorted(missing) if start > 1 else ():
        help = f"it is zero before step 1 alone, and `t` is {start:,}"
        form.reader.fault("missing-given", f"`{name}` is not given", place_of_given(form), help)


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
    chosen = reader.word(place, "epsilon", PLACES, "place of epsilon") if place is not None else None
    corrected = reader.truth(correction, "bias_correction") if correction is not None else None
    return chosen or PLACES[0], corrected is not False


FIELDS = (
    Field(
        "conventions", "epsilon: outside_root (Kingma and Ba), hat (Keras) or inside_root; bias_correction: true, false"
    ),
)
KIND = Kind("adam_step", FIELDS, GIVENS, setup, example="adam_step.yaml")
