"""What is taken off a mark, and shares as people write them: `10`, `10%`, `1/2`. All of it in exact fractions."""

import re
from collections.abc import Collection
from fractions import Fraction
from pathlib import PurePath

from rnn_hw.errors import Diagnostic, HomeworkError
from rnn_hw.grade.naming import alike
from rnn_hw.numerals import fraction
from rnn_hw.results import Graded
from rnn_hw.text_file import contents, decoded, lines_of, short

_comment = re.compile(r"(^|\s)#.*")
LARGEST_DENOMINATOR = 1000  # of a share: a score with it taken off can still be printed


def share(text: str, option: str) -> Fraction:
    """A share from 0 to 1, `1/2` or `0.5`. Raises `HomeworkError`."""
    return _bounded(fraction(text.strip()), 1, text, option, "a share from 0 to 1, such as `1/2`")


def percent(text: str, option: str) -> Fraction:
    """A share written in percent, `10` or `10%`. Raises `HomeworkError`."""
    plain = text.strip().removesuffix("%")
    return _bounded(fraction(plain), 100, text, option, "a percentage from 0 to 100") / 100


def _bounded(value: Fraction | None, most: int, text: str, option: str, what: str) -> Fraction:
    if value is None or not 0 <= value <= most or value.denominator > LARGEST_DENOMINATOR:
        raise HomeworkError(Diagnostic("out-of-range", f"`{option}` is {what}, not `{short(text)}`"))
    return value


def named_late(path: str) -> dict[str, str]:
    """The students or files that a list names, one on a line, each as it is compared and as it is written there.

    What follows a `#` at the start or behind a blank is a comment. Raises `HomeworkError`.
    """
    data, file = contents(path)
    text, _ = decoded(data, file)
    names = (" ".join(_comment.sub("", line).split()) for line in lines_of(text))
    return {alike(_plain_path(name)): name for name in names if name}


def is_late(graded: Graded, names: Collection[str]) -> bool:
    """Whether a list names the student, the file or its folder."""
    return not names_of(graded).isdisjoint(names)


def names_of(graded: Graded) -> set[str]:
    """What a list can call a submission, as it is compared: the student, the file, its folder, each by the whole path or
    only its end."""
    file = PurePath(_plain_path(graded.file))
    paths = [file.parts, (*file.parent.parts, file.stem), file.parent.parts]
    ends = (PurePath(*parts[k:]).as_posix() for parts in paths for k in range(len(parts)))
    return set(map(alike, (graded.student, graded.file, *ends)))


def _plain_path(name: str) -> str:
    """A path without `./` before it, or a slash behind; any other name as it is."""
    return re.sub(r"^(\./+)+(?=.)|(?<=[^/])/+$", "", name)


def deducted(graded: Graded, late: bool, taken: Fraction) -> Graded:
    """The submission with a share of the points reached taken off if it is late."""
    if not late:
        return graded
    return graded._replace(late=True, score=str(Fraction(graded.reached) * (1 - taken)))
