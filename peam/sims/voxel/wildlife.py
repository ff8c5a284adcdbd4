"""Runs the overworld's creatures for a game, and what their events lead to. Functions take the `Game`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from peam.sims.voxel import combat, fauna, mobs, weather
from peam.sims.voxel import physics as ph
from peam.sims.voxel.elements import DARK, DRY, FAUNA, LEVEL
from peam.sims.voxel.explosion import explode
from peam.sims.voxel.items import ITEM_ID

if TYPE_CHECKING:
    from peam.sims.voxel.game import Game

_MINDS: Final = fauna.minds()
_EGG: Final = ITEM_ID["egg"]
_POWER: Final = float(FAUNA["creeper"]["power"])


def advance(
    game: Game,
    powers: NDArray[np.float64],
    around: NDArray[np.float64],
    limits: NDArray[np.float64],
    bright: bool,
    events: NDArray[np.float64],
) -> int:
    """Advances every entity of a game one tick; returns the number of events. Arguments: `fauna.advance`.

    `around` is filled here.
    """
    dry = weather.falls(game) != "rain"
    around[DARK], around[LEVEL], around[DRY] = weather.shade(game), mobs.LEVELS.index(game.difficulty), dry
    return fauna.advance(
        game.world.blocks,
        game.world.tops,
        game.entities.table,
        game.entities.rows,
        game.body,
        game.alive,
        powers,
        _MINDS,
        around,
        limits,
        bright,
        game.kind != "classic",
        game.rng,
        events,
    )


def _exploded(game: Game, row: int, value: float) -> None:
    """A creeper is gone, and drops nothing; what is around it breaks."""
    x, y, z = game.entities.table[row, ph.X : ph.Z + 1].tolist()
    game.entities.remove(row)
    explode(game, (x, y, z), _POWER)


def _laid(game: Game, row: int, value: float) -> None:
    game.entities.item(_EGG, 1, game.entities.table[row, ph.X : ph.Z + 1].tolist())


EVENTS: Final[tuple[Callable[[Game, int, float], None], ...]] = (*combat.EVENTS, _exploded, _laid)
