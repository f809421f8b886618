"""Records -> a few bytes and back, exactly: how reports wait until a form of output asks for them.

JSON, compressed: reading it back makes nothing but the records of `results.py`, whoever wrote it. A record is a map of
its name to the list of its fields, `{"Verdict": [...]}`; an array, a formula, a map and a person's own words have a sign
in place of the name. A class is told much the same, so arrays and verdicts stand in front, each once, and are numbers
behind the sign for what was met before.
"""

import json
import zlib
from collections.abc import Mapping, Sequence
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
AS_IT_IS = {str, float, int, bool, type(None)}  # in JSON
OFTEN_THE_SAME = {np.ndarray, results.Verdict}
Met = dict[int, tuple[int, Any]]  # by identity: a number, and what JSON holds
LARGEST = 1 << 30  # bytes of a chunk when unpacked: a small file can say that it is a huge one


def packed(value: Any) -> bytes:
    """A record, or tuples of them, in bytes."""
    met: Met = {}
    plain = _plain(value, met)
    document = [spelled for _, spelled in met.values()], plain
    return zlib.compress(json.dumps(document, separators=(",", ":"), check_circular=False).encode(), 1)


def unpacked(data: bytes) -> Any:
    """What was packed. Raises `ValueError` for bytes that nothing was packed into."""
    try:
        opener = zlib.decompressobj()
        text = opener.decompress(data, LARGEST)
        if opener.unconsumed_tail:
            raise ValueError("too large")
        document = json.loads(text)
        if not isinstance(document, list):
            raise ValueError("no list")
        before, plain = document
        known: list[Any] = []
        for spelled in before:
            known.append(_record(spelled, known))
        return _record(plain, known)
    except (zlib.error, TypeError, LookupError, RecursionError, errors.HomeworkError) as error:
        raise ValueError(str(error)) from None


def _plain(value: Any, met: Met) -> Any:
    """What JSON holds of a value; arrays and verdicts that were not met before are added to the others."""
    kind = value.__class__
    if kind in AS_IT_IS:
        return value
    if kind in OFTEN_THE_SAME:
        if id(value) not in met:
            spelled = _spelled(value, met)
            met[id(value)] = len(met), spelled
        return {"#": met[id(value)][0]}
    return _spelled(value, met)


def _spelled(value: Any, met: Met) -> Any:
    kind = value.__class__
    if kind is np.ndarray:
        return {"[]": [value.dtype.str, value.shape, value.ravel().tolist()]}
    if isinstance(value, Node):
        return {"=": source(value)}
    if isinstance(value, tuple | list):
        items = [item if item.__class__ in AS_IT_IS else _plain(item, met) for item in value]
        return {kind.__name__: items} if kind.__name__ in RECORDS else items
    if isinstance(value, Mapping):
        return {"{}": {name: _plain(item, met) for name, item in value.items()}}
    if isinstance(value, str):
        return {'"': str(value)}
    return bool(value) if isinstance(value, np.bool_) else float(value)


def _record(value: Any, known: Sequence[Any]) -> Any:
    if isinstance(value, list):
        return tuple([_record(item, known) for item in value])
    if not isinstance(value, dict):
        return value
    ((name, content),) = value.items()
    if name == "#":
        return known[content]
    if name in RECORDS:
        return RECORDS[name](*[_record(item, known) for item in content])
    if name == "[]":
        kind, shape, numbers = content
        if kind not in ("<f8", "|b1", "<i8"):
            raise ValueError(f"no array of {kind}")
        return np.array(numbers, kind).reshape(shape)
    if name == "=":
        return parse_formula(content)
    if name == "{}":
        return {key: _record(item, known) for key, item in content.items()}
    return results.FreeText(content)
