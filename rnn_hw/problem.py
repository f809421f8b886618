"""A problem file -> a `Problem`: the fields that every kind has, and what the kind makes of the rest.

`load_problem` either returns a whole problem or raises every fault it found, each with its line and column. Nothing is
solved here.
"""

import os
from collections.abc import Mapping
from typing import NamedTuple

from rnn_hw.errors import did_you_mean
from rnn_hw.fields import Reader, key_of, split_key, text_of
from rnn_hw.kinds import KINDS, kind
from rnn_hw.kinds.kind import Form, Kind, Setup
from rnn_hw.lang.rewrite import names_in
from rnn_hw.lang.tree import Apply, Equation, Name, Num, Program
from rnn_hw.results import Line
from rnn_hw.source import Document, Fields, Value, read

COMMON = {
    "kind": "which kind of problem this is",
    "title": "a line to head the solution",
    "given": "the quantities that are given",
    "ask": "the lines that are asked, by name (`h`) or key (`h[2]`); all of them if left out",
    "decimals": "the place asked, in decimals",
    "digits": "the place asked, in significant figures",
    "points": "points per line, by name or key; 1 if left out",
    "names": "what this sheet calls a quantity: `theta: W`",
    "carried": "the share of a line's points for a carried line; 1 if left out",
    "imprecise": "the share of a line's points for an imprecise line; 0 if left out",
}


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


def load_problem(path: "str | os.PathLike[str]") -> Problem:
    """The problem in a file, or on standard input for "-". Raises `HomeworkError`."""
    return read_problem(read(path))


def read_problem(document: Document) -> Problem:
    """The problem that a document states. Raises `HomeworkError` with every fault found."""
    reader, root = Reader(document), document.root
    chosen = _kind(reader, root)
    reader.known_keys(root, [*COMMON, *(f.name for f in chosen.fields)], "field of this kind of problem")
    form = Form(reader, root, reader.map(root.get("given"), "given"))
    if not chosen.givens and "given" in root and not any(f.name == "equations" for f in chosen.fields):
        reader.fault("unknown-key", f"nothing is given in `{chosen.name}`", root.keys["given"])
    place = _place(reader, root)
    title = reader.word(root.entries["title"], "title") if "title" in root else None
    setup = chosen.setup(form)
    reader.finish()
    assert setup is not None, chosen.name
    names = _names(reader, root, setup, chosen)
    lines = _lines(reader, root, setup, chosen, names)
    shares = _shares(reader, root)
    reader.finish()
    return Problem(document.file, chosen, title or "", setup, lines, place, names, shares)


class Parts(NamedTuple):
    """A program's equations in the order of a worked solution: before the steps, at each step, after them."""

    before: tuple[Equation, ...]
    each: tuple[Equation, ...]
    after: tuple[Equation, ...]


def parts(program: Program) -> Parts:
    """Plain equations that use a sequence come after the steps, directly or through another one."""
    waiting = {e.target.name for e in program.equations if e.target.time is not None}
    plain = [e for e in program.equations if e.target.time is None]
    grown = True
    while grown:
        grown = False
        for equation in plain:
            if equation.name not in waiting and any(n.name in waiting for n in names_in(equation.formula)):
                waiting.add(equation.name)
                grown = True
    return Parts(
        tuple(e for e in plain if e.name not in waiting),
        tuple(e for e in program.equations if e.target.time is not None),
        tuple(e for e in plain if e.name in waiting),
    )


def _kind(reader: Reader, root: Fields) -> Kind:
    value = root.get("kind")
    if value is None:
        help = "the first line of a problem says its kind, such as `kind: lstm_forward`"
        if "answers" in root:
            help = "this is an answer file: `rnnhw check` reads it"
        reader.fault("missing-field", "`kind` is missing", root, help)
    else:
        word = reader.word(value, "kind of problem", KINDS)
        if word is not None:
            return kind(word)
    reader.finish()
    raise AssertionError


def _place(reader: Reader, root: Fields) -> tuple[str, int] | None:
    """The place asked: so many decimals, or so many significant figures."""
    found = None
    for word, low, high in (("decimals", 0, 15), ("digits", 1, 15)):
        value = root.get(word)
        if value is None:
            continue
        if found is not None:
            reader.fault("two-places", "`decimals` and `digits` are both stated", value, "state one of the two")
        number = reader.count(value, word, low, high)
        found = (word, number) if number is not None else found
    return found


