"""The tree that every reading of a formula walks: three closed node types, equations and programs.

Trees are frozen. A span tells where in the text a node stood and does not count for equality, so two spellings of one
formula are equal. What can be *done* with a tree (evaluate, differentiate, typeset, ...) is a module of its own, never a
method here. Hand-written slotted classes, because a frozen dataclass costs most of a millisecond at import.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from rnn_hw.errors import Span


class Time(NamedTuple):
    """A time index: `t-1` is `Time("t", -1)`, the last step `T` is `Time("T", 0)`, the first is `Time("", 1)`."""

    base: str
    shift: int

    def at(self, t: int, last: int, index: str = "t") -> "Time":
        """This index with the variable `index` at `t` in a sequence of `last` steps; other variables are kept."""
        if self.base == index:
            return Time("", t + self.shift)
        return Time("", last + self.shift) if self.base == "T" else self

    def __str__(self) -> str:
        if not self.base:
            return str(self.shift)
        return self.base + (f"{self.shift:+d}" if self.shift else "")


class _Frozen:
    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")


_set: Callable[[Any, str, object], None] = object.__setattr__


class Num(_Frozen):
    """A number written in a formula."""

    __slots__ = ("span", "value")
    value: float
    span: Span | None

    def __init__(self, value: float, span: Span | None = None) -> None:
        _set(self, "value", float(value))
        _set(self, "span", span)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Num) and self.value == other.value

    def __hash__(self) -> int:
        return hash(("Num", self.value))

    def __repr__(self) -> str:
        return f"Num({self.value!r})"


class Name(_Frozen):
    """A quantity, `W` or `h[t-1]`."""

    __slots__ = ("name", "span", "time")
    name: str
    time: Time | None
    span: Span | None

    def __init__(self, name: str, time: Time | None = None, span: Span | None = None) -> None:
        _set(self, "name", name)
        _set(self, "time", time)
        _set(self, "span", span)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Name) and self.name == other.name and self.time == other.time

    def __hash__(self) -> int:
        return hash((self.name, self.time))

    def __repr__(self) -> str:
        return f"Name({self})"

    def __str__(self) -> str:
        """The key of the quantity: `W`, `h[t-1]`, `h[1]`."""
        return self.name if self.time is None else f"{self.name}[{self.time}]"


class Apply(_Frozen):
    """An operation of `operations.OPERATIONS` on its arguments.

    `sum[t](e)` is `Apply("sum[]", (Name("t"), e))`; `sigmoid'(z)` is `Apply("sigmoid'", (z,))`.
    """

    __slots__ = ("_hash", "arguments", "operation", "span")
    operation: str
    arguments: tuple["Node", ...]
    span: Span | None
    _hash: int

    def __init__(self, operation: str, arguments: Iterable["Node"], span: Span | None = None) -> None:
        _set(self, "operation", operation)
        _set(self, "arguments", tuple(arguments))
        _set(self, "span", span)
        _set(self, "_hash", hash((operation, self.arguments)))

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, Apply)
            and self._hash == other._hash
            and self.operation == other.operation
            and self.arguments == other.arguments
        )

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"Apply({self.operation!r}, {self.arguments!r})"


Node = Num | Name | Apply


class Equation(NamedTuple):
    """`target = formula`, the target a name without time or with the time `t`."""

    target: Name
    formula: Node

    @property
    def name(self) -> str:
        return self.target.name


class Program(NamedTuple):
    """Named equations, each name assigned once; what none of them defines is given."""

    equations: tuple[Equation, ...]

    def get(self, name: str) -> Equation | None:
        return next((e for e in self.equations if e.target.name == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(e.target.name for e in self.equations)
