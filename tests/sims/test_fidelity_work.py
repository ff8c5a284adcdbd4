"""Digging, drops, crafting and smelting against published numbers of Minecraft Java 1.19, by doing them.

Sources: Minecraft Wiki, the pages named above the tests; `docs/fidelity.md` lists all, and what deviates.
"""

import math
from dataclasses import replace

import pytest

from peam.sims.voxel import physics as ph
from peam.sims.voxel.blocks import NAMES
from peam.sims.voxel.building import break_block
from peam.sims.voxel.furnaces import Furnace
from peam.sims.voxel.items import DURABILITY, ITEM_ID, ITEMS
from peam.sims.voxel.rules import CRAFT_SLOTS, ENTRIES, FUEL, INPUTS
from tests.sims.arena import ATTACK, CRAFT, act, arena, give, put

# -- digging: "Breaking", tables of seconds; what a hand or a tool takes -----------------------------------

SECONDS = {
    "stone": {"air": 7.5, "wooden": 1.15, "stone": 0.6, "iron": 0.4, "diamond": 0.3, "golden": 0.2},
    "cobblestone": {"air": 10, "wooden": 1.5, "stone": 0.75, "iron": 0.5, "diamond": 0.4, "golden": 0.25},
    "sandstone": {"air": 4, "wooden": 0.6, "stone": 0.3, "iron": 0.2},
    "granite": {"wooden": 1.15, "iron": 0.4},
    "furnace": {"air": 17.5, "wooden": 2.65, "stone": 1.35, "iron": 0.9},
    "coal_ore": {"air": 15, "wooden": 2.25, "stone": 1.15, "iron": 0.75, "diamond": 0.6, "golden": 0.4},
    "iron_ore": {"wooden": 7.5, "stone": 1.15, "iron": 0.75, "diamond": 0.6},
    "lapis_ore": {"wooden": 7.5, "stone": 1.15, "iron": 0.75},
    "gold_ore": {"stone": 3.75, "iron": 0.75, "diamond": 0.6},
    "redstone_ore": {"stone": 3.75, "iron": 0.75, "diamond": 0.6},
    "diamond_ore": {"stone": 3.75, "iron": 0.75, "diamond": 0.6},
    "oak_log": {"air": 3, "wooden": 1.5, "stone": 0.75, "iron": 0.5, "diamond": 0.4, "golden": 0.25},
    "birch_log": {"air": 3, "stone": 0.75},
    "spruce_planks": {"air": 3, "iron": 0.5},
    "crafting_table": {"air": 3.75, "wooden": 1.9, "stone": 0.95, "iron": 0.65},
    "chest": {"air": 3.75, "wooden": 1.9},
    "ladder": {"air": 0.6, "wooden": 0.3},
    "dirt": {"air": 0.75, "wooden": 0.4, "stone": 0.2, "iron": 0.15, "diamond": 0.1},
    "grass_block": {"air": 0.9, "wooden": 0.45, "stone": 0.25, "iron": 0.15},
    "sand": {"air": 0.75, "wooden": 0.4},
    "gravel": {"air": 0.9, "wooden": 0.45},
    "clay": {"air": 0.9, "iron": 0.15},
    "snow_block": {"air": 1, "wooden": 0.15},
    "oak_leaves": {"air": 0.3, "shears": 0.05, "iron_sword": 0.2},
    "white_wool": {"air": 1.2, "shears": 0.25},
    "glass": {"air": 0.45, "diamond_pickaxe": 0.45},
    "cactus": {"air": 0.6},
    "torch": {"air": 0.05},
    "grass": {"air": 0.05},
}
KINDS = {
    "pickaxe": (
        "stone",
        "cobblestone",
        "sandstone",
        "granite",
        "furnace",
        *(n for n in SECONDS if "ore" in n),
    ),
    "axe": ("oak_log", "birch_log", "spruce_planks", "crafting_table", "chest", "ladder"),
    "shovel": ("dirt", "grass_block", "sand", "gravel", "clay", "snow_block"),
}
TIERS = ("wooden", "stone", "iron", "diamond", "golden")


def tool(block, name):
    return (
        f"{name}_{next(kind for kind, blocks in KINDS.items() if block in blocks)}" if name in TIERS else name
    )


PAIRS = [(block, tool(block, name), s) for block, row in SECONDS.items() for name, s in row.items()]


