"""An independent solution of every kind of problem in plain NumPy and plain Python: what rnn_hw is tested against.

It imports nothing of rnn_hw, shares no formula with it, and prefers a slow loop that is obviously right to anything
clever. `test_oracle.py` is the reason to trust it: the homework's true values and finite differences.

Sequences are dictionaries from the step to a value, so that `h[0]` is the initial state and `h[1]` the first result, as
in the lecture. Vectors are columns: a gate is sigma(W x + U h + b).
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Steps = dict[int, Array]
GATES = ("f", "i", "g", "o")


def sigmoid(z: Any) -> Array:
    """1 / (1 + exp(-z))."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.asarray(z, dtype=float))))


def array(value: Any) -> Array:
    return np.array(value, dtype=float)


# --- LSTM: Hochreiter and Schmidhuber 1997 with the forget gate of Gers et al. 2000; the form of homework 004 ---------


def lstm_forward(
    given: Mapping[str, Any], gate: Callable[[Any], Array] = sigmoid
) -> tuple[dict[str, Steps], float | None]:
    """Every pre-activation, gate and state of every step, and the mean squared error if there are targets.

    z_k = W_k x + U_k h_prev + b_k for k = f, i, g, o;  f, i, o = sigma(z), g = tanh(z);
    c = f c_prev + i g;  h = o tanh(c);  mse = mean over steps and entries of (h - y)^2.
    `gate` replaces the sigmoid, for the mistakes that people make.
    """
    size = len(array(given["b_f"]))
    result: dict[str, Steps] = {name: {} for name in ("z_f", "z_i", "z_g", "z_o", "f", "i", "g", "o", "c", "h")}
    h = array(given.get("h[0]", np.zeros(size)))
    c = array(given.get("c[0]", np.zeros(size)))
    result["h"][0], result["c"][0] = h, c
    for t, x in enumerate(array(given["x"]), start=1):
        z = {k: array(given[f"W_{k}"]) @ x + array(given[f"U_{k}"]) @ h + array(given[f"b_{k}"]) for k in GATES}
        f, i, g, o = gate(z["f"]), gate(z["i"]), np.tanh(z["g"]), gate(z["o"])
        c = f * c + i * g
        h = o * np.tanh(c)
        for k in GATES:
            result[f"z_{k}"][t] = z[k]
        for name, value in (("f", f), ("i", i), ("g", g), ("o", o), ("c", c), ("h", h)):
            result[name][t] = value
    if "y" not in given:
        return result, None
    y = array(given["y"]).reshape(-1, size)
    errors = [(result["h"][t][j] - y[t - 1][j]) ** 2 for t in range(1, len(y) + 1) for j in range(size)]
    return result, float(sum(errors) / len(errors))


def lstm_backward(given: Mapping[str, Any]) -> dict[str, Array]:
    """The gradient of the mean squared error by W, U, b of every gate, x, h[0] and c[0]: backpropagation through time.

    Greff et al. 2017, "LSTM: A Search Space Odyssey", appendix A, without peepholes.
    """
    run, _ = lstm_forward(given)
    size, last = len(array(given["b_f"])), len(given["x"])
    x, y = array(given["x"]), array(given["y"]).reshape(-1, size)
    grad = {f"{p}_{k}": np.zeros_like(array(given[f"{p}_{k}"])) for k in GATES for p in ("W", "U", "b")}
    grad["x"] = np.zeros_like(x)
    h_next, c_next = np.zeros(size), np.zeros(size)  # what reaches h[t] and c[t] from step t+1
    for t in range(last, 0, -1):
        f, i, g, o, c = (run[name][t] for name in ("f", "i", "g", "o", "c"))
        h_bar = 2.0 * (run["h"][t] - y[t - 1]) / y.size + h_next
        c_bar = h_bar * o * (1 - np.tanh(c) ** 2) + c_next
        z_bar = {
            "o": h_bar * np.tanh(c) * o * (1 - o),
            "f": c_bar * run["c"][t - 1] * f * (1 - f),
            "i": c_bar * g * i * (1 - i),
            "g": c_bar * i * (1 - g**2),
        }
        h_next, c_next = np.zeros(size), c_bar * f
        for k in GATES:
            grad[f"W_{k}"] += np.outer(z_bar[k], x[t - 1])
            grad[f"U_{k}"] += np.outer(z_bar[k], run["h"][t - 1])
            grad[f"b_{k}"] += z_bar[k]
            grad["x"][t - 1] += array(given[f"W_{k}"]).T @ z_bar[k]
            h_next = h_next + array(given[f"U_{k}"]).T @ z_bar[k]
    grad["h[0]"], grad["c[0]"] = h_next, c_next
    return grad


# --- The simple recurrent net: Elman 1990 -----------------------------------------------------------------------------


def elman_forward(given: Mapping[str, Any]) -> tuple[Steps, float]:
    """h = tanh(W_x x + W_h h_prev + b); the loss is the mean squared error of the last state."""
    h = {0: array(given["h[0]"])}
    for t, x in enumerate(array(given["x"]), start=1):
        h[t] = np.tanh(array(given["W_x"]) @ x + array(given["W_h"]) @ h[t - 1] + array(given["b"]))
    return h, float(np.mean((h[len(given["x"])] - array(given["y"])) ** 2))


