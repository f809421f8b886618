"""KINDS: one row per kind of problem. A new kind is one row here and one file beside this one."""

from collections.abc import Mapping
from importlib import import_module
from typing import cast

from rnn_hw.kinds.kind import Kind

KINDS: Mapping[str, str] = {
    "lstm_forward": "an LSTM's forward pass in numbers, with the mean squared error",
    "adam_step": "one step of Adam, or several, on a number, a vector or a matrix",
    "binary_addition": "weights of a hard-threshold RNN that adds, designed and proved",
    "vanishing_gradient": "the threshold at which gradients vanish or may explode",
    "rnn_by_hand": "an RNN over several examples: forward, backward term by term, update, epochs",
    "bptt": "backpropagation through time of any equations, derived, and in numbers",
    "claims": "true or false: claims about a recurrence, proved by bounds or refuted by numbers",
    "recurrence": "any recurrence of your own, written as equations",
}


def kind(name: str) -> Kind:
    """The kind of that name; its module is imported when it is needed. Raises `KeyError`."""
    KINDS[name]
    return cast(Kind, import_module(f"rnn_hw.kinds.{name}").KIND)
