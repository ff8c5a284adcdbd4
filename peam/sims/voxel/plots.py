"""The register of what grows: farmland, crops and saplings, each with the tick of its next random tick.

Numbers: `data/voxel/farming.yaml`. Functions take the `Game`. What a random tick does is `farming.py`'s.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from peam.sims.base import Cell
from peam.sims.voxel.blocks import ID, SOLID, STATES, data

if TYPE_CHECKING:
    from peam.sims.voxel.game import Game

RULES: Final = data("farming.yaml")
RIPE: Final[int] = RULES["ripe"]
FARMLAND: Final = STATES["farmland"]  # by moisture
CROPS: Final = {block: STATES[block] for block in RULES["crops"].values()}  # by age
SAPLINGS: Final[dict[str, int]] = RULES["saplings"]  # name -> kind of tree
CROP_IDS: Final = frozenset(block for ids in CROPS.values() for block in ids)
GROWING: Final = frozenset((*FARMLAND, *CROP_IDS, *(block for name in SAPLINGS for block in STATES[name])))


def changed(game: Game, cell: Cell, block: int) -> None:
    """Notes that a block was written: whether it grows, and what it does to the farmland below."""
    if block in GROWING:
        game.extras.growing[cell] = game.ticks + wait(game)
    else:
        game.extras.growing.pop(cell, None)
    below = (cell[0], cell[1] - 1, cell[2])
    if SOLID[block] and game.world.get(*below) in FARMLAND:
        game.world.set(*below, ID["dirt"])
        game.extras.growing.pop(below, None)


def wait(game: Game) -> int:
    """Draws the ticks until the next random tick."""
    return 1 + int(math.log(1.0 - game.extras.chance()) / math.log(1.0 - RULES["random_tick"]))
