"""By what way a goal was reached, and when it stands in for a plan."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from peam.agents.bounds import Bounds
from peam.agents.peam import Peam
from peam.agents.routines import Routines
from peam.fast.base import FastTier
from peam.slow.planner import SlowPlanner
from peam.types import Observation, Predicate, Segment, Subgoal, Task

from ..memory.helpers import decision

PICKAXE = Subgoal("craft", Predicate("inventory", "wooden_pickaxe", 1))
SWORD = Subgoal("craft", Predicate("inventory", "wooden_sword", 1))
STONE = Subgoal("gather", Predicate("inventory", "cobblestone", 8))
TASK = Task("cobblestone_8", "collect 8 cobblestone", STONE.predicate, "gather")
BARE = Observation(
    rgb=None, inventory={}, hand="air", life=20.0, food=20.0, position=(0.0, 70.0, 0.0), yaw=0.0, pitch=0.0,
    time=1000, tick=0, stats={},
)  # fmt: skip


def ran(subgoal: Subgoal, reached: bool = True) -> Segment:
    return Segment(0, subgoal, (decision(0, "wait(20)"),), reached)


def test_the_way_is_what_was_reached_in_order_and_once() -> None:
    routines = Routines()
    assert routines.way(STONE) == ()
    routines.learn([ran(STONE, False), ran(PICKAXE), ran(STONE, False), ran(PICKAXE), ran(STONE)])
    assert routines.way(STONE) == (PICKAXE, STONE)
    routines.learn([ran(STONE)])
    assert routines.way(STONE) == (PICKAXE, STONE), "the fullest"
    routines.learn([ran(PICKAXE), ran(SWORD), ran(STONE)])
    assert routines.way(STONE) == (PICKAXE, SWORD, STONE)


def test_a_goal_that_was_missed_teaches_no_way() -> None:
    routines = Routines()
    routines.learn([ran(PICKAXE), ran(STONE, False)])
    routines.learn([])
    assert routines.way(STONE) == routines.way(PICKAXE) == ()


class Asked:
    """A planner that counts how often it is asked for a plan."""

    def __init__(self) -> None:
        self.plans, self.briefed = 0, list[Task]()

    def brief(self, task: Task, observation: Observation) -> None:
        self.briefed.append(task)

    def plan(self, task, observation, history, hints=()):
        self.plans += 1
        return [STONE]

    def spent(self) -> tuple[int, int]:
        return (0, 0)


class Knowing:
    """A fast tier that knows some categories."""

    def __init__(self, *categories: str) -> None:
        self.categories = categories

    def knows(self, category: str) -> bool:
        return category in self.categories


def peam(*known: str) -> tuple[Peam, Asked]:
    planner, bounds = Asked(), Bounds()
    bounds.learn([ran(PICKAXE), ran(STONE)])
    return Peam(cast(SlowPlanner, planner), cast(FastTier, Knowing(*known)), bounds), planner


def test_a_known_way_whose_first_part_an_adapter_knows_needs_no_planner() -> None:
    agent, planner = peam("craft")
    plan = agent.plan(TASK, BARE, [])
    assert (tuple(plan.subgoals), plan.tier) == ((PICKAXE, STONE), "fast")
    assert (planner.plans, planner.briefed) == (0, [TASK]), "it knows the task if it is asked later"


def test_the_first_part_is_the_first_that_does_not_hold() -> None:
    agent, planner = peam("craft")
    held = replace(BARE, inventory={"wooden_pickaxe": 1})
    assert agent.plan(TASK, held, []).tier == "slow" and planner.plans == 1


def test_what_is_new_or_did_not_lead_there_is_planned() -> None:
    agent, _ = peam("craft", "gather")
    other = replace(TASK, goal=Predicate("inventory", "cobblestone", 12))
    assert agent.plan(other, BARE, []).tier == "slow", "another goal"
    assert agent.plan(TASK, BARE, [decision(0, "wait(20)")]).tier == "slow", "the way has been gone"
    stranger, asked = peam()
    assert stranger.plan(TASK, BARE, []).tier == "slow" and asked.plans == 1, "no adapter"
