"""What the solution of a vanishing gradient says beside its steps: the theorem, sizes against steps, the measurement."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from rnn_hw.kinds.kind import Extras
from rnn_hw.kinds.vanishing_gradient.activation import Activation, Z
from rnn_hw.kinds.vanishing_gradient.theorems import Finding, explained
from rnn_hw.kinds.vanishing_gradient.trajectory import Matrices, Measured, measured
from rnn_hw.lang.notation import unicode
from rnn_hw.lang.supremum import values
from rnn_hw.results import Cell, Remark, Series, Table

PRODUCT = (
    "Backpropagation multiplies. With z[t] = W·h[t−1] + … the step is dh[t]/dh[t−1] = J[t] = diag(φ′(z[t]))·W, so the "
    "gradient at h[t] is the product of Wᵀ·diag(φ′(z[m])) over m = t+1 … k, times the gradient at h[k]."
)
THEOREM = (
    "‖J[t]‖₂ ≤ γ·‖W‖₂ with γ the supremum of |φ′|. So ‖W‖₂ < 1/γ (the largest singular value; |w| for one unit) is "
    "sufficient for the gradient to vanish; ‖W‖₂ > 1/γ is necessary for it to grow without bound, and not sufficient."
)
SOURCE = (
    "Source: Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural networks, ICML 2013. Their "
    "preprint (arXiv 1211.5063) says eigenvalue for singular value; that version is false."
)
SHARES = (0.9, 1.0, 1.1)  # of the threshold: below, at and above it
ALONG = "‖dh[t]/dh[0]‖₂"
UNCHANGED = 1e-12  # a logarithm that differs from 0 by no more than rounding
MOST = 690.0  # the largest logarithm of a size that is shown as a number


def account(
    activation: Activation,
    numbers: Mapping[str, float],
    steps: int,
    matrices: Matrices,
    finding: Finding | None,
) -> Extras:
    """The tables, curves and remarks; `numbers` are the values of the program's equations."""
    gamma, alpha, literal = numbers["gamma"], numbers["alpha"], numbers["alpha_literal"]
    remarks = [*_theorem(activation, gamma), _literal(numbers, steps)]
    weights = [(f"{share:g}·α" if share != 1 else "α", share * alpha) for share in SHARES] + [("α_literal", literal)]
    columns = [(f"|w| = {name} = {weight:.6g}", gamma * weight) for name, weight in weights]
    tables, series = [_sizes(columns, steps)], [_curves(columns, steps)]
    if finding is not None:
        tables.append(finding.table())
        remarks += explained(finding)
    if matrices.trajectory is not None and matrices.W is not None:
        found = measured(matrices.trajectory, activation.formula, activation.slope, _chosen)
        bound = gamma * float(np.linalg.norm(matrices.W, 2))
        tables.append(_along(found, bound))
        series.append(_curve_along(found, bound))
        remarks += _measured(found)
    return Extras(tuple(tables), tuple(series), tuple(remarks))


def _theorem(activation: Activation, gamma: float) -> list[Remark]:
    """The product, the theorem, and where the slope is largest."""
    remarks = [Remark(PRODUCT), Remark(THEOREM, "reason"), Remark(SOURCE)]
    if activation.peak.attained:
        where = f"|φ′| is largest at z = {activation.peak.place:.6g}"
    else:
        where = f"|φ′| comes as near to γ as one likes for z → {'' if activation.peak.place > 0 else '−'}∞"
    if activation.linear:
        where = "φ′ is the same for every z"
    slope = f"φ′(z) = {unicode(activation.slope)}"
    remarks.append(Remark(f"{slope}: {where}; γ = {gamma:.6g}, found numerically over all real z."))
    left, right = values(activation.slope, Z.name, [-1e-9, 1e-9])
    if abs(right - left) > 1e-6 * gamma:
        text = f"φ has a kink at z = 0: its slope is {left:.6g} on the left and {right:.6g} on the right"
        remarks.append(Remark(f"{text}; at 0 itself {activation.at_zero:.6g} is taken."))
    return remarks


def _literal(numbers: Mapping[str, float], steps: int) -> Remark:
    """The literal reading: exactly so much left after exactly so many steps."""
    return Remark(
        f"Read literally, {numbers['remaining']:.6g} left after {_plural(steps)} with the largest slope at every step: "
        f"(γ·|w|)^{steps} = {numbers['remaining']:.6g} gives γ·|w| = {numbers['root']:.10g} and "
        f"|w| = {numbers['alpha_literal']:.10g}. With more steps this comes nearer to α = {numbers['alpha']:.6g}, "
        "the threshold of many steps."
    )


