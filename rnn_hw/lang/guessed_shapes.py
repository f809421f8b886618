"""Shapes for a program without numbers: what `@` and the equations themselves say of each quantity.

`W @ x[t]` makes `W` a matrix and `x[t]` a vector, a sum or an entrywise product makes two quantities alike, and what
nothing speaks of is a number. Sizes stand for themselves: two sizes that nothing ties together get different numbers, so
that a derivation that holds for these shapes holds for all. Where numbers are given, `shapes.py` reads the shapes off them.
"""

from itertools import count

from rnn_hw.lang.operations import OPERATIONS, OVER_TIME, Shape
from rnn_hw.lang.tree import Apply, Name, Node, Num, Program

Axes = tuple[int, ...]


class _Sizes:
    """Sizes as numbered unknowns, some of them known to be equal, some to be the sum of others."""

    def __init__(self) -> None:
        self.parent: dict[int, int] = {}
        self.sums: dict[int, list[int]] = {}

    def new(self) -> int:
        self.parent[len(self.parent)] = len(self.parent)
        return len(self.parent) - 1

    def root(self, size: int) -> int:
        while self.parent[size] != size:
            size = self.parent[size]
        return size

    def same(self, a: Axes, b: Axes) -> None:
        for one, other in zip(a, b, strict=True):
            first, second = self.root(one), self.root(other)
            if first != second:
                keep, drop = (second, first) if first not in self.sums else (first, second)
                self.parent[drop] = keep

    def numbers(self) -> dict[int, int]:
        """A number for every size, by its root."""
        found: dict[int, int] = {}
        fresh = count(2)
        roots = {self.root(size) for size in self.parent}
        for root in sorted(roots - {self.root(s) for s in self.sums}):
            found[root] = next(fresh)
        for _ in self.sums:  # a sum of sums waits for its parts
            for size, parts in self.sums.items():
                if all(self.root(p) in found for p in parts):
                    found[self.root(size)] = sum(found[self.root(p)] for p in parts)
        return found


def guess_shapes(program: Program) -> dict[str, Shape]:
    """The shape of every quantity that the program mentions."""
    guess = _Guess()
    for _ in range(len(program.equations) + 2):  # a recurrence learns its own shape on the way round
        for equation in program.equations:
            axes = guess.axes(equation.formula)
            if axes is not None:
                guess.learn(equation.target, axes)
    numbers = guess.sizes.numbers()
    names = {n for e in program.equations for n in (e.name, *(m.name for m in _mentions(e.formula)))}
    return {n: tuple(numbers[guess.sizes.root(a)] for a in guess.known.get(n) or ()) for n in names}


def _mentions(node: Node) -> list[Name]:
    if isinstance(node, Name):
        return [node]
    if isinstance(node, Apply):
        return [n for a in node.arguments[node.operation in OVER_TIME :] for n in _mentions(a)]
    return []


class _Guess:
    def __init__(self) -> None:
        self.sizes = _Sizes()
        self.known: dict[str, Axes] = {}
        self.joined: dict[Node, int] = {}

    def learn(self, node: Node, axes: Axes) -> None:
        """That a quantity, or a transposed one, has these axes."""
        if isinstance(node, Apply) and node.operation == "transpose":
            self.learn(node.arguments[0], axes[::-1])
        elif isinstance(node, Name):
            known = self.known.setdefault(node.name, axes)
            if len(known) == len(axes):
                self.sizes.same(known, axes)
        elif isinstance(node, Apply) and OPERATIONS.get(node.operation, OPERATIONS["sum"]).elementwise:
            for argument in node.arguments:
                if self.axes(argument) is None:
                    self.learn(argument, axes)

    def axes(self, node: Node) -> Axes | None:
        """The axes of a formula, `None` where nothing is known yet."""
        if isinstance(node, Num):
            return ()
        if isinstance(node, Name):
            return self.known.get(node.name)
        if node.operation in OVER_TIME:
            return self.axes(node.arguments[1])
        if node.operation == "matmul":
            return self.product(*node.arguments)
        found = [self.axes(a) for a in node.arguments]
        if node.operation == "transpose":
            return found[0][::-1] if found[0] is not None else None
        if node.operation == "concat":
            return self.end_to_end(node, found)
        row = OPERATIONS[node.operation.rstrip("'")]
        if not row.elementwise and node.operation != "softmax":
            return ()
        wide = [a for a in found if a]
        for other in wide[1:]:
            if len(other) == len(wide[0]):
                self.sizes.same(wide[0], other)
        if wide:
            for argument, axes in zip(node.arguments, found, strict=True):
                if axes is None:
                    self.learn(argument, wide[0])
        return wide[0] if wide else None if None in found else ()

    def product(self, left: Node, right: Node) -> Axes | None:
        a, b = self.axes(left), self.axes(right)
        if a is None and b is None:
            if _plain(left):  # W @ x[t], columns
                a = (self.sizes.new(), self.sizes.new())
                self.learn(left, a)
            elif _plain(right):  # h[t-1] @ W, rows
                b = (self.sizes.new(), self.sizes.new())
                self.learn(right, b)
            else:
                return None
        if a is None and b is not None:
            a = (self.sizes.new(), b[0]) if _plain(left) and len(b) == 1 else b[:1]
            self.learn(left, a)
        if b is None and a is not None:
            b = (a[-1], self.sizes.new()) if _plain(right) and len(a) == 1 else a[-1:]
            self.learn(right, b)
        assert a is not None
        assert b is not None
        if not a or not b:
            return a or b
        self.sizes.same(a[-1:], b[:1])
        return a[:-1] + b[1:]

    def end_to_end(self, node: Apply, found: list[Axes | None]) -> Axes | None:
        for k, (argument, axes) in enumerate(zip(node.arguments, found, strict=True)):
            if axes is None and isinstance(argument, Name):
                found[k] = (self.sizes.new(),)
                self.learn(argument, found[k] or ())
        if None in found:
            return None
        if node not in self.joined:
            self.joined[node] = self.sizes.new()
            self.sizes.sums[self.joined[node]] = [a[0] for a in found if a]
        return (self.joined[node],)


def _plain(node: Node) -> bool:
    """Whether it is a weight: a name without time, or its transpose."""
    if isinstance(node, Apply) and node.operation == "transpose":
        return _plain(node.arguments[0])
    return isinstance(node, Name) and node.time is None
