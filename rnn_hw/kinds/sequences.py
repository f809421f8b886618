"""The values of a recurrence of one's own, by name and time -> plain arrays, sequences, initial states, and their shapes.

Which names are sequences follows from the equations, so no rows are needed as in `givens.py`. A sequence is given whole
(`x: [...]`, one entry per step), in pieces (`x[1]: ...`), or both (`x[0]` beside `x`).
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np

from rnn_hw.errors import HomeworkError, did_you_mean
from rnn_hw.fields import Reader
from rnn_hw.kinds.kind import Array, Form, Shape
from rnn_hw.kinds.sizes import MOST_STEPS, Size, has
from rnn_hw.lang.evaluate import Stack
from rnn_hw.lang.parse import parse_quantity
from rnn_hw.lang.rewrite import names_in
from rnn_hw.lang.shapes import STEP_WORDS
from rnn_hw.lang.tree import Name, Program
from rnn_hw.source import Scalar, Value
from rnn_hw.text_file import short


class Piece(NamedTuple):
    """A value of the file with its key."""

    array: Array
    key: Scalar
    value: Value


Pieces = Mapping[int | None, Piece]  # of one quantity, by time


class Values(NamedTuple):
    """What was given, and the shapes of what no equation defines and of the states before the first step."""

    given: dict[str, Array | Stack]
    shapes: dict[str, Shape]
    initial: dict[str, Shape]
    steps: int


def read_pieces(form: Form) -> dict[str, dict[int | None, Piece]]:
    """What is given, by name and time."""
    reader = form.reader
    found: dict[str, dict[int | None, Piece]] = {}
    for key, value in form.given.entries.items():
        at, name = form.given.keys[key], _quantity(key)
        written = reader.array(value, key)
        if name is None or (name.time is not None and name.time.base):
            message = f"`{short(key)}` is no name of a quantity"
            help = "a name such as `W_x`, with a time in numbers if there is one, `h[0]`"
            reader.fault("bad-name", message, at, help)
        elif name.name in STEP_WORDS:
            help = "the number of steps is `steps:`, at the start of a line"
            reader.fault("reserved-name", f"`{name.name}` cannot be given", at, help)
        elif written is not None:
            pieces, time = found.setdefault(name.name, {}), name.time.shift if name.time is not None else None
            if time in pieces:
                message = f"`{short(key)}` is given twice, first on line {pieces[time].key.line}"
                reader.fault("duplicate-key", message, at, "keep one of them")
            pieces[time] = Piece(written.value, at, value)
    return found


def _quantity(key: str) -> Name | None:
    try:
        return parse_quantity(key)
    except HomeworkError:
        return None


def own_shapes(found: Mapping[str, Pieces], series: Collection[str]) -> dict[str, Shape]:
    """The shape of one step of each sequence and of everything else, before anything is checked."""
    shapes = {}
    for name, pieces in found.items():
        time, piece = next(iter(pieces.items()))
        shapes[name] = piece.array.shape[1:] if time is None and name in series else piece.array.shape
    return shapes


def read_values(form: Form, program: Program, found: Mapping[str, Pieces], series: Collection[str]) -> Values:
    """The values sorted; what is wrong is in the form's reader, and the values are then not whole."""
    reader, defined = form.reader, set(program.names)
    used = {n.name for e in program.equations for n in names_in(e.formula)}
    values = Values({}, {}, {}, 1)
    before = len(reader.faults)
    steps, stated = None, form.root.get("steps")
    if stated is not None:
        number = reader.count(stated, "steps", 1, MOST_STEPS)
        steps = Size(number, f"`steps`, line {stated.line}") if number else None
    for name, pieces in found.items():
        first = next(iter(pieces.values()))
        if name not in used and name not in defined:
            help = did_you_mean(name, sorted(used - found.keys() - defined))
            reader.fault("unused", f"no equation uses `{name}`", first.key, help if help.startswith("did") else "")
        elif name in defined and (late := [t for t in pieces if t is None or t > 0]):
            written = name if late[0] is None else f"{name}[{late[0]}]"
            help = (
                f"give the state before the first step as `{name}[0]`" if name in series else "leave out one of the two"
            )
            reader.fault("defined-twice", f"`{written}` is given and also defined", pieces[late[0]].key, help)
        elif name not in series:
            values.given[name], values.shapes[name] = first.array, first.array.shape
        elif (stack := _stacked(reader, name, pieces)) is not None:
            values.given[name] = stack
            if name in defined:
                values.initial[name] = stack.values.shape[1:]
                continue
            values.shapes[name] = stack.values.shape[1:]
            count = stack.first + len(stack.values) - 1
            steps = steps or Size(count, f"`{name}`, line {first.key.line}")
            if count != steps.number:
                message = f"`{name}` has {count} step{'s' * (count != 1)}, it needs {steps.number}"
                notes = [f"the number of steps is taken from {steps.source}"]
                reader.fault("wrong-shape", message, first.value, notes=notes)
    if steps is None and len(reader.faults) == before and any(e.target.time for e in program.equations):
        help = "give a sequence with one entry per step, or `steps: 3`"
        reader.fault("missing-field", "nothing says how many steps there are", form.root, help)
    return values._replace(steps=steps.number if steps else 1)


def _stacked(reader: Reader, name: str, pieces: Pieces) -> Stack | None:
    """A sequence out of its pieces: all steps at once, and values at single times."""
    arrays: dict[int, Array] = {}
    for time, piece in pieces.items():
        if time is not None:
            arrays[time] = piece.array
        elif piece.array.ndim:
            arrays |= dict(enumerate(piece.array, 1))
        else:
            help = f"write one entry per step, `{name}: [...]`"
            message = f"`{name}` has a value at every step, one number is given"
            reader.fault("wrong-shape", message, piece.value, help)
            return None
        if len(arrays) > MOST_STEPS:
            reader.fault("too-large", f"`{name}` has more than {MOST_STEPS:,} steps", piece.key)
            return None
    first, last = min(arrays), max(arrays)
    place = next(iter(pieces.values())).key
    gap = next((t for t in range(min(first, 1), last) if t not in arrays), None)
    odd = next((t for t, array in arrays.items() if array.shape != arrays[first].shape), None)
    if gap is not None:
        reader.fault("missing-given", f"`{name}[{gap}]` is not given", place)
    elif odd is not None:
        message = f"`{name}[{odd}]` {has(arrays[odd].shape)}, `{name}[{first}]` {has(arrays[first].shape)}"
        reader.fault("wrong-shape", message, place)
    else:
        return Stack(np.stack([arrays[t] for t in range(first, last + 1)]), first)
    return None
