"""How much the numbers of a problem reveal, and the search for numbers that reveal more."""

from collections.abc import Collection, Iterator
from random import Random
from typing import NamedTuple

import numpy as np

from rnn_hw.author.drawing import Drawn, drawn
from rnn_hw.diagnose.lines import Spot
from rnn_hw.diagnose.reveal import Revealed, every_change, reveal
from rnn_hw.diagnose.search import Search
from rnn_hw.lang.mistakes.catalogue import MISTAKES
from rnn_hw.lang.mistakes.rules import Change
from rnn_hw.lang.tree import Apply, Node
from rnn_hw.problem import Problem
from rnn_hw.source import Document

COMMON = 3.5  # bits of a mistake that many people make, at most
FEW, MOST = 8, 60  # drawings that are compared; what none of them shows is in the nature of the problem


class Trivial(NamedTuple):
    """A line that can be answered without doing what is asked, and why."""

    spot: Spot
    reason: str


Made = tuple[str, frozenset[tuple[str, Node]]]


def made(change: Change) -> Made:
    """A change by what it does, whatever the numbers."""
    return change.code, frozenset(change.formulas.items())


class Account(NamedTuple):
    """What a problem's numbers reveal."""

    problem: Problem
    search: Search
    revealed: Revealed
    invisible: tuple[Change, ...]
    trivial: tuple[Trivial, ...]

    def hidden(self, always: Collection[Made] = ()) -> list[Change]:
        """The common mistakes that nobody can see, but for those that no numbers show."""
        common = (c for c in self.invisible if MISTAKES[c.code].bits <= COMMON)
        return [c for c in common if made(c) not in always]

    def key(self, always: Collection[Made] = ()) -> tuple[int, int]:
        """The smaller, the better the numbers."""
        return len(self.hidden(always)), len(self.trivial)

    def alike(self) -> Iterator[tuple[Change, ...]]:
        """Groups of visible mistakes of different codes that give the same sheet."""
        hidden = {id(c) for c in self.invisible}
        done: set[int] = set()
        for k, change in enumerate(self.revealed.changes):
            if k in done or id(change) in hidden:
                continue
            group = [k, *self.revealed.alike(k)]
            done |= set(group)
            changes = [self.revealed.changes[n] for n in group]
            if len({c.code for c in changes}) > 1:
                yield tuple({c.code: c for c in reversed(changes)}.values())


def account(problem: Problem, like: Search | None = None) -> Account:
    """What the numbers of a problem reveal; `like` is the search of the same problem with other numbers."""
    search = Search(problem.setup)
    if like is not None and like.versions.true.program == search.versions.true.program:
        search.versions = like.versions
        search.lines.share(like.lines)
    changes = every_change(search)
    revealed = reveal(problem, search, changes)
    invisible = tuple(c for c, hidden in zip(changes, revealed.invisible(), strict=True) if hidden)
    return Account(problem, search, revealed, invisible, tuple(_trivial(search, revealed)))


def _trivial(search: Search, revealed: Revealed) -> Iterator[Trivial]:
    """Lines whose value says nothing: zero, the same as a line before, saturated, not finite."""
    seen: dict[tuple[object, ...], Spot] = {}
    for spot in revealed.spots:
        true, room = revealed.true[spot], revealed.rooms[spot]
        if not np.isfinite(true).all():
            yield Trivial(spot, "it is no finite number")
        elif (np.abs(true) <= room).all():
            yield Trivial(spot, "it is 0")
        elif _saturates(search.lines.formulas[spot[0]]) and (np.abs(true - np.rint(true)) <= room).all():
            yield Trivial(spot, "it is saturated: at a bound of its activation, to the place asked")
        before = tuple(np.round(true, 9).ravel().tolist())
        if before in seen and np.abs(true).max() > 0 and not np.isin(true, (0, 1)).all():
            name, time = seen[before]
            yield Trivial(
                spot, f"it is the same as `{name}`" if time is None else f"it is the same as `{name}[{time}]`"
            )
        seen.setdefault(before, spot)


def _saturates(formula: Node) -> bool:
    """Whether a formula is an activation that gets near its bounds."""
    return isinstance(formula, Apply) and formula.operation in ("sigmoid", "tanh", "hard_sigmoid", "softmax")


class Drawings(NamedTuple):
    """Drawings of a problem with what each reveals, and the mistakes that none of them shows."""

    some: tuple[tuple[Drawn, Account], ...]
    always: frozenset[Made]

    @property
    def best(self) -> tuple[Drawn, Account]:
        """The first of those that reveal most."""
        return min(self.some, key=lambda pair: pair[1].key(self.always))


def drawings(document: Document, problem: Problem, seed: str, own: Account) -> Drawings:
    """Drawings of a problem for a text, until one shows all that can be shown; `own` is what its own numbers reveal."""
    some: list[tuple[Drawn, Account]] = []
    always = frozenset(map(made, own.invisible))
    while len(some) < MOST:
        new = drawn(document, problem, Random(f"{seed}/{len(some)}"))
        found = account(new.problem, own.search)
        some.append((new, found))
        always &= frozenset(map(made, found.invisible))
        if len(some) >= FEW and any(one.key(always) == (0, 0) for _, one in some):
            break
    return Drawings(tuple(some), always)
