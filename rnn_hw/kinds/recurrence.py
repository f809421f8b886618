"""Any recurrence that a person can write down: equations, values, a loss. Nothing here knows one cell from another."""

from collections.abc import Iterator, Mapping

from rnn_hw.errors import Diagnostic, HomeworkError
from rnn_hw.fields import steps_in_words
from rnn_hw.kinds.kind import Field, Form, Kind, Setup
from rnn_hw.kinds.sequences import Pieces, Values, own_shapes, read_pieces, read_values
from rnn_hw.lang.evaluate import Stack
from rnn_hw.lang.guessed_shapes import guess_shapes
from rnn_hw.lang.rewrite import mapped, names_in, over_all_steps, walk
from rnn_hw.lang.schedule import schedule
from rnn_hw.lang.shapes import STEP_WORDS, Shapes, infer, series_names
from rnn_hw.lang.tree import Apply, Equation, Name, Program
from rnn_hw.source import Value


def setup(form: Form) -> Setup | None:
    """The file's equations and its loss, with its values."""
    return forward(form, form.root.get("loss"))


def forward(form: Form, loss_text: Value | None, numbers: bool = True) -> Setup | None:
    """The equations of a file and a loss, with the values given; without `numbers` there are none, and no shapes."""
    reader, text = form.reader, form.root.get("equations")
    if text is None:
        help = "write `equations: |` and the equations below it, one to a line"
        reader.fault("missing-field", "`equations` is missing", form.root, help)
    program = reader.program(text, "equations") if text is not None else None
    loss = reader.formula(loss_text, "loss") if loss_text is not None else None
    found = read_pieces(form)
    if reader.faults or program is None:
        return None
    whole = program if loss is None else Program((*program.equations, Equation(Name("loss"), loss)))
    series = series_names(whole)
    if not numbers:
        return _without_numbers(form, whole, len(program.equations), series)
    series |= _targets(whole, found, series)
    values = read_values(form, whole, found, series)
    if any(fault.code != "unused" for fault in reader.faults):
        return None
    whole = mapped(whole, lambda node: over_all_steps(node, lambda name: name in series))
    program = Program(whole.equations[: len(program.equations)])
    for part, place in ((program, text), (whole, loss_text)):  # a fault of the loss counts its columns from there
        try:
            shapes = _checked(part, values)
        except HomeworkError as error:
            reader.placed(place, error.diagnostics)
            return None
    return Setup(whole, values.given, shapes, values.steps)


def _without_numbers(form: Form, program: Program, count: int, series: set[str]) -> Setup | None:
    """The equations alone: whatever they do not define counts as given, and shapes are guessed."""
    defined = set(program.names)
    beside = {n.name for e in program.equations[count:] for n in names_in(e.formula) if n.name not in defined}
    series |= beside  # `y` in `mean((h - y)**2)` is a sequence as `h` is
    program = mapped(program, lambda node: over_all_steps(node, lambda name: name in series))
    shapes = guess_shapes(program)
    given = {n: s for n, s in shapes.items() if n not in defined and n not in STEP_WORDS}
    for part, place in ((Program(program.equations[:count]), "equations"), (program, "loss")):
        try:
            infer(part, given)
            schedule(part)
        except HomeworkError as error:
            form.reader.placed(form.root.get(place), error.diagnostics)
            return None
    return Setup(program, {}, shapes, 1)


def _checked(program: Program, values: Values) -> Shapes:
    """The shapes of a program that can be computed. Raises `HomeworkError`."""
    if faults := [*_derivatives(program)]:
        raise HomeworkError(*faults)
    shapes = infer(program, values.shapes, values.initial)
    backward = {e.name for block in schedule(program) if block.direction < 0 for e in block.equations}
    if faults := [*_missing_steps(program, values.given, values.steps, backward)]:
        raise HomeworkError(*faults)
    return shapes


