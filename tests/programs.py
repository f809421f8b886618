"""Programs to test with: random values for a text of equations, a naive interpreter, and Hypothesis strategies.

The interpreter shares nothing with `evaluate.py` but the trees: a dictionary from a key to its value, plain recursion, no
batch, no plan, and a table of functions of its own.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from hypothesis import Phase, settings
from hypothesis import strategies as st

from rnn_hw.lang.differentiate import differentiate
from rnn_hw.lang.evaluate import Result, Stack, evaluate
from rnn_hw.lang.parse import parse_program
from rnn_hw.lang.shapes import infer, series_names
from rnn_hw.lang.tree import Name, Node, Num, Program, Time

Shape = tuple[int, ...]
# Programs are slow to shrink; those with two largest entries have no derivative, so no run may find new ones.
UNSHRUNK = settings(deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate])
Given = dict[str, Any]


class Case(NamedTuple):
    """A program with a value for everything that it does not define."""

    program: Program
    given: Given
    shapes: dict[str, Shape]
    steps: int

    def run(self, changes: Given | None = None, **options: Any) -> Result:
        return evaluate(self.program, {**self.given, **(changes or {})}, self.shapes, self.steps, **options)


def case(
    text: str,
    shapes: Mapping[str, Shape],
    initial: Mapping[str, Shape] | None = None,
    steps: int = 4,
    seed: int = 1,
    batch: Mapping[str, Shape] | None = None,
    scale: float = 0.7,
    first: int = 1,
    last: int = 0,
) -> Case:
    """Random values for the names in `shapes` and for the initial states; `batch` puts axes in front of some of them.

    Given sequences reach from time `first` to `steps + last`, initial states from -2 to 0.
    """
    initial, batch = initial or {}, batch or {}
    random = np.random.default_rng(seed)
    program = parse_program(text)
    initial = {name: shape for name, shape in initial.items() if name in program.names}
    series = series_names(program)
    given: Given = {}
    for name, shape in {**shapes, **initial}.items():
        low, high = (-2, 0) if name in initial else (first, steps + last)
        lead = (high - low + 1,) if name in series else ()
        values = scale * random.normal(size=(*lead, *batch.get(name, ()), *shape))
        given[name] = Stack(values, low) if name in series else values
    return Case(program, given, infer(program, shapes, initial), steps)


# ---- the naive interpreter -------------------------------------------------------------------------------------------


def _logistic(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def _product(a: Any, b: Any) -> Any:
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return a * b
    if np.ndim(a) == 1 and np.ndim(b) == 2 and len(b) == 1 != len(a):
        return np.outer(a, b)
    return a @ b


def _softmax(a: Any) -> Any:
    return np.exp(a) / np.sum(np.exp(a))


def _transpose(a: Any) -> Any:
    return np.reshape(a, (1, -1)) if np.ndim(a) == 1 else np.transpose(a)


def _placed(a: Any, b: Any, c: Any) -> Any:
    whole = np.zeros(int(c))
    whole[int(b) - 1 : int(b) - 1 + len(a)] = a
    return whole


def _outer(a: Any, b: Any) -> Any:
    return np.outer(a, b) if np.ndim(a) or np.ndim(b) else a * b


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "div": lambda a, b: a / b,
    "pow": lambda a, b: np.asarray(a, float) ** b, "neg": lambda a: -a, "matmul": _product, "transpose": _transpose,
    "outer": _outer, "sigmoid": _logistic, "tanh": np.tanh, "exp": np.exp, "log": np.log, "sqrt": np.sqrt, "sin": np.sin,
    "cos": np.cos, "abs": np.abs, "sign": np.sign, "relu": lambda a: np.where(a > 0, a, 0.0),
    "softplus": lambda a: np.log(1 + np.exp(a)), "step": lambda a: np.where(a > 0, 1.0, 0.0),
    "step_ge": lambda a: np.where(a >= 0, 1.0, 0.0), "hard_sigmoid": lambda a: np.minimum(1, np.maximum(0, 0.2 * a + 0.5)),
    "maximum": lambda a, b: np.where(a > b, a, b), "minimum": lambda a, b: np.where(a < b, a, b),
    "equal": lambda a, b: np.where(a == b, 1.0, 0.0), "sum": np.sum, "mean": np.mean, "max": np.max, "min": np.min,
    "norm": lambda a: math.sqrt(np.sum(np.square(a))), "size": np.size, "ones": np.ones_like, "softmax": _softmax,
    "logit": lambda a: np.log(a) - np.log(1 - a), "artanh": lambda a: (np.log(1 + a) - np.log(1 - a)) / 2,
    "concat": lambda *parts: np.concatenate([np.atleast_1d(p) for p in parts]),
    "part": lambda a, b, c: a[int(b) - 1 : int(c)], "placed": _placed,
}  # fmt: skip
OVER = {
    "sum[]": sum,
    "mean[]": lambda v: sum(v) / len(v),
    "max[]": lambda v: np.max(v, 0),
    "min[]": lambda v: np.min(v, 0),
}


class Naive:
    """Every value on demand, one key at a time."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.found: dict[tuple[str, int | None], Any] = {}
        for name, value in case.given.items():
            if isinstance(value, Stack):
                self.found |= {(name, value.first + k): v for k, v in enumerate(value.values)}
            else:
                self.found[name, None] = value

    def key(self, name: str, time: int | None) -> Any:
        if (name, time) not in self.found:
            equation = self.case.program.get(name)
            if equation is None or (time is not None and not 1 <= time <= self.case.steps):
                return np.zeros(self.case.shapes[name])
            self.found[name, time] = self.value(equation.formula, {} if time is None else {"t": time})
        return self.found[name, time]

    def time(self, time: Time, at: Mapping[str, int]) -> int:
        return time.shift + {"": 0, "T": self.case.steps, **at}[time.base]

    def value(self, node: Node, at: Mapping[str, int]) -> Any:
        if isinstance(node, Num):
            return node.value
        if isinstance(node, Name):
            if node.name in ("t", "T"):
                return self.time(node.time or Time(node.name, 0), at)
            return self.key(node.name, None if node.time is None else self.time(node.time, at))
        if node.operation in OVER:
            letter, body = node.arguments
            return OVER[node.operation](
                [self.value(body, {**at, str(letter): s}) for s in range(1, self.case.steps + 1)]
            )
        return FUNCTIONS[node.operation](*(self.value(a, at) for a in node.arguments))


