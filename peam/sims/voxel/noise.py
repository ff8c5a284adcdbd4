"""Seeded integer hashing and value noise, compiled with numba. Knows no blocks and no world.

Every function is a pure function of its arguments, so a chunk comes out alike in any order of generation.
`patch2` and `lattice3` give the very numbers of `fractal2` and `noise3` for many points at once: they hash a
noise cell's corners once, and not once a point.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

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
def fade(t: float) -> float:
    """Returns 0 at 0, 1 at 1, flat at both ends."""
    return t * t * t * (t * (t * 6.0 - 15.0) + 10.0)


@njit(cache=True, nogil=True)
def noise2(seed: int, x: float, z: float) -> float:
    """Returns value noise in [-1, 1], lattice spacing 1."""
    ix, iz = int(np.floor(x)), int(np.floor(z))
    u, v = fade(x - ix), fade(z - iz)
    a, b = unit(seed, ix, 0, iz), unit(seed, ix + 1, 0, iz)
    c, d = unit(seed, ix, 0, iz + 1), unit(seed, ix + 1, 0, iz + 1)
    low, high = a + u * (b - a), c + u * (d - c)
    return 2.0 * (low + v * (high - low)) - 1.0


@njit(cache=True, nogil=True)
def noise3(seed: int, x: float, y: float, z: float) -> float:
    """Returns value noise in [-1, 1], lattice spacing 1."""
    ix, iy, iz = int(np.floor(x)), int(np.floor(y)), int(np.floor(z))
    u, w, v = fade(x - ix), fade(y - iy), fade(z - iz)
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


@njit(cache=True, nogil=True)
def cells_of(
    points: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Returns each point's cell, counted from the first point's, its place in it, and that faded."""
    cells, places, faded = np.empty(len(points), np.int64), np.empty(len(points)), np.empty(len(points))
    first = int(np.floor(points[0]))
    for i, point in enumerate(points):
        cell = int(np.floor(point))
        cells[i], places[i], faded[i] = cell - first, point - cell, fade(point - cell)
    return cells, places, faded


@njit(cache=True, nogil=True)
def _add_noise2(
    out: NDArray[np.float64], seed: int, xs: NDArray[np.float64], zs: NDArray[np.float64], weight: float
) -> None:
    """Adds weight * noise2 of every point (x, z); xs and zs ascend."""
    x0, z0 = int(np.floor(xs[0])), int(np.floor(zs[0]))
    (i, _, us), (k, _, vs) = cells_of(xs), cells_of(zs)
    corners = np.empty((i[-1] + 2, k[-1] + 2), np.float64)
    for dx in range(corners.shape[0]):
        for dz in range(corners.shape[1]):
            corners[dx, dz] = unit(seed, x0 + dx, 0, z0 + dz)
    for m in range(len(xs)):
        west, east, u = corners[i[m]], corners[i[m] + 1], us[m]
        for n in range(len(zs)):
            a, b, c, d = west[k[n]], east[k[n]], west[k[n] + 1], east[k[n] + 1]
            low, high = a + u * (b - a), c + u * (d - c)
            out[m, n] += weight * (2.0 * (low + vs[n] * (high - low)) - 1.0)


@njit(cache=True, nogil=True)
def patch2(seed: int, x0: int, z0: int, scale: float, octaves: int) -> NDArray[np.float64]:
    """Returns fractal2(seed, x / scale, z / scale, octaves) of 16 x 16 columns, the first at (x0, z0)."""
    out = np.zeros((16, 16), np.float64)
    xs, zs = np.empty(16, np.float64), np.empty(16, np.float64)
    for n in range(16):
        xs[n], zs[n] = (x0 + n) / scale, (z0 + n) / scale
    weight, norm = 1.0, 0.0
    for octave in range(octaves):
        _add_noise2(out, seed + octave, xs, zs, weight)
        norm += weight
        for n in range(16):
            xs[n], zs[n] = xs[n] * 2.0 + 17.3, zs[n] * 2.0 - 9.1
        weight *= 0.5
    return out / norm


@njit(cache=True, nogil=True)
def lattice3(
    seed: int, xs: NDArray[np.float64], ys: NDArray[np.float64], zs: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Returns noise3 at every (x, y, z), (len(xs), len(ys), len(zs)) float32; each axis ascends."""
    x0, y0, z0 = int(np.floor(xs[0])), int(np.floor(ys[0])), int(np.floor(zs[0]))
    (i, _, us), (j, _, ws), (k, _, vs) = cells_of(xs), cells_of(ys), cells_of(zs)
    corners = np.empty((i[-1] + 2, j[-1] + 2, k[-1] + 2), np.float64)
    for dx in range(corners.shape[0]):
        for dy in range(corners.shape[1]):
            for dz in range(corners.shape[2]):
                corners[dx, dy, dz] = unit(seed, x0 + dx, y0 + dy, z0 + dz)
    out = np.empty((len(xs), len(ys), len(zs)), np.float32)
    for m in range(len(xs)):
        for q in range(len(ys)):
            for n in range(len(zs)):
                total = 0.0
                for dy in range(2):
                    west, east = corners[i[m], j[q] + dy], corners[i[m] + 1, j[q] + dy]
                    a, b, c, d = west[k[n]], east[k[n]], west[k[n] + 1], east[k[n] + 1]
                    low, high = a + us[m] * (b - a), c + us[m] * (d - c)
                    total += (ws[q] if dy else 1.0 - ws[q]) * (low + vs[n] * (high - low))
                out[m, q, n] = 2.0 * total - 1.0
    return out
