"""Assignments: a whole sheet is marked as its problems are alone, the points scaled exactly.

Faults of an assignment file are in `bad_inputs.md` with their messages.
"""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from rnn_hw.assignment import PART_FIELDS, Assignment, load
from rnn_hw.checking import check, check_files
from rnn_hw.cli import app
from rnn_hw.errors import HomeworkError
from rnn_hw.guide import kinds_text, new_text, template_text
from rnn_hw.problem import load_problem
from rnn_hw.render import json_form, latex, markdown
from rnn_hw.results import Report, Solution
from rnn_hw.schema import schema
from rnn_hw.solver import solve, solve_all
from rnn_hw.view import selection, sheet
from rnn_hw.view.selection import Options

ROOT = Path(__file__).resolve().parent.parent
PROBLEMS = ROOT / "problems"
SHEETS = {
    "004": ("004_problem_1", "004_problem_2", "004_problem_3", "004_problem_4"),
    "000": ("000_question_1", "000_question_2"),
}


def run(*arguments: str, status: int = 0) -> str:
    result = CliRunner().invoke(app, list(arguments), env={"NO_COLOR": "1", "COLUMNS": "100"})
    assert result.exit_code == status, result.output
    return result.stdout


def valid(text: str, name: str) -> Any:
    document = json.loads(text)
    Draft202012Validator(schema(name)).validate(document)
    return document


def assignment(path: Path, problems: str, title: str = "A sheet") -> Path:
    """An assignment file; `problems` are its entries, `{P}` the folder of the bundled problems."""
    entries = problems.replace("{P}", str(PROBLEMS))
    path.write_text(f"kind: assignment\ntitle: {json.dumps(title)}\nproblems: {{{entries}}}\n", encoding="utf-8")
    return path


def answers(path: Path, problem: Path, text: str) -> Path:
    path.write_text(f"problem: {problem}\nanswers: {{{text}}}\n", encoding="utf-8")
    return path


def told(report: Report | HomeworkError) -> str:
    assert isinstance(report, Report)
    return json_form.dumps(json_form.report(report))


def loaded(path: Path) -> Assignment:
    found = load(path)
    assert isinstance(found, Assignment)
    return found


# --- marks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("name", SHEETS)
def test_a_bundled_sheet_is_marked_as_its_problems_are_alone(name: str, strict: bool) -> None:
    whole = check(PROBLEMS / "answers" / f"{name}.yaml", strict=strict)
    alone = [check(PROBLEMS / "answers" / f"{one}.yaml", strict=strict) for one in SHEETS[name]]
    assert [(id, told(part)) for id, part in whole.parts] == [(str(k), told(r)) for k, r in enumerate(alone, 1)]
    expected = [(f"{k}/{v.key}", v.verdict, v.points, v.message) for k, r in enumerate(alone, 1) for v in r.verdicts]
    assert [(v.key, v.verdict, v.points, v.message) for v in whole.verdicts] == expected
    assert Fraction(whole.score) == sum(Fraction(report.score) for report in alone)
    assert Fraction(whole.max_score) == sum(Fraction(report.max_score) for report in alone)


def test_the_points_of_the_bundled_assignments() -> None:
    def worth(name: str) -> list[Fraction]:
        parts = loaded(PROBLEMS / name).parts
        return [sum((Fraction(li.points) for li in p.problem.lines if li.asked), Fraction(0)) for p in parts]

    assert worth("assignment_1_bonus.yaml") == [5, 5]
    assert worth("assignment_2.yaml") == [5, 8, 4, 19]
    gradient = {li.key: li.points for li in loaded(PROBLEMS / "assignment_1_bonus.yaml").parts[1].problem.lines}
    assert gradient["h_bar[t]"] == "2/3"  # (a), 4 points for six lines
    assert gradient["w_ix_bar"] == "1"  # (b)
    assert gradient["explanation"] == "0"  # (c), optional


