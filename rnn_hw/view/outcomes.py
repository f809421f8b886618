"""One student's sheet as the platforms show it: a test for each line, what is said of it, the score in a line.

What an autograder hands in is one mark. Where there are several answer files that of one counts, and the student is told
which. Points are those of `gradebook.py`, with deductions taken off. Escapes nothing, knows no platform.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import islice
from typing import NamedTuple

from rnn_hw.results import PASSED, ClassReport, Graded, Report, Verdict, share_of
from rnn_hw.view import gradebook, mistakes, selection
from rnn_hw.view.sheet import decimals, in_words


def said(verdict: Verdict, report: Report, options: selection.Options) -> str:
    """What a student is told of one line: what they wrote, and, unless it is kept back, the true value."""
    told = [f"yours {gradebook.brief(verdict.given)}"] if verdict.given is not None else []
    if options.key and verdict.expected is not None and verdict.verdict not in ("correct", "carried"):
        figured, places = decimals(report, options)
        true = selection.text(verdict.expected, options._replace(digits=figured), report.names, places)
        told.append(f"true {gradebook.brief(true)}")
    message = verdict.said if options.key else verdict.message
    return "; ".join(filter(None, (", ".join(told), gradebook.brief(message))))


class Outcome(NamedTuple):
    """One line of one sheet as a test that a platform shows."""

    name: str
    verdict: str
    points: Fraction  # with the deduction taken off
    max_points: Fraction
    said: str
    line: int  # of the file, 0 where there is none

    @property
    def status(self) -> str:
        """`pass`, `fail`, or `error` for what cannot be read."""
        if self.verdict in ("unusable", "unreadable"):
            return "error"
        return "pass" if self.verdict in (*PASSED, "reported") else "fail"

    @property
    def told(self) -> str:
        """The verdict and what is said of it."""
        return f"{self.verdict}: {self.said}" if self.said else self.verdict


def of_sheet(graded: Graded, report: ClassReport, options: selection.Options, named: bool = False) -> list[Outcome]:
    """The lines of a submission, with the student's name if wanted; an unusable one is a single line that says why."""
    prefix = f"{graded.student}: " if named else ""
    if graded.report is None:
        place = next((d.span.line for d in graded.unusable if d.span), 0)
        why = "; ".join(map(gradebook.fault, graded.unusable))
        return [Outcome(f"{prefix}answer file", "unusable", Fraction(0), Fraction(graded.max_score), why, place)]
    kept = share_of(graded.score, graded.reached)
    parts = [("", graded.report), *((f"{id}/", part) for id, part in graded.report.parts)]
    whose = {id + v.key: part for id, part in parts for v in part.verdicts}  # digits are a part's
    return [
        Outcome(
            prefix + gradebook.called(v.key, report),
            v.verdict,
            Fraction(v.points) * kept,
            Fraction(v.max_points),
            said(v, whose[v.key], options),
            v.line,
        )
        for v in graded.report.verdicts
    ]


def of_file(graded: Graded) -> list[Outcome]:
    """What is wrong with a file that has a mark, for a platform that shows nothing but tests: it costs nothing."""
    why = "; ".join(map(gradebook.fault, gradebook.faults_of(graded)))
    return [Outcome("answer file", "reported", Fraction(0), Fraction(0), why, 0)] if why else []


def counted(report: ClassReport) -> Graded:
    """The submission that counts for a platform that knows one, with its lines.

    Of several that with the fewest points: copies add nothing, and a worse one is not handed in for long. One that cannot
    be read counts where there is no other.
    """
    order = [(bool(s.unusable), Fraction(s.score), k) for k, s in enumerate(report.submissions)]
    return next(islice(report.whole, min(order)[2], None))


def hints(graded: Graded, report: ClassReport) -> Iterator[str]:
    """The mistakes that explain a sheet, a sentence each."""
    for diagnosis in graded.report.diagnoses if graded.report else ():
        lines = ", ".join(gradebook.called(key, report) for key in diagnosis.explains or diagnosis.place)
        told = f"{mistakes.heading(diagnosis)}: explains {lines}"
        yield "; ".join(filter(None, (told, gradebook.brief(diagnosis.message), gradebook.brief(diagnosis.mend))))


def headline_and_hints(report: ClassReport, one: Graded) -> str:
    """What the student of a platform reads first: the score of the submission that counts, and below it the mistakes."""
    told = [_headline(one, gradebook.beside(one, report.late))]
    told += [f"In the file, {gradebook.fault(d)}" for d in gradebook.faults_of(one)]
    if (files := len(report.submissions)) > 1:
        told.append(f"{files} answer files were handed in, and one counts, that with the fewest points: {one.file}")
    return "\n".join([*told, *hints(one, report)])


def headline(report: ClassReport) -> str:
    """Score and verdicts of a single submission in a line, or the class in short."""
    if len(report.submissions) != 1:
        return gradebook.in_short(report)
    one = report.submissions[0]
    return _headline(one, gradebook.notes(one, report.late))


def _headline(one: Graded, notes: Iterable[str]) -> str:
    if one.unusable:
        return f"{gradebook.score(one)} points: the answer file is unusable"
    found = in_words(gradebook.counts(one))
    return ", ".join([f"{gradebook.score(one)} points ({found})", *notes])
