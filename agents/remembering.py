"""What the agents with a text memory share: they ask the planner with hints, unless memory itself answers.

An agent of this kind says what it learns from an episode (`learn`), what it tells the planner (`recall`)
and, where its method acts without deliberation, which action that is (`reflex`). Knows its planner, never
the store.
"""

from __future__ import annotations

from collections.abc import Sequence

from peam.actions import Action
from peam.agents.base import Plan, Proposal, Situation, consult, think
from peam.agents.planner_only import PlannerOnly
from peam.agents.words import opening
from peam.types import Decision, Episode, Observation, Subgoal, Task


class Remembering(PlannerOnly):
    """The control arm, and a text memory that outlasts its episodes."""

    name = ""

    def plan(self, task: Task, observation: Observation, history: Sequence[Decision]) -> Plan:
        """Asks the planner, with what is recalled of the task's goal."""
        hints = self.recall(Subgoal(task.category, task.goal), opening(task, observation))
        return consult(self.planner, task, observation, history, hints)

    def propose(self, situation: Situation) -> Proposal:
        """Acts by reflex where memory has one, else asks the planner with what is recalled."""
        action = self.reflex(situation)
        if action is not None:
            return Proposal(action, "fast")
        return think(self.planner, situation, self.recall(situation.subgoal, situation.state))

    def recall(self, subgoal: Subgoal, state: str) -> Sequence[str]:
        """Returns the hints for a decision. Must not change what is remembered."""
        return ()

    def reflex(self, situation: Situation) -> Action | None:
        """Returns an action that needs no planner, or None."""
        return None

    def learn(self, episode: Episode) -> None:
        """Takes up an episode: all that changes what is remembered."""
        raise NotImplementedError
