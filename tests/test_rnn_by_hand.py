"""`rnn_by_hand`: the homework's numbers under each reading, finite differences, plain loops, and what is refused."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from rnn_hw import check, load_problem, solve
from rnn_hw.errors import HomeworkError
from rnn_hw.kinds.rnn_by_hand.training import STRETCH
from rnn_hw.problem import Problem
from rnn_hw.results import Table, Trace

Array = NDArray[np.float64]
ROOT = Path(__file__).resolve().parent.parent
EXPECTED = json.loads((ROOT / "tests" / "data" / "expected.json").read_text(encoding="utf-8"))
NUMBERS = EXPECTED["numbers"]["003"]
ROWS = {row["id"]: row for row in EXPECTED["entries"] if row["id"].startswith("003.")}
SHEET = ROOT / "problems" / "answers" / "003.yaml"

HOMEWORK: dict[str, Any] = {
    "W_a": 1, "W_x": 1, "x": [[1, 0, 0], [0, 1, 1], [1, 1, 1]], "y": [1, 2, 3], "a[0]": 0, "learning_rate": 1,
}  # fmt: skip
# Rows with a number; the formulas of the sheet are judged as formulas.
VALUE_ROWS = [i for i in ROWS if re.fullmatch(r"003\.(forward\..*|loss|[ab]|[c-f]\.value)", i)]
LETTERS = {"a": "dW_x[3]", "b": "dW_a[3]", "c": "dW_x[2]", "d": "dW_a[2]", "e": "dW_x[1]", "f": "dW_a[1]"}
# A reading of expected.json -> the fields that ask for it, and what its rows call it.
READINGS: dict[str, tuple[dict[str, Any], str]] = {
    "unrounded tanh values, linear state": ({"backward": "linear"}, "unrounded tanh"),
    "tanh throughout (true gradient)": ({"backward": True}, "tanh forward and tanh derivative"),
    "linear throughout": ({"activation": "identity"}, "linear forward and backward"),
}


def problem(folder: Path, given: Mapping[str, Any], **fields: Any) -> Problem:
    path = folder / "problem.yaml"
    path.write_text(yaml.safe_dump({"kind": "rnn_by_hand", **fields, "given": dict(given)}, sort_keys=False))
    return load_problem(path)


def solved(folder: Path, given: Mapping[str, Any], **fields: Any) -> Trace:
    return solve(problem(folder, given, **fields))


def table(trace: Trace, title: str) -> Table:
    (found,) = [t for t in trace.tables if t.title.startswith(title)]
    return found


# --- an independent solution: loops over examples, steps and entries in plain NumPy -----------------------------------


def as_arrays(given: Mapping[str, Any]) -> tuple[Array, Array, Array, Array, Array]:
    """x as examples, steps, inputs; W_a and W_x as matrices; y as examples, outputs; the first states as rows."""
    W_a, W_x = np.atleast_2d(np.array(given["W_a"], float)), np.atleast_2d(np.array(given["W_x"], float))
    x = np.array(given["x"], float)
    x = x.reshape(*x.shape[:2], -1)
    y = np.array(given["y"], float).reshape(len(x), -1)
    start = np.array(given.get("a[0]", 0), float)
    if start.ndim == 1 and W_a.shape == (1, 1):
        start = start[:, None]
    return x, W_a, W_x, y, np.broadcast_to(start, (len(x), len(W_a)))


def loss_of(given: Mapping[str, Any], phi: Any = np.tanh) -> float:
    x, W_a, W_x, y, start = as_arrays(given)
    errors = []
    for n in range(len(x)):
        a = start[n]
        for t in range(x.shape[1]):
            a = phi(a @ W_a + x[n, t] @ W_x)
        out = a @ np.array(given["W_y"], float) if "W_y" in given else a
        errors += [(float(p) - float(q)) ** 2 for p, q in zip(np.ravel(out), y[n], strict=True)]
    return sum(errors) / len(errors)


def shares_of(given: Mapping[str, Any], linear: bool) -> dict[str, Array]:
    """What each state contributes to the gradients, tanh forward, example by example from the last state back."""
    x, W_a, W_x, y, start = as_arrays(given)
    steps = x.shape[1]
    shares = {f"d{w}[{t}]": np.zeros_like(W) for w, W in (("W_x", W_x), ("W_a", W_a)) for t in range(1, steps + 1)}
    for n in range(len(x)):
        states = [start[n]]
        for t in range(steps):
            states.append(np.tanh(states[-1] @ W_a + x[n, t] @ W_x))
        bar = 2 * (states[-1] - y[n]) / y.size
        for t in range(steps, 0, -1):
            local = bar if linear else bar * (1 - states[t] ** 2)
            shares[f"dW_x[{t}]"] += np.outer(x[n, t - 1], local)
            shares[f"dW_a[{t}]"] += np.outer(states[t - 1], local)
            bar = W_a @ local
    return shares


def random_given(random: np.random.Generator, units: int, inputs: int, examples: int, steps: int) -> dict[str, Any]:
    def draw(*shape: int) -> Any:
        return random.normal(size=shape).round(3).tolist()

    if units == 0:
        return {"W_a": draw(), "W_x": draw(), "x": draw(examples, steps), "y": draw(examples), "a[0]": draw(examples)}
    return {
        "W_a": draw(units, units), "W_x": draw(inputs, units), "x": draw(examples, steps, inputs),
        "y": draw(examples, units), "a[0]": draw(examples, units),
    }  # fmt: skip


SIZES = [(0, 0, 3, 3), (0, 0, 1, 4), (0, 0, 4, 1), (2, 3, 2, 3), (3, 1, 3, 2), (2, 2, 1, 3), (1, 1, 2, 2)]


# --- the homework -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reading", READINGS)
def test_contributions_and_totals_of_the_homework(tmp_path: Path, reading: str) -> None:
    values = solved(tmp_path, HOMEWORK, **READINGS[reading][0]).values
    for letter, key in LETTERS.items():
        assert float(values[key]) == pytest.approx(NUMBERS["gradients"][reading][letter], abs=1e-12), letter
    for name in ("W_x", "W_a"):
        total = NUMBERS["totals"][reading]
        assert float(values[f"{name}_bar"]) == pytest.approx(total[f"d{name}"], abs=1e-12)
        assert float(values[f"{name}_new"]) == pytest.approx(total[f"{name}_eta1"], abs=1e-12)


@pytest.mark.parametrize("row", VALUE_ROWS)
def test_rows_of_the_homework(tmp_path: Path, row: str) -> None:
    """True values under each reading that this kind has."""
    correct, parts = ROWS[row]["correct"], row.split(".")
    if parts[1] == "forward":
        step, example = parts[3][1:], int(parts[2][2:])
        values = solve(load_problem(ROOT / "problems" / "rnn_by_hand.yaml")).values
        assert values[f"a[{step}]"][example - 1] == pytest.approx(correct["only reading"]["value"], abs=1e-12)
        return
    for fields, name in READINGS.values():
        for reading in (r for r in correct if r.startswith(name) or (parts[1] == "loss" and r.startswith("unrounded"))):
            if parts[1] == "loss" and fields.get("activation"):
                continue
            key = "loss" if parts[1] == "loss" else LETTERS[parts[1]]
            value = float(solved(tmp_path, HOMEWORK, **fields).values[key])
            assert value == pytest.approx(correct[reading]["value"], abs=1e-12), reading


def test_forward_of_the_homework() -> None:
    values = solve(load_problem(ROOT / "problems" / "rnn_by_hand.yaml")).values
    found = np.array([values[f"a[{t}]"] for t in (1, 2, 3)]).T
    np.testing.assert_allclose(found, NUMBERS["forward_unrounded"], rtol=0, atol=1e-12)
    assert float(values["loss"]) == pytest.approx(NUMBERS["loss_unrounded"], abs=1e-12)


def test_sheet_003_has_the_verdicts_of_the_homework() -> None:
    verdicts = {v.key: v for v in check(SHEET).verdicts}
    assert {k: v.verdict for k, v in verdicts.items()} == {
        "a[1]": "correct", "a[2]": "correct", "a[3]": "correct", "loss": "correct", "dW_x[3]": "wrong",
        "dW_a[3]": "blank", "dW_x[2]": "blank", "dW_a[2]": "blank", "dW_x[1]": "blank", "dW_a[1]": "blank",
    }  # fmt: skip
    printed = NUMBERS["gradients"]["printed values, linear state"]
    assert verdicts["dW_x[3]"].expected == pytest.approx(
        ROWS["003.a"]["correct"]["unrounded tanh predictions, linear state"]["value"]
    )
    assert verdicts["dW_x[3]"].carried == pytest.approx(printed["a"], abs=1e-12)
    assert verdicts["loss"].carried == pytest.approx(NUMBERS["loss_from_printed"], abs=1e-12)


def sheet(folder: Path, **answers: Any) -> Path:
    path = folder / "answers.yaml"
    path.write_text(yaml.safe_dump({"problem": "problem.yaml", "answers": answers}))
    return path


def test_contributions_from_the_printed_states(tmp_path: Path) -> None:
    """The reading of expected.json that starts from the sheet's own rounded numbers."""
    problem(tmp_path, HOMEWORK, backward="linear")
    states = {"a[1]": [0.76, 0, 0.76], "a[2]": [0.64, 0.76, 0.94], "a[3]": [0.57, 0.94, 0.96]}
    reading = "printed values, linear state"

    def carried(*keys: str) -> dict[str, Any]:
        answers = sheet(tmp_path, **states, **dict.fromkeys(keys, "77.00"))
        return {v.key: v.carried for v in check(answers).verdicts}

    found = carried(*LETTERS.values())
    for letter, key in LETTERS.items():
        assert found[key] == pytest.approx(NUMBERS["gradients"][reading][letter], abs=1e-12), letter
    sums, updated = carried("W_x_bar", "W_a_bar"), carried("W_x_new", "W_a_new")
    for name in ("W_x", "W_a"):
        assert sums[f"{name}_bar"] == pytest.approx(NUMBERS["totals"][reading][f"d{name}"], abs=1e-12)
        assert updated[f"{name}_new"] == pytest.approx(NUMBERS["totals"][reading][f"{name}_eta1"], abs=1e-12)


