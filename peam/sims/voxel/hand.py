"""The hand in the lower right corner of the first-person picture, and what it holds. Knows no worlds."""

from __future__ import annotations

from functools import cache
from math import pi, sin
from typing import Final

import numpy as np

from peam.sims.voxel.icons import cube, icon
from peam.sims.voxel.stamps import Map, Stamp, turned, warp
from peam.sims.voxel.textures import look
from peam.types import Image

SWING_TICKS: Final = 6  # ticks of one stroke (Minecraft Wiki, "Combat": the arm's swing)
_CUBE: Final = 96  # pixels of a held block's picture
_LAYERS: Final = 5  # darker copies that give a flat item its thickness
_SKIN: Final = (206, 154, 118)


def draw_hand(out: Image, item: str, swing: float, raised: float, light: float) -> None:
    """Draws the hand.

    Args:
        out: Drawn into.
        item: What is held, "air" for the bare arm.
        swing: 0..1, how far a stroke has come.
        raised: 0..1, how far an item in use (food, a bow) is brought to the middle.
        light: Brightness.
    """
    height, width = out.shape[:2]
    blow = sin(pi * swing)
    x = width * 0.5 + height * (0.52 - 0.2 * blow - 0.34 * raised)
    y = height * (0.82 - 0.1 * blow + 0.04 * raised)
    block = cube(item, _CUBE) if item != "air" else None
    if item == "air":
        warp(out, _arm(), _slanted(x + 0.06 * height, y + 0.16 * height, height, 0.24, -32.0 * blow), light)
    elif block is not None:
        warp(out, block, turned(x, y + 0.03 * height, 0.42 * height, -25.0 * blow), light)
    else:
        _thick(out, icon(item)[:, ::-1], x, y - 0.04 * height, 0.5 * height, 12.0 - 55.0 * blow, light)


def _thick(out: Image, stamp: Stamp, x: float, y: float, size: float, degrees: float, light: float) -> None:
    for n in range(_LAYERS, -1, -1):
        shift = 0.008 * size * n
        dim = light if n == 0 else 0.55 * light
        warp(out, stamp, turned(x + shift, y + 0.5 * shift, size, degrees), dim)


def _slanted(x: float, y: float, height: int, wide: float, degrees: float) -> Map:
    """Returns the map of a bar that leans to the left by 24 degrees, three times as long as `wide`."""
    a, b, c, d, e, f = turned(x, y, wide * height, degrees - 24.0)
    return a, b, c, d / 3.0, e / 3.0, (f - 0.5) / 3.0 + 0.5


@cache
def _arm() -> Stamp:
    """Returns a sleeve and a fist, (16, 16, 4)."""
    grain = look().texels[0, :256, :1].reshape(16, 16, 1).astype(np.float32) - 132.0
    out = np.full((16, 16, 4), 255, np.uint8)
    out[..., :3] = np.clip(np.array(_SKIN) + 0.5 * grain, 0, 255)
    out[9:, :, :3] = np.clip(np.array([196, 60, 52]) + grain[9:], 0, 255)
    out[:, 12:, :3] = (out[:, 12:, :3] * 0.8).astype(np.uint8)
    return out
