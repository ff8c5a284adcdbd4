"""Chests, doors, beds, buckets, armour, meals, experience, lives."""

import pytest

from peam.errors import SimError
from peam.sims.voxel import beds, combat, experience
from peam.sims.voxel import entities as ent
from peam.sims.voxel import physics as ph
from peam.sims.voxel.blocks import ID, NAMES
from peam.sims.voxel.building import break_block
from peam.sims.voxel.items import DURABILITY, FOOD, ITEM_ID, ITEMS, SATURATION
from peam.sims.voxel.rules import ENTRIES, FITS, drops_of
from peam.sims.voxel.vitals import Vitals
from tests.sims.arena import (
    ATTACK,
    CRAFT,
    FLOOR,
    PLACE,
    USE,
    act,
    arena,
    census,
    give,
    put,
    run,
)


def aim(sim, pitch, yaw=0.0):
    sim.game.body[ph.PITCH], sim.game.body[ph.YAW] = pitch, yaw


# -- chests ------------------------------------------------------------------------------------------------


def test_a_chest_takes_and_gives_stacks_and_spills_when_broken():
    sim = arena()
    cell = put(sim, 0, 1, 2, "chest")
    give(sim, "dirt", 40, slot=5)
    give(sim, "iron_pickaxe", 1, slot=6)
    sim.game.inventory.worn[6] = 9
    aim(sim, 0.0)
    sim.tick(act(verb=USE, craft=1, slot=5))
    sim.tick(act(verb=USE, craft=1, slot=6))
    assert sim.chest(cell)[:3] == [("dirt", 40), ("iron_pickaxe", 1), ("air", 0)]
    assert not any(sim.game.inventory.items)
    sim.restore(sim.snapshot())
    sim.tick(act(verb=USE, craft=2 + 1))
    assert sim.slots()[0] == ("iron_pickaxe", 1) and sim.game.inventory.worn[0] == 9
    give(sim, "dirt", 30, slot=5)
    sim.tick(act(verb=USE, craft=1, slot=5))
    assert sim.chest(cell)[:2] == [("dirt", 64), ("dirt", 6)]
    break_block(sim.game, cell, 0)
    assert census(sim) == {"dirt": 70, "chest": 1, "iron_pickaxe": 1}
    assert not sim.game.extras.chests


def test_a_full_inventory_leaves_the_rest_in_the_chest_and_far_chests_are_none():
    sim = arena()
    cell = put(sim, 0, 1, 2, "chest")
    for slot in range(36):
        give(sim, "dirt", 64, slot=slot)
    give(sim, "dirt", 60, slot=35)
    sim.game.extras.chests[cell] = [[ITEM_ID["dirt"], 10, 0]] + [[0, 0, 0] for _ in range(26)]
    aim(sim, 0.0)
    sim.tick(act(verb=USE, craft=2))
    assert sim.chest(cell)[0] == ("dirt", 6) and sim.game.held("dirt") == 36 * 64
    with pytest.raises(SimError, match="chest"):
        sim.chest((cell[0], cell[1] + 1, cell[2]))


# -- doors -------------------------------------------------------------------------------------------------


def test_a_door_opens_closes_stops_and_lets_pass():
    sim = arena()
    give(sim, "oak_door", 2, slot=0)
    aim(sim, 45.0)
    sim.tick(act(verb=USE))
    x, y, z = sim.body().cell
    lower, upper = (x, y, z + 2), (x, y + 1, z + 2)
    assert sim.block(lower) == "oak_door" and sim.block(upper) == "oak_door[half=upper]"
    run(sim, act(move=1), 20)
    assert sim.body().cell == (x, y, z + 1)
    aim(sim, 0.0)
    run(sim, act(verb=USE), 3)  # held: it swings once
    assert sim.block(upper) == "oak_door[half=upper,open=true]"
    run(sim, act(move=1), 20)
    assert sim.body().cell[2] > z + 2
    aim(sim, 10.0, 180.0)
    sim.tick(act(verb=USE))
    assert sim.block(lower) == "oak_door"


@pytest.mark.parametrize("half", [0, 1])
def test_a_door_broken_at_either_half_drops_once(half):
    sim = arena()
    x, y, z = put(sim, 0, 0, 3, "oak_door")
    sim.game.world.set(x, y + 1, z, ID["oak_door[half=upper]"])
    break_block(sim.game, (x, y + half, z), 0)
    assert sim.block((x, y, z)) == sim.block((x, y + 1, z)) == "air"
    assert census(sim) == {"oak_door": 1}


