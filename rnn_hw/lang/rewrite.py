"""Tree -> tree: walking, substituting, moving in time, unrolling, simplifying.

A pass that changes nothing returns the same object.

No numbers are computed here but the constants that `simplify` folds, and no shapes are known.
"""

from collections.abc import Callable, Collection, Iterator
from itertools import chain, count

import numpy as np

from rnn_hw.lang.operations import OPERATIONS, OVER_TIME
from rnn_hw.lang.tree import Apply, Equation, Name, Node, Num, Program, Time

HERE = Time("t", 0)


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
    if all(a is b for a, b in zip(arguments, node.arguments, strict=True)):
        return node
    return Apply(node.operation, arguments, node.span)


def substitute(node: Node, put: Callable[[Name], Node]) -> Node:
    """The tree with `put(name)` in place of every mention of a quantity."""
    if isinstance(node, Name):
        return put(node)
    if isinstance(node, Apply) and node.operation in OVER_TIME:
        index, body = node.arguments
        changed = substitute(body, put)
        return node if changed is body else Apply(node.operation, (index, changed), node.span)
    return rebuilt(node, lambda a: substitute(a, put))


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
    swap = {one: other, other: one}
    if isinstance(node, Name):
        time = time_of(node)
        return _at(node, time and Time(swap.get(time.base, time.base), time.shift))
    if isinstance(node, Apply) and node.operation in OVER_TIME:
        index, body = node.arguments
        assert isinstance(index, Name)
        index = Name(swap.get(index.name, index.name), None, index.span)
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


def at_last(node: Node, t: int, last: int, keep: Collection[str] = ()) -> Node:
    """A formula of step `t` without what is nothing there: adjoints behind the last step, and `[t = T]` as 1 or 0.

    A formula that has no such part is returned as it is. `keep` holds `t` where a value of its own is given for it.
    """

    def number(name: Name) -> Node:
        if name.name == "T" and name.time is None:
            return Num(last)
        if name.name == "t" and "t" not in keep:
            return Num(t)
        return name

    def change(node: Node) -> Node:
        if isinstance(node, Name):
            behind = node.time is not None and not node.time.base and node.time.shift > last
            return ZERO if behind and node.name.endswith("_bar") else node
        node = rebuilt(node, change)
        if isinstance(node, Apply) and node.operation in ("equal", "step"):
            arguments = [simplify(substitute(a, number)) for a in node.arguments]
            if all(isinstance(a, Num) for a in arguments):
                return Num(float(OPERATIONS[node.operation].value(*(a.value for a in arguments if isinstance(a, Num)))))
        return node

    changed = change(node)
    return node if changed is node else simplify(changed)


def written_out(node: Node, last: int) -> Node:
    """The tree with sums and means over up to `WRITTEN_OUT` steps as additions."""
    node = rebuilt(node, lambda a: written_out(a, last))
    if not isinstance(node, Apply) or node.operation not in ("sum[]", "mean[]") or not 0 < last <= WRITTEN_OUT:
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


# --- simplification: only what is exact for every value ----------------------------------------------------------------

ZERO, ONE, TWO = Num(0), Num(1), Num(2)


def simplify(node: Node) -> Node:
    """The tree without `0 +`, `1*`, double signs and powers of one, constants folded where that is exact.

    A stack of our own, since gradients are deeper than formulas, and each part once, since a product has many factors.
    """
    simple: dict[int, Node] = {}  # by identity, what a part becomes in the end
    after: dict[int, tuple[Node, Node]] = {}  # a part, and what it becomes by one rule
    stack = [node]
    while stack:
        part = stack[-1]
        if id(part) not in after:
            arguments = part.arguments if isinstance(part, Apply) else ()
            waiting = [a for a in arguments if id(a) not in simple]
            if waiting:
                stack += waiting
                continue
            put = _same_names if _entries_count(part) else (lambda _, becomes: becomes)
            after[id(part)] = part, _tidy(rebuilt(part, lambda a, put=put: put(a, simple[id(a)])))  # type: ignore[misc]
        changed = after[id(part)][1]
        if changed is part or id(changed) in simple:
            simple[id(part)] = part if changed is part else simple[id(changed)]
            stack.pop()
        else:
            stack.append(changed)
    return simple[id(node)]


def _entries_count(node: Node) -> bool:
    return isinstance(node, Apply) and node.operation in OPERATIONS and not OPERATIONS[node.operation].elementwise


def _same_names(before: Node, after: Node) -> Node:
    """Where entries count, `sum(x - x + 1)` being their number, no quantity may get lost with its shape."""
    return after if after is before or set(names_in(before)) == set(names_in(after)) else before


