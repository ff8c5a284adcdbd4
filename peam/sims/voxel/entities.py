"""The entity table: dropped items, arrows and creatures as rows of one float64 array, and how things fly.

A row's first columns are those of a body (`physics`), so that one collision serves all. Knows nothing of
creatures' minds (`mobs.py`) or of who profits from an event (`env.py`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.errors import SimError, unknown
from peam.sims.voxel.aim import box
from peam.sims.voxel.blocks import SOLID, data
from peam.sims.voxel.physics import GROUND, HEIGHT, VX, VY, VZ, WIDTH, YAW, X, Y, Z, at, sweep

# Columns after the body's X .. WALL (0..10).
KIND, EID, HEALTH, HURT, AGE, COOL, GOAL_X, GOAL_Z, TIMER, SEEN = range(11, 21)
FIRE, A, B, C, DETOUR, FLEE = range(21, 27)
COLUMNS: Final = 27
# A, B, C hold: item -> item id, count, durability used; arrow -> damage, owner (1 agent, 0 creature), crit;
# archer -> ticks that it has had the agent in sight, side it circles to (1, -1), whether it backs off.
AIMED, ASIDE, BACK = A, B, C
FREE, ITEM, ARROW = 0, 1, 2
DATA: Final = {name: row for name, row in data("mobs.yaml").items() if isinstance(row, dict)}
KINDS: Final[tuple[str, ...]] = ("free", "item", "arrow", *DATA)
KIND_ID: Final = {name: index for index, name in enumerate(KINDS)}
CLASSIC: Final = ("zombie", "skeleton", "cow", "pig", "sheep")  # those of the classic world
CLASSIC_LAST: Final = KIND_ID[CLASSIC[-1]]
WIDTHS: Final = np.array([0.0, 0.25, 0.3, *(row["width"] for row in DATA.values())])
HEIGHTS: Final = np.array([0.0, 0.25, 0.3, *(row["height"] for row in DATA.values())])
ITEM_LIFE, ARROW_LIFE = 6000, 1200  # ticks
# Event codes, column 0 of the event rows: code, row, value.
PICKUP, ATTACK, SHOOT, DEATH, HIT, GONE = range(6)
EVENTS: Final = 256
FROZEN: Final = 44.0  # metres; what lies farther off stands still: its blocks may not be loaded


@njit(cache=True, error_model="numpy", _nrt=False)
def uniform(rng: Any) -> float:
    """Draws from [0, 1): SplitMix64 (Steele et al. 2014) on rng[0], a uint64 seeded at reset."""
    rng[0] += np.uint64(0x9E3779B97F4A7C15)
    z = rng[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return float(z >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@njit(cache=True, error_model="numpy", _nrt=False)
def emit(events: Any, code: int, row: int, value: float) -> None:
    """Appends an event; events[0, 0] counts them. A full list drops the rest of this tick's."""
    n = int(events[0, 0])
    if n + 1 < events.shape[0]:
        events[n + 1, 0], events[n + 1, 1], events[n + 1, 2] = code, row, value
        events[0, 0] = n + 1


@njit(cache=True, error_model="numpy", _nrt=False)
def _within_reach(e: Any, p: Any) -> bool:
    return bool(
        abs(e[X] - p[X]) < WIDTH / 2 + 1.125
        and abs(e[Z] - p[Z]) < WIDTH / 2 + 1.125
        and p[Y] - 0.75 < e[Y] < p[Y] + HEIGHT + 0.5
    )


