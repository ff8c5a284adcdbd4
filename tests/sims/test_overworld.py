"""The overworld: reproducible in any order, all its biomes, ores by depth, water that stands, a fit start."""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np
import pytest

from peam.errors import SimError
from peam.sims.voxel import VoxelSim
from peam.sims.voxel.blocks import ID, LIQUID, NAMES, SOLID, data
from peam.sims.voxel.overworld.chart import chart, picture
from peam.sims.voxel.overworld.chunks import generate
from peam.sims.voxel.overworld.lie import column
from peam.sims.voxel.overworld.numbers import BIOMES, HEIGHT, KINDS, numbers
from peam.sims.voxel.overworld.trees import REACH, stamp
from peam.sims.voxel.overworld.veins import KEPT, fold, start
from peam.sims.voxel.overworld.world import Overworld

ORES = data("overworld.yaml")["ores"]
SEEDS = (1, 2, 3, 4)
CHUNKS = 150


def chunk(seed: int, cx: int, cz: int) -> np.ndarray:
    out = np.full((16, HEIGHT, 16), 255, np.uint8)  # whatever was there must not matter
    generate(out, seed, cx, cz, numbers())
    return out


@cache
def places(seed: int) -> dict[str, tuple[int, int]]:
    """Returns a column of each biome, as deep inside it as a map of 12,000 x 12,000 blocks shows."""
    biomes, _ = chart(seed, -6000, -6000, 250, 48)
    out = {}
    for index, name in enumerate(BIOMES):
        inside = biomes == index
        while inside.any():
            here = np.argwhere(inside)[0]
            out[name] = (-6000 + 48 * int(here[0]), -6000 + 48 * int(here[1]))
            inner = np.zeros_like(inside)
            inner[1:-1, 1:-1] = inside[1:-1, 1:-1] & inside[2:, 1:-1] & inside[:-2, 1:-1]
            inner[1:-1, 1:-1] &= inside[1:-1, 2:] & inside[1:-1, :-2]
            inside = inner
    return out


@pytest.fixture(scope="module")
def sample() -> np.ndarray:
    """Count of each id by height over many chunks, (128, 256)."""
    counts = np.zeros((HEIGHT, 256), np.int64)
    for n in range(CHUNKS):
        cells = chunk(n, 7 * n - 300, 200 - 5 * n)
        assert cells.max() < len(NAMES)
        for y in range(HEIGHT):
            counts[y] += np.bincount(cells[:, y].ravel(), minlength=256)
    return counts


def test_same_seed_same_bytes() -> None:
    assert (chunk(5, 3, -4) == chunk(5, 3, -4)).all()
    assert (chunk(5, 3, -4) != chunk(6, 3, -4)).mean() > 0.05


def test_any_order_of_generation() -> None:
    here, there = Overworld(11), Overworld(11)
    here.ensure(0.5, 0.5)
    for x, z in ((300.0, 0.0), (-90.0, 60.0), (40.0, -40.0), (0.5, 0.5)):
        there.ensure(x, z)
    for cx, cz in product(range(-3, 4), repeat=2):
        x, z = (cx & 15) * 16, (cz & 15) * 16
        assert (here.blocks[x : x + 16, :, z : z + 16] == there.blocks[x : x + 16, :, z : z + 16]).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_every_biome_is_found_within_6000_blocks(seed: int) -> None:
    assert set(places(seed)) == set(BIOMES)


def test_biomes_are_hundreds_of_blocks_wide() -> None:
    """A walk along z changes its biome every 60 to 400 blocks (rivers and beaches are left out)."""
    narrow = [BIOMES.index(name) for name in ("river", "beach")]
    runs = []
    for seed in SEEDS:
        biomes, _ = chart(seed, -4000, -4000, 500, 16)
        for line in biomes[::50]:
            wide = line[~np.isin(line, narrow)]
            runs.append(16 * len(line) / (1 + np.count_nonzero(np.diff(wide))))
    assert 60 < np.mean(runs) < 400


def test_column_is_what_the_chunk_holds() -> None:
    """Above a column's height lies nothing but air, fluid, ice and what grows; no chunk was asked for it."""
    grown = {ID[n] for n in NAMES if n.endswith(("_log", "_leaves"))} | {
        ID["ice"],
        ID["cactus"],
        ID["pumpkin"],
    }
    for cx, cz in ((0, 0), (40, -7), (-60, 90), (200, 13)):
        cells = chunk(3, cx, cz)
        for lx, lz in product(range(16), repeat=2):
            height, _ = column(3, 16 * cx + lx, 16 * cz + lz, numbers())
            above = {int(b) for b in cells[lx, height + 1 :, lz] if SOLID[b]}
            assert above <= grown


