"""Checking by example, one for each sentence of the rules, with the numbers worked out by hand beside it."""

import json
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnn_hw.answers import Sheet, answer_file
from rnn_hw.checking import bound, check, check_files, check_sheets
from rnn_hw.checking.slips import slip
from rnn_hw.errors import HomeworkError
from rnn_hw.problem import Problem, read_problem
from rnn_hw.render import json_form
from rnn_hw.results import Report, Verdict
from rnn_hw.source import parse

PROBLEMS = Path(__file__).resolve().parent.parent / "problems"

# a = 1.2*1.2 = 1.44, b = 2*1.44 + 1 = 3.88, c = 1.44*3.88 = 5.5872
CHAIN = """kind: recurrence
equations: |
  a = u*u
  b = 2*a + 1
  c = a*b
given: {u: 1.2}
"""
# s = 0.6*0.5 + 0.4*0.2 = 0.38, y = 0.9*0.38 = 0.342: a gated sum, as c and h of an LSTM without their weights
GATES = """kind: recurrence
equations: |
  f = u1*1
  c0 = u2*1
  i = u3*1
  g = u4*1
  s = f*c0 + i*g
  o = u5*1
  y = o*s
given: {u1: 0.6, u2: 0.5, u3: 0.4, u4: 0.2, u5: 0.9}
decimals: 3
"""
VECTORS = """kind: recurrence
equations: |
  V = A @ x
  M = B @ C
  w = 2*V
given:
  A: [[1, 2], [3, 4], [5, 6]]
  x: [1, 1]
  B: [[1, 2], [0, 1], [1, 0]]
  C: [[1, 0], [0.5, 1]]
"""


def problem(text: str) -> Problem:
    return read_problem(parse(text, "problem.yaml"))


def bundled(name: str, more: str = "") -> Problem:
    return problem((PROBLEMS / f"{name}.yaml").read_text(encoding="utf-8") + more)


def sheet(for_: Problem, answers: "Mapping[str, Any] | str") -> Sheet:
    if not isinstance(answers, str):
        answers = "".join(f"  {key}: {value}\n" for key, value in answers.items())
    return bound(answer_file(parse("student: ada\nanswers:\n" + answers, "answers.yaml")), for_)


def checked(text: "Problem | str", answers: "Mapping[str, Any] | str", strict: bool = False) -> Report:
    found = problem(text) if isinstance(text, str) else text
    return check_sheets(found, [sheet(found, answers)], strict)[0]


def verdict(report: Report, key: str) -> Verdict:
    return next(v for v in report.verdicts if v.key == key)


def words(report: Report) -> dict[str, str]:
    return {v.key: v.verdict for v in report.verdicts if v.verdict != "blank"}


def judged(text: "Problem | str", answers: "Mapping[str, Any] | str", strict: bool = False) -> str:
    """The verdicts in one line: `correct wrong carried`."""
    return " ".join(words(checked(text, answers, strict)).values())


def test_the_steps_of_what_is_worked_backward_are_written_from_the_first_on() -> None:
    chain = """kind: bptt
equations: h[t] = w*h[t-1]
given:
  w: 2
  h[0]: 1
  y: [1, 5]
loss: sum[t](h[t]*y[t])
"""
    # h_bar[2] = y[2] = 5 and h_bar[1] = y[1] + w*h_bar[2] = 11
    found = words(checked(chain, {"h_bar": "[11, 5]"}))
    assert {found["h_bar[1]"], found["h_bar[2]"]} == {"correct"}


# --- the table of verdicts ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "a", "wanted"),
    [
        ("", "1.44", "correct"),
        ("", "1.440", "correct"),
        ("", "1.441", "wrong"),  # three decimals are claimed
        ("", "1.43", "wrong"),
        ("", "1.4", "imprecise"),  # two decimals at least
        ("", "36/25", "correct"),  # 1.44 exactly
        ("", "13/9", "wrong"),  # 1.4444..., and a fraction claims to be exact
        ("", "144%", "correct"),
        ("", "1.44000000000000001", "correct"),
        ("decimals: 1", "1.4", "correct"),
        ("decimals: 1", "1.45", "correct"),  # 0.01 away: further digits are not held against the person
        ("decimals: 1", "1.49", "correct"),  # exactly half a unit away
        ("decimals: 1", "1.491", "wrong"),
        ("decimals: 1", "13/9", "correct"),
        ("decimals: 3", "1.44", "correct"),  # equal to the true value, so never imprecise
        ("decimals: 3", "1.4", "imprecise"),
        ("decimals: 3", "1.5", "wrong"),  # not right as far as it goes
        ("decimals: 3", "1", "imprecise"),
        ("decimals: 3", "2", "wrong"),
        ("digits: 2", "1.4", "correct"),
        ("digits: 3", "1.4", "imprecise"),
        ("digits: 1", "1", "correct"),
        ("digits: 1", "1.9", "correct"),  # 0.46 away, one figure is asked
        ("digits: 1", "2", "wrong"),
    ],
)
def test_a_line_by_its_digits(place: str, a: str, wanted: str) -> None:
    assert judged(CHAIN + place, {"a": a}) == wanted


