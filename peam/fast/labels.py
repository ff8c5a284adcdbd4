"""Draws one view as the agent would get it, and labels each of a grid of rays through it.

Uses the renderer's own camera, rays and creature models, so that a label never names what the picture hides.
Knows nothing of how the view came about.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.fast.scenes import EYE, View
from peam.fast.vocabulary import FAR_METRES, SCENE
from peam.sims.voxel.blocks import ID
from peam.sims.voxel.entities import HEIGHTS, KIND_ID, WIDTHS
from peam.sims.voxel.rays import camera, cast, ceiling, direction
from peam.sims.voxel.render import _meet, render, sprites_of
from peam.sims.voxel.textures import SPRITE_KIND, Look, item_kind, look
from peam.sims.voxel.world import World

SIDE, FOV = 128, 70.0  # the agent's picture: pixels a side, vertical degrees
SKY_RAYS = 60  # of 48 x 48: fewer do not tell the time of day
SURE_CREATURE, UNKNOWN = 4, 255
Shot = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]


@cache
def _art() -> tuple[Look, NDArray[np.uint8]]:
    """Returns the textures, and 1 + the index in SCENE of every block id (0 for the rest)."""
    names = np.zeros(256, np.uint8)
    for index, name in enumerate(SCENE, 1):
        if name in ID:
            names[ID[name]] = index
    return look(), names


def daylight(time: int) -> float:
    """Returns 1 by day, 0 by night, and the ramps of dusk and dawn between, of a tick of the day."""
    dusk, dawn = (13800 - time) / 1800, (time - 22200) / 1800
    return float(np.clip(max(dusk, dawn), 0.0, 1.0))


def draw(world: World, view: View, rays: int) -> Shot:
    """Draws and labels a view.

    Args:
        world: The world, loaded around the view.
        view: Camera, time, creatures, item in hand.
        rays: Rays a side.

    Returns:
        rgb (128, 128, 3) uint8; hit (rays, rays) uint8: 0 or 1 + the index in SCENE; its distance in tenths of
        a metre (uint8, at most 255); facts (3,) uint8: creatures in view, night, underground (UNKNOWN where the
        picture does not tell).
    """
    art, names = _art()
    eye = np.array([view.feet[0], view.feet[1] + EYE, view.feet[2]])
    sprites = _sprites(view)
    hold = item_kind(view.hand) if view.hand else -1
    day = daylight(view.time)
    rgb = render(world.blocks, eye, view.yaw, view.pitch, SIDE, SIDE, FOV, day, sprites, hold=hold, tops=world.tops)
    ids = np.empty((rays, rays), np.int64)
    metres = np.empty((rays, rays))
    lens = camera(view.yaw, view.pitch, FOV, 1.0)
    size = 16.0 * 2.0 * float(np.tan(np.radians(FOV) / 2)) / SIDE
    _label(world.blocks, world.tops, eye, lens, size, FAR_METRES, sprites, art, ids, metres)
    hit = np.where(ids > 0, names[np.maximum(ids, 0)], 0).astype(np.uint8)
    for row, (name, _, _) in enumerate(view.creatures):
        hit[ids == -1 - row] = SCENE.index(name) + 1 if name in SCENE else 0
    return rgb, hit, (np.minimum(metres, 25.5) * 10).astype(np.uint8), _facts(world, view, ids)


def _sprites(view: View) -> NDArray[np.float32]:
    rows = [
        (*feet, WIDTHS[KIND_ID[name]], HEIGHTS[KIND_ID[name]], SPRITE_KIND[name], yaw, 0.0)
        for name, feet, yaw in view.creatures
    ]
    rows += [(*feet, 0.25, 0.25, item_kind(name), 0.0, 0.0) for name, feet in view.items]
    return sprites_of([tuple(float(value) for value in row) for row in rows])


def _facts(world: World, view: View, ids: NDArray[np.int64]) -> NDArray[np.uint8]:
    rays = [int((ids == -1 - row).sum()) for row in range(len(view.creatures))]
    unclear = any(0 < count < SURE_CREATURE for count in rays)
    x, y, z = (int(np.floor(value)) for value in view.feet)
    underground = y + 3 < int(world.tops[x & 255, z & 255]) - 6
    day = daylight(view.time)
    sky = int((ids == 0).sum()) >= SKY_RAYS and not underground and day in (0.0, 1.0)
    return np.array([UNKNOWN if unclear else sum(c > 0 for c in rays), (day == 0.0) if sky else UNKNOWN, underground],
                    np.uint8)  # fmt: skip


@njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
def _label(
    blocks: Any, tops: Any, eye: Any, view: Any, size: float, reach: float, sprites: Any, art: Any, ids: Any, metres: Any
) -> None:
    """Fills ids (block id, 0 for none, -1-n for sprite n) and metres for every ray of the grid."""
    roof = ceiling(tops, eye[0], eye[2], reach)
    rays = ids.shape[0]
    for i in range(rays):
        for j in range(rays):
            dx, dy, dz = direction(view, (2.0 * j + 1.0) / rays - 1.0, (2.0 * i + 1.0) / rays - 1.0)
            hit = cast(blocks, tops, roof, art.kind, art.faces, art.texels, eye[0], eye[1], eye[2], dx, dy, dz,
                       reach, size)  # fmt: skip
            block, t = hit.block, hit.distance
            if hit.wet > 0.0:  # the water's surface is what the picture shows first
                t = hit.wet
                e = t + 1e-6
                y = min(max(int(np.floor(eye[1] + e * dy)), 0), 127)
                block = blocks[int(np.floor(eye[0] + e * dx)) & 255, y, int(np.floor(eye[2] + e * dz)) & 255]
            ids[i, j], metres[i, j] = block, t
            for n in range(sprites.shape[0]):
                cos, sin = np.cos(np.radians(sprites[n, 6])), np.sin(np.radians(sprites[n, 6]))
                s = _meet(sprites[n], cos, sin, eye, dx, dy, dz, size, art)[0]
                if 0.0 < s < metres[i, j]:
                    ids[i, j], metres[i, j] = -1 - n, s
