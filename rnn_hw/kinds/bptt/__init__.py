"""Backpropagation through time of any program: the adjoint equations, derived; with numbers given, their values as well.

The equations are the file's own; `lang/derivation.py` does the rest. Without numbers the shapes are guessed from the
equations (`W @ x[t]` is a matrix and a vector), and the loss may be left open. What is asked are formulas: the adjoint of
`h[t]` is the line `h_bar[t]`, its line of the chain rule `h_bar_chain[t]`.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from rnn_hw.errors import did_you_mean
from rnn_hw.fields import text_of
from rnn_hw.kinds.bptt.evidence import EXPLANATION, gate_evidence
from rnn_hw.kinds.bptt.numbers import Pass, numeric_tables
from rnn_hw.kinds.kind import Context, Extras, Field, Form, Kind, Setup, Shape
from rnn_hw.kinds.recurrence import forward
from rnn_hw.lang.derivation import Derivation, derive
from rnn_hw.lang.differentiate import BAR
from rnn_hw.lang.evaluate import Result
from rnn_hw.lang.rewrite import HERE, names_in
from rnn_hw.lang.shapes import STEP_WORDS
from rnn_hw.lang.tree import Apply, Equation, Name, Node, Program
from rnn_hw.results import FreeText, Remark, Table, Value

CHAIN = "_chain"
FORMULA = "_formula"
DIRECT = "_direct"
_OPEN = re.compile(r"\s*(each|last)\s+([^\W\d]\w*)\s*(\[\s*[tT]\s*\])?\s*").fullmatch


class Loss(NamedTuple):
    """Where the gradient comes from: a formula's name, or what flows into quantities directly."""

    name: str
    direct: Mapping[str, Node | None]
    note: str


def setup(form: Form) -> Setup | None:
    """The derivation of every adjoint, and with numbers the backward pass."""
    reader, root = form.reader, form.root
    stated = root.get("loss")
    words = text_of(stated) if stated is not None else "none"
    is_open = words == "none" or bool(_OPEN(words))
    found = forward(form, None if is_open else stated, numbers="given" in root)
    if found is None:
        return None
    program, given, shapes, steps = found.program, dict(found.given), dict(found.shapes), found.steps
    loss = _loss(form, program, words, is_open)
    if loss is None:
        return None
    if given and loss.direct:
        help = "write a formula, such as `loss: mean((h - y)**2)`, or leave `given:` out"
        reader.fault("no-loss", "a backward pass in numbers needs a loss in numbers", stated or root, help)
        return None
    for name in loss.direct:
        shapes[name + DIRECT] = shapes.get(name, ())
    derivations = _of_interest(derive(program, loss.name, shapes, loss.direct), program, loss.name)
    if root.get("explain") is not None:
        reader.word(root.entries["explain"], "explain", ("gates",))
    answers: dict[str, Value] = {}
    numeric = bool(given)
    for d in derivations:
        plain = numeric and d.target.time is None  # its key is that of its number
        answers[d.target.name + FORMULA if plain else str(d.target)] = d.formula
        answers[str(Name(d.target.name + CHAIN, d.target.time))] = d.chain
    context = _context(program, derivations, loss, shapes)
    extras = [_derived(derivations, program, loss)]
    if "explain" in root:
        answers["explanation"] = FreeText(" ".join(EXPLANATION))
        extras.append(gate_evidence(program, reader, root.entries["explain"]))
    if reader.faults:
        return None
    if not numeric:
        return Setup(Program(()), {}, {}, 1, answers, extras=lambda result: _together(extras), context=context)
    whole = Program(program.equations + tuple(Equation(d.target, d.formula) for d in derivations))
    shapes |= {d.target.name: shapes[d.target.name.removesuffix(BAR)] for d in derivations}

    def numbers(result: Result) -> Extras:
        return _together([*extras, numeric_tables(Pass(program, loss.name, given, shapes, steps, result), derivations)])

    return Setup(whole, given, shapes, steps, answers, extras=numbers, context=context)


