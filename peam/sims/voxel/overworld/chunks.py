"""Fills one 16 x 16-column chunk of the overworld from a seed. Knows nothing of windows, edits or pictures.

Order: ground, water and soil; caves; ores; lakes; trees; plants. Every decision about a cell is a pure
function of the seed and of world coordinates, so a chunk's bytes do not depend on which chunks were made
before.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.voxel.noise import unit
from peam.sims.voxel.overworld.carve import caves
from peam.sims.voxel.overworld.growth import plants
from peam.sims.voxel.overworld.lie import LEVEL, biome_at, blend, survey
from peam.sims.voxel.overworld.noises import waves2
from peam.sims.voxel.overworld.numbers import BEACH, MOUNTAINS, RIVER, SWAMP, Numbers
from peam.sims.voxel.overworld.trees import REACH, spot, stamp, tree
from peam.sims.voxel.overworld.veins import ores

_SNOW = 2  # index of "snow" in FALLS


@njit(cache=True, nogil=True)
def _ground(
    chunk: NDArray[np.uint8],
    seed: int,
    x0: int,
    z0: int,
    heights: NDArray[np.int64],
    biomes: NDArray[np.int64],
    grid: NDArray[np.float64],
    n: Numbers,
) -> None:
    """Fills stone, deepslate, water, bedrock and the soil."""
    ids, sea, deep = n.ids, n.land.sea, n.land.deepslate
    for lx in range(16):
        for lz in range(16):
            heights[lx, lz] = int(blend(grid, lx + 4, lz + 4, LEVEL))
            biomes[lx, lz] = biome_at(seed, x0 + lx, z0 + lz, grid, lx + 4, lz + 4, n)
    low, top = heights.min(), max(heights.max(), sea)
    patches = waves2(seed + 222, (x0 + np.arange(16)) / 9.0, (z0 + np.arange(16)) / 9.0)
    for lx in range(16):
        chunk[lx, :deep] = ids.deepslate
        chunk[lx, deep : low + 1] = ids.stone
        chunk[lx, 0] = ids.bedrock
        chunk[lx, low + 1 :] = ids.air
    for lx in range(16):
        for lz in range(16):
            height, x, z = heights[lx, lz], x0 + lx, z0 + lz
            for y in range(low + 1, height + 1):
                chunk[lx, y, lz] = ids.stone
            for y in range(height + 1, sea):
                chunk[lx, y, lz] = ids.water
            if height < sea - 1 and n.falls[biomes[lx, lz]] == _SNOW:
                chunk[lx, sea - 1, lz] = ids.ice
            rough = unit(seed + 111, x, 0, z)
            for y in range(1, 1 + int(4.99 * rough)):
                chunk[lx, y, lz] = ids.bedrock
            for y in range(deep, deep + int(5.0 * unit(seed + 112, x, 0, z))):
                chunk[lx, y, lz] = ids.deepslate
            _cover(chunk, lx, lz, height, biomes[lx, lz], 0.5 * patches[lx, lz], seed, x, z, grid, n)
    chunk[:, top + 1 :] = ids.air


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
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
    grid: NDArray[np.float64],
    n: Numbers,
) -> None:
    """Lays the top block and the filler of one column."""
    ids, sea = n.ids, n.land.sea
    top, filler = int(n.ground[biome, 0]), int(n.ground[biome, 1])
    if height < sea - 1:  # under water
        bed = ids.sand if height >= sea - 8 else ids.gravel
        if biome in (RIVER, SWAMP):
            bed = ids.dirt if patch < 0.2 else ids.sand
        if patch > 0.62:
            bed = ids.clay
        top = filler = bed
    elif biome == MOUNTAINS:
        slope = _slope(grid, lx, lz)
        if slope > n.land.steep or patch > n.land.bare:
            top = filler = ids.stone
        elif patch < -0.75:
            top = filler = ids.gravel
        if height > n.land.snow_above and slope <= 2.0 * n.land.steep:
            top = ids.snow_block
    elif biome == RIVER and height < sea:
        top = filler = ids.sand if patch > 0.0 else ids.grass_block
        if top == ids.grass_block:
            filler = ids.dirt
    chunk[lx, height, lz] = top
    soil = 4 - int(2.0 * unit(seed + 333, x, 0, z))
    for y in range(height - soil, height):
        chunk[lx, y, lz] = filler
    if filler == ids.sand and (biome == BEACH or height >= sea - 1):
        for y in range(height - soil - 4, height - soil):
            chunk[lx, y, lz] = ids.sandstone


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _slope(grid: NDArray[np.float64], lx: int, lz: int) -> float:
    """Returns the greatest rise over the 4 blocks around a column."""
    i, k = (lx + 4) >> 2, (lz + 4) >> 2
    a, b, c, d = grid[i, k, LEVEL], grid[i + 1, k, LEVEL], grid[i, k + 1, LEVEL], grid[i + 1, k + 1, LEVEL]
    return float(max(abs(a - b), abs(c - d), abs(a - c), abs(b - d)))


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def lake(seed: int, cx: int, cz: int, n: Numbers) -> int:
    """Returns what lake a chunk's middle may hold: the id of water or of lava, 0 none."""
    u = unit(seed + 444, cx, 0, cz)
    if u < n.caves.lava_lake:
        return n.ids.lava
    return n.ids.water if u < n.caves.lava_lake + n.caves.water_lake else 0


