"""Tree -> tree: walking, substituting, moving in time, unrolling.

A pass that changes nothing returns the same object. No numbers are computed here, and no shapes are known.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import chain, count
from typing import TypeVar

from rnn_hw.lang.operations import OVER_TIME
from rnn_hw.lang.tree import Apply, Equation, Name, Node, Num, Program, Time

HERE, BEFORE = Time("t", 0), Time("t", -1)
Thing = TypeVar("Thing")


def walk(node: Node) -> Iterator[Node]:
    """Every node of a tree, a parent before its children; the index of a sum over time is no child."""
    yield node
    if isinstance(node, Apply):
        for argument in node.arguments[node.operation in OVER_TIME :]:
            yield from walk(argument)


def names_in(node: Node) -> Iterator[Name]:
    """Every mention of a quantity, from left to right."""
    return (n for n in walk(node) if isinstance(n, Name))


def rebuilt(node: Node, change: Callable[[Node], Node]) -> Node:
    """The node with `change` made to each argument."""
    if not isinstance(node, Apply):
        return node
    arguments = tuple(map(change, node.arguments))
    for changed, argument in zip(
        arguments, node.arguments, strict=True
    ):  # twice as fast as `all`, and all trees come here
        if changed is not argument:
            return Apply(node.operation, arguments, node.span)
    return node


def substitute(node: Node, put: Callable[[Name], Node]) -> Node:
    """The tree with `put(name)` in place of every mention of a quantity."""
    if isinstance(node, Name):
        return put(node)
    if isinstance(node, Apply) and node.operation in OVER_TIME:
        index, body = node.arguments
        changed = substitute(body, put)
        return node if changed is body else Apply(node.operation, (index, changed), node.span)
    return rebuilt(node, lambda a: substitute(a, put))


def put_in(node: Node, quantities: Mapping[str, Node]) -> Node:
    """The tree with other trees in place of the quantities of these names."""
    return substitute(node, lambda name: quantities.get(name.name, name))


def swap(one: Thing, other: Thing) -> Callable[[Thing], Thing]:
    """What puts each of two things in the other's place, for `substitute` and `renamed`."""
    places = {one: other, other: one}
    return lambda thing: places.get(thing, thing)


def renamed(node: Node, names: Callable[[str], str]) -> Node:
    """The tree with other names and the same times."""

    def put(name: Name) -> Node:
        other = names(name.name)
        return name if other == name.name else Name(other, name.time, name.span)

    return substitute(node, put)


def time_of(name: Name) -> Time | None:
    """The time of a mention; the word `t` is the step itself and so belongs to step `t`."""
    return HERE if name.time is None and name.name == "t" else name.time


def _at(name: Name, time: Time | None) -> Node:
    """The quantity at another time; the word `t` two steps later is `t + 2`."""
    if time == time_of(name):
        return name
    if name.name == "t" and time is not None and time.base == "t":
        here = Name("t", None, name.span)
        sign = "add" if time.shift > 0 else "sub"
        return Apply(sign, (here, Num(abs(time.shift))), name.span) if time.shift else here
    return Name(name.name, time, name.span)


def moved(node: Node, change: Callable[[Time], Time], index: str = "t") -> Node:
    """The tree with every time changed; inside a sum over `index` that letter is another variable and is kept."""
    if isinstance(node, Name):
        time = time_of(node)
        return _at(node, time and change(time))
    if isinstance(node, Apply) and node.operation in OVER_TIME:
        bound, body = node.arguments
        if isinstance(bound, Name) and bound.name == index:
            inner = moved(body, lambda time: time if time.base == index else change(time), index)
        else:
            inner = moved(body, change, index)
        return node if inner is body else Apply(node.operation, (bound, inner), node.span)
    return rebuilt(node, lambda a: moved(a, change, index))


def shifted(node: Node, by: int) -> Node:
    """The tree `by` steps later."""
    return node if by == 0 else moved(node, lambda i: Time("t", i.shift + by) if i.base == "t" else i)


def at_step(node: Node, t: int, last: int, index: str = "t") -> Node:
    """The tree at step `t` of `last`: every time index that can be is a number."""
    return moved(node, lambda time: time.at(t, last, index), index)


def exchanged(node: Node, one: str, other: str) -> Node:
    """The tree with two letters of time exchanged, those of its sums too, so that no sum catches a letter of another."""
    letter = swap(one, other)
    if isinstance(node, Name):
        time = time_of(node)
        return _at(node, time and Time(letter(time.base), time.shift))
    if isinstance(node, Apply) and node.operation in OVER_TIME:
        index, body = node.arguments
        assert isinstance(index, Name)
        index = Name(letter(index.name), None, index.span)
        return Apply(node.operation, (index, exchanged(body, one, other)), node.span)
    return rebuilt(node, lambda a: exchanged(a, one, other))


