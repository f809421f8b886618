"""The homework, end to end: the commands as a person runs them. Each row of expected.json is in `test_expected.py`.

Everything runs in a subprocess, except random problems, which go through the public functions and meet the oracle.
"""

from __future__ import annotations

import functools
import itertools
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import oracle
import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
EXPECTED = json.loads((ROOT / "tests" / "data" / "expected.json").read_text(encoding="utf-8"))
ADDER = EXPECTED["adder"]

PROBLEM_OF = {
    "004_problem_1": "adam_step",
    "004_problem_2": "vanishing_gradient",
    "004_problem_4": "lstm_forward",
    "000_question_1": "binary_addition",
    "000_question_1_expanded": "binary_addition",
}
PROBLEMS = sorted(path.stem for path in (ROOT / "problems").glob("*.yaml") if "assignment" not in path.stem)


# --- running the commands ---------------------------------------------------------------------------------------------


@functools.cache
def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """`rnnhw` with these arguments, from the top of the repository."""
    done = subprocess.run(
        [sys.executable, "-m", "rnn_hw", *arguments],
        cwd=ROOT,
        env=os.environ | {"NO_COLOR": "1", "COLUMNS": "120", "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def strict_json(text: str) -> Any:
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    return json.loads(text, parse_constant=refuse)


@functools.cache
def solved(problem: str) -> dict[str, Any]:
    done = run("solve", f"problems/{problem}.yaml", "--format", "json")
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = strict_json(done.stdout)
    return document


@functools.cache
def checked(sheet: str) -> dict[str, Any]:
    done = run("check", f"problems/answers/{sheet}.yaml", "--format", "json")
    assert done.returncode == 1, done.stdout + done.stderr
    document: dict[str, Any] = strict_json(done.stdout)
    return document


def verdicts(report: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    by_key = {verdict["key"]: verdict for verdict in report["verdicts"]}
    assert len(by_key) == len(report["verdicts"]), "a key is listed twice"
    return by_key


def check_files(*paths: Path) -> tuple[int, list[dict[str, Any]]]:
    """The exit status and one report for each file."""
    done = run("check", *map(str, paths), "--format", "json")
    assert done.returncode in (0, 1), done.stderr
    document = strict_json(done.stdout)
    return done.returncode, document if isinstance(document, list) else [document]


def close(actual: Any, wanted: Any) -> None:
    """Equal to 1e-12; a vector of one entry and a number, a row and a flat list, are the same."""
    actual, wanted = np.ravel(np.array(actual, dtype=float)), np.ravel(np.array(wanted, dtype=float))
    np.testing.assert_allclose(actual, wanted, rtol=1e-12, atol=1e-12)


def write_problem(path: Path, kind: str, given: Mapping[str, Any], **fields: Any) -> Path:
    """A problem file; every value is written in flow style, which for numbers and lists is what JSON writes."""

    def flow(value: Any) -> str:
        return json.dumps(value.tolist() if isinstance(value, np.ndarray) else value, ensure_ascii=False)

    text = [f"kind: {kind}", "given:", *(f"  {name}: {flow(value)}" for name, value in given.items())]
    path.write_text(
        "\n".join([*text, *(f"{name}: {flow(value)}" for name, value in fields.items())]) + "\n", encoding="utf-8"
    )
    return path


def write_answers(path: Path, problem: str, answers: Mapping[str, Any]) -> Path:
    text = [f"problem: {ROOT / 'problems' / problem}.yaml", "answers:"]
    text += [f"  {key}: {json.dumps(value, ensure_ascii=False)}" for key, value in answers.items()]
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    return path


def given_in(problem: str) -> dict[str, Any]:
    """What the file gives, as floats, read without rnn_hw."""

    def numbers(value: Any) -> Any:
        return [numbers(v) for v in value] if isinstance(value, list) else float(value)

    text = (ROOT / "problems" / f"{problem}.yaml").read_text(encoding="utf-8")
    return {name: numbers(value) for name, value in yaml.load(text, Loader=yaml.BaseLoader)["given"].items()}


# --- solve ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("problem", PROBLEMS)
def test_solve_follows_the_contract(problem: str) -> None:
    document = solved(problem)
    assert {"version", "kind", "title", "steps", "tables", "remarks", "answers"} <= set(document)
    source = yaml.load((ROOT / "problems" / f"{problem}.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    assert document["version"] == 1
    assert document["kind"] == source["kind"]
    assert document["title"] == source["title"]
    for step in document["steps"]:
        assert set(step) == {"key", "formula", "substituted", "value"}
        assert all(isinstance(step[name], str) for name in ("key", "formula", "substituted"))
        assert step["key"]
        assert step["formula"]
    keys = [step["key"] for step in document["steps"]]
    assert len(keys) == len(set(keys))
    assert isinstance(document["tables"], list)
    assert isinstance(document["remarks"], list)
    asked = {re.sub(r"\[.*", "", key) for key in document["answers"]}
    assert asked == {re.sub(r"\[.*", "", key) for key in source.get("ask", asked)}


def test_the_rest_of_the_vanishing_gradient() -> None:
    answers, numbers = solved("vanishing_gradient")["answers"], EXPECTED["numbers"]["004 problem 2"]
    close(answers["gamma"], 0.25)
    close(answers["alpha"], numbers["threshold_limit"])
    close(answers["root"], numbers["root"])
    close(answers["alpha_literal"], numbers["threshold_literal"])
    assert answers["derivative"]


@pytest.mark.parametrize("name", ["U", "W", "V", "b_h", "b_y"])
def test_steps_and_answers_of_the_adder_agree(name: str) -> None:
    document = solved("binary_addition")
    for step in document["steps"]:
        if step["key"] == name:
            close(step["value"], document["answers"][name])


def solved_net(problem: str) -> dict[str, Any]:
    answers = dict(solved(problem)["answers"])
    answers["V"] = np.ravel(answers["V"]).tolist()
    answers["b_h"] = np.ravel(answers["b_h"]).tolist()
    answers["b_y"] = float(np.ravel(answers["b_y"])[0])
    return answers


def test_the_designed_adder_adds() -> None:
    net = solved_net("binary_addition")
    assert len(net["b_h"]) == 3
    assert oracle.shortest_failure(net) is None


def test_the_designed_adder_of_three_numbers_adds() -> None:
    net = solved_net("adding_three")
    assert len(net["b_h"]) == 5
    assert oracle.shortest_failure(net, operands=3) is None


def test_the_designed_subtracter_subtracts() -> None:
    net, columns = solved_net("subtraction"), list(itertools.product((0, 1), repeat=2))
    for length in range(1, 6):
        for sequence in itertools.product(columns, repeat=length):
            assert oracle.run_net_exactly(net, sequence) == oracle.difference_bits(sequence), sequence


def test_the_worked_example_is_shown_bit_by_bit() -> None:
    wanted = [str(bit) for bit in ADDER["example_001"]["y"]]
    columns: list[list[str]] = []
    for table in solved("binary_addition")["tables"]:
        columns += [[str(cell) for cell in column] for column in zip(*table["rows"], strict=True)]
    assert wanted in columns, "no column of a table is the output of the example, least significant bit first"


@pytest.mark.parametrize("problem", ["binary_addition", "subtraction", "adding_three"])
def test_the_proof_is_printed(problem: str) -> None:
    done = run("solve", f"problems/{problem}.yaml")
    assert done.returncode == 0
    assert re.search(r"\bpro(of|ve[ds]?)\b", done.stdout, re.IGNORECASE)


def test_a_gru_written_as_equations() -> None:
    answers, given = solved("gru")["answers"], given_in("gru")
    wanted = oracle.gru_forward(given)
    for name in ("r", "z", "n", "h"):
        for t in (1, 2, 3):
            close(answers[f"{name}[{t}]"], wanted[name][t])
    close(answers["loss"], np.mean((wanted["h"][3] - given["y"]) ** 2))


def test_a_cell_of_ones_own() -> None:
    answers, given = solved("own_cell")["answers"], given_in("own_cell")
    wanted = oracle.minimal_gated_unit_forward(given)
    for name in ("f", "n", "h"):
        for t in (1, 2, 3):
            close(answers[f"{name}[{t}]"], wanted[name][t])
    errors = [wanted["h"][t] - given["y"][t - 1] for t in (1, 2, 3)]
    close(answers["loss"], 0.5 * np.sum(np.square(errors)))


# --- check ------------------------------------------------------------------------------------------------------------


def test_the_same_mistake_at_all_six_gates_and_nothing_else_is_wrong() -> None:
    wrong = {key for key, verdict in verdicts(checked("004_problem_4")).items() if verdict["verdict"] == "wrong"}
    assert wrong == {"f[1]", "i[1]", "o[1]", "f[2]", "i[2]", "o[2]"}


def test_the_decimal_slip_is_the_one_wrong_entry_of_s() -> None:
    by_key = verdicts(checked("004_problem_1"))
    assert by_key["v"]["entries"] == [[1, 2]]
    assert len(by_key["m"]["entries"]) == 6


def test_the_literal_threshold_is_carried_from_the_root_taken_as_one() -> None:
    by_key = verdicts(checked("004_problem_2"))
    assert by_key["alpha_literal"]["verdict"] == "carried"
    close(by_key["alpha_literal"]["carried"], 4)
    assert by_key["derivative"]["verdict"] == "correct"
    assert by_key["gamma"]["verdict"] == "blank"


@pytest.mark.parametrize("sheet", ["000_question_1", "000_question_1_expanded"])
def test_of_both_adders_only_w_is_wrong(sheet: str) -> None:
    by_key = verdicts(checked(sheet))
    wanted = {"U": "correct", "W": "wrong", "V": "correct", "b_h": "correct", "b_y": "correct"}
    assert {key: verdict["verdict"] for key, verdict in by_key.items()} == wanted


@pytest.mark.parametrize("sheet", PROBLEM_OF)
def test_check_follows_the_contract(sheet: str) -> None:
    report = checked(sheet)
    fields = {"version", "problem", "student", "score", "max_score", "verdicts", "diagnoses", "diagnostics"}
    assert fields <= set(report)
    assert report["version"] == 1
    assert report["student"] == sheet[:3]
    for verdict in report["verdicts"]:
        assert set(verdict) == {
            *("key", "verdict", "given", "expected", "carried"),
            *("accepted", "points", "max_points", "entries", "message"),
        }
    points = [(Fraction(str(v["points"])), Fraction(str(v["max_points"]))) for v in report["verdicts"]]
    assert Fraction(str(report["score"])) == sum(got for got, _ in points)
    assert Fraction(str(report["max_score"])) == sum(most for _, most in points)
    listed, solution = list(verdicts(report)), solved(PROBLEM_OF[sheet])
    assert set(solution["answers"]) <= set(listed)
    in_order = [step["key"] for step in solution["steps"] if step["key"] in listed]
    assert [key for key in listed if key in in_order] == in_order


def test_lines_that_were_not_asked_are_judged_for_no_points() -> None:
    for key, verdict in verdicts(checked("004_problem_4")).items():
        if key.startswith("z_"):
            assert Fraction(str(verdict["max_points"])) == 0
        elif key.startswith("h["):
            assert Fraction(str(verdict["max_points"])) == 2


@pytest.mark.parametrize("problem", PROBLEMS)
def test_what_solve_prints_is_accepted(problem: str, tmp_path: Path) -> None:
    path = write_answers(tmp_path / "own.yaml", problem, solved(problem)["answers"])
    status, [report] = check_files(path)
    wanted = dict.fromkeys(solved(problem)["answers"], "correct")
    wanted |= dict.fromkeys(wanted.keys() & {"explanation"}, "unjudged")  # free text is left for a person
    assert {key: v["verdict"] for key, v in verdicts(report).items()} == wanted
    assert status == 0
    left = sum(v["max_points"] for v in report["verdicts"] if v["verdict"] == "unjudged")
    assert report["max_score"] - report["score"] == left


def test_a_derivative_may_be_written_in_any_equal_form(tmp_path: Path) -> None:
    right = ["sigmoid(z)*(1 - sigmoid(z))", "σ(z)*(1 - σ(z))", "exp(-z)/(1 + exp(-z))**2"]
    wrong = ["sigmoid(z)", "z*(1 - z)", "1 - tanh(z)**2"]
    paths = [
        write_answers(tmp_path / f"{at}.yaml", "vanishing_gradient", {"derivative": text})
        for at, text in enumerate(right + wrong)
    ]
    _, reports = check_files(*paths)
    given = [verdicts(report)["derivative"]["verdict"] for report in reports]
    assert given == ["correct"] * len(right) + ["wrong"] * len(wrong)


# --- adders -----------------------------------------------------------------------------------------------------------

CLASSES = ADDER["half_integer_2.5_representatives"]


@pytest.fixture(scope="module")
def class_files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("adders")
    return [
        write_answers(
            folder / f"class_{number:02d}.yaml",
            "binary_addition",
            {"V": net["v"]} | {name: net[name] for name in ("U", "W", "b_h", "b_y")},
        )
        for number, net in enumerate(CLASSES, start=1)
    ]


def test_all_36_classes_of_right_adders_are_accepted(class_files: list[Path]) -> None:
    assert len(class_files) == 36
    status, reports = check_files(*class_files)
    assert len(reports) == 36
    for path, report in zip(class_files, reports, strict=True):
        given = {key: verdict["verdict"] for key, verdict in verdicts(report).items()}
        assert given == dict.fromkeys(("U", "W", "V", "b_h", "b_y"), "correct"), path.name
    assert status == 0


@pytest.mark.parametrize("number", [1, 12, 24, 36])
def test_a_right_adder_is_accepted_with_proof(class_files: list[Path], number: int) -> None:
    done = run("check", str(class_files[number - 1]))
    assert done.returncode == 0
    assert re.search(r"\bpro(of|ve[ds]?)\b", done.stdout, re.IGNORECASE)


@pytest.mark.parametrize(
    ("sheet", "reading"),
    [
        ("000_question_1", "W = all ones, hard thresholds"),
        ("000_question_1_expanded", "expanded equations (W = identity), hard thresholds"),
    ],
)
def test_a_wrong_adder_is_answered_with_a_shortest_sum_that_fails(sheet: str, reading: str) -> None:
    done = run("check", f"problems/answers/{sheet}.yaml")
    assert done.returncode == 1
    sums = re.findall(r"(?<![01])([01]+)\s*\+\s*([01]+)(?![01])", done.stdout)
    shown = [[list(column) for column in oracle.columns_of(pair, max(map(len, pair)))] for pair in sums]
    assert shown, "no sum such as `00 + 01` is shown"
    assert any(columns in ADDER["readings"][reading]["all_shortest"] for columns in shown), sums
    assert not re.search(r"\bproved\b", done.stdout)


def sheet_net(sheet: str) -> dict[str, Any]:
    text = (ROOT / "problems" / "answers" / f"{sheet}.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(text, Loader=yaml.BaseLoader)["answers"])


def test_the_worked_example_alone_catches_the_first_adder_but_not_the_expanded_one() -> None:
    columns = oracle.columns_of(["100111", "110010"], 7)
    right = ADDER["example_001"]["y"]
    assert oracle.run_net_exactly(sheet_net("000_question_1"), columns) != right
    assert oracle.run_net_exactly(sheet_net("000_question_1_expanded"), columns) == right
    assert len(oracle.shortest_failure(sheet_net("000_question_1_expanded")) or ()) == 2


# --- random problems and other readings, through the public functions -------------------------------------------------


def solve_file(path: Path) -> Any:
    from rnn_hw import load_problem, solve

    return solve(load_problem(path))


def answers_of(trace: Any) -> dict[str, Any]:
    return {answer.key: answer.value for answer in trace.answers}


SIZES = [(1, 1, 1), (1, 1, 3), (2, 1, 2), (1, 2, 2), (2, 3, 1), (3, 2, 3), (2, 2, 6)]


@pytest.mark.parametrize(("D", "H", "T"), SIZES)
def test_random_lstm_meets_the_oracle(D: int, H: int, T: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(D * 100 + H * 10 + T)
    given: dict[str, Any] = {}
    for gate in oracle.GATES:
        given[f"W_{gate}"], given[f"U_{gate}"] = rng.normal(size=(H, D)), rng.normal(size=(H, H))
        given[f"b_{gate}"] = rng.normal(size=H)
    given |= {"x": rng.normal(size=(T, D)), "y": rng.normal(size=(T, H))}
    if T > 1:
        given |= {"h[0]": rng.normal(size=H), "c[0]": rng.normal(size=H)}  # zeros where they are left out
    run_, mse = oracle.lstm_forward(given)
    trace = solve_file(write_problem(tmp_path / "lstm.yaml", "lstm_forward", given))
    answers = answers_of(trace)
    for name in ("z_f", "z_i", "z_g", "z_o", "f", "i", "g", "o", "c", "h"):
        for t in range(1, T + 1):
            close(trace.values[f"{name}[{t}]"], run_[name][t])
            close(answers[f"{name}[{t}]"], run_[name][t])
    close(answers["mse"], mse)
    close([answers[f"dim_{name}"] for name in "fiogch"], [H] * 6)


@pytest.mark.parametrize("correction", [True, False])
@pytest.mark.parametrize("place", ["outside_root", "hat", "inside_root"])
@pytest.mark.parametrize(
    ("shape", "steps", "first"),
    [((), 0, 1), ((), 3, 1), ((3,), 0, 5), ((3,), 2, 1), ((2, 3), 0, 2), ((2, 2), 4, 3)],
    ids=["scalar", "scalar-steps", "vector", "vector-steps", "matrix", "matrix-steps"],
)
def test_random_adam_meets_the_oracle(
    shape: tuple[int, ...], steps: int, first: int, place: str, correction: bool, tmp_path: Path
) -> None:
    """`steps` 0 is one gradient without a step axis; `t` is the number of the first step taken."""
    rng = np.random.default_rng(len(shape) * 10 + steps)
    given: dict[str, Any] = {name: np.asarray(rng.normal(size=shape)) for name in ("theta", "m")}
    given["v"] = np.abs(np.asarray(rng.normal(size=shape)))
    given["grad"] = np.asarray(rng.normal(size=(steps, *shape) if steps else shape))
    given |= {"beta1": 0.8, "beta2": 0.95, "alpha": 0.05, "epsilon": 0.01, "t": first}
    wanted = oracle.adam(given, place, correction, several=steps > 0)
    conventions = {"epsilon": place, "bias_correction": correction}
    path = write_problem(tmp_path / "adam.yaml", "adam_step", given, conventions=conventions)
    answers = answers_of(solve_file(path))
    names = {key.partition("[")[0] for key in answers}
    assert {"m", "v", "theta"} <= names <= {"m", "v", "m_hat", "v_hat", "theta"}
    assert correction is False or place == "hat" or names >= {"m_hat", "v_hat"}
    for name in names:
        keys = [key for key in answers if key.partition("[")[0] == name]
        assert len(keys) == len(wanted)
        if not steps:
            assert keys == [name]
        keys.sort(key=lambda key: int("0" + key.partition("[")[2].rstrip("]")))
        for key, step in zip(keys, wanted, strict=True):
            close(answers[key], step[name])


@pytest.mark.parametrize(
    ("row", "quantity", "change", "conventions"),
    [
        ("V_corr_t1", "m_hat", {"t": 1}, {}),
        ("S_corr_t1", "v_hat", {"t": 1}, {}),
        ("W2_t1", "theta", {"t": 1}, {}),
        ("W2_no_correction", "theta", {}, {"bias_correction": False}),
        ("W2_t2_eps_inside_root", "theta", {}, {"epsilon": "inside_root"}),
    ],
)
def test_adam_under_other_readings(
    row: str, quantity: str, change: dict[str, Any], conventions: dict[str, Any], tmp_path: Path
) -> None:
    given = given_in("adam_step") | {"t": 2} | change
    fields = {"conventions": conventions} if conventions else {}
    trace = solve_file(write_problem(tmp_path / "adam.yaml", "adam_step", given, **fields))
    close(answers_of(trace)[quantity], EXPECTED["numbers"]["004 problem 1"][row])


def test_lstm_with_the_input_weights_as_printed(tmp_path: Path) -> None:
    given = given_in("lstm_forward") | {"W_i": [[1, 0]]}
    answers = answers_of(solve_file(write_problem(tmp_path / "lstm.yaml", "lstm_forward", given)))
    for name, value in EXPECTED["numbers"]["004 problem 4"]["correct, W_i = [1 0]"].items():
        close(answers[name if name == "mse" else f"{name[:-1]}[{name[-1]}]"], value)
