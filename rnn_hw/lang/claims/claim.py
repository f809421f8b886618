"""Claims about a program: text -> a tree of comparisons, the names in it, and the text of it again.

    claim      = either [ "implies" claim ]          "=>", "⇒"; `A implies B implies C` is `A implies (B implies C)`
    either     = both { "or" both }                  "∨"
    both       = single { "and" single }             "∧"
    single     = "not" single | "(" claim ")" | comparison       "¬"
    comparison = formula RELATION formula { RELATION formula }   `0 < f[t] < 1` is two comparisons
    RELATION   = "==" | "!=" | "<" | "<=" | ">" | ">="           "≠", "≤", "≥"
               | "->"                                "→": in a premise, a quantity that goes to a number, its limit

The formulas are those of the equation language (`parse.py`), `total(h[t], h[t-1])` and `partial(...)` among them. Vectors
are compared entry by entry: `<` and `==` hold if they do for every entry, `!=` is `not ==`. A claim is meant for every
step `t` at which all that it names exists. What is true is found by `proof.py` and `search.py`, nothing is computed here.
"""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple, NoReturn

from rnn_hw.errors import Diagnostic, HomeworkError, Span
from rnn_hw.lang.notation import source, unicode
from rnn_hw.lang.parse import parse_formula
from rnn_hw.lang.tree import Name, Node

LONGEST = 2000  # characters of a claim
DEEPEST = 30  # brackets, `not` and `implies` inside each other

GOES_TO = "->"
_SPELLINGS = {"≠": "!=", "≤": "<=", "≥": ">=", "→": "->", "=>": "implies", "⇒": "implies"}
_SPELLINGS |= {"∧": "and", "∨": "or", "¬": "not", "⟹": "implies"}
_SHOWN = {"!=": "≠", "<=": "≤", ">=": "≥", "->": "→", "==": "="}
_RELATIONS = ("==", "!=", "<", "<=", ">", ">=", GOES_TO)
_WORDS = ("implies", "or", "and", "not")
_TOKEN = re.compile(
    r"(?P<comment>#[^\n]*)|(?P<word>\w+)|(?P<sign>->|=>|==|!=|<=|>=|:=|=<|[<>=!≠≤≥→⇒⟹∧∨¬&|~≈])|(?P<bracket>[()\[\]])|\S|\s+"
)


class Comparison(NamedTuple):
    """Two formulas and the relation between them."""

    relation: str
    left: Node
    right: Node
    span: Span


class Compound(NamedTuple):
    """Claims joined by `implies`, `or`, `and`, or one behind `not`."""

    word: str
    parts: tuple["Claim", ...]
    span: Span


Claim = Comparison | Compound


class _Token(NamedTuple):
    text: str
    start: int
    end: int


def comparisons(claim: Claim) -> Iterator[Comparison]:
    """Every comparison, from left to right."""
    if isinstance(claim, Comparison):
        yield claim
    else:
        for part in claim.parts:
            yield from comparisons(part)


def premises(claim: Claim) -> Iterator[Comparison]:
    """The comparisons that must all hold before a claim says anything."""
    if isinstance(claim, Compound) and claim.word == "implies":
        yield from conjuncts(claim.parts[0])
        yield from premises(claim.parts[1])


def conjuncts(claim: Claim) -> Iterator[Comparison]:
    """The comparisons that must hold for a claim to hold, as far as they are joined by `and`."""
    if isinstance(claim, Comparison):
        yield claim
    elif claim.word == "and":
        for part in claim.parts:
            yield from conjuncts(part)


def mapped_claim(claim: Claim, change: Callable[[Node], Node]) -> Claim:
    """The claim with `change` made to every formula."""
    if isinstance(claim, Comparison):
        return claim._replace(left=change(claim.left), right=change(claim.right))
    return claim._replace(parts=tuple(mapped_claim(part, change) for part in claim.parts))


# --- writing ----------------------------------------------------------------------------------------------------------


