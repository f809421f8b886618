"""A class as JUnit XML: a suite for each submission, a case for each line.

There is no official specification; the elements and their order are those of Maven Surefire's schema. `failure` says no
(wrong, imprecise), `error` is input that cannot be used, `skipped` is blank or left for a person. Points stand in the
suite's properties, for a case has none there.
"""

from collections.abc import Iterator

from rnn_hw.results import ClassReport, Graded
from rnn_hw.view import gradebook, outcomes
from rnn_hw.view.escape import xml as safe
from rnn_hw.view.selection import Options

KINDS = {
    "wrong": "failure", "imprecise": "failure", "unreadable": "error", "unusable": "error",
    "blank": "skipped", "unjudged": "skipped",
}  # fmt: skip
PLURALS = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def class_report(report: ClassReport, options: Options) -> Iterator[str]:
    """The document, suite by suite."""
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="{safe(report.problem)}">\n'
    for graded in report.whole:
        yield from _suite(report, graded, options)
    yield "</testsuites>\n"


def _suite(report: ClassReport, graded: Graded, options: Options) -> Iterator[str]:
    cases = outcomes.of_sheet(graded, report, options)
    kinds = [KINDS.get(outcome.verdict, "") for outcome in cases]
    counts = " ".join(f'{word}="{kinds.count(kind)}"' for kind, word in PLURALS.items())
    student = safe(graded.student) or "unnamed"
    yield f'<testsuite name="{student}" tests="{len(cases)}" {counts} time="0">\n  <properties>\n'
    score, most = gradebook.number(graded.score), gradebook.number(graded.max_score)
    percent = gradebook.percentage(graded.score, graded.max_score)
    stated = [("score", score), ("max_score", most), ("percent", percent), ("file", graded.file)]
    stated += [("note", note) for note in gradebook.notes(graded, report.late)]
    stated += [(f"points {o.name}", f"{gradebook.number(o.points)}/{gradebook.number(o.max_points)}") for o in cases]
    for name, value in stated:
        yield f'    <property name="{safe(name)}" value="{safe(str(value))}"/>\n'
    yield "  </properties>\n"
    for outcome, kind in zip(cases, kinds, strict=True):
        yield f'  <testcase name="{safe(outcome.name)}" classname="{student}" time="0"'
        message = safe(outcome.said)
        if not kind:
            yield "/>\n"
        elif kind == "skipped":
            yield f'><skipped message="{safe(outcome.verdict)}"/></testcase>\n'
        else:
            yield f'><{kind} message="{message}" type="{safe(outcome.verdict)}">{message}</{kind}></testcase>\n'
    yield "</testsuite>\n"
