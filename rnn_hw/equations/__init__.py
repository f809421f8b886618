"""The lectures' equations, as text: one `.eq` file each. The only code here finds them."""

from importlib.resources import files

from rnn_hw.lang.parse import parse_program
from rnn_hw.lang.tree import Program


def load(name: str) -> Program:
    """The program in the file `name.eq`."""
    return parse_program(files(__name__).joinpath(f"{name}.eq").read_text(encoding="utf-8"))
