"""Good files made bad: the changes that the tests and `make fuzz` make to answer sheets and problems, as bytes.

Each change asks for its choices through `choose(least, most)`, so that Hypothesis, a seeded generator and a fuzzer make
the same ones.
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROBLEMS = sorted((ROOT / "problems").glob("*.yaml"))
SHEETS = sorted((ROOT / "problems").glob("answers/*.yaml"))
CLASS = sorted((ROOT / "problems").glob("ci/class/*/*.yaml"))

Choose = Callable[[int, int], int]

CHARACTERS = [
    b"\0", b"\x01", b"\x07", b"\x1b[31m", b"\x7f", b"\xc2\x85", b"\xc2\x9b", b"\xe2\x80\xa8", b"\xe2\x80\xae",
    b"\xe2\x81\xa6", b"\xe2\x80\x8b", b"\xef\xbb\xbf", b"\xef\xbf\xbe", b"\xed\xa0\x80", b"\xed\xb2\x80", b"\xff",
    b"\xc0\x80", b"\xf4\x90\x80\x80", b"\xf0\x9f\x98\x80", b"\xcc\x81" * 40, b"\r", b"\t", b"\x0c", b"\xc2\xa0",
    b"\xe3\x80\x80", b"\\", b"'", b'"', b"%", b"@", b"`",
]  # fmt: skip

NUMERALS = [
    "-0", "+.5", "5.", "1e308", "1e309", "-1e999", "1e-400", "1e999999999999", "0x1f", "0b1", "012", "1_000", "1,5",
    "1.234,5", "1'000", "12:30", "½", "³", "١٢", "１２", "−3", "－3", "Ⅷ", "3 %", "NaN", "-.inf", "Infinity", "1/3",
    "1/0", "-1/-3", "1/3/5", "9" * 400 + "/7", "9" * 5000, "0." + "0" * 5000 + "1", "1e" + "9" * 300,
    "0.2310000000000000001", "true", "~", "''", "1 2", "2·10^3", "1,5e3", "10**5", "0.22 0.23", "0.226 oder 0.227",
    "≈0.23", "<1", "0.7685...", "0.2̅", "1e5j", "√2", "π", "e",
]  # fmt: skip

FORMULAS = [
    "9**9**9", "9**-9**9", "2^2^2^2^2^2^2", "(-8)**(1/3)", "0**0", "exp(exp(exp(9)))", "log(0)", "sqrt(-1)",
    "1/(1-1)", "σ'(σ'(σ'(z)))", "tanh''''(z)", "sum[t](h[t])", "sum[t](sum[t](h[t]))", "h[t-1][t]", "h[9999999999]",
    "h[-1]", "h[t+1/2]", "W.T.T.T @ W.T", "[h[t-1], x[t]]", "outer(h[t], outer(h[t], x[t]))", "∂c[t]/∂f[t]",
    "f*c[t-1] + i*g", "o*tanh(c[t])", "σ(W_f·x[t] + U_f·h[t-1] + b_f)", "softmax(softmax(W))", "norm(norm(x))",
    "max(W, x)", "size(W)", "x[t] ⊙ W", "W³", "-(-(-x))", "(" * 90 + "x" + ")" * 90, "(" * 2000, "-" * 3000 + "1",
    "1" + "+1" * 3000, "a" * 3000, "((x)", "x)", "@", "·", "σ", "' '", "__import__('os').system('true')",
    "lambda: 0", "{x}", "h[t] = 1", "m := 1", "$x$", "\\frac{1}{2}", "sigmoid(", "sum[", "h[",
]  # fmt: skip

TEXTS = [
    "&a [*a, *a]", "*a", "&a 1", "!!python/object/apply:os.system [true]", "!!int 3", "!!binary aGk=", "!x y",
    "<<: *a", "? a", "- 1", "|", ">", "|9", "|-\n   x", "---", "...", "%YAML 1.1", "{a: {b: {c: [1]}}}",
    "[[1, 2], [3]]", "[[[[1]]]]", "[1, [2, 3]]", "[]", "{}", "{a: 1, a: 2}", "[0,5, 1,2]", "[1, 2, 3, 4, 5, 6, 7]",
    "[nan, .inf]", "[" * 3000, "{a: " * 200, "[" * 40 + "]" * 40, "[" + "1, " * 3000 + "1]", "a: b: c", "'open",
    '"\\ud800"', '"\\0"', '"\\x9b"', '"\\n::error::x"', "null", "yes", "wahr", "richtig", "falsch, weil h < 1",
    "=1+1", "::error::x", "</td><script>alert(1)</script>", "\\input{x}", "[red]x[/red]", "a" * 5000,
]  # fmt: skip

KEYS = [
    "problem", "student", "answers", "notes", "kind", "steps", "given", "equations", "ask", "points", "names",
    "digits", "decimals", "loss", "title", "rubric", "h", "h[1]", "h[0]", "h[t]", "h[3]", "h[-1]", "h[1", "H[1]",
    "h_1", "h1", "ĥ", "h_formula", "h[1]_formula", "∂c[t]/∂f[t]", "m_substituted", "1", "1/h", "2/alpha", "dim_f",
    "W", "U", "b_h", "dW_x[3]", "a[9999999999]", "<<", "~", "''", "[a]", "? ", "q" * 2000, "\u202eh", "=1+1", "true",
]  # fmt: skip

ODD = [text.encode() for text in (*NUMERALS, *FORMULAS, *TEXTS)]
NUMBER = re.compile(rb"(?<![\w.])[-+]?\d+(\.\d+)?")


def _own_keys() -> list[bytes]:
    """Every key of every bundled file: somebody else's, wherever it is put."""
    found = {key for path in (*SHEETS, *PROBLEMS) for key in re.findall(rb"(?m)^ *([^\s#:][^#:]*):", path.read_bytes())}
    return [*sorted(found), *(key.encode() for key in KEYS)]


