"""What is put in sight: the view of a camera, and blocks, creatures and items placed before it.

Knows nothing of how a view was found, or of how it is drawn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from peam.fast.states import CREATURES
from peam.sims.voxel.blocks import ID, LIQUID, SOLID
from peam.sims.voxel.world import Cell, World

EYE = 1.62  # metres above the feet
PLACED = (
    "crafting_table", "furnace", "chest", "torch", "cobblestone", "oak_planks", "glass", "sand", "dirt",
    "stone", "water", "lava",
)  # fmt: skip
PLACED_WEIGHTS = (0.27, 0.27, 0.08, 0.08, 0.1, 0.05, 0.03, 0.04, 0.02, 0.02, 0.05, 0.03)
CREATURE_WEIGHTS = (0.16, 0.16, 0.16, 0.26, 0.26)
DROPPED = (
    "oak_log",
    "cobblestone",
    "dirt",
    "oak_sapling",
    "raw_iron",
    "coal",
    "beef",
    "bone",
    "sand",
    "stick",
)
HELD = (
    "oak_log", "oak_planks", "stick", "dirt", "cobblestone", "crafting_table", "furnace", "wooden_pickaxe",
    "stone_pickaxe", "iron_pickaxe", "wooden_sword", "stone_sword", "iron_sword", "bow", "coal", "raw_iron",
    "wooden_axe", "sand", "stone", "apple", "oak_sapling", "torch",
)  # fmt: skip
Rng = np.random.Generator


@dataclass(slots=True)
class View:
    """Where the camera stands, and who else is there.

    Attributes:
        feet: Metres.
        yaw: Degrees, 0 = south (+z), 90 = west (-x).
        pitch: Degrees, positive looks down.
        time: Tick of the day.
        creatures: (name, feet, yaw) each.
        items: Dropped stacks: (name, feet) each.
        hand: Item shown as held, "" for none.
    """

    feet: tuple[float, float, float]
    yaw: float
    pitch: float
    time: int
    creatures: list[tuple[str, tuple[float, float, float], float]] = field(default_factory=list)
    items: list[tuple[str, tuple[float, float, float]]] = field(default_factory=list)
    hand: str = ""

    def ahead(self, aside: float) -> tuple[float, float]:
        """Returns the horizontal direction (x, z) that is `aside` degrees right of the view."""
        angle = math.radians(self.yaw + aside)
        return -math.sin(angle), math.cos(angle)


def pick(rng: Rng, names: tuple[str, ...], weights: tuple[float, ...]) -> str:
    """Draws one of some names by weights."""
    return names[int(rng.choice(len(names), p=np.array(weights) / sum(weights)))]


def free(world: World, x: int, y: int, z: int) -> bool:
    """Returns whether a body may be in a cell."""
    block = world.get(x, y, z)
    return not SOLID[block] and not LIQUID[block]


def furnish(rng: Rng, world: World, view: View) -> None:
    """Puts placed blocks and creatures before the camera, each at a random distance and side."""
    for _ in range(int(rng.choice((0, 0, 0, 1, 1, 2)))):
        spot = _spot(rng, world, view, 11.0)
        if spot is not None and spot != _cell(view.feet):
            world.set(*spot, ID[pick(rng, PLACED, PLACED_WEIGHTS)])
    spot = _spot(rng, world, view, 14.0) if rng.random() < 0.12 else None
    if spot is not None:
        _trunk(rng, world, spot)
    for _ in range(int(rng.choice((0, 0, 0, 1, 1, 1, 2, 3)))):
        spot = _spot(rng, world, view, 15.5)
        if spot is not None and free(world, spot[0], spot[1] + 1, spot[2]):
            feet = (spot[0] + 0.5, float(spot[1]), spot[2] + 0.5)
            name = pick(rng, CREATURES, CREATURE_WEIGHTS)
            view.creatures.append((name, feet, float(rng.uniform(0, 360))))
    spot = _spot(rng, world, view, 8.0) if rng.random() < 0.15 else None
    if spot is not None:
        view.items.append(
            (DROPPED[int(rng.integers(len(DROPPED)))], (spot[0] + 0.5, float(spot[1]), spot[2] + 0.5))
        )
    if rng.random() < 0.6:
        view.hand = HELD[int(rng.integers(len(HELD)))]


def _trunk(rng: Rng, world: World, foot: Cell) -> None:
    """Raises a bare trunk, spruce oftenest: the worlds have the fewest of it about their spawns."""
    block = ID[("spruce_log", "spruce_log", "birch_log", "oak_log")[int(rng.integers(4))]]
    for up in range(int(rng.integers(1, 6))):
        if foot[1] + up < 120 and free(world, foot[0], foot[1] + up, foot[2]):
            world.set(foot[0], foot[1] + up, foot[2], block)


def _cell(feet: tuple[float, float, float]) -> Cell:
    return math.floor(feet[0]), math.floor(feet[1]), math.floor(feet[2])


def _spot(rng: Rng, world: World, view: View, most: float) -> Cell | None:
    """Walks from the camera over the ground in a visible direction; returns where it stops."""
    dx, dz = view.ahead(float(rng.uniform(-33, 33)))
    x, y, z = view.feet
    goal, spot = float(rng.uniform(1.5, most)), None
    for i in range(1, int(goal * 2)):
        cx, cy, cz = math.floor(x + dx * i / 2), math.floor(y), math.floor(z + dz * i / 2)
        if not world.loaded(cx, cz) or not 3 < cy < 120:
            break
        up = next((u for u in (0, 1) if free(world, cx, cy + u, cz)), None)
        if up is None:
            break
        cy += up
        while cy > 2 and free(world, cx, cy - 1, cz):
            cy -= 1
        y, spot = float(cy), (cx, cy, cz)
    return spot if spot is None or SOLID[world.get(spot[0], spot[1] - 1, spot[2])] else None
