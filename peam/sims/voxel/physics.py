"""Bodies in a block world: collision, walking, swimming, climbing, falling.

Serial numba kernels over a toroidal block window. Constants: Minecraft Wiki "Entity", "Sprinting",
"Transportation", Java 1.19 (metres a tick). Knows nothing of health, items or creatures' minds.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.voxel.blocks import CLIMBABLE, ID, OPAQUE, SOLID

# Columns of the player's body (float64).
X, Y, Z, VX, VY, VZ, YAW, PITCH, GROUND, FALL = range(10)
WALL, WATER, LAVA, SUBMERGED, LANDED, MOVED, INSIDE, CACTUS, JUMPED, LADDER = range(10, 20)
BODY: Final = 20
WIDTH, HEIGHT, EYE = 0.6, 1.8, 1.62
EPS = 1e-7
_WATER, _LAVA, _CACTUS = ID["water"], ID["lava"], ID["cactus"]
Blocks = NDArray[np.uint8]
Table = NDArray[np.float64]


@njit(cache=True, inline="always")
def at(blocks: Any, x: int, y: int, z: int) -> int:
    """Returns the block id of a cell; bedrock below the world, air above it."""
    if y < 0:
        return 6
    if y >= blocks.shape[1]:
        return 0
    return int(blocks[x & 255, y, z & 255])


@njit(cache=True, error_model="numpy", _nrt=False)
def _any_solid(blocks: Any, x0: int, x1: int, y0: int, y1: int, z0: int, z1: int) -> bool:
    for x in range(x0, x1 + 1):
        for z in range(z0, z1 + 1):
            for y in range(y0, y1 + 1):
                if SOLID[at(blocks, x, y, z)]:
                    return True
    return False


@njit(cache=True, error_model="numpy", _nrt=False)
def _low(value: float) -> int:
    return math.floor(value + EPS)


@njit(cache=True, error_model="numpy", _nrt=False)
def _high(value: float) -> int:
    return math.floor(value - EPS)


@njit(cache=True, error_model="numpy", _nrt=False)
def _clip(
    blocks: Any, axis: int, x0: float, y0: float, z0: float, x1: float, y1: float, z1: float, delta: float
) -> float:
    """Shortens a move along one axis so that the box from (x0, y0, z0) on stops at the first solid cell."""
    a0, a1 = _low(x0), _high(x1)
    b0, b1 = _low(y0), _high(y1)
    c0, c1 = _low(z0), _high(z1)
    low, high = (x0, x1) if axis == 0 else ((y0, y1) if axis == 1 else (z0, z1))
    forward = delta > 0
    start = math.floor(high - EPS) + 1 if forward else math.floor(low + EPS) - 1
    stop = math.floor(high + delta - EPS) if forward else math.floor(low + delta + EPS)
    step = 1 if forward else -1
    cell = start
    while (cell <= stop) if forward else (cell >= stop):
        if axis == 0:
            hit = _any_solid(blocks, cell, cell, b0, b1, c0, c1)
        elif axis == 1:
            hit = _any_solid(blocks, a0, a1, cell, cell, c0, c1)
        else:
            hit = _any_solid(blocks, a0, a1, b0, b1, cell, cell)
        if hit:
            return max(0.0, min(delta, cell - high)) if forward else min(0.0, max(delta, cell + 1 - low))
        cell += step
    return delta


@njit(cache=True, error_model="numpy", _nrt=False)
def sweep(blocks: Any, b: Any, width: float, height: float) -> None:
    """Moves a body row by its velocity, y first, and sets GROUND, WALL and the stopped velocities."""
    half = width / 2
    x0, y0, z0 = b[X] - half, b[Y], b[Z] - half
    x1, y1, z1 = b[X] + half, b[Y] + height, b[Z] + half
    b[WALL] = 0.0
    order = (1, 0, 2) if abs(b[VX]) >= abs(b[VZ]) else (1, 2, 0)
    for axis in order:
        want = b[VX + axis]
        if want == 0.0:
            continue
        got = _clip(blocks, axis, x0, y0, z0, x1, y1, z1, want)
        if axis == 0:
            x0, x1 = x0 + got, x1 + got
        elif axis == 1:
            y0, y1 = y0 + got, y1 + got
        else:
            z0, z1 = z0 + got, z1 + got
        b[X + axis] += got
        if axis == 1:
            b[GROUND] = 1.0 if want < 0 and got > want else 0.0
        elif got != want:
            b[WALL] = 1.0
        if got != want:
            b[VX + axis] = 0.0


@njit(cache=True, error_model="numpy", _nrt=False)
def touches(blocks: Any, b: Any, width: float, height: float, block: int) -> bool:
    """Returns whether the box touches a cell of that block."""
    half = width / 2
    for x in range(math.floor(b[X] - half), math.floor(b[X] + half) + 1):
        for z in range(math.floor(b[Z] - half), math.floor(b[Z] + half) + 1):
            for y in range(math.floor(b[Y]), math.floor(b[Y] + height) + 1):
                if at(blocks, x, y, z) == block:
                    return True
    return False


@njit(cache=True, error_model="numpy", _nrt=False)
def _surroundings(blocks: Any, b: Any) -> None:
    x, y, z = math.floor(b[X]), math.floor(b[Y]), math.floor(b[Z])
    eye = at(blocks, x, math.floor(b[Y] + EYE), z)
    feet = at(blocks, x, y, z)
    waist = at(blocks, x, math.floor(b[Y] + 0.4), z)
    b[WATER] = 1.0 if feet == _WATER or waist == _WATER else 0.0
    b[LAVA] = 1.0 if feet == _LAVA or waist == _LAVA else 0.0
    b[SUBMERGED] = 1.0 if eye == _WATER else 0.0
    b[INSIDE] = 1.0 if OPAQUE[eye] else 0.0
    b[LADDER] = 1.0 if CLIMBABLE[feet] else 0.0
    b[CACTUS] = 1.0 if touches(blocks, b, WIDTH + 0.02, HEIGHT, _CACTUS) else 0.0


@njit(cache=True, error_model="numpy", _nrt=False)
def _hold_edge(blocks: Any, b: Any) -> None:
    """Sneaking: shortens the step while nothing solid would be underfoot."""
    half = WIDTH / 2
    y = math.floor(b[Y] - 0.6 + EPS)
    for axis in (VX, VZ):
        while b[axis] != 0.0:
            x = b[X] + (b[VX] if axis == VX else 0.0)
            z = b[Z] + (b[VZ] if axis == VZ else 0.0)
            if _any_solid(blocks, _low(x - half), _high(x + half), y, y, _low(z - half), _high(z + half)):
                break
            b[axis] = 0.0 if abs(b[axis]) < 0.05 else b[axis] - math.copysign(0.05, b[axis])


@njit(cache=True, error_model="numpy", _nrt=False)
def _accelerate(b: Any, ahead: float, left: float, push: float) -> None:
    length = math.sqrt(ahead * ahead + left * left)
    if length < 1e-9:
        return
    push /= max(1.0, length)
    yaw = math.radians(b[YAW])
    sin, cos = math.sin(yaw), math.cos(yaw)
    b[VX] += (left * cos - ahead * sin) * push
    b[VZ] += (ahead * cos + left * sin) * push


@njit(cache=True, error_model="numpy", _nrt=False)
def _jump(b: Any, sprint: bool) -> None:
    b[VY] = 0.42
    b[JUMPED] = 1.0
    if sprint:
        yaw = math.radians(b[YAW])
        b[VX] -= math.sin(yaw) * 0.2
        b[VZ] += math.cos(yaw) * 0.2


@njit(cache=True, error_model="numpy", _nrt=False)
def _swim(blocks: Any, b: Any, ahead: float, left: float, jump: bool) -> None:
    """Water and lava: slow, buoyant, and able to climb out at a shore."""
    lava = b[LAVA] > 0
    if jump:
        b[VY] += 0.04
    _accelerate(b, ahead, left, 0.02)
    before = b[Y]
    sweep(blocks, b, WIDTH, HEIGHT)
    drag = 0.5 if lava else 0.8
    b[VX] *= drag
    b[VZ] *= drag
    b[VY] = b[VY] * drag - 0.02 if lava else b[VY] * 0.8 - 0.005
    if b[WALL] > 0:
        y0, y1 = _low(before + 0.6), _high(before + 0.6 + HEIGHT)
        free = not _any_solid(
            blocks,
            _low(b[X] - WIDTH / 2),
            _high(b[X] + WIDTH / 2),
            y0,
            y1,
            _low(b[Z] - WIDTH / 2),
            _high(b[Z] + WIDTH / 2),
        )
        if free and (jump or ahead > 0):
            b[VY] = 0.3
    b[FALL] = 0.0


@njit(cache=True, error_model="numpy", _nrt=False)
def _walk(blocks: Any, b: Any, ahead: float, left: float, jump: bool, sneak: bool, sprint: bool) -> None:
    ground, ladder = b[GROUND] > 0, b[LADDER] > 0
    if jump and ground:
        _jump(b, sprint)
    base = 0.13 if sprint else 0.1
    _accelerate(b, ahead, left, base if ground else (0.026 if sprint else 0.02))
    if ladder:
        b[VX] = max(-0.15, min(0.15, b[VX]))
        b[VZ] = max(-0.15, min(0.15, b[VZ]))
        b[VY] = max(b[VY], 0.0 if sneak else -0.15)
        b[FALL] = 0.0
    elif sneak and ground:
        _hold_edge(blocks, b)
    sweep(blocks, b, WIDTH, HEIGHT)
    if ladder and (b[WALL] > 0 or jump):
        b[VY] = 0.2
    drag = 0.546 if ground else 0.91
    b[VX] *= drag
    b[VZ] *= drag
    b[VY] = (b[VY] - 0.08) * 0.98


@njit(cache=True, error_model="numpy", _nrt=False)
def move_player(blocks: Any, b: Any, ahead: float, left: float, pose: int, slow: float) -> None:
    """Advances the player's body one tick.

    Args:
        blocks: (256, 128, 256) toroidal window.
        b: Body, (BODY,) float64, changed in place.
        ahead: 1 forward, -1 back.
        left: 1 left, -1 right.
        pose: 0 none, 1 jump, 2 sneak, 3 sprint.
        slow: Factor on the input, 0.2 while an item is used.
    """
    b[LANDED] = b[JUMPED] = 0.0
    factor = 0.98 * slow * (0.3 if pose == 2 else 1.0)
    ahead *= factor
    left *= factor
    x, y, z = b[X], b[Y], b[Z]
    swimming = b[WATER] > 0 or b[LAVA] > 0
    if swimming:
        _swim(blocks, b, ahead, left, pose == 1)
    else:
        _walk(blocks, b, ahead, left, pose == 1, pose == 2, pose == 3 and ahead > 0)
    for axis in (VX, VY, VZ):
        if abs(b[axis]) < 0.003:
            b[axis] = 0.0
    b[MOVED] = math.sqrt((b[X] - x) ** 2 + (b[Z] - z) ** 2)
    _surroundings(blocks, b)
    if b[WATER] > 0 or b[LADDER] > 0:
        b[FALL] = 0.0
    elif b[GROUND] > 0:
        b[LANDED] = b[FALL] + max(0.0, y - b[Y])
        b[FALL] = 0.0
    elif b[Y] < y:
        b[FALL] += y - b[Y]
