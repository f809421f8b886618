"""Paths -> the submissions of a class, each a file to be opened, or the reason why it is not.

Files come from strangers, so nothing is opened here, and what is no regular file never will be: a pipe, a device, a
folder that is called like a file, a link that leads out of its own folder. Each is still a submission: somebody handed
it in, and the teacher is told why it cannot be read.
"""

import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rnn_hw.errors import Diagnostic, reason, showable

ENDINGS = (".yaml", ".yml")
ANYBODYS = ("answer", "answers", "submission", "solution", "homework", "sheet")  # no names of students
DEEPEST = 30  # folders inside each other
LONGEST_NAME = 100  # characters of a student's name


class Submission(NamedTuple):
    """One file that somebody handed in."""

    path: str  # to be opened
    student: str  # whose it is, unless the file says so itself
    refused: Diagnostic | None = None

    @property
    def file(self) -> str:
        """The path as it can be shown."""
        return showable(self.path)


class Listed(NamedTuple):
    """A file that was named or found: its path, the absolute folder that it is in, its name there."""

    path: str
    home: str
    name: str
    link: bool = False
    refused: Diagnostic | None = None


def found(paths: Iterable[str], problem: str) -> list[Submission]:
    """The submissions that the paths name: files, and the YAML files below folders, but for the problem's own file."""
    own = os.path.realpath(problem)
    own_name = os.path.basename(own)
    files: dict[str, tuple[Listed, str]] = {}  # by the absolute path, with the absolute folder that was walked for it
    for path in paths:
        place = os.path.abspath(path)
        if os.path.isdir(path) and not path.lower().endswith(ENDINGS):
            for file in _below(path, place, DEEPEST):
                # Only a link, or a file of the problem's name, needs a closer look.
                if not ((file.link or file.name == own_name) and os.path.realpath(file.path) == own):
                    files.setdefault(f"{file.home}{os.sep}{file.name}", (file, place))
        else:
            files.setdefault(place, (Listed(path, *os.path.split(place), refused=_refused(path)), ""))
    alike = Counter([file.name for file, _ in files.values()])
    alone = Counter([file.home for file, _ in files.values()])
    submissions = []
    for (path, home, name, _, refused), root in files.values():
        stem = name.rpartition(".")[0].strip(".") or name
        below = root and home != root and alone[home] == 1
        by_folder = below or alike[name] > 1 or stem.lower() in ANYBODYS
        student = called(showable(os.path.basename(home) if by_folder else stem))
        submissions.append(Submission(path, student, refused))
    return submissions


def called(name: str) -> str:
    """A student's name, on one line and of a length that fits into a report."""
    name = name if name.isalnum() else " ".join(name.split())
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def _below(folder: str, home: str, deepest: int) -> Iterator[Listed]:
    """The YAML files below a folder in the order of their names, hidden ones left out, linked folders not entered; and
    what cannot be looked into. `home` is the folder's absolute path."""
    try:
        with os.scandir(folder) as listed:
            entries = sorted(listed, key=lambda entry: entry.name)
    except OSError as error:
        fault = _fault("unreadable-file", folder, f"cannot be read: {reason(error)}")
        yield Listed(folder, *os.path.split(home), refused=fault)
        return
    for entry in entries:
        name, path = entry.name, entry.path
        if name.startswith("."):
            continue
        if name.lower().endswith(ENDINGS):
            plain = entry.is_file(follow_symlinks=False)  # which the listing says already
            yield Listed(path, home, name, not plain and entry.is_symlink(), None if plain else _refused(path))
        elif entry.is_symlink():
            if entry.is_dir():
                help = "hand in the files themselves"
                yield Listed(path, home, name, True, _fault("link-out", path, "is a link to another folder", help))
        elif entry.is_dir():
            if deepest:
                yield from _below(path, os.path.join(home, name), deepest - 1)
            else:
                fault = _fault("too-deep", path, f"lies more than {DEEPEST} folders deep")
                yield Listed(path, home, name, refused=fault)


def _refused(path: str) -> Diagnostic | None:
    """Why a file is not opened, None if it is; one that cannot be looked at is left to the reader of files."""
    try:
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            home = os.path.realpath(os.path.dirname(path) or ".")
            if os.path.dirname(os.path.realpath(path)) != home:
                return _fault("link-out", path, "is a link that leads out of its folder", "hand in the file itself")
            status = os.stat(path)
    except (OSError, ValueError):
        return None
    if stat.S_ISDIR(status.st_mode):
        return _fault("is-directory", path, "is a folder, not a file")
    if not stat.S_ISREG(status.st_mode):
        return _fault("not-a-file", path, "is no regular file", "a pipe is read as standard input, `-`")
    return None


def _fault(code: str, path: str, what: str, help: str = "") -> Diagnostic:
    file = showable(path)
    return Diagnostic(code, f"`{file}` {what}", help=help, file=file)
