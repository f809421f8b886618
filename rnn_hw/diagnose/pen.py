"""SLIPS: what the pen does on the way from the calculator to the page. One row per slip, tried on many numbers at once.

A slip explains one printed number by the value that should stand there. The value itself may have been worked on with.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
MOST_DIGITS = 12


class Numbers(NamedTuple):
    """Printed numbers, half a unit of each, and the value that should stand there."""

    printed: Array
    half: Array
    meant: Array

    def near(self, other: Array) -> NDArray[np.bool_]:
        """Whether the printed number is `other`, as exactly as it is printed."""
        with np.errstate(invalid="ignore"):
            return np.asarray(np.abs(self.printed - other) <= self.half * (1 + 1e-9))

    def places(self) -> tuple[Array, Array]:
        """The printed and the meant number in units of the last place."""
        unit = 2 * self.half
        with np.errstate(invalid="ignore", divide="ignore"):
            printed, meant = np.abs(self.printed / unit), np.abs(self.meant / unit)
        usable = np.isfinite(printed) & np.isfinite(meant) & (np.maximum(printed, meant) < 10.0**MOST_DIGITS)
        usable &= np.sign(self.printed) == np.sign(self.meant)
        return np.where(usable, np.rint(printed), -1).astype(int), np.where(usable, np.rint(meant), -1).astype(int)


class Slip(NamedTuple):
    """A row: `made` tells which numbers it explains; `bits` how rare it is, `digits` how many digits it needs."""

    code: str
    title: str
    reason: str
    mend: str
    made: Callable[[Numbers], NDArray[np.bool_]]
    bits: Callable[[Numbers], Array]


def _factor_ten(n: Numbers) -> NDArray[np.bool_]:
    return n.near(10 * n.meant) | n.near(n.meant / 10) | n.near(100 * n.meant) | n.near(n.meant / 100)


def _sign(n: Numbers) -> NDArray[np.bool_]:
    return n.near(-n.meant)


def _differing(n: Numbers) -> tuple[Array, Array, Array]:
    """How many digits differ, and the lowest and highest place at which they do; none where there is no comparison."""
    a, b = n.places()
    count = np.zeros(a.shape, int)
    low, high = np.full(a.shape, MOST_DIGITS), np.full(a.shape, -1)
    for k in range(MOST_DIGITS):
        other = (a // 10**k % 10 != b // 10**k % 10) & (a >= 0)
        count += other
        low, high = np.where(other, np.minimum(low, k), low), np.where(other, k, high)
    return count, low, high


def _digit(n: Numbers) -> NDArray[np.bool_]:
    return np.asarray(_differing(n)[0] == 1)


def _exchanged(n: Numbers) -> NDArray[np.bool_]:
    a, b = n.places()
    count, low, high = _differing(n)
    k = np.clip(low, 0, MOST_DIGITS)
    crossed = (a // 10**k % 10 == b // 10 ** (k + 1) % 10) & (a // 10 ** (k + 1) % 10 == b // 10**k % 10)
    return np.asarray((count == 2) & (high == low + 1) & crossed)


def _length(n: Numbers) -> Array:
    """The number of digits of the longer of the two."""
    longest = np.maximum(*n.places())
    return np.asarray(np.floor(np.log10(np.maximum(longest, 1))) + 1)


def _constant(bits: float) -> Callable[[Numbers], Array]:
    return lambda n: np.full(n.printed.shape, bits)


_ROWS = (
    Slip("pen-factor-ten", "the point in another place",
         "the digits are right, and the point stands one or two places off",
         "compare the size of the number with its neighbours", _factor_ten, _constant(5)),
    Slip("pen-sign", "a sign lost in writing",
         "the number is right but for its sign",
         "compare signs once more when you copy a number", _sign, _constant(5)),
    Slip("pen-digits-exchanged", "two digits exchanged",
         "two neighbouring digits stand in each other's place",
         "read the number back from the page", _exchanged, lambda n: 4.5 + np.log2(_length(n))),
    Slip("pen-digit", "one digit misread or miswritten",
         "one digit is another; all others are right",
         "read the number back from the page", _digit, lambda n: 4.5 + np.log2(9 * _length(n))),
)  # fmt: skip

SLIPS: Mapping[str, Slip] = {row.code: row for row in _ROWS}
