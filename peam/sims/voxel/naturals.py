"""Where the overworld's creatures come from: herds with the land, monsters in the dark, animals on lit grass.

Minecraft Wiki "Spawn", Java 1.19; numbers: `data/voxel/spawning.yaml`. Each tick every chunk that is awake
has one try at a random height of a random column; tries are made some ticks at a time, and the first that
fits brings a pack. Knows nothing of what creatures do.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.base import Cell
from peam.sims.voxel import entities as ent
from peam.sims.voxel import physics as ph
from peam.sims.voxel import weather
from peam.sims.voxel.blocks import CUTOUT, HAZARD, ID, LIQUID, OPAQUE, SOLID
from peam.sims.voxel.entities import uniform
from peam.sims.voxel.physics import X, Y, Z, at
from peam.sims.voxel.spawning import HOSTILE, PASSIVE, RULES

if TYPE_CHECKING:
    from peam.sims.voxel.game import Game

_RULE: Final = RULES["overworld"]
_FAR: Final = float(_RULE["far"])
_AROUND: Final[NDArray[np.int64]] = np.array(
    [(i, k) for i in range(-3, 4) for k in range(-3, 4) if 16.0 * math.hypot(i, k) <= _FAR]
)
_GROUPS = 3
_GRASS, _BEDROCK = ID["grass_block"], ID["bedrock"]


@njit(cache=True)
def roomy(blocks: Any, x: int, y: int, z: int, wide: bool) -> bool:
    """Whether a body of two blocks, or a wide one of one block, can stand in a cell, dry and unhurt."""
    below, feet, head = at(blocks, x, y - 1, z), at(blocks, x, y, z), at(blocks, x, y + 1, z)
    if not SOLID[below] or CUTOUT[below] or HAZARD[below] or below == _BEDROCK:
        return False
    if SOLID[feet] or LIQUID[feet] or HAZARD[feet] or LIQUID[head]:
        return False
    if not wide:
        return not SOLID[head]
    for dx in range(-1, 2):
        for dz in range(-1, 2):
            if SOLID[at(blocks, x + dx, y, z + dz)]:
                return False
    return True


@njit(cache=True)
def stands(blocks: Any, cell: Any, p: Any, near: float, far: float, monster: bool) -> bool:
    """Whether a cell will do for a creature but for its light: how far it is, its room and ground."""
    x, y, z = cell
    dx, dy, dz = x + 0.5 - p[X], y - p[Y], z + 0.5 - p[Z]
    if dx * dx + dy * dy + dz * dz < near * near or dx * dx + dz * dz > far * far:
        return False
    return roomy(blocks, x, y, z, False) and (monster or at(blocks, x, y - 1, z) == _GRASS)


@njit(cache=True)
def search(
    blocks: Any, tops: Any, chunks: Any, times: int, p: Any, near: float, far: float, monster: bool, rng: Any
) -> Any:
    """Tries each chunk so many times; returns the cells on which a creature could stand, (n, 3)."""
    found = np.empty((times * len(chunks), 3), np.int64)
    number = 0
    for _ in range(times):
        for row in range(len(chunks)):
            x = chunks[row, 0] * 16 + int(uniform(rng) * 16)
            z = chunks[row, 1] * 16 + int(uniform(rng) * 16)
            y = int(uniform(rng) * (int(tops[x & 255, z & 255]) + 1))
            if not OPAQUE[at(blocks, x, y, z)] and stands(blocks, (x, y, z), p, near, far, monster):
                found[number, 0], found[number, 1], found[number, 2] = x, y, z
                number += 1
    return found[:number]


def shone(game: Game, cell: Cell, monster: bool) -> bool:
    """Whether the light in a cell is right: dark enough for a monster, bright enough for an animal."""
    return weather.dark(game, *cell) if monster else weather.bright(game, *cell)


def populate(game: Game) -> None:
    """Gives the land around the agent its first animals."""
    _herds(game)


def tick(game: Game) -> None:
    """Brings herds with new land, and creatures up to the caps."""
    _herds(game)
    if game.ticks % _RULE["monsters"]["every"] == 0 and not (game.peaceful or game.difficulty == "peaceful"):
        _spawn(game, _RULE["monsters"], HOSTILE, monster=True)
    if game.ticks % _RULE["animals"]["every"] == 0:
        _spawn(game, _RULE["animals"], PASSIVE, monster=False)


def _awake(game: Game) -> NDArray[np.int64]:
    """Returns the chunks that are awake, by the distance of their middles to that of the agent's, (n, 2)."""
    here = math.floor(game.body[ph.X]) >> 4, math.floor(game.body[ph.Z]) >> 4
    return _AROUND + np.array(here)


