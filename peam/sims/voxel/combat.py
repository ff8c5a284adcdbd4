"""Wounds, deaths, arrows, and the settling of the entity kernel's events. Functions take the `Game`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from peam.sims.voxel import entities as ent
from peam.sims.voxel import experience
from peam.sims.voxel import physics as ph
from peam.sims.voxel.aim import direction
from peam.sims.voxel.items import ITEM_ID, OFFHAND
from peam.sims.voxel.rules import COOKED

if TYPE_CHECKING:
    from peam.sims.voxel.game import Game

_ARROW: Final = ITEM_ID["arrow"]
_SHIELD_WEARS: Final = 3.0  # half hearts of a blow that wears a shield; Minecraft Wiki "Shield", Java 1.19
_LEVELS: Final = ("peaceful", "easy", "normal", "hard")


def wound(game: Game, row: int, damage: float, push: tuple[float, float], fact: str) -> None:
    """Hurts a creature by the agent's deed, pushes it, and settles its death under `fact`."""
    e = game.entities.table[row]
    e[ent.HEALTH] -= softened(e, damage)
    e[ent.HURT], e[ent.FLEE], e[ent.SEEN], e[ent.TIMER] = 10.0, 100.0, 60.0, 0.0
    e[ph.VX], e[ph.VZ] = e[ph.VX] / 2 + push[0] * 0.4, e[ph.VZ] / 2 + push[1] * 0.4
    if e[ph.GROUND]:
        e[ph.VY] = min(0.4, e[ph.VY] / 2 + 0.4)
    if e[ent.HEALTH] <= 0:
        die(game, row, fact)


def softened(e: NDArray[np.float64], damage: float) -> float:
    """Returns what a creature's own armour leaves of a blow."""
    points = ent.DATA[ent.KINDS[int(e[ent.KIND])]]["armor"]
    cut = min(20.0, max(points / 5.0, points - damage / 2.0))
    return float(damage * (1.0 - cut / 25.0))


def die(game: Game, row: int, fact: str = "") -> None:
    """Removes a dead creature, drops its loot, and counts it under `fact` if the agent did it."""
    e = game.entities.table[row]
    name, place = ent.KINDS[int(e[ent.KIND])], e[:3].tolist()
    bare, burning = int(e[ent.EID]) in game.extras.shorn, e[ent.FIRE] > 0
    game.entities.remove(row)
    for item, (least, most) in ent.DATA[name]["drops"].items():
        number = least + int(game.random() * (most - least + 1))
        if burning:
            item = COOKED.get(item, item)
        if number and not (bare and item == "white_wool"):
            game.entities.item(ITEM_ID[item], number, (place[0], place[1] + 0.3, place[2]))
    if fact:
        game.count(fact, name)
        experience.slain(game, name)
        _rare(game, name, place)


def _rare(game: Game, name: str, place: list[float]) -> None:
    """Drops, by a small chance, one of the things that only the agent's kill yields."""
    rare = ent.DATA[name].get("rare")
    if rare and game.extras.chance() < rare["chance"]:
        item = rare["items"][game.extras.between(0, len(rare["items"]) - 1)]
        game.entities.item(ITEM_ID[item], 1, (place[0], place[1] + 0.3, place[2]))


