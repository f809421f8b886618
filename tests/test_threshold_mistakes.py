"""Mistakes in the weights of threshold networks: planted in right nets, they are named, and what is named is right.

Whether the weights that are said to do instead really do is decided here by `oracle.py`, on every input up to a length.
"""

import itertools
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import oracle
import pytest

from rnn_hw.automata import Proof
from rnn_hw.checking import check_files
from rnn_hw.diagnose import with_diagnoses
from rnn_hw.kinds.binary_addition import naming
from rnn_hw.kinds.binary_addition.design import DESIGNS
from rnn_hw.kinds.binary_addition.mistakes import ROWS
from rnn_hw.kinds.binary_addition.naming import Found, explained, integers, named
from rnn_hw.kinds.binary_addition.net import Network, equations
from rnn_hw.results import Diagnosis, Report

ROOT = Path(__file__).resolve().parent.parent
EXPECTED = json.loads((ROOT / "tests" / "data" / "expected.json").read_text(encoding="utf-8"))
NAMES = ("U", "W", "b_h", "V", "b_y")
SIZES = [("addition", 2), ("addition", 3), ("subtraction", 2), ("parity", 1), ("parity", 2), ("comparison", 2)]
HABITS = [code for code, row in ROWS.items() if row.tier == 0]

Net = dict[str, Any]
Columns = Sequence[Sequence[int]]


# --- the oracle: every input up to a length ---------------------------------------------------------------------------


def wanted(task: str, columns: Columns) -> int:
    """The last output that is right."""
    numbers = [sum(bit << place for place, bit in enumerate(operand)) for operand in zip(*columns, strict=True)]
    last = len(columns) - 1
    return {
        "addition": lambda: sum(numbers) >> last & 1,
        "subtraction": lambda: numbers[0] - numbers[-1] >> last & 1,
        "parity": lambda: sum(map(sum, columns)) % 2,
        "comparison": lambda: int(numbers[0] > numbers[-1]),
    }[task]()


def is_right(net: Mapping[str, Any], task: str, operands: int, threshold: str = "gt") -> bool:
    """Whether every output is right for every input of up to 5 columns, of 3 where three numbers are added."""
    lists = {name: np.asarray(value).tolist() for name, value in net.items()}
    longest, letters = 3 if operands > 2 else 5, list(itertools.product((0, 1), repeat=operands))

    def go_on(hidden: Sequence[int], columns: tuple[tuple[int, ...], ...]) -> bool:
        for letter in letters:
            following, y = oracle.net_step(lists, hidden, letter, threshold)
            longer = (*columns, letter)
            if y != wanted(task, longer) or (len(longer) < longest and not go_on(following, longer)):
                return False
        return True

    return go_on((0,) * len(lists["b_h"]), ())


# --- planted ----------------------------------------------------------------------------------------------------------


def design(task: str, operands: int) -> Net:
    made = DESIGNS[task](operands)
    return {name: np.asarray(value, dtype=float) for name, value in made.weights(made.units).items()}


def planted(net: Net) -> Iterator[tuple[str, Net]]:
    """Every mistake that has a name, in all its forms, by what a person would have written."""
    units, inputs = net["U"].shape
    yield "no-recurrence", {"W": np.zeros((units, units))}
    yield "weights-transposed", {"W": net["W"].T}
    yield "bias-order", {"b_h": net["b_h"][::-1]}
    if units > 1:
        yield "dense-recurrence", {"W": np.ones((units, units))}
        yield "own-unit", {"W": np.eye(units)}
        yield "output-adds-all", {"V": np.abs(net["V"])}
        for j in range(units):
            yield "other-unit-carried", {"W": np.tile(np.eye(units)[j], (units, 1))}
    if units == inputs:
        yield "weights-exchanged", {"U": net["W"], "W": net["U"]}
    if inputs == 2:
        yield "operands-exchanged", {"U": net["U"][:, ::-1]}
    for name in ("U", "W", "V"):
        yield "matrix-sign", {name: -net[name]}
    for names in (("b_h",), ("b_y",), ("b_h", "b_y")):
        yield "bias-sign", {name: -net[name] for name in names}
    for sign in (-1, 1):
        yield "bias-one-level-off", {"b_h": net["b_h"] + sign}
        yield "bias-on-the-level", {"b_h": net["b_h"] + sign / 2}
        yield "threshold-meaning", {"b_h": net["b_h"] + sign / 2, "b_y": net["b_y"] + sign / 2}
    for j in range(units):
        yield "output-unit-sign", {"V": changed(net["V"], (j,), -net["V"][j])}
        yield "output-unit-left-out", {"V": changed(net["V"], (j,), 0)}


