"""The command line. Commands read their options and hand over; whatever a command needs is imported when it runs.

Exit status: 0 all is right, 1 not all answers are, 2 an input is unusable, 3 a fault of ours.
"""

import errno
import os
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from rnn_hw.errors import Diagnostic
    from rnn_hw.results import ClassReport, Progress, Report, Solution, Trace
    from rnn_hw.view.selection import Options

app = typer.Typer(
    name="rnnhw",
    help="Solve homework on recurrent networks step by step, and check your own answers to it.",
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help: importing rich would double its time
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Format(StrEnum):
    """How a result is printed."""

    table = "table"
    json = "json"
    markdown = "markdown"
    latex = "latex"
    html = "html"


AsFormat = Annotated[Format, typer.Option("--format", "-f", help="How to print the result.")]
Digits = Annotated[int | None, typer.Option("--digits", min=1, max=17, help="Significant figures shown.")]
Everything = Annotated[bool, typer.Option("--all", help="Abridge nothing.")]
Only = Annotated[str, typer.Option("--only", metavar="NAMES", help="Only these lines: f,c[2].")]
Strict = Annotated[bool, typer.Option("--strict", help="Nothing is carried.")]
NoHints = Annotated[bool, typer.Option("--no-hints", help="Do not look for the mistakes behind wrong lines.")]
NoKey = Annotated[bool, typer.Option("--no-key", help="Leave out the true values and formulas.")]
ProblemFile = Annotated[str | None, typer.Option("--problem", "-p", metavar="FILE", help="The problem file.")]


def _version(wanted: bool) -> None:
    if wanted:
        from rnn_hw import __version__

        typer.echo(f"rnnhw {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


def _reports_faults(command: Callable[..., None]) -> Callable[..., None]:
    """The command with an unusable input reported as asked, exit status 2."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        from rnn_hw.errors import HomeworkError

        try:
            command(*arguments, **options)
        except HomeworkError as error:
            _show_faults(error.diagnostics, options.get("form") == Format.json)
            raise typer.Exit(2) from None
        except KeyboardInterrupt:
            kept = options.get("resume")
            told = f"; what is finished is kept in {kept}, and the same command goes on from it" if kept else ""
            typer.echo(f"rnnhw: stopped{told}", err=True)
            raise typer.Exit(130) from None
        except OSError as error:
            if error.errno not in _UNPRINTED:
                raise
            raise typer.Exit(_stopped_printing(error)) from None

    return run


_UNPRINTED = (errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EIO)  # files have messages of their own, see `output.py`


def _stopped_printing(error: OSError) -> int:
    """The exit status where standard output takes no more: 141 as from any program that nobody reads on, else 2."""
    with suppress(OSError):  # what is buffered still would fail once more when the interpreter ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if error.errno == errno.EPIPE:
        return 141
    from rnn_hw.errors import Diagnostic, reason

    message = f"standard output cannot be written: {reason(error)}"
    _show_faults([Diagnostic("unwritable-file", message)], as_json=False)
    return 2


def _show_faults(diagnostics: "Sequence[Diagnostic]", as_json: bool) -> None:
    if as_json:
        from rnn_hw.render import json_form

        typer.echo(json_form.dumps(json_form.diagnostics(diagnostics)))
    elif diagnostics:
        from rnn_hw.render import terminal
        from rnn_hw.reports import fenced

        with fenced(sys.stderr):
            terminal.show_diagnostics(diagnostics)


def _progress(form: Format) -> "AbstractContextManager[Progress | None]":
    """A bar for what takes long, on a terminal."""
    from contextlib import nullcontext

    if form != Format.table or not sys.stderr.isatty():
        return nullcontext()
    from rnn_hw.render import terminal

    return terminal.progress()


def _options(digits: int | None, everything: bool, only: str, show: str, key: bool = True) -> "Options":
    from rnn_hw.view.selection import Options

    columns = _words(show)
    for word in columns:
        if word not in ("formula", "numbers", "value"):
            raise typer.BadParameter(f"`{word}` is none of formula, numbers, value", param_hint="--show")
    return Options(digits, everything, _words(only), columns, key)


def _refuse_unknown(only: "Iterable[str]", pages: "Collection[tuple[str, Collection[str], Mapping[str, str]]]") -> None:
    """Refuses an entry of `--only` that is no line of any problem: each is its id, its lines' keys and its names."""
    from rnn_hw.view.selection import in_part, unmatched

    for entry in only:
        if all(entry != id and unmatched(keys, names, [in_part(id, entry)]) for id, keys, names in pages):
            from rnn_hw.errors import Diagnostic, HomeworkError, did_you_mean

            said = {key.partition("[")[0]: names for _, keys, names in pages for key in keys}
            known = sorted({word for name, names in said.items() for word in (name, names.get(name, name))})
            message = f"`{entry}` in `--only` is no line of this problem"
            raise HomeworkError(Diagnostic("unknown-key", message, help=did_you_mean(entry, known)))


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


@app.command()
@_reports_faults
def solve(
    problem: Annotated[
        str, typer.Argument(metavar="PROBLEM", help="A problem or assignment, or - for standard input.")
    ],
    form: AsFormat = Format.table,
    digits: Digits = None,
    everything: Everything = False,
    only: Only = "",
    show: Annotated[str, typer.Option("--show", metavar="COLUMNS", help="Columns shown.")] = "formula,numbers,value",
) -> None:
    """Work a problem, or a whole assignment, step by step: formula, numbers put in, value."""
    options = _options(digits, everything, only, show)
    from rnn_hw.assignment import Assignment, load
    from rnn_hw.solver import solve as solved
    from rnn_hw.solver import solve_all

    found = load(problem)
    parts = [(p.id, p.problem) for p in found.parts] if isinstance(found, Assignment) else [("", found)]
    _refuse_unknown(options.only, [(id, [line.key for line in p.lines], p.names) for id, p in parts])
    with _progress(form) as progress:
        trace = solve_all(found, progress) if isinstance(found, Assignment) else solved(found, progress)
    if form == Format.json:
        from rnn_hw.render import json_form

        typer.echo(json_form.dumps(json_form.trace(trace)))
    else:
        _show(trace, form, options)


@app.command()
@_reports_faults
def check(
    answers: Annotated[list[str], typer.Argument(metavar="ANSWERS...", help="Answer files, or - for standard input.")],
    problem: ProblemFile = None,
    form: AsFormat = Format.table,
    digits: Digits = None,
    everything: Everything = False,
    only: Only = "",
    strict: Strict = False,
    no_hints: NoHints = False,
    no_key: NoKey = False,
) -> None:
    """Check answers line by line: which are right, which follow from an earlier mistake, and which mistake it was."""
    options = _options(digits, everything, only, "", not no_key)
    from rnn_hw.checking import check_files
    from rnn_hw.diagnose import with_diagnoses
    from rnn_hw.errors import HomeworkError
    from rnn_hw.results import Report

    found = check_files(answers, problem, strict, None if no_hints else with_diagnoses)
    pages = [p for f in found if isinstance(f, Report) for p in f.parts or [("", f)]]
    if pages:
        _refuse_unknown(options.only, [(id, [v.key for v in page.verdicts], page.names) for id, page in pages])
    if no_key:
        found = [f.without_key() if isinstance(f, Report) else f for f in found]
    if form == Format.json:
        from rnn_hw.render import json_form

        documents = [
            json_form.report(f) if isinstance(f, Report) else json_form.diagnostics(f.diagnostics) for f in found
        ]
        typer.echo(json_form.dumps(documents[0] if len(documents) == 1 else documents))
    else:
        from contextlib import nullcontext

        from rnn_hw.reports import fenced

        with fenced(sys.stdout) if form == Format.table else nullcontext():
            for one in found:
                _show_faults(one.diagnostics, False)
                if not isinstance(one, HomeworkError):
                    _show(one, form, options)
    if any(isinstance(f, HomeworkError) for f in found):
        raise typer.Exit(2)
    if not all(isinstance(f, Report) and f.all_right for f in found):
        raise typer.Exit(1)


def _form(help: str) -> Any:
    return typer.Option(metavar="FILE", help=help)


@app.command()
@_reports_faults
def grade(
    context: typer.Context,
    paths: Annotated[list[str], typer.Argument(metavar="PATHS...", help="Answer files, and folders of them.")],
    problem: Annotated[str, typer.Option("--problem", "-p", metavar="FILE", help="The problem or assignment.")],
    json: Annotated[str, _form("Everything, for programs (`rnnhw schema grade`); - is standard output.")] = "",
    csv: Annotated[str, _form("A gradebook: a row per student, a column per line.")] = "",
    moodle: Annotated[str, _form("A table that Moodle imports.")] = "",
    canvas: Annotated[str, _form("A table that Canvas imports.")] = "",
    html: Annotated[str, _form("The class as a page, with plots.")] = "",
    junit: Annotated[str, _form("JUnit XML.")] = "",
    gradescope: Annotated[str, _form("results.json of Gradescope.")] = "",
    classroom: Annotated[str, _form("The result of a step for GitHub Classroom, in base64.")] = "",
    annotations: Annotated[str, _form("Workflow commands of GitHub Actions.")] = "",
    summary: Annotated[str, _form("Markdown for the summary of a job.")] = "",
    markus: Annotated[str, _form("Test groups of MarkUs.")] = "",
    autolab: Annotated[str, _form("The last line for Autolab.")] = "",
    prairielearn: Annotated[str, _form("results.json of PrairieLearn.")] = "",
    fail_under: Annotated[str, typer.Option(metavar="PERCENT", help="Exit 1 if a sheet has less.")] = "0",
    late: Annotated[str, typer.Option(metavar="PERCENT", help="Taken off the points of late sheets.")] = "",
    late_list: Annotated[str, typer.Option(metavar="FILE", help="Who is late: a student or a file on a line.")] = "",
    carried: Annotated[str, typer.Option(metavar="SHARE", help="Of the points, for a carried line: 1/2.")] = "",
    strict: Strict = False,
    no_hints: NoHints = False,
    no_key: NoKey = False,
    against: Annotated[str, typer.Option(metavar="OLD.json", help="An earlier report: whose mark changes?")] = "",
    resume: Annotated[str, typer.Option(metavar="STATE", help="Keep what is finished here, and go on from it.")] = "",
    jobs: Annotated[int, typer.Option("--jobs", "-j", metavar="N", min=1, help="Processes.")] = 1,
    everything: Everything = False,
) -> None:
    """Grade a class: a table of students, what went wrong by line and by mistake, and any of the report forms."""
    from rnn_hw import reports
    from rnn_hw.grade import Options, Settings, percent, status
    from rnn_hw.grade import grade as graded

    below, shown = percent(fail_under, "--fail-under"), _options(None, everything, "", "", not no_key)
    wanted = {name: context.params[name] for name in reports.FORMS if context.params[name]}
    reports.refuse_to_lose(wanted | {"resume": resume}, paths, [problem, late_list])
    alone = reports.takes_the_place(wanted)
    settings = Settings(problem, strict, not no_hints, not no_key, carried)
    with _progress(Format.table) as progress:
        report = graded(
            paths, Options(settings, late, late_list, against, resume, jobs, reports.of_sheets(wanted)), progress
        )
    try:  # files first: who reads only the head of the table has them all the same
        reports.write(report, {name: file for name, file in wanted.items() if file != "-"}, shown)
    finally:
        with reports.fenced(sys.stdout):
            _show_class(report, shown, alone)
    reports.write(report, {name: file for name, file in wanted.items() if file == "-"}, shown)
    raise typer.Exit(status(report, below))


def _show_class(report: "ClassReport", options: "Options", alone: bool) -> None:
    """The class on a terminal, unless a form takes its place; where nothing could be graded, why."""
    from rnn_hw.render import terminal

    if all(graded.unusable for graded in report.submissions):
        _show_faults([d for graded in report.submissions[:20] for d in graded.unusable], as_json=False)
    if not alone:
        terminal.show_class(report, options)


def _show(result: "Trace | Solution | Report", form: Format, options: "Options") -> None:
    """A result in a form that people read."""
    from rnn_hw.results import Report

    if form == Format.table:
        from rnn_hw.render import terminal

        if isinstance(result, Report):
            terminal.show_report(result, options)
        else:
            terminal.show_trace(result, options)
        return
    from importlib import import_module

    typeset = import_module(f"rnn_hw.render.{'html.solved' if form == Format.html else form}")
    typer.echo(typeset.report(result, options) if isinstance(result, Report) else typeset.trace(result, options))


@app.command()
@_reports_faults
def explain(
    code: Annotated[str | None, typer.Argument(metavar="CODE", help="A mistake, such as sigmoid-sign.")] = None,
) -> None:
    """Say what a mistake is and how to mend it, with an example; without a code, list all."""
    from rnn_hw.diagnose.explain import every_code, explanation
    from rnn_hw.render import terminal

    if code is None:
        terminal.show_explanations(every_code())
    else:
        terminal.show_explanation(explanation(code), _options(None, True, "", ""))


@app.command()
@_reports_faults
def lint(
    problem: Annotated[str, typer.Argument(metavar="PROBLEM", help="A problem file.")], everything: Everything = False
) -> None:
    """Say what a problem cannot reveal: invisible mistakes, equal ones, trivial lines; propose other numbers."""
    from rnn_hw.author.lint import lint as advice
    from rnn_hw.render import terminal

    terminal.show_advice(advice(problem), _options(None, everything, "", ""))


@app.command()
@_reports_faults
def variant(
    problem: Annotated[str, typer.Argument(metavar="PROBLEM", help="A problem file.")],
    seed: Annotated[str, typer.Option("--seed", metavar="TEXT", help="Whose numbers: a name, an address.")],
) -> None:
    """Print the problem with other numbers, the same for the same seed, so that neighbours have different sheets."""
    from rnn_hw.author.variant import variant_text

    typer.echo(variant_text(problem, seed), nl=False)


@app.command()
@_reports_faults
def kinds() -> None:
    """List the kinds of problem and their fields."""
    from rnn_hw.guide import kinds_text

    typer.echo(kinds_text(), nl=False)


@app.command()
@_reports_faults
def new(kind: Annotated[str, typer.Argument(metavar="KIND", help="A kind, see `rnnhw kinds`.")]) -> None:
    """Print a commented problem file to start from."""
    from rnn_hw.guide import new_text

    typer.echo(new_text(kind), nl=False)


@app.command()
@_reports_faults
def template(problem: Annotated[str, typer.Argument(metavar="PROBLEM", help="A problem or assignment.")]) -> None:
    """Print an answer file to fill in."""
    from rnn_hw.guide import template_text

    typer.echo(template_text(problem), nl=False)


@app.command()
@_reports_faults
def ci(
    platform: Annotated[str, typer.Argument(metavar="PLATFORM", help="github, gitlab, gradescope or pre-commit.")],
    problem: Annotated[str, typer.Option("--problem", "-p", metavar="FILE", help="The problem file.")] = "problem.yaml",
    answers: Annotated[str, typer.Option(metavar="PATH", help="Where the answers are.")] = "answers",
    output: Annotated[str, typer.Option("--output", "-o", metavar="DIR", help="Write the files there.")] = "",
) -> None:
    """Print a file that runs rnnhw on a platform, complete as it stands."""
    from rnn_hw import platforms

    if output:
        typer.echo("\n".join(platforms.write(platform, problem, answers, output)))
    else:
        typer.echo(platforms.shown(platform, problem, answers), nl=False)


@app.command()
@_reports_faults
def schema(
    name: Annotated[str, typer.Argument(metavar="NAME", help="solve, check, grade, diagnostics, problem or answers.")],
) -> None:
    """Print the JSON Schema of an output or of a file."""
    import json

    from rnn_hw.schema import schema as found

    typer.echo(json.dumps(found(name), indent=2))
