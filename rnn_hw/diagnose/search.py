"""The smallest set of mistakes that explains a sheet: a beam over the lines, all students of a class at once.

A round looks at the first line that a hypothesis leaves unexplained. Every change that the catalogue makes to the line's
equation, or to one that it was computed from since the last printed line, is tried on that line alone, for all students
who have got there with the same formulas; those that explain it walk through the whole sheet. Besides, the number may
stand for itself, worked on with or not. Hypotheses are compared by bits: those of their mistakes, and of what stays
unexplained.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_hw.diagnose.lines import Lines, Spot, Values
from rnn_hw.diagnose.walk import TRACKS, Array, Page, Rows, Walked, at_line, walk
from rnn_hw.kinds.kind import Setup
from rnn_hw.lang.evaluate import Stack
from rnn_hw.lang.mistakes.catalogue import MISTAKES
from rnn_hw.lang.mistakes.changes import Surroundings, changes
from rnn_hw.lang.mistakes.rules import Change
from rnn_hw.lang.tree import Equation, Node, Program

BEAM = 4  # hypotheses of one sheet that are followed
ROUNDS = 10  # unexplained lines that are looked at
SURVIVORS = 10  # changes that are walked through, of those that explain a line
WORTH = 2.0  # bits that a change saves at its line at least
LEFT = 0.4  # the share of the line's bits that it leaves at most: a mistake is made in a whole array, not in an entry
AGAIN = 2.0  # bits of a mistake that has been made before
UNEXPLAINED = 3.5  # bits of a line that is not worth looking at
MISPRINT = 1.0


class Adopted(NamedTuple):
    """A mistake of a hypothesis: the change, the one step at which it was made (`None`: all), where it was noticed."""

    change: Change
    step: int | None
    bits: float
    spot: Spot
    rivals: tuple["Rival", ...] = ()


class Rival(NamedTuple):
    """A change that explained the same line about as well."""

    change: Change
    step: int | None
    bits: float


class Hypothesis(NamedTuple):
    """One person's sheet explained: by these mistakes, in a program with their formulas."""

    student: int
    adopted: tuple[Adopted, ...]
    program: Program
    once: Mapping[Spot, Node]  # formulas at single steps
    misprints: frozenset[Spot]
    passed: frozenset[Spot]
    walked: Walked
    row: int

    @property
    def bits(self) -> float:
        data = float(self.walked.bits[self.row])
        return data + sum(a.bits for a in self.adopted) + MISPRINT * len(self.misprints)

    def unexplained(self, lines: Lines) -> list[Spot]:
        """The lines that are worth looking at, in their order."""
        return [s for s, bits in self.walked.line.items() if bits[self.row] >= UNEXPLAINED and s not in self.passed]

    def at_least(self, left: Sequence[Spot]) -> float:
        """The bits that stay once the lines that are left are explained at the lowest price."""
        return self.bits - sum(float(self.walked.line[spot][self.row]) for spot in left) + AGAIN


class Draft(NamedTuple):
    """A hypothesis before its sheet is walked through."""

    student: int
    adopted: tuple[Adopted, ...]
    program: Program
    once: Mapping[Spot, Node]
    misprints: frozenset[Spot]
    passed: frozenset[Spot]


