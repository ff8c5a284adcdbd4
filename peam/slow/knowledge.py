"""The game's rules as a language model would know them: `data/slow/knowledge.yaml`, flattened into facts.

A fact is a key and a small value, so that any one of them can be unknown, wrong, or repaired by itself.
Knows nothing of episodes or simulators.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

Fact = int | str | bool | tuple[str, ...]
SURFACE = "surface"


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The whole file.

    Attributes:
        facts: Key -> true value, in the file's order. Keys: "recipe:ITEM" (ingredient names),
            "count:ITEM:INGREDIENT", "yield:ITEM", "table:ITEM" (needs one), "tool:BLOCK" (weakest),
            "where:BLOCK" ("surface" or a height), "input:PRODUCT", "station" (for smelting),
            "burn:FUEL" (tenths of an item), "weapon" (best kind for melee).
        classes: One name for several items ("planks").
        source: Item -> the block that drops it.
        creatures: Item -> the creature that drops it.
        fuels: Fuel names in the order of use.
        fetch: Fuel names in the order in which they are fetched.
        ores: Blocks that take a search.
        tiers: Tool materials, weakest first.
        ranged: What shooting takes.
        foods: Foods, best first.
        confusions: Kind -> what is taken for what, for wrong facts.
    """

    facts: Mapping[str, Fact]
    classes: Mapping[str, tuple[str, ...]]
    source: Mapping[str, str]
    creatures: Mapping[str, str]
    fuels: tuple[str, ...]
    fetch: tuple[str, ...]
    ores: tuple[str, ...]
    tiers: tuple[str, ...]
    ranged: tuple[str, ...]
    foods: tuple[str, ...]
    confusions: Mapping[str, Any]

    def class_of(self, item: str) -> str:
        """Returns the class that an item belongs to, or the item itself."""
        return next((name for name, members in self.classes.items() if item in members), item)

    def members(self, item: str) -> tuple[str, ...]:
        """Returns the items that a name stands for: a class's members, or the item alone."""
        return self.classes.get(item, (item,))

    def at_least(self, tool: str) -> tuple[str, ...]:
        """Returns the tool and those of the same kind in better material, weakest first."""
        material, _, kind = tool.partition("_")
        if material not in self.tiers:
            return (tool,)
        return tuple(f"{tier}_{kind}" for tier in self.tiers[self.tiers.index(material) :])

    def neighbour(self, tool: str, up: bool) -> str:
        """Returns the tool one tier better or worse; "" (the bare hand) below the weakest."""
        material, _, kind = tool.partition("_")
        place = self.tiers.index(material) + (1 if up else -1)
        return f"{self.tiers[min(place, len(self.tiers) - 1)]}_{kind}" if place >= 0 else ""


@cache
def load_knowledge() -> Knowledge:
    """Loads the packaged knowledge."""
    text = resources.files("peam").joinpath("data/slow/knowledge.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    blocks: dict[str, dict[str, Any]] = data["blocks"]
    return Knowledge(
        facts=_facts(data),
        classes={name: tuple(members) for name, members in data["classes"].items()},
        source={spec["drops"]: block for block, spec in blocks.items()},
        creatures=data["creatures"],
        fuels=tuple(data["smelting"]["fuel"]),
        fetch=tuple(data["smelting"]["fetch"]),
        ores=tuple(data["ores"]),
        tiers=tuple(data["tiers"]),
        ranged=tuple(data["weapons"]["ranged"]),
        foods=tuple(data["foods"]),
        confusions=data["confusions"],
    )


def _facts(data: Mapping[str, Any]) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for item, recipe in data["recipes"].items():
        facts[f"recipe:{item}"] = tuple(recipe["needs"])
        facts.update({f"count:{item}:{name}": int(n) for name, n in recipe["needs"].items()})
        if recipe["yield"] > 1:
            facts[f"yield:{item}"] = int(recipe["yield"])
        facts[f"table:{item}"] = bool(recipe["table"])
    for block, spec in data["blocks"].items():
        if "tool" in spec:
            facts[f"tool:{block}"] = str(spec["tool"])
        facts[f"where:{block}"] = spec["where"]
    facts.update({f"input:{product}": str(item) for product, item in data["smelting"]["inputs"].items()})
    facts.update({f"burn:{fuel}": int(worth) for fuel, worth in data["smelting"]["fuel"].items()})
    facts["station"] = str(data["smelting"]["station"])
    facts["weapon"] = str(data["weapons"]["melee"])
    return facts


def related(facts: Mapping[str, Fact], prefixes: Sequence[str]) -> list[str]:
    """Returns the keys that equal a prefix or start with it and a colon, in the facts' order."""
    return [key for key in facts if any(key == p or key.startswith(f"{p}:") for p in prefixes)]
