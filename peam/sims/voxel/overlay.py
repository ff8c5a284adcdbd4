"""What a person wants to see over the first-person picture, each part only when asked for.

The agent's own pictures have none of it (`VoxelSim(overlay=None)`, the default). Changes nothing in a game.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from peam.sims.voxel import physics as ph
from peam.sims.voxel.bars import Condition, Slot, draw_bars
from peam.sims.voxel.building import target
from peam.sims.voxel.game import Game
from peam.sims.voxel.hand import SWING_TICKS, draw_hand
from peam.sims.voxel.hands import DRAW_TICKS
from peam.sims.voxel.heavens import draw_sky, drown
from peam.sims.voxel.items import DURABILITY, ITEMS
from peam.sims.voxel.lamps import NONE, Lamps, byte_at
from peam.sims.voxel.lines import Meeting, Numbers, View, directions, meet
from peam.sims.voxel.shading import light_at, sky_share
from peam.sims.voxel.stamps import blend
from peam.sims.voxel.textures import look
from peam.sims.voxel.views import frame as plain_frame
from peam.sims.voxel.views import scene, sprites_of, sunlit
from peam.sims.voxel.weather import falls
from peam.types import Image

NEAR: Final = 6.0  # metres within which a creature can stand before the block in reach
HOTBAR: Final = 9
_CRACK, _CRACK_SHARE = (16.0, 14.0, 12.0), 0.68
_EDGE: Final = 0.012  # metres, half the outline's width close by


@dataclass(frozen=True, slots=True)
class Overlay:
    """Which parts are drawn.

    Attributes:
        sky: Sun, moon, stars and clouds.
        tint: Blue over a picture taken under water.
        outline: The edges of the block in reach under the crosshair.
        cracks: On the block that is being dug, by its progress.
        crosshair: In the middle.
        hand: The arm or the item in the hand, moving while it digs or hits; in place of the small swatch.
        bars: Hotbar (the first nine slots), hearts, food, armour, breath.
    """

    sky: bool = False
    tint: bool = False
    outline: bool = False
    cracks: bool = False
    crosshair: bool = False
    hand: bool = False
    bars: bool = False


EVERYTHING: Final = Overlay(True, True, True, True, True, True, True)


def frame(game: Game, height: int, width: int, fov: float, overlay: Overlay | None) -> Image:
    """Draws the first-person picture with the overlay's parts; without one, the plain picture."""
    if overlay is None or overlay == Overlay():
        return plain_frame(game, height, width, fov)
    view = View(game.eye, float(game.body[ph.YAW]), float(game.body[ph.PITCH]), fov)
    sprites = sprites_of(game)[0]
    drawn = partial(scene, game, view, height, width, sprites)  # without the swatch of what is held
    out = drawn() if overlay.hand else plain_frame(game, height, width, fov)
    day, lit = sunlit(game)
    if overlay.sky or overlay.outline or overlay.cracks:
        rays = directions(view, height, width)
    if overlay.sky and falls(game) == "nothing":
        draw_sky(out, view, rays, game.clock, day, game.ticks)
    if overlay.outline or overlay.cracks:
        _mark(game, out, view, rays, _veiled(game, view, out.shape, sprites), overlay)
    if overlay.tint and game.body[ph.SUBMERGED]:
        drown(out, day)
    if overlay.hand:
        _hand(game, out, day, lit)
    if overlay.crosshair:
        crosshair(out)
    if overlay.bars:
        draw_bars(out, slots_of(game, range(HOTBAR)), 0, condition_of(game))
    return out


# -- the block in reach --------------------------------------------------------------------------------------


def _veiled(
    game: Game, view: View, shape: tuple[int, ...], sprites: NDArray[np.float32]
) -> NDArray[np.bool_] | None:
    """Returns the pixels that creatures and items near by cover, None where none is near."""
    far = np.linalg.norm(sprites[:, :3] - np.array(view.eye), axis=1)
    if not (far < NEAR).any():
        return None
    height, width = shape[:2]
    with_them = scene(game, view, height, width, sprites[far < NEAR])
    return np.asarray((with_them != scene(game, view, height, width, None)).any(-1))


