"""The printed schemas describe what is printed and what is bundled; checked by jsonschema, an independent reader."""

import copy
import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from rnn_hw.cli import app
from rnn_hw.schema import SCHEMAS, schema

ROOT = Path(__file__).resolve().parent.parent
PROBLEMS = sorted((ROOT / "problems").glob("*.yaml"))
SHEETS = sorted((ROOT / "problems" / "answers").glob("*.yaml"))


def printed(*arguments: str) -> object:
    result = CliRunner().invoke(app, [*arguments, "--format", "json"])
    return json.loads(result.stdout)


def validate(document: object, name: str) -> None:
    Draft202012Validator(schema(name)).validate(document)


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_schema_is_a_schema_and_is_printed(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))
    assert json.loads(CliRunner().invoke(app, ["schema", name]).stdout) == schema(name)


@pytest.mark.parametrize("path", PROBLEMS, ids=lambda p: p.stem)
def test_solutions_and_problem_files_are_described(path: Path) -> None:
    validate(printed("solve", str(path)), "solve")
    validate(yaml.safe_load(path.read_text(encoding="utf-8")), "problem")


@pytest.mark.parametrize("path", SHEETS, ids=lambda p: p.stem)
def test_reports_and_answer_files_are_described(path: Path) -> None:
    validate(printed("check", str(path)), "check")
    validate(yaml.safe_load(path.read_text(encoding="utf-8")), "answers")


def test_several_reports_and_unusable_files_are_described(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("answers: [", encoding="utf-8")
    validate(printed("check", str(SHEETS[0]), str(broken)), "check")
    validate(printed("solve", str(broken)), "diagnostics")


def test_the_schemas_can_refuse() -> None:
    good = printed("check", str(SHEETS[0]))
    assert isinstance(good, dict)
    for change in ({"version": 2}, {"score": "many"}, {"verdicts": [{"key": "f[1]"}]}, {"more": 1}):
        with pytest.raises(Exception, match=r"."):
            validate(copy.deepcopy(good) | change, "check")
    with pytest.raises(Exception, match=r"."):
        validate({"kind": "lstm_forward", "gibt": {}}, "problem")


def test_an_unknown_schema_is_an_error() -> None:
    result = CliRunner().invoke(app, ["schema", "chek"])
    assert result.exit_code == 2
    assert "did you mean `check`?" in result.stderr
