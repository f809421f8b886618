"""Who may import whom: read from the source, tried in a process of its own, and shown to be able to fail.

A room is a module or a package directly under `rnn_hw`. A room may import rooms of earlier groups, its own modules, and
nothing else of ours, whether at the top of a file, inside a function or for the type checker only.
"""

import ast
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import rnn_hw

PACKAGE = Path(rnn_hw.__file__).parent

# Left to right; rooms of one group are peers and do not import each other.
GROUPS = (
    {"errors"},
    {"text_file", "output"},
    {"yaml_faults"},
    {"lang", "source", "numerals", "automata", "bundle"},
    {"results", "fields", "equations"},
    {"kinds", "answers", "rubric"},
    {"problem"},
    {"assignment"},
    {"solver", "guide", "schema", "platforms"},
    {"checking"},
    {"diagnose"},
    {"author", "grade"},
    {"view"},
    {"render"},
    {"reports"},
    {"cli"},
    {"__main__"},
)
RANK = {room: rank for rank, group in enumerate(GROUPS) for room in group}

# Readings of results: of what stands to the left of them they see these and each other, and nothing that computes.
READINGS = {"view", "render"}
READINGS_SEE = {"errors", "lang", "numerals", "results"} | READINGS

# Package from outside -> the one file that imports it, or None where any may but errors.py.
OUTSIDE = {"numpy": None, "yaml": "source.py", "typer": "cli.py", "rich": "render/terminal.py"}

FORBIDDEN_NAMES = {"eval", "exec", "compile", "__import__"}


# ---- reading ---------------------------------------------------------------------------------------------------------
def imports(tree: ast.Module, module: str, is_package: bool) -> Iterator[tuple[int, str, str]]:
    """The line, the module and the name taken from it (or "") of every import; an unknown module is "?"."""
    package = module if is_package else module.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, ""
        elif isinstance(node, ast.ImportFrom):
            base = absolute("." * node.level + (node.module or ""), package)
            for alias in node.names:
                yield node.lineno, base, alias.name
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "import_module":
            yield node.lineno, absolute(constant_start(node.args[0]), package), ""


def absolute(name: str, package: str) -> str:
    dots = len(name) - len(name.lstrip("."))
    if not dots:
        return name or "?"
    above = package.split(".")[: len(package.split(".")) - dots + 1]
    return ".".join([*above, name[dots:]]).rstrip(".")


def constant_start(node: ast.expr) -> str:
    """What is known of the module's name: all of a literal, the beginning of an f-string up to its last dot."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr) and isinstance(first := node.values[0], ast.Constant):
        start, dot, _ = str(first.value).rpartition(".")
        return start or dot
    return ""


def violations(package: Path) -> set[str]:
    """Every breach of the rule in the package's files, as `file: what`."""
    return {
        f"{path.relative_to(package).as_posix()}: {what}"
        for path in sorted(package.rglob("*.py"))
        for what in breaches(path, package)
    }


def breaches(path: Path, package: Path) -> Iterator[str]:
    file = path.relative_to(package).as_posix()
    parts = path.relative_to(package).with_suffix("").parts
    is_package = parts[-1] == "__init__"
    parts = parts[:-1] if is_package else parts
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    yield from unsafe(tree)
    if parts and parts[0] not in RANK:
        yield f"the room {parts[0]} has no place in the order"
        return
    for line, module, name in imports(tree, ".".join(["rnn_hw", *parts]), is_package):
        root, _, rest = module.partition(".")
        if root != "rnn_hw":
            yield from outside(file, line, root)
        elif parts:  # rnn_hw/__init__.py may reach for everything
            target = rest.split(".") if rest else []
            if name and (not target or (package.joinpath(*target) / f"{name}.py").exists()):
                target.append(name)
            yield from inside(parts, line, tuple(target))


def inside(parts: tuple[str, ...], line: int, target: tuple[str, ...]) -> Iterator[str]:
    room, goal = parts[0], target[0] if target else ""
    if goal.startswith("__") and goal != "__main__":
        return  # `from rnn_hw import __version__`
    if goal not in RANK:
        yield f"line {line} imports {goal or 'rnn_hw as a whole'}, which is no room"
    elif room == goal:
        if room == "render" and parts[:2] != target[:2]:  # a form of several files is a folder
            yield f"line {line}: a form of render imports another"
    elif RANK[goal] >= RANK[room]:
        yield f"line {line}: {room} imports {goal}"
    elif room in READINGS and goal not in READINGS_SEE:
        yield f"line {line}: {room} sees {goal}"


def outside(file: str, line: int, root: str) -> Iterator[str]:
    if root in sys.stdlib_module_names:
        return
    if root == "?":
        yield f"line {line} imports a module whose name is computed"
    elif root not in OUTSIDE:
        yield f"line {line} imports {root}, which is no run-time package"
    elif OUTSIDE[root] not in {None, file}:
        yield f"line {line} imports {root}, which only {OUTSIDE[root]} does"
    elif file == "errors.py":
        yield f"line {line} imports {root}: errors imports nothing"


