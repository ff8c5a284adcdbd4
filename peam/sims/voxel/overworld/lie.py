"""The lie of the land: climate, height and biome of any column. Knows nothing of chunks.

Climate is taken at every fourth block, as in Minecraft, and blended between. Pure functions of the seed and
of world coordinates, so that all that is built on them comes out alike in any order of generation.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.voxel.noise import unit
from peam.sims.voxel.overworld.noises import octaves2, ramp, spread, wave2
from peam.sims.voxel.overworld.numbers import (
    BEACH,
    DEEP_OCEAN,
    HEIGHT,
    MOUNTAINS,
    OCEAN,
    RIVER,
    SWAMP,
    Numbers,
)

# Fields of a point: height; continentalness, temperature, humidity in -1..1; how much river, mountain, swamp.
LEVEL, LAND, WARM, WET, STREAM, RISE, MARSH, FIELDS = range(8)
OPENINGS = 101  # added to the seed for the noise that says where tunnels may break the surface
TOP = HEIGHT - 8  # no ground is higher
_SHORE = np.array([-1.0, -0.80, -0.60, -0.51, -0.43, -0.15, 0.4, 1.0])
_BASE = np.array([30.0, 38.0, 52.0, 60.5, 64.5, 67.0, 71.0, 76.0])


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _base(land: float) -> float:
    """Returns the height that continentalness alone gives."""
    i = 0
    while i < 6 and land > _SHORE[i + 1]:
        i += 1
    part = (land - _SHORE[i]) / (_SHORE[i + 1] - _SHORE[i])
    return _BASE[i] + min(1.0, part) * (_BASE[i + 1] - _BASE[i])


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def point(seed: int, x: int, z: int, out: NDArray[np.float64], n: Numbers) -> None:
    """Fills one point's fields."""
    c = n.climate
    land = spread(octaves2(seed + 11, x / c.continentalness, z / c.continentalness, 4))
    worn = spread(octaves2(seed + 31, x / c.erosion, z / c.erosion, 3))
    weird = spread(octaves2(seed + 41, x / c.weirdness, z / c.weirdness, 3))
    warm = spread(octaves2(seed + 51, x / c.temperature, z / c.temperature, 2))
    wet = spread(octaves2(seed + 61, x / c.humidity, z / c.humidity, 3))
    swell = octaves2(seed + 71, x / 72.0, z / 72.0, 3)
    inland = ramp(land, n.land.coast, n.land.coast + 0.2)
    rise = ramp(worn, -0.52, -0.8) * inland
    ridge = 0.5 * (2.0 - abs(3.0 * abs(weird) - 2.0))  # 0 in the valleys, 1 on the ridges
    marsh = ramp(worn, 0.38, 0.48) * ramp(wet, -0.1, 0.05) * ramp(land, -0.45, -0.35)
    marsh *= ramp(warm, -0.45, -0.35) * ramp(warm, 0.58, 0.5)
    hilly = 1.1 + 4.2 * ramp(worn, 0.4, -0.5) * inland
    level = _base(land) + hilly * swell
    level += rise * (8.0 + n.land.mountain * ridge + 4.0 * (1.0 + ridge) * swell)
    level += marsh * (62.0 + 1.3 * wave2(seed + 81, x / 13.0, z / 13.0) - level)
    stream = ramp(abs(weird), 0.085, 0.035) * ramp(land, n.land.ocean, n.land.coast) * (1.0 - rise)
    if level > 57.0:
        level += stream * (57.0 + 1.2 * swell - level)
    out[LEVEL], out[LAND], out[WARM], out[WET] = min(max(level, 24.0), float(TOP)), land, warm, wet
    out[STREAM], out[RISE], out[MARSH] = stream, rise, marsh


@njit(cache=True, nogil=True)
def survey(seed: int, x0: int, z0: int, points: int, n: Numbers) -> NDArray[np.float64]:
    """Returns the fields at every 4th block from (x0, z0), (points, points, FIELDS)."""
    out = np.empty((points, points, FIELDS))
    for i in range(points):
        for k in range(points):
            point(seed, x0 + 4 * i, z0 + 4 * k, out[i, k], n)
    return out


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def blend(grid: NDArray[np.float64], lx: int, lz: int, field: int) -> float:
    """Returns a field (lx, lz) blocks from the grid's first point."""
    i, k = lx >> 2, lz >> 2
    fx, fz = (lx & 3) * 0.25, (lz & 3) * 0.25
    a, b = grid[i, k, field], grid[i + 1, k, field]
    c, d = grid[i, k + 1, field], grid[i + 1, k + 1, field]
    low, high = a + fx * (b - a), c + fx * (d - c)
    return float(low + fz * (high - low))


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def biome_at(seed: int, x: int, z: int, grid: NDArray[np.float64], lx: int, lz: int, n: Numbers) -> int:
    """Returns the biome of world column (x, z), which lies (lx, lz) blocks from the grid's first point."""
    level, land = blend(grid, lx, lz, LEVEL), blend(grid, lx, lz, LAND)
    if land < n.land.coast and (level < 62.0 or land < n.land.ocean):
        return DEEP_OCEAN if land < n.land.deep else OCEAN
    if level < 62.5 and blend(grid, lx, lz, STREAM) > 0.4:
        return RIVER
    rag = n.climate.fuzz * (unit(seed + 91, x, 0, z) - 0.5)
    if blend(grid, lx, lz, RISE) + rag > 0.45:
        return MOUNTAINS
    if blend(grid, lx, lz, MARSH) + rag > 0.5:
        return SWAMP
    if land < n.land.coast and level < 66.5:
        return BEACH
    warm, wet = blend(grid, lx, lz, WARM) + rag, blend(grid, lx, lz, WET) - rag
    row = column = 0
    for i in range(4):
        row += warm >= n.cold[i]
        column += wet >= n.wet[i]
    return int(n.inland[row, column])


@njit(cache=True, nogil=True)
def column(seed: int, x: int, z: int, n: Numbers) -> tuple[int, int]:
    """Returns (height, biome) of a world column: the ground's topmost cell, before caves and lakes."""
    x0, z0 = x & ~3, z & ~3
    grid = survey(seed, x0, z0, 2, n)
    return int(blend(grid, x - x0, z - z0, LEVEL)), biome_at(seed, x, z, grid, x - x0, z - z0, n)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def is_open(seed: int, x: int, z: int, n: Numbers) -> bool:
    """Returns whether tunnels may break the surface here."""
    return bool(
        wave2(seed + OPENINGS, x / n.caves.opening_scale, z / n.caves.opening_scale) > n.caves.opening
    )
