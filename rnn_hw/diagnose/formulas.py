"""Wrong formulas -> diagnoses: each is compared with the true one in the person's own program first, then in the true one.

A formula that carries another wrong one on is judged by what it adds to that. What several formulas have in common is said
once.
"""

from collections.abc import Iterator
from typing import NamedTuple

from rnn_hw.answers import Sheet
from rnn_hw.checking.formulas import Letters, own_program, read_formula, spelled_formula, world_of
from rnn_hw.diagnose.align import Aligner, Alignment, Departure, TooLong
from rnn_hw.diagnose.parts import size
from rnn_hw.errors import HomeworkError
from rnn_hw.kinds.formulas import asked_for
from rnn_hw.kinds.kind import Context
from rnn_hw.lang.identity import World, same_shape
from rnn_hw.lang.keys import letters_of
from rnn_hw.lang.mistakes.catalogue import MISTAKES
from rnn_hw.lang.mistakes.changes import Surroundings
from rnn_hw.lang.notation import name_text, unicode
from rnn_hw.lang.rewrite import names_in
from rnn_hw.lang.tree import Name, Node
from rnn_hw.problem import Problem
from rnn_hw.results import Diagnosis, Report, Verdict

SHORT = 90  # characters of a part that is shown


class Asked(NamedTuple):
    """A wrong formula: its line, what it is the right side of, the true one, and theirs as it was written."""

    verdict: Verdict
    target: Name
    true: Node
    yours: Node
    context: Context


def diagnosed(problem: Problem, sheet: Sheet, report: Report) -> list[Diagnosis]:
    """The mistakes behind the wrong formulas of a sheet."""
    asked = list(_asked(problem, sheet, report))
    found: dict[str, list[tuple[Asked, Departure]]] = {}
    for one in asked:
        for departure in _aligned(problem, sheet, report, one).departures:
            found.setdefault(departure.code, []).append((one, departure))
    order = sorted(found, key=lambda code: -len({one.verdict.key for one, _ in found[code]}))
    return [_in_words(problem, report, code, found[code]) for code in order]


def _letters(problem: Problem) -> Letters:
    return letters_of(problem.names, problem.kind.aliases)


def _asked(problem: Problem, sheet: Sheet, report: Report) -> Iterator[Asked]:
    for verdict in report.verdicts:
        if verdict.verdict != "wrong" or not isinstance(verdict.expected, Node):
            continue
        target, context = asked_for(problem.setup, verdict.key)
        if context is None:
            continue
        try:
            yours = spelled_formula(sheet.entries[verdict.key].text, target, context, _letters(problem))
        except HomeworkError:
            continue
        yield Asked(verdict, target, verdict.expected, yours, context)


def _aligned(problem: Problem, sheet: Sheet, report: Report, one: Asked) -> Alignment:
    """The best alignment of which every part is known; an empty one where there is none."""
    best = Alignment()
    for where in _worlds(problem, sheet, report, one):
        around = Surroundings(one.context.program, one.context.shapes)
        try:
            found = Aligner(where, around, one.target, not one.context.open_end).align(one.true, one.yours)
        except TooLong:
            continue
        if found.departures and _pays(found, one.yours) and (not best.departures or found.bits < best.bits):
            best = found
    return best


def _pays(found: Alignment, yours: Node) -> bool:
    """Whether a formula has enough in it to tell so many mistakes: from `x[t]` alone everything can be made."""
    codes = len({d.code for d in found.departures})
    added = any(d.true is None for d in found.departures)
    return found.known and size(yours) >= codes * (1 + added)


def _worlds(problem: Problem, sheet: Sheet, report: Report, one: Asked) -> Iterator[World]:
    """The person's own program, where other formulas of theirs are not the true ones, and the true one."""
    context, read = one.context, dict[Name, Node]()
    for verdict in report.verdicts:
        if verdict.verdict not in ("wrong", "carried") or verdict.key == one.verdict.key:
            continue
        if isinstance(verdict.expected, Node):
            target, about = asked_for(problem.setup, verdict.key)
            if about is context:
                try:
                    text = sheet.entries[verdict.key].text
                    formula = read_formula(text, target, context, _letters(problem))
                    if same_shape(formula, verdict.expected, context.shapes):
                        read[target] = formula
                except HomeworkError:
                    continue
    programs = [context.program]
    if read:
        programs.insert(0, own_program(read, set(read), context))
    for program in programs:
        try:
            yield world_of(program, context)
        except (HomeworkError, IndexError):
            continue  # their formulas wait for each other


def _carrying(report: Report, made: set[str]) -> list[str]:
    """The lines that carry wrong formulas on: those of quantities that are computed from them, directly or not."""
    lines, reached = list[str](), set(made)
    waiting = {
        v.key: {n.name for n in names_in(v.expected)}
        for v in report.verdicts
        if v.verdict == "carried" and isinstance(v.expected, Node)
    }
    while found := [key for key, used in waiting.items() if used & reached]:
        lines += found
        reached |= {key.partition("[")[0] for key in found}
        waiting = {key: used for key, used in waiting.items() if key not in found}
    return lines


def _in_words(problem: Problem, report: Report, code: str, found: list[tuple[Asked, Departure]]) -> Diagnosis:
    row = MISTAKES[code]
    keys = tuple(dict.fromkeys(one.verdict.key for one, _ in found))
    explains = {*keys, *_carrying(report, {one.target.name for one, _ in found})}
    one, first = found[0]
    yours = "" if first.yours is None else _short(first.yours, problem)
    line = name_text(one.target, "unicode", problem.names, problem.setup.single)
    message = f"in {line} stands {yours}; {row.reason}" if yours else f"in {line}: {row.reason}"
    reveals = ""
    if first.true is not None:
        reveals = f"{_short(first.true, problem)} {'belongs there' if yours else 'is missing'}"
    in_order = tuple(v.key for v in report.verdicts if v.key in explains)
    return Diagnosis(code, row.title, in_order, message, (), keys, None, None, row.mend, reveals)


def _short(node: Node, problem: Problem) -> str:
    text = unicode(node, None, problem.names, problem.setup.single)
    return text if len(text) <= SHORT else text[: SHORT - 1] + "…"