def dug(sim, cell, most=400):
    """Ticks until the block under the crosshair is gone."""
    name = sim.block(cell)
    for tick in range(1, most):
        sim.tick(act(verb=ATTACK))
        if sim.block(cell) != name:
            return tick
    return math.inf


@pytest.mark.parametrize(("block", "tool", "seconds"), PAIRS)
def test_digging_takes_the_published_time_to_the_tick(block, tool, seconds):
    sim = arena(radius=2)
    cell = put(sim, 0, 1, 1, block)
    if tool != "air":
        give(sim, tool)
    assert dug(sim, cell) == round(seconds * 20)


def test_digging_is_five_times_slower_under_water_and_again_off_the_ground():
    sim = arena(radius=3)
    for dx in range(-1, 2):
        for dz in range(-1, 2):
            for dy in range(3):
                put(sim, dx, dy, dz, "water")
    cell = put(sim, 0, 1, 1, "dirt")
    sim.tick()
    assert dug(sim, cell) == 75
    sim.game.body[ph.GROUND], sim.game.hands.pause = 0, 0
    put(sim, 0, 1, 1, "dirt")
    before = sim.game.hands.progress
    sim.tick(act(verb=ATTACK))
    assert 1 / (sim.game.hands.progress - before) == pytest.approx(375)


def test_bedrock_does_not_break():
    sim = arena(radius=2)
    give(sim, "diamond_pickaxe")
    assert dug(sim, put(sim, 0, 1, 1, "bedrock")) == math.inf


# -- tools: "Durability" -----------------------------------------------------------------------------------

USES = {"wooden": 59, "stone": 131, "iron": 250, "diamond": 1561, "golden": 32}
WORN = {"leather": (65, 75, 80, 55), "golden": (91, 105, 112, 77)}  # boots, leggings, chestplate, helmet
WORN |= {"iron": (195, 225, 240, 165), "diamond": (429, 495, 528, 363)}
PIECES = ("boots", "leggings", "chestplate", "helmet")


def test_durability():
    known = {f"{t}_{k}": n for t, n in USES.items() for k in ("sword", "pickaxe", "axe", "shovel", "hoe")}
    known |= {
        f"{material}_{piece}": n
        for material, row in WORN.items()
        for piece, n in zip(PIECES, row, strict=True)
    }
    known |= {
        "bow": 384,
        "shield": 336,
        "shears": 238,
        "fishing_rod": 64,
        "flint_and_steel": 64,
        "crossbow": 465,
        "carrot_on_a_stick": 25,
    }
    assert {name: DURABILITY[ITEM_ID[name]] for name in ITEMS if DURABILITY[ITEM_ID[name]]} == known


@pytest.mark.parametrize(
    ("kind", "block", "dig", "hit"),
    [("pickaxe", "stone", 1, 2), ("axe", "oak_log", 1, 2), ("shovel", "dirt", 1, 2), ("sword", "dirt", 2, 1)],
)
def test_wear_of_a_block_and_of_a_blow(kind, block, dig, hit):
    sim = arena(radius=3)
    give(sim, f"stone_{kind}")
    dug(sim, put(sim, 0, 1, 1, block))
    assert sim.game.inventory.worn[0] == dig
    x, y, z = sim.body().position
    sim.game.entities.creature("cow", (x, y, z + 1.5))
    sim.game.body[ph.PITCH] = 30
    sim.tick(act(verb=ATTACK))
    assert sim.game.inventory.worn[0] == dig + hit
    dug(sim, put(sim, 0, 1, 1, "grass"))
    assert sim.game.inventory.worn[0] == dig + hit, "what breaks at once wears nothing"


# -- drops: the blocks' pages ------------------------------------------------------------------------------

DROPS = {  # block: (weakest tool, item, least, most); "" for the hand
    "stone": ("wooden_pickaxe", "cobblestone", 1, 1),
    "cobblestone": ("wooden_pickaxe", "cobblestone", 1, 1),
    "coal_ore": ("wooden_pickaxe", "coal", 1, 1),
    "iron_ore": ("stone_pickaxe", "raw_iron", 1, 1),
    "lapis_ore": ("stone_pickaxe", "lapis_lazuli", 4, 9),
    "gold_ore": ("iron_pickaxe", "raw_gold", 1, 1),
    "redstone_ore": ("iron_pickaxe", "redstone", 4, 5),
    "diamond_ore": ("iron_pickaxe", "diamond", 1, 1),
    "snow_block": ("wooden_shovel", "snowball", 4, 4),
    "clay": ("", "clay_ball", 4, 4),
    "grass_block": ("", "dirt", 1, 1),
    "oak_log": ("", "oak_log", 1, 1),
    "furnace": ("wooden_pickaxe", "furnace", 1, 1),
    "torch": ("", "torch", 1, 1),
    "glass": ("", None, 0, 0),
}
LADDER = {"stone_pickaxe": "wooden_pickaxe", "iron_pickaxe": "stone_pickaxe"}


