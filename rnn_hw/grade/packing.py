"""Records -> a few bytes and back, exactly: how reports wait until a form of output asks for them.

JSON, compressed: reading it back makes nothing but the records of `results.py`, whoever wrote it. A record is a map of
its name to the list of its fields, `{"Verdict": [...]}`; an array, a formula, a map and a person's own words have a sign
in place of the name.
"""

import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from rnn_hw import errors, results
from rnn_hw.lang.notation import source
from rnn_hw.lang.parse import parse_formula
from rnn_hw.lang.tree import Node

RECORDS: dict[str, Any] = {
    name: record
    for module in (errors, results)
    for name, record in vars(module).items()
    if isinstance(record, type) and issubclass(record, tuple)
}
LARGEST = 1 << 30  # bytes of a chunk when unpacked: a small file can say that it is a huge one


def packed(value: Any) -> bytes:
    """A record, or tuples of them, in bytes."""
    return zlib.compress(json.dumps(_plain(value), separators=(",", ":")).encode(), 1)


def unpacked(data: bytes) -> Any:
    """What was packed. Raises `ValueError` for bytes that nothing was packed into."""
    try:
        opener = zlib.decompressobj()
        text = opener.decompress(data, LARGEST)
        if opener.unconsumed_tail:
            raise ValueError("too large")
        return _record(json.loads(text))
    except (zlib.error, TypeError, LookupError, RecursionError, errors.HomeworkError) as error:
        raise ValueError(str(error)) from None


def _plain(value: Any) -> Any:
    kind = value.__class__
    if kind is str or kind is float or kind is int or kind is bool or value is None:
        return value
    if kind is tuple or kind is list:
        return [_plain(item) for item in value]
    if kind.__name__ in RECORDS:
        return {kind.__name__: [_plain(item) for item in value]}
    if kind is np.ndarray:
        return {"[]": [value.dtype.str, list(value.shape), value.ravel().tolist()]}
    if isinstance(value, Node):
        return {"=": source(value)}
    if isinstance(value, Mapping):
        return {"{}": {name: _plain(item) for name, item in value.items()}}
    if isinstance(value, str):
        return {'"': str(value)}
    return bool(value) if isinstance(value, np.bool_) else float(value)


def _record(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_record, value))
    if not isinstance(value, dict):
        return value
    ((name, content),) = value.items()
    if name in RECORDS:
        return RECORDS[name](*map(_record, content))
    if name == "[]":
        kind, shape, numbers = content
        if kind not in ("<f8", "|b1", "<i8"):
            raise ValueError(f"no array of {kind}")
        return np.array(numbers, kind).reshape(shape)
    if name == "=":
        return parse_formula(content)
    if name == "{}":
        return {key: _record(item) for key, item in content.items()}
    return results.FreeText(content)
