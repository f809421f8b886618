"""In which order equations can be computed: blocks of names that wait for each other, and their direction in time.

A block is a strongly connected component of the graph "is used by". A block that refers to earlier steps of itself runs
forward, one that refers to later steps (an adjoint) backward, and all others need no loop over time at all: every step
is computed at once. This is why a gradient program or a cell nobody has thought of needs no order of its own.
"""

from typing import NamedTuple

from rnn_hw.errors import Diagnostic, HomeworkError
from rnn_hw.lang.rewrite import letters_apart, names_in
from rnn_hw.lang.tree import Equation, Name, Program


class Block(NamedTuple):
    """Equations that are computed together; `direction` is +1 or -1 for a recurrence over time and 0 for none."""

    equations: tuple[Equation, ...]
    direction: int


def schedule(program: Program) -> tuple[Block, ...]:
    """The program's blocks, each after what it uses. Raises `HomeworkError` for names that wait for themselves."""
    equations = {e.target.name: letters_apart(e) for e in program.equations}
    uses = {name: [n for n in names_in(e.formula) if n.name in equations] for name, e in equations.items()}
    blocks = []
    for component in _components({name: [n.name for n in used] for name, used in uses.items()}):
        inside = set(component)
        # A reference to the whole sequence from inside would be to steps that do not exist yet.
        references = [(n, equations[name]) for name in component for n in uses[name] if n.name in inside]
        shifts = {n.time.shift for n, _ in references if n.time is not None and n.time.base == "t"}
        recurrent = bool(references)
        forward, backward = all(s <= 0 for s in shifts), all(s >= 0 for s in shifts)
        loose = [n for n, _ in references if n.time is None or n.time.base != "t"]
        if recurrent and (loose or not (forward or backward) or shifts == {0}):
            raise HomeworkError(_cycle(component, equations, uses, shifts))
        order = _within_step(component, equations, uses)
        blocks.append(Block(tuple(equations[n] for n in order), (1 if forward else -1) if recurrent else 0))
    return tuple(blocks)


def _within_step(component: list[str], equations: dict[str, Equation], uses: dict[str, list[Name]]) -> list[str]:
    """The names of one block in the order in which one step computes them."""
    inside = set(component)
    same_step = {
        name: [n.name for n in uses[name] if n.name in inside and n.time is not None and n.time.shift == 0]
        for name in component
    }
    order = []
    for cycle in _components(same_step):
        if len(cycle) > 1 or cycle[0] in same_step[cycle[0]]:
            raise HomeworkError(_cycle(cycle, equations, uses, {0}))
        order += cycle
    return order


def _cycle(
    names: list[str], equations: dict[str, Equation], uses: dict[str, list[Name]], shifts: set[int]
) -> Diagnostic:
    """The error for names that wait for themselves, with one way round as evidence."""
    path, seen = [names[0]], {names[0]}
    while True:
        inside = [n.name for n in uses[path[-1]] if n.name in names]
        following = next((n for n in inside if n != path[-1]), inside[0])  # `h[t-1]` in `h[t]` is no fault
        path.append(following)
        if following in seen:
            break
        seen.add(following)
    path = path[path.index(path[-1]) :]
    way = " needs ".join(f"`{equations[n].target}`" for n in path)
    help = "a recurrence refers to an earlier step, such as `h[t-1]`"
    if any(s < 0 for s in shifts) and any(s > 0 for s in shifts):
        help = "refer to earlier steps or to later ones, not to both in one circle"
    first = min((equations[n] for n in names), key=lambda e: e.target.span or (0, 0, 0))
    return Diagnostic("circular", f"{way}: no order computes them", first.target.span, help)


def _components(graph: dict[str, list[str]]) -> list[list[str]]:
    """Strongly connected components, each after those it points to (Tarjan 1972, with a stack of our own)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []
    for root in graph:
        if root in index:
            continue
        work = [(root, iter(graph[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        while work:
            name, following = work[-1]
            for other in following:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    work.append((other, iter(graph[other])))
                    break
                if other in stack:
                    low[name] = min(low[name], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == index[name]:
                    cut = stack.index(name)
                    component = stack[cut:]
                    del stack[cut:]
                    found.append(sorted(component, key=list(graph).index))
    return found
