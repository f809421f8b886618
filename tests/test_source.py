"""YAML as text with places: what is understood, every refusal with its place, and that nothing else gets out."""

import io
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_hw import source
from rnn_hw.errors import MOST_FAULTS, Diagnostic, HomeworkError, Span
from rnn_hw.source import DEEPEST, Document, Fields, Items, Scalar, Value, parse, read, span_of, within
from rnn_hw.text_file import LARGEST


def faults(text: str | bytes) -> tuple[Diagnostic, ...]:
    with pytest.raises(HomeworkError) as caught:
        parse(text, "f.yaml")
    assert all(d.file == "f.yaml" and d.span is not None for d in caught.value.diagnostics)
    return caught.value.diagnostics


def fault(text: str | bytes) -> Diagnostic:
    (only,) = faults(text)
    return only


def plain(value: Value) -> object:
    """The texts alone."""
    if isinstance(value, Scalar):
        return value.text
    if isinstance(value, Items):
        return [plain(item) for item in value.items]
    return {name: plain(entry) for name, entry in value.entries.items()}


def scalar(document: Document, name: str) -> Scalar:
    value = document.root.get(name)
    assert isinstance(value, Scalar)
    return value


# --- what is understood


def test_scalars_keep_their_text_style_and_place() -> None:
    document = parse("a: 0.750\nb: 010\nc: 'no'\n  # comment\nd: \"x\"\ne: |\n  y\nf: >\n  z\n", "f.yaml")
    found = {
        n: (v.text, v.style, v.line, v.column) for n in document.root if isinstance(v := document.root.get(n), Scalar)
    }
    assert found == {
        "a": ("0.750", "", 1, 4),
        "b": ("010", "", 2, 4),
        "c": ("no", "'", 3, 4),
        "d": ("x", '"', 5, 4),
        "e": ("y\n", "|", 6, 4),
        "f": ("z\n", ">", 8, 4),
    }
    assert [(k.text, k.line, k.column) for k in document.root.keys.values()][:2] == [("a", 1, 1), ("b", 2, 1)]


def test_lists_and_maps() -> None:
    document = parse("a: [[1, 2], [3]]\nb:\n  - 1\n  - {c: 2}\n", "f.yaml")
    a, b = document.root.get("a"), document.root.get("b")
    assert isinstance(a, Items)
    assert isinstance(b, Items)
    assert (a.flow_style, a.line, a.column) == (True, 1, 4)
    assert (b.flow_style, b.line, b.column) == (False, 3, 3)
    assert plain(document.root) == {"a": [["1", "2"], ["3"]], "b": ["1", {"c": "2"}]}
    assert "a" in document.root
    assert "c" not in document.root
    assert list(document.root) == ["a", "b"]
    assert document.root.get("c") is None
    assert span_of(a) == Span(1, 4, 17)
    assert span_of(b) == Span(3, 3, 4)


def test_values_made_by_hand_stand_at_the_start() -> None:
    made = Fields({"a": Items([Scalar("1"), Scalar("", "'")])})
    assert repr(made) == "Fields({'a': Items([Scalar('1'), Scalar('')])})"
    assert span_of(made) == Span(1, 1, 2)
    assert made.keys["a"].text == "a"


@pytest.mark.parametrize(("text", "null"), [("", True), ("~", True), ("null", True), ("''", False), ("no", False)])
def test_null(text: str, null: bool) -> None:
    assert scalar(parse(f"a: {text}", "f.yaml"), "a").is_null is null


@pytest.mark.parametrize("text", ["a: 1\r\nb: 2\r\n", "\ufeffa: 1\nb: 2", "a: 1\rb: 2", "---\na: 1\nb: 2\n...\n"])
def test_line_ends_and_byte_order_mark(text: str) -> None:
    for document in (parse(text, "f.yaml"), parse(text.encode(), "f.yaml")):
        assert plain(document.root) == {"a": "1", "b": "2"}
        assert document.line(scalar(document, "b").line) == "b: 2"
        assert document.line(0) == document.line(99) == ""


def test_formulas_are_not_markup() -> None:
    text = "a: f * c & d *(1 - x)!\nb: W@x\nc: 50%\n"
    assert plain(parse(text, "f.yaml").root) == {"a": "f * c & d *(1 - x)!", "b": "W@x", "c": "50%"}


# --- what is refused

