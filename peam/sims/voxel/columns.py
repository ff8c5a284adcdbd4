"""What the columns of a window hold: which cells are not air, how high they reach. Knows no block by name."""

from __future__ import annotations

from math import floor

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.voxel.bits import WORD, leading_zeros
from peam.sims.voxel.tables import HEIGHT

SIZE = 256
Columns = tuple[NDArray[np.uint8], NDArray[np.uint64]]


def new_columns() -> Columns:
    """Returns (tops, filled) of a window of air: (256, 256) uint8 and (256, 256, 2) uint64, see `World`."""
    return np.zeros((SIZE, SIZE), np.uint8), np.zeros((SIZE, SIZE, HEIGHT // WORD), np.uint64)


@njit(cache=True, nogil=True)
def read_chunk(
    blocks: NDArray[np.uint8], tops: NDArray[np.uint8], filled: NDArray[np.uint64], cx: int, cz: int
) -> None:
    """Fills in the columns of a chunk. Sixteen of them at a time: that is how the blocks lie in memory."""
    x, z = (cx * 16) & (SIZE - 1), (cz * 16) & (SIZE - 1)
    words = np.empty((2, 16), np.uint64)
    for i in range(x, x + 16):
        words[:] = 0
        for y in range(HEIGHT):
            bit = np.uint64(1) << np.uint64(y % WORD)
            for k in range(16):
                words[y // WORD, k] |= bit if blocks[i, y, z + k] else np.uint64(0)
        for k in range(16):
            low, high = words[0, k], words[1, k]
            filled[i, z + k, 0], filled[i, z + k, 1] = low, high
            tops[i, z + k] = HEIGHT - int(leading_zeros(high)) if high else WORD - int(leading_zeros(low))


def read_columns(blocks: NDArray[np.uint8], x: float, z: float, reach: float) -> Columns:
    """Returns (tops, filled), true of the chunks within reach of a column: for callers that keep none."""
    tops, filled = new_columns()
    for cx in range(floor(x - reach) // 16, floor(x + reach) // 16 + 1):
        for cz in range(floor(z - reach) // 16, floor(z + reach) // 16 + 1):
            read_chunk(blocks, tops, filled, cx, cz)
    return tops, filled


def write(tops: NDArray[np.uint8], filled: NDArray[np.uint64], x: int, y: int, z: int, block: int) -> None:
    """Notes that a cell of the window, x and z within it, now holds a block."""
    bit = np.uint64(1 << (y % WORD))
    words = filled[x, z]
    words[y // WORD] = words[y // WORD] | bit if block else words[y // WORD] & ~bit
    low, high = words.tolist()
    tops[x, z] = (high << WORD | low).bit_length()
