"""What every page has: a head, a style, tables, and curves as SVG.

A page is one file that needs no other: no script, no font, no picture from elsewhere. Its own policy forbids the browser
to load or run anything, and allows this one style sheet by its digest, so that even a text that slipped through unescaped
could do nothing.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Collection, Iterable, Iterator, Sequence

from rnn_hw.results import Series
from rnn_hw.view import plot
from rnn_hw.view.escape import html as safe

STYLE = """
:root { color-scheme: light dark; --line: #8886; --correct: #2a8f4f; --carried: #2583a8; --imprecise: #c99700;
  --wrong: #c8372d; --blank: #8a8a8a; --unreadable: #7d4fb0; --unjudged: #b5b5b5; }
@media (prefers-color-scheme: dark) { :root { --correct: #4bb06f; --carried: #4ba3c7; --wrong: #e8685f;
  --unreadable: #a07fd0; } }
body { font: 16px/1.45 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: .2rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.scroll { overflow-x: auto; margin: .6rem 0 1.4rem; }
table { border-collapse: collapse; } caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { padding: .2rem .7rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: baseline; }
td.w { min-width: 13rem; }
th, td.n { white-space: nowrap; } th { font-weight: 600; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
code { font: .9em ui-monospace, monospace; overflow-wrap: break-word; } math { font-size: 1.1em; }
svg { max-width: 100%; min-width: 34rem; height: auto; } svg text { font-size: 11px; fill: currentColor; }
.axis { stroke: var(--line); } .bar { fill: #4a78b5; }
.c0 { stroke: #4a78b5; fill: #4a78b5; } .c1 { stroke: #c8372d; fill: #c8372d; } .c2 { stroke: #2a8f4f; fill: #2a8f4f; }
.c3 { stroke: #c99700; fill: #c99700; } polyline { fill: none; stroke-width: 1.5; }
polyline.c0, polyline.c1, polyline.c2, polyline.c3 { fill: none; }
.correct { fill: var(--correct); } .carried { fill: var(--carried); } .imprecise { fill: var(--imprecise); }
.wrong { fill: var(--wrong); } .blank { fill: var(--blank); } .unreadable { fill: var(--unreadable); }
.unjudged { fill: var(--unjudged); }
[class^="said"] { white-space: nowrap; } .said-correct { color: var(--correct); } .said-carried { color: var(--carried); }
.said-imprecise { color: var(--imprecise); } .said-wrong, .said-unreadable { color: var(--wrong); font-weight: 600; }
"""
ACROSS, UP, MARGIN = 560, 220, 60  # a plot, in pixels
COLOURS = 4
MANY = 40  # characters of a cell that is not squeezed


def page(title: str, body: Iterable[str]) -> Iterator[str]:
    """A whole page with the body given, which is HTML."""
    digest = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{digest}'\">\n"
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>{safe(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
    for part in body:
        yield part + "\n"
    yield "</body>\n</html>\n"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], numbers: Collection[int] = ()) -> str:
    """A table of cells that are already HTML; the columns in `numbers` stand to the right.

    On a narrow screen a cell of many words keeps some width, and the table is scrolled.
    """

    def line(tag: str, row: Sequence[str]) -> str:
        kinds = ("n" if k in numbers else "w" if _long(cell) else "" for k, cell in enumerate(row))
        cells = zip(kinds, row, strict=True)
        return "".join(f"<{tag}{f' class={kind}' if kind else ''}>{cell}</{tag}>" for kind, cell in cells)

    body = "\n".join(f"<tr>{line('td', row)}</tr>" for row in rows)
    head = f"<thead><tr>{line('th', headings)}</tr></thead>"
    return f'<div class="scroll"><table>\n{head}\n<tbody>\n{body}\n</tbody>\n</table></div>'


def _long(cell: str) -> bool:
    return len(cell) > MANY and len(re.sub("<[^>]*>", "", cell)) > MANY


def curves(series: Series) -> str:
    """Curves as a plot: a line for each, its points where they are few, axes and a legend."""
    drawn = plot.frame(series)
    parts = [f'<line class="axis" x1="{MARGIN}" y1="{UP}" x2="{MARGIN + ACROSS}" y2="{UP}"/>']
    parts.append(f'<line class="axis" x1="{MARGIN}" y1="0" x2="{MARGIN}" y2="{UP}"/>')
    for place, label in drawn.ticks:
        parts.append(f'<text x="{MARGIN - 6}" y="{(1 - place) * UP + 4:.1f}" text-anchor="end">{safe(label)}</text>')
    for x, label, anchor in ((0, drawn.left, "start"), (ACROSS, drawn.right, "end")):
        parts.append(f'<text x="{MARGIN + x}" y="{UP + 16}" text-anchor="{anchor}">{safe(label)}</text>')
    middle = MARGIN + ACROSS / 2
    parts.append(f'<text x="{middle}" y="{UP + 16}" text-anchor="middle">{safe(series.x_label)}</text>')
    for number, (label, xs, ys) in enumerate(drawn.curves):
        places = [(MARGIN + x * ACROSS, (1 - y) * UP) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        kind = f"c{number % COLOURS}"
        parts.append(f'<polyline class="{kind}" points="{line}"><title>{safe(label)}</title></polyline>')
        if len(places) <= 30:
            parts += [f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>' for x, y in places]
        parts.append(f'<text x="{MARGIN + ACROSS + 24}" y="{14 + 16 * number}">{safe(label)}</text>')
        parts.append(f'<rect class="{kind}" x="{MARGIN + ACROSS + 8}" y="{6 + 16 * number}" width="10" height="8"/>')
    return svg(ACROSS + 3 * MARGIN + 40, UP + 24, series.title, "".join(parts))


def svg(width: float, height: float, title: str, content: str) -> str:
    """A drawing with a title for who cannot see it."""
    name = safe(title)
    box = f"0 -8 {width:g} {height + 8:g}"  # the text at the upper end of an axis is cut off else
    drawn = f'<svg viewBox="{box}" width="{width:g}" role="img" aria-label="{name}">{content}</svg>'
    return f'<div class="scroll">{drawn}</div>'
