"""Every row of expected.json, by its id: the true value, and the verdict on what was printed.

The tables below say where a row is found: in which sheet and under which keys, which lines were left blank, which were
only asked, and which no machine judges, with the reason. A test holds that they cover all rows exactly once.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import yaml

from rnn_hw import check, load_problem, solve
from rnn_hw.results import Report, Table, Trace, Verdict

ROOT = Path(__file__).resolve().parent.parent
EXPECTED = json.loads((ROOT / "tests" / "data" / "expected.json").read_text(encoding="utf-8"))
ENTRIES: dict[str, dict[str, Any]] = {entry["id"]: entry for entry in EXPECTED["entries"]}

STATES = [(n, t) for n in (1, 2, 3) for t in (1, 2, 3)]  # example and step
GATES = [f"{prefix}{gate}" for gate in "fiog" for prefix in ("z_", "")] + ["c", "h"]

# Row -> the sheet that holds the printed answer, and its keys there.
LINES: dict[str, tuple[str, tuple[str, ...]]] = {
    "000.Q1.U": ("000_question_1", ("U",)),
    "000.Q1.W": ("000_question_1", ("W",)),
    "000.Q1.b_h": ("000_question_1", ("b_h",)),
    "000.Q1.v": ("000_question_1", ("V",)),
    "000.Q1.b_y": ("000_question_1", ("b_y",)),
    "000.Q1.h_eq": ("000_question_1_equations", ("h_formula[t]",)),
    "000.Q1.y_eq": ("000_question_1_equations", ("y_formula[t]",)),
    "000.Q1.h1_expanded": ("000_question_1_equations", ("h_1_formula[t]",)),
    "000.Q1.h2_expanded": ("000_question_1_equations", ("h_2_formula[t]",)),
    "000.Q1.h3_expanded": ("000_question_1_equations", ("h_3_formula[t]",)),
    "000.Q1.y_expanded": ("000_question_1_equations", ("y_expanded[t]",)),
    "000.Q2a.h.line1": ("000_question_2", ("h_bar_chain[t]",)),
    "000.Q2a.c.line1": ("000_question_2", ("c_bar_chain[t]",)),
    **{f"000.Q2a.{name}": ("000_question_2", (f"{name}_bar[t]",)) for name in "hcgofi"},
    **{f"002.Q2a.{name}": ("002_question_2", (f"{name}_bar[t]",)) for name in "hocigf"},
    "002.Q2b": ("002_question_2", ("w_ix_bar",)),
    **{f"003.forward.ex{n}.a{t}": ("003", (f"a[{t}]",)) for n, t in STATES},
    "003.loss": ("003", ("loss",)),
    "003.a": ("003", ("dW_x[3]",)),
    "003.chain.theta": ("003_formulas", ("W_a_bar_formula",)),
    "003.a.formula": ("003_formulas", ("dW_x_formula[3]",)),
    "003.b.formula": ("003_formulas", ("dW_a_formula[3]",)),
    "003.c.formula": ("003_formulas", ("dW_x_formula[2]",)),
    "003.d.formula": ("003_formulas", ("dW_a_formula[2]",)),
    "003.e.formula": ("003_formulas", ("dW_x_formula[1]",)),
    "003.f.formula": ("003_formulas", ("dW_a_formula[1]",)),
    "003.brace2": ("003_formulas", ("da[3]/da[2]",)),
    "003.brace2.direct": ("003_formulas", ("da[2]/dW_x", "da[2]/dW_a")),
    "003.brace1": ("003_formulas", ("da[2]/da[1]", "da[1]/dW_x", "da[1]/dW_a")),
    "003.update.Wx": ("003_formulas", ("W_x_new_formula",)),
    "003.update.Wa": ("003_formulas", ("W_a_new_formula",)),
    "003.vec.a1": ("003_formulas", ("a_vector[1]",)),
    "003.vec.a2.second": ("003_formulas", ("a_vector[2]",)),
    "003.vec.dLda": ("003_formulas", ("y_hat_bar_formula",)),
    "003.vec.a2.first": ("003_vectorization", ("a_vector[2]",)),
    "003.vec.dLdW": ("003_vectorization", ("dW_x_formula[2]", "dW_a_formula[2]")),
    "004.P1a.formula": ("004_problem_1_formulas", ("m_formula",)),
    "004.P1a.substitution": ("004_problem_1_formulas", ("m_substituted",)),
    "004.P1a.V2": ("004_problem_1", ("m",)),
    "004.P1b.formula": ("004_problem_1_formulas", ("v_formula",)),
    "004.P1b.substitution": ("004_problem_1_formulas", ("v_substituted",)),
    "004.P1b.S2": ("004_problem_1", ("v",)),
    "004.P1c.formula": ("004_problem_1_formulas", ("theta_formula",)),
    "004.P1c.Vcorr": ("004_problem_1", ("m_hat",)),
    "004.P1c.Scorr": ("004_problem_1", ("v_hat",)),
    "004.P1c.W2": ("004_problem_1", ("theta",)),
    "004.P2a.h": ("004_problem_2_gradient", ("dh[t]/dh[t-1]",)),
    "004.P2a.step": ("004_problem_2_gradient", ("h_bar[t]",)),
    "004.P2.sigma0": ("004_problem_2", ("derivative_at_0",)),
    "004.P2b.root": ("004_problem_2", ("root",)),
    "004.P2b.alpha": ("004_problem_2", ("alpha",)),
    "004.P2b.cases": ("004_problem_2", ("below", "above")),
    **{f"004.P3.first.{key}": ("004_problem_3_first", (key,)) for key in "abc"},
    **{f"004.P3.second.{key}": ("004_problem_3", (key,)) for key in "abcd"},
    "004.P4a": ("004_problem_4", ("dim_f", "dim_i", "dim_o", "dim_h")),
    **{f"004.P4.{name}{t}": ("004_problem_4", (f"{name}[{t}]",)) for name in GATES for t in (1, 2)},
    "004.P4.mse": ("004_problem_4", ("mse",)),
}
# Row -> the sheet that leaves the line blank; a problem's name with a colon where a person handed in nothing of it.
BLANK: dict[str, tuple[str, tuple[str, ...]]] = {
    "000.Q2b": ("000_question_2", ("w_ix_bar",)),
    "000.Q2c": ("000_question_2", ("explanation",)),
    "002.Q1": ("binary_addition:", ("U", "W", "V", "b_h", "b_y")),
    "002.Q2c": ("lstm_gradient:", ("explanation",)),
    "003.b": ("003", ("dW_a[3]",)),
    "003.c.value": ("003", ("dW_x[2]",)),
    "003.d.value": ("003", ("dW_a[2]",)),
    "003.e.value": ("003", ("dW_x[1]",)),
    "003.f.value": ("003", ("dW_a[1]",)),
    "003.vec.a3": ("003_formulas", ("a_vector[3]",)),
    "003.vec.L": ("003_formulas", ("loss_vector",)),
}
# Row of an assignment's text -> the problem that asks it.
ASKED: dict[str, tuple[str, tuple[str, ...]]] = {
    "001.Q1": ("binary_addition", ("U", "W", "b_h", "V", "b_y")),
    **{f"001.Q2a.{name}": ("lstm_gradient", (f"{name}_bar[t]",)) for name in "hcgofi"},
    "001.Q2b": ("lstm_gradient", ("w_ix_bar",)),
    "001.Q2c": ("lstm_gradient", ("explanation",)),
}
# Row -> why no line of an answer file is judged for it.
NO_VERDICT = {
    "001.Q1.example": "the assignment's own example, which the solution shows bit by bit: nobody answers it",
    "003.index": "the labels of the examples: the counting of people is no quantity of the program",
    "004.P2a.box": "a product over the steps: the language has sums over time alone; compared written out, below",
}
VERDICTS = {"correct": "correct", "ecf-correct": "carried", "wrong": "wrong", "missing": "blank"}


class Read(NamedTuple):
    """An ambiguous line under one of its readings, and the verdict on that; `drop` is left out of what is given."""

    problem: str
    key: str
    text: str
    verdict: str
    drop: str = ""


_SLOPE = "2/3*sum((a[3] - y)"
READINGS: dict[str, dict[str, Read]] = {
    "000.Q1.h2_expanded": {
        "literally": Read("binary_addition", "h_2_formula[t]", "x_1[t] + x_2[t] + h_2[t-1] - 1.5", "wrong"),
        "a threshold understood": Read(
            "binary_addition", "h_2_formula[t]", "step(x_1[t] + x_2[t] + h_2[t-1] - 1.5)", "correct"
        ),
    },
    "003.e.formula": {
        "literally": Read("rnn_by_hand", "dW_x_formula[1]", f"{_SLOPE}*W_a*a[2]*x[1])", "wrong"),
        "a misread square": Read("rnn_by_hand", "dW_x_formula[1]", f"{_SLOPE}*W_a²*x[1])", "correct"),
    },
    "003.f.formula": {
        "a[0] = 0": Read("rnn_by_hand", "dW_a_formula[1]", f"{_SLOPE}*W_a*a[2]*a[0])", "correct"),
        "any a[0]": Read("rnn_by_hand", "dW_a_formula[1]", f"{_SLOPE}*W_a*a[2]*a[0])", "wrong", "a[0]"),
        "any a[0], a misread square": Read("rnn_by_hand", "dW_a_formula[1]", f"{_SLOPE}*W_a²*a[0])", "correct", "a[0]"),
        "0": Read("rnn_by_hand", "dW_a_formula[1]", "0", "correct"),
    },
    "003.vec.a1": {
        "an entry of an example": Read("rnn_by_hand", "a_vector[1]", "[W_x, 0, W_x]", "correct"),
        "weights of their own": Read("rnn_by_hand", "a_vector[1]", "[w_x1, 0, w_x3]", "wrong"),
    },
    "003.vec.dLda": {
        "literally": Read("rnn_by_hand", "y_hat_bar_formula", "2/3*sum(a[3] - y)", "wrong"),
        "an entry for each example": Read("rnn_by_hand", "y_hat_bar_formula", "2/3*(a[3] - y)", "correct"),
    },
    "004.P2b.alpha": {
        "the limit of many steps": Read("vanishing_gradient", "alpha", "4", "correct"),
        "1e-4 after 100 steps": Read("vanishing_gradient", "alpha_literal", "4", "imprecise"),  # 3.648 in fewer digits
    },
}

# --- what is run ------------------------------------------------------------------------------------------------------


@functools.cache
def report(sheet: str) -> Report:
    return check(ROOT / "problems" / "answers" / f"{sheet}.yaml")


def verdict(found: Report, key: str) -> Verdict:
    (one,) = [v for v in found.verdicts if v.key == key]
    return one


def source(problem: str) -> dict[str, Any]:
    text = (ROOT / "problems" / f"{problem}.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(text, Loader=yaml.BaseLoader))


def changed(folder: Path, problem: str, given: Mapping[str, Any] = {}, drop: str = "", **fields: Any) -> Path:
    """A bundled problem with other fields."""
    whole = source(problem)
    whole |= {"given": {k: v for k, v in (whole.get("given", {}) | dict(given)).items() if k != drop}, **fields}
    path = folder / "problem.yaml"
    path.write_text(yaml.safe_dump({k: v for k, v in whole.items() if v != {}}, allow_unicode=True), encoding="utf-8")
    return path


def judged(folder: Path, problem: Path, answers: Mapping[str, Any]) -> Report:
    path = folder / "answers.yaml"
    lines = [f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in answers.items()]
    path.write_text("\n".join(["answers:", *lines]) + "\n", encoding="utf-8")
    return check(path, problem=problem)


@functools.cache
def solved(problem: str) -> Trace:
    return solve(load_problem(ROOT / "problems" / f"{problem}.yaml"))


def value(trace: Trace, key: str) -> Any:
    """The value of a line, asked or not."""
    answers = {answer.key: answer.value for answer in trace.answers}
    return answers[key] if key in answers else trace.values[key]


def close(actual: Any, wanted: Any) -> None:
    actual, wanted = np.ravel(np.array(actual, float)), np.ravel(np.array(wanted, float))
    np.testing.assert_allclose(actual, wanted, rtol=1e-12, atol=1e-12)


def parameters(table: Mapping[str, tuple[str, tuple[str, ...]]]) -> list[Any]:
    """One for each row and key, under the row's id."""
    return [
        pytest.param(row, where, key, id=row if len(keys) == 1 else f"{row}.{key}")
        for row, (where, keys) in table.items()
        for key in keys
    ]


