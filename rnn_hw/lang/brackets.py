"""THE BRACKET RULE, once for every notation: what `write` puts in brackets, and what it need not.

What is written has a level at which it binds, and each place of a row of OPERATIONS says which level it needs. An
argument stands in brackets

* if it binds looser than its place needs, unless the notation itself encloses it (a call, a fraction bar, an exponent);
* if it begins with a sign and is not the first thing written: `a + (−b)`, `−(−x)`;
* if it is a product with `*` to the left of an `@`, or the reverse: the one goes entry by entry, the other does not.

A negative number binds like the difference it could be, so that it stands in brackets in every product and power,
`0.5·1 + (−0.3)·0.2`, and needs none in front of a sum or inside a call.

Which letters and signs are written is no business of this file: a `Notation` brings them.
"""

from collections.abc import Callable
from typing import NamedTuple

from rnn_hw.lang import figures
from rnn_hw.lang.operations import ATOM, LOOSE, OPERATIONS, OVER_TIME, POSTFIX, POWER, SUM
from rnn_hw.lang.tree import Apply, Name, Node, Num

Lookup = Callable[[Name], str | None]  # text to put in for a name; None keeps the name

EDGES = ("partial", "total")
_PRODUCTS = {"matmul": ("mul", "div"), "mul": ("matmul",), "div": ("matmul",)}


class Written(NamedTuple):
    """A piece of a formula, the level at which it binds, and whether it begins with a sign."""

    text: str
    level: int = ATOM
    signed: bool = False


class Form(NamedTuple):
    """How an operation is written: `{a}`, `{b}`, `{c}` in a template, its level, and the levels that they need."""

    template: str
    level: int
    needs: tuple[int, ...]
    leading: bool = False  # whether `{a}` is the first thing written


class Notation(NamedTuple):
    """A way of writing formulas."""

    name: Callable[[Name], Written]
    number: Callable[[str], Written]  # from plain text such as `-0.5`, `[1, 2]`, `1e-8`
    form: Callable[[str], Form]
    brackets: str = "({a})"
    comma: str = ", "
    raised: Callable[[str], str] = lambda exponent: ""  # an exponent in superscript letters, where there are some
    digits: int | None = None  # of the formula's own numbers; None: all that they have


def write(node: Node, notation: Notation, numbers: Lookup | None = None) -> Written:
    """A tree in a notation, with `numbers` put in for names."""
    if isinstance(node, Num):
        digits = notation.digits
        return notation.number(
            figures.full(node.value) if digits is None else figures.figure(node.value, digits, minus="-")
        )
    if isinstance(node, Name):
        text = numbers(node) if numbers else None
        return notation.name(node) if text is None else notation.number(text)
    form = notation.form(node.operation)
    kept = 2 if node.operation in EDGES else node.operation in OVER_TIME  # no number stands for these names
    arguments = [write(a, notation, None if k < kept else numbers) for k, a in enumerate(node.arguments)]
    if node.operation == "concat":
        return Written(form.template.format(a=notation.comma.join(a.text for a in arguments)), form.level)
    if node.operation == "pow" and (raised := notation.raised(arguments[1].text)):
        return Written(_bracketed(arguments[0], POSTFIX, False, notation) + raised, form.level)
    needs = (ATOM, *form.needs[1:]) if form.needs[0] and _mixed(node) else form.needs
    texts = [
        _bracketed(a, n, k == 0 and form.leading, notation)
        for k, (a, n) in enumerate(zip(arguments, needs, strict=True))
    ]
    if "{a}." in form.template and isinstance(node.arguments[0], Num) and texts[0] == arguments[0].text:
        texts[0] = notation.brackets.format(a=texts[0])  # `2.T` would be the number `2.` and a name
    unchanged = form.leading and texts[0] == arguments[0].text
    signed = node.operation == "neg" or (unchanged and arguments[0].signed)
    return Written(form.template.format(**dict(zip("abc", texts, strict=False))), form.level, signed)


def _bracketed(argument: Written, need: int, first: bool, notation: Notation) -> str:
    if argument.level < need or (argument.signed and need > LOOSE and not first):
        return notation.brackets.format(a=argument.text)
    return argument.text


def _mixed(node: Apply) -> bool:
    left = node.arguments[0]
    return isinstance(left, Apply) and left.operation in _PRODUCTS.get(node.operation, ())


def plain(text: str) -> Written:
    """The text of a number or array, with the level at which it binds; `1e-8` is a product in disguise."""
    text = text.strip()
    if text.startswith("["):
        return Written(text)
    if text.startswith(("-", "−")):
        return Written(text, SUM, True)
    mantissa, exponent, power = text.partition("e")
    if exponent and mantissa.replace(".", "", 1).isdigit() and power.lstrip("-−+").isdigit():
        return Written(text, POWER)
    return Written(text, ATOM if text.replace(".", "", 1).isalnum() or text == "∞" else LOOSE)


def row_form(operation: str, template: str, latex: bool = False) -> Form:
    """The form of a row of OPERATIONS in the template of a notation; `operation` may end in primes."""
    row = OPERATIONS[operation.rstrip("'")]
    holes = "a" if row.arity < 0 else "abc"[: row.arity]
    needs = tuple(
        LOOSE if _encloses(template, hole) else row.needs[k] for k, hole in enumerate(holes)
    )  # where the notation encloses an argument, any will do
    level = row.level
    if not any(needs):
        level = ATOM if template[-1] in ")]|‖" else max(level, POWER)  # `outer(a, b)`; `\frac{a}{b}`
    if latex and level == POSTFIX:
        level = POWER  # a second raised part cannot be put on the first
    return Form(template, level, needs, template.startswith("{a}"))


def _encloses(template: str, hole: str) -> bool:
    before = template[: template.index("{" + hole + "}")]
    opened = sum(map(before.count, ("(", "[", "{", "₍", r"\left"))) - sum(
        map(before.count, (")", "]", "}", "₎", r"\right"))
    )
    return opened > 0 or before.count("|") % 2 == 1 or before.count("‖") % 2 == 1