def new_letter(node: Node, taken: Collection[str] = ()) -> str:
    """A letter of time that the tree does not use."""
    used = {time.base for n in names_in(node) if (time := time_of(n))}
    used |= {str(n.arguments[0]) for n in walk(node) if isinstance(n, Apply) and n.operation in OVER_TIME}
    return next(c for c in chain("skjlmnpqruvw", (f"s{n}" for n in count())) if c not in used and c not in taken)


def apart(node: Node, taken: frozenset[str] = frozenset()) -> Node:
    """The tree in which no sum over time uses a letter that is `taken`, or that of a sum around it."""
    if not isinstance(node, Apply) or node.operation not in OVER_TIME:
        return rebuilt(node, lambda a: apart(a, taken))
    index, body = node.arguments
    assert isinstance(index, Name)
    if index.name in taken:
        letter = new_letter(body, taken)
        body, index = moved(body, _renaming(index.name, letter), index.name), Name(letter, None, index.span)
    inner = apart(body, taken | {index.name})
    return node if inner is node.arguments[1] else Apply(node.operation, (index, inner), node.span)


def _renaming(old: str, new: str) -> Callable[[Time], Time]:
    return lambda time: Time(new, time.shift) if time.base == old else time


def letters_apart(equation: Equation) -> Equation:
    """The equation with a letter for each sum around another, and for none the `t` of its own step."""
    formula = apart(equation.formula, frozenset("t") if equation.target.time is not None else frozenset())
    return equation if formula is equation.formula else Equation(equation.target, formula)


WRITTEN_OUT = 6  # a sum over time of so many steps is written out when it is unrolled


def unrolled(equation: Equation, t: int, last: int) -> Equation:
    """The equation at step `t`, its short sums over time written out."""
    target, formula = equation.target, equation.formula
    if target.time is not None:
        target = Name(target.name, Time("", t), target.span)
    return Equation(target, written_out(at_step(formula, t, last), last))


def written_out(node: Node, last: int, most: int = WRITTEN_OUT) -> Node:
    """The tree with sums and means over up to `most` steps as additions."""
    node = rebuilt(node, lambda a: written_out(a, last, most))
    if not isinstance(node, Apply) or node.operation not in ("sum[]", "mean[]") or not 0 < last <= most:
        return node
    index, body = node.arguments
    assert isinstance(index, Name)
    total = at_step(body, 1, last, index.name)
    for t in range(2, last + 1):
        total = Apply("add", (total, at_step(body, t, last, index.name)))
    return total if node.operation == "sum[]" or last == 1 else Apply("div", (total, Num(last)))


def without_primes(node: Node) -> Node:
    """The tree with `σ'(z)` replaced by the derivative that the table of operations gives for σ."""
    node = rebuilt(node, without_primes)
    if isinstance(node, Apply) and node.operation.endswith("'"):
        from rnn_hw.lang.differentiate import slope  # a later room's word, needed only where somebody wrote a prime

        return slope(node.operation[:-1], node.arguments[0])
    return node


def over_all_steps(node: Node, series: Callable[[str], bool]) -> Node:
    """`mean((h - y)**2)` of whole sequences -> `mean[t](mean((h[t] - y[t])**2))`; `series` tells what a sequence is."""
    if isinstance(node, Apply) and node.operation in ("sum", "mean", "max", "min", "norm"):
        bare = {n.name for n in names_in(node) if n.time is None and series(n.name)}
        if bare:
            body = substitute(node, lambda n: Name(n.name, HERE, n.span) if n.time is None and n.name in bare else n)
            if node.operation == "norm":
                body = rebuilt(body, lambda a: Apply("pow", (a, Num(2))))
                square = Apply("sum", body.arguments if isinstance(body, Apply) else ())
                return Apply("sqrt", (Apply("sum[]", (Name("t"), square)),), node.span)
            return Apply(node.operation + "[]", (Name("t"), body), node.span)
    return rebuilt(node, lambda a: over_all_steps(a, series))


def mapped(program: Program, change: Callable[[Node], Node]) -> Program:
    """The program with `change` made to every right side."""
    changed = tuple(Equation(e.target, change(e.formula)) for e in program.equations)
    if all(a.formula is b.formula for a, b in zip(changed, program.equations, strict=True)):
        return program
    return Program(changed)