def elman_backward(given: Mapping[str, Any]) -> dict[str, Array]:
    """The gradient of that loss by W_x, W_h, b and h[0] (Werbos 1990, backpropagation through time)."""
    h, _ = elman_forward(given)
    x, last = array(given["x"]), len(given["x"])
    grad = {name: np.zeros_like(array(given[name])) for name in ("W_x", "W_h", "b")}
    h_bar = 2.0 * (h[last] - array(given["y"])) / len(h[last])
    for t in range(last, 0, -1):
        z_bar = h_bar * (1 - h[t] ** 2)
        grad["W_x"] += np.outer(z_bar, x[t - 1])
        grad["W_h"] += np.outer(z_bar, h[t - 1])
        grad["b"] += z_bar
        h_bar = array(given["W_h"]).T @ z_bar
    grad["h[0]"] = h_bar
    return grad


# --- Gated units ------------------------------------------------------------------------------------------------------


def gru_forward(given: Mapping[str, Any]) -> dict[str, Steps]:
    """The GRU in PyTorch's form (documentation of torch.nn.GRU): reset after the product, z keeps the old state."""
    result: dict[str, Steps] = {"r": {}, "z": {}, "n": {}, "h": {0: array(given["h[0]"])}}
    for t, x in enumerate(array(given["x"]), start=1):
        h = result["h"][t - 1]
        r = sigmoid(array(given["W_r"]) @ x + array(given["U_r"]) @ h + array(given["b_r"]))
        z = sigmoid(array(given["W_z"]) @ x + array(given["U_z"]) @ h + array(given["b_z"]))
        inner = array(given["U_n"]) @ h + array(given["b_hn"])
        n = np.tanh(array(given["W_n"]) @ x + array(given["b_n"]) + r * inner)
        for name, value in (("r", r), ("z", z), ("n", n), ("h", (1 - z) * n + z * h)):
            result[name][t] = value
    return result


def minimal_gated_unit_forward(given: Mapping[str, Any]) -> dict[str, Steps]:
    """The minimal gated unit (Zhou et al. 2016): one gate f resets and updates."""
    result: dict[str, Steps] = {"f": {}, "n": {}, "h": {0: array(given["h[0]"])}}
    for t, x in enumerate(array(given["x"]), start=1):
        h = result["h"][t - 1]
        f = sigmoid(array(given["W_f"]) @ x + array(given["U_f"]) @ h + array(given["b_f"]))
        n = np.tanh(array(given["W_n"]) @ x + array(given["U_n"]) @ (f * h) + array(given["b_n"]))
        for name, value in (("f", f), ("n", n), ("h", (1 - f) * h + f * n)):
            result[name][t] = value
    return result


# --- Adam: Kingma and Ba 2015 -----------------------------------------------------------------------------------------


def adam(
    given: Mapping[str, Any], epsilon: str = "outside_root", bias_correction: bool = True, several: bool = False
) -> list[dict[str, Array]]:
    """The moments and parameters after each step, the first being number `t`; `several`: `grad` has a step axis.

    outside_root: alpha m_hat / (sqrt(v_hat) + eps), Algorithm 1;
    hat: alpha sqrt(1 - b2^t)/(1 - b1^t) m / (sqrt(v) + eps), the text before section 2.1;
    inside_root: alpha m_hat / sqrt(v_hat + eps), some lecture notes.
    """
    theta, m, v = (array(given[name]) for name in ("theta", "m", "v"))
    b1, b2, alpha, eps = (float(given[name]) for name in ("beta1", "beta2", "alpha", "epsilon"))
    steps = []
    for t, grad in enumerate(given["grad"] if several else [given["grad"]], start=int(given["t"])):
        g = array(grad)
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g * g
        first, second = (1 - b1**t, 1 - b2**t) if bias_correction else (1.0, 1.0)
        m_hat, v_hat = m / first, v / second
        if epsilon == "outside_root":
            change = alpha * m_hat / (np.sqrt(v_hat) + eps)
        elif epsilon == "hat":
            change = alpha * np.sqrt(second) / first * m / (np.sqrt(v) + eps)
        elif epsilon == "inside_root":
            change = alpha * m_hat / np.sqrt(v_hat + eps)
        else:
            raise ValueError(epsilon)
        theta = theta - change
        steps.append({"m": m, "v": v, "m_hat": m_hat, "v_hat": v_hat, "theta": theta})
    return steps


# --- Threshold nets that work on bits, least significant first --------------------------------------------------------

Bits = Sequence[int]
Net = Mapping[str, Any]  # U, W, b_h, V (a row), b_y


def exact_net(net: Net) -> dict[str, Any]:
    """The same weights as fractions; a float is taken for the decimal that it prints as."""

    def exact(value: Any) -> Any:
        return [exact(v) for v in value] if isinstance(value, (list, tuple)) else Fraction(str(value))

    return {name: exact(value) for name, value in net.items()}


