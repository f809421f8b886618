"""Gradients derived from a file's own equations, formulas as answers, and the numbers that confirm them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from rnn_hw import check, load_problem, solve
from rnn_hw.checking.formulas import judge_formulas
from rnn_hw.cli import app
from rnn_hw.equations import load
from rnn_hw.errors import HomeworkError
from rnn_hw.lang.derivation import derive, edge, with_edges
from rnn_hw.lang.differentiate import BAR, differentiate
from rnn_hw.lang.evaluate import Stack, evaluate
from rnn_hw.lang.guessed_shapes import guess_shapes
from rnn_hw.lang.identity import compare, world
from rnn_hw.lang.notation import source
from rnn_hw.lang.parse import parse_formula, parse_program, parse_quantity
from rnn_hw.lang.phases import lines, phases
from rnn_hw.lang.rewrite import names_in
from rnn_hw.lang.shapes import series_names
from rnn_hw.lang.tree import Name, Program

ROOT = Path(__file__).resolve().parent.parent
ANSWERS = ROOT / "problems" / "answers"
UNIVARIATE = parse_program(
    """
    i[t] = sigmoid(w_ix*x[t] + w_ih*h[t-1])
    f[t] = sigmoid(w_fx*x[t] + w_fh*h[t-1])
    o[t] = sigmoid(w_ox*x[t] + w_oh*h[t-1])
    g[t] = tanh(w_gx*x[t] + w_gh*h[t-1])
    c[t] = f[t]*c[t-1] + i[t]*g[t]
    h[t] = o[t]*tanh(c[t])
    """
)
CELLS = {
    "elman": "h[t] = tanh(W @ x[t] + U @ h[t-1] + b)",
    "rows": "h[t] = tanh(x[t] @ W + h[t-1] @ U + b)",
    "gru": """
        r[t] = sigmoid(W_r @ x[t] + U_r @ h[t-1] + b_r)
        z[t] = sigmoid(W_z @ x[t] + U_z @ h[t-1] + b_z)
        n[t] = tanh(W_n @ x[t] + r[t]*(U_n @ h[t-1] + b_n))
        h[t] = (1 - z[t])*n[t] + z[t]*h[t-1]""",
    "peepholes": """
        f[t] = sigmoid(W_f @ x[t] + U_f @ h[t-1] + p_f*c[t-1])
        o[t] = sigmoid(W_o @ x[t] + U_o @ h[t-1] + p_o*c[t])
        c[t] = f[t]*c[t-1] + (1 - f[t])*tanh(W_c @ x[t] + U_c @ h[t-1])
        h[t] = o[t]*tanh(c[t])""",
    "one matrix": """
        f[t] = sigmoid(W @ [h[t-1], x[t]] + b)
        h[t] = f[t]*h[t-1] + (1 - f[t])*tanh(V @ [x[t], h[t-1]])""",
    "scalar": "h[t] = w*tanh(h[t-1]) + v*x[t]**2",
}


# --- the derivation ---------------------------------------------------------------------------------------------------


def test_the_lines_of_the_homework() -> None:
    """expected.json, rows 001.Q2a.* and 001.Q2b; the names are the homework's."""
    wanted = {
        "h_bar[t]": "o_bar[t+1]*o[t+1]*(1 - o[t+1])*w_oh + f_bar[t+1]*f[t+1]*(1 - f[t+1])*w_fh"
        " + i_bar[t+1]*i[t+1]*(1 - i[t+1])*w_ih + g_bar[t+1]*(1 - g[t+1]**2)*w_gh",
        "c_bar[t]": "h_bar[t]*o[t]*(1 - tanh(c[t])**2) + c_bar[t+1]*f[t+1]",
        "g_bar[t]": "c_bar[t]*i[t]",
        "o_bar[t]": "h_bar[t]*tanh(c[t])",
        "f_bar[t]": "c_bar[t]*c[t-1]",
        "i_bar[t]": "c_bar[t]*g[t]",
        "w_ix_bar": "sum[t](i_bar[t]*i[t]*(1 - i[t])*x[t])",
    }
    found = {str(d.target): d for d in derive(UNIVARIATE, "", {}, dict.fromkeys(reversed(UNIVARIATE.names)))}
    for key, text in wanted.items():
        shown = source(found[key].formula)
        assert sorted(shown.split(" + ")) == sorted(text.split(" + ")), key
    assert source(found["c_bar[t]"].chain) == "h_bar[t]*partial(h[t], c[t]) + c_bar[t+1]*partial(c[t+1], c[t])"
    assert source(found["o_bar[t]"].chain) == "h_bar[t]*partial(h[t], o[t])"