@pytest.mark.parametrize("backward", ["linear", True])
def test_a_wrong_prediction_carries_into_the_contributions(tmp_path: Path, backward: Any) -> None:
    states = {"a[1]": [0.7616, 0, 0.7616], "a[2]": [0.6420, 0.7616, 0.9427], "a[3]": [0.8, 0.9427, 0.9597]}
    problem(tmp_path, HOMEWORK, backward=backward)
    last, first = np.array(states["a[3]"]), np.array(states["a[2]"])
    bar = 2 / 3 * (last - [1, 2, 3]) * (1 if backward == "linear" else 1 - last**2)
    answers = {"dW_x[3]": f"{bar @ [0, 1, 1]:.4f}", "dW_a[3]": f"{bar @ first:.4f}"}
    verdicts = {v.key: v.verdict for v in check(sheet(tmp_path, **states, **answers)).verdicts}
    assert verdicts["a[3]"] == "wrong"
    assert verdicts["dW_a[3]"] == "carried"
    assert verdicts["dW_x[3]"] in ("correct", "carried")  # the first example's input is 0: its error does not show


# --- random problems --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("linear", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_contributions_agree_with_plain_loops(tmp_path: Path, size: tuple[int, int, int, int], linear: bool) -> None:
    given = random_given(np.random.default_rng(3), *size)
    values = solved(tmp_path, given, backward="linear" if linear else True).values
    for key, share in shares_of(given, linear).items():
        np.testing.assert_allclose(values[key], share.reshape(np.shape(values[key])), rtol=1e-12, atol=1e-12)
    assert float(values["loss"]) == pytest.approx(loss_of(given), rel=1e-12)


