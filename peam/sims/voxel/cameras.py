"""The agent from behind: a picture for people, with its own figure in it. Changes nothing in a game."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from peam.sims.voxel import physics as ph
from peam.sims.voxel.aim import direction
from peam.sims.voxel.blocks import SOLID
from peam.sims.voxel.game import Game
from peam.sims.voxel.heavens import draw_sky
from peam.sims.voxel.items import ITEMS
from peam.sims.voxel.lines import View, directions
from peam.sims.voxel.render import SPRITE_KIND, item_kind, sprites_of
from peam.sims.voxel.views import scene, sunlit
from peam.sims.voxel.views import sprites_of as sprites_in
from peam.sims.voxel.weather import falls
from peam.types import Image

BACK: Final = 4.0  # metres behind the head, as in Minecraft
_DOWN, _LOWEST, _HIGHEST = 14.0, -40.0, 72.0  # degrees: how much lower it looks than the agent, and bounds
_ROOM: Final = 0.25  # metres kept from a wall


def third_person(game: Game, height: int, width: int, fov: float = 70.0, sky: bool = True) -> Image:
    """Draws the agent and what is before it, from behind and above its head.

    The camera comes nearer where a block stands between. The window of loaded blocks reaches 48
    metres around the agent, which is all that the picture shows ahead.

    Args:
        game: Whose agent.
        height: Pixels.
        width: Pixels.
        fov: Vertical, degrees.
        sky: Whether sun, moon, stars and clouds are drawn.
    """
    view = camera_behind(game, fov)
    rows = np.concatenate([sprites_in(game)[0], figure(game)])
    out = scene(game, view, height, width, rows)
    if sky and falls(game) == "nothing":
        rays = directions(view, height, width)
        draw_sky(out, view, rays, game.clock, sunlit(game)[0], game.ticks)
    return out


def camera_behind(game: Game, fov: float) -> View:
    """Returns the camera of `third_person`."""
    yaw = float(game.body[ph.YAW])
    pitch = min(_HIGHEST, max(_LOWEST, float(game.body[ph.PITCH]) + _DOWN))
    look = np.array(direction(yaw, pitch))
    head, far = np.array(game.eye), 0.0
    while far < BACK and not _in_rock(game, head - look * (far + _ROOM)):
        far += 0.1
    x, y, z = (head - look * max(0.0, far - 0.1)).tolist()
    return View((x, y, z), yaw, pitch, fov)


def _in_rock(game: Game, at: NDArray[np.float64]) -> bool:
    x, y, z = (int(v) for v in np.floor(at))
    return bool(SOLID[game.world.get(x, y, z)])


def figure(game: Game) -> NDArray[np.float32]:
    """Returns the agent's figure and what it holds, as rows for `render`."""
    x, y, z = game.body[:3].tolist()
    yaw = float(game.body[ph.YAW])
    hurt = 1.0 if game.vitals.taken > 0 else 0.0
    rows: list[tuple[float, ...]] = [(x, y, z, ph.WIDTH, ph.HEIGHT, SPRITE_KIND["player"], yaw, hurt)]
    held = game.inventory.items[0]
    if held:
        cos, sin = float(np.cos(np.radians(yaw))), float(np.sin(np.radians(yaw)))
        hand = (x - 0.38 * cos - 0.32 * sin, y + 0.66, z - 0.38 * sin + 0.32 * cos)
        rows.append((*hand, 0.3, 0.3, float(item_kind(ITEMS[held])), yaw, 0.0))
    return sprites_of(rows)
