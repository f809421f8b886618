"""True or false: claims about a recurrence, proved by bounds or refuted by numbers.

    claims:
      a: {claim: "x[t] == 0 implies h[t] == h[t-1]", text: "if x_t is 0, then h_t = h_{t-1}"}
      b: f[t] >= 0 and i[t] >= 0

How a claim is written is said in `lang/claim.py`. A premise such as `f[t] == 0`, which a sigmoid only comes near to, is
read as the limit `f[t] -> 0`: the quantity is set to that number. The cell is in `claim_cells.py`, the wording in
`claim_tables.py`.
"""

from collections.abc import Mapping

from rnn_hw.errors import Diagnostic, HomeworkError, Span, did_you_mean
from rnn_hw.kinds.claims.cells import Cell, check_shapes, read_cell
from rnn_hw.kinds.claims.tables import Finding, overview, remark, table
from rnn_hw.kinds.kind import Extras, Field, Form, Kind, Setup
from rnn_hw.lang.bounds import Bounds
from rnn_hw.lang.claims.claim import GOES_TO, Claim, comparisons, mapped_claim, parse_claim, premises
from rnn_hw.lang.claims.proof import goes_there, prove, with_limits
from rnn_hw.lang.claims.search import refute, steps_needed
from rnn_hw.lang.claims.trials import Question
from rnn_hw.lang.evaluate import reach
from rnn_hw.lang.interval import Interval, point
from rnn_hw.lang.keys import split_key
from rnn_hw.lang.rewrite import HERE, names_in, renamed
from rnn_hw.lang.shapes import series_names
from rnn_hw.lang.tree import Equation, Name, Program
from rnn_hw.source import Fields, Scalar, Value

MOST_CLAIMS = 50
MOST_STEPS = 12  # a search runs thousands of trajectories


def setup(form: Form) -> Setup | None:
    """Every claim decided; `None` where the form has faults."""
    cell = read_cell(form)
    fixed = _fixed(form, cell) if cell is not None else {}
    written = _written(form)
    if form.reader.faults or cell is None:
        return None
    findings = []
    for key, (value, text) in written.items():
        claim = _claim(form, cell, fixed, value)
        if claim is not None:
            findings.append(decide(key, text, claim, cell, fixed))
    if form.reader.faults:
        return None
    tables = [found for finding in findings if (found := table(finding)) is not None]
    extras = Extras((overview(findings), *tables), remarks=tuple(map(remark, findings)))
    return Setup(Program(()), {}, {}, 1, {f.key: f.true for f in findings}, extras=lambda result: extras)


def decide(key: str, text: str, claim: Claim, cell: Cell, fixed: Mapping[str, float] = {}) -> Finding:
    """Whether a claim is true: a proof by bounds, else a counterexample, else how much was tried."""
    known = _intervals(fixed)
    proof = prove(claim, cell.program, known)
    read = with_limits(claim, Bounds(cell.program, known))
    if proof is not None:
        return Finding(key, text, read, proof)
    return Finding(key, text, read, refute(Question(read, cell.program, cell.letters, fixed)))


def _intervals(fixed: Mapping[str, float]) -> dict[str, Interval]:
    return {name: point(value) for name, value in fixed.items()}


# --- the fields -------------------------------------------------------------------------------------------------------


def _written(form: Form) -> dict[str, tuple[Scalar, str]]:
    """The text of every claim, and what it says in words."""
    reader = form.reader
    field = form.root.get("claims")
    if field is None:
        help = 'write `claims:` and below it `a: "f[t] >= 0"`'
        reader.fault("missing-field", "`claims` is missing", form.root, help)
        return {}
    fields = reader.map(field, "claims")
    if isinstance(field, Fields) and not 0 < len(fields.entries) <= MOST_CLAIMS:
        reader.fault("out-of-range", f"there are 1 to {MOST_CLAIMS} claims, not {len(fields.entries)}", field)
    found = {}
    for key, value in fields.entries.items():
        claim: Value | None = value
        text = None
        if isinstance(value, Fields):
            reader.known_keys(value, ("claim", "text"), "field of a claim")
            claim, text = value.get("claim"), value.get("text")
        if claim is None:
            reader.fault("missing-field", f"`claim` of `{key}` is missing", value, 'write `claim: "f[t] >= 0"`')
        elif not isinstance(claim, Scalar):
            reader.fault("not-a-claim", f"`{key}` is a claim, written as text", claim)
        else:
            words = reader.word(text, "text") if text is not None else ""
            found[key] = (claim, words or "")
    return found


