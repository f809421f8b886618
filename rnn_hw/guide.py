"""What helps a person to begin: the kinds and their fields, a problem file to start from, an answer file to fill in."""

import re

from rnn_hw import assignment
from rnn_hw.bundle import bundled
from rnn_hw.errors import Diagnostic, HomeworkError, did_you_mean
from rnn_hw.kinds import KINDS, kind
from rnn_hw.lang.keys import called
from rnn_hw.lang.operations import spoken
from rnn_hw.problem import ASSIGNMENT, COMMON, Problem
from rnn_hw.results import Line

# What is to be written in a line that is no number.
WANTED = {
    "formula": "a formula",
    "word": "a word",
    "truth": "true or false",
    "text": "in words, on one line",
    "weights": "a number, [..., ...] or [[..., ...], [..., ...]]",
}


def kinds_text() -> str:
    """The kinds, one paragraph each, and the fields that all have."""
    lines = []
    for name, about in KINDS.items():
        found = kind(name)
        lines += [f"{name}: {about}"]
        for given in found.givens:
            shape = {"": "a number", "*": "any one shape"}.get(given.shape, given.shape.replace(" ", " × "))
            notes = ["per step"] * given.series + ["may be left out"] * (given.optional or given.default is not None)
            lines.append(f"  given  {given.names}: {', '.join([shape, *notes])}; {given.about}")
        lines += [f"  field  {field.name}: {field.about}" for field in found.fields]
        lines += [f"  start  rnnhw new {name} > problem.yaml", ""]
    lines += [f"{ASSIGNMENT}: {assignment.ABOUT}"]
    lines += [f"  field  {name}: {about}" for name, about in assignment.FIELDS.items() if name != "kind"]
    lines += [f"  each   {name}: {about}" for name, about in assignment.PART_FIELDS.items()]
    lines += [f"  start  rnnhw new {ASSIGNMENT} > {ASSIGNMENT}.yaml", ""]
    lines += ["every kind of problem:", *(f"  field  {name}: {about}" for name, about in COMMON.items())]
    return "\n".join(lines) + "\n"


def new_text(name: str) -> str:
    """The bundled problem file of a kind, or an assignment. Raises `HomeworkError` for an unknown kind."""
    if name == ASSIGNMENT:
        return bundled(assignment.EXAMPLE).read_text(encoding="utf-8")
    if name not in KINDS:
        raise HomeworkError(
            Diagnostic("unknown-kind", f"`{name}` is no kind of problem", help=did_you_mean(name, (*KINDS, ASSIGNMENT)))
        )
    return bundled(kind(name).example).read_text(encoding="utf-8")


def template_text(path: str) -> str:
    """An answer file with every asked line blank. Raises `HomeworkError`."""
    found = assignment.load(path)
    head = [f"# {_one_line(found.title)}", f"problem: {_scalar(path)}", "student:", "answers:"]
    if isinstance(found, Problem):
        return "\n".join([*head, *_blanks(found, "  ")]) + "\n"
    for id, problem in found.parts:
        head += [f"  # {_one_line(problem.title)}"] if problem.title else []
        head += [f"  {_scalar(id)}:", *_blanks(problem, "    ")]
    return "\n".join(head) + "\n"


def _blanks(problem: Problem, indent: str) -> list[str]:
    """A line for each that is asked, without an answer."""
    asked = [line for line in problem.lines if line.asked]
    keys = [_written(line, problem) for line in asked]
    width = max(map(len, keys), default=0) + 2
    return [f"{indent}{key + ':':<{width}} # {_wanted(line, problem)}" for key, line in zip(keys, asked, strict=True)]


_ONE_LINE = str.maketrans(dict.fromkeys(map(chr, (*range(32), 127, 0x85, 0x2028, 0x2029)), " "))
_plain = re.compile(r"[^\W\d][\w./-]*(?:\[\d+\])?").fullmatch


def _one_line(text: str) -> str:
    return text.translate(_ONE_LINE)


def _scalar(text: str) -> str:
    """A text as a YAML scalar that reads back as the same text."""
    if _plain(text) or (text[:1] in "./" and re.fullmatch(r"[\w./-]+", text)):
        return text
    return "'" + text.translate(_ONE_LINE).replace("'", "''") + "'"


def _written(line: Line, problem: Problem) -> str:
    return _scalar(called(line.key, problem.names))


def _wanted(line: Line, problem: Problem) -> str:
    """What is to be written there."""
    if line.form in WANTED:
        return WANTED[line.form]
    shape = problem.setup.shapes[line.name]
    what = "a number" if all(n == 1 for n in shape) else spoken(shape)
    place = {"decimals": "decimals", "digits": "significant figures"}
    return what + (f", {problem.place[1]} {place[problem.place[0]]}" if problem.place else "")
