"""What every agent is to the loop: it plans, proposes one action at a time, and says which tier spoke.

An agent knows its planner and its own memory; never the simulator, the executor or the store.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from peam.actions import Action, InvalidAction
from peam.slow.planner import SlowPlanner
from peam.types import Decision, Episode, Observation, Subgoal, Task, Tier


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a decision may look at.

    Attributes:
        subgoal: What is pursued.
        observation: What is perceived, picture included.
        state: The state text of both (`peam.state.describe`).
        stations: Stations that the agent placed and that are near.
        history: The episode's decisions so far.
    """

    subgoal: Subgoal
    observation: Observation
    state: str
    stations: Sequence[str]
    history: Sequence[Decision]


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposed action and who proposes it; the fields are those of `Decision`.

    `plan` is the slow tier's, revised where it spoke: it names subgoals and the action in one answer.
    `calls` counts its invocations where one answer was not taken; a proposal of the fast tier has none.
    """

    action: Action | InvalidAction
    tier: Tier
    seen: tuple[str, ...] = ()
    confidence: float | None = None
    margin: float | None = None
    shadow: str = ""
    tokens: tuple[int, int] = (0, 0)
    plan: tuple[Subgoal, ...] = ()
    calls: int = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """Subgoals still to be reached, the task's goal last, who named them, and the tokens that this cost."""

    subgoals: Sequence[Subgoal]
    tier: Tier = "slow"
    tokens: tuple[int, int] = (0, 0)


def consult(
    planner: SlowPlanner,
    task: Task,
    observation: Observation,
    history: Sequence[Decision],
    hints: Sequence[str] = (),
) -> Plan:
    """Makes the one slow call of a plan."""
    return Plan(planner.plan(task, observation, history, hints), tokens=planner.spent())


def think(planner: SlowPlanner, s: Situation, hints: Sequence[str] = ()) -> Proposal:
    """Makes the one slow call of a decision: the plan as it stands now, and the next action of it."""
    plan = tuple(planner.outlook(s.observation, s.stations, s.history, hints)) or (s.subgoal,)
    action = planner.decide(plan[0], s.observation, s.stations, s.history, hints)
    return Proposal(action, "slow", tokens=planner.spent(), plan=plan)


class Agent(Protocol):
    """A policy with or without memory."""

    name: str
    looks: bool  # whether its decisions need a picture

    def begin(self, task: Task, seed: int) -> None:
        """Starts an episode; `seed` draws what its planner does not know this time."""

    def plan(self, task: Task, observation: Observation, history: Sequence[Decision]) -> Plan:
        """Returns the subgoals still to be reached; a slow call where the slow tier names them."""

    def propose(self, situation: Situation) -> Proposal:
        """Returns the next action."""

    def learn(self, episode: Episode) -> None:
        """Takes up an ended episode: all that it remembers of it. Not called while memory is frozen."""
