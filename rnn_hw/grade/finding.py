"""Paths -> the submissions of a class, each a file to be opened, or the reason why it is not.

Files come from strangers, so nothing is opened here, and what is no regular file never will be: a pipe, a device, a
folder that is called like a file, a link that leads out of its own folder. Each is still a submission: somebody handed
it in, and the teacher is told why it cannot be read.
"""

import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rnn_hw.errors import Diagnostic, HomeworkError, reason, shortened, showable
from rnn_hw.grade.naming import names
from rnn_hw.text_file import ENDINGS

DEEPEST = 30  # folders inside each other
MOST_TOLD = 500  # folders without an answer file: a class has no more, and an archive may have a million
ENDINGS_HELP = "answer files end in `.yaml` or `.yml`"


class Submission(NamedTuple):
    """One file that somebody handed in."""

    path: str  # to be opened
    student: str  # whose it is, unless the file says so itself
    refused: Diagnostic | None = None

    @property
    def file(self) -> str:
        """The path as it can be shown."""
        return showable(self.path)


class Found(NamedTuple):
    """The submissions of a class, and what somebody may have meant as one."""

    submissions: list[Submission]
    passed_over: list[Diagnostic]


class Listed(NamedTuple):
    """A file that was named or found: its path, the absolute folder that it is in, its name there.

    A folder without an answer file, and a file `hw.yaml.txt`, have no name.
    """

    path: str
    home: str
    name: str = ""
    link: bool = False
    refused: Diagnostic | None = None


def found(paths: Sequence[str], problem: Iterable[str]) -> Found:
    """The submissions that the paths name: files, and the YAML files below folders, but for those of the problem.

    Raises `HomeworkError` where one names nothing and is not called like an answer file: no student handed that in.
    """
    _exist(paths)
    own = set(map(os.path.realpath, problem))
    own_names = set(map(os.path.basename, own))
    files: dict[str, tuple[Listed, str]] = {}  # by the absolute path, with the absolute folder that students stand in
    passed_over: list[Diagnostic] = []
    for file, root in _listed(paths):
        if not file.name:
            passed_over.append(_passed_over(file.path))
        # Only a link, or a file of the problem's name, needs a closer look.
        elif not (root and (file.link or file.name in own_names) and os.path.realpath(file.path) in own):
            files.setdefault(f"{file.home}{os.sep}{file.name}", (file, root))
    students = names((file.home, file.name, root) for file, root in files.values())
    submissions = [Submission(f.path, name, f.refused) for (f, _), name in zip(files.values(), students, strict=True)]
    return Found(submissions, shortened(passed_over, 0, MOST_TOLD, "of these"))


def _listed(paths: Sequence[str]) -> Iterator[tuple[Listed, str]]:
    """What the paths name, and what is below those of folders: each with the absolute folder that students stand in.

    That is the folder that was named, or, where several were, or files beside it, as `class/*` does, the one above; "" for
    a file that was named itself.
    """
    places = {path: os.path.abspath(path) for path in paths}
    folders = {path for path in paths if os.path.isdir(path) and not _is_named(path)}
    beside = Counter([os.path.dirname(place) for place in set(places.values())])
    for path, place in places.items():
        if path not in folders:
            yield Listed(path, *os.path.split(place), refused=_refused(path)), ""
            continue
        above = os.path.dirname(place)
        each = beside[above] > 1
        for file in _of_student(path, place, DEEPEST) if each else _below(path, place, DEEPEST, True):
            yield file, above if each else place


def _is_named(path: str) -> bool:
    """Whether a path is called like an answer file."""
    return path.lower().endswith(ENDINGS)


def _exist(paths: Iterable[str]) -> None:
    """Raises `HomeworkError` for paths that name nothing, unless a list of a class may have named the file."""
    missing = [path for path in paths if path != "-" and not _is_named(path) and not os.path.lexists(path)]
    if missing:
        raise HomeworkError(*(_fault("missing-file", path, "is no file and no folder") for path in missing))


def _below(folder: str, home: str, deepest: int, told: bool) -> Iterator[Listed]:
    """The YAML files below a folder in the order of their names, hidden ones left out, linked folders not entered; and
    what cannot be looked into. `home` is the folder's absolute path; `told` whether folders without answers are listed."""
    try:
        with os.scandir(folder) as listed:
            entries = sorted(listed, key=lambda entry: entry.name)
    except OSError as error:
        fault = _fault("unreadable-file", folder, f"cannot be read: {reason(error)}")
        yield Listed(folder, *os.path.split(home), refused=fault)
        return
    told = told and not any(_is_named(entry.name) for entry in entries)  # what is beside answers is no student's
    for entry in entries:
        name, path = entry.name, entry.path
        if name.startswith("."):
            continue
        if _is_named(name):
            plain = entry.is_file(follow_symlinks=False)  # which the listing says already
            yield Listed(path, home, name, not plain and entry.is_symlink(), None if plain else _refused(path))
        elif entry.is_symlink():
            if entry.is_dir():
                help = "hand in the files themselves"
                yield Listed(path, home, name, True, _fault("link-out", path, "is a link to another folder", help))
        elif entry.is_dir():
            if deepest:
                inside = os.path.join(home, name)
                if told:
                    yield from _of_student(path, inside, deepest - 1)
                else:
                    yield from _below(path, inside, deepest - 1, False)
            else:
                fault = _fault("too-deep", path, f"lies more than {DEEPEST} folders deep")
                yield Listed(path, home, name, refused=fault)
        elif any(f"{ending}." in name.lower() for ending in ENDINGS):
            yield Listed(path, home)


def _of_student(folder: str, home: str, deepest: int) -> list[Listed]:
    """What is below a folder that may be a student's: where no answer file is, the folder itself."""
    found = list(_below(folder, home, deepest, True))
    if any(file.name for file in found):
        return found
    return [] if os.path.basename(home).startswith("__") else [Listed(folder, home)]  # as `__MACOSX`, which nobody made


def _passed_over(path: str) -> Diagnostic:
    """What is said of a folder without an answer file, and of a file that is nearly called like one."""
    what = "holds no answer file" if os.path.isdir(path) else "is not called like an answer file"
    return Diagnostic("passed-over", f"`{showable(path)}` {what}", help=ENDINGS_HELP)


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
