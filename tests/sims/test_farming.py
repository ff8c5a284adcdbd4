import math

import pytest

from peam.sims.voxel import farming, plots, saplings
from peam.sims.voxel.blocks import ID, NAMES, STATES, base
from peam.sims.voxel.building import break_block
from peam.sims.voxel.items import ITEM_ID
from peam.sims.voxel.rules import drops_of
from tests.sims.arena import FLOOR, NONE, PLACE, USE, act, aim, arena, census, give, put, run

DOWN = 60.0


def field(seed=1, radius=2, wet=True, crop="wheat", light=True):
    """An arena with farmland two blocks ahead of the agent, a crop on it, and water in reach."""
    sim = arena(seed=seed)
    for dx in range(-radius, radius + 1):
        for dz in range(2, 3 + 2 * radius):
            put(sim, dx, -1, dz, "farmland[moisture=7]" if wet else "farmland")
    if wet:
        put(sim, 0, -1, 1, "water")
    cell = put(sim, 0, 0, 2 + radius, crop)
    return sim, cell


def wait(sim, ticks):
    """Lets time pass for plants alone."""
    for _ in range(ticks):
        sim.game.ticks += 1
        farming.tick(sim.game)


def age(sim, cell):
    block = sim.game.world.get(*cell)
    return STATES[base(NAMES[block])].index(block)


# -- tilling and planting ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ground", "result"), [("dirt", "farmland"), ("grass_block", "farmland"), ("coarse_dirt", "dirt")]
)
def test_a_hoe_tills_and_wears(ground, result):
    sim = arena()
    cell = put(sim, 0, -1, 2, ground)
    give(sim, "wooden_hoe", slot=0)
    aim(sim, 40.0)
    sim.tick(act(verb=USE))
    assert sim.block(cell) == result
    assert sim.game.inventory.worn[0] == 1


def test_a_hoe_does_nothing_to_stone_or_under_a_block():
    sim = arena()
    give(sim, "iron_hoe", slot=0)
    aim(sim, 40.0)
    sim.tick(act(verb=USE))
    assert sim.game.inventory.worn[0] == 0
    cell = put(sim, 0, -1, 1, "dirt")
    put(sim, 0, 0, 1, "torch")
    aim(sim, 55.0)
    run(sim, act(verb=USE), 9)
    assert sim.block(cell) == "dirt"


@pytest.mark.parametrize(
    ("seed", "crop"), [("wheat_seeds", "wheat"), ("carrot", "carrots"), ("potato", "potatoes")]
)
@pytest.mark.parametrize("verb", [USE, PLACE])
def test_seeds_go_on_farmland_only(seed, crop, verb):
    sim = arena()
    give(sim, seed, 2, slot=0)
    aim(sim, 40.0)
    put(sim, 0, -1, 2, "dirt")
    run(sim, act(verb=verb), 2)
    assert sim.game.held(seed) == 2
    run(sim, act(verb=NONE))
    x, y, z = put(sim, 0, -1, 2, "farmland")
    sim.tick(act(verb=verb))
    assert sim.block((x, y + 1, z)) == crop and sim.game.held(seed) == 1


def test_what_grows_breaks_when_its_ground_goes_and_under_a_block_farmland_is_dirt():
    sim, cell = field()
    break_block(sim.game, (cell[0], cell[1] - 1, cell[2]), 0)
    assert sim.block(cell) == "air" and census(sim)["wheat_seeds"] == 1
    sim, cell = field(crop="air")
    put(sim, 0, 0, 4, "stone")
    assert sim.block((cell[0], cell[1] - 1, cell[2])) == "dirt"


# -- growth ------------------------------------------------------------------------------------------------


