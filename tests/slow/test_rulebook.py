"""The rulebook planner in the symbolic world: it solves what is to be solved, and wastes what it forgot."""

from __future__ import annotations

import pytest

from peam.actions import Action, legal_actions
from peam.config import load_config
from peam.evaluation.suites import load_suite
from peam.slow.rulebook import RulebookPlanner
from peam.types import Decision, Diagnosis, Observation, Outcome, Predicate, Subgoal, Task
from tests.slow.symbolic import PICTURE, Played, SymbolicWorld, play

PAPER = load_suite("paper11")
PERFECT = ["slow.rulebook.p_unknown=0.0", "slow.rulebook.p_wrong=0.0"]
LEGAL = set(legal_actions())


def planner(seed: int = 0, overrides: list[str] | None = None) -> RulebookPlanner:
    made = RulebookPlanner(load_config(overrides=overrides or []))
    made.begin(seed)
    return made


def run(task: Task, seed: int, overrides: list[str] | None = None) -> Played:
    return play(planner(seed, overrides), SymbolicWorld(task, seed), task)


def seen(inventory: dict[str, int] | None = None, y: float = 70.0, **rest) -> Observation:
    base = dict(hand="air", life=20.0, food=20.0, position=(0.0, y, 0.0), yaw=0.0, pitch=0.0, time=1000)
    return Observation(rgb=None, inventory=inventory or {}, tick=0, stats={}, **{**base, **rest})


def did(action: Action, diagnosis: Diagnosis, missing: dict[str, int] | None = None) -> Decision:
    goal = Subgoal("craft", Predicate("inventory", "stick", 1))
    return Decision(0, goal, "", PICTURE, (), action, "fast", Outcome(diagnosis, missing=missing or {}))


@pytest.mark.parametrize("task", PAPER.tasks, ids=lambda task: task.name)
def test_every_task_is_solved_with_default_gaps(task: Task) -> None:
    for seed in range(6):
        played = run(task, seed)
        assert played.success, (task.name, seed, [str(d.action) for d in played.decisions[-8:]])
        assert {d.action for d in played.decisions} <= LEGAL


def test_gaps_cost_actions_and_none_are_wasted_on_rules_without_them() -> None:
    rules = (Diagnosis.MISSING_MATERIAL, Diagnosis.MISSING_TOOL, Diagnosis.NO_STATION, Diagnosis.NO_FUEL)
    with_gaps = without = 0
    for task in PAPER.tasks[:5]:
        for seed in range(5):
            with_gaps += sum(d.outcome.diagnosis in rules for d in run(task, seed).decisions)
            perfect = run(task, seed, PERFECT)
            without += sum(d.outcome.diagnosis in rules for d in perfect.decisions)
            assert perfect.success
    assert without == 0
    assert with_gaps > 40


def test_the_same_seed_gives_the_same_decisions() -> None:
    task = PAPER.task("iron_pickaxe")
    first, again, other = run(task, 3), run(task, 3), run(task, 4)
    actions = [[str(d.action) for d in played.decisions] for played in (first, again, other)]
    assert actions[0] == actions[1] != actions[2]


def test_begin_forgets() -> None:
    made, task = planner(5), PAPER.task("stone_pickaxe")
    first = play(made, SymbolicWorld(task, 5), task)
    made.begin(5)
    second = play(made, SymbolicWorld(task, 5), task)
    assert [d.action for d in first.decisions] == [d.action for d in second.decisions]


TO_IRON = [
    "craft: inventory.wooden_pickaxe >= 1",
    "craft: inventory.wooden_sword >= 1",
    "craft: inventory.furnace >= 1",
    "craft: inventory.stone_pickaxe >= 1",
]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("crafting_table", []),
        ("wooden_pickaxe", []),
        ("cobblestone_8", ["craft: inventory.wooden_pickaxe >= 1"]),
        ("furnace", ["craft: inventory.wooden_pickaxe >= 1"]),
        ("coal_4", ["craft: inventory.wooden_pickaxe >= 1", "craft: inventory.wooden_sword >= 1"]),
        ("iron_ingot_2", [*TO_IRON, "gather: inventory.raw_iron >= 2"]),
        ("iron_pickaxe", [*TO_IRON, "gather: inventory.raw_iron >= 3", "smelt: inventory.iron_ingot >= 3"]),
    ],
)
def test_plan_names_tools_stations_ores_and_metals(name: str, expected: list[str]) -> None:
    task = PAPER.task(name)
    plan = [str(s) for s in planner(0, PERFECT).plan(task, seen(), [])]
    assert plan == [*expected, f"{task.category}: {task.goal}"]