def yields(sim, block, tool, times):
    """What breaking a block that often drops: item -> numbers, one of each break."""
    out = {}
    cell = put(sim, 4, 1, 4, "air")
    for _ in range(times):
        sim.game.world.set(*cell, NAMES.index(block))
        break_block(sim.game, cell, ITEM_ID[tool or "air"])
        for row in list(sim.game.entities.of([1])):
            item, number = sim.game.entities.table[row, [22, 23]]
            out.setdefault(ITEMS[int(item)], []).append(int(number))
            sim.game.entities.remove(row)
    return out


@pytest.mark.parametrize("block", DROPS)
def test_drops_and_the_weakest_tool(block):
    weakest, item, least, most = DROPS[block]
    sim = arena(radius=5)
    found = yields(sim, block, weakest, 200)
    assert list(found) == ([item] if item else [])
    if item:
        assert set(found[item]) == set(range(least, most + 1)) and len(found[item]) == 200
    if weakest:
        assert not yields(sim, block, LADDER.get(weakest), 5), "a weaker tool, or none, yields nothing"


CHANCES = [  # block, item, chance
    ("gravel", "flint", 0.1),
    ("grass", "wheat_seeds", 0.125),
    ("oak_leaves", "apple", 0.005),
    ("oak_leaves", "oak_sapling", 0.05),
    ("birch_leaves", "birch_sapling", 0.05),
    ("spruce_leaves", "spruce_sapling", 0.05),
    ("oak_leaves", "stick", 0.02),
]


@pytest.mark.parametrize(("block", "item", "chance"), CHANCES)
def test_chances_of_drops(block, item, chance):
    n = 6000
    found = len(yields(arena(radius=5), block, "", n).get(item, []))
    assert abs(found - n * chance) < 4 * math.sqrt(n * chance * (1 - chance)), "within four sigma"


# -- crafting: "Crafting"; smelting: "Smelting", "Fuel" ----------------------------------------------------

SHAPES = {"pickaxe": (3, 2), "axe": (3, 2), "shovel": (1, 2), "sword": (2, 1), "hoe": (2, 2)}
MATERIAL = {"wooden": "oak_planks", "stone": "cobblestone", "iron": "iron_ingot", "golden": "gold_ingot"}
MATERIAL |= {"diamond": "diamond", "leather": "leather"}
CLOTHES = {"helmet": 5, "chestplate": 8, "leggings": 7, "boots": 4}
RECIPES = {
    **{f"{t}_{k}": {MATERIAL[t]: m, "stick": s} for k, (m, s) in SHAPES.items() for t in TIERS},
    **{f"{t}_{p}": {MATERIAL[t]: n} for p, n in CLOTHES.items() for t in WORN},
    **{f"{m}_block": {m: 9} for m in ("coal", "diamond", "raw_iron", "raw_gold", "redstone")},
    **{f"{m}_block": {f"{m}_ingot": 9} for m in ("iron", "gold")},
    "bread": {"wheat": 3},
    "golden_apple": {"apple": 1, "gold_ingot": 8},
    "bucket": {"iron_ingot": 3},
    "shears": {"iron_ingot": 2},
    "flint_and_steel": {"flint": 1, "iron_ingot": 1},
    "fishing_rod": {"stick": 3, "string": 2},
    "shield": {"oak_planks": 6, "iron_ingot": 1},
    "jukebox": {"diamond": 1, "oak_planks": 8},
    "compass": {"iron_ingot": 4, "redstone": 1},
    "clock": {"gold_ingot": 4, "redstone": 1},
    "piston": {"oak_planks": 3, "cobblestone": 4, "iron_ingot": 1, "redstone": 1},
    "anvil": {"iron_block": 3, "iron_ingot": 4},
    "hopper": {"chest": 1, "iron_ingot": 5},
    "lantern": {"iron_nugget": 8, "torch": 1},
}


@pytest.mark.parametrize("item", RECIPES)
def test_recipes_are_paid_exactly_and_make_one(item):
    sim = arena(radius=3)
    put(sim, 0, 0, 2, "crafting_table")
    for name, number in RECIPES[item].items():
        give(sim, name, number)
    sim.tick(act(verb=CRAFT, craft=sim.craft_id(item)))
    assert sim.observe().inventory == {item: 1}


