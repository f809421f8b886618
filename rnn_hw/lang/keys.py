"""How a line is called: the key `f[1]` of a quantity at a time, and a sheet's own letters (`names:`) in it."""

import re
from collections.abc import Callable, Mapping

from rnn_hw.lang.tokens import plain_name

_INDEXED = re.compile(r"\s*(\S+?)\s*\[\s*(\d{1,6})\s*\]\s*").fullmatch
_FORMULA = re.compile(r"(\S+?)((?:_formula|_substituted)(?:\[t\])?)").fullmatch


def split_key(key: str) -> tuple[str, int | None]:
    """`h[0]` as a name and a time; a key without a time has none. `γ` is `gamma` here as in a formula."""
    found = _INDEXED(key)
    name = found[1] if found else key.strip()
    return (name if name.isascii() else plain_name(name)), (int(found[2]) if found else None)


def spelled(key: str, name: Callable[[str], str]) -> str:
    """A key with another name of its quantity: `V_formula` is `m_formula` where the sheet calls `m` V."""
    found = _FORMULA(key)
    return name(found[1]) + found[2] if found else name(key)


def by_letter(names: Mapping[str, str]) -> dict[str, str]:
    """The canonical names by the sheet's own letters, these as written and as `split_key` gives them."""
    written = {theirs: ours for ours, theirs in names.items()}
    return {split_key(theirs)[0]: ours for theirs, ours in written.items()} | written


def letters_of(names: Mapping[str, str], aliases: Mapping[str, str]) -> Callable[[str], str]:
    """What gives the canonical name behind a letter of the sheet, or behind an alias of its kind."""
    own = by_letter(names)
    return lambda name: own.get(name) or aliases.get(name, name)


def key_of(name: str, time: int | None, single: bool = False) -> str:
    """The key of a line in answers and results: `f[1]`; `m` where the only step is not numbered."""
    return name if time is None or single else f"{name}[{time}]"


def called(key: str, names: Mapping[str, str]) -> str:
    """A key as a sheet with names of its own writes it.

    >>> [called(key, {"m": "V"}) for key in ("m[2]", "m_formula", "h[2]")]
    ['V[2]', 'V_formula', 'h[2]']
    """
    name, bracket, index = key.partition("[")
    return spelled(name, lambda own: names.get(own, own)) + bracket + index
