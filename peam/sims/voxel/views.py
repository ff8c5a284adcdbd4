"""What can be looked up in a game: the picture, what it shows, creatures and items near, blocks around."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.errors import SimError
from peam.sims.base import Entity, Sighting, Voxels
from peam.sims.voxel import entities as ent
from peam.sims.voxel import physics as ph
from peam.sims.voxel import render
from peam.sims.voxel.blocks import HAZARD, ID, LIQUID, NAMES, SOLID
from peam.sims.voxel.fauna import FUSE, SWELL
from peam.sims.voxel.game import Game, item_name
from peam.sims.voxel.items import ITEMS
from peam.sims.voxel.lamps import NONE, RINGS, Lamps, lamps
from peam.sims.voxel.lines import View
from peam.sims.voxel.weather import lacking, sun
from peam.types import Image

_SPRITES = np.array([render.SPRITE_KIND.get(name, render.SPRITE_KIND["item"]) for name in ent.KINDS])
_CREEPER = ent.KIND_ID["creeper"]
_ITEM_SPRITES = np.array([render.item_kind(name) for name in ITEMS])


def frame(game: Game, height: int, width: int, fov: float) -> Image:
    """See `Sim`."""
    yaw, pitch = game.body[ph.YAW : ph.PITCH + 1].tolist()
    held = game.inventory.items[0]
    hold = int(_ITEM_SPRITES[held]) if held else -1
    return scene(game, View(game.eye, yaw, pitch, fov), height, width, sprites_of(game)[0], hold)


def scene(
    game: Game,
    view: View,
    height: int,
    width: int,
    sprites: NDArray[np.float32] | None,
    hold: int = -1,
) -> Image:
    """Draws the world as it is now from any camera in the loaded window; arguments as of `render`."""
    day, lit = sunlit(game)
    return render.render(
        game.world.blocks,
        view.eye,
        view.yaw,
        view.pitch,
        height,
        width,
        view.fov,
        day,
        sprites,
        hold=hold,
        columns=game.world.columns,
        lamps=lit,
    )


def sunlit(game: Game) -> tuple[float, Lamps]:
    """Returns how bright the sky is, 0 night .. 1 clear day, and what lights the overworld's pictures."""
    day = sun(game)
    if game.weather is None:
        return day, NONE
    chunk = (math.floor(game.body[ph.X]) >> 4, math.floor(game.body[ph.Z]) >> 4)
    return day, lamps(game.world.levels(chunk, RINGS), chunk, lacking(day))


def sprites_of(game: Game) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Returns the sprite rows of creatures and items, and their table rows."""
    return _sprites(game.entities.table, game.entities.rows)


@njit(cache=True)
def _sprites(table: NDArray[np.float64], rows: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    found, sprites = np.empty(rows, np.int64), np.empty((rows, 8), np.float32)
    n = 0
    for row in range(rows):
        e = table[row]
        kind = int(e[ent.KIND])
        if kind == ent.FREE or kind == ent.ARROW:
            continue
        sprites[n, :3] = e[:3]
        sprites[n, 3], sprites[n, 4] = ent.WIDTHS[kind], ent.HEIGHTS[kind]
        sprites[n, 5] = _ITEM_SPRITES[int(e[ent.A])] if kind == ent.ITEM else _SPRITES[kind]
        sprites[n, 6], sprites[n, 7] = e[ph.YAW], e[ent.HURT]
        if kind == _CREEPER:  # it grows as its fuse burns
            sprites[n, 3:5] *= 1.0 + 0.2 * e[SWELL] / FUSE
        found[n] = row
        n += 1
    return sprites[:n], found[:n]


def sight(game: Game, reach: float, fov: float, aspect: float) -> Sequence[Sighting]:
    """See `Sim`; nearest first."""
    yaw, pitch = game.body[ph.YAW : ph.PITCH + 1].tolist()
    sprites, rows = sprites_of(game)
    seen = render.sight(
        game.world.blocks,
        game.eye,
        yaw,
        pitch,
        fov,
        aspect,
        reach,
        sprites,
        tops=game.world.tops,
    )
    found = [
        Sighting(
            NAMES[hit["id"]],
            "block",
            (int(hit["x"]), int(hit["y"]), int(hit["z"])),
            float(hit["distance"]),
            -1,
            int(hit["count"]),
        )
        for hit in seen.blocks
    ]
    for hit in seen.sprites:
        e = _entity(game, int(rows[hit["index"]]))
        found.append(Sighting(e.name, e.kind, e.position, float(hit["distance"]), e.id, int(hit["count"])))
    return sorted(found, key=lambda sighting: (sighting.distance, sighting.id, sighting.position))


def _entity(game: Game, row: int) -> Entity:
    e = game.entities.table[row].tolist()
    place = (e[ph.X], e[ph.Y], e[ph.Z])
    if e[ent.KIND] == ent.ITEM:
        return Entity(int(e[ent.EID]), item_name(e[ent.A]), "item", place, 0.0)
    return Entity(int(e[ent.EID]), ent.KINDS[int(e[ent.KIND])], "creature", place, e[ent.HEALTH])


def entities(game: Game, reach: float) -> Sequence[Entity]:
    """See `Sim`."""
    table = game.entities.table[: game.entities.rows]
    far = np.sqrt(((table[:, :3] - game.body[:3]) ** 2).sum(axis=1))
    shown = (table[:, ent.KIND] > 0) & (table[:, ent.KIND] != ent.ARROW) & (far <= reach)
    rows = np.flatnonzero(shown)
    return [_entity(game, int(row)) for row in rows[np.argsort(far[rows], kind="stable")]]


def voxels(game: Game, radius: int) -> Voxels:
    """See `Sim`; at most 48. Bedrock below the world, air above."""
    if not 0 <= radius <= 48:
        raise SimError(f"voxels: radius {radius} is not in 0..48")
    world = game.world
    x, y, z = (int(v) for v in np.floor(game.body[:3]))
    span = np.arange(-radius, radius + 1)
    ids = np.full((len(span),) * 3, ID["air"], np.uint8)
    ids[:, span + y < 0] = ID["bedrock"]
    inside = (span + y >= 0) & (span + y < world.blocks.shape[1])
    ids[:, inside] = world.blocks[np.ix_((span + x) & 255, (span + y)[inside], (span + z) & 255)]
    return Voxels(ids, (x - radius, y - radius, z - radius), NAMES, SOLID, LIQUID, HAZARD)


def nearby(game: Game) -> tuple[str, ...]:
    """Names the blocks within 8 and the creatures within 16, as a privileged observation."""
    ids = np.unique(voxels(game, 8).ids)
    creatures = {e.name for e in entities(game, 16.0) if e.kind == "creature"}
    return (*sorted(NAMES[i] for i in ids if i), *sorted(creatures))
