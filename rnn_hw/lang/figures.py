"""Numbers and arrays -> text. Decides digits, never brackets: those are `notation.py`'s.

Rounding is half away from zero, on the decimal that people see: 0.6855 is 0.686 at three decimals although the double is
a hair below. So a number is first read as its shortest decimal, without the noise behind the 14th figure that summing
doubles leaves, and then rounded as on paper, in whole numbers. (The module `decimal` costs a millisecond to import.)
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

NOISE = 14  # significant figures in which sums of doubles still agree with the sums on paper
SMALLEST, LARGEST = -4, 6  # from 0.0001 to below a million a number is written out, beyond with an exponent
LARGEST_WHOLE = 9  # a whole number is written out below a milliard
LARGEST_FIXED = 15  # beyond the digits of a double, decimals asked for would be invented


def full(value: float, minus: str = "-") -> str:
    """The shortest text that reads back to the same double.

    >>> full(1e-8), full(4.0), full(-0.5)
    ('1e-8', '4', '-0.5')
    """
    value = float(value)
    if not math.isfinite(value) or value == 0:
        return _special(value, minus)
    mantissa, _, exponent = repr(abs(value)).partition("e")
    text = mantissa.removesuffix(".0") + (f"e{int(exponent)}" if exponent else "")
    return minus + text if value < 0 else text


def figure(value: float, digits: int = 4, decimals: int | None = None, minus: str = "−") -> str:
    """A number for people: `digits` significant figures, or `decimals` places unless they would show it as zero.

    Whole numbers stay as they are, the integer part is never rounded away below a million, and zeros at the end are
    dropped where the number is exact without them.

    >>> figure(0.23147), figure(1.2), figure(0.59996), figure(12345.678), figure(-1.44e-7), figure(1000)
    ('0.2315', '1.2', '0.6000', '12346', '−1.44e-7', '1000')
    >>> figure(0.6855, decimals=3), figure(2, decimals=3), figure(1.44e-7, decimals=3)
    ('0.686', '2.000', '1.44e-7')
    """
    value = float(value)
    if not math.isfinite(value):
        return _special(value, minus)
    sign = minus if value < 0 else ""
    digits = max(digits, 1)
    if decimals is not None:
        decimals = max(decimals, 0)
        if value == 0:
            return _placed(0, -decimals)
        number, power = _decimal(value, _magnitude(value) + decimals + 1)
        shown = _rounded(number, power, -decimals)
        if shown and _magnitude(value) < LARGEST_FIXED:
            return sign + _placed(shown, -decimals)
    if value == 0:
        return "0"
    return sign + _significant(*_decimal(value, digits), digits)


def array(
    value: NDArray[Any] | float, digits: int = 4, decimals: int | None = None, limit: int = 24, minus: str = "−"
) -> str:
    """An array on one line; beyond `limit` entries only the first and the last of each axis.

    >>> array(np.array([0.5, -1])), array(np.array([[1, 2], [3, 4]])), array(np.array([[0.25]]))
    ('[0.5, −1]', '[1, 2; 3, 4]', '0.25')
    """
    value = np.asarray(value, dtype=float)
    if value.size == 1:
        return figure(value.item(), digits, decimals, minus)

    def line(part: NDArray[Any], keep: int) -> str:
        if part.ndim == 0:
            return figure(part.item(), digits, decimals, minus)
        if part.ndim == 1:
            return ", ".join(ends([line(p, keep) for p in _ends(part, keep)], keep, len(part)))
        rows = [line(p, keep) if part.ndim == 2 else f"[{line(p, keep)}]" for p in _ends(part, keep)]
        return ("; " if part.ndim == 2 else ", ").join(ends(rows, keep, len(part)))

    def ends(shown: list[str], keep: int, length: int) -> list[str]:
        return shown if length <= 2 * keep else [*shown[:keep], "…", *shown[keep:]]

    keep = value.size if value.size <= limit else {1: 3, 2: 2}.get(value.ndim, 1)
    return f"[{line(value, keep)}]"


def grid(
    value: NDArray[Any] | float, digits: int = 4, decimals: int | None = None, minus: str = "−"
) -> list[list[str]]:
    """The cells of a matrix, or of a vector as a column, each column padded so that the decimal points stand in line.

    >>> grid(np.array([1.5, -10]))
    [['  1.5'], ['−10  ']]
    """
    value = np.asarray(value, dtype=float)
    rows = value.reshape(-1, value.shape[-1]) if value.ndim > 1 else value.reshape(-1, 1)
    columns = [_aligned([figure(v, digits, decimals, minus) for v in column]) for column in rows.T.tolist()]
    return [list(row) for row in zip(*columns, strict=True)]


# --- decimals as whole numbers: a value is `number` times ten to the `power` --------------------------------------------


def _special(value: float, minus: str) -> str:
    if math.isnan(value):
        return "nan"
    return "0" if value == 0 else "inf" if value > 0 else minus + "inf"


def _decimal(value: float, figures: int) -> tuple[int, int]:
    """The shortest decimal that reads back to the size of `value`, without its noise where no `figures` ask for it."""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    number, power = int(whole + fraction), int(exponent or 0) - len(fraction)
    place = _exponent(number, power) - NOISE + 1
    if figures < NOISE and place > power:
        return _rounded(number, power, place), place
    return number, power


def _rounded(number: int, power: int, place: int) -> int:
    """The number in units of ten to the `place`, half away from zero."""
    if place <= power:
        return number * int(10 ** (power - place))
    unit = int(10 ** (place - power))
    return (2 * number + unit) // (2 * unit)


def _exponent(number: int, power: int) -> int:
    return len(str(number)) - 1 + power


def _magnitude(value: float) -> int:
    """The place of the first figure: 0 for 1 to 9, -1 for 0.1 to 0.9."""
    number, power = _decimal(value, 1)
    return _exponent(number, power)


def _significant(number: int, power: int, digits: int) -> str:
    first = _exponent(number, power)
    whole = power >= 0 or number % 10**-power == 0
    if whole and first < LARGEST_WHOLE:
        return str(_rounded(number, power, 0))
    place = first - digits + 1
    if place > 0 and first < LARGEST:
        place = 0
    shown = _rounded(number, power, place)
    if len(str(shown)) > first - place + 1 and place < 0:  # 9.9996 has become 10.000
        first, place, shown = first + 1, place + 1, shown // 10
    first = _exponent(shown, place)
    exact = _rounded(shown, place, min(place, power)) == _rounded(number, power, min(place, power))
    if SMALLEST <= first < LARGEST:
        text = _placed(shown, place)
        return text.rstrip("0").rstrip(".") if exact and place < 0 else text
    figures = str(shown)
    mantissa = figures[0] + "." + figures[1:digits]
    return (mantissa.rstrip("0") if exact else mantissa).rstrip(".") + f"e{first}"


def _placed(shown: int, place: int) -> str:
    """`shown` times ten to the `place`, written out; `place` is not above 0."""
    text = str(shown).rjust(1 - place, "0")
    return text if place == 0 else f"{text[:place]}.{text[place:]}"


def _ends(part: NDArray[Any], keep: int) -> Sequence[NDArray[Any]]:
    items = [part[k, ...] for k in range(len(part))] if len(part) <= 2 * keep else []
    return items or [part[k, ...] for k in (*range(keep), *range(len(part) - keep, len(part)))]


def _aligned(cells: list[str]) -> list[str]:
    before = [next((k for k, c in enumerate(cell) if c in ".e"), len(cell)) for cell in cells]
    widest = max(before, default=0)
    moved = [" " * (widest - b) + cell for b, cell in zip(before, cells, strict=True)]
    width = max(map(len, moved), default=0)
    return [cell.ljust(width) for cell in moved]
