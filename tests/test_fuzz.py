"""Arbitrary bytes and good files made bad, thrown at `check` and `grade`, diagnoses on: verdicts or a diagnostic, always.

A bad file never costs the good ones beside it anything. Bounded, for `make test`; `make fuzz` looks for longer, guided by
coverage (`tests/fuzz`). Whatever either finds stands in `FOUND`. Weights and gradients, of which one wrong sheet takes
seconds to diagnose, are left to `make fuzz`.
"""

import base64
import csv
import io
import json
import re
import shutil
import time
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from mutations import CLASS, ROOT, SHEETS, mutated
from typer.testing import CliRunner

from rnn_hw.answers import AnswerFile
from rnn_hw.checking import Binder, check_files
from rnn_hw.cli import app
from rnn_hw.diagnose import with_diagnoses
from rnn_hw.errors import HomeworkError
from rnn_hw.grade import Options, Settings, grade
from rnn_hw.render import json_form
from rnn_hw.reports import FORMS
from rnn_hw.results import ClassReport, Report
from rnn_hw.schema import schema

SECONDS = 20  # that a run may take; most take a tenth of one
PROBLEMS = ROOT / "problems"

# Problem -> sheets, each with something wrong in it whose diagnosis costs little. The bad files are made of all sheets.
GOOD = {
    "lstm_forward": ["answers/004_problem_4", "ci/class/ben/answers"],
    "rnn_by_hand": ["answers/003"],
    "vanishing_gradient": ["answers/004_problem_2"],
    "lstm_claims": ["answers/004_problem_3", "answers/004_problem_3_first"],
}
CHEAP = [PROBLEMS / f"{name}.yaml" for names in GOOD.values() for name in names]
DEAR = re.compile(rb"problem: .*(lstm_gradient|rnn_gradient|binary_addition|assignment)")  # seconds for a wrong sheet
# Not shrunk: that takes minutes, and a sheet with four changes is short enough to be read.
FEW = settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


class Class(NamedTuple):
    """Good sheets on one problem, and what is said of them alone: by `check`, and by `grade`."""

    problem: str
    sheets: list[str]
    checked: list[Any]
    graded: list[Any]

    def __repr__(self) -> str:
        return self.problem  # what Hypothesis shows of a failure is to be read


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Class]:
    folder = tmp_path_factory.mktemp("fuzz") / "problems"
    shutil.copytree(PROBLEMS, folder)
    found = {}
    for problem, names in GOOD.items():
        file, sheets = str(folder / f"{problem}.yaml"), [str(folder / f"{name}.yaml") for name in names]
        checked = [told(report) for report in check_files(sheets, file, also=with_diagnoses)]
        found[problem] = Class(file, sheets, checked, marks(grade(sheets, Options(Settings(file)))))
    assert any(document["diagnoses"] for document in found["lstm_forward"].checked)
    return found


def told(report: Report | HomeworkError) -> Any:
    """All that is said of a sheet; not so of a bad one."""
    assert isinstance(report, Report)
    return json.loads(json_form.dumps(json_form.report(report)))


def marks(report: ClassReport) -> list[Any]:
    """The marks of a class, each with its report."""
    return [(s.student, s.score, s.verdicts, s.mistakes, s.unusable, s.report and told(s.report)) for s in report.whole]


def sound(report: ClassReport) -> None:
    """Every submission has verdicts or the reason why not, and no reason is a fault of ours."""
    for one in report.whole:
        assert bool(one.unusable) != bool(one.report and one.verdicts)
        for fault in (*one.unusable, *one.warnings):
            assert fault.code not in ("program-fault", "too-slow"), fault
            assert 0 < len(fault.message) < 400


@st.composite
def sheets(draw: st.DrawFn, of: Sequence[Path] = (*SHEETS, *CLASS)) -> bytes:
    """A sheet made bad."""
    return mutated(draw(st.sampled_from(of)).read_bytes(), lambda least, most: draw(st.integers(least, most)))


