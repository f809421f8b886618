"""The largest and the smallest size of a formula in one number, over all reals.

Found numerically: 0 and other simple numbers first, then a dense grid, a grid in powers of ten out to 1e300, and
finer and finer grids around what was largest. A point counts only where every intermediate result is finite, because
`exp(z)/(1 + exp(z))` and its derivative are no numbers where `exp(z)` overflows. Nothing here proves; a formula that
hides a spike between two points of the grid is beyond it, unless the integral shows the spike (`largest`, `integral`).
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_hw.lang.compiled import Code
from rnn_hw.lang.differentiate import derivative
from rnn_hw.lang.operations import CONSTANTS
from rnn_hw.lang.tree import Name, Node

Array = NDArray[np.float64]
Size = Callable[[Any], Array]

SLACK = 8 * np.finfo(float).eps  # sizes that agree so far are equal
SIMPLE = (0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 3.0, -3.0)  # preferred as the place of a value that many places share
STEADY = 1e-6  # a finer grid around a largest value raises it by less than this, or there is no largest value
FAR = np.geomspace(1.0, 1e300, 6001)
DENSE = np.linspace(-20.0, 20.0, 16_001)
NEAR_ZERO = np.geomspace(1e-6, 1e-2, 81)


class Extreme(NamedTuple):
    """The largest (or smallest) size: `value` at the number `place`, or only approached towards `place` = ±infinity.

    A size without bound has the value infinity; `place` is then where it grows.
    """

    value: float
    place: float

    @property
    def attained(self) -> bool:
        return bool(np.isfinite(self.place) and np.isfinite(self.value))


def values(formula: Node, variable: str, points: Any) -> Array:
    """The formula at many points, not-a-number where it or a part of it is not finite.

    >>> from rnn_hw.lang.parse import parse_formula
    >>> values(parse_formula("1/z"), "z", [0, 2]).tolist()
    [nan, 0.5]
    """
    points = np.asarray(points, float)
    code = Code(lambda name: (), 1)
    slot = code.add(formula)
    with np.errstate(all="ignore"):
        slots = code.run(lambda name: points if name == Name(variable) else CONSTANTS[name.name])
    result = np.array(np.broadcast_to(slots[slot], points.shape), float)
    for k, part in enumerate(slots):
        wide = np.asarray(part, float)
        wide = (
            wide.reshape((*wide.shape[: wide.ndim - len(code.shapes[k])], -1)).max(axis=-1) if code.shapes[k] else wide
        )
        result[~np.broadcast_to(np.isfinite(wide), points.shape)] = np.nan
    return result


def largest(formula: Node, variable: str, integral: Node | None = None) -> Extreme:
    """The supremum of a formula's size. Where `integral` rises faster than the formula says, the grid is refined.

    >>> from rnn_hw.lang.parse import parse_formula
    >>> largest(parse_formula("1 - tanh(z)**2"), "z")
    Extreme(value=1.0, place=0.0)
    >>> largest(parse_formula("sigmoid(z)"), "z")
    Extreme(value=1.0, place=inf)
    >>> largest(parse_formula("2*z"), "z").value
    inf
    """

    def size(points: Any) -> Array:
        return np.abs(values(formula, variable, points))

    def sloped(points: Any) -> Array:
        return values(slope, variable, points)

    def summed(points: Any) -> Array:
        return values(integral, variable, points) if integral is not None else np.zeros(np.shape(points))

    slope = derivative(formula, variable)
    return _supremum(size, sloped, _spikes(size, summed))


def smallest(formula: Node, variable: str) -> float:
    """The infimum of a formula's size."""

    def depth(points: Any) -> Array:
        return -np.abs(values(formula, variable, points))

    points = np.concatenate([SIMPLE, DENSE, NEAR_ZERO, -NEAR_ZERO, FAR, -FAR])
    found = depth(points)
    if np.isnan(found).all():
        return 0.0
    order = np.argsort(np.where(np.isnan(found), -np.inf, found))[-12:]
    return -max(
        float(np.nanmax(found)), *(_climbed(depth, float(points[k]))[1] for k in order if np.isfinite(points[k]))
    )


# --- the search -------------------------------------------------------------------------------------------------------


def _supremum(size: Size, slope: Size, spikes: Array) -> Extreme:
    inner = np.sort(np.concatenate([SIMPLE, DENSE, NEAR_ZERO, -NEAR_ZERO, spikes]))
    sizes = size(inner)
    for sign in (1.0, -1.0):
        if _grows(inner, sizes, size(sign * FAR)):
            return Extreme(np.inf, sign * np.inf)
    points = np.concatenate([inner, FAR, -FAR])
    sizes = size(points)
    if np.isnan(sizes).all():
        return Extreme(np.nan, np.nan)
    best = float(np.nanmax(sizes))
    tame = np.abs(points) < 1e4  # farther out the floats are too far apart for finer grids
    peaks = [_climbed(size, start) for start in _candidates(points[tame], sizes[tame])]
    for place, found, steady in peaks:
        if found > best and not steady:
            return Extreme(np.inf, place)
    best = max([best, *(found for _, found, _ in peaks)])
    enough = best * (1 - SLACK)
    reaching = points[np.nan_to_num(sizes) >= enough]
    return _placed(size, slope, np.append(reaching, [place for place, found, _ in peaks if found >= enough]), best)


