"""The records that solving and checking produce and every form of output reads.

A `Trace` is the central one: a step per equation and time, and beside the steps what is no step (a proof table, the
points of a plot, a remark). Records only: nothing here computes, and nothing here knows how it will be printed. Texts in
these records may hold what a person typed; whoever prints them escapes them.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from numpy.typing import NDArray

from rnn_hw.errors import Diagnostic
from rnn_hw.lang.tree import Equation, Node

# A number, an array of them, a truth value, a word, a formula: what a key can hold.
Value = float | NDArray[Any] | bool | str | Node

# What a cell of a table can hold; a number or array is shown with the digits the reader asks for.
Cell = str | int | float | NDArray[Any] | Node | None


Progress = Callable[[int, int], None]  # told how much of a long computation is done, and of how much


class FreeText(str):
    """An answer in a person's own words, which nobody judges but a person; the value is one that would do."""


class Step(NamedTuple):
    """One line of a worked solution: `equation` with every time index a number, and its value (no leading axes)."""

    key: str
    equation: Equation
    value: NDArray[Any]
    backward: bool = False  # whether the steps are worked from the last to the first here

    @property
    def time(self) -> int | None:
        time = self.equation.target.time
        return None if time is None else time.shift


class Table(NamedTuple):
    """Rows under headings; `marks` names the rows (from 0) to be pointed out, `note` stands below."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    marks: tuple[int, ...] = ()
    reveals: bool = False  # whether it gives true answers away


class Series(NamedTuple):
    """Curves to be plotted: a label and the (x, y) points of each."""

    title: str
    x_label: str
    y_label: str
    curves: tuple[tuple[str, Sequence[float], Sequence[float]], ...]
    logarithmic: bool = False


class Remark(NamedTuple):
    """A sentence that belongs to the solution; `kind` is `note`, `proof`, `warning` or `reason`."""

    text: str
    kind: str = "note"


class Answer(NamedTuple):
    """One line of what was asked: the canonical key, and its true value."""

    key: str
    value: Value


class Trace(NamedTuple):
    """A problem solved."""

    kind: str
    title: str
    steps: Sequence[Step]
    values: Mapping[str, NDArray[Any]]  # by key: what a formula's names stand for, given quantities as well
    answers: tuple[Answer, ...]
    tables: tuple[Table, ...] = ()
    series: tuple[Series, ...] = ()
    remarks: tuple[Remark, ...] = ()
    names: Mapping[str, str] = {}  # canonical name -> what this sheet calls it
    single: bool = False  # one step only: `m[1]` is shown as `m`, `m[0]` as `m_prev`


class Solution(NamedTuple):
    """An assignment solved: the id of each problem, and its trace."""

    title: str
    parts: tuple[tuple[str, Trace], ...]


class Line(NamedTuple):
    """One line that can be answered. `name` and `time` find its value; `form` is number, formula, word or weights."""

    key: str
    name: str
    time: int | None
    form: str
    asked: bool
    points: str  # exact: "2", "1/3"


# What can be said of a line; the columns of a class hold places in this list. The first: not asked and not answered.
VERDICTS = ("", "correct", "carried", "imprecise", "wrong", "blank", "unreadable", "unjudged")
PASSED = ("correct", "carried", "unjudged")


class Verdict(NamedTuple):
    """What is to be said of one line.

    `verdict` is correct, carried, imprecise, wrong, blank, unreadable or unjudged. `entries` are the indices (from 1) of
    the wrong entries; `accepted` is the interval that decides, low and high, nested like the value.
    """

    key: str
    verdict: str
    given: str | None
    expected: Value | None
    carried: NDArray[Any] | None
    accepted: tuple[NDArray[Any], NDArray[Any]] | None
    points: str  # exact: "2", "1/3"
    max_points: str
    entries: tuple[tuple[int, ...], ...] = ()
    message: str = ""
    line: int = 0  # of the answer file, 0 if the line is blank
    reveals: str = ""  # more of the message, with true values in it

    @property
    def said(self) -> str:
        """The whole message."""
        return "; ".join(filter(None, (self.message, self.reveals)))


class Bare(NamedTuple):
    """What is told of a mistake where true values are kept back and its own words would give one away."""

    mistake: str
    title: str
    message: str
    alternatives: tuple[str, ...]
    mend: str


class Diagnosis(NamedTuple):
    """A mistake that explains lines of the sheet; "consistent with", never "you believe".

    `explains` are the lines that are not the true ones and follow from it, `place` those in which it was made. `true` and
    `yours` are the line as it is and as it must have been worked; `alternatives` fit as well.
    """

    mistake: str
    title: str
    explains: tuple[str, ...]
    message: str
    alternatives: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    true: Equation | None = None
    yours: Equation | None = None
    mend: str = ""
    reveals: str = ""  # more of the message, with values in it that may be true ones
    bare: Bare | None = None

    @property
    def said(self) -> str:
        """The whole message."""
        return "; ".join(filter(None, (self.message, self.reveals)))

    def without_key(self) -> "Diagnosis":
        """The same without anything that gives a true value away."""
        told = self.bare or Bare(self.mistake, self.title, self.message, self.alternatives, self.mend)
        return self._replace(true=None, reveals="", bare=None, **told._asdict())


class Explanation(NamedTuple):
    """A row of the catalogue of mistakes, with an example worked on the spot."""

    code: str
    title: str
    reason: str
    mend: str
    example: tuple[Table, ...] = ()


class Advice(NamedTuple):
    """What may be said to the author of a problem; `proposal` is text for its file."""

    title: str
    tables: tuple[Table, ...]
    remarks: tuple[Remark, ...]
    proposal: str = ""


class Report(NamedTuple):
    """One person's sheet, checked.

    Of an assignment, the keys begin with the problem's id, `4/f[1]`, and `parts` holds a report on each problem alone,
    with the keys that the problem knows; what is reported of the file stands in the whole only.
    """

    problem: str
    student: str
    score: str  # exact: "7/2"
    max_score: str
    verdicts: tuple[Verdict, ...]
    diagnoses: tuple[Diagnosis, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    tables: tuple[Table, ...] = ()
    remarks: tuple[Remark, ...] = ()
    names: Mapping[str, str] = {}
    shown_digits: tuple[str, int] | None = None  # ("decimals", 3) or ("digits", 3): the place asked
    single: bool = False  # one step only: `m[1]` is shown as `m`
    searched: bool = False  # whether mistakes were looked for
    parts: tuple[tuple[str, "Report"], ...] = ()  # of an assignment: by the problem's id

    def without_key(self) -> "Report":
        """The report without anything that gives a true value away: verdicts and mistakes alone."""
        bare = (v._replace(expected=None, carried=None, accepted=None, reveals="") for v in self.verdicts)
        tables = tuple(t for t in self.tables if not t.reveals)
        diagnoses = tuple(d.without_key() for d in self.diagnoses)
        parts = tuple((id, part.without_key()) for id, part in self.parts)
        return self._replace(verdicts=tuple(bare), diagnoses=diagnoses, tables=tables, parts=parts)

    @property
    def all_right(self) -> bool:
        """Whether every line is correct, carried or unjudged, and the file itself gave nothing to report."""
        fine = all(v.verdict in PASSED for v in self.verdicts)
        return fine and not self.diagnostics


class Graded(NamedTuple):
    """One submission to a class: marked, or unusable for a reason.

    `reached` is the sum of its lines' points, `score` what is left of it after deductions; every form of output takes
    the score from here. An unusable one has a score of 0 and no verdicts.
    """

    file: str
    student: str
    score: str  # exact: "7/2"
    max_score: str
    reached: str = "0"
    verdicts: tuple[str, ...] = ()  # by the lines of the class
    groups: tuple[str, ...] = ()  # points reached, by the groups of the class
    mistakes: tuple[tuple[str, str, tuple[str, ...]], ...] = ()  # code, title, lines that it explains
    late: bool = False
    duplicates: tuple[str, ...] = ()  # other files of the same student
    warnings: tuple[Diagnostic, ...] = ()
    unusable: tuple[Diagnostic, ...] = ()
    report: Report | None = None  # the lines themselves, while a report of the class is written

    @property
    def share(self) -> Fraction:
        """The share of the points, deductions taken off."""
        return share_of(self.score, self.max_score)


@lru_cache(maxsize=4096)  # a class has a few scores, which every form of output shows
def share_of(points: str | Fraction, most: str | Fraction) -> Fraction:
    """The share of the points that were reached; where there are none to be had, all of them."""
    return Fraction(points) / Fraction(most) if Fraction(most) else Fraction(1)


class LineSummary(NamedTuple):
    """How the class did on one line: how many got which verdict, and what each verdict is worth."""

    key: str
    max_points: str
    counts: Mapping[str, int]
    worth: Mapping[str, str] = {}  # exact points


class GroupSummary(NamedTuple):
    """How the class did on a group of lines: the points to be had, and those reached on average."""

    name: str
    lines: tuple[str, ...]
    max_points: str
    mean: str  # exact


class MistakeSummary(NamedTuple):
    """Who made a mistake: on how many sheets, the lines that it explains on some of them, and the students."""

    mistake: str
    title: str
    sheets: int
    lines: tuple[str, ...]
    students: tuple[str, ...]


class LineChange(NamedTuple):
    """A line that was marked otherwise before; a verdict is "" where the line was not there."""

    key: str
    verdicts: tuple[str, str]
    points: tuple[str, str]


class Change(NamedTuple):
    """A submission whose mark was another one before; a score is None where there was no such submission, or is none."""

    student: str
    file: str
    scores: tuple[str | None, str | None]
    lines: tuple[LineChange, ...]
    reasons: tuple[str, ...] = ()  # what is no line: late, unusable


class ClassReport(NamedTuple):
    """A class, graded.

    `submissions` hold no reports. `whole` goes through the same ones with their reports, as often as it is asked to,
    and never holds many at once; without reports it is empty.
    """

    problem: str
    file: str
    max_score: str
    submissions: Sequence[Graded]
    lines: tuple[LineSummary, ...] = ()
    groups: tuple[GroupSummary, ...] = ()
    mistakes: tuple[MistakeSummary, ...] = ()
    names: Mapping[str, Mapping[str, str]] = {}  # of each problem, by what stands before its keys: `2/`, or nothing
    late: str = "0"  # the share taken off a late sheet, exact
    warnings: tuple[Diagnostic, ...] = ()
    changes: tuple[Change, ...] | None = None  # against an earlier report
    whole: Collection[Graded] = ()
