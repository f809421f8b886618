"""Threshold networks as machines, against an oracle that adds with plain integers and imports nothing of ours."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_hw import automata
from rnn_hw.automata import Counterexample, Proof, Task, Transition, Undecided, compare, integer_weights, repairs

ADDER = json.loads((Path(__file__).parent / "data" / "expected.json").read_text(encoding="utf-8"))["adder"]

# ---- the oracle: a network as nested lists of fractions, a task as what it says about whole numbers ----

Bits = tuple[int, ...]
Word = tuple[Bits, ...]
Net = tuple[Any, Any, Any, Any, Any]  # U, W, b_h, V, b_y as lists
Claim = Callable[[Word], int]  # the last output that the task requires on a word


def number(bits: Sequence[int]) -> int:
    return sum(bit << place for place, bit in enumerate(bits))


def last_bit(total: int, word: Word) -> int:
    return total >> (len(word) - 1) & 1


CLAIMS: dict[str, Claim] = {
    "addition": lambda word: last_bit(sum(map(number, zip(*word, strict=True))), word),
    "subtraction": lambda word: last_bit(number([a for a, _ in word]) - number([b for _, b in word]), word),
    "parity": lambda word: sum(map(sum, word)) % 2,
    "comparison": lambda word: int(number([a for a, _ in word]) > number([b for _, b in word])),
}


def words(inputs: int, length: int) -> Iterator[Word]:
    return product(product((0, 1), repeat=inputs), repeat=length)


def step(net: Net, hidden: Bits, bits: Bits, equal: bool = False) -> tuple[Bits, int]:
    U, W, b_h, V, b_y = net
    following = []
    for u, w, b in zip(U, W, b_h, strict=True):
        z = sum(a * x for a, x in zip(u, bits, strict=True)) + sum(a * h for a, h in zip(w, hidden, strict=True)) + b
        following.append(int(z > 0 or (equal and z == 0)))
    z = sum(a * h for a, h in zip(V, following, strict=True)) + b_y
    return tuple(following), int(z > 0 or (equal and z == 0))


def run(net: Net, word: Word, equal: bool = False) -> tuple[list[Bits], list[int]]:
    hidden: Bits = (0,) * len(net[2])
    trace, outputs = [], []
    for bits in word:
        hidden, output = step(net, hidden, bits, equal)
        trace.append(hidden)
        outputs.append(output)
    return trace, outputs


def failing(net: Net, claim: Claim, inputs: int, longest: int, equal: bool = False) -> list[Word]:
    """All the shortest words whose last output is wrong, none if there are none up to `longest`."""
    for length in range(1, longest + 1):
        found = [word for word in words(inputs, length) if run(net, word, equal)[1][-1] != claim(word)]
        if found:
            return found
    return []


def walk_is_right(net: Net, operation: str, inputs: int) -> bool:
    """Whether the network is right, by a walk over pairs in plain Python, with the carry as a whole number."""
    todo = [((0,) * len(net[2]), 0)]
    seen = set(todo)
    while todo:
        hidden, carry = todo.pop()
        for bits in product((0, 1), repeat=inputs):
            total = sum(bits) + carry
            following, output = step(net, hidden, bits)
            pair = (following, total // 2 if operation == "addition" else total % 2)
            if output != total % 2:
                return False
            if pair not in seen:
                seen.add(pair)
                todo.append(pair)
    return True


# ---- a network as the callable that `compare` takes ----


def transition(net: Net, equal: bool = False) -> Transition:
    U, W, b_h = integer_weights(*net[:3])
    V, b_y = integer_weights(*net[3:])

    def fire(z: Any) -> Any:
        return (z >= 0 if equal else z > 0).astype(np.int64)

    def advance(hidden: Any, bits: Any) -> Any:
        following = fire(bits @ U.T + hidden @ W.T + b_h)
        return following, fire(following @ V + b_y)

    return advance


def judge(net: Net, task: Task, equal: bool = False) -> Any:
    return compare(transition(net, equal), len(net[2]), task, [0] * len(net[2]))


HALF = Fraction(1, 2)
STUDENT_U, STUDENT_B, STUDENT_V = [[1, 1]] * 3, [-HALF, -3 * HALF, -5 * HALF], [1, -1, 1]
ONES, IDENTITY, RIGHT = [[1, 1, 1]] * 3, [[1, 0, 0], [0, 1, 0], [0, 0, 1]], [[0, 1, 0]] * 3
SHEETS = {"W = all ones, hard thresholds": ONES, "expanded equations (W = identity), hard thresholds": IDENTITY}
PARITY: Net = ([[1], [1]], [[1, -1], [1, -1]], [-HALF, -3 * HALF], [1, -1], -HALF)


def student(W: Any) -> Net:
    return (STUDENT_U, W, STUDENT_B, STUDENT_V, -HALF)


def carry_net(operands: int) -> Net:
    """Unit i fires when at least i ones are in the column; every even one means one more to carry."""
    units = 2 * operands - 1
    row = [i % 2 for i in range(units)]
    biases = [HALF - i for i in range(1, units + 1)]
    return ([[1] * operands] * units, [row] * units, biases, [(-1) ** i for i in range(units)], -HALF)


# ---- the tasks ----


@pytest.mark.parametrize(
    ("task", "claim"),
    [(automata.addition(k), "addition") for k in (1, 2, 3)]
    + [(automata.parity(k), "parity") for k in (1, 2, 3)]
    + [(automata.subtraction(), "subtraction"), (automata.comparison(), "comparison")],
)
def test_a_task_is_what_it_says_about_whole_numbers(task: Task, claim: str) -> None:
    alphabet = [tuple(row) for row in automata.letters(task.inputs).tolist()]
    for length in range(1, 7 if task.inputs < 3 else 5):
        for word in words(task.inputs, length):
            state = task.start
            for bits in word:
                letter = alphabet.index(bits)
                output, state = task.output[state, letter], int(task.next[state, letter])
            assert output == CLAIMS[claim](word)
    assert task.next.shape == task.output.shape == (len(task.next), 2**task.inputs)


def test_every_task_has_a_row_under_its_name() -> None:
    assert {name: make().name for name, make in automata.TASKS.items()} == {name: name for name in automata.TASKS}


@pytest.mark.parametrize("inputs", [0, -1, 17])
def test_letters_are_bounded(inputs: int) -> None:
    with pytest.raises(ValueError, match="1 to 16 input bits"):
        automata.addition(inputs)


# ---- the homework ----


def check_proof(net: Net, task: Task, proof: Any) -> None:
    """The table is closed, starts where the network starts, and every row of it is what the oracle computes."""
    assert isinstance(proof, Proof)
    assert proof.complete
    assert len(proof.pairs) == proof.size
    assert proof.states == len({pair.hidden for pair in proof.pairs})
    table = {(pair.hidden, pair.state) for pair in proof.pairs}
    assert (proof.pairs[0].hidden, proof.pairs[0].state) == ((0,) * len(net[2]), task.start)
    for pair in proof.pairs:
        assert [move.letter for move in pair.moves] == list(product((0, 1), repeat=task.inputs))
        for letter, move in enumerate(pair.moves):
            assert step(net, pair.hidden, move.letter) == (move.hidden, move.output)
            assert move.output == task.output[pair.state, letter]
            assert move.state == task.next[pair.state, letter]
            assert (move.hidden, move.state) in table


@pytest.mark.parametrize("row", ADDER["half_integer_2.5_representatives"])
def test_every_right_adder_is_proved_in_every_order_of_its_units(row: Any) -> None:
    orders = set()
    for order in ([0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]):
        W = [[row["W"][i][j] for j in order] for i in order]
        net = (
            [row["U"][i] for i in order],
            W,
            [row["b_h"][i] for i in order],
            [row["v"][i] for i in order],
            row["b_y"],
        )
        proof = judge(net, automata.addition())
        check_proof(net, automata.addition(), proof)
        assert proof.states == proof.size == row["reachable_hidden_states"]
        orders.add(str(net))
    assert len(orders) == row["orderings"]


@pytest.mark.parametrize("reading", SHEETS)
def test_the_wrong_sheets_get_the_shortest_counterexample(reading: str) -> None:
    net, facts = student(SHEETS[reading]), ADDER["readings"][reading]
    found = judge(net, automata.addition())
    assert isinstance(found, Counterexample)
    assert [list(bits) for bits in found.letters] == facts["first"]
    assert (list(found.got), list(found.want)) == (facts["got"], facts["want"])
    assert [list(bits) for bits in found.hidden] == facts["hidden"]

    shortest = failing(net, CLAIMS["addition"], 2, 6)
    assert (len(shortest), len(shortest[0])) == (facts["shortest_count"], facts["shortest_length"])
    assert [[list(bits) for bits in word] for word in shortest] == facts["all_shortest"]
    for length, count in facts["sequences_all_steps_right"].items():
        right = 0
        for word in words(2, int(length)) if int(length) < 6 else ():
            right += run(net, word)[1] == [CLAIMS["addition"](word[:n]) for n in range(1, len(word) + 1)]
        assert int(length) == 6 or f"{right}/{4 ** int(length)}" == count


def test_the_worked_example_alone_would_not_have_caught_the_expanded_equations() -> None:
    example = ADDER["example_001"]
    word = tuple(zip(example["x1"], example["x2"], strict=True))
    assert run(student(IDENTITY), word)[1] == example["y"]
    assert run(student(ONES), word)[1] != example["y"]


def test_exactly_two_recurrent_matrices_of_small_integers_are_right() -> None:
    right = []
    for place, entries in enumerate(product((-1, 0, 1), repeat=9)):
        net = student([list(entries[0:3]), list(entries[3:6]), list(entries[6:9])])
        by_walk = walk_is_right(net, "addition", 2)
        if by_walk:
            right.append(net[1])
        if by_walk or place % 29 == 0:
            assert isinstance(judge(net, automata.addition()), Proof) == by_walk
    assert right == ADDER["W_given_student_rest_in_-1..1"]


@pytest.mark.parametrize("operands", [1, 2, 3, 4, 6])
def test_adders_of_more_numbers(operands: int) -> None:
    net, task = carry_net(operands), automata.addition(operands)
    proof = judge(net, task)
    check_proof(net, task, proof)
    assert proof.states == 2 * operands
    wrong = (*net[:4], HALF)
    assert isinstance(judge(wrong, task), Counterexample)


def test_a_threshold_that_zero_passes_needs_another_bias() -> None:
    net = (STUDENT_U, RIGHT, [-1, -2, -3], STUDENT_V, -1)
    assert isinstance(judge(net, automata.addition(), equal=True), Proof)
    assert isinstance(judge(net, automata.addition()), Counterexample)


# ---- any network ----

relaxed = settings(deadline=None)  # the first example of a run may be slow
halves = st.integers(-6, 6).map(lambda n: Fraction(n, 2))


@st.composite
def nets(draw: Any, inputs: int, units: int) -> Net:
    def row(size: int) -> Any:
        return draw(st.lists(halves, min_size=size, max_size=size))

    return (
        [row(inputs) for _ in range(units)],
        [row(units) for _ in range(units)],
        row(units),
        row(units),
        draw(halves),
    )


@relaxed
@given(st.data())
def test_any_network_is_judged_as_by_running_it(data: Any) -> None:
    name, inputs = data.draw(st.sampled_from([("addition", 1), ("addition", 2), ("parity", 1), ("comparison", 2)]))
    units = data.draw(st.integers(1, 3 if inputs == 1 else 2))
    if data.draw(st.booleans()) and inputs == 1:  # a right network now and then, with one parameter changed
        where, net = data.draw(st.integers(0, 5)), list(PARITY if name == "parity" else carry_net(1))
        other = data.draw(nets(1, len(net[2])))
        net[where : where + 1] = other[where : where + 1]
    else:
        net = data.draw(nets(inputs, units))
    equal = data.draw(st.booleans())
    task = automata.comparison() if name == "comparison" else automata.TASKS[name](inputs)
    longest = 2 ** len(net[2]) + len(task.next) - 1
    shortest = failing(tuple(net), CLAIMS[name], inputs, longest, equal)
    found = judge(tuple(net), task, equal)
    if not shortest:
        assert isinstance(found, Proof)
    else:
        assert isinstance(found, Counterexample)
        assert found.letters == shortest[0]
        trace, outputs = run(tuple(net), shortest[0], equal)
        assert (found.hidden, found.got) == (tuple(trace), tuple(outputs))
        assert found.want == tuple(CLAIMS[name](found.letters[:n]) for n in range(1, len(found.letters) + 1))


@relaxed
@given(st.integers(0, 4), st.integers(0, 2), st.sampled_from([-3 * HALF, -1, -HALF, HALF, 1, 5 * HALF]))
def test_a_planted_fault_is_found_or_harmless(where: int, place: int, value: Fraction) -> None:
    parts = [np.array(part, dtype=object) for part in student(RIGHT)]
    parts[where].flat[place % parts[where].size] = value
    net: Net = (*(part.tolist() for part in parts),)
    found = judge(net, automata.addition())
    assert isinstance(found, Proof) == walk_is_right(net, "addition", 2) == (not failing(net, CLAIMS["addition"], 2, 4))


def test_the_search_can_tell_machines_apart_that_differ_in_one_move_only() -> None:
    task = automata.addition()
    for state, letter in product(range(2), range(4)):
        output = task.output.copy()
        output[state, letter] ^= 1
        found = judge(student(RIGHT), task._replace(output=output))
        assert isinstance(found, Counterexample)
        assert found.letters[-1] == tuple(automata.letters(2)[letter])


# ---- large machines ----


def padded_parity(delays: int) -> Net:
    """The parity network with a shift register beside it, which remembers inputs that nobody asks for."""
    units = 2 + delays
    U, W, V = np.zeros((units, 1), int), np.zeros((units, units), int), np.zeros(units, int)
    U[:3] = 1
    W[:2, :2] = [1, -1]
    W[range(3, units), range(2, units - 1)] = 1
    V[:2] = [1, -1]
    return (U, W, [-HALF, -3 * HALF] + [-HALF] * delays, V, -HALF)


def test_a_million_states() -> None:
    net = padded_parity(19)
    began = time.perf_counter()
    proof = compare(transition(net), 21, automata.parity(), [0] * 21, limit=2**20)
    print(f"2**20 states: {time.perf_counter() - began:.2f} s")
    assert isinstance(proof, Proof)
    assert (proof.states, proof.size, proof.complete) == (2**20, 2**20, False)
    assert 0 < len(proof.pairs) <= 4096
    given_up = judge(net, automata.parity())
    assert given_up == Undecided("more than 1000000 pairs of a hidden state and a state of the task can be reached")


def test_a_fault_deep_in_a_large_machine() -> None:
    U, W, b_h, V, b_y = padded_parity(16)
    V[-1] = 2  # the oldest input of sixteen leaks into the output
    found = judge((U, W, b_h, V, b_y), automata.parity())
    assert isinstance(found, Counterexample)
    # ... which shows where the parity has come back to even
    assert found.letters == ((1,),) + ((0,),) * 14 + ((1,),)
    assert found.got[-1] != found.want[-1]


@pytest.mark.parametrize("units", [48, 49, 62, 64, 65, 200])
def test_more_units_than_a_machine_word_has_bits(units: int) -> None:
    U, W, b_h, V, b_y = padded_parity(units - 2)
    W[2:-6] = U[2:-6] = 0  # all but the last units of the register are dead
    U[-6] = 1
    proof = judge((U, W, b_h, V, b_y), automata.parity())
    assert isinstance(proof, Proof)
    assert proof.states == proof.size == 2**7
    check_proof((U.tolist(), W.tolist(), b_h, V.tolist(), b_y), automata.parity(), proof)
    V[-1] = 2
    found = judge((U, W, b_h, V, b_y), automata.parity())
    assert isinstance(found, Counterexample)
    assert found.letters == ((1,), (0,), (0,), (0,), (0,), (1,))


def test_a_machine_with_long_layers_of_one_state() -> None:
    def count(hidden: Any, bits: Any) -> Any:
        places = 1 << np.arange(12)
        value = (hidden @ places + 1) % 4096
        return value[:, None] // places % 2, value == 4095

    never = Task("never", 1, 0, np.zeros((1, 2), np.int64), np.zeros((1, 2), np.int64))
    found = compare(count, 12, never, [0] * 12)
    assert isinstance(found, Counterexample)
    assert found.letters == ((0,),) * 4095
    proof = compare(lambda h, x: (count(h, x)[0], np.zeros(len(h))), 12, never, [0] * 12)
    assert isinstance(proof, Proof)
    assert proof.size == 4096


def test_memory_bounds_the_search_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rnn_hw.automata.product.MEMORY", 8 * 1000)
    assert isinstance(judge(padded_parity(8), automata.parity()), Proof)
    assert isinstance(judge(padded_parity(9), automata.parity()), Undecided)


# ---- exact weights ----


def test_weights_become_integers_of_the_same_sign() -> None:
    tenth = Fraction(1, 10)
    W, b = integer_weights([[tenth, 2 * tenth]], [-3 * tenth])
    assert (W.tolist(), b.tolist()) == ([[1, 2]], [-3])
    assert W.dtype == b.dtype == np.int64
    assert 0.1 + 0.2 - 0.3 > 0  # what floats would have said
    assert W.sum() + b[0] == 0


def test_large_weights_stay_exact() -> None:
    W, b = integer_weights([[Fraction(1, 3**50), 1]], [-1])
    assert W.dtype == b.dtype == object
    assert W.tolist() == [[1, 3**50]]
    net = (STUDENT_U, RIGHT, STUDENT_B, STUDENT_V, Fraction(-1, 10**40))
    assert isinstance(judge(net, automata.addition()), Proof)
    assert isinstance(judge((*net[:4], Fraction(1, 10**40)), automata.addition()), Counterexample)


@relaxed
@given(
    st.lists(st.fractions(), min_size=1, max_size=4), st.fractions(), st.lists(st.booleans(), min_size=4, max_size=4)
)
def test_no_sum_changes_its_sign(weights: list[Fraction], bias: Fraction, bits: list[bool]) -> None:
    W, b = integer_weights(weights, bias)
    exact = sum((w for w, bit in zip(weights, bits, strict=False) if bit), bias)
    scaled = int(sum((w for w, bit in zip(W.tolist(), bits, strict=False) if bit), b.item()))
    assert (exact > 0, exact == 0) == (scaled > 0, scaled == 0)


# ---- repairs ----

NAMES = automata.PARAMETERS
GRID = [Fraction(n, 2) for n in range(-6, 7)]


def mend(net: Net, name: str, value: Any) -> Net:
    parts = list(net)
    parts[NAMES.index(name)] = np.asarray(value, dtype=object).tolist()
    return tuple(parts)


def changed(before: Any, after: Any) -> int:
    return int((np.array(before, dtype=object) != np.array(after, dtype=object)).sum())


def replacements(net: Net, name: str) -> Iterator[Any]:
    shape = np.shape(net[NAMES.index(name)])
    for entries in product(GRID, repeat=int(np.prod(shape))):
        yield np.array(entries, dtype=object).reshape(shape).tolist() if shape else entries[0]


@pytest.mark.parametrize("W", SHEETS.values(), ids=["ones", "identity"])
def test_only_the_recurrent_matrix_of_the_wrong_sheets_can_be_mended_alone(W: Any) -> None:
    net, task = student(W), automata.addition()
    began = time.perf_counter()
    found = repairs(*net, "gt", task, [0, 0, 0])
    print(f"repairs, three units: {1000 * (time.perf_counter() - began):.1f} ms")
    assert {name for name, value in found.items() if value is not None} == {"W"}
    assert list(found) == list(NAMES)
    mended = mend(net, "W", found["W"])
    check_proof(mended, task, judge(mended, task))
    assert changed(W, mended[1]) <= min(changed(W, right) for right in ADDER["W_given_student_rest_in_-1..1"])
    for name in ("b_h", "V", "b_y"):
        assert not any(walk_is_right(mend(net, name, value), "addition", 2) for value in replacements(net, name))


@pytest.mark.parametrize("operands", [2, 3])
@pytest.mark.parametrize(("name", "value"), [("U", -1), ("W", -1), ("b_h", 2), ("V", 2), ("b_y", 3)])
def test_one_spoilt_parameter_of_a_right_adder_can_be_mended(name: str, value: int, operands: int) -> None:
    net, task = carry_net(operands), automata.addition(operands)
    parts = [np.array(part, dtype=object) for part in net]
    parts[NAMES.index(name)].flat[0] = value
    spoilt: Net = (*(part.tolist() for part in parts),)
    assert isinstance(judge(spoilt, task), Counterexample)
    found = repairs(*spoilt, "gt", task, [0] * len(net[2]))
    if name == "b_h" and operands == 3:
        assert found[name] is None  # the right biases go down to -4.5
        return
    mended = mend(spoilt, name, found[name])
    check_proof(mended, task, judge(mended, task))
    assert changed(spoilt[NAMES.index(name)], mended[NAMES.index(name)]) == 1


@settings(relaxed, max_examples=30)
@given(st.data())
def test_repairs_agree_with_trying_everything(data: Any) -> None:
    net = PARITY
    for name in data.draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=2)):
        other = data.draw(nets(1, 2))
        net = mend(net, name, other[NAMES.index(name)])
    task = automata.parity()
    found = repairs(*net, "gt", task, [0, 0])
    for name in ("U", "b_h", "V", "b_y"):
        own = net[NAMES.index(name)]
        right = [v for v in replacements(net, name) if walk_is_right(mend(net, name, v), "parity", 1)]
        if not right:
            assert found[name] is None
        else:
            value = np.asarray(found[name]).tolist()
            assert value in right
            assert changed(own, value) == min(changed(own, v) for v in right)
    if found["W"] is not None:
        assert isinstance(judge(mend(net, "W", found["W"]), task), Proof)


@pytest.mark.parametrize(("W", "V"), [([[1, 1], [1, 1]], [1, -1]), ([[0, 0], [3, 0]], [1, 1])])
def test_recurrent_matrices_agree_with_trying_everything(W: Any, V: Any) -> None:
    net = mend(mend(PARITY, "W", W), "V", V)
    right = [value for value in replacements(net, "W") if walk_is_right(mend(net, "W", value), "parity", 1)]
    found = repairs(*net, "gt", automata.parity(), [0, 0])["W"]
    if not right:
        assert found is None
    else:
        assert np.asarray(found).tolist() in right
        assert changed(W, found) == min(changed(W, value) for value in right)


def test_a_replacement_keeps_the_shape_and_the_threshold() -> None:
    U, W, b_h, V, _ = (STUDENT_U, RIGHT, [-1, -2, -3], STUDENT_V, -1)
    for rule in ("ge", lambda z: z >= 0):
        found = repairs(U, W, b_h, [V], [2], rule, automata.addition(), [0, 0, 0])
        assert np.asarray(found["b_y"]).shape == (1,)
        assert found["V"] is None
        mended = np.asarray(found["b_y"]).item()
        assert isinstance(mended, Fraction)
        assert isinstance(judge((U, W, b_h, V, mended), automata.addition(), equal=True), Proof)
    assert (automata.fires(0, "ge"), automata.fires(0, "gt"), automata.fires(1)) == (True, False, True)


def test_entries_that_no_replacement_can_have() -> None:
    third = Fraction(1, 3)
    wrong = mend(mend(PARITY, "W", [[7, third], [third, 10**30]]), "b_h", [-third, -4 * third])
    found = repairs(*wrong, "gt", automata.parity(), [0, 0])
    assert {name for name, value in found.items() if value is not None} == {"W"}
    mended = mend(wrong, "W", found["W"])
    check_proof(mended, automata.parity(), judge(mended, automata.parity()))


def test_equivalent_states_of_a_task_are_one_to_the_search() -> None:
    task = automata.parity()
    doubled = Task("parity", 1, 0, np.array([[2, 1], [1, 2], [0, 3], [3, 0]]), np.array([[0, 1], [1, 0]] * 2))
    wrong = mend(PARITY, "W", [[1, 1], [1, 1]])
    first, second = (repairs(*wrong, "gt", t, [0, 0]) for t in (task, doubled))
    assert np.array_equal(np.asarray(first["W"]), np.asarray(second["W"]))
    proof = judge(PARITY, doubled)
    assert isinstance(proof, Proof)
    assert (proof.states, proof.size) == (3, 6)


def test_a_repair_that_takes_too_long_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = carry_net(4)
    found = repairs(*wide[:4], HALF, "gt", automata.addition(4), [0] * 7)
    assert found["W"] == Undecided("a row of `W` has more than 400000 replacements")
    assert isinstance(found["b_y"], np.ndarray)
    monkeypatch.setattr("rnn_hw.automata.repair.WORK", 10_000)
    assert repairs(*student(ONES), "gt", automata.addition(), [0, 0, 0])["W"] == Undecided(
        "the search for a replacement takes too long"
    )


def test_a_search_for_something_nearer_ends_with_what_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rnn_hw.automata.repair.BETTER", 0)
    found = repairs(*student(ONES), "gt", automata.addition(), [0, 0, 0])["W"]
    assert isinstance(judge(mend(student(ONES), "W", found), automata.addition()), Proof)
