"""Every change that the catalogue can make to one equation of a program, and to others along with it.

A row is tried at every part of a formula. What keeps the shape and is not the formula itself is a `Change`; one that is a
habit, or that occurs in the same place of equations built alike (the bias of all four gates), comes a second time as a
change of all these equations together.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from rnn_hw.lang.mistakes.alike import Form, form
from rnn_hw.lang.mistakes.alternatives import skeleton
from rnn_hw.lang.mistakes.catalogue import MISTAKES
from rnn_hw.lang.mistakes.rules import Change, Here, Instead, Mistake, rewritten, rule
from rnn_hw.lang.operations import OVER_TIME, Shape
from rnn_hw.lang.rewrite import names_in, rebuilt, substitute
from rnn_hw.lang.shapes import series_names
from rnn_hw.lang.simplify import simplify
from rnn_hw.lang.tree import Apply, Equation, Name, Node, Num, Program

Path = tuple[int, ...]


Found = tuple[tuple[Path, str, Node], ...]  # where, the tag, and the formula


class Memory:
    """What was found for the programs of one problem: another program has most equations of this one."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, Equation], list[tuple[Mapping[str, Equation | None], Found]]] = {}

    def formulas_with(self, row: Mistake, here: Here) -> Found:
        """As the function; found anew where a definition that was looked at is another."""
        kept = self.found.setdefault((row.code, here.equation), [])
        for definitions, found in kept:
            if all(here.program.get(name) == equation for name, equation in definitions.items()):
                return found
        here = here._replace(asked={})
        kept.append((here.asked, formulas_with(row, here)))
        return kept[-1][1]


class Surroundings(NamedTuple):
    """A program, and what has to be known of its quantities; `conventions` are changes that only its kind knows."""

    program: Program
    shapes: Mapping[str, Shape]
    constants: frozenset[str] = frozenset()
    conventions: tuple[Change, ...] = ()

    def here(self, equation: Equation) -> Here:
        series = frozenset(series_names(self.program))
        return Here(equation, self.program, self.shapes, self.constants, series, {})


def changes(name: str, around: Surroundings, memory: Memory | None = None) -> tuple[Change, ...]:
    """The changes of one equation, those that change others along with it behind them; `memory` is that of its problem."""
    memory = memory or Memory()
    equation = around.program.get(name)
    if equation is None:
        return ()
    here = around.here(equation)
    built = skeleton(equation.formula)
    others = [here._replace(equation=e) for e in around.program.equations if e.name != name]
    alike = [other for other in others if skeleton(other.equation.formula) == built]
    own = form(equation.formula)
    found: dict[frozenset[tuple[str, Form]], Change] = {}
    every = [change for row in MISTAKES.values() for change in _of_row(row, here, others, alike, memory)]
    for change in (*every, *(c for c in around.conventions if name in c.formulas)):
        forms = {(n, form(f)) for n, f in change.formulas.items()}
        if (name, own) not in forms:
            found.setdefault(frozenset(forms), change)  # a row further up names it
    return tuple(found.values())


def formulas_with(row: Mistake, here: Here) -> Found:
    """What one row makes of a formula: where, the tag, and the formula, each once."""
    seen = {here.equation.formula, _simplest(here.equation.formula)}
    shape = here.shape(here.equation.formula)
    found = []
    for path, tag, formula in _alternatives(row, here):
        if formula not in seen and here.shape(formula) == shape:
            seen.add(formula)
            found.append((path, tag, formula))
    return tuple(found)


_simplest = lru_cache(maxsize=1 << 12)(simplify)  # one row after the other asks for the same


def _alternatives(row: Mistake, here: Here) -> Iterator[tuple[Path, str, Node]]:
    formula = here.equation.formula
    if row.scope == "formula" and row.change is not None:
        for instead in row.change(formula, here):
            yield (), instead.tag, instead.node
    elif row.scope == "name" and row.change is not None:
        for name in dict.fromkeys(names_in(formula)):
            for instead in row.change(name, here):
                yield (), f"{name} {instead.tag}", _put(formula, name, instead.node)
    elif row.scope == "part":
        for path, part in parts(formula):
            for instead in _instead(row, part, here):
                changed = at(formula, path, instead.node)
                yield path, instead.tag, simplify(changed) if isinstance(instead.node, Num) else changed


def _put(formula: Node, name: Name, new: Node) -> Node:
    return substitute(formula, lambda n: new if n == name else n)


def _instead(row: Mistake, part: Node, here: Here) -> Iterator[Instead]:
    for k, text in enumerate(row.rules):
        if (new := rewritten(rule(text), part)) is not None:
            yield Instead(str(k), new)
    if row.change is not None:
        yield from row.change(part, here)


def parts(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every part of a formula with the way to it."""
    yield path, node
    if isinstance(node, Apply):
        for k, argument in enumerate(node.arguments):
            if not (k == 0 and node.operation in OVER_TIME):
                yield from parts(argument, (*path, k))


def at(node: Node, path: Path, new: Node) -> Node:
    """The tree with another part at the end of a way."""
    if not path:
        return new
    assert isinstance(node, Apply)
    arguments = list(node.arguments)
    arguments[path[0]] = at(arguments[path[0]], path[1:], new)
    return Apply(node.operation, arguments, node.span)


def everywhere(row: Mistake, node: Node) -> Node:
    """The formula with a habit's rules applied wherever one of them fits."""
    node = rebuilt(node, lambda a: everywhere(row, a))
    return next((new for text in row.rules if (new := rewritten(rule(text), node)) is not None), node)


def _of_row(
    row: Mistake, here: Here, others: Sequence[Here], alike: Sequence[Here], memory: Memory
) -> Iterator[Change]:
    """The changes of one row; `alike` are those of the other equations that are built like this one."""
    name = here.equation.name
    if row.scope == "program" and row.change is not None:
        found = list(row.change(here))
        for tag, formulas in found:
            yield Change(row.code, formulas, len(found), tag)
        return
    single = memory.formulas_with(row, here)
    for _, tag, formula in single:
        yield Change(row.code, {name: formula}, len(single), tag)
    if not single:
        return
    if row.habit:
        changed = {e.name: new for e in here.program.equations if (new := everywhere(row, e.formula)) != e.formula}
        if changed.keys() != {name} and name in changed:
            yield Change(row.code, changed, 1, "everywhere")
        return
    wide: dict[tuple[Path, str], dict[str, Node]] = {(path, tag): {name: formula} for path, tag, formula in single}
    for other in {"part": alike, "name": others}.get(row.scope, ()):
        for path, tag, formula in memory.formulas_with(row, other):
            if (path, tag) in wide:
                wide[path, tag][other.equation.name] = formula
    yield from (Change(row.code, formulas, len(single), key[1]) for key, formulas in wide.items() if len(formulas) > 1)
