"""A number as a person writes it: text -> value, half a unit of the last printed place, exact fraction.

`0.750` claims three decimals and `1/3` claims to be exact, so the text is read here and nowhere else. This file knows no
tolerance and no verdict, and reads no arrays and no formulas: what is not one single number is refused with the reason.
Only the spellings listed at `_SPELLINGS` are understood. Unicode's NFKC form is deliberately not used: it reads `2²` as
22 and `1½` as 11/2.
"""

import math
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from fractions import Fraction

LONGEST = 400  # characters; a float has at most 17 digits that count, an exact one 767 that nobody writes
LARGEST_EXPONENT = 308  # half a unit of the last place must be a float too
EXACT_DECIMALS = 17  # what a fraction is held to: as many digits as tell two floats apart

_UNSIGNED, _EXPONENT = r"(\d+(?:\.(\d*))?|\.(\d+))", r"([+-]?\d{1,4})"
_POWER = rf"10(?:\^|\*\*)\s*{_EXPONENT}"
# The fast path, ordinary decimals such as `-0.750` and `1e-3`; everything a float's `repr` can be.
_decimal = re.compile(rf"[+-]?{_UNSIGNED}(?:[eE]{_EXPONENT})?", re.ASCII).fullmatch
# After `_SPELLINGS`: `- 0.5`, `1*10^-3`, `10^-3`, `50 %`; and `1/3`.
_spelled = re.compile(
    rf"([+-]?)\s*(?:{_UNSIGNED}(?:[eE]{_EXPONENT}|\s*\*\s*{_POWER})?|{_POWER})(\s*%)?",
    re.ASCII,
).fullmatch
_ratio = re.compile(r"([+-]?)\s*(\d+)\s*/\s*(\d+)", re.ASCII).fullmatch
_superscript = re.compile("(?<=10)[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")

_RAISED = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")
_GLYPHS = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4"}
_SPELLINGS = str.maketrans(
    {
        **dict.fromkeys("\u2212\u2013\u2010\u2011\ufe63", "-"),  # minus sign, en dash, hyphens
        **dict.fromkeys("·×⋅∙xX", "*"),
        **{chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F)},  # full-width forms
        "⁄": "/",
        # The space keeps `1½` from being read as 11/2.
        **{glyph: f" {ratio}" for glyph, ratio in _GLYPHS.items()},
    }
)
_HALF_UNITS = tuple(float(f"5e-{decimals + 1}") for decimals in range(18))


class Numeral(NamedTuple):
    """What a written number claims.

    `half_unit` is half a unit of the last printed place, 0.0 for a fraction, which is exact; `decimals` counts the
    decimals printed and is negative where the last place is left of the units (`1.2e3` -> -2).
    """

    value: float
    half_unit: float
    decimals: int


def read_numeral(text: str) -> Numeral | str:
    """The number that `text` is, or the reason why it is none. The value is always finite.

    >>> read_numeral("0.750")
    Numeral(value=0.75, half_unit=0.0005, decimals=3)
    >>> read_numeral("1,5")
    '`1,5` has a decimal comma, write `1.5`'
    """
    if len(text) > LONGEST:
        return f"a number of {len(text)} characters is too long, {LONGEST} are allowed"
    match = _decimal(text)
    if match is None:
        canonical = _canonical(text)
        if "/" in canonical:
            return _quotient(text, canonical)
        match = _decimal(canonical)
        if match is None:
            return _reason(text)
    digits, after_digits, after_point, exponent = match.groups()
    decimals = len(after_digits or after_point or "")
    if exponent:
        decimals -= int(exponent)
    value = float(match[0])
    if math.isinf(value) or decimals < -LARGEST_EXPONENT:
        return f"`{_short(text)}` is too large"
    if decimals > LONGEST + LARGEST_EXPONENT or (value == 0 and digits.strip("0.")):
        return f"`{_short(text)}` is too small to tell from zero"
    half_unit = _HALF_UNITS[decimals] if 0 <= decimals < len(_HALF_UNITS) else float(f"5e{-decimals - 1}")
    return Numeral(value, half_unit, decimals)


def fraction(text: str) -> "Fraction | None":
    """The exact rational that `text` is, None where `read_numeral` refuses it.

    >>> fraction("0.1") * 3 == fraction("3/10")
    True
    """
    from fractions import Fraction  # only exact weights pay for it

    if isinstance(read_numeral(text), str):
        return None
    return Fraction(text if _decimal(text) else _canonical(text))


def _canonical(text: str) -> str:
    """`text` as `[-]digits[e exponent]` or `[-]p/q` in ASCII, "" if it is neither."""
    text = _superscript.sub(lambda match: "^" + match[0].translate(_RAISED), text).translate(_SPELLINGS).strip()
    if match := _ratio(text):
        return f"{match[1]}{match[2]}/{match[3]}"
    match = _spelled(text)
    if match is None:
        return ""
    sign, digits, _, _, exponent, power, bare_power, percent = match.groups()
    return f"{sign}{digits or 1}e{int(exponent or power or bare_power or 0) - (2 if percent else 0)}"


def _quotient(text: str, ratio: str) -> Numeral | str:
    numerator, denominator = map(int, ratio.split("/"))
    if denominator == 0:
        return f"`{_short(text)}` divides by zero"
    try:
        return Numeral(numerator / denominator, 0.0, EXACT_DECIMALS)
    except OverflowError:
        return f"`{_short(text)}` is too large"


def _reason(text: str) -> str:
    """Why `text` is no number: the expected slips first."""
    shown, plain = _short(text), text.translate(_SPELLINGS).strip()
    if not plain:
        return "there is no number"
    if re.fullmatch(r"[+-]?(nan|inf|infinity|∞|\.nan|\.inf)", plain, re.IGNORECASE):
        return f"`{shown}` is not a finite number"
    if re.fullmatch(r"[+-]?\d[\d,.]*,[\d,.]*", plain, re.ASCII):
        return _comma(shown, plain)
    if re.fullmatch(r"[+-]?\d+([\s_'’]\d+)+(\.\d*)?", plain):
        return f"`{shown}` is not one number, write `{_short(re.sub(r'[^-+.0-9]', '', plain))}`"
    if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)e[+-]?\d{5,}", plain, re.IGNORECASE | re.ASCII):
        return f"the exponent of `{shown}` is too large"
    return f"`{shown}` is not a number"


def _comma(shown: str, plain: str) -> str:
    """The help for `1,5` (a decimal comma), `1,234` (nobody knows) and `1,234.5` or `1.234,5` (thousands)."""
    if re.fullmatch(r"[+-]?[1-9]\d{0,2}(,\d{3})+\.\d*", plain):
        return f"`{shown}` has a comma between thousands, write `{_short(plain.replace(',', ''))}`"
    if re.fullmatch(r"[+-]?[1-9]\d{0,2}(\.\d{3})+,\d*", plain):
        return f"`{shown}` has a decimal comma, write `{_short(plain.replace('.', '').replace(',', '.'))}`"
    if re.fullmatch(r"[+-]?[1-9]\d{0,2}(,\d{3})+", plain):
        point = f"`{_short(plain.replace(',', '.'))}` or " if plain.count(",") == 1 else ""
        return f"`{shown}` has a comma, write {point}`{_short(plain.replace(',', ''))}`"
    if plain.count(",") == 1 and "." not in plain:
        return f"`{shown}` has a decimal comma, write `{_short(plain.replace(',', '.'))}`"
    return f"`{shown}` is not one number"


def _short(text: str) -> str:
    text = text.strip()
    return text if len(text) <= 40 else text[:37] + "..."
