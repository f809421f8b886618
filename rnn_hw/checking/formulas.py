"""Formulas as answers: read with latitude, judged by what they mean, alone and given the person's own other formulas.

All formulas of a sheet live in one program (for a gradient: the forward equations and their adjoints). A formula is right
if it means the same as the true one on random consistent trajectories of that program, and carried if it does on those
of the person's own: the same program with their formulas in place of the true ones. Nothing here knows a file.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple, TypeGuard

from rnn_hw.errors import Diagnostic, HomeworkError, did_you_mean
from rnn_hw.kinds.formulas import edge_key
from rnn_hw.kinds.kind import Context
from rnn_hw.lang.derivation import with_edges
from rnn_hw.lang.differentiate import BAR
from rnn_hw.lang.figures import array
from rnn_hw.lang.identity import STEPS, MissingStep, Witness, World, compare, same_shape, world
from rnn_hw.lang.notation import unicode
from rnn_hw.lang.operations import CONSTANTS, OVER_TIME, Shape
from rnn_hw.lang.parse import parse_formula
from rnn_hw.lang.rewrite import BEFORE, HERE, names_in, over_all_steps, rebuilt, substitute, walk
from rnn_hw.lang.shapes import STEP_WORDS, series_names, shape_of
from rnn_hw.lang.simplify import signed_terms
from rnn_hw.lang.tree import Apply, Equation, Name, Node, Num, Program

UNDERSTOOD = ("unknown-name", "no-series", "circular")  # it is a formula, of something else
LOSSES = ("L", "loss", "J", "E")  # what a loss is called
PREVIOUS = "_prev"  # how a single step is shown: `m_prev`
Letters = Callable[[str], str]
MOST_TERMS = 24  # of a wrong formula that is searched for the term in which it departs


class Judged(NamedTuple):
    """A verdict on a formula; `message` may be read before the deadline, `reveals` shows true values as well."""

    verdict: str
    message: str = ""
    reveals: str = ""


def judge_formulas(
    truth: Mapping[Name, Node], texts: Mapping[Name, str], context: Context, letters: Letters = str
) -> dict[Name, Judged]:
    """The verdicts on the typed right sides of some targets; `letters` gives the name behind one of the sheet's own."""
    where = world_of(context.program, context)
    truth = {target: with_edges(tree, context.program, context.shapes) for target, tree in truth.items()}
    read: dict[Name, Node] = {}
    judged: dict[Name, Judged] = {}
    differing: dict[Name, Witness | MissingStep] = {}
    for target, text in texts.items():
        try:
            formula = read_formula(text, target, context, letters)
        except HomeworkError as error:
            first = error.diagnostics[0]
            verdict = "wrong" if first.code in UNDERSTOOD else "unreadable"
            judged[target] = Judged(verdict, first.message + (f"; {first.help}" if first.help else ""))
            continue
        if _has_edges(truth[target]):
            judged[target] = Judged("unjudged", "matrices of derivatives are left for a person")
            continue
        if not same_shape(formula, truth[target], context.shapes):
            judged[target] = Judged("wrong", "its parts do not fit together, or its shape is another")
            continue
        read[target] = formula
        found = compare(truth[target], formula, where, not context.open_end)
        if found is None:
            judged[target] = Judged("correct")
        else:
            differing[target] = found
    carried = _carried(truth, read, differing, context) if differing else set()
    for target, found in differing.items():
        if target in carried:
            judged[target] = Judged("carried", "right given your own other formulas")
        else:
            judged[target] = _departure(truth[target], read[target], found, where, not context.open_end)
    return judged


def own_program(read: Mapping[Name, Node], wrong: Collection[Name], context: Context) -> Program:
    """The context's program with the person's own formulas in place of some of the true ones."""
    own = _own_names(read, wrong)
    read = {target: _unwrapped(typed, context.shapes.get(target.name, ()), context) for target, typed in read.items()}
    return Program(tuple(_with_own(e, read, own) for e in context.program.equations))


def _own_names(read: Mapping[Name, Node], wrong: Collection[Name]) -> set[str]:
    """The quantities that the person's own formulas define, at every step or at single ones."""
    return {t.name for t in wrong if t.time is not None or not _moving(read[t])}


