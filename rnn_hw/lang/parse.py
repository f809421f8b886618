"""Text -> tree, with a span for every node and an exact answer to the slips people make.

    program    = { [ equation ] NEWLINE }            "#" starts a comment; a line break inside brackets is a space
    equation   = NAME [ index ] "=" sum
    sum        = product { ( "+" | "-" ) product }
    product    = sign { ( "*" | "/" | "@" ) sign }
    sign       = ( "-" | "+" ) sign | power
    power      = postfix [ ( "**" | "^" ) sign ]     right-associative; -a**2 is -(a**2)
    postfix    = atom { ".T" | "^T" | SUPERSCRIPT }
    atom       = NUMBER | NAME [ index ] | call | over_time | edge | "(" sum ")" | "[" sum { "," sum } "]"
    call       = FUNCTION { "'" } "(" sum { "," sum } ")"
    over_time  = ( "sum" | "mean" | "max" | "min" ) "[" LETTER "]" "(" sum ")"
    edge       = "∂" quantity "/" "∂" quantity | "d" "(" quantity ")" "/" "d" "(" quantity ")"
    index      = "[" ( LETTER | "T" ) [ ( "+" | "-" ) DIGITS ] | DIGITS "]"

The parser is ours and not Python's `ast`, which silently reads `a ^ b + c` as `a ^ (b + c)` and `3,5*x` as a pair. It
does not know which names exist: that is `shapes.py`. Every error is a `HomeworkError` whose span counts within the text.
"""

from typing import NoReturn

from rnn_hw.errors import Diagnostic, HomeworkError, Span, did_you_mean
from rnn_hw.lang.operations import INVERSES, OPERATIONS, OVER_TIME, SPELLINGS
from rnn_hw.lang.tokens import Token, plain_name, refusal, tokens
from rnn_hw.lang.tree import Apply, Equation, Name, Node, Num, Program, Time

MAX_LENGTH = 20_000  # characters of a text
MAX_OPERATIONS = 100  # in one formula: bounds the depth of the tree, and so the recursion of every reading
MAX_DEPTH = 40  # brackets inside brackets
MOST_FAULTS = 20  # after which a bracket left open may hide the equations behind it
MAX_SHIFT = 9999  # in a time index

_SUPERSCRIPTS = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")
_BINARY = {"+": "add", "-": "sub", "*": "mul", "/": "div", "@": "matmul"}
# What `max(a, b)` with two arguments is called in the table.
_PAIRED = {"max": "maximum", "min": "minimum"}
_FUNCTIONS = tuple(n for n, row in OPERATIONS.items() if row.source.startswith(n + "(")) + ("max", "min")


def parse_formula(text: str) -> Node:
    """The tree of one formula.

    >>> parse_formula("σ(z)²") == parse_formula("sigmoid(z)**2")
    True
    """
    parser = _Parser(text)
    parser.skip_newlines()
    if parser.ahead.kind == "end":
        parser.fail("empty-formula", "the formula is empty", parser.ahead.span)
    node = parser.sum()
    parser.skip_newlines()
    parser.expect_end()
    return node


def parse_program(text: str) -> Program:
    """The program of several equations, one to a line; every equation with a fault is reported."""
    parser = _Parser(text)
    equations: list[Equation] = []
    faults: list[Diagnostic] = []
    while True:
        try:
            parser.skip_newlines()
            if parser.ahead.kind == "end":
                break
            equations.append(parser.equation())
        except HomeworkError as error:
            (fault,) = error.diagnostics
            faults.append(fault)
            swallowed = fault.code == "missing-bracket" and fault.span is not None and fault.span.line < parser.line
            if swallowed and len(faults) < MOST_FAULTS:  # the line breaks behind a bracket left open are breaks again
                parser = _Parser("\n" * (parser.line - 1) + "\n".join(text.split("\n")[parser.line - 1 :]))
            else:
                parser.depth = 0
                parser.skip_line()
    if faults:
        raise HomeworkError(*faults)
    return Program(tuple(equations))


