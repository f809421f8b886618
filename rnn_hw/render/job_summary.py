"""A class as the summary of a CI job: Markdown of less than 1 MiB, which is all that GitHub takes.

What the class needs comes first, the students last: a summary that is too long loses students, and says how many.
"""

from collections.abc import Iterator, Sequence

from rnn_hw.results import ClassReport
from rnn_hw.view import gradebook, outcomes
from rnn_hw.view.escape import markdown as safe
from rnn_hw.view.escape import markdown_code as code
from rnn_hw.view.selection import Options
from rnn_hw.view.sheet import GLYPHS

LARGEST = 1_000_000  # bytes; GitHub takes 1,048,576


def class_report(report: ClassReport, options: Options) -> Iterator[str]:
    """The page, table by table."""
    sections = [[f"# {safe(report.problem)}\n\n{safe(outcomes.headline(report))}\n"], [*_mistakes(report, options)]]
    sections += [[*_groups(report)], [*_lines(report)], [*_changes(report)]]
    room = LARGEST - 1000  # for the sentences about what is left out
    for section in sections:
        kept = _fitting(section, room // 3)
        room -= sum(len(row.encode()) for row in kept)
        yield from kept
    yield from _fitting([*_students(report)], room)


def _fitting(rows: Sequence[str], room: int) -> list[str]:
    """The rows that fit into so many bytes, and how many more there are."""
    kept: list[str] = []
    for row in rows:
        room -= len(row.encode())
        if room < 0:
            return [*kept, f"\n… {len(rows) - len(kept)} more rows left out\n"]
        kept.append(row)
    return kept


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _head(title: str, headings: Sequence[str]) -> Iterator[str]:
    yield f"\n## {title}\n\n" + _row(headings) + _row(["---"] * len(headings))


def _mistakes(report: ClassReport, options: Options) -> Iterator[str]:
    if report.mistakes:
        yield from _head("By mistake", gradebook.OF_MISTAKE)
    for m in report.mistakes:
        lines = [gradebook.called(key, report) for key in m.lines]
        names = [safe(gradebook.few(names, options)) for names in (lines, m.students)]
        yield _row([f"{safe(m.title)} ({code(m.mistake)})", str(m.sheets), *names])


def _groups(report: ClassReport) -> Iterator[str]:
    if report.groups:
        yield from _head("By group", gradebook.OF_GROUP)
    for group in report.groups:
        yield _row([safe(group.name), *gradebook.group_cells(group)])


def _lines(report: ClassReport) -> Iterator[str]:
    words = gradebook.seen(report)
    yield from _head("By line", [*gradebook.OF_LINE, *words])
    for line in report.lines:
        yield _row([code(gradebook.called(line.key, report)), *gradebook.line_cells(line, words)])


def _changes(report: ClassReport) -> Iterator[str]:
    if report.changes:
        yield from _head("Changes", gradebook.OF_CHANGE)
    for change in report.changes or ():
        why = "; ".join(gradebook.reasons(change, report))
        yield _row([safe(change.student), gradebook.changed(change), safe(gradebook.brief(why))])


def _students(report: ClassReport) -> Iterator[str]:
    words = gradebook.seen(report)
    headings = ["student", *gradebook.OF_STUDENT, *(f"{GLYPHS[word]} {word}" for word in words), "note"]
    yield from _head("Students", headings)
    for graded in report.submissions:
        note = safe("; ".join(gradebook.notes(graded, report.late)))
        yield _row([safe(graded.student), *gradebook.student_cells(graded, words), note])
