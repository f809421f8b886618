"""Every measurement, in one table (`make bench`; `python tests/bench startup` for one of them)."""

import sys
from random import Random

import classes
import diagnosis
import grading
import reading
import sequences
import startup
import yaml
from measure import Row, in_turns, show

from rnn_hw.source import parse


def reading_rows(files: int = 10_000, pairs: int = 5) -> list[Row]:
    """Answer files as text to values with their places, against PyYAML's C loader (more in `reading.py`)."""
    random = Random(0)
    texts = [reading.answer_file(random) for _ in range(files)]
    a, b = in_turns(
        lambda: reading.seconds(lambda text: parse(text, "answers.yaml"), texts),
        lambda: reading.seconds(lambda text: yaml.load(text, Loader=yaml.CSafeLoader), texts),
        pairs,
    )
    note = f"{1e6 * min(a) / files:.0f} against {1e6 * min(b) / files:.0f} µs a file at best"
    return [Row(f"reading {files} answer files / CSafeLoader", a, b, reading.TARGET, note)]


TEXTS = {"diagnosis": diagnosis.report}  # measurements that are no pairs of times
TABLES = {
    "startup": startup.rows,
    "reading": reading_rows,
    "sequences": sequences.rows,
    "classes": classes.rows,
    "grading": grading.rows,
}


def main(names: list[str]) -> int:
    """Print the table of the measurements named, all of them if none is; 2 for an unknown name."""
    known = [*TABLES, *TEXTS]
    if unknown := set(names) - set(known):
        print(f"no measurement {', '.join(sorted(unknown))}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    wanted = names or known
    rows = [row for name, table in TABLES.items() if name in wanted for row in table()]
    if rows:
        print(show(rows))
    for name, text in TEXTS.items():
        if name in wanted:
            print(text())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
