"""The world: reproducible in any order, remembers edits, holds what its data files promise."""

from __future__ import annotations

import hashlib
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peam.errors import SimError
from peam.sims.voxel.blocks import ID, SOLID, data
from peam.sims.voxel.land import column
from peam.sims.voxel.tables import HEIGHT, tables
from peam.sims.voxel.terrain import generate
from peam.sims.voxel.world import World

CHUNKS = 120


def chunk(seed: int, cx: int, cz: int) -> np.ndarray:
    out = np.full((16, HEIGHT, 16), 255, np.uint8)  # whatever was there must not matter
    generate(out, seed, cx, cz, tables())
    return out


def window(world: World, cx: int, cz: int) -> np.ndarray:
    x, z = (cx & 15) * 16, (cz & 15) * 16
    return world.blocks[x : x + 16, :, z : z + 16]


def nearest_oak(world: World, x: int, z: int) -> float:
    """Horizontal distance of the nearest oak log within 48."""
    found = (world.blocks[:, 60:] == ID["oak_log"]).any(1)
    return min(
        (
            float(np.hypot(i, k))
            for i, k in product(range(-48, 49), repeat=2)
            if found[(x + i) & 255, (z + k) & 255]
        ),
        default=99.0,
    )


@pytest.fixture(scope="module")
def sample() -> np.ndarray:
    """Count of each id by height over many chunks, (128, 256)."""
    counts = np.zeros((HEIGHT, 256), np.int64)
    for n in range(CHUNKS):
        cells = chunk(n, 7 * n - 300, 200 - 5 * n)
        for y in range(HEIGHT):
            counts[y] += np.bincount(cells[:, y].ravel(), minlength=256)
    return counts


def test_same_seed_same_bytes() -> None:
    assert hashlib.sha256(chunk(5, 3, -4)).digest() == hashlib.sha256(chunk(5, 3, -4)).digest()
    assert (chunk(5, 3, -4) != chunk(6, 3, -4)).mean() > 0.05


def test_any_order_of_generation() -> None:
    here, there = World(11), World(11)
    here.ensure(0.5, 0.5)
    for x, z in ((300.0, 0.0), (-90.0, 60.0), (40.0, -40.0), (0.5, 0.5)):
        there.ensure(x, z)
    for cx, cz in product(range(-3, 4), repeat=2):
        assert (window(here, cx, cz) == window(there, cx, cz)).all()


def test_trees_cross_borders_whole() -> None:
    """Around every trunk the leaves are there, whichever chunk they fall into."""
    world = World(1)
    x, _, z = world.spawn()
    world.ensure(x, z)
    found = 0
    for i, k in product(range(x - 24, x + 24), range(z - 24, z + 24)):
        top = world.surface(i, k)
        y = top
        while world.get(i, y, k) == ID["oak_leaves"]:
            y -= 1
        if world.get(i, y, k) == ID["oak_log"] and top - y == 1:
            beside = [world.get(i + a, top, k + b) for a, b in ((1, 0), (-1, 0), (0, 1), (0, -1))]
            assert all(b != ID["air"] for b in beside), (i, top, k)
            found += 1
    assert found >= 3


def test_far_from_the_origin_and_back_with_edits() -> None:
    world = World(2)
    world.ensure(8, 8)
    before = window(world, 0, 0).copy()
    world.set(3, 70, 4, ID["furnace"])
    world.set(3, 71, 4, ID["torch"])
    world.set(3, 71, 4, ID["air"])
    world.ensure(256 * 400 + 8, 8 - 256 * 300)
    assert not world.loaded(3, 4)
    world.ensure(8, 8)
    assert world.get(3, 70, 4) == ID["furnace"]
    changed = np.argwhere(window(world, 0, 0) != before)
    assert {tuple(c) for c in changed.tolist()} <= {(3, 70, 4), (3, 71, 4)}


def test_state_restores_here_and_elsewhere() -> None:
    world = World(3)
    x, y, z = world.spawn()
    world.ensure(x, z)
    for n in range(50):
        world.set(x + n % 7, y + n % 5, z - n % 3, ID["cobblestone"])
    saved = world.state()
    want, tops = world.blocks.copy(), world.tops.copy()
    world.set(x, y + 9, z, ID["dirt"])
    world.set(x, y, z, ID["air"])
    world.load(saved)
    assert (world.blocks == want).all() and (world.tops == tops).all()
    other = World(99)
    other.ensure(x, z)
    other.load(saved)
    other.ensure(x, z)
    for cx, cz in product(range((x >> 4) - 3, (x >> 4) + 4), range((z >> 4) - 3, (z >> 4) + 4)):
        assert (window(other, cx, cz) == window(world, cx, cz)).all()
    assert len(saved["edits"]) < 1000


