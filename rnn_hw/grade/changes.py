"""A class against an earlier report of it: whose mark is another one now, by how much, and because of which lines.

The earlier report is a file that `--json` wrote. A submission is the same if student and file are; of what is left on both
sides, if it is the only one of the student.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import Any, NamedTuple

from rnn_hw.errors import Diagnostic, HomeworkError, reason, showable
from rnn_hw.numerals import fraction
from rnn_hw.results import Change, ClassReport, Graded, LineChange
from rnn_hw.text_file import short


class Old(NamedTuple):
    """A submission as it was marked before."""

    student: str
    file: str
    score: str | None  # None if it was unusable
    late: bool
    lines: Mapping[str, tuple[str, str]]  # by key: verdict and points


class Earlier(NamedTuple):
    """An earlier report."""

    path: str
    problem: str
    file: str
    submissions: list[Old]

    def warnings(self, report: ClassReport) -> Iterator[Diagnostic]:
        """What is to be said where it is of something else: neither the title nor the file is the same."""
        if self.problem != report.problem and PurePath(self.file).name != PurePath(report.file).name:
            message = f"the earlier report is of `{short(self.problem)}`, this one of `{short(report.problem)}`"
            yield Diagnostic("other-report", message, file=self.path)


def earlier(path: str) -> Earlier:
    """An earlier report. Raises `HomeworkError`."""
    shown = showable(path)
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        if document["version"] != 1:
            raise ValueError("another version")
        submissions = [_old(submission) for submission in document["submissions"]]
        return Earlier(shown, str(document["problem"]), str(document["file"]), submissions)
    except OSError as error:
        message = f"`{shown}` cannot be read: {reason(error)}"
        raise HomeworkError(Diagnostic("unreadable-file", message, file=shown)) from None
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, ArithmeticError):
        message, help = f"`{shown}` is no report of a class", "name a file that `rnnhw grade --json` wrote"
        raise HomeworkError(Diagnostic("no-report", message, help=help, file=shown)) from None


def _old(submission: Mapping[str, Any]) -> Old:
    report = submission["report"]
    verdicts = report["verdicts"] if report else ()
    lines = {str(v["key"]): (str(v["verdict"]), _exact(v["points"])) for v in verdicts}
    score = _exact(submission["score"]) if report else None
    return Old(str(submission["student"]), str(submission["file"]), score, bool(submission["late"]), lines)


def _exact(points: Any) -> str:
    exact = fraction(str(points))
    if exact is None:
        raise ValueError("no number of points")
    return str(exact)


def changes(report: ClassReport, old: Iterable[Old]) -> Iterator[Change]:
    """Every submission with another mark than before, in the order of the class; those that are gone at the end."""
    now, before = [(g.student, g.file) for g in report.submissions], {(o.student, o.file): o for o in old}
    moved = _alone(name for name in now if name not in before)
    gone = _alone(name for name in before if name not in now)
    for name, graded in zip(now, report.whole, strict=True):
        other = name if name in before else gone.get(graded.student) if graded.student in moved else None
        change = _change(before.pop(other, None) if other else None, graded)
        if change is not None:
            yield change
    for o in before.values():
        yield Change(o.student, o.file, (o.score, None), (), ("is not handed in any more",))


def _alone(names: Iterable[tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """Of the students with one of these submissions, which it is."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name in names:
        found.setdefault(name[0], []).append(name)
    return {student: its[0] for student, its in found.items() if len(its) == 1}


def _change(before: Old | None, graded: Graded) -> Change | None:
    """What is other about a submission; None if its mark is the same, line by line."""
    score = None if graded.unusable else graded.score
    if before is None:
        return Change(graded.student, graded.file, (None, score), (), ("was not handed in",))
    now = {v.key: (v.verdict, v.points) for v in graded.report.verdicts} if graded.report else {}
    lines = tuple(
        LineChange(key, (was[0], is_now[0]), (was[1], is_now[1]))
        for key in dict.fromkeys((*before.lines, *now))
        if (was := before.lines.get(key, ("", "0"))) != (is_now := now.get(key, ("", "0")))
    )
    reasons = []
    if (before.score is None) != (score is None):
        lines = ()
        reasons.append("can be read now" if before.score is None else "cannot be read any more")
    elif before.late != graded.late:
        reasons.append("is late now" if graded.late else "is not late any more")
    elif not lines and before.score != score:
        reasons.append("the deduction is another one")
    if before.score == score and not lines:
        return None
    return Change(graded.student, graded.file, (before.score, score), lines, tuple(reasons))
