"""A class is found, marked and summed up: the marks are those of each sheet alone, whatever lies beside it."""

import base64
import json
import multiprocessing
import os
import threading
import time
from concurrent.futures import BrokenExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from classes import CODES, PROBLEM, ROOT, Made, made, put, sheet, small, with_special_files, worked
from typer.testing import CliRunner, Result

from rnn_hw import grade as grading
from rnn_hw.checking import Marked, Marker, check
from rnn_hw.cli import app
from rnn_hw.diagnose import Diagnoser
from rnn_hw.errors import MOST_FAULTS, Diagnostic, HomeworkError, Span
from rnn_hw.grade import Options, Settings, chunks, deductions, judging, limits, marking, packing, run, task
from rnn_hw.grade.finding import DEEPEST, found
from rnn_hw.output import written
from rnn_hw.results import ClassReport, Diagnosis, FreeText, Graded, Report, Table, Verdict
from rnn_hw.view import gradebook

SETTINGS = Settings(str(PROBLEM))
WHOLE = str(ROOT / "problems" / "assignment_2.yaml")


def graded(*paths: Path | str, **options: Any) -> ClassReport:
    settings = options.pop("settings", SETTINGS)
    return grading.grade([str(path) for path in paths], Options(settings, **options))


def command(*arguments: Path | str) -> Result:
    return CliRunner().invoke(app, ["grade", *map(str, arguments), "--problem", str(PROBLEM)])


def by_student(report: ClassReport) -> dict[str, Graded]:
    return {s.student: s for s in report.submissions}


def codes(report: ClassReport) -> dict[str, str]:
    """The reason why each unusable file is so, by the file's name."""
    return {Path(s.file).name: s.unusable[0].code for s in report.submissions if s.unusable}


# ---- marks -------------------------------------------------------------------------------------------------------------
def test_marks_of_a_small_class(tmp_path: Path) -> None:
    """By hand: 19 points, h is worth 2. ben's i[1] is wrong and the rest carried: 18. cleo's h[1], h[2] are wrong: 15."""
    report = graded(small(tmp_path / "class"))
    assert [(s.student, s.score, s.max_score) for s in report.submissions] == [
        ("ada", "19", "19"), ("ben", "18", "19"), ("cleo", "15", "19"), ("dan", "0", "19"),
    ]  # fmt: skip
    counts = {line.key: dict(line.counts) for line in report.lines}
    assert counts["i[1]"] == {"correct": 2, "wrong": 1}
    assert counts["c[1]"] == {"correct": 2, "carried": 1}
    assert codes(report) == {"answers.yaml": "broken-yaml"}
    assert report.whole
    assert [bool(s.report) for s in report.whole] == [True, True, True, False]


def test_a_class_of_200_gets_the_marks_of_each_sheet_alone(tmp_path: Path) -> None:
    sheets = made(200)
    report = graded(put(sheets, tmp_path / "class"))
    assert len(report.submissions) == len(report.whole) == 200
    for one in report.whole:
        if one.report is None:
            with pytest.raises(HomeworkError) as error:
                check(one.file, PROBLEM)
            assert [d._replace(excerpt="") for d in one.unusable] == [
                d._replace(excerpt="") for d in error.value.diagnostics
            ]
            continue
        alone = judging.short_of(check(one.file, PROBLEM))
        assert not one.unusable
        assert (one.score, one.max_score) == (alone.score, alone.max_score)
        assert [v[:3] + v[6:] for v in one.report.verdicts] == [v[:3] + v[6:] for v in alone.verdicts]
    kinds = {m.student: m.kind for m in sheets}
    marks = {
        Path(s.file).parent.name if s.file.endswith("answers.yaml") else Path(s.file).stem: s
        for s in report.submissions
    }
    for student, kind in kinds.items():
        mark = marks[student]
        if kind == "right":
            assert mark.score == "19", student
        elif kind == "carried":
            assert mark.verdicts.count("wrong") == 1, student
            assert "carried" in mark.verdicts, student
        elif kind == "blank":
            assert mark.verdicts == ("blank",) * 17, student
        elif kind in ("one", "two"):
            assert 0 < Fraction(mark.score) < 19, student


def test_the_summary_by_mistake_is_how_the_sheets_were_made(tmp_path: Path) -> None:
    """Every sheet of 200 with a mistake in it, and no other, is counted under the code of that mistake."""
    sheets = made(200)
    report = graded(put(sheets, tmp_path / "class"))
    expected = {
        CODES[mistake]: [one.student for one in sheets if mistake in one.mistakes]
        for mistake in {mistake for one in sheets for mistake in one.mistakes}
    }
    assert {m.mistake: sorted(m.students) for m in report.mistakes} == expected
    assert all(m.sheets == len(m.students) for m in report.mistakes)


def test_a_bad_file_changes_no_mark_beside_it(tmp_path: Path) -> None:
    sheets = [one for one in made(60) if one.kind != "hostile"]
    alone = {s.student: (s.score, s.verdicts) for s in graded(put(sheets, tmp_path / "good")).submissions}
    together = by_student(graded(put(made(60), tmp_path / "all")))
    assert alone == {student: (together[student].score, together[student].verdicts) for student in alone}


def test_an_assignment_is_summed_up_by_problem() -> None:
    """The sheet 004: 23 of 36 points, problem by problem 0, 6, 4 and 13 (README and tests/data/expected.json)."""
    report = graded(ROOT / "problems" / "answers" / "004.yaml", settings=Settings(WHOLE))
    (one,) = report.submissions
    assert (one.score, one.max_score, one.groups) == ("23", "36", ("0", "6", "4", "13"))
    assert [(g.name, g.max_points, g.mean) for g in report.groups] == [
        ("1", "5", "0"), ("2", "8", "6"), ("3", "4", "4"), ("4", "19", "13"),
    ]  # fmt: skip
    assert next(line for line in report.lines if line.key == "4/f[1]").counts == {"wrong": 1}


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_processes_give_the_same_marks(method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "start_method", lambda: method)
    folder = put(made(60), tmp_path / "class")
    alone, together = graded(folder), graded(folder, jobs=2)
    assert alone.submissions == together.submissions
    same_reports(together, alone)


