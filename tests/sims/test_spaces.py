import warnings

import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from peam.sims.voxel import VoxelSim
from peam.sims.voxel.glow import sunlight
from peam.sims.voxel.rules import ENTRIES
from tests.sims.arena import CRAFT, DESTROY, EQUIP, PLACE, USE, act, arena, give, put, run

# Keys and shapes of MineDojo 0.1's observation (dumped from its live spaces).
KEYS = {
    "inventory": {k: (36,) for k in ("name", "quantity", "variant", "cur_durability", "max_durability")},
    "equipment": {k: (6,) for k in ("name", "quantity", "variant", "cur_durability", "max_durability")},
    "life_stats": {
        **{k: (1,) for k in ("life", "armor", "food", "saturation", "oxygen", "xp")}, "is_sleeping": (),
    },
    "location_stats": {
        "pos": (3,),
        **{k: (1,) for k in ("yaw", "pitch", "rainfall", "temperature", "sun_brightness", "sky_light_level",
                             "light_level", "sea_level")},
        **{k: () for k in ("biome_id", "can_see_sky", "is_raining")},
    },
    "nearby_tools": {"table": (), "furnace": ()},
    "damage_source": {
        **{f"damage_{k}": (1,) for k in ("amount", "distance", "pitch", "yaw")},
        "hunger_damage": (1,),
        **{f"is_{k}": () for k in ("explosion", "fire_damage", "magic_damage", "projectile", "unblockable")},
    },
    "masks": {
        "action_type": (8,), "action_arg": (8, 1), "equip": (36,), "place": (36,), "destroy": (36,),
        "craft_smelt": (244,),
    },
    "delta_inv": {
        **{f"inc_{k}_by_{c}": (1,) for k in ("name", "quantity") for c in ("craft", "other")},
        **{f"dec_{k}_by_{c}": (4,) for k in ("name", "quantity") for c in ("craft", "other")},
    },
}  # fmt: skip


def observation(sim, action=None):
    return sim.step(np.array(action or act()))[0]


def test_keys_and_shapes_are_minedojos():
    sim = VoxelSim(image_size=(48, 64))
    obs, _ = sim.reset(seed=1)
    assert obs["rgb"].shape == (3, 48, 64) and obs["rgb"].dtype == np.uint8
    assert set(obs) == {*KEYS, "rgb"}
    for group, keys in KEYS.items():
        assert {key: np.shape(value) for key, value in obs[group].items()} == keys, group
    assert sim.action_space.nvec.tolist() == [3, 3, 4, 25, 25, 8, 244, 36]


@pytest.mark.parametrize("size", [(64, 64), None])
def test_gymnasiums_check_passes(size):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message=".*alternative render modes.*")
        check_env(VoxelSim(image_size=size))


def test_a_long_walk_stays_in_the_space():
    sim = VoxelSim(image_size=None)
    sim.reset(seed=8, options={"time": 13000, "inventory": {"apple": 3, "oak_log": 9, "bow": 1, "arrow": 5}})
    sim.action_space.seed(0)
    for _ in range(300):
        obs, *_ = sim.step(sim.action_space.sample())
        assert sim.observation_space.contains(obs)


def test_equipment_and_durability():
    sim = arena()
    give(sim, "stone_pickaxe")
    give(sim, "iron_boots")
    sim.game.inventory.worn[0] = 31
    obs = observation(sim, act(verb=EQUIP, slot=1))
    assert obs["equipment"]["name"].tolist() == ["stone_pickaxe", "iron_boots", "air", "air", "air", "air"]
    assert obs["equipment"]["cur_durability"][0] == 100 and obs["equipment"]["max_durability"][0] == 131
    assert obs["inventory"]["max_durability"][5] == -1 and obs["inventory"]["name"][5] == "air"
    assert obs["life_stats"]["armor"] == 2


def test_slot_masks_say_what_works():
    sim = arena()
    give(sim, "dirt", 3)
    give(sim, "stick", 1)
    masks = observation(sim)["masks"]
    assert masks["place"][:3].tolist() == [True, False, False]
    assert masks["destroy"][:3].tolist() == [True, True, False]
    assert masks["equip"][:3].tolist() == [False, True, False]
    assert masks["action_type"].tolist() == [True, True, True, True, False, True, True, True]
    assert masks["action_arg"][:, 0].tolist() == [False] * 4 + [True] * 4
    for verb, key in ((EQUIP, "equip"), (DESTROY, "destroy")):
        for slot in range(36):
            other = arena()
            give(other, "dirt", 3)
            give(other, "stick", 1)
            before = list(other.slots())
            other.tick(act(verb=verb, slot=slot))
            assert (list(other.slots()) != before) == masks[key][slot]
            if slot > 3:
                break
    sim.game.body[7] = 45
    before = dict(sim.stats())
    sim.tick(act(verb=PLACE, slot=0))
    assert sim.stats() != before