def _grows(inner: Array, sizes: Array, far: Array) -> bool:
    """Whether the largest size out to a distance still grows where the distance is squared, and squared again."""
    reach = np.flatnonzero(np.isfinite(far))
    if len(reach) == 0:
        return False
    last = int(reach[-1])
    largest = []
    for cut in (last // 4, last // 2, last):
        within = sizes[np.abs(inner) <= FAR[cut]]
        known = np.concatenate([within, far[: cut + 1]])
        largest.append(float(np.nanmax(known)) if np.isfinite(known).any() else 0.0)
    first, second = largest[1] - largest[0], largest[2] - largest[1]
    return second > 0.01 * largest[2] and second > 0.75 * first


def _candidates(points: Array, sizes: Array) -> list[float]:
    """The places of the largest sizes on the grid, from different hills."""
    order = np.argsort(np.where(np.isnan(sizes), -np.inf, sizes))[::-1]
    chosen: list[float] = []
    for k in order[:2000]:
        if np.isfinite(sizes[k]) and all(abs(points[k] - other) > 0.01 for other in chosen):
            chosen.append(float(points[k]))
        if len(chosen) == 12:
            break
    return chosen


def _climbed(size: Size, start: float) -> tuple[float, float, bool]:
    """The highest point near `start` by finer and finer grids, and whether it settles (it does not at a pole)."""
    width, place = max(1e-2, 1e-2 * abs(start)), start
    best = float(size([start])[0])
    heights = [best]
    for _ in range(13):  # down to the spacing of floats
        points = place + width * np.linspace(-1, 1, 33)
        sizes = size(points)
        if np.isfinite(sizes).any():
            k = int(np.nanargmax(sizes))
            if not sizes[k] <= best:
                place, best = float(points[k]), float(sizes[k])
        heights.append(best)
        width /= 8
    settled = abs(heights[-1] - heights[7]) <= STEADY * abs(best)
    return place, best, settled


def _spikes(size: Size, integral: Size) -> Array:
    """Points inside those cells of the grid over which the integral changes more than the size at their ends allows."""
    edges = np.sort(np.concatenate([DENSE, FAR, -FAR]))
    lows, highs = edges[:-1], edges[1:]
    found = [np.empty(0)]
    for _ in range(8):
        with np.errstate(all="ignore"):
            rise = np.abs(integral(highs) - integral(lows)) / (highs - lows)
        excess = np.nan_to_num(rise - np.maximum(size(lows), size(highs)), nan=0.0, posinf=0.0)
        steep = np.argsort(excess)[-8:]
        steep = steep[excess[steep] > 0]
        if len(steep) == 0:
            break
        inside = np.linspace(lows[steep], highs[steep], 17, axis=-1)
        found.append(inside.ravel())
        lows, highs = inside[:, :-1].ravel(), inside[:, 1:].ravel()
    return np.concatenate(found)


def _placed(size: Size, slope: Size, reaching: Array, best: float) -> Extreme:
    """The largest size at a simple number if it can be, else nearest to 0; or the infinity where it is approached."""
    enough = best * (1 - SLACK)
    simple = size(SIMPLE)
    if (simple >= enough).any():
        k = int(np.flatnonzero(simple >= enough)[0])
        return Extreme(float(simple[k]), SIMPLE[k])
    start = float(_nearest_first(reaching)[0])
    if _saturates(size, start, enough):
        return Extreme(_limit(best), float(np.copysign(np.inf, start)))
    place, _, _ = _climbed(size, start)
    place = _rounded(size, _polished(slope, place), place, enough)
    return Extreme(float(size([place])[0]), place)


def _nearest_first(points: Array) -> Array:
    """Points by their distance from 0, the positive one of a pair first."""
    return points[np.argsort(np.abs(points) * np.where(points < 0, 1 + 1e-9, 1), kind="stable")]


def _polished(slope: Size, place: float) -> float:
    """The zero of the slope next to `place`, by bisection; `place` itself where the slope does not change its sign."""
    low, high = place - 1e-5 * max(1, abs(place)), place + 1e-5 * max(1, abs(place))
    ends = slope([low, high])
    if not ends[0] * ends[1] < 0:
        return place
    for _ in range(60):
        middle = (low + high) / 2
        if slope([middle])[0] * ends[0] > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _rounded(size: Size, polished: float, place: float, enough: float) -> float:
    """The shortest of the places that attain the value."""
    for candidate in (round(polished, 2), round(polished, 6), polished):
        if size([candidate])[0] >= enough:
            return candidate
    return place


def _saturates(size: Size, place: float, enough: float) -> bool:
    """Whether the size stays at the value from `place` out to infinity and came there gradually, as softplus' does."""
    beyond = size(np.sign(place) * FAR[np.greater(FAR, abs(place))])
    beyond = beyond[np.isfinite(beyond)]
    if place == 0 or len(beyond) == 0 or not (beyond >= enough).all():
        return False
    before = size(place * (1 - np.geomspace(1e-12, 0.5, 200)))
    short = 1 - before[before < enough] / (enough or 1.0)
    return bool(len(short) and short.min() < 1e-6)


def _limit(best: float) -> float:
    """A limit that rounding blurs, as the short decimal it is."""
    short = float(f"{best:.12g}")
    return short if abs(short - best) <= SLACK * abs(best) else best
