"""How near an answer has to be: the place asked, the place printed, and what floating point may add."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_hw.checking.tolerance import slack, tolerance, within
from rnn_hw.numerals import Numeral, read_numeral

quick = settings(max_examples=200, deadline=None, derandomize=True)


def room(true: float, text: str, place: tuple[str, int] | None) -> float:
    numeral = read_numeral(text)
    assert isinstance(numeral, Numeral)
    return float(tolerance(np.asarray(true), np.asarray(numeral.half_unit), place))


def accepts(true: float, text: str, place: tuple[str, int] | None = None) -> bool:
    numeral = read_numeral(text)
    assert isinstance(numeral, Numeral)
    return bool(within(np.asarray(numeral.value), np.asarray(true), np.asarray(room(true, text, place))))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("0.750", 0.0005),
        ("0.75", 0.005),
        ("0.8", 0.005),  # two decimals at least
        ("1", 0.005),
        ("0e5", 0.005),
        ("1e300", 0.005),
        ("12.3456", 0.00005),
        ("1.5e-3", 0.00005),
        ("1/3", 0.0),  # a fraction claims to be exact
        ("25%", 0.005),
        ("25.0 %", 0.0005),
    ],
)
def test_where_nothing_is_asked_it_is_half_a_unit_of_the_place_printed(text: str, wanted: float) -> None:
    assert room(0.75, text, None) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("text", ["0.8", "0.75", "0.7500001", "1/3", "0e5"])
def test_the_decimals_asked_decide_whatever_is_printed(text: str) -> None:
    assert room(0.75, text, ("decimals", 3)) == pytest.approx(0.0005, rel=1e-12)
    assert room(0.75, text, ("decimals", 0)) == pytest.approx(0.5, rel=1e-12)


@pytest.mark.parametrize(
    ("true", "digits", "wanted"),
    [
        (123.456, 3, 0.5),  # 123
        (123.456, 5, 0.005),
        (0.0123, 2, 0.0005),
        (-0.0123, 2, 0.0005),
        (1000.0, 3, 5.0),  # exactly a power of ten, where a logarithm is off by an ulp
        (0.001, 3, 0.000005),
        (1e15, 10, 5e5),
        (9.996, 3, 0.005),  # prints as 10.0
        (1.44e-7, 2, 5e-9),
    ],
)
def test_the_figures_asked_count_from_the_first_one_of_the_value(true: float, digits: int, wanted: float) -> None:
    assert room(true, "1", ("digits", digits)) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("exponent", range(-300, 301, 7))
def test_powers_of_ten_are_not_taken_for_the_decade_below(exponent: int) -> None:
    assert room(float(f"1e{exponent}"), "1", ("digits", 3)) == pytest.approx(float(f"5e{exponent - 3}"), rel=1e-9)


def test_zero_has_no_figures_and_is_not_wide() -> None:
    for digits in range(1, 11):
        assert accepts(0.0, "0", ("digits", digits))
        assert accepts(0.0, "0.000", ("digits", digits))
        assert not accepts(0.0, "0.01", ("digits", digits))
    assert accepts(0.0, "0", None)
    assert accepts(0.0, "0.00", None)
    assert not accepts(0.0, "0.01", None)


@pytest.mark.parametrize(
    ("true", "text", "place"),
    [
        (0.0005, "0.000", ("decimals", 3)),
        (0.0005, "0.001", ("decimals", 3)),
        (0.125, "0.12", None),
        (0.125, "0.13", None),
        (0.145, "0.14", None),  # 0.145 is a little less than its decimal
        (0.145, "0.15", None),
        (2.675, "2.67", ("decimals", 2)),
        (2.675, "2.68", ("decimals", 2)),
        (1234.5, "1234", ("digits", 4)),
        (1234.5, "1235", ("digits", 4)),
    ],
)
def test_at_exactly_half_a_unit_both_neighbours_are_right(true: float, text: str, place: Any) -> None:
    assert accepts(true, text, place)


@pytest.mark.parametrize(
    ("true", "text", "place", "wanted"),
    [
        (0.76852, "0.769", None, True),
        (0.76852, "0.768", None, False),  # 0.00052 away
        (0.76852, "0.768", ("decimals", 2), True),  # further digits than asked are not held against the person
        (0.76852, "0.77000001", ("decimals", 2), True),
        (0.76852, "0.7735", ("decimals", 2), True),  # 0.00498 away
        (0.76852, "0.7736", ("decimals", 2), False),  # 0.00508 away
        (1 / 3, "1/3", None, True),
        (1 / 3, "0.333", None, True),
        (0.333, "1/3", None, False),
        (0.333, "1/3", ("decimals", 3), True),
        (0.25, "25%", None, True),
        (0.25, "25 %", ("decimals", 3), True),
        (0.25, "0.25%", None, False),
        (1.44e-7, "1.44e-7", ("digits", 3), True),
        (1.44e-7, "1.45e-7", ("digits", 3), False),
        (1.44e-7, "0.00", ("digits", 3), False),
        (1.44e-7, "0.00", ("decimals", 2), True),
        (0.1 + 0.2, "0.3", None, True),
        (0.1 + 0.2, "0.30000000000000000", None, True),  # 17 decimals: an ulp does not count
        (46.0, "45.8", ("decimals", 0), True),
        (1e-320, "0", None, True),
        (1e300, "1e300", ("digits", 3), True),
        (1e300, "1.01e300", ("digits", 3), False),
    ],
)
def test_what_is_accepted(true: float, text: str, place: Any, wanted: bool) -> None:
    assert accepts(true, text, place) is wanted


finite = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12)
sizeable = finite.filter(lambda value: abs(value) > 1e-12)


@quick
@given(finite)
def test_every_digit_of_a_float_is_accepted(true: float) -> None:
    assert accepts(true, repr(true))
    assert accepts(true, f"{true:.17g}")
    assert accepts(true, f"{true:.16e}")
    assert accepts(float(np.nextafter(true, np.inf)), repr(true))


@quick
@given(finite, st.integers(0, 10), st.integers(0, 6), st.sampled_from([ROUND_HALF_EVEN, ROUND_HALF_UP]))
def test_any_rounding_to_the_decimals_asked_or_further_is_accepted(
    true: float, decimals: int, further: int, mode: str
) -> None:
    rounded = Decimal(true).quantize(Decimal(1).scaleb(-decimals - further), rounding=mode)
    assert accepts(true, f"{rounded:f}", ("decimals", decimals))
    if decimals >= 2:
        assert accepts(true, f"{rounded:f}", None)


@quick
@given(sizeable, st.integers(1, 10), st.integers(0, 6), st.sampled_from([ROUND_HALF_EVEN, ROUND_HALF_UP]))
def test_any_rounding_to_the_figures_asked_or_further_is_accepted(
    true: float, digits: int, further: int, mode: str
) -> None:
    exact = Decimal(true)
    rounded = exact.quantize(Decimal(1).scaleb(exact.adjusted() + 1 - digits - further), rounding=mode)
    assert accepts(true, str(rounded), ("digits", digits))


@quick
@given(sizeable, st.integers(1, 10), st.sampled_from([-1, 1]))
def test_one_unit_more_or_less_is_not_accepted(true: float, digits: int, side: int) -> None:
    exact = Decimal(true)
    unit = Decimal(1).scaleb(exact.adjusted() + 1 - digits)
    rounded = exact.quantize(unit, rounding=ROUND_HALF_UP)
    unit = Decimal(1).scaleb(rounded.adjusted() + 1 - digits)  # 9.96 prints as 10
    changed = rounded + side * unit
    if abs(changed - exact) > unit * Decimal("0.5001"):
        assert not accepts(true, str(changed), ("digits", digits))


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("wide", [0.0, 1.0, np.inf])
def test_what_is_not_finite_is_near_nothing(odd: float, wide: float) -> None:
    for other in (0.0, 1.0, np.nan, np.inf, -np.inf):
        assert not within(np.asarray(odd), np.asarray(other), np.asarray(wide))
        assert not within(np.asarray(other), np.asarray(odd), np.asarray(wide))


def test_the_slack_is_relative_and_small() -> None:
    assert 0 < float(slack(np.asarray(0.0), np.asarray(0.0))) < 1e-200
    assert float(slack(np.asarray(1.0), np.asarray(1.0))) == pytest.approx(2e-12)
    assert float(slack(np.asarray(np.inf), np.asarray(1.0))) < 1e-200


def test_a_class_is_one_call() -> None:
    true, half = np.array([1.0, 20.0]), np.array([[0.5, 0.0005], [0.05, 0.0]])
    np.testing.assert_allclose(tolerance(true, half, None), [[0.005, 0.0005], [0.005, 0.0]])
    np.testing.assert_allclose(tolerance(true, half, ("decimals", 1)), np.full((2, 2), 0.05))
    np.testing.assert_allclose(tolerance(true, half, ("digits", 2)), [[0.05, 0.5], [0.05, 0.5]])
