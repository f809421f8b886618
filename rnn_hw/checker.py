"""Problem + answer sheets -> verdicts, line by line.

A line is judged by its true value, by what follows from the person's own earlier answers (`follow.py`), and by nothing
else: no diagnosis changes a verdict. All sheets of a class are judged together, students on the leading axis; a single
sheet is a class of one. The verdicts and their order of precedence are those of the table in the README.
"""

import os
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_hw.answers import AnswerFile, Entry, Sheet, bind, read_answers
from rnn_hw.errors import HomeworkError
from rnn_hw.follow import Page, Uses, followed, order, reach_of_rounding, varied
from rnn_hw.kinds.kind import Judgement
from rnn_hw.lang.evaluate import Result, evaluate
from rnn_hw.numerals import fraction
from rnn_hw.problem import Problem, load_problem
from rnn_hw.results import Line, Report, Value, Verdict
from rnn_hw.shape_slips import slip
from rnn_hw.solver import true_value
from rnn_hw.source import diagnostic
from rnn_hw.text_answers import judge_formula, judge_word
from rnn_hw.tolerance import COARSEST, tolerance, within

Array = NDArray[Any]
RIGHT = ("correct", "imprecise")  # right as far as it goes: what follows from it is no carried mistake


def check(answers: "str | os.PathLike[str]", problem: "str | os.PathLike[str] | None" = None, strict: bool = False) -> Report:
    """The verdicts on one answer file. `problem` wins over the file's own. Raises `HomeworkError` for unusable files."""
    file = read_answers(answers)
    found = load_problem(problem) if problem is not None else problem_of(file)
    return check_sheets(found, [bound(file, found)], strict)[0]


def check_files(
    paths: Sequence[str], problem: str | None = None, strict: bool = False
) -> list[Report | HomeworkError]:
    """A report for each file, or why it is unusable, in their order; sheets of one problem are judged together."""
    found: list[Report | HomeworkError] = []
    problems: dict[str, Problem] = {}
    together: dict[str, list[tuple[int, Sheet]]] = {}
    for number, path in enumerate(paths):
        try:
            file = read_answers(path)
            where = problem if problem is not None else file.problem_path or ""
            if where not in problems:
                problems[where] = load_problem(where) if problem is not None else problem_of(file)
            together.setdefault(where, []).append((number, bound(file, problems[where])))
            found.append(HomeworkError())
        except HomeworkError as error:
            found.append(error)
    for where, sheets in together.items():
        reports = check_sheets(problems[where], [sheet for _, sheet in sheets], strict)
        for (number, _), report in zip(sheets, reports, strict=True):
            found[number] = report
    return found


def problem_of(file: AnswerFile) -> Problem:
    """The problem that an answer file names. Raises `HomeworkError`."""
    path = file.problem_path
    if path is None:
        help = "write `problem: FILE.yaml` into it, or name the file with `--problem`"
        root = file.document.root
        raise HomeworkError(diagnostic(file.document, "missing-field", "the answers name no problem", root, help))
    try:
        return load_problem(path)
    except HomeworkError as error:
        if any(d.span is not None for d in error.diagnostics):
            raise
        value = file.document.root.entries["problem"]
        raise HomeworkError(*(diagnostic(file.document, d.code, d.message, value, d.help) for d in error.diagnostics)) from None


def bound(file: AnswerFile, problem: Problem) -> Sheet:
    """The answers of a file by the lines of a problem."""
    setup = problem.setup
    return bind(file, problem.lines, setup.shapes, setup.steps, setup.single, problem.kind.aliases, problem.names)


def check_sheets(problem: Problem, sheets: Sequence[Sheet], strict: bool = False) -> list[Report]:
    """One report for each sheet; whatever the number of sheets, every formula is evaluated a fixed number of times."""
    setup = problem.setup
    result = evaluate(setup.program, setup.given, setup.shapes, setup.steps)
    truth = {line.key: true_value(problem, result, line) for line in problem.lines}
    numbers = _Numbers(problem, sheets, truth, strict)
    return [_report(problem, sheet, k, truth, numbers, result) for k, sheet in enumerate(sheets)]


def _report(
    problem: Problem, sheet: Sheet, student: int, truth: Mapping[str, Value], numbers: "_Numbers", result: Result
) -> Report:
    weights = {k: e.exact for k, e in sheet.entries.items() if e.exact is not None}
    judgement = problem.setup.judge(weights) if problem.setup.judge and weights else Judgement({})
    verdicts = []
    score = most = Fraction(0)
    for line in problem.lines:
        entry = sheet.entries.get(line.key)
        if entry is None and not line.asked:
            continue
        verdict = _verdict(line, entry, student, truth[line.key], numbers, judgement)
        points = _points(problem, line, verdict.verdict)
        worth = Fraction(0) if not line.asked else (fraction(line.points) or Fraction(0))
        score, most = score + points, most + worth
        verdicts.append(verdict._replace(points=str(points), max_points=str(worth)))
    return Report(
        problem.title or problem.file,
        sheet.student,
        str(score),
        str(most),
        tuple(verdicts),
        diagnostics=sheet.diagnostics,
        tables=judgement.tables,
        remarks=judgement.remarks,
        names=problem.names,
        shown_digits=problem.place,
    )


