"""Curves as lines of text: a plot made of characters, readable without colour.

Each curve has a marker of its own; where two meet, the later one is seen. For forms with letters of equal width.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_hw.escape import terminal
from rnn_hw.lang import figures
from rnn_hw.layout import width
from rnn_hw.results import Series

MARKERS = "●○×+◆◇*#"
HEIGHT = 12


def lines(series: Series, room: int = 72, height: int = HEIGHT) -> list[str]:
    """The plot and its legend in lines of at most `room` cells; what is not finite, or not positive on a logarithmic
    axis, is left out and said so."""
    curves = [(label, *_points(series, xs, ys)) for label, xs, ys in series.curves]
    every_x = np.concatenate([x for _, x, _ in curves]) if curves else np.empty(0)
    if not every_x.size:
        return ["(no point of it can be drawn)"]
    low, high = _range(np.concatenate([y for _, _, y in curves]), series.logarithmic)
    left, right = _range(every_x, False)
    labels = _labels(low, high, height, series.logarithmic)
    margin = max(map(width, labels))
    across = max(min(room - margin - 2, 64), 10)
    cells = np.full((height, across), " ")
    for number, (_, x, y) in enumerate(curves):
        columns = np.rint((x - left) / (right - left) * (across - 1)).astype(int)
        rows = np.rint((high - y) / (high - low) * (height - 1)).astype(int)
        cells[rows, columns] = MARKERS[number % len(MARKERS)]
    drawn = [f"{label:>{margin}} {'┤' if label else '│'}{''.join(row).rstrip()}" for label, row in zip(labels, cells, strict=True)]
    first, last = figures.figure(left), figures.figure(right)
    name = terminal(series.x_label)[: max(across - len(first) - len(last) - 2, 0)]
    under = " " * (margin + 2) + first + name.center(across - len(first) - len(last)) + last
    axis = " " * (margin + 1) + "└" + "─" * across
    scale = " (logarithmic)" if series.logarithmic else ""
    head = terminal(series.y_label) + scale
    keys = [f"{MARKERS[k % len(MARKERS)]} {terminal(label)}" for k, (label, _, _) in enumerate(curves)]
    missing = sum(len(ys) for _, _, ys in series.curves) - every_x.size
    keys += [f"({missing} points are not drawn: {'zero or ' * series.logarithmic}not finite)"] if missing else []
    return [head, *drawn, axis, under, "", *_rows(keys, room)]


def _points(series: Series, xs: Any, ys: Any) -> tuple[NDArray[Any], NDArray[Any]]:
    x, y = np.asarray(xs, dtype=float), np.asarray(ys, dtype=float)
    drawable = np.isfinite(x) & np.isfinite(y)
    if not series.logarithmic:
        return x[drawable], y[drawable]
    drawable &= y > 0
    return x[drawable], np.log10(y[drawable])


def _range(values: NDArray[Any], whole: bool) -> tuple[float, float]:
    """The ends of an axis; of a logarithmic one whole powers of ten."""
    low, high = float(values.min()), float(values.max())
    if whole:
        low, high = float(np.floor(low)), float(np.ceil(high))
    return (low, high) if high > low else (low - 1, high + 1)


def _labels(low: float, high: float, height: int, logarithmic: bool) -> list[str]:
    """A label for some of the rows, "" for the others."""
    shown = [""] * height
    for row in (0, (height - 1) // 2, height - 1):
        value = high - (high - low) * row / (height - 1)
        shown[row] = figures.figure(value, 3)
        if logarithmic:
            whole = value == int(value)
            shown[row] = (f"1e{int(value)}" if value else "1") if whole else figures.figure(10.0**value, 2)
    return shown


def _rows(keys: list[str], room: int) -> list[str]:
    """The entries of the legend side by side as far as they fit."""
    rows = [""]
    for key in keys:
        if rows[-1] and width(rows[-1] + key) + 4 > room:
            rows.append("")
        rows[-1] += ("    " if rows[-1] else "  ") + key
    return rows
