"""Skills and the planner-driven agent: what they may know, what they refuse, what they bring about."""

import pytest

from peam.actions import Action
from peam.agents.planner_only import PlannerOnly
from peam.benchmarks.crafter22 import ALL, PERFECT, SETTINGS, episode, random_episode, score, summarise
from peam.build import make_planner
from peam.config import load_config
from peam.evaluation.suites import load_suite
from peam.rollout import Rollout
from peam.sims.crafter import CrafterSim
from peam.sims.crafter.chart import ID
from peam.sims.crafter.game import ACHIEVEMENTS, ACTIONS
from peam.sims.crafter.grammar import check, grammar
from peam.sims.crafter.pilot import Pilot
from peam.sims.crafter.routes import open_sides
from peam.sims.crafter.rules import rules
from peam.sims.crafter.shelter import close_off
from peam.sims.crafter.skills import Skills
from peam.sims.crafter.templates import WALKABLE
from peam.sims.voxel import VoxelSim
from peam.skills.executor import Executor, executor_for
from peam.slow.crafter_beliefs import CrafterBeliefs, truth
from peam.types import Diagnosis, Outcome

CONFIG = load_config(overrides=[*SETTINGS, *PERFECT])


def sim_of(seed, **held):
    sim = CrafterSim()
    sim.reset(seed=seed)
    sim.game._player.inventory.update(held)
    sim.tick((0,))
    return sim


def play(sim, seed, decisions):
    taken = []
    act = sim.game.act
    sim.game.act = lambda action: (taken.append(action), act(action))[1]
    rollout = Rollout(sim, PlannerOnly(make_planner(CONFIG)), CONFIG)
    return rollout.run(ALL, seed, max_decisions=decisions), taken


def test_an_episode_earns_what_the_game_says():
    """A development world: what the agent notes from pictures is what the game counts."""
    played = episode(1003, PERFECT)
    assert {"collect_wood", "place_table", "make_wood_pickaxe", "collect_stone"} <= set(played["unlocked"])
    assert played["misjudged"] == [] and set(played["unlocked"]) <= set(ACHIEVEMENTS)


def test_the_agent_takes_the_same_course_without_the_games_privileged_word():
    honest, blind = CrafterSim(), CrafterSim()
    blind.game._sem_view = lambda: None  # the map of the whole world
    blind.game.achievements = dict.fromkeys(ACHIEVEMENTS, 0).copy  # the game's own count
    episodes = [play(sim, 1004, 20) for sim in (honest, blind)]
    assert episodes[0][1] == episodes[1][1] and len(episodes[0][1]) > 80


def test_a_backend_brings_its_own_skills_and_the_voxel_world_keeps_its_own():
    assert isinstance(executor_for(VoxelSim(), load_config()), Executor)
    performer = executor_for(sim_of(1), CONFIG)
    outcome = performer.execute(Action("mine", "oak_log", 1))
    assert outcome.diagnosis is Diagnosis.INVALID_ACTION and "did you mean" in outcome.detail


@pytest.mark.parametrize(
    ("action", "diagnosis", "missing"),
    [
        (Action("mine", "iron", 1), Diagnosis.MISSING_TOOL, {"stone_pickaxe": 1}),
        (Action("craft", "stone_pickaxe"), Diagnosis.MISSING_MATERIAL, {"wood": 1, "stone": 1}),
        (Action("place", "furnace"), Diagnosis.MISSING_MATERIAL, {"stone": 4}),
        (Action("kill", "skeleton"), Diagnosis.NOT_FOUND, {}),
        (Action("eat", "plant"), Diagnosis.NOT_FOUND, {}),
        (Action("sleep", "bed"), Diagnosis.NO_SPACE, {}),
    ],
)
def test_a_skill_says_why_it_cannot(action, diagnosis, missing):
    outcome = sim_of(1).performer(CONFIG).execute(action)
    assert outcome.diagnosis is diagnosis and outcome.missing == missing


def test_making_needs_a_station_and_goes_to_it():
    sim = sim_of(1, wood=9)
    performer = sim.performer(CONFIG)
    assert performer.execute(Action("craft", "wood_pickaxe")).missing == {"table": 1}
    assert performer.execute(Action("place", "table")).ok and performer.stations() == ("table",)
    made = performer.execute(Action("craft", "wood_pickaxe"))
    assert made.ok and made.delta == {"wood": -1, "wood_pickaxe": 1}
    assert sim.game.achievements()["make_wood_pickaxe"] == 1


