"""Which formulas count as one: those that differ by the order of their terms and factors, and no others."""

import operator
from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_hw.lang.mistakes.alike import form
from rnn_hw.lang.parse import parse_formula
from rnn_hw.lang.rewrite import names_in
from rnn_hw.lang.tree import Apply, Name, Node, Num

LETTERS = "uvwxy"
POINTS = [
    [Fraction(n, d) for n, d in zip((3, -7, 5, 2, -9), ds, strict=True)] for ds in ((7, 3, 11, 5, 4), (-2, 13, 9, 3, 7))
]
EXACT: dict[str, Callable[..., Fraction]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv, "neg": operator.neg,
    "tanh": lambda a: (a + 2) / (a * a + 3), "sigmoid": lambda a: (a - 5) / (a * a + 2),  # any functions would do
}  # fmt: skip


def formulas() -> st.SearchStrategy[Node]:
    leaf = st.one_of(st.sampled_from(LETTERS).map(Name), st.sampled_from([1, 2, 0.5, 3]).map(Num))
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.tuples(st.sampled_from(["add", "sub", "mul", "div"]), inner, inner).map(lambda p: Apply(p[0], p[1:])),
            st.tuples(st.sampled_from(["tanh", "sigmoid"]), inner).map(lambda p: Apply(p[0], p[1:])),
            inner.map(lambda n: n if is_sum(n) else Apply("neg", (n,))),  # -(u + v) has no order
        ),
        max_leaves=9,
    )


def is_sum(node: Node) -> bool:
    return isinstance(node, Apply) and node.operation in ("add", "sub", "neg")


def value(node: Node, at: int) -> Fraction | None:
    """At one of the points, exactly, so that nothing is lost in `u - u`; `None` where something is divided by zero."""
    if isinstance(node, Num):
        return Fraction(node.value)
    if isinstance(node, Name):
        return POINTS[at][LETTERS.index(node.name)]
    parts = [value(a, at) for a in node.arguments]
    if None in parts or (node.operation == "div" and parts[1] == 0):
        return None
    return EXACT[node.operation](*parts)


def reordered(node: Node, random: np.random.Generator) -> Node:
    """The same formula with terms and factors in another order, and other brackets."""
    if not isinstance(node, Apply):
        return node
    if node.operation in ("add", "sub", "neg"):
        parts = [(minus, reordered(n, random)) for minus, n in flat(node, ("add", "sub"))]
        return joined([parts[k] for k in random.permutation(len(parts))], "add", "sub", Num(0), random)
    if node.operation in ("mul", "div"):
        parts = [(below, reordered(n, random)) for below, n in flat(node, ("mul", "div"))]
        return joined([parts[k] for k in random.permutation(len(parts))], "mul", "div", Num(1), random)
    return Apply(node.operation, [reordered(a, random) for a in node.arguments])


def flat(node: Node, chain: tuple[str, str], other: bool = False) -> Iterator[tuple[bool, Node]]:
    """The parts of a chain, each with whether it is subtracted, or divides."""
    if isinstance(node, Apply) and node.operation in chain:
        yield from flat(node.arguments[0], chain, other)
        yield from flat(node.arguments[1], chain, other != (node.operation == chain[1]))
    elif isinstance(node, Apply) and node.operation == "neg" and chain[0] == "add":
        yield from flat(node.arguments[0], chain, not other)
    else:
        yield other, node


def joined(parts: list[tuple[bool, Node]], plus: str, minus: str, unit: Node, random: np.random.Generator) -> Node:
    """A chain again, bracketed at random."""
    if len(parts) == 1:
        other, node = parts[0]
        if not other:
            return node
        return Apply("neg", (node,)) if plus == "add" else Apply(minus, (unit, node))
    cut = int(random.integers(1, len(parts)))
    left = joined(parts[:cut], plus, minus, unit, random)
    if random.integers(2):
        return Apply(plus, (left, joined(parts[cut:], plus, minus, unit, random)))
    return Apply(minus, (left, joined([(not o, n) for o, n in parts[cut:]], plus, minus, unit, random)))


def altered(node: Node, random: np.random.Generator) -> Node:
    """The formula with one operation, letter or number another."""
    if isinstance(node, Apply) and random.integers(3):
        k = int(random.integers(len(node.arguments)))
        new = [altered(a, random) if j == k else a for j, a in enumerate(node.arguments)]
        return Apply(node.operation, new)
    if isinstance(node, Apply):
        others = ["add", "sub", "mul", "div"] if len(node.arguments) == 2 else ["neg", "tanh", "sigmoid"]
        return Apply(str(random.choice(others)), node.arguments)
    return Name(str(random.choice(list(LETTERS)))) if random.integers(2) else Num(float(random.integers(1, 4)))


def lies(key: Callable[[Node], object], pairs: Iterator[tuple[Node, Node]]) -> list[tuple[Node, Node]]:
    """Pairs of one key and of other values."""
    points = range(len(POINTS))
    equal = lambda a, b: all(value(a, at) in (None, value(b, at)) or value(b, at) is None for at in points)  # noqa: E731
    return [(a, b) for a, b in pairs if key(a) == key(b) and not equal(a, b)]


@settings(max_examples=150, deadline=None)
@given(formulas(), st.integers(0, 2**32 - 1))
def test_the_order_of_terms_and_factors_does_not_count(node: Node, seed: int) -> None:
    other = reordered(node, np.random.default_rng(seed))
    assert not lies(lambda _: 0, iter([(node, other)]))  # the test's own reordering is one
    assert form(node) == form(other)


@settings(max_examples=150, deadline=None)
@given(formulas(), st.integers(0, 2**32 - 1))
def test_formulas_of_one_form_have_one_value(node: Node, seed: int) -> None:
    random = np.random.default_rng(seed)
    pairs = [(node, reordered(altered(node, random), random)) for _ in range(5)]
    assert not lies(form, iter(pairs))


@pytest.mark.parametrize(
    "key",
    [
        lambda n: sorted(str(name) for name in names_in(n)),  # signs and divisions lost
        lambda n: form(Apply("mul", (n, n))),  # the sign of the whole lost
    ],
)
def test_a_form_that_forgets_is_caught(key: Callable[[Node], object]) -> None:
    random = np.random.default_rng(4)
    texts = ["u - v", "u/v*w", "tanh(u - v)*w", "-u*v"]
    pairs = [(node, altered(node, random)) for node in map(parse_formula, texts) for _ in range(60)]
    pairs += [(parse_formula("u*v"), parse_formula("-u*v"))]
    assert lies(key, iter(pairs))
    assert not lies(form, iter(pairs))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a + b*c", "c*b + a", True),
        ("a - (b - c)", "c + a - b", True),
        ("a/b/c", "a/(c*b)", True),
        ("a*(1/b)", "a/b", True),
        ("(-a)*b", "-(b*a)", True),
        ("a*b", "a + b", False),
        ("a - b", "b - a", False),
        ("a/b", "b/a", False),
        ("a*(b + c)", "a*b + a*c", False),  # equal, and written by other work
        ("A @ B", "B @ A", False),
        ("x[t]*y", "x[t-1]*y", False),
        ("a**b", "b**a", False),
    ],
)
def test_forms_by_hand(one: str, other: str, same: bool) -> None:
    assert (form(parse_formula(one)) == form(parse_formula(other))) == same
