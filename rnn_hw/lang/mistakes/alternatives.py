"""What a person may have in place of a part, where no rewriting rule can say it: other steps, other quantities, sums.

Each function takes a part of a formula (or a whole one) and its `Here`, and yields what may stand instead, each with a tag:
the same slip in another equation has the same tag.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import combinations

from rnn_hw.lang.differentiate import BAR
from rnn_hw.lang.mistakes.rules import Here, Instead
from rnn_hw.lang.operations import OPERATIONS
from rnn_hw.lang.rewrite import BEFORE, HERE, at_step, moved, names_in, renamed, substitute, swap
from rnn_hw.lang.tree import Apply, Name, Node, Num, Time

MOST_ENTRIES = 12  # of a sum of which one may be missing
MOST_OTHERS = 12  # quantities that one may be taken for
DIRECT = "_direct"  # `h_direct[t]` is what a loss left open contributes


# --- sums ---------------------------------------------------------------------------------------------------------------


def entries_left_out(node: Node, here: Here) -> Iterator[Instead]:
    """A sum or mean over the entries of a vector, or a matrix times one, with one of them zero."""
    if not isinstance(node, Apply) or node.operation not in ("sum", "mean", "matmul"):
        return
    inner = node.arguments[-1]
    shape = here.shape(inner)
    if shape is None or len(shape) != 1 or not 1 < shape[0] <= MOST_ENTRIES:
        return
    for k in range(shape[0]):
        mask = Apply("concat", [Num(float(k != j)) for j in range(shape[0])])
        yield Instead(f"entry {k + 1}", Apply(node.operation, (*node.arguments[:-1], Apply("mul", (inner, mask)))))


def terms(node: Node) -> list[tuple[bool, Node]]:
    """The terms of a sum from left to right, each with whether it is subtracted."""
    if isinstance(node, Apply) and node.operation in ("add", "sub"):
        left, right = node.arguments
        return [*terms(left), (node.operation == "sub", right)]
    return [(False, node)]


def total(some: list[tuple[bool, Node]]) -> Node:
    """The sum of terms."""
    (minus, first), *rest = some
    node: Node = Apply("neg", (first,)) if minus else first
    for minus, term in rest:
        node = Apply("sub" if minus else "add", (node, term))
    return node


def _looks_ahead(node: Node) -> bool:
    return any(n.time is not None and n.time == Time("t", 1) and n.name.endswith(BAR) for n in names_in(node))


def without_next_step(node: Node, here: Here) -> Iterator[Instead]:
    """An adjoint without all that comes back from the next step, and with one of these terms alone."""
    every = terms(node)
    later = [term for term in every if _looks_ahead(term[1])]
    now = [term for term in every if term not in later]
    if len(later) > 1 and now:
        yield Instead("all", total(now))
    if len(later) > 2:
        for k, kept in enumerate(later):
            yield Instead(f"but {k}", total([term for term in every if term not in later or term == kept]))


def last_loss_only(node: Node, here: Here) -> Iterator[Instead]:
    """What the loss itself contributes to the adjoint of a state (both terms of `h - y`), at the last step only."""
    if not here.equation.name.endswith(BAR) or here.equation.target.time is None:
        return
    every = terms(node)
    direct = [term for term in every if not any(n.name.endswith(BAR) for n in names_in(term[1]))]
    if any(n.time == HERE for _, term in direct for n in names_in(term)):
        at_end = Apply("mul", (Apply("equal", (Name("t"), Name("T"))), total(direct)))
        yield Instead("direct", total([(False, at_end), *(term for term in every if term not in direct)]))


def single_steps(node: Node, here: Here) -> Iterator[Instead]:
    """One step's term in place of a sum over time: the last one's, the first one's, or that of a step left open."""
    if isinstance(node, Apply) and node.operation in ("sum[]", "mean[]"):
        index, body = node.arguments
        assert isinstance(index, Name)
        letter = index.name
        yield Instead("last", moved(body, lambda i: Time("T", i.shift) if i.base == letter else i, letter))
        yield Instead("first", at_step(body, 1, 1, letter))
        if letter == "t":
            yield Instead("open", body)


def other_counts(node: Node, here: Here) -> Iterator[Instead]:
    """The number of entries, or of steps, one lower and one higher."""
    counts = isinstance(node, Apply) and node.operation == "size"
    if counts or (isinstance(node, Name) and node.name == "T" and node.time is None):
        yield Instead("-1", Apply("sub", (node, Num(1))))
        yield Instead("+1", Apply("add", (node, Num(1))))
    if isinstance(node, Apply) and node.operation == "mean":
        shape = here.shape(node.arguments[0])
        if shape and shape[0] > 2:
            body = Apply("sum", node.arguments)
            yield Instead("-1", Apply("div", (body, Apply("sub", (Apply("size", node.arguments), Num(1))))))


# --- factors ------------------------------------------------------------------------------------------------------------


def complements(node: Node, here: Here) -> Iterator[Instead]:
    """`1 - z` for a gate z, a quantity that lies between 0 and 1."""
    if isinstance(node, Name) and (equation := here.definition(node.name)) is not None:
        formula = equation.formula
        row = OPERATIONS.get(formula.operation) if isinstance(formula, Apply) else None
        if row is not None and row.bounds == "(0, 1)":
            yield Instead("", Apply("sub", (Num(1), node)))


def transposes(node: Node, here: Here) -> Iterator[Instead]:
    """A square matrix in a product, transposed."""
    if isinstance(node, Apply) and node.operation == "matmul":
        for k, factor in enumerate(node.arguments):
            shape = here.shape(factor)
            if isinstance(factor, Name) and shape is not None and len(shape) == 2 and shape[0] == shape[1] > 1:
                turned = Apply("transpose", (factor,))
                yield Instead(
                    str(k), Apply("matmul", (turned, node.arguments[1]) if k == 0 else (node.arguments[0], turned))
                )


