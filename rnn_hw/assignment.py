"""An assignment file -> an `Assignment`: problems by id, each with its points.

A problem stays what it is: its lines get other points, in proportion, where the assignment says what the whole of it is
worth. Nothing is solved here, and what a problem file may hold is the business of `problem.py`.
"""

import os
from fractions import Fraction
from typing import NamedTuple

from rnn_hw.errors import Diagnostic, HomeworkError
from rnn_hw.fields import Reader
from rnn_hw.problem import ASSIGNMENT, Problem, read_problem, title_of
from rnn_hw.source import Document, Fields, Scalar, Value, named_file, read, referred
from rnn_hw.text_file import short

ABOUT = "problems by id with their points: a whole sheet, answered in one file"
EXAMPLE = "assignment_example.yaml"  # of the bundled files
FIELDS = {
    "kind": "assignment",
    "title": "a line to head the solution",
    "problems": "a map: by id, such as `1` or `2a`, the fields below",
}
PART_FIELDS = {
    "file": "the problem file, relative to this one",
    "problem": "or the problem itself, written out below this word",
    "points": "what the whole problem is worth, shared by its lines in proportion; their sum if left out",
}
MOST_PARTS = 100
LARGEST_SHARE = 10**30  # the denominator of a line's points: a score is a sum of them that can still be printed


class Part(NamedTuple):
    """One problem of an assignment, its lines worth what they are worth there."""

    id: str
    problem: Problem


class Assignment(NamedTuple):
    """An assignment, read and checked."""

    file: str
    title: str
    parts: tuple[Part, ...]


def load(path: "str | os.PathLike[str]") -> Problem | Assignment:
    """The problem or the assignment in a file, or on standard input for "-". Raises `HomeworkError`."""
    document = read(path)
    return read_assignment(document) if _is_assignment(document.root) else read_problem(document)


def read_assignment(document: Document) -> Assignment:
    """The assignment that a document states. Raises `HomeworkError` with every fault, those of its problems too."""
    reader, root = Reader(document), document.root
    reader.known_keys(root, FIELDS, "field of an assignment")
    title = title_of(reader, root)
    fields = reader.map(root.get("problems"), "problems")
    if not fields.entries and not reader.faults:
        help = 'write `problems:` and below it a line for each, such as `"1": {file: problem.yaml}`'
        reader.fault("missing-field", "the assignment lists no problem", root.keys.get("problems") or root, help)
    if len(fields.entries) > MOST_PARTS:
        message = f"the assignment lists {len(fields.entries):,} problems, more than {MOST_PARTS}"
        reader.fault("too-large", message, root.keys["problems"], "make two assignments of it")
        reader.finish()
    parts, elsewhere = [], list[Diagnostic]()
    for id, value in fields.entries.items():
        _check_id(reader, id, fields.keys[id])
        problem = _problem(reader, id, value, elsewhere)
        if problem is not None and isinstance(value, Fields):
            parts.append(Part(id, _worth(reader, problem, value.get("points"), fields.keys[id])))
    reader.finish(elsewhere)
    return Assignment(document.file, title, tuple(parts))


def _is_assignment(root: Fields) -> bool:
    kind = root.get("kind")
    return isinstance(kind, Scalar) and kind.text == ASSIGNMENT


def _check_id(reader: Reader, id: str, key: Scalar) -> None:
    """Reports an id that could not stand in front of a key, as `4` does in `4/f[1]`."""
    if not id or not id.isprintable() or id != id.strip() or len(id) > 40 or set("/[],") & set(id):
        help = "an id is short, such as `1` or `2a`, and holds no slash, comma or square bracket"
        reader.fault("bad-name", f"`{short(id)}` cannot be the id of a problem", key, help)


def _problem(reader: Reader, id: str, value: Value, elsewhere: list[Diagnostic]) -> Problem | None:
    """One listed problem. Faults in its own file go into `elsewhere`, all others to the reader."""
    if not isinstance(value, Fields):
        help = f"write `{{file: {short(value.text)}}}`" if isinstance(value, Scalar) and value.text else ""
        reader.fault("not-a-map", f"problem `{short(id)}` is a map of `file` and `points`", value, help)
        return None
    reader.known_keys(value, PART_FIELDS, "field of a listed problem")
    file, written = value.get("file"), value.get("problem")
    if (file is None) == (written is None):
        help = "write `file: problem.yaml`" if file is None else "keep one of the two"
        said = "names no file" if file is None else "has both a file and a problem written out"
        reader.fault("missing-field" if file is None else "two-problems", f"problem `{short(id)}` {said}", value, help)
        return None
    try:
        document = _file(reader, file) if file is not None else _written(reader, written)
        if document is None:
            return None
        return read_problem(document)
    except HomeworkError as error:
        for found in error.diagnostics:
            (reader.faults if found.file == reader.document.file else elsewhere).append(found)
        return None


def _file(reader: Reader, value: Value) -> Document | None:
    """The document that `file:` names."""
    word = reader.word(value, "file")
    if word is None:
        return None
    try:
        return read(named_file(reader.document, word, value))
    except HomeworkError as error:
        raise referred(reader.document, value, error) from None


def _written(reader: Reader, value: Value | None) -> Document | None:
    """A problem that stands in the assignment itself, as a document of its own with the places of the whole."""
    if not isinstance(value, Fields):
        help = "write below it the lines of a problem file, such as `kind: lstm_forward`"
        reader.fault("not-a-map", "`problem` is the text of a problem", value, help)
        return None
    return Document(reader.document.file, reader.document.text, value)


def _worth(reader: Reader, problem: Problem, points: Value | None, key: Scalar) -> Problem:
    """The problem with its lines worth so many points together."""
    if points is None or (isinstance(points, Scalar) and points.is_null):
        return problem
    wanted = reader.points(points, "points")
    if wanted is None:
        return problem
    total = sum((Fraction(line.points) for line in problem.lines if line.asked), Fraction(0))
    if not total and wanted:
        help = "give its lines points, or leave `points` out"
        reader.fault("no-points", f"no line of problem `{short(key.text)}` is worth a point", points, help)
        return problem
    share = wanted / total if total else Fraction(0)
    lines = tuple(line._replace(points=str(Fraction(line.points) * share)) for line in problem.lines)
    kept = [Fraction(1), *map(Fraction, problem.shares.values())]
    if max(((Fraction(line.points) * s).denominator for line in lines for s in kept), default=1) > LARGEST_SHARE:
        help = "give its lines whole points"
        reader.fault("out-of-range", f"the points cannot be shared by the lines of `{short(key.text)}`", points, help)
    return problem._replace(lines=lines)
