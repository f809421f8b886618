"""Text -> tokens: words, numbers and signs, each with its span; the spellings of one sign become one.

Which token may follow which is for `parse.py` to say. A character that begins no token is refused here, with what to write
in its place.
"""

import re
import unicodedata
from typing import NamedTuple, NoReturn

from rnn_hw.errors import Diagnostic, HomeworkError, Span

MAX_DIGITS = 60  # characters of one number, or of one name: bounds every message that quotes it

_WORD = r"[^\W\d⁰¹²³⁴⁵⁶⁷⁸⁹ᵀ](?:[^\W⁰¹²³⁴⁵⁶⁷⁸⁹ᵀ]|[\u0300-\u036f])*"
_TOKEN = re.compile(
    r"(?P<space>[^\S\n]+|\#[^\n]*)|(?P<newline>\n)"
    r"|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<transpose>\.T\b|ᵀ|[⊤]|\^\s*(?:T\b(?!\s*\[)|⊤|\\top\b|\{\s*T\s*\}))"
    r"|(?P<superscript>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)"
    rf"|(?P<name>{_WORD})"
    r"|(?P<sign>\*\*|:=|==|[-+*/@^()\[\],;=']|[−–·×⋅∙⊙∘÷′’∂√∑])"
    r"|(?P<other>.)",
    re.DOTALL,
)
_SAME_SIGN = {
    "−": "-", "–": "-", "·": "*", "×": "*", "⋅": "*", "∙": "*", "⊙": "*", "∘": "*", "÷": "/", "^": "**", "′": "'",
    "’": "'", "√": "sqrt", "∑": "sum",
}  # fmt: skip
_MARKS = {"\u0304": "_bar", "\u0305": "_bar", "\u0302": "_hat", "\u0303": "_tilde"}


class Token(NamedTuple):
    """A word, number or sign of the text."""

    kind: str  # number, name, superscript, sign, transpose, newline, end
    text: str
    span: Span


def tokens(text: str) -> list[Token]:
    """The tokens of a text; line breaks inside brackets and all other space are left out."""
    taken: list[Token] = []
    line, start, depth = 1, 0, 0
    for match in _TOKEN.finditer(text):
        kind, found = str(match.lastgroup), match.group()
        column = match.start() - start + 1
        span = Span(line, column, column + len(found))
        if kind == "newline":
            line, start = line + 1, match.end()
            if depth == 0:
                taken.append(Token(kind, found, span))
        elif kind == "other":
            _refuse_character(found, span)
        elif kind != "space":
            if kind in ("number", "superscript", "name") and len(found) > MAX_DIGITS:
                code, word = ("too-long", "name") if kind == "name" else ("number-too-long", "number")
                raise HomeworkError(Diagnostic(code, f"a {word} of {len(found):,} characters", span))
            if kind == "name" and not (found.isascii() or _is_plain(plain_name(found))):
                _refuse_character(found, span)
            found = _SAME_SIGN.get(found, found)
            depth += (found in "([") - (found in ")]") if kind == "sign" else 0
            depth = max(depth, 0)
            taken.append(Token("name" if found in ("sqrt", "sum") else kind, found, span))
    taken.append(Token("end", "", Span(line, len(text) - start + 1, len(text) - start + 2)))
    return taken


def _refuse_character(found: str, span: Span) -> NoReturn:
    helps = {
        "{": "write brackets as `(` and `)`, and a time as `h[t-1]`",
        "}": "write brackets as `(` and `)`, and a time as `h[t-1]`",
        "\\": "formulas are plain text here: `sigmoid(z)`, not a LaTeX command",
        "<": "a time is written `a[1]`, in square brackets",
        ">": "a time is written `a[1]`, in square brackets",
        ".": "a number needs a digit beside its point; a product is `*`, a transpose `W.T`",
        "%": "comments start with `#`",
        "½": "write `1/2`",
    }
    shown = found if found.isprintable() else f"U+{ord(found):04X}"
    raise HomeworkError(
        Diagnostic("unexpected-character", f"`{shown}` means nothing in a formula", span, helps.get(found, ""))
    )


def plain_name(text: str) -> str:
    """A name as the program spells it: a bar, hat or tilde above a letter becomes the ending `_bar`, `_hat`, `_tilde`."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text)
    endings = "".join(_MARKS.get(c, "") for c in decomposed)
    return unicodedata.normalize("NFKC", "".join(c for c in decomposed if c not in _MARKS)) + endings


def _is_plain(name: str) -> bool:
    """Whether the name reads back to itself: `½` would become `1⁄2`, and `①` the name `1`."""
    return re.fullmatch(_WORD, name) is not None and plain_name(name) == name
