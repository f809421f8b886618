"""Texts -> files, whole or not at all: nobody ever reads half a report, not even after a crash or a full disk."""

import errno
import os
import sys
from collections.abc import Iterable

from rnn_hw.errors import Diagnostic, HomeworkError, reason, showable


def written(path: str, pieces: Iterable[str]) -> None:
    """Writes a text piece by piece to a file that takes the name at the end, or to standard output for "-".

    A device such as `/dev/stdout`, or a pipe, is written to as it stands. Raises `HomeworkError`.
    """
    if path == "-":
        _printed(pieces)
        return
    try:
        if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
            with open(path, "w", encoding="utf-8", newline="", errors="replace") as file:
                file.writelines(pieces)
        else:
            _replaced(os.path.realpath(path), pieces)
    except OSError as error:
        shown = showable(path)
        message = f"`{shown}` cannot be written: {reason(error)}"
        raise HomeworkError(Diagnostic("unwritable-file", message, file=shown)) from None


def _printed(pieces: Iterable[str]) -> None:
    """Standard output gets the bytes that a file would get, whatever the encoding of a terminal is; a terminal, text."""
    sys.stdout.flush()
    if sys.stdout.isatty():
        sys.stdout.writelines(pieces)
    else:
        for piece in pieces:
            sys.stdout.buffer.write(piece.encode(errors="replace"))
    sys.stdout.flush()


def _replaced(path: str, pieces: Iterable[str]) -> None:
    """Writes beside the file and puts it in its place: the same folder is the same disk."""
    if os.path.isdir(path):
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    import tempfile  # takes a while to load, and `check` comes through here

    folder, name = os.path.split(path)
    descriptor, beside = tempfile.mkstemp(prefix=f".{name[:40]}.", suffix=".part", dir=folder)
    try:
        with open(descriptor, "w", encoding="utf-8", newline="", errors="replace") as file:
            file.writelines(pieces)
        os.chmod(beside, _mode(path))
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise


def _mode(path: str) -> int:
    """The permissions that the file had, or that a new one gets."""
    try:
        return os.stat(path).st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
