"""Formula lines of every kind: the true one is accepted as it is printed, and so are the spellings of people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rnn_hw import check, load_problem
from rnn_hw.lang.notation import source
from rnn_hw.lang.tree import Apply, Name, Num
from rnn_hw.problem import Problem
from rnn_hw.results import Report

ROOT = Path(__file__).resolve().parent.parent
PROBLEMS = {path.stem: path.read_text(encoding="utf-8") for path in sorted((ROOT / "problems").glob("*.yaml"))}
PROBLEMS = {name: text for name, text in PROBLEMS.items() if "assignment" not in text}
OTHERS = {
    "two steps back": "kind: recurrence\nequations: |\n  h[t] = tanh(w*h[t-2] + x[t])\ngiven: {w: 0.5, x: [1, 2, 3]}\n",
    "one step": "kind: rnn_by_hand\ngiven: {W_a: 1, W_x: 1, x: [[1], [2]], y: [1, 2]}\n",
    "matrices": "kind: rnn_by_hand\ngiven:\n  W_a: [[1, 0], [0, 1]]\n  W_x: [[1, 2]]\n  W_y: [[1], [2]]\n"
    "  x: [[[1], [2]], [[3], [4]], [[0], [1]]]\n  y: [[1], [2], [3]]\n  learning_rate: 0.1\n",
    "a formula for an activation": "kind: rnn_by_hand\nactivation: sigmoid(z) - 0.5\n"
    "given: {W_a: 1, W_x: 1, x: [[1, 2], [2, 0]], y: [1, 2]}\n",
    "several steps of Adam": "kind: adam_step\ngiven: {theta: [1, 2], grad: [[1, 2], [3, 4]], beta1: 0.9, beta2: 0.99, "
    "alpha: 0.1, epsilon: 1e-8, t: 1}\n",
    "Adam as Keras has it": "kind: adam_step\ngiven: {theta: 1, grad: 2, m: 0, v: 0, beta1: 0.9, beta2: 0.99, "
    "alpha: 0.1, epsilon: 1e-8, t: 3}\nconventions: {epsilon: hat}\n",
    "units that fire at 0": "kind: binary_addition\ntask: subtraction\nthreshold: ge\n",
}


def loaded(folder: Path, text: str) -> Problem:
    path = folder / "problem.yaml"
    path.write_text(text, encoding="utf-8")
    return load_problem(path)


def judged(folder: Path, answers: dict[str, str]) -> Report:
    path = folder / "answers.yaml"
    lines = [f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in answers.items()]
    path.write_text("\n".join(["answers:", *lines]) + "\n", encoding="utf-8")
    return check(path, problem=folder / "problem.yaml")


def verdicts(folder: Path, answers: dict[str, str]) -> dict[str, str]:
    report = judged(folder, answers)
    assert not report.diagnostics
    return {v.key: v.verdict for v in report.verdicts if v.given is not None}


@pytest.mark.parametrize("text", [*PROBLEMS.values(), *OTHERS.values()], ids=[*PROBLEMS, *OTHERS])
def test_every_true_formula_is_accepted_as_printed(text: str, tmp_path: Path) -> None:
    problem = loaded(tmp_path, text)
    answers = {}
    for key, typed in problem.setup.formulas.items():
        assert isinstance(typed.formula, (Num, Name, Apply))
        answers[key] = source(typed.formula)
    found = verdicts(tmp_path, answers)
    assert found == dict.fromkeys(answers, "correct")


@pytest.mark.parametrize("text", [*PROBLEMS.values(), *OTHERS.values()], ids=[*PROBLEMS, *OTHERS])
def test_formulas_are_asked_only_where_the_file_names_them(text: str, tmp_path: Path) -> None:
    problem = loaded(tmp_path, text)
    asked = {line.key for line in problem.lines if line.asked} & problem.setup.formulas.keys()
    assert all(key in text or key.partition("[")[0] in text for key in asked)


LSTM = PROBLEMS["lstm_forward"]
SPELLINGS = [
    (LSTM, "c_formula[t]", "f[t]*c[t-1] + i[t]*g[t]", "correct"),
    (LSTM, "c_formula", "f*c_prev + i*c_tilde", "correct"),
    (LSTM, "c_tilde_formula", "tanh(W_c@x[t] + U_c@h[t-1] + b_c)", "correct"),
    (LSTM, "c_formula[t]", "f[t]*c[t] + i[t]*g[t]", "wrong"),
    (LSTM, "f_formula[t]", "f[t] = σ(W_f@x[t] + U_f@h[t-1] + b_f) = σ(z_f[t])", "correct"),
    (LSTM, "mse_formula", "mean((h - y)**2)", "correct"),
    (LSTM, "mse_formula", "sum((h - y)**2)", "wrong"),
    (LSTM, "mse_formula", "mean((h - y)", "unreadable"),
    (LSTM, "h_formula[t]", "h[t]", "wrong"),
    (PROBLEMS["rnn_by_hand"], "∂a[3]/∂a[2]", "∂a[3]/∂a[2]", "wrong"),
    (PROBLEMS["rnn_by_hand"], "W_a_bar_formula", "0 + W_a_bar", "wrong"),
    (PROBLEMS["adam_step"], "V_formula", "β1*V_prev + (1 - β1)*grad", "correct"),
    (PROBLEMS["adam_step"], "m_formula", "0.9*m[t-1] + 0.1*grad[t]", "wrong"),
    (PROBLEMS["adam_step"], "m_substituted", "0.9*m[t-1] + 0.1*grad[t]", "correct"),
    (PROBLEMS["adam_step"], "V_corr_formula", "V/(1 - beta1^2)", "correct"),
    (PROBLEMS["adam_step"], "V_corr_formula", "V/(1 - beta1)", "wrong"),
    (PROBLEMS["adam_step"], "S_corr_substituted", "S/(1 - 0.999^2)", "correct"),
    (PROBLEMS["lstm_gradient"], "∂c[t]/∂f[t]", "c[t-1]", "correct"),
    (PROBLEMS["lstm_gradient"], "dh[t]/do[t]", "tanh(c[t])", "correct"),
    (PROBLEMS["lstm_gradient"], "∂c[t]/∂c[t-1]", "f[t-1]", "wrong"),
]


@pytest.mark.parametrize(("text", "key", "answer", "verdict"), SPELLINGS, ids=[f"{k}: {a}" for _, k, a, _ in SPELLINGS])
def test_a_formula_as_people_write_it(text: str, key: str, answer: str, verdict: str, tmp_path: Path) -> None:
    loaded(tmp_path, text)
    assert list(verdicts(tmp_path, {key: answer}).values()) == [verdict]


BY_HAND = PROBLEMS["rnn_by_hand"]


def test_a_formula_is_carried_from_ones_own_of_a_single_step(tmp_path: Path) -> None:
    """The sum of the contributions, with the third of them wrong and put in, follows from that one alone."""
    loaded(tmp_path, BY_HAND)
    third = "2/3*sum((a[3] - y)*a[3])"
    own = f"{third} + dW_a[2] + dW_a[1]"
    found = verdicts(tmp_path, {"dW_a_formula[3]": third, "W_a_bar_formula": own})
    assert found == {"W_a_bar_formula": "carried", "dW_a_formula[3]": "wrong"}
    other = own.replace("dW_a[1]", "dW_a[2]")
    found = verdicts(tmp_path, {"dW_a_formula[3]": third, "W_a_bar_formula": other})
    assert found == {"W_a_bar_formula": "wrong", "dW_a_formula[3]": "wrong"}


def test_formula_lines_are_worth_points_where_they_are_asked(tmp_path: Path) -> None:
    loaded(tmp_path, LSTM.replace("ask: [", "ask: [c_formula, "))
    report = judged(tmp_path, {"c_formula": "f*c[t-1] + i*g", "h_formula": "o*tanh(c)"})
    points = {v.key: (v.points, v.max_points) for v in report.verdicts if v.key.endswith("_formula[t]")}
    assert points == {"c_formula[t]": ("1", "1"), "h_formula[t]": ("0", "0")}
