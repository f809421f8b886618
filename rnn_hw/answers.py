"""An answer file -> the person's answers by the lines of a problem: numbers with their printed precision, or text.

A broken structure (not YAML, `answers:` not a map) is a fault of the file. A single value that cannot be read is an
entry with the reason, and an unknown key is reported, while all other lines are kept. Nothing is judged here.
"""

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_hw.errors import Diagnostic, did_you_mean
from rnn_hw.fields import (
    Exact,
    Reader,
    Unread,
    Written,
    by_letter,
    exact_array,
    key_of,
    read_array,
    spelled,
    split_key,
    steps_in_words,
    text_of,
)
from rnn_hw.lang.operations import spoken
from rnn_hw.results import Line
from rnn_hw.source import MOST_FAULTS, Document, Fields, Items, Scalar, Value, diagnostic, named_file, read
from rnn_hw.text_file import short

Shape = tuple[int, ...]
_WORN = re.compile(r"(.*?)_?(\d{1,6})").fullmatch  # `f_1` and `f1` for `f[1]`


_EDGE = re.compile(r"\s*[d∂](\S+)\s*/\s*[d∂](\S+)\s*").fullmatch  # `∂c[t]/∂f[t]` for `dc[t]/df[t]`


class Entry(NamedTuple):
    """One answer: the text, and what it is, or why it cannot be read."""

    text: str
    line: int
    value: NDArray[Any] | None = None  # a number or an array, in the shape of the quantity
    half_unit: NDArray[Any] | None = None
    exact: Exact | None = None  # the same as fractions, for weights
    reason: str = ""
    misshapen: str = ""  # read, but not in the shape of the quantity


class Sheet(NamedTuple):
    """One person's answers, by canonical key; blank lines are absent."""

    file: str
    student: str
    entries: Mapping[str, Entry]
    diagnostics: tuple[Diagnostic, ...] = ()


class AnswerFile(NamedTuple):
    """An answer file before it is known which lines the problem has."""

    document: Document
    problem: str | None  # as written
    student: str
    answers: Fields

    @property
    def problem_path(self) -> str | None:
        """Where the problem file is: relative to the answer file."""
        if self.problem is None:
            return None
        return named_file(self.document, self.problem)


FIELDS = ("problem", "student", "answers")


def read_answers(path: "str | os.PathLike[str]") -> AnswerFile:
    """The answer file at a path, or on standard input for "-". Raises `HomeworkError` for a broken structure."""
    return answer_file(read(path))


def answer_file(document: Document) -> AnswerFile:
    """The answer file that a document is. Raises `HomeworkError`."""
    reader, root = Reader(document), document.root
    if "kind" in root and "answers" not in root:
        help = "`rnnhw solve` works it; an answer file has `problem:` and `answers:`"
        reader.fault("missing-field", "this is a problem file", root.keys["kind"], help)
        reader.finish()
    reader.known_keys(root, FIELDS, "field of an answer file")
    for word in FIELDS[:2]:
        value = root.get(word)
        if value is None or (isinstance(value, Scalar) and value.is_null):
            continue
        if not isinstance(value, Scalar) or not value.text.strip():
            reader.fault("not-a-word", f"`{word}` is one line of text", value)
        elif word == "problem" and not value.text.lower().endswith((".yaml", ".yml")):
            # Whoever marks the work of others must not be made to show lines of any file of theirs.
            help = "name a file that ends in `.yaml` or `.yml`"
            reader.fault("not-yaml", f"`{short(value.text)}` is no YAML file", value, help)
    answers = root.get("answers")
    if answers is None:
        help = "write `answers:` and below it one line for each, such as `h[1]: 0.217`"
        reader.fault("missing-field", "`answers` is missing", root, help)
    elif not isinstance(answers, Fields) and not (isinstance(answers, Scalar) and answers.is_null):
        help = "write below it one line for each, such as `h[1]: 0.217`"
        reader.fault("not-a-map", "`answers` is a map of keys and values", answers, help)
    reader.finish()
    words = [v.text if isinstance(v, Scalar) and not v.is_null else None for v in map(root.get, FIELDS[:2])]
    return AnswerFile(document, words[0], words[1] or "", answers if isinstance(answers, Fields) else Fields())


