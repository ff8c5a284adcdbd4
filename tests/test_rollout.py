"""One episode: whose plan it goes by, and how its decisions are cut into segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from peam.actions import Action
from peam.agents.base import Plan, Proposal, Situation
from peam.build import make_sim
from peam.config import load_config
from peam.rollout import Rollout, Trace
from peam.types import Decision, Observation, Predicate, Subgoal, Task, Tier

from .memory.helpers import decision

PLANKS = Subgoal("craft", Predicate("inventory", "oak_planks", 4))
LOGS = Subgoal("gather", Predicate("inventory", "oak_log", 1))
TASK = Task("planks_4", "craft 4 oak planks", PLANKS.predicate, "craft")


class Revising:
    """Plans the goal alone; its second answer, a slow one, knows better; its third is a fast one."""

    name, looks = "revising", False

    def __init__(self, planned_by: Tier = "slow") -> None:
        self.planned_by = planned_by

    def begin(self, task: Task, seed: int) -> None:
        self.asked: list[Subgoal] = []

    def plan(self, task: Task, observation: Observation, history: Sequence[Decision]) -> Plan:
        return Plan([PLANKS], self.planned_by)

    def propose(self, situation: Situation) -> Proposal:
        self.asked.append(situation.subgoal)
        if len(self.asked) == 1:
            return Proposal(
                Action("craft", "oak_planks", 4), "slow", plan=(PLANKS,), margin=0.5, shadow="wait(20)"
            )
        if len(self.asked) == 2:
            plan = (LOGS, PLANKS)
            return Proposal(Action("wait", "", 20), "slow", plan=plan, margin=0.5, shadow="wait(20)")
        return Proposal(Action("wait", "", 20), "fast", margin=0.5)


def test_a_slow_answer_revises_the_plan_and_its_decision_belongs_to_it() -> None:
    config = load_config()
    agent, sim = Revising(), make_sim(config)
    episode = Rollout(sim, agent, config).run(TASK, 7, max_decisions=3)
    sim.close()
    assert agent.asked == [PLANKS, PLANKS, LOGS], "the fast tier goes on under the revised plan"
    assert [(s.subgoal, len(s.decisions), s.reached) for s in episode.segments] == [
        (PLANKS, 1, False),
        (LOGS, 2, False),
    ]
    first, second, third = (d for s in episode.segments for d in s.decisions)
    assert "goal inventory oak_planks 4" in first.state and "goal inventory oak_log 1" in second.state
    assert (first.margin, second.margin, second.shadow, third.margin) == (0.5, None, "", 0.5)
    assert (episode.slow_calls, episode.fast_decisions) == (3, 1), "the plan, and two answers"


def test_a_plan_of_the_fast_tier_is_no_slow_call() -> None:
    config = load_config()
    sim = make_sim(config)
    episode = Rollout(sim, Revising("fast"), config).run(TASK, 7, max_decisions=3)
    sim.close()
    assert episode.slow_calls == 2, "two answers"


def test_a_run_that_was_interrupted_is_not_reached() -> None:
    trace = Trace()
    for index, (subgoal, reached) in enumerate(
        ((PLANKS, False), (PLANKS, False), (LOGS, True), (PLANKS, True))
    ):
        trace.decisions.append(replace(decision(index, "explore(north)"), subgoal=subgoal))
        trace.reached.append(reached)
    cut = [(s.subgoal, [d.index for d in s.decisions], s.reached) for s in trace.segments(0)]
    assert cut == [(PLANKS, [0, 1], False), (LOGS, [2], True), (PLANKS, [3], True)]
