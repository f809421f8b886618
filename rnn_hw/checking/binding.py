"""An answer file -> a sheet: its keys and values by the lines of a problem.

A single value that cannot be read is an entry with the reason, and an unknown key is reported, while all other lines are
kept. One `Binder` serves all sheets of a class. They repeat a few forms (the same keys with the same lists behind them)
and a few thousand numerals, so where everything goes is found out once for a form, and binding the next sheet of that
form is to look up its numerals. Nothing is judged here.
"""

from array import array
from collections.abc import Collection, Hashable, Iterator, Sequence
from itertools import chain
from operator import attrgetter

from rnn_hw.answers import AnswerFile, Entry, Layout, Numbers, Numerals, Place, Sheet
from rnn_hw.checking.targets import Targets
from rnn_hw.checking.values import Answers, answers_in, by_line, shape_of
from rnn_hw.errors import Diagnostic
from rnn_hw.numerals import LONGEST
from rnn_hw.problem import Problem
from rnn_hw.source import MOST_FAULTS, Fields, Items, Scalar, Value, diagnostic

MOST_REMEMBERED = 200_000  # numerals, and a tenth as many forms: a class of forgers must not fill the memory

_held = attrgetter("value")  # the text of a scalar, the items of a list


class Binder:
    """Answer files -> sheets on one problem."""

    def __init__(self, problem: Problem) -> None:
        self.targets = Targets(problem)
        self.forms: dict[Hashable, Layout | None] = {}
        self.odd: dict[tuple[str, str, str] | None, list[tuple[str, Entry]]] = {}
        self.table = Numerals()

    def bind(self, file: AnswerFile) -> Sheet:
        """The answers of a file by the problem's lines."""
        if len(self.table) > MOST_REMEMBERED or len(self.forms) + len(self.odd) > MOST_REMEMBERED // 10:
            self.table, self.forms, self.odd = Numerals(), {}, {}
        answers = file.answers
        first = _first_of_consecutive(answers)
        if first:
            form, texts = _form(answers)
            layout = self.forms.get(form)
            if layout is None and form not in self.forms:
                layout = self.forms[form] = self._layout(answers)
            if layout is not None:
                return self._repeated(file, layout, first, texts)
        return self._carefully(file)

    def _layout(self, answers: Fields) -> Layout | None:
        """Where everything goes on sheets of this form: `None` if a key is to be reported, or a sequence is irregular."""
        places: list[tuple[int, int, Place]] = []
        aside: set[int] = set()
        seen: set[str] = set()
        for number, (text, value) in enumerate(answers.entries.items()):
            target = self.targets.get(text)
            if target is None or not seen.isdisjoint(target.keys):
                return None
            seen |= target.keys
            shape = () if value.__class__ is Scalar else shape_of(value)
            place = self.targets.place(target, shape) if shape is not None else None
            if target.whole and (place is None or len(target.lines) == 1):
                return None
            if shape is None or place is None:
                aside.add(number)
            else:
                places.append((len(shape), number, place))
        places.sort(key=lambda place: place[:2])
        taken = _others(answers, aside) if aside else None
        return Layout(tuple(p for _, _, p in places), tuple(n for _, n, _ in places), tuple(sorted(aside)), taken)

    def _repeated(self, file: AnswerFile, layout: Layout, first: int, texts: Sequence[str]) -> Sheet:
        """A sheet of a form that is known; what is no number is looked at by itself."""
        if layout.taken is not None:
            texts = [texts[at] for at in layout.taken]
        written = array("i", map(self.table.__getitem__, texts))
        rest: dict[str, Entry] = {}
        if layout.aside or min(written, default=0) < 0:
            answers = list(file.answers.entries.items())
            for number in (*layout.aside, *layout.without_a_number(written)):
                text, value = answers[number]
                for key, entry in self._odd(text, value):
                    rest[key] = entry._replace(line=value.line)
        return Sheet(file.document.file, file.student, Numbers(self.table, layout, first, written), rest)

    def _odd(self, text: str, value: Value) -> list[tuple[str, Entry]]:
        """What is to be said of a value that is no number: the same of everyone who wrote it there."""
        written = (text, value.text, value.style) if isinstance(value, Scalar) else None
        if written in self.odd:
            return self.odd[written]
        found = answers_in(value, self.targets.of(text), self.targets, self.table).items()
        entries = [(key, answer) for key, answer in found if isinstance(answer, Entry)]
        if written is not None and len(written[1]) <= LONGEST:
            self.odd[written] = entries
        return entries

    def _carefully(self, file: AnswerFile) -> Sheet:
        """Any sheet: what is no line is reported, and so is what is answered twice.

        A line that is answered by itself as well as in a sequence has the answer by itself.
        """
        single: Answers = {}
        whole: Answers = {}
        answered: set[str] = set()
        found: list[Diagnostic] = []
        untold = 0
        for text, value in file.answers.entries.items():
            target = self.targets.get(text)
            twice = target is not None and not target.whole and target.key in single
            if len(found) == MOST_FAULTS and (target is None or twice):
                untold += 1  # to tell a fault takes long, and a file may have a hundred thousand
                continue
            if target is None:
                found.append(self.targets.unknown(file, text))
                continue
            if twice:
                message, help = f"`{target.key}` is answered twice", "the first answer counts"
                found.append(diagnostic(file.document, "duplicate-key", message, file.answers.keys[text], help))
                continue
            answers = answers_in(value, target, self.targets, self.table)
            if not answered.isdisjoint(target.keys):
                whole, answers = by_line(whole, self.targets), by_line(answers, self.targets)
            answered |= target.keys
            if target.whole:
                whole |= answers
            else:
                single |= answers
        if untold:
            found[-1] = found[-1]._replace(notes=(f"{untold:,} more faults of the file are not shown",))
        together = (whole | single).items()
        rest = {key: answer for key, answer in together if isinstance(answer, Entry)}
        pieces = [answer for _, answer in together if not isinstance(answer, Entry)]
        places, lines, numbers = zip(*pieces, strict=True) if pieces else ((), (), ())
        written = array("i", chain.from_iterable(numbers))
        layout = Layout(places, lines)
        return Sheet(file.document.file, file.student, Numbers(self.table, layout, 0, written), rest, tuple(found))


