"""Arrays as written -> arrays in the shape that a row asks for: `H D` on one row and `H H` on another must agree.

The first quantity that has a letter settles it; what does not fit is told with where the size was taken from. A vector of
one entry and a number are the same, and a row or a column may be written flat. Nothing here reads text.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from rnn_hw.kinds.kind import Array, Given, Shape
from rnn_hw.lang.operations import spoken

MOST_STEPS = 10_000


class Size(NamedTuple):
    """A number of entries or of steps."""

    number: int
    source: str  # where it was taken from, in words


class Misfit(NamedTuple):
    """Why an array has not the shape asked for."""

    message: str
    help: str = ""
    notes: Sequence[str] = ()


class Sizes:
    """What the quantities read so far have settled."""

    def __init__(self) -> None:
        self.letters: dict[str, Size] = {}
        self.steps: Size | None = None
        self.whole: tuple[Shape, str] | None = None  # of the quantities that all have one shape, `*`

    def number(self, letter: str) -> int | None:
        size = self.letters.get(letter)
        return size.number if size else None


def has(shape: Shape) -> str:
    """A shape as what is said of a quantity: `is a number`, `has 2 entries`, `is 3×2`."""
    return f"{'has' if len(shape) == 1 else 'is'} {spoken(shape)}"


def fitted(name: str, array: Array, row: Given, source: str, sizes: Sizes) -> Array | Misfit:
    """The array in the shape of its row, steps in front if it is a sequence."""
    if row.shape == "*":
        alike = _like_the_first(name, array, row, source, sizes)
        if isinstance(alike, Misfit) or not row.series:
            return alike
        return _other_steps(name, alike, source, sizes) or alike
    letters = row.shape.split()
    shaped = _with_axes(array, letters, row.series, sizes)
    if shaped is None:
        notes = [_taken(letter, sizes) for letter in dict.fromkeys(letters) if letter in sizes.letters]
        return Misfit(f"`{name}` {has(array.shape)}, it needs {_asked(letters, row.series)}", "", notes)
    if row.series and (misfit := _other_steps(name, shaped, source, sizes)):
        return misfit
    own = shaped.shape[row.series :]
    for letter, number in zip(letters, own, strict=True):
        settled = sizes.letters.setdefault(letter, Size(number, source))
        if settled.number != number:
            if settled.source == source:
                return Misfit(f"`{name}` {has(own)}, it needs as many columns as rows")
            wanted = tuple(sizes.number(k) or n for k, n in zip(letters, own, strict=True))
            message = f"`{name}` {has(own)}, it needs {spoken(wanted)}"
            return Misfit(message, _commas(array, number, settled.number), [_taken(letter, sizes)])
    return shaped


def _other_steps(name: str, array: Array, source: str, sizes: Sizes) -> Misfit | None:
    """Whether a sequence has another number of steps than the ones before."""
    if len(array) > MOST_STEPS:
        return Misfit(f"`{name}` has more than {MOST_STEPS:,} steps")
    sizes.steps = sizes.steps or Size(len(array), source)
    if sizes.steps.number == len(array):
        return None
    message = f"`{name}` has {len(array)} step{'s' * (len(array) != 1)}, it needs {sizes.steps.number}"
    notes = [f"the number of steps is taken from {sizes.steps.source}"]
    return Misfit(message, _commas(array, len(array), sizes.steps.number), notes)


def _with_axes(array: Array, letters: Sequence[str], series: bool, sizes: Sizes) -> Array | None:
    """The array with as many axes as its row asks, if axes of one entry are all that was left out or added."""
    rank = len(letters) + series

    def may_be_one(letter: str) -> bool:
        return sizes.number(letter) in (1, None)

    if array.ndim == rank:
        return array
    if array.ndim > rank:
        kept = [n for n in array.shape[series:] if n != 1]
        own = [*array.shape[:series], *kept, *[1] * (rank - series - len(kept))]
        return array.reshape(own) if len(own) == rank else None
    if series:  # a flat list is one number per step
        return array[:, None] if rank == 2 and array.ndim == 1 and may_be_one(letters[0]) else None
    if array.ndim == 0:
        return array.reshape((1,) * rank) if all(map(may_be_one, letters)) else None
    rows, columns = letters
    if sizes.number(columns) in (len(array), None) and may_be_one(rows):
        return array[None, :]
    return array[:, None] if sizes.number(rows) == len(array) and may_be_one(columns) else None


def _like_the_first(name: str, array: Array, row: Given, source: str, sizes: Sizes) -> Array | Misfit:
    """A quantity whose shape the first of them settles; a sequence has one more axis, or is a single step."""
    if sizes.whole is None:
        sizes.whole = array.shape, source
    wanted, settled_by = sizes.whole
    if array.shape == wanted:
        return array[None] if row.series else array
    if row.series and array.ndim and array.shape[1:] == wanted:
        return array
    flat = 1 in (*array.shape, *wanted, array.size)
    if flat and array.size == math.prod(wanted) and array.ndim <= max(len(wanted), 2):
        return array.reshape((1, *wanted) if row.series else wanted)
    message = f"`{name}` {has(array.shape)}, it needs {spoken(wanted)}"
    help = "for several steps, one more axis: one entry per step" if row.series else ""
    return Misfit(message, help, [f"the shape is taken from {settled_by}"])


def _asked(letters: Sequence[str], series: bool) -> str:
    """What a row asks for, in words."""
    if series:
        return "one row per step" + (f" of {letters[0]} entries" if letters else "")
    return {0: "one number", 1: f"a list of {''.join(letters)} entries"}.get(len(letters), " × ".join(letters))


def _taken(letter: str, sizes: Sizes) -> str:
    size = sizes.letters[letter]
    return f"{letter} = {size.number} is taken from {size.source}"


def _commas(array: Array, number: int, wanted: int) -> str:
    """The help where `0,5` may have been read as two numbers."""
    twice = number == 2 * wanted and not (array % 1).any()
    return "decimals are written with a point, not with a comma" if twice else ""
