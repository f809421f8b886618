"""An RNN over several examples by hand: forward, backward contribution by contribution, the update, many epochs.

Here a file is read: the examples, the weights, the activation, and how the backward pass is meant. The equations are in
`rnn_program.py`, what a solution shows beside them in `rnn_account.py`.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import NamedTuple

from rnn_hw.errors import Diagnostic, did_you_mean
from rnn_hw.fields import Unread, read_array
from rnn_hw.kinds.givens import Values, read_given
from rnn_hw.kinds.kind import Extras, Field, Form, Given, Kind, Setup, Shape
from rnn_hw.kinds.rnn_by_hand.account import account
from rnn_hw.kinds.rnn_by_hand.formulas import formulas
from rnn_hw.kinds.rnn_by_hand.program import network, other_backward
from rnn_hw.kinds.rnn_by_hand.training import Course
from rnn_hw.kinds.vanishing_gradient.activation import FUNCTIONS, STRAIGHT, Z
from rnn_hw.lang.evaluate import Result
from rnn_hw.lang.operations import CONSTANTS, OPERATIONS, SPELLINGS, spoken
from rnn_hw.lang.parse import parse_formula
from rnn_hw.lang.rewrite import names_in, walk
from rnn_hw.lang.tree import Apply, Name, Node
from rnn_hw.results import Progress
from rnn_hw.source import Fields, Items, Scalar, Value

MOST_EPOCHS = 100_000
MOST_EPOCH_STEPS = 100  # steps of a sequence that is trained on

ABOUT = {
    "x": "inputs: a row per example, an entry (or a list of D entries) per step",
    "W_a": "from the state before: a number, or a matrix H × H that a row is multiplied with",
    "W_x": "from the input: a number, or a matrix D × H",
    "W_y": "from the last state to the prediction, a number or a matrix H × K",
    "y": "targets: one for each example",
    "a[0]": "the state before the first step, one for all examples or one for each",
    "learning_rate": "the weights are then updated",
}
RATE = Given("learning_rate", low=0.0, optional=True, about=ABOUT["learning_rate"])


class Inputs(NamedTuple):
    """What is to be known of `x` before anything is read: how many examples, and whether each input is one number."""

    examples: int
    plain: bool


def setup(form: Form) -> Setup | None:
    """The network of a file; `None` where the form has faults."""
    activation, linear = _activation(form), _linear(form)
    read = _values(form)
    course = _course(form, read.steps if read is not None else 1, read is not None and "learning_rate" in read.given)
    if form.reader.faults or activation is None or read is None:
        return None
    state = read.shapes.pop("a")
    net = network(activation, linear, read.shapes, state)
    if net is None:
        help = "write `backward: linear` to take the state as linear in the backward pass"
        form.reader.fault("no-slope", "no gradient passes this activation", form.root.get("activation"), help)
        return None

    def extras(result: Result, progress: Progress = lambda done, of: None) -> Extras:
        return account(net, read.given, read.steps, result, course, progress)

    typed = formulas(net, read.given, read.steps, "a[0]" in form.given)
    others = partial(other_backward, net)
    return Setup(
        net.program, read.given, net.shapes, read.steps, extras=extras, long=True, formulas=typed, conventions=others
    )


# --- the values -------------------------------------------------------------------------------------------------------


def _values(form: Form) -> Values | None:
    """The given values, `x` with its steps in front; `None` where the form has faults."""
    whole = form.given.get("x")
    value = whole if whole is not None else form.given.get("x[1]")
    read = read_array(value) if value is not None else None
    if value is None or read is None or isinstance(read, Unread):
        read_given(form, _VECTORS, {})  # says so
        return None
    inputs = _inputs(read.value.shape, whole is not None)
    if inputs is None:
        help = "write a row for each example, `x: [[1, 0, 0], [0, 1, 1]]`"
        had = f"{'has' if read.value.ndim == 1 else 'is'} {spoken(read.value.shape)}"
        form.reader.fault("wrong-shape", f"`x` {had}, it needs a row for each example", value, help)
        return None
    plain = inputs.plain and all(_is_number(form.given.get(name)) for name in ("W_a", "W_x"))
    values = read_given(_by_step(form, inputs.examples, plain), _rows(plain, "W_y" in form.given), {})
    return None if form.reader.faults else values


def _rows(plain: bool, readout: bool) -> tuple[Given, ...]:
    """The quantities with their shapes: numbers for each example, or vectors."""
    target = "N" if plain else "N K" if readout else "N H"
    shapes = (
        {"x": "N", "W_a": "", "W_x": "", "W_y": ""} if plain else {"x": "N D", "W_a": "H H", "W_x": "D H", "W_y": "H K"}
    )
    shapes |= {"y": target, "a[0]": "N" if plain else "N H"}
    rows = [
        Given(
            name, shape, name == "x", optional=name == "W_y", default=0.0 if name == "a[0]" else None, about=ABOUT[name]
        )
        for name, shape in shapes.items()
    ]
    return (*rows, RATE)


def _inputs(shape: Shape, whole: bool) -> Inputs | None:
    """How `x` is laid out: whole, a row per example, or step by step (`x[1]`, an entry per example)."""
    axes = len(shape) - whole
    return Inputs(shape[0], axes == 1) if axes in (1, 2) else None


def _is_number(value: Value | None) -> bool:
    read = read_array(value) if value is not None else None
    return isinstance(read, Unread) or read is None or read.value.size == 1


def _by_step(form: Form, examples: int, plain: bool) -> Form:
    """The form with `x` turned: a row per step, as the language has it; and with a state for each example."""
    given = Fields(dict(form.given.entries))
    given.keys = form.given.keys
    x, state = form.given.get("x"), form.given.get("a[0]")
    if isinstance(x, Items):
        rows = [row.items for row in x.items if isinstance(row, Items)]
        turned = (_list(x, (_entry(row[t], plain) for row in rows)) for t in range(len(rows[0])))
        given.entries["x"] = _list(x, turned)
    if isinstance(state, Scalar) and not state.is_null:
        given.entries["a[0]"] = _list(state, [_entry(state, plain)] * examples)
    elif isinstance(state, Items) and not plain and all(isinstance(item, Scalar) for item in state.items):
        given.entries["a[0]"] = _list(state, [state] * examples)
    return form._replace(given=given)


def _entry(value: Value, plain: bool) -> Value:
    """One input, as a list of one where inputs are vectors."""
    return value if plain or isinstance(value, Items) else _list(value, [value])


def _list(place: Value, items: Iterable[Value]) -> Items:
    """A list that stands where `place` does in the file."""
    made = Items(items)
    made.start_mark, made.end_mark = place.start_mark, place.end_mark
    return made


# --- the fields -------------------------------------------------------------------------------------------------------


def _activation(form: Form) -> Node | None:
    """The activation as a formula in z; the name of a function stands for the function of z."""
    value = form.root.get("activation")
    if value is None:
        return parse_formula("tanh(z)")
    word = value.text.strip() if isinstance(value, Scalar) else ""
    if SPELLINGS.get(word, word) in FUNCTIONS:
        return parse_formula(word + "(z)")
    if word in STRAIGHT:
        return Z
    formula = form.reader.formula(value, "activation")
    if formula is None:
        return None
    faults = list(_strange(formula))
    form.reader.placed(value, faults)
    return None if faults else formula


def _strange(formula: Node) -> Iterator[Diagnostic]:
    """What has no place in a formula in z that is computed entry by entry."""
    help = "write a formula such as `sigmoid(z) - 0.5`, or the name of a function"
    for node in walk(formula):
        if isinstance(node, Apply):
            row = OPERATIONS.get(node.operation.rstrip("'"))
            if row is None or not row.elementwise:
                yield Diagnostic("not-a-formula", "an activation is computed entry by entry", node.span, help)
                return
        elif isinstance(node, Name) and node != Z and node.name not in CONSTANTS:
            near = did_you_mean(node.name, ["z", *FUNCTIONS, *STRAIGHT]) if node is formula else help
            yield Diagnostic(
                "unknown-name", f"`{node}` is unknown: an activation is a formula in `z`", node.span, near or help
            )
            return
    if Z not in names_in(formula):
        yield Diagnostic("not-a-formula", "an activation is a formula in `z`", formula.span, help)


def _linear(form: Form) -> bool:
    value = form.root.get("backward")
    if value is None:
        return False
    return form.reader.word(value, "backward", ("true", "linear"), "backward pass") == "linear"


def _course(form: Form, steps: int, rate: bool) -> Course | None:
    """How many epochs are trained; `None` where that is not asked."""
    reader, epochs, tolerance = form.reader, form.root.get("epochs"), form.root.get("tolerance")
    count = reader.count(epochs, "epochs", 1, MOST_EPOCHS) if epochs is not None else None
    settled = reader.number(tolerance, "tolerance") if tolerance is not None else None
    if settled is not None and not settled > 0:
        reader.fault("out-of-range", "`tolerance` is the change of the loss that ends the training, above 0", tolerance)
    if tolerance is not None and epochs is None:
        reader.fault("missing-field", "`tolerance` goes with `epochs`", tolerance, "write `epochs: 1000`")
    if count is None:
        return None
    if not rate and not reader.faults:
        help = "write `learning_rate: 0.1` under `given:`"
        reader.fault("missing-given", "`learning_rate` is not given, `epochs` needs it", epochs, help)
    if steps > MOST_EPOCH_STEPS:
        reader.fault("too-large", f"{steps:,} steps are too many for `epochs`, {MOST_EPOCH_STEPS} are the most", epochs)
    return Course(count, settled)


FIELDS = (
    Field("activation", "a function, `tanh` if left out, or a formula in z, `sigmoid(z) - 0.5`"),
    Field("backward", "true: the derivative of the forward pass (if left out); linear: the state taken as linear"),
    Field("epochs", "how often forward, backward and update are repeated"),
    Field("tolerance", "the change of the loss at which the repetition ends; all epochs are run if left out"),
)
_VECTORS = _rows(False, True)
GIVENS = tuple(row._replace(shape="N T D", series=False) if row.names == "x" else row for row in _VECTORS)  # as written
KIND = Kind("rnn_by_hand", FIELDS, GIVENS, setup, example="rnn_by_hand.yaml")
