"""A wrong formula beside the true one: the fewest changes of the catalogue that lead from the true one to it.

Both are taken apart together: terms and factors that mean the same are set aside, what is left is compared with what the
catalogue makes of it, and where one change leaves a function in common its arguments are compared in turn. *The same* is
meant as everywhere: equal at random points of consistent trajectories.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rnn_hw.diagnose.parts import factors, looks_ahead, product, set_aside, shared, size, sum_of
from rnn_hw.lang.identity import World, value_at
from rnn_hw.lang.mistakes.alike import form
from rnn_hw.lang.mistakes.catalogue import MISTAKES
from rnn_hw.lang.mistakes.changes import Surroundings, formulas_with
from rnn_hw.lang.operations import OPERATIONS, OVER_TIME, Mismatch
from rnn_hw.lang.rewrite import names_in, shifted, substitute, walk, without_primes
from rnn_hw.lang.shapes import Faulty
from rnn_hw.lang.simplify import signed_terms, simplify
from rnn_hw.lang.tree import Apply, Equation, Name, Node

DEEPEST = 6
AGAIN = 1.5  # bits of a mistake that was made before
PER_PART = 3.0  # bits of each quantity and number in a part that nothing explains
BEGIN = 6.0  # what these begin at
NEAREST = 2  # parts that a part is compared with
MOST_PARTS = 8
MOST_NODES = 40_000  # of all formulas together that are evaluated for one comparison: about a second
OTHER_FORM = 4.0  # more bits for a change that only equals the formula as it is written
ALL_SHIFTED = 6.0  # all of a formula at another step: rarer than one name, which the catalogue has
ADDED = 5.0  # a part too many, besides its size
AHEAD = "next-step-left-out"  # where all that comes back from the next step is missing


class TooLong(Exception):
    """A comparison that takes longer than an explanation is worth."""


class Departure(NamedTuple):
    """Where two formulas part: the code of the mistake ("" if it is none known), and both parts (`None`: nothing)."""

    code: str
    true: Node | None
    yours: Node | None
    bits: float


class Alignment(NamedTuple):
    """How a formula became another."""

    departures: tuple[Departure, ...] = ()

    @property
    def bits(self) -> float:
        """What it takes to say so; a mistake that is made again is cheap."""
        first: dict[str, float] = {}
        again = 0.0
        for d in self.departures:
            if d.code and d.code in first:
                again += AGAIN
                first[d.code] = min(first[d.code], d.bits)
            elif d.code:
                first[d.code] = d.bits
            else:
                again += d.bits
        return sum(first.values()) + again

    @property
    def known(self) -> bool:
        """Whether every departure is a known mistake."""
        return all(d.code for d in self.departures) and sum(d.true is None for d in self.departures) <= 1


class Aligner:
    """Comparison of formulas in one world."""

    def __init__(self, where: World, around: Surroundings, target: Name, last: bool) -> None:
        self.where, self.around, self.target = where, around, target
        steps = where.result.steps
        self.times = sorted({min(2, steps), steps if last else max(steps - 1, 1)})
        self.prints: dict[Node, tuple[object, ...]] = {}
        self.nodes = 0  # evaluated so far
        self.aligned: dict[tuple[Node, Node], Alignment] = {}
        self.made: dict[Node, list[tuple[str, float, Node]]] = {}

    # -- the same? --

    def same(self, a: Node, b: Node) -> bool:
        if a == b:
            return True
        one, other = self.print_of(a), self.print_of(b)
        if one[0] != "values" or other[0] != "values":
            return one[0] == other[0] == "form" and one[1] == other[1]
        first, second = np.asarray(one[1]), np.asarray(other[1])
        if first.shape != second.shape:
            return False
        counted = np.isfinite(first) | np.isfinite(second)
        scale = np.maximum(np.maximum(np.abs(first), np.abs(second)), 1e-6)
        with np.errstate(invalid="ignore"):
            enough = 2 * np.count_nonzero(counted, axis=(1, 2)) >= counted[0].size  # at every step
            near = np.isfinite(scale) & (np.abs(first - second) <= 1e-9 * scale)
            return bool(enough.all() and near[counted].all())

    def print_of(self, node: Node) -> tuple[object, ...]:
        """The values of a formula at all points; its form where it has none (a derivative along an edge)."""
        if node not in self.prints:
            self.nodes += sum(1 for _ in walk(node))
            if self.nodes > MOST_NODES:
                raise TooLong
            if any(isinstance(n, Apply) and n.operation in ("partial", "total") for n in walk(node)):
                self.prints[node] = ("form", form(node))
            else:
                try:
                    values = [value_at(node, t, self.where) for t in self.times]
                    self.prints[node] = ("values", np.stack([v.reshape(len(v), -1) for v in values]))
                except (LookupError, ValueError, Mismatch, Faulty):
                    self.prints[node] = ("none",)
        return self.prints[node]

    # -- taking apart --

    def align(self, true: Node, yours: Node, depth: int = 0) -> Alignment:
        """The cheapest way found from one formula to the other. Raises `TooLong`."""
        if (true, yours) not in self.aligned:
            self.aligned[true, yours] = self._aligned(true, without_primes(yours), depth)
        return self.aligned[true, yours]

    def _aligned(self, true: Node, yours: Node, depth: int) -> Alignment:
        if self.same(true, yours):
            return Alignment()
        unknown = Alignment((Departure("", true, yours, _unknown(true, yours)),))
        if depth > DEEPEST:
            return unknown
        variants = self.variants(true)
        single = self._in_one(true, yours)
        if single is not None:
            return self._closer(single, true, yours, depth)
        tried = [self._terms(true, yours, depth), self._factors(true, yours, depth), self._call(true, yours, depth)]
        for code, bits, changed in variants:  # a change of the whole, and others inside
            if (
                isinstance(changed, Apply)
                and isinstance(yours, Apply)
                and changed.operation == yours.operation in _CALLS
            ):
                inner = self._call(changed, yours, depth)
                if inner is not None:
                    tried.append(Alignment((Departure(code, true, changed, bits), *inner.departures)))
        tried.append(self._without_function(true, yours, depth))
        best = min([unknown, *(t for t in tried if t is not None)], key=lambda a: a.bits)
        if not best.known:
            opened = self._opened(true, yours, depth)
            best = min(best, opened, key=lambda a: a.bits) if opened is not None else best
        return best

    def _closer(self, single: Alignment, true: Node, yours: Node, depth: int) -> Alignment:
        """Of a sum or product in which one part is another, or left out, the part alone."""
        code = single.departures[0].code
        parts = (self._factors if code == "factor-left-out" else self._terms)(true, yours, depth)
        alone = parts is not None and [d.code for d in parts.departures] == [code]
        return parts if parts is not None and alone else single

    def _in_one(self, true: Node, yours: Node) -> Alignment | None:
        """One change of the catalogue; rather one that gives the formula as it is written than one that equals it."""
        own = form(yours)
        made = [(b, code, changed) for code, b, changed in self.variants(true) if self.same(changed, yours)]
        first = {form(changed): (b, code) for b, code, changed in reversed(made)}  # a row further up names it
        fitting = [(b + OTHER_FORM * (found != own), code) for found, (b, code) in first.items()]
        return Alignment((Departure(min(fitting)[1], true, yours, min(fitting)[0]),)) if fitting else None

    def variants(self, true: Node) -> list[tuple[str, float, Node]]:
        """What the catalogue makes of a formula in one change."""
        if true in self.made:
            return self.made[true]
        here = self.around.here(Equation(self.target, true))
        found = []
        for row in MISTAKES.values():
            if row.scope == "program":
                continue
            changed = [formula for _, _, formula in formulas_with(row, here)]
            found += [(row.code, row.bits + float(np.log2(len(changed))), formula) for formula in changed]
        found += [("wrong-step", ALL_SHIFTED, shifted(true, by)) for by in (-2, -1, 1, 2)]
        self.made[true] = found
        return found

    def _terms(self, true: Node, yours: Node, depth: int) -> Alignment | None:
        """Sums term by term."""
        ours, theirs = signed_terms(true), signed_terms(yours)
        if len(ours) == len(theirs) == 1:
            return None
        return self._matched(*set_aside(ours, theirs, self.same), depth, "term")

    def _factors(self, true: Node, yours: Node, depth: int) -> Alignment | None:
        """Products factor by factor."""
        ours, theirs = factors(true), factors(yours)
        if len(ours) == len(theirs) == 1:
            return None
        left, right = set_aside(ours, theirs, lambda a, b: a[0] == b[0] and self.same(a[1], b[1]))
        if len(left) == len(ours) and len(right) == len(theirs) and min(len(ours), len(theirs)) == 1:
            return None
        if left and right and len(left) + len(right) < len(ours) + len(theirs):
            together = self.align(product(left), product(right), depth + 1)
            if together.known:
                return together
        plain = all(not below for below, _ in (*left, *right))
        return self._matched([n for _, n in left], [n for _, n in right], depth, "factor") if plain else None

    def _matched(self, left: Sequence[Node], right: Sequence[Node], depth: int, what: str) -> Alignment | None:
        """Each part of theirs with the part of ours that it is nearest to."""
        if max(len(left), len(right)) > MOST_PARTS:
            return None
        found: list[Departure] = []
        added: list[Node] = []
        waiting = list(left)
        ahead = [part for part in left if looks_ahead(part)] if what == "term" else []
        if len(ahead) > 1 and len(left) - len(ahead) == len(right) > 1:  # `h - y` turned, and nothing comes back
            now = self._in_one(simplify(sum_of([p for p in left if p not in ahead])), simplify(sum_of(right)))
            if now is not None:
                return Alignment((*now.departures, Departure(AHEAD, sum_of(ahead), None, MISTAKES[AHEAD].bits)))
        for part in sorted(right, key=size, reverse=True):
            near = sorted(range(len(waiting)), key=lambda k: -shared(waiting[k], part))[:NEAREST]
            tried = [(self.align(waiting[k], part, depth + 1), k) for k in near]
            best = min(tried, key=lambda f: f[0].bits, default=None)
            if best is None or not best[0].known:
                added.append(part)
                continue
            found += best[0].departures
            waiting.pop(best[1])
        if added and waiting:
            found.append(Departure("", sum_of(waiting), sum_of(added), _unknown(sum_of(waiting), sum_of(added))))
        elif added:
            found += [Departure(f"{what}-added", None, part, ADDED + PER_PART * size(part) / 2) for part in added]
        else:
            ahead = [part for part in waiting if part in ahead]
            if len(ahead) > 1:
                found.append(Departure(AHEAD, sum_of(ahead), None, MISTAKES[AHEAD].bits))
                waiting = [part for part in waiting if part not in ahead]
            code = f"{what}-left-out"
            found += [Departure(code, part, None, MISTAKES[code].bits + 1) for part in waiting]
        return Alignment(tuple(dict.fromkeys(found)))

    def _call(self, true: Node, yours: Node, depth: int) -> Alignment | None:
        """A function in common: its arguments."""
        if not (isinstance(true, Apply) and isinstance(yours, Apply) and true.operation == yours.operation):
            return None
        if true.operation in OVER_TIME:
            return self.align(true.arguments[1], yours.arguments[1], depth + 1)
        if true.operation not in _CALLS or len(true.arguments) != len(yours.arguments):
            return None
        inner = [self.align(a, b, depth + 1) for a, b in zip(true.arguments, yours.arguments, strict=True)]
        return Alignment(tuple(dict.fromkeys(d for one in inner for d in one.departures)))

    def _opened(self, true: Node, yours: Node, depth: int) -> Alignment | None:
        """The true formula with what its quantities are put in, where the other has these written out."""
        mine, theirs = {n.name for n in names_in(true)}, {n.name for n in names_in(yours)}
        missing = mine - theirs
        defined = {e.name: e for e in self.around.program.equations if e.name in missing}
        if not defined or depth > 2:
            return None
        opened = substitute(true, lambda n: _definition(n, defined))
        return self.align(opened, yours, depth + 2) if opened != true else None

    def _without_function(self, true: Node, yours: Node, depth: int) -> Alignment | None:
        """The function around it left out, or the sum over time, and other things besides."""
        if not isinstance(true, Apply) or (isinstance(yours, Apply) and yours.operation == true.operation):
            return None
        code = "sum-left-out" if true.operation in OVER_TIME else "activation-left-out"
        row = OPERATIONS.get(true.operation)
        if code == "activation-left-out" and (
            row is None or (row.slope is None and not true.operation.startswith("step"))
        ):
            return None
        inner = self.align(true.arguments[-1], yours, depth + 1)
        outer = Departure(code, true, true.arguments[-1], MISTAKES[code].bits)
        return Alignment((outer, *inner.departures))


_CALLS = frozenset(OPERATIONS) - {"add", "sub", "mul", "div", "neg"}


def _definition(name: Name, defined: dict[str, Equation]) -> Node:
    equation = defined.get(name.name)
    if equation is None:
        return name
    if equation.target.time is None or name.time is None:
        return equation.formula if name.time is None else name
    return shifted(equation.formula, name.time.shift) if name.time.base == "t" else name


def _unknown(true: Node, yours: Node) -> float:
    return BEGIN + PER_PART * max(size(true), size(yours))
