"""What follows from a person's own numbers: the whole program, computed with their answers in place of its own values.

What the program computes for an answered line is then that line's value *given the earlier answers on the page*, through
any line that was left out. Students are a leading axis: a class is one evaluation. No verdict is given here.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_hw.kinds.kind import Setup
from rnn_hw.lang.evaluate import Clamp, Result, Stack, evaluate
from rnn_hw.results import Line

Array = NDArray[Any]


def followed(
    setup: Setup,
    lines: Sequence[Line],
    answers: Mapping[str, Array],
    known: Mapping[str, NDArray[np.bool_]],
    given: Mapping[str, Array | Stack] | None = None,
) -> dict[str, Array]:
    """The value of every line given the answers before it, by key; students (and what leads them) in front.

    `known[key]` has one truth value for each student: whether the line is answered.
    """
    clamps = _clamps(setup, lines, answers, known)
    result = evaluate(setup.program, given or setup.given, setup.shapes, setup.steps, clamps)
    return {line.key: _computed(result, setup, line) for line in lines}


def _clamps(
    setup: Setup, lines: Sequence[Line], answers: Mapping[str, Array], known: Mapping[str, NDArray[np.bool_]]
) -> dict[str, Clamp]:
    """The answers as clamps of the evaluation, the steps of a sequence stacked."""
    by_name: dict[str, list[Line]] = {}
    for line in lines:
        if line.key in answers:
            by_name.setdefault(line.name, []).append(line)
    clamps = {}
    for name, found in by_name.items():
        shape = setup.shapes[name]
        lead = np.broadcast_shapes(*(answers[f.key].shape[: answers[f.key].ndim - len(shape)] for f in found))
        if found[0].time is None:
            there = known[found[0].key]
            clamps[name] = Clamp(there.reshape(there.shape + (1,) * len(shape)), answers[found[0].key])
            continue
        value = np.zeros((setup.steps, *lead, *shape))
        mask = np.zeros((setup.steps, *lead, *(1,) * len(shape)), bool)
        for line in found:
            assert line.time is not None
            value[line.time - 1] = answers[line.key]
            mask[line.time - 1] = known[line.key].reshape(known[line.key].shape + (1,) * len(shape))
        clamps[name] = Clamp(mask, value)
    return clamps


def _computed(result: Result, setup: Setup, line: Line) -> Array:
    whole = result.computed.get(line.name)
    if whole is None:
        value = result.values[line.name]
        array = value.at(line.time or 0) if isinstance(value, Stack) else value
    else:
        array = whole if line.time is None else whole[line.time - 1]
    shape = setup.shapes[line.name]
    return np.broadcast_to(array, result.batch + shape)
