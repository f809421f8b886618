"""A solved problem, or a checked sheet, as a page: formulas in MathML, which every browser sets, and curves as SVG."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from rnn_hw.lang import notation
from rnn_hw.lang.mathml import mathml, mathml_equation
from rnn_hw.lang.tree import Equation, Node
from rnn_hw.render.html.page import curves, page, table
from rnn_hw.results import Cell, Remark, Report, Series, Solution, Table, Trace, Value, Verdict
from rnn_hw.view import mistakes, selection, sheet
from rnn_hw.view.escape import html as safe
from rnn_hw.view.selection import Options

LABELS = {"proof": "<strong>Proof:</strong> ", "warning": "<strong>Warning:</strong> "}


def trace(trace: Trace | Solution, options: Options) -> str:
    """A solved problem, or all of an assignment."""
    title = trace.title or (trace.kind if isinstance(trace, Trace) else "assignment")
    return "".join(page(title, _trace_body(trace, title, options)))


def _trace_body(trace: Trace | Solution, title: str, options: Options) -> Iterator[str]:
    yield f"<h1>{safe(title)}</h1>"
    if isinstance(trace, Trace):
        yield from _trace(trace, options)
        return
    for id, part, own in selection.shown_parts(trace, options):
        yield f"<h2>{safe(selection.part_title(id, part.title or part.kind))}</h2>"
        yield from _trace(part, own)


def _trace(trace: Trace, options: Options) -> Iterator[str]:
    """The steps time by time, what is no step, what was asked."""
    put_in = selection.put_in(trace, options)
    columns = [c for c in ("formula", "numbers", "value") if c in options.show]
    headings = ["name", *({"numbers": "numbers put in"}.get(c, c) for c in columns)]
    for group in selection.groups(trace, options):
        if isinstance(group, str):
            yield f"<p>{safe(group)}</p>"
            continue
        yield f"<h3>{safe(group.title)}</h3>" if group.title else ""
        rows = []
        for step in group.steps:
            formula = step.equation.formula
            put = notation.unicode(formula, put_in, trace.names, trace.single)
            same = put == notation.unicode(formula, None, trace.names, trace.single)
            cells = {"formula": mathml(formula, trace.names, trace.single), "numbers": "" if same else _code(put)}
            cells["value"] = _value(step.value, options, trace)
            rows.append([_key(step.key, trace), *(cells[c] for c in columns)])
        yield table(headings, rows)
    if not options.only:
        yield from _beside(trace.tables, trace.series, trace.remarks, options)
    asked = selection.answers(trace, options)
    if asked:
        rows = [
            ["⋮", safe(a)] if isinstance(a, str) else [_key(a.key, trace), _value(a.value, options, trace)]
            for a in asked
        ]
        yield "<h3>Answers</h3>" + table(["name", "value"], rows)


def report(report: Report, options: Options) -> str:
    """A checked sheet, an assignment problem by problem."""
    title = " · ".join(filter(None, (report.student, report.problem)))
    return "".join(page(title, _report_body(report, title, options)))


def _report_body(report: Report, title: str, options: Options) -> Iterator[str]:
    yield f"<h1>{safe(title)}</h1>"
    yield f"<p><strong>{sheet.score(report)}</strong>: {safe(sheet.summary(report))}</p>"
    for id, part, own in sheet.shown_parts(report, options):
        yield f"<h2>{safe(selection.part_title(id, part.problem))}</h2>"
        yield f"<p><strong>{sheet.score(part)}</strong>: {safe(sheet.summary(part))}</p>"
        yield from _report(part, own)
    if not report.parts:
        yield from _report(report, options)
    for fault in report.diagnostics:
        yield f"<p>{_code(fault.code)}: {safe(fault.message)} {safe(fault.help)}</p>"


def _report(report: Report, options: Options) -> Iterator[str]:
    """A line for each verdict, the first wrong line, reasons, and the mistakes that explain them."""
    headings = ["line", "verdict", "yours", *["true value", "given your earlier lines"] * options.key, "points"]
    yield table(headings, (_verdict(v, report, options) for v in sheet.verdicts(report, options)))
    wrong = sheet.first_wrong(report)
    if wrong is not None:
        yield f"<p><strong>First wrong line:</strong> {_key(wrong.key, report)}</p>"
    notes = ((v, sheet.note(v, report, options)) for v in report.verdicts)
    items = "\n".join(f"<li>{_key(v.key, report)}: {safe(said)}</li>" for v, said in notes if said)
    yield f"<ul>\n{items}\n</ul>" if items else ""
    yield from _beside(report.tables, (), report.remarks, options)
    yield from _mistakes(report, options)


def _mistakes(report: Report, options: Options) -> Iterator[str]:
    """The mistakes that explain the sheet, and what none explains."""
    if (sentence := mistakes.summary(report)) and not options.only:
        yield f"<p><strong>{safe(sentence)}</strong></p>"
    for diagnosis in mistakes.shown(report, options):
        rows = "\n".join(f"<li>{row.word}: {_content(row, report)}</li>" for row in mistakes.rows(diagnosis, options))
        yield f"<h3>{safe(mistakes.heading(diagnosis))}</h3>\n<ul>\n{rows}\n</ul>"
    if not options.only and (sentence := mistakes.remains(report, lambda key: _key(key, report))):
        yield f"<p>{sentence}</p>"


def _content(row: mistakes.Row, report: Report) -> str:
    if isinstance(row.content, str):
        return safe(row.content)
    if isinstance(row.content, Equation):
        return mathml_equation(row.content, report.names, report.single)
    return mistakes.listed(row.content, lambda key: _key(key, report))


def _verdict(verdict: Verdict | str, report: Report, options: Options) -> list[str]:
    if isinstance(verdict, str):
        return ["⋮", safe(verdict), *[""] * (2 + 2 * options.key)]
    digits, decimals = sheet.decimals(report, options)
    word = verdict.verdict
    several = np.size(verdict.expected) > 1 if isinstance(verdict.expected, np.ndarray) else False
    entries = ", ".join(f"({', '.join(map(str, entry))})" for entry in verdict.entries if several)
    yours = (_code(verdict.given) if verdict.given else "") + (f" (wrong: {entries})" if entries else "")
    cells = [_key(verdict.key, report), f'<span class="said-{word}">{sheet.GLYPHS.get(word, "")} {word}</span>', yours]
    if options.key:
        cells += [
            _value(verdict.expected, options._replace(digits=digits), report, decimals),
            _code(sheet.box(verdict)),
        ]
    return [*cells, sheet.points(verdict)]


def _beside(
    tables: Iterable[Table], series: Iterable[Series], remarks: Sequence[Remark], options: Options
) -> Iterator[str]:
    """What is no step: tables, plots, sentences."""
    for found in tables:
        marked = bool(found.marks)
        rows = []
        for row in selection.rows(found, options):
            if isinstance(row, str):
                rows.append(["⋮"] * marked + [safe(row)])
            else:
                rows.append([("→" if row[0] else "")] * marked + [_cell(cell, options) for cell in row[1]])
        yield f"<h3>{safe(found.title)}</h3>" + table([""] * marked + [*map(safe, found.columns)], rows)
        yield f"<p>{safe(found.note)}</p>" if found.note else ""
    for drawn in series:
        yield f"<h3>{safe(drawn.title)}</h3>\n{curves(drawn)}"
    for remark in remarks:
        yield f"<p>{LABELS.get(remark.kind, '')}{safe(remark.text)}</p>"


def _key(key: str, source: Trace | Report) -> str:
    return mathml(selection.quantity(key), source.names, source.single)


def _value(value: Value | None, options: Options, source: Trace | Report, decimals: int | None = None) -> str:
    if isinstance(value, Node):
        return mathml(value, source.names)
    return _code(selection.text(value, options, source.names, decimals))


def _cell(cell: Cell, options: Options) -> str:
    return mathml(cell) if isinstance(cell, Node) else _code(selection.text(cell, options))


def _code(text: str) -> str:
    return f"<code>{safe(text)}</code>" if text else ""
