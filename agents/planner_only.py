"""The control arm: the slow tier alone, nothing remembered across episodes."""

from __future__ import annotations

from collections.abc import Sequence

from peam.agents.base import Plan, Proposal, Situation, consult, think
from peam.slow.planner import SlowPlanner
from peam.types import Decision, Episode, Observation, Task


class PlannerOnly:
    """Every decision is a slow call."""

    name = "planner_only"

    def __init__(self, planner: SlowPlanner) -> None:
        self.planner = planner
        self.looks = planner.looks

    def begin(self, task: Task, seed: int) -> None:
        """Forgets the last episode."""
        self.planner.begin(seed)

    def plan(self, task: Task, observation: Observation, history: Sequence[Decision]) -> Plan:
        """Asks the planner."""
        return consult(self.planner, task, observation, history)

    def propose(self, situation: Situation) -> Proposal:
        """Asks the planner."""
        return think(self.planner, situation)

    def learn(self, episode: Episode) -> None:
        """Remembers nothing."""
