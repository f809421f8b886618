"""A graded class -> tables of text that fit a width in cells: the students, the lines, the groups, the mistakes.

All text that comes out is safe for a terminal. What is shown at all is decided in `gradebook.py`.
"""

from collections.abc import Iterator

from rnn_hw.results import ClassReport, Graded
from rnn_hw.view import gradebook, layout, tables
from rnn_hw.view.escape import terminal as safe
from rnn_hw.view.selection import Options
from rnn_hw.view.sheet import GLYPHS


def all_of(report: ClassReport, options: Options, room: int) -> Iterator[tables.Grid]:
    """The tables of a class, one after the other."""
    yield _students(report, options, room)
    yield _lines(report, options, room)
    if report.groups:
        yield _groups(report, room)
    if report.mistakes:
        yield _mistakes(report, options, room)
    if report.changes:
        yield _changes(report, options, room)


def _students(report: ClassReport, options: Options, room: int) -> tables.Grid:
    words = gradebook.seen(report)
    noted = any(gradebook.notes(s, report.late) for s in report.submissions)
    headings = ["student", *gradebook.OF_STUDENT, *(GLYPHS[word] for word in words), *["note"] * noted]
    shown = gradebook.students(report, options)
    rows = [_student(s, report, words, noted) for s in shown]
    kinds = tuple("unreadable" if isinstance(s, Graded) and s.unusable else "" for s in shown)
    legend = "  ".join(f"{GLYPHS[word]} {word}" for word in words)
    gaps = tuple(safe(s) for s in shown if isinstance(s, str))
    right = frozenset(range(2, 3 + len(words)))
    widths = tables.shared(headings, rows, room, range(1, 3 + len(words)))
    sentences = {0, len(headings) - 1} if noted else {0}
    rows = [[_prose(c, widths[k]) if k in sentences else c for k, c in enumerate(row)] for row in rows]
    return tables.grid("", headings, rows, widths, notes=(*gaps, legend), right=right, kinds=kinds)


def _student(graded: Graded | str, report: ClassReport, words: list[str], noted: bool) -> list[tables.Cell]:
    if isinstance(graded, str):
        return [["⋮"]] + [[""]] * (2 + len(words) + noted)
    note = [safe(said) for said in gradebook.notes(graded, report.late)]
    cells = [[cell] for cell in gradebook.student_cells(graded, words)]
    return [[safe(graded.student)], *cells, *[note or [""]] * noted]


def _lines(report: ClassReport, options: Options, room: int) -> tables.Grid:
    words = gradebook.seen(report)
    shown = gradebook.lines(report, options)
    headings = [*gradebook.OF_LINE, *words]
    rows: list[list[tables.Cell]] = []
    for line in shown:
        if isinstance(line, str):
            rows.append([["⋮"], *[[""]] * (len(words) + 1)])
        else:
            id, key = gradebook.id_and_key(line.key, report)
            name = id + tables.key_text(key, report.names.get(id, {}))
            rows.append([[safe(name)], *([cell] for cell in gradebook.line_cells(line, words))])
    gaps = tuple(safe(line) for line in shown if isinstance(line, str))
    right = frozenset(range(1, len(headings)))
    return tables.grid("By line", headings, rows, tables.shared(headings, rows, room, {0}), notes=gaps, right=right)


def _groups(report: ClassReport, room: int) -> tables.Grid:
    headings, numbers = list(gradebook.OF_GROUP), frozenset({1, 2, 3})
    rows = [[[safe(group.name)], *([cell] for cell in gradebook.group_cells(group))] for group in report.groups]
    return tables.grid("By group", headings, rows, tables.shared(headings, rows, room, numbers), right=numbers)


def _mistakes(report: ClassReport, options: Options, room: int) -> tables.Grid:
    headings = list(gradebook.OF_MISTAKE)
    rows = [
        [
            [f"{safe(m.title)} [{safe(m.mistake)}]"],
            [str(m.sheets)],
            [safe(gradebook.few([gradebook.called(key, report) for key in m.lines], options))],
            [safe(gradebook.few(m.students, options))],
        ]
        for m in report.mistakes
    ]
    widths = tables.shared(headings, rows, room, {1})
    rows = [[_prose(cell, w) for cell, w in zip(row, widths, strict=True)] for row in rows]
    return tables.grid("By mistake", headings, rows, widths, right=frozenset({1}))


def _changes(report: ClassReport, options: Options, room: int) -> tables.Grid:
    headings = list(gradebook.OF_CHANGE)
    rows = []
    for change in report.changes or ():
        why = list(gradebook.reasons(change, report))
        shown = why if options.all else [*why[: gradebook.FEW], *["…"] * (len(why) > gradebook.FEW)]
        rows.append([[safe(change.student)], [gradebook.changed(change)], [safe(reason) for reason in shown]])
    return tables.grid("Changes", headings, rows, tables.shared(headings, rows, room, {1}))


def _prose(cell: tables.Cell, width: int) -> tables.Cell:
    """Sentences in lines, broken at blanks and not as a formula would be."""
    return [line for sentence in cell for line in layout.prose(sentence, width)] or [""]
