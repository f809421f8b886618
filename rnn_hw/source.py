"""YAML text -> plain values that keep their text, line and column. The only importer of yaml.

Every scalar stays the text that a person wrote: `0.750`, `010` and `no` are three texts, and what they mean is for the
reader of a field to say. Maps, lists, scalars and comments are the whole of the YAML that is understood; tags, anchors,
merge keys, directives, several documents and a key given twice are refused with their place. Nothing here knows a field
of a problem or of an answer file, and no text of any kind gets past `parse` as another exception than `HomeworkError`.

Speed: an answer file of 1.1 KB takes 0.36 of the time of `yaml.load(text, CSafeLoader)` (`tests/bench/reading.py`). Of
PyYAML's C parser that is: its nodes without a resolver, 0.28, which then *become* the values by a change of class. A
second object for each node would make it 0.48, and so would a walk over parser events (bare events 0.31, values 0.50).
`import yaml` costs 12 to 20 ms; `yaml._yaml` alone costs the same, since Python imports the package around it first.
"""

import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Any, NamedTuple, cast

import yaml
from yaml.error import Mark
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from rnn_hw.errors import Diagnostic, HomeworkError, Span, did_you_mean

LARGEST = 1 << 20  # bytes of a file
DEEPEST = 50  # lists and maps inside each other; at 25,000 PyYAML's C parser takes the interpreter down
MOST_FAULTS = 20  # told in one run

_START = Span(1, 1, 2)
_ORIGIN = Mark("", 0, 0, 0, None, 0)  # where a value made by hand is said to stand


# --- values ------------------------------------------------------------------------------------------------------------


class _Placed(Node):
    """What the three kinds of value share: the place of the first character, counted from 1."""

    @property
    def line(self) -> int:
        return cast(int, self.start_mark.line) + 1

    @property
    def column(self) -> int:
        return cast(int, self.start_mark.column) + 1


class Scalar(_Placed, ScalarNode):
    """A scalar as text, never resolved; `style` is "" for a plain one, else `'`, `"`, `|` or `>`."""

    style: str
    text: str = cast(str, property(attrgetter("value")))  # three times as fast as a property written in Python

    def __init__(self, text: str, style: str = "") -> None:
        super().__init__("", text, _ORIGIN, _ORIGIN, style)

    @property
    def is_null(self) -> bool:
        return not self.style and self.text in {"", "~", "null"}

    def __repr__(self) -> str:
        return f"Scalar({self.text!r})"


class Items(_Placed, SequenceNode):
    """A list."""

    items: list["Value"] = cast("list[Value]", property(attrgetter("value")))

    def __init__(self, items: Iterable["Value"] = ()) -> None:
        super().__init__("", list(items), _ORIGIN, _ORIGIN, True)

    @property
    def flow(self) -> bool:
        """Whether it is written `[1, 2]`, not as lines that begin with a dash."""
        return bool(self.flow_style)

    def __repr__(self) -> str:
        return f"Items({self.items!r})"


class Fields(_Placed, MappingNode):
    """A map: the values and the key scalars by name, in the order of the file."""

    entries: dict[str, "Value"]
    keys: dict[str, Scalar]

    def __init__(self, entries: dict[str, "Value"] | None = None) -> None:
        super().__init__("", [], _ORIGIN, _ORIGIN, True)
        self.entries = entries or {}
        self.keys = {name: Scalar(name) for name in self.entries}

    def get(self, name: str) -> "Value | None":
        return self.entries.get(name)

    def __contains__(self, name: object) -> bool:
        return name in self.entries

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __repr__(self) -> str:
        return f"Fields({self.entries!r})"


Value = Scalar | Items | Fields


class Document(NamedTuple):
    """A file that was read: the name to show, its text, and the map it holds."""

    file: str
    text: str
    root: Fields

    @property
    def lines(self) -> list[str]:
        return _lines(self.text)

    def line(self, number: int) -> str:
        """Line `number`, counted from 1; "" where there is none."""
        return "".join(self.lines[number - 1 : number]) if number > 0 else ""


# --- reading -----------------------------------------------------------------------------------------------------------


