"""Experience points and levels: Minecraft Wiki "Experience", Java 1.19. Functions take the `Game`.

Points go to the agent at once: there are no orbs that lie about.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from peam.sims.voxel import entities as ent
from peam.sims.voxel.blocks import NAMES, data

if TYPE_CHECKING:
    from peam.sims.voxel.game import Game

RULES: Final = data("experience.yaml")


def needed(level: int) -> int:
    """Returns the points that a level takes, counted from none."""
    if level <= 16:
        return level * level + 6 * level
    if level <= 31:
        return int(2.5 * level * level - 40.5 * level + 360)
    return int(4.5 * level * level - 162.5 * level + 2220)


def level(points: int) -> tuple[int, float]:
    """Returns (level, share of the way to the next, 0..1) of a number of points."""
    reached = 0
    while needed(reached + 1) <= points:
        reached += 1
    below, above = needed(reached), needed(reached + 1)
    return reached, (points - below) / (above - below)


def mined(game: Game, block: int) -> None:
    """Credits a block that the agent has broken with a fit tool."""
    if NAMES[block] in RULES["ores"]:
        game.extras.points += game.extras.between(*RULES["ores"][NAMES[block]])


def slain(game: Game, name: str) -> None:
    """Credits a creature that the agent has killed."""
    game.extras.points += game.extras.between(
        *RULES["creatures"]["hostile" if ent.DATA[name]["hostile"] else "passive"]
    )


def smelted(game: Game, product: str, number: int) -> None:
    """Credits what was taken out of a furnace."""
    worth = RULES["smelting"].get(product, 0.0) * number
    whole = math.floor(worth + 1e-9)
    game.extras.points += whole
    if worth - whole > 1e-9 and game.extras.chance() < worth - whole:
        game.extras.points += 1