def _unwrapped(typed: Node, shape: Shape, context: Context) -> Node:
    """The one entry of a formula in brackets, which counts as the number that it is asked for (`same_shape`)."""
    own = shape_of(typed, lambda name: context.shapes.get(name.name, ()))
    return Apply("sum", (typed,)) if own and own != shape else typed


def _carried(
    truth: Mapping[Name, Node], read: Mapping[Name, Node], differing: Iterable[Name], context: Context
) -> set[Name]:
    """The targets whose formulas are right in the person's own program."""
    wrong = set(differing)
    own = _own_names(read, wrong)
    try:
        where = world_of(own_program(read, wrong, context), context)
    except (HomeworkError, IndexError):
        return set()  # their formulas wait for each other: nothing follows from them
    uses = {t: {n.name for n in names_in(truth[t])} & (own - {t.name}) for t in wrong}
    return {t for t in wrong if uses[t] and compare(truth[t], read[t], where, not context.open_end) is None}


def world_of(program: Program, context: Context) -> World:
    """The random trajectories on which the formulas of a problem, or of somebody's own program, are compared."""
    return world(program, context.shapes, context.fixed, context.steps or STEPS)


def _with_own(equation: Equation, read: Mapping[Name, Node], own: Collection[str]) -> Equation:
    """An equation as the person has it: their formula for every step, or in place of the true one at single steps."""
    formula = equation.formula
    if equation.name not in own:
        return equation
    for target, typed in read.items():
        if target.name != equation.name:
            continue
        if target == equation.target:
            formula = typed
        elif target.time is not None:
            there = Apply("equal", (Name("t"), Num(target.time.shift)))
            elsewhere = Apply("sub", (Num(1), there))
            formula = Apply("add", (Apply("mul", (there, typed)), Apply("mul", (elsewhere, formula))))
    return Equation(equation.target, formula)


def _moving(node: Node) -> bool:
    return any(n.time is not None and n.time.base == "t" for n in names_in(node))


def _departure(true: Node, formula: Node, found: Witness | MissingStep, where: World, last: bool) -> Judged:
    """What can be said of a wrong formula: the numbers at one point, and the terms that only one of the two has."""
    if isinstance(found, MissingStep):
        return Judged("wrong", "it asks for a step that does not exist at the last step")
    ours, theirs = _terms(true), _terms(formula)
    message = ""
    if max(len(ours), len(theirs)) <= MOST_TERMS and len(ours) + len(theirs) > 2:
        missing = [t for t in ours if not any(compare(t, s, where, last) is None for s in theirs)]
        extra = [s for s in theirs if not any(compare(t, s, where, last) is None for t in ours)]
        if len(extra) < len(theirs):
            said = [f"{unicode(term)} is no term of it" for term in extra]
            said += [f"{len(missing)} term{'s' * (len(missing) > 1)} missing"] * bool(
                missing and len(missing) != len(extra)
            )
            message = "; ".join(said)
    point = f"at step {found.time}" if found.time else "at one point"
    reveals = f"{point} of a random example yours is {array(found.second)}, the true one {array(found.first)}"
    return Judged("wrong", message, reveals)


def _terms(node: Node) -> list[Node]:
    """The terms of a sum, signs with them; those of a sum over time one by one, each summed."""
    if isinstance(node, Apply) and node.operation == "sum[]":
        return [Apply("sum[]", (node.arguments[0], t)) for t in _terms(node.arguments[1])]
    found = signed_terms(node)
    return found if len(found) == 1 else [part for term in found for part in _terms(term)]


# --- reading with latitude --------------------------------------------------------------------------------------------


def read_formula(text: str, target: Name, context: Context, letters: Letters = str) -> Node:
    """A typed right side as a tree in the context's names. Raises `HomeworkError`.

    Understood are a left side in front, several forms with `=` between them (the last one counts), `dL/dh[t]` for
    `h_bar[t]`, `∂L/∂h[t]` for the direct term, `dh[t]/do[t]` for an edge, a sequence without its time for `[t]` (or, in
    a sum or mean that has no time itself, for all its steps), and `m_prev` for `m[t-1]`.
    """
    formula = with_edges(spelled_formula(text, target, context, letters), context.program, context.shapes)
    series = series_names(context.program)
    known = set(context.shapes) | set(context.program.names)
    for name in names_in(formula):
        if name.name not in known and name.name not in STEP_WORDS and name.name not in CONSTANTS:
            help = did_you_mean(name.name, sorted(known))
            raise HomeworkError(Diagnostic("unknown-name", f"`{name.name}` is no quantity here", name.span, help))
        if name.time is not None and name.name not in series:
            raise HomeworkError(
                Diagnostic("no-series", f"`{name.name}` has no time", name.span, f"write `{name.name}`")
            )
    if _has_edges(formula):
        raise HomeworkError(Diagnostic("bad-derivative", "a derivative in it is no single number", formula.span))
    return formula


