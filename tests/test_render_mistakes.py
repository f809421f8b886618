"""What a person reads of the mistakes behind a sheet: in every form the sentence, the place, both lines and how to mend it.

Before the deadline nothing of it may tell the true values: the whole output is searched for them. What was typed stays
typed text wherever it comes up in a diagnosis.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt
from test_diagnose_homework import report
from test_render import HOSTILE, TAGS, shown
from typer.testing import CliRunner

from rnn_hw.cli import app
from rnn_hw.lang import figures
from rnn_hw.lang.mistakes.catalogue import MISTAKES
from rnn_hw.render import json_form, latex, markdown, terminal
from rnn_hw.results import Diagnosis, Report
from rnn_hw.schema import schema
from rnn_hw.view.mistakes import departing, heading, remains, summary
from rnn_hw.view.selection import Options

ANSWERS = Path(__file__).resolve().parent.parent / "problems" / "answers"
FORMS = ("table", "markdown", "latex", "json")
# Sheets with mistakes in numbers, in formulas, and of the pen.
SHEETS = ("003", "004", "004_problem_1", "004_problem_4", "000_question_2", "002_question_2", "004_problem_1_formulas")


def printed(sheet: str, form: str, *more: str) -> str:
    result = CliRunner().invoke(app, ["check", str(ANSWERS / f"{sheet}.yaml"), "--format", form, *more])
    assert result.exit_code == 1, result.output
    return result.stdout


def page_of(found: Report, form: str, key: bool = True) -> str:
    """What `check` prints of a report, with the key or without."""
    found, options = found if key else found.without_key(), Options(key=key)
    if form == "json":
        return json_form.dumps(json_form.report(found))
    if form == "table":
        return shown(terminal.show_report, found, options)
    return {"markdown": markdown, "latex": latex}[form].report(found, options)


def plain(page: str) -> str:
    """The words of a page: lines joined, and no escapes of its markup."""
    return " ".join(page.replace("\\", "").replace("{}", "").split())


# --- what there is to read ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["table", "markdown", "latex"])
def test_one_mistake_explains_sixteen_lines(form: str) -> None:
    page = plain(printed("004_problem_4", form))
    row = MISTAKES["sigmoid-sign"]
    assert "One mistake explains 16 of your 16 wrong lines." in page
    assert "Consistent with: the exponent's sign in the sigmoid" in page
    assert "sigmoid-sign" in page
    for word in ("explains", "made in", "yours", "true", "what", "mend"):
        assert word in page
    assert row.mend.split(",")[0] in page
    assert page.index("yours") < page.rindex("true")  # the true line beside theirs
    for never in ("you believe", "you think", "your misconception"):
        assert never not in page


@pytest.mark.parametrize(
    ("form", "yours", "true"),
    [
        ("table", "f[t] = σ(−z_f[t])", "f[t] = σ(z_f[t])"),
        ("latex", r"\sigma(-z_{f}^{(t)})", r"\sigma(z_{f}^{(t)})"),
        ("json", '"f[t] = sigmoid(-z_f[t])"', '"f[t] = sigmoid(z_f[t])"'),
    ],
)
def test_the_true_line_stands_beside_theirs(form: str, yours: str, true: str) -> None:
    squeezed = lambda text: re.sub(r"\\left|\\right|\s", "", text)  # noqa: E731
    page = squeezed(printed("004_problem_4", form))
    assert squeezed(yours) in page
    assert squeezed(true) in page


def test_the_names_of_the_sheet_are_those_of_the_mistakes() -> None:
    page = printed("004_problem_1", "table")
    assert "yours     V = β₁/10·V_prev + (1 − β₁/10)·grad" in page
    assert "made in   V, V_corr" in page
    assert "Five mistakes together explain 5 of your 5 wrong lines." in page
    assert "or equally  the step's number off by one" in page


@pytest.mark.parametrize("form", ["table", "markdown", "latex"])
def test_what_is_not_explained_is_said(form: str) -> None:
    page = plain(printed("004_problem_2", form))
    assert "Not explained by a mistake that is known here: " in page
    assert (
        page[page.index("known here: ") + len("known here: ") :].lstrip("`$").removeprefix("mathrm{").startswith("root")
    )
    assert "explains" not in page


def test_json_is_the_contract() -> None:
    document = json.loads(printed("004_problem_4", "json"))
    (one,) = document["diagnoses"]
    assert one["mistake"] == "sigmoid-sign"
    assert len(one["explains"]) == 16
    assert one["alternatives"] == []
    assert (one["true"], one["yours"]) == ("f[t] = sigmoid(z_f[t])", "f[t] = sigmoid(-z_f[t])")


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize("more", [(), ("--no-key",), ("--no-hints",), ("--strict",), ("--no-key", "--no-hints")])
def test_every_document_fits_the_schema(sheet: str, more: tuple[str, ...]) -> None:
    found = report(sheet)
    if "--no-hints" in more:
        found = found._replace(diagnoses=(), searched=False)
    if "--no-key" in more:
        found = found.without_key()
    Draft202012Validator(schema("check")).validate(json_form.report(found))


def test_only_shows_the_mistakes_of_the_lines_that_are_asked() -> None:
    page = shown(terminal.show_report, report("004_problem_1"), Options(only=("theta",)))
    assert "factor-below" in page
    assert "pen-factor-ten" not in page
    assert "mistakes together" not in page


# --- hints and keys -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_without_hints_there_are_none(form: str) -> None:
    page = printed("004_problem_4", form, "--no-hints")
    for word in ("sigmoid-sign", "onsistent with", "mistake explains", "Not explained"):
        assert word not in page
    if form == "json":
        assert json.loads(page)["diagnoses"] == []
    assert "sigmoid-sign" in printed("004_problem_4", form)  # the search above can fail


@pytest.mark.parametrize("form", FORMS)
def test_the_command_prints_these_pages(form: str) -> None:
    """The tests below look at the pages of reports; those of the command are the same."""
    squeezed = lambda page: "".join(page.split())  # noqa: E731
    for key, more in ((True, ()), (False, ("--no-key",))):
        assert squeezed(printed("004_problem_4", form, *more)) == squeezed(page_of(report("004_problem_4"), form, key))


def true_numbers(found: Report) -> set[str]:
    """Every entry of the true value of every line that departs, as anybody might print it; none that the person wrote."""
    texts = set()
    for verdict in found.verdicts:
        if verdict.key in departing(found) and isinstance(verdict.expected, float | np.ndarray):
            for value in np.ravel(np.asarray(verdict.expected, float)):
                texts |= {f"{abs(value):.{n}f}" for n in (3, 4, 6)} | {repr(abs(float(value)))}
                texts |= {figures.figure(abs(value), n) for n in (3, 4, 6)}
    written = " ".join(v.given or "" for v in found.verdicts)
    return {text for text in texts if len(text) > 4 and text not in written}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("sheet", ["003", "004_problem_1", "004_problem_4"])
def test_without_the_key_no_true_number_is_shown(sheet: str, form: str) -> None:
    numbers = true_numbers(report(sheet))
    assert len(numbers) > 3
    with_key, without = (page_of(report(sheet), form, key) for key in (True, False))
    assert any(number in with_key for number in numbers)  # the search can fail
    assert [number for number in numbers if number in without] == []
    for diagnosis in report(sheet).diagnoses:
        assert diagnosis.without_key().mistake in without
        assert not diagnosis.reveals or diagnosis.reveals not in plain(without)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("sheet", "formulas"),
    [
        ("004_problem_4", ["σ(z_f[t])", "sigmoid(z_f[t])", r"\sigma\left(z_{f}"]),
        ("004_problem_1", ["1 − β₁^t", "1 - beta1**t", "α·V_corr/(√", "alpha*m_hat[1]/"]),
        (
            "002_question_2",
            ["h[t] − y[t]", "h[t] - y[t]", "c̄[t+1]·f[t+1]", "c_bar[t+1]*f[t+1]", "∑[t]", "sum[t]"],
        ),
        ("000_question_2", ["belongs there", "h_direct", "i[t+1]·(1 − i[t+1])", "i[t+1]*(1 - i[t+1])"]),
    ],
)
def test_without_the_key_no_true_formula_is_shown(sheet: str, formulas: list[str], form: str) -> None:
    page = page_of(report(sheet), form, key=False)
    page = " ".join((json.dumps(json.loads(page), ensure_ascii=False) if form == "json" else page).split())
    assert [formula for formula in formulas if formula in page] == []
    codes = {d.without_key().mistake for d in report(sheet).diagnoses}
    assert all(code in page.replace("\\", "") for code in codes)


def test_the_true_formulas_are_shown_with_the_key() -> None:
    """The search above can fail."""
    page = plain(page_of(report("002_question_2"), "table"))
    assert "h[t] − y[t]" in page
    assert "c̄[t+1]·f[t+1] is missing" in page


# --- counting in words --------------------------------------------------------------------------------------------------


def counted(verdicts: str, *explains: str) -> str:
    """The sentence about lines a, b, c ... with these verdicts, and mistakes that explain some of them."""
    found = report("004_problem_4")
    template = found.verdicts[0]
    lines = tuple(
        template._replace(key=key, verdict=word) for key, word in zip("abcdef", verdicts.split(), strict=False)
    )
    mistakes = tuple(Diagnosis("x", "x", tuple(keys), "x") for keys in explains)
    return summary(found._replace(verdicts=lines, diagnoses=mistakes))


@pytest.mark.parametrize(
    ("verdicts", "explains", "sentence"),
    [
        ("wrong", ["a"], "One mistake explains your one wrong line."),
        ("wrong wrong", ["a"], "One mistake explains 1 of your 2 wrong lines."),
        ("wrong carried correct", ["ab"], "One mistake explains 2 of your 2 wrong lines."),
        ("wrong wrong carried", ["a", "ab"], "Two mistakes together explain 2 of your 3 wrong lines."),
        ("wrong wrong blank", ["a", "b"], "Two mistakes together explain 2 of your 2 wrong lines."),
        ("wrong wrong", [], ""),
        ("correct blank", ["a"], ""),
    ],
)
def test_the_sentence(verdicts: str, explains: list[str], sentence: str) -> None:
    assert counted(verdicts, *explains) == sentence


def test_nothing_is_called_unexplained_where_nobody_looked() -> None:
    found = report("004_problem_2")
    assert remains(found, str)
    assert not remains(found._replace(searched=False), str)


# --- what was typed is text ---------------------------------------------------------------------------------------------


def hostile() -> Iterator[tuple[str, Report]]:
    """Reports with a text wherever a person's own text can come up: names, the student, and all words of a mistake."""
    for text in HOSTILE:
        found = report("004_problem_1")
        names = {"m": text or "m", "v_hat": text or "v", "beta1": text or "b"}
        worded = [
            d._replace(title=text, message=text, mend=text, reveals=text, alternatives=(text, f"x {text} [y]"))
            for d in found.diagnoses
        ]
        yield text, found._replace(student=text, names=names, diagnoses=tuple(worded))


