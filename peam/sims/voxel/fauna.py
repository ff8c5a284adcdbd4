"""Minds of the overworld: sight and its loss, ways to the agent, fuses, leaps, eggs. Numba kernels.

`advance` is `mobs.advance` for games in which creatures live by the rules of Minecraft Java 1.19: all of
them in the overworld, and in the classic world those that it has not by itself (creeper, spider, chicken).
Numbers: `data/voxel/{mobs,fauna}.yaml`. Reports what happens as events; `wildlife.py` settles them.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.voxel.aim import clear
from peam.sims.voxel.elements import DARK, FAUNA, LEVEL, elements
from peam.sims.voxel.entities import (
    AGE,
    ARROW,
    ATTACK,
    CLASSIC_LAST,
    COOL,
    DATA,
    DEATH,
    EID,
    FLEE,
    FROZEN,
    GOAL_X,
    GOAL_Z,
    GONE,
    HEALTH,
    HEIGHTS,
    ITEM,
    KIND,
    SEEN,
    WIDTHS,
    A,
    B,
    emit,
    move_arrow,
    move_item,
    uniform,
)
from peam.sims.voxel.glow import light
from peam.sims.voxel.mobs import DAMAGE, HOSTILE, SIGHT, SPEED, STRIKE_EVERY, live, shoot
from peam.sims.voxel.pathing import due, follow, plan
from peam.sims.voxel.physics import EYE, FALL, GROUND, VX, VY, VZ, WALL, X, Y, Z
from peam.sims.voxel.steering import move, steer, wander

EXPLODE, LAY = 6, 7  # event codes after those of `entities`
MIND, FULL, REACH = range(3)  # columns of `minds`, one row a kind
ANIMAL, MELEE, ARCHER, CREEPER, SPIDER, CHICKEN = range(6)  # minds
SWELL, LIT = A, B  # a creeper's ticks of fuse, and whether it burns
EGG = A  # a chicken's ticks to its next egg
NEAR, FAR, FUSE = (float(FAUNA["creeper"][key]) for key in ("near", "far", "fuse"))
BRIGHT, FORGETS = int(FAUNA["spider"]["bright"]), float(FAUNA["spider"]["forgets"])
LEAP_NEAR, LEAP_FAR, LEAP = (float(value) for value in FAUNA["spider"]["leap"])
EGG_LEAST, EGG_MOST = (int(value) for value in FAUNA["chicken"]["egg"])
SINKS = float(FAUNA["chicken"]["sinks"])
_SPECIAL: Final = {"creeper": CREEPER, "spider": SPIDER, "chicken": CHICKEN}


def minds() -> NDArray[np.float64]:
    """Returns what the kinds' minds need beside `mobs.parameters`, (kinds, 3)."""
    rows = [[0.0] * 3] * 3
    for name, row in DATA.items():
        plain = ARCHER if "shoots" in row else MELEE if row["hostile"] else ANIMAL
        reach = FAUNA["spider"]["reach"] if name == "spider" else FAUNA["attack"].get(name, 0.0)
        rows.append([float(_SPECIAL.get(name, plain)), float(row["health"]), float(reach)])
    return np.array(rows, np.float64)


@njit(cache=True)
def _shuns(blocks: Any, tops: Any, e: Any, around: Any, rng: Any) -> bool:
    """Whether a spider lets the agent be: in the light it starts no hunt, and forgets one by chance."""
    if (int(e[AGE]) + int(e[EID])) % 10 != 0:
        return bool(e[SEEN] == 0)
    x, y, z = math.floor(e[X]), math.floor(e[Y] + 0.6), math.floor(e[Z])
    if light(blocks, tops, x, y, z, int(around[DARK]), BRIGHT) < BRIGHT:
        return False
    if e[SEEN] > 0 and uniform(rng) >= FORGETS:
        return False
    e[SEEN] = 0.0
    return True


