"""The observation and action spaces, keyed and shaped as MineDojo 0.1's, and the observation itself.

Differences, all deliberate: item names are modern and keep their underscores; `nearby_tools` asks for
stations within 4.5 m of the eye whatever the view; `masks/craft_smelt` knows fuel; `damage_source` is filled
for the last tick (MineDojo's is always zero). Not simulated, so constant: xp, sleep, weather, explosions, magic.
"""

from __future__ import annotations

from typing import Any, Final

import gymnasium as gym
import numpy as np
from gymnasium import spaces as gs
from numpy.typing import NDArray

from peam.sims.voxel import hands
from peam.sims.voxel import physics as ph
from peam.sims.voxel.blocks import data
from peam.sims.voxel.game import NVEC, Game
from peam.sims.voxel.items import ARMOR, DURABILITY, ITEMS, MAIN, NATURAL, OFFHAND, PLACES
from peam.sims.voxel.rules import ENTRIES, SMELT_ENTRY, SMELT_OF, TABLE_ENTRY, payable
from peam.sims.voxel.terrain import column, tables

EQUIPPED: Final = (0, *range(ARMOR, ARMOR + 4), OFFHAND)  # main hand, feet, legs, chest, head, off hand
SEA_LEVEL: Final = 63.0
_CLIMATE: Final = data("climate.yaml")
_BIOMES: Final = [row["name"] for row in data("biomes.yaml")["biomes"]]
_ARGUED: Final = np.array([[0], [0], [0], [0], [1], [1], [1], [1]], np.bool_)
_NAMES: Final = np.array(ITEMS, object)
_DELTA: Final = (("inc", 1), ("dec", 4))
# (group, key, shape, low, high) of every float observation but positions and inventories.
FLOATS: Final = (
    *(("life_stats", key, 0.0, 20.0) for key in ("life", "armor", "food", "saturation")),
    ("life_stats", "oxygen", 0.0, 300.0),
    ("life_stats", "xp", 0.0, 1395.0),
    ("location_stats", "yaw", -180.0, 180.0),
    ("location_stats", "pitch", -180.0, 180.0),
    *(("location_stats", key, 0.0, 1.0) for key in ("rainfall", "temperature", "sun_brightness", "sky_light_level")),
    ("location_stats", "light_level", 0.0, 15.0),
    ("location_stats", "sea_level", 0.0, 255.0),
    ("damage_source", "damage_amount", 0.0, 40.0),
    ("damage_source", "damage_distance", 0.0, 1e4),
    ("damage_source", "damage_pitch", -90.0, 90.0),
    ("damage_source", "damage_yaw", -180.0, 180.0),
    ("damage_source", "hunger_damage", 0.0, 20.0),
)
_SOURCES: Final = ("is_explosion", "is_fire_damage", "is_magic_damage", "is_projectile", "is_unblockable")


class Names(gym.Space[NDArray[np.object_]]):
    """A space of object arrays of item names: Gymnasium's checks cannot compare arrays of strings."""

    def __init__(self, shape: tuple[int, ...], seed: int | None = None) -> None:
        super().__init__(shape, np.dtype(object), seed)

    @property
    def is_np_flattenable(self) -> bool:
        """Names have no numeric form."""
        return False

    def sample(self, mask: Any = None, probability: Any = None) -> NDArray[np.object_]:
        """Draws names."""
        return _NAMES[self.np_random.integers(len(ITEMS), size=self.shape)]

    def contains(self, x: Any) -> bool:
        """Whether x is an array of strings of this shape."""
        return isinstance(x, np.ndarray) and x.shape == self.shape and all(isinstance(v, str) for v in x.flat)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Names) and other.shape == self.shape

    def __repr__(self) -> str:
        return f"Names({self.shape})"


def _box(low: float, high: float, *shape: int) -> gs.Box:
    return gs.Box(low, high, shape, np.float32)


def _flags(*shape: int) -> gs.Box:
    return gs.Box(0, 1, shape, np.bool_)  # type: ignore[arg-type]


def _stacks(n: int) -> gs.Dict:
    most = float(max(DURABILITY))
    return gs.Dict(
        {
            "name": Names((n,)), "quantity": _box(0, 64, n), "variant": gs.MultiDiscrete([121] * n),
            "cur_durability": _box(-1, most, n), "max_durability": _box(-1, most, n),
        }
    )


def action_space() -> gs.MultiDiscrete:
    """Returns MineDojo's action space."""
    return gs.MultiDiscrete(np.array(NVEC, np.int64))


