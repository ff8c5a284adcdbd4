"""Ores and blobs of stone, strewn over one chunk: where, how many, how big. Knows nothing of the surface.

A vein is decided in its home chunk, and drawn, clipped, by each chunk that it touches.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.voxel.blocks import ID
from peam.sims.voxel.noise import mix, unit
from peam.sims.voxel.overworld.lie import biome_at
from peam.sims.voxel.overworld.numbers import HEIGHT, Numbers

_ROCK, _DEEP = 1, 2  # what veins run through, and take other forms in
_ROCKS: Final[NDArray[np.uint8]] = np.zeros(256, np.uint8)
_ROCKS[[ID[name] for name in ("stone", "granite", "diorite", "andesite")]] = _ROCK
_ROCKS[[ID[name] for name in ("deepslate", "tuff")]] = _DEEP
SEA, BOTTOM, KEPT = 63, -64, 62.0 / 127.0


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def fold(y: float) -> float:
    """Returns where the game's height y lies here: -64..63 on 1..63, from there on alike."""
    return y if y >= SEA else 1.0 + (y - BOTTOM) * KEPT


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def start(key: int, cx: int, cz: int, i: int, low: float, high: float, peaked: bool) -> float:
    """Returns the folded height at which try i of a chunk's veins of a kind starts, -1 for none.

    Half of the tries below the sea are not made: the folded rock is that much thinner.
    """
    rise = unit(key, cx, 8 * i, cz)
    if peaked:
        rise = 0.5 * (rise + unit(key, cx, 8 * i + 7, cz))
    y = np.floor(low + rise * (high - low + 1.0))
    if y < BOTTOM or (y < SEA and unit(key, cx, 8 * i + 6, cz) >= KEPT):
        return -1.0
    return fold(y)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _exposed(chunk: NDArray[np.uint8], lx: int, y: int, lz: int) -> bool:
    """Returns whether air lies beside a cell, as far as the chunk goes."""
    if chunk[lx, y - 1, lz] == 0 or chunk[lx, y + 1, lz] == 0:
        return True
    if (lx > 0 and chunk[lx - 1, y, lz] == 0) or (lx < 15 and chunk[lx + 1, y, lz] == 0):
        return True
    return bool((lz > 0 and chunk[lx, y, lz - 1] == 0) or (lz < 15 and chunk[lx, y, lz + 1] == 0))


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _ball(
    chunk: NDArray[np.uint8],
    bx: float,
    by: float,
    bz: float,
    r: float,
    key: int,
    block: int,
    deep: int,
    buried: float,
) -> None:
    """Fills a ball in the chunk's own coordinates, clipped; of its cells beside air a share is left out."""
    z_first, z_last = max(0, int(np.floor(bz - r))), min(15, int(np.floor(bz + r)))
    for px in range(max(0, int(np.floor(bx - r))), min(15, int(np.floor(bx + r))) + 1):
        ex = px + 0.5 - bx
        for py in range(max(1, int(np.floor(by - r))), min(HEIGHT - 2, int(np.floor(by + r))) + 1):
            ey = py + 0.5 - by
            left = r * r - ex * ex - ey * ey
            if left <= 0.0:
                continue
            for pz in range(z_first, z_last + 1):
                ez, was = pz + 0.5 - bz, chunk[px, py, pz]
                rock = _ROCKS[was]
                # One condition, not several: which cells lie within, of what, cannot be foreseen.
                taken = (ez * ez <= left) & (rock > 0) & (was != block) & (was != deep)
                if taken and buried > 0.0 and unit(key, px, py, pz) < buried:
                    taken = not _exposed(chunk, px, py, pz)
                chunk[px, py, pz] = (deep if rock == _DEEP else block) if taken else was


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _vein(
    chunk: NDArray[np.uint8],
    x: float,
    y: float,
    z: float,
    key: int,
    cx: int,
    cz: int,
    i: int,
    kind: int,
    n: Numbers,
) -> None:
    """Draws one vein from (x, y, z) of the chunk, clipped: balls on a segment, fattest in the middle."""
    size = n.spans[kind, 1]
    angle = np.pi * unit(key, cx, 8 * i + 3, cz)
    ax, az = np.sin(angle) * size * 0.125, np.cos(angle) * size * 0.125
    ay = (unit(key, cx, 8 * i + 4, cz) - 0.5) * 4.0
    balls = 4 + int(size) // 4
    block, deep, buried = n.veins[kind, 0], n.veins[kind, 1], n.spans[kind, 5]
    salt = int(mix(key, cx, i, cz) >> np.uint64(8))
    for b in range(balls):
        f = 2.0 * b / (balls - 1) - 1.0
        r = n.fatness[kind, b] * (0.5 + 0.5 * unit(key + 13, cx, 64 * i + b, cz)) * size / 32.0 + 0.35
        bx, bz = x + ax * f, z + az * f
        if -r < bx < 16.0 + r and -r < bz < 16.0 + r:
            _ball(chunk, bx, y + ay * f, bz, r, salt, block, deep, buried)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _tries(
    chunk: NDArray[np.uint8],
    seed: int,
    cx: int,
    cz: int,
    hx: int,
    hz: int,
    kind: int,
    grid: NDArray[np.float64],
    n: Numbers,
) -> None:
    """Draws the veins of one kind that have their home in chunk (hx, hz), as far as they touch (cx, cz)."""
    key, size, only = seed + 2000 + 31 * kind, n.spans[kind, 1], n.veins[kind, 3]
    low, high, peaked = n.spans[kind, 2], n.spans[kind, 3], n.spans[kind, 4] > 0.0
    reach = size * 0.125 + size / 16.0 + 0.5
    tries = n.veins[kind, 2] + (unit(key + 19, hx, 0, hz) < n.spans[kind, 0])
    for i in range(tries):
        x = (hx - cx) * 16 + 16.0 * unit(key, hx, 8 * i + 1, hz)
        if x + reach < 0.0 or x - reach > 16.0:
            continue
        z = (hz - cz) * 16 + 16.0 * unit(key, hx, 8 * i + 2, hz)
        if z + reach < 0.0 or z - reach > 16.0:
            continue
        y = start(key, hx, hz, i, low, high, peaked)
        if y < 0.0 or y > HEIGHT + reach:
            continue
        if only >= 0:
            px, pz = int(np.floor(x)), int(np.floor(z))
            if biome_at(seed, cx * 16 + px, cz * 16 + pz, grid, px + 4, pz + 4, n) != only:
                continue
        _vein(chunk, x, y, z, key, hx, hz, i, kind, n)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def ores(
    chunk: NDArray[np.uint8], seed: int, cx: int, cz: int, grid: NDArray[np.float64], n: Numbers
) -> None:
    """Strews every vein that touches the chunk, in the file's order."""
    for kind in range(n.veins.shape[0]):
        for dx in range(-1, 2):
            for dz in range(-1, 2):
                _tries(chunk, seed, cx, cz, cx + dx, cz + dz, kind, grid, n)
