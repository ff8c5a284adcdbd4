"""Open air: how far a ray may go over every column's top, so that nobody need walk it. Knows no block.

For an eye, the horizon map holds for each of 256 directions the slope that clears everything up to each
metre; it is filled as rays ask for it.
"""

from __future__ import annotations

import threading
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

RANGE = 48  # metres of the horizon map
SECTORS = 256  # its directions
CLOSE = 14  # metres in which it is exact


class Air(NamedTuple):
    """What one picture's rays know of open air, see `rays.clear`."""

    tops: NDArray[np.uint8]
    horizon: NDArray[np.float32]
    wide: NDArray[np.uint8]
    roof: int


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def spread(
    tops: NDArray[np.uint8],
    x: float,
    rows: NDArray[np.uint8],
    out: NDArray[np.uint8],
    horizon: NDArray[np.float32],
) -> int:
    """Fills `out`, within `RANGE` of x, with the greatest top of 3x3 columns; returns the greatest of all.

    Written with conditional expressions on bytes, not `max`, so that the compiler handles 32 columns at a
    time; `rows` is scratch. Empties the horizon map.
    """
    for n in range(SECTORS):
        horizon[n, 0] = -1.0
    west = int(np.floor(x)) - RANGE - 1
    for n in range(2 * RANGE + 5):
        i = (west - 1 + n) & 255
        for k in range(1, 255):
            a, b, c = tops[i, k - 1], tops[i, k], tops[i, k + 1]
            b = b if b > a else a
            rows[i, k] = b if b > c else c
        rows[i, 0] = max(tops[i, 255], tops[i, 0], tops[i, 1])
        rows[i, 255] = max(tops[i, 254], tops[i, 255], tops[i, 0])
    roof = tops[west & 255, 0]
    for n in range(2 * RANGE + 3):
        i = (west + n) & 255
        for k in range(256):
            a, b, c = rows[(i - 1) & 255, k], rows[i, k], rows[(i + 1) & 255, k]
            b = b if b > a else a
            b = b if b > c else c
            out[i, k] = b
            roof = roof if roof > b else b
    return 0 + roof


def new_horizon() -> NDArray[np.float32]:
    """Returns an empty map for `clear`: (256 directions, 1 + 48 metres), rows filled when first asked for.

    Column 0 is the last answer in metres, -1 in a row that is not filled yet.
    """
    return np.full((SECTORS, 1 + RANGE), -1.0, np.float32)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def sector_of(dx: float, dz: float) -> int:
    """Returns the sector of a horizontal direction, by its place on the unit diamond."""
    share = dx / (abs(dx) + abs(dz)) if dx != 0.0 or dz != 0.0 else 0.0
    at = 1.0 - share if dz >= 0.0 else 3.0 + share
    return min(int(at * (SECTORS / 4)), SECTORS - 1)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _touched(tops: NDArray[np.uint8], x: float, z: float, dx: float, dz: float, margin: float) -> int:
    """Returns the greatest top in the box around the segment from (x, z) to (x + dx, z + dz) and a margin.

    At most 3x3 columns, for a segment of 1 metre and a margin of less than half; where they are fewer, some
    are looked at twice, so that there is no loop whose length the processor must guess.
    """
    i, k = int(np.floor(min(x, x + dx) - margin)), int(np.floor(min(z, z + dz) - margin))
    last_i, last_k = int(np.floor(max(x, x + dx) + margin)), int(np.floor(max(z, z + dz) + margin))
    i1, i2 = min(i + 1, last_i) & 255, last_i & 255
    k1, k2 = min(k + 1, last_k) & 255, last_k & 255
    i, k = i & 255, k & 255
    a = max(tops[i, k], tops[i, k1], tops[i, k2])
    b = max(tops[i1, k], tops[i1, k1], tops[i1, k2])
    c = max(tops[i2, k], tops[i2, k1], tops[i2, k2])
    return 0 + max(a, b, c)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _survey(
    horizon: NDArray[np.float32],
    tops: NDArray[np.uint8],
    wide: NDArray[np.uint8],
    sector: int,
    ox: float,
    oy: float,
    oz: float,
) -> None:
    """Fills one sector's row: [1 + r] = the least slope (dy / horizontal) that clears all up to r + 1 metres.

    Near by, it looks at just the columns that the sector touches; farther on, where a sector is up to 2
    metres wide, at the 3x3 columns around its middle.
    """
    at = (sector + 0.5) / (SECTORS / 4)
    dx = 1.0 - at if at < 2.0 else at - 3.0
    dz = 1.0 - abs(dx) if at < 2.0 else abs(dx) - 1.0
    norm = 1.0 / np.sqrt(dx * dx + dz * dz)
    dx, dz = dx * norm, dz * norm
    worst = -1e9
    for r in range(RANGE):
        if r < CLOSE:
            top = _touched(tops, ox + r * dx, oz + r * dz, dx, dz, 0.002 + 0.017 * (r + 1))
        else:
            top = 0 + wide[int(np.floor(ox + (r + 0.5) * dx)) & 255, int(np.floor(oz + (r + 0.5) * dz)) & 255]
        rise = top - oy
        # A rising ray is lowest where it enters the metre, a falling one where it leaves it.
        worst = max(worst, rise / r if rise >= 0.0 else rise / (r + 1.0))
        horizon[sector, 1 + r] = worst
    horizon[sector, 0] = 0.0


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False, inline="always")
def clear(
    horizon: NDArray[np.float32],
    tops: NDArray[np.uint8],
    wide: NDArray[np.uint8],
    ox: float,
    oy: float,
    oz: float,
    sector: int,
    slope: float,
    over: float,
) -> float:
    """Returns the metres along a direction that pass over every column's top; infinity beyond `RANGE`.

    `wide` is what `spread` made of the tops; the direction is as `direction` gives it.
    """
    if over > 20.0:
        return 0.0  # steeper than a sector's middle can stand for
    if horizon[sector, 0] < 0.0:
        _survey(horizon, tops, wide, sector, ox, oy, oz)
    # Rays come row by row: the answer of the sector's last ray is close to this one's.
    r = int(horizon[sector, 0])
    while r > 0 and horizon[sector, r] >= slope:
        r -= 1
    while r < RANGE and horizon[sector, 1 + r] < slope:
        r += 1
    horizon[sector, 0] = r
    return r * over if r < RANGE else np.inf


class Scratch(threading.local):
    """Buffers that a thread's pictures reuse: fresh pages would cost more than many rays."""

    def __init__(self) -> None:
        self.horizon = new_horizon()
        self.rows: NDArray[np.uint8] = np.empty((256, 256), np.uint8)
        self.wide: NDArray[np.uint8] = np.empty((256, 256), np.uint8)
        self.planes: dict[tuple[int, int], tuple[NDArray[np.float32], NDArray[np.float32]]] = {}

    def air(self, tops: NDArray[np.uint8], x: float) -> Air:
        """Returns the open air over the tops near x, valid until the next call."""
        return Air(tops, self.horizon, self.wide, spread(tops, x, self.rows, self.wide, self.horizon))

    def depths(self, height: int, width: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Returns the two distance planes of a picture size."""
        size = (height, width)
        if size not in self.planes:
            self.planes[size] = (np.empty(size, np.float32), np.empty(size, np.float32))
        return self.planes[size]


SCRATCH = Scratch()
