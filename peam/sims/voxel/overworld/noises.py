"""Gradient noise for the overworld, compiled with numba. Knows no blocks and no world.

Every function is a pure function of its arguments, so a chunk comes out alike in any order of generation.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from peam.sims.voxel.noise import mix

_STEP = 2.0**-15
_DEVIATION2 = 0.1765  # of the raw sums, measured over 100,000 random points; the noises are divided by them
_DEVIATION3 = 0.1916


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _fade(t: float) -> float:
    return t * t * t * (t * (t * 6.0 - 15.0) + 10.0)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _slope2(h: np.uint64, x: float, z: float) -> float:
    a = np.float64(np.int64(h & np.uint64(0xFFFF))) * _STEP - 1.0
    b = np.float64(np.int64((h >> np.uint64(16)) & np.uint64(0xFFFF))) * _STEP - 1.0
    return a * x + b * z


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _slope3(h: np.uint64, x: float, y: float, z: float) -> float:
    c = np.float64(np.int64((h >> np.uint64(32)) & np.uint64(0xFFFF))) * _STEP - 1.0
    return _slope2(h, x, z) + c * y


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def wave2(seed: int, x: float, z: float) -> float:
    """Returns gradient noise of mean 0 and deviation 1, lattice spacing 1."""
    ix, iz = math.floor(x), math.floor(z)
    fx, fz = x - ix, z - iz
    u, v = _fade(fx), _fade(fz)
    a, b = _slope2(mix(seed, ix, 0, iz), fx, fz), _slope2(mix(seed, ix + 1, 0, iz), fx - 1.0, fz)
    c, d = (
        _slope2(mix(seed, ix, 0, iz + 1), fx, fz - 1.0),
        _slope2(mix(seed, ix + 1, 0, iz + 1), fx - 1.0, fz - 1.0),
    )
    low, high = a + u * (b - a), c + u * (d - c)
    return (low + v * (high - low)) / _DEVIATION2


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def wave3(seed: int, x: float, y: float, z: float) -> float:
    """Returns gradient noise of mean 0 and deviation 1, lattice spacing 1."""
    ix, iy, iz = math.floor(x), math.floor(y), math.floor(z)
    fx, fy, fz = x - ix, y - iy, z - iz
    u, w, v = _fade(fx), _fade(fy), _fade(fz)
    total = 0.0
    for dy in range(2):
        ey, wy = fy - dy, w if dy else 1.0 - w
        a = _slope3(mix(seed, ix, iy + dy, iz), fx, ey, fz)
        b = _slope3(mix(seed, ix + 1, iy + dy, iz), fx - 1.0, ey, fz)
        c = _slope3(mix(seed, ix, iy + dy, iz + 1), fx, ey, fz - 1.0)
        d = _slope3(mix(seed, ix + 1, iy + dy, iz + 1), fx - 1.0, ey, fz - 1.0)
        low, high = a + u * (b - a), c + u * (d - c)
        total += wy * (low + v * (high - low))
    return total / _DEVIATION3


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def octaves2(seed: int, x: float, z: float, octaves: int) -> float:
    """Returns the sum of `octaves` noises, each of twice the frequency and half the weight, deviation 1."""
    total, weight, norm = 0.0, 1.0, 0.0
    for i in range(octaves):
        total += weight * wave2(seed + i, x, z)
        norm += weight * weight
        x, z, weight = x * 2.0 + 17.3, z * 2.0 - 9.1, weight * 0.5
    return total / math.sqrt(norm)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def spread(noise: float) -> float:
    """Returns a noise of deviation 1 rescaled so that its values lie about evenly over -1..1."""
    return math.erf(noise * 0.7071067811865476)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def ramp(value: float, low: float, high: float) -> float:
    """Returns 0 at `low`, 1 at `high`, smooth between, constant beyond; `low` may be the greater."""
    part = min(1.0, max(0.0, (value - low) / (high - low)))
    return part * part * (3.0 - 2.0 * part)
