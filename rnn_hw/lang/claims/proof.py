"""Proofs of claims by the bounds of both sides: for all weights, inputs and states, any number of units and of steps.

A claim that follows from bounds is proved. One that does not may still be true: nothing is said of it here.
"""

from collections.abc import Mapping
from typing import NamedTuple

from rnn_hw.lang.bounds import Bounds
from rnn_hw.lang.claims.claim import GOES_TO, Claim, Comparison, Compound, comparisons, conjuncts, premises
from rnn_hw.lang.interval import EVERY, Interval, meet
from rnn_hw.lang.rewrite import names_in, walk
from rnn_hw.lang.simplify import simplify
from rnn_hw.lang.tree import Apply, Name, Node, Program

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", GOES_TO: GOES_TO}


class Proof(NamedTuple):
    """Why a claim holds: the bounds of every side, or a premise that never does."""

    rows: tuple[tuple[Node, Interval], ...]
    never: Comparison | None = None


def prove(claim: Claim, program: Program, given: Mapping[str, Interval] = {}) -> Proof | None:
    """The proof that bounds give, or `None`. `given` is what is known of given quantities, by name or key."""
    bounds = Bounds(program, given)
    claim = with_limits(claim, bounds)
    if not _proved(claim, bounds):
        return None
    under = _assuming(list(premises(claim)), bounds)
    if isinstance(under, Comparison):
        return Proof((), under)
    said = comparisons(_conclusion(claim))
    sides = dict.fromkeys(side for c in said for side in (c.left, c.right) if next(names_in(side), None))
    return Proof(tuple((side, under.of(side)) for side in sides))


def with_limits(claim: Claim, bounds: Bounds) -> Claim:
    """The claim with `->` for `==` in every premise that its quantity comes near to and never meets, `f[t] == 0`."""

    def changed(part: Claim, premise: bool) -> Claim:
        if isinstance(part, Comparison):
            return _as_limit(part, bounds) if premise else part
        if part.word == "implies":
            return part._replace(parts=(changed(part.parts[0], True), changed(part.parts[1], premise)))
        return (
            part._replace(parts=tuple(changed(p, True) for p in part.parts)) if premise and part.word == "and" else part
        )

    return changed(claim, False)


def _as_limit(comparison: Comparison, bounds: Bounds) -> Comparison:
    pair = _quantity(comparison)
    if comparison.relation != "==" or pair is None or pair[1] != "==" or bounds.program.get(pair[0].name) is None:
        return comparison
    name, _, interval = pair
    found, value = bounds.at(name), interval.low
    end = (value == found.low and found.low_open) or (value == found.high and found.high_open)
    if not end or interval.low != interval.high:
        return comparison
    right = comparison.right if comparison.left == name else comparison.left
    return comparison._replace(relation=GOES_TO, left=name, right=right)


def goes_there(comparison: Comparison, bounds: Bounds) -> bool:
    """Whether the quantity of a limit can come near to its number at all."""
    value = bounds.of(comparison.right)
    return isinstance(comparison.left, Name) and not meet(_closed(bounds.at(comparison.left)), value).empty


def _closed(interval: Interval) -> Interval:
    return interval._replace(low_open=False, high_open=False)


def _conclusion(claim: Claim) -> Claim:
    while isinstance(claim, Compound) and claim.word == "implies":
        claim = claim.parts[1]
    return claim


# --- three answers: proved, refuted, neither --------------------------------------------------------------------------


def _proved(claim: Claim, bounds: Bounds) -> bool:
    if isinstance(claim, Comparison):
        return _holds(claim, bounds) is True
    if claim.word == "not":
        return _refuted(claim.parts[0], bounds)
    if claim.word == "implies":
        premise, conclusion = claim.parts
        under = _assuming(list(conjuncts(premise)), bounds)
        return _refuted(premise, bounds) or isinstance(under, Comparison) or _proved(conclusion, under)
    each = (_proved(part, bounds) for part in claim.parts)
    return all(each) if claim.word == "and" else any(each)


