"""Results as Markdown, for a page, a pull request or the summary of a CI job.

Formulas and values are code spans: they need no package for mathematics, and nothing inside one acts. Tables are
GitHub's. Everything else that a person typed goes through `escape.markdown`.
"""

from collections.abc import Iterable, Sequence

from rnn_hw.lang import notation
from rnn_hw.lang.tree import Equation
from rnn_hw.results import Remark, Report, Series, Solution, Table, Trace
from rnn_hw.view import mistakes, plot, selection, sheet
from rnn_hw.view.escape import markdown as safe
from rnn_hw.view.escape import markdown_code as code
from rnn_hw.view.selection import Options

LABELS = {"proof": "**Proof:** ", "warning": "**Warning:** "}


def trace(trace: Trace | Solution, options: Options) -> str:
    """A solved problem, or all of an assignment, as a page."""
    if isinstance(trace, Solution):
        parts = [f"# {safe(trace.title or 'assignment')}"]
        for id, part, own in selection.shown_parts(trace, options):
            parts += [f"## {safe(selection.part_title(id, part.title or part.kind))}", *_trace(part, own, "###")]
    else:
        parts = [f"# {safe(trace.title or trace.kind)}", *_trace(trace, options, "##")]
    return "\n\n".join(parts) + "\n"


def _trace(trace: Trace, options: Options, level: str) -> list[str]:
    """The paragraphs below the title; `level` is that of their headings."""
    columns = [c for c in ("formula", "numbers", "value") if c in options.show]
    put_in = selection.put_in(trace, options)
    parts = []
    for group in selection.groups(trace, options):
        if isinstance(group, str):
            parts.append(safe(group))
            continue
        rows = []
        for step in group.steps:
            formula = notation.unicode(step.equation.formula, None, trace.names, trace.single)
            put = notation.unicode(step.equation.formula, put_in, trace.names, trace.single)
            put = "" if put == formula else put
            cells = {"formula": formula, "numbers": put, "value": selection.text(step.value, options)}
            rows.append([_key(step.key, trace), *(code(cells[c]) if cells[c] else "" for c in columns)])
        parts += [f"{level} {group.title}"] if group.title else []
        parts.append(_table(["name", *({"numbers": "numbers put in"}.get(c, c) for c in columns)], rows))
    if not options.only:
        parts += _beside(trace.tables, trace.series, trace.remarks, options, level)
    asked = selection.answers(trace, options)
    rows = [
        ["⋮", safe(a)]
        if isinstance(a, str)
        else [_key(a.key, trace), code(selection.text(a.value, options, trace.names))]
        for a in asked
    ]
    return parts + ([f"{level} Answers", _table(["name", "value"], rows)] if rows else [])


def report(report: Report, options: Options) -> str:
    """A checked sheet as a page, an assignment problem by problem."""
    title = " · ".join(filter(None, (report.student, report.problem)))
    parts = [f"# {safe(title)}", f"**{sheet.score(report)}**: {sheet.summary(report)}"]
    for id, part, own in sheet.shown_parts(report, options):
        parts += [f"## {safe(selection.part_title(id, part.problem))}"]
        parts += [f"**{sheet.score(part)}**: {sheet.summary(part)}", *_report(part, own, "###")]
    if not report.parts:
        parts += _report(report, options, "##")
    faults = [f"- {code(d.code)}: {safe(d.message)} {safe(d.help)}".rstrip() for d in report.diagnostics]
    parts += ["## Not usable", "\n".join(faults)] if faults else []
    return "\n\n".join(filter(None, parts)) + "\n"


def _report(report: Report, options: Options, level: str) -> list[str]:
    """The paragraphs below title and score; `level` is that of their headings."""
    digits, decimals = sheet.decimals(report, options)
    figured = options._replace(digits=digits)
    headings = ["line", "verdict", "yours", *["true value"] * options.key, *["given your earlier lines"] * options.key]
    rows = []
    for verdict in sheet.verdicts(report, options):
        if isinstance(verdict, str):
            rows.append(["⋮", safe(verdict), *[""] * (len(headings) - 1)])
            continue
        said = f"{sheet.GLYPHS.get(verdict.verdict, '')} {verdict.verdict}"
        true = selection.text(verdict.expected, figured, report.names, decimals)
        wrong = ", ".join(_index(entry) for entry in verdict.entries)
        yours = (code(verdict.given) if verdict.given else "") + (f" (wrong: {wrong})" if wrong else "")
        box = sheet.box(verdict)
        judged = [code(true) if true else "", code(box) if box else ""] if options.key else []
        rows.append([_key(verdict.key, report), said, yours, *judged, sheet.points(verdict)])
    parts = [_table([*headings, "points"], rows)]
    wrong_line = sheet.first_wrong(report)
    if wrong_line is not None:
        parts.append(f"**First wrong line:** {_key(wrong_line.key, report)}")
    notes = [
        f"- {_key(v.key, report)}: {safe(said)}" for v in report.verdicts if (said := sheet.note(v, report, options))
    ]
    parts += ["\n".join(notes)] if notes else []
    parts += _beside(report.tables, (), report.remarks, options, level)
    return parts + _mistakes(report, options, level)


def _mistakes(report: Report, options: Options, level: str) -> list[str]:
    """The mistakes that explain the sheet, and what none explains."""
    parts = [f"**{safe(sentence)}**"] if (sentence := mistakes.summary(report)) and not options.only else []
    for diagnosis in mistakes.shown(report, options):
        rows = (f"- {row.word}: {_content(row, report)}" for row in mistakes.rows(diagnosis, options))
        parts += [f"{level} {safe(mistakes.heading(diagnosis))}", "\n".join(rows)]
    sentence = "" if options.only else mistakes.remains(report, lambda key: _key(key, report))
    return [*parts, sentence] if sentence else parts


def _content(row: mistakes.Row, report: Report) -> str:
    if isinstance(row.content, str):
        return safe(row.content)
    if isinstance(row.content, Equation):
        return code(notation.unicode_equation(row.content, report.names, report.single))
    return mistakes.listed(row.content, lambda key: _key(key, report))


def _key(key: str, source: Trace | Report) -> str:
    return code(notation.name_text(selection.quantity(key), "unicode", source.names, source.single))


def _index(entry: Sequence[int]) -> str:
    return f"({', '.join(map(str, entry))})" if len(entry) != 1 else str(entry[0])


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are already Markdown."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _beside(
    tables: Iterable[Table], series: Iterable[Series], remarks: Sequence[Remark], options: Options, level: str
) -> list[str]:
    """What is no step: tables, plots, sentences."""
    parts = []
    for table in tables:
        headings = [*[" "] * bool(table.marks), *map(safe, table.columns)]
        rows = []
        for row in selection.rows(table, options):
            if isinstance(row, str):
                rows.append(["⋮", safe(row), *[""] * (len(headings) - 2)][: max(len(headings), 1)])
                continue
            cells = [code(selection.text(c, options)) if selection.text(c, options) else "" for c in row[1]]
            rows.append([*["**→**" if row[0] else ""] * bool(table.marks), *cells])
        parts += [f"{level} {safe(table.title)}", _table(headings, rows), safe(table.note)]
    for curves in series:
        drawn = "\n".join(plot.lines(curves))
        fence = "`" * max(3, 1 + max((len(run) for run in drawn.split() if set(run) == {"`"}), default=0))
        parts += [f"{level} {safe(curves.title)}", f"{fence}text\n{drawn}\n{fence}"]
    parts += [LABELS.get(r.kind, "") + safe(r.text) for r in remarks]
    return list(filter(None, parts))
