"""Files that run rnnhw on a platform, complete as they stand: a row for each, the texts beside this file.

Two names are put in, the problem and where the answers are, quoted as the file wants it.
"""

import json
import os
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from rnn_hw.errors import Diagnostic, HomeworkError, did_you_mean, reason, showable
from rnn_hw.output import written


class File(NamedTuple):
    """One file of a platform: the text beside this module, and where the platform looks for it."""

    text: str
    place: str
    shell: bool = False  # a script: runs, and quotes as a shell does


PLATFORMS: Mapping[str, tuple[File, ...]] = {
    "github": (File("github.yml", ".github/workflows/grade.yml"),),
    "gitlab": (File("gitlab.yml", ".gitlab-ci.yml"),),
    "gradescope": (File("setup.sh", "setup.sh", True), File("run_autograder.sh", "run_autograder", True)),
    "pre-commit": (File("pre_commit.yaml", ".pre-commit-config.yaml"),),
}


def files(platform: str, problem: str, answers: str) -> dict[str, str]:
    """The text of each file by its place. Raises `HomeworkError` for an unknown platform."""
    if platform not in PLATFORMS:
        help = did_you_mean(platform, PLATFORMS)
        raise HomeworkError(Diagnostic("unknown-platform", f"`{platform}` is no platform", help=help))
    found = {}
    for file in PLATFORMS[platform]:
        quote = shlex.quote if file.shell else json.dumps
        text = Path(__file__).with_name(file.text).read_text(encoding="utf-8")
        put_in = {"PROBLEM": problem, "ANSWERS": answers, "PATTERN": f"^{re.escape(answers)}/.*\\.ya?ml$"}
        for word, name in put_in.items():
            text = text.replace(f"@{word}@", quote(name))
        found[file.place] = text
    return found


def shown(platform: str, problem: str, answers: str) -> str:
    """What is printed: the one file, or, of several, each under a line with its name."""
    found = files(platform, problem, answers)
    if len(found) == 1:
        return next(iter(found.values()))
    how = (
        f"# `rnnhw ci {platform} --output DIR` writes these files; zip them with {problem} at the top of the archive.\n"
    )
    return how + "".join(f"\n# ---- {place} ----\n{text}" for place, text in found.items())


def write(platform: str, problem: str, answers: str, folder: str) -> list[str]:
    """Writes the files below a folder and returns their paths; none is overwritten. Raises `HomeworkError`."""
    found = {os.path.join(folder, place): text for place, text in files(platform, problem, answers).items()}
    for path in found:
        if os.path.lexists(path):
            message, help = f"`{path}` is there already", "name another folder, or remove the file"
            raise HomeworkError(Diagnostic("file-exists", message, help=help, file=path))
    scripts = {file.place for file in PLATFORMS[platform] if file.shell}
    for path, text in found.items():
        try:
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        except OSError as error:
            shown = showable(path)
            message = f"`{shown}` cannot be written: {reason(error)}"
            raise HomeworkError(Diagnostic("unwritable-file", message, file=shown)) from None
        written(path, [text])
        if os.path.basename(path) in scripts:
            os.chmod(path, 0o755)
    return list(found)