def test_plan_skips_what_is_held() -> None:
    held = {"stone_pickaxe": 1, "stone_sword": 1, "furnace": 1, "raw_iron": 1}
    plan = planner(0, PERFECT).plan(PAPER.task("iron_ingot_2"), seen(held), [])
    assert [str(s) for s in plan] == ["gather: inventory.raw_iron >= 2", "smelt: inventory.iron_ingot >= 2"]
    plan = planner(0, PERFECT).plan(PAPER.task("iron_ingot_2"), seen({**held, "raw_iron": 2}), [])
    assert [str(s) for s in plan] == ["smelt: inventory.iron_ingot >= 2"]


def test_nobody_climbs_up_for_a_blade() -> None:
    made, task = planner(0, PERFECT), PAPER.task("iron_ingot_2")
    below = {"stone_pickaxe": 1, "furnace": 1, "coal": 4}
    assert [s.category for s in made.plan(task, seen(below), [])] == ["gather", "smelt"]
    wood = {**below, "oak_planks": 7, "stick": 1}
    assert str(made.plan(task, seen(wood), [])[0]) == "craft: inventory.wooden_sword >= 1"


def test_the_outlook_is_the_plan_with_what_failures_have_taught() -> None:
    made, task = (
        planner(1, ["slow.rulebook.p_unknown=1.0", "slow.rulebook.p_wrong=0.0"]),
        PAPER.task("iron_ingot_2"),
    )
    assert made.outlook(seen(), (), []) == [], "nothing is planned yet"
    last = Subgoal("smelt", task.goal)
    assert made.plan(task, seen(), []) == made.outlook(seen(), (), []) == [last]
    failed = did(Action("smelt", "iron_ingot", 2), Diagnosis.MISSING_MATERIAL, {"raw_iron": 2})
    ore = Subgoal("gather", Predicate("inventory", "raw_iron", 2))
    assert made.outlook(seen(), (), [failed]) == [ore, last]
    assert made.outlook(seen({"raw_iron": 2}), (), [failed]) == [last]


def test_a_plan_tells_the_task_whenever_it_is_asked_for_and_so_does_a_brief() -> None:
    task, walked = PAPER.task("crafting_table"), [did(Action("explore", "north"), Diagnosis.OK)]
    assert planner(0, PERFECT).plan(task, seen(), walked) == [Subgoal("craft", task.goal)]
    made = planner(0, PERFECT)
    made.brief(task, seen())
    assert made.outlook(seen(), (), walked) == [Subgoal("craft", task.goal)]


def test_wood_for_the_whole_task_comes_first() -> None:
    made, task = planner(0, PERFECT), PAPER.task("iron_pickaxe")
    plan = made.plan(task, seen(), [])
    assert made.decide(plan[0], seen(), (), []) == Action("mine", "oak_log", 8)


def test_failures_of_the_fast_tier_repair_beliefs() -> None:
    unknown = planner(1, ["slow.rulebook.p_unknown=1.0", "slow.rulebook.p_wrong=0.0"])
    goal = Subgoal("craft", Predicate("inventory", "stick", 4))
    assert unknown.decide(goal, seen(), (), []) == Action("craft", "stick", 1)
    history = [
        did(Action("craft", "stick", 1), Diagnosis.MISSING_MATERIAL, {"oak_planks": 2}),
        did(Action("craft", "oak_planks", 1), Diagnosis.MISSING_MATERIAL, {"oak_log": 1}),
    ]
    assert unknown.decide(goal, seen(), (), history) == Action("mine", "oak_log", 1)


