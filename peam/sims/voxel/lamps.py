"""Light and air in pictures of the overworld, by its light map: how bright a cell is, fog and water over it.

The classic world's pictures have `shading.py`'s instead. Knows no shapes, no rules; `light.py` makes the map.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.voxel.flood import HEIGHT
from peam.sims.voxel.light import glow
from peam.sims.voxel.shading import DEEP, SHADE, WATER, fog_share, sky_colour, sky_share
from peam.sims.voxel.textures import Look

RINGS: Final = 2  # chunks around the agent's own that the map lights; beyond, tops tell how open a cell is
_SPAN = 16 * (2 * RINGS + 1)  # columns of them
# The game's light map, not told on a page: the share of the sky's brightness that is left at midnight, what
# lights a cell without any light (4 % of 0.75), and its setting "Brightness" as it comes.
_MOON: Final = 0.24
_LEAST: Final = 0.03
_GAMMA: Final = 0.5
_WARM, _COOL = np.array([1.0, 0.9, 0.72]), np.array([0.78, 0.86, 1.0])  # lamps; a sky without sun
_GLOOM = np.array([11.0, 10.0, 12.0])  # what a ray sees that is lost in the dark
_SKY = 240  # a byte of the map: full sky light, no block light
Rgb = tuple[float, float, float]


class Lamps(NamedTuple):
    """What lights one picture.

    Attributes:
        levels: `Light.levels`; of no cell in a world without a light map.
        table: (256, 3) brightness 0..1 in red, green, blue of each byte of the levels.
        x: Western edge of the columns that `levels` is true for, `16 * (2 * RINGS + 1)` wide.
        z: Their northern edge.
    """

    levels: NDArray[np.uint8]
    table: NDArray[np.float64]
    x: int
    z: int


NONE: Final = Lamps(np.zeros((0, 0, 0), np.uint8), np.zeros((0, 3)), 0, 0)


def lamps(levels: NDArray[np.uint8], chunk: tuple[int, int], lacks: float) -> Lamps:
    """Returns what lights a picture taken in a chunk.

    Args:
        levels: `Light.levels`, true for the chunks within `RINGS` of that one.
        chunk: Where the agent is.
        lacks: Levels that the sky's light lacks, 0..11.
    """
    return Lamps(levels, _table(round(16 * lacks)), 16 * (chunk[0] - RINGS), 16 * (chunk[1] - RINGS))


@lru_cache(maxsize=256)
def _table(lacks: int) -> NDArray[np.float64]:
    """Returns the brightness of each byte; `lacks` in sixteenths of a level, so that dusk has no steps."""
    day = 1.0 - lacks / (16.0 * 11.0)
    cool = 1.0 + (1.0 - day) * (_COOL - 1.0)
    out = np.empty((256, 3))
    for byte in range(256):
        sky, block = glow(byte & 240, 0) * (_MOON + (1.0 - _MOON) * day), glow(byte & 15, 0)
        tint = (sky * cool + block * _WARM) / (sky + block) if byte else 1.0
        bright = (_LEAST + (1.0 - _LEAST) * max(sky, block)) * tint
        out[byte] = (1.0 - _GAMMA) * bright + _GAMMA * (1.0 - (1.0 - bright) ** 4)
    out.setflags(write=False)
    return out


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def byte_at(lamps: Lamps, tops: NDArray[np.uint8], x: int, y: int, z: int) -> int:
    """Returns sky light * 16 + block light of a cell."""
    if y >= HEIGHT:
        return _SKY
    if y < 0:
        return 0
    if (x - lamps.x) & 255 < _SPAN and (z - lamps.z) & 255 < _SPAN:
        return 0 + lamps.levels[x & 255, y, z & 255]
    return int(15.0 * sky_share(tops, x, y, z) + 0.5) << 4


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def through_air(
    lamps: Lamps, byte: int, colour: Rgb, distance: float, dy: float, day: float, wet: float
) -> Rgb:
    """Returns a lit colour seen through `distance` of air, and water from `wet` on.

    Args:
        lamps: What lights the picture.
        byte: Of the cell before the surface: its sky light tells whether fog or the dark lies over it.
        colour: Of the surface.
        distance: Metres.
        dy: Of the ray's unit direction.
        day: 0 night .. 1 day, by the sky as it is.
        wet: Where the water begins, metres; -1 for none.
    """
    r, g, b = colour
    if wet >= 0.0:
        thick = 1.0 - np.exp(-0.3 * (distance - wet))
        a = thick * 0.85 if wet == 0.0 else 0.42 + 0.5 * thick
        sky = min(15, (byte >> 4) + int((distance - wet) * abs(dy)))  # water takes a level a block
        lit = lamps.table[sky << 4 | (byte & 15)]
        r += a * (WATER[0] * lit[0] - r)
        g += a * (WATER[1] * lit[1] - g)
        b += a * (WATER[2] * lit[2] - b)
        distance = min(distance, max(wet, 1.0))
    f = fog_share(distance)
    if f > 0.0:
        open_sky = (byte >> 4) / 15.0
        hr, hg, hb = sky_colour(0.0, day)
        r += f * (open_sky * hr + (1.0 - open_sky) * _GLOOM[0] - r)
        g += f * (open_sky * hg + (1.0 - open_sky) * _GLOOM[1] - g)
        b += f * (open_sky * hb + (1.0 - open_sky) * _GLOOM[2] - b)
    return r, g, b


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def light_row(
    out: NDArray[np.uint8],
    row: NDArray[np.float64],
    hits: NDArray[np.int64],
    i: int,
    depth: NDArray[np.float32],
    wets: NDArray[np.float32],
    tops: NDArray[np.uint8],
    day: float,
    art: Look,
    lamps: Lamps,
) -> None:
    """Colours one row's hits by the light map; arguments as of `render._shade_row`."""
    for j in range(row.shape[1]):
        block, t, wet = hits[j, 0], np.float64(depth[i, j]), np.float64(wets[i, j])
        x, y, z = hits[j, 4] >> 8, hits[j, 5], hits[j, 4] & 255
        if block == 0:
            # Where its reach ends, a ray may be within a block, which has no light of its own.
            sky = sky_share(tops, x, y, z) if wet < 0.0 else 1.0
            r, g, b = sky_colour(row[1, j], day)
            r, g, b = (
                _GLOOM[0] + sky * (r - _GLOOM[0]),
                _GLOOM[1] + sky * (g - _GLOOM[1]),
                _GLOOM[2] + sky * (b - _GLOOM[2]),
            )
            if wet >= 0.0:
                byte = byte_at(lamps, tops, x, y, z)
                r, g, b = through_air(lamps, byte, (r, g, b), wet + DEEP, row[1, j], day, wet)
        else:
            texel, shade = art.texels[hits[j, 2], hits[j, 3]], SHADE[hits[j, 1]]
            glows = art.kind[block] == 7 or art.kind[block] == 4  # lava and torches
            byte = byte_at(lamps, tops, x, y, z)
            lit = lamps.table[byte]
            r = texel[0] * (1.0 if glows else lit[0] * shade)
            g = texel[1] * (1.0 if glows else lit[1] * shade)
            b = texel[2] * (1.0 if glows else lit[2] * shade)
            r, g, b = through_air(lamps, byte, (r, g, b), t, row[1, j], day, wet)
        out[i, j, 0], out[i, j, 1], out[i, j, 2] = np.uint8(r), np.uint8(g), np.uint8(b)
