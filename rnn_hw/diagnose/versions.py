"""Programs that somebody may have worked with: the true one, and what mistakes make of it.

A version keeps what is found out about it: the changes that can still be made, and what each is worth; which lines are
computed from which. Equal programs are one version, so versions are compared by their identity.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from rnn_hw.diagnose.lines import Array, Lines, Spot
from rnn_hw.kinds.kind import Setup
from rnn_hw.lang.evaluate import Stack
from rnn_hw.lang.mistakes.catalogue import MISTAKES
from rnn_hw.lang.mistakes.changes import Memory, Surroundings, changes
from rnn_hw.lang.mistakes.rules import Change
from rnn_hw.lang.tree import Equation, Node, Program

Region = tuple[Spot, ...]
Once = Mapping[Spot, Node]  # formulas at single steps
MOST_REGIONS, MOST_PROGRAMS = 20_000, 5_000  # that are remembered


class Versions:
    """The versions of one problem that were met."""

    def __init__(self, setup: Setup, lines: Lines) -> None:
        self.lines, self.shapes = lines, setup.shapes
        numbers = {n for n, v in setup.given.items() if not isinstance(v, Stack) and np.ndim(v) == 0}
        self.constants = frozenset(numbers - {"t"})
        self.conventions = setup.conventions()
        self.memory = Memory()
        self.regions = 0
        self.true = Version(self, setup.program)
        self.met = {setup.program: self.true}

    def of(self, equations: Sequence[Equation]) -> "Version":
        """The version with these equations."""
        program = Program(tuple(equations))
        if program not in self.met:
            self.met[program] = Version(self, program)
        return self.met[program]

    def forget_if_full(self) -> None:
        """Forgets wrong programs, and what was made for them: a class of forgers must not fill the memory."""
        if len(self.met) > MOST_PROGRAMS or self.regions > MOST_REGIONS:
            self.memory = Memory()
            self.regions = 0
            self.true = Version(self, self.true.program)
            self.met = {self.true.program: self.true}
            self.lines.forget()


class Version:
    """A program, and what is found out about it once."""

    def __init__(self, versions: Versions, program: Program) -> None:
        self.versions, self.lines, self.program = versions, versions.lines, program
        self.formulas = {e.name: e.formula for e in program.equations}
        self._changes: dict[str, tuple[Change, ...]] = {}
        self._offered: dict[tuple[str, ...], tuple[list[Change], Array]] = {}
        self._regions: dict[tuple[Spot, frozenset[Spot]], Region] = {}
        self._restored: dict[tuple[str, ...], Version] = {}
        self._changed: dict[int, tuple[Change, Version]] = {}
        self._readers: dict[tuple[tuple[Spot, Node], ...], Mapping[Spot, Sequence[Spot]]] = {}

    @cached_property
    def altered(self) -> dict[Spot, Node]:
        """The lines whose formula is not the true one."""
        true = self.lines.formulas
        return {s: self.formulas[s[0]] for s in self.lines.order if self.formulas[s[0]] is not true[s[0]]}

    # -- other versions --

    def with_change(self, change: Change) -> "Version":
        """The version that a change makes of it."""
        if id(change) not in self._changed:
            equations = [Equation(e.target, change.formulas.get(e.name, e.formula)) for e in self.program.equations]
            self._changed[id(change)] = change, self.versions.of(equations)  # the change is kept: so is its identity
        return self._changed[id(change)][1]

    def elsewhere_true(self, names: tuple[str, ...]) -> "Version":
        """The version with the same formulas for some quantities, and the true ones for all others."""
        true = self.versions.true
        if self is true:
            return self
        if names not in self._restored:
            pairs = zip(self.program.equations, true.program.equations, strict=True)
            self._restored[names] = self.versions.of([own if own.name in names else other for own, other in pairs])
        return self._restored[names]

    # -- mistakes that can be made in it --

    def changes(self, name: str) -> tuple[Change, ...]:
        """The changes of one equation."""
        if name not in self._changes:
            problem = self.versions
            around = Surroundings(self.program, problem.shapes, problem.constants, problem.conventions)
            self._changes[name] = changes(name, around, problem.memory)
        return self._changes[name]

    def offered(self, names: tuple[str, ...]) -> tuple[list[Change], Array]:
        """The changes of some equations, each once, and the bits of each: the more is tried, the less a match says."""
        if names not in self._offered:
            tried = [change for name in names for change in self.changes(name)]
            once = {frozenset(c.formulas.items()): c for c in reversed(tried)}
            unique = [*once.values()][::-1]  # a root before its parts: W + m/s, not W - m/(e - s)
            rare = np.array([bits_of(change) for change in unique])
            self._offered[names] = unique, rare + np.log2(np.sum(2.0**-rare))
        return self._offered[names]

    # -- which lines are computed from which --

    def region(self, spot: Spot, printed: frozenset[Spot]) -> Region:
        """A line with all that it was computed from since the last printed lines, in the order of the lines."""
        key = spot, printed
        if key not in self._regions:
            self.versions.regions += 1
            found, waiting = {spot}, [spot]
            while waiting:
                here = waiting.pop()
                more = {s for s in self.lines.uses(self.formulas[here[0]], here) if s not in found and s not in printed}
                found |= more
                waiting += more
            self._regions[key] = tuple(sorted(found, key=self.lines.place.__getitem__))
        return self._regions[key]

    def readers(self, once: Once) -> Mapping[Spot, Sequence[Spot]]:
        """By line, those that read it."""
        key = tuple(once.items())
        if key not in self._readers:
            found: dict[Spot, list[Spot]] = {}
            for spot in self.lines.order:
                for used in self.lines.uses(once.get(spot) or self.formulas[spot[0]], spot):
                    found.setdefault(used, []).append(spot)
            self._readers[key] = found
        return self._readers[key]


def bits_of(change: Change) -> float:
    """How rare a change is: its row, and how many such changes there are."""
    row = MISTAKES[change.code]
    several = len(change.formulas) > 1
    return row.bits + float(np.log2(max(change.choices, 1))) + (several != row.habit)
