"""A problem file -> a `Problem`: the fields that every kind has, and what the kind makes of the rest.

`load_problem` either returns a whole problem or raises every fault it found, each with its line and column. Nothing is
solved here.
"""

import math
import os
import re
from collections.abc import Mapping
from typing import NamedTuple

from rnn_hw.errors import did_you_mean
from rnn_hw.fields import Reader, text_of
from rnn_hw.kinds import KINDS, kind
from rnn_hw.kinds.formulas import with_formulas
from rnn_hw.kinds.kind import Form, Kind, Setup
from rnn_hw.lang.keys import key_of, letters_of, spelled, split_key
from rnn_hw.lang.operations import OVER_TIME
from rnn_hw.lang.phases import lines as worked_lines
from rnn_hw.lang.rewrite import names_in
from rnn_hw.lang.tree import Apply, Equation, Name, Node, Num
from rnn_hw.results import FreeText, Line
from rnn_hw.rubric import Groups, with_rubric
from rnn_hw.source import Document, Fields, Scalar, Value, read
from rnn_hw.text_file import short

ASSIGNMENT = "assignment"  # the `kind` of a file that lists problems: `assignment.py`
COMMON = {
    "kind": "which kind of problem this is",
    "title": "a line to head the solution",
    "given": "the quantities that are given",
    "ask": "the lines that are asked, by name (`h`), key (`h[2]`) or as a formula (`h_formula`); all values if left out",
    "decimals": "the place asked, in decimals",
    "digits": "the place asked, in significant figures",
    "points": "points per line, by name or key; 1 if left out",
    "rubric": "groups of lines that share points: `forward: {lines: [f, h], points: 6}`",
    "names": "what this sheet calls a quantity: `theta: W`",
    "carried": "the share of a line's points for a carried line; 1 if left out",
    "imprecise": "the share of a line's points for an imprecise line; 0 if left out",
}


MOST_NUMBERS = 5_000_000  # in a solution
MOST_AT_ONCE = 20_000_000  # in a sum over time


class Problem(NamedTuple):
    """A problem, read and checked."""

    file: str
    kind: Kind
    title: str
    setup: Setup
    lines: tuple[Line, ...]
    place: tuple[str, int] | None = None  # ("decimals", 3) or ("digits", 3)
    names: Mapping[str, str] = {}
    shares: Mapping[str, str] = {}  # of a line's points, for `carried` and `imprecise`
    rubric: tuple[tuple[str, tuple[str, ...]], ...] = ()  # groups of lines by name: their keys


def load_problem(path: "str | os.PathLike[str]") -> Problem:
    """The problem in a file, or on standard input for "-". Raises `HomeworkError`."""
    return read_problem(read(path))


def read_problem(document: Document) -> Problem:
    """The problem that a document states. Raises `HomeworkError` with every fault found."""
    reader, root = Reader(document), document.root
    chosen = _kind(reader, root)
    setup = chosen.setup(Form(reader, root, reader.map(root.get("given"), "given")))
    _known_fields(reader, root, chosen)
    place, title, shares = _place(reader, root), title_of(reader, root), _shares(reader, root)
    if setup is None:
        reader.finish()
    assert setup is not None, chosen.name
    setup = with_formulas(setup)
    _bounded(reader, root, setup)
    names = _names(reader, root, setup, chosen)
    lines, rubric = _lines(reader, root, setup, chosen, names)
    reader.finish()
    return Problem(document.file, chosen, title, setup, lines, place, names, shares, rubric)


def _kind(reader: Reader, root: Fields) -> Kind:
    value = root.get("kind")
    if value is None:
        help = "the first line of a problem says its kind, such as `kind: lstm_forward`"
        if "answers" in root:
            help = "this is an answer file: `rnnhw check` reads it"
        reader.fault("missing-field", "`kind` is missing", root, help)
    else:
        word = reader.word(value, "kind", (*KINDS, ASSIGNMENT), "kind of problem")
        if word == ASSIGNMENT:
            help = "name one of the problems that it lists"
            reader.fault("not-a-problem", "an assignment is no problem", value, help)
        elif word is not None:
            return kind(word)
    reader.finish()
    raise AssertionError


