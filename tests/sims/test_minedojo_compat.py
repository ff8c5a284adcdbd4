"""MineDojo's interface over the embedded world, in this process: spaces, names, actions, crafting."""

import numpy as np
import pytest

from peam.errors import SimError
from peam.sims.voxel.blocks import NAMES
from peam.sims.voxel.items import ITEM_ID, ITEMS
from peam.sims.voxel.minedojo_compat import make
from peam.sims.voxel.minedojo_compat.names import LOOKS, MODERN, NAMELESS, OLD, modern_block, old_name
from peam.sims.voxel.minedojo_compat.tables import CRAFT_INDEX, CRAFTS, ITEM_INDEX, RECIPES
from tests.minedojo import policies
from tests.minedojo.policies import ATTACK, CRAFT, DESTROY, DROP, EQUIP, PLACE, USE, act, held
from tests.sims.dojo import SIZE, beside, conforms, env, steps

# -- spaces ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("task", "options"),
    [
        ("harvest_8_log", {}),
        ("open-ended", {"use_lidar": True, "lidar_rays": [(0, 0, 9), (0.2, 0.1, 4)]}),
        ("combat_zombie_plains_iron_armors_iron_sword_shield", {}),
        (
            "survival_sword_food",
            {
                "voxel_size": dict.fromkeys(["xmin", "ymin", "zmin"], -2)
                | dict.fromkeys(["xmax", "ymax", "zmax"], 1)
            },
        ),
    ],
)
def test_every_leaf_has_minedojos_key_shape_and_kind(task, options):
    made = make(task, image_size=(20, 36), seed=2, world_seed=3, **options)
    obs = made.reset()
    conforms(made, obs)
    assert obs["rgb"].shape == (3, 20, 36) and obs["rgb"].std() > 0
    rng = np.random.default_rng(1)
    for _ in range(60):
        action = made.action_space.sample(rng)
        if obs["inventory"]["name"][action[7]] == "air" and action[5] in (EQUIP, PLACE, DESTROY):
            action[5] = ATTACK
        obs, _, _, info = made.step(action)
        conforms(made, obs)
    assert len(info["inventory"]) == 41 and info["stat"]["kill_entity"]["zombie"] >= 0


def test_the_action_space_is_minedojos():
    made = make("open-ended", image_size=64)
    assert made.action_space.nvec.tolist() == [3, 3, 4, 25, 25, 8, 244, 36]
    assert made.action_space.no_op().tolist() == [0, 0, 0, 12, 12, 0, 0, 0]
    assert make("open-ended", image_size=64, cam_interval=10).action_space.nvec[3] == 37


def test_the_244_craft_arguments_are_in_minedojos_order():
    known = {
        "crafting_table": 7, "planks": 29, "stick": 41, "torch": 48, "bucket": 80, "diamond_pickaxe": 104,
        "furnace": 119, "iron_pickaxe": 146, "iron_sword": 148, "shield": 190, "stone_pickaxe": 207,
        "stone_sword": 212, "wooden_pickaxe": 219, "wooden_sword": 222, "coal": 227, "iron_ingot": 239,
        "stone": 243,
    }  # fmt: skip
    assert {name: CRAFT_INDEX[name] for name in known} == known
    stations = [craft.station for craft in CRAFTS]
    assert stations == [""] * 54 + ["table"] * 170 + ["furnace"] * 20
    for part in (CRAFTS[:54], CRAFTS[54:224], CRAFTS[224:]):
        assert [craft.name for craft in part] == sorted(craft.name for craft in part)
    assert RECIPES.shape == (244, 392) and RECIPES[7, ITEM_INDEX["planks"]] == 4


# -- names -------------------------------------------------------------------------------------------------


def test_names_lead_to_1_11_2_and_back():
    assert old_name("oak_log") == ("log", 0) and old_name("birch_planks") == ("planks", 2)
    assert old_name("charcoal") == ("coal", 1) and old_name("white_wool") == ("wool", 0)
    assert old_name("raw_iron") == ("iron_ore", 0) and MODERN["iron_ore", 0] == "iron_ore"
    assert old_name("grass_block") == ("grass", 0) and old_name("grass") == ("tallgrass", 1)
    assert old_name("stone_stairs") is None and old_name("cobblestone_stairs") == ("stone_stairs", 0)
    assert all(pair is None or pair[0] in ITEM_INDEX for pair in OLD)
    assert all(OLD[ITEM_ID[name]] == pair for pair, name in MODERN.items())
    assert "crossbow" in NAMELESS and len(NAMELESS) < len(ITEMS) / 3


def test_blocks_look_as_malmo_names_them():
    looks = dict(zip(NAMES, LOOKS, strict=True))
    assert (looks["birch_log"].name, looks["birch_log"].meta) == ("wood", 2)
    assert looks["diorite"].name == "diorite" and looks["grass_block"].name == "grass block"
    assert looks["water"].flags == (True, True, False, True, False, False, False)
    assert looks["stone"].harvest == 0 and looks["iron_ore"].harvest == 1 and looks["glass"].harvest == -1
    assert modern_block("wood", 2) == "birch_log" and modern_block("sea lantern", 0) == "sea_lantern"


# -- actions -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "ticks"),
    [(0, 1), (USE, 1), (DROP, 3), (ATTACK, 1), (CRAFT, 3), (EQUIP, 3), (PLACE, 3), (DESTROY, 3)],
)
def test_drop_craft_equip_place_destroy_take_three_ticks(verb, ticks):
    made = env(inventory={0: {"name": "log", "quantity": 5}})
    before = made.avatar.game.ticks
    made.step(act(verb=verb, craft="planks"))
    assert made.avatar.game.ticks - before == ticks


