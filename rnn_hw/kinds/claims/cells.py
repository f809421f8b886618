"""What claims are about: a bundled cell or equations of one's own, with the shape of all that is given, in letters.

Of a person's equations only the text is known. The shapes that it suggests are tried out, and where they do not go
together everything counts as a number; `shapes:` states them instead.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from rnn_hw.equations import load
from rnn_hw.errors import HomeworkError, did_you_mean
from rnn_hw.fields import text_of
from rnn_hw.kinds.kind import Form
from rnn_hw.kinds.lstm_forward import ALIASES, GIVENS
from rnn_hw.lang.claims.trials import shape_for
from rnn_hw.lang.evaluate import reach
from rnn_hw.lang.operations import CONSTANTS
from rnn_hw.lang.rewrite import names_in, walk
from rnn_hw.lang.shapes import STEP_WORDS, infer, series_names
from rnn_hw.lang.tree import Apply, Name, Node, Program
from rnn_hw.source import Value

CELLS = ("lstm",)


class Cell(NamedTuple):
    """Equations, the shape of all that is given (`W_f: H D`; of a state, that before the first step), other names."""

    program: Program
    letters: Mapping[str, str]
    aliases: Mapping[str, str] = {}


def read_cell(form: Form) -> Cell | None:
    """The cell that a file names or writes down; `None` where the reader has faults."""
    reader, word, text = form.reader, form.root.get("cell"), form.root.get("equations")
    if word is not None and text is not None:
        reader.fault("two-programs", "`cell` and `equations` are both stated", word, "leave out one of the two")
    elif word is not None:
        if reader.word(word, "cell", CELLS, "bundled cell") is not None:
            return bundled()
    elif text is None:
        help = "write `cell: lstm`, or `equations: |` and the equations below it, one to a line"
        reader.fault("missing-field", "`equations` is missing", form.root, help)
    else:
        program = reader.program(text, "equations")
        return own(form, program, text) if program is not None else None
    return None


def bundled() -> Cell:
    """The lecture's LSTM, with any number of inputs D and of hidden units H."""
    letters = {name.removesuffix("[0]"): row.shape for row in GIVENS for name in row.names.split()}
    program = load("lstm")
    used = {n.name for e in program.equations for n in names_in(e.formula)}
    return Cell(program, {name: shape for name, shape in letters.items() if name in used}, ALIASES)


def own(form: Form, program: Program, text: Value) -> Cell | None:
    """A person's equations with shapes that go together."""
    reader = form.reader
    for name, (_, ahead) in reach(program).items():
        if ahead > 0 and program.get(name) is not None:
            message = f"an equation refers to a later step of `{name}`"
            reader.fault("missing-step", message, text, "refer to the same or an earlier step")
            return None
    stated = _stated(form, program)
    if stated is None:
        return None
    first: HomeworkError | None = None
    for letters in (suggested(program), dict.fromkeys(suggested(program), "")):
        letters |= stated
        try:
            check_shapes(program, letters)
        except HomeworkError as error:
            first = first or error
        else:
            return Cell(program, letters)
    assert first is not None
    help = "state the shapes, `shapes: {W: H D, x: D}`"
    reader.placed(text, (d if d.help else d._replace(help=help) for d in first.diagnostics))
    return None


def _stated(form: Form, program: Program) -> dict[str, str] | None:
    """The shapes that the file states, as words such as `H D`."""
    reader, found = form.reader, {}
    known = suggested(program)
    before = len(reader.faults)
    fields = reader.map(form.root.get("shapes"), "shapes")
    for name, value in fields.entries.items():
        words = text_of(value).split()
        if name not in known:
            reader.fault("unknown-key", f"`{name}` is not given", fields.keys[name], did_you_mean(name, known))
        elif len(words) > 2 or not all(p.isascii() and p.isalnum() for w in words for p in w.split("+")):
            help = 'write `H D` for a matrix, `H` for a vector, `""` for a number'
            reader.fault("wrong-shape", f"`{name}: {text_of(value)[:40]}` is no shape", value, help)
        else:
            found[name] = " ".join(words)
    return found if len(reader.faults) == before else None


def check_shapes(program: Program, letters: Mapping[str, str], sizes: tuple[int, ...] = (1, 2)) -> None:
    """Raises `HomeworkError` where the shapes do not go together."""
    defined = set(program.names)
    for size in sizes:
        own = {name: shape_for(words, size) for name, words in letters.items()}
        given = {n: s for n, s in own.items() if n not in defined}
        infer(program, given, {n: s for n, s in own.items() if n in defined})


# --- what the text suggests -------------------------------------------------------------------------------------------


def suggested(program: Program) -> dict[str, str]:
    """Shapes as recurrent networks have them: states are vectors, what stands left of an `@` is a matrix."""
    defined, series = set(program.names), series_names(program)
    back = reach(program)
    letters: dict[str, str] = {}
    for equation in program.equations:
        for name in names_in(equation.formula):
            if name.name in defined:
                if back.get(name.name, (0, 0))[0] < 0:
                    letters[name.name] = "H"
            elif name.name not in (*STEP_WORDS, *CONSTANTS):
                letters.setdefault(name.name, "H")
    for left, right in _products(program):
        if isinstance(left, Name) and left.name in letters and left.name not in series:
            if isinstance(right, Name) and right.name in series - defined:
                letters[right.name] = "D"
            letters[left.name] = f"H {_entries(right, letters)}"
        elif isinstance(right, Name) and right.name in letters and right.name not in series:
            if isinstance(left, Name) and left.name in series - defined:
                letters[left.name] = "D"
            letters[right.name] = f"{_entries(left, letters)} H"
    return letters


def _products(program: Program) -> Iterator[tuple[Node, Node]]:
    """The sides of every `@`, those beside a given sequence first, since they say what is an input."""
    for joined in (False, True):
        for equation in program.equations:
            for node in walk(equation.formula):
                if isinstance(node, Apply) and node.operation == "matmul":
                    left, right = node.arguments
                    if joined == any(isinstance(n, Apply) for n in (left, right)):
                        yield left, right


def _entries(node: Node, letters: Mapping[str, str]) -> str:
    """How many entries a vector has, in letters: those of vectors that are joined, one after the other."""
    if isinstance(node, Apply) and node.operation == "concat":
        return "+".join(_entries(a, letters) for a in node.arguments)
    words = letters.get(node.name, "H").split() if isinstance(node, Name) else ["H"]
    return words[0] if words else "1"
