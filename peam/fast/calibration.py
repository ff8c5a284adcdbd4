"""Calibration: margins to success probabilities, and the margin from which the fast tier may act.

The threshold. Past decisions with known success are ranked by margin, highest first. A margin t passes if

    (failures among margins >= t  +  1) / (number of margins >= t  +  1)  <=  epsilon

and the fast tier acts from the lowest t that passes; none: it never acts. The +1 is the finite-sample
correction of conformal risk control (arXiv 2208.02814); taking the lowest passing t is the rule of selective
sequential step-up (Barber & Candes 2015): a failure early in the ranking does not end the search.

Limits. The guarantee is over draws of the history, not for one history, and needs exchangeability: after a
consolidation margins mean something else, so the history must be the new version's; and an agent that acts
differently meets other states. The failure rate *where it acts* is a ratio, not a monotone loss: over draws
of the history its mean stays under epsilon in the simulations of the tests, whatever margins tell; pooled
over decisions it can exceed epsilon. The trigger's drift e-process watches what is left.

Knows nothing of models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from peam.errors import PeamError


def isotonic(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the non-decreasing fit of `values` with least weighted squares (pool adjacent violators)."""
    blocks: list[tuple[float, float, int]] = []  # mean, weight, length
    for value, weight in zip(values, weights, strict=True):
        mean, mass, length = float(value), float(weight), 1
        while blocks and blocks[-1][0] >= mean:
            before, heavy, many = blocks.pop()
            mean, mass, length = (before * heavy + mean * mass) / (heavy + mass), heavy + mass, many + length
        blocks.append((mean, mass, length))
    return np.repeat([mean for mean, _, _ in blocks], [length for _, _, length in blocks])


def acting_threshold(
    margins: NDArray[np.float64], successes: NDArray[np.bool_], epsilon: float
) -> float | None:
    """Returns the lowest margin from which acting keeps the failure rate within epsilon, or None.

    Equal margins are one candidate.
    """
    order = np.argsort(-margins, kind="stable")
    ranked, failed = margins[order], ~successes[order]
    last = np.append(ranked[:-1] != ranked[1:], True)  # a candidate is the last of its ties
    above = np.arange(1, len(ranked) + 1)
    bound = (np.cumsum(failed) + 1) / (above + 1)
    passing = np.flatnonzero(last & (bound <= epsilon))
    return float(ranked[passing[-1]]) if len(passing) else None


@dataclass(frozen=True, slots=True)
class Calibrator:
    """A fitted map of one category's margins.

    Attributes:
        margins: Knots, rising.
        probabilities: Success probability at each knot, not falling.
        threshold: The fast tier acts at this margin and above; None: never.
        epsilon: The bound that the threshold was chosen for.
        count: Decisions it was fitted on.
    """

    margins: tuple[float, ...] = ()
    probabilities: tuple[float, ...] = ()
    threshold: float | None = None
    epsilon: float = 0.1
    count: int = 0

    @classmethod
    def fit(cls, margins: Sequence[float], successes: Sequence[bool], epsilon: float) -> Calibrator:
        """Fits confidence and threshold.

        Args:
            margins: The fast tier's margin at past decisions.
            successes: Whether its action was right there.
            epsilon: Bound on the failure rate where it acts.

        Raises:
            PeamError: If the lengths differ, a margin is not finite, or epsilon is outside (0, 1).
        """
        raw, right = np.asarray(margins, dtype=np.float64), np.asarray(successes, dtype=np.bool_)
        if raw.shape != right.shape or not np.isfinite(raw).all() or not 0 < epsilon < 1:
            raise PeamError("calibration needs one success a finite margin, and epsilon in (0, 1)")
        if not len(raw):
            return cls(epsilon=epsilon)
        knots, where = np.unique(raw, return_inverse=True)
        mass = np.bincount(where).astype(np.float64)
        fitted = isotonic(np.bincount(where, weights=right) / mass, mass)
        return cls(
            tuple(map(float, knots)), tuple(map(float, fitted)), acting_threshold(raw, right, epsilon),
            epsilon, len(raw),
        )  # fmt: skip

    def confidence(self, margin: float) -> float:
        """Returns the success probability at a margin, linear between knots; 0 where nothing was fitted."""
        if not self.margins:
            return 0.0
        return float(np.interp(margin, self.margins, self.probabilities))

    def acts(self, margin: float) -> bool:
        """Returns whether the fast tier may act at this margin."""
        return self.threshold is not None and margin >= self.threshold

    def to_dict(self) -> dict[str, object]:
        """Returns the state as JSON values."""
        return {
            "margins": list(self.margins), "probabilities": list(self.probabilities),
            "threshold": self.threshold, "epsilon": self.epsilon, "count": self.count,
        }  # fmt: skip

    @classmethod
    def from_dict(cls, data: dict[str, object]) -> Calibrator:
        """Restores `to_dict`.

        Raises:
            PeamError: If a key is missing or of another type.
        """
        try:
            margins, probabilities = (tuple(map(float, data[k])) for k in ("margins", "probabilities"))  # type: ignore[call-overload]
            threshold = None if data["threshold"] is None else float(data["threshold"])  # type: ignore[arg-type]
            return cls(margins, probabilities, threshold, float(data["epsilon"]), int(data["count"]))  # type: ignore[call-overload, arg-type]
        except (KeyError, TypeError, ValueError) as error:
            raise PeamError(f"calibration state is malformed: {error}") from error
