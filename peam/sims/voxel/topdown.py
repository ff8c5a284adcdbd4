"""The land around the agent from straight above, north up: a map for people. Changes nothing in a game."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from peam.errors import SimError
from peam.sims.voxel import entities as ent
from peam.sims.voxel import physics as ph
from peam.sims.voxel.blocks import ID
from peam.sims.voxel.game import Game
from peam.sims.voxel.glow import sunlight
from peam.sims.voxel.textures import look
from peam.types import Image

REACH: Final = 48  # metres: what is loaded on every side
_DEEP: Final = 6.0  # metres of water that hide the ground
_MONSTERS: Final = ("zombie", "skeleton", "creeper", "spider")
_DOTS: Final = {"monster": (226, 40, 40), "animal": (250, 236, 200), "item": (250, 220, 60)}
_ARROW: Final = (255, 255, 255)


def top_down(game: Game, height: int, width: int, radius: int = 40) -> Image:
    """Draws the map: top blocks, lit from the north-west, water by depth, creatures, the agent's arrow.

    Args:
        game: Whose agent is in the middle.
        height: Pixels.
        width: Pixels.
        radius: Metres from the middle to the ends of the longer side, 4..48.

    Returns:
        (height, width, 3) uint8; north (-z) is up, east (+x) to the right.

    Raises:
        SimError: If the radius is out of range.
    """
    if not 4 <= radius <= REACH:
        raise SimError(f"top_down: radius {radius} is not in 4..{REACH}")
    metre = max(height, width) / (2.0 * radius)  # pixels
    x, z = game.body[[ph.X, ph.Z]].tolist()
    columns = np.floor(x + (np.arange(width) + 0.5 - width / 2) / metre).astype(int)
    rows = np.floor(z + (np.arange(height) + 0.5 - height / 2) / metre).astype(int)
    land, low_x, low_z = _land(game, columns[0], columns[-1], rows[0], rows[-1])
    out = land[(columns - low_x)[None, :], (rows - low_z)[:, None]]
    light = 0.45 + 0.55 * sunlight(game.clock)
    out = np.clip(out * light, 0, 255).astype(np.uint8)
    _creatures(game, out, metre, x, z)
    _arrow(out, float(game.body[ph.YAW]), max(4.0, 1.6 * metre))
    return out


def _land(game: Game, x0: int, x1: int, z0: int, z1: int) -> tuple[NDArray[np.float64], int, int]:
    """Returns colours of the columns, [x - x0, z - z0], with x0 and z0."""
    blocks, tops = game.world.blocks, game.world.tops
    xs, zs = np.arange(x0 - 1, x1 + 1)[:, None] & 255, np.arange(z0 - 1, z1 + 1)[None, :] & 255
    high = tops[xs, zs].astype(int)
    top = blocks[xs, np.maximum(high - 1, 0), zs]
    bed, ground = high.copy(), top.copy()
    wet = top == ID["water"]
    for _ in range(64):
        if not (ground == ID["water"]).any():
            break
        bed -= ground == ID["water"]
        ground = blocks[xs, np.maximum(bed - 1, 0), zs]
    colours = _top_colours()
    land = colours[ground]
    slope = np.clip(high[1:, 1:] - 0.5 * (high[:-1, 1:] + high[1:, :-1]), -3.0, 3.0)
    land, wet = land[1:, 1:], wet[1:, 1:]
    share = np.clip(0.6 + 0.4 * (high - bed)[1:, 1:] / _DEEP, 0.0, 1.0)[..., None]
    water = land * (1.0 - share) + colours[ID["water"]] * share
    shaded = land * (1.0 + 0.14 * slope + 0.005 * (high[1:, 1:] - 64.0))[..., None]
    return np.where(wet[..., None], water, shaded), x0, z0


@cache
def _top_colours() -> NDArray[np.float64]:
    """Returns the mean colour of every block's top, (256, 3)."""
    art = look()
    return np.asarray(art.texels[art.faces[:, 3], 340, :3].astype(np.float64))


def _creatures(game: Game, out: Image, metre: float, x: float, z: float) -> None:
    half = max(1, round(0.6 * metre))
    table = game.entities.table[: game.entities.rows]
    for e in table[(table[:, ent.KIND] > 0) & (table[:, ent.KIND] != ent.ARROW)]:
        j = int((e[ph.X] - x) * metre + out.shape[1] / 2)
        i = int((e[ph.Z] - z) * metre + out.shape[0] / 2)
        if e[ent.KIND] == ent.ITEM:
            kind, side = "item", max(1, half // 2)
        else:
            kind, side = "monster" if ent.KINDS[int(e[ent.KIND])] in _MONSTERS else "animal", half
        _square(out, i, j, side + 1, (20, 20, 20))
        _square(out, i, j, side, _DOTS[kind])


def _square(out: Image, i: int, j: int, half: int, colour: tuple[int, int, int]) -> None:
    out[max(0, i - half) : max(0, i + half), max(0, j - half) : max(0, j + half)] = colour


def _arrow(out: Image, yaw: float, size: float) -> None:
    """Draws the agent as an arrow head that points where it looks."""
    height, width = out.shape[:2]
    y, x = np.mgrid[0:height, 0:width] + 0.5
    x, y = x - width / 2, y - height / 2
    angle = np.radians(yaw)
    ahead = -np.sin(angle) * x + np.cos(angle) * y
    aside = np.abs(np.cos(angle) * x + np.sin(angle) * y)
    for grown, colour in ((1.25, (20, 20, 20)), (1.0, _ARROW)):
        back, tip = -0.7 * size * grown, 1.1 * size * grown
        inside = (ahead > back) & (ahead < tip) & (aside < 0.45 * (tip - ahead))
        out[inside & (ahead > back + 0.9 * aside)] = colour
