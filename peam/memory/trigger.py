"""When to consolidate a category (docs/architecture.md, section 6). No task-specific constant in here.

- `BreakEven`: ski rental. R = sum of avoidable cost times worthiness since the last consolidation; fire at
  R >= K. Multiplying every cost by a constant or renaming categories changes nothing.
- `FailureStatistics`: fire when the recency-weighted failure mass exceeds mean + 2 sd of the masses at which
  past intervals ended; break-even before there are any.

Both double K for each rejected candidate, until one is accepted. After a deployment a `DriftTest` on x_i (1:
the fast tier failed or escalated) re-arms the trigger: back-off is lifted, and the next avoidable cost fires.
Knows numbers and category names only.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from peam.config import Config
from peam.errors import ConfigError, unknown

BETS = 32  # alternatives that the drift test mixes


class Trigger(Protocol):
    """One mechanism. All amounts are in the meter's unit."""

    def observe(self, category: str, failed: bool) -> None:
        """Takes up x_i of one decision: whether the fast tier failed or had to escalate."""

    def credit(self, category: str, avoidable: float, worthiness: float) -> None:
        """Takes up avoidable cost and the worthiness of the experience that it produced."""

    def end_episode(self) -> None:
        """Lets what is remembered by recency fade."""

    def fires(self, category: str, price: float) -> bool:
        """Returns whether to consolidate now; `price` is K."""

    def level(self, category: str, price: float) -> float:
        """Returns how near it is: 1 fires."""

    def started(self, category: str) -> None:
        """Begins a new interval: a consolidation has been started."""

    def finished(self, category: str, accepted: bool) -> None:
        """Learns what the gate said."""

    def state(self) -> dict[str, Any]:
        """Returns all that a resumed life needs, as JSON."""

    def restore(self, state: dict[str, Any]) -> None:
        """Takes up `state()`."""


@dataclass(slots=True)
class DriftTest:
    """An e-process for 'the failure rate is above `rate`', valid at any time.

    Wealth is the mean over alternatives q in (rate, 1) of the likelihood ratio
    prod (q/rate)^x ((1-q)/(1-rate))^(1-x). Each is a non-negative supermartingale while the true rate is at
    most `rate`, so by Ville's inequality the probability that wealth ever reaches 1/alpha is at most alpha.

    Attributes:
        rate: Failure rate before the deployment.
        n: Decisions since.
        failures: Failures among them.
        alarmed: Whether wealth has ever reached 1/alpha.
    """

    rate: float
    n: int = 0
    failures: int = 0
    alarmed: bool = False

    def observe(self, failed: bool, alpha: float) -> None:
        """Takes up one decision."""
        self.n += 1
        self.failures += failed
        self.alarmed = self.alarmed or self.log_wealth() >= math.log(1 / alpha)

    def log_wealth(self) -> float:
        """Returns the logarithm of the wealth; 0 where the rate leaves nothing above it."""
        if self.rate >= 1.0:
            return 0.0
        q = self.rate + (1.0 - self.rate) * (np.arange(BETS) + 0.5) / BETS
        if self.rate <= 0.0:
            return math.inf if self.failures else float(_log_mean(self.n * np.log(1 - q)))
        ratios = self.failures * np.log(q / self.rate)
        ratios = ratios + (self.n - self.failures) * np.log((1 - q) / (1 - self.rate))
        return _log_mean(ratios)


def _log_mean(logs: NDArray[np.float64]) -> float:
    top = float(logs.max())
    return top + math.log(float(np.exp(logs - top).mean()))


@dataclass(slots=True)
class Interval:
    """One category since its last consolidation.

    Attributes:
        spent: R, in the meter's unit.
        backoff: Factor on K: doubled by each rejection.
        n: Decisions.
        failures: Those with x_i = 1.
        mass: The same, weighted by recency.
        ended: Masses at which past intervals ended.
        drift: The test since the last deployment, if any.
        rate: Failure rate of the interval before the consolidation under way, if any.
    """

    spent: float = 0.0
    backoff: float = 1.0
    n: int = 0
    failures: int = 0
    mass: float = 0.0
    ended: list[float] = field(default_factory=list)
    drift: DriftTest | None = None
    rate: float | None = None


