"""A wrong net -> the mistakes behind it: those of the catalogue that, undone alone, leave a net that is proved right.

Every candidate is run on the input that fails, then on some words more, by the equations themselves with the candidates
as a batch; what comes through is proved like any other net. All of it is bounded: a large net gets fewer candidates and
shorter proofs, and where these are not enough, nothing is said.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, islice

import numpy as np
from numpy.typing import NDArray

from rnn_hw.automata import PARAMETERS, Counterexample, Proof, Task, answered, common_denominator, fractions
from rnn_hw.kinds.binary_addition.design import Design
from rnn_hw.kinds.binary_addition.judging import shaped
from rnn_hw.kinds.binary_addition.mistakes import ROWS, Mistake
from rnn_hw.kinds.binary_addition.net import Integers, Network, sequence
from rnn_hw.kinds.binary_addition.wrong import Undone, Wrong
from rnn_hw.kinds.kind import Array
from rnn_hw.lang.evaluate import Stack, evaluate
from rnn_hw.lang.tree import Program
from rnn_hw.results import Diagnosis

LARGEST = 2**40  # weight, as an integer: with units below, no sum can overflow
MOST_UNITS = 40
NUMBERS = 500_000  # weights of all candidates together
WORDS, STEPS = 8, 24  # that candidates are tried on before they are proved
PROOFS = 60
PAIRS, WORK = 5000, 20_000_000  # of a proof; the work counts the weights that are added up
ALTERNATIVES = 4

Found = tuple[Mistake, Undone]


def named(
    design: Design, program: Program, threshold: str, hidden: int | None, answers: Mapping[str, Array | None]
) -> tuple[Diagnosis, ...]:
    """The mistake behind the weights given, with the others that would explain them as well; none if there is none.

    The lines that it explains are left open: only the verdicts tell which these are.
    """
    arrays = {name: array for name in PARAMETERS if (array := answers.get(name)) is not None}
    if len(arrays) < len(PARAMETERS):
        return ()
    weights, misshapen = shaped(arrays, design.task.inputs, hidden)
    if misshapen:
        found = list(_turned(design, program, hidden, arrays))
    else:
        wrong = integers(weights, threshold, design.task)
        found = explained(program, wrong) if wrong is not None else []
    return (_in_words(found),) if found else ()


def integers(weights: Mapping[str, Array], threshold: str, task: Task) -> Wrong | None:
    """The weights in whole multiples of a common unit, `None` if these are too large or too many."""
    if len(weights["b_h"]) > MOST_UNITS:
        return None
    exact = [fractions(weights[name]) for name in PARAMETERS]
    one = 2 * common_denominator(exact)
    if one * max(3, *(abs(w) for array in exact for w in array.flat)) > LARGEST:
        return None
    U, W, b_h, V, b_y = (np.asarray(array * one).astype(np.int64) for array in exact)
    return Wrong(U, W, b_h, V, b_y, one, threshold, task)


def explained(program: Program, wrong: Wrong) -> list[Found]:
    """The mistakes of the first tier that has some, each in the form that comes first; none where the net is right."""
    network = Network.of(program, wrong.weights)
    failure = network.does(wrong.task, _limit(network, wrong.task))
    if not isinstance(failure, Counterexample):
        return []
    for _, rows in groupby(sorted(ROWS.values(), key=lambda row: row.tier), key=lambda row: row.tier):
        found = list(_proved(network, wrong.task, _passing(network, wrong.task, _candidates(wrong, rows), failure)))
        if found:
            return found
    return []


# --- the search -------------------------------------------------------------------------------------------------------


def _candidates(wrong: Wrong, rows: Iterator[Mistake]) -> list[Found]:
    """What the rows yield, as many as there is room for; the net itself is no candidate."""
    room = NUMBERS // sum(array.size for array in wrong.weights.values())
    every = ((row, undone) for row in rows for undone in islice(row.undone(wrong), room))
    return [
        (row, undone) for row, undone in every if any((wrong.weights[n] != w).any() for n, w in undone.changed.items())
    ]


def _passing(network: Network, task: Task, candidates: list[Found], failure: Counterexample) -> list[Found]:
    """The candidates that are right on the input that fails and on some more words."""
    random = np.random.default_rng(task.inputs)
    for words in (np.array(failure.letters)[:, None], random.integers(0, 2, (STEPS, WORDS, task.inputs))):
        if candidates:
            right = _right(network, task, [undone for _, undone in candidates], words)
            candidates = [one for one, passes in zip(candidates, right, strict=True) if passes]
    return candidates


def _right(network: Network, task: Task, candidates: Sequence[Undone], words: Integers) -> NDArray[np.bool_]:
    """Which candidates put out what the task does on all the words (T, N, D)."""
    batch = {
        name: np.stack([undone.changed.get(name, own) for undone in candidates])
        if any(name in undone.changed for undone in candidates)
        else own
        for name, own in network.weights.items()
    }
    start = np.zeros((1, 1, 1, network.hidden), dtype=np.int64)
    states = {"x": Stack(words[:, :, None], 1), "h": Stack(start, 0)}
    result = evaluate(network.program, {**batch, **states}, network.shapes, len(words), dtype=np.int64)
    right: NDArray[np.bool_] = (sequence(result, "y") == answered(task, words)[:, :, None]).all(axis=(0, 1))
    return right


def _proved(network: Network, task: Task, candidates: Sequence[Found]) -> Iterator[Found]:
    """The candidates that do the task for inputs of every length, the first for each thing that is said of the net."""
    said = set()
    for row, undone in candidates[:PROOFS]:
        if (row.code, undone.has) not in said and _does(_undone(network, undone), task):
            said.add((row.code, undone.has))
            yield row, undone


def _undone(network: Network, undone: Undone) -> Network:
    return network._replace(weights={**network.weights, **undone.changed})


def _does(network: Network, task: Task) -> bool:
    return isinstance(network.does(task, _limit(network, task)), Proof)


def _limit(network: Network, task: Task) -> int:
    """The pairs of states that a proof may have, so that it takes about the same time for nets of all sizes."""
    weights = sum(np.size(array) for array in network.weights.values())
    return int(min(PAIRS, WORK // (2**task.inputs * weights) + 1))


def _turned(design: Design, program: Program, hidden: int | None, arrays: Mapping[str, Array]) -> Iterator[Found]:
    """Matrices that do not fit as they are, and make a net that is proved right when they are turned or exchanged."""
    U, W = arrays["U"], arrays["W"]
    for code, undone in (
        ("weights-transposed", Undone("the columns of U are its rows", "U is transposed", {"U": U.T})),
        ("weights-exchanged", Undone("U has the shape of W, and W that of U", "they are exchanged", {"U": W, "W": U})),
    ):
        weights, misshapen = shaped({**arrays, **undone.changed}, design.task.inputs, hidden)
        if not misshapen and _does(Network.of(program, weights), design.task):
            yield ROWS[code], undone


# --- in words ---------------------------------------------------------------------------------------------------------


def _in_words(found: Sequence[Found]) -> Diagnosis:
    """The first, and the others as what explains the weights equally well."""
    (row, undone), *others = found
    alternatives = [f"{other.title}: {else_.has} [{other.code}]" for other, else_ in others[:ALTERNATIVES]]
    if len(others) > ALTERNATIVES:
        alternatives.append(f"{len(others) - ALTERNATIVES} more of this kind")
    right = "and nothing else is changed, the net is right for inputs of every length: there is a proof"
    return Diagnosis(
        row.code,
        row.title,
        (),
        f"{undone.has}: {row.reason}",
        tuple(alternatives),
        tuple(name for name in PARAMETERS if name in undone.changed),
        mend=row.mend,
        reveals=f"if {undone.instead}, {right}",
    )
