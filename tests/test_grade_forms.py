"""Every form a class is written in, opened by a reader that is not ours, with names and texts that would like to act."""

import base64
import csv
import hashlib
import html.parser
import io
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from classes import HOSTILE_NAMES, PROBLEM, ROOT, sheet, small, worked
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt
from rich.console import Console
from typer.testing import CliRunner, Result

from rnn_hw import grade as grading
from rnn_hw import reports
from rnn_hw.cli import app
from rnn_hw.errors import Diagnostic
from rnn_hw.grade import Options, Settings
from rnn_hw.render import terminal
from rnn_hw.render.html import solved
from rnn_hw.results import Change, ClassReport, Diagnosis, Graded, LineChange, LineSummary, MistakeSummary, Report
from rnn_hw.schema import schema
from rnn_hw.solver import solve_all
from rnn_hw.view import gradebook, layout
from rnn_hw.view import selection as view

PLAIN = view.Options()
HOSTILE_FILES = [
    "two\nlines::error::x.yaml",
    "=1+1.yaml",
    "<b onclick=x>.yaml",
    "[red]x.yaml",
    "a,b%0A:c.yaml",
    "`$x$.yaml",
]


def write(report: ClassReport, form: str, options: view.Options = PLAIN) -> str:
    return "".join(reports.form(form)(report, options))


def command(*arguments: Path | str, **environment: str) -> Result:
    return CliRunner(env=environment).invoke(app, ["grade", *map(str, arguments), "--problem", str(PROBLEM)])


