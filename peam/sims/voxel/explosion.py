"""Explosions: which blocks their rays break, how hard they hit, and what is left. Functions take the `Game`.

Minecraft Wiki "Explosion", Java 1.19. Knows nothing of what explodes.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.voxel import building, combat
from peam.sims.voxel import entities as ent
from peam.sims.voxel import physics as ph
from peam.sims.voxel.blocks import HARDNESS, NAMES, SOLID, data
from peam.sims.voxel.entities import uniform
from peam.sims.voxel.items import ITEM_ID
from peam.sims.voxel.physics import at
from peam.sims.voxel.rules import FITS, drops_of

if TYPE_CHECKING:
    from peam.sims.base import Cell
    from peam.sims.voxel.game import Game

_STEP, _LOSS = 0.3, 0.225  # blocks between a ray's samples, and strength that each costs in air
_ITEM_LIFE = 5.0  # damage at which a dropped item is gone
_SAMPLES = 8  # a block, of a line of sight
# Loot needs no fit tool where an explosion breaks a block: the first of these that fits stands for it.
_TOOLS: Final = [ITEM_ID[name] for name in ("air", "diamond_pickaxe", "diamond_shovel")]


def _resistances() -> NDArray[np.float64]:
    out = np.maximum(HARDNESS.astype(np.float64), 0.0)
    for value, names in data("blast.yaml")["resistance"].items():
        out[[index for index, name in enumerate(NAMES) if name.partition("[")[0] in names]] = value
    return out


RESISTANCE: Final = _resistances()  # by block id


@njit(cache=True)
def rays(blocks: Any, centre: Any, power: float, rng: Any) -> Any:
    """Returns the cells that an explosion breaks, (n, 3) int64, no cell twice.

    1352 rays leave the centre through the surface of a grid of 16 x 16 x 16 points, each with a strength of
    0.7 to 1.3 times the power, which blocks weaken by 0.3 times their resistance + 0.3.
    """
    reach = int(power * 1.3 / _LOSS * _STEP) + 2
    side = 2 * reach + 1
    hit = np.zeros((side, side, side), np.uint8)
    ox, oy, oz = math.floor(centre[0]) - reach, math.floor(centre[1]) - reach, math.floor(centre[2]) - reach
    for i in range(16):
        for j in range(16):
            for k in range(16):
                if 0 < i < 15 and 0 < j < 15 and 0 < k < 15:
                    continue
                dx, dy, dz = i / 15.0 * 2 - 1, j / 15.0 * 2 - 1, k / 15.0 * 2 - 1
                norm = math.sqrt(dx * dx + dy * dy + dz * dz)
                x, y, z = centre
                left = power * (0.7 + uniform(rng) * 0.6)
                while left > 0:
                    cx, cy, cz = math.floor(x), math.floor(y), math.floor(z)
                    block = at(blocks, cx, cy, cz)
                    if block:
                        left -= (RESISTANCE[block] + 0.3) * 0.3
                    if left > 0 and block:
                        hit[cx - ox, cy - oy, cz - oz] = 1
                    x, y, z = x + dx / norm * _STEP, y + dy / norm * _STEP, z + dz / norm * _STEP
                    left -= _LOSS
    cells = np.argwhere(hit > 0)
    cells[:, 0] += ox
    cells[:, 1] += oy
    cells[:, 2] += oz
    return cells


@njit(cache=True)
def _open(blocks: Any, a: Any, b: Any) -> bool:
    """Whether no solid block stands between two points."""
    dx, dy, dz = b[0] - a[0], b[1] - a[1], b[2] - a[2]
    steps = int(math.sqrt(dx * dx + dy * dy + dz * dz) * _SAMPLES) + 1
    for i in range(steps + 1):
        f = i / steps
        if SOLID[at(blocks, math.floor(a[0] + dx * f), math.floor(a[1] + dy * f), math.floor(a[2] + dz * f))]:
            return False
    return True


@njit(cache=True)
def exposure(blocks: Any, centre: Any, feet: Any, width: float, height: float) -> float:
    """Returns the share of a body's points from which the centre of an explosion is seen, 0..1."""
    flat, up = 1.0 / (width * 2 + 1), 1.0 / (height * 2 + 1)
    shift = (1 - math.floor(1 / flat) * flat) / 2
    seen, points = 0, 0
    for i in range(int(1 / flat + 1e-9) + 1):
        for j in range(int(1 / up + 1e-9) + 1):
            for k in range(int(1 / flat + 1e-9) + 1):
                x = feet[0] - width / 2 + i * flat * width + shift
                y = feet[1] + j * up * height
                z = feet[2] - width / 2 + k * flat * width + shift
                points += 1
                seen += _open(blocks, (x, y, z), centre)
    return seen / points


