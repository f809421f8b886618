"""Text to trees: the grammar, every spelling, and the exact answer to every slip."""

import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rnn_hw.errors import HomeworkError, Span
from rnn_hw.lang.notation import source, source_equation, unicode
from rnn_hw.lang.parse import (
    MAX_DEPTH,
    MAX_LENGTH,
    MAX_OPERATIONS,
    MAX_SHIFT,
    parse_formula,
    parse_program,
    parse_quantity,
)
from rnn_hw.lang.tokens import MAX_DIGITS
from rnn_hw.lang.tree import Apply, Equation, Name, Node, Num, Time

a, b, c = Name("a"), Name("b"), Name("c")


def apply(operation: str, *arguments: Node) -> Apply:
    return Apply(operation, arguments)


# ---- the grammar: text, and the tree that a reader of mathematics expects --------------------------------------------

TREES: list[tuple[str, Node]] = [
    ("a + b - c", apply("sub", apply("add", a, b), c)),
    ("a - (b + c)", apply("sub", a, apply("add", b, c))),
    ("a + b*c", apply("add", a, apply("mul", b, c))),
    ("a/b*c", apply("mul", apply("div", a, b), c)),
    ("a @ b*c", apply("mul", apply("matmul", a, b), c)),
    ("-a**2", apply("neg", apply("pow", a, Num(2)))),
    ("(-a)**2", apply("pow", apply("neg", a), Num(2))),
    ("a**-b", apply("pow", a, apply("neg", b))),
    ("a^b^c", apply("pow", a, apply("pow", b, c))),
    ("a ^ b + c", apply("add", apply("pow", a, b), c)),  # Python's own grammar reads a ^ (b + c)
    ("-a*b", apply("mul", apply("neg", a), b)),
    ("a*-b", apply("mul", a, apply("neg", b))),
    ("--+-a", apply("neg", apply("neg", apply("neg", a)))),
    ("a.T @ b", apply("matmul", apply("transpose", a), b)),
    ("a.T**2", apply("pow", apply("transpose", a), Num(2))),
    ("a²ᵀ", apply("transpose", apply("pow", a, Num(2)))),
    ("h[t-1]", Name("h", Time("t", -1))),
    ("h[T]", Name("h", Time("T", 0))),
    ("h[0] + h[ t + 12 ]", apply("add", Name("h", Time("", 0)), Name("h", Time("t", 12)))),
    ("[a, b; c]", apply("concat", a, b, c)),
    ("[a]", apply("concat", a)),
    ("max(a)", apply("max", a)),
    ("max(a, b)", apply("maximum", a, b)),
    ("min(a, b)", apply("minimum", a, b)),
    ("tanh''(a)", apply("tanh''", a)),
    ("tanh²(a)", apply("pow", apply("tanh", a), Num(2))),
    ("sum[t](a*b)", apply("sum[]", Name("t"), apply("mul", a, b))),
    ("mean[k](a)", apply("mean[]", Name("k"), a)),
    ("partial(a, b)", apply("partial", a, b)),
    ("d(a)/d(b)", apply("total", a, b)),
    ("d*(a)", apply("mul", Name("d"), a)),
    ("d[t]/d[t-1]", apply("div", Name("d", Time("t", 0)), Name("d", Time("t", -1)))),
    ("1.5e-3", Num(0.0015)),
    ("a # and b", a),
    ("(a\n + b)", apply("add", a, b)),
]

SPELLINGS = [
    ("σ(a)", "sigmoid(a)"), ("logistic(a)", "sigmoid(a)"), ("ln(a)", "log(a)"), ("ReLU(a)", "relu(a)"),
    ("a·b", "a*b"), ("a×b", "a*b"), ("a⊙b", "a*b"), ("a∘b", "a*b"), ("a⋅b", "a*b"), ("a÷b", "a/b"), ("a−b", "a - b"),
    ("a – b", "a - b"), ("a^2", "a**2"), ("a²", "a**2"), ("a⁻¹", "a**-1"), ("a⁺¹⁰", "a**10"), ("σ′(a)", "sigmoid'(a)"),
    ("σ’(a)", "sigmoid'(a)"), ("√(a + b)", "sqrt(a + b)"), ("√a", "sqrt(a)"), ("√2·a", "sqrt(2)*a"), ("aᵀ", "a.T"),
    ("a^T", "a.T"), ("a^⊤", "a.T"), ("a^{T}", "a.T"), ("h̄[t]", "h_bar[t]"), ("m̂", "m_hat"), ("x̃", "x_tilde"),
    ("h̄_f", "h_f_bar"), ("x₁", "x1"), ("h[t−1]", "h[t-1]"), ("∑[t](a)", "sum[t](a)"), ("sum_t(a)", "sum[t](a)"),
    ("∂a/∂b", "partial(a, b)"), ("∂(a[t])/∂(b[t])", "partial(a[t], b[t])"), ("d(a)/d(b)", "total(a, b)"),
    (".5", "0.5"), ("5.", "5"), ("+a", "a"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "tree"), TREES)