BROKEN = [
    ("a: 1\n\tb: 2\n", (2, 1, 2), "a tab stands in the indentation", "indent with spaces"),
    ("{h[0]: [0]}", (1, 2, 6), "`h[0]` needs quotes here", 'write `{"h[0]": [0]}`'),
    ("a: [f[1], 2]", (1, 5, 9), "`f[1]` needs quotes here", 'write `["f[1]", 2]`'),
    ("a: {\n h[0]: 1}", (2, 2, 6), "`h[0]` needs quotes here", 'write `"h[0]"`'),
    ("a: [1, 2\nb: 3\n", (1, 4, 5), "`[` is never closed", "add the missing `]`"),
    ("a: {b: 1", (1, 4, 5), "`{` is never closed", "add the missing `}`"),
    ("a: [1, 2}", (1, 9, 10), "`[` is closed by `}`", "close it with `]`"),
    ('a: ["x" 1]', (1, 9, 10), "`,` or `]` is missing here", "put commas between entries"),
    ("a: [1]]", (1, 7, 8), "`]` closes nothing", "delete it"),
    ("a: 1\nmse:0.4\nb: 2\n", (2, 1, 8), "no space follows the colon", "write `mse: 0.4`"),
    ("a: {b:1}", (1, 5, 8), "no space follows the colon", "write `{b: 1}`"),
    ("a:\n- 1\n-2\n", (3, 1, 3), "no space follows the dash", "write `- 2`"),
    ("a: 1\nmse\nb: 2", (2, 1, 4), "this line is no `name: value`", "put a colon and a space"),
    ("a: b: c", (1, 5, 6), "a second colon stands on one line", "in quotes"),
    ("a: 1\n  b: 2\n", (2, 4, 5), "this line is indented too far", "in the same column"),
    ("a:\n  b: 1\n c: 2\n", (3, 2, 3), "this line does not fit the lines above", "in the same column"),
    ("a: @x", (1, 4, 5), "`@` cannot begin a value", "in quotes"),
    ("a: `1`", (1, 4, 5), "a backtick cannot begin a value", "in quotes"),
    ("a: 'b\nc: 1\n", (1, 4, 5), "the quote is never closed", "add the missing `'`"),
    ('a: "\\sigma"', (1, 5, 6), "a backslash begins an escape in double quotes", "single quotes"),
    ("b: 3\n- 1\n", (2, 1, 2), "a list entry `- ` stands among names", "indent the entries"),
    ("a: - 1", (1, 4, 5), "a list entry `- ` stands among names", "write `name: [1, 2]`"),
    ("a: 1\n: 1", (2, 1, 2), "there is no name before the colon", "write `name: value`"),
    ("a: [1,,2]", (1, 7, 8), "a value is missing before `,`", "write the value"),
    ("a: 'it's'", (1, 8, 9), "text follows the end of the value", "doubled"),
    ("%FOO\na: 1", (1, 5, 6), "not YAML: found unknown directive name", ""),
]


@pytest.mark.parametrize(("text", "span", "message", "help"), BROKEN)
def test_broken_yaml(text: str, span: tuple[int, int, int], message: str, help: str) -> None:
    found = fault(text)
    assert (found.code, found.span, found.message) == ("broken-yaml", span, message)
    assert help in found.help
    assert found.excerpt == text.split("\n")[span[0] - 1]


