"""Rules that once were otherwise than Minecraft's; values of the Minecraft Wiki, Java 1.19."""

import pytest

from peam.sims.voxel import combat
from peam.sims.voxel import entities as ent
from peam.sims.voxel.blocks import ID
from peam.sims.voxel.items import ITEM_ID, OFFHAND, Inventory
from peam.sims.voxel.rules import CRAFT_SLOTS, ENTRIES, FUEL, drops_of
from peam.sims.voxel.vitals import Vitals
from tests.sims.arena import CRAFT, NONE, USE, act, arena, census, give, kill, put, run


@pytest.mark.parametrize(
    ("cause", "armour", "cost"),
    [("fall", False, 0.0), ("drowning", False, 0.0), ("fire", False, 0.0), ("zombie", True, 0.1)],
)
def test_only_blows_that_armour_softens_exhaust(cause, armour, cost):
    vitals = Vitals()
    vitals.hurt(3.0, cause, Inventory() if armour else None)
    assert vitals.exhaustion == cost


def test_in_peace_food_comes_back_a_point_in_ten_ticks():
    vitals = Vitals(food=10)
    for _ in range(50):
        vitals.tick("peaceful", False, False)
    assert vitals.food == 15
    vitals = Vitals(food=10)
    for _ in range(50):
        vitals.tick("easy", False, False)
    assert vitals.food == 10


@pytest.mark.parametrize(("ticks", "hurts"), [(4, True), (5, False)])
def test_a_shield_stops_blows_from_the_fifth_tick_on(ticks, hurts):
    sim = arena()
    give(sim, "shield", 1, slot=OFFHAND)
    run(sim, act(verb=USE), ticks)
    x, y, z = sim.body().position
    row = sim.game.entities.creature("zombie", (x, y, z + 1))
    combat.EVENTS[ent.ATTACK](sim.game, row, 3.0)
    assert (sim.game.vitals.life < 20) == hurts
    sim.restore(sim.snapshot())
    run(sim, act(verb=NONE))
    assert not sim.game.hands.shielded


@pytest.mark.parametrize(("damage", "worn"), [(2.5, 0), (3.0, 4), (4.5, 5)])
def test_blows_under_three_do_not_wear_a_shield(damage, worn):
    sim = arena()
    give(sim, "shield", 1, slot=OFFHAND)
    run(sim, act(verb=USE), 6)
    x, y, z = sim.body().position
    row = sim.game.entities.creature("zombie", (x, y, z + 1))
    combat.EVENTS[ent.ATTACK](sim.game, row, damage)
    assert sim.game.inventory.worn[OFFHAND] == worn and sim.game.vitals.life == 20


def test_leaves_give_one_or_two_sticks():
    seen = {}
    for part in (0.0, 0.6):
        rolls = iter([0.9, 0.0, part, 0.9])  # no apple, a stick, how many, no sapling
        seen[part] = drops_of(ID["oak_leaves"], 0, lambda rolls=rolls: next(rolls))[1]
    assert list(seen.values()) == [[(ITEM_ID["stick"], 1)], [(ITEM_ID["stick"], 2)]]


def test_what_dies_burning_drops_its_meat_cooked():
    for fire, meat in ((0.0, "porkchop"), (20.0, "cooked_porkchop")):
        sim = arena()
        x, y, z = sim.body().position
        row = sim.game.entities.creature("pig", (x, y, z + 3))
        sim.game.entities.table[row, ent.FIRE] = fire
        combat.die(sim.game, row)
        assert set(census(sim)) == {meat}


def test_zombies_that_the_agent_kills_rarely_drop_iron_or_a_crop():
    found = {}
    for fact in ("killed", ""):
        sim = arena()
        x, y, z = sim.body().position
        for _ in range(1600):
            row = sim.game.entities.creature("zombie", (x, y, z + 3))
            combat.die(sim.game, row, fact)
            for item, number in census(sim).items():
                found[fact, item] = found.get((fact, item), 0) + number
            while sim.game.entities.rows:
                sim.game.entities.remove(sim.game.entities.rows - 1)
    rare = sum(found.get(("killed", item), 0) for item in ("iron_ingot", "carrot", "potato"))
    assert 18 <= rare <= 65  # 40 expected, standard deviation 6.2
    assert {item for fact, item in found if not fact} == {"rotten_flesh"}


def test_items_burn_in_lava():
    sim = arena()
    put(sim, 0, -1, 4, "lava")
    x, y, z = sim.body().position
    sim.game.entities.item(ITEM_ID["dirt"], 3, (x, y + 0.5, z + 4))
    sim.game.entities.item(ITEM_ID["dirt"], 2, (x, y + 0.5, z + 6))
    run(sim, act(), 20)
    assert census(sim) == {"dirt": 2}


def test_death_drops_the_inventory_and_ends_the_episode():
    sim = arena()
    give(sim, "dirt", 10, slot=3)
    give(sim, "iron_pickaxe", 1, slot=0)
    sim.game.inventory.worn[0] = 7
    kill(sim)
    assert not sim.body().alive and not any(sim.game.inventory.items)
    assert census(sim) == {"dirt": 10, "iron_pickaxe": 1}
    table = sim.game.entities.table
    assert 7.0 in table[: sim.game.entities.rows, ent.C].tolist()
    sim.tick(act())
    assert census(sim) == {"dirt": 10, "iron_pickaxe": 1}


# Minecraft Wiki "Fuel": items smelted a piece, times 200 ticks.
FUELS = {
    "lava_bucket": 100,
    "coal_block": 80,
    "coal": 8,
    "charcoal": 8,
    "oak_log": 1.5,
    "oak_planks": 1.5,
    "oak_slab": 0.75,
    "oak_door": 1,
    "oak_sign": 1,
    "oak_button": 0.5,
    "oak_sapling": 0.5,
    "stick": 0.5,
    "bowl": 0.5,
    "white_wool": 0.5,
    "wooden_pickaxe": 1,
    "crafting_table": 1.5,
    "ladder": 1.5,
    "bow": 1.5,
    "fishing_rod": 1.5,
}


@pytest.mark.parametrize(("item", "smelts"), FUELS.items())
def test_burn_times_are_the_published_ones(item, smelts):
    assert FUEL[item] == smelts * 200


def test_a_lava_bucket_burns_and_gives_its_bucket_back():
    sim = arena()
    put(sim, 0, 1, 2, "furnace")
    give(sim, "lava_bucket", 1, slot=0)
    give(sim, "potato", 2, slot=1)
    for _ in range(2):
        sim.tick(act(verb=CRAFT, craft=next_page("baked_potato"), slot=1))
    run(sim, act(), 402)
    assert census(sim) == {"baked_potato": 2, "bucket": 1}
    assert sim.game.furnaces[next(iter(sim.game.furnaces))].burn > 19000


def next_page(item):
    return next(i for i, entry in enumerate(ENTRIES) if entry.item == item) - CRAFT_SLOTS
