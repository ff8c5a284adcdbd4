"""Sky light and block light, 0..15, kept for the chunks that somebody asked about.

Rules (Minecraft Wiki "Light"): sky light is 15 straight down through clear blocks, and loses a level a step
to any other side; leaves, water and ice cost a level straight down too; opaque cubes stop it. Sources emit
what blocks.json says and lose a level a step. A chunk's levels are what its 3 x 3 chunks make them; a change
of a block updates them by the two-queue method: take away what came from the cell, then let flow back what
the rest gives.

Knows nothing of time of day: `weather.shade` says how much of the sky's light counts.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.voxel import windows
from peam.sims.voxel.flood import HEIGHT, RING, change, shine

Chunk = tuple[int, int]


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def glow(byte: int, lacks: float) -> float:
    """Returns the brightness, 0..1, of a cell of `Light.levels` when the sky lacks some levels.

    The curve is the game's (Wiki "Light", "Brightness"): with l the light's share of 15, l / (4 - 3 l).
    """
    share = max(byte & 15, (byte >> 4) - lacks) / 15.0
    return share / (4.0 - 3.0 * share)


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
        self.levels: NDArray[np.uint8] = windows.take()
        self._blocks, self._tops, self._want = blocks, tops, want
        self._lit: dict[Chunk, Chunk] = {}  # place in the window -> the lit chunk that is there
        self._ready: Chunk | None = None
        self._around: tuple[Chunk, int] | None = None
        self._queue, self._dark = np.empty(RING, np.int32), np.empty(RING, np.int32)
        self._floors = np.empty((16, 16), np.int64)

    def __del__(self) -> None:
        windows.give(vars(self), "levels")

    def at(self, x: int, y: int, z: int) -> tuple[int, int]:
        """Returns (sky light, block light) of a cell; full sky light above the world, none below."""
        if not 0 <= y < HEIGHT:
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

    def around(self, chunk: Chunk, rings: int) -> None:
        """Makes the levels true of a chunk and `rings` rings of chunks about it; costs little again."""
        if (chunk, rings) == self._around:
            return
        wide = range(-rings - 1, rings + 2)
        near = [(chunk[0] + dx, chunk[1] + dz) for dx in wide for dz in wide]
        for one in near:
            self._want(one)
        for one in near:
            self._light(one)
        self._around = (chunk, rings)

    def forget(self, slot: Chunk | None = None) -> None:
        """Notes that another chunk takes a place in the window; without a place, that all levels are void."""
        self._ready = self._around = None
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
            change(
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
        lit, near = self._lit, np.zeros((3, 3), np.bool_)
        for i in range(3):
            for k in range(3):
                x, z = chunk[0] + i - 1, chunk[1] + k - 1
                near[i, k] = lit.get((x & 15, z & 15)) == (x, z)
        return near

    def _light(self, chunk: Chunk) -> None:
        if self._is_lit(chunk):
            return
        self._lit[chunk[0] & 15, chunk[1] & 15] = chunk
        shine(
            self._blocks,
            self.levels,
            self._tops,
            self._near(chunk),
            16 * chunk[0] - 16,
            16 * chunk[1] - 16,
            self._floors,
            self._queue,
        )
