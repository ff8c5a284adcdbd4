"""Chests, doors, beds, buckets, shears, and what is made of what."""

import pytest

from peam.errors import SimError
from peam.sims.voxel import combat
from peam.sims.voxel import entities as ent
from peam.sims.voxel import physics as ph
from peam.sims.voxel.blocks import ID
from peam.sims.voxel.building import break_block
from peam.sims.voxel.items import DURABILITY, ITEM_ID, ITEMS
from peam.sims.voxel.rules import ENTRIES, FITS, drops_of
from tests.sims.arena import CRAFT, FLOOR, PLACE, USE, act, aim, arena, bedroom, census, give, put, run

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
