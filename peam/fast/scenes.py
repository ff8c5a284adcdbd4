"""Labelled pictures for nano's eyes: views of embedded worlds, and per ray what the picture shows there.

Stages views as a life would leave them (surface, tunnels, staircases, caves; stations, ores and creatures
put in sight) in worlds of pretraining seeds. Knows nothing of tasks, models or questions.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from peam.fast.vocabulary import SCENE
from peam.sims.voxel.blocks import ID, LIQUID, NAMES, SOLID
from peam.sims.voxel.world import Cell, World

EYE = 1.62  # metres above the feet
REACH = 44  # views are staged within this distance of the world's anchor
TRUNKS = np.isin(np.arange(256), [i for i, name in enumerate(NAMES) if name.endswith(("_log", "_leaves"))])
ORES = ("coal_ore", "iron_ore", "diamond_ore", "gold_ore", "redstone_ore", "lapis_ore")
ORE_WEIGHTS = (0.27, 0.27, 0.27, 0.07, 0.06, 0.06)
PLACED = (
    "crafting_table", "furnace", "chest", "torch", "cobblestone", "oak_planks", "glass", "sand", "dirt", "stone",
    "water", "lava",
)  # fmt: skip
PLACED_WEIGHTS = (0.27, 0.27, 0.08, 0.08, 0.1, 0.05, 0.03, 0.04, 0.02, 0.02, 0.05, 0.03)
CREATURES = ("cow", "pig", "sheep", "zombie", "skeleton")
CREATURE_WEIGHTS = (0.16, 0.16, 0.16, 0.26, 0.26)
SOUGHT = ("oak_log", "birch_log", "spruce_log", "stone", "dirt", "sand", "water", "lava", "coal_ore", "iron_ore")
DROPPED = ("oak_log", "cobblestone", "dirt", "oak_sapling", "raw_iron", "coal", "beef", "bone", "sand", "stick")
HELD = (
    "oak_log", "oak_planks", "stick", "dirt", "cobblestone", "crafting_table", "furnace", "wooden_pickaxe",
    "stone_pickaxe", "iron_pickaxe", "wooden_sword", "stone_sword", "iron_sword", "bow", "coal", "raw_iron",
    "wooden_axe", "sand", "stone", "apple", "oak_sapling", "torch",
)  # fmt: skip
LIFE_PITCHES = (0.0, 0.0, 0.0, 15.0, 15.0, 30.0)


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


Rng = np.random.Generator
Stager = Callable[[Rng, World, Cell], View | None]


def _pick(rng: Rng, names: tuple[str, ...], weights: tuple[float, ...]) -> str:
    return names[int(rng.choice(len(names), p=np.array(weights) / sum(weights)))]


def _free(world: World, x: int, y: int, z: int) -> bool:
    block = world.get(x, y, z)
    return not SOLID[block] and not LIQUID[block]


def _floor(world: World, x: int, z: int) -> int | None:
    """Returns the feet's y on the ground of a column (under trees), None where nobody can stand."""
    y = int(world.tops[x & 255, z & 255]) - 1
    while y > 0 and (TRUNKS[world.get(x, y, z)] or not SOLID[world.get(x, y, z)]):
        if LIQUID[world.get(x, y, z)]:
            return None
        y -= 1
    return y + 1 if _free(world, x, y + 1, z) and _free(world, x, y + 2, z) else None


def _gaze(rng: Rng) -> tuple[float, float]:
    """Draws yaw and pitch: half as a skill leaves them (a cardinal direction, near level)."""
    if rng.random() < 0.5:
        return 90.0 * float(rng.integers(4)), float(rng.choice(LIFE_PITCHES))
    return float(rng.uniform(0, 360)), float(rng.uniform(-15, 45))


def _standing(rng: Rng, cell: Cell, gaze: tuple[float, float] | None = None) -> View:
    x, y, z = cell
    yaw, pitch = gaze or _gaze(rng)
    dx, dz = rng.uniform(0.3, 0.7, 2)
    time = int(rng.integers(0, 12500) if rng.random() < 0.65 else rng.integers(13000, 23000))
    return View((x + float(dx), float(y), z + float(dz)), yaw, pitch, time)


