"""A worked solution -> tables of text that fit a width in cells: the steps, and what was asked.

All text that comes out is safe for a terminal. What is shown at all is decided in `selection.py`, how it is drawn in
`render/terminal.py`.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice

from rnn_hw.lang import notation
from rnn_hw.results import Answer, Trace
from rnn_hw.view import layout, selection, tables
from rnn_hw.view.escape import terminal as safe
from rnn_hw.view.selection import Group, Options

HEADINGS = {"numbers": "numbers put in"}

# --- steps ------------------------------------------------------------------------------------------------------------


def steps(trace: Trace, options: Options, room: int) -> Iterator[tables.Grid | str]:
    """A table for each time, all with the same widths, and a sentence where some are left out."""
    columns: list[str] = [c for c in ("formula", "numbers", "value") if c in options.show]
    headings = ["name", *(HEADINGS.get(c, c) for c in columns)]
    rows_of = _step_rows(trace, options, columns, room)
    shown = selection.groups(trace, options)
    first = [(g, [] if isinstance(g, str) else rows_of(g)) for g in islice(shown, 2 * selection.FULL_GROUPS)]
    widths = _step_widths([row for _, rows in first for row in rows], columns, room)
    for group, rows in chain(first, ((g, None) for g in shown)):
        if isinstance(group, str):
            yield safe(group)
        else:
            yield tables.grid(group.title, headings, rows_of(group) if rows is None else rows, widths)


def _step_rows(
    trace: Trace, options: Options, columns: list[str], room: int
) -> Callable[[Group], list[list[tables.Cell]]]:
    """What makes the rows of a group: for each step its cells, before they are broken."""
    put_in = selection.put_in(trace, options)

    def rows(group: Group) -> list[list[tables.Cell]]:
        in_line = tables.aligned([step.value for step in group.steps], options)
        laid = []
        for k, step in enumerate(group.steps):
            formula = step.equation.formula
            cells = {"formula": [safe(notation.unicode(formula, None, trace.names, trace.single))], "value": [""]}
            if "numbers" in columns:
                cells["numbers"] = [safe(notation.unicode(formula, put_in, trace.names, trace.single))]
                if cells["numbers"] == cells["formula"]:
                    cells["numbers"] = [""]
            if in_line:
                cells["value"] = [in_line[k]]
            elif "value" in columns:
                cells["value"] = tables.value(step.value, options, room * 2 // 5, trace.names)
            laid.append([[tables.key(step.key, trace)], *(cells[c] for c in columns)])
        return laid

    return rows


def _step_widths(rows: Sequence[Sequence[tables.Cell]], columns: list[str], room: int) -> list[int]:
    """Natural widths; else those with which formula and numbers take the fewest lines."""
    natural = [max(tables.natural(row[0] for row in rows), 4)]
    natural += [max(tables.natural(row[k] for row in rows), len(HEADINGS.get(c, c))) for k, c in enumerate(columns, 1)]
    if sum(natural) + tables.GAP * len(columns) <= room:
        return natural
    widths = [min(natural[0], room // 4), *natural[1:]]
    if columns[-1:] == ["value"]:
        widths[-1] = min(natural[-1], max(room * 2 // 5, 8))
    long = [k for k, column in enumerate(columns, 1) if column != "value"]
    left = room - tables.GAP * len(columns) - sum(w for k, w in enumerate(widths) if k not in long)
    if len(long) == 1:
        widths[long[0]] = max(min(natural[long[0]], left), 8)
    elif len(long) == 2:
        pairs = {(layout.width(row[1][0]), layout.width(row[2][0])) for row in rows}

        def height(formula: int) -> tuple[int, int]:
            ragged = 2  # cells that a broken line loses on average
            lines = sum(max(-(-a // formula), -(-b // max(left - formula - ragged, 1))) for a, b in pairs)
            return lines, -formula

        widest = max(min(natural[1], left - 16), 8)
        widths[1] = min(range(min(14, widest), widest + 1), key=height)
        widths[2] = max(min(left - widths[1], natural[2]), 8)
    return widths


# --- what was asked ---------------------------------------------------------------------------------------------------


def answers(trace: Trace, options: Options, room: int) -> list[tables.Grid]:
    """The final tables: plain numbers with a column for each time where that fits, everything else a line each."""
    shown = selection.answers(trace, options)
    asked = [a for a in shown if not isinstance(a, str)]
    gaps = tuple(safe(gap) for gap in shown if isinstance(gap, str))
    table = _by_time([a for a in asked if selection.time_of(a.key) is not None], trace, options, room)
    grids = [table._replace(notes=gaps)] if table else []
    rest = [a for a in asked if selection.time_of(a.key) is None] if table else asked
    if rest:
        labels = [tables.key(a.key, trace) for a in rest]
        first = max(min(max(map(layout.width, labels)), room // 3), 4)
        last = room - first - tables.GAP
        values = [tables.value(a.value, options, last, trace.names) for a in rest]
        if in_line := tables.aligned([a.value for a in rest], options):
            values = [[number] for number in in_line]
        rows = [[[label], cell] for label, cell in zip(labels, values, strict=True)]
        widths = [first, max(min(tables.natural(values), last), 5)]
        title = "" if grids else "Answers"
        grids.append(tables.grid(title, ["name", "value"], rows, widths, notes=() if grids else gaps))
    return grids


def _by_time(timed: Sequence[Answer], trace: Trace, options: Options, room: int) -> tables.Grid | None:
    """A row for each name and a column for each time; None where that does not fit or does not fill up."""
    values = {(selection.quantity(a.key).name, selection.time_of(a.key) or 0): a.value for a in timed}
    names, times = list(dict.fromkeys(n for n, _ in values)), sorted({t for _, t in values})
    if len(times) < 2 or len(values) != len(names) * len(times):
        return None
    columns = [tables.aligned([values[name, t] for name in names], options) for t in times]
    if not all(columns):
        return None
    headings = ["name", *(f"t = {t}" for t in times)]
    cells = [[tables.key(name, trace) for name in names], *(column or [] for column in columns)]
    widths = [max(map(layout.width, [heading, *column])) for heading, column in zip(headings, cells, strict=True)]
    if sum(widths) + tables.GAP * len(times) > room:
        return None
    return tables.grid("Answers", headings, [[[cell] for cell in row] for row in zip(*cells, strict=True)], widths)