def mentions(case: Case) -> list[tuple[str, int | None]]:
    """The key of every step of every equation."""
    return [
        (e.name, time)
        for e in case.program.equations
        for time in ([None] if e.target.time is None else range(1, case.steps + 1))
    ]


def at(result: Result, name: str, time: int | None) -> Any:
    """A value of a result, by key."""
    value = result.values[name]
    return value.at(time) if isinstance(value, Stack) and time is not None else value


def close(value: Any, expected: Any, tolerance: float = 1e-9) -> bool:
    """Whether shapes are equal and the values are, to `tolerance` of the largest entry (or of one)."""
    value, expected = np.asarray(value, float), np.asarray(expected, float)
    if value.shape != expected.shape:
        return False
    scale = max(1.0, float(np.max(np.abs(expected), initial=0)))
    return bool(np.all(np.abs(value - expected) <= tolerance * scale))


# ---- adjoints against finite differences -----------------------------------------------------------------------------


def with_adjoints(case: Case, loss: str, adjoints: Program | None = None) -> Case:
    """The case with the equations of its adjoints behind its own."""
    adjoints = adjoints or differentiate(case.program, loss, case.shapes)
    shapes = {**case.shapes, **{n: case.shapes[n.removesuffix("_bar")] for n in adjoints.names}}
    return case._replace(program=Program(case.program.equations + adjoints.equations), shapes=shapes)


def wrong_adjoints(
    case: Case, loss: str = "loss", adjoints: Program | None = None, tolerance: float = 1e-6, seed: int = 5
) -> list[str]:
    """The given quantities whose adjoint is not what finite differences of the loss say along a random direction.

    The central difference is extrapolated once (Richardson), so that its own error is far below the tolerance. A name
    without an adjoint has to have no influence.
    """
    whole = with_adjoints(case, loss, adjoints)
    result = whole.run()
    random = np.random.default_rng(seed)
    wrong = []
    for name, value in case.given.items():
        if case.program.get(name) is not None:
            continue  # an initial state: its adjoint belongs to a step that no equation has
        array = value.values if isinstance(value, Stack) else np.asarray(value)
        direction = random.normal(size=array.shape)
        if isinstance(value, Stack):  # values of steps that have no adjoint stay
            direction[: 1 - value.first], direction[case.steps + 1 - value.first :] = 0, 0
        losses = []
        for width in (1e-3, -1e-3, 5e-4, -5e-4):
            moved = array + width * direction
            changed = Stack(moved, value.first) if isinstance(value, Stack) else moved
            losses.append(float(np.asarray(case.run({name: changed}).values[loss])))
        wide, narrow = (losses[0] - losses[1]) / 2e-3, (losses[2] - losses[3]) / 1e-3
        expected = (4 * narrow - wide) / 3
        found = 0.0
        if name + "_bar" in whole.program.names:
            bar = result.values[name + "_bar"]
            if isinstance(bar, Stack):
                assert isinstance(value, Stack)
                bar, direction = bar.between(1, case.steps), direction[1 - value.first : case.steps + 1 - value.first]
            if np.shape(bar) != direction.shape:
                wrong.append(name)
                continue
            found = float(np.sum(np.asarray(bar) * direction))
        if not abs(found - expected) <= tolerance * max(abs(expected), 1e-3):
            wrong.append(name)
    return wrong


