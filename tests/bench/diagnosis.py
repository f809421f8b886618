"""How well mistakes are named: every mistake of the catalogue made in problems with random numbers, alone and in pairs.

A case is a problem with random numbers, a change of the catalogue, and a way to carry numbers on (rounded to three decimals
at every line, or unrounded). It is *revealing* if the sheet differs, to the place asked, from the true one and from that of
every change of another row. *Recall*: the mistake is among those named, ties included. *Alone*: it is the one thing that is
said. *False alarms*: something is said of a sheet in which one to four lines are random digits.

The catalogue is split by its codes. While bits and margins were chosen, the rows called "tuning" were looked at one by one,
on the problems of the seeds below `FRESH`; reported are the others too, and all of them on problems drawn from `FRESH` on.
"""

import sys
import time
import zlib
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from rnn_hw.answers import Sheet, answer_file
from rnn_hw.checking import bound, check_sheets, mark
from rnn_hw.diagnose import Diagnoser
from rnn_hw.diagnose.lines import Spot
from rnn_hw.diagnose.reveal import Revealed, every_change, reveal
from rnn_hw.diagnose.search import Search
from rnn_hw.lang.mistakes.rules import Change
from rnn_hw.lang.tree import Equation, Program
from rnn_hw.problem import Problem, read_problem
from rnn_hw.results import Diagnosis
from rnn_hw.source import parse

DECIMALS = 3
Array = NDArray[np.float64]


# --- problems -----------------------------------------------------------------------------------------------------------


def _text(array: Array) -> str:
    return str(np.round(array, 2).tolist())


def lstm(random: np.random.Generator) -> str:
    draw = lambda *shape: _text(random.uniform(-1.5, 1.5, shape))  # noqa: E731
    lines = [f"  {m}_{g}: {draw(*s)}" for g in "fiog" for m, s in (("W", (2, 2)), ("U", (2, 2)), ("b", (2,)))]
    lines += [f"  x: {draw(3, 2)}", f"  y: {draw(3, 2)}", f"  h[0]: {draw(2)}", f"  c[0]: {draw(2)}"]
    return "kind: lstm_forward\ndecimals: 3\nask: [z_f, z_i, z_o, z_g, f, i, o, g, c, h, mse]\ngiven:\n" + "\n".join(
        lines
    )


def lstm_states(random: np.random.Generator) -> str:
    return lstm(random).replace("ask: [z_f, z_i, z_o, z_g, f, i, o, g, c, h, mse]", "ask: [f, i, o, g, c, h, mse]")


def adam(random: np.random.Generator) -> str:
    draw = lambda low=-1.0: _text(random.uniform(low, 1, (2, 3)))  # noqa: E731
    return (
        "kind: adam_step\ndecimals: 3\ngiven:\n"
        f"  theta: {draw()}\n  grad: {draw()}\n  m: {draw()}\n  v: {draw(0.01)}\n"
        f"  beta1: 0.9\n  beta2: {random.choice([0.99, 0.95, 0.999])}\n  alpha: {random.choice([0.1, 0.05])}\n"
        f"  epsilon: 1e-8\n  t: {random.integers(2, 6)}\n"
    )


def by_hand(random: np.random.Generator) -> str:
    draw = lambda *shape: _text(random.uniform(-1.5, 1.5, shape))  # noqa: E731
    return (
        "kind: rnn_by_hand\ndecimals: 3\nbackward: true\ngiven:\n"
        f"  W_a: {random.uniform(0.4, 1.4):.2f}\n  W_x: {random.uniform(0.4, 1.4):.2f}\n"
        f"  x: {draw(3, 3)}\n  y: {draw(3)}\n  a[0]: {draw(3)}\n  learning_rate: 0.1\n"
    )


def gated(random: np.random.Generator) -> str:
    draw = lambda *shape: _text(random.uniform(-1.5, 1.5, shape))  # noqa: E731
    return (
        "kind: recurrence\ndecimals: 3\nequations: |\n"
        "  z[t] = sigmoid(W_z @ x[t] + U_z @ h[t-1] + b_z)\n  r[t] = sigmoid(W_r @ x[t] + U_r @ h[t-1] + b_r)\n"
        "  n[t] = tanh(W_n @ x[t] + U_n @ (r[t]*h[t-1]) + b_n)\n  h[t] = (1 - z[t])*n[t] + z[t]*h[t-1]\n"
        "loss: mean((h - y)**2)\ngiven:\n"
        + "".join(f"  W_{k}: {draw(2, 2)}\n  U_{k}: {draw(2, 2)}\n  b_{k}: {draw(2)}\n" for k in "zrn")
        + f"  x: {draw(3, 2)}\n  y: {draw(3, 2)}\n  h[0]: {draw(2)}\n"
    )