REFUSED = [
    ("a: 1\nb: 2\na: 3\n", "duplicate-key", (3, 1, 2), "`a` is given twice, first on line 1"),
    ("x: {a: 1, 'a': 2}", "duplicate-key", (1, 11, 14), "`a` is given twice, first on line 1"),
    ("a: &b 1", "no-anchors", (1, 4, 6), "anchors and aliases are not understood"),
    ("a: *b", "no-anchors", (1, 4, 6), "anchors and aliases are not understood"),
    ("<<: {a: 1}", "no-anchors", (1, 1, 3), "merge keys `<<` are not understood"),
    ("a: !x y", "no-tags", (1, 4, 5), "tags are not understood"),
    ("a: !!int 3", "no-tags", (1, 4, 5), "tags are not understood"),
    ("%YAML 1.1\n---\na: 1", "no-directives", (1, 1, 2), "directives such as `%YAML` are not understood"),
    ("---\na: 1\n---\nb: 1", "two-documents", (3, 1, 2), "a second document begins here"),
    ("[a]: 1", "odd-key", (1, 1, 4), "a list or a map stands as a name"),
    ("?\n: 1", "odd-key", (1, 2, 3), "there is no name before the colon"),
    ("a: \x01", "control-character", (1, 4, 5), "the character U+0001 cannot stand here"),
    ("é: 1\na: é\x85", "control-character", (2, 5, 6), "the character U+0085 cannot stand here"),
    ("a: x\u2028", "control-character", (1, 5, 6), "the character U+2028 cannot stand here"),
    ("", "empty-file", (1, 1, 2), "the file is empty"),
    ("# nothing\n\n", "empty-file", (1, 1, 2), "the file is empty"),
    ("---\n", "empty-file", (1, 1, 2), "the file is empty"),
    ("- 1\n", "not-a-map", (1, 1, 2), "the file holds a list, not named fields"),
    ("mse:0.4", "not-a-map", (1, 1, 2), "the file holds one value, not named fields"),
    (b"a: \0\1\2\3", "binary-file", (1, 1, 2), "the file is binary, not text"),
    (b"a: 1\nb: \xc3\xa9\xff", "not-utf8", (2, 5, 6), "the byte 0xff is not UTF-8"),
    ("a: \ud800", "not-utf8", (1, 4, 5), "the byte 0xed is not UTF-8"),
    ("a: 1".encode("utf-16"), "not-utf8", (1, 1, 2), "the file is UTF-16 text"),
    ("a: 1".encode("utf-16-le"), "not-utf8", (1, 1, 2), "the file is UTF-16 text"),
    ("a: 1".encode("utf-16-be"), "not-utf8", (1, 1, 2), "the file is UTF-16 text"),
    ("a" * (LARGEST + 1), "too-large", (1, 1, 2), "the file is larger than 1 MiB"),
]


@pytest.mark.parametrize(("text", "code", "span", "message"), REFUSED)
def test_refused(text: str | bytes, code: str, span: tuple[int, int, int], message: str) -> None:
    found = fault(text)
    assert (found.code, found.span, found.message) == (code, span, message)


def test_several_faults_are_told_in_one_run_in_the_order_of_the_file() -> None:
    assert [d.code for d in faults("a: !x 1\nb: &y 2\nc: *y\n")] == ["no-tags", "no-anchors", "no-anchors"]
    assert [d.span.line for d in faults("a: 1\na: 2\nb: {c: 1, c: 2}\na: 3\n") if d.span] == [2, 3, 4]
    assert [d.code for d in faults("a: !x 1\nb: [1\n")] == ["no-tags", "broken-yaml"]


def test_many_faults_are_bounded_and_quick() -> None:
    begun = time.perf_counter()
    found = faults("a: 1\n" * 100_000)
    assert len(found) == MOST_FAULTS
    assert found[-1].notes == ("99,979 more faults of the file are not shown",)
    assert time.perf_counter() - begun < 20


