"""What is shown of a result, for every form that people read: chosen and abridged here, typeset in `render/`.

One place decides which steps of a long trace stand on the page, what a quantity is called, how many figures a number
gets, so that the terminal, Markdown and LaTeX say the same; a checked sheet is the business of `sheet.py`. Nothing here
escapes anything and nothing here knows a markup. A list of what is shown may hold a plain `str` between the records: a
sentence about what was left out there.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from rnn_hw.lang import figures, keys, notation
from rnn_hw.lang.tree import Name, Node, Time
from rnn_hw.results import Answer, Cell, Solution, Step, Table, Trace, Value

DIGITS = 4
FULL_GROUPS, ENDS = 6, 2  # beyond so many time steps, that many are shown at each end
FULL_ROWS, FIRST, LAST = 40, 16, 8  # of a table
INLINE = 6  # entries of an array that is put into a formula; a larger one stays a name

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

    @property
    def title(self) -> str:
        """What stands above the steps; nothing for those that have no time."""
        backward = ", backward" * any(step.backward for step in self.steps)
        return "" if self.time is None else f"Step t = {self.time}{backward}"


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
    for group in _groups(reversed(trace.steps), trace, options):
        if group.time is not None and _timed(tail) == ENDS:
            break
        tail.append(Group(group.time, group.steps[::-1]))
    tail.reverse()
    yield from head
    yield _left_out([g.time for g in head if g.time is not None], [g.time for g in tail if g.time is not None])
    yield from tail


def _left_out(before: list[int], after: list[int]) -> str:
    """The sentence between the first times shown and the last ones, in whichever direction time runs."""
    way = before[-1] - before[0]
    way = way and way // abs(way)
    if way and (after[0] - before[-1]) * way > 0 and (after[-1] - after[0]) * way > 0:
        return f"… steps {before[-1] + way} to {after[0] - way} left out, --all shows them"
    return "… the steps between left out, --all shows them"


def _timed(shown: Sequence[Group]) -> int:
    return sum(group.time is not None for group in shown)


def _groups(steps: Iterable[Step], trace: Trace, options: Options) -> Iterator[Group]:
    wanted = (s for s in steps if chosen(s.key, trace.names, options)) if options.only else steps
    for (time, _), some in groupby(wanted, lambda step: (step.time, step.backward)):
        yield Group(None if trace.single else time, tuple(some))


def chosen(key: str, names: Mapping[str, str], options: Options) -> bool:
    """Whether `--only` keeps this key; the sheet's own letters are understood too."""
    if not options.only:
        return True
    name = key.partition("[")[0]
    return not {name, key, names.get(name, name), keys.called(key, names)}.isdisjoint(options.only)


def in_part(id: str, entry: str) -> str:
    """An entry of `--only` as one problem of an assignment reads it; a problem that stands alone has no id."""
    return entry.removeprefix(f"{id}/") if id else entry


def of_part(id: str, options: Options) -> Options | None:
    """What of one problem of an assignment is shown, None if nothing is: `--only 4`, `--only 4/f[1]`, `--only f`."""
    if not options.only or id in options.only:
        return options._replace(only=())
    only = tuple(filter(None, (in_part(id, entry) for entry in options.only)))
    return options._replace(only=only) if only else None


def shown_parts(solution: Solution, options: Options) -> Iterator[tuple[str, Trace, Options]]:
    """The problems of an assignment of which something is shown."""
    for id, trace in solution.parts:
        own = of_part(id, options)
        if own is not None and (not own.only or _any_chosen(trace, own)):
            yield id, trace, own


def _any_chosen(trace: Trace, options: Options) -> bool:
    keys = chain((answer.key for answer in trace.answers), (step.key for step in trace.steps))
    return any(chosen(key, trace.names, options) for key in keys)


def part_title(id: str, title: str) -> str:
    """What stands above one problem of an assignment."""
    return f"Problem {id} · {title}" if title else f"Problem {id}"


def unmatched(keys: Collection[str], names: Mapping[str, str], only: Iterable[str]) -> list[str]:
    """The entries of `--only` that none of the lines is called."""
    return [entry for entry in only if not any(chosen(key, names, Options(only=(entry,))) for key in keys)]


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
    """The time in a key, None where it has none."""
    match = _key(key)
    return int(match[2]) if match else None


# --- how it is called and what stands in the cells --------------------------------------------------------------------


def quantity(key: str) -> Name:
    """The name that a key stands for: `f[1]` -> `Name("f", Time("", 1))`."""
    match = _key(key)
    return Name(match[1], Time("", int(match[2]))) if match else Name(key)


def digits(options: Options) -> int:
    """How many significant figures a number gets."""
    return options.digits or DIGITS


def put_in(trace: Trace, options: Options) -> notation.Lookup:
    """What is put in for a name: the text of its value, None where that is unknown or too large to read in a formula."""

    def lookup(name: Name) -> str | None:
        value = trace.values.get(str(name))
        return None if value is None or (np.size(value) > INLINE and not options.all) else text(value, options)

    return lookup


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
    if isinstance(value, Node):
        return notation.unicode(value, names=names)
    if np.size(value) == 1 and np.asarray(value, dtype=float).item().is_integer():  # a count, such as a dimension
        decimals = None
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
    return with_gaps(every, kept, "row")


def with_gaps(records: Sequence[Record], kept: Sequence[int], noun: str) -> list[Record | str]:
    """The records at the places in `kept`, and between them how many are left out."""
    shown: list[Record | str] = []
    for before, k in zip([-1, *kept], kept, strict=False):
        missing = k - before - 1
        if missing:
            shown.append(f"… {missing} {noun}{'s' * (missing > 1)} left out, --all shows them")
        shown.append(records[k])
    return shown
