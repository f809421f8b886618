"""A class from beginning to end: submissions found, marked chunk by chunk, deductions made, summed up.

Chunks are marked one after the other, or by several processes; either way the marks are those of each sheet alone, in
the order in which the files were named. Whatever stops a run, what is finished stays in its state.
"""

import gc
import multiprocessing
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from functools import partial
from itertools import repeat
from math import ceil
from typing import Any, NamedTuple

from rnn_hw.errors import Diagnostic, HomeworkError
from rnn_hw.grade import changes, deductions, summary
from rnn_hw.grade.chunks import Chunk, Position, Whole, chunk, fingerprint, saved, taken_up
from rnn_hw.grade.finding import ENDINGS_HELP, Submission, found
from rnn_hw.grade.marking import Mark, digest_of
from rnn_hw.grade.task import Settings, Task, opened
from rnn_hw.results import ClassReport, Graded, Progress

AT_A_TIME = 500  # submissions in a chunk whose reports are kept
WITHOUT_REPORTS = 20_000  # what is the same for all of a chunk takes as long as marking some hundred sheets
FEWEST = 50  # that are worth a chunk of their own
PARTS = 20  # of a class, for somebody who watches it or may stop it
Columns = tuple[tuple[Any, ...], ...]  # the fields of some marks, one after the other


class Options(NamedTuple):
    """How a class is graded, as the command line says it."""

    settings: Settings
    late: str = ""  # the percentage taken off
    late_list: str = ""  # a file that names who is late
    against: str = ""  # an earlier report
    resume: str = ""  # the state of an earlier run, and of this one
    jobs: int = 1
    reports: bool = True  # whether the lines of each sheet are wanted, and not only what is said of the class


def grade(paths: Sequence[str], options: Options, progress: Progress | None = None) -> ClassReport:
    """The class that the paths hold. Raises `HomeworkError` where there is nothing to grade, or nothing to grade by."""
    taken, options = deductions.percent(options.late or "0", "--late"), _settled(options)
    opened.cache_clear()  # the file may be another than in an earlier run
    task = opened(options.settings)
    late = deductions.Late(options.late_list) if options.late_list else None
    old = changes.earlier(options.against) if options.against else None
    submissions, passed_over = found(paths, task.files)
    if not submissions:
        message = f"there is no answer file in {', '.join(f'`{path}`' for path in paths)}"
        raise HomeworkError(Diagnostic("no-submissions", message, help=ENDINGS_HELP))
    keep = options.reports or old is not None or bool(options.resume)
    chunks, positions = _marked(task, submissions, options, keep, progress)
    marks = [chunks[position.chunk].marks[position.number].graded for position in positions]
    if late:
        marks = [deductions.deducted(g, late.names_one(g), taken) for g in marks]
    marks = summary.with_duplicates(marks)
    report = ClassReport(
        task.found.title or task.found.file,
        task.found.file,
        task.max_score,
        marks,
        summary.by_line(task, marks),
        summary.by_group(task, marks),
        summary.by_mistake(marks),
        {judge.prefix: judge.problem.names for judge in task.judges},
        str(taken),
        (*passed_over, *(late.warnings() if late else ())),
        whole=Whole(marks, positions, chunks) if keep else (),
    )
    if old is not None:
        warnings = (*report.warnings, *old.warnings(report))
        report = report._replace(changes=tuple(changes.changes(report, old.submissions)), warnings=warnings)
    return report


def _settled(options: Options) -> Options:
    """The options with an exact share for carried lines. Raises `HomeworkError` for what does not go together."""
    if bool(options.late) != bool(options.late_list):
        help = "`--late 10 --late-list FILE` takes 10 % off what the list names"
        raise HomeworkError(Diagnostic("half-an-option", "`--late` and `--late-list` need each other", help=help))
    if not options.settings.carried:
        return options
    if options.settings.strict:
        help = "`--strict` carries nothing, so leave out one of them"
        raise HomeworkError(Diagnostic("two-shares", "`--strict` and `--carried` exclude each other", help=help))
    share = deductions.share(options.settings.carried, "--carried")
    return options._replace(settings=options.settings._replace(carried=str(share)))


def status(report: ClassReport, below: Fraction) -> int:
    """The exit status: 2 if nothing could be graded, 1 if a submission has less than that share, else 0."""
    if all(s.unusable for s in report.submissions):
        return 2
    return int(below > 0 and any(s.share < below for s in report.submissions))