def _number(game: Game, kinds: list[int]) -> int:
    """Counts the creatures of these kinds that are awake."""
    table = game.entities.table[: game.entities.rows]
    far = np.hypot(table[:, ph.X] - game.body[ph.X], table[:, ph.Z] - game.body[ph.Z])
    return int((np.isin(table[:, ent.KIND], kinds) & (far <= _FAR)).sum())


def draw(game: Game, kinds: dict[str, int]) -> str:
    """Draws a name by weight."""
    left = game.random() * sum(kinds.values())
    for name, weight in kinds.items():
        left -= weight
        if left < 0:
            return name
    return name


def _spawn(game: Game, rule: dict[str, Any], kinds: list[int], monster: bool) -> None:
    room = rule["cap"] - _number(game, kinds)
    if room <= 0:
        return
    times, world = rule["every"] if monster else 1, game.world
    cells = search(
        world.blocks, world.tops, _awake(game), times, game.body, rule["near"], _FAR, monster, game.rng
    )
    for x, y, z in cells.tolist():
        if shone(game, (x, y, z), monster):
            _pack(game, rule, (x, y, z), room, monster)
            return


def _pack(game: Game, rule: dict[str, Any], cell: Cell, room: int, monster: bool) -> None:
    """Puts a pack around a cell, three walks of one to four steps, as many as the cap leaves room for."""
    blocks, name = game.world.blocks, draw(game, rule["kinds"])
    x, y, z = cell
    placed = 0
    for _ in range(_GROUPS):
        px, pz = x, z
        for _ in range(math.ceil(game.random() * rule["pack"])):
            if placed >= min(room, rule["pack"]):
                return
            place = (px, y, pz)
            if (
                stands(blocks, place, game.body, rule["near"], _FAR, monster)
                and shone(game, place, monster)
                and (name != "spider" or roomy(blocks, *place, True))
            ):
                game.entities.creature(name, (px + 0.5, y, pz + 0.5), game.random() * 360 - 180)
                placed += 1
            px += int(game.random() * rule["spread"]) - int(game.random() * rule["spread"])
            pz += int(game.random() * rule["spread"]) - int(game.random() * rule["spread"])


def _herds(game: Game) -> None:
    """Gives each chunk that comes awake for the first time its herd, by chance."""
    here = (math.floor(game.body[ph.X]) >> 4, math.floor(game.body[ph.Z]) >> 4)
    if here == game.chunk:
        return
    game.chunk = here
    rule = _RULE["animals"]
    for chunk in map(tuple, _awake(game).tolist()):
        if chunk not in game.herded:
            game.herded.add(chunk)
            while game.random() < rule["herd"]:
                _herd(game, chunk, rule)


def _herd(game: Game, chunk: tuple[int, int], rule: dict[str, Any]) -> None:
    name, world = draw(game, rule["kinds"]), game.world
    x, z = 16 * chunk[0] + int(game.random() * 16), 16 * chunk[1] + int(game.random() * 16)
    for _ in range(rule["pack"]):
        y = int(world.tops[x & 255, z & 255])
        while y > 1 and not SOLID[world.get(x, y - 1, z)]:
            y -= 1
        grass = world.get(x, y - 1, z) == _GRASS
        if grass and roomy(world.blocks, x, y, z, False) and weather.bright(game, x, y, z):
            game.entities.creature(name, (x + 0.5, y, z + 0.5), game.random() * 360 - 180)
        x = min(16 * chunk[0] + 15, max(16 * chunk[0], x + int(game.random() * 5) - int(game.random() * 5)))
        z = min(16 * chunk[1] + 15, max(16 * chunk[1], z + int(game.random() * 5) - int(game.random() * 5)))
