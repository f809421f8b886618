"""The mistakes that people make in the weights of a threshold network: one row each, with the function that undoes it.

A row of a lower `tier` explains before one of a higher: a habit that has a name before a single entry, and that before a
single unit.
"""

from collections.abc import Mapping
from typing import NamedTuple

from rnn_hw.kinds.binary_addition import undone
from rnn_hw.kinds.binary_addition.undone import Undo


class Mistake(NamedTuple):
    """A row of the catalogue; `undone` yields the weights without the mistake, the likeliest first."""

    code: str
    title: str
    reason: str
    mend: str
    undone: Undo
    tier: int = 0


_ROWS = (
    # --- what is remembered --------------------------------------------------------------------------------------------
    Mistake(
        "dense-recurrence", "every unit adds all of h[t-1]",
        "only what is carried on to the next step belongs there, and not every unit holds that",
        "look for the units whose values make up what the next step has to know, and read these alone in every row of W",
        undone.dense,
    ),
    Mistake(
        "own-unit", "every unit reads itself",
        "with the identity as W each unit remembers its own value; all of them have to be told what is carried on",
        "let every row of W read the same thing: what the step before carries on",
        undone.own,
    ),
    Mistake(
        "no-recurrence", "nothing of the step before is read",
        "without W the net sees one step at a time, and nothing is carried on",
        "let every row of W read what the step before carries on",
        undone.forgotten,
    ),
    # --- whole parameters ----------------------------------------------------------------------------------------------
    Mistake(
        "weights-transposed", "rows and columns exchanged",
        "row j holds the weights with which unit j reads; a column holds those with which one quantity is read",
        "write one row for every unit that reads",
        undone.transposed,
    ),
    Mistake(
        "weights-exchanged", "U and W in each other's place",
        "U is multiplied by x[t] and W by h[t-1]",
        "look up in the equations which matrix stands in front of which vector",
        undone.exchanged,
    ),
    Mistake(
        "operands-exchanged", "the two numbers in each other's place",
        "column k of U has the weights of x_k, and here the order of the numbers matters",
        "try the net on 1 and 0, and on 0 and 1",
        undone.operands,
    ),
    Mistake(
        "matrix-sign", "all weights of a matrix with the other sign",
        "what should count for a unit counts against it, and the reverse",
        "work one column of bits by hand, with the signs as written",
        undone.matrix_sign,
    ),
    Mistake(
        "other-unit-carried", "what is carried on is read from other units",
        "all rows of W read the same units, and these do not hold what the next step has to know",
        "write down for which sums each unit is on, and pick those that tell what is carried on",
        undone.elsewhere,
    ),
    Mistake(
        "bias-sign", "the bias with the sign of a threshold",
        "a unit that fires when its sum exceeds 1.5 has the bias −1.5: the bias is added, the threshold is exceeded",
        "move the threshold to the other side of the inequality, where it changes its sign",
        undone.bias_sign,
    ),
    Mistake(
        "bias-order", "the biases in reverse order",
        "entry j of b_h belongs to unit j, as row j of W and entry j of V do",
        "keep one order of the units in all parameters",
        undone.bias_order,
    ),
    Mistake(
        "bias-on-the-level", "whole numbers as biases",
        "where a sum can hit 0 exactly, it matters whether a unit fires at 0; the biases suit the other convention",
        "put each bias half a step beside the level, where no sum can hit 0",
        undone.on_the_level,
    ),
    Mistake(
        "bias-one-level-off", "the levels counted from another number",
        "every unit fires one level too early or too late",
        "write down the least sum at which each unit is to fire, and take half a step less for its threshold",
        undone.one_level_off,
    ),
    Mistake(
        "threshold-meaning", "the threshold taken the other way",
        "whether a unit fires at exactly 0 is a convention, and the net relies on the other one",
        "choose biases with which no sum is ever 0, so that both conventions do the same",
        undone.meant_the_other_way,
    ),
    # --- the output ----------------------------------------------------------------------------------------------------
    Mistake(
        "output-adds-all", "the output adds all units up",
        "the units fire one after the other as the sum grows; adding them up gives the sum, and not its last bit",
        "let the signs alternate, so that each further unit turns the output around",
        undone.adds_all,
    ),
    Mistake(
        "output-unit-sign", "one unit with the other sign in the output",
        "it turns the output on where it should turn it off, or the reverse",
        "go through the sums one by one, and write down which units are on and what the output has to be",
        undone.unit_sign,
    ),
    Mistake(
        "output-unit-left-out", "one unit left out of the output",
        "the output cannot tell whether this unit is on",
        "go through the sums one by one, and write down which units are on and what the output has to be",
        undone.left_out,
    ),
    # --- what has no name ----------------------------------------------------------------------------------------------
    Mistake(
        "one-weight", "a slip in one entry",
        "all other weights can stay as they are",
        "work the sum that fails by hand, and see which unit comes out otherwise than it should",
        undone.entry, 1,
    ),
    Mistake(
        "one-unit", "one hidden unit that does not fit",
        "all other units can stay as they are, and the output's bias as well",
        "work the sum that fails by hand, and see when this unit would have to fire",
        undone.unit, 2,
    ),
)  # fmt: skip

ROWS: Mapping[str, Mistake] = {row.code: row for row in _ROWS}
