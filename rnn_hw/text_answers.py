"""Answers that are text: a formula, judged by what it means, and a word."""

from rnn_hw.errors import HomeworkError
from rnn_hw.lang.figures import array
from rnn_hw.lang.identity import MissingStep, compare, same_shape, world
from rnn_hw.lang.operations import CONSTANTS
from rnn_hw.lang.parse import parse_formula
from rnn_hw.lang.rewrite import names_in
from rnn_hw.lang.tree import Apply, Name, Num, Program
from rnn_hw.results import Value

_ENDINGS = ("ing", "es", "ed", "e", "s")


def judge_formula(text: str, true: Value) -> tuple[str, str]:
    """Verdict and message for a typed formula in numbers without time, such as a derivative in `z`."""
    assert isinstance(true, (Name, Num, Apply))
    try:
        formula = parse_formula(text)
    except HomeworkError as error:
        first = error.diagnostics[0]
        return "unreadable", first.message + (f"; {first.help}" if first.help else "")
    known = {n.name for n in names_in(true)} or {"z"}
    unknown = [n for n in names_in(formula) if n.time is not None or n.name not in known | CONSTANTS.keys()]
    if unknown:
        return "wrong", f"`{unknown[0]}` is no quantity of this formula"
    shapes = dict.fromkeys(known, ())
    if not same_shape(formula, true, shapes):
        return "wrong", "it is no number"
    where = world(Program(()), shapes)
    found = compare(true, formula, where)
    if found is None:
        return "correct", ""
    if isinstance(found, MissingStep):
        return "wrong", found.reason
    variable = sorted(known)[0]
    at = where.result.values[variable][found.trajectory]  # type: ignore[index]
    yours, right = array(found.second), array(found.first)
    return "wrong", f"at {variable} = {array(at)} it is {yours}, the true one {right}"


def judge_word(text: str, true: str) -> str:
    """The verdict on a word; `vanishes` and `vanishing` are the same answer."""
    return "correct" if _stem(text) == _stem(true) else "wrong"


def _stem(word: str) -> str:
    word = word.strip().casefold()
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 3:
            return word.removesuffix(ending)
    return word
