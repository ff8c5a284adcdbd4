"""The first-person picture: a ray for each pixel through the blocks, creatures as boxes over them.

`render` draws, `sight` (sight.py) names what a grid of the same rays hits, `dda` (rays.py) finds the block
under the crosshair. All are pure functions of their arguments. Knows nothing of rules, inventories or tasks.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.errors import SimError
from peam.sims.voxel.columns import Columns, read_columns
from peam.sims.voxel.lamps import NONE, Lamps, light_row
from peam.sims.voxel.level import Strip, aim_column, cast_column, is_narrow, new_strip
from peam.sims.voxel.openair import SCRATCH, Air, clear, sector_of
from peam.sims.voxel.rays import HEIGHT, Point, camera, cast, dda, direction, launch, note, under_water
from peam.sims.voxel.shading import SHADE, VIEW, air_over, light_at, nothing_hit, sky_share
from peam.sims.voxel.shapes import texel_at
from peam.sims.voxel.sight import BLOCK_HIT, SPRITE_HIT, Sight, ray_hits, sight
from peam.sims.voxel.sprites import draw_sprites, sprites_of
from peam.sims.voxel.textures import SPRITE_KIND, Look, item_kind, look

__all__ = [
    "BLOCK_HIT",
    "SPRITE_HIT",
    "SPRITE_KIND",
    "VIEW",
    "Sight",
    "dda",
    "item_kind",
    "ray_hits",
    "render",
    "sight",
    "sprites_of",
    "steps_per_ray",
]
_NO_SPRITES = np.empty((0, 8), np.float32)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _aim(
    view: NDArray[np.float64], air: Air, eye: NDArray[np.float64], v: float, row: NDArray[np.float64]
) -> None:
    """Fills one picture row's rays, (12, width): unit direction, metres of open air, what `launch` returns.

    Apart from the casting, so that the arithmetic runs several pixels at a time.
    """
    width = row.shape[1]
    for j in range(width):
        row[0, j], row[1, j], row[2, j], row[3, j], row[4, j] = direction(
            view, (2.0 * j + 1.0) / width - 1.0, v
        )
        row[5, j] = sector_of(row[0, j], row[2, j])
    for j in range(width):
        row[3, j] = clear(
            air.horizon,
            air.tops,
            air.wide,
            eye[0],
            eye[1],
            eye[2],
            int(row[5, j]),
            row[3, j],
            row[4, j],
        )
    for j in range(width):
        row[4, j], row[5, j], row[6, j], row[7, j], row[8, j], row[9, j], row[10, j], row[11, j] = launch(
            air.roof, eye[0], eye[1], eye[2], row[0, j], row[1, j], row[2, j], row[3, j], VIEW
        )


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _cast_row(
    row: NDArray[np.float64],
    hits: NDArray[np.int64],
    i: int,
    depth: NDArray[np.float32],
    wets: NDArray[np.float32],
    blocks: NDArray[np.uint8],
    tops: NDArray[np.uint8],
    eye: NDArray[np.float64],
    size: float,
    art: Look,
    wet: float,
) -> int:
    """Casts one row's rays; fills what `note` fills."""
    ox, oy, oz = eye[0], eye[1], eye[2]
    kind, faces, texels = art.kind, art.faces, art.texels
    steps = 0
    for j in range(row.shape[1]):
        start = row[3, j]
        if start >= VIEW:
            depth[i, j], wets[i, j], hits[j, 0], hits[j, 4], hits[j, 5] = VIEW, -1.0, 0, 0, HEIGHT
            continue
        hit = cast(
            blocks,
            tops,
            kind,
            faces,
            texels,
            ox,
            oy,
            oz,
            row[0, j],
            row[1, j],
            row[2, j],
            start,
            VIEW,
            size,
            wet,
            (row[4, j], row[5, j], row[6, j], row[7, j], row[8, j], row[9, j], row[10, j], row[11, j]),
        )
        steps += hit.steps
        note(hits, depth, wets, i, j, hit)
    return steps


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _shade_row(
    out: NDArray[np.uint8],
    row: NDArray[np.float64],
    hits: NDArray[np.int64],
    i: int,
    depth: NDArray[np.float32],
    wets: NDArray[np.float32],
    tops: NDArray[np.uint8],
    day: float,
    art: Look,
) -> None:
    """Colours one row's hits."""
    cool = 0.2 * (1.0 - day)
    for j in range(row.shape[1]):
        block, face, t, wet = hits[j, 0], hits[j, 1], np.float64(depth[i, j]), np.float64(wets[i, j])
        sky = sky_share(tops, hits[j, 4] >> 8, hits[j, 5], hits[j, 4])
        if block == 0:
            r, g, b = nothing_hit(row[1, j], sky if wet < 0.0 else 1.0, day, wet)
        else:
            light = light_at(sky, day, t) * SHADE[face]
            if art.kind[block] == 7 or art.kind[block] == 4:
                light = 1.0  # lava and torches glow
            dim = cool * sky
            texture, texel = hits[j, 2], hits[j, 3]
            r, g, b = air_over(
                art.texels[texture, texel, 0] * light * (1.0 - dim),
                art.texels[texture, texel, 1] * light * (1.0 - 0.5 * dim),
                art.texels[texture, texel, 2] * light,
                t,
                sky,
                day,
                wet,
            )
        out[i, j, 0], out[i, j, 1], out[i, j, 2] = np.uint8(r), np.uint8(g), np.uint8(b)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _colour(
    out: NDArray[np.uint8],
    row: NDArray[np.float64],
    hits: NDArray[np.int64],
    i: int,
    depth: NDArray[np.float32],
    wets: NDArray[np.float32],
    tops: NDArray[np.uint8],
    day: float,
    art: Look,
    lamps: Lamps,
) -> None:
    """Colours one row's hits, by the light map where there is one."""
    if lamps.levels.shape[0]:
        light_row(out, row, hits, i, depth, wets, tops, day, art, lamps)
    else:
        _shade_row(out, row, hits, i, depth, wets, tops, day, art)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _by_rows(
    out: NDArray[np.uint8],
    depth: NDArray[np.float32],
    wets: NDArray[np.float32],
    row: NDArray[np.float64],
    hits: NDArray[np.int64],
    blocks: NDArray[np.uint8],
    tops: NDArray[np.uint8],
    eye: NDArray[np.float64],
    view: NDArray[np.float64],
    air: Air,
    size: float,
    day: float,
    sprites: NDArray[np.float32],
    art: Look,
    lamps: Lamps,
) -> int:
    """Draws the sky, the blocks, the sprites; fills the distance at which each pixel ends and enters water.

    In one call: handing all this over to compiled code costs as much as 40 rays.
    """
    steps = 0
    wet = under_water(blocks, art.kind, eye[0], eye[1], eye[2])
    for i in range(depth.shape[0]):
        _aim(view, air, eye, (2.0 * i + 1.0) / depth.shape[0] - 1.0, row)
        steps += _cast_row(row, hits, i, depth, wets, blocks, tops, eye, size, art, wet)
        _colour(out, row, hits, i, depth, wets, tops, day, art, lamps)
    draw_sprites(out, depth, wets, tops, eye, view, size, day, sprites, art, lamps)
    return steps


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _by_columns(
    out: NDArray[np.uint8],
    depth: NDArray[np.float32],
    wets: NDArray[np.float32],
    strip: Strip,
    blocks: NDArray[np.uint8],
    tops: NDArray[np.uint8],
    filled: NDArray[np.uint64],
    eye: NDArray[np.float64],
    view: NDArray[np.float64],
    size: float,
    day: float,
    sprites: NDArray[np.float32],
    art: Look,
    lamps: Lamps,
) -> int:
    """Does what `_by_rows` does, for a level view."""
    steps, width = 0, depth.shape[1]
    wet = under_water(blocks, art.kind, eye[0], eye[1], eye[2])
    for j in range(width):
        drop = aim_column(view, (2.0 * j + 1.0) / width - 1.0, strip.rays)
        steps += cast_column(strip, j, drop, blocks, tops, filled, eye, size, art, wet)
        _colour(strip.out, strip.rays, strip.hits, j, strip.depth, strip.wets, tops, day, art, lamps)
    draw_sprites(out, depth, wets, tops, eye, view, size, day, sprites, art, lamps)
    return steps


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _held(out: NDArray[np.uint8], texels: NDArray[np.uint8]) -> None:
    """Draws a small slanted swatch of a texture in the lower right corner."""
    h, w = out.shape[0], out.shape[1]
    for i in range(int(0.8 * h), h):
        v = (i / h - 0.8) * 5.0
        for j in range(int((0.86 - 0.06 * v) * w), int((0.98 - 0.06 * v) * w)):
            u = (j / w - 0.86 + 0.06 * v) / 0.12
            texel = texels[texel_at(u, 1.0 - v, 0.0)]
            for c in range(3):
                out[i, j, c] = np.uint8(texel[c] * (0.95 - 0.25 * v))


