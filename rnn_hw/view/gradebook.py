"""What is shown of a class, for every form of output: its numbers, which rows, what stands beside a mark.

Every form takes score, percentage and points from here, so that two displays of one score come from one number: people
read exact fractions (`4 1/3`), programs the nearest number a computer has. Escapes nothing, knows no markup.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from rnn_hw.results import Change, ClassReport, Graded, LineSummary, Report, Verdict
from rnn_hw.view import mistakes, selection
from rnn_hw.view.sheet import GLYPHS, decimals, mixed

LONGEST = 200  # characters of what a person wrote on one line
FEW = 6  # names in a list of them
ALWAYS = ("correct", "carried", "wrong", "blank", "unreadable")  # verdicts that a summary counts though there be none


# --- numbers ----------------------------------------------------------------------------------------------------------


def number(points: str | Fraction) -> int | float:
    """Exact points as the nearest number.

    >>> number("4"), number("7/2"), number("1/3")
    (4, 3.5, 0.3333333333333333)
    """
    exact = Fraction(points)
    return int(exact) if exact.denominator == 1 else float(exact)


def share(score: str, most: str) -> Fraction:
    """The share of the points that were reached; where there are none to be had, all of them."""
    return Fraction(score) / Fraction(most) if Fraction(most) else Fraction(1)


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
    shares = sorted(share(s.score, s.max_score) for s in report.submissions if not s.unusable)
    count = len(shares)
    mean = sum(shares, Fraction(0)) / count if count else None
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


def seen(report: ClassReport) -> list[str]:
    """The verdicts that the class has a column for."""
    met = {word for line in report.lines for word, count in line.counts.items() if count}
    return [word for word in GLYPHS if word in met or word in ALWAYS]


def notes(graded: Graded, taken: str) -> list[str]:
    """What stands beside a mark, in few words."""
    said = [f"unusable: {brief(graded.unusable[0].message)}"] if graded.unusable else []
    said += [f"late, −{percent(Fraction(taken))} %"] if graded.late else []
    said += [f"handed in twice, here {near(graded.file)}"] if graded.duplicates else []
    other = [d for d in graded.warnings if d.code == "other-problem"]
    said += ["names another problem"] * bool(other)
    faults = len(graded.warnings) - len(other)
    return said + [f"{faults} fault{'s' * (faults > 1)} in the file"] * bool(faults)


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


def reasons(change: Change) -> Iterator[str]:
    """Why a mark is another one: a line at a time."""
    yield from change.reasons
    for line in change.lines:
        verdicts = " → ".join(word or "not asked" for word in dict.fromkeys(line.verdicts))
        points = " → ".join(map(mixed, dict.fromkeys(line.points)))
        yield f"{line.key} {verdicts}, {points} point{'s' * (line.points[1] != '1')}"


# --- one line of one sheet --------------------------------------------------------------------------------------------


def brief(text: str) -> str:
    """What a person wrote, of a length that fits into a message."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def said(verdict: Verdict, report: Report, options: selection.Options) -> str:
    """What a student is told of one line: what they wrote, and, unless it is kept back, the true value."""
    told = [f"yours {brief(verdict.given)}"] if verdict.given is not None else []
    if options.key and verdict.expected is not None and verdict.verdict not in ("correct", "carried"):
        figured, places = decimals(report, options)
        true = selection.text(verdict.expected, options._replace(digits=figured), report.names, places)
        told.append(f"true {brief(true)}")
    if verdict.verdict == "carried":
        told.append("right from your own earlier lines")
    message = verdict.said if options.key else verdict.message
    return "; ".join(filter(None, (", ".join(told), brief(message))))


def faults(graded: Graded) -> Iterator[str]:
    """Why a submission is unusable, each reason with its place."""
    for d in graded.unusable:
        place = f"line {d.span.line}: " if d.span else ""
        yield f"{place}{brief(d.message)}" + (f" ({brief(d.help)})" if d.help else "")


class Outcome(NamedTuple):
    """One line of one sheet as a test that a platform shows."""

    name: str
    verdict: str
    points: Fraction  # with the deduction taken off
    max_points: Fraction
    said: str
    line: int  # of the file, 0 where there is none

    @property
    def told(self) -> str:
        """The verdict and what is said of it."""
        return f"{self.verdict}: {self.said}" if self.said else self.verdict


def outcomes(graded: Graded, options: selection.Options, named: bool = False) -> list[Outcome]:
    """The lines of a submission, with the student's name if wanted; an unusable one is a single line that says why."""
    prefix = f"{graded.student}: " if named else ""
    if graded.report is None:
        place = next((d.span.line for d in graded.unusable if d.span), 0)
        why = "; ".join(faults(graded))
        return [Outcome(f"{prefix}answer file", "unusable", Fraction(0), Fraction(graded.max_score), why, place)]
    kept = Fraction(graded.score) / Fraction(graded.reached) if Fraction(graded.reached) else Fraction(1)
    parts = [("", graded.report), *((f"{id}/", part) for id, part in graded.report.parts)]
    whose = {id + v.key: part for id, part in parts for v in part.verdicts}  # digits and letters are a part's
    return [
        Outcome(
            prefix + v.key,
            v.verdict,
            Fraction(v.points) * kept,
            Fraction(v.max_points),
            said(v, whose[v.key], options),
            v.line,
        )
        for v in graded.report.verdicts
    ]


def every_outcome(report: ClassReport, options: selection.Options) -> Iterator[tuple[Graded, Outcome]]:
    """The lines of all submissions, for a platform that knows one: of several students, each with the name."""
    named = len(report.submissions) > 1
    for graded in report.whole:
        for outcome in outcomes(graded, options, named):
            yield graded, outcome


def hints(graded: Graded) -> Iterator[str]:
    """The mistakes that explain a sheet, a sentence each."""
    for diagnosis in graded.report.diagnoses if graded.report else ():
        lines = ", ".join(diagnosis.explains or diagnosis.place)
        told = f"{mistakes.heading(diagnosis)}: explains {lines}"
        yield "; ".join(filter(None, (told, brief(diagnosis.message), brief(diagnosis.mend))))


def headline_and_hints(report: ClassReport) -> str:
    """What the one student of a platform reads first: the score, and below it the mistakes."""
    told = [headline(report)]
    if len(report.submissions) == 1:
        told += [hint for graded in report.whole for hint in hints(graded)]
    return "\n".join(told)


def total(report: ClassReport) -> tuple[Fraction, Fraction]:
    """The points of all submissions together and those to be had: of one submission, its own."""
    scores = (Fraction(s.score) for s in report.submissions)
    most = (Fraction(s.max_score) for s in report.submissions)
    return sum(scores, Fraction(0)), sum(most, Fraction(0))


def headline(report: ClassReport) -> str:
    """Score and verdicts of a single submission in a line, or the class in short."""
    if len(report.submissions) != 1:
        return in_short(report)
    (one,) = report.submissions
    if one.unusable:
        return f"{score(one)} points: the answer file is unusable"
    found = ", ".join(f"{count} {word}" for word, count in counts(one).items() if count)
    beside = "".join(f", {note}" for note in notes(one, report.late))
    return f"{score(one)} points ({found}){beside}"