def _marked(
    task: Task, submissions: Sequence[Submission], options: Options, keep: bool, progress: Progress | None
) -> tuple[list[Chunk], list[Position]]:
    """The marks in chunks, and where in them that of each submission is."""
    chunks: list[Chunk] = []
    where: dict[int, Position] = {}
    print_of_run = ""
    if options.resume:
        print_of_run = fingerprint(task)
        chunks, where = _kept(submissions, taken_up(options.resume, print_of_run))
    waiting: Sequence[int] = range(len(submissions))
    if where:
        waiting = [k for k in waiting if k not in where]
    groups = _groups(waiting, AT_A_TIME if keep else WITHOUT_REPORTS, bool(progress or options.resume), options.jobs)
    tell = progress or (lambda done, asked: None)
    done = len(where)
    try:
        with ExitStack() as stack:
            for group, fresh in zip(groups, _chunks(stack, submissions, groups, options, keep), strict=True):
                where |= zip(group, map(Position, repeat(len(chunks)), range(len(group))), strict=True)
                chunks.append(fresh)
                done += len(group)
                tell(done, len(submissions))
    except BrokenExecutor:
        help = "mark with `--jobs 1`; `--resume STATE` keeps what is finished"
        raise HomeworkError(
            Diagnostic("process-died", "a process that marks was stopped from outside", help=help)
        ) from None
    finally:
        if options.resume:
            saved(options.resume, print_of_run, chunks)
    return chunks, [where[k] for k in range(len(submissions))]


def _groups(waiting: Sequence[int], most: int, watched: bool, jobs: int) -> list[Sequence[int]]:
    """The submissions of each chunk, no more than `most`; as many chunks for each process, so that none waits for long."""
    parts = max(PARTS if watched else 1, ceil(len(waiting) / most))
    parts = jobs * ceil(parts / jobs)
    size = max(FEWEST, ceil(len(waiting) / parts))
    return [waiting[k : k + size] for k in range(0, len(waiting), size)]


def _kept(submissions: Sequence[Submission], old: list[Chunk]) -> tuple[list[Chunk], dict[int, Position]]:
    """Of an earlier run the chunks that are still of use, and the submissions that they hold."""
    if not old:
        return [], {}  # no file is read for nothing
    positions = {m.digest: Position(c, n) for c, chunk in enumerate(old) for n, m in enumerate(chunk.marks) if m.digest}
    found = {k: positions[digest] for k, s in enumerate(submissions) if (digest := digest_of(s)) in positions}
    used = sorted({position.chunk for position in found.values()})
    number = {chunk: k for k, chunk in enumerate(used)}
    return [old[c] for c in used], {k: Position(number[p.chunk], p.number) for k, p in found.items()}


def _chunks(
    stack: ExitStack, submissions: Sequence[Submission], groups: Sequence[Sequence[int]], options: Options, keep: bool
) -> Iterator[Chunk]:
    """The chunks in order, each marked when it is asked for, or by one of several processes."""
    work = partial(chunk, options.settings, keep=keep)
    if options.jobs == 1 or len(groups) <= 1 or "-" in {options.settings.problem, *(s.path for s in submissions)}:
        return (work([submissions[k] for k in group]) for group in groups)
    pool = stack.enter_context(_processes(options.jobs, submissions))
    futures = [pool.submit(_sent, work, group) for group in groups]
    return (_received(*future.result()) for future in futures)


_everyone: list[Submission] = []  # in a process of several: the class


def _sent(work: Callable[[Sequence[Submission]], Chunk], group: Sequence[int]) -> tuple[Columns, bytes]:
    """A chunk on its way from one process to another: a record for each mark takes five times as long."""
    marks, reports = work([_everyone[k] for k in group])
    return tuple(zip(*((*m.graded, m.digest) for m in marks), strict=True)), reports


def _received(columns: Columns, reports: bytes) -> Chunk:
    *fields, digests = columns
    graded = map(Graded._make, zip(*fields, strict=True))
    return Chunk(tuple(map(Mark, graded, digests)), reports)


@contextmanager
def _processes(jobs: int, submissions: Sequence[Submission]) -> Iterator[ProcessPoolExecutor]:
    """Processes that end with what they are for, however it ends.

    Ctrl-C reaches every process of the terminal: ours end at once and say nothing, the first one saves and tells. No future
    is cancelled, for Python's pool stumbles over one that is when its processes are gone.
    """
    others = multiprocessing.active_children()
    context = multiprocessing.get_context(start_method())
    pool = ProcessPoolExecutor(jobs, context, _begun, (submissions, gc.get_threshold()))
    try:
        yield pool
    except BaseException:
        for process in multiprocessing.active_children():
            if process not in others:
                process.kill()  # SIGTERM may be ignored
        raise
    finally:
        pool.shutdown()


def _begun(submissions: Sequence[Submission], collection: tuple[int, int, int]) -> None:
    """The beginning of a process, which is told the class once.

    Whatever stops the class ends it, and it looks for cycles of objects as seldom as the first one, not among those that
    it began with.
    """
    _everyone[:] = submissions
    for stop in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(stop) is not signal.SIG_IGN:  # as in a job that a shell has put behind
            signal.signal(stop, signal.SIG_DFL)
    gc.set_threshold(*collection)
    gc.freeze()


def start_method() -> str:
    """How a process begins: as a copy of this one, with all that is loaded, where that is safe.

    A copy has one thread, and whatever the others held stays locked in it; the system libraries of a Mac have threads.
    """
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"