def _derivatives(program: Program) -> Iterator[Diagnostic]:
    for equation in program.equations:
        for node in walk(equation.formula):
            if isinstance(node, Apply) and node.operation in ("partial", "total"):
                message = "a derivative cannot stand in an equation of a problem"
                yield Diagnostic("derivative", message, node.span, "write out what it is")


def _missing_steps(
    program: Program, given: Mapping[str, object], steps: int, backward: set[str]
) -> Iterator[Diagnostic]:
    """Steps that a formula asks for and that nobody gives.

    A state before the first step is zero if it is left out, as is one behind the last step where time runs backwards.
    """
    reported = set()
    for equation in program.equations:
        for name in names_in(equation.formula):
            if name.time is None or name.name in reported:
                continue
            base, shift, value = name.time.base, name.time.shift, given.get(name.name)
            first, last = (
                (shift, shift) if base == "" else (steps + shift,) * 2 if base == "T" else (1 + shift, steps + shift)
            )
            defined, moving = program.get(name.name) is not None, base not in ("", "T")
            low = value.first if isinstance(value, Stack) else 1
            high = value.first + len(value.values) - 1 if isinstance(value, Stack) and not defined else steps
            if not defined and first < low:
                help = f"give `{name.name}[{first}]`" if first >= 0 else "refer to later steps"
                where, absent = "at the first step" if moving else "here", f"`{name.name}[{first}]`"
                message = f"{absent} is asked for {where} and is not given"
            elif last > high and not (moving and name.name in backward):
                help = "refer to the same or an earlier step" if moving else f"the last step is `{name.name}[T]`"
                where, absent = "at the last step" if moving else "here", f"`{name.name}[{last}]`"
                message = f"{absent} is asked for {where}, there {steps_in_words(steps)}"
            else:
                continue
            reported.add(name.name)
            yield Diagnostic("missing-step", message, name.span, help)


def _targets(program: Program, found: Mapping[str, Pieces], series: set[str]) -> set[str]:
    """Names such as `y` in `mean((h - y)**2)`: given for every step, though mentioned without a time beside a sequence.

    One that is as long as the sequence has steps, and whose entries have the shape of a step, is a target.
    """
    beside: dict[str, set[str]] = {}  # name -> the sequences it stands beside
    for equation in program.equations:
        for node in walk(equation.formula):
            if isinstance(node, Apply) and over_all_steps(node, lambda name: name in series) is not node:
                bare = {n.name for n in names_in(node) if n.time is None}
                for name in bare - series:
                    beside.setdefault(name, set()).update(bare & series)
    candidates = {name for name in beside if None in found.get(name, {}) and found[name][None].array.ndim}
    if not candidates:
        return set()
    counts = {len(found[n][None].array) for n in series if None in found.get(n, {}) and found[n][None].array.ndim}
    shapes = _shapes_without(program, found, series, candidates)
    targets = set()
    for name in candidates:
        array = found[name][None].array
        if len(array) in counts and any(shapes.get(n, array.shape[1:]) == array.shape[1:] for n in beside[name]):
            targets.add(name)
    return targets


def _shapes_without(program: Program, found: Mapping[str, Pieces], series: set[str], left_out: set[str]) -> Shapes:
    """The shapes that can be told without some of the names; none where the program has a fault."""
    gone, kept = set(left_out), []
    for equation in program.equations:
        if any(n.name in gone for n in names_in(equation.formula)):
            gone.add(equation.name)
        else:
            kept.append(equation)
    own, defined = own_shapes(found, series), set(program.names)
    given = {n: s for n, s in own.items() if n not in defined}
    try:
        return infer(Program(tuple(kept)), given, {n: s for n, s in own.items() if n in defined})
    except HomeworkError:
        return {}


FIELDS = (
    Field("equations", "the equations, one to a line: `h[t] = tanh(W @ x[t] + U @ h[t-1])`"),
    Field("loss", "a number to be computed last: `mean((h - y)**2)`"),
    Field("steps", "how many steps, where no sequence is given"),
)
KIND = Kind("recurrence", FIELDS, (), setup, example="own_cell.yaml")