# --- where views are staged -------------------------------------------------------------------------------


def on_surface(rng: Rng, world: World, anchor: Cell) -> View | None:
    """Stands anywhere on the ground."""
    x, z = (int(v) for v in rng.integers(-REACH, REACH, 2) + (anchor[0], anchor[2]))
    y = _floor(world, x, z)
    return None if y is None else _standing(rng, (x, y, z))


def at_target(rng: Rng, world: World, anchor: Cell) -> View | None:
    """Stands on the ground and looks towards some block of a drawn name."""
    name = SOUGHT[int(rng.integers(len(SOUGHT)))]
    found = _cells(world, anchor, ID[name], 45)
    if not len(found):
        return None
    tx, ty, tz = (int(v) for v in found[rng.integers(len(found))])
    bearing, distance = rng.uniform(0, 2 * math.pi), rng.uniform(1.2, 15)
    x, z = int(tx + distance * math.sin(bearing)), int(tz + distance * math.cos(bearing))
    y = _floor(world, x, z)
    return None if y is None else _standing(rng, (x, y, z), _towards(rng, (x, y, z), (tx, ty, tz)))


def in_cave(rng: Rng, world: World, anchor: Cell) -> View | None:
    """Stands in an underground hollow."""
    found = _cells(world, anchor, ID["air"], 1, 52)
    for _ in range(8 if len(found) else 0):
        x, y, z = (int(v) for v in found[rng.integers(len(found))])
        while y > 2 and _free(world, x, y - 1, z):
            y -= 1
        if SOLID[world.get(x, y - 1, z)] and _free(world, x, y + 1, z) and y + 4 < world.tops[x & 255, z & 255]:
            return _standing(rng, (x, y, z))
    return None


def in_tunnel(rng: Rng, world: World, anchor: Cell) -> View | None:
    """Digs a tunnel or a staircase, puts ores into its walls, and stands in it."""
    x, z = (int(v) for v in rng.integers(-REACH + 18, REACH - 18, 2) + (anchor[0], anchor[2]))
    top = min(62, int(world.tops[x & 255, z & 255]) - 6)
    if top < 14:
        return None
    step = int(rng.choice((0, 0, -1)))
    y, heading = int(rng.integers(13 if step else 5, top)), int(rng.integers(4))
    dx, dz = ((0, 1), (-1, 0), (0, -1), (1, 0))[heading]
    length = min(int(rng.integers(2, 17)), 16 if not step else y - 4, 8 if step else 16)
    cells = [(x + i * dx, y + i * step, z + i * dz) for i in range(length)]
    for cx, cy, cz in cells:
        for up in range(3 if step else 2):
            world.set(cx, cy + up, cz, ID["air"])
    _ores(rng, world, cells)
    yaw, pitch = heading * 90.0, float(rng.choice(LIFE_PITCHES))
    turn = rng.random()
    gaze = (yaw, pitch) if turn < 0.6 else (yaw + float(rng.choice((90, 180, 270))), pitch)
    return _standing(rng, cells[int(rng.integers(length))], gaze if turn < 0.85 else None)


def _cells(world: World, anchor: Cell, block: int, low: int, high: int = 128) -> NDArray[np.int64]:
    """Returns (N, 3) cells of a block within reach of the anchor, low <= y < high."""
    xs = np.arange(anchor[0] - REACH, anchor[0] + REACH)
    zs = np.arange(anchor[2] - REACH, anchor[2] + REACH)
    part = world.blocks[np.ix_(xs & 255, np.arange(low, high), zs & 255)]
    found = np.argwhere(part == block)
    return found + np.array([xs[0], low, zs[0]])


def _towards(rng: Rng, feet: Cell, target: Cell) -> tuple[float, float]:
    dx, dy, dz = target[0] - feet[0], target[1] + 0.5 - feet[1] - EYE, target[2] - feet[2]
    yaw = math.degrees(math.atan2(-dx, dz)) + float(rng.uniform(-28, 28))
    pitch = -math.degrees(math.atan2(dy, math.hypot(dx, dz) + 1e-6)) + float(rng.uniform(-15, 15))
    return yaw % 360, float(np.clip(pitch, -20, 50))


