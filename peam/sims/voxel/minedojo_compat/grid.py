"""MineDojo's privileged observations, as Malmo's flat arrays: blocks around the feet, rays from the eye."""

from __future__ import annotations

import math
from typing import Any

from peam.sims.voxel import entities as ent
from peam.sims.voxel import physics as ph
from peam.sims.voxel.aim import direction
from peam.sims.voxel.game import Game
from peam.sims.voxel.minedojo_compat.mission import Span
from peam.sims.voxel.minedojo_compat.names import CREATURES, LOOKS
from peam.sims.voxel.rays import dda

VOXEL_KEYS = (
    "block_name",
    "block_meta",
    "is_collidable",
    "is_tool_not_required",
    "blocks_movement",
    "is_liquid",
    "is_solid",
    "can_burn",
    "blocks_light",
    "cos_look_vec_angle",
)
RAY_KEYS = (
    "block_name",
    "block_distance",
    "block_meta",
    "harvest_level",
    "is_tool_not_required",
    "blocks_movement",
    "is_liquid",
    "is_solid",
    "can_burn",
    "entity_name",
    "entity_distance",
    "ray_pitch",
    "ray_yaw",
    "traced_block_x",
    "traced_block_y",
    "traced_block_z",
)


def voxels(game: Game, spans: tuple[Span, Span, Span]) -> list[Any]:
    """Returns the blocks around the cell of the feet, x fastest, then y, then z, `VOXEL_KEYS` of each.

    The last key is the cosine between the look and the way from the eye to the block's lower corner.
    """
    feet = [math.floor(value) for value in game.body[:3].tolist()]
    look = direction(float(game.body[ph.YAW]), float(game.body[ph.PITCH]))
    eye, get = game.eye, game.world.get
    (x0, x1), (y0, y1), (z0, z1) = spans
    out: list[Any] = []
    for z in range(feet[2] + z0, feet[2] + z1 + 1):
        for y in range(feet[1] + y0, feet[1] + y1 + 1):
            for x in range(feet[0] + x0, feet[0] + x1 + 1):
                way = (x - eye[0], y - eye[1], z - eye[2])
                looks = LOOKS[get(x, y, z)]
                out += [looks.name, looks.meta, *looks.flags, _cosine(way, look)]
    return out


def _cosine(a: tuple[float, float, float], b: tuple[float, float, float]) -> float:
    """The cosine of the angle between a vector and one of length 1."""
    dot = a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
    return min(1.0, max(-1.0, dot / (math.hypot(*a) or 1.0)))


def rays(game: Game, offsets: tuple[tuple[float, float, float], ...]) -> list[Any]:
    """Returns `RAY_KEYS` of each ray: the first block but air and liquids, the first creature before it.

    A ray is the look, pitched and then yawed by its offsets (radians), as long as its metres. Pitch is held
    within 89 degrees. A ray that meets nothing names the block at its end.
    """
    out: list[Any] = []
    for pitch, yaw, reach in offsets:
        way = _turned(game, pitch, yaw)
        hit, x, y, z, _, far = dda(game.world.blocks, game.eye, way, reach)
        if not hit:
            far = reach
            x, y, z = (math.floor(e + far * w) for e, w in zip(game.eye, way, strict=True))
        looks = LOOKS[game.world.get(x, y, z)]
        name, distance = _creature(game, way, far)
        _, toolless, blocks, liquid, solid, burns, _ = looks.flags
        out += [looks.name, float(far), looks.meta, looks.harvest, toolless, blocks, liquid, solid, burns]
        out += [name, distance, pitch, yaw, int(x), int(y), int(z)]
    return out


def _turned(game: Game, pitch: float, yaw: float) -> tuple[float, float, float]:
    """The look, raised by `pitch` and turned by `yaw` about the vertical (Minecraft's rotateYaw)."""
    x, y, z = direction(float(game.body[ph.YAW]), float(game.body[ph.PITCH]))
    flat = math.hypot(x, z)
    up = min(89.0, max(-89.0, math.degrees(math.atan2(y, flat) + pitch)))
    if flat < 1e-9:
        x, z, flat = 0.0, 1e-9, 1e-9
    scale = math.cos(math.radians(up)) / flat
    x, y, z = x * scale, math.sin(math.radians(up)), z * scale
    cos, sin = math.cos(yaw), math.sin(yaw)
    return x * cos + z * sin, y, z * cos - x * sin


def _creature(game: Game, way: tuple[float, float, float], far: float) -> tuple[str, float]:
    row, distance = ent.pick(game.entities.table, game.entities.rows, game.eye, way, far)
    if row < 0:
        return "null", float(far)
    name = ent.KINDS[int(game.entities.table[row, ent.KIND])]
    known = CREATURES.get(name)
    return (known[2] if known else f"Entity{name.title().replace('_', '')}"), float(distance)
