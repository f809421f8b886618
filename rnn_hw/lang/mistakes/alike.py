"""Formulas that differ by the order of terms and factors alone are one mistake, not two."""

from functools import lru_cache

from rnn_hw.lang.tree import Apply, Name, Node, Num

Form = tuple[object, ...]


@lru_cache(maxsize=1 << 14)  # the same formulas are compared in program after program
def form(node: Node) -> Form:
    """A key that formulas share which are the same sum of the same products, in whatever order.

    >>> from rnn_hw.lang.parse import parse_formula
    >>> form(parse_formula("a - b/c/d")) == form(parse_formula("-(b/(d*c)) + a"))
    True
    """
    if isinstance(node, Num):
        return ("number", node.value)
    if isinstance(node, Name):
        return ("name", str(node))
    if node.operation in ("add", "sub", "neg"):
        terms: list[tuple[bool, Form]] = []
        constant = _terms(node, False, terms)
        if constant:
            terms.append((constant < 0, ("number", abs(constant))))
        return _signed(*terms[0]) if len(terms) == 1 else ("sum", *sorted(terms, key=repr))
    if node.operation in ("mul", "div"):
        above: list[Form] = []
        below: list[Form] = []
        minus = _factors(node, above, below)
        return _signed(minus, ("product", *sorted(above, key=repr), "over", *sorted(below, key=repr)))
    return (node.operation, *map(form, node.arguments))


def _signed(minus: bool, form: Form) -> Form:
    return ("minus", *form) if minus else form


def _terms(node: Node, minus: bool, terms: list[tuple[bool, Form]]) -> float:
    """Collects the terms of a sum; its numbers are added up."""
    if isinstance(node, Num):
        return -node.value if minus else node.value
    if isinstance(node, Apply) and node.operation in ("add", "sub"):
        left = _terms(node.arguments[0], minus, terms)
        return left + _terms(node.arguments[1], minus != (node.operation == "sub"), terms)
    if isinstance(node, Apply) and node.operation == "neg":
        return _terms(node.arguments[0], not minus, terms)
    turned, found = _unsigned(form(node))
    terms.append((minus != turned, found))
    return 0.0


def _unsigned(found: Form) -> tuple[bool, Form]:
    """Whether there is a minus sign in front, and what stands behind it."""
    return (True, found[1:]) if found[0] == "minus" else (False, found)


def _factors(node: Node, above: list[Form], below: list[Form]) -> bool:
    """Collects the factors of a product; whether it has a minus sign."""
    if isinstance(node, Apply) and node.operation in ("mul", "div"):
        one, other = node.arguments
        first = _factors(one, above, below)
        second = _factors(other, above, below) if node.operation == "mul" else _factors(other, below, above)
        return first != second
    if isinstance(node, Apply) and node.operation == "neg":
        return not _factors(node.arguments[0], above, below)
    if node != Num(1):
        above.append(form(node))
    return False
