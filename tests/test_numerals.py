"""A number as a person writes it, against `float`, `decimal` and `fractions`, and every reason for a refusal."""

import time
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rnn_hw.numerals import LONGEST, Numeral, fraction, read_numeral

finite = st.floats(allow_nan=False, allow_infinity=False)
decimals = st.decimals(allow_nan=False, allow_infinity=False, places=None, min_value=-(10**9), max_value=10**9)
RAISED = str.maketrans("-+0123456789", "⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹")


def numeral(text: str) -> Numeral:
    result = read_numeral(text)
    assert isinstance(result, Numeral), result
    return result


def half_unit(exponent: int) -> float:
    return float(Decimal(5).scaleb(exponent - 1))


@given(finite)
@example(5e-324)
@example(1e308)
@example(-1.7976931348623157e308)
@example(-0.0)
def test_repr_of_any_float_is_read_back(x: float) -> None:
    assert numeral(repr(x)).value == x
    assert fraction(repr(x)) == Fraction(repr(x))


@given(decimals)
def test_the_place_is_that_of_the_decimal_module(x: Decimal) -> None:
    exponent = x.as_tuple().exponent
    assert isinstance(exponent, int)
    read = read_numeral(str(x))
    if isinstance(read, str):
        assert "too small" in read
        assert abs(x) < 1e-300
        return
    assert read == (float(x), half_unit(exponent), -exponent)
    assert fraction(str(x)) == Fraction(x)


@given(
    st.integers(-9999, 9999),
    st.integers(0, 4),
    st.integers(-30, 30),
    st.sampled_from(["{}e{}", "{}E{}", "{}·10^{}", "{}*10^{}", "{}x10^{}", "{} × 10^{}", "{}*10**{}"]),
    st.sampled_from("-−–"),
)
def test_powers_of_ten_in_any_spelling_are_one_number(m: int, places: int, power: int, form: str, minus: str) -> None:
    digits = str(Decimal(m).scaleb(-places).quantize(Decimal(1).scaleb(-places)))
    if "E" in digits:  # 0.000 prints as 0E-3
        digits = "0." + "0" * places
    expected = numeral(f"{digits}e{power}")
    assert expected.value == float(Decimal(digits).scaleb(power))
    assert expected.decimals == places - power
    text = form.format(digits, power).replace("-", minus)
    assert numeral(text) == expected
    assert fraction(text) == Fraction(digits) * Fraction(10) ** power
    assert numeral(f"{digits}×10{str(power).translate(RAISED)}") == expected


@given(st.integers(), st.integers(min_value=1))
def test_fractions_are_exact(p: int, q: int) -> None:
    text = f"{p}/{q}"
    if abs(p / q) < 1e300:
        assert numeral(text) == (p / q, 0.0, 17)
        assert fraction(text) == Fraction(p, q)


