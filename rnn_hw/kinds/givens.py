"""The values that a problem file gives, read by a kind's rows: names, shapes by letters, ranges, steps.

`H D` on one row and `H H` on another must agree; the fault says which size was taken from where. A vector of one entry
and a number are the same, a row or column may be written flat.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from rnn_hw.errors import did_you_mean
from rnn_hw.fields import Reader, Written, split_key
from rnn_hw.kinds.kind import Array, Form, Given, Shape
from rnn_hw.lang.evaluate import Stack
from rnn_hw.lang.operations import spoken
from rnn_hw.lang.tree import Equation, Program
from rnn_hw.lang.rewrite import names_in
from rnn_hw.source import Items, Scalar, Value

MOST_STEPS = 100_000


class Values(NamedTuple):
    """What was given: plain arrays, a stack for each sequence and for each initial state, and their own shapes."""

    given: dict[str, Array | Stack]
    shapes: dict[str, Shape]
    steps: int
    missing: set[str]  # optional ones that were left out


class _Size(NamedTuple):
    number: int
    source: str  # where it was taken from, in words


def read_given(form: Form, rows: Sequence[Given], aliases: Mapping[str, str]) -> Values:
    """Reads `given:`; what is wrong is in the form's reader, and the values are then not whole."""
    reader, known = form.reader, {}
    for row in rows:
        known.update(dict.fromkeys(row.names.split(), row))
    found = _by_name(form, known, aliases)
    values = Values({}, {}, 0, set())
    sizes: dict[str, _Size] = {}
    steps: _Size | None = None
    for name, row in known.items():
        base, time = split_key(name)
        value = found.get(name)
        if value is None:
            if row.optional:
                values.missing.add(base)
            elif row.default is None:
                help = f"write `{name}:` under `given:`" + (f": {row.about}" if row.about else "")
                reader.fault("missing-given", f"`{name}` is not given", _place(form), help)
            continue
        array = _read(reader, name, value, row, sizes, steps)
        if array is None:
            continue
        if row.series:
            if steps is None:
                steps = _Size(len(array), f"`{name}`, line {_line(value)}")
            values.given[base] = Stack(array, 1)
            values.shapes[base] = array.shape[1:]
        else:
            values.given[base] = Stack(array[None], time) if time is not None else array
            values.shapes[base] = array.shape
    _put_defaults(known, values, sizes)
    return values._replace(steps=steps.number if steps else 1)


def _put_defaults(known: Mapping[str, Given], values: Values, sizes: Mapping[str, _Size]) -> None:
    for name, row in known.items():
        base, time = split_key(name)
        letters = row.shape.split()
        if row.default is None or base in values.given or not all(k in sizes for k in letters):
            continue
        shape = tuple(sizes[k].number for k in letters)
        array = np.full(shape, row.default)
        values.given[base] = Stack(array[None], time) if time is not None else array
        values.shapes[base] = shape


def _by_name(form: Form, known: Mapping[str, Given], aliases: Mapping[str, str]) -> dict[str, Value]:
    """The values by the names of the rows; `x[1]`, `x[2]` of a sequence are put together."""
    found: dict[str, Value] = {}
    parts: dict[str, dict[int, Value]] = {}
    for key, value in form.given.entries.items():
        base, time = split_key(key)
        base = aliases.get(base, base)
        name = base if time is None else f"{base}[{time}]"
        row = known.get(name) or known.get(base)
        if row is None or (time is not None and name not in known and not row.series):
            help = did_you_mean(name, [*known, *aliases])
            form.reader.fault("unknown-key", f"`{key}` is nothing that is given here", form.given.keys[key], help)
        elif name in found or (time is not None and row.series and base in found):
            form.reader.fault("duplicate-key", f"`{name}` is given twice", form.given.keys[key])
        elif time is not None and row.series:
            parts.setdefault(base, {})[time] = value
        else:
            found[name] = value
    for base, steps in parts.items():
        if sorted(steps) != list(range(1, len(steps) + 1)):
            gap = next(k for k in range(1, max(steps) + 2) if k not in steps)
            place = next(iter(steps.values()))
            form.reader.fault("missing-given", f"`{base}[{gap}]` is not given", place, "steps are counted from 1")
        else:
            whole = Items([steps[k] for k in sorted(steps)])
            whole.start_mark, whole.end_mark = steps[1].start_mark, steps[1].end_mark
            found[base] = whole
    return found


