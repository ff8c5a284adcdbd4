"""The names of Minecraft 1.11.2 for the embedded world's items, blocks and creatures, and the way back.

The table is `data/minedojo/names.yaml`; what it does not list keeps its name if 1.11.2 has it. An item that
1.11.2 does not have has no name here, and its slot reads "air".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from peam.sims.voxel.blocks import NAMES, ROWS
from peam.sims.voxel.items import ITEMS
from peam.sims.voxel.minedojo_compat.tables import ITEM_ROWS, UNCOLLIDABLE, data

_FILE: Final = data("names.yaml")
_TIERS: Final = ("wooden", "stone", "iron", "diamond")
Pair = tuple[str, int]


def _listed(name: str) -> Any:
    """Returns the table's entry for a modern name: a name, [name, variant], None, or "" where it has none."""
    if name in _FILE["items"]:
        return _FILE["items"][name]
    for variant, colour in enumerate(_FILE["colours"]):
        if name.startswith(f"{colour}_"):
            family = name[len(colour) + 1 :]
            if family in _FILE["coloured"]:
                return [_FILE["coloured"][family], variant]
            if family in _FILE["uncoloured"]:
                return _FILE["uncoloured"][family]
    return ""


def old_name(name: str) -> Pair | None:
    """Returns (name, variant) of 1.11.2 for a modern item, or None where 1.11.2 has no such item."""
    entry = _listed(name)
    if entry == "":
        return (name, 0) if name in ITEM_ROWS else None
    if entry is None:
        return None
    return (entry, 0) if isinstance(entry, str) else (entry[0], entry[1])


OLD: Final[tuple[Pair | None, ...]] = tuple(old_name(name) for name in ITEMS)  # by item id
SHOWN: Final[tuple[Pair, ...]] = tuple(pair or ("air", 0) for pair in OLD)
NAMELESS: Final = tuple(name for name, pair in zip(ITEMS, OLD, strict=True) if pair is None)


def _back() -> dict[Pair, str]:
    order = {name: place for place, name in enumerate(_FILE["items"])}
    back: dict[Pair, str] = {}
    for name, pair in sorted(zip(ITEMS, OLD, strict=True), key=lambda row: order.get(row[0], -1)):
        if pair is not None:
            back.setdefault(pair, name)
    return back


MODERN: Final = _back()


def modern_name(name: str, variant: int = 0) -> str | None:
    """Returns the embedded world's item for a name of 1.11.2; None where it has none.

    A variant that the world lacks is answered with variant 0, as Minecraft does for items without variants.
    """
    return MODERN.get((name, variant)) or MODERN.get((name, 0))


def exists(name: str) -> bool:
    """Whether the embedded world has an item of this 1.11.2 name, whatever the variant."""
    return any(pair is not None and pair[0] == name for pair in OLD)


@dataclass(frozen=True, slots=True)
class Looks:
    """How Malmo would describe a block.

    Attributes:
        item: Name of 1.11.2; "" where 1.11.2 has no such block.
        name: Localised name, lower case, as voxels and rays give it.
        meta: Variant.
        flags: Collidable, needs no tool, blocks movement, liquid, solid, can burn, blocks light.
        harvest: Tool level, -1 for none.
    """

    item: str
    name: str
    meta: int
    flags: tuple[bool, bool, bool, bool, bool, bool, bool]
    harvest: int


def _localised(item: str, meta: int) -> str:
    if item == "stone":
        return str(_FILE["stone_variants"][meta])
    return str(_FILE["localised"].get(item, item.replace("_", " ")))


def _harvest(row: dict[str, Any]) -> int:
    """The least tier of a tool that makes it drop; 0 where some tool is the faster; else -1 (as Forge)."""
    tiers = [_TIERS.index(tool.split("_")[0]) for tool in row["tools"] if tool.split("_")[0] in _TIERS]
    return min(tiers) if tiers else (0 if "mineable" in row["material"] else -1)


def _looks(name: str, row: dict[str, Any]) -> Looks:
    own = _FILE["blocks"].get(name)
    pair = (own["name"], 0) if own else old_name(name)
    if pair is None or (own is None and not ITEM_ROWS[pair[0]]["block"]):
        pair = ("", 0) if pair is None else pair
    facts = own or (ITEM_ROWS[pair[0]] if pair[0] and ITEM_ROWS[pair[0]]["block"] else _FILE["unknown_block"])
    toolless, blocks, liquid, burns = facts["material"]
    collidable = pair[0] not in UNCOLLIDABLE
    shown = _localised(*pair) if pair[0] else name.replace("_", " ")
    flags = (collidable, toolless, blocks, liquid, blocks, burns, facts["light"])
    return Looks(pair[0], shown, pair[1], flags, _harvest(row))


LOOKS: Final[tuple[Looks, ...]] = tuple(
    _looks(name, row) for name, row in zip(NAMES, ROWS, strict=True)
)  # by block id


def _block_back() -> dict[Pair, str]:
    back: dict[Pair, str] = {}
    for name, looks in zip(NAMES, LOOKS, strict=True):
        back.setdefault((looks.name, looks.meta), name)
    return back


_BLOCKS: Final = _block_back()


def modern_block(localised: str, meta: int) -> str:
    """Returns the embedded world's block for a localised name; that name itself where it has none."""
    return _BLOCKS.get((localised, meta)) or _BLOCKS.get((localised, 0)) or localised.replace(" ", "_")


CREATURES: Final[dict[str, list[str]]] = _FILE["creatures"]  # modern -> /summon name, statistics token, class
SUMMONED: Final = {row[0]: name for name, row in CREATURES.items()}
