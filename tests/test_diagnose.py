"""The decoder as properties: mistakes put in by hand are found, right and random sheets are left in peace, nothing crashes.

The sheets come from `mistaken.py`, plain NumPy with the mistake in its loop; no rule of the catalogue makes them. What a
person wrote may be anything: whatever the numbers are, there is a report, and verdicts and scores are those without
diagnoses.
"""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from mistaken import ADAM_MISTAKES, LSTM_MISTAKES, Values, adam, given_adam, given_lstm, lstm, printed, problem_text
from typer.testing import CliRunner

from rnn_hw.answers import answer_file
from rnn_hw.checking import Marker, bound
from rnn_hw.cli import app
from rnn_hw.diagnose import with_diagnoses
from rnn_hw.diagnose.numbers import MOST_LINES
from rnn_hw.diagnose.pen import OTHER_NUMBER
from rnn_hw.problem import Problem, read_problem
from rnn_hw.render import json_form
from rnn_hw.results import Diagnosis, Report
from rnn_hw.source import parse
from rnn_hw.view.mistakes import departing


@dataclass(frozen=True, eq=False)
class Homework:
    """A kind of problem, who works it by hand, and with which mistakes."""

    kind: str
    ask: str
    given: Callable[[np.random.Generator], Mapping[str, Any]]
    worked: Callable[[Mapping[str, Any], str, bool], Values]
    mistakes: Mapping[str, str]


LSTM = Homework("lstm_forward", "f, i, o, g, c, h, mse", given_lstm, lstm, LSTM_MISTAKES)
ADAM = Homework("adam_step", "m, v, m_hat, v_hat, theta", given_adam, adam, ADAM_MISTAKES)
CASES = [(of, seed, name) for of in (LSTM, ADAM) for seed in (1, 2) for name in of.mistakes]


@cache
def numbers(of: Homework, seed: int) -> tuple[Problem, Mapping[str, Any]]:
    given = of.given(np.random.default_rng(seed))
    return problem(problem_text(of.kind, given, of.ask)), given


def problem(text: str) -> Problem:
    return read_problem(parse(text, "problem.yaml"))


def answers(of: Homework, seed: int, mistake: str = "", rounded: bool = False) -> dict[str, str]:
    """A sheet as it was written."""
    _, given = numbers(of, seed)
    return {key: printed(value) for key, value in of.worked(given, mistake, rounded).items()}


def reports(about: Problem, *sheets: Mapping[str, str]) -> tuple[list[Report], list[Report]]:
    """A class checked, without diagnoses and with them."""
    texts = ["answers:\n" + "".join(f"  {key}: {value}\n" for key, value in sheet.items()) for sheet in sheets]
    read = [bound(answer_file(parse(text, "answers.yaml")), about) for text in texts]
    marked = Marker(about).mark(read)
    plain = [marked.report(k) for k in range(len(read))]
    return plain, with_diagnoses(about, marked, plain)


def diagnosed(about: Problem, sheet: Mapping[str, str]) -> Report:
    _, (report,) = reports(about, sheet)
    return report


@cache
def classes(of: Homework, seed: int) -> dict[tuple[str, bool], tuple[Report, Report]]:
    """Everybody with one mistake, and two without, checked as one class."""
    who = [(mistake, rounded) for mistake in ("", *of.mistakes) for rounded in (False, True)]
    plain, said = reports(numbers(of, seed)[0], *(answers(of, seed, *one) for one in who))
    return dict(zip(who, zip(plain, said, strict=True), strict=True))


def names(diagnosis: Diagnosis) -> list[str]:
    """The code of a diagnosis, and those of what fits as well."""
    return [diagnosis.mistake, *(other.rpartition("[")[2].rstrip("]") for other in diagnosis.alternatives)]


# --- every mistake is found in its own numbers --------------------------------------------------------------------------


@pytest.mark.parametrize("rounded", [False, True], ids=["carried unrounded", "carried rounded"])
@pytest.mark.parametrize(("of", "seed", "mistake"), CASES, ids=[f"{of.kind}-{seed}-{name}" for of, seed, name in CASES])
def test_a_mistake_is_found_in_its_own_numbers(of: Homework, seed: int, mistake: str, rounded: bool) -> None:
    """It is the one thing that is said, and it explains every line that is not the true one."""
    _, report = classes(of, seed)[mistake, rounded]
    assert departing(report)  # or the numbers would not show it
    (one,) = report.diagnoses
    assert of.mistakes[mistake] in names(one)
    wrong = [v.key for v in report.verdicts if v.verdict in ("wrong", "carried", "imprecise")]
    assert list(one.explains) == wrong


