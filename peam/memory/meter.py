"""One currency for every cost (docs/architecture.md, section 5), so that only like units ever meet.

Kinds: `wall` (measured seconds), `money` (tokens and device hours times configured prices), `declared`
(counts times configured unit costs: deterministic). A declared second is never reported as a measured one:
`unit` says which it is. Knows nothing of who spends.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol

from peam.config import Config
from peam.errors import ConfigError, unknown
from peam.fast.hindsight import detours
from peam.types import Decision, Segment

Event = Literal["slow_call", "fast_decision", "tick", "training_step"]
EVENTS: tuple[Event, ...] = ("slow_call", "fast_decision", "tick", "training_step")
TICKS_AN_HOUR = 72_000  # 20 a second


class Meter(Protocol):
    """Prices events in one unit."""

    kind: str
    unit: str

    def price(
        self, event: Event, count: float = 1.0, seconds: float = 0.0, tokens: tuple[int, int] = (0, 0)
    ) -> float:
        """Returns the cost of `count` events that took `seconds` and (prompt, completion) tokens in all."""


class DeclaredMeter:
    """Counts times unit costs."""

    kind = "declared"
    unit = "declared s"

    def __init__(self, costs: Mapping[str, float]) -> None:
        self._costs = {event: float(costs[event]) for event in EVENTS}

    def price(
        self, event: Event, count: float = 1.0, seconds: float = 0.0, tokens: tuple[int, int] = (0, 0)
    ) -> float:
        """Ignores seconds and tokens."""
        return count * self._costs[event]


class WallMeter:
    """Measured wall seconds."""

    kind = "wall"
    unit = "s"

    def price(
        self, event: Event, count: float = 1.0, seconds: float = 0.0, tokens: tuple[int, int] = (0, 0)
    ) -> float:
        """Ignores counts and tokens."""
        return seconds


class MoneyMeter:
    """Tokens of slow calls, device hours of executor and training, simulator hours of ticks."""

    kind = "money"
    unit = "money"

    def __init__(self, prices: Mapping[str, float]) -> None:
        names = ("prompt_token", "completion_token", "device_hour", "tick_hour")
        self._prices = {name: float(prices[name]) for name in names}
        if not any(self._prices.values()):
            raise ConfigError("meter.kind is money, but every price under meter.money is 0")

    def price(
        self, event: Event, count: float = 1.0, seconds: float = 0.0, tokens: tuple[int, int] = (0, 0)
    ) -> float:
        """Prices tokens for slow calls, ticks by game hours, all else by device hours."""
        if event == "slow_call":
            return tokens[0] * self._prices["prompt_token"] + tokens[1] * self._prices["completion_token"]
        if event == "tick":
            return count / TICKS_AN_HOUR * self._prices["tick_hour"]
        return seconds / 3600.0 * self._prices["device_hour"]


def make_meter(config: Config) -> Meter:
    """Returns the meter of `config.meter`. Raises ConfigError for an unknown kind or missing prices."""
    options = config.meter
    if options.kind == "declared":
        return DeclaredMeter(options.declared)
    if options.kind == "wall":
        return WallMeter()
    if options.kind == "money":
        return MoneyMeter(options.money)
    raise ConfigError(unknown("meter.kind", str(options.kind), ("declared", "wall", "money")))


def thinking_cost(meter: Meter, decision: Decision) -> float:
    """Prices what it cost to decide."""
    event: Event = "slow_call" if decision.tier == "slow" else "fast_decision"
    return meter.price(event, 1, decision.seconds, decision.tokens)


def acting_cost(meter: Meter, decision: Decision) -> float:
    """Prices the ticks that the action took."""
    return meter.price("tick", decision.outcome.ticks, decision.outcome.seconds)


def segment_cost(meter: Meter, segment: Segment) -> float:
    """Prices a whole pursuit, wasted ticks included."""
    return sum(thinking_cost(meter, d) + acting_cost(meter, d) for d in segment.decisions)


def avoidable_cost(meter: Meter, segment: Segment, reached: bool) -> float:
    """Prices what a perfect reflex would have saved: slow calls, and what was done in vain, with its ticks.

    In vain are failed attempts, whatever an adapter chose for a subgoal that was never reached, looking
    around too, and detours, which passed by what was taken next (`peam.fast.hindsight`). What was done
    without an adapter, to carry on with what the slow tier had begun, counts as the slow tier's own deeds do.

    Args:
        meter: Prices.
        segment: What was done.
        reached: Whether its subgoal was reached in the end, in this segment or later in the episode.
    """
    total, passed = 0.0, detours(segment.decisions)
    for decision in segment.decisions:
        vain = (decision.reflex and not reached) or decision.index in passed or not decision.outcome.ok
        if decision.tier == "slow" or vain:
            total += thinking_cost(meter, decision)
        if vain:
            total += acting_cost(meter, decision)
    return total