def gradients(random: np.random.Generator) -> str:
    number = lambda: f"{random.uniform(0.3, 1.5) * random.choice([-1, 1]):.2f}"  # noqa: E731
    weights = [f"w_{g}{k}" for g in "ifog" for k in "xh"]
    equations = "".join(
        f"  {g}[t] = {'tanh' if g == 'g' else 'sigmoid'}(w_{g}x*x[t] + w_{g}h*h[t-1])\n" for g in "ifog"
    )
    return (
        f"kind: bptt\ndecimals: 3\nequations: |\n{equations}  c[t] = f[t]*c[t-1] + i[t]*g[t]\n  h[t] = o[t]*tanh(c[t])\n"
        "loss: 0.5*sum[t]((h[t] - y[t])**2)\ngiven:\n"
        + "".join(f"  {w}: {number()}\n" for w in weights)
        + f"  x: [{number()}, {number()}, {number()}]\n  y: [{number()}, {number()}, {number()}]\n"
        + f"  h[0]: {number()}\n  c[0]: {number()}\n"
        + "ask: [i, f, o, g, c, h, h_bar, c_bar, g_bar, o_bar, f_bar, i_bar, "
        + ", ".join(f"{w}_bar" for w in weights) + "]\n"
    )  # fmt: skip


PROBLEMS = {
    "LSTM forward": lstm, "LSTM, gates alone": lstm_states, "Adam": adam, "RNN by hand": by_hand, "GRU": gated,
    "LSTM gradient": gradients,
}  # fmt: skip


def written(values: dict[Spot, Array], problem: Problem) -> Sheet:
    """The sheet of somebody who got these values."""
    lines = ["answers: {}" if not values else "answers:"]
    for line in problem.lines:
        if line.asked and line.form == "number":
            value = np.round(values[line.name, line.time], DECIMALS) + 0.0
            text = np.array2string(value, separator=", ", formatter={"float": lambda n: f"{n:.{DECIMALS}f}"})
            lines.append(f'  "{line.key}": {" ".join(text.split())}')
    return bound(answer_file(parse("\n".join(lines) + "\n", "answers.yaml")), problem)


def worked(problem: Problem, search: Search, program: Program, rounded: bool) -> dict[Spot, Array]:
    """The values of a program worked line by line, what is asked rounded on the way or not."""
    asked = {(line.name, line.time) for line in problem.lines if line.asked and line.form == "number"}
    formulas = {e.name: e.formula for e in program.equations}
    values: dict[Spot, Array] = {}
    with np.errstate(all="ignore"):
        for spot in search.lines.order:
            value = search.lines.compute(formulas[spot[0]], spot, values, None, (1, 1))
            values[spot] = np.round(value, DECIMALS) if rounded and spot in asked else value
    return {spot: value[0, 0] for spot, value in values.items()}


def with_changes(program: Program, *made: Change) -> Program:
    formulas = {name: formula for change in made for name, formula in change.formulas.items()}
    return Program(tuple(Equation(e.target, formulas.get(e.name, e.formula)) for e in program.equations))


def finite(sheet: Sheet) -> bool:
    return all(
        e.value is not None and np.isfinite(e.value).all() and np.abs(e.value).max() < 1e4
        for e in sheet.entries.values()
    )


class Bench:
    def __init__(self, name: str, seed: int) -> None:
        random = np.random.default_rng([seed, zlib.crc32(name.encode())])
        self.random = random
        self.problem = read_problem(parse(PROBLEMS[name](random), "problem.yaml"))
        self.diagnoser = Diagnoser(self.problem)
        self.search = self.diagnoser.search
        self.every = every_change(self.search)
        self.revealed: Revealed = reveal(self.problem, self.search, self.every)
        hidden = self.revealed.invisible()
        self.visible = [k for k, h in enumerate(hidden) if not h]

    def single(self) -> Iterator[tuple[int, bool]]:
        """For each code a random visible change that no change of another code looks like, and how it is carried."""
        by_code: dict[str, list[int]] = {}
        for k in self.visible:
            by_code.setdefault(self.every[k].code, []).append(k)
        for code, found in by_code.items():
            for k in self.random.permutation(found):
                if all(self.every[n].code == code for n in self.revealed.alike(int(k))):
                    yield int(k), bool(self.random.integers(2))
                    break

    def sheet(self, made: tuple[Change, ...], rounded: bool) -> Sheet:
        return written(
            worked(self.problem, self.search, with_changes(self.search.versions.true.program, *made), rounded),
            self.problem,
        )

    def right(self, sheet: Sheet) -> bool:
        """Whether no line of the sheet is wrong."""
        (report,) = check_sheets(self.problem, [sheet])
        return all(v.verdict != "wrong" for v in report.verdicts)

    def named(self, sheet: Sheet) -> tuple[list[Diagnosis], float]:
        (marked,) = mark(self.problem, [sheet])
        start = time.perf_counter()
        found = self.diagnoser.diagnoses(marked).get(0, ())
        return list(found), time.perf_counter() - start

    def random_digits(self) -> Sheet:
        """A sheet with random digits in one to four lines, the others worked from what is on the page."""
        asked = [(s.name, s.time) for s in self.problem.lines if s.asked and s.form == "number"]
        count = int(self.random.integers(1, 5))
        random = {asked[k] for k in self.random.choice(len(asked), min(count, len(asked)), replace=False)}
        formulas = {e.name: e.formula for e in self.search.versions.true.program.equations}
        values: dict[Spot, Array] = {}
        with np.errstate(all="ignore"):
            for spot in self.search.lines.order:
                value = self.search.lines.compute(formulas[spot[0]], spot, values, None, (1, 1))
                if spot in random:
                    size = max(1.0, float(np.abs(value).max()))
                    value = self.random.uniform(-size, size, value.shape)
                values[spot] = np.round(value, DECIMALS) if spot in asked else value
        return written({spot: value[0, 0] for spot, value in values.items()}, self.problem)


