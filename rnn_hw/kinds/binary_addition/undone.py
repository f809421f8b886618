"""A wrong net's weights with one thing put right: what each mistake of the catalogue leaves behind, taken back.

A function here sees nothing but the weights. It looks for the marks of its mistake, a `W` of all ones, say, and yields
the weights without it, the likeliest first; whether these do the task is proved elsewhere. Mistakes that leave no mark
behind, such as a sign, are taken back wherever that changes something.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any

import numpy as np

from rnn_hw.automata import fractions, unit_repairs
from rnn_hw.automata.candidates import REACH
from rnn_hw.kinds.binary_addition.wrong import Integers, Undone, Wrong

MOST_ROWS = 1000  # that all units may have in common


Undo = Callable[[Wrong], Iterator[Undone]]


# --- what is remembered -----------------------------------------------------------------------------------------------


def dense(net: Wrong) -> Iterator[Undone]:
    """`W` is the same everywhere: some of the units in every row."""
    first = net.W.flat[0]
    if net.units > 1 and first and np.ptp(net.W) == 0:
        yield from _common(net, f"every entry of W is {net.shown(first)}", abs(first))


def own(net: Wrong) -> Iterator[Undone]:
    """`W` is a multiple of the identity: some of the units in every row."""
    first = net.W.flat[0]
    if net.units > 1 and first and np.array_equal(net.W, first * np.eye(net.units)):
        yield from _common(net, f"W has {net.shown(first)} on its diagonal and 0 elsewhere", abs(first))


def forgotten(net: Wrong) -> Iterator[Undone]:
    """`W` is zero: some of the units in every row."""
    if not net.W.any():
        yield from _common(net, "every entry of W is 0", net.one)


def elsewhere(net: Wrong) -> Iterator[Undone]:
    """All rows of `W` are alike: other units in every row."""
    row = net.W[0]
    if np.ptp(row) and not np.ptp(net.W, axis=0).any():
        yield from _common(net, f"every row of W is {net.row(row)}", np.abs(row).max())


def _common(net: Wrong, has: str, weight: int) -> Iterator[Undone]:
    """All rows of `W` alike, each reading some of the units, few of them first; in large nets one, or every other."""
    signs = (0, 1, -1) if 3**net.units <= MOST_ROWS else (0, 1)
    if len(signs) ** net.units <= MOST_ROWS:
        rows = np.array(list(product(signs, repeat=net.units)))
        rows = rows[np.lexsort([(rows < 0).sum(axis=1), (rows != 0).sum(axis=1)])]
    else:
        odd = np.arange(net.units) % 2
        rows = np.array([*np.eye(net.units, dtype=int), odd, 1 - odd, 1 - 2 * odd, 2 * odd - 1])
    for row in rows * weight:
        yield Undone(has, f"every row of W is {net.row(row)}", {"W": np.tile(row, (net.units, 1))})


# --- whole parameters -------------------------------------------------------------------------------------------------


def transposed(net: Wrong) -> Iterator[Undone]:
    """`W` transposed, and `U` where it is square."""
    yield Undone("the columns of W are its rows", "W is transposed", {"W": net.W.T})
    if net.U.shape[0] == net.U.shape[1]:
        yield Undone("the columns of U are its rows", "U is transposed", {"U": net.U.T})


def exchanged(net: Wrong) -> Iterator[Undone]:
    """`U` and `W` exchanged, where they have the same shape."""
    if net.U.shape == net.W.shape:
        yield Undone("U has the weights of h[t-1], W those of x[t]", "they are exchanged", {"U": net.W, "W": net.U})


def operands(net: Wrong) -> Iterator[Undone]:
    """The columns of `U` exchanged, where there are two."""
    if net.U.shape[1] == 2:
        yield Undone("the columns of U stand in each other's place", "they are exchanged", {"U": net.U[:, ::-1]})


def matrix_sign(net: Wrong) -> Iterator[Undone]:
    """All of `U`, of `W` or of `V` with the other sign."""
    for name in ("U", "W", "V"):
        yield Undone(f"all of {name} has the other sign", f"all of {name} changes its sign", {name: -net.weights[name]})


def bias_sign(net: Wrong) -> Iterator[Undone]:
    """The biases with the other sign: those of the units, that of the output, or all."""
    for names in (("b_h",), ("b_y",), ("b_h", "b_y")):
        has = f"{' and '.join(names)} ha{'s' if len(names) == 1 else 've'} the sign of a threshold"
        yield Undone(has, "the sign is the other one", {name: -net.weights[name] for name in names})


def bias_order(net: Wrong) -> Iterator[Undone]:
    """The units' biases from the last to the first."""
    yield Undone(f"b_h is {net.row(net.b_h)}", "b_h has the reverse order", {"b_h": net.b_h[::-1]})


