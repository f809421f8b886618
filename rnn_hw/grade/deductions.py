"""What is taken off a mark, and shares as people write them: `10`, `10%`, `1/2`. All of it in exact fractions."""

import os
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import PurePath

from rnn_hw.errors import Diagnostic, HomeworkError
from rnn_hw.grade.naming import alike, student_name
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


class Late:
    """Who a list names: a student, a file, or a folder of files, each on a line, with a path or the end of one.

    What follows a `#` at the start or behind a blank is a comment. Raises `HomeworkError`.
    """

    def __init__(self, path: str) -> None:
        data, self.file = contents(path)
        text, _ = decoded(data, self.file)
        names = (" ".join(_comment.sub("", line).split()) for line in lines_of(text))
        self.names = {alike(_plain_path(name)): name for name in names if name}
        self.deepest = max((name.count("/") + 1 for name in self.names), default=0)
        self.met: set[str] = set()

    def names_one(self, graded: Graded) -> bool:
        """Whether the list names the student, the file or a folder that it is in; what does is remembered."""
        met = self._called(graded) & self.names.keys()
        self.met |= met
        return bool(met)

    def _called(self, graded: Graded) -> set[str]:
        """What a list as deep as this one can call a submission, as it is compared."""
        file = alike(_plain_path(graded.file.replace(os.sep, "/")))
        folder, _, name = file.rpartition("/")
        stem = PurePath(name).stem
        found = {alike(graded.student), file, folder, name, stem, f"{folder}/{stem}", folder.rpartition("/")[2]} - {""}
        parts = file.split("/")
        for depth in range(2, min(self.deepest, len(parts)) + 1):  # one name alone may be that of any folder above
            found |= {"/".join(parts[k : k + depth]) for k in range(len(parts) - depth + 1)}
            found.add("/".join([*parts[-depth:-1], stem]))
        return found

    def warnings(self) -> Iterator[Diagnostic]:
        """What is to be said of names that nobody has."""
        for compared, name in self.names.items():
            if compared not in self.met:
                message = f"`{student_name(name)}` is said to be late, and no submission is called so"
                yield Diagnostic("unknown-name", message, file=self.file)


def _plain_path(name: str) -> str:
    """A path without `./` before it, or a slash behind; any other name as it is."""
    return re.sub(r"^(\./+)+(?=.)|(?<=[^/])/+$", "", name)


def deducted(graded: Graded, late: bool, taken: Fraction) -> Graded:
    """The submission with a share of the points reached taken off if it is late."""
    if not late:
        return graded
    return graded._replace(late=True, score=str(Fraction(graded.reached) * (1 - taken)))
