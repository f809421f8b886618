"""A file -> its bytes -> its text, and places in a text.

What is no text file (a folder, a pipe, binary, too large, not UTF-8) is refused here, each with its reason. Nothing here
knows YAML: that is `source.py`.
"""

import os
import re
import stat
import sys

from rnn_hw.errors import Diagnostic, HomeworkError, Span, did_you_mean, reason, showable

LARGEST = 1 << 20  # bytes of a file
ENDINGS = (".yaml", ".yml")  # of what a problem or an answer file is called
START = Span(1, 1, 2)


def contents(path: "str | os.PathLike[str]") -> tuple[bytes, str]:
    """The bytes of a file, or of standard input for "-", and the name to show; never many more than `LARGEST`."""
    name = os.fspath(path)
    if name == "-":
        stream = getattr(sys.stdin, "buffer", None)
        return (stream.read(LARGEST + 1) if stream else b""), "<stdin>"
    file = showable(name)
    try:
        # Without O_NONBLOCK the open alone would wait for ever on a FIFO that nobody writes to.
        descriptor = os.open(name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
        try:
            status = os.fstat(descriptor)
            if stat.S_ISDIR(status.st_mode):
                raise IsADirectoryError
            if not stat.S_ISREG(status.st_mode):
                help = "a pipe is read as standard input, `-`"
                raise HomeworkError(Diagnostic("not-a-file", f"`{file}` is no regular file", help=help, file=file))
            with open(descriptor, "rb", buffering=0, closefd=False) as opened:
                data = opened.read(min(status.st_size, LARGEST) + 1)
        finally:
            os.close(descriptor)
    except IsADirectoryError:
        message = f"`{file}` is a folder, not a file"
        raise HomeworkError(Diagnostic("is-directory", message, help="name a file in it", file=file)) from None
    except (FileNotFoundError, NotADirectoryError):
        raise HomeworkError(_missing(name, file)) from None
    except (OSError, ValueError) as error:  # no permission, a name too long, a NUL in the name, ...
        message = f"`{file}` cannot be read: {reason(error)}"
        raise HomeworkError(Diagnostic("unreadable-file", message, file=file)) from None
    return data, file


def _missing(name: str, file: str) -> Diagnostic:
    folder, base = os.path.split(name)
    try:
        names = sorted(os.listdir(folder or "."))
    except (OSError, ValueError):
        return Diagnostic("missing-file", f"there is no folder `{os.path.dirname(file)}`", file=file)
    near = [showable(entry) for entry in names if entry.lower().endswith(ENDINGS)]
    by_stem = {os.path.splitext(entry)[0]: entry for entry in near[:1000]}  # the ending makes all of them alike
    help = did_you_mean(os.path.splitext(base)[0], by_stem)
    help = re.sub("`(.*)`", lambda match: f"`{by_stem[match[1]]}`", help) if help.startswith("did") else ""
    return Diagnostic("missing-file", f"there is no file `{file}`", help=help, file=file)


def decoded(text: str | bytes, file: str) -> tuple[str, bytes]:
    """The text without a byte order mark and with plain line ends, and its bytes as UTF-8."""
    data = text.encode(errors="surrogatepass") if isinstance(text, str) else text
    data = data.removeprefix(b"\xef\xbb\xbf")
    excerpt = ""
    if len(data) > LARGEST:
        help = "a problem or an answer file takes a few KB"
        fault = Diagnostic("too-large", f"the file is larger than {LARGEST >> 20} MiB", START, help)
    elif data.startswith((b"\xff\xfe", b"\xfe\xff")) or re.match(rb"(?s)(\0[^\0]){2}|([^\0]\0){2}", data):
        fault = Diagnostic("not-utf8", "the file is UTF-16 text", START, "save it as UTF-8")
    elif b"\0" in data:
        fault = Diagnostic("binary-file", "the file is binary, not text", START, "name a YAML file, which is text")
    else:
        try:
            return data.decode().replace("\r\n", "\n"), data
        except UnicodeDecodeError as error:
            span = position(data[: error.start].decode())
            excerpt = lines_of(data.decode(errors="replace"))[span.line - 1]
            message = f"the byte 0x{data[error.start]:02x} is not UTF-8"
            fault = Diagnostic("not-utf8", message, span, "save the file as UTF-8")
    raise HomeworkError(fault._replace(file=file, excerpt=excerpt))


def lines_of(text: str) -> list[str]:
    """The lines as YAML counts them; a lone carriage return ends one too."""
    return re.split("\r\n|\n|\r", text)


def position(before: str, width: int = 1) -> Span:
    """The place behind the text `before`."""
    lines = lines_of(before)
    return Span(len(lines), len(lines[-1]) + 1, len(lines[-1]) + 1 + width)


def short(text: str) -> str:
    """A text cut to what fits into a message."""
    return text if len(text) <= 40 else text[:37] + "..."
