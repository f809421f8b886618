r"""Results as a LaTeX document that compiles as it stands, with amsmath, booktabs and longtable.

Steps are displayed equations, as a textbook sets them; what was asked, verdicts and proof tables are tables. A plot is
drawn in LaTeX's own `picture`. Everything that a person typed goes through `escape.latex`.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from rnn_hw.lang import notation
from rnn_hw.lang.tree import Apply, Equation, Name, Node, Num
from rnn_hw.results import Cell, Remark, Report, Series, Solution, Table, Trace, Value
from rnn_hw.view import mistakes, plot, selection, sheet
from rnn_hw.view.escape import LATEX_CHARACTER
from rnn_hw.view.escape import latex as safe
from rnn_hw.view.selection import Options

PREAMBLE = rf"""\documentclass{{article}}
\ifdefined\XeTeXversion\else\ifdefined\directlua\else\usepackage[T1]{{fontenc}}\fi\fi
\usepackage[margin=2cm]{{geometry}}
\usepackage{{textcomp,amsmath,booktabs,longtable}}
\allowdisplaybreaks
\setlength{{\parindent}}{{0pt}}
{LATEX_CHARACTER}
\begin{{document}}
"""
LABELS = {"proof": r"\textbf{Proof:} ", "warning": r"\textbf{Warning:} "}
SIGNS = {"correct": r"$\surd$", "carried": r"$\to$", "imprecise": r"$\approx$", "wrong": r"$\times$"}
MARKERS = (r"\circle*{2}", r"\circle{2}", r"\makebox(0,0){$\times$}", r"\makebox(0,0){$+$}", r"\makebox(0,0){$\ast$}")
LONG = 160  # characters of a formula in LaTeX that stay on one line
ACROSS, UP, POINTS = 300, 150, 60  # size of a plot in LaTeX points; points drawn of a curve


def trace(trace: Trace | Solution, options: Options) -> str:
    """A solved problem, or all of an assignment, as a document."""
    if isinstance(trace, Solution):
        parts = [PREAMBLE, _title(trace.title or "assignment")]
        for id, part, own in selection.shown_parts(trace, options):
            title = selection.part_title(id, part.title or part.kind)
            parts += [rf"\section*{{{safe(title)}}}", *_trace(part, own)]
    else:
        parts = [PREAMBLE, rf"\section*{{{safe(trace.title or trace.kind)}}}", *_trace(trace, options)]
    return "\n".join([*parts, r"\end{document}"]) + "\n"


def _title(title: str) -> str:
    """The title of a document whose sections are problems."""
    return rf"{{\LARGE\bfseries {safe(title)}\par}}"


def _trace(trace: Trace, options: Options) -> list[str]:
    """The paragraphs below the title."""
    parts = []
    for group in selection.groups(trace, options):
        if isinstance(group, str):
            parts.append(safe(group) + "\n")
            continue
        parts += [rf"\subsection*{{{group.title}}}"] if group.title else []
        lines = [_step(step.key, step.equation.formula, step.value, trace, options) for step in group.steps]
        parts.append("\\begin{align*}\n" + " \\\\\n".join(lines) + "\n\\end{align*}")
    if not options.only:
        parts += _beside(trace.tables, trace.series, trace.remarks, options)
    rows = [
        [r"$\vdots$", safe(a)] if isinstance(a, str) else [_key(a.key, trace), _value(a.value, options, trace)]
        for a in selection.answers(trace, options)
    ]
    return parts + ([r"\subsection*{Answers}", _table(["name", "value"], rows)] if rows else [])


def report(report: Report, options: Options) -> str:
    """A checked sheet as a document, an assignment problem by problem."""
    title = ", ".join(filter(None, (report.student, report.problem)))
    heading = _title(title) if report.parts else rf"\section*{{{safe(title)}}}"
    parts = [PREAMBLE, heading, _score(report)]
    for id, part, own in sheet.shown_parts(report, options):
        title = selection.part_title(id, part.problem)
        parts += [rf"\section*{{{safe(title)}}}", _score(part), *_report(part, own)]
    if not report.parts:
        parts += _report(report, options)
    parts += [f"{safe(d.message)} {safe(d.help)}\n" for d in report.diagnostics]
    return "\n".join([*parts, r"\end{document}"]) + "\n"


def _score(report: Report) -> str:
    return safe(f"{sheet.score(report)}: {sheet.summary(report)}") + "\n"


def _report(report: Report, options: Options) -> list[str]:
    """The paragraphs below title and score."""
    digits, decimals = sheet.decimals(report, options)
    figured = options._replace(digits=digits)
    headings = ["line", "verdict", "yours", *["true value", "given your earlier lines"] * options.key, "points"]
    rows = []
    for verdict in sheet.verdicts(report, options):
        if isinstance(verdict, str):
            rows.append([r"$\vdots$", safe(verdict), *[""] * (len(headings) - 2)])
            continue
        wrong = ", ".join(f"({', '.join(map(str, entry))})" for entry in verdict.entries)
        yours = safe(verdict.given or "") + (f" (wrong: {wrong})" if wrong else "")
        true = [_value(verdict.expected, figured, report, decimals), safe(sheet.box(verdict))] if options.key else []
        points = safe(sheet.points(verdict))
        sign = SIGNS.get(verdict.verdict, safe(sheet.GLYPHS.get(verdict.verdict, "")))
        rows.append([_key(verdict.key, report), f"{sign} {safe(verdict.verdict)}", yours, *true, points])
    parts = [_table(headings, rows, "llp{.2\\linewidth}" + r"p{.22\linewidth}l" * options.key + "l")]
    wrong_line = sheet.first_wrong(report)
    if wrong_line is not None:
        parts.append(rf"\textbf{{First wrong line:}} {_key(wrong_line.key, report)}" + "\n")
    parts += [
        f"{_key(v.key, report)}: {safe(said)}\n" for v in report.verdicts if (said := sheet.note(v, report, options))
    ]
    parts += _beside(report.tables, (), report.remarks, options)
    return parts + _mistakes(report, options)


def _mistakes(report: Report, options: Options) -> list[str]:
    """The mistakes that explain the sheet, and what none explains."""
    parts = (
        [rf"\textbf{{{safe(sentence)}}}" + "\n"] if (sentence := mistakes.summary(report)) and not options.only else []
    )
    for diagnosis in mistakes.shown(report, options):
        parts.append(rf"\subsection*{{{safe(mistakes.heading(diagnosis))}}}")
        items = (rf"\item[{row.word}] {_content(row, report)}" for row in mistakes.rows(diagnosis, options))
        parts += [r"\begin{description}", *items, r"\end{description}"]
    sentence = "" if options.only else mistakes.remains(report, lambda key: _key(key, report))
    return [*parts, sentence + "\n"] if sentence else parts


def _content(row: mistakes.Row, report: Report) -> str:
    if isinstance(row.content, str):
        return safe(row.content)
    if isinstance(row.content, Equation):
        return f"${notation.latex_equation(row.content, report.names, report.single)}$"
    return mistakes.listed(row.content, lambda key: _key(key, report))


def _step(key: str, formula: Num | Name | Apply, value: Value, trace: Trace, options: Options) -> str:
    """The line of a step: what it is, the formula, the numbers put in and the value below each other."""
    put_in = selection.put_in(trace, options)
    sides = []
    if "formula" in options.show:
        sides.append(notation.latex(formula, None, trace.names, trace.single))
    if "numbers" in options.show:
        numbers = notation.latex(formula, put_in, trace.names, trace.single)
        sides += [numbers] if numbers not in sides else []
    if "value" in options.show:
        sides.append(_mathematics(value, options))
    name = notation.name_text(selection.quantity(key), "latex", trace.names, trace.single)
    return name + " \\\\\n".join(f" &= {side}" for side in sides)


def _mathematics(value: Value | Cell, options: Options, decimals: int | None = None) -> str:
    """A number or an array in mathematics: a text of one, read by `notation.latex` like one that is put in."""
    text = selection.text(value, options, decimals=decimals)
    return notation.latex(Name("value"), lambda name: text)


def _value(value: Value | Cell, options: Options, source: Trace | Report, decimals: int | None = None) -> str:
    if isinstance(value, Node):
        return f"${notation.latex(value, None, source.names)}$"
    if isinstance(value, float | int | np.ndarray) and not isinstance(value, bool):
        return f"${_mathematics(value, options, decimals)}$"
    return safe(selection.text(value, options))


def _key(key: str, source: Trace | Report) -> str:
    return f"${notation.name_text(selection.quantity(key), 'latex', source.names, source.single)}$"


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]], columns: str = "") -> str:
    """A table, over several pages if need be, of cells that are already LaTeX; braces keep `[` from being an option."""
    body = "".join(" & ".join(f"{{{cell}}}" for cell in row) + " \\\\\n" for row in rows)
    head = " & ".join(f"{{{safe(heading)}}}" for heading in headings)
    return (
        f"\\begin{{longtable}}[l]{{{columns or 'l' * len(headings)}}}\n\\toprule\n{head} \\\\\n\\midrule\n\\endhead\n"
        f"{body}\\bottomrule\n\\end{{longtable}}\n"
    )


def _beside(
    tables: Iterable[Table], series: Iterable[Series], remarks: Sequence[Remark], options: Options
) -> list[str]:
    """What is no step: tables, plots, sentences."""
    parts = []
    for table in tables:
        if all(isinstance(cell, Node) for row in table.rows for cell in row):
            parts += [rf"\subsection*{{{safe(table.title)}}}", _derivations(table), safe(table.note) + "\n"]
            continue
        rows = []
        for row in selection.rows(table, options):
            if isinstance(row, str):
                rows.append([r"$\vdots$", *[""] * (len(table.columns) - 1 + bool(table.marks))])
                continue
            cells = [
                f"${notation.latex(cell)}$" if isinstance(cell, Node) else safe(selection.text(cell, options))
                for cell in row[1]
            ]
            rows.append([*[r"$\to$" if row[0] else ""] * bool(table.marks), *cells])
        headings = [*[""] * bool(table.marks), *table.columns]
        parts += [rf"\subsection*{{{safe(table.title)}}}", _table(headings, rows), safe(table.note) + "\n"]
    for curves in series:
        parts += [rf"\subsection*{{{safe(curves.title)}}}", _plot(curves)]
    parts += [LABELS.get(r.kind, "") + safe(r.text) + "\n" for r in remarks]
    return parts


def _derivations(table: Table) -> str:
    """A table of nothing but formulas as displayed equations: the first column is what the others are equal to."""
    lines = []
    for first, *others in table.rows:
        sides = [_broken(cell) for cell in others if isinstance(cell, Node)]
        left = notation.latex(first) if isinstance(first, Node) else ""
        lines.append(left + " \\\\\n".join(f" &= {side}" for side in dict.fromkeys(sides)))
    return "\\begin{align*}\n" + " \\\\[4pt]\n".join(lines) + "\n\\end{align*}\n"


def _broken(formula: Num | Name | Apply) -> str:
    """A formula, a long sum with one term to a line."""
    text, terms = notation.latex(formula), []
    if len(text) <= LONG:
        return text
    while isinstance(formula, Apply) and formula.operation == "add":
        formula, last = formula.arguments
        terms.append(notation.latex(last))
    return " \\\\\n&\\quad + ".join([notation.latex(formula), *reversed(terms)])


def _plot(series: Series) -> str:
    """The curves in a `picture`: points, round values beside the axis and a legend below."""
    drawn = plot.frame(series)
    put = [rf"\put(0,0){{\line(1,0){{{ACROSS}}}}}", rf"\put(0,0){{\line(0,1){{{UP}}}}}"]
    for k, (_, x, y) in enumerate(drawn.curves):
        every = max(len(x) // POINTS, 1)
        points = zip((x[::every] * ACROSS).tolist(), (y[::every] * UP).tolist(), strict=True)
        put += [rf"\put({across:.1f},{up:.1f}){{{MARKERS[k % len(MARKERS)]}}}" for across, up in points]
    put += [rf"\put(-4,{place * UP:.1f}){{\makebox(0,0)[r]{{{safe(label)}}}}}" for place, label in drawn.ticks]
    put += [rf"\put(0,-12){{\makebox(0,0){{{safe(drawn.left)}}}}}"]
    put += [rf"\put({ACROSS},-12){{\makebox(0,0){{{safe(drawn.right)}}}}}"]
    put += [rf"\put({ACROSS // 2},-12){{\makebox(0,0){{{safe(series.x_label)}}}}}"]
    put += [rf"\put(0,{UP + 10}){{\makebox(0,0)[l]{{{safe(series.y_label)}{' (logarithmic)' * series.logarithmic}}}}}"]
    for k, (label, _, _) in enumerate(drawn.curves):
        down, marker = -28 - 12 * k, MARKERS[k % len(MARKERS)]
        put.append(rf"\put(4,{down}){{{marker}}}\put(12,{down}){{\makebox(0,0)[l]{{{safe(label)}}}}}")
    below = 34 + 12 * len(drawn.curves)
    missing = safe(plot.left_out(series, drawn)) + "\n" if drawn.missing else ""
    body = "\n".join(put)
    return f"\\begin{{picture}}({ACROSS + 60},{UP + 20 + below})(-50,-{below})\n{body}\n\\end{{picture}}\n\n{missing}"
