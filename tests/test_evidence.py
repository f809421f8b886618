"""Evidence in bits, and slips of the pen row by row: numbers worked out by hand beside each.

A slip is put into one number of a page by hand; the lines after it are worked from the number that was meant, or from the
one on the page, and both are told apart.
"""

import numpy as np
import pytest
from test_diagnose import diagnosed, problem

from rnn_hw.diagnose.evidence import EXPLAINED, LOOSE, UNEXPLAINED, Tracks, judged, may_take, standing, unexplained
from rnn_hw.diagnose.pen import OTHER_NUMBER, SLIPS, SOME_SLIP, Numbers
from rnn_hw.results import Diagnosis

# a = 3.7**2 = 13.69, b = 1.9*13.69 = 26.011, c = 26.011 - 13.69/7 = 24.0552857..., d = 24.0552857**2 = 578.65677...
CHAIN = """kind: recurrence
equations: |
  a = u*u
  b = w*a
  c = b - a/7
  d = c*c
given: {u: 3.7, w: 1.9}
decimals: 6
"""
TRUE = {"a": 3.7**2, "b": 1.9 * 3.7**2, "c": 1.9 * 3.7**2 - 3.7**2 / 7}
TRUE["d"] = TRUE["c"] ** 2


def at(
    printed: float, half: float, believed: float, page: float | None = None, near: float | None = None
) -> tuple[float, int]:
    """The bits of one number of a size of about 1, and how it is explained."""
    tracks = Tracks(*(np.array([t]) for t in (believed, page or believed, near or believed)))
    found = judged(np.array([printed]), np.array([half]), tracks, np.array(1.0))
    return float(found.bits[0]), int(found.how[0])


# --- bits ---------------------------------------------------------------------------------------------------------------


def test_an_unexplained_number_takes_the_bits_of_its_digits_and_its_sign() -> None:
    """From -1 to 1 there are 2000 numbers of three decimals: log2(2*1/0.0005) = log2(4000), a half unit to each side."""
    one = lambda printed, half, scale: float(unexplained(*map(np.array, (printed, half, scale))))  # noqa: E731
    assert one(0.5, 0.0005, 1.0) == pytest.approx(np.log2(4000))
    assert one(8.0, 0.0005, 1.0) == pytest.approx(np.log2(32000))  # larger than such a number is
    assert one(0.5, 0.005, 1.0) == pytest.approx(np.log2(400))
    assert one(0.5, 0.005, 1.0) - one(0.5, 0.05, 1.0) == pytest.approx(np.log2(10))  # a digit more
    assert one(0.5, 0.0, 1.0) == 30  # a fraction: no more than a double has
    assert one(1.0, 5.0, 1.0) == 1
    assert one(0.0, 0.0005, 0.0) == 1


def test_an_explained_number_takes_none() -> None:
    assert at(0.231, 0.0005, 0.23147) == (0, EXPLAINED)
    assert at(0.231, 0.0005, 0.2315) == (0, EXPLAINED)  # exactly half a unit away
    assert at(0.231, 0.0005, 0.9, page=0.2312) == (0, EXPLAINED)  # from the page
    assert at(0.231, 0.0005, 0.9, near=0.2312) == (0, EXPLAINED)


def test_a_number_that_was_cut_takes_a_few() -> None:
    assert at(0.231, 0.0005, 0.2319) == (3, LOOSE)
    bits, how = at(0.231, 0.0005, 0.2456)
    assert how == UNEXPLAINED
    assert bits == pytest.approx(np.log2(4000))


def test_rounding_on_the_way_may_have_moved_it() -> None:
    """The believed value is 0.0040 off, and rounding the inputs alone moves it by 0.0045: log2(1 + 9) bits."""
    bits, how = at(0.2310, 0.0005, 0.2350, near=0.2395)
    assert how == EXPLAINED
    assert bits == pytest.approx(np.log2(1 + 9))


def test_no_value_explains_nothing() -> None:
    assert at(0.231, 0.0005, np.nan)[1] == UNEXPLAINED
    assert at(0.231, 0.0005, np.inf)[1] == UNEXPLAINED


