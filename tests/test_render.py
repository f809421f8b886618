"""What people and programs read: every form shows every value, fits its width, and lets no typed text act."""

import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.console import Console

from rnn_hw.errors import Diagnostic, Span
from rnn_hw.lang import figures
from rnn_hw.lang.parse import parse_formula, parse_program
from rnn_hw.lang.tree import Apply, Equation, Name, Node, Time
from rnn_hw.render import json_form, latex, markdown, terminal
from rnn_hw.results import Answer, Diagnosis, Remark, Report, Series, Step, Table, Trace, Verdict
from rnn_hw.view import escape, excerpt, layout, plot, selection, sheet
from rnn_hw.view.selection import Options

CELL = parse_program("""
    z[t] = W @ x[t] + U @ h[t-1] + b
    f[t] = sigmoid(z[t])
    c[t] = f[t]*c[t-1] + (1 - f[t])*tanh(z[t])
    h[t] = f[t]*tanh(c[t])
""")
TAGS = {"h1", "h2", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "pre", "strong", "ul", "li"}
DEFAULT = Options()
HOSTILE = [
    "[red]x[/red]", "\x1b[31mx", "\x9b31m", "a\u202eb", "</script><script>alert(1)</script>", "<img src=x onerror=y>",
    "$\\input{/etc/passwd}$", "a|b", "two\nlines", "`code`", "**bold**", "[a](javascript:b)", "http://evil.test/x",
    "www.evil.test", "\\end{document}", "%comment", "日本語", "\ud800", "~", "^^41", "# title", "1. one", "- item",
    "\r", "\x00", "&amp;", ":smile:", "@octocat", "a" * 300, "",
]  # fmt: skip


def at(node: Node, t: int) -> Node:
    if isinstance(node, Name):
        return Name(node.name, node.time.at(t, 0)) if node.time else node
    return Apply(node.operation, [at(a, t) for a in node.arguments]) if isinstance(node, Apply) else node


def cell(hidden: int = 1, last: int = 2) -> Trace:
    """A small gated cell, forward."""
    rng = np.random.default_rng(hidden)
    shapes = {"W": (hidden, 2), "U": (hidden, hidden), "b": (hidden,)}
    values: dict[str, Any] = {name: rng.normal(size=shape).round(2) for name, shape in shapes.items()}
    values |= {"h[0]": np.zeros(hidden), "c[0]": np.zeros(hidden)}
    steps = []
    for t in range(1, last + 1):
        values[f"x[{t}]"] = rng.normal(size=2).round(1)
        z = values["W"] @ values[f"x[{t}]"] + values["U"] @ values[f"h[{t - 1}]"] + values["b"]
        f = 1 / (1 + np.exp(-z))
        c = f * values[f"c[{t - 1}]"] + (1 - f) * np.tanh(z)
        for equation, value in zip(CELL.equations, (z, f, c, f * np.tanh(c)), strict=True):
            key = f"{equation.name}[{t}]"
            values[key] = value
            target = Name(equation.name, Time("", t))
            steps.append(Step(key, Equation(target, at(equation.formula, t)), value))
    mse = parse_program("mse = mean((h[1] - b)**2)").equations[0]
    steps.append(Step("mse", mse, np.asarray(0.0123)))
    values["mse"] = np.asarray(0.0123)
    answers = tuple(Answer(f"{n}[{t}]", values[f"{n}[{t}]"]) for n in "fch" for t in range(1, last + 1))
    return Trace("recurrence", "A cell", steps, values, (*answers, Answer("mse", values["mse"]), Answer("dim_h", 1.0)))


