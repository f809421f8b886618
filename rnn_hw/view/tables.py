"""Tables of text that fit a width in cells: what stands in each cell, and where its lines are broken.

The tables that come with a result and the one of verdicts; those of steps and answers are in `worked.py`. For forms
whose letters are all equally wide. All text that comes out is safe for a terminal (`escape.terminal`). Apart from
`render/terminal.py`, because none of this needs Rich.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from rnn_hw.lang import figures, notation
from rnn_hw.results import Report, Table, Trace, Verdict
from rnn_hw.view import layout, selection, sheet
from rnn_hw.view.escape import terminal as safe
from rnn_hw.view.selection import Options

GAP = 2  # cells between two columns

Cell = list[str]  # its lines


class Grid(NamedTuple):
    """A table ready to be drawn: every line of a cell fits the width of its column."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    widths: Sequence[int]
    notes: tuple[str, ...] = ()  # below the table
    right: frozenset[int] = frozenset()  # columns that stand to the right
    kinds: tuple[str, ...] = ()  # of each row its verdict, or `mark`, or ""


def grid(
    title: str, headings: Sequence[str], rows: Sequence[Sequence[Cell]], widths: Sequence[int], **more: Any
) -> Grid:
    """A `Grid` with every line broken where it does not fit."""
    broken = [
        [[part for line in cell for part in layout.wrap(line, w)] for cell, w in zip(row, widths, strict=True)]
        for row in rows
    ]
    return Grid(title, headings, broken, widths, **more)


# --- what is no step, and a sheet -------------------------------------------------------------------------------------


