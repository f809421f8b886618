"""Results on a terminal: tables by Rich, plots and matrices by characters; the only importer of rich.

Reads well at 80 columns, without colour and piped: colour only repeats what a sign and a word say. All text enters Rich
as `Text`, never as markup. Rich is imported where it is used, so that a diagnostic is printed without it.
"""

import codecs
import sys
from collections.abc import Iterable, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_hw import excerpt, layout, plot, view
from rnn_hw.errors import Diagnostic
from rnn_hw.escape import terminal as safe
from rnn_hw.lang import figures, notation
from rnn_hw.results import Remark, Report, Series, Table, Trace, Verdict
from rnn_hw.view import Group, Options

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

GAP = 2  # cells between two columns
PROSE = 100  # the widest line of a sentence
STYLES = {"correct": "green", "carried": "cyan", "imprecise": "yellow", "wrong": "bold red", "unreadable": "bold red"}
LABELS = {"proof": "Proof: ", "warning": "Warning: "}
# For a stream that is not Unicode, what stands for the signs that carry meaning.
_PLAIN = dict(zip("−·×✓✗→≈–…±│┤└─●○◆◇σᵀ√∂", "-*x+x>~-.+||`-o@#$s'V" + "d", strict=True))


def show_trace(trace: Trace, options: Options, console: "Console | None" = None) -> None:
    """Prints a solved problem: a table for each time, what is no step, and what was asked."""
    console = console or _console()
    _print(console, _heading(trace.title, trace.kind))
    shown = view.groups(trace, options)
    first = list(islice(shown, view.FULL_GROUPS + 1))  # they decide the widths of all tables
    steps = _Steps(trace, options, console.width)
    laid = [steps.lines(g) if isinstance(g, Group) else g for g in first]
    steps.fit([line for group in laid if not isinstance(group, str) for line in group])
    for group in chain(zip(first, laid, strict=True), ((g, None) for g in shown)):
        if isinstance(group[0], str):
            _print(console, safe(group[0]), "")
        else:
            _print(console, *steps.table(group[0], group[1]))
    if not options.only:
        _beside(console, trace.tables, trace.series, trace.remarks, options)
    _answers(console, trace, options)


def show_report(report: Report, options: Options, console: "Console | None" = None) -> None:
    """Prints a checked sheet: a line for each verdict, the first wrong line, the reasons and the score."""
    console = console or _console()
    _print(console, _heading(report.problem, " · ".join(filter(None, (report.student, view.score(report))))))
    _print(console, *_verdicts(console, report, options), "")
    wrong = view.first_wrong(report)
    notes = [(_key(v.key, report), v.message) for v in report.verdicts if v.message]
    if wrong is not None:
        _print(console, _text(f"First wrong line: {_key(wrong.key, report)}", "bold"), "")
    if notes:
        _print(console, _listing(notes, console.width), "")
    _beside(console, report.tables, (), report.remarks, options)
    for diagnosis in report.diagnoses:
        lines = ", ".join(_key(key, report) for key in diagnosis.explains)
        items = [("lines", lines)] * bool(lines) + [("", diagnosis.message)] * bool(diagnosis.message)
        items += [("or", other) for other in diagnosis.alternatives]
        title = f"Consistent with: {safe(diagnosis.title)} [{safe(diagnosis.mistake)}]"
        _print(console, _text(title, "bold"), _listing(items, console.width), "")
    faults = len(report.diagnostics)
    about = f"; {faults} entr{'y' if faults == 1 else 'ies'} of the file could not be used" if faults else ""
    _print(console, _text(f"{view.summary(report)}: {view.score(report)}{about}"))


def show_diagnostics(diagnostics: Iterable[Diagnostic], stderr: bool = True) -> None:
    """Prints faults as plain text, each with its line and a caret."""
    stream = _willing(sys.stderr if stderr else sys.stdout)
    for diagnostic in diagnostics:
        print(excerpt.text(diagnostic), file=stream)


# --- the stream -------------------------------------------------------------------------------------------------------


def _console() -> "Console":
    from rich.console import Console

    return Console(file=_willing(sys.stdout), highlight=False, markup=False, emoji=False)


def _willing(stream: Any) -> Any:
    """The stream; one that is not Unicode shows a plain sign for what it cannot encode, instead of failing."""
    encoding = (getattr(stream, "encoding", "") or "utf-8").lower().replace("-", "")
    if not encoding.startswith("utf") and hasattr(stream, "reconfigure"):
        codecs.register_error("plain", _plain)
        stream.reconfigure(errors="plain")
    return stream


