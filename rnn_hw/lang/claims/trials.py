"""A claim tried out in numbers, for one number of units and steps: where each given number stands, and what follows.

Rows of numbers are evaluated together. A premise that puts a given quantity at a number is met by giving it that number;
one that goes to a limit by a clamp. What is tried, and in which order, is in `search.py`.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_hw.lang.claims.candidates import Rows, costs, simpler
from rnn_hw.lang.claims.claim import GOES_TO, Claim, Comparison, Compound, comparisons, premises
from rnn_hw.lang.claims.truth import Judge
from rnn_hw.lang.compiled import Code
from rnn_hw.lang.evaluate import Clamp, Result, Stack, evaluate, reach
from rnn_hw.lang.figures import full
from rnn_hw.lang.operations import CONSTANTS, OPERATIONS, Shape
from rnn_hw.lang.parse import parse_formula
from rnn_hw.lang.rewrite import at_step, names_in
from rnn_hw.lang.shapes import infer, series_names
from rnn_hw.lang.tree import Apply, Name, Node, Num, Program

Array = NDArray[Any]

VISIBLE = 0.01  # a violation that shows in two decimals is worth some plainness
NEAR = 1e-4  # what counts as near, where a limit is shown without setting the quantity itself
FAR = (5.0, -5.0, 10.0, -10.0, 20.0, -20.0, 30.0, -30.0)


class Question(NamedTuple):
    """A claim and what it is about. `letters` spells the shape of all that is given, `H D`; `fixed` is by name or key."""

    claim: Claim
    program: Program
    letters: Mapping[str, str]
    fixed: Mapping[str, float] = {}


class Slot(NamedTuple):
    """Where a given quantity, at one time if it is a sequence, stands in a row of numbers; `value` if it is not free."""

    name: str
    time: int | None
    shape: Shape
    start: int
    stop: int
    value: float | None

    @property
    def key(self) -> str:
        return self.name if self.time is None else f"{self.name}[{self.time}]"


class Counterexample(NamedTuple):
    """Numbers that refute a claim at step `t`, on their own: no batch axes. `clamped`: keys that were set to a number."""

    question: Question
    units: int
    steps: int
    t: int
    numbers: Mapping[str, Array]  # by key, every given quantity
    clamped: Mapping[str, float]
    result: Result
    shapes: Mapping[str, Shape]
    sides: Mapping[Node, Array]
    trials: int
    near: "tuple[str, float, Mapping[Node, Array]] | None" = None  # a limit without clamp: this slot at this number


class World:
    """A question for one number of units and steps."""

    def __init__(self, question: Question, units: int, steps: int) -> None:
        self.question, self.units, self.steps = question, units, steps
        shifts = [n.time.shift for n in mentions(question.claim) if n.time is not None and n.time.base == "t"]
        self.t = steps - max([0, *shifts])
        program, defined = question.program, set(question.program.names)
        own = {name: shape_for(spelled, units) for name, spelled in question.letters.items()}
        given, initial = ({n: s for n, s in own.items() if (n in defined) == inner} for inner in (False, True))
        self.shapes = infer(program, given, initial)
        self.limits = [self._placed(c) for c in premises(question.claim) if self._settles(c)]
        self.slots = list(self._slots(own, defined))
        self.free = sum(slot.stop - slot.start for slot in self.slots)
        self.clamped = {str(name): value for name, value in self.limits if name.name in defined}
        held = {key for key in self.clamped if _needs_argument(program, key)}
        self.judge = Judge(question.claim, program, self.shapes, steps, self.t, held)
        self.met = 0

    def _settles(self, premise: Comparison) -> bool:
        """Whether a premise puts one quantity at a number, and it can be put there."""
        if not isinstance(premise.left, Name) or next(names_in(premise.right), None) is not None:
            return False
        return premise.relation == GOES_TO or (premise.relation == "==" and self._is_given(self._at(premise.left)))

    def _at(self, name: Name) -> Name:
        there = at_step(name, self.t, self.steps)
        assert isinstance(there, Name)
        return there

    def _is_given(self, name: Name) -> bool:
        defined = self.question.program.get(name.name) is not None
        return not defined or (name.time is not None and name.time.shift < 1)

    def _placed(self, premise: Comparison) -> tuple[Name, float]:
        assert isinstance(premise.left, Name)
        return self._at(premise.left), constant(premise.right)

    def _slots(self, own: Mapping[str, Shape], defined: set[str]) -> Iterator[Slot]:
        """Every given quantity at every time at which it is needed."""
        program, start = self.question.program, 0
        series, far = series_names(program), reach(program)
        known = dict(self.question.fixed) | {str(n): value for n, value in self.limits if self._is_given(n)}
        for name, shape in own.items():
            low, high = far.get(name, (0, 0))
            times: list[int | None] = [None]
            if name in series:
                times = list(range(1 + low, 1 if name in defined else self.steps + max(high, 0) + 1))
            for time in times:
                key = name if time is None else f"{name}[{time}]"
                value = known.get(key, known.get(name))
                stop = start + (int(np.prod(shape)) if value is None else 0)
                yield Slot(name, time, shape, start, stop, value)
                start = stop

    # -- numbers --

    def arrays(self, rows: Array) -> dict[str, Array]:
        """Every given quantity by key, for rows of numbers with any leading axes."""
        lead = rows.shape[:-1]
        found = {}
        for slot in self.slots:
            if slot.value is not None:
                found[slot.key] = np.full(lead + slot.shape, slot.value)
            else:
                found[slot.key] = rows[..., slot.start : slot.stop].reshape(lead + slot.shape)
        return found

    def evaluated(self, arrays: Mapping[str, Array], clamp: bool = True) -> Result:
        given: dict[str, Array | Stack] = {}
        for slot in self.slots:
            if slot.time is None:
                given[slot.name] = arrays[slot.key]
            elif slot.name not in given:
                alike = [s for s in self.slots if s.name == slot.name]
                given[slot.name] = Stack(np.stack([arrays[s.key] for s in alike]), slot.time)
        lead = next(iter(arrays.values())).ndim - len(self.slots[0].shape) if self.slots else 0
        clamps = self._clamps(lead) if clamp else {}
        return evaluate(self.question.program, given, self.shapes, self.steps, clamps)

    def _clamps(self, lead: int) -> dict[str, Clamp]:
        clamps = {}
        for name, value in self.limits:
            if self._is_given(name):
                continue
            shape = self.shapes[name.name]
            axes = (1,) * lead + shape
            if name.time is None:
                clamps[name.name] = Clamp(np.ones(axes, bool), np.full(axes, value))
                continue
            known = np.zeros((self.steps, *axes), bool)
            known[name.time.shift - 1] = True
            before = clamps.get(name.name)
            if before is not None:
                clamps[name.name] = Clamp(known | before.known, np.where(known, value, before.value))
            else:
                clamps[name.name] = Clamp(known, np.full(known.shape, value))
        return clamps

    def run(self, rows: Rows) -> Result:
        """The evaluation of rows of numbers; notes in how many of them the premise is met."""
        result = self.evaluated(self.arrays(rows))
        claim = self.question.claim
        premise = claim.parts[0] if isinstance(claim, Compound) and claim.word == "implies" else None
        self.met = int(self.judge.of(result, premise).yes.sum()) if premise else len(rows)
        return result

    def shrunk(self, row: Rows) -> Rows:
        """A violating row with single entries made plainer as long as it still violates the claim as clearly."""
        while len(rows := simpler(row)):
            truth = self.judge.of(self.run(rows))
            here = self.judge.of(self.run(row[None]))
            enough = truth.no & (truth.margin >= min(VISIBLE, float(here.margin[0])))
            if not enough.any():
                break
            left = np.flatnonzero(enough)
            row = rows[left[np.argmin(costs(rows[left]))]]
        return row

    def shown(self, row: Rows, trials: int) -> Counterexample:
        """The counterexample in a row, computed again from the numbers as they are printed."""
        printed = np.array([float(full(float(value))) for value in row])
        numbers = self.arrays(printed)
        result = self.evaluated(numbers)
        truth = self.judge.of(result)
        assert truth.no.all(), "a counterexample that is none"
        return Counterexample(
            self.question,
            self.units,
            self.steps,
            self.t,
            numbers,
            self.clamped,
            result,
            self.shapes,
            self.judge.values(result),
            trials,
            self.approached(printed) if self.clamped else None,
        )

    def approached(self, row: Rows) -> tuple[str, float, Mapping[Node, Array]] | None:
        """One given quantity, and a number for it that brings the limit near and keeps the violation, with no clamp."""
        claim = _near(self.question.claim)
        judge = Judge(claim, self.question.program, self.shapes, self.steps, self.t)
        free = [slot for slot in self.slots if slot.value is None]
        rows = np.repeat(row[None], len(free) * len(FAR), axis=0)
        for k, slot in enumerate(free):
            for j, value in enumerate(FAR):
                rows[k * len(FAR) + j, slot.start : slot.stop] = value
        if not len(rows):
            return None
        result = self.evaluated(self.arrays(rows), clamp=False)
        truth = judge.of(result)
        for k in np.flatnonzero(truth.no & (truth.margin >= VISIBLE)).tolist():
            original = Judge(self.question.claim, self.question.program, self.shapes, self.steps, self.t).values(result)
            return free[k // len(FAR)].key, FAR[k % len(FAR)], {node: value[k] for node, value in original.items()}
        return None


def _near(claim: Claim) -> Claim:
    """The claim with "nearer than `NEAR`" for "goes to"."""
    if isinstance(claim, Comparison):
        if claim.relation != GOES_TO:
            return claim
        distance = Apply("abs", (Apply("sub", (claim.left, claim.right)),))
        return claim._replace(relation="<=", left=distance, right=Num(NEAR))
    return claim._replace(parts=tuple(map(_near, claim.parts)))


def shape_for(letters: str, units: int) -> Shape:
    """The shape behind letters such as `H D` or `H H+D`, every letter the same number of units."""
    return tuple(sum(int(p) if p.isdigit() else units for p in word.split("+")) for word in letters.split())


def constant(node: Node) -> float:
    """The number behind a formula without quantities."""
    code = Code(lambda name: (), 1)
    slot = code.add(node)
    return float(code.run(lambda name: CONSTANTS[name.name])[slot])


def _needs_argument(program: Program, key: str) -> bool:
    """Whether the derivative of the quantity's last operation asks for its argument, which a clamp does not change."""
    equation = program.get(key.partition("[")[0])
    if equation is None or not isinstance(equation.formula, Apply):
        return False
    row = OPERATIONS.get(equation.formula.operation)
    texts = row.derivative if row is not None and isinstance(row.derivative, tuple) else ()
    return (
        any(n.name == "a" for text in texts for n in names_in(parse_formula(text)))
        and row is not None
        and row.arity == 1
    )


def mentions(claim: Claim) -> Iterator[Name]:
    """Every quantity that a claim names."""
    for comparison in comparisons(claim):
        yield from names_in(comparison.left)
        yield from names_in(comparison.right)
