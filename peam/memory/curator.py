"""From episodes to scored experience: costs, pairs, worthiness, and what the trigger is told.

Knows the store, the ledger, the trigger and an executor; nothing of consolidation jobs or files of adapters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from peam.config import Config
from peam.fast.base import Tried
from peam.fast.roster import Roster
from peam.memory.ledger import Ledger
from peam.memory.meter import Meter, acting_cost, avoidable_cost, thinking_cost
from peam.memory.pairs import PairMiner, signature, training_decisions
from peam.memory.records import Score
from peam.memory.registry import AdapterRegistry
from peam.memory.snapshot import draw, exemplars, trained_pairs
from peam.memory.store import Store
from peam.memory.trigger import Trigger
from peam.memory.worthiness import Executor, Gradient, Worthiness
from peam.types import Decision, Episode, Pair, Segment

REPLAY_SAMPLE = 32  # retained decisions whose gradient stands for the category's


@dataclass(frozen=True, slots=True)
class Report:
    """What memory made of one episode: new pairs and their scores, in the same order."""

    pairs: tuple[Pair, ...]
    scores: tuple[Score, ...]


class Curator:
    """Digests episodes.

    Args:
        config: Of the run.
        store: Where everything is appended.
        registry: Whose lineage says what is retained.
        meter: Prices.
        trigger: Is told costs and failures, by expert.
        executor: The serving tier as worthiness sees it.
        price: Expert -> metered cost of consolidating it.

    Attributes:
        ledger: Running statistics.
        serving: Expert -> version that decides now; kept by the owner.
        experts: Experts whose categories were met so far.
    """

    def __init__(
        self,
        config: Config,
        store: Store,
        registry: AdapterRegistry,
        meter: Meter,
        trigger: Trigger,
        executor: Executor,
        price: Callable[[str], float],
    ) -> None:
        self._roster = Roster.from_config(config)
        self._miner = PairMiner(failures=bool(config.pairs.failures))
        self.ledger = Ledger(meter, self._miner.relevance)
        self.serving: dict[str, str] = {}
        self.experts: set[str] = set()
        self._config, self._store, self._registry, self._meter = config, store, registry, meter
        self._trigger, self._executor, self._price = trigger, executor, price
        self._worthiness = Worthiness(config, self.ledger, executor)
        self._unpaid: dict[str, float] = {}  # goal -> avoidable cost that no experience has come of yet
        self._gradients: dict[str, tuple[str, Gradient | None]] = {}

    def rebuild(self) -> None:
        """Takes up all that the store has, when a life is resumed."""
        episode: list[Segment] = []
        for segment in self._store.segments(images=False):
            if episode and episode[-1].episode != segment.episode:
                self._learn(episode)
                episode = []
            episode.append(segment)
        self._learn(episode)
        for experience in self._store.experience():
            if experience.score is not None:
                self._worthiness.remember(experience.score)

    def state(self) -> dict[str, Any]:
        """Returns what cannot be rebuilt from the store's rows."""
        return {"unpaid": self._unpaid}

    def restore(self, state: dict[str, Any]) -> None:
        """Takes up `state()`."""
        self._unpaid = dict(state["unpaid"])

    def _learn(self, segments: Sequence[Segment]) -> list[Pair]:
        pairs = self._miner.add(segments)
        self.ledger.learn(segments, pairs)
        self.experts.update(self._roster.of(s.subgoal.category) for s in segments)
        return pairs

    def adopt(self, episode: Episode, now: int) -> Report:
        """Mines and scores an imported episode that replay has reproduced; it cost nothing here."""
        pairs = self._learn(episode.segments)
        return Report(tuple(pairs), tuple(self._score(pair, now) for pair in pairs))

    def digest(self, episode: Episode) -> Report:
        """Records costs, observations, pairs and scores of an own episode, and tells the trigger."""
        self._account(episode)
        pairs = self._learn(episode.segments)
        scores = [self._score(pair, episode.index) for pair in pairs]
        reached = {segment.subgoal for segment in episode.segments if segment.reached}
        for segment in episode.segments:
            cost = avoidable_cost(self._meter, segment, segment.subgoal in reached)
            self._credit(segment, cost, [s for p, s in zip(pairs, scores, strict=True) if _of(p, segment)])
        self._trigger.end_episode()
        return Report(tuple(pairs), tuple(scores))

    def _account(self, episode: Episode) -> None:
        """Records costs, calibration observations and x_i."""
        costs: dict[tuple[str, str], list[float]] = {}
        for decision in (d for s in episode.segments for d in s.decisions):
            category = decision.subgoal.category
            event = "slow_call" if decision.tier == "slow" else "fast_decision"
            _add(costs, (category, event), 1, thinking_cost(self._meter, decision))
            _add(costs, (category, "tick"), decision.outcome.ticks, acting_cost(self._meter, decision))
            failed = decision.tier == "slow" or not decision.outcome.ok
            self._trigger.observe(self._roster.of(category), failed)
            self._observe_margin(decision)
        for (category, event), (count, amount) in sorted(costs.items()):
            self._store.append_cost(episode.index, event, category, count, amount, self._meter.unit)

    def _observe_margin(self, decision: Decision) -> None:
        """Records what came of a fast decision; a proposal that was not taken has no outcome to record."""
        expert, margin = self._roster.of(decision.subgoal.category), decision.margin
        version = self.serving.get(expert)
        if decision.tier == "fast" and decision.action and margin is not None and version is not None:
            tried = Tried(decision.action.word, margin, decision.outcome.ok)
            self._store.append_calibration(expert, version, "life", tried, True)

    def _score(self, pair: Pair, now: int) -> Score:
        expert = self._roster.of(pair.corrected.subgoal.category)
        score = self._worthiness.score(pair, now, self._price(expert), self._retained(expert))
        self._store.append_pair(pair, signature(pair.corrected))
        self._store.append_score(score)
        return score

    def _credit(self, segment: Segment, cost: float, scores: Sequence[Score]) -> None:
        """Credits avoidable cost times W; what has produced no experience yet waits for what corrects it."""
        goal = segment.subgoal.goal
        cost += self._unpaid.pop(goal, 0.0)
        if scores:
            worth = sum(s.worthiness for s in scores) / len(scores)
            self._trigger.credit(self._roster.of(segment.subgoal.category), cost, worth)
        elif cost:
            self._unpaid[goal] = cost

    def _retained(self, category: str) -> Gradient | None:
        """Returns the gradient of a sample of an expert's exemplars, cached for the serving version."""
        version = self.serving.get(category, "")
        if self._gradients.get(category, ("", None))[0] != version:
            learned = trained_pairs(self._store, self._registry, category)
            seed, size = int(self._config.seed), int(self._config.consolidation.exemplars)
            found = training_decisions(self._store.pairs(exemplars(learned, size, seed)))
            sample = sorted(found, key=lambda x: draw(seed, f"{x[0]}:{x[1].index}"))[:REPLAY_SAMPLE]
            gradient = self._executor.bc_gradient(category, [d for _, d in sample]) if sample else None
            self._gradients[category] = (version, gradient)
        return self._gradients.get(category, ("", None))[1]


def _of(pair: Pair, segment: Segment) -> bool:
    """Whether the pair's corrected run is of this segment."""
    first = pair.corrected.decisions[0]
    return any(d is first for d in segment.decisions)


Costs = dict[tuple[str, str], list[float]]


def _add(costs: Costs, key: tuple[str, str], count: float, amount: float) -> None:
    entry = costs.setdefault(key, [0.0, 0.0])
    entry[0] += count
    entry[1] += amount