def _others(answers: Fields, aside: Collection[int]) -> list[int]:
    """Where the scalars of all answers but some stand among those of `_form`."""
    depths = [(depth, number) for number, value in enumerate(answers.entries.values()) for depth in _depths(value)]
    return [at for at, (_, number) in enumerate(sorted(depths)) if number not in aside]


def _depths(value: Value, depth: int = 0) -> Iterator[int]:
    """How deep each scalar of a value stands in lists."""
    if isinstance(value, Scalar):
        yield depth
    elif isinstance(value, Items):
        for item in value.items:
            yield from _depths(item, depth + 1)


def _first_of_consecutive(answers: Fields) -> int:
    """The line of the first answer where each stands on one line and the next one below it, else 0."""
    if answers.flow_style or not answers.entries:
        return 0
    keys = answers.keys.values()
    first = next(iter(keys)).start_mark.line
    end = next(reversed(answers.entries.values())).end_mark.line
    return first + 1 if end - first == len(keys) - 1 == next(reversed(keys)).start_mark.line - first else 0


def _form(answers: Fields) -> tuple[Hashable, list[str]]:
    """The keys as written and how the lists behind them nest; and the scalars, those deeper in lists behind others."""
    form: list[Hashable] = [tuple(answers.entries)]
    texts: list[str] = []
    level: list[Value] = list(answers.entries.values())
    while level:
        kinds = tuple(map(type, level))
        if kinds.count(Scalar) == len(kinds):
            texts += map(_held, level)
            break
        if kinds.count(Items) == len(kinds):
            lists = list(map(_held, level))
        else:
            texts += [value.value for value in level if value.__class__ is Scalar]
            lists = [value.value for value in level if value.__class__ is Items]
            form.append(kinds)
        form.append(tuple(map(len, lists)))
        level = list(chain.from_iterable(lists))
    return tuple(form), texts
