"""What a game holds beside blocks, bodies and the inventory: chests, plants that grow, beds, experience.

Its dice are its own, so that what grows or is won takes no draw from the generator that moves creatures.
Knows nothing of the rules that use it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from peam.sims.base import Cell
from peam.sims.voxel.entities import uniform

CHEST: Final = 27  # slots of a single chest
Slot = list[int]  # item, count, durability used


class Extras:
    """The rest of a game's state. Every attribute is part of the snapshot.

    Attributes:
        dice: (1,) uint64 state of the generator.
        points: Experience points of this life.
        respawn: Whether death leads back to the bed or the world's spawn instead of ending the episode.
        home: Where a bed was last used, None before that.
        asleep: Ticks of sleep so far, 0 while awake.
        pressed: Whether the last tick used `use`; `sneaks` whether this one sneaks.
        chests: Placed chests: cell -> 27 slots.
        growing: Farmland, crops and saplings: cell -> tick of its next random tick.
        shorn: Ids of the sheep without wool.
    """

    def __init__(self, seed: int) -> None:
        self.dice: NDArray[np.uint64] = np.array([seed * 2 + 2], np.uint64)
        self.points = 0
        self.respawn = False
        self.home: Cell | None = None
        self.asleep = 0
        self.pressed = self.sneaks = False
        self.chests: dict[Cell, list[Slot]] = {}
        self.growing: dict[Cell, int] = {}
        self.shorn: set[int] = set()

    def chance(self) -> float:
        """Draws from [0, 1)."""
        return float(uniform(self.dice))

    def between(self, least: int, most: int) -> int:
        """Draws an integer, both ends included."""
        return least + int(self.chance() * (most - least + 1))

    def state(self) -> dict[str, Any]:
        """Returns everything for a snapshot."""
        return {
            "dice": self.dice.copy(),
            "points": self.points,
            "respawn": self.respawn,
            "home": None if self.home is None else list(self.home),
            "asleep": self.asleep,
            "pressed": self.pressed,
            "sneaks": self.sneaks,
            "chests": [[list(cell), [list(slot) for slot in slots]] for cell, slots in self.chests.items()],
            "growing": [[*cell, due] for cell, due in self.growing.items()],
            "shorn": sorted(self.shorn),
        }

    def load(self, state: Mapping[str, Any]) -> None:
        """Takes a snapshot over."""
        self.dice[:] = state["dice"]
        self.points, self.asleep = int(state["points"]), int(state["asleep"])
        self.respawn, self.pressed = bool(state["respawn"]), bool(state["pressed"])
        self.sneaks = bool(state["sneaks"])
        self.home = None if state["home"] is None else _cell(state["home"])
        self.chests = {
            _cell(cell): [[int(value) for value in slot] for slot in slots] for cell, slots in state["chests"]
        }
        self.growing = {_cell(row[:3]): int(row[3]) for row in state["growing"]}
        self.shorn = {int(row) for row in state["shorn"]}


def _cell(values: Sequence[int]) -> Cell:
    x, y, z = values
    return int(x), int(y), int(z)
