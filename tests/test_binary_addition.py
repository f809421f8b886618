"""The threshold networks: designs, what is told of them, and verdicts on other people's weights.

What a network does is decided here by `oracle.py` and by plain integers, not by the package.
"""

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partialmethod
from pathlib import Path
from typing import Any

import numpy as np
import oracle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_hw import automata
from rnn_hw.automata import Proof
from rnn_hw.errors import Diagnostic
from rnn_hw.fields import Reader, exact_array
from rnn_hw.kinds import kind
from rnn_hw.kinds.binary_addition.design import DESIGNS
from rnn_hw.kinds.binary_addition.net import Network, equations, sequence
from rnn_hw.kinds.kind import Extras, Form, Judgement, Setup
from rnn_hw.lang.evaluate import evaluate
from rnn_hw.lang.notation import source
from rnn_hw.results import Remark, Table
from rnn_hw.source import Fields, parse

ROOT = Path(__file__).resolve().parent.parent
ADDER = json.loads((ROOT / "tests" / "data" / "expected.json").read_text(encoding="utf-8"))["adder"]
CLASSES = [
    {"V": net["v"]} | {name: net[name] for name in ("U", "W", "b_h", "b_y")}
    for net in ADDER["half_integer_2.5_representatives"]
]
NAMES = ("U", "W", "b_h", "V", "b_y")
RIGHT: dict[str, Any] = {
    "U": [[1, 1]] * 3, "W": [[0, 1, 0]] * 3, "b_h": [-0.5, -1.5, -2.5], "V": [1, -1, 1], "b_y": -0.5,
}  # fmt: skip

Columns = Sequence[Sequence[int]]


def read(text: str) -> tuple[Setup | None, list[Diagnostic]]:
    document = parse(text or "{}", "p.yaml")
    reader = Reader(document)
    made = kind("binary_addition").setup(Form(reader, document.root, reader.map(document.root.get("given"), "given")))
    return made, reader.faults


def setup(text: str = "") -> Setup:
    made, faults = read(text)
    assert made is not None, faults
    return made


def extras(made: Setup) -> Extras:
    return made.extras(evaluate(made.program, made.given, made.shapes, made.steps))


def exact(net: Mapping[str, Any]) -> dict[str, Any]:
    """A net of an answer file as a checker hands it on."""
    written = parse("net: " + json.dumps(net), "a.yaml").root.get("net")
    assert isinstance(written, Fields)
    return {name: exact_array(value) for name, value in written.entries.items()}


def judge(net: Mapping[str, Any], text: str = "") -> Judgement:
    judge = setup(text).judge
    assert judge is not None
    return judge(exact(net))


def verdicts(judgement: Judgement) -> dict[str, str]:
    return {name: verdict for name, (verdict, _) in judgement.verdicts.items()}


def told(remarks: Sequence[Remark], kind: str) -> str:
    return "\n".join(remark.text for remark in remarks if remark.kind == kind)


def column(table: Table, heading: str) -> list[Any]:
    return [row[table.columns.index(heading)] for row in table.rows]


def plain(made: Setup) -> dict[str, Any]:
    return {name: np.asarray(value).tolist() for name, value in made.answers.items()}


ALL_CORRECT = dict.fromkeys(NAMES, "correct")


# --- designs ----------------------------------------------------------------------------------------------------------


def difference(columns: Columns) -> list[int]:
    return oracle.difference_bits(columns)


def parities(columns: Columns) -> list[int]:
    return [sum(map(sum, columns[: k + 1])) % 2 for k in range(len(columns))]


def greater(columns: Columns) -> list[int]:
    def number(operand: int, steps: int) -> int:
        return sum(column[operand] << place for place, column in enumerate(columns[:steps]))

    return [int(number(0, k) > number(1, k)) for k in range(1, len(columns) + 1)]


CLAIMS: dict[str, Callable[[Columns], list[int]]] = {
    "addition": oracle.sum_bits,
    "subtraction": difference,
    "parity": parities,
    "comparison": greater,
}
SIZES = [("addition", k) for k in (2, 3, 4, 5)] + [("subtraction", 2), ("comparison", 2)]
SIZES += [("parity", k) for k in (1, 2, 3)]


def test_every_task_has_a_design() -> None:
    assert tuple(DESIGNS) == tuple(automata.TASKS)
    assert {task for task, _ in SIZES} == set(CLAIMS) == set(DESIGNS)


