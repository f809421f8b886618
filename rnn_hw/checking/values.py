"""What a value of an answer file says: numbers that can be read and fit their line, or an entry with the reason.

A value is a line's, or that of all steps of a sequence. Which key it stands behind is the business of `targets.py`.
"""

import math
from collections.abc import Iterable, Sequence

from rnn_hw.answers import Entry, Numerals, Place, Shape
from rnn_hw.checking.targets import Target, Targets
from rnn_hw.fields import MOST_AXES, Unread, Written, exact_array, read_array, text_of
from rnn_hw.lang.keys import called
from rnn_hw.lang.operations import spoken
from rnn_hw.results import Line
from rnn_hw.source import Items, Scalar, Value

Piece = tuple[Place, int, Sequence[int]]  # numbers that can be read: where they go, the file's line, which numerals
Answers = dict[str, Piece | Entry]  # by the key of a line, or by the name of a sequence that is one piece


def answers_in(value: Value, target: Target, targets: Targets, table: Numerals) -> Answers:
    """What a value says, line by line; nothing where it is blank."""
    if blank(value):
        return {}
    steps = target.lines
    if not target.whole:
        return {target.key: _piece(value, target, targets, table) or _entry(value, steps[0], target.own, targets)}
    if not isinstance(value, Items) or len(value.items) != len(steps):
        return _miscounted(value, target) if len(steps) > 1 else _steps([value], target, targets, table)
    if len(steps) == 1:
        whole = read_array(value)
        is_value = isinstance(whole, Written) and whole.value.shape == target.own
        return _steps([value if is_value else value.items[0]], target, targets, table)
    piece = _piece(value, target, targets, table) if value.line == value.items[-1].line else None
    return {target.key: piece} if piece is not None else _steps(value.items, target, targets, table)


def by_line(answers: Answers, targets: Targets) -> Answers:
    """The same with every step of a sequence by its own key."""
    apart: Answers = {}
    for key, answer in answers.items():
        if isinstance(answer, Entry) or len(answer[0].keys) == 1:
            apart[key] = answer
            continue
        place, line, numbers = answer
        size = len(numbers) // len(place.keys)
        for k, step in enumerate(place.keys):
            own = targets.place(targets.of(step), place.written)
            assert own is not None, step
            apart[step] = own, line, numbers[k * size : (k + 1) * size]
    return apart


def _steps(values: Sequence[Value], target: Target, targets: Targets, table: Numerals) -> Answers:
    """The steps of a sequence, a value for each."""
    found: Answers = {}
    for line, value in zip(target.lines, values, strict=True):
        if len(values) == 1 or not blank(value):
            piece = _piece(value, targets.of(line.key), targets, table)
            found[line.key] = piece or _entry(value, line, target.own, targets)
    return found


def _piece(value: Value, target: Target, targets: Targets, table: Numerals) -> Piece | None:
    """The numbers of a value that can be read and fit; `None` where there is anything to say of it."""
    flat = flattened(value)
    place = targets.place(target, flat[0]) if flat is not None else None
    if flat is None or place is None:
        return None
    numbers = [table[text] for text in flat[1]]
    return (place, value.line, numbers) if min(numbers) >= 0 else None


def _miscounted(value: Value, target: Target) -> Answers:
    """Not as many values as there are steps."""
    steps = len(target.lines)
    count = len(value.items) if isinstance(value, Items) else 1
    reason = f"{count} entr{'y' if count == 1 else 'ies'} where there are {steps} steps"
    if isinstance(value, Items) and count == 2 * steps * max(1, math.prod(target.own)):
        pair = [text_of(item).strip() for item in value.items[:2]]
        reason += f"; decimals are written with a point: `{pair[0]}.{pair[1]}`, not with a comma"
    return {line.key: Entry(text_of(value), value.line, reason=reason) for line in target.lines}


def _entry(value: Value, line: Line, own: Shape, targets: Targets) -> Entry:
    """An answer of which there is something to say, or that is no number."""
    text = text_of(value)
    if line.form not in ("number", "weights"):
        reason = "" if isinstance(value, Scalar) else "this answer is one line of text"
        return Entry(text, value.line, reason=reason)
    read = read_array(value)
    if isinstance(read, Unread):
        return Entry(text, value.line, reason=f"{read.reason}; {read.help}" if read.help else read.reason)
    if line.form == "weights":
        return Entry(text, value.line, read.value, read.half_unit, exact_array(value))
    name = called(line.name, targets.problem.names)
    misshapen = f"it has {spoken(read.value.shape)}, `{name}` has {spoken(own)}"
    return Entry(text, value.line, read.value, read.half_unit, misshapen=misshapen)


def blank(value: Value) -> bool:
    """Whether nothing is answered."""
    return isinstance(value, Scalar) and (value.is_null or not value.text.strip())


def flattened(value: Value) -> tuple[Shape, list[str]] | None:
    """A number or an array as its shape and its numbers as written, whatever these say; `None` where it is none."""
    shape: Shape = ()
    level: list[Value] = [value]
    while set(map(type, level)) == {Items} and len(shape) < MOST_AXES:
        lists = [part.value for part in level]
        sizes = set(map(len, lists))
        if len(sizes) > 1:
            return None
        shape += tuple(sizes)
        level = [part for items in lists for part in items]
    return (shape, [part.value for part in level]) if set(map(type, level)) == {Scalar} else None


def by_depth(values: Iterable[Value]) -> list[tuple[int, Scalar]]:
    """The scalars of all answers, those deeper in lists behind others, each with the number of its answer."""
    found: list[tuple[int, Scalar]] = []
    level = list(enumerate(values))
    while level:
        found += [(number, value) for number, value in level if isinstance(value, Scalar)]
        level = [(number, item) for number, value in level if isinstance(value, Items) for item in value.items]
    return found


def shape_of(value: Value) -> Shape | None:
    """The shape of a number or an array as written; `None` where it is none."""
    flat = flattened(value)
    return None if flat is None else flat[0]