@njit(cache=True, error_model="numpy", _nrt=False)
def move_item(blocks: Any, table: Any, row: int, p: Any, alive: bool, events: Any) -> None:
    """Advances a dropped item: it falls, floats, burns in lava, slides, and offers itself for pickup."""
    e = table[row]
    e[AGE] += 1
    cell = at(blocks, math.floor(e[X]), math.floor(e[Y] + 0.1), math.floor(e[Z]))
    if e[AGE] >= ITEM_LIFE or cell == 8:
        emit(events, GONE, row, 0.0)
        return
    if cell == 7:
        e[VY] = min(0.06, e[VY] + 0.02)
    elif SOLID[cell]:
        e[Y] = math.floor(e[Y] + 0.1) + 1.0
        e[VY] = 0.0
    else:
        e[VY] -= 0.04
    sweep(blocks, e, 0.25, 0.25)
    drag = 0.98 * 0.6 if e[GROUND] > 0 else 0.98
    e[VX] *= drag
    e[VZ] *= drag
    e[VY] *= 0.98
    if e[TIMER] > 0:
        e[TIMER] -= 1
    elif alive and _within_reach(e, p):
        emit(events, PICKUP, row, 0.0)


@njit(cache=True, error_model="numpy", _nrt=False)
def _struck(table: Any, rows: int, row: int, eye: Any, look: Any, length: float, p: Any) -> int:
    """Returns the row that a flight of `length` meets, -1 for the agent, -2 for none."""
    e = table[row]
    if e[B] == 0:
        half = WIDTH / 2
        lo, hi = (p[X] - half, p[Y], p[Z] - half), (p[X] + half, p[Y] + HEIGHT, p[Z] + half)
        return -1 if box(eye, look, lo, hi) <= length else -2
    best, found = length, -2
    for other in range(rows):
        kind = int(table[other, KIND])
        if kind <= ARROW or table[other, HEALTH] <= 0:
            continue
        half = WIDTHS[kind] / 2 + 0.15
        x, y, z = table[other, X], table[other, Y], table[other, Z]
        far = box(eye, look, (x - half, y - 0.1, z - half), (x + half, y + HEIGHTS[kind] + 0.15, z + half))
        if far <= best:
            best, found = far, other
    return found


@njit(cache=True, error_model="numpy", _nrt=False)
def move_arrow(blocks: Any, table: Any, rows: int, row: int, p: Any, alive: bool, events: Any) -> None:
    """Advances an arrow: it flies until a block holds it or a body stops it; then it may be picked up."""
    e = table[row]
    e[AGE] += 1
    if e[AGE] >= ARROW_LIFE:
        emit(events, GONE, row, 0.0)
        return
    if e[GROUND] > 0:
        if not SOLID[at(blocks, math.floor(e[GOAL_X]), int(e[TIMER]), math.floor(e[GOAL_Z]))]:
            e[GROUND] = 0.0
        elif alive and e[B] == 1 and _within_reach(e, p):
            emit(events, PICKUP, row, 0.0)
        return
    speed = math.sqrt(e[VX] ** 2 + e[VY] ** 2 + e[VZ] ** 2)
    if speed < 1e-6:
        speed = 1e-6
    eye = (e[X], e[Y], e[Z])
    look = (e[VX] / speed, e[VY] / speed, e[VZ] / speed)
    length, steps = speed, int(speed / 0.2) + 1
    for i in range(1, steps + 1):
        d = speed * i / steps
        x, y, z = eye[0] + look[0] * d, eye[1] + look[1] * d, eye[2] + look[2] * d
        if SOLID[at(blocks, math.floor(x), math.floor(y), math.floor(z))]:
            length = speed * (i - 1) / steps
            e[GROUND] = 1.0
            e[GOAL_X], e[TIMER], e[GOAL_Z] = math.floor(x) + 0.5, math.floor(y), math.floor(z) + 0.5
            break
    target = _struck(table, rows, row, eye, look, length, p)
    if target >= -1 and (target >= 0 or alive):
        emit(events, HIT, row, float(target))
        return
    e[X], e[Y], e[Z] = eye[0] + look[0] * length, eye[1] + look[1] * length, eye[2] + look[2] * length
    if e[GROUND] > 0:
        e[VX] = e[VY] = e[VZ] = 0.0
        return
    e[VX] *= 0.99
    e[VZ] *= 0.99
    e[VY] = e[VY] * 0.99 - 0.05


