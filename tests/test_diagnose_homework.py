"""The homework's mistakes by their names: the causes that expected.json states for every wrong line, row by row.

A table turns the words of expected.json into codes; where a row stands on which sheet is the table of `test_expected.py`.
Of each line exactly these mistakes are named. What is not found is listed with the reason, so that it cannot grow unseen.
"""

import functools
from pathlib import Path

import pytest
from test_expected import ENTRIES, LINES

from rnn_hw.checking import check_files
from rnn_hw.diagnose import with_diagnoses
from rnn_hw.lang.notation import source_equation
from rnn_hw.lang.tree import Equation
from rnn_hw.results import Diagnosis, Report
from rnn_hw.view.mistakes import departing, remaining, summary

ANSWERS = Path(__file__).resolve().parent.parent / "problems" / "answers"

# The causes of expected.json -> our codes.
CODES = {
    "sigmoid-sign": "sigmoid-sign",
    "beta1-miskeyed-0.09": "decimal-slip",
    "decimal-slip-x10": "pen-factor-ten",
    "bias-correction-t1": "step-frozen",
    "adam-V-in-denominator": "factor-below",
    "dropped-term-in-sum": "entry-left-out",
    "missing-activation": "activation-left-out",
    "expansion-uses-own-unit": "other-quantity",
    "wrong-time-index": "wrong-step",
    "missing-bars": "gradient-left-out",
    "constant-1-for-loss-term": "loss-as-one",
    "inverse-for-derivative": "inverse-for-derivative",
    "loss-derivative-sign": "difference-turned",
    "missing-recurrent-term": "next-step-left-out",
    "missing-time-sum": "sum-left-out",
    "wrong-matrix-in-substitution": "other-quantity",
    "square-missing-in-substitution": "square-left-out",
    "missing-factor": "factor-left-out",
    "row-slip": "wrong-step",  # rows 1 and 2 are x[1] W_x, where the sheet's own x[2] = (0, 1, 1) belongs
}
# Where a word of expected.json says less than our code: one term alone flows back into c.
INSTEAD = {("002.Q2a.c", "missing-recurrent-term"): "term-left-out"}
# Rows that no mistake explains, and why.
NOT_EXPLAINED = {
    "000.Q1.W": "weights of a threshold net are judged by what the net does",
    "003.chain.theta": "another formula altogether: the factor 2 and the inner derivative are missing at once",
    "003.update.Wx": "two signs and the rate at once, of a sum that the sheet has in other brackets",
    "003.update.Wa": "two signs and the rate at once, of a sum that the sheet has in other brackets",
    "004.P1c.formula": "read with + between V_corr and S_corr, it has neither the root nor the product of its numbers",
    "004.P2b.root": "a root taken for 1 has no other digit to tell by",
    "004.P3.first.c": "a statement, no number and no formula",
}
WRONG = [row for row, (_, keys) in LINES.items() if ENTRIES[row]["verdict"] == "wrong"]
CARRIED = {  # rows that carry on what was done in other lines -> the code that explains them
    **{f"002.Q2a.{name}": "term-left-out" for name in "igf"},
    **{f"004.P4.{name}": "sigmoid-sign" for name in (
        "c1", "h1", "z_f2", "z_i2", "z_o2", "z_g2", "g2", "c2", "h2", "mse")},
    "000.Q1.y_expanded": "activation-left-out",
}  # fmt: skip


@functools.cache
def report(sheet: str) -> Report:
    (found,) = check_files([str(ANSWERS / f"{sheet}.yaml")], also=with_diagnoses)
    assert isinstance(found, Report)
    return found


def named(sheet: str, key: str) -> set[str]:
    """The codes of the mistakes that were made in a line."""
    return {d.mistake for d in report(sheet).diagnoses if key in d.place}


def wanted(row: str) -> set[str]:
    words = ENTRIES[row]["mistake"].split("; ")
    return {INSTEAD.get((row, word), CODES[word]) for word in words}


def only(sheet: str, code: str) -> Diagnosis:
    (found,) = [d for d in report(sheet).diagnoses if d.mistake == code]
    return found


def text(equation: Equation | None) -> str:
    assert equation is not None
    return source_equation(equation)


# --- every wrong line ---------------------------------------------------------------------------------------------------


def test_every_wrong_row_is_explained_or_listed() -> None:
    causes = {word for row in WRONG if row not in NOT_EXPLAINED for word in ENTRIES[row]["mistake"].split("; ")}
    assert causes == set(CODES)
    assert set(NOT_EXPLAINED) <= set(WRONG)
    assert {row for row, entry in ENTRIES.items() if entry["verdict"] == "ecf-correct"} == set(CARRIED)


