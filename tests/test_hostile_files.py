"""Whatever is in a file, only `HomeworkError` comes out: bundled problems and sheets, mutated, read, solved and checked.

Also what a new user begins with: `template`, `new` and `kinds` must give files that are read back.
"""

import contextlib
import io
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rnn_hw
from rnn_hw import cli
from rnn_hw.assignment import Assignment, load
from rnn_hw.checking import check_files
from rnn_hw.errors import Diagnostic, HomeworkError
from rnn_hw.guide import kinds_text, new_text, template_text
from rnn_hw.kinds import KINDS
from rnn_hw.problem import load_problem
from rnn_hw.render import json_form
from rnn_hw.solver import solve

PROBLEMS = Path(rnn_hw.__file__).parent.parent / "problems"
FILES = sorted(PROBLEMS.glob("*.yaml"))
SHEETS = sorted(PROBLEMS.glob("answers/*.yaml"))
SECONDS = 4  # a run may take; on a busy machine most of them take a few milliseconds

ODD = [
    "null", "~", "''", "[]", "{}", "[[]]", "[[[[[1]]]]]", "{a: 1}", "[1, [2, 3]]", "-1", "0", "1", "2", "1e308", "-1e308",
    "1e-320", "9" * 500, "NaN", ".inf", "-.INF", "1e99999", "0x1f", "012", "1_000", "12:30", "1,5", "½", "١٢", "−3", "3 %",
    "true", "no", "x", "h[0]", "x[t]", "'h[t-1]'", "T", "t", "pi", "loss", "W @ x[t]", "h[t+1]", "h[T]", "a" * 300,
    "'a\u0301\u202e'", "'\U0001f600'", "\"\\0\"", "\"\\n\"", "'%'", "- 1", "? a", "|", ">", "&a", "*a", "!!int 3", "100000",
    "99999", "1000000000", "1/0", "1/3", "[0,5, 1,2]", "[1, 2, 3, 4, 5, 6, 7]", "[[1, 2], [3, 4]]", "[nan]", "[1, null]",
]  # fmt: skip


def mutated(draw: st.DrawFn, text: str) -> str:
    """The text with one to three places changed: characters, lines, values, keys."""
    for _ in range(draw(st.integers(1, 3))):
        lines = text.split("\n")
        k = draw(st.integers(0, len(lines) - 1))
        head, colon, _ = lines[k].partition(":")
        place = draw(st.integers(0, len(text)))
        match draw(st.integers(0, 9)):
            case 0:
                text = text[:place] + text[place + draw(st.integers(1, 5)) :]
            case 1:
                text = text[:place] + draw(st.text(max_size=3)) + text[place:]
            case 2:
                text = text[:place] + draw(st.sampled_from("[]{}:,-#'\"|>&*!%@`\t\n0.5=(x)t+^T ")) + text[place + 1 :]
            case 3:
                del lines[k]
                text = "\n".join(lines)
            case 4:
                lines.insert(draw(st.integers(0, len(lines))), lines[k])
                text = "\n".join(lines)
            case 5:
                indent = " " * draw(st.integers(0, 4))
                lines[k] = indent + lines[k].strip()
                text = "\n".join(lines)
            case 6:
                lines[k] = draw(st.sampled_from(["", "  "])) + draw(st.sampled_from([*WORDS, head.strip()])) + ": 1"
                text = "\n".join(lines)
            case _ if colon:
                lines[k] = f"{head}: {draw(st.sampled_from(ODD))}"
                text = "\n".join(lines)
    return text


WORDS = sorted(
    {
        "steps",
        "W",
        "x",
        "h[0]",
        "task",
        "operands",
        "hidden",
        "threshold",
        "trajectory",
        "remaining",
        "activation",
        "loss",
    }
    | {
        "ask",
        "points",
        "names",
        "digits",
        "decimals",
        "carried",
        "imprecise",
        "title",
        "conventions",
        "example",
        "given",
    }
)


@st.composite
def problems(draw: st.DrawFn) -> str:
    return mutated(draw, draw(st.sampled_from(FILES)).read_text(encoding="utf-8"))


@st.composite
def sheets(draw: st.DrawFn) -> str:
    return mutated(draw, draw(st.sampled_from(SHEETS)).read_text(encoding="utf-8"))