@pytest.mark.parametrize(
    ("text", "value", "half", "places"),
    [
        ("0.750", 0.75, 0.0005, 3),
        ("12", 12.0, 0.5, 0),
        ("010", 10.0, 0.5, 0),
        ("1.2e-3", 0.0012, 0.00005, 4),
        ("1.20e-3", 0.0012, 0.000005, 5),
        ("1.2e3", 1200.0, 50.0, -2),
        ("+0.5", 0.5, 0.05, 1),
        (".5", 0.5, 0.05, 1),
        ("5.", 5.0, 0.5, 0),
        ("−0.5", -0.5, 0.05, 1),
        ("–0.5", -0.5, 0.05, 1),
        ("- 0.5", -0.5, 0.05, 1),
        (" 0.5 ", 0.5, 0.05, 1),
        ("0.5\u00a0", 0.5, 0.05, 1),
        ("０．５", 0.5, 0.05, 1),
        ("10^-3", 0.001, 0.0005, 3),
        ("10⁻³", 0.001, 0.0005, 3),
        ("50%", 0.5, 0.005, 2),
        ("12.5 %", 0.125, 0.0005, 3),
        ("1/3", 1 / 3, 0.0, 17),
        ("-2/5", -0.4, 0.0, 17),
        ("−1 / 4", -0.25, 0.0, 17),
        ("1⁄2", 0.5, 0.0, 17),
        ("-½", -0.5, 0.0, 17),
        ("0." + "1" * 30, 1 / 9, 5e-31, 30),
    ],
)
def test_examples(text: str, value: float, half: float, places: int) -> None:
    assert numeral(text) == (value, half, places)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "there is no number"),
        (" \t", "there is no number"),
        ("abc", "`abc` is not a number"),
        ("no", "`no` is not a number"),
        ("12:30", "`12:30` is not a number"),
        ("0x10", "`0x10` is not a number"),
        ("--1", "`--1` is not a number"),
        (".", "`.` is not a number"),
        ("1/-3", "`1/-3` is not a number"),
        ("2²", "`2²` is not a number"),
        ("1½", "`1½` is not a number"),
        ("5%%", "`5%%` is not a number"),
        ("٣", "`٣` is not a number"),
        ("z" * 50, f"`{'z' * 37}...` is not a number"),
        ("nan", "`nan` is not a finite number"),
        ("-Infinity", "`-Infinity` is not a finite number"),
        (".inf", "`.inf` is not a finite number"),
        ("1,5", "`1,5` has a decimal comma, write `1.5`"),
        ("−0,231", "`−0,231` has a decimal comma, write `-0.231`"),
        ("1,234", "`1,234` has a comma, write `1.234` or `1234`"),
        ("1,234,567", "`1,234,567` has a comma, write `1234567`"),
        ("1,234.5", "`1,234.5` has a comma between thousands, write `1234.5`"),
        ("1.234,5", "`1.234,5` has a decimal comma, write `1234.5`"),
        ("1,2,3", "`1,2,3` is not one number"),
        ("1 000", "`1 000` is not one number, write `1000`"),
        ("1\u2009000", "`1\u2009000` is not one number, write `1000`"),
        ("1_000.5", "`1_000.5` is not one number, write `1000.5`"),
        ("1/0", "`1/0` divides by zero"),
        ("1e999", "`1e999` is too large"),
        ("9" * 350, f"`{'9' * 37}...` is too large"),
        ("9" * 350 + "/1", f"`{'9' * 37}...` is too large"),
        ("0e309", "`0e309` is too large"),
        ("1e-350", "`1e-350` is too small to tell from zero"),
        ("0e-9999", "`0e-9999` is too small to tell from zero"),
        ("1e-999999999", "the exponent of `1e-999999999` is too large"),
        ("9" * 10**5, f"a number of 100000 characters is too long, {LONGEST} are allowed"),
    ],
)
def test_reasons(text: str, reason: str) -> None:
    assert read_numeral(text) == reason
    assert fraction(text) is None


@given(st.text() | st.text(alphabet="0123456789.,eE+-−/%·×^*10⁻³½ ", max_size=12))
def test_any_text_is_a_finite_number_or_a_reason(text: str) -> None:
    read = read_numeral(text)
    if isinstance(read, str):
        assert 0 < len(read) < 200
        assert fraction(text) is None
        return
    assert abs(read.value) < float("inf")
    assert 0 <= read.half_unit < float("inf")
    exact = fraction(text)
    assert exact is not None
    assert float(exact) == read.value


def test_hostile_text_is_refused_quickly() -> None:
    begun = time.perf_counter()
    for text in ("9" * 400, "1" + " 1" * 199, "1" + ",111" * 99, "1," * 200, " " * 400, "1e" + "9" * 390, "- " * 200):
        for _ in range(10):
            read_numeral(text)
            fraction(text)
    assert time.perf_counter() - begun < 1.0


def test_a_hundred_thousand_numerals_take_well_under_a_second() -> None:
    texts = [f"{k * 7919 % 2000 / 1000 - 1:.3f}" for k in range(100_000)]
    begun = time.perf_counter()
    for text in texts:
        read_numeral(text)
    assert time.perf_counter() - begun < 1.5  # 0.12 to 0.25 s where measured; generous, for a busy machine