@pytest.mark.parametrize("threshold", ["gt", "ge"])
@pytest.mark.parametrize(("task", "operands"), SIZES)
@pytest.mark.parametrize("more", [0, 2])
def test_every_design_does_its_task(task: str, operands: int, threshold: str, more: int) -> None:
    text = f"task: {task}\noperands: {operands}\nthreshold: {threshold}\n"
    units = len(plain(setup(text))["b_h"]) + more
    made = setup(text + f"hidden: {units}")
    net = oracle.exact_net(plain(made))
    assert np.shape(net["U"]) == (units, operands)
    letters = list(itertools.product((0, 1), repeat=operands))
    for columns in itertools.product(letters, repeat={1: 7, 2: 4, 3: 3}.get(operands, 2)):
        assert oracle.run_net(net, columns, threshold) == CLAIMS[task](columns), columns
    if task == "addition":
        assert oracle.shortest_failure(plain(made), threshold, operands) is None
    assert "proved" in told(extras(made).remarks, "proof")


@pytest.mark.parametrize(("task", "operands"), [size for size in SIZES if size[1] <= 3])
def test_a_design_with_one_weight_changed_is_not_proved(task: str, operands: int) -> None:
    """The proof can fail: every sign that is turned around is noticed, if the oracle notices it."""
    design = DESIGNS[task](operands)
    letters = list(itertools.product((0, 1), repeat=operands))
    for name, value in design.weights(design.units).items():
        for index in np.ndindex(value.shape):
            weights = {k: v.copy() for k, v in design.weights(design.units).items()}
            weights[name][index] *= -1
            found = Network.of(equations("gt"), weights).does(design.task)
            net = oracle.exact_net({k: v.tolist() for k, v in weights.items()})
            words = itertools.product(letters, repeat=2 if operands > 2 else 4)
            if any(oracle.run_net(net, columns) != CLAIMS[task](columns) for columns in words):
                assert not isinstance(found, Proof), (name, index)


def test_the_homework_is_answered_with_the_standard_weights() -> None:
    made = setup("hidden: 3")
    assert plain(made) == RIGHT
    assert list(made.answers) == ["U", "W", "V", "b_h", "b_y"]


def test_thresholds_that_fire_at_zero_are_in_the_equations() -> None:
    gt, ge = ([source(e.formula) for e in equations(threshold).equations] for threshold in ("gt", "ge"))
    assert gt[1::2] == ["step(z_h[t])", "step(z_y[t])"]
    assert ge[1::2] == ["step_ge(z_h[t])", "step_ge(z_y[t])"]
    assert gt[::2] == ge[::2]
    integers = {"U": [[2, 2]] * 3, "W": [[0, 2, 0]] * 3, "b_h": [-2, -4, -6], "V": [1, -1, 1], "b_y": -1}
    assert verdicts(judge(integers, "threshold: ge")) == ALL_CORRECT
    assert "wrong" in verdicts(judge(integers, "threshold: gt")).values()


# --- what a solution shows --------------------------------------------------------------------------------------------


def test_the_worked_example_bit_by_bit() -> None:
    made = setup("example: [100111, 110010]")
    given, (units, worked, table) = ADDER["example_001"], extras(made).tables
    assert column(worked, "x_1") == given["x1"]
    assert column(worked, "x_2") == given["x2"]
    assert column(worked, "y") == given["y"]
    sums, carries = column(worked, "sum"), column(worked, "carry")
    assert sums == [a + b + c for a, b, c in zip(given["x1"], given["x2"], [0, *carries], strict=False)]
    assert carries == [s // 2 for s in sums]
    for j in (1, 2, 3):
        assert column(worked, f"z_{j}") == [s - j + 0.5 for s in sums]
        assert column(worked, f"h_{j}") == [int(s >= j) for s in sums]
    assert column(worked, "z_y") == [s % 2 - 0.5 for s in sums]
    assert column(units, "unit") == ["h_1", "h_2", "h_3"]
    assert column(units, "fires when") == ["sum ≥ 1", "sum ≥ 2", "sum ≥ 3"]
    assert column(units, "weight in the output") == [1, -1, 1]
    assert len(table.rows) == 4 * 3


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("example: [100111, 110010]", "100111 + 110010 = 1011001 (39 + 50 = 89)"),
        ("example: [001, 1]", "001 + 1 = 010 (1 + 1 = 2)"),
        ("operands: 3\nexample: [101, 011, 110]", "101 + 011 + 110 = 1110 (5 + 3 + 6 = 14)"),
        ("operands: 4", "11 + 01 + 01 + 01 = 110 (3 + 1 + 1 + 1 = 6)"),
        ("task: subtraction\nexample: [110010, 100111]", "110010 − 100111 = 001011 (50 − 39 = 11)"),
        ("task: subtraction\nexample: [0, 1]", "0 − 1 = 11 (0 − 1 = −1, in two's complement)"),
        ("task: parity\nexample: 1011", "1011 has 3 ones, an odd number: the last output is 1"),
        ("task: parity\noperands: 2", "1011 and 1011 have 6 ones, an even number: the last output is 0"),
        ("task: parity\nexample: 01", "01 has 1 one, an odd number: the last output is 1"),
        ("task: comparison\nexample: [10, 11]", "10 ≤ 11 (2 ≤ 3): the last output is 0"),
        ("task: comparison", "101 > 011 (5 > 3): the last output is 1"),
    ],
)
def test_the_example_as_a_sum(text: str, sentence: str) -> None:
    assert told(extras(setup(text)).remarks, "note") == sentence


