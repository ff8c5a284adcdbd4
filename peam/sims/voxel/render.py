"""The first-person picture and what it shows: a ray for each pixel through the blocks, creatures as boxes.

`render` draws, `sight` names what a grid of the same rays hits, `dda` finds the block under the crosshair.
All are pure functions of their arguments. Knows nothing of rules, inventories or tasks.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.errors import SimError
from peam.sims.voxel.blocks import TARGET
from peam.sims.voxel.rays import (
    DEEP,
    FACES,
    HEIGHT,
    camera,
    cast,
    clear,
    column_tops,
    direction,
    new_horizon,
    spread,
    texel_at,
)
from peam.sims.voxel.textures import SPRITE_KIND, Look, item_kind, look

__all__ = ["BLOCK_HIT", "SPRITE_HIT", "SPRITE_KIND", "VIEW", "Sight", "dda", "item_kind", "ray_hits", "render", "sight",
           "sprites_of", "steps_per_ray"]

VIEW = 48.0  # metres: what is farther is fog
BLOCK_HIT = np.dtype([("x", "<i4"), ("y", "<i4"), ("z", "<i4"), ("id", "u1"), ("distance", "<f4"), ("count", "<i4")])
SPRITE_HIT = np.dtype([("index", "<i4"), ("distance", "<f4"), ("count", "<i4")])
_SHADE = np.array([0.76, 0.76, 0.6, 1.0, 0.88, 0.88, 1.0])  # by face; last: plants and such
_NO_SPRITES: NDArray[np.float32] = np.zeros((0, 8), np.float32)
_UNDER = 0.62  # light where no sky reaches
_FOG = 0.6  # fog begins at this share of the view
_WATER = (38.0, 84.0, 200.0)
Eye = tuple[float, float, float] | NDArray[np.float64]


class Sight(NamedTuple):
    """What a picture shows.

    Attributes:
        blocks: `BLOCK_HIT` records, one a visible cell, nearest first: cell, id, distance of its nearest ray, rays.
        sprites: `SPRITE_HIT` records, one a visible sprite, nearest first.
    """

    blocks: NDArray[np.void]
    sprites: NDArray[np.void]


class Air(NamedTuple):
    """What one picture's rays know of open air, see `rays.clear`."""

    tops: NDArray[np.uint8]
    horizon: NDArray[np.float32]
    wide: NDArray[np.uint8]
    roof: int


