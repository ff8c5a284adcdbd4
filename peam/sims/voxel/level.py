"""A level view, cast a picture column at a time.

Where the eye looks level, as agents mostly do, the rays of a picture column stand over one another: they
cross the same columns of the world in the same order. That walk is made once for all of them, from the lowest
ray up, as far as each needs it; and what a ray has passed over, every higher one passes over. Height-field
renderers rest on this; here rays may also go on below trees and roofs. Knows no colours' meaning.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.voxel.rays import column, missed, note
from peam.sims.voxel.shading import VIEW
from peam.sims.voxel.shapes import NO_FACE
from peam.sims.voxel.textures import Look

LENGTH = int(1.5 * VIEW) + 8  # columns that a walk over the view may cross: 1.42 a metre


class Strip(NamedTuple):
    """Buffers of one picture column.

    Attributes:
        rays: (7, height), see `aim_column`.
        hits: (height, 6), see `note`.
        depth: (1, height) distances.
        wets: (1, height) where water begins.
        out: (1, height, 3) colours.
        cells: (LENGTH, 4) columns crossed: x, z, highest cell that is not air, face entered.
        spans: (3, LENGTH) where each is entered and left, in horizontal metres; the slope (rise a horizontal
            metre) from which a ray passes over it.
    """

    rays: NDArray[np.float64]
    hits: NDArray[np.int64]
    depth: NDArray[np.float32]
    wets: NDArray[np.float32]
    out: NDArray[np.uint8]
    cells: NDArray[np.int64]
    spans: NDArray[np.float64]


def new_strip(height: int) -> Strip:
    """Returns the buffers of a picture column of so many pixels."""
    return Strip(
        np.empty((7, height)),
        np.empty((height, 6), np.int64),
        np.empty((1, height), np.float32),
        np.empty((1, height), np.float32),
        np.empty((1, height, 3), np.uint8),
        np.empty((LENGTH, 4), np.int64),
        np.empty((3, LENGTH)),
    )


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def aim_column(view: NDArray[np.float64], u: float, rays: NDArray[np.float64]) -> None:
    """Fills the rays of the picture column at u (-1..1, right positive) of a level view, (7, height).

    Unit direction; metres to a horizontal metre; rise a horizontal metre; metres to a metre of height;
    horizontal metres beyond which is nothing.
    """
    height = rays.shape[1]
    x, z = view[0, 0] + u * view[1, 0], view[0, 2] + u * view[1, 2]
    flat = x * x + z * z
    over_flat = 1.0 / np.sqrt(flat)
    for i in range(height):
        y = ((2.0 * i + 1.0) / height - 1.0) * view[2, 1]
        length = np.sqrt(flat + y * y)
        n, metre = 1.0 / length, length * over_flat
        rays[0, i], rays[1, i], rays[2, i] = x * n, y * n, z * n
        rays[3, i], rays[4, i], rays[5, i], rays[6, i] = metre, y * over_flat, length / y, VIEW / metre


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def cast_column(
    strip: Strip,
    blocks: NDArray[np.uint8],
    tops: NDArray[np.uint8],
    eye: NDArray[np.float64],
    size: float,
    art: Look,
    wet: float,
) -> int:
    """Casts the rays that `aim_column` made; fills the strip's hits, distances and waters.

    Args:
        strip: Its rays are filled.
        blocks: `World.blocks`.
        tops: `World.tops`.
        eye: Position.
        size: Texels that a pixel covers at 1 metre.
        art: Blocks' shapes and textures.
        wet: From `under_water`.

    Returns:
        Columns and cells visited.
    """
    rays, cells = strip.rays, strip.cells
    entered, left, over = strip.spans[0], strip.spans[1], strip.spans[2]
    ox, oy, oz = eye[0], eye[1], eye[2]
    hx, hz = rays[0, 0] * rays[3, 0], rays[2, 0] * rays[3, 0]
    ix, iz = int(np.floor(ox)), int(np.floor(oz))
    sx, sz = (1 if hx > 0.0 else -1), (1 if hz > 0.0 else -1)
    wx, wz = abs(1.0 / hx), abs(1.0 / hz)
    tx = (ix + 1.0 - ox) * wx if hx > 0.0 else (ox - ix) * wx
    tz = (iz + 1.0 - oz) * wz if hz > 0.0 else (oz - iz) * wz
    tx, tz = (tx if tx == tx else np.inf), (tz if tz == tz else np.inf)  # 0 * inf: see `launch`
    s, side = 0.0, NO_FACE
    steps = 0
    one = np.uint64(1)
    known, first = np.uint64(0), np.uint64(0)
    for i in range(rays.shape[1] - 1, -1, -1):
        dx, dy, dz, metre = rays[0, i], rays[1, i], rays[2, i], rays[3, i]
        slope, over_y, far = rays[4, i], rays[5, i], rays[6, i]
        rising = slope >= 0.0
        k, open_air, water, found = first, True, wet, False
        while True:
            if k == known:
                end, top = min(tx, tz), int(tops[ix & 255, iz & 255])
                rise = top - oy
                cells[k, 0], cells[k, 1], cells[k, 2], cells[k, 3] = ix, iz, top - 1, side
                # A rising ray is lowest where it enters, a falling one where it leaves.
                entered[k], left[k], over[k] = s, end, (rise / s if rise > 0.0 else rise / end)
                s = end
                if tx < tz:
                    ix += sx
                    tx += wx
                    side = 0 if sx > 0 else 1
                else:
                    iz += sz
                    tz += wz
                    side = 4 if sz > 0 else 5
                known += one
            steps += 1
            if over[k] <= slope and entered[k] < far:
                k += one
                if open_air:
                    first = k
                continue
            if entered[k] >= far:
                break
            open_air = False
            hit = column(
                blocks,
                art.kind,
                art.faces,
                art.texels,
                ox,
                oy,
                oz,
                dx,
                dy,
                dz,
                rising,
                over_y,
                VIEW,
                size,
                cells[k, 0],
                cells[k, 1],
                cells[k, 2],
                oy + entered[k] * slope,
                oy + left[k] * slope,
                entered[k] * metre,
                cells[k, 3],
                water,
                0,
            )
            steps += hit.steps
            if hit.block >= 0:
                note(strip.hits, strip.depth, strip.wets, 0, i, hit)
                found = True
                break
            water = hit.wet
            k += one
        if not found:
            y1 = 255.0 if open_air else oy + min(entered[k], far) * slope
            hit = missed(cells[k, 0], cells[k, 1], y1, VIEW, water, 0)
            note(strip.hits, strip.depth, strip.wets, 0, i, hit)
    return steps
