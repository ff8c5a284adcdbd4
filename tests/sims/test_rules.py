import math
from hashlib import sha256

import pytest

from peam.errors import SimError
from peam.sims.voxel.blocks import NAMES
from peam.sims.voxel.items import ITEMS
from peam.sims.voxel.rules import CRAFT_SLOTS, ENTRIES, FUEL, VoxelRules, choose_fuel, drops_of, resolve

RULES = VoxelRules(lambda item: 0)
# First 12 digits of the sha256 of the first 42 blocks, 255 items and 244 craft arguments, a name a line.
FROZEN = ["e35aa4d335d6", "5e9e8d77a7a9", "e8de10c26066"]

# Seconds as published in the tables of the Minecraft Wiki page "Breaking"; 20 ticks a second.
PUBLISHED = [
    ("dirt", "air", 0.75),
    ("dirt", "wooden_shovel", 0.4),
    ("dirt", "iron_shovel", 0.15),
    ("sand", "air", 0.75),
    ("gravel", "air", 0.9),
    ("grass_block", "air", 0.9),
    ("oak_log", "air", 3.0),
    ("oak_log", "wooden_axe", 1.5),
    ("oak_log", "stone_axe", 0.75),
    ("oak_planks", "air", 3.0),
    ("oak_leaves", "air", 0.3),
    ("crafting_table", "air", 3.75),
    ("stone", "air", 7.5),
    ("stone", "wooden_pickaxe", 1.15),
    ("stone", "stone_pickaxe", 0.6),
    ("stone", "iron_pickaxe", 0.4),
    ("stone", "diamond_pickaxe", 0.3),
    ("cobblestone", "wooden_pickaxe", 1.5),
    ("furnace", "air", 17.5),
    ("furnace", "wooden_pickaxe", 2.65),
    ("coal_ore", "air", 15.0),
    ("coal_ore", "wooden_pickaxe", 2.25),
    ("iron_ore", "wooden_pickaxe", 7.5),
    ("iron_ore", "stone_pickaxe", 1.15),
    ("iron_ore", "iron_pickaxe", 0.75),
    ("diamond_ore", "iron_pickaxe", 0.75),
    ("glass", "air", 0.45),
    ("torch", "air", 0.0),
]


@pytest.mark.parametrize(("block", "tool", "seconds"), PUBLISHED)
def test_dig_ticks_are_the_published_ones(block, tool, seconds):
    assert RULES.dig_ticks(block, tool) == round(seconds * 20)


@pytest.mark.parametrize(
    ("item", "count", "takes", "table"),
    [
        ("oak_planks", 4, {"oak_log": 1}, False),
        ("birch_planks", 4, {"birch_log": 1}, False),
        ("stick", 4, {"oak_planks": 2}, False),
        ("crafting_table", 1, {"oak_planks": 4}, False),
        ("torch", 4, {"coal": 1, "stick": 1}, False),
        ("furnace", 1, {"cobblestone": 8}, True),
        ("chest", 1, {"oak_planks": 8}, True),
        ("ladder", 3, {"stick": 7}, True),
        ("bow", 1, {"stick": 3, "string": 3}, True),
        ("arrow", 4, {"feather": 1, "flint": 1, "stick": 1}, True),
        ("bucket", 1, {"iron_ingot": 3}, True),
        ("shield", 1, {"oak_planks": 6, "iron_ingot": 1}, True),
        ("wooden_pickaxe", 1, {"oak_planks": 3, "stick": 2}, True),
        ("stone_pickaxe", 1, {"cobblestone": 3, "stick": 2}, True),
        ("iron_pickaxe", 1, {"iron_ingot": 3, "stick": 2}, True),
        ("diamond_pickaxe", 1, {"diamond": 3, "stick": 2}, True),
        ("wooden_sword", 1, {"oak_planks": 2, "stick": 1}, True),
        ("stone_sword", 1, {"cobblestone": 2, "stick": 1}, True),
        ("iron_sword", 1, {"iron_ingot": 2, "stick": 1}, True),
        ("wooden_axe", 1, {"oak_planks": 3, "stick": 2}, True),
        ("iron_shovel", 1, {"iron_ingot": 1, "stick": 2}, True),
    ],
)
def test_recipes_are_the_published_ones(item, count, takes, table):
    assert RULES.recipe(item) == (count, takes, table)


def test_what_is_not_crafted_has_no_recipe():
    for item in (
        "cobblestone",
        "raw_iron",
        "oak_log",
        "iron_ingot",
        "coal",
        "diamond",
        "charcoal",
        "glass",
        "apple",
    ):
        assert RULES.recipe(item) is None, item


def test_every_target_of_the_action_language_is_known():
    from peam.actions import grammar

    verbs = grammar()
    assert all(RULES.recipe(item) for item in verbs["craft"].targets)
    assert all(RULES.smelting(item) for item in verbs["smelt"].targets)
    assert all(RULES.food_points(item) for item in verbs["eat"].targets)
    assert all(block in NAMES and RULES.drops(block) for block in verbs["mine"].targets)
    assert all(item in ITEMS for item in verbs["equip"].targets)


