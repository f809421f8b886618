"""A class of many thousands: one LSTM problem, half of the sheets all right, the others as people hand them in.

Parsing, binding and marking every line, against `source.py` alone on the same texts; the same with diagnoses, where the
mistakes are those of the catalogue and where no two are alike; how the cost grows; the peak of memory, in a process of its
own; and a grader as courses have it, one pytest process for each submission.
"""

import itertools
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import diagnosis
import numpy as np
from measure import ROOT, Row, clock, environment, in_turns, process, processor_clock, show

from rnn_hw.answers import Sheet, answer_file
from rnn_hw.checking import Binder, mark
from rnn_hw.diagnose import Diagnoser
from rnn_hw.lang.mistakes.rules import Change
from rnn_hw.problem import Problem, load_problem
from rnn_hw.source import parse

PROBLEM = ROOT / "problems" / "lstm_forward.yaml"
AIM, AIM_DIAGNOSED, MOST_MEMORY = 1.3, 2.0, 500  # times source.py; MiB for 100,000 sheets
GATES = "fiog"
ODD = ("", "~", "0,5", "see above", "[1, 2, 3]")

GRADER = """
import numpy, pytest, yaml
with open({path!r}, encoding="utf-8") as file:
    ANSWERS = yaml.safe_load(file)["answers"]
@pytest.mark.parametrize(("key", "true"), {true!r})
def test_line(key, true):
    numpy.testing.assert_allclose(ANSWERS[key], true, atol=0.0005)
"""


def sigmoid(z: float) -> float:
    return float(1 / (1 + np.exp(-z)))


def worked(problem: Problem, mistakes: dict[str, float], rounded: bool) -> dict[str, float]:
    """Every line of one hidden unit worked by hand: what is written down is used further on, mistakes with it."""
    given = {k: np.asarray(getattr(v, "values", v), float) for k, v in problem.setup.given.items()}
    page: dict[str, float] = {}

    def put(key: str, value: float) -> float:
        page[key] = (round(value, 3) if rounded else value) + mistakes.get(key, 0)
        return page[key]

    h, c = float(given["h"].flat[0]), float(given["c"].flat[0])
    for t, x in enumerate(given["x"], 1):
        gate = {}
        for k in GATES:
            weights, state, bias = given[f"W_{k}"][0], given[f"U_{k}"].item(), given[f"b_{k}"].item()
            z = put(f"z_{k}[{t}]", float(weights @ x) + state * h + bias)
            gate[k] = put(f"{k}[{t}]", float(np.tanh(z)) if k == "g" else sigmoid(z))
        c = put(f"c[{t}]", gate["f"] * c + gate["i"] * gate["g"])
        h = put(f"h[{t}]", gate["o"] * float(np.tanh(c)))
    errors = [(page[f"h[{t}]"] - y.item()) ** 2 for t, y in enumerate(given["y"], 1)]
    put("mse", sum(errors) / len(errors))
    return page | dict.fromkeys(("dim_f", "dim_i", "dim_o", "dim_h"), 1.0)


def submissions(problem: Problem, count: int) -> Iterator[str]:
    """Answer files: half all right, then with mistakes carried on, lines left out, blank or not to be read."""
    random = Random(0)
    keys = list(worked(problem, {}, True))
    right = [worked(problem, {}, rounded) for rounded in (True, False)]
    for number in range(count):
        sort = random.random()
        page = random.choice(right)
        if sort > 0.5:
            page = slipped(problem, keys, 1 if sort < 0.8 else random.randint(2, 3), random)
        lines = shown(page)
        if sort > 0.75:
            for key in random.sample(keys, random.randint(1, 3)):
                if sort < 0.85:
                    del lines[key]
                else:
                    lines[key] = random.choice(ODD)
        yield written(lines, number)


def slipped(problem: Problem, keys: list[str], count: int, random: Random) -> dict[str, float]:
    """A sheet on which so many numbers are off by anything."""
    mistakes = {key: random.uniform(-0.6, 0.6) for key in random.sample(keys, count)}
    return worked(problem, mistakes, random.random() < 0.7)


def shown(page: dict[str, float]) -> dict[str, str]:
    return {key: f"{value:.0f}" if key.startswith("dim") else f"{value:.3f}" for key, value in page.items()}


def written(lines: dict[str, str], number: int) -> str:
    body = "".join(f"  {key}: {text}\n" for key, text in lines.items())
    return f"problem: ../lstm_forward.yaml\nstudent: s{number:06}\nanswers:\n{body}"


COMMON = ("sigmoid-sign", "activation-left-out", "term-left-out", "other-activation", "exchanged", "sign-turned")


def misunderstood(problem: Problem, count: int) -> Iterator[str]:
    """Answer files of a class that has misunderstood things.

    Of two sheets one is all right; of ten, three have one of six common mistakes, one any mistake of the catalogue, half a
    one two of them, and half a one numbers off by anything. One in ten is not finished; one in twenty has a line that
    cannot be read.
    """
    random = Random(0)
    keys = list(worked(problem, {}, True))
    search = Diagnoser(problem).search
    every = diagnosis.every_change(search)
    places = [(line.key, line.name, line.time) for line in problem.lines if line.form == "number"]
    common = [change for change in every if change.code in COMMON]
    pages: dict[tuple[int, ...], dict[str, float]] = {}  # many have made the same
    for number in range(count):
        sort, rounded, handed_in = random.random(), random.random() < 0.7, random.random()
        which: list[Change] = []
        if 0.9 < sort <= 0.95:
            which = random.sample(every, 2)
        elif sort > 0.8:
            which = [random.choice(every)]
        elif sort > 0.5:
            which = [random.choice(common)]
        made = (rounded, *map(id, which))
        if made not in pages:
            program = diagnosis.with_changes(search.versions.true.program, *which)
            values = diagnosis.worked(problem, search, program, rounded)
            pages[made] = {key: values[name, time].item() for key, name, time in places}
        page = slipped(problem, keys, random.randint(1, 3), random) if sort > 0.95 else pages[made]
        lines = shown(page)
        if handed_in < 0.1:
            lines = dict(list(lines.items())[: random.randrange(1, len(lines))])
        elif handed_in < 0.15:
            lines[random.choice(keys)] = random.choice(ODD)
        yield written(lines, number)


