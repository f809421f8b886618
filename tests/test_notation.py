"""Trees to text: whatever is written reads back, is well-formed, and stands in brackets where it must."""

import math
import re
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from rnn_hw.lang import brackets, figures, notation
from rnn_hw.lang.letters import GREEK as GREEK_LETTERS
from rnn_hw.lang.letters import name_text
from rnn_hw.lang.mathml import mathml, mathml_equation
from rnn_hw.lang.notation import latex, latex_equation, source, source_equation, unicode, unicode_equation
from rnn_hw.lang.operations import LOOSE, OPERATIONS, OVER_TIME, Operation
from rnn_hw.lang.parse import MAX_OPERATIONS, parse_formula, parse_program
from rnn_hw.lang.tree import Apply, Name, Node, Num, Time

# ---- trees that the parser can produce -------------------------------------------------------------------------------

WORDS = [
    "W",
    "U_f",
    "h",
    "x",
    "c",
    "T",
    "d",
    "e",
    "h_bar",
    "w_ix_bar",
    "m_hat",
    "x_tilde_bar",
    "loss",
    "b1",
    "é",
    "a__b",
]
GREEK = ["beta1", "theta", "epsilon_bar", "beta1_hat", "W_theta"]  # shown as letters, so they do not read back
TIMES = [None, Time("t", 0), Time("t", -1), Time("t", 1), Time("", 0), Time("", 12), Time("T", 0), Time("k", 3)]
ONE = [n for n, row in OPERATIONS.items() if row.source.startswith(n + "(") and row.arity == 1]
TWO = ["outer", "equal", "maximum", "minimum"]
INFIX = ["add", "sub", "mul", "div", "matmul", "pow"]
NOT_READ = {"equal", "abs", "norm", "step_ge", "outer", "total", "part"}  # Unicode writes these as no formula is typed


def names(words: list[str]) -> st.SearchStrategy[Name]:
    return st.builds(Name, st.sampled_from(words), st.sampled_from(TIMES))


