"""The README runs: every `$ rnnhw` line of a console block prints what stands below it, every doctest holds.

`python tests/test_readme.py --update` writes what the commands print now; a person reads the difference.
"""

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def transcripts(text: str) -> list[tuple[str, str]]:
    """Each command of a console block that runs rnnhw, with what is said to be printed."""
    found = []
    for block in _BLOCK.findall(text):
        for part in re.split(r"^(?=\$ )", block, flags=re.MULTILINE):
            command, _, output = part.partition("\n")
            if "rnnhw" in command.partition("#")[0]:
                found.append((command.removeprefix("$ "), output))
    return found


def printed(command: str) -> str:
    """What a shell command prints, `rnnhw` being this one, on a page of 80 columns."""
    script = f'rnnhw() {{ "{sys.executable}" -m rnn_hw "$@"; }}; {command}'
    environment = os.environ | {"COLUMNS": "80", "NO_COLOR": "1", "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT)}
    environment["GITHUB_ACTIONS"] = ""  # in a job there, what a person typed stands in a fence
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=120,
    )
    return "\n".join(line.rstrip() for line in done.stdout.rstrip().split("\n")) + "\n"


@pytest.mark.parametrize(("command", "output"), transcripts(README.read_text(encoding="utf-8")))
def test_a_command_prints_what_the_readme_says(command: str, output: str) -> None:
    assert printed(command) == output


def test_there_are_commands_to_run_and_a_wrong_transcript_is_seen() -> None:
    found = transcripts(README.read_text(encoding="utf-8"))
    assert len(found) >= 4
    command, output = found[0]
    assert printed(command) != output.replace("0.7685", "0.7686")


def test_the_python_in_the_readme_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    failed, tried = doctest.testfile(str(README), module_relative=False)
    assert tried >= 4
    assert not failed


def test_the_architecture_names_every_room() -> None:
    text = README.read_text(encoding="utf-8").partition("## Architecture")[2]
    rooms = {p.name for p in (ROOT / "rnn_hw").iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()}
    rooms |= {p.name for p in (ROOT / "rnn_hw" / "lang").glob("*.py")}
    missing = sorted(room for room in rooms - {"__init__.py"} if room not in text)
    assert not missing


def update() -> None:
    """Writes what the commands print into the README."""
    text = README.read_text(encoding="utf-8")
    for command, output in transcripts(text):
        text = text.replace(f"$ {command}\n{output}", f"$ {command}\n{printed(command)}")
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__" and "--update" in sys.argv:
    update()
