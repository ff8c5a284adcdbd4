"""Falls, death, what it leaves behind, and the next life. Functions take the `Game`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from peam.sims.voxel import beds, farming
from peam.sims.voxel import physics as ph
from peam.sims.voxel.blocks import ID, STATES
from peam.sims.voxel.vitals import Vitals

if TYPE_CHECKING:
    from peam.sims.voxel.game import Game

GENTLE: Final = 0.5  # blocks of fall that do nothing to anybody
DELAY: Final = 40  # ticks until what a death dropped may be picked up
# Part of a fall's damage that is left on these; Minecraft Wiki "Hay Bale" and "Bed", Java 1.19.
SOFT: Final = {ID["hay_block"]: 0.2} | {block: 0.5 for block in STATES["white_bed"]}


def land(game: Game, fallen: float) -> None:
    """Settles a landing: damage beyond three blocks, and what it does to the ground."""
    x, y, z = game.body[:3].tolist()
    ground = (math.floor(x), math.floor(y - 0.2), math.floor(z))
    if fallen > 3.0:
        part = SOFT.get(game.world.get(*ground), 1.0)
        game.vitals.hurt(math.ceil((fallen - 3.0) * part - 1e-6), "fall")
    farming.trample(game, ground, fallen)


def settle(game: Game) -> None:
    """Settles the agent's death: everything held drops, and a new life begins where there is to be one."""
    _drop(game)
    if game.extras.respawn:
        game.count("died", game.vitals.cause or "unknown")
        _begin(game)


def _drop(game: Game) -> None:
    """Scatters the inventory."""
    inventory, chance = game.inventory, game.extras.chance
    x, y, z = game.body[:3].tolist()
    for slot, (item, count, worn) in enumerate(
        list(zip(inventory.items, inventory.counts, inventory.worn, strict=True))
    ):
        if count:
            speed, angle = chance() * 0.5, chance() * 2 * math.pi
            velocity = (-math.sin(angle) * speed, 0.2, math.cos(angle) * speed)
            game.entities.item(item, count, (x, y + ph.EYE - 0.3, z), velocity, delay=DELAY, worn=worn)
            inventory.take(slot, count)


def _begin(game: Game) -> None:
    """Starts the next life at the bed or the world's spawn, with nothing."""
    taken, cause = game.vitals.taken, game.vitals.cause
    game.vitals = Vitals(taken=taken, cause=cause)
    game.hands.rest()
    game.extras.points = game.extras.asleep = 0
    yaw = float(game.body[ph.YAW])
    x, y, z = beds.waking_place(game)
    game.body[:] = 0.0
    game.body[ph.X : ph.Z + 1] = x + 0.5, y, z + 0.5
    game.body[ph.GROUND], game.body[ph.YAW] = 1.0, yaw
    game.world.ensure(x, z)