# --- quantities ---------------------------------------------------------------------------------------------------------


def other_steps(node: Node, here: Here) -> Iterator[Instead]:
    """Another step than this: the one before, the one after, or this one."""
    if isinstance(node, Name) and node.time is not None and node.time.base in ("t", "T"):
        for shift in (-1, 0, 1):
            time = Time(node.time.base, shift)
            if shift != node.time.shift and not (time.base == "T" and shift > 0):
                yield Instead(f"{shift - node.time.shift:+d}", Name(node.name, time))
    elif isinstance(node, Name) and node.time is not None and not node.time.base:  # `a[2]` of a single step
        for by in (-1, 1):
            if node.time.shift + by >= 0:
                yield Instead(f"{by:+d}", Name(node.name, Time("", node.time.shift + by)))


def first_state(name: Name, here: Here) -> Iterator[Instead]:
    """The state before the first step, in place of that of the step before."""
    if name.time == BEFORE and name.name in here.program.names:
        yield Instead("", Name(name.name, Time("", 0)))


def other_quantities(node: Node, here: Here) -> Iterator[Instead]:
    """Quantities of the same sort and shape: a gate for a gate, a weight for a weight."""
    if not isinstance(node, Name) or node.name not in here.shapes:
        return
    for other in _likes(node.name, here):
        if Name(other, node.time) != here.equation.target:
            yield Instead(other, Name(other, node.time))


def _likes(name: str, here: Here) -> list[str]:
    defined = set(here.program.names)
    sort = (name in defined, name in here.series, name.endswith(BAR), here.shapes[name])
    found = [
        other
        for other in here.shapes
        if other != name and (other in defined, other in here.series, other.endswith(BAR), here.shapes[other]) == sort
    ]
    # The nearest first: those with the same beginning, `W_f` and `W_i`.
    family = name.partition("_")[0]
    return sorted(found, key=lambda other: (other.partition("_")[0] != family, len(other)))[:MOST_OTHERS]


def exchanges(node: Node, here: Here) -> Iterator[Instead]:
    """Two quantities of the formula that have the same shape, each in the other's place."""
    mentions = [n for n in dict.fromkeys(names_in(node)) if n.name in here.shapes]
    for one, other in combinations(mentions, 2):
        if one.name != other.name and here.shapes[one.name] == here.shapes[other.name]:
            yield Instead(f"{one}, {other}", substitute(node, swap(one, other)))


def without_bars(node: Node, here: Here) -> Iterator[Instead]:
    """The quantity itself for the gradient by it."""
    if isinstance(node, Name) and node.name.endswith(BAR):
        yield Instead("", Name(node.name.removesuffix(BAR), node.time))


def losses_as_one(node: Node, here: Here) -> Iterator[Instead]:
    """1 for what the loss itself contributes."""
    if isinstance(node, Name) and node.name.endswith(DIRECT):
        yield Instead("", Num(1))


def decimal_slips(name: Name, here: Here) -> Iterator[Instead]:
    """A given number ten times as large, or a tenth of it."""
    if name.time is None and name.name in here.constants:
        yield Instead("10", Apply("mul", (Num(10), name)))
        yield Instead("0.1", Apply("div", (name, Num(10))))


def constant_complements(name: Name, here: Here) -> Iterator[Instead]:
    """`1 - beta` for a given number."""
    if name.time is None and name.name in here.constants:
        yield Instead("", Apply("sub", (Num(1), name)))


def first_step(name: Name, here: Here) -> Iterator[Instead]:
    """The number of the step as 1."""
    if name.name == "t" and name.time in (None, HERE):
        yield Instead("", Num(1))


def neighbouring_steps(name: Name, here: Here) -> Iterator[Instead]:
    """The number of the step before, and of the step after."""
    if name.name == "t" and name.time in (None, HERE):
        yield Instead("-1", Apply("sub", (name, Num(1))))
        yield Instead("+1", Apply("add", (name, Num(1))))


# --- whole programs -----------------------------------------------------------------------------------------------------


Several = tuple[str, Mapping[str, Node]]  # a tag, and the right sides that change together


def lines_exchanged(here: Here) -> Iterator[Several]:
    """Two equations built alike, each with the other's right side: gates taken in another order."""
    own = here.equation
    for other in here.program.equations:
        alike = other.name != own.name and skeleton(other.formula) == skeleton(own.formula)
        if alike and here.shapes.get(other.name) == here.shapes.get(own.name):
            yield other.name, {own.name: other.formula, other.name: own.formula}


def constants_exchanged(here: Here) -> Iterator[Several]:
    """Two given quantities of the same shape exchanged wherever they stand."""
    given = [n for n in here.shapes if n not in here.program.names and n not in here.series]
    mine = _quantities(here.equation.formula)
    for one, other in combinations(given, 2):
        pair = {one, other}
        if here.shapes[one] != here.shapes[other] or pair.isdisjoint(mine):
            continue
        concerned = [e for e in here.program.equations if not pair.isdisjoint(_quantities(e.formula))]
        changed = {e.name: renamed(e.formula, swap(one, other)) for e in concerned}
        if len(changed) > 1:  # in one equation alone it is an exchange like any other
            yield f"{one}, {other}", changed


@lru_cache(maxsize=1 << 12)
def skeleton(formula: Node) -> Node:
    """How a formula is built, whatever its quantities are called."""
    return substitute(formula, lambda n: Name("%", n.time))


@lru_cache(maxsize=1 << 12)
def _quantities(formula: Node) -> frozenset[str]:
    return frozenset(n.name for n in names_in(formula))
