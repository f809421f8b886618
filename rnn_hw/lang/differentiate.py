"""Program + loss -> the program of its adjoints: backpropagation through time for any recurrence.

`v_bar[t]` is the derivative of the loss by `v[t]` through every path. Because a program is a list of named equations and
not one nested expression, the result reads like the lecture: for `c[t] = f[t]*c[t-1] + i[t]*g[t]` the equation of `f` is
`f_bar[t] = c_bar[t]*c[t-1]`, and `c_bar[t]` collects `c_bar[t+1]*f[t+1]`. A plain quantity (a weight) collects over all
steps, `w_bar = sum[t](...)`. Each adjoint has the shape of its variable.

Reverse mode on the text (Rumelhart, Hinton and Williams 1986; Werbos 1990 for the sum over time). Nothing is evaluated.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from rnn_hw.lang.operations import CONSTANTS, OPERATIONS, OVER_TIME, Shape
from rnn_hw.lang.parse import parse_formula
from rnn_hw.lang.rewrite import (
    HERE,
    exchanged,
    letters_apart,
    moved,
    names_in,
    new_letter,
    put_in,
    shifted,
    substitute,
    without_primes,
)
from rnn_hw.lang.shapes import STEP_WORDS, series_names, settled, shape_of
from rnn_hw.lang.simplify import simplify
from rnn_hw.lang.tree import Apply, Equation, Name, Node, Num, Program, Time

BAR = "_bar"
ONE = Num(1)
LAST = Name("T")
STEP = Name("t")


class Flow(NamedTuple):
    """What flows back into one mention of a quantity."""

    mention: Name
    term: Node


def differentiate(
    program: Program, loss: str, shapes: Mapping[str, Shape], direct: Mapping[str, Node | None] = {}
) -> Program:
    """The adjoint equations of a program, last things first, then the adjoints of what is given.

    `loss` names a number that the program defines, or is empty: then `direct` says what flows in from outside, such as
    `{"h": h_direct[t]}`, or `None` for a quantity that the loss reaches in a way left open. Names without a known
    shape count as numbers. What the loss does not depend on has no adjoint.
    """
    series = series_names(program)
    incoming: dict[str, list[Node]] = {name: [term] for name, term in direct.items() if term is not None}
    waiting = [loss] if loss else list(direct)
    reached = set(waiting)
    while waiting:
        equation = program.get(waiting.pop(0))
        if equation is None:
            continue
        bar = ONE if equation.name == loss else Name(equation.name + BAR, equation.target.time)
        for flow in flows(equation, bar, shapes):
            name = flow.mention.name
            if name in STEP_WORDS or (name in CONSTANTS and name not in shapes):
                continue
            incoming.setdefault(name, []).append(_collected(flow, equation, name in series))
            if name not in reached:
                reached.add(name)
                waiting.append(name)
    order = [e.name for e in reversed(program.equations)]
    order += sorted(incoming.keys() - set(order), key=lambda n: (n in series, n))
    return Program(
        tuple(
            Equation(Name(n + BAR, HERE if n in series else None), simplify(_total(incoming[n])))
            for n in order
            if n in incoming
        )
    )


def derivative(formula: Node, variable: str) -> Node:
    """The derivative of a formula in one number `variable`, as a formula.

    >>> from rnn_hw.lang.notation import source
    >>> source(derivative(parse_formula("sigmoid(z) - 0.5"), "z"))
    'sigmoid(z)*(1 - sigmoid(z))'
    """
    found = [f.term for f in _flow(without_primes(formula), ONE, None, {}) if f.mention == Name(variable)]
    return simplify(_total(found)) if found else Num(0)


def slope(function: str, argument: Node) -> Node:
    """The derivative of a function of the table at `argument`; primes in `function` ask for further derivatives."""
    variable = Name("%")  # no text can spell this name
    formula: Node = Apply(function.rstrip("'"), (variable,))
    for _ in range(function.count("'") + 1):
        formula = derivative(formula, variable.name)
    return substitute(formula, lambda name: argument if name == variable else name)


def slope_by_result(function: str, result: Node, above: Node = ONE) -> Node:
    """The table's derivative of a function in terms of its `result`, times the gradient `above`."""
    rules = OPERATIONS[function].derivative
    assert not isinstance(rules, Mapping), function
    return simplify(put_in(_rule(rules[0]), {"g": above, "y": result}))


def flows(equation: Equation, g: Node, shapes: Mapping[str, Shape]) -> Iterator[Flow]:
    """What flows into each mention of a quantity when `g` flows into an equation's result: the lines of the chain rule."""
    equation = letters_apart(equation)
    yield from _flow(without_primes(equation.formula), g, equation.target, shapes)


# --- one formula ------------------------------------------------------------------------------------------------------


@cache
def _rule(text: str) -> Node:
    return parse_formula(text)


def _shape(node: Node, shapes: Mapping[str, Shape]) -> Shape:
    def lookup(name: Name) -> Shape:
        return shapes.get(name.name) or shapes.get(name.name.removesuffix(BAR), ())

    return shape_of(node, lookup) or ()


def _flow(node: Node, g: Node, result: Name | None, shapes: Mapping[str, Shape]) -> Iterator[Flow]:
    """Reverse mode through one formula; `result` is the name of its value, where it has one."""
    if isinstance(node, Name):
        yield Flow(node, _widened(g, node, shapes))
    elif isinstance(node, Apply) and node.operation in OVER_TIME:
        yield from _flow_over_time(node, g, shapes)
    elif isinstance(node, Apply):
        for argument, term in _local(node, g, result or node, shapes):
            if next(names_in(argument), None) is not None:
                yield from _flow(argument, term, None, shapes)


