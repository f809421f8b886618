"""What a field of a file says: numbers, arrays, words, formulas, read from the plain values of `source.py`.

One `Reader` goes with one document and collects what is wrong with it, each fault at its place, so that a person sees
all of them in one run. Which fields there are, and what they mean, is not known here.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from rnn_hw.errors import MOST_FAULTS, Diagnostic, HomeworkError, Span, did_you_mean, in_order, shortened
from rnn_hw.lang.parse import parse_formula, parse_program
from rnn_hw.lang.tree import Node, Program
from rnn_hw.numerals import fraction, read_numeral
from rnn_hw.source import Document, Fields, Items, Scalar, Value, diagnostic, within
from rnn_hw.text_file import short

if TYPE_CHECKING:
    from fractions import Fraction

Parsed = TypeVar("Parsed")
Exact = NDArray[Any]  # of fractions

LARGEST_DENOMINATOR = 1000  # of points: beyond it, scores are no fractions that anyone reads
MOST_AXES = 4  # steps, rows, columns, and one to spare


def steps_in_words(steps: int) -> str:
    """How many steps there are: `are 2 steps`."""
    return f"are {steps:,} steps" if steps != 1 else "is 1 step"


class Written(NamedTuple):
    """An array of numbers as written: values, half a unit of each one's last place (0 for a fraction), and the text."""

    value: NDArray[np.float64]
    half_unit: NDArray[np.float64]
    text: str


class Unread(NamedTuple):
    """Why a value is no number and no array, and where."""

    reason: str
    at: Value
    help: str = ""


def text_of(value: Value) -> str:
    """A value as a person would write it on one line."""
    if isinstance(value, Scalar):
        return value.text
    if isinstance(value, Items):
        return "[" + ", ".join(map(text_of, value.items)) + "]"
    return "{" + ", ".join(f"{k}: {text_of(v)}" for k, v in value.entries.items()) + "}"


def read_array(value: Value) -> Written | Unread:
    """A number, or nested lists of numbers of equal length.

    >>> read_array(Items([Scalar("0.50"), Scalar("1")])).half_unit.tolist()
    [0.005, 0.5]
    """
    flat: list[float] = []
    halves: list[float] = []
    shape = _collect(value, flat, halves, 0)
    if isinstance(shape, Unread):
        return shape
    return Written(np.array(flat).reshape(shape), np.array(halves).reshape(shape), text_of(value))


def _collect(value: Value, flat: list[float], halves: list[float], depth: int) -> tuple[int, ...] | Unread:
    """Adds the numbers of a value to the lists; returns its shape."""
    if isinstance(value, Scalar):
        numeral = read_numeral(value.text)
        if isinstance(numeral, str):
            reason, _, repair = numeral.partition(", write ")
            return Unread("there is no number" if value.is_null else reason, value, f"write {repair}" if repair else "")
        flat.append(numeral.value)
        halves.append(numeral.half_unit)
        return ()
    if isinstance(value, Fields):
        return Unread("a map is no number and no array", value)
    if not value.items:
        return Unread("the list is empty", value)
    if depth == MOST_AXES:
        return Unread(f"lists are nested more than {MOST_AXES} deep", value)
    first: tuple[int, ...] | None = None
    for number, item in enumerate(value.items, 1):
        shape = _collect(item, flat, halves, depth + 1)
        if isinstance(shape, Unread):
            return shape
        if first is None:
            first = shape
        elif shape != first:
            return _ragged(value, number, first, shape)
    return (len(value.items), *(first or ()))


def _ragged(value: Items, number: int, first: tuple[int, ...], shape: tuple[int, ...]) -> Unread:
    one, other = (f"{s[0]} entr{'y' if s[0] == 1 else 'ies'}" if s else "one number" for s in (first, shape))
    help = "every row of a matrix has as many entries as the first"
    if first and shape and max(first[0], shape[0]) <= 2 * min(first[0], shape[0]):
        help += "; decimals are written with a point"
    return Unread(f"row {number} has {other}, row 1 has {one}", value.items[number - 1], help)


