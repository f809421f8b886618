"""What is shown of a result, for every form that people read: chosen and abridged here, typeset in `render/`.

One place decides which steps of a long trace stand on the page, what a quantity is called, how many figures a number
gets and which sentences sum up a sheet, so that the terminal, Markdown and LaTeX say the same. Nothing here escapes
anything and nothing here knows a markup. A list of what is shown may hold a plain `str` between the records: a sentence
about what was left out there.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from rnn_hw.lang import figures, notation
from rnn_hw.lang.tree import Apply, Name, Num, Time
from rnn_hw.results import Answer, Cell, Report, Step, Table, Trace, Value, Verdict

DIGITS = 4
FULL_GROUPS, ENDS = 6, 2  # beyond so many time steps, that many are shown at each end
FULL_ROWS, FIRST, LAST = 40, 16, 8  # of a table
RUN, RUN_ENDS = 8, 2  # in a long sheet, of so many equal verdicts in a row the ends are shown
INLINE = 9  # entries of an array that is put into a formula; a larger one stays a name

# A sign for each verdict that no other looks like, and the word beside it: nothing is said by colour alone.
GLYPHS: Mapping[str, str] = {
    "correct": "✓", "carried": "→", "imprecise": "≈", "wrong": "✗", "blank": "–", "unreadable": "?", "unjudged": "…",
}  # fmt: skip

Record = TypeVar("Record")
_key = re.compile(r"(\w+)\[(\d+)\]", re.UNICODE).fullmatch


class Options(NamedTuple):
    """What the reader asked for on the command line."""

    digits: int | None = None  # significant figures; None: 4, or the place that the problem asks for
    all: bool = False  # nothing is abridged
    only: tuple[str, ...] = ()  # names or keys, `f` or `c[2]`; empty: everything
    show: tuple[str, ...] = ("formula", "numbers", "value")
    key: bool = True  # whether true values are shown


class Group(NamedTuple):
    """The steps of one time, or some in a row that have none."""

    time: int | None
    steps: tuple[Step, ...]


# --- which steps ------------------------------------------------------------------------------------------------------


def groups(trace: Trace, options: Options) -> Iterator[Group | str]:
    """The steps by time, those in the middle of a long sequence left out; never reads a step it need not."""
    forward = _groups(trace.steps, trace, options)
    if options.all:
        yield from forward
        return
    head: list[Group] = []
    for group in forward:
        head.append(group)
        if _timed(head) > FULL_GROUPS:
            break
    else:
        yield from head
        return
    while _timed(head) > ENDS:
        head.pop()
    tail: list[Group] = []
    for group in _groups(_Reversed(trace.steps), trace, options):
        if group.time is not None and _timed(tail) == ENDS:
            break
        tail.append(Group(group.time, group.steps[::-1]))
    tail.reverse()
    first = next(g.time for g in reversed(head) if g.time is not None)
    last = next(g.time for g in tail if g.time is not None)
    yield from head
    near, far = (first + 1, last - 1) if first < last else (first - 1, last + 1)
    yield f"… steps {near} to {far} left out, --all shows them"
    yield from tail


def _timed(shown: Sequence[Group]) -> int:
    return sum(group.time is not None for group in shown)


class _Reversed(Sequence[Step]):
    """A sequence from its end, without a copy."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self.steps = steps

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, index: Any) -> Any:
        return self.steps[-1 - index]

    def __iter__(self) -> Iterator[Step]:
        return (self.steps[k] for k in range(len(self.steps) - 1, -1, -1))


def _groups(steps: Iterable[Step], trace: Trace, options: Options) -> Iterator[Group]:
    wanted = (s for s in steps if chosen(s.key, trace.names, options)) if options.only else steps
    for time, some in groupby(wanted, lambda step: step.time):
        yield Group(None if trace.single else time, tuple(some))


def chosen(key: str, names: Mapping[str, str], options: Options) -> bool:
    """Whether `--only` keeps this key; the sheet's own letters are understood too."""
    if not options.only:
        return True
    name, _, index = key.partition("[")
    own = names.get(name, name)
    return not {name, key, own, f"{own}[{index}" if index else own}.isdisjoint(options.only)