@pytest.mark.parametrize("readout", [False, True])
@pytest.mark.parametrize("activation", ["tanh", "sigmoid(z) - 0.5", "z*sigmoid(z)", "softplus"])
@pytest.mark.parametrize("size", SIZES[:5])
def test_gradients_are_finite_differences(
    tmp_path: Path, size: tuple[int, int, int, int], activation: str, readout: bool
) -> None:
    def sigmoid(z: Array) -> Array:
        return np.asarray(1 / (1 + np.exp(-z)))

    phi = {
        "tanh": np.tanh, "sigmoid(z) - 0.5": lambda z: sigmoid(z) - 0.5, "z*sigmoid(z)": lambda z: z * sigmoid(z),
        "softplus": lambda z: np.log1p(np.exp(z)),
    }[activation]  # fmt: skip
    random = np.random.default_rng(5)
    given = random_given(random, *size)
    if readout:
        given["W_y"] = random.normal(size=(size[0], 1) if size[0] else ()).round(3).tolist()
        given["y"] = random.normal(size=size[2]).round(3).tolist()
        if not size[0]:  # the plain solution multiplies rows with matrices
            given["W_y"] = float(given["W_y"])
    values = solved(tmp_path, given, activation=activation).values
    for name in ("W_a", "W_x", *["W_y"] * readout):
        way = random.normal(size=np.shape(given[name]))

        def moved(by: float, name: str = name, way: Array = way) -> float:
            other = {**given, name: np.array(given[name]) + by * way}
            if "W_y" in other:
                other["W_y"] = np.atleast_2d(other["W_y"])
            return loss_of(other, phi)

        slope = (moved(1e-5) - moved(-1e-5)) / 2e-5
        assert float(np.sum(values[f"{name}_bar"] * way)) == pytest.approx(slope, rel=2e-7, abs=1e-9)