def beside() -> Trace:
    """A trace of what is no step."""
    n = np.arange(101)
    rows = tuple((int(k), 0.9**k, 1.1**k) for k in n)
    formula = parse_program("d = sigmoid(z)*(1 - sigmoid(z))").equations[0].formula
    matrix = np.array([[1.0, -1.0], [0.5, 2.0]])
    answers = (
        Answer("tiny", 1.44e-7),
        Answer("below", "vanishing"),
        Answer("U", matrix),
        Answer("derivative", formula),
    )
    curves = (("below", n, 0.9**n), ("above", n, 1.1**n), ("odd", n, np.where(n == 3, np.nan, 0.0)))
    table = Table("Sizes", ("steps", "below", "above"), rows, "a note", (50,))
    series = Series("Sizes", "steps", "size", curves, logarithmic=True)
    return Trace("vanishing_gradient", "V", [], {}, answers, (table,), (series,), (Remark("so it is", "proof"),))


def judged(*texts: str, title: str = "LSTM") -> Report:
    """A sheet with every verdict, and `texts` wherever a person's text can stand."""
    one, vector = np.array([0.7685247]), np.array([0.1234, -0.4567])
    name = texts[0] if texts else "ada"
    given = name or "0"
    lines = (
        Verdict("f[1]", "correct", "0.769", one, one, (one - 5e-4, one + 5e-4), "1", "1"),
        Verdict("f[2]", "wrong", "0.23", one, one, (one - 5e-4, one + 5e-4), "0", "1", (), f"`{name}` is far off"),
        Verdict("c[2]", "carried", "0.68", one, np.array([0.6788]), (np.array([0.6776]), np.array([0.68])), "1/3", "1"),
        Verdict("o[2]", "imprecise", "0.8", one, one, (one - 5e-4, one + 5e-4), "0", "1"),
        Verdict("h[2]", "wrong", "[0.1234, 0.4567]", vector, None, None, "0", "1", ((2,),)),
        Verdict("g[2]", "unreadable", given, one, None, None, "0", "1"),
        Verdict("mse", "blank", None, np.asarray(0.2), None, None, "0", "1"),
        Verdict("why", "unjudged", given, None, None, None, "0", "0"),
    )
    diagnosis = Diagnosis("sigmoid-sign", f"sign {name}", ("f[2]",), f"fits {name}", (name,))
    fault = Diagnostic("unknown-key", f"`{name}` is not asked", Span(2, 1, 3), name, (), name, name)
    table = Table(f"T {name}", ("a", name), ((1, name), (2, None)), name, (0,))
    remarks = (Remark(name, "warning"), Remark(f"r {name}"))
    return Report(
        title, name, "4/3", "7", lines, (diagnosis,), (fault,), (table,), remarks, shown_digits=("decimals", 3)
    )


def shown(show: Callable[..., None], result: Any, options: Options = DEFAULT, width: int = 80) -> str:
    file = io.StringIO()
    show(result, options, Console(file=file, width=width, highlight=False))
    return file.getvalue()


def missing(text: str, trace: Trace) -> list[str]:
    """The keys of steps of which the name, and of steps and answers of which the value, is nowhere on a page."""
    squeezed = re.sub(r"[\s`|]", "", text)
    values = [(s.key, s.value) for s in trace.steps] + [(a.key, a.value) for a in trace.answers]
    told = [(key, figures.array(value).replace(" ", "")) for key, value in values if not isinstance(value, str)]
    return [s.key for s in trace.steps if s.key not in squeezed] + [key for key, v in told if v not in squeezed]


# --- the terminal -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("hidden", [1, 3])
def test_trace_fits_and_ends_no_line_with_blanks(hidden: int, width: int) -> None:
    lines = shown(terminal.show_trace, cell(hidden), width=width).splitlines()
    assert max(map(layout.width, lines)) <= width
    assert not [line for line in lines if line != line.rstrip()]


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("key", [True, False])
def test_report_fits(width: int, key: bool) -> None:
    lines = shown(terminal.show_report, judged(), Options(key=key), width).splitlines()
    assert max(map(layout.width, lines)) <= width


def test_every_step_and_value_is_there() -> None:
    trace = cell()
    assert missing(shown(terminal.show_trace, trace), trace) == []
    assert missing(markdown.trace(trace, Options()), trace) == []


