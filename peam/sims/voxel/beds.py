"""Sleep: Minecraft Wiki "Bed", Java 1.19. Functions take the `Game`.

The body stays where it stands. In the overworld a thunderstorm
lets sleep by day too, and waking ends rain and thunder. While asleep, actions are left
out but sneaking, which gets up.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from peam.sims.base import Cell
from peam.sims.voxel import physics as ph
from peam.sims.voxel import spawning, weather
from peam.sims.voxel.blocks import NAMES, SOLID, base
from peam.sims.voxel.pairs import BED

if TYPE_CHECKING:
    from peam.sims.voxel.game import Game

DUSK, DAWN = 12542, 23460  # ticks of the day between which a clear sky lets sleep
TICKS: Final = 100  # of sleep until morning
REACH: Final = (3.0, 2.0)  # metres to the bed, across and up
MONSTERS: Final = (8.0, 5.0)  # metres within which a monster keeps awake, across and up


def use(game: Game, cell: Cell) -> None:
    """Makes the bed the place to come back to, and falls asleep if the night allows."""
    body = game.body
    if max(abs(cell[0] + 0.5 - body[ph.X]), abs(cell[2] + 0.5 - body[ph.Z])) > REACH[0]:
        return
    if abs(cell[1] - body[ph.Y]) > REACH[1]:
        return
    game.extras.home = cell
    dark = weather.night(game) if game.weather else DUSK <= game.clock < DAWN
    if dark and not _watched(game, cell):
        game.extras.asleep = 1


def _watched(game: Game, cell: Cell) -> bool:
    """Whether a monster is near the bed."""
    for row in game.entities.of(spawning.HOSTILE):
        x, y, z = game.entities.table[row, :3].tolist()
        if (
            max(abs(x - cell[0] - 0.5), abs(z - cell[2] - 0.5)) <= MONSTERS[0]
            and abs(y - cell[1]) <= MONSTERS[1]
        ):
            return True
    return False


def sleep(game: Game, pose: int) -> None:
    """Advances one tick of sleep: a blow, a broken bed or sneaking ends it, 100 ticks bring the morning."""
    extras = game.extras
    if pose == 2 or game.vitals.taken > 0 or not _stands(game, extras.home):
        extras.asleep = 0
        return
    extras.asleep += 1
    if extras.asleep > TICKS:
        extras.asleep = 0
        game.clock = 0
        if game.weather and game.weather.wet:
            game.weather.clear()
        game.count("slept", BED)


def _stands(game: Game, home: Cell | None) -> bool:
    return home is not None and base(NAMES[game.world.get(*home)]) == BED


def waking_place(game: Game) -> Cell:
    """Returns where a new life begins: beside the bed if there is room, else the world's spawn."""
    home = game.extras.home
    if home is not None:
        game.world.ensure(home[0], home[2])
        if _stands(game, home):
            around = [(dx, dy, dz) for dy in (0, -1, 1) for dx in (-1, 0, 1) for dz in (-1, 0, 1)]
            for dx, dy, dz in sorted(
                around, key=lambda step: abs(step[1]) * 9 + math.hypot(step[0], step[2])
            ):
                cell = (home[0] + dx, home[1] + dy, home[2] + dz)
                if _room(game, cell):
                    return cell
        game.extras.home = None
    return game.world.spawn()


def _room(game: Game, cell: Cell) -> bool:
    x, y, z = cell
    get = game.world.get
    return bool(SOLID[get(x, y - 1, z)]) and not SOLID[get(x, y, z)] and not SOLID[get(x, y + 1, z)]
