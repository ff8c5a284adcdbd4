"""Saplings that become trees, in the shapes of the world's own (`trees.py`). Functions take the `Game`.

Needs what Minecraft's small trees need: a free trunk and free cells beside it, leaves and plants not
counting. There are no large oaks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from peam.sims.base import Cell
from peam.sims.voxel.blocks import ID, NAMES, REPLACEABLE, STATES, base
from peam.sims.voxel.plots import RULES, SAPLINGS
from peam.sims.voxel.trees import radius

if TYPE_CHECKING:
    from peam.sims.voxel.game import Game

_TRUNK: Final = RULES["trunk"]
_LEAVES: Final = tuple(ID[f"{wood}_leaves"] for wood in _TRUNK)
_WATER, _LAVA = ID["water"], ID["lava"]


def advance(game: Game, cell: Cell) -> None:
    """Takes a sapling one stage on; from the second it becomes a tree, if there is room."""
    block = game.world.get(*cell)
    ids = STATES[base(NAMES[block])]
    if block == ids[0]:
        game.world.set(*cell, ids[1])
        return
    wood = base(NAMES[block]).removesuffix("_sapling")
    trunk = game.extras.between(*_TRUNK[wood])
    if _room(game, cell, trunk):
        _grow(game, cell, wood, trunk)


def _open(game: Game, x: int, y: int, z: int) -> bool:
    """Whether a tree may grow into a cell."""
    block = game.world.get(x, y, z)
    return block in _LEAVES or (bool(REPLACEABLE[block]) and block not in (_WATER, _LAVA))


def _room(game: Game, cell: Cell, trunk: int) -> bool:
    x, y, z = cell
    if y + trunk + 1 >= game.world.blocks.shape[1]:
        return False
    return all(
        _open(game, x + dx, y + up, z + dz)
        for up in range(1, trunk + 2)
        for dx in (-1, 0, 1)
        for dz in (-1, 0, 1)
    )


def _grow(game: Game, cell: Cell, wood: str, trunk: int) -> None:
    x, y, z = cell
    kind = SAPLINGS[f"{wood}_sapling"]
    log, leaf = ID[f"{wood}_log"], ID[f"{wood}_leaves"]
    for up in range(trunk + 2):
        reach = radius(kind, trunk, up)
        for dx in range(-reach, reach + 1):
            for dz in range(-reach, reach + 1):
                corner = reach > 0 and abs(dx) == reach and abs(dz) == reach
                if corner and (kind == 2 or game.extras.chance() < 0.6):
                    continue
                place = (x + dx, y + up, z + dz)
                if game.world.loaded(place[0], place[2]) and game.world.get(*place) == 0:
                    game.world.set(*place, leaf)
                    game.count("grown", NAMES[leaf])
    for up in range(trunk):
        if game.world.get(x, y + up, z) == leaf:
            game.count("grown", NAMES[leaf], -1)
        game.world.set(x, y + up, z, log)
        game.count("grown", NAMES[log])
    game.world.set(x, y - 1, z, ID["dirt"])
    game.extras.growing.pop(cell, None)
