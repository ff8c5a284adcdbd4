"""Worlds under other names and recipes: a bijection, everything can be made, names agree everywhere."""

from __future__ import annotations

import numpy as np
import pytest

from peam.actions import Action, grammar, legal_actions
from peam.build import make_sim
from peam.config import load_config
from peam.errors import SimError
from peam.evaluation.arms import ArmSpec, make_arm
from peam.evaluation.suites import load_suite, suited
from peam.rollout import Rollout
from peam.sims.base import NOOP, check_sim
from peam.sims.obfuscated import DEALT, GROUPS, Disguise, Obfuscated, reachable
from peam.sims.voxel import VoxelSim
from peam.sims.voxel.rules import ENTRIES, OF_ITEM
from peam.skills.executor import Executor
from peam.types import Diagnosis

SEEDS = range(1, 13)


def test_the_contract_holds_behind_a_disguise() -> None:
    check_sim(Obfuscated(3, image_size=(24, 32)))


@pytest.mark.parametrize("seed", SEEDS)
def test_names_are_exchanged_within_their_groups_and_none_is_kept(seed: int) -> None:
    disguise = Disguise.draw(seed)
    for group in GROUPS:
        assert sorted(disguise.show(name) for name in group) == sorted(group)
        assert all(disguise.show(name) != name for name in group)
    for name in (*DEALT, "oak_log", "furnace"):
        assert disguise.know(disguise.show(name)) == name
    assert sorted(disguise.like) == sorted(disguise.like.values()) == sorted(DEALT)


def test_every_new_name_takes_the_verbs_that_it_took() -> None:
    for group in GROUPS:
        verbs = [{verb for verb, spec in grammar().items() if name in spec.targets} for name in group]
        assert all(taken == verbs[0] for taken in verbs)


@pytest.mark.parametrize("seed", SEEDS)
def test_everything_can_be_made_and_not_as_in_the_ordinary_game(seed: int) -> None:
    disguise = Disguise.draw(seed)
    assert set(DEALT) <= reachable(disguise.like)
    assert disguise == Disguise.draw(seed) != Disguise.draw(seed + 1)
    changed = [
        k for k, v in disguise.like.items() if ENTRIES[OF_ITEM[k][0]].takes != ENTRIES[OF_ITEM[v][0]].takes
    ]
    assert len(changed) > len(DEALT) / 2


def test_the_search_finds_what_cannot_be_made() -> None:
    """A wooden pickaxe of iron: no stone, so no furnace, so no iron."""
    like = {"wooden_pickaxe": "iron_pickaxe", "iron_pickaxe": "wooden_pickaxe"}
    assert set(DEALT) <= reachable({})
    assert reachable(like).isdisjoint({"cobblestone", "furnace", "iron_ingot", "wooden_pickaxe", "iron_axe"})
    assert {"stick", "iron_pickaxe", "wooden_axe"} <= reachable(like)


@pytest.mark.parametrize("name", ["obfuscated", "life_obfuscated"])
def test_every_goal_of_the_suites_can_be_reached_in_their_world(name: str) -> None:
    suite = load_suite(name)
    disguise = Disguise.draw(suite.obfuscation)
    had = {disguise.show(item) for item in reachable(disguise.like)}
    assert {task.goal.item for task in suite.tasks} <= had
    assert all(task.goal.fact == "inventory" for task in suite.tasks)


def test_the_recipes_are_those_that_the_rules_tell() -> None:
    """Whatever the rules ask for under new names makes the thing; one piece less does not."""
    config = suited(load_config(), load_suite("obfuscated"))
    for item in (task.goal.item for task in load_suite("obfuscated").tasks):
        sim = make_sim(config)
        sim.reset(seed=5, options={"time": 1000})
        recipe = sim.rules.recipe(item)
        assert recipe is not None
        for short in (0, 1):
            held = {name: count - short for name, count in recipe[1].items() if count > short}
            sim.reset(seed=5, options={"time": 1000, "inventory": {**held, "crafting_table": 1}})
            executor = Executor(sim, config)
            assert executor.execute(Action("place", "crafting_table")).ok
            outcome = executor.execute(Action("craft", item, 1))
            assert outcome.diagnosis is (Diagnosis.MISSING_MATERIAL if short else Diagnosis.OK), (
                item,
                recipe,
            )
            if short:
                assert outcome.missing.keys() <= {*recipe[1], "oak_planks", "coal", "cobblestone"}
            else:
                assert outcome.delta == {item: recipe[0], **{n: -c for n, c in recipe[1].items()}}
            assert sim.stats().get(f"crafted.{item}", 0) == (0 if short else recipe[0])


def test_things_do_what_they_did_and_names_agree_everywhere() -> None:
    sim, plain = Obfuscated(1, image_size=None), VoxelSim(image_size=None)
    disguise = sim.disguise
    called = disguise.show("iron_pickaxe")
    obs, _ = sim.reset(seed=4, options={"inventory": {called: 1, "ladder": 2}, "hand": called})
    plain.reset(
        seed=4, options={"inventory": {"iron_pickaxe": 1, disguise.know("ladder"): 2}, "hand": "iron_pickaxe"}
    )
    assert sim.observe().hand == sim.body().hand == sim.slots()[0][0] == obs["inventory"]["name"][0] == called
    assert sim.observe().inventory == {called: 1, "ladder": 2}
    assert obs["equipment"]["name"][0] == called
    assert sim.rules.tool_works("diamond_ore", called) and not sim.rules.tool_works(
        "diamond_ore", "iron_pickaxe"
    )
    assert sim.rules.weakest_tool("stone") == disguise.show("wooden_pickaxe")
    assert sim.rules.dig_ticks("stone", called) == plain.rules.dig_ticks("stone", "iron_pickaxe")
    for _ in range(40):
        sim.tick(NOOP)
        plain.tick(NOOP)
    assert np.array_equal(sim.frame(32, 48), plain.frame(32, 48))
    assert sim.snapshot() == plain.snapshot()


def test_a_disguise_needs_a_seed() -> None:
    with pytest.raises(SimError, match="obfuscation: seed 0 is not 1 or more"):
        Obfuscated(0)


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_a_planner_that_believes_the_ordinary_rules_plays_on(seed: int) -> None:
    """Every action is legal, and some recipe is learnt that the book has otherwise."""
    suite = load_suite("obfuscated")
    options = {**load_config().to_dict()}
    config = load_config(overrides=[f"sim.obfuscation={seed}"])
    assert options["sim"]["obfuscation"] == 0
    arm, sim, told = make_arm(ArmSpec("planner_only", config)), make_sim(config), []
    for task in suite.tasks[:3]:
        episode = Rollout(sim, arm.agent, config).run(task, 510, max_decisions=30)
        actions = [d.action for segment in episode.segments for d in segment.decisions]
        assert actions and set(actions) <= set(legal_actions())
        history = [d for segment in episode.segments for d in segment.decisions]
        told += list(arm.agent.planner._drawn.replay(history).told)  # type: ignore[attr-defined]
    assert any(key.startswith("recipe:") for key in told)
