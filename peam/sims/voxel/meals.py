"""Eating and drinking. Functions take the `Game`. Numbers: `data/voxel/foods.yaml`, `items.json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from peam.sims.voxel.blocks import data
from peam.sims.voxel.items import FOOD, ITEM_ID, ITEMS, SATURATION

if TYPE_CHECKING:
    from peam.sims.voxel.game import Game

RULES: Final = data("foods.yaml")
TICKS: Final[int] = RULES["ticks"]
_DRINKS: Final = {ITEM_ID[full]: ITEM_ID[empty] for full, empty in RULES["drinks"].items()}
_ALWAYS: Final = frozenset(ITEM_ID[name] for name in RULES["always"])


def may(game: Game, item: int) -> bool:
    """Whether the agent would eat or drink an item now."""
    return item in _DRINKS or (bool(FOOD[item]) and (game.vitals.food < 20 or item in _ALWAYS))


def finish(game: Game, item: int) -> None:
    """Ends a meal of the item in hand: points, effects, and an empty bucket after a drink."""
    game.inventory.take(0, 1)
    if item in _DRINKS:
        game.vitals.cure()
        game.give(_DRINKS[item], 1)
    else:
        game.vitals.eat(FOOD[item], SATURATION[item])
    for effect, (ticks, chance) in RULES["effects"].get(ITEMS[item], {}).items():
        if chance >= 1.0 or game.random() < chance:
            game.vitals.affect(effect, ticks)
    game.count("eaten", ITEMS[item])
