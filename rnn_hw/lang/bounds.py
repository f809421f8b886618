"""Bounds of every quantity of a program at any step, from bounds of what is given and from assumptions.

A recurrence is bounded by what its equations say of all steps together, and of the step in question once more under the
assumptions. How a single formula is bounded is in `intervals.py`; what is proved with it in `proof.py`.
"""

import math
from collections.abc import Mapping
from typing import Any

from rnn_hw.errors import HomeworkError
from rnn_hw.lang.differentiate import flows
from rnn_hw.lang.interval import EVERY, Interval, add, hull, meet, point
from rnn_hw.lang.intervals import bounds
from rnn_hw.lang.operations import CONSTANTS, OPERATIONS
from rnn_hw.lang.rewrite import moved, walk
from rnn_hw.lang.schedule import schedule
from rnn_hw.lang.tree import Apply, Name, Node, Num, Program, Time

COUNT = Interval(1, math.inf, False, True)
ROUNDS = 4  # of a recurrence before an end that still moves counts as infinite
AHEAD = 3  # steps that a mention such as `c[t+1]` is followed by its equations


class Bounds:
    """Bounds of a program's quantities at any step, under assumptions on some of them."""

    def __init__(
        self,
        program: Program,
        given: Mapping[str, Interval] = {},
        assumed: Mapping[str, Interval] = {},
        imposed: Mapping[str, Interval] = {},
    ) -> None:
        """`given`: by name (`x`, at every step) or key (`h[0]`); what is not there can be any number.

        `assumed` and `imposed` are by key as a claim at step t writes it, `h[t-1]`: the one narrows what the equations
        say of the quantity, the other stands in place of it.
        """
        self.program, self.given, self.assumed, self.imposed = program, given, assumed, imposed
        self.found: dict[str, Interval] = {}
        self.always = always(program, given)

    def of(self, node: Node) -> Interval:
        """The bounds of a formula at step t, derivatives along one edge included."""
        edges = {n: self.edge(n) for n in walk(node) if isinstance(n, Apply) and n.operation == "partial"}
        if not edges:
            return bounds(node, self.at)
        names = {edge: Name(f"%{k}") for k, edge in enumerate(edges)}
        known = {names[edge]: interval for edge, interval in edges.items()}
        return bounds(_put(node, names), lambda name: known[name] if name in known else self.at(name))

    def at(self, name: Name) -> Interval:
        """The bounds of one quantity."""
        key = str(name)
        if key in self.imposed:
            return self.imposed[key]
        if key not in self.found:
            self.found[key] = meet(self._at(name), self.assumed.get(key, EVERY))
        return self.found[key]

    def _at(self, name: Name) -> Interval:
        equation = self.program.get(name.name)
        if equation is None or name.time is None:
            return self.always.get(name.name) or of_given(name, self.given)
        base, shift = name.time
        first = 1 if base == "" else 0  # from which step on the equation holds
        if shift < first:
            return before(name, self.always.get(name.name), self.given)
        found = self.always.get(name.name, EVERY)
        if shift - first > AHEAD:
            return found
        here = moved(equation.formula, lambda i: Time(base, shift + i.shift) if i.base == "t" else i)
        return meet(found, bounds(here, self.at))

    def edge(self, node: Apply) -> Interval:
        """A derivative along one edge, bounded where the equation goes entry by entry: else an entry can be anything."""
        above, below = node.arguments
        assert isinstance(above, Name)
        assert isinstance(below, Name)
        equation = self.program.get(above.name)
        if above == below or equation is None or above.time is None or above.time.shift < (above.time.base == ""):
            return hull(point(1.0), point(0.0)) if above == below else EVERY
        base, shift = above.time
        formula = moved(equation.formula, lambda i: Time(base, shift + i.shift) if i.base == "t" else i)
        inside = [n for n in walk(formula) if isinstance(n, Apply)]
        if any(n.operation not in OPERATIONS or not OPERATIONS[n.operation].elementwise for n in inside):
            return EVERY
        terms = [
            f.term for f in flows(equation._replace(target=above, formula=formula), Num(1), {}) if f.mention == below
        ]
        entry = point(0.0)
        for term in terms:
            entry = add(entry, bounds(term, self.at))
        return hull(entry, point(0.0))  # one unit does not reach another


def _put(node: Node, names: Mapping[Any, Name]) -> Node:
    if node in names:
        return names[node]
    if isinstance(node, Apply) and node.operation != "total":
        return Apply(node.operation, (_put(a, names) for a in node.arguments), node.span)
    return node


def of_given(name: Name, given: Mapping[str, Interval]) -> Interval:
    """What is known of a quantity that no equation defines."""
    found = given.get(str(name)) or given.get(name.name)
    if found:
        return found
    if name.name in ("T", "t"):
        return COUNT
    if name.name in CONSTANTS:
        value = CONSTANTS[name.name]
        return Interval(math.nextafter(value, 0), math.nextafter(value, math.inf))
    return EVERY


def before(name: Name, later: Interval | None, given: Mapping[str, Interval]) -> Interval:
    """A mention of an earlier step: what the equation gives from step 1 on, or a state before the first step."""
    assert name.time is not None
    lowest = name.time.shift + (name.time.base != "")
    parts = [given.get(f"{name.name}[{k}]", EVERY) for k in range(lowest, 1)]
    return hull(*parts, *([later] if later else []))


def always(program: Program, given: Mapping[str, Interval] = {}) -> dict[str, Interval]:
    """Bounds that hold for every quantity that the program defines at every step, however many steps there are.

    A recurrence goes round until its bounds hold themselves: what still grows after some rounds counts as unbounded.
    """
    found: dict[str, Interval] = {}

    def lookup(name: Name) -> Interval:
        equation = program.get(name.name)
        if equation is None:
            return of_given(name, given)
        if name.time is None:
            return found.get(name.name, EVERY)
        base, shift = name.time
        if base not in ("", "T") and shift > 0:
            return EVERY
        if (base not in ("", "T") and shift < 0) or (base == "" and shift < 1) or (base == "T" and shift < 0):
            return before(name, found.get(name.name), given)
        return found.get(name.name, EVERY)

    try:
        equations = [e for block in schedule(program) for e in block.equations]
    except HomeworkError:
        return {}
    for round_ in range(4 * len(equations) + ROUNDS + 2):
        steady = True
        for equation in equations:
            old, new = found.get(equation.name), bounds(equation.formula, lookup)
            if old is not None:
                new = hull(old, new)
                if round_ >= ROUNDS:
                    new = _widened(old, new)
            steady = steady and new == old
            found[equation.name] = new
        if steady:
            return found
    return {}


def _widened(old: Interval, new: Interval) -> Interval:
    low = (new.low, new.low_open) if (new.low, new.low_open) == (old.low, old.low_open) else (-math.inf, True)
    high = (new.high, new.high_open) if (new.high, new.high_open) == (old.high, old.high_open) else (math.inf, True)
    return Interval(low[0], high[0], low[1], high[1])
