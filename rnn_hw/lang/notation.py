"""Tree -> text: the language itself, Unicode for a terminal, LaTeX. One bracket rule serves all of them.

THE BRACKET RULE. What is written has a level at which it binds, and each place of a row says which level it needs. An
argument stands in brackets

* if it binds looser than its place needs, unless the notation itself encloses it (a call, a fraction bar, an exponent);
* if it begins with a sign and is not the first thing written: `a + (−b)`, `−(−x)`;
* if a product mixes `*` with `@` on its left: the one goes entry by entry, the other does not.

A negative number binds like the difference it could be, so that it stands in brackets in every product and power,
`0.5·1 + (−0.3)·0.2`, and needs none in front of a sum or inside a call. In LaTeX whatever ends in a raised part binds
like a power, because a second one cannot be put on it.

Numbers become text in `figures.py`, names in `letters.py`, MathML in `mathml.py`.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

from rnn_hw.lang import figures
from rnn_hw.lang.letters import escaped, name_text
from rnn_hw.lang.operations import ATOM, LOOSE, OPERATIONS, OVER_TIME, POSTFIX, POWER, PRODUCT, SIGN, SUM
from rnn_hw.lang.tree import Equation, Name, Node, Num

__all__ = ["Lookup", "latex", "latex_equation", "name_text", "source", "source_equation", "unicode", "unicode_equation"]

Lookup = Callable[[Name], str | None]  # text to put in for a name; None keeps the name

_RAISED = str.maketrans("-−0123456789", "⁻⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_ENCLOSING = {"(": "), ", "[": "], ", "{": "}", "|": "|", "‖": "‖", " ": "),] "}


class Written(NamedTuple):
    """A piece of a formula, the level at which it binds, and whether it begins with a sign."""

    text: str
    level: int = ATOM
    signed: bool = False


class Form(NamedTuple):
    """How an operation is written: a template with `{a}` and `{b}`, its level, and the levels its places need."""

    template: str
    level: int
    needs: tuple[int, ...]


class Notation(NamedTuple):
    """A way of writing formulas, for `write`."""

    name: Callable[[Name], Written]
    number: Callable[[str], Written]  # from plain text such as `-0.5`, `[1, 2]`, `1e-8`
    form: Callable[[str], Form]
    brackets: str = "({a})"
    comma: str = ", "
    raised: Callable[[str], str] = lambda exponent: ""  # an exponent as superscript letters, if it can be
    digits: int | None = None


def write(node: Node, notation: Notation, numbers: Lookup | None = None) -> Written:
    """A tree in a notation, with `numbers` put in for names."""
    if isinstance(node, Num):
        return notation.number(_number(node.value, notation.digits))
    if isinstance(node, Name):
        text = numbers(node) if numbers else None
        return notation.name(node) if text is None else notation.number(text)
    form = notation.form(node.operation)
    if node.operation in ("partial", "total") or node.operation in OVER_TIME:
        numbers, outer = None if node.operation in ("partial", "total") else numbers, notation.name
        first = outer(node.arguments[0]).text if isinstance(node.arguments[0], Name) else ""
        second = write(node.arguments[1], notation, numbers).text
        return Written(form.template.format(a=first, b=second), form.level)
    arguments = [write(a, notation, numbers) for a in node.arguments]
    if node.operation == "concat":
        return Written(form.template.format(a=notation.comma.join(a.text for a in arguments)), form.level)
    if node.operation == "pow" and (raised := notation.raised(arguments[1].text)):
        return Written(_bracketed(arguments[0], POSTFIX, False, notation) + raised, form.level)
    leading = form.template.startswith("{a}")
    texts = []
    for k, argument in enumerate(arguments):
        need = form.needs[k]
        if k == 0 and need and _mixed(node.operation, node.arguments[0]):
            need = ATOM
        texts.append(_bracketed(argument, need, leading and k == 0, notation))
    if isinstance(node.arguments[0], Num) and "{a}." in form.template:
        texts[0] = notation.brackets.format(a=texts[0])  # `2.T` would be a number and a name
    text = form.template.format(a=texts[0], b=texts[-1])
    bare = leading and texts[0] == arguments[0].text
    return Written(text, form.level, node.operation == "neg" or bare and arguments[0].signed)


def _bracketed(argument: Written, need: int, first: bool, notation: Notation) -> str:
    if argument.level < need or (argument.signed and need > LOOSE and not first):
        return notation.brackets.format(a=argument.text)
    return argument.text


def _mixed(operation: str, left: Node) -> bool:
    inner = getattr(left, "operation", "")
    return (operation == "matmul" and inner in ("mul", "div")) or (operation in ("mul", "div") and inner == "matmul")


def _number(value: float, digits: int | None) -> str:
    return figures.full(value) if digits is None else figures.figure(value, digits, minus="-")


def plain(text: str) -> Written:
    """Text of a number or array put into a formula, with the level at which it binds."""
    text = text.strip()
    if text.startswith("["):
        return Written(text)
    if text.startswith(("-", "−")):
        return Written(text, SUM, True)
    if text.replace(".", "", 1).isalnum() or text == "∞":
        return Written(text, POWER if "e" in text and text[0].isdigit() else ATOM)
    mantissa, exponent, _ = text.partition("e-")
    return Written(text, POWER if exponent and mantissa.replace(".", "", 1).isdigit() else LOOSE)


def template_form(operation: str, style: str) -> Form:
    """The form of a row of OPERATIONS; what a template encloses by itself needs no brackets and binds as an atom."""
    word = operation.rstrip("'")
    primes = len(operation) - len(word)
    row = OPERATIONS[word]
    template: str = getattr(row, style)
    if primes:
        template = _primed(word, template, "′" * primes if style == "unicode" else "'" * primes)
    if row.arity < 0:
        return Form(template, ATOM, (LOOSE,))
    needs = tuple(LOOSE if _enclosed(template, k) else row.needs[k] for k in range(row.arity))
    level = row.level
    if not any(needs):  # `outer(a, b)`, `\frac{a}{b}`
        level = ATOM if template[-1] in ")]|‖" else max(level, POWER)
    if style == "latex" and level == POSTFIX:
        level = POWER
    return Form(template, level, needs)


def _enclosed(template: str, k: int) -> bool:
    hole = "{" + "ab"[k] + "}"
    before, _, after = template.partition(hole)
    if before.endswith("\\left\\lVert ") or before.endswith(("\\left(", "\\left|", "\\left[")):
        return True
    if before.endswith("{{"):
        return after.startswith("}}")
    first = before[-1:] if before[-1:] != " " else before[-2:-1]
    return first in ("(", "[", "|", "‖", ",", "=") and after[:1] in (")", "]", "|", "‖", ",", " ", "\\")


def _primed(word: str, template: str, primes: str) -> str:
    """The template of a derivative, `σ′({a})`; where the function is no word before brackets, its name is put there."""
    latex = template.startswith("\\")
    opening = r"\left(" if latex else "("
    glyph, found, rest = template.partition(opening)
    if not found or "√" in glyph or "{a}" in glyph or not rest.startswith("{a}"):
        glyph = rf"\operatorname{{{{{word}}}}}" if latex else word
        rest = r"{a}\right)" if latex else "{a})"
    return glyph + primes + opening + rest


# --- the language itself ----------------------------------------------------------------------------------------------


@cache
def _source_form(operation: str) -> Form:
    if operation in OVER_TIME:
        return Form(operation.replace("[]", "[{a}]({b})"), ATOM, (LOOSE, LOOSE))
    if operation in ("partial", "total"):
        return Form(operation + "({a}, {b})", ATOM, (LOOSE, LOOSE))
    return template_form(operation, "source")


_SOURCE = Notation(lambda name: Written(str(name)), lambda text: plain(text), _source_form)


def source(node: Node) -> str:
    """A formula in plain ASCII in the language itself: `parse_formula(source(e)) == e`.

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
    if operation in ("partial", "total"):
        d = "∂" if operation == "partial" else "d"
        return Form(d + "{a}/" + d + "{b}", SIGN, (LOOSE, LOOSE))
    form = template_form(operation, "unicode")
    return form._replace(needs=(POSTFIX, POSTFIX)) if operation == "pow" else form  # x^(y²), not x^y²


