"""The crosshair: which block or creature a look meets, and lines of sight. Serial numba kernels.

Knows nothing of what is then done to the target.
"""

from __future__ import annotations

import math
from typing import Any

from numba import njit

from peam.sims.voxel.blocks import OPAQUE, TARGET
from peam.sims.voxel.physics import at

Vector = tuple[float, float, float]


@njit(cache=True)
def ray(blocks: Any, eye: Vector, look: Vector, reach: float, out: Any) -> float:
    """Walks the cells along a look to the first block that stops the crosshair.

    Args:
        blocks: (256, 128, 256) toroidal window.
        eye: Start, metres.
        look: Unit direction.
        reach: Metres.
        out: (6,) int64: the cell, then the normal of the face entered by. Untouched without a hit.

    Returns:
        The distance to the face, or -1 where nothing is hit.
    """
    x, y, z = eye
    dx, dy, dz = look
    cx, cy, cz = math.floor(x), math.floor(y), math.floor(z)
    sx, sy, sz = (1 if dx > 0 else -1), (1 if dy > 0 else -1), (1 if dz > 0 else -1)
    ix = 1 / abs(dx) if dx != 0 else 1e30
    iy = 1 / abs(dy) if dy != 0 else 1e30
    iz = 1 / abs(dz) if dz != 0 else 1e30
    tx = ((cx + 1 - x) if dx > 0 else (x - cx)) * ix
    ty = ((cy + 1 - y) if dy > 0 else (y - cy)) * iy
    tz = ((cz + 1 - z) if dz > 0 else (z - cz)) * iz
    t, nx, ny, nz = 0.0, 0, 0, 0
    while t <= reach:
        if cy >= 0 and TARGET[at(blocks, cx, cy, cz)]:
            out[0], out[1], out[2] = cx, cy, cz
            out[3], out[4], out[5] = nx, ny, nz
            return t
        if tx <= ty and tx <= tz:
            t, cx, nx, ny, nz = tx, cx + sx, -sx, 0, 0
            tx += ix
        elif ty <= tz:
            t, cy, nx, ny, nz = ty, cy + sy, 0, -sy, 0
            ty += iy
        else:
            t, cz, nx, ny, nz = tz, cz + sz, 0, 0, -sz
            tz += iz
    return -1.0


@njit(cache=True)
def box(eye: Vector, look: Vector, lo: Vector, hi: Vector) -> float:
    """Returns the distance along a look to an axis-aligned box, 0 from within, or 1e30."""
    near, far = 0.0, 1e30
    for axis in range(3):
        if abs(look[axis]) < 1e-12:
            if eye[axis] < lo[axis] or eye[axis] > hi[axis]:
                return 1e30
            continue
        a = (lo[axis] - eye[axis]) / look[axis]
        b = (hi[axis] - eye[axis]) / look[axis]
        near, far = max(near, min(a, b)), min(far, max(a, b))
    return near if near <= far else 1e30


@njit(cache=True)
def clear(blocks: Any, a: Vector, b: Vector) -> bool:
    """Returns whether no opaque block stands between two points."""
    dx, dy, dz = b[0] - a[0], b[1] - a[1], b[2] - a[2]
    steps = int(math.sqrt(dx * dx + dy * dy + dz * dz) * 3) + 1
    for i in range(1, steps):
        f = i / steps
        if OPAQUE[
            at(blocks, math.floor(a[0] + dx * f), math.floor(a[1] + dy * f), math.floor(a[2] + dz * f))
        ]:
            return False
    return True


def direction(yaw: float, pitch: float) -> Vector:
    """Returns the unit vector of a look, degrees; yaw 0 is +z, 90 is -x; positive pitch looks down."""
    yaw, pitch = math.radians(yaw), math.radians(pitch)
    flat = math.cos(pitch)
    return -math.sin(yaw) * flat, -math.sin(pitch), math.cos(yaw) * flat
