"""The reports that a graded class is written as: which form each flag means, and where it goes.

Apart from the command line so that Python can write them as well. A form is a function of one result, so whatever two
forms say of a mark is the same.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import TextIO

from rnn_hw.errors import Diagnostic, HomeworkError, showable
from rnn_hw.output import written
from rnn_hw.results import ClassReport
from rnn_hw.text_file import ENDINGS
from rnn_hw.view.selection import Options

Form = Callable[[ClassReport, Options], Iterator[str]]

# Flag -> the file of `render/` and the function in it.
FORMS: Mapping[str, tuple[str, str]] = {
    "json": ("json_form", "class_report"),
    "csv": ("csv_form", "gradebook_table"),
    "moodle": ("csv_form", "moodle"),
    "canvas": ("csv_form", "canvas"),
    "html": ("html.graded", "class_report"),
    "junit": ("junit", "class_report"),
    "gradescope": ("gradescope", "class_report"),
    "classroom": ("classroom", "class_report"),
    "annotations": ("annotations", "class_report"),
    "summary": ("job_summary", "class_report"),
    "markus": ("markus", "class_report"),
    "autolab": ("autolab", "class_report"),
    "prairielearn": ("prairielearn", "class_report"),
}
OF_THE_CLASS = ("csv", "moodle", "canvas", "html", "summary")  # say nothing of a single line of a sheet but its points
BESIDE = ("annotations", "autolab")  # go to standard output behind the table; any other form takes its place


def form(name: str) -> Form:
    """The function that writes a form."""
    file, function = FORMS[name]
    found: Form = getattr(import_module(f"rnn_hw.render.{file}"), function)
    return found


def of_sheets(wanted: Iterable[str]) -> bool:
    """Whether a form shows the lines of each sheet."""
    return not set(wanted) <= set(OF_THE_CLASS)


def refuse_to_lose(files: Mapping[str, str], answers: Sequence[str], read: Iterable[str]) -> None:
    """Raises `HomeworkError` where an option would write the file of another, one that is read, or one that somebody may
    have handed in: `--csv class/*.yaml` names the first of the class, and so does `*.txt` where all end so. An earlier
    report that the class is compared with may be replaced."""
    inputs = {_place(path) for path in (*answers, *read) if path}
    endings = {os.path.splitext(path)[1] for path in answers if os.path.isfile(path)}
    met: dict[str, str] = {}
    for name, file in files.items():
        if file in ("", "-", os.devnull):
            continue
        place = _place(file)
        handed_in = os.path.splitext(place)[1] in endings - {f".{name}"} and os.path.exists(place)
        if place in inputs or handed_in or any(path.lower().endswith(ENDINGS) for path in (file, place)):
            message = f"`--{name}` would write `{showable(file)}`, which is read, or called like an answer file"
            help = f"name the file that is to be written, `--{name} FILE`, and then the answers"
            raise HomeworkError(Diagnostic("answers-lost", message, help=help))
        if (other := met.setdefault(place, name)) != name:
            message = f"`--{other}` and `--{name}` are the same file, `{showable(file)}`"
            raise HomeworkError(Diagnostic("two-outputs", message, help="name a file of its own for each"))


def _place(path: str) -> str:
    """Where a path leads; one that no system takes, nowhere."""
    with suppress(ValueError):
        return os.path.realpath(path)
    return path


def takes_the_place(wanted: Mapping[str, str]) -> bool:
    """Whether a form is printed in place of the table. Raises `HomeworkError` where that are several."""
    printed = [name for name, file in wanted.items() if file == "-"]
    alone = [name for name in printed if name not in BESIDE]
    if alone and len(printed) > 1:
        message = f"{' and '.join(f'`--{name}`' for name in printed)} cannot both be printed"
        raise HomeworkError(Diagnostic("two-outputs", message, help="name a file for all but one of them"))
    return bool(alone)


def write(report: ClassReport, wanted: Mapping[str, str], options: Options) -> None:
    """Writes each form to its file, whole or not at all; Autolab's line is the last.

    Raises `HomeworkError` for those that cannot be written, when all others are.
    """
    faults: list[Diagnostic] = []
    for name, file in sorted(wanted.items(), key=lambda item: item[0] == "autolab"):
        try:
            written(file, form(name)(report, options))
        except HomeworkError as error:
            faults += error.diagnostics
    if faults:
        raise HomeworkError(*faults)


@contextmanager
def fenced(stream: TextIO) -> Iterator[None]:
    """In a job of GitHub Actions, a fence in which nothing that the stream is told is a command to the job.

    The job reads standard output and standard error one beside the other, so each has a fence of its own.
    """
    token = ""
    if os.environ.get("GITHUB_ACTIONS") == "true":
        from secrets import token_hex  # takes a while to load, and `check` comes through here

        token = token_hex(16)
    if token:
        print(f"::stop-commands::{token}", file=stream, flush=True)
    try:
        yield
    finally:
        if token:
            print(f"::{token}::", file=stream, flush=True)
