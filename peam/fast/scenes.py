"""Labelled pictures for nano's eyes: views of embedded worlds, and per ray what the picture shows there.

Stages views as a life would leave them (surface, tunnels, staircases, caves; stations, ores and creatures
put in sight) in worlds of pretraining seeds. Knows nothing of tasks, models or questions.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from peam.fast.props import EYE, Rng, View, free, furnish, pick
from peam.sims.voxel.blocks import ID, LIQUID, NAMES, SOLID
from peam.sims.voxel.world import Cell, World

REACH = 44  # views are staged within this distance of the world's anchor
TRUNKS = np.isin(np.arange(256), [i for i, name in enumerate(NAMES) if name.endswith(("_log", "_leaves"))])
ORES = ("coal_ore", "iron_ore", "diamond_ore", "gold_ore", "redstone_ore", "lapis_ore")
ORE_WEIGHTS = (0.27, 0.27, 0.27, 0.07, 0.06, 0.06)
SOUGHT = (
    "oak_log",
    "birch_log",
    "spruce_log",
    "stone",
    "dirt",
    "sand",
    "water",
    "lava",
    "coal_ore",
    "iron_ore",
)
LIFE_PITCHES = (0.0, 0.0, 0.0, 15.0, 15.0, 30.0)


Stager = Callable[[Rng, World, Cell], View | None]


def _floor(world: World, x: int, z: int) -> int | None:
    """Returns the feet's y on the ground of a column (under trees), None where nobody can stand."""
    y = int(world.tops[x & 255, z & 255]) - 1
    while y > 0 and (TRUNKS[world.get(x, y, z)] or not SOLID[world.get(x, y, z)]):
        if LIQUID[world.get(x, y, z)]:
            return None
        y -= 1
    return y + 1 if free(world, x, y + 1, z) and free(world, x, y + 2, z) else None


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
    x, z = _near(rng, anchor, REACH)
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
        while y > 2 and free(world, x, y - 1, z):
            y -= 1
        if (
            SOLID[world.get(x, y - 1, z)]
            and free(world, x, y + 1, z)
            and y + 4 < world.tops[x & 255, z & 255]
        ):
            return _standing(rng, (x, y, z))
    return None


def in_tunnel(rng: Rng, world: World, anchor: Cell) -> View | None:
    """Digs a tunnel or a staircase, puts ores into its walls, and stands in it."""
    x, z = _near(rng, anchor, REACH - 18)
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


def _near(rng: Rng, anchor: Cell, reach: int) -> tuple[int, int]:
    east, south = rng.integers(-reach, reach, 2)
    return anchor[0] + int(east), anchor[2] + int(south)


def _cells(world: World, anchor: Cell, block: int, low: int, high: int = 128) -> NDArray[np.int64]:
    """Returns (N, 3) cells of a block within reach of the anchor, low <= y < high."""
    xs = np.arange(anchor[0] - REACH, anchor[0] + REACH)
    zs = np.arange(anchor[2] - REACH, anchor[2] + REACH)
    part = world.blocks[np.ix_(xs & 255, np.arange(low, high), zs & 255)]
    found = np.argwhere(part == block)
    cells: NDArray[np.int64] = found + np.array([xs[0], low, zs[0]])
    return cells


def _towards(rng: Rng, feet: Cell, target: Cell) -> tuple[float, float]:
    dx, dy, dz = target[0] - feet[0], target[1] + 0.5 - feet[1] - EYE, target[2] - feet[2]
    yaw = math.degrees(math.atan2(-dx, dz)) + float(rng.uniform(-28, 28))
    pitch = -math.degrees(math.atan2(dy, math.hypot(dx, dz) + 1e-6)) + float(rng.uniform(-15, 15))
    return yaw % 360, float(np.clip(pitch, -20, 50))


def _ores(rng: Rng, world: World, cells: list[Cell]) -> None:
    """Replaces stone in the walls by small veins."""
    for _ in range(int(rng.choice((0, 0, 1, 2, 2, 3)))):
        block = ID[pick(rng, ORES, ORE_WEIGHTS)]
        x, y, z = cells[int(rng.integers(len(cells)))]
        sides = [
            (1, 0, 0),
            (-1, 0, 0),
            (0, 0, 1),
            (0, 0, -1),
            (1, 1, 0),
            (-1, 1, 0),
            (0, 1, 1),
            (0, 1, -1),
            (0, -1, 0),
        ]
        dx, dy, dz = sides[int(rng.integers(len(sides)))]
        x, y, z = x + dx, y + dy, z + dz
        for _ in range(int(rng.integers(1, 7))):
            if world.get(x, y, z) == ID["stone"]:
                world.set(x, y, z, block)
            dx, dy, dz = sides[int(rng.integers(len(sides)))]
            x, y, z = x + dx, int(np.clip(y + dy, 1, 120)), z + dz


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