@pytest.mark.parametrize(
    ("u", "text"), [("1.2", "1.2"), ("0", "0"), ("4", "4"), ("-3", "-3"), ("0", "0.0"), ("4", "4.")]
)
@pytest.mark.parametrize("place", ["", "decimals: 3", "digits: 4"])
def test_a_number_equal_to_the_true_value_is_never_imprecise(u: str, text: str, place: str) -> None:
    assert judged(f"kind: recurrence\nequations: a = 1*u\ngiven: {{u: {u}}}\n{place}", {"a": text}) == "correct"


@pytest.mark.parametrize("text", ["0", "1", "0e5", "0e0", "0e300", "1e300", "1e1", "-0", "7e2"])
@pytest.mark.parametrize("place", ["", "decimals: 3", "digits: 3"])
def test_what_says_nothing_is_not_imprecise_but_wrong(text: str, place: str) -> None:
    """0.3, or 0.7: any gate is 0 or 1 to no decimals. What is `imprecise` may be worth points."""
    for u in ("0.3", "0.7"):
        one = f"kind: recurrence\nequations: a = 1*u\ngiven: {{u: {u}}}\n{place}"
        assert judged(one, {"a": text}) == "wrong"


def test_fewer_digits_of_a_large_number_are_imprecise() -> None:
    large = "kind: recurrence\nequations: a = 1*u\ngiven: {u: 1234.5678}\n"
    assert judged(large + "decimals: 3", {"a": "1235"}) == "imprecise"
    assert judged(large, {"a": "1235"}) == "imprecise"
    assert judged(large + "digits: 3", {"a": "1.2e3"}) == "imprecise"
    assert judged(large + "digits: 3", {"a": "1230"}) == "correct"


def test_the_seven_verdicts() -> None:
    """b = 2*2 + 1 = 5 follows from the wrong a; c stays blank."""
    report = checked(CHAIN + "decimals: 2", {"a": "2.00", "b": "5.00"})
    assert [(v.key, v.verdict) for v in report.verdicts] == [("a", "wrong"), ("b", "carried"), ("c", "blank")]
    assert judged(CHAIN + "decimals: 2", {"a": "two", "b": "3.9", "c": "5.59"}) == "unreadable imprecise correct"


def test_a_line_with_a_true_value_is_correct_whatever_stands_before_it() -> None:
    assert judged(CHAIN + "decimals: 2", {"a": "9", "b": "3.88", "c": "5.59"}) == "wrong correct correct"


def test_a_line_may_follow_from_right_answers_as_they_were_rounded() -> None:
    """One decimal: a = 1.4, b = 2*1.4 + 1 = 3.8 (true 3.88: 3.9), c = 1.4*3.8 = 5.32 -> 5.3 (true 5.6)."""
    report = checked(CHAIN + "decimals: 1", {"a": "1.4", "b": "3.8", "c": "5.3"})
    assert set(words(report).values()) == {"correct"}
    assert report.all_right
    assert judged(CHAIN + "decimals: 1", {"a": "1.4", "b": "3.7"}) == "correct wrong"  # 1.44 was rounded down, not up
    assert judged(CHAIN + "decimals: 1", {"b": "3.8"}) == "wrong"  # without 1.4 on the page nothing explains 3.8
    assert judged(CHAIN + "decimals: 1", {"a": "1.44", "b": "3.8"}) == "correct wrong"
    assert judged(CHAIN + "decimals: 1", {"a": "1.4", "b": "3.8"}, strict=True) == "correct correct"


def test_a_guard_digit_may_have_been_carried() -> None:
    """a = 0.06993 prints as 0.070; with a digit more it is 0.0699, and b = 500*0.0699 = 34.95 (true 34.965)."""
    text = "kind: recurrence\nequations: |\n  a = 1*u\n  b = 500*a\ngiven: {u: 0.06993}\ndecimals: 3\n"
    assert judged(text, {"a": "0.070", "b": "34.950"}) == "correct correct"
    assert judged(text, {"a": "0.070", "b": "35.000"}) == "correct correct"
    assert judged(text, {"a": "0.070", "b": "34.965"}) == "correct correct"
    assert judged(text, {"a": "0.070", "b": "34.800"}) == "correct wrong"


# --- the carried box ----------------------------------------------------------------------------------------------------


def test_the_box_is_the_tolerance_and_half_a_unit_of_each_input_times_its_slope() -> None:
    """a = 2.00 is wrong: b = 2a + 1 = 5 within 0.005 + 2*0.005; c = ab with b = 5.01: 10.02 +- 0.005 + 0.005*(2 + 5.01)."""
    report = checked(CHAIN + "decimals: 2", {"a": "2.00", "b": "5.01", "c": "10.05"})
    assert words(report) == {"a": "wrong", "b": "carried", "c": "carried"}
    b, c = verdict(report, "b"), verdict(report, "c")
    np.testing.assert_allclose(b.accepted, (4.985, 5.015))
    np.testing.assert_allclose(c.accepted, (10.02 - 0.04005, 10.02 + 0.04005))
    np.testing.assert_allclose(c.carried, 10.02)
    np.testing.assert_allclose(c.expected, 5.5872)
    assert judged(CHAIN + "decimals: 2", {"a": "2.00", "b": "5.02"}) == "wrong wrong"
    assert judged(CHAIN + "decimals: 2", {"a": "2.00", "b": "5.01", "c": "10.07"}) == "wrong carried wrong"