def trees(words: list[str] = WORDS, without: frozenset[str] = frozenset()) -> st.SearchStrategy[Node]:
    number = st.builds(Num, st.integers(0, 12) | st.sampled_from([0.5, 1e-8, 2.5e20, 1e300]) | st.floats(0, 1e6))

    def build(operation: str, *arguments: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        return st.tuples(*arguments).map(lambda a: Apply(operation, a))

    def over(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        kinds = [
            *(build(o, inner, inner) for o in [*INFIX, "pow"]),
            build("neg", inner), build("neg", inner), build("transpose", inner),
            st.tuples(st.sampled_from(ONE), st.sampled_from(["", "", "'", "''"]), inner).map(
                lambda t: Apply(t[0] + t[1], (t[2],))
            ),
            *(build(o, inner, inner) for o in TWO),
            build("part", inner, inner, inner),
            st.lists(inner, min_size=1, max_size=3).map(lambda a: Apply("concat", a)),
            *(build(o, st.sampled_from([Name("t"), Name("k")]), inner) for o in OVER_TIME),
            *(build(o, names(words), names(words)) for o in ("partial", "total")),
        ]  # fmt: skip
        return st.one_of(kinds)

    return st.recursive(st.one_of(names(words), number), over, max_leaves=12).filter(
        lambda tree: without.isdisjoint(n.operation.rstrip("'") for n in walk(tree) if isinstance(n, Apply))
    )


def walk(node: Node) -> Iterator[Node]:
    yield node
    for argument in node.arguments if isinstance(node, Apply) else ():
        yield from walk(argument)


def rebuilt(node: Node, change: Callable[[Node], Node]) -> Node:
    if isinstance(node, Apply):
        node = Apply(node.operation, [rebuilt(a, change) for a in node.arguments])
    return change(node)


def one_product(node: Node) -> Node:
    """`·` stands for both products, so that is what reads back."""
    return Apply("mul", node.arguments) if isinstance(node, Apply) and node.operation == "matmul" else node


def signed(node: Node) -> Node:
    return Apply("neg", (Num(-node.value),)) if isinstance(node, Num) and node.value < 0 else node


# ---- what is written reads back --------------------------------------------------------------------------------------


@settings(max_examples=500, deadline=None)
@given(trees(WORDS + GREEK))
def test_source_reads_back(tree: Node) -> None:
    assert parse_formula(source(tree)) == tree


@settings(max_examples=500, deadline=None)
@given(trees(without=frozenset(NOT_READ)))
@example(parse_formula("x**T"))
@example(parse_formula("2**2**2"))
@example(parse_formula("(x**2)**3**h - -(-x)**-1"))
def test_unicode_reads_back(tree: Node) -> None:
    assert parse_formula(unicode(tree)) == rebuilt(tree, one_product)


@settings(max_examples=300, deadline=None)
@given(
    trees(without=frozenset(NOT_READ | {"partial", *OVER_TIME})),
    st.lists(st.sampled_from([-2.0, -0.3, 0.0, 1.0, 2.0, 1.5e-7, -3e-9, 123.25]), min_size=4, max_size=4),
)
def test_numbers_put_in_stand_where_the_names_stood(tree: Node, values: list[float]) -> None:
    lookup = {name: values[k % 4] for k, name in enumerate(n for n in walk(tree) if isinstance(n, Name))}
    shown = unicode(tree, lambda name: figures.full(lookup[name], minus="−"))
    put_in = rebuilt(tree, lambda n: Num(lookup[n]) if isinstance(n, Name) else n)
    assert parse_formula(shown) == rebuilt(rebuilt(put_in, signed), one_product)
    assert latex_faults(latex(tree, lambda name: figures.full(lookup[name]))) == []


@given(trees())
def test_negative_numbers_of_a_rewritten_tree_read_back_with_their_sign(tree: Node) -> None:
    turned = rebuilt(tree, lambda n: Num(-n.value) if isinstance(n, Num) else n)
    assert parse_formula(source(turned)) == rebuilt(turned, signed)


BINDING = ["(a + b) + c", "a + (b + c)", "a*(b + c)", "(a + b)*c", "a/(b*c)", "a*(b*c)", "a - (b - c)", "(a + b)**2",
           "2**(a + b)", "(a**2)**3", "-(a + b)", "(a*b).T", "(a + b) @ c", "a @ (b + c)", "(-a).T"]  # fmt: skip


@pytest.mark.parametrize("name", ["add", "sub", "mul", "div", "pow", "neg", "transpose", "matmul"])
def test_a_wrong_level_in_a_row_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def misread() -> list[str]:
        written = [(e, source(e)) for e in map(parse_formula, BINDING)]
        return [text for e, text in written if parse_formula(text) != e]

    assert misread() == []
    row = OPERATIONS[name]
    monkeypatch.setattr(brackets, "OPERATIONS", {**OPERATIONS, name: row._replace(needs=(LOOSE,) * row.arity)})
    notation._source_form.cache_clear()
    try:
        assert misread() != []
    finally:
        notation._source_form.cache_clear()


# ---- every row, in every notation ------------------------------------------------------------------------------------

ONE_GROUP = {"bar", "hat", "tilde", "overline", "widehat", "widetilde", "mathrm", "operatorname", "text", "sqrt"}
SIGNS = {
    "left", "right", "cdot", "exp", "ln", "sin", "cos", "tanh", "sigma", "max", "min", "sum", "partial", "top", "ge",
    "lVert", "rVert", "infty", "ldots", "_", "{", "}", ",", "\\", "&", "%", "#", "$", "textbackslash", "textasciicircum",
    "textasciitilde", *GREEK_LETTERS,
}  # fmt: skip


def latex_faults(text: str) -> list[str]:
    """What is wrong with a piece of LaTeX mathematics, by a small reader of its own: groups, fences, raised parts."""
    faults: list[str] = []
    tokens = re.findall(r"\\[A-Za-z]+|\\.|.", text, re.DOTALL)
    position, fences = 0, 0

    def argument(of: str) -> None:
        nonlocal position
        if position < len(tokens) and tokens[position] == "{":
            position += 1
            if position < len(tokens) and tokens[position] == "}":
                faults.append(f"nothing in the group behind {of}")
            group("}")
        else:
            faults.append(f"no group behind {of}")

    def group(end: str) -> None:
        nonlocal position, fences
        raised: set[str] = set()
        anything = False
        while position < len(tokens):
            token = tokens[position]
            position += 1
            if token == end:
                return
            if token in ("^", "_"):
                if not anything or token in raised:
                    faults.append(f"{token} on nothing or twice")
                raised.add(token)
                argument(token)
                continue
            if token == " ":
                continue
            anything = token not in ("+", "-") and token != r"\cdot"
            raised = raised if token == "'" else set()
            if token == "{":
                group("}")
            elif token == "}":
                faults.append("} without {")
            elif token in (r"\text", r"\mathrm", r"\operatorname"):
                argument(token)
            elif token == r"\frac":
                argument(token)
                argument(token)
            elif token in (r"\begin", r"\end"):
                argument(token)
            elif token in (r"\left", r"\right"):
                fences += 1 if token == r"\left" else -1
                if fences < 0 or position >= len(tokens):
                    faults.append(r"\right without \left")
                elif tokens[position] not in ("(", ")", "[", "]", "|", r"\lVert", r"\rVert"):
                    faults.append(f"{token} before {tokens[position]}")
                position += 1
            elif token.startswith("\\") and token[1:] in ONE_GROUP:
                argument(token)
            elif token.startswith("\\") and token[1:] not in SIGNS:
                faults.append(f"unknown {token}")
            elif token in ("#", "$", "%", "~", "\ufffd"):
                faults.append(f"bare {token}")
            elif token == "&" and r"\begin" not in text:
                faults.append("& outside an array")
        if end:
            faults.append(f"{end} is missing")

    group("")
    if fences:
        faults.append(r"\left without \right")
    if not text:
        faults.append("nothing")
    return faults


def xml_faults(text: str) -> list[str]:
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        return [str(error)]
    faults = []
    for element in root.iter():
        tag = element.tag.partition("}")[2]
        wanted = {"mfrac": 2, "msup": 2, "msub": 2, "mover": 2, "munder": 2, "msubsup": 3}.get(tag)
        if wanted not in (None, len(element)):
            faults.append(f"{tag} with {len(element)} children")
        if tag in ("mi", "mn", "mo", "mtext") and not (element.text or "").strip():
            faults.append(f"empty {tag}")
    return faults


def written_row(row: Operation, style: str) -> str:
    """A row with its own arguments, through the bracket rule."""
    template = getattr(row, style)
    return str(template).format(**dict(zip("abc", ["p", "q", "r"], strict=False)))


def row_faults(row: Operation) -> list[str]:
    """What is wrong with the glyphs of one row of OPERATIONS."""
    faults = []
    holes = ["{a}"] if row.arity < 0 else ["{a}", "{b}", "{c}"][: row.arity]
    for style in ("source", "unicode", "latex"):
        template = getattr(row, style)
        if any(template.count(hole) != 1 for hole in holes):
            faults.append(f"{style}: a hole is missing or twice")
            continue
        text = written_row(row, style)
        for opening, closing in ("()", "[]", "{}", "₍₎"):
            if text.count(opening) != text.count(closing):
                faults.append(f"{style}: {opening} and {closing}")
        if text.count("|") % 2 or text.count("‖") % 2:
            faults.append(f"{style}: an odd |")
    faults += [f"latex: {fault}" for fault in latex_faults(written_row(row, "latex"))]
    if not row.source.isascii():
        faults.append("source: not ASCII")
    return faults


def example_of(name: str) -> Node:
    row = OPERATIONS[name]
    return Apply(name, [Apply("add", (Name("p"), Name(q))) for q in "abc"[: max(row.arity, 1)]])


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_row_is_written_well(name: str) -> None:
    assert row_faults(OPERATIONS[name]) == []
    tree = example_of(name)
    if name != "concat" and OPERATIONS[name].arity == 1:
        trees = [tree, Apply("pow", (tree, Num(2))), Apply("transpose", (tree,)), Apply("neg", (tree,))]
    else:
        trees = [tree]
    for shown in trees:
        assert latex_faults(latex(shown)) == []
        assert xml_faults(mathml(shown)) == []
        assert "{" not in unicode(shown)
    assert parse_formula(source(tree)) == tree


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("tanh", {"latex": r"\tanh\left({a}"}),
        ("tanh", {"latex": r"\tanh({a}\right)"}),
        ("tanh", {"latex": r"\tahn\left({a}\right)"}),
        ("tanh", {"latex": ""}),
        ("tanh", {"unicode": ""}),
        ("tanh", {"unicode": "tanh({a}"}),
        ("tanh", {"source": "tanh(x)"}),
        ("sigmoid", {"source": "σ({a})"}),
        ("abs", {"unicode": "|{a}"}),
        ("div", {"latex": r"\frac{{{a}}}{b}"}),
        ("div", {"latex": r"\frac{{{a}}}"}),
        ("pow", {"latex": r"^{{{a}}}{b}"}),
        ("pow", {"latex": r"{a}^{b}"}),
        ("transpose", {"latex": r"{a}^{{\top}}^{{\top}}"}),
        ("hard_sigmoid", {"latex": r"\operatorname{{hard_}}\left({a}\right)"}),
        ("mul", {"source": "{a}*{a}"}),
    ],
)
def test_a_planted_fault_in_a_row_is_noticed(name: str, change: dict[str, str]) -> None:
    assert row_faults(OPERATIONS[name]._replace(**change)) != []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["<math><mi>x</math>", "<math><mi></mi></math>", "<m:msup xmlns:m='m'><m:mi>x</m:mi></m:msup>"]
)
def test_a_planted_fault_in_mathml_is_noticed(text: str) -> None:
    assert xml_faults(text.replace("<math", "<math xmlns='m'")) != []


