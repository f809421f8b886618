"""Results on a terminal, drawn by Rich; the only importer of rich.

Reads well at 80 columns, without colour and piped: colour only repeats what a sign and a word say. All text enters Rich
as `Text`, never as markup. Rich is imported where it is used, so that a diagnostic is printed without it.
"""

import codecs
import errno
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rnn_hw.errors import Diagnostic
from rnn_hw.lang import letters, notation
from rnn_hw.lang.tree import Equation
from rnn_hw.results import Advice, ClassReport, Explanation, Progress, Remark, Report, Series, Solution, Table, Trace
from rnn_hw.view import (
    class_tables,
    excerpt,
    gradebook,
    layout,
    mistakes,
    plot,
    selection,
    sheet,
    tables,
    worked,
)
from rnn_hw.view.escape import terminal as safe
from rnn_hw.view.selection import Options

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

PROSE = 100  # the widest line of a sentence
STYLES = {
    "correct": "green", "carried": "cyan", "imprecise": "yellow", "wrong": "bold red", "unreadable": "bold red",
    "mark": "bold",
}  # fmt: skip
LABELS = {"proof": "Proof: ", "warning": "Warning: "}
# On a stream that is not Unicode, what stands for the signs that carry meaning.
_PLAIN = {
    "−": "-", "·": "*", "×": "x", "✓": "+", "✗": "x", "→": ">", "≈": "~", "–": "-", "…": "...", "±": "+/-", "│": "|",
    "┤": "|", "└": "`", "─": "-", "●": "o", "○": "0", "◆": "#", "σ": "sigmoid", "√": "sqrt", "∂": "d", "ᵀ": "^T",
    "′": "'", "⁻": "^-", "⋮": ":", "≤": "<=", "≥": ">=", "≠": "!=", "‖": "||", "∞": "inf", "∑": "sum", "⊙": "*",
    **dict.fromkeys("⎡⎢⎣", "["), **dict.fromkeys("⎤⎥⎦", "]"), **dict.fromkeys("“”", '"'), **dict.fromkeys("‘’", "'"),
    **{raised: f"^{n}" for n, raised in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
    **{lowered: str(n) for n, lowered in enumerate("₀₁₂₃₄₅₆₇₈₉")},
    **{mark: ending for ending, (mark, _) in letters.MARKS.items()},
}  # fmt: skip


def show_trace(trace: Trace | Solution, options: Options, console: "Console | None" = None) -> None:
    """Prints a solved problem: a table for each time, what is no step, and what was asked; or all of an assignment."""
    console = console or _console()
    if isinstance(trace, Solution):
        _heading(console, trace.title, "assignment")
        for id, part, own in selection.shown_parts(trace, options):
            _part(console, id, part.title, part.kind)
            _show_trace(part, own, console)
    else:
        _heading(console, trace.title, trace.kind)
        _show_trace(trace, options, console)


def _show_trace(trace: Trace, options: Options, console: "Console") -> None:
    for part in worked.steps(trace, options, console.width):
        _print(console, *([_text(part), ""] if isinstance(part, str) else _drawn(part)))
    if not options.only:
        _beside(console, trace.tables, trace.series, trace.remarks, options)
    for grid in worked.answers(trace, options, console.width):
        _print(console, *_drawn(grid))


def show_report(report: Report, options: Options, console: "Console | None" = None) -> None:
    """Prints a checked sheet: a line for each verdict, the first wrong line, reasons and score; problem by problem."""
    console = console or _console()
    _heading(console, report.student or report.problem, report.problem if report.student else "", sheet.score(report))
    for id, part, own in sheet.shown_parts(report, options):
        _part(console, id, part.problem, sheet.score(part))
        _show_report(part, own, console)
        _print(console, "")
    if not report.parts:
        _show_report(report, options, console)
    else:
        _print(console, _text(f"Total: {sheet.score(report)} ({sheet.summary(report)})", "bold"))


def _show_report(report: Report, options: Options, console: "Console") -> None:
    _print(console, *_drawn(tables.verdicts(report, options, console.width)))
    wrong = sheet.first_wrong(report)
    if wrong is not None:
        beside = safe(sheet.pointed_out(wrong, report, options))
        first = _text(f"First wrong line: {tables.key(wrong.key, report)}", "bold")
        _print(console, first.append(f" ({beside})" if beside else "", "not bold"), "")
    notes = [(tables.key(v.key, report), said) for v in report.verdicts if (said := sheet.note(v, report, options))]
    if notes:
        _print(console, _listing(notes, console.width), "")
    _beside(console, (), (), report.remarks, options)  # the sum that fails, then the table that shows it
    _beside(console, report.tables, (), (), options)
    _mistakes(console, report, options)
    _print(console, _text(f"Score: {sheet.score(report)} ({sheet.summary(report)})"))


def show_explanations(rows: Sequence[Explanation], console: "Console | None" = None) -> None:
    """Prints all rows of the catalogue in a line each."""
    console = console or _console()
    _print(console, _listing([(row.code, row.title) for row in rows], console.width))


def show_explanation(row: Explanation, options: Options, console: "Console | None" = None) -> None:
    """Prints a row of the catalogue: what the mistake is, how to mend it, an example."""
    console = console or _console()
    _heading(console, row.title, row.code)
    _print(console, _listing([("what", row.reason), ("mend", row.mend)], console.width), "")
    _beside(console, row.example, (), (), options)


def show_advice(advice: Advice, options: Options, console: "Console | None" = None) -> None:
    """Prints what may be said to the author of a problem."""
    console = console or _console()
    _heading(console, advice.title, "lint")
    _beside(console, (), (), advice.remarks[:1], options)
    _beside(console, advice.tables, (), advice.remarks[1:], options)
    for line in advice.proposal.splitlines():  # text for a file: no line of it is broken
        console.print(_text(safe(line)), soft_wrap=True)


def _mistakes(console: "Console", report: Report, options: Options) -> None:
    """The mistakes that explain the sheet, and what none explains."""
    shown = mistakes.shown(report, options)
    if shown and not options.only and (sentence := mistakes.summary(report)):
        _print(console, _text(sentence, "bold"), "")
    for diagnosis in shown:
        items = [(row.word, _content(row, report)) for row in mistakes.rows(diagnosis, options)]
        _print(console, _text(safe(mistakes.heading(diagnosis)), "bold"), _listing(items, console.width), "")
    if not options.only and (sentence := mistakes.remains(report, lambda key: tables.key(key, report))):
        _print(console, _text("\n".join(layout.prose(sentence, min(console.width, PROSE)))), "")


def _content(row: mistakes.Row, report: Report) -> str:
    if isinstance(row.content, str):
        return row.content
    if isinstance(row.content, Equation):
        return notation.unicode_equation(row.content, report.names, report.single)
    return mistakes.listed(row.content, lambda key: tables.key(key, report))


def show_class(report: ClassReport, options: Options, console: "Console | None" = None) -> None:
    """Prints a graded class: a row for each student, then a summary by line, by group and by mistake."""
    console = console or _console()
    _heading(console, report.problem, gradebook.in_short(report))
    for grid in class_tables.all_of(report, options, console.width):
        _print(console, *_drawn(grid))
    if report.changes == ():
        _print(console, _text("No mark is another one than before."), "")
    for fault in report.warnings:
        _print(console, _text(f"Warning: {safe(gradebook.warning(fault))}"))


def show_diagnostics(diagnostics: Iterable[Diagnostic]) -> None:
    """Prints faults to standard error as plain text, each with its line and a caret."""
    stream = _willing(sys.stderr)
    for diagnostic in diagnostics:
        print(excerpt.text(diagnostic), file=stream)


# --- the stream -------------------------------------------------------------------------------------------------------


@contextmanager
def progress() -> Iterator[Progress]:
    """A bar on standard error that comes with the first report of progress and goes with the work."""
    bars: list[Any] = []

    def told(done: int, asked: int) -> None:
        if not bars:
            from rich.console import Console
            from rich.progress import Progress as Bar

            bars.append(Bar(console=Console(stderr=True), transient=True))
            bars[0].start()
            bars[0].add_task("working", total=asked)
        bars[0].update(bars[0].task_ids[0], completed=done, total=asked)

    try:
        yield told
    finally:
        for bar in bars:
            bar.stop()


def _console() -> "Console":
    from rich.console import Console

    class Piped(Console):
        def on_broken_pipe(self) -> None:  # Rich would exit with 1, the status of a sheet with mistakes
            raise BrokenPipeError(errno.EPIPE, "nobody reads on")

    return Piped(file=_willing(sys.stdout), highlight=False, markup=False, emoji=False)


def _willing(stream: Any) -> Any:
    """The stream; one that is not Unicode shows a plain sign for what it cannot encode, instead of failing."""
    encoding = (getattr(stream, "encoding", "") or "utf-8").lower()
    if not encoding.startswith("utf") and hasattr(stream, "reconfigure"):
        codecs.register_error("plain", _plain)
        stream.reconfigure(errors="plain")
    return stream


def _plain(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    taken_apart = unicodedata.normalize("NFD", error.object[error.start : error.end])  # ī is i and a bar
    signs = (c if c.isascii() else _PLAIN.get(c) or letters.WORDS.get(c, "?") for c in taken_apart)
    return "".join(signs).replace("^-^", "^-"), error.end


def _print(console: "Console", *parts: "RenderableType") -> None:
    """Prints; into a file or a pipe without the blanks that Rich fills its lines with."""
    if console.is_terminal:
        for part in parts:
            console.print(part)
        return
    with console.capture() as captured:
        for part in parts:
            console.print(part)
    console.file.write("".join(line.rstrip() + "\n" for line in captured.get().split("\n")[:-1]))


def _text(text: str, style: str = "") -> "Text":
    from rich.text import Text

    return Text(text, style)


# --- parts of the page ------------------------------------------------------------------------------------------------


def _heading(console: "Console", title: str, *beside: str) -> None:
    heading = _text("")
    heading.append(safe(title), "bold")
    for part in filter(None, beside):
        heading.append(f"{' · ' if heading else ''}{safe(part)}")
    _print(console, heading, "")


def _part(console: "Console", id: str, title: str, *beside: str) -> None:
    """The heading of one problem of an assignment, under a line."""
    _print(console, _text("─" * console.width, "dim"))
    _heading(console, selection.part_title(id, title), *beside)


def _drawn(grid: tables.Grid) -> list["RenderableType"]:
    """A table under its title and over an empty line."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table as RichTable

    tall = 3 * sum(any(len(cell) > 2 for cell in row) for row in grid.rows) >= len(grid.rows)
    padding = (0, tables.GAP - 1, 0, 0)
    drawn = RichTable(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=padding, header_style="", leading=tall)
    for k, (heading, width) in enumerate(zip(grid.headings, grid.widths, strict=True)):
        head = _text("\n".join(layout.wrap(heading, width)), "dim")
        drawn.add_column(head, width=width, no_wrap=True, justify="right" if k in grid.right else "left")
    kinds = grid.kinds or ("",) * len(grid.rows)
    for row, kind in zip(grid.rows, kinds, strict=True):
        styles = ["bold", STYLES.get(kind, "")] if kind != "mark" else ["bold"] * len(row)
        drawn.add_row(*(_text("\n".join(cell), styles[k] if k < len(styles) else "") for k, cell in enumerate(row)))
    notes = [_text(note) for note in grid.notes]
    return [*[_text(grid.title, "bold")] * bool(grid.title), drawn, *notes, ""]


def _listing(items: Sequence[tuple[str, str]], room: int) -> "RenderableType":
    """Sentences, each behind its word, wrapped with a hanging indent."""
    from rich.table import Table as RichTable

    first = min(max(layout.width(safe(word)) for word, _ in items), room // 3)
    listing = RichTable.grid(padding=(0, tables.GAP, 0, 0))
    listing.add_column(width=first, overflow="fold")
    listing.add_column(width=min(room, PROSE) - first - tables.GAP, overflow="fold")
    for word, sentence in items:
        listing.add_row(_text(safe(word), "bold"), _text(safe(sentence)))
    return listing


def _beside(
    console: "Console", extra: Iterable[Table], series: Iterable[Series], remarks: Sequence[Remark], options: Options
) -> None:
    """What is no step: tables, plots, sentences."""
    for table in extra:
        _print(console, *_drawn(tables.table(table, options, console.width)))
    for curves in series:
        drawn = "\n".join(plot.lines(curves, min(console.width, 80)))
        _print(console, _text(safe(curves.title), "bold"), _text(drawn), "")
    for remark in remarks:
        label = LABELS.get(remark.kind, "")
        lines = layout.prose(label + safe(remark.text), min(console.width, PROSE))
        sentence = _text("\n".join(lines))
        sentence.stylize("bold", 0, len(label))
        _print(console, sentence, "")
