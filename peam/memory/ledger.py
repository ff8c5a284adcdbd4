"""What worthiness counts: uses of skills, costs by tier, outcomes by context; rebuilt on resume.

Knows decisions without pictures, and a meter; nothing of models or storage.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from peam.agents.bounds import Bounds
from peam.memory.meter import Meter, acting_cost, segment_cost, thinking_cost
from peam.memory.pairs import Relevance, action_word, signature
from peam.memory.records import NO_IMAGE
from peam.types import Decision, Pair, Segment, Tier


@dataclass(slots=True)
class Mean:
    """A sum and how many went into it."""

    total: float = 0.0
    n: int = 0

    def add(self, amount: float, n: int = 1) -> None:
        """Takes up an amount."""
        self.total += amount
        self.n += n


class Ledger:
    """Running statistics of a life.

    Args:
        meter: Prices costs.
        relevance: What a context class looks at; shared with the pair miner.

    Attributes:
        bounds: How far reflexes may go.
    """

    def __init__(self, meter: Meter, relevance: Relevance) -> None:
        self._meter = meter
        self._relevance = relevance
        self._uses: dict[str, list[int]] = {}
        self._reaching: dict[tuple[str, Tier], Mean] = {}
        self._thinking: dict[Tier, Mean] = {"slow": Mean(), "fast": Mean()}
        self._decisions: dict[str, list[Decision]] = {}
        self.bounds = Bounds()

    def learn(self, segments: Sequence[Segment], pairs: Sequence[Pair]) -> None:
        """Takes up one episode and the pairs mined from it."""
        self.bounds.learn(segments)
        for segment in segments:
            goal = segment.subgoal.goal
            tier: Tier = "fast" if all(d.tier == "fast" for d in segment.decisions) else "slow"
            cost = segment_cost(self._meter, segment)
            self._reaching.setdefault((goal, tier), Mean()).add(cost, int(segment.reached))
            for decision in segment.decisions:
                self._thinking[decision.tier].add(thinking_cost(self._meter, decision))
                self._decisions.setdefault(goal, []).append(replace(decision, rgb=NO_IMAGE))
        for pair in pairs:
            run = pair.corrected
            self._uses.setdefault(signature(run), []).append(run.episode)

    def expected_uses(self, pair: Pair, now: int, horizon: float) -> float:
        """Returns n: uses of the skill signature, weighted by exp(-age / horizon), ages in episodes.

        A skill used once an episode has n near `horizon`: the uses expected over the coming horizon. Several
        pairs of one episode with the same signature count once.
        """
        episodes = sorted(set(self._uses.get(signature(pair.corrected), [])))
        return sum(math.exp(-(now - episode) / horizon) for episode in episodes)

    def slow_cost(self, pair: Pair) -> float:
        """Returns s: mean metered cost of reaching the subgoal where the slow tier had a hand in it.

        All spent on the subgoal, unreached pursuits too, over how often it was reached. Where the slow tier
        never reached it: the corrected run at the mean price of a slow call.
        """
        return self._cost(pair, "slow")

    def fast_cost(self, pair: Pair) -> float:
        """Returns f: the same for the fast tier alone; before it has, the corrected run at reflex prices."""
        return self._cost(pair, "fast")

    def _cost(self, pair: Pair, tier: Tier) -> float:
        known = self._reaching.get((pair.corrected.subgoal.goal, tier))
        if known is not None and known.n:
            return known.total / known.n
        think = self.thinking_price(tier)
        return sum(think + acting_cost(self._meter, d) for d in pair.corrected.decisions)

    def thinking_price(self, tier: Tier) -> float:
        """Returns the mean cost of a decision of that tier; the meter's own unit price before the first."""
        known = self._thinking[tier]
        if known.n:
            return known.total / known.n
        return self._meter.price("slow_call" if tier == "slow" else "fast_decision")

    def outcomes(self, pair: Pair) -> tuple[int, int]:
        """Returns (successes, failures) of the corrected run's first action in the pair's context class."""
        first = pair.corrected.decisions[0]
        word, context = action_word(first), self._relevance.context(first)
        successes = failures = 0
        for decision in self._decisions.get(pair.corrected.subgoal.goal, []):
            if action_word(decision) == word and self._relevance.context(decision) == context:
                successes += decision.outcome.ok
                failures += not decision.outcome.ok
        return successes, failures
