"""Any recurrence that a person can write down: equations, values, a loss. Nothing here knows one cell from another."""

from collections.abc import Mapping

import numpy as np

from rnn_hw.errors import HomeworkError, did_you_mean
from rnn_hw.fields import split_key
from rnn_hw.kinds.givens import MOST_STEPS
from rnn_hw.kinds.kind import Array, Field, Form, Kind, Setup, Shape
from rnn_hw.lang.evaluate import Stack, reach
from rnn_hw.lang.rewrite import mapped, names_in, over_all_steps
from rnn_hw.lang.schedule import schedule
from rnn_hw.lang.shapes import infer, series_names
from rnn_hw.lang.tree import Equation, Name, Node, Program
from rnn_hw.source import Value


def setup(form: Form) -> Setup | None:
    reader = form.reader
    text, loss_text = form.root.get("equations"), form.root.get("loss")
    if text is None:
        help = "write `equations: |` and the equations below it, one to a line"
        reader.fault("missing-field", "`equations` is missing", form.root, help)
        return None
    program = reader.program(text, "equations")
    loss = reader.formula(loss_text, "loss") if loss_text is not None else None
    if program is None or (loss is None and loss_text is not None):
        return None
    whole = program if loss is None else Program((*program.equations, Equation(Name("loss"), loss)))
    arrays = _arrays(form)
    if reader.faults:
        return None
    series = series_names(whole)
    series |= _targets(whole, arrays, series)
    given, shapes, initial, steps = _sorted(form, whole, arrays, series)
    if reader.faults:
        return None
    whole = mapped(whole, lambda node: over_all_steps(node, lambda name: name in series))
    for part, value in ((Program(whole.equations[: len(program.equations)]), text), (whole, loss_text)):
        try:
            found = infer(part, shapes, initial)
            schedule(part)
        except HomeworkError as error:
            reader.placed(value, error.diagnostics)
            return None
    _reachable(form, whole, given, steps, text)
    return Setup(whole, given, found, steps)


def _arrays(form: Form) -> dict[str, dict[int | None, tuple[Array, Value]]]:
    """What is given, by name and time."""
    arrays: dict[str, dict[int | None, tuple[Array, Value]]] = {}
    for key, value in form.given.entries.items():
        written = form.reader.array(value, key)
        base, time = split_key(key)
        if written is not None:
            arrays.setdefault(base, {})[time] = (written.value, value)
    return arrays


def _targets(program: Program, arrays: Mapping[str, Mapping[int | None, tuple[Array, Value]]], series: set[str]) -> set[str]:
    """Names such as `y` in `mean((h - y)**2)`: given for every step, and mentioned only beside a whole sequence."""
    counts = [len(found[None][0]) for name, found in arrays.items() if name in series and None in found]
    targets = set()
    for equation in program.equations:
        for node in _reductions(equation.formula, series):
            for name in names_in(node):
                value = arrays.get(name.name, {}).get(None)
                if name.time is None and name.name not in series and value is not None and value[0].ndim and counts:
                    if len(value[0]) == counts[0]:
                        targets.add(name.name)
    return targets


def _reductions(node: Node, series: set[str]) -> list[Node]:
    changed: list[Node] = []

    def note(name: str) -> bool:
        return name in series

    lifted = over_all_steps(node, note)
    if lifted is not node:
        changed.append(node)
    return changed