def test_every_unit_has_its_reason() -> None:
    shown = extras(setup("hidden: 5"))
    assert told(shown.remarks, "reason").count("\n") == 3
    assert "h_4 and h_5 only make up the number of units" in told(shown.remarks, "reason")
    assert "h_4 to h_7 only" in told(extras(setup("hidden: 7")).remarks, "reason")
    assert len(shown.tables[0].rows) == 3


def test_wide_networks_have_their_units_in_one_column() -> None:
    shown = extras(setup("operands: 4\nhidden: 30"))
    assert shown.tables[1].columns == ("bit", "x", "sum", "z_h", "h", "z_y", "y", "carry")
    assert shown.tables[1].rows[0][1] == "1111"
    assert shown.tables[1].rows[0][4] == "1111" + "0" * 20 + "…"


def test_the_proof_is_a_closed_table() -> None:
    table = extras(setup()).tables[2]
    pairs = {(row[0], row[1]) for row in table.rows}
    assert pairs == {("000", 0), ("100", 0), ("110", 1), ("111", 1)}
    assert ("000", 0, "01, 10", "100", 1, 0) in table.rows
    for hidden in {row[0] for row in table.rows}:
        words = ", ".join(str(row[2]) for row in table.rows if row[0] == hidden)
        assert sorted(words.split(", ")) == ["00", "01", "10", "11"]
    assert {(row[3], row[5]) for row in table.rows} <= pairs
    assert table.note == ""


def test_a_long_proof_is_abridged() -> None:
    table = extras(setup("operands: 8")).tables[2]
    assert len(table.rows) == 60
    assert "only the first rows" in table.note
    assert table.rows[1][2] == "00000001, … (8)"


# --- faults of a problem file -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code", "line", "message", "help"),
    [
        ("task: adition", "unknown-word", 1, "`adition` is no task", "did you mean `addition`?"),
        ("threshold: gr", "unknown-word", 1, "`gr` is no threshold", "known are `gt`, `ge`"),
        ("task: addition\noperands: 1", "out-of-range", 2, "addition takes at least 2 numbers, `operands` is 1", ""),
        ("operands: 9", "out-of-range", 1, "`operands` is a whole number from 1 to 8, not 9", ""),
        ("task: subtraction\noperands: 3", "out-of-range", 2, "subtraction takes 2 numbers, `operands` is 3", ""),
        ("hidden: two", "not-a-number", 1, "`hidden`", ""),
        ("hidden: 2.5", "out-of-range", 1, "`hidden` is a whole number from 1 to 1,000, not 2.5", ""),
        ("hidden: 2", "too-few-units", 1, "`hidden` is 2, a net that adds 2 numbers needs 3 hidden units", "3 or more"),
        ("example: [101]", "wrong-count", 1, "`example` has 1 number, this task takes 2 numbers", "[101, 101]"),
        ("example: []", "wrong-count", 1, "`example` has 0 numbers, this task takes 2 numbers", ""),
        ("task: parity\nexample: [1, 0]", "wrong-count", 2, "`example` has 2 numbers, this task takes 1 number", ""),
        ("example: [101, 102]", "not-bits", 1, "`102` is no binary number", "most significant first"),
        ("example: [101, [1]]", "not-bits", 1, "this is no binary number", ""),
        ("example: ['', 1]", "not-bits", 1, "this is no binary number", ""),
        ("example: [" + "1" * 1001 + ", 1]", "too-large", 1, "has more than 1,000 bits", ""),
    ],
)
def test_faults_of_a_problem_file(text: str, code: str, line: int, message: str, help: str) -> None:
    made, faults = read(text)
    assert made is None
    assert [fault.code for fault in faults] == [code]
    assert message in faults[0].message
    assert help in faults[0].help
    assert faults[0].span is not None
    assert faults[0].span.line == line