def parse_quantity(text: str) -> Name:
    """A key such as `h[1]` or `W_f` as a name; raises as `parse_formula` does."""
    parser = _Parser(text)
    name = parser.quantity()
    parser.expect_end()
    return name


class _Parser:
    """Recursive descent over the tokens of one text."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_LENGTH:
            message = f"the text is {len(text):,} characters long, more than {MAX_LENGTH:,}"
            raise HomeworkError(Diagnostic("too-long", message, Span(1, 1, 2)))
        self.tokens = tokens(text)
        self.position = 0
        self.depth = 0
        self.operations = 0

    # -- tokens --

    @property
    def ahead(self) -> Token:
        token = self.tokens[self.position]
        if token.kind == "refused":
            raise HomeworkError(refusal(token))
        return token

    def peek(self, offset: int = 1) -> Token:
        return self.tokens[min(self.position + offset, len(self.tokens) - 1)]

    def at(self, *signs: str) -> bool:
        return self.ahead.kind == "sign" and self.ahead.text in signs

    def take(self) -> Token:
        token = self.ahead
        if token.kind != "end":
            self.position += 1
        return token

    def skip_newlines(self) -> None:
        while self.ahead.kind == "newline":
            self.position += 1

    @property
    def line(self) -> int:
        return self.tokens[self.position].span.line

    def skip_line(self) -> None:
        line = self.line
        while (token := self.tokens[self.position]).kind != "end" and (
            token.kind != "newline" or token.span.line < line
        ):
            self.position += 1

    def fail(self, code: str, message: str, span: Span, help: str = "") -> NoReturn:
        raise HomeworkError(Diagnostic(code, message, span, help))

    def close(self, bracket: str, opened: Token) -> Token:
        if self.at(bracket):
            return self.take()
        if self.at("]" if bracket == ")" else ")"):
            message = f"`{opened.text}` is closed by `{self.ahead.text}`"
            self.fail("missing-bracket", message, self.ahead.span, f"close it with `{bracket}`")
        before = self.tokens[max(self.position - 1, 0)]
        next_line = self.ahead.kind == "name" and self.ahead.span.line > before.span.line
        if self.ahead.kind in ("end", "newline") or next_line:  # a bracket left open swallows the next equation
            message = f"`{opened.text}` is never closed"
            self.fail("missing-bracket", message, opened.span, f"add `{bracket}`")
        self.unexpected()

    def expect_end(self) -> None:
        if self.ahead.kind not in ("end", "newline"):
            self.unexpected()

    def unexpected(self) -> NoReturn:
        """The token ahead cannot stand here: say which slip this is."""
        token, before = self.ahead, self.tokens[max(self.position - 1, 0)]
        if token.text == "," and before.kind == "number" and self.peek().kind == "number":
            message = "a comma stands inside a number"
            whole = f"{before.text}.{self.peek().text}"
            self.fail("decimal-comma", message, token.span, f"decimals are written with a point: `{whole}`")
        if token.kind in ("name", "number") or token.text in ("(", "["):
            left = before.text if before.kind in ("name", "number") else "..."
            right = token.text if token.kind in ("name", "number") else "(...)"
            message = f"an operator is missing before `{token.text}`"
            self.fail("missing-operator", message, token.span, f"write a product as `{left}*{right}`")
        if token.text in (")", "]"):
            self.fail("missing-bracket", f"`{token.text}` was never opened", token.span, "remove it or open it")
        if token.text in ("=", ":=", "=="):
            message = f"`{token.text}` cannot stand inside a formula"
            self.fail("unexpected-sign", message, token.span, "give the right side alone, or one equation to a line")
        if token.kind in ("end", "newline"):
            self.fail("unfinished-formula", "the formula ends in the middle", token.span, "something is missing here")
        self.fail("unexpected-sign", f"`{token.text}` cannot stand here", token.span)

    # -- the grammar --

    def equation(self) -> Equation:
        target = self.quantity()
        if target.time is not None and target.time != Time("t", 0):
            help = f"give the value at a fixed time under `given:`; an equation defines `{target.name}[t]`"
            if target.time.base == "t":
                help = f"shift every time so that the left side is `{target.name}[t]`"
            self.fail("bad-target", f"the left side is `{target}`", target.span or self.ahead.span, help)
        if not self.at("=", ":="):
            if self.at("=="):
                self.fail("unexpected-sign", "`==` compares", self.ahead.span, "an equation has one `=`")
            message = f"an equation needs `=` after `{target}`"
            self.fail("no-equation", message, self.ahead.span, f"write `{target} = ...`")
        self.take()
        formula = self.sum()
        self.expect_end()
        return Equation(target, formula)

    def quantity(self) -> Name:
        token = self.ahead
        if token.kind != "name":
            self.fail("no-name", "a name is expected here", token.span, "such as `h[t]` or `W`")
        self.take()
        return self.indexed(token)

    def indexed(self, token: Token) -> Name:
        """The name just taken, with the time that follows it, if one does."""
        name = plain_name(token.text)
        if not self.at("["):
            return Name(name, None, token.span)
        opened = self.take()
        time = self.time(opened)
        end = self.close("]", opened).span
        return Name(name, time, Span(token.span.line, token.span.column, end.end))

    def time(self, opened: Token) -> Time:
        if self.ahead.kind in ("end", "newline"):
            self.close("]", opened)
        token = self.take()
        if token.kind == "number" and token.text.isdigit() and int(token.text) <= MAX_SHIFT:
            return Time("", int(token.text))
        if token.kind != "name" or not (len(token.text) == 1 and token.text.isalpha()):
            help = "a time is `t`, `t-1`, `t+1`, `T` or a whole number"
            self.fail("bad-time", f"`{token.text}` is no time", token.span, help)
        if not self.at("+", "-"):
            return Time(token.text, 0)
        sign = -1 if self.take().text == "-" else 1
        if self.ahead.kind in ("end", "newline"):
            self.close("]", opened)
        shift = self.take()
        if shift.kind != "number" or not shift.text.isdigit() or int(shift.text) > MAX_SHIFT:
            help = "a time is `t`, `t-1`, `t+1`, `T` or a whole number"
            self.fail("bad-time", f"`{shift.text}` is no number of steps", shift.span, help)
        return Time(token.text, sign * int(shift.text))

    def apply(self, operation: str, arguments: tuple[Node, ...], first: Span | None, last: Span | None) -> Node:
        self.operations += 1
        if self.operations > MAX_OPERATIONS:
            message = f"one formula has more than {MAX_OPERATIONS} operations"
            self.fail("too-long", message, self.ahead.span, "give parts of it names of their own")
        span = first
        if first and last and first.line == last.line:
            span = Span(first.line, first.column, last.end)
        return Apply(operation, arguments, span)

    def sum(self) -> Node:
        if self.depth == 0:
            self.operations = 0
        left = self.product()
        while self.at("+", "-"):
            operation = _BINARY[self.take().text]
            right = self.product()
            left = self.apply(operation, (left, right), left.span, right.span)
        return left

    def product(self) -> Node:
        left = self.signed()
        while self.at("*", "/", "@"):
            operation = _BINARY[self.take().text]
            right = self.signed()
            left = self.apply(operation, (left, right), left.span, right.span)
        return left

    def signed(self) -> Node:
        signs = []
        while self.at("-", "+"):
            signs.append(self.take())
        node = self.power()
        for sign in reversed(signs):
            if sign.text == "-":
                node = self.apply("neg", (node,), sign.span, node.span)
        return node

    def power(self) -> Node:
        base = self.postfix()
        if not self.at("**"):
            return base
        self.take()
        with_depth = self.deeper(self.ahead)
        exponent = self.signed()
        self.depth = with_depth
        return self.apply("pow", (base, exponent), base.span, exponent.span)

    def postfix(self) -> Node:
        node = self.atom()
        while True:
            token = self.ahead
            if token.kind == "transpose":
                node = self.apply("transpose", (node,), node.span, self.take().span)
            elif token.kind == "superscript":
                node = self.apply("pow", (node, self.exponent(self.take())), node.span, token.span)
            else:
                return node

    def number(self, text: str, span: Span) -> Node:
        if float(text) == float("inf"):
            self.fail("number-too-large", f"`{text}` is too large for a number", span)
        return Num(float(text), span)

    def exponent(self, raised: Token) -> Node:
        """A superscript as the tree that it would be behind `**`, so that `x⁻¹` and `x**-1` are one formula."""
        text = raised.text.translate(_SUPERSCRIPTS)
        number = self.number(text.lstrip("+-"), raised.span)
        return self.apply("neg", (number,), raised.span, raised.span) if text[0] == "-" else number

    def deeper(self, at: Token) -> int:
        """Counts one more bracket; returns the depth to go back to."""
        before = self.depth
        self.depth += 1
        if self.depth > MAX_DEPTH:
            message = f"brackets are nested more than {MAX_DEPTH} deep"
            self.fail("too-deep", message, at.span, "give parts of the formula names of their own")
        return before

    def bracketed(self, bracket: str) -> tuple[list[Node], Token, Token]:
        """The comma-separated formulas from the opening bracket ahead to its closing one."""
        opened = self.take()
        before = self.deeper(opened)
        if self.at(bracket):
            self.fail("empty-formula", "there is nothing inside the brackets", opened.span)
        items = [self.sum()]
        while self.at(",", ";"):
            self.take()
            items.append(self.sum())
        closed = self.close(bracket, opened)
        self.depth = before
        return items, opened, closed

    def atom(self) -> Node:
        token = self.ahead
        if token.kind == "number":
            self.take()
            return self.number(token.text, token.span)
        if self.at("∂"):
            return self.edge("partial")
        if token.kind == "name":
            return self.named()
        if self.at("("):
            items, _, _ = self.bracketed(")")
            if len(items) > 1:
                if all(isinstance(i, Num) for i in items):
                    help = "decimals are written with a point"
                else:
                    help = "a vector is written in square brackets"
                self.fail("unexpected-sign", "a comma stands inside round brackets", token.span, help)
            return items[0]
        if self.at("["):
            items, opened, closed = self.bracketed("]")
            return self.apply("concat", tuple(items), opened.span, closed.span)
        self.unexpected()

    def named(self) -> Node:
        token = self.take()
        word, next_ = SPELLINGS.get(token.text, token.text), self.ahead
        if word in ("partial", "total") and self.at("("):
            items, _, closed = self.bracketed(")")
            return self.derivative(word, items, token.span, closed.span)
        if word == "d" and self.at("(") and self.differential():
            self.position -= 1
            return self.edge("total")
        over = word + "[]" if word + "[]" in OVER_TIME and self.at("[") else ""
        if word[:-1] in ("sum_", "mean_") and word[-1].isalpha() and self.at("("):
            return self.over_time(word[:-2] + "[]", Name(word[-1], None, token.span), token)
        if over:
            opened = self.take()
            index = self.take()
            if index.kind != "name" or len(index.text) != 1:
                self.fail("bad-time", f"`{index.text}` is no index", index.span, "a sum over time is `sum[t](...)`")
            self.close("]", opened)
            if not self.at("("):
                self.fail("missing-bracket", f"`{word}[{index.text}]` needs brackets", self.ahead.span, "add `(`")
            return self.over_time(over, Name(index.text, None, index.span), token)
        if word in _FUNCTIONS and not self.at("["):
            return self.call(word, token)
        if self.at("'"):
            help = did_you_mean(word, _FUNCTIONS) or f"a transpose is written `{word}.T`"
            self.fail("unknown-function", f"`{word}` is no function", token.span, help)
        if self.at("(") and next_.span.column == token.span.end:
            help = did_you_mean(word, _FUNCTIONS) if len(word) > 2 else ""
            help = help if help.startswith("did") else f"write a product as `{word}*(...)`"
            self.fail("unknown-function", f"`{word}` is no function", token.span, help)
        return self.indexed(token)

    def over_time(self, operation: str, index: Name, token: Token) -> Node:
        items, opened, closed = self.bracketed(")")
        if len(items) != 1:
            self.fail("wrong-arguments", f"`{token.text}` over time takes one formula", opened.span)
        return self.apply(operation, (index, items[0]), token.span, closed.span)

    def call(self, word: str, token: Token) -> Node:
        primes = 0
        while self.at("'"):
            self.take()
            primes += 1
        power = self.take() if self.ahead.kind == "superscript" else None  # tanh²(c) is (tanh(c))²
        if not self.at("("):
            if word == "sqrt" and token.text == "sqrt" and self.ahead.kind in ("name", "number"):
                before = self.deeper(token)
                argument = self.postfix()  # √x
                self.depth = before
                return self.apply(word, (argument,), token.span, argument.span)
            message = f"`{word}` needs its argument in brackets"
            self.fail("missing-bracket", message, token.span, f"write `{word}(...)`")
        items, opened, closed = self.bracketed(")")
        if len(items) == 2:
            word = _PAIRED.get(word, word)
        arity = OPERATIONS[word].arity
        if len(items) != arity:
            numbers = all(isinstance(i, Num) for i in items) and arity == 1
            help = "decimals are written with a point" if numbers else ""
            takes = f"{arity} argument{'s' * (arity > 1)}" + " or 2" * (word in _PAIRED)
            self.fail("wrong-arguments", f"`{word}` takes {takes}, not {len(items)}", opened.span, help)
        if primes and arity != 1:
            self.fail("wrong-arguments", f"a prime needs a function of one argument, not of {arity}", token.span)
        node = self.apply(word + "'" * primes, tuple(items), token.span, closed.span)
        if power:
            if power.text == "⁻¹" and word in INVERSES:
                return self.apply(INVERSES[word], tuple(items), token.span, closed.span)
            if power.text == "⁻¹":
                help = f"for one divided by it write `1/{word}(...)`, for the derivative `{word}'(...)`"
                self.fail("inverse-function", f"`{word}⁻¹` can be read in two ways", power.span, help)
            node = self.apply("pow", (node, self.exponent(power)), token.span, closed.span)
        return node

    def differential(self) -> bool:
        """Whether `(quantity)/d(` follows, so that the `d` just taken is not a quantity's name."""
        depth = 0
        for k in range(12):
            text = self.peek(k).text
            depth += (text == "(") - (text == ")")
            if depth == 0:
                return self.peek(k + 1).text == "/" and self.peek(k + 2).text == "d"
        return False

    def edge(self, word: str) -> Node:
        """`∂c[t+1]/∂c[t]`, the derivative along one edge, or `d(h[T])/d(h[t])`, through every path."""
        first = self.take()
        above = self.edge_end()
        if not self.at("/"):
            self.fail("bad-derivative", "a derivative needs `/` here", self.ahead.span, "write `∂(a[t])/∂(b[t])`")
        self.take()
        if self.ahead.text != first.text:
            help = f"write `{first.text}(a[t])/{first.text}(b[t])`"
            self.fail("bad-derivative", f"a derivative needs `{first.text}` below as above", self.ahead.span, help)
        self.take()
        below = self.edge_end()
        return self.derivative(word, [above, below], first.span, below.span)

    def edge_end(self) -> Node:
        opened = self.take() if self.at("(") else None
        token, name = self.ahead, self.quantity()
        if name.time is None and SPELLINGS.get(token.text, token.text) in _FUNCTIONS:
            help = f"a function's derivative is written `{token.text}'(...)`"
            self.fail("bad-derivative", f"`{token.text}` is a function, not a quantity", token.span, help)
        if opened:
            self.close(")", opened)
        return name

    def derivative(self, word: str, items: list[Node], first: Span | None, last: Span | None) -> Node:
        if len(items) != 2 or not all(isinstance(i, Name) for i in items):
            help = f"write `{word}(h[T], h[t])`: what is differentiated, and by what"
            self.fail("bad-derivative", f"`{word}` takes two quantities", first or self.ahead.span, help)
        return self.apply(word, tuple(items), first, last)