def test_an_earlier_quantity_that_is_not_on_the_page_is_computed_from_the_nearest_that_are() -> None:
    """a = 2.00: b would be 5, c = 2*5 = 10; the true c is 5.59."""
    report = checked(CHAIN + "decimals: 2", {"a": "2.00", "c": "10.00"})
    assert words(report) == {"a": "wrong", "c": "carried"}
    assert "a" in verdict(report, "c").message
    blank = checked(CHAIN + "decimals: 2", {"a": "2.00", "b": "", "c": "10.00"})
    unreadable = checked(CHAIN + "decimals: 2", {"a": "2.00", "b": "five", "c": "10.00"})
    assert words(blank) == words(report)
    assert words(unreadable) == {"a": "wrong", "b": "unreadable", "c": "carried"}


def test_what_follows_from_a_wrong_line_that_is_not_on_the_page_is_wrong() -> None:
    assert judged(CHAIN + "decimals: 2", {"b": "5.00", "c": "10.00"}) == "wrong wrong"  # c = 1.44*5 = 7.2


def test_a_wrong_line_in_figures_may_be_of_any_size() -> None:
    """Three figures of 12345.67 are 12300 or 1.23e4, and three times the number itself is 37037."""
    text = "kind: recurrence\nequations: |\n  a = 1*u\n  b = 3*a\ngiven: {u: 0.0106}\ndigits: 3\n"
    for a in ("1.23e4", "12300"):
        assert judged(text, {"a": a, "b": "3.70e4"}) == "wrong carried"
        assert judged(text, {"a": a, "b": "37037"}) == "wrong carried"
        assert judged(text, {"a": a, "b": "36900"}) == "wrong carried"
        assert judged(text, {"a": a, "b": "3.8e4"}) == "wrong wrong"


def test_what_follows_from_too_few_digits_is_correct_close_by_and_carried_from_further_off() -> None:
    """Two decimals asked: 1.4 is within one place of 1.44, 1 is not. b = 2*1.4 + 1 = 3.8, or 3."""
    assert judged(CHAIN + "decimals: 2", {"a": "1.4", "b": "3.80"}) == "imprecise correct"
    assert judged(CHAIN + "decimals: 2", {"a": "1", "b": "3.00"}) == "imprecise carried"
    assert judged(CHAIN + "decimals: 2", {"a": "1", "b": "3.00"}, strict=True) == "imprecise wrong"


def test_strict_carries_nothing() -> None:
    assert judged(CHAIN + "decimals: 2", {"a": "2.00", "b": "5.00", "c": "10.00"}) == "wrong carried carried"
    assert judged(CHAIN + "decimals: 2", {"a": "2.00", "b": "5.00", "c": "10.00"}, strict=True) == "wrong wrong wrong"


# --- nobody can game it -------------------------------------------------------------------------------------------------

HONEST = {"f": "0.500", "c0": "0.500", "i": "0.400", "g": "0.200", "s": "0.330", "o": "0.900", "y": "0.297"}


def test_an_honest_mistake_is_carried() -> None:
    """f = 0.5 for 0.6: s = 0.5*0.5 + 0.4*0.2 = 0.33, y = 0.9*0.33 = 0.297."""
    wanted = dict.fromkeys(HONEST, "correct") | {"f": "wrong", "s": "carried", "y": "carried"}
    assert words(checked(GATES, HONEST)) == wanted


@pytest.mark.parametrize(
    ("answers", "not_carried"),
    [
        ({"o": "0", "y": "0"}, "y"),  # a gate of exactly 0
        ({"o": "0.000", "s": "0.7", "y": "0.000"}, "y"),
        ({"f": "0", "i": "0", "s": "0"}, "s"),  # two gates
        ({"f": "0", "i": "0", "c0": "0.7", "g": "0.9", "s": "0"}, "s"),  # everything before it wrong
        ({"f": "0", "c0": "0", "i": "0", "g": "0", "s": "0"}, "s"),
        ({"c0": "0", "g": "0", "s": "0"}, "s"),
        ({"f": "0e5", "i": "0e5", "s": "0"}, "s"),
        ({"f": "0e300", "i": "0e300", "s": "0.000"}, "s"),
        ({"f": "0/1", "i": "0/7", "s": "0/3"}, "s"),
        ({"f": "0%", "i": "-0", "s": "0"}, "s"),
        (dict.fromkeys(HONEST, "0"), "s y"),
        (dict.fromkeys(HONEST, "0.000"), "s y"),
        (dict.fromkeys(HONEST, "0e5"), "s y"),
        (dict.fromkeys(HONEST, "1e300"), "s y"),
        (dict.fromkeys(HONEST, "-0.0"), "s y"),
    ],
)
@pytest.mark.parametrize("place", ["decimals: 3", "digits: 3", "decimals: 0", ""])
def test_a_zero_is_no_way_around_the_work(answers: dict[str, str], not_carried: str, place: str) -> None:
    text = GATES.replace("decimals: 3", place)
    if place == "decimals: 0":  # where every answer but o is 0 to no decimals, make everything larger
        text = text.replace("{u1: 0.6, u2: 0.5, u3: 0.4, u4: 0.2, u5: 0.9}", "{u1: 6, u2: 5, u3: 4, u4: 2, u5: 9}")
    found = words(checked(text, answers))
    for key in not_carried.split():
        assert found[key] == "wrong"


