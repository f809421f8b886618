"""What helps an author: rows explained with examples, what a problem cannot reveal, numbers of one's own.

What `lint` calls invisible is made here once more with plain NumPy, and what `variant` draws is read back and compared.
"""

import re
from pathlib import Path

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

from rnn_hw.author.drawing import drawable
from rnn_hw.author.lint import lint
from rnn_hw.author.revealing import account
from rnn_hw.author.variant import variant_text
from rnn_hw.cli import app
from rnn_hw.diagnose.explain import every_code, explanation
from rnn_hw.errors import HomeworkError
from rnn_hw.lang.mistakes.catalogue import MISTAKES
from rnn_hw.problem import load_problem, read_problem
from rnn_hw.solver import solve
from rnn_hw.source import parse, read

PROBLEMS = Path(__file__).resolve().parent.parent / "problems"
DRAWN = ("lstm_forward", "adam_step", "rnn_by_hand", "gru", "own_cell", "lstm_gradient_numbers")


def run(*arguments: str) -> str:
    found = CliRunner().invoke(app, list(arguments))
    assert found.exit_code == 0, found.output
    return found.stdout


# --- explain ------------------------------------------------------------------------------------------------------------


def test_every_row_is_listed_and_explained_with_an_example() -> None:
    listed = run("explain")
    for row in every_code():
        assert row.code in listed
        said = explanation(row.code)
        (example,) = said.example
        assert example.rows
        assert said.reason
        assert said.mend
    assert {row.code for row in every_code()} >= set(MISTAKES)


def test_the_example_of_a_row_is_computed_from_a_bundled_problem() -> None:
    (table,) = explanation("sigmoid-sign").example
    word, line, value = table.rows[0]
    wrong = table.rows[1]
    assert (word, line) == ("true", "f[1] = σ(z_f[1])")
    # z_f[1] is 1.2 by hand: 1*1 + 2*0 + 0.5*0 + 0.2
    assert np.isclose(np.asarray(value, float), 1 / (1 + np.exp(-1.2))).all()
    assert np.isclose(np.asarray(wrong[2], float), 1 / (1 + np.exp(1.2))).all()


def test_an_unknown_code_is_refused_with_the_nearest() -> None:
    found = CliRunner().invoke(app, ["explain", "sigmod-sign"])
    assert found.exit_code == 2
    assert "error[unknown-mistake]" in found.stderr
    assert "did you mean `sigmoid-sign`?" in found.stderr


# --- variant ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DRAWN)
def test_a_variant_is_the_same_problem_with_other_short_numbers(name: str) -> None:
    path = PROBLEMS / f"{name}.yaml"
    text = variant_text(path, "ada")
    old, new = yaml.safe_load(path.read_text(encoding="utf-8")), yaml.safe_load(text)
    assert {k: v for k, v in old.items() if k != "given"} == {k: v for k, v in new.items() if k != "given"}
    assert old["given"].keys() == new["given"].keys()
    changed = [k for k in old["given"] if old["given"][k] != new["given"][k]]
    document = read(str(path))
    assert {re.sub(r"\s", "", key) for key, _ in drawable(document, load_problem(path))} >= set(changed)
    assert len(changed) >= 2
    for key in changed:
        a, b = np.array(old["given"][key], float), np.array(new["given"][key], float)
        assert a.shape == b.shape
        assert np.array_equal(np.round(b, 2), b)  # two decimals at most
        assert (b != 0).all()
    comments = [re.findall(r"#.*", t) for t in (path.read_text(encoding="utf-8"), text)]
    assert comments[0] == comments[1]
    for answer in solve(read_problem(parse(text, "v.yaml"))).answers:
        if isinstance(answer.value, np.ndarray):
            assert np.isfinite(answer.value).all()


@pytest.mark.parametrize("name", ["lstm_forward", "gru"])
def test_neighbours_have_different_sheets_and_each_the_same_again(name: str) -> None:
    path = PROBLEMS / f"{name}.yaml"
    texts = {seed: variant_text(path, seed) for seed in ("ada", "bob", "ada ", "Ådå 😀")}
    assert len(set(texts.values())) == 4
    assert variant_text(path, "ada") == texts["ada"]


def test_constants_of_the_rule_and_zero_states_are_kept() -> None:
    given = yaml.safe_load(variant_text(PROBLEMS / "adam_step.yaml", "ada"))["given"]
    assert [given[k] for k in ("beta1", "beta2", "alpha", "t")] == [0.9, 0.999, 0.1, 2]
    assert np.array(given["v"]).min() > 0  # a mean of squares
    given = yaml.safe_load(variant_text(PROBLEMS / "lstm_forward.yaml", "ada"))["given"]
    assert given["h[0]"] == [0]


