"""Draws one view as the agent would get it, and labels each of a grid of rays through it.

Uses the renderer's own camera, rays and creature models, so that a label never names what the picture hides.
Knows nothing of how the view came about.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from peam.fast.props import EYE, View
from peam.fast.vocabulary import FAR_METRES, SCENE
from peam.sims.voxel.blocks import ID
from peam.sims.voxel.entities import HEIGHTS, KIND_ID, WIDTHS
from peam.sims.voxel.glow import sunlight
from peam.sims.voxel.render import item_kind, ray_hits, render, sprites_of
from peam.sims.voxel.textures import SPRITE_KIND
from peam.sims.voxel.world import World

SIDE, FOV = 128, 70.0  # the agent's picture: pixels a side, vertical degrees
SKY_RAYS = 60  # of 48 x 48: fewer do not tell the time of day
SURE_CREATURE, UNKNOWN = 4, 255
Shot = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]


@cache
def _names() -> NDArray[np.uint8]:
    """Returns 1 + the index in SCENE of every block id, 0 for the rest."""
    names = np.zeros(256, np.uint8)
    for index, name in enumerate(SCENE, 1):
        if name in ID:
            names[ID[name]] = index
    return names


def draw(world: World, view: View, rays: int) -> Shot:
    """Draws and labels a view.

    Args:
        world: The world, loaded around the view.
        view: Camera, time, creatures, item in hand.
        rays: Rays a side.

    Returns:
        rgb (128, 128, 3) uint8; hit (rays, rays) uint8: 0 or 1 + the index in SCENE; its distance in tenths
        of a metre (uint8, at most 255); facts (3,) uint8: creatures in view, night, underground (UNKNOWN
        where the picture does not tell).
    """
    names = _names()
    eye = np.array([view.feet[0], view.feet[1] + EYE, view.feet[2]])
    sprites = _sprites(view)
    hold = item_kind(view.hand) if view.hand else -1
    day = sunlight(view.time)
    rgb = render(
        world.blocks,
        eye,
        view.yaw,
        view.pitch,
        SIDE,
        SIDE,
        FOV,
        day,
        sprites,
        hold=hold,
        columns=world.columns,
    )
    camera = (world.blocks, eye, view.yaw, view.pitch, FOV, 1.0, FAR_METRES, sprites, rays, world.tops)
    ids, metres = ray_hits(*camera)
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
    day = sunlight(view.time)
    sky = int((ids == 0).sum()) >= SKY_RAYS and not underground and not 0.1 < day < 0.9
    shown = UNKNOWN if unclear else sum(count > 0 for count in rays)
    return np.array([shown, (day < 0.5) if sky else UNKNOWN, underground], np.uint8)
