"""Ores, layers, spawning and lying things against published numbers of Minecraft, over samples.

Sources: Minecraft Wiki, the pages named above the tests; `docs/fidelity.md` lists all, and what deviates. The
ores are those of Java 1.8 to 1.17: the world is 128 high and has no deepslate.
"""

import math

import numpy as np
import pytest

from peam.sims.base import NOOP
from peam.sims.voxel import VoxelSim, spawning
from peam.sims.voxel import entities as ent
from peam.sims.voxel import physics as ph
from peam.sims.voxel.blocks import ID
from peam.sims.voxel.items import ITEM_ID
from peam.sims.voxel.tables import HEIGHT, tables
from peam.sims.voxel.terrain import generate
from tests.sims.arena import DROP, FLOOR, act, arena, give, put, run

CHUNKS = 150
ORES = {  # mean a chunk as players count them, lowest and highest layer: "Ore", "Mineral vein", before 1.18
    "coal_ore": (142.6, 1, 127),
    "iron_ore": (77.0, 1, 63),
    "gold_ore": (8.2, 1, 31),
    "redstone_ore": (24.8, 1, 15),
    "lapis_ore": (3.43, 1, 31),
    "diamond_ore": (3.1, 1, 15),
}


@pytest.fixture(scope="module")
def layers():
    """Count of each block by height, (128, 256), over chunks of four seeds far apart."""
    counts, chunk = np.zeros((HEIGHT, 256), np.int64), np.zeros((16, HEIGHT, 16), np.uint8)
    for n in range(CHUNKS):
        generate(chunk, 1000 + n % 4, 11 * n - 700, 300 - 9 * n, tables())
        for y in range(HEIGHT):
            counts[y] += np.bincount(chunk[:, y].ravel(), minlength=256)
    return counts


@pytest.mark.parametrize("ore", ORES)
def test_ores_are_as_frequent_and_as_deep(layers, ore):
    mean, low, high = ORES[ore]
    by_y = layers[:, ID[ore]]
    assert by_y.sum() / CHUNKS == pytest.approx(mean, rel=0.2)
    assert by_y[:low].sum() == by_y[high + 1 :].sum() == 0


@pytest.mark.parametrize(
    ("ore", "a", "b"), [("coal_ore", (8, 24), (32, 48)), ("iron_ore", (8, 24), (32, 48))]
)
def test_coal_and_iron_lie_evenly(layers, ore, a, b):
    """By stone that is there: caves and lava take their share."""
    rock = layers[:, ID["stone"]] + layers[:, ID[ore]]
    shares = [layers[low:high, ID[ore]].sum() / rock[low:high].sum() for low, high in (a, b)]
    assert shares[0] == pytest.approx(shares[1], rel=0.2)


def test_lapis_is_densest_around_16_and_diamonds_are_even(layers):
    lapis, diamond = layers[:, ID["lapis_ore"]], layers[:, ID["diamond_ore"]]
    assert lapis[11:21].sum() > 1.5 * (lapis[1:6].sum() + lapis[26:31].sum())
    assert diamond[5:9].sum() == pytest.approx(diamond[9:13].sum(), rel=0.4)


def test_bedrock_water_and_lava_lie_where_they_did_before_1_18(layers):
    cells = CHUNKS * 256
    bedrock = layers[:, ID["bedrock"]] / cells
    assert bedrock[0] == 1 and bedrock[1:5] == pytest.approx([0.8, 0.6, 0.4, 0.2], abs=0.02)
    assert layers[62, ID["water"]] > 0 and layers[63:, ID["water"]].sum() == 0
    assert layers[10, ID["lava"]] > 0 and layers[11:, ID["lava"]].sum() == 0


# -- spawning: "Spawn", "Mob spawning" ---------------------------------------------------------------------


def monsters(sim):
    return list(sim.game.entities.of(spawning.HOSTILE))


def test_monsters_come_no_nearer_than_24_and_only_in_the_dark():
    sim = VoxelSim(image_size=None)
    found = 0
    for seed in range(3):
        sim.reset(seed=seed, options={"time": 14000})
        known = set()
        for _ in range(1600):
            sim.game.vitals.life, before = 1e6, sim.body().position
            sim.tick()
            for row in monsters(sim):
                e = sim.game.entities.table[row]
                if e[ent.EID] not in known:
                    found += 1
                    assert math.dist(e[[ph.X, ph.Z]], (before[0], before[2])) > 24 - 1.5
                known.add(e[ent.EID])
    assert found >= 5


@pytest.mark.parametrize("options", [{"peaceful": True, "time": 14000}, {"time": 2000}])
def test_none_come_in_peace_nor_in_daylight_above_ground(options):
    sim = arena(radius=45, height=40, **options)
    for x in range(-45, 46):  # a deep floor: no caves within reach
        for z in range(-45, 46):
            for y in range(1, 20):
                put_quietly(sim, x, -y, z)
    run(sim, NOOP, 1200)
    assert not monsters(sim)


def put_quietly(sim, dx, dy, dz):
    x, _, z = sim.body().cell
    if sim.game.world.get(x + dx, FLOOR + dy, z + dz) != ID["stone"]:
        sim.game.world.set(x + dx, FLOOR + dy, z + dz, ID["stone"])


# -- things that lie: "Item (entity)" ----------------------------------------------------------------------


def test_a_stack_lies_five_minutes():
    sim = arena(radius=3, difficulty="peaceful")
    x, y, z = sim.body().position
    sim.game.entities.item(ITEM_ID["dirt"], 1, (x + 2, y, z + 2.2))
    run(sim, NOOP, 5999)
    assert len(list(sim.game.entities.of([ent.ITEM]))) == 1
    run(sim, NOOP, 1)
    assert not list(sim.game.entities.of([ent.ITEM]))


def test_a_drop_can_be_taken_after_half_a_second_and_a_throw_after_two():
    sim = arena(radius=3)
    sim.game.drop(ITEM_ID["dirt"], 1, sim.body().cell)
    run(sim, NOOP, 10)
    assert sim.observe().inventory == {}
    run(sim, NOOP, 1)
    assert sim.observe().inventory == {"dirt": 1}
    sim.game.body[ph.PITCH] = 90
    sim.tick(act(verb=DROP))
    run(sim, NOOP, 39)
    assert sim.observe().inventory == {}
    run(sim, NOOP, 1)
    assert sim.observe().inventory == {"dirt": 1}


def test_sand_falls_and_plants_and_torches_need_their_ground():
    sim = arena(radius=3)
    give(sim, "dirt")
    cells = {name: put(sim, dx, 1, 2, name) for dx, name in ((-1, "sand"), (0, "gravel"), (1, "torch"))}
    for dx in (-1, 0, 1):
        put(sim, dx, 0, 2, "stone")
    assert all(sim.block(cell) == name for name, cell in cells.items())
    for dx in (-1, 0, 1):
        put(sim, dx, 0, 2, "air")
    x, y, z = sim.body().cell
    assert [sim.block((x + dx, y, z + 2)) for dx in (-1, 0, 1)] == ["sand", "gravel", "air"]
    assert all(sim.block(cell) == "air" for cell in cells.values())
