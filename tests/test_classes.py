"""Students are an axis: what a class is told in columns is what each of its members would be told alone."""

import doctest
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from test_check import CHAIN, bundled, problem, sheet, words
from test_check_properties import CELLS, Cell, Place, gru, lstm, random_sheet, same_verdict, written

from rnn_hw import checking
from rnn_hw.answers import Sheet, answer_file
from rnn_hw.checking import Binder, Marked, Marker, bound, check_sheets, judge, local, mark, targets, typed
from rnn_hw.checking import binding as binding_module
from rnn_hw.problem import Problem
from rnn_hw.results import VERDICTS, Report
from rnn_hw.source import parse

PLACES: list[Place | None] = [("decimals", 3), ("digits", 3), None]
BAD = ["1e300", "-1e300", "0", "nan", "1/0", "~", "[1, [2]]", "{a: 1}", "[[1, 2, 3]]", "0.1"]


def a_class(cell: Cell, found: Problem, count: int, place: Place | None, seed: int = 3) -> list[Sheet]:
    rng, binder = np.random.default_rng(seed), Binder(found)
    texts = [written(random_sheet(cell, rng, place or ("decimals", 3))) for _ in range(count)]
    return [binder.bind(answer_file(parse(text, "answers.yaml"))) for text in texts]


def bad(cell: Cell, found: Problem) -> list[Sheet]:
    """A sheet of nothing but each of these."""
    keys = [key for key, _ in cell.lines]
    texts = ["answers:\n" + "".join(f"  {key}: {text}\n" for key in keys) for text in BAD]
    return [bound(answer_file(parse(text, "bad.yaml")), found) for text in texts]


def marked_at_once(found: Problem, sheets: Sequence[Sheet], strict: bool = False) -> Marked:
    return Marker(found, strict).mark(sheets)


def same_report(one: Report, other: Report) -> bool:
    pairs = zip(one.verdicts, other.verdicts, strict=True)
    return one._replace(verdicts=()) == other._replace(verdicts=()) and all(same_verdict(a, b) for a, b in pairs)


# --- judging ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("place", PLACES, ids=str)
@pytest.mark.parametrize("kind", sorted(CELLS))
def test_the_columns_say_what_the_reports_say(kind: str, place: Place | None, strict: bool) -> None:
    cell = CELLS[kind](2)
    found = cell.problem(place)
    sheets = a_class(cell, found, 40, place)
    marked = marked_at_once(found, sheets, strict)
    for k, one in enumerate(sheets):
        report = marked.report(k)
        column = dict(zip((line.key for line in found.lines), marked.codes[:, k], strict=True))
        assert {v.key: v.verdict for v in report.verdicts} == {key: VERDICTS[c] for key, c in column.items() if c}
        assert Fraction(report.score) == marked.score(k) == sum(Fraction(v.points) for v in report.verdicts)
        assert marked.scores[k] == marked.points[:, k].sum()
        (alone,) = check_sheets(found, [one], strict)
        assert same_report(alone, report)


@pytest.mark.parametrize("kind", ["gru", "lstm", "own", "adam_steps"])
def test_a_bad_neighbour_changes_nobodys_marks(kind: str) -> None:
    cell = CELLS[kind](5)
    found = cell.problem(("decimals", 3))
    sheets, others = a_class(cell, found, 60, ("decimals", 3)), bad(cell, found)
    alone = marked_at_once(found, sheets)
    beside = marked_at_once(found, [*others, *sheets, *others])
    np.testing.assert_array_equal(beside.codes[:, len(others) : -len(others)], alone.codes)
    np.testing.assert_array_equal(beside.scores[len(others) : -len(others)], alone.scores)
    for k in range(len(others)):
        assert same_report(beside.report(k), beside.report(len(sheets) + len(others) + k))


