"""The files for platforms are complete, and the course's grading script runs from end to end on its small class."""

import base64
import csv
import json
import os
import re
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from typer.testing import CliRunner, Result

from rnn_hw import platforms
from rnn_hw.cli import app
from rnn_hw.schema import schema

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "problems" / "ci" / "grade.sh"
RUN = f"{shlex.quote(sys.executable)} -m rnn_hw"
ODD = "odd \"name's $x`y.yaml"


def ci(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["ci", *arguments])


def bash(script: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    ours = {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "NO_COLOR": "1", "GITHUB_ACTIONS": ""}
    environment = os.environ | ours | variables
    return subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=120
    )


# ---- the script of a course ----------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reports that the script writes; sheets below half of the points fail."""
    out = tmp_path_factory.mktemp("ci")
    done = bash(f"{shlex.quote(str(SCRIPT))} reports", out, RNNHW=RUN, PASS="50", COLUMNS="80")
    assert done.returncode == 1, done.stderr
    assert "7 submissions, 1 unusable" in done.stdout
    assert done.stderr == ""
    return out / "reports"


# By hand: 19 points, h[1] and h[2] worth 2 each. ada has all. ben has both h wrong, 15, and is late: 13.5. cleo has f[1],
# f[2] wrong as well: 13. dan is the homework's sheet 004, 13 (README), late: 11.7. eli is blank, gus no YAML.
SCORES = {"ada": 19, "ben": 13.5, "cleo": 13, "dan": 11.7, "eli": 0, "gus": 0}


