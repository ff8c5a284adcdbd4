"""Shortcuts give the numbers of the plain way, and the world and its picture stay what they were."""

from __future__ import annotations

import copy
import hashlib

import numpy as np
import pytest

from peam.sims.base import NOOP
from peam.sims.voxel import VoxelSim
from peam.sims.voxel.land import column, columns
from peam.sims.voxel.noise import fractal2, lattice3, noise3, patch2
from peam.sims.voxel.render import render
from peam.sims.voxel.tables import tables
from peam.sims.voxel.world import World

FORWARD = (1, 0, 0, 12, 12, 0, 0, 0)
# Of seed 5: the loaded blocks around (0, 0), and the mean colours of the quarters of a picture at the spawn.
BLOCKS = "750bd7ed64dc17f5f201e9ab8de18da7a41319a56bd8428f396a8fddb14e5897"
QUARTERS = ((45.0, 93.8, 34.4), (90.7, 131.6, 123.3), (97.8, 130.3, 47.7), (85.0, 142.5, 49.5))


@pytest.mark.parametrize(("x0", "z0"), [(0, 0), (-16, 48), (-80000, 16 * 4321)])
@pytest.mark.parametrize(("scale", "octaves"), [(170.0, 3), (9.0, 1), (3.5, 2)])
def test_a_patch_is_the_noise_of_its_columns(x0: int, z0: int, scale: float, octaves: int) -> None:
    patch = patch2(77, x0, z0, scale, octaves)
    plain = [
        [fractal2(77, (x0 + i) / scale, (z0 + k) / scale, octaves) for k in range(16)] for i in range(16)
    ]
    assert (patch == np.array(plain)).all()


def test_a_lattice_is_the_noise_of_its_points() -> None:
    xs, ys, zs = -3.3 + 0.15 * np.arange(5), 0.2 * np.arange(9), 1e4 + 1.7 * np.arange(4)
    plain = [[[noise3(9, x, y, z) for z in zs] for y in ys] for x in xs]
    assert (lattice3(9, xs, ys, zs) == np.array(plain, np.float32)).all()


@pytest.mark.parametrize(("x0", "z0"), [(0, 0), (-160, 32), (16 * 999, -16 * 555)])
def test_a_chunks_columns_are_its_columns(x0: int, z0: int) -> None:
    heights, biomes = np.empty((16, 16), np.int64), np.empty((16, 16), np.int64)
    columns(3, x0, z0, tables(), heights, biomes)
    for i, k in np.ndindex(16, 16):
        assert (heights[i, k], biomes[i, k]) == column(3, x0 + i, z0 + k, tables())


def test_an_observation_does_not_change_once_it_is_out() -> None:
    sim = VoxelSim(image_size=(16, 16))
    seen = [sim.reset(seed=2, options={"inventory": {"oak_log": 3, "furnace": 1}, "creatures": []})[0]]
    kept = [copy.deepcopy(seen[0])]
    for action in (
        FORWARD,
        (0, 0, 0, 12, 12, 4, 0, 0),
        (0, 0, 0, 12, 12, 7, 0, 0),
        (0, 0, 1, 12, 15, 2, 0, 0),
    ):
        seen.append(sim.step(np.array(action))[0])
        kept.append(copy.deepcopy(seen[-1]))
        seen[-1]["inventory"].pop("variant")  # the dictionaries are the caller's own
    for observation, copied in zip(seen, kept, strict=True):
        for group, part in observation.items():
            for key, value in part.items() if isinstance(part, dict) else ():
                assert np.array_equal(value, copied[group][key]), (group, key)
    assert "variant" in sim.step(np.array(NOOP))[0]["inventory"]


def test_the_world_of_a_seed_is_what_it_was() -> None:
    world = World(5)
    world.ensure(0, 0)
    assert hashlib.sha256(world.blocks.tobytes() + world.tops.tobytes()).hexdigest() == BLOCKS


def test_a_picture_is_what_it_was() -> None:
    """Means, not bytes: the last bit of a sine may differ between machines."""
    world = World(5)
    x, y, z = world.spawn()
    world.ensure(x, z)
    eye = (x + 0.5, y + 1.62, z + 0.5)
    image = render(world.blocks, eye, 30.0, 10.0, 64, 64, 70.0, 0.8, columns=world.columns)
    means = image.reshape(2, 32, 2, 32, 3).mean(axis=(1, 3)).reshape(4, 3)
    assert np.abs(means - np.array(QUARTERS)).max() < 0.5