def test_a_process_with_threads_is_not_copied() -> None:
    waiting = threading.Event()
    thread = threading.Thread(target=waiting.wait)
    thread.start()
    try:
        assert run.start_method() == "spawn"
    finally:
        waiting.set()
        thread.join()
    assert run.start_method() in ("fork", "spawn")


def test_a_rubric_gives_points_to_groups(tmp_path: Path) -> None:
    """cleo's h is wrong. Of `states`, 6 points shared by c (1 each) and h (2 each): c gets 1 each, h 2 each."""
    problem = tmp_path / "lstm_forward.yaml"
    rubric = "rubric:\n  gates: {lines: [f, i, o, g], points: 4}\n  states: {lines: [c, h], points: 6}\n"
    problem.write_text(PROBLEM.read_text(encoding="utf-8") + rubric, encoding="utf-8")
    report = graded(small(tmp_path / "class"), settings=Settings(str(problem)))
    marks = by_student(report)
    assert marks["ada"].groups == ("4", "6")
    assert marks["cleo"].groups == ("4", "2")
    assert marks["ben"].groups == ("7/2", "6")  # one gate of eight, each worth 1/2, is wrong
    assert [(g.name, g.max_points, g.mean) for g in report.groups] == [("gates", "4", "23/6"), ("states", "6", "14/3")]
    assert report.max_score == "15"  # 10, mse and four dimensions


def test_mistakes_are_counted_as_the_sheets_were_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever finds the mistakes: the summary adds up what it says of each sheet."""
    sheets = {one.student: one for one in made(120)}

    def told(diagnoser: object, marked: Marked) -> dict[int, tuple[Diagnosis, ...]]:
        def found(sheet: Any) -> tuple[Diagnosis, ...]:
            one = sheets.get(sheet.student)
            return (
                tuple(Diagnosis(m, f"the {m}", ("h[1]", f"h[{k + 1}]"), "") for k, m in enumerate(one.mistakes))
                if one
                else ()
            )

        return {k: found(sheet) for k, sheet in enumerate(marked.sheets)}

    monkeypatch.setattr(Diagnoser, "diagnoses", told)
    report = graded(put([*sheets.values()], tmp_path / "class"))
    expected = {
        code: [one.student for one in sheets.values() if code in one.mistakes]
        for code in {code for one in sheets.values() for code in one.mistakes}
    }
    assert {m.mistake: sorted(m.students) for m in report.mistakes} == expected
    assert report.mistakes[0].sheets == max(map(len, expected.values()))
    assert all(m.sheets == len(m.students) for m in report.mistakes)
    assert all(m.lines in (("h[1]",), ("h[1]", "h[2]")) for m in report.mistakes)
    assert not graded(tmp_path / "class", settings=SETTINGS._replace(hints=False)).mistakes


def test_diagnoses_of_an_assignment_stand_in_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    def told(diagnoser: object, marked: Marked) -> dict[int, tuple[Diagnosis, ...]]:
        reports = enumerate(marked.reports())
        return {k: (Diagnosis("m", "t", (r.verdicts[0].key,), ""),) for k, r in reports}

    monkeypatch.setattr(Diagnoser, "diagnoses", told)
    report = graded(ROOT / "problems" / "answers" / "004.yaml", settings=Settings(WHOLE))
    (mistake,) = report.mistakes
    assert mistake.lines == ("1/m", "2/derivative", "3/a", "4/z_f[1]")
    (one,) = report.whole
    assert one.report is not None
    assert [part.diagnoses[0].explains for _, part in one.report.parts][-1] == ("z_f[1]",)


# ---- which files -------------------------------------------------------------------------------------------------------
def test_what_is_no_regular_file_is_unusable_and_never_opened(tmp_path: Path) -> None:
    folder = with_special_files(small(tmp_path / "class"))
    (folder / "empty.yaml").touch()
    (folder / "latin.yaml").write_bytes("answers: {mse: é}".encode("latin-1"))
    (folder / "large.yaml").write_bytes(b"#" * (2 << 20))
    (folder / ".hidden.yaml").write_text("answers: {}")
    (folder / "notes.txt").write_text("not an answer")
    (folder / "here.yaml").symlink_to("ada.yaml")  # a link within its folder is a file like another
    start = time.perf_counter()
    report = graded(folder)
    assert time.perf_counter() - start < 5
    assert codes(report) == {
        "answers.yaml": "broken-yaml", "fifo.yaml": "not-a-file", "folder.yaml": "is-directory", "passwd.yaml": "link-out",
        "null.yaml": "link-out", "elsewhere": "link-out", "loop": "link-out", "itself.yaml": "unreadable-file",
        "empty.yaml": "empty-file", "latin.yaml": "not-utf8", "large.yaml": "too-large",
    }  # fmt: skip
    assert by_student(report)["ben"].score == "18"
    assert sum(s.student == "ada" for s in report.submissions) == 2


def test_files_that_are_named_are_looked_at_as_closely(tmp_path: Path) -> None:
    folder = with_special_files(small(tmp_path / "class"))
    report = graded(*(folder / name for name in ("fifo.yaml", "passwd.yaml", "folder.yaml", "none.yaml", "ada.yaml")))
    assert codes(report) == {
        "fifo.yaml": "not-a-file", "passwd.yaml": "link-out", "folder.yaml": "is-directory", "none.yaml": "missing-file",
    }  # fmt: skip


def test_a_folder_that_cannot_be_listed_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, listed = small(tmp_path / "class"), os.scandir

    def refusing(path: Any) -> Any:
        if str(path).endswith("ben"):
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(os, "scandir", refusing)
    assert codes(graded(folder))["ben"] == "unreadable-file"


def test_folders_are_not_followed_for_ever(tmp_path: Path) -> None:
    deep = tmp_path.joinpath("class", *["d"] * (DEEPEST + 2))
    deep.mkdir(parents=True)
    (deep / "a.yaml").write_text("answers: {}")
    assert list(codes(graded(tmp_path / "class")).values()) == ["too-deep"]


def test_who_a_file_belongs_to(tmp_path: Path) -> None:
    """The field, else the file's name, or the sub-folder's where the file's name says nothing."""
    for path in (
        "ann.yaml",
        "bob/answers.yaml",
        "cat/answers.yaml",
        "dot/mine.yml",
        "group/eve.yaml",
        "group/fay.yaml",
    ):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("answers: {mse: 1}")
    (tmp_path / "group" / "gil.yaml").write_text("student: Gilbert\nanswers: {}")
    names = [s.student for s in graded(tmp_path).submissions]
    assert names == ["ann", "bob", "cat", "dot", "eve", "fay", "Gilbert"]
    assert [s.student for s in graded(tmp_path / "bob").submissions] == ["bob"]
    assert [s.student for s in graded(*(tmp_path / d / "answers.yaml" for d in ("bob", "cat"))).submissions] == [
        "bob",
        "cat",
    ]


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (["amy/hw1/answers.yaml", "ben/hw1/answers.yaml"], ["amy", "ben"]),
        (["amy/hw1/answers.yaml", "ben/answers.yaml", "cat/src/hw1/a.yaml"], ["amy", "ben", "cat"]),
        (["2026/amy/hw.yaml", "2026/ben/hw.yaml"], ["amy", "ben"]),
        (["red/amy/hw.yaml", "red/ben/hw.yaml", "sea/cat/hw.yaml"], ["amy", "ben", "cat"]),
        (["red/amy/hw.yaml", "sea/ben/hw.yaml"], ["amy", "ben"]),
        (["A M_12_assignsubmission_file_/a.yaml", "B_7_assignsubmission_file/a.yaml"], ["A M_12", "B_7"]),
    ],
)
def test_the_folder_that_tells_students_apart(files: list[str], names: list[str], tmp_path: Path) -> None:
    for file in files:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("answers: {}")
    assert [s.student for s in graded(tmp_path).submissions] == names
    assert [s.student for s in graded(*(tmp_path / file for file in files)).submissions][:2] == names[:2]


