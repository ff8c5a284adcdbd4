"""What is hollow: caves and the water and lava in them. Knows nothing of ores and plants.

Three noises on a lattice of 4 x 4 x 4 blocks that is fixed in the world, blended between. A cell is hollow
where two of them are near zero at once (tunnels), or where the third is high (caverns).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.voxel.overworld.lie import LEVEL, OPENINGS
from peam.sims.voxel.overworld.noises import waves2, waves3
from peam.sims.voxel.overworld.numbers import Caves, Numbers

_LOWEST = 5  # above the bedrock


@njit(cache=True, nogil=True)
def _lattice(seed: int, x0: int, z0: int, levels: int, c: Caves) -> NDArray[np.float32]:
    out = np.empty((3, 5, levels, 5), np.float32)
    a, b = c.tunnel_scale, c.cheese_scale
    xs, ys, zs = 4.0 * np.arange(5) + x0, 4.0 * np.arange(levels), 4.0 * np.arange(5) + z0
    out[0] = waves3(seed + 111, xs / a, ys / (0.8 * a), zs / a)
    out[1] = waves3(seed + 121, xs / a, ys / (0.8 * a), zs / a)
    out[2] = waves3(seed + 131, xs / b, ys / (0.5 * b), zs / b)
    return out


@njit(cache=True, nogil=True)
def _roofs(
    seed: int, x0: int, z0: int, heights: NDArray[np.int64], grid: NDArray[np.float64], n: Numbers
) -> NDArray[np.int64]:
    """Returns the highest cell of each column that may be hollow: well below the ground, or its very top.

    No cell is opened beside or beneath open water: 5 blocks of rock stay under the lowest ground near by.
    """
    out, span = np.empty((16, 16), np.int64), np.arange(16)
    scale = n.caves.opening_scale
    opens = waves2(seed + OPENINGS, (x0 + span) / scale, (z0 + span) / scale)
    for i in range(4):
        for k in range(4):
            low = grid[i : i + 4, k : k + 4, LEVEL].min()  # the grid begins one point before the chunk
            for lx in range(4 * i, 4 * i + 4):
                for lz in range(4 * k, 4 * k + 4):
                    height = heights[lx, lz]
                    if low < 64.0:
                        out[lx, lz] = min(height - 5, int(low) - 5)
                    else:
                        out[lx, lz] = height if opens[lx, lz] > n.caves.opening else height - 5
    return out


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _pool(wave: float, c: Caves) -> int:
    """Returns up to where the hollows of a column hold water, 0 where they are dry."""
    if abs(wave) <= c.pool:
        return 0
    return c.high_pool if wave > 0.0 else c.low_pool


@njit(cache=True, nogil=True)
def _pools(seed: int, x0: int, z0: int, c: Caves) -> NDArray[np.int64]:
    """Returns `_pool` of each column, negative in the dry ones beside a pool: up to there they stay whole."""
    wide, span = np.empty((18, 18), np.int64), np.arange(-1, 17)
    waves = waves2(seed + 141, (x0 + span) / c.pool_scale, (z0 + span) / c.pool_scale)
    for i in range(18):
        for k in range(18):
            wide[i, k] = _pool(waves[i, k], c)
    out = np.empty((16, 16), np.int64)
    for i in range(16):
        for k in range(16):
            beside = max(wide[i, k + 1], wide[i + 2, k + 1], wide[i + 1, k], wide[i + 1, k + 2])
            out[i, k] = wide[i + 1, k + 1] if wide[i + 1, k + 1] > 0 else -beside
    return out


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _beyond(lattice: NDArray[np.float32], f: int, i: int, j: int, k: int, band: float) -> bool:
    """Returns whether eight points of a noise lie all above or all below a band about zero."""
    above = below = True
    for p in range(i, i + 2):
        for r in range(j, j + 2):
            for q in range(k, k + 2):
                above &= lattice[f, p, r, q] >= band
                below &= lattice[f, p, r, q] <= -band
    return above or below


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _blank(lattice: NDArray[np.float32], i: int, j: int, k: int, c: Caves) -> bool:
    """Returns whether no cell between eight points can be hollow: blends never leave their corners' range."""
    tunnel = not _beyond(lattice, 0, i, j, k, c.tunnel) and not _beyond(lattice, 1, i, j, k, c.tunnel)
    if tunnel:
        return False
    high = np.float32(-9.0)
    for p in range(i, i + 2):
        for r in range(j, j + 2):
            for q in range(k, k + 2):
                high = max(high, lattice[2, p, r, q])
    return bool(high < c.cheese)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _level(g: NDArray[np.float32], i: int, j: int, k: int, fx: float, fz: float) -> float:
    """Returns a noise on one level of the lattice, blended between four points."""
    a = g[i, j, k] + fx * (g[i + 1, j, k] - g[i, j, k])
    b = g[i, j, k + 1] + fx * (g[i + 1, j, k + 1] - g[i, j, k + 1])
    return float(a + fz * (b - a))


@njit(cache=True, nogil=True)
def caves(
    chunk: NDArray[np.uint8],
    seed: int,
    x0: int,
    z0: int,
    heights: NDArray[np.int64],
    grid: NDArray[np.float64],
    n: Numbers,
) -> None:
    """Hollows out a chunk; `grid` is the survey of 7 points that begins 4 blocks before it."""
    roofs = _roofs(seed, x0, z0, heights, grid, n)
    lattice = _lattice(seed, x0, z0, roofs.max() // 4 + 2, n.caves)
    pools = _pools(seed, x0, z0, n.caves)
    for i in range(4):
        for k in range(4):
            top = roofs[4 * i : 4 * i + 4, 4 * k : 4 * k + 4].max()
            for j in range(1, top // 4 + 1):
                if not _blank(lattice, i, j, k, n.caves):
                    _carve(chunk, lattice, i, j, k, roofs, pools, n)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _carve(
    chunk: NDArray[np.uint8],
    lattice: NDArray[np.float32],
    i: int,
    j: int,
    k: int,
    roofs: NDArray[np.int64],
    pools: NDArray[np.int64],
    n: Numbers,
) -> None:
    """Hollows out the cells between eight points of the lattice.

    Of a column the noises are blended on the levels below and above once; between them they are straight.
    """
    ids, c = n.ids, n.caves
    for lx in range(4 * i, 4 * i + 4):
        for lz in range(4 * k, 4 * k + 4):
            pool, roof = pools[lx, lz], roofs[lx, lz]
            first, last = max(_LOWEST, 4 * j, 1 - pool), min(4 * j + 3, roof)
            if first > last:
                continue
            fx, fz = (lx & 3) * 0.25, (lz & 3) * 0.25
            one, one_up = _level(lattice[0], i, j, k, fx, fz), _level(lattice[0], i, j + 1, k, fx, fz)
            two, two_up = _level(lattice[1], i, j, k, fx, fz), _level(lattice[1], i, j + 1, k, fx, fz)
            big, big_up = _level(lattice[2], i, j, k, fx, fz), _level(lattice[2], i, j + 1, k, fx, fz)
            for y in range(first, last + 1):
                fy = (y & 3) * 0.25
                tunnel = abs(one + fy * (one_up - one)) < c.tunnel
                tunnel = tunnel and abs(two + fy * (two_up - two)) < c.tunnel
                if not tunnel and (y >= roof - 6 or big + fy * (big_up - big) <= c.cheese):
                    continue
                if y <= n.land.lava:
                    chunk[lx, y, lz] = ids.lava
                else:
                    chunk[lx, y, lz] = ids.water if y <= pool else ids.air
