"""The wheel as a stranger gets it: built from the tree and from the sdist, installed alone, used in an empty folder."""

import csv
import hashlib
import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy
import pytest
import rich
import typer
import yaml

import rnn_hw

ROOT = Path(rnn_hw.__file__).parent.parent
HOMEWORK = ("lstm_forward", "adam_step", "binary_addition", "vanishing_gradient")

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path) -> str:
    """What the command prints; its standard error is shown where it fails."""
    variables = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(
        [str(c) for c in command],
        cwd=cwd,
        env=variables | {"PYTHONUTF8": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def build_wheel(source: Path, folder: Path) -> Path:
    """The wheel that pip makes; the build backend is one of the test extra, so that no network is needed."""
    pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index")
    run(*pip, "--wheel-dir", folder, source, cwd=folder.parent)
    (wheel,) = folder.glob("*.whl")
    return wheel


def contents(wheel: Path) -> dict[str, str]:
    """The digest of every file in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}


def files(folder: str) -> set[str]:
    """The files of the checkout under a folder, but for what Python compiled."""
    paths = (path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(ROOT).as_posix() for path in paths}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(ROOT, tmp_path_factory.mktemp("wheel") / "dist")


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts folder of a fresh environment that holds the wheel; the packages it needs are ours, on its path."""
    venv = tmp_path_factory.mktemp("installed") / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", venv, cwd=venv.parent)
    scripts = venv / ("Scripts" if os.name == "nt" else "bin")
    pip = (sys.executable, "-m", "pip", "--python", scripts / "python", "install", "--quiet", "--no-deps", "--no-index")
    run(*pip, wheel, cwd=venv.parent)
    # A folder named in a .pth file is searched, and its own .pth files (that of an editable rnn_hw) are not read.
    folders = {str(Path(package.__file__).parent.parent) for package in (numpy, rich, typer, yaml)}
    where = run(scripts / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=venv.parent)
    Path(where.strip(), "needed.pth").write_text("\n".join(sorted(folders)), encoding="utf-8")
    return scripts


def test_the_wheel_carries_the_equations_and_the_problems(wheel: Path) -> None:
    names = set(contents(wheel))
    sources, problems = files("rnn_hw"), {f"rnn_hw/{name}" for name in files("problems")}
    assert {f"rnn_hw/problems/{kind}.yaml" for kind in HOMEWORK} < problems
    assert "rnn_hw/problems/answers/004_problem_4.yaml" in problems
    assert {"rnn_hw/equations/lstm.eq", "rnn_hw/py.typed"} < sources
    assert sources | problems == {name for name in names if name.startswith("rnn_hw/")}
    assert {name.split("/")[0] for name in names} == {"rnn_hw", f"rnn_hw-{rnn_hw.__version__}.dist-info"}
    with zipfile.ZipFile(wheel) as archive:
        record = archive.read(f"rnn_hw-{rnn_hw.__version__}.dist-info/RECORD").decode()
    assert {row[0] for row in csv.reader(io.StringIO(record))} == names


def test_the_wheel_made_from_the_sdist_is_the_same(wheel: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", tmp_path, cwd=ROOT)
    (sdist,) = tmp_path.glob("*.tar.gz")
    assert contents(build_wheel(sdist, tmp_path / "dist")) == contents(wheel)


def test_four_packages_are_needed_and_no_more(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        metadata = archive.read(f"rnn_hw-{rnn_hw.__version__}.dist-info/METADATA").decode()
    needed = [line.split(": ")[1] for line in metadata.splitlines() if line.startswith("Requires-Dist")]
    assert {line.split("<")[0].split(">")[0] for line in needed if "extra ==" not in line} == {
        "numpy",
        "typer",
        "rich",
        "pyyaml",
    }


def test_an_installed_wheel_has_something_to_solve(installed: Path, tmp_path: Path) -> None:
    python, rnnhw = installed / "python", installed / "rnnhw"
    where = Path(run(python, "-c", "import rnn_hw; print(rnn_hw.__file__)", cwd=tmp_path).strip())
    assert installed.parent in where.parents
    assert rnn_hw.__version__ in run(rnnhw, "--version", cwd=tmp_path)
    kinds = run(rnnhw, "kinds", cwd=tmp_path)
    assert all(kind in kinds for kind in HOMEWORK)
    for kind in HOMEWORK:
        problem = new(rnnhw, kind, tmp_path)
        assert run(rnnhw, "solve", problem, cwd=tmp_path).strip()


def new(rnnhw: Path, kind: str, folder: Path) -> Path:
    """The problem file to start from, which the command prints."""
    problem = folder / f"{kind}.yaml"
    problem.write_text(run(rnnhw, "new", kind, cwd=folder), encoding="utf-8")
    return problem