def test_a_gate_of_zero_in_an_honest_sum_is_carried() -> None:
    """Only f is 0: s = 0 + 0.4*0.2 = 0.08 had to be computed. With i and g wrong as well it had to be all the same."""
    assert words(checked(GATES, HONEST | {"f": "0", "s": "0.080", "y": "0.072"}))["s"] == "carried"
    assert words(checked(GATES, {"f": "0", "i": "0.3", "g": "0.6", "s": "0.180"}))["s"] == "carried"
    assert words(checked(GATES, {"f": "0", "c0": "0.4", "i": "0.3", "g": "0.6", "s": "0.180"}))["s"] == "carried"


def test_a_sum_of_zeros_is_carried() -> None:
    """No factor is lost in a + b: 0 follows from both and from neither alone."""
    text = "kind: recurrence\nequations: |\n  a = u*u\n  b = u + 1\n  s = a + b\n  p = a*b\ngiven: {u: 2}\n"
    assert judged(text, {"a": "0", "b": "0", "s": "0", "p": "0"}) == "wrong wrong carried wrong"


def test_zeros_in_some_entries_of_a_gate_give_those_entries_away() -> None:
    """s = f*c0 + i*g by entries; the first entries are 0 whatever c0 and g are, the second are worked out: 0.7*0.5."""
    text = """kind: recurrence
equations: |
  f = u + 0.1
  c0 = u + 0.2
  i = u + 0.3
  g = u + 0.4
  s = f*c0 + i*g
given: {u: [0.1, 0.2]}
decimals: 3
"""
    answers = {"f": "[0, 0.7]", "c0": "[0.300, 0.500]", "i": "[0, 0]", "g": "[0.500, 0.600]", "s": "[0, 0.350]"}
    report = checked(text, answers | {"c0": "[0.300, 0.5]", "g": "[0.5, 0.6]"})
    s = verdict(report, "s")
    assert s.verdict == "wrong"
    assert s.entries == ((1,),)


def test_adam_with_all_moments_zero() -> None:
    """m_hat = m/(1 - beta1**t) is 0 whatever beta1 and t are; theta is then the theta before the step, whatever else."""
    zero = "[[0, 0, 0], [0, 0, 0]]"
    for place in ("", "decimals: 3\n", "digits: 3\n"):
        found = words(checked(bundled("adam_step", place), dict.fromkeys(("m", "v", "m_hat", "v_hat"), zero)))
        assert set(found.values()) == {"wrong"}


def test_an_overflow_carries_nothing() -> None:
    """exp(1000) is infinite: nothing is near it, and nothing warns."""
    text = "kind: recurrence\nequations: |\n  a = u*u\n  b = exp(a)\n  c = b - b\ngiven: {u: 2}\n"
    for place in ("", "digits: 3\n", "decimals: 3\n"):
        report = checked(text + place, {"a": "1000", "b": "5", "c": "0"})
        assert words(report) == {"a": "wrong", "b": "wrong", "c": "correct"}
        json_form.dumps(json_form.report(report))


def test_a_saturated_gate_is_carried_as_the_wrong_line_before_it_says() -> None:
    """sigmoid(1000) = 1: there is no other input that it could hide. The wrong z is wrong, and so is a guessed state."""
    answers = {"z_f[1]": 1000, "f[1]": "1.000", "c[1]": "0.500", "h[1]": "0.500"}
    assert judged(bundled("lstm_forward"), answers) == "wrong carried wrong wrong"


def test_a_wide_half_unit_does_not_widen_the_box() -> None:
    """`0e5` and `1` claim nothing; an earlier answer counts as rounded to one place less than asked at most."""
    for f in ("0e5", "1", "1e0", "1e5"):
        report = checked(GATES, {"f": f, "c0": "0.500", "i": "0.400", "g": "0.200", "s": "0.999"})
        low, high = verdict(report, "s").accepted or (0, 0)
        assert verdict(report, "s").verdict == "wrong"
        assert float(high) - float(low) <= 2 * (0.0005 + 0.005 * 0.5 + 1e-9)  # 10*0.0005 in f, times c0


@pytest.mark.parametrize("guess", ["1", "0.5", "1e300", "1e0", "0.99", "-1", "1/1"])
def test_guesses_everywhere_are_not_correct(guess: str) -> None:
    report = checked(GATES.replace("u5: 0.9", "u5: 0.95"), dict.fromkeys(HONEST, guess) | {"c0": "0.7"})
    assert "correct" not in words(report).values()
    assert "imprecise" not in words(report).values()