def bind(
    file: AnswerFile,
    lines: Sequence[Line],
    shapes: Mapping[str, Shape],
    steps: int,
    single: bool,
    aliases: Mapping[str, str],
    names: Mapping[str, str],
) -> Sheet:
    """The answers by the problem's lines; `names` are the sheet's own letters, by canonical name."""
    by_key = {line.key: line for line in lines}
    by_name: dict[str, list[Line]] = {}
    for line in lines:
        by_name.setdefault(line.name, []).append(line)
    sheet = by_letter(names)
    entries: dict[str, Entry] = {}
    whole: dict[str, Entry] = {}
    found: list[Diagnostic] = []
    untold = 0
    for text, value in file.answers.entries.items():
        key = _canonical(text, by_key, by_name, sheet, aliases, single)
        if len(found) == MOST_FAULTS and (key is None or key in entries):
            untold += 1  # to tell a fault takes long, and a file may have a hundred thousand
        elif key is None:
            help = _known_times(text, by_name, steps) or did_you_mean(text, [*by_name, *names.values()])
            message = f"`{short(text)}` is no line of this problem"
            found.append(diagnostic(file.document, "unknown-key", message, file.answers.keys[text], help))
        elif key in by_key:
            if key in entries:
                message = f"`{by_key[key].key}` is answered twice"
                help = "the first answer counts"
                found.append(diagnostic(file.document, "duplicate-key", message, file.answers.keys[text], help))
            elif not _blank(value):
                entries[key] = _entry(value, by_key[key], shapes.get(by_key[key].name, ()))
        else:
            whole |= _split(value, by_name[key], shapes.get(key, ()))
    if untold:
        found[-1] = found[-1]._replace(notes=(f"{untold:,} more faults of the file are not shown",))
    return Sheet(file.document.file, file.student, whole | entries, tuple(found))


def _canonical(
    text: str,
    by_key: Mapping[str, Line],
    by_name: Mapping[str, list[Line]],
    sheet: Mapping[str, str],
    aliases: Mapping[str, str],
    single: bool,
) -> str | None:
    """The key of a line or the name of a sequence that a written key stands for."""

    def name_of(base: str) -> str:
        return spelled(base, lambda name: sheet.get(name) or aliases.get(name, name))

    edge = _EDGE(text)
    base, time = split_key(f"d{edge[1]}/d{edge[2]}" if edge else text)
    candidates = [(name_of(base), time)]
    worn = _WORN(text.strip())
    if worn and time is None and text not in by_name and text not in sheet:
        candidates.append((name_of(worn[1]), int(worn[2])))
    for name, t in candidates:
        key = key_of(name, t, single and t == 1)
        if key in by_key or (t is None and name in by_name):
            return key
        if t is None and f"{name}[t]" in by_key:  # a formula for every step
            return f"{name}[t]"
    return None


def _known_times(text: str, by_name: Mapping[str, list[Line]], steps: int) -> str:
    """The help for a time that a quantity does not have."""
    base, time = split_key(text)
    if time is None or base not in by_name:
        return ""
    return f"`{base}` has no time" if by_name[base][0].time is None else f"there {steps_in_words(steps)}"


def _blank(value: Value) -> bool:
    return isinstance(value, Scalar) and (value.is_null or not value.text.strip())


def _split(value: Value, lines: Sequence[Line], shape: Shape) -> dict[str, Entry]:
    """All steps of a sequence in one answer: one entry per step."""
    if _blank(value):
        return {}
    if isinstance(value, Items) and len(value.items) == len(lines):
        whole = read_array(value)
        if len(lines) > 1 or not isinstance(whole, Written) or whole.value.shape != shape:
            pairs = zip(lines, value.items, strict=True)
            return {line.key: _entry(item, line, shape) for line, item in pairs if not _blank(item)}
    if len(lines) == 1:
        return {lines[0].key: _entry(value, lines[0], shape)}
    count = len(value.items) if isinstance(value, Items) else 1
    reason = f"{count} entr{'y' if count == 1 else 'ies'} where there are {len(lines)} steps"
    if isinstance(value, Items) and count == 2 * len(lines) * max(1, int(np.prod(shape))):
        pair = [text_of(item).strip() for item in value.items[:2]]
        reason += f"; decimals are written with a point: `{pair[0]}.{pair[1]}`, not with a comma"
    return {line.key: Entry(text_of(value), value.line, reason=reason) for line in lines}


def _entry(value: Value, line: Line, shape: Shape) -> Entry:
    text = text_of(value)
    if line.form not in ("number", "weights"):
        reason = "" if isinstance(value, Scalar) else "this answer is one line of text"
        return Entry(text, value.line, reason=reason)
    read = read_array(value)
    if isinstance(read, Unread):
        return Entry(text, value.line, reason=f"{read.reason}; {read.help}" if read.help else read.reason)
    if line.form == "weights":
        return Entry(text, value.line, read.value, read.half_unit, exact_array(value))
    fitted = _fitted(read.value.shape, shape)
    if fitted is None:
        wanted, got = spoken(shape), spoken(read.value.shape)
        return Entry(
            text, value.line, read.value, read.half_unit, misshapen=f"it has {got}, `{line.name}` has {wanted}"
        )
    return Entry(text, value.line, read.value.reshape(fitted), read.half_unit.reshape(fitted))


def _fitted(written: Shape, shape: Shape) -> Shape | None:
    """The quantity's shape if the written one differs by axes of one entry at most."""
    same = [n for n in written if n != 1] == [n for n in shape if n != 1]
    return shape if same else None