def _sorted(
    form: Form, program: Program, arrays: Mapping[str, Mapping[int | None, tuple[Array, Value]]], series: set[str]
) -> tuple[dict[str, Array | Stack], dict[str, Shape], dict[str, Shape], int]:
    """The given values as plain arrays, sequences and initial states, their shapes, and the number of steps."""
    reader, defined = form.reader, set(program.names)
    used = {n.name for e in program.equations for n in names_in(e.formula)}
    given: dict[str, Array | Stack] = {}
    shapes: dict[str, Shape] = {}
    initial: dict[str, Shape] = {}
    steps: tuple[int, str] | None = None
    stated = form.root.get("steps")
    if stated is not None:
        number = reader.count(stated, "steps", 1, MOST_STEPS)
        steps = (number, f"`steps`, line {stated.line}") if number else None
    for name, found in arrays.items():
        place = next(iter(found.values()))[1]
        if name not in used and name not in defined:
            reader.fault("unused", f"no equation uses `{name}`", place, did_you_mean(name, sorted(used - arrays.keys())))
        elif name in defined and None in found:
            help = f"a state before the first step is given as `{name}[0]`" if name in series else "leave out one of the two"
            reader.fault("defined-twice", f"`{name}` is given and also defined", place, help)
        elif None in found and name not in series:
            given[name], shapes[name] = found[None][0], found[None][0].shape
        else:
            stack = _stack(form, name, found, name in defined)
            if stack is None:
                continue
            given[name] = stack
            (initial if name in defined else shapes)[name] = stack.values.shape[1:]
            count = stack.first + len(stack.values) - 1
            if name not in defined and steps is not None and count != steps[0]:
                message = f"`{name}` has {count} steps, it needs {steps[0]}"
                reader.fault("wrong-shape", message, place, notes=[f"the number of steps is taken from {steps[1]}"])
            elif name not in defined and steps is None:
                steps = (count, f"`{name}`, line {place.line}")
    if steps is None and any(e.target.time for e in program.equations):
        help = "give a sequence with one entry per step, or `steps: 3`"
        reader.fault("missing-field", "nothing says how many steps there are", form.root, help)
    return given, shapes, initial, steps[0] if steps else 1


def _stack(form: Form, name: str, found: Mapping[int | None, tuple[Array, Value]], defined: bool) -> Stack | None:
    """A sequence out of its pieces: all steps at once, and values at single times (`h[0]`)."""
    reader = form.reader
    pieces: dict[int, Array] = {}
    for time, (array, value) in found.items():
        if time is None:
            if not array.ndim:
                help = f"one entry per step: `{name}: [...]`"
                reader.fault("wrong-shape", f"`{name}` has a value at every step, one number is given", value, help)
                return None
            pieces.update(enumerate(array, 1))
        elif defined and time > 0:
            message = f"`{name}[{time}]` is given and also defined"
            reader.fault("defined-twice", message, value, f"the state before the first step is `{name}[0]`")
            return None
        else:
            pieces[time] = np.asarray(array)
    first, last = min(pieces), max(pieces)
    place = next(iter(found.values()))[1]
    if len(pieces) != last - first + 1 or len({p.shape for p in pieces.values()}) > 1:
        reader.fault("wrong-shape", f"the values of `{name}` do not make one sequence", place)
        return None
    return Stack(np.stack([pieces[t] for t in range(first, last + 1)]), first)


def _reachable(form: Form, program: Program, given: Mapping[str, Array | Stack], steps: int, text: Value) -> None:
    """Reports steps that a formula asks for and nobody gives; a state before the first step is zero if it is left out."""
    backward = {e.name for b in schedule(program) if b.direction < 0 for e in b.equations}
    for name, (low, high) in reach(program).items():
        value = given.get(name)
        defined = program.get(name) is not None
        first = value.first if isinstance(value, Stack) else 1
        place = next(n.span for e in program.equations for n in names_in(e.formula) if n.name == name and n.time)
        if not defined and 1 + low < first:
            message = f"`{name}[{1 + low}]` is asked for at the first step and is not given"
            help = f"give `{name}[{1 + low}]`"
        elif high > 0 and name not in backward:
            message = f"`{name}[{steps + high}]` is asked for at the last step and does not exist"
            help = "refer to the same or an earlier step"
        else:
            continue
        from rnn_hw.errors import Diagnostic

        form.reader.placed(text, [Diagnostic("missing-step", message, place, help)])


FIELDS = (
    Field("equations", "the equations, one to a line: `h[t] = tanh(W @ x[t] + U @ h[t-1])`"),
    Field("loss", "a number to be computed last: `mean((h - y)**2)`"),
    Field("steps", "how many steps, where no sequence is given"),
)
KIND = Kind("recurrence", FIELDS, (), setup, example="own_cell.yaml")