# --- what was asked, points ---------------------------------------------------------------------------------------------


def test_what_was_not_asked_is_judged_for_no_points() -> None:
    report = checked(CHAIN + "ask: [c]", {"a": "1.44", "b": "9", "c": "12.96"})  # 1.44*9
    assert [(v.key, v.verdict, v.points, v.max_points) for v in report.verdicts] == [
        ("a", "correct", "0", "0"),
        ("b", "wrong", "0", "0"),
        ("c", "carried", "1", "1"),
    ]
    assert (report.score, report.max_score) == ("1", "1")
    assert not report.all_right  # the 9 is wrong, points or not


def test_only_asked_lines_are_listed_when_they_are_blank() -> None:
    report = checked(CHAIN + "ask: [a, c]", {})
    assert [(v.key, v.verdict, v.given) for v in report.verdicts] == [("a", "blank", None), ("c", "blank", None)]
    assert not report.all_right
    assert (report.score, report.max_score) == ("0", "2")


def test_points_are_exact_fractions() -> None:
    report = checked(CHAIN + "points: {a: 1/3, b: 1/3, c: 1/3}", {"a": "1.44", "b": "3.88", "c": "5.59"})
    assert [v.points for v in report.verdicts] == ["1/3"] * 3
    assert (report.score, report.max_score) == ("1", "1")
    tenths = checked(CHAIN + "points: {a: 0.1, b: 0.2, c: 0.3}", {"a": "1.44", "b": "3.88", "c": "5.59"})
    assert tenths.score == "3/5"


@pytest.mark.parametrize(
    ("shares", "wanted"),
    [
        ("", ("0", "2", "0", "2")),  # carried marks are full, imprecise none
        ("carried: 1/2\n", ("0", "1", "0", "1")),
        ("carried: 1/3\n", ("0", "2/3", "0", "2/3")),
        ("carried: 0\nimprecise: 0.5\n", ("0", "0", "1/2", "1/2")),
        ("imprecise: 1/3\n", ("0", "2", "1/3", "7/3")),
    ],
)
def test_shares_of_the_points(shares: str, wanted: tuple[str, str, str, str]) -> None:
    """a is wrong, b = 2*2 + 1 carried, c = 5.5872 is printed with one decimal where three are asked."""
    report = checked(CHAIN + "decimals: 3\npoints: {b: 2}\n" + shares, {"a": "2.000", "b": "5.000", "c": "5.6"})
    assert [v.verdict for v in report.verdicts] == ["wrong", "carried", "imprecise"]
    assert (*(v.points for v in report.verdicts), report.score) == wanted
    assert report.max_score == "4"


def test_all_right_is_correct_carried_or_nothing_else() -> None:
    assert checked(CHAIN, {"a": "1.44", "b": "3.88", "c": "5.59"}).all_right
    assert not checked(CHAIN, {"a": "1.44", "b": "3.88"}).all_right
    assert not checked(CHAIN, {"a": "1.4", "b": "3.88", "c": "5.59"}).all_right
    assert not checked(CHAIN, {"a": "1.44", "b": "3.88", "c": "5.59", "d": "1"}).all_right


# --- arrays -------------------------------------------------------------------------------------------------------------
# V = A x = [3, 7, 11]; M = B C = [[2, 2], [0.5, 1], [1, 0]]; w = 2 V = [6, 14, 22]


def test_the_wrong_entries_are_named_from_1() -> None:
    report = checked(VECTORS, {"V": "[3, 8, 12]", "M": "[[2, 2], [0.5, 1], [1, 5]]", "w": "[6, 16, 24]"})
    assert words(report) == {"V": "wrong", "M": "wrong", "w": "carried"}
    assert verdict(report, "V").entries == ((2,), (3,))
    assert verdict(report, "M").entries == ((3, 2),)
    assert verdict(report, "w").entries == ()


def test_one_entry_decides_the_line() -> None:
    """w = 2 V: 6 is right, 16 follows from the wrong 8, and 23 is neither 22 nor 24."""
    report = checked(VECTORS, {"V": "[3, 8, 12]", "w": "[6, 16, 23]"})
    assert verdict(report, "w").verdict == "wrong"
    assert verdict(report, "w").entries == ((3,),)
    imprecise = checked(VECTORS + "decimals: 2", {"M": "[[2, 2], [0.5, 1.0], [1.0, 0.0]]"})
    assert verdict(imprecise, "M").verdict == "correct"


@pytest.mark.parametrize(
    ("key", "given", "said"),
    [
        ("M", "[[2, 0.5, 1], [2, 1, 0]]", "transpose"),
        ("V", "[-3, -7, -11]", "opposite sign"),
        ("M", "[[-2, -2], [-0.5, -1], [-1, 0]]", "opposite sign"),
        ("V", "[11, 7, 3]", "another order"),
        ("V", "[7, 3, 11]", "another order"),
        ("V", "[30, 70, 110]", "ten times"),
        ("V", "[0.3, 0.7, 1.1]", "a tenth of"),
        ("V", "[1.5, 3.5, 5.5]", "half of"),
        ("V", "[6, 14, 22]", "twice"),
    ],
)
def test_what_happened_to_the_whole_array_is_seen(key: str, given: str, said: str) -> None:
    found = verdict(checked(VECTORS, {key: given}), key)
    assert found.verdict == "wrong"
    assert said in found.said
    assert said not in found.message  # it gives the true value away, so `--no-key` keeps it back