def _tidy(node: Node) -> Node:
    if not isinstance(node, Apply):
        return node
    rule = _TIDY.get(node.operation)
    return rule(node, *node.arguments) if rule else node


def _folded(node: Apply, a: Node, b: Node) -> Node | None:
    """Two numbers as one, if their value is a whole number or a short decimal."""
    if isinstance(a, Num) and isinstance(b, Num):
        with np.errstate(all="ignore"):
            value = float(OPERATIONS[node.operation].value(a.value, b.value))
        if value == round(value, 9) and abs(value) < 1e9:
            return Num(value)
    return None


def _add(node: Apply, a: Node, b: Node) -> Node:
    if a == ZERO:
        return b
    if b == ZERO:
        return a
    if isinstance(b, Apply) and b.operation == "neg":
        return Apply("sub", (a, b.arguments[0]))
    if isinstance(b, Num) and b.value < 0:
        return Apply("sub", (a, Num(-b.value)))
    return _folded(node, a, b) or node


def _sub(node: Apply, a: Node, b: Node) -> Node:
    if b == ZERO:
        return a
    if a == ZERO:
        return Apply("neg", (b,))
    if isinstance(b, Apply) and b.operation == "neg":
        return Apply("add", (a, b.arguments[0]))
    return ZERO if a == b else _folded(node, a, b) or node


def _mul(node: Apply, a: Node, b: Node) -> Node:
    if ZERO in (a, b):
        return ZERO
    if a == ONE:
        return b
    if b == ONE:
        return a
    for one, other in ((a, b), (b, a)):  # one over something, times something
        if isinstance(one, Apply) and one.operation == "div" and one.arguments[0] == ONE:
            return Apply("div", (other, one.arguments[1]))
    for one, other in ((a, b), (b, a)):  # a sign goes to the front
        if isinstance(one, Apply) and one.operation == "neg":
            pair = (one.arguments[0], other) if one is a else (other, one.arguments[0])
            return Apply("neg", (Apply("mul", pair),))
    if isinstance(b, Num) and not isinstance(a, Num):
        return Apply("mul", (b, a))
    if isinstance(a, Num) and isinstance(b, Apply) and b.operation == "mul" and isinstance(b.arguments[0], Num):
        both = _folded(node, a, b.arguments[0])
        return Apply("mul", (both, b.arguments[1])) if both else node
    if isinstance(a, Num) and isinstance(b, Apply) and b.operation == "div" and isinstance(b.arguments[1], Num):
        quotient = a.value / (b.arguments[1].value or float("nan"))  # 2*(x/4) is x/2, 4*(x/2) is 2*x
        if quotient.is_integer():
            return Apply("mul", (Num(quotient), b.arguments[0]))
        if quotient and (1 / quotient).is_integer():
            return Apply("div", (b.arguments[0], Num(1 / quotient)))
    if isinstance(b, Apply) and b.operation == "mul":  # products lean to the left, as they are read
        return Apply("mul", (Apply("mul", (a, b.arguments[0])), b.arguments[1]))
    return _folded(node, a, b) or node


def _div(node: Apply, a: Node, b: Node) -> Node:
    if isinstance(a, Apply) and a.operation == "div" and isinstance(b, Num) and isinstance(a.arguments[1], Num):
        both = _folded(Apply("mul", (a.arguments[1], b)), a.arguments[1], b)
        return Apply("div", (a.arguments[0], both)) if both else node
    if b == ONE or a == ZERO:
        return a
    if isinstance(a, Apply) and a.operation == "neg":
        return Apply("neg", (Apply("div", (a.arguments[0], b)),))
    return _folded(node, a, b) or node if b != ZERO else node


def _pow(node: Apply, a: Node, b: Node) -> Node:
    if b == ONE:
        return a
    return ONE if b == ZERO else node


def _neg(node: Apply, a: Node) -> Node:
    if isinstance(a, Apply) and a.operation == "neg":
        return a.arguments[0]
    if isinstance(a, Apply) and a.operation == "sub":
        return Apply("sub", (a.arguments[1], a.arguments[0]))
    return Num(-a.value) if isinstance(a, Num) and a.value == 0 else node


def _transpose(node: Apply, a: Node) -> Node:
    return a.arguments[0] if isinstance(a, Apply) and a.operation == "transpose" else a if isinstance(a, Num) else node


_TIDY: dict[str, Callable[..., Node]] = {
    "add": _add, "sub": _sub, "mul": _mul, "div": _div, "pow": _pow, "neg": _neg, "transpose": _transpose,
}  # fmt: skip