def render(
    blocks: NDArray[np.uint8],
    eye: Point,
    yaw: float,
    pitch: float,
    height: int,
    width: int,
    fov_vertical: float,
    daylight: float,
    sprites: NDArray[np.float32] | None = None,
    out: NDArray[np.uint8] | None = None,
    hold: int = -1,
    columns: Columns | None = None,
    lamps: Lamps = NONE,
) -> NDArray[np.uint8]:
    """Draws the picture from an eye.

    Args:
        blocks: `World.blocks`; chunks within 48 m of the eye must be loaded.
        eye: Position, metres.
        yaw: Degrees; 0 looks to +z, 90 to -x.
        pitch: Degrees, positive looks down.
        height: Pixels.
        width: Pixels.
        fov_vertical: Degrees.
        daylight: 0 night .. 1 day.
        sprites: (n, 8) float32 [x, y, z (feet), width, height, kind (`SPRITE_KIND`), yaw, hurt (> 0: red)].
        out: (height, width, 3) uint8 to draw into; a new array by default.
        hold: Sprite kind whose first texture is shown as held in the hand, -1 for an empty hand.
        columns: `World.columns`. Read from `blocks` if not given, which costs about a millisecond.
        lamps: The light map, by which the overworld is lit. Without one, tops and distance light a picture.

    Returns:
        (height, width, 3) uint8 RGB.
    """
    if out is None:
        out = np.empty((height, width, 3), np.uint8)
    elif out.shape != (height, width, 3) or out.dtype != np.uint8:
        raise SimError(f"render: out must be ({height}, {width}, 3) uint8, not {out.shape} {out.dtype}")
    _draw(blocks, eye, yaw, pitch, fov_vertical, daylight, sprites, out, columns, lamps)
    if hold >= 0:
        art = look()
        _held(out, art.texels[art.paints[art.spans[hold, 0], 0]])
    return out