@pytest.mark.parametrize(
    ("files", "names"),
    [
        ("amy/hw.yaml ben/draft.yaml ben/final.yaml", "amy ben ben"),
        ("amy/a.yaml ben/b.yaml ben/last.yaml cat/c.yaml cat/last.yaml", "amy ben ben cat cat"),
        ("ada.yaml ben.yaml cat/hw.yaml", "ada ben cat"),
        ("M_12_assignsubmission_file_/a.yaml M_12_assignsubmission_file_/b.yaml ada.yaml", "M_12 M_12 ada"),
        ("red/amy.yaml red/ben.yaml red/cat.yaml sea/dan.yaml sea/eve.yaml sky/fay.yaml", "amy ben cat dan eve fay"),
    ],
)
def test_two_files_in_a_folder_of_their_own_are_of_one_student(files: str, names: str, tmp_path: Path) -> None:
    """Whether the folder of the class is named or the folders in it, as `class/*` is in a shell."""
    for file in files.split():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text("answers: {}")
    for paths in ([tmp_path], sorted(tmp_path.iterdir())):
        report = graded(*paths)
        assert [s.student for s in report.submissions] == names.split()
        assert {s.file.removeprefix(f"{tmp_path}/") for s in report.submissions} == set(files.split())
        assert [bool(s.duplicates) for s in report.submissions] == [names.count(n) > 1 for n in names.split()]


def test_whoever_hands_in_no_answer_file_is_told_of(tmp_path: Path) -> None:
    """A missing row is noticed late. What is beside answers, hidden or made by a system is nobody's."""
    for file in ("amy/hw.yaml", "amy/img/x/a.png", "ben/hw.yaml.txt", "cat/src/hw.docx", "__MACOSX/ben/._hw", ".git/x"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("answers: {}")
    (tmp_path / "dan").mkdir()
    for paths in ([tmp_path], sorted(p for p in tmp_path.iterdir() if p.name != ".git")):
        report = graded(*paths)
        assert [s.student for s in report.submissions] == ["amy"]
        assert {d.code for d in report.warnings} == {"passed-over"}
        told = [d.message.removeprefix(f"`{tmp_path}/") for d in report.warnings]
        assert told == [f"{name}` holds no answer file" for name in ("ben", "cat", "dan")]
    (tmp_path / "fay.YAML.txt").touch()
    (tmp_path / "notes.txt").touch()
    report = graded(tmp_path)
    assert [d.message for d in report.warnings][-1] == f"`{tmp_path}/fay.YAML.txt` is not called like an answer file"
    printed = command(tmp_path)
    assert "Warning: " in printed.stdout
    assert "holds no answer file; answer files end in `.yaml` or `.yml`" in " ".join(printed.stdout.split())


def test_a_path_that_names_nothing_is_no_student(tmp_path: Path) -> None:
    folder = small(tmp_path / "class")
    done = command(folder, tmp_path / "clas", tmp_path / "[a-e]*", "nul\0")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.count("error[missing-file]") == 3


def test_a_name_is_short_and_on_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f'student: "{"x" * 5000}\\ny"\nanswers: {{}}')
    (name,) = (s.student for s in graded(tmp_path).submissions)
    assert len(name) == 100
    assert name.endswith("…")


def test_a_message_does_not_grow_with_the_name_that_it_is_about(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"{'9' * 500}: 1\nanswers: {{}}")
    (one,) = graded(tmp_path).submissions
    assert [d.code for d in one.warnings] == ["unknown-key"]
    assert len(one.warnings[0].message) < 100


def test_a_field_that_nobody_reads_costs_no_points(tmp_path: Path) -> None:
    folder = small(tmp_path / "class")
    plain = (folder / "ada.yaml").read_text()
    beside = {"eve": "date: 2026-11-27\n", "zoe": "date: 2026-11-28\n", "moe": "", "una": "student: [a]\n"}
    for name, field in beside.items():
        (folder / f"{name}.yaml").write_text(field + plain.replace('student: "ada"\n', ""))
    report = by_student(graded(folder))
    told = {name: [d.code for d in report[name].warnings] for name in ("ada", "eve", "zoe", "moe", "una")}
    assert told == {"ada": [], "eve": ["unknown-key"], "zoe": ["unknown-key"], "moe": [], "una": ["not-a-word"]}
    assert {report[name].score for name in told} == {report["ada"].score}