def test_all_faults_are_told_in_one_run() -> None:
    _, faults = read("hidden: 1\nthreshold: less\nexample: [1, x, 2]")
    assert sorted(fault.code for fault in faults) == [
        "not-bits",
        "not-bits",
        "too-few-units",
        "unknown-word",
        "wrong-count",
    ]


# --- verdicts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(len(CLASSES)))
def test_every_class_of_right_adders_is_accepted_with_proof(number: int) -> None:
    judgement = judge(CLASSES[number], "hidden: 3")
    assert dict(judgement.verdicts) == dict.fromkeys(NAMES, ("correct", ""))
    assert "proved" in told(judgement.remarks, "proof")
    states = {row[0] for row in judgement.tables[0].rows}
    assert len(states) == ADDER["half_integer_2.5_representatives"][number]["reachable_hidden_states"]


@pytest.mark.parametrize("W", [np.ones((3, 3)), np.eye(3)])
def test_the_two_sheets(W: Any) -> None:
    judgement = judge(RIGHT | {"W": W.tolist()}, "hidden: 3")
    assert verdicts(judgement) == ALL_CORRECT | {"W": "wrong"}
    assert judgement.verdicts["W"][1] == "replacing `W` alone makes the net right"
    trace, replacement = judgement.tables
    assert told(judgement.remarks, "note").startswith("00 + 01 fails: the net gives 11 (3), right is 01 (0 + 1 = 1).")
    assert (column(trace, "x_1"), column(trace, "x_2")) == ([0, 0], [1, 0])
    assert (column(trace, "y"), column(trace, "right")) == ([1, 1], [1, 0])
    assert trace.marks == (1,)
    assert replacement.title == "One replacement"
    assert replacement.rows[0][0] == "W"
    assert "proved" not in repr(judgement)
    assert "0 1 0" not in " ".join(message for _, message in judgement.verdicts.values())


def test_shapes_with_latitude() -> None:
    net = {
        "U": [["1", 1], [1, 1], [1, 1]],
        "W": RIGHT["W"],
        "b_h": [[-0.5], [-1.5], [-2.5]],
        "V": [[1, -1, 1]],
        "b_y": [[-0.5]],
    }
    assert verdicts(judge(net)) == ALL_CORRECT
    one_unit = {"U": [1, -1], "W": 1, "b_h": -0.5, "V": [[1]], "b_y": -0.5}
    assert verdicts(judge(one_unit, "task: comparison")) == ALL_CORRECT
    one_input = {"U": [1, 1], "W": [[1, -1], [1, -1]], "b_h": [-0.5, -1.5], "V": [1, -1], "b_y": -0.5}
    assert verdicts(judge(one_input, "task: parity")) == ALL_CORRECT


def test_fractions_are_exact() -> None:
    thirds = RIGHT | {"b_h": ["-1/3", "-4/3", "-7/3"], "b_y": "-1/3"}
    assert verdicts(judge(thirds)) == ALL_CORRECT
    tenths = RIGHT | {"U": [[0.1, 0.2]] * 3, "b_h": [-0.3] * 3, "W": [[0] * 3] * 3, "V": [1, 0, 0]}
    assert "1 + 1" not in told(judge(tenths).remarks, "note")  # 0.1 + 0.2 - 0.3 > 0 in floats, not here
    row = judge(tenths | {"U": [[0.1, 0.2], [1, 1], [1, 1]]}).tables[0]
    assert row.rows[-1][row.columns.index("z_1")] in (0.0, -0.1, -0.2, -0.3)