def read(path: "str | os.PathLike[str]") -> Document:
    """The document in the file `path`, or on standard input for "-"; HomeworkError if there is none."""
    name = os.fspath(path)
    if name == "-":
        stream = getattr(sys.stdin, "buffer", None)
        return parse(stream.read(LARGEST + 1) if stream else b"", "<stdin>")
    file = name.encode(errors="replace").decode()  # a name that is not UTF-8 must not break the message about it
    try:
        # Without O_NONBLOCK the open alone would wait for ever on a FIFO that nobody writes to.
        descriptor = os.open(name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
        try:
            status = os.fstat(descriptor)
            if stat.S_ISDIR(status.st_mode):
                raise IsADirectoryError
            if not stat.S_ISREG(status.st_mode):
                help = "a pipe is read as standard input, `-`"
                raise HomeworkError(Diagnostic("not-a-file", f"`{file}` is no regular file", help=help, file=file))
            with open(descriptor, "rb", buffering=0, closefd=False) as opened:
                data = opened.read(min(status.st_size, LARGEST) + 1)
        finally:
            os.close(descriptor)
    except IsADirectoryError:
        message = f"`{file}` is a folder, not a file"
        raise HomeworkError(Diagnostic("is-directory", message, help="name a file in it", file=file)) from None
    except (FileNotFoundError, NotADirectoryError):
        raise HomeworkError(_missing(name, file)) from None
    except (OSError, ValueError) as error:  # no permission, a name too long, a NUL in the name, ...
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise HomeworkError(Diagnostic("unreadable-file", f"`{file}` cannot be read: {reason}", file=file)) from None
    return parse(data, file)


def parse(text: str | bytes, file: str) -> Document:
    """The document that `text` is, `file` being its name in diagnostics; HomeworkError if it is none."""
    text, data = _decoded(text, file)
    if not text.isascii() and any(odd in text for odd in "\x85\u2028\u2029"):  # line ends for YAML 1.1 alone
        raise _error(file, text, [_control(text)])
    if _needs_care(text, data) and (faults := _survey(text)):
        raise _error(file, text, faults)
    try:
        node = _Parser(text).get_single_node()
    except _PARSER_ERRORS as error:
        raise _error(file, text, [_broken(text, error)]) from None
    if node is None or (node.__class__ is ScalarNode and not node.style and not node.value):
        empty = Diagnostic("empty-file", "the file is empty", _START, "`rnnhw new` writes one to start from")
        raise _error(file, text, [empty])
    faults = []
    root = _value(node, faults)
    if not isinstance(root, Fields):
        faults.append(_not_a_map(root))
    if faults:
        raise _error(file, text, faults)
    return Document(file, text, cast(Fields, root))


def _value(node: Any, faults: list[Diagnostic]) -> Value:
    """Turns the parser's node and all in it into ours, by a change of class, and collects the faults of its maps."""
    if node.__class__ is ScalarNode:
        node.__class__ = Scalar
    elif node.__class__ is SequenceNode:
        node.__class__ = Items
        for item in node.value:
            if item.__class__ is ScalarNode:  # most of a file is numbers in lists: no call for each
                item.__class__ = Scalar
            else:
                _value(item, faults)
    else:
        node.__class__ = Fields
        entries: dict[str, Value] = {}
        keys: dict[str, Scalar] = {}
        node.entries, node.keys = entries, keys
        for key, value in node.value:
            _value(value, faults)
            kind = key.__class__
            if kind is not ScalarNode:
                place = _mark_span(key.start_mark, key.end_mark)
                faults.append(Diagnostic("odd-key", "a list or a map stands as a name", place, "put it in quotes"))
                continue
            key.__class__ = Scalar
            name = key.value
            if name in keys:
                message = f"`{_short(name)}` is given twice, first on line {keys[name].line}"
                faults.append(Diagnostic("duplicate-key", message, span_of(key), "keep one of them"))
            else:
                keys[name], entries[name] = key, value
        if "<<" in keys or "" in keys or node.flow_style:
            faults.extend(_odd_keys(node))
    return cast(Value, node)


def _odd_keys(fields: Fields) -> Iterator[Diagnostic]:
    for name, key in fields.keys.items():
        value = fields.entries[name]
        if key.style:
            continue
        if name == "<<":
            message = "merge keys `<<` are not understood"
            yield Diagnostic("no-anchors", message, span_of(key), "write the fields out")
        elif not name:
            yield Diagnostic("odd-key", "there is no name before the colon", span_of(key), "write `name: value`")
        elif re.search(r"\w:\S", name) and isinstance(value, Scalar) and not value.style and not value.text:
            fixed = _short(name.replace(":", ": ", 1))
            yield Diagnostic("broken-yaml", "no space follows the colon", span_of(key), f"write `{{{fixed}}}`")


# --- PyYAML ------------------------------------------------------------------------------------------------------------

# The parser in Python stumbles over escapes such as "\U00110000".
_PARSER_ERRORS = (yaml.YAMLError, ValueError, OverflowError)


class _Plain:
    """Takes the place of PyYAML's resolver: no scalar gets a type."""

    def resolve(self, kind: object, value: object, implicit: object) -> str:
        return ""

    def descend_resolver(self, parent: object, index: object) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass


def _parser_class() -> Any:
    """PyYAML's C parser; where it was not built, the one in Python, which takes some fifteen times as long."""
    try:
        from yaml._yaml import CParser
    except ImportError:
        return _python_parser_class()

    class PlainParser(_Plain, CParser):
        pass

    return PlainParser


def _python_parser_class() -> Any:
    from yaml.composer import Composer
    from yaml.parser import Parser
    from yaml.reader import Reader
    from yaml.scanner import Scanner

    class PlainParser(_Plain, Reader, Scanner, Parser, Composer):
        def __init__(self, text: str) -> None:
            Reader.__init__(self, text)
            Scanner.__init__(self)
            Parser.__init__(self)
            Composer.__init__(self)

        def compose_scalar_node(self, anchor: Any) -> ScalarNode:
            node = super().compose_scalar_node(anchor)
            node.value.encode()  # the escape "\ud800", an error of the C parser, is a ValueError here
            node.style = node.style or ""
            return node

    return PlainParser


_Parser = _parser_class()


# --- what is looked at before the parser runs ---------------------------------------------------------------------------


def _decoded(text: str | bytes, file: str) -> tuple[str, bytes]:
    """The text without a byte order mark, and the same as UTF-8."""
    data = text.encode(errors="surrogatepass") if isinstance(text, str) else text
    data = data.removeprefix(b"\xef\xbb\xbf")
    excerpt = ""
    if len(data) > LARGEST:
        help = "a problem or an answer file takes a few KB"
        fault = Diagnostic("too-large", f"the file is larger than {LARGEST >> 20} MiB", _START, help)
    elif data.startswith((b"\xff\xfe", b"\xfe\xff")) or re.match(rb"(?s)(\0[^\0]){2}|([^\0]\0){2}", data):
        fault = Diagnostic("not-utf8", "the file is UTF-16 text", _START, "save it as UTF-8")
    elif b"\0" in data:
        fault = Diagnostic("binary-file", "the file is binary, not text", _START, "name a YAML file, which is text")
    else:
        try:
            return data.decode(), data
        except UnicodeDecodeError as error:
            span = _position(data[: error.start].decode())
            excerpt = _lines(data.decode(errors="replace"))[span.line - 1]
            message = f"the byte 0x{data[error.start]:02x} is not UTF-8"
            fault = Diagnostic("not-utf8", message, span, "save the file as UTF-8")
    raise HomeworkError(fault._replace(file=file, excerpt=excerpt))


_AS_SQUARE = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(code for code in range(256) if code not in b"[]{}")
# Sixteen columns of spaces and dashes open at most 34 lists and maps: two for each column, and the root.
_deep_line = re.compile(r"\n[ \t?:-]{16}").search
# Where an anchor, an alias or a tag can stand: at the start of a node. `f*c` holds none. (With the character in front and
# what must stand before it behind, the search is five times as fast.)
_markup = re.compile(r"[&*!](?<![^\s\[{,:?].)(?:(?<=!)|[\w-])", re.DOTALL).search
_marker = re.compile(r"^(?:---|\.\.\.|%)", re.MULTILINE).search  # of a document or a directive


def _needs_care(text: str, data: bytes) -> bool:
    """Whether `text` may hold deep nesting or markup that is refused; a few µs, and False for nearly every file."""
    brackets = data.translate(_AS_SQUARE, _NO_BRACKETS)
    depth = 0
    while depth < 16 and b"[]" in brackets:
        brackets = brackets.replace(b"[]", b"")  # the innermost pairs
        depth += 1
    if depth + len(brackets) > 16 or _deep_line("\n" + text):
        return True
    if "\r" in text and "\r" in text.replace("\r\n", ""):
        return True  # a lone carriage return ends a line, which the patterns do not see
    if _markup(text):
        return True
    return ("---" in text or "..." in text or "%" in text) and _marker(text) is not None


def _survey(text: str) -> list[Diagnostic]:
    """The nesting and the markup that are refused, by the parser's events: they come one by one, without recursion."""
    faults: list[Diagnostic] = []
    depth = documents = 0

    def fault(code: str, message: str, help: str, width: int = 1) -> None:
        place = _mark_span(event.start_mark)
        faults.append(Diagnostic(code, message, place._replace(end=place.column + width), help))

    try:
        parser = _Parser(text)
        while (event := parser.get_event()).__class__ is not yaml.StreamEndEvent:
            kind = event.__class__
            if kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                depth += 1
                if depth > DEEPEST:
                    message = f"lists and maps stand more than {DEEPEST} deep in each other"
                    fault("too-deep", message, "a matrix is a list of lists, two deep")
                    break
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                depth -= 1
                continue
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if event.version or event.tags:
                    fault(
                        "no-directives", "directives such as `%YAML` are not understood", "leave the lines with `%` out"
                    )
                if documents == 2:
                    fault("two-documents", "a second document begins here", "write one file for each")
                continue
            elif kind is not yaml.ScalarEvent and kind is not yaml.AliasEvent:
                continue
            if event.anchor:
                help = 'a text with `*` or `&` needs quotes, `"*x"`'
                fault("no-anchors", "anchors and aliases are not understood", help, 1 + len(event.anchor))
            if kind is not yaml.AliasEvent and event.tag:
                fault("no-tags", "tags are not understood", 'leave it out; a text with `!` needs quotes, `"!x"`')
    except _PARSER_ERRORS as error:
        faults.append(_broken(text, error))
    return faults


# --- places ------------------------------------------------------------------------------------------------------------


def _lines(text: str) -> list[str]:
    """The lines as YAML counts them; a lone carriage return ends one too."""
    return re.split("\r\n|\n|\r", text)


def _position(before: str, width: int = 1) -> Span:
    """The place behind the text `before`."""
    lines = _lines(before)
    return Span(len(lines), len(lines[-1]) + 1, len(lines[-1]) + 1 + width)


def _mark_span(start: Any, end: Any = None) -> Span:
    """From one mark to the other where both are on one line, else one column."""
    column = end.column if end is not None and end.line == start.line else 0
    return Span(start.line + 1, start.column + 1, max(column, start.column + 1) + 1)


def span_of(value: Value) -> Span:
    """The whole of a value that stands on one line, the first character of a longer one."""
    return _mark_span(value.start_mark, value.end_mark)


def diagnostic(
    document: Document,
    code: str,
    message: str,
    at: Value | Span | None,
    help: str = "",
    notes: Iterable[str] = (),
) -> Diagnostic:
    """A diagnostic with the file, the place and the line of the document."""
    span = at if at is None or isinstance(at, Span) else span_of(at)
    return Diagnostic(code, message, span, help, tuple(notes), document.file, document.line(span.line) if span else "")


def within(document: Document, scalar: Scalar, inner: Diagnostic) -> Diagnostic:
    """`inner`, whose span counts within the text of `scalar`, moved to its place in the file.

    Text that the file holds in another form (folded lines, escapes in double quotes) is pointed at by its start.
    """
    span = (_moved(document, scalar, inner.span) if inner.span else None) or span_of(scalar)
    return inner._replace(span=span, file=document.file, excerpt=document.line(span.line))


def _moved(document: Document, scalar: Scalar, span: Span) -> Span | None:
    if scalar.style == "|":
        # The text's line is the end of the file's line, behind an indentation that need not be worked out.
        lines, number = scalar.text.split("\n"), scalar.line + span.line
        if not 0 < span.line <= len(lines):
            return None
        indentation = len(document.line(number)) - len(lines[span.line - 1])
        return Span(number, span.column + indentation, span.end + indentation)
    quote = scalar.style
    written = scalar.text.replace("'", "''") if quote == "'" else scalar.text
    source = document.line(scalar.line)[scalar.column - 1 :]
    if quote == ">" or span.line != 1 or not source.startswith(quote + written + quote):
        return None

    def column(inner: int) -> int:
        doubled = scalar.text.count("'", 0, inner - 1) if quote == "'" else 0
        return scalar.column + len(quote) + inner - 1 + doubled

    return Span(scalar.line, column(span.column), column(span.end))


# --- wording -----------------------------------------------------------------------------------------------------------


def _error(file: str, text: str, faults: list[Diagnostic]) -> HomeworkError:
    """The first of the faults, each with its file and line."""
    lines = _lines(text)
    faults.sort(key=lambda fault: fault.span or _START)
    kept = [
        f._replace(file=file, excerpt="".join(lines[f.span.line - 1 : f.span.line]))
        for f in faults[:MOST_FAULTS]
        if f.span
    ]
    if len(faults) > MOST_FAULTS:
        kept[-1] = kept[-1]._replace(notes=(f"{len(faults) - MOST_FAULTS} more faults of the file are not shown",))
    return HomeworkError(*kept)


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


def _missing(name: str, file: str) -> Diagnostic:
    folder, base = os.path.split(name)
    try:
        names = sorted(os.listdir(folder or "."))
    except (OSError, ValueError):
        return Diagnostic("missing-file", f"there is no folder `{os.path.dirname(file)}`", file=file)
    near = [entry.encode(errors="replace").decode() for entry in names if entry.lower().endswith((".yaml", ".yml"))]
    help = did_you_mean(base, near[:1000])
    return Diagnostic("missing-file", f"there is no file `{file}`", help=help, file=file)


def _not_a_map(root: Value) -> Diagnostic:
    found, help = "a list" if isinstance(root, Items) else "one value", "write lines such as `name: value`"
    if isinstance(root, Scalar) and (word := re.match(r"([\w[\]]+)\s*[:=]\s*(\S+)", root.text)):
        help = f"put a colon and a space between name and value, `{_short(f'{word[1]}: {word[2]}')}`"
    return Diagnostic("not-a-map", f"the file holds {found}, not named fields", _START, help)


# What YAML 1.1 refuses, and the line ends that only it knows.
_refused = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]").search