def claim_text(claim: Claim, plain: bool = False) -> str:
    """A claim as a line of text, or `plain` as it can be read again.

    >>> claim_text(parse_claim("not (f[t] >= 0 and x[t] == 0)"))
    'not (f[t] ≥ 0 and x[t] = 0)'
    """
    if isinstance(claim, Comparison):
        if plain:
            return f"{source(claim.left)} {claim.relation} {source(claim.right)}"
        return f"{unicode(claim.left)} {_SHOWN.get(claim.relation, claim.relation)} {unicode(claim.right)}"
    rank = _WORDS.index(claim.word)
    texts = []
    for k, part in enumerate(claim.parts):
        text = claim_text(part, plain)
        looser = isinstance(part, Compound) and _WORDS.index(part.word) < rank + (k == 0 and claim.word == "implies")
        same = isinstance(part, Compound) and part.word == claim.word and claim.word in ("and", "or")
        texts.append(f"({text})" if looser or same else text)
    return f"not {_enclosed(texts[0])}" if claim.word == "not" else f" {claim.word} ".join(texts)


def _enclosed(text: str) -> str:
    return text if text.startswith(("(", "not ")) else f"({text})"


# --- reading ----------------------------------------------------------------------------------------------------------


def parse_claim(text: str) -> Claim:
    """The claim behind a text; raises `HomeworkError` with a span in it.

    >>> claim_text(parse_claim("0 < f[t] < 1"), plain=True)
    '0 < f[t] and f[t] < 1'
    """
    if len(text) > LONGEST:
        raise HomeworkError(Diagnostic("too-long", f"a claim of {len(text):,} characters", Span(1, 1, 2)))
    reader = _Reader(text)
    claim = reader.claim(0, len(reader.tokens), 0)
    for comparison in comparisons(claim):
        if comparison.relation == GOES_TO:
            _check_limit(comparison, list(premises(claim)))
    return claim


def _check_limit(comparison: Comparison, found: list[Comparison]) -> None:
    help = "write `f[t] -> 0 implies ...`"
    if not any(comparison is premise for premise in found):
        raise HomeworkError(Diagnostic("bad-limit", "`->` stands outside of a premise", comparison.span, help))
    if not isinstance(comparison.left, Name):
        message = f"`{source(comparison.left)}` is no quantity that could go to a number"
        raise HomeworkError(Diagnostic("bad-limit", message, comparison.left.span or comparison.span, help))


