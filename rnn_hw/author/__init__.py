"""Help for whoever sets a problem: what its numbers cannot reveal (`lint.py`), and other numbers (`variant.py`)."""
