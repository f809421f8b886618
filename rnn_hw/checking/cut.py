"""An answer file cut into its numbers and what stands between them; nothing here knows YAML."""

import re
from typing import NamedTuple

# What only a plain scalar can be, if it is a number at all. The table of numerals says whether it is.
number = re.compile(r"[-+.\deE]+", re.ASCII)
_END = r" *(?=\n|(?<= )#)"  # of a line, or a comment
value = re.compile(rf": +([-+.\deE]+|\[[-+.\deE, \[\]]+\]){_END}", re.ASCII)
_name = re.compile(rf"(?:^|\n)student: +(\w(?:[\w .,()@/'+-]{{0,200}}[\w.)])?){_END}")

SIGN = "\0"  # of a number in a line


class Body(NamedTuple):
    """The lines of a file of which all from one on are answers: what stands before these, they themselves with a sign in
    place of each number, and where the first of them is."""

    head: tuple[str, ...]
    answers: list[str]
    first: int


class Cut:
    """A text, what stands between its numbers, its numbers, and the student's name if it is a plain one.

    Whether the last line has an end belongs to the form: what a text in lines of its own says depends on it.
    """

    __slots__ = ("behind", "form", "name", "numbers", "pieces", "text")

    def __init__(self, text: str) -> None:
        ended = text.endswith("\n")
        self.text = text if ended else text + "\n"
        found = _name.search(self.text)
        self.name, self.behind, head = found[1] if found else "", found.end() if found else 0, ""
        if found:
            head = self.text[: found.start(1)].rstrip(" ")
        self.pieces = value.split(self.text[self.behind :])
        self.numbers, lists = self.pieces[1::2], ""
        joined = "\n".join(self.numbers)
        if "[" in joined:
            self.numbers, lists = number.findall(joined), number.sub("0", joined)
        self.form = ("" if ended else "open", head, lists, *self.pieces[::2])

    def body(self) -> Body | None:
        """The lines of the file; `None` where `answers:` does not stand alone on a line, or answers are not all of its
        rest, one below the other."""
        if self.form[0] or SIGN in self.text:
            return None
        pieces = self.pieces.copy()
        pieces[1::2] = [f": {number.sub(SIGN, numbers)}" for numbers in pieces[1::2]]
        lines = "".join(pieces).split("\n")[:-1]
        if "answers:" not in lines:
            return None
        start = lines.index("answers:") + 1
        head, answers = lines[:start], lines[start:]
        indents = {line[: len(line) - len(line.lstrip(" "))] for line in answers}
        if len(indents) != 1 or any(SIGN in line for line in head):
            return None
        return Body((self.form[1], *head, *indents), answers, self.text.count("\n", 0, self.behind) + start + 1)