def test_a_slip_is_claimed_only_where_the_digits_say_so() -> None:
    def said(given: Any, true: Any, half: float) -> str:
        return slip(np.array(given, float), np.array(true, float), np.full(np.shape(given), half))

    assert said(-0.23, 0.23, 0.005) == "it has the opposite sign"
    assert said(0.0, 0.004, 0.05) == ""
    assert said(0.01, 0.003, 0.005) == ""  # 0.005 to 0.015 holds twice, and three and five times, the true value
    assert said([[1, 2], [3, 4]], [[1, 3], [2, 4]], 0.05) == "it is the transpose of the true value"
    assert said([1, 2], [1, 2, 3], 0.05) == ""
    assert said([0, 0], [1, 2], 0.05) == ""
    assert slip(None, np.zeros(2), None) == ""


@pytest.mark.parametrize("given", ["[1, 2]", "[[3, 7, 11, 1]]", "[[3], [7], [11], [1]]", "5", "[[1, 2], [3, 4]]"])
def test_a_wrong_shape_is_wrong_and_says_which(given: str) -> None:
    report = checked(VECTORS, {"V": given, "w": "[6, 14, 22]"})
    assert words(report) == {"V": "wrong", "w": "correct"}
    assert verdict(report, "V").message.startswith("it has")
    assert verdict(report, "V").points == "0"


def test_a_vector_of_one_entry_is_a_number_and_a_row_may_be_flat() -> None:
    for text in ("1.44", "[1.44]", "[[1.44]]"):
        assert judged(CHAIN, {"a": text}) == "correct"
    for text in ("[3, 7, 11]", "[[3, 7, 11]]", "[[3], [7], [11]]"):
        assert judged(VECTORS, {"V": text}) == "correct"
    lstm = bundled("lstm_forward")
    assert words(checked(lstm, {"f[1]": "[0.769]", "i[1]": "0.250"})) == {"f[1]": "correct", "i[1]": "correct"}
    net = {"U": "[[1, 1], [1, 1], [1, 1]]", "W": "[[0, 1, 0], [0, 1, 0], [0, 1, 0]]", "b_h": "[-0.5, -1.5, -2.5]"}
    for row in ("[1, -1, 1]", "[[1, -1, 1]]"):
        assert set(words(checked(bundled("binary_addition"), net | {"V": row, "b_y": "-0.5"})).values()) == {"correct"}


# --- keys ---------------------------------------------------------------------------------------------------------------
# True values of the LSTM: f = 0.769, 0.233; g = 0.905, -0.588


@pytest.mark.parametrize(
    ("answers", "keys"),
    [
        ({"f[1]": "0.769"}, "f[1]"),
        ({"f_1": "0.769"}, "f[1]"),
        ({"f1": "0.769"}, "f[1]"),
        ({"f [ 1 ]": "0.769"}, "f[1]"),
        ({"f": "[0.769, 0.233]"}, "f[1] f[2]"),
        ({"f": "[[0.769], [0.233]]"}, "f[1] f[2]"),
        ({"g": "[0.905, -0.588]"}, "g[1] g[2]"),
        ({"c_tilde": "[0.905, -0.588]"}, "g[1] g[2]"),
        ({"c_tilde[2]": "-0.588"}, "g[2]"),
        ({"c_tilde_2": "-0.588"}, "g[2]"),
        ({"MSE": "0.530"}, "mse"),
        ({"f": "[0.769, ~]", "f[2]": "0.233"}, "f[1] f[2]"),
    ],
)
def test_spellings_of_keys(answers: dict[str, str], keys: str) -> None:
    report = checked(bundled("lstm_forward"), answers)
    assert words(report) == dict.fromkeys(keys.split(), "correct")
    assert not report.diagnostics


def test_the_names_of_the_sheet_are_read_and_the_keys_stay() -> None:
    """V is the sheet's m, W its theta."""
    m = "[[-0.165, 0.245, -0.059], [-0.196, -0.032, 0.209]]"
    for key in ("V", "m"):
        assert words(checked(bundled("adam_step"), {key: m})) == {"m": "correct"}


def test_an_answer_given_twice_is_reported_and_the_rest_is_marked() -> None:
    report = checked(bundled("lstm_forward"), {"f[1]": "0.769", "f_1": "0.231", "i[1]": "0.250"})
    assert [d.code for d in report.diagnostics] == ["duplicate-key"]
    assert verdict(report, "i[1]").verdict == "correct"
    assert not report.all_right