class Search:
    """The search for a problem; what is made once for it (changes, compiled formulas) is kept here."""

    def __init__(self, setup: Setup) -> None:
        self.lines, self.setup, self.program = Lines(setup), setup, setup.program
        numbers = {n for n, v in setup.given.items() if not isinstance(v, Stack) and np.ndim(v) == 0}
        self.constants = frozenset(numbers - {"t"})
        self.conventions = setup.conventions()
        self.found: dict[tuple[Program, str], tuple[Change, ...]] = {}
        self.altered: dict[Program, dict[Spot, Node]] = {}
        self.spots: dict[str, list[Spot]] = {}
        for spot in self.lines.order:
            self.spots.setdefault(spot[0], []).append(spot)

    # -- what a line was computed from --

    def changes(self, program: Program, name: str) -> tuple[Change, ...]:
        """The changes of one equation of a program."""
        if (program, name) not in self.found:
            around = Surroundings(program, self.setup.shapes, self.constants, self.conventions)
            self.found[program, name] = changes(name, around)
        return self.found[program, name]

    def region(self, program: Program, spot: Spot, printed: frozenset[Spot]) -> list[Spot]:
        """A line with all that it was computed from since the last printed lines, in the order of the lines."""
        formulas = {e.name: e.formula for e in program.equations}
        found, waiting = {spot}, [spot]
        while waiting:
            here = waiting.pop()
            for used in self.lines.uses(formulas[here[0]], here):
                if used not in found and used not in printed:
                    found.add(used)
                    waiting.append(used)
        return sorted(found, key=self.lines.place.__getitem__)

    # -- walking --

    def walk(
        self,
        page: Page,
        drafts: Sequence[Draft],
        as_printed: Mapping[Spot, Array] = {},
        plain: NDArray[np.bool_] | None = None,
    ) -> list[Hypothesis]:
        """The drafts with their evidence; in lines `as_printed` numbers stand for themselves in some of them, in `plain`
        drafts all of them do."""
        if not drafts:
            return []
        own: dict[Spot, dict[Node, list[int]]] = {}
        misprints: dict[Spot, list[int]] = {}
        for row, draft in enumerate(drafts):
            altered = self.alterations(draft.program)
            for spot, formula in {**altered, **draft.once}.items():
                own.setdefault(spot, {}).setdefault(formula, []).append(row)
            for spot in draft.misprints:
                misprints.setdefault(spot, []).append(row)
        rows = Rows(
            np.array([d.student for d in drafts]),
            {spot: [(f, np.array(some)) for f, some in formulas.items()] for spot, formulas in own.items()},
            {spot: np.isin(np.arange(len(drafts)), some) for spot, some in misprints.items()},
            as_printed,
            plain,
        )
        walked = walk(self.lines, page, rows)
        return [Hypothesis(*draft, walked, row) for row, draft in enumerate(drafts)]

    def alterations(self, program: Program) -> dict[Spot, Node]:
        """The lines whose formula is not the true one."""
        found = self.altered.get(program)
        if found is None:
            changed = (e for e in program.equations if e.formula is not self.lines.formulas[e.name])
            found = self.altered[program] = {spot: e.formula for e in changed for spot in self.spots[e.name]}
        return found

    def start(self, page: Page, students: Iterable[int]) -> list[Hypothesis]:
        """Nobody made any mistake."""
        return self.walk(page, [Draft(k, (), self.program, {}, frozenset(), frozenset()) for k in students])

    # -- rounds --

    def best(self, page: Page, students: Sequence[int]) -> dict[int, list[Hypothesis]]:
        """The best hypotheses of each student, best first."""
        beams = {h.student: [h] for h in self.start(page, students)}
        for _ in range(ROUNDS):
            grown: list[Hypothesis] = []
            for student, beam in beams.items():
                growing = self._promising(beam)
                beams[student] = [h for h in beam if not any(h is g for g in growing)]
                grown += growing
            if not grown:
                break
            for h in self._grown(page, grown):
                beams[h.student].append(h)
            beams = {student: _kept(beam) for student, beam in beams.items()}
        return beams

    def _promising(self, beam: Sequence[Hypothesis]) -> list[Hypothesis]:
        """The hypotheses with unexplained lines that may still become the best one."""
        finished = min((h.bits for h in beam if not h.unexplained(self.lines)), default=np.inf)
        return [h for h in beam if (left := h.unexplained(self.lines)) and h.at_least(left) < finished]

    def _grown(self, page: Page, hypotheses: Iterable[Hypothesis]) -> list[Hypothesis]:
        """What the hypotheses become when each looks at its first unexplained line."""
        groups: dict[tuple[Spot, Program, tuple[tuple[Spot, Node], ...], frozenset[Spot], int], list[Hypothesis]] = {}
        for h in hypotheses:
            waiting = h.unexplained(self.lines)
            if waiting:
                printed = frozenset(s for s, known in page.known.items() if known[h.student])
                key = (waiting[0], h.program, tuple(h.once.items()), printed, id(h.walked))
                groups.setdefault(key, []).append(h)
        drafts: list[Draft] = []
        as_they_are: list[Hypothesis] = []
        for (spot, program, _, printed, _), members in groups.items():
            drafts += self._drafts(page, spot, program, printed, members)
            as_they_are += [h._replace(passed=h.passed | {spot}) for h in members]
        return self.walk(page, drafts) + as_they_are

    def _drafts(
        self, page: Page, spot: Spot, program: Program, printed: frozenset[Spot], members: Sequence[Hypothesis]
    ) -> list[Draft]:
        """The hypotheses with each change that explains the line, and with the line as a misprint."""
        region = self.region(program, spot, printed)
        names = dict.fromkeys(s[0] for s in region)
        students = np.array([h.student for h in members])
        rows = np.array([h.row for h in members])
        walked, once = members[0].walked, members[0].once
        before = walked.line[spot][rows]
        tried = [change for name in names for change in self.changes(program, name)]
        unique = list({frozenset(c.formulas.items()): c for c in reversed(tried)}.values())[
            ::-1
        ]  # a root before its parts
        rare = np.array([bits_of(change) for change in unique])
        costs = rare + np.log2(np.sum(2.0**-rare))  # the more is tried, the less a match says
        after = self._at(page, spot, region, unique, program, once, walked, rows, students)
        drafts = []
        for k, h in enumerate(members):
            gains = before[k] - after[:, k]
            worth = (gains > WORTH) & (after[:, k] <= LEFT * before[k])
            fitting = sorted((costs[n] - gains[n], n) for n in np.flatnonzero(worth))[:SURVIVORS]
            made = {a.change.code for a in h.adopted}
            anywhere = costs + np.log2(len(h.unexplained(self.lines)))  # it might have been any of these lines
            rivals = tuple(Rival(unique[n], None, float(anywhere[n])) for _, n in fitting)
            for _, n in fitting:
                change, bits = unique[n], AGAIN if unique[n].code in made else float(anywhere[n])
                others = tuple(r for r in rivals if r.change is not change)
                drafts.append(self._adopting(h, Adopted(change, None, bits, spot, others)))
                if spot[1] is not None and self.lines.steps > 1 and len(change.formulas) == 1:
                    more = 1 + np.log2(self.lines.steps)
                    drafts.append(self._adopting(h, Adopted(change, spot[1], bits + more, spot, others)))
            passed, misprints = h.passed | {spot}, h.misprints | {spot}
            drafts.append(Draft(h.student, h.adopted, h.program, h.once, misprints, passed))
        return drafts

    def _adopting(self, h: Hypothesis, one: Adopted) -> Draft:
        program, once = with_change(h.program, h.once, one.change, one.step)
        return Draft(h.student, (*h.adopted, one), program, once, h.misprints, h.passed)

    def _at(
        self,
        page: Page,
        spot: Spot,
        region: Sequence[Spot],
        tried: Sequence[Change],
        program: Program,
        once: Mapping[Spot, Node],
        walked: Walked,
        rows: Array,
        students: Array,
    ) -> Array:
        """The bits of a line for each change, made from its region on, and for each row."""
        known = {e.name: e.formula for e in program.equations}
        lead = (TRACKS, len(rows))
        before = _Rows(walked.values, rows)
        found = []
        with np.errstate(all="ignore"):
            for change in tried:
                values, moved = _Changed(before), set[Spot]()
                for here in region:
                    changed = change.formulas.get(here[0])
                    formula = changed or once.get(here) or known[here[0]]
                    if changed is not None or not moved.isdisjoint(self.lines.uses(formula, here)):
                        values[here] = self.lines.compute(formula, here, values, None, lead, known[here[0]])
                        moved.add(here)
                found.append(values[spot])
        count = len(tried)
        value = np.concatenate(found, axis=1)
        judged = at_line(self.lines, page, np.tile(students, count), spot, value)
        bits: Array = judged.bits.reshape(count, len(rows), -1).sum(axis=2)
        return bits