@njit(cache=True)
def _notice(
    blocks: Any, tops: Any, e: Any, p: Any, alive: bool, q: Any, m: Any, height: float, around: Any, rng: Any
) -> None:
    """Looks for the agent every fifth tick; forgets it beyond the follow range, or unseen for 60 ticks."""
    e[SEEN] = max(0.0, e[SEEN] - 1) if alive else 0.0
    if not alive or (int(e[AGE]) + int(e[EID])) % 5 != 0:
        return
    dx, dy, dz = p[X] - e[X], p[Y] - e[Y], p[Z] - e[Z]
    if dx * dx + dy * dy + dz * dz > q[SIGHT] * q[SIGHT]:
        e[SEEN] = 0.0
    elif m[MIND] == SPIDER and _shuns(blocks, tops, e, around, rng):
        return
    elif clear(blocks, (e[X], e[Y] + height * 0.85, e[Z]), (p[X], p[Y] + EYE, p[Z])):
        e[SEEN] = 60.0


@njit(cache=True)
def _swells(blocks: Any, e: Any, row: int, p: Any, hunting: bool, q: Any, height: float, events: Any) -> bool:
    """Advances a creeper's fuse, which burns in plain sight; returns whether the creeper stands for it."""
    far = math.sqrt((p[X] - e[X]) ** 2 + (p[Y] - e[Y]) ** 2 + (p[Z] - e[Z]) ** 2)
    tries, e[LIT] = hunting and (e[LIT] > 0 or far < NEAR), 0.0
    if tries and far <= FAR and clear(blocks, (e[X], e[Y] + height * 0.85, e[Z]), (p[X], p[Y] + EYE, p[Z])):
        e[LIT] = 1.0
    e[SWELL] = max(0.0, e[SWELL] + (1.0 if e[LIT] > 0 else -1.0))
    if e[SWELL] >= FUSE:
        emit(events, EXPLODE, row, q[DAMAGE])
    return bool(tries)


@njit(cache=True)
def _dares(e: Any, m: Any, around: Any) -> int:
    """Returns the deepest fall, blocks, that a hunter takes."""
    if m[MIND] == CREEPER:
        return 3 + int(e[HEALTH] - 1.0)
    return 3 + max(0, int(e[HEALTH] - 0.33 * m[FULL]) - (3 - int(around[LEVEL])) * 4)


@njit(cache=True)
def _leap(e: Any, dx: float, dz: float, far: float, rng: Any) -> None:
    """A spider jumps at the agent."""
    if e[GROUND] > 0 and LEAP_NEAR <= far <= LEAP_FAR and uniform(rng) < LEAP:
        flat = max(math.sqrt(dx * dx + dz * dz), 1e-4)
        e[VX] = dx / flat * 0.4 + e[VX] * 0.2
        e[VZ] = dz / flat * 0.4 + e[VZ] * 0.2
        e[VY] = 0.4


@njit(cache=True)
def _chase(
    blocks: Any,
    e: Any,
    row: int,
    p: Any,
    q: Any,
    m: Any,
    width: float,
    height: float,
    around: Any,
    rng: Any,
    events: Any,
) -> None:
    """Goes to the agent and strikes or shoots it."""
    dx, dy, dz = p[X] - e[X], p[Y] - e[Y], p[Z] - e[Z]
    flat = math.sqrt(dx * dx + dz * dz)
    far = math.sqrt(flat * flat + dy * dy)
    if m[MIND] == ARCHER and not shoot(blocks, e, row, dx, dz, flat, q, rng, events):
        return
    if m[MIND] == SPIDER:
        _leap(e, dx, dz, far, rng)
    if far <= m[REACH] and e[COOL] <= 0:
        emit(events, ATTACK, row, q[DAMAGE])
        e[COOL] = STRIKE_EVERY
    if m[MIND] == SPIDER:
        e[GOAL_X], e[GOAL_Z] = p[X], p[Z]
    elif due(e, p):
        plan(blocks, e, p, width, _dares(e, m, around), q[SIGHT])
    if flat > width / 2 + 0.3:
        follow(blocks, e, q[SPEED], height)


@njit(cache=True)
def _roam(blocks: Any, e: Any, q: Any, height: float, rng: Any) -> None:
    """Wanders, or flees from a blow."""
    wander(e, rng, 8.0)
    speed = q[SPEED] * 0.6
    if e[FLEE] > 0:
        e[FLEE] -= 1
        speed = q[SPEED] * 2.0
    steer(blocks, e, speed, False, height, rng)


