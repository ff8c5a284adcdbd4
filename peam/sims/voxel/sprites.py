"""Creatures, arrows and dropped items: boxes met by rays, drawn over the blocks or seen. Knows no rules."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.voxel.lamps import Lamps, byte_at, through_air
from peam.sims.voxel.rays import direction
from peam.sims.voxel.shading import SHADE, air_over, light_at, sky_share
from peam.sims.voxel.shapes import texel_at
from peam.sims.voxel.textures import Look


def sprites_of(rows: list[tuple[float, ...]]) -> NDArray[np.float32]:
    """Returns the (n, 8) float32 array of sprites [x, y, z (feet), width, height, kind, yaw, hurt]."""
    return np.array(rows, np.float32).reshape(-1, 8)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _rectangle(
    sprite: NDArray[np.float32], eye: NDArray[np.float64], view: NDArray[np.float64], h: int, w: int
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
    return (
        int(min(max(i0, 0.0), h)),
        int(min(max(i1, 0.0), h)),
        int(min(max(j0, 0.0), w)),
        int(min(max(j1, 0.0), w)),
    )


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def _meet(
    sprite: NDArray[np.float32],
    cos: float,
    sin: float,
    eye: NDArray[np.float64],
    dx: float,
    dy: float,
    dz: float,
    size: float,
    art: Look,
) -> tuple[float, int, int, int]:
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
def _ball(
    sprite: NDArray[np.float32], eye: NDArray[np.float64], art: Look
) -> tuple[float, float, float, float, float, float]:
    """Returns a ball around a sprite's boxes, a little too large, so that most rays are spared the boxes.

    Its middle from the eye, x, y, z; the square of that distance and of the radius; the distance before which
    no ray meets it.
    """
    high, wide = np.float64(sprite[4]), 0.0
    for n in range(art.spans[int(sprite[5]), 0], art.spans[int(sprite[5]), 1]):
        b = art.boxes[n]
        x, y, z = max(-b[0], b[3]), max(0.5 - b[1], b[4] - 0.5), max(-b[2], b[5])
        wide = max(wide, x * x + y * y + z * z)
    r = 1.0001 * high * np.sqrt(wide) + 0.0001
    x, y, z = sprite[0] - eye[0], sprite[1] + 0.5 * high - eye[1], sprite[2] - eye[2]
    far = x * x + y * y + z * z
    return x, y, z, far, r * r, np.sqrt(far) - r


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def draw_sprites(
    out: NDArray[np.uint8],
    depth: NDArray[np.float32],
    wets: NDArray[np.float32],
    tops: NDArray[np.uint8],
    eye: NDArray[np.float64],
    view: NDArray[np.float64],
    size: float,
    day: float,
    sprites: NDArray[np.float32],
    art: Look,
    lamps: Lamps,
) -> None:
    """Draws the sprites over the blocks, nearest wins."""
    h, w = depth.shape
    for n in range(sprites.shape[0]):
        sprite = sprites[n]
        cos, sin = np.cos(np.radians(sprite[6])), np.sin(np.radians(sprite[6]))
        i0, i1, j0, j1 = _rectangle(sprite, eye, view, h, w)
        x, y, z = (
            int(np.floor(sprite[0])),
            int(np.floor(sprite[1] + 0.5 * sprite[4])),
            int(np.floor(sprite[2])),
        )
        mapped = lamps.levels.shape[0] > 0
        sky, byte = (0.0, byte_at(lamps, tops, x, y, z)) if mapped else (sky_share(tops, x, y, z), 0)
        red = 0.55 if sprite[7] > 0.0 else 0.0
        bx, by, bz, far, room, near = _ball(sprite, eye, art)
        for i in range(i0, i1):
            for j in range(j0, j1):
                if depth[i, j] < near:
                    continue
                dx, dy, dz, _, _ = direction(view, (2.0 * j + 1.0) / w - 1.0, (2.0 * i + 1.0) / h - 1.0)
                along = dx * bx + dy * by + dz * bz
                if far - along * along > room:
                    continue
                t, face, texture, texel = _meet(sprite, cos, sin, eye, dx, dy, dz, size, art)
                if t <= 0.0 or t >= depth[i, j]:
                    continue
                depth[i, j] = t
                c = art.texels[texture, texel]
                wet = wets[i, j] if 0.0 <= wets[i, j] < t else -1.0
                if mapped:
                    lit = lamps.table[byte]
                    r, g, b = (
                        c[0] * lit[0] * SHADE[face],
                        c[1] * lit[1] * SHADE[face],
                        c[2] * lit[2] * SHADE[face],
                    )
                else:
                    light = light_at(sky, day, t) * SHADE[face]
                    r, g, b = c[0] * light, c[1] * light, c[2] * light
                r, g, b = r + red * (255.0 - r), g * (1.0 - red), b * (1.0 - red)
                if mapped:
                    r, g, b = through_air(lamps, byte, (r, g, b), t, dy, day, wet)
                else:
                    r, g, b = air_over(r, g, b, t, sky, day, wet)
                out[i, j, 0], out[i, j, 1], out[i, j, 2] = np.uint8(r), np.uint8(g), np.uint8(b)


@njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
def see_sprites(
    eye: NDArray[np.float64],
    view: NDArray[np.float64],
    size: float,
    sprites: NDArray[np.float32],
    rays: int,
    art: Look,
    cells: NDArray[np.int64],
    far: NDArray[np.float64],
    depth: NDArray[np.float64],
    row_of: NDArray[np.int64],
    rows: int,
) -> int:
    """Lets sprites take the rays that they hide. Returns the rows then filled."""
    for n in range(sprites.shape[0]):
        sprite = sprites[n]
        cos, sin = np.cos(np.radians(sprite[6])), np.sin(np.radians(sprite[6]))
        i0, i1, j0, j1 = _rectangle(sprite, eye, view, rays, rays)
        bx, by, bz, off, room, near = _ball(sprite, eye, art)
        cells[rows, 3], cells[rows, 4], far[rows] = -1 - n, 0, 1e9
        for i in range(i0, i1):
            for j in range(j0, j1):
                dx, dy, dz, _, _ = direction(view, (2.0 * j + 1.0) / rays - 1.0, (2.0 * i + 1.0) / rays - 1.0)
                along = dx * bx + dy * by + dz * bz
                if off - along * along > room or depth[i, j] < near:
                    continue
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
