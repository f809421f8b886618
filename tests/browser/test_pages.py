"""The pages in a headless Chromium: nothing on the console, nothing asked of the network, every row is there.

`make test-browser`, apart from `make test`, which needs no browser. Some pages hold names and answers that would like
to act; and what a page does is shown to be seen.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import MISSING, Browser, Seen, program
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from classes import HOSTILE_NAMES, PROBLEM, ROOT

from rnn_hw.cli import app
from rnn_hw.render.html.page import page

ACTING = "<script>console.error('x'); alert('x')</script><img src='http://127.0.0.1:9/x.png' onerror='alert(1)'>"
WIDTHS = [1280, 400]
CELLS = "[...document.querySelectorAll('table')].map(t => [...t.tBodies[0].rows].map(r => r.cells[0].innerText))"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = program()
    if path is None:
        pytest.exit(MISSING, returncode=2)
    with Browser(path) as browser:
        yield browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every hostile text as a student and as an answer, a sheet for each."""
    folder = tmp_path_factory.mktemp("browser") / "class"
    folder.mkdir()
    for number, name in enumerate([*HOSTILE_NAMES, ACTING]):
        lines = ["f[1]", "h_formula", name[:60]]
        answers = "".join(f"  {json.dumps(line)}: {json.dumps(name)}\n" for line in lines)
        (folder / f"{number:02}.yaml").write_text(
            f"student: {json.dumps(name)}\nanswers:\n{answers}  mse: 0.1\n", encoding="utf-8"
        )
    return folder


def written(path: Path, *arguments: str | Path) -> Path:
    """A page that a command prints."""
    done = CliRunner().invoke(app, [*map(str, arguments), "--format", "html"])
    assert done.exit_code in (0, 1), done.stderr
    path.write_text(done.stdout, encoding="utf-8")
    return path


def harmless(seen: Seen, path: Path) -> None:
    assert seen == Seen([], [path.as_uri()], [])


def fitting(browser: Browser) -> None:
    """Nothing sticks out of the window, and every plot and formula is drawn."""
    assert browser.value("document.documentElement.scrollWidth <= innerWidth")
    drawn = "[...document.querySelectorAll('svg, math')].every(e => e.getBoundingClientRect().width > 0)"
    assert browser.value(drawn)


def test_the_class_page(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "class.html"
    folder = ROOT / "problems" / "ci" / "class"
    done = CliRunner().invoke(app, ["grade", str(folder), "--problem", str(PROBLEM), "--html", str(path)])
    assert done.exit_code == 0
    for width in WIDTHS:
        for dark in (False, True):
            browser.size(width, dark=dark)
            harmless(browser.open(path), path)
            fitting(browser)
            assert (browser.value("getComputedStyle(document.body).color") == "rgb(255, 255, 255)") == dark
    lines, mistakes, students = browser.value(CELLS)
    assert len(lines) == 17
    assert [text.rpartition(" ")[2] for text in mistakes] == ["activation-left-out", "sigmoid-sign", "term-left-out"]
    assert [student for student in students if len(student) < 5] == ["ada", "ben", "cleo", "dan", "eli", "gus"]
    assert len(students) == 7
    assert browser.value("document.querySelectorAll('rect.bar').length") == 10


@pytest.mark.parametrize("problem", ["lstm_forward", "rnn_by_hand", "assignment_2"])
def test_a_solved_problem(problem: str, browser: Browser, tmp_path: Path) -> None:
    path = written(tmp_path / "solved.html", "solve", ROOT / "problems" / f"{problem}.yaml")
    for width in WIDTHS:
        browser.size(width)
        harmless(browser.open(path), path)
        fitting(browser)
    assert browser.value("document.querySelectorAll('math').length") > 20


def test_a_checked_sheet(browser: Browser, tmp_path: Path) -> None:
    path = written(tmp_path / "sheet.html", "check", ROOT / "problems" / "answers" / "004_problem_4.yaml")
    for width in WIDTHS:
        browser.size(width)
        harmless(browser.open(path), path)
        fitting(browser)
    assert len(browser.value(CELLS)[0]) == 25
    assert browser.value("document.querySelectorAll('.said-wrong').length") == 6


def test_no_text_of_a_sheet_acts_on_a_page(browser: Browser, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "class.html"
    done = CliRunner().invoke(app, ["grade", str(folder), "--problem", str(PROBLEM), "--all", "--html", str(path)])
    assert done.exit_code == 0
    browser.size(WIDTHS[0])
    harmless(browser.open(path), path)
    assert len(browser.value(CELLS)[-1]) == len(HOSTILE_NAMES) + 1
    assert browser.value("document.querySelectorAll('script, img, a, iframe, [onclick], [onerror]').length") == 0
    fitting(browser)
    for sheet in sorted(folder.glob("*.yaml"))[-1:]:
        path = written(tmp_path / "sheet.html", "check", sheet, "--problem", PROBLEM)
        harmless(browser.open(path), path)
        assert ACTING in browser.value("document.body.innerText")


def test_a_text_that_slipped_through_could_do_nothing(browser: Browser, tmp_path: Path) -> None:
    """What `page.py` says of its policy: the browser blocks it, and says so."""
    path = tmp_path / "slipped.html"
    path.write_text("".join(page("slipped", [ACTING, f"<p onclick='alert(1)' style='color: red'>{ACTING}</p>"])))
    seen = browser.open(path)
    assert seen.asked == [path.as_uri()]
    assert seen.popped_up == []
    assert any("Content Security Policy" in said for said in seen.said)


def test_what_acts_is_seen(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "acting.html"
    path.write_text(f"<!DOCTYPE html><meta charset=utf-8><body>{ACTING}")
    seen = browser.open(path)
    assert "x" in seen.popped_up
    assert "http://127.0.0.1:9/x.png" in seen.asked
    assert any(said.startswith("error") for said in seen.said)
    browser.size(400)
    path.write_text("<!DOCTYPE html><body><div style='width: 3000px'>wide</div>")
    browser.open(path)
    with pytest.raises(AssertionError):
        fitting(browser)
