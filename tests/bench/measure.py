"""Two ways of doing one thing, timed in turns, and the table that shows them side by side.

A figure is a ratio of two times taken in one run, since times drift from run to run and from machine to machine. The
two sides take turns, each going first in every other pair, and the ratio is taken pair by pair. Nothing here asserts.
"""

import os
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent


class Row(NamedTuple):
    """A line of the table: seconds of both sides, pair by pair, and the ratio of their medians that we aim at."""

    name: str
    ours: Sequence[float]
    baseline: Sequence[float]
    aim: float | None = None
    note: str = ""

    @property
    def ratios(self) -> list[float]:
        return [a / b for a, b in zip(self.ours, self.baseline, strict=True)]


def in_turns(ours: Callable[[], float], baseline: Callable[[], float], pairs: int) -> tuple[list[float], list[float]]:
    """The seconds that both report, `pairs` times, after one turn of each that does not count."""
    ours(), baseline()
    a, b = [], []
    for pair in range(pairs):
        for side, seconds in ((ours, a), (baseline, b))[:: 1 if pair % 2 else -1]:
            seconds.append(side())
    return a, b


def clock(work: Callable[[], object]) -> Callable[[], float]:
    """A function that does the work and returns the seconds it took."""

    def timed() -> float:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    return timed


def processor_clock(work: Callable[[], object]) -> Callable[[], float]:
    """The same in processor time, which others on the machine disturb less; for what runs on one core."""

    def timed() -> float:
        start = time.process_time()
        work()
        return time.process_time() - start

    return timed


def environment() -> dict[str, str]:
    """The environment for a measured process: compiled files are kept, 80 columns, nothing of the caller's Python."""
    dropped = {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONUNBUFFERED", "PYTHONWARNINGS", "FORCE_COLOR", "COLUMNS"}
    return {k: v for k, v in os.environ.items() if k not in dropped} | {"COLUMNS": "80", "PYTHONUTF8": "1"}


def process(command: Sequence[str]) -> Callable[[], float]:
    """A function that runs the command in the project's folder and returns its seconds of wall clock."""
    variables = environment()

    def run() -> float:
        start = time.perf_counter()
        done = subprocess.run(command, cwd=ROOT, env=variables, stdin=subprocess.DEVNULL, capture_output=True)
        seconds = time.perf_counter() - start
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)[:200]}: {done.stderr.decode(errors='replace')[-500:]}")
        return seconds

    return run


def children_cpu(run: Callable[[], float]) -> float:
    """The seconds of processor time that one run of a process takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def show(rows: Sequence[Row]) -> str:
    """The table: medians in milliseconds, the ratio with its least and greatest value, the aim."""
    lines = [("", "ours", "baseline", "ratio", "min .. max", "aim", "")]
    for row in rows:
        ratios = row.ratios
        if not ratios:
            lines.append((row.name, "-", "-", "-", "", f"{row.aim:.2f}" if row.aim else "-", row.note))
            continue
        lines.append(
            (
                row.name,
                f"{1e3 * statistics.median(row.ours):.1f} ms",
                f"{1e3 * statistics.median(row.baseline):.1f} ms",
                f"{statistics.median(ratios):.2f}",
                f"{min(ratios):.2f} .. {max(ratios):.2f}",
                f"{row.aim:.2f}" if row.aim else "-",
                row.note,
            )
        )
    widths = [max(len(line[column]) for line in lines) for column in range(6)]
    texts = []
    for name, *figures, note in lines:
        cells = "  ".join(figure.rjust(width) for figure, width in zip(figures, widths[1:], strict=True))
        texts.append(f"{name.ljust(widths[0])}  {cells}  {note}".rstrip())
    return "\n".join(texts)