@njit(cache=True, nogil=True)
def _lake(
    chunk: NDArray[np.uint8],
    fluid: int,
    seed: int,
    cx: int,
    cz: int,
    heights: NDArray[np.int64],
    n: Numbers,
) -> None:
    """Sinks a lake into a chunk's middle, where the ground is level, dry and whole."""
    rx, rz = 3.0 + 2.4 * unit(seed + 454, cx, 0, cz), 3.0 + 2.4 * unit(seed + 464, cx, 0, cz)
    area = heights[1:15, 1:15]
    level = area.min()
    if level < n.land.sea + 1 or area.max() - level > 2:
        return
    for lx in range(1, 15):
        for lz in range(1, 15):
            if chunk[lx, heights[lx, lz], lz] == n.ids.air or chunk[lx, level - 4, lz] == n.ids.air:
                return
    for lx in range(2, 14):
        for lz in range(2, 14):
            ex, ez = (lx - 7.5) / rx, (lz - 7.5) / rz
            inside = 1.0 - ex * ex - ez * ez
            if inside <= 0.0:
                continue
            for y in range(level + 1, heights[lx, lz] + 1):
                chunk[lx, y, lz] = n.ids.air
            for y in range(level - int(3.0 * np.sqrt(inside)), level + 1):
                chunk[lx, y, lz] = fluid
            heights[lx, lz] = level


@njit(cache=True, nogil=True)
def generate(chunk: NDArray[np.uint8], seed: int, cx: int, cz: int, n: Numbers) -> None:
    """Fills `chunk`, (16, 128, 16) uint8 indexed [x, y, z], with chunk (cx, cz) of the seed's overworld."""
    x0, z0 = cx * 16, cz * 16
    grid = survey(seed, x0 - 4, z0 - 4, 7, n)
    heights, biomes = np.empty((16, 16), np.int64), np.empty((16, 16), np.int64)
    _ground(chunk, seed, x0, z0, heights, biomes, grid, n)
    caves(chunk, seed, x0, z0, heights, grid, n)
    ores(chunk, seed, cx, cz, grid, n)
    fluid = lake(seed, cx, cz, n)
    if fluid > 0:
        _lake(chunk, fluid, seed, cx, cz, heights, n)
    _trees(chunk, seed, cx, cz, grid, n)
    plants(chunk, seed, cx, cz, heights, biomes, n)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _trees(
    chunk: NDArray[np.uint8], seed: int, cx: int, cz: int, grid: NDArray[np.float64], n: Numbers
) -> None:
    """Stamps every tree that touches the chunk; none stands in a chunk that may hold a lake."""
    x0, z0 = cx * 16, cz * 16
    for hx in range(cx - 1, cx + 2):
        for hz in range(cz - 1, cz + 2):
            if lake(seed, hx, hz, n) > 0:
                continue
            for i in range(16):
                x, z = spot(seed, hx, hz, i)
                lx, lz = x - x0, z - z0
                if not (-REACH <= lx < 16 + REACH and -REACH <= lz < 16 + REACH):
                    continue
                what = tree(seed, x, z, grid, lx + 4, lz + 4, n)
                if what[2] > 0:
                    stamp(chunk, x0, z0, x, z, what, seed, n)