def test_biomes_grow_their_own() -> None:
    """Each biome's tree or plant stands in the 5 x 5 chunks around a column deep inside it."""
    marks = {
        "forest": "oak_log",
        "birch_forest": "birch_log",
        "taiga": "spruce_log",
        "snowy_taiga": "snow_block",
        "savanna": "acacia_log",
        "desert": "sandstone",
        "swamp": "vine",
        "plains": "grass",
        "ocean": "water",
        "beach": "sand",
        "river": "water",
        "mountains": "stone",
    }
    for name, mark in marks.items():
        x, z = places(2)[name]
        cells = [chunk(2, (x >> 4) + i, (z >> 4) + k) for i, k in product(range(-2, 3), repeat=2)]
        assert any((part[:, 60:] == ID[mark]).any() for part in cells), name


def test_water_and_lava_stand() -> None:
    """No fluid has air beside it or below it: nothing would flow."""
    hollow = np.zeros(256, bool)
    hollow[ID["air"]] = True
    for seed, where in product(SEEDS[:2], ("swamp", "river", "beach", "mountains", "plains", "desert")):
        world = Overworld(seed)
        x, z = places(seed)[where]
        world.ensure(x, z, 64)
        at = np.ix_(np.arange(x - 64, x + 64) & 255, np.arange(HEIGHT), np.arange(z - 64, z + 64) & 255)
        cells = world.blocks[at]
        wet, dry = LIQUID[cells], hollow[cells]
        assert wet.any()
        for axis in (0, 2):
            assert not (np.delete(wet, -1, axis) & np.delete(dry, 0, axis)).any(), (seed, where)
            assert not (np.delete(wet, 0, axis) & np.delete(dry, -1, axis)).any(), (seed, where)
        assert not (wet[:, 1:] & dry[:, :-1]).any(), (seed, where)


def test_layers(sample: np.ndarray) -> None:
    cells = CHUNKS * 256
    assert sample[0, ID["bedrock"]] == cells and sample[5:, ID["bedrock"]].sum() == 0
    assert sample[36:, ID["deepslate"]].sum() == 0 and sample[:32, ID["stone"]].sum() == 0
    assert sample[5:11, ID["air"]].sum() == 0 and sample[5:11, ID["lava"]].sum() > 0
    assert sample[62, ID["water"]] > 0.1 * cells
    caves = sample[11:50, [ID["air"], ID["water"]]].sum() / sample[11:50].sum()
    assert 0.03 < caves < 0.15


def expected(row: dict, edges: np.ndarray) -> np.ndarray:
    """Returns the share of tries that start between folded heights, from the published distribution."""
    low, high = row["y"]
    heights = np.arange(low, high + 1)
    share = np.ones(len(heights))
    if row.get("peaked", False):
        share = 1.0 - np.abs(np.linspace(-1.0, 1.0, len(heights) + 2)[1:-1])
    share /= share.sum()
    made = heights >= -64
    share = np.where(heights < 63, share * KEPT, share)[made]
    return np.histogram([fold(float(y)) for y in heights[made]], edges, weights=share)[0]


