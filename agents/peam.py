"""The agent of the paper: the fast tier acts by reflex where its risk is controlled, else the slow one does.

What has failed is tabu for it until what stopped it may have changed (tabu.py). Where it goes on without
changing anything for longer than any correction ever took, the slow tier decides once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from peam.actions import Action, InvalidAction
from peam.agents.base import Proposal, Situation
from peam.agents.tabu import tabu
from peam.fast.base import Choice, FastTier
from peam.slow.planner import SlowPlanner
from peam.types import Decision, Observation, Subgoal, Task


class Peam:
    """Slow planner, fast executor.

    Attributes:
        patience: Category -> the longest run of decisions without an inventory change that a corrected
            segment ever had; learned by the loop from the store, so nothing is tuned by hand.
    """

    name = "peam"
    looks = True

    def __init__(self, planner: SlowPlanner, fast: FastTier, patience: Mapping[str, int]) -> None:
        self.planner = planner
        self.fast = fast
        self.patience = patience

    def begin(self, task: Task, seed: int) -> None:
        """Forgets the last episode's beliefs; what lasts is in the adapters."""
        self.planner.begin(seed)

    def plan(self, task: Task, observation: Observation, history: Sequence[Decision]) -> list[Subgoal]:
        """Asks the planner."""
        return self.planner.plan(task, observation, history)

    def propose(self, situation: Situation) -> Proposal:
        """Fast where confident, else slow; the fast choice that was not taken is kept as the shadow."""
        image = situation.observation.rgb
        assert image is not None, "the loop draws a picture for agents that look"
        category = situation.subgoal.category
        if not self.fast.knows(category):
            return Proposal(self._think(situation), "slow", self.fast.see(image))
        choice = self.fast.decide(category, situation.state, image, tabu(situation.history))
        if choice.acts and not self._stalled(situation):
            return Proposal(choice.action, "fast", choice.seen, choice.confidence, choice.margin)
        return _shadowed(Proposal(self._think(situation), "slow"), choice)

    def _think(self, s: Situation) -> Action | InvalidAction:
        return self.planner.decide(s.subgoal, s.observation, s.stations, s.history)

    def _stalled(self, situation: Situation) -> bool:
        idle = 0
        for decision in reversed(situation.history):
            changed = decision.subgoal != situation.subgoal or bool(decision.outcome.delta)
            if changed or decision.tier == "slow":
                break
            idle += 1
        return idle > self.patience.get(situation.subgoal.category, 0)


def _shadowed(proposal: Proposal, choice: Choice) -> Proposal:
    return replace(
        proposal,
        seen=choice.seen,
        confidence=choice.confidence,
        margin=choice.margin,
        shadow=str(choice.action),
    )