def observation_space(image_size: tuple[int, int] | None) -> gs.Dict:
    """Returns the observation space; without an image size it has no "rgb"."""
    groups: dict[str, dict[str, gym.Space[Any]]] = {"life_stats": {}, "location_stats": {}, "damage_source": {}}
    for group, key, low, high in FLOATS:
        groups[group][key] = _box(low, high, 1)
    groups["life_stats"]["is_sleeping"] = gs.Discrete(2)
    groups["location_stats"] |= {
        "pos": _box(-3e7, 3e7, 3), "biome_id": gs.Discrete(168), "can_see_sky": gs.Discrete(2),
        "is_raining": gs.Discrete(2),
    }
    groups["damage_source"] |= {key: _flags() for key in _SOURCES}
    groups["nearby_tools"] = {"table": _flags(), "furnace": _flags()}
    groups["masks"] = {
        "action_type": _flags(8), "action_arg": _flags(8, 1), "equip": _flags(36), "place": _flags(36),
        "destroy": _flags(36), "craft_smelt": _flags(244),
    }
    groups["delta_inv"] = {}
    for sign, n in _DELTA:
        for cause in ("craft", "other"):
            groups["delta_inv"][f"{sign}_name_by_{cause}"] = Names((n,))
            groups["delta_inv"][f"{sign}_quantity_by_{cause}"] = _box(0, 2304, n)
    spaces: dict[str, gym.Space[Any]] = {key: gs.Dict(group) for key, group in groups.items()}
    spaces |= {"inventory": _stacks(MAIN), "equipment": _stacks(len(EQUIPPED))}
    if image_size is not None:
        spaces["rgb"] = gs.Box(0, 255, (3, *image_size), np.uint8)
    return gs.Dict(spaces)


def daylight(clock: int) -> float:
    """Returns the sky's brightness, 0 night .. 1 day (Minecraft Wiki "Daylight cycle": the sun's angle)."""
    part = (clock / 24000.0 - 0.25) % 1.0
    angle = part + ((0.5 - np.cos(part * np.pi) / 2.0) - part) / 3.0
    return float(min(1.0, max(0.0, np.cos(angle * 2.0 * np.pi) * 2.0 + 0.5)))


