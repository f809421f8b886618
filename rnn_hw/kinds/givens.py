"""The values that a problem file gives, read by a kind's rows: names, ranges, steps; their shapes are for `sizes.py`."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from rnn_hw.errors import did_you_mean
from rnn_hw.fields import Reader, Written, text_of
from rnn_hw.kinds.kind import Array, Form, Given, Shape
from rnn_hw.kinds.sizes import Misfit, Sizes, fitted
from rnn_hw.lang.evaluate import Stack
from rnn_hw.lang.keys import split_key
from rnn_hw.source import Items, Value
from rnn_hw.text_file import short

FIELDS_BESIDE = ("ask", "conventions", "decimals", "digits", "names", "points", "steps", "title")  # not below `given:`


class Values(NamedTuple):
    """What was given: plain arrays, a stack for each sequence and for each initial state, and their own shapes."""

    given: dict[str, Array | Stack]
    shapes: dict[str, Shape]
    steps: int
    missing: set[str]  # optional ones that were left out


def read_given(form: Form, rows: Sequence[Given], aliases: Mapping[str, str]) -> Values:
    """Reads `given:`; what is wrong is in the form's reader, and the values are then not whole."""
    known = {name: row for row in rows for name in row.names.split()}
    found, broken = _by_name(form, known, aliases)
    absent = {name: row for name, row in known.items() if name not in found and name not in broken}
    _report_missing(form, [name for name, row in absent.items() if not row.optional and row.default is None], known)
    values = Values({}, {}, 1, {split_key(name)[0] for name, row in absent.items() if row.optional})
    sizes = Sizes()
    for name, row in known.items():
        array = _read(form.reader, name, found[name], row, sizes) if name in found else None
        if array is not None:
            _put(values, name, array, row.series)
    for name, row in absent.items():
        letters = [sizes.letters.get(letter) for letter in row.shape.split()]
        if row.default is not None and None not in letters:
            _put(values, name, np.full([size.number for size in letters if size], row.default), False)
    return values._replace(steps=sizes.steps.number if sizes.steps else 1)


def place_of_given(form: Form) -> Value:
    """Where a missing quantity is reported: at `given:`, or at the first line of the file."""
    return form.root.keys.get("given") or form.root


def _put(values: Values, name: str, array: Array, series: bool) -> None:
    base, time = split_key(name)
    values.shapes[base] = array.shape[series:]
    values.given[base] = Stack(array, 1) if series else Stack(array[None], time) if time is not None else array


def _report_missing(form: Form, missing: Sequence[str], known: Mapping[str, Given]) -> None:
    value = form.root.get("given")
    if value is not None and not form.given.entries and not getattr(value, "is_null", False):
        return  # it is no map, which was said
    if missing and not form.given.entries:
        help = "write `given:` and below it " + ", ".join(f"`{name}: ...`" for name in missing[:12])
        form.reader.fault("missing-given", "nothing is given", place_of_given(form), help)
        return
    for name in missing:
        about = f" ({known[name].about})" if known[name].about else ""
        form.reader.fault(
            "missing-given",
            f"`{name}` is not given",
            place_of_given(form),
            f"write `{name}: ...` under `given:`{about}",
        )


def _by_name(form: Form, known: Mapping[str, Given], aliases: Mapping[str, str]) -> tuple[dict[str, Value], set[str]]:
    """The values by the names of the rows, and the names that have a fault; `x[1]`, `x[2]` are put together."""
    found: dict[str, Value] = {}
    broken: set[str] = set()
    pieces: dict[str, dict[int, Value]] = {}
    for key, value in form.given.entries.items():
        at = form.given.keys[key]
        base, time = split_key(key)
        base = aliases.get(base, base)
        name = base if time is None else f"{base}[{time}]"
        series = time is not None and base in known and known[base].series
        if name not in known and not series:
            help = did_you_mean(name, [*known, *aliases])
            if key in FIELDS_BESIDE:
                help = f"write `{key}:` at the start of a line, not under `given:`"
            form.reader.fault("unknown-key", f"`{short(key)}` is no quantity of this kind of problem", at, help)
        elif name in found or (series and base in found) or (name in pieces):
            first = found.get(name) or found.get(base) or next(iter(pieces[name].values()))
            message = f"`{short(key)}` is given twice, first on line {first.line}"
            form.reader.fault("duplicate-key", message, at, "keep one of them")
        elif time is not None and series:
            pieces.setdefault(base, {})[time] = value
        else:
            found[name] = value
    for base, steps in pieces.items():
        if gap := _gap(steps):
            help = "steps are counted from 1" if gap == 1 else ""
            form.reader.fault("missing-given", f"`{base}[{gap}]` is not given", next(iter(steps.values())), help)
            broken.add(base)
        else:
            whole = Items([steps[k] for k in sorted(steps)])
            whole.start_mark, whole.end_mark = steps[1].start_mark, steps[1].end_mark
            found[base] = whole
    return found, broken


def _gap(steps: Mapping[int, object]) -> int | None:
    """The first step that is missing."""
    return next((k for k in range(1, max(steps) + 1) if k not in steps), 1 if 0 in steps else None)


def _read(reader: Reader, name: str, value: Value, row: Given, sizes: Sizes) -> Array | None:
    """One quantity in the shape of its row, or `None` with a fault reported."""
    written = reader.array(value, name)
    if written is None or not _in_range(reader, name, value, written, row):
        return None
    array = fitted(name, written.value, row, f"`{name}`, line {value.line}", sizes)
    if isinstance(array, Misfit):
        reader.fault("wrong-shape", array.message, value, array.help, array.notes)
        return None
    return array


def _in_range(reader: Reader, name: str, value: Value, written: Written, row: Given) -> bool:
    wrong = ~((written.value >= row.low) & (written.value < row.high))
    if row.whole:
        wrong |= written.value != np.floor(written.value)
    if not wrong.any():
        return True
    place = value
    for k in np.argwhere(wrong)[0]:
        place = place.items[k] if isinstance(place, Items) else place
    bounds = [f"at least {row.low:,.15g}"] if np.isfinite(row.low) else []
    bounds += [f"less than {row.high:,.15g}"] if np.isfinite(row.high) else []
    wanted = " ".join(["a whole number,"] * row.whole + [" and ".join(bounds)])
    reader.fault("out-of-range", f"`{name}` is {wanted.rstrip(', ')}, not {short(text_of(place))}", place)
    return False