def net_step(net: Net, hidden: Sequence[int], inputs: Bits, threshold: str = "gt") -> tuple[tuple[int, ...], int]:
    """One step: the new hidden state and the output bit. Works with floats and with fractions."""

    def fires(z: Any) -> int:
        return int(z > 0) if threshold == "gt" else int(z >= 0)

    new = []
    for j in range(len(net["b_h"])):
        z = net["b_h"][j]
        for k, x in enumerate(inputs):
            z = z + net["U"][j][k] * x
        for k, h in enumerate(hidden):
            z = z + net["W"][j][k] * h
        new.append(fires(z))
    y = net["b_y"]
    for j, h in enumerate(new):
        y = y + net["V"][j] * h
    return tuple(new), fires(y)


def run_net(net: Net, columns: Sequence[Bits], threshold: str = "gt") -> list[int]:
    """The output bits for a sequence of columns (one bit of each number), from the hidden state zero."""
    hidden: tuple[int, ...] = (0,) * len(net["b_h"])
    outputs = []
    for inputs in columns:
        hidden, y = net_step(net, hidden, inputs, threshold)
        outputs.append(y)
    return outputs


def run_net_exactly(net: Net, columns: Sequence[Bits], threshold: str = "gt") -> list[int]:
    return run_net(exact_net(net), columns, threshold)


def columns_of(numbers: Sequence[str], length: int) -> list[tuple[int, ...]]:
    """Numbers written most significant bit first -> the columns a net sees, least significant first, padded."""
    rows = [[int(bit) for bit in reversed(number)] + [0] * (length - len(number)) for number in numbers]
    return list(zip(*rows, strict=True))


def sum_bits(columns: Sequence[Bits]) -> list[int]:
    """What an adder must put out: the low bits of the integer sum, one for each column."""
    total = sum(bit << place for place, column in enumerate(columns) for bit in column)
    return [(total >> place) & 1 for place in range(len(columns))]


def difference_bits(columns: Sequence[Bits]) -> list[int]:
    """First number minus second, modulo a power of two."""
    total = sum((a - b) << place for place, (a, b) in enumerate(columns))
    return [(total >> place) & 1 for place in range(len(columns))]


def shortest_failure(net: Net, threshold: str = "gt", operands: int = 2) -> list[tuple[int, ...]] | None:
    """The first shortest columns that the net adds wrongly, or None if it adds numbers of every length.

    Breadth first over pairs (hidden state, carry): there are finitely many, so an empty queue is a proof (Moore 1956).
    """
    exact = exact_net(net)
    start = ((0,) * len(net["b_h"]), 0)
    seen = {start}
    queue: deque[tuple[Any, tuple[tuple[int, ...], ...]]] = deque([(start, ())])
    while queue:
        (hidden, carry), path = queue.popleft()
        for inputs in itertools.product((0, 1), repeat=operands):
            new, y = net_step(exact, hidden, inputs, threshold)
            total = sum(inputs) + carry
            columns = (*path, inputs)
            if y != total % 2:
                return list(columns)
            state = (new, total // 2)
            if state not in seen:
                seen.add(state)
                queue.append((state, columns))
    return None


# --- Vanishing gradients: Pascanu, Mikolov and Bengio, ICML 2013 ------------------------------------------------------


def largest_slope(activation: Callable[[Array], Array], low: float = -20.0, high: float = 20.0) -> float:
    """The largest size of the slope by brute force: central differences on a grid, then on finer ones around it."""
    best = 0.0
    for _ in range(3):
        z = np.linspace(low, high, 40_001)
        slopes = np.abs(activation(z + 1e-5) - activation(z - 1e-5)) / 2e-5
        at = int(np.argmax(slopes))
        best, step = float(slopes[at]), z[1] - z[0]
        low, high = float(z[at] - 2 * step), float(z[at] + 2 * step)
    return best


def spectral_norm(matrix: Any) -> float:
    """The largest singular value: the root of the largest eigenvalue of the transpose times the matrix."""
    a = array(matrix)
    return float(np.sqrt(max(np.linalg.eigvalsh(a.T @ a))))


def spectral_radius(matrix: Any) -> float:
    """The largest size of an eigenvalue."""
    return float(max(abs(np.linalg.eigvals(array(matrix)))))


def regime(matrix: Any, gamma: float) -> str:
    """What W alone proves: gamma ||W||_2 < 1 or gamma rho(|W|) < 1 is enough to vanish; nothing is for exploding."""
    vanishes = gamma * spectral_norm(matrix) < 1 or gamma * spectral_radius(np.abs(array(matrix))) < 1
    return "vanishes" if vanishes else "undetermined"


def tanh_jacobian_product(W: Any, b: Any, h: Any, steps: int) -> Array:
    """d h[steps] / d h[0] along h = tanh(W h_prev + b), multiplied up factor by factor."""
    W, b, h = array(W), array(b), array(h)
    product = np.eye(len(h))
    for _ in range(steps):
        h = np.tanh(W @ h + b)
        product = np.diag(1 - h**2) @ W @ product
    return product
