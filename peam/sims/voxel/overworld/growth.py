"""What grows on the ground of one chunk: grass, flowers, cactus, cane, pumpkins, lilies. Knows no trees."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.voxel.noise import unit
from peam.sims.voxel.overworld.numbers import PLANTS, Numbers


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _by_water(chunk: NDArray[np.uint8], lx: int, y: int, lz: int, water: int) -> bool:
    """Returns whether water lies beside a cell, as far as the chunk goes."""
    if (lx > 0 and chunk[lx - 1, y, lz] == water) or (lx < 15 and chunk[lx + 1, y, lz] == water):
        return True
    return bool((lz > 0 and chunk[lx, y, lz - 1] == water) or (lz < 15 and chunk[lx, y, lz + 1] == water))


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _herb(chunk: NDArray[np.uint8], lx: int, y: int, lz: int, biome: int, u: float, n: Numbers) -> None:
    """Grows the biome's plant that a draw points at, the tall ones two cells high."""
    ids = n.ids
    for p in range(PLANTS):
        if u < n.chances[biome, p]:
            block = n.plants[biome, p]
            sandy = chunk[lx, y - 1, lz] == ids.sand
            if sandy and block != ids.dead_bush:
                return
            chunk[lx, y, lz] = block
            if (block == ids.tall_grass or block == ids.large_fern) and chunk[lx, y + 1, lz] == 0:
                chunk[lx, y + 1, lz] = block
            return


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _column(chunk: NDArray[np.uint8], block: int, lx: int, y: int, lz: int, number: int) -> None:
    for up in range(number):
        if chunk[lx, y + up, lz] == 0:
            chunk[lx, y + up, lz] = block


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _sprout(
    chunk: NDArray[np.uint8], lx: int, y: int, lz: int, biome: int, u: float, v: float, n: Numbers
) -> None:
    """Grows what one column bears at y, just above its ground: `u` chooses the plant, `v` cane and height."""
    ids, below = n.ids, chunk[lx, y - 1, lz]
    row = n.growth[biome]
    soil = below == ids.grass_block or below == ids.dirt
    if (soil or below == ids.sand) and v < row[7] and _by_water(chunk, lx, y - 1, lz, ids.water):
        _column(chunk, ids.sugar_cane, lx, y, lz, 2 + int(v / row[7] * 3.0))
    elif below == ids.sand and u < row[6] and (lx & 3) == 1 and (lz & 3) == 2:
        _column(chunk, ids.cactus, lx, y, lz, 1 + int(u / row[6] * 3.0))
    elif below == ids.sand or below == ids.grass_block:
        _herb(chunk, lx, y, lz, biome, u, n)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def plants(
    chunk: NDArray[np.uint8],
    seed: int,
    cx: int,
    cz: int,
    heights: NDArray[np.int64],
    biomes: NDArray[np.int64],
    n: Numbers,
) -> None:
    """Grows the plants of a chunk whose trees stand."""
    ids, sea = n.ids, n.land.sea
    x0, z0 = cx * 16, cz * 16
    for lx in range(16):
        for lz in range(16):
            height, biome = heights[lx, lz], biomes[lx, lz]
            u, v = unit(seed + 777, x0 + lx, 0, z0 + lz), unit(seed + 787, x0 + lx, 0, z0 + lz)
            if height + 1 >= sea:
                if chunk[lx, height + 1, lz] == ids.air:
                    _sprout(chunk, lx, height + 1, lz, biome, u, v, n)
            elif u < n.damp[biome, 0] and chunk[lx, sea - 1, lz] == ids.water:
                _column(chunk, ids.lily_pad, lx, sea, lz, 1)
    if unit(seed + 797, cx, 0, cz) < n.pumpkin_chunk:
        _pumpkins(chunk, seed, cx, cz, heights, biomes, n)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _pumpkins(
    chunk: NDArray[np.uint8],
    seed: int,
    cx: int,
    cz: int,
    heights: NDArray[np.int64],
    biomes: NDArray[np.int64],
    n: Numbers,
) -> None:
    """Lays a patch of pumpkins on the grass of a chunk's middle."""
    for i in range(10):
        lx, lz = 4 + int(8.0 * unit(seed + 807, cx, i, cz)), 4 + int(8.0 * unit(seed + 817, cx, i, cz))
        y = heights[lx, lz]
        on_grass = chunk[lx, y, lz] == n.ids.grass_block
        if on_grass and n.damp[biomes[lx, lz], 1] > 0.0 and chunk[lx, y + 1, lz] in (n.ids.air, n.ids.grass):
            chunk[lx, y + 1, lz] = n.ids.pumpkin
