"""Options of the commands that no other test comes upon."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rnn_hw.cli import app

ROOT = Path(__file__).resolve().parent.parent
LSTM = str(ROOT / "problems" / "lstm_forward.yaml")
SHEET = str(ROOT / "problems" / "answers" / "004_problem_4.yaml")
WHOLE_SHEET = str(ROOT / "problems" / "answers" / "004.yaml")
WHOLE = str(ROOT / "problems" / "assignment_2.yaml")


@pytest.mark.parametrize(
    ("arguments", "help"),
    [
        (["solve", LSTM, "--only", "f,zf"], "did you mean `z_f`?"),
        (["solve", LSTM, "--only", "h[3]"], ""),
        (["solve", LSTM, "--only", "/f"], "did you mean `f`?"),
        (["solve", WHOLE, "--only", "V_cor"], "did you mean `V_corr`?"),
        (["solve", WHOLE, "--only", "7"], ""),
        (["check", SHEET, "--only", "f,zf"], "did you mean `z_f`?"),
        (["check", SHEET, "--only", "h[3]"], ""),
    ],
)
def test_only_refuses_what_is_no_line(arguments: list[str], help: str) -> None:
    found = CliRunner().invoke(app, arguments)
    assert found.exit_code == 2
    assert "in `--only` is no line of this problem" in found.stderr
    assert help in found.stderr
    assert ("did you mean" in found.stderr) == bool(help)
    assert not found.stdout


@pytest.mark.parametrize(
    ("only", "shown"),
    [("f", "f[1]"), ("f[1],mse", "f[1]"), ("4", "Problem 4"), ("4/f[1]", "f[1]"), ("V_corr", "V_corr")],
)
@pytest.mark.parametrize("command", [["solve", WHOLE], ["check", WHOLE_SHEET]])
def test_only_takes_names_keys_and_ids(command: list[str], only: str, shown: str) -> None:
    found = CliRunner().invoke(app, [*command, "--only", only])
    assert found.exit_code == (command[0] == "check")  # the sheet has wrong lines
    assert shown in found.stdout
    assert [f"Problem {n}" in found.stdout for n in "1234"] == [n == ("1" if only == "V_corr" else "4") for n in "1234"]


def test_only_takes_a_derivative_of_an_assignment(tmp_path: Path) -> None:
    for name in ("lstm_gradient", "lstm_forward"):
        (tmp_path / f"{name}.yaml").write_bytes((ROOT / "problems" / f"{name}.yaml").read_bytes())
    whole = tmp_path / "whole.yaml"
    whole.write_text("kind: assignment\nproblems: {'1': {file: lstm_gradient.yaml}, '2': {file: lstm_forward.yaml}}\n")
    (tmp_path / "a.yaml").write_text("problem: whole.yaml\nanswers: {'1': {'dc[t]/df[t]': 'c[t-1]'}, '2': {}}\n")
    found = CliRunner().invoke(app, ["check", str(tmp_path / "a.yaml"), "--only", "1/dc[t]/df[t]"])
    assert "Problem 1" in found.stdout
    assert "Problem 2" not in found.stdout
    assert "c[t−1]" in found.stdout
    assert "h_bar[t]" not in found.stdout
    assert "h_bar[t]" in CliRunner().invoke(app, ["check", str(tmp_path / "a.yaml")]).stdout


def test_only_hides_what_is_said_of_other_lines() -> None:
    found = CliRunner().invoke(app, ["check", SHEET, "--only", "h"])
    assert "right from your own o[2], c[2]" in found.stdout
    assert "f[2], i[2], g[2]" not in found.stdout


def test_without_the_key_no_true_value_is_shown() -> None:
    shown = CliRunner().invoke(app, ["check", SHEET]).stdout
    withheld = CliRunner().invoke(app, ["check", SHEET, "--no-key"]).stdout
    data = CliRunner().invoke(app, ["check", SHEET, "--no-key", "--format", "json"]).stdout
    assert "0.769" in shown
    assert "0.769" not in withheld
    assert "0.768" not in data
    assert '"verdict": "wrong"' in data


def test_no_arguments_show_the_help_and_the_version_is_the_packages() -> None:
    from rnn_hw import __version__

    assert "Usage" in CliRunner().invoke(app, []).output
    assert CliRunner().invoke(app, ["--version"]).output.strip() == f"rnnhw {__version__}"


def test_a_column_that_is_none_is_refused() -> None:
    found = CliRunner().invoke(app, ["solve", LSTM, "--show", "formula,foo"])
    assert found.exit_code == 2
    assert "`foo` is none of" in found.stderr


def test_a_reader_that_goes_away_is_no_wrong_answer() -> None:
    command = subprocess.Popen(
        [sys.executable, "-m", "rnn_hw", "check", SHEET], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert command.stdout is not None
    command.stdout.close()
    _, said = command.communicate(timeout=60)
    assert (command.returncode, said) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("arguments", [["solve", LSTM], ["kinds"]])
def test_a_full_disk_is_no_fault_of_ours(arguments: list[str]) -> None:
    with open("/dev/full", "w") as full:
        found = subprocess.run(
            [sys.executable, "-m", "rnn_hw", *arguments], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60
        )
    assert found.returncode == 2
    assert found.stderr == "error[unwritable-file]: standard output cannot be written: no space left on device\n"