@contextlib.contextmanager
def only_homework_errors() -> Iterator[None]:
    """Whatever the text: no other exception, no fault without words, and no long run."""
    start = time.perf_counter()
    found: tuple[Diagnostic, ...] | None = None
    try:
        yield
    except HomeworkError as error:
        found = error.diagnostics
    assert found is None or found
    for d in found or ():
        assert d.code
        assert 0 < len(d.message) < 400, d.message
    assert time.perf_counter() - start < SECONDS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "answers").mkdir()
    for file in FILES:
        (folder / file.name).write_bytes(file.read_bytes())
    with contextlib.chdir(folder):
        yield folder


many = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@many
@given(problems())
def test_a_mutated_problem_is_solved_or_refused(folder: Path, text: str) -> None:
    (folder / "p.yaml").write_text(text, encoding="utf-8", errors="surrogatepass")
    with only_homework_errors():
        found = load("p.yaml")
        problems = [part.problem for part in found.parts] if isinstance(found, Assignment) else [found]
        trace = [solve(problem) for problem in problems][-1]
        for k in {0, len(trace.steps) // 2, len(trace.steps) - 1} & set(range(len(trace.steps))):
            assert trace.steps[k].key
        assert len([answer.value for answer in trace.answers[:1000]]) <= 1000
    with only_homework_errors():
        filled = template_text("p.yaml")
        (folder / "t.yaml").write_text(filled, encoding="utf-8")
        (report,) = check_files(["t.yaml"])
        assert not isinstance(report, HomeworkError), (filled, report.diagnostics)
        assert {v.verdict for v in report.verdicts} <= {"blank"}
        assert report.diagnostics == ()


@many
@given(sheets())
def test_a_mutated_sheet_is_marked_or_refused(folder: Path, text: str) -> None:
    (folder / "answers" / "s.yaml").write_text(text, encoding="utf-8", errors="surrogatepass")
    with only_homework_errors():
        (report,) = check_files(["answers/s.yaml"])
        if isinstance(report, HomeworkError):
            raise report
        json.dumps(json_form.report(report))


# ---- what a new user begins with ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_an_empty_template_is_blank_line_by_line(file: Path, tmp_path: Path) -> None:
    (tmp_path / "answers.yaml").write_text(template_text(str(file)), encoding="utf-8")
    (report,) = check_files([str(tmp_path / "answers.yaml")])
    assert not isinstance(report, HomeworkError)
    found = load(file)
    parts = [(f"{part.id}/", part.problem) for part in found.parts] if isinstance(found, Assignment) else [("", found)]
    assert [(v.key, v.verdict) for v in report.verdicts] == [
        (prefix + line.key, "blank") for prefix, problem in parts for line in problem.lines if line.asked
    ]
    assert report.diagnostics == ()


NAMES = [
    "V corr",
    "m: new",
    "#m",
    "- m",
    "ŝ",
    "'m'",
    '"q"',
    "null",
    "true",
    "θ'",
    "a, b",
    "{x}",
    "%",
    "@m",
    "|",
    "~",
    "m#",
]


@pytest.mark.parametrize("name", NAMES)
def test_odd_names_and_titles_are_read_back(name: str, tmp_path: Path) -> None:
    problem = (PROBLEMS / "adam_step.yaml").read_text(encoding="utf-8")
    quoted = json.dumps(name, ensure_ascii=False)
    problem = problem.replace("m: V,", f"m: {quoted},")
    problem = problem.replace("title: One step", 'title: "a\\n---\\n\\r\\u2028b: # {" # ')
    file = tmp_path / "odd name's: #1.yaml"
    file.write_text(problem, encoding="utf-8")
    text = template_text(str(file))
    assert name in load_problem(file).names.values()
    filled = [line.rsplit(" # ")[0] + " 7" if line.startswith("  ") else line for line in text.split("\n")]
    for number, lines in enumerate([text.split("\n"), filled]):
        (tmp_path / f"{number}.yaml").write_text("\n".join(lines), encoding="utf-8")
        (report,) = check_files([str(tmp_path / f"{number}.yaml")])
        assert not isinstance(report, HomeworkError), report.diagnostics
        assert report.diagnostics == ()
        assert number == 0 or "blank" not in {v.verdict for v in report.verdicts}


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_file_is_a_problem_of_its_kind(kind: str, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(new_text(kind), encoding="utf-8")
    problem = load_problem(tmp_path / "p.yaml")
    assert problem.kind.name == kind
    assert kind in kinds_text()
    assert f"rnnhw new {kind}" in kinds_text()


def test_a_template_is_written_for_the_folder_of_the_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "p.yaml").write_text(new_text("adam_step"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert not cli.app(["template", "p.yaml"], standalone_mode=False)
    assert "problem: p.yaml" in out.getvalue()
    assert os.path.exists("p.yaml")