@pytest.mark.parametrize("of", [LSTM, ADAM], ids=lambda of: of.kind)
@pytest.mark.parametrize("seed", range(1, 9))
@pytest.mark.parametrize("rounded", [False, True])
def test_a_right_sheet_is_never_diagnosed(of: Homework, seed: int, rounded: bool) -> None:
    report = diagnosed(numbers(of, seed)[0], answers(of, seed, "", rounded))
    assert report.searched
    assert not report.diagnoses


def test_two_mistakes_are_told_apart_and_each_explains_what_it_reaches() -> None:
    """A forget gate dropped at step 1 does not reach the candidate of step 1."""

    class Both(str):
        def __eq__(self, other: object) -> bool:
            return other in ("forget gate dropped", "sigmoid in the candidate")

        __hash__ = str.__hash__

    about, given = numbers(LSTM, 1)
    report = diagnosed(about, {k: printed(v) for k, v in lstm(given, Both(), False).items()})
    found = {d.mistake: d for d in report.diagnoses}
    assert set(found) == {"other-activation", "factor-left-out"}
    assert found["other-activation"].place == ("g[1]", "g[2]", "g[3]")
    assert found["factor-left-out"].place == ("c[1]", "c[2]", "c[3]")
    assert "g[1]" in found["other-activation"].explains
    assert "g[1]" not in found["factor-left-out"].explains
    assert {"g[2]", "mse"} <= set(found["factor-left-out"].explains)


# --- where nothing is to be said ----------------------------------------------------------------------------------------


def random_digits(sheet: Mapping[str, str], random: np.random.Generator) -> dict[str, str]:
    """The sheet with random digits in one to all of its lines."""
    lines = random.permutation(list(sheet))[: random.integers(1, len(sheet) + 1)]
    return {k: digits(v, random) if k in lines else v for k, v in sheet.items()}


def digits(text: str, random: np.random.Generator) -> str:
    return "".join(str(random.integers(10)) if c.isdigit() else c for c in text)


@pytest.mark.parametrize(("of", "sheets", "most"), [(ADAM, 100, 3), (LSTM, 34, 1)], ids=["adam", "lstm"])
def test_of_random_digits_nothing_is_said(of: Homework, sheets: int, most: int) -> None:
    random = np.random.default_rng(4)
    _, said = reports(numbers(of, 1)[0], *(random_digits(answers(of, 1), random) for _ in range(sheets)))
    assert all(any(v.verdict == "wrong" for v in r.verdicts) for r in said)
    # That a line was not worked on with is no mistake in it, and here it is so.
    assert sum(any(d.mistake != OTHER_NUMBER for d in r.diagnoses) for r in said) <= most


def test_three_digits_match_hardly_anything_by_chance() -> None:
    about = problem("kind: recurrence\nequations: |\n  a = u*v\ngiven: {u: 0.62, v: 0.85}\ndecimals: 3\n")
    random = np.random.default_rng(4)
    _, said = reports(about, *({"a": f"{x:.3f}"} for x in random.uniform(0, 1.05, 400)))
    assert 0 < sum(bool(r.diagnoses) for r in said) <= 12  # 3 in 100


def test_more_digits_of_the_same_number_say_it() -> None:
    about = problem("kind: recurrence\nequations: |\n  a = u*v\ngiven: {u: 0.62, v: 0.85}\ndecimals: 9\n")
    (one,) = diagnosed(about, {"a": f"{0.62 / 0.85:.9f}"}).diagnoses
    assert one.mistake == "product-quotient"


# --- what diagnoses never do --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("of", [LSTM, ADAM], ids=lambda of: of.kind)
def test_verdicts_and_scores_are_those_without_diagnoses(of: Homework) -> None:
    for plain, said in classes(of, 1).values():
        assert said._replace(diagnoses=(), searched=False) == plain
        assert said.all_right == plain.all_right


@pytest.mark.parametrize("sheet", ["003", "004_problem_1", "004_problem_2", "004_problem_4", "000_question_2"])
def test_the_exit_status_is_that_without_hints(sheet: str) -> None:
    path = f"problems/answers/{sheet}.yaml"
    found = [CliRunner().invoke(app, ["check", path, *more]).exit_code for more in ([], ["--no-hints"])]
    assert found == [1, 1]


@pytest.mark.parametrize("of", [LSTM, ADAM], ids=lambda of: of.kind)
def test_a_student_alone_is_told_what_is_told_in_a_class(of: Homework) -> None:
    whole = classes(of, 2)
    for who in list(whole)[::5]:
        assert diagnosed(numbers(of, 2)[0], answers(of, 2, *who)).diagnoses == whole[who][1].diagnoses


def test_the_order_of_a_class_does_not_count() -> None:
    about, _ = numbers(ADAM, 1)
    sheets = [answers(ADAM, 1, name) for name in ADAM_MISTAKES]
    _, one = reports(about, *sheets)
    _, other = reports(about, *reversed(sheets))
    assert [r.diagnoses for r in one] == [r.diagnoses for r in reversed(other)]