@pytest.mark.parametrize("name", ["lstm_forward", "gru", "lstm_gradient_numbers"])
def test_no_common_mistake_is_invisible_in_a_variant_that_another_drawing_shows(name: str) -> None:
    path = PROBLEMS / f"{name}.yaml"
    found = [account(read_problem(parse(variant_text(path, seed), "v.yaml"))) for seed in ("a", "b", "c")]
    hidden = [{(c.code, tuple(c.formulas)) for c in one.hidden()} for one in found]
    assert hidden[0] == hidden[1] == hidden[2]  # what is left is in the nature of the problem


def test_lists_in_lines_of_their_own_are_replaced_too() -> None:
    text = "kind: recurrence\nequations: |\n  h[t] = tanh(W @ x[t])\ngiven:\n  W:\n    - [1, 2]\n    - [0.5, -1]\n"
    text += "  x: [[1, 0], [0.5, 2]]  # inputs\nask: [h]\n"
    from random import Random

    from rnn_hw.author.drawing import drawn

    document = parse(text, "p.yaml")
    new = drawn(document, read_problem(document), Random("x")).text
    given = yaml.safe_load(new)["given"]
    assert np.shape(given["W"]) == (2, 2)
    assert np.shape(given["x"]) == (2, 2)
    assert "# inputs\nask: [h]" in new


@pytest.mark.parametrize("name", ["binary_addition", "lstm_gradient", "vanishing_gradient", "lstm_claims"])
def test_a_problem_without_numbers_to_draw_says_so(name: str) -> None:
    with pytest.raises(HomeworkError) as caught:
        variant_text(PROBLEMS / f"{name}.yaml", "ada")
    assert caught.value.diagnostics[0].code == "nothing-to-draw"


# --- lint ---------------------------------------------------------------------------------------------------------------


def test_lint_finds_a_weight_that_nobody_can_miss() -> None:
    """W_i's second entry is 0 in the homework's own problem, so forgetting the second input there cannot be seen."""
    advice = lint(PROBLEMS / "lstm_forward.yaml")
    (hidden, *_) = advice.tables
    assert hidden.title == "Mistakes that cannot be seen"
    assert ("entry-left-out", 2) in [row[:2] for row in hidden.rows]  # W_i and W_o, whose second entries are 0
    assert "below no common mistake" in advice.remarks[-1].text
    text = (PROBLEMS / "lstm_forward.yaml").read_text(encoding="utf-8")
    start, end = text.index("given:"), text.index("ask:")
    better = text[:start] + advice.proposal + text[end:]
    seen, unseen = (
        {name for change in account(about).hidden() for name in change.formulas}
        for about in (read_problem(parse(better, "p.yaml")), load_problem(PROBLEMS / "lstm_forward.yaml"))
    )
    never = {"mse", *(f"dim_{letter}" for letter in "fiogch")}  # one unit: sizes are alike, whatever the numbers
    assert seen <= never < unseen | never


def test_lint_tells_equal_mistakes_and_trivial_lines() -> None:
    """By hand: with one step from h[0] = 0 the recurrent term is nothing, and a gate of sigmoid(40) is 1 to any place."""
    text = """kind: recurrence
equations: |
  f[t] = sigmoid(w*x[t] + u*h[t-1])
  h[t] = f[t]*x[t]
  k[t] = f[t]*x[t]
given: {w: 40, u: 1, x: [1], "h[0]": 0}
decimals: 3
ask: [f, h, k]
"""
    found = account(read_problem(parse(text, "p.yaml")))
    reasons = {t.spot: t.reason for t in found.trivial}
    assert "saturated" in reasons["f", 1]
    assert "term-left-out" in {c.code for c in found.invisible}  # u*h[0]
    better = account(read_problem(parse(text.replace("w: 40", "w: 0.7").replace('"h[0]": 0', '"h[0]": 0.5'), "p.yaml")))
    assert len(better.invisible) < len(found.invisible)
    assert ("k", 1) in {t.spot for t in better.trivial}  # the same as h[1]
    assert any(len({c.code for c in group}) > 1 for group in found.alike())


def test_lint_prints_its_tables_and_lines_for_the_file() -> None:
    shown = run("lint", str(PROBLEMS / "lstm_forward.yaml"))
    assert "Mistakes that cannot be seen" in shown
    assert "given:" in shown
    assert "Nothing is asked in numbers" in run("lint", str(PROBLEMS / "binary_addition.yaml"))


def test_the_commands_read_standard_input_and_report_faults() -> None:
    text = (PROBLEMS / "gru.yaml").read_text(encoding="utf-8")
    found = CliRunner().invoke(app, ["variant", "-", "--seed", "x"], input=text)
    assert found.exit_code == 0
    assert found.stdout == variant_text(PROBLEMS / "gru.yaml", "x")
    assert CliRunner().invoke(app, ["lint", "no-such-file.yaml"]).exit_code == 2
    assert CliRunner().invoke(app, ["variant", str(PROBLEMS / "gru.yaml")]).exit_code == 2  # no seed
