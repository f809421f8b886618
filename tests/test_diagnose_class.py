"""A class is diagnosed together: each of its members hears what they would hear alone, whoever sits beside them."""

from pathlib import Path

import numpy as np
import pytest
from classes import PROBLEM, ROOT, made, put
from typer.testing import CliRunner

from rnn_hw.answers import Sheet, answer_file
from rnn_hw.checking import Binder, Marked, Marker, bound
from rnn_hw.cli import app
from rnn_hw.diagnose import Diagnoser, numbers, search, trial, versions
from rnn_hw.diagnose.reveal import reveal
from rnn_hw.diagnose.walk import Page, Rows, walk
from rnn_hw.problem import load_problem
from rnn_hw.source import parse

FOUND = load_problem(PROBLEM)


def a_class(count: int) -> list[Sheet]:
    binder = Binder(FOUND)
    texts = [one.text for one in made(count) if one.kind != "hostile"]
    return [binder.bind(answer_file(parse(text, f"{k}.yaml"))) for k, text in enumerate(texts)]


def test_each_hears_what_they_would_hear_alone() -> None:
    sheets, marker, diagnoser = a_class(60), Marker(FOUND), Diagnoser(FOUND)
    together = diagnoser.diagnoses(marker.mark(sheets))
    alone = {k: diagnoser.diagnoses(marker.mark([sheet])).get(0) for k, sheet in enumerate(sheets)}
    assert together == {k: found for k, found in alone.items() if found}
    assert {d.mistake for found in together.values() for d in found} >= {"sigmoid-sign", "activation-left-out"}


ALIKE = """answers:
  V: [[0.686, 0.043, 0.030], [-0.812, -0.129, 0.930]]
  S: [[0.011, 0.699, 0.110], [0.141, 0.170, 0.021]]
  V_corr: [[0.753, 0.047, 0.331], [-0.892, -0.142, "0.5"]]
  S_corr: [[0.5, 69.930, 109.892], [140.634, 169.850, 21.000]]
  W: [[-0.261, 0.074, 0.382], [0.499, -0.806, -0.921]]
"""


def test_of_two_explanations_that_take_as_many_bits_it_is_always_the_same() -> None:
    """Wherever in memory they are, and whoever else is looked at."""
    found = load_problem(ROOT / "problems" / "adam_step.yaml")
    one = bound(answer_file(parse(ALIKE, "answers.yaml")), found)
    others = [
        bound(answer_file(parse(ALIKE.replace("0.686", f"0.{k}"), "answers.yaml")), found) for k in (386, 12, 999)
    ]
    told = set()
    for k in range(12):
        sheets = [*others[: k % 4], one, *others[k % 4 :]]
        told.add(Diagnoser(found).diagnoses(Marker(found).mark(sheets if k % 2 else [one])).get(k % 4 if k % 2 else 0))
    assert len(told) == 1


def test_what_is_kept_from_one_chunk_to_the_next_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    marked, diagnoser = Marker(FOUND).mark(a_class(40)), Diagnoser(FOUND)
    fresh = diagnoser.diagnoses(marked)
    assert diagnoser.diagnoses(marked) == fresh
    monkeypatch.setattr(versions, "MOST_PROGRAMS", 0)
    assert diagnoser.diagnoses(marked) == fresh
    assert len(diagnoser.search.versions.met) > 1
    diagnoser.search.versions.forget_if_full()
    assert list(diagnoser.search.versions.met) == [FOUND.setup.program]