@settings(max_examples=300, deadline=None)
@given(trees(WORDS + GREEK))
def test_every_tree_is_well_formed_everywhere(tree: Node) -> None:
    assert latex_faults(latex(tree)) == []
    assert xml_faults(mathml(tree)) == []
    assert latex_faults(latex(tree, single=True, names={"W": "50% of {x}", "h": "α_1", "c": "V_corr"})) == []


@settings(deadline=None)
@given(st.text(min_size=1, max_size=12))
def test_a_name_of_the_sheet_is_only_ever_text(name: str) -> None:
    own = {"W": name}
    tree = parse_formula("W[t]**2")
    assert name in unicode(tree, names=own)
    assert xml_faults(mathml(tree, own)) in ([], ["empty mtext"])
    assert latex_faults(latex(tree, names=own)) == []


def test_the_longest_formulas_are_written() -> None:
    for text in (
        "-" * MAX_OPERATIONS + "x",
        "+".join("x" * (MAX_OPERATIONS + 1)),
        "x" + "ᵀ" * MAX_OPERATIONS,
        "(" * 39 + "x" + "**2)" * 39,
    ):
        tree = parse_formula(text)
        assert text[0] == "-" or parse_formula(source(tree)) == tree
        assert unicode(tree)
        assert latex(tree)
        assert mathml(tree)