def test_another_number_of_units() -> None:
    four = {
        "U": [[1, 1]] * 3 + [[0, 0]], "W": [[0, 1, 0, 0]] * 3 + [[0] * 4],
        "b_h": [-0.5, -1.5, -2.5, 5], "V": [1, -1, 1, 0], "b_y": -0.5,
    }  # fmt: skip
    assert verdicts(judge(four)) == ALL_CORRECT
    asked = judge(four, "hidden: 3").verdicts
    assert {name: verdict for name, (verdict, _) in asked.items()} == dict.fromkeys(NAMES, "wrong") | {
        "b_y": "unjudged"
    }
    assert asked["U"][1] == "`U` is 4×2, it needs 3×2: the problem asks for 3 hidden units"


def test_a_shape_that_does_not_fit_the_others() -> None:
    judgement = judge(RIGHT | {"W": [[1, 0], [0, 1]]})
    assert judgement.verdicts["W"] == ("wrong", "`W` is 2×2, it needs 3×3: the others are for 3 hidden units")
    assert judgement.verdicts["U"] == ("unjudged", "cannot be judged without a fitting `W`")
    assert judge(RIGHT | {"U": [[1, 1, 1]] * 2}).verdicts["U"][1] == "`U` is 2×3, it needs 3×2: its transpose has that"
    assert judge(RIGHT | {"b_y": [1, 2]}).verdicts["b_y"] == ("wrong", "`b_y` is 2 entries, it needs a number")
    assert not judgement.tables


def test_missing_parameters() -> None:
    net = {name: RIGHT[name] for name in ("U", "b_h", "b_y")}
    message = ("unjudged", "cannot be judged without `W` and `V`")
    assert dict(judge(net).verdicts) == dict.fromkeys(net, message)
    made = setup()
    assert made.judge is not None
    assert dict(made.judge({"b_y": exact({"b_y": 1})["b_y"], "U": None}).verdicts)["b_y"][0] == "unjudged"
    assert not made.judge({}).verdicts


def test_all_are_wrong_where_no_single_one_is() -> None:
    judgement = judge(RIGHT | {"b_h": [0, 0, 0], "V": [0, 0, 0]})
    assert verdicts(judgement) == dict.fromkeys(NAMES, "wrong")
    assert "No single parameter can be replaced" in told(judgement.remarks, "note")
    assert len(judgement.tables) == 1


@pytest.mark.parametrize("name", ["W", "b_h", "V"])
def test_our_own_weights_are_tried_beyond_the_search(name: str) -> None:
    """With seven units a row of W has 13**7 replacements, and the right biases go down to -6.5."""
    net = plain(setup("operands: 4"))
    net[name] = np.zeros_like(net[name]).tolist()
    judgement = judge(net, "operands: 4")
    assert judgement.verdicts[name] == ("wrong", f"replacing `{name}` alone makes the net right")
    assert verdicts(judgement) == ALL_CORRECT | {name: "wrong"}


def test_what_the_search_leaves_open_is_said() -> None:
    net = plain(setup("operands: 4"))
    judgement = judge(net | {"b_h": [0] * 7, "V": [0] * 7}, "operands: 4")
    assert verdicts(judgement) == dict.fromkeys(NAMES, "wrong")
    assert "whether replacing `W` alone would do is open" in judgement.verdicts["W"][1]
    assert "No single parameter was found" in told(judgement.remarks, "note")
    open_beside = judge(net | {"b_y": 5}, "operands: 4").verdicts
    assert open_beside["W"][0] == "correct"
    assert "is open" in open_beside["W"][1]


def test_too_many_states_are_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Network, "does", partialmethod(Network.does, limit=2))
    judgement = judge(RIGHT)
    assert verdicts(judgement) == dict.fromkeys(NAMES, "unjudged")
    assert "more than 2 pairs" in judgement.verdicts["U"][1]