def acting_in_a_terminal(page: str) -> bool:
    return any(not c.isprintable() and c != "\n" for c in page)


def acting_in_markdown(page: str) -> bool:
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(page)
    prose = re.sub(r"(`+).*?\1", "", page, flags=re.DOTALL)
    return not set(re.findall(r"</?([a-z0-9]+)", html)) <= TAGS or "http://evil" in prose


def acting_in_latex(page: str) -> bool:
    begun, ended = (re.findall(rf"\\{word}\{{(\w+\*?)\}}", page) for word in ("begin", "end"))
    return page.count(r"\end{document}") != 1 or r"\input" in page or sorted(begun) != sorted(ended)


ACTING: list[tuple[Callable[[Report], str], Callable[[str], bool], str]] = [
    (lambda found: page_of(found, "table"), acting_in_a_terminal, "\x1b[31mx"),
    (lambda found: page_of(found, "markdown"), acting_in_markdown, "<script>alert(1)</script>"),
    (lambda found: page_of(found, "latex"), acting_in_latex, "\\end{document}"),
]


@pytest.mark.parametrize(("show", "acting", "planted"), ACTING, ids=["terminal", "markdown", "latex"])
def test_no_typed_text_acts_in_a_diagnosis(
    show: Callable[[Report], str], acting: Callable[[str], bool], planted: str
) -> None:
    for text, found in hostile():
        assert not acting(show(found)), text
    assert acting(show(report("004_problem_1")) + planted)  # the search can fail


