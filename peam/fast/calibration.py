"""Calibration: margins to success probabilities, and the margin from which the fast tier may act.

The threshold. Past decisions with known success are ranked by margin, highest first. A margin t passes if

    (failures among margins >= t  +  1) / (number of margins >= t  +  1)  <=  epsilon

and the fast tier acts from the lowest t that passes; none: it never acts. The +1 is the finite-sample
correction of conformal risk control (arXiv 2208.02814); taking the lowest passing t is the rule of selective
sequential step-up (Barber & Candes 2015): a failure early in the ranking does not end the search.

Groups. A margin of 3 is not worth the same for every action: one recipe that is not understood yet would
silence everything else. So each action word (`craft(stick)`, `explore`) has a threshold of its own once it
was seen often enough to have one (1/epsilon times), and the rarer words of a verb share one: Mondrian
conformal prediction (Vovk et al. 2005). Each group keeps epsilon, so all together do. What nothing is known
of is never acted on.

Limits. The guarantee is over draws of the history, not for one history, and needs exchangeability: after a
consolidation margins mean something else, so the history must be the new version's; and an agent that acts
differently meets other states. The failure rate *where it acts* is a ratio, not a monotone loss: over draws
of the history its mean stays under epsilon in the simulations of the tests, whatever margins tell; pooled
over decisions it can exceed epsilon. The trigger's drift e-process watches what is left.

Knows nothing of models.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from peam.errors import PeamError
from peam.fast.base import Tried


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
class Scale:
    """What one group's margins are worth.

    Attributes:
        margins: Knots, rising.
        probabilities: Success probability at each knot, not falling.
        threshold: The fast tier acts at this margin and above; None: never.
    """

    margins: tuple[float, ...]
    probabilities: tuple[float, ...]
    threshold: float | None

    @classmethod
    def fit(cls, tried: Sequence[Tried], epsilon: float) -> Scale:
        """Fits the scale of one group, which is not empty."""
        margins = np.array([t.margin for t in tried], dtype=np.float64)
        right = np.array([t.ok for t in tried], dtype=np.bool_)
        knots, where = np.unique(margins, return_inverse=True)
        mass = np.bincount(where).astype(np.float64)
        fitted = isotonic(np.bincount(where, weights=right) / mass, mass)
        threshold = acting_threshold(margins, right, epsilon)
        return cls(tuple(map(float, knots)), tuple(map(float, fitted)), threshold)


@dataclass(frozen=True, slots=True)
class Calibrator:
    """The fitted scales of one category.

    Attributes:
        scales: Group -> scale; a group is an action word, or the verb that the rarer words share.
        epsilon: The bound that the thresholds were chosen for.
        count: Decisions it was fitted on.
        always: Whether it acts on everything, for probes.
    """

    scales: Mapping[str, Scale] = field(default_factory=dict)
    epsilon: float = 0.1
    count: int = 0
    always: bool = False

    @classmethod
    def fit(cls, tried: Sequence[Tried], epsilon: float) -> Calibrator:
        """Fits confidence and thresholds.

        Args:
            tried: Past choices of the fast tier and what came of them.
            epsilon: Bound on the failure rate where it acts.

        Raises:
            PeamError: If a margin is not finite, or epsilon is outside (0, 1).
        """
        if not all(np.isfinite(t.margin) for t in tried) or not 0 < epsilon < 1:
            raise PeamError("calibration needs finite margins, and epsilon in (0, 1)")
        often = {word for word, count in Counter(t.word for t in tried).items() if count * epsilon >= 1}
        groups: dict[str, list[Tried]] = {}
        for one in tried:
            groups.setdefault(one.word if one.word in often else _verb(one.word), []).append(one)
        scales = {group: Scale.fit(members, epsilon) for group, members in sorted(groups.items())}
        return cls(scales, epsilon, len(tried))

    def _scale(self, word: str) -> Scale | None:
        return self.scales.get(word) or self.scales.get(_verb(word))

    def confidence(self, word: str, margin: float) -> float:
        """Returns the success probability of an action at a margin, linear between knots; 0 where unknown."""
        scale = self._scale(word)
        return float(np.interp(margin, scale.margins, scale.probabilities)) if scale else 0.0

    def acts(self, word: str, margin: float) -> bool:
        """Returns whether the fast tier may act with this action word at this margin."""
        if self.always:
            return True
        scale = self._scale(word)
        return scale is not None and scale.threshold is not None and margin >= scale.threshold


def _verb(word: str) -> str:
    """Returns the group of a verb's rarer words: "craft(*)"."""
    return f"{word.partition('(')[0]}(*)"
