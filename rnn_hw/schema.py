"""JSON Schemas of what this program writes and of the files it reads, for programs and for editors.

The schemas of files are made from the rows of `KINDS`, so a new kind is in them by being there. A schema is coarser than
the program: it knows no shapes and no formulas.
"""

from collections.abc import Mapping
from typing import Any

from rnn_hw import assignment
from rnn_hw.answers import FIELDS
from rnn_hw.errors import Diagnostic, HomeworkError, did_you_mean
from rnn_hw.kinds import KINDS, kind
from rnn_hw.problem import ASSIGNMENT, COMMON
from rnn_hw.results import VERDICTS

Schema = dict[str, Any]
DRAFT = "https://json-schema.org/draft/2020-12/schema"

TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 1}
POINTS: Schema = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": "^-?[0-9]+/[0-9]+$"}]}
ARRAY: Schema = {"anyOf": [{"type": ["number", "null"]}, {"type": "array", "items": {"$ref": "#/$defs/array"}}]}
VALUE: Schema = {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/array"}]}
WRITTEN: Schema = {
    "anyOf": [{"type": ["number", "string", "boolean"]}, {"type": "array", "items": {"$ref": "#/$defs/written"}}]
}


def record(fields: Mapping[str, Schema], optional: tuple[str, ...] = ()) -> Schema:
    """An object with these fields and no others."""
    required = [name for name in fields if name not in optional]
    return {"type": "object", "properties": dict(fields), "required": required, "additionalProperties": False}


def listed(items: Schema) -> Schema:
    """A list of these."""
    return {"type": "array", "items": items}


DIAGNOSTIC = record(
    {
        "code": TEXT,
        "message": TEXT,
        "file": TEXT,
        "line": {"type": ["integer", "null"]},
        "column": {"type": ["integer", "null"]},
        "end_column": {"type": ["integer", "null"]},
        "help": TEXT,
    }
)
TABLE = record(
    {
        "title": TEXT,
        "columns": listed(TEXT),
        "rows": listed(listed(VALUE)),
        "note": TEXT,
        "marks": listed(COUNT),
    }
)
REMARK = record({"text": TEXT, "kind": {"enum": ["note", "proof", "warning", "reason"]}})
STEP = record({"key": TEXT, "formula": TEXT, "substituted": TEXT, "value": {"$ref": "#/$defs/array"}})
VERDICT = record(
    {
        "key": TEXT,
        "verdict": {"enum": list(VERDICTS[1:])},
        "given": {"type": ["string", "null"]},
        "expected": VALUE,
        "carried": {"$ref": "#/$defs/array"},
        "accepted": {
            "anyOf": [
                {"type": "null"},
                {"type": "array", "items": {"$ref": "#/$defs/array"}, "minItems": 2, "maxItems": 2},
            ]
        },
        "points": POINTS,
        "max_points": POINTS,
        "entries": listed(listed(COUNT)),
        "message": TEXT,
    }
)
DIAGNOSIS = record(
    {
        "mistake": TEXT,
        "title": TEXT,
        "explains": listed(TEXT),
        "message": TEXT,
        "alternatives": listed(TEXT),
        "place": listed(TEXT),
        "true": {"type": ["string", "null"]},
        "yours": {"type": ["string", "null"]},
        "mend": TEXT,
    }
)


def _solve() -> Schema:
    one = record(
        {
            "version": {"const": 1},
            "kind": {"enum": list(KINDS)},
            "title": TEXT,
            "steps": listed(STEP),
            "tables": listed(TABLE),
            "remarks": listed(REMARK),
            "answers": {"type": "object", "additionalProperties": VALUE},
        }
    )
    parts = listed(record({"id": TEXT, "solution": one}))
    all_of_it = record({"version": {"const": 1}, "kind": {"const": ASSIGNMENT}, "title": TEXT, "problems": parts})
    return {"description": "of an assignment, the solutions of its problems", "anyOf": [one, all_of_it]}


def _report() -> Schema:
    return record(
        {
            "version": {"const": 1},
            "problem": TEXT,
            "student": TEXT,
            "score": POINTS,
            "max_score": POINTS,
            "verdicts": listed(VERDICT),
            "diagnoses": listed(DIAGNOSIS),
            "diagnostics": listed(DIAGNOSTIC),
            "tables": listed(TABLE),
            "remarks": listed(REMARK),
        },
        optional=("tables", "remarks"),
    )


def _check() -> Schema:
    one = _report()
    each = {"anyOf": [one, _diagnostics()]}
    about = (
        "one object for one file, a list for several; the keys of an assignment begin with the problem's id, `4/f[1]`"
    )
    return {"description": about, "anyOf": [one, listed(each)]}


def _grade() -> Schema:
    counts: Schema = {"type": "object", "propertyNames": {"enum": list(VERDICTS[1:])}, "additionalProperties": COUNT}
    score: Schema = {"anyOf": [POINTS, {"type": "null"}]}
    two = {"minItems": 2, "maxItems": 2}
    change = record(
        {
            "student": TEXT,
            "file": TEXT,
            "scores": listed(score) | two,
            "reasons": listed(TEXT),
            "lines": listed(record({"key": TEXT, "verdicts": listed(TEXT) | two, "points": listed(POINTS) | two})),
        }
    )
    submission = record(
        {
            "file": TEXT,
            "student": TEXT,
            "score": POINTS,
            "max_score": POINTS,
            "percent": {"type": "number"},
            "reached": POINTS,
            "late": {"type": "boolean"},
            "duplicates": listed(TEXT),
            "warnings": listed(DIAGNOSTIC),
            "diagnostics": listed(DIAGNOSTIC),
            "report": {"anyOf": [_report(), {"type": "null"}]},
        }
    )
    one = record(
        {
            "version": {"const": 1},
            "problem": TEXT,
            "file": TEXT,
            "max_score": POINTS,
            "lines": listed(record({"key": TEXT, "max_points": POINTS, "verdicts": counts})),
            "groups": listed(record({"name": TEXT, "lines": listed(TEXT), "max_points": POINTS, "mean": POINTS})),
            "mistakes": listed(
                record(
                    {"mistake": TEXT, "title": TEXT, "sheets": COUNT, "lines": listed(TEXT), "students": listed(TEXT)}
                )
            ),
            "warnings": listed(DIAGNOSTIC),
            "changes": {"anyOf": [listed(change), {"type": "null"}]},
            "submissions": listed(submission),
        }
    )
    about = "`score` is `reached` with the deduction taken off; a submission without a report is unusable"
    return {"description": about, **one}


def _diagnostics() -> Schema:
    return record({"version": {"const": 1}, "diagnostics": listed(DIAGNOSTIC)})


def _answers() -> Schema:
    lines: Schema = {
        "type": "object",
        "additionalProperties": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/written"}]},
    }
    by_problem: Schema = {"type": "object", "additionalProperties": {"anyOf": [{"type": "null"}, lines]}}
    given: Schema = {"description": "of an assignment, a map for each problem", "anyOf": [lines, by_problem]}
    fields: dict[str, Schema] = {"problem": TEXT, "student": {"type": ["string", "number", "null"]}, "answers": given}
    return record(fields, optional=FIELDS[:2])


def _problem() -> Schema:
    """Any kind's problem: the common fields, and by `kind` the fields and givens of that kind; or an assignment."""
    anything: Schema = {}
    cases = []
    for name in KINDS:
        found = kind(name)
        fields: dict[str, Schema] = {word: {"description": about} for word, about in COMMON.items()}
        fields |= {field.name: {"description": field.about} for field in found.fields}
        fields["kind"] = {"const": name, "description": KINDS[name]}
        if found.givens:
            given = {n: {"description": row.about} for row in found.givens for n in row.names.split()}
            fields["given"] = {"type": "object", "properties": given, "additionalProperties": anything}
        cases.append(record(fields, optional=tuple(f for f in fields if f != "kind")))
    return {"oneOf": [*cases, _assignment(cases)]}


def _assignment(cases: list[Schema]) -> Schema:
    about = {name: {"description": said} for name, said in assignment.PART_FIELDS.items()}
    part = record(
        {
            "file": about["file"] | TEXT,
            "problem": about["problem"] | {"oneOf": cases},
            "points": about["points"] | POINTS,
        },
        optional=tuple(about),
    )
    part["oneOf"] = [{"required": ["file"]}, {"required": ["problem"]}]
    fields: dict[str, Schema] = {name: {"description": said} for name, said in assignment.FIELDS.items()}
    fields["kind"] = {"const": ASSIGNMENT, "description": assignment.ABOUT}
    fields["problems"] |= {"type": "object", "minProperties": 1, "additionalProperties": part}
    return record(fields, optional=("title",))


SCHEMAS = {
    "solve": _solve, "check": _check, "grade": _grade, "diagnostics": _diagnostics, "problem": _problem,
    "answers": _answers,
}  # fmt: skip


def schema(name: str) -> Schema:
    """The schema of that name. Raises `HomeworkError`."""
    if name not in SCHEMAS:
        raise HomeworkError(
            Diagnostic("unknown-schema", f"there is no schema `{name}`", help=did_you_mean(name, SCHEMAS))
        )
    head: Schema = {"$schema": DRAFT, "title": f"rnnhw {name}"}
    return head | SCHEMAS[name]() | {"$defs": {"array": ARRAY, "written": WRITTEN}}