def test_a_door_falls_with_its_floor_and_iron_ones_do_not_open_by_hand():
    sim = arena()
    x, y, z = put(sim, 0, 0, 2, "iron_door")
    sim.game.world.set(x, y + 1, z, ID["iron_door[half=upper]"])
    aim(sim, 0.0)
    sim.tick(act(verb=USE))
    assert sim.block((x, y, z)) == "iron_door"
    sim.game.world.set(x, y, z, ID["oak_door"])
    sim.game.world.set(x, y + 1, z, ID["oak_door[half=upper]"])
    break_block(sim.game, (x, y - 1, z), 0)
    assert sim.block((x, y + 1, z)) == "air" and census(sim)["oak_door"] == 1


# -- beds --------------------------------------------------------------------------------------------------


def bedroom(clock, **options):
    sim = arena(time=clock, **options)
    give(sim, "white_bed", slot=0)
    aim(sim, 40.0)
    sim.tick(act(verb=PLACE))
    return sim


def test_a_bed_needs_two_cells_and_gives_one_bed_back():
    sim = bedroom(1000)
    x, y, z = sim.body().cell
    foot, head = (x, y, z + 2), (x, y, z + 3)
    assert sim.block(foot) == "white_bed[facing=south,part=foot]"
    assert sim.block(head) == "white_bed[facing=south,part=head]"
    break_block(sim.game, head, 0)
    assert sim.block(foot) == "air" and census(sim) == {"white_bed": 1}
    tight = arena()
    put(tight, 0, 0, 3, "stone")
    give(tight, "white_bed", slot=0)
    aim(tight, 40.0)
    tight.tick(act(verb=PLACE))
    assert census(tight) == {"white_bed": 1}


def test_sleep_takes_a_hundred_ticks_by_night_and_none_by_day():
    sim = bedroom(13000)
    sim.tick(act())
    sim.tick(act(verb=USE))
    assert sim.game.extras.asleep
    run(sim, act(move=1), 98)
    assert sim.game.clock > 13000 and sim.game.extras.asleep
    run(sim, act(move=1), 4)
    assert sim.game.clock < 5 and not sim.game.extras.asleep
    day = bedroom(1000)
    day.tick(act())
    day.tick(act(verb=USE))
    assert not day.game.extras.asleep and day.game.extras.home is not None


@pytest.mark.parametrize(("distance", "sleeps"), [(6.0, False), (11.0, True)])
def test_nobody_sleeps_with_a_monster_near(distance, sleeps):
    sim = bedroom(13000)
    x, y, z = sim.body().position
    sim.game.entities.creature("zombie", (x, y, z + 2 + distance))
    sim.tick(act())
    sim.tick(act(verb=USE))
    assert bool(sim.game.extras.asleep) == sleeps


def test_sneaking_or_a_blow_ends_sleep():
    for wake in ("sneak", "blow"):
        sim = bedroom(13000)
        sim.tick(act())
        sim.tick(act(verb=USE))
        if wake == "blow":
            sim.game.body[ph.CACTUS] = 1.0
            put(sim, 1, 0, 0, "cactus")
            sim.game.body[0] += 0.2
        run(sim, act(pose=2 if wake == "sneak" else 0), 2)
        assert not sim.game.extras.asleep


# -- buckets -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("liquid", ["water", "lava"])
def test_a_bucket_takes_a_liquid_and_gives_it_back(liquid):
    sim = arena()
    cell = put(sim, 0, -1, 2, liquid)
    put(sim, 0, -2, 2, "stone")
    give(sim, "bucket", 3, slot=0)
    aim(sim, 40.0)
    sim.tick(act(verb=USE))
    assert sim.block(cell) == "air" and census(sim) == {"bucket": 2, f"{liquid}_bucket": 1}
    sim.tick(act())
    sim.game.inventory.swap(0, 1)
    run(sim, act(verb=USE), 6)
    assert sim.block(cell) == liquid and census(sim) == {"bucket": 3}


def test_two_sources_renew_the_water_between_them():
    sim = arena()
    for dx in (-1, 0, 1):
        put(sim, dx, -1, 2, "water")
        put(sim, dx, -2, 2, "stone")
    give(sim, "bucket", 1, slot=0)
    aim(sim, 40.0)
    sim.tick(act(verb=USE))
    assert sim.game.held("water_bucket") == 1
    x, y, z = sim.body().cell
    assert sim.block((x, y - 1, z + 2)) == "water"


