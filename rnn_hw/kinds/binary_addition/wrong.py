"""A wrong net as the catalogue of mistakes sees it, and what it would be with one thing put right: records only.

Weights are integers here, in units that all of them have in common: many candidates are tried at once, and none is rounded.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_hw.automata import Task

Integers = NDArray[Any]


class Wrong(NamedTuple):
    """A wrong net: its weights as integers, in units of 1/`one`; `one` is even, so that half a step is an integer too."""

    U: Integers
    W: Integers
    b_h: Integers
    V: Integers
    b_y: Integers
    one: int
    threshold: str
    task: Task

    @property
    def units(self) -> int:
        return len(self.b_h)

    @property
    def weights(self) -> dict[str, Integers]:
        return {"U": self.U, "W": self.W, "b_h": self.b_h, "V": self.V, "b_y": self.b_y}

    def shown(self, weight: Any) -> str:
        """A weight as people write it: `−0.5`, `1/3`."""
        exact = Fraction(int(weight), self.one)
        decimal = f"{float(exact):g}"
        return (decimal if Fraction(decimal) == exact else str(exact)).replace("-", "−")

    def row(self, weights: Integers) -> str:
        return " ".join(map(self.shown, np.atleast_1d(weights)))


class Undone(NamedTuple):
    """One thing put right: what the net has, what would do instead, and the parameters that are then others."""

    has: str
    instead: str
    changed: Mapping[str, Integers]
