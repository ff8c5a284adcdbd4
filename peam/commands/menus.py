"""The crafting and the smelting menu of `peam play`: what can be made now, and what the rest still lacks.

Rows keep their order while a menu is open, so that a number means the same thing twice. Draws nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from peam.actions import grammar
from peam.sims.base import NOOP
from peam.sims.voxel import VoxelSim
from peam.sims.voxel.rules import ENTRIES

PAGE = 9
CRAFT, SMELT = "craft", "smelt"
_LACKS = "lacks"
_FUNCTION, _ARGUMENT, _MAKE = 5, 6, 4  # of an action: where the function and its argument stand, and craft


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that can be made, or almost.

    Attributes:
        item: What.
        argument: Craft argument of the action that makes it now; -1 where something is lacking.
        text: What it takes, or what is lacking.
    """

    item: str
    argument: int
    text: str


class Menu:
    """An open menu.

    Attributes:
        verb: "craft" or "smelt".
        rows: What is on offer: what can be made now, then what needs a station near, then what lacks items.
        cursor: Index of the row that the arrow keys have reached.
    """

    def __init__(self, sim: VoxelSim, verb: str) -> None:
        self.verb = verb
        make = _craft_row if verb == CRAFT else _smelt_row
        held = sim.observe().inventory
        found = [row for item in _items(verb) if (row := make(sim, item, held)) is not None]
        self.rows = sorted(found, key=lambda row: (row.argument < 0, row.text.startswith(_LACKS)))
        self.cursor = 0

    def refresh(self, sim: VoxelSim) -> None:
        """Brings the rows up to date, in the order that they have."""
        make = _craft_row if self.verb == CRAFT else _smelt_row
        held = sim.observe().inventory
        self.rows = [
            make(sim, row.item, held) or Row(row.item, -1, "nothing of it left") for row in self.rows
        ]

    def page(self) -> tuple[int, list[Row]]:
        """Returns the index of the first row shown, and the at most nine rows shown."""
        first = self.cursor // PAGE * PAGE
        return first, self.rows[first : first + PAGE]

    def move(self, by: int) -> None:
        """Moves the cursor; it stops at both ends."""
        self.cursor = min(len(self.rows) - 1, max(0, self.cursor + by))

    def choose(self, sim: VoxelSim, index: int) -> str:
        """Makes a row's item in one tick and returns what came of it."""
        row = self.rows[index]
        if row.argument < 0:
            return f"{row.item}: {row.text}"
        before = sim.observe().inventory.get(row.item, 0)
        action = list(NOOP)
        action[_FUNCTION], action[_ARGUMENT] = _MAKE, row.argument
        sim.tick(action)
        self.refresh(sim)
        if self.verb == SMELT:
            return f"{row.item}: one more in the furnace; it takes 10 seconds and is handed out near by"
        return f"{row.item}: {sim.observe().inventory.get(row.item, 0) - before:+d}"


@cache
def _items(verb: str) -> tuple[str, ...]:
    """Returns what a verb can make: the agent's own words first, then all other recipes by name."""
    furnace = verb == SMELT
    all_items = {entry.item for entry in ENTRIES if (entry.station == "furnace") == furnace}
    first = [item for item in grammar()[verb].targets if item in all_items]
    return (*first, *sorted(all_items - set(first)))


def _craft_row(sim: VoxelSim, item: str, held: Mapping[str, int]) -> Row | None:
    """Returns an item's row; None where nothing of what it takes is held."""
    recipe = sim.rules.recipe(item)
    if recipe is None or not any(held.get(name) for name in recipe[1]):
        return None
    count, takes, table = recipe
    argument = sim.craft_id(item)
    if argument >= 0:
        return Row(item, argument, f"{count} from {_listed(takes)}")
    lacking = {name: number - held.get(name, 0) for name, number in takes.items()}
    lacking = {name: number for name, number in lacking.items() if number > 0}
    if lacking:
        return Row(item, -1, f"{_LACKS} {_listed(lacking)}")
    return Row(item, -1, "needs a crafting table near" if table else "cannot be made now")


def _smelt_row(sim: VoxelSim, item: str, held: Mapping[str, int]) -> Row | None:
    sources = [name for name in sim.rules.smelting(item) if held.get(name)]
    if not sources:
        return None
    argument = sim.smelt_id(item)
    if argument >= 0:
        return Row(item, argument, f"1 from {sources[0]} ({held[sources[0]]} held)")
    if not sim.stations("furnace", 4.5):
        return Row(item, -1, "needs a furnace near")
    return Row(item, -1, "no fuel, or the furnace is at something else")


def _listed(takes: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in takes.items())
