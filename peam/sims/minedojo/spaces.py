"""MineDojo's observation space in Gymnasium's terms, and a start inventory in MineDojo's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces as gs

from peam.errors import SimError, unknown
from peam.sims.voxel.items import ITEM_ID, ITEMS, STACK
from peam.sims.voxel.minedojo_compat.names import old_name
from peam.sims.voxel.minedojo_compat.spaces import Leaf
from peam.sims.voxel.minedojo_compat.tables import SLOTS
from peam.sims.voxel.names import Names


def rows(inventory: dict[str, int], hand: str) -> list[dict[str, Any]]:
    """Spreads items over slots, the hand's first, as rows of MineDojo's InventoryItem.

    Raises:
        SimError: For an item that does not exist, or that 1.11.2 lacks, or too many.
    """
    if hand != "air":
        inventory = {hand: inventory.pop(hand, 1), **inventory}
    out: list[dict[str, Any]] = []
    for name, count in inventory.items():
        if name not in ITEM_ID:
            raise SimError(unknown("item", name, ITEMS))
        pair = old_name(name)
        if pair is None:
            raise SimError(f"reset option 'inventory': Minecraft 1.11.2 has no '{name}'")
        stack = STACK[ITEM_ID[name]]
        for first in range(0, count, stack):
            out.append({"slot": len(out), "name": pair[0], "variant": pair[1]})
            out[-1]["quantity"] = min(stack, count - first)
    if len(out) > SLOTS:
        raise SimError(f"reset option 'inventory': {len(out)} stacks do not fit into {SLOTS} slots")
    return out


def observation_space(leaves: Sequence[Leaf]) -> gs.Dict:
    """Returns MineDojo's observation space in Gymnasium's terms."""
    groups: dict[str, Any] = {}
    for leaf in leaves:
        space: gym.Space[Any]
        if leaf.dtype == "str":
            space = Names(leaf.shape)
        else:
            low = -np.inf if leaf.low is None else leaf.low
            high = np.inf if leaf.high is None else leaf.high
            space = gs.Box(low, high, leaf.shape, np.dtype(leaf.dtype).type)  # type: ignore[arg-type]
        group, _, key = leaf.key.rpartition("/")
        (groups.setdefault(group, {}) if group else groups)[key] = space
    return gs.Dict({k: gs.Dict(v) if isinstance(v, dict) else v for k, v in groups.items()})