def test_a_number_that_stands_for_itself_is_no_slip() -> None:
    """-0.231 for 0.231 is a slip of the pen, but where it was worked on with as it stands."""
    printed, half, scale = np.array([[-0.231]]), np.array([[0.0005]]), np.array(1.0)
    found = judged(printed, half, Tracks(-printed, -printed, -printed), scale)
    alone = standing(found, printed, half, scale, np.array([True]))
    assert found.bits.item() == 5
    assert found.believed.item() == 0.231
    assert alone.bits.item() == pytest.approx(np.log2(4000))
    assert alone.believed.item() == -0.231


# --- slips of the pen, one number at a time -----------------------------------------------------------------------------

MADE = [
    ("0.699", "0.0699", "pen-factor-ten"), ("0.331", "0.0331", "pen-factor-ten"), ("1369", "13.69", "pen-factor-ten"),
    ("-0.217", "0.217", "pen-sign"), ("0.217", "-0.217", "pen-sign"),
    ("0.2341", "0.2314", "pen-digits-exchanged"), ("321.5", "312.5", "pen-digits-exchanged"),
    ("109.872", "109.892", "pen-digit"), ("0.31", "0.81", "pen-digit"), ("-7.5", "-1.5", "pen-digit"),
]  # fmt: skip
NOT_MADE = [
    ("0.2413", "0.2314"),  # two digits that are no neighbours
    ("0.243", "0.235"),  # two digits, and not exchanged
    ("0.97", "0.12"), ("-0.31", "0.81"), ("0.231", "0.231"), ("5", "nan"),
]  # fmt: skip


def slips(printed: str, meant: str) -> set[str]:
    decimals = len(printed.partition(".")[2])
    numbers = Numbers(np.array([float(printed)]), np.array([0.5 * 10.0**-decimals]), np.array([float(meant)]))
    return {code for code, row in SLIPS.items() if row.made is not None and np.isfinite(row.cost(numbers)[0])}


@pytest.mark.parametrize(("printed", "meant", "code"), MADE)
def test_a_slip_by_hand(printed: str, meant: str, code: str) -> None:
    assert code in slips(printed, meant)
    assert slips(printed, meant) <= {code, "pen-digit"}  # 0.699 for 0.070 may be a digit too


@pytest.mark.parametrize(("printed", "meant"), NOT_MADE)
def test_what_is_no_slip(printed: str, meant: str) -> None:
    assert not slips(printed, meant)


@pytest.mark.parametrize("code", SLIPS)
def test_a_row_of_the_pen_is_well_formed_and_rarer_than_a_common_mistake(code: str) -> None:
    row = SLIPS[code]
    assert row.code == code
    assert code.startswith("pen-")
    for phrase in (row.title, row.reason, row.mend):
        assert phrase
        assert phrase[0].islower()
        assert phrase[-1] != "."
    if code in (OTHER_NUMBER, SOME_SLIP):  # the lines after it tell, and what is kept back
        assert row.made is None
        assert row.bits == np.inf
        return
    ways = row.ways(Numbers(np.array([0.231]), np.array([0.0005]), np.array([0.5]))) if row.ways else [1]
    assert 3 < row.bits + np.log2(ways[0]) < np.log2(4000)


def test_no_slip_takes_fewer_bits_than_its_row_says() -> None:
    random = np.random.default_rng(0)
    meant = random.uniform(-300, 300, 20_000) * 10.0 ** random.integers(-3, 2, 20_000)
    half = 0.5 * 10.0 ** -random.integers(0, 4, 20_000)
    printed = np.round(meant / half) * half * random.choice([1, -1, 10, 0.1], 20_000)
    printed += 2 * half * random.choice([0, 1, 9, -9, 90, 30], 20_000)
    numbers = Numbers(printed, half, meant)
    for row in SLIPS.values():
        if row.made is not None:
            cost = row.cost(numbers)
            assert np.isfinite(cost).any()
            assert (cost[np.isfinite(cost)] >= row.bits).all()


