"""A problem with numbers of one's own: reproducible from a text, short decimals, and no common mistake invisible."""

import os

from rnn_hw.author.revealing import account, drawings
from rnn_hw.problem import read_problem
from rnn_hw.source import read


def variant_text(path: "str | os.PathLike[str]", seed: str) -> str:
    """The text of the problem file with the numbers of `seed`. Raises `HomeworkError`.

    The first drawing is taken that hides no common mistake and has no trivial line; where there is none among so many, the
    one with the fewest. What no drawing shows is in the nature of the problem.
    """
    document = read(path)
    problem = read_problem(document)
    new, _ = drawings(document, problem, seed, account(problem)).best
    return new.text
