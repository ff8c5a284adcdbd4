"""Light: what the two queues keep is what a flood from nothing gives."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from peam.errors import SimError
from peam.sims.voxel import VoxelSim, windows
from peam.sims.voxel.blocks import ID, LIGHT
from peam.sims.voxel.flood import COST
from peam.sims.voxel.light import glow
from peam.sims.voxel.overworld.world import Overworld
from peam.sims.voxel.world import World

EDITS = ("air", "stone", "torch", "oak_leaves", "water", "glass", "lava", "air", "torch", "cobblestone")


def area(array: np.ndarray, x: int, z: int, half: int) -> np.ndarray:
    return array[
        np.ix_(np.arange(x - half, x + half) & 255, np.arange(128), np.arange(z - half, z + half) & 255)
    ]


def relax(levels: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """Spreads levels, a step at a time, until nothing changes."""
    for _ in range(15):
        grown = levels.copy()
        for axis in range(3):
            for a, b in ((slice(1, None), slice(None, -1)), (slice(None, -1), slice(1, None))):
                to, come = [slice(None)] * 3, [slice(None)] * 3
                to[axis], come[axis] = a, b
                grown[tuple(to)] = np.maximum(
                    grown[tuple(to)], levels[tuple(come)] - np.maximum(1, cost[tuple(to)])
                )
        if (grown == levels).all():
            break
        levels = grown
    return levels


def flood(blocks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns sky and block light of an area, from scratch: true 16 cells and more from its rim."""
    cost, glow = COST[blocks].astype(np.int8), LIGHT[blocks].astype(np.int8)
    sky = np.zeros(blocks.shape, np.int8)
    clear = np.ones((blocks.shape[0], blocks.shape[2]), bool)
    for y in range(127, -1, -1):
        clear &= cost[:, y] == 0
        sky[:, y][clear] = 15
    # The cell at the world's top that dims gets what is left of the sky above it.
    sky[:, 127] = np.maximum(sky[:, 127], 15 - cost[:, 127])
    return relax(sky, cost), relax(glow, cost)


def assert_true(world: World, x: int, z: int) -> None:
    """Compares the 3 x 3 chunks around chunk (x >> 4, z >> 4)."""
    cx, cz = (x >> 4) * 16 + 8, (z >> 4) * 16 + 8
    for dx in (-16, 0, 16):
        for dz in (-16, 0, 16):
            world.light(cx + dx, 64, cz + dz)
    assert world._light is not None
    kept = area(world._light.levels, cx, cz, 24)
    sky, block = (part[16:-16, :, 16:-16] for part in flood(area(world.blocks, cx, cz, 40)))
    assert (kept >> 4 == sky).all(), np.argwhere(kept >> 4 != sky)[:5]
    assert (kept & 15 == block).all(), np.argwhere(kept & 15 != block)[:5]
    assert sky.max() == 15 and block.max() > 0


@pytest.mark.parametrize(("kind", "seed"), [(Overworld, 3), (Overworld, 4), (World, 5)])
def test_levels_are_those_of_a_flood_through_random_edits(kind: type[World], seed: int) -> None:
    world = kind(seed)
    x, _, z = world.spawn()
    world.set(x, world.surface(x, z) + 1, z, ID["torch"])
    assert_true(world, x, z)
    rng = np.random.default_rng(seed)
    for _ in range(3):
        for _ in range(40):
            i, k = x + int(rng.integers(-16, 17)), z + int(rng.integers(-16, 17))
            top = world.surface(i, k)
            y = int(rng.choice([top, top + 1, top + 2, int(rng.integers(1, 128)), int(rng.integers(1, top))]))
            world.set(i, min(y, 127), k, ID[str(rng.choice(EDITS))])
        assert_true(world, x, z)


def test_a_pillar_of_torches_goes_dark_again() -> None:
    world = World(1)
    x, _, z = world.spawn()
    for y in range(20, 30):
        for k in range(z - 6, z + 7):
            world.set(x, y, k, 0)
    assert world.light(x, 22, z) == (0, 0)
    for n in range(5):
        world.set(x, 20 + 2 * n, z, ID["torch"])
    assert world.light(x, 20, z) == (0, 14) and world.light(x, 21, z + 1) == (0, 12)
    for n in range(5):
        world.set(x, 20 + 2 * n, z, 0)
    assert world.light(x, 22, z) == (0, 0) and world.light(x, 20, z + 5) == (0, 0)


