"""Buckets: water, lava, milk. Functions take the `Game`.

Liquids here are sources that stay where they are: nothing flows. Water taken from between two other sources
comes back, as in Minecraft. Lava that water touches from above or beside becomes obsidian when either of
the two is poured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from peam.sims.base import Cell
from peam.sims.voxel import entities as ent
from peam.sims.voxel import physics as ph
from peam.sims.voxel.aim import direction
from peam.sims.voxel.blocks import ID, REPLACEABLE, SOLID, TARGET
from peam.sims.voxel.building import REACH, put, target
from peam.sims.voxel.items import ITEM_ID, ITEMS

if TYPE_CHECKING:
    from peam.sims.voxel.game import Game

_WATER, _LAVA, _OBSIDIAN = ID["water"], ID["lava"], ID["obsidian"]
FILLED: Final = {_WATER: "water_bucket", _LAVA: "lava_bucket"}
POURED: Final = {name: block for block, name in FILLED.items()}
_STEP: Final = 0.05  # metres between the points at which the ray looks for liquid
_SIDES: Final = ((1, 0, 0), (-1, 0, 0), (0, 0, 1), (0, 0, -1))


def _surface(game: Game) -> Cell | None:
    """Returns the first liquid cell under the crosshair, before any other block."""
    look, eye = direction(game.body[ph.YAW], game.body[ph.PITCH]), game.eye
    for step in range(int(REACH / _STEP) + 1):
        x, y, z = (int((e + d * step * _STEP) // 1) for e, d in zip(eye, look, strict=True))
        block = game.world.get(x, y, z)
        if block in FILLED:
            return x, y, z
        if TARGET[block]:
            return None
    return None


def fill(game: Game) -> bool:
    """Fills the empty bucket in hand from a cow or a liquid; returns whether it did."""
    if _creature(game) == "cow":
        _swap(game, "milk_bucket")
        game.count("filled", "milk_bucket")
        return True
    cell = _surface(game)
    if cell is None:
        return False
    block = game.world.get(*cell)
    put(game, cell, _WATER if block == _WATER and _renewed(game, cell) else 0)
    _swap(game, FILLED[block])
    game.count("filled", FILLED[block])
    return True


def _creature(game: Game) -> str:
    """Returns the kind of creature under the crosshair within 3 metres, "" for none."""
    row = creature(game)
    return ent.KINDS[int(game.entities.table[row, ent.KIND])] if row >= 0 else ""


def creature(game: Game) -> int:
    """Returns the row of the creature under the crosshair within 3 metres, -1 for none or behind a block."""
    if not game.entities.rows:
        return -1
    hit = target(game)
    reach = min(3.0, hit[2]) if hit else 3.0
    look = direction(game.body[ph.YAW], game.body[ph.PITCH])
    return int(ent.pick(game.entities.table, game.entities.rows, game.eye, look, reach)[0])


def _renewed(game: Game, cell: Cell) -> bool:
    """Whether water that is taken flows together again: two sources beside it, and a floor or water below."""
    x, y, z = cell
    below = game.world.get(x, y - 1, z)
    beside = sum(game.world.get(x + dx, y, z + dz) == _WATER for dx, _, dz in _SIDES)
    return beside >= 2 and (bool(SOLID[below]) or below == _WATER)


def _swap(game: Game, item: str) -> None:
    """Turns one of the hand's buckets into another; where a stack is left, the new one goes elsewhere."""
    game.inventory.take(0, 1)
    game.give(ITEM_ID[item], 1)


def pour(game: Game) -> bool:
    """Empties the bucket in hand at the face under the crosshair; returns whether it could."""
    hit = target(game)
    if hit is None:
        return False
    (x, y, z), (nx, ny, nz), _ = hit
    cell = (x, y, z) if REPLACEABLE[game.world.get(x, y, z)] else (x + nx, y + ny, z + nz)
    if not 0 <= cell[1] < game.world.blocks.shape[1] or not REPLACEABLE[game.world.get(*cell)]:
        return False
    name = ITEMS[game.inventory.items[0]]
    put(game, cell, POURED[name])
    _swap(game, "bucket")
    game.count("poured", name)
    for dx, dy, dz in ((0, 0, 0), (0, -1, 0), *_SIDES):
        _harden(game, (cell[0] + dx, cell[1] + dy, cell[2] + dz))
    return True


def _harden(game: Game, cell: Cell) -> None:
    x, y, z = cell
    if not game.world.loaded(x, z) or game.world.get(x, y, z) != _LAVA:
        return
    if any(game.world.get(x + dx, y + dy, z + dz) == _WATER for dx, dy, dz in (*_SIDES, (0, 1, 0))):
        put(game, cell, _OBSIDIAN)
        game.count("hardened", "obsidian")
