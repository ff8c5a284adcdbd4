"""Where a ray meets a block: texture coordinates, and the thin shapes of plants, torches and ladders.

Knows nothing of the walk that led there.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.voxel.textures import MIP_START

NO_FACE = -1


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def texel_at(u: float, v: float, size: float) -> int:
    """Returns the index of texel (u right, v up, 0..1) at the mip level of a pixel `size` texels wide."""
    level = (1 if size >= 1.9 else 0) + (1 if size >= 3.8 else 0) + (1 if size >= 7.6 else 0)
    n, start = 16 >> level, MIP_START[level]
    i = min(max(int(u * n), 0), n - 1)
    j = min(max(int((1.0 - v) * n), 0), n - 1)
    return start + j * n + i


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def on_face(x: float, y: float, z: float, face: int) -> tuple[float, float]:
    """Returns (u, v) of a point in a unit cell on one of its faces, upright for the four sides."""
    u = z if face < 2 else x
    mirrored = face == 1 or face == 4
    return (1.0 - u if mirrored else u), (z if face == 2 or face == 3 else y)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _thin(
    shape: int, px: float, py: float, pz: float, dx: float, dy: float, dz: float, wall: int
) -> tuple[float, float, float, float, float]:
    """Meets a thin shape in the unit cell.

    Args:
        shape: 3 cross, 4 post, 5 panel.
        px: The ray's origin in the cell's coordinates.
        py: As px.
        pz: As px.
        dx: Its direction.
        dy: As dx.
        dz: As dx.
        wall: The panel's side: 0 -x, 1 +x, 4 -z, 5 +z.

    Returns:
        (near, u, v, far, u) of up to two meetings; a distance of -1 where there is none. v is y at near.
    """
    if shape == 3:
        a = (px - pz) / (dz - dx)
        b = (1.0 - px - pz) / (dx + dz)
        ua, ub = px + a * dx, px + b * dx
        a = a if 0.0 <= ua <= 1.0 and 0.0 <= py + a * dy <= 1.0 else -1.0
        b = b if 0.0 <= ub <= 1.0 and 0.0 <= py + b * dy <= 1.0 else -1.0
        if b > 0.0 and (a <= 0.0 or b < a):
            a, b, ua, ub = b, a, ub, ua
        return a, ua, py + a * dy, b, ub
    if shape == 4:
        return _post(px, py, pz, dx, dy, dz)
    if wall < 2:
        t = (0.06 + 0.88 * wall - px) / dx
        u = pz + t * dz
    else:
        t = (0.06 + 0.88 * (wall - 4) - pz) / dz
        u = px + t * dx
    v = py + t * dy
    inside = 0.0 <= u <= 1.0 and 0.0 <= v <= 1.0
    return (t if inside else -1.0), u, v, -1.0, 0.0


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _post(
    px: float, py: float, pz: float, dx: float, dy: float, dz: float
) -> tuple[float, float, float, float, float]:
    """Meets a torch: a box 0.16 wide and 0.65 high in the middle of the cell; u, v in the box."""
    x0, x1 = (0.42 - px) / dx, (0.58 - px) / dx
    y0, y1 = (0.0 - py) / dy, (0.65 - py) / dy
    z0, z1 = (0.42 - pz) / dz, (0.58 - pz) / dz
    near = max(min(x0, x1), min(y0, y1), min(z0, z1))
    far = min(max(x0, x1), max(y0, y1), max(z0, z1))
    if near > far or near <= 0.0:
        return -1.0, 0.0, 0.0, -1.0, 0.0
    u = (px + near * dx - 0.42) / 0.16 if near == min(z0, z1) else (pz + near * dz - 0.42) / 0.16
    return near, u, (py + near * dy) / 0.65, -1.0, 0.0


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _wall(blocks: NDArray[np.uint8], kind: NDArray[np.uint8], x: int, y: int, z: int) -> int:
    """Returns the side on which a ladder hangs: the first neighbour that is an opaque cube."""
    if kind[blocks[(x - 1) & 255, y, z & 255]] == 1:
        return 0
    if kind[blocks[(x + 1) & 255, y, z & 255]] == 1:
        return 1
    return 4 if kind[blocks[x & 255, y, (z - 1) & 255]] == 1 else 5


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def through(
    blocks: NDArray[np.uint8],
    kind: NDArray[np.uint8],
    faces: NDArray[np.int32],
    texels: NDArray[np.uint8],
    block: int,
    x: int,
    y: int,
    z: int,
    ox: float,
    oy: float,
    oz: float,
    dx: float,
    dy: float,
    dz: float,
) -> tuple[float, int]:
    """Meets a thin shape. Returns (distance, texel), distance -1 where the ray passes."""
    shape = kind[block]
    texture = faces[block, 0]
    wall = _wall(blocks, kind, x, y, z) if shape == 5 else 0
    a, ua, va, b, ub = _thin(shape, ox - x, oy - y, oz - z, dx, dy, dz, wall)
    if a > 0.0:
        texel = texel_at(ua, va, 0.0)
        if texels[texture, texel, 3] >= 128:
            return a, texel
    if b > 0.0:
        texel = texel_at(ub, oy - y + b * dy, 0.0)
        if texels[texture, texel, 3] >= 128:
            return b, texel
    return -1.0, 0