class _Reader:
    """The signs of a claim, and which of them bind how far; what is between two of them is read as a formula."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = [0, *(k + 1 for k, letter in enumerate(text) if letter == "\n")]
        self.tokens: list[_Token] = []
        opened: list[_Token] = []
        self.depths: list[int] = []
        for match in _TOKEN.finditer(text):
            token = _Token(_SPELLINGS.get(match.group(), match.group()), match.start(), match.end())
            if match.lastgroup == "bracket" and token.text in ")]":
                self.close(token, opened)
            if match.lastgroup:
                self.tokens.append(token)
                self.depths.append(len(opened))
            if match.lastgroup == "bracket" and token.text in "([":
                opened.append(token)
        if opened:
            closing = ")" if opened[-1].text == "(" else "]"
            self.fail("missing-bracket", f"`{opened[-1].text}` is never closed", opened[-1], f"add `{closing}`")

    def close(self, token: _Token, opened: list[_Token]) -> None:
        if not opened:
            self.fail("missing-bracket", f"`{token.text}` was never opened", token, "remove it or open it")
        before = opened.pop()
        if before.text + token.text not in ("()", "[]"):
            closing = ")" if before.text == "(" else "]"
            message = f"`{before.text}` is closed by `{token.text}`"
            self.fail("missing-bracket", message, token, f"close it with `{closing}`")

    def span(self, start: int, end: int) -> Span:
        line = max(k for k, at in enumerate(self.lines) if at <= start)
        return Span(line + 1, start - self.lines[line] + 1, max(end, start + 1) - self.lines[line] + 1)

    def fail(self, code: str, message: str, at: _Token, help: str = "") -> NoReturn:
        raise HomeworkError(Diagnostic(code, message, self.span(at.start, at.end), help))

    # A claim is the tokens from `first` up to `last`, and the text between the tokens beside them.

    def stretch(self, first: int, last: int) -> tuple[int, int]:
        start = self.tokens[first - 1].end if first else 0
        return start, self.tokens[last].start if last < len(self.tokens) else len(self.text)

    def claim(self, first: int, last: int, deep: int) -> Claim:
        start, end = self.stretch(first, last)
        if deep > DEEPEST:
            raise HomeworkError(Diagnostic("too-deep", f"claims stand more than {DEEPEST} deep", self.span(start, end)))
        inside = self.text[start:end]
        whole = self.span(start + len(inside) - len(inside.lstrip()), start + len(inside.rstrip()))
        if not inside.strip():
            raise HomeworkError(Diagnostic("no-claim", "a claim is missing here", self.span(start, start + 1)))
        level = min(self.depths[first:last], default=0)
        for word in _WORDS[:3]:
            cuts = [k for k in range(first, last) if self.tokens[k].text == word and self.depths[k] == level]
            if cuts:
                cuts = cuts[:1] if word == "implies" else cuts
                edges = list(zip([first, *(k + 1 for k in cuts)], [*cuts, last], strict=True))
                return Compound(word, tuple(self.claim(a, b, deep + 1) for a, b in edges), whole)
        if (
            first < last
            and self.tokens[first].text == "not"
            and not self.text[start : self.tokens[first].start].strip()
        ):
            return Compound("not", (self.claim(first + 1, last, deep + 1),), whole)
        cuts = [k for k in range(first, last) if self.tokens[k].text in _RELATIONS and self.depths[k] == level]
        if cuts:
            return self.chain(first, last, cuts, whole)
        if self.in_brackets(first, last, start, end):
            return self.claim(first + 1, last - 1, deep + 1)
        self.no_comparison(first, last, whole)

    def chain(self, first: int, last: int, cuts: list[int], whole: Span) -> Claim:
        edges = list(zip([first, *(k + 1 for k in cuts)], [*cuts, last], strict=True))
        sides = [self.formula(*self.stretch(a, b), self.tokens[cuts[max(0, n - 1)]]) for n, (a, b) in enumerate(edges)]
        pairs = []
        for k, (left, right) in zip(cuts, pairwise(sides), strict=True):
            pairs.append(Comparison(self.tokens[k].text, left, right, whole))
        return pairs[0] if len(pairs) == 1 else Compound("and", tuple(pairs), whole)

    def in_brackets(self, first: int, last: int, start: int, end: int) -> bool:
        """Whether a pair of round brackets around everything holds a claim."""
        if last - first < 2 or self.tokens[first].text != "(" or self.tokens[last - 1].text != ")":
            return False
        outside = self.text[start : self.tokens[first].start] + self.text[self.tokens[last - 1].end : end]
        inner = self.depths[first]
        alone = all(depth > inner for depth in self.depths[first + 1 : last - 1])
        return not outside.strip() and alone and any(t.text in _RELATIONS for t in self.tokens[first:last])

    def no_comparison(self, first: int, last: int, whole: Span) -> NoReturn:
        for token in self.tokens[first:last]:
            if token.text in ("=", ":="):
                self.fail("unexpected-sign", f"`{token.text}` does not compare", token, "a comparison is written `==`")
            if token.text == "=<":
                self.fail("unexpected-sign", "`=<` does not compare", token, "write `<=`")
            if token.text in ("≈", "~"):
                self.fail("unexpected-sign", f"`{token.text}` is not exact", token, "write `f[t] -> 0` for near 0")
            if token.text in ("&", "|", "!"):
                word = {"&": "and", "|": "or", "!": "not"}[token.text]
                self.fail("unexpected-sign", f"`{token.text}` joins no claims", token, f"write `{word}`")
        start, end = self.stretch(first, last)
        self.formula(start, end, _Token("", start, end))  # a fault of the formula itself says more
        help = "compare it with something: `... == 0`, `... >= 0`, `... < 1`"
        raise HomeworkError(Diagnostic("no-comparison", "nothing is compared here", whole, help))

    def formula(self, start: int, end: int, beside: _Token) -> Node:
        """The formula in a stretch of the text, its spans counted within the whole."""
        if not re.sub(r"#[^\n]*", "", self.text[start:end]).strip():
            self.fail("no-side", f"one side of `{beside.text}` is missing", beside)
        before = re.sub(r"[^\n]", " ", self.text[:start])
        return parse_formula(before + self.text[start:end])