# --- what stands in the way ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("there", ["", "about a half", "[0.1, 0.2, 0.3]", "nan", "1e400"])
@pytest.mark.parametrize("key", ["f[2]", "h[1]", "mse"])
def test_what_cannot_be_read_does_not_disturb(key: str, there: str) -> None:
    report = diagnosed(numbers(LSTM, 1)[0], answers(LSTM, 1, "1/(1 + e^z)") | {key: there})
    assert [d.mistake for d in report.diagnoses] == ["sigmoid-sign"]
    assert key not in report.diagnoses[0].explains


@pytest.mark.parametrize("there", ["8.98846567431158e+307", "0e300", "1e-320", "0"])
def test_numbers_at_the_ends_of_a_double_give_no_warning(there: str) -> None:
    """Warnings are errors here."""
    report = diagnosed(numbers(LSTM, 1)[0], answers(LSTM, 1, "1/(1 + e^z)") | {"f[2]": f"[0.1, {there}]"})
    assert "sigmoid-sign" in [d.mistake for d in report.diagnoses]


def test_a_sheet_with_few_lines_is_enough() -> None:
    """The gates and the cell stand in the calculator alone."""
    whole = answers(LSTM, 1, "1/(1 + e^z)")
    report = diagnosed(numbers(LSTM, 1)[0], {key: whole[key] for key in ("h[1]", "h[2]", "h[3]")})
    assert [d.mistake for d in report.diagnoses] == ["sigmoid-sign"]


def test_mistakes_that_have_no_value_do_not_stop_the_search() -> None:
    """log of a negative number, a root of one, and 1/0 are among the changes; s = log(a*b) - sqrt(a) with a*a for a*b."""
    text = (
        "kind: recurrence\nequations: |\n  s = log(a*b) - sqrt(a)\n  q = s/(a - c)\ngiven: {a: 1.7, b: 2.3, c: 1.7}\n"
    )
    about = problem(text + "decimals: 6\n")
    plain, (report,) = reports(about, {"s": f"{np.log(1.7 * 1.7) - np.sqrt(1.7):.6f}", "q": "1"})
    assert [d.mistake for d in report.diagnoses if "s" in d.place] != []
    assert report.verdicts == plain[0].verdicts


def test_a_long_program_is_passed_over_quickly() -> None:
    count = MOST_LINES // 2 + 1
    text = "kind: recurrence\nequations: |\n  a[t] = tanh(w*a[t-1] + x[t])\n  b[t] = sigmoid(a[t])\n"
    given = f"given:\n  w: 0.9\n  x: {[round(math.sin(k), 2) for k in range(count)]}\n  a[0]: 0.1\n"
    about = problem(text + given + "decimals: 3\n")
    start = time.perf_counter()
    report = diagnosed(about, {"a[1]": "0.999", "b[7]": "0.123"})
    assert [v.key for v in report.verdicts if v.verdict == "wrong"] == ["a[1]", "b[7]"]
    assert not report.diagnoses
    assert time.perf_counter() - start < 5


# --- any numbers whatever -----------------------------------------------------------------------------------------------

NUMBER = st.one_of(
    st.floats(-2, 2).map(lambda x: f"{x:.3f}"),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from(["0", "-0", "1", "1e300", "-1e-300", "0e5", "1/3", "50%", "1e-17", "9" * 40, "", "x", "[]", "inf"]),
)


def arrays(rows: int, columns: int = 0) -> st.SearchStrategy[str]:
    inner = arrays(columns) if columns else NUMBER.filter(bool)
    return st.one_of(
        NUMBER.filter(bool), st.lists(inner, min_size=rows, max_size=rows).map(lambda some: f"[{', '.join(some)}]")
    )


@settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.data())
def test_any_numbers_give_a_report(data: st.DataObject) -> None:
    of, shape = data.draw(st.sampled_from([(LSTM, (2, 0)), (ADAM, (2, 3))]))
    mistake = data.draw(st.sampled_from(["", *of.mistakes]))
    sheet = answers(of, 1, mistake)
    for key in data.draw(st.lists(st.sampled_from(list(sheet)), max_size=4)):
        sheet[key] = data.draw(NUMBER if key == "mse" else arrays(*shape))
    plain, (report,) = reports(numbers(of, 1)[0], sheet)
    assert report._replace(diagnoses=(), searched=False) == plain[0]
    json_form.dumps(json_form.report(report))
    wrong = {v.key for v in report.verdicts if v.verdict in ("wrong", "carried", "imprecise")}
    assert all(set(d.explains) <= wrong for d in report.diagnoses)
