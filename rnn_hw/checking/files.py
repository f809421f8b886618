"""Answer files -> reports: which problem or assignment each is about, and whose answers belong to which problem of it.

Each problem of an assignment is judged as if it were alone; the report on the whole is put together here, and the lines
themselves are judged in `judge.py`.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from rnn_hw.answers import BELOW, AnswerFile, Sheet, read_answers
from rnn_hw.assignment import Assignment, load
from rnn_hw.checking.binding import Binder
from rnn_hw.checking.judge import Marked, check_sheets, mark
from rnn_hw.errors import MOST_FAULTS, Diagnostic, HomeworkError, did_you_mean, in_order, shortened
from rnn_hw.problem import Problem
from rnn_hw.results import Remark, Report, Table
from rnn_hw.source import Fields, Scalar, diagnostic, referred
from rnn_hw.text_file import short


class Sheets(NamedTuple):
    """One person's answers to a whole assignment: a sheet for each of its problems."""

    student: str
    sheets: tuple[Sheet, ...]
    diagnostics: tuple[Diagnostic, ...] = ()  # about the file and the ids; a sheet has those about its own lines

    @property
    def faults(self) -> tuple[Diagnostic, ...]:
        """All that is to be reported of the file, in the order of its lines."""
        own = (d for sheet in self.sheets for d in sheet.diagnostics)
        return tuple(in_order((*self.diagnostics, *own)))


# What is to be said besides of sheets that were marked together: reports in, the same reports with more in them out.
Also = Callable[[Problem, Marked, Sequence[Report]], list[Report]]


def check(
    answers: "str | os.PathLike[str]", problem: "str | os.PathLike[str] | None" = None, strict: bool = False
) -> Report:
    """The verdicts on one answer file. `problem` wins over the file's own. Raises `HomeworkError` for unusable files."""
    file = read_answers(answers)
    found = load(problem) if problem is not None else problem_of(file)
    if isinstance(found, Assignment):
        return check_all(found, [bound_all(file, found)], strict)[0]
    return check_sheets(found, [bound(file, found)], strict)[0]


def check_files(
    paths: Sequence[str], problem: str | None = None, strict: bool = False, also: Also | None = None
) -> list[Report | HomeworkError]:
    """A report for each file, or why it is unusable, in their order; sheets of one problem are judged together."""
    found: list[Report | HomeworkError] = []
    problems: dict[str, Problem | Assignment] = {}
    together: dict[str, list[tuple[int, AnswerFile]]] = {}
    for number, path in enumerate(paths):
        try:
            file = read_answers(path)
            where = problem if problem is not None else file.problem_path or ""
            if where not in problems:
                problems[where] = load(where) if problem is not None else problem_of(file)
            together.setdefault(where, []).append((number, file))
            found.append(HomeworkError())
        except HomeworkError as error:
            found.append(error)
    for where, files in together.items():
        about = problems[where]
        if isinstance(about, Assignment):
            binders = binders_of(about)
            reports = check_all(about, [bound_all(file, about, binders) for _, file in files], strict, also)
        else:
            binder = Binder(about)
            reports = _checked(about, [binder.bind(file) for _, file in files], strict, also)
        for (number, _), report in zip(files, reports, strict=True):
            found[number] = report
    return found


def problem_of(file: AnswerFile) -> Problem | Assignment:
    """The problem or assignment that an answer file names. Raises `HomeworkError`."""
    path = file.problem_path
    if path is None:
        help = "write `problem: FILE.yaml` into it, or name the file with `--problem`"
        root = file.document.root
        fault = diagnostic(file.document, "missing-field", "the answers name no problem", root, help)
        raise HomeworkError(*shortened(in_order((*file.faults, fault)), file.untold))
    try:
        return load(path)
    except HomeworkError as error:
        raise referred(file.document, file.document.root.entries["problem"], error) from None


def bound(file: AnswerFile, problem: Problem) -> Sheet:
    """The answers of a file by the lines of a problem."""
    return Binder(problem).bind(file)


# --- assignments ------------------------------------------------------------------------------------------------------


