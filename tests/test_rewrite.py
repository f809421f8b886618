"""Trees to trees: simplification keeps values, moving in time keeps meanings, and deep trees do not overflow the stack."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from programs import Case, Naive, case, close

import rnn_hw.lang.simplify as tidying
from rnn_hw.lang.differentiate import differentiate, flows
from rnn_hw.lang.evaluate import Stack, evaluate
from rnn_hw.lang.notation import source
from rnn_hw.lang.parse import MAX_OPERATIONS, parse_formula, parse_program
from rnn_hw.lang.rewrite import (
    WRITTEN_OUT,
    apart,
    at_step,
    exchanged,
    letters_apart,
    mapped,
    moved,
    names_in,
    new_letter,
    over_all_steps,
    rebuilt,
    renamed,
    shifted,
    substitute,
    unrolled,
    walk,
    without_primes,
    written_out,
)
from rnn_hw.lang.schedule import schedule
from rnn_hw.lang.shapes import Shapes, infer, settled
from rnn_hw.lang.simplify import simplify
from rnn_hw.lang.tree import Apply, Equation, Name, Node, Num, Program, Time

# ---- simplification --------------------------------------------------------------------------------------------------

NUMBERS = st.sampled_from([0.0, 1.0, 2.0, -1.0, 0.5, 3.0, 4.0, 0.1, -0.0]).map(Num)


def trees(names: str) -> st.SearchStrategy[Node]:
    leaf = NUMBERS | st.sampled_from(names).map(Name)

    def over(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        two = st.tuples(st.sampled_from(["add", "sub", "mul", "div", "mul", "add"]), inner, inner)
        one = st.tuples(st.sampled_from(["neg", "neg", "tanh", "transpose", "sum", "mean", "size", "ones"]), inner)
        power = st.tuples(inner, st.sampled_from([0, 1, 2])).map(lambda p: Apply("pow", (p[0], Num(p[1]))))
        return st.one_of(two.map(lambda p: Apply(p[0], p[1:])), one.map(lambda p: Apply(p[0], p[1:])), power)

    return st.recursive(leaf, over, max_leaves=14)


SHAPES: dict[str, Shapes] = {"numbers": dict.fromkeys("abc", ()), "matrices": {"a": (2, 2), "b": (), "c": (2, 2)}}
SHAPES["vectors"] = {"a": (3,), "b": (3,), "c": ()}
VALUES = {
    kind: {n: np.random.default_rng(8 + ord(n)).uniform(0.5, 2, shape) for n, shape in shapes.items()}
    for kind, shapes in SHAPES.items()
}


def changes(node: Node, kind: str, simpler: Callable[[Node], Node] = simplify) -> bool:
    """Whether the value is another one after simplification, where there is a finite one before."""
    values = []
    for tree in (node, simpler(node)):
        known = {**SHAPES[kind], "y": _shape(node, kind)}
        with np.errstate(all="ignore"):
            program = Program((Equation(Name("y"), tree),))
            value: Any = evaluate(program, VALUES[kind], known, 1).values["y"]
        values.append(
            np.broadcast_to(value, known["y"]) if np.size(value) == 1 else np.ravel(value).reshape(known["y"])
        )
    finite = np.isfinite(values[0])
    return not close(np.where(finite, values[1], 0), np.where(finite, values[0], 0), 1e-9)


def _shape(node: Node, kind: str) -> tuple[int, ...]:
    return infer(Program((Equation(Name("y"), node),)), SHAPES[kind])["y"]


def fits(node: Node, kind: str) -> bool:
    from rnn_hw.errors import HomeworkError

    try:
        _shape(node, kind)
    except HomeworkError:
        return False
    return True


def finite_inside(node: Node, kind: str) -> bool:
    """Whether no part divides by zero: `0*(1/0)` has no value that anything could keep."""
    parts = [n for n in walk(node) if isinstance(n, Apply) and n.operation == "div"]
    for part in parts:
        known = {**SHAPES[kind], "y": _shape(part, kind)}
        result = evaluate(Program((Equation(Name("y"), part),)), VALUES[kind], known, 1)
        value = np.asarray(result.values["y"])
        if not (np.isfinite(value).all() and (np.abs(value) < 1e6).all()):
            return False
    return True


@pytest.mark.parametrize("kind", SHAPES)
def test_simplification_keeps_the_value(kind: str) -> None:
    @settings(max_examples=400, deadline=None)
    @given(trees("abc"))
    @example(parse_formula("sum(0*a + 1)"))
    @example(parse_formula("sum(a - a + c)*mean(a**0 + b - b)"))
    @example(parse_formula("size(a*0) + sum(ones(a)*2)"))
    @example(parse_formula("2*(c/4) + 4*(c/2) + 3*(c/2)"))
    def check(node: Node) -> None:
        if fits(node, kind) and finite_inside(node, kind):
            assert not changes(node, kind)

    check()


@settings(max_examples=400, deadline=None)
@given(trees("abc"))
@example(parse_formula("2*(a/0)"))
@example(parse_formula("1e308 + 1e308"))
@example(parse_formula("(1/0)*a"))
@example(parse_formula("0/0 - 0/0"))
@example(parse_formula("(a/2)/0"))
def test_what_is_simple_stays_the_same_object(node: Node) -> None:
    simple = simplify(node)
    assert simplify(simple) is simple


def test_a_wrong_rule_of_simplification_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tidying._TIDY, "sub", lambda node, a, b: Apply("sub", (b, a)) if a == Name("a") else node)
    assert changes(parse_formula("a - b"), "numbers")


SIMPLE = [
    ("a + 0", "a"),
    ("0 + a", "a"),
    ("a*1", "a"),
    ("1*a", "a"),
    ("0*a", "0"),
    ("a - 0", "a"),
    ("0 - a", "-a"),
    ("a - a", "0"),
    ("--a", "a"),
    ("-(a - b)", "b - a"),
    ("a + -b", "a - b"),
    ("a - -b", "a + b"),
    ("a**1", "a"),
    ("a**0", "1"),
    ("a/1", "a"),
    ("a*2", "2*a"),
    ("2*(3*a)", "6*a"),
    ("a*(b*c)", "a*b*c"),
    ("a*-b", "-(a*b)"),
    ("(-a)/b", "-(a/b)"),
    ("2*(a/4)", "a/2"),
    ("4*(a/2)", "2*a"),
    ("(a/2)/3", "a/6"),
    ("a*(1/b)", "a/b"),
    ("(1/b)*a", "a/b"),
    ("1 + 2", "3"),
    ("a.T.T", "a"),
    ("(2).T", "2"),
    ("1/3", "1/3"),
    ("0.1*3", "0.1*3"),
    ("a + b", "a + b"),
    ("a/0", "a/0"),
    ("sum(a*0)", "sum(a*0)"),
    ("tanh(0*a)", "tanh(0)"),
]


@pytest.mark.parametrize(("text", "expected"), SIMPLE)
def test_simplification_by_example(text: str, expected: str) -> None:
    assert simplify(parse_formula(text)) == simplify(parse_formula(expected))
    assert source(simplify(parse_formula(text))) == source(parse_formula(expected))


# ---- time ------------------------------------------------------------------------------------------------------------

MOVES: list[tuple[Callable[[Node], Node], str, str]] = [
    (lambda n: at_step(n, 3, 5), "h[t-1] + x[t+1]*h[T] + h[T-1]*h[0]", "h[2] + x[4]*h[5] + h[4]*h[0]"),
    (lambda n: at_step(n, 3, 5), "sum[t](h[t]*x[T])*h[t]", "sum[t](h[t]*x[5])*h[3]"),
    (lambda n: at_step(n, 3, 5), "sum[s](h[s-1]*x[t])", "sum[s](h[s-1]*x[3])"),
    (lambda n: at_step(n, 3, 5, "s"), "h[s]*h[t]", "h[3]*h[t]"),
    (lambda n: at_step(n, 3, 5), "a*T", "a*T"),
    (lambda n: shifted(n, 1), "h[t-1] + h[T]*h[2] + t*x[s]", "h[t] + h[T]*h[2] + (t + 1)*x[s]"),
    (lambda n: shifted(n, -2), "t*x[t]", "(t - 2)*x[t-2]"),
    (
        lambda n: shifted(n, 1),
        "x[t] + sum[t](t*x[t]) + sum[s](x[s]*t)",
        "x[t+1] + sum[t](t*x[t]) + sum[s](x[s]*(t + 1))",
    ),
    (lambda n: exchanged(n, "t", "s"), "x[t-1] + sum[s](y[s]*x[t])*h[T]", "x[s-1] + sum[t](y[t]*x[s])*h[T]"),
    (
        lambda n: moved(n, lambda i: Time("k", i.shift) if i.base == "t" else i),
        "x[t-1]*sum[t](x[t])",
        "x[k-1]*sum[t](x[t])",
    ),
    (lambda n: apart(n, frozenset("t")), "x[t]*sum[t](x[t])", "x[t]*sum[s](x[s])"),
    (apart, "sum[t](x[t]*sum[t](y[t]))", "sum[t](x[t]*sum[s](y[s]))"),
    (lambda n: apart(n, frozenset("t")), "sum[t](x[t]*sum[s](y[s]*x[t]))", "sum[k](x[k]*sum[s](y[s]*x[k]))"),
    (lambda n: written_out(n, 3), "sum[t](x[t-1])*2", "(x[0] + x[1] + x[2])*2"),
    (lambda n: written_out(n, 3), "mean[s](x[s])", "(x[1] + x[2] + x[3])/3"),
    (lambda n: written_out(n, 1), "mean[s](x[s])", "x[1]"),
    (lambda n: written_out(n, 2), "sum[s](sum[t](x[s]*y[t]))", "x[1]*y[1] + x[1]*y[2] + (x[2]*y[1] + x[2]*y[2])"),
    (lambda n: written_out(n, WRITTEN_OUT + 1), "sum[t](x[t])", "sum[t](x[t])"),
    (lambda n: written_out(n, 0), "sum[t](x[t])", "sum[t](x[t])"),
    (lambda n: written_out(n, 3), "max[t](x[t])", "max[t](x[t])"),
    (lambda n: over_all_steps(n, "hy".__contains__), "mean((h - y)**2)", "mean[t](mean((h[t] - y[t])**2))"),
    (lambda n: over_all_steps(n, "hy".__contains__), "sum(h)*w + max(y[T])", "sum[t](sum(h[t]))*w + max(y[T])"),
    (lambda n: over_all_steps(n, "hy".__contains__), "norm(h - w)", "sqrt(sum[t](sum((h[t] - w)**2)))"),
    (lambda n: over_all_steps(n, "hy".__contains__), "sum(w)", "sum(w)"),
    (lambda n: renamed(n, lambda x: {"a": "b"}.get(x, x)), "a[t-1] + c*a", "b[t-1] + c*b"),
    (without_primes, "sigmoid'(z)", "sigmoid(z)*(1 - sigmoid(z))"),
    (without_primes, "tanh'(z)*a", "(1 - tanh(z)**2)*a"),
]


@pytest.mark.parametrize(("change", "text", "expected"), MOVES)
def test_moving_in_time(change: Callable[[Node], Node], text: str, expected: str) -> None:
    assert change(parse_formula(text)) == parse_formula(expected)


UNCHANGED: list[Callable[[Node], Node]] = [
    lambda n: at_step(n, 2, 4, "k"),
    lambda n: shifted(n, 0),
    apart,
    lambda n: substitute(n, lambda m: m),
    lambda n: renamed(n, lambda m: m),
    lambda n: moved(n, lambda i: i),
    lambda n: written_out(n, 40),
    without_primes,
    simplify,
    lambda n: over_all_steps(n, lambda name: False),
    lambda n: rebuilt(n, lambda a: a),
]


@pytest.mark.parametrize("change", UNCHANGED)
def test_a_pass_that_changes_nothing_returns_the_same_object(change: Callable[[Node], Node]) -> None:
    node = parse_formula("sum[s](W @ x[s-1]*h[t] + max[t](t*x[t])) + tanh(a)**2/T")
    assert change(node) is node


def test_programs_that_nothing_changes_are_the_same_object() -> None:
    program = parse_program("h[t] = tanh(h[t-1])\nloss = sum[t](h[t])")
    assert mapped(program, lambda n: n) is program
    assert mapped(program, lambda n: Apply("neg", (n,))).names == ("h", "loss")
    assert letters_apart(program.equations[1]) is program.equations[1]


def test_unrolling_names_the_step() -> None:
    program = parse_program("m[t] = b**t*m[t-1] + sum[s](t*x[s]) + T\nloss = sum[t](m[t])")
    step = unrolled(program.equations[0], 2, 3)
    assert str(step.target) == "m[2]"
    assert source(step.formula) == "b**t[2]*m[1] + (t[2]*x[1] + t[2]*x[2] + t[2]*x[3]) + T"
    assert source(unrolled(program.equations[1], 0, 2).formula) == "m[1] + m[2]"


def naive_total(case_: Case) -> object:
    return Naive(case_).key("loss", None)


@pytest.mark.parametrize(
    "text", ["sum[t](t*x[t-1]*sum[t](x[t]))", "sum[s](mean[k](x[s]*x[k]*x[T]))", "mean[t](max[s](x[s]*x[t])*t)"]
)
def test_writing_out_and_renaming_keep_the_value(text: str) -> None:
    found = case("loss = " + text, {"x": ()}, first=0, steps=3)
    expected = naive_total(found)
    for change in (lambda n: written_out(n, 3), lambda n: apart(n, frozenset("ts")), lambda n: exchanged(n, "t", "s")):
        assert close(naive_total(found._replace(program=mapped(found.program, change))), expected)


def test_new_letters_are_new_however_many_there_are() -> None:
    node = parse_formula("sum[s](x[s]*x[k]*t)")
    assert new_letter(node) not in {"s", "k", "t"}
    assert new_letter(node, "jlmnpqruvw") == "s0"


# ---- as deep as the parser lets trees be -----------------------------------------------------------------------------

MANY = MAX_OPERATIONS
DEEP = {
    "sum": " + ".join(["x[t]"] * MANY),
    "product": "*".join(["x[t]"] * (MANY + 1)),
    "difference": " - ".join(["x[t]"] * MANY),
    "signs": "-" * (MANY - 1) + "x[t]",
    "brackets": "tanh(" * 39 + "x[t]" + ")" * 39,
    "powers": "x[t]" + "**2" * 30,
    "products": " @ ".join(["W"] * (MANY - 1) + ["x[t]"]),
}


@pytest.mark.parametrize("name", DEEP)
def test_deep_trees_do_not_overflow_the_stack(name: str) -> None:
    program = parse_program(f"y[t] = {DEEP[name]}\nloss = sum[t](sum(y[t]))")
    shapes = infer(program, {"x": (2,), "W": (2, 2)} if "W" in DEEP[name] else {"x": (2,)})
    node = program.equations[0].formula
    for change in (*UNCHANGED, lambda n: exchanged(n, "t", "s"), lambda n: settled(n, shapes)):
        change(node)
    assert list(names_in(node))
    schedule(program)
    list(flows(program.equations[0], Name("y_bar", Time("t", 0)), shapes))


@pytest.mark.parametrize("name", DEEP)
def test_gradients_of_deep_trees_do_not_overflow_the_stack(name: str) -> None:
    shapes: Shapes = {"x": (2,), "W": (2, 2)} if "W" in DEEP[name] else {"x": (2,)}
    program = parse_program(f"y[t] = {DEEP[name]}\nloss = sum[t](sum(y[t]))")
    shapes = infer(program, shapes)
    adjoints = differentiate(program, "loss", shapes)
    assert "x_bar" in adjoints.names
    whole = Program(program.equations + adjoints.equations)
    given_: Any = {n: np.full(s, 0.3) for n, s in shapes.items() if n == "W"} | {"x": Stack(np.full((2, 2), 0.9), 1)}
    evaluate(whole, given_, {**shapes, **{n: shapes[n.removesuffix("_bar")] for n in adjoints.names}}, 2)
