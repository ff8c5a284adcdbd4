"""Creatures: how they wander, hunt, shoot, flee, burn and move. One numba kernel advances every entity.

Numbers come from `data/voxel/mobs.yaml`. Reports what happens to the agent as events; `env.py` settles them.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.voxel.aim import clear
from peam.sims.voxel.blocks import OPAQUE
from peam.sims.voxel.entities import (
    AGE,
    AIMED,
    ARROW,
    ASIDE,
    ATTACK,
    BACK,
    COOL,
    DATA,
    DEATH,
    EID,
    FIRE,
    FLEE,
    FROZEN,
    GOAL_X,
    GOAL_Z,
    GONE,
    HEALTH,
    HEIGHTS,
    HURT,
    ITEM,
    KIND,
    SEEN,
    SHOOT,
    TIMER,
    WIDTHS,
    emit,
    move_arrow,
    move_item,
    uniform,
)
from peam.sims.voxel.physics import EYE, YAW, X, Y, Z, at
from peam.sims.voxel.steering import move, steer, strafe, wander

# Columns of the parameter table, one row a kind.
HOSTILE, SPEED, SIGHT, BURNS, SHOOTS, RELOAD, DAMAGE = range(7)
LEVELS: Final = ("peaceful", "easy", "normal", "hard")
MELEE_GAP = 0.83  # metres between bodies within which a zombie strikes
STRIKE_EVERY = 20  # ticks between a zombie's strikes
DRAW = 20  # ticks in sight before a skeleton shoots and circles


def parameters(difficulty: str) -> NDArray[np.float64]:
    """Returns the numbers of every kind at a difficulty, (kinds, 7); peaceful creatures do no damage."""
    level = LEVELS.index(difficulty) - 1
    rows = [[0.0] * 7] * 3
    for row in DATA.values():
        damage = row.get("damage", [0.0] * 3)[level] if level >= 0 else 0.0
        reload = row.get("reload", [0] * 3)[max(0, level)]
        rows.append(
            [
                float(row["hostile"]),
                row["speed"],
                row.get("sight", 0),
                float(row.get("burns", False)),
                row.get("shoots", 0.0),
                reload,
                damage,
            ]
        )
    return np.array(rows, np.float64)


@njit(cache=True)
def _notice(blocks: Any, e: Any, p: Any, sight: float, height: float, alive: bool) -> None:
    """Looks for the agent every fifth tick; what was seen is remembered for three seconds."""
    e[SEEN] = max(0.0, e[SEEN] - 1)
    if not alive:
        e[SEEN] = 0.0
    elif (int(e[AGE]) + int(e[EID])) % 5 == 0:
        dx, dy, dz = p[X] - e[X], p[Y] - e[Y], p[Z] - e[Z]
        if dx * dx + dy * dy + dz * dz <= sight * sight:
            eye = (e[X], e[Y] + height * 0.85, e[Z])
            if clear(blocks, eye, (p[X], p[Y] + EYE, p[Z])):
                e[SEEN] = 60.0


@njit(cache=True)
def shoot(
    blocks: Any, e: Any, row: int, dx: float, dz: float, flat: float, q: Any, rng: Any, events: Any
) -> bool:
    """Shoots at the agent and circles it; returns whether the creature should walk up to it instead."""
    e[YAW] = math.degrees(math.atan2(-dx, dz))
    e[AIMED] = e[AIMED] + 1 if e[SEEN] >= 55 and flat <= q[SHOOTS] else 0.0
    if e[AIMED] < DRAW:
        return True
    if e[COOL] <= 0:
        emit(events, SHOOT, row, q[DAMAGE])
        e[COOL] = q[RELOAD]
    if (int(e[AIMED]) - DRAW) % 20 == 0:
        if e[ASIDE] == 0 or uniform(rng) < 0.3:
            e[ASIDE] = -1.0 if e[ASIDE] > 0 else 1.0
        e[BACK] = 1.0 - e[BACK] if uniform(rng) < 0.3 else e[BACK]
    if flat < 0.5 * q[SHOOTS]:
        e[BACK] = 1.0
    elif flat > 0.866 * q[SHOOTS]:
        e[BACK] = 0.0
    ahead = -1.0 if e[BACK] > 0 else 1.0
    strafe(blocks, e, dx / max(flat, 0.01), dz / max(flat, 0.01), ahead, e[ASIDE], q[SPEED])
    return False


@njit(cache=True)
def _hunt(blocks: Any, e: Any, row: int, p: Any, q: Any, width: float, rng: Any, events: Any) -> bool:
    """Pursues the agent; returns whether the creature should walk this tick."""
    dx, dz = p[X] - e[X], p[Z] - e[Z]
    flat = math.sqrt(dx * dx + dz * dz)
    e[GOAL_X], e[GOAL_Z], e[TIMER] = p[X], p[Z], 2.0
    if q[SHOOTS] > 0:
        return shoot(blocks, e, row, dx, dz, flat, q, rng, events)
    if flat - width / 2 - 0.3 < MELEE_GAP and abs(p[Y] - e[Y]) < 2 and e[COOL] <= 0 and e[SEEN] > 0:
        emit(events, ATTACK, row, q[DAMAGE])
        e[COOL] = STRIKE_EVERY
    return flat > width / 2 + 0.3


@njit(cache=True)
def _weather(blocks: Any, e: Any, q: Any, bright: bool, height: float) -> None:
    """Burning by day, lava, cactus and their damage."""
    if e[HURT] > 0:
        e[HURT] -= 1
    x, z = math.floor(e[X]), math.floor(e[Z])
    feet = at(blocks, x, math.floor(e[Y] + 0.3), z)
    if int(e[AGE]) % 20 == 0:
        if q[BURNS] > 0 and bright:
            y = math.floor(e[Y] + height)
            while y < blocks.shape[1] and not OPAQUE[at(blocks, x, y, z)] and at(blocks, x, y, z) != 7:
                y += 1
            if y >= blocks.shape[1]:
                e[FIRE] = 160.0
        if e[FIRE] > 0:
            e[HEALTH] -= 1
    if feet == 8 and int(e[AGE]) % 10 == 0:
        e[HEALTH] -= 4
        e[FIRE] = 300.0
    if feet == 7:
        e[FIRE] = 0.0
    e[FIRE] = max(0.0, e[FIRE] - 1)


@njit(cache=True)
def live(
    blocks: Any, e: Any, row: int, p: Any, alive: bool, q: Any, bright: bool, rng: Any, events: Any
) -> None:
    """Advances one creature."""
    kind = int(e[KIND])
    width, height = WIDTHS[kind], HEIGHTS[kind]
    e[AGE] += 1
    e[COOL] = max(0.0, e[COOL] - 1)
    _weather(blocks, e, q, bright, height)
    if e[HEALTH] <= 0:
        emit(events, DEATH, row, 0.0)
        return
    walk, hunting, speed = True, False, q[SPEED]
    if q[HOSTILE] > 0 and q[DAMAGE] > 0:
        _notice(blocks, e, p, q[SIGHT], height, alive)
        hunting = e[SEEN] > 0
    if hunting:
        walk = _hunt(blocks, e, row, p, q, width, rng, events)
    else:
        wander(e, rng, 8.0)
        speed *= 0.6
        if e[FLEE] > 0:
            e[FLEE] -= 1
            speed = q[SPEED] * 2.0
    if walk:
        steer(blocks, e, speed, hunting, height, rng)
    move(blocks, e, width, height)


@njit(cache=True)
def _leaves(e: Any, dx: float, dz: float, q: Any, limits: Any, rng: Any) -> bool:
    """Whether a creature vanishes: animals and monsters far away, monsters by chance when not near."""
    far = dx * dx + dz * dz
    if far > limits[0] * limits[0]:
        return True
    return bool(q[HOSTILE] > 0 and far > limits[1] ** 2 and e[AGE] > 600 and uniform(rng) < limits[2])


@njit(cache=True)
def advance(
    blocks: Any,
    table: Any,
    rows: int,
    p: Any,
    alive: bool,
    q: Any,
    bright: bool,
    limits: Any,
    rng: Any,
    events: Any,
) -> int:
    """Advances every entity one tick.

    Args:
        blocks: The block window.
        table: Entity table, changed in place.
        rows: Rows in use.
        p: The agent's body.
        alive: Whether it can be hunted and can pick things up.
        q: `parameters(difficulty)`.
        bright: Whether the sun burns.
        limits: (3,) distances and chance of vanishing.
        rng: (1,) uint64 random state.
        events: (EVENTS, 3) float64; row 0 counts, the rest is (code, row, value).

    Returns:
        The number of events.
    """
    events[0, 0] = 0.0
    for row in range(rows):
        e = table[row]
        kind = int(e[KIND])
        if kind == 0:
            continue
        dx, dz = e[X] - p[X], e[Z] - p[Z]
        if kind > ARROW and _leaves(e, dx, dz, q[kind], limits, rng):
            emit(events, GONE, row, 0.0)
        elif dx * dx + dz * dz > FROZEN * FROZEN:
            continue
        elif kind == ITEM:
            move_item(blocks, table, row, p, alive, events)
        elif kind == ARROW:
            move_arrow(blocks, table, rows, row, p, alive, events)
        else:
            live(blocks, e, row, p, alive, q[kind], bright, rng, events)
    return int(events[0, 0])