def _quantities(setup: Setup) -> set[str]:
    return {*setup.program.names, *setup.given, *setup.answers}


def _names(reader: Reader, root: Fields, setup: Setup, chosen: Kind) -> dict[str, str]:
    """What the sheet calls the quantities, by canonical name."""
    names: dict[str, str] = {}
    known = _quantities(setup)
    for name, value in reader.map(root.get("names"), "names").entries.items():
        canonical = chosen.aliases.get(name, name)
        word = reader.word(value, f"names: {name}")
        if canonical not in known:
            help = did_you_mean(name, sorted(known))
            reader.fault("unknown-key", f"`{name}` is no quantity of this problem", value, help)
        elif word in names.values():
            reader.fault("duplicate-key", f"two quantities are called `{word}`", value)
        elif word is not None:
            names[canonical] = word
    return names


def _shares(reader: Reader, root: Fields) -> dict[str, str]:
    shares = {}
    for word, default in (("carried", "1"), ("imprecise", "0")):
        value = root.get(word)
        number = reader.number(value, word) if value is not None else None
        if value is not None and number is not None:
            if not 0 <= number <= 1:
                reader.fault("out-of-range", f"`{word}` is a share from 0 to 1, not {text_of(value)}", value)
            shares[word] = text_of(value)
        else:
            shares[word] = default
    return shares


def _lines(
    reader: Reader, root: Fields, setup: Setup, chosen: Kind, names: Mapping[str, str]
) -> tuple[Line, ...]:
    """Every line that can be answered, in the order of the steps, with what is asked and its points."""
    sheet = {theirs: ours for ours, theirs in names.items()}
    every = [(key_of(n, t, setup.single), n, t, form) for n, t, form in _every(setup)]
    bare = {name for _, name, _, _ in every}
    keys = {key for key, _, _, _ in every}

    def selected(text: str, at: Value, what: str) -> str | None:
        """A name or key of a line, canonical."""
        base, time = split_key(text)
        base = sheet.get(base, chosen.aliases.get(base, base))
        wanted = base if time is None else f"{base}[{time}]"
        if wanted in bare or wanted in keys:
            return wanted
        reader.fault("unknown-key", f"`{text}` in `{what}` is no line of this problem", at, did_you_mean(text, [*bare, *sheet]))
        return None

    asked = None
    if "ask" in root:
        asked = set()
        for item in reader.list(root.get("ask")):
            word = reader.word(item, "ask")
            if word is not None:
                asked.add(selected(word, item, "ask"))
    points: dict[str, str] = {}
    for text, value in reader.map(root.get("points"), "points").entries.items():
        wanted = selected(text, root_key(root, "points", text), "points")
        number = reader.number(value, f"points: {text}")
        if number is not None and number < 0:
            reader.fault("out-of-range", f"points are not negative, {text_of(value)} is", value)
        if wanted is not None:
            points[wanted] = text_of(value)
    return tuple(
        Line(key, name, time, form, asked is None or key in asked or name in asked, points.get(key, points.get(name, "1")))
        for key, name, time, form in every
    )


def root_key(root: Fields, field: str, key: str) -> Value:
    """The key scalar of an entry of a map field."""
    fields = root.entries[field]
    assert isinstance(fields, Fields)
    return fields.keys[key]


def _every(setup: Setup) -> list[tuple[str, int | None, str]]:
    """Name, time and form of every line: formulas, the program's quantities, and what no equation defines."""
    before, each, after = parts(setup.program)
    extra = [(name, None, _form(value)) for name, value in setup.answers.items()]
    lines: list[tuple[str, int | None, str]] = [line for line in extra if line[2] == "formula"]
    lines += [(e.name, None, "number") for e in before]
    lines += [(e.name, t, "number") for t in range(1, setup.steps + 1) for e in each]
    lines += [(e.name, None, "number") for e in after]
    return lines + [line for line in extra if line[2] != "formula"]


def _form(value: object) -> str:
    if isinstance(value, (Name, Num, Apply)):
        return "formula"
    return "word" if isinstance(value, str) else "weights"
