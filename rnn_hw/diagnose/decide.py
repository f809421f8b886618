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
    """A mistake of the best explanation that pays: what it saves, and the changes that would do as well."""

    adopted: Adopted
    gain: float
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
    asked: dict[Asked, Draft] = {}
    tests = [[_test(search, h, n, asked) for n in range(len(h.adopted))] for h in winners]
    plain = np.array([key.plain for key in asked], bool)
    walked = dict(zip(asked, search.walk(page, list(asked.values()), {}, plain), strict=True))
    found = {}
    for h, own in zip(winners, tests, strict=True):
        made = [one for n, test in enumerate(own) if (one := _made(h, n, test, walked)) is not None]
        found[h.student] = Decoded(h, tuple(made), ())
    return _with_slips(search, page, found)


class Asked(NamedTuple):
    """A hypothesis that a mistake is compared with: whose, which mistakes, and whether nothing counts as a slip of the pen.

    It has the misprints of the best one.
    """

    student: int
    made: tuple[tuple[int, int | None, float], ...]  # changes by their identity, steps, bits
    plain: bool


class Test(NamedTuple):
    """What a mistake is compared with: all others, with and without slips; those before it, alone and with it; the best as
    it is without slips; and what has a rival in its place, by the place of that."""

    without: Asked
    plain_without: Asked
    before: Asked
    first: Asked
    plain: Asked
    rivals: Mapping[int, Asked]


def _test(search: Search, h: Hypothesis, n: int, asked: dict[Asked, Draft]) -> Test:
    """What the n-th mistake of a hypothesis is compared with, added to all that is asked."""

    def ask(adopted: tuple[Adopted, ...], plain: bool = False) -> Asked:
        key = Asked(h.student, tuple((id(a.change), a.step, a.bits) for a in adopted), plain)
        if key not in asked:
            asked[key] = _draft(search, h, adopted)
        return key

    one, before, later = h.adopted[n], h.adopted[:n], h.adopted[n + 1 :]
    built_upon = not {name for a in later for name in a.change.formulas}.isdisjoint(one.change.formulas)
    return Test(
        ask(before + later),
        ask(before + later, plain=True),
        ask(before),
        ask((*before, one)),
        ask(h.adopted, plain=True),
        {
            m: ask((*before, Adopted(rival.change, rival.step, rival.bits, one.spot), *later))
            for m, rival in enumerate(one.rivals)
            if not _same(rival, one) and not built_upon
        },
    )


def _made(h: Hypothesis, n: int, test: Test, walked: Mapping[Asked, Hypothesis]) -> Made | None:
    """The n-th mistake of a hypothesis, with what would do as well, if it pays."""

    def bits(key: Asked) -> float:
        return walked[key].bits

    one = h.adopted[n]
    penned = bits(test.without) - h.bits
    gain = max(penned, bits(test.before) - bits(test.first), bits(test.plain_without) - bits(test.plain))
    if gain < MARGIN:
        return None
    near = tuple(
        rival for m, rival in enumerate(one.rivals) if m in test.rivals and bits(test.rivals[m]) <= h.bits + TIE
    )
    return Made(one, gain, near, _slip_at(walked[test.without], one.spot) if penned < TIE else "")


def _slip_at(h: Hypothesis, spot: Spot) -> str:
    """The slip of the pen that explains a line."""
    how = h.walked.how[spot][h.row]
    slips = how[(how > LOOSE) & (how != UNEXPLAINED)]
    return CODES[slips[0] - FIRST_SLIP] if len(slips) else ""


def _same(rival: Rival, one: Adopted) -> bool:
    """Whether a change is the same mistake, made in fewer or more lines."""
    same = rival.change.code == one.change.code
    return same and bool(set(rival.change.formulas.items()) & set(one.change.formulas.items()))


def _draft(search: Search, h: Hypothesis, adopted: tuple[Adopted, ...]) -> Draft:
    version = search.versions.true
    once: Once = {}
    for one in adopted:
        version, once = with_change(version, once, one.change, one.step)
    return Draft(h.student, adopted, version, once, h.misprints, h.passed)


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
        count = int(np.count_nonzero(h.walked.how[spot][h.row] > LOOSE))
        if other.bits - h.bits < PEN_MARGIN * count:
            continue
        how = h.walked.how[spot][h.row]
        shape = page.value[spot].shape[1:]
        values = h.walked.values[spot][0, h.row].reshape(-1)
        meant: dict[str, dict[tuple[int, ...], float]] = {}
        for k in np.flatnonzero(how > LOOSE):
            code = OTHER_NUMBER if how[k] == UNEXPLAINED else CODES[how[k] - FIRST_SLIP]
            if code != OTHER_NUMBER or spot in h.misprints:
                entry = tuple(int(i) + 1 for i in np.unravel_index(k, shape)) if shape else ()
                meant.setdefault(code, {})[entry] = float(values[k])
        more = (Written(spot, code, entries, _used(h, other, spot)) for code, entries in meant.items())
        after[student] = decoded._replace(written=(*decoded.written, *more))
    return after


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
