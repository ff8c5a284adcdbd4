"""The observation and action spaces, keyed and shaped as MineDojo 0.1's. `observer.py` fills them.

Differences, all deliberate: item names are modern and keep their underscores; `nearby_tools` asks for
stations within 4.5 m of the eye whatever the view; `masks/craft_smelt` knows fuel; `damage_source` is filled
for the last tick (MineDojo's is always zero); xp counts points and stops at its bound. Not simulated, so
constant: magic; weather outside the overworld.
"""

from __future__ import annotations

from typing import Any, Final

import gymnasium as gym
import numpy as np
from gymnasium import spaces as gs

from peam.sims.voxel.game import NVEC
from peam.sims.voxel.items import ARMOR, DURABILITY, MAIN, OFFHAND
from peam.sims.voxel.names import NAMES as NAMES
from peam.sims.voxel.names import Names as Names

EQUIPPED: Final = (0, *range(ARMOR, ARMOR + 4), OFFHAND)  # main hand, feet, legs, chest, head, off hand
SEA_LEVEL: Final = 63.0
MOST_XP: Final = 1395.0  # MineDojo's bound: the points of level 30
DELTA: Final = (("inc", 1), ("dec", 4))
# (group, key, low, high) of every float observation but positions and inventories.
_FLOATS: Final = (
    *(("life_stats", key, 0.0, 20.0) for key in ("life", "armor", "food", "saturation")),
    ("life_stats", "oxygen", 0.0, 300.0),
    ("life_stats", "xp", 0.0, MOST_XP),
    ("location_stats", "yaw", -180.0, 180.0),
    ("location_stats", "pitch", -180.0, 180.0),
    *(
        ("location_stats", key, 0.0, 1.0)
        for key in ("rainfall", "temperature", "sun_brightness", "sky_light_level")
    ),
    ("location_stats", "light_level", 0.0, 15.0),
    ("location_stats", "sea_level", 0.0, 255.0),
    ("damage_source", "damage_amount", 0.0, 40.0),
    ("damage_source", "damage_distance", 0.0, 1e4),
    ("damage_source", "damage_pitch", -90.0, 90.0),
    ("damage_source", "damage_yaw", -180.0, 180.0),
    ("damage_source", "hunger_damage", 0.0, 20.0),
)
_SOURCES: Final = ("is_explosion", "is_fire_damage", "is_magic_damage", "is_projectile", "is_unblockable")


def _box(low: float, high: float, *shape: int) -> gs.Box:
    return gs.Box(low, high, shape, np.float32)


def _flags(*shape: int) -> gs.Box:
    return gs.Box(0, 1, shape, np.bool_)  # type: ignore[arg-type]


def _stacks(n: int) -> gs.Dict:
    most = float(max(DURABILITY))
    return gs.Dict(
        {
            "name": Names((n,)),
            "quantity": _box(0, 64, n),
            "variant": gs.MultiDiscrete([121] * n),
            "cur_durability": _box(-1, most, n),
            "max_durability": _box(-1, most, n),
        }
    )


def action_space() -> gs.MultiDiscrete:
    """Returns MineDojo's action space."""
    return gs.MultiDiscrete(np.array(NVEC, np.int64))


def observation_space(image_size: tuple[int, int] | None) -> gs.Dict:
    """Returns the observation space; without an image size it has no "rgb"."""
    groups: dict[str, dict[str, gym.Space[Any]]] = {
        "life_stats": {},
        "location_stats": {},
        "damage_source": {},
    }
    for group, key, low, high in _FLOATS:
        groups[group][key] = _box(low, high, 1)
    groups["life_stats"]["is_sleeping"] = gs.Discrete(2)
    groups["location_stats"] |= {
        "pos": _box(-3e7, 3e7, 3),
        "biome_id": gs.Discrete(168),
        "can_see_sky": gs.Discrete(2),
        "is_raining": gs.Discrete(2),
    }
    groups["damage_source"] |= {key: _flags() for key in _SOURCES}
    groups["nearby_tools"] = {"table": _flags(), "furnace": _flags()}
    groups["masks"] = {
        "action_type": _flags(8),
        "action_arg": _flags(8, 1),
        "equip": _flags(36),
        "place": _flags(36),
        "destroy": _flags(36),
        "craft_smelt": _flags(244),
    }
    groups["delta_inv"] = {}
    for sign, n in DELTA:
        for cause in ("craft", "other"):
            groups["delta_inv"][f"{sign}_name_by_{cause}"] = Names((n,))
            groups["delta_inv"][f"{sign}_quantity_by_{cause}"] = _box(0, 2304, n)
    spaces: dict[str, gym.Space[Any]] = {key: gs.Dict(group) for key, group in groups.items()}
    spaces |= {"inventory": _stacks(MAIN), "equipment": _stacks(len(EQUIPPED))}
    if image_size is not None:
        spaces["rgb"] = gs.Box(0, 255, (3, *image_size), np.uint8)
    return gs.Dict(spaces)