def unsafe(tree: ast.Module) -> Iterator[str]:
    """Text run as code, and module state that is reassigned."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            yield f"line {node.lineno} has a global statement"
        elif isinstance(node, ast.Name) and node.id in FORBIDDEN_NAMES:
            yield f"line {node.lineno} names {node.id}"
        elif isinstance(node, ast.Attribute) and node.attr in FORBIDDEN_NAMES:
            if isinstance(node.value, ast.Name) and node.value.id in {"builtins", "__builtins__"}:
                yield f"line {node.lineno} names {node.attr}"


# ---- the rule holds --------------------------------------------------------------------------------------------------
def test_every_import_of_the_package_goes_to_the_left() -> None:
    assert len(list(PACKAGE.rglob("*.py"))) > 5
    assert violations(PACKAGE) == set()


# ---- the rule can fail -----------------------------------------------------------------------------------------------
PLANTED = [
    ("errors.py", "import numpy", "errors imports nothing"),
    ("errors.py", "from rnn_hw.lang.tree import Num", "errors imports lang"),
    ("lang/tree.py", "import yaml", "imports yaml, which only source.py does"),
    ("lang/tree.py", "from rich.table import Table", "imports rich, which only render/terminal.py does"),
    ("lang/tree.py", "import rnn_hw.results", "lang imports results"),
    ("lang/tree.py", "from rnn_hw import source", "lang imports source"),
    ("lang/tree.py", "from ..results import Step", "lang imports results"),
    ("lang/tree.py", "from .. import results", "lang imports results"),
    ("lang/__init__.py", "from ..results import Step", "lang imports results"),
    ("lang/tree.py", "def late():\n    from rnn_hw.results import Step", "lang imports results"),
    ("lang/tree.py", "if TYPE_CHECKING:\n    from rnn_hw.results import Step", "lang imports results"),
    ("lang/tree.py", "importlib.import_module('rnn_hw.results')", "lang imports results"),
    ("lang/tree.py", "import_module('..results', __package__)", "lang imports results"),
    ("lang/tree.py", "import_module(f'rnn_hw.kinds.{kind}')", "lang imports kinds"),
    ("lang/tree.py", "import_module(where)", "imports a module whose name is computed"),
    ("lang/tree.py", "from rnn_hw import solver", "lang imports solver"),
    ("lang/tree.py", "from rnn_hw import load_problem", "imports load_problem, which is no room"),
    ("lang/tree.py", "import rnn_hw", "imports rnn_hw as a whole, which is no room"),
    ("source.py", "from rnn_hw.numerals import read", "source imports numerals"),
    ("kinds/lstm.py", "from rnn_hw.answers import Answers", "kinds imports answers"),
    ("kinds/lstm.py", "import rnn_hw.problem", "kinds imports problem"),
    ("results.py", "from rnn_hw.kinds import KINDS", "results imports kinds"),
    ("checking/judge.py", "from rnn_hw.diagnose import diagnose", "checking imports diagnose"),
    ("grade.py", "import rnn_hw.render.terminal", "grade imports render"),
    ("render/json.py", "from rnn_hw.render.terminal import show", "a form of render imports another"),
    ("render/html/page.py", "from rnn_hw.render import terminal", "a form of render imports another"),
    ("render/json.py", "from rnn_hw.render.html import page", "a form of render imports another"),
    ("render/json.py", "from rnn_hw.render import terminal", "a form of render imports another"),
    ("render/json.py", "from . import terminal", "a form of render imports another"),
    ("render/__init__.py", "from rnn_hw.render.json import show", "a form of render imports another"),
    ("render/json.py", "from rnn_hw.solver import solve", "render sees solver"),
    ("view/selection.py", "from rnn_hw.checking.judge import check", "view sees checking"),
    ("view/layout.py", "from rnn_hw.render import latex", "view imports render"),
    ("render/json.py", "from rich.console import Console", "imports rich, which only render/terminal.py does"),
    ("render/terminal.py", "import typer", "imports typer, which only cli.py does"),
    ("cli.py", "import rich.console", "imports rich, which only render/terminal.py does"),
    ("cli.py", "import click", "imports click, which is no run-time package"),
    ("cli.py", "from rnn_hw.__main__ import main", "cli imports __main__"),
    ("solver.py", "import scipy.linalg", "imports scipy, which is no run-time package"),
    ("helpers.py", "import math", "the room helpers has no place in the order"),
    ("lang/parse.py", "value = eval(text)", "names eval"),
    ("lang/parse.py", "run = exec", "names exec"),
    ("lang/parse.py", "code = compile(text, '', 'eval')", "names compile"),
    ("lang/parse.py", "import builtins\nbuiltins.eval(text)", "names eval"),
    ("lang/parse.py", "__import__('os')", "names __import__"),
    ("lang/parse.py", "def f():\n    global count\n    count = 1", "has a global statement"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("layers") / "rnn_hw"
    shutil.copytree(PACKAGE, target, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("render/terminal.py", "render/json.py"):  # `from . import terminal` is told apart by the file
        (target / file).touch()
    return target


def added_by(code: str, path: Path, package: Path) -> set[str]:
    """The breaches that the code adds at the end of the file, which is then put back."""
    old = path.read_bytes() if path.exists() else None
    before = set() if old is None else set(breaches(path, package))
    path.write_bytes((old or b"") + f"\n{code}\n".encode())
    found = set(breaches(path, package)) - before
    path.unlink() if old is None else path.write_bytes(old)
    return found


@pytest.mark.parametrize(("file", "code", "expected"), PLANTED)
def test_a_planted_violation_is_caught(copy: Path, file: str, code: str, expected: str) -> None:
    (found,) = added_by(code, copy / file, copy)
    assert found.endswith(expected)


ALLOWED = [
    ("lang/tree.py", "from rnn_hw.lang.operations import OPERATIONS\nfrom . import parse\nimport re\nre.compile('a')"),
    ("kinds/__init__.py", "import_module(f'rnn_hw.kinds.{kind}')\nimport_module(f'.{kind}', __package__)"),
    ("render/html/solved.py", "from rnn_hw.render.html import page\nfrom rnn_hw.view import selection"),
    ("source.py", "import yaml\nfrom rnn_hw.errors import HomeworkError"),
    (
        "cli.py",
        "import typer\nfrom rnn_hw import __version__\nfrom rnn_hw.render import terminal\nimport rnn_hw.solver",
    ),
    ("__init__.py", "import_module(f'rnn_hw.{name}')\nfrom rnn_hw.solver import solve"),
]


@pytest.mark.parametrize(("file", "code"), ALLOWED)
def test_what_is_allowed_is_not_caught(copy: Path, file: str, code: str) -> None:
    assert added_by(code, copy / file, copy) == set()


def test_each_room_is_kept_from_every_later_one_and_from_its_peers(tmp_path: Path) -> None:
    for room in RANK:
        for goal in RANK:
            (tmp_path / f"{room}.py").write_text(f"from rnn_hw.{goal} import something\n", encoding="utf-8")
            caught = bool(violations(tmp_path))
            beyond_results = room in READINGS and goal not in READINGS_SEE
            assert caught == (room != goal and (RANK[goal] >= RANK[room] or beyond_results))
        (tmp_path / f"{room}.py").unlink()


# ---- tried in a process of its own -----------------------------------------------------------------------------------
HEAVY = ("numpy", "yaml", "typer", "rich", "pydantic", "click")


def loaded(code: str) -> set[str]:
    """The heavy packages, and the rooms of ours, that are loaded after the code has run in a fresh Python."""
    report = (
        "import sys, json, atexit\n"
        f"wanted = lambda m: m in {HEAVY!r} or m.startswith('rnn_hw.') and m.count('.') == 1\n"
        "atexit.register(lambda: print('\\n' + json.dumps([m for m in sys.modules if wanted(m)])))\n"
    )
    command = [sys.executable, "-c", report + code]
    done = subprocess.run(command, cwd=PACKAGE.parent, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_language_loads_neither_yaml_nor_a_terminal() -> None:
    modules = [f"rnn_hw.lang.{path.stem}" for path in (PACKAGE / "lang").glob("*.py") if path.stem != "__init__"]
    assert modules
    found = loaded(f"import {', '.join(modules)}")
    assert found <= {"numpy", "rnn_hw.lang", "rnn_hw.errors"}


def test_the_package_itself_loads_nothing() -> None:
    assert loaded("import rnn_hw") == set()


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], *([word, "--help"] for word in ("solve", "check", "grade", "ci"))]
)
def test_help_loads_only_what_it_prints(arguments: list[str]) -> None:
    found = loaded(f"sys.argv = ['rnnhw', *{arguments!r}]\nfrom rnn_hw.__main__ import main\nmain()")
    assert found & set(HEAVY) == {"typer"}


def test_solving_loads_no_more_than_it_needs() -> None:
    problem = PACKAGE.parent / "problems" / "lstm_forward.yaml"
    found = loaded(f"sys.argv = ['rnnhw', 'solve', {str(problem)!r}]\nfrom rnn_hw.__main__ import main\nmain()")
    assert not found & {"pydantic", "click"}
    assert not found & {"rnn_hw.checking.judge", "rnn_hw.diagnose", "rnn_hw.grade"}


def test_the_process_test_can_fail() -> None:
    assert loaded("import yaml, rnn_hw.errors") == {"yaml", "rnn_hw.errors"}
