"""Light as it floods 3 x 3 chunks of a window of blocks, compiled with numba. Knows no worlds.

A cell's place in the 48 x 48 columns is packed with its height into one number of a queue. The flags `near`
say which of the 3 x 3 chunks are lit: light goes nowhere else.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.voxel.blocks import LIGHT, NAMES, OPAQUE, data

HEIGHT = 128
RING = 1 << 19  # entries of a queue; a power of two, more than the cells of 3 x 3 chunks
_MASK = RING - 1
_SKY, _BLOCK = 4, 0  # shifts of the two levels in a byte
_FULL = np.uint8(15 << 4)
_DX = np.array([0, 0, 1, -1, 0, 0])
_DY = np.array([-1, 1, 0, 0, 0, 0])  # down first: the sky's own way
_DZ = np.array([0, 0, 0, 0, 1, -1])


def _costs() -> NDArray[np.uint8]:
    """Returns what entering each block costs sky light that falls straight down: 0, 1, or 15 for opaque."""
    dims = set(data("light.yaml")["dims"])
    out = np.where(OPAQUE, 15, 0).astype(np.uint8)
    for index, name in enumerate(NAMES):
        if name in dims or name.endswith("_leaves"):
            out[index] = 1
    out.setflags(write=False)
    return out


COST: Final = _costs()


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _flow(
    blocks: NDArray[np.uint8],
    levels: NDArray[np.uint8],
    near: NDArray[np.bool_],
    x0: int,
    z0: int,
    queue: NDArray[np.int32],
    tail: int,
    shift: int,
) -> None:
    """Lets light flow on from the queue's first `tail` cells through the 3 x 3 chunks from (x0, z0)."""
    head = 0
    keep = 15 << (4 - shift)
    while head != tail:
        cell = queue[head & _MASK]
        head += 1
        lx, y, lz = cell >> 13, (cell >> 6) & 127, cell & 63
        level = (levels[(x0 + lx) & 255, y, (z0 + lz) & 255] >> shift) & 15
        for f in range(6):
            nx, ny, nz = lx + _DX[f], y + _DY[f], lz + _DZ[f]
            if nx < 0 or nx > 47 or nz < 0 or nz > 47 or ny < 0 or ny >= HEIGHT:
                continue
            if not near[nx >> 4, nz >> 4]:
                continue
            i, k = (x0 + nx) & 255, (z0 + nz) & 255
            cost = COST[blocks[i, ny, k]]
            straight = shift == _SKY and f == 0 and level == 15 and cost == 0
            new = level if straight else level - max(1, cost)
            if new > (levels[i, ny, k] >> shift) & 15:
                levels[i, ny, k] = (levels[i, ny, k] & keep) | (new << shift)
                queue[tail & _MASK] = (nx << 13) | (ny << 6) | nz
                tail += 1


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _sky_columns(
    blocks: NDArray[np.uint8],
    levels: NDArray[np.uint8],
    tops: NDArray[np.uint8],
    floors: NDArray[np.int64],
    x: int,
    z: int,
) -> None:
    """Gives a chunk at (x, z) the sky's light straight down; `floors`: the lowest cell that has it all."""
    for lx in range(16):
        for lz in range(16):
            i, k = (x + lx) & 255, (z + lz) & 255
            y = int(tops[i, k])
            while y > 0 and COST[blocks[i, y - 1, k]] == 0:
                y -= 1
            floors[lx, lz] = y
        for y in range(HEIGHT):  # a row of z at a time: that is how the cells lie in memory
            for lz in range(16):
                levels[(x + lx) & 255, y, (z + lz) & 255] = _FULL if y >= floors[lx, lz] else 0


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _sky_seeds(
    tops: NDArray[np.uint8],
    near: NDArray[np.bool_],
    floors: NDArray[np.int64],
    x0: int,
    z0: int,
    queue: NDArray[np.int32],
) -> int:
    """Queues the cells in full sky light that have darker ones below or beside them; returns how many."""
    tail = 0
    for lx in range(16):
        for lz in range(16):
            high = floors[lx, lz] + 1
            for f in range(2, 6):
                nx, nz = lx + _DX[f], lz + _DZ[f]
                if 0 <= nx <= 15 and 0 <= nz <= 15:
                    high = max(high, floors[nx, nz])
                elif near[(nx + 16) >> 4, (nz + 16) >> 4]:
                    high = max(high, int(tops[(x0 + 16 + nx) & 255, (z0 + 16 + nz) & 255]))
            for y in range(floors[lx, lz], min(high, HEIGHT)):
                queue[tail & _MASK] = ((lx + 16) << 13) | (y << 6) | (lz + 16)
                tail += 1
    return tail


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _from_sides(
    levels: NDArray[np.uint8],
    near: NDArray[np.bool_],
    x0: int,
    z0: int,
    queue: NDArray[np.int32],
    tail: int,
    shift: int,
) -> int:
    """Queues the lit neighbours' cells that shine into the middle chunk; returns the queue's new length."""
    for f in range(2, 6):
        if not near[1 + _DX[f], 1 + _DZ[f]]:
            continue
        for s in range(16):
            lx = s + 16 if _DX[f] == 0 else (32 if _DX[f] > 0 else 15)
            lz = s + 16 if _DZ[f] == 0 else (32 if _DZ[f] > 0 else 15)
            i, k = (x0 + lx) & 255, (z0 + lz) & 255
            p, q = (x0 + lx - _DX[f]) & 255, (z0 + lz - _DZ[f]) & 255
            for y in range(HEIGHT):
                level = (levels[i, y, k] >> shift) & 15
                if level > 1 and (levels[p, y, q] >> shift) & 15 < level - 1:
                    queue[tail & _MASK] = (lx << 13) | (y << 6) | lz
                    tail += 1
    return tail


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def shine(
    blocks: NDArray[np.uint8],
    levels: NDArray[np.uint8],
    tops: NDArray[np.uint8],
    near: NDArray[np.bool_],
    x0: int,
    z0: int,
    floors: NDArray[np.int64],
    queue: NDArray[np.int32],
) -> None:
    """Lights the middle of the 3 x 3 chunks from (x0, z0), and what it lights in its lit neighbours."""
    _sky_columns(blocks, levels, tops, floors, x0 + 16, z0 + 16)
    tail = _sky_seeds(tops, near, floors, x0, z0, queue)
    tail = _from_sides(levels, near, x0, z0, queue, tail, _SKY)
    _flow(blocks, levels, near, x0, z0, queue, tail, _SKY)
    tail = 0
    for lx in range(16, 32):
        for y in range(HEIGHT):
            for lz in range(16, 32):
                i, k = (x0 + lx) & 255, (z0 + lz) & 255
                own = LIGHT[blocks[i, y, k]]
                if own > 0:
                    levels[i, y, k] = (levels[i, y, k] & 240) | own
                    queue[tail & _MASK] = (lx << 13) | (y << 6) | lz
                    tail += 1
    tail = _from_sides(levels, near, x0, z0, queue, tail, _BLOCK)
    _flow(blocks, levels, near, x0, z0, queue, tail, _BLOCK)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _take(
    blocks: NDArray[np.uint8],
    levels: NDArray[np.uint8],
    near: NDArray[np.bool_],
    x0: int,
    z0: int,
    cell: int,
    dark: NDArray[np.int32],
    queue: NDArray[np.int32],
    shift: int,
) -> int:
    """Takes away a cell's light and all that came from it; queues what borders on it, returns how many."""
    keep = 15 << (4 - shift)
    lx, y, lz = cell >> 13, (cell >> 6) & 127, cell & 63
    i, k = (x0 + lx) & 255, (z0 + lz) & 255
    head, end, tail = 0, 1, 0
    dark[0] = (int((levels[i, y, k] >> shift) & 15) << 19) | cell
    levels[i, y, k] &= keep
    while head != end:
        entry = dark[head & _MASK]
        head += 1
        level, lx, y, lz = entry >> 19, (entry >> 13) & 63, (entry >> 6) & 127, entry & 63
        for f in range(6):
            nx, ny, nz = lx + _DX[f], y + _DY[f], lz + _DZ[f]
            if nx < 0 or nx > 47 or nz < 0 or nz > 47 or ny < 0 or ny >= HEIGHT:
                continue
            if not near[nx >> 4, nz >> 4]:
                continue
            i, k = (x0 + nx) & 255, (z0 + nz) & 255
            other = int((levels[i, ny, k] >> shift) & 15)
            if other == 0:
                continue
            packed = (nx << 13) | (ny << 6) | nz
            own = int(LIGHT[blocks[i, ny, k]]) if shift == _BLOCK else 0
            if other < level or (shift == _SKY and f == 0 and level == 15 and other == 15):
                levels[i, ny, k] = (levels[i, ny, k] & keep) | (own << shift)
                dark[end & _MASK] = (other << 19) | packed
                end += 1
                if own == 0:
                    continue
            queue[tail & _MASK] = packed
            tail += 1
    return tail


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def change(
    blocks: NDArray[np.uint8],
    levels: NDArray[np.uint8],
    near: NDArray[np.bool_],
    x0: int,
    z0: int,
    lx: int,
    y: int,
    lz: int,
    dark: NDArray[np.int32],
    queue: NDArray[np.int32],
) -> None:
    """Updates both lights after the block at (lx, y, lz) of the 3 x 3 chunks changed."""
    i, k = (x0 + lx) & 255, (z0 + lz) & 255
    cell = (lx << 13) | (y << 6) | lz
    for shift in (_SKY, _BLOCK):
        tail = _take(blocks, levels, near, x0, z0, cell, dark, queue, shift)
        own = int(LIGHT[blocks[i, y, k]])
        if shift == _SKY:
            own = max(0, 15 - int(COST[blocks[i, y, k]])) if y == HEIGHT - 1 else 0
        if own > 0:
            levels[i, y, k] |= own << shift
            queue[tail & _MASK] = cell
            tail += 1
        _flow(blocks, levels, near, x0, z0, queue, tail, shift)
