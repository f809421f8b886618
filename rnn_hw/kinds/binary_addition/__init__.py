"""A recurrent network of hard thresholds that adds binary numbers, or does another task bit by bit: designed and proved.

The file says what is asked, the designs are in `design`, a person's weights are judged in `judging`, and the
mistakes behind wrong ones are named in `naming`.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np

from rnn_hw.automata import Proof, Task
from rnn_hw.kinds.binary_addition.design import DESIGNS, Design
from rnn_hw.kinds.binary_addition.formulas import formulas
from rnn_hw.kinds.binary_addition.judging import judged
from rnn_hw.kinds.binary_addition.naming import named
from rnn_hw.kinds.binary_addition.net import Network, equations, sequence
from rnn_hw.kinds.binary_addition.words import bit_by_bit, example, proof
from rnn_hw.kinds.kind import Extras, Field, Form, Kind, Setup
from rnn_hw.lang.evaluate import Result, Stack
from rnn_hw.results import Remark
from rnn_hw.source import Scalar, Value

MOST_OPERANDS = 8
OPERANDS = {"addition": (2, MOST_OPERANDS), "subtraction": (2, 2), "parity": (1, MOST_OPERANDS), "comparison": (2, 2)}
MOST_UNITS = 1000
MOST_BITS = 1000  # of a number in the example
EXAMPLES = {"addition": "11 01", "subtraction": "110 011", "parity": "1011", "comparison": "101 011"}

Columns = list[tuple[int, ...]]


def setup(form: Form) -> Setup | None:
    """The designed network on the file's example."""
    design, threshold = _design(form), _word(form, "threshold", ("gt", "ge"))
    if design is None:
        return None
    hidden, words = _hidden(form, design), _example(form, design.task)
    if form.reader.faults:
        return None
    units, columns = hidden or design.units, _columns(design.task, words)
    network = Network.of(equations(threshold), design.weights(units))
    states = {"x": Stack(np.array(columns, dtype=float), 1), "h": Stack(np.zeros((1, units)), 0)}
    return Setup(
        network.program,
        {**network.weights, **states},
        network.shapes,
        len(columns),
        answers={name: network.weights[name] for name in ("U", "W", "V", "b_h", "b_y")},
        extras=partial(_extras, design, network, words),
        formulas=formulas(network),
        judge=partial(judged, design, network.program, threshold, hidden),
        mistakes=partial(named, design, network.program, threshold, hidden),
    )


def _columns(task: Task, words: Sequence[str]) -> Columns:
    """What the network sees of numbers as on paper, least significant bits first, with room for the last carry."""
    room = (task.inputs - 1).bit_length() if task.name in ("addition", "subtraction") else 0
    width = max(map(len, words)) + room
    return list(zip(*([int(bit) for bit in reversed(word.rjust(width, "0"))] for word in words), strict=True))


def _extras(design: Design, network: Network, words: Sequence[str], result: Result) -> Extras:
    """Why each unit is there, the example bit by bit, and the proof of the design."""
    found = network.does(design.task)
    assert isinstance(found, Proof), found
    units, reasons = design.why(network.hidden)
    worked = bit_by_bit("The example bit by bit", design, _columns(design.task, words), result)
    table, proved = proof(design, found)
    told = Remark(example(design.task, words, sequence(result, "y").astype(int).tolist()))
    return Extras(tables=(units, worked, table), remarks=(*reasons, told, proved))


# --- the fields -------------------------------------------------------------------------------------------------------


def _word(form: Form, name: str, choices: tuple[str, ...]) -> str:
    """One of the choices, the first if the field is left out."""
    value = form.root.get(name)
    return (form.reader.word(value, name, choices) if value is not None else None) or choices[0]


def _design(form: Form) -> Design | None:
    before = len(form.reader.faults)
    task = _word(form, "task", tuple(DESIGNS))
    low, high = OPERANDS[task]
    value = form.root.get("operands")
    operands = form.reader.count(value, "operands", 1, MOST_OPERANDS) if value is not None else low
    if operands is not None and not low <= operands <= high:
        message = f"{task} takes {'' if low == high else 'at least '}{_numbers(low)}, `operands` is {operands}"
        form.reader.fault("out-of-range", message, value)
    return DESIGNS[task](operands) if operands and len(form.reader.faults) == before else None


def _hidden(form: Form, design: Design) -> int | None:
    """The number of hidden units, `None` where the file leaves it open."""
    value = form.root.get("hidden")
    hidden = form.reader.count(value, "hidden", 1, MOST_UNITS) if value is not None else None
    if hidden is not None and hidden < design.units:
        message = (
            f"`hidden` is {hidden}, a net that {design.does} needs {design.units} hidden units in the design used here"
        )
        form.reader.fault("too-few-units", message, value, f"leave `hidden` out, or write {design.units} or more")
    return hidden


def _example(form: Form, task: Task) -> list[str]:
    """The numbers of the example as written."""
    reader, value = form.reader, form.root.get("example")
    if value is None:
        first, *others = EXAMPLES[task.name].split()
        return [first, *others * (task.inputs - 1)] if others else [first] * task.inputs
    words = [_bits(form, item) for item in reader.list(value)]
    if len(words) != task.inputs:
        message = f"`example` has {_numbers(len(words))}, this task takes {_numbers(task.inputs)}"
        help = f"write `example: [{', '.join(['101'] * task.inputs)}]`, most significant bit first"
        reader.fault("wrong-count", message, value, help)
    return words


def _numbers(count: int) -> str:
    return f"{count} number{'s' * (count != 1)}"


def _bits(form: Form, value: Value) -> str:
    """A number of the example; what is no zeros and ones is reported."""
    text = value.text if isinstance(value, Scalar) else ""
    if not text or set(text) - set("01"):
        shown = f"`{text[:40]}`" if text else "this"
        help = "write it with the digits 0 and 1, most significant first: `100111`"
        form.reader.fault("not-bits", f"{shown} is no binary number", value, help)
    elif len(text) > MOST_BITS:
        form.reader.fault("too-large", f"a number of the example has more than {MOST_BITS:,} bits", value)
    return text


FIELDS = (
    Field("task", "addition (if left out), subtraction, parity or comparison"),
    Field("operands", "how many numbers are added, 2 if left out; of parity, how many inputs, 1 if left out"),
    Field("hidden", "the number of hidden units; left open if left out"),
    Field("threshold", "gt: a unit fires when z > 0 (if left out); ge: when z >= 0"),
    Field("example", "the numbers shown bit by bit, most significant bit first: [100111, 110010]"),
)
KIND = Kind("binary_addition", FIELDS, (), setup, {"v": "V"}, "binary_addition.yaml")