@pytest.mark.parametrize("size", SIZES)
def test_terms_add_up_and_the_loop_agrees(tmp_path: Path, size: tuple[int, int, int, int]) -> None:
    trace = solved(tmp_path, random_given(np.random.default_rng(8), *size))
    steps = size[3]
    tables = [t for t in trace.tables if t.title.startswith("(")]
    assert [t.title[:3] for t in tables] == [f"({c})" for c in "abcdefgh"[: 2 * steps]]
    for found in tables:
        *terms, total = [row[-1] for row in found.rows]
        np.testing.assert_allclose(sum(np.asarray(t) for t in terms), total, rtol=1e-12, atol=1e-12)
        assert len(terms) == size[2]
    side = table(trace, "The loop over the examples")
    assert [row[0] for row in side.rows] == [*(f"a[{t}]" for t in range(1, steps + 1)), "loss", "W_x_bar", "W_a_bar"]
    for _, loop, vector in side.rows:
        np.testing.assert_allclose(np.asarray(loop), np.asarray(vector), rtol=1e-12, atol=1e-12)
    assert "they agree" in side.note


def test_the_missing_term_is_in_the_table() -> None:
    """The sheet's -1.36 is the third term alone; the second was left out."""
    trace = solve(load_problem(ROOT / "problems" / "rnn_by_hand.yaml"))
    first = table(trace, "(a) dL/dW_x through state 3")
    assert [c.replace("\u0304", "_bar") for c in first.columns] == ["example", "a_bar[3]", "x[3]", "product"]
    assert [row[0] for row in first.rows] == [1, 2, 3, "sum"]
    assert [round(float(row[-1]), 2) for row in first.rows] == [0, -0.70, -1.36, -2.07]


def test_inputs_step_by_step_are_the_same(tmp_path: Path) -> None:
    given = {k: v for k, v in HOMEWORK.items() if k not in ("x", "a[0]")}
    pieces = {f"x[{t}]": column for t, column in enumerate(np.array(HOMEWORK["x"]).T.tolist(), 1)}
    values = solved(tmp_path, given | pieces).values
    assert float(values["loss"]) == pytest.approx(NUMBERS["loss_unrounded"], abs=1e-12)


