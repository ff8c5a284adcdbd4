"""MineDojo 0.1's own tables, from `data/minedojo/*`: items, the 244 craft arguments, statistics, biomes.

`scripts/vendor_minedojo.py` made them from the package. Knows nothing of the embedded world.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final, cast

import numpy as np
import yaml
from numpy.typing import NDArray


@cache
def data(name: str) -> dict[str, Any]:
    """Reads a file of `data/minedojo`, JSON or YAML by its suffix."""
    text = resources.files("peam").joinpath(f"data/minedojo/{name}").read_text(encoding="utf-8")
    return cast(dict[str, Any], json.loads(text) if name.endswith(".json") else yaml.safe_load(text))


@dataclass(frozen=True, slots=True)
class Craft:
    """One craft argument (action index 6).

    Attributes:
        name: What it makes, 1.11.2.
        station: "", "table" or "furnace".
        takes: The recipe that the mask looks at, item -> count: MineDojo's first.
    """

    name: str
    station: str
    takes: dict[str, int]


_FILE: Final = data("constants.json")
ITEM_ROWS: Final[dict[str, dict[str, Any]]] = _FILE["items"]
ITEMS: Final[tuple[str, ...]] = tuple(ITEM_ROWS)  # sorted, as MineDojo's; "air" is one of them
ITEM_INDEX: Final[dict[str, int]] = {name: index for index, name in enumerate(ITEMS)}
CRAFTS: Final[tuple[Craft, ...]] = tuple(Craft(**row) for row in _FILE["crafts"])
CRAFT_INDEX: Final[dict[str, int]] = {craft.name: index for index, craft in enumerate(CRAFTS)}
BIOMES: Final[dict[str, int]] = _FILE["biomes"]
UNCOLLIDABLE: Final = frozenset(_FILE["uncollidable"])
SLOTS: Final = 36  # of the inventory; the hand is slot 0
EQUIPMENT: Final = {"mainhand": 0, "feet": 36, "legs": 37, "chest": 38, "head": 39, "offhand": 40}
SHOWN_EQUIPMENT: Final = (0, 36, 37, 38, 39, 40)
AT_TABLE: Final = np.array([craft.station == "table" for craft in CRAFTS])
AT_FURNACE: Final = np.array([craft.station == "furnace" for craft in CRAFTS])


def _recipes() -> NDArray[np.float64]:
    matrix = np.zeros((len(CRAFTS), len(ITEMS)))
    for row, craft in enumerate(CRAFTS):
        for name, count in craft.takes.items():
            matrix[row, ITEM_INDEX[name]] = count
    return matrix


RECIPES: Final = _recipes()  # [craft argument, item] -> count
PLACEABLE: Final = frozenset(name.replace("_", " ") for name, row in ITEM_ROWS.items() if row["block"])
NOT_IN_HAND: Final = frozenset(
    name.replace("_", " ") for name, row in ITEM_ROWS.items() if row["slot"] != "mainhand"
)


def statistics() -> dict[str, Any]:
    """Returns the whole tree of statistics, all zero, as Malmo nests it."""
    tree: dict[str, Any] = {}
    for path, names in _FILE["stats"].items():
        head = tree
        for token in path.split("/"):
            head = head.setdefault(token, {})
        head.update(dict.fromkeys(names, 0))
    return tree


def branches() -> frozenset[str]:
    """Returns the keys of that tree below "stat" that hold a tree themselves."""
    return frozenset(token for path in _FILE["stats"] for token in path.split("/")[1:])