def test_faults_beside_the_answers_are_told_up_to_a_number(tmp_path: Path) -> None:
    """Each is placed in the whole text, so a file of many would take longer than one may."""
    (tmp_path / "a.yaml").write_text("answers: {mse: 0.530}\n" + "".join(f"x{k}: 1\n" for k in range(20_000)))
    (one,) = graded(tmp_path).submissions
    assert len(one.warnings) == MOST_FAULTS
    assert one.warnings[-1].notes == ("19,980 more faults of the file are not shown",)
    assert (one.unusable, one.score) == ((), "1")
    assert gradebook.notes(one, "0")[-1].endswith("and more than 19 more")
    (tmp_path / "a.yaml").write_text("answers:\n" + "".join(f"  x{k}: {{}}\n" for k in range(20_000)))
    (one,) = graded(tmp_path, settings=Settings(WHOLE)).submissions
    assert (len(one.warnings), one.warnings[-1].notes, one.unusable) == (
        MOST_FAULTS, ("19,980 more faults of the file are not shown",), (),
    )  # fmt: skip


def test_the_problem_itself_is_no_submission(tmp_path: Path) -> None:
    folder = small(tmp_path / "class")
    problem = folder / "lstm_forward.yaml"
    problem.write_bytes(PROBLEM.read_bytes())
    report = graded(folder, settings=Settings(str(problem)))
    assert len(report.submissions) == 4
    assert len(graded(folder, folder, folder / "ada.yaml").submissions) == 5  # named twice, marked once


def test_the_problems_of_an_assignment_are_no_submissions(tmp_path: Path) -> None:
    for name in ("assignment_2", "adam_step", "vanishing_gradient", "lstm_claims", "lstm_forward"):
        (tmp_path / f"{name}.yaml").write_bytes((ROOT / "problems" / f"{name}.yaml").read_bytes())
    (tmp_path / "zed.yaml").write_text("answers: {}")
    report = graded(tmp_path, settings=Settings(str(tmp_path / "assignment_2.yaml")))
    assert [s.student for s in report.submissions] == ["zed"]


def test_students_who_hand_in_twice_are_marked_twice_and_told(tmp_path: Path) -> None:
    folder = small(tmp_path / "class")
    (folder / "again.yaml").write_text(sheet("ADA", worked(("no-tanh",))))
    report = graded(folder)
    ada = [s for s in report.submissions if s.duplicates]
    assert [(s.student, s.score, [Path(d).name for d in s.duplicates]) for s in ada] == [
        ("ada", "19", ["again.yaml"]), ("ADA", "15", ["ada.yaml"]),
    ]  # fmt: skip
    for number in range(30):
        (folder / f"x{number}.yaml").write_text("student: mob\nanswers: {}")
    assert all(len(s.duplicates) <= 5 for s in graded(folder).submissions)


def test_the_teachers_problem_wins_and_a_mismatch_is_told(tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("kind: secret stuff\n")
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "a.yaml").write_text(sheet("a", worked(), str(secret)))
    (folder / "b.yaml").write_text(sheet("b", worked(), "sub\\lstm_forward.yaml"))
    report = graded(folder)
    a, b = report.submissions
    assert (a.score, b.score) == ("19", "19")
    assert [d.code for d in a.warnings] == ["other-problem"]
    assert not b.warnings
    assert "secret stuff" not in repr([*report.whole])


