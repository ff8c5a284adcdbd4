"""What lies below: caves and ore veins, carved into and strewn over one chunk. Knows nothing of the surface.

Caves follow noise on a lattice fixed in the world. A vein is decided in its home chunk, and drawn, clipped,
by each chunk that it touches.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.voxel.noise import lattice3, patch2, unit
from peam.sims.voxel.tables import HEIGHT, Shape, Tables


@njit(cache=True, nogil=True)
def _lattice(seed: int, x0: int, z0: int, levels: int, s: Shape) -> NDArray[np.float32]:
    """Returns three cave noises at every 4th cell: (3, 5, levels, 5), on a lattice fixed in the world."""
    out = np.empty((3, 5, levels, 5), np.float32)
    steps, rises = 4.0 * np.arange(5), 4.0 * np.arange(levels)
    a, b = s.tunnel_scale, s.cavern_scale
    out[0] = lattice3(seed + 444, (x0 + steps) / a, rises / (0.7 * a), (z0 + steps) / a)
    out[1] = lattice3(seed + 555, (x0 + steps) / a, rises / (0.7 * a), (z0 + steps) / a)
    out[2] = lattice3(seed + 666, (x0 + steps) / b, rises / (0.5 * b), (z0 + steps) / b)
    return out


@njit(cache=True, nogil=True)
def _along_z(grid: NDArray[np.float32]) -> NDArray[np.float32]:
    """Interpolates a lattice to every cell of z: (3, 5, levels, 16)."""
    out = np.empty((3, 5, grid.shape[2], 16), np.float32)
    for n in range(3):
        for i in range(5):
            for j in range(grid.shape[2]):
                for lz in range(16):
                    k, fz = lz >> 2, np.float32((lz & 3) * 0.25)
                    out[n, i, j, lz] = grid[n, i, j, k] + fz * (grid[n, i, j, k + 1] - grid[n, i, j, k])
    return out


@njit(cache=True, nogil=True)
def _roofs(seed: int, x0: int, z0: int, heights: NDArray[np.int64], s: Shape) -> NDArray[np.int64]:
    """Returns the highest cell that may be carved, a column: 5 under the ground, or the ground where open."""
    out = heights - 5
    opening = patch2(seed + 606, x0, z0, s.opening_scale, 1)
    for lx in range(16):
        for lz in range(16):
            if heights[lx, lz] > s.sea and opening[lx, lz] > s.opening:
                out[lx, lz] = heights[lx, lz]
    return out


@njit(cache=True, nogil=True)
def caves(
    chunk: NDArray[np.uint8], seed: int, x0: int, z0: int, heights: NDArray[np.int64], top: int, t: Tables
) -> None:
    """Carves tunnels (two noises near zero) and caverns (one noise high); lava fills the lowest.

    The innermost loops run along z and do not branch, so that the compiler handles many cells at a time.
    """
    s, ids = t.shape, t.ids
    grid = _along_z(_lattice(seed, x0, z0, top // 4 + 2, s))
    roofs = _roofs(seed, x0, z0, heights, s)
    below, above = np.zeros((3, 16), np.float32), np.empty((3, 16), np.float32)
    for lx in range(16):
        i, fx, roof = lx >> 2, np.float32((lx & 3) * 0.25), roofs[lx]
        for j in range(roof.max() // 4 + 2):
            for n in range(3):
                for lz in range(16):
                    west, east = grid[n, i, j, lz], grid[n, i + 1, j, lz]
                    above[n, lz] = west + fx * (east - west)
            for y in range(max(5, 4 * (j - 1)), 4 * j):
                fill, fy = (ids.lava if y <= s.lava else ids.air), np.float32((y & 3) * 0.25)
                for lz in range(16):
                    a = below[0, lz] + fy * (above[0, lz] - below[0, lz])
                    b = below[1, lz] + fy * (above[1, lz] - below[1, lz])
                    c = below[2, lz] + fy * (above[2, lz] - below[2, lz])
                    tunnel = (abs(a) < s.tunnel) & (abs(b) < s.tunnel)
                    hollow = tunnel | ((y < roof[lz] - 8) & (c > s.cavern))
                    chunk[lx, y, lz] = fill if hollow & (y <= roof[lz]) else chunk[lx, y, lz]
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
    string: NDArray[np.float64],
    rock: NDArray[np.bool_],
) -> None:
    """Draws one vein, clipped: balls strung on a segment of size/4 metres, fattest in the middle.

    `string` is scratch, `rock` says which blocks a vein replaces.
    """
    block, size, lowest, highest = row[0], row[2], max(1, row[3]), min(HEIGHT, row[4]) - 1
    low, span = float(row[3]), float(row[4] - row[3])
    reach = size * 0.125 + size / 32.0 + 1.0
    x = cx * 16 + 16.0 * unit(key, cx, 8 * i + 1, cz)
    if x + reach < x0 or x - reach > x0 + 16:
        return
    z = cz * 16 + 16.0 * unit(key, cx, 8 * i + 2, cz)
    if z + reach < z0 or z - reach > z0 + 16:
        return
    rise = unit(key, cx, 8 * i, cz)
    if row[5]:
        rise = 0.5 * (rise + unit(key, cx, 8 * i + 7, cz))
    y = np.floor(low + span * rise)
    if y > HEIGHT + reach:
        return
    angle = np.pi * unit(key, cx, 8 * i + 3, cz)
    ax, az = np.sin(angle) * size * 0.125, np.cos(angle) * size * 0.125
    ay = (unit(key, cx, 8 * i + 4, cz) - 0.5) * 4.0
    balls = len(fatness)
    for n in range(balls):
        f = 2.0 * n / (balls - 1) - 1.0
        fat = 0.5 + 0.5 * unit(key + 13, cx, 64 * i + n, cz)
        string[0, n], string[1, n], string[2, n] = x + ax * f, y + ay * f, z + az * f
        string[3, n] = fatness[n] * fat * size / 32.0 + 0.35
    _fill(chunk, x0, z0, string, block, lowest, highest, rock)


@njit(cache=True, nogil=True)
def _fill(
    chunk: NDArray[np.uint8],
    x0: int,
    z0: int,
    string: NDArray[np.float64],
    block: int,
    lowest: int,
    highest: int,
    rock: NDArray[np.bool_],
) -> None:
    """Turns what is rock inside a string of balls, rows x, y, z, radius, into a block.

    Each column collects the balls' cells as bits, from the lowest ball's bottom up: no branches, and a cell
    in several balls is written once. A string may be 60 metres high.
    """
    x_first, x_last, z_first, z_last, base = x0 + 16, x0 - 1, z0 + 16, z0 - 1, HEIGHT
    for n in range(string.shape[1]):
        x, y, z, r = string[0, n], string[1, n], string[2, n], string[3, n]
        x_first, x_last = min(x_first, int(np.floor(x - r))), max(x_last, int(np.floor(x + r)))
        z_first, z_last = min(z_first, int(np.floor(z - r))), max(z_last, int(np.floor(z + r)))
        base = min(base, int(np.floor(y - r)) - 1)
    for px in range(max(x0, x_first), min(x0 + 15, x_last) + 1):
        for pz in range(max(z0, z_first), min(z0 + 15, z_last) + 1):
            cells = 0
            for n in range(string.shape[1]):
                ex, y, ez, r = px + 0.5 - string[0, n], string[1, n], pz + 0.5 - string[2, n], string[3, n]
                left = r * r - ex * ex - ez * ez
                h = np.sqrt(max(left, 0.0))
                first, last = int(np.ceil(y - h - 0.5)), int(np.floor(y + h - 0.5))
                inside = (2 << (last - base)) - (1 << (first - base))
                cells |= inside if (left > 0.0) & (last >= first) else 0
            py = base
            while cells:
                if cells & 1 and lowest <= py <= highest:
                    old = chunk[px - x0, py, pz - z0]
                    chunk[px - x0, py, pz - z0] = block if rock[old] else old
                cells >>= 1
                py += 1


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
    rock = np.zeros(256, np.bool_)
    for block in (t.ids.stone, t.ids.granite, t.ids.diorite, t.ids.andesite):
        rock[block] = True
    for kind in range(t.veins.shape[0]):
        row = t.veins[kind]
        fatness = _fatness(row[2])
        string = np.empty((4, len(fatness)), np.float64)
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
                        string,
                        rock,
                    )