@pytest.mark.parametrize("size", [1, 7, 3000])
def test_a_class_too_large_for_the_memory_is_looked_through_in_pieces(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fewer pages at a time, and fewer values; nobody hears anything else."""
    marked = Marker(FOUND).mark(a_class(40))
    whole = Diagnoser(FOUND).diagnoses(marked)
    monkeypatch.setattr(numbers, "AT_A_TIME", size)
    assert Diagnoser(FOUND).diagnoses(marked) == whole
    for module in (search, trial):
        monkeypatch.setattr(module, "MOST_AT_ONCE", size)
    assert Diagnoser(FOUND).diagnoses(marked) == whole


@pytest.mark.parametrize("most", [1, 1 << 22])
@pytest.mark.parametrize("name", ["lstm_forward", "adam_step", "rnn_by_hand"])
def test_a_change_gives_a_line_what_working_the_whole_program_with_it_gives(
    name: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers, matrices and vectors, where nothing is on the page: all that a line is computed from is worked anew.

    Not compared are changes that read a line from which this one is not computed, or one that comes later: these have the
    values of the page.
    """
    monkeypatch.setattr(trial, "MOST_AT_ONCE", most)
    found = load_problem(ROOT / "problems" / f"{name}.yaml")
    looking = Diagnoser(found).search
    lines, true, one = looking.lines, looking.versions.true, np.zeros(1, int)
    before = trial.Before(one, [(walk(lines, Page(1, {}, {}, {}, {}), Rows(one)).values, one)], true.formulas, {})
    for spot in lines.order:
        region = true.region(spot, frozenset())
        changes, _ = true.offered(tuple(dict.fromkeys(name for name, _ in region)))
        with np.errstate(all="ignore"):
            tried = trial.values_of(lines, spot, region, changes, before)
        whole = reveal(found, looking, changes, everything=True).values
        if spot in whole:
            changed = [[(change.formulas[s[0]], s) for s in region if s[0] in change.formulas] for change in changes]
            inside = [{spot for pair in pairs for spot in lines.uses(*pair)} <= set(region) for pairs in changed]
            known = inside & np.isfinite(whole[spot]).reshape(len(changes), -1).all(axis=1)
            assert known.any()
            np.testing.assert_array_equal(tried[0, known, 0], whole[spot][known], str(spot))


def test_who_leaves_out_other_lines_is_looked_at_with_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that differ far from the line that is wrong take one trial."""
    tried: list[int] = []
    original = search.tried_at
    monkeypatch.setattr(search, "tried_at", lambda *a: tried.append(len(a[5].students)) or original(*a))
    lines = "  f[1]: 0.231\n  i[1]: 0.250\n  o[1]: 0.978\n"
    texts = [f"answers:\n{lines}{more}" for more in ("", "  dim_f: 1\n", "  dim_h: 1\n")]
    binder = Binder(FOUND)
    sheets = [binder.bind(answer_file(parse(text, "a.yaml"))) for text in texts]
    Diagnoser(FOUND).diagnoses(Marker(FOUND).mark(sheets))
    assert tried[0] == 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (  # a line with two numbers in place of one, which nobody else has or somebody has
            "f[1]: [0.23, 0] | i[1]: 0.750 | c[1]: 0.679 | g[1]: 0.905 | o[1]: 0.022",
            "f[1]: 0.769",
        ),
        (  # a number of another line, of few or of many
            "c[2]: -0.21688 | h[2]: 1. | f[2]: 0.50 | i[2]: 0.459 | g[2]: -0.588 | o[1]: 0.5 | i[1]: 0.24974 | g[1]: 0.996",
            "f[1]: 0.769 | c[1]: 0.226 | h[1]: 0.217 | o[2]: 0.889 | z_i[1]: -1.1 | z_f[2]: -1.191",
        ),
    ],
)
def test_what_is_said_of_one_does_not_depend_on_what_others_answer(one: str, other: str) -> None:
    binder = Binder(FOUND)
    sheets = [
        binder.bind(answer_file(parse("answers:\n  " + lines.replace(" | ", "\n  ") + "\n", "a.yaml")))
        for lines in (one, other)
    ]
    alone, together = (Diagnoser(FOUND).diagnoses(Marker(FOUND).mark(some)) for some in (sheets[:1], sheets))
    assert alone[0]
    assert str(alone[0]) == str(together[0])


OVERFLOW = """kind: recurrence
equations: |
  a[t] = exp(W @ x[t] + U @ h[t-1])
  h[t] = a[t]*a[t]*a[t]
given:
  W: [[200], [1]]
  U: [[1, 0], [0, 0.1]]
  x: [[1], [0.5]]
  h[0]: [1, 0]
  y: [1, 1]
loss: mean((h[T] - y)**2)
decimals: 2
ask: [a, h, loss]
"""


def test_a_value_that_overflows_has_no_infinite_bits(tmp_path: Path) -> None:
    """What rounding may have hidden reaches from a number to infinity. A warning of NumPy fails here."""
    (tmp_path / "big.yaml").write_text(OVERFLOW)
    found = load_problem(tmp_path / "big.yaml")
    text = "answers:\n  h[1]: [7.578e+261, 20.086]\n  a[2]: [1e308, 12.287]\n  loss: .5\n"
    Diagnoser(found).diagnoses(Marker(found).mark([bound(answer_file(parse(text, "a.yaml")), found)]))


@pytest.mark.parametrize("form", ["csv", "moodle", "html", "summary"])
def test_no_report_is_made_for_a_form_that_shows_none(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(marked: Marked, student: int) -> None:
        raise AssertionError

    folder = put([one for one in made(24) if one.kind != "hostile"], tmp_path / "class")
    arguments = ["grade", str(folder), "--problem", str(PROBLEM), f"--{form}", str(tmp_path / "form")]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    first = (tmp_path / "form").read_text(encoding="utf-8")
    monkeypatch.setattr(Marked, "report", refused)
    assert CliRunner().invoke(app, arguments).exit_code == 0
    assert (tmp_path / "form").read_text(encoding="utf-8") == first