class Observer:
    """Builds observations of one game. Arrays that change seldom are kept, and copied into each observation."""

    def __init__(self, game: Game) -> None:
        self._game = game
        self._stacks: tuple[int, dict[str, Any], dict[str, Any], dict[str, Any]] | None = None
        self._place: tuple[tuple[int, int], tuple[int, float, float]] | None = None
        self._craft: tuple[tuple[int, bool], NDArray[np.bool_]] | None = None
        self._before = game.inventory.totals()

    def observe(self, crafted: bool) -> dict[str, Any]:
        """Returns the observation without the picture.

        Args:
            crafted: Whether the last action was craft or smelt (for `delta_inv`).
        """
        inventory, equipment, masks = self._slots()
        floats, counts = self._floats()
        table, furnace = bool(self._game.near("crafting_table")), bool(self._game.near("furnace"))
        obs: dict[str, Any] = {
            "inventory": {key: value.copy() for key, value in inventory.items()},
            "equipment": {key: value.copy() for key, value in equipment.items()},
            "masks": {key: value.copy() for key, value in masks.items()},
            "nearby_tools": {"table": np.array(table), "furnace": np.array(furnace)},
            "delta_inv": self._delta(crafted),
            "life_stats": {"is_sleeping": 0},
            "location_stats": counts,
            "damage_source": self._source(),
        }
        for index, (group, key, _, _) in enumerate(FLOATS):
            obs[group][key] = floats[index : index + 1]
        craft = self._craftable(table, furnace)
        obs["masks"]["craft_smelt"] = craft
        obs["masks"]["action_type"][4] = craft.any()
        return obs

    def _slots(self) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        held = self._game.inventory
        if self._stacks is None or self._stacks[0] != held.version:
            inventory, equipment = (_stack_arrays(held, slots) for slots in (range(MAIN), EQUIPPED))
            self._stacks = (held.version, inventory, equipment, _masks(held))
        return self._stacks[1:]

    def _floats(self) -> tuple[NDArray[np.float32], dict[str, Any]]:
        game, vitals = self._game, self._game.vitals
        x, y, z = game.body[:3].tolist()
        yaw, pitch = game.body[ph.YAW : ph.PITCH + 1].tolist()
        biome, temperature, rainfall = self._climate(int(x // 4), int(z // 4))
        sky, sun = self._sky(x, y, z), daylight(game.clock)
        taken, cause = vitals.taken, vitals.cause
        floats = np.array(
            (vitals.life, game.inventory.armor()[0], vitals.food, vitals.saturation, max(0, vitals.air), 0.0, yaw,
             pitch, rainfall, temperature, sun, sky, 15.0 * sky * max(0.27, sun), SEA_LEVEL, taken, 0.0, 0.0, 0.0,
             taken if cause == "hunger" else 0.0),
            np.float32,
        )
        counts = {"pos": np.array((x, y, z), np.float32), "biome_id": biome, "can_see_sky": int(sky >= 1.0),
                  "is_raining": 0}
        return floats, counts

    def _climate(self, x: int, z: int) -> tuple[int, float, float]:
        if self._place is None or self._place[0] != (x, z):
            biome = column(self._game.world.seed, x * 4, z * 4, tables())[1]
            self._place = ((x, z), tuple(_CLIMATE[_BIOMES[biome]]))
        return self._place[1]

    def _sky(self, x: float, y: float, z: float) -> float:
        """Sky light 0..1: full under the open sky, a fifteenth less a block of cover, as leaves dim it."""
        cover = int(self._game.world.tops[int(x // 1) & 255, int(z // 1) & 255]) - int((y + ph.EYE) // 1)
        return 1.0 if cover <= 0 else max(0.0, 1.0 - cover / 15.0)

    def _source(self) -> dict[str, Any]:
        cause = self._game.vitals.cause
        flags = (False, cause in ("fire", "lava"), False, cause == "arrow",
                 cause in ("fall", "drowning", "hunger", "suffocation"))
        return {key: np.array(flag) for key, flag in zip(_SOURCES, flags, strict=True)}

    def _craftable(self, table: bool, furnace: bool) -> NDArray[np.bool_]:
        key = (self._game.inventory.version, table)
        if self._craft is None or self._craft[0] != key:
            flags = payable(self._game.inventory.totals())
            self._craft = (key, flags if table else flags & ~TABLE_ENTRY)
        flags = self._craft[1].copy()
        if furnace:
            for product, index in SMELT_OF.items():
                flags[index] = hands.smelter(self._game, product) is not None
        return flags

    def _delta(self, crafted: bool) -> dict[str, Any]:
        now, before = self._game.inventory.totals(), self._before
        self._before = now
        out: dict[str, Any] = {}
        for sign, n in _DELTA:
            for cause in ("craft", "other"):
                out[f"{sign}_name_by_{cause}"] = _AIR[n].copy()
                out[f"{sign}_quantity_by_{cause}"] = np.zeros(n, np.float32)
        if now is not before:
            cause = "craft" if crafted else "other"
            change = now - before
            for sign, n in _DELTA:
                grown = change if sign == "inc" else -change
                for place, item in enumerate(np.flatnonzero(grown > 0)[:n]):
                    out[f"{sign}_name_by_{cause}"][place] = ITEMS[item]
                    out[f"{sign}_quantity_by_{cause}"][place] = grown[item]
        return out


_AIR: Final = {n: np.full(n, "air", object) for _, n in _DELTA}


def _stack_arrays(held: Any, slots: Any) -> dict[str, Any]:
    items = [held.items[slot] for slot in slots]
    most = np.array([DURABILITY[item] or -1 for item in items], np.float32)
    worn = np.array([held.worn[slot] for slot in slots], np.float32)
    return {
        "name": _NAMES[items],
        "quantity": np.array([held.counts[slot] for slot in slots], np.float32),
        "variant": np.zeros(len(items), np.int64),
        "cur_durability": np.where(most < 0, most, most - worn).astype(np.float32),
        "max_durability": most,
    }


def _masks(held: Any) -> dict[str, Any]:
    equip = np.array([bool(i) and NATURAL[i] != slot for slot, i in enumerate(held.items[:MAIN])])
    place = np.array([PLACES[item] > 0 for item in held.items[:MAIN]])
    full = np.array([item > 0 for item in held.items[:MAIN]])
    kinds = np.array([True, True, full[0], True, False, equip.any(), place.any(), full.any()])
    return {"action_type": kinds, "action_arg": _ARGUED, "equip": equip, "place": place, "destroy": full}


def craft_argument(game: Game, item: str, smelt: bool) -> int:
    """Returns the craft argument that makes the item now, -1 where none does."""
    if smelt:
        return SMELT_OF[item] if item in SMELT_OF and hands.smelter(game, item) else -1
    flags = payable(game.inventory.totals())
    if not game.near("crafting_table"):
        flags &= ~TABLE_ENTRY
    options = [i for i in np.flatnonzero(flags & ~SMELT_ENTRY) if ENTRIES[i].item == item]
    return int(options[0]) if options else -1