EVERY_KEY = _own_keys()


def _any(choose: Choose, of: Sequence[bytes]) -> bytes:
    return of[choose(0, len(of) - 1)]


def _cut(data: bytes, choose: Choose) -> bytes:
    at = choose(0, len(data))
    return data[:at] + data[at + choose(1, 8) :]


def _flipped(data: bytes, choose: Choose) -> bytes:
    if not data:
        return data
    at = choose(0, len(data) - 1)
    return data[:at] + bytes([data[at] ^ (1 << choose(0, 7))]) + data[at + 1 :]


def _odd_character(data: bytes, choose: Choose) -> bytes:
    at = choose(0, len(data))
    return data[:at] + _any(choose, CHARACTERS) + data[at:]


def _odd_text(data: bytes, choose: Choose) -> bytes:
    at = choose(0, len(data))
    return data[:at] + _any(choose, ODD) + data[at:]


def _lines(data: bytes, choose: Choose) -> bytes:
    """A line left out, twice there, moved, or two of them exchanged."""
    lines = data.split(b"\n")
    at, other = choose(0, len(lines) - 1), choose(0, len(lines) - 1)
    match choose(0, 3):
        case 0:
            del lines[at]
        case 1:
            lines.insert(other, lines[at])
        case 2:
            lines[at], lines[other] = lines[other], lines[at]
        case _:
            lines[at] = b" " * choose(0, 6) + lines[at].strip()
    return b"\n".join(lines)


def _other_value(data: bytes, choose: Choose) -> bytes:
    """Behind a key something odd."""
    lines = data.split(b"\n")
    at = choose(0, len(lines) - 1)
    key, colon, _ = lines[at].partition(b":")
    if colon:
        lines[at] = key + b": " + _any(choose, ODD)
    return b"\n".join(lines)


def _quoted_value(data: bytes, choose: Choose) -> bytes:
    """The same in quotes, so that YAML makes nothing of it."""
    lines = data.split(b"\n")
    at = choose(0, len(lines) - 1)
    key, colon, _ = lines[at].partition(b":")
    if colon:
        lines[at] = key + b": '" + _any(choose, ODD).replace(b"'", b"''").replace(b"\n", b" ") + b"'"
    return b"\n".join(lines)


def _other_key(data: bytes, choose: Choose) -> bytes:
    lines = data.split(b"\n")
    at = choose(0, len(lines) - 1)
    before, colon, value = lines[at].partition(b":")
    if colon:
        lines[at] = before[: len(before) - len(before.lstrip())] + _any(choose, EVERY_KEY) + colon + value
    return b"\n".join(lines)


def _one_more(data: bytes, choose: Choose) -> bytes:
    """A key and a value of no one's."""
    lines = data.split(b"\n")
    added = b"  " * choose(0, 2) + _any(choose, EVERY_KEY) + b": " + _any(choose, ODD)
    lines.insert(choose(0, len(lines)), added)
    return b"\n".join(lines)


def _odd_numeral(data: bytes, choose: Choose) -> bytes:
    """In place of a number an odd one, or the same with its digits changed."""
    found = list(NUMBER.finditer(data))
    if not found:
        return data
    match = found[choose(0, len(found) - 1)]
    written = match[0]
    match choose(0, 4):
        case 0:
            written = written.replace(b".", b",")
        case 1:
            written = b"-" + written
        case 2:
            written += b"%d" % choose(0, 10**6)
        case 3:
            written = b"%d.%d" % (choose(-10, 10), choose(0, 999))
        case _:
            written = NUMERALS[choose(0, len(NUMERALS) - 1)].encode()
    return data[: match.start()] + written + data[match.end() :]


CHANGES = (
    _cut, _flipped, _odd_character, _odd_text, _lines, _other_value, _quoted_value, _other_key, _one_more,
    _odd_numeral, _odd_numeral,
)  # fmt: skip


def mutated(data: bytes, choose: Choose, most: int = 4) -> bytes:
    """The file with one to `most` changes."""
    for _ in range(choose(1, most)):
        data = CHANGES[choose(0, len(CHANGES) - 1)](data, choose)
    return data