# ---- cells -----------------------------------------------------------------------------------------------------------

LSTM = "\n".join(
    f"z_{k}[t] = W_{k} @ x[t] + U_{k} @ h[t-1] + b_{k}\n{k}[t] = {'tanh' if k == 'g' else 'sigmoid'}(z_{k}[t])"
    for k in "fiog"
) + """
c[t] = f[t]*c[t-1] + i[t]*g[t]
h[t] = o[t]*tanh(c[t])
loss = mean[t](mean((h[t] - y[t])**2))
"""  # fmt: skip
ELMAN = """
h[t] = tanh(W_x @ x[t] + W_h @ h[t-1] + b)
loss = mean((h[T] - y)**2)
"""
GRU = """
r[t] = sigmoid(W_r @ x[t] + U_r @ h[t-1] + b_r)
z[t] = sigmoid(W_z @ x[t] + U_z @ h[t-1] + b_z)
n[t] = tanh(W_n @ x[t] + b_n + r[t]*(U_n @ h[t-1] + b_hn))
h[t] = (1 - z[t])*n[t] + z[t]*h[t-1]
loss = sum[t](sum(h[t]*y[t]))
"""
MINIMAL = """
f[t] = sigmoid(W_f @ x[t] + U_f @ h[t-1] + b_f)
n[t] = tanh(W_n @ x[t] + U_n @ (f[t]*h[t-1]) + b_n)
h[t] = (1 - f[t])*h[t-1] + f[t]*n[t]
loss = sum[t](sum(h[t]*y[t]))
"""


def lstm_shapes(inputs: int = 2, hidden: int = 3) -> dict[str, Shape]:
    matrices = {f"{p}_{k}": (hidden, inputs if p == "W" else hidden) for p in "WU" for k in "fiog"}
    return {**matrices, **{f"b_{k}": (hidden,) for k in "fiog"}, "x": (inputs,), "y": (hidden,)}


def gru_shapes(inputs: int = 2, hidden: int = 3) -> dict[str, Shape]:
    matrices = {f"{p}_{k}": (hidden, inputs if p == "W" else hidden) for p in "WU" for k in "rzn"}
    biases = dict.fromkeys(("b_r", "b_z", "b_n", "b_hn"), (hidden,))
    return {**matrices, **biases, "x": (inputs,), "y": (hidden,)}


def minimal_shapes(inputs: int = 2, hidden: int = 3) -> dict[str, Shape]:
    matrices = {f"{p}_{k}": (hidden, inputs if p == "W" else hidden) for p in "WU" for k in "fn"}
    return {**matrices, "b_f": (hidden,), "b_n": (hidden,), "x": (inputs,), "y": (hidden,)}


ELMAN_SHAPES: dict[str, Shape] = {"W_x": (3, 2), "W_h": (3, 3), "b": (3,), "x": (2,), "y": (3,)}


# ---- random programs -------------------------------------------------------------------------------------------------

SIZE = 2  # of every vector
PLAIN: dict[str, Shape] = {"W": (SIZE, SIZE), "U": (SIZE, SIZE), "v": (SIZE,), "w": ()}
SEQUENCES: dict[str, Shape] = {"x": (SIZE,), "q": ()}


