"""Blocks of two cells: doors and beds. Functions take the `Game`.

A door fills its cells when it is closed, and lets pass when it is open (Minecraft's is 3/16 thick); a bed
fills its cells (Minecraft's is 9/16 high).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from peam.sims.base import Cell
from peam.sims.voxel import physics as ph
from peam.sims.voxel.blocks import ID, NAMES, STATES, base

if TYPE_CHECKING:
    from peam.sims.voxel.game import Game

DOORS: Final = {name: ids for name, ids in STATES.items() if name.endswith("_door")}
BED: Final = "white_bed"
ITEMS: Final = (*DOORS, BED)  # what places two cells
_STEPS: Final = {"north": (0, 0, -1), "south": (0, 0, 1), "west": (-1, 0, 0), "east": (1, 0, 0)}
_SIDES: Final = ("south", "west", "north", "east")  # yaw 0, 90, 180, 270


def _bed(facing: str, part: str) -> int:
    return ID[f"{BED}[facing={facing},part={part}]"]


def _partners() -> dict[int, Cell]:
    """Block id -> where its other half stands."""
    steps: dict[int, Cell] = {}
    for lower, upper, open_lower, open_upper in DOORS.values():
        steps |= {lower: (0, 1, 0), open_lower: (0, 1, 0), upper: (0, -1, 0), open_upper: (0, -1, 0)}
    for facing, (dx, dy, dz) in _STEPS.items():
        steps[_bed(facing, "foot")], steps[_bed(facing, "head")] = (dx, dy, dz), (-dx, -dy, -dz)
    return steps


PARTNER: Final = _partners()


def halves(game: Game, item: str, cell: Cell) -> list[tuple[Cell, int]]:
    """Returns the cells and blocks of an item put down at a cell: a bed's head lies away from the agent."""
    x, y, z = cell
    if item in DOORS:
        return [(cell, DOORS[item][0]), ((x, y + 1, z), DOORS[item][1])]
    facing = _SIDES[round(float(game.body[ph.YAW]) / 90.0) % 4]
    dx, _, dz = _STEPS[facing]
    return [(cell, _bed(facing, "foot")), ((x + dx, y, z + dz), _bed(facing, "head"))]


def partner(cell: Cell, block: int) -> Cell:
    """Returns the cell of a block's other half."""
    step = PARTNER[block]
    return cell[0] + step[0], cell[1] + step[1], cell[2] + step[2]


def swing(game: Game, cell: Cell) -> bool:
    """Opens or closes the door at a cell and returns whether it moved: iron doors do not by hand."""
    block = game.world.get(*cell)
    name = base(NAMES[block])
    if name not in DOORS or name == "iron_door":
        return False
    for place in (cell, partner(cell, block)):
        ids = DOORS[name]
        state = ids.index(game.world.get(*place))
        game.world.set(*place, ids[(state + 2) % 4])
    return True
