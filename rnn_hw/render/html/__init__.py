"""Results as a page of HTML: `solved.py` shows a problem or a checked sheet, `graded.py` a class, `page.py` frames both."""