def test_lava_is_never_stepped_into():
    sim, taken = sim_of(1), []
    x, y = sim.chart.place
    pilot = Pilot(sim.chart, lambda action: (taken.append(action), sim._hands(action))[1], 10)
    sim.chart.ground[x + 1, y] = ID["lava"]
    pilot.act("move_right")
    assert taken == ["noop"]


@pytest.mark.parametrize("seed", [2, 9])
def test_a_pocket_in_the_open_is_closed_in_the_game_itself(seed):
    sim = sim_of(seed, stone=9)
    pilot = Pilot(sim.chart, sim._hands, 200)
    Skills(pilot)
    cells = close_off(pilot)
    assert sim.chart.place in cells and not open_sides(sim.chart, cells)
    reached, edge = {tuple(sim.game._player.pos)}, [tuple(sim.game._player.pos)]
    while edge:
        x, y = edge.pop()
        for cell in ((x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)):
            if cell not in reached and sim.game._world[cell][0] in WALKABLE:
                reached.add(cell)
                edge.append(cell)
    assert len(reached) <= 4


def test_the_rules_are_the_packages():
    import crafter.constants as package

    assert {k: (v.gives, v.tool) for k, v in rules().collect.items()} == {
        k: (next(iter(v["receive"])), next(iter(v["require"]), "")) for k, v in package.collect.items()
    }
    assert {k: dict(v.uses) for k, v in rules().place.items()} == {
        k: v["uses"] for k, v in package.place.items()
    }
    assert {k: (dict(v.uses), list(v.near)) for k, v in rules().make.items()} == {
        k: (v["uses"], v["nearby"]) for k, v in package.make.items()
    }


def test_the_language_names_only_what_the_game_has():
    spoken = [f"make_{item}" for item in grammar()["craft"].targets]
    spoken += [f"place_{item}" for item in grammar()["place"].targets]
    assert set(spoken) == {a for a in ACTIONS if a.startswith(("make_", "place_"))}
    assert set(grammar()["mine"].targets) == set(rules().collect)
    assert check(Action("mine", "tree", 5)) and not check(Action("mine", "tree", 4))


def test_beliefs_are_drawn_and_a_diagnosis_repairs_one():
    drawn = CrafterBeliefs.draw(3, 0.5, 0.5)
    assert drawn.facts != truth() and CrafterBeliefs.draw(3, 0.0, 0.0).facts == truth()
    unknown = CrafterBeliefs.draw(0, 1.0, 0.0)
    assert unknown.tool("iron") == "" and unknown.uses("table") == {}
    missing = Outcome(Diagnosis.MISSING_TOOL, missing={"stone_pickaxe": 1})
    unknown.learn(Action("mine", "iron", 1), missing)
    assert unknown.tool("iron") == "stone_pickaxe" and unknown.tool("coal") == ""


@pytest.mark.parametrize("seed", range(12))
def test_a_planner_with_wrong_beliefs_still_answers(seed):
    config = load_config(overrides=[*SETTINGS, "slow.rulebook.p_unknown=0.2", "slow.rulebook.p_wrong=0.8"])
    planner, observation = make_planner(config), sim_of(1).observe()
    planner.begin(seed)
    for subgoal in planner.plan(ALL, observation, ())[:-1]:
        assert not check(planner.decide(subgoal, observation, (), ()))


def test_the_score_is_crafters():
    assert score([100.0] * 22) == pytest.approx(100.0)
    assert score([0.0] * 22) == 0.0
    assert score([0.0, 100.0]) == pytest.approx(101**0.5 - 1)  # exp((ln 1 + ln 101) / 2) - 1
    figures = summarise([random_episode(seed) for seed in range(3)])
    assert figures["n"] == 3 and 0 <= figures["score_interval"][0] <= figures["score_interval"][1] < 20


def test_the_suite_has_the_22():
    suite = load_suite("crafter22")
    assert [task.goal.item for task in suite.tasks] == list(ACHIEVEMENTS)
    assert {task.goal.fact for task in suite.tasks} == {"achieved"}