def test_water_hardens_lava_to_obsidian_that_only_diamond_takes():
    sim = arena()
    lava = put(sim, 0, -1, 3, "lava")
    give(sim, "water_bucket", 1, slot=0)
    aim(sim, 40.0)
    sim.tick(act(verb=USE))
    x, y, z = lava
    assert sim.block((x, y + 1, z - 1)) == "water" and sim.block(lava) == "lava"
    sim = arena()
    lava = put(sim, 0, 0, 3, "lava")
    give(sim, "water_bucket", 1, slot=0)
    aim(sim, 40.0)
    sim.tick(act(verb=USE))
    assert sim.block(lava) == "obsidian"
    assert [ITEMS[i] for i in range(len(ITEMS)) if FITS[ID["obsidian"], i]] == ["diamond_pickaxe"]


def test_a_cow_fills_a_bucket_and_milk_cures():
    sim = arena()
    x, y, z = sim.body().position
    sim.game.entities.creature("cow", (x, y, z + 2))
    give(sim, "bucket", 1, slot=0)
    aim(sim, 20.0)
    sim.tick(act(verb=USE))
    assert census(sim) == {"milk_bucket": 1}
    sim.game.vitals.affect("hunger", 600)
    sim.tick(act())
    run(sim, act(verb=USE), 31)
    assert sim.game.vitals.hunger
    run(sim, act(verb=USE), 1)
    assert not sim.game.vitals.hunger and census(sim) == {"bucket": 1}


def test_shears_take_one_to_three_wool_once_and_leaves_whole():
    sim = arena()
    x, y, z = sim.body().position
    row = sim.game.entities.creature("sheep", (x, y, z + 2))
    give(sim, "shears", 1, slot=0)
    aim(sim, 20.0)
    sim.tick(act(verb=USE))
    wool = census(sim)["white_wool"]
    assert 1 <= wool <= 3 and sim.game.inventory.worn[0] == 1
    run(sim, act(), 5)
    sim.tick(act(verb=USE))
    assert census(sim)["white_wool"] == wool
    combat.die(sim.game, row)
    assert census(sim)["white_wool"] == wool and census(sim)["mutton"] >= 1
    assert drops_of(ID["oak_leaves"], ITEM_ID["shears"], lambda: 0.0)[1] == [(ITEM_ID["oak_leaves"], 1)]


def test_shorn_sheep_wear_wool_again_after_eating_grass():
    sim = arena()
    for dx in range(-8, 9):
        for dz in range(-8, 9):
            put(sim, dx, -1, dz, "grass_block")
            if max(abs(dx), abs(dz)) == 8:
                put(sim, dx, 0, dz, "glass")
                put(sim, dx, 1, dz, "glass")
    x, y, z = sim.body().position
    row = sim.game.entities.creature("sheep", (x, y, z + 4))
    sim.game.extras.shorn.add(int(sim.game.entities.table[row, ent.EID]))
    ticks = 0
    while sim.game.extras.shorn and ticks < 12000:
        sim.tick(act())
        ticks += 1
    assert 0 < ticks < 12000
    grid = [sim.block((int(x) + dx, FLOOR - 1, int(z) + dz)) for dx in range(-9, 9) for dz in range(-9, 9)]
    assert grid.count("dirt") == 1


# -- armour, meals -----------------------------------------------------------------------------------------


def test_armour_is_put_on_by_use_where_nothing_is_worn():
    sim = arena()
    give(sim, "iron_chestplate", 1, slot=0)
    sim.tick(act(verb=USE))
    assert sim.game.inventory.armor() == (6, 0) and not sim.game.inventory.items[0]
    give(sim, "diamond_chestplate", 1, slot=0)
    run(sim, act(verb=USE), 9)
    assert sim.game.inventory.armor() == (6, 0)


# Points and saturation: Minecraft Wiki "Food", Java 1.19.
FOODS = {
    "apple": (4, 2.4),
    "baked_potato": (5, 6.0),
    "beef": (3, 1.8),
    "bread": (5, 6.0),
    "carrot": (3, 3.6),
    "chicken": (2, 1.2),
    "cooked_beef": (8, 12.8),
    "cooked_chicken": (6, 7.2),
    "cooked_mutton": (6, 9.6),
    "cooked_porkchop": (8, 12.8),
    "golden_apple": (4, 9.6),
    "golden_carrot": (6, 14.4),
    "mutton": (2, 1.2),
    "poisonous_potato": (2, 1.2),
    "porkchop": (3, 1.8),
    "potato": (1, 0.6),
    "pumpkin_pie": (8, 4.8),
    "rotten_flesh": (4, 0.8),
    "spider_eye": (2, 3.2),
}