# --- the tables are whole ---------------------------------------------------------------------------------------------


def test_every_row_stands_in_one_table() -> None:
    rows = [*LINES, *BLANK, *ASKED, *NO_VERDICT]
    assert len(ENTRIES) == len(EXPECTED["entries"]) == 122
    assert sorted(rows) == sorted(ENTRIES)


def test_every_row_is_in_the_table_of_its_verdict() -> None:
    verdicts = {row: entry["verdict"] for row, entry in ENTRIES.items()}
    assert {row for row, word in verdicts.items() if word == "missing"} == set(BLANK)
    assert {row for row, word in verdicts.items() if word == "problem-text"} == set(ASKED)
    ambiguous = {row for row, word in verdicts.items() if word == "ambiguous"}
    assert ambiguous - set(NO_VERDICT) == set(READINGS)
    assert set(READINGS) <= set(LINES)


@pytest.mark.parametrize("row", NO_VERDICT)
def test_a_row_without_a_verdict_has_a_reason(row: str) -> None:
    assert row in ENTRIES
    assert NO_VERDICT[row]


def test_every_printed_number_stands_in_a_sheet_as_printed() -> None:
    letters = {"m": "V", "v": "S", "m_hat": "V_corr", "v_hat": "S_corr", "theta": "W"}
    for row, (sheet, keys) in LINES.items():
        if ENTRIES[row]["printed_numeric"] is None:
            continue
        text = (ROOT / "problems" / "answers" / f"{sheet}.yaml").read_text(encoding="utf-8")
        answers = yaml.load(text, Loader=yaml.BaseLoader)["answers"]
        for key in keys:
            printed = answers[letters.get(key, key)]
            if row.startswith("003.forward."):
                printed = printed[int(row[len("003.forward.ex")]) - 1]
            assert printed == ENTRIES[row]["printed"], row


