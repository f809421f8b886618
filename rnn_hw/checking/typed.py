"""The verdicts on answers that are no plain numbers: words, truth values, formulas, weights, and what cannot be read.

The sheets of a class repeat the same texts, so each is judged once: what was said of one goes for all who wrote it.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from rnn_hw.answers import Entry
from rnn_hw.checking.answer_key import AnswerKey
from rnn_hw.checking.formulas import Judged, judge_formulas
from rnn_hw.checking.slips import slip
from rnn_hw.checking.words import judge_truth, judge_word
from rnn_hw.kinds.formulas import asked_for
from rnn_hw.kinds.kind import Context, Judgement
from rnn_hw.lang.keys import letters_of
from rnn_hw.lang.rewrite import names_in
from rnn_hw.lang.tree import Apply, Name, Node, Num, Program
from rnn_hw.results import Line, Remark, Table, Value, Verdict

MOST_TEXTS = 20_000  # of which the verdict is remembered
Texts = tuple[tuple[str, str], ...]  # key and text of some answers


class Marks(NamedTuple):
    """The verdicts on one sheet's answers that are no plain numbers, and what a kind has to show of them."""

    verdicts: Mapping[str, Verdict]
    tables: tuple[Table, ...] = ()
    remarks: tuple[Remark, ...] = ()


NOTHING = Marks({})


class Typed:
    """Judges what was typed, each text once."""

    def __init__(self, key: AnswerKey) -> None:
        self.key, self.problem, self.setup = key, key.problem, key.setup
        self.lines = {line.key: line for line in key.problem.lines}
        self.formula_keys = [line.key for line in key.problem.lines if line.form == "formula"]
        self.letters = letters_of(key.problem.names, key.problem.kind.aliases)
        self.formulas: dict[Texts, dict[str, Judged]] = {}
        self.weights: dict[Texts, Judgement] = {}

    def judged(self, entries: Mapping[str, Entry]) -> Marks:
        """The verdicts on some answers of one sheet."""
        formulas, judgement = self._formulas(entries), self._judgement(entries)
        verdicts = {k: self._verdict(self.lines[k], entry, formulas, judgement) for k, entry in entries.items()}
        return Marks(verdicts, judgement.tables, judgement.remarks)

    def _verdict(self, line: Line, entry: Entry, formulas: Mapping[str, Judged], judgement: Judgement) -> Verdict:
        """The verdict on one line, its points still open."""
        true = self.key.truth[line.key]
        plain = Verdict(line.key, "unreadable", entry.text, true, None, None, "0", "0", (), entry.reason, entry.line)
        if line.key in formulas:
            found = formulas[line.key]
            return plain._replace(verdict=found.verdict, message=found.message, reveals=found.reveals)
        if entry.reason:
            return plain
        if line.form == "word":
            return plain._replace(verdict=judge_word(entry.text, str(true)))
        if line.form == "truth":
            return plain._replace(verdict=judge_truth(entry.text, bool(true)), expected=bool(true))
        if line.form == "text":
            return plain._replace(verdict="unjudged", expected=None, message="left for a person to read")
        if line.form == "weights":
            word, message = judgement.verdicts.get(line.key, ("unjudged", ""))
            return plain._replace(verdict=word, message=message)
        seen = slip(entry.value, np.asarray(true), entry.half_unit)
        return plain._replace(verdict="wrong", message=entry.misshapen, reveals=seen)

    def _judgement(self, entries: Mapping[str, Entry]) -> Judgement:
        """What the kind says of the lines that it judges itself."""
        weights: dict[str, Any] = {k: e.exact for k, e in entries.items() if e.exact is not None}
        if not self.setup.judge or not weights:
            return Judgement({})
        texts = tuple((k, entries[k].text) for k in weights)
        if texts not in self.weights:
            if len(self.weights) >= MOST_TEXTS:
                self.weights.clear()
            self.weights[texts] = self.setup.judge(weights)
        return self.weights[texts]

    def _formulas(self, entries: Mapping[str, Entry]) -> dict[str, Judged]:
        """The verdicts on the formulas of a sheet, by key; they are judged together, since one may be used in another."""
        together: dict[int, tuple[Context, dict[str, Name]]] = {}
        for key in self.formula_keys:
            if key not in entries or entries[key].reason:
                continue
            target, stated = asked_for(self.setup, key)
            context = stated or self._own_context(key)
            together.setdefault(id(context), (context, {}))[1][key] = target
        found: dict[str, Judged] = {}
        for context, targets in together.values():
            texts = tuple((key, entries[key].text) for key in targets)
            if texts not in self.formulas:
                if len(self.formulas) >= MOST_TEXTS:
                    self.formulas.clear()
                self.formulas[texts] = self._judge(targets, dict(texts), context)
            found |= self.formulas[texts]
        return found

    def _judge(self, targets: Mapping[str, Name], texts: Mapping[str, str], context: Context) -> dict[str, Judged]:
        right = {target: _tree(self.key.truth[key]) for key, target in targets.items()}
        typed = {target: texts[key] for key, target in targets.items()}
        found = judge_formulas(right, typed, context, self.letters)
        return {key: found[target] for key, target in targets.items()}

    def _own_context(self, key: str) -> Context:
        """A formula about nothing but its own variable, such as the derivative of an activation."""
        names = {name.name for name in names_in(_tree(self.key.truth[key]))}
        return Context(Program(()), dict.fromkeys(names or {"z"}, ()))


def _tree(true: Value) -> Node:
    assert isinstance(true, (Name, Num, Apply))
    return true