def changed(array: Any, index: tuple[int, ...], value: float) -> Any:
    new = np.array(array)
    new[index] = value
    return new


def found(net: Mapping[str, Any], task: str, operands: int, threshold: str = "gt") -> list[Found]:
    """What is named, each of it judged by the oracle."""
    wrong = integers(net, threshold, DESIGNS[task](operands).task)
    assert wrong is not None
    named = explained(equations(threshold), wrong)
    for row, undone in named:
        assert is_right({**wrong.weights, **undone.changed}, task, operands, threshold), (row.code, undone)
    return named


def codes(named: Sequence[Found]) -> list[str]:
    return [row.code for row, _ in named]


@pytest.mark.parametrize("threshold", ["gt", "ge"])
@pytest.mark.parametrize(("task", "operands"), SIZES)
def test_a_planted_habit_is_named(task: str, operands: int, threshold: str) -> None:
    net, seen = design(task, operands), set()
    for code, change in planted(net):
        if not is_right(net | change, task, operands, threshold):
            seen.add(code)
            assert code in codes(found(net | change, task, operands, threshold)), (code, change)
    assert len(seen) >= 8, seen


def test_every_habit_was_planted_and_is_wrong_somewhere() -> None:
    wrong = {
        code
        for task, operands in SIZES
        for code, change in planted(design(task, operands))
        if not is_right(design(task, operands) | change, task, operands)
    }
    assert wrong == set(HABITS) - {"weights-exchanged"}  # no design has as many inputs as units


def test_exchanged_matrices_of_one_shape() -> None:
    """Comparison with a second unit that is idle."""
    two = {"U": [[1, -1], [0, 0]], "W": [[1, 0], [0, 0]], "b_h": [-0.5, -0.5], "V": [1, 0], "b_y": -0.5}
    square = {name: np.array(value, dtype=float) for name, value in two.items()}
    assert is_right(square, "comparison", 2)
    swapped = square | {"U": square["W"], "W": square["U"]}
    assert not is_right(swapped, "comparison", 2)
    assert "weights-exchanged" in codes(found(swapped, "comparison", 2))


@pytest.mark.parametrize(("task", "operands"), [size for size in SIZES if size != ("addition", 3)])
def test_one_changed_entry_is_named(task: str, operands: int) -> None:
    """Where no habit explains it as well, the very entry is among those named."""
    net, alone = design(task, operands), 0
    for name in NAMES:
        for index in np.ndindex(net[name].shape):
            for step in (-1, 0.5, 2):
                change = {name: changed(net[name], index, net[name][index] + step)}
                if is_right(net | change, task, operands):
                    continue
                told = found(net | change, task, operands)
                if told[0][0].tier == 0:
                    continue
                assert {row.code for row, _ in told} == {"one-weight"}
                assert any(differing(undone.changed, net | change) == {(name, index)} for _, undone in told)
                alone += 1
    assert alone >= 5


def differing(change: Mapping[str, Any], net: Net) -> set[tuple[str, tuple[int, ...]]]:
    """The entries that a change leaves unlike the net."""
    wrong = integers(net, "gt", DESIGNS["addition"](2).task)
    assert wrong is not None
    return {
        (name, i) for name in change for i in np.ndindex(net[name].shape) if change[name][i] != wrong.weights[name][i]
    }


