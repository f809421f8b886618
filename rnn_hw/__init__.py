"""Solve and verify homework on recurrent neural networks.

>>> from rnn_hw import load_problem, solve
>>> from rnn_hw.bundle import bundled
>>> trace = solve(load_problem(bundled("lstm_forward.yaml")))
>>> trace.steps[1].key, float(trace.steps[1].value[0])
('f[1]', 0.7685247834990175)
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnn_hw.checking import check
    from rnn_hw.problem import load_problem
    from rnn_hw.solver import solve

__version__ = "0.1.0"
__all__ = ["check", "load_problem", "solve"]
_HOMES = {"check": "checking", "load_problem": "problem", "solve": "solver"}


def __getattr__(name: str) -> Any:
    """The public names, imported when they are asked for: `rnnhw --help` needs none of them."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"rnn_hw.{_HOMES[name]}"), name)