def test_food_values_are_the_published_ones():
    assert {ITEMS[i] for i, points in enumerate(FOOD) if points} == set(FOODS)
    for name, (points, saturation) in FOODS.items():
        assert FOOD[ITEM_ID[name]] == points
        assert SATURATION[ITEM_ID[name]] == pytest.approx(saturation, abs=0.011)


def test_a_golden_apple_heals_and_shields():
    sim = arena()
    give(sim, "golden_apple", 1, slot=0)
    sim.game.vitals.life = 10.0
    sim.game.vitals.food = 10
    run(sim, act(verb=USE), 32)
    assert sim.game.vitals.extra == 4.0 and sim.game.vitals.food == 14
    run(sim, act(), 100)
    assert sim.game.vitals.life == 14.0  # Regeneration II for five seconds
    sim.game.vitals.shielded = 0
    assert sim.game.vitals.hurt(5.0, "test") == 1.0 and sim.game.vitals.extra == 0.0


def test_poison_stops_at_half_a_heart_and_raw_meat_spoils_by_chance():
    vitals = Vitals(life=3.0, food=17, saturation=0.0)
    vitals.affect("poison", 100)
    for _ in range(100):
        vitals.tick("normal", False, False)
    assert vitals.life == 1.0 and not vitals.poison
    ill = 0
    for seed in range(30):
        sim = arena(seed=1)
        sim.game.rng[0] = seed
        give(sim, "chicken", 1, slot=0)
        sim.game.vitals.food = 10
        run(sim, act(verb=USE), 32)
        ill += sim.game.vitals.hunger > 0
    assert 3 <= ill <= 17  # 0.3 of 30


# -- experience --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("points", "reached"),
    [(0, 0), (6, 0), (7, 1), (315, 15), (351, 15), (352, 16), (393, 16), (394, 17), (1395, 30), (1628, 32)],
)
def test_levels_are_the_published_ones(points, reached):
    level, share = experience.level(points)
    assert level == reached and 0 <= share < 1


def test_ores_creatures_and_furnaces_give_experience():
    sim = arena()
    seen = set()
    for _ in range(60):
        before = sim.game.extras.points
        experience.mined(sim.game, ID["diamond_ore"])
        seen.add(sim.game.extras.points - before)
    assert seen == {3, 4, 5, 6, 7}
    before = sim.game.extras.points
    experience.mined(sim.game, ID["iron_ore"])
    assert sim.game.extras.points == before
    x, y, z = sim.body().position
    row = sim.game.entities.creature("zombie", (x, y, z + 2))
    combat.wound(sim.game, row, 99.0, (0.0, 1.0), "killed")
    assert sim.game.extras.points == before + 5
    for _ in range(100):
        experience.smelted(sim.game, "iron_ingot", 10)
    assert sim.game.extras.points == before + 5 + 700
    total = sim.game.extras.points
    for _ in range(1000):
        experience.smelted(sim.game, "cooked_beef", 1)
    assert 280 <= sim.game.extras.points - total <= 420
    assert sim.experience()[0] == sim.game.extras.points


ORE_POINTS = {"coal": (0, 2), "lapis": (2, 5), "redstone": (1, 5), "diamond": (3, 7), "emerald": (3, 7)}
SMELTING_POINTS = {
    **dict.fromkeys(("charcoal",), 0.15),
    **dict.fromkeys(("iron_ingot", "copper_ingot", "redstone"), 0.7),
    **dict.fromkeys(("gold_ingot", "diamond", "emerald"), 1.0),
    **dict.fromkeys(("stone", "smooth_stone", "glass", "coal", "smooth_sandstone", "deepslate"), 0.1),
    **dict.fromkeys(("brick",), 0.3),
    **dict.fromkeys(("lapis_lazuli",), 0.2),
    **dict.fromkeys(("cooked_beef", "cooked_porkchop", "cooked_mutton", "cooked_chicken"), 0.35),
    **dict.fromkeys(("baked_potato",), 0.35),
}


@pytest.mark.parametrize("block", [name for name in NAMES if name.endswith("_ore")])
def test_every_ore_gives_its_published_points(block):
    """ "Experience": none for iron, gold and copper, whose smelting gives it; deepslate's as stone's."""
    sim, seen = arena(), set()
    for _ in range(80):
        before = sim.game.extras.points
        experience.mined(sim.game, ID[block])
        seen.add(sim.game.extras.points - before)
    low, high = ORE_POINTS.get(block.removeprefix("deepslate_").removesuffix("_ore"), (0, 0))
    assert seen == set(range(low, high + 1))


