"""Paths -> the submissions of a class, each a file to be opened, or the reason why it is not.

Files come from strangers, so nothing is opened here, and what is no regular file never will be: a pipe, a device, a
folder that is called like a file, a link that leads out of its own folder. Each is still a submission: somebody handed
it in, and the teacher is told why it cannot be read.
"""

import os
import stat
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from rnn_hw.errors import Diagnostic, HomeworkError, reason, showable
from rnn_hw.text_file import ENDINGS

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


def found(paths: Sequence[str], problem: Iterable[str]) -> list[Submission]:
    """The submissions that the paths name: files, and the YAML files below folders, but for those of the problem.

    Raises `HomeworkError` where one names nothing and is not called like an answer file: no student handed that in.
    """
    _exist(paths)
    own = set(map(os.path.realpath, problem))
    own_names = set(map(os.path.basename, own))
    files: dict[str, tuple[Listed, str]] = {}  # by the absolute path, with the absolute folder that was walked for it
    for path in paths:
        place = os.path.abspath(path)
        if os.path.isdir(path) and not path.lower().endswith(ENDINGS):
            for file in _below(path, place, DEEPEST):
                # Only a link, or a file of the problem's name, needs a closer look.
                if not ((file.link or file.name in own_names) and os.path.realpath(file.path) in own):
                    files.setdefault(f"{file.home}{os.sep}{file.name}", (file, place))
        else:
            files.setdefault(place, (Listed(path, *os.path.split(place), refused=_refused(path)), ""))
    several = Counter([file.name for file, _ in files.values()])
    alone = Counter([file.home for file, _ in files.values()])
    stems: list[str | None] = []  # None where the file's name says nothing of the student
    for (_, home, name, *_), root in files.values():
        stem = name.rpartition(".")[0].strip(".") or name
        below = root and home != root and alone[home] == 1
        stems.append(None if below or several[name] > 1 or stem.lower() in ANYBODYS else stem)
    waiting = zip(files.values(), stems, strict=True)
    folders = _by_folder({(file.home, root) for (file, root), stem in waiting if stem is None})
    return [
        Submission(file.path, called(showable(folders[file.home, root] if stem is None else stem)), file.refused)
        for (file, root), stem in zip(files.values(), stems, strict=True)
    ]


def _exist(paths: Iterable[str]) -> None:
    """Raises `HomeworkError` for paths that name nothing, unless a list of a class may have named the file."""
    missing = [
        path for path in paths if path != "-" and not path.lower().endswith(ENDINGS) and not os.path.lexists(path)
    ]
    if missing:
        raise HomeworkError(*(_fault("missing-file", path, "is no file and no folder") for path in missing))


def _by_folder(homes: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The students' names for folders that hold a file each: below each folder that was named, of the levels that all of
    them have that on which most have a name of their own, and of several such the lowest.

    In `class/amy/hw1` and `class/ben/hw1` these are amy and ben.
    """
    found: dict[tuple[str, str], str] = {}
    for root in {root for _, root in homes}:
        parts = {home: home.split(os.sep) for home, its in homes if its == root}
        levels = range(root.count(os.sep) + 1, min(map(len, parts.values())))
        own = {level: len({folders[level] for folders in parts.values()}) for level in levels}
        level = max(own, key=lambda level: (own[level], level), default=-1)
        found |= {(home, root): folders[level] for home, folders in parts.items()}
    return found


def called(name: str) -> str:
    """A student's name, on one line and of a length that fits into a report."""
    name = name if name.isalnum() else " ".join(name.split())
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def alike(name: str) -> str:
    """A name such that two that look alike are the same."""
    return (name if name.isascii() else unicodedata.normalize("NFKC", name)).casefold()


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
