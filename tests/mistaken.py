"""Sheets with mistakes, worked in plain NumPy: no rule of the catalogue and no formula of rnn_hw takes part in them.

Each mistake is a branch in the loop of an LSTM or of a step of Adam, put in by hand. A sheet is worked unrounded, or with
every printed line rounded before it is used again.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from oracle import sigmoid

Array = NDArray[Any]
Values = dict[str, Array]
DECIMALS = 3

# What is done -> the code that it has to be named by.
LSTM_MISTAKES = {
    "1/(1 + e^z)": "sigmoid-sign",
    "the hard sigmoid": "hard-sigmoid",
    "sigmoid in the candidate": "other-activation",
    "no tanh on the cell": "activation-left-out",
    "forget gate dropped": "factor-left-out",
    "input gate dropped": "factor-left-out",
    "forget and input gate exchanged": "exchanged",
    "weights of f and o exchanged": "lines-exchanged",
    "bias of f dropped": "term-left-out",
    "all biases dropped": "term-left-out",
    "h not carried": "state-not-carried",
    "c not carried": "state-not-carried",
    "1 - f for f": "complement",
    "minus in the cell": "sign-turned",
    "U transposed": "transposed",
}
ADAM_MISTAKES = {
    "no bias correction": "factor-left-out",
    "no correction of v": "factor-left-out",
    "t - 1": "step-off-by-one",
    "t + 1": "step-off-by-one",
    "t = 1": "step-frozen",
    "betas exchanged": "constants-exchanged",
    "gradient not squared": "square-left-out",
    "root forgotten": "root-left-out",
    "rate forgotten": "factor-left-out",
    "plus in the update": "sign-turned",
    "(1 - b)^t": "root-of-the-parts",
    "beta1 ten times too small": "decimal-slip",
    "1 - beta forgotten in m": "factor-left-out",
}


def given_lstm(random: np.random.Generator) -> dict[str, Array]:
    draw = lambda *shape: np.round(random.uniform(-1.5, 1.5, shape), 2)  # noqa: E731
    given = {f"{m}_{g}": draw(*s) for g in "fiog" for m, s in (("W", (2, 2)), ("U", (2, 2)), ("b", (2,)))}
    return given | {"x": draw(3, 2), "y": draw(3, 2), "h[0]": draw(2), "c[0]": draw(2)}


def given_adam(random: np.random.Generator) -> dict[str, Array]:
    draw = lambda low: np.round(random.uniform(low, 1, (2, 3)), 2)  # noqa: E731
    arrays = {"theta": draw(-1), "grad": draw(-1), "m": draw(-1), "v": draw(0.6)}
    numbers = {"beta1": 0.9, "beta2": 0.95, "alpha": 0.05, "epsilon": 1e-8, "t": int(random.integers(3, 6))}
    return arrays | {name: np.asarray(number) for name, number in numbers.items()}


def problem_text(kind: str, given: Mapping[str, Array], ask: str) -> str:
    lines = [f"  {name}: {value.tolist()}" for name, value in given.items()]
    return f"kind: {kind}\ndecimals: {DECIMALS}\nask: [{ask}]\ngiven:\n" + "\n".join(lines)


def keep(rounded: bool) -> Callable[[Any], Array]:
    """What happens to a line before it is used again."""
    return lambda value: np.round(value, DECIMALS) + 0.0 if rounded else np.asarray(value)


def lstm(given: Mapping[str, Array], mistake: str, rounded: bool) -> Values:
    """Every line of an LSTM's forward pass, by key."""
    kept, made = keep(rounded), mistake.__eq__
    gate = sigmoid
    if made("1/(1 + e^z)"):
        gate = lambda z: 1 / (1 + np.exp(z))  # noqa: E731
    if made("the hard sigmoid"):
        gate = lambda z: np.clip(0.2 * z + 0.5, 0, 1)  # noqa: E731
    weights = dict(given)
    if made("weights of f and o exchanged"):
        for m in "WUb":
            weights[f"{m}_f"], weights[f"{m}_o"] = given[f"{m}_o"], given[f"{m}_f"]
    if made("U transposed"):
        weights |= {f"U_{g}": given[f"U_{g}"].T for g in "fiog"}
    for g in "fiog" if made("all biases dropped") else "f" if made("bias of f dropped") else "":
        weights[f"b_{g}"] = 0 * given[f"b_{g}"]
    h, c, found, errors = given["h[0]"], given["c[0]"], {}, []
    for t, x in enumerate(given["x"], 1):
        before = given["h[0]"] if made("h not carried") else h
        z = {g: weights[f"W_{g}"] @ x + weights[f"U_{g}"] @ before + weights[f"b_{g}"] for g in "fiog"}
        f, i, o = (kept(gate(z[g])) for g in "fio")
        g = kept(sigmoid(z["g"]) if made("sigmoid in the candidate") else np.tanh(z["g"]))
        old = given["c[0]"] if made("c not carried") else c
        one, other = (i, f) if made("forget and input gate exchanged") else (f, i)
        one = np.ones(2) if made("forget gate dropped") else 1 - f if made("1 - f for f") else one
        other = np.ones(2) if made("input gate dropped") else -i if made("minus in the cell") else other
        c = kept(one * old + other * g)
        h = kept(o * (c if made("no tanh on the cell") else np.tanh(c)))
        found |= {f"{name}[{t}]": v for name, v in zip("fiogch", (f, i, o, g, c, h), strict=True)}
        errors.append((h - given["y"][t - 1]) ** 2)
    return found | {"mse": kept(np.mean(errors))}


def adam(given: Mapping[str, Array], mistake: str, rounded: bool) -> Values:
    """Every line of a step of Adam."""
    kept, made = keep(rounded), mistake.__eq__
    b1, b2 = given["beta1"], given["beta2"]
    b1, b2 = (b2, b1) if made("betas exchanged") else (b1 / 10, b2) if made("beta1 ten times too small") else (b1, b2)
    grad, t = given["grad"], int(given["t"])
    t = {"t - 1": t - 1, "t + 1": t + 1, "t = 1": 1}.get(mistake, t)
    m = kept(b1 * given["m"] + (1 if made("1 - beta forgotten in m") else 1 - b1) * grad)
    v = kept(b2 * given["v"] + (1 - b2) * (grad if made("gradient not squared") else grad**2))
    first, second = ((1 - b1) ** t, (1 - b2) ** t) if made("(1 - b)^t") else (1 - b1**t, 1 - b2**t)
    m_hat = kept(m if made("no bias correction") else m / first)
    v_hat = kept(v if mistake in ("no bias correction", "no correction of v") else v / second)
    below = (v_hat if made("root forgotten") else np.sqrt(v_hat)) + given["epsilon"]
    step = (1 if made("rate forgotten") else given["alpha"]) * m_hat / below
    theta = kept(given["theta"] + step if made("plus in the update") else given["theta"] - step)
    return {"m": m, "v": v, "m_hat": m_hat, "v_hat": v_hat, "theta": theta}


def printed(value: Array) -> str:
    """A number or array as it stands on the page, every entry with all its decimals."""
    if np.ndim(value):
        return f"[{', '.join(map(printed, value))}]"
    return f"{float(value):.{DECIMALS}f}"
