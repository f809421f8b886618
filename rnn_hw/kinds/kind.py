"""What a kind of problem is: a row of data, and up to five functions for what no row can say.

A kind says which quantities a file gives (with shapes in letters, `H D`), which equations hold, and what can be asked.
Most kinds are nothing but that. No classes to inherit from: a `Kind` is a frozen record, a `Setup` is what it makes of
one file.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_hw.fields import Reader
from rnn_hw.lang.evaluate import Stack
from rnn_hw.lang.mistakes.rules import Change
from rnn_hw.lang.tree import Name, Node, Program
from rnn_hw.results import Diagnosis, Remark, Series, Table, Value
from rnn_hw.source import Fields

Array = NDArray[Any]
Shape = tuple[int, ...]


class Given(NamedTuple):
    """Quantities of the same shape that a problem file gives.

    `shape` spells the sizes: "" a number, "H" a vector, "H D" a matrix, "*" any shape, but one and the same for all such
    quantities. A letter is settled by the first quantity that has it.
    """

    names: str  # separated by spaces; `h[0]` for a state before the first step
    shape: str = ""
    series: bool = False  # one value per step
    optional: bool = False  # may be left out: the equations that need it are left out as well
    default: float | None = None  # may be left out: this value everywhere
    low: float = -np.inf
    high: float = np.inf
    open: bool = False  # whether the bounds themselves are out of range
    whole: bool = False
    about: str = ""


class Field(NamedTuple):
    """A field of the file beside the ones that every kind has."""

    name: str
    about: str


class Extras(NamedTuple):
    """What a solution holds beside the steps of its program."""

    tables: tuple[Table, ...] = ()
    series: tuple[Series, ...] = ()
    remarks: tuple[Remark, ...] = ()


class Judgement(NamedTuple):
    """What a kind says of the lines it judges itself."""

    verdicts: Mapping[str, tuple[str, str]]  # key -> verdict and message
    tables: tuple[Table, ...] = ()
    remarks: tuple[Remark, ...] = ()


class Context(NamedTuple):
    """What typed formulas are about; `fixed` are values that are not drawn, `open_end` leaves out the last step.

    `steps` is the number of steps where the formulas are about so many and no others, else 0.
    """

    program: Program
    shapes: Mapping[str, Shape]
    fixed: Mapping[str, Any] = {}
    open_end: bool = False
    steps: int = 0


class Typed(NamedTuple):
    """A line that is answered with a formula: the quantity it is the right side of, and the true one."""

    target: Name
    formula: Node
    context: Context


class Setup(NamedTuple):
    """What a kind makes of a file: a program with its values, and what else can be asked."""

    program: Program
    given: Mapping[str, Array | Stack]
    shapes: Mapping[str, Shape]  # of what is given and of what is defined
    steps: int
    answers: Mapping[str, Value] = {}  # lines that no equation defines: words, formulas, designed weights
    shown: Mapping[str, Array] = {}  # values of which the steps show another name, such as the step count `t`
    single: bool = False  # one step that is not numbered
    extras: Callable[..., Extras] = lambda result: Extras()  # of the result
    long: bool = False  # `extras` may take long, and takes a `Progress` to report to as well
    formulas: Mapping[str, Typed] = {}  # by key, lines that are asked only where the file names them
    context: Context | None = None  # of the formulas among `answers`, if they are about more than their own variable
    judge: Callable[[Mapping[str, Any]], Judgement] | None = None  # lines of `answers`, as the person's values
    mistakes: Callable[[Mapping[str, Any]], tuple[Diagnosis, ...]] | None = None  # behind those that are wrong
    conventions: Callable[[], tuple[Change, ...]] = tuple  # what other lectures do, and only the kind knows


class Form(NamedTuple):
    """A problem file on its way to a `Setup`: what every kind has was read, `given` is still as written."""

    reader: Reader
    root: Fields
    given: Fields


class Kind(NamedTuple):
    """One family of problems."""

    name: str
    fields: tuple[Field, ...]
    givens: tuple[Given, ...]
    setup: Callable[[Form], Setup | None]  # `None` where the reader has faults
    aliases: Mapping[str, str] = {}  # other names that are understood
    example: str = ""  # the bundled problem file