def test_a_step_left_out_is_noticed() -> None:
    trace = cell()
    fewer = trace._replace(steps=[step for step in trace.steps if step.key != "h[2]"])
    assert missing(shown(terminal.show_trace, fewer), trace) == ["h[2]"]
    assert missing(shown(terminal.show_trace, fewer._replace(answers=())), trace)[:2] == ["h[2]", "h[2]"]


def test_one_table_for_each_time_with_three_parts() -> None:
    text = shown(terminal.show_trace, cell())
    assert text.count("Step t = ") == 2
    assert "f[1]" in text
    assert "σ(z[1])" in text
    assert re.search(r"f\[2\] +σ\(z\[2\]\) +σ\(−?\d", text)
    assert text.count("numbers put in") == 3  # step 1, step 2, the steps without a time


def test_parts_are_switched_off() -> None:
    text = shown(terminal.show_trace, cell(), Options(show=("value",)))
    assert "σ(" not in text
    assert "numbers" not in text
    assert "value" in text


def test_only_keeps_names_and_keys() -> None:
    text = shown(terminal.show_trace, cell(), Options(only=("f", "c[2]")))
    names = {line.split()[0] for line in text.splitlines() if re.match(r"\w+(\[\d+\])? ", line)}
    assert {"f[1]", "f[2]", "c[2]"} <= names
    assert not names & {"c[1]", "h[1]", "z[1]", "mse"}
    assert selection.unmatched([step.key for step in cell().steps], {}, ["f", "q", "h[9]"]) == ["q", "h[9]"]


class Lazy(Sequence[Step]):
    """Steps made when they are asked for; remembers which ones were."""

    def __init__(self, last: int) -> None:
        self.last, self.asked = last, set[int]()

    def __len__(self) -> int:
        return 4 * self.last

    def __getitem__(self, index: Any) -> Any:
        if not 0 <= index < len(self):
            raise IndexError(index)
        self.asked.add(index)
        equation, t = CELL.equations[index % 4], index // 4 + 1
        target = Name(equation.name, Time("", t))
        return Step(f"{equation.name}[{t}]", Equation(target, at(equation.formula, t)), np.array([index / 7]))


def test_the_middle_of_a_long_sequence_is_neither_shown_nor_computed() -> None:
    steps = Lazy(10_000)
    answers = tuple(Answer(f"h[{t}]", np.array([t / 3])) for t in range(1, 10_001))
    text = shown(terminal.show_trace, Trace("k", "long", steps, {}, answers))
    assert "… steps 3 to 9998 left out, --all shows them" in text
    assert re.findall(r"Step t = (\d+)", text) == ["1", "2", "9999", "10000"]
    assert len(steps.asked) < 50
    assert len(text.splitlines()) < 60


def test_all_shows_every_time() -> None:
    assert shown(terminal.show_trace, cell(last=9), Options(all=True)).count("Step t = ") == 9
    assert shown(terminal.show_trace, cell(last=9)).count("Step t = ") == 4
    assert shown(terminal.show_trace, cell(last=6)).count("Step t = ") == 6


def test_times_may_run_backwards() -> None:
    steps = sorted(cell(last=9).steps[:-1], key=lambda step: -(step.time or 0))
    text = shown(terminal.show_trace, cell()._replace(steps=steps))
    assert "… steps 7 to 3 left out" in text


def test_small_numbers_stay_numbers() -> None:
    text = shown(terminal.show_trace, beside())
    assert "1.44e-7" in text
    assert "0.0000 " not in text
    assert "⎡ 1    −1 ⎤" in text
    assert "σ(z)·(1 − σ(z))" in text


def test_a_long_table_keeps_its_ends_and_its_marks() -> None:
    text = shown(terminal.show_trace, beside())
    rows = re.findall(r"^(>?) +(\d+)  [\d.]", text, re.MULTILINE)
    assert [int(n) for _, n in rows] == [*range(16), 50, *range(93, 101)]
    assert [n for mark, n in rows if mark] == ["50"]
    assert "… 34 rows left out, --all shows them" in text
    assert "… 42 rows left out" in text


