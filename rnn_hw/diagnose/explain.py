"""A row of the catalogue for people: what the mistake is, how to mend it, and an example worked on the spot.

The example is the first line of a bundled problem that the mistake changes, with the numbers that it then gives. Rows that
only formulas can show, and those of the pen, state theirs.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from rnn_hw.bundle import bundled
from rnn_hw.diagnose.lines import Spot
from rnn_hw.diagnose.pen import SLIPS, Slip
from rnn_hw.diagnose.reveal import reveal
from rnn_hw.diagnose.search import Search
from rnn_hw.diagnose.walk import Array
from rnn_hw.errors import Diagnostic, HomeworkError, did_you_mean
from rnn_hw.kinds.binary_addition.examples import example as weights_example
from rnn_hw.kinds.binary_addition.mistakes import ROWS as WEIGHTS
from rnn_hw.kinds.binary_addition.mistakes import Mistake as WeightMistake
from rnn_hw.lang.mistakes.catalogue import MISTAKES
from rnn_hw.lang.mistakes.rules import Change, Mistake, is_constant
from rnn_hw.lang.notation import unicode_equation
from rnn_hw.lang.parse import parse_program
from rnn_hw.lang.tree import Equation, Name, Time
from rnn_hw.problem import Problem, load_problem
from rnn_hw.results import Cell, Explanation, Table

PROBLEMS = ("lstm_forward", "adam_step", "own_cell", "rnn_by_hand", "lstm_gradient_numbers")
# Rows that no numbers of these problems show: the line as it is, and as it is with the mistake.
STATED: Mapping[str, tuple[str, str]] = {
    "joined-in-another-order": ("z[t] = W @ [h[t-1], x[t]] + b", "z[t] = W @ [x[t], h[t-1]] + b"),
    "loss-as-one": ("h_bar[t] = h_direct[t] + c_bar[t]*o[t]", "h_bar[t] = 1 + c_bar[t]*o[t]"),
    "gradient-left-out": ("i_bar[t] = c_bar[t]*g[t]", "i_bar[t] = c[t]*g[t]"),
    "term-added": ("c_bar[t] = c_bar[t+1]*f[t+1]", "c_bar[t] = c_bar[t+1]*f[t+1] + h_bar[t]"),
    "factor-added": ("o_bar[t] = h_bar[t]*tanh(c[t])", "o_bar[t] = h_bar[t]*tanh(c[t])*o[t]"),
}
PENNED: Mapping[str, tuple[str, str]] = {
    "pen-factor-ten": ("0.0699", "0.699"),
    "pen-sign": ("−0.217", "0.217"),
    "pen-digits-exchanged": ("0.2314", "0.2341"),
    "pen-digit": ("109.892", "109.872"),
    "pen-copied-line": ("f[1] = 0.769 and i[1] = 0.250", "f[1] = 0.769 and i[1] = 0.769"),
    "pen-slip": ("0.231", "0.213"),
    "pen-other-number": ("0.231, and the next line follows from it", "0.687"),
}


def every_code() -> tuple[Explanation, ...]:
    """All rows in their order, without examples."""
    rows: list[Mistake | Slip | WeightMistake] = [*MISTAKES.values(), *WEIGHTS.values(), *SLIPS.values()]
    return tuple(Explanation(row.code, row.title, row.reason, row.mend) for row in rows)


def explanation(code: str) -> Explanation:
    """One row, with its example. Raises `HomeworkError` for an unknown code."""
    known = {row.code: row for row in every_code()}
    if code not in known:
        message = f"there is no mistake `{code}`"
        help = did_you_mean(code, known)
        raise HomeworkError(Diagnostic("unknown-mistake", message, help=help or "`rnnhw explain` lists all"))
    if code in PENNED:
        example = Table("For example", ("meant", "on the page"), (PENNED[code],))
    elif code in WEIGHTS:
        example = weights_example(code)
    elif code in STATED:
        true, yours = (parse_program(text).equations[0] for text in STATED[code])
        example = Table("For example", ("the line", "with the mistake"), ((_text(true), _text(yours)),))
    else:
        example = _worked(code)
    return known[code]._replace(example=(example,))


def _text(equation: Equation) -> str:
    return unicode_equation(equation)


def _worked(code: str) -> Table:
    """The first change of a bundled problem that numbers show, with its numbers; none in which nothing can be computed."""
    for name in PROBLEMS:
        problem = load_problem(bundled(f"{name}.yaml"))
        search = Search(problem.setup)
        for change in _changes(search, code):
            seen = reveal(problem, search, [change], everything=True)
            wrong = {spot: values[0] for spot, values in seen.values.items()}
            if not seen.invisible()[0] and all(np.isfinite(value).all() for value in wrong.values()):
                return _table(problem, search, change, seen.true, wrong)
    raise AssertionError(f"no bundled problem shows {code}")


def _changes(search: Search, code: str) -> Iterator[Change]:
    lines, true = search.lines, search.versions.true
    for name, formula in true.formulas.items():
        first = next(spot for spot in lines.order if spot[0] == name)
        if is_constant(lines.at(formula, first)):  # `size(f[1])`, which is shown as 1
            continue
        yield from (c for c in true.changes(name) if c.code == code)


def _table(
    problem: Problem, search: Search, change: Change, true: Mapping[Spot, Array], wrong: Mapping[Spot, Array]
) -> Table:
    """The changed lines at the steps where they differ, each as it is and with the mistake."""
    rows: list[tuple[Cell, ...]] = []
    lines = search.lines
    for spot in lines.order:
        name, time = spot
        if name not in change.formulas or np.allclose(true[spot], wrong[spot]):
            continue
        target = Name(name, None if time is None else Time("", time))
        pairs = ((lines.formulas[name], true[spot]), (change.formulas[name], wrong[spot]))
        for word, (formula, value) in zip(("true", "with the mistake"), pairs, strict=True):
            text = unicode_equation(Equation(target, lines.at(formula, spot)), problem.names, problem.setup.single)
            rows.append((word, text, np.asarray(value)))
        if len(rows) >= 4:
            break
    return Table(f"For example, in “{problem.title}”", ("", "line", "value"), tuple(rows))
