"""Tree -> text: the language itself, Unicode for a terminal, LaTeX.

Each notation is its own glyphs over the one bracket rule of `brackets.py`. Numbers become text in `figures.py`, names in
`letters.py`, MathML in `mathml.py`, which only web pages need.
"""

from collections.abc import Mapping
from functools import cache

from rnn_hw.lang.brackets import EDGES, Form, Lookup, Notation, Written, plain, row_form, write
from rnn_hw.lang.letters import escaped, name_text
from rnn_hw.lang.operations import ATOM, LOOSE, OPERATIONS, OVER_TIME, POSTFIX, POWER, SIGN
from rnn_hw.lang.tree import Equation, Name, Node

__all__ = ["Lookup", "latex", "latex_equation", "name_text", "source", "source_equation", "unicode", "unicode_equation"]

_RAISED = str.maketrans("-−0123456789", "⁻⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _row(operation: str, style: str) -> Form:
    """The form of a row in one of the styles that it holds; `operation` may end in primes."""
    word = operation.rstrip("'")
    template: str = getattr(OPERATIONS[word], style)
    if word != operation:
        template = _primed(word, template, operation[len(word) :].replace("'", "′" if style == "unicode" else "'"))
    return row_form(operation, template, latex=style == "latex")


def _primed(word: str, template: str, primes: str) -> str:
    """The template of a derivative, `σ′({a})`; where the function is no word before brackets, its name is put there."""
    latex = template.startswith("\\")
    opening, closing = (r"\left(", r"\right)") if latex else ("(", ")")
    glyph, _, rest = template.partition(opening)
    if rest != "{a}" + closing or glyph == "√":
        glyph = rf"\operatorname{{{{{word}}}}}" if latex else word
    return glyph + primes + opening + "{a}" + closing


# --- the language itself ----------------------------------------------------------------------------------------------


@cache
def _source_form(operation: str) -> Form:
    if operation in OVER_TIME:
        return Form(operation.replace("[]", "[{a}]({b})"), ATOM, (LOOSE, LOOSE))
    if operation in EDGES:
        return Form(operation + "({a}, {b})", ATOM, (LOOSE, LOOSE))
    return _row(operation, "source")


_SOURCE = Notation(lambda name: Written(str(name)), plain, _source_form)


def source(node: Node) -> str:
    """A formula in plain ASCII in the language itself: `parse_formula(source(e)) == e`, within the parser's bounds.

    >>> from rnn_hw.lang.parse import parse_formula
    >>> source(parse_formula("σ(W·x[t−1])² ÷ -(a - b)"))
    'sigmoid(W*x[t-1])**2/(-(a - b))'
    """
    return write(node, _SOURCE).text


def source_equation(equation: Equation) -> str:
    """An equation in the language itself, `h[t] = o[t]*tanh(c[t])`."""
    return f"{equation.target} = {source(equation.formula)}"


# --- Unicode ----------------------------------------------------------------------------------------------------------


@cache
def _unicode_form(operation: str) -> Form:
    if operation in OVER_TIME:
        return Form(operation.replace("sum", "∑").replace("[]", "[{a}]({b})"), ATOM, (LOOSE, LOOSE))
    if operation in EDGES:
        d = "∂" if operation == "partial" else "d"
        return Form(d + "{a}/" + d + "{b}", SIGN, (LOOSE, LOOSE))
    form = _row(operation, "unicode")
    return form._replace(needs=(POSTFIX, POSTFIX)) if operation == "pow" else form  # x^(y²), not x^y²


def _raised(exponent: str) -> str:
    """`2` as ², `-1` as ⁻¹; a `T` cannot be raised without looking like a transpose."""
    if exponent.lstrip("-−").isdecimal() and len(exponent) <= 3:
        return exponent.translate(_RAISED)
    return f"^({exponent})" if exponent == "T" else ""


def unicode(
    node: Node,
    numbers: Lookup | None = None,
    names: Mapping[str, str] = {},
    single: bool = False,
    digits: int | None = None,
) -> str:
    """A formula as a textbook shows it in a line of text, with `numbers` put in; `digits` rounds its own numbers.

    >>> from rnn_hw.lang.parse import parse_formula
    >>> unicode(parse_formula("sigmoid'(z[t-1])*x**2 + beta1*(-b)"))
    'σ′(z[t−1])·x² + β₁·(−b)'
    >>> unicode(parse_formula("w*x + u*h"), lambda name: {"w": "0.5", "x": "1", "u": "−0.3", "h": "0.2"}[name.name])
    '0.5·1 + (−0.3)·0.2'
    """
    notation = Notation(
        lambda name: Written(name_text(name, "unicode", names, single)),
        lambda text: plain(text.replace("-", "−", 1) if text.startswith("-") else text),
        _unicode_form,
        raised=_raised,
        digits=digits,
    )
    return write(node, notation, numbers).text


def unicode_equation(equation: Equation, names: Mapping[str, str] = {}, single: bool = False) -> str:
    """An equation as a textbook shows it, `h[t] = o[t]·tanh(c[t])`."""
    return f"{name_text(equation.target, 'unicode', names, single)} = {unicode(equation.formula, None, names, single)}"


# --- LaTeX ------------------------------------------------------------------------------------------------------------


@cache
def _latex_form(operation: str, numeric: bool = False) -> Form:
    if operation in OVER_TIME:
        sign = r"\operatorname{{mean}}" if operation == "mean[]" else "\\" + operation[:-2]
        return Form(sign + r"_{{{a}}}\left({b}\right)", ATOM, (LOOSE, LOOSE))
    if operation in EDGES:
        d = r"\partial " if operation == "partial" else r"\mathrm{{d}}"
        return Form(r"\frac{{" + d + "{a}}}{{" + d + "{b}}}", POWER, (LOOSE, LOOSE))
    form = _row(operation, "latex")
    if operation == "matmul" and numeric:  # factors side by side are for letters
        return form._replace(template=r"{a} \cdot {b}")
    return form


_LATEX_WORDS = {
    "inf": r"\infty",
    "-inf": r"-\infty",
    "∞": r"\infty",
    "-∞": r"-\infty",
    "…": r"\ldots",
    "nan": r"\mathrm{nan}",
}


def _latex_number(text: str) -> Written:
    written = plain(text.replace("−", "-"))
    if written.text in _LATEX_WORDS:
        return written._replace(text=_LATEX_WORDS[written.text])
    if written.text.startswith("["):
        return Written(_latex_array(written.text))
    mantissa, exponent, power = written.text.partition("e")
    if exponent and power.lstrip("-").isdigit():
        return written._replace(text=rf"{mantissa} \cdot 10^{{{power}}}")
    number = written.text.lstrip("-").replace(".", "", 1).isdigit()
    return written if number else Written(rf"\text{{{escaped(text)}}}", LOOSE)


def _latex_array(text: str) -> str:
    """`[1, 2; 3, 4]` as a matrix; a vector stays a row, because its text does not say which way it stands."""
    rows = [[_latex_number(cell).text for cell in row.split(",")] for row in text.strip("[]").split(";")]
    if len(rows) == 1:
        return r"\left[" + ", ".join(rows[0]) + r"\right]"
    return r"\begin{bmatrix} " + r" \\ ".join(" & ".join(row) for row in rows) + r" \end{bmatrix}"


def latex(node: Node, numbers: Lookup | None = None, names: Mapping[str, str] = {}, single: bool = False) -> str:
    """A formula in LaTeX's mathematics (amsmath), with `numbers` put in.

    >>> from rnn_hw.lang.parse import parse_formula
    >>> print(latex(parse_formula("sigmoid(W_f @ x[t])/2 + h[t]**2")))
    \\frac{\\sigma\\left(W_{f}\\,x^{(t)}\\right)}{2} + \\left(h^{(t)}\\right)^{2}
    """

    def name(name: Name) -> Written:
        text = name_text(name, "latex", names, single)
        return Written(text, POWER if text.endswith(")}") else ATOM)

    form = (lambda operation: _latex_form(operation, True)) if numbers else _latex_form
    return write(node, Notation(name, _latex_number, form, r"\left({a}\right)"), numbers).text


def latex_equation(equation: Equation, names: Mapping[str, str] = {}, single: bool = False) -> str:
    """An equation in LaTeX's mathematics."""
    return f"{name_text(equation.target, 'latex', names, single)} = {latex(equation.formula, None, names, single)}"
