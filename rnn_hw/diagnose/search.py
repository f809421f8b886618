"""The smallest set of mistakes that explains a sheet: a beam over the lines, all students of a class at once.

A round looks at the first line that a hypothesis leaves unexplained. Every change that the catalogue makes to the line's
equation, or to one that it was computed from since the last printed line, is tried on that line alone, for all students
who have got there with the same formulas; those that explain it walk through the whole sheet. Besides, the number may
stand for itself, worked on with or not. Hypotheses are compared by bits: those of their mistakes, and of what stays
unexplained.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_hw.diagnose.evidence import EXPLAINED, LOOSE
from rnn_hw.diagnose.lines import Lines, Spot
from rnn_hw.diagnose.trial import MOST_AT_ONCE, Before, blocks, tried_at
from rnn_hw.diagnose.versions import Once, Region, Version, Versions
from rnn_hw.diagnose.walk import TRACKS, Array, Page, Rows, Walked, walk
from rnn_hw.kinds.kind import Setup
from rnn_hw.lang.mistakes.rules import Change
from rnn_hw.lang.tree import Node

BEAM = 4  # hypotheses of one sheet that are followed
ROUNDS = 10  # unexplained lines that are looked at
SURVIVORS = 10  # changes that are walked through, of those that explain a line
WORTH = 2.0  # bits that a change saves at its line at least
LEFT = 0.4  # the share of the line's bits that it leaves at most: a mistake is made in a whole array, not in an entry
AGAIN = 3.5  # bits of a mistake that has been made before
WORTH_A_LOOK = 3.5  # bits from which a line is looked at
MISPRINT = 1.0  # bits of a line whose numbers were not worked on with


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
    """One person's sheet explained: by these mistakes, in a version with their formulas."""

    student: int
    adopted: tuple[Adopted, ...]
    version: Version
    once: Once
    misprints: frozenset[Spot]
    passed: frozenset[Spot]
    walked: Walked
    row: int
    bits: float  # of the mistakes, and of what stays unexplained
    unexplained: Sequence[Spot]  # the lines that are worth looking at and have not been looked at, in their order

    @property
    def holds(self) -> bool:
        """Whether each mistake gives the line that it was noticed in, and not only numbers that are a slip of the pen
        away: with one in every second entry a mistake fits whatever comes near it."""
        for one in self.adopted:
            how = self.walked.how[one.spot][self.row]
            if (how > LOOSE).any() and 2 * np.count_nonzero(how == EXPLAINED) < how.size:
                return False
        return True

    @property
    def at_least(self) -> float:
        """The bits that stay once the lines that are left are explained at the lowest price."""
        return self.bits - float(sum([self.walked.line[spot][self.row] for spot in self.unexplained])) + AGAIN

    def looked_at(self) -> "Hypothesis":
        """The same, its first unexplained line passed."""
        return self._replace(passed=self.passed | {self.unexplained[0]}, unexplained=self.unexplained[1:])


class Draft(NamedTuple):
    """A hypothesis before its sheet is walked through."""

    student: int
    adopted: tuple[Adopted, ...]
    version: Version
    once: Once
    misprints: frozenset[Spot]
    passed: frozenset[Spot]

    @property
    def bits(self) -> float:
        """Those of its mistakes, and so the least that it takes."""
        return sum([a.bits for a in self.adopted]) + MISPRINT * len(self.misprints)


class Place(NamedTuple):
    """Where hypotheses have got to: a line with its region, and the formulas there; all others are the true ones."""

    spot: Spot
    region: Region
    version: Version
    once: tuple[tuple[Spot, Node], ...]