class Reader:
    """Typed reading of one document. What cannot be read is reported in `faults`, and `None` is returned for it."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.faults: list[Diagnostic] = []
        self.untold = 0  # more of them, which were not even made: each takes a look at the whole text

    def fault(
        self, code: str, message: str, at: Value | Span | None, help: str = "", notes: Iterable[str] = ()
    ) -> None:
        self.faults.append(diagnostic(self.document, code, message, at, help, notes))

    def told(self) -> list[Diagnostic]:
        """What was found, in the order of the file."""
        return shortened(in_order(self.faults), self.untold)

    def finish(self, elsewhere: Iterable[Diagnostic] = ()) -> None:
        """Raises everything that was found, behind what was found in other files."""
        found = [*elsewhere, *self.told()]
        if found:
            raise HomeworkError(*found)

    def known_keys(self, fields: Fields, known: Collection[str], what: str) -> None:
        """Reports keys that nobody would read."""
        unknown = [name for name in fields if name not in known]
        for name in unknown[:MOST_FAULTS]:
            self.fault("unknown-key", f"`{short(name)}` is no {what}", fields.keys[name], did_you_mean(name, known))
        self.untold += len(unknown[MOST_FAULTS:])

    def map(self, value: Value | None, what: str) -> Fields:
        """The map behind a field; an empty one where it is left out."""
        if isinstance(value, Fields):
            return value
        if value is not None and not (isinstance(value, Scalar) and value.is_null):
            help = f"write `{what}:` and below it `name: value`"
            self.fault("not-a-map", f"`{what}` is a map of names and values", value, help)
        return Fields()

    def list(self, value: Value | None) -> Sequence[Value]:
        """The entries of a list; a single value counts as a list of one."""
        if value is None or (isinstance(value, Scalar) and value.is_null):
            return []
        return value.items if isinstance(value, Items) else [value]

    def word(self, value: Value, what: str, choices: Collection[str] = (), noun: str = "") -> str | None:
        """A word or a line of text, one of `choices` if there are any; `noun` says what these are."""
        if not isinstance(value, Scalar) or not value.text.strip():
            self.fault("not-a-word", f"`{what}` is one word or line of text", value)
            return None
        if choices and value.text not in choices:
            help = did_you_mean(value.text, choices)
            self.fault("unknown-word", f"`{short(value.text)}` is no {noun or what}", value, help)
            return None
        return value.text

    def truth(self, value: Value, what: str) -> bool | None:
        """Yes or no."""
        word = value.text.lower() if isinstance(value, Scalar) else ""
        if word in ("true", "yes", "on", "false", "no", "off"):
            return word in ("true", "yes", "on")
        self.fault("unknown-word", f"`{what}` is `true` or `false`, not {short(text_of(value))}", value)
        return None

    def array(self, value: Value, what: str) -> Written | None:
        """A number or an array of numbers."""
        read = read_array(value)
        if isinstance(read, Unread):
            inside = "in " if read.at is not value else ""
            self.fault("not-a-number", f"{inside}`{what}`: {read.reason}", read.at, read.help)
            return None
        return read

    def number(self, value: Value, what: str) -> float | None:
        """A single number."""
        read = self.array(value, what)
        if read is not None and read.value.ndim:
            self.fault("not-a-number", f"`{what}` is one number, not a list", value)
            return None
        return None if read is None else float(read.value)

    def count(self, value: Value, what: str, low: int, high: int) -> int | None:
        """A whole number within bounds."""
        number = self.number(value, what)
        if number is None:
            return None
        if not number.is_integer() or not low <= number <= high:
            message = f"`{what}` is a whole number from {low:,} to {high:,}, not {short(text_of(value))}"
            self.fault("out-of-range", message, value)
            return None
        return int(number)

    def ratio(self, value: Value, what: str) -> "Fraction | None":
        """A number as an exact fraction."""
        if self.number(value, what) is None:
            return None
        return fraction(text_of(value))

    def points(self, value: Value, what: str) -> "Fraction | None":
        """Points: a simple fraction, not negative."""
        exact = self.simple_ratio(value, what)
        if exact is not None and exact < 0:
            self.fault("out-of-range", f"points are not negative, {short(text_of(value))} is", value)
            return None
        return exact

    def simple_ratio(self, value: Value, what: str) -> "Fraction | None":
        """Points or a share of them, such that a sum of many is still a fraction that can be printed."""
        exact = self.ratio(value, what)
        if exact is not None and exact.denominator > LARGEST_DENOMINATOR:
            message = f"`{what}` has three decimals at most, or is a simple fraction, not {short(text_of(value))}"
            self.fault("out-of-range", message, value)
            return None
        return exact

    def formula(self, value: Value, what: str) -> Node | None:
        """A formula of the equation language; its faults are placed in the file."""
        if not isinstance(value, Scalar):
            self.fault("not-a-formula", f"`{what}` is a formula, written as text", value)
            return None
        return self._parsed(value, parse_formula)

    def program(self, value: Value, what: str) -> Program | None:
        """Equations, one to a line."""
        help = f"write `{what}: |` and the equations below it, one to a line"
        if not isinstance(value, Scalar):
            self.fault("not-a-formula", f"`{what}` are equations, written as text", value, help)
            return None
        long = any(line.count("=") > 1 for line in value.text.split("\n"))
        if long and value.style != "|" and value.end_mark.line > value.start_mark.line:
            self.fault("joined-lines", f"YAML joins the lines of `{what}` into one", value, help)
            return None
        program = self._parsed(value, parse_program)
        if program is not None and not program.equations:
            self.fault("no-equation", f"`{what}` holds no equation", value, help)
            return None
        return program

    def _parsed(self, value: Scalar, parse: Callable[[str], Parsed]) -> Parsed | None:
        try:
            return parse(value.text)
        except HomeworkError as error:
            self.placed(value, error.diagnostics)
            return None

    def placed(self, value: Value | None, found: Iterable[Diagnostic]) -> None:
        """Takes over faults that were found in a formula which stands in `value`."""
        place = value if isinstance(value, Scalar) else self.document.root.keys.get("kind") or Scalar("")
        self.faults += [within(self.document, place, d) for d in found]


def exact_array(value: Value) -> Exact:
    """The numbers of a value that `read_array` accepted, as exact fractions."""

    def nested(part: Value) -> Any:
        if isinstance(part, Items):
            return [nested(item) for item in part.items]
        return fraction(text_of(part))

    return np.array(nested(value), dtype=object)
