"""What a whole command costs beside the imports that it cannot do without.

`rnnhw solve` against a process that imports numpy, yaml, typer and Rich's console and prints a Rich table as long as
what `solve` printed; `rnnhw --help` against one that imports numpy and yaml and prints a text as long.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from measure import ROOT, Row, children_cpu, environment, in_turns, process, show

SOLVE = ("solve", "problems/lstm_forward.yaml")
HELP = ("--help",)

TABLE = """
import sys
import numpy, yaml, typer
from rich.console import Console
from rich.table import Table
table = Table("name", "formula", "numbers put in", "value")
for row in range(int(sys.argv[1])):
    table.add_row("z_f[1]", "W_f x + U_f h", "1.5 + 0.5 + 0.25", "0.750")
Console(width=80).print(table)
"""

TEXT = """
import sys
import numpy, yaml
print("\\n".join(["a line of help"] * int(sys.argv[1])))
"""


def command() -> list[str]:
    """The installed script that stands beside this Python, or else the module."""
    script = Path(sys.executable).with_name("rnnhw")
    return [str(script)] if script.exists() else [sys.executable, "-m", "rnn_hw"]


def lines_of(arguments: Sequence[str]) -> int:
    """How many lines the command prints."""
    done = subprocess.run(
        [*command(), *arguments], cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL, capture_output=True
    )
    return done.stdout.count(b"\n")


def row(name: str, arguments: Sequence[str], baseline: str, frame: int, aim: float, pairs: int) -> Row:
    lines = lines_of(arguments)
    ours = process([*command(), *arguments])
    other = process([sys.executable, "-c", baseline, str(max(1, lines - frame))])
    try:
        a, b = in_turns(ours, other, pairs)
    except RuntimeError as error:
        return Row(name, (), (), aim, f"failed: {' '.join(str(error).split())[-90:]}")
    cpu = f"{lines} lines; processor {1e3 * children_cpu(ours):.0f} against {1e3 * children_cpu(other):.0f} ms"
    return Row(name, a, b, aim, cpu)


def rows(pairs: int = 25) -> list[Row]:
    """Both comparisons."""
    return [
        row("rnnhw solve / imports and a Rich table", SOLVE, TABLE, 4, 1.25, pairs),
        row("rnnhw --help / numpy, yaml and print", HELP, TEXT, 0, 0.7, pairs),
    ]


if __name__ == "__main__":
    print(show(rows()))