@pytest.mark.parametrize("points", ["20", "1", "7/3", "0.5", "0"])
def test_points_are_shared_in_proportion_and_exactly(points: str, tmp_path: Path) -> None:
    sheet = assignment(tmp_path / "a.yaml", f'"1": {{file: "{{P}}/lstm_forward.yaml", points: {points}}}')
    text = (PROBLEMS / "answers" / "004_problem_4.yaml").read_text(encoding="utf-8").partition("answers:\n")[2]
    (tmp_path / "w.yaml").write_text(f'problem: a.yaml\nanswers:\n  "1":\n{indented(text)}', encoding="utf-8")
    whole = check(tmp_path / "w.yaml")
    alone = check(PROBLEMS / "answers" / "004_problem_4.yaml")
    factor = Fraction(points) / 19
    assert Fraction(whole.max_score) == Fraction(points)
    assert Fraction(whole.score) == 13 * factor
    assert [(v.key, v.verdict) for v in whole.verdicts] == [(f"1/{v.key}", v.verdict) for v in alone.verdicts]
    for one, other in zip(whole.verdicts, alone.verdicts, strict=True):
        assert Fraction(one.points) == Fraction(other.points) * factor
        assert Fraction(one.max_points) == Fraction(other.max_points) * factor
    assert load_problem(PROBLEMS / "lstm_forward.yaml").lines != loaded(sheet).parts[0].problem.lines


def indented(text: str) -> str:
    return "".join(f"  {line}\n" for line in text.splitlines())


def test_several_people_are_marked_as_each_alone(tmp_path: Path) -> None:
    about = assignment(tmp_path / "a.yaml", '"1": {file: "{P}/lstm_forward.yaml"}, x: {file: "{P}/lstm_claims.yaml"}')
    texts = ['"1": {mse: 0.53}, x: {a: false}', '"1": {mse: 1}', 'x: {a: true}, "1": {f: [0.769, 0.233]}', ""]
    paths = [str(answers(tmp_path / f"{k}.yaml", about, text)) for k, text in enumerate(texts)]
    single = str(PROBLEMS / "answers" / "004_problem_3.yaml")
    every = [paths[0], single, *paths[1:]]
    assert [told(report) for report in check_files(every)] == [told(check(path)) for path in every]


def test_a_map_left_out_or_empty_is_blank(tmp_path: Path) -> None:
    about = assignment(tmp_path / "a.yaml", '"1": {file: "{P}/lstm_claims.yaml"}, "2": {file: "{P}/lstm_claims.yaml"}')
    for text in ("", '"1": ', '"1": ~, "2": {}'):
        report = check(answers(tmp_path / "w.yaml", about, text))
        assert {v.verdict for v in report.verdicts} == {"blank"}
        assert [v.key for v in report.verdicts] == ["1/a", "1/b", "1/c", "1/d", "2/a", "2/b", "2/c", "2/d"]
        assert report.diagnostics == ()
        assert not report.all_right


def test_what_is_not_understood_is_reported_and_the_rest_is_marked(tmp_path: Path) -> None:
    about = assignment(tmp_path / "a.yaml", 'one: {file: "{P}/lstm_claims.yaml"}, two: {file: "{P}/lstm_claims.yaml"}')
    right = "a: false, b: false, c: true, d: false"
    report = check(
        answers(tmp_path / "w.yaml", about, f"one: {{{right}}}, tow: {{{right}}}, two: {{{right}, e: true}}")
    )
    assert {v.verdict for v in report.verdicts} == {"correct"}
    assert [(d.code, d.span and d.span.line, d.help) for d in report.diagnostics] == [
        ("unknown-key", 2, "did you mean `two`?"),
        ("unknown-key", 2, "known are `a`, `b`, `c`, `d`"),
    ]
    assert not report.all_right  # a misspelt id may hold what is missing elsewhere
    assert all(part.diagnostics == () for _, part in report.parts)


# --- reading ----------------------------------------------------------------------------------------------------------


def test_a_problem_may_be_written_out_in_the_assignment(tmp_path: Path) -> None:
    text = (PROBLEMS / "own_cell.yaml").read_text(encoding="utf-8")
    nested = "".join(f"      {line}\n" for line in text.splitlines())
    (tmp_path / "a.yaml").write_text(
        f"kind: assignment\nproblems:\n  1:\n    points: 3\n    problem:\n{nested}", encoding="utf-8"
    )
    (part,) = loaded(tmp_path / "a.yaml").parts
    alone = solve(load_problem(PROBLEMS / "own_cell.yaml"))
    assert str(solve(part.problem).answers) == str(alone.answers)
    assert valid(run("solve", str(tmp_path / "a.yaml"), "-f", "json"), "solve")["problems"][0]["id"] == "1"


