"""What is said of a class as a whole: by line, by group of lines, by mistake; and who handed in twice."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from rnn_hw.grade.naming import alike
from rnn_hw.grade.task import Task
from rnn_hw.results import Graded, GroupSummary, LineSummary, MistakeSummary

MOST_NAMED = 5  # other files of the same student: ten thousand files of one must not name each other


def by_line(task: Task, submissions: Sequence[Graded]) -> tuple[LineSummary, ...]:
    """How many sheets got which verdict and what that is worth, for each line that is asked."""
    columns = list(zip(*[s.verdicts for s in submissions if not s.unusable], strict=True))
    counts = map(Counter[str], columns or [()] * len(task.lines))
    worth = [points for judge in task.judges for points in judge.worth()]
    lines = zip(task.lines, counts, worth, strict=True)
    return tuple(LineSummary(key, most, found, points) for (key, most), found, points in lines)


def by_group(task: Task, submissions: Sequence[Graded]) -> tuple[GroupSummary, ...]:
    """What the class reached in each group of lines, on average over the sheets that could be read."""
    worth = dict(task.lines)
    readable = [s for s in submissions if not s.unusable]
    summaries = []
    for k, (name, keys) in enumerate(task.groups):
        most = sum((Fraction(worth[key]) for key in keys), Fraction(0))
        reached = Counter(s.groups[k] for s in readable)
        total = sum((Fraction(points) * count for points, count in reached.items()), Fraction(0))
        summaries.append(GroupSummary(name, keys, str(most), str(total / max(len(readable), 1))))
    return tuple(summaries)


def by_mistake(submissions: Sequence[Graded]) -> tuple[MistakeSummary, ...]:
    """The mistakes, the one on most sheets first; lines and students in the order in which they were met."""
    titles: dict[str, str] = {}
    lines: dict[str, dict[str, None]] = {}
    students: dict[str, dict[str, None]] = {}
    sheets = Counter[str]()
    for submission in submissions:
        if not submission.mistakes:
            continue
        for code, title, explained in submission.mistakes:
            titles.setdefault(code, title)
            lines.setdefault(code, {}).update(dict.fromkeys(explained))
            students.setdefault(code, {})[submission.student] = None
        sheets.update({code for code, _, _ in submission.mistakes})
    found = (
        MistakeSummary(code, titles[code], sheets[code], tuple(lines[code]), tuple(students[code])) for code in titles
    )
    return tuple(sorted(found, key=lambda mistake: (-mistake.sheets, mistake.mistake)))


def with_duplicates(submissions: Sequence[Graded]) -> list[Graded]:
    """The submissions, those of one student marked with each other's files; names that look alike are the same."""
    names = [alike(submission.student) for submission in submissions]
    several = {name for name, count in Counter(names).items() if count > 1}
    files: dict[str, list[str]] = {}
    for name, submission in zip(names, submissions, strict=True):
        if name in several:
            files.setdefault(name, []).append(submission.file)

    def others(name: str, own: str) -> tuple[str, ...]:
        return tuple([file for file in files[name][: MOST_NAMED + 1] if file != own][:MOST_NAMED])

    pairs = zip(names, submissions, strict=True)
    return [s._replace(duplicates=others(name, s.file)) if name in several else s for name, s in pairs]