def test_the_grammar(text: str, tree: Node) -> None:
    assert parse_formula(text) == tree


@pytest.mark.parametrize(("written", "meant"), SPELLINGS)
def test_a_spelling_is_the_formula_that_is_meant(written: str, meant: str) -> None:
    assert parse_formula(written) == parse_formula(meant)


def test_a_power_of_a_name_called_t_is_no_transpose() -> None:
    assert parse_formula("a**T") == apply("pow", a, Name("T"))
    assert parse_formula("a^(T)") == apply("pow", a, Name("T"))
    assert parse_formula("a^T[1]") == apply("pow", a, Name("T", Time("", 1)))


def test_a_program_is_its_equations_in_order() -> None:
    program = parse_program("# a cell\nz[t] = a*x[t]\n\nloss := (h[T]\n  - y)**2  # squared\n")
    assert program.names == ("z", "loss")
    assert program.get("z") == Equation(Name("z", Time("t", 0)), parse_formula("a*x[t]"))
    assert program.get("y") is None
    assert parse_program("").equations == ()


def test_a_quantity() -> None:
    assert parse_quantity("h[1]") == Name("h", Time("", 1))
    assert parse_quantity("W_f") == Name("W_f")


def test_spans_say_where_a_node_stood() -> None:
    tree = parse_formula("a + tanh(b*c)²")
    assert isinstance(tree, Apply)
    assert tree.span == Span(1, 1, 15)
    power = tree.arguments[1]
    assert isinstance(power, Apply)
    assert power.span == Span(1, 5, 15)
    call = power.arguments[0]
    assert isinstance(call, Apply)
    assert call.arguments[0].span == Span(1, 10, 13)
    second = parse_program("a = b\nc = h[t]").equations[1]
    assert (second.target.span, second.formula.span) == (Span(2, 1, 2), Span(2, 5, 9))


# ---- slips -----------------------------------------------------------------------------------------------------------

TIME = "a time is `t`, `t-1`, `t+1`, `T` or a whole number"
NAMES = "give parts of it names of their own"
DEEP = "give parts of the formula names of their own"
ROUND = "write brackets as `(` and `)`, and a time as `h[t-1]`"
POINT = "decimals are written with a point"
DOT = "a number needs a digit beside its point; a product is `*`, a transpose `W.T`"
SQUARE = "a time is written `a[1]`, in square brackets"
ALONE = "give the right side alone, or one equation to a line"
EDGE = "write `∂(a[t])/∂(b[t])`"
ENDS = "write `{0}(h[T], h[t])`: what is differentiated, and by what"

