"""A class of files graded as a teacher does it, `rnnhw grade FOLDER --csv FILE` as whole processes.

Two processes against one, by the wall clock: the whole run, what each file beyond the first ten thousand takes, which is
the throughput without what is done once (starting, the table), and a run that writes all that is known of each sheet. How
the cost grows, by processor time; the peak of memory. Each is measured with the search for mistakes and without. The
sheets are those of `classes.py`.
"""

import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from classes import MOST_MEMORY, PROBLEM, submissions
from measure import ROOT, Row, children_cpu, environment, in_turns, process, show

from rnn_hw.problem import load_problem

FASTER = 1.7  # with two processes
A_FOLDER = 1000  # files


def written(folder: Path, count: int) -> str:
    """The class as files."""
    for number, text in enumerate(submissions(load_problem(PROBLEM), count)):
        place = folder / str(number // A_FOLDER)
        place.mkdir(exist_ok=True)
        (place / f"s{number:06}.yaml").write_text(text, encoding="utf-8")
    return str(folder)


@contextmanager
def a_class(count: int) -> Iterator[str]:
    """The folder of a class, for as long as it is needed."""
    with tempfile.TemporaryDirectory() as folder:
        yield written(Path(folder), count)


def command(folder: str, *options: str) -> list[str]:
    return [sys.executable, "-m", "rnn_hw", "grade", folder, "--problem", str(PROBLEM), "--csv", "/dev/null", *options]


def seconds(folder: str, *options: str) -> Callable[[], float]:
    """A run of the command: its seconds by the wall clock."""
    return process(command(folder, *options))


def processor(folder: str, *options: str) -> Callable[[], float]:
    """A run of the command: its seconds of processor time."""
    run = seconds(folder, *options)
    return lambda: children_cpu(run)


def halved(run: Callable[[], float]) -> Callable[[], float]:
    """A run over a class twice as large: half its time, to be compared with that of the smaller class."""
    return lambda: run() / 2


def rows(count: int = 10_000, pairs: int = 3) -> list[Row]:
    """Two processes against one, with mistakes looked for and without; twice the class; memory."""
    found = []
    with a_class(count) as folder, a_class(2 * count) as double, a_class(4 * count) as large:
        for name, options in (("", ()), (", no hints", ("--no-hints",))):
            taken = {}
            for files, many in ((folder, count), (large, 4 * count)):
                one, two = seconds(files, *options), seconds(files, *options, "--jobs", "2")
                a, b = taken[files] = in_turns(one, two, pairs)
                note = f"{1e6 * min(a) / many:.0f} against {1e6 * min(b) / many:.0f} µs a file at best"
                found.append(Row(f"grading {many} files{name}: one process / two", a, b, FASTER, note))
            a, b = (np.subtract(*pair).tolist() for pair in zip(taken[large], taken[folder], strict=True))
            note = f"{1e6 * min(a) / (3 * count):.0f} against {1e6 * min(b) / (3 * count):.0f} µs a file at best"
            found.append(Row(f"each file beyond {count}{name}: one process / two", a, b, FASTER, note))
        everything = ("--json", "/dev/null")
        a, b = in_turns(seconds(folder, *everything), seconds(folder, *everything, "--jobs", "2"), pairs)
        note = f"{1e6 * min(a) / count:.0f} against {1e6 * min(b) / count:.0f} µs a file at best"
        found.append(Row(f"grading {count} files, all of each in --json: one process / two", a, b, None, note))
        for name, options in (("", ()), (", no hints", ("--no-hints",))):
            whole, half = processor(double, *options), processor(folder, *options)
            a, b = in_turns(halved(whole), half, pairs)
            found.append(
                Row(f"grading {2 * count} files / {count}{name}, for as many", a, b, 1.0, "linear growth is 1")
            )
    return [*found, memory(10 * count)]


def memory(count: int) -> Row:
    """The peak of a process that grades so many files."""
    with a_class(count) as folder:
        arguments = [sys.executable, __file__, "peak", folder]
        done = subprocess.run(arguments, cwd=ROOT, env=environment(), capture_output=True, text=True, check=True)
    note = f"{float(done.stdout):.0f} MiB at most, {MOST_MEMORY} allowed"
    return Row(f"memory of grading {count} files", (), (), None, note)


def peak(folder: str) -> float:
    """MiB of the command."""
    subprocess.run(command(folder), stdout=subprocess.DEVNULL, check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["peak"]:
        print(peak(sys.argv[2]))
    else:
        print(show(rows(*map(int, sys.argv[1:]))))
