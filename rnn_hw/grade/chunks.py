"""The marks of a class as they are kept: in chunks, the reports packed, and taken up again from an earlier run.

A chunk is what is marked at a time, by whichever process. The state of a run is its chunks in a file; a mark is taken
from it where the submission's name and bytes are the same, and the whole of it is put aside where the problem, the
settings or the program are others.
"""

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from rnn_hw import __version__
from rnn_hw.errors import Diagnostic, HomeworkError, reason, showable
from rnn_hw.grade.finding import Submission
from rnn_hw.grade.marking import Mark, marked
from rnn_hw.grade.packing import packed, unpacked
from rnn_hw.grade.task import Settings, Task, opened
from rnn_hw.output import written
from rnn_hw.results import Graded, Report
from rnn_hw.text_file import contents

OPEN = 3  # chunks that are unpacked at a time


class Chunk(NamedTuple):
    """Marks without their reports, and these in bytes; b"" where nobody wants them."""

    marks: tuple[Mark, ...]
    reports: bytes


class Position(NamedTuple):
    """Where a mark is kept."""

    chunk: int
    number: int


def chunk(settings: Settings, submissions: Sequence[Submission], keep: bool) -> Chunk:
    """The marks of some submissions; this is what a process of its own is asked for."""
    found = marked(opened(settings), submissions, keep)
    if not keep:
        return Chunk(tuple(found), b"")
    reports = packed([m.graded.report for m in found])
    return Chunk(tuple(m._replace(graded=m.graded._replace(report=None)) for m in found), reports)


class Whole(Collection[Graded]):
    """The submissions of a class with their reports, unpacked chunk by chunk while somebody goes through them."""

    def __init__(self, submissions: Sequence[Graded], positions: Sequence[Position], chunks: Sequence[Chunk]) -> None:
        self.submissions, self.positions, self.chunks = submissions, positions, chunks

    def __len__(self) -> int:
        return len(self.submissions)

    def __contains__(self, graded: object) -> bool:
        return graded in self.submissions

    def __iter__(self) -> Iterator[Graded]:
        @lru_cache(OPEN)
        def reports(number: int) -> Sequence[Report | None]:
            found: Sequence[Report | None] = unpacked(self.chunks[number].reports)
            return found

        for graded, position in zip(self.submissions, self.positions, strict=True):
            yield graded._replace(report=reports(position.chunk)[position.number])


# --- the state of a run -----------------------------------------------------------------------------------------------


def fingerprint(task: Task) -> str:
    """What must be the same for a mark to be the same: the program, the settings, the problem's own files."""
    settings = task.settings
    if settings.problem == "-":
        message = "a run with a problem from standard input cannot be taken up again"
        raise HomeworkError(Diagnostic("no-resume", message, help="name the file of the problem"))
    data = repr((__version__, settings)).encode() + b"".join(contents(file)[0] for file in task.files)
    return hashlib.sha256(data).hexdigest()


def saved(path: str, fingerprint: str, chunks: Sequence[Chunk]) -> None:
    """Writes the state of a run: two lines for each chunk."""
    lines: list[str] = []
    for chunk in chunks:
        marks = packed([(m.graded, m.digest) for m in chunk.marks])
        lines += [b64encode(marks).decode(), b64encode(chunk.reports).decode()]
    head = json.dumps({"rnnhw": "grade", "fingerprint": fingerprint, "digest": _digest(lines)})
    written(path, (line + "\n" for line in (head, *lines)))


def _digest(lines: Sequence[str]) -> str:
    """What tells whether the state is as it was written: the reports in it are only looked at when they are needed."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def taken_up(path: str, fingerprint: str) -> list[Chunk]:
    """The chunks of an earlier run; none if it marked something else. Raises `HomeworkError` for what is no state."""
    try:
        with open(path, encoding="ascii") as file:
            head = json.loads(file.readline())
            if head["rnnhw"] != "grade":
                raise ValueError("something else")
            if head["fingerprint"] != fingerprint:
                return []
            body = file.read().splitlines()
        if head["digest"] != _digest(body):
            raise ValueError("damaged")
        lines = [b64decode(line, validate=True) for line in body]
        pairs = zip(lines[::2], lines[1::2], strict=True)
        return [Chunk(tuple(Mark(*pair) for pair in unpacked(marks)), reports) for marks, reports in pairs]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, LookupError, RecursionError) as error:
        shown = showable(path)
        what = f"cannot be read: {reason(error)}" if isinstance(error, OSError) else "is no state of `rnnhw grade`"
        help = "name another file with `--resume`, or remove this one"
        raise HomeworkError(Diagnostic("no-state", f"`{shown}` {what}", help=help, file=shown)) from None
