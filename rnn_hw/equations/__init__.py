"""The lectures' equations, as text: one `.eq` file each. The only code here finds them."""

from pathlib import Path

from rnn_hw.lang.parse import parse_program
from rnn_hw.lang.tree import Program


def load(name: str) -> Program:
    """The program in the file `name.eq`."""
    return parse_program(Path(__file__).with_name(f"{name}.eq").read_text(encoding="utf-8"))