# ---- what a textbook shows -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown", "typeset"),
    [
        ("W_f @ x[t] + b_f", "W_f·x[t] + b_f", r"W_{f}\,x^{(t)} + b_{f}"),
        ("i_bar[t]*i[t]*(1 - i[t])", "i\u0304[t]·i[t]·(1 − i[t])",
         r"\bar{i}^{(t)} \cdot i^{(t)} \cdot \left(1 - i^{(t)}\right)"),
        ("tanh(c)**2 + x**-1", "tanh(c)² + x⁻¹", r"\tanh\left(c\right)^{2} + x^{-1}"),
        ("sigmoid'(z)", "σ′(z)", r"\sigma'\left(z\right)"),
        ("abs'(z) + sqrt'(z)", "abs′(z) + sqrt′(z)",
         r"\operatorname{abs}'\left(z\right) + \operatorname{sqrt}'\left(z\right)"),
        ("m_hat/(sqrt(v_hat) + epsilon)", "m̂/(√(v̂) + ε)", r"\frac{\hat{m}}{\sqrt{\hat{v}} + \epsilon}"),
        ("1 - beta1**t", "1 − β₁^t", r"1 - \beta_{1}^{t}"),
        ("h[t]**2", "h[t]²", r"\left(h^{(t)}\right)^{2}"),
        ("W.T.T", "Wᵀᵀ", r"\left(W^{\top}\right)^{\top}"),
        ("partial(c[t+1], c[t])", "∂c[t+1]/∂c[t]", r"\frac{\partial c^{(t+1)}}{\partial c^{(t)}}"),
        ("total(h[T], h[t])*a", "dh[T]/dh[t]·a", r"\frac{\mathrm{d}h^{(T)}}{\mathrm{d}h^{(t)}} \cdot a"),
        ("a/partial(b, c)", "a/(∂b/∂c)", r"\frac{a}{\frac{\partial b}{\partial c}}"),
        ("sum[t](a[t])", "∑[t](a[t])", r"\sum_{t}\left(a^{(t)}\right)"),
        ("mean[t](a[t])", "mean[t](a[t])", r"\operatorname{mean}_{t}\left(a^{(t)}\right)"),
        ("[h[t-1], -x]", "[h[t−1], −x]", r"\left[h^{(t-1)}, -x\right]"),
        ("outer(z_bar[t], x[t])", "z̄[t]·x[t]ᵀ", r"\bar{z}^{(t)}\,\left(x^{(t)}\right)^{\top}"),
        ("a @ b*c", "(a·b)·c", r"\left(a\,b\right) \cdot c"),
        ("-a*b + -c*d", "−a·b + (−c·d)", r"-a \cdot b + \left(-c \cdot d\right)"),
        ("x**T + x**y**2", "x^(T) + x^(y²)", r"x^{T} + x^{y^{2}}"),
        ("1e-8*x**1e-8", "1e-8·x^(1e-8)", r"1 \cdot 10^{-8} \cdot x^{1 \cdot 10^{-8}}"),
        ("mse + w_ix_bar + loss_bar + W_corr", "mse + w̄_ix + loss_bar + W_corr",
         r"\mathrm{mse} + \bar{w}_{ix} + \overline{\mathrm{loss}} + W_{\mathrm{corr}}"),
    ],
)  # fmt: skip
def test_a_formula_as_a_textbook_shows_it(text: str, shown: str, typeset: str) -> None:
    tree = parse_formula(text)
    assert unicode(tree) == shown
    assert latex(tree) == typeset
    assert latex_faults(typeset) == []


