"""What sun, fire, lava, water and cactus do to the overworld's creatures. Numba kernels.

Minecraft Wiki "Daylight cycle", "Zombie" and "Fire", Java 1.19; numbers: `data/voxel/fauna.yaml`.
"""

from __future__ import annotations

import math
from typing import Any, Final

from numba import njit

from peam.sims.voxel.blocks import ID, data
from peam.sims.voxel.entities import AGE, FIRE, HEALTH, HURT, uniform
from peam.sims.voxel.glow import under_sky
from peam.sims.voxel.mobs import BURNS
from peam.sims.voxel.physics import X, Y, Z, at, touches

DARK, LEVEL, DRY = range(3)  # places of the surroundings: `weather.shade`, 1..3 difficulty, whether no rain
FAUNA: Final = data("fauna.yaml")
BURN_TICKS, BURN_BRIGHT = float(FAUNA["burning"]["ticks"]), float(FAUNA["burning"]["brightness"])
DAWN = 4  # darkening below which it is day
_WATER, _LAVA, _CACTUS = ID["water"], ID["lava"], ID["cactus"]


@njit(cache=True, error_model="numpy", _nrt=False)
def _brightness(level: int) -> float:
    """The brightness of a light level: what thresholds of 0.5 are about."""
    share = level / 15.0
    return share / (4.0 - 3.0 * share)


@njit(cache=True, error_model="numpy", _nrt=False)
def elements(
    blocks: Any, tops: Any, e: Any, q: Any, width: float, height: float, around: Any, rng: Any
) -> None:
    """Sun, fire, lava, water and cactus."""
    if e[HURT] > 0:
        e[HURT] -= 1
    x, z = math.floor(e[X]), math.floor(e[Z])
    feet = at(blocks, x, math.floor(e[Y] + 0.3), z)
    if q[BURNS] > 0 and around[DARK] < DAWN and around[DRY] > 0 and feet != _WATER:
        shine = _brightness(15 - int(around[DARK]))
        open_sky = under_sky(blocks, tops, x, math.floor(e[Y] + height * 0.85), z)
        if open_sky and shine > BURN_BRIGHT and uniform(rng) * 30.0 < (shine - 0.4) * 2.0:
            e[FIRE] = BURN_TICKS
    if e[FIRE] > 0 and int(e[AGE]) % 20 == 0:
        e[HEALTH] -= 1
    if int(e[AGE]) % 10 == 0:
        if feet == _LAVA:
            e[HEALTH] -= 4
            e[FIRE] = 300.0
        if touches(blocks, e, width + 0.02, height, _CACTUS):
            e[HEALTH] -= 1
    e[FIRE] = 0.0 if feet == _WATER else max(0.0, e[FIRE] - 1)