def _known_fields(reader: Reader, root: Fields, chosen: Kind) -> None:
    """Reports fields that nobody would read; a quantity may have slipped out of `given:`."""
    fields = [*COMMON, *(f.name for f in chosen.fields)]
    quantities = {name for row in chosen.givens for name in row.names.split()}
    for name in root:
        if name in quantities and name not in fields:
            help = f"indent it below `given:`, `  {name}: ...`"
            reader.fault("unknown-key", f"`{name}` stands outside of `given:`", root.keys[name], help)
            fields.append(name)
    reader.known_keys(root, fields, "field of this kind of problem")
    if not chosen.givens and "given" in root and "equations" not in fields:
        reader.fault("unknown-key", f"nothing is given in `{chosen.name}`", root.keys["given"], "leave `given:` out")


def title_of(reader: Reader, root: Fields) -> str:
    """The title of a problem, "" where it has none."""
    value = root.get("title")
    if value is None or (isinstance(value, Scalar) and value.is_null):
        return ""
    return reader.word(value, "title") or ""


def _bounded(reader: Reader, root: Fields, setup: Setup) -> None:
    """Reports a solution that would not fit into memory, or whose sums over time would not."""

    def size(name: str, timed: bool) -> int:
        return math.prod(setup.shapes.get(name, ())) * (setup.steps if timed else 1)

    numbers = sum(size(e.name, e.target.time is not None) for e in setup.program.equations)
    at_once = max((_at_once(e, setup) for e in setup.program.equations), default=0)
    for count, most, what in ((numbers, MOST_NUMBERS, "has"), (at_once, MOST_AT_ONCE, "adds up")):
        if count > most:
            message = f"the solution {what} {count:,} numbers, more than {most:,}"
            help = "take fewer steps or smaller matrices"
            reader.fault("too-large", message, root.keys.get("given") or root, help)


def _at_once(equation: Equation, setup: Setup) -> int:
    """How many numbers the sums over time of an equation have in hand together."""
    depth = _sums(equation.formula)
    if not depth:
        return 0
    timed = [math.prod(setup.shapes.get(n.name, ())) for n in names_in(equation.formula) if n.time is not None]
    count: int = max(timed, default=1) * setup.steps ** (depth + (equation.target.time is not None))
    return count


def _sums(node: Node) -> int:
    """How many sums over time stand inside each other."""
    if not isinstance(node, Apply):
        return 0
    return max(map(_sums, node.arguments), default=0) + (node.operation in OVER_TIME)


def _place(reader: Reader, root: Fields) -> tuple[str, int] | None:
    """The place asked: so many decimals, or so many significant figures."""
    found = None
    for word, low, high in (("decimals", 0, 15), ("digits", 1, 15)):
        value = root.get(word)
        if value is None:
            continue
        if found is not None:
            reader.fault(
                "two-places", "`decimals` and `digits` are both stated", root.keys[word], "state one of the two"
            )
        number = reader.count(value, word, low, high)
        found = (word, number) if number is not None else found
    return found


def _quantities(setup: Setup) -> set[str]:
    return {*setup.program.names, *setup.given, *setup.answers}


def _names(reader: Reader, root: Fields, setup: Setup, chosen: Kind) -> dict[str, str]:
    """What the sheet calls the quantities, by canonical name."""
    names: dict[str, str] = {}
    known = _quantities(setup)
    fields = reader.map(root.get("names"), "names")
    for name, value in fields.entries.items():
        canonical = chosen.aliases.get(name, name)
        word = reader.word(value, f"names: {name}")
        if canonical not in known:
            help = did_you_mean(name, sorted(known))
            reader.fault("unknown-key", f"`{short(name)}` is no quantity of this problem", fields.keys[name], help)
        elif word is None:
            continue
        elif canonical in names or word in names.values():
            what = (
                f"`{canonical}` has two names" if canonical in names else f"two quantities are called `{short(word)}`"
            )
            reader.fault("duplicate-key", what, value, "a name belongs to one quantity")
        elif not _is_name(word):
            help = "a name is short, holds no square brackets, and is no number"
            reader.fault("bad-name", f"`{short(word)}` cannot be a name", value, help)
        else:
            names[canonical] = word
    for word in names.values():
        if word in known - names.keys():
            message = f"`{word}` is the name of another quantity of this problem"
            help = f"choose another letter, or rename `{word}` too"
            reader.fault("duplicate-key", message, _entry_named(fields, word), help)
    return names


