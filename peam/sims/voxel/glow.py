"""How bright a cell is, asked now and then: light spread from the sky and from lamps, without a light map.

A search from the cell outwards is the same as light that spreads inwards: both lose one level a block.
Minecraft Wiki "Light", Java 1.19. Knows nothing of creatures or of what pictures show.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.voxel.blocks import CUTOUT, ID, LIGHT, LIQUID, NAMES, OPAQUE
from peam.sims.voxel.physics import at

DAY: Final = 24000
FULL: Final = 15
_REACH, _SIDE = 14, 29  # blocks that light 15 spreads, and the side of the box that holds them
# Light of the sky falls through these without loss: air, and what fills little of its cell.
_THIN: Final[NDArray[np.bool_]] = ~OPAQUE & ~LIQUID
_THIN[[index for index, name in enumerate(NAMES) if name.partition("[")[0].endswith("_leaves")]] = False
_THIN[ID["ice"] if "ice" in ID else ID["water"]] = False
_STOPS: Final[NDArray[np.bool_]] = OPAQUE & ~CUTOUT


@lru_cache(maxsize=DAY)
def sunlight(clock: int) -> float:
    """Returns the sky's brightness, 0 night .. 1 day (Minecraft Wiki "Daylight cycle": the sun's angle)."""
    part = (clock / DAY - 0.25) % 1.0
    angle = part + ((0.5 - math.cos(part * math.pi) / 2.0) - part) / 3.0
    return min(1.0, max(0.0, math.cos(angle * 2.0 * math.pi) * 2.0 + 0.5))


@njit(cache=True)
def under_sky(blocks: Any, tops: Any, x: int, y: int, z: int) -> bool:
    """Whether the sky's full light falls on a cell: nothing above it but air and what is thin."""
    top = int(tops[x & 255, z & 255])
    while y < top and _THIN[at(blocks, x, y, z)]:
        y += 1
    return y >= top


@njit(cache=True)
def light(blocks: Any, tops: Any, x: int, y: int, z: int, dark: int, enough: int) -> int:
    """Returns the light level of a cell, 0..15.

    Args:
        blocks: The block window.
        tops: Column tops of the window.
        x: Cell.
        y: Cell.
        z: Cell.
        dark: By how much the sky's light is weakened (`weather.shade`); 15 leaves the sky out.
        enough: The search ends at this level: a brighter cell may be told as less bright, but not below it.
    """
    if _STOPS[at(blocks, x, y, z)]:
        return int(LIGHT[at(blocks, x, y, z)])
    seen = np.zeros((_SIDE, _SIDE, _SIDE), np.uint8)
    queue = np.empty((_SIDE * _SIDE * _SIDE, 3), np.int8)
    queue[0] = 0
    seen[_REACH, _REACH, _REACH] = 1
    first, last, far, best = 0, 1, 0, 0
    while first < last and far + best < FULL and best < enough:
        ring = last
        for place in range(first, ring):
            dx, dy, dz = int(queue[place, 0]), int(queue[place, 1]), int(queue[place, 2])
            cx, cy, cz = x + dx, y + dy, z + dz
            block = at(blocks, cx, cy, cz)
            best = max(best, int(LIGHT[block]) - far)
            if FULL - dark - far > best and under_sky(blocks, tops, cx, cy, cz):
                best = FULL - dark - far
            if _STOPS[block] or far == _REACH:
                continue
            for axis in range(6):
                step = 1 if axis & 1 else -1
                ax = dx + (step if axis < 2 else 0)
                ay = dy + (step if axis // 2 == 1 else 0)
                az = dz + (step if axis > 3 else 0)
                if not seen[ax + _REACH, ay + _REACH, az + _REACH]:
                    seen[ax + _REACH, ay + _REACH, az + _REACH] = 1
                    queue[last, 0], queue[last, 1], queue[last, 2] = ax, ay, az
                    last += 1
        first = ring
        far += 1
    return best
