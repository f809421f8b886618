"""Why the oracle can be trusted: the homework's true values, finite differences, brute force."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import oracle
import pytest

EXPECTED = json.loads((Path(__file__).parent / "data" / "expected.json").read_text(encoding="utf-8"))
NUMBERS = EXPECTED["numbers"]
SEQUENCES = ("z_f", "z_i", "z_o", "z_g", "f", "i", "o", "g", "c", "h")

LSTM: dict[str, Any] = {
    "W_f": [[1, 2]], "U_f": [[0.5]], "b_f": [0.2],
    "W_i": [[-1, 0]], "U_i": [[2]], "b_i": [-0.1],
    "W_g": [[1, 2]], "U_g": [[1.5]], "b_g": [0.5],
    "W_o": [[3, 0]], "U_o": [[-1]], "b_o": [0.8],
    "x": [[1, 0], [0.5, -1]], "y": [0.5, 0.8],
}  # fmt: skip
ADAM: dict[str, Any] = {
    "theta": [[-0.22, 0.33, 0.67], [0.49, -0.86, -0.90]],
    "grad": [[0.78, 0.02, 0.04], [-0.88, -0.14, 1.01]],
    "m": [[-0.27, 0.27, -0.07], [-0.12, -0.02, 0.12]],
    "v": [[0.01, 0.07, 0.11], [0.14, 0.17, 0.02]],
    "beta1": 0.9, "beta2": 0.999, "alpha": 0.1, "epsilon": 1e-8, "t": 2,
}  # fmt: skip
ADDER: dict[str, Any] = {"U": [[1, 1]] * 3, "b_h": [-0.5, -1.5, -2.5], "V": [1, -1, 1], "b_y": -0.5}
ALL_ONES = ADDER | {"W": [[1, 1, 1]] * 3}
EXPANDED = ADDER | {"W": [[1, 0, 0], [0, 1, 0], [0, 0, 1]]}
STANDARD = ADDER | {"W": [[0, 1, 0]] * 3}


def close(actual: Any, wanted: Any) -> None:
    np.testing.assert_allclose(np.ravel(actual), np.ravel(wanted), rtol=1e-12, atol=1e-12)


def random_lstm(rng: np.random.Generator, D: int, H: int, T: int) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for k in oracle.GATES:
        given[f"W_{k}"], given[f"U_{k}"] = rng.normal(size=(H, D)), rng.normal(size=(H, H))
        given[f"b_{k}"] = rng.normal(size=H)
    given |= {"x": rng.normal(size=(T, D)), "y": rng.normal(size=(T, H))}
    return given | {"h[0]": rng.normal(size=H), "c[0]": rng.normal(size=H)}


def finite_difference(loss: Callable[[dict[str, Any]], float], given: dict[str, Any], name: str) -> np.ndarray:
    """The gradient of `loss` by one given quantity, entry by entry, by central differences."""
    value = np.array(given[name], dtype=float)
    gradient = np.zeros_like(value)
    for index in np.ndindex(value.shape):
        up, down = value.copy(), value.copy()
        up[index] += 1e-5
        down[index] -= 1e-5
        gradient[index] = (loss(given | {name: up}) - loss(given | {name: down})) / 2e-5
    return gradient


# --- LSTM ---


@pytest.mark.parametrize(
    ("reading", "change", "gate"),
    [
        ("correct, W_i = [-1 0]", {}, oracle.sigmoid),
        ("correct, W_i = [1 0]", {"W_i": [[1, 0]]}, oracle.sigmoid),
        ("student's chain unrounded (sigma(-z) at all six gates)", {}, lambda z: oracle.sigmoid(-z)),
    ],
)
def test_lstm_forward_has_the_homeworks_values(reading: str, change: dict[str, Any], gate: Any) -> None:
    wanted = NUMBERS["004 problem 4"][reading]
    run, mse = oracle.lstm_forward(LSTM | change, gate)
    actual = {f"{name}{t}": run[name][t] for name in SEQUENCES for t in (1, 2)} | {"mse": mse}
    assert set(wanted) <= set(actual)
    for name, value in wanted.items():
        close(actual[name], value)


def test_lstm_without_biases() -> None:
    wanted = NUMBERS["004 problem 4"]["variants"]["biases dropped"]
    run, mse = oracle.lstm_forward(LSTM | {f"b_{k}": [0] for k in oracle.GATES})
    close([run["h"][1], run["h"][2], [mse]], [wanted["h1"], wanted["h2"], wanted["mse"]])


@pytest.mark.parametrize(("D", "H", "T"), [(1, 1, 1), (2, 1, 3), (1, 3, 2), (3, 2, 4)])
def test_lstm_backward_is_the_finite_difference(D: int, H: int, T: int) -> None:
    given = random_lstm(np.random.default_rng(D * 100 + H * 10 + T), D, H, T)
    gradient = oracle.lstm_backward(given)
    assert set(gradient) == set(given) - {"y"}
    for name, value in gradient.items():
        wanted = finite_difference(lambda g: oracle.lstm_forward(g)[1] or 0.0, given, name)
        np.testing.assert_allclose(value, wanted, rtol=1e-6, atol=1e-8, err_msg=name)


def test_finite_differences_notice_a_gradient_wrong_by_a_tenth_of_a_percent() -> None:
    given = random_lstm(np.random.default_rng(7), 2, 2, 2)
    wanted = finite_difference(lambda g: oracle.lstm_forward(g)[1] or 0.0, given, "U_f")
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(oracle.lstm_backward(given)["U_f"] * 1.001, wanted, rtol=1e-6, atol=1e-8)


# --- the simple net and the gated units ---


def test_elman_net_has_the_homeworks_values() -> None:
    data = [([1, 0, 0], 1), ([0, 1, 1], 2), ([1, 1, 1], 3)]
    rows, losses, gradients = [], [], []
    for x, y in data:
        given = {"W_x": [[1]], "W_h": [[1]], "b": [0], "h[0]": [0], "x": [[v] for v in x], "y": [y]}
        h, loss = oracle.elman_forward(given)
        rows.append([h[t] for t in (1, 2, 3)])
        losses.append(loss)
        gradients.append(oracle.elman_backward(given))
    close(rows, NUMBERS["003"]["forward_unrounded"])
    close(np.mean(losses), NUMBERS["003"]["loss_unrounded"])
    totals = NUMBERS["003"]["totals"]["tanh throughout (true gradient)"]
    close(np.mean([g["W_x"] for g in gradients]), totals["dW_x"])
    close(np.mean([g["W_h"] for g in gradients]), totals["dW_a"])


@pytest.mark.parametrize("seed", range(3))
def test_elman_backward_is_the_finite_difference(seed: int) -> None:
    rng = np.random.default_rng(seed)
    H, D, T = seed + 1, 2, 3
    given = {"W_x": rng.normal(size=(H, D)), "W_h": rng.normal(size=(H, H)), "b": rng.normal(size=H)}
    given |= {"h[0]": rng.normal(size=H), "x": rng.normal(size=(T, D)), "y": rng.normal(size=H)}
    for name, value in oracle.elman_backward(given).items():
        wanted = finite_difference(lambda g: oracle.elman_forward(g)[1], given, name)
        np.testing.assert_allclose(value, wanted, rtol=1e-6, atol=1e-8, err_msg=name)


def test_gru_with_one_unit_worked_by_hand() -> None:
    given = {"W_r": [[1]], "U_r": [[2]], "b_r": [0], "W_z": [[0]], "U_z": [[0]], "b_z": [0]}
    given |= {"W_n": [[1]], "U_n": [[2]], "b_n": [0], "b_hn": [1], "h[0]": [0.5], "x": [[-1]]}
    run = oracle.gru_forward(given)  # z_r = -1 + 1 = 0, r = z = 1/2, n = tanh(-1 + (2*0.5 + 1)/2) = 0, h = 0.5*0.5
    close([run[name][1] for name in ("r", "z", "n", "h")], [0.5, 0.5, 0, 0.25])


def test_minimal_gated_unit_with_one_unit_worked_by_hand() -> None:
    given = {"W_f": [[0]], "U_f": [[0]], "b_f": [0], "W_n": [[1]], "U_n": [[2]], "b_n": [0], "h[0]": [1], "x": [[-1]]}
    run = oracle.minimal_gated_unit_forward(given)  # f = 1/2, n = tanh(-1 + 2*0.5) = 0, h = 0.5*1
    close([run[name][1] for name in ("f", "n", "h")], [0.5, 0, 0.5])


# --- Adam ---


@pytest.mark.parametrize(
    ("quantity", "row", "change"),
    [
        ("m", "V2", {}),
        ("v", "S2", {}),
        ("m_hat", "V_corr_t2", {}),
        ("v_hat", "S_corr_t2", {}),
        ("theta", "W2_t2", {}),
        ("m_hat", "V_corr_t1", {"t": 1}),
        ("v_hat", "S_corr_t1", {"t": 1}),
        ("theta", "W2_t1", {"t": 1}),
        ("theta", "W2_no_correction", {"bias_correction": False}),
        ("theta", "W2_t2_eps_inside_root", {"epsilon_place": "inside_root"}),
    ],
)
def test_adam_has_the_homeworks_values(quantity: str, row: str, change: dict[str, Any]) -> None:
    place = change.get("epsilon_place", "outside_root")
    step = oracle.adam(ADAM | {"t": change.get("t", 2)}, place, change.get("bias_correction", True))[0]
    close(step[quantity], NUMBERS["004 problem 1"][row])


def test_adams_first_step_is_the_sign_of_the_gradient() -> None:
    given = ADAM | {"theta": 0.0, "m": 0.0, "v": 0.0, "grad": -3.0, "t": 1, "epsilon": 0.0}
    for place in ("outside_root", "hat", "inside_root"):
        close(oracle.adam(given, place)[0]["theta"], 0.1)


def test_adams_steps_continue_one_another() -> None:
    first = oracle.adam(ADAM)[0]
    second = oracle.adam(ADAM | {name: first[name] for name in ("theta", "m", "v")} | {"t": 3})[0]
    both = oracle.adam(ADAM | {"grad": [ADAM["grad"], ADAM["grad"]]}, several=True)
    close(both[1]["theta"], second["theta"])


# --- threshold nets ---

REPRESENTATIVES = EXPECTED["adder"]["half_integer_2.5_representatives"]


def test_the_three_nets_of_the_homework() -> None:
    example = EXPECTED["adder"]["example_001"]
    columns = oracle.columns_of(["100111", "110010"], 7)
    assert columns == list(zip(example["x1"], example["x2"], strict=True))
    assert oracle.sum_bits(columns) == example["y"]
    readings = EXPECTED["adder"]["readings"]
    nets = {"W = all ones": ALL_ONES, "expanded equations (W = identity)": EXPANDED}
    for name, net in nets.items():
        reading = f"{name}, hard thresholds"
        failure = oracle.shortest_failure(net)
        assert failure == [tuple(column) for column in readings[reading]["first"]]
        assert oracle.run_net(net, failure) == readings[reading]["got"]
        assert oracle.sum_bits(failure) == readings[reading]["want"]
        assert oracle.run_net(net, columns) == readings[reading]["on_001_example"]
    assert oracle.shortest_failure(STANDARD) is None


@pytest.mark.parametrize("net", REPRESENTATIVES)
def test_the_36_classes_add(net: dict[str, Any]) -> None:
    net = {"V": net["v"]} | {name: net[name] for name in ("U", "W", "b_h", "b_y")}
    assert oracle.shortest_failure(net, "gt") is None
    assert oracle.shortest_failure(net, "ge") is None


@pytest.mark.parametrize("net", [STANDARD, ALL_ONES, EXPANDED])
def test_the_search_agrees_with_trying_every_sum(net: dict[str, Any]) -> None:
    failure = oracle.shortest_failure(net)
    columns = list(itertools.product((0, 1), repeat=2))
    for length in range(1, 6):
        fails = any(oracle.run_net(net, s) != oracle.sum_bits(s) for s in itertools.product(columns, repeat=length))
        assert fails == (failure is not None and length >= len(failure))


def test_exact_arithmetic_differs_where_floats_deceive() -> None:
    net = {"U": [[0.1, 0.2]], "W": [[0]], "b_h": [-0.3], "V": [1], "b_y": 0}
    assert oracle.run_net(net, [(1, 1)]) == [1]
    assert oracle.run_net_exactly(net, [(1, 1)]) == [0]


# --- slopes and norms ---


@pytest.mark.parametrize(
    ("activation", "gamma"),
    [
        (lambda z: oracle.sigmoid(z) - 0.5, 0.25),
        (np.tanh, 1.0),
        (lambda z: np.maximum(z, 0), 1.0),
        (lambda z: np.clip(0.2 * z + 0.5, 0, 1), 0.2),
        (lambda z: np.sin(3 * z), 3.0),
    ],
)
def test_largest_slope(activation: Any, gamma: float) -> None:
    assert oracle.largest_slope(activation) == pytest.approx(gamma, rel=1e-8)


@pytest.mark.parametrize("seed", range(5))
def test_norm_is_the_largest_stretch_of_the_unit_circle(seed: int) -> None:
    W = np.random.default_rng(seed).normal(size=(2, 2))
    angles = np.linspace(0, np.pi, 20_001)
    stretch = np.linalg.norm(W @ np.array([np.cos(angles), np.sin(angles)]), axis=0)
    assert oracle.spectral_norm(W) == pytest.approx(stretch.max(), rel=1e-6)
    assert oracle.spectral_radius(W) <= oracle.spectral_norm(W) + 1e-12


def test_the_eigenvalue_version_of_the_theorem_is_false() -> None:
    W, start = np.array([[4.0, 4.0], [-4.0, -4.0]]), np.array([0.5, 0.8])
    b = np.arctanh(start) - W @ start  # makes `start` a fixed point of tanh(W h + b), an unstable one
    np.testing.assert_allclose(b, [-4.6507, 6.2986], atol=5e-5)
    assert oracle.spectral_radius(W) == pytest.approx(0, abs=1e-6)
    assert oracle.spectral_norm(W) == pytest.approx(8)
    assert oracle.regime(W, 1.0) == "undetermined"
    assert oracle.spectral_norm(oracle.tanh_jacobian_product(W, b, start, 10)) == pytest.approx(257, rel=0.005)


def test_threshold_of_the_homework() -> None:
    numbers = NUMBERS["004 problem 2"]
    gamma = oracle.largest_slope(lambda z: oracle.sigmoid(z) - 0.5)
    assert 1 / gamma == pytest.approx(numbers["threshold_limit"], rel=1e-8)
    close(1e-4 ** (1 / 100), numbers["root"])
    close(4 * 1e-4 ** (1 / 100), numbers["threshold_literal"])
    assert [oracle.regime([[w]], 0.25) for w in (3.9, -3.9, 4.1)] == ["vanishes", "vanishes", "undetermined"]