def _points(problem: Problem, line: Line, verdict: str) -> Fraction:
    if not line.asked:
        return Fraction(0)
    share = "1" if verdict == "correct" else problem.shares.get(verdict, "0")
    return (fraction(line.points) or Fraction(0)) * (fraction(share) or Fraction(0))


def _verdict(
    line: Line, entry: Entry | None, student: int, true: Value, numbers: "_Numbers", judgement: Judgement
) -> Verdict:
    """The verdict on one line, its points still open."""
    if entry is None:
        return Verdict(line.key, "blank", None, true, None, None, "0", "0")
    plain = Verdict(line.key, "unreadable", entry.text, true, None, None, "0", "0", (), entry.reason, entry.line)
    if entry.reason:
        return plain
    if line.form == "formula":
        word, message = judge_formula(entry.text, true)
        return plain._replace(verdict=word, message=message)
    if line.form == "word":
        return plain._replace(verdict=judge_word(entry.text, str(true)))
    if line.form == "weights":
        word, message = judgement.verdicts.get(line.key, ("unjudged", ""))
        return plain._replace(verdict=word, message=message)
    if entry.misshapen:
        seen = slip(entry.value, np.asarray(true), entry.half_unit)
        return plain._replace(verdict="wrong", message=entry.misshapen + (f"; {seen}" if seen else ""))
    return numbers.verdict(line, entry, student)