def _mark(
    game: Game, out: Image, view: View, rays: Numbers, veil: NDArray[np.bool_] | None, overlay: Overlay
) -> None:
    hit = target(game)
    if hit is None:
        return
    cell, hands = hit[0], game.hands
    kind = look().kind
    stops = (kind == 1) | (kind == 7)
    met = meet(game.world.blocks, stops, view, rays, cell)
    open_way = np.ones(len(met.rows), np.bool_) if veil is None else ~veil[met.rows, met.columns]
    if overlay.cracks and cell == hands.cell and hands.progress > 0.0:
        row, column = ((1.0 - met.v) * 16).astype(int) & 15, (met.u * 16).astype(int) & 15
        cracked = open_way & (_crack_order()[row, column] < hands.progress)
        blend(out, _mask(out, met, cracked), _CRACK, _CRACK_SHARE)
    if overlay.outline:
        edge = open_way & _on_edge(met, view.fov, out.shape[0])
        blend(out, _mask(out, met, edge), (0.0, 0.0, 0.0), 0.7)


def _mask(out: Image, met: Meeting, which: NDArray[np.bool_]) -> NDArray[np.bool_]:
    mask = np.zeros(out.shape[:2], np.bool_)
    mask[met.rows[which], met.columns[which]] = True
    return mask


def _on_edge(met: Meeting, fov: float, height: int) -> NDArray[np.bool_]:
    """Returns which pixels lie on the edges of a face, at least about one pixel wide."""
    pixel = 2.0 * np.tan(np.radians(fov) / 2) * met.distance / height
    edge = np.minimum(np.minimum(met.u, 1.0 - met.u), np.minimum(met.v, 1.0 - met.v))
    return np.asarray(edge < np.maximum(_EDGE, 0.8 * pixel))


@cache
def _crack_order() -> Numbers:
    """Returns for each texel the dig progress from which it is cracked, (16, 16); above 1 for never.

    Cracks grow from the middle outwards along six jagged paths.
    """
    rng = np.random.default_rng(10)
    out = np.full((16, 16), 2.0)
    for arm in range(6):
        y, x, angle = 8.0, 8.0, arm * np.pi / 3 + rng.uniform(-0.4, 0.4)
        for step in range(13):
            i, k = int(y), int(x)
            if not (0 <= i < 16 and 0 <= k < 16):
                break
            out[i, k] = min(out[i, k], (step + 1.5 * (arm % 3) + 0.5) / 15.5)
            angle += rng.uniform(-0.7, 0.7)
            y, x = y + np.sin(angle), x + np.cos(angle)
    return out


# -- on the glass --------------------------------------------------------------------------------------------


def crosshair(out: Image) -> None:
    """Draws a plus sign in the middle, light on dark and dark on light."""
    height, width = out.shape[:2]
    reach, thick = max(2, height // 45), max(1, height // 180)
    i, k = height // 2, width // 2
    for rows, columns in (
        (slice(i - thick // 2, i + (thick + 1) // 2), slice(k - reach, k + reach + thick % 2)),
        (slice(i - reach, i - thick // 2), slice(k - thick // 2, k + (thick + 1) // 2)),
        (slice(i + (thick + 1) // 2, i + reach + thick % 2), slice(k - thick // 2, k + (thick + 1) // 2)),
    ):
        bright = out[rows, columns].mean(-1, keepdims=True) > 140
        out[rows, columns] = np.where(bright, 30, 236)


def _hand(game: Game, out: Image, day: float, lit: Lamps) -> None:
    hands, item = game.hands, ITEMS[game.inventory.items[0]]
    x, y, z = (int(v) for v in np.floor(game.eye))
    if lit is NONE:
        light = light_at(sky_share(game.world.tops, x, y, z), day, 0.5)
    else:
        light = float(lit.table[byte_at(lit, game.world.tops, x, y, z)].mean())
    swing = game.ticks % SWING_TICKS / SWING_TICKS if hands.pressed else 0.0
    draw_hand(out, item, swing, min(1.0, hands.held / DRAW_TICKS), light)


def slots_of(game: Game, which: Sequence[int]) -> list[Slot]:
    """Returns inventory slots as the bars draw them."""
    held = game.inventory
    return [
        Slot(ITEMS[held.items[n]], held.counts[n], held.worn[n] / (DURABILITY[held.items[n]] or 1))
        for n in which
    ]


def condition_of(game: Game) -> Condition:
    """Returns what the signs over the hotbar show."""
    vitals = game.vitals
    return Condition(float(vitals.life), float(vitals.food), game.inventory.armor()[0], int(vitals.air))