# Text; then code, message, columns on the first line, help.
SLIPS: list[tuple[str, str, str, tuple[int, int], str]] = [
    ("", "empty-formula", "the formula is empty", (1, 2), ""),
    ("  # nothing", "empty-formula", "the formula is empty", (12, 13), ""),
    ("tanh()", "empty-formula", "there is nothing inside the brackets", (5, 6), ""),
    ("2 x", "missing-operator", "an operator is missing before `x`", (3, 4), "write a product as `2*x`"),
    ("2(x + 1)", "missing-operator", "an operator is missing before `(`", (2, 3), "write a product as `2*(...)`"),
    ("(a)(b)", "missing-operator", "an operator is missing before `(`", (4, 5), "write a product as `...*(...)`"),
    ("f[1](x)", "missing-operator", "an operator is missing before `(`", (5, 6), "write a product as `...*(...)`"),
    ("f (x)", "missing-operator", "an operator is missing before `(`", (3, 4), "write a product as `f*(...)`"),
    ("3,5*x", "decimal-comma", "a comma stands inside a number", (2, 3), "decimals are written with a point: `3.5`"),
    ("(0,5)", "unexpected-sign", "a comma stands inside round brackets", (1, 2), POINT),
    ("(a, b)", "unexpected-sign", "a comma stands inside round brackets", (1, 2), "a vector is written in square brackets"),
    ("tanh(0,5)", "wrong-arguments", "`tanh` takes 1 argument, not 2", (5, 6), POINT),
    ("tanh(a, b)", "wrong-arguments", "`tanh` takes 1 argument, not 2", (5, 6), ""),
    ("outer(a)", "wrong-arguments", "`outer` takes 2 arguments, not 1", (6, 7), ""),
    ("max(a, b, c)", "wrong-arguments", "`max` takes 1 argument or 2, not 3", (4, 5), ""),
    ("max'(a, b)", "wrong-arguments", "a prime needs a function of one argument, not of 2", (1, 4), ""),
    ("sum[t](a, b)", "wrong-arguments", "`sum` over time takes one formula", (7, 8), ""),
    ("f(0,5)", "unknown-function", "`f` is no function", (1, 2), "write a product as `f*(...)`"),
    ("sigmod(z)", "unknown-function", "`sigmod` is no function", (1, 7), "did you mean `sigmoid`?"),
    ("softmx'(z)", "unknown-function", "`softmx` is no function", (1, 7), "did you mean `softmax`?"),
    ("W'", "unknown-function", "`W` is no function", (1, 2), "a transpose is written `W.T`"),
    ("sum_1(x)", "unknown-function", "`sum_1` is no function", (1, 6), "did you mean `sum`?"),
    ("tanh x", "missing-bracket", "`tanh` needs its argument in brackets", (1, 5), "write `tanh(...)`"),
    ("(a + b", "missing-bracket", "`(` is never closed", (1, 2), "add `)`"),
    ("[a, b", "missing-bracket", "`[` is never closed", (1, 2), "add `]`"),
    ("h[t-", "missing-bracket", "`[` is never closed", (2, 3), "add `]`"),
    ("a + b)", "missing-bracket", "`)` was never opened", (6, 7), "remove it or open it"),
    ("(a]", "missing-bracket", "`(` is closed by `]`", (3, 4), "close it with `)`"),
    ("[a)", "missing-bracket", "`[` is closed by `)`", (3, 4), "close it with `]`"),
    ("sum[t]", "missing-bracket", "`sum[t]` needs brackets", (7, 8), "add `(`"),
    ("a +", "unfinished-formula", "the formula ends in the middle", (4, 5), "something is missing here"),
    ("a * / b", "unexpected-sign", "`/` cannot stand here", (5, 6), ""),
    ("a == b", "unexpected-sign", "`==` cannot stand inside a formula", (3, 5), ALONE),
    ("a = b", "unexpected-sign", "`=` cannot stand inside a formula", (3, 4), ALONE),
    ("a, b", "unexpected-sign", "`,` cannot stand here", (2, 3), ""),
    ("x²'", "unexpected-sign", "`'` cannot stand here", (3, 4), ""),
    ("h[t*2]", "unexpected-sign", "`*` cannot stand here", (4, 5), ""),
    ("x.", "unexpected-character", "`.` means nothing in a formula", (2, 3), DOT),
    ("x{t}", "unexpected-character", "`{` means nothing in a formula", (2, 3), ROUND),
    ("x}", "unexpected-character", "`}` means nothing in a formula", (2, 3), ROUND),
    (
        "\\sigma(z)", "unexpected-character", "`\\` means nothing in a formula", (1, 2),
        "formulas are plain text here: `sigmoid(z)`, not a LaTeX command",
    ),
    ("a<1>", "unexpected-character", "`<` means nothing in a formula", (2, 3), SQUARE),
    ("50%", "unexpected-character", "`%` means nothing in a formula", (3, 4), "comments start with `#`"),
    ("a & b", "unexpected-character", "`&` means nothing in a formula", (3, 4), ""),
    ("x\x07", "unexpected-character", "`U+0007` means nothing in a formula", (2, 3), ""),
    ("½", "unexpected-character", "`½` means nothing in a formula", (1, 2), "write `1/2`"),
    ("①", "unexpected-character", "`①` means nothing in a formula", (1, 2), ""),
    ("1e999", "number-too-large", "`1e999` is too large for a number", (1, 6), ""),
    ("1" * (MAX_DIGITS + 1), "number-too-long", "a number of 61 characters", (1, 62), ""),
    ("x" + "⁹" * (MAX_DIGITS + 1), "number-too-long", "a number of 61 characters", (2, 63), ""),
    ("x[" + "9" * 5000 + "]", "number-too-long", "a number of 5,000 characters", (3, 5003), ""),
    ("x" * (MAX_DIGITS + 1), "too-long", "a name of 61 characters", (1, 62), ""),
    ("x" * (MAX_LENGTH + 1), "too-long", "the text is 20,001 characters long, more than 20,000", (1, 2), ""),
    (
        "+".join("x" * (MAX_OPERATIONS + 2)), "too-long", f"one formula has more than {MAX_OPERATIONS} operations",
        (2 * MAX_OPERATIONS + 4, 2 * MAX_OPERATIONS + 5), NAMES,
    ),
    ("(" * (MAX_DEPTH + 1) + "x", "too-deep", "brackets are nested more than 40 deep", (41, 42), DEEP),
    ("√" * (MAX_DEPTH + 1) + "x", "too-deep", "brackets are nested more than 40 deep", (41, 42), DEEP),
    ("a**" * (MAX_DEPTH + 1) + "a", "too-deep", "brackets are nested more than 40 deep", (124, 125), DEEP),
    ("sum[1](x)", "bad-time", "`1` is no index", (5, 6), "a sum over time is `sum[t](...)`"),
    ("h[2.5]", "bad-time", "`2.5` is no time", (3, 6), TIME),
    ("h[]", "bad-time", "`]` is no time", (3, 4), TIME),
    ("h[", "missing-bracket", "`[` is never closed", (2, 3), "add `]`"),
    ("h[abc]", "bad-time", "`abc` is no time", (3, 6), TIME),
    (f"h[{MAX_SHIFT + 1}]", "bad-time", "`10000` is no time", (3, 8), TIME),
    ("h[t-x]", "bad-time", "`x` is no number of steps", (5, 6), TIME),
    ("h[t-²]", "bad-time", "`²` is no number of steps", (5, 6), TIME),
    (f"h[t-{MAX_SHIFT + 1}]", "bad-time", "`10000` is no number of steps", (5, 10), TIME),
    (
        "sin⁻¹(x)", "inverse-function", "`sin⁻¹` can be read in two ways", (4, 6),
        "for one divided by it write `1/sin(...)`, for the derivative `sin'(...)`",
    ),
    ("∂c[t]", "bad-derivative", "a derivative needs `/` here", (6, 7), EDGE),
    ("∂c/dc", "bad-derivative", "a derivative needs `∂` below as above", (4, 6), EDGE),
    (
        "∂tanh/∂z", "bad-derivative", "`tanh` is a function, not a quantity", (2, 6),
        "a function's derivative is written `tanh'(...)`",
    ),
    ("partial(a)", "bad-derivative", "`partial` takes two quantities", (1, 8), ENDS.format("partial")),
    ("partial(a + 1, b)", "bad-derivative", "`partial` takes two quantities", (1, 8), ENDS.format("partial")),
    ("total(a)", "bad-derivative", "`total` takes two quantities", (1, 6), ENDS.format("total")),
    ("d(a)/d(2)", "no-name", "a name is expected here", (8, 9), "such as `h[t]` or `W`"),
    ("d(a)/d(b", "missing-bracket", "`(` is never closed", (7, 8), "add `)`"),
]  # fmt: skip


