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
        next((h for h in beams[student] if _holds(h)), None) or search.start(page, [student])[0] for student in students
    ]
    asked: dict[tuple[int, int, object], Draft] = {}  # whose, of which mistake, and what becomes of it
    for k, h in enumerate(winners):
        asked[k, 0, "plain"] = _draft(search, h, h.adopted)
        for n in range(len(h.adopted) + 1):
            asked[k, n, "first"] = _draft(search, h, h.adopted[:n])
        for n, one in enumerate(h.adopted):
            asked[k, n, "without"] = asked[k, n, "plain without"] = _without(search, h, n, None)
            for m, rival in enumerate(one.rivals):
                if not _same(rival, one) and not _built_upon(h, n):
                    asked[k, n, m] = _without(search, h, n, rival)
    plain = np.array([str(what).startswith("plain") for _, _, what in asked])
    walked = dict(zip(asked, search.walk(page, list(asked.values()), {}, plain), strict=True))
    bits = {which: h.bits for which, h in walked.items()}
    found = {}
    for k, h in enumerate(winners):
        made = []
        for n, one in enumerate(h.adopted):
            penned = bits[k, n, "without"] - h.bits
            gains = (
                penned,
                bits[k, n, "first"] - bits[k, n + 1, "first"],
                bits[k, n, "plain without"] - bits[k, 0, "plain"],
            )
            near = tuple(r for m, r in enumerate(one.rivals) if bits.get((k, n, m), np.inf) <= h.bits + TIE)
            if max(gains) >= MARGIN:
                slip = _slip_at(walked[k, n, "without"], one.spot) if penned < TIE else ""
                made.append(Made(one, max(gains), near, slip))
        found[h.student] = Decoded(h, tuple(made), ())
    return _with_slips(search, page, found)


def _holds(h: Hypothesis) -> bool:
    """Whether each mistake gives the line that it was noticed in, and not only numbers that are a slip of the pen away:
    with one in every second entry a mistake fits whatever comes near it."""
    for one in h.adopted:
        how = h.walked.how[one.spot][h.row]
        if (how > LOOSE).any() and 2 * np.count_nonzero(how == EXPLAINED) < how.size:
            return False
    return True


def _slip_at(h: Hypothesis, spot: Spot) -> str:
    """The slip of the pen that explains a line."""
    how = h.walked.how[spot][h.row]
    slips = how[(how > LOOSE) & (how != UNEXPLAINED)]
    return CODES[slips[0] - FIRST_SLIP] if len(slips) else ""


def _same(rival: Rival, one: Adopted) -> bool:
    """Whether a change is the same mistake, made in fewer or more lines."""
    same = rival.change.code == one.change.code
    return same and bool(set(rival.change.formulas.items()) & set(one.change.formulas.items()))


def _built_upon(h: Hypothesis, n: int) -> bool:
    """Whether a later mistake changes a formula that this one has changed."""
    later = {name for a in h.adopted[n + 1 :] for name in a.change.formulas}
    return not later.isdisjoint(h.adopted[n].change.formulas)


def _without(search: Search, h: Hypothesis, n: int, rival: Rival | None) -> Draft:
    """The explanation without one of its mistakes, or with another in its place."""
    instead = () if rival is None else (Adopted(rival.change, rival.step, rival.bits, h.adopted[n].spot),)
    return _draft(search, h, (*h.adopted[:n], *instead, *h.adopted[n + 1 :]))


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
