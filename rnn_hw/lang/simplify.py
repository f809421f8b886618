"""Tree -> the same tree, tidier: only what is exact for every value, so that a derived formula reads like the lecture's.

`0 +`, `1*`, double signs and powers of one go, numbers are folded where that is exact. No shapes are known.
"""

from collections.abc import Callable, Collection

import numpy as np

from rnn_hw.lang.operations import OPERATIONS
from rnn_hw.lang.rewrite import names_in, rebuilt, substitute
from rnn_hw.lang.tree import Apply, Name, Node, Num

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


def signed_terms(node: Node) -> list[Node]:
    """The terms of a sum, those in brackets too, each with its sign."""
    if isinstance(node, Apply) and node.operation in ("add", "sub"):
        left, right = (signed_terms(a) for a in node.arguments)
        return left + ([simplify(Apply("neg", (n,))) for n in right] if node.operation == "sub" else right)
    if isinstance(node, Apply) and node.operation == "neg":
        return [simplify(Apply("neg", (n,))) for n in signed_terms(node.arguments[0])]
    return [node]
