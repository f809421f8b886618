"""A diagnostic as plain text: the place, the message, the line with a caret under the fault, the repair.

Needs nothing but the standard library, so that a fault found early is reported early.
"""

from rnn_hw.errors import Diagnostic
from rnn_hw.view.escape import terminal
from rnn_hw.view.layout import width

WINDOW = 100  # cells of an excerpt; of a longer line the part around the fault is shown
BEFORE = 40  # cells of them in front of the fault


def text(diagnostic: Diagnostic) -> str:
    """The lines that standard error shows for one fault, without a line break at the end."""
    d = diagnostic
    place = [terminal(d.file)] if d.file else []
    if d.span is not None:
        place += [str(d.span.line), str(d.span.column)]
    lines = [":".join(place) + ": " * bool(place) + f"error[{d.code}]: {terminal(d.message)}"]
    if d.span is not None and d.excerpt.strip():
        gutter = f"{d.span.line:>5} | "
        shown, caret = excerpt(d.excerpt, d.span.column, d.span.end)
        lines += [gutter + shown, " " * (len(gutter) - 2) + "| " + caret]
    lines += [f"help: {terminal(d.help)}"] if d.help else []
    lines += [f"note: {terminal(note)}" for note in d.notes]
    return "\n".join(lines)


def excerpt(line: str, column: int, end: int) -> tuple[str, str]:
    """The part of `line` around the characters from `column` up to `end`, and the carets that stand under these.

    >>> excerpt("x: 1,5", 4, 7)
    ('x: 1,5', '   ^^^')
    """
    column = min(max(column, 1), len(line) + 1)
    end = max(end, column + 1)
    line = line.rstrip()
    start = _start(line, column - 1)
    cells = [_shown(c) for c in line[start : start + WINDOW]]
    while len(cells) > 1 and sum(map(width, cells)) > WINDOW:
        cells.pop()
    left = "…" if start else ""
    right = "…" if start + len(cells) < len(line) else ""
    before = sum(map(width, cells[: column - 1 - start]))
    under = sum(map(width, cells[column - 1 - start : end - 1 - start]))
    return left + "".join(cells) + right, " " * (len(left) + before) + "^" * max(under, 1)


def _start(line: str, fault: int) -> int:
    """The first character shown: that of the line, unless the line is too long."""
    if len(line) <= WINDOW and sum(map(width, map(_shown, line))) <= WINDOW:
        return 0
    start, room = min(fault, len(line)), BEFORE
    while start > 0 and (room := room - width(_shown(line[start - 1]))) >= 0:
        start -= 1
    return start


def _shown(character: str) -> str:
    return "    " if character == "\t" else terminal(character)
