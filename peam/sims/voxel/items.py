"""Items and the inventory: 36 slots, four of armour, the off hand; stacks, durability. Slot 0 is the hand.

Facts come from `data/voxel/{items.json,combat.yaml}`. Knows nothing of the world.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from peam.sims.voxel.blocks import ID, STATES, data

_ROWS: Final[list[dict[str, Any]]] = data("items.json")["items"]
_COMBAT: Final = data("combat.yaml")
ITEMS: Final[tuple[str, ...]] = tuple(row["name"] for row in _ROWS)  # "air" is 0
ITEM_ID: Final[dict[str, int]] = {name: index for index, name in enumerate(ITEMS)}
STACK: Final[list[int]] = [row["stack"] for row in _ROWS]
DURABILITY: Final[list[int]] = [row.get("durability", 0) for row in _ROWS]  # 0: does not wear
FOOD: Final[list[int]] = [int(row.get("food", 0)) for row in _ROWS]
SATURATION: Final[list[float]] = [float(row.get("saturation", 0.0)) for row in _ROWS]
_FARM: Final = data("farming.yaml")
PLANTS: Final[dict[int, int]] = {  # seed or sapling -> block that it plants
    ITEM_ID[item]: ID[block]
    for item, block in {**_FARM["crops"], **{name: name for name in _FARM["saplings"]}}.items()
}
_UNPLACEABLE: Final = ("air", "water", "lava", "bedrock", "wheat", *_FARM["saplings"])
PLACES: Final[list[int]] = [  # block, 0 none
    STATES[n][0] if n in STATES and n not in _UNPLACEABLE else 0 for n in ITEMS
]
MAIN, ARMOR, OFFHAND, SLOTS = 36, 36, 40, 41  # slots 36..39 are feet, legs, chest, head


def _tool(name: str) -> tuple[str, int] | None:
    tier, _, kind = name.partition("_")
    if kind in _COMBAT["damage"] and tier in _COMBAT["tiers"]:
        return kind, _COMBAT["tiers"].index(tier)
    return None


def _of_tool(table: str, fist: float) -> list[float]:
    found = [_tool(name) for name in ITEMS]
    return [float(_COMBAT[table][tool[0]][tool[1]]) if tool else fist for tool in found]


def _wear(column: int) -> list[int]:
    found = [("shears", 0) if name == "shears" else _tool(name) for name in ITEMS]
    return [int(_COMBAT["wear"][tool[0]][column]) if tool else 0 for tool in found]


def _natural(name: str) -> int:
    """The slot that equipping puts an item into: armour to the body, a shield to the off hand."""
    piece = name.rpartition("_")[2]
    if piece in _COMBAT["pieces"]:
        return ARMOR + int(_COMBAT["pieces"].index(piece))
    return OFFHAND if name == "shield" else 0


DAMAGE: Final = _of_tool("damage", _COMBAT["fist"]["damage"])
ATTACK_SPEED: Final = _of_tool("speed", _COMBAT["fist"]["speed"])
WEAR_HIT, WEAR_DIG = _wear(0), _wear(1)
NATURAL: Final[list[int]] = [_natural(name) for name in ITEMS]


def armor(item: int) -> tuple[int, int]:
    """Returns (armour points, toughness) of a piece; zeros for other items."""
    material, _, piece = ITEMS[item].rpartition("_")
    if material not in _COMBAT["armor"] or piece not in _COMBAT["pieces"]:
        return 0, 0
    row = _COMBAT["armor"][material]
    return row["points"][_COMBAT["pieces"].index(piece)], row["toughness"]


class Inventory:
    """The 41 slots.

    Attributes:
        items: Item id a slot, 0 where empty.
        counts: Count a slot, 0 where empty.
        worn: Durability used up a slot.
        version: Grows with every change, so that views of it can be cached.
    """

    def __init__(self) -> None:
        self.items = [0] * SLOTS
        self.counts = [0] * SLOTS
        self.worn = [0] * SLOTS
        self.version = 0
        self._totals: tuple[int, NDArray[np.int64]] = (-1, np.zeros(len(ITEMS), np.int64))

    def count(self, item: int) -> int:
        """Returns how many of an item all slots hold."""
        return int(self.totals()[item])

    def totals(self) -> NDArray[np.int64]:
        """Returns the count of every item, indexed by id. Not to be written to."""
        if self._totals[0] != self.version:
            totals = np.bincount(self.items, self.counts, len(ITEMS)).astype(np.int64)
            totals[0] = 0
            self._totals = (self.version, totals)
        return self._totals[1]

    def room(self, item: int) -> int:
        """Returns how many of an item would still fit into the 36 slots."""
        stack = STACK[item]
        return sum(
            stack - self.counts[slot] if self.items[slot] == item else stack
            for slot in range(MAIN)
            if self.items[slot] in (0, item)
        )

    def add(self, item: int, count: int, worn: int = 0) -> int:
        """Adds a stack: first onto like stacks, then into the first empty slots.

        Returns:
            How many did not fit.
        """
        self.version += 1
        stack = STACK[item]
        for want in (item, 0):
            for slot in range(MAIN):
                if count and self.items[slot] == want and self.counts[slot] < stack:
                    moved = min(count, stack - self.counts[slot])
                    self.items[slot], self.worn[slot] = item, worn
                    self.counts[slot] += moved
                    count -= moved
        return count

    def remove(self, item: int, count: int) -> None:
        """Takes items out, the last slots first, so that the hand keeps its own longest.

        Raises:
            ValueError: If fewer are held (callers check first).
        """
        if self.count(item) < count:
            raise ValueError(f"fewer than {count} {ITEMS[item]}")
        for slot in range(SLOTS - 1, -1, -1):
            if self.items[slot] == item and count:
                count -= self.take(slot, count)

    def take(self, slot: int, count: int) -> int:
        """Takes up to `count` from a slot and returns how many that were."""
        taken = min(count, self.counts[slot])
        self.version += 1
        self.counts[slot] -= taken
        if not self.counts[slot]:
            self.items[slot] = self.worn[slot] = 0
        return taken

    def swap(self, a: int, b: int) -> None:
        """Exchanges two slots."""
        self.version += 1
        for column in (self.items, self.counts, self.worn):
            column[a], column[b] = column[b], column[a]

    def wear(self, slot: int, amount: int) -> None:
        """Uses up durability; a tool that has none left is gone."""
        item = self.items[slot]
        if not amount or not DURABILITY[item]:
            return
        self.version += 1
        self.worn[slot] += amount
        if self.worn[slot] >= DURABILITY[item]:
            self.take(slot, 1)

    def armor(self) -> tuple[int, int]:
        """Returns the armour points and toughness worn."""
        if not any(self.items[ARMOR:OFFHAND]):
            return 0, 0
        pieces = [armor(item) for item in self.items[ARMOR:OFFHAND]]
        return sum(p[0] for p in pieces), sum(p[1] for p in pieces)

    def state(self) -> list[list[int]]:
        """Returns the slots for a snapshot."""
        return [list(self.items), list(self.counts), list(self.worn)]

    def load(self, state: Sequence[Sequence[int]]) -> None:
        """Takes a snapshot's slots over."""
        self.items, self.counts, self.worn = (list(map(int, column)) for column in state)
        self.version += 1
