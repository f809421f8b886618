"""What is shown of the mistakes behind a sheet: the sentence for all of it, and for each mistake its rows.

The counterpart of `sheet.py` for diagnoses; `render/` typesets what comes out. The wording is "consistent with": numbers
show what was computed, and never what somebody thinks.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rnn_hw.lang.tree import Equation
from rnn_hw.results import Diagnosis, Report
from rnn_hw.view import selection

MOST_KEYS = 16  # of the lines that a mistake explains


class Row(NamedTuple):
    """A word, and behind it lines by their keys, an equation, or a sentence."""

    word: str
    content: "tuple[str, ...] | Equation | str"


def heading(diagnosis: Diagnosis) -> str:
    """The mistake in a few words, with its code for `rnnhw explain`."""
    return f"Consistent with: {diagnosis.title} [{diagnosis.mistake}]"


def departing(report: Report) -> list[str]:
    """The lines that are not the true ones, whether or not they follow from earlier ones."""
    return [v.key for v in report.verdicts if v.verdict in ("wrong", "carried")]


def shown(report: Report, options: selection.Options) -> list[Diagnosis]:
    """The mistakes that concern a line which is shown."""
    return [
        d
        for d in report.diagnoses
        if any(selection.chosen(key, report.names, options) for key in (*d.place, *d.explains))
    ]


def summary(report: Report) -> str:
    """How much of what is not right is explained: `One mistake explains 11 of your 12 wrong lines`."""
    lines = departing(report)
    covered = {key for d in report.diagnoses for key in (*d.explains, *(d.place if not d.explains else ()))}
    count = sum(key in covered for key in lines)
    if not report.diagnoses or not count:
        return ""
    mistakes = len(report.diagnoses)
    who = "One mistake explains" if mistakes == 1 else f"{_number(mistakes)} mistakes together explain"
    how_many = f"{count} of your {len(lines)}" if count < len(lines) or len(lines) > 1 else "your one"
    return f"{who} {how_many} wrong line{'s' * (len(lines) > 1)}."


def _number(count: int) -> str:
    words = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
    return words[count] if count < len(words) else str(count)


def remaining(report: Report) -> list[str]:
    """The wrong lines that no mistake explains; none where nobody looked for one."""
    covered = {key for d in report.diagnoses for key in (*d.explains, *d.place)}
    wrong = [v.key for v in report.verdicts if v.verdict == "wrong" and v.key not in covered]
    return wrong if report.searched else []


def remains(report: Report, key: Callable[[str], str]) -> str:
    """The sentence about what no mistake explains."""
    lines = remaining(report)
    if not lines:
        return ""
    return f"Not explained by a mistake that is known here: {listed(lines, key)}."


def listed(keys: Sequence[str], key: Callable[[str], str]) -> str:
    """Lines by their names, the middle of many left out."""
    names = [key(k) for k in keys]
    if len(names) > MOST_KEYS:
        names = [*names[: MOST_KEYS - 4], "…", *names[-3:]]
    return ", ".join(names)


def rows(diagnosis: Diagnosis, options: selection.Options) -> list[Row]:
    """What is said of one mistake, in the order in which it is read."""
    d = diagnosis
    found = [Row("explains", d.explains)] * bool(d.explains)
    found += [Row("made in", d.place)] * (bool(d.place) and set(d.place) != set(d.explains))
    found += [Row("yours", d.yours)] if d.yours is not None else []
    found += [Row("true", d.true)] if d.true is not None and options.key else []
    found += [Row("what", said)] if (said := d.said if options.key else d.message) else []
    found += [Row("mend", d.mend)] * bool(d.mend)
    return found + [Row("or equally", other) for other in d.alternatives]
