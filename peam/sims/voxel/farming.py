"""Farmland, crops, saplings and bone meal. Functions take the `Game`.

Numbers: `data/voxel/farming.yaml`. Only what the agent has made grows: farmland, crops and saplings that
were put down. Each has a random tick with chance 3 in 4096 a tick, drawn ahead as a waiting time. Light is
the open sky's (Minecraft lets crops grow at night), or a lamp's that passes straight, a level a block; in the
overworld it is the light map's. Rain wets no farmland. Grass does not spread and leaves do not decay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from peam.sims.base import Cell
from peam.sims.voxel import saplings
from peam.sims.voxel.blocks import ID, LIGHT, NAMES, OPAQUE, base
from peam.sims.voxel.building import break_block, put, target
from peam.sims.voxel.plots import CROPS, FARMLAND, RIPE, RULES, SAPLINGS, wait

if TYPE_CHECKING:
    from peam.sims.voxel.game import Game

_DIRT, _GRASS_BLOCK, _WATER = ID["dirt"], ID["grass_block"], ID["water"]
_TILLED: Final = {ID[name]: ID[result] for name, result in RULES["tilled"].items()}
_LAMP: Final = 15 - RULES["light"]  # blocks over which the brightest lamp is bright enough


def tick(game: Game) -> None:
    """Gives what is due its random tick; what lies in no loaded chunk waits."""
    growing = game.extras.growing
    for cell in [cell for cell, due in growing.items() if due <= game.ticks]:
        if not game.world.loaded(cell[0], cell[2]):
            growing[cell] = game.ticks + wait(game)
            continue
        block = game.world.get(*cell)
        growing[cell] = game.ticks + wait(game)
        if block in FARMLAND:
            _soak(game, cell, block)
        elif base(NAMES[block]) in CROPS:
            one_in = int(RULES["growth"] / points(game, cell)) + 1
            if bright(game, cell) and game.extras.chance() < 1.0 / one_in:
                age(game, cell, 1)
        elif base(NAMES[block]) in SAPLINGS:
            above = (cell[0], cell[1] + 1, cell[2])
            if bright(game, above) and game.extras.chance() < 1.0 / RULES["sapling_chance"]:
                saplings.advance(game, cell)
        else:
            del growing[cell]


def bright(game: Game, cell: Cell) -> bool:
    """Whether a cell has light enough to grow in."""
    x, y, z = cell
    if game.weather:
        return max(game.world.light(x, y, z)) >= int(RULES["light"])
    blocks = game.world.blocks
    if not OPAQUE[blocks[x & 255, y + 1 :, z & 255]].any():
        return True
    xs, zs = np.arange(x - _LAMP, x + _LAMP + 1) & 255, np.arange(z - _LAMP, z + _LAMP + 1) & 255
    low = max(0, y - _LAMP)
    lamps = LIGHT[blocks[np.ix_(xs, np.arange(low, min(blocks.shape[1], y + _LAMP + 1)), zs)]]
    here = np.array([_LAMP, y - low, _LAMP])
    return any(
        int(lamps[tuple(lamp)]) - int(np.abs(lamp - here).sum()) >= RULES["light"]
        for lamp in np.argwhere(lamps > 0)
    )


def _soak(game: Game, cell: Cell, block: int) -> None:
    """Farmland near water is wet; else it dries, and turns to dirt where nothing grows on it."""
    x, y, z = cell
    if _watered(game, cell):
        game.world.set(x, y, z, FARMLAND[RIPE])
    elif block != FARMLAND[0]:
        game.world.set(x, y, z, FARMLAND[FARMLAND.index(block) - 1])
    elif base(NAMES[game.world.get(x, y + 1, z)]) not in CROPS:
        put(game, cell, _DIRT)


def _watered(game: Game, cell: Cell) -> bool:
    x, y, z = cell
    reach, up = RULES["water"]["radius"], RULES["water"]["up"]
    xs, zs = np.arange(x - reach, x + reach + 1) & 255, np.arange(z - reach, z + reach + 1) & 255
    return bool((game.world.blocks[np.ix_(xs, np.arange(y, y + up + 1), zs)] == _WATER).any())


def points(game: Game, cell: Cell) -> float:
    """Returns the growth points of a crop: from the farmland around it and the crops beside it."""
    x, y, z = cell
    soil, total = RULES["soil"], 1.0
    for dx in (-1, 0, 1):
        for dz in (-1, 0, 1):
            below = game.world.get(x + dx, y - 1, z + dz)
            if below in FARMLAND:
                worth = soil["dry"] if below == FARMLAND[0] else soil["wet"]
                total += worth * (soil["beside"] if dx or dz else 1.0)
    same = CROPS[base(NAMES[game.world.get(*cell)])]

    def beside(dx: int, dz: int) -> bool:
        return game.world.get(x + dx, y, z + dz) in same

    rows = (beside(1, 0) or beside(-1, 0)) and (beside(0, 1) or beside(0, -1))
    corners = any(beside(dx, dz) for dx in (-1, 1) for dz in (-1, 1))
    return total * (RULES["crowded"] if rows or corners else 1.0)


def age(game: Game, cell: Cell, stages: int) -> None:
    """Grows a crop by some stages, at most to ripeness."""
    ids = CROPS[base(NAMES[game.world.get(*cell)])]
    now = ids.index(game.world.get(*cell))
    game.world.set(*cell, ids[min(RIPE, now + stages)])


def till(game: Game) -> bool:
    """Tills the block under the crosshair with the hoe in hand; returns whether it could."""
    hit = target(game)
    if hit is None or hit[1][1] < 0:
        return False
    (x, y, z), _, _ = hit
    result = _TILLED.get(game.world.get(x, y, z))
    if result is None or game.world.get(x, y + 1, z) != 0:
        return False
    game.count("tilled", NAMES[game.world.get(x, y, z)])
    put(game, (x, y, z), result)
    game.inventory.wear(0, 1)
    return True


def fertilize(game: Game) -> bool:
    """Uses bone meal on the block under the crosshair; returns whether it took any."""
    hit = target(game)
    if hit is None:
        return False
    cell = hit[0]
    block = game.world.get(*cell)
    name, rule = base(NAMES[block]), RULES["bone_meal"]
    if name in CROPS and block != CROPS[name][RIPE]:
        age(game, cell, game.extras.between(*rule["crops"]))
    elif name in SAPLINGS:
        if game.extras.chance() < rule["sapling"]:
            saplings.advance(game, cell)
    elif block == _GRASS_BLOCK and game.world.get(cell[0], cell[1] + 1, cell[2]) == 0:
        _sprout(game, cell)
    else:
        return False
    game.inventory.take(0, 1)
    game.count("fertilized", name)
    return True


def _sprout(game: Game, cell: Cell) -> None:
    """Lets grass and flowers come up around a block of grass: 128 walks of up to seven steps."""
    rule, draw = RULES["bone_meal"]["grass"], game.extras.between
    for walk in range(rule["tries"]):
        x, y, z = cell[0], cell[1] + 1, cell[2]
        for _ in range(walk // 16):
            x, y, z = x + draw(-1, 1), y + draw(-1, 1) * draw(0, 2) // 2, z + draw(-1, 1)
            if not game.world.loaded(x, z) or game.world.get(x, y - 1, z) != _GRASS_BLOCK:
                break
        else:
            if game.world.get(x, y, z) == 0 and y < game.world.blocks.shape[1]:
                flower = game.extras.chance() < rule["flower"]
                name = rule["flowers"][draw(0, len(rule["flowers"]) - 1)] if flower else "grass"
                put(game, (x, y, z), ID[name])
                game.count("grown", name)


def trample(game: Game, cell: Cell, fallen: float) -> None:
    """Turns farmland that was fallen onto to dirt, by chance; what grew on it breaks."""
    if game.world.get(*cell) in FARMLAND and game.extras.chance() < fallen - RULES["trample"]:
        put(game, cell, _DIRT)
        above = (cell[0], cell[1] + 1, cell[2])
        if base(NAMES[game.world.get(*above)]) in CROPS:
            break_block(game, above, 0)