def _is_name(word: str) -> bool:
    """Whether a word can stand as a key of an answer file: `V_corr`, `m̂`, `m hat`."""
    return word.isprintable() and word == word.strip() and len(word) <= 40 and not re.search(r"[\[\]]|^[-+.\d]*$", word)


def _entry_named(fields: Fields, word: str) -> Value:
    return next(v for v in fields.entries.values() if isinstance(v, Scalar) and v.text == word)


def _shares(reader: Reader, root: Fields) -> dict[str, str]:
    shares = {}
    for word, default in (("carried", "1"), ("imprecise", "0")):
        value = root.get(word)
        shares[word] = default
        exact = reader.simple_ratio(value, word) if value is not None else None
        if value is not None and exact is not None:
            if not 0 <= exact <= 1:
                reader.fault("out-of-range", f"`{word}` is a share from 0 to 1, not {text_of(value)}", value)
            shares[word] = str(exact)
    return shares


def _lines(
    reader: Reader, root: Fields, setup: Setup, chosen: Kind, names: Mapping[str, str]
) -> tuple[tuple[Line, ...], Groups]:
    """Every line that can be answered, in the order of the steps, with what is asked and its points; groups of them."""
    letters = letters_of(names, chosen.aliases)
    every = [(key_of(n, t, setup.single), n, t, form) for n, t, form in _every(setup)]
    bare = dict.fromkeys(name for _, name, _, _ in every)
    keys = {key for key, _, _, _ in every}

    def selected(text: str, at: Value, what: str) -> str | None:
        """A name or key of a line, canonical."""
        base, time = split_key(text)
        base = spelled(base, letters)
        wanted = base if time is None else f"{base}[{time}]"
        if wanted in bare or wanted in keys:
            return wanted
        if f"{base}[t]" in keys:  # a formula for every step
            return f"{base}[t]"
        reader.fault(
            "unknown-key",
            f"`{text}` in `{what}` is no line of this problem",
            at,
            did_you_mean(text, [*bare, *names.values()]),
        )
        return None

    if isinstance(root.get("ask"), Fields):
        reader.fault("not-a-list", "`ask` is a list of names", root.get("ask"), "write `ask: [h, loss]`")
        return (), ()
    words = [(item, reader.word(item, "ask")) for item in reader.list(root.get("ask"))]
    asked = {selected(word, item, "ask") for item, word in words if word is not None}
    if not words:
        asked |= keys - setup.formulas.keys()
    points: dict[str, str] = {}
    fields = reader.map(root.get("points"), "points")
    for text, value in fields.entries.items():
        wanted = selected(text, fields.keys[text], "points")
        exact = reader.points(value, f"points: {text}")
        if wanted is not None and exact is not None:
            points[wanted] = str(exact)
    lines = [
        Line(key, name, time, form, key in asked or name in asked, points.get(key, points.get(name, "1")))
        for key, name, time, form in every
    ]
    return with_rubric(reader, root.get("rubric"), lines, selected)


def _every(setup: Setup) -> list[tuple[str, int | None, str]]:
    """Name, time and form of every line: formulas, the program's quantities, and what no equation defines."""
    extra = [(name, None, _form(value)) for name, value in setup.answers.items()]
    lines: list[tuple[str, int | None, str]] = [line for line in extra if line[2] == "formula"]
    lines += [(e.name, t, "number") for e, t in worked_lines(setup.program, setup.steps)]
    lines += [line for line in extra if line[2] != "formula"]
    return lines + [(*split_key(key), "formula") for key in setup.formulas]


def _form(value: object) -> str:
    if isinstance(value, (Name, Num, Apply)):
        return "formula"
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, FreeText):
        return "text"
    if isinstance(value, str):
        return "word"
    return "weights"