@njit(cache=True)
def _lay(e: Any, row: int, rng: Any, events: Any) -> None:
    """Counts down to a chicken's next egg."""
    if e[EGG] <= 0:
        e[EGG] = EGG_LEAST + math.floor(uniform(rng) * (EGG_MOST - EGG_LEAST))
    e[EGG] -= 1
    if e[EGG] <= 0:
        emit(events, LAY, row, 0.0)


@njit(cache=True)
def _body(blocks: Any, e: Any, m: Any, width: float, height: float) -> None:
    """Moves the body: a spider climbs what stops it, a chicken flutters down unhurt."""
    if m[MIND] == CHICKEN:
        e[FALL] = 0.0
    move(blocks, e, width, height)
    if m[MIND] == SPIDER and e[WALL] > 0:
        e[VY], e[FALL] = (0.2 - 0.08) * 0.98, 0.0
    if m[MIND] == CHICKEN and e[GROUND] == 0 and e[VY] < 0:
        e[VY] *= SINKS


@njit(cache=True)
def live_wild(
    blocks: Any,
    tops: Any,
    e: Any,
    row: int,
    p: Any,
    alive: bool,
    q: Any,
    m: Any,
    around: Any,
    rng: Any,
    events: Any,
) -> None:
    """Advances one creature."""
    kind = int(e[KIND])
    width, height = WIDTHS[kind], HEIGHTS[kind]
    e[AGE] += 1
    e[COOL] = max(0.0, e[COOL] - 1)
    elements(blocks, tops, e, q, width, height, around, rng)
    if e[HEALTH] <= 0:
        emit(events, DEATH, row, 0.0)
        return
    hunting = False
    if q[HOSTILE] > 0 and q[DAMAGE] > 0:
        _notice(blocks, tops, e, p, alive, q, m, height, around, rng)
        hunting = e[SEEN] > 0
    stands = m[MIND] == CREEPER and _swells(blocks, e, row, p, hunting, q, height, events)
    if m[MIND] == CHICKEN:
        _lay(e, row, rng, events)
    if hunting and not stands:
        _chase(blocks, e, row, p, q, m, width, height, around, rng, events)
    elif not stands:
        _roam(blocks, e, q, height, rng)
    _body(blocks, e, m, width, height)


@njit(cache=True)
def _leaves(e: Any, dx: float, dz: float, q: Any, limits: Any, wild: bool, rng: Any) -> bool:
    """Whether a creature vanishes: monsters far away or by chance; animals stay, but in the classic world."""
    far = dx * dx + dz * dz
    if q[HOSTILE] == 0 and wild:
        return False
    if far > limits[0] * limits[0]:
        return True
    return bool(q[HOSTILE] > 0 and far > limits[1] ** 2 and e[AGE] > 600 and uniform(rng) < limits[2])


@njit(cache=True)
def advance(
    blocks: Any,
    tops: Any,
    table: Any,
    rows: int,
    p: Any,
    alive: bool,
    q: Any,
    m: Any,
    around: Any,
    limits: Any,
    bright: bool,
    wild: bool,
    rng: Any,
    events: Any,
) -> int:
    """Advances every entity one tick.

    Args:
        blocks: The block window.
        tops: Its column tops.
        table: Entity table, changed in place.
        rows: Rows in use.
        p: The agent's body.
        alive: Whether it can be hunted and can pick things up.
        q: `mobs.parameters(difficulty)`.
        m: `minds()`.
        around: (3,) DARK, LEVEL, DRY.
        limits: (3,) distances and chance of vanishing.
        bright: Whether the sun burns, for the classic five.
        wild: Whether the classic five live by the overworld's rules too.
        rng: (1,) uint64 random state.
        events: As of `mobs.advance`.

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
        if kind > ARROW and _leaves(e, dx, dz, q[kind], limits, wild, rng):
            emit(events, GONE, row, 0.0)
        elif dx * dx + dz * dz > FROZEN * FROZEN:
            continue
        elif kind == ITEM:
            move_item(blocks, table, row, p, alive, events)
        elif kind == ARROW:
            move_arrow(blocks, table, rows, row, p, alive, events)
        elif wild or kind > CLASSIC_LAST:
            live_wild(blocks, tops, e, row, p, alive, q[kind], m[kind], around, rng, events)
        else:
            live(blocks, e, row, p, alive, q[kind], bright, rng, events)
    return int(events[0, 0])
