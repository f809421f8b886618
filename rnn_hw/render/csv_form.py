"""A class as a table for a spreadsheet: the gradebook, and the shapes that Moodle and Canvas import.

A row for each submission, so a student who handed in twice has two. Which counts is for the teacher to decide, who may see
that one is by somebody else: in what is imported neither has a grade. Every field is quoted, and no field is a formula.
Points are the same numbers as in every other form.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction

from rnn_hw.results import ClassReport, Graded
from rnn_hw.view import gradebook
from rnn_hw.view.escape import csv as field
from rnn_hw.view.selection import Options
from rnn_hw.view.sheet import in_words


def gradebook_table(report: ClassReport, options: Options) -> Iterator[str]:
    """One row per student, one column per line with the points of it; an unusable submission has none."""
    groups = [group.name for group in report.groups]
    columns = ["student", "file", "score", "max_score", "percent", "late", "note", *map(_group, groups)]
    yield _row([*columns, *(gradebook.called(line.key, report) for line in report.lines)])
    worth = [{"": field("")} | {w: field(_number(p)) for w, p in line.worth.items()} for line in report.lines]

    def marks(graded: Graded, note: str) -> str:
        share = gradebook.percentage(graded.score, graded.max_score)
        cells = [_number(graded.score), _number(graded.max_score), str(share), "yes" if graded.late else "no", note]
        cells += map(_number, graded.groups) if graded.groups else [""] * len(groups)
        words = graded.verdicts or [""] * len(worth)
        return _joined([*map(field, cells), *[fields[word] for fields, word in zip(worth, words, strict=True)]])

    known: dict[tuple[object, ...], str] = {}  # many have the same verdicts
    for graded in report.submissions:
        note = "; ".join(gradebook.notes(graded, report.late))
        same = graded.score, graded.verdicts, graded.groups, graded.late, note
        if (rest := known.get(same)) is None:
            rest = known[same] = marks(graded, note)
        yield f"{field(graded.student)},{field(graded.file)},{rest}"


def moodle(report: ClassReport, options: Options) -> Iterator[str]:
    """What Moodle's gradebook imports: who, the grade, feedback. A submission that cannot be read has no grade yet."""
    mailed = all("@" in graded.student for graded in report.submissions)
    yield _row(["Email address" if mailed else "ID number", report.problem, "Feedback"])
    for graded in report.submissions:
        yield _row([graded.student, _grade(graded), "; ".join(_feedback(graded, report))])


def canvas(report: ClassReport, options: Options) -> Iterator[str]:
    """What Canvas's gradebook imports: the five columns that say who, the grade, and a row with the points possible."""
    yield _row(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", report.problem])
    yield _row(["    Points Possible", "", "", "", "", _number(report.max_score)])
    for graded in report.submissions:
        yield _row([graded.student, "", "", graded.student, "", _grade(graded)])


def _group(name: str) -> str:
    return f"{name} (group)"


def _grade(graded: Graded) -> str:
    """The points, if it is sure which ones go to the gradebook."""
    return "" if graded.unusable or graded.duplicates else _number(graded.score)


def _feedback(graded: Graded, report: ClassReport) -> Iterator[str]:
    if not graded.unusable:
        yield in_words(gradebook.counts(graded))
    yield from gradebook.notes(graded, report.late)


def _number(points: str | Fraction) -> str:
    return str(gradebook.number(points))


def _row(cells: Iterable[str]) -> str:
    return _joined(map(field, cells))


def _joined(fields: Iterable[str]) -> str:
    return ",".join(fields) + "\r\n"
