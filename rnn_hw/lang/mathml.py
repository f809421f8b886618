"""Tree -> presentation MathML, for web pages. The brackets are those of `brackets.py`, the signs those of Unicode.

Apart from `notation.py` because no terminal needs it. Every piece is one element, so that it can be put into any other;
no text from a name is put into the page unescaped.
"""

import re
from collections.abc import Mapping
from functools import cache

from rnn_hw.lang.brackets import Form, Notation, Written, plain, row_form, write
from rnn_hw.lang.letters import GREEK, MARKS, parts, shown_time
from rnn_hw.lang.operations import ATOM, LOOSE, OPERATIONS, OVER_TIME, POSTFIX, POWER
from rnn_hw.lang.tree import Equation, Name, Node, Time

_ABOVE = {"\u0304": "¯", "\u0302": "^", "\u0303": "~"}
_invalid = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_literal = re.compile(r"(\{[abc]\})|([^\W\d]\w*)|(\s+)|(.)")

# Where MathML has an element of its own: a fraction bar, a raised part, a root.
_OWN = {
    "div": Form("<mfrac>{a}{b}</mfrac>", POWER, (LOOSE, LOOSE)),
    "pow": Form("<msup>{a}{b}</msup>", POWER, (POSTFIX, LOOSE)),
    "transpose": Form("<msup>{a}<mo>⊤</mo></msup>", POWER, (POSTFIX,)),
    "sqrt": Form("<msqrt>{a}</msqrt>", ATOM, (LOOSE,)),
    "part": Form("<msub><mrow><mo>[</mo>{a}<mo>]</mo></mrow><mrow>{b}<mo>:</mo>{c}</mrow></msub>", ATOM, (LOOSE,) * 3),
    "partial": Form("<mfrac><mrow><mo>∂</mo>{a}</mrow><mrow><mo>∂</mo>{b}</mrow></mfrac>", POWER, (LOOSE, LOOSE)),
    "total": Form("<mfrac><mrow><mi>d</mi>{a}</mrow><mrow><mi>d</mi>{b}</mrow></mfrac>", POWER, (LOOSE, LOOSE)),
}


def mathml(node: Node, names: Mapping[str, str] = {}, single: bool = False) -> str:
    """A formula as one `math` element.

    >>> from rnn_hw.lang.parse import parse_formula
    >>> mathml(parse_formula("a/2")).partition(">")[2]
    '<mfrac><mi>a</mi><mn>2</mn></mfrac></math>'
    """
    return _element(write(node, _notation(names, single)).text)


def mathml_equation(equation: Equation, names: Mapping[str, str] = {}, single: bool = False) -> str:
    """An equation as one `math` element."""
    notation = _notation(names, single)
    target, formula = notation.name(equation.target).text, write(equation.formula, notation).text
    return _element(f"<mrow>{target}<mo>=</mo>{formula}</mrow>")


def _element(content: str) -> str:
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML">{content}</math>'


def _notation(names: Mapping[str, str], single: bool) -> Notation:
    return Notation(
        lambda name: _name(name, names, single),
        _number,
        _form,
        brackets="<mrow><mo>(</mo>{a}<mo>)</mo></mrow>",
        comma="<mo>,</mo>",
    )


@cache
def _form(operation: str) -> Form:
    if operation in _OWN:
        return _OWN[operation]
    if operation in OVER_TIME:
        sign = "<mo>∑</mo>" if operation == "sum[]" else f"<mi>{operation[:-2]}</mi>"
        template = f"<mrow><munder>{sign}{{a}}</munder><mo>(</mo>{{b}}<mo>)</mo></mrow>"
        return Form(template, ATOM, (LOOSE, LOOSE))
    word = operation.rstrip("'")
    primes = "<mo>′</mo>" * (len(operation) - len(word))
    template = OPERATIONS[word].unicode
    if primes and not (template.endswith("({a})") and word != "sqrt"):
        template = word + "({a})"
    form = row_form(operation, template)
    if word == "outer":
        marked = "{a}<mo>·</mo><msup>{b}<mo>⊤</mo></msup>"
    else:
        marked = "".join(map(_marked, _literal.finditer(template)))
    return form._replace(template=f"<mrow>{marked.replace('<mo>(</mo>', primes + '<mo>(</mo>', 1)}</mrow>")


def _marked(match: re.Match[str]) -> str:
    hole, word, space, sign = match.groups()
    return hole or (f"<mi>{word}</mi>" if word else "" if space else f"<mo>{sign}</mo>")


def _number(text: str) -> Written:
    written = plain(text)
    size, exponent, power = written.text.lstrip("-−").partition("e")
    number = f"<mn>{_text(size)}</mn>"
    if exponent:
        number += f"<mo>·</mo><msup><mn>10</mn>{_number(power).text}</msup>"
    if written.signed or exponent:
        number = f"<mrow>{'<mo>−</mo>' * written.signed}{number}</mrow>"
    return written._replace(text=number)


def _name(name: Name, names: Mapping[str, str], single: bool) -> Written:
    time, previous = shown_time(name, single)
    own = names.get(name.name) or name.name
    below = ""
    if own.replace("_", "a").isalnum():
        head, digits, indices, marks = parts(own)
        base = f"<mi>{_text(GREEK.get(head, head))}</mi>"
        for mark in marks:
            base = f'<mover accent="true">{base}<mo>{_ABOVE[MARKS[mark][0]]}</mo></mover>'
        below = (f"<mn>{digits}</mn>" if digits else "") + "".join(
            f"<mn>{i}</mn>" if i.isdigit() else f"<mi>{_text(GREEK.get(i, i))}</mi>" for i in indices if i
        )
    else:
        base = f"<mtext>{_text(own)}</mtext>"
    below += "<mi>prev</mi>" * previous
    raised = _time(time) if time else ""
    if below and raised:
        return Written(f"<msubsup>{base}<mrow>{below}</mrow>{raised}</msubsup>", POWER)
    if raised:
        return Written(f"<msup>{base}{raised}</msup>", POWER)
    return Written(f"<msub>{base}<mrow>{below}</mrow></msub>" if below else base)


def _time(time: Time) -> str:
    content = f"<mi>{_text(time.base)}</mi>" if time.base else f"<mn>{time.shift}</mn>"
    if time.base and time.shift:
        content += f"<mo>{'−' if time.shift < 0 else '+'}</mo><mn>{abs(time.shift)}</mn>"
    return f"<mrow><mo>(</mo>{content}<mo>)</mo></mrow>"


def _text(text: str) -> str:
    return _invalid.sub("\ufffd", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