@pytest.mark.parametrize("cell", CELLS)
def test_any_cell_is_derived_and_agrees_with_finite_differences(cell: str) -> None:
    """Shapes are guessed, values random; the loss is half the squared size of every state."""
    program = parse_program(CELLS[cell] + "\nloss = 0.5*sum[t](sum(h[t]**2))")
    shapes = guess_shapes(program)
    adjoints = differentiate(program, "loss", shapes)
    whole = Program(program.equations + adjoints.equations)
    random, steps, series = np.random.default_rng(1), 4, series_names(program)
    given: dict[str, Any] = {}
    for name, shape in shapes.items():
        if name not in program.names:
            given[name] = Stack(random.normal(size=(steps, *shape)), 1) if name in series else random.normal(size=shape)
    every = shapes | {e.name: shapes[e.name.removesuffix(BAR)] for e in adjoints.equations}
    result = evaluate(whole, given, every, steps)
    compared = 0
    for name, value in given.items():
        if isinstance(value, Stack):
            continue
        way = random.normal(size=value.shape)
        ends = [
            evaluate(program, given | {name: value + s * 1e-6 * way}, shapes, steps).values["loss"] for s in (1, -1)
        ]
        central = (float(np.asarray(ends[0])) - float(np.asarray(ends[1]))) / 2e-6
        bar = np.asarray(result.values[name + BAR])
        assert bar.shape == value.shape
        np.testing.assert_allclose(float((bar * way).sum()), central, rtol=1e-6, atol=1e-8)
        compared += 1
    assert compared >= 2


def test_the_chain_rule_lines_of_numbers_say_the_same_as_the_final_lines() -> None:
    derivations = derive(UNIVARIATE, "", {}, {"h": parse_formula("h_direct[t]")})
    adjoints = differentiate(UNIVARIATE, "", {}, {"h": parse_formula("h_direct[t]")})
    whole = Program(UNIVARIATE.equations + adjoints.equations)
    names = {n.name for e in whole.equations for n in names_in(e.formula)} | set(whole.names)
    where = world(whole, dict.fromkeys(names, ()))
    for d in derivations:
        assert compare(d.formula, with_edges(d.chain, UNIVARIATE, {}), where) is None, d.target


@pytest.mark.parametrize(
    ("above", "below", "text"),
    [
        ("c[t+1]", "c[t]", "f[t+1]"),
        ("c[t]", "f[t]", "c[t-1]"),
        ("h[t]", "c[t]", "o[t]*(1 - tanh(c[t])**2)"),
        ("i[t]", "w_ix", "i[t]*(1 - i[t])*x[t]"),
        ("h[t]", "w_ix", "0"),
        ("c[t]", "c[t]", "0"),
    ],
)
def test_an_edge(above: str, below: str, text: str) -> None:
    found = edge(parse_quantity(above), parse_quantity(below), UNIVARIATE, {})
    assert found is not None
    assert source(found) == text


def test_a_matrix_of_derivatives_is_no_formula() -> None:
    program = load("lstm")
    shapes = guess_shapes(program)
    assert edge(parse_quantity("h[t]"), parse_quantity("c[t]"), program, shapes) is None
    assert edge(parse_quantity("x[t]"), parse_quantity("c[t]"), program, shapes) is None


def test_guessed_shapes_tie_what_belongs_together_and_nothing_else() -> None:
    shapes = guess_shapes(load("lstm"))
    (hidden, inputs), (square, other) = shapes["W_f"], shapes["U_o"]
    assert hidden == square == other != inputs
    assert shapes["x"] == (inputs,)
    assert {shapes[n] for n in ("h", "c", "z_g", "b_i")} == {(hidden,)}
    joined = guess_shapes(parse_program("h[t] = tanh(W @ [h[t-1], x[t]])\ny[t] = softmax(V @ h[t])"))
    assert joined["W"] == (joined["h"][0], joined["h"][0] + joined["x"][0])
    assert joined["V"] == (joined["y"][0], joined["h"][0])
    assert len({joined["h"], joined["x"], joined["y"]}) == 3


