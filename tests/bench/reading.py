"""How long reading 10,000 answer files takes, against PyYAML's own fastest loader on the same texts.

`python tests/bench/reading.py [FILES]` prints the time per file and the ratio, both as medians over interleaved rounds:
on a shared computer the times drift, the ratio hardly does. Also shown: files with a formula, which the survey of
markup looks at first, and numbers alone.
"""

import statistics
import sys
import time
from collections.abc import Callable
from random import Random

import yaml

from rnn_hw.numerals import read_numeral
from rnn_hw.source import parse

ROUNDS = 5
TARGET = 0.45  # of CSafeLoader's time


def answer_file(random: Random, formula: bool = False) -> str:
    """An LSTM answer sheet of two hidden units and five steps, about 1.1 KB."""
    lines = ["problem: ../lstm_forward.yaml", f"student: s{random.randrange(10**6):06}", "answers:"]
    for name in ("z_f", "z_i", "z_o", "z_g", "f", "i", "o", "g", "c", "h"):
        steps = (f"[{random.uniform(-1, 1):.3f}, {random.uniform(-1, 1):.3f}]" for _ in range(5))
        lines.append(f"  {name}: [{', '.join(steps)}]")
    lines.append(f"  mse: {random.random():.3f}")
    lines += [f"  dim_{name}: {random.randrange(9)}" for name in "fioch"]
    if formula:
        lines.append("  derivative: sigmoid(z) *(1 - sigmoid(z))")
    return "\n".join(lines) + "\n"


def seconds(work: Callable[[str], object], texts: list[str]) -> float:
    begun = time.perf_counter()
    for text in texts:
        work(text)
    return time.perf_counter() - begun


def medians(works: dict[str, Callable[[str], object]], texts: list[str]) -> dict[str, float]:
    """The median time per text in microseconds; the works take turns in every round."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            times[name].append(seconds(work, texts) / len(texts) * 1e6)
    return {name: statistics.median(taken) for name, taken in times.items()}


def main(files: int = 10_000) -> float:
    """Prints the table and returns the ratio for plain answer files."""
    random = Random(0)
    works: dict[str, Callable[[str], object]] = {
        "CSafeLoader": lambda text: yaml.load(text, Loader=yaml.CSafeLoader),
        "ours": lambda text: parse(text, "answers.yaml"),
        "ours, from bytes": lambda text: parse(text.encode(), "answers.yaml"),
    }
    ratio = 0.0
    for title, formula in (("with a formula", True), ("numbers only", False)):
        texts = [answer_file(random, formula) for _ in range(files)]
        print(f"{files} answer files of {len(texts[0])} bytes, {title}")
        result = medians(works, texts)
        for name, taken in result.items():
            print(f"  {name:18}{taken:8.1f} µs per file{taken / result['CSafeLoader']:8.3f}")
        ratio = result["ours"] / result["CSafeLoader"]
    numbers = [f"{random.uniform(-1, 1):.3f}" for _ in range(100_000)]
    taken = medians({"read_numeral": read_numeral}, numbers)["read_numeral"]
    print(f"100,000 numerals\n  read_numeral      {taken:8.2f} µs per number")
    print(f"ratio {ratio:.3f}, at most {TARGET} wanted")
    return ratio


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])) > TARGET)
