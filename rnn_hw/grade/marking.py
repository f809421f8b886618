"""Some submissions -> their marks: read, bound to the lines, judged together, diagnosed.

The teacher's problem is the only one there is: what a sheet names itself is compared with it and never opened. Whatever
a submission holds, it costs the others nothing: what cannot be read, takes too long or makes the program fail is
unusable with the reason, and they are judged without it. Where only the search for its mistakes does, it has its mark all
the same.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rnn_hw.answers import AnswerFile, Sheet, answer_file
from rnn_hw.assignment import Assignment
from rnn_hw.checking import bound_all
from rnn_hw.errors import Diagnostic, HomeworkError
from rnn_hw.grade.finding import Submission
from rnn_hw.grade.judging import Bound, Read, judged, told
from rnn_hw.grade.limits import TooSlow, at_most, listening
from rnn_hw.grade.naming import student_name
from rnn_hw.grade.task import Task
from rnn_hw.problem import Problem
from rnn_hw.results import Graded
from rnn_hw.source import diagnostic, parse
from rnn_hw.text_file import contents, short

AT_ONCE = 32 << 20  # bytes of files that are judged together: many of the largest must not be in memory at a time
SECONDS = 10.0  # that one submission may take; one in a chunk takes a few milliseconds
PATIENCE = 30.0  # that a chunk may take beyond that before its submissions are marked one by one


class Mark(NamedTuple):
    """A submission's mark before deductions, and what it was given for."""

    graded: Graded
    digest: str = ""  # of the file; "" if it could not be read, or nothing of it is kept


def marked(task: Task, submissions: Sequence[Submission], keep: bool) -> list[Mark]:
    """A mark for each submission, in their order, with its report if they are wanted; those that can be read are judged
    together."""
    found: list[Mark] = []
    waiting: list[Mark | Read] = []
    size = 0
    with listening():
        for submission in submissions:
            waiting.append(read := _read(task, submission, keep))
            size += read.size if isinstance(read, Read) else 0
            if size > AT_ONCE:
                found += _all_judged(task, waiting, keep)
                waiting, size = [], 0
        return [*found, *_all_judged(task, waiting, keep)]


def _all_judged(task: Task, waiting: Sequence[Mark | Read], keep: bool) -> Iterator[Mark]:
    """The marks of what was read, and between them what could not be."""
    marks = iter(_judged(task, [read for read in waiting if isinstance(read, Read)], keep))
    for read in waiting:
        yield read if isinstance(read, Mark) else next(marks)


# --- reading ----------------------------------------------------------------------------------------------------------


def digest_of(submission: Submission) -> str:
    """What tells whether a submission is still the same: its name and its bytes; "" if it cannot be read."""
    if submission.refused or submission.path == "-":
        return ""
    try:
        data, _ = contents(submission.path)
    except HomeworkError:
        return ""
    return _digest(submission, data)


def _digest(submission: Submission, data: bytes) -> str:
    named = f"{submission.file}\0{submission.student}\0".encode(errors="replace")
    return hashlib.sha256(named + data).hexdigest()


def _read(task: Task, submission: Submission, keep: bool) -> Mark | Read:
    """A submission's answers by the lines, or why it is unusable; what it is known by, if it may be taken up again."""
    if submission.refused:
        return Mark(_unusable(task, submission.file, submission.student, [submission.refused]))
    student = submission.student
    try:
        with at_most(SECONDS):
            data, name = contents(submission.path)
            sheet: Bound | None = _known(task, data, name)
            warnings: tuple[Diagnostic, ...] = ()
            if sheet is None:
                file = answer_file(parse(data, name))
                student = student_name(file.student) or student
                sheet, warnings = _bound(task, file)
            sheet = sheet._replace(student=student_name(sheet.student) or student)
            digest = _digest(submission, data) if keep else ""
            return Read(submission.file, sheet, warnings, digest, len(data))
    except HomeworkError as error:
        return Mark(_unusable(task, submission.file, student, error.diagnostics))
    except (Exception, TooSlow) as error:
        return Mark(_unusable(task, submission.file, student, [_failure(error)._replace(file=submission.file)]))


def _known(task: Task, data: bytes, name: str) -> Sheet | None:
    """The answers of a file like one before."""
    return task.judges[0].binder.again(data, name) if isinstance(task.found, Problem) else None


def _bound(task: Task, file: AnswerFile) -> tuple[Bound, tuple[Diagnostic, ...]]:
    """A file's answers by the lines, and what is to be warned of."""
    found, binders = task.found, [judge.binder for judge in task.judges]
    warnings = tuple(_warnings(task, file))
    if isinstance(found, Assignment):
        return bound_all(file, found, binders), warnings
    sheet = binders[0].bind(file)
    if not warnings:  # they are of the file, and not of all like it
        binders[0].remember(file, sheet)
    return sheet, warnings


def _warnings(task: Task, file: AnswerFile) -> Iterator[Diagnostic]:
    """A problem that is not the teacher's: by its name alone, for a sheet's own path leads anywhere."""
    own = os.path.basename(task.settings.problem)
    if file.problem is None or own == "-" or file.problem.replace("\\", "/").rpartition("/")[2] == own:
        return
    message = f"the sheet names `{short(file.problem)}` and is marked against `{short(own)}`"
    yield diagnostic(file.document, "other-problem", message, file.document.root.entries["problem"])


# --- judging ----------------------------------------------------------------------------------------------------------


def _judged(task: Task, everyone: Sequence[Read], keep: bool) -> list[Mark]:
    """The marks of what was read; where judging all of it fails, each submission is judged alone."""
    if not everyone:
        return []
    try:
        with at_most(PATIENCE + SECONDS * len(everyone) / 50):
            return _together(task, everyone, keep, task.settings.hints)
    except (Exception, TooSlow):
        return [_alone(task, read, keep) for read in everyone]


def _alone(task: Task, read: Read, keep: bool) -> Mark:
    """The mark of one submission; none is lost because the mistakes behind it cannot be found, or not in time."""
    missed: tuple[Diagnostic, ...] = ()
    for hints in dict.fromkeys((task.settings.hints, False)):
        try:
            with at_most(SECONDS):
                (mark,) = _together(task, [read._replace(warnings=read.warnings + missed)], keep, hints)
            return mark
        except (Exception, TooSlow) as error:
            failure = _failure(error)._replace(file=read.file)
            missed = (failure._replace(message=f"its mistakes are not looked for: {failure.message}"),)
    return Mark(_unusable(task, read.file, read.sheet.student, [failure]))


def _together(task: Task, everyone: Sequence[Read], keep: bool, hints: bool) -> list[Mark]:
    most = task.most
    parts = (everyone[start : start + most] for start in range(0, len(everyone), most))
    marks = (mark for some in parts for mark in judged(task, some, keep, hints))
    return [Mark(mark, read.digest) for mark, read in zip(marks, everyone, strict=True)]


def _failure(error: BaseException) -> Diagnostic:
    if isinstance(error, TooSlow):
        return Diagnostic("too-slow", f"the file takes longer than {SECONDS:.0f} seconds to mark")
    if isinstance(error, MemoryError):
        return Diagnostic("too-large", "the file takes more memory than there is")
    help = "mark it by hand, and report the file: it is a fault of the program"
    return Diagnostic("program-fault", f"the program fails on this file with {type(error).__name__}", help=help)


def _unusable(task: Task, file: str, student: str, diagnostics: Iterable[Diagnostic]) -> Graded:
    return Graded(file, student, "0", task.max_score, unusable=told(diagnostics))
