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

from peam.sims.voxel import entities as ent
from peam.sims.voxel import physics as ph
from peam.sims.voxel.blocks import CUTOUT, HAZARD, ID, LIQUID, OPAQUE, SOLID
from peam.sims.voxel.entities import uniform
from peam.sims.voxel.glow import darkening, light
from peam.sims.voxel.physics import X, Y, Z, at
from peam.sims.voxel.spawning import HOSTILE, PASSIVE, RULES

if TYPE_CHECKING:
    from peam.sims.voxel.game import Game

_RULE: Final = RULES["overworld"]
_FAR: Final = float(_RULE["far"])
_ANIMAL_LIGHT, _NO_SKY, _GROUPS = 8, 15, 3
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
def dim(blocks: Any, tops: Any, x: int, y: int, z: int, dark: int, rng: Any) -> bool:
    """Whether a cell is dark enough for a monster: no light of lamps, and the sky's only by chance."""
    sky = light(blocks, tops, x, y, z, 0, 15)
    if sky > int(uniform(rng) * 32) or sky - dark > int(uniform(rng) * 8):
        return False
    return light(blocks, tops, x, y, z, _NO_SKY, 1) == 0


@njit(cache=True)
def pasture(blocks: Any, tops: Any, x: int, y: int, z: int) -> bool:
    """Whether a cell is on grass and light enough for an animal, by day or by night."""
    if at(blocks, x, y - 1, z) != _GRASS:
        return False
    return light(blocks, tops, x, y, z, 0, _ANIMAL_LIGHT + 1) > _ANIMAL_LIGHT


@njit(cache=True)
def fit(
    blocks: Any, tops: Any, cell: Any, p: Any, near: float, far: float, dark: int, monster: bool, rng: Any
) -> bool:
    """Whether a cell will do for a creature: how far it is, its room, ground and light."""
    x, y, z = cell
    dx, dy, dz = x + 0.5 - p[X], y - p[Y], z + 0.5 - p[Z]
    if dx * dx + dy * dy + dz * dz < near * near or dx * dx + dz * dz > far * far:
        return False
    if not roomy(blocks, x, y, z, False):
        return False
    return dim(blocks, tops, x, y, z, dark, rng) if monster else pasture(blocks, tops, x, y, z)


@njit(cache=True)
def search(
    blocks: Any,
    tops: Any,
    chunks: Any,
    times: int,
    p: Any,
    near: float,
    far: float,
    dark: int,
    monster: bool,
    rng: Any,
) -> tuple[int, int, int]:
    """Tries each chunk so many times; returns the first cell that fits, y = -1 for none."""
    for _ in range(times):
        for row in range(len(chunks)):
            x = chunks[row, 0] * 16 + int(uniform(rng) * 16)
            z = chunks[row, 1] * 16 + int(uniform(rng) * 16)
            y = int(uniform(rng) * (int(tops[x & 255, z & 255]) + 1))
            if OPAQUE[at(blocks, x, y, z)]:
                continue
            if fit(blocks, tops, (x, y, z), p, near, far, dark, monster, rng):
                return x, y, z
    return 0, -1, 0


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
    cx, cz = math.floor(game.body[ph.X]) >> 4, math.floor(game.body[ph.Z]) >> 4
    reach = range(-3, 4)
    found = [(cx + i, cz + k) for i in reach for k in reach if 16.0 * math.hypot(i, k) <= _FAR]
    return np.array(found, np.int64)


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
    times = rule["every"] if monster else 1
    dark, world = darkening(game.clock), game.world
    x, y, z = search(
        world.blocks,
        world.tops,
        _awake(game),
        times,
        game.body,
        rule["near"],
        _FAR,
        dark,
        monster,
        game.rng,
    )
    if y >= 0:
        _pack(game, rule, (x, y, z), room, monster)


def _pack(game: Game, rule: dict[str, Any], cell: tuple[int, int, int], room: int, monster: bool) -> None:
    """Puts a pack around a cell, three walks of one to four steps, as many as the cap leaves room for."""
    world, dark, name = game.world, darkening(game.clock), draw(game, rule["kinds"])
    x, y, z = cell
    placed = 0
    for _ in range(_GROUPS):
        px, pz = x, z
        for _ in range(math.ceil(game.random() * rule["pack"])):
            if placed >= min(room, rule["pack"]):
                return
            place = (px, y, pz)
            if fit(
                world.blocks,
                world.tops,
                place,
                game.body,
                rule["near"],
                _FAR,
                dark,
                monster,
                game.rng,
            ) and (name != "spider" or roomy(world.blocks, *place, True)):
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
    for chunk in [(int(i), int(k)) for i, k in _awake(game)]:
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
        if pasture(world.blocks, world.tops, x, y, z) and roomy(world.blocks, x, y, z, False):
            game.entities.creature(name, (x + 0.5, y, z + 0.5), game.random() * 360 - 180)
        x = min(16 * chunk[0] + 15, max(16 * chunk[0], x + int(game.random() * 5) - int(game.random() * 5)))
        z = min(16 * chunk[1] + 15, max(16 * chunk[1], z + int(game.random() * 5) - int(game.random() * 5)))
