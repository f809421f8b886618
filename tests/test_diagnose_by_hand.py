"""Sheets that a person worked by hand with a mistake, as text: what is said of them, and that nothing false is.

The numbers were worked outside of this program, each step rounded to the place asked.
"""

from pathlib import Path

import pytest

from rnn_hw.checking import check_files
from rnn_hw.diagnose import with_diagnoses
from rnn_hw.diagnose.explain import every_code
from rnn_hw.lang.notation import source_equation
from rnn_hw.results import Diagnosis, Report

PROBLEMS = Path(__file__).resolve().parent.parent / "problems"


def said(tmp_path: Path, problem: str, answers: str) -> list[Diagnosis]:
    sheet = tmp_path / "sheet.yaml"
    lines = "".join(f"  {line.strip()}\n" for line in answers.strip().splitlines())
    sheet.write_text(f"problem: {PROBLEMS / problem}.yaml\nanswers:\n{lines}")
    (found,) = check_files([str(sheet)], None, False, with_diagnoses)
    assert isinstance(found, Report)
    return list(found.diagnoses)


def test_the_input_of_the_step_before_is_one_mistake_of_all_gates(tmp_path: Path) -> None:
    sheet = """
        f: [0.769, 0.787]
        i: [0.250, 0.339]
        o: [0.978, 0.973]
        g: [0.905, 0.949]
        c: [0.226, 0.500]
        h: [0.217, 0.450]
        mse: 0.101
    """
    (found,) = said(tmp_path, "lstm_forward", sheet)
    assert found.mistake == "wrong-step"
    assert {"f[2]", "i[2]", "o[2]", "g[2]"} <= set(found.explains)


def test_a_loss_of_the_last_step_alone_leaves_both_of_its_terms_out(tmp_path: Path) -> None:
    sheet = """
        i: [0.5890, 0.2667]
        f: [0.6814, 0.3569]
        o: [0.4675, 0.7024]
        g: [0.4854, -0.8844]
        c: [-0.1229, -0.2797]
        h: [-0.0572, -0.1915]
        h_bar: [-0.0242, 0.6085]
        c_bar: [0.1300, 0.3956]
        g_bar: [0.0766, 0.1055]
        o_bar: [0.0030, -0.1659]
        f_bar: [-0.0780, -0.0486]
        i_bar: [0.0631, -0.3499]
    """
    (found,) = said(tmp_path, "lstm_gradient_numbers", sheet)
    assert found.mistake == "losses-left-out"
    assert found.yours is not None
    assert "(h[t] - y[t])" in source_equation(found.yours)


ADAM = """
    V: [[-0.1650, 0.2450, -0.0590], [-0.1960, -0.0320, 0.2090]]
    S: [[0.0106, 0.0699, 0.1099], [0.1406, 0.1698, 0.0210]]
    V_corr: [[-0.8684, 1.2895, -0.3105], [-1.0316, -0.1684, 1.1000]]
    S_corr: [[5.3027, 34.9675, 54.9775], [70.3352, 84.9425, 10.5053]]
"""


def test_what_is_a_slip_away_in_every_second_entry_is_not_said(tmp_path: Path) -> None:
    # a rate of 0.001: an update by S_corr² is near it, with 0.2169 for 0.2196
    sheet = ADAM + "W: [[-0.2196, 0.3298, 0.6700], [0.4901, -0.8600, -0.9003]]"
    assert not said(tmp_path, "adam_step", sheet)


def test_of_equal_changes_the_one_nearest_to_the_root_is_named(tmp_path: Path) -> None:
    sheet = ADAM + "W: [[-0.2577, 0.3518, 0.6658], [0.4777, -0.8618, -0.8661]]"
    (found,) = said(tmp_path, "adam_step", sheet)
    assert found.mistake == "sign-turned"
    assert found.yours is not None
    assert source_equation(found.yours).startswith("theta[1] = theta[0] + alpha*m_hat[1]")


def test_a_mistake_is_not_made_where_the_page_contradicts_it(tmp_path: Path) -> None:
    # [x2, x1] for [x1, x2]: where a product is 0 that looks like a term left out, and nowhere else
    sheet = """
        f: [0.900, 0.587]
        i: [0.475, 0.818]
        o: [0.690, 0.076]
        g: [0.987, 0.741]
        c: [0.469, 0.881]
        h: [0.302, 0.054]
        mse: 0.298
    """
    (found,) = said(tmp_path, "lstm_forward", sheet)
    assert not {"z_f[1]", "z_g[1]", "z_o[2]"} & set(found.place)


@pytest.mark.parametrize("number", ["0.679", "-0.536"])
def test_whatever_is_named_can_be_explained(tmp_path: Path, number: str) -> None:
    sheet = f"""
        f: [0.769, 0.233]
        i: [0.250, 0.459]
        o: [0.978, 0.889]
        g: [0.905, -0.588]
        c: [{number}, -0.217]
        h: [0.217, -0.190]
    """
    (found,) = said(tmp_path, "lstm_forward", sheet)
    assert found.mistake == "pen-other-number"
    assert found.mistake in {row.code for row in every_code()}


def test_of_a_long_sum_the_term_that_is_another_is_shown(tmp_path: Path) -> None:
    gates = "".join(f" + {g}_bar[t+1]*{g}[t+1]*(1 - {g}[t+1])*w_{g}h" for g in "ofi")
    (found,) = said(tmp_path, "lstm_gradient", f"h_bar: h_direct[t]{gates} + g_bar[t+1]*(1 - g[t+1])*w_gh")
    assert found.mistake == "square-left-out"
    assert "[t+1]·(1 − g[t+1])·w_gh; " in found.message
    assert "w_oh" not in found.message