@pytest.mark.parametrize("most", [4.0, 5.0, 5.2, 8.0, 12.0, 30.0])
def test_rows_that_may_stay_below_a_limit_are_found_beforehand(most: float) -> None:
    """None is missed that does with slips of the pen in at most half of its entries; where no track comes near, none is
    taken."""
    random = np.random.default_rng(1)
    values = random.uniform(-3, 3, (3, 4, 3000, 2))  # tracks, and a few values for each row
    values[1:] = np.where(random.random(values[1:].shape) < 0.5, values[:1], values[1:])
    printed = np.round(values[0, 0], 3) * random.choice([1, 1, 1, -1, 10], (3000, 2)) + random.choice(
        [0, 0, 0, 0.02, 0.001, 0.7], (3000, 2)
    )
    half, scale = np.full(printed.shape, 0.0005), np.array(3.0)
    taken = may_take(printed, half, Tracks(*values), scale, np.full(3000, most))
    assert taken.shape == (4, 3000)
    assert not taken.all()
    for k in range(4):
        found = judged(printed, half, Tracks(*values[:, k]), scale)
        half_of_it = (found.how <= LOOSE).any(axis=1)
        below = (found.bits.sum(axis=1) <= most) & half_of_it
        assert below.any() or k
        assert (taken[k] | ~below).all()
        assert (half_of_it | ~taken[k]).all()


# --- slips of the pen on a page -----------------------------------------------------------------------------------------

ON_PAGE = [
    ("b", "260.110000", "pen-factor-ten"),
    ("b", "2.601100", "pen-factor-ten"),
    ("b", "-26.011000", "pen-sign"),
    ("b", "62.011000", "pen-digits-exchanged"),
    ("b", "26.017000", "pen-digit"),
    ("c", "24.055826", "pen-digits-exchanged"),  # 24.055286
    ("c", "24.065286", "pen-digit"),
    ("c", "240.552857", "pen-factor-ten"),
]


def page(**other: str) -> dict[str, str]:
    return {key: f"{value:.6f}" for key, value in TRUE.items()} | other


def the_one(sheet: dict[str, str]) -> Diagnosis:
    (one,) = diagnosed(problem(CHAIN), sheet).diagnoses
    return one


@pytest.mark.parametrize(("key", "printed", "code"), ON_PAGE)
def test_a_slip_on_the_page_that_was_not_worked_on_with(key: str, printed: str, code: str) -> None:
    """The lines after it are those of the number meant, and so they are right."""
    one = the_one(page(**{key: printed}))
    assert one.mistake == code
    assert one.place == one.explains == (key,)
    assert f"{printed.rstrip('0').rstrip('.')}".replace("-", "−")[:6] in one.message
    assert "the lines after it were worked with the number meant" in one.message
    assert one.reveals.startswith(f"meant is {TRUE[key]:.6f}"[:14])


def test_a_slip_that_was_worked_on_with() -> None:
    """b = 26.017 for 26.011, and c = 26.017 - 13.69/7 = 24.061286, d = 24.061286**2 from it."""
    c = 26.017 - TRUE["a"] / 7
    report = diagnosed(problem(CHAIN), page(b="26.017000", c=f"{c:.6f}", d=f"{c * c:.6f}"))
    (one,) = report.diagnoses
    assert one.mistake == "pen-digit"
    assert "number meant" not in one.message
    assert [(v.key, v.verdict) for v in report.verdicts] == [
        ("a", "correct"),
        ("b", "wrong"),
        ("c", "carried"),
        ("d", "carried"),
    ]


def test_another_number_than_the_one_worked_with_is_no_slip_that_is_known() -> None:
    one = the_one(page(b="71.834000"))
    assert one.mistake == "pen-other-number"
    assert "71.834" in one.message
    assert one.reveals.startswith("meant is 26.011")


def test_a_slip_after_a_mistake_is_measured_against_the_mistaken_value() -> None:
    """w left out of b: b = 13.69, c = 13.69 - 13.69/7 = 11.734286, printed 117.342857."""
    c = TRUE["a"] - TRUE["a"] / 7
    report = diagnosed(problem(CHAIN), page(b="13.690000", c="117.342857", d=f"{c * c:.6f}"))
    assert [d.mistake for d in report.diagnoses] == ["factor-left-out", "pen-factor-ten"]
    assert report.diagnoses[1].place == ("c",)
    assert report.diagnoses[1].reveals.startswith("meant is 11.734")


def test_few_digits_are_no_slip() -> None:
    """0.3 for 0.8 may be anything: one digit of one is all there is to tell by."""
    text = "kind: recurrence\nequations: |\n  a = tanh(u)\n  b = tanh(v)\ngiven: {u: 1.1, v: 0.4}\ndecimals: 1\n"
    assert not diagnosed(problem(text), {"a": "0.3", "b": "0.4"}).diagnoses
