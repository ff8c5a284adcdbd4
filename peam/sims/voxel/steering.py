"""How creatures walk: judging steps, turning aside, jumping, wandering, their bodies' motion. Numba kernels.

Knows nothing of why a creature wants to be somewhere.
"""

from __future__ import annotations

import math
from typing import Any

from numba import njit

from peam.sims.voxel.blocks import HAZARD, LIQUID, SOLID
from peam.sims.voxel.entities import AGE, DETOUR, EID, FLEE, GOAL_X, GOAL_Z, HEALTH, TIMER, uniform
from peam.sims.voxel.physics import FALL, GROUND, VX, VY, VZ, WALL, YAW, X, Y, Z, at, sweep


@njit(cache=True, error_model="numpy", _nrt=False)
def footing(blocks: Any, x: float, y: float, z: float, drop: int) -> int:
    """Judges a step to a column: 0 walk, 1 jump up one, 2 blocked, 3 a drop or a danger."""
    cx, cy, cz = math.floor(x), math.floor(y + 0.01), math.floor(z)
    if SOLID[at(blocks, cx, cy, cz)]:
        if SOLID[at(blocks, cx, cy + 1, cz)] or SOLID[at(blocks, cx, cy + 2, cz)]:
            return 2
        return 1
    if SOLID[at(blocks, cx, cy + 1, cz)]:
        return 2
    for depth in range(1, drop + 2):
        below = at(blocks, cx, cy - depth, cz)
        if HAZARD[below]:
            return 3
        if SOLID[below]:
            return 0
        if LIQUID[below]:
            return 0 if drop > 1 else 3
    return 3


@njit(cache=True, error_model="numpy", _nrt=False)
def _push(e: Any, x: float, z: float, speed: float) -> None:
    """Adds a tick's push along (x, z): drag turns it into `speed`, and a fifth of that in the air."""
    push = speed * 0.05 * (0.454 if e[GROUND] > 0 else 0.1)
    e[VX] += x * push
    e[VZ] += z * push


@njit(cache=True, error_model="numpy", _nrt=False)
def steer(blocks: Any, e: Any, speed: float, hunting: bool, height: float, rng: Any) -> None:
    """Pushes a creature towards its goal: steps up, jumps, and turns aside from walls and drops."""
    dx, dz = e[GOAL_X] - e[X], e[GOAL_Z] - e[Z]
    length = math.sqrt(dx * dx + dz * dz)
    if length < 0.3:
        e[TIMER] = min(e[TIMER], 1.0)
        return
    angle = math.atan2(-dx, dz)
    if e[DETOUR] != 0:
        angle += math.copysign(1.2, e[DETOUR])
        e[DETOUR] -= math.copysign(1.0, e[DETOUR])
    ux, uz = -math.sin(angle), math.cos(angle)
    wet = LIQUID[at(blocks, math.floor(e[X]), math.floor(e[Y] + 0.4), math.floor(e[Z]))]
    if e[GROUND] > 0 and not wet:
        step = footing(blocks, e[X] + ux * 0.75, e[Y], e[Z] + uz * 0.75, 3 if hunting else 1)
        if step == 1 or (step == 0 and e[WALL] > 0):
            head = at(blocks, math.floor(e[X]), math.floor(e[Y] + height + 0.5), math.floor(e[Z]))
            if not SOLID[head]:
                e[VY] = 0.42
        elif step >= 2:
            if e[DETOUR] == 0:
                e[DETOUR] = 20.0 if uniform(rng) < 0.5 else -20.0
            if step == 3:
                if not hunting:
                    e[TIMER] = 0.0
                return
    _push(e, ux, uz, speed)
    e[YAW] = math.degrees(angle)


@njit(cache=True, error_model="numpy", _nrt=False)
def strafe(blocks: Any, e: Any, ux: float, uz: float, ahead: float, aside: float, speed: float) -> None:
    """Pushes a creature at half its walk's speed ahead or back, and as fast aside; ahead for want of footing.

    Args:
        blocks: The block window.
        e: The creature's row.
        ux: Unit vector to whom it faces.
        uz: Likewise.
        ahead: 1, or -1 to back off.
        aside: 1 or -1.
        speed: Blocks a second of its walk.
    """
    vx, vz = 0.5 * (ux * ahead - uz * aside), 0.5 * (uz * ahead + ux * aside)
    if footing(blocks, e[X] + vx, e[Y], e[Z] + vz, 1) != 0:
        vx, vz = ux, uz
        if footing(blocks, e[X] + vx, e[Y], e[Z] + vz, 1) != 0:
            return
    _push(e, vx, vz, speed)


@njit(cache=True, error_model="numpy", _nrt=False)
def wander(e: Any, rng: Any, far: float) -> None:
    """Chooses a new goal, or a rest, when the old one is done with."""
    e[TIMER] -= 1
    if e[TIMER] > 0:
        return
    if uniform(rng) < 0.5 or e[FLEE] > 0:
        e[GOAL_X] = e[X] + (uniform(rng) * 2 - 1) * far
        e[GOAL_Z] = e[Z] + (uniform(rng) * 2 - 1) * far
        e[TIMER] = 40 + uniform(rng) * 80
    else:
        e[GOAL_X], e[GOAL_Z] = e[X], e[Z]
        e[TIMER] = 60 + uniform(rng) * 120


@njit(cache=True, error_model="numpy", _nrt=False)
def move(blocks: Any, e: Any, width: float, height: float) -> None:
    """Advances a creature's body one tick: collision, drag, gravity, buoyancy, and the damage of a fall."""
    feet = at(blocks, math.floor(e[X]), math.floor(e[Y] + 0.4), math.floor(e[Z]))
    wet = LIQUID[feet]
    if wet:
        e[VY] += 0.04 if _paddles(e) else 0.0
    y, ground = e[Y], e[GROUND] > 0
    sweep(blocks, e, width, height)
    drag = 0.8 if wet else (0.546 if ground else 0.91)
    e[VX] *= drag
    e[VZ] *= drag
    e[VY] = e[VY] * 0.8 - 0.02 if wet else (e[VY] - 0.08) * 0.98
    if wet:
        if e[WALL] > 0:
            e[VY] = 0.3
        e[FALL] = 0.0
    elif e[GROUND] > 0:
        fell = e[FALL] + max(0.0, y - e[Y])
        if fell > 3:
            e[HEALTH] -= math.ceil(fell - 3)
        e[FALL] = 0.0
    elif e[Y] < y:
        e[FALL] += y - e[Y]


@njit(cache=True, error_model="numpy", _nrt=False)
def _paddles(e: Any) -> bool:
    """Whether a swimmer paddles this tick: four of five, so that it bobs at the surface."""
    return (int(e[AGE]) + int(e[EID])) % 5 != 0
