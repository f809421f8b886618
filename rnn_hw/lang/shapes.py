"""Unknown names, wrong times and wrong shapes, found before any number is computed; and the shape of every quantity.

A shape is the quantity's own: `x[t]` has the shape of one step, whatever time, batch or class of students leads it.
Shapes of what is given come from the data; what the equations define follows from them, and a recurrence (`h` from
`h[t-1]`) is solved by going round until nothing changes.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress

from rnn_hw.errors import Diagnostic, HomeworkError, did_you_mean
from rnn_hw.lang.notation import source
from rnn_hw.lang.operations import CONSTANTS, LITERAL, OPERATIONS, OVER_TIME, Mismatch, Shape, spoken
from rnn_hw.lang.rewrite import names_in, walk
from rnn_hw.lang.tree import Apply, Equation, Name, Node, Num, Program

Shapes = Mapping[str, Shape]
STEP_WORDS = ("t", "T")  # numbers that follow from where they stand


class Faulty(Exception):
    """A node whose arguments do not go together."""

    def __init__(self, node: Apply, reason: str) -> None:
        super().__init__(reason)
        self.node = node


def series_names(program: Program) -> set[str]:
    """The names that have a value at every step: defined for `t`, or mentioned with a time."""
    found = {e.target.name for e in program.equations if e.target.time is not None}
    scalars = {e.target.name for e in program.equations if e.target.time is None}
    for equation in program.equations:
        found |= {n.name for n in names_in(equation.formula) if n.time is not None}
    return found - scalars


def shape_of(node: Node, lookup: Callable[[Name], Shape | None]) -> Shape | None:
    """The shape of a formula, `None` where a name's shape is not known yet; raises `Faulty`."""
    if isinstance(node, Num):
        return ()
    if isinstance(node, Name):
        return lookup(node)
    if node.operation in OVER_TIME:
        return shape_of(node.arguments[1], lookup)
    if node.operation in ("partial", "total"):
        above, below = (shape_of(a, lookup) for a in node.arguments)
        return None if above is None or below is None else above + below
    shapes = [shape_of(a, lookup) for a in node.arguments]
    try:
        if None not in shapes:
            return result_shape(node, [s for s in shapes if s is not None])
        return _guessed(node, shapes)
    except Mismatch as mismatch:
        raise Faulty(node, str(mismatch)) from None


def settled(node: Node, shapes: Shapes) -> Node:
    """The tree with sizes as numbers, and without reductions of what is a single number anyway."""
    if not isinstance(node, Apply) or node.operation in OVER_TIME:
        return node
    arguments = tuple(settled(a, shapes) for a in node.arguments)
    if any(a is not b for a, b in zip(arguments, node.arguments, strict=True)):
        node = Apply(node.operation, arguments, node.span)
    if node.operation in ("ones", "sum", "mean", "size"):
        shape = shape_of(
            arguments[0], lambda name: shapes.get(name.name) or shapes.get(name.name.removesuffix("_bar"), ())
        )
        if node.operation == "size":
            return Num(math.prod(shape or ()))
        if not shape:
            return Num(1) if node.operation == "ones" else arguments[0]
    return node


def result_shape(node: Apply, shapes: Sequence[Shape]) -> Shape:
    """The shape of an operation's result; raises `Mismatch`."""
    row = OPERATIONS[node.operation.rstrip("'")]
    if node.operation.endswith("'") and not row.elementwise and any(shapes):
        raise Mismatch(f"a prime is for a function of one number, not of {spoken(shapes[0])}")
    if node.operation not in LITERAL:
        return row.shape(*shapes)
    numbers = [a.value for a in node.arguments[1:] if isinstance(a, Num)]
    if len(numbers) != len(node.arguments) - 1:
        raise Mismatch("the entries are not given as numbers")
    return row.shape(shapes[0], *numbers)


def _guessed(node: Apply, shapes: list[Shape | None]) -> Shape | None:
    """The shape where one argument's is not known yet, if the others settle it."""
    row = OPERATIONS[node.operation.rstrip("'")]
    known = [s for s in shapes if s is not None]
    if row.elementwise:
        wide = row.shape(*known) if known else ()
        return wide or None
    if node.operation == "matmul" and shapes[0] is not None and len(shapes[0]) == 2:
        return None  # a vector or a matrix: its own equation will tell
    if row.shape is OPERATIONS["sum"].shape:
        return ()
    return None


