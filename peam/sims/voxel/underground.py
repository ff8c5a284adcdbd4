"""What lies below: caves and ore veins, carved into and strewn over one chunk. Knows nothing of the surface.

Caves follow noise on a lattice fixed in the world. A vein is decided in its home chunk, and drawn, clipped,
by each chunk that it touches.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.voxel.land import is_open
from peam.sims.voxel.noise import noise3, unit
from peam.sims.voxel.tables import HEIGHT, Ids, Shape, Tables


@njit(cache=True, nogil=True)
def _lattice(seed: int, x0: int, z0: int, levels: int, s: Shape) -> NDArray[np.float32]:
    """Returns cave noises at every 4th cell: (5, levels, 5, 3), on a lattice fixed in the world."""
    out = np.empty((5, levels, 5, 3), np.float32)
    for i in range(5):
        for j in range(levels):
            for k in range(5):
                x, y, z = float(x0 + 4 * i), 4.0 * j, float(z0 + 4 * k)
                a, b = s.tunnel_scale, s.cavern_scale
                out[i, j, k, 0] = noise3(seed + 444, x / a, y / (0.7 * a), z / a)
                out[i, j, k, 1] = noise3(seed + 555, x / a, y / (0.7 * a), z / a)
                out[i, j, k, 2] = noise3(seed + 666, x / b, y / (0.5 * b), z / b)
    return out


@njit(cache=True, nogil=True)
def _along_z(grid: NDArray[np.float32]) -> NDArray[np.float32]:
    """Interpolates a lattice to every cell of z: (5, levels, 16, 3)."""
    out = np.empty((5, grid.shape[1], 16, 3), np.float32)
    for i in range(5):
        for j in range(grid.shape[1]):
            for lz in range(16):
                k, fz = lz >> 2, np.float32((lz & 3) * 0.25)
                for n in range(3):
                    out[i, j, lz, n] = grid[i, j, k, n] + fz * (grid[i, j, k + 1, n] - grid[i, j, k, n])
    return out


@njit(cache=True, nogil=True)
def caves(
    chunk: NDArray[np.uint8], seed: int, x0: int, z0: int, heights: NDArray[np.int64], top: int, t: Tables
) -> None:
    """Carves tunnels (two noises near zero) and caverns (one noise high); lava fills the lowest."""
    s, ids = t.shape, t.ids
    grid = _along_z(_lattice(seed, x0, z0, top // 4 + 2, s))
    below, above = np.zeros(3, np.float32), np.empty(3, np.float32)
    for lx in range(16):
        i, fx = lx >> 2, np.float32((lx & 3) * 0.25)
        for lz in range(16):
            height = heights[lx, lz]
            roof = height - 5
            if height > s.sea and is_open(seed, x0 + lx, z0 + lz, s):
                roof = height
            for j in range(roof // 4 + 2):
                for n in range(3):
                    west, east = grid[i, j, lz, n], grid[i + 1, j, lz, n]
                    above[n] = west + fx * (east - west)
                if j > 0:
                    for q in range(4):
                        y = 4 * (j - 1) + q
                        if y < 5 or y > roof:
                            continue
                        fy = np.float32(q * 0.25)
                        a = below[0] + fy * (above[0] - below[0])
                        b = below[1] + fy * (above[1] - below[1])
                        c = below[2] + fy * (above[2] - below[2])
                        deep = y < roof - 8
                        if (abs(a) < s.tunnel and abs(b) < s.tunnel) or (deep and c > s.cavern):
                            chunk[lx, y, lz] = ids.lava if y <= s.lava else ids.air
                below, above = above, below


@njit(cache=True, nogil=True)
def _vein(
    chunk: NDArray[np.uint8],
    x0: int,
    z0: int,
    key: int,
    cx: int,
    cz: int,
    i: int,
    row: NDArray[np.int64],
    fatness: NDArray[np.float64],
    ids: Ids,
) -> None:
    """Draws one vein, clipped: balls strung on a segment of size/4 metres, fattest in the middle."""
    block, size, lowest, highest = row[0], row[2], max(1, row[3]), min(HEIGHT, row[4]) - 1
    low, span = float(row[3]), float(row[4] - row[3])
    rise = unit(key, cx, 8 * i, cz)
    if row[5]:
        rise = 0.5 * (rise + unit(key, cx, 8 * i + 7, cz))
    x = cx * 16 + 16.0 * unit(key, cx, 8 * i + 1, cz)
    y = np.floor(low + span * rise)
    z = cz * 16 + 16.0 * unit(key, cx, 8 * i + 2, cz)
    reach = size * 0.125 + size / 32.0 + 1.0
    if y > HEIGHT + reach or x + reach < x0 or x - reach > x0 + 16 or z + reach < z0 or z - reach > z0 + 16:
        return
    angle = np.pi * unit(key, cx, 8 * i + 3, cz)
    ax, az = np.sin(angle) * size * 0.125, np.cos(angle) * size * 0.125
    ay = (unit(key, cx, 8 * i + 4, cz) - 0.5) * 4.0
    balls = len(fatness)
    for n in range(balls):
        f = 2.0 * n / (balls - 1) - 1.0
        fat = 0.5 + 0.5 * unit(key + 13, cx, 64 * i + n, cz)
        r = fatness[n] * fat * size / 32.0 + 0.35
        bx, by, bz = x + ax * f, y + ay * f, z + az * f
        z_first, z_last = max(z0, int(np.floor(bz - r))), min(z0 + 15, int(np.floor(bz + r)))
        for px in range(max(x0, int(np.floor(bx - r))), min(x0 + 15, int(np.floor(bx + r))) + 1):
            ex = px + 0.5 - bx
            for pz in range(z_first, z_last + 1):
                ez = pz + 0.5 - bz
                left = r * r - ex * ex - ez * ez
                if left <= 0.0:
                    continue
                h = np.sqrt(left)
                first, last = int(np.ceil(by - h - 0.5)), int(np.floor(by + h - 0.5))
                for py in range(max(lowest, first), min(highest, last) + 1):
                    b = chunk[px - x0, py, pz - z0]
                    if b == ids.stone or b == ids.granite or b == ids.diorite or b == ids.andesite:
                        chunk[px - x0, py, pz - z0] = block


@njit(cache=True, nogil=True)
def _fatness(size: int) -> NDArray[np.float64]:
    """Returns how fat a vein's balls may be, 1 at its ends .. 2 in the middle."""
    balls = 4 + size // 4
    out = np.empty(balls)
    for n in range(balls):
        f = 2.0 * n / (balls - 1) - 1.0
        out[n] = np.cos(0.5 * np.pi * f) + 1.0
    return out


@njit(cache=True, nogil=True)
def ores(chunk: NDArray[np.uint8], seed: int, cx: int, cz: int, t: Tables) -> None:
    """Strews every vein that touches the chunk, in the file's order."""
    for kind in range(t.veins.shape[0]):
        row = t.veins[kind]
        fatness = _fatness(row[2])
        for dx in range(-1, 2):
            for dz in range(-1, 2):
                for i in range(row[1]):
                    _vein(
                        chunk,
                        cx * 16,
                        cz * 16,
                        seed + 2000 + 31 * kind,
                        cx + dx,
                        cz + dz,
                        i,
                        row,
                        fatness,
                        t.ids,
                    )
