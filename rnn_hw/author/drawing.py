"""Other numbers for a problem, put into its text where the old ones stand: comments, order and layout stay.

Numbers are short decimals, as large as those they replace. What must not be negative and lists of bits get no sign; a
state of zeros to start from and a constant such as beta or a learning rate stay what they are. Drawn with Python's own
generator, whose numbers for a text are the same everywhere.
"""

import re
from collections.abc import Iterator
from random import Random

import numpy as np
from numpy.typing import NDArray

from rnn_hw.errors import Diagnostic, HomeworkError
from rnn_hw.fields import Written, read_array
from rnn_hw.kinds.kind import Given
from rnn_hw.lang.keys import split_key
from rnn_hw.problem import Problem, read_problem
from rnn_hw.source import Document, Fields, Items, Scalar, Value, parse

MOST_DECIMALS, LEAST_DECIMALS = 2, 1
SMALLEST, LARGEST = 0.3, 2.0  # sizes that are drawn, of those that are common in what is given


class Drawn:
    """A problem with other numbers: its text, and the problem."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.problem: Problem = read_problem(parse(text, file))


def drawable(document: Document, problem: Problem) -> list[tuple[str, Value]]:
    """The given quantities that are drawn anew, with their places. Raises `HomeworkError` where there are none."""
    given = document.root.get("given")
    fields = given.entries if isinstance(given, Fields) else {}
    found = [(key, value) for key, value in fields.items() if _moves(key, value, problem)]
    if not found:
        message = f"`{problem.kind.name}` has no numbers here that could be others"
        raise HomeworkError(
            Diagnostic("nothing-to-draw", message, file=document.file, help="give its quantities numbers")
        )
    return found


def _moves(key: str, value: Value, problem: Problem) -> bool:
    """Whether a quantity is drawn: no constant of a rule, no state of zeros."""
    name, time = split_key(key)
    written = read_array(value)
    if not isinstance(written, Written):
        return False
    if time is not None and not written.value.any():
        return False
    row = _row(name, problem)
    constant = row is not None and not row.shape and not row.series and (np.isfinite(row.low) or row.whole)
    return not constant and name != "t"


def _row(name: str, problem: Problem) -> Given | None:
    """What the kind says of a given quantity."""
    return next((g for g in problem.kind.givens if name in g.names.replace("[0]", "").split()), None)


def drawn(document: Document, problem: Problem, random: Random) -> Drawn:
    """The problem with numbers drawn anew."""
    text = document.text
    for key, value in sorted(drawable(document, problem), key=lambda pair: -pair[1].start_mark.index):
        start, stop = value.start_mark.index, value.end_mark.index
        stop = start + len(text[start:stop].rstrip())  # a list in lines of its own ends where the next line begins
        text = text[:start] + _numbers(key, value, problem, random) + text[stop:]
    return Drawn(text, document.file)


def _numbers(key: str, value: Value, problem: Problem, random: Random) -> str:
    """A value of the same shape, in the brackets of YAML."""
    written = read_array(value)
    assert isinstance(written, Written)
    numbers = written.value
    row = _row(split_key(key)[0], problem)
    positive = (row is not None and row.low >= 0) or (numbers.size > 1 and _bits(numbers))
    size = float(np.clip(np.abs(numbers).max(), SMALLEST, LARGEST)) if numbers.any() else 1.0
    decimals = min(max(_decimals(value), LEAST_DECIMALS), MOST_DECIMALS)
    flat = iter(_draw(random, size, decimals, positive) for _ in range(numbers.size))
    return _nested(numbers.shape, flat)


def _bits(numbers: NDArray[np.float64]) -> bool:
    return bool(np.isin(numbers, (0, 1)).all())


def _draw(random: Random, size: float, decimals: int, positive: bool) -> str:
    """One number that is not zero, by its whole number of units."""
    unit = 10**decimals
    most = max(round(size * unit), 1)
    least = max(round(0.15 * size * unit), 1)
    count = random.randint(least, max(most, least))
    sign = -1 if not positive and random.random() < 0.5 else 1
    return f"{sign * count / unit:.{decimals}f}"


def _decimals(value: Value) -> int:
    """The decimals of the longest number."""
    if isinstance(value, Scalar):
        found = re.search(r"\.(\d+)", value.text)
        return len(found[1]) if found else 0
    return max((_decimals(item) for item in value.items), default=0) if isinstance(value, Items) else 0


def _nested(shape: tuple[int, ...], flat: Iterator[str]) -> str:
    if not shape:
        return next(flat)
    return "[" + ", ".join(_nested(shape[1:], flat) for _ in range(shape[0])) + "]"
