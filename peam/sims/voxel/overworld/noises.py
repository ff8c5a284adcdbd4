"""Gradient noise for the overworld, compiled with numba. Knows no blocks and no world.

Every function is a pure function of its arguments, so a chunk comes out alike in any order of generation.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

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


@njit(cache=True, nogil=True, error_model="numpy")
def _places(points: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Returns each point's cell, counted from the first, and its place there, plain and faded, (n, 2)."""
    cells, places = np.empty(len(points), np.int64), np.empty((len(points), 2))
    first = math.floor(points[0])
    for i, at in enumerate(points):
        cell = math.floor(at)
        cells[i], places[i, 0] = cell - first, at - cell
        places[i, 1] = _fade(places[i, 0])
    return cells, places


@njit(cache=True, nogil=True, error_model="numpy")
def waves2(seed: int, xs: NDArray[np.float64], zs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns `wave2` at every (x, z), to the bit; each axis ascends. A cell's corners are hashed once."""
    x0, z0 = math.floor(xs[0]), math.floor(zs[0])
    (ix, px), (iz, pz) = _places(xs), _places(zs)
    corners = np.empty((ix[-1] + 2, iz[-1] + 2), np.uint64)
    for i in range(corners.shape[0]):
        for k in range(corners.shape[1]):
            corners[i, k] = mix(seed, x0 + i, 0, z0 + k)
    out = np.empty((len(xs), len(zs)))
    for m in range(len(xs)):
        west, east, fx, u = corners[ix[m]], corners[ix[m] + 1], px[m, 0], px[m, 1]
        for n in range(len(zs)):
            k, fz = iz[n], pz[n, 0]
            a, b = _slope2(west[k], fx, fz), _slope2(east[k], fx - 1.0, fz)
            c, d = _slope2(west[k + 1], fx, fz - 1.0), _slope2(east[k + 1], fx - 1.0, fz - 1.0)
            low, high = a + u * (b - a), c + u * (d - c)
            out[m, n] = (low + pz[n, 1] * (high - low)) / _DEVIATION2
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def waves3(
    seed: int, xs: NDArray[np.float64], ys: NDArray[np.float64], zs: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Returns `wave3` at every (x, y, z), (len(xs), len(ys), len(zs)) float32; see `waves2`."""
    x0, y0, z0 = math.floor(xs[0]), math.floor(ys[0]), math.floor(zs[0])
    (ix, px), (iy, py), (iz, pz) = _places(xs), _places(ys), _places(zs)
    corners = np.empty((ix[-1] + 2, iy[-1] + 2, iz[-1] + 2), np.uint64)
    for i in range(corners.shape[0]):
        for j in range(corners.shape[1]):
            for k in range(corners.shape[2]):
                corners[i, j, k] = mix(seed, x0 + i, y0 + j, z0 + k)
    out = np.empty((len(xs), len(ys), len(zs)), np.float32)
    for m in range(len(xs)):
        fx, u = px[m, 0], px[m, 1]
        for q in range(len(ys)):
            for n in range(len(zs)):
                k, fz, v, total = iz[n], pz[n, 0], pz[n, 1], 0.0
                for dy in range(2):
                    ey, wy = py[q, 0] - dy, py[q, 1] if dy else 1.0 - py[q, 1]
                    west, east = corners[ix[m], iy[q] + dy], corners[ix[m] + 1, iy[q] + dy]
                    a, b = _slope3(west[k], fx, ey, fz), _slope3(east[k], fx - 1.0, ey, fz)
                    c, d = (
                        _slope3(west[k + 1], fx, ey, fz - 1.0),
                        _slope3(east[k + 1], fx - 1.0, ey, fz - 1.0),
                    )
                    low, high = a + u * (b - a), c + u * (d - c)
                    total += wy * (low + v * (high - low))
                out[m, q, n] = total / _DEVIATION3
    return out


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