def test_growth_points_are_the_published_ones():
    # Wiki, "Tutorials/Crop farming": amid wet farmland 10 points, dry 4; a crop in both rows halves.
    sim, cell = field()
    assert farming.points(sim.game, cell) == pytest.approx(1 + 3 + 8 * 0.75)
    dry, at = field(wet=False)
    assert farming.points(dry.game, at) == pytest.approx(1 + 1 + 8 * 0.25)
    put(sim, 1, 0, 4, "wheat")
    assert farming.points(sim.game, cell) == pytest.approx(10.0)
    put(sim, 0, 0, 5, "wheat[age=3]")
    assert farming.points(sim.game, cell) == pytest.approx(5.0)
    put(sim, 0, 0, 5, "carrots")
    assert farming.points(sim.game, cell) == pytest.approx(10.0)


def test_crops_ripen_in_the_mean_time_that_the_chances_give():
    # A stage waits for a random tick (3 in 4096) that succeeds (1 in floor(25 / 10) + 1 = 3): 4096 ticks.
    times = []
    for seed in range(12):
        sim, cell = field(seed=seed)
        ticks = 0
        while age(sim, cell) < plots.RIPE:
            due = min(sim.game.extras.growing.values())
            ticks += max(1, due - sim.game.ticks)
            sim.game.ticks = max(due, sim.game.ticks + 1)
            farming.tick(sim.game)
        times.append(ticks)
    mean, error = 7 * 4096, 4096 * math.sqrt(7) / math.sqrt(12)
    assert abs(sum(times) / 12 - mean) < 3.5 * error


def test_in_the_dark_nothing_grows_and_a_torch_helps():
    for lamp, grows in ((False, False), (True, True)):
        sim, cell = field()
        for dx in range(-4, 5):
            for dz in range(-1, 10):
                put(sim, dx, 4, dz, "stone")
        if lamp:
            put(sim, 2, 0, 4, "torch")
        sim.game.ticks = 0
        for _ in range(400):
            sim.game.ticks = min(sim.game.extras.growing.values())
            farming.tick(sim.game)
        assert (age(sim, cell) > 0) == grows


def test_farmland_without_water_dries_and_turns_to_dirt_unless_something_grows_on_it():
    sim = arena()
    bare, sown = put(sim, 0, -1, 3, "farmland[moisture=7]"), put(sim, 2, -1, 3, "farmland[moisture=7]")
    put(sim, 2, 0, 3, "wheat")
    for _ in range(60):
        sim.game.ticks = min(sim.game.extras.growing.values())
        farming.tick(sim.game)
    assert sim.block(bare) == "dirt" and sim.block(sown) == "farmland"
    put(sim, -2, 0, 3, "water")
    for _ in range(40):
        sim.game.ticks = min(sim.game.extras.growing.values())
        farming.tick(sim.game)
    assert sim.block(sown) == "farmland[moisture=7]"


@pytest.mark.parametrize(("distance", "wet"), [(4, True), (5, False)])
def test_water_reaches_four_blocks(distance, wet):
    sim = arena()
    cell = put(sim, 0, -1, 3, "farmland")
    put(sim, distance, -1, 3, "water")
    put(sim, 0, 0, 3, "wheat")
    for _ in range(30):
        sim.game.ticks = min(sim.game.extras.growing.values())
        farming.tick(sim.game)
    assert (sim.block(cell) == "farmland[moisture=7]") == wet


def test_a_jump_tramples_farmland():
    hits = 0
    for seed in range(12):
        sim = arena(seed=seed)
        cell = put(sim, 0, -1, 0, "farmland")
        run(sim, act(pose=1), 1)
        run(sim, act(), 14)
        hits += sim.block(cell) == "dirt"
    assert 4 <= hits <= 12  # a jump falls 1.25 blocks: chance 0.75


# -- harvest -----------------------------------------------------------------------------------------------


def mean_drop(name, item, times=4000):
    rolls = iter(range(10**9))
    total = 0

    def dice():
        return (next(rolls) * 0.6180339887498949) % 1.0

    for _ in range(times):
        total += sum(n for i, n in drops_of(ID[name], 0, dice)[1] if i == ITEM_ID[item])
    return total / times


