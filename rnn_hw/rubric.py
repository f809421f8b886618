"""A problem's rubric: groups of lines under a name, each worth so many points together.

The lines of a group share its points in proportion to the points of their own, equally where nothing is said. A group is
a way to give points and to sum them up; how a line is judged does not depend on it.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction

from rnn_hw.fields import Reader
from rnn_hw.results import Line
from rnn_hw.source import Value
from rnn_hw.text_file import short

FIELDS = ("lines", "points")
LARGEST_SHARE = 10**9  # the denominator of a line's points: a score is a sum of them that can still be printed

Groups = tuple[tuple[str, tuple[str, ...]], ...]
Selected = Callable[[str, Value, str], str | None]  # the name or key that a written one stands for, or a fault


def with_rubric(
    reader: Reader, value: Value | None, lines: Sequence[Line], selected: Selected
) -> tuple[tuple[Line, ...], Groups]:
    """The lines with the points that their groups give them, and the keys of each group."""
    found, fields = {line.key: line for line in lines}, reader.map(value, "rubric")
    taken: dict[str, str] = {}
    groups = []
    for name, stated in fields.entries.items():
        at = fields.keys[name]
        group = reader.map(stated, f"rubric: {name}")
        reader.known_keys(group, FIELDS, "field of a group")
        if not name or not name.isprintable() or name != name.strip() or len(name) > 40 or "/" in name:
            reader.fault(
                "bad-name", f"`{short(name)}` cannot be the name of a group", at, "a name is short, such as `forward`"
            )
        keys = _keys(reader, group.get("lines"), name, lines, selected)
        for key in keys:
            if key in taken:
                help = "a line belongs to one group"
                reader.fault("duplicate-key", f"`{key}` is in `{short(taken[key])}` and in `{short(name)}`", at, help)
            taken[key] = name
        if not keys and not reader.faults:
            reader.fault(
                "missing-field", f"the group `{short(name)}` has no line that is asked", at, "write `lines: [f, h]`"
            )
        points = group.get("points")
        wanted = reader.points(points, f"rubric: {name}: points") if points is not None else None
        if wanted is not None and points is not None and keys:
            _share(reader, points, [found[key] for key in keys], wanted, found)
        groups.append((name, keys))
    return tuple(found.values()), tuple(groups)


def _keys(
    reader: Reader, value: Value | None, group: str, lines: Sequence[Line], selected: Selected
) -> tuple[str, ...]:
    """The asked lines that a group lists by name or key."""
    words = [(item, reader.word(item, "lines")) for item in reader.list(value)]
    wanted = {selected(word, item, f"rubric: {group}") for item, word in words if word is not None}
    return tuple(line.key for line in lines if line.asked and (line.key in wanted or line.name in wanted))


def _share(reader: Reader, at: Value, lines: Sequence[Line], wanted: Fraction, found: dict[str, Line]) -> None:
    """Gives each line its part of the points of the group."""
    total = sum((Fraction(line.points) for line in lines), Fraction(0))
    if not total and wanted:
        reader.fault(
            "no-points", "no line of the group is worth a point", at, "give its lines points, or leave them out"
        )
        return
    for line in lines:
        points = Fraction(line.points) * wanted / total if total else Fraction(0)
        if points.denominator > LARGEST_SHARE:
            reader.fault("out-of-range", "the points cannot be shared by the lines", at, "give its lines whole points")
            return
        found[line.key] = line._replace(points=str(points))
