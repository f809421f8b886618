"""The catalogue of mistakes: rows (`catalogue.py`), what a row does to a tree (`rules.py`), and where (`changes.py`)."""