@pytest.mark.parametrize(
    ("block", "item", "mean"),
    [
        ("wheat[age=7]", "wheat", 1.0),
        ("wheat[age=7]", "wheat_seeds", 1 + 3 * 0.5714286),
        ("wheat[age=6]", "wheat_seeds", 1.0),
        ("wheat[age=6]", "wheat", 0.0),
        ("carrots[age=7]", "carrot", 2 + 3 * 0.5714286),
        ("potatoes[age=7]", "potato", 2 + 3 * 0.5714286),
        ("potatoes[age=7]", "poisonous_potato", 0.02),
        ("potatoes", "potato", 1.0),
    ],
)
def test_harvest_counts_are_the_published_ones(block, item, mean):
    assert mean_drop(block, item) == pytest.approx(mean, abs=0.02)


# -- bone meal ---------------------------------------------------------------------------------------------


def test_bone_meal_grows_crops_by_two_to_five_stages():
    seen = set()
    for seed in range(24):
        sim, cell = field(seed=seed, crop="carrots")
        give(sim, "bone_meal", 3, slot=0)
        sim.game.body[2] += 3.0
        aim(sim, 60.0)
        sim.tick(act(verb=USE))
        seen.add(age(sim, cell))
        assert sim.game.held("bone_meal") == 2
    assert seen == {2, 3, 4, 5}


def test_bone_meal_on_grass_brings_up_grass_and_flowers_and_none_is_used_on_stone():
    sim = arena()
    give(sim, "bone_meal", 2, slot=0)
    aim(sim, 40.0)
    sim.tick(act(verb=USE))
    assert sim.game.held("bone_meal") == 2
    for dx in range(-5, 6):
        for dz in range(-3, 8):
            put(sim, dx, -1, dz, "grass_block")
    sim.tick(act())
    run(sim, act(verb=USE), 5)
    assert sim.game.held("bone_meal") == 1
    grown = {k: n for k, n in sim.stats().items() if k.startswith("grown.")}
    assert sum(grown.values()) > 10 and grown["grown.grass"] > 3 * grown.get("grown.poppy", 0)


# -- saplings ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wood", ["oak", "birch", "spruce"])
def test_a_sapling_becomes_a_tree_in_two_steps(wood):
    sim = arena()
    put(sim, 0, -1, 4, "dirt")
    cell = put(sim, 0, 0, 4, f"{wood}_sapling")
    saplings.advance(sim.game, cell)
    assert sim.block(cell) == f"{wood}_sapling[stage=1]"
    saplings.advance(sim.game, cell)
    x, y, z = cell
    trunk = [sim.block((x, y + up, z)) for up in range(9)].count(f"{wood}_log")
    least, most = plots.RULES["trunk"][wood]
    assert least <= trunk <= most
    assert sim.stats()[f"grown.{wood}_log"] == trunk and sim.stats()[f"grown.{wood}_leaves"] > 20
    assert not sim.game.extras.growing


def test_a_sapling_under_a_roof_waits():
    sim = arena()
    put(sim, 0, -1, 4, "dirt")
    cell = put(sim, 0, 0, 4, "oak_sapling[stage=1]")
    put(sim, 0, 3, 4, "glass")
    for _ in range(20):
        saplings.advance(sim.game, cell)
    assert sim.block(cell) == "oak_sapling[stage=1]"


def test_a_planted_sapling_grows_with_time_and_the_state_survives_a_snapshot():
    sim = arena()
    give(sim, "oak_sapling", slot=0)
    put(sim, 0, -1, 2, "dirt")
    aim(sim, 40.0)
    sim.tick(act(verb=USE))
    cell = next(iter(sim.game.extras.growing))
    state = sim.snapshot()
    grown = []
    for _ in range(2):
        sim.restore(state)
        for _ in range(400):
            if not sim.game.extras.growing:
                break
            sim.game.ticks = min(sim.game.extras.growing.values())
            farming.tick(sim.game)
        grown.append((sim.block(cell), sim.game.ticks, dict(sim.stats())))
    assert grown[0] == grown[1] and grown[0][0] == "oak_log"
    assert cell[1] == FLOOR
