"""What a verdict is worth: exact points, as whole numbers over one denominator where a class is added up."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_hw.problem import Problem
from rnn_hw.results import VERDICTS, Line


class Points:
    """The points of a problem; `unit` of the whole numbers make one point, `most` are the points of everything asked."""

    def __init__(self, problem: Problem) -> None:
        shares = {"correct": "1", **problem.shares}
        self.share = [Fraction(shares.get(verdict, "0")) for verdict in VERDICTS]
        self.worth = [_worth(line) for line in problem.lines]
        self.most = sum(self.worth, Fraction(0))
        table = [[worth * share for share in self.share] for worth in self.worth]
        self.unit = math.lcm(*(points.denominator for row in table for points in row))
        large = self.most * self.unit >= 1 << 62  # a unit of many odd fractions: exact all the same
        whole = [[int(points * self.unit) for points in row] for row in table]
        self._said: dict[tuple[str, bool, int], tuple[str, str]] = {}
        self.table = np.array(whole, object if large else np.int64).reshape(-1, len(VERDICTS))

    def of(self, codes: NDArray[np.uint8]) -> NDArray[Any]:
        """The points by line and student, where `codes` has a place in `VERDICTS` for each."""
        return np.take_along_axis(self.table, codes.astype(np.intp), axis=1)

    def scores(self, codes: NDArray[np.uint8]) -> NDArray[Any]:
        """The points of each student."""
        total = np.zeros(codes.shape[1], self.table.dtype)
        for worth, row in zip(self.table, codes, strict=True):
            total += worth[row]
        return total

    def said(self, line: Line, code: int) -> tuple[str, str]:
        """The points of a line, and the most of it, as they are written."""
        if (line.points, line.asked, code) not in self._said:
            worth = _worth(line)
            self._said[line.points, line.asked, code] = str(worth * self.share[code]), str(worth)
        return self._said[line.points, line.asked, code]


def _worth(line: Line) -> Fraction:
    return Fraction(line.points) if line.asked else Fraction(0)
