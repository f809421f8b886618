"""Is a network the same machine as a task? A breadth-first search of their product gives a proof or a counterexample.

A pair is a hidden state of the network with a state of the task that one input sequence leads to. If the outputs agree
at every letter of every pair that can be reached, they agree on every sequence of every length, so the table of pairs
is the proof (Hopcroft and Karp, 1971). If they disagree somewhere, breadth-first order finds a shortest sequence, and
keeping each layer in the order of the sequences that lead there makes it the first of the shortest.

The network is a vectorised callable, a layer is one array, and pairs are packed to a bit per unit, so a machine with a
million states takes seconds. The search knows nothing of weights.
"""

from array import array
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_hw.automata.tasks import Integers, Task, Transition, letters

PAIRS = 1_000_000  # of the product that are explored before the search gives up ...
MEMORY = 2**28  # ... or as many bytes of packed pairs
TABLE = 4096  # moves that a proof lists; beyond, it keeps the counts
_CELLS = 2**22  # bits of hidden states and inputs that the transition is given at a time

Bits = tuple[int, ...]


class Move(NamedTuple):
    """What one letter does to a pair: the pair it leads to, and the output on which both machines agree."""

    letter: Bits
    hidden: Bits
    state: int
    output: int


class Pair(NamedTuple):
    """A row of the proof: a hidden state, the task's state it stands for, and a move for every letter."""

    hidden: Bits
    state: int
    moves: tuple[Move, ...]


class Proof(NamedTuple):
    """The network does the task on every input sequence of every length.

    `pairs` is the table in the order of discovery, and closed if `complete`: every move leads to a row of it. A long
    table is cut after its first rows. `states` counts the hidden states that can be reached, `size` the pairs.
    """

    pairs: tuple[Pair, ...]
    complete: bool
    states: int
    size: int


class Counterexample(NamedTuple):
    """A shortest input sequence whose last output is wrong; the first of them when (0, 0) < (0, 1) < (1, 0) < (1, 1).

    All have one entry per step; `hidden` begins with the state after the first step.
    """

    letters: tuple[Bits, ...]
    got: Bits
    want: Bits
    hidden: tuple[Bits, ...]


class Undecided(NamedTuple):
    """The question was too large to be decided; the reason is for the reader."""

    reason: str


