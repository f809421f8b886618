"""Curves as lines of text: a plot made of characters, readable without colour.

Each curve has a marker of its own; where two meet, the later one is seen. `frame` is what other ways of drawing need.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_hw.lang import figures
from rnn_hw.results import Series
from rnn_hw.view.escape import terminal
from rnn_hw.view.layout import width

MARKERS = "●○×+◆◇*#"
HEIGHT, WIDEST = 12, 64


class Frame(NamedTuple):
    """A plot scaled to the unit square."""

    curves: list[tuple[str, NDArray[Any], NDArray[Any]]]  # label, x and y from 0 to 1
    left: str  # the ends of the x axis
    right: str
    ticks: list[tuple[float, str]]  # round values on the y axis
    missing: int  # points that cannot be drawn


def frame(series: Series) -> Frame:
    """The points that can be drawn, finite and on a logarithmic axis positive, scaled to the unit square."""
    curves = [(label, *_points(series, xs, ys)) for label, xs, ys in series.curves]
    xs = np.concatenate([np.empty(0), *(x for _, x, _ in curves)])
    ys = np.concatenate([np.empty(0), *(y for _, _, y in curves)])
    left, right = _range(xs, False)
    low, high = _range(ys, series.logarithmic)
    scaled = [(label, (x - left) / (right - left), (y - low) / (high - low)) for label, x, y in curves]
    ticks = [((value - low) / (high - low), label) for value, label in _ticks(low, high, series.logarithmic)]
    missing = sum(len(ys) for _, _, ys in series.curves) - xs.size
    return Frame(scaled, figures.figure(left), figures.figure(right), ticks, missing)


def lines(series: Series, room: int = 72, height: int = HEIGHT) -> list[str]:
    """The plot and its legend in lines of at most `room` cells."""
    drawn = frame(series)
    labels = {round((1 - place) * (height - 1)): label for place, label in drawn.ticks}
    margin = max(map(width, labels.values()), default=0)
    across = max(min(room - margin - 2, WIDEST), 10)
    cells = np.full((height, across), " ")
    for number, (_, x, y) in enumerate(drawn.curves):
        rows, columns = np.rint((1 - y) * (height - 1)).astype(int), np.rint(x * (across - 1)).astype(int)
        cells[rows, columns] = MARKERS[number % len(MARKERS)]
    body = []
    for k, row in enumerate(cells):
        label = labels.get(k, "")
        body.append(f"{' ' * (margin - width(label))}{label} {'┤' if label else '│'}{''.join(row)}".rstrip())
    left, right = drawn.left, drawn.right
    between = across - len(left) - len(right)
    name = terminal(series.x_label)
    name = name.center(between) if width(name) < between else " " * max(between, 1)
    under = " " * (margin + 2) + left + name + right
    head = terminal(series.y_label) + " (logarithmic)" * series.logarithmic
    keys = [f"{MARKERS[k % len(MARKERS)]} {terminal(label)}" for k, (label, _, _) in enumerate(drawn.curves)]
    keys += [left_out(series, drawn)] if drawn.missing else []
    return [head, *body, " " * (margin + 1) + "└" + "─" * across, under, "", *_legend(keys, room)]


def left_out(series: Series, drawn: Frame) -> str:
    """The remark on points that cannot be drawn."""
    return f"({drawn.missing} not drawn: {'zero, negative or ' * series.logarithmic}not finite)"


def _points(series: Series, xs: Any, ys: Any) -> tuple[NDArray[Any], NDArray[Any]]:
    x, y = np.asarray(xs, dtype=float), np.asarray(ys, dtype=float)
    drawable = np.isfinite(x) & np.isfinite(y)
    if not series.logarithmic:
        return x[drawable], y[drawable]
    drawable &= y > 0
    return x[drawable], np.log10(y[drawable])


def _range(values: NDArray[Any], whole: bool) -> tuple[float, float]:
    """The ends of an axis; of a logarithmic one whole powers of ten."""
    if not values.size:
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    if whole:
        low, high = float(np.floor(low)), float(np.ceil(high))
    return (low, high) if high > low else (low - 1, high + 1)


def _ticks(low: float, high: float, logarithmic: bool) -> list[tuple[float, str]]:
    """Round values between the ends, with their labels."""
    step = (high - low) / 4
    unit = float(10.0 ** np.floor(np.log10(step)))
    step = next(unit * k for k in (1, 2, 5, 10) if unit * k >= step * 0.999)
    step = max(round(step), 1) if logarithmic else step
    counts = range(int(np.ceil(low / step - 1e-9)), int(np.floor(high / step + 1e-9)) + 1)
    if logarithmic:
        return [(k * step, f"1e{int(k * step)}" if k else "1") for k in counts]
    return [(k * step, figures.figure(k * step, 3)) for k in counts]


def _legend(keys: list[str], room: int) -> list[str]:
    """The entries of the legend side by side as far as they fit."""
    rows = [""]
    for key in keys:
        if rows[-1] and width(rows[-1] + key) + 4 > room:
            rows.append("")
        rows[-1] += ("    " if rows[-1] else "  ") + key
    return rows
