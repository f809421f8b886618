"""Numbers to try, the plainest first: rows with few numbers that are not 0, and these short decimals.

Nothing here knows what the numbers are for. The same size always gives the same rows.
"""

from collections.abc import Iterator
from itertools import combinations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_hw.lang.figures import full

Rows = NDArray[np.float64]

SHORT = (1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 3.0, -3.0, 10.0, -10.0)
MOST = 4000  # rows at once
RANDOM = 2500
SEED = 3


def candidates(entries: int, most: int = MOST) -> Iterator[Rows]:
    """Rows of so many entries: all zeros, then one, two, three entries of few values, then random ones of many."""
    yield np.concatenate([np.zeros((1, entries)), *_placed(entries, 1, SHORT, most)])
    for others in (2, 3):
        values = next((SHORT[:k] for k in (6, 2, 1) if _count(entries, others, k) <= most), ())
        if values and entries >= others:
            yield from _placed(entries, others, values, most)
    if entries:
        random = np.random.default_rng(SEED)
        kept = random.random((RANDOM, entries)) < random.choice([0.3, 0.6, 1.0], size=(RANDOM, 1))
        plain = random.choice([*SHORT[:6], 0.1, -0.1, 1.5, -1.5], size=(RANDOM, entries))
        wide = np.round(
            random.normal(scale=random.choice([0.3, 1.0, 3.0, 10.0], size=(RANDOM, 1)), size=(RANDOM, entries)), 1
        )
        yield np.where(kept, np.where(np.arange(RANDOM)[:, None] % 2, plain, wide), 0.0)


def _count(entries: int, others: int, values: int) -> int:
    count = 1
    for k in range(others):
        count = count * (entries - k) // (k + 1)
    return count * int(values**others)


def _placed(entries: int, others: int, values: tuple[float, ...], most: int) -> Iterator[Rows]:
    """Every row with so many entries that are not 0, in batches."""
    places = np.array(list(combinations(range(entries), others)), int).reshape(-1, others)
    chosen = np.array(list(product(values, repeat=others)))
    if not len(places):
        return
    grid = np.zeros((len(places), len(chosen), entries))
    for k in range(others):
        grid[np.arange(len(places))[:, None], np.arange(len(chosen)), places[:, k, None]] = chosen[:, k]
    rows: Rows = grid.reshape(-1, entries)
    for start in range(0, len(rows), most):
        yield rows[start : start + most]


def costs(rows: Rows) -> NDArray[np.float64]:
    """How hard a row of numbers is to read: how many are not 0, then how short and how plain these are."""
    found: Any = np.zeros(len(rows))
    for value in np.unique(rows):
        if value:
            found += (rows == value).sum(axis=1) * cost(float(value))
    return np.asarray(found, float)


def cost(value: float) -> float:
    """The cost of one number; 0 is free, and 1 the cheapest of the others."""
    if value == 0:
        return 0.0
    text = full(abs(value))
    return 10 + 2 * len(text) + (value < 0) * 0.5 + (text != "1") * 1.0 + 0.01 * min(abs(value), 99)


def simpler(row: Rows) -> Rows:
    """Rows that differ from one in a single entry, and there hold a cheaper number."""
    rows = []
    for k, value in enumerate(row):
        for other in (0.0, *SHORT):
            if cost(other) < cost(float(value)):
                changed = row.copy()
                changed[k] = other
                rows.append(changed)
    return np.array(rows).reshape(-1, len(row))