def test_a_sequence_given_twice_is_reported_and_the_first_counts() -> None:
    first, second = {"g": "[0.905, -0.588]"}, {"c_tilde": "[0.1, 0.2]"}
    report = checked(bundled("lstm_forward"), first | second)
    assert [d.code for d in report.diagnostics] == ["duplicate-key"]
    assert words(report) == {"g[1]": "correct", "g[2]": "correct"}
    assert set(words(checked(bundled("lstm_forward"), second | first)).values()) == {"wrong"}
    assert not checked(bundled("lstm_forward"), {"g": "", "c_tilde": "[0.905, -0.588]"}).diagnostics


def test_an_unknown_key_is_reported_and_the_rest_is_marked() -> None:
    report = checked(bundled("lstm_forward"), {"f[3]": "1", "q": "2", "i[1]": "0.250"})
    assert [d.code for d in report.diagnostics] == ["unknown-key"] * 2
    assert [d.span.line for d in report.diagnostics if d.span] == [3, 4]
    assert verdict(report, "i[1]").verdict == "correct"


def test_a_number_of_steps_that_does_not_fit_is_unreadable() -> None:
    report = checked(bundled("lstm_forward"), {"f": "[0,769, 0,233]", "i[1]": "0.250"})
    assert words(report) == {"f[1]": "unreadable", "i[1]": "correct", "f[2]": "unreadable"}
    assert "0.769" in verdict(report, "f[1]").message


# --- what cannot be read ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["nan", ".nan", "inf", "-.inf", "Infinity", "'∞'", "abc", "yes", "1,5", "1/0", "'1e999'"]
)
def test_a_value_that_is_no_number_is_unreadable_with_the_reason(text: str) -> None:
    report = checked(CHAIN, {"a": "1.44", "b": text, "c": "5.59"})
    assert words(report) == {"a": "correct", "b": "unreadable", "c": "correct"}
    assert verdict(report, "b").message
    assert verdict(report, "b").points == "0"


@pytest.mark.parametrize("text", ["", "~", "null", "' '"])
def test_blank_is_blank(text: str) -> None:
    assert verdict(checked(CHAIN, {"a": text}), "a").verdict == "blank"


# --- text ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "text", "wanted"),
    [
        ("derivative", "sigmoid(z)*(1 - sigmoid(z))", "correct"),
        ("derivative", "σ'(z)", "correct"),
        ("derivative", "exp(-z)/(1 + exp(-z))**2", "correct"),
        ("derivative", "1/4 - (sigmoid(z) - 1/2)**2", "correct"),  # in terms of phi: 1/4 - phi**2
        ("derivative", "sigmoid(z)*(1 - sigmoid(z)) + 1e-3", "wrong"),
        ("derivative", "1/4", "wrong"),
        ("derivative", "sigmoid(x)*(1 - sigmoid(x))", "wrong"),  # x is no quantity of it
        ("derivative", "sigmoid(z)*(1 - ", "unreadable"),
        ("derivative", "nan", "wrong"),
        ("derivative", "[1, 2]", "unreadable"),
        ("below", "vanishing", "correct"),
        ("below", "vanishes", "correct"),
        ("below", "Vanish", "correct"),
        ("below", "exploding", "wrong"),
        ("below", "van", "wrong"),
        ("above", "explodes", "correct"),
        ("above", "it", "wrong"),
        ("gamma", "1/4", "correct"),
        ("gamma", "0.25", "correct"),
        ("gamma", "a quarter", "unreadable"),
        ("alpha", "4", "correct"),
    ],
)
def test_formulas_and_words(key: str, text: str, wanted: str) -> None:
    text = json.dumps(text) if not text.startswith("[") else text
    report = checked(bundled("vanishing_gradient"), {key: text})
    assert words(report) == {key: wanted}
    if wanted == "unreadable":
        assert verdict(report, key).message


# --- students and files -------------------------------------------------------------------------------------------------


def test_a_sheet_without_a_doubt_reads_the_same_beside_one_with_many() -> None:
    found = problem(CHAIN)
    right, other = sheet(found, {"a": "1.44", "b": "3.88"}), sheet(found, {"a": "7", "b": "nan", "c": "[1, 2]"})
    (alone,) = check_sheets(found, [right])
    assert check_sheets(found, [right, other])[0] == alone
    assert check_sheets(found, [other, right])[1] == alone
    assert check_sheets(found, []) == []