@pytest.mark.parametrize(
    "state",
    [
        {"seed": 1},
        {"seed": 1, "edits": b"123"},
        {"seed": -1, "edits": b""},
        {"seed": "1", "edits": b""},
        {"seed": 1, "edits": np.array([(0, 200, 0, 0, 1)], "<i4,u1,<i4,u1,u1").tobytes()},
        {"seed": 1, "edits": np.array([(0, 20, 0, 0, 250)], "<i4,u1,<i4,u1,u1").tobytes()},
    ],
)
def test_broken_state_is_refused(state: dict) -> None:
    world = World(1)
    with pytest.raises(SimError):
        world.load(state)
    assert world.seed == 1


def test_errors() -> None:
    world = World(1)
    world.ensure(0, 0)
    for args in ((0, -1, 0, 1), (0, HEIGHT, 0, 1), (0, 9, 0, 200), (5000, 9, 0, 1)):
        with pytest.raises(SimError):
            world.set(*args)
    with pytest.raises(SimError):
        World(-1)
    with pytest.raises(SimError):
        world.ensure(0, 0, 500)
    assert world.get(0, -1, 0) == ID["bedrock"] and world.get(0, HEIGHT, 0) == ID["air"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(-20, 20),
            st.integers(0, HEIGHT - 1),
            st.integers(-20, 20),
            st.sampled_from([0, 1, 7, 9, 30]),
        ),
        max_size=30,
    )
)
def test_columns_follow_edits(edits: list[tuple[int, int, int, int]]) -> None:
    world = EDITED
    for x, y, z, block in edits:
        world.set(x, y, z, block)
        assert world.get(x, y, z) == block
        cells = np.flatnonzero(world.blocks[x & 255, :, z & 255])
        low, high = world.filled[x & 255, z & 255].tolist()
        assert low | high << 64 == sum(1 << int(y) for y in cells)
        assert world.tops[x & 255, z & 255] == (cells[-1] + 1 if len(cells) else 0)


EDITED = World(4)
EDITED.ensure(0, 0)


def test_ores_keep_to_their_heights_and_density(sample: np.ndarray) -> None:
    for row in data("ores.yaml")["ores"]:
        if "per_chunk" not in row:
            continue
        by_y = sample[:, ID[row["block"]]]
        low, high = row["y"]
        assert by_y[:low].sum() == 0 and by_y[high:].sum() == 0, row["block"]
        assert by_y.sum() / CHUNKS == pytest.approx(row["per_chunk"], rel=0.35), row["block"]


def test_layers(sample: np.ndarray) -> None:
    cells = CHUNKS * 256
    assert sample[0, ID["bedrock"]] == cells
    assert 0 < sample[4, ID["bedrock"]] < cells and sample[5:, ID["bedrock"]].sum() == 0
    assert sample[11:, ID["lava"]].sum() == 0 and sample[:11, ID["lava"]].sum() > 0
    assert sample[5:11, ID["air"]].sum() == 0
    assert sample[63:, ID["water"]].sum() == 0 and sample[62, ID["water"]] > 0.02 * cells
    caves = sample[11:50, ID["air"]].sum() / sample[11:50].sum()
    assert 0.02 < caves < 0.2


@pytest.mark.parametrize("seed", [*range(6), 42, 43, 44])
def test_spawn_is_dry_roomy_and_near_oaks(seed: int) -> None:
    world = World(seed)
    x, y, z = world.spawn()
    assert (x, y, z) == World(seed).spawn()
    world.ensure(x, z)
    assert world.get(x, y - 1, z) == ID["grass_block"]
    assert not SOLID[world.get(x, y, z)] and not SOLID[world.get(x, y + 1, z)]
    assert nearest_oak(world, x, z) <= 40


def test_walks_through_grassland_pass_oaks() -> None:
    """Of walks of 30 blocks from the spawn, nearly all come within 20 blocks of an oak's trunk."""
    met = 0
    for seed in range(8):
        world = World(seed)
        x, _, z = world.spawn()
        for dx, dz in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            world.ensure(x + 30 * dx, z + 30 * dz)
            met += any(nearest_oak(world, x + n * dx, z + n * dz) <= 20 for n in (16, 24, 30))
    assert met >= 30  # of 32


def test_ensure_is_free_while_the_chunk_stays() -> None:
    world = World(1)
    world.ensure(4, 4)
    version = world.blocks.copy()
    world.blocks[0, 100, 0] = 1  # would be overwritten if the chunk were generated again
    world.ensure(5.5, 15.9)
    assert world.blocks[0, 100, 0] == 1 and version[0, 100, 0] == 0


def test_height_is_the_ground_where_no_cave_opens() -> None:
    world = World(7)
    x, _, z = world.spawn()
    same = 0
    for i, k in product(range(x - 16, x + 16), range(z - 16, z + 16)):
        height, _ = column(7, i, k, tables())
        same += SOLID[world.get(i, height, k)] or world.get(i, height, k) == ID["air"]
    assert same == 32 * 32
