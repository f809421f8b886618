"""A long sequence through one LSTM cell: the text of its equations against two programs written by hand.

"per gate" is the cell as a lecture writes it, four gates, eight products a step. "joined" is what a careful person
makes of it: the four gates in one matrix, and the products with x of all steps in one go before the loop.
"""

from collections.abc import Callable, Mapping

import numpy as np
from measure import ROOT, Row, clock, in_turns, show
from numpy.typing import NDArray

from rnn_hw.lang.evaluate import Stack, evaluate
from rnn_hw.lang.parse import parse_program
from rnn_hw.lang.shapes import infer

SIZES = ((1000, 128, 128), (10000, 64, 64))  # T, H, D
GATES = "fiog"

Array = NDArray[np.float64]
Values = Mapping[str, Array]


def given(steps: int, hidden: int, inputs: int) -> dict[str, Array]:
    """Values for every given name of the cell: `x` has one row per step, `h[0]` and `c[0]` are zeros."""
    random = np.random.default_rng(0)
    values = {"x": random.normal(size=(steps, inputs)), "h[0]": np.zeros(hidden), "c[0]": np.zeros(hidden)}
    for gate in GATES:
        values[f"W_{gate}"] = random.normal(size=(hidden, inputs)) / np.sqrt(inputs)
        values[f"U_{gate}"] = random.normal(size=(hidden, hidden)) / np.sqrt(hidden)
        values[f"b_{gate}"] = random.normal(size=hidden) / 10
    return values


def sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def per_gate(v: Values) -> Array:
    """Every h, a row per step."""
    h, c = v["h[0]"], v["c[0]"]
    out = np.empty((len(v["x"]), len(h)))
    for t, x in enumerate(v["x"]):
        f = sigmoid(v["W_f"] @ x + v["U_f"] @ h + v["b_f"])
        i = sigmoid(v["W_i"] @ x + v["U_i"] @ h + v["b_i"])
        o = sigmoid(v["W_o"] @ x + v["U_o"] @ h + v["b_o"])
        g = np.tanh(v["W_g"] @ x + v["U_g"] @ h + v["b_g"])
        c = f * c + i * g
        h = out[t] = o * np.tanh(c)
    return out


def joined(v: Values) -> Array:
    """Every h, a row per step."""
    W, U, b = (np.concatenate([v[f"{part}_{gate}"] for gate in GATES]) for part in "WUb")
    h, c, n = v["h[0]"], v["c[0]"], len(v["h[0]"])
    out = np.empty((len(v["x"]), n))
    products = v["x"] @ W.T + b
    for t, product in enumerate(products):
        z = product + U @ h
        gates = sigmoid(z[: 3 * n])
        c = gates[:n] * c + gates[n : 2 * n] * np.tanh(z[3 * n :])
        h = out[t] = gates[2 * n :] * np.tanh(c)
    return out


# ---- ADAPTER: the one place that knows the interface of rnn_hw.lang.evaluate ----------------------------------------
def through_evaluate(v: Values) -> Callable[[], Array]:
    """A function that evaluates `equations/lstm.eq` on the values and returns every h, a row per step.

    What is done once per program (reading the text, its shapes, the plan) belongs outside the returned function, what
    is done once per evaluation inside.
    """
    program = parse_program((ROOT / "rnn_hw" / "equations" / "lstm.eq").read_text(encoding="utf-8"))
    given = {k: array for k, array in v.items() if k[1:] != "[0]" and k != "x"} | {"x": Stack(v["x"], 1)}
    given |= {k: Stack(v[f"{k}[0]"][None], 0) for k in "hc"}
    own = {k: value.values.shape[1:] if isinstance(value, Stack) else value.shape for k, value in given.items()}
    states = {k: own.pop(k) for k in "hc"}
    shapes = infer(program, own, states)
    steps = len(v["x"])

    def run() -> Array:
        h: Stack = evaluate(program, given, shapes, steps).values["h"]
        return h.values[1 - h.first : steps + 1 - h.first]

    return run


# ----------------------------------------------------------------------------------------------------------------------


def rows(pairs: int = 7) -> list[Row]:
    """For each size, evaluation against both hand-written programs, and these against each other."""
    found = []
    for steps, hidden, inputs in SIZES:
        values = given(steps, hidden, inputs)
        size = f"T={steps} H={hidden} D={inputs}"
        gate, join = clock(lambda v=values: per_gate(v)), clock(lambda v=values: joined(v))
        name = f"LSTM forward {size}, joined / per gate"
        found.append(Row(name, *in_turns(join, gate, pairs), note=differ(joined(values), per_gate(values))))
        for title, baseline in (("per gate", gate), ("joined", join)):
            name = f"LSTM forward {size}, evaluate / {title}"
            ours = through_evaluate(values)
            note = differ(ours(), per_gate(values))
            found.append(Row(name, *in_turns(clock(ours), baseline, pairs), note=note))
    return found


def differ(a: Array, b: Array) -> str:
    return f"values differ by {np.max(np.abs(a - b)):.0e} at most"


if __name__ == "__main__":
    print(show(rows()))