@pytest.mark.parametrize("row", [row for row in WRONG if row not in NOT_EXPLAINED])
def test_the_cause_of_a_wrong_line_is_named(row: str) -> None:
    sheet, keys = LINES[row]
    found = [named(sheet, key) for key in keys]
    if row == "004.P1c.Vcorr":  # its beta1 is that of V
        found = [codes - {"decimal-slip"} for codes in found]
    assert found == [wanted(row)] * len(keys)


@pytest.mark.parametrize("row", NOT_EXPLAINED)
def test_nothing_is_said_of_what_is_not_explained(row: str) -> None:
    sheet, keys = LINES[row]
    for key in keys:
        assert not named(sheet, key)
        assert key in remaining(report(sheet))


@pytest.mark.parametrize("row", CARRIED)
def test_what_is_carried_is_explained_by_what_it_carries(row: str) -> None:
    sheet, keys = LINES[row]
    for key in keys:
        assert CARRIED[row] in {d.mistake for d in report(sheet).diagnoses if key in d.explains}


@pytest.mark.parametrize("sheet", sorted({sheet for sheet, _ in LINES.values()}))
def test_a_right_line_is_never_explained(sheet: str) -> None:
    right = {v.key for v in report(sheet).verdicts if v.verdict not in ("wrong", "carried", "imprecise")}
    assert not [d for d in report(sheet).diagnoses if right & set(d.explains)]


# --- the sheets that the issue names ------------------------------------------------------------------------------------


def test_004_problem_4_is_one_mistake() -> None:
    found = report("004_problem_4")
    (one,) = found.diagnoses
    assert one.mistake == "sigmoid-sign"
    assert not one.alternatives
    assert one.explains == tuple(departing(found))
    assert len(one.explains) == 16
    assert one.place == ("f[1]", "i[1]", "o[1]", "f[2]", "i[2]", "o[2]")
    assert (text(one.true), text(one.yours)) == ("f[t] = sigmoid(z_f[t])", "f[t] = sigmoid(-z_f[t])")
    assert summary(found) == "One mistake explains 16 of your 16 wrong lines."


def test_004_problem_1_is_three_mistakes_and_two_slips_of_the_pen() -> None:
    found = report("004_problem_1")
    codes = [d.mistake for d in found.diagnoses]
    assert sorted(codes) == ["decimal-slip", "factor-below", "pen-factor-ten", "pen-factor-ten", "step-frozen"]
    beta = only("004_problem_1", "decimal-slip")
    assert text(beta.yours) == "m[1] = beta1/10*m[0] + (1 - beta1/10)*grad[1]"  # 0.09
    step = only("004_problem_1", "step-frozen")
    assert step.place == ("m_hat", "v_hat")
    below = only("004_problem_1", "factor-below")
    assert below.place == below.explains == ("theta",)
    assert text(below.yours) == "theta[1] = theta[0] - alpha/(m_hat[1]*(sqrt(v_hat[1]) + epsilon))"


def test_the_slips_of_004_problem_1_were_not_carried() -> None:
    slips = {d.place[0]: d for d in report("004_problem_1").diagnoses if d.mistake == "pen-factor-ten"}
    assert set(slips) == {"v", "m_hat"}
    assert slips["v"].message.startswith("entry (1, 2): 0.699 on the page")
    assert slips["m_hat"].message.startswith("entry (1, 3): 0.331 on the page")
    assert (slips["v"].reveals, slips["m_hat"].reveals) == ("meant is 0.0699", "meant is 0.0331")
    for slip in slips.values():
        assert slip.explains == slip.place
        assert "the lines after it were worked with the number meant" in slip.message


def test_at_the_second_step_a_frozen_count_and_one_off_by_one_are_a_tie() -> None:
    """Both put in t = 1. Neither may be kept from the reader."""
    (other,) = only("004_problem_1", "step-frozen").alternatives
    assert other.endswith("[step-off-by-one]")
    assert "t − 1" in other


def test_003_a_is_the_dropped_term() -> None:
    (one,) = report("003").diagnoses
    assert one.mistake == "entry-left-out"
    assert one.explains == ("dW_x[3]",)
    assert text(one.yours) == "dW_x[t] = sum(a_bar[t]*x[t]*[1, 0, 1])"  # the second of three examples is missing


def test_an_assignment_says_of_each_problem_what_the_problem_alone_says() -> None:
    whole = report("004")
    alone = {"1": "004_problem_1", "4": "004_problem_4"}
    for id, sheet in alone.items():
        part = [d for d in whole.diagnoses if any(key.startswith(f"{id}/") for key in d.place)]
        assert [d.mistake for d in part] == [d.mistake for d in report(sheet).diagnoses]
        assert [d.explains for d in part] == [
            tuple(f"{id}/{key}" for key in d.explains) for d in report(sheet).diagnoses
        ]