@pytest.mark.parametrize("row", ORES, ids=lambda row: f"{row['block']}{row['y']}")
def test_veins_start_where_minecraft_starts_them(row: dict) -> None:
    """20,000 tries of each kind; chi-square over heights in eights, at 5 standard deviations of its law."""
    low, high = row["y"]
    n = 20000
    found = [
        start(77, i % 141, i // 141, i % 7, float(low), float(high), row.get("peaked", False))
        for i in range(n)
    ]
    edges = np.arange(0.0, 400.0, 8.0)
    want = np.append(expected(row, edges), 0.0) * n
    want[-1] = n - want.sum()
    have = np.append(np.histogram(found, edges)[0], 0)
    have[-1] = n - have.sum()
    keep = want >= 5
    chi = ((have[keep] - want[keep]) ** 2 / want[keep]).sum()
    freedom = max(1, keep.sum() - 1)
    assert chi < freedom + 5 * np.sqrt(2 * freedom) + 5
    assert have[~keep].sum() <= 5 * max(1, (~keep).sum()) + 10


def test_ores_lie_by_depth(sample: np.ndarray) -> None:
    """150 chunks: an ore's mean height is that of its veins' starts, weighted by tries, size and rock."""
    inside = np.arange(0.0, 129.0)
    ores = [i for i, name in enumerate(NAMES) if name.endswith("_ore")]
    rock = sample[
        :, [ID[n] for n in ("stone", "deepslate", "granite", "diorite", "andesite", "tuff")] + ores
    ].sum(1)
    for ore in ("copper_ore", "redstone_ore", "diamond_ore", "lapis_ore"):
        deep = sample[:, ID[ore]] + sample[:, ID[f"deepslate_{ore}"]]
        rows = [row for row in ORES if row["block"] == ore]
        want = sum(expected(row, inside) * row["tries"] * row["size"] for row in rows) * rock
        mean = (want * np.arange(128)).sum() / want.sum()
        assert deep.sum() > 300
        assert abs((deep * np.arange(128)).sum() / deep.sum() - mean) < 3.5, ore


def test_ores_by_rarity(sample: np.ndarray) -> None:
    """Per chunk: coal, copper and iron common; then redstone, gold, lapis; diamonds rarest."""
    per = {
        n: (sample[:, ID[n]] + sample[:, ID[f"deepslate_{n}"]]).sum() / CHUNKS
        for n in NAMES
        if f"deepslate_{n}" in ID
    }
    common, middle = min(per[f"{n}_ore"] for n in ("coal", "copper", "iron")), ("redstone", "gold", "lapis")
    assert (
        common
        > max(per[f"{n}_ore"] for n in middle)
        > min(per[f"{n}_ore"] for n in middle)
        > per["diamond_ore"]
        > 2
    )
    low, high = sample[:32, ID["deepslate_iron_ore"]].sum(), sample[36:, ID["deepslate_iron_ore"]].sum()
    assert low > 10 * sample[:32, ID["iron_ore"]].sum() and high < 0.05 * low


def test_emeralds_only_in_mountains() -> None:
    ores = {where: 0 for where in ("mountains", "plains")}
    for where in ores:
        x, z = places(2)[where]
        for i, k in product(range(-2, 3), repeat=2):
            cells = chunk(2, (x >> 4) + i, (z >> 4) + k)
            ores[where] += int(np.isin(cells, [ID["emerald_ore"], ID["deepslate_emerald_ore"]]).sum())
    assert ores["mountains"] > 25 and ores["plains"] == 0


@pytest.mark.parametrize("kind", range(len(KINDS)))
def test_no_tree_reaches_farther_than_its_neighbours_look(kind: int) -> None:
    for z in range(40):
        cells = np.zeros((16, HEIGHT, 16), np.uint8)
        stamp(cells, 0, 16 * z, 8, 16 * z + 8, (64, kind, 7), 5, numbers())
        x, _, k = np.nonzero(cells)
        assert max(abs(x - 8).max(), abs(k - 8).max()) <= REACH
        assert (cells == numbers().wood[kind, 0]).sum() == 7
        assert (cells == numbers().wood[kind, 1]).sum() > 15


@pytest.mark.parametrize("seed", range(8))
def test_a_newcomer_starts_on_grass_with_trees_in_sight(seed: int) -> None:
    world = Overworld(seed)
    x, y, z = world.spawn()
    assert world.get(x, y - 1, z) == ID["grass_block"] and not SOLID[world.get(x, y, z)]
    assert world.surface(x, z) == y - 1 and world.light(x, y + 1, z)[0] == 15
    assert world.biome(x, z) in ("plains", "forest", "birch_forest", "taiga")
    assert max(abs(x), abs(z)) < 2048
    around = np.ix_(np.arange(x - 24, x + 25) & 255, np.arange(60, HEIGHT), np.arange(z - 24, z + 25) & 255)
    assert (world.blocks[around] == ID["oak_log"]).sum() >= 8
    assert Overworld(seed).spawn() == (x, y, z)


def test_the_simulator_takes_the_kind_by_name() -> None:
    with pytest.raises(SimError, match="did you mean 'overworld'"):
        VoxelSim(world="overwold")
    assert VoxelSim().world == "classic"


def test_a_life_in_the_overworld_keeps_to_its_spaces_and_repeats() -> None:
    rng = np.random.default_rng(0)
    actions = [
        [int(rng.integers(n)) for n in (3, 3, 4)]
        + [12, int(rng.integers(11, 14)), int(rng.choice([0, 3])), 0, 0]
        for _ in range(300)
    ]
    ends = []
    for _ in range(2):
        sim = VoxelSim(image_size=(16, 16), world="overworld")
        sim.reset(seed=9, options={"time": 17000})
        for action in actions:
            obs, *_ = sim.step(action)
            assert sim.observation_space.contains(obs)
        ends.append(sim.snapshot())
    assert ends[0] == ends[1]


def test_observed_place_and_light() -> None:
    sim = VoxelSim(image_size=None, world="overworld")
    stats = sim.reset(seed=3, options={"time": 18000})[0]["location_stats"]
    world, (x, y, z) = sim.game.world, (int(v) for v in np.floor(sim.game.body[:3]))
    assert stats["biome_id"] == data("overworld.yaml")["biomes"][world.biome(x, z)]["id"]
    assert stats["can_see_sky"] == 1 and stats["sky_light_level"][0] == 1.0 and stats["light_level"][0] == 4
    world.set(x, y + 1, z, ID["torch"])
    assert sim.step((0, 0, 0, 12, 12, 0, 0, 0))[0]["location_stats"]["light_level"][0] == 14


def test_picture_of_a_chart() -> None:
    biomes, heights = chart(2, size=60, step=32)
    image = picture(biomes, heights)
    assert image.shape == (60, 60, 3) and image.dtype == np.uint8 and len(np.unique(biomes)) >= 4
