"""SLIPS: what the pen does on the way from the calculator to the page. One row per slip, tried on many numbers at once.

A slip explains one printed number by the value that should stand there. The value itself may have been worked on with.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
MOST_DIGITS = 12
OTHER_NUMBER, COPIED, SOME_SLIP = "pen-other-number", "pen-copied-line", "pen-slip"
_PLACES = 10 ** np.arange(MOST_DIGITS)


class Numbers:
    """Printed numbers, half a unit of each, and the value that should stand there."""

    def __init__(self, printed: Array, half: Array, meant: Array) -> None:
        self.printed, self.half, self.meant = printed, half, meant

    def near(self, other: Array) -> NDArray[np.bool_]:
        """Whether the printed number is `other`, as exactly as it is printed."""
        return np.asarray(np.abs(self.printed - other) <= self.half * (1 + 1e-9))

    @cached_property
    def digits(self) -> tuple[Array, Array]:
        """The digits of the printed and of the meant number, units of the last place first; -1 where none are to be had."""
        unit = 2 * self.half
        printed, meant = np.abs(self.printed / unit), np.abs(self.meant / unit)
        usable = np.isfinite(meant) & (np.maximum(printed, meant) < 10.0**MOST_DIGITS)
        usable &= np.sign(self.printed) == np.sign(self.meant)
        whole = [np.where(usable, np.rint(n), 0).astype(int)[..., None] for n in (printed, meant)]
        count = max(2, *(len(str(n.max(initial=0))) for n in whole))  # most numbers are short
        a, b = (n // _PLACES[:count] % 10 for n in whole)
        return np.where(usable[..., None], a, -1), np.where(usable[..., None], b, -1)

    @cached_property
    def other(self) -> NDArray[np.bool_]:
        """Which digits differ."""
        a, b = self.digits
        return np.asarray(a != b)

    @cached_property
    def length(self) -> Array:
        """The number of digits of the longer of the two."""
        a, b = self.digits
        some = (a > 0) | (b > 0)
        return np.asarray(
            np.where(some.any(axis=-1), some.shape[-1] - np.argmax(some[..., ::-1], axis=-1), MOST_DIGITS)
        )


class Slip(NamedTuple):
    """A row: `made` tells which numbers it explains, by their digits, if these tell at all. It takes `bits` at least, and
    the more the more `ways` there are to make it in a number, if they are not the same for all."""

    code: str
    title: str
    reason: str
    mend: str
    bits: float
    made: Callable[[Numbers], NDArray[np.bool_]] | None = None
    ways: Callable[[Numbers], Array] | None = None

    @property
    def bare(self) -> "Slip":
        """What is told of it where true values are kept back: one that is seen by its digits gives the number away."""
        return self if self.made is None else SLIPS[SOME_SLIP]

    def cost(self, numbers: Numbers) -> Array:
        """The bits of each number, infinite where it is not this slip."""
        assert self.made is not None, self.code
        with np.errstate(all="ignore"):
            more = np.log2(self.ways(numbers)) if self.ways is not None else 0.0
            return np.where(self.made(numbers), self.bits + more, np.inf)


def _factor_ten(n: Numbers) -> NDArray[np.bool_]:
    return n.near(10 * n.meant) | n.near(n.meant / 10) | n.near(100 * n.meant) | n.near(n.meant / 100)


def _sign(n: Numbers) -> NDArray[np.bool_]:
    return n.near(-n.meant)


def _digit(n: Numbers) -> NDArray[np.bool_]:
    return np.asarray(n.other.sum(axis=-1) == 1)


def _exchanged(n: Numbers) -> NDArray[np.bool_]:
    a, b = n.digits
    crossed = (a[..., :-1] == b[..., 1:]) & (a[..., 1:] == b[..., :-1]) & n.other[..., 1:]
    return np.asarray((n.other.sum(axis=-1) == 2) & crossed.any(axis=-1))


_ROWS = (
    Slip("pen-factor-ten", "the point in another place",
         "the digits are right, and the point stands one or two places off",
         "compare the size of the number with its neighbours", 5, _factor_ten),
    Slip("pen-sign", "a sign lost in writing",
         "the number is right but for its sign",
         "compare signs once more when you copy a number", 5, _sign),
    Slip("pen-digits-exchanged", "two digits exchanged",
         "two neighbouring digits stand in each other's place",
         "read the number back from the page", 5.5, _exchanged, lambda n: n.length / 2),
    Slip("pen-digit", "one digit misread or miswritten",
         "one digit is another; all others are right",
         "read the number back from the page", 4.5 + np.log2(9), _digit, lambda n: n.length),
    # found among the other lines of the page, and not by its digits
    Slip(COPIED, "the number of another line",
         "the number stands in another line of the sheet, where it belongs",
         "copy each result to its own line, and read it back", 4),
    # found by the lines after it, which were worked with another number, and not by its digits
    Slip(OTHER_NUMBER, "another number on the page than the one worked with",
         "the lines after it follow from the number that should stand here, and not from this one",
         "read the number back from the page", np.inf),
    # said in place of one that is seen by its digits, where true values are kept back: which it is gives the number away
    Slip(SOME_SLIP, "a slip of the pen",
         "the number is right but for a slip of the pen",
         "compare the number with what was worked out, digit by digit", np.inf),
)  # fmt: skip

SLIPS: Mapping[str, Slip] = {row.code: row for row in _ROWS}
