"""The most that a block or a creature of the embedded world leaves behind, at any luck. Reads rules only."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import cycle, product
from typing import Final

from peam.sims.voxel import entities as ent
from peam.sims.voxel.blocks import ROWS
from peam.sims.voxel.items import ITEM_ID, ITEMS
from peam.sims.voxel.rules import COOKED, drops_of

DRAWS: Final = 5  # as many chances as one block's drops ask for


@cache
def broken(block: int) -> dict[str, int]:
    """The most that a block drops of each item, to the bare hand, shears or its own tool, at any luck."""
    own = [ITEM_ID[name] for name in ROWS[block]["tools"] if name in ITEM_ID][:1]
    most: dict[str, int] = {}
    for tool in (0, ITEM_ID["shears"], *own):
        for luck in product((0.0, 1.0 - 1e-9), repeat=DRAWS):
            for item, number in drops_of(block, tool, cycle(luck).__next__)[1]:
                most[ITEMS[item]] = max(most.get(ITEMS[item], 0), number)
    return most


def loot(name: str) -> Counter[str]:
    """The most that a creature leaves behind, raw or cooked."""
    most: Counter[str] = Counter()
    for item, (_, number) in ent.DATA[name]["drops"].items():
        most[item] = number
        most[COOKED.get(item, item)] = number
    most.update(ent.DATA[name].get("rare", {}).get("items", ()))
    return most
