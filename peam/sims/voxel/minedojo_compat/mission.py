"""What a mission starts from, and the start itself: a game of the embedded world set up as Malmo would.

A mission is MineDojo's choice of world, place, inventory, time and observations; the stand-in reads it from
the mission XML, `make` fills it in directly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from peam.errors import SimError, unknown
from peam.sims.voxel import physics as ph
from peam.sims.voxel import spawning
from peam.sims.voxel.blocks import data as voxel_data
from peam.sims.voxel.game import DAY, Game
from peam.sims.voxel.items import ITEM_ID, SLOTS
from peam.sims.voxel.land import column
from peam.sims.voxel.minedojo_compat.names import modern_name
from peam.sims.voxel.minedojo_compat.tables import BIOMES
from peam.sims.voxel.tables import tables
from peam.sims.voxel.world import World

Span = tuple[int, int]
MOST_PIXELS = 2048  # a side of the picture
SEARCH, STRIDE = 4096, 32  # metres: how far a biome is looked for, and in what steps
_BIOME_NAMES: Final = [row["name"] for row in voxel_data("biomes.yaml")["biomes"]]
_BIOME_IDS: Final = {name: row[0] for name, row in voxel_data("climate.yaml").items()}


@dataclass(frozen=True, slots=True)
class Stack:
    """One stack of the start inventory, in names of 1.11.2."""

    slot: int
    name: str
    variant: int = 0
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Mission:
    """One mission.

    Attributes:
        image: (height, width) of the picture.
        seed: Of the world.
        inventory: Stacks at the start.
        position: x, y, z, yaw, pitch at the start; None for the world's own spawn.
        life: Health at the start.
        food: Hunger bar at the start.
        time: Tick of the day at the start; None for the world's own.
        time_passes: Whether the clock runs.
        mobs_spawn: Whether creatures come by themselves.
        biome: MineDojo's number of the biome to start in; None for any.
        grid: Spans of x, y, z for "voxels"; None without.
        rays: (pitch, yaw, metres) of each ray of "rays", radians relative to the look; None without.
    """

    image: tuple[int, int]
    seed: int
    inventory: tuple[Stack, ...] = ()
    position: tuple[float, float, float, float, float] | None = None
    life: float = 20.0
    food: int = 20
    time: int | None = None
    time_passes: bool = True
    mobs_spawn: bool = True
    biome: int | None = None
    grid: tuple[Span, Span, Span] | None = None
    rays: tuple[tuple[float, float, float], ...] | None = None


def world_seed(text: str) -> int:
    """Returns the seed for what a user typed: a number as it is, other text by Java's hash, as the game does.

    Raises:
        SimError: If the number is not one that the embedded world takes.
    """
    if text.lstrip("-").isdigit():
        number = int(text)
        return number if number >= 0 else number & (2**62 - 1)
    value = 0
    for letter in text:
        value = (31 * value + ord(letter)) & 0xFFFFFFFF
    return value


def biome_name(number: int) -> str:
    """Returns MineDojo's name of a biome's number."""
    return next((name for name, known in BIOMES.items() if known == number), str(number))


def known_biome(name: str) -> int:
    """Returns the number of a biome that the embedded world has.

    Raises:
        SimError: If MineDojo or the embedded world has no such biome.
    """
    if name not in BIOMES:
        raise SimError(unknown("biome", name, BIOMES))
    if BIOMES[name] not in _BIOME_IDS.values():
        here = [biome_name(number) for number in _BIOME_IDS.values()]
        raise SimError(
            f"specified_biome: the embedded world has no '{name}'; it has {', '.join(sorted(here))}"
        )
    return BIOMES[name]


def start(mission: Mission) -> Game:
    """Makes the game of a mission. Raises SimError where the embedded world cannot offer what it asks for."""
    if not all(1 <= side <= MOST_PIXELS for side in mission.image):
        raise SimError(f"image_size: {mission.image} is not two numbers in 1..{MOST_PIXELS}")
    if not 0 < mission.life <= 20 or not 0 <= mission.food <= 20:
        raise SimError(f"start_health {mission.life}, start_food {mission.food}: not within 20")
    game = Game(mission.seed, "normal")
    if mission.biome is not None:
        move_to(game, *_place_in(game.world, mission.biome))
    if mission.position is not None:
        x, y, z, yaw, pitch = mission.position
        game.body[: ph.Z + 1] = x, y, z
        game.body[ph.YAW], game.body[ph.PITCH] = (yaw + 180.0) % 360.0 - 180.0, pitch
        game.world.ensure(x, z)
    game.vitals.life, game.vitals.food = float(mission.life), int(mission.food)
    if mission.time is not None:
        game.clock = mission.time % DAY
    for stack in mission.inventory:
        put(game, stack)
    if mission.mobs_spawn:
        spawning.populate(game)
    return game


def put(game: Game, stack: Stack) -> None:
    """Sets one slot; "air" empties it.

    Raises:
        SimError: If the embedded world has no such item.
    """
    inventory = game.inventory
    item = "air" if stack.name == "air" else modern_name(stack.name, stack.variant)
    if item is None:
        raise SimError(f"inventory: the embedded world has no '{stack.name}'")
    if not 1 <= stack.quantity <= 64 or not 0 <= stack.slot < SLOTS:
        raise SimError(f"inventory: {stack.quantity} in slot {stack.slot}: 1..64 fit in slots 0..{SLOTS - 1}")
    inventory.version += 1
    inventory.items[stack.slot] = ITEM_ID[item]
    inventory.counts[stack.slot] = stack.quantity if ITEM_ID[item] else 0
    inventory.worn[stack.slot] = 0


def move_to(game: Game, x: int, z: int) -> None:
    """Sets the agent on top of a column."""
    game.world.ensure(x, z)
    y = game.world.surface(x, z) + 1
    game.body[: ph.Z + 1] = x + 0.5, y, z + 0.5
    game.body[ph.VX : ph.VZ + 1] = 0.0
    game.body[ph.FALL] = 0.0


def _place_in(world: World, biome: int) -> tuple[int, int]:
    """Returns the dry column of a biome nearest to the origin, in rings of `STRIDE`.

    Raises:
        SimError: If there is none within `SEARCH` metres.
    """
    wanted = [row for row, name in enumerate(_BIOME_NAMES) if _BIOME_IDS.get(name) == biome]
    sea = tables().shape.sea
    for ring in range(SEARCH // STRIDE):
        for x, z in _ring(ring):
            height, row = column(world.seed, x, z, tables())
            if row in wanted and height > sea and _solid(world, x, z):
                return x, z
    raise SimError(
        f"specified_biome: no dry '{biome_name(biome)}' within {SEARCH} metres of seed {world.seed}'s origin"
    )


def _solid(world: World, x: int, z: int) -> bool:
    """Whether the ground of a column is dug by no cave and carries no tree."""
    world.ensure(x, z)
    height = column(world.seed, x, z, tables())[0]
    return world.surface(x, z) == height


def _ring(ring: int) -> list[tuple[int, int]]:
    span = range(-ring, ring + 1)
    cells = [(i, k) for i in span for k in span if max(abs(i), abs(k)) == ring]
    return [(8 + STRIDE * i, 8 + STRIDE * k) for i, k in sorted(cells, key=lambda c: math.hypot(*c))]
