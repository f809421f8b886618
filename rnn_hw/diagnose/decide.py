"""What may be said of a sheet: the mistakes of its best explanation that pay for themselves, and what fits as well.

A mistake pays by a margin of bits: those that the sheet takes more without it. With few digits many mistakes match by
chance; then nothing is said.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from rnn_hw.diagnose.evidence import CODES, EXPLAINED, FIRST_SLIP, LOOSE, UNEXPLAINED
from rnn_hw.diagnose.lines import Spot
from rnn_hw.diagnose.pen import OTHER_NUMBER
from rnn_hw.diagnose.search import Adopted, Draft, Hypothesis, Rival, Search, with_change
from rnn_hw.diagnose.versions import Once
from rnn_hw.diagnose.walk import Array, Page, Walked

MARGIN = 3.0  # bits that a mistake saves at least
PEN_MARGIN = 10.0  # and a slip of the pen, which is looked for in every number
TIE = 2.0  # bits by which another explanation may be longer and still be named


class Made(NamedTuple):
    """A mistake of the best explanation that pays, and the changes that would do as well."""

    adopted: Adopted
    ties: tuple[Rival, ...]
    slip: str = ""  # of the pen, that would do as well


class Written(NamedTuple):
    """Numbers of a line that are not those in the calculator: the code of the slip, and by entry the number meant."""

    spot: Spot
    code: str
    meant: dict[tuple[int, ...], float]
    used: tuple[Spot, ...]  # the lines that were worked with the number meant, as nothing else explains


class Decoded(NamedTuple):
    """The best explanation of a sheet."""

    best: Hypothesis
    made: tuple[Made, ...]
    written: tuple[Written, ...]


def decode(search: Search, page: Page, students: Sequence[int]) -> dict[int, Decoded]:
    """The best explanation of each student's sheet."""
    beams = search.best(page, students)
    winners = [
        next((h for h in beams[student] if h.holds), None) or search.start(page, [student])[0] for student in students
    ]
    mistakes = [(h, n) for h in winners for n in range(len(h.adopted))]
    without = [Other(h, h.adopted[:n] + h.adopted[n + 1 :]) for h, n in mistakes]
    rivals = [_with_rivals(h, n) for h, n in mistakes]
    walks = _Walks(search, page)
    walks.walk([*without, *(other for some in rivals for _, other in some)])
    penned = [walks.of(other).bits - other.best.bits for other in without]
    walks.walk([other for at, saved in zip(mistakes, penned, strict=True) if saved < MARGIN for other in _closer(*at)])
    made: dict[int, list[Made]] = {}
    for (h, n), other, saved, some in zip(mistakes, without, penned, rivals, strict=True):
        if saved >= MARGIN or walks.saved(h, n) >= MARGIN:
            near = tuple(rival for rival, instead in some if walks.of(instead).bits <= h.bits + TIE)
            slip = _slip_at(walks.of(other), h.adopted[n].spot) if saved < TIE else ""
            made.setdefault(h.student, []).append(Made(h.adopted[n], near, slip))
    return _with_slips(search, page, {h.student: Decoded(h, tuple(made.get(h.student, ())), ()) for h in winners})


class Other(NamedTuple):
    """A variant of the best explanation: the same misprints, and these mistakes in place of its own; where it is `plain`,
    no number is explained by a slip of the pen."""

    best: Hypothesis
    adopted: tuple[Adopted, ...]
    plain: bool = False

    @property
    def key(self) -> tuple[object, ...]:
        """What is the same for the same explanation of the same sheet: changes by their identity, steps, bits."""
        return self.best.student, tuple((id(a.change), a.step, a.bits) for a in self.adopted), self.plain

    def draft(self, search: Search) -> Draft:
        """What is walked through for it."""
        version = search.versions.true
        once: Once = {}
        for one in self.adopted:
            version, once = with_change(version, once, one.change, one.step)
        return Draft(self.best.student, self.adopted, version, once, self.best.misprints, self.best.passed)


def _closer(h: Hypothesis, n: int) -> tuple[Other, Other, Other, Other]:
    """What else tells whether the n-th mistake pays: those before it, with it and without; all others, with it and without,
    where nothing counts as a slip of the pen."""
    before, one, later = h.adopted[:n], h.adopted[n : n + 1], h.adopted[n + 1 :]
    return Other(h, before + one), Other(h, before), Other(h, h.adopted, True), Other(h, before + later, True)


def _with_rivals(h: Hypothesis, n: int) -> list[tuple[Rival, Other]]:
    """What has a rival in place of the n-th mistake; nothing where a later one was made in what that made."""
    one, before, later = h.adopted[n], h.adopted[:n], h.adopted[n + 1 :]
    if not {name for a in later for name in a.change.formulas}.isdisjoint(one.change.formulas):
        return []
    others = [rival for rival in one.rivals if not _same(rival, one)]
    return [(r, Other(h, (*before, Adopted(r.change, r.step, r.bits, one.spot), *later))) for r in others]