# --- the order in which it is read --------------------------------------------------------------------------------------


def test_a_gradient_is_read_forward_then_backward() -> None:
    program = parse_program("s = 2*w\nh[t] = tanh(s*h[t-1] + x[t])\nloss = mean[t]((h[t] - y[t])**2)")
    whole = Program(program.equations + differentiate(program, "loss", {}).equations)
    assert [p.direction for p in phases(whole)] == [0, 1, 0, -1, 0]
    order = [(e.name, t) for e, t in lines(whole, 2)]
    assert order.index(("h", 2)) < order.index(("loss", None)) < order.index(("h_bar", 2)) < order.index(("h_bar", 1))
    assert order.index(("h_bar", 1)) < order.index(("w_bar", None))


# --- formulas as answers ------------------------------------------------------------------------------------------------


def verdicts(sheet: str) -> dict[str, str]:
    return {v.key: v.verdict for v in check(ANSWERS / sheet).verdicts}


def test_the_sheet_000() -> None:
    """expected.json, rows 000.Q2*."""
    assert verdicts("000_question_2.yaml") == {
        "h_bar_chain[t]": "wrong", "h_bar[t]": "wrong", "c_bar_chain[t]": "correct", "c_bar[t]": "wrong",
        "g_bar[t]": "correct", "o_bar[t]": "correct", "f_bar[t]": "wrong", "i_bar[t]": "correct", "w_ix_bar": "blank",
        "explanation": "blank",
    }  # fmt: skip


def test_the_sheet_002() -> None:
    """expected.json, rows 002.Q2*."""
    assert verdicts("002_question_2.yaml") == {
        "h_bar[t]": "wrong", "o_bar[t]": "correct", "c_bar[t]": "wrong", "i_bar[t]": "carried", "g_bar[t]": "carried",
        "f_bar[t]": "carried", "w_ix_bar": "wrong",
    }  # fmt: skip


def judged(key: str, text: str) -> tuple[str, str]:
    setup = load_problem(ROOT / "problems" / "lstm_gradient.yaml").setup
    assert setup.context is not None
    target: Name = parse_quantity(key)
    found = judge_formulas({target: setup.answers[key]}, {target: text}, setup.context)[target]  # type: ignore[dict-item]
    return found.verdict, found.message


RIGHT = [
    ("i_bar[t]", "c_bar[t]*g[t]"),
    ("i_bar[t]", "ī[t] = c̄[t]·g[t]"),
    ("i_bar[t]", "dL/dc[t] ⊙ g[t]"),
    ("i_bar[t]", "d(L)/d(c[t]) * tanh(w_gx*x[t] + w_gh*h[t-1])"),
    ("i_bar[t]", "c_bar*g"),
    ("i_bar[t]", "c_bar_t*g_t"),
    ("i_bar[t]", "c_bar[t] * dc[t]/di[t]"),
    ("o_bar[t]", "h_bar[t] * ∂h[t]/∂o[t] = h_bar[t]*tanh(c[t])"),
    ("c_bar[t]", "h̄[t]*o[t]*tanh'(c[t]) + c̄[t+1]*f[t+1]"),
    ("c_bar[t]", "f[t+1]*c_bar[t+1] + h_bar[t]*o[t] - h_bar[t]*o[t]*tanh(c[t])^2"),
    ("w_ix_bar", "sum[s](i_bar[s]*σ'(w_ix*x[s] + w_ih*h[s-1])*x[s])"),
    ("w_ix_bar", "∑[t](ī[t]·i[t]·(1 − i[t])·x[t])"),
    ("w_ix_bar", "sum_t(i_bar[t]*sigmoid(w_ix*x[t] + w_ih*h[t-1])*(1 - i[t])*x[t])"),
    ("h_bar[t]", "∂L/∂h[t] + ī[t+1]*i[t+1]*(1-i[t+1])*w_ih + f̄[t+1]*f[t+1]*(1-f[t+1])*w_fh"
                 " + ō[t+1]*o[t+1]*(1-o[t+1])*w_oh + ḡ[t+1]*(1-g[t+1]²)*w_gh"),
]  # fmt: skip
WRONG = [
    ("i_bar[t]", "c_bar[t]*i[t]", ""),
    ("i_bar[t]", "c_bar[t-1]*g[t]", ""),
    ("i_bar[t]", "1.001*c_bar[t]*g[t]", ""),
    ("f_bar[t]", "c_bar[t]*c[t+1]", ""),
    ("c_bar[t]", "h_bar[t]*o[t]*(1 - tanh(c[t])**2)", "1 term missing"),
    ("c_bar[t]", "h_bar[t]*o[t]*(1 - tanh(c[t])**2) + c_bar[t+1]*f[t]", "c̄[t+1]·f[t] is no term of it"),
    ("w_ix_bar", "i_bar[t]*i[t]*(1 - i[t])*x[t]", ""),
    ("i_bar[t]", "c_bar[t]*q[t]", "`q` is no quantity here"),
    ("w_ix_bar", "sum[t](w_ix[t]*x[t])", "`w_ix` has no time; write `w_ix`"),
]
UNREADABLE = [
    ("i_bar[t]", "c_bar[t] g[t]", "an operator is missing before `g`"),
    ("i_bar[t]", "c_bar[t]*(g[t]", "`(` is never closed"),
    ("i_bar[t]", "see page 2", "an operator is missing before `page`"),
]