def _loss(form: Form, program: Program, words: str, is_open: bool) -> Loss | None:
    if not is_open:
        return Loss("loss", {}, "")
    found = _OPEN(words)
    if found is None:
        direct: dict[str, Node | None] = dict.fromkeys(reversed(program.names))
        return Loss(
            "", direct, "The loss is left open: its direct term, where there is one, is one more term of the sum."
        )
    kind, name = found[1], found[2]
    equation = program.get(name)
    if equation is None or equation.target.time is None:
        message, names = f"`{name}` has no value at every step", [e.name for e in program.equations if e.target.time]
        form.reader.fault("unknown-name", message, form.root.entries["loss"], did_you_mean(name, names))
        return None
    term: Node = Name(name + DIRECT, HERE)
    note = f"{name}{DIRECT}[t] is what the loss itself contributes, ∂L/∂{name}[t]."
    if kind == "last":
        term = Apply("mul", (Apply("equal", (Name("t"), Name("T"))), term))
        note = (
            f"{name}{DIRECT}[t] is what the loss itself contributes, at the last step only: [t = T] is 1 there, else 0."
        )
    return Loss("", {name: term}, note)


def _of_interest(derivations: tuple[Derivation, ...], program: Program, loss: str) -> tuple[Derivation, ...]:
    """The adjoints without those of targets: sequences that only the loss mentions."""
    used = {n.name for e in program.equations if e.name != loss for n in names_in(e.formula)} | set(program.names)
    return tuple(d for d in derivations if d.target.name.removesuffix(BAR) in used)


def _context(program: Program, derivations: tuple[Derivation, ...], loss: Loss, shapes: Mapping[str, Shape]) -> Context:
    """The program that typed formulas are compared in; a loss left open is one that reaches the last step in every way."""
    adjoints = []
    shapes = dict(shapes)
    for d in derivations:
        name, formula = d.target.name.removesuffix(BAR), d.formula
        shapes[d.target.name] = shapes.get(name, ())
        if name in loss.direct and loss.direct[name] is None and d.target.time is not None:
            at_end = Apply("mul", (Apply("equal", (Name("t"), Name("T"))), Name(name + DIRECT, HERE)))
            formula = Apply("add", (formula, at_end))
        adjoints.append(Equation(d.target, formula))
    whole = Program(program.equations + tuple(adjoints))
    used = {n.name for e in whole.equations for n in names_in(e.formula)} | set(whole.names)
    is_open = any(term is None for term in loss.direct.values())
    return Context(whole, {n: shapes.get(n, ()) for n in used - set(STEP_WORDS)}, {}, is_open)


def _derived(derivations: tuple[Derivation, ...], program: Program, loss: Loss) -> Extras:
    defined = set(program.names)
    inner = [d for d in derivations if d.target.name.removesuffix(BAR) in defined]
    outer = [d for d in derivations if d.target.name.removesuffix(BAR) not in defined]
    columns = ("adjoint", "chain rule", "with the derivatives put in")
    tables = [
        Table(title, columns, tuple((d.target, d.chain, d.formula) for d in some))
        for title, some in (("Activations and gates", inner), ("Weights and inputs", outer))
        if some
    ]
    remarks = [Remark("v̄[t] is dL/dv[t], the derivative of the loss through every path. Behind the last step it is 0.")]
    if loss.note:
        remarks.append(Remark(loss.note))
    return Extras(tuple(tables), (), tuple(remarks))


def _together(parts: list[Extras]) -> Extras:
    return Extras(
        tuple(t for p in parts for t in p.tables),
        tuple(s for p in parts for s in p.series),
        tuple(r for p in parts for r in p.remarks),
    )


FIELDS = (
    Field("equations", "the equations, one to a line: `h[t] = tanh(w*x[t] + u*h[t-1])`"),
    Field("loss", "`none`, `each h[t]`, `last h`, or a formula such as `mean((h - y)**2)`"),
    Field("steps", "how many steps, where numbers but no sequence are given"),
    Field("explain", "`gates`: why the gradient does not explode, with evidence, as a question for a person"),
)
KIND = Kind("bptt", FIELDS, (), setup, example="lstm_gradient.yaml")
