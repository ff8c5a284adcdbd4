"""The reset options of the simulator contract, applied to a fresh game."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from peam.errors import SimError, unknown
from peam.sims.voxel import naturals, spawning
from peam.sims.voxel.game import DAY, Game
from peam.sims.voxel.items import ITEM_ID, ITEMS, STACK

OPTIONS: Final = ("inventory", "time", "hand", "creatures", "peaceful")


def known(item: str) -> str:
    """Returns the name of an item that exists. Raises SimError for others."""
    if item not in ITEM_ID:
        raise SimError(unknown("item", item, ITEMS))
    return item


def apply(game: Game, options: Mapping[str, Any]) -> None:
    """Applies reset options.

    Raises:
        SimError: Unknown option, item or creature, or a value that does not fit.
    """
    for key in options:
        if key not in OPTIONS:
            raise SimError(unknown("reset option", key, OPTIONS))
    if options.get("peaceful", False):
        game.calm()
    clock = options.get("time", game.clock)
    if isinstance(clock, bool) or not isinstance(clock, int) or not 0 <= clock < DAY:
        raise SimError(f"reset option 'time': {clock!r} is not an integer in 0..{DAY - 1}")
    game.clock = clock
    for item, count in dict(options.get("inventory", {})).items():
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise SimError(f"reset option 'inventory.{item}': {count!r} is not a positive integer")
        if game.inventory.add(ITEM_ID[known(item)], count):
            raise SimError(
                f"reset option 'inventory': {count} {item} do not fit (stacks of {STACK[ITEM_ID[item]]})"
            )
    _hold(game, options.get("hand", "air"))
    (spawning if game.kind == "classic" else naturals).populate(game)
    for row in options.get("creatures", []):
        if not isinstance(row, Mapping) or set(row) != {"name", "distance"}:
            raise SimError(f"reset option 'creatures': {row!r} is not {{name, distance}}")
        spawning.request(game, str(row["name"]), float(row["distance"]))


def _hold(game: Game, item: str) -> None:
    wanted, inventory = ITEM_ID[known(item)], game.inventory
    if not wanted or inventory.items[0] == wanted:
        return
    if not game.held(item):
        inventory.add(wanted, 1)
    inventory.swap(0, inventory.items.index(wanted))
