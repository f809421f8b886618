"""Intervals of real numbers with open and closed ends, and their arithmetic. Nothing here knows a tree or a program.

The result of an operation holds every value that it has for arguments inside the arguments' intervals: ends are computed
as exact fractions and only then rounded outward to doubles. An end that is open is not attained, so that a product of
two numbers below 1 is below 1. A value that does not exist (1/0, the root of -1) is no value, and in no interval.
"""

import math
from fractions import Fraction
from typing import NamedTuple

MOST_POWER = 64  # beyond it the exact ends are numbers of thousands of digits


class Interval(NamedTuple):
    """The numbers from `low` to `high`; infinite ends are open."""

    low: float
    high: float
    low_open: bool = False
    high_open: bool = False

    def __str__(self) -> str:
        """As a text: `(0, 1]`, `(−∞, ∞)`; a single number as that number."""
        if self.low == self.high:
            return _shown(self.low)
        ends = f"{_shown(self.low)}, {_shown(self.high)}"
        return ("(" if self.low_open else "[") + ends + (")" if self.high_open else "]")

    @property
    def empty(self) -> bool:
        return not (self.low < self.high or (self.low == self.high and not (self.low_open or self.high_open)))

    @property
    def bounded(self) -> bool:
        return not (math.isinf(self.low) and math.isinf(self.high))

    def holds(self, value: float) -> bool:
        """Whether the number is inside."""
        above = self.low < value or (self.low == value and not self.low_open)
        return above and (value < self.high or (value == self.high and not self.high_open))


EVERY = Interval(-math.inf, math.inf, True, True)


def point(value: float) -> Interval:
    """The interval of one number."""
    return Interval(value, value)


def read_interval(text: str) -> Interval:
    """The interval behind a text.

    >>> read_interval("(0, 1]")
    Interval(low=0.0, high=1.0, low_open=True, high_open=False)
    """
    low, high = (float(part) for part in text[1:-1].split(","))
    return Interval(low, high, text[0] == "(" or math.isinf(low), text[-1] == ")" or math.isinf(high))


def _shown(value: float) -> str:
    return f"{value + 0.0:.6g}".replace("-", "−").replace("inf", "∞")


# --- sets -------------------------------------------------------------------------------------------------------------


def hull(*parts: Interval) -> Interval:
    """The smallest interval around several."""
    low, low_open = min((p.low, p.low_open) for p in parts)
    high, high_closed = max((p.high, not p.high_open) for p in parts)
    return Interval(low, high, low_open, not high_closed)


def meet(a: Interval, b: Interval) -> Interval:
    """What is in both; it may be empty."""
    low, low_open = max((a.low, a.low_open), (b.low, b.low_open))
    high, high_closed = min((a.high, not a.high_open), (b.high, not b.high_open))
    return Interval(low, high, low_open, not high_closed)


# --- arithmetic -------------------------------------------------------------------------------------------------------


def down(exact: Fraction) -> float:
    """The largest double that is not above an exact number."""
    value = _double(exact)
    return math.nextafter(value, -math.inf) if math.isinf(value) or Fraction(value) > exact else value


def up(exact: Fraction) -> float:
    """The smallest double that is not below an exact number."""
    return -down(-exact)


def _double(exact: Fraction) -> float:
    try:
        return float(exact)
    except OverflowError:
        return math.inf if exact > 0 else -math.inf


def add(a: Interval, b: Interval) -> Interval:
    """The sum."""
    low = down(Fraction(a.low) + Fraction(b.low)) if math.isfinite(a.low) and math.isfinite(b.low) else -math.inf
    high = up(Fraction(a.high) + Fraction(b.high)) if math.isfinite(a.high) and math.isfinite(b.high) else math.inf
    return _of(low, high, a.low_open or b.low_open, a.high_open or b.high_open)


def negative(a: Interval) -> Interval:
    """The number with the other sign."""
    return Interval(-a.high, -a.low, a.high_open, a.low_open)


def subtract(a: Interval, b: Interval) -> Interval:
    """The difference."""
    return add(a, negative(b))


