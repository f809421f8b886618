"""Threshold networks as finite machines: equivalence with a task proved for inputs of every length, or refuted.

- `tasks` holds the machines of what can be asked of a network: addition, subtraction, parity, comparison.
- `product` searches the product of a network and a task: a proof, or the shortest counterexample.
- `repair` finds out whether replacing one parameter alone mends a wrong network, narrowing down `candidates`; `unit`
  does the same for one hidden unit.
- `exact` turns rational weights into integers that decide every threshold the same way.

The equations of a network are not here: they are text, and the room that evaluates them passes the transition in.
Numbers are exact throughout, because `0.1 + 0.2 - 0.3 > 0` is true in floats.
"""

from rnn_hw.automata.candidates import fires
from rnn_hw.automata.exact import common_denominator, fractions, integer_weights
from rnn_hw.automata.product import PAIRS, Counterexample, Move, Pair, Proof, Undecided, compare
from rnn_hw.automata.repair import PARAMETERS, repairs
from rnn_hw.automata.tasks import TASKS, Task, Transition, addition, answered, comparison, letters, parity, subtraction
from rnn_hw.automata.unit import unit_repairs

__all__ = [
    "PAIRS",
    "PARAMETERS",
    "TASKS",
    "Counterexample",
    "Move",
    "Pair",
    "Proof",
    "Task",
    "Transition",
    "Undecided",
    "addition",
    "answered",
    "common_denominator",
    "compare",
    "comparison",
    "fires",
    "fractions",
    "integer_weights",
    "letters",
    "parity",
    "repairs",
    "subtraction",
    "unit_repairs",
]