def test_rich_markup_in_a_mistake_is_text() -> None:
    found = report("004_problem_1")
    marked = found._replace(
        diagnoses=(found.diagnoses[0]._replace(title="[red]x[/red]", mend="[link=http://a]b[/link]"),)
    )
    page = shown(terminal.show_report, marked)
    assert "[red]x[/red]" in page
    assert "[link=http://a]b[/link]" in page
    assert heading(marked.diagnoses[0]) in " ".join(page.split())


def test_names_with_markup_stay_text_from_the_file_on(tmp_path: Path) -> None:
    """A student's name and a sheet's letters as they come from YAML, through the command itself."""
    problem = (ANSWERS.parent / "adam_step.yaml").read_text(encoding="utf-8").replace("theta: W,", "theta: Wβ,")
    (tmp_path / "p.yaml").write_text(problem, encoding="utf-8")
    sheet = (ANSWERS / "004_problem_1.yaml").read_text(encoding="utf-8")
    sheet = re.sub(r"^problem: .*$", "problem: p.yaml", sheet, flags=re.MULTILINE)
    sheet = re.sub(r"^student: .*$", r'student: "[bold]<b>\\x1b[31m$\\\\input{x}$"', sheet, flags=re.MULTILINE)
    (tmp_path / "a.yaml").write_text(re.sub(r"^  W:", "  Wβ:", sheet, flags=re.MULTILINE), encoding="utf-8")
    for form, acting in (("table", acting_in_a_terminal), ("markdown", acting_in_markdown), ("latex", acting_in_latex)):
        result = CliRunner().invoke(app, ["check", str(tmp_path / "a.yaml"), "--format", form])
        assert result.exit_code == 1, result.output
        assert not acting(result.stdout)
        assert "factor-below" in result.stdout