@pytest.mark.parametrize(("key", "text"), RIGHT)
def test_latitude_in_writing(key: str, text: str) -> None:
    assert judged(key, text) == ("correct", "")


@pytest.mark.parametrize(("key", "text", "message"), WRONG)
def test_wrong_formulas_and_what_is_said_of_them(key: str, text: str, message: str) -> None:
    verdict, said = judged(key, text)
    assert verdict == "wrong"
    assert said == message or (not message and "term" not in said)


@pytest.mark.parametrize(("key", "text", "message"), UNREADABLE)
def test_what_is_no_formula(key: str, text: str, message: str) -> None:
    verdict, said = judged(key, text)
    assert verdict == "unreadable"
    assert message in said


def test_formulas_that_wait_for_each_other_carry_nothing(tmp_path: Path) -> None:
    sheet = tmp_path / "a.yaml"
    sheet.write_text(
        f"problem: {ROOT}/problems/lstm_gradient.yaml\nanswers:\n"
        "  h_bar[t]: c_bar[t]\n  c_bar[t]: h_bar[t]\n  i_bar[t]: c_bar[t]*g[t]\n",
        encoding="utf-8",
    )
    found = {v.key: v.verdict for v in check(sheet).verdicts}
    assert found["h_bar[t]"] == found["c_bar[t]"] == "wrong"
    assert found["i_bar[t]"] == "correct"


# --- the kind -----------------------------------------------------------------------------------------------------------

NUMBERS = """
kind: bptt
equations: |
  i[t] = sigmoid(w_ix*x[t] + w_ih*h[t-1])
  h[t] = i[t]*tanh(x[t]) + (1 - i[t])*h[t-1]
loss: mean((h - y)**2)
given: {w_ix: 0.5, w_ih: -0.3, x: [1, 0.5, -1], y: [0.5, 0.2, 0.1]}
"""