def test_the_script_writes_every_form(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {
        "class.json", "class.html", "summary.md", "gradebook.csv", "moodle.csv", "canvas.csv", "junit.xml",
        "annotations.txt", "classroom.b64", "gradescope.json", "markus.json", "autolab.txt", "prairielearn.json",
    }  # fmt: skip
    for path in folder.iterdir():
        text = path.read_text(encoding="utf-8")
        assert "\x1b" not in text
        assert "<script>" not in text or path.suffix in (".csv", ".json", ".txt"), path.name


def test_each_form_says_the_same_scores(folder: Path) -> None:
    document = json.loads((folder / "class.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema("grade")).validate(document)
    scores = {s["student"]: eval_points(s["score"]) for s in document["submissions"] if s["student"] in SCORES}
    assert scores == SCORES
    with (folder / "gradebook.csv").open(encoding="utf-8", newline="") as file:
        table = {row["student"]: row for row in csv.DictReader(file)}
    assert {name: float(table[name]["score"]) for name in SCORES} == SCORES
    with (folder / "canvas.csv").open(encoding="utf-8", newline="") as file:
        canvas = {row[0]: row[5] for row in csv.reader(file)}
    assert {name: float(canvas[name] or 0) for name in SCORES} == SCORES
    assert (canvas["gus"], canvas["eli"]) == ("", "0")  # no grade yet, and none
    suites = {s.attrib["name"]: s for s in ET.parse(folder / "junit.xml").getroot()}
    found = {name: suites[name].find("properties/property[@name='score']") for name in SCORES}
    assert {name: float(p.attrib["value"]) for name, p in found.items() if p is not None} == SCORES


def test_a_platform_with_one_mark_gets_the_lowest_of_those_that_can_be_read(folder: Path) -> None:
    lowest = min(score for name, score in SCORES.items() if name != "gus")
    total = json.loads((folder / "autolab.txt").read_text(encoding="utf-8"))["scores"]["lstm_forward"]
    assert total == lowest
    assert json.loads((folder / "gradescope.json").read_text(encoding="utf-8"))["score"] == lowest
    result = json.loads(base64.b64decode((folder / "classroom.b64").read_text(encoding="utf-8")))
    assert sum(test["score"] for test in result["tests"]) == pytest.approx(lowest, abs=1e-9)


def eval_points(points: Any) -> float:
    above, _, below = str(points).partition("/")
    return float(above) / float(below or 1)


def test_the_class_is_what_its_comments_say(folder: Path) -> None:
    document = json.loads((folder / "class.json").read_text(encoding="utf-8"))
    reports = {Path(s["file"]).parent.name: s for s in document["submissions"]}
    wrong = {
        name: [v["key"] for v in s["report"]["verdicts"] if v["verdict"] == "wrong"]
        for name, s in reports.items()
        if s["report"]
    }
    assert wrong["ada"] == []
    assert wrong["ben"] == ["h[1]", "h[2]"]
    assert wrong["cleo"] == ["f[1]", "h[1]", "f[2]", "h[2]"]
    assert wrong["dan"] == ["f[1]", "i[1]", "o[1]", "f[2]", "i[2]", "o[2]"]
    assert {w["code"] for w in reports["fay"]["warnings"]} == {"other-problem", "unknown-key"}
    assert reports["gus"]["diagnostics"][0]["code"] == "broken-yaml"


# ---- files for platforms -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("platform", ["github", "gitlab", "pre-commit"])
def test_a_file_is_yaml_with_the_names_put_in(platform: str) -> None:
    document = yaml.safe_load(ci(platform, "--problem", ODD, "--answers", "my answers").stdout)
    text = json.dumps(document)
    assert json.dumps(ODD)[1:-1] in text
    assert "@" not in ci(platform).stdout.replace("@v", "")


def test_the_steps_of_github(tmp_path: Path) -> None:
    """What the workflow runs is run here, with the files that GitHub gives to a step."""
    workflow = yaml.safe_load(ci("github", "--problem", "p.yaml", "--answers", "class").stdout)
    job = workflow["jobs"]["grade"]
    (step,) = (s for s in job["steps"] if s.get("id") == "grade")
    (tmp_path / "p.yaml").write_bytes((ROOT / "problems" / "lstm_forward.yaml").read_bytes())
    (tmp_path / "class").symlink_to(ROOT / "problems" / "ci" / "class")
    for name in ("summary", "output"):
        (tmp_path / name).touch()
    variables = {k: str(v) for k, v in job["env"].items()} | {"GITHUB_ACTIONS": "true", "PASS": "50"}
    variables |= {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary"), "GITHUB_OUTPUT": str(tmp_path / "output")}
    done = bash(f'rnnhw() {{ {RUN} "$@"; }}\n{step["run"]}', tmp_path, **variables)
    assert done.returncode == 1, done.stderr
    result = (tmp_path / "output").read_text(encoding="utf-8")
    classroom = json.loads(base64.b64decode(result.removeprefix("result=")))
    assert classroom["status"] == "fail"
    assert (tmp_path / "summary").read_text(encoding="utf-8").startswith("# LSTM forward pass by hand")
    outside = re.sub(r"^::stop-commands::(\w+)\n.*?^::\1::\n", "", done.stdout, flags=re.DOTALL | re.MULTILINE)
    assert outside.strip()
    assert all(re.match(r"::(error|warning|notice) ", line) for line in outside.splitlines())
    (tmp_path / "output").unlink()
    script = f'rnnhw() {{ {RUN} "$@"; }}\n{step["run"]}'
    assert bash(script, tmp_path, **variables | {"ANSWERS": "class/dan"}).returncode == 0
    result = (tmp_path / "output").read_text(encoding="utf-8")
    classroom = json.loads(base64.b64decode(result.removeprefix("result=")))
    (dans,) = (test for test in classroom["tests"] if test["name"] == "f[1]")
    assert (dans["status"], "0.23" in dans["message"], "0.769" in dans["message"]) == ("fail", True, False)


def test_gitlab_runs_one_command(tmp_path: Path) -> None:
    job = yaml.safe_load(ci("gitlab", "--problem", "p.yaml", "--answers", "class").stdout)["grade"]
    (tmp_path / "p.yaml").write_bytes((ROOT / "problems" / "lstm_forward.yaml").read_bytes())
    (tmp_path / "class").symlink_to(ROOT / "problems" / "ci" / "class")
    done = bash(f'rnnhw() {{ {RUN} "$@"; }}\n{job["script"][1]}', tmp_path, **job["variables"])
    assert done.returncode == 0, done.stderr
    for name in ["report.json", "class.html", job["artifacts"]["reports"]["junit"]]:
        assert (tmp_path / name).stat().st_size > 1000


def test_the_hook_of_pre_commit_matches_the_answers() -> None:
    (repo,) = yaml.safe_load(ci("pre-commit", "--answers", "a+b").stdout)["repos"]
    (hook,) = repo["hooks"]
    assert re.search(hook["files"], "a+b/ada.yaml")
    assert not re.search(hook["files"], "problem.yaml")
    assert hook["entry"].split()[:2] == ["rnnhw", "check"]


def test_gradescope_runs_for_each_submission(tmp_path: Path) -> None:
    source = tmp_path / "source"
    result = ci("gradescope", "--problem", ODD, "--output", str(source))
    assert result.stdout.splitlines() == [str(source / "setup.sh"), str(source / "run_autograder")]
    (source / ODD).write_bytes((ROOT / "problems" / "lstm_forward.yaml").read_bytes())
    runner = tmp_path / "rnnhw"
    runner.write_text(f'#!/bin/sh\nexec {RUN} "$@"\n', encoding="utf-8")
    runner.chmod(0o755)
    (tmp_path / "submission").mkdir()
    for student, score in (("ben", 15), ("gus", 0)):
        answers = (ROOT / "problems" / "ci" / "class" / student / "answers.yaml").read_bytes()
        (tmp_path / "submission" / "answers.yaml").write_bytes(answers)
        done = bash(shlex.quote(str(source / "run_autograder")), tmp_path, AUTOGRADER=str(tmp_path), RNNHW=str(runner))
        assert done.returncode == 0, done.stderr
        document = json.loads((tmp_path / "results" / "results.json").read_text(encoding="utf-8"))
        assert document["score"] == score
        assert document["tests"]
        (tmp_path / "results" / "results.json").unlink()
    (tmp_path / "submission" / "answers.yaml").rename(tmp_path / "submission" / "answers.txt")
    done = bash(shlex.quote(str(source / "run_autograder")), tmp_path, AUTOGRADER=str(tmp_path), RNNHW=str(runner))
    assert done.returncode == 0, done.stderr
    document = json.loads((tmp_path / "results" / "results.json").read_text(encoding="utf-8"))
    assert (document["score"], "hand in a file that ends in .yaml" in document["output"]) == (0, True)
    (tmp_path / "results" / "results.json").unlink()
    (tmp_path / "submission" / "answers.txt").rename(tmp_path / "submission" / "answers.yaml")
    (source / ODD).unlink()
    script = shlex.quote(str(source / "run_autograder"))
    assert bash(script, tmp_path, AUTOGRADER=str(tmp_path), RNNHW=str(runner)).returncode == 1  # there is no problem
    for script in ("setup.sh", "run_autograder"):
        assert os.access(source / script, os.X_OK)
        assert bash(f"bash -n {shlex.quote(str(source / script))}", tmp_path).returncode == 0


def test_files_are_written_where_the_platform_looks_and_never_over_others(tmp_path: Path) -> None:
    assert ci("github", "--output", str(tmp_path)).exit_code == 0
    assert (tmp_path / ".github" / "workflows" / "grade.yml").exists()
    again = ci("github", "--output", str(tmp_path))
    assert again.exit_code == 2
    assert "error[file-exists]" in again.stderr
    (tmp_path / "file").touch()
    assert "error[unwritable-file]" in ci("gitlab", "--output", str(tmp_path / "file")).stderr


def test_gradescope_prints_how_its_two_files_are_written() -> None:
    text = ci("gradescope").stdout
    assert "rnnhw ci gradescope --output DIR" in text
    assert "# ---- setup.sh ----" in text
    assert "# ---- run_autograder ----" in text


def test_an_unknown_platform_is_an_error() -> None:
    result = ci("gitlap")
    assert result.exit_code == 2
    assert "error[unknown-platform]" in result.stderr
    assert "did you mean `gitlab`?" in result.stderr
    assert set(platforms.PLATFORMS) == {"github", "gitlab", "gradescope", "pre-commit"}
