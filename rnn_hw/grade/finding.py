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


def found(paths: Iterable[str], problem: str) -> list[Submission]:
    """The submissions that the paths name: files, and the YAML files below folders, but for the problem's own file."""
    own, name = os.path.realpath(problem), os.path.basename(os.path.realpath(problem))
    files: dict[str, tuple[str, str, Diagnostic | None]] = {}
    for path in paths:
        walked = os.path.isdir(path) and not path.lower().endswith(ENDINGS)
        for file, link, refused in _below(path, DEEPEST) if walked else [(path, False, _refused(path))]:
            # Only a link, or a file of the problem's name, needs a closer look.
            if not (walked and (link or os.path.basename(file) == name) and os.path.realpath(file) == own):
                files.setdefault(os.path.abspath(file), (file, path if walked else "", refused))
    alike = Counter(os.path.basename(place) for place in files)
    alone = Counter(os.path.dirname(place) for place in files)
    submissions = []
    for place, (file, root, refused) in files.items():
        folder, name = os.path.split(place)
        stem = os.path.splitext(name)[0]
        below = bool(root) and folder != os.path.abspath(root) and alone[folder] == 1
        by_folder = below or alike[name] > 1 or stem.lower() in ANYBODYS
        submissions.append(Submission(file, called(showable(os.path.basename(folder) if by_folder else stem)), refused))
    return submissions


def called(name: str) -> str:
    """A student's name, on one line and of a length that fits into a report."""
    name = " ".join(name.split())
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def _below(folder: str, deepest: int) -> Iterator[tuple[str, bool, Diagnostic | None]]:
    """The YAML files below a folder in the order of their names, whether each is a link, and why it is not opened; hidden
    ones left out, linked folders not entered."""
    try:
        with os.scandir(folder) as listed:
            entries = sorted(listed, key=lambda entry: entry.name)
    except OSError as error:
        yield folder, False, _fault("unreadable-file", folder, f"cannot be read: {reason(error)}")
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        path = os.path.join(folder, entry.name)
        if path.lower().endswith(ENDINGS):
            plain = entry.is_file(follow_symlinks=False)  # which the listing says already
            yield path, not plain and entry.is_symlink(), None if plain else _refused(path)
        elif entry.is_symlink():
            if entry.is_dir():
                yield (
                    path,
                    True,
                    _fault("link-out", path, "is a link to another folder", "hand in the files themselves"),
                )
        elif entry.is_dir():
            if deepest:
                yield from _below(path, deepest - 1)
            else:
                yield path, False, _fault("too-deep", path, f"lies more than {DEEPEST} folders deep")


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
