"""Results as JSON: the documented, versioned contract that programs read.

Values stand at full double precision, keys and formulas are canonical whatever the sheet calls them, and nothing is
abridged. What JSON cannot say (an overflow to infinity) is `null`. Plain ASCII, so that no terminal and no encoding
between here and the reader changes it. Points of a plot travel as a table.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from rnn_hw.errors import Diagnostic
from rnn_hw.lang import notation
from rnn_hw.lang.tree import Node
from rnn_hw.results import Change, ClassReport, Graded, Remark, Report, Series, Solution, Table, Trace
from rnn_hw.view import gradebook, selection

VERSION = 1


def trace(trace: Trace | Solution) -> dict[str, Any]:
    """The contract of `solve`; of an assignment, a list of those of its problems."""
    if isinstance(trace, Solution):
        problems = [{"id": id, "solution": _trace(part)} for id, part in trace.parts]
        return {"version": VERSION, "kind": "assignment", "title": trace.title, "problems": problems}
    return _trace(trace)


def _trace(trace: Trace) -> dict[str, Any]:
    put_in = selection.put_in(trace, selection.Options())
    return {
        "version": VERSION,
        "kind": trace.kind,
        "title": trace.title,
        "steps": [
            {
                "key": step.key,
                "formula": notation.source(step.equation.formula),
                "substituted": notation.unicode(step.equation.formula, put_in),
                "value": value(step.value),
            }
            for step in trace.steps
        ],
        "tables": [_table(t) for t in trace.tables] + [_series(s) for s in trace.series],
        "remarks": _remarks(trace.remarks),
        "answers": {answer.key: value(answer.value) for answer in trace.answers},
    }


def report(report: Report) -> dict[str, Any]:
    """The contract of `check`; with `tables` and `remarks` where there are any."""
    result = {
        "version": VERSION,
        "problem": report.problem,
        "student": report.student,
        "score": points(report.score),
        "max_score": points(report.max_score),
        "verdicts": [
            {
                "key": v.key,
                "verdict": v.verdict,
                "given": v.given,
                "expected": value(v.expected),
                "carried": value(v.carried),
                "accepted": None if v.accepted is None else [value(end) for end in v.accepted],
                "points": points(v.points),
                "max_points": points(v.max_points),
                "entries": [list(entry) for entry in v.entries],
                "message": v.said,
            }
            for v in report.verdicts
        ],
        "diagnoses": [
            {
                "mistake": d.mistake,
                "title": d.title,
                "explains": list(d.explains),
                "message": d.said,
                "alternatives": list(d.alternatives),
                "place": list(d.place),
                "true": None if d.true is None else notation.source_equation(d.true),
                "yours": None if d.yours is None else notation.source_equation(d.yours),
                "mend": d.mend,
            }
            for d in report.diagnoses
        ],
        "diagnostics": diagnostics(report.diagnostics)["diagnostics"],
    }
    beside = {"tables": [_table(t) for t in report.tables], "remarks": _remarks(report.remarks)}
    return result | {name: items for name, items in beside.items() if items}


def diagnostics(diagnostics: Iterable[Diagnostic]) -> dict[str, Any]:
    """The contract of an unusable input. A missing file has no line: `line`, `column` and `end_column` are null."""
    return {
        "version": VERSION,
        "diagnostics": [
            {
                "code": d.code,
                "message": d.message,
                "file": d.file,
                "line": d.span.line if d.span else None,
                "column": d.span.column if d.span else None,
                "end_column": d.span.end if d.span else None,
                "help": d.help,
            }
            for d in diagnostics
        ],
    }


def class_report(report: ClassReport, options: selection.Options) -> Iterator[str]:
    """The contract of `grade`, piece by piece: what is said of the class, then a line for each submission."""
    head = {
        "version": VERSION,
        "problem": report.problem,
        "file": report.file,
        "max_score": points(report.max_score),
        "lines": [{"key": s.key, "max_points": points(s.max_points), "verdicts": s.counts} for s in report.lines],
        "groups": [
            {"name": g.name, "lines": list(g.lines), "max_points": points(g.max_points), "mean": points(g.mean)}
            for g in report.groups
        ],
        "mistakes": [m._asdict() for m in report.mistakes],
        "warnings": diagnostics(report.warnings)["diagnostics"],
        "changes": None if report.changes is None else [_change(c) for c in report.changes],
    }
    yield dumps(head).removesuffix("\n}") + ',\n  "submissions": ['
    encode = json.JSONEncoder(allow_nan=False).encode
    for number, graded in enumerate(report.whole):
        yield (",\n    " if number else "\n    ") + encode(_graded(graded))
    yield "\n  ]\n}\n"


def _graded(graded: Graded) -> dict[str, Any]:
    return {
        "file": graded.file,
        "student": graded.student,
        "score": points(graded.score),
        "max_score": points(graded.max_score),
        "percent": gradebook.percentage(graded.score, graded.max_score),
        "reached": points(graded.reached),
        "late": graded.late,
        "duplicates": list(graded.duplicates),
        "warnings": diagnostics(graded.warnings)["diagnostics"],
        "diagnostics": diagnostics(graded.unusable)["diagnostics"],
        "report": report(graded.report) if graded.report else None,
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "student": change.student,
        "file": change.file,
        "scores": [None if score is None else points(score) for score in change.scores],
        "reasons": list(change.reasons),
        "lines": [
            {"key": line.key, "verdicts": list(line.verdicts), "points": [points(p) for p in line.points]}
            for line in change.lines
        ],
    }


def dumps(result: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> str:
    """The text of a contract, or of a list of them: a line for each entry of its lists, for a comparison line by line.

    >>> print(dumps({"version": 1, "steps": [{"key": "f[1]"}, {"key": "i[1]"}]}))
    {
      "version": 1,
      "steps": [
        {"key": "f[1]"},
        {"key": "i[1]"}
      ]
    }
    """
    if not isinstance(result, Mapping):
        return "[\n" + ",\n".join(map(dumps, result)) + "\n]"
    encode = json.JSONEncoder(allow_nan=False).encode
    fields = []
    for name, item in result.items():
        text = encode(item)
        if isinstance(item, list) and item:
            text = "[\n    " + ",\n    ".join(map(encode, item)) + "\n  ]"
        fields.append(f"  {encode(name)}: {text}")
    return "{\n" + ",\n".join(fields) + "\n}"


def value(value: Any) -> Any:
    """A value in JSON: numbers and nested lists in the shape of the array, text for formulas and truth values."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, Node):
        return notation.source(value)
    if isinstance(value, int):
        return value
    return _finite(np.asarray(value, dtype=float).tolist())