# --- verdicts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("row", "sheet", "key"), parameters(LINES))
def test_the_verdict_on_the_printed_answer(row: str, sheet: str, key: str) -> None:
    found, word = verdict(report(sheet), key), ENTRIES[row]["verdict"]
    if word == "ambiguous":  # as the sheet has it; every reading is tested below
        assert found.verdict in {read.verdict for read in READINGS[row].values()}
    else:
        assert found.verdict == VERDICTS[word], found.said


@pytest.mark.parametrize(
    ("row", "reading"), [pytest.param(row, name, id=f"{row}-{name}") for row, some in READINGS.items() for name in some]
)
def test_an_ambiguous_line_under_each_reading(row: str, reading: str, tmp_path: Path) -> None:
    read = READINGS[row][reading]
    problem = changed(tmp_path, read.problem, drop=read.drop)
    assert verdict(judged(tmp_path, problem, {read.key: read.text}), read.key).verdict == read.verdict


@pytest.mark.parametrize(("row", "sheet", "key"), parameters(BLANK))
def test_what_is_missing_is_blank(row: str, sheet: str, key: str, tmp_path: Path) -> None:
    name = sheet.removesuffix(":")
    found = report(sheet) if name == sheet else judged(tmp_path, ROOT / "problems" / f"{name}.yaml", {})
    assert verdict(found, key).verdict == VERDICTS[ENTRIES[row]["verdict"]] == "blank"