class _Walks:
    """Other explanations, each walked through once."""

    def __init__(self, search: Search, page: Page) -> None:
        self.search, self.page = search, page
        self.known: dict[tuple[object, ...], Hypothesis] = {}

    def walk(self, others: Sequence[Other]) -> None:
        """Walks through all of them that are not known."""
        fresh = {key: other for other in others if (key := other.key) not in self.known}
        plain = np.array([other.plain for other in fresh.values()], bool)
        drafts = [other.draft(self.search) for other in fresh.values()]
        self.known |= zip(fresh, self.search.walk(self.page, drafts, {}, plain), strict=True)

    def of(self, other: Other) -> Hypothesis:
        return self.known[other.key]

    def saved(self, h: Hypothesis, n: int) -> float:
        """The bits that the n-th mistake saves on a closer look."""
        first, before, plain, without = (self.of(other).bits for other in _closer(h, n))
        return max(before - first, without - plain)


def _slip_at(h: Hypothesis, spot: Spot) -> str:
    """The slip of the pen that explains a line."""
    how = h.walked.how[spot][h.row]
    slips = how[(how > LOOSE) & (how != UNEXPLAINED)]
    return CODES[slips[0] - FIRST_SLIP] if len(slips) else ""


def _same(rival: Rival, one: Adopted) -> bool:
    """Whether a change is the same mistake, made in fewer or more lines."""
    same = rival.change.code == one.change.code
    return same and bool(set(rival.change.formulas.items()) & set(one.change.formulas.items()))


def _with_slips(search: Search, page: Page, found: Mapping[int, Decoded]) -> dict[int, Decoded]:
    """The slips of the pen among what is explained, if they pay, and numbers that were not worked on with."""
    asked: list[tuple[int, Spot]] = []
    slips: dict[int, list[set[Spot]]] = {}  # by walk and row, the lines with slips of the pen
    for student, decoded in found.items():
        h = decoded.best
        if id(h.walked) not in slips:
            slips[id(h.walked)] = _slips(h.walked)
        penned = slips[id(h.walked)][h.row] | h.misprints
        asked += [(student, spot) for spot in h.walked.how if spot in penned] if penned else []
    if not asked:
        return dict(found)
    drafts = []
    for student, spot in asked:
        h = found[student].best
        drafts.append(Draft(student, h.adopted, h.version, h.once, h.misprints - {spot}, h.passed))
    standing: dict[Spot, Array] = {}
    for row, (_, spot) in enumerate(asked):
        standing.setdefault(spot, np.zeros(len(asked), bool))[row] = True
    without = search.walk(page, drafts, standing)
    after = dict(found)
    for (student, spot), other in zip(asked, without, strict=True):
        decoded = after[student]
        h = decoded.best
        if other.bits - h.bits >= PEN_MARGIN * np.count_nonzero(h.walked.how[spot][h.row] > LOOSE):
            meant = _meant(h, spot, page.value[spot].shape[1:])
            more = (Written(spot, code, entries, _used(h, other, spot)) for code, entries in meant.items())
            after[student] = decoded._replace(written=(*decoded.written, *more))
    return after


def _meant(h: Hypothesis, spot: Spot, shape: tuple[int, ...]) -> dict[str, dict[tuple[int, ...], float]]:
    """The numbers that should stand in a line where others do: by the code of the slip, and by entry."""
    how, values = h.walked.how[spot][h.row], h.walked.values[spot][0, h.row].reshape(-1)
    found: dict[str, dict[tuple[int, ...], float]] = {}
    for k in np.flatnonzero(how > LOOSE):
        code = OTHER_NUMBER if how[k] == UNEXPLAINED else CODES[how[k] - FIRST_SLIP]
        if code != OTHER_NUMBER or spot in h.misprints:
            entry = tuple(int(i) + 1 for i in np.unravel_index(k, shape)) if shape else ()
            found.setdefault(code, {})[entry] = float(values[k])
    return found


def _used(h: Hypothesis, other: Hypothesis, spot: Spot) -> tuple[Spot, ...]:
    """The lines that are explained only by the value that should stand in this one."""
    lines = h.walked.line
    return tuple(s for s in lines if s != spot and other.walked.line[s][other.row] > lines[s][h.row] + 1)


def _slips(walked: Walked) -> list[set[Spot]]:
    """The lines of each row some numbers of which are slips of the pen."""
    found: list[set[Spot]] = [set() for _ in walked.bits]
    for spot, how in walked.how.items():
        for row in np.flatnonzero(((how > LOOSE) & (how != UNEXPLAINED)).any(axis=1)).tolist():
            found[row].add(spot)
    return found


def explained(h: Hypothesis, spot: Spot) -> bool:
    """Whether at least some of a line's numbers are just what the explanation gives."""
    how = h.walked.how.get(spot)
    return how is not None and bool((how[h.row] == EXPLAINED).any())