def spelled_formula(text: str, target: Name, context: Context, letters: Letters = str) -> Node:
    """A typed right side in the context's names, derivatives along an edge as they were written. Raises `HomeworkError`."""
    series = series_names(context.program)
    known = set(context.shapes) | set(context.program.names)
    formula = substitute(parse_formula(_last_side(text)), lambda name: _canonical(name, letters, known, series))
    if target.time is None:
        formula = over_all_steps(formula, lambda name: name in series)
    formula = _spelled_out(formula, known, series, target)
    if any(node == target or (_is_edge(node) and edge_key(*node.arguments) == str(target)) for node in walk(formula)):
        raise HomeworkError(Diagnostic("circular", "it names the very quantity that it is to say", formula.span))
    return formula


def _canonical(name: Name, letters: Letters, known: set[str], series: set[str]) -> Name:
    """The context's name for a quantity that a person may call otherwise."""
    found = letters(name.name)
    if found in known or name.name in known:
        return Name(found if found in known else name.name, name.time, name.span)
    before = letters(name.name.removesuffix(PREVIOUS))
    if name.name.endswith(PREVIOUS) and name.time is None and before in series:
        return Name(before, BEFORE, name.span)
    return name


_equals = re.compile(r"(?<![=<>!:])=(?!=)")


def _last_side(text: str) -> str:
    return _equals.split(text)[-1]


def _has_edges(node: Node) -> bool:
    return any(_is_edge(n) for n in walk(node))


def _is_edge(node: Node) -> TypeGuard[Apply]:
    return isinstance(node, Apply) and node.operation in ("partial", "total")


def _spelled_out(node: Node, known: set[str], series: set[str], target: Name) -> Node:
    """The tree with the spellings of lectures replaced by the program's names."""
    if isinstance(node, Name):
        name = node
        if name.name not in known and name.name.endswith("_t") and name.name[:-2] in series and name.time is None:
            name = Name(name.name[:-2], HERE, name.span)
        if name.time is None and name.name in series:
            return Name(name.name, HERE, name.span)
        return name
    if isinstance(node, Apply):
        if node.operation == "div":
            above, below = node.arguments
            found = _differential(above, below, known)
            if found is not None:
                return found
            if isinstance(above, Apply) and above.operation == "mul":  # `h_bar[t] * dh[t]/do[t]` leans to the left
                found = _differential(above.arguments[1], below, known)
                if found is not None:
                    first = _spelled_out(above.arguments[0], known, series, target)
                    return Apply("mul", (first, found), node.span)
        if node.operation in ("partial", "total"):
            above, below = node.arguments
            assert isinstance(above, Name)
            assert isinstance(below, Name)
            if above.name in LOSSES and above.name not in known:
                return Name(below.name + (BAR if node.operation == "total" else "_direct"), below.time, node.span)
            above, below = (_spelled_out(n, known, series, target) for n in (above, below))
            return Apply("partial", (above, below), node.span)
        if node.operation in OVER_TIME:
            index, body = node.arguments
            return Apply(node.operation, (index, _spelled_out(body, known, series, target)), node.span)
    return rebuilt(node, lambda a: _spelled_out(a, known, series, target))


def _differential(above: Node, below: Node, known: set[str]) -> Node | None:
    """`dL/dh[t]` and `dc[t]/df[t]`, which the parser reads as quotients of quantities whose names begin with `d`."""
    if not (isinstance(above, Name) and isinstance(below, Name)):
        return None
    if {above.name, below.name} & known or above.name[:1] + below.name[:1] != "dd":
        return None
    first, second = Name(above.name[1:], above.time, above.span), Name(below.name[1:], below.time, below.span)
    if second.name not in known:
        return None
    if first.name in LOSSES:
        return Name(second.name + BAR, second.time, above.span)
    return Apply("partial", (first, second), above.span) if first.name in known else None