def _ores(rng: Rng, world: World, cells: list[Cell]) -> None:
    """Replaces stone in the walls by small veins."""
    for _ in range(int(rng.choice((0, 0, 1, 2, 2, 3)))):
        block = ID[_pick(rng, ORES, ORE_WEIGHTS)]
        x, y, z = cells[int(rng.integers(len(cells)))]
        sides = [(1, 0, 0), (-1, 0, 0), (0, 0, 1), (0, 0, -1), (1, 1, 0), (-1, 1, 0), (0, 1, 1), (0, 1, -1), (0, -1, 0)]
        dx, dy, dz = sides[int(rng.integers(len(sides)))]
        x, y, z = x + dx, y + dy, z + dz
        for _ in range(int(rng.integers(1, 7))):
            if world.get(x, y, z) == ID["stone"]:
                world.set(x, y, z, block)
            dx, dy, dz = sides[int(rng.integers(len(sides)))]
            x, y, z = x + dx, int(np.clip(y + dy, 1, 120)), z + dz


# --- what is put in sight ---------------------------------------------------------------------------------


def furnish(rng: Rng, world: World, view: View) -> None:
    """Puts placed blocks and creatures before the camera, each at a random distance and side."""
    for _ in range(int(rng.choice((0, 0, 0, 1, 1, 2)))):
        spot = _spot(rng, world, view, 11.0)
        if spot is not None and spot != _cell(view.feet):
            world.set(*spot, ID[_pick(rng, PLACED, PLACED_WEIGHTS)])
    spot = _spot(rng, world, view, 14.0) if rng.random() < 0.12 else None
    if spot is not None:
        _trunk(rng, world, spot)
    for _ in range(int(rng.choice((0, 0, 0, 1, 1, 1, 2, 3)))):
        spot = _spot(rng, world, view, 15.5)
        if spot is not None and _free(world, spot[0], spot[1] + 1, spot[2]):
            feet = (spot[0] + 0.5, float(spot[1]), spot[2] + 0.5)
            name = _pick(rng, CREATURES, CREATURE_WEIGHTS)
            view.creatures.append((name, feet, float(rng.uniform(0, 360))))
    spot = _spot(rng, world, view, 8.0) if rng.random() < 0.15 else None
    if spot is not None:
        view.items.append((DROPPED[int(rng.integers(len(DROPPED)))], (spot[0] + 0.5, float(spot[1]), spot[2] + 0.5)))
    if rng.random() < 0.6:
        view.hand = HELD[int(rng.integers(len(HELD)))]


def _trunk(rng: Rng, world: World, foot: Cell) -> None:
    """Raises a bare trunk, spruce oftenest: the worlds have the fewest of it about their spawns."""
    block = ID[("spruce_log", "spruce_log", "birch_log", "oak_log")[int(rng.integers(4))]]
    for up in range(int(rng.integers(1, 6))):
        if foot[1] + up < 120 and _free(world, foot[0], foot[1] + up, foot[2]):
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
        up = next((u for u in (0, 1) if _free(world, cx, cy + u, cz)), None)
        if up is None:
            break
        cy += up
        while cy > 2 and _free(world, cx, cy - 1, cz):
            cy -= 1
        y, spot = float(cy), (cx, cy, cz)
    return spot if spot is None or SOLID[world.get(spot[0], spot[1] - 1, spot[2])] else None


STAGERS: tuple[tuple[float, Stager], ...] = (
    (0.2, on_surface), (0.33, at_target), (0.1, in_cave), (0.37, in_tunnel),
)  # fmt: skip


def stage(rng: Rng, world: World, anchor: Cell) -> View:
    """Draws one furnished view in a world; may dig and place."""
    weights = np.array([weight for weight, _ in STAGERS])
    while True:
        view = STAGERS[int(rng.choice(len(STAGERS), p=weights / weights.sum()))][1](rng, world, anchor)
        if view is not None:
            furnish(rng, world, view)
            return view