@njit(cache=True, error_model="numpy", _nrt=False)
def pick(table: Any, rows: int, eye: Any, look: Any, reach: float) -> tuple[int, float]:
    """Returns the creature under the crosshair, (row, distance); row -1 for none."""
    best, found = reach, -1
    for row in range(rows):
        kind = int(table[row, KIND])
        if kind <= ARROW or table[row, HEALTH] <= 0:
            continue
        half = WIDTHS[kind] / 2
        x, y, z = table[row, X], table[row, Y], table[row, Z]
        far = box(eye, look, (x - half, y, z - half), (x + half, y + HEIGHTS[kind], z + half))
        if far <= best:
            best, found = far, row
    return found, best


class Entities:
    """The table and its bookkeeping.

    Attributes:
        table: (capacity, COLUMNS) float64; KIND 0 is a free row.
        rows: One more than the highest row ever used since the last compaction.
        next_id: Next entity id.
        exotic: Whether creatures that the classic world has not by itself may be among them.
    """

    def __init__(self) -> None:
        self.table: NDArray[np.float64] = np.zeros((64, COLUMNS))
        self.rows = 0
        self.next_id = 1
        self.exotic = False

    def add(self, kind: int, position: Sequence[float], velocity: Sequence[float] = (0.0, 0.0, 0.0)) -> int:
        """Adds a row and returns its index. The table grows when it is full."""
        free = np.flatnonzero(self.table[: self.rows, KIND] == FREE)
        row = int(free[0]) if len(free) else self.rows
        if row == len(self.table):
            self.table = np.vstack([self.table, np.zeros_like(self.table)])
        self.rows = max(self.rows, row + 1)
        self.table[row] = 0.0
        self.table[row, X : Z + 1] = position
        self.table[row, VX : VZ + 1] = velocity
        self.table[row, KIND], self.table[row, EID] = kind, self.next_id
        self.next_id += 1
        return row

    def remove(self, row: int) -> None:
        """Frees a row."""
        self.table[row] = 0.0
        used = np.flatnonzero(self.table[: self.rows, KIND])
        self.rows = int(used[-1]) + 1 if len(used) else 0

    def item(
        self,
        item: int,
        count: int,
        position: Sequence[float],
        velocity: Sequence[float] = (0.0, 0.0, 0.0),
        delay: int = 10,
        worn: int = 0,
    ) -> int:
        """Drops a stack that can be picked up after `delay` ticks; returns its row."""
        row = self.add(ITEM, position, velocity)
        self.table[row, [A, B, C, TIMER]] = item, count, worn, delay
        return row

    def creature(self, name: str, position: Sequence[float], yaw: float = 0.0) -> int:
        """Adds a creature at full health; returns its row.

        Raises:
            SimError: If no such creature is known.
        """
        if name not in DATA:
            raise SimError(unknown("creature", name, DATA))
        row = self.add(KIND_ID[name], position)
        self.exotic = self.exotic or name not in CLASSIC
        self.table[row, [HEALTH, YAW, GOAL_X, GOAL_Z]] = DATA[name]["health"], yaw, position[0], position[2]
        return row

    def of(self, kinds: Sequence[int]) -> Iterator[int]:
        """Yields the rows of these kinds."""
        column = self.table[: self.rows, KIND]
        yield from (int(row) for row in np.flatnonzero(np.isin(column, kinds)))

    def state(self) -> dict[str, Any]:
        """Returns the table for a snapshot."""
        return {"table": self.table[: self.rows].copy(), "next_id": self.next_id}

    def load(self, state: dict[str, Any]) -> None:
        """Takes a snapshot's table over."""
        rows = np.asarray(state["table"], np.float64)
        self.rows, self.next_id = len(rows), int(state["next_id"])
        self.table = np.zeros((max(64, 2 * len(rows)), COLUMNS))
        self.table[: self.rows] = rows
        self.exotic = bool((self.table[:, KIND] > CLASSIC_LAST).any())