def _vectors(sequences: list[str], bodies: list[str], depth: int) -> st.SearchStrategy[str]:
    """Texts of vectors at step `t`; `bodies` may stand in a sum over `s`."""
    leaf = st.sampled_from([*sequences, "v"])
    if not depth:
        return leaf
    inner, number = _vectors(sequences, bodies, depth - 1), _numbers(sequences, bodies, depth - 1)
    return st.one_of(
        leaf,
        st.tuples(st.sampled_from("WU"), inner).map(lambda p: f"{p[0]} @ ({p[1]})"),
        st.tuples(st.sampled_from("WU"), inner).map(lambda p: f"({p[1]}) @ {p[0]}"),
        st.tuples(st.sampled_from(["tanh", "sigmoid", "sin", "softmax"]), inner).map("{0[0]}({0[1]})".format),
        st.tuples(inner, st.sampled_from("+-*"), inner).map("({0[0]}) {0[1]} ({0[2]})".format),
        st.tuples(inner, inner).map(lambda p: f"W @ ({p[0]}) + U @ ({p[1]})"),
        st.tuples(number, inner).map("({0[0]})*({0[1]})".format),
        st.tuples(inner, number, st.integers(1, 2)).map(lambda p: f"part([{p[0]}, {p[1]}], {p[2]}, {p[2] + 1})"),
        st.tuples(st.sampled_from(["sum", "mean"]), st.sampled_from("st"), st.sampled_from(bodies)).map(
            lambda p: f"{p[0]}[{p[1]}](({p[2].replace('s', p[1])}))"
        ),
        st.tuples(inner, st.sampled_from(bodies)).map(lambda p: f"sum[s](softmax({p[0]}) @ ({p[1]})*({p[1]}))"),
    )


def _numbers(sequences: list[str], bodies: list[str], depth: int) -> st.SearchStrategy[str]:
    leaf = st.sampled_from(["w", "q[t]", "q[t-1]", "t/10", "2", "0.5", "1/T"])
    if not depth:
        return leaf
    inner = _vectors(sequences, bodies, depth - 1)
    return st.one_of(
        leaf,
        st.tuples(st.sampled_from(["sum", "mean", "max"]), inner).map("{0[0]}({0[1]})".format),
        inner.map("v @ ({0})".format),
        st.sampled_from(["sum[s](q[s]*t/10)", "max[t](q[t])", "sum[t](t*q[t-1])/10", "mean[s](q[s]*q[t])"]),
    )


@st.composite
def programs(draw: st.DrawFn) -> str:
    """Texts with a forward recurrence of several states, a backward one, sequences without one, and a loss."""
    inputs = ["x[t]", "x[t-1]", "x[t-2]", "x[t+1]"]
    bodies = ["x[s]", "x[s-1]", "q[s]*x[s]", "W @ x[s+1]"]
    lines = []

    def block(names: str, ahead: int) -> None:
        states = [f"{n}[t{s:+d}]" for n in names for s in (ahead, ahead, 2 * ahead)]
        for k, name in enumerate(names):
            known = [*inputs, *states, *(f"{n}[t]" for n in names[:k])]
            text = draw(_vectors(known, bodies, 2))
            if ahead > 0 or draw(st.booleans()):  # what runs backward has to say so
                text = f"{name}[t{ahead:+d}] + x[t] + {text}"
            lines.append(f"{name}[t] = tanh({text})")
        inputs.extend(f"{n}[t]" for n in names)
        bodies.extend(f"{n}[s]" for n in names)

    block("ahc"[: draw(st.integers(1, 3))], -1)
    inputs += ["a[t-1]", "a[T]", "a[2]", "a[t-3]"]
    block("bd"[: draw(st.integers(0, 2))], 1)
    plain = ["a[T] + v", "W @ a[1]*w", "sum[s](a[s-1]*x[s])", "mean[t](t*a[t]) + x[2]", "max[s](x[s]*q[s]) @ U", "T*v"]
    lines.append(f"m = {draw(st.sampled_from(plain))}")
    inputs.append("m")
    lines.append(f"y[t] = {draw(_vectors(inputs, bodies, 2))}")
    loss = draw(st.sampled_from([
        "sum[t](sum(y[t]*x[t]))", "mean[t](sum((y[t] - a[t-1])**2))", "v @ y[T] + v @ y[2]", "sum(m) + sum[s](v @ y[s])",
        "sum[t](sum(y[t]*y[t-1]))", "sum[s](sum[k](y[s] @ x[k]*q[s]))", "sum[t](t*sum(sum[s](y[s]*x[t])))/T", "norm(y[T])",
    ]))  # fmt: skip
    lines.append(f"loss = {loss}")
    return "\n".join(draw(st.permutations(lines)))


def random_case(text: str, seed: int = 1, batch: Mapping[str, Shape] | None = None, steps: int = 4) -> Case:
    """A text of `programs` with values: inputs for two steps before the first and behind the last."""
    return case(text, {**PLAIN, **SEQUENCES}, dict.fromkeys("ahc", (SIZE,)), steps, seed, batch, first=-2, last=2)
