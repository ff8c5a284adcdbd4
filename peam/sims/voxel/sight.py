"""What a picture shows: a grid of the same camera's rays, counted by cell and sprite. Draws nothing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.errors import SimError
from peam.sims.voxel.columns import read_columns
from peam.sims.voxel.openair import SCRATCH, Air, clear, sector_of
from peam.sims.voxel.rays import HEIGHT, Point, camera, cast, direction, launch, under_water
from peam.sims.voxel.shading import VIEW
from peam.sims.voxel.sprites import see_sprites
from peam.sims.voxel.textures import Look, look

BLOCK_HIT = np.dtype(
    [("x", "<i4"), ("y", "<i4"), ("z", "<i4"), ("id", "u1"), ("distance", "<f4"), ("count", "<i4")]
)
SPRITE_HIT = np.dtype([("index", "<i4"), ("distance", "<f4"), ("count", "<i4")])
_NO_SPRITES: NDArray[np.float32] = np.zeros((0, 8), np.float32)


class Sight(NamedTuple):
    """What a picture shows.

    Attributes:
        blocks: `BLOCK_HIT` records, one a visible cell, nearest first: cell, id, nearest ray, rays.
        sprites: `SPRITE_HIT` records, one a visible sprite, nearest first.
    """

    blocks: NDArray[np.void]
    sprites: NDArray[np.void]


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _see(
    blocks: NDArray[np.uint8],
    tops: NDArray[np.uint8],
    eye: NDArray[np.float64],
    view: NDArray[np.float64],
    size: float,
    reach: float,
    sprites: NDArray[np.float32],
    rays: int,
    art: Look,
    air: Air,
    slots: NDArray[np.int64],
    depth: NDArray[np.float64],
    row_of: NDArray[np.int64],
    cells: NDArray[np.int64],
    far: NDArray[np.float64],
) -> int:
    """Casts the grid. Fills cells (rays**2, 5) with x, y, z, id, count, and far; sprites have id -1-n.

    Returns how many rows are filled.
    """
    horizon, wide, roof = air.horizon, air.wide, air.roof
    ox, oy, oz = eye[0], eye[1], eye[2]
    kind, faces, texels = art.kind, art.faces, art.texels
    wet = under_water(blocks, kind, ox, oy, oz)
    rows = 0
    for i in range(rays):
        for j in range(rays):
            dx, dy, dz, slope, over = direction(
                view, (2.0 * j + 1.0) / rays - 1.0, (2.0 * i + 1.0) / rays - 1.0
            )
            start = clear(horizon, tops, wide, ox, oy, oz, sector_of(dx, dz), slope, over)
            depth[i, j], row_of[i, j] = reach, -1
            if start >= reach:
                continue
            launched = launch(roof, ox, oy, oz, dx, dy, dz, start, reach)
            hit = cast(
                blocks, tops, kind, faces, texels, ox, oy, oz, dx, dy, dz, start, reach, size, wet, launched
            )
            x, y, z, block, t = hit.x, hit.y, hit.z, hit.block, hit.distance
            if hit.wet > 0.0:  # the water's surface is what the picture shows first
                t = hit.wet
                e = t + 1e-6
                x, y, z = (
                    int(np.floor(eye[0] + e * dx)),
                    int(np.floor(eye[1] + e * dy)),
                    int(np.floor(eye[2] + e * dz)),
                )
                block = blocks[x & 255, min(max(y, 0), HEIGHT - 1), z & 255]
            depth[i, j] = t
            if block == 0:
                continue
            key = ((x & 255) * 31 + y * 8191 + (z & 255) * 131) & 8191
            while slots[key] >= 0 and (
                cells[slots[key], 0] != x or cells[slots[key], 1] != y or cells[slots[key], 2] != z
            ):
                key = (key + 1) & 8191
            if slots[key] < 0:
                slots[key] = rows
                cells[rows, 0], cells[rows, 1], cells[rows, 2], cells[rows, 3], cells[rows, 4] = (
                    x,
                    y,
                    z,
                    block,
                    0,
                )
                far[rows] = t
                rows += 1
            row = slots[key]
            cells[row, 4] += 1
            far[row] = min(far[row], t)
            row_of[i, j] = row
    return see_sprites(eye, view, size, sprites, rays, art, cells, far, depth, row_of, rows)


def sight(
    blocks: NDArray[np.uint8],
    eye: Point,
    yaw: float,
    pitch: float,
    fov_vertical: float,
    aspect: float,
    reach: float,
    sprites: NDArray[np.float32] | None = None,
    rays: int = 48,
    tops: NDArray[np.uint8] | None = None,
) -> Sight:
    """Names the cells and sprites that the picture of the same camera shows within reach.

    A grid of rays x rays goes through the camera that `render` uses, over the same holes and shapes. Of water
    only the surface counts, unless the eye is under it.

    Args:
        blocks: As for `render`.
        eye: As for `render`.
        yaw: As for `render`.
        pitch: As for `render`.
        fov_vertical: As for `render`.
        aspect: Width / height of the picture.
        reach: Metres, at most `VIEW`.
        sprites: As for `render`.
        rays: Rows and columns of the grid, at most 64.
        tops: As for `render`.
    """
    cells, far, _, _ = _survey_rays(blocks, eye, yaw, pitch, fov_vertical, aspect, reach, sprites, rays, tops)
    return _sorted(cells, far)


def ray_hits(
    blocks: NDArray[np.uint8],
    eye: Point,
    yaw: float,
    pitch: float,
    fov_vertical: float,
    aspect: float,
    reach: float,
    sprites: NDArray[np.float32] | None = None,
    rays: int = 48,
    tops: NDArray[np.uint8] | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Says of each ray of `sight`'s grid what it hits; arguments as there.

    Returns:
        (rays, rays) block ids, 0 for nothing, -1-n for sprite n; and (rays, rays) distances, metres.
    """
    cells, _, depth, row_of = _survey_rays(
        blocks, eye, yaw, pitch, fov_vertical, aspect, reach, sprites, rays, tops
    )
    ids = np.append(cells[:, 3], 0)  # row -1, a ray that hits nothing, reads the last
    return ids[row_of], depth