def only_fault(text: str, parse: object = parse_formula) -> tuple[str, str, Span | None, str]:
    assert callable(parse)
    with pytest.raises(HomeworkError) as caught:
        parse(text)
    (fault,) = caught.value.diagnostics
    return fault.code, fault.message, fault.span, fault.help


@pytest.mark.parametrize(("text", "code", "message", "columns", "help"), SLIPS, ids=[s[0][:20] for s in SLIPS])
def test_a_slip_has_its_answer(text: str, code: str, message: str, columns: tuple[int, int], help: str) -> None:
    assert only_fault(text) == (code, message, Span(1, *columns), help)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("h[t-1] = x", ("bad-target", "the left side is `h[t-1]`", Span(1, 1, 7),
                        "shift every time so that the left side is `h[t]`")),
        ("h[1] = x", ("bad-target", "the left side is `h[1]`", Span(1, 1, 5),
                      "give the value at a fixed time under `given:`; an equation defines `h[t]`")),
        ("3 = x", ("no-name", "a name is expected here", Span(1, 1, 2), "such as `h[t]` or `W`")),
        ("h[t] x", ("no-equation", "an equation needs `=` after `h[t]`", Span(1, 6, 7), "write `h[t] = ...`")),
        ("h[t] == x", ("unexpected-sign", "`==` compares", Span(1, 6, 8), "an equation has one `=`")),
        ("h =", ("unfinished-formula", "the formula ends in the middle", Span(1, 4, 5), "something is missing here")),
        ("a = b = c", ("unexpected-sign", "`=` cannot stand inside a formula", Span(1, 7, 8), ALONE)),
        ("a = (b\nc = d", ("missing-bracket", "`(` is never closed", Span(1, 5, 6), "add `)`")),
    ],
)  # fmt: skip
def test_a_slip_in_an_equation(text: str, fault: tuple[str, str, Span, str]) -> None:
    assert only_fault(text, parse_program) == fault