def binders_of(assignment: Assignment) -> list[Binder]:
    """A binder for each problem of an assignment, for all the files of a class."""
    return [Binder(part.problem) for part in assignment.parts]


def bound_all(file: AnswerFile, assignment: Assignment, binders: Sequence[Binder] = ()) -> Sheets:
    """The answers of a file by the problems of an assignment; a problem that it leaves out is a blank sheet."""
    ids = [part.id for part in assignment.parts]
    answers, found, loose, untold = file.answers, list[Diagnostic](), [], 0
    for id, value in answers.entries.items():
        if id not in ids:
            help = did_you_mean(id, ids)
            if not isinstance(value, Fields) and not help.startswith("did"):
                loose.append(id)  # the lines of a sheet on one problem may be many
                continue
            if len(found) == MOST_FAULTS:
                untold += 1
                continue
            message = f"`{short(id)}` is no problem of this assignment"
            found.append(diagnostic(file.document, "unknown-key", message, answers.keys[id], help))
        elif not isinstance(value, Fields) and not (isinstance(value, Scalar) and value.is_null):
            help = f"write {BELOW}"
            message = f"the answers to `{short(id)}` are a map of keys and values"
            found.append(diagnostic(file.document, "not-a-map", message, value, help))
    if loose:
        others = f", nor are {len(loose) - 1:,} more" if len(loose) > 2 else ", nor is one more" * (len(loose) - 1)
        message = f"`{short(loose[0])}` is no problem of this assignment{others}"
        help = "; ".join(filter(None, ("answers stand below the id of their problem", did_you_mean(loose[0], ids))))
        found.append(diagnostic(file.document, "unknown-key", message, answers.keys[loose[0]], help))
    sheets = []
    for part, binder in zip(assignment.parts, binders or binders_of(assignment), strict=True):
        given = answers.get(part.id)
        own = file._replace(answers=given if isinstance(given, Fields) else Fields(), faults=(), untold=0)
        sheets.append(binder.bind(own))
    return Sheets(file.student, tuple(sheets), tuple(shortened([*file.faults, *found], untold + file.untold)))


def _checked(problem: Problem, sheets: Sequence[Sheet], strict: bool, also: Also | None) -> list[Report]:
    found: list[Report] = []
    for marked in mark(problem, sheets, strict):
        reports = marked.reports()
        found += reports if also is None else also(problem, marked, reports)
    return found


def check_all(
    assignment: Assignment, everyone: Sequence[Sheets], strict: bool = False, also: Also | None = None
) -> list[Report]:
    """One report for each person's answers to an assignment; the sheets of each problem are judged together."""
    columns = [
        _checked(part.problem, [one.sheets[k] for one in everyone], strict, also)
        for k, part in enumerate(assignment.parts)
    ]
    return [whole(assignment, sheets, [column[k] for column in columns]) for k, sheets in enumerate(everyone)]


def whole(assignment: Assignment, sheets: Sheets, reports: Sequence[Report]) -> Report:
    """The report on an assignment, of those on its problems."""
    parts = [(part.id, report) for part, report in zip(assignment.parts, reports, strict=True)]
    return Report(
        assignment.title or assignment.file,
        sheets.student,
        str(sum((Fraction(report.score) for report in reports), Fraction(0))),
        str(sum((Fraction(report.max_score) for report in reports), Fraction(0))),
        tuple(v._replace(key=f"{id}/{v.key}") for id, report in parts for v in report.verdicts),
        tuple(
            d._replace(
                explains=tuple(f"{id}/{key}" for key in d.explains), place=tuple(f"{id}/{key}" for key in d.place)
            )
            for id, report in parts
            for d in report.diagnoses
        ),
        sheets.faults,
        tuple(_tables(parts)),
        tuple(Remark(f"{id}: {r.text}", r.kind) for id, report in parts for r in report.remarks),
        parts=tuple((id, report._replace(diagnostics=())) for id, report in parts),
    )


def _tables(parts: Sequence[tuple[str, Report]]) -> Iterator[Table]:
    for id, report in parts:
        yield from (table._replace(title=f"{id}: {table.title}") for table in report.tables)
