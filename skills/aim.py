"""Aiming: which yaw and pitch of the 15-degree camera grid hit a block, a face or a creature.

Pure geometry over a voxel array; knows no simulator. The ray walk is Amanatides and Woo's "A Fast Voxel
Traversal Algorithm" (1987). Angles are Minecraft's: yaw 0 looks along +z, 90 along -x; pitch + looks down.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from typing import cast as cast_type

import numba
import numpy as np
from numpy.typing import NDArray

from peam.sims.base import Cell, Vector

STEP = 15.0
REACH = 4.4  # metres from the eye at which a block is dug or built upon; the game's limit is 4.5
ANY_FACE = -1
UP_FACE = 3
NORMALS: tuple[Cell, ...] = ((-1, 0, 0), (1, 0, 0), (0, -1, 0), (0, 1, 0), (0, 0, -1), (0, 0, 1))

_F = TypeVar("_F", bound=Callable[..., Any])


def compiled(function: _F) -> _F:
    """Compiles with numba, cached on disk, and keeps the function's static type."""
    return cast_type(_F, numba.njit(cache=True, nogil=True)(function))


@dataclass(frozen=True, slots=True)
class Aim:
    """A view that hits its target.

    Attributes:
        yaw: Degrees, on the grid of the agent's present yaw.
        pitch: Degrees, a multiple of 15.
        distance: From the eye to the hit, metres.
        miss: How far the ray passes from the target's centre, metres.
    """

    yaw: float
    pitch: float
    distance: float
    miss: float


@compiled
def direction(yaw: float, pitch: float) -> tuple[float, float, float]:
    """Returns the unit vector of a view; degrees in."""
    a, b = math.radians(yaw), math.radians(pitch)
    return -math.sin(a) * math.cos(b), -math.sin(b), math.cos(a) * math.cos(b)


@compiled
def cast(
    ids: NDArray[Any],
    opaque: NDArray[np.bool_],
    ex: float,
    ey: float,
    ez: float,
    dx: float,
    dy: float,
    dz: float,
    reach: float,
) -> tuple[int, int, int, int, float]:
    """Walks a ray through the array until the first block that stops it.

    Args:
        ids: (n, n, n) block ids.
        opaque: Block id -> whether the ray stops there.
        ex: Start, in array coordinates (world minus origin).
        ey: Likewise.
        ez: Likewise.
        dx: Unit direction.
        dy: Likewise.
        dz: Likewise.
        reach: Length, metres.

    Returns:
        (i, j, k, face, distance); face is the index in `NORMALS` that the ray entered by, or -1 where
        nothing was hit.
    """
    i, j, k = math.floor(ex), math.floor(ey), math.floor(ez)
    si, sj, sk = (1 if dx > 0 else -1), (1 if dy > 0 else -1), (1 if dz > 0 else -1)
    big = 1e30
    gx = abs(1.0 / dx) if abs(dx) > 1e-9 else big
    gy = abs(1.0 / dy) if abs(dy) > 1e-9 else big
    gz = abs(1.0 / dz) if abs(dz) > 1e-9 else big
    tx = ((i + 1 - ex) if si > 0 else (ex - i)) * gx if gx < big else big
    ty = ((j + 1 - ey) if sj > 0 else (ey - j)) * gy if gy < big else big
    tz = ((k + 1 - ez) if sk > 0 else (ez - k)) * gz if gz < big else big
    while True:
        if tx <= ty and tx <= tz:
            t, face = tx, (0 if si > 0 else 1)
            i += si
            tx += gx
        elif ty <= tz:
            t, face = ty, (2 if sj > 0 else 3)
            j += sj
            ty += gy
        else:
            t, face = tz, (4 if sk > 0 else 5)
            k += sk
            tz += gz
        if t > reach or i < 0 or j < 0 or k < 0:
            return i, j, k, -1, t
        if i >= ids.shape[0] or j >= ids.shape[1] or k >= ids.shape[2]:
            return i, j, k, -1, t
        if opaque[ids[i, j, k]]:
            return i, j, k, face, t