def test_files_are_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(loaded(PROBLEMS / "assignment_2.yaml").parts) == 4
    monkeypatch.chdir(PROBLEMS / "answers")
    assert len(check("004.yaml").parts) == 4
    assert len(loaded(Path("../assignment_2.yaml")).parts) == 4


def test_an_assignment_holds_no_assignment_and_is_no_problem(tmp_path: Path) -> None:
    outer = assignment(tmp_path / "a.yaml", '"1": {file: "{P}/assignment_2.yaml"}')
    for path, read in ((outer, load), (PROBLEMS / "assignment_2.yaml", load_problem)):
        with pytest.raises(HomeworkError) as caught:
            read(path)
        (fault,) = caught.value.diagnostics
        assert fault.code == "not-a-problem"
        assert Path(fault.file) == PROBLEMS / "assignment_2.yaml"


def test_an_assignment_that_lists_itself_ends(tmp_path: Path) -> None:
    path = assignment(tmp_path / "a.yaml", '"1": {file: a.yaml}')
    with pytest.raises(HomeworkError, match="an assignment is no problem"):
        load(path)


def test_points_whose_sum_could_not_be_printed_are_refused(tmp_path: Path) -> None:
    """A sum of many fractions with large coprime denominators has more digits than Python prints."""
    primes = [n for n in range(10**6, 10**6 + 9000) if pow(2, n - 1, n) == 1]
    lines = "".join(f"  h[{t}]: 1/{p}\n" for t, p in enumerate(primes, 1))
    text = f"kind: recurrence\nequations: |\n  h[t] = w*h[t-1]\ngiven: {{w: 1}}\nsteps: {len(primes)}\npoints:\n{lines}"
    (tmp_path / "p.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(HomeworkError, match="simple fraction"):
        load(tmp_path / "p.yaml")
    small = [p for p in range(2, 1000) if all(p % q for q in range(2, p))]
    for name, numerator in (("p", "1"), ("q", "9" * 300)):
        lines = "".join(f"  h[{t}]: {numerator}/{p}\n" for t, p in enumerate(small, 1))
        text = (
            f"kind: recurrence\nequations: |\n  h[t] = w*h[t-1]\ngiven: {{w: 1}}\nsteps: {len(small)}\npoints:\n{lines}"
        )
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    many = ", ".join(f'"{k}": {{file: {"pq"[k % 2]}.yaml}}' for k in range(100))
    about = assignment(tmp_path / "a.yaml", many)
    report = check(answers(tmp_path / "w.yaml", about, '"1": {h[1]: 1}'.replace("h[1]", '"h[1]"')))
    assert json_form.dumps(json_form.report(report))


# --- commands ---------------------------------------------------------------------------------------------------------


def test_solve_prints_every_problem_in_order() -> None:
    path = str(PROBLEMS / "assignment_2.yaml")
    document = valid(run("solve", path, "-f", "json"), "solve")
    assert {k: document[k] for k in ("version", "kind", "title")} == {
        "version": 1,
        "kind": "assignment",
        "title": "Assignment 2",
    }
    files = ("adam_step", "vanishing_gradient", "lstm_claims", "lstm_forward")
    assert [problem["id"] for problem in document["problems"]] == ["1", "2", "3", "4"]
    for problem, file in zip(document["problems"], files, strict=True):
        assert problem["solution"] == json.loads(run("solve", str(PROBLEMS / f"{file}.yaml"), "-f", "json"))
    titles = [part.problem.title for part in loaded(Path(path)).parts]
    for form in ("table", "markdown", "latex"):
        page = run("solve", path, "-f", form)
        places = [page.index(f"Problem {k} ") for k in range(1, 5)]
        assert places == sorted(places)
        for title in titles:
            assert title in page
        assert page.count(r"\begin{document}") == page.count(r"\end{document}") == (form == "latex")
        assert sum(line.startswith("# ") for line in page.splitlines()) == (form == "markdown")


@pytest.mark.parametrize("name", SHEETS)
@pytest.mark.parametrize("form", ["table", "markdown", "latex"])
def test_check_prints_a_section_for_each_problem_and_the_total(name: str, form: str) -> None:
    page = run("check", str(PROBLEMS / "answers" / f"{name}.yaml"), "-f", form, status=1)
    report = check(PROBLEMS / "answers" / f"{name}.yaml")
    assert sheet.score(report) in page
    for id, part in report.parts:
        assert f"Problem {id} " in page
        assert sheet.score(part) in page
    if form == "table":
        assert page.rstrip().splitlines()[-1].startswith(f"Total: {sheet.score(report)} (")


@pytest.mark.parametrize("name", SHEETS)
def test_check_as_json_has_keys_with_the_id_in_front(name: str) -> None:
    document = valid(run("check", str(PROBLEMS / "answers" / f"{name}.yaml"), "-f", "json", status=1), "check")
    assert {v["key"].partition("/")[0] for v in document["verdicts"]} == {str(k + 1) for k in range(len(SHEETS[name]))}
    assert all(v["key"].count("/") == 1 for v in document["verdicts"])
    if name == "004":
        assert {"4/f[1]", "1/m", "2/alpha", "3/d"} <= {v["key"] for v in document["verdicts"]}


def test_no_key_hides_true_values_in_every_part() -> None:
    for form in ("table", "markdown", "latex"):
        shown = run("check", str(PROBLEMS / "answers" / "004.yaml"), "-f", form, "--no-key", status=1)
        assert "0.769" not in shown
        assert "true value" not in shown
    document = json.loads(run("check", str(PROBLEMS / "answers" / "000.yaml"), "-f", "json", "--no-key", status=1))
    assert {v["expected"] for v in document["verdicts"]} == {None}
    assert "One replacement" not in json.dumps(document)
    assert "One replacement" not in run("check", str(PROBLEMS / "answers" / "000.yaml"), "--no-key", status=1)


def test_problem_names_the_assignment(tmp_path: Path) -> None:
    bare = tmp_path / "w.yaml"
    text = (PROBLEMS / "answers" / "004.yaml").read_text(encoding="utf-8").replace("problem: ", "# ")
    bare.write_text(text, encoding="utf-8")
    page = run("check", str(bare), "--problem", str(PROBLEMS / "assignment_2.yaml"), status=1)
    assert page == run("check", str(PROBLEMS / "answers" / "004.yaml"), status=1)


@pytest.mark.parametrize(
    ("only", "parts", "lines"),
    [
        ("", "1234", 42),
        ("2", "2", 8),
        ("4/f[1]", "4", 1),
        ("4/f", "4", 2),
        ("alpha", "2", 1),
        ("1/V,1/S,3", "13", 6),
        ("1/dV/dS", "", 0),
        ("9/f,x", "", 0),
    ],
)
def test_only_picks_problems_and_lines(only: str, parts: str, lines: int) -> None:
    options = Options(only=tuple(word for word in only.split(",") if word))
    shown = list(sheet.shown_parts(check(PROBLEMS / "answers" / "004.yaml"), options))
    assert "".join(id for id, _, _ in shown) == parts
    assert sum(len(sheet.verdicts(part, own)) for _, part, own in shown) == lines
    solution = solve_all(loaded(PROBLEMS / "assignment_2.yaml"))
    assert "".join(id for id, _, _ in selection.shown_parts(solution, options)) == parts


@pytest.mark.parametrize("name", ["assignment_2", "assignment_1_bonus"])
def test_what_solve_answers_fills_the_template_and_is_right(name: str, tmp_path: Path) -> None:
    path = PROBLEMS / f"{name}.yaml"
    text = template_text(str(path))
    document = json.loads(run("solve", str(path), "-f", "json"))
    (tmp_path / "blank.yaml").write_text(text, encoding="utf-8")
    blank = check(tmp_path / "blank.yaml")
    asked = [f"{p['id']}/{key}" for p in document["problems"] for key in p["solution"]["answers"]]
    assert [(v.key, v.verdict) for v in blank.verdicts] == [(key, "blank") for key in asked]
    assert blank.diagnostics == ()
    values = [json.dumps(value) for p in document["problems"] for value in p["solution"]["answers"].values()]
    fields = iter(values)
    filled = "\n".join(
        f"{line.partition(' #')[0].rstrip()} {next(fields)}" if line.startswith("    ") else line
        for line in text.splitlines()
    )
    (tmp_path / "filled.yaml").write_text(filled, encoding="utf-8")
    report = check(tmp_path / "filled.yaml")
    assert {v.verdict for v in report.verdicts} <= {"correct", "unjudged"}, report.verdicts
    assert Fraction(report.score) == Fraction(report.max_score)
    assert report.all_right


def test_a_new_user_is_shown_assignments(tmp_path: Path) -> None:
    assert "\nassignment: " in kinds_text()
    assert all(f"  each   {field}: " in kinds_text() for field in PART_FIELDS)
    assert run("new", "assignment") == new_text("assignment")
    (tmp_path / "assignment.yaml").write_text(new_text("assignment"), encoding="utf-8")
    assert len(loaded(tmp_path / "assignment.yaml").parts) == 2  # it stands alone


def test_the_schema_refuses_what_the_program_refuses() -> None:
    describes = Draft202012Validator(schema("problem"))
    good = {"kind": "assignment", "problems": {"1": {"file": "p.yaml", "points": 5}}}
    assert describes.is_valid(good)
    assert describes.is_valid(good | {"problems": {"1": {"problem": {"kind": "adam_step", "given": {}}}}})
    for part in ({}, {"file": "p.yaml", "problem": {"kind": "adam_step"}}, {"file": 1}, {"file": "p.yaml", "point": 1}):
        assert not describes.is_valid(good | {"problems": {"1": part}})
    assert not describes.is_valid({"kind": "assignment", "problems": {}})
    assert not describes.is_valid({"kind": "assignment"})


# --- what a person types ----------------------------------------------------------------------------------------------

HOSTILE = ["<b>*1*", "[red]1", "`1`", "{1}", "%1&_$\\x", "@all", "\\write18", "| 1 |", "é́ƒ", "# 1", "null", "1: 2"]


@pytest.mark.parametrize("id", [h for h in HOSTILE if "[" not in h])
def test_odd_ids_are_read_back_and_escaped(id: str, tmp_path: Path) -> None:
    title = "<i>\x1b[31m\n\\end{document}"
    about = assignment(tmp_path / "a.yaml", f'{json.dumps(id)}: {{file: "{{P}}/lstm_claims.yaml"}}', title)
    (tmp_path / "t.yaml").write_text(template_text(str(about)), encoding="utf-8")
    report = check(tmp_path / "t.yaml")
    assert {v.verdict for v in report.verdicts} == {"blank"}
    assert report.diagnostics == ()
    assert report.verdicts[0].key == f"{id}/a"
    harmless(report, solve_all(loaded(about)))


@pytest.mark.parametrize("id", [*HOSTILE, "4\n# 5", "\x1b[2J", "\u202e1", "a/b", "\\end{document}"])
def test_whatever_an_id_is_no_form_lets_it_act(id: str) -> None:
    """Ids with line breaks are refused when a file is read; the forms do not rely on it."""
    report = check(PROBLEMS / "answers" / "004.yaml")
    solution = solve_all(loaded(PROBLEMS / "assignment_2.yaml"))
    harmless(report._replace(parts=((id, report.parts[2][1]),)), solution._replace(parts=((id, solution.parts[2][1]),)))


def harmless(report: Report, solution: Solution) -> None:
    from io import StringIO

    from rich.console import Console

    from rnn_hw.render import terminal

    for show, result in ((terminal.show_report, report), (terminal.show_trace, solution)):
        stream = StringIO()
        show(result, Options(), Console(file=stream, width=100, highlight=False, markup=False))  # type: ignore[operator]
        assert "\x1b[31m" not in stream.getvalue()
        assert "\x1b[2J" not in stream.getvalue()
        assert "\u202e" not in stream.getvalue()
        assert "\n# 5" not in stream.getvalue()
    for page in (markdown.report(report, Options()), markdown.trace(solution, Options())):
        (heading,) = (line for line in page.splitlines() if line.startswith("## "))
        assert heading.startswith("## Problem ")
        assert sum(line.startswith("# ") for line in page.splitlines()) == 1
        assert "<b>" not in page.replace("\\<", "")
        assert "<i>" not in page.replace("\\<", "")
        assert "@all" not in page
    for page in (latex.report(report, Options()), latex.trace(solution, Options())):
        assert page.count(r"\end{document}") == 1
        assert r"\write18" not in page
        assert "%1" not in page.replace(r"\%", "")
    json_form.dumps(json_form.report(report))
    json_form.dumps(json_form.trace(solution))
