"""Every unusable input has its exact message: `bad_inputs.md`, run as it stands.

A section there holds files and the commands run on them, with what these print. After a change of wording run

    python tests/test_bad_inputs.py --update

and read the difference as the person would who made the mistake. In a file `⟪a*1000⟫` stands for a thousand `a` and
`⟪hex ff fe⟫` for bytes; a `diff` block is a bundled problem with some of its lines changed.
"""

import ast
import contextlib
import io
import json
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import pytest

import rnn_hw
from rnn_hw import cli

PACKAGE = Path(rnn_hw.__file__).parent
PROBLEMS = PACKAGE.parent / "problems"
TraceFunction = Callable[[FrameType, str, Any], Any]
CASES = Path(__file__).with_name("bad_inputs.md")

_block = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_placeholder = re.compile(r"⟪(?:hex ([0-9a-f ]+)|(.+?)\*(\d+))⟫", re.DOTALL)
_error = re.compile(
    r"^(?:(?P<file>[^\n]*?)(?::(?P<line>\d+):(?P<column>\d+))?: )?error\[(?P<code>[\w-]+)\]: ", re.MULTILINE
)


# ---- reading and running the Markdown file -----------------------------------------------------------------------------
class Section(NamedTuple):
    """A heading of the Markdown file with its text."""

    title: str
    start: int  # of the text in the file
    text: str


def sections() -> list[Section]:
    text = CASES.read_text(encoding="utf-8")
    headings = [*re.finditer(r"^##+ (.*)\n", text, re.MULTILINE)]
    ends = [*(h.start() for h in headings[1:]), len(text)]
    return [Section(h[1], h.end(), text[h.end() : end]) for h, end in zip(headings, ends, strict=True)]


def written(section: Section, folder: Path) -> None:
    """Puts the section's files into the folder, beside the bundled problems."""
    for kind, name, text in _block.findall(section.text):
        if kind == "yaml":
            (folder / name.strip()).write_bytes(content(text))
        elif kind == "diff":
            name, _, bundled = name.strip().partition(" of ")
            (folder / name).write_bytes(content(changed((PROBLEMS / bundled).read_text(encoding="utf-8"), text)))


def content(text: str) -> bytes:
    parts, end = [], 0
    for match in _placeholder.finditer(text):
        code, repeated, count = match.groups()
        parts += [text[end : match.start()].encode(), bytes.fromhex(code) if code else repeated.encode() * int(count)]
        end = match.end()
    return b"".join([*parts, text[end:].encode()])


def changed(text: str, difference: str) -> str:
    """The text with its lines that begin as the `-` lines do replaced by the `+` lines that follow these."""
    lines, place = text.splitlines(), None
    for step in difference.splitlines():
        if step.startswith("-"):
            (place,) = (k for k, line in enumerate(lines) if line.startswith(step[1:]))
            del lines[place]
        else:
            assert step.startswith("+"), step
            place = len(lines) if place is None else place
            lines.insert(place, step[1:])
            place += 1
    return "\n".join(lines) + "\n"


def run(command: list[str]) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of a command, run in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = cli.app(command, standalone_mode=False)
        except Exception as error:
            return 3, "", f"CRASH {error!r}\n"
    return int(status or 0), out.getvalue(), err.getvalue()


def printed(command: list[str]) -> str:
    """What a console block shows: the diagnostics, the exit status, and the verdicts that are not right."""
    status, out, err = run(command)
    shown = f"{err}exit status {status}\n"
    if status == 2:
        assert out == "", "a partial result is passed off as whole"
        return shown
    if command[0] != "check" or status == 3:
        return shown + f"CRASH {out[:200]}\n"
    _, out, _ = run([*command, "--format", "json"])
    verdicts = [v for v in json.loads(out)["verdicts"] if v["verdict"] not in ("correct", "blank")]
    return shown + "".join(f"{v['key']}: {v['verdict']}{': ' * bool(v['message'])}{v['message']}\n" for v in verdicts)


def consoles(section: Section) -> Iterator[tuple[list[str], str, int, int]]:
    """Command, expected text, and the place of that text in the file, of every console block."""
    for match in _block.finditer(section.text):
        if match[1] == "console":
            first, _, expected = match[3].partition("\n")
            assert first.startswith("$ rnnhw "), first
            start = section.start + match.start(3) + len(first) + 1
            yield shlex.split(first)[2:], expected, start, start + len(expected)


@contextlib.contextmanager
def prepared(section: Section, folder: Path) -> Iterator[None]:
    for problem in PROBLEMS.glob("*.yaml"):
        shutil.copy(problem, folder)
    written(section, folder)
    with contextlib.chdir(folder):
        yield