def test_every_verdict_has_its_own_sign_and_word() -> None:
    text = shown(terminal.show_report, judged())
    assert len(set(sheet.GLYPHS.values())) == len(sheet.GLYPHS) == 7
    for word, glyph in sheet.GLYPHS.items():
        assert f"{glyph} {word}" in text
    assert "First wrong line: f[2] (yours 0.23, true 0.769)" in text
    assert "0.6788 ± 0.0012" in text
    assert "0.4567✗" in text
    assert "Score: 1 1/3 of 7 points" in text


def test_without_the_key_no_true_value_is_shown() -> None:
    for text in (
        shown(terminal.show_report, judged(), Options(key=False)),
        markdown.report(judged(), Options(key=False)),
        latex.report(judged(), Options(key=False)),
    ):
        assert "0.7685" not in text
        assert "0.6788" not in text
        assert "true" not in text
        assert text.count("0.769") == 1  # the person's own


def test_a_long_sheet_is_abridged() -> None:
    lines = tuple(Verdict(f"h[{t}]", "correct", "1", 1.0, None, None, "1", "1") for t in range(1, 101))
    report = judged()._replace(verdicts=(*lines, judged().verdicts[1]))
    text = shown(terminal.show_report, report)
    assert "… 96 lines left out, --all shows them" in text
    assert "f[2]" in text
    assert len(shown(terminal.show_report, report, Options(all=True)).splitlines()) > 100


def test_names_of_the_sheet_are_shown() -> None:
    trace = cell()._replace(names={"f": "F"}, single=False)
    assert "F[1]·tanh(c[1])" in shown(terminal.show_trace, trace)
    assert '"f[1]"' in json_form.dumps(json_form.trace(trace))
    assert "F[1]" not in json_form.dumps(json_form.trace(trace))


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_stream_that_is_not_unicode(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
    terminal.show_trace(beside(), Options())
    terminal.show_report(judged(), Options())
    sys.stdout.flush()
    text = raw.getvalue().decode(encoding)
    assert "-1 ]" in text
    assert "x wrong" in text


def test_letters_are_spelled_out_where_they_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    terminal.show_trace(beside()._replace(remarks=(Remark("‖J‖₂ ≤ γ·10⁻⁴, ī and ŷ"),)), Options())
    sys.stdout.flush()
    assert "||J||2 <= gamma*10^-4, i_bar and y_hat" in raw.getvalue().decode("ascii")


def test_diagnostics_need_no_rich() -> None:
    program = (
        "import sys; from rnn_hw.errors import *; from rnn_hw.render import terminal\n"
        "terminal.show_diagnostics([Diagnostic('bad', 'no', Span(1, 2, 3), 'mend', (), 'f.yaml', 'a: 1')])\n"
        "assert not [m for m in sys.modules if m.partition('.')[0] == 'rich']"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr == "f.yaml:1:2: error[bad]: no\n    1 | a: 1\n      |  ^\nhelp: mend\n"
    assert done.stdout == ""


# --- excerpts, lines, plots -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "span", "text", "caret"),
    [
        ("x: 1,5", (4, 7), "x: 1,5", "   ^^^"),
        ("\tx: 1", (5, 6), "    x: 1", "       ^"),
        ("日本 x", (1, 3), "日本 x", "^^^^"),
        ("日本 x", (4, 5), "日本 x", "     ^"),
        ("e\u0301 x", (4, 5), "e\u0301 x", "  ^"),
        ("a\x1bb", (2, 3), "a␛b", " ^"),
        ("short", (9, 12), "short", "     ^"),
        ("empty span", (3, 3), "empty span", "  ^"),
    ],
)
def test_the_caret_stands_under_the_fault(line: str, span: tuple[int, int], text: str, caret: str) -> None:
    assert excerpt.excerpt(line, *span) == (text, caret)


@given(st.text(st.characters(exclude_characters="^"), max_size=3000), st.integers(1, 3100), st.integers(0, 3100))
def test_an_excerpt_is_short_and_its_caret_inside(line: str, column: int, length: int) -> None:
    text, caret = excerpt.excerpt(line, column, column + length)
    assert layout.width(text) <= excerpt.WINDOW + 2
    assert caret.strip().strip("^") == ""
    assert 1 <= len(caret) <= excerpt.WINDOW + 11
    assert escape.terminal(text) == text


@given(st.text("0123456789+−·[](),; abσ.=日", max_size=120), st.integers(4, 60))
def test_breaking_a_line_loses_nothing_and_fits(text: str, room: int) -> None:
    lines = layout.wrap(text, room)
    assert max(map(layout.width, lines)) <= room or layout.width(text) <= room
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=12))
def test_a_number_is_not_broken(numbers: list[float]) -> None:
    texts = [figures.figure(n) for n in numbers]
    lines = layout.wrap(f"[{', '.join(texts)}]·σ({texts[0]}) + {texts[-1]}", 16)
    words = re.split(r"[^\w.−-]+", " ".join(lines))
    assert set(texts) <= set(words) | {word.lstrip("−") for word in words} | {"−" + word for word in words}


