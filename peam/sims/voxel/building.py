"""The block under the crosshair, putting blocks down, and what a change of blocks brings with it.

Functions take the `Game`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from peam.sims.base import Cell
from peam.sims.voxel import chests, pairs, plots
from peam.sims.voxel import entities as ent
from peam.sims.voxel import physics as ph
from peam.sims.voxel.aim import direction
from peam.sims.voxel.blocks import FALLING, ID, LIQUID, REPLACEABLE, SOLID, UNSUPPORTED
from peam.sims.voxel.furnaces import Furnace
from peam.sims.voxel.items import ITEM_ID, ITEMS, PLACES, PLANTS
from peam.sims.voxel.render import dda
from peam.sims.voxel.rules import drops_of

if TYPE_CHECKING:
    from peam.sims.voxel.game import Game

REACH = 4.5  # metres from the eye
STATIONS = ("crafting_table", "furnace")
_SOIL = (ID["grass_block"], ID["dirt"], ID["coarse_dirt"], *plots.FARMLAND)
_CHEST = ID["chest"]
# Outward normals of the faces -x, +x, -y, +y, -z, +z; the last, (0, 0, 0), is for an eye within the block.
_NORMALS = ((-1, 0, 0), (1, 0, 0), (0, -1, 0), (0, 1, 0), (0, 0, -1), (0, 0, 1), (0, 0, 0))


def target(game: Game, reach: float = REACH) -> tuple[Cell, Cell, float] | None:
    """Returns (cell, face normal, distance) of the block under the crosshair, or None."""
    look = direction(game.body[ph.YAW], game.body[ph.PITCH])
    hit, x, y, z, face, far = dda(game.world.blocks, game.eye, look, reach)
    return ((x, y, z), _NORMALS[face], far) if hit else None


def put(game: Game, cell: Cell, block: int) -> None:
    """Writes a block and what hangs on it: stations, chests, other halves, sand above, torches beside."""
    was = game.world.get(*cell)
    game.world.set(*cell, block)
    if was in pairs.PARTNER:
        _part(game, cell, was)
    if was == _CHEST:
        chests.spill(game, cell)
    plots.changed(game, cell, block)
    name = game.stations.pop(cell, None)
    if name == "furnace":
        for item, number in game.furnaces.pop(cell).contents():
            game.drop(ITEM_ID[item], number, cell)
    for station in STATIONS:
        if block == ID[station]:
            game.stations[cell] = station
            if station == "furnace":
                game.furnaces[cell] = Furnace()
    if not SOLID[block]:
        _unsettle(game, cell)


def _part(game: Game, cell: Cell, was: int) -> None:
    """Takes the other half of a door or bed away, without a drop."""
    other = pairs.partner(cell, was)
    block = game.world.get(*other)
    if block in pairs.PARTNER and pairs.partner(other, block) == cell:
        put(game, other, 0)


def _unsettle(game: Game, cell: Cell) -> None:
    """Lets fall what a cell that became passable held up: sand above, plants on it, torches beside it."""
    x, y, z = cell
    above = game.world.get(x, y + 1, z)
    for dx, dz in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        side = (x + dx, y, z + dz)
        if game.world.get(*side) in (ID["torch"], ID["ladder"]) and not supported(game, *side):
            break_block(game, side, 0)
    if FALLING[above]:
        game.world.set(x, y + 1, z, 0)
        bottom = y
        while bottom > 0 and REPLACEABLE[game.world.get(x, bottom - 1, z)]:
            bottom -= 1
        game.world.set(x, bottom, z, above)
        _unsettle(game, (x, y + 1, z))
    elif UNSUPPORTED[above] and not (above == ID["torch"] and supported(game, x, y + 1, z)):
        break_block(game, (x, y + 1, z), 0)


def supported(game: Game, x: int, y: int, z: int) -> bool:
    """Whether a torch or ladder at a cell has something to hold on to."""
    around = ((x, y - 1, z), (x + 1, y, z), (x - 1, y, z), (x, y, z + 1), (x, y, z - 1))
    return any(SOLID[game.world.get(*cell)] for cell in around)


def break_block(game: Game, cell: Cell, tool: int) -> bool:
    """Removes a block and drops what it yields to the tool; returns whether the tool was fit."""
    block = game.world.get(*cell)
    fit, drops = drops_of(block, tool, game.random)
    put(game, cell, 0)
    for item, number in drops:
        game.drop(item, number, cell)
    return fit


def put_down(game: Game, slot: int) -> bool:
    """Places a slot's block on the face under the crosshair; returns whether it could."""
    item = game.inventory.items[slot]
    block = PLACES[item] or PLANTS.get(item, 0)
    hit = target(game) if block else None
    if hit is None:
        return False
    (x, y, z), (nx, ny, nz), _ = hit
    cell = (x, y, z) if REPLACEABLE[game.world.get(x, y, z)] else (x + nx, y + ny, z + nz)
    name = ITEMS[item]
    parts = pairs.halves(game, name, cell) if block in pairs.PARTNER else [(cell, block)]
    if not all(_free(game, *part) for part in parts) or not _holds(game, cell, block):
        return False
    game.inventory.take(slot, 1)
    for part in parts:
        put(game, *part)
    game.count("placed", name)
    return True


def _free(game: Game, cell: Cell, block: int) -> bool:
    """Whether a cell may take the block: replaceable, in the world, and in nobody's body."""
    if not 0 <= cell[1] < game.world.blocks.shape[1] or not REPLACEABLE[game.world.get(*cell)]:
        return False
    if not SOLID[block]:
        return True
    if _overlaps(cell, game.body[:3].tolist(), ph.WIDTH, ph.HEIGHT):
        return False
    table = game.entities.table
    creatures = np.flatnonzero(table[: game.entities.rows, ent.KIND] > ent.ARROW)
    return not any(
        _overlaps(cell, table[row, :3].tolist(), ent.WIDTHS[kind], ent.HEIGHTS[kind])
        for row, kind in ((row, int(table[row, ent.KIND])) for row in creatures)
    )


def _overlaps(cell: Cell, feet: list[float], width: float, height: float) -> bool:
    half = width / 2 - 1e-6
    return (
        cell[0] - half < feet[0] < cell[0] + 1 + half
        and cell[1] - height + 1e-6 < feet[1] < cell[1] + 1 - 1e-6
        and cell[2] - half < feet[2] < cell[2] + 1 + half
    )


def _holds(game: Game, cell: Cell, block: int) -> bool:
    """Whether what needs support has it: plants soil, cactus sand, torches and doors anything solid."""
    if not UNSUPPORTED[block]:
        return True
    if LIQUID[game.world.get(*cell)]:
        return False
    if block in (ID["torch"], ID["ladder"]):
        return supported(game, *cell)
    below = game.world.get(cell[0], cell[1] - 1, cell[2])
    if block in pairs.PARTNER:
        return bool(SOLID[below])
    if block in plots.CROP_IDS:
        return below in plots.FARMLAND
    return below in ((ID["sand"], ID["cactus"]) if block == ID["cactus"] else _SOIL)
