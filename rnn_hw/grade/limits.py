"""A bound on the time that one piece of work may take, so that no submission holds up the others."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class TooSlow(BaseException):  # no handler of errors on the way may keep it
    """The time is up."""


_ours: list[Any] = []  # what was done at the timer's signal before, while it is ours


def _stop(number: int, frame: FrameType | None) -> None:
    raise TooSlow


def _possible() -> bool:
    return threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")


@contextmanager
def listening() -> Iterator[None]:
    """While it lasts, `at_most` costs next to nothing: who bounds ten thousand things sets it up once."""
    if _ours or not _possible():
        yield
        return
    _ours.append(signal.signal(signal.SIGALRM, _stop) or signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGALRM, _ours.pop())


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raises `TooSlow` in the midst of what takes longer; only the main thread of a system with timers can do that."""
    if not _possible():
        yield
        return
    with listening():
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
