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
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Any, NamedTuple, cast

import yaml
from yaml.error import Mark
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from rnn_hw.errors import Diagnostic, HomeworkError, Span, shortened
from rnn_hw.text_file import ENDINGS, START, contents, decoded, lines_of, short
from rnn_hw.yaml_faults import DEEPEST, broken, control, mark_span, too_deep

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
        return lines_of(self.text)

    def line(self, number: int) -> str:
        """Line `number`, counted from 1; "" where there is none."""
        return "".join(self.lines[number - 1 : number]) if number > 0 else ""


# --- reading -----------------------------------------------------------------------------------------------------------


def read(path: "str | os.PathLike[str]") -> Document:
    """The document in the file `path`, or on standard input for "-"; HomeworkError if there is none."""
    data, file = contents(path)
    return parse(data, file)


def parse(text: str | bytes, file: str) -> Document:
    """The document that `text` is, `file` being its name in diagnostics; HomeworkError if it is none."""
    text, data = decoded(text, file)
    if not text.isascii() and any(odd in text for odd in "\x85\u2028\u2029"):  # line ends for YAML 1.1 alone
        raise _error(file, text, [control(text)])
    if _needs_care(text, data) and (faults := _survey(text)):
        raise _error(file, text, faults)
    try:
        node = _Parser(text).get_single_node()
    except _PARSER_ERRORS as error:
        raise _error(file, text, [_refusal(text, error)]) from None
    if node is None or (node.__class__ is ScalarNode and not node.style and not node.value):
        empty = Diagnostic(
            "empty-file",
            "the file is empty",
            START,
            "`rnnhw new KIND` writes a problem to start from, `rnnhw template PROBLEM` an answer file",
        )
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
                place = mark_span(key.start_mark, key.end_mark)
                faults.append(Diagnostic("odd-key", "a list or a map stands as a name", place, "put it in quotes"))
                continue
            key.__class__ = Scalar
            name = key.value
            if name in keys:
                message = f"`{short(name)}` is given twice, first on line {keys[name].line}"
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
            fixed = short(name.replace(":", ": ", 1))
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
    if "\r" in text:
        return True  # a lone carriage return ends a line, which the patterns do not see
    if _markup(text):
        return True
    return ("---" in text or "..." in text or "%" in text) and _marker(text) is not None


def _survey(text: str) -> list[Diagnostic]:
    """The nesting and the markup that are refused, by the parser's events: they come one by one, without recursion."""
    faults: list[Diagnostic] = []
    depth = documents = 0

    def fault(code: str, message: str, help: str, width: int = 1) -> None:
        place = mark_span(event.start_mark)
        faults.append(Diagnostic(code, message, place._replace(end=place.column + width), help))

    try:
        parser = _Parser(text)
        while (event := parser.get_event()).__class__ is not yaml.StreamEndEvent:
            kind = event.__class__
            if kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                depth += 1
                if depth > DEEPEST:
                    faults.append(too_deep(mark_span(event.start_mark)))
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
        faults.append(_refusal(text, error))
    return faults


# --- places ------------------------------------------------------------------------------------------------------------


def span_of(value: Value) -> Span:
    """The whole of a value that stands on one line, the first character of a longer one."""
    return mark_span(value.start_mark, value.end_mark)


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


def named_file(document: Document, name: str, value: Value) -> str:
    """Where the file is that a document names as `value`: relative to the document's own.

    Raises `HomeworkError` for what is not called like one: whoever marks the work of others must not be made to show lines
    of any file of theirs.
    """
    if not name.lower().endswith(ENDINGS):
        help = f"name a file that ends in {' or '.join(f'`{ending}`' for ending in ENDINGS)}"
        raise HomeworkError(diagnostic(document, "not-yaml", f"`{short(name)}` is no YAML file", value, help))
    folder = os.path.dirname(document.file) if not document.file.startswith("<") else ""
    return os.path.normpath(os.path.join(folder, name))


def referred(document: Document, value: Value, error: HomeworkError) -> HomeworkError:
    """A fault of the file that `value` names: at its own place, or, where there is no such file, where it is named."""
    if any(d.span is not None for d in error.diagnostics):
        return error
    return HomeworkError(*(diagnostic(document, d.code, d.message, value, d.help) for d in error.diagnostics))


# --- wording -----------------------------------------------------------------------------------------------------------


def _error(file: str, text: str, faults: list[Diagnostic]) -> HomeworkError:
    """The first of the faults, each with its file and line."""
    lines = lines_of(text)
    faults.sort(key=lambda fault: fault.span or START)
    placed = ((f, f.span.line) for f in shortened(faults) if f.span)
    return HomeworkError(*(f._replace(file=file, excerpt="".join(lines[n - 1 : n])) for f, n in placed))


def _refusal(text: str, error: Exception) -> Diagnostic:
    return control(text) if isinstance(error, yaml.reader.ReaderError) else broken(text, error)


def _not_a_map(root: Value) -> Diagnostic:
    found, help = "a list" if isinstance(root, Items) else "one value", "write lines such as `name: value`"
    if isinstance(root, Scalar) and (word := re.match(r"([\w[\]]+)\s*[:=]\s*(\S+)", root.text)):
        help = f"put a colon and a space between name and value, `{short(f'{word[1]}: {word[2]}')}`"
    return Diagnostic("not-a-map", f"the file holds {found}, not named fields", START, help)
