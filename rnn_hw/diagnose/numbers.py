"""Sheets of numbers -> diagnoses in words: what a mistake explains, where it was made, the true line beside theirs."""

import gc
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np

from rnn_hw.checking.judge import Marked
from rnn_hw.diagnose.decide import Decoded, Made, Written, decode, explained
from rnn_hw.diagnose.evidence import LOOSE
from rnn_hw.diagnose.lines import Spot
from rnn_hw.diagnose.pen import OTHER_NUMBER, SLIPS
from rnn_hw.diagnose.search import Hypothesis, Rival, Search
from rnn_hw.diagnose.trial import blocks
from rnn_hw.diagnose.walk import Array, Page
from rnn_hw.lang import figures
from rnn_hw.lang.mistakes.catalogue import MISTAKES
from rnn_hw.lang.mistakes.rules import OTHER_CONVENTION, Change
from rnn_hw.lang.notation import unicode_equation
from rnn_hw.lang.tree import Equation, Name, Time
from rnn_hw.problem import Problem
from rnn_hw.results import VERDICTS, Bare, Diagnosis

MOST_LINES = 600  # of a program that is looked through
AT_A_TIME = 5_000  # pages: each takes some kilobytes while it is looked through, some fifty where it is hard
DEPARTING = tuple(map(VERDICTS.index, ("wrong", "carried", "imprecise")))


def page_of(marked: Marked, students: Array) -> Page:
    """The printed numbers of some students."""
    key, columns = marked.marker.key, marked.numbers.page.some(students)
    spots = {(line.name, line.time): line.key for line in key.lines if line.key in columns.value}
    scale = {}
    for spot, k in spots.items():
        scale[spot] = np.max(np.abs(key.true[k]), initial=0.0, where=np.isfinite(key.true[k]))
    value, half, known = ({spot: part[k] for spot, k in spots.items()} for part in columns[1:])
    return Page(columns.students, value, half, known, scale, _printed(known, columns.students), _alike(value, known))


def _alike(value: Mapping[Spot, Array], known: Mapping[Spot, Array]) -> dict[Spot, tuple[Array, int]]:
    """Lines of the same shape together, NaN where there is no number; and for each of them which of these it is."""
    together: dict[tuple[int, ...], list[Spot]] = {}
    for spot, numbers in value.items():
        together.setdefault(numbers.shape[1:], []).append(spot)
    found: dict[Spot, tuple[Array, int]] = {}
    for shape, spots in together.items():
        axes = (slice(None), *(None,) * len(shape))
        lines = np.stack([np.where(known[spot][axes], value[spot], np.nan) for spot in spots])
        found |= {spot: (lines, k) for k, spot in enumerate(spots)}
    return found


def _printed(known: Mapping[Spot, Array], students: int) -> list[frozenset[Spot]]:
    """The lines that each student answered; many leave out the same ones."""
    spots = list(known)
    rows = np.array([known[spot] for spot in spots], bool).reshape(len(spots), students).T
    found: dict[bytes, frozenset[Spot]] = {}
    for row in rows:
        if (key := row.tobytes()) not in found:
            found[key] = frozenset(spot for spot, there in zip(spots, row, strict=True) if there)
    return [found[row.tobytes()] for row in rows]


def diagnosed(problem: Problem, search: Search, marked: Marked, students: Array) -> dict[int, tuple[Diagnosis, ...]]:
    """The mistakes behind the wrong numbers of some students, by their places in the class.

    Who has the same numbers on the page as another has the same mistakes.
    """
    if len(search.lines.order) > MOST_LINES:
        return {}
    page = page_of(marked, students)
    if not page.value:  # nothing on any page has the shape of its line
        return {}
    first: dict[bytes, int] = {}  # of students with the same numbers on the page
    alike = [first.setdefault(numbers, n) for n, numbers in enumerate(_numbers(page))]
    departing = np.isin(marked.codes[:, students], DEPARTING)
    words: dict[int, tuple[Diagnosis, ...]] = {}
    with _no_collection():
        for some in blocks(sorted(first.values()), AT_A_TIME):
            for n, decoded in decode(search, page, some).items():
                off = {line.key for line, departs in zip(problem.lines, departing[:, n], strict=True) if departs}
                words[n] = tuple(_Words(problem, search, off, page.printed[n]).all(decoded, page))
    return {int(student): words[n] for student, n in zip(students, alike, strict=True)}


