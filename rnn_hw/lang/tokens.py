"""Text -> tokens: words, numbers and signs, each with its span; the spellings of one sign become one.

Which token may follow which is for `parse.py` to say, which also reports what begins no token where it comes upon it.
"""

import re
import unicodedata
from typing import NamedTuple

from rnn_hw.errors import Diagnostic, Span
from rnn_hw.lang.letters import WORDS

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
_greek = re.compile(rf"(?<![^\W\d_])[{''.join(WORDS)}](?![^\W\d_])")  # `β1` and `w_φ`, not a letter inside a word
_MARKS = {"\u0304": "_bar", "\u0305": "_bar", "\u0302": "_hat", "\u0303": "_tilde"}


class Token(NamedTuple):
    """A word, number or sign of the text."""

    kind: str  # number, name, superscript, sign, transpose, newline, end; refused
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
        elif kind == "other" or _refused(kind, found):
            taken.append(Token("refused", found, span))
        elif kind != "space":
            found = _SAME_SIGN.get(found, found)
            depth += (found in "([") - (found in ")]") if kind == "sign" else 0
            depth = max(depth, 0)
            taken.append(Token("name" if found in ("sqrt", "sum") else kind, found, span))
    taken.append(Token("end", "", Span(line, len(text) - start + 1, len(text) - start + 2)))
    return taken


def _refused(kind: str, found: str) -> bool:
    """Whether a word or a number is none after all: it is too long, or has no plain spelling."""
    if kind in ("number", "superscript", "name") and len(found) > MAX_DIGITS:
        return True
    return kind == "name" and not (found.isascii() or _is_plain(plain_name(found)))


def refusal(token: Token) -> Diagnostic:
    """Why a token of the kind `refused` has no place in any formula."""
    found = token.text
    if len(found) > MAX_DIGITS:
        number = found[0].isdigit() or found[0] in ".⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹"
        code, word = ("number-too-long", "number") if number else ("too-long", "name")
        return Diagnostic(code, f"a {word} of {len(found):,} characters", token.span)
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
    shown = found if found.isprintable() else f"U+{ord(found[0]):04X}"
    message = f"`{shown}` means nothing in a formula"
    return Diagnostic("unexpected-character", message, token.span, helps.get(found, ""))


def plain_name(text: str) -> str:
    """A name as the program spells it: a bar, hat or tilde above a letter becomes the ending `_bar`, `_hat`, `_tilde`."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text)
    endings = "".join(_MARKS.get(c, "") for c in decomposed)
    plain = unicodedata.normalize("NFKC", "".join(c for c in decomposed if c not in _MARKS))
    return _greek.sub(lambda letter: WORDS[letter[0]], plain) + endings


def _is_plain(name: str) -> bool:
    """Whether the name reads back to itself: `½` would become `1⁄2`, and `①` the name `1`."""
    return re.fullmatch(_WORD, name) is not None and plain_name(name) == name
