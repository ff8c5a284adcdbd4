"""Which experience is worth training on (docs/architecture.md, section 5): W = (C * S * N * A) ** (1/4).

Admission: W above half the running median of its category, which has no scale. Knows pairs, the ledger and
two questions to the executor (how likely is this run, what gradient does it give); nothing of storage.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from peam.config import Config
from peam.errors import ConfigError, unknown
from peam.fast.hindsight import straight
from peam.memory.ledger import Ledger
from peam.memory.records import Score
from peam.types import Decision, Pair, Segment

QUANTILE = 0.05  # of the stability posterior
Gradient = NDArray[np.float32]


class Executor(Protocol):
    """What scoring asks of the fast tier."""

    def segment_log_prob(self, category: str, segment: Segment) -> tuple[float, int]:
        """Returns (log-probability, tokens) of a segment's actions; base alone where no adapter is."""

    def bc_gradient(self, category: str, decisions: Sequence[Decision]) -> Gradient:
        """Returns the flat gradient of the cloning loss with respect to the adapter's LoRA-B matrices."""


def cost_saved(uses: float, slow: float, fast: float, price: float) -> float:
    """C = 1 - exp(-n (s - f) / k), 0 where the reflex saves nothing.

    Args:
        uses: n, expected uses in the coming horizon.
        slow: s, metered cost of reaching the subgoal by the slow tier.
        fast: f, the same by the fast tier.
        price: k, metered cost of a consolidation.
    """
    saved = uses * max(0.0, slow - fast)
    if price <= 0.0:
        return 1.0 if saved > 0.0 else 0.0
    return -math.expm1(-saved / price)


def stability(successes: int, failures: int) -> float:
    """S: the 5 % quantile of Beta(1 + successes, 1 + failures)."""
    return float(beta.ppf(QUANTILE, 1 + successes, 1 + failures))


def novelty(log_prob: float, tokens: int) -> float:
    """N = 1 - p ** (1 / |t+|): what the executor does not yet give the corrected run, a token."""
    if tokens == 0:
        return 0.0
    return min(1.0, max(0.0, -math.expm1(log_prob / tokens)))


def agreement(own: Gradient, retained: Gradient) -> float:
    """A = (1 + cos) / 2 of the gradients of the experience and of the exemplars; 1 where one vanishes."""
    norms = float(np.linalg.norm(own)) * float(np.linalg.norm(retained))
    if norms == 0.0:
        return 1.0
    return float(np.clip((1.0 + float(np.dot(own, retained)) / norms) / 2.0, 0.0, 1.0))


def geometric_mean(*terms: float) -> float:
    """W of the four terms."""
    return math.prod(terms) ** (1.0 / len(terms))


class RunningMedian:
    """The median of all that was seen."""

    def __init__(self) -> None:
        self._seen: list[float] = []

    def add(self, value: float) -> None:
        """Takes up a value."""
        bisect.insort(self._seen, value)

    def value(self) -> float | None:
        """Returns the median, None before the first value."""
        n = len(self._seen)
        if n == 0:
            return None
        return (self._seen[(n - 1) // 2] + self._seen[n // 2]) / 2.0


class Worthiness:
    """Scores pairs and decides on their admission.

    Args:
        config: `worthiness`.
        ledger: Counts and costs.
        executor: The fast tier as it is now.
    """

    def __init__(self, config: Config, ledger: Ledger, executor: Executor) -> None:
        options = config.worthiness
        if options.kind != "fixed":
            raise ConfigError(unknown("worthiness.kind", str(options.kind), ("fixed",)))
        self._enabled = bool(options.enabled)
        self._horizon = float(options.horizon)
        self._ledger = ledger
        self._executor = executor
        self._medians: dict[str, RunningMedian] = {}

    def remember(self, score: Score) -> None:
        """Takes up an earlier score, when a life is resumed."""
        self._medians.setdefault(score.category, RunningMedian()).add(score.worthiness)

    def score(self, pair: Pair, now: int, price: float, retained: Gradient | None) -> Score:
        """Scores one pair and admits or rejects it: what it would teach, detours put right.

        Args:
            pair: With the corrected run's pictures.
            now: The current episode.
            price: k of its category.
            retained: Gradient of the category's retained exemplars; None where there are none.
        """
        category = pair.corrected.subgoal.category
        lesson = replace(pair.corrected, decisions=tuple(straight(pair.corrected.decisions)))
        uses = self._ledger.expected_uses(pair, now, self._horizon)
        terms = (
            cost_saved(uses, self._ledger.slow_cost(pair), self._ledger.fast_cost(pair), price),
            stability(*self._ledger.outcomes(pair)),
            novelty(*self._executor.segment_log_prob(category, lesson)),
            self._agreement(category, lesson, retained),
        )
        worth = geometric_mean(*terms)
        median = self._medians.setdefault(category, RunningMedian())
        typical = median.value()
        threshold = None if typical is None else typical / 2.0
        median.add(worth)
        admitted = not self._enabled or threshold is None or worth > threshold
        reason = self._reason(worth, threshold, terms)
        return Score(pair.id, category, worth, *terms, threshold, admitted, reason)

    def _agreement(self, category: str, lesson: Segment, retained: Gradient | None) -> float:
        if retained is None:
            return 1.0
        return agreement(self._executor.bc_gradient(category, lesson.decisions), retained)

    def _reason(self, worth: float, threshold: float | None, terms: Sequence[float]) -> str:
        if not self._enabled:
            return "worthiness is off: everything is admitted"
        if threshold is None:
            return "first of its category"
        if worth > threshold:
            return f"{worth:.3f} above half the median, {threshold:.3f}"
        names = ("cost saved", "stability", "novelty", "agreement")
        lowest = min(range(len(terms)), key=lambda i: terms[i])
        weakest = f"lowest term: {names[lowest]} {terms[lowest]:.3f}"
        return f"{worth:.3f} not above half the median, {threshold:.3f}; {weakest}"
