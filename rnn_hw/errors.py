"""What is wrong with an input, as data: a code, a message, the place and the repair.

Nothing here prints, reads a file or imports another room; `render/` turns a `Diagnostic` into text or JSON.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

MOST_FAULTS = 20  # of a file that are told in one run


class Span(NamedTuple):
    """A stretch of one line, counted from 1; `end` is the column behind its last character.

    In a tree and in what `rnn_hw.lang` raises, lines and columns count within the formula's own text; the room that
    took the text out of a file moves them (`Scalar.moved` in `source.py`).
    """

    line: int
    column: int
    end: int


class Diagnostic(NamedTuple):
    """One fault. `message` says what is wrong, lower case, names in backticks; only `help` says how to mend it."""

    code: str
    message: str
    span: Span | None = None
    help: str = ""
    notes: tuple[str, ...] = ()
    file: str = ""
    excerpt: str = ""  # the text of the line `span` points into


class HomeworkError(Exception):
    """An unusable input, with every fault that was found in it."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__(*(d.message for d in diagnostics))
        self.diagnostics = diagnostics


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The faults of a file in the order of its lines."""
    return sorted(diagnostics, key=lambda d: d.span or Span(0, 0, 0))


def shortened(
    faults: Sequence[Diagnostic], untold: int = 0, most: int = MOST_FAULTS, what: str = "faults of the file"
) -> list[Diagnostic]:
    """The first of them, the last with how many more there are, besides those that were not even made."""
    kept = list(faults[:most])
    untold += len(faults) - len(kept)
    if untold:
        kept[-1] = kept[-1]._replace(notes=(f"{untold:,} more {what} are not shown",))
    return kept


def reason(error: Exception) -> str:
    """Why the system refuses something, in its own words."""
    return str(getattr(error, "strerror", None) or error).lower()


def showable(path: str) -> str:
    """A path as it can be shown: a name that is not UTF-8 must not break what is said about it."""
    return path if path.isascii() else path.encode(errors="replace").decode()


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The help for an unknown word: the known word nearest to it, or the known ones if there are few.

    >>> did_you_mean("sigmod", ["sigmoid", "tanh"])
    'did you mean `sigmoid`?'
    """
    from difflib import get_close_matches  # only a faulty input pays for it

    known = list(dict.fromkeys(known))
    lowered = {k.lower(): k for k in reversed(known)}
    near = get_close_matches(word.lower()[:80], list(lowered), n=1, cutoff=0.6)
    if near:
        return f"did you mean `{lowered[near[0]]}`?"
    if 0 < len(known) <= 12:
        return "known are " + ", ".join(f"`{k}`" for k in known)
    return ""