@pytest.mark.parametrize("logarithmic", [True, False])
@pytest.mark.parametrize("ys", [[], [1.0], [np.nan, np.inf], [0.0, 0.0], [1e-300, 1e300], [-1.0, 5.0]])
def test_any_curve_can_be_plotted(ys: list[float], logarithmic: bool) -> None:
    series = Series("p", "x" * 100, "y", (("a", range(len(ys)), ys),), logarithmic)
    assert max(map(layout.width, plot.lines(series, 80)[1:])) <= 80 + 100
    assert r"\end{picture}" in latex.trace(beside()._replace(series=(series,)), Options())


def test_each_curve_has_its_marker_and_the_legend_says_so() -> None:
    drawn = "\n".join(plot.lines(beside().series[0]))
    assert "● below    ○ above    × odd" in drawn
    assert drawn.count("●") > 20 < drawn.count("○")
    assert "(101 not drawn: zero, negative or not finite)" in drawn
    assert "(logarithmic)" in drawn


# --- JSON -------------------------------------------------------------------------------------------------------------


def test_the_contract_of_solve() -> None:
    trace = cell(3)
    told = json.loads(json_form.dumps(json_form.trace(trace)))
    assert list(told) == ["version", "kind", "title", "steps", "tables", "remarks", "answers"]
    assert [list(s) for s in told["steps"]] == [["key", "formula", "substituted", "value"]] * len(trace.steps)
    assert told["steps"][1]["formula"] == "sigmoid(z[1])"
    for step, record in zip(told["steps"], trace.steps, strict=True):
        assert np.array_equal(step["value"], record.value)  # full precision, and the shape
        assert np.shape(step["value"]) == record.value.shape
    assert told["answers"]["dim_h"] == 1.0


def test_the_contract_of_check() -> None:
    told = json.loads(json_form.dumps(json_form.report(judged())))
    contract = ["version", "problem", "student", "score", "max_score", "verdicts", "diagnoses", "diagnostics"]
    assert list(told)[:8] == contract
    assert told["score"] == "4/3"
    assert told["max_score"] == 7
    fields = [
        "key",
        "verdict",
        "given",
        "expected",
        "carried",
        "accepted",
        "points",
        "max_points",
        "entries",
        "message",
    ]
    assert all(list(v) == fields for v in told["verdicts"])
    wrong, carried, array = told["verdicts"][1], told["verdicts"][2], told["verdicts"][4]
    assert wrong["expected"] == [0.7685247]
    assert wrong["accepted"] == [[0.7685247 - 5e-4], [0.7685247 + 5e-4]]
    assert carried["points"] == "1/3"
    assert array["entries"] == [[2]]
    assert array["carried"] is None
    assert told["verdicts"][6]["given"] is None
    diagnosis = ["mistake", "title", "explains", "message", "alternatives", "place", "true", "yours", "mend"]
    assert list(told["diagnoses"][0]) == diagnosis


