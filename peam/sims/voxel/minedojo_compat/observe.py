"""Malmo's report -> MineDojo's observation, with the array shapes and types that its client gives.

`masks` and `delta_inv` are `masks.py`'s. The client declares integers for can_see_sky, is_raining and
is_sleeping but passes the booleans of the report on; so does this.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from peam.sims.voxel.minedojo_compat.grid import RAY_KEYS, VOXEL_KEYS
from peam.sims.voxel.minedojo_compat.mission import Mission
from peam.sims.voxel.minedojo_compat.tables import SHOWN_EQUIPMENT, SLOTS
from peam.types import Image

# Observation key -> key of the report: float32 arrays of one element.
_LIFE: Final = {
    "armor": "armor",
    "food": "food",
    "life": "life",
    "oxygen": "air",
    "saturation": "saturation",
    "xp": "xp",
}
_PLACE: Final = {
    "light_level": "light_level",
    "pitch": "pitch",
    "rainfall": "biome_rainfall",
    "sea_level": "sea_level",
    "sky_light_level": "sky_light_level",
    "sun_brightness": "sun_brightness",
    "temperature": "biome_temperature",
    "yaw": "yaw",
}
_DAMAGE: Final = ("damage_amount", "damage_distance", "damage_pitch", "damage_yaw", "hunger_damage")
_SOURCES: Final = ("is_explosion", "is_fire_damage", "is_magic_damage", "is_projectile", "is_unblockable")
_STACK: Final = {
    "name": np.str_,
    "variant": np.int64,
    "quantity": np.float32,
    "max_durability": np.float32,
    "cur_durability": np.float32,
}
_WHOLE: Final = {"block_meta": np.int64, "harvest_level": np.int64}
_TEXT: Final = ("block_name", "entity_name")
_REAL: Final = (
    "cos_look_vec_angle",
    "block_distance",
    "entity_distance",
    "ray_pitch",
    "ray_yaw",
    "traced_block_x",
    "traced_block_y",
    "traced_block_z",
)


def observation(report: dict[str, Any], picture: Image, mission: Mission) -> dict[str, Any]:
    """Returns the observation of the simulator alone: no masks, no changes of the inventory."""
    slots = report["inventory"]
    obs = {
        "rgb": np.ascontiguousarray(picture.transpose(2, 0, 1)),
        "inventory": _stacks(slots[:SLOTS]),
        "equipment": _stacks([slots[slot] for slot in SHOWN_EQUIPMENT]),
        "life_stats": {
            **{key: _real(report[own]) for key, own in _LIFE.items()},
            "is_sleeping": np.array(report["is_sleeping"]),
        },
        "location_stats": {
            **{key: _real(report[own]) for key, own in _PLACE.items()},
            "biome_id": np.array(report["biome_id"]),
            "can_see_sky": np.array(report["can_see_sky"]),
            "is_raining": np.array(report["is_raining"]),
            "pos": np.array([report[key] for key in ("xpos", "ypos", "zpos")], np.float32),
        },
        "nearby_tools": {
            "table": np.array(report["nearby_crafting_table"], np.bool_),
            "furnace": np.array(report["nearby_furnace"], np.bool_),
        },
        "damage_source": {
            **{key: _real(report.get(key, 0.0)) for key in _DAMAGE},
            **{key: np.array(report.get(key, False), np.bool_) for key in _SOURCES},
        },
    }
    if mission.grid is not None:
        shape = tuple(1 + high - low for low, high in mission.grid)
        obs["voxels"] = _columns(report["voxels"], VOXEL_KEYS, shape)
    if mission.rays is not None:
        rays = _columns(report["rays"], RAY_KEYS, (len(mission.rays),))
        rays["entity_name"] = np.array([_entity(name) for name in rays["entity_name"].tolist()], np.str_)
        obs["rays"] = rays
    return obs


def _real(value: float) -> Any:
    return np.array([value], np.float32)


def _stacks(slots: list[dict[str, Any]]) -> dict[str, Any]:
    out: dict[str, Any] = {key: np.array([row[key] for row in slots], kind) for key, kind in _STACK.items()}
    out["name"] = np.array([row["name"].replace("_", " ") for row in slots], np.str_)
    return out


def _columns(flat: list[Any], keys: tuple[str, ...], shape: tuple[int, ...]) -> dict[str, Any]:
    out = {}
    for place, key in enumerate(keys):
        kind = np.str_ if key in _TEXT else np.float32 if key in _REAL else _WHOLE.get(key, np.bool_)
        out[key] = np.array(flat[place :: len(keys)], kind).reshape(shape, order="F")
    return out


def _entity(name: str) -> str:
    return name[6:].lower() if name.startswith("Entity") else name