@pytest.mark.parametrize(
    ("text", "values", "shown"),
    [
        ("w*x + u*h", ["0.5", "1", "−0.3", "0.2"], "0.5·1 + (−0.3)·0.2"),
        ("w*x + u", ["−0.3", "0.2", "1"], "(−0.3)·0.2 + 1"),
        ("w + x", ["−0.3", "1"], "−0.3 + 1"),
        ("w + x - u", ["1", "−0.5", "−2"], "1 + (−0.5) − (−2)"),
        ("-w", ["−2"], "−(−2)"),
        ("tanh(w) + [x, u]", ["−2", "−1", "0"], "tanh(−2) + [−1, 0]"),
        ("w**2 + x**2", ["−2", "1.5e-7"], "(−2)² + (1.5e-7)²"),
        ("w**x - w**u", ["0.9", "2", "−1"], "0.9² − 0.9⁻¹"),
        ("w/x", ["1", "−4"], "1/(−4)"),
        ("w @ x + u", ["[1, 2; 3, 4]", "[1, −1]", "−0.5"], "[1, 2; 3, 4]·[1, −1] + (−0.5)"),
        ("w.T @ x", ["[1, 2]", "−1"], "[1, 2]ᵀ·(−1)"),
        ("w*x", ["1 + 2", "∞"], "(1 + 2)·∞"),
        ("partial(w, x)*u", ["3"], "∂w/∂x·3"),
    ],
)
def test_numbers_put_in(text: str, values: list[str], shown: str) -> None:
    tree = parse_formula(text)
    found = dict(zip(dict.fromkeys(n.name for n in walk(tree) if isinstance(n, Name)), values, strict=False))
    if text.startswith("partial"):
        found = {"w": "1", "x": "2", "u": "3"}
    assert unicode(tree, lambda name: found[name.name]) == shown