@compiled
def grid_aim(
    ids: NDArray[Any],
    opaque: NDArray[np.bool_],
    ex: float,
    ey: float,
    ez: float,
    yaw0: float,
    ti: int,
    tj: int,
    tk: int,
    face: int,
    reach: float,
) -> tuple[float, float, float, float]:
    """Finds the grid view whose ray hits the block nearest its centre (or the centre of one face).

    Args:
        ids: (n, n, n) block ids.
        opaque: Block id -> stops the ray.
        ex: Eye, in array coordinates.
        ey: Likewise.
        ez: Likewise.
        yaw0: Any yaw of the agent's grid, degrees.
        ti: Target cell in array coordinates.
        tj: Likewise.
        tk: Likewise.
        face: Face index that must be hit, -1 for any.
        reach: Metres.

    Returns:
        (yaw, pitch, distance, miss); miss is 1e9 where no view hits.
    """
    cx, cy, cz = ti + 0.5 - ex, tj + 0.5 - ey, tk + 0.5 - ez
    if face >= 0:
        cx += 0.5 * ((face == 1) - (face == 0))
        cy += 0.5 * ((face == 3) - (face == 2))
        cz += 0.5 * ((face == 5) - (face == 4))
    square = cx * cx + cy * cy + cz * cz
    best_yaw, best_pitch, best_distance, best_miss = 0.0, 0.0, 0.0, 1e9
    for p in range(-6, 7):
        pitch = p * 15.0
        for s in range(1 if abs(p) == 6 else 24):
            yaw = yaw0 + s * 15.0
            dx, dy, dz = direction(yaw, pitch)
            along = cx * dx + cy * dy + cz * dz
            miss = math.sqrt(max(square - along * along, 0.0))
            if (along <= 0.0 and square > 0.8) or miss > 0.88 or miss >= best_miss:
                continue
            i, j, k, f, t = cast(ids, opaque, ex, ey, ez, dx, dy, dz, reach)
            if f >= 0 and i == ti and j == tj and k == tk and (face < 0 or f == face):
                best_yaw, best_pitch, best_distance, best_miss = yaw, pitch, t, miss
    return best_yaw, best_pitch, best_distance, best_miss


@compiled
def box_hit(
    ex: float, ey: float, ez: float, dx: float, dy: float, dz: float, low: NDArray[Any], high: NDArray[Any]
) -> float:
    """Returns the distance at which a ray enters a box (slab method), or 1e9 where it misses."""
    near, far = 0.0, 1e9
    eye, ray = (ex, ey, ez), (dx, dy, dz)
    for axis in range(3):
        e, d = eye[axis], ray[axis]
        if abs(d) < 1e-9:
            if e < low[axis] or e > high[axis]:
                return 1e9
            continue
        a, b = (low[axis] - e) / d, (high[axis] - e) / d
        near, far = max(near, min(a, b)), min(far, max(a, b))
    return near if near <= far else 1e9


@compiled
def grid_aim_box(
    ids: NDArray[Any],
    opaque: NDArray[np.bool_],
    ex: float,
    ey: float,
    ez: float,
    yaw0: float,
    low: NDArray[Any],
    high: NDArray[Any],
    reach: float,
) -> tuple[float, float, float, float]:
    """Like `grid_aim` for a creature's box (array coordinates), blocks in between considered."""
    cx = (low[0] + high[0]) / 2 - ex
    cy = (low[1] + high[1]) / 2 - ey
    cz = (low[2] + high[2]) / 2 - ez
    square = cx * cx + cy * cy + cz * cz
    best_yaw, best_pitch, best_distance, best_miss = 0.0, 0.0, 0.0, 1e9
    for p in range(-6, 7):
        for s in range(1 if abs(p) == 6 else 24):
            yaw, pitch = yaw0 + s * 15.0, p * 15.0
            dx, dy, dz = direction(yaw, pitch)
            t = box_hit(ex, ey, ez, dx, dy, dz, low, high)
            if t > reach:
                continue
            along = cx * dx + cy * dy + cz * dz
            miss = math.sqrt(max(square - along * along, 0.0))
            if miss < best_miss and cast(ids, opaque, ex, ey, ez, dx, dy, dz, t)[3] < 0:
                best_yaw, best_pitch, best_distance, best_miss = yaw, pitch, t, miss
    return best_yaw, best_pitch, best_distance, best_miss


def yaw_to(eye: Vector, point: Vector) -> float:
    """Returns the exact yaw from one point to another, degrees."""
    return math.degrees(math.atan2(eye[0] - point[0], point[2] - eye[2]))


def pitch_to(eye: Vector, point: Vector) -> float:
    """Returns the exact pitch from one point to another, degrees; positive looks down."""
    flat = math.hypot(point[0] - eye[0], point[2] - eye[2])
    return math.degrees(math.atan2(eye[1] - point[1], flat))


def turn(now: float, wanted: float) -> int:
    """Returns the camera argument (0..24, 12 = none) that brings an angle nearest to the wanted one."""
    error = (wanted - now + 180.0) % 360.0 - 180.0
    return 12 + max(-12, min(12, round(error / STEP)))
