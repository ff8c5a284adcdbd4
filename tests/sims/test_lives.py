"""Armour, meals, experience, death and the next life."""

import pytest

from peam.errors import SimError
from peam.sims.voxel import beds, combat, experience
from peam.sims.voxel import physics as ph
from peam.sims.voxel.blocks import ID, NAMES
from peam.sims.voxel.building import break_block
from peam.sims.voxel.items import FOOD, ITEM_ID, ITEMS, SATURATION
from peam.sims.voxel.rules import ENTRIES
from peam.sims.voxel.vitals import Vitals
from tests.sims.arena import ATTACK, USE, act, aim, arena, bedroom, census, give, kill, put, run

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


def test_respawn_is_true_or_false():
    with pytest.raises(SimError, match="respawn"):
        arena(respawn="yes")
