"""Crafting and loading furnaces. Functions take the `Game`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from peam.sims.base import Cell
from peam.sims.voxel.items import ITEM_ID
from peam.sims.voxel.rules import ENTRIES, resolve

if TYPE_CHECKING:
    from peam.sims.voxel.game import Game


def make(game: Game, craft: int) -> None:
    """Makes what the argument names, if it can be paid and the station is near; else nothing happens."""
    if craft >= len(ENTRIES):
        return
    entry = ENTRIES[craft]
    if entry.station == "furnace":
        _load(game, entry.item)
        return
    if entry.station and not game.near(entry.station):
        return
    takes = resolve(entry.takes, game.held)
    if any(game.held(item) < number for item, number in takes.items()):
        return
    for item, number in takes.items():
        game.inventory.remove(ITEM_ID[item], number)
    game.give(ITEM_ID[entry.item], entry.count)
    game.count("crafted", entry.item, entry.count)


def smelter(game: Game, product: str) -> tuple[Cell, str, tuple[str, int] | None] | None:
    """Returns (furnace, input, fuel to add) for the nearest furnace that can take one more, or None."""
    for cell in game.near("furnace"):
        plan = game.furnaces[cell].plan(product, game.held)
        if plan:
            return cell, plan[0], plan[1]
    return None


def _load(game: Game, product: str) -> None:
    found = smelter(game, product)
    if found is None:
        return
    cell, item, fuel = found
    game.inventory.remove(ITEM_ID[item], 1)
    if fuel:
        game.inventory.remove(ITEM_ID[fuel[0]], fuel[1])
    game.furnaces[cell].load(item, fuel)
