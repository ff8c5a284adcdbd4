"""Trees of the overworld: where they stand, and their stamp into a chunk. Knows nothing of other plants.

A tree is decided in its home chunk, and stamped, clipped, by each chunk that it touches: none reaches farther
than 4 blocks from its trunk.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.voxel.noise import mix, unit
from peam.sims.voxel.overworld.lie import LEVEL, biome_at, blend, is_open
from peam.sims.voxel.overworld.numbers import (
    ACACIA,
    HEIGHT,
    OAK,
    SPRUCE,
    SWAMP_OAK,
    Numbers,
)

REACH = 4
_TRUNKS = np.array([4, 5, 6, 5, 5])  # least trunk of oak, birch, spruce, acacia, swamp oak; up to 2 more
_BENDS = np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def spot(seed: int, cx: int, cz: int, i: int) -> tuple[int, int]:
    """Returns the column of try i of a chunk's trees: one a cell of a jittered 4 x 4 grid."""
    key = seed + 808
    slot = (i + int(mix(key, cx, 7, cz) & np.uint64(15))) & 15
    x = cx * 16 + (slot & 3) * 4 + int(unit(key, cx, 16 + i, cz) * 3.0)
    z = cz * 16 + (slot >> 2) * 4 + int(unit(key, cx, 48 + i, cz) * 3.0)
    return x, z


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def tree(
    seed: int, x: int, z: int, grid: NDArray[np.float64], lx: int, lz: int, n: Numbers
) -> tuple[int, int, int]:
    """Returns (y of the lowest log, kind, trunk) of a try at a column, trunk 0 where none grows.

    The column lies (lx, lz) blocks from the grid's first point.
    """
    chance = unit(seed + 818, x, 0, z)
    if chance >= n.most_trees:
        return 0, 0, 0
    biome, height = biome_at(seed, x, z, grid, lx, lz, n), int(blend(grid, lx, lz, LEVEL))
    row = n.growth[biome]
    if chance >= row[0] or height >= HEIGHT - 24 or height > n.land.snow_above or is_open(seed, x, z, n):
        return 0, 0, 0
    pick, kind = unit(seed + 828, x, 0, z), 0
    while kind < 4 and pick >= row[1 + kind]:
        kind += 1
    least = n.land.sea - 1 if kind == SWAMP_OAK else n.land.sea
    if height < least:
        return 0, 0, 0
    return height + 1, kind, _TRUNKS[kind] + int(unit(seed + 838, x, 0, z) * 3.0)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _radius(kind: int, trunk: int, up: int) -> int:
    """Returns the leaves' radius `up` cells above the lowest log, -1 for none."""
    top = trunk - up
    if kind == SPRUCE:
        if up < 2 or top < -1:
            return -1
        return 0 if top < 0 else (1 if top == 0 else 1 + (top & 1))
    if kind == ACACIA:
        return 3 if top == 0 else (1 if top == -1 else -1)
    if top > 3 or top < 0:
        return -1
    wide = 1 if kind == SWAMP_OAK else 0
    return (2 if top >= 2 else 1) + wide


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _layer(
    chunk: NDArray[np.uint8], x: int, y: int, z: int, r: int, sharp: bool, leaf: int, key: int
) -> None:
    """Lays one square of leaves, (x, z) in the chunk's cells, its corners cut by chance or always."""
    for lx in range(max(0, x - r), min(15, x + r) + 1):
        for lz in range(max(0, z - r), min(15, z + r) + 1):
            corner = r > 0 and abs(lx - x) == r and abs(lz - z) == r
            if corner and (sharp or unit(key, lx - x, y, lz - z) < 0.6):
                continue
            if chunk[lx, y, lz] == 0:
                chunk[lx, y, lz] = leaf


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _vines(chunk: NDArray[np.uint8], x: int, y: int, z: int, r: int, key: int, vine: int) -> None:
    """Hangs vines from the rim of a swamp oak's leaves, of 1 to 4 cells, a quarter of the way round."""
    for dx in range(-r, r + 1):
        for dz in range(-r, r + 1):
            lx, lz = x + dx, z + dz
            if max(abs(dx), abs(dz)) != r or not (0 <= lx <= 15 and 0 <= lz <= 15):
                continue
            u = unit(key, dx, y, dz)
            if u >= 0.25:
                continue
            for down in range(1 + int(16.0 * u)):
                if chunk[lx, y - down, lz] != 0:
                    break
                chunk[lx, y - down, lz] = vine


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def stamp(
    chunk: NDArray[np.uint8],
    x0: int,
    z0: int,
    x: int,
    z: int,
    what: tuple[int, int, int],
    seed: int,
    n: Numbers,
) -> None:
    """Draws one tree into a chunk, clipped. Leaves replace air, logs replace leaves too."""
    y, kind, trunk = what
    log, leaf = n.wood[kind, 0], n.wood[kind, 1]
    lx, lz, key = x - x0, z - z0, int(mix(seed + 909, x, y, z) >> np.uint64(8))
    bend = int(unit(key, 1, 0, 0) * 4.0) if kind == ACACIA else 0
    bent = 1 if kind == ACACIA else 0
    tx, tz = lx + bent * _BENDS[bend, 0], lz + bent * _BENDS[bend, 1]
    for up in range(trunk + 2):
        r = _radius(kind, trunk, up)
        if r >= 0 and y + up < HEIGHT:
            sharp = kind in (SPRUCE, ACACIA)
            _layer(chunk, tx, y + up, tz, r, sharp, leaf, key)
    if kind == SWAMP_OAK:
        _vines(chunk, lx, y + trunk - 3, lz, 4, key, n.ids.vine)
    for up in range(trunk):
        px, pz = (tx, tz) if up >= trunk - 2 else (lx, lz)
        if 0 <= px <= 15 and 0 <= pz <= 15:
            chunk[px, y + up, pz] = log
    if 0 <= lx <= 15 and 0 <= lz <= 15:
        chunk[lx, y - 1, lz] = n.ids.dirt


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def count_oaks(seed: int, cx: int, cz: int, grid: NDArray[np.float64], n: Numbers) -> int:
    """Returns how many oaks the tries of a chunk make; the grid begins 4 blocks before the chunk."""
    total = 0
    for i in range(16):
        x, z = spot(seed, cx, cz, i)
        what = tree(seed, x, z, grid, x - cx * 16 + 4, z - cz * 16 + 4, n)
        total += what[2] > 0 and what[1] == OAK
    return total