def test_the_contract_of_a_fault() -> None:
    told = json_form.diagnostics([Diagnostic("a", "b", Span(2, 3, 5), "c", ("n",), "f.yaml"), Diagnostic("no", "file")])
    assert told["diagnostics"][0] == {
        "code": "a", "message": "b", "file": "f.yaml", "line": 2, "column": 3, "end_column": 5, "help": "c"
    }  # fmt: skip
    assert [told["diagnostics"][1][f] for f in ("line", "column", "end_column")] == [None] * 3


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (np.nan, None), (np.array([1.0, -np.inf]), [1.0, None]), (True, "true"), ("vanishing", "vanishing"), (3, 3),
        (np.array([[0.1]]), [[0.1]]), (np.float64(0.1), 0.1), (None, None), (np.bool_(False), "false"),
    ],
)  # fmt: skip
def test_values_in_json(value: Any, told: Any) -> None:
    assert json_form.value(value) == told
    assert json.loads(json_form.dumps({"answers": {"k": json_form.value(value)}}))["answers"]["k"] == told


@pytest.mark.parametrize(
    ("text", "told"),
    [("2", 2), ("-1", -1), ("1/3", "1/3"), ("1/10", "1/10"), ("3/4", 0.75), ("0", 0), ("1/0", "1/0"),
     (str(2**60), str(2**60)), ("x", "x")],
)  # fmt: skip
def test_points_in_json_are_exact(text: str, told: Any) -> None:
    assert json_form.points(text) == told


# --- what a person typed ----------------------------------------------------------------------------------------------


def hostile_results() -> Iterator[tuple[str, Trace, Report]]:
    for text in HOSTILE:
        table = Table(text, (text, "b"), ((text, 1.0),), text, (0,))
        series = Series(text, text, text, ((text, [0.0, 1.0], [1.0, 2.0]),))
        trace = cell()._replace(title=text, tables=(table,), series=(series,), remarks=(Remark(text, "proof"),))
        yield text, trace._replace(answers=(Answer("why", text),)), judged(text, title=text)


def test_no_typed_text_acts_on_a_terminal() -> None:
    for text, trace, report in hostile_results():
        for page in (shown(terminal.show_trace, trace), shown(terminal.show_report, report)):
            assert page.isprintable() or set(filter(lambda c: not c.isprintable(), page)) == {"\n"}, text
            assert max(map(layout.width, page.splitlines())) <= 80, text
            squeezed = "".join(page.split())
            assert "".join(escape.terminal(text).split())[:30] in squeezed or not text.strip(), text
        told = [excerpt.text(d) for d in report.diagnostics]
        assert all(line.isprintable() for page in told for line in page.split("\n"))


def test_no_typed_text_acts_in_markdown() -> None:
    render = MarkdownIt("commonmark", {"html": True}).enable("table")
    for text, trace, report in hostile_results():
        for page in (markdown.trace(trace, Options()), markdown.report(report, Options())):
            html = render.render(page)
            assert set(re.findall(r"</?([a-z0-9]+)", html)) <= TAGS, text
            assert "@octocat" not in re.sub(r"<code.*?</code>", "", html, flags=re.DOTALL), text
            for table in re.findall(r"<table>.*?</table>", html, re.DOTALL):
                assert len({len(re.findall(r"<t[hd][ >]", row)) for row in table.split("</tr>")[:-1]}) == 1, text
            prose = re.sub(r"(`+).*?\1", "", page, flags=re.DOTALL)
            assert "http://evil" not in prose, text
            assert "www.evil" not in prose, text