def bad_file(one: Class, data: bytes) -> str:
    path = Path(one.problem).parent / "answers" / "bad.yaml"
    path.write_bytes(data)
    return str(path)


def checked_beside(one: Class, data: bytes) -> None:
    """`check` on the good sheets and a bad one."""
    start = time.perf_counter()
    *good, bad = check_files([*one.sheets, bad_file(one, data)], one.problem, also=with_diagnoses)
    assert [told(report) for report in good] == one.checked
    if isinstance(bad, HomeworkError):
        assert bad.diagnostics
    else:
        assert told(bad)["verdicts"]
    assert time.perf_counter() - start < SECONDS


def graded_beside(one: Class, data: bytes) -> None:
    """`grade` on the good sheets and a bad one in their midst."""
    report = grade([one.sheets[0], bad_file(one, data), *one.sheets[1:]], Options(Settings(one.problem)))
    sound(report)
    first, _, *rest = marks(report)
    assert [first, *rest] == one.graded


# ---- arbitrary bytes -----------------------------------------------------------------------------------------------------
@FEW
@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda text: text.encode(errors="surrogatepass")))
def test_arbitrary_bytes(classes: dict[str, Class], data: bytes) -> None:
    one = classes["vanishing_gradient"]
    checked_beside(one, data)
    graded_beside(one, b"answers:\n  " + data)


# ---- sheets made bad -----------------------------------------------------------------------------------------------------
@FEW
@given(st.sampled_from(sorted(GOOD)), sheets())
def test_a_bad_sheet_costs_those_beside_it_nothing(classes: dict[str, Class], problem: str, data: bytes) -> None:
    graded_beside(classes[problem], data)


@FEW
@given(st.sampled_from(sorted(GOOD)), st.data())
def test_a_sheet_made_bad_for_its_own_problem(classes: dict[str, Class], problem: str, data: st.DataObject) -> None:
    of = [PROBLEMS / f"{name}.yaml" for name in GOOD[problem]]
    bad = data.draw(sheets(of))
    checked_beside(classes[problem], bad)
    graded_beside(classes[problem], bad)


@settings(FEW, max_examples=15)
@given(sheets([path for path in SHEETS if not DEAR.search(path.read_bytes())]))
def test_a_sheet_made_bad_that_names_its_problem(classes: dict[str, Class], data: bytes) -> None:
    (bad,) = check_files([bad_file(classes["lstm_forward"], data)], also=with_diagnoses)
    assert bad.diagnostics if isinstance(bad, HomeworkError) else told(bad)["verdicts"]


@settings(FEW, max_examples=15)
@given(sheets(), st.sampled_from(["table", "json", "markdown", "latex", "html"]))
def test_commands_end_with_a_status_and_reports_are_well_formed(
    classes: dict[str, Class], data: bytes, form: str
) -> None:
    one = classes["vanishing_gradient"]
    bad, folder = bad_file(one, data), Path(one.problem).parent
    checked = CliRunner().invoke(app, ["check", *one.sheets, bad, "--problem", one.problem, "--format", form])
    assert isinstance(checked.exception, SystemExit), checked.exception
    assert checked.exit_code in (1, 2)
    if form == "json":
        assert len(json.loads(checked.stdout)) == len(one.sheets) + 1
    flags = [item for name in FORMS for item in (f"--{name}", str(folder / f"report.{name}"))]
    graded = CliRunner().invoke(app, ["grade", *one.sheets, bad, "--problem", one.problem, *flags])
    assert graded.exit_code == 0, graded.exception
    text = {name: (folder / f"report.{name}").read_text(encoding="utf-8") for name in FORMS}
    document = json.loads(text["json"])
    Draft202012Validator(schema("grade")).validate(document)
    assert [s["score"] for s in document["submissions"]][:-1] == [mark["score"] for mark in one.checked]
    assert len(ET.fromstring(text["junit"])) == len(one.sheets) + 1
    for name in ("csv", "moodle", "canvas"):
        rows = list(csv.reader(io.StringIO(text[name], newline=""), strict=True))
        assert {len(row) for row in rows} == {len(rows[0])}
    for name in ("gradescope", "markus", "prairielearn", "autolab"):
        assert json.loads(text[name])
    assert json.loads(base64.b64decode(text["classroom"].strip(), validate=True))
    assert text["html"].endswith("</html>\n")
    alone = CliRunner().invoke(app, ["grade", bad, "--problem", one.problem])
    assert alone.exit_code in (0, 2), alone.exception


