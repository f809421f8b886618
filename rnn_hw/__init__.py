"""Solve and verify homework on recurrent neural networks."""

__version__ = "0.1.0"