@pytest.mark.parametrize(("task", "operands"), [("addition", 2), ("subtraction", 2), ("parity", 2)])
def test_one_changed_unit_is_named(task: str, operands: int) -> None:
    net, random, units = design(task, operands), np.random.default_rng(7), 0
    for j in [*range(3)] * 3:
        row = random.integers(-2, 3, 2 + 3)
        change = {"U": changed(net["U"], (j,), row[:2]), "W": changed(net["W"], (j,), row[2:])}
        change |= {"b_h": changed(net["b_h"], (j,), random.integers(-3, 3) + 0.5)}
        change |= {"V": changed(net["V"], (j,), random.integers(-2, 3))}
        told = [] if is_right(net | change, task, operands) else found(net | change, task, operands)
        if told and told[0][0].code == "one-unit":
            assert any(undone.has.startswith(f"h_{j + 1} reads") for _, undone in told)
            units += 1
    assert units >= 5


# --- nothing to say ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("threshold", ["gt", "ge"])
@pytest.mark.parametrize(("task", "operands"), SIZES)
def test_a_right_net_gets_none(task: str, operands: int, threshold: str) -> None:
    assert not found(design(task, operands), task, operands, threshold)


@pytest.mark.parametrize("number", range(6))
def test_every_class_of_right_adders_gets_none(number: int) -> None:
    net = EXPECTED["adder"]["half_integer_2.5_representatives"][number]
    weights = {"V": net["v"]} | {name: net[name] for name in ("U", "W", "b_h", "b_y")}
    assert not found({name: np.array(value) for name, value in weights.items()}, "addition", 2)


def test_a_random_net_that_no_single_entry_mends_gets_none() -> None:
    random, none = np.random.default_rng(11), 0
    for _ in range(15):
        net = {name: random.integers(-2, 3, value.shape) + 0.0 for name, value in design("addition", 2).items()}
        begun = time.perf_counter()
        told = found(net, "addition", 2)
        assert time.perf_counter() - begun < 2  # some hundredths of a second
        mends = any(
            oracle.shortest_failure({**lists(net), name: changed(net[name], index, half / 2).tolist()}) is None
            for name in NAMES
            for index in np.ndindex(net[name].shape)
            for half in range(-6, 7)
        )
        assert bool(told) >= mends
        none += not told
    assert none >= 10


def lists(net: Net) -> dict[str, Any]:
    return {name: value.tolist() for name, value in net.items()}


def test_two_things_wrong_are_not_named() -> None:
    net = design("addition", 2) | {"W": np.ones((3, 3)), "V": np.array([1.0, 1.0, 2.0])}
    assert not found(net, "addition", 2)


@pytest.mark.parametrize(("operands", "more"), [(2, 5), (2, 37), (4, 0), (8, 0)])
def test_large_nets_do_not_hang(operands: int, more: int) -> None:
    made = DESIGNS["addition"](operands)
    right = made.weights(made.units + more)
    random = np.random.default_rng(5)
    for net in (
        right | {"W": np.ones_like(right["W"])},
        {n: random.integers(-2, 3, w.shape) + 0.5 for n, w in right.items()},
    ):
        wrong = integers(net, "gt", made.task)
        assert wrong is not None
        begun = time.perf_counter()
        told = explained(equations("gt"), wrong)
        assert time.perf_counter() - begun < 5  # some tenths of a second
        for _, undone in told:
            mended = Network.of(equations("gt"), {**wrong.weights, **undone.changed})
            assert isinstance(mended.does(made.task), Proof)
        assert codes(told) == (["dense-recurrence"] if (net["W"] == 1).all() else [])


def test_nets_beyond_all_bounds_are_left_alone() -> None:
    made = DESIGNS["addition"](2)
    assert integers(made.weights(41), "gt", made.task) is None
    assert integers(made.weights(3) | {"b_y": np.array(Fraction(1, 2**50), dtype=object)}, "gt", made.task) is None


# --- what is said -----------------------------------------------------------------------------------------------------


def diagnosed(task: str, operands: int, net: Mapping[str, Any], threshold: str = "gt") -> Diagnosis:
    (diagnosis,) = named(DESIGNS[task](operands), equations(threshold), threshold, None, net)
    return diagnosis


