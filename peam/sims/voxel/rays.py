"""Rays through the blocks: the compiled core that pictures, sight and the crosshair share.

A ray walks columns (a 2-D grid walk over x and z) and, inside a column, only the cells below the column's top:
open sky costs one step a column, and a ray that has risen above every top in reach ends at once. The walk itself
is after Amanatides and Woo, "A fast voxel traversal algorithm for ray tracing", 1987.
Knows nothing of colours' meaning, creatures or worlds.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.voxel.textures import MIP_START

HEIGHT = 128
DEEP = 8.0  # metres of water that hide what is behind
NO_FACE = -1
SECTORS = 256  # of the horizon map
RANGE = 48  # metres of the horizon map
CLOSE = 14  # metres in which it is exact
FACES = np.array([[-1, 0, 0], [1, 0, 0], [0, -1, 0], [0, 1, 0], [0, 0, -1], [0, 0, 1], [0, 0, 0]], np.int64)


class Hit(NamedTuple):
    """Where a ray ended.

    Attributes:
        block: Id of what it hit, 0 for nothing (sky, reach, deep water).
        x: Cell.
        y: Cell.
        z: Cell.
        face: 0..5 for -x, +x, -y, +y, -z, +z; -1 for a plant, a torch or a ladder.
        distance: Metres from the eye, where the direction has length 1.
        texture: Index of the texture hit.
        texel: Index of the texel in it, mip level included.
        wet: Distance at which the ray entered water, -1 if it did not.
        steps: Columns and cells visited.
    """

    block: int
    x: int
    y: int
    z: int
    face: int
    distance: float
    texture: int
    texel: int
    wet: float
    steps: int


@njit(cache=True, nogil=True, error_model="numpy")
def camera(yaw: float, pitch: float, fov: float, aspect: float) -> NDArray[np.float64]:
    """Returns rows forward, right, down of the picture, (3, 3); right and down reach to the picture's edges.

    Args:
        yaw: Degrees; 0 looks to +z, 90 to -x.
        pitch: Degrees, positive looks down.
        fov: Vertical, degrees.
        aspect: Width / height.
    """
    a, b = np.radians(yaw), np.radians(pitch)
    reach = np.tan(np.radians(fov) * 0.5)
    out = np.empty((3, 3), np.float64)
    out[0, 0], out[0, 1], out[0, 2] = -np.sin(a) * np.cos(b), -np.sin(b), np.cos(a) * np.cos(b)
    out[1, 0], out[1, 1], out[1, 2] = -np.cos(a) * reach * aspect, 0.0, -np.sin(a) * reach * aspect
    out[2, 0], out[2, 1], out[2, 2] = np.sin(a) * np.sin(b) * reach, -np.cos(b) * reach, -np.cos(a) * np.sin(b) * reach
    return out


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def direction(view: NDArray[np.float64], u: float, v: float) -> tuple[float, float, float, float, float]:
    """Returns the unit direction through picture point (u, v), each in -1..1, right and down positive.

    And its slope (rise per horizontal metre) and its length per horizontal metre, as `clear` takes them.
    """
    x = view[0, 0] + u * view[1, 0] + v * view[2, 0]
    y = view[0, 1] + v * view[2, 1]
    z = view[0, 2] + u * view[1, 2] + v * view[2, 2]
    flat = x * x + z * z
    length = np.sqrt(flat + y * y)
    over = 1.0 / np.sqrt(flat)
    n = 1.0 / length
    return x * n, y * n, z * n, y * over, length * over


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def spread(tops: NDArray[np.uint8], x: float, rows: NDArray[np.uint8], out: NDArray[np.uint8]) -> int:
    """Fills `out`, within `RANGE` of x, with the greatest top of the 3x3 columns around each; returns the greatest.

    Written with conditional expressions on bytes, not `max`, so that the compiler handles 32 columns at a time;
    `rows` is scratch.
    """
    west = int(np.floor(x)) - RANGE - 1
    for n in range(2 * RANGE + 5):
        i = (west - 1 + n) & 255
        for k in range(1, 255):
            a, b, c = tops[i, k - 1], tops[i, k], tops[i, k + 1]
            b = b if b > a else a
            rows[i, k] = b if b > c else c
        rows[i, 0] = max(tops[i, 255], tops[i, 0], tops[i, 1])
        rows[i, 255] = max(tops[i, 254], tops[i, 255], tops[i, 0])
    roof = tops[west & 255, 0]
    for n in range(2 * RANGE + 3):
        i = (west + n) & 255
        for k in range(256):
            a, b, c = rows[(i - 1) & 255, k], rows[i, k], rows[(i + 1) & 255, k]
            b = b if b > a else a
            b = b if b > c else c
            out[i, k] = b
            roof = roof if roof > b else b
    return 0 + roof


@njit(cache=True, nogil=True, error_model="numpy")
def column_tops(blocks: NDArray[np.uint8], x: float, z: float, reach: float) -> NDArray[np.uint8]:
    """Returns (256, 256) column tops, filled within reach of a column: for callers that keep none."""
    r = int(reach) + 1
    out = np.zeros((256, 256), np.uint8)
    for i in range(int(np.floor(x)) - r, int(np.floor(x)) + r + 1):
        for y in range(HEIGHT):  # a row of z at a time: that is how the blocks lie in memory
            for k in range(int(np.floor(z)) - r, int(np.floor(z)) + r + 1):
                if blocks[i & 255, y, k & 255] != 0:
                    out[i & 255, k & 255] = y + 1
    return out


def new_horizon() -> NDArray[np.float32]:
    """Returns an empty map for `clear`: (256 directions, 1 + 48 metres), rows filled when first asked for.

    Column 0 is the last answer in metres, -1 in a row that is not filled yet.
    """
    return np.full((SECTORS, 1 + RANGE), -1.0, np.float32)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _sector(dx: float, dz: float) -> int:
    """Returns the sector of a horizontal direction, by its place on the unit diamond."""
    share = dx / (abs(dx) + abs(dz)) if dx != 0.0 or dz != 0.0 else 0.0
    at = 1.0 - share if dz >= 0.0 else 3.0 + share
    return min(int(at * (SECTORS / 4)), SECTORS - 1)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _touched(tops: NDArray[np.uint8], x: float, z: float, dx: float, dz: float, margin: float) -> int:
    """Returns the greatest top in the box around the segment from (x, z) to (x + dx, z + dz) and a margin."""
    top = 0
    for i in range(int(np.floor(min(x, x + dx) - margin)), int(np.floor(max(x, x + dx) + margin)) + 1):
        for k in range(int(np.floor(min(z, z + dz) - margin)), int(np.floor(max(z, z + dz) + margin)) + 1):
            top = max(top, tops[i & 255, k & 255])
    return top


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _survey(horizon: NDArray[np.float32], tops: NDArray[np.uint8], wide: NDArray[np.uint8], sector: int, ox: float,
            oy: float, oz: float) -> None:
    """Fills one sector's row: [1 + r] = the least slope (dy / horizontal) that clears all up to r + 1 metres.

    Near by, it looks at just the columns that the sector touches; farther on, where a sector is up to 2 metres
    wide, at the 3x3 columns around its middle.
    """
    at = (sector + 0.5) / (SECTORS / 4)
    dx = 1.0 - at if at < 2.0 else at - 3.0
    dz = 1.0 - abs(dx) if at < 2.0 else abs(dx) - 1.0
    norm = 1.0 / np.sqrt(dx * dx + dz * dz)
    dx, dz = dx * norm, dz * norm
    worst = -1e9
    for r in range(RANGE):
        if r < CLOSE:
            top = _touched(tops, ox + r * dx, oz + r * dz, dx, dz, 0.002 + 0.017 * (r + 1))
        else:
            top = 0 + wide[int(np.floor(ox + (r + 0.5) * dx)) & 255, int(np.floor(oz + (r + 0.5) * dz)) & 255]
        rise = top - oy
        # A rising ray is lowest where it enters the metre, a falling one where it leaves it.
        worst = max(worst, rise / r if rise >= 0.0 else rise / (r + 1.0))
        horizon[sector, 1 + r] = worst
    horizon[sector, 0] = 0.0


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False, inline="always")
def clear(horizon: NDArray[np.float32], tops: NDArray[np.uint8], wide: NDArray[np.uint8], ox: float, oy: float,
          oz: float, dx: float, dz: float, slope: float, over: float) -> float:
    """Returns the metres along a direction that pass over every column's top; infinity beyond `RANGE`.

    `wide` is what `spread` made of the tops; the direction is as `direction` gives it.
    """
    if over > 20.0:
        return 0.0  # steeper than a sector's middle can stand for
    sector = _sector(dx, dz)
    if horizon[sector, 0] < 0.0:
        _survey(horizon, tops, wide, sector, ox, oy, oz)
    # Rays come row by row: the answer of the sector's last ray is close to this one's.
    r = int(horizon[sector, 0])
    while r > 0 and horizon[sector, r] >= slope:
        r -= 1
    while r < RANGE and horizon[sector, 1 + r] < slope:
        r += 1
    horizon[sector, 0] = r
    return r * over if r < RANGE else np.inf


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def texel_at(u: float, v: float, size: float) -> int:
    """Returns the index of texel (u right, v up, each 0..1) at the mip level for a pixel `size` texels wide."""
    level = (1 if size >= 1.9 else 0) + (1 if size >= 3.8 else 0) + (1 if size >= 7.6 else 0)
    n, start = 16 >> level, MIP_START[level]
    i = min(max(int(u * n), 0), n - 1)
    j = min(max(int((1.0 - v) * n), 0), n - 1)
    return start + j * n + i


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _on_face(x: float, y: float, z: float, face: int) -> tuple[float, float]:
    """Returns (u, v) of a point in a unit cell on one of its faces, upright for the four sides."""
    u = z if face < 2 else x
    mirrored = face == 1 or face == 4
    return (1.0 - u if mirrored else u), (z if face == 2 or face == 3 else y)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _thin(shape: int, px: float, py: float, pz: float, dx: float, dy: float, dz: float, wall: int
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
def _post(px: float, py: float, pz: float, dx: float, dy: float, dz: float) -> tuple[float, float, float, float, float]:
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
def _through(blocks: NDArray[np.uint8], kind: NDArray[np.uint8], faces: NDArray[np.int32],
             texels: NDArray[np.uint8], block: int, x: int, y: int, z: int, face: int, t: float,
             ox: float, oy: float, oz: float, dx: float, dy: float, dz: float, size: float
             ) -> tuple[float, int, int]:
    """Meets a block with holes. Returns (distance, face, texel), distance -1 where the ray passes."""
    shape = kind[block]
    if shape == 2:
        texture = faces[block, face]
        u, v = _on_face(ox + t * dx - x, oy + t * dy - y, oz + t * dz - z, face)
        texel = texel_at(u, v, size * t)
        return (t if texels[texture, texel, 3] >= 128 else -1.0), face, texel
    texture = faces[block, 0]
    wall = _wall(blocks, kind, x, y, z) if shape == 5 else 0
    a, ua, va, b, ub = _thin(shape, ox - x, oy - y, oz - z, dx, dy, dz, wall)
    if a > 0.0:
        texel = texel_at(ua, va, 0.0)
        if texels[texture, texel, 3] >= 128:
            return a, NO_FACE, texel
    if b > 0.0:
        texel = texel_at(ub, oy - y + b * dy, 0.0)
        if texels[texture, texel, 3] >= 128:
            return b, NO_FACE, texel
    return -1.0, NO_FACE, 0


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False, inline="always")
def cast(blocks: NDArray[np.uint8], tops: NDArray[np.uint8], roof: int, kind: NDArray[np.uint8],
         faces: NDArray[np.int32], texels: NDArray[np.uint8], ox: float, oy: float, oz: float, dx: float,
         dy: float, dz: float, start: float, reach: float, size: float) -> Hit:
    """Follows one ray to the first texel that hides what is behind it.

    Args:
        blocks: (256, 128, 256) ids, see `World.blocks`.
        tops: (256, 256) column tops.
        roof: The greatest top, from `spread`.
        kind: `Look.kind`.
        faces: `Look.faces`.
        texels: `Look.texels`.
        ox: Eye.
        oy: Eye.
        oz: Eye.
        dx: Unit direction.
        dy: Unit direction.
        dz: Unit direction.
        start: Metres to skip, from `clear`.
        reach: Metres.
        size: Texels that a pixel covers at 1 metre.
    """
    if start >= reach:
        return Hit(0, 0, HEIGHT, 0, NO_FACE, reach, 0, 0, -1.0, 0)
    t, wet, steps = start, -1.0, 0
    ix, iz = int(np.floor(ox + t * dx)), int(np.floor(oz + t * dz))
    sx, sz = (1 if dx > 0.0 else -1), (1 if dz > 0.0 else -1)
    wx, wz = abs(1.0 / dx), abs(1.0 / dz)
    tx = (ix + 1 - ox) * wx if dx > 0.0 else (ox - ix) * wx
    tz = (iz + 1 - oz) * wz if dz > 0.0 else (oz - iz) * wz
    side = NO_FACE
    iy = int(np.floor(oy))
    if 0 <= iy < HEIGHT and kind[blocks[int(np.floor(ox)) & 255, iy, int(np.floor(oz)) & 255]] == 6:
        wet = 0.0
    rising = dy >= 0.0
    over_y = 1.0 / dy
    far = min(reach, max(0.0, (roof - oy) * over_y)) if rising else reach
    while t < far:
        end = min(tx, tz)
        top = tops[ix & 255, iz & 255]
        steps += 1
        if oy + (t if rising else end) * dy < top:
            y0, y1 = oy + t * dy, oy + min(end, reach) * dy
            if rising:
                first, count, stride = max(int(np.floor(y0)), 0), min(int(np.floor(y1)), top - 1), 1
                count = count - first + 1
            else:
                first, count, stride = min(int(np.floor(y0)), top - 1), max(int(np.floor(y1)), 0), -1
                count = first - count + 1
            for n in range(count):
                y = first + n * stride
                block = 0 + blocks[ix & 255, y, iz & 255]  # 0 +: widens the type
                steps += 1
                if block == 0:
                    continue
                # The cell's own face: the column's side if the ray came in through it, else top or bottom.
                here, at = side, t
                if rising:
                    if n > 0:
                        here, at = 2, (y - oy) * over_y
                elif y + 1 < y0:
                    here, at = 3, (y + 1 - oy) * over_y
                shape = kind[block]
                if shape == 6:
                    if wet < 0.0:
                        wet = at
                    continue
                if wet >= 0.0 and at - wet > DEEP:
                    return Hit(0, ix, y, iz, here, at, 0, 0, wet, steps)
                if here < 0 and shape < 3:
                    continue  # the eye's own cell
                if shape == 1 or shape == 7:
                    if at >= reach:
                        break
                    u, v = _on_face(ox + at * dx - ix, oy + at * dy - y, oz + at * dz - iz, here)
                    return Hit(block, ix, y, iz, here, at, 0 + faces[block, here], texel_at(u, v, size * at), wet,
                               steps)
                met, here, texel = _through(blocks, kind, faces, texels, block, ix, y, iz, here, at, ox, oy, oz,
                                            dx, dy, dz, size)
                if 0.0 < met < reach:
                    return Hit(block, ix, y, iz, here, met, 0 + faces[block, max(here, 0)], texel, wet, steps)
        t = end
        if tx < tz:
            ix += sx
            tx += wx
            side = 0 if sx > 0 else 1
        else:
            iz += sz
            tz += wz
            side = 4 if sz > 0 else 5
        if not rising and oy + t * dy < 0.0:
            break
    return Hit(0, ix, min(max(int(np.floor(oy + min(t, reach) * dy)), 0), 255), iz, NO_FACE, reach, 0, 0, wet, steps)
