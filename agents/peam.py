"""The agent of the paper: the fast tier acts by reflex where its risk is controlled, else the slow one does.

A goal that was reached before needs no plan (routines.py). What has failed, or leads in circles, is tabu
(tabu.py), and so are what is known to lack something, or to make what abounds (affordances.py), and what has
no precedent (practice.py). Where reflexes go on for longer than it ever took, the slow tier takes over for a
while (patience.py). What it has begun to look for is looked for without it (search.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from peam.actions import legal_actions
from peam.agents.base import Plan, Proposal, Situation, consult, think
from peam.agents.bounds import Bounds
from peam.agents.search import carry_on
from peam.agents.tabu import tabu
from peam.fast.base import Choice, FastTier
from peam.slow.planner import SlowPlanner
from peam.types import Decision, Episode, Image, Observation, Subgoal, Task

_LEGAL = frozenset(legal_actions())


class Peam:
    """Slow planner, fast executor.

    Args:
        planner: Asked for plans, and wherever the fast tier may not act.
        fast: The adapters.
        bounds: How far the fast tier may go; learned from pursuits.
    """

    name = "peam"
    looks = True

    def __init__(self, planner: SlowPlanner, fast: FastTier, bounds: Bounds) -> None:
        self.planner = planner
        self.fast = fast
        self.bounds = bounds

    def begin(self, task: Task, seed: int) -> None:
        """Forgets the last episode's beliefs; what lasts is in the adapters."""
        self.planner.begin(seed)

    def plan(self, task: Task, observation: Observation, history: Sequence[Decision]) -> Plan:
        """Goes the way that led there before, where an adapter knows its first part; else asks."""
        way = self.bounds.routines.way(Subgoal(task.category, task.goal))
        first = next((s for s in way if not s.predicate.holds(observation)), None)
        if history or first is None or not self.fast.knows(first.category):
            return consult(self.planner, task, observation, history)
        self.planner.brief(task, observation)
        return Plan(way, "fast")

    def propose(self, situation: Situation) -> Proposal:
        """Fast where confident, else slow; the fast choice that was not taken is kept as the shadow."""
        image = situation.observation.rgb
        assert image is not None, "the loop draws a picture for agents that look"
        choice = self._reflex(situation, image)
        if choice and choice.acts and not self.bounds.patience.lost(situation.subgoal, situation.history):
            return Proposal(choice.action, "fast", choice.seen, choice.confidence, choice.margin)
        seen = choice.seen if choice else self.fast.see(image)
        action = carry_on(situation, seen)
        if action is not None:
            return Proposal(action, "fast", seen)
        proposal = replace(think(self.planner, situation), seen=seen)
        return _shadowed(proposal, choice) if choice else proposal

    def _reflex(self, situation: Situation, image: Image) -> Choice | None:
        """Returns what the category's adapter would do; None where none serves, or nothing is left."""
        category = situation.subgoal.category
        if not self.fast.knows(category):
            return None
        bounds, state = self.bounds, situation.state
        barred = tabu(situation.history) | bounds.affordances.vain(state) | bounds.practice.novel(category)
        return None if barred >= _LEGAL else self.fast.decide(category, state, image, barred)

    def learn(self, episode: Episode) -> None:
        """Nothing here: what it learns is in the adapters, and in the bounds that `Memory` keeps."""


def _shadowed(proposal: Proposal, choice: Choice) -> Proposal:
    return replace(
        proposal,
        confidence=choice.confidence,
        margin=choice.margin,
        shadow=str(choice.action),
    )
