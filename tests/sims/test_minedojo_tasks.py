"""MineDojo's tasks and missions over the embedded world, in this process, and its commands."""

import numpy as np
import pytest

from peam.errors import SimError
from peam.sims.voxel import entities as ent
from peam.sims.voxel import physics as ph
from peam.sims.voxel.blocks import NAMES
from peam.sims.voxel.minedojo_compat import make, possible
from peam.sims.voxel.minedojo_compat.mission import known_biome, world_seed
from peam.sims.voxel.minedojo_compat.spaces import flat
from peam.sims.voxel.minedojo_compat.specs import lacks, specs
from tests.minedojo import policies
from tests.minedojo.policies import ATTACK, DROP, LOG_AHEAD, THREE_LOGS, act, arena, held
from tests.sims.dojo import SIZE, beside, env, steps

# -- tasks -------------------------------------------------------------------------------------------------


def run(task, policy, blocks=()):
    made = make(task, image_size=SIZE, world_seed=5, seed=1)
    made.reset()
    arena(made.avatar.game, blocks)
    return policy(made.step), made


def test_harvest_succeeds_with_what_was_gained_since_the_reset():
    (rewards, done, _), made = run("harvest_1_log", policies.harvest_log, LOG_AHEAD)
    assert done and made.is_successful and sum(rewards) == 1
    made = env(
        "harvest", target_names=["log", "stick"], target_quantities=[1, 2], inventory={0: {"name": "log"}}
    )
    assert made.task_prompt == "Harvest 1 log, 2 stick."
    _, reward, done, _ = made.step(act(verb=DROP))
    assert reward == 0.0 and not done, "the loss fell on the first of three ticks"
    assert made.task.reward({"log": 2, "stick": 0}, {"log": 1, "stick": 0}) == -1


def test_techtree_needs_the_use():
    (rewards, done, _), _ = run(
        "techtree_from_barehand_to_wooden_pickaxe", policies.wooden_pickaxe, THREE_LOGS
    )
    assert done and rewards[-1] == 10 and 1 not in rewards, "the pickaxe came on the first of three ticks"


def test_combat_needs_the_kill():
    made = env("combat_cow_plains_barehand")
    game = made.avatar.game
    row = game.entities.creature("cow", (game.body[0], policies.FLOOR, game.body[2] + 2))
    game.entities.table[row, ent.HEALTH] = 1
    rewards = []
    for _ in range(30):
        _, reward, done, info = made.step(act(pitch=13 if not rewards else 12, verb=ATTACK))
        rewards.append(reward)
        if done:
            break
    assert done and rewards[-1] == 1 and info["stat"]["kill_entity"]["cow"] == 1


def test_survival_counts_days_since_the_last_death():
    made = env("Survival", target_days=2, per_day_reward=3)
    stat = made.avatar.ledger.tree["stat"]
    stat["time_since_death"] = 23999
    _, reward, done, _ = made.step(act())
    assert reward == 3 and not done
    stat["time_since_death"] = 47999
    _, reward, done, _ = made.step(act())
    assert reward == 3 + 6 and done


def test_death_does_not_end_the_episode_and_the_agent_comes_back_empty_handed():
    made = env(inventory={0: {"name": "log", "quantity": 4}})
    made.avatar.game.vitals.life = 0.5
    made.avatar.game.body[ph.Y] += 8
    dead = 0
    for _ in range(60):
        obs, _, done, info = made.step(act())
        assert not done
        dead += info["is_dead"]
    assert dead == 1 and obs["life_stats"]["life"] == 20 and held(obs, "log") == 0
    assert info["stat"]["deaths"] == 1 and info["stat"]["time_since_death"] < 60


def test_the_ids_are_the_1572_and_the_possible_ones_can_be_made():
    assert len(specs()) == 1572 and specs()["combat_zombie_plains_iron_armors_iron_sword_shield"]
    kinds = {kind: [t for t in possible() if specs()[t]["__cls__"] == kind] for kind in ("harvest", "combat")}
    assert len(kinds["harvest"]) >= 400 and len(kinds["combat"]) >= 100
    for name in possible()[::40]:
        assert make(name, image_size=SIZE).task_prompt
    assert make("harvest_8_log", image_size=SIZE).task_prompt == "obtain 8 log"


@pytest.mark.parametrize(
    ("task", "message"),
    [
        ("harvest_1_elytra", r"lacks the item 'elytra' \(did you mean 'harvest_1_\w+'\?\)"),
        (
            "combat_guardian_ocean_iron_armors_iron_sword_shield",
            r"the creature 'guardian'.*did you mean 'combat_",
        ),
        ("harvest_1_log_jungle", r"the biome 'jungle'.*did you mean 'harvest_1_log"),
        ("harvest_1_logg", r"unknown task 'harvest_1_logg' \(did you mean 'harvest_1_log'\?\)"),
    ],
)
def test_an_impossible_task_names_what_it_lacks_and_the_nearest(task, message):
    with pytest.raises(SimError, match=message):
        make(task, image_size=SIZE)
    assert task not in possible()


def test_every_refusal_is_explained():
    refused = [name for name in specs() if name not in possible()]
    assert refused and all(any(lacks(name)) for name in refused)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"use_depth": True}, "unknown option 'use_depth'"),
        ({"initial_weather": "snow"}, "unknown weather 'snow'"),
        ({"initial_inventory": {0: {"name": "oak_log"}}}, "unknown item 'oak_log'"),
        ({"initial_inventory": {41: {"name": "log"}}}, "unknown slot '41'"),
        ({"initial_inventory": {"hand": {"name": "log"}}}, "unknown slot 'hand'"),
        ({"specified_biome": "plain"}, "did you mean 'plains'"),
        ({"start_position": {"x": 1}}, "start_position"),
        ({"use_voxel": True, "voxel_size": {"xmin": 0}}, "voxel_size"),
    ],
)
def test_a_wrong_option_is_named(options, message):
    with pytest.raises(SimError, match=message):
        make("open-ended", image_size=SIZE, **options)