def read(problem: Problem, texts: Iterator[str] | list[str]) -> Iterator[Sheet]:
    """The sheets, read as `rnnhw grade` reads them."""
    binder = Binder(problem)
    for text in texts:
        if (sheet := binder.again(text.encode(), "answers.yaml")) is None:
            file = answer_file(parse(text, "answers.yaml"))
            binder.remember(file, sheet := binder.bind(file))
        yield sheet


def checked(problem: Problem, texts: Iterator[str] | list[str]) -> float:
    """The mean score, so that no work can be left out."""
    scores = [marked.scores / marked.unit for marked in mark(problem, read(problem, texts))]
    return float(np.concatenate(scores).mean())


def diagnosed(problem: Problem, texts: list[str]) -> int:
    """How many sheets there is a diagnosis of."""
    diagnoser = Diagnoser(problem)
    return sum(len(diagnoser.diagnoses(marked)) for marked in mark(problem, read(problem, texts)))


def peak(count: int) -> float:
    """MiB of a process that reads and checks so many sheets and keeps every sheet and mark."""
    problem = load_problem(PROBLEM)
    kept = [(m.sheets, m.codes, m.scores) for m in mark(problem, read(problem, submissions(problem, count)))]
    assert sum(len(sheets) for sheets, _, _ in kept) == count
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def rows(count: int = 10_000, pairs: int = 5) -> list[Row]:
    """The class against source.py, twice the class, memory, and pytest."""
    problem = load_problem(PROBLEM)
    texts = list(submissions(problem, 2 * count))
    ours = processor_clock(lambda: checked(problem, texts[:count]))
    alone = processor_clock(lambda: [parse(text, "answers.yaml") and None for text in texts[:count]])
    a, b = in_turns(ours, alone, pairs)
    note = f"{1e6 * min(a) / count:.0f} against {1e6 * min(b) / count:.0f} µs a sheet at best"
    found = [Row(f"parsing and checking {count} sheets / source.py alone", a, b, AIM, note)]
    whole = {"as a class makes them": list(misunderstood(problem, count)), "no two alike": texts[:count]}
    for name, sheets in whole.items():
        explained = processor_clock(lambda sheets=sheets: diagnosed(problem, sheets))
        read_alone = processor_clock(lambda sheets=sheets: [parse(text, "answers.yaml") and None for text in sheets])
        a, b = in_turns(explained, read_alone, pairs)
        note = f"{1e6 * min(a) / count:.0f} against {1e6 * min(b) / count:.0f} µs a sheet at best"
        found.append(Row(f"the same with diagnoses, mistakes {name} / source.py", a, b, AIM_DIAGNOSED, note))
    double = processor_clock(lambda: checked(problem, texts))
    a, b = in_turns(lambda: double() / 2, ours, pairs)
    found.append(Row(f"{2 * count} sheets / {count}, for as many", a, b, 1.0, "linear growth is 1"))
    found.append(memory(10 * count))
    found.append(against_pytest(problem, texts))
    return found


def memory(count: int) -> Row:
    """The peak of a process of its own."""
    command = [sys.executable, __file__, "peak", str(count)]
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=True)
    note = f"{float(done.stdout):.0f} MiB at most, {MOST_MEMORY} allowed, every sheet and mark kept"
    return Row(f"memory of {count} sheets", (), (), None, note)


def against_pytest(problem: Problem, texts: list[str], few: int = 4) -> Row:
    """Seconds a sheet of a class, against seconds of a pytest process that compares one sheet with the true values."""
    true = list(worked(problem, {}, False).items())
    with tempfile.TemporaryDirectory() as folder:
        graders = []
        for number, text in enumerate(texts[:few]):
            answers = Path(folder, f"answers_{number}.yaml")
            answers.write_text(text, encoding="utf-8")
            test = answers.with_name(f"test_{number}.py")
            test.write_text(GRADER.format(path=str(answers), true=true), encoding="utf-8")
            options = ["-q", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", folder]
            command = [sys.executable, "-c", FAILING_IS_FINE, *options, str(test)]
            graders.append(process(command))
        turns = itertools.cycle(graders)

        def one_process() -> float:
            return next(turns)()

        ours = clock(lambda: checked(problem, texts))
        a, b = in_turns(lambda: ours() / len(texts), one_process, 3)
    note = f"{min(b) / min(a):,.0f} times as many sheets a second"
    return Row("a sheet of a class / a pytest process", a, b, None, note)


FAILING_IS_FINE = "import sys, pytest; sys.exit(pytest.main(sys.argv[1:]) > 1)"


if __name__ == "__main__":
    if sys.argv[1:2] == ["peak"]:
        print(peak(int(sys.argv[2])))
    else:
        print(show(rows()))
