"""The contract of the slow tier. A slow call is one invocation of `plan` or `decide`.

A planner knows tasks, observations, its own episode's history and hints; never the simulator, never
the store.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from peam.actions import Action, InvalidAction
from peam.types import Decision, Observation, Subgoal, Task


class SlowPlanner(Protocol):
    """A deliberative planner. `looks`: whether it wants the observation's picture."""

    looks: bool

    def begin(self, seed: int) -> None:
        """Starts an episode: forgets the last one; `seed` draws what it does not know this time."""

    def brief(self, task: Task, observation: Observation) -> None:
        """Tells it the task and where the episode begins, and asks nothing; `plan` tells it as well."""

    def plan(
        self, task: Task, observation: Observation, history: Sequence[Decision], hints: Sequence[str] = ()
    ) -> list[Subgoal]:
        """Returns the subgoals still to be reached, the task's goal last."""

    def decide(
        self,
        subgoal: Subgoal,
        observation: Observation,
        stations: Sequence[str],
        history: Sequence[Decision],
        hints: Sequence[str] = (),
    ) -> Action | InvalidAction:
        """Returns the next action towards the subgoal.

        Args:
            subgoal: What is pursued.
            observation: What the agent perceives.
            stations: Stations that the agent placed and that are near.
            history: Every decision of this episode so far, either tier's, with outcomes.
            hints: Text memory of the retrieval agents; empty for PEAM.
        """

    def outlook(
        self,
        observation: Observation,
        stations: Sequence[str],
        history: Sequence[Decision],
        hints: Sequence[str] = (),
    ) -> list[Subgoal]:
        """Returns the plan as it stands at a decision, with what outcomes have taught since `plan`.

        Part of the answer to `decide`, not a call of its own: a language model names both at once.
        """

    def spent(self) -> tuple[int, int]:
        """Returns the (prompt, completion) tokens that were paid for since this was last asked."""
