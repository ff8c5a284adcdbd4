"""The game's rules from data: digging, drops, recipes, smelting, fuel, food, and the list of craft arguments.

Sources: `data/voxel/*` (each file names its own). Formulas: Minecraft Wiki "Breaking", Java 1.19.
Knows nothing of worlds or bodies.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from peam.errors import SimError, unknown
from peam.sims import base
from peam.sims.voxel.blocks import ID, NAMES, ROWS, SPEEDS, data
from peam.sims.voxel.items import FOOD, ITEM_ID, ITEMS

CRAFT_SLOTS: Final = 244  # width of action index 6
TIERS: Final = ("wooden", "stone", "iron", "diamond", "golden")  # weakest first; gold last, being rare
_RECIPES: Final = data("recipes.json")
_SMELTING: Final = data("smelting.yaml")
_DROPS: Final = data("drops.yaml")
TAGS: Final[dict[str, list[str]]] = _RECIPES["tags"]
SMELT_TICKS: Final[int] = _SMELTING["ticks"]
INPUTS: Final[dict[str, list[str]]] = {
    product: [name for name in names if name in ITEM_ID]
    for product, names in {**_SMELTING["recipes"], **_SMELTING["added"]}.items()
    if product in ITEM_ID
}
PRODUCT: Final[dict[str, str]] = {name: product for product, names in INPUTS.items() for name in names}
COOKED: Final = {raw: product for raw, product in PRODUCT.items() if product.startswith("cooked_")}
FUEL: Final[dict[str, int]] = {name: ticks for name, ticks in _SMELTING["fuel"].items() if name in ITEM_ID}


@dataclass(frozen=True, slots=True)
class Entry:
    """One craft argument.

    Attributes:
        item: What it makes.
        count: How many at once.
        takes: Item, or "#tag", -> count. Smelting lists no input here: any of `INPUTS[item]` will do.
        station: "", "crafting_table" or "furnace".
    """

    item: str
    count: int
    takes: Mapping[str, int]
    station: str


def _page(recipes: Sequence[Mapping[str, Any]], products: Mapping[str, Any]) -> list[Entry]:
    crafts = [
        Entry(row["item"], row["count"], row["takes"], "crafting_table" if row["table"] else "")
        for row in recipes
    ]
    page = crafts + [Entry(product, 1, {}, "furnace") for product in products if product in INPUTS]
    if len(page) > CRAFT_SLOTS:
        raise SimError(f"data/voxel/recipes.json: more than {CRAFT_SLOTS} craft arguments")
    return page


def _entries() -> tuple[Entry, ...]:
    """The first 244 arguments fill MineDojo's index 6; those after them are its second page."""
    return tuple(
        _page(_RECIPES["recipes"], _SMELTING["recipes"]) + _page(_RECIPES["more"], _SMELTING["added"])
    )


ENTRIES: Final = _entries()
OF_ITEM: Final[dict[str, list[int]]] = {
    name: [i for i, e in enumerate(ENTRIES) if e.item == name and e.station != "furnace"]
    for name in {entry.item for entry in ENTRIES}
}
SMELT_OF: Final[dict[str, int]] = {  # of the first page
    e.item: i for i, e in enumerate(ENTRIES[:CRAFT_SLOTS]) if e.station == "furnace"
}


def _tool_speed(block: int, item: str) -> float:
    return float(SPEEDS.get(ROWS[block]["material"], {}).get(item, 1.0))


def _fits(block: int, item: str) -> bool:
    tools = ROWS[block]["tools"]
    return not tools or item in tools


def _dig_table() -> NDArray[np.float64]:
    table = np.zeros((len(ROWS), len(ITEMS)))
    for block, row in enumerate(ROWS):
        for index, item in enumerate(ITEMS):
            if row["hardness"] > 0:
                scale = 30 if _fits(block, item) else 100
                table[block, index] = _tool_speed(block, item) / row["hardness"] / scale
            elif row["hardness"] == 0 and row["name"] != "air":
                table[block, index] = np.inf
    table[[ID["water"], ID["lava"]]] = 0.0
    return table


DIG: Final = _dig_table()  # [block, item in hand] -> progress a tick, on the ground and in air; 1 breaks it
FITS: Final = np.array([[_fits(b, item) for item in ITEMS] for b in range(len(ROWS))])


def _smelting() -> NDArray[np.bool_]:
    flags = np.zeros(CRAFT_SLOTS, np.bool_)
    flags[: len(ENTRIES)] = [entry.station == "furnace" for entry in ENTRIES[:CRAFT_SLOTS]]
    return flags


SMELT_ENTRY: Final = _smelting()


def resolve(takes: Mapping[str, int], held: Callable[[str], int]) -> dict[str, int]:
    """Names the ingredients of a recipe; a tag is paid from what is held most (mixing allowed).

    Args:
        takes: Item or "#tag" -> count.
        held: Item -> how many are held.

    Returns:
        Item -> count. What a tag lacks is charged to the member held most.
    """
    out = {name: count for name, count in takes.items() if not name.startswith("#")}
    for name, count in takes.items():
        if name.startswith("#"):
            _charge(out, TAGS[name[1:]], count, held)
    return out


def _charge(out: dict[str, int], members: Sequence[str], count: int, held: Callable[[str], int]) -> None:
    free = {member: max(0, held(member) - out.get(member, 0)) for member in members}
    order = sorted(members, key=lambda member: -free[member])
    paid = {member: 0 for member in order}
    for member in order:
        paid[member] = min(count, free[member])
        count -= paid[member]
    paid[order[0]] += count
    for member, number in paid.items():
        if number:
            out[member] = out.get(member, 0) + number


