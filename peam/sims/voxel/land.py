"""The lie of the land: height and biome of any column, by noise. Knows nothing of chunks.

Pure functions of the seed and of world coordinates, so that all that is built on them comes out alike
in any order of generation.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.voxel.noise import fractal2, noise2, patch2, unit
from peam.sims.voxel.tables import HEIGHT, Shape, Tables


@njit(cache=True, nogil=True)
def column(seed: int, x: int, z: int, t: Tables) -> tuple[int, int]:
    """Returns (height, biome row) of a world column: the ground's topmost cell, before caves."""
    s = t.shape
    land = fractal2(seed + 101, x / s.continent_scale, z / s.continent_scale, 3)
    hills = fractal2(seed + 202, x / s.hill_scale, z / s.hill_scale, 3)
    relief = fractal2(seed + 303, x / s.relief_scale, z / s.relief_scale, 2)
    temperature = fractal2(seed + 404, x / s.climate_scale, z / s.climate_scale, 2)
    humidity = fractal2(seed + 505, x / s.climate_scale, z / s.climate_scale, 2)
    return _height(land, hills, relief, s), _biome(relief, temperature, humidity, t.limits)


@njit(cache=True, nogil=True)
def columns(
    seed: int, x0: int, z0: int, t: Tables, heights: NDArray[np.int64], biomes: NDArray[np.int64]
) -> None:
    """Fills (16, 16) heights and biome rows with `column` of a chunk's columns, from (x0, z0) on."""
    s = t.shape
    land = patch2(seed + 101, x0, z0, s.continent_scale, 3)
    hills = patch2(seed + 202, x0, z0, s.hill_scale, 3)
    relief = patch2(seed + 303, x0, z0, s.relief_scale, 2)
    temperature = patch2(seed + 404, x0, z0, s.climate_scale, 2)
    humidity = patch2(seed + 505, x0, z0, s.climate_scale, 2)
    for i in range(16):
        for k in range(16):
            heights[i, k] = _height(land[i, k], hills[i, k], relief[i, k], s)
            biomes[i, k] = _biome(relief[i, k], temperature[i, k], humidity[i, k], t.limits)


@njit(cache=True, nogil=True)
def _height(land: float, hills: float, relief: float, s: Shape) -> int:
    rise = min(1.0, max(0.0, (relief - s.relief_low) / (s.relief_high - s.relief_low)))
    rise = rise * rise * (3.0 - 2.0 * rise)
    # Shores are flatter than inland, as waves would leave them.
    level = s.base + s.continent * land - s.sea
    swell = s.hills * min(1.0, 0.35 + abs(level) * 0.12)
    height = s.sea + level + swell * hills + rise * (s.mountain + 1.5 * swell * hills)
    return int(min(max(height, 40.0), HEIGHT - 14.0))


@njit(cache=True, nogil=True)
def _biome(relief: float, temperature: float, humidity: float, limits: NDArray[np.float64]) -> int:
    for b in range(limits.shape[0]):
        low = limits[b]
        if low[0] <= relief < low[1] and low[2] <= temperature < low[3] and low[4] <= humidity < low[5]:
            return b
    return limits.shape[0] - 1


@njit(cache=True, nogil=True)
def is_open(seed: int, x: int, z: int, s: Shape) -> bool:
    """Returns whether tunnels may break the surface here."""
    return noise2(seed + 606, x / s.opening_scale, z / s.opening_scale) > s.opening


@njit(cache=True, nogil=True)
def is_bare(height: int, x: int, z: int, seed: int, s: Shape) -> bool:
    """Returns whether a mountain is too high here for soil."""
    return height + 6.0 * unit(seed + 707, x, 0, z) > s.bare_above