def test_the_craft_mask_is_exactly_what_crafting_accepts():
    """Tries every argument from a snapshot: it changes the inventory if and only if the mask allows it."""
    sim = arena()
    put(sim, 0, 0, 2, "crafting_table")
    put(sim, 1, 0, 2, "furnace")
    held = {
        "oak_planks": 9,
        "birch_planks": 2,
        "stick": 5,
        "raw_iron": 2,
        "iron_ingot": 3,
        "coal": 1,
        "sand": 4,
    }
    for item, count in held.items():
        give(sim, item, count)
    mask = observation(sim)["masks"]["craft_smelt"]
    assert 10 < mask.sum() < 120
    saved, before = sim.snapshot(), dict(sim.observe().inventory)
    for argument in range(244):
        if argument % 3 and not mask[argument]:
            continue
        sim.restore(saved)
        sim.tick(act(verb=CRAFT, craft=argument))
        assert (sim.observe().inventory != before) == bool(mask[argument]), ENTRIES[argument]


def test_stations_are_seen_only_within_reach():
    sim = arena()
    put(sim, 0, 0, 2, "crafting_table")
    put(sim, 0, 0, 6, "furnace")
    tools = observation(sim)["nearby_tools"]
    assert tools["table"] and not tools["furnace"]


def test_inventory_changes_are_told_by_cause():
    sim = arena()
    give(sim, "oak_log", 2)
    observation(sim)
    made = observation(sim, act(verb=CRAFT, craft=sim.craft_id("oak_planks")))["delta_inv"]
    assert made["inc_name_by_craft"][0] == "oak_planks" and made["inc_quantity_by_craft"][0] == 4
    assert made["dec_name_by_craft"].tolist() == ["oak_log", "air", "air", "air"]
    assert made["inc_name_by_other"][0] == "air"
    lost = observation(sim, act(verb=DESTROY, slot=0))["delta_inv"]
    assert lost["dec_name_by_other"][0] == "oak_log" and lost["dec_quantity_by_other"][0] == 1
    assert observation(sim)["delta_inv"]["dec_name_by_other"][0] == "air"


def test_damage_is_told_for_the_tick_in_which_it_happens():
    sim = arena()
    sim.game.vitals.hurt(3.0, "x")
    run(sim, act(), 12)
    sim.game.body[1] += 6
    amounts = [float(observation(sim)["damage_source"]["damage_amount"][0]) for _ in range(20)]
    assert sum(amounts) == 3 and amounts[-1] == 0


@pytest.mark.parametrize(("points", "told"), [(0, 0.0), (57, 57.0), (1395, 1395.0), (1400, 1395.0)])
def test_experience_is_told_up_to_the_spaces_bound(points, told):
    sim = arena()
    sim.game.extras.points = points
    obs = observation(sim)
    assert obs["life_stats"]["xp"].tolist() == [told] and sim.observation_space.contains(obs)


def test_sleep_is_told_while_it_lasts():
    sim = arena(time=15000)
    give(sim, "white_bed")
    sim.game.body[7] = 40.0
    observation(sim, act(verb=PLACE))
    told = [observation(sim, act(verb=USE))["life_stats"]["is_sleeping"]]
    told += [observation(sim)["life_stats"]["is_sleeping"] for _ in range(100)]
    assert told == [1] * 100 + [0] or told == [1] * 99 + [0, 0], told


def test_daylight_follows_the_clock():
    assert sunlight(6000) == 1.0 and sunlight(18000) == 0.0
    assert sunlight(0) > 0.4 and 0 < sunlight(12800) < 1 and sunlight(13800) < 0.1
    assert all(0.0 <= sunlight(clock) <= 1.0 for clock in range(0, 24000, 37))


def test_the_sky_is_seen_from_the_open_only():
    sim = arena(time=6000)
    assert observation(sim)["location_stats"]["can_see_sky"] == 1
    put(sim, 0, 4, 0, "stone")
    assert observation(sim)["location_stats"]["can_see_sky"] == 0