def test_a_class_in_parts_is_the_whole_class(monkeypatch: pytest.MonkeyPatch) -> None:
    cell = gru(4)
    found = cell.problem(("decimals", 3))
    sheets = a_class(cell, found, 50, ("decimals", 3))
    whole = check_sheets(found, sheets)
    monkeypatch.setattr(judge, "MOST_SHEETS", 7)
    parts = list(mark(found, iter(sheets)))
    assert [len(part.sheets) for part in parts] == [7] * 7 + [1]
    reports = [part.report(k) for part in parts for k in range(len(part.sheets))]
    assert all(same_report(one, other) for one, other in zip(whole, reports, strict=True))
    assert list(mark(found, [])) == []


@pytest.mark.parametrize("kind", ["adam_steps", "gru", "lstm", "own"])
def test_a_line_by_its_own_formula_is_the_line_in_the_whole_program(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cell = CELLS[kind](8)
    found = cell.problem(("decimals", 3))
    sheets = a_class(cell, found, 25, ("decimals", 3))
    short = check_sheets(found, sheets)
    monkeypatch.setattr(local, "LONGEST_CHAIN", 0)
    long = check_sheets(found, sheets)
    assert all(same_report(one, other) for one, other in zip(short, long, strict=True))


def test_a_page_with_the_end_of_a_long_sequence_alone() -> None:
    """What stands between is longer than what is compiled together."""
    text = "kind: recurrence\nequations: |\n  h[t] = 0.9*h[t-1] + x[t]\n  s[t] = 2*h[t]\n"
    text += f"given: {{x: {[1.0] * 200}, 'h[0]': 1}}\ndecimals: 3\n"
    found = problem(text)
    value = 1.0
    for _ in range(200):
        value = 0.9 * value + 1
    for h, s, wanted in ((value, 2 * value, "correct correct"), (5, 10, "wrong carried"), (5, 11, "wrong wrong")):
        report = check_sheets(found, [sheet(found, {"h[200]": f"{h:.3f}", "s[200]": f"{s:.3f}"})])[0]
        assert " ".join(words(report).values()) == wanted
    report = check_sheets(
        found, [sheet(found, {"h[1]": "2.000", "h[200]": f"{0.9**199 * 2 + (1 - 0.9**199) * 10:.3f}"})]
    )[0]
    assert words(report) == {"h[1]": "wrong", "h[200]": "correct"}


def test_points_stay_exact_whatever_their_fractions() -> None:
    """Denominators without a common factor make a unit of more digits than a machine word has."""
    shares = [Fraction(1, n) for n in (997, 991, 983, 977, 971, 967)]
    lines = "".join(f"  a{k} = {k + 1}*u\n" for k in range(len(shares)))
    points = ", ".join(f"a{k}: {share}" for k, share in enumerate(shares))
    found = problem(f"kind: recurrence\nequations: |\n{lines}given: {{u: 1}}\npoints: {{{points}}}\ncarried: 1/953\n")
    marked = marked_at_once(
        found, [sheet(found, {f"a{k}": str(k + 1) for k in range(len(shares))}), sheet(found, {"a1": "2"})]
    )
    assert marked.scores.dtype == object
    assert marked.score(0) == sum(shares)
    assert marked.score(1) == shares[1]
    assert marked.report(0).score == marked.report(0).max_score == str(sum(shares))


def test_a_formula_that_many_typed_is_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = bundled("vanishing_gradient")
    judged: list[Any] = []
    original = typed.judge_formulas
    monkeypatch.setattr(typed, "judge_formulas", lambda *a: judged.append(a) or original(*a))
    texts = ["sigmoid(z)*(1 - sigmoid(z))", "1/4", "sigmoid(z)*(1 - "]
    binder = Binder(found)
    files = [parse(f"student: s{k}\nanswers:\n  derivative: {texts[k % 3]}\n", f"{k}.yaml") for k in range(30)]
    reports = check_sheets(found, [binder.bind(answer_file(file)) for file in files])
    assert len(judged) == 3
    assert [next(iter(words(report).values())) for report in reports] == ["correct", "wrong", "unreadable"] * 10
    monkeypatch.setattr(typed, "MOST_TEXTS", 1)
    again = check_sheets(found, [binder.bind(answer_file(file)) for file in files])
    assert again == reports


# --- binding ----------------------------------------------------------------------------------------------------------

FILES = [
    "answers:\n  f[1]: 0.769\n  i[1]: 0.250\n",
    "answers:\n  f[1]: abc\n  i[1]: 0.250\n",
    "answers:\n  f[1]:\n  i[1]: ~\n",
    "answers:\n  f[1]: [1, 2]\n  i[1]: 0.250\n",
    "answers:\n  f[1]: [1, [2, 3], x]\n  i[1]: [[0.250]]\n",
    "answers:\n  f[1]: {a: [1]}\n  i[1]: 0.250\n",
    "answers:\n  i[1]: 0.250\n\n  f[1]: 0.769\n",
    "answers: {f_1: 0.769, i_1: 0.250}\n",
    "answers:\n  f_1: 0.769\n  f[1]: 0.5\n  q: 1\n",
    "answers:\n  f: [0.769, 0.233]\n",
    "answers:\n  f: [0.769, ~]\n",
    "answers:\n  f: [[0.769], [abc]]\n",
    "answers:\n  f: [[0.769], ~]\n",
    "answers:\n  f:\n    - 0.769\n    - 0.233\n  i[1]: 1\n",
    "answers:\n  f: [0.769, 0.233]\n  f[2]: 0.5\n",
    "answers:\n  f[2]: ~\n  f: [0.769, 0.233]\n",
    "answers:\n  g: [1, 2]\n  c_tilde: [3, ~]\n  g[1]: 5\n",
    "answers:\n  f: [0, 769, 0, 233]\n",
    "answers:\n  f: 1\n  mse: [[0.5]]\n",
    "answers:\n  mse: [[[[[0.5]]]]]\n",
    "answers:\n",
]


def test_a_sheet_of_a_class_is_bound_as_it_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    found = bundled("lstm_forward")
    documents = [parse(text, "answers.yaml") for text in FILES]
    alone = [bound(answer_file(document), found) for document in documents]
    binder = Binder(found)
    for most in (targets.MOST_REMEMBERED, 0):
        monkeypatch.setattr(targets, "MOST_REMEMBERED", most)
        monkeypatch.setattr(binding_module, "MOST_REMEMBERED", most)
        for _ in range(2):  # the second time every form is known
            for document, one in zip(documents, alone, strict=True):
                other = binder.bind(answer_file(document))
                assert repr(other.entries) == repr(one.entries), document.text
                assert other.diagnostics == one.diagnostics


def test_what_a_known_form_says_is_what_a_careful_look_says() -> None:
    found = bundled("lstm_forward")
    binder = Binder(found)
    for text in FILES:
        file = answer_file(parse(text, "answers.yaml"))
        quick, careful = binder.bind(file).entries, binder._carefully(file).entries
        assert {key: repr(entry) for key, entry in quick.items()} == {k: repr(entry) for k, entry in careful.items()}, (
            text
        )


def test_an_entry_has_the_text_and_the_line_of_the_file() -> None:
    cell = lstm(1)
    found = cell.problem()
    text = "answers:\n  h: [[0.10, 1/3], [-0.3, 4e-1]]\n  mse: 0.5\n"
    entries = bound(answer_file(parse(text, "answers.yaml")), found).entries
    assert [(key, entry.text, entry.line) for key, entry in entries.items()] == [
        ("mse", "0.5", 3),
        ("h[1]", "[0.10, 1/3]", 2),
        ("h[2]", "[-0.3, 4e-1]", 2),
    ]
    assert entries["h[2]"].half_unit is not None
    np.testing.assert_allclose(entries["h[2]"].half_unit, [0.05, 0.05])


def test_sheets_of_several_binders_are_one_class() -> None:
    found = problem(CHAIN)
    sheets = [sheet(found, {"a": "1.44", "b": text}) for text in ("3.88", "5", "x", "3.88")]
    marked = marked_at_once(found, sheets)
    assert [VERDICTS[c] for c in marked.codes[1]] == ["correct", "wrong", "unreadable", "correct"]


def test_the_example_of_the_package_runs() -> None:
    failed, tried = doctest.testmod(checking)
    assert tried
    assert not failed