@pytest.mark.parametrize("product", [entry.item for entry in ENTRIES if entry.station == "furnace"])
def test_every_product_of_the_furnace_gives_its_published_points(product):
    sim = arena()
    experience.smelted(sim.game, product, 1000)
    assert sim.game.extras.points == 1000 * SMELTING_POINTS[product]


def test_dug_ore_credits_the_fit_tool_only():
    for tool, least in (("stone_pickaxe", 1), ("air", 0)):
        sim = arena()
        put(sim, 0, 1, 2, "redstone_ore" if least else "coal_ore")
        give(sim, "iron_pickaxe" if least else "dirt", 1, slot=0)
        aim(sim, 0.0)
        run(sim, act(verb=ATTACK), 330)
        assert (sim.game.extras.points >= 1) == bool(least), tool


# -- lives -------------------------------------------------------------------------------------------------


def kill(sim):
    """Lets a cactus do it: a death within a tick."""
    put(sim, 1, 0, 0, "cactus")
    sim.game.body[0] += 0.2
    sim.game.vitals.life = 0.5
    run(sim, act())


def test_with_respawn_a_death_drops_everything_and_the_game_goes_on():
    sim = arena(respawn=True)
    give(sim, "dirt", 10, slot=0)
    give(sim, "iron_helmet", 1, slot=39)
    sim.game.extras.points = 50
    place = sim.body().position
    kill(sim)
    _, _, ended, _, _ = sim.step(act())
    assert not ended and sim.body().alive and sim.game.vitals.life == 20.0
    assert census(sim) == {"dirt": 10, "iron_helmet": 1} and not any(sim.game.inventory.items)
    assert sim.game.extras.points == 0 and sim.stats()["died.cactus"] == 1
    x, y, z = sim.game.world.spawn()
    assert sim.body().cell == (x, y, z) and sim.body().position != place


def test_the_next_life_begins_beside_the_bed_while_it_stands():
    sim = bedroom(1000, respawn=True)
    sim.tick(act())
    sim.tick(act(verb=USE))
    home = sim.game.extras.home
    assert beds.waking_place(sim.game) != sim.game.world.spawn()
    kill(sim)
    at = sim.body().cell
    assert max(abs(at[0] - home[0]), abs(at[2] - home[2])) <= 1
    break_block(sim.game, home, 0)
    assert beds.waking_place(sim.game) == sim.game.world.spawn()


def test_hay_and_beds_soften_falls():
    lost = {}
    for ground in ("stone", "hay_block", "white_bed[facing=north,part=foot]"):
        sim = arena()
        put(sim, 0, -1, 0, ground)
        sim.game.body[ph.Y] += 10
        sim.game.body[ph.GROUND] = 0.0
        sim.game.vitals.food = 17
        run(sim, act(), 40)
        lost[ground] = 20 - sim.game.vitals.life
    assert list(lost.values()) == [7.0, 2.0, 4.0]


# -- recipes -----------------------------------------------------------------------------------------------


def test_the_second_page_of_craft_arguments():
    assert len(ENTRIES) > 244
    sim = arena()
    put(sim, 1, 0, 1, "crafting_table")
    give(sim, "white_wool", 3)
    give(sim, "oak_planks", 2)
    give(sim, "birch_planks", 1)
    index = next(i for i, entry in enumerate(ENTRIES) if entry.item == "white_bed")
    sim.tick(act(verb=CRAFT, craft=index - 244, slot=1))
    assert census(sim) == {"white_bed": 1}


def test_logs_of_different_woods_make_one_campfire():
    sim = arena()
    put(sim, 1, 0, 1, "crafting_table")
    for item, number in {"stick": 3, "charcoal": 1, "oak_log": 1, "birch_wood": 1, "spruce_log": 1}.items():
        give(sim, item, number)
    index = next(i for i, entry in enumerate(ENTRIES) if "#logs" in entry.takes)
    assert ENTRIES[index].item == "campfire"
    sim.tick(act(verb=CRAFT, craft=index - 244, slot=1))
    assert census(sim) == {"campfire": 1}


def test_durability_of_every_tool_is_the_published_one():
    uses = {"wooden": 59, "stone": 131, "iron": 250, "golden": 32, "diamond": 1561}
    for tier, most in uses.items():
        for kind in ("pickaxe", "axe", "shovel", "sword", "hoe"):
            assert DURABILITY[ITEM_ID[f"{tier}_{kind}"]] == most
    others = {"bow": 384, "shears": 238, "shield": 336, "fishing_rod": 64, "flint_and_steel": 64}
    assert {name: DURABILITY[ITEM_ID[name]] for name in others} == others


def test_respawn_is_true_or_false():
    with pytest.raises(SimError, match="respawn"):
        arena(respawn="yes")
