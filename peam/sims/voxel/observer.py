"""Builds the observation dictionary of one game, fresh arrays each time, in a few microseconds.

Arrays that change seldom are kept packed in one buffer a type; an observation copies the buffer once and
hands out views of its own copy. Knows nothing of pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from peam.sims.voxel import physics as ph
from peam.sims.voxel.book import Book
from peam.sims.voxel.crafting import smelter
from peam.sims.voxel.game import Game
from peam.sims.voxel.items import DURABILITY, ITEMS, MAIN, NATURAL, PLACES, Inventory
from peam.sims.voxel.rules import SMELT_ENTRY, SMELT_OF
from peam.sims.voxel.spaces import EQUIPPED, MOST_XP, NAMES, SEA_LEVEL
from peam.sims.voxel.weather import lacking, sun

_N: Final = MAIN + len(EQUIPPED)
_SLOTS: Final = (*range(MAIN), *EQUIPPED)
_ARGUED: Final = np.array([[0], [0], [0], [0], [1], [1], [1], [1]], np.bool_)
_AIR: Final = np.full(10, "air", object)


class _Packed:
    """The slots and masks of one inventory version, packed."""

    def __init__(self, held: Inventory, book: Book) -> None:
        items = [held.items[slot] for slot in _SLOTS]
        most = np.array([DURABILITY[item] or -1 for item in items], np.float32)
        worn = np.array([held.worn[slot] for slot in _SLOTS], np.float32)
        self.version = held.version
        self.names = NAMES[items]
        self.numbers = np.concatenate(
            [
                np.array([held.counts[slot] for slot in _SLOTS], np.float32),
                np.where(most < 0, most, most - worn),
                most,
            ],
            dtype=np.float32,
        )
        main = held.items[:MAIN]
        equip = [bool(item) and NATURAL[item] != slot for slot, item in enumerate(main)]
        place, full = [PLACES[item] > 0 for item in main], [item > 0 for item in main]
        payers = book.payable(held.totals())
        self.flags = []  # without and with a crafting table near
        for craft in (payers & ~book.at_table, payers):
            kinds = [True, True, full[0], True, craft.any(), any(equip), any(place), any(full)]
            self.flags.append(np.array([*kinds, *equip, *place, *full, *craft], np.bool_))
        self.armor = held.armor()[0]


class Observer:
    """Builds observations of one game."""

    def __init__(self, game: Game) -> None:
        self._game = game
        self._packed: _Packed | None = None  # made when first needed: a restored state may never be observed
        self._place: tuple[tuple[int, int], tuple[int, float, float]] | None = None
        self._before = game.inventory.totals()

    def copy(self, game: Game) -> Observer:
        """Returns an observer of another game at the same state, with this one's memory of the last look."""
        twin = Observer(game)
        twin._before = twin._before if (twin._before == self._before).all() else self._before
        return twin

    def observe(self, crafted: bool) -> dict[str, Any]:
        """Returns the observation without the picture.

        Args:
            crafted: Whether the last action was craft or smelt (for `delta_inv`).
        """
        game = self._game
        packed = self._packed
        if packed is None or packed.version != game.inventory.version:
            packed = self._packed = _Packed(game.inventory, game.book)
        names, numbers, variants = packed.names.copy(), packed.numbers.copy(), np.zeros(_N, np.int64)
        table, furnace = bool(game.near("crafting_table")), bool(game.near("furnace"))
        life, location, damage = self._stats(packed.armor)
        return {
            "inventory": _stack(names, numbers, variants, 0, MAIN),
            "equipment": _stack(names, numbers, variants, MAIN, _N),
            "masks": self._masks(packed, table, furnace),
            "nearby_tools": {"table": np.array(table), "furnace": np.array(furnace)},
            "delta_inv": self._delta(crafted),
            "life_stats": life,
            "location_stats": location,
            "damage_source": damage,
        }

    def _masks(self, packed: _Packed, table: bool, furnace: bool) -> dict[str, NDArray[np.bool_]]:
        flags = packed.flags[table].copy()
        if furnace:
            for product, index in SMELT_OF.items():
                flags[116 + index] = smelter(self._game, product) is not None
            flags[4] = flags[116:].any()
        return {
            "action_type": flags[:8],
            "equip": flags[8:44],
            "place": flags[44:80],
            "destroy": flags[80:116],
            "craft_smelt": flags[116:],
            "action_arg": _ARGUED.copy(),
        }

    def _stats(self, armor: int) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        """Returns life, location and damage; their numbers are views of one array."""
        game, vitals = self._game, self._game.vitals
        x, y, z, _, _, _, yaw, pitch = game.body[:8].tolist()
        biome, temperature, rainfall = self._climate(int(x // 4), int(z // 4))
        day, rain = sun(game), 0
        if game.weather:
            rain = int(game.weather.wet)
            level, block = game.world.light(int(x // 1), int((y + ph.EYE) // 1), int(z // 1))
            sky, light = level / 15.0, float(max(block, level - int(lacking(day))))
        else:
            sky = self._sky(x, y, z)
            light = 15.0 * sky * max(0.27, day)
        hungry = vitals.taken if vitals.cause == "hunger" else 0.0
        air, points = max(0, vitals.air), min(MOST_XP, game.extras.points)
        values = (
            *(vitals.life, armor, vitals.food, vitals.saturation, air, points),
            *(yaw, pitch, rainfall, temperature, day, sky, light, SEA_LEVEL),
            *(vitals.taken, 0.0, 0.0, 0.0, hungry),
        )
        n = np.array(values, np.float32).reshape(-1, 1)
        life = {
            "is_sleeping": int(game.extras.asleep > 0),
            "life": n[0],
            "armor": n[1],
            "food": n[2],
            "saturation": n[3],
            "oxygen": n[4],
            "xp": n[5],
        }
        location = {
            "pos": np.array((x, y, z), np.float32),
            "biome_id": biome,
            "can_see_sky": int(sky >= 1.0),
            "is_raining": rain,
            "yaw": n[6],
            "pitch": n[7],
            "rainfall": n[8],
            "temperature": n[9],
            "sun_brightness": n[10],
            "sky_light_level": n[11],
            "light_level": n[12],
            "sea_level": n[13],
        }
        return life, location, _damage(vitals.cause, n[14:])

    def _climate(self, x: int, z: int) -> tuple[int, float, float]:
        if self._place is None or self._place[0] != (x, z):
            self._place = ((x, z), self._game.world.climate(4 * x, 4 * z))
        return self._place[1]

    def _sky(self, x: float, y: float, z: float) -> float:
        """Sky light 0..1: full under the open sky, a fifteenth less a block of cover, as leaves dim it."""
        cover = int(self._game.world.tops[int(x // 1) & 255, int(z // 1) & 255]) - int((y + ph.EYE) // 1)
        return 1.0 if cover <= 0 else max(0.0, 1.0 - cover / 15.0)

    def _delta(self, crafted: bool) -> dict[str, Any]:
        names, numbers = _AIR.copy(), np.zeros(10, np.float32)
        now, before = self._game.inventory.totals(), self._before
        if now is not before:
            self._before = now
            change = now - before
            for rise, first, room in ((change, 0, 1), (-change, 2, 4)):
                start = first + (0 if crafted else room)
                for place, item in enumerate(np.flatnonzero(rise > 0)[:room], start):
                    names[place], numbers[place] = ITEMS[item], rise[item]
        return {
            "inc_name_by_craft": names[0:1],
            "inc_quantity_by_craft": numbers[0:1],
            "inc_name_by_other": names[1:2],
            "inc_quantity_by_other": numbers[1:2],
            "dec_name_by_craft": names[2:6],
            "dec_quantity_by_craft": numbers[2:6],
            "dec_name_by_other": names[6:10],
            "dec_quantity_by_other": numbers[6:10],
        }


def _damage(cause: str, n: NDArray[np.float32]) -> dict[str, Any]:
    flags = np.zeros(5, np.bool_)
    if cause:
        flags[0] = cause == "explosion"
        flags[1], flags[3] = cause in ("fire", "lava"), cause == "arrow"
        flags[4] = cause in ("fall", "drowning", "hunger", "suffocation")
    return {
        "is_explosion": flags[0, ...],
        "is_fire_damage": flags[1, ...],
        "is_magic_damage": flags[2, ...],
        "is_projectile": flags[3, ...],
        "is_unblockable": flags[4, ...],
        "damage_amount": n[0],
        "damage_distance": n[1],
        "damage_pitch": n[2],
        "damage_yaw": n[3],
        "hunger_damage": n[4],
    }


def _stack(
    names: NDArray[np.object_],
    numbers: NDArray[np.float32],
    variants: NDArray[np.int64],
    first: int,
    last: int,
) -> dict[str, Any]:
    return {
        "name": names[first:last],
        "quantity": numbers[first:last],
        "variant": variants[first:last],
        "cur_durability": numbers[_N + first : _N + last],
        "max_durability": numbers[2 * _N + first : 2 * _N + last],
    }


def craft_argument(game: Game, item: str, smelt: bool) -> int:
    """Returns the craft argument that makes the item now, -1 where none does."""
    if smelt:
        return SMELT_OF[item] if item in SMELT_OF and smelter(game, item) else -1
    flags, entries = game.book.payable(game.inventory.totals()), game.book.entries
    if not game.near("crafting_table"):
        flags &= ~game.book.at_table
    options: Sequence[int] = [int(i) for i in np.flatnonzero(flags & ~SMELT_ENTRY) if entries[i].item == item]
    return options[0] if options else -1