# --- the sum that fails -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "text", "start"),
    [
        ({"V": [1, 1, 1]}, "", "1 + 1 fails: the net gives 1, right is 0, the last bit of 10 (1 + 1 = 2)."),
        ({"b_y": 0.5}, "", "0 + 0 fails: the net gives 1 (1), right is 0 (0 + 0 = 0)."),
        ({"V": [1, -1, 0]}, "", "11 + 11 fails: the net gives 00, right is 10, the last 2 bits of 110 (3 + 3 = 6)."),
        (
            {"U": [[-1, 1]] * 3, "W": [[0] * 3] * 3, "b_h": [0.5, -0.5, -1.5], "V": [-1, 1, -1], "b_y": 0.5},
            "task: subtraction",
            "00 − 01 fails: the net gives 01, right is 11 (0 − 1 = −1, in two's complement).",
        ),
        (
            {"U": [1, -1], "W": 0, "b_h": -0.5, "V": 1},
            "task: comparison",
            "01 > 00 (1 > 0), so the last output has to be 1: the net puts out 0. No shorter input fails.",
        ),
        (
            {"U": 1, "W": 0, "b_h": -0.5, "V": 1},
            "task: parity",
            "01 has 1 one, an odd number, so the last output has to be 1: the net puts out 0.",
        ),
    ],
)
def test_the_sum_that_fails(change: dict[str, Any], text: str, start: str) -> None:
    assert told(judge(RIGHT | change, text).remarks, "note").startswith(start)


def test_a_long_failure_is_abridged() -> None:
    """A delay line: a one in the first number is forgotten until it comes out at the end and spoils the output."""
    delay = 80
    units = delay + 3
    net = {name: np.zeros(shape) for name, shape in {"U": (units, 2), "W": (units, units)}.items()}
    net["U"][:3], net["W"][:3, 1] = 1, 1
    net["W"][3, 3], net["U"][3] = 1, 1  # on from the first one in the input on
    net["W"][range(4, units), range(3, units - 1)] = 1
    net |= {"b_h": np.array([-0.5, -1.5, -2.5] + [-0.5] * delay), "V": np.array([1, -1, 1] + [0] * (delay - 1) + [2])}
    judgement = judge({name: value.tolist() for name, value in net.items()} | {"b_y": -0.5})
    assert "has 80 bits; its last 64" in told(judgement.remarks, "note")
    trace = judgement.tables[0]
    assert column(trace, "bit") == list(range(17, 81))
    assert [
        k for k, (y, right) in enumerate(zip(column(trace, "y"), column(trace, "right"), strict=True)) if y != right
    ] == [63]


MUTATIONS = st.tuples(st.sampled_from(NAMES), st.integers(0, 8), st.sampled_from([-3, -1, -0.5, 0, 0.25, 0.5, 1, 2, 4]))


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(range(len(CLASSES))), st.lists(MUTATIONS, min_size=1, max_size=2))
def test_changed_weights_are_judged_as_by_brute_force(number: int, mutations: list[tuple[str, int, float]]) -> None:
    net = {name: np.array(value, dtype=float) for name, value in CLASSES[number].items()}
    for name, place, value in mutations:
        net[name].flat[place % net[name].size] = value
    lists = {name: value.tolist() for name, value in net.items()}
    failing = oracle.shortest_failure(lists)
    judgement = judge(lists)
    if failing is None:
        assert verdicts(judgement) == ALL_CORRECT
        return
    assert "wrong" in verdicts(judgement).values()
    assert "proved" not in repr(judgement)
    trace = judgement.tables[0]
    assert list(zip(column(trace, "x_1"), column(trace, "x_2"), strict=True)) == failing
    assert column(trace, "y") == oracle.run_net_exactly(lists, failing)
    assert column(trace, "right") == oracle.sum_bits(failing)
    for table in judgement.tables[1:]:
        for name, value in table.rows:
            assert verdicts(judgement)[str(name)] == "wrong"
            assert oracle.shortest_failure(lists | {str(name): np.asarray(value).tolist()}) is None


# --- the machine ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1, Fraction(1, 3), 2**70])
@pytest.mark.parametrize("idle", [0, 9])
def test_the_equations_are_evaluated_exactly(scale: Any, idle: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Machines that are one table and others, in pieces and whole, with integers of any size."""
    monkeypatch.setattr("rnn_hw.kinds.binary_addition.net.ROWS", 7)
    design = DESIGNS["addition"](2)
    weights = {
        name: np.vectorize(lambda number: Fraction(number) * scale, otypes=[object])(value)
        for name, value in design.weights(3 + idle).items()
    }
    found = Network.of(equations("gt"), weights).does(design.task)
    assert isinstance(found, Proof)
    assert (found.states, found.size) == (4, 4)


def test_a_run_starts_where_it_is_told() -> None:
    design = DESIGNS["addition"](2)
    network = Network.of(equations("gt"), design.weights(3))
    result = network.run([(0, 0), (0, 0)], (1, 1, 0))
    assert sequence(result, "y").tolist() == [1, 0]