WOODS = ("oak", "birch", "spruce", "acacia")
PRODUCTS = {  # input: product
    "raw_iron": "iron_ingot",
    "raw_gold": "gold_ingot",
    "iron_ore": "iron_ingot",
    "gold_ore": "gold_ingot",
    "coal_ore": "coal",
    "diamond_ore": "diamond",
    "redstone_ore": "redstone",
    "lapis_ore": "lapis_lazuli",
    "oak_log": "charcoal",
    "birch_log": "charcoal",
    "spruce_log": "charcoal",
    "cobblestone": "stone",
    "stone": "smooth_stone",
    "sand": "glass",
    "sandstone": "smooth_sandstone",
    "clay_ball": "brick",
    "beef": "cooked_beef",
    "porkchop": "cooked_porkchop",
    "mutton": "cooked_mutton",
    **{f"{wood}_wood": "charcoal" for wood in WOODS},
    "acacia_log": "charcoal",
    "raw_copper": "copper_ingot",
    "copper_ore": "copper_ingot",
    "emerald_ore": "emerald",
    "deepslate_iron_ore": "iron_ingot",
    "deepslate_gold_ore": "gold_ingot",
    "deepslate_copper_ore": "copper_ingot",
    "deepslate_coal_ore": "coal",
    "deepslate_diamond_ore": "diamond",
    "deepslate_redstone_ore": "redstone",
    "deepslate_lapis_ore": "lapis_lazuli",
    "deepslate_emerald_ore": "emerald",
    "cobbled_deepslate": "deepslate",
    "potato": "baked_potato",
    "chicken": "cooked_chicken",
}


@pytest.mark.parametrize("item", PRODUCTS)
def test_smelting_takes_200_ticks_a_piece(item):
    sim = arena(radius=3)
    put(sim, 0, 0, 2, "furnace")
    give(sim, item, 2)
    give(sim, "coal", 1)
    for _ in range(2):
        index = next(i for i, e in enumerate(ENTRIES) if (e.item, e.station) == (PRODUCTS[item], "furnace"))
        sim.tick(act(verb=CRAFT, craft=index % CRAFT_SLOTS, slot=index // CRAFT_SLOTS))
    product, made = PRODUCTS[item], []
    for tick in range(3, 420):
        sim.tick()
        made += [tick] * (sim.stats().get(f"smelted.{product}", 0) > len(made))
    assert made == [200, 400] and sim.observe().inventory == {product: 2}


def test_no_smelting_is_left_out():
    assert {name for names in INPUTS.values() for name in names} == set(PRODUCTS)


WOODEN = dict.fromkeys("planks log wood stairs fence fence_gate trapdoor pressure_plate".split(), 300)  # noqa: SIM905
WOODEN |= {"door": 200, "sign": 200, "slab": 150, "sapling": 100, "button": 100}
BURNING = {  # ticks
    "coal": 1600,
    "charcoal": 1600,
    "stick": 100,
    "crafting_table": 300,
    "chest": 300,
    "ladder": 300,
    "bow": 300,
    **{f"wooden_{kind}": 200 for kind in SHAPES},
    **{f"{wood}_{form}": ticks for wood in WOODS for form, ticks in WOODEN.items()},
    **dict.fromkeys("jukebox note_block trapped_chest barrel composter loom".split(), 300),  # noqa: SIM905
    **dict.fromkeys(("fletching_table", "smithing_table", "fishing_rod", "crossbow"), 300),
    "white_wool": 100,
    "bowl": 100,
    "coal_block": 16000,
    "lava_bucket": 20000,
}


@pytest.mark.parametrize("fuel", BURNING)
def test_fuel_burns_its_published_time(fuel):
    sim = arena(radius=3)
    cell = put(sim, 0, 0, 6, "furnace")
    sim.game.furnaces[cell] = Furnace("cobblestone", 101, fuel, 1)
    burnt = 0
    for _ in range(BURNING[fuel] + 50):
        was = replace(sim.game.furnaces[cell])
        sim.tick()
        now = sim.game.furnaces[cell]
        burnt += (now.made, now.progress) > (was.made, was.progress)
    assert burnt == BURNING[fuel] and now.burn == now.fuel_count == 0


def test_every_fuel_is_in_the_table():
    assert dict(FUEL) == BURNING
