"""Sheets of numbers -> diagnoses in words: what a mistake explains, where it was made, the true line beside theirs."""

from collections.abc import Collection, Iterator, Mapping

import numpy as np

from rnn_hw.checking.judge import Marked
from rnn_hw.diagnose.decide import Decoded, Made, Written, decode, explained
from rnn_hw.diagnose.lines import Lines, Spot
from rnn_hw.diagnose.pen import SLIPS
from rnn_hw.diagnose.search import Hypothesis, Rival, Search
from rnn_hw.diagnose.walk import Array, Page
from rnn_hw.lang import figures
from rnn_hw.lang.mistakes.catalogue import MISTAKES
from rnn_hw.lang.mistakes.rules import OTHER_CONVENTION, Change
from rnn_hw.lang.notation import unicode_equation
from rnn_hw.lang.tree import Equation, Name, Time
from rnn_hw.problem import Problem
from rnn_hw.results import VERDICTS, Diagnosis

MOST_LINES = 600  # of a program that is looked through
DEPARTING = tuple(map(VERDICTS.index, ("wrong", "carried", "imprecise")))
NOT_USED = "pen-other-number"


def page_of(marked: Marked, students: Array) -> Page:
    """The printed numbers of some students."""
    key, columns = marked.marker.key, marked.numbers.page.some(students)
    spots = {(line.name, line.time): line.key for line in key.lines if line.key in columns.value}
    scale = {}
    for spot, k in spots.items():
        scale[spot] = np.max(np.abs(key.true[k]), initial=0.0, where=np.isfinite(key.true[k]))
    value, half, known = ({spot: part[k] for spot, k in spots.items()} for part in columns[1:])
    return Page(columns.students, value, half, known, scale, _printed(known, columns.students))


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
    first: dict[bytes, int] = {}  # of students with the same numbers on the page
    alike = [first.setdefault(numbers, n) for n, numbers in enumerate(_numbers(page))]
    decoded = decode(search, page, sorted(first.values()))
    departing = np.isin(marked.codes[:, students], DEPARTING)
    words = {
        n: tuple(
            _Words(
                problem, search, {line.key for line, off in zip(problem.lines, departing[:, n], strict=True) if off}
            ).all(decoded[n], page)
        )
        for n in decoded
    }
    return {int(student): words[n] for student, n in zip(students, alike, strict=True)}


def _numbers(page: Page) -> list[bytes]:
    """All that is on each page."""
    parts = (
        part[spot].reshape(page.students, -1) for spot in page.value for part in (page.value, page.half, page.known)
    )
    whole = np.concatenate([part.astype(float) for part in parts], axis=1)
    return [row.tobytes() for row in whole]


class _Words:
    """The words for one sheet; `departing` are the lines that are not the true ones."""

    def __init__(self, problem: Problem, search: Search, departing: Collection[str]) -> None:
        self.problem, self.lines, self.program = problem, search.lines, search.program
        self.departing = departing

    def all(self, decoded: Decoded, page: Page) -> Iterator[Diagnosis]:
        made = [self.mistake(one, decoded.best) for one in decoded.made]
        yield from sorted((d for d in made if d.explains), key=lambda d: -len(d.explains))
        for written in decoded.written:
            yield self.slip(written, page, decoded.best)

    def mistake(self, made: Made, h: Hypothesis) -> Diagnosis:
        """A change to the program."""
        change, step = made.adopted.change, made.adopted.step
        row = MISTAKES[change.code]
        touched = _after(self.lines, h, change, step)
        spots = [s for s in self.lines.order if self.lines.key(s) in self.departing and explained(h, s)]
        place = [s for s in self.lines.order if s[0] in change.formulas and step in (None, s[1])]
        shown = next(
            (s for s in place if s in spots), next((s for s in place if s[0] == made.adopted.spot[0]), place[0])
        )
        true, yours = self.equations(change, shown, step is not None)
        return Diagnosis(
            row.code,
            row.title,
            tuple(self.lines.key(s) for s in spots if s in touched),
            f"{change.tag}; {row.reason}" if change.code == OTHER_CONVENTION else row.reason,
            (*map(self.rival, made.ties), *([f"{SLIPS[made.slip].title} [{made.slip}]"] if made.slip else [])),
            tuple(self.lines.key(s) for s in place),
            true,
            yours,
            row.mend,
        )

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
        """A slip of the pen, or a number that was not worked on with."""
        key = self.lines.key(written.spot)
        at = h.student, *(i - 1 for i in written.entry)
        place = -int(np.floor(np.log10(2 * page.half[written.spot][at]))) if page.half[written.spot][at] else 0
        meant = figures.figure(written.meant, 4, max(place + 1, 1))
        printed = figures.figure(float(page.value[written.spot][at]), 6, max(place, 0))
        where = f"entry ({', '.join(map(str, written.entry))})" if len(written.entry) > 1 else ""
        where = (
            f"entry {written.entry[0]}" if len(written.entry) == 1 and page.value[written.spot][0].size > 1 else where
        )
        on_page = f"{where}: {printed} on the page" if where else f"{printed} on the page"
        used = "the lines after it were worked with the number meant" if written.used else ""
        row = SLIPS.get(written.code)
        code, title, reason, mend = (
            (row.code, row.title, row.reason, row.mend)
            if row is not None
            else (
                NOT_USED,
                "another number on the page than the one worked with",
                "",
                "read the number back from the page",
            )
        )
        message = "; ".join(filter(None, (on_page, reason, used)))
        return Diagnosis(code, title, (key,), message, (), (key,), None, None, mend, f"meant is {meant}")


def _after(lines: Lines, h: Hypothesis, change: Change, step: int | None) -> set[Spot]:
    """The lines that a change reaches: its own, and whatever is computed from them."""
    formulas = {e.name: e.formula for e in h.program.equations}
    found: set[Spot] = set()
    for spot in lines.order:
        own = spot[0] in change.formulas and step in (None, spot[1])
        if own or not found.isdisjoint(lines.uses(h.once.get(spot) or formulas[spot[0]], spot)):
            found.add(spot)
    return found
