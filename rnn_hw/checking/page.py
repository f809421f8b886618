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
    """The columns of a class; `first` says where a line's numbers begin, `true` has the shape of each line.

    Sheets of one layout go together, as a block.
    """
    alike: dict[tuple[int, int], list[int]] = {}
    for student, sheet in enumerate(sheets):
        alike.setdefault((id(sheet.table), id(sheet.layout)), []).append(student)
    blocks = sorted(alike.values(), key=lambda some: id(sheets[some[0]].table))
    columns = np.concatenate([np.zeros(0, np.intp), *(sheets[some[0]].layout.columns for some in blocks)])
    seen = np.zeros(columns.max(initial=-1) + 1, bool)
    seen[columns] = True
    row = np.cumsum(seen) - 1  # by column of the problem, the row below
    value, half = (np.zeros((int(seen.sum()), len(sheets))) for _ in range(2))
    known = np.zeros(value.shape, bool)
    for _, together in groupby(blocks, key=lambda some: id(sheets[some[0]].table)):
        blocks_of_table = list(together)
        table = sheets[blocks_of_table[0][0]].table
        numbers, half_units = (np.append(np.frombuffer(read), 0.0) for read in (table.numbers, table.half_units))
        for some in blocks_of_table:
            written = np.frombuffer(b"".join([sheets[k].written for k in some]), np.intc).reshape(len(some), -1).T
            at = row[sheets[some[0]].layout.columns][:, None], np.array(some)
            value[at], half[at], known[at] = numbers[written], half_units[written], written >= 0
    answered = {key: row[column] for key, column in first.items() if column < len(seen) and seen[column]}

    def by_line(rows: Array) -> dict[str, Array]:
        return {k: _column(rows[r : r + true[k].size], true[k].shape) for k, r in answered.items()}

    return Page(len(sheets), by_line(value), by_line(half), {key: known[r] for key, r in answered.items()})


def _column(rows: Array, shape: tuple[int, ...]) -> Array:
    """The entries of a quantity, a row each, as arrays behind the students."""
    return np.ascontiguousarray(rows.T).reshape(-1, *shape)