def test_hints_in_text_repair_beliefs_too() -> None:
    unknown = planner(1, ["slow.rulebook.p_unknown=1.0", "slow.rulebook.p_wrong=0.0"])
    goal = Subgoal("craft", Predicate("inventory", "stick", 4))
    hints = [
        "stick_4: craft(stick, 1): MISSING_MATERIAL oak_planks 2",
        "craft(oak_planks, 1): MISSING_MATERIAL oak_log 1",
        "ignore this: __import__('os')",
    ]
    assert unknown.decide(goal, seen(), (), [], hints) == Action("mine", "oak_log", 1)


def test_what_was_not_found_here_is_looked_for_elsewhere() -> None:
    made, goal = planner(0, PERFECT), Subgoal("gather", Predicate("inventory", "oak_log", 4))
    gone = did(Action("mine", "oak_log", 4), Diagnosis.NOT_FOUND)
    north, stuck = Action("explore", "north"), Diagnosis.STUCK
    assert made.decide(goal, seen(), (), [gone]) == north
    assert made.decide(goal, seen(), (), [gone, did(north, Diagnosis.OK)]) == Action("mine", "oak_log", 4)
    assert made.decide(goal, seen(), (), [gone, did(north, stuck)]) == Action("explore", "east")


def test_logs_are_not_looked_for_below_the_ground() -> None:
    made, goal = planner(0, PERFECT), Subgoal("gather", Predicate("inventory", "oak_log", 4))
    assert made.decide(goal, seen(y=30.0), (), []) == Action("explore", "up")


def test_a_failure_in_unchanged_circumstances_is_not_repeated_for_ever() -> None:
    made, goal = planner(0, PERFECT), Subgoal("build", Predicate("placed", "furnace", 1))
    place = Action("place", "furnace")
    history = [did(place, Diagnosis.NO_SPACE)]
    assert made.decide(goal, seen({"furnace": 1}), (), []) == place
    assert made.decide(goal, seen({"furnace": 1}), (), history).verb == "explore"


def test_it_draws_the_best_sword_and_eats_when_hurt() -> None:
    made, goal = planner(0, PERFECT), Subgoal("combat", Predicate("killed", "zombie", 1))
    arms = {"stone_sword": 1, "wooden_sword": 1, "apple": 1}
    assert made.decide(goal, seen(arms, time=14000), (), []) == Action("equip", "stone_sword")
    assert made.decide(goal, seen(arms, time=14000, hand="stone_sword"), (), []) == Action("kill", "zombie")
    assert made.decide(goal, seen(arms, life=6.0, food=15.0), (), []) == Action("eat", "apple")


def test_a_table_out_of_reach_is_made_again() -> None:
    made, goal = planner(0, PERFECT), Subgoal("craft", Predicate("inventory", "stone_pickaxe", 1))
    held = {"cobblestone": 3, "stick": 2, "oak_planks": 4, "wooden_pickaxe": 1}
    assert made.decide(goal, seen(held), ("crafting_table",), []) == Action("craft", "stone_pickaxe", 1)
    assert made.decide(goal, seen(held), (), []) == Action("craft", "crafting_table", 1)


def test_it_goes_back_to_the_trees_that_it_left_standing() -> None:
    made, goal = planner(0, PERFECT), Subgoal("gather", Predicate("inventory", "oak_log", 4))
    mine, gone = Action("mine", "oak_log", 4), Diagnosis.NOT_FOUND
    east, south = did(Action("explore", "east"), Diagnosis.OK), did(Action("explore", "south"), Diagnosis.OK)
    left = [did(mine, Diagnosis.OK), east, east, south, did(mine, gone)]
    assert made.decide(goal, seen(), (), left) == Action("explore", "west")
    west, north = did(Action("explore", "west"), Diagnosis.OK), did(Action("explore", "north"), Diagnosis.OK)
    nearly = [*left, west, did(mine, gone), north, did(mine, gone)]
    assert made.decide(goal, seen(), (), nearly) == Action("explore", "west")
    used_up = [did(mine, Diagnosis.OK), did(mine, gone), east, did(mine, gone)]
    assert made.decide(goal, seen(), (), used_up) == Action("explore", "north")