def update() -> None:
    """Writes what is printed now into the Markdown file."""
    from tempfile import TemporaryDirectory

    text = CASES.read_text(encoding="utf-8")
    for section in reversed(sections()):
        with TemporaryDirectory() as folder, prepared(section, Path(folder)):
            for command, _, start, end in reversed([*consoles(section)]):
                text = text[:start] + printed(command) + text[end:]
    CASES.write_text(text, encoding="utf-8")


# ---- the tests ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("section", sections(), ids=lambda s: s.title)
def test_the_message_is_the_one_of_the_file(section: Section, tmp_path: Path) -> None:
    with prepared(section, tmp_path):
        for command, expected, _, _ in consoles(section):
            assert printed(command) == expected


@pytest.mark.parametrize("section", sections(), ids=lambda s: s.title)
def test_json_says_the_same_on_standard_output(section: Section, tmp_path: Path) -> None:
    with prepared(section, tmp_path):
        for command, expected, _, _ in consoles(section):
            if command[0] in ("solve", "check"):
                status, out, err = run([*command, "--format", "json"])
                assert err == ""
                document = json.loads(out)
                assert f"exit status {status}\n" in expected
                assert document["version"] == 1
                assert [told(d) for d in document["diagnostics"]] == [m.groups() for m in _error.finditer(expected)]
                for d in document["diagnostics"]:
                    assert list(d) == ["code", "message", "file", "line", "column", "end_column", "help"]


def told(d: dict[str, Any]) -> tuple[str | None, ...]:
    place = (str(d["line"]), str(d["column"])) if d["line"] else (None, None)
    return (d["file"] or None, *place, d["code"])


def test_messages_keep_the_house_style() -> None:
    """Lower case, no full stop, of bounded length; sorted by place in one file."""
    for section in sections():
        for _, expected, _, _ in consoles(section):
            places = []
            for match in _error.finditer(expected):
                message = expected[match.end() :].partition("\n")[0]
                assert len(message) <= 200, message
                assert not message.endswith((".", "!")), message
                assert message[0] in "`'\"" or not message[0].isupper() or message.startswith(("YAML", "UTF")), message
                if match["line"]:
                    places.append((int(match["line"]), int(match["column"])))
            assert places == sorted(places), section.title


# ---- every error path is reached -----------------------------------------------------------------------------------------
REPORTS = ("fault", "fail", "Diagnostic", "diagnostic", "Misfit")  # what is called where a fault is found
_code = re.compile(r"[a-z]+(-[a-z0-9]+)*").fullmatch

# Files whose every report is reached by this Markdown file. The others are held to their codes alone: their own tests
# (test_source.py, test_parse.py, ...) reach them with texts that are no files.
THOROUGH = (
    "answers.py", "assignment.py", "fields.py", "problem.py", "rubric.py", "kinds/adam_step.py", "kinds/givens.py",
    "kinds/sizes.py", "kinds/lstm_forward.py", "kinds/recurrence.py", "kinds/sequences.py",
)  # fmt: skip


def reports(path: Path) -> Iterator[tuple[int, str]]:
    """The line and the code of every report of a fault in a source file; the code is "" where it is passed on."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in REPORTS:
            words = [a.value for a in node.args[:2] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            yield node.lineno, next(filter(_code, words), "")


def reached(folder: Path) -> set[tuple[str, int]]:
    """File and line of everything in the thorough files that the sections run."""
    files = {str(PACKAGE / name) for name in THOROUGH}
    found: set[tuple[str, int]] = set()

    def local(frame: FrameType, event: str, argument: Any) -> TraceFunction:
        found.add((frame.f_code.co_filename, frame.f_lineno))
        return local

    def enter(frame: FrameType, event: str, argument: Any) -> TraceFunction | None:
        return local if frame.f_code.co_filename in files else None

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        for number, section in enumerate(sections()):
            (folder / str(number)).mkdir()
            with prepared(section, folder / str(number)):
                for command, *_ in consoles(section):
                    run(command)
    finally:
        sys.settrace(before)
    return found


def test_every_report_of_a_fault_is_reached(tmp_path: Path) -> None:
    found = reached(tmp_path)
    missed = [
        f"{name}:{line} {code}"
        for name in THOROUGH
        for line, code in reports(PACKAGE / name)
        if (str(PACKAGE / name), line) not in found
    ]
    assert missed == []


def test_every_code_of_a_fault_is_in_some_test() -> None:
    tested = "".join(
        p.read_text(encoding="utf-8") for p in Path(__file__).parent.glob("*.*") if p.suffix in (".py", ".md")
    )
    codes = {code for path in PACKAGE.rglob("*.py") for _, code in reports(path) if code}
    assert len(codes) > 40
    assert {code for code in codes if not re.search(rf"[\"\[]{code}[\"\]]", tested)} == set()


if __name__ == "__main__" and "--update" in sys.argv:
    update()
