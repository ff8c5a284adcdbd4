"""Malmo's JSON of one moment, as the Java of MineDojo 0.1 writes it, from a game of the embedded world.

Values keep the Java's types (a boolean stays a boolean), since the client takes its array types from them.
Its misspelt "damage_amout" and the nesting under "damage_source" are kept too: MineDojo's own client looks
for neither, so its `damage_source` observation is zero for ever.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from peam.sims.voxel import physics as ph
from peam.sims.voxel.game import DAY, Game
from peam.sims.voxel.items import DURABILITY, SLOTS
from peam.sims.voxel.minedojo_compat import grid
from peam.sims.voxel.minedojo_compat.mission import biome_name
from peam.sims.voxel.minedojo_compat.names import SHOWN
from peam.sims.voxel.observer import Observer

if TYPE_CHECKING:
    from peam.sims.voxel.minedojo_compat.avatar import Avatar

_LIFE: Final = ("life", "armor", "saturation")
_PLACE: Final = ("light_level", "sea_level", "sun_brightness")
_BIOME: Final = {"biome_temperature": "temperature", "biome_rainfall": "rainfall"}
_FIRE, _UNBLOCKABLE = ("fire", "lava"), ("fall", "drowning", "hunger", "suffocation")


class Reporter:
    """Writes reports of one game."""

    def __init__(self, game: Game) -> None:
        self._observer = Observer(game)

    def report(self, avatar: Avatar) -> dict[str, Any]:
        """Returns the report."""
        game = avatar.game
        seen = self._observer.observe(False)
        mission = avatar.mission
        out = {
            "distance_travelled_cm": 0,
            **avatar.ledger.snapshot(),
            **_body(game, seen),
            **_world(game, seen),
            "inventory": _inventory(game),
            "inventories_available": [{"name": "inventory", "size": SLOTS}],
            "current_item_index": 0,
            "is_dead": not game.alive,
            "living_death_event_fired": not game.alive,
            "damage_source": _damage(game),
            "nearby_crafting_table": avatar.near("crafting_table"),
            "nearby_furnace": avatar.near("furnace"),
        }
        if mission.grid is not None:
            out["voxels"] = grid.voxels(game, mission.grid)
        if mission.rays is not None:
            out["rays"] = grid.rays(game, mission.rays)
        return out


def _number(value: Any) -> float:
    return float(value.item())


def _body(game: Game, seen: dict[str, Any]) -> dict[str, Any]:
    life = seen["life_stats"]
    x, y, z = game.body[:3].tolist()
    return {
        **{key: _number(life[key]) for key in _LIFE},
        "score": int(life["xp"].item()),
        "food": int(life["food"].item()),
        "xp": int(life["xp"].item()),
        "is_alive": game.alive,
        "air": int(life["oxygen"].item()),
        "name": "MineDojoAgent0",
        "is_sleeping": bool(life["is_sleeping"]),
        "xpos": x,
        "ypos": y,
        "zpos": z,
        "pitch": float(game.body[ph.PITCH]),
        "yaw": float(game.body[ph.YAW]),
    }


def _world(game: Game, seen: dict[str, Any]) -> dict[str, Any]:
    place = seen["location_stats"]
    return {
        "biome_name": biome_name(place["biome_id"]).replace("_", " ").title(),
        "biome_id": int(place["biome_id"]),
        **{key: _number(place[own]) for key, own in _BIOME.items()},
        **{key: _number(place[key]) for key in _PLACE},
        "sky_light_level": _sky_light(game.clock),
        "is_raining": bool(place["is_raining"]),
        "can_see_sky": bool(place["can_see_sky"]),
        "world_time": game.clock,
        "total_time": game.ticks,
    }


def _sky_light(clock: int) -> float:
    """Minecraft's getSunBrightness: 0.2 at night .. 1 by day, from the sun's angle (Wiki: Daylight cycle)."""
    part = (clock / DAY - 0.25) % 1.0
    angle = part + ((0.5 - math.cos(part * math.pi) / 2.0) - part) / 3.0
    return 0.2 + 0.8 * min(1.0, max(0.0, math.cos(angle * 2.0 * math.pi) * 2.0 + 0.2))


def _inventory(game: Game) -> list[dict[str, Any]]:
    held, rows = game.inventory, []
    for slot in range(SLOTS):
        item = held.items[slot]
        name, variant = SHOWN[item]
        most = DURABILITY[item] or -1
        rows.append(
            {
                "name": name,
                "variant": variant,
                "quantity": held.counts[slot] if name != "air" else 0,
                "max_durability": most,
                "cur_durability": most - held.worn[slot] if most > 0 else -1,
                "index": slot,
                "inventory": "inventory",
            }
        )
    return rows


def _damage(game: Game) -> dict[str, Any]:
    taken, cause = game.vitals.taken, game.vitals.cause
    return {
        "damage_amout": float(taken),
        "hunger_damage": float(taken) if cause == "hunger" else 0.0,
        "is_fire_damage": cause in _FIRE,
        "is_magic_damage": False,
        "is_explosion": cause == "explosion",
        "is_projectile": cause == "arrow",
        "is_unblockable": cause in _UNBLOCKABLE,
        "damage_distance": 0,
        "damage_pitch": 0,
        "damage_yaw": 0,
    }
