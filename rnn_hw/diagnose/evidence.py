"""How many bits a printed number takes, given what a calculator would have shown: none where it is just that.

A number that nothing explains takes the bits of its printed digits; one that is explained takes none, or a few where it
was rounded loosely or miswritten. A set of mistakes is worth what it saves. (Minimum description length; Rissanen 1978.)
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_hw.diagnose.pen import COPIED, SLIPS, Numbers

Array = NDArray[Any]
EXPLAINED, LOOSE, FIRST_SLIP, UNEXPLAINED = 0, 1, 2, 99
LOOSELY = 3.0  # bits of a number whose last digit is off by one: cut instead of rounded
FINEST = 1e-11  # relative: no more digits are held against a double
MOST_BITS = 30.0
ROUNDING = 1 + 1e-9  # of half a unit, which is a double itself
CODES = tuple(SLIPS)
BY_DIGITS = {code: slip for code, slip in SLIPS.items() if slip.made is not None}
CHEAPEST = min(slip.bits for slip in BY_DIGITS.values())


def how_of(code: str) -> int:
    """The sign of a number that a slip of the pen explains."""
    return FIRST_SLIP + CODES.index(code)


HOW_BY_DIGITS = np.array([how_of(code) for code in BY_DIGITS])


class Tracks(NamedTuple):
    """Three values of a line: from what is believed to be in the calculator, from the page, and from what differs between
    these by rounding alone."""

    believed: Array
    page: Array
    near: Array


class Judged(NamedTuple):
    """By entry: the bits, how it is explained, and the value that is believed to be in the calculator now."""

    bits: Array
    how: Array
    believed: Array


def judged(
    printed: Array,
    half: Array,
    tracks: Tracks,
    scale: Array,
    elsewhere: Callable[[Array], Array] | None = None,
) -> Judged:
    """The evidence of printed numbers; `scale` is the size that such a number has.

    `elsewhere` gives the numbers of other lines that might have been copied into some rows, a line on each entry of a
    leading axis.
    """
    half = np.maximum(half, FINEST * np.maximum(np.abs(printed), scale))
    with np.errstate(all="ignore"):
        as_believed = np.abs(printed - tracks.believed) <= half * ROUNDING
    # In a class most numbers are as they should be.
    off = np.flatnonzero(~as_believed.reshape(len(printed), -1).all(axis=1))
    found = Judged(np.zeros(printed.shape), np.full(printed.shape, EXPLAINED, np.int8), np.array(tracks.believed))
    if len(off):
        others = None if elsewhere is None else lambda: elsewhere(off)
        some = Tracks(*(track[off] for track in tracks))
        part = _weighed(printed[off], half[off], some, scale, others)
        found.bits[off], found.how[off], found.believed[off] = part
    return found


def _weighed(
    printed: Array,
    half: Array,
    tracks: Tracks,
    scale: Array,
    elsewhere: Callable[[], Array] | None,
) -> Judged:
    """The evidence of rows that are not all as believed."""
    believed, page, near = tracks
    room = half * ROUNDING
    with np.errstate(all="ignore"):
        from_believed, from_page, from_near = (np.abs(printed - t) for t in tracks)
        at_once, moved = from_believed <= room, from_near <= room
        exact = at_once | moved | (from_page <= room)
        width = np.abs(near - believed)
        between = ~exact & (from_believed <= room + width)
        loose = ~exact & ~between & (np.fmin(from_believed, from_page) <= 2 * half)
        bits = np.where(loose, LOOSELY, 0.0)
        if between.any():
            most = np.log2(1 + width[between] / half[between])  # where rounding may reach to infinity, so do these
            bits[between] = np.minimum(most, MOST_BITS)
        from_there = at_once | between | (loose & (from_believed <= 2 * half))
        best = np.where(from_there, believed, np.where(moved, near, page))
    raw = ~(exact | between | loose)
    how = np.where(raw, UNEXPLAINED, np.where(loose, LOOSE, EXPLAINED))
    if not raw.any():
        return Judged(bits, how, best)
    found = Judged(np.where(raw, unexplained(printed, half, scale), bits), how, np.where(raw, printed, best))
    meanings = (believed,) if np.array_equal(believed[raw], page[raw], equal_nan=True) else (believed, page)
    _try_slips(found, printed[raw], half[raw], np.stack([meant[raw] for meant in meanings]), raw)
    if elsewhere is None:
        return found
    others = elsewhere()
    cost = SLIPS[COPIED].bits + np.log2(np.maximum(np.count_nonzero(~np.isnan(others), axis=0), 1))
    with np.errstate(invalid="ignore"):
        copied = raw & (cost < found.bits) & (np.abs(others - printed) <= room).any(axis=0)
    return Judged(
        np.where(copied, cost, found.bits),
        np.where(copied, how_of(COPIED), how),
        np.where(copied, believed, found.believed),
    )


def _try_slips(found: Judged, printed: Array, half: Array, meant: Array, raw: NDArray[np.bool_]) -> None:
    """Puts slips of the pen where they take fewer bits; the numbers that may be meant are on a leading axis."""
    numbers = Numbers(printed, half, meant)
    every = np.stack([slip.cost(numbers) for slip in BY_DIGITS.values()], axis=1)
    which, slip = np.divmod(every.reshape(-1, len(printed)).argmin(axis=0), len(BY_DIGITS))
    some = np.arange(len(printed))
    cost = every[which, slip, some]
    better = cost < found.bits[raw]
    if better.any():
        found.bits[raw] = np.where(better, cost, found.bits[raw])
        found.how[raw] = np.where(better, HOW_BY_DIGITS[slip], found.how[raw])
        found.believed[raw] = np.where(better, meant[which, some], found.believed[raw])


def may_take(printed: Array, half: Array, tracks: Tracks, scale: Array, limit: Array) -> NDArray[np.bool_]:
    """Which rows may take so few bits, with slips of the pen in at most half of their entries.

    An entry that no track comes near takes the cheapest slip at least, or its digits. The tracks may have an axis more in
    front.
    """
    half = np.maximum(half, FINEST * np.maximum(np.abs(printed), scale))
    room = half * ROUNDING
    with np.errstate(all="ignore"):
        near = np.abs(printed - tracks.believed) <= np.maximum(room + np.abs(tracks.near - tracks.believed), 2 * half)
        near |= np.abs(printed - tracks.page) <= 2 * half
        near |= np.abs(printed - tracks.near) <= room
    flat = (*near.shape[: near.ndim - printed.ndim + 1], -1)
    least = np.where(near, 0.0, np.minimum(unexplained(printed, half, scale), CHEAPEST)).reshape(flat)
    near = near.reshape(flat)
    found: NDArray[np.bool_] = (2 * np.count_nonzero(near, axis=-1) >= near.shape[-1]) & (least.sum(axis=-1) <= limit)
    return found


def unexplained(printed: Array, half: Array, scale: Array) -> Array:
    """The bits of numbers that nothing explains: those of their digits and their sign."""
    size = np.maximum(np.abs(printed), scale)
    with np.errstate(all="ignore"):  # it may be 0, or as large as a double can be
        return np.clip(np.log2(2 * size / np.maximum(half, FINEST * size + 1e-300)), 1, MOST_BITS)


def standing(found: Judged, printed: Array, half: Array, scale: Array, some: Array) -> Judged:
    """The evidence, but for slips of the pen in some rows, whose numbers stand for themselves."""
    some = some.reshape(-1, *(1,) * (printed.ndim - 1)) & (found.how > LOOSE)
    bits = np.where(some, unexplained(printed, half, scale), found.bits)
    how = np.where(some, UNEXPLAINED, found.how)
    return Judged(bits, how, np.where(some, printed, found.believed))