def test_which_entry_it_is_and_what_would_do() -> None:
    net = design("addition", 2)
    diagnosis = diagnosed("addition", 2, net | {"b_y": np.array(0.0), "U": changed(net["U"], (1, 0), 3)})
    assert diagnosis.mistake == "one-weight"
    assert diagnosis.place == ("U",)
    assert diagnosis.message.startswith("U, row 2, column 1 (h_2 reads x_1) is 3: ")
    assert "right for inputs of every length: there is a proof" in diagnosis.reveals
    assert "it is 1" in diagnosis.reveals
    assert "it is 1" not in diagnosis.message


def test_ties_are_reported_as_ties() -> None:
    """All ones in V: alternating signs, or the sign of h_2, come to the same."""
    diagnosis = diagnosed("addition", 2, design("addition", 2) | {"V": np.ones(3)})
    assert diagnosis.mistake == "output-adds-all"
    assert diagnosis.alternatives == (
        "one unit with the other sign in the output: h_2 has the weight 1 [output-unit-sign]",
    )


def test_many_ties_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tie of the test above, with room for none."""
    monkeypatch.setattr(naming, "ALTERNATIVES", 0)
    diagnosis = diagnosed("addition", 2, design("addition", 2) | {"V": np.ones(3)})
    assert diagnosis.alternatives == ("1 more of this kind",)


def test_a_turned_matrix_that_does_not_fit_is_named() -> None:
    net = design("addition", 2)
    turned = diagnosed("addition", 2, net | {"U": net["U"].T})
    assert (turned.mistake, turned.place) == ("weights-transposed", ("U",))
    swapped = diagnosed("addition", 2, net | {"U": net["W"], "W": net["U"]})
    assert (swapped.mistake, swapped.place) == ("weights-exchanged", ("U", "W"))
    broken = net | {"U": net["U"].T, "V": np.zeros(3)}
    assert not named(DESIGNS["addition"](2), equations("gt"), "gt", None, broken)
    assert not named(DESIGNS["addition"](2), equations("gt"), "gt", None, net | {"W": None})


def test_thirds_are_shown_as_they_are() -> None:
    net = {name: np.vectorize(Fraction, otypes=[object])(value) for name, value in design("addition", 2).items()}
    third = changed(net["V"], (2,), 0)
    third[2] = Fraction(1, 3)
    assert "is 1/3" in diagnosed("addition", 2, net | {"V": third}).message


# --- whole sheets -----------------------------------------------------------------------------------------------------


def report(name: str, also: Callable[..., Any] | None = with_diagnoses) -> Report:
    (made,) = check_files([str(ROOT / "problems" / "answers" / name)], also=also)
    assert isinstance(made, Report)
    return made


@pytest.mark.parametrize(
    ("sheet", "id", "words", "code"),
    [
        ("000_question_1.yaml", "000.Q1.W", "dense-recurrence", "dense-recurrence"),
        ("000_question_1_expanded.yaml", "000.Q1.h1_expanded", "expansion-uses-own-unit", "own-unit"),
    ],
)
def test_the_two_sheets(sheet: str, id: str, words: str, code: str) -> None:
    """expected.json tells the mistake in its own words, and the replacement of W that is right."""
    entry = next(entry for entry in EXPECTED["entries"] if entry["id"] == id)
    assert words in entry["mistake"]
    (diagnosis,) = report(sheet).diagnoses
    assert (diagnosis.mistake, diagnosis.explains, diagnosis.place) == (code, ("W",), ("W",))
    assert not diagnosis.alternatives
    right = EXPECTED["adder"]["W_given_student_rest_in_-1..1"][0]
    row = " ".join(map(str, right[0]))
    assert right == [right[0]] * 3
    assert f"every row of W is {row}, " in diagnosis.reveals
    assert row not in repr(diagnosis._replace(reveals=""))


def test_without_hints_nothing_is_looked_for() -> None:
    plain = report("000_question_1.yaml", None)
    assert not plain.diagnoses
    assert not plain.searched
    assert repr(plain.verdicts) == repr(report("000_question_1.yaml").verdicts)


def test_rows_are_complete() -> None:
    for code, row in ROWS.items():
        assert row.code == code
        assert all((row.title, row.reason, row.mend))
        assert not any(text.endswith(".") for text in (row.title, row.reason, row.mend))