# ---- problems made bad ---------------------------------------------------------------------------------------------------
@FEW
@given(st.sampled_from(sorted(GOOD)), st.data())
def test_a_problem_made_bad(classes: dict[str, Class], problem: str, data: st.DataObject) -> None:
    """Good sheets on it are marked, or it is refused."""
    one = classes[problem]
    bad = Path(one.problem).with_name("bad.yaml")
    bad.write_bytes(data.draw(sheets([PROBLEMS / f"{problem}.yaml"])))
    with suppress(HomeworkError):
        sound(grade(one.sheets, Options(Settings(str(bad)))))


# ---- what was found, and that it can be ----------------------------------------------------------------------------------
FOUND = {
    "a vector where a number is asked, beside a wrong formula of the same name": (
        "rnn_by_hand_formulas",
        ["dW_a_formula[2]: '[1, [2, 3]]'", "dW_a_formula[3]: 2/3*sum((a[3] - y)*a[3])"],
        ["wrong", "wrong"],
    ),
    "one entry in brackets where a number is asked, used by another line": (
        "rnn_by_hand_formulas",
        ["dW_a_formula[3]: '[2/3*sum((a[3] - y)*a[3])]'", "W_a_bar_formula: dW_a[3]"],
        ["wrong", "wrong"],
    ),
    "the mistake in a formula whose parts do not fit together": (
        "lstm_forward",
        ["h_formula: x[t] + W_f @ h[t-1]", "c_formula: 'sum[s]([h[s], x[s]] + x[s])'"],
        ["wrong", "wrong"],
    ),
}


@pytest.mark.parametrize("name", FOUND)
def test_what_was_found_is_mended(name: str, tmp_path: Path) -> None:
    problem, lines, verdicts = FOUND[name]
    path = tmp_path / "answers.yaml"
    path.write_text("answers:\n" + "".join(f"  {line}\n" for line in lines), encoding="utf-8")
    (report,) = check_files([str(path)], str(PROBLEMS / f"{problem}.yaml"), also=with_diagnoses)
    assert isinstance(report, Report)
    assert [v.verdict for v in report.verdicts if v.verdict != "blank"] == verdicts


def test_a_fault_of_the_program_is_seen(classes: dict[str, Class], monkeypatch: pytest.MonkeyPatch) -> None:
    one, bind = classes["vanishing_gradient"], Binder.bind

    def failing(self: Binder, file: AnswerFile) -> Any:
        if "root" not in file.answers:
            raise KeyError("root")
        return bind(self, file)

    monkeypatch.setattr(Binder, "bind", failing)
    with pytest.raises(AssertionError, match="program-fault"):
        graded_beside(one, b"answers: {a: 1}")
    with pytest.raises(KeyError):
        checked_beside(one, b"answers: {a: 1}")


def test_a_mark_that_another_sheet_changes_is_seen(classes: dict[str, Class]) -> None:
    one = classes["vanishing_gradient"]
    with pytest.raises(AssertionError):
        graded_beside(one._replace(graded=classes["lstm_forward"].graded), b"answers: {}")
    with pytest.raises(AssertionError):
        checked_beside(one._replace(checked=[]), b"answers: {}")
