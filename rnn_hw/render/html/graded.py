"""A class as a page: how it did in two plots, then by mistake, by group, by line, and student by student."""

from collections import Counter
from collections.abc import Iterator

from rnn_hw.lang.mathml import mathml
from rnn_hw.render.html.page import page, svg, table
from rnn_hw.results import ClassReport, Graded, LineSummary
from rnn_hw.view import gradebook, selection
from rnn_hw.view.escape import html as safe
from rnn_hw.view.selection import Options
from rnn_hw.view.sheet import GLYPHS

TENTHS = 10  # bars of the histogram
ACROSS, UP, STEP, LABELS = 560, 150, 18, 130  # pixels: a plot, a bar of a line, the names beside the bars


def class_report(report: ClassReport, options: Options) -> Iterator[str]:
    """The page."""
    return page(report.problem, _body(report, options))


def _body(report: ClassReport, options: Options) -> Iterator[str]:
    yield f"<h1>{safe(report.problem)}</h1>\n<p>{safe(gradebook.in_short(report))}</p>"
    yield from ("<h2>Scores</h2>", _histogram(report), "<h2>By line</h2>", _bars(report, options), _lines(report))
    if report.mistakes:
        yield "<h2>By mistake</h2>"
        yield table(gradebook.OF_MISTAKE, _mistakes(report), {1})
    if report.groups:
        yield "<h2>By group</h2>"
        groups = ([safe(group.name), *gradebook.group_cells(group)] for group in report.groups)
        yield table(gradebook.OF_GROUP, groups, {1, 2, 3})
    if report.changes:
        yield "<h2>Changes</h2>"
        yield table(gradebook.OF_CHANGE, _changes(report))
    words = gradebook.seen(report)
    headings = ["student", "file", *gradebook.OF_STUDENT, *(GLYPHS[word] for word in words), "note"]
    legend = ", ".join(f"{GLYPHS[word]} {word}" for word in words)
    yield f"<h2>Students</h2>\n<p>{legend}</p>"
    yield table(headings, (_student(s, report, words) for s in report.submissions), range(2, 4 + len(words)))
    for fault in report.warnings:
        yield f"<p>{safe(gradebook.warning(fault))}</p>"


# --- plots ------------------------------------------------------------------------------------------------------------


def _histogram(report: ClassReport) -> str:
    """How many sheets reached which tenth of the points; all of them belongs to the last."""
    shares = [s.share for s in report.submissions if not s.unusable]
    counts = Counter(min(int(share * TENTHS), TENTHS - 1) for share in shares)
    most, wide = max(counts.values(), default=1), ACROSS / TENTHS
    parts = [f'<line class="axis" x1="0" y1="{UP + 20}" x2="{ACROSS}" y2="{UP + 20}"/>']
    for k in range(TENTHS):
        high = counts[k] / most * UP
        told = f"{counts[k]} from {10 * k} to {10 * k + 10} %"
        place = f'x="{k * wide + 2:g}" y="{UP + 20 - high:.1f}" width="{wide - 4:g}" height="{high:.1f}"'
        parts.append(f'<rect class="bar" {place}><title>{told}</title></rect>')
        middle = f'x="{(k + 0.5) * wide:g}" text-anchor="middle"'
        parts += [f'<text {middle} y="{UP + 15 - high:.1f}">{counts[k]}</text>'] * bool(counts[k])
        parts.append(f'<text {middle} y="{UP + 35}">{10 * k}–{10 * k + 10} %</text>')
    return svg(ACROSS, UP + 42, "Sheets by the share of the points that they reached", "".join(parts))


def _bars(report: ClassReport, options: Options) -> str:
    """For each line a bar of the verdicts, as wide as their shares are."""
    shown = gradebook.lines(report, options)
    words, parts = gradebook.seen(report), list[str]()
    for row, line in enumerate(shown):
        if isinstance(line, str):
            parts.append(f'<text x="{LABELS}" y="{row * STEP + 13}">{safe(line)}</text>')
            continue
        name = safe(gradebook.called(line.key, report))
        parts.append(f'<text x="{LABELS - 8}" y="{row * STEP + 13}" text-anchor="end">{name}</text>')
        total, left = max(sum(line.counts.values()), 1), float(LABELS)
        for word in words:
            count = line.counts.get(word, 0)
            wide = count / total * (ACROSS - LABELS)
            if count:
                told = f"<title>{name}: {count} {word}</title>"
                place = f'x="{left:.1f}" y="{row * STEP + 2}" width="{wide:.1f}" height="{STEP - 4}"'
                parts.append(f'<rect class="{word}" {place}>{told}</rect>')
            left += wide
    below = len(shown) * STEP + 16
    for k, word in enumerate(words):
        x = k * ACROSS / len(words)
        parts.append(f'<rect class="{word}" x="{x:.1f}" y="{below - 9}" width="9" height="9"/>')
        parts.append(f'<text x="{x + 12:.1f}" y="{below}">{word}</text>')
    return svg(ACROSS, below + 8, "Verdicts by line", "".join(parts))


# --- tables -----------------------------------------------------------------------------------------------------------


def _lines(report: ClassReport) -> str:
    words = gradebook.seen(report)
    rows = ([_name(line, report), *gradebook.line_cells(line, words)] for line in report.lines)
    return table([*gradebook.OF_LINE, *words], rows, range(1, 2 + len(words)))


def _name(line: LineSummary, report: ClassReport) -> str:
    """The line as the problem writes it; below the id of its problem where there are several."""
    id, key = gradebook.id_and_key(line.key, report)
    return safe(id) + mathml(selection.quantity(key), report.names.get(id, {}))


def _mistakes(report: ClassReport) -> Iterator[list[str]]:
    for m in report.mistakes:
        lines = ", ".join(safe(gradebook.called(key, report)) for key in m.lines)
        students = ", ".join(map(safe, m.students))
        yield [f"{safe(m.title)} <code>{safe(m.mistake)}</code>", str(m.sheets), lines, students]


def _changes(report: ClassReport) -> Iterator[list[str]]:
    for change in report.changes or ():
        why = "<br>".join(map(safe, gradebook.reasons(change, report)))
        yield [safe(change.student), gradebook.changed(change), why]


def _student(graded: Graded, report: ClassReport, words: list[str]) -> list[str]:
    note = "; ".join(map(safe, gradebook.notes(graded, report.late)))
    file = f"<code>{safe(gradebook.near(graded.file))}</code>"
    return [safe(graded.student), file, *gradebook.student_cells(graded, words), note]
