"""The numbers of a class as columns: one array for each line that anybody answered, students on the leading axis."""

import math
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_hw.answers import Numbers
from rnn_hw.problem import Problem

Array = NDArray[Any]


class Page(NamedTuple):
    """The numeric answers of some students, by key: values, half a unit of each one's last place, and who has any."""

    students: int
    value: Mapping[str, Array]
    half: Mapping[str, Array]
    known: Mapping[str, NDArray[np.bool_]]

    def some(self, students: Array) -> "Page":
        """The same for some of the students."""
        value, half, known = ({k: v[students] for k, v in part.items()} for part in self[1:])
        return Page(len(students), value, half, known)


def first_columns(problem: Problem) -> dict[str, int]:
    """Where the numbers of each numeric line begin among all numbers of the problem."""
    first, column = {}, 0
    for line in problem.lines:
        if line.form == "number":
            first[line.key] = column
            column += math.prod(problem.setup.shapes[line.name])
    return first


def page_of(sheets: Sequence[Numbers], first: Mapping[str, int], true: Mapping[str, Array]) -> Page:
    """The columns of a class; `first` says where a line's numbers begin, `true` has the shape of each line."""
    students = len(sheets)
    columns = np.concatenate([np.zeros(0, np.intp), *(sheet.layout.columns for sheet in sheets)])
    who = np.repeat(np.arange(students), [len(sheet.written) for sheet in sheets])
    seen = np.zeros(columns.max(initial=-1) + 1, bool)
    seen[columns] = True
    row = np.cumsum(seen) - 1  # by column of the problem, the row below
    value, half = (np.zeros((int(seen.sum()), students)) for _ in range(2))
    known = np.zeros(value.shape, bool)
    start = 0
    for _, together in groupby(sheets, key=lambda sheet: id(sheet.table)):
        some = list(together)
        written = np.frombuffer(b"".join([sheet.written for sheet in some]), np.intc)
        table, stop = some[0].table, start + len(written)
        at = row[columns[start:stop]], who[start:stop]
        for array, read in ((value, table.numbers), (half, table.half_units)):
            array[at] = np.array([*read, 0.0])[written]
        known[at] = written >= 0
        start = stop
    answered = {key: row[column] for key, column in first.items() if column < len(seen) and seen[column]}

    def by_line(rows: Array) -> dict[str, Array]:
        return {k: _column(rows[r : r + true[k].size], true[k].shape) for k, r in answered.items()}

    return Page(students, by_line(value), by_line(half), {key: known[r] for key, r in answered.items()})


def _column(rows: Array, shape: tuple[int, ...]) -> Array:
    """The entries of a quantity, a row each, as arrays behind the students."""
    return np.ascontiguousarray(rows.T).reshape(-1, *shape)