def infer(program: Program, given: Shapes, initial: Shapes | None = None) -> dict[str, Shape]:
    """The shape of every quantity of the program.

    `given` holds the shapes of what no equation defines, `initial` those of values such as `h[0]`. Raises
    `HomeworkError` with every unknown name, wrong time and wrong shape.
    """
    faults = [*_unknown_names(program, given), *_wrong_times(program)]
    if faults:
        raise HomeworkError(*faults)
    initial = initial or {}
    known: dict[str, Shape] = dict(given) | dict(initial)

    def lookup(name: Name) -> Shape | None:
        if name.name not in known and (name.name in STEP_WORDS or name.name in CONSTANTS):
            return ()
        return known.get(name.name)

    pending = list(program.equations)
    while pending:
        later = []
        for equation in pending:
            try:
                shape = shape_of(equation.formula, lookup)
            except Faulty as fault:
                raise HomeworkError(_explained(fault, equation, lookup)) from None
            if shape is None:
                later.append(equation)
            else:
                known.setdefault(equation.target.name, shape)
        if len(later) == len(pending):  # every one waits for another: assume what the words of one of them suggest
            equation = next((e for e in later if _assumed(e, lookup)), later[0])
            later.remove(equation)
            known[equation.target.name] = _assumed(equation, lookup)
            with suppress(Faulty):  # once round: what this gives is a better guess, or the same one
                known[equation.target.name] = shape_of(equation.formula, lookup) or known[equation.target.name]
        pending = later
    faults = []
    for equation in program.equations:
        try:
            shape = shape_of(equation.formula, lookup)
        except Faulty as fault:
            faults.append(_explained(fault, equation, lookup))
            continue
        expected = known[equation.target.name]
        if shape != expected and not faults:
            where = f"`{equation.name}[0]`" if equation.name in initial else "another equation"
            message = f"`{equation.target}` becomes {spoken(shape or ())}, but {where} makes it {spoken(expected)}"
            faults.append(Diagnostic("wrong-shape", message, equation.target.span))
    if faults:
        raise HomeworkError(*faults)
    return known


def _assumed(equation: Equation, lookup: Callable[[Name], Shape | None]) -> Shape:
    """A shape for a recurrence that nothing else settles, `h[t] = tanh(W @ h[t-1])`, from its first matrix, or a number."""
    for node in walk(equation.formula):
        if isinstance(node, Apply) and node.operation == "matmul":
            for side, axis in ((0, 0), (1, 1)):
                with suppress(Faulty):
                    shape = shape_of(node.arguments[side], lookup)
                    if shape is not None and len(shape) == 2:
                        return (shape[axis],)
    return ()


def _explained(fault: Faulty, equation: Equation, lookup: Callable[[Name], Shape | None]) -> Diagnostic:
    """The shape error of a node, with the shapes of the quantities in it."""
    seen = {str(n): lookup(n) for n in names_in(fault.node)}
    notes = tuple(f"`{name}` is {spoken(shape)}" for name, shape in list(seen.items())[:6] if shape is not None)
    text = source(fault.node)
    text = text if len(text) <= 60 else text[:57] + "..."
    return Diagnostic("wrong-shape", f"in `{text}` {fault}", fault.node.span or equation.target.span, notes=notes)


def _unknown_names(program: Program, given: Iterable[str]) -> Iterable[Diagnostic]:
    defined: dict[str, Equation] = {}
    for equation in program.equations:
        if equation.name in defined:
            message = f"`{equation.target}` is defined twice"
            help = "each name is assigned once; give the second one a name of its own"
            yield Diagnostic("defined-twice", message, equation.target.span, help)
        elif equation.name in given:
            message = f"`{equation.target}` is given and also defined"
            yield Diagnostic("defined-twice", message, equation.target.span, "leave out one of the two")
        elif equation.name in STEP_WORDS:
            help = "`t` is the step and `T` the number of steps; choose another name"
            yield Diagnostic("reserved-name", f"`{equation.name}` cannot be defined", equation.target.span, help)
        defined.setdefault(equation.name, equation)
    known = {*defined, *given}
    reported = set()
    for equation in program.equations:
        for name in names_in(equation.formula):
            if name.name in known or name.name in STEP_WORDS or name.name in CONSTANTS or name.name in reported:
                continue
            reported.add(name.name)
            message = f"`{name.name}` is neither given nor defined by an equation"
            yield Diagnostic("unknown-name", message, name.span, did_you_mean(name.name, sorted(known)))


def _wrong_times(program: Program) -> Iterable[Diagnostic]:
    """A sequence without a time outside a reduction, a plain quantity with one, and indices that nothing binds."""
    series = series_names(program)
    for equation in program.equations:
        bound = {"T", ""} | ({"t"} if equation.target.time is not None else set())
        yield from _times(equation.formula, bound, series, {e.name for e in program.equations})


def _times(node: Node, bound: set[str], series: set[str], defined: set[str]) -> Iterable[Diagnostic]:
    if isinstance(node, Apply):
        if node.operation in OVER_TIME:
            index, body = node.arguments
            assert isinstance(index, Name)
            yield from _times(body, bound | {index.name}, series, defined)
        else:
            for argument in node.arguments:
                yield from _times(argument, bound, series, defined)
    elif isinstance(node, Name):
        if node.name in series and node.time is None:
            help = f"write `{node.name}[t]`, or `{node.name}[T]` for the last step"
            yield Diagnostic("no-time", f"`{node.name}` has a value at every step", node.span, help)
        elif node.time is not None and node.name in defined and node.name not in series:
            help = f"write `{node.name}`"
            yield Diagnostic("no-series", f"`{node.name}` has no time", node.span, help)
        elif node.time is not None and node.time.base not in bound:
            help = f"write `{node.name}[T]`, or a sum over time, `sum[{node.time.base}](...)`"
            yield Diagnostic("unbound-time", f"nothing says which step `{node.time.base}` is", node.span, help)
        elif node.time is None and node.name == "t" and "t" not in bound:
            yield Diagnostic("unbound-time", "nothing says which step `t` is", node.span, "the last step is `T`")
