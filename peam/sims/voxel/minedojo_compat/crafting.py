"""MineDojo's event-level commands on an inventory: craft, smelt, equip, by 1.11.2 name.

After Malmo's `CraftingHelper`, `EquipCommandsImplementation`: the first recipe of that name that can be paid
is made, whatever the grid; smelting is instant and burns fuel of the inventory. The recipes themselves are
the embedded world's. Functions take the `Avatar`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from peam.sims.voxel.items import ARMOR, ITEM_ID, ITEMS, MAIN, NATURAL, SLOTS
from peam.sims.voxel.minedojo_compat.names import OLD, SHOWN, old_name
from peam.sims.voxel.minedojo_compat.tables import CRAFTS
from peam.sims.voxel.rules import ENTRIES, FUEL, INPUTS, SMELT_TICKS, resolve

if TYPE_CHECKING:
    from peam.sims.voxel.minedojo_compat.avatar import Avatar


def _recipes() -> dict[str, list[int]]:
    out: dict[str, list[int]] = {}
    for index, entry in enumerate(ENTRIES):
        pair = old_name(entry.item)
        if entry.station != "furnace" and pair:
            out.setdefault(pair[0], []).append(index)
    return out


def _smelting() -> dict[str, list[tuple[str, str]]]:
    out: dict[str, list[tuple[str, str]]] = {}
    for product, inputs in INPUTS.items():
        pair = old_name(product)
        if pair:
            out.setdefault(pair[0], []).extend((item, product) for item in inputs)
    return out


_RECIPES: Final = _recipes()  # 1.11.2 name -> craft arguments of the embedded world
_SMELTING: Final = _smelting()  # 1.11.2 name -> (input, product)


def makeable(craft: int) -> bool:
    """Whether the embedded world can make what a craft argument names."""
    name = CRAFTS[craft].name
    return name in (_SMELTING if CRAFTS[craft].station == "furnace" else _RECIPES)


def craft(avatar: Avatar, name: str) -> bool:
    """Crafts one recipe of that name; without one that can be paid, smelts it, as Malmo's "craft" does."""
    game = avatar.game
    for index in _RECIPES.get(name, ()):
        entry = ENTRIES[index]
        takes = resolve(entry.takes, game.held)
        if all(game.held(item) >= count for item, count in takes.items()):
            for item, count in takes.items():
                _remove(avatar, ITEM_ID[item], count)
            game.give(ITEM_ID[entry.item], entry.count)
            game.count("crafted", entry.item, entry.count)
            avatar.ledger.add("craft_item", name, entry.count)
            return True
    return smelt(avatar, name)


def smelt(avatar: Avatar, name: str) -> bool:
    """Smelts one piece at once, if an input and 200 ticks of fuel are held."""
    game = avatar.game
    for item, product in _SMELTING.get(name, ()):
        if game.held(item) and _fuel(avatar) >= SMELT_TICKS:
            _remove(avatar, ITEM_ID[item], 1)
            _burn(avatar)
            game.give(ITEM_ID[product], 1)
            game.count("smelted", product)
            avatar.ledger.add("craft_item", name, 1)
            return True
    return False


def _remove(avatar: Avatar, item: int, count: int) -> None:
    """Takes items out, the first slots first."""
    inventory = avatar.game.inventory
    for slot in range(SLOTS):
        if inventory.items[slot] == item and count:
            count -= inventory.take(slot, count)


def _fuel(avatar: Avatar) -> int:
    """Ticks of fuel at hand: the fire that is left, and all that burns in the 36 slots."""
    held = avatar.game.inventory
    return avatar.fire + sum(FUEL.get(ITEMS[held.items[i]], 0) * held.counts[i] for i in range(MAIN))


def _burn(avatar: Avatar) -> None:
    """Burns one item's worth: first the fire that is left, then pieces from the first slot on."""
    inventory = avatar.game.inventory
    avatar.fire -= SMELT_TICKS
    slot = 0
    while avatar.fire < 0 and slot < MAIN:
        ticks = FUEL.get(ITEMS[inventory.items[slot]], 0)
        if ticks:
            inventory.take(slot, 1)
            avatar.fire += ticks
        if not ticks or not inventory.counts[slot]:
            slot += 1


def find(avatar: Avatar, name: str, slots: int = SLOTS) -> int:
    """Returns the first slot that holds an item of a 1.11.2 name, "name" or "name#variant"; -1 for none."""
    wanted, _, variant = name.partition("#")
    for slot, item in enumerate(avatar.game.inventory.items[:slots]):
        if item and SHOWN[item][0] == wanted and (not variant.isdigit() or SHOWN[item][1] == int(variant)):
            return slot
    return -1


def equip(avatar: Avatar, name: str) -> None:
    """Swaps the first such item with what is worn where it belongs: the hand, the body, the off hand."""
    slot = find(avatar, name)
    if slot < 0:
        return
    inventory = avatar.game.inventory
    item = inventory.items[slot]
    if NATURAL[item] != slot:
        inventory.swap(slot, NATURAL[item])
        if NATURAL[item] >= ARMOR:
            avatar.ledger.add("use_item", _registry(item), 1)


def _registry(item: int) -> str:
    pair = OLD[item]
    return pair[0] if pair else "air"
