"""The equation language: formulas as text, and the many readings of one tree. Knows no RNN, no YAML, no terminal."""