def _raised(exponent: str) -> str:
    """`2` as ², `-1` as ⁻¹; a `T` cannot be raised without looking like a transpose."""
    if exponent.lstrip("-−").isdigit() and len(exponent) <= 3:
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
    if operation in ("partial", "total"):
        d = r"\partial " if operation == "partial" else r"\mathrm{{d}}"
        return Form(r"\frac{{" + d + "{a}}}{{" + d + "{b}}}", POWER, (LOOSE, LOOSE))
    form = template_form(operation, "latex")
    if operation == "matmul" and numeric:  # factors side by side are for letters
        return form._replace(template=r"{a} \cdot {b}")
    return form


def _latex_number(text: str) -> Written:
    written = plain(text.replace("−", "-"))
    if text.startswith("["):
        return Written(_latex_array(written.text))
    if written.level == LOOSE:
        return Written(rf"\text{{{escaped(text)}}}", LOOSE)
    mantissa, exponent, power = written.text.partition("e")
    if exponent and power.lstrip("-").isdigit():
        return written._replace(text=rf"{mantissa} \cdot 10^{{{power}}}")
    return written._replace(text={"inf": r"\infty", "-inf": r"-\infty"}.get(written.text, written.text))


def _latex_array(text: str) -> str:
    rows = [[_latex_number(c).text for c in row.split(",")] for row in text.strip("[]").split(";")]
    if len(rows) == 1:
        return r"\left[" + ", ".join(rows[0]).replace(r"\text{…}", r"\ldots") + r"\right]"
    body = r" \\ ".join(" & ".join(row) for row in rows).replace(r"\text{…}", r"\ldots")
    return rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"


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