class _Rows(dict[Spot, Array]):
    """The values of some rows, taken out when they are asked for."""

    def __init__(self, values: Values, rows: Array) -> None:
        super().__init__()
        self.all, self.rows = values, rows

    def __missing__(self, spot: Spot) -> Array:
        found: Array = self.all[spot][:, self.rows]
        self[spot] = found
        return found


class _Changed(dict[Spot, Array]):
    """The same, but for the values that are put in."""

    def __init__(self, before: _Rows) -> None:
        super().__init__()
        self.before = before

    def __missing__(self, spot: Spot) -> Array:
        return self.before[spot]


def bits_of(change: Change) -> float:
    """How rare a change is: its row, and how many such changes there are."""
    row = MISTAKES.get(change.code)
    bits = row.bits if row is not None else 4.0
    habit = row is not None and row.habit
    several = len(change.formulas) > 1
    return bits + float(np.log2(max(change.choices, 1))) + (several != habit)


def with_change(
    program: Program, once: Mapping[Spot, Node], change: Change, step: int | None
) -> tuple[Program, dict[Spot, Node]]:
    """The program, and the formulas of single steps, once a change is made."""
    if step is not None:
        ((name, formula),) = change.formulas.items()
        return program, {**once, (name, step): formula}
    equations = (Equation(e.target, change.formulas.get(e.name, e.formula)) for e in program.equations)
    return Program(tuple(equations)), dict(once)


def _kept(beam: list[Hypothesis]) -> list[Hypothesis]:
    """The best hypotheses of a sheet, each once."""
    best: dict[tuple[object, ...], Hypothesis] = {}
    for h in sorted(beam, key=lambda h: h.bits):
        best.setdefault((h.program, tuple(h.once.items()), h.misprints, h.passed), h)
    kept: list[Hypothesis] = list(best.values())
    return kept[:BEAM]
