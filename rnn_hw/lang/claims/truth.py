"""Whether a claim holds in numbers: on every trajectory of an evaluation, surely, surely not, or too near to tell.

A comparison fails where it is off by a clear margin, so that no rounding of doubles refutes a claim. Two sides count as
equal only where the arguments of all functions are small: the sigmoid of 40 is 1 in doubles and nowhere else.
"""

import operator
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_hw.lang.claims.claim import GOES_TO, Claim, Comparison, comparisons
from rnn_hw.lang.compiled import Code
from rnn_hw.lang.evaluate import Result
from rnn_hw.lang.jacobian import Jacobian, stepwise
from rnn_hw.lang.operations import CONSTANTS, OPERATIONS, Shape
from rnn_hw.lang.rewrite import names_in, rebuilt, walk
from rnn_hw.lang.tree import Apply, Name, Node, Num, Program

Array = NDArray[Any]
Flags = Any  # an array of truth values, or a single one

_HOLDS: Mapping[str, Callable[[float, float], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    GOES_TO: operator.eq,
}  # fmt: skip

CLEAR = 1e-6  # relative to the larger side, or to 1: what is off by less is undecided
EXACT = 1e-12  # what is off by less counts as equal
TAME = 8.0  # no sigmoid or tanh of smaller numbers rounds to 1


class Truth(NamedTuple):
    """Per trajectory: surely true, surely false; neither where it is too near to tell. `margin`: off by how much."""

    yes: Flags
    no: Flags
    margin: NDArray[np.float64]


class Judge:
    """A claim at one step of programs with certain shapes, prepared for any number of evaluations."""

    def __init__(
        self,
        claim: Claim,
        program: Program,
        shapes: Mapping[str, Shape],
        steps: int,
        t: int,
        held: Collection[str] = (),
    ) -> None:
        """`t` is the step at which the claim is meant, `held` the keys of quantities that have no derivative.

        Raises `ValueError` where the two sides of a comparison have different shapes.
        """
        self.claim, self.program, self.own, self.steps, self.t = claim, program, shapes, steps, t
        self.held, self.edges = held, dict[str, Jacobian]()
        self.code = Code(self.shape, steps)
        self.arguments: Code | None = None
        self.slots: dict[Node, int] = {}
        self.given: set[Node] = set()  # sides in which only given quantities stand
        for comparison in comparisons(claim):
            shapes_ = [self.side(side) for side in (comparison.left, comparison.right)]
            sizes = [int(np.prod(shape)) for shape in shapes_]
            if (shapes_[0] != shapes_[1] and 1 not in sizes) or self.for_one_unit(comparison):
                raise ValueError(comparison)

    def for_one_unit(self, comparison: Comparison) -> bool:
        """Whether a matrix of derivatives is compared so that its zeros alone, between units, would break the claim."""
        for side, other in ((comparison.left, comparison.right), (comparison.right, comparison.left)):
            shape = self.code.shapes[self.slots[side]]
            if len(shape) == 2 and np.prod(shape) > 1 and _is_derivative(side) and isinstance(other, Num):
                low, high = (0.0, other.value) if side is comparison.left else (other.value, 0.0)
                return not _HOLDS[comparison.relation](low, high)
        return False

    def shape(self, name: Name) -> Shape:
        edge = self.edges.get(name.name)
        return edge.outer + edge.inner if edge else self.own.get(name.name, ())

    def side(self, node: Node) -> Shape:
        """Compiles one side; returns its shape."""
        if node not in self.slots:
            numbered = self.numbered(stepwise(node, self.t, self.steps, self.own))
            self.slots[node] = self.code.add(numbered)
            if not any(self.is_computed(name) for name in names_in(numbered)):
                self.given.add(node)
        return self.code.shapes[self.slots[node]]

    def is_computed(self, name: Name) -> bool:
        """Whether an equation gives the quantity; a state before the first step is given."""
        before = name.time is not None and name.time.shift < 1
        return name.name in self.edges or (self.program.get(name.name) is not None and not before)

    def numbered(self, node: Node) -> Node:
        """The tree with a name for every derivative in it."""
        if isinstance(node, Apply) and node.operation in ("partial", "total"):
            above, below = node.arguments
            assert isinstance(above, Name)
            assert isinstance(below, Name)
            name = f"%{node.operation}({above},{below})"
            edge = node.operation == "partial"
            self.edges[name] = Jacobian(self.program, self.own, self.steps, above, below, edge, self.held)
            return Name(name)
        return rebuilt(node, self.numbered)

    def values(self, result: Result) -> dict[Node, Array]:
        """Every side of every comparison on each trajectory: batch axes, then its own."""
        with np.errstate(all="ignore"):
            slots = self.code.run(lambda name: self.load(name, result))
        found = {}
        for node, slot in self.slots.items():
            shape = self.code.shapes[slot]
            value = np.asarray(slots[slot], float)
            found[node] = np.broadcast_to(value, result.batch + value.shape[value.ndim - len(shape) :])
        return found

    def load(self, name: Name, result: Result) -> Any:
        edge = self.edges.get(name.name)
        if edge is not None:
            return edge.of(result)
        return CONSTANTS[name.name] if name.name not in result.values and name.name in CONSTANTS else result.load(name)

    def of(self, result: Result, claim: Claim | None = None) -> Truth:
        """Whether the claim, or a part of it, holds on each trajectory."""
        return _Trial(self, result).of(claim or self.claim)

    def tame(self, result: Result) -> Flags:
        """Where no function has an argument so large that its value might round to its limit."""
        if self.arguments is None:
            self.arguments = Code(self.shape, self.steps)
            for node in self.functions():
                self.arguments.add(node)
        with np.errstate(all="ignore"):
            slots = self.arguments.run(lambda name: self.load(name, result))
        fine: Flags = np.ones(result.batch, bool)
        for slot, shape in zip(slots, self.arguments.shapes, strict=True):
            value = np.asarray(slot, float)
            value = np.broadcast_to(value, result.batch + value.shape[value.ndim - len(shape) :])
            fine = fine & (np.abs(value.reshape(*result.batch, -1)) <= TAME).all(axis=-1)
        return fine

    def functions(self) -> Iterator[Node]:
        """The arguments of all functions of one number, in the equations at every step and in the claim."""
        numbered = [(e.formula, t) for e in self.program.equations for t in range(1, self.steps + 1)]
        formulas = [stepwise(formula, t, self.steps, self.own) for formula, t in numbered]
        formulas += [self.numbered(stepwise(side, self.t, self.steps, self.own)) for side in self.slots]
        for node in chain.from_iterable(map(walk, formulas)):
            if isinstance(node, Apply) and node.operation in OPERATIONS and OPERATIONS[node.operation].arity == 1:
                yield node.arguments[0]


class _Trial:
    """The values of one evaluation."""

    def __init__(self, judge: Judge, result: Result) -> None:
        self.judge, self.result, self.values = judge, result, judge.values(result)

    @cached_property
    def tame(self) -> Flags:
        return self.judge.tame(self.result)

    def of(self, claim: Claim) -> Truth:
        if isinstance(claim, Comparison):
            return self.compare(claim)
        if claim.word == "not":
            yes, no, margin = self.of(claim.parts[0])
            return Truth(no, yes, margin)
        parts = [self.of(part) for part in claim.parts]
        if claim.word == "implies":
            (a, not_a, _), (b, not_b, margin) = parts
            return Truth(not_a | b, a & not_b, margin)
        yes, no = np.stack([p.yes for p in parts]), np.stack([p.no for p in parts])
        margins = np.stack([np.where(p.no, p.margin, 0) for p in parts])
        if claim.word == "and":
            return Truth(yes.all(axis=0), no.any(axis=0), margins.max(axis=0))
        return Truth(yes.any(axis=0), no.all(axis=0), margins.min(axis=0))

    def compare(self, comparison: Comparison) -> Truth:
        batch = self.result.batch
        left, right = (self.values[side].reshape(*batch, -1) for side in (comparison.left, comparison.right))
        relation = comparison.relation
        if relation in (">", ">="):
            left, right, relation = right, left, relation.replace(">", "<")
        with np.errstate(all="ignore"):
            off = (left - right) / np.maximum(1, np.maximum(np.abs(left), np.abs(right)))
        finite = np.isfinite(off).all(axis=-1)
        off = np.where(np.isfinite(off), off, 0)
        far = np.abs(off).max(axis=-1)
        if relation in ("==", "!=", GOES_TO):
            same = self.surely((np.abs(off) <= EXACT).all(axis=-1) & finite, comparison)
            other = (far >= CLEAR) & finite
            return Truth(other, same, far) if relation == "!=" else Truth(same, other, far)
        most = off.max(axis=-1)
        if relation == "<=":
            equal = self.surely((most <= EXACT) & (most > -CLEAR), comparison)
            return Truth(((most <= -CLEAR) | equal) & finite, (most >= CLEAR) & finite, most)
        equal = self.surely(most == 0, comparison)
        return Truth((most <= -CLEAR) & finite, ((most >= CLEAR) | equal) & finite, most)

    def surely(self, equal: Flags, comparison: Comparison) -> Flags:
        """Where what is equal in doubles is equal: between given numbers, at a limit, or where nothing saturates."""
        if comparison.relation == GOES_TO or {comparison.left, comparison.right} <= self.judge.given:
            return equal
        return equal & self.tame if equal.any() else equal


def _is_derivative(node: Node) -> bool:
    return any(isinstance(n, Apply) and n.operation in ("partial", "total") for n in walk(node))