def problem(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "p.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_with_numbers_every_weight_is_confirmed(tmp_path: Path) -> None:
    trace = solve(load_problem(problem(tmp_path, NUMBERS)))
    tables = {t.title: t for t in trace.tables}
    terms = tables["The sums over time, term by term"].rows
    assert [row[1] for row in terms] == [1, 2, 3, "sum"] * 2
    for k in (0, 4):
        np.testing.assert_allclose(
            sum(float(np.asarray(r[2])) for r in terms[k : k + 3]), float(np.asarray(terms[k + 3][2]))
        )
    for _, value, central, _ in tables["Compared with finite differences"].rows:
        np.testing.assert_allclose(float(np.asarray(value)), float(np.asarray(central)), rtol=1e-7)
    keys = [step.key for step in trace.steps]
    assert keys.index("loss") < keys.index("h_bar[3]") < keys.index("h_bar[1]") < keys.index("w_ix_bar")
    assert len(keys) == len(set(keys))


def test_a_gradient_that_differences_do_not_confirm_is_not_said_to_be(tmp_path: Path) -> None:
    """relu has no derivative at 0: by convention 0 (step), by central difference 1/2."""
    text = "kind: bptt\nequations: |\n  h[t] = relu(w*x[t])\nloss: sum(h)\ngiven: {w: 0, x: [1, 1]}\n"
    said = [r for r in solve(load_problem(problem(tmp_path, text))).remarks if "Central differences" in r.text]
    assert [r.kind for r in said] == ["warning"]
    assert "do not confirm 1 of 1 entries" in said[0].text
    smooth = solve(load_problem(problem(tmp_path, NUMBERS))).remarks
    assert any("confirm the gradient" in r.text and r.kind == "note" for r in smooth)


def test_a_gru_without_numbers_gets_its_equations(tmp_path: Path) -> None:
    """What a new user does: the equations of a GRU in a file, and nothing else."""
    cell = CELLS["gru"].replace("\n        ", "\n  ")
    path = problem(tmp_path, f"kind: bptt\nequations: |{cell}\nask: [h_bar, z_bar, U_n_bar]\n")
    found = CliRunner().invoke(app, ["solve", str(path), "--format", "json"])
    answers = json.loads(found.stdout)["answers"]
    assert answers["U_n_bar"] == "sum[t](outer(n_bar[t]*(1 - n[t]**2)*r[t], h[t-1]))"
    assert "h_bar[t+1]*z[t+1]" in answers["h_bar[t]"]
    assert "U_z.T @ (z_bar[t+1]*z[t+1]*(1 - z[t+1]))" in answers["h_bar[t]"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("loss: each q[t]", "unknown-name"),
        ("loss: last w", "unknown-name"),
        ("loss: each h[t]\ngiven: {w: 1, x: [1, 2]}", "no-loss"),
        ("loss: mean((h - q**)", "missing-bracket"),
        ("explain: gates", "no-gates"),
        ("explain: everything", "unknown-word"),
    ],
)
def test_faults_of_a_gradient(line: str, code: str, tmp_path: Path) -> None:
    path = problem(tmp_path, f"kind: bptt\nequations: |\n  h[t] = tanh(w*h[t-1] + x[t])\n{line}\n")
    with pytest.raises(HomeworkError) as error:
        load_problem(path)
    assert code in [d.code for d in error.value.diagnostics]
    assert all(d.span for d in error.value.diagnostics)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("w_fh*h[t-1]", "w_fh*[t-1]"),  # a list of one entry
        ("w_fh*h[t-1]", "wh[t-1]"),  # an input of the step before the first
        ("w_fh*h[t-1]", "w_fh*h[t-2]"),
        ("w_fh*h[t-1]", "sum[i](x[i])"),
        ("w_fh*h[t-1]", "[x[t], x[t]] @ w"),
        ("g[t] = tanh(w_gx*x[t] + w_gh*h[t-1])", "g[t] = tanh(W_gx @ [x[t], h[t-1]])"),
    ],
)
def test_evidence_of_what_is_no_univariate_lstm_is_refused(old: str, new: str, tmp_path: Path) -> None:
    text = (ROOT / "problems" / "lstm_gradient.yaml").read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(HomeworkError) as error:
        load_problem(problem(tmp_path, text.replace(old, new)))
    assert "no-gates" in [d.code for d in error.value.diagnostics]


def test_the_evidence_of_2c_says_what_the_assignment_says() -> None:
    """Near the stated values the cell's derivative stays near the product of f; with small gates both die out."""
    trace = solve(load_problem(ROOT / "problems" / "lstm_gradient.yaml"))
    tables = {t.title: t for t in trace.tables}
    stated = [[float(str(c)) for c in row] for row in tables["Gates: f near 1, i and o near 0"].rows]
    for back, product, cell, hidden in stated:
        assert 0.3 < product < 1
        assert abs(cell - product) < 0.02
        assert hidden < 0.01, back
    for title in ("Gates: all near one half", "Gates: all near 0"):
        last = tables[title].rows[-1]
        assert float(str(last[2])) < 1e-10
    assert any("also runs through h" in r.text for r in trace.remarks)