def test_the_camera_turns_by_the_interval_and_stops_at_the_poles():
    made = env()
    obs = made.step(act(pitch=14, yaw=10))[0]
    assert obs["location_stats"]["pitch"] == 30 and obs["location_stats"]["yaw"] == -30
    obs = steps(made, act(pitch=24, yaw=24), 2)[0]
    assert obs["location_stats"]["pitch"] == 90 and obs["location_stats"]["yaw"] == -30


def test_slots_are_named_by_what_they_hold_and_empty_ones_refused():
    kit = {0: {"name": "stick", "quantity": 3}, 5: {"name": "iron_helmet"}, 9: {"name": "stone_sword"}}
    made = env(inventory=kit)
    obs = made.step(act(verb=EQUIP, slot=5))[0]
    assert obs["equipment"]["name"].tolist() == ["stick", "air", "air", "air", "iron helmet", "air"]
    assert obs["life_stats"]["armor"] == 2
    obs = made.step(act(verb=EQUIP, slot=9))[0]
    assert obs["inventory"]["name"][[0, 9]].tolist() == ["stone sword", "stick"]
    obs = made.step(act(verb=DESTROY, slot=9))[0]
    assert obs["inventory"]["name"][9] == "air" and obs["inventory"]["quantity"][9] == 0
    assert obs["delta_inv"]["dec_name_by_other"].tolist() == ["stick", "air", "air", "air"]
    assert obs["delta_inv"]["dec_quantity_by_other"].tolist() == [3, 0, 0, 0]
    before = made.avatar.game.ticks
    for verb in (EQUIP, PLACE, DESTROY):
        with pytest.raises(SimError, match="slot 9 is empty"):
            made.step(act(verb=verb, slot=9))
    assert made.avatar.game.ticks == before


@pytest.mark.parametrize(
    "action", [[0] * 7, [0.0] * 8, [3, 0, 0, 12, 12, 0, 0, 0], [0, 0, 0, 12, 12, 0, 244, 0]]
)
def test_a_malformed_action_is_refused(action):
    with pytest.raises(SimError, match="action"):
        env().step(action)


def test_before_the_reset_nothing_can_be_done():
    with pytest.raises(SimError, match="not been reset"):
        make("open-ended", image_size=SIZE).step(act())


# -- crafting ----------------------------------------------------------------------------------------------


def test_the_craft_mask_knows_the_first_recipe_and_the_station():
    made = env(
        inventory={0: {"name": "planks", "variant": 1, "quantity": 3}, 1: {"name": "stick", "quantity": 2}}
    )
    obs = made.step(act())[0]
    craft = obs["masks"]["craft_smelt"]
    assert craft[CRAFT_INDEX["stick"]] and not craft[CRAFT_INDEX["wooden_pickaxe"]]
    assert obs["masks"]["action_type"].tolist() == [True, True, True, True, True, True, True, True]
    obs = made.step(act(verb=CRAFT, craft="wooden_pickaxe"))[0]
    assert held(obs, "wooden pickaxe") == 0
    policies.building.put(
        made.avatar.game,
        beside(made, 0, 1, 2),
        NAMES.index("crafting_table"),
    )
    obs = made.step(act())[0]
    assert obs["nearby_tools"]["table"] and obs["masks"]["craft_smelt"][CRAFT_INDEX["wooden_pickaxe"]]
    obs = made.step(act(yaw=24))[0]
    assert not obs["nearby_tools"]["table"], "it stands behind"
    obs = made.step(act(yaw=24))[0]
    obs = made.step(act(verb=CRAFT, craft="wooden_pickaxe"))[0]
    delta = obs["delta_inv"]
    assert delta["inc_name_by_craft"].tolist() == ["wooden_pickaxe"] and delta["inc_quantity_by_craft"] == 1
    assert delta["dec_name_by_craft"].tolist() == ["planks", "stick", "air", "air"]
    assert delta["inc_name_by_other"].tolist() == ["air"]


def test_a_table_far_away_or_beside_the_view_does_not_count():
    made = env(blocks=[(0, 1, 5, "crafting_table")])
    assert not made.step(act())[0]["nearby_tools"]["table"], "5.5 m"
    assert steps(made, act(move=1), 5)[0]["nearby_tools"]["table"]
    assert not made.step(act(yaw=15))[0]["nearby_tools"]["table"], "45 degrees to the side"


def test_smelting_is_instant_and_one_coal_lasts_for_eight():
    kit = {0: {"name": "iron_ore", "quantity": 9}, 1: {"name": "coal", "quantity": 2}}
    made = env(blocks=[(0, 1, 2, "furnace")], inventory=kit)
    for made_so_far in range(1, 9):
        obs = made.step(act(verb=CRAFT, craft="iron_ingot"))[0]
        assert (held(obs, "iron ingot"), held(obs, "coal")) == (made_so_far, 1)
    obs = made.step(act(verb=CRAFT, craft="iron_ingot"))[0]
    assert (held(obs, "iron ingot"), held(obs, "coal"), held(obs, "iron ore")) == (9, 0, 0)


def test_smelting_needs_fuel_and_a_furnace_though_the_mask_ignores_fuel():
    made = env(blocks=[(0, 1, 2, "furnace")], inventory={0: {"name": "iron_ore", "quantity": 2}})
    assert made.step(act())[0]["masks"]["craft_smelt"][CRAFT_INDEX["iron_ingot"]]
    assert held(made.step(act(verb=CRAFT, craft="iron_ingot"))[0], "iron ingot") == 0
    made = env(inventory={0: {"name": "iron_ore"}, 1: {"name": "coal"}})
    assert held(made.step(act(verb=CRAFT, craft="iron_ingot"))[0], "iron ingot") == 0
