"""Text in columns of equal cells: how wide it is, where a formula may be broken, how a matrix stands.

For every form whose letters are all equally wide (the terminal, a code block, an excerpt of a file). Knows no Rich and
no results.
"""

import unicodedata
from collections.abc import Iterator, Sequence

_OPERATORS = "+−-=≈±"


def width(text: str) -> int:
    """How many cells `text` takes: two for an East Asian wide character, none for a combining mark."""
    if text.isascii():
        return len(text)
    return sum(map(_cells, text))


def _cells(character: str) -> int:
    if character < "\u0300":
        return 1
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def wrap(text: str, room: int) -> list[str]:
    """`text` in lines of at most `room` cells, broken where a formula is best broken.

    Before an operator outside all square brackets rather than inside an array; behind a row of a matrix rather than
    inside it; never inside a number or a name, unless that alone is wider than `room`.

    >>> wrap("[1, 2]·[1, 0] + 0.5·0 + 0.2", 20)
    ['[1, 2]·[1, 0]', '+ 0.5·0 + 0.2']
    """
    if width(text) <= room:
        return [text]
    lines, line = [], ""
    queue = [(text, 0)]
    while queue:
        piece, level = queue.pop()
        if width((line + piece).rstrip()) <= room:
            line += piece
        elif level < len(_LEVELS) and (width(piece.rstrip()) > room or not line.strip()):
            queue.extend((part, level + 1) for part in reversed(list(_parts(piece, level))))
        elif line.strip():
            lines.append(line.rstrip())
            line = ""
            queue.append((piece.lstrip(), level))
        else:
            cut = _fitting(piece, room)
            lines.append(piece[:cut])
            queue.append((piece[cut:], level))
    return lines + [line.rstrip()] if line.strip() else lines


def prose(text: str, room: int) -> list[str]:
    """A sentence in lines of at most `room` cells, broken at blanks."""
    lines, line = [], ""
    for word in text.split():
        while width(word) > room:
            if line:
                lines.append(line)
                line = ""
            cut = _fitting(word, room)
            lines.append(word[:cut])
            word = word[cut:]
        if line and width(line) + 1 + width(word) > room:
            lines.append(line)
            line = ""
        line = f"{line} {word}" if line else word
    return [*lines, line] if line else lines


def _before_term(text: str, place: int, square: int, round: int) -> bool:
    return square == round == 0 and _before_inner_term(text, place, square, round)


def _between_factors(text: str, place: int, square: int, round: int) -> bool:
    return square == round == 0 and text[place] in "·/"


def _after_row(text: str, place: int, square: int, round: int) -> bool:
    return text[place - 2 : place] == "; "


def _before_inner_term(text: str, place: int, square: int, round: int) -> bool:
    return square == 0 and text[place - 1] == " " and not (place > 1 and text[place - 2] in _OPERATORS)


def _anywhere(text: str, place: int, square: int, round: int) -> bool:
    if text[place - 1] == " ":
        return not (place > 1 and text[place - 2] in _OPERATORS)
    return text[place] in "·/"


def _after_bracket(text: str, place: int, square: int, round: int) -> bool:
    return text[place - 1] == "(" and text[place] not in _OPERATORS


# Where a line may be broken, the best places first; each is asked only within what the ones before left too wide.
_LEVELS = (_before_term, _between_factors, _after_row, _before_inner_term, _anywhere, _after_bracket)


def _parts(text: str, level: int) -> Iterator[str]:
    """`text` cut at every place that `level` allows."""
    square, round, start = 0, 0, 0
    for place in range(1, len(text)):
        before = text[place - 1]
        square += (before == "[") - (before == "]")
        round += (before == "(") - (before == ")")
        if _LEVELS[level](text, place, square, round):
            yield text[start:place]
            start = place
    yield text[start:]


def _fitting(text: str, room: int) -> int:
    """How many characters of `text` fit into `room` cells; one at least."""
    used = 0
    for count, character in enumerate(text):
        used += _cells(character)
        if used > room:
            return max(count, 1)
    return len(text)


def matrix(cells: Sequence[Sequence[str]]) -> list[str]:
    """A matrix in lines of equal width, its columns aligned to the right.

    >>> print("\\n".join(matrix([["1", "−2"], ["0.5", "4"]])))
    ⎡   1  −2 ⎤
    ⎣ 0.5   4 ⎦
    """
    columns = [max(map(width, column)) for column in zip(*cells, strict=True)]
    rows = ["  ".join(" " * (w - width(c)) + c for c, w in zip(row, columns, strict=True)) for row in cells]
    if len(rows) == 1:
        return [f"[ {rows[0]} ]"]
    sides = [("⎡", "⎤"), *[("⎢", "⎥")] * (len(rows) - 2), ("⎣", "⎦")]
    return [f"{left} {row} {right}" for (left, right), row in zip(sides, rows, strict=True)]
