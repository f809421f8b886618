"""What is shown of a class, for every form of output: its numbers, which rows, what stands beside a mark.

Every form takes score, percentage and points from here, so that two displays of one score come from one number: people
read exact fractions (`4 1/3`), programs the nearest number a computer has. Escapes nothing, knows no markup.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from rnn_hw.errors import Diagnostic
from rnn_hw.lang import keys
from rnn_hw.results import Change, ClassReport, Graded, GroupSummary, LineSummary, share_of
from rnn_hw.view import selection
from rnn_hw.view.sheet import GLYPHS, mixed

LONGEST = 200  # characters of what a person wrote on one line
FEW = 6  # names in a list of them
ALWAYS = ("correct", "carried", "wrong", "blank", "unreadable")  # verdicts that a summary counts though there be none
UNSEARCHED = ("too-slow", "too-large", "program-fault")  # of a sheet that has a mark: its mistakes could not be found


# --- numbers ----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)  # a class has a few
def number(points: str | Fraction) -> int | float:
    """Exact points as the nearest number.

    >>> number("4"), number("7/2"), number("1/3")
    (4, 3.5, 0.3333333333333333)
    """
    exact = Fraction(points)
    return int(exact) if exact.denominator == 1 else float(exact)


@lru_cache(maxsize=4096)
def percentage(points: str, most: str) -> int | float:
    """The share of the points in percent, as the nearest number.

    >>> percentage("13", "20"), percentage("1", "3")
    (65, 33.333333333333336)
    """
    return number(100 * share_of(points, most))


def percent(share: Fraction) -> str:
    """A share in percent with one decimal, never rounded up: 100 % is all of it.

    >>> percent(Fraction(13, 19)), percent(Fraction(1)), percent(Fraction(9999, 10000))
    ('68.4', '100', '99.9')
    """
    tenths = int(share * 1000)
    return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)


def average(points: str) -> str:
    """A mean of points, of which nobody wants the exact fraction."""
    return f"{float(Fraction(points)):.2f}"


def score(graded: Graded) -> str:
    """The score of a submission, `13 of 19`."""
    return f"{mixed(graded.score)} of {mixed(graded.max_score)}"


class Overview(NamedTuple):
    """The class in a few numbers; shares are exact, None where no sheet could be read."""

    submissions: int
    unusable: int
    mean: Fraction | None
    median: Fraction | None


def overview(report: ClassReport) -> Overview:
    """How many sheets there are and how they did, without those that cannot be read."""
    marks = Counter((s.score, s.max_score) for s in report.submissions if not s.unusable)  # many have the same
    pairs = sorted((share_of(*mark), count) for mark, count in marks.items())
    shares = [share for share, count in pairs for _ in range(count)]
    count = len(shares)
    mean = sum((share * n for share, n in pairs), Fraction(0)) / count if count else None
    median = (shares[(count - 1) // 2] + shares[count // 2]) / 2 if count else None
    return Overview(len(report.submissions), len(report.submissions) - count, mean, median)


def in_short(report: ClassReport) -> str:
    """The class in a line."""
    found = overview(report)
    said = [f"{found.submissions} submission{'s' * (found.submissions != 1)}"]
    said += [f"{found.unusable} unusable"] * bool(found.unusable)
    if found.mean is not None and found.median is not None:
        said.append(f"mean {percent(found.mean)} %, median {percent(found.median)} %")
    return ", ".join(said)


# --- rows -------------------------------------------------------------------------------------------------------------


def counts(graded: Graded) -> dict[str, int]:
    """How many lines of a sheet got which verdict."""
    return {word: graded.verdicts.count(word) for word in GLYPHS}


def id_and_key(key: str, report: ClassReport) -> tuple[str, str]:
    """The key of a line of the class, and before it, of an assignment, the problem's id with the slash behind it.

    A derivative, `dL/dw`, has a slash too.
    """
    id, slash, own = key.partition("/")
    return (id + slash, own) if id + slash in report.names else ("", key)


def called(key: str, report: ClassReport) -> str:
    """A line of the class as the problem calls it, for people; JSON has its key."""
    id, own = id_and_key(key, report)
    return id + keys.called(own, report.names.get(id, {}))


# The tables of a class: their columns, and what stands in a row behind its name, the same numbers in every form.
OF_LINE, OF_GROUP = ("line", "points"), ("group", "points", "mean", "%")  # a line has its verdicts besides
OF_MISTAKE, OF_CHANGE = ("mistake", "sheets", "lines", "students"), ("student", "score", "why")
OF_STUDENT = ("score", "%")  # and the verdicts


def line_cells(line: LineSummary, words: Sequence[str]) -> list[str]:
    """The points of a line, and how many got each verdict."""
    return [mixed(line.max_points), *_counted(line.counts, words)]


def group_cells(group: GroupSummary) -> list[str]:
    """The points of a group, what the class reached, and how much of it that is."""
    return [mixed(group.max_points), average(group.mean), percent(share_of(group.mean, group.max_points))]


def student_cells(graded: Graded, words: Sequence[str]) -> list[str]:
    """The score of a sheet, and how many of its lines got each verdict."""
    return [score(graded), percent(graded.share), *_counted(counts(graded), words)]


def _counted(counts: Mapping[str, int], words: Sequence[str]) -> list[str]:
    return [str(counts.get(word) or "") for word in words]  # none is an empty cell


def seen(report: ClassReport) -> list[str]:
    """The verdicts that the class has a column for."""
    met = {word for line in report.lines for word, count in line.counts.items() if count}
    return [word for word in GLYPHS if word in met or word in ALWAYS]


def fault(diagnostic: Diagnostic) -> str:
    """What is wrong with a file, with its place and how it is mended, for whoever wrote it."""
    place = f"line {diagnostic.span.line}: " if diagnostic.span else ""
    return "; ".join((f"{place}{mended(diagnostic)}", *diagnostic.notes))


def mended(diagnostic: Diagnostic) -> str:
    """What is wrong, and how it is mended."""
    return brief(diagnostic.message) + (f" ({brief(diagnostic.help)})" if diagnostic.help else "")


def warning(diagnostic: Diagnostic) -> str:
    """What the teacher is to know of the class, or of a file that is no submission."""
    place = f"{diagnostic.file}: " if diagnostic.file else ""
    told = f"{place}{diagnostic.message}" + (f"; {diagnostic.help}" if diagnostic.help else "")
    return "; ".join((told, *diagnostic.notes))


def notes(graded: Graded, taken: str) -> list[str]:
    """What stands beside a mark, in few words, and what is wrong with the file."""
    if not (graded.unusable or graded.late or graded.duplicates or graded.warnings):
        return []
    said = [f"unusable: {fault(graded.unusable[0])}"] if graded.unusable else []
    said += beside(graded, taken)
    faults = faults_of(graded)
    least = "more than " * any(d.notes for d in faults)  # not all of them were kept
    more = f", and {least}{len(faults) - 1} more" if len(faults) > 1 else ""
    return said + [f"in the file, {fault(first)}{more}" for first in faults[:1]]


def faults_of(graded: Graded) -> list[Diagnostic]:
    """What is wrong with a file that has a mark all the same."""
    return [d for d in graded.warnings if d.code not in ("other-problem", *UNSEARCHED)]


def beside(graded: Graded, taken: str) -> list[str]:
    """What stands beside a mark, whatever is wrong with the file."""
    said = [f"late, −{percent(Fraction(taken))} %"] if graded.late else []
    often = "several times" if len(graded.duplicates) > 1 else "twice"
    said += [f"handed in {often}, here {near(graded.file)}"] if graded.duplicates else []
    told = [d.code for d in graded.warnings]
    said += ["names another problem"] * ("other-problem" in told)
    return said + ["mistakes not looked for"] * any(code in UNSEARCHED for code in told)


def near(file: str) -> str:
    """The end of a path: the file and its folder."""
    return "/".join(file.split("/")[-2:])


def students(report: ClassReport, options: selection.Options) -> list[Graded | str]:
    """The submissions; of a large class the first, the last and some that cannot be read."""
    total = len(report.submissions)
    if options.all or total <= selection.FULL_ROWS:
        return list(report.submissions)
    unusable = [k for k, s in enumerate(report.submissions) if s.unusable][: selection.FIRST]
    kept = sorted({*range(selection.FIRST), *range(total - selection.LAST, total), *unusable})
    return selection.with_gaps(report.submissions, kept, "submission")


def lines(report: ClassReport, options: selection.Options) -> list[LineSummary | str]:
    """The lines; of many the first, the last and those that most sheets have wrong."""
    total = len(report.lines)
    if options.all or total <= selection.FULL_ROWS:
        return list(report.lines)
    worst = sorted(range(total), key=lambda k: -report.lines[k].counts.get("wrong", 0))[: selection.LAST]
    kept = sorted({*range(selection.FIRST), *range(total - selection.LAST, total), *worst})
    return selection.with_gaps(report.lines, kept, "line")


def brief(text: str) -> str:
    """What a person wrote, of a length that fits into a message."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def few(names: Sequence[str], options: selection.Options) -> str:
    """Some names and how many more there are."""
    if options.all or len(names) <= FEW:
        return ", ".join(names)
    return f"{', '.join(names[: FEW - 1])} and {len(names) - FEW + 1} more"


def changed(change: Change) -> str:
    """A mark before and now, and the difference."""
    before, now = (mixed(score) if score is not None else "–" for score in change.scores)
    if None in change.scores:
        return f"{before} → {now}"
    difference = Fraction(change.scores[1] or 0) - Fraction(change.scores[0] or 0)
    return f"{before} → {now} ({'−' if difference < 0 else '+'}{mixed(str(abs(difference)))})"


def reasons(change: Change, report: ClassReport) -> Iterator[str]:
    """Why a mark is another one: a line at a time, first those that it is about."""
    yield from change.reasons
    for line in sorted(change.lines, key=lambda line: line.points[0] == line.points[1]):
        verdicts = " → ".join(word or "not asked" for word in dict.fromkeys(line.verdicts))
        points = " → ".join(map(mixed, dict.fromkeys(line.points)))
        yield f"{called(line.key, report)} {verdicts}, {points} point{'s' * (line.points[1] != '1')}"
