"""Sky light and block light, 0..15, kept for the chunks that somebody asked about.

Rules (Minecraft Wiki "Light"): sky light is 15 straight down through clear blocks, and loses a level a step to any
other side; leaves, water and ice cost a level straight down too; opaque cubes stop it. Sources emit what blocks.json
says and lose a level a step. A chunk's levels are what its 3 x 3 chunks make them; a change of a block updates them
by the two-queue method: take away what came from the cell, then let flow back what the rest gives.

Knows nothing of time of day: `weather.darkness` says how much of the sky's light counts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.voxel.blocks import LIGHT, NAMES, OPAQUE, data

Chunk = tuple[int, int]
_HEIGHT = 128
_RING = 1 << 19  # entries of a queue; a power of two, more than the cells of 3 x 3 chunks
_MASK = _RING - 1
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
            if nx < 0 or nx > 47 or nz < 0 or nz > 47 or ny < 0 or ny >= _HEIGHT:
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
        for y in range(_HEIGHT):  # a row of z at a time: that is how the cells lie in memory
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
            for y in range(floors[lx, lz], min(high, _HEIGHT)):
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
            for y in range(_HEIGHT):
                level = (levels[i, y, k] >> shift) & 15
                if level > 1 and (levels[p, y, q] >> shift) & 15 < level - 1:
                    queue[tail & _MASK] = (lx << 13) | (y << 6) | lz
                    tail += 1
    return tail


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _shine(
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
        for y in range(_HEIGHT):
            for lz in range(16, 32):
                i, k = (x0 + lx) & 255, (z0 + lz) & 255
                glow = LIGHT[blocks[i, y, k]]
                if glow > 0:
                    levels[i, y, k] = (levels[i, y, k] & 240) | glow
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
            if nx < 0 or nx > 47 or nz < 0 or nz > 47 or ny < 0 or ny >= _HEIGHT:
                continue
            if not near[nx >> 4, nz >> 4]:
                continue
            i, k = (x0 + nx) & 255, (z0 + nz) & 255
            other = int((levels[i, ny, k] >> shift) & 15)
            if other == 0:
                continue
            packed = (nx << 13) | (ny << 6) | nz
            glow = int(LIGHT[blocks[i, ny, k]]) if shift == _BLOCK else 0
            if other < level or (shift == _SKY and f == 0 and level == 15 and other == 15):
                levels[i, ny, k] = (levels[i, ny, k] & keep) | (glow << shift)
                dark[end & _MASK] = (other << 19) | packed
                end += 1
                if glow == 0:
                    continue
            queue[tail & _MASK] = packed
            tail += 1
    return tail


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _change(
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
            own = max(0, 15 - int(COST[blocks[i, y, k]])) if y == _HEIGHT - 1 else 0
        if own > 0:
            levels[i, y, k] |= own << shift
            queue[tail & _MASK] = cell
            tail += 1
        _flow(blocks, levels, near, x0, z0, queue, tail, shift)


class Light:
    """The light of a window of blocks.

    Attributes:
        levels: (256, 128, 256) uint8, sky light * 16 + block light, indexed [x & 255, y, z & 255]; true where
            `ensure` was called since the chunk was loaded.
    """

    def __init__(
        self, blocks: NDArray[np.uint8], tops: NDArray[np.uint8], want: Callable[[Chunk], None]
    ) -> None:
        """Args: the window, its tops, and what loads a chunk into it."""
        self.levels: NDArray[np.uint8] = np.zeros_like(blocks)
        self._blocks, self._tops, self._want = blocks, tops, want
        self._lit: dict[Chunk, Chunk] = {}  # place in the window -> the lit chunk that is there
        self._ready: Chunk | None = None
        self._queue, self._dark = np.empty(_RING, np.int32), np.empty(_RING, np.int32)
        self._floors = np.empty((16, 16), np.int64)

    def at(self, x: int, y: int, z: int) -> tuple[int, int]:
        """Returns (sky light, block light) of a cell; full sky light above the world, none below."""
        if not 0 <= y < _HEIGHT:
            return (15, 0) if y > 0 else (0, 0)
        self.ensure((x >> 4, z >> 4))
        byte = int(self.levels[x & 255, y, z & 255])
        return byte >> 4, byte & 15

    def ensure(self, chunk: Chunk) -> None:
        """Makes a chunk's levels true: loads and lights the 3 x 3 chunks around it, where they are not."""
        if chunk == self._ready:
            return
        around = [(chunk[0] + dx, chunk[1] + dz) for dx in (-1, 0, 1) for dz in (-1, 0, 1)]
        for one in around:
            self._want(one)
        for one in around:
            self._light(one)
        self._ready = chunk

    def forget(self, slot: Chunk | None = None) -> None:
        """Notes that another chunk takes a place in the window; without a place, that all levels are void."""
        self._ready = None
        if slot is None:
            self._lit.clear()
        else:
            self._lit.pop(slot, None)

    def before(self, x: int, z: int) -> None:
        """Call before a block of a column changes: what it shines on must be known."""
        chunk = (x >> 4, z >> 4)
        if not self._is_lit(chunk) and self._near(chunk).any():
            self._light(chunk)

    def after(self, x: int, y: int, z: int) -> None:
        """Call after a block changed."""
        chunk = (x >> 4, z >> 4)
        if self._is_lit(chunk):
            x0, z0 = 16 * chunk[0] - 16, 16 * chunk[1] - 16
            _change(
                self._blocks,
                self.levels,
                self._near(chunk),
                x0,
                z0,
                x - x0,
                y,
                z - z0,
                self._dark,
                self._queue,
            )

    def _is_lit(self, chunk: Chunk) -> bool:
        return self._lit.get((chunk[0] & 15, chunk[1] & 15)) == chunk

    def _near(self, chunk: Chunk) -> NDArray[np.bool_]:
        """Returns which of the 3 x 3 chunks around one are lit."""
        return np.array(
            [[self._is_lit((chunk[0] + dx, chunk[1] + dz)) for dz in (-1, 0, 1)] for dx in (-1, 0, 1)]
        )

    def _light(self, chunk: Chunk) -> None:
        if self._is_lit(chunk):
            return
        self._lit[chunk[0] & 15, chunk[1] & 15] = chunk
        _shine(
            self._blocks,
            self.levels,
            self._tops,
            self._near(chunk),
            16 * chunk[0] - 16,
            16 * chunk[1] - 16,
            self._floors,
            self._queue,
        )