@pytest.mark.parametrize("start", [0.3, [0.3, -0.2, 0.9]])
def test_a_first_state_for_all_examples_or_for_each(tmp_path: Path, start: Any) -> None:
    given = {**HOMEWORK, "a[0]": start}
    assert float(solved(tmp_path, given).values["loss"]) == pytest.approx(loss_of(given), rel=1e-12)


def test_one_row_of_first_states_for_all_examples(tmp_path: Path) -> None:
    given = {**random_given(np.random.default_rng(1), 2, 3, 2, 2), "a[0]": [0.5, -1]}
    assert float(solved(tmp_path, given).values["loss"]) == pytest.approx(loss_of(given), rel=1e-12)


def test_plain_inputs_of_a_vector_state(tmp_path: Path) -> None:
    given = {
        "W_a": [[0.5, -0.2], [0.1, 0.4]],
        "W_x": [[1, 2]],
        "x": [[1, 0], [0, 1], [1, 1]],
        "y": [[1, 0], [0, 1], [1, 2]],
    }
    assert float(solved(tmp_path, given).values["loss"]) == pytest.approx(loss_of(given), rel=1e-12)


# --- epochs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("linear", [False, True])
@pytest.mark.parametrize("size", [SIZES[0], SIZES[3], (0, 0, 2, 9)])
def test_epochs_agree_with_a_plain_loop(tmp_path: Path, size: tuple[int, int, int, int], linear: bool) -> None:
    rate = 0.001 if linear else 0.05
    given = random_given(np.random.default_rng(2), *size) | {"learning_rate": rate}
    epochs = STRETCH + 7
    trace = solved(tmp_path, given, backward="linear" if linear else True, epochs=epochs)
    W = {name: np.array(given[name], float) for name in ("W_a", "W_x")}
    losses = []
    for _ in range(epochs):
        now = {**given, **W}
        losses.append(loss_of(now))
        shares = shares_of(now, linear)
        for name in W:
            total = sum(share for key, share in shares.items() if key.startswith(f"d{name}["))
            W[name] = W[name] - rate * np.reshape(total, W[name].shape)
    found = table(trace, "Epochs")
    np.testing.assert_allclose([row[1] for row in found.rows], losses, rtol=1e-9)
    last = dict(zip(found.columns[2:], found.rows[-1][2:], strict=True)) if size[0] == 0 else {}
    for name, value in W.items():
        end = last[f"{name} after"] if last else dict(table(trace, "Weights after").rows)[name]
        np.testing.assert_allclose(np.asarray(end), value, rtol=1e-8)
    ((_, numbers, curve),) = trace.series[0].curves
    assert list(numbers) == list(range(1, epochs + 1))
    assert list(curve) == [row[1] for row in found.rows]


def test_epochs_end_at_the_tolerance(tmp_path: Path) -> None:
    fields = {"epochs": 1000, "backward": "linear"}
    given = {**HOMEWORK, "learning_rate": 0.001}
    every = [row[1] for row in table(solved(tmp_path, given, **fields), "Epochs").rows]
    trace = solved(tmp_path, given, tolerance=1e-6, **fields)
    kept = [row[1] for row in table(trace, "Epochs").rows]
    changes = np.abs(np.diff(every))
    assert STRETCH < len(kept) == int(np.argmax(changes < 1e-6)) + 2
    np.testing.assert_allclose(kept, every[: len(kept)], rtol=1e-12)
    assert trace.remarks[-1].text == f"Stopped after epoch {len(kept)}: the loss changed by less than 1e-06."
    loose = solved(tmp_path, given, epochs=2)
    assert loose.remarks[-1].text.startswith("The loss is 1.822")