@pytest.mark.parametrize("opening", ["[", "{a: ", "[\n", "- ", "? ", "-\n", "[[],"])
def test_deep_nesting_is_refused_before_it_can_crash(opening: str) -> None:
    begun = time.perf_counter()
    text = opening * (LARGEST // len(opening) - 10)
    prefix = "" if opening in {"- ", "? ", "-\n"} else "a: "
    if opening == "-\n":
        text = "".join(" " * i + "-\n" for i in range(1000))
    assert fault(prefix + text).code == "too-deep"
    assert time.perf_counter() - begun < 10


def test_nesting_as_deep_as_allowed() -> None:
    inner = DEEPEST - 1
    parse("a: " + "[" * inner + "]" * inner, "f.yaml")
    assert fault("a: " + "[" * (inner + 1) + "]" * (inner + 1)).code == "too-deep"
    parse("".join(" " * i + "a:\n" for i in range(DEEPEST)), "f.yaml")
    assert fault("".join(" " * i + "a:\n" for i in range(DEEPEST + 1))).span == (51, 51, 52)
    parse("a: 1\n" + "# [0, 1)\n" * 100, "f.yaml")  # brackets in comments are no nesting


# --- no text gets past

yamlish = st.text(alphabet="ab01 \n\t:-[]{},'\"|>&*!%#?@`.\\\r~<é\u2028\ufeff", max_size=40)


@settings(max_examples=400)
@given(st.text() | yamlish | st.binary() | yamlish.map(lambda text: text.encode("utf-8", "replace")))
def test_any_text_is_a_document_or_a_homework_error(text: str | bytes) -> None:
    try:
        document = parse(text, "f.yaml")
    except HomeworkError as error:
        for d in error.diagnostics:
            assert d.code
            assert d.file == "f.yaml"
            assert d.span
            assert d.span.line >= 1
            assert 1 <= d.span.column < d.span.end
            assert 0 < len(d.message) < 200
            assert len(d.help) < 200
        return
    assert isinstance(document.root, Fields)


@settings(max_examples=400)
@given(yamlish)
def test_the_quick_look_misses_nothing_that_the_survey_finds(text: str) -> None:
    try:
        parse(text, "f.yaml")
    except HomeworkError:
        return
    assert source._survey(text.removeprefix("\ufeff")) == []


@settings(max_examples=300)
@given(yamlish)
def test_both_parsers_of_pyyaml_read_the_same(text: str) -> None:
    try:
        ours = plain(parse(text, "f.yaml").root)
    except HomeworkError:
        return
    try:
        node = source._python_parser_class()(text.removeprefix("\ufeff")).get_single_node()
    except (yaml.YAMLError, ValueError):
        return  # the one in Python refuses some more, such as tabs
    theirs = source._value(node, [])
    assert plain(theirs) == ours


texts = st.text(alphabet="ab1. -", min_size=1).filter(lambda text: text.strip())
trees = st.recursive(
    texts, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=8
)


@given(st.dictionaries(texts, trees, min_size=1), st.sampled_from([None, True, False]))
def test_what_pyyaml_writes_is_read_back(tree: dict[str, object], flow: bool | None) -> None:
    quoted = yaml.dump(tree, default_flow_style=flow, default_style="'", sort_keys=False, width=10**6).replace(
        "!!str ", ""
    )
    written = yaml.safe_load(quoted)
    assert plain(parse(quoted, "f.yaml").root) == written == tree


@settings(max_examples=200)
@given(st.text() | yamlish)
def test_the_parser_in_python_lets_nothing_else_out(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "_Parser", source._python_parser_class())
        test_any_text_is_a_document_or_a_homework_error.hypothesis.inner_test(text)  # type: ignore[attr-defined]


@pytest.mark.parametrize("escape", ["\\ud800", "\\U00110000", "\\UFFFFFFFF"])
def test_the_parser_in_python_refuses_odd_escapes(escape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "_Parser", source._python_parser_class())
    assert fault(f'a: "{escape}"').code == "broken-yaml"


def test_without_the_c_parser_the_one_in_python_is_used() -> None:
    program = (
        "import sys; sys.modules['yaml._yaml'] = None\n"
        "from rnn_hw.source import parse, Scalar\n"
        "a = parse('a: 0.750', 'f').root.get('a')\n"
        "print(a.text, repr(a.style), a.line, a.column)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "0.750 '' 1 4\n"


# --- files


def unread(path: str | Path) -> Diagnostic:
    with pytest.raises(HomeworkError) as caught:
        read(path)
    (only,) = caught.value.diagnostics
    return only


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: 1\n")
    document = read(path)
    assert (document.file, document.text, document.lines) == (str(path), "a: 1\n", ["a: 1", ""])
    path.write_bytes(b"a" * (LARGEST + 5))
    assert unread(path).code == "too-large"
    path.write_bytes(b"")
    assert unread(path).code == "empty-file"


def test_a_missing_file_names_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "lstm_forward.yaml").touch()
    found = unread(tmp_path / "lstm_foward.yaml")
    assert (found.code, found.span, found.help) == ("missing-file", None, "did you mean `lstm_forward.yaml`?")
    found = unread(tmp_path / "nowhere" / "a.yaml")
    assert found.message == f"there is no folder `{tmp_path / 'nowhere'}`"
    assert unread(tmp_path / "lstm_forward.yaml" / "a.yaml").code == "missing-file"


def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path) -> None:
    assert unread(tmp_path).code == "is-directory"
    os.mkfifo(tmp_path / "fifo")
    assert unread(tmp_path / "fifo").code == "not-a-file"
    assert unread("/dev/zero").code == "not-a-file"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        assert unread(tmp_path / "s").code == "unreadable-file"