def table(table: Table, options: Options, room: int) -> Grid:
    """A table as it came: numbers with their points in line, a `>` in front of the rows to be pointed out."""
    shown = selection.rows(table, options)
    kept = [row for row in shown if not isinstance(row, str)]
    columns: list[list[Cell]] = []
    right = set()
    for k in range(len(table.columns)):
        column = [row[k] for _, row in kept]
        in_line = aligned(column, options)
        if all(isinstance(c, int) and not isinstance(c, bool) for c in column):
            right.add(k)
        columns.append([[a] for a in in_line] if in_line else [value(c, options, room // 2, {}) for c in column])
    headings = [safe(c) for c in table.columns]
    if table.marks:
        columns.insert(0, [[">" if mark else ""] for mark, _ in kept])
        headings.insert(0, "")
        right = {k + 1 for k in right}
    cells = iter(zip(*columns, strict=True))
    rows = [[["⋮"]] * len(columns) if isinstance(row, str) else list(next(cells)) for row in shown]
    kinds = tuple("mark" if not isinstance(row, str) and row[0] else "" for row in shown)
    notes = tuple(safe(row) for row in shown if isinstance(row, str)) + ((safe(table.note),) if table.note else ())
    widths = shared(headings, rows, room)
    return grid(safe(table.title), headings, rows, widths, notes=notes, right=frozenset(right), kinds=kinds)


def verdicts(report: Report, options: Options, room: int) -> Grid:
    """A line for each verdict: a sign and a word, the person's text, the true value, the carried box."""
    shown = sheet.verdicts(report, options)
    kept = [v for v in shown if not isinstance(v, str)]
    pointed = any(v.max_points not in ("0", "1") for v in kept)
    boxed = options.key and any(sheet.box(v) for v in kept)
    headings = ["line", "verdict", "yours", *["true value"] * options.key, *["given your earlier lines"] * boxed]
    headings += ["points"] * pointed
    for narrow in (False, True):
        rows = [_verdict(v, report, options, boxed, pointed, 0 if narrow else room, len(headings)) for v in shown]
        widths = shared(headings, rows, room, {0, 1} if narrow or not boxed else {0, 1, 3 + options.key})
        if all(natural([c]) <= w for row in rows for c, w in zip(row, widths, strict=True) if len(c) > 1):
            break
    notes = tuple(safe(v) for v in shown if isinstance(v, str))
    kinds = tuple("" if isinstance(v, str) else v.verdict for v in shown)
    return grid("", headings, rows, widths, notes=notes, kinds=kinds)


def _verdict(
    verdict: Verdict | str, report: Report, options: Options, boxed: bool, pointed: bool, room: int, columns: int
) -> list[Cell]:
    """The cells of one line; a matrix is laid out as one if it is no wider than `room`."""
    if isinstance(verdict, str):
        return [["⋮"]] * columns
    digits, decimals = sheet.decimals(report, options)
    cells = [[key(verdict.key, report)], [f"{sheet.GLYPHS.get(verdict.verdict, ' ')} {verdict.verdict}"]]
    cells.append(_yours(verdict, room))
    if options.key:
        cells.append(value(verdict.expected, options._replace(digits=digits), room, report.names, decimals))
    cells += [[sheet.box(verdict)]] * boxed
    return cells + [[sheet.points(verdict)]] * pointed


def _yours(verdict: Verdict, room: int) -> Cell:
    """What the person wrote, a ✗ behind the wrong entries of an array."""
    entries = sheet.marked(verdict)
    if not entries:
        return [safe(verdict.given or "")]
    safely = [[safe(entry) for entry in row] for row in entries]
    line = [f"[{'; '.join(', '.join(row) for row in safely)}]"]
    if len(safely) == 1:
        return line
    columns = [any(e.endswith("✗") for e in column) for column in zip(*safely, strict=True)]
    even = [[e + " " * (wide and e[-1] != "✗") for e, wide in zip(row, columns, strict=True)] for row in safely]
    lines = layout.matrix(even)
    return lines if layout.width(lines[0]) <= room else line


# --- cells ------------------------------------------------------------------------------------------------------------


def key(key: str, source: Trace | Report) -> str:
    """A quantity as this sheet calls it."""
    return safe(notation.name_text(selection.quantity(key), "unicode", source.names, source.single))


def key_text(key: str, names: Mapping[str, str]) -> str:
    """A quantity as a class's problem calls it."""
    return notation.name_text(selection.quantity(key), "unicode", names)


def value(value: Any, options: Options, room: int, names: Mapping[str, str], decimals: int | None = None) -> Cell:
    """A value in lines: a matrix as a grid if that is narrow enough, else all on one line to be broken."""
    if selection.is_matrix(value):
        lines = layout.matrix(selection.cells(value, options, decimals))
        if layout.width(lines[0]) <= room:
            return lines
    return [safe(selection.text(value, options, names, decimals))]


def aligned(values: Sequence[Any], options: Options) -> list[str] | None:
    """Plain numbers with their points in line; None if there is none, or one is no plain number."""
    if not values or not all(isinstance(v, float | np.ndarray) and np.size(v) == 1 for v in values):
        return None
    column = np.array([np.asarray(v, dtype=float).item() for v in values])
    return [row[0].rstrip() for row in figures.grid(column, selection.digits(options))]


def natural(cells: Iterable[Cell]) -> int:
    """The width of the widest line."""
    return max((layout.width(line) for lines in cells for line in lines), default=0)


def shared(headings: Sequence[str], rows: Sequence[Sequence[Cell]], room: int, whole: Iterable[int] = ()) -> list[int]:
    """Natural widths; where they do not fit, each column keeps its least and the rest is shared, narrow columns first.

    The least is what a matrix needs, or the longest word of the heading; columns in `whole` are not broken.
    """
    count = len(headings)
    wanted = [max(natural(row[k] for row in rows), layout.width(headings[k])) for k in range(count)]
    words = [max(map(layout.width, heading.split()), default=0) for heading in headings]
    least = [max(word, natural(row[k] for row in rows if len(row[k]) > 1)) for k, word in enumerate(words)]
    for k in whole:
        least[k] = max(least[k], natural(row[k] for row in rows))
    left = room - GAP * (count - 1)
    if sum(least) > left:  # a matrix cannot stand as one
        least = words
        for k in whole:
            least[k] = max(least[k], natural(row[k] for row in rows))
    if sum(least) > left:
        least = [min(w, max(left // count, 1)) for w in least]
    widths, left = list(least), left - sum(least)
    for waiting, k in zip(range(count, 0, -1), sorted(range(count), key=lambda k: wanted[k] - least[k]), strict=True):
        more = max(min(wanted[k] - least[k], left // waiting), 0)
        widths[k] += more
        left -= more
    return widths