class _Scratch(threading.local):
    """Buffers that a thread's pictures reuse: fresh pages would cost more than many rays."""

    def __init__(self) -> None:
        self.horizon = new_horizon()
        self.rows: NDArray[np.uint8] = np.empty((256, 256), np.uint8)
        self.wide: NDArray[np.uint8] = np.empty((256, 256), np.uint8)
        self.planes: dict[tuple[int, int], tuple[NDArray[np.float32], NDArray[np.float32]]] = {}

    def air(self, tops: NDArray[np.uint8], x: float) -> Air:
        """Returns the open air over the tops near x, valid until the next call."""
        self.horizon[:, 0] = -1.0
        return Air(tops, self.horizon, self.wide, spread(tops, x, self.rows, self.wide))

    def depths(self, height: int, width: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Returns the two distance planes of a picture size."""
        size = (height, width)
        if size not in self.planes:
            self.planes[size] = (np.empty(size, np.float32), np.empty(size, np.float32))
        return self.planes[size]


_scratch = _Scratch()


@cache
def _look() -> Look:
    return look()


def sprites_of(rows: list[tuple[float, ...]]) -> NDArray[np.float32]:
    """Returns the (n, 8) float32 array of sprites [x, y, z (feet), width, height, kind, yaw, hurt]."""
    return np.array(rows, np.float32).reshape(-1, 8)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _sky_share(tops: NDArray[np.uint8], x: int, y: int, z: int) -> float:
    """Returns how much sky lights a cell: 1 in the open, falling with the depth below its column's top."""
    depth = tops[x & 255, z & 255] - y
    return 1.0 if depth <= 3 else max(0.0, 1.0 - 0.05 * (depth - 3))


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _light(sky: float, day: float, distance: float) -> float:
    """Returns a surface's brightness: sky light, a floor where none reaches, and a little light of one's own."""
    base = sky * (0.38 + 0.62 * day) + (1.0 - sky) * _UNDER
    return base + (1.0 - base) * 0.4 / (1.0 + 0.06 * distance * distance)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _sky(dy: float, day: float) -> tuple[float, float, float]:
    """Returns the sky's colour by height above the horizon; dusk glows."""
    up = min(1.0, max(0.0, dy * 1.8))
    dusk = max(0.0, 1.0 - abs(day - 0.4) * 3.0) * (1.0 - up)
    r = (1 - up) * (26 + 170 * day) + up * (8 + 92 * day) + 60 * dusk
    g = (1 - up) * (32 + 190 * day) + up * (12 + 150 * day) + 10 * dusk
    b = (1 - up) * (62 + 190 * day) + up * (36 + 210 * day) - 40 * dusk
    return min(r, 255.0), min(g, 255.0), min(max(b, 0.0), 255.0)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _air(r: float, g: float, b: float, distance: float, sky: float, day: float, wet: float
         ) -> tuple[float, float, float]:
    """Returns a lit colour seen through `distance` of air, and water from `wet` on: fog and tint."""
    if wet >= 0.0:
        thick = 1.0 - np.exp(-0.3 * (distance - wet))
        a = thick * 0.85 if wet == 0.0 else 0.42 + 0.5 * thick
        bright = _light(1.0, day, wet)
        r, g, b = (r + a * (_WATER[0] * bright - r), g + a * (_WATER[1] * bright - g),
                   b + a * (_WATER[2] * bright - b))
        distance = min(distance, max(wet, 1.0))
    f = (distance / VIEW - _FOG) / (1.0 - _FOG)
    if f > 0.0:
        f = min(f, 1.0)
        f = f * f * (3.0 - 2.0 * f)
        hr, hg, hb = _sky(0.0, day)
        r += f * (sky * hr + (1.0 - sky) * 34.0 - r)
        g += f * (sky * hg + (1.0 - sky) * 32.0 - g)
        b += f * (sky * hb + (1.0 - sky) * 34.0 - b)
    return r, g, b


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _aim(view: NDArray[np.float64], air: Air, eye: NDArray[np.float64], v: float, row: NDArray[np.float64]) -> None:
    """Fills one picture row's rays, (5, width): unit direction, length per horizontal metre, metres of open air.

    Apart from the casting, so that the arithmetic runs several pixels at a time.
    """
    width = row.shape[1]
    for j in range(width):
        row[0, j], row[1, j], row[2, j], row[3, j], row[4, j] = direction(view, (2.0 * j + 1.0) / width - 1.0, v)
    for j in range(width):
        row[3, j] = clear(air.horizon, air.tops, air.wide, eye[0], eye[1], eye[2], row[0, j], row[2, j], row[3, j],
                          row[4, j])


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _nothing(dy: float, sky: float, day: float, wet: float) -> tuple[float, float, float]:
    """Returns the colour of a ray that hit no block: sky, the dark of a cave, or deep water."""
    r, g, b = _sky(dy, day)
    r, g, b = 34.0 + sky * (r - 34.0), 32.0 + sky * (g - 32.0), 34.0 + sky * (b - 34.0)
    return _air(r, g, b, wet + DEEP, sky, day, wet) if wet >= 0.0 else (r, g, b)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _cast_row(row: NDArray[np.float64], hits: NDArray[np.int64], i: int, depth: NDArray[np.float32],
              wets: NDArray[np.float32], blocks: NDArray[np.uint8], tops: NDArray[np.uint8], roof: int,
              eye: NDArray[np.float64], size: float, art: Look) -> int:
    """Casts one row's rays; fills hits, (width, 6): block, face, texture, texel, and the lit cell's column and y."""
    ox, oy, oz = eye[0], eye[1], eye[2]
    kind, faces, texels = art.kind, art.faces, art.texels
    steps = 0
    for j in range(row.shape[1]):
        start = row[3, j]
        if start >= VIEW:
            depth[i, j], wets[i, j], hits[j, 0], hits[j, 4], hits[j, 5] = VIEW, -1.0, 0, 0, HEIGHT
            continue
        hit = cast(blocks, tops, roof, kind, faces, texels, ox, oy, oz, row[0, j], row[1, j], row[2, j], start, VIEW,
                   size)
        steps += hit.steps
        depth[i, j], wets[i, j] = hit.distance, hit.wet
        hits[j, 0], hits[j, 1], hits[j, 2], hits[j, 3] = hit.block, hit.face, hit.texture, hit.texel
        face = hit.face if hit.face >= 0 else 6
        hits[j, 4] = ((hit.x + FACES[face, 0]) & 255) * 256 + ((hit.z + FACES[face, 2]) & 255)
        hits[j, 5] = hit.y + FACES[face, 1]
    return steps


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _shade_row(out: NDArray[np.uint8], row: NDArray[np.float64], hits: NDArray[np.int64], i: int,
               depth: NDArray[np.float32], wets: NDArray[np.float32], tops: NDArray[np.uint8], day: float, art: Look
               ) -> None:
    """Colours one row's hits."""
    cool = 0.2 * (1.0 - day)
    for j in range(row.shape[1]):
        block, face, t, wet = hits[j, 0], hits[j, 1], np.float64(depth[i, j]), np.float64(wets[i, j])
        sky = _sky_share(tops, hits[j, 4] >> 8, hits[j, 5], hits[j, 4])
        if block == 0:
            r, g, b = _nothing(row[1, j], sky if wet < 0.0 else 1.0, day, wet)
        else:
            light = _light(sky, day, t) * _SHADE[face]
            if art.kind[block] == 7 or art.kind[block] == 4:
                light = 1.0  # lava and torches glow
            dim = cool * sky
            texture, texel = hits[j, 2], hits[j, 3]
            r, g, b = _air(art.texels[texture, texel, 0] * light * (1.0 - dim),
                           art.texels[texture, texel, 1] * light * (1.0 - 0.5 * dim),
                           art.texels[texture, texel, 2] * light, t, sky, day, wet)
        out[i, j, 0], out[i, j, 1], out[i, j, 2] = np.uint8(r), np.uint8(g), np.uint8(b)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _blocks(out: NDArray[np.uint8], depth: NDArray[np.float32], wets: NDArray[np.float32],
            row: NDArray[np.float64], hits: NDArray[np.int64], blocks: NDArray[np.uint8], tops: NDArray[np.uint8],
            eye: NDArray[np.float64], view: NDArray[np.float64], air: Air, size: float, day: float, art: Look
            ) -> int:
    """Draws the blocks and the sky; fills the distance at which each pixel ends and enters water."""
    steps = 0
    for i in range(depth.shape[0]):
        _aim(view, air, eye, (2.0 * i + 1.0) / depth.shape[0] - 1.0, row)
        steps += _cast_row(row, hits, i, depth, wets, blocks, tops, air.roof, eye, size, art)
        _shade_row(out, row, hits, i, depth, wets, tops, day, art)
    return steps


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _rectangle(sprite: NDArray[np.float32], eye: NDArray[np.float64], view: NDArray[np.float64], h: int, w: int
               ) -> tuple[int, int, int, int]:
    """Returns the pixel rows and columns [i0, i1) x [j0, j1) that a sprite can touch."""
    r = max(sprite[3], 0.7 * sprite[4], 0.3)
    u0, u1, v0, v1 = 1e9, -1e9, 1e9, -1e9
    scale_u = view[1, 0] ** 2 + view[1, 1] ** 2 + view[1, 2] ** 2
    scale_v = view[2, 0] ** 2 + view[2, 1] ** 2 + view[2, 2] ** 2
    for corner in range(8):
        x = sprite[0] + (r if corner & 1 else -r) - eye[0]
        y = sprite[1] + (sprite[4] * 1.05 if corner & 2 else 0.0) - eye[1]
        z = sprite[2] + (r if corner & 4 else -r) - eye[2]
        ahead = x * view[0, 0] + y * view[0, 1] + z * view[0, 2]
        if ahead < 0.05:
            ahead = 0.05
        u = (x * view[1, 0] + y * view[1, 1] + z * view[1, 2]) / (scale_u * ahead)
        v = (x * view[2, 0] + y * view[2, 1] + z * view[2, 2]) / (scale_v * ahead)
        u0, u1, v0, v1 = min(u0, u), max(u1, u), min(v0, v), max(v1, v)
    x, y, z = sprite[0] - eye[0], sprite[1] - eye[1], sprite[2] - eye[2]
    if x * view[0, 0] + y * view[0, 1] + z * view[0, 2] < -r - sprite[4]:
        return 0, 0, 0, 0
    i0, i1 = (v0 + 1.0) * 0.5 * h - 1.0, (v1 + 1.0) * 0.5 * h + 1.0
    j0, j1 = (u0 + 1.0) * 0.5 * w - 1.0, (u1 + 1.0) * 0.5 * w + 1.0
    return (int(min(max(i0, 0.0), h)), int(min(max(i1, 0.0), h)), int(min(max(j0, 0.0), w)),
            int(min(max(j1, 0.0), w)))


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _meet(sprite: NDArray[np.float32], cos: float, sin: float, eye: NDArray[np.float64], dx: float, dy: float,
          dz: float, size: float, art: Look) -> tuple[float, int, int, int]:
    """Meets one sprite. Returns (distance or -1, face, texture, texel); local axes: left, up, forward."""
    high = np.float64(sprite[4])
    ex, ey, ez = eye[0] - sprite[0], eye[1] - sprite[1], eye[2] - sprite[2]
    ox, oy, oz = (ex * cos + ez * sin) / high, ey / high, (ez * cos - ex * sin) / high
    lx, ly, lz = (dx * cos + dz * sin) / high, dy / high, (dz * cos - dx * sin) / high
    best, face, box_hit = -1.0, 0, -1
    kind = int(sprite[5])
    for n in range(art.spans[kind, 0], art.spans[kind, 1]):
        b = art.boxes[n]
        x0, x1 = (b[0] - ox) / lx, (b[3] - ox) / lx
        y0, y1 = (b[1] - oy) / ly, (b[4] - oy) / ly
        z0, z1 = (b[2] - oz) / lz, (b[5] - oz) / lz
        nx, ny, nz = min(x0, x1), min(y0, y1), min(z0, z1)
        near = max(nx, ny, nz)
        far = min(max(x0, x1), max(y0, y1), max(z0, z1))
        if near <= far and near > 0.0 and (best < 0.0 or near < best):
            best, box_hit = near, n
            if near == nx:
                face = 0 if lx > 0.0 else 1
            elif near == ny:
                face = 2 if ly > 0.0 else 3
            else:
                face = 4 if lz > 0.0 else 5
    if box_hit < 0:
        return -1.0, 0, 0, 0
    b = art.boxes[box_hit]
    x = (ox + best * lx - b[0]) / (b[3] - b[0])
    y = (oy + best * ly - b[1]) / (b[4] - b[1])
    z = (oz + best * lz - b[2]) / (b[5] - b[2])
    u, v = (z, y) if face < 2 else ((x, z) if face < 4 else (x, y))
    wide = high * (b[3] - b[0])
    return best, face, art.paints[box_hit, 0 if face == 5 else 1], texel_at(u, v, size * best * 0.6 / wide)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _sprites(out: NDArray[np.uint8], depth: NDArray[np.float32], wets: NDArray[np.float32],
             tops: NDArray[np.uint8], eye: NDArray[np.float64], view: NDArray[np.float64], size: float, day: float,
             sprites: NDArray[np.float32], art: Look) -> None:
    """Draws the sprites over the blocks, nearest wins."""
    h, w = depth.shape
    for n in range(sprites.shape[0]):
        sprite = sprites[n]
        cos, sin = np.cos(np.radians(sprite[6])), np.sin(np.radians(sprite[6]))
        i0, i1, j0, j1 = _rectangle(sprite, eye, view, h, w)
        x, y, z = int(np.floor(sprite[0])), int(np.floor(sprite[1] + 0.5 * sprite[4])), int(np.floor(sprite[2]))
        sky = _sky_share(tops, x, y, z)
        red = 0.55 if sprite[7] > 0.0 else 0.0
        for i in range(i0, i1):
            for j in range(j0, j1):
                dx, dy, dz, _, _ = direction(view, (2.0 * j + 1.0) / w - 1.0, (2.0 * i + 1.0) / h - 1.0)
                t, face, texture, texel = _meet(sprite, cos, sin, eye, dx, dy, dz, size, art)
                if t <= 0.0 or t >= depth[i, j]:
                    continue
                depth[i, j] = t
                light = _light(sky, day, t) * _SHADE[face]
                c = art.texels[texture, texel]
                r, g, b = c[0] * light, c[1] * light, c[2] * light
                r, g, b = r + red * (255.0 - r), g * (1.0 - red), b * (1.0 - red)
                wet = wets[i, j] if 0.0 <= wets[i, j] < t else -1.0
                r, g, b = _air(r, g, b, t, sky, day, wet)
                out[i, j, 0], out[i, j, 1], out[i, j, 2] = np.uint8(r), np.uint8(g), np.uint8(b)


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


def render(blocks: NDArray[np.uint8], eye: Eye, yaw: float, pitch: float, height: int, width: int,
           fov_vertical: float, daylight: float, sprites: NDArray[np.float32] | None = None,
           out: NDArray[np.uint8] | None = None, hold: int = -1, tops: NDArray[np.uint8] | None = None
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
        sprites: (n, 8) float32 [x, y, z (feet), width, height, kind (`SPRITE_KIND`), yaw, hurt (> 0: reddened)].
        out: (height, width, 3) uint8 to draw into; a new array by default.
        hold: Sprite kind whose first texture is shown as held in the hand, -1 for an empty hand.
        tops: `World.tops`. Computed from `blocks` if not given, which costs about a millisecond.

    Returns:
        (height, width, 3) uint8 RGB.
    """
    if out is None:
        out = np.empty((height, width, 3), np.uint8)
    elif out.shape != (height, width, 3) or out.dtype != np.uint8:
        raise SimError(f"render: out must be ({height}, {width}, 3) uint8, not {out.shape} {out.dtype}")
    _draw(blocks, eye, yaw, pitch, fov_vertical, daylight, sprites, out, tops)
    if hold >= 0:
        art = _look()
        _held(out, art.texels[art.paints[art.spans[hold, 0], 0]])
    return out


def _draw(blocks: NDArray[np.uint8], eye: Eye, yaw: float, pitch: float, fov: float, day: float,
          sprites: NDArray[np.float32] | None, out: NDArray[np.uint8], tops: NDArray[np.uint8] | None) -> int:
    """Draws into `out`; returns the steps that its rays took."""
    height, width = out.shape[:2]
    at = np.array(eye, np.float64)
    if tops is None:
        tops = column_tops(blocks, at[0], at[2], VIEW)
    view = camera(float(yaw), float(pitch), float(fov), width / height)
    size = 16.0 * 2.0 * float(np.tan(np.radians(fov) / 2)) / height
    depth, wets = _scratch.depths(height, width)
    steps = _blocks(out, depth, wets, np.empty((5, width)), np.empty((width, 6), np.int64), blocks, tops, at, view, _scratch.air(tops, at[0]), size, float(day), _look())
    if sprites is not None and len(sprites):
        _sprites(out, depth, wets, tops, at, view, size, float(day), sprites, _look())
    return int(steps)


def steps_per_ray(blocks: NDArray[np.uint8], tops: NDArray[np.uint8], eye: Eye, yaw: float, pitch: float,
                  height: int, width: int, fov_vertical: float) -> float:
    """Returns the mean number of columns and cells that a picture's rays visit: the renderer's unit of work."""
    out = np.empty((height, width, 3), np.uint8)
    return _draw(blocks, eye, yaw, pitch, fov_vertical, 1.0, None, out, tops) / (height * width)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _see(blocks: NDArray[np.uint8], tops: NDArray[np.uint8], eye: NDArray[np.float64], view: NDArray[np.float64],
         size: float, reach: float, sprites: NDArray[np.float32], rays: int, art: Look,
         air: Air, slots: NDArray[np.int64], depth: NDArray[np.float64],
         row_of: NDArray[np.int64], cells: NDArray[np.int64], far: NDArray[np.float64]) -> int:
    """Casts the grid. Fills cells (rays**2, 5) with x, y, z, id, count and far with distances; sprites have id -1-n.

    Returns how many rows are filled.
    """
    horizon, wide, roof = air.horizon, air.wide, air.roof
    ox, oy, oz = eye[0], eye[1], eye[2]
    kind, faces, texels = art.kind, art.faces, art.texels
    rows = 0
    for i in range(rays):
        for j in range(rays):
            dx, dy, dz, slope, over = direction(view, (2.0 * j + 1.0) / rays - 1.0, (2.0 * i + 1.0) / rays - 1.0)
            start = clear(horizon, tops, wide, ox, oy, oz, dx, dz, slope, over)
            hit = cast(blocks, tops, roof, kind, faces, texels, ox, oy, oz, dx, dy, dz, start, reach, size)
            x, y, z, block, t = hit.x, hit.y, hit.z, hit.block, hit.distance
            if hit.wet > 0.0:  # the water's surface is what the picture shows first
                t = hit.wet
                e = t + 1e-6
                x, y, z = int(np.floor(eye[0] + e * dx)), int(np.floor(eye[1] + e * dy)), int(np.floor(eye[2] + e * dz))
                block = blocks[x & 255, min(max(y, 0), HEIGHT - 1), z & 255]
            depth[i, j], row_of[i, j] = t, -1
            if block == 0:
                continue
            key = ((x & 255) * 31 + y * 8191 + (z & 255) * 131) & 8191
            while slots[key] >= 0 and (cells[slots[key], 0] != x or cells[slots[key], 1] != y
                                       or cells[slots[key], 2] != z):
                key = (key + 1) & 8191
            if slots[key] < 0:
                slots[key] = rows
                cells[rows, 0], cells[rows, 1], cells[rows, 2], cells[rows, 3], cells[rows, 4] = x, y, z, block, 0
                far[rows] = t
                rows += 1
            row = slots[key]
            cells[row, 4] += 1
            far[row] = min(far[row], t)
            row_of[i, j] = row
    return _see_sprites(eye, view, size, sprites, rays, art, cells, far, depth, row_of, rows)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _see_sprites(eye: NDArray[np.float64], view: NDArray[np.float64], size: float, sprites: NDArray[np.float32],
                 rays: int, art: Look, cells: NDArray[np.int64], far: NDArray[np.float64],
                 depth: NDArray[np.float64], row_of: NDArray[np.int64], rows: int) -> int:
    """Lets sprites take the rays that they hide. Returns the rows then filled."""
    for n in range(sprites.shape[0]):
        sprite = sprites[n]
        cos, sin = np.cos(np.radians(sprite[6])), np.sin(np.radians(sprite[6]))
        i0, i1, j0, j1 = _rectangle(sprite, eye, view, rays, rays)
        cells[rows, 3], cells[rows, 4], far[rows] = -1 - n, 0, 1e9
        for i in range(i0, i1):
            for j in range(j0, j1):
                dx, dy, dz, _, _ = direction(view, (2.0 * j + 1.0) / rays - 1.0, (2.0 * i + 1.0) / rays - 1.0)
                t = _meet(sprite, cos, sin, eye, dx, dy, dz, size, art)[0]
                if t <= 0.0 or t >= depth[i, j]:
                    continue
                if row_of[i, j] >= 0:
                    cells[row_of[i, j], 4] -= 1
                depth[i, j], row_of[i, j] = t, rows
                cells[rows, 4] += 1
                far[rows] = min(far[rows], t)
        rows += 1
    return rows


def sight(blocks: NDArray[np.uint8], eye: Eye, yaw: float, pitch: float, fov_vertical: float, aspect: float,
          reach: float, sprites: NDArray[np.float32] | None = None, rays: int = 48,
          tops: NDArray[np.uint8] | None = None) -> Sight:
    """Names the cells and sprites that the picture of the same camera shows within reach.

    A grid of rays x rays goes through the camera that `render` uses, over the same holes and shapes. Of water only
    the surface counts, unless the eye is under it.

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


def ray_hits(blocks: NDArray[np.uint8], eye: Eye, yaw: float, pitch: float, fov_vertical: float, aspect: float,
             reach: float, sprites: NDArray[np.float32] | None = None, rays: int = 48,
             tops: NDArray[np.uint8] | None = None) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Says of each ray of `sight`'s grid what it hits; arguments as there.

    Returns:
        (rays, rays) block ids, 0 for nothing, -1-n for sprite n; and (rays, rays) distances, metres.
    """
    cells, _, depth, row_of = _survey_rays(blocks, eye, yaw, pitch, fov_vertical, aspect, reach, sprites, rays, tops)
    ids = np.append(cells[:, 3], 0)  # row -1, a ray that hits nothing, reads the last
    return ids[row_of], depth


def _survey_rays(blocks: NDArray[np.uint8], eye: Eye, yaw: float, pitch: float, fov_vertical: float, aspect: float,
                 reach: float, sprites: NDArray[np.float32] | None, rays: int, tops: NDArray[np.uint8] | None
                 ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    if not 0 < reach <= VIEW or not 0 < rays <= 64:
        raise SimError(f"sight: reach {reach} must be in (0, {VIEW}] and rays {rays} in 1..64")
    at = np.array(eye, np.float64)
    if tops is None:
        tops = column_tops(blocks, at[0], at[2], reach)
    shown = _NO_SPRITES if sprites is None else sprites
    cells = np.empty((rays * rays + len(shown), 5), np.int64)
    far = np.empty(len(cells), np.float64)
    view = camera(float(yaw), float(pitch), float(fov_vertical), float(aspect))
    # Holes are judged as in a picture 128 pixels high.
    size = 16.0 * 2.0 * float(np.tan(np.radians(fov_vertical) / 2)) / 128
    depth, row_of = np.empty((rays, rays)), np.empty((rays, rays), np.int64)
    n = _see(blocks, tops, at, view, size, float(reach), shown, rays, _look(), _scratch.air(tops, at[0]),
             np.full(8192, -1, np.int64), depth, row_of, cells, far)
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


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def dda(blocks: NDArray[np.uint8], eye: Eye, direction: Eye, reach: float
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
