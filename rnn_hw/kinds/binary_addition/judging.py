"""A person's weights, judged by what the network does with them: never by comparing with a key.

A right network is answered with the proof, a wrong one with the shortest sum that fails. Which parameter is to blame is
found out by replacing one at a time.
"""

from collections import Counter
from collections.abc import Mapping

import numpy as np

from rnn_hw.automata import PARAMETERS, Counterexample, Proof, Undecided, repairs
from rnn_hw.automata.repair import Repair
from rnn_hw.kinds.binary_addition.design import Design
from rnn_hw.kinds.binary_addition.net import Network, parameter_shapes
from rnn_hw.kinds.binary_addition.words import LONGEST, bit_by_bit, failure, proof
from rnn_hw.kinds.kind import Array, Judgement, Shape
from rnn_hw.lang.operations import spoken
from rnn_hw.lang.tree import Program
from rnn_hw.results import Remark, Table

Verdicts = dict[str, tuple[str, str]]
REPLACEMENT = "One replacement"  # the title of the one table that gives a solution away


def judged(
    design: Design, program: Program, threshold: str, hidden: int | None, answers: Mapping[str, Array | None]
) -> Judgement:
    """Verdicts on the parameters that were given, as exact fractions in any shape that can be meant.

    `hidden` is the number of units that the problem asks for, if it does.
    """
    arrays = {name: array for name in PARAMETERS if (array := answers.get(name)) is not None}
    weights, verdicts = shaped(arrays, design.task.inputs, hidden)
    missing = [name for name in PARAMETERS if name not in weights]
    if missing:
        names = " and ".join(f"`{name}`" for name in missing)
        whole = "cannot be judged without " + (f"a fitting {names}" if verdicts else names)
        return Judgement({name: verdicts.get(name, ("unjudged", whole)) for name in arrays})
    network = Network.of(program, weights)
    found = network.does(design.task)
    if isinstance(found, Proof):
        table, remark = proof(design, found)
        return Judgement(dict.fromkeys(PARAMETERS, ("correct", "")), (table,), (remark,))
    if isinstance(found, Undecided):
        return Judgement(dict.fromkeys(PARAMETERS, ("unjudged", found.reason)))
    verdicts, replacements, remarks = _blamed(design, network, threshold)
    trace = _trace(design, network, found)
    return Judgement(verdicts, (trace, *replacements), (Remark(failure(design.task, found)), *remarks))


# --- shapes -----------------------------------------------------------------------------------------------------------


def shaped(given: Mapping[str, Array], inputs: int, hidden: int | None) -> tuple[dict[str, Array], Verdicts]:
    """The parameters in their own shapes, and a verdict on those that cannot have it.

    Axes of one entry do not matter: a row or a column may be written flat, a number as a list. Where the problem leaves
    the number of units open, most parameters decide.
    """
    units = hidden or _units(given, inputs)
    source = f"the problem asks for {units} hidden units" if hidden else f"the others are for {units} hidden units"
    found, verdicts = {}, {}
    for name, array in given.items():
        wanted = parameter_shapes(units, inputs)[name]
        if _long(array.shape) == _long(wanted):
            found[name] = array.reshape(wanted)
            continue
        message = f"`{name}` is {spoken(array.shape)}, it needs {spoken(wanted)}"
        reason = "its transpose has that" if array.shape[::-1] == wanted else source
        verdicts[name] = ("wrong", message if name == "b_y" else f"{message}: {reason}")
    return found, verdicts


def _long(shape: Shape) -> Shape:
    return tuple(size for size in shape if size != 1)


def _units(given: Mapping[str, Array], inputs: int) -> int:
    """The number of hidden units that most parameters agree on."""
    votes: list[int] = []
    for name in ("b_h", "V", "W", "U"):
        if name in given and given[name].size:
            size = given[name].size
            votes.append({"W": round(size**0.5), "U": max(size // inputs, 1)}.get(name, size))
    return Counter(votes).most_common(1)[0][0] if votes else 1


# --- a wrong network --------------------------------------------------------------------------------------------------


def _blamed(design: Design, network: Network, threshold: str) -> tuple[Verdicts, tuple[Table, ...], tuple[Remark, ...]]:
    """A parameter is wrong if replacing it alone makes the network right; all are if there is none such."""
    found = _replacements(design, network, threshold)
    mended = {name: value for name, value in found.items() if isinstance(value, np.ndarray)}
    open_questions = {
        name: f"whether replacing `{name}` alone would do is open: {value.reason}"
        for name, value in found.items()
        if isinstance(value, Undecided)
    }
    if not mended:
        known = "can be" if not open_questions else "was found that can be"
        text = f"No single parameter {known} replaced so that the net becomes right, so all count as wrong."
        return {name: ("wrong", open_questions.get(name, "")) for name in PARAMETERS}, (), (Remark(text),)
    verdicts = {name: ("correct", open_questions.get(name, "")) for name in PARAMETERS}
    verdicts |= {name: ("wrong", f"replacing `{name}` alone makes the net right") for name in mended}
    rows = tuple((name, value.astype(float)) for name, value in mended.items())
    note = (
        "each of them alone makes the net right, and others may as well" if len(rows) > 1 else "others may do as well"
    )
    return verdicts, (Table(REPLACEMENT, ("parameter", "replacement"), rows, note, reveals=True),), ()


def _replacements(design: Design, network: Network, threshold: str) -> dict[str, Repair]:
    """For every parameter a replacement, our own where it will do: it is easier to read, and may be beyond the search."""
    U, W, b_h, V, b_y = (network.weights[name] for name in PARAMETERS)
    found = repairs(U, W, b_h, V, b_y, threshold, design.task, (0,) * network.hidden)
    if network.hidden >= design.units:
        for name, own in design.weights(network.hidden).items():
            if isinstance(network.replaced(name, own).does(design.task), Proof):
                found[name] = own
    return found


def _trace(design: Design, network: Network, found: Counterexample) -> Table:
    """The failing input bit by bit, its end if it is long."""
    begin = max(0, len(found.letters) - LONGEST)
    start = found.hidden[begin - 1] if begin else (0,) * network.hidden
    letters = found.letters[begin:]
    result = network.run(letters, start)
    return bit_by_bit("Where it fails", design, letters, result, begin + 1, found.want[begin:])