def test_no_typed_text_acts_in_latex() -> None:
    for text, trace, report in hostile_results():
        for page in (latex.trace(trace, Options()), latex.report(report, Options())):
            assert page.isascii(), text
            body = re.sub(r"\\[\\{}$&#%_]", "", page.split(r"\begin{document}")[1])
            depth = 0
            for character in body:
                depth += (character == "{") - (character == "}")
                assert depth >= 0, text
            assert (depth, body.count("$") % 2, body.count("%")) == (0, 0, 0), text
            assert (page.count(r"\end{document}"), page.count(r"\input")) == (1, 0), text
            begun = re.findall(r"\\begin\{(\w+\*?)\}", page)
            assert sorted(begun) == sorted(re.findall(r"\\end\{(\w+\*?)\}", page)), text


@pytest.mark.parametrize("name", [text for text in HOSTILE if text])
def test_a_sheets_own_letters_are_typed_text_too(name: str) -> None:
    trace = cell()._replace(names={"f": name, "c": "C"})
    page = shown(terminal.show_trace, trace)
    assert {c for c in page if not c.isprintable()} == {"\n"}
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown.trace(trace, Options()))
    assert set(re.findall(r"</?([a-z0-9]+)", html)) <= TAGS
    document = latex.trace(trace, Options())
    assert (document.count(r"\end{document}"), document.count(r"\input")) == (1, 0)


@pytest.mark.parametrize("width", [1, 12, 25])
def test_nothing_is_too_narrow_or_too_empty_to_be_printed(width: int) -> None:
    empty = Trace("k", "", [], {}, ())
    for trace in (cell(), cell(3), beside(), empty):
        for options in (Options(), Options(show=()), Options(digits=1), Options(all=True), Options(only=("q",))):
            assert shown(terminal.show_trace, trace, options, width)
            assert markdown.trace(trace, options)
            assert latex.trace(trace, options)
    for report in (judged(), Report("p", "", "0", "0", ())):
        assert shown(terminal.show_report, report, width=width)
        assert markdown.report(report, Options())
        assert latex.report(report, Options())


@given(st.text(max_size=80))
def test_escaping_is_a_line_that_says_the_same(text: str) -> None:
    line = escape.terminal(text)
    assert "\n" not in line
    assert "\x1b" not in line
    assert escape.terminal(line) == line
    assert MarkdownIt("commonmark").render(escape.markdown_code(text)).count("<code>") == 1 or not text
    latexed = escape.latex(text)
    assert re.sub(r"\\[{}]", "", latexed).count("{") == re.sub(r"\\[{}]", "", latexed).count("}")


def test_text_that_is_not_escaped_is_noticed() -> None:
    """The checks above can fail."""
    render = MarkdownIt("commonmark", {"html": True}).render
    assert "<script" in render(HOSTILE[4])
    assert "<script" not in render(escape.markdown(HOSTILE[4]))
    assert not HOSTILE[1].isprintable()
    assert escape.terminal(HOSTILE[1]).isprintable()
    assert escape.latex(HOSTILE[6]) != HOSTILE[6]


def test_a_table_of_formulas_is_displayed_equations_in_latex() -> None:
    """A gradient's derivation: no text in place of mathematics, and a long sum broken at its terms."""
    cells = [
        parse_formula(text)
        for text in ("h_bar[t]", "c_bar[t]*partial(c[t], h[t])", " + ".join(["h_bar[t+1]*w_ih"] * 12))
    ]
    derived = Table("Activations", ("adjoint", "chain rule", "final"), (tuple(cells),))
    text = latex.trace(Trace("bptt", "t", (), {}, (), (derived,)), Options())
    assert r"\bar{h}^{(t)} &= " in text
    assert text.count(r"&\quad + ") == 11
    assert r"\character{" not in text.partition(r"\begin{document}")[2]


def test_marks_above_letters_survive_in_text() -> None:
    assert escape.latex("a\u0304[3] and w\u0302_x") == r"\={a}[3] and \^{w}\_x"
