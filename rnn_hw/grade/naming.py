"""Whose a file is, unless it says so itself: told by its name, or by the folder that it is in."""

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable

from rnn_hw.errors import showable

ANYBODYS = ("answer", "answers", "submission", "solution", "homework", "sheet")  # no names of students
LONGEST_NAME = 100  # characters of a student's name
_of_moodle = re.compile(r"(.*_\d+)_assignsubmission_\w+").fullmatch  # a folder that it makes: name, number, kind

Home = tuple[str, str]  # a folder, and the one in which all students stand; "" for a file that was named itself


def names(files: Iterable[tuple[str, str, str]]) -> list[str]:
    """The student of each file: of its folder, its name there, and the folder of the class, both absolute."""
    files = list(files)
    several = Counter([name for _, name, _ in files])
    own = _own_folders((home, root) for home, _, root in files)
    stems: list[str | None] = []  # None where the file's name says nothing of the student
    for home, name, root in files:
        stem = name.rpartition(".")[0].strip(".") or name
        nobodys = several[name] > 1 or stem.lower() in ANYBODYS
        stems.append(None if nobodys or (home, root) in own else stem)
    pairs = list(zip(files, stems, strict=True))
    folders = _by_folder({(home, root) for (home, _, root), stem in pairs if stem is None})
    return [student_name(showable(folders[home, root] if stem is None else stem)) for (home, _, root), stem in pairs]


def _own_folders(homes: Iterable[Home]) -> set[Home]:
    """Of the folders that files are in, each with the one that was named, those that are a student's own.

    Where all files are in folders below the one that was named, fewer than two in each on average, all are: two files in
    such a folder are of one student, who handed in twice. Else those that hold a single file, if they are not few.
    """
    files = Counter((home, root) for home, root in homes if root)
    below: dict[str, list[Home]] = {}
    for home, root in files:
        below.setdefault(root, []).extend([(home, root)] * (home != root))
    own: set[Home] = set()
    for root, folders in below.items():
        alone = [folder for folder in folders if files[folder] == 1]
        if (root, root) not in files and sum(files[folder] for folder in folders) < 2 * len(folders):
            own |= set(folders)
        elif 2 * len(alone) >= len(folders):
            own |= set(alone)
        own |= {(home, root) for home, root in folders if _of_moodle(os.path.basename(home))}
    return own


def _by_folder(homes: Collection[Home]) -> dict[Home, str]:
    """The students' names for folders that say who they are: below each folder that was named, of the levels that all of
    them have that on which most have a name of their own, and of several such the lowest.

    In `class/amy/hw1` and `class/ben/hw1` these are amy and ben.
    """
    found: dict[Home, str] = {}
    for root in {root for _, root in homes}:
        parts = {home: home.split(os.sep) for home, its in homes if its == root}
        levels = range(root.count(os.sep) + 1, min(map(len, parts.values())))
        own = {level: len({folders[level] for folders in parts.values()}) for level in levels}
        level = max(own, key=lambda level: (own[level], level), default=-1)
        found |= {(home, root): _named_by(folders[level]) for home, folders in parts.items()}
    return found


def _named_by(folder: str) -> str:
    """What a folder says of its student: all of its name, of one of Moodle's the name and the number."""
    found = _of_moodle(folder)
    return found[1] if found else folder


def student_name(name: str) -> str:
    """A student's name, on one line and of a length that fits into a report."""
    name = name if name.isalnum() else " ".join(name.split())
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def alike(name: str) -> str:
    """A name such that two that look alike are the same."""
    return (name if name.isascii() else unicodedata.normalize("NFKC", name)).casefold()