def _plural(steps: int) -> str:
    return "1 step" if steps == 1 else f"{steps} steps"


def _shown(steps: int) -> list[int]:
    """The steps that a table shows: 1, 2, 5, 10, 20, 50, ... and the last."""
    times = [digit * 10**power for power in range(6) for digit in (1, 2, 5)]
    return [t for t in times if t < steps] + [steps]


def _drawn(steps: int) -> list[int]:
    """The steps that a plot shows, at most 61 of them."""
    return sorted({round(t) for t in np.linspace(1, steps, min(steps, 61))})


def _chosen(steps: int) -> list[int]:
    return sorted({*_shown(steps), *_drawn(steps)})


def _sizes(columns: Sequence[tuple[str, float]], steps: int) -> Table:
    rows = tuple((k, *(_size(k * _logarithm(factor)) for _, factor in columns)) for k in _shown(steps))
    title = "Size of the gradient after k steps, (γ·|w|)^k"
    note = "Reached while the slope is largest at every step; for other z the gradient is smaller."
    return Table(title, ("k", *(label for label, _ in columns)), rows, note)


def _curves(columns: Sequence[tuple[str, float]], steps: int) -> Series:
    times = _drawn(steps)
    curves = tuple(_curve(label, times, [k * _logarithm(factor) for k in times]) for label, factor in columns)
    return Series("Size of the gradient", "k", "(γ·|w|)^k", curves, logarithmic=True)


def _along(found: Measured, bound: float) -> Table:
    shown = set(_shown(found.steps))
    rows = tuple((t, _size(y), _size(t * _logarithm(bound))) for t, y in found.points if t in shown)
    return Table("The gradient measured along the trajectory", ("t", ALONG, "bound (γ·‖W‖₂)^t"), rows)


def _curve_along(found: Measured, bound: float) -> Series:
    times = [t for t, _ in found.points]
    curves = (
        _curve("measured", times, [y for _, y in found.points]),
        _curve("bound", times, [t * _logarithm(bound) for t in times]),
    )
    return Series("The gradient along the trajectory", "t", ALONG, curves, logarithmic=True)


def _measured(found: Measured) -> list[Remark]:
    """Whether the gradient grew or shrank, and how far it could be followed."""
    remarks = []
    if found.points:
        last, size = found.points[-1]
        peak, most = max(found.points, key=lambda point: point[1])
        word = "grew" if size > UNCHANGED else "shrank" if size < -UNCHANGED else "kept its size"
        text = f"Measured along this trajectory, the gradient {word}: {ALONG} = {_shortly(size)} at t = {last}"
        if most > max(size, 0) + UNCHANGED:
            text += f", after {_shortly(most)} at t = {peak}"
        remarks.append(Remark(f"{text}. That is a measurement of one trajectory, no proof for others."))
    if found.lost is not None:
        text = f"From t = {found.lost} on the states are no finite numbers, so nothing is measured there."
        remarks.append(Remark(text, "warning"))
    return remarks


# --- sizes as logarithms, since a double holds no 1e-4576 ---------------------------------------------------------------


def _logarithm(factor: float) -> float:
    """The logarithm of a factor; exactly 0 for the threshold itself."""
    return math.log(factor) if factor > 0 and abs(factor - 1) > UNCHANGED else 0.0 if factor > 0 else -math.inf


def _size(logarithm: float) -> Cell:
    """The number with that natural logarithm, as text such as `1.70e-4576` where no double holds it."""
    if abs(logarithm) < MOST:
        return float(f"{math.exp(logarithm):.14g}")  # what the logarithm keeps
    if math.isinf(logarithm):
        return 0.0
    exponent, mantissa = divmod(logarithm / math.log(10), 1)
    return f"{10**mantissa:.2f}e{exponent:+.0f}"


def _shortly(logarithm: float) -> str:
    size = _size(logarithm)
    return f"{size:.6g}" if isinstance(size, float) else str(size)


def _curve(label: str, times: Sequence[int], logarithms: Sequence[float]) -> tuple[str, list[float], list[float]]:
    """The points that a double holds."""
    points = [(float(t), math.exp(y)) for t, y in zip(times, logarithms, strict=True) if abs(y) < MOST]
    return label, [t for t, _ in points], [y for _, y in points]