def test_arrays_put_into_latex() -> None:
    values = {"W": "[1, 2; 3, −4]", "x": "[1, …, 1.5e-7]", "y": "nan", "z": "−∞", "v": "a_b"}
    shown = latex(parse_formula("W @ x + y*z + v"), lambda name: values[name.name])
    assert shown == (
        r"\begin{bmatrix} 1 & 2 \\ 3 & -4 \end{bmatrix} \cdot \left[1, \ldots, 1.5 \cdot 10^{-7}\right]"
        r" + \mathrm{nan} \cdot \left(-\infty\right) + \left(\text{a\_b}\right)"
    )
    assert latex(parse_formula("W @ x"), lambda name: None) == r"W \cdot x"


def test_a_sheet_with_one_step_and_letters_of_its_own() -> None:
    (equation,) = parse_program("m[t] = beta1*m[t-1] + m[0] + m[1]").equations
    own = {"m": "V", "beta1": "β_1"}
    assert unicode_equation(equation, own, single=True) == "V[t] = β_1·V[t−1] + V_prev + V"
    assert latex_equation(equation, own, single=True) == (
        r"V^{(t)} = \beta_{1} \cdot V^{(t-1)} + V_{\mathrm{prev}} + V"
    )
    assert source_equation(equation) == "m[t] = beta1*m[t-1] + m[0] + m[1]"
    assert xml_faults(mathml_equation(equation, own, single=True)) == []
    assert name_text(Name("m", Time("", 0)), "source", own, True) == "m[0]"
    assert name_text(Name("_x"), "unicode") == "_x"
    assert name_text(Name("V 1", Time("", 0)), "latex", single=True) == r"\text{V 1}_{\mathrm{prev}}"
    assert unicode(parse_formula("0.123456*x"), digits=2) == "0.12·x"


# ---- figures ---------------------------------------------------------------------------------------------------------

FLOATS = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.23147521650098, "0.2315"), (1.44e-7, "1.44e-7"), (0.5, "0.5"), (1.2, "1.2"), (0.1 + 0.2, "0.3"), (4, "4"),
        (1000, "1000"), (1234567, "1234567"), (0.0, "0"), (-0.0, "0"), (-0.3, "−0.3"), (12345.678, "12346"),
        (999999.6, "1.000e6"), (1234567.8, "1.235e6"), (5e21, "5e21"), (9.9996, "10.00"), (99.996, "100.0"),
        (0.99996, "1.000"), (0.00012345, "0.0001235"), (9.99996e-5, "0.0001000"), (5e-324, "5e-324"),
        (math.inf, "inf"), (-math.inf, "−inf"), (math.nan, "nan"), (1.00004, "1.000"), (-1.5e-9, "−1.5e-9"),
    ],
)  # fmt: skip
def test_a_number_for_people(value: float, shown: str) -> None:
    assert figures.figure(value) == shown


