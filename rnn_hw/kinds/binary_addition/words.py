"""What a threshold network does, told: sums as people write them, bits in a table, a proof as a table of pairs.

Bits come with the least significant one first, as the network sees them; in a sum they stand as on paper.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from rnn_hw.automata import Counterexample, Pair, Proof, Task
from rnn_hw.kinds.binary_addition.design import Design, signed
from rnn_hw.kinds.binary_addition.net import sequence
from rnn_hw.lang.evaluate import Result
from rnn_hw.results import Cell, Remark, Table

Bits = Sequence[int]
PROOF_ROWS = 60  # that are listed
LONGEST = 64  # bits of a sum that is written out, and rows of its table
SIDE_BY_SIDE = 3  # units, and inputs, that have a column each
SHOWN_UNITS = 24
WIDEST = 20  # of the inputs that stand in one row of a proof


class _Claim(NamedTuple):
    """How a task's question is written: numbers with a sign between them, and what they make."""

    sign: str
    value: Callable[[Sequence[int]], int]


_SUMS: Mapping[str, _Claim] = {
    "addition": _Claim(" + ", sum),
    "subtraction": _Claim(" − ", lambda numbers: numbers[0] - numbers[1]),
}


def numbers(letters: Iterable[Bits]) -> list[str]:
    """The operands as on paper."""
    return ["".join(map(str, operand))[::-1] for operand in zip(*letters, strict=True)]


def bits(row: Iterable[int]) -> str:
    """A hidden state as a word of zeros and ones."""
    word = "".join(str(int(bit)) for bit in row)
    return word if len(word) <= SHOWN_UNITS else f"{word[:SHOWN_UNITS]}…"


def example(task: Task, words: Sequence[str], output: Bits) -> str:
    """The worked example as a sum of the numbers as written, or as what else is asked."""
    if task.name not in _SUMS:
        return f"{_statement(task, words)}: the last output is {output[-1]}"
    claim, values = _SUMS[task.name], [int(word, 2) for word in words]
    total, result = claim.value(values), "".join(map(str, output))[::-1]
    if total >= 0:
        result = result.lstrip("0").rjust(max(map(len, words)), "0")
    complement = ", in two's complement" if total < 0 else ""
    return f"{claim.sign.join(words)} = {result} ({claim.sign.join(map(str, values))} = {signed(total)}{complement})"


def failure(task: Task, found: Counterexample) -> str:
    """The shortest input that fails, as a sum: what the net gives, and what is right."""
    length = len(found.letters)
    if length > LONGEST:
        return f"The shortest input that fails has {length:,} bits; its last {LONGEST} are in the table."
    words = numbers(found.letters)
    if task.name not in _SUMS:
        return (
            f"{_statement(task, words)}, so the last output has to be {found.want[-1]}: the net puts out "
            f"{found.got[-1]}. No shorter input fails."
        )
    claim, values = _SUMS[task.name], [int(word, 2) for word in words]
    total = claim.value(values)
    got, want = ("".join(map(str, output))[::-1] for output in (found.got, found.want))
    decimal = f"{claim.sign.join(map(str, values))} = {signed(total)}"
    if 0 <= total < 2**length:
        told = f"the net gives {got} ({int(got, 2)}), right is {want} ({decimal})"
    elif total < 0:
        told = f"the net gives {got}, right is {want} ({decimal}, in two's complement)"
    else:
        last = "the last bit" if length == 1 else f"the last {length} bits"
        told = f"the net gives {got}, right is {want}, {last} of {total:b} ({decimal})"
    return f"{claim.sign.join(words)} fails: {told}. No shorter sum does."


def _statement(task: Task, words: Sequence[str]) -> str:
    if task.name == "comparison":
        first, second = (int(word, 2) for word in words)
        relation = ">" if first > second else "≤"
        return f"{words[0]} {relation} {words[1]} ({first} {relation} {second})"
    ones = sum(word.count("1") for word in words)
    have = "has" if len(words) == 1 else "have"
    kind = "odd" if ones % 2 else "even"
    return f"{' and '.join(words)} {have} {_counted(ones, 'one')}, an {kind} number"


def bit_by_bit(
    title: str, design: Design, letters: Sequence[Bits], result: Result, first: int = 1, want: Bits | None = None
) -> Table:
    """A run of a network, a row for every step; with the output that is right, or with what is to be remembered.

    `first` is the number of the first row's bit. The sum is the task's, not the network's.
    """
    hidden, pre = sequence(result, "h"), sequence(result, "z_h").astype(float)
    outputs, pre_output = sequence(result, "y"), sequence(result, "z_y").astype(float)
    units, inputs = hidden.shape[1], len(letters[0])
    names = [f"x_{k}" for k in range(1, inputs + 1)] if inputs <= SIDE_BY_SIDE else ["x"]
    narrow = units <= SIDE_BY_SIDE
    columns = ["bit", *names, *["sum"] * (want is None)]
    columns += [f"{q}_{j}" for q in "zh" for j in range(1, units + 1)] if narrow else ["z_h", "h"]
    columns += ["z_y", "y", design.memory if want is None else "right"]
    rows: list[tuple[Cell, ...]] = []
    state = design.task.start
    for k, letter in enumerate(letters):
        row: list[Cell] = [first + k, *(letter if inputs <= SIDE_BY_SIDE else [bits(letter)])]
        if want is None:
            row.append(sum(u * x for u, x in zip(design.column, letter, strict=True)) + state)
        row += [*map(float, pre[k]), *map(int, hidden[k])] if narrow else [pre[k], bits(hidden[k])]
        state = int(design.task.next[state, int("".join(map(str, letter)), 2)])
        rows.append((*row, float(pre_output[k]), int(outputs[k]), state if want is None else want[k]))
    if want is not None:
        return Table(title, tuple(columns), tuple(rows), "bit 1 is the least significant", (len(rows) - 1,))
    note = f"bit 1 is the least significant; sum = {design.sum}, {design.memory} is what the next bit gets"
    return Table(title, tuple(columns), tuple(rows), note)


def proof(design: Design, found: Proof) -> tuple[Table, Remark]:
    """The table that pairs hidden states with what they stand for, and the sentence on what it proves."""
    rows = [row for pair in found.pairs for row in _moves(pair)]
    memory = design.memory
    columns = ("hidden state", memory, "input", "next hidden state", "output", f"next {memory}")
    whole = found.complete and len(rows) <= PROOF_ROWS
    note = "" if whole else "only the first rows are shown; the others were checked in the same way"
    table = Table("Proof: what each hidden state stands for", columns, tuple(rows[:PROOF_ROWS]), note)
    text = (
        f"the net {design.does}, whatever the length of the input. From h[0] = 0 it can reach "
        f"{_counted(found.states, 'hidden state')}; paired with what they stand for these make "
        f"{_counted(found.size, 'pair')}. In every pair every input gives the right output and leads to one of these "
        "pairs again, so no output is ever wrong: proved, in exact fractions."
    )
    return table, Remark(text, "proof")


def _moves(pair: Pair) -> list[tuple[Cell, ...]]:
    """A row for all the inputs that have one and the same effect on a pair."""
    alike: dict[tuple[Bits, int, int], list[str]] = {}
    for move in pair.moves:
        alike.setdefault((move.hidden, move.output, move.state), []).append(bits(move.letter))
    return [
        (bits(pair.hidden), pair.state, _few(words), bits(hidden), output, state)
        for (hidden, output, state), words in alike.items()
    ]


def _few(words: Sequence[str]) -> str:
    listed = ", ".join(words)
    return listed if len(listed) <= WIDEST else f"{words[0]}, … ({len(words)})"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"
