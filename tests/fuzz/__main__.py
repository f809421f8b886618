"""Answer sheets thrown at `check` and `grade` for as long as one likes, guided by the lines of the program they reach.

`python tests/fuzz SECONDS` (`make fuzz`). The corpus in `.cache/fuzz` is the bundled sheets and what a run adds; the
next run begins anew, since going through it again would take longer than finding it. An input on which the program fails,
or takes too long, is kept there until then, one for each place. Half of the changes are the fuzzer's own, half those of
`tests/mutations.py`. Exit status 1 where something was found.
"""

import hashlib
import importlib
import importlib.util
import os
import pkgutil
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from mutations import CLASS, PROBLEMS, SHEETS, mutated  # noqa: E402

KEPT = ROOT / ".cache" / "fuzz"
CORPUS, FOUND = KEPT / "corpus", KEPT / "found"
LONGEST = 20_000  # bytes of an input
PATIENCE = 60.0  # seconds that one may take
QUICK = [path for path in PROBLEMS if not path.stem.startswith(("lstm_gradient", "rnn_gradient", "assignment"))]
BESIDE = 4  # of so many inputs one is graded, too, beside a good sheet; and one is marked by another, quick problem


class Changed(Exception):
    """A sheet changed what is said of another, or was marked with a fault of ours."""


def main(seconds: int) -> int:
    """Run the fuzzer in a process of its own, which it ends itself, and tell what was found."""
    if importlib.util.find_spec("atheris") is None:
        print("the fuzzer atheris is not here: pip install 'rnn-hw[fuzz]' (Linux on x86-64, Python 3.11 to 3.13)")
        return 2
    shutil.rmtree(KEPT, ignore_errors=True)
    for folder in (CORPUS, FOUND):
        folder.mkdir(parents=True, exist_ok=True)
    for path in (*SHEETS, *CLASS):
        data = path.read_bytes()
        (CORPUS / hashlib.sha1(data).hexdigest()).write_bytes(data)
    options = [f"-max_total_time={seconds}", f"-max_len={LONGEST}", "-timeout=0", "-rss_limit_mb=4096"]
    options += [f"-report_slow_units={2 * PATIENCE:.0f}", "-entropic_scale_per_exec_time=1"]
    options += [f"-artifact_prefix={FOUND}/", "-print_final_stats=1", str(CORPUS)]
    inside = subprocess.Popen([sys.executable, __file__, "--inside", *options], cwd=ROOT)
    try:
        status = inside.wait(seconds + PATIENCE)
    except subprocess.TimeoutExpired:  # it does not look at the clock while it goes through the corpus
        inside.terminate()
        inside.wait()
        status = 0
    found = sorted(path.name for path in FOUND.iterdir())
    print(f"{len(found)} found in {FOUND.relative_to(ROOT)}" if found else "nothing found", *found, sep="\n  ")
    return int(bool(found) or status != 0)


def inside(arguments: list[str]) -> None:
    """The fuzzer itself; does not return."""
    import atheris

    with atheris.instrument_imports(include=["rnn_hw"], enable_loader_override=False):
        import rnn_hw

        for module in pkgutil.walk_packages(rnn_hw.__path__, "rnn_hw."):
            if module.name != "rnn_hw.__main__":
                importlib.import_module(module.name)

    def changed(data: bytes, largest: int, seed: int) -> bytes:
        random = Random(seed)
        if random.random() < 0.5:
            return bytes(atheris.Mutate(data, largest))
        return mutated(data, random.randint)[:largest]

    atheris.Setup([sys.argv[0], *arguments], kept(one_input()), custom_mutator=changed)
    atheris.Fuzz()


def one_input() -> Callable[[bytes], None]:
    """What is done with an input: it is checked, and sometimes graded beside a good sheet."""
    from rnn_hw.checking import check_files
    from rnn_hw.diagnose import with_diagnoses
    from rnn_hw.errors import HomeworkError
    from rnn_hw.grade import Options, Settings, grade
    from rnn_hw.grade.limits import at_most
    from rnn_hw.render import json_form
    from rnn_hw.view.selection import Options as Shown

    folder = Path(tempfile.mkdtemp(prefix="rnnhw-fuzz-")) / "problems"
    shutil.copytree(ROOT / "problems", folder)
    bad, good = folder / "answers" / "bad.yaml", folder / "ci" / "class" / "cleo" / "answers.yaml"
    task = Options(Settings(str(folder / "lstm_forward.yaml")))

    def said(paths: list[Path]) -> Any:
        first, *others = grade([str(path) for path in paths], task).whole
        for other in others:
            if any(fault.code in ("program-fault", "too-slow") for fault in (*other.unusable, *other.warnings)):
                checked(bad, task.settings.problem)  # raises the fault itself
                raise Changed(other.file)
        return first.score, first.verdicts, first.mistakes, json_form.dumps(json_form.report(first.report))

    def checked(path: Path, problem: str | None = None) -> None:
        with at_most(PATIENCE):
            (report,) = check_files([str(path)], problem, also=with_diagnoses)
        if isinstance(report, HomeworkError):
            if not report.diagnostics:
                raise Changed("no diagnostic")
            return
        json_form.dumps(json_form.report(report))
        for form in ("markdown", "latex", "html.solved"):
            importlib.import_module(f"rnn_hw.render.{form}").report(report, Shown())

    alone = said([good])

    def run(data: bytes) -> None:
        bad.write_bytes(data)
        checked(bad)
        first, second, third, *_ = hashlib.sha1(data).digest()
        if first % BESIDE == 0 and said([good, bad]) != alone:
            raise Changed("the mark of the good sheet")
        if second % BESIDE == 0:
            checked(bad, str(folder / QUICK[third % len(QUICK)].name))

    return run


def kept(run: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """The same, with an input on which it fails kept and told, the first one for each place; then it goes on."""
    seen = set[str]()

    def one(data: bytes) -> None:
        try:
            run(data)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            last = traceback.extract_tb(error.__traceback__)[-1]
            slow = type(error).__name__ == "TooSlow"
            name = "too-slow" if slow else f"{type(error).__name__}-{Path(last.filename).stem}-{last.lineno}"
            if name not in seen or (slow and len(seen) < 100):
                seen.add(name)
                number = hashlib.sha1(data).hexdigest()[:8]
                (FOUND / f"{name}-{number}.yaml").write_bytes(data)
                print(f"== {name}\n{traceback.format_exc(limit=-8)}", file=sys.stderr, flush=True)

    return one


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        inside(sys.argv[2:])
    else:
        sys.exit(main(int(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("FUZZ_SECONDS") or 300)))