def test_wrong_targets_are_named():
    with pytest.raises(SimError, match=r"no 'logs' .did you mean 'log'"):
        make("harvest", image_size=SIZE, target_names="logs", target_quantities=1)
    with pytest.raises(SimError, match="unknown creature 'zombi'"):
        make("combat", image_size=SIZE, target_names="zombi", target_quantities=1)
    with pytest.raises(SimError, match="needs target_names"):
        make("harvest", image_size=SIZE)
    with pytest.raises(SimError, match="either tech or tech_item"):
        make("techtree", image_size=SIZE)
    with pytest.raises(SimError, match="not more than 1"):
        make("Survival", image_size=SIZE, target_days=1)
    with pytest.raises(SimError, match="image_size"):
        make("open-ended", image_size=(0, 10)).reset()


# -- missions ----------------------------------------------------------------------------------------------


def test_a_fast_reset_keeps_the_world_and_gives_the_inventory_again():
    made = make("harvest_log_with_diamond_axe", image_size=SIZE, seed=1)
    made.reset()
    arena(made.avatar.game)
    game, x, z = made.avatar.game, *(int(v) for v in np.floor(made.avatar.game.body[[0, 2]]))
    made.step(act(verb=DROP))
    obs = made.reset()
    assert made.avatar.game is game and obs["inventory"]["name"][0] == "diamond axe"
    assert obs["inventory"]["name"][1:].tolist() == ["air"] * 35
    assert not list(game.entities.of([ent.ITEM])), "what lay about is gone"
    game.world.ensure(x, z)
    assert NAMES[game.world.get(x, policies.FLOOR - 1, z)] == "stone"
    assert obs["location_stats"]["pos"].tolist() != [x + 0.5, policies.FLOOR, z + 0.5]


def test_the_same_seed_gives_the_same_episode_and_a_full_reset_the_same_world():
    def walk(made):
        return [made.reset()] + [made.step(act(move=1, yaw=12 + i % 2, verb=ATTACK))[0] for i in range(25)]

    options = {"image_size": SIZE, "seed": 4, "world_seed": "peam", "fast_reset": False}
    made = make("harvest_1_wheat_seeds", **options)
    first, again, other = walk(made), walk(made), walk(make("harvest_1_wheat_seeds", **options))
    for a, b in ((first, again), (first, other)):
        for one, two in zip(a, b, strict=True):
            left, right = flat(one), flat(two)
            assert all(np.array_equal(left[key], right[key]) for key in left)
    assert world_seed("peam") == 3436769 and world_seed("12") == 12


def test_at_night_with_nobody_about_stays_so():
    made = make("combat_zombie_plains_iron_armors_iron_sword_shield", image_size=SIZE, seed=3, world_seed=5)
    obs = made.reset()
    game = made.avatar.game
    assert game.clock == 18000 and obs["equipment"]["name"][-1] == "shield"
    mobs = [ent.KINDS[int(game.entities.table[row, ent.KIND])] for row in game.entities.of(range(3, 40))]
    assert mobs == ["zombie"]
    game.vitals.life = 20
    arena(game)
    steps(made, act(), 420)
    assert game.clock == 18000 and not list(game.entities.of(range(3, 40)))


def test_a_biome_is_looked_for():
    made = make("harvest_1_cactus", image_size=SIZE, specified_biome="desert", seed=2, world_seed=11)
    assert made.reset()["location_stats"]["biome_id"] == known_biome("desert") == 2


def test_commands_do_what_they_say_or_answer_why_not():
    made = env(inventory={0: {"name": "log"}})
    game = made.avatar.game
    made.execute_cmd("/summon cow ~0 ~1 ~3")
    assert [ent.KINDS[int(game.entities.table[r, ent.KIND])] for r in game.entities.of(range(3, 40))] == [
        "cow"
    ]
    made.execute_cmd("/setblock ~0 ~0 ~2 log")
    assert NAMES[game.world.get(*beside(made, 0, 0, 2))] == "oak_log"
    made.execute_cmd("/time set 30000")
    assert game.clock == 6001
    obs = made.execute_cmd("/replaceitem entity @p slot.inventory.3 minecraft:planks 7 2")[0]
    assert obs["inventory"]["name"][12] == "planks" and obs["inventory"]["variant"][12] == 2
    made.execute_cmd("/tp ~3 ~0 ~ 90 10")
    assert game.body[ph.YAW] == 90 and game.body[ph.PITCH] == 10
    assert held(made.execute_cmd("/clear")[0], "planks") == 0
    for command in (
        "/fly",
        "/summon dragon ~ ~ ~",
        "/summon cow 90000 70 0",
        "/setblock ~ ~ ~ command_block",
        "/time add 4",
        "/tp here",
        "/tp inf 70 0",
        "/replaceitem entity @p slot.pocket.1 minecraft:log 1 0",
        "/replaceitem entity @p slot.armor.tail minecraft:log 1 0",
        "/replaceitem entity @p slot.hotbar.1 minecraft:elytra 1 0",
        "/replaceitem entity @p slot.hotbar.1 minecraft:log 65 0",
        "/kill @a",
        "/",
    ):
        before = game.inventory.state()
        with pytest.raises(SimError):
            made.execute_cmd(command)
        assert game.inventory.state() == before