class BreakEven:
    """Ski rental: consolidate once as much has been spent as it costs. 2-competitive (Karlin et al. 1988)."""

    def __init__(self, drift_alpha: float, horizon: float) -> None:
        self.alpha = drift_alpha
        self.horizon = horizon
        self._intervals: dict[str, Interval] = {}

    def _of(self, category: str) -> Interval:
        return self._intervals.setdefault(category, Interval())

    def observe(self, category: str, failed: bool) -> None:
        """Counts x_i, and feeds the drift test."""
        at = self._of(category)
        at.n += 1
        at.failures += failed
        at.mass += failed
        if at.drift is not None:
            at.drift.observe(failed, self.alpha)

    def credit(self, category: str, avoidable: float, worthiness: float) -> None:
        """Adds to R."""
        self._of(category).spent += avoidable * worthiness

    def end_episode(self) -> None:
        """Lets failure masses fade by exp(-1 / horizon)."""
        for at in self._intervals.values():
            at.mass *= math.exp(-1.0 / self.horizon)

    def fires(self, category: str, price: float) -> bool:
        """R >= K, or R > 0 after drift."""
        return self.level(category, price) >= 1.0

    def level(self, category: str, price: float) -> float:
        """Returns R / K, infinite after drift."""
        at = self._of(category)
        if at.spent <= 0.0:
            return 0.0
        if self.drifted(category):
            return math.inf
        return at.spent / (price * at.backoff)

    def drifted(self, category: str) -> bool:
        """Returns whether the skill has been worse than before its deployment, beyond chance."""
        drift = self._of(category).drift
        return drift is not None and drift.alarmed

    def started(self, category: str) -> None:
        """Starts R and the failure counts anew; the drift test is over."""
        at = self._of(category)
        at.rate = at.failures / at.n if at.n else None
        at.ended.append(at.mass)
        at.backoff = 1.0 if self.drifted(category) else at.backoff
        at.spent, at.n, at.failures, at.mass, at.drift = 0.0, 0, 0, 0.0, None

    def finished(self, category: str, accepted: bool) -> None:
        """Deployment starts a drift test and ends back-off; rejection doubles K."""
        at = self._of(category)
        at.backoff = 1.0 if accepted else at.backoff * 2.0
        at.drift = DriftTest(at.rate) if accepted and at.rate is not None else None

    def state(self) -> dict[str, Any]:
        """Returns category -> interval."""
        return {category: asdict(at) for category, at in sorted(self._intervals.items())}

    def restore(self, state: dict[str, Any]) -> None:
        """Takes up `state()`."""
        self._intervals = {category: _interval(fields) for category, fields in state.items()}


class FailureStatistics(BreakEven):
    """The paper's idea: consolidate when failures pile up beyond what past intervals saw."""

    def fires(self, category: str, price: float) -> bool:
        """Mass above the threshold; the break-even rule before the first interval ended, and after drift."""
        at = self._of(category)
        if not at.ended or self.drifted(category):
            return super().level(category, price) >= 1.0
        return at.mass > _threshold(at)

    def level(self, category: str, price: float) -> float:
        """Returns mass / (mean + 2 sd), the break-even level before the first interval ended."""
        at = self._of(category)
        if not at.ended or self.drifted(category):
            return super().level(category, price)
        threshold = _threshold(at)
        return at.mass / threshold if threshold > 0.0 else (math.inf if at.mass else 0.0)


def _threshold(at: Interval) -> float:
    return float(np.mean(at.ended) + 2.0 * np.std(at.ended)) * at.backoff


def _interval(fields: dict[str, Any]) -> Interval:
    drift = fields["drift"]
    return Interval(**{**fields, "drift": None if drift is None else DriftTest(**drift)})


def make_trigger(config: Config) -> Trigger:
    """Returns the trigger of `config.trigger`. Raises ConfigError for an unknown kind."""
    kinds = {"break_even": BreakEven, "failure_statistics": FailureStatistics}
    kind = str(config.trigger.kind)
    if kind not in kinds:
        raise ConfigError(unknown("trigger.kind", kind, kinds))
    return kinds[kind](float(config.trigger.drift_alpha), float(config.worthiness.horizon))