def _survey_rays(
    blocks: NDArray[np.uint8],
    eye: Point,
    yaw: float,
    pitch: float,
    fov_vertical: float,
    aspect: float,
    reach: float,
    sprites: NDArray[np.float32] | None,
    rays: int,
    tops: NDArray[np.uint8] | None,
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    if not 0 < reach <= VIEW or not 0 < rays <= 64:
        raise SimError(f"sight: reach {reach} must be in (0, {VIEW}] and rays {rays} in 1..64")
    at = np.array(eye, np.float64)
    if tops is None:
        tops, _ = read_columns(blocks, at[0], at[2], reach)
    shown = _NO_SPRITES if sprites is None else sprites
    cells = np.empty((rays * rays + len(shown), 5), np.int64)
    far = np.empty(len(cells), np.float64)
    view = camera(float(yaw), float(pitch), float(fov_vertical), float(aspect))
    # Holes are judged as in a picture 128 pixels high.
    size = 16.0 * 2.0 * float(np.tan(np.radians(fov_vertical) / 2)) / 128
    depth, row_of = np.empty((rays, rays)), np.empty((rays, rays), np.int64)
    n = _see(
        blocks,
        tops,
        at,
        view,
        size,
        float(reach),
        shown,
        rays,
        look(),
        SCRATCH.air(tops, at[0]),
        np.full(8192, -1, np.int64),
        depth,
        row_of,
        cells,
        far,
    )
    return cells[:n], far[:n], depth, row_of


def _sorted(cells: NDArray[np.int64], far: NDArray[np.float64]) -> Sight:
    seen = cells[:, 4] > 0
    cells, far = cells[seen], far[seen]
    order = np.argsort(far, kind="stable")
    cells, far = cells[order], far[order]
    block = cells[:, 3] >= 0
    found, others = cells[block], cells[~block]
    blocks = np.empty(len(found), BLOCK_HIT)
    for column, name in enumerate(("x", "y", "z", "id", "count")):
        blocks[name] = found[:, column]
    blocks["distance"] = far[block]
    sprites = np.empty(len(others), SPRITE_HIT)
    sprites["index"], sprites["count"], sprites["distance"] = -1 - others[:, 3], others[:, 4], far[~block]
    return Sight(blocks, sprites)