class Search:
    """The search for a problem; what is made once for it (versions, compiled formulas) is kept here."""

    def __init__(self, setup: Setup) -> None:
        self.lines = Lines(setup)
        self.versions = Versions(setup, self.lines)

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
        misprints: dict[Spot, list[int]] = {}
        for row, draft in enumerate(drafts):
            for spot in draft.misprints:
                misprints.setdefault(spot, []).append(row)
        rows = Rows(
            np.array([d.student for d in drafts]),
            {
                spot: [(f, np.array(some)) for f, some in formulas.items()]
                for spot, formulas in self._own(drafts).items()
            },
            {spot: np.isin(np.arange(len(drafts)), some) for spot, some in misprints.items()},
            as_printed,
            plain,
        )
        walked = walk(self.lines, page, rows)
        whole = zip(drafts, walked.bits.tolist(), walked.dearer(WORTH_A_LOOK), strict=True)
        return [
            Hypothesis(*draft, walked, row, data + draft.bits, [spot for spot in dear if spot not in draft.passed])
            for row, (draft, data, dear) in enumerate(whole)
        ]

    def _own(self, drafts: Sequence[Draft]) -> dict[Spot, dict[Node, list[int]]]:
        """By line, the formulas that are not the true one, and whose drafts have them."""
        together: dict[int, list[int]] = {}  # drafts of the same version
        found: dict[Spot, dict[Node, list[int]]] = {}
        for row, draft in enumerate(drafts):
            together.setdefault(id(draft.version), []).append(row)
            for spot, formula in draft.once.items():
                found.setdefault(spot, {}).setdefault(formula, []).append(row)
        for some in together.values():
            for spot, formula in drafts[some[0]].version.altered.items():
                own = [row for row in some if spot not in drafts[row].once]
                if own:
                    found.setdefault(spot, {}).setdefault(formula, []).extend(own)
        return found

    def start(self, page: Page, students: Iterable[int]) -> list[Hypothesis]:
        """Nobody made any mistake."""
        return self.walk(page, [Draft(k, (), self.versions.true, {}, frozenset(), frozenset()) for k in students])

    # -- rounds --

    def best(self, page: Page, students: Sequence[int]) -> dict[int, list[Hypothesis]]:
        """The best hypotheses of each student, best first."""
        self.versions.forget_if_full()
        beams = {h.student: [h] for h in self.start(page, students)}
        growing = list(beams)
        for _ in range(ROUNDS):
            grown: list[Hypothesis] = []
            for student in growing:
                promising = _promising(beams[student])
                beams[student] = [h for h in beams[student] if not any(h is g for g in promising)]
                grown += promising
            if not grown:
                break
            for h in self._grown(page, grown):
                beams[h.student].append(h)
            growing = list(dict.fromkeys(h.student for h in grown))
            beams |= {student: _kept(beams[student]) for student in growing}
        return beams

    def _grown(self, page: Page, hypotheses: Sequence[Hypothesis]) -> list[Hypothesis]:
        """What the hypotheses become when each looks at its first unexplained line.

        Whoever has got to the same line with the same formulas in its region goes together, whatever else is on the page.
        """
        groups: dict[Place, list[int]] = {}
        for k, h in enumerate(hypotheses):
            region = h.version.region(h.unexplained[0], page.printed[h.student])
            version = h.version.elsewhere_true(_names(region))
            once = tuple((spot, formula) for spot, formula in h.once.items() if spot in region)
            groups.setdefault(Place(h.unexplained[0], region, version, once), []).append(k)
        drafts: dict[int, list[Draft]] = {}
        for place, some in groups.items():
            some.sort(key=lambda k: id(hypotheses[k].walked))  # which are together in memory
            drafts |= zip(some, self._drafts(page, place, [hypotheses[k] for k in some]), strict=True)
        every = [d for k, h in enumerate(hypotheses) for d in (_as_misprint(h, h.unexplained[0]), *drafts[k])]
        found = self.walk(page, every)  # in their own order: of two alike the first is kept
        return found + [h.looked_at() for h in hypotheses]

    def _drafts(self, page: Page, place: Place, members: Sequence[Hypothesis]) -> Iterator[list[Draft]]:
        """Each hypothesis with every change that explains the line, the best first."""
        spot, region, version, once = place
        names = _names(region)
        before = np.array([h.walked.line[spot][h.row] for h in members])
        offered, costs = version.offered(names)
        limit = np.minimum(LEFT * before, before - WORTH)
        after = np.empty((len(offered), len(members)))
        for part in blocks(range(len(members)), MOST_AT_ONCE // (TRACKS * len(region) * max(len(offered), 1))):
            state = _before([members[k] for k in part], version, once)
            after[:, part] = tried_at(self.lines, page, spot, region, offered, state, limit[part])
        good = np.isfinite(after)
        some = np.any(good, axis=0)
        for k, h in enumerate(members):
            if not some[k]:
                yield []
                continue
            elsewhere = {name for a in h.adopted for name in a.change.formulas} - set(names)
            explaining = sorted(
                (costs[n] + after[n, k], n)
                for n in np.flatnonzero(good[:, k])
                if elsewhere.isdisjoint(offered[n].formulas)  # it has nothing of the change that is there
            )
            anywhere = np.log2(len(h.unexplained))  # it might have been any of these lines
            best = [Rival(offered[n], None, float(costs[n] + anywhere)) for _, n in explaining[:SURVIVORS]]
            yield list(self._adopting(h, spot, best))

    def _adopting(self, h: Hypothesis, spot: Spot, found: Sequence[Rival]) -> Iterator[Draft]:
        """A hypothesis with each of the changes that explain a line, made at every step and at that of the line alone."""
        made = {a.change.code for a in h.adopted}
        for one in found:
            bits = AGAIN if one.change.code in made else one.bits
            others = tuple(rival for rival in found if rival.change is not one.change)
            yield _with(h, Adopted(one.change, None, bits, spot, others))
            if spot[1] is not None and self.lines.steps > 1 and len(one.change.formulas) == 1:
                yield _with(h, Adopted(one.change, spot[1], bits + 1 + np.log2(self.lines.steps), spot, others))


def _before(members: Sequence[Hypothesis], version: Version, once: Sequence[tuple[Spot, Node]]) -> Before:
    """What there was before a line, of hypotheses that have got to it with the same formulas."""
    walks = [list(some) for _, some in groupby(members, key=lambda h: id(h.walked))]
    return Before(
        np.array([h.student for h in members]),
        [(some[0].walked.values, np.array([h.row for h in some])) for some in walks],
        version.formulas,
        dict(once),
    )


def _promising(beam: Sequence[Hypothesis]) -> list[Hypothesis]:
    """The hypotheses with unexplained lines that may still become the best one."""
    finished = min((h.bits for h in beam if not h.unexplained), default=np.inf)
    return [h for h in beam if h.unexplained and h.at_least < finished]


def _names(region: Region) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name, _ in region))


def _as_misprint(h: Hypothesis, spot: Spot) -> Draft:
    return Draft(h.student, h.adopted, h.version, h.once, h.misprints | {spot}, h.passed | {spot})


def _with(h: Hypothesis, one: Adopted) -> Draft:
    version, once = with_change(h.version, h.once, one.change, one.step)
    return Draft(h.student, (*h.adopted, one), version, once, h.misprints, h.passed)


def with_change(version: Version, once: Once, change: Change, step: int | None) -> tuple[Version, Once]:
    """The version, and the formulas of single steps, once a change is made."""
    if step is None:
        return version.with_change(change), once
    ((name, formula),) = change.formulas.items()
    return version, {**once, (name, step): formula}


def _kept(beam: list[Hypothesis]) -> list[Hypothesis]:
    """The best hypotheses of a sheet, each once."""
    if len(beam) < 2:
        return beam
    best: dict[tuple[object, ...], Hypothesis] = {}
    for h in sorted(beam, key=lambda h: h.bits):
        best.setdefault((h.version, tuple(h.once.items()), h.misprints, h.passed), h)
    kept: list[Hypothesis] = list(best.values())
    return kept[:BEAM]