def test_a_tag_is_paid_from_what_is_held_most_and_may_be_mixed():
    held = {"birch_planks": 3, "oak_planks": 1}
    assert resolve({"#planks": 2}, lambda n: held.get(n, 0)) == {"birch_planks": 2}
    assert resolve({"#planks": 4}, lambda n: held.get(n, 0)) == {"birch_planks": 3, "oak_planks": 1}
    assert resolve({"#planks": 6}, lambda n: held.get(n, 0)) == {"birch_planks": 5, "oak_planks": 1}


def test_drops_and_tools():
    assert RULES.drops("stone") == "cobblestone"
    assert RULES.drops("iron_ore") == "raw_iron"
    assert RULES.drops("coal_ore") == "coal"
    assert RULES.drops("glass") is None
    assert RULES.weakest_tool("stone") == "wooden_pickaxe"
    assert RULES.weakest_tool("iron_ore") == "stone_pickaxe"
    assert RULES.weakest_tool("diamond_ore") == "iron_pickaxe"
    assert RULES.weakest_tool("oak_log") is None
    assert not RULES.tool_works("iron_ore", "wooden_pickaxe")
    assert RULES.tool_works("iron_ore", "stone_pickaxe")
    assert RULES.tool_works("oak_log", "air")
    assert RULES.dig_ticks("bedrock", "diamond_pickaxe") > 10**5


def test_counts_of_multiple_drops():
    clay, redstone = NAMES.index("clay"), NAMES.index("redstone_ore")
    assert drops_of(clay, 0, lambda: 0.5)[1] == [(ITEMS.index("clay_ball"), 4)]
    pick = ITEMS.index("iron_pickaxe")
    assert {drops_of(redstone, pick, lambda r=r: r)[1][0][1] for r in (0.0, 0.4, 0.6, 0.99)} == {4, 5}
    gravel = NAMES.index("gravel")
    assert drops_of(gravel, 0, lambda: 0.05)[1] == [(ITEMS.index("flint"), 1)]
    assert drops_of(gravel, 0, lambda: 0.5)[1] == [(ITEMS.index("gravel"), 1)]


def test_fuel_is_coal_first_then_the_first_that_suffices():
    assert RULES.fuel_ticks("coal") == 1600
    assert RULES.fuel_ticks("oak_planks") == RULES.fuel_ticks("oak_log") == 300
    assert RULES.fuel_ticks("stick") == 100
    assert RULES.fuel_ticks("cobblestone") == 0
    held = {"coal": 1, "oak_planks": 5}
    assert choose_fuel(200, lambda n: held.get(n, 0)) == ("coal", 1)
    assert choose_fuel(200, lambda n: {"stick": 5}.get(n, 0)) == ("stick", 2)
    assert choose_fuel(200, lambda n: {"stick": 1}.get(n, 0)) is None
    assert choose_fuel(200, lambda n: held.get(n, 0), "oak_planks") == ("oak_planks", 1)
    assert all(name in ITEMS for name in FUEL)


def test_food_points_are_the_published_ones():
    table = {
        "apple": 4,
        "bread": 5,
        "beef": 3,
        "cooked_beef": 8,
        "porkchop": 3,
        "cooked_porkchop": 8,
        "mutton": 2,
        "cooked_mutton": 6,
        "stick": 0,
    }
    assert {item: RULES.food_points(item) for item in table} == table


def test_smelting():
    assert "raw_iron" in RULES.smelting("iron_ingot")
    assert RULES.smelting("stone") == ("cobblestone",)
    assert set(RULES.smelting("charcoal")) == {
        f"{w}_{p}" for w in ("oak", "birch", "spruce", "acacia") for p in ("log", "wood")
    }
    assert RULES.smelting("stick") == ()


def test_the_craft_list_fits_and_names_only_known_items():
    assert CRAFT_SLOTS < len(ENTRIES) <= 2 * CRAFT_SLOTS
    for entry in ENTRIES:
        assert entry.item in ITEMS
        assert entry.count > 0
        assert all(math.isfinite(n) and (name in ITEMS or name[0] == "#") for name, n in entry.takes.items())


@pytest.mark.parametrize(
    "call", [RULES.drops, RULES.weakest_tool, RULES.recipe, RULES.fuel_ticks, RULES.smelting]
)
def test_unknown_names_are_errors_with_the_nearest_name(call):
    with pytest.raises(SimError, match="did you mean 'oak_log'"):
        call("oak_logg")


def test_numbers_that_snapshots_and_memories_hold_never_change():
    rows = [NAMES[:42], ITEMS[:255], [entry.item for entry in ENTRIES[:CRAFT_SLOTS]]]
    assert [sha256("\n".join(names).encode()).hexdigest()[:12] for names in rows] == FROZEN
    assert len(ITEMS) >= 250 and len(NAMES) < 256
