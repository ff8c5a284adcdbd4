"""Crafting and loading furnaces. Functions take the `Game`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from peam.sims.base import Cell
from peam.sims.voxel.items import ITEM_ID
from peam.sims.voxel.rules import CRAFT_SLOTS, Entry, resolve

if TYPE_CHECKING:
    from peam.sims.voxel.game import Game


def make(game: Game, craft: int, page: int = 0) -> None:
    """Makes what the argument names, if it can be paid and the station is near; else nothing happens.

    `page` 1 names the entries after the first 244, which MineDojo's index 6 cannot: it is action index 7.
    """
    entries = game.book.entries
    if craft + CRAFT_SLOTS * page >= len(entries):
        return
    entry = entries[craft + CRAFT_SLOTS * page]
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


def argument(game: Game, item: str, smelt: bool = False) -> tuple[int, int] | None:
    """Returns (action index 6, action index 7) that make an item now, None where nothing does."""
    for index, entry in enumerate(game.book.entries):
        if entry.item == item and (entry.station == "furnace") == smelt and _possible(game, entry):
            return index % CRAFT_SLOTS, index // CRAFT_SLOTS
    return None


def _possible(game: Game, entry: Entry) -> bool:
    if entry.station == "furnace":
        return smelter(game, entry.item) is not None
    if entry.station and not game.near(entry.station):
        return False
    return all(game.held(item) >= n for item, n in resolve(entry.takes, game.held).items())


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