def graded(*paths: Path, settings: Settings = Settings(str(PROBLEM)), **options: Any) -> ClassReport:  # noqa: B008
    return grading.grade([str(path) for path in paths], Options(settings, **options))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> ClassReport:
    """ada 19, ben 18, cleo 15, dan unusable."""
    return graded(small(tmp_path_factory.mktemp("plain") / "class"))


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> ClassReport:
    """cleo's sheet alone, a tenth taken off: 15 of 19 reached, 13.5 left."""
    folder = small(tmp_path_factory.mktemp("alone") / "class")
    (folder / "late").write_text("cleo\n", encoding="utf-8")
    return graded(folder / "cleo.yaml", late="10", late_list=str(folder / "late"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> ClassReport:
    """Every hostile text as a name, as an answer, as a file's name, and in every record of the result."""
    folder = tmp_path_factory.mktemp("hostile") / "class"
    folder.mkdir()
    for number, name in enumerate(HOSTILE_NAMES):
        text = (
            f"student: {json.dumps(name)}\nanswers:\n  f[1]: {json.dumps(name)}\n  mse: 0.1\n  {json.dumps(name)}: 1\n"
        )
        (folder / f"{number:02}.yaml").write_text(text, encoding="utf-8")
    for file in HOSTILE_FILES:
        (folder / file).write_text("answers: [", encoding="utf-8")
    report = graded(folder)
    acting = next(s for s in report.whole if s.report and "<script>" in s.student)
    assert acting.report is not None
    name = acting.student
    mistakes = tuple(MistakeSummary(text[:40], text, 1, (text,), (text,)) for text in HOSTILE_NAMES)
    changes = tuple(
        Change(text, text, ("1", "2"), (LineChange(text, ("wrong", ""), ("0", "1")),), (text,))
        for text in HOSTILE_NAMES
    )
    warnings = (Diagnostic("x", name, file=name),)
    return report._replace(problem=name, mistakes=mistakes, changes=changes, warnings=warnings)


@pytest.fixture(params=["plain", "alone", "hostile"])
def report(request: pytest.FixtureRequest) -> ClassReport:
    found: ClassReport = request.getfixturevalue(request.param)
    return found


# ---- JSON ----------------------------------------------------------------------------------------------------------------
def test_json_is_as_its_schema_says(report: ClassReport) -> None:
    text = write(report, "json")
    assert text.isascii()
    document = json.loads(text)
    Draft202012Validator(schema("grade")).validate(document)
    assert len(document["submissions"]) == len(report.submissions)
    assert all(s in report.whole for s in report.submissions)
    for told, graded in zip(document["submissions"], report.submissions, strict=True):
        assert told["student"] == graded.student
        assert Fraction(told["score"]) == Fraction(graded.score)
        assert (told["report"] is None) == bool(told["diagnostics"]) == bool(graded.unusable)


def test_the_schema_of_a_class_can_refuse(plain: ClassReport) -> None:
    document = json.loads(write(plain, "json"))
    for change in ({"version": 2}, {"submissions": [{}]}, {"more": 1}):
        assert not Draft202012Validator(schema("grade")).is_valid(document | change)


def test_the_report_of_a_sheet_is_the_contract_of_check(plain: ClassReport) -> None:
    document = json.loads(write(plain, "json"))
    file = document["submissions"][0]["file"]
    checked = CliRunner().invoke(app, ["check", file, "--problem", str(PROBLEM), "--format", "json"])
    assert json.loads(checked.stdout) == document["submissions"][0]["report"]


# ---- tables --------------------------------------------------------------------------------------------------------------
def rows(text: str) -> list[list[str]]:
    """The table as `csv` reads it; every field was quoted."""
    assert re.fullmatch(r'("(?:[^"]|"")*"(,"(?:[^"]|"")*")*\r\n)+', text)
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def test_the_gradebook_has_a_row_for_each_student_and_a_column_for_each_line(plain: ClassReport) -> None:
    head, *body = rows(write(plain, "csv"))
    assert head[:7] == ["student", "file", "score", "max_score", "percent", "late", "note"]
    assert head[7:] == [line.key for line in plain.lines]
    table = {row[0]: dict(zip(head, row, strict=True)) for row in body}
    assert (table["ada"]["score"], table["ada"]["percent"], table["ada"]["h[1]"]) == ("19", "100", "2")
    assert (table["cleo"]["h[1]"], table["cleo"]["mse"]) == ("0", "1")
    assert sum(Fraction(table["cleo"][key]) for key in head[7:]) == 15
    assert (table["dan"]["score"], table["dan"]["f[1]"]) == ("0", "")
    assert table["dan"]["note"].startswith("unusable: ")


def test_groups_have_columns(tmp_path: Path) -> None:
    whole = graded(
        ROOT / "problems" / "answers" / "004.yaml", settings=Settings(str(ROOT / "problems" / "assignment_2.yaml"))
    )
    head, row = rows(write(whole, "csv"))
    assert dict(zip(head, row, strict=True))["4 (group)"] == "13"


def test_moodle_and_canvas_tables(plain: ClassReport) -> None:
    moodle = rows(write(plain, "moodle"))
    assert moodle[0] == ["ID number", "LSTM forward pass by hand", "Feedback"]
    assert [row[:2] for row in moodle[1:]] == [["ada", "19"], ["ben", "18"], ["cleo", "15"], ["dan", ""]]
    canvas = rows(write(plain, "canvas"))
    assert canvas[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "LSTM forward pass by hand"]
    assert canvas[1] == ["    Points Possible", "", "", "", "", "19"]
    assert [(row[0], row[3], row[5]) for row in canvas[2:]] == [
        ("ada", "ada", "19"), ("ben", "ben", "18"), ("cleo", "cleo", "15"), ("dan", "dan", ""),
    ]  # fmt: skip
    mailed = plain._replace(submissions=[s._replace(student=f"{s.student}@x.org") for s in plain.submissions])
    assert rows(write(mailed, "moodle"))[0][0] == "Email address"


def test_who_handed_in_twice_has_no_grade_in_what_is_imported(tmp_path: Path) -> None:
    """Somebody else may have written the name: neither row may take the place of the other."""
    folder = small(tmp_path / "class")
    (folder / "zzz.yaml").write_text("student: Ada\nanswers: {mse: 1}", encoding="utf-8")
    report = graded(folder)
    assert {row[0]: row[5] for row in rows(write(report, "canvas"))[2:]} == {
        "ada": "", "ben": "18", "cleo": "15", "dan": "", "Ada": "",
    }  # fmt: skip
    table = {row[0]: row[1:] for row in rows(write(report, "moodle"))[1:]}
    assert (table["ada"][0], table["Ada"][0]) == ("", "")
    assert all("handed in twice" in table[name][1] for name in ("ada", "Ada"))
    (folder / "zz.yaml").write_text("student: ADA\nanswers: {mse: 1}", encoding="utf-8")
    table = {row[0]: row[1:] for row in rows(write(graded(folder), "moodle"))[1:]}
    assert all("handed in several times" in table[name][1] for name in ("ada", "Ada", "ADA"))
    assert {row[0]: row[2] for row in rows(write(report, "csv"))[1:]}["ada"] == "19"  # here the teacher looks


@pytest.mark.parametrize("form", ["csv", "moodle", "canvas"])
def test_no_field_is_a_formula(form: str, hostile: ClassReport) -> None:
    table = rows(write(hostile, form))
    assert len(table) in (len(hostile.submissions) + 1, len(hostile.submissions) + 2)
    for row in table:
        for field in row:
            assert not field.lstrip().startswith(("=", "+", "-", "@", "\t", "\r", "|", "%")), field
            assert field.isprintable(), field


# ---- JUnit ---------------------------------------------------------------------------------------------------------------
SUREFIRE = {  # element -> attributes that it may have, and its children in order
    "testsuite": ({"name", "tests", "errors", "skipped", "failures", "time"}, ["properties", "testcase"]),
    "properties": (set(), ["property"]),
    "property": ({"name", "value"}, []),
    "testcase": ({"name", "classname", "time"}, ["failure", "skipped", "error"]),
    "failure": ({"message", "type"}, []),
    "error": ({"message", "type"}, []),
    "skipped": ({"message"}, []),
}  # fmt: skip


def test_junit_has_the_elements_of_surefire(report: ClassReport) -> None:
    root = ET.fromstring(write(report, "junit"))
    assert root.tag == "testsuites"
    suites = list(root)
    assert len(suites) == len(report.submissions)
    for element in (e for suite in suites for e in suite.iter()):
        attributes, children = SUREFIRE[element.tag]
        assert set(element.attrib) <= attributes
        found = [child.tag for child in element]
        assert found == sorted(found, key=children.index)
    for suite in suites:
        cases = suite.findall("testcase")
        assert int(suite.attrib["tests"]) == len(cases)
        for word, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.attrib[word]) == len(suite.findall(f"testcase/{tag}"))
        assert all(case.attrib["name"] and case.attrib["classname"] for case in cases)


def test_junit_says_points_and_reasons(plain: ClassReport) -> None:
    root = ET.fromstring(write(plain, "junit"))
    cleo, dan = root[2], root[3]
    stated = {p.attrib["name"]: p.attrib["value"] for p in cleo.iter("property")}
    assert (stated["score"], stated["max_score"], stated["points h[1]"]) == ("15", "19", "0/2")
    (failure,) = cleo.findall("testcase[@name='h[1]']/failure")
    assert failure.attrib["type"] == "wrong"
    assert "yours 0.2" in failure.attrib["message"]
    assert [e.attrib["type"] for e in dan.iter("error")] == ["unusable"]


def test_verdicts_of_every_kind_in_junit(tmp_path: Path) -> None:
    text = "answers:\n  f: [0.8, 0.233]\n  i[1]: nan\n  o[1]: 0.5\n"
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    root = ET.fromstring(write(graded(tmp_path), "junit"))
    tags = {case.attrib["name"]: [child.tag for child in case] for case in root.iter("testcase")}
    assert (tags["f[1]"], tags["f[2]"], tags["i[1]"], tags["mse"]) == (["failure"], [], ["error"], ["skipped"])


# ---- platforms -----------------------------------------------------------------------------------------------------------
def lowest(report: ClassReport) -> Fraction:
    """The mark for a platform that takes one: what cannot be read is not it while there is another."""
    return min(Fraction(s.score) for s in report.submissions if not s.unusable)


def test_copies_of_a_sheet_add_nothing_to_one_mark(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml", "c.yaml"):
        (tmp_path / name).write_text(sheet("ada", worked()), encoding="utf-8")
    (tmp_path / "odd.yaml").write_text("answers: [", encoding="utf-8")
    report = graded(tmp_path)
    assert json.loads(write(report, "gradescope"))["score"] == 19
    assert "4 answer files were handed in, and one counts" in json.loads(write(report, "gradescope"))["output"]
    assert json.loads(write(report, "autolab")) == {"scores": {"lstm_forward": 19}}
    result = json.loads(base64.b64decode(write(report, "classroom")))
    assert (result["max_score"], sum(test["score"] for test in result["tests"])) == (19, 19)
    (group,) = json.loads(write(report, "markus"))["test_groups"]
    assert sum(test["marks_total"] for test in group["tests"]) == 19
    document = json.loads(write(report, "prairielearn"))
    assert (document["score"], document["gradable"], len(document["format_errors"])) == (1, True, 1)
    (tmp_path / "d.yaml").write_text(sheet("ada", worked(("no-tanh",))), encoding="utf-8")
    assert json.loads(write(graded(tmp_path), "gradescope"))["score"] == 15


@pytest.mark.parametrize("form", ["gradescope", "classroom", "markus", "prairielearn"])
@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_nothing_that_a_platform_shows_acts_on_the_page_or_the_log(form: str, name: str, tmp_path: Path) -> None:
    text = f"student: {json.dumps(name)}\nanswers:\n  f[1]: {json.dumps(name)}\n  {json.dumps(name)}: 1\n"
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    written = write(graded(tmp_path), form)
    document = json.loads(base64.b64decode(written) if form == "classroom" else written)
    for text in strings(document):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
        if form == "classroom":  # its reporter prints them to the log of the job, perhaps behind a word of its own
            assert not re.search(r"\n|::|##\[", text)


def strings(value: Any) -> Iterator[str]:
    """Every text in a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


def test_gradescope(report: ClassReport) -> None:
    document = json.loads(write(report, "gradescope"))
    top = {"score", "execution_time", "output", "output_format", "test_output_format", "test_name_format", "visibility",
           "stdout_visibility", "extra_data", "tests", "leaderboard"}  # fmt: skip
    one = {"score", "max_score", "status", "name", "name_format", "number", "output", "output_format", "tags", "visibility",
           "extra_data"}  # fmt: skip
    assert set(document) <= top
    assert document["score"] == float(lowest(report))
    assert Fraction(document["extra_data"]["score"]) == lowest(report)
    for test in document["tests"]:
        assert set(test) <= one
        assert test["status"] in ("passed", "failed")
        assert test["visibility"] == "visible"  # a hidden test hides the total
        assert (test["name_format"], test["output_format"]) == ("text", "text")
        assert 0 <= test["score"] <= test["max_score"]


def test_the_score_of_a_late_sheet_is_one_number_everywhere(alone: ClassReport) -> None:
    """By hand: 15 of 19 with 10 % off is 13.5, that is 71.05 %."""
    assert json.loads(write(alone, "gradescope"))["score"] == 13.5
    assert json.loads(write(alone, "autolab")) == {"scores": {"lstm_forward": 13.5}}
    assert json.loads(write(alone, "prairielearn"))["score"] == 13.5 / 19
    assert json.loads(write(alone, "json"))["submissions"][0]["score"] == 13.5
    assert rows(write(alone, "csv"))[1][2] == "13.5"
    assert rows(write(alone, "moodle"))[1][1] == "13.5"
    result = json.loads(base64.b64decode(write(alone, "classroom")))
    assert sum(test["score"] for test in result["tests"]) == pytest.approx(13.5, abs=1e-12)
    tests = json.loads(write(alone, "markus"))["test_groups"][0]["tests"]
    assert sum(test["marks_earned"] for test in tests) == pytest.approx(13.5, abs=1e-12)
    properties = {p.attrib["name"]: p.attrib["value"] for p in ET.fromstring(write(alone, "junit")).iter("property")}
    assert properties["score"] == "13.5"
    for form in ("summary", "html"):
        assert "13.5 of 19" in write(alone, form)
    assert "13.5 of 19" in shown(alone)


def test_thirds_are_exact_for_people_and_one_number_for_programs(tmp_path: Path) -> None:
    """h is worth 1/3 and the sixteen other lines 1 less two h: 15 + 2/3; cleo misses the two thirds."""
    problem = tmp_path / "lstm_forward.yaml"
    problem.write_text(PROBLEM.read_text(encoding="utf-8").replace("{h: 2}", "{h: 1/3, f: 1/3}"), encoding="utf-8")
    report = graded(small(tmp_path / "class") / "cleo.yaml", settings=Settings(str(problem)))
    (one,) = report.submissions
    assert (one.score, one.max_score) == ("41/3", "43/3")
    for text in (
        shown(report),
        write(report, "summary"),
        write(report, "html"),
        json.loads(write(report, "gradescope"))["output"],
    ):
        assert "13 2/3 of 14 1/3" in text
    assert json.loads(write(report, "json"))["submissions"][0]["score"] == "41/3"
    third = 41 / 3
    assert json.loads(write(report, "gradescope"))["score"] == third
    assert rows(write(report, "csv"))[1][2] == rows(write(report, "canvas"))[2][5] == str(third)
    assert json.loads(write(report, "autolab"))["scores"]["lstm_forward"] == third


def test_classroom(report: ClassReport) -> None:
    text = write(report, "classroom")
    assert re.fullmatch(r"[A-Za-z0-9+/]+=*\n", text)
    document = json.loads(base64.b64decode(text))
    assert set(document) == {"version", "status", "max_score", "tests"}
    assert (document["version"], document["status"] in ("pass", "fail", "error")) == (1, True)
    fields = {"name", "status", "score", "message", "test_code", "filename", "line_no", "execution_time"}
    for test in document["tests"]:
        assert set(test) == fields
        assert test["status"] in ("pass", "fail", "error")
        assert isinstance(test["score"], int | float)
    assert sum(t["score"] for t in document["tests"]) == pytest.approx(float(lowest(report)), abs=1e-9)
    assert document["max_score"] == 19


def test_the_status_of_a_classroom_run(plain: ClassReport, tmp_path: Path) -> None:
    def status(name: str) -> str:
        one = [s for s in plain.whole if s.student == name]
        found = plain._replace(submissions=one, whole=one)
        return str(json.loads(base64.b64decode(write(found, "classroom")))["status"])

    assert [status(name) for name in ("ada", "ben", "cleo", "dan")] == ["pass", "fail", "fail", "error"]


def test_markus(report: ClassReport) -> None:
    (group,) = json.loads(write(report, "markus"))["test_groups"]
    assert group["name"]
    for test in group["tests"]:
        assert set(test) == {"name", "status", "marks_earned", "marks_total", "output", "time"}
        assert test["status"] in ("pass", "partial", "fail", "error")
        assert 0 <= test["marks_earned"] <= test["marks_total"]
    assert sum(test["marks_earned"] for test in group["tests"]) == pytest.approx(float(lowest(report)), abs=1e-9)


def test_a_partial_mark_in_markus(tmp_path: Path) -> None:
    problem = tmp_path / "lstm_forward.yaml"
    problem.write_text(PROBLEM.read_text(encoding="utf-8") + "imprecise: 1/2\n", encoding="utf-8")
    (tmp_path / "a.yaml").write_text("answers:\n  f[1]: 0.77", encoding="utf-8")
    report = graded(tmp_path / "a.yaml", settings=Settings(str(problem)))
    test = json.loads(write(report, "markus"))["test_groups"][0]["tests"][0]
    assert (test["status"], test["marks_earned"]) == ("partial", 0.5)


def test_autolab(report: ClassReport) -> None:
    text = write(report, "autolab")
    assert text.count("\n") == 1
    assert json.loads(text) == {"scores": {"lstm_forward": float(lowest(report))}}


def test_autolab_has_the_problems_of_an_assignment() -> None:
    settings = Settings(str(ROOT / "problems" / "assignment_2.yaml"))
    whole = graded(ROOT / "problems" / "answers" / "004.yaml", settings=settings)
    assert json.loads(write(whole, "autolab")) == {"scores": {"1": 0, "2": 6, "3": 4, "4": 13}}


def test_prairielearn(report: ClassReport) -> None:
    document = json.loads(write(report, "prairielearn"))
    assert document["gradable"] is True
    assert 0 <= document["score"] <= 1
    for test in document["tests"]:
        assert set(test) == {"name", "points", "max_points", "message"}


def test_what_cannot_be_read_is_not_gradable(plain: ClassReport) -> None:
    dan = [s for s in plain.whole if s.student == "dan"]
    document = json.loads(write(plain._replace(submissions=dan, whole=dan), "prairielearn"))
    assert (document["gradable"], document["score"], len(document["format_errors"])) == (False, 0, 1)
    assert "unusable" in document["message"]


# ---- GitHub --------------------------------------------------------------------------------------------------------------
COMMAND = re.compile(r"::(error|warning|notice) (?:file=([^,:]*),line=(\d+),)?title=([^,:]*)::(.*)").fullmatch


def test_annotations_are_commands_within_the_limits(report: ClassReport) -> None:
    text = write(report, "annotations")
    lines = text.split("\n")[:-1]
    assert text.isprintable() or set(filter(lambda c: not c.isprintable(), text)) == {"\n"}
    found = [COMMAND(line) for line in lines]
    assert all(found), [line for line, match in zip(lines, found, strict=True) if not match]
    kinds = [match[1] for match in found if match]
    assert all(kinds.count(kind) <= 10 for kind in kinds)


def test_the_worst_annotations_come_first_and_the_rest_is_counted(tmp_path: Path) -> None:
    folder = small(tmp_path / "class")
    (folder / "eve.yaml").write_text("student: eve\nanswers: {" + ", ".join(f"'{k}': 9" for k in worked()) + "}\n")
    (folder / "fay.yaml").write_text("student: eve\nanswers: {nothing: 1}\n")
    lines = write(graded(folder), "annotations").splitlines()
    errors = [line for line in lines if line.startswith("::error")]
    assert "unusable" in errors[0]
    assert "h[" in errors[1]  # worth two points
    assert re.fullmatch(r"::error title=rnnhw::\d+ more of these are not shown", errors[9])
    # dan 1; cleo h[1], h[2]; ben i[1]; eve 11 lines of 13, for h = 9 = 9·tanh(9) is carried: 15, of which nine are shown
    assert errors[9].split("::")[2].startswith("6 more")
    assert [sum(f"title={name}" in line for line in errors) for name in ("ben", "cleo", "dan", "eve")] == [1, 2, 1, 5]
    assert any("handed in more than once" in line for line in lines)
    assert any(line.startswith("::warning") and "no line of this problem" in line for line in lines)


def test_the_summary_is_markdown_in_which_nothing_acts(report: ClassReport) -> None:
    page = write(report, "summary")
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(page)
    assert set(re.findall(r"</?([a-z0-9]+)", html)) <= {
        "h1",
        "h2",
        "p",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "code",
    }
    for table in re.findall(r"<table>.*?</table>", html, re.DOTALL):
        assert len({len(re.findall(r"<t[hd][ >]", row)) for row in table.split("</tr>")[:-1]}) == 1
    assert "@octocat" not in re.sub("<code.*?</code>", "", html, flags=re.DOTALL)
    prose = re.sub(r"(`+).*?\1", "", page, flags=re.DOTALL)
    assert "http://evil" not in prose


def test_a_summary_stays_below_a_megabyte() -> None:
    students = [Graded(f"{k}.yaml", f"{k} {'ſ' * 90}", "1", "2", "1", ("correct",)) for k in range(20_000)]
    line = tuple(LineSummary(f"{'x' * 30}[{k}]", "1", {"correct": 1}) for k in range(20_000))
    names = tuple(MistakeSummary(str(k), "t" * 200, 2, ("h",), ("a", "b")) for k in range(5_000))
    page = write(ClassReport("p", "p.yaml", "2", students, line, (), names), "summary")
    assert 900_000 < len(page.encode()) < 1 << 20
    assert page.count("more rows left out") == 3
    small = write(ClassReport("p", "p.yaml", "2", students[:5], line[:5]), "summary")
    assert "left out" not in small


def test_printed_names_are_no_commands_to_a_job(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text('student: "::error::pwned"\nanswers: {mse: 1}', encoding="utf-8")
    for arguments in (["grade"], ["check"]):
        runner = CliRunner(env={"GITHUB_ACTIONS": "true"})
        more = ["--annotations", "-"] if arguments == ["grade"] else []
        output = runner.invoke(app, [*arguments, str(tmp_path / "a.yaml"), "--problem", str(PROBLEM), *more]).output
        first, *_ = output.split("\n")
        token = first.removeprefix("::stop-commands::")
        assert re.fullmatch("[0-9a-f]{32}", token)
        inside, after = output.split(f"::{token}::\n")
        assert "::error::pwned" in inside
        assert "::error::pwned" not in after
        assert all(COMMAND(line) for line in after.splitlines())
        assert bool(after) == bool(more)
    assert "stop-commands" not in command(tmp_path / "a.yaml", GITHUB_ACTIONS="").output


@pytest.mark.parametrize("word", ["grade", "check"])
@pytest.mark.parametrize("name", ["a.yaml", "::error::x.yaml"])
def test_what_is_told_of_a_file_that_cannot_be_read_is_fenced_too(word: str, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("answers:\n  f: [ '##[notice title=x]{}'", encoding="utf-8")
    arguments = [
        sys.executable,
        "-m",
        "rnn_hw",
        word,
        name,
        "--problem",
        str(PROBLEM),
        *["--annotations", "-"] * (word == "grade"),
    ]
    environment = os.environ | {"GITHUB_ACTIONS": "true", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(arguments, cwd=tmp_path, env=environment, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 2
    first, *within, last = done.stderr.splitlines()
    assert re.fullmatch(r"::stop-commands::\w{32}", first)
    assert last == f"::{first.removeprefix('::stop-commands::')}::"
    assert any("##[notice" in line for line in within)


# ---- pages ---------------------------------------------------------------------------------------------------------------
_tag = re.compile(
    "html|head|meta|title|style|body|h1|h2|h3|p|div|table|thead|tbody|tr|th|td|code|strong|span|ul|li|br|svg|line|rect|text|"
    "polyline|circle|math|mi|mn|mo|mrow|mfrac|msup|msub|msubsup|mover|munder|msqrt|mtext"
).fullmatch


class Page(html.parser.HTMLParser):
    """Every element is closed, none loads or runs anything; remembers texts and attributes."""

    VOID = ("meta", "br")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        assert _tag(tag), tag
        self.seen.add(tag)
        self.attributes += attributes
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def checked_page(text: str) -> Page:
    page = Page(text)
    assert text.startswith("<!DOCTYPE html>\n")
    assert {name for name, _ in page.attributes} <= {
        "lang", "charset", "http-equiv", "content", "name", "class", "viewbox", "width", "height", "role", "aria-label",
        "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "points", "text-anchor", "xmlns", "accent",
    }  # fmt: skip
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"content=\"default-src 'none'; style-src 'sha256-{digest}'\"" in text
    assert "url(" not in style[1]
    assert "@import" not in style[1]
    return page


def test_the_page_of_a_class(report: ClassReport) -> None:
    text = write(report, "html")
    page = checked_page(text)
    assert {"svg", "math", "table"} <= page.seen
    told = "".join(page.texts)
    assert gradebook.in_short(report) in told
    assert told.replace("\n", "").isprintable()


def test_a_page_says_who_made_which_mistake(plain: ClassReport) -> None:
    made = plain._replace(mistakes=(MistakeSummary("no-tanh", "tanh left out", 1, ("h[1]",), ("cleo",)),))
    told = " ".join(Page(write(made, "html")).texts)
    assert "tanh left out" in told
    assert "cleo" in told
    assert "tanh left out (`no-tanh`) | 1 |" in write(made, "summary")
    assert "tanh left out [no-tanh]" in shown(made)


@pytest.mark.parametrize("path", sorted((ROOT / "problems").glob("*.yaml")), ids=lambda p: p.stem)
def test_solutions_are_pages(path: Path) -> None:
    text = CliRunner().invoke(app, ["solve", str(path), "--format", "html"]).stdout
    assert {"table"} <= checked_page(text).seen


@pytest.mark.parametrize("path", sorted((ROOT / "problems" / "answers").glob("*.yaml")), ids=lambda p: p.stem)
def test_checked_sheets_are_pages(path: Path) -> None:
    text = CliRunner().invoke(app, ["check", str(path), "--format", "html"]).stdout
    assert {"table", "math"} <= checked_page(text).seen
    withheld = CliRunner().invoke(app, ["check", str(path), "--format", "html", "--no-key"]).stdout
    assert ("true value" in text, "true value" in withheld) == (True, False)


def test_a_page_abridges_and_chooses_as_other_forms_do(tmp_path: Path) -> None:
    from rnn_hw.assignment import Assignment, load

    (tmp_path / "p.yaml").write_text(
        "kind: recurrence\nequations: h[t] = 0.5*h[t-1] + 1\nsteps: 60\n", encoding="utf-8"
    )
    runner = CliRunner()
    assert "left out" in runner.invoke(app, ["solve", str(tmp_path / "p.yaml"), "-f", "html"]).stdout
    (tmp_path / "a.yaml").write_text("problem: p.yaml\nanswers: {'h[2]': 9, q: 1}", encoding="utf-8")
    text = runner.invoke(app, ["check", str(tmp_path / "a.yaml"), "-f", "html"]).stdout
    assert "lines left out" in text
    assert "unknown-key" in text
    whole = load(ROOT / "problems" / "assignment_2.yaml")
    assert isinstance(whole, Assignment)
    page = solved.trace(solve_all(whole), view.Options(only=("2/alpha",)))
    assert "Problem 2" in page
    assert "Problem 1" not in page
    diagnosed = Report("p", "s", "0", "1", (), (Diagnosis("m", "<b>", ("f[1]",), "said", ("other",)),))
    assert "Consistent with: &lt;b&gt;" in solved.report(diagnosed, PLAIN)
    assert "or equally: other" in solved.report(diagnosed, PLAIN)


# ---- the terminal --------------------------------------------------------------------------------------------------------
def shown(report: ClassReport, options: view.Options = PLAIN, width: int = 80) -> str:
    file = io.StringIO()
    terminal.show_class(report, options, Console(file=file, width=width, highlight=False))
    return file.getvalue()


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_class_fits_and_nothing_acts(width: int, report: ClassReport) -> None:
    page = shown(report, width=width)
    assert {c for c in page if not c.isprintable()} == {"\n"}
    assert max(map(layout.width, page.splitlines())) <= width
    assert not [line for line in page.splitlines() if line != line.rstrip()]


def many(count: int) -> Iterator[Graded]:
    for k in range(count):
        yield Graded(f"{k}.yaml", f"student {k}", "1", "2", "1", ("correct", "wrong"))


def test_a_large_class_is_abridged() -> None:
    lines = tuple(LineSummary(f"h[{k}]", "1", {"correct": 200 - k % 7, "wrong": k % 7}) for k in range(1, 81))
    names = tuple(f"student {k}" for k in range(200))
    mistakes = (MistakeSummary("m", "a mistake", 200, tuple(f"h[{k}]" for k in range(1, 81)), names),)
    students = [*many(200)]
    students[100] = Graded("x.yaml", "eve", "0", "2", unusable=(Diagnostic("empty-file", "the file is empty"),))
    report = ClassReport("P", "p.yaml", "2", students, lines, (), mistakes)
    page = shown(report)
    assert len(page.splitlines()) < 100
    assert "… 84 submissions left out, --all shows them" in page
    assert "the file is empty" in page
    assert "195 more" in page.replace("\n", " ")
    everything = shown(report, view.Options(all=True))
    assert "left out" not in everything
    assert "student 150" in everything


def test_groups_are_summed_up_in_every_form_that_people_read() -> None:
    """Problem 4 of the sheet 004: 13 of 19 points, 68.4 %."""
    settings = Settings(str(ROOT / "problems" / "assignment_2.yaml"))
    whole = graded(ROOT / "problems" / "answers" / "004.yaml", settings=settings)
    assert re.search(r"^4 +19 +13.00 +68.4$", shown(whole), re.MULTILINE)
    assert "| 4 | 19 | 13.00 | 68.4 |" in write(whole, "summary")
    assert "<td>4</td><td class=n>19</td><td class=n>13.00</td><td class=n>68.4</td>" in write(whole, "html")
    checked_page(write(whole._replace(lines=whole.lines * 2), "html"))
    assert "lines left out" in write(whole._replace(lines=whole.lines * 2), "html")


def test_a_class_at_a_glance(plain: ClassReport) -> None:
    page = shown(plain)
    assert "LSTM forward pass by hand · 4 submissions, 1 unusable, mean 91.2 %, median 94.7 %" in " ".join(
        page.split()
    )  # 52/57
    assert re.search(r"^cleo +15 of 19 +78.9 +\d+ +\d+ +2$", page, re.MULTILINE)
    assert re.search(r"^i\[1\] +1 +2 +1$", page, re.MULTILINE)
    assert "✓ correct  → carried  ✗ wrong  – blank  ? unreadable" in page


def test_an_empty_class_of_unusable_files_can_be_shown(plain: ClassReport) -> None:
    dan = [s for s in plain.whole if s.student == "dan"]
    report = plain._replace(submissions=dan, whole=dan, lines=tuple(s._replace(counts={}) for s in plain.lines))
    assert "1 submission, 1 unusable\n" in shown(report)
    for form in reports.FORMS:
        assert write(report, form)
    worthless = [Graded("a", "a", "0", "0", "0", ("unjudged",))]
    assert gradebook.in_short(plain._replace(submissions=worthless)).endswith("mean 100 %, median 100 %")


# ---- the command ---------------------------------------------------------------------------------------------------------
def test_every_form_is_written_by_its_flag(tmp_path: Path) -> None:
    folder = small(tmp_path / "class")
    flags = [part for name in reports.FORMS for part in (f"--{name}", str(tmp_path / name))]
    result = command(folder, *flags)
    assert result.exit_code == 0
    report = graded(folder)
    for name in reports.FORMS:
        assert (tmp_path / name).read_text(encoding="utf-8") == write(report, name).replace("\r\n", "\n")
    for name in set(reports.FORMS) - set(reports.BESIDE):
        printed = command(folder, f"--{name}", "-")
        assert printed.stdout.replace("\r\n", "\n") == write(report, name).replace("\r\n", "\n")
    beside = command(folder, "--autolab", "-", "--annotations", "-").stdout
    assert beside.startswith("LSTM forward pass by hand")
    assert beside.splitlines()[-1].startswith('{"scores"')


def test_without_the_key_no_form_says_a_true_value(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(sheet("a", dict.fromkeys(worked(), 9.0)), encoding="utf-8")
    telling = set()
    for name in reports.FORMS:
        texts = {}
        for key in ("--key", "--no-key"):
            path = tmp_path / f"{name}{key}"
            assert command(tmp_path / "a.yaml", *[key] * (key == "--no-key"), f"--{name}", str(path)).exit_code == 0
            text = path.read_text(encoding="utf-8")
            texts[key] = base64.b64decode(text).decode() if name == "classroom" else text
        assert not re.search(r"0\.76[89]", texts["--no-key"])
        telling |= {name} if re.search(r"0\.76[89]", texts["--key"]) else set()
    # These say true values otherwise: the search can find them.
    assert telling == {"json", "junit", "gradescope", "classroom", "annotations", "markus", "prairielearn"}


def test_a_slip_that_gives_the_number_away_is_only_called_a_slip(tmp_path: Path) -> None:
    """A number that is right but for its sign is the true value."""
    text = sheet("ada", worked())
    assert "c[1]: 0.226" in text
    (tmp_path / "a.yaml").write_text(text.replace("c[1]: 0.226", "c[1]: -0.226"))
    arguments = [tmp_path / "a.yaml", "--all", *(f"--{name}={tmp_path / name}" for name in reports.FORMS)]
    for more, told in (([], "pen-sign"), (["--no-key"], "pen-slip")):
        printed = command(*arguments, *more).output
        texts = {name: (tmp_path / name).read_text(encoding="utf-8") for name in reports.FORMS}
        texts["classroom"] = base64.b64decode(texts["classroom"]).decode()
        texts["checked"] = (
            CliRunner().invoke(app, ["check", str(tmp_path / "a.yaml"), "-p", str(PROBLEM), *more]).output
        )
        assert {told in texts["json"], told in texts["html"], told in printed, told in texts["checked"]} == {True}
        given_away = {name for name, text in (texts | {"": printed}).items() if re.search(r"\bsigns?\b|pen-sign", text)}
        assert bool(given_away) != bool(more), given_away


def test_who_reads_the_head_of_the_table_has_the_files(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    arguments = [sys.executable, "-m", "rnn_hw", "grade", str(ROOT / "problems/ci/class"), "-p", str(PROBLEM)]
    arguments += ["--csv", str(tmp_path / "class.csv")]
    done = subprocess.run(arguments, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")
    assert '"ada"' in (tmp_path / "class.csv").read_text(encoding="utf-8")
