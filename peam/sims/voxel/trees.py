"""Trees: where they stand, and their stamp into a chunk. Knows nothing of other plants.

A tree is decided in its home chunk, and stamped, clipped, by each chunk that it touches.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.voxel.land import column, is_bare, is_open
from peam.sims.voxel.noise import mix, unit
from peam.sims.voxel.tables import HEIGHT, Tables


@njit(cache=True, nogil=True)
def foot(seed: int, cx: int, cz: int, i: int) -> tuple[int, int]:
    """Returns the column (x, z) of attempt i of a chunk's trees, whether or not one grows there."""
    key = seed + 808
    # One attempt a cell of a jittered 4x4 grid: trunks keep 2 apart with no look around.
    slot = (i + int(mix(key, cx, 7, cz) & np.uint64(15))) & 15
    x = cx * 16 + (slot & 3) * 4 + int(unit(key, cx, 16 + i, cz) * 3.0)
    z = cz * 16 + (slot >> 2) * 4 + int(unit(key, cx, 48 + i, cz) * 3.0)
    return x, z


@njit(cache=True, nogil=True)
def tree(seed: int, cx: int, cz: int, i: int, t: Tables) -> tuple[int, int, int, int, int]:
    """Returns attempt i of a chunk's trees as (x, y of lowest log, z, kind, trunk); trunk 0: none grows."""
    key = seed + 808
    x, z = foot(seed, cx, cz, i)
    chance = unit(key, cx, 80 + i, cz)
    if chance >= t.growth[:, 0].max():
        return x, 0, z, 0, 0
    height, biome = column(seed, x, z, t)
    row = t.growth[biome]
    if (
        chance >= row[0]
        or height < t.shape.sea + 1
        or t.ground[biome, 0] != t.ids.grass_block
        or is_bare(height, x, z, seed, t.shape)
        or is_open(seed, x, z, t.shape)
    ):
        return x, 0, z, 0, 0
    pick = unit(key, cx, 112 + i, cz)
    kind = 0 if pick < row[1] else (1 if pick < row[2] else 2)
    trunk = (4, 5, 6)[kind] + int(unit(key, cx, 144 + i, cz) * 3.0)
    return x, height + 1, z, kind, trunk


@njit(cache=True, nogil=True)
def radius(kind: int, trunk: int, up: int) -> int:
    """Returns the leaves' radius `up` cells above the lowest log, -1 for none."""
    top = trunk - up
    if kind == 2:
        if up < 2 or top < -1:
            return -1
        return 0 if top < 0 else (1 if top == 0 else 1 + (top & 1))
    if top > 3 or top < 0:
        return -1
    return 2 if top >= 2 else 1


@njit(cache=True, nogil=True)
def stamp(
    chunk: NDArray[np.uint8], x0: int, z0: int, spot: tuple[int, int, int, int, int], seed: int, t: Tables
) -> None:
    """Draws one tree into a chunk, clipped. Leaves replace air and plants, logs replace leaves too."""
    x, y, z, kind, trunk = spot
    log, leaf = t.wood[kind, 0], t.wood[kind, 1]
    for up in range(trunk + 2):
        r = radius(kind, trunk, up)
        if y + up >= HEIGHT:
            return
        for dx in range(-r, r + 1):
            for dz in range(-r, r + 1):
                lx, lz = x + dx - x0, z + dz - z0
                if lx < 0 or lx > 15 or lz < 0 or lz > 15:
                    continue
                corner = r > 0 and abs(dx) == r and abs(dz) == r
                if corner and (kind == 2 or unit(seed + 909, x + dx, y + up, z + dz) < 0.6):
                    continue
                if chunk[lx, y + up, lz] == 0:
                    chunk[lx, y + up, lz] = leaf
    lx, lz = x - x0, z - z0
    if 0 <= lx <= 15 and 0 <= lz <= 15:
        chunk[lx, y - 1, lz] = t.ids.dirt
        for up in range(trunk):
            chunk[lx, y + up, lz] = log
