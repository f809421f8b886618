"""Sheets of numbers -> diagnoses in words: what a mistake explains, where it was made, the true line beside theirs."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from rnn_hw.answers import Sheet
from rnn_hw.checking.answer_key import AnswerKey
from rnn_hw.checking.page import page_of as columns_of
from rnn_hw.diagnose.decide import Decoded, Made, Written, decode, explained
from rnn_hw.diagnose.evidence import LOOSE
from rnn_hw.diagnose.lines import Lines, Spot
from rnn_hw.diagnose.pen import OTHER_NUMBER, SLIPS
from rnn_hw.diagnose.search import Hypothesis, Rival, Search
from rnn_hw.diagnose.walk import Page
from rnn_hw.lang import figures
from rnn_hw.lang.mistakes.catalogue import MISTAKES
from rnn_hw.lang.mistakes.rules import OTHER_CONVENTION, Change
from rnn_hw.lang.notation import unicode_equation
from rnn_hw.lang.tree import Equation, Name, Time
from rnn_hw.problem import Problem
from rnn_hw.results import Diagnosis, Report

MOST_LINES = 600  # of a program that is looked through
DEPARTING = ("wrong", "carried", "imprecise")


def page_of(problem: Problem, sheets: Sequence[Sheet]) -> Page:
    """The printed numbers of the sheets."""
    key = AnswerKey(problem)
    columns = columns_of([sheet.numbers for sheet in sheets], key.first_column, key.true)
    spots = {(line.name, line.time): line.key for line in key.lines if line.key in columns.value}
    scale = {}
    for spot, k in spots.items():
        scale[spot] = np.max(np.abs(key.true[k]), initial=0.0, where=np.isfinite(key.true[k]))
    value, half, known = ({spot: part[k] for spot, k in spots.items()} for part in columns[1:])
    return Page(columns.students, value, half, known, scale)


def diagnosed(
    problem: Problem, search: Search, sheets: Sequence[Sheet], reports: Sequence[Report]
) -> dict[int, list[Diagnosis]]:
    """The mistakes behind the wrong numbers of each sheet that has some, by its place."""
    numeric = {line.key for line in problem.lines if line.form == "number"}
    asked = [k for k, r in enumerate(reports) if any(v.verdict == "wrong" and v.key in numeric for v in r.verdicts)]
    if not asked or len(search.lines.order) > MOST_LINES:
        return {}
    page = page_of(problem, [sheets[k] for k in asked])
    first: dict[bytes, int] = {}  # of students with the same numbers on the page
    alike = [first.setdefault(_numbers(page, n), n) for n in range(len(asked))]
    decoded = decode(search, page, sorted(first.values()))
    words = {n: list(_Words(problem, search, reports[asked[n]]).all(decoded[n], page)) for n in decoded}
    return {k: words[n] for k, n in zip(asked, alike, strict=True)}


def _numbers(page: Page, student: int) -> bytes:
    """All that is on a page."""
    columns = (column for spot in page.value for column in (page.value[spot], page.half[spot], page.known[spot]))
    return b"".join(column[student].tobytes() for column in columns)


class _Words:
    """The words for one sheet."""

    def __init__(self, problem: Problem, search: Search, report: Report) -> None:
        self.problem, self.lines, self.program = problem, search.lines, search.program
        self.departing = {v.key for v in report.verdicts if v.verdict in DEPARTING}
        self.printed = {v.key for v in report.verdicts if v.verdict != "blank"}

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
        after = _readers(self.lines, h)
        kept = [s for s in place if not self.contradicted(s, h, after)] or place
        step = step if len(kept) == len(place) else kept[0][1]
        place = kept
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

    def contradicted(self, spot: Spot, h: Hypothesis, after: Mapping[Spot, list[Spot]]) -> bool:
        """Whether the line, or the next printed one that it goes into, is another number than the explanation gives."""
        waiting, seen = [spot], {spot}
        while waiting:
            here = waiting.pop()
            how = h.walked.how.get(here)
            if how is not None and self.lines.key(here) in self.printed:
                if (how[h.row] > LOOSE).all():
                    return True
                continue
            waiting += [s for s in after.get(here, ()) if s not in seen]
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
        row = SLIPS.get(written.code, OTHER_NUMBER)
        reason = row.reason if row is not OTHER_NUMBER else ""  # `used` says it
        message = "; ".join(filter(None, (on_page, reason, used)))
        return Diagnosis(row.code, row.title, (key,), message, (), (key,), None, None, row.mend, f"meant is {meant}")


def _readers(lines: Lines, h: Hypothesis) -> dict[Spot, list[Spot]]:
    """By line, those that read it."""
    formulas = {e.name: e.formula for e in h.program.equations}
    found: dict[Spot, list[Spot]] = {}
    for spot in lines.order:
        for used in lines.uses(h.once.get(spot) or formulas[spot[0]], spot):
            found.setdefault(used, []).append(spot)
    return found


def _after(lines: Lines, h: Hypothesis, change: Change, step: int | None) -> set[Spot]:
    """The lines that a change reaches: its own, and whatever is computed from them."""
    formulas = {e.name: e.formula for e in h.program.equations}
    found: set[Spot] = set()
    for spot in lines.order:
        own = spot[0] in change.formulas and step in (None, spot[1])
        if own or not found.isdisjoint(lines.uses(h.once.get(spot) or formulas[spot[0]], spot)):
            found.add(spot)
    return found
