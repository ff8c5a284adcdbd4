"""Crafter's rules from `data/crafter/rules.yaml`: what skills know of the game. Knows no world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Collect:
    """What `do` on a ground gives, and the tool that it takes ("" for none)."""

    gives: str
    tool: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """What placing an item uses, and the grounds that it may stand on."""

    uses: Mapping[str, int]
    where: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Make:
    """What making an item uses, and what must stand near."""

    uses: Mapping[str, int]
    near: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CrafterRules:
    """The whole file."""

    limit: int
    collect: Mapping[str, Collect]
    place: Mapping[str, Place]
    make: Mapping[str, Make]
    health: Mapping[str, int]
    hits: Mapping[str, int]
    reach: int
    ripe: int

    def damage(self, inventory: Mapping[str, int]) -> int:
        """Returns the health that one blow takes, by the best sword held."""
        return max(hit for weapon, hit in self.hits.items() if weapon == "hand" or inventory.get(weapon, 0))


@cache
def rules() -> CrafterRules:
    """Loads the packaged rules."""
    text = resources.files("peam").joinpath("data/crafter/rules.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    return CrafterRules(
        limit=int(data["limit"]),
        collect={k: Collect(**v) for k, v in data["collect"].items()},
        place={k: Place(v["uses"], tuple(v["where"])) for k, v in data["place"].items()},
        make={k: Make(v["uses"], tuple(v["near"])) for k, v in data["make"].items()},
        health=data["health"],
        hits=data["damage"],
        reach=int(data["reach"]),
        ripe=int(data["ripe"]),
    )
