"""How near an answer has to be: intervals from printed digits, or from the place that the problem asks for."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
ZERO_SIZE = 0.01  # zero has no significant figures; one asked is then two decimals, two are three
UNSTATED = 0.005  # where no place is asked, two decimals at least
SLACK = 1e-12  # relative: 17-digit answers and batched evaluation must not disagree by a unit in the last place
COARSEST = 10.0  # an earlier answer counts as rounded to one place less than asked at most
GUARD_DIGIT = 0.2  # of a half unit: what is lost, over some steps, where one digit more than printed is carried


def tolerance(reference: Array, half_unit: Array, place: tuple[str, int] | None) -> Array:
    """Half a unit of the place asked, or of the place printed where none is; `reference` gives the size for figures."""
    if place is None:
        return np.minimum(half_unit, UNSTATED)
    word, number = place
    if word == "decimals":
        return np.full(np.broadcast_shapes(reference.shape, half_unit.shape), 0.5 * 10.0**-number)
    size = np.abs(reference)
    with np.errstate(divide="ignore"):
        exponent = np.floor(np.log10(np.where(size > 0, size, ZERO_SIZE)) + 1e-15)
    return np.broadcast_to(0.5 * 10.0 ** (exponent - number + 1), np.broadcast_shapes(size.shape, half_unit.shape))


def slack(*arrays: Array) -> Array:
    """What floating point may add to a comparison of these values."""
    size = sum(np.abs(a) for a in arrays)
    return np.asarray(SLACK * np.where(np.isfinite(size), size, 0) + 1e-300)


def within(a: Array, b: Array, room: Array) -> NDArray[np.bool_]:
    """Whether values agree up to `room`; never for what is not finite."""
    with np.errstate(invalid="ignore"):
        gap = np.abs(a - b)
        return np.asarray((gap <= room + slack(a, b)) & np.isfinite(gap))