@lru_cache(maxsize=64)
def _texels(fov: float, height: int) -> float:
    """Returns how many texels a pixel covers at 1 metre."""
    return 16.0 * 2.0 * float(np.tan(np.radians(fov) / 2)) / height


def _draw(
    blocks: NDArray[np.uint8],
    eye: Point,
    yaw: float,
    pitch: float,
    fov: float,
    day: float,
    sprites: NDArray[np.float32] | None,
    out: NDArray[np.uint8],
    columns: Columns | None,
    lamps: Lamps = NONE,
) -> int:
    """Draws into `out`; returns the steps that its rays took."""
    height, width = out.shape[:2]
    at = np.array(eye, np.float64)
    tops, filled = columns or read_columns(blocks, at[0], at[2], VIEW)
    view = camera(float(yaw), float(pitch), float(fov), width / height)
    size = _texels(float(fov), height)
    depth, wets = SCRATCH.depths(height, width)
    shown = _NO_SPRITES if sprites is None else sprites
    if pitch == 0.0 and is_narrow(float(fov)):
        strip = new_strip(out, depth, wets)
        steps = _by_columns(
            out, depth, wets, strip, blocks, tops, filled, at, view, size, float(day), shown, look(), lamps
        )
    else:
        steps = _by_rows(
            out,
            depth,
            wets,
            np.empty((12, width)),
            np.empty((width, 6), np.int64),
            blocks,
            tops,
            at,
            view,
            SCRATCH.air(tops, at[0]),
            size,
            float(day),
            shown,
            look(),
            lamps,
        )
    return int(steps)


def steps_per_ray(
    blocks: NDArray[np.uint8],
    columns: Columns,
    eye: Point,
    yaw: float,
    pitch: float,
    height: int,
    width: int,
    fov_vertical: float,
) -> float:
    """Returns the mean number of columns and cells that a picture's rays visit: the unit of work."""
    out = np.empty((height, width, 3), np.uint8)
    return _draw(blocks, eye, yaw, pitch, fov_vertical, 1.0, None, out, columns) / (height * width)