def test_a_training_that_runs_away(tmp_path: Path) -> None:
    given = {"W_a": 2, "W_x": 1, "x": [[1, 2], [3, 4]], "y": [1, 2], "learning_rate": 5}
    trace = solved(tmp_path, given, activation="identity", epochs=2000)
    rows = table(trace, "Epochs").rows
    assert 1 <= len(rows) < 20
    assert np.isfinite(np.array(rows, float)).all()
    assert trace.remarks[-1].kind == "warning"
    assert f"In epoch {len(rows) + 1} the weights left the finite numbers" in trace.remarks[-1].text
    none = solved(tmp_path, {**given, "learning_rate": 1e308}, activation="identity", epochs=3)
    assert not [t for t in none.tables if t.title == "Epochs"]
    assert not none.series


def test_a_thousand_epochs_within_a_second(tmp_path: Path) -> None:
    found = problem(tmp_path, {**HOMEWORK, "learning_rate": 0.1}, epochs=1000)
    start = time.perf_counter()
    trace = solve(found)
    assert time.perf_counter() - start < 1
    assert len(table(trace, "Epochs").rows) == 1000


def test_progress_is_told_the_epochs_done(tmp_path: Path) -> None:
    from rnn_hw.lang.evaluate import evaluate

    setup = problem(tmp_path, {**HOMEWORK, "learning_rate": 0.1}, epochs=STRETCH + 1).setup
    told: list[tuple[int, int]] = []
    result = evaluate(setup.program, setup.given, setup.shapes, setup.steps)
    setup.extras(result, lambda done, asked: told.append((done, asked)))  # type: ignore[call-arg]
    assert told == [(STRETCH, STRETCH + 1), (STRETCH + 1, STRETCH + 1)]


# --- remarks ----------------------------------------------------------------------------------------------------------


def texts(trace: Trace) -> str:
    return "\n".join(r.text for r in trace.remarks)


def test_remarks_of_the_homework(tmp_path: Path) -> None:
    trace = solved(tmp_path, HOMEWORK, backward="linear")
    assert "these weights give the targets exactly" in texts(trace)
    assert "out of reach: 2, 3. So the loss stays above (0 + 1 + 4)/3 = 1.666667." in texts(trace)
    assert NUMBERS["loss_floor_with_tanh_outputs"] == pytest.approx(5 / 3)
    rows = table(trace, "The backward pass of this sheet").rows
    for (_, linear, true), name in zip(rows, ("W_x", "W_a"), strict=True):
        for value, reading in zip((linear, true), list(READINGS)[:2], strict=True):
            assert value == pytest.approx(NUMBERS["totals"][reading][f"d{name}"], abs=1e-12)


def test_remarks_only_where_they_hold(tmp_path: Path) -> None:
    near = {**HOMEWORK, "y": [0.5, -0.5, 0.9]}
    assert texts(solved(tmp_path, near)) == ""
    assert "is at most 1" in texts(solved(tmp_path, HOMEWORK, activation="hard_sigmoid"))
    assert "No weights" not in texts(solved(tmp_path, HOMEWORK, activation="relu"))
    assert texts(solved(tmp_path, {**HOMEWORK, "W_y": 2, "y": [2, 4, 7]})) == ""
    assert not solved(tmp_path, HOMEWORK, activation="identity").remarks
    assert not [t for t in solved(tmp_path, HOMEWORK).tables if "true one" in t.title]
    step = solved(tmp_path, HOMEWORK, activation="step", backward="linear")
    assert not [t for t in step.tables if "true one" in t.title]


def test_many_examples_are_not_gone_through_one_by_one(tmp_path: Path) -> None:
    given = random_given(np.random.default_rng(0), 0, 0, 60, 2)
    assert not [t for t in solved(tmp_path, given).tables if t.title.startswith("The loop")]


# --- what is refused --------------------------------------------------------------------------------------------------