def test_sky_goes_straight_down_and_a_roof_stops_it() -> None:
    world = World(1)
    x, y, z = world.spawn()
    for i in range(-3, 4):
        for k in range(-3, 4):
            for up in range(1, 20):
                world.set(x + i, y + up, z + k, 0)
    assert world.light(x, y + 9, z) == (15, 0) and world.light(x, 127, z) == (15, 0)
    world.set(x, y + 12, z, ID["stone"])
    assert world.light(x, y + 11, z)[0] == 14 and world.light(x, y + 2, z)[0] == 14
    world.set(x, y + 12, z, ID["oak_leaves"])
    assert world.light(x, y + 12, z)[0] == 14 and world.light(x, y + 11, z)[0] == 14
    world.set(x, y + 12, z, 0)
    assert world.light(x, y + 2, z)[0] == 15
    assert world.light(x, 200, z) == (15, 0) and world.light(x, -1, z) == (0, 0)


def test_a_lamp_put_up_in_a_chunk_that_came_back_is_taken_down_next_door() -> None:
    """The chunk left the window and returned unlit, while its neighbour still holds what it shone there."""
    world = World(2)
    world.ensure(8, 8)
    y = 25
    for x in range(8, 24):
        world.set(x, y, 8, 0)
    world.set(14, y, 8, ID["torch"])
    assert world.light(17, y, 8)[1] == 11
    world._slots.pop((0, 0))
    world._near = (0, 0, -1)
    world.ensure(8, 8)
    world.set(14, y, 8, 0)
    assert world.light(17, y, 8)[1] == 0


def test_light_of_a_column_that_is_not_loaded() -> None:
    world = World(1)
    with pytest.raises(SimError, match="not loaded"):
        world.light(0, 64, 0)


def test_light_far_out_leaves_the_window_whole() -> None:
    """Light at the rim loads chunks beyond it; `ensure` then looks anew."""
    world = Overworld(6)
    world.ensure(8, 8)
    for x in range(-48, 56, 8):
        world.light(x, 64, 8)
    world.ensure(8, 8)
    assert all(world.loaded(x, z) for x in range(-40, 57, 16) for z in range(-40, 57, 16))


def test_brightness_follows_the_games_curve() -> None:
    """Full light 1, none 0, level 7 as the curve says; a torch outshines a dark sky."""
    assert glow(15 << 4, 0) == 1.0 and glow(15 << 4, 15) == 0.0 and glow(0, 11) == 0.0
    assert glow(7, 0) == pytest.approx((7 / 15) / (4 - 21 / 15))
    assert glow((15 << 4) | 14, 11) == glow(14, 0) > glow(15 << 4, 11) == glow(4, 0)


def test_a_fork_and_a_restored_snapshot_have_true_light_of_their_own() -> None:
    made = VoxelSim(image_size=None, world="overworld")
    made.reset(seed=5)
    world, (x, y, z) = made.game.world, made.body().cell
    assert world.light(x, y, z)[1] == 0
    saved = made.snapshot()
    twin = made.fork()
    world.set(x, y, z, ID["torch"])
    assert world.light(x, y, z)[1] == 14
    assert isinstance(twin.game.world, Overworld) and twin.game.world._light is not world._light
    assert twin.game.world.light(x, y, z)[1] == 0
    twin.game.world.set(x, y, z, ID["lava"])
    assert (twin.game.world.light(x, y, z)[1], world.light(x, y, z)[1]) == (15, 14)
    made.restore(saved)
    assert made.game.world is world and world.light(x, y, z)[1] == 0
    assert_true(world, x, z)
    twin.restore(saved)
    assert_true(twin.game.world, x, z)


def test_windows_are_used_again_only_when_nobody_holds_them() -> None:
    windows._FREE.clear()
    world = Overworld(3)
    world.ensure(0.0, 0.0, 16)
    world.light(0, 60, 0)
    held, column = world.blocks, world.blocks[3, :, 4]
    before = held.copy()
    del world
    assert len(windows._FREE) == 1  # the light's: the blocks are held
    other = World(4)
    other.ensure(0.0, 0.0, 16)
    assert (held == before).all()
    del held
    assert (column == before[3, :, 4]).all() and not windows._FREE
    at = other.blocks.__array_interface__["data"]
    del other
    assert len(windows._FREE) == 1
    again = World(4)
    assert again.blocks.__array_interface__["data"] == at and not again.blocks.any()


def test_a_world_goes_without_the_collector() -> None:
    world = Overworld(3)
    world.ensure(0.0, 0.0, 16)
    world.light(0, 60, 0)
    gone = weakref.ref(world)
    gc.disable()
    try:
        del world
        assert gone() is None
    finally:
        gc.enable()