def _local(node: Apply, g: Node, y: Node, shapes: Mapping[str, Shape]) -> Iterator[tuple[Node, Node]]:
    """Each argument of an operation with what flows into it, by the operation's row."""
    node = _as_outer(node, shapes)
    wide = [_shape(a, shapes) for a in node.arguments]
    whole = _shape(node, shapes)
    row = OPERATIONS[node.operation]
    if not row.elementwise:
        g = _widened(g, node, shapes)
    if node.operation == "concat":
        yield from _cut(node.arguments, wide, g)
        return
    if node.operation == "part":
        inner, first, _ = node.arguments
        yield inner, Apply("placed", (g, first, Num(wide[0][0])))
        return
    if node.operation == "placed":
        inner, first, _ = node.arguments
        yield from _cut([inner], wide, g, int(first.value) if isinstance(first, Num) else 1)
        return
    texts = row.derivative
    if isinstance(texts, Mapping):
        texts = texts[tuple(map(len, wide))]
    words = {"a": node.arguments[0], "b": node.arguments[-1], "y": y, "g": g}
    for argument, text, own in zip(node.arguments, texts, wide, strict=False):
        if text == "0":
            continue
        term = substitute(_rule(text), lambda name: words[name.name])
        if whole and not own:
            term = Apply("sum", (term,))
        yield argument, settled(term, shapes)


def _as_outer(node: Apply, shapes: Mapping[str, Shape]) -> Apply:
    """A vector times a row, such as `a @ b.T` of two vectors, as the outer product that it is."""
    if node.operation == "matmul":
        a, b = node.arguments
        left, right = _shape(a, shapes), _shape(b, shapes)
        if len(left) == 1 and len(right) == 2 and right[0] == 1:
            transposed = (
                isinstance(b, Apply) and b.operation == "transpose" and len(_shape(b.arguments[0], shapes)) == 1
            )
            if isinstance(b, Apply) and transposed:
                return Apply("outer", (a, b.arguments[0]), node.span)
            if left != (1,):
                return Apply("outer", (a, Apply("matmul", (Apply("concat", (ONE,)), b))), node.span)
    return node


def _cut(parts: Sequence[Node], shapes: Sequence[Shape], g: Node, start: int = 1) -> Iterator[tuple[Node, Node]]:
    """The parts of what flows into vectors that were joined end to end."""
    for part, shape in zip(parts, shapes, strict=False):
        count = shape[0] if shape else 1
        cut: Node = Apply("part", (g, Num(start), Num(start + count - 1)))
        yield part, cut if shape else Apply("sum", (cut,))
        start += count


def _widened(g: Node, like: Node, shapes: Mapping[str, Shape]) -> Node:
    """`g`, as an array where a number flows into every entry of one."""
    if _shape(like, shapes) and not _shape(g, shapes):
        return Apply("mul", (g, Apply("ones", (like,))))
    return g


def _flow_over_time(node: Apply, g: Node, shapes: Mapping[str, Shape]) -> Iterator[Flow]:
    """Through a sum over time: every step's body gets the same, and what has no time of that sum collects over it."""
    index, body = node.arguments
    assert isinstance(index, Name)
    if node.operation == "mean[]":
        g = Apply("div", (g, LAST))
    elif node.operation != "sum[]":
        g = Apply("mul", (g, Apply("equal", (body, node))))
    for mention, term in _flow(body, g, None, shapes):
        if mention.time is not None and mention.time.base == index.name:
            yield Flow(mention, term)
        else:
            yield Flow(mention, Apply("sum[]", (index, term)))


# --- from mentions to adjoints ----------------------------------------------------------------------------------------


def _collected(flow: Flow, equation: Equation, series: bool) -> Node:
    """A flow as a term of its quantity's adjoint: moved to the step it belongs to, or summed over the steps."""
    mention, term = flow
    over_steps = equation.target.time is not None
    if not series:
        return Apply("sum[]", (STEP, term)) if over_steps else term
    time = mention.time or HERE
    if time.base in ("", "T"):  # one step's value, mentioned from elsewhere
        if over_steps:
            letter = new_letter(term)
            term = moved(term, lambda i: Time(letter, i.shift) if i.base == "t" else i)
            term = Apply("sum[]", (Name(letter), term))
        when = Num(time.shift) if not time.base else simplify(Apply("add", (LAST, Num(time.shift))))
        return Apply("mul", (Apply("equal", (STEP, when)), term))
    if time.base != "t" or not over_steps:  # from inside a sum over time
        term = exchanged(term, "t", time.base)
        if over_steps:
            term = Apply("sum[]", (Name(time.base), term))
        return _inside(shifted(term, -time.shift), time.shift)
    return shifted(term, -time.shift)


def _inside(term: Node, shift: int) -> Node:
    """A term of a sum over time at its own step `t`, zero where `t` is no step of the sum once it is moved."""
    if shift == 0:
        return term
    bound = Apply("sub", (LAST, STEP)) if shift < 0 else STEP
    return Apply("mul", (Apply("step", (Apply("sub", (bound, Num(abs(shift) - (shift < 0)))),)), term))


def _total(terms: Sequence[Node]) -> Node:
    """The sum of terms; sums over the same time are written as one."""
    plain = [t for t in terms if not _is_time_sum(t)]
    summed = [t.arguments[1] for t in terms if isinstance(t, Apply) and _is_time_sum(t)]
    if summed:
        plain.append(Apply("sum[]", (STEP, _total(summed))))
    total = plain[0]
    for term in plain[1:]:
        total = Apply("add", (total, term))
    return total


def _is_time_sum(node: Node) -> bool:
    return isinstance(node, Apply) and node.operation == "sum[]" and node.arguments[0] == STEP