def is_named(change: Change, found: list[Diagnosis]) -> bool:
    return any(d.mistake == change.code or any(f"[{change.code}]" in other for other in d.alternatives) for d in found)


def is_alone(change: Change, found: list[Diagnosis]) -> bool:
    return len(found) == 1 and found[0].mistake == change.code and not found[0].alternatives


def reporting(code: str) -> bool:
    """Whether a row belongs to the half that was not looked at while bits were chosen."""
    return zlib.crc32(code.encode()) % 2 == 1


class Count:
    """How many of so many cases."""

    def __init__(self) -> None:
        self.cases = self.named = self.alone = 0

    def add(self, named: bool, alone: bool) -> None:
        self.cases, self.named, self.alone = self.cases + 1, self.named + named, self.alone + alone

    def __str__(self) -> str:
        if not self.cases:
            return "no case"
        return f"{self.cases:5} cases  {self.named / self.cases:7.1%}  {self.alone / self.cases:7.1%}"


def singles(names: Iterable[str], seeds: Iterable[int], times: list[float]) -> dict[str, Count]:
    """Each mistake alone: by kind of problem, by half of the catalogue, and all."""
    counts: dict[str, Count] = {}
    for name in names:
        for seed in seeds:
            bench = Bench(name, seed)
            for k, rounded in bench.single():
                change = bench.every[k]
                sheet = bench.sheet((change,), rounded)
                if not finite(sheet) or bench.right(sheet):
                    continue
                found, _ = bench.named(sheet)
                times.append(bench.named(sheet)[1])  # once loaded
                half = "rows for reporting" if reporting(change.code) else "rows for tuning"
                for group in (name, half, "all"):
                    counts.setdefault(group, Count()).add(is_named(change, found), is_alone(change, found))
    return counts


def pairs(names: Iterable[str], seeds: Iterable[int], each: int = 8) -> Count:
    """Two mistakes in different equations, both of which can be seen beside the other."""
    count = Count()
    for name in names:
        for seed in seeds:
            bench = Bench(name, seed)
            found = [k for k, _ in bench.single()]
            for _ in range(each):
                one, other = (bench.every[k] for k in bench.random.choice(found, 2, replace=False))
                rounded = bool(bench.random.integers(2))
                sheets = [bench.sheet(made, rounded) for made in ((one, other), (one,), (other,))]
                overlap = set(one.formulas) & set(other.formulas)
                if overlap or not all(map(finite, sheets)) or same(*sheets[:2]) or same(sheets[0], sheets[2]):
                    continue
                said, _ = bench.named(sheets[0])
                both = is_named(one, said) and is_named(other, said)
                count.add(both, both and len(said) == 2 and not any(d.alternatives for d in said))
    return count


def false_alarms(names: Iterable[str], seeds: Iterable[int], each: int = 15) -> Count:
    """Sheets with random digits of which something is said."""
    count = Count()
    for name in names:
        for seed in seeds:
            bench = Bench(name, seed)
            for _ in range(each):
                sheet = bench.random_digits()
                if finite(sheet):
                    said, _ = bench.named(sheet)
                    count.add(bool(said), False)
    return count


def same(one: Sheet, other: Sheet) -> bool:
    """Whether two sheets are the same to the last place, or almost."""
    room = 1.1 * 10.0**-DECIMALS
    return all(
        np.allclose(entry.value, other.entries[key].value, rtol=0, atol=room) for key, entry in one.entries.items()
    )


FRESH = 100


def report(problems: int = 3) -> str:
    """The figures as text."""
    seeds = range(FRESH, FRESH + problems)
    times: list[float] = []
    alone = singles(PROBLEMS, seeds, times)
    lines = ["Naming the mistake                                recall    alone   (aims 98 %, 90 %)"]
    lines += [f"  {group:26}{alone[group]}" for group in sorted(alone, key=lambda g: (g == "all", "rows" in g, g))]
    two = pairs(PROBLEMS, seeds)
    lines.append(f"  {'pairs, both named':26}{two}   (aim 80 %)")
    random = false_alarms(PROBLEMS, range(FRESH, FRESH + 2 * problems))
    share = random.named / max(random.cases, 1)
    lines.append(f"  {'false alarms':26}{random.cases:5} sheets {share:7.1%}            (aim under 1 %)")
    ms = 1e3 * np.array(times)
    figures = f"{np.median(ms):.0f} ms, nine in ten below {np.quantile(ms, 0.9):.0f} ms, at most {ms.max():.0f} ms"
    lines.append(f"  time per sheet once loaded: median {figures} (aim 50 ms)")
    return "\n".join(lines)


if __name__ == "__main__":
    print(report(*map(int, sys.argv[1:])))
