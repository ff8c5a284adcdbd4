"""MineDojo's 1572 programmatic task ids, from their templates, and those that the embedded world offers.

Knows nothing of what a task does: see `tasks.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from typing import Any, Final

from peam.errors import SimError
from peam.sims.voxel import entities as ent
from peam.sims.voxel.minedojo_compat.mission import known_biome
from peam.sims.voxel.minedojo_compat.names import SUMMONED, exists
from peam.sims.voxel.minedojo_compat.tables import ITEM_INDEX, data

_ARMORS = ("boots", "chestplate", "helmet", "leggings")
_TOOLS = ("axe", "hoe", "pickaxe", "shovel", "sword")
_FILE: Final = data("tasks.json")
TECHS: Final[dict[str, list[str]]] = {
    **{level: [f"{level}_{tool}" for tool in _TOOLS] for level in ("wooden", "stone")},
    **{level: [f"{level}_{part}" for part in _ARMORS] for level in ("leather", "chainmail")},
    **{level: [f"{level}_{part}" for part in (*_ARMORS, *_TOOLS)] for level in ("golden", "iron", "diamond")},
    "archery": ["bow"],
    "explosives": ["tnt"],
    "redstone": list(_FILE["variables"]["redstone_list"]),
}


@cache
def specs() -> dict[str, dict[str, Any]]:
    """Returns every task id with its filled template, in MineDojo's order."""
    out = {}
    for name, template in _FILE["specs"].items():
        wanted = sorted(set(re.findall(r"\{(\w+)\}", f"{name} {_texts(template)}")))
        for values in product(*(_FILE["variables"][key] for key in wanted)):
            filled = dict(zip(wanted, values, strict=True))
            out[name.format(**filled)] = _filled(template, filled)
    return out


def _texts(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(_texts(part) for part in value.values())
    return value if isinstance(value, str) else ""


def _filled(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(part, values) for key, part in value.items()}
    return value.format(**values) if isinstance(value, str) else value


def prompt_of(spec: Mapping[str, Any]) -> str:
    """Returns a specification's instruction, as MineDojo words it."""
    return str(spec["prompt"]).replace("_", " ").replace(" 1", "")


def items() -> list[str]:
    """Returns the 1.11.2 names of the items that the embedded world has."""
    return [name for name in ITEM_INDEX if exists(name)]


def lives(mob: str) -> bool:
    """Whether the embedded world has a creature of this /summon name."""
    return mob in SUMMONED and SUMMONED[mob] in ent.DATA


def lacks(name: str) -> Iterator[str]:
    """Yields what a task of MineDojo needs and the embedded world does not have."""
    spec = specs()[name]
    kind = spec["__cls__"]
    target = str(spec.get("target_names", spec.get("tech_item")))
    if kind == "combat" and not lives(target):
        yield f"the creature '{target}'"
    if kind in ("harvest", "techtree") and not exists(target):
        yield f"the item '{target}'"
    mob = spec.get("initial_mobs")
    if mob and mob != target and not lives(mob):
        yield f"the creature '{mob}'"
    for row in spec.get("initial_inventory", {}).values():
        if not exists(row["name"]):
            yield f"the item '{row['name']}'"
    if "specified_biome" in spec:
        try:
            known_biome(spec["specified_biome"])
        except SimError:
            yield f"the biome '{spec['specified_biome']}'"


@cache
def possible() -> tuple[str, ...]:
    """Returns the ids of MineDojo whose items, creatures and biomes the embedded world has."""
    return tuple(name for name in specs() if not any(lacks(name)))
