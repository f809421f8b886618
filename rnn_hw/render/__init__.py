"""Readings of results, one file per form of output; they see records only and never import each other."""
