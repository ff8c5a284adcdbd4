"""The kinds of world, by name. Knows nothing of what is in them."""

from __future__ import annotations

from typing import Final

from peam.errors import SimError, unknown
from peam.sims.voxel.overworld.world import Overworld
from peam.sims.voxel.world import World

KINDS: Final[dict[str, type[World]]] = {kind.kind: kind for kind in (World, Overworld)}


def known(kind: str) -> str:
    """Returns the name of a kind of world that exists. Raises SimError for others."""
    if not isinstance(kind, str) or kind not in KINDS:
        raise SimError(unknown("kind of world", str(kind), KINDS))
    return kind


def make(kind: str, seed: int) -> World:
    """Makes a world of a kind. Raises SimError for an unknown kind or a seed out of range."""
    return KINDS[known(kind)](seed)