def test_free_text_is_left_for_a_person(tmp_path: Path) -> None:
    """001.Q2c, 000.Q2c, 002.Q2c: an explanation has no automatic verdict."""
    words = {"explanation": "the cell is carried back unchanged"}
    found = judged(tmp_path, ROOT / "problems" / "lstm_gradient.yaml", words)
    assert verdict(found, "explanation").verdict == "unjudged"


# The printed values that a line is right from: what `ecf` of its row says.
CARRIED = [
    pytest.param(row, *LINES[row], id=row)
    for row, entry in ENTRIES.items()
    if entry["verdict"] == "ecf-correct" and entry["printed_numeric"] is not None
]


@pytest.mark.parametrize(("row", "sheet", "keys"), CARRIED)
def test_the_value_that_a_line_is_carried_from(row: str, sheet: str, keys: tuple[str, ...]) -> None:
    for key in keys:
        close(verdict(report(sheet), key).carried, ENTRIES[row]["ecf"]["value"])


# --- true values ------------------------------------------------------------------------------------------------------


class Way(NamedTuple):
    """How to get at the value of a reading: a change of the problem."""

    given: Mapping[str, Any] = {}
    fields: Mapping[str, Any] = {}


PRINTED = ("printed predictions, linear state", "printed values, linear state", "printed predictions 0.57 0.94 0.96")
LITERAL = "printed formula read literally with a<3>"
WAYS: dict[str, Way] = {
    "only reading": Way(),
    "unit 2 carries (rows 0 1 0)": Way(),
    "unrounded predictions": Way(),
    "unrounded tanh predictions, linear state": Way(),
    "unrounded tanh values, linear state": Way(),
    "tanh forward and tanh derivative": Way(fields={"backward": "true"}),
    "linear forward and backward": Way(fields={"activation": "identity"}),
    "t = 2 (formula printed: 1-B^2)": Way(),
    "t = 1": Way({"t": "1"}),
    "Adam, t = 2, eps outside the root": Way(),
    "Adam, t = 1": Way({"t": "1"}),
    "no bias correction": Way(fields={"conventions": {"bias_correction": "false"}, "names": {}, "ask": ["theta"]}),
    "limit of many steps at z = 0 (x = 0, h_0 = 0 keeps h = phi(0) = 0)": Way(),
    "gradient 0.0001 after exactly 100 steps": Way(),
    "W_i = [-1 0] (as used)": Way(),
    "W_i = [1 0] (as printed in the data)": Way({"W_i": [["1", "0"]]}),
}
OTHER_WEIGHTS = "the only other one in {-1,0,1} with the rest as printed"
PROBLEMS = {
    "000_question_1": "binary_addition",
    "003": "rnn_by_hand",
    "004_problem_1": "adam_step",
    "004_problem_2": "vanishing_gradient",
    "004_problem_4": "lstm_forward",
}


