"""Chests: 27 slots each, as a block entity. Functions take the `Game`.

`use` (functional action 1) at a chest under the crosshair moves a stack, as a click with shift does in
Minecraft's screen: action index 6 = 1 puts the inventory slot of index 7 in; index 6 = 2 + s takes the
chest's slot s (0..26) out; index 6 = 0 leaves the chest alone. Two chests side by side stay two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from peam.sims.base import Cell
from peam.sims.voxel.extras import CHEST, Slot
from peam.sims.voxel.items import STACK

if TYPE_CHECKING:
    from peam.sims.voxel.game import Game

STORE, TAKE = 1, 2  # action index 6 of `use`; TAKE + s takes slot s


def empty() -> list[Slot]:
    """Returns the slots of a new chest."""
    return [[0, 0, 0] for _ in range(CHEST)]


def transfer(game: Game, cell: Cell, order: int, slot: int) -> bool:
    """Carries out action index 6 of a `use` at a chest; returns whether it named a transfer."""
    if not STORE <= order < TAKE + CHEST:
        return False
    chest = game.extras.chests.setdefault(cell, empty())
    if order == STORE:
        _store(game, chest, slot)
    else:
        _take(game, chest[order - TAKE])
    return True


def _store(game: Game, chest: list[Slot], slot: int) -> None:
    inventory = game.inventory
    item, worn = inventory.items[slot], inventory.worn[slot]
    for want in (item, 0):
        for place in chest:
            if item and inventory.counts[slot] and place[0] == want and place[1] < STACK[item]:
                moved = inventory.take(slot, STACK[item] - place[1])
                place[:] = item, place[1] + moved, worn


def _take(game: Game, place: Slot) -> None:
    item, number, worn = place
    left = game.inventory.add(item, number, worn) if number else 0
    place[:] = (item, left, worn) if left else (0, 0, 0)


def spill(game: Game, cell: Cell) -> None:
    """Drops what a chest that is gone held."""
    for item, number, worn in game.extras.chests.pop(cell, ()):
        if number:
            speed = ((game.extras.chance() - 0.5) * 0.1, 0.1, (game.extras.chance() - 0.5) * 0.1)
            game.entities.item(item, number, (cell[0] + 0.5, cell[1] + 0.3, cell[2] + 0.5), speed, worn=worn)