class _Numbers:
    """The verdicts on all numeric lines of all sheets."""

    def __init__(self, problem: Problem, sheets: Sequence[Sheet], truth: Mapping[str, Value], strict: bool) -> None:
        self.problem, self.setup, self.strict = problem, problem.setup, strict
        self.lines = [line for line in problem.lines if line.form == "number"]
        self.by_place = {(line.name, line.time): line for line in self.lines}
        self.true = {line.key: np.asarray(truth[line.key], float) for line in self.lines}
        self.words: dict[str, list[str]] = {}  # by key: a verdict for each student
        self.uses: dict[int, Uses] = {}  # by student, where anything is in doubt
        self.entries: dict[tuple[str, int], Array] = {}  # the wrong entries
        self.page = self._page(sheets)
        if self.page.value:
            self._judge(sheets)

    def _page(self, sheets: Sequence[Sheet]) -> Page:
        """The answers as arrays, half a unit of each beside them."""
        value: dict[str, Array] = {}
        known: dict[str, NDArray[np.bool_]] = {}
        self.half: dict[str, Array] = {}
        for line in self.lines:
            found = [(k, e) for k, s in enumerate(sheets) if (e := s.entries.get(line.key)) is not None and _usable(e)]
            if not found:
                continue
            shape = (len(sheets), *self.true[line.key].shape)
            value[line.key], self.half[line.key] = np.zeros(shape), np.zeros(shape)
            known[line.key] = np.zeros(len(sheets), bool)
            for k, entry in found:
                value[line.key][k], self.half[line.key][k], known[line.key][k] = entry.value, entry.half_unit, True
        return Page(len(sheets), value, known)

    def _judge(self, sheets: Sequence[Sheet]) -> None:
        page, place = self.page, self.problem.place
        self.room = {k: tolerance(self.true[k], self.half[k], place) for k in page.value}
        direct = {k: within(v, self.true[k], self.room[k]) for k, v in page.value.items()}
        self.follow = {k: v for k, v in followed(self.setup, self.lines, page).items() if k in page.value}
        self.box = {k: tolerance(self.follow[k], self.half[k], place) for k in page.value}
        doubtful = np.zeros(page.students, bool)
        for key, right in direct.items():
            doubtful |= page.known[key] & ~right.reshape(page.students, -1).all(axis=1)
        if doubtful.any():
            self._widen(np.flatnonzero(doubtful), direct)
        near = {k: within(v, self.follow[k], self.box[k]) for k, v in page.value.items()}
        groups: dict[tuple[bool, ...], list[int]] = {}
        table = np.array([page.known[k] for k in page.value]).T
        for student, row in enumerate(table):
            groups.setdefault(tuple(row), []).append(student)
        for pattern, students in groups.items():
            self._judge_alike([k for k, on in zip(page.value, pattern, strict=True) if on], np.array(students), direct, near)

    def _widen(self, students: Array, direct: Mapping[str, NDArray[np.bool_]]) -> None:
        """The carried box: the tolerance, and what rounding of the earlier answers may have hidden.

        Of a right answer the unrounded value is known, so it may have been carried instead; of any other answer only
        that it lies within half a unit of what is printed, counted as one place coarser than asked at most.
        """
        page = self.page.some(students)
        moves = {}
        for key, value in page.value.items():
            right, half = direct[key][students], self.half[key][students]
            half = np.minimum(half, COARSEST * self.room[key][students])
            moves[key] = (np.where(right, self.true[key] - value, half), np.where(right, 0, -half))
        base = {k: v[students] for k, v in self.follow.items()}
        everything = followed(self.setup, self.lines, page)
        reach = reach_of_rounding(self.setup, self.lines, page, moves, everything | base)
        for key in page.value:
            wider = self.box[key].copy()
            wider[students] += reach[key]
            self.box[key] = wider

    def _judge_alike(
        self,
        keys: Sequence[str],
        students: Array,
        direct: Mapping[str, NDArray[np.bool_]],
        near: Mapping[str, NDArray[np.bool_]],
    ) -> None:
        """Students who answered the same lines, in an order in which each line comes after what it uses."""
        doubt = any(not direct[k][students].all() for k in keys)
        uses = Uses(self.setup, self.by_place, keys) if doubt else None
        right: dict[str, NDArray[np.bool_]] = {}
        for name, time in order(self.setup):
            key = self.by_place[name, time].key
            if key not in keys:
                continue
            exact, follows = direct[key][students], near[key][students]
            if uses is None:
                self._put(key, students, np.full(len(students), "correct"), None)
                continue
            clean = np.ones(len(students), bool)
            for other in uses.keys[key]:
                clean &= right[other]
            axes = (slice(None),) + (None,) * (exact.ndim - 1)
            correct = exact | (follows & clean[axes])
            carried = ~correct & follows & ~clean[axes]
            if carried.any() and not self.strict:
                carried = self._guarded(key, students, carried, uses, right)
            elif self.strict:
                carried = np.zeros_like(carried)
            value, half = self.page.value[key][students], self.half[key][students]
            coarse = (half > self.room[key][students]) & (half < 0.5 if self.problem.place is None else True)
            imprecise = ~correct & ~carried & coarse & within(value, self.true[key], half)
            wrong = ~(correct | carried | imprecise)
            flats = [a.reshape(len(students), -1) for a in (wrong, imprecise, carried)]
            words = np.select([f.any(axis=1) for f in flats], ["wrong", "imprecise", "carried"], "correct")
            self._put(key, students, words, wrong)
            right[key] = np.isin(words, RIGHT)
        if uses is not None:
            self.uses |= dict.fromkeys(map(int, students), uses)

    def _put(self, key: str, students: Array, words: Array, wrong: Array | None) -> None:
        column = self.words.setdefault(key, [""] * self.page.students)
        for k, student in enumerate(students):
            column[student] = str(words[k])
            if wrong is not None and wrong[k].any():
                self.entries[key, int(student)] = np.argwhere(wrong[k]) + 1

    def _guarded(
        self, key: str, students: Array, carried: Array, uses: Uses, right: Mapping[str, NDArray[np.bool_]]
    ) -> Array:
        """A line is not carried where wrong earlier values alone fix its digits, whatever the others are (a gate of 0)."""
        carried = carried.copy()
        for k, student in enumerate(students):
            if not carried[k].any():
                continue
            wrong = frozenset(other for other in uses.keys[key] if not right[other][k])
            others = uses.keys[key] | uses.given[key]
            kept = [some for some in dict.fromkeys([wrong, *(frozenset([w]) for w in sorted(wrong))]) if others - some]
            if not kept:
                continue
            values = {other: self.page.value[other][student] for other in uses.on_page}
            drawn = varied(self.setup, self.lines, values, kept)[key]
            fixed = within(drawn, self.follow[key][student], self.box[key][student]).all(axis=1)
            carried[k] &= ~fixed.any(axis=0)
        return carried

    def verdict(self, line: Line, entry: Entry, student: int) -> Verdict:
        """One student's verdict on one line."""
        key = line.key
        word = self.words[key][student]
        true, follow = self.true[key], self.follow[key][student]
        room, box = self.room[key][student], self.box[key][student]
        value = self.page.value[key][student]
        uses = self.uses.get(student)
        before = uses.keys[key] if uses is not None else frozenset()
        own = sorted((k for k in before if self.words[k][student] not in RIGHT), key=list(self.true).index)
        rounded = word == "correct" and not within(value, true, room).all()
        middle, width = (follow, box) if own or rounded else (true, room)
        message = ""
        if word == "carried":
            message = "right from your own " + ", ".join(own[:4]) + (", ..." if len(own) > 4 else "")
        elif word == "wrong":
            message = slip(value, true, self.half[key][student])
        wrong = self.entries.get((key, student))
        return Verdict(
            key,
            word,
            entry.text,
            true,
            follow if before else None,
            (middle - width, middle + width),
            "0",
            "0",
            tuple(tuple(int(n) for n in row) for row in wrong) if wrong is not None and value.ndim else (),
            message,
            entry.line,
        )


def _usable(entry: Entry) -> bool:
    return entry.value is not None and not entry.reason and not entry.misshapen
