"""The bars at a picture's foot: hotbar with counts and wear, hearts, food, armour, breath.

Laid out as in Minecraft (hotbar 182x22 pixels, two rows of ten 9-pixel signs above it), scaled to the
picture. Knows slots and vitals, nothing of worlds.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import ceil, floor
from typing import Final, NamedTuple

import numpy as np

from peam.sims.voxel.icons import icon
from peam.sims.voxel.stamps import Stamp, fit, paste
from peam.types import Image

FULL_AIR: Final = 300
_SIGNS: Final = 10
# Five rows a digit; each row is three bits.
_DIGITS: Final = ("75557", "26227", "71747", "71717", "55711", "74717", "74757", "71122", "75757", "75717")


class Slot(NamedTuple):
    """One slot of the hotbar; `worn` is the share of its durability that is used up, 0 for most items."""

    item: str
    number: int
    worn: float = 0.0


class Condition(NamedTuple):
    """What the signs show: half hearts, half haunches and armour points 0..20, ticks of breath 0..300."""

    life: float
    food: float
    armor: int
    air: int


def scale_of(height: int, width: int) -> float:
    """Returns picture pixels for each of Minecraft's: 2 at 640x360, at most as wide as the picture."""
    scale = max(min(width / 320, height / 180), min(width / 190, height / 130, 1.0))
    return float(floor(scale)) if scale >= 1.0 else scale


def draw_bars(out: Image, slots: Sequence[Slot], selected: int, condition: Condition) -> None:
    """Draws hotbar and signs.

    Args:
        out: Drawn into.
        slots: Nine.
        selected: The one in the hand, 0..8.
        condition: Of the body.
    """
    height, width = out.shape[:2]
    scale = scale_of(height, width)
    left, top = (width - 182 * scale) / 2, height - 23 * scale
    side = max(2, round(20 * scale))
    for n, slot in enumerate(slots):
        x, y = round(left + (1 + 20 * n) * scale), round(top + scale)
        _frame(out, y, x, side, (24, 24, 26), 0.55)
        if slot.item != "air":
            _item(out, slot, y, x, side)
    x, y = round(left + (1 + 20 * selected) * scale), round(top + scale)
    _border(out, y, x, side, max(1, round(scale)))
    first, second = round(top - 10 * scale), round(top - 20 * scale)
    right = left + 91 * scale + 10 * scale
    _signs(out, "_heart", condition.life, first, left, scale, mirrored=False)
    _signs(out, "_food", condition.food, first, right, scale, mirrored=True)
    if condition.armor:
        _signs(out, "_armor", condition.armor, second, left, scale, mirrored=False)
    if condition.air < FULL_AIR:
        bubbles = 2 * ceil(max(0, condition.air) * _SIGNS / FULL_AIR)
        _signs(out, "_air", bubbles, second, right, scale, mirrored=True, empty=False)


def _frame(out: Image, y: int, x: int, side: int, colour: tuple[int, int, int], share: float) -> None:
    tile = np.empty((side, side, 4), np.uint8)
    tile[...] = (*colour, round(255 * share))
    tile[[0, -1]] = tile[:, [0, -1]] = (*(c + 60 for c in colour), 200)
    paste(out, tile, y, x)


def _border(out: Image, y: int, x: int, side: int, thick: int) -> None:
    tile = np.zeros((side + 2 * thick, side + 2 * thick, 4), np.uint8)
    tile[...] = (246, 246, 246, 255)
    tile[thick:-thick, thick:-thick, 3] = 0
    paste(out, tile, y - thick, x - thick)


def _item(out: Image, slot: Slot, y: int, x: int, side: int) -> None:
    rim = max(1, side // 10)
    inner = side - 2 * rim
    paste(out, _icon(slot.item, inner), y + rim, x + rim)
    if slot.worn > 0.0 and side >= 10:
        long = inner - rim
        left = max(1, round(long * (1.0 - slot.worn)))
        bar = np.zeros((max(1, side // 14), long, 4), np.uint8)
        bar[..., 3] = 255
        bar[:, :left, :3] = (round(230 * slot.worn), round(220 * (1.0 - slot.worn)), 20)
        paste(out, bar, y + side - 2 * rim, x + rim)
    if slot.number > 1 and side >= 14:
        _number(out, slot.number, y + side - rim, x + side - rim, max(1, round(side / 20)))


@cache
def _icon(item: str, side: int) -> Stamp:
    return fit(icon(item), side, side)


def _number(out: Image, number: int, bottom: int, right: int, scale: int) -> None:
    """Writes a number with a shadow, its lower right corner given."""
    for n, digit in enumerate(reversed(str(number))):
        rows = [[int(row) >> bit & 1 for bit in (2, 1, 0)] for row in _DIGITS[int(digit)]]
        mask = np.repeat(np.repeat(np.array(rows, np.uint8), scale, 0), scale, 1)
        for shift, level in ((scale, 40), (0, 255)):
            stamp = np.full((*mask.shape, 4), level, np.uint8)
            stamp[..., 3] = mask * np.uint8(255)
            paste(out, stamp, bottom - 6 * scale + shift, right - (4 * n + 4) * scale + shift)


def _signs(
    out: Image, name: str, points: float, y: int, x: float, scale: float, mirrored: bool, empty: bool = True
) -> None:
    """Draws ten signs, half of one for each point; from the right where mirrored."""
    side = max(2, round(9 * scale))
    for n in range(_SIGNS):
        at = round(x + 8 * scale * ((_SIGNS - 1 - n) if mirrored else n))
        share = min(1.0, max(0.0, (points - 2 * n) / 2))
        if empty:
            paste(out, _hollow(name, side), y, at)
        stamp = _icon(name, side)
        if 0.0 < share <= 0.5:
            half = stamp.copy()
            (half[:, : side // 2] if mirrored else half[:, (side + 1) // 2 :])[..., 3] = 0
            paste(out, half, y, at)
        elif share > 0.0:
            paste(out, stamp, y, at)


@cache
def _hollow(name: str, side: int) -> Stamp:
    stamp = _icon(name, side).copy()
    stamp[..., :3] = (30, 28, 30)
    return stamp
