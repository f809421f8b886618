"""A class as a table for a spreadsheet: the gradebook, and the shapes that Moodle and Canvas import.

A row for each submission, so a student who handed in twice has two: the teacher decides. Every field is quoted, and no
field is a formula. Points are the same numbers as in every other form.
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache

from rnn_hw.results import ClassReport, Graded
from rnn_hw.view import gradebook
from rnn_hw.view.escape import csv as field
from rnn_hw.view.selection import Options
from rnn_hw.view.sheet import in_words


def gradebook_table(report: ClassReport, options: Options) -> Iterator[str]:
    """One row per student, one column per line with the points of it; an unusable submission has none."""
    groups = [group.name for group in report.groups]
    columns = ["student", "file", "score", "max_score", "percent", "late", "note", *map(_group, groups)]
    yield _row([*columns, *(line.key for line in report.lines)])
    worth = [{"": field("")} | {w: field(_number(p)) for w, p in line.worth.items()} for line in report.lines]

    @lru_cache(maxsize=1 << 14)  # many have the same
    def marks(score: str, max_score: str, late: bool, note: str, reached: Sequence[str], words: Sequence[str]) -> str:
        cells = [_number(score), _number(max_score), str(gradebook.percentage(score, max_score))]
        cells += ["yes" if late else "no", note, *(map(_number, reached) if reached else [""] * len(groups))]
        points = [fields[word] for fields, word in zip(worth, words or [""] * len(worth), strict=True)]
        return _joined([*map(field, cells), *points])

    for graded in report.submissions:
        _, _, score, most, _, words, reached, _, late, *_ = graded
        note = "; ".join(gradebook.notes(graded, report.late))
        yield f"{field(graded.student)},{field(graded.file)},{marks(score, most, late, note, reached, words)}"


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
    return "" if graded.unusable else _number(graded.score)


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