GIVEN = "given:\n  W_a: 1\n  W_x: 1\n  x: [[1, 0], [0, 1], [1, 1]]\n  y: [1, 2, 3]\n"
RATED = GIVEN + "  learning_rate: 1\n"
FAULTS = [
    ("activation: step\n" + GIVEN, 2, 13, "no-slope", "no gradient passes this activation"),
    ("activation: sgmoid\n" + GIVEN, 2, 13, "unknown-name", "`sgmoid` is unknown"),
    ("activation: z + q\n" + GIVEN, 2, 17, "unknown-name", "`q` is unknown"),
    ("activation: z[t]\n" + GIVEN, 2, 13, "unknown-name", "`z[t]` is unknown"),
    ("activation: 1 + pi\n" + GIVEN, 2, 13, "not-a-formula", "an activation is a formula in `z`"),
    ("activation: softmax(z)\n" + GIVEN, 2, 13, "not-a-formula", "entry by entry"),
    ("activation: sum[t](z)\n" + GIVEN, 2, 13, "not-a-formula", "entry by entry"),
    ("activation: 2 z\n" + GIVEN, 2, 15, "missing-operator", "an operator is missing"),
    ("activation: [1]\n" + GIVEN, 2, 13, "not-a-formula", "written as text"),
    ("backward: maybe\n" + GIVEN, 2, 11, "unknown-word", "`maybe` is no backward pass"),
    ("epochs: 0\n" + RATED, 2, 9, "out-of-range", "`epochs` is a whole number from 1 to 100,000, not 0"),
    ("epochs: 3\n" + GIVEN, 2, 9, "missing-given", "`learning_rate` is not given, `epochs` needs it"),
    ("tolerance: 1e-3\n" + RATED, 2, 12, "missing-field", "`tolerance` goes with `epochs`"),
    ("epochs: 3\ntolerance: 0\n" + RATED, 3, 12, "out-of-range", "`tolerance` is the change of the loss"),
    (
        "epochs: 3\ngiven:\n  W_a: 1\n  W_x: 1\n  y: 1\n  learning_rate: 1\n  x: [[" + "1, " * 100 + "1]]\n",
        2, 9, "too-large", "101 steps are too many for `epochs`",
    ),
    ("", 1, 1, "missing-given", "nothing is given"),
    (GIVEN.replace("  x: [[1, 0], [0, 1], [1, 1]]\n", ""), 2, 1, "missing-given", "`x` is not given"),
    (GIVEN.replace("[[1, 0], [0, 1], [1, 1]]", "[1, 0]"), 5, 6, "wrong-shape", "`x` has 2 entries, it needs a row"),
    (GIVEN.replace("[[1, 0], [0, 1], [1, 1]]", "3"), 5, 6, "wrong-shape", "`x` is a number, it needs a row"),
    (GIVEN.replace("[0, 1]", "[0]"), 5, 15, "not-a-number", "row 2 has 1 entry"),
    (GIVEN.replace("[1, 2, 3]", "[1, 2]"), 6, 6, "wrong-shape", "`y` has 2 entries, it needs 3 entries"),
    (GIVEN + "  a[0]: [1, 2]\n", 7, 9, "wrong-shape", "`a[0]` has 2 entries, it needs 3 entries"),
    (GIVEN + "  b: 1\n", 7, 3, "unknown-key", "`b` is no quantity"),
    (GIVEN.replace("W_a: 1", "W_a: [[1, 2], [3, 4], [5, 6]]"), 3, 8, "wrong-shape", "`W_a` is 3×2"),
    (GIVEN + "  learning_rate: -1\n", 7, 18, "out-of-range", "`learning_rate` is at least 0"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "column", "code", "message"), FAULTS, ids=[f[3] + "-" + str(k) for k, f in enumerate(FAULTS)]
)
def test_faults_have_their_place(tmp_path: Path, text: str, line: int, column: int, code: str, message: str) -> None:
    path = tmp_path / "problem.yaml"
    path.write_text("kind: rnn_by_hand\n" + text)
    with pytest.raises(HomeworkError) as caught:
        load_problem(path)
    found = caught.value.diagnostics[0]
    assert message in found.message
    assert found.code == code
    assert found.span is not None
    assert (found.span.line, found.span.column) == (line, column)