def _fixed(form: Form, cell: Cell) -> dict[str, float]:
    """Given quantities that are one number in all entries; all others can be anything."""
    reader, found = form.reader, {}
    defined = set(cell.program.names)
    for key, value in form.given.entries.items():
        base, time = split_key(key)
        base = cell.aliases.get(base, base)
        known = cell.letters.keys() - defined if time is None else cell.letters.keys() & defined
        number = reader.number(value, key)
        if base not in known or (time is not None and time > 0):
            states = [f"{name}[0]" for name in cell.letters if name in defined]
            help = did_you_mean(key, [*(n for n in cell.letters if n not in defined), *states])
            reader.fault("unknown-key", f"`{key}` is not given in these equations", form.given.keys[key], help)
        elif number is not None:
            found[base if time is None else f"{base}[{time}]"] = number
    return found


def _claim(form: Form, cell: Cell, fixed: Mapping[str, float], value: Scalar) -> Claim | None:
    """The claim behind a text, with the cell's own names; its faults are placed in the file."""
    try:
        claim = mapped_claim(parse_claim(value.text), lambda n: renamed(n, lambda name: cell.aliases.get(name, name)))
        _check(claim, cell, fixed)
    except HomeworkError as error:
        form.reader.placed(value, error.diagnostics)
        return None
    return claim


def _check(claim: Claim, cell: Cell, fixed: Mapping[str, float]) -> None:
    """Raises `HomeworkError` for unknown names, shapes and steps, and for limits that nothing comes near to."""
    series, back = series_names(cell.program), reach(cell.program)
    for comparison in comparisons(claim):
        for name in (*names_in(comparison.left), *names_in(comparison.right)):
            first = 1 + back.get(name.name, (0, 0))[0]
            if name.time is not None and name.time.base == "" and name.time.shift < first:
                message = f"`{name}` does not exist"
                raise HomeworkError(
                    Diagnostic("missing-step", message, name.span, f"the first is `{name.name}[{first}]`")
                )
            known = name.name in cell.letters or cell.program.get(name.name) is not None
            if name.time is not None and known and name.name not in series:
                raise HomeworkError(
                    Diagnostic("no-series", f"`{name.name}` has no time", name.span, f"write `{name.name}`")
                )
    check_shapes(_with_claim(cell.program, claim), cell.letters, (2,))
    if steps_needed(Question(claim, cell.program, cell.letters)) > MOST_STEPS:
        raise HomeworkError(Diagnostic("too-large", f"the claim needs more than {MOST_STEPS} steps", Span(1, 1, 2)))
    bounds = Bounds(cell.program, _intervals(fixed))
    for premise in premises(claim):
        if premise.relation != GOES_TO:
            continue
        assert isinstance(premise.left, Name)
        if next(names_in(premise.right), None) is not None:
            raise HomeworkError(
                Diagnostic("bad-limit", "a limit is a number", premise.right.span, "such as `f[t] -> 0`")
            )
        if not goes_there(premise, bounds):
            message = f"`{premise.left}` lies in {bounds.at(premise.left)} and does not come near to that"
            raise HomeworkError(Diagnostic("bad-limit", message, premise.right.span))


def _with_claim(program: Program, claim: Claim) -> Program:
    """The program with an equation for every side of a claim, so that its names and times can be checked."""
    sides = [side for c in comparisons(claim) for side in (c.left, c.right)]
    return Program((*program.equations, *(Equation(Name(f"%{k}", HERE), side) for k, side in enumerate(sides))))


FIELDS = (
    Field("claims", 'the claims by name, `a: "f[t] >= 0"`, or `a: {claim: "...", text: "in words"}`'),
    Field("cell", "the cell that they are about: `lstm`"),
    Field("equations", "or the equations, one to a line: `h[t] = tanh(W @ x[t] + U @ h[t-1])`"),
    Field("shapes", "optional: the shapes of what is given, in letters, `{W: H D, x: D}`"),
)
KIND = Kind("claims", FIELDS, (), setup, example="lstm_claims.yaml")