def _read(
    reader: Reader, name: str, value: Value, row: Given, sizes: dict[str, _Size], steps: _Size | None
) -> Array | None:
    """One quantity in the shape of its row, or `None` with a fault reported."""
    written = reader.array(value, name)
    if written is None or not _in_range(reader, name, value, written, row):
        return None
    letters = row.shape.split()
    if letters == ["*"]:
        return _any_shape(reader, name, value, written.value, row, sizes)
    rank = len(letters) + row.series
    array = _in_rank(written.value, letters, row.series, sizes, rank)
    if array is None:
        shape = " × ".join([*(["steps"] if row.series else []), *letters]) or "one number"
        help = f"one row per step: `{name}: [[...], [...]]`" if row.series else ""
        reader.fault("wrong-shape", f"`{name}` is {spoken(written.value.shape)}, it needs {shape}", value, help)
        return None
    source = f"`{name}`, line {_line(value)}"
    if row.series and steps is not None and len(array) != steps.number:
        message = f"`{name}` has {len(array)} steps, it needs {steps.number}"
        reader.fault("wrong-shape", message, value, notes=[f"the number of steps is taken from {steps.source}"])
        return None
    if row.series and len(array) > MOST_STEPS:
        reader.fault("too-large", f"`{name}` has more than {MOST_STEPS:,} steps", value)
        return None
    own = array.shape[row.series :]
    for letter, size in zip(letters, own, strict=True):
        settled = sizes.setdefault(letter, _Size(size, source))
        if settled.number != size:
            wanted = tuple(sizes[k].number if k in sizes else n for k, n in zip(letters, own, strict=True))
            message = f"`{name}` is {spoken(own)}, it needs {spoken(wanted)}"
            notes = [f"{letter} = {settled.number} is taken from {settled.source}"]
            reader.fault("wrong-shape", message, value, notes=notes)
            return None
    return array


def _in_rank(
    array: Array, letters: Sequence[str], series: bool, sizes: Mapping[str, _Size], rank: int
) -> Array | None:
    """The array with as many axes as its row asks, if axes of one entry are all that was left out or added."""

    def size(letter: str) -> int | None:
        return sizes[letter].number if letter in sizes else None

    if array.ndim == rank:
        return array
    if array.ndim > rank:
        kept = [n for n in array.shape[series:] if n != 1]
        own = ([*array.shape[:series]] if series else []) + kept + [1] * (rank - series - len(kept))
        return array.reshape(own) if len(own) == rank else None
    if series:  # a flat list is one number per step
        return array[:, None] if rank == 2 and array.ndim == 1 and size(letters[0]) in (1, None) else None
    if array.ndim == 0:
        return array.reshape((1,) * rank) if all(size(k) in (1, None) for k in letters) else None
    if size(letters[1]) in (len(array), None) and size(letters[0]) in (1, None):
        return array[None, :]
    return array[:, None] if size(letters[0]) == len(array) and size(letters[1]) in (1, None) else None


def _any_shape(
    reader: Reader, name: str, value: Value, array: Array, row: Given, sizes: dict[str, _Size]
) -> Array | None:
    """A quantity whose shape the first of them settles; a sequence has one more axis, or is a single step."""
    if "*" not in sizes:
        sizes["*"] = _Size(0, f"`{name}`, line {_line(value)}")
        for k, n in enumerate(array.shape):
            sizes[f"*{k}"] = _Size(n, sizes["*"].source)
    wanted = tuple(sizes[f"*{k}"].number for k in range(sum(1 for s in sizes if s.startswith("*")) - 1))
    if array.shape == wanted:
        return array[None] if row.series else array
    if row.series and array.shape[1:] == wanted and array.ndim:
        return array
    if array.size == int(np.prod(wanted)) and array.ndim <= max(len(wanted), 2) and 1 in (*array.shape, *wanted, array.size):
        return array.reshape((1, *wanted) if row.series else wanted)
    message = f"`{name}` is {spoken(array.shape)}, it needs {spoken(wanted)}"
    help = "several steps: one more axis, one entry per step" if row.series else ""
    reader.fault("wrong-shape", message, value, help, [f"the shape is taken from {sizes['*'].source}"])
    return None


def _in_range(reader: Reader, name: str, value: Value, written: Written, row: Given) -> bool:
    wrong = ~((written.value >= row.low) & (written.value < row.high))
    if row.whole:
        wrong |= written.value != np.floor(written.value)
    if not wrong.any():
        return True
    place = _entry(value, tuple(int(k) for k in np.argwhere(wrong)[0]))
    number = place.text if isinstance(place, Scalar) else "this"
    bounds = [f"at least {row.low:g}"] * np.isfinite(row.low) + [f"less than {row.high:g}"] * np.isfinite(row.high)
    kind = "a whole number" if row.whole else "a number"
    message = f"`{name}` is {kind}, {' and '.join(bounds)}; {number} is not" if bounds else f"`{name}` is {kind}"
    reader.fault("out-of-range", message, place)
    return False


def _entry(value: Value, index: tuple[int, ...]) -> Value:
    for k in index:
        if isinstance(value, Items):
            value = value.items[k]
    return value


def _line(value: Value) -> int:
    return value.line


def _place(form: Form) -> Value:
    """Where a missing quantity is reported: at `given:`, or at the first line of the file."""
    return form.root.keys.get("given") or form.root


def without(program: Program, missing: set[str]) -> Program:
    """The program without the equations that need what was left out."""
    gone = set(missing)
    kept: list[Equation] = []
    for equation in program.equations:
        if any(n.name in gone for n in names_in(equation.formula)):
            gone.add(equation.name)
        else:
            kept.append(equation)
    return Program(tuple(kept))

