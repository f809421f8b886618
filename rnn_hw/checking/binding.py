"""An answer file -> a sheet: its keys and values by the lines of a problem.

A single value that cannot be read is an entry with the reason, and an unknown key is reported, while all other lines are
kept. One `Binder` serves all sheets of a class. They repeat a few forms (the same keys with the same lists behind them)
and a few thousand numerals, so where everything goes is found out once for a form, and binding the next sheet of that
form is to look up its numerals. Nothing is judged here.
"""

from array import array
from collections.abc import Hashable, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from types import MappingProxyType

from rnn_hw.answers import AnswerFile, Entry, Layout, Numbers, Numerals, Place, Sheet
from rnn_hw.checking.familiar import Familiar
from rnn_hw.checking.targets import Targets
from rnn_hw.checking.values import Answers, answers_in, by_depth, by_line, shape_of
from rnn_hw.errors import MOST_FAULTS, Diagnostic, in_order, shortened
from rnn_hw.lang.keys import called
from rnn_hw.numerals import LONGEST
from rnn_hw.problem import Problem
from rnn_hw.source import Fields, Items, Scalar, Value, diagnostic
from rnn_hw.text_file import LARGEST

MOST_REMEMBERED = 200_000  # numerals, and a tenth as many forms: a class of forgers must not fill the memory
NOTHING: Mapping[str, Entry] = MappingProxyType({})
MOST_PARTS = 10  # of a list that is no answer, and remembered


class Binder:
    """Answer files -> sheets on one problem."""

    def __init__(self, problem: Problem) -> None:
        self.targets = Targets(problem)
        self.forms: dict[Hashable, Layout | None] = {}
        self.odd: dict[Hashable, list[tuple[str, Entry]]] = {}
        self.table = Numerals()
        self.familiar = Familiar(lambda answers: self._layout(answers)[0])

    def again(self, data: bytes, name: str) -> Sheet | None:
        """The sheet of a file like one that was remembered, which need not be read; `None` for any other."""
        self._forget_if_full()
        if len(data) > LARGEST:
            return None
        try:
            text = data.decode().replace("\r\n", "\n")
        except UnicodeDecodeError:
            return None
        return self.familiar.sheet(text, name, self.table)

    def remember(self, file: AnswerFile, sheet: Sheet) -> None:
        """Remembers a file and its sheet for those like it."""
        self.familiar.learn(file, sheet)

    def _forget_if_full(self) -> None:
        if len(self.table) > MOST_REMEMBERED or len(self.forms) + len(self.odd) > MOST_REMEMBERED // 10:
            self.table, self.forms, self.odd = Numerals(), {}, {}

    def bind(self, file: AnswerFile) -> Sheet:
        """The answers of a file by the problem's lines."""
        self._forget_if_full()
        answers = file.answers
        first = 0 if file.faults else _first_of_consecutive(answers)
        if first:
            layout, texts = self._layout(answers.entries)
            if layout is not None:
                return self._repeated(file, layout, first, texts)
        return self._carefully(file)

    def _layout(self, answers: Mapping[str, Value]) -> tuple[Layout | None, list[str]]:
        """Where everything goes on sheets of this form, and the scalars."""
        form, texts = _form(answers)
        if form not in self.forms:
            self.forms[form] = self._new_layout(answers)
        return self.forms[form], texts

    def _new_layout(self, answers: Mapping[str, Value]) -> Layout | None:
        """Where everything goes: `None` if a key is to be reported, or a sequence is irregular."""
        places: list[tuple[int, int, Place]] = []
        aside: list[int] = []
        targets = list(map(self.targets.get, answers))
        keys = [target.keys for target in targets if target is not None]
        if len(keys) < len(targets) or len(frozenset().union(*keys)) < sum(map(len, keys)):
            return None
        for number, (target, value) in enumerate(zip(targets, answers.values(), strict=True)):
            assert target is not None
            shape = () if value.__class__ is Scalar else shape_of(value)
            place = self.targets.place(target, shape) if shape is not None else None
            if target.whole and (place is None or len(target.lines) == 1):
                return None
            if shape is None or place is None:
                aside.append(number)
            else:
                places.append((len(shape), number, place))
        places.sort(key=itemgetter(0, 1))
        taken = [k for k, (n, _) in enumerate(by_depth(answers.values())) if n not in aside] if aside else None
        return Layout(tuple(p for _, _, p in places), tuple(n for _, n, _ in places), tuple(aside), taken)

    def _repeated(self, file: AnswerFile, layout: Layout, first: int, texts: Sequence[str]) -> Sheet:
        """A sheet of a form that is known; what is no number is looked at by itself."""
        if layout.taken is not None:
            texts = [texts[at] for at in layout.taken]
        places = list(map(self.table.__getitem__, texts))
        written = array("i", places)
        rest: Mapping[str, Entry] = NOTHING
        if layout.aside or -1 in places:
            rest = {}
            answers = list(file.answers.entries.items())
            for number in (*layout.aside, *layout.without_a_number(written)):
                text, value = answers[number]
                rest.update((key, entry._replace(line=value.line)) for key, entry in self._odd(text, value))
        return Sheet(file.document.file, file.student, Numbers(self.table, layout, first, written), rest)

    def _odd(self, text: str, value: Value) -> list[tuple[str, Entry]]:
        """What is to be said of a value that is no number: the same of everyone who wrote it there."""
        written = _written(text, value)
        if written is not None and written in self.odd:
            return self.odd[written]
        found = answers_in(value, self.targets.of(text), self.targets, self.table).items()
        entries = [(key, answer) for key, answer in found if isinstance(answer, Entry)]
        if written is not None:
            self.odd[written] = entries
        return entries

    def _carefully(self, file: AnswerFile) -> Sheet:
        """Any sheet: what is no line is reported, and so is what is answered twice.

        A line that is answered by itself as well as in a sequence has the answer by itself.
        """
        single: Answers = {}
        whole: Answers = {}
        answered: set[str] = set()
        seen: set[str] = set()
        found: list[Diagnostic] = []
        untold = 0
        for text, value in file.answers.entries.items():
            target = self.targets.get(text)
            twice = target is not None and target.key in seen
            if len(found) == MOST_FAULTS and (target is None or twice):
                untold += 1  # to tell a fault takes long, and a file may have a hundred thousand
                continue
            if target is None:
                found.append(self.targets.unknown(file, text))
                continue
            if twice:
                key = called(target.key, self.targets.problem.names)
                message, help = f"`{key}` is answered twice", "the first answer counts"
                found.append(diagnostic(file.document, "duplicate-key", message, file.answers.keys[text], help))
                continue
            answers = answers_in(value, target, self.targets, self.table)
            if not answered.isdisjoint(target.keys):
                whole, answers = by_line(whole, self.targets), by_line(answers, self.targets)
            answered |= target.keys
            if answers:
                seen.add(target.key)
            if target.whole:
                whole |= answers
            else:
                single |= answers
        together = (whole | single).items()
        rest = {key: answer for key, answer in together if isinstance(answer, Entry)}
        pieces = [answer for _, answer in together if not isinstance(answer, Entry)]
        places, lines, numbers = zip(*pieces, strict=True) if pieces else ((), (), ())
        written = array("i", chain.from_iterable(numbers))
        layout = Layout(places, lines)
        faults = tuple(shortened(in_order((*file.faults, *found)), untold + file.untold))
        return Sheet(file.document.file, file.student, Numbers(self.table, layout, 0, written), rest, faults)


