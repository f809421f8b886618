"""What was found out about a claim, as tables and remarks: a proof, a counterexample in numbers, or neither."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from rnn_hw.lang.claims.claim import GOES_TO, Claim, Comparison, claim_text, comparisons, premises
from rnn_hw.lang.claims.proof import Proof
from rnn_hw.lang.claims.search import Nothing
from rnn_hw.lang.claims.trials import Counterexample
from rnn_hw.lang.figures import array, full
from rnn_hw.lang.notation import unicode
from rnn_hw.lang.rewrite import at_step, names_in, unrolled
from rnn_hw.lang.tree import Name, Node
from rnn_hw.results import Cell, Remark, Table


class Finding(NamedTuple):
    """A claim, as it was written and as it is read, and why it is true or false."""

    key: str
    text: str  # in words, where the file says so
    claim: Claim
    why: Proof | Counterexample | Nothing

    @property
    def true(self) -> bool:
        return not isinstance(self.why, Counterexample)

    @property
    def how(self) -> str:
        if isinstance(self.why, Proof):
            return "proved"
        return "refuted by numbers" if isinstance(self.why, Counterexample) else "not refuted, not proved"


def overview(findings: list[Finding]) -> Table:
    """Every claim and what became of it."""
    rows = tuple((f.key, f.text or claim_text(f.claim), "true" if f.true else "false", f.how) for f in findings)
    return Table("Claims", ("claim", "statement", "it is", "how this is known"), rows)


def table(finding: Finding) -> Table | None:
    """The counterexample with all its numbers, or the bounds that prove."""
    title = f"({finding.key}) {claim_text(finding.claim)}"
    why = finding.why
    if isinstance(why, Counterexample):
        return _numbers(f"{title} is false", finding.claim, why)
    if isinstance(why, Proof) and why.rows:
        rows: tuple[tuple[Cell, ...], ...] = tuple((side, str(interval)) for side, interval in why.rows)
        note = "The same bounds hold for every entry, whatever the weights, inputs and states are."
        return Table(f"{title} is true", ("quantity", "lies in"), rows, note)
    return None


def remark(finding: Finding) -> Remark:
    """The verdict in a sentence or two."""
    stated = f"({finding.key}) {finding.text or claim_text(finding.claim)}"
    stated += "" if stated.endswith((".", "!", "?")) else "."
    why = finding.why
    if isinstance(why, Proof):
        return Remark(f"{stated} True, proved. {_proof(why)}{_limits(finding.claim)}", "proof")
    if isinstance(why, Nothing):
        return Remark(f"{stated} {_nothing(why)}{_limits(finding.claim)}", "note")
    return Remark(f"{stated} False. {_refutation(finding.claim, why)}", "proof")


# --- proofs, and what is none -----------------------------------------------------------------------------------------


def _proof(proof: Proof) -> str:
    if proof.never is not None:
        return f"The premise {claim_text(proof.never)} never holds, so nothing is claimed."
    said = [f"{unicode(side)} in {interval}" for side, interval in proof.rows if interval.bounded]
    by = f": {', '.join(said)}" if said else ""
    every = "for all weights, inputs and states and any number of units and steps"
    return f"Interval arithmetic over the equations{by}, {every}."


def _nothing(why: Nothing) -> str:
    if not why.met:
        return f"Taken as true: none of {why.trials:,} trials met the premise. This is no proof."
    sizes = f"up to {why.units} unit{'s' * (why.units > 1)} and {why.steps} step{'s' * (why.steps > 1)}"
    met = f", in {why.met:,} of which the premise held" if why.met < why.trials else ""
    return f"Taken as true: no counterexample in {why.trials:,} trials ({sizes}){met}. This is no proof."


def _limits(claim: Claim) -> str:
    found = [c for c in premises(claim) if c.relation == GOES_TO]
    if not found:
        return ""
    said = " and ".join(f"{unicode(c.left)} = {unicode(c.right)}" for c in found)
    return f" The premise is a limit, and the claim is read at the limit itself, {said}."


# --- counterexamples --------------------------------------------------------------------------------------------------


def _numbers(title: str, claim: Claim, why: Counterexample) -> Table:
    """Every given number, every quantity of the steps, and the sides of the comparisons."""
    rows: list[tuple[Cell, ...]] = [(key, "given", _plain(value)) for key, value in why.numbers.items()]
    for t in range(1, why.steps + 1):
        rows += _step(why, t)
    each = list(dict.fromkeys(comparisons(claim)))
    sides = dict.fromkeys(side for c in each for side in (c.left, c.right) if next(names_in(side), None) is not None)
    rows += [(_at(s, why), "side of the claim", _entry(why.sides[s])) for s in sides if not isinstance(s, Name)]
    broken, first = _broken(claim), len(rows)
    for comparison in each:
        pair = f"{_text(why.sides[comparison.left])} and {_text(why.sides[comparison.right])}"
        here = comparison._replace(left=_at(comparison.left, why), right=_at(comparison.right, why))
        rows.append((claim_text(here), "claimed" if comparison in broken else "premise", pair))
    marks = tuple(first + k for k, comparison in enumerate(each) if comparison in broken)
    sizes = f"{why.units} unit{'s' * (why.units > 1)}, {why.steps} step{'s' * (why.steps > 1)}"
    note = f"With {sizes}; found in {why.trials:,} trials and computed again from the numbers printed here."
    return Table(title, ("quantity", "from", "value"), tuple(rows), note, marks)


def _step(why: Counterexample, t: int) -> Iterator[tuple[Cell, ...]]:
    """The quantities of one step; plain ones, which have no step, with the last."""
    for equation in why.question.program.equations:
        timed = equation.target.time is not None
        if not timed and t < why.steps:
            continue
        written = unrolled(equation, t if timed else 0, why.steps)
        key = str(written.target)
        if key in why.clamped:
            yield key, "set to the limit", why.clamped[key]
        else:
            yield key, written.formula, _plain(why.result.load(written.target))


def _plain(value: Any) -> Cell:
    found: Cell = value
    return float(value.reshape(())) if getattr(value, "size", 0) == 1 else found


def _entry(value: Any) -> Cell:
    return float(value.reshape(())) if value.size == 1 else value


def _at(node: Node, why: Counterexample) -> Node:
    return at_step(node, why.t, why.steps)


def _refutation(claim: Claim, why: Counterexample) -> str:
    given = [f"{key} = {_text(value)}" for key, value in why.numbers.items() if value.any()]
    numbers = f"With {', '.join(given)} and 0 for all else that is given" if given else "With 0 for all that is given"
    timed = any(n.time is not None and n.time.base == "t" for c in comparisons(claim) for n in _names(c))
    text = f"{numbers}, at t = {why.t}:" if timed else f"{numbers}:"
    text += " " + "; ".join(_line(c, why) for c in _broken(claim)) + "."
    if why.clamped:
        said = " and ".join(f"{key} = {full(value)}" for key, value in why.clamped.items())
        text += f" The premise is a limit: {said} was put in place of what the formula gives."
        if why.near is not None:
            key, number, sides = why.near
            text += f" Without that, {key} = {_minus(number)} comes near to it: {_sides(claim, why, sides)}."
    return text


def _names(comparison: Comparison) -> Iterator[Name]:
    yield from names_in(comparison.left)
    yield from names_in(comparison.right)


def _broken(claim: Claim) -> list[Comparison]:
    """The comparisons of the conclusion, or of the whole claim."""
    before = set(premises(claim))
    return [c for c in dict.fromkeys(comparisons(claim)) if c not in before] or list(comparisons(claim))


def _line(comparison: Comparison, why: Counterexample) -> str:
    """Both sides of a comparison with their values."""
    sides = [
        f"{unicode(_at(side, why))} = {_text(why.sides[side])}"
        for side in (comparison.left, comparison.right)
        if next(names_in(side), None) is not None
    ]
    return f"{' and '.join(sides)}, claimed was {claim_text(comparison)}"


def _sides(claim: Claim, why: Counterexample, values: Mapping[Node, Any]) -> str:
    sides = {s: None for c in comparisons(claim) for s in (c.left, c.right) if next(names_in(s), None) is not None}
    return " and ".join(f"{unicode(_at(side, why))} = {_text(values[side])}" for side in sides)


def _text(value: Any) -> str:
    return array(value, 4)


def _minus(value: float) -> str:
    return full(value, "−")
