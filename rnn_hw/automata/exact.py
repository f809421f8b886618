"""Rational weights as integers that decide every threshold the same way.

A factor above zero changes no sign, so a unit's weights and bias may be multiplied by a common denominator. Floats are
taken at their exact binary value; a decimal such as 0.1 has to come as a `Fraction` to mean one tenth.
"""

from collections.abc import Iterable
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

# A number, a nested list or an array of exact numbers; numpy's own `ArrayLike` knows no `Fraction`.
Weights = Any

_INT64 = 2**62  # sums of magnitude below this cannot overflow, whatever their order


def fractions(numbers: Weights) -> NDArray[Any]:
    """The same array with every entry a `Fraction`."""
    given = np.asarray(numbers, dtype=object)
    exact = np.empty(given.shape, dtype=object)
    exact.flat[:] = [Fraction(number) for number in given.flat]
    return exact


def common_denominator(arrays: Iterable[NDArray[Any]]) -> int:
    """The least common denominator of all the `Fraction` entries."""
    return lcm(*(number.denominator for array in arrays for number in array.flat))


def integer_weights(*weights: Weights) -> tuple[NDArray[Any], ...]:
    """`weights` times their common denominator: int64 if no sum of entries can overflow, else Python's integers.

    What is added up in one pre-activation belongs in one call: `U, W, b_h` in one and `V, b_y` in another.

    >>> from fractions import Fraction as F
    >>> [w.tolist() for w in integer_weights([[F(1, 10), F(1, 5)]], [F(-3, 10)])]
    [[[1, 2]], [-3]]
    """
    exact = [fractions(array) for array in weights]
    factor = common_denominator(exact)
    scaled = [np.asarray(array * factor) for array in exact]
    for array in scaled:
        array.flat[:] = [int(number) for number in array.flat]
    total = sum(abs(number) for array in scaled for number in array.flat)
    return tuple(array.astype(np.int64) for array in scaled) if total < _INT64 else tuple(scaled)
