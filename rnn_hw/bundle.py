"""Where the bundled problems are: beside the package in a wheel, beside its folder in a source tree."""

from pathlib import Path


def problems() -> Path:
    """The folder with the bundled problem files."""
    here = Path(__file__).parent
    inside = here / "problems"
    return inside if inside.is_dir() else here.parent / "problems"


def bundled(name: str) -> Path:
    """One of the bundled files, such as `lstm_forward.yaml` or `answers/004_problem_4.yaml`."""
    return problems() / name
