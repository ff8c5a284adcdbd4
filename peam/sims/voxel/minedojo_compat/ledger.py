"""Malmo's tree of statistics, kept beside a game: what was used, killed, dug, crafted, time since death.

Minecraft counts a tool as used when it breaks a block or strikes a creature, food when it is eaten, a bow
when it shoots, a block when it is placed by hand. Kept here: use_item, kill_entity, mine_block, craft_item,
mob_kills, deaths, time_since_death, play_one_minute. All other statistics stay 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from peam.sims.voxel.blocks import ID
from peam.sims.voxel.building import target
from peam.sims.voxel.items import ITEM_ID, ITEMS, WEAR_DIG, WEAR_HIT
from peam.sims.voxel.minedojo_compat.names import CREATURES, LOOKS, SHOWN, old_name
from peam.sims.voxel.minedojo_compat.tables import branches, statistics

if TYPE_CHECKING:
    from peam.sims.base import Cell
    from peam.sims.voxel.game import Game

USE, DROP, ATTACK = 1, 2, 3  # the functional actions that Malmo has keys for
_BOW, _ARROW = ITEM_ID["bow"], ITEM_ID["arrow"]
_BRANCHES: Final = branches()


class Ledger:
    """The statistics of one mission.

    Attributes:
        tree: The whole tree, "achievement" and "stat".
    """

    def __init__(self) -> None:
        self.tree = statistics()
        self._stat: dict[str, Any] = self.tree["stat"]
        self._counts: dict[str, int] = {}
        self._hand = 0
        self._aim: tuple[Cell, int] | None = None
        self._drawn = 0

    def add(self, group: str, name: str, count: int) -> None:
        """Adds to a statistic that counts items or creatures."""
        part = self._stat[group]
        part = part.get("minecraft", part)
        if name in part:
            part[name] += count

    def snapshot(self) -> dict[str, Any]:
        """Returns a copy of the tree."""
        return {key: _copy(part) for key, part in self.tree.items()}

    def used(self, item: str) -> int:
        """Returns how often an item was used."""
        return int(self._stat["use_item"]["minecraft"].get(item, 0))

    def killed(self, token: str) -> int:
        """Returns how many of a creature were killed."""
        return int(self._stat["kill_entity"].get(token, 0))

    @property
    def alive_for(self) -> int:
        """Ticks since the last death."""
        return int(self._stat["time_since_death"])

    def died(self) -> None:
        """Counts a death."""
        self._stat["deaths"] += 1
        self._stat["time_since_death"] = 0

    def before(self, game: Game, verb: int) -> None:
        """Remembers what a tick starts from."""
        self._counts = dict(game.stats)
        self._hand = game.inventory.items[0]
        self._drawn = game.inventory.count(_ARROW) if game.hands.item == _BOW and game.hands.held else 0
        hit = target(game) if verb == ATTACK else None
        self._aim = (hit[0], game.world.get(*hit[0])) if hit else None

    def after(self, game: Game, verb: int) -> None:
        """Counts what the tick did."""
        self._stat["time_since_death"] += 1
        self._stat["play_one_minute"] += 1
        for key, count in game.stats.items():
            if count != self._counts.get(key, 0):
                self._changed(key, count - self._counts.get(key, 0), verb)
        if verb == ATTACK and self._worked(game):
            self.add("use_item", SHOWN[self._hand][0], 1)
        if self._drawn and verb != USE and game.inventory.count(_ARROW) == self._drawn - 1:
            self.add("use_item", "bow", 1)

    def _worked(self, game: Game) -> bool:
        """Whether the tool in hand struck a creature or broke a block this tick; a hoe breaks none."""
        if game.hands.charge == 0 and WEAR_HIT[self._hand]:
            return True
        digs = WEAR_DIG[self._hand] > 0 and not ITEMS[self._hand].endswith("_hoe")
        return digs and self._aim is not None and game.world.get(*self._aim[0]) != self._aim[1]

    def _changed(self, key: str, number: int, verb: int) -> None:
        fact, _, name = key.partition(".")
        if fact in ("killed", "shot") and name in CREATURES:
            self.add("kill_entity", CREATURES[name][1], number)
            self._stat["mob_kills"] += number
        elif fact == "mined" and name in ID:
            self.add("mine_block", LOOKS[ID[name]].item, number)
        elif fact == "eaten" or (fact == "placed" and verb == USE):
            pair = old_name(name)
            if pair:
                self.add("use_item", pair[0], number)


def _copy(part: dict[str, Any]) -> dict[str, Any]:
    out = part.copy()
    for key in _BRANCHES & out.keys():
        out[key] = _copy(out[key])
    return out
