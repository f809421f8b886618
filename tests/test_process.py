"""The process around a command: what it ends with, whatever happens, and what its streams can take."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
RUN = "from rnn_hw.__main__ import main\nmain()"
INSTEAD = """
import sys, types
cli = types.ModuleType("rnn_hw.cli")
def app():
    {body}
cli.app = app
sys.modules["rnn_hw.cli"] = cli
"""
AT_IMPORT = """
import sys
class Stop:
    def find_spec(self, name, *rest):
        if name == "typer":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Stop())
"""


def ended(code: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, encoding="utf-8"
    )


def test_a_fault_of_the_program_has_a_status_of_its_own() -> None:
    done = ended(INSTEAD.format(body="{}['w']") + RUN)
    assert done.returncode == 3
    assert "KeyError: 'w'" in done.stderr  # whoever mends it needs the traceback
    assert done.stderr.endswith("rnnhw: a fault of the program itself, not of the input: KeyError\n")


@pytest.mark.parametrize("before", [AT_IMPORT, INSTEAD.format(body="raise KeyboardInterrupt")])
def test_ctrl_c_ends_it_with_one_line(before: str) -> None:
    """While the command line is imported, and while it works."""
    done = ended(before + RUN)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "rnnhw: stopped\n")


def test_a_job_that_is_cancelled_ends_as_by_ctrl_c() -> None:
    """So what is finished is kept: a system of jobs sends SIGTERM, and kills a while later."""
    done = ended(INSTEAD.format(body="import os, signal; os.kill(os.getpid(), signal.SIGTERM)") + RUN)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "rnnhw: stopped\n")


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    """A shell that puts a job behind lets it ignore Ctrl-C, and so it must be for each process of several."""
    ignored = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    body = "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"
    assert ended(ignored + INSTEAD.format(body=body) + RUN).returncode == 0
    begun = "from rnn_hw.grade.run import _begun\n_begun([], (700, 10, 10))\n"
    told = "print(*(signal.getsignal(s).name for s in (signal.SIGINT, signal.SIGTERM)))"
    assert (
        ended(ignored + "signal.signal(signal.SIGINT, signal.SIG_DFL)\n" + begun + told).stdout == "SIG_DFL SIG_IGN\n"
    )
    plain = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    assert ended(plain + begun + told).stdout == "SIG_IGN SIG_DFL\n"


def test_a_stream_that_knows_no_greek_loses_letters_and_nothing_else() -> None:
    done = ended(f"import sys\nsys.argv = ['rnnhw', 'solve', 'ж.yaml']\n{RUN}", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "?.yaml: error[missing-file]: there is no file `?.yaml`\n"


def test_a_form_has_the_same_bytes_on_standard_output_as_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "м.yaml").write_text("student: Bernd Müller\nanswers: {}", encoding="utf-8")
    for place in ("-", "x.csv"):
        arguments = ["grade", "м.yaml", "--problem", str(ROOT / "problems" / "lstm_forward.yaml"), "--csv", place]
        code = f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nsys.argv = ['rnnhw', *{arguments!r}]\n{RUN}"
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            env=os.environ | {"PYTHONIOENCODING": "ascii"},
            capture_output=True,
        )
        if place == "-":
            printed = done.stdout
    assert printed == (tmp_path / "x.csv").read_bytes()
    assert "Müller" in printed.decode()


def test_the_status_of_a_command_is_that_of_the_process() -> None:
    for arguments, status in ((["--version"], 0), (["solve", "no-such.yaml"], 2)):
        assert ended(f"import sys\nsys.argv = ['rnnhw', *{arguments!r}]\n{RUN}").returncode == status