def unmatched(trace: Trace, only: Iterable[str]) -> list[str]:
    """The entries of `--only` that nothing in this trace is called."""
    keys = {answer.key for answer in trace.answers} | {step.key for step in trace.steps}
    return [entry for entry in only if not any(chosen(key, trace.names, Options(only=(entry,))) for key in keys)]


def answers(trace: Trace, options: Options) -> list[Answer | str]:
    """What was asked, at the times of which the steps are shown."""
    wanted = [a for a in trace.answers if chosen(a.key, trace.names, options)]
    times = sorted({t for a in wanted if (t := time_of(a.key)) is not None})
    if options.all or len(times) <= FULL_GROUPS:
        return list(wanted)
    kept = {None, *times[:ENDS], *times[-ENDS:]}
    shown: list[Answer | str] = [a for a in wanted if time_of(a.key) in kept]
    return [*shown, f"… steps {times[ENDS]} to {times[-ENDS - 1]} left out, --all shows them"]


def time_of(key: str) -> int | None:
    match = _key(key)
    return int(match[2]) if match else None


# --- how it is called and what stands in the cells ----------------------------------------------------------------------


def quantity(key: str) -> Name:
    """The name that a key stands for: `f[1]` -> `Name("f", Time("", 1))`."""
    match = _key(key)
    return Name(match[1], Time("", int(match[2]))) if match else Name(key)


def digits(options: Options) -> int:
    return options.digits or DIGITS


def numbers(trace: Trace, options: Options) -> Callable[[Name], NDArray[Any] | None]:
    """What is put in for a name: its value, unless that is unknown or too large to read inside a formula."""
    values = trace.values

    def value(name: Name) -> NDArray[Any] | None:
        found = values.get(str(name))
        if found is None or (np.size(found) > INLINE and not options.all):
            return None
        return np.asarray(found)

    return value