def test_files_come_back_in_their_order_and_a_broken_one_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(CHAIN, encoding="utf-8")
    texts = {
        "a.yaml": "problem: p.yaml\nstudent: ada\nanswers: {a: 1.44}\n",
        "b.yaml": "problem: p.yaml\nanswers: [1, 2]\n",
        "c.yaml": "problem: nowhere.yaml\nanswers: {a: 1.44}\n",
        "d.yaml": "problem: p.yaml\nstudent: dan\nanswers: {a: 2, b: 5}\n",
        "e.yaml": "answers: {a: 1}\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = check_files([str(tmp_path / name) for name in texts])
    assert [isinstance(f, Report) for f in found] == [True, False, False, True, False]
    first, _, third, fourth, fifth = found
    assert isinstance(first, Report)
    assert isinstance(fourth, Report)
    assert (first.student, fourth.student) == ("ada", "dan")
    assert first == check(tmp_path / "a.yaml")
    assert words(fourth) == words(check(tmp_path / "d.yaml")) == {"a": "wrong", "b": "carried"}
    assert isinstance(third, HomeworkError)
    assert third.diagnostics[0].file == str(tmp_path / "c.yaml")
    assert isinstance(fifth, HomeworkError)
    assert words(check(tmp_path / "e.yaml", tmp_path / "p.yaml")) == {"a": "imprecise"}
    assert words(check(tmp_path / "d.yaml", strict=True)) == {"a": "wrong", "b": "wrong"}


# --- the contract -------------------------------------------------------------------------------------------------------


def shape(value: Any) -> tuple[int, ...]:
    return np.shape(np.array(value, dtype=float))


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"V": "[3, 8, 11]", "M": "[[2, 2], [0.5, 1], [1, 0]]", "w": "[6, 16, 22]"},
        {"V": "nan", "M": "[1, 2]", "w": "[6, 14, 22]"},
    ],
)
def test_the_contract_of_check(answers: dict[str, str]) -> None:
    report = checked(VECTORS + "points: {V: 1/3, M: 1/3, w: 1/4}\ncarried: 1/2\n", answers)
    document = json.loads(json_form.dumps(json_form.report(report)))
    assert [v["key"] for v in document["verdicts"]] == ["V", "M", "w"]
    assert Fraction(str(document["score"])) == sum(Fraction(str(v["points"])) for v in document["verdicts"])
    assert Fraction(str(document["max_score"])) == Fraction(11, 12)
    for line in document["verdicts"]:
        assert shape(line["expected"]) == {"V": (3,), "M": (3, 2), "w": (3,)}[line["key"]]
        assert line["given"] == answers.get(line["key"])
        if line["verdict"] in ("correct", "carried", "imprecise", "wrong") and not line["message"].startswith("it has"):
            low, high = line["accepted"]
            assert shape(low) == shape(high) == shape(line["expected"])
            assert np.all(np.array(low) <= np.array(high))
        else:
            assert line["accepted"] is None
        assert (line["verdict"] == "carried") <= (line["carried"] is not None)
        assert all(isinstance(n, int) and n >= 1 for entry in line["entries"] for n in entry)
        assert bool(line["entries"]) <= (line["verdict"] == "wrong")


def test_lines_come_in_the_order_of_the_steps_whatever_the_order_of_ask() -> None:
    text = CHAIN + "ask: [c, a, b]"
    assert [v.key for v in checked(text, {"c": "5.59", "a": "1.44"}).verdicts] == ["a", "b", "c"]
    keys = [v.key for v in checked(bundled("lstm_forward"), {"z_f[2]": "-1.191"}).verdicts]
    assert keys[:6] == ["f[1]", "i[1]", "o[1]", "g[1]", "c[1]", "h[1]"]
    assert keys[6:8] == ["z_f[2]", "f[2]"]


def test_accepted_is_the_interval_that_decides() -> None:
    """The ends themselves are accepted, and a little further out nothing is."""
    sheets = [
        {"a": "1.44"},
        {"a": "2.00"},
        {"a": "2.00", "b": "4.90"},
        {"a": "2.00", "b": "3.88"},
        {"a": "1.4", "b": "3.75"},
    ]
    for answers in sheets:
        key = list(answers)[-1]
        low, high = verdict(checked(CHAIN + "decimals: 2", answers), key).accepted or (0, 0)
        for at, fine in ((low, True), (high, True), (low - 1e-6, False), (high + 1e-6, False)):
            again = words(checked(CHAIN + "decimals: 2", answers | {key: repr(float(at))}))[key]
            assert (again in ("correct", "carried")) is fine, (answers, at)


def test_the_interval_of_an_array_is_that_of_each_entry() -> None:
    """V = [3, 7, 11]. From V = [3, 8, 12], w = [6, 16, 24] follows; 14 is the true second entry all the same."""
    w = verdict(checked(VECTORS, {"V": "[3.00, 8.00, 12.00]", "w": "[6, 14, 24]"}), "w")
    assert w.verdict == "carried"
    assert w.accepted is not None
    np.testing.assert_allclose(w.accepted, [[5.995, 13.995, 23.985], [6.005, 14.005, 24.015]])  # 0.005 + 2*0.005


def test_a_line_that_is_not_carried_says_why_and_shows_no_interval_that_holds_it() -> None:
    y = verdict(checked(GATES, {"o": "0.000", "y": "0.000"}), "y")
    assert y.message.endswith("so it is not carried")
    assert y.carried is None
    np.testing.assert_allclose(y.accepted, (0.3415, 0.3425))
    b = verdict(checked(CHAIN, {"a": "2.00", "b": "5.00"}, strict=True), "b")
    np.testing.assert_allclose(b.accepted, (3.875, 3.885))


def test_too_few_digits_are_told() -> None:
    assert "fewer digits" in verdict(checked(CHAIN + "decimals: 3", {"a": "1.4"}), "a").message
