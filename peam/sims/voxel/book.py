"""A book of recipes: what each craft argument takes. The game's own by default; a world may have another one.

Arguments, products and yields are those of `rules.ENTRIES` in every book. Knows nothing of worlds or bodies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from peam.sims.voxel.items import ITEM_ID, ITEMS
from peam.sims.voxel.rules import CRAFT_SLOTS, ENTRIES, OF_ITEM, SMELT_ENTRY, TAGS, Entry

_TAG_IDS: Final = [[ITEM_ID[name] for name in TAGS[tag]] for tag in TAGS]


class Book:
    """Recipes.

    Attributes:
        entries: One a craft argument.
        at_table: (244,) bool: which arguments of the first page need a crafting table.
    """

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self.entries = entries
        self.at_table: NDArray[np.bool_] = np.zeros(CRAFT_SLOTS, np.bool_)
        self.at_table[: len(entries)] = [entry.station == "crafting_table" for entry in entries[:CRAFT_SLOTS]]
        self._matrix = _takes_matrix(entries)

    def payable(self, totals: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Returns which craft arguments the inventory pays, stations and smelting left out: (244,) bool."""
        tags = [totals[ids].sum() for ids in _TAG_IDS]
        have = np.append(totals, tags)
        flags: NDArray[np.bool_] = np.all(have >= self._matrix, axis=1) & ~SMELT_ENTRY
        return flags


def _takes_matrix(entries: tuple[Entry, ...]) -> NDArray[np.int64]:
    """[entry, item or tag] -> count; unused rows can never be paid."""
    columns = list(ITEMS) + [f"#{tag}" for tag in TAGS]
    matrix = np.zeros((CRAFT_SLOTS, len(columns)), np.int64)
    matrix[len(entries) :, 0] = 1
    for index, entry in enumerate(entries[:CRAFT_SLOTS]):
        for name, count in entry.takes.items():
            matrix[index, columns.index(name)] = count
    return matrix


STANDARD: Final = Book(ENTRIES)


def dealt(like: Mapping[str, str]) -> Book:
    """Returns a book in which some items are made as another item is in the game's own.

    Args:
        like: Item -> the item whose first recipe, station included, it is made by.
    """
    entries = list(ENTRIES)
    for item, other in like.items():
        model = ENTRIES[OF_ITEM[other][0]]
        for index in OF_ITEM[item]:
            entries[index] = replace(ENTRIES[index], takes=model.takes, station=model.station)
    return Book(tuple(entries))
