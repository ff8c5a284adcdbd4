"""Terrain: fills one 16x16-column chunk from a seed. Knows nothing of windows, edits or pictures.

Every decision about a cell is a pure function of the seed and of world coordinates, so a chunk's bytes do not
depend on which chunks were made before.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.voxel.land import column, columns, is_bare
from peam.sims.voxel.noise import patch2, unit
from peam.sims.voxel.tables import TREES, Tables, tables
from peam.sims.voxel.trees import foot, stamp, tree
from peam.sims.voxel.underground import caves, ores

__all__ = ["column", "generate", "tables"]


@njit(cache=True, nogil=True)
def _ground(
    chunk: NDArray[np.uint8],
    seed: int,
    x0: int,
    z0: int,
    heights: NDArray[np.int64],
    biomes: NDArray[np.int64],
    t: Tables,
) -> int:
    """Fills stone, soil, water and bedrock; returns the chunk's greatest height."""
    ids, sea = t.ids, int(t.shape.sea)
    columns(seed, x0, z0, t, heights, biomes)
    patches = patch2(seed + 222, x0, z0, 9.0, 1)
    top = int(heights.max())
    chunk[:, : top + 1] = ids.stone
    chunk[:, top + 1 :] = ids.air
    chunk[:, 0] = ids.bedrock
    for lx in range(16):
        for lz in range(16):
            height = heights[lx, lz]
            x, z = x0 + lx, z0 + lz
            for y in range(height + 1, top + 1):
                chunk[lx, y, lz] = ids.air
            for y in range(height + 1, sea):
                chunk[lx, y, lz] = ids.water
            for y in range(1, 1 + int(4.99 * unit(seed + 111, x, 0, z))):
                chunk[lx, y, lz] = ids.bedrock
            _cover(chunk, lx, lz, height, biomes[lx, lz], patches[lx, lz], seed, x, z, t)
    return top


@njit(cache=True, nogil=True)
def _cover(
    chunk: NDArray[np.uint8],
    lx: int,
    lz: int,
    height: int,
    biome: int,
    patch: float,
    seed: int,
    x: int,
    z: int,
    t: Tables,
) -> None:
    """Lays the top block and the filler of one column; `patch` is noise that varies them."""
    s, ids = t.shape, t.ids
    top, filler = int(t.ground[biome, 0]), int(t.ground[biome, 1])
    if height < s.sea - 1:  # under water
        top = ids.sand if height >= s.sea - 5 else ids.gravel
        if patch > 0.55:
            top = ids.clay
        elif patch < -0.4:
            top = ids.dirt
        filler = top
    elif height <= s.sea and patch > -0.5:  # shore
        top, filler = ids.sand, ids.sand
    elif is_bare(height, x, z, seed, s):
        top, filler = ids.stone, ids.stone
        if height > s.snow_above:
            top = ids.snow_block
    elif patch < -0.86:
        top, filler = ids.gravel, ids.gravel
    chunk[lx, height, lz] = top
    for y in range(height - int(s.soil) + int(2.0 * unit(seed + 333, x, 0, z)), height):
        chunk[lx, y, lz] = filler


@njit(cache=True, nogil=True)
def _plants(
    chunk: NDArray[np.uint8],
    seed: int,
    x0: int,
    z0: int,
    heights: NDArray[np.int64],
    biomes: NDArray[np.int64],
    t: Tables,
) -> None:
    ids = t.ids
    for lx in range(16):
        for lz in range(16):
            y = heights[lx, lz] + 1
            if y <= t.shape.sea or chunk[lx, y, lz] != ids.air:
                continue
            row = t.growth[biomes[lx, lz]]
            u = unit(seed + 777, x0 + lx, 0, z0 + lz)
            below = chunk[lx, y - 1, lz]
            if below == ids.grass_block:
                if u < row[4]:
                    chunk[lx, y, lz] = ids.grass
                elif u < row[4] + row[5]:
                    chunk[lx, y, lz] = ids.poppy if u < row[4] + 0.5 * row[5] else ids.dandelion
            elif below == ids.sand and u < row[6] and (lx & 3) == 1 and (lz & 3) == 2:
                for up in range(1 + int(u / row[6] * 3.0)):
                    chunk[lx, y + up, lz] = ids.cactus


@njit(cache=True, nogil=True)
def generate(chunk: NDArray[np.uint8], seed: int, cx: int, cz: int, t: Tables) -> None:
    """Fills `chunk`, (16, 128, 16) uint8 indexed [x, y, z], with chunk (cx, cz) of the seed's world."""
    x0, z0 = cx * 16, cz * 16
    heights, biomes = np.empty((16, 16), np.int64), np.empty((16, 16), np.int64)
    top = _ground(chunk, seed, x0, z0, heights, biomes, t)
    caves(chunk, seed, x0, z0, heights, top, t)
    ores(chunk, seed, cx, cz, t)
    for dx in range(-1, 2):
        for dz in range(-1, 2):
            for i in range(TREES):
                x, z = foot(seed, cx + dx, cz + dz, i)
                if -3 <= x - x0 <= 18 and -3 <= z - z0 <= 18:
                    spot = tree(seed, cx + dx, cz + dz, i, t)
                    if spot[4] > 0:
                        stamp(chunk, x0, z0, spot, seed, t)
    _plants(chunk, seed, x0, z0, heights, biomes, t)
