"""MineDojo's `masks` and `delta_inv`, as its ARMasksWrapper and DeltaInventoryWrapper work them out.

The craft mask asks only for the first recipe of each item, ignores fuel, and knows stations by
`nearby_tools`. It does not ask whether the embedded world can make the item: see `crafting.makeable`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from peam.sims.voxel.minedojo_compat.tables import (
    AT_FURNACE,
    AT_TABLE,
    CRAFTS,
    ITEM_INDEX,
    ITEMS,
    NOT_IN_HAND,
    PLACEABLE,
    RECIPES,
)

CRAFT = 4  # functional action
_ARGUED: Final = np.array([[0], [0], [0], [0], [1], [1], [1], [1]], np.bool_)
_NAMES: Final = np.array(ITEMS)
_INCREASED, _DECREASED = 1, 4


def totals(inventory: dict[str, Any]) -> NDArray[np.float64]:
    """Returns how many of each item of `ITEMS` the 36 slots hold."""
    out = np.zeros(len(ITEMS))
    for name, count in zip(inventory["name"].tolist(), inventory["quantity"].tolist(), strict=True):
        if count:
            out[ITEM_INDEX[name.replace(" ", "_")]] += count
    return out


@lru_cache(maxsize=64)
def _payable(held: bytes) -> NDArray[np.bool_]:
    """Which first recipes an inventory pays; remembered, since few steps change the inventory."""
    return ~np.any(np.frombuffer(held) - RECIPES < 0, axis=1)


def masks(obs: dict[str, Any]) -> dict[str, NDArray[np.bool_]]:
    """Returns the masks of an observation."""
    names = obs["inventory"]["name"]
    craft = _payable(totals(obs["inventory"]).tobytes()).copy()
    craft &= ~AT_TABLE | bool(obs["nearby_tools"]["table"])
    craft &= ~AT_FURNACE | bool(obs["nearby_tools"]["furnace"])
    held = names != "air"
    place = held & np.array([name in PLACEABLE for name in names.tolist()])
    equip = held.copy()
    equip[0] = equip[0] and str(names[0]) in NOT_IN_HAND
    kinds = [
        True,
        True,
        bool(held[0]),
        True,
        bool(craft.any()) and not bool(held.all()),
        bool(equip.any()),
        bool(place.any()),
        bool(held.any()),
    ]
    return {
        "action_type": np.array(kinds, np.bool_),
        "action_arg": _ARGUED.copy(),
        "equip": equip,
        "place": place,
        "destroy": held.copy(),
        "craft_smelt": craft,
    }


class DeltaInventory:
    """Remembers the last inventory and mask, and says what a step changed."""

    def __init__(self) -> None:
        self._totals = np.zeros(len(ITEMS))
        self._mask = np.zeros(len(CRAFTS), np.bool_)

    def first(self, obs: dict[str, Any]) -> dict[str, Any]:
        """Starts an episode: nothing changed."""
        self._remember(obs, totals(obs["inventory"]))
        return {**_part("inc", False, _INCREASED), **_part("dec", False, _DECREASED)}

    def after(self, obs: dict[str, Any], verb: int, argument: int) -> dict[str, Any]:
        """Returns what a step with this functional action changed."""
        now = totals(obs["inventory"])
        change = now - self._totals
        more = np.flatnonzero(change > 0)[:_INCREASED]
        less = np.flatnonzero(change < 0)[:_DECREASED]
        made = taken = False
        if verb == CRAFT and self._mask[argument]:
            made = ITEM_INDEX[CRAFTS[argument].name] in more.tolist()
            taken = set(np.flatnonzero(RECIPES[argument] > 0).tolist()) <= set(less.tolist())
        self._remember(obs, now)
        return {
            **_part("inc", made, _INCREASED, more, change),
            **_part("dec", taken, _DECREASED, less, change),
        }

    def _remember(self, obs: dict[str, Any], now: NDArray[np.float64]) -> None:
        self._totals = now
        self._mask = obs["masks"]["craft_smelt"].copy()


def _part(
    sign: str,
    crafted: bool,
    room: int,
    found: NDArray[np.int64] | None = None,
    change: NDArray[np.float64] | None = None,
) -> dict[str, Any]:
    """One sign's four arrays: the change under "craft" or "other", the other one empty."""
    out: dict[str, Any] = {}
    for cause in ("craft", "other"):
        names, numbers = np.array(["air"] * room), np.zeros(room, np.float32)
        if found is not None and change is not None and crafted == (cause == "craft") and len(found):
            names = np.concatenate((_NAMES[found], np.array(["air"] * (room - len(found)))))
            numbers[: len(found)] = np.abs(change[found])
        out[f"{sign}_name_by_{cause}"], out[f"{sign}_quantity_by_{cause}"] = names, numbers
    return out
