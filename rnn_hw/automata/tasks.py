"""What a network of threshold units can be asked to do, as Mealy machines with one output bit per step.

Only the machines: no network, no search. A task is a small table, so a new one is one function and one row of `TASKS`.
Numbers come in with the least significant bit first, and every step is judged: a network that is right at every step is
right however many zeros the numbers are padded with.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]

MAX_INPUTS = 16  # input bits per step: the tables have a column for each of the 2**inputs letters


class Task(NamedTuple):
    """A Mealy machine: `next[state, letter]` is a state and `output[state, letter]` a bit.

    A letter is the input bits of one step read as a binary number, x1 being its most significant bit, so that counting
    through the letters gives (0, 0), (0, 1), (1, 0), (1, 1).
    """

    name: str
    inputs: int
    start: int
    next: Integers
    output: Integers


def letters(inputs: int) -> Integers:
    """The input bits of every letter, one row each, in the order of the letters.

    >>> letters(2).tolist()
    [[0, 0], [0, 1], [1, 0], [1, 1]]
    """
    if not 1 <= inputs <= MAX_INPUTS:
        raise ValueError(f"a task has 1 to {MAX_INPUTS} input bits per step, not {inputs}")
    shifts = np.arange(inputs - 1, -1, -1)
    return np.arange(2**inputs)[:, None] >> shifts & 1


def answered(task: Task, words: Integers) -> Integers:
    """What the task puts out on several words of the same length: (T, N, D) input bits to (T, N).

    >>> answered(addition(), np.array([[[1, 1], [0, 1]], [[0, 0], [0, 1]]])).tolist()
    [[0, 1], [1, 1]]
    """
    index = words @ (1 << np.arange(task.inputs)[::-1])
    state = np.full(words.shape[1], task.start)
    outputs = np.empty_like(index)
    for step, letter in enumerate(index):
        outputs[step] = task.output[state, letter]
        state = task.next[state, letter]
    return outputs


def addition(operands: int = 2) -> Task:
    """The sum of `operands` numbers; the state is the carry, 0 to `operands` - 1.

    >>> addition().next[1].tolist(), addition().output[1].tolist()
    ([0, 1, 1, 1], [1, 0, 0, 1])
    """
    carry = np.arange(operands)[:, None]
    total = letters(operands).sum(axis=1) + carry
    return Task("addition", operands, 0, total >> 1, total & 1)


def subtraction() -> Task:
    """The first number minus the second, in two's complement; the state is the borrow.

    Where the second number is the greater, the padding zeros bring ones without end, as two's complement does.
    """
    x1, x2 = letters(2).T
    difference = x1 - x2 - np.arange(2)[:, None]
    return Task("subtraction", 2, 0, (difference < 0).astype(np.int64), difference & 1)


def parity(inputs: int = 1) -> Task:
    """1 after every step up to which an odd number of ones came in, over all inputs together."""
    following = (letters(inputs).sum(axis=1) + np.arange(2)[:, None]) & 1
    return Task("parity", inputs, 0, following, following)


def comparison() -> Task:
    """1 after every step up to which the first number is greater than the second.

    The latest bit is the most significant one so far: it decides, unless the two are equal there.
    """
    x1, x2 = letters(2).T
    following = np.where(x1 == x2, np.arange(2)[:, None], x1 > x2).astype(np.int64)
    return Task("comparison", 2, 0, following, following)


TASKS: Mapping[str, Callable[..., Task]] = {
    "addition": addition,
    "subtraction": subtraction,
    "parity": parity,
    "comparison": comparison,
}

# From n hidden states (n, H) and n input vectors (n, D), zeros and ones in int64, to the next hidden states (n, H) and
# the outputs (n,) or (n, 1), zeros and ones of any type.
Transition = Callable[[Integers, Integers], tuple[NDArray[Any], NDArray[Any]]]
