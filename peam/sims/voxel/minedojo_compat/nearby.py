"""Whether a crafting table or furnace stands in front of the agent: Malmo's `hasNearbyCraftingTable`.

Only stations that were placed since the world began count: within 5 m of the head (1.6 m above the feet) and
within the field of view, which Malmo narrows to the shorter side of the picture.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from peam.sims.voxel import physics as ph
from peam.sims.voxel.aim import direction
from peam.sims.voxel.game import Game

REACH, HEAD, FOV = 5.0, 1.6, 70.0


def nearby(game: Game, station: str, image: tuple[int, int]) -> bool:
    """Returns whether a placed station of that name is near and in view.

    Args:
        game: The game.
        station: "crafting_table" or "furnace".
        image: (height, width) of the picture.
    """
    cells = [cell for cell, name in game.stations.items() if name == station]
    if not cells:
        return False
    x, y, z = game.body[:3].tolist()
    head = np.array((x, y + HEAD, z))
    look = np.array(direction(float(game.body[ph.YAW]), float(game.body[ph.PITCH])))
    height, width = image
    limits = (min(1.0, width / height) * FOV / 2, min(1.0, height / width) * FOV / 2)
    return any(_in_view(np.array(cell) + 0.5 - head, look, *limits) for cell in cells)


def _in_view(to: NDArray[np.float64], look: NDArray[np.float64], yaw: float, pitch: float) -> bool:
    """Whether a vector from the head is short enough and within so many degrees of the look."""
    if float(to @ to) > REACH * REACH or float(look @ to) <= 0:
        return False
    side = np.cross(look, (0.0, 1.0, 0.0))
    if not side.any():
        return False
    up = np.cross(side, look)
    # Malmo divides by a length once where a projection needs it twice; its angles are kept.
    across = to - side * (float(side @ to) / float(np.linalg.norm(side)))
    along = to - up * (float(up @ to) / float(np.linalg.norm(up)))
    return _angle(look, along) <= yaw and _angle(look, across) <= pitch


def _angle(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    cosine = float(a @ b) / (float(np.linalg.norm(a)) * float(np.linalg.norm(b)) or 1.0)
    return math.degrees(math.acos(min(1.0, max(-1.0, cosine))))
