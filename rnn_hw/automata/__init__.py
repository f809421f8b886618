"""Threshold networks as finite machines: equivalence with a task proved for inputs of every length, or refuted.

- `tasks` holds the machines of what can be asked of a network: addition, subtraction, parity, comparison.
- `product` searches the product of a network and a task: a proof, or the shortest counterexample.
- `repair` finds out whether replacing one parameter alone mends a wrong network, narrowing down `candidates`.
- `exact` turns rational weights into integers that decide every threshold the same way.

The equations of a network are not here: they are text, and the room that evaluates them passes the transition in.
Numbers are exact throughout, because `0.1 + 0.2 - 0.3 > 0` is true in floats.
"""

from rnn_hw.automata.candidates import fires
from rnn_hw.automata.exact import integer_weights
from rnn_hw.automata.product import Counterexample, Move, Pair, Proof, Undecided, compare
from rnn_hw.automata.repair import PARAMETERS, repairs
from rnn_hw.automata.tasks import TASKS, Task, Transition, addition, comparison, letters, parity, subtraction

__all__ = [
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
    "compare",
    "comparison",
    "fires",
    "integer_weights",
    "letters",
    "parity",
    "repairs",
    "subtraction",
]
