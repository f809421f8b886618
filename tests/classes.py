"""Classes of answer sheets for the bundled LSTM, worked in plain Python that imports nothing of ours.

A sheet is worked line by line as a person does, rounding every line to three decimals, with mistakes put in on purpose.
"""

import json
import math
import os
import random
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PROBLEM = ROOT / "problems" / "lstm_forward.yaml"
GATES = {"f": ((1, 2), 0.5, 0.2), "i": ((-1, 0), 2, -0.1), "o": ((3, 0), -1, 0.8), "g": ((1, 2), 1.5, 0.5)}
INPUTS, TARGETS = ((1, 0), (0.5, -1)), (0.5, 0.8)
CODES = {
    "no-tanh": "activation-left-out",
    "no-bias": "term-left-out",
    "sigmoid-sign": "sigmoid-sign",
}  # of the catalogue
MISTAKES = tuple(CODES)

HOSTILE_NAMES = [
    "[red]x[/red]", "\x1b[31mx", "\x9b31m", "a\u202eb", "</td><script>alert(1)</script>", "<img src=x onerror=y>",
    "$\\input{/etc/passwd}$", "a|b", "two\nlines", "`code`", "**bold**", "[a](javascript:b)", "http://evil.test/x",
    "%comment", "日本語", "~", "# title", "- item", "\r", "\x00", "&amp;", ":smile:", "@octocat", "a" * 300,
    "::error::pwned", "\n::set-output name=x::y", "::stop-commands::x", "##[error]x", "=1+1", "+1", "-1", "\t=1",
    "@SUM(A1)",
    "=cmd|' /C calc'!A0", "]]>", "<!--", "'\"", "\ufffe", "\u0000=1", "100%0A", "a,b:c", "{{x}}", "\\end{document}",
]  # fmt: skip


class Made(NamedTuple):
    """A sheet and how it was made."""

    student: str
    kind: str  # right, carried, one, two, blank, hostile
    mistakes: tuple[str, ...]
    text: str


def worked(mistakes: tuple[str, ...] = (), slip: str = "") -> dict[str, float]:
    """The lines of a sheet by key; `slip` names a line with a slip of the pen, which the later ones carry on."""
    values: dict[str, float] = {}
    h = c = 0.0

    def written(key: str, value: float) -> float:
        values[key] = round(value, 3) + (0.1 if key == slip else 0.0)
        return values[key]

    for t, x in enumerate(INPUTS, 1):
        gates = {}
        for gate, (w, u, b) in GATES.items():
            z = w[0] * x[0] + w[1] * x[1] + u * h + (0 if gate == "f" and "no-bias" in mistakes else b)
            sign = 1 if "sigmoid-sign" in mistakes else -1
            gates[gate] = written(f"{gate}[{t}]", math.tanh(z) if gate == "g" else 1 / (1 + math.exp(sign * z)))
        c = written(f"c[{t}]", gates["f"] * c + gates["i"] * gates["g"])
        h = written(f"h[{t}]", gates["o"] * (c if "no-tanh" in mistakes else math.tanh(c)))
    written("mse", ((values["h[1]"] - TARGETS[0]) ** 2 + (h - TARGETS[1]) ** 2) / 2)
    return values


def sheet(student: str, values: dict[str, float], problem: str = "lstm_forward.yaml") -> str:
    """The answer file."""
    lines = [f"problem: {json.dumps(problem)}", f"student: {json.dumps(student)}", "answers:"]
    lines += [f"  {key}: {value:.3f}" for key, value in values.items()]
    lines += [f"  dim_{gate}: 1" for gate in "fioh"] if values else []
    return "\n".join(lines) + "\n"


def hostile(number: int) -> str:
    """A sheet that tries something; about half of them can be read."""
    name = json.dumps(HOSTILE_NAMES[number % len(HOSTILE_NAMES)])
    texts = [
        f"student: {name}\nanswers:\n  f[1]: {name}\n  mse: 0.53\n",
        f"problem: /etc/passwd.yaml\nstudent: {name}\nanswers: {{mse: 9**9**9}}\n",
        "answers: &a [*a, *a]\n",
        "answers:\n  mse: " + "9" * 100_000 + "\n",
        "answers: " + "[" * 30_000 + "\n",
        f"answers:\n  {name}: 1\n  h: [[[[1]]]]\n",
        "\x00\x01\x02",
        "",
    ]
    return texts[number % len(texts)]


def made(count: int, seed: int = 5) -> list[Made]:
    """So many sheets of every kind, in no order."""
    rng = random.Random(seed)
    sheets = []
    for number in range(count):
        student = f"s{number:03}"
        match number % 6:
            case 0:
                sheets.append(Made(student, "right", (), sheet(student, worked())))
            case 1:
                slip = rng.choice(["i[1]", "o[1]", "g[1]", "c[1]"])  # f[1] meets c[0] = 0
                sheets.append(Made(student, "carried", (), sheet(student, worked((), slip))))
            case 2 | 3 as how:
                mistakes = tuple(rng.sample(MISTAKES, how - 1))
                sheets.append(Made(student, "one" if how == 2 else "two", mistakes, sheet(student, worked(mistakes))))
            case 4:
                sheets.append(Made(student, "blank", (), sheet(student, {})))
            case _:
                sheets.append(Made(student, "hostile", (), hostile(number // 6)))
    return sheets


def put(sheets: list[Made], folder: Path) -> Path:
    """Writes a class: a sub-folder for every other student, a file for the rest."""
    folder.mkdir(exist_ok=True)
    for number, one in enumerate(sheets):
        path = folder / one.student / "answers.yaml" if number % 2 else folder / f"{one.student}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(one.text.encode(errors="surrogatepass"))
    return folder


def small(folder: Path) -> Path:
    """A class of four: ada is right, ben carries a slip, cleo makes a mistake, dan hands in no YAML."""
    sheets = [
        Made("ada", "right", (), sheet("ada", worked())),
        Made("ben", "carried", (), sheet("ben", worked((), "i[1]"))),
        Made("cleo", "one", ("no-tanh",), sheet("cleo", worked(("no-tanh",)))),
        Made("dan", "hostile", (), "answers: ["),
    ]
    return put(sheets, folder)


def with_special_files(folder: Path) -> Path:
    """Adds what is no regular file, each called like an answer file."""
    os.mkfifo(folder / "fifo.yaml")
    (folder / "folder.yaml").mkdir()
    (folder / "passwd.yaml").symlink_to("/etc/passwd")
    (folder / "null.yaml").symlink_to("/dev/zero")
    (folder / "elsewhere").symlink_to("/etc")
    (folder / "loop").symlink_to(folder)
    (folder / "itself.yaml").symlink_to(folder / "itself.yaml")
    return folder
