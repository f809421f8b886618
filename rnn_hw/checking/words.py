"""Answers that are a word, or true or false."""

_ENDINGS = ("ing", "es", "ed", "e", "s")
_TRUE, _FALSE = {"true", "t", "yes", "y", "right", "correct"}, {"false", "f", "no", "n", "wrong", "incorrect"}


def judge_word(text: str, true: str) -> str:
    """The verdict on a word; `vanishes` and `vanishing` are the same answer."""
    return "correct" if _stem(text) == _stem(true) else "wrong"


def _stem(word: str) -> str:
    word = word.strip().casefold()
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 3:
            return word.removesuffix(ending)
    return word


def judge_truth(text: str, true: bool) -> str:
    """The verdict on a truth value; a word that is none is `unreadable`."""
    word = text.strip().rstrip(".!").casefold()
    if word not in _TRUE | _FALSE:
        return "unreadable"
    return "correct" if (word in _TRUE) == true else "wrong"
