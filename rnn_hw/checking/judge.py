"""Problem + answer sheets -> verdicts, line by line.

A line is judged by its true value, by what follows from the person's own earlier answers (`follow.py`), and by nothing
else: no diagnosis changes a verdict. All sheets of a class are judged together, students on the leading axis; a single
sheet is a class of one. The verdicts and their order of precedence are those of the table in the README.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from rnn_hw.answers import Entry, Sheet
from rnn_hw.checking.formulas import Judged, judge_formulas
from rnn_hw.checking.numbers import Numbers
from rnn_hw.checking.slips import slip
from rnn_hw.checking.words import judge_truth, judge_word
from rnn_hw.fields import by_letter
from rnn_hw.kinds.formulas import FORMULA
from rnn_hw.kinds.kind import Context, Judgement
from rnn_hw.lang.evaluate import evaluate
from rnn_hw.lang.parse import parse_quantity
from rnn_hw.lang.rewrite import names_in
from rnn_hw.lang.tree import Apply, Name, Node, Num, Program
from rnn_hw.problem import Problem
from rnn_hw.results import Line, Report, Value, Verdict
from rnn_hw.solver import true_value


def check_sheets(problem: Problem, sheets: Sequence[Sheet], strict: bool = False) -> list[Report]:
    """One report for each sheet; whatever the number of sheets, every formula is evaluated a fixed number of times."""
    setup = problem.setup
    result = evaluate(setup.program, setup.given, setup.shapes, setup.steps)
    truth = {line.key: true_value(problem, result, line) for line in problem.lines}
    numbers = Numbers(problem, sheets, truth, strict)
    return [_report(problem, sheet, k, truth, numbers) for k, sheet in enumerate(sheets)]


def _report(problem: Problem, sheet: Sheet, student: int, truth: Mapping[str, Value], numbers: Numbers) -> Report:
    weights = {k: e.exact for k, e in sheet.entries.items() if e.exact is not None}
    judgement = problem.setup.judge(weights) if problem.setup.judge and weights else Judgement({})
    formulas = _formulas(problem, sheet, truth)
    verdicts = []
    score = most = Fraction(0)
    for line in problem.lines:
        entry = sheet.entries.get(line.key)
        if entry is None and not line.asked:
            continue
        if line.key in formulas and entry is not None:
            verdict = _formula_verdict(line, entry, truth[line.key], formulas[line.key])
        else:
            verdict = _verdict(line, entry, student, truth[line.key], numbers, judgement)
        points = _points(problem, line, verdict.verdict)
        worth = Fraction(0) if not line.asked else Fraction(line.points)
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
        single=problem.setup.single,
    )


def _points(problem: Problem, line: Line, verdict: str) -> Fraction:
    if not line.asked:
        return Fraction(0)
    share = "1" if verdict == "correct" else problem.shares.get(verdict, "0")
    return Fraction(line.points) * Fraction(share)


def _verdict(
    line: Line, entry: Entry | None, student: int, true: Value, numbers: Numbers, judgement: Judgement
) -> Verdict:
    """The verdict on one line, its points still open."""
    if entry is None:
        return Verdict(line.key, "blank", None, None if line.form == "text" else true, None, None, "0", "0")
    plain = Verdict(line.key, "unreadable", entry.text, true, None, None, "0", "0", (), entry.reason, entry.line)
    if entry.reason:
        return plain
    if line.form == "word":
        return plain._replace(verdict=judge_word(entry.text, str(true)))
    if line.form == "truth":
        return plain._replace(verdict=judge_truth(entry.text, bool(true)), expected=bool(true))
    if line.form == "text":
        return plain._replace(verdict="unjudged", expected=None, message="left for a person to read")
    if line.form == "weights":
        word, message = judgement.verdicts.get(line.key, ("unjudged", ""))
        return plain._replace(verdict=word, message=message)
    if entry.misshapen:
        seen = slip(entry.value, np.asarray(true), entry.half_unit)
        return plain._replace(verdict="wrong", message=entry.misshapen + (f"; {seen}" if seen else ""))
    return numbers.verdict(line, entry, student)


def _formulas(problem: Problem, sheet: Sheet, truth: Mapping[str, Value]) -> dict[str, Judged]:
    """The verdicts on the formulas of a sheet, by key; they are judged together, since one may be used in another."""
    lines = [line for line in problem.lines if line.form == "formula" and line.key in sheet.entries]
    texts = {line.key: sheet.entries[line.key].text for line in lines if not sheet.entries[line.key].reason}
    if not texts:
        return {}
    judged: dict[str, Judged] = {}
    together: dict[int, tuple[Context, dict[str, Name]]] = {}
    for key in texts:
        typed = problem.setup.formulas.get(key)
        context = typed.context if typed else problem.setup.context or _own_context(truth[key])
        group = together.setdefault(id(context), (context, {}))
        group[1][key] = typed.target if typed else parse_quantity(key.removesuffix(FORMULA))
    own, aliases = by_letter(problem.names), problem.kind.aliases

    def letters(name: str) -> str:
        return own.get(name) or aliases.get(name, name)

    for context, targets in together.values():
        right = {target: _tree(truth[key]) for key, target in targets.items()}
        found = judge_formulas(right, {target: texts[key] for key, target in targets.items()}, context, letters)
        judged |= {key: found[target] for key, target in targets.items()}
    return judged


def _tree(true: Value) -> Node:
    assert isinstance(true, (Name, Num, Apply))
    return true


def _own_context(true: Value) -> Context:
    """A formula about nothing but its own variable, such as the derivative of an activation."""
    return Context(Program(()), dict.fromkeys({n.name for n in names_in(_tree(true))} or {"z"}, ()))


def _formula_verdict(line: Line, entry: Entry, true: Value, found: Judged) -> Verdict:
    return Verdict(
        line.key, found.verdict, entry.text, true, None, None, "0", "0", (), found.message, entry.line, found.reveals
    )