def on_the_level(net: Wrong) -> Iterator[Undone]:
    """Whole biases, half a step away from where they do not matter."""
    if (net.b_h % net.one).any():
        return
    for names in (("b_h",), ("b_h", "b_y")):
        if not any((net.weights[name] % net.one).any() for name in names):
            yield from _shifted(net, names, net.one // 2, "half a step", "whole numbers")


def one_level_off(net: Wrong) -> Iterator[Undone]:
    """The units' biases a whole step lower or higher."""
    yield from _shifted(net, ("b_h",), net.one, "a whole step", "off by one level")


def _shifted(net: Wrong, names: tuple[str, ...], step: int, how_far: str, has: str) -> Iterator[Undone]:
    which = " and ".join(names)
    for sign, where in ((-1, "lower"), (1, "higher")):
        changed = {name: net.weights[name] + sign * step for name in names}
        yield Undone(f"the biases {which} are {has}", f"{which} {_are(names)} {how_far} {where}", changed)


def _are(names: tuple[str, ...]) -> str:
    return "is" if len(names) == 1 else "are"


def meant_the_other_way(net: Wrong) -> Iterator[Undone]:
    """Units that fire at z >= 0: every pre-activation is a multiple of 1/`one` times two, and half of that decides."""
    sign, meant, asked = (1, "z ≥ 0", "z > 0") if net.threshold == "gt" else (-1, "z > 0", "z ≥ 0")
    has = f"the problem's units fire at {asked}"
    yield Undone(has, f"they fire at {meant}", {"b_h": net.b_h + sign, "b_y": net.b_y + sign})


# --- the output -------------------------------------------------------------------------------------------------------


def adds_all(net: Wrong) -> Iterator[Undone]:
    """`V` is the same everywhere: alternating signs."""
    first = net.V[0]
    if net.units > 1 and first and np.ptp(net.V) == 0:
        signs = (-1) ** np.arange(net.units)
        for V in (abs(first) * signs, -abs(first) * signs):
            yield Undone(f"V is {net.row(net.V)}", f"V is {net.row(V)}", {"V": V})


def unit_sign(net: Wrong) -> Iterator[Undone]:
    """One entry of `V` with the other sign."""
    for j in np.flatnonzero(net.V):
        V = _with(net.V, (j,), -net.V[j])
        yield Undone(f"h_{j + 1} has the weight {net.shown(net.V[j])}", f"it has {net.shown(V[j])}", {"V": V})


def left_out(net: Wrong) -> Iterator[Undone]:
    """One entry of `V` that is zero: as large as the largest."""
    size = np.abs(net.V).max() or net.one
    for j in np.flatnonzero(net.V == 0):
        for weight in (size, -size):
            has = f"h_{j + 1} has the weight 0"
            yield Undone(has, f"it has {net.shown(weight)}", {"V": _with(net.V, (j,), weight)})


# --- one entry, one unit ----------------------------------------------------------------------------------------------


def entry(net: Wrong) -> Iterator[Undone]:
    """Every entry in half steps from -3 to 3, and as far from what it is; likely slips of all entries first."""
    half = net.one // 2
    steps = half * np.arange(-REACH, REACH + 1)
    found = []
    for name in ("U", "W", "b_h", "V", "b_y"):
        for index, weight in np.ndenumerate(net.weights[name]):
            values = {-weight, *steps.tolist(), *(weight + steps).tolist()} - {weight}
            order = sorted(values, key=lambda v: (v != -weight, (v - weight) % net.one != 0, abs(v - weight), v))
            found += [(rank, name, index, value) for rank, value in enumerate(order)]
    for _, name, index, value in sorted(found, key=lambda one: one[0]):
        weights = net.weights[name]
        has = f"{_entry(name, index)} is {net.shown(weights[index])}"
        yield Undone(has, f"it is {net.shown(value)}", {name: _with(weights, index, value)})


def _entry(name: str, index: tuple[int, ...]) -> str:
    """`W, row 2, column 1 (h_1 read by h_2)`."""
    place = [i + 1 for i in index]
    if not place:
        return name
    if len(place) == 1:
        return f"{name}, entry {place[0]} ({'the bias of' if name == 'b_h' else 'the output reads'} h_{place[0]})"
    return f"{name}, row {place[0]}, column {place[1]} (h_{place[0]} reads {'x' if name == 'U' else 'h'}_{place[1]})"


def _with(weights: Integers, index: tuple[Any, ...], value: Any) -> Integers:
    changed = weights.copy()
    changed[index] = value
    return changed


def unit(net: Wrong) -> Iterator[Undone]:
    """All of one unit; of a net with one unit that would be all there is."""
    if net.units == 1:
        return
    U, W, b_h, V, b_y = (fractions(weights) / net.one for weights in net.weights.values())
    for found in unit_repairs(U, W, b_h, V, b_y, net.threshold, net.task, (0,) * net.units):
        j, changed = found.unit, {}
        for name in ("U", "W", "b_h", "V"):
            changed[name] = _with(net.weights[name], (j,), np.asarray(getattr(found, name) * net.one).astype(int))
        yield Undone(_unit(net, j, net.weights), _unit(net, j, changed), changed)


def _unit(net: Wrong, j: int, weights: Mapping[str, Integers]) -> str:
    reads, remembers, bias, weight = (net.row(weights[name][j]) for name in ("U", "W", "b_h", "V"))
    return (
        f"h_{j + 1} reads x with {reads} and h with {remembers}, its bias is {bias}, its weight in the output {weight}"
    )