def test_half_is_rounded_away_from_zero_as_on_paper() -> None:
    assert figures.figure(0.6855, decimals=3) == "0.686"
    assert figures.figure(-0.6855, decimals=3, minus="-") == "-0.686"
    assert figures.figure(0.09 * -0.27 + 0.91 * 0.78, decimals=3) == "0.686"  # a double of 0.68549999...
    assert figures.figure(0.12345) == "0.1235"
    assert figures.figure(2.5, digits=1) == "3"
    assert figures.figure(0, decimals=3) == "0.000"
    assert figures.figure(2.9996, decimals=3) == "3.000"
    assert figures.figure(0.0004, decimals=3) == "0.0004"
    assert figures.figure(0.0005, decimals=3) == "0.001"


@given(FLOATS, st.integers(1, 12))
@example(0.0001, 4)
def test_a_figure_is_near_and_never_a_false_zero(value: float, digits: int) -> None:
    shown = figures.figure(value, digits, minus="-")
    assert (float(shown) == 0) == (value == 0)
    assert abs(Decimal(shown) - Decimal(repr(value))) <= abs(Decimal(repr(value))) * Decimal(f"5.0001e-{digits}")
    assert len(shown) <= max(digits, 9) + 8


@given(st.floats(-1e6, 1e6), st.integers(0, 8))
def test_decimals_are_those_of_decimal(value: float, decimals: int) -> None:
    near = Decimal(f"{value:.13e}")
    expected = near.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    assume(abs(value) >= 1e-300)
    shown = figures.figure(value, decimals=decimals, minus="-")
    if expected:
        assert abs(Decimal(shown) - expected) <= Decimal(1).scaleb(-decimals) * (abs(value) > 1e4)
        assert len(shown.partition(".")[2]) == decimals
    else:
        assert float(shown) != 0


@given(FLOATS)
def test_full_reads_back(value: float) -> None:
    shown = figures.full(value)
    assert float(shown) == value
    assert "+" not in shown
    assert not shown.endswith(".0")
    assert "e-0" not in shown


def test_arrays_on_a_line() -> None:
    assert figures.array(np.array(0.25)) == "0.25"
    assert figures.array(np.array([[0.25]])) == "0.25"
    assert figures.array(np.array([0.5, -1])) == "[0.5, −1]"
    assert figures.array(np.array([[1, 2], [3, 4]])) == "[1, 2; 3, 4]"
    assert figures.array(np.array([[0.5, -1]]), decimals=2, minus="-") == "[0.50, -1.00]"
    assert figures.array(np.zeros(0)) == "[]"
    assert figures.array(np.arange(24.0)).count(",") == 23
    assert figures.array(np.arange(30)) == "[0, 1, 2, …, 27, 28, 29]"
    assert figures.array(np.arange(30).reshape(5, 6), limit=8) == (
        "[0, 1, …, 4, 5; 6, 7, …, 10, 11; …; 18, 19, …, 22, 23; 24, 25, …, 28, 29]"
    )
    assert figures.array(np.arange(8).reshape(2, 2, 2)) == "[[0, 1; 2, 3], [4, 5; 6, 7]]"


def test_cells_of_a_table_stand_in_line_at_the_point() -> None:
    assert figures.grid(np.array([[1.5, -10], [0.25, 100.125]])) == [["1.5 ", "−10  "], ["0.25", "100.1"]]
    assert figures.grid(np.array([1.5, -10])) == [["  1.5"], ["−10  "]]
    assert figures.grid(np.array(0.5), decimals=2) == [["0.50"]]
    assert figures.grid(np.arange(4).reshape(1, 2, 2)) == [["0", "1"], ["2", "3"]]
