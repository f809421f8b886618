"""What happened to a whole array: transposed, of the wrong sign, in another order, scaled. Told, never marked."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_hw.checking.tolerance import within

Array = NDArray[Any]
FACTORS = ((10.0, "ten times"), (0.1, "a tenth of"), (100.0, "a hundred times"), (0.01, "a hundredth of"),
           (2.0, "twice"), (0.5, "half of"))  # fmt: skip
TELLING = 0.05  # half a unit may be this share of the number: `0.01` is twice, three and five times 0.003


def slip(given: Array | None, true: Array, half_unit: Array | None) -> str:
    """One sentence, or nothing; it gives the true value away. `half_unit` is that of each given number's last place."""
    if given is None or half_unit is None:
        return ""
    room = np.minimum(half_unit, 0.05)

    def same(other: Array, room: Array = room) -> bool:
        return other.shape == given.shape and bool(within(given, other, room).all())

    if true.ndim == 2 and true.shape != (1, 1) and same(true.T):
        return "it is the transpose of the true value"
    if given.shape != true.shape or not true.any() or not given.any():
        return ""
    if same(-true):
        return "it has the opposite sign" if true.size == 1 else "every entry has the opposite sign"
    if true.size > 1 and within(np.sort(given, None), np.sort(true, None), room.max()).all():
        return "these are the true entries in another order"
    if room.max() > TELLING * np.abs(given).max():
        return ""
    for factor, words in FACTORS:
        if same(factor * true):
            return f"it is {words} the true value"
    return ""
