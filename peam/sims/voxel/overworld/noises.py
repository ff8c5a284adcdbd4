"""Gradient noise for the overworld, compiled with numba. Knows no blocks and no world.

Every function is a pure function of its arguments, so a chunk comes out alike in any order of generation.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.voxel.noise import cells_of, fade, mix

_STEP = 2.0**-15
_DEVIATION2 = 0.1765  # of the raw sums, measured over 100,000 random points; the noises are divided by them
_DEVIATION3 = 0.1916


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False, inline="always")
def _share(h: np.uint64, first: int) -> float:
    """Returns one of a hash's slopes, -1..1, from its 16 bits that begin at `first`."""
    return np.float64(np.int64((h >> np.uint64(first)) & np.uint64(0xFFFF))) * _STEP - 1.0


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _slope2(h: np.uint64, x: float, z: float) -> float:
    return _share(h, 0) * x + _share(h, 16) * z


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def wave2(seed: int, x: float, z: float) -> float:
    """Returns gradient noise of mean 0 and deviation 1, lattice spacing 1."""
    ix, iz = math.floor(x), math.floor(z)
    fx, fz = x - ix, z - iz
    u, v = fade(fx), fade(fz)
    a, b = _slope2(mix(seed, ix, 0, iz), fx, fz), _slope2(mix(seed, ix + 1, 0, iz), fx - 1.0, fz)
    c, d = (
        _slope2(mix(seed, ix, 0, iz + 1), fx, fz - 1.0),
        _slope2(mix(seed, ix + 1, 0, iz + 1), fx - 1.0, fz - 1.0),
    )
    low, high = a + u * (b - a), c + u * (d - c)
    return (low + v * (high - low)) / _DEVIATION2


@njit(cache=True, nogil=True, error_model="numpy")
def waves2(seed: int, xs: NDArray[np.float64], zs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns `wave2` at every (x, z), to the bit; each axis ascends. A cell's corners are hashed once."""
    x0, z0 = math.floor(xs[0]), math.floor(zs[0])
    (ix, px, us), (iz, pz, vs) = cells_of(xs), cells_of(zs)
    gx, gz = np.empty((ix[-1] + 2, iz[-1] + 2)), np.empty((ix[-1] + 2, iz[-1] + 2))
    for i in range(gx.shape[0]):
        for k in range(gx.shape[1]):
            h = mix(seed, x0 + i, 0, z0 + k)
            gx[i, k], gz[i, k] = _share(h, 0), _share(h, 16)
    out = np.empty((len(xs), len(zs)))
    for m in range(len(xs)):
        i, fx, u = ix[m], px[m], us[m]
        for n in range(len(zs)):
            k, fz = iz[n], pz[n]
            a = gx[i, k] * fx + gz[i, k] * fz
            b = gx[i + 1, k] * (fx - 1.0) + gz[i + 1, k] * fz
            c = gx[i, k + 1] * fx + gz[i, k + 1] * (fz - 1.0)
            d = gx[i + 1, k + 1] * (fx - 1.0) + gz[i + 1, k + 1] * (fz - 1.0)
            low, high = a + u * (b - a), c + u * (d - c)
            out[m, n] = (low + vs[n] * (high - low)) / _DEVIATION2
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def waves3(
    seed: int, xs: NDArray[np.float64], ys: NDArray[np.float64], zs: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Returns gradient noise as of `wave2`, of three dimensions, at every (x, y, z); each axis ascends.

    (len(xs), len(ys), len(zs)) float32. A cell's corners are hashed once.
    """
    x0, y0, z0 = math.floor(xs[0]), math.floor(ys[0]), math.floor(zs[0])
    (ix, px, us), (iy, py, ws), (iz, pz, vs) = cells_of(xs), cells_of(ys), cells_of(zs)
    slopes = np.empty((ix[-1] + 2, iz[-1] + 2, iy[-1] + 2, 3))
    for i in range(slopes.shape[0]):
        for k in range(slopes.shape[1]):
            for j in range(slopes.shape[2]):
                h = mix(seed, x0 + i, y0 + j, z0 + k)
                slopes[i, k, j, 0], slopes[i, k, j, 1] = _share(h, 0), _share(h, 16)
                slopes[i, k, j, 2] = _share(h, 32)
    out = np.empty((len(xs), len(ys), len(zs)), np.float32)
    flat = np.empty((slopes.shape[2], 4))  # what a corner's slopes along x and z give, by its level
    for m in range(len(xs)):
        fx, u = px[m], us[m]
        for n in range(len(zs)):
            fz, v = pz[n], vs[n]
            a, b = slopes[ix[m], iz[n]], slopes[ix[m] + 1, iz[n]]
            c, d = slopes[ix[m], iz[n] + 1], slopes[ix[m] + 1, iz[n] + 1]
            for j in range(len(flat)):
                flat[j, 0], flat[j, 1] = a[j, 0] * fx + a[j, 1] * fz, b[j, 0] * (fx - 1.0) + b[j, 1] * fz
                flat[j, 2] = c[j, 0] * fx + c[j, 1] * (fz - 1.0)
                flat[j, 3] = d[j, 0] * (fx - 1.0) + d[j, 1] * (fz - 1.0)
            for q in range(len(ys)):
                total = 0.0
                for dy in range(2):
                    j, ey, wy = iy[q] + dy, py[q] - dy, ws[q] if dy else 1.0 - ws[q]
                    at, bt = flat[j, 0] + a[j, 2] * ey, flat[j, 1] + b[j, 2] * ey
                    ct, dt = flat[j, 2] + c[j, 2] * ey, flat[j, 3] + d[j, 2] * ey
                    low, high = at + u * (bt - at), ct + u * (dt - ct)
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
