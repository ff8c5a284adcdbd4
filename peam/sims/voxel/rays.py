"""Rays through the blocks: the camera, and the walk that pictures and sight share. Knows no colours' meaning.

A ray walks columns (a 2-D grid over x and z) and, inside a column, only the cells below the column's top;
open sky costs one step a column, and a ray that has risen above every top in reach ends at once. The walk is
after Amanatides and Woo, "A fast voxel traversal algorithm for ray tracing", 1987.

Compiled code that calls another file's is not compiled again when that file changes: after an edit, delete
the `.nbi` and `.nbc` files in `__pycache__`. `_nrt=False` spares the counting of array references in the
inner loops; functions so marked must not allocate.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.voxel.blocks import TARGET
from peam.sims.voxel.shading import DEEP
from peam.sims.voxel.shapes import NO_FACE, on_face, texel_at, through

HEIGHT = 128
FACES = np.array([[-1, 0, 0], [1, 0, 0], [0, -1, 0], [0, 1, 0], [0, 0, -1], [0, 0, 1], [0, 0, 0]], np.int64)
Point = tuple[float, float, float] | NDArray[np.float64]
Launch = tuple[float, float, float, float, float, float, float, float]


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
    # 0 - sin, not -sin: the middle row of a level view must not rise by -0.
    out[0, 0], out[0, 1], out[0, 2] = -np.sin(a) * np.cos(b), 0.0 - np.sin(b), np.cos(a) * np.cos(b)
    out[1, 0], out[1, 1], out[1, 2] = -np.cos(a) * reach * aspect, 0.0, -np.sin(a) * reach * aspect
    out[2, 0], out[2, 1], out[2, 2] = (
        np.sin(a) * np.sin(b) * reach,
        -np.cos(b) * reach,
        -np.cos(a) * np.sin(b) * reach,
    )
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
def under_water(blocks: NDArray[np.uint8], kind: NDArray[np.uint8], ox: float, oy: float, oz: float) -> float:
    """Returns where the rays of an eye enter water if they are in it from the start: 0, else -1."""
    y = int(np.floor(oy))
    inside = 0 <= y < HEIGHT and kind[blocks[int(np.floor(ox)) & 255, y, int(np.floor(oz)) & 255]] == 6
    return 0.0 if inside else -1.0


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False, inline="always")
def launch(
    roof: int, ox: float, oy: float, oz: float, dx: float, dy: float, dz: float, start: float, reach: float
) -> Launch:
    """Returns what a ray's walk begins with. Has no branch, so that several rays are launched at a time.

    Args:
        roof: The greatest top, from `spread`.
        ox: Eye.
        oy: Eye.
        oz: Eye.
        dx: Unit direction.
        dy: Unit direction.
        dz: Unit direction.
        start: Metres to skip, from `clear`.
        reach: Metres.

    Returns:
        Column x and z; metres to the first column's end in x and in z; metres that a column takes in x and in
        z, and a metre of height; metres beyond which is open air, or nothing.
    """
    ix, iz = np.floor(ox + start * dx), np.floor(oz + start * dz)
    wx, wz, over_y = abs(1.0 / dx), abs(1.0 / dz), 1.0 / dy
    tx = (ix + 1.0 - ox) * wx if dx > 0.0 else (ox - ix) * wx
    tz = (iz + 1.0 - oz) * wz if dz > 0.0 else (oz - iz) * wz
    # A ray along a plane between columns never leaves its own: 0 * inf is no number.
    tx, tz = (tx if tx == tx else np.inf), (tz if tz == tz else np.inf)
    far = min(reach, max(0.0, ((roof if dy >= 0.0 else 0.0) - oy) * over_y))
    return ix, iz, tx, tz, wx, wz, over_y, far


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False, inline="always")
def column(
    blocks: NDArray[np.uint8],
    kind: NDArray[np.uint8],
    faces: NDArray[np.int32],
    texels: NDArray[np.uint8],
    ox: float,
    oy: float,
    oz: float,
    dx: float,
    dy: float,
    dz: float,
    rising: bool,
    over_y: float,
    reach: float,
    size: float,
    ix: int,
    iz: int,
    highest: int,
    y0: float,
    y1: float,
    t: float,
    side: int,
    wet: float,
    steps: int,
) -> Hit:
    """Follows a ray through the cells of one column.

    Args:
        blocks: (256, 128, 256) ids.
        kind: `Look.kind`.
        faces: `Look.faces`.
        texels: `Look.texels`.
        ox: Eye.
        oy: Eye.
        oz: Eye.
        dx: Unit direction.
        dy: Unit direction.
        dz: Unit direction.
        rising: Whether it does not fall.
        over_y: Metres of the ray to a metre of height.
        reach: Metres.
        size: Texels that a pixel covers at 1 metre.
        ix: Column.
        iz: Column.
        highest: Its highest cell that is not air.
        y0: Height at which the ray enters the column.
        y1: Height at which it leaves it.
        t: Metres at which it enters it.
        side: The face that it enters through.
        wet: Metres at which it entered water, -1 if it did not.
        steps: Columns and cells visited before.

    Returns:
        What it hit; block -1 where it goes on, with `wet` and `steps` as they are then.
    """
    # int cuts off below 0, where the bounds take over.
    if rising:
        y, last, stride = max(int(y0), 0), min(int(y1), highest), 1
        count = last - y + 1
    else:
        y, last, stride = min(int(y0), highest), max(int(y1), 0), -1
        count = y - last + 1
    y -= stride
    for n in range(count):
        y += stride
        block = 0 + blocks[ix & 255, np.uint64(y), iz & 255]  # 0 +: widens the type
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
        if shape == 1 or shape == 2 or shape == 7:
            u, v = on_face(ox + at * dx - ix, oy + at * dy - y, oz + at * dz - iz, here)
            texture, texel = 0 + faces[block, here], texel_at(u, v, size * at)
            if at < reach and (shape != 2 or (texels[texture, texel, 3] >= 128 and at > 0.0)):
                return Hit(block, ix, y, iz, here, at, texture, texel, wet, steps)
            continue
        met, texel = through(blocks, kind, faces, texels, block, ix, y, iz, ox, oy, oz, dx, dy, dz)
        if 0.0 < met < reach:
            return Hit(block, ix, y, iz, NO_FACE, met, 0 + faces[block, 0], texel, wet, steps)
    return Hit(-1, ix, 0, iz, NO_FACE, reach, 0, 0, wet, steps)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False, inline="always")
def missed(ix: int, iz: int, y: float, reach: float, wet: float, steps: int) -> Hit:
    """Returns what a ray that ends in a column at a height without a hit has for one."""
    return Hit(0, ix, min(max(int(np.floor(y)), 0), 255), iz, NO_FACE, reach, 0, 0, wet, steps)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False, inline="always")
def cast(
    blocks: NDArray[np.uint8],
    tops: NDArray[np.uint8],
    kind: NDArray[np.uint8],
    faces: NDArray[np.int32],
    texels: NDArray[np.uint8],
    ox: float,
    oy: float,
    oz: float,
    dx: float,
    dy: float,
    dz: float,
    start: float,
    reach: float,
    size: float,
    wet: float,
    launched: Launch,
) -> Hit:
    """Follows one ray to the first texel that hides what is behind it.

    Args:
        blocks: (256, 128, 256) ids, see `World.blocks`.
        tops: (256, 256) column tops.
        kind: `Look.kind`.
        faces: `Look.faces`.
        texels: `Look.texels`.
        ox: Eye.
        oy: Eye.
        oz: Eye.
        dx: Unit direction.
        dy: Unit direction.
        dz: Unit direction.
        start: Metres to skip, from `clear`; less than `reach`.
        reach: Metres.
        size: Texels that a pixel covers at 1 metre.
        wet: From `under_water`.
        launched: From `launch`.
    """
    t, steps = start, 0
    column_x, column_z, tx, tz, wx, wz, over_y, far = launched
    ix, iz = int(column_x), int(column_z)
    sx, sz = (1 if dx > 0.0 else -1), (1 if dz > 0.0 else -1)
    side = NO_FACE
    rising = dy >= 0.0
    while t < far:
        end = min(tx, tz)
        top = tops[ix & 255, iz & 255]
        steps += 1
        if oy + (t if rising else end) * dy < top:
            hit = column(
                blocks,
                kind,
                faces,
                texels,
                ox,
                oy,
                oz,
                dx,
                dy,
                dz,
                rising,
                over_y,
                reach,
                size,
                ix,
                iz,
                top - 1,
                oy + t * dy,
                oy + min(end, reach) * dy,
                t,
                side,
                wet,
                steps,
            )
            if hit.block >= 0:
                return hit
            wet, steps = hit.wet, hit.steps
        t = end
        if tx < tz:
            ix += sx
            tx += wx
            side = 0 if sx > 0 else 1
        else:
            iz += sz
            tz += wz
            side = 4 if sz > 0 else 5
    return missed(ix, iz, oy + min(t, reach) * dy, reach, wet, steps)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False, inline="always")
def note(
    hits: NDArray[np.int64],
    depth: NDArray[np.float32],
    wets: NDArray[np.float32],
    i: int,
    j: int,
    hit: Hit,
) -> None:
    """Writes down ray j of row i: its distances, and in hits, (width, 6), what the row's shading asks for.

    Block, face, texture, texel, lit column, lit y.
    """
    depth[i, j], wets[i, j] = hit.distance, hit.wet
    hits[j, 0], hits[j, 1], hits[j, 2], hits[j, 3] = hit.block, hit.face, hit.texture, hit.texel
    face = hit.face if hit.face >= 0 else 6
    hits[j, 4] = ((hit.x + FACES[face, 0]) & 255) * 256 + ((hit.z + FACES[face, 2]) & 255)
    hits[j, 5] = hit.y + FACES[face, 1]


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def dda(
    blocks: NDArray[np.uint8], eye: Point, direction: Point, reach: float
) -> tuple[bool, int, int, int, int, float]:
    """Finds the block under the crosshair: air and liquids are passed, all else is a full cube.

    Args:
        blocks: `World.blocks`.
        eye: Origin.
        direction: Any length but 0.
        reach: Metres.

    Returns:
        (hit, x, y, z, face, distance); face 0..5 for -x, +x, -y, +y, -z, +z, -1 for the eye's own cell.
    """
    norm = np.sqrt(direction[0] ** 2 + direction[1] ** 2 + direction[2] ** 2)
    dx, dy, dz = direction[0] / norm, direction[1] / norm, direction[2] / norm
    x, y, z = int(np.floor(eye[0])), int(np.floor(eye[1])), int(np.floor(eye[2]))
    sx, sy, sz = (1 if dx > 0 else -1), (1 if dy > 0 else -1), (1 if dz > 0 else -1)
    wx, wy, wz = abs(1.0 / dx), abs(1.0 / dy), abs(1.0 / dz)
    tx = (x + 1 - eye[0] if dx > 0 else eye[0] - x) * wx
    ty = (y + 1 - eye[1] if dy > 0 else eye[1] - y) * wy
    tz = (z + 1 - eye[2] if dz > 0 else eye[2] - z) * wz
    face, t = -1, 0.0
    while t <= reach:
        if 0 <= y < HEIGHT and TARGET[blocks[x & 255, y, z & 255]]:
            return True, x, y, z, face, t
        if tx <= ty and tx <= tz:
            x, t, face, tx = x + sx, tx, (0 if sx > 0 else 1), tx + wx
        elif ty <= tz:
            y, t, face, ty = y + sy, ty, (2 if sy > 0 else 3), ty + wy
        else:
            z, t, face, tz = z + sz, tz, (4 if sz > 0 else 5), tz + wz
    return False, x, y, z, -1, reach
