"""A mistake as a change to a tree: rules written in the language itself, `sigmoid(a) -> sigmoid(-a)`.

On the left of a rule the letters a, b, c, g, n, y stand for any part of a formula, and the same letter twice for the same
part; `p` and `q` for a part that is no chain of the rule's own operation (in `p + b` the first of all terms). Numbers,
functions and signs stand for themselves. What no rule can say is a function from a part to the parts that a person may
have instead. What a part stands in is `Here`.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from rnn_hw.lang.operations import OPERATIONS, OVER_TIME, Shape
from rnn_hw.lang.parse import parse_formula
from rnn_hw.lang.rewrite import names_in
from rnn_hw.lang.shapes import Faulty, shape_of
from rnn_hw.lang.simplify import simplify
from rnn_hw.lang.tree import Apply, Equation, Name, Node, Num, Program

ANY, PIECE = frozenset("abcgny"), frozenset("pq")
Bound = Mapping[str, Node]


class Here(NamedTuple):
    """Where a part stands."""

    equation: Equation
    program: Program
    shapes: Mapping[str, Shape]
    constants: frozenset[str]  # given numbers that are the same at every step
    series: frozenset[str]
    asked: dict[str, Equation | None]  # the definitions that were looked at, by name

    def definition(self, name: str) -> Equation | None:
        """The equation of a quantity."""
        self.asked[name] = found = self.program.get(name)
        return found

    def shape(self, node: Node) -> Shape | None:
        try:
            return shape_of(node, lambda name: self.shapes.get(name.name, ()))
        except Faulty:
            return None


class Instead(NamedTuple):
    """What may stand in place of a part; the same slip elsewhere has the same `tag`."""

    tag: str
    node: Node


class Mistake(NamedTuple):
    """A row of the catalogue.

    `rules` are texts of the form `pattern -> result`; `change` is a function of a part and its surroundings for what they
    cannot say. `scope` tells what is changed: a `part`, a `name` wherever the equation has it, the whole `formula`, or the
    right sides of several equations of the `program`.
    Who has the `habit` has it wherever the pattern occurs. `bits` tells how rare it is: 3 for a common one.
    """

    code: str
    title: str
    reason: str
    mend: str
    rules: tuple[str, ...] = ()
    change: Callable[..., Iterator[Any]] | None = None
    scope: str = "part"
    habit: bool = False
    bits: float = 4.0


OTHER_CONVENTION = "other-convention"  # the code of changes that only a kind of problem knows


class Change(NamedTuple):
    """One mistake made: the right sides that it changes, by the name of their equation.

    `choices` counts the changes of the same row that the equation has: the more there are, the less a match says.
    """

    code: str
    formulas: Mapping[str, Node]
    choices: int = 1
    tag: str = ""


class Rule(NamedTuple):
    """A rule, read."""

    pattern: Node
    result: Node


@cache
def rule(text: str) -> Rule:
    """The rule that a text states."""
    pattern, _, result = text.partition(" -> ")
    return Rule(parse_formula(pattern), parse_formula(result))


def rewritten(rule: Rule, node: Node) -> Node | None:
    """What the rule makes of a node, `None` where its pattern is another."""
    pattern = rule.pattern
    if isinstance(pattern, Apply) and not (isinstance(node, Apply) and pattern.operation == node.operation):
        return None  # nearly always
    bound: dict[str, Node] = {}
    if not _matches(pattern, node, bound, _level(pattern)):
        return None
    return simplify(_built(rule.result, bound))


def _level(node: Node) -> int:
    known = isinstance(node, Apply) and node.operation in OPERATIONS
    return OPERATIONS[node.operation].level if known and isinstance(node, Apply) else -1


def _matches(pattern: Node, node: Node, bound: dict[str, Node], level: int) -> bool:
    if isinstance(pattern, Name) and pattern.time is None and pattern.name in ANY | PIECE:
        if pattern.name in PIECE and _level(node) == level:
            return False
        return bound.setdefault(pattern.name, node) == node
    if isinstance(pattern, Apply):
        if not isinstance(node, Apply) or pattern.operation != node.operation:
            return False
        if pattern.operation in OVER_TIME:  # whatever letter runs over the steps
            bound["t"] = node.arguments[0]
            return _matches(pattern.arguments[1], node.arguments[1], bound, level)
        return len(pattern.arguments) == len(node.arguments) and all(
            _matches(p, n, bound, level) for p, n in zip(pattern.arguments, node.arguments, strict=True)
        )
    return isinstance(pattern, Num) and pattern == node


def _built(result: Node, bound: Bound) -> Node:
    if isinstance(result, Name):
        return bound.get(result.name, result)
    if isinstance(result, Apply):
        return Apply(result.operation, (_built(a, bound) for a in result.arguments))
    return result


def is_constant(node: Node) -> bool:
    """Whether no quantity stands in a formula."""
    return next(names_in(node), None) is None