def choose_fuel(need: int, held: Callable[[str], int], slot: str = "air") -> tuple[str, int] | None:
    """Chooses what to feed a furnace with.

    Args:
        need: Ticks of burning that are lacking.
        held: Item -> how many are held.
        slot: What the fuel slot already holds; only the same may be added.

    Returns:
        (item, pieces) of the first fuel in the file's order that suffices, or None.
    """
    for item, ticks in FUEL.items():
        pieces = math.ceil(need / ticks)
        if slot in ("air", item) and held(item) >= pieces:
            return item, pieces
    return None


class VoxelRules(base.Rules):
    """The rules as the skills may ask for them."""

    def __init__(self, held: Callable[[str], int], entries: Sequence[Entry] = ENTRIES) -> None:
        """Args: held: Item -> how many the present inventory holds. entries: The recipes of the world."""
        self._held, self._entries = held, entries

    def drops(self, block: str) -> str | None:
        """See base."""
        return next(iter(ROWS[_block(block)]["drops"]), None)

    def weakest_tool(self, block: str) -> str | None:
        """See base."""
        tools = [tool for tool in ROWS[_block(block)]["tools"] if tool in ITEM_ID]
        return min(tools, key=lambda tool: TIERS.index(tool.partition("_")[0]), default=None)

    def tool_works(self, block: str, item: str) -> bool:
        """See base."""
        index = _block(block)
        return bool(ROWS[index]["drops"]) and bool(FITS[index, _item(item)]) and ROWS[index]["hardness"] >= 0

    def dig_ticks(self, block: str, item: str) -> int:
        """See base; 0 for an instant break. A block that never breaks takes a million ticks."""
        damage = float(DIG[_block(block), _item(item)])
        if damage <= 0:
            return 1_000_000
        return 0 if damage > 1 else math.ceil(1 / damage - 1e-9)

    def recipe(self, item: str) -> tuple[int, Mapping[str, int], bool] | None:
        """See base; of several recipes, the one that lacks least.

        Unpacking (9 ingots from a block of iron)
        is a recipe only while it can be paid: otherwise ingots count as smelted.
        """
        options = []
        for index in OF_ITEM.get(_known(item), ()):
            takes = resolve(self._entries[index].takes, self._held)
            lack = sum(max(0, n - self._held(name)) / n for name, n in takes.items())
            if not lack or not _exotic(takes):
                options.append((lack, index, takes))
        if not options:
            return None
        _, index, takes = min(options, key=lambda option: option[:2])
        return self._entries[index].count, takes, bool(self._entries[index].station)

    def smelting(self, product: str) -> Sequence[str]:
        """See base."""
        return tuple(INPUTS.get(_known(product), ()))

    def fuel_ticks(self, item: str) -> int:
        """See base."""
        return FUEL.get(_known(item), 0)

    def food_points(self, item: str) -> int:
        """See base."""
        return FOOD[_item(item)]


def _exotic(takes: Mapping[str, Any]) -> bool:
    """Whether a recipe starts from something that is itself only crafted (a storage block, bark wood)."""
    return any(name.endswith(("_block", "_wood", "_slab", "_nugget")) for name in takes)


def _block(name: str) -> int:
    if name not in ID:
        raise SimError(unknown("block", name, NAMES))
    return ID[name]


def _item(name: str) -> int:
    if name not in ITEM_ID:
        raise SimError(unknown("item", name, ITEMS))
    return ITEM_ID[name]


def _known(name: str) -> str:
    return ITEMS[_item(name)]


def drops_of(block: int, tool: int, random: Callable[[], float]) -> tuple[bool, list[tuple[int, int]]]:
    """Decides what breaking a block yields.

    Args:
        block: Block id.
        tool: Item id in the hand.
        random: Draws from [0, 1).

    Returns:
        (whether the tool is fit, [(item id, count)]).
    """
    name = NAMES[block]
    if not FITS[block, tool]:
        return False, []
    if ITEMS[tool] == "shears" and name in _DROPS["sheared"]:
        return True, [(ITEM_ID[name], 1)]
    if name in _DROPS["harvest"]:
        return True, _harvest(name, random)
    out = []
    for item in ROWS[block]["drops"][:1]:
        least, most = _DROPS["counts"].get(name, (1, 1))
        out.append((ITEM_ID[item], least + int(random() * (most - least + 1))))
    for item, chance in _DROPS["extra"].get(name, {}).items():
        if random() < chance:
            least, most = _DROPS["extra_counts"].get(item, (1, 1))
            out.append((ITEM_ID[item], least + (int(random() * (most - least + 1)) if most > least else 0)))
    for item, chance in _DROPS["instead"].get(name, {}).items():
        if random() < chance:
            out = [(ITEM_ID[item], 1)]
    return True, out


def _harvest(name: str, random: Callable[[], float]) -> list[tuple[int, int]]:
    """Decides what a ripe crop yields: what is sure, and one more for each of some tries that succeeds."""
    out = []
    for item, (sure, tries) in _DROPS["harvest"][name].items():
        out.append((ITEM_ID[item], sure + sum(random() < _DROPS["harvest_chance"] for _ in range(tries))))
    for item, chance in _DROPS["harvest_extra"].get(name, {}).items():
        if random() < chance:
            out.append((ITEM_ID[item], 1))
    return out
