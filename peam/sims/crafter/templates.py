"""What each thing looks like: the package's textures at the size of a cell, as templates to compare with.

Knows textures and how the package composes them (engine.py: `_draw`, `_draw_alpha`, `ItemView`); no world.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from crafter import constants, engine
from numpy.typing import NDArray

UNIT: Final = 7  # pixels a cell of the 64 x 64 picture
MATERIALS: Final[tuple[str, ...]] = (*constants.materials, "edge")  # "edge": outside of the world
ITEMS: Final[tuple[str, ...]] = tuple(constants.items)
WALKABLE: Final[tuple[str, ...]] = tuple(constants.walkable)
FACINGS: Final[dict[str, tuple[int, int]]] = {
    "left": (-1, 0),
    "right": (1, 0),
    "up": (0, -1),
    "down": (0, 1),
}
ARROWS: Final = tuple(f"arrow-{way}" for way in FACINGS)
_EDGE_GREY: Final = 127  # engine.py, LocalView


@dataclass(frozen=True, slots=True)
class Template:
    """One look of a cell.

    Attributes:
        material: What the ground is.
        thing: What stands on it: "cow", "zombie", "skeleton", "arrow-left", "plant", "plant-ripe",
            "player-left"; "" for nothing.
    """

    material: str
    thing: str = ""


def looks() -> tuple[Template, ...]:
    """Returns every look that a cell can have by day, the player's last."""
    plain = [Template(name) for name in MATERIALS]
    stands = [Template(ground, who) for who in ("cow", "zombie", "skeleton") for ground in WALKABLE]
    flies = [Template(ground, arrow) for arrow in ARROWS for ground in (*WALKABLE, "water", "lava")]
    grows = [Template("grass", plant) for plant in ("plant", "plant-ripe")]
    own = [Template(ground, f"player-{way}") for way in FACINGS for ground in WALKABLE]
    return (*plain, *stands, *flies, *grows, *own)


@cache
def _textures() -> engine.Textures:
    return engine.Textures(constants.root / "assets")


@cache
def pictures() -> NDArray[np.float32]:
    """Returns the looks drawn in full light, (looks, 49, 3), pixels in the order x, y."""
    tiles = [_tile(look) for look in looks()]
    return np.stack(tiles).reshape(len(tiles), UNIT * UNIT, 3).astype(np.float32)


def _tile(look: Template) -> NDArray[np.uint8]:
    tile = np.full((UNIT, UNIT, 3), _EDGE_GREY, dtype=np.uint8)
    if look.material != "edge":
        engine._draw(tile, (0, 0), _textures().get(look.material, (UNIT, UNIT)))
    if look.thing:
        engine._draw_alpha(tile, (0, 0), _textures().get(look.thing, (UNIT, UNIT)))
    return tile


@cache
def numerals() -> dict[tuple[int, bytes], int]:
    """Returns (slot, its 7 x 7 pixels) -> how many of the slot's item it shows."""
    known: dict[tuple[int, bytes], int] = {}
    for slot, item in enumerate(ITEMS):
        for amount in range(10):
            drawn = engine.ItemView(_textures(), (9, 2))({**dict.fromkeys(ITEMS, 0), item: amount}, (7, 7))
            known[(slot, cut(drawn, slot).tobytes())] = amount
    return known


def cut(items: NDArray[Any], slot: int) -> NDArray[np.uint8]:
    """Returns the pixels of one inventory slot; `items` is (63, 14, 3), x first."""
    x, y = UNIT * (slot % 9), UNIT * (slot // 9)
    return np.ascontiguousarray(items[x : x + UNIT, y : y + UNIT], dtype=np.uint8)