def multiply(a: Interval, b: Interval) -> Interval:
    """The product."""
    corners = [
        (_product(x, y), _unattained(x, x_open, y, y_open))
        for x, x_open in ((a.low, a.low_open), (a.high, a.high_open))
        for y, y_open in ((b.low, b.low_open), (b.high, b.high_open))
    ]
    low, low_open = min(((_down(value), is_open) for value, is_open in corners))
    high, high_closed = max(((_up(value), not is_open) for value, is_open in corners))
    return _of(low, high, low_open, not high_closed)


def _product(x: float, y: float) -> Fraction | float:
    if x == 0 or y == 0:
        return Fraction(0)  # 0 times what grows without bound: every finite number gives 0
    return x * y if math.isinf(x) or math.isinf(y) else Fraction(x) * Fraction(y)


def _unattained(x: float, x_open: bool, y: float, y_open: bool) -> bool:
    """Whether a corner of a product is only approached; a 0 that is attained makes the product attained."""
    if (x == 0 and not x_open) or (y == 0 and not y_open):
        return False
    return x_open or y_open


def _down(value: Fraction | float) -> float:
    return down(value) if isinstance(value, Fraction) else value


def _up(value: Fraction | float) -> float:
    return up(value) if isinstance(value, Fraction) else value


def inverse(a: Interval) -> Interval:
    """One divided by it; everything where 0 lies between the ends."""
    if a.low < 0 < a.high or a.low == a.high == 0:
        return EVERY
    if a.low < 0:
        return negative(inverse(negative(a)))
    low = 0.0 if math.isinf(a.high) else down(1 / Fraction(a.high))
    high = math.inf if a.low == 0 else up(1 / Fraction(a.low))
    return _of(low, high, a.high_open, a.low_open or a.low == 0)


def divide(a: Interval, b: Interval) -> Interval:
    """The quotient."""
    if a.low == a.high == 0:
        return a
    return multiply(a, inverse(b))


def size(a: Interval) -> Interval:
    """The absolute value."""
    if a.low >= 0:
        return a
    if a.high <= 0:
        return negative(a)
    high, closed = max((-a.low, not a.low_open), (a.high, not a.high_open))
    return Interval(0.0, high, False, not closed)


def power(a: Interval, exponent: Interval) -> Interval:
    """A power with a whole number as exponent, tightly; any other power of what is not negative is not negative."""
    n = exponent.low
    if exponent.low != exponent.high or not n.is_integer() or abs(n) > MOST_POWER:
        return Interval(0.0, math.inf, a.low > 0, True) if a.low >= 0 else EVERY
    if n < 0:
        return inverse(power(a, point(-n)))
    if n == 0:
        return point(1.0)
    if n % 2 == 0:
        a = size(a)
    low, high = (x**n if math.isinf(x) else Fraction(x) ** int(n) for x in (a.low, a.high))
    return _of(_down(low), _up(high), a.low_open, a.high_open)


def several(a: Interval) -> Interval:
    """The sum of one or more numbers, each of them inside."""
    low = a.low if a.low >= 0 else -math.inf
    high = a.high if a.high <= 0 else math.inf
    return _of(low, high, a.low_open, a.high_open)


def larger(a: Interval, b: Interval) -> Interval:
    """The larger one of two numbers."""
    low, low_open = max((a.low, a.low_open), (b.low, b.low_open))
    high, closed = max((a.high, not a.high_open), (b.high, not b.high_open))
    return Interval(low, high, low_open, not closed)


def smaller(a: Interval, b: Interval) -> Interval:
    """The smaller one of two numbers."""
    return negative(larger(negative(a), negative(b)))


def length(a: Interval) -> Interval:
    """The root of the sum of one or more squares."""
    inside = size(a)
    return Interval(inside.low, inside.high if inside.high == 0 else math.inf, inside.low_open, inside.high != 0)


def _of(low: float, high: float, low_open: bool, high_open: bool) -> Interval:
    return Interval(low, high, low_open or math.isinf(low), high_open or math.isinf(high))