def compare(
    transition: Transition, hidden_units: int, task: Task, start: Sequence[int], limit: int = PAIRS
) -> Proof | Counterexample | Undecided:
    """A proof that the network does `task` from the hidden state `start` on, or a shortest counterexample.

    Undecided if more than `limit` pairs, or `MEMORY` bytes of them, can be reached before an output is wrong.
    """
    code = _Code(hidden_units)
    limit = min(limit, MEMORY // code.width)
    alphabet = letters(task.inputs)
    chunk = max(1, _CELLS // (hidden_units + task.inputs))
    rows = max(1, TABLE // len(alphabet))

    layer = code.pack(np.reshape(np.asarray(start), (1, hidden_units)), np.array([task.start]))
    seen = _Seen(layer)
    table = layer
    parents, taken = array("q", [-1]), array("q", [-1])  # of every pair: from which pair, by which letter
    before = 0  # pairs in the layers before this one
    while len(layer):
        following_layer = []
        for begin in range(0, len(layer) * len(alphabet), chunk):
            end = min(begin + chunk, len(layer) * len(alphabet))
            origin, letter = np.divmod(np.arange(begin, end), len(alphabet))
            hidden, state = code.unpack(layer[origin])
            following, output = transition(hidden, alphabet[letter])
            wrong = np.reshape(output, -1) != task.output[state, letter]
            if wrong.any():
                at = int(np.argmax(wrong))
                word = [int(letter[at])]
                pair = before + int(origin[at])
                while pair:
                    word.append(taken[pair])
                    pair = parents[pair]
                return _counterexample(transition, task, start, word[::-1])
            keys, where = np.unique(code.pack(following, task.next[state, letter]), return_index=True)
            fresh = seen.add(keys)
            where = np.sort(where[fresh])  # back to the order of the sequences
            parents.frombytes((before + origin[where]).tobytes())
            taken.frombytes(letter[where].tobytes())
            if len(taken) > limit:
                return Undecided(f"more than {limit} pairs of a hidden state and a state of the task can be reached")
            following_layer.append(code.pack(following[where], task.next[state[where], letter[where]]))
        before += len(layer)
        layer = np.concatenate(following_layer)
        if len(table) < rows:
            table = np.concatenate([table, layer[: rows - len(table)]])
    return Proof(_pairs(transition, task, code, table), len(table) == before, code.hidden_states(seen.keys()), before)


def _counterexample(transition: Transition, task: Task, start: Sequence[int], word: list[int]) -> Counterexample:
    """The network and the task, run on the letters of `word`."""
    alphabet = letters(task.inputs)
    hidden, state = np.reshape(np.asarray(start, dtype=np.int64), (1, -1)), task.start
    got, want, trace = [], [], []
    for letter in word:
        following, output = transition(hidden, alphabet[[letter]])
        hidden = following.astype(np.int64)
        got.append(int(np.reshape(output, -1)[0]))
        want.append(int(task.output[state, letter]))
        trace.append(_bits(hidden[0]))
        state = int(task.next[state, letter])
    return Counterexample(tuple(_bits(alphabet[letter]) for letter in word), tuple(got), tuple(want), tuple(trace))


def _pairs(transition: Transition, task: Task, code: "_Code", table: NDArray[Any]) -> tuple[Pair, ...]:
    """The rows of a proof for the packed pairs of `table`."""
    alphabet = letters(task.inputs)
    words = [_bits(letter) for letter in alphabet]
    rows = []
    for hidden, state in zip(*code.unpack(table), strict=True):
        following, output = transition(np.repeat(hidden[None], len(alphabet), axis=0), alphabet)
        goals, outputs = task.next[state].tolist(), np.reshape(output, -1)
        moves = (
            Move(word, _bits(row), goal, int(bit))
            for word, row, goal, bit in zip(words, following, goals, outputs, strict=True)
        )
        rows.append(Pair(_bits(hidden), int(state), tuple(moves)))
    return tuple(rows)


def _bits(row: NDArray[Any]) -> Bits:
    return tuple(int(bit) for bit in row)


class _Code:
    """Pairs as sortable keys: two bytes for the task's state, a bit for every hidden unit, filled up to a machine word.

    Beyond 48 units the key is a byte string of fixed width, which numpy sorts and finds like a number.
    """

    def __init__(self, units: int) -> None:
        self.units = units
        self.width = max(8, 2 + (units + 7) // 8)
        self.key = np.dtype(np.uint64) if self.width == 8 else np.dtype(f"S{self.width}")

    def pack(self, hidden: NDArray[Any], state: Integers) -> NDArray[Any]:
        packed = np.zeros((len(state), self.width), dtype=np.uint8)
        packed[:, :2] = state.astype(">u2").view(np.uint8).reshape(-1, 2)
        packed[:, 2 : 2 + (self.units + 7) // 8] = np.packbits(hidden.astype(np.uint8), axis=1)
        return packed.view(self.key).reshape(-1)

    def unpack(self, keys: NDArray[Any]) -> tuple[Integers, Integers]:
        packed = self._bytes(keys)
        state = np.ascontiguousarray(packed[:, :2]).view(">u2").reshape(-1)
        hidden = np.unpackbits(packed[:, 2:], axis=1, count=self.units)
        return hidden.astype(np.int64), state.astype(np.int64)

    def hidden_states(self, keys: NDArray[Any]) -> int:
        """How many different hidden states there are among the pairs."""
        packed = self._bytes(keys).copy()
        packed[:, :2] = 0
        return len(np.unique(packed.view(self.key)))

    def _bytes(self, keys: NDArray[Any]) -> NDArray[np.uint8]:
        return keys.view(np.uint8).reshape(-1, self.width)


class _Seen:
    """A growing set of keys as sorted arrays, each at least twice as long as the next.

    Thus a search of many short layers is as cheap as one of few long ones: adding n keys one by one moves each
    about log2(n) times, where a single sorted array would move all of them every time.
    """

    def __init__(self, keys: NDArray[Any]) -> None:
        self._runs = [keys]

    def add(self, keys: NDArray[Any]) -> NDArray[np.bool_]:
        """Add sorted `keys`, without repetition; which of them are new."""
        fresh = np.ones(len(keys), dtype=np.bool_)
        for run in self._runs:
            place = np.minimum(np.searchsorted(run, keys), len(run) - 1)
            fresh &= run[place] != keys
        added = keys[fresh]
        while self._runs and len(added) and len(self._runs[-1]) < 2 * len(added):
            added = np.sort(np.concatenate([self._runs.pop(), added]), kind="stable")
        if len(added):
            self._runs.append(added)
        return fresh

    def keys(self) -> NDArray[Any]:
        return np.concatenate(self._runs)
