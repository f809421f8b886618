"""Which line is computed from which: what its formula names, and which answers on a page stand behind it.

A line that a page leaves out is recomputed from the nearest ones that are there, so what a line uses differs from page to
page. Only names are looked at here, never a number.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_hw.kinds.kind import Setup
from rnn_hw.lang.rewrite import at_step, names_in
from rnn_hw.lang.schedule import Block, schedule
from rnn_hw.results import Line

Students = NDArray[np.intp]
Truths = NDArray[np.bool_]
USUAL = 0.5  # what more than this share of the students leave out is usually left out
SHORT = 20  # lines of a chain that few students need and all of a group are computed through
FEW = 4  # those who leave out the usual and no more are few if they are less than a quarter


class Named(NamedTuple):
    """What a line's formula names: other lines, and what is given."""

    lines: tuple[str, ...]
    given: frozenset[str]


class Uses:
    """The lines of a problem in an order in which each comes after all that it uses, and what each one names."""

    def __init__(self, setup: Setup, lines: Sequence[Line]) -> None:
        self.setup = setup
        blocks = schedule(setup.program)
        self.formulas = {e.name: e.formula for block in blocks for e in block.equations}
        self.by_place = {(line.name, line.time): line for line in lines}
        self.by_key = {line.key: line for line in lines}
        self.order = [self.by_place[place].key for place in order(blocks, setup.steps)]
        self.rank = {key: k for k, key in enumerate(self.order)}
        self.found: dict[str, Named] = {}

    def named(self, key: str) -> Named:
        """What the formula of a line names."""
        if key not in self.found:
            self.found[key] = self._named(self.by_key[key])
        return self.found[key]

    def _named(self, line: Line) -> Named:
        lines: dict[str, None] = {}
        given: set[str] = set()
        steps = self.setup.steps
        for mention in names_in(at_step(self.formulas[line.name], line.time or 0, steps)):
            if mention.name not in self.formulas:
                given.add(mention.name)
                continue
            if mention.time is None:
                times: Sequence[int | None] = [None]
            elif mention.time.base:  # inside a sum over time
                times = range(1 + mention.time.shift, steps + mention.time.shift + 1)
            else:
                times = [mention.time.shift]
            for t in times:
                other = self.by_place.get((mention.name, t))
                if other is None:
                    given.add(f"{mention.name}[{t}]")  # a state before the first step
                else:
                    lines[other.key] = None
        return Named(tuple(lines), frozenset(given))

    def on(self, page: Collection[str]) -> dict[str, Named]:
        """By key, the answers on a page and what is given that a line is computed from, through lines not on it."""
        found: dict[str, Named] = {}
        for key in self.order:
            lines: set[str] = set()
            own = self.named(key)
            given = own.given
            for other in own.lines:
                if other in page:
                    lines.add(other)
                else:
                    lines.update(found[other].lines)
                    given |= found[other].given
            found[key] = Named(tuple(sorted(lines, key=self.rank.__getitem__)), given)
        return found

    def behind(self, key: str, students: Students, known: Mapping[str, Truths]) -> Iterator["Behind"]:
        """What stands behind a line on the pages of some students: those who leave out what most do, and the others.

        A class mostly answers, or leaves out, the same lines. The others go together if that makes no long chain; else by
        the lines that this one names and they leave out.
        """
        others = students
        if len(students):
            usual = self._behind(key, students, known, USUAL)
            if len(usual.students) * FEW >= len(students):
                yield usual
                others = np.setdiff1d(students, usual.students, assume_unique=True)
        if not len(others):
            return
        together = self._behind(key, others, known, 0)
        named = [known[other][others] for other in self.named(key).lines if other in known]
        groups = list(_alike(named, others)) if len(together.chain) > SHORT else []
        if len(groups) > 1 or (groups and len(others) < len(students)):
            for alike in groups:
                yield from self.behind(key, alike, known)
        else:
            yield together

    def _behind(self, key: str, students: Students, known: Mapping[str, Truths], share: float) -> "Behind":
        """The chain of lines that more than a share of the students leave out, and who needs no other line in it."""
        everybody, nobody = np.ones(len(students), bool), np.zeros(len(students), bool)
        needed, given, fits = {key: everybody}, nobody, everybody
        chain, inputs = [], []
        waiting = [-self.rank[key]]
        while waiting:
            line = self.order[-heappop(waiting)]  # the last one first: by then all that name it have been looked at
            there = known[line][students] if line in known and line != key else nobody
            gone = needed[line] & ~there
            if line == key or gone.sum() > share * len(students):
                chain.append(line)
                named = self.named(line)
                for other in named.lines:
                    if other not in needed:
                        heappush(waiting, -self.rank[other])
                    needed[other] = needed.get(other, nobody) | gone
                if named.given:
                    given = given | gone
            else:
                fits = fits & ~gone
            if there.any():
                inputs.append(line)
        some = students[fits]
        used = {k: (needed[k] & known[k][students])[fits] for k in reversed(inputs)}
        return Behind(tuple(reversed(chain)), used, given[fits], some)


def _alike(columns: Sequence[Truths], students: Students) -> Iterator[Students]:
    """The students in groups of whom the columns say the same."""
    if not columns:
        yield students
        return
    rows = np.ascontiguousarray(np.packbits(columns, axis=0).T)
    _, group = np.unique(rows.view(np.dtype((np.void, rows.shape[1]))).ravel(), return_inverse=True)
    yield from (students[group == number] for number in range(group.max() + 1))


class Behind(NamedTuple):
    """What some students compute a line from: a chain of lines of which each is left out by some, and answers.

    `used` says by key which students use an answer; one of the chain is used by those who have it. `given` says whose
    chain uses something given. Keys are in the order of computation, the line itself last in the chain.
    """

    chain: tuple[str, ...]
    used: Mapping[str, Truths]
    given: Truths
    students: Students

    def some(self, students: "slice | Students") -> "Behind":
        """The same for some of the students."""
        used = {key: uses[students] for key, uses in self.used.items()}
        return Behind(self.chain, used, self.given[students], self.students[students])


def order(blocks: Sequence[Block], count: int) -> Iterator[tuple[str, int | None]]:
    """The names and times of all lines, each after all that it uses."""
    for block in blocks:
        steps = range(1, count + 1)
        for t in reversed(steps) if block.direction < 0 else steps:
            yield from ((e.name, t) for e in block.equations if e.target.time is not None)
        yield from ((e.name, None) for e in block.equations if e.target.time is None)
