"""What `use` does to the block or creature under the crosshair, and items that act when they are used.

Order as in Minecraft: the creature, the block (not while sneaking), the item. Functions take the `Game`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from peam.sims.base import Cell
from peam.sims.voxel import beds, buckets, chests, farming, pairs, plots
from peam.sims.voxel import entities as ent
from peam.sims.voxel.blocks import ID, NAMES, base
from peam.sims.voxel.building import put_down, target
from peam.sims.voxel.items import ARMOR, ITEM_ID, ITEMS, NATURAL, OFFHAND, PLANTS

if TYPE_CHECKING:
    from peam.sims.voxel.game import Game

PAUSE: Final = 4  # ticks between the uses of a held button
_CHEST: Final = ID["chest"]
_SHEEP: Final = ent.KIND_ID["sheep"]


def use(game: Game, order: int, slot: int) -> bool:
    """Carries out a `use` that is no eating, drawing, placing or guarding; returns whether it was one.

    Args:
        game: The game.
        order: Action index 6: what to move at a chest, see `chests`.
        slot: Action index 7: the inventory slot that this moves.
    """
    fresh, game.extras.pressed = not game.extras.pressed, True
    if (fresh or order) and _block(game, order, slot, fresh):
        return True
    act = _ITEMS.get(game.inventory.items[0])
    if act is None or game.hands.pause or not act(game):
        return False
    game.hands.pause = PAUSE
    return True


def _block(game: Game, order: int, slot: int, fresh: bool) -> bool:
    """Uses the block under the crosshair: chests by order, doors and beds when the button goes down."""
    hit = target(game)
    if hit is None or game.extras.sneaks:
        return False
    cell: Cell = hit[0]
    block = game.world.get(*cell)
    if block == _CHEST:
        return chests.transfer(game, cell, order, slot)
    if not fresh or block not in pairs.PARTNER:
        return False
    if base(NAMES[block]) == pairs.BED:
        beds.use(game, cell)
        return True
    return pairs.swing(game, cell)


def _wear(game: Game) -> bool:
    """Puts the armour in hand on, where nothing is worn yet."""
    slot = NATURAL[game.inventory.items[0]]
    if game.inventory.items[slot]:
        return False
    game.inventory.swap(0, slot)
    return True


def _shear(game: Game) -> bool:
    """Shears the sheep under the crosshair; returns whether it gave wool."""
    row = buckets.creature(game)
    if row < 0 or game.entities.table[row, ent.KIND] != _SHEEP:
        return False
    sheep = int(game.entities.table[row, ent.EID])
    if sheep in game.extras.shorn:
        return False
    game.extras.shorn.add(sheep)
    number = game.extras.between(*plots.RULES["wool"]["shorn"])
    game.entities.item(ITEM_ID["white_wool"], number, game.entities.table[row, :3].tolist())
    game.inventory.wear(0, 1)
    game.count("shorn", "white_wool", number)
    return True


def regrow(game: Game) -> None:
    """Lets shorn sheep on grass eat it and wear wool again; forgets those that are gone."""
    present = set()
    for row in game.entities.of([_SHEEP]):
        e = game.entities.table[row]
        sheep = int(e[ent.EID])
        if sheep in game.extras.shorn:
            present.add(sheep)
            cell = (int(e[0] // 1), int(e[1] // 1) - 1, int(e[2] // 1))
            grass = game.world.loaded(cell[0], cell[2]) and game.world.get(*cell) == ID["grass_block"]
            if grass and game.extras.chance() < plots.RULES["wool"]["regrows"]:
                game.world.set(*cell, ID["dirt"])
                present.discard(sheep)
    game.extras.shorn = present


def _plant(game: Game) -> bool:
    return put_down(game, 0)


def _uses() -> dict[int, Callable[[Game], bool]]:
    found: dict[int, Callable[[Game], bool]] = {item: _plant for item in PLANTS}
    found |= {item: farming.till for item, name in enumerate(ITEMS) if name.endswith("_hoe")}
    found |= {item: _wear for item, slot in enumerate(NATURAL) if ARMOR <= slot < OFFHAND}
    found |= {ITEM_ID[name]: buckets.pour for name in buckets.POURED}
    named = {"bucket": buckets.fill, "bone_meal": farming.fertilize, "shears": _shear}
    return found | {ITEM_ID[name]: act for name, act in named.items()}


_ITEMS: Final = _uses()
