"""What PyYAML says of a broken file, in words for the person who wrote it.

The expected slips first, each with its repair: a missing space, a tab, a colon in a text, a bracket left open. Takes the
text and the error alone: `source.py` is the one importer of yaml, and what it refuses of good YAML is worded there.
"""

import re
from typing import Any

from rnn_hw.errors import Diagnostic, Span
from rnn_hw.text_file import START, lines_of, position, short

DEEPEST = 50  # lists and maps inside each other; at 25,000 PyYAML's C parser takes the interpreter down


def mark_span(start: Any, end: Any = None) -> Span:
    """From one mark to the other where both are on one line, else one column."""
    column = end.column if end is not None and end.line == start.line else 0
    return Span(start.line + 1, start.column + 1, max(column, start.column + 1) + 1)


# What YAML 1.1 refuses, and the line ends that only it knows. Compiled when it is needed: that takes 5 ms.
REFUSED = "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"


def control(text: str) -> Diagnostic:
    """The first character of the text that YAML does not allow."""
    match = re.search(REFUSED, text)
    place, name = (position(text[: match.start()]), f"U+{ord(match[0]):04X}") if match else (START, "of control")
    help = "delete it, or write an ordinary space"
    return Diagnostic("control-character", f"the character {name} cannot stand here", place, help)


def too_deep(span: Span) -> Diagnostic:
    """Nesting that is refused, by us or by a parser that has a bound of its own (libyaml 0.2.6 has)."""
    message = f"lists and maps stand more than {DEEPEST} deep in each other"
    return Diagnostic("too-deep", message, span, "a matrix is a list of lists, two deep")


def broken(text: str, error: Exception) -> Diagnostic:
    """PyYAML's error in our words: the expected slips first, each with its repair."""
    at, begun = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    if at is None:
        return Diagnostic("broken-yaml", f"not YAML: {str(error)[:100]}", mark_span(begun) if begun else START)
    lines = [*lines_of(text), ""]
    line, opened = lines[at.line], lines[begun.line][begun.column :] if begun else ""
    before, found = line[: at.column], line[at.column : at.column + 1]
    here, there = mark_span(at), mark_span(begun or at)
    problem = str(error.problem)  # type: ignore[attr-defined]
    if "nesting depth" in problem:
        return too_deep(here)

    def fault(message: str, help: str, span: Span = here) -> Diagnostic:
        return Diagnostic("broken-yaml", message, span, help)

    if not before.strip() and (tab := line.find("\t", 0, len(line) - len(line.lstrip()))) >= 0:
        return fault("a tab stands in the indentation", "indent with spaces", Span(here.line, tab + 1, tab + 2))
    if problem.startswith(("did not find expected ',' or", "expected ',' or")):  # the C parser's and the other's
        return _broken_flow(line, here, opened, there)
    if problem.startswith("could not find expected ':'"):
        return _no_colon(opened.strip(), there)
    if problem.startswith("mapping values are not allowed"):
        if re.search(r":\s", before):
            return fault("a second colon stands on one line", 'put a text that holds `: ` in quotes, `"..."`')
        return fault("this line is indented too far", "begin the names of one map in the same column")
    if problem.startswith("found character"):
        named = "a backtick" if found == "`" else f"`{found}`"
        return fault(f"{named} cannot begin a value", 'put the text in quotes, `"..."`')
    if problem.startswith("found unexpected") and opened[:1] in {"'", '"'}:
        return fault("the quote is never closed", f"add the missing `{opened[0]}`", there)
    if opened[:1] == '"' and "\\" in before[-2:] + found:
        return fault("a backslash begins an escape in double quotes", "use single quotes, or write `\\\\`")
    if found == "-" and (problem.startswith("block sequence") or "block mapping" in str(error.context)):  # type: ignore[attr-defined]
        return fault("a list entry `- ` stands among names", "write `name: [1, 2]`, or indent the entries below a name")
    if found in {"]", "}", ")"}:
        return fault(f"`{found}` closes nothing", "delete it, or add the bracket that it closes")
    if found == ":":
        return fault("there is no name before the colon", "write `name: value`")
    if found in {",", "[", "{"} and "node content" in problem:
        return fault(f"a value is missing before `{found}`", "write the value")
    if before.strip() and "expected" in problem:
        return fault("text follows the end of the value", "put all of it in quotes; a quote inside is doubled, `''`")
    if "expected" in problem:
        return fault("this line does not fit the lines above", "begin the names of one map in the same column")
    return fault(f"not YAML: {problem[:100]}", "")


def _no_colon(word: str, span: Span) -> Diagnostic:
    """A line without `: `: the space is missing, or all of it."""
    span = span._replace(end=span.column + max(1, len(word)))
    message, help = "this line is no `name: value`", "put a colon and a space behind the name"
    if glued := re.match(r"([^\s:]+):(\S.*)", word):
        message, help = "no space follows the colon", f"write `{short(f'{glued[1]}: {glued[2]}')}`"
    elif re.match(r"-\S", word):
        message, help = "no space follows the dash", f"write `{short(f'- {word[1:]}')}`"
    return Diagnostic("broken-yaml", message, span, help)


_indexed = re.compile(r"(?<![\w\"'])([^\W\d]\w*'?\[[^][{},\"']*\])")  # `h[0]` without quotes around it


def _broken_flow(line: str, here: Span, opened: str, there: Span) -> Diagnostic:
    """A fault between brackets: a name with an index, a bracket of the other kind, one that is missing."""
    opening, found = opened[:1], line[here.column - 1 : here.column]
    closing = {"[": "]", "{": "}"}.get(opening, "")
    for match in _indexed.finditer(line):
        if match.start() < here.column <= match.end():
            whole = opened.strip()
            one_piece = here.line == there.line and len(whole) <= 60 and whole.endswith(closing)
            fixed = _indexed.sub(r'"\1"', whole if one_piece else short(match[1]))
            span = Span(here.line, match.start() + 1, match.end() + 1)
            return Diagnostic("broken-yaml", f"`{short(match[1])}` needs quotes here", span, f"write `{fixed}`")
    if found in {"]", "}", ")"}:
        return Diagnostic("broken-yaml", f"`{opening}` is closed by `{found}`", here, f"close it with `{closing}`")
    if here.line > there.line or not line[here.column - 1 :].strip():
        return Diagnostic("broken-yaml", f"`{opening}` is never closed", there, f"add the missing `{closing}`")
    help = "put commas between entries, and a text that holds brackets in quotes"
    return Diagnostic("broken-yaml", f"`,` or `{closing}` is missing here", here, help)
