"""Seeded integer hashing and value noise, compiled with numba. Knows no blocks and no world.

Every function is a pure function of its arguments, so a chunk comes out alike in any order of generation.
"""

from __future__ import annotations

import numpy as np
from numba import njit

_A = np.uint64(0x9E3779B97F4A7C15)
_B = np.uint64(0xC2B2AE3D27D4EB4F)
_C = np.uint64(0x165667B19E3779F9)
_D = np.uint64(0xD6E8FEB86659FD93)
_32 = np.uint64(32)
_40 = np.uint64(40)
_SCALE = 2.0**-24


@njit(cache=True, nogil=True)
def mix(seed: int, x: int, y: int, z: int) -> np.uint64:
    """Returns 64 well-mixed bits of a seed and three integers (xor-multiply-shift hashing)."""
    h = np.uint64(seed) + np.uint64(x) * _A + np.uint64(y) * _B + np.uint64(z) * _C
    h = (h ^ (h >> _32)) * _D
    h = (h ^ (h >> _32)) * _D
    return h ^ (h >> _32)


@njit(cache=True, nogil=True)
def unit(seed: int, x: int, y: int, z: int) -> float:
    """Returns a uniform number in [0, 1) for a seed and three integers."""
    return np.float64(mix(seed, x, y, z) >> _40) * _SCALE


@njit(cache=True, nogil=True)
def _fade(t: float) -> float:
    return t * t * t * (t * (t * 6.0 - 15.0) + 10.0)


@njit(cache=True, nogil=True)
def noise2(seed: int, x: float, z: float) -> float:
    """Returns value noise in [-1, 1], lattice spacing 1."""
    ix, iz = int(np.floor(x)), int(np.floor(z))
    u, v = _fade(x - ix), _fade(z - iz)
    a, b = unit(seed, ix, 0, iz), unit(seed, ix + 1, 0, iz)
    c, d = unit(seed, ix, 0, iz + 1), unit(seed, ix + 1, 0, iz + 1)
    low, high = a + u * (b - a), c + u * (d - c)
    return 2.0 * (low + v * (high - low)) - 1.0


@njit(cache=True, nogil=True)
def noise3(seed: int, x: float, y: float, z: float) -> float:
    """Returns value noise in [-1, 1], lattice spacing 1."""
    ix, iy, iz = int(np.floor(x)), int(np.floor(y)), int(np.floor(z))
    u, w, v = _fade(x - ix), _fade(y - iy), _fade(z - iz)
    total = 0.0
    for dy in range(2):
        wy = w if dy else 1.0 - w
        a, b = unit(seed, ix, iy + dy, iz), unit(seed, ix + 1, iy + dy, iz)
        c, d = unit(seed, ix, iy + dy, iz + 1), unit(seed, ix + 1, iy + dy, iz + 1)
        low, high = a + u * (b - a), c + u * (d - c)
        total += wy * (low + v * (high - low))
    return 2.0 * total - 1.0


@njit(cache=True, nogil=True)
def fractal2(seed: int, x: float, z: float, octaves: int) -> float:
    """Returns the sum of `octaves` noises, each of twice the frequency, half the weight, in about [-1, 1]."""
    total, weight, norm = 0.0, 1.0, 0.0
    for i in range(octaves):
        total += weight * noise2(seed + i, x, z)
        norm += weight
        x, z, weight = x * 2.0 + 17.3, z * 2.0 - 9.1, weight * 0.5
    return total / norm