def loose(game: Game, power: float) -> None:
    """Shoots one of the agent's arrows; power 0..1 is how far the bow was drawn."""
    game.inventory.remove(_ARROW, 1)
    look = direction(game.body[ph.YAW], game.body[ph.PITCH])
    x, y, z = game.eye
    spread = [value + 0.0075 * gauss(game) for value in look]
    velocity = [value * 3.0 * power for value in spread]
    damage = math.ceil(6.0 * power)
    if power >= 1.0:
        damage += int(game.random() * (damage // 2 + 2))
    row = game.entities.add(ent.ARROW, (x, y - 0.1, z), velocity)
    game.entities.table[row, [ent.A, ent.B]] = damage, 1.0
    game.inventory.wear(0, 1)


def gauss(game: Game) -> float:
    """Draws from the normal distribution (Box and Muller)."""
    return math.sqrt(-2 * math.log(1 - game.random())) * math.cos(2 * math.pi * game.random())


def _picked(game: Game, row: int, value: float) -> None:
    e = game.entities.table[row]
    if e[ent.KIND] == ent.ARROW:
        if game.inventory.add(_ARROW, 1) == 0:
            game.entities.remove(row)
        return
    item, number = int(e[ent.A]), int(e[ent.B])
    left = game.inventory.add(item, number, int(e[ent.C])) if game.inventory.room(item) else number
    if left:
        e[ent.B] = left
    else:
        game.entities.remove(row)


def _bitten(game: Game, row: int, value: float) -> None:
    e = game.entities.table[row]
    _suffer(game, value, ent.KINDS[int(e[ent.KIND])], (e[ph.X], e[ph.Z]))


def _suffer(game: Game, damage: float, cause: str, source: tuple[float, float]) -> None:
    """Takes a blow from a place: a raised shield that faces it stops it; otherwise it hurts and pushes."""
    if guarded(game, damage, source):
        return
    body = game.body
    dx, dz = source[0] - body[ph.X], source[1] - body[ph.Z]
    far = math.hypot(dx, dz) or 1.0
    if game.vitals.hurt(damage, cause, game.inventory):
        body[ph.VX], body[ph.VZ] = body[ph.VX] / 2 - dx / far * 0.4, body[ph.VZ] / 2 - dz / far * 0.4
        if body[ph.GROUND]:
            body[ph.VY] = min(0.4, body[ph.VY] / 2 + 0.4)


def guarded(game: Game, damage: float, source: tuple[float, float]) -> bool:
    """Whether a raised shield that faces a place stops a blow from there; hard blows wear it."""
    dx, dz = source[0] - game.body[ph.X], source[1] - game.body[ph.Z]
    yaw = math.radians(game.body[ph.YAW])
    if not game.hands.shielded or (-math.sin(yaw) * dx + math.cos(yaw) * dz) <= 0:
        return False
    if damage >= _SHIELD_WEARS:
        game.inventory.wear(OFFHAND, 1 + int(damage))
    return True


def _shot_at(game: Game, row: int, value: float) -> None:
    """A skeleton looses an arrow: velocity 1.6, aimed above the chest by a fifth of the distance."""
    e, body = game.entities.table[row], game.body
    x, y, z = e[ph.X], e[ph.Y] + 1.7, e[ph.Z]
    dx, dz = body[ph.X] - x, body[ph.Z] - z
    flat = math.hypot(dx, dz)
    dy = body[ph.Y] + ph.HEIGHT / 3 - y + flat * 0.2
    norm = math.sqrt(dx * dx + dy * dy + dz * dz) or 1.0
    spread = 0.0075 * (14 - 4 * _LEVELS.index(game.difficulty))
    velocity = [(value / norm + spread * gauss(game)) * 1.6 for value in (dx, dy, dz)]
    shot = game.entities.add(ent.ARROW, (x, y, z), velocity)
    game.entities.table[shot, ent.A] = value


def _hit(game: Game, row: int, value: float) -> None:
    """An arrow meets a body: the agent's (-1) or a creature's row."""
    e = game.entities.table[row].copy()
    game.entities.remove(row)
    if value < 0:
        _suffer(game, e[ent.A], "arrow", (e[ph.X] - e[ph.VX], e[ph.Z] - e[ph.VZ]))
    elif (
        game.entities.table[int(value), ent.KIND] > ent.ARROW
        and game.entities.table[int(value), ent.HURT] <= 0
    ):
        speed = math.hypot(e[ph.VX], e[ph.VZ]) or 1.0
        wound(game, int(value), e[ent.A], (e[ph.VX] / speed, e[ph.VZ] / speed), "shot")


def _died(game: Game, row: int, value: float) -> None:
    die(game, row)


def _gone(game: Game, row: int, value: float) -> None:
    game.entities.remove(row)


EVENTS: Final[tuple[Callable[[Game, int, float], None], ...]] = (
    _picked,
    _bitten,
    _shot_at,
    _died,
    _hit,
    _gone,
)