def _written(text: str, value: Value) -> Hashable:
    """A key and the value behind it, so that the same can be told; `None` where that takes long."""
    parts = value.items if isinstance(value, Items) else [value]
    if len(parts) > MOST_PARTS:
        return None
    scalars = [(part.value, part.style) for part in parts if isinstance(part, Scalar) and len(part.value) <= LONGEST]
    if len(scalars) < len(parts):
        return None
    return text, value.__class__, *scalars


def _first_of_consecutive(answers: Fields) -> int:
    """The line of the first answer where each stands on one line and the next one below it, else 0."""
    pairs = answers.value
    if answers.flow_style or not pairs:
        return 0
    last, value = pairs[-1]
    first: int = pairs[0][0].start_mark.line
    end = first + len(pairs) - 1
    return first + 1 if last.start_mark.line == end == value.end_mark.line else 0


def _form(answers: Mapping[str, Value]) -> tuple[Hashable, list[str]]:
    """The keys as written and how the lists behind them nest; and the scalars, those deeper in lists behind others."""
    keys, level = tuple(answers), list(answers.values())
    held = [value.value for value in level]  # the text of a scalar, the items of a list
    if set(map(type, held)) == {str}:
        return keys, held
    form: list[Hashable] = [keys]
    texts: list[str] = []
    while level:
        kinds = tuple(map(type, level))
        if kinds.count(Scalar) == len(kinds):
            texts += [value.value for value in level]
            break
        if kinds.count(Items) == len(kinds):
            lists = [value.value for value in level]
        else:
            texts += [value.value for value in level if value.__class__ is Scalar]
            lists = [value.value for value in level if value.__class__ is Items]
            form.append(kinds)
        form.append(tuple(map(len, lists)))
        level = list(chain.from_iterable(lists))
    return tuple(form), texts