def _refuted(claim: Claim, bounds: Bounds) -> bool:
    """Whether the claim never holds."""
    if isinstance(claim, Comparison):
        return _holds(claim, bounds) is False
    if claim.word == "not":
        return _proved(claim.parts[0], bounds)
    if claim.word == "implies":
        return _proved(claim.parts[0], bounds) and _refuted(claim.parts[1], bounds)
    each = (_refuted(part, bounds) for part in claim.parts)
    return any(each) if claim.word == "and" else all(each)


def _holds(comparison: Comparison, bounds: Bounds) -> bool | None:
    """Whether a comparison always holds (`True`), never (`False`), or bounds do not tell."""
    relation, left, right = comparison.relation, comparison.left, comparison.right
    if relation in (">", ">="):
        relation, left, right = _MIRRORED[relation], right, left
    if relation == GOES_TO:
        return None
    if _same(left, right):
        return relation in ("==", "<=")
    a, b = bounds.of(left), bounds.of(right)
    if a.empty or b.empty:
        return None
    below = a.high < b.low or (a.high == b.low and (a.high_open or b.low_open))
    above = b.high < a.low or (b.high == a.low and (b.high_open or a.low_open))
    if relation == "<":
        return True if below else False if above or b.high <= a.low else None
    if relation == "<=":
        return True if below or a.high <= b.low else False if above else None
    equal = True if a.low == a.high == b.low == b.high else False if below or above else None
    return equal if relation == "==" or equal is None else not equal


def _same(left: Node, right: Node) -> bool:
    """Whether both sides are one formula, and one that has a value everywhere."""
    risky = ("div", "log", "sqrt", "pow", "norm", "partial", "total")
    safe = not any(isinstance(n, Apply) and n.operation.rstrip("'") in risky for n in walk(left))
    return safe and simplify(left) == simplify(right)


# --- premises ---------------------------------------------------------------------------------------------------------


def _assuming(found: list[Comparison], bounds: Bounds) -> "Bounds | Comparison":
    """The bounds under premises; the premise itself if it contradicts what is known."""
    assumed, imposed = dict(bounds.assumed), dict(bounds.imposed)
    for premise in found:
        pair = _quantity(premise)
        if pair is None:
            continue
        name, relation, interval = pair
        key = str(name)
        if relation == GOES_TO:
            imposed[key] = interval
            continue
        assumed[key] = meet(assumed.get(key, EVERY), interval)
        if meet(bounds.at(name), assumed[key]).empty:
            return premise
    return Bounds(bounds.program, bounds.given, assumed, imposed)


def _quantity(comparison: Comparison) -> tuple[Name, str, Interval] | None:
    """A premise on one quantity, or on its size: the quantity, the relation, and where it puts it."""
    left, relation, right = comparison.left, comparison.relation, comparison.right
    if isinstance(right, Name) or (isinstance(right, Apply) and right.operation == "abs"):
        left, relation, right = right, _MIRRORED.get(relation, ""), left
    if next(names_in(right), None) or relation not in _MIRRORED:
        return None
    value = Bounds(Program(())).of(right)
    if relation in ("==", GOES_TO):
        inside = value
    elif relation in ("<", "<="):
        inside = Interval(EVERY.low, value.high, True, relation == "<")
    else:
        inside = Interval(value.low, EVERY.high, relation == ">", True)
    if isinstance(left, Name):
        return left, relation, inside
    if isinstance(left, Apply) and left.operation == "abs" and isinstance(left.arguments[0], Name):
        if relation in ("<", "<="):
            return left.arguments[0], relation, meet(inside, Interval(-inside.high, EVERY.high, inside.high_open, True))
        if relation == "==":
            return left.arguments[0], "<=", Interval(-inside.high, inside.high)
    return None