def text(value: Value | Cell, options: Options, names: Mapping[str, str] = {}, decimals: int | None = None) -> str:
    """A value on one line."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value).replace("-", "−")
    if isinstance(value, Num | Name | Apply):
        return notation.unicode(value, names=names)
    limit = np.size(value) if options.all else 24
    return figures.array(value, digits(options), decimals, limit=limit)


def is_matrix(value: object) -> bool:
    """Whether a value is laid out as a grid: two axes and more than one entry."""
    return isinstance(value, np.ndarray) and value.ndim == 2 and value.size > 1


def cells(value: NDArray[Any], options: Options, decimals: int | None = None) -> list[list[str]]:
    """The entries of a matrix, those in the middle of a large one left out."""
    rows, columns = (_kept(n, options) for n in value.shape)
    shown = figures.grid(value[np.ix_(rows, columns)], digits(options), decimals)
    if len(columns) < value.shape[1]:
        shown = [[*row[: len(row) // 2], "…", *row[len(row) // 2 :]] for row in shown]
    if len(rows) < value.shape[0]:
        shown.insert(len(rows) // 2, ["…"] * len(shown[0]))
    return shown


def _kept(length: int, options: Options) -> list[int]:
    return list(range(length)) if options.all or length <= 8 else [0, 1, 2, length - 3, length - 2, length - 1]


def rows(table: Table, options: Options) -> list[tuple[bool, tuple[Cell, ...]] | str]:
    """The rows of a table, each with whether it is pointed out; those in the middle of a long one left out."""
    total, marks = len(table.rows), set(table.marks)
    every = [(k in marks, row) for k, row in enumerate(table.rows)]
    if options.all or total <= FULL_ROWS:
        return list(every)
    kept = [k for k in range(total) if k < FIRST or k >= total - LAST or k in marks]
    return _with_gaps(every, kept, "row")


def _with_gaps(records: Sequence[Record], kept: Sequence[int], noun: str) -> list[Record | str]:
    shown: list[Record | str] = []
    for before, k in zip([-1, *kept], kept, strict=False):
        missing = k - before - 1
        if missing:
            shown.append(f"… {missing} {noun}{'s' * (missing > 1)} left out, --all shows them")
        shown.append(records[k])
    return shown


# --- a sheet ----------------------------------------------------------------------------------------------------------


def verdicts(report: Report, options: Options) -> list[Verdict | str]:
    """The lines of a sheet; in a long one the middle of many with the same verdict is left out."""
    wanted = [v for v in report.verdicts if chosen(v.key, report.names, options)]
    if options.all or len(wanted) <= FULL_ROWS:
        return list(wanted)
    kept: list[int] = []
    for _, run in groupby(range(len(wanted)), lambda k: wanted[k].verdict):
        places = list(run)
        kept += places if len(places) <= RUN else [*places[:RUN_ENDS], *places[-RUN_ENDS:]]
    return _with_gaps(wanted, kept, "line")


def decimals(report: Report, options: Options) -> tuple[int, int | None]:
    """Significant figures and decimals of a true value: what the reader asks for, else the place the problem asks."""
    if options.digits or report.shown_digits is None:
        return digits(options), None
    kind, count = report.shown_digits
    return (count, None) if kind == "digits" else (DIGITS, count)


def box(verdict: Verdict) -> str:
    """What would have been right given the person's own earlier lines, as `0.0129 ± 0.0006`; "" if that says nothing
    the true value does not."""
    if verdict.accepted is None or verdict.carried is None or verdict.verdict not in ("carried", "wrong", "imprecise"):
        return ""
    low, high = (np.asarray(end, dtype=float) for end in verdict.accepted)
    if low.size != 1 or not (np.isfinite(low).all() and np.isfinite(high).all()):
        return ""
    middle, half = (low.item() + high.item()) / 2, (high.item() - low.item()) / 2
    if verdict.verdict != "carried" and _same(verdict.carried, verdict.expected):
        return ""
    return around(middle, half)


def _same(a: object, b: object) -> bool:
    numeric = isinstance(a, float | int | np.ndarray) and isinstance(b, float | int | np.ndarray)
    return numeric and np.shape(a) == np.shape(b) and bool(np.allclose(a, b, rtol=1e-12, atol=0))  # type: ignore[arg-type]


def around(middle: float, half: float) -> str:
    """An interval by its middle, as exact as its half width is.

    >>> around(0.01287, 0.00061)
    '0.01287 ± 0.00061'
    """
    if half <= 0:
        return figures.figure(middle, 6)
    place = int(f"{half:.1e}".partition("e")[2]) - 1
    if not -12 <= place < 0:
        return f"{figures.figure(middle, 6)} ± {figures.figure(half, 2)}"
    shown = figures.figure(half, decimals=-place).rstrip("0")
    return f"{figures.figure(middle, decimals=-place)} ± {shown}"


def marked(verdict: Verdict) -> list[list[str]] | None:
    """The entries of an array as the person wrote them, a ✗ behind the wrong ones; None if they cannot be laid out."""
    if not isinstance(verdict.expected, np.ndarray) or verdict.expected.size < 2 or verdict.given is None:
        return None
    shape = verdict.expected.shape
    words = re.findall(r"[^\s\[\],;]+", verdict.given)
    if len(words) != verdict.expected.size or len(shape) > 2 or max(shape) > 8:
        return None
    across = shape[-1]
    laid = [words[k : k + across] for k in range(0, len(words), across)]
    wrong = {entry if len(shape) == 2 else (1, *entry) for entry in verdict.entries}
    return [
        [word + ("✗" if (i, j) in wrong else " ") for j, word in enumerate(row, 1)] for i, row in enumerate(laid, 1)
    ]


def first_wrong(report: Report) -> Verdict | None:
    """The first line that went wrong of itself."""
    return next((v for v in report.verdicts if v.verdict in ("wrong", "unreadable")), None)


def score(report: Report) -> str:
    return f"{report.score} of {report.max_score} point{'s' * (report.max_score != '1')}"


def summary(report: Report) -> str:
    """How many lines got which verdict: `6 wrong, 7 carried, 11 correct`."""
    counts = {word: sum(v.verdict == word for v in report.verdicts) for word in GLYPHS}
    said = [f"{count} {word}" for word, count in counts.items() if count]
    return ", ".join(said) or "nothing was asked"
