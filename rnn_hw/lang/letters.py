"""How a quantity's name is written: `beta1_hat` as β̂₁, `W_ix[t-1]` as W_{ix}^{(t-1)}.

Names are only looked at, never looked up: what `W_f` stands for is nobody's business here. Apart from `notation.py`,
because brackets do not depend on letters, and a sheet's own names (`names:`) come in at this one place.
"""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from rnn_hw.lang.tree import Name, Time

GREEK: Mapping[str, str] = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
WORDS = {letter: word for word, letter in GREEK.items()}
MARKS: Mapping[str, tuple[str, str]] = {  # ending: combining mark, LaTeX
    "_bar": ("\u0304", r"\bar"), "_hat": ("\u0302", r"\hat"), "_tilde": ("\u0303", r"\tilde"),
}  # fmt: skip
WIDE = {r"\bar": r"\overline", r"\hat": r"\widehat", r"\tilde": r"\widetilde"}  # above a word
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_ESCAPED = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
}  # fmt: skip


class Parts(NamedTuple):
    """A name taken apart: `beta1_ix_hat` is a head `beta`, an index `1`, an index `ix` and the mark `_hat`."""

    head: str
    digits: str
    indices: tuple[str, ...]
    marks: tuple[str, ...]


def parts(name: str) -> Parts:
    """The parts of a name; one that does not begin with a letter is all head."""
    marks: list[str] = []
    rest = name
    while ending := next((m for m in MARKS if rest.endswith(m) and len(rest) > len(m)), ""):
        rest = rest.removesuffix(ending)
        marks.insert(0, ending)
    first, *indices = rest.split("_")
    head = first.rstrip("0123456789")
    if not head:
        return Parts(name, "", (), ())
    return Parts(head, first[len(head) :], tuple(indices), tuple(marks))


def unicode_name(name: str) -> str:
    """A name in Unicode; it reads back to the name except for Greek letters, which the language spells out."""
    head, digits, indices, marks = parts(name)
    letter = GREEK.get(head, head)
    if len(letter) > 1:  # a word keeps its endings: a bar over the first letter of `loss` says little
        return "_".join([letter + digits, *(GREEK.get(i, i) for i in indices)]) + "".join(marks)
    letter += "".join(MARKS[m][0] for m in marks) + digits.translate(SUBSCRIPTS)
    return "_".join([letter, *(GREEK.get(i, i) for i in indices)])


@cache
def latex_name(name: str, previous: bool = False) -> str:
    """A name in LaTeX's mathematics, whatever characters it has; `previous` adds the index of the state before."""
    if not name.replace("_", "a").isalnum():
        return rf"\text{{{escaped(name)}}}" + (r"_{\mathrm{prev}}" if previous else "")
    head, digits, indices, marks = parts(name)
    letter = _latex_word(head, 1)
    for mark in marks:
        accent = MARKS[mark][1]
        letter = f"{WIDE[accent] if len(head) > 1 and head not in GREEK else accent}{{{letter}}}"
    below = [digits] if digits else []
    below += [_latex_word(i, 2) for i in indices if i] + [r"\mathrm{prev}"] * previous
    return letter + (f"_{{{','.join(below)}}}" if below else "")


def _latex_word(word: str, longest: int) -> str:
    """A word upright, up to `longest` letters as a product of variables would be, a Greek word as its letter."""
    word = WORDS.get(word, word)
    if word in GREEK:
        return "\\" + word
    if not word.isascii() or "_" in word:
        return rf"\text{{{escaped(word)}}}"
    return word if len(word) <= longest or word.isdigit() else rf"\mathrm{{{word}}}"


def escaped(text: str) -> str:
    """Any text as LaTeX text on one line."""
    return "".join(_ESCAPED.get(c) or (c if c.isprintable() else " " if c.isspace() else "?") for c in text)


def shown_time(name: Name, single: bool) -> tuple[Time | None, bool]:
    """The time to be written, and whether this is the state before a single step: `m[1]` is m and `m[0]` is m_prev."""
    if single and name.time in (Time("", 0), Time("", 1)):
        return None, name.time == Time("", 0)
    return name.time, False


def name_text(name: Name, style: str, names: Mapping[str, str] = {}, single: bool = False) -> str:
    """A quantity in one `style`: source, unicode or latex. `names` holds what the sheet calls it.

    >>> name_text(Name("h_bar", Time("t", -1)), "unicode"), name_text(Name("beta1"), "unicode")
    ('h̄[t−1]', 'β₁')
    >>> print(name_text(Name("h_bar", Time("t", -1)), "latex"), name_text(Name("W_ix"), "latex"))
    \\bar{h}^{(t-1)} W_{ix}
    """
    if style == "source":
        return str(name)
    time, previous = shown_time(name, single)
    own = names.get(name.name)
    if style == "latex":
        return latex_name(own or name.name, previous) + (f"^{{({time})}}" if time else "")
    text = (own or unicode_name(name.name)) + "_prev" * previous
    return text + (f"[{time}]".replace("-", "−") if time else "")