@contextmanager
def _no_collection() -> Iterator[None]:
    """Python looks for cycles of objects whenever many are made: an eighth of the time here, and there are next to none."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _numbers(page: Page) -> list[bytes]:
    """All that is on each page."""
    parts = (
        part[spot].reshape(page.students, -1) for spot in page.value for part in (page.value, page.half, page.known)
    )
    whole = np.concatenate([part.astype(float) for part in parts], axis=1)
    return [row.tobytes() for row in whole]


class _Words:
    """The words for one sheet; `departing` are the lines that are not the true ones, `printed` all that are there."""

    def __init__(self, problem: Problem, search: Search, departing: Collection[str], printed: Collection[Spot]) -> None:
        self.problem, self.lines = problem, search.lines
        self.departing, self.printed = departing, printed

    def all(self, decoded: Decoded, page: Page) -> Iterator[Diagnosis]:
        made = [d for one in decoded.made if (d := self.mistake(one, decoded.best)).explains]
        yield from sorted(made, key=lambda d: -len(d.explains))
        covered = {key for d in made for key in d.explains}
        for written in decoded.written:
            slip = self.slip(written, page, decoded.best)
            yield slip._replace(explains=tuple(k for k in slip.explains if k in slip.place or k not in covered))

    def mistake(self, made: Made, h: Hypothesis) -> Diagnosis:
        """A change to the program."""
        change, step = made.adopted.change, made.adopted.step
        row = MISTAKES[change.code]
        own = (s for s in self.lines.order if s in self.printed and self.lines.key(s) in self.departing)
        spots = [s for s in own if explained(h, s)]
        place = [s for s in self.lines.order if s[0] in change.formulas and step in (None, s[1])]
        readers = h.version.readers(h.once)
        touched = _after(place, readers)
        kept = [s for s in place if not self.contradicted(s, h, readers)] or place
        step = step if len(kept) == len(place) else kept[0][1]
        place = kept
        shown = next(
            (s for s in place if s in spots), next((s for s in place if s[0] == made.adopted.spot[0]), place[0])
        )
        true, yours = self.equations(change, shown, step is not None)
        message = f"{change.tag}; {row.reason}" if change.code == OTHER_CONVENTION else row.reason
        ties = tuple(map(self.rival, made.ties))
        slips = (SLIPS[made.slip], SLIPS[made.slip].bare) if made.slip else ()
        named = [(*ties, f"{slip.title} [{slip.code}]") for slip in slips] or [ties]
        return Diagnosis(
            row.code,
            row.title,
            tuple(self.lines.key(s) for s in spots if s in touched),
            message,
            named[0],
            tuple(self.lines.key(s) for s in place),
            true,
            yours,
            row.mend,
            bare=Bare(row.code, row.title, message, named[-1], row.mend),
        )

    def contradicted(self, spot: Spot, h: Hypothesis, readers: Mapping[Spot, Sequence[Spot]]) -> bool:
        """Whether the line, or the next printed one that it goes into, is another number than the explanation gives."""
        waiting, seen = [spot], {spot}
        while waiting:
            here = waiting.pop()
            how = h.walked.how.get(here)
            if how is not None and here in self.printed:
                if (how[h.row] > LOOSE).all():
                    return True
                continue
            waiting += [s for s in readers.get(here, ()) if s not in seen]
            seen.update(waiting)
        return False

    def equations(self, change: Change, spot: Spot, at_step: bool) -> tuple[Equation, Equation]:
        """The line as it is, and as it must have been worked."""
        name, time = spot
        target = self.lines.targets[name]
        pair = (self.lines.formulas[name], change.formulas[name])
        if self.problem.setup.single or at_step:
            target = Name(name, None if time is None else Time("", time))
            pair = (self.lines.at(pair[0], spot), self.lines.at(pair[1], spot))
        return Equation(target, pair[0]), Equation(target, pair[1])

    def rival(self, rival: Rival) -> str:
        name = next(iter(rival.change.formulas))
        time = 1 if self.lines.targets[name].time is not None else None
        _, yours = self.equations(rival.change, (name, rival.step or time), rival.step is not None)
        shown = unicode_equation(yours, self.problem.names, self.problem.setup.single)
        return f"{MISTAKES[rival.change.code].title}: {shown} [{rival.change.code}]"

    def slip(self, written: Written, page: Page, h: Hypothesis) -> Diagnosis:
        """Slips of the pen in a line, or numbers that were not worked on with."""
        spot, row, key = written.spot, SLIPS[written.code], self.lines.key(written.spot)
        on_page, meant = [], []
        for entry, value in written.meant.items():
            at = h.student, *(i - 1 for i in entry)
            half = page.half[spot][at]
            place = -int(np.floor(np.log10(2 * half))) if half else 0
            where = _entry(entry) if page.value[spot][h.student].size > 1 else ""
            on_page.append(where + figures.figure(float(page.value[spot][at]), 6, max(place, 0)))
            meant.append(figures.figure(value, 4, max(place + 1, 1)))
        told = written.code == OTHER_NUMBER  # its reason says so
        used = f"the lines after it were worked with the number{'s' * (len(meant) > 1)} meant"
        page_says, then = f"{', '.join(on_page)} on the page", [used] * (bool(written.used) and not told)
        message, bare = ("; ".join((page_says, slip.reason, *then)) for slip in (row, row.bare))
        follow = (self.lines.key(s) for s in written.used)
        explains = (key, *(k for k in follow if k in self.departing))
        reveals = f"meant is {', '.join(meant)}"
        return Diagnosis(
            row.code,
            row.title,
            explains,
            message,
            place=(key,),
            mend=row.mend,
            reveals=reveals,
            bare=Bare(row.bare.code, row.bare.title, bare, (), row.bare.mend),
        )


def _entry(entry: tuple[int, ...]) -> str:
    """Which entry of an array a number is."""
    return f"entry ({', '.join(map(str, entry))}): " if len(entry) > 1 else f"entry {entry[0]}: "


def _after(place: Sequence[Spot], readers: Mapping[Spot, Sequence[Spot]]) -> set[Spot]:
    """Some lines, and whatever is computed from them."""
    found, waiting = set(place), list(place)
    while waiting:
        more = [s for s in readers.get(waiting.pop(), ()) if s not in found]
        found.update(more)
        waiting += more
    return found
