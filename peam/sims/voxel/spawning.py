"""Where creatures come from: herds at the start, monsters in the dark, and what a task asks for.

Numbers: `data/voxel/spawning.yaml`. Knows nothing of what creatures do.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from peam.errors import SimError
from peam.sims.voxel import entities as ent
from peam.sims.voxel import physics as ph
from peam.sims.voxel.aim import clear
from peam.sims.voxel.blocks import HAZARD, ID, LIGHT, LIQUID, OPAQUE, SOLID, data

if TYPE_CHECKING:
    from peam.sims.voxel.game import Game

RULES: Final = data("spawning.yaml")
HOSTILE: Final = [ent.KIND_ID[name] for name, row in ent.DATA.items() if row["hostile"]]
PASSIVE: Final = [ent.KIND_ID[name] for name, row in ent.DATA.items() if not row["hostile"]]
_GRASS = ID["grass_block"]


def night(clock: int) -> bool:
    """Whether the sky is dark enough for monsters."""
    return 13188 <= clock < 22812


def populate(game: Game) -> None:
    """Puts the first herds on grass around the agent."""
    rule = RULES["initial"]
    for _ in range(rule["packs"]):
        _pack(game, rule["near"], rule["far"])


def tick(game: Game) -> None:
    """Spawns now and then, up to the caps."""
    if game.ticks % RULES["hostile"]["every"] == 0 and not (game.peaceful or game.difficulty == "peaceful"):
        _monster(game)
    if game.ticks % RULES["passive"]["every"] == 0 and _number(game, PASSIVE) < RULES["passive"]["cap"]:
        _pack(game, RULES["passive"]["near"], RULES["passive"]["far"])


def _number(game: Game, kinds: list[int]) -> int:
    return int(np.isin(game.entities.table[: game.entities.rows, ent.KIND], kinds).sum())


def _around(game: Game, near: float, far: float) -> tuple[int, int]:
    angle, distance = game.random() * 2 * math.pi, near + game.random() * (far - near)
    x, z = game.body[ph.X] + math.cos(angle) * distance, game.body[ph.Z] + math.sin(angle) * distance
    return math.floor(x), math.floor(z)


def _pack(game: Game, near: float, far: float) -> None:
    """Puts a few animals of one kind on grass around one place; gives up where there is none."""
    rule = RULES["passive"]
    name = rule["kinds"][int(game.random() * len(rule["kinds"]))]
    number = rule["pack"][0] + int(game.random() * (rule["pack"][1] - rule["pack"][0] + 1))
    for _ in range(8):
        x, z = _around(game, near, far)
        if game.world.get(x, game.world.surface(x, z), z) == _GRASS:
            break
    else:
        return
    for _ in range(number):
        px, pz = x + int(game.random() * 5) - 2, z + int(game.random() * 5) - 2
        y = game.world.surface(px, pz)
        if game.world.get(px, y, pz) == _GRASS and _room(game, px, y + 1, pz):
            game.entities.creature(name, (px + 0.5, y + 1, pz + 0.5), game.random() * 360 - 180)


def _room(game: Game, x: int, y: int, z: int) -> bool:
    """Whether a body of two blocks can stand in a cell, dry and unhurt."""
    get = game.world.get
    below, feet, head = get(x, y - 1, z), get(x, y, z), get(x, y + 1, z)
    if not SOLID[below] or HAZARD[below]:
        return False
    return not (SOLID[feet] or SOLID[head] or LIQUID[feet] or LIQUID[head] or HAZARD[feet])


def _monster(game: Game) -> None:
    rule = RULES["hostile"]
    if _number(game, HOSTILE) >= rule["cap"]:
        return
    x, z = _around(game, rule["near"], rule["far"])
    top = game.world.surface(x, z)
    y = math.floor(game.body[ph.Y]) + int(game.random() * 32) - 16
    if night(game.clock) and game.random() < 0.6:
        y = top + 1
    while y > 1 and not SOLID[game.world.get(x, y - 1, z)]:
        y -= 1
    if not 1 < y <= top + 1 or not _room(game, x, y, z) or _lit(game, x, y, z, top):
        return
    name = rule["kinds"][int(game.random() * len(rule["kinds"]))]
    game.entities.creature(name, (x + 0.5, y, z + 0.5), game.random() * 360 - 180)


def _lit(game: Game, x: int, y: int, z: int, top: int) -> bool:
    """Whether a cell is too bright for monsters: open to a bright sky, or a light within its reach.

    Light is taken to pass straight, a level a block: the classic world keeps no light map.
    """
    if not night(game.clock) and (y > top or not _buried(game, x, y, z)):
        return True
    xs, zs = np.arange(x - 13, x + 14) & 255, np.arange(z - 13, z + 14) & 255
    ys = np.arange(max(0, y - 13), min(game.world.blocks.shape[1], y + 14))
    box = LIGHT[game.world.blocks[np.ix_(xs, ys, zs)]].astype(np.int64)
    lit = np.argwhere(box > 0)
    here = np.array([13, y - ys[0], 13])
    return any(int(box[tuple(cell)]) > int(np.abs(cell - here).sum()) for cell in lit)


def _buried(game: Game, x: int, y: int, z: int) -> bool:
    """Whether at least four opaque blocks lie above: daylight does not reach in from the side."""
    column = game.world.blocks[x & 255, y:, z & 255]
    return int(OPAQUE[column].sum()) >= 4


def request(game: Game, name: str, distance: float) -> int:
    """Puts a creature on the ground about `distance` away, in plain sight if there is such a place.

    Returns:
        Its row.

    Raises:
        SimError: If the creature is unknown or there is no room for it.
    """
    best: tuple[float, float, float] | None = None
    for attempt in range(96):
        reach = distance * (1 + 0.15 * (game.random() - 0.5) + attempt / 400)
        x, z = _around(game, reach, reach)
        spot = _stand(game, x, z)
        if spot is None:
            continue
        if clear(game.world.blocks, game.eye, (spot[0], spot[1] + 1.5, spot[2])):
            best = spot
            break
        best = best or spot
    if best is None:
        raise SimError(f"options: no room for a {name} about {distance} away")
    yaw = math.degrees(math.atan2(best[0] - game.body[ph.X], game.body[ph.Z] - best[2]))
    return game.entities.creature(name, best, yaw)


def _stand(game: Game, x: int, z: int) -> tuple[float, float, float] | None:
    """Returns the standing place of a column nearest to the agent's height, within ten blocks."""
    level = math.floor(game.body[ph.Y])
    for step in sorted(range(-10, 11), key=abs):
        if level + step > 0 and _room(game, x, level + step, z):
            return x + 0.5, float(level + step), z + 0.5
    return None
