"""A class as workflow commands of GitHub Actions: an annotation at each line that went wrong.

GitHub keeps ten of a kind per step and drops the rest without a word, so the worst come first and the last of a kind
says how many more there are. Of one sheet a few come before those of the next, so that no sheet crowds out the others. A
person's text never is a command: it is escaped here, and what is printed beside it stands in a fence.
"""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from rnn_hw.results import ClassReport, Graded
from rnn_hw.view import gradebook, outcomes
from rnn_hw.view.escape import workflow, workflow_property
from rnn_hw.view.selection import Options

MOST = 10  # of a kind
IN_A_ROW = 3  # of one sheet
KINDS = {
    "unusable": "error", "unreadable": "error", "wrong": "error", "imprecise": "warning", "warned": "warning",
    "blank": "notice",
}  # fmt: skip
RANKS = {word: rank for rank, word in enumerate(KINDS)}


class Annotation(NamedTuple):
    """One command, with what it is sorted by."""

    rank: int  # the worst verdict first
    lost: Fraction  # then the most points
    kind: str
    command: str


def class_report(report: ClassReport, options: Options) -> Iterator[str]:
    """The commands, a line each."""
    kept: dict[str, list[tuple[int, Annotation]]] = {kind: [] for kind in KINDS.values()}
    counts = dict.fromkeys(kept, 0)
    for graded in report.whole:
        of_kind = Counter[str]()
        for annotation in sorted(_annotations(report, graded, options), key=_worst):
            turn, worst = of_kind[annotation.kind] // IN_A_ROW, kept[annotation.kind]
            of_kind[annotation.kind] += 1
            counts[annotation.kind] += 1
            worst.append((turn, annotation))
            worst.sort(key=lambda item: (item[0], *_worst(item[1])))
            del worst[MOST:]
    for kind, worst in kept.items():
        more = counts[kind] - len(worst)
        shown = worst[: MOST - 1] if more else worst
        yield from (annotation.command for _, annotation in shown)
        if more:
            yield f"::{kind} title=rnnhw::{more + 1} more of these are not shown\n"


def _worst(annotation: Annotation) -> tuple[int, Fraction]:
    return annotation.rank, -annotation.lost


def _annotations(report: ClassReport, graded: Graded, options: Options) -> Iterator[Annotation]:
    for outcome in outcomes.of_sheet(graded, report, options, len(report.submissions) > 1):
        if outcome.verdict in KINDS:
            lost = outcome.max_points - outcome.points
            yield _annotation(outcome.verdict, lost, graded, outcome.line, outcome.name, outcome.told)
    for fault in graded.warnings:
        line = fault.span.line if fault.span else 0
        yield _annotation("warned", Fraction(0), graded, line, graded.student, gradebook.mended(fault))
    if graded.duplicates:
        said = f"handed in more than once, also as {', '.join(graded.duplicates)}"
        yield _annotation("warned", Fraction(0), graded, 0, graded.student, said)


def _annotation(verdict: str, lost: Fraction, graded: Graded, line: int, title: str, said: str) -> Annotation:
    place = f"file={workflow_property(graded.file)},line={max(line, 1)},title={workflow_property(title)}"
    return Annotation(RANKS[verdict], lost, KINDS[verdict], f"::{KINDS[verdict]} {place}::{workflow(said)}\n")