def _control(text: str) -> Diagnostic:
    match = _refused(text)
    place, name = (_position(text[: match.start()]), f"U+{ord(match[0]):04X}") if match else (_START, "of control")
    help = "delete it, or write an ordinary space"
    return Diagnostic("control-character", f"the character {name} cannot stand here", place, help)


def _broken(text: str, error: Exception) -> Diagnostic:
    """PyYAML's error in our words: the expected slips first, each with its repair."""
    if isinstance(error, yaml.reader.ReaderError):
        return _control(text)
    at, begun = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    if at is None:
        return Diagnostic("broken-yaml", f"not YAML: {str(error)[:100]}", _mark_span(begun or _ORIGIN))
    lines = [*_lines(text), ""]
    line, opened = lines[at.line], lines[begun.line][begun.column :] if begun else ""
    before, found = line[: at.column], line[at.column : at.column + 1]
    here, there = _mark_span(at), _mark_span(begun or at)
    problem = str(error.problem)  # type: ignore[attr-defined]

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
        message, help = "no space follows the colon", f"write `{_short(f'{glued[1]}: {glued[2]}')}`"
    elif re.match(r"-\S", word):
        message, help = "no space follows the dash", f"write `{_short(f'- {word[1:]}')}`"
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
            fixed = _indexed.sub(r'"\1"', whole if one_piece else _short(match[1]))
            span = Span(here.line, match.start() + 1, match.end() + 1)
            return Diagnostic("broken-yaml", f"`{_short(match[1])}` needs quotes here", span, f"write `{fixed}`")
    if found in {"]", "}", ")"}:
        return Diagnostic("broken-yaml", f"`{opening}` is closed by `{found}`", here, f"close it with `{closing}`")
    if here.line > there.line or not line[here.column - 1 :].strip():
        return Diagnostic("broken-yaml", f"`{opening}` is never closed", there, f"add the missing `{closing}`")
    help = "put commas between entries, and a text that holds brackets in quotes"
    return Diagnostic("broken-yaml", f"`,` or `{closing}` is missing here", here, help)
