"""Looks: directions, boxes that they meet, and lines of sight between bodies. Serial numba kernels.

The block under the crosshair is `render.dda`'s.
"""

from __future__ import annotations

import math
from typing import Any

from numba import njit

from peam.sims.voxel.blocks import OPAQUE
from peam.sims.voxel.physics import at

Vector = tuple[float, float, float]


@njit(cache=True, error_model="numpy", _nrt=False)
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


@njit(cache=True, error_model="numpy", _nrt=False)
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
