"""What the matrix W alone proves about the gradient of h[t] = phi(W h[t-1] + ...), whatever the states are.

The gradient through k steps is a product of k factors J = diag(phi'(z)) W. With gamma the supremum and delta the
infimum of |phi'|, each test below is sufficient for what it claims and says nothing where it fails. A claim is made
only with a margin above what rounding can do. Nothing here knows a formula or a file.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_hw.results import Remark, Table

Matrix = NDArray[np.float64]
VANISHES, EXPLODES, UNDETERMINED = "vanishes", "explodes", "undetermined"
SQUARINGS = 40  # powers up to W**(2**40)


class Slopes(NamedTuple):
    """The bounds of |phi'|: `low <= |phi'(z)| <= high` for every z; `linear` if it is the same for every z."""

    low: float
    high: float
    linear: bool = False


class Evidence(NamedTuple):
    """One test: what is computed, its value, what that proves ("" for nothing), and in words what the test needs."""

    test: str
    value: float
    needs: str
    proves: str


class Finding(NamedTuple):
    """What is known from W alone."""

    regime: str
    evidence: tuple[Evidence, ...]
    slopes: Slopes
    normal: bool  # W commutes with its transpose

    def table(self) -> Table:
        rows = tuple(
            (e.test, e.value if math.isfinite(e.value) else "beyond 1e308", e.needs, e.proves or "nothing")
            for e in self.evidence
        )
        marks = tuple(k for k, e in enumerate(self.evidence) if e.proves)
        note = "Each test is sufficient for what it proves; where it fails it proves nothing."
        return Table("What W alone proves", ("test", "value", "needs", "proves"), rows, note, marks)


@np.errstate(all="ignore")
def judge(W: Matrix, slopes: Slopes) -> Finding:
    """The regime that W proves, with every test that was made.

    >>> judge(np.array([[3.9]]), Slopes(0, 0.25)).regime, judge(np.array([[4.1]]), Slopes(0, 0.25)).regime
    ('vanishes', 'undetermined')
    """
    size, margin = len(W), _margin(W)
    stretches = np.linalg.svd(W, compute_uv=False)
    norm, least = float(stretches[0]), float(stretches[-1])
    low, high = slopes.low, slopes.high
    volume = float(np.exp(np.mean(np.log(stretches)))) if least > 0 else 0.0
    radius, absolute = spectral_radius(W), spectral_radius(np.abs(W))

    def proved(claim: str, holds: bool) -> str:
        return claim if holds else ""

    evidence = [
        Evidence("γ·‖W‖₂", high * norm, "less than 1", proved(VANISHES, high * norm * (1 + margin) < 1)),
        Evidence(
            "γ·ρ(|W|)", high * absolute, "less than 1", proved(VANISHES, limit_of_powers(high * np.abs(W)) == VANISHES)
        ),
    ]
    if slopes.linear:
        claim = limit_of_powers(high * W)
        evidence.append(Evidence("γ·ρ(W)", high * radius, "less or more than 1", claim))
    if low > 0:
        # |det| of a product is the product of the |det|; a norm is at least the size-th root of |det|.
        evidence += [
            Evidence("δ·σ_min(W)", low * least, "more than 1", proved(EXPLODES, low * (least - norm * margin) > 1)),
            Evidence(
                f"δ·|det W|^(1/{size})", low * volume, "more than 1",
                proved(EXPLODES, least > norm * margin and low * volume * (1 - margin * norm / least) > 1),
            ),
        ]  # fmt: skip
    if not slopes.linear:
        evidence.append(Evidence("γ·ρ(W)", high * radius, "no value decides", ""))
    claims = {e.proves for e in evidence} - {""}
    assert len(claims) <= 1, evidence
    normal = bool(np.abs(W @ W.T - W.T @ W).max() <= margin * norm * norm)
    return Finding(claims.pop() if claims else UNDETERMINED, tuple(evidence), slopes, normal)


def limit_of_powers(A: Matrix) -> str:
    """`vanishes` if the powers of A provably go to 0, `explodes` if provably not even bounded, else "".

    By repeated squaring with a bound on the rounding error e, since the eigenvalues of a matrix that is not normal may
    be off by far more than an ulp: a power of norm < 1 means rho(A) < 1, a power with |trace| > size means rho(A) > 1.
    """
    size, A = len(A), balanced(A)
    rounding = (size + 4) * float(np.finfo(float).eps)
    error = rounding * float(np.linalg.norm(A))
    for _ in range(SQUARINGS):
        norm = float(np.linalg.norm(A))
        if norm + error + rounding < 1:
            return VANISHES
        if abs(float(np.trace(A))) - size * error > size * (1 + rounding):
            return EXPLODES
        if norm > 1e100 or error > 1:
            return ""
        error = error * (2 * norm + error) + rounding * norm * norm
        A = A @ A
    return ""


def balanced(A: Matrix) -> Matrix:
    """D^-1 A D, with the eigenvalues of A and rows about as large as columns; D holds powers of two, so it is exact.

    Osborne, On pre-conditioning of matrices, 1960. A row or column of zeros counts as very small ones.
    """
    A, floor = A.copy(), 1e-6 * float(np.abs(A).max())
    for _ in range(20):
        before = A.copy()
        for k in range(len(A)):
            own = abs(A[k, k])
            row, column = (max(float(np.abs(part).sum() - own), floor) for part in (A[k], A[:, k]))
            factor = 2.0 ** round(math.log2(row / column) / 2) if floor > 0 else 1.0
            A[k] /= factor
            A[:, k] *= factor
        if np.array_equal(A, before):
            break
    return A


def spectral_radius(W: Matrix) -> float:
    """The largest size of an eigenvalue; exactly 0 where a power of W is exactly 0, which eigenvalue routines miss."""
    if not np.linalg.matrix_power(W / (np.abs(W).max() or 1.0), len(W)).any():
        return 0.0
    return float(np.abs(np.linalg.eigvals(W)).max())


def explained(finding: Finding) -> tuple[Remark, ...]:
    """The finding in sentences: what is proved and how, or what exactly is not known."""
    rows, slopes = {e.test: e.value for e in finding.evidence}, finding.slopes
    proofs = [e for e in finding.evidence if e.proves]
    remarks = []
    if proofs:
        sign = "<" if finding.regime == VANISHES else ">"
        by = " and ".join(f"{e.test} = {e.value:.6g} {sign} 1" for e in proofs)
        text = f"Proved from W alone: the gradient {finding.regime} exponentially whatever the states are, since {by}."
        remarks.append(Remark(text, "proof"))
    else:
        remarks.append(Remark(_unknown(rows, slopes)))
    if not slopes.linear:
        remarks.append(Remark(_about_radius(rows, finding)))
    return tuple(remarks)


def _unknown(rows: Mapping[str, float], slopes: Slopes) -> str:
    if slopes.linear:
        return "Undetermined from W: ρ(γ·W) is 1, or too near to 1 for double precision to tell on which side."
    text = "Undetermined from W alone: "
    text += " and ".join(f"{test} = {rows[test]:.6g}" for test in ("γ·‖W‖₂", "γ·ρ(|W|)"))
    text += " are not below 1, so vanishing is not proved"
    if slopes.low > 0:
        text += f"; |φ′| goes down to δ = {slopes.low:.6g}, which is too small to prove growth"
    else:
        text += "; |φ′| comes as near to 0 as one likes, so no W proves growth"
    return text + ". What decides is not known from W: the slopes φ′(z[t]) on the way, that is, the inputs and states."


def _about_radius(rows: Mapping[str, float], finding: Finding) -> str:
    radius = rows["γ·ρ(W)"]
    if finding.normal:
        return f"W is normal (W·Wᵀ = Wᵀ·W), so here its spectral radius is its norm: γ·ρ(W) = {radius:.6g}."
    return (
        f"The spectral radius, γ·ρ(W) = {radius:.6g}, decides nothing here: W is not normal, and a product of different "
        "diag(φ′)·W can grow while every eigenvalue of W is 0."
    )


def _margin(W: Matrix) -> float:
    """What rounding can do to a norm of W, relative to it."""
    return (16 + 4 * len(W)) * float(np.finfo(float).eps)