def _finite(entries: Any) -> Any:
    if isinstance(entries, list):
        return [_finite(entry) for entry in entries]
    return entries if abs(entries) < float("inf") else None  # NaN is not below infinity either


@lru_cache(maxsize=4096)  # a class has a few
def points(text: str) -> float | int | str:
    """Exact points: a number where binary holds it exactly, else the text.

    >>> points("2"), points("7/2"), points("1/3")
    (2, 3.5, '1/3')
    """
    above, _, below = text.partition("/")
    below = below or "1"
    if not (above.lstrip("-").isdecimal() and below.isdecimal()) or len(text) > 30:
        return text
    numerator, denominator = int(above), int(below)
    if denominator == 1 and abs(numerator) <= 2**53:
        return numerator
    power_of_two = denominator > 0 and denominator & (denominator - 1) == 0
    return numerator / denominator if power_of_two and abs(numerator) <= 2**53 else text


def _table(table: Table) -> dict[str, Any]:
    """A table; `marks` counts its rows from 1, as all indices in the contract do."""
    return {
        "title": table.title,
        "columns": list(table.columns),
        "rows": [[value(cell) for cell in row] for row in table.rows],
        "note": table.note,
        "marks": [mark + 1 for mark in table.marks],
    }


def _series(series: Series) -> dict[str, Any]:
    rows = tuple((label, x, y) for label, xs, ys in series.curves for x, y in zip(xs, ys, strict=True))
    return _table(Table(series.title, ("curve", series.x_label, series.y_label), rows))


def _remarks(remarks: Iterable[Remark]) -> list[dict[str, str]]:
    return [{"text": r.text, "kind": r.kind} for r in remarks]