def impact(power: float, distance: float, seen: float) -> float:
    """Returns how hard an explosion hits at a distance, 0..1, of what sees a share `seen` of it."""
    return max(0.0, 1.0 - distance / (2.0 * power)) * seen


def damage_of(power: float, hit: float) -> int:
    """Returns the half hearts that an impact costs; a player's are scaled by the difficulty."""
    return int((hit * hit + hit) / 2.0 * 7.0 * 2.0 * power + 1.0)


def scaled(damage: float, difficulty: str) -> float:
    """Returns an explosion's damage to a player at a difficulty."""
    level = {
        "peaceful": 0.0,
        "easy": min(damage / 2.0 + 1.0, damage),
        "normal": damage,
        "hard": damage * 1.5,
    }
    return level[difficulty]


def explode(game: Game, centre: tuple[float, float, float], power: float) -> None:
    """Breaks blocks, hurts and pushes what is near; one in `power` of the blocks' items is left."""
    cells = [(x, y, z) for x, y, z in rays(game.world.blocks, centre, power, game.rng).tolist()]
    _shake(game, centre, power)
    for cell in cells:
        if cell[1] >= 0 and game.world.get(*cell):
            _break(game, cell, power)


def _break(game: Game, cell: Cell, power: float) -> None:
    block = game.world.get(*cell)
    tool = next((tool for tool in _TOOLS if FITS[block, tool]), 0)
    _, items = drops_of(block, tool, game.random)
    building.put(game, cell, 0)
    for item, number in items:
        left = sum(game.random() < 1.0 / power for _ in range(number))
        if left:
            game.drop(item, left, cell)


def _shake(game: Game, centre: tuple[float, float, float], power: float) -> None:
    """Hurts and pushes the agent, creatures and dropped items."""
    table = game.entities.table
    for row in range(game.entities.rows):
        kind = int(table[row, ent.KIND])
        if kind == ent.FREE or kind == ent.ARROW:
            continue
        hit, push = _hit(game, table[row], ent.WIDTHS[kind], ent.HEIGHTS[kind], centre, power)
        if not hit:
            continue
        table[row, ph.VX : ph.VZ + 1] += push
        if kind == ent.ITEM:
            if damage_of(power, hit) >= _ITEM_LIFE:
                game.entities.remove(row)
        elif table[row, ent.HURT] <= 0:
            _hurt(game, row, damage_of(power, hit))
    hit, push = _hit(game, game.body, ph.WIDTH, ph.HEIGHT, centre, power)
    if hit:
        game.body[ph.VX : ph.VZ + 1] += push
        _blast(game, damage_of(power, hit), (centre[0], centre[2]))


def _hurt(game: Game, row: int, damage: float) -> None:
    e = game.entities.table[row]
    e[ent.HEALTH] -= combat.softened(e, damage)
    e[ent.HURT], e[ent.FLEE], e[ent.TIMER] = 10.0, 100.0, 0.0
    if e[ent.HEALTH] <= 0:
        combat.die(game, row)


def _blast(game: Game, damage: float, source: tuple[float, float]) -> None:
    amount = scaled(damage, "peaceful" if game.peaceful else game.difficulty)
    if not combat.guarded(game, amount, source):
        game.vitals.hurt(amount, "explosion", game.inventory)


def _hit(
    game: Game, body: Any, width: float, height: float, centre: tuple[float, float, float], power: float
) -> tuple[float, NDArray[np.float64]]:
    """Returns (impact, push as blocks a tick) on a body; the push goes from the centre to the eye."""
    feet = (float(body[ph.X]), float(body[ph.Y]), float(body[ph.Z]))
    far = math.dist(feet, centre)
    away = np.array((feet[0], feet[1] + height * 0.85, feet[2])) - centre
    norm = float(np.linalg.norm(away))
    if far >= 2.0 * power or norm == 0.0:
        return 0.0, away
    hit = impact(power, far, exposure(game.world.blocks, centre, feet, width, height))
    return hit, away / norm * hit