def _numeric(found: Any) -> bool:
    return isinstance(found, (int, float, list)) and not isinstance(found, bool)


VALUES = [
    pytest.param(row, reading, id=f"{row}-{reading}")
    for row, entry in ENTRIES.items()
    for reading, found in entry["correct"].items()
    if _numeric(found["value"])
]


def test_every_row_has_a_true_value_or_a_true_text() -> None:
    for row, entry in ENTRIES.items():
        assert entry["correct"], row
        texts = [found["value"] for found in entry["correct"].values() if not _numeric(found["value"])]
        if texts and row not in NO_VERDICT:
            assert row in TRUE_FORMULAS or row in TRUE_WORDS, row


@pytest.mark.parametrize(("row", "reading"), VALUES)
def test_the_true_value(row: str, reading: str, tmp_path: Path) -> None:
    wanted = ENTRIES[row]["correct"][reading]["value"]
    sheet, keys = (LINES | BLANK)[row]
    problem = PROBLEMS[sheet]
    if reading == OTHER_WEIGHTS:  # another net that adds: it is accepted
        net = {key: np.asarray(value(solved(problem), key), float).tolist() for key in ("U", "V", "b_h", "b_y")}
        found = judged(tmp_path, ROOT / "problems" / f"{problem}.yaml", {**net, "W": wanted})
        assert all(v.verdict == "correct" for v in found.verdicts)
    elif reading == LITERAL:
        given = {"a": [0.57, 0.94, 0.96], "y": [1, 2, 3]}
        path = tmp_path / "literal.yaml"
        fields = {"kind": "recurrence", "equations": "b = 2/3*sum((a - y)*a)\n", "steps": 1, "given": given}
        path.write_text(yaml.safe_dump(fields), encoding="utf-8")
        close(value(solve(load_problem(path)), "b"), wanted)
    elif reading in PRINTED:  # from the person's own states, as a later line is judged
        own = yaml.load((ROOT / "problems/answers/003.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        states = {key: own["answers"][key] for key in ("a[1]", "a[2]", "a[3]")}
        found = judged(tmp_path, ROOT / "problems" / f"{problem}.yaml", {**states, keys[0]: "9.99"})
        close(verdict(found, keys[0]).carried, wanted)
    else:
        way = WAYS[reading]
        path = changed(tmp_path, problem, way.given, **way.fields)
        trace = solve(load_problem(path))
        exact = reading == "gradient 0.0001 after exactly 100 steps"
        for key in ("alpha_literal",) if exact else keys:
            found = np.asarray(value(trace, key))
            close(found[int(row[len("003.forward.ex")]) - 1] if row.startswith("003.forward.") else found, wanted)


# A row whose truth is a formula -> lines of a problem and a right side for each; another loss where the row has several.
_SUM = " + ".join(
    f"{k}_bar[t+1]*{s}'(w_{k}x*x[t+1] + w_{k}h*h[t])*w_{k}h"
    for k, s in zip("ifog", ("σ", "σ", "σ", "tanh"), strict=True)
)
_CHAIN = " + ".join(f"{k}_bar[t+1]*∂{k}[t+1]/∂h[t]" for k in "ifog")
_ADJOINTS = {
    "h": f"h_direct[t] + {_SUM}",
    "c": "h_bar[t]*o[t]*(1 - tanh(c[t])^2) + c_bar[t+1]*f[t+1]",
    "g": "c_bar[t]*i[t]",
    "o": "h_bar[t]*tanh(c[t])",
    "f": "c_bar[t]*c[t-1]",
    "i": "c_bar[t]*g[t]",
}
_W_IX = ("sum[t](i_bar[t]*σ'(w_ix*x[t] + w_ih*h[t-1])*x[t])", "sum[t](i_bar[t]*i[t]*(1 - i[t])*x[t])")
_MSE = "lstm_gradient_mse"


def _unit(j: int) -> str:
    return f"step(x_1[t] + x_2[t] + h_2[t-1] - {j - 0.5})"


Right = tuple[str, str, str]  # problem, key, right side
TRUE_FORMULAS: dict[str, tuple[Right, ...]] = {
    "000.Q1.h_eq": (("binary_addition", "h_formula[t]", "step(U@x[t] + W@h[t-1] + b_h)"),),
    "000.Q1.y_eq": (("binary_addition", "y_formula[t]", "step(V@h[t] + b_y)"),),
    **{f"000.Q1.h{j}_expanded": (("binary_addition", f"h_{j}_formula[t]", _unit(j)),) for j in (1, 2, 3)},
    "000.Q1.y_expanded": (("binary_addition", "y_expanded[t]", "step(h_1[t] - h_2[t] + h_3[t] - 0.5)"),),
    "000.Q2a.h.line1": (("lstm_gradient", "h_bar_chain[t]", f"∂L/∂h[t] + {_CHAIN}"),),
    "000.Q2a.c.line1": (("lstm_gradient", "c_bar_chain[t]", "h_bar[t]*∂h[t]/∂c[t] + c_bar[t+1]*∂c[t+1]/∂c[t]"),),
    **{
        f"{sheet}.Q2a.{name}": (("lstm_gradient", f"{name}_bar[t]", text),)
        for sheet in ("000", "001")
        for name, text in _ADJOINTS.items()
    },
    **{f"002.Q2a.{name}": ((_MSE, f"{name}_bar[t]", text),) for name, text in _ADJOINTS.items() if name != "h"},
    "002.Q2a.h": (
        (_MSE, "h_bar[t]", f"h[t] - y[t] + {_SUM}"),
        ("lstm_gradient", "h_bar[t]", f"h_direct[t] + {_SUM}"),
    ),
    **{f"{sheet}.Q2b": tuple(("lstm_gradient", "w_ix_bar", text) for text in _W_IX) for sheet in ("000", "001", "002")},
    "003.chain.theta": (("rnn_by_hand", "W_a_bar_formula", f"{_SLOPE}*(a[2] + W_a*(a[1] + W_a*a[0])))"),),
    "003.a.formula": (("rnn_by_hand", "dW_x_formula[3]", f"{_SLOPE}*x[3])"),),
    "003.b.formula": (("rnn_by_hand", "dW_a_formula[3]", f"{_SLOPE}*a[2])"),),
    "003.c.formula": (("rnn_by_hand", "dW_x_formula[2]", f"{_SLOPE}*W_a*x[2])"),),
    "003.d.formula": (("rnn_by_hand", "dW_a_formula[2]", f"{_SLOPE}*W_a*a[1])"),),
    "003.e.formula": (("rnn_by_hand", "dW_x_formula[1]", f"{_SLOPE}*W_a^2*x[1])"),),
    "003.f.formula": (("rnn_by_hand", "dW_a_formula[1]", f"{_SLOPE}*W_a^2*a[0])"),),
    "003.brace2": (("rnn_by_hand", "∂a[3]/∂a[2]", "W_a"),),
    "003.brace2.direct": (("rnn_by_hand", "∂a[2]/∂W_x", "x[2]"), ("rnn_by_hand", "∂a[2]/∂W_a", "a[1]")),
    "003.brace1": (
        *(("rnn_by_hand", "∂a[2]/∂a[1]", "W_a"), ("rnn_by_hand", "∂a[1]/∂W_x", "x[1]")),
        ("rnn_by_hand", "∂a[1]/∂W_a", "a[0]"),
    ),
    "003.update.Wx": (("rnn_by_hand", "W_x_new_formula", "W_x - learning_rate*(dW_x[3] + dW_x[2] + dW_x[1])"),),
    "003.update.Wa": (("rnn_by_hand", "W_a_new_formula", "W_a - learning_rate*(dW_a[3] + dW_a[2] + dW_a[1])"),),
    "003.vec.a1": (("rnn_by_hand", "a_vector[1]", "[W_x, 0, W_x]"),),
    "003.vec.a2.first": (("rnn_by_hand", "a_vector[2]", "[W_a*W_x, W_x, W_a*W_x + W_x]"),),
    "003.vec.a2.second": (("rnn_by_hand", "a_vector[2]", "[W_a*W_x, W_x, W_a*W_x + W_x]"),),
    "003.vec.a3": (
        ("rnn_by_hand", "a_vector[3]", "[W_a^2*W_x, W_a*W_x + W_x, W_a^2*W_x + W_a*W_x + W_x]"),
        ("rnn_by_hand", "a_vector[3]", "a[2]*W_a + x[3]*W_x"),
    ),
    "003.vec.L": (("rnn_by_hand", "loss_vector", "1/3*sum((a[3] - y)^2)"),),
    "003.vec.dLda": (("rnn_by_hand", "y_hat_bar_formula", "2/3*(a[3] - y)"),),
    "003.vec.dLdW": (
        ("rnn_by_hand", "dW_x_formula[2]", f"{_SLOPE}*W_a*x[2])"),
        ("rnn_by_hand", "dW_a_formula[2]", f"{_SLOPE}*W_a*a[1])"),
    ),
    "004.P1a.formula": (("adam_step", "V_formula", "beta1*V_prev + (1 - beta1)*grad"),),
    "004.P1a.substitution": (("adam_step", "V_substituted", "0.9*V_prev + 0.1*grad"),),
    "004.P1b.formula": (("adam_step", "S_formula", "beta2*S_prev + (1 - beta2)*grad^2"),),
    "004.P1b.substitution": (("adam_step", "S_substituted", "0.999*S_prev + 0.001*grad^2"),),
    "004.P1c.formula": (("adam_step", "W_formula", "W_prev - alpha*V_corr/(sqrt(S_corr) + epsilon)"),),
    "004.P2a.h": (("rnn_gradient", "dh[t]/dh[t-1]", "σ'(W_h*h[t-1] + W_x*x[t])*W_h"),),
    "004.P2a.step": (("rnn_gradient", "h_bar[t]", "W_h.T*σ'(W_h*h[t] + W_x*x[t+1])*h_bar[t+1]"),),
}


@pytest.mark.parametrize(
    ("problem", "key", "text"),
    [pytest.param(*right, id=f"{row}-{n}") for row, rights in TRUE_FORMULAS.items() for n, right in enumerate(rights)],
)
def test_the_true_formula_is_accepted(problem: str, key: str, text: str, tmp_path: Path) -> None:
    found = judged(tmp_path, ROOT / "problems" / f"{problem}.yaml", {key: text})
    assert [v.verdict for v in found.verdicts if v.given is not None] == ["correct"], [v.said for v in found.verdicts]
    assert not found.diagnostics


def test_002_h_under_the_whole_squared_error(tmp_path: Path) -> None:
    """002.Q2a.h, the reading L = sum (h-y)^2."""
    problem = changed(tmp_path, _MSE, loss="sum[t]((h[t] - y[t])**2)")
    found = judged(tmp_path, problem, {"h_bar[t]": f"2*(h[t] - y[t]) + {_SUM}"})
    assert verdict(found, "h_bar[t]").verdict == "correct"


def test_003_the_vectors_at_weights_of_one(tmp_path: Path) -> None:
    """003.vec.a3 and 003.vec.L: linear throughout the state is the sum of the inputs, and the loss is 0."""
    trace = solve(load_problem(changed(tmp_path, "rnn_by_hand", activation="identity")))
    close(value(trace, "a[3]"), [1, 2, 3])
    close(value(trace, "loss"), 0)


# A row whose truth is a word or a truth value -> the problem, and each key with what is right.
TRUE_WORDS: dict[str, tuple[str, Mapping[str, Any]]] = {
    "000.Q2c": ("lstm_gradient", {}),
    "001.Q2c": ("lstm_gradient", {}),
    "002.Q2c": ("lstm_gradient", {}),
    "001.Q1": (
        "binary_addition",
        {"U": np.ones((3, 2)), "W": [[0, 1, 0]] * 3, "b_h": [-0.5, -1.5, -2.5], "V": [1, -1, 1], "b_y": -0.5},
    ),
    "002.Q1": ("binary_addition", {"W": [[0, 1, 0]] * 3}),
    "004.P2b.cases": ("vanishing_gradient", {"below": "vanishing", "above": "exploding"}),
    **{
        f"004.P3.{version}.{key}": ("lstm_claims", {key: key == "c"})
        for version, keys in (("first", "abc"), ("second", "abcd"))
        for key in keys
    },
}


@pytest.mark.parametrize("row", TRUE_WORDS)
def test_the_true_word(row: str) -> None:
    problem, wanted = TRUE_WORDS[row]
    for key, right in wanted.items():
        found = value(solved(problem), key)
        if isinstance(right, (str, bool)):
            assert found == right
            if isinstance(right, bool):
                assert str(right) == ENTRIES[row]["correct"]["only reading"]["value"]
        else:
            close(found, right)
    if not wanted:  # an explanation: the solution prints one, and the evidence
        assert "c" in str(value(solved(problem), "explanation"))
        assert solved(problem).tables


# --- rows without a line ----------------------------------------------------------------------------------------------


def test_001_q1_example() -> None:
    bits = [str(bit) for bit in EXPECTED["adder"]["example_001"]["y"]]
    assert ", ".join(bits) == ENTRIES["001.Q1.example"]["correct"]["only reading"]["value"]
    columns = [c for table in solved("binary_addition").tables for c in _columns(table)]
    assert bits in columns


def _columns(table: Table) -> list[list[str]]:
    return [[str(cell) for cell in column] for column in zip(*table.rows, strict=True)]


BOX = {  # the boxed product of four steps under each reading of z[m-1], and what it is compared with
    "z_m = W_h h_{m-1} + W_x x_m": ("W_h*h[{m}-2] + W_x*x[{m}-1]", "", "wrong"),
    "z_m = W_h h_{m-1} + W_x x_m, mended": ("W_h*h[{m}-1] + W_x*x[{m}]", "*h_direct[4]", "correct"),
    "z_{m-1} names the input that makes h_m": ("W_h*h[{m}-1] + W_x*x[{m}]", "", "wrong"),
}


@pytest.mark.parametrize("reading", BOX)
def test_004_p2a_box_written_out(reading: str) -> None:
    z, factor, wanted = BOX[reading]
    assert _box(z, factor) == wanted


def test_004_p2a_box_is_right_as_a_derivative_of_states() -> None:
    """With the last gradient 1 the product is dh[j]/dh[t], under the reading in which z[m-1] makes h[m]."""
    assert _box("W_h*h[{m}-1] + W_x*x[{m}]", "", {"h_direct": 1.0}) == "correct"


def _box(z: str, factor: str, fixed: Mapping[str, float] = {}) -> str:
    """The verdict on the product from step 2 to step 4, for the gradient by h[2]."""
    from rnn_hw.checking.formulas import judge_formulas
    from rnn_hw.lang.evaluate import Stack
    from rnn_hw.lang.parse import parse_quantity

    context = load_problem(ROOT / "problems" / "rnn_gradient.yaml").setup.context
    assert context is not None
    context = context._replace(steps=4, fixed={name: Stack(np.full(5, one), 0) for name, one in fixed.items()})
    text = "*".join(f"W_h.T*σ'({_steps(z, m)})" for m in (3, 4)) + factor
    target = parse_quantity("h_bar[2]")
    return judge_formulas({target: target}, {target: text}, context)[target].verdict


def _steps(z: str, m: int) -> str:
    return z.replace("{m}-2", str(m - 2)).replace("{m}-1", str(m - 1)).replace("{m}", str(m))
