"""The reset options of the simulator contract, applied to a fresh game."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from peam.errors import SimError, unknown
from peam.sims.voxel import naturals, spawning
from peam.sims.voxel.game import DAY, Game
from peam.sims.voxel.items import ITEM_ID, ITEMS, STACK

OPTIONS: Final = ("inventory", "time", "hand", "creatures", "peaceful", "respawn")
FARTHEST: Final = 36  # metres of a creature: the blocks that are loaded at the start reach a third farther


def known(item: str) -> str:
    """Returns the name of an item that exists. Raises SimError for others."""
    if not isinstance(item, str) or item not in ITEM_ID:
        raise SimError(unknown("item", str(item), ITEMS))
    return item


def apply(game: Game, options: Mapping[str, Any]) -> None:
    """Applies reset options.

    Raises:
        SimError: Unknown option, item or creature, or a value that does not fit.
    """
    if not isinstance(options, Mapping):
        raise SimError(f"reset options: {options!r} is not a mapping")
    for key in options:
        if key not in OPTIONS:
            raise SimError(unknown("reset option", str(key), OPTIONS))
    if _flag(options, "peaceful"):
        game.calm()
    game.extras.respawn = _flag(options, "respawn")
    clock = options.get("time", game.clock)
    if isinstance(clock, bool) or not isinstance(clock, int) or not 0 <= clock < DAY:
        raise SimError(f"reset option 'time': {clock!r} is not an integer in 0..{DAY - 1}")
    game.clock = clock
    _fill(game, options.get("inventory", {}))
    _hold(game, options.get("hand", "air"))
    (spawning if game.kind == "classic" else naturals).populate(game)
    creatures = options.get("creatures", [])
    if not isinstance(creatures, list | tuple):
        raise SimError(f"reset option 'creatures': {creatures!r} is not a list")
    for row in creatures:
        _request(game, row)


def _fill(game: Game, held: Any) -> None:
    if not isinstance(held, Mapping):
        raise SimError(f"reset option 'inventory': {held!r} is not a mapping of item to count")
    for item, count in held.items():
        if known(item) == "air":
            raise SimError("reset option 'inventory': air cannot be held")
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise SimError(f"reset option 'inventory.{item}': {count!r} is not a positive integer")
        if game.inventory.add(ITEM_ID[item], count):
            raise SimError(
                f"reset option 'inventory': {count} {item} do not fit (stacks of {STACK[ITEM_ID[item]]})"
            )


def _request(game: Game, row: Any) -> None:
    if not isinstance(row, Mapping) or set(row) != {"name", "distance"}:
        raise SimError(f"reset option 'creatures': {row!r} is not {{name, distance}}")
    far = row["distance"]
    if isinstance(far, bool) or not isinstance(far, int | float) or not 0 <= far <= FARTHEST:
        raise SimError(f"reset option 'creatures': distance {far!r} is not in 0..{FARTHEST}")
    spawning.request(game, str(row["name"]), float(far))


def _flag(options: Mapping[str, Any], key: str) -> bool:
    value = options.get(key, False)
    if not isinstance(value, bool):
        raise SimError(f"reset option '{key}': {value!r} is not true or false")
    return value


def _hold(game: Game, item: str) -> None:
    wanted, inventory = ITEM_ID[known(item)], game.inventory
    if not wanted or inventory.items[0] == wanted:
        return
    if not game.held(item) and inventory.add(wanted, 1):
        raise SimError(f"reset option 'hand': no room for {item} in a full inventory")
    inventory.swap(0, inventory.items.index(wanted))
