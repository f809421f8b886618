"""What is shown of a checked sheet, for every form that people read: the signs of the verdicts, the box, the sentences.

The counterpart of `worked.py`, which does this for a solved problem. Decides no verdict, escapes nothing, knows no
markup.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_hw.lang import figures
from rnn_hw.results import Report, Value, Verdict
from rnn_hw.view import selection

RUN, RUN_ENDS = 8, 2  # in a long sheet, of so many equal verdicts in a row the ends are shown

# A sign for each verdict that no other looks like, and the word beside it: nothing is said by colour alone.
GLYPHS: Mapping[str, str] = {
    "correct": "✓", "carried": "→", "imprecise": "≈", "wrong": "✗", "blank": "–", "unreadable": "?", "unjudged": "…",
}  # fmt: skip


def verdicts(report: Report, options: selection.Options) -> list[Verdict | str]:
    """The lines of a sheet; in a long one the middle of many with the same verdict is left out."""
    wanted = [v for v in report.verdicts if selection.chosen(v.key, report.names, options)]
    if options.all or len(wanted) <= selection.FULL_ROWS:
        return list(wanted)
    kept: list[int] = []
    for _, run in groupby(range(len(wanted)), lambda k: wanted[k].verdict):
        places = list(run)
        kept += places if len(places) <= RUN else [*places[:RUN_ENDS], *places[-RUN_ENDS:]]
    return selection.with_gaps(wanted, kept, "line")


def shown_parts(report: Report, options: selection.Options) -> Iterator[tuple[str, Report, selection.Options]]:
    """The problems of an assignment of which something is shown."""
    for id, part in report.parts:
        own = selection.of_part(id, options)
        if own is not None and (not own.only or verdicts(part, own)):
            yield id, part, own


def decimals(report: Report, options: selection.Options) -> tuple[int, int | None]:
    """Significant figures and decimals of a true value: what the reader asks for, else the place the problem asks."""
    if options.digits or report.shown_digits is None:
        return selection.digits(options), None
    kind, count = report.shown_digits
    return (count, None) if kind == "digits" else (selection.DIGITS, count)


def box(verdict: Verdict) -> str:
    """What would have been right given the person's own earlier lines, as `0.0129 ± 0.0006`; "" if that says nothing
    the true value does not."""
    if verdict.accepted is None or verdict.carried is None or verdict.verdict not in ("carried", "wrong", "imprecise"):
        return ""
    low, high = (np.asarray(end, dtype=float) for end in verdict.accepted)
    if low.size != 1 or not (np.isfinite(low).all() and np.isfinite(high).all()):
        return ""
    middle, half = (low.item() + high.item()) / 2, (high.item() - low.item()) / 2
    if verdict.verdict != "carried" and _same(verdict.carried, verdict.expected):
        return ""
    return around(middle, half)


def _same(carried: NDArray[Any], expected: Value | None) -> bool:
    if not isinstance(expected, float | int | np.ndarray) or np.shape(carried) != np.shape(expected):
        return False
    return bool(np.allclose(carried, expected, rtol=1e-12, atol=0))


def around(middle: float, half: float) -> str:
    """An interval by its middle, as exact as its half width is.

    >>> around(0.01287, 0.00061)
    '0.01287 ± 0.00061'
    """
    if half <= 0:
        return figures.figure(middle, 6)
    place = int(f"{half:.1e}".partition("e")[2]) - 1
    if not -12 <= place < 0:
        return f"{figures.figure(middle, 6)} ± {figures.figure(half, 2)}"
    return " ± ".join(figures.figure(number, decimals=-place) for number in (middle, half))


def marked(verdict: Verdict) -> list[list[str]] | None:
    """The entries of an array as the person wrote them, a ✗ behind the wrong ones; None if they cannot be laid out."""
    if not isinstance(verdict.expected, np.ndarray) or verdict.expected.size < 2 or verdict.given is None:
        return None
    shape = verdict.expected.shape
    words = re.findall(r"[^\s\[\],;]+", verdict.given)
    if len(words) != verdict.expected.size or len(shape) > 2 or max(shape) > 8:
        return None
    across = shape[-1]
    laid = [words[k : k + across] for k in range(0, len(words), across)]
    wrong = {entry if len(shape) == 2 else (1, *entry) for entry in verdict.entries}
    return [[word + "✗" * ((i, j) in wrong) for j, word in enumerate(row, 1)] for i, row in enumerate(laid, 1)]


def note(verdict: Verdict, report: Report, options: selection.Options) -> str:
    """What is said of a line below the table; of a wrong array also what would follow from the earlier lines."""
    if not selection.chosen(verdict.key, report.names, options):
        return ""
    said = verdict.said
    carried = verdict.carried
    if verdict.verdict == "wrong" and options.key and carried is not None and np.size(carried) > 1:
        if np.isfinite(carried).all() and not _same(carried, verdict.expected):
            figured, places = decimals(report, options)
            follows = selection.text(carried, options._replace(digits=figured), decimals=places)
            said = "; ".join(filter(None, (said, f"from your own earlier lines it would be {follows}")))
    return said


def first_wrong(report: Report) -> Verdict | None:
    """The first line that went wrong of itself."""
    return next((v for v in report.verdicts if v.verdict in ("wrong", "unreadable")), None)


def pointed_out(verdict: Verdict, report: Report, options: selection.Options) -> str:
    """What stands beside the first wrong line: the person's number and, unless it is kept back, the true one."""
    number = isinstance(verdict.expected, float | np.ndarray) and np.size(verdict.expected) == 1
    if verdict.given is None or len(verdict.given) > 24 or not number:
        return ""
    said = f"yours {verdict.given}"
    if options.key:
        figured, places = decimals(report, options)
        said += f", true {selection.text(verdict.expected, options._replace(digits=figured), decimals=places)}"
    return said


def points(verdict: Verdict) -> str:
    """The points of a line, `1 of 2`; "" where there are none to have."""
    return f"{mixed(verdict.points)} of {mixed(verdict.max_points)}" if verdict.max_points != "0" else ""


def score(report: Report) -> str:
    """The points reached, `4 1/3 of 13 points`."""
    return f"{mixed(report.score)} of {mixed(report.max_score)} point{'s' * (report.max_score != '1')}"


def mixed(points: str) -> str:
    """An exact fraction as people write it.

    >>> mixed("7/2"), mixed("13/3"), mixed("2")
    ('3.5', '4 1/3', '2')
    """
    above, bar, below = points.partition("/")
    if not (bar and above.isdigit() and below.isdigit() and int(below)):
        return points
    whole, rest = divmod(int(above), int(below))
    if 1000 % int(below) == 0:
        return f"{int(above) / int(below):.3f}".rstrip("0").rstrip(".")
    return f"{whole} {rest}/{below}" if whole else points


def summary(report: Report) -> str:
    """How many lines got which verdict: `6 wrong, 7 carried, 11 correct`."""
    counts = {word: sum(v.verdict == word for v in report.verdicts) for word in GLYPHS}
    return in_words(counts) or "nothing was asked"


def in_words(counts: Mapping[str, int]) -> str:
    """How many of what: `6 wrong, 7 carried`."""
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count)
