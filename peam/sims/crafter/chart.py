"""The agent's own knowledge of an episode: where it has gone, what it has seen, what it has done.

Built from decoded pictures, its own actions and Crafter's rules alone: position by dead reckoning from the
middle of the map, checked against what the pictures show; the ledger by what it did and what became of it.
Knows neither the game's state nor its achievements.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from peam.sims.crafter.eyes import ACROSS, DOWN, MIDDLE, OPEN, View
from peam.sims.crafter.rules import rules
from peam.sims.crafter.templates import FACINGS, MATERIALS, WALKABLE

Place = tuple[int, int]
EXTENT: Final = 64  # cells a side; the player begins in the middle (danijar/crafter, env.py)
ID: Final = {name: index for index, name in enumerate(MATERIALS)}
STEPS: Final[tuple[Place, ...]] = tuple(FACINGS.values())
MOBILE: Final = ("cow", "zombie", "skeleton")


class Chart:
    """What is known now.

    Attributes:
        ground: (64, 64) material by cell as last seen, `OPEN` where never told.
        looked: (64, 64) step at which each cell was last in the picture and told, -1 for never.
        place: The player's cell.
        facing: Unit step that it looks along.
        asleep: Whether it sleeps.
        inventory: Item -> count, vitals included, no zero entries.
        step: Steps since the episode began.
        things: Cell -> what stood there when last looked at.
        seen_at: Cell of a thing -> the step at which it was seen there.
        noted: Achievement -> how often it was earned, by the agent's own reckoning.
        hurt: Health lost by the last step.
        struck: Step at which something hostile last did harm.
        wounds: Cell of a creature -> the damage done to it so far.
        growth: Cell of a plant -> the steps for which it has been close enough to grow.
        bars: Cell of a stone put before an enemy -> the step at which that was done.
        shun_grass: Whether ways had better keep off the grass: at night.
        retreat: Step at which the rock was last gone into for the night.
        charge: Step at which a skeleton was last charged, and how many steps in a row.
        barred: Cells that could not be got to; not looked for again.
    """

    def __init__(self) -> None:
        self.ground: NDArray[np.int8] = np.full((EXTENT, EXTENT), OPEN, dtype=np.int8)
        self.looked: NDArray[np.int32] = np.full((EXTENT, EXTENT), -1, dtype=np.int32)
        self.place: Place = (EXTENT // 2, EXTENT // 2)
        self.facing: Place = (0, 1)
        self.asleep = False
        self.inventory: dict[str, int] = {}
        self.step = 0
        self.things: dict[Place, str] = {}
        self.seen_at: dict[Place, int] = {}
        self.noted: dict[str, int] = {}
        self.hurt = 0
        self.struck = -1000
        self.wounds: dict[Place, int] = {}
        self.growth: dict[Place, int] = {}
        self.bars: dict[Place, int] = {}
        self.shun_grass = False
        self.retreat = -1000
        self.charge = (-1000, 0)
        self.barred: set[Place] = set()

    def begin(self, view: View) -> None:
        """Takes up the first picture."""
        self.inventory = dict(view.inventory)
        self._look(view)

    def update(self, action: str, view: View) -> None:
        """Takes up what an action led to."""
        before, slept = self.inventory, self.asleep
        target, thing = self.front, self.things.get(self.front, "")
        ground = self.material(target)
        self.step += 1
        self.inventory, self.asleep = dict(view.inventory), view.asleep
        self.hurt = max(0, before.get("health", 0) - self.count("health"))
        if self.hurt > 1:  # hunger and thirst take one at a time
            self.struck = self.step
        rested = slept and not self.asleep and before.get("energy", 0) >= rules().limit
        if rested:
            self._note("wake_up")
        self._grow()
        acted = rested or not slept  # a sleeper's other actions come to nothing
        if acted:
            self._done(action, before, ground, thing, target)
        if view.asleep:
            return
        if acted and action.startswith("move_"):
            self._move(FACINGS[action.removeprefix("move_")], view)
        self._look(view)

    # -- queries -------------------------------------------------------------------------------------------

    @property
    def front(self) -> Place:
        """The cell that the player faces."""
        return (self.place[0] + self.facing[0], self.place[1] + self.facing[1])

    def count(self, item: str) -> int:
        """Returns how many of an item are held, or a vital's level."""
        return self.inventory.get(item, 0)

    def material(self, cell: Place) -> str:
        """Returns the ground of a cell, "" where it was never told, "edge" outside of the map."""
        if not inside(cell):
            return "edge"
        index = int(self.ground[cell])
        return MATERIALS[index] if index != OPEN else ""

    def free(self, cell: Place) -> bool:
        """Returns whether one can step there: known ground, nothing on it."""
        return self.material(cell) in WALKABLE and cell not in self.things

    def cells(self, material: str) -> list[Place]:
        """Returns where a material has been seen, nearest first."""
        found = [(int(x), int(y)) for x, y in np.argwhere(self.ground == ID[material])]
        return sorted(found, key=lambda cell: distance(cell, self.place))

    def of(self, names: Collection[str], reach: int = 99, age: int = 0) -> list[Place]:
        """Returns where things of these names were seen at most `age` steps ago, nearest first."""
        found = [
            cell
            for cell, name in self.things.items()
            if name in names and distance(cell, self.place) <= reach and self.step - self.seen_at[cell] <= age
        ]
        return sorted(found, key=lambda cell: distance(cell, self.place))

    def fences(self) -> set[Place]:
        """Returns the cells around the known plants: what stands there is left there."""
        return {c for plant, name in self.things.items() if name.startswith("plant") for c in around(plant)}

    def window(self) -> Iterator[tuple[int, int, Place]]:
        """Yields (column, row, cell) of the present picture's cells inside the map."""
        for x in range(ACROSS):
            for y in range(DOWN):
                cell = (self.place[0] + x - MIDDLE[0], self.place[1] + y - MIDDLE[1])
                if inside(cell):
                    yield x, y, cell

    # -- taking up -----------------------------------------------------------------------------------------

    def _move(self, way: Place, view: View) -> None:
        """Decides whether a move took place: by what stood there, unless the picture says otherwise."""
        there = (self.place[0] + way[0], self.place[1] + way[1])
        self.facing = way
        likely, other = (there, self.place) if self.free(there) else (self.place, there)
        if self._clashes(other, view) < self._clashes(likely, view):
            likely = other
        self.place = likely

    def _clashes(self, place: Place, view: View) -> int:
        """Returns how many cells of the picture would contradict the map, were it taken at a place."""
        x, y = place[0] - MIDDLE[0], place[1] - MIDDLE[1]
        known = np.full((ACROSS, DOWN), ID["edge"], dtype=np.int8)
        left, top = max(0, x), max(0, y)
        right, bottom = min(EXTENT, x + ACROSS), min(EXTENT, y + DOWN)
        known[left - x : right - x, top - y : bottom - y] = self.ground[left:right, top:bottom]
        told = (known != OPEN) & (view.materials != OPEN)
        return int((told & (known != view.materials)).sum())

    def _look(self, view: View) -> None:
        if view.facing is not None:
            self.facing = view.facing
        shown: dict[Place, str] = {}
        for x, y, cell in self.window():
            if view.materials[x, y] != OPEN:
                self.ground[cell], self.looked[cell] = view.materials[x, y], self.step
            if (x, y) in view.things:
                shown[cell] = view.things[(x, y)]
            elif view.materials[x, y] != OPEN or (x, y) == MIDDLE:
                self.things.pop(cell, None)
                self.seen_at.pop(cell, None)
        self._follow_wounds(shown)
        self.things.update(shown)
        self.seen_at.update(dict.fromkeys(shown, self.step))

    def _follow_wounds(self, shown: dict[Place, str]) -> None:
        """Carries the damage done to a creature along to where it is now: at most one cell on."""
        followed: dict[Place, int] = {}
        for cell, damage in self.wounds.items():
            near = [c for c, name in shown.items() if name in MOBILE and distance(c, cell) <= 1]
            if near:
                followed[min(near, key=lambda c: distance(c, cell))] = damage
        self.wounds = followed

    def _grow(self) -> None:
        plants = [cell for cell, name in self.things.items() if name.startswith("plant")]
        near = [cell for cell in plants if distance(cell, self.place) < rules().reach]
        self.growth = {cell: self.growth.get(cell, 0) + (cell in near) for cell in plants}

    def _done(self, action: str, before: dict[str, int], ground: str, thing: str, target: Place) -> None:
        if action == "do" and thing:
            self._struck(thing, target)
        elif action == "do":
            rule = rules().collect.get(ground)
            gained = rule and (self.count(rule.gives) > before.get(rule.gives, 0) or ground == "water")
            if rule and gained:
                self._note(f"collect_{rule.gives}")
        elif action.startswith("place_"):
            item = action.removeprefix("place_")
            if all(self.count(used) < before.get(used, 0) for used in rules().place[item].uses):
                self._note(action)
        elif action.startswith("make_"):
            item = action.removeprefix("make_")
            if self.count(item) > before.get(item, 0):
                self._note(action)

    def _struck(self, thing: str, target: Place) -> None:
        if thing == "plant-ripe":
            self._note("eat_plant")
        if thing not in MOBILE:
            return
        self.wounds[target] = self.wounds.get(target, 0) + rules().damage(self.inventory)
        if self.wounds[target] >= rules().health[thing]:
            del self.wounds[target]
            self._note("eat_cow" if thing == "cow" else f"defeat_{thing}")

    def _note(self, achievement: str) -> None:
        self.noted[achievement] = self.noted.get(achievement, 0) + 1


def inside(cell: Place) -> bool:
    """Returns whether a cell is on the map."""
    return 0 <= cell[0] < EXTENT and 0 <= cell[1] < EXTENT


def distance(a: Place, b: Place) -> int:
    """Returns the steps between two cells where nothing is in the way."""
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def around(cell: Place) -> list[Place]:
    """Returns the four neighbours."""
    return [(cell[0] + x, cell[1] + y) for x, y in STEPS]
