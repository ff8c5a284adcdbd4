"""What PEAM's contract asks for, read out of MineDojo's observation: blocks, sightings, slots, counters.

Names are turned into modern ones. What MineDojo does not tell is left out or approximate, and said so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from peam.sims.base import Cell, Sighting, Voxels
from peam.sims.voxel import blocks
from peam.sims.voxel.minedojo_compat.names import CREATURES, modern_block, modern_name
from peam.sims.voxel.minedojo_compat.tables import UNCOLLIDABLE

FOV: Final = 70.0  # degrees, vertical: Minecraft's default
_CREATURES: Final = {row[2].removeprefix("Entity").lower(): name for name, row in CREATURES.items()}
_KILLED: Final = {row[1]: name for name, row in CREATURES.items()}
_HAZARDS: Final = frozenset(
    name for name, hurts in zip(blocks.NAMES, blocks.HAZARD, strict=False) if hurts
) | {"fire"}


def fan(columns: int, rows: int, aspect: float, reach: float) -> list[tuple[float, float, float]]:
    """Returns lidar rays that cover the picture: (pitch, yaw, metres), radians, pitch positive upwards.

    MineDojo turns a ray about the vertical and not about the camera's axis, so that away from the horizon the
    fan covers the picture only roughly.
    """
    half = math.tan(math.radians(FOV / 2))
    across = [(2 * i + 1) / columns - 1 for i in range(columns)]
    down = [(2 * k + 1) / rows - 1 for k in range(rows)]
    return [(-math.atan(v * half), -math.atan(u * half * aspect), reach) for v in down for u in across]


def item(name: str, variant: int) -> str:
    """Returns the modern item of a slot; the old name where there is none."""
    old = name.replace(" ", "_")
    return "air" if old == "air" else modern_name(old, variant) or old


def totals(info: Mapping[str, Any]) -> dict[str, int]:
    """Returns modern item -> count over all 41 slots."""
    out: dict[str, int] = {}
    for row in info["inventory"]:
        if row["name"] != "air" and row["quantity"]:
            name = item(row["name"], row["variant"])
            out[name] = out.get(name, 0) + int(row["quantity"])
    return out


def counters(info: Mapping[str, Any]) -> dict[str, int]:
    """Returns the counters "mined.", "killed." and "crafted." of Malmo's statistics, modern names."""
    stat, out = info["stat"], {}
    for fact, group in (("mined", "mine_block"), ("crafted", "craft_item")):
        for name, count in stat[group]["minecraft"].items():
            if count:
                out[f"{fact}.{modern_name(name) or name}"] = int(count)
    for token, count in stat["kill_entity"].items():
        if count and token in _KILLED:
            out[f"killed.{_KILLED[token]}"] = int(count)
    return out


def voxels(seen: Mapping[str, NDArray[Any]], feet: Cell, radius: int) -> Voxels:
    """Returns the middle of MineDojo's voxels."""
    shape = seen["block_name"].shape
    cut = tuple(slice(n // 2 - radius, n // 2 + radius + 1) for n in shape)
    pairs = list(zip(seen["block_name"][cut].ravel(), seen["block_meta"][cut].ravel(), strict=True))
    flat = [modern_block(str(name), int(meta)) for name, meta in pairs]
    names = sorted(set(flat))
    ids = np.array([names.index(name) for name in flat], np.int64).reshape((2 * radius + 1,) * 3)

    def where(key: str) -> NDArray[np.bool_]:
        """Name -> flag of its first block."""
        flags = seen[key][cut].ravel()
        return np.array([bool(flags[flat.index(name)]) for name in names])

    x, y, z = feet
    solid = where("is_collidable") & where("blocks_movement")
    hazard = np.array([name in _HAZARDS or name in UNCOLLIDABLE for name in names])
    return Voxels(ids, (x - radius, y - radius, z - radius), names, solid, where("is_liquid"), hazard)


def sight(
    seen: Mapping[str, NDArray[Any]], eye: tuple[float, float, float], yaw: float, pitch: float, reach: float
) -> list[Sighting]:
    """Returns what MineDojo's rays meet within reach, nearest first.

    A creature's position is the point that its nearest ray meets, not its feet; its id counts the creatures
    of this look, since MineDojo gives none.
    """
    cells: dict[tuple[str, Cell], int] = {}
    found: list[tuple[str, float, tuple[float, float, float]]] = []
    for index in range(len(seen["block_name"])):
        creature = _CREATURES.get(str(seen["entity_name"][index]))
        distance = float(seen["entity_distance"][index])
        if creature:
            if distance <= reach:
                look = (float(seen["ray_pitch"][index]), float(seen["ray_yaw"][index]))
                found.append((creature, distance, _point(eye, yaw, pitch, look, distance)))
            continue
        name = modern_block(str(seen["block_name"][index]), int(seen["block_meta"][index]))
        if name not in ("air", "water", "lava"):
            x, y, z = (int(seen[f"traced_block_{axis}"][index]) for axis in "xyz")
            cells[name, (x, y, z)] = cells.get((name, (x, y, z)), 0) + 1
    out = _creatures(found)
    for (name, cell), rays in cells.items():
        far = math.dist(eye, [value + 0.5 for value in cell])
        if far <= reach:
            out.append(Sighting(name, "block", cell, far, -1, rays))
    return sorted(out, key=lambda sighting: (sighting.distance, sighting.id, sighting.position))


def _creatures(found: list[tuple[str, float, tuple[float, float, float]]]) -> list[Sighting]:
    """Joins the rays that meet one creature: same name, points within 1.5 m of its nearest."""
    out: list[Sighting] = []
    for name, distance, point in sorted(found, key=lambda hit: hit[1]):
        for index, known in enumerate(out):
            if known.name == name and math.dist(known.position, point) < 1.5:
                rays = known.rays + 1
                out[index] = Sighting(name, "creature", known.position, known.distance, known.id, rays)
                break
        else:
            out.append(Sighting(name, "creature", point, distance, len(out) + 1, 1))
    return out


def _point(
    eye: tuple[float, float, float], yaw: float, pitch: float, ray: tuple[float, float], far: float
) -> tuple[float, float, float]:
    """The end of a ray: its pitch is added to the look's, its yaw turns about the vertical."""
    up = min(math.radians(89), max(math.radians(-89), ray[0] - math.radians(pitch)))
    turn = math.radians(yaw) - ray[1]
    flat = far * math.cos(up)
    return eye[0] - flat * math.sin(turn), eye[1] + far * math.sin(up), eye[2] + flat * math.cos(turn)