def test_what_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert unread("a\0b").code == "unreadable-file"
    assert unread("a" * 5000).code == "unreadable-file"

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    assert unread("a.yaml").message == "`a.yaml` cannot be read: permission denied"


def test_a_name_that_is_not_utf8_can_be_printed() -> None:
    found = unread(os.fsdecode(b"no\xff.yaml"))
    found.message.encode()
    assert found.file == "no?.yaml"


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a: 1")))
    assert read("-").file == "<stdin>"
    monkeypatch.setattr(sys, "stdin", None)
    assert unread("-").code == "empty-file"


# --- places within a scalar

INNER = Diagnostic("odd", "odd", Span(1, 3, 5), "mend it")


@pytest.mark.parametrize(
    ("text", "inner", "outer"),
    [
        ("f: abcdef", (1, 3, 5), (1, 6, 8)),
        ("x: {f: 1}\nf: 'abcdef' # c", (1, 3, 5), (2, 7, 9)),
        ('f:   "abcdef"', (1, 3, 5), (1, 9, 11)),
        ("f: 'σ''(z) + q'", (1, 8, 9), (1, 13, 14)),
        ("f: |\n  abcdef\n  ghijkl\n", (2, 3, 5), (3, 5, 7)),
        ("f: |-\n\n     abcdef\n       gh", (3, 3, 5), (4, 8, 10)),
        ("f: |2  # c\n     abcdef\n", (1, 4, 6), (2, 6, 8)),
        ("f: |\r\n  abcdef\r\n  gh\r\n", (2, 1, 3), (3, 3, 5)),
        ("f: |\n  ab\n", (9, 1, 2), (1, 4, 5)),  # no such line: the start
        ('f: "a\\tbcdef"', (1, 3, 5), (1, 4, 14)),  # an escape
        ("f: abc\n  def", (1, 5, 6), (1, 4, 5)),  # several lines
        ("f: abcdef", (2, 1, 2), (1, 4, 10)),
        ("f: >\n  abc\n  def", (1, 5, 6), (1, 4, 5)),
    ],
)
def test_a_place_within_a_scalar_is_moved_to_the_file(
    text: str, inner: tuple[int, int, int], outer: tuple[int, int, int]
) -> None:
    document = parse(text, "f.yaml")
    moved = within(document, scalar(document, "f"), INNER._replace(span=Span(*inner)))
    assert moved == INNER._replace(span=Span(*outer), file="f.yaml", excerpt=document.line(outer[0]))


def test_a_diagnostic_without_a_place_gets_that_of_the_scalar() -> None:
    document = parse("f: abcdef", "f.yaml")
    assert within(document, scalar(document, "f"), INNER._replace(span=None)).span == (1, 4, 10)


def test_diagnostic_fills_file_and_excerpt() -> None:
    document = parse("a: 1\nb: 23\n", "f.yaml")
    made = source.diagnostic(document, "odd", "odd", scalar(document, "b"), "mend it", ["a note"])
    assert made == Diagnostic("odd", "odd", Span(2, 4, 6), "mend it", ("a note",), "f.yaml", "b: 23")
    assert source.diagnostic(document, "odd", "odd", Span(1, 1, 2)).excerpt == "a: 1"
    assert source.diagnostic(document, "odd", "odd", None) == Diagnostic("odd", "odd", file="f.yaml")


@given(
    st.text(alphabet="abσ'+ *", min_size=1).filter(lambda text: text == text.strip()),
    st.sampled_from(["", "'", '"', "|"]),
)
def test_every_column_of_a_formula_is_found_again(formula: str, style: str) -> None:
    written = {"'": "'" + formula.replace("'", "''") + "'", '"': f'"{formula}"', "|": f"|\n    {formula}", "": formula}
    try:
        document = parse(f"x:\n  f: {written[style]}\n", "f.yaml")
    except HomeworkError:
        return  # a plain scalar that begins with `*` or `'`
    inner = document.root.get("x")
    assert isinstance(inner, Fields)
    value = inner.get("f")
    assert isinstance(value, Scalar)
    if value.style != style:
        return
    for index, character in enumerate(formula):
        moved = within(document, value, INNER._replace(span=Span(1, index + 1, index + 2)))
        assert moved.span
        assert moved.excerpt[moved.span.column - 1] == character