def _plain(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    return "".join(_PLAIN.get(c, "?") for c in error.object[error.start : error.end]), error.end


def _print(console: "Console", *parts: "RenderableType") -> None:
    """Prints; into a file or a pipe without the blanks that Rich fills its lines with."""
    if console.is_terminal:
        for part in parts:
            console.print(part)
        return
    with console.capture() as captured:
        for part in parts:
            console.print(part)
    console.file.write("".join(line.rstrip() + "\n" for line in captured.get().splitlines()))


def _text(text: str, style: str = "") -> "Text":
    from rich.text import Text

    return Text(text, style)


def _heading(title: str, beside: str) -> "Text":
    heading = _text(safe(title), "bold")
    return heading.append(f"{'  ·  ' if title else ''}{safe(beside)}", "not bold").append("\n")


# --- tables -----------------------------------------------------------------------------------------------------------


def _table(
    headings: Sequence[str], rows: Sequence[Sequence["Text"]], widths: Sequence[int], title: str = "", right: Sequence[int] = ()
) -> list["RenderableType"]:
    """A table whose cells are already broken into lines that fit, under its title and over an empty line."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table as RichTable

    tall = any(cell.plain.count("\n") > 1 for row in rows for cell in row)
    table = RichTable(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, GAP - 1, 0, 0), header_style="", leading=int(tall))
    for k, (heading, width) in enumerate(zip(headings, widths, strict=True)):
        head = _text("\n".join(layout.wrap(heading, width)), "dim")
        table.add_column(head, width=width, no_wrap=True, justify="right" if k in right else "left")
    for row in rows:
        table.add_row(*row)
    return [_text(title, "bold")] * bool(title) + [table, ""]


def _listing(items: Sequence[tuple[str, str]], room: int) -> "RenderableType":
    """Sentences, each behind its word, wrapped with a hanging indent."""
    from rich.table import Table as RichTable

    grid = RichTable.grid(padding=(0, GAP, 0, 0))
    first = max(layout.width(safe(word)) for word, _ in items)
    grid.add_column(width=min(first, room // 3), overflow="fold")
    grid.add_column(width=min(room, PROSE) - min(first, room // 3) - GAP, overflow="fold")
    for word, sentence in items:
        grid.add_row(_text(safe(word)), _text(safe(sentence)))
    return grid


def _natural(cells: Iterable[Sequence[str]]) -> int:
    return max((layout.width(line) for lines in cells for line in lines), default=0)


def _joined(lines: Sequence[str], width: int, style: str = "") -> "Text":
    return _text("\n".join(part for line in lines for part in layout.wrap(line, width)), style)


def _value(value: Any, options: Options, room: int, names: Any, decimals: int | None = None) -> list[str]:
    """A value in lines: a matrix as a grid if that is narrow enough, else all on one line to be wrapped."""
    if view.is_matrix(value):
        grid = layout.matrix(view.cells(value, options, decimals))
        if layout.width(grid[0]) <= room:
            return grid
    return [safe(view.text(value, options, names, decimals))]


def _aligned(values: Sequence[Any], options: Options, decimals: int | None = None) -> list[str] | None:
    """Plain numbers with their points in line; None if one of them is no plain number."""
    if not values or not all(isinstance(v, float | np.ndarray) and np.size(v) == 1 for v in values):
        return None
    column = np.array([np.asarray(v, dtype=float).item() for v in values])
    return [row[0].rstrip() for row in figures.grid(column, view.digits(options), decimals)]


class _Steps:
    """The tables of steps, all with the same widths."""

    def __init__(self, trace: Trace, options: Options, room: int) -> None:
        self.trace, self.options, self.room = trace, options, room
        self.numbers = view.numbers(trace, options)
        self.columns = [c for c in ("formula", "numbers", "value") if c in options.show]
        self.widths: list[int] = []

    def put_in(self, name: Any) -> str | None:
        value = self.numbers(name)
        return None if value is None else view.text(value, self.options)

    def lines(self, group: Group) -> list[list[list[str]]]:
        """For each step the lines of each cell, before they are wrapped."""
        trace, options = self.trace, self.options
        aligned = _aligned([s.value for s in group.steps], options)
        laid = []
        for k, step in enumerate(group.steps):
            cells = [[_key(step.key, trace)]]
            for column in self.columns:
                if column == "value":
                    lines = [aligned[k]] if aligned else _value(step.value, options, self.room * 2 // 5, trace.names)
                else:
                    put_in = self.put_in if column == "numbers" else None
                    formula = step.equation.formula
                    lines = [safe(notation.unicode(formula, put_in, names=trace.names, single=trace.single))]
                cells.append(lines)
            laid.append(cells)
        return laid

    def fit(self, laid: Sequence[Sequence[Sequence[str]]]) -> None:
        """Chooses the widths: natural ones, else those with which formula and numbers take the fewest lines."""
        natural = [max(_natural(row[k] for row in laid), 4) for k in range(len(self.columns) + 1)]
        self.widths = [min(natural[0], self.room // 4), *natural[1:]]
        if "value" in self.columns:
            self.widths[-1] = min(natural[-1], max(self.room * 2 // 5, 12))
        long = [k for k, column in enumerate(self.columns, 1) if column != "value"]
        room = self.room - GAP * len(self.columns) - sum(w for k, w in enumerate(self.widths) if k not in long)
        if len(long) == 1:
            self.widths[long[0]] = min(natural[long[0]], room)
        if len(long) == 2 and natural[1] + natural[2] > room:
            pairs = [(layout.width(row[1][0]), layout.width(row[2][0])) for row in laid]

            def height(formula: int) -> float:
                return sum(max(-(-a // formula), -(-b // (room - formula - 1))) for a, b in pairs) - formula / 1e3

            least = min(natural[1], 14, room // 3)
            most = max(min(natural[1], room - 16), least)
            self.widths[1] = min(range(least, most + 1), key=height)
            self.widths[2] = min(room - self.widths[1], natural[2])

    def table(self, group: Group, laid: Sequence[Sequence[Sequence[str]]] | None) -> list["RenderableType"]:
        headings = ["name", *({"numbers": "numbers put in"}.get(c, c) for c in self.columns)]
        rows = [
            [_joined(lines, width, "bold" if k == 0 else "") for k, (lines, width) in enumerate(zip(row, self.widths, strict=True))]
            for row in (laid if laid is not None else self.lines(group))
        ]
        title = "" if group.time is None else f"Step t = {group.time}"
        return _table(headings, rows, self.widths, title)


def _answers(console: "Console", trace: Trace, options: Options) -> None:
    """The table of what was asked: plain numbers with a column for each time, everything else a line each."""
    shown = view.answers(trace, options)
    asked = [a for a in shown if not isinstance(a, str)]
    if not asked:
        return
    title = "Answers"
    timed = [a for a in asked if view.time_of(a.key) is not None]
    times = sorted({view.time_of(a.key) or 0 for a in timed})
    keyed = {(view.quantity(a.key).name, view.time_of(a.key)): a.value for a in timed}
    names = list(dict.fromkeys(name for name, _ in keyed))
    columns = [_aligned([keyed.get((name, t), np.nan) for name in names], options) for t in times]
    if len(times) > 1 and len(keyed) == len(names) * len(times) and all(columns):
        cells = [[_key(name, trace)] for name in names], *([[c] for c in column or []] for column in columns)
        widths = [max(_natural(column), len(str(t)) + 4) for column, t in zip(cells, ["", *times], strict=True)]
        if sum(widths) + GAP * len(times) <= console.width:
            rows = [[_text(column[k][0], "bold" if c == 0 else "") for c, column in enumerate(cells)] for k in range(len(names))]
            _print(console, *_table(["name", *(f"t = {t}" for t in times)], rows, widths, title))
            asked, title = [a for a in asked if view.time_of(a.key) is None], ""
    if asked:
        labels = [_key(a.key, trace) for a in asked]
        first = min(max(*map(layout.width, labels), 4), console.width // 2) if len(labels) > 1 else max(layout.width(labels[0]), 4)
        room = console.width - first - GAP
        aligned = _aligned([a.value for a in asked], options)
        values = [[v] for v in aligned] if aligned else [_value(a.value, options, room, trace.names) for a in asked]
        rows = [[_joined([label], first, "bold"), _joined(value, room)] for label, value in zip(labels, values, strict=True)]
        _print(console, *_table(["name", "value"], rows, [first, max(min(_natural(values), room), 5)], title))
    for gap in shown:
        if isinstance(gap, str):
            _print(console, safe(gap))


# --- what is no step --------------------------------------------------------------------------------------------------


def _beside(
    console: "Console", tables: Iterable[Table], series: Iterable[Series], remarks: Sequence[Remark], options: Options
) -> None:
    for table in tables:
        _print(console, *_rows(table, options, console.width))
    for curves in series:
        _print(console, _text(safe(curves.title), "bold"), _text("\n".join(plot.lines(curves, min(console.width, 80)))), "")
    for remark in remarks:
        label = LABELS.get(remark.kind, "")
        sentence = _text(label, "bold").append(safe(remark.text), "not bold")
        console.print(sentence, width=min(console.width, PROSE))
    if remarks:
        _print(console, "")


def _rows(table: Table, options: Options, room: int) -> list["RenderableType"]:
    """A table as it came: numbers to the right, the rows to be pointed out behind a `>`."""
    shown = view.rows(table, options)
    marks = [">"] * bool(table.marks)
    cells = [
        [[safe(row)]] if isinstance(row, str) else [*([">" if row[0] else ""] for _ in marks), *(_value(c, options, room // 2, {}) for c in row[1])]
        for row in shown
    ]
    raise NotImplementedError


def _key(key: str, source: Trace | Report) -> str:
    single = isinstance(source, Trace) and source.single
    return safe(notation.name_text(view.quantity(key), "unicode", source.names, single))


def _verdicts(console: "Console", report: Report, options: Options) -> list["RenderableType"]:
    raise NotImplementedError
