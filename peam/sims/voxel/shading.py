"""Light and air: brightness by sky, depth and distance; the sky's colour; fog and water. Knows no shapes."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

DEEP = 8.0  # metres of water that hide what is behind
VIEW = 48.0  # metres: what is farther is fog
WATER = (38.0, 84.0, 200.0)
SHADE = np.array([0.76, 0.76, 0.6, 1.0, 0.88, 0.88, 1.0])  # by face; last: plants and such
_UNDER = 0.62  # light where no sky reaches
_FOG = 0.6  # fog begins at this share of the view
_CLEAR = _FOG * VIEW


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def sky_share(tops: NDArray[np.uint8], x: int, y: int, z: int) -> float:
    """Returns how much sky lights a cell: 1 in the open, falling with the depth below its column's top."""
    depth = tops[x & 255, z & 255] - y
    return 1.0 if depth <= 3 else max(0.0, 1.0 - 0.05 * (depth - 3))


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def light_at(sky: float, day: float, distance: float) -> float:
    """Returns a surface's brightness: sky light, a floor where none reaches, and a lamp's worth near by."""
    base = sky * (0.38 + 0.62 * day) + (1.0 - sky) * _UNDER
    return base + (1.0 - base) * 0.4 / (1.0 + 0.06 * distance * distance)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def sky_colour(dy: float, day: float) -> tuple[float, float, float]:
    """Returns the sky's colour by height above the horizon; dusk glows."""
    up = min(1.0, max(0.0, dy * 1.8))
    dusk = max(0.0, 1.0 - abs(day - 0.4) * 3.0) * (1.0 - up)
    r = (1 - up) * (26 + 170 * day) + up * (8 + 92 * day) + 60 * dusk
    g = (1 - up) * (32 + 190 * day) + up * (12 + 150 * day) + 10 * dusk
    b = (1 - up) * (62 + 190 * day) + up * (36 + 210 * day) - 40 * dusk
    return min(r, 255.0), min(g, 255.0), min(max(b, 0.0), 255.0)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def fog_share(distance: float) -> float:
    """Returns how much of what is `distance` metres away is fog."""
    if distance <= _CLEAR:
        return 0.0
    f = min((distance / VIEW - _FOG) / (1.0 - _FOG), 1.0)
    return f * f * (3.0 - 2.0 * f)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def air_over(
    r: float, g: float, b: float, distance: float, sky: float, day: float, wet: float
) -> tuple[float, float, float]:
    """Returns a lit colour seen through `distance` of air, and water from `wet` on: fog and tint."""
    if wet >= 0.0:
        thick = 1.0 - np.exp(-0.3 * (distance - wet))
        a = thick * 0.85 if wet == 0.0 else 0.42 + 0.5 * thick
        bright = light_at(1.0, day, wet)
        r, g, b = (
            r + a * (WATER[0] * bright - r),
            g + a * (WATER[1] * bright - g),
            b + a * (WATER[2] * bright - b),
        )
        distance = min(distance, max(wet, 1.0))
    f = fog_share(distance)
    if f > 0.0:
        hr, hg, hb = sky_colour(0.0, day)
        r += f * (sky * hr + (1.0 - sky) * 34.0 - r)
        g += f * (sky * hg + (1.0 - sky) * 32.0 - g)
        b += f * (sky * hb + (1.0 - sky) * 34.0 - b)
    return r, g, b


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def nothing_hit(dy: float, sky: float, day: float, wet: float) -> tuple[float, float, float]:
    """Returns the colour of a ray that hit no block: sky, the dark of a cave, or deep water."""
    r, g, b = sky_colour(dy, day)
    r, g, b = 34.0 + sky * (r - 34.0), 32.0 + sky * (g - 32.0), 34.0 + sky * (b - 34.0)
    return air_over(r, g, b, wet + DEEP, sky, day, wet) if wet >= 0.0 else (r, g, b)
