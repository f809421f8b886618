"""What a problem cannot reveal: invisible mistakes, mistakes that look alike, trivial lines, and numbers that do better."""

import os
from collections.abc import Iterator

from rnn_hw.author.revealing import Account, Made, account, drawings, made
from rnn_hw.diagnose.reveal import DECIMALS
from rnn_hw.errors import HomeworkError
from rnn_hw.lang.mistakes.catalogue import MISTAKES
from rnn_hw.lang.mistakes.rules import Change
from rnn_hw.lang.notation import unicode_equation
from rnn_hw.lang.tree import Equation
from rnn_hw.problem import Problem, read_problem
from rnn_hw.results import Advice, Cell, Remark, Table
from rnn_hw.source import Fields, parse, read

MOST_ROWS = 12  # of a table of mistakes
SEED = "lint"


def lint(path: "str | os.PathLike[str]") -> Advice:
    """The advice on a problem file. Raises `HomeworkError`."""
    document = read(path)
    problem = read_problem(document)
    found = account(problem)
    if not found.revealed.spots:
        return Advice(
            problem.title or problem.file,
            (),
            (Remark("Nothing is asked in numbers, so no numbers can hide a mistake."),),
        )
    proposal, remarks = "", []
    always: frozenset[Made] = frozenset()
    try:
        drawn = drawings(document, problem, SEED, found)
    except HomeworkError as error:
        remarks.append(Remark(f"No other numbers are proposed: {error.diagnostics[0].message}."))
    else:
        always, (new, better) = drawn.always, drawn.best
        if better.key(always) < found.key(always):
            remarks.append(Remark(_compared(found, better, always)))
            proposal = _given(new.text, problem)
        elif found.key(always) > (0, 0):
            remarks.append(Remark("No other numbers were found that reveal more."))
    tables = (*_invisible(found, always), *_alike(found), *_trivial(found))
    return Advice(problem.title or problem.file, tables, (Remark(_summary(found, always)), *remarks), proposal)


def _summary(found: Account, always: frozenset[Made]) -> str:
    kind, count = found.problem.place or DECIMALS
    place = f"{count} {kind}"
    total, hidden = len(found.revealed.changes), len([c for c in found.invisible if made(c) not in always])
    said = f"{total} mistakes of the catalogue can be made here. With these numbers {hidden or 'none'} of them"
    said += f" leave{'s' * (hidden < 2)} every line that is asked as it is, to {place}"
    if hidden:
        common = len(found.hidden(always))
        said += f"; {common or 'none'} of these {'is' if common == 1 else 'are'} common"
    if always:
        said += f". Another {len(always)} cannot be seen whatever the numbers are"
    return said + "."


def _compared(found: Account, better: Account, always: frozenset[Made]) -> str:
    before, after = (len(a.hidden(always)) for a in (found, better))
    trivial = len(better.trivial)
    return (
        f"With the numbers below {after or 'no'} common mistake{'s' * (after != 1)} would be invisible instead of "
        f"{before}, and {trivial or 'no'} line{'s' * (trivial != 1)} trivial instead of {len(found.trivial)}."
    )


def _invisible(found: Account, always: frozenset[Made]) -> Iterator[Table]:
    """The mistakes that these numbers hide, by their rows."""
    by_code: dict[str, list[Change]] = {}
    for change in (c for c in found.invisible if made(c) not in always):
        by_code.setdefault(change.code, []).append(change)
    rows: list[tuple[Cell, ...]] = []
    for code in sorted(by_code, key=lambda c: (MISTAKES[c].bits, c)):
        rows.append((code, len(by_code[code]), _line(found, by_code[code][0])))
    if rows:
        note = "the common ones first; one example of each"
        yield Table("Mistakes that cannot be seen", ("mistake", "ways", "such as"), tuple(rows), note)


def _alike(found: Account) -> Iterator[Table]:
    groups = sorted(found.alike(), key=lambda group: min(_bits(c) for c in group))
    rows: list[tuple[Cell, ...]] = []
    for number, group in enumerate(groups[:MOST_ROWS], 1):
        for k, change in enumerate(sorted(group, key=_bits)):
            rows.append(("" if k else number, change.code, _line(found, change)))
    if rows:
        note = f"{len(groups) - MOST_ROWS} more groups are left out" if len(groups) > MOST_ROWS else ""
        yield Table("Mistakes that give the same sheet", ("", "mistake", "line"), tuple(rows), note)


def _trivial(found: Account) -> Iterator[Table]:
    rows = tuple((found.search.lines.key(t.spot), t.reason) for t in found.trivial)
    if rows:
        yield Table("Lines that are trivial", ("line", "why"), rows)


def _bits(change: Change) -> float:
    return MISTAKES[change.code].bits


def _line(found: Account, change: Change) -> str:
    """The first line that a change alters, as it then is."""
    name, formula = next(iter(change.formulas.items()))
    target = found.search.lines.targets[name]
    text = unicode_equation(Equation(target, formula), found.problem.names)
    return text + (f" and {len(change.formulas) - 1} more" if len(change.formulas) > 1 else "")


def _given(text: str, problem: Problem) -> str:
    """The lines of `given:` of a text."""
    root = parse(text, problem.file).root
    given, key = root.get("given"), root.keys["given"]
    assert isinstance(given, Fields)
    lines = text.splitlines()
    last = max((value.end_mark.line for value in given.entries.values()), default=key.line)
    return "\n".join(lines[key.line - 1 : last + 1]).rstrip() + "\n"