def test_every_equation_with_a_fault_is_reported() -> None:
    deep = "(" * (MAX_DEPTH - 1) + "x" + ")" * (MAX_DEPTH - 1)
    with pytest.raises(HomeworkError) as caught:
        parse_program(f"a = tanh(2 x)\nb = {deep}\nc = 3,5\nd = x")
    assert [(d.code, d.span and d.span.line) for d in caught.value.diagnostics] == [
        ("missing-operator", 1), ("decimal-comma", 3),
    ]  # fmt: skip


def test_a_slip_in_a_key() -> None:
    assert only_fault("h[1] + 2", parse_quantity)[1] == "`+` cannot stand here"
    assert only_fault("h[t", parse_quantity)[1] == "`[` is never closed"


def test_what_is_just_within_the_bounds() -> None:
    assert isinstance(parse_formula("+".join("x" * (MAX_OPERATIONS + 1))), Apply)
    assert parse_formula("(" * MAX_DEPTH + "x" + ")" * MAX_DEPTH) == Name("x")
    assert parse_formula("1" * MAX_DIGITS) == Num(float("1" * MAX_DIGITS))
    assert parse_formula(f"h[t-{MAX_SHIFT}]") == Name("h", Time("t", -MAX_SHIFT))
    assert parse_formula("x" + " " * (MAX_LENGTH - 1)) == Name("x")
    program = parse_program(
        "\n".join(f"a{k} = " + "+".join("x" * (MAX_OPERATIONS - 1)) for k in range(20))
    )  # bounds are per formula
    assert len(program.equations) == 20


# ---- any text at all -------------------------------------------------------------------------------------------------

PIECES = (
    *"abthTWd0123456789.,;:=+-*/^@()[]{}'\"#%&<>\\ \n\tσβ²³⁻¹ᵀ⊤−–·×⊙÷√∑∂′½①ŀé\u0304\u0302\u0000\ud800",
    "tanh", "max", "sum", "sum[t](", "sum_t", "mean[", "h[t-1]", "partial(", "total(", "d(", "d/d", "**", ".T", "^T",
    "1e9", "1e-400", "sqrt", "σ'(", "outer(a, ", "part(", ":=", "==", "9" * 70, "(" * 30, "-" * 90, "concat", "neg",
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PIECES), max_size=25).map("".join))


@settings(max_examples=600, deadline=None)
@given(TEXTS)
@example("√" * 19_000 + "x")
@example("-" * 19_000 + "x")
@example("2**" * 6_000 + "x")
@example("[" * 19_000)
@example("tanh(" * 3_000)
@example("h[t-" + "0" * 5_000 + "]")
@example("ﷺ + 1")
@example("d(" * 500)
def test_no_text_makes_anything_but_a_homework_error(text: str) -> None:
    for parse in (parse_formula, parse_program, parse_quantity):
        try:
            parse(text)
        except HomeworkError as error:
            for fault in error.diagnostics:
                assert fault.message
                assert len(fault.message) + len(fault.help) < 400
                assert fault.span is not None
                assert 1 <= fault.span.line <= text.count("\n") + 1
                assert 1 <= fault.span.column < fault.span.end <= len(text) + 3


@settings(max_examples=600, deadline=None)
@given(TEXTS)
@example("x⁻² + tanh⁻³(y)")
@example("∂a/∂b**2")
@example("xᵀᵀ.T")
@example("sum_t(a)*∑[ª](b)")
def test_what_can_be_read_is_written_so_that_it_reads_the_same(text: str) -> None:
    try:
        tree = parse_formula(text)
    except HomeworkError:
        pass
    else:
        assert unicode(tree)
        assert reread(source(tree)) in (tree, None)
    try:
        equations = parse_program(text).equations
    except HomeworkError:
        return
    for equation in equations:
        if reread(source(equation.formula)):
            assert parse_program(source_equation(equation)).equations == (equation,)


def reread(text: str) -> Node | None:
    """The tree, or None where the text passes a bound: `-----x` has more brackets when it is written for people."""
    try:
        return parse_formula(text)
    except HomeworkError as error:
        if {d.code for d in error.diagnostics} <= {"too-deep", "too-long"}:
            return None
        raise


@given(st.floats(min_value=0, allow_nan=False, allow_infinity=False))
def test_a_number_keeps_its_value(value: float) -> None:
    tree = parse_formula(repr(value))
    assert isinstance(tree, Num)
    assert math.isclose(tree.value, value, rel_tol=0)