@pytest.mark.parametrize("named", ["Homework 4", "lstm_forward", "4", "https://x.org/hw", "lstm_forward.txt", "-"])
def test_a_sheet_may_call_the_problem_what_it_likes(named: str, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(sheet("a", worked(), json.dumps(named)))
    (one,) = graded(tmp_path).submissions
    assert (one.score, [d.code for d in one.warnings]) == ("19", ["other-problem"])


def test_what_one_is_told_does_not_depend_on_who_else_is_in_the_class(tmp_path: Path) -> None:
    """Both have the same wrong W; the other weights, which are right, say how it is to be mended."""
    wrong = "W: [[1, 0, 0], [0, 1, 0], [0, 0, 1]], V: [[1, -1, 1]], b_y: -0.5"
    one = f"U: [[1, 1], [1, 1], [1, 1]], {wrong}, b_h: [-0.5, -1.5, -2.5]"
    two = f"U: [[2, 2], [2, 2], [2, 2]], {wrong}, b_h: [-1, -3, -5]"
    for name, weights in (("a", one), ("b", two)):
        (tmp_path / f"{name}.yaml").write_text(f"answers: {{{weights}}}")
    settings = Settings(str(ROOT / "problems" / "binary_addition.yaml"))
    a, b = tmp_path / "a.yaml", tmp_path / "b.yaml"

    def told(*paths: Path) -> dict[str, str]:
        return {s.student: repr(s.report and s.report.diagnoses) for s in graded(*paths, settings=settings).whole}

    alone = told(a) | told(b)
    assert "proof" in alone["a"]
    assert alone["a"] != alone["b"]
    assert told(a, b) == told(b, a) == alone


def test_no_more_sheets_are_judged_at_a_time_than_their_numbers_allow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, sizes = put(made(40), tmp_path / "class"), []
    whole = graded(folder)
    judge_all = marking.judged

    def seen(task: Any, everyone: Any, *rest: Any) -> Any:
        sizes.append(len(everyone))
        return judge_all(task, everyone, *rest)

    monkeypatch.setattr(marking, "judged", seen)
    monkeypatch.setattr("rnn_hw.checking.judge.MOST_SHEETS", 7)
    same_reports(whole, graded(folder))
    assert max(sizes) <= 7
    assert sum(sizes) == sum(not s.unusable for s in whole.submissions)


# ---- bounds ------------------------------------------------------------------------------------------------------------
def test_a_file_that_takes_too_long_or_fails_stops_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow_for_ben(marker: Marker, sheets: Any) -> Any:
        for one in sheets:
            if one.student == "ben":
                time.sleep(1)
            if one.student == "cleo":
                raise ZeroDivisionError
        return judged(marker, sheets)

    judged = Marker.mark
    monkeypatch.setattr(Marker, "mark", slow_for_ben)
    monkeypatch.setattr(marking, "SECONDS", 0.2)
    monkeypatch.setattr(marking, "PATIENCE", 0.3)
    marks = by_student(graded(small(tmp_path / "class")))
    assert marks["ada"].score == "19"
    assert marks["ben"].unusable[0].code == "too-slow"
    assert marks["cleo"].unusable[0].code == "program-fault"
    assert "ZeroDivisionError" in marks["cleo"].unusable[0].message
    alone = graded(tmp_path / "class" / "cleo.yaml")
    assert [d.code for d in alone.submissions[0].unusable] == ["program-fault"]


def test_no_mark_is_lost_because_mistakes_cannot_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(diagnoser: Any, marked: Any) -> dict[int, tuple[Diagnosis, ...]]:
        for one in marked.sheets:
            if one.student == "ben":
                time.sleep(1)
            if one.student == "cleo":
                raise ZeroDivisionError
        return {}

    monkeypatch.setattr(task.Diagnoser, "diagnoses", failing)
    monkeypatch.setattr(marking, "SECONDS", 0.2)
    monkeypatch.setattr(marking, "PATIENCE", 0.3)
    marks = by_student(graded(small(tmp_path / "class")))
    assert [marks[name].score for name in ("ada", "ben", "cleo")] == ["19", "18", "15"]
    assert [[(w.code, w.file) for w in marks[name].warnings] for name in ("ada", "ben", "cleo")] == [
        [], [("too-slow", marks["ben"].file)], [("program-fault", marks["cleo"].file)],
    ]  # fmt: skip
    assert "its mistakes are not looked for" in marks["ben"].warnings[0].message
    assert gradebook.notes(marks["ben"], "0") == ["mistakes not looked for"]
    alone = graded(tmp_path / "class" / "cleo.yaml")
    assert alone.submissions[0].score == "15"


def test_reading_is_bounded_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(data: bytes, name: str) -> Any:
        raise MemoryError if "ben" in name else limits.TooSlow

    monkeypatch.setattr(marking, "parse", read)
    found = {s.student: s.unusable[0].code for s in graded(small(tmp_path / "class")).submissions}
    assert found == {"ada": "too-slow", "ben": "too-large", "cleo": "too-slow", "dan": "too-slow"}


def test_a_file_that_cannot_be_bound_has_the_name_that_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(binder: Any, file: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(task.Binder, "bind", failing)
    path = tmp_path / "s1.yaml"
    path.write_text("student: Ada\nanswers:\n  f[1]: 0.769\n", encoding="utf-8")
    (one,) = graded(path).submissions
    assert (one.student, [d.code for d in one.unusable]) == ("Ada", ["program-fault"])


def test_a_hundred_thousand_faults_in_a_file_take_no_longer_than_twenty(tmp_path: Path) -> None:
    keys = "".join(f"  k{k}: 1\n" for k in range(50_000))
    (tmp_path / "a.yaml").write_text(f"answers:\n  f: [0.769, 0.233]\n{keys}  f[1]: 1\n  f1: 2\n", encoding="utf-8")
    start = time.perf_counter()
    (one,) = graded(tmp_path).submissions
    assert time.perf_counter() - start < 8
    assert len(one.warnings) == 20
    assert one.warnings[-1].notes == ("49,981 more faults of the file are not shown",)
    assert one.verdicts[6] == "correct"


def test_a_class_of_the_largest_files_fits_into_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are judged a few at a time if they are large, and of what is in them little is kept."""
    unknown = ", ".join(f"k{k}: 1" for k in range(30))
    text = f"answers: {{mse: '{'1' * 100_000}', {unknown}}}\n"
    for k in range(6):
        (tmp_path / f"{k}.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "broken.yaml").write_text(f"answers: [{'x' * 100_000}", encoding="utf-8")
    judged, original = list[int](), Marker.mark

    def counting(marker: Marker, sheets: Any) -> Any:
        judged.append(len(sheets))
        return original(marker, sheets)

    monkeypatch.setattr(Marker, "mark", counting)
    monkeypatch.setattr(marking, "AT_ONCE", 150_000)
    report = graded(tmp_path)
    assert judged == [2, 2, 2]
    assert len(packing.packed([*report.whole])) < 20_000
    assert max(len(d.excerpt) for s in report.submissions for d in (*s.warnings, *s.unusable)) == 0
    (given,) = {v.given for s in report.whole if s.report for v in s.report.verdicts if v.key == "mse"}
    assert given is not None
    assert len(given) == judging.LONGEST


def test_a_process_that_dies_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def dying(*arguments: Any, **more: Any) -> Any:
        raise BrokenExecutor

    monkeypatch.setattr(run, "chunk", dying)
    result = command(small(tmp_path / "class"), "--resume", tmp_path / "state")
    assert result.exit_code == 2
    assert "error[process-died]" in result.stderr
    assert (tmp_path / "state").exists()


def test_a_limit_interrupts_and_is_taken_away_again() -> None:
    with pytest.raises(limits.TooSlow), limits.at_most(0.05):
        time.sleep(2)
    with limits.at_most(0.05):
        pass
    time.sleep(0.1)


def test_a_thread_works_without_a_limit() -> None:
    done: list[bool] = []

    def work() -> None:
        with limits.at_most(0.01):
            time.sleep(0.05)
            done.append(True)

    thread = threading.Thread(target=work)
    with limits.listening():  # the limit of another thread would end this one
        thread.start()
        thread.join()
        time.sleep(0.02)
    assert done == [True]


# ---- deductions --------------------------------------------------------------------------------------------------------
def test_late_sheets_lose_their_share_exactly(tmp_path: Path) -> None:
    """By hand: 10 % of 18 is 9/5, so ben has 81/5 = 16.2; a third of 15 is 5, by a list that names a file."""
    folder, names = small(tmp_path / "class"), tmp_path / "late.txt"
    (tmp_path / "none.txt").touch()
    names.write_text("# who is late\nben   # by a day\nnobody\n\n", encoding="utf-8")
    report = graded(folder, late="10", late_list=str(names))
    marks = by_student(report)
    assert (marks["ben"].score, marks["ben"].reached, marks["ben"].late) == ("81/5", "18", True)
    assert (marks["ada"].score, marks["ada"].late) == ("19", False)
    assert [d.code for d in report.warnings] == ["unknown-name"]
    names.write_text("BEN# 2\n", encoding="utf-8")
    assert not by_student(graded(folder, late="10", late_list=str(names)))["ben"].late
    names.write_text(" BEN # twice\n", encoding="utf-8")
    assert by_student(graded(folder, late="10", late_list=str(names)))["ben"].late
    assert graded(folder, late="0", late_list=str(names)).max_score == "19"  # nothing off is a percentage too
    assert not any(s.late for s in graded(folder, late="10", late_list=str(tmp_path / "none.txt")).submissions)
    long = put([Made("ada", "right", (), sheet("ada", worked())), Made("ben", "right", (), sheet("ben", worked()))],
               tmp_path / ("x" * 120))  # fmt: skip
    names.write_text(f"{long / 'ada.yaml'}\n", encoding="utf-8")
    assert [s.late for s in graded(long, late="10", late_list=str(names)).submissions] == [True, False]
    own = tmp_path / "own"
    own.mkdir()
    for name in ("amy", "ben"):
        put([Made(name, "right", (), sheet(name, worked()))], own / name)
    for line in ("amy/", f"{own}/amy", "own/amy/", "amy/amy.yaml", "./own/amy/amy.yaml", f"{own}/amy/amy.yaml"):
        names.write_text(line + "\n", encoding="utf-8")
        report = graded(own, late="10", late_list=str(names))
        assert ([s.late for s in report.submissions], report.warnings) == ([True, False], ()), line
    names.write_text("cleo.yaml\n", encoding="utf-8")
    assert by_student(graded(folder, late="100/3", late_list=str(names)))["cleo"].score == "10"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--late", "10"], "half-an-option"),
        (["--late-list", "late.txt"], "half-an-option"),
        (["--late", "101", "--late-list", "late.txt"], "out-of-range"),
        (["--late", "-1", "--late-list", "late.txt"], "out-of-range"),
        (["--late", "much", "--late-list", "late.txt"], "out-of-range"),
        (["--late", "10", "--late-list", "none.txt"], "missing-file"),
        (["--carried", "3/2"], "out-of-range"),
        (["--carried", "1/2", "--strict"], "two-shares"),
        (["--carried", "1/1001"], "out-of-range"),
        (["--fail-under", "half"], "out-of-range"),
        (["--against", "none.json"], "unreadable-file"),
        (["--against", "late.txt"], "no-report"),
        (["--resume", "late.txt"], "no-state"),
        (["--resume", "."], "no-state"),
        (["--json", "no/such/folder/x.json"], "unwritable-file"),
        (["--json", "."], "unwritable-file"),
        (["--json", "-", "--csv", "-"], "two-outputs"),
        (["--json", "-", "--annotations", "-"], "two-outputs"),
        (["--json", "x", "--csv", "y", "--junit", "./x"], "two-outputs"),
        (["--json", "x", "--resume", "x"], "two-outputs"),
        (["--csv", "class/ada.yaml"], "answers-lost"),
        (["--csv", "link.csv"], "answers-lost"),
        (["--resume", "new.YML"], "answers-lost"),
        (["ben.txt", "--json", "ada.txt"], "answers-lost"),
        (["ben", "--json", "ada"], "answers-lost"),
        (["--late", "1", "--late-list", "late.txt", "--csv", "late.txt"], "answers-lost"),
    ],
)
def test_options_that_make_no_sense(
    arguments: list[str], code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small(tmp_path / "class")
    monkeypatch.chdir(tmp_path)
    Path("late.txt").write_text("ben\n", encoding="utf-8")
    for name in ("ada.txt", "ben.txt", "ada", "ben"):
        Path(name).write_text("answers: {}", encoding="utf-8")
    Path("link.csv").symlink_to("class/ada.yaml")
    before = {path: path.read_bytes() for path in Path().rglob("*.*")}
    result = command("class", *arguments)
    assert result.exit_code == 2
    assert f"error[{code}]: " in result.stderr
    assert before == {path: path.read_bytes() for path in Path().rglob("*.*")}


def test_a_report_may_be_written_again(tmp_path: Path) -> None:
    (tmp_path / "ada.json").write_text("answers: {}", encoding="utf-8")
    for _ in range(2):
        assert command(tmp_path / "ada.json", "--json", tmp_path / "out.json").exit_code == 0


def test_the_share_of_a_carried_line_is_the_teachers(tmp_path: Path) -> None:
    """By hand: of ben's 18, c[1], f[2], i[2], o[2], g[2], c[2], mse (1 each) and h[1], h[2] (2 each) are carried: 11."""
    folder = small(tmp_path / "class")
    half = graded(folder, settings=SETTINGS._replace(carried="1/2"))
    strict = graded(folder, settings=SETTINGS._replace(strict=True))
    assert (by_student(half)["ben"].score, by_student(strict)["ben"].score) == ("25/2", "7")
    whole = graded(ROOT / "problems" / "answers" / "004.yaml", settings=Settings(WHOLE, carried="0"))
    # expected.json's rows of P4 that are right given earlier ones: c[1] 1, h[1] 2, g[2] 1, c[2] 1, h[2] 2, mse 1 of 13
    assert whole.submissions[0].groups[3] == "5"


def test_exit_statuses(tmp_path: Path) -> None:
    folder = small(tmp_path / "class")
    good = [folder / "ada.yaml", folder / "ben" / "answers.yaml"]
    assert command(*good).exit_code == 0
    assert command(*good, "--fail-under", "94").exit_code == 0  # ben has 18 of 19, 94.7 %
    assert command(*good, "--fail-under", "95%").exit_code == 1
    assert command(folder, "--fail-under", "1").exit_code == 1  # dan's file is unusable
    assert command(folder).exit_code == 0
    broken = command(folder / "dan" / "answers.yaml")
    assert broken.exit_code == 2
    assert "error[broken-yaml]" in broken.stderr
    (tmp_path / "nothing").mkdir()
    assert "error[no-submissions]" in command(tmp_path / "nothing").stderr


def test_a_report_that_cannot_be_written_costs_none_of_the_others(tmp_path: Path) -> None:
    folder = small(tmp_path / "class")
    lost = tmp_path / "no" / "such" / "folder"
    done = command(
        folder, "--csv", tmp_path / "a.csv", "--json", lost, "--html", tmp_path / "b.html", "--junit", lost / "x"
    )
    assert (done.exit_code, done.stderr.count("error[unwritable-file]")) == (2, 2)
    assert (tmp_path / "a.csv").exists()
    assert (tmp_path / "b.html").exists()


# ---- taken up again ----------------------------------------------------------------------------------------------------
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are marked from now on."""
    seen: list[str] = []
    original = marking.marked

    def noting(task: Any, submissions: Any, keep: bool) -> Any:
        seen.extend(Path(s.file).name for s in submissions)
        return original(task, submissions, keep)

    monkeypatch.setattr(chunks, "marked", noting)
    return seen


def test_a_run_that_is_stopped_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, state = put(made(60), tmp_path / "class"), tmp_path / "state"
    fresh = graded(folder)
    monkeypatch.setattr(run, "FEWEST", 20)
    monkeypatch.setattr(run, "AT_A_TIME", 20)
    original, calls = chunks.chunk, list[int]()

    def stopping(*arguments: Any, **more: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return original(*arguments, **more)

    monkeypatch.setattr(run, "chunk", stopping)
    result = command(folder, "--resume", state)
    assert result.exit_code == 130
    assert "the same command goes on from it" in result.stderr
    seen = counted(monkeypatch)
    report = graded(folder, resume=str(state))
    unusable = sum(bool(s.unusable) for s in report.submissions[:40])
    assert len(seen) == 20 + unusable
    assert report.submissions == fresh.submissions
    same_reports(report, fresh)


def test_only_what_changed_is_marked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, state, problem = small(tmp_path / "class"), tmp_path / "state", tmp_path / "lstm_forward.yaml"
    with_special_files(folder)
    problem.write_bytes(PROBLEM.read_bytes())
    settings = Settings(str(problem))
    graded(folder, settings=settings, resume=str(state))
    seen = counted(monkeypatch)
    (folder / "ada.yaml").write_text(sheet("ada", worked(("no-tanh",))), encoding="utf-8")
    assert by_student(graded(folder, settings=settings, resume=str(state)))["ada"].score == "15"
    unusable = [
        "answers.yaml",
        "elsewhere",
        "fifo.yaml",
        "folder.yaml",
        "itself.yaml",
        "loop",
        "null.yaml",
        "passwd.yaml",
    ]
    assert sorted(seen) == ["ada.yaml", *unusable]  # what cannot be read is looked at again
    seen.clear()
    problem.write_text(PROBLEM.read_text(encoding="utf-8").replace("{h: 2}", "{h: 3}"), encoding="utf-8")
    assert by_student(graded(folder, settings=settings, resume=str(state)))["ben"].score == "20"
    assert len(seen) == 11
    seen.clear()
    graded(folder, settings=settings._replace(strict=True), resume=str(state))
    assert len(seen) == 11


def test_a_problem_from_standard_input_cannot_be_taken_up_again(tmp_path: Path) -> None:
    arguments = ["grade", str(small(tmp_path / "class")), "--problem", "-", "--resume", str(tmp_path / "state")]
    result = CliRunner().invoke(app, arguments, input=PROBLEM.read_text(encoding="utf-8"))
    assert "error[no-resume]" in result.stderr


@pytest.mark.parametrize(
    "content", ["[]", "{}", '{"rnnhw": "check"}', "\x00", '{"rnnhw": "grade", "fingerprint": "F"}\n!!!\n']
)
def test_a_file_that_is_no_state_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "state").write_text(content, encoding="utf-8")
    with pytest.raises(HomeworkError) as error:
        chunks.taken_up(str(tmp_path / "state"), "F")
    assert error.value.diagnostics[0].code == "no-state"


def test_a_damaged_state_is_refused(tmp_path: Path) -> None:
    folder, state = small(tmp_path / "class"), tmp_path / "state"
    assert command(folder, "--resume", state).exit_code == 0
    lines = state.read_text(encoding="utf-8").split("\n")
    lines[2] = base64.b64encode(b"junk").decode()  # the reports, which are looked at when one is written
    state.write_text("\n".join(lines), encoding="utf-8")
    done = command(folder, "--resume", state, "--json", tmp_path / "x.json")
    assert (done.exit_code, "error[no-state]" in done.stderr) == (2, True)


def test_what_is_no_state_is_refused_however_deep_it_is(tmp_path: Path) -> None:
    folder, state = small(tmp_path / "class"), tmp_path / "state"
    for text in ("[" * 200_000, '{"rnnhw": ' * 200_000, "", "{}", "\0"):
        state.write_text(text, encoding="utf-8")
        done = command(folder, "--resume", state)
        assert (done.exit_code, "error[no-state]" in done.stderr) == (2, True), text[:20]


def test_reports_are_packed_and_unpacked_exactly() -> None:
    for path in sorted((ROOT / "problems" / "answers").glob("*.yaml")):
        report = check(path)
        again = packing.unpacked(packing.packed([report]))[0]
        np.testing.assert_equal(plain(again), plain(report))
    odd = Report("p", "s", "0", "0", (), (), (Diagnostic("a", "b", Span(1, 2, 3)),), (Table("t", ("a",), ((None,),)),))
    verdict = Verdict("k", "unjudged", "x", FreeText("why"), None, None, "0", "0")
    odd = odd._replace(
        verdicts=(verdict, verdict._replace(expected=np.bool_(True)), verdict._replace(expected=np.float64(1)))
    )
    again = packing.unpacked(packing.packed(odd))
    assert isinstance(again.verdicts[0].expected, FreeText)
    assert again.verdicts[1].expected is True
    assert again == odd


def same_reports(one: ClassReport, other: ClassReport) -> None:
    """The reports of each sheet are the same to the last number."""
    assert any(s.report for s in other.whole)
    for a, b in zip(one.whole, other.whole, strict=True):
        np.testing.assert_equal(plain(a.report), plain(b.report))


def plain(value: Any) -> Any:
    """Records as lists, so that NumPy compares them; a formula as its text."""
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value if isinstance(value, np.ndarray | int | float | str | None) else str(value)


@pytest.mark.parametrize(
    "document",
    [
        [[], {"Graded": []}], [[{"[]": ["|O", [1], [1]]}], 1], [[{"[]": ["<f8", [3], [1]]}], 1], [[], {"=": "1 +"}],
        [[], {"a": 1, "b": 2}], [[{"[]": 1}], 1], [[{"#": 0}], 1], [[], {"#": "x"}], [[]], {"a": 1, "b": 2}, 1, "ab",
    ],
)  # fmt: skip
def test_bytes_that_nothing_was_packed_into_are_refused(document: Any) -> None:
    import zlib

    with pytest.raises(ValueError):
        packing.unpacked(zlib.compress(json.dumps(document).encode()))
    with pytest.raises(ValueError):
        packing.unpacked(b"x")


def test_a_packed_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "LARGEST", 1000)
    with pytest.raises(ValueError, match="too large"):
        packing.unpacked(packing.packed(["x" * 5000]))


# ---- against an earlier report -----------------------------------------------------------------------------------------
def test_what_changes_when_the_problem_is_mended(tmp_path: Path) -> None:
    """h is worth 3 in place of 2: ada has 21 for 19, cleo the same 15, whose h is wrong."""
    folder, old, problem = small(tmp_path / "class"), tmp_path / "old.json", tmp_path / "lstm_forward.yaml"
    assert command(folder, "--json", old).exit_code == 0
    problem.write_text(PROBLEM.read_text(encoding="utf-8").replace("{h: 2}", "{h: 3}"), encoding="utf-8")
    (folder / "new.yaml").write_text(sheet("new", worked()), encoding="utf-8")
    (folder / "dan" / "answers.yaml").write_text(sheet("dan", worked()), encoding="utf-8")
    (folder / "cleo.yaml").write_text("answers: [", encoding="utf-8")
    report = graded(folder, settings=Settings(str(problem)), against=str(old))
    assert report.changes is not None
    found = {c.student: (c.scores, [line.key for line in c.lines], c.reasons) for c in report.changes}
    assert found == {
        "ada": (("19", "21"), ["h[1]", "h[2]"], ()),
        "ben": (("18", "20"), ["h[1]", "h[2]"], ()),
        "cleo": (("15", None), [], ("cannot be read any more",)),
        "dan": ((None, "21"), [], ("can be read now",)),
        "new": ((None, "21"), [], ("was not handed in",)),
    }
    assert report.warnings == ()
    other = graded(folder, settings=Settings(WHOLE), against=str(old))
    assert [d.code for d in other.warnings] == ["other-report"]
    (folder / "ada.yaml").unlink()
    (change,) = (c for c in graded(folder, against=str(old)).changes or () if c.student == "ada")
    assert (change.scores, change.reasons) == (("19", None), ("is not handed in any more",))


def test_a_second_file_of_a_student_is_new_and_changes_nothing_of_the_first(tmp_path: Path) -> None:
    folder, old = small(tmp_path / "class"), tmp_path / "old.json"
    command(folder, "--json", old)
    (folder / "ada2.yaml").write_text(sheet("ada", worked(("no-tanh",))))
    (change,) = graded(folder, against=str(old)).changes or ()
    assert (Path(change.file).name, change.scores, change.reasons) == (
        "ada2.yaml",
        (None, "15"),
        ("was not handed in",),
    )
    (folder / "ada.yaml").rename(folder / "moved.yaml")
    (folder / "ada2.yaml").unlink()
    assert graded(folder, against=str(old)).changes == ()


def test_an_old_report_with_a_number_of_a_billion_digits_is_none(tmp_path: Path) -> None:
    old = tmp_path / "old.json"
    command(small(tmp_path / "class"), "--json", old)
    old.write_text(old.read_text().replace('"score": 19', '"score": "1e999999999"'))
    assert "error[no-report]" in command(tmp_path / "class", "--against", old).stderr


def test_other_deductions_are_told_and_no_change_is_said_to_be_none(tmp_path: Path) -> None:
    folder, old, names = small(tmp_path / "class"), tmp_path / "old.json", tmp_path / "late.txt"
    names.write_text("ben\n", encoding="utf-8")
    command(folder, "--json", old)
    same = command(folder, "--against", old)
    assert "No mark is another one than before." in same.stdout
    late = graded(folder, against=str(old), late="10", late_list=str(names)).changes
    assert late is not None
    assert [(c.student, c.scores, c.reasons) for c in late] == [("ben", ("18", "81/5"), ("is late now",))]
    command(folder, "--json", old, "--late", "10", "--late-list", names)
    again = graded(folder, against=str(old)).changes
    assert again is not None
    assert [c.reasons for c in again] == [("is not late any more",)]
    other = graded(folder, against=str(old), late="20", late_list=str(names)).changes
    assert other is not None
    assert [(c.scores, c.reasons) for c in other] == [(("81/5", "72/5"), ("the deduction is another one",))]
    shown = command(folder, "--against", old)
    assert "16.2 → 18 (+1.8)" in shown.stdout


@pytest.mark.parametrize(
    "document",
    ["[]", "{", '{"version": 2}', '{"version": 1, "submissions": [{"score": Infinity, "report": {"verdicts": []}}]}',
     '{"version": 1}', '{"version": 1, "submissions": [1]}', "\x00", "[" * 5000,
     '{"version": 1, "submissions": [{"student": "a", "file": "", "score": "1/0", "late": 0,"report": {"verdicts": []}}]}'],
)  # fmt: skip
def test_what_is_no_earlier_report_is_refused(document: str, tmp_path: Path) -> None:
    old = tmp_path / "old.json"
    old.write_text(document, encoding="utf-8")
    result = command(small(tmp_path / "class"), "--against", old)
    assert result.exit_code == 2
    assert "error[no-report]" in result.stderr


# ---- written whole or not at all ---------------------------------------------------------------------------------------
def test_a_report_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "report"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o640)

    def failing() -> Any:
        yield "half"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        written(str(path), failing())
    assert path.read_text(encoding="utf-8") == "old"
    assert os.listdir(tmp_path) == ["report"]
    written(str(path), ["new ", "\ud800"])
    assert path.read_text(encoding="utf-8") == "new ?"
    assert path.stat().st_mode & 0o777 == 0o640
    written(str(tmp_path / "other"), ["x"])
    assert (tmp_path / "other").read_text(encoding="utf-8") == "x"
    written("/dev/null", ["x"])
    assert not os.path.isfile("/dev/null")


def test_a_full_disk_is_a_diagnostic() -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("no such device here")
    with pytest.raises(HomeworkError) as error:
        written("/dev/full", ["x" * 100_000])
    assert error.value.diagnostics[0].code == "unwritable-file"


def test_shares_are_exact() -> None:
    assert deductions.percent("10%", "--late") == Fraction(1, 10)
    assert deductions.percent("12.5", "--late") == Fraction(1, 8)
    assert deductions.share(" 1/3 ", "--carried") == Fraction(1, 3)


def test_submissions_can_be_found_without_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text("answers: {}")
    assert [(s.path, s.student) for s in found(["a.yaml", "-"], "p.yaml").submissions] == [("a.yaml", "a"), ("-", "-")]
