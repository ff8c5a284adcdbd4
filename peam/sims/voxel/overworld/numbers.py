"""The numbers of the overworld, as arrays for compiled code: from overworld.yaml.

Knows nothing of how they are used.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from peam.errors import ConfigError, unknown
from peam.sims.voxel.blocks import ID, data

HEIGHT: Final = 128
TREES: Final = 16  # attempts a chunk: the most that a biome's `trees` may ask for
PLANTS: Final = 8
KINDS: Final = ("oak", "birch", "spruce", "acacia", "swamp_oak")
OAK, BIRCH, SPRUCE, ACACIA, SWAMP_OAK = range(5)
FALLS: Final = ("nothing", "rain", "snow")
BIOMES: Final[tuple[str, ...]] = tuple(data("overworld.yaml")["biomes"])
OCEAN, DEEP_OCEAN, RIVER, BEACH, MOUNTAINS, SWAMP = (
    BIOMES.index(name) for name in ("ocean", "deep_ocean", "river", "beach", "mountains", "swamp")
)


class Climate(NamedTuple):
    """overworld.yaml's `climate`, see there; wavelengths in blocks."""

    temperature: float
    humidity: float
    continentalness: float
    erosion: float
    weirdness: float
    fuzz: float


class Land(NamedTuple):
    """overworld.yaml's `land`, see there."""

    sea: int
    deep: float
    ocean: float
    coast: float
    mountain: float
    bare: float
    snow_above: float
    steep: float
    deepslate: int
    lava: int


class Caves(NamedTuple):
    """overworld.yaml's `caves`, see there."""

    tunnel: float
    tunnel_scale: float
    cheese: float
    cheese_scale: float
    opening: float
    opening_scale: float
    pool: float
    pool_scale: float
    low_pool: int
    high_pool: int
    water_lake: float
    lava_lake: float


class Ids(NamedTuple):
    """Ids of the blocks that the generator places by name."""

    air: int
    stone: int
    deepslate: int
    dirt: int
    grass_block: int
    sand: int
    sandstone: int
    gravel: int
    bedrock: int
    water: int
    lava: int
    clay: int
    ice: int
    snow_block: int
    granite: int
    diorite: int
    andesite: int
    tuff: int
    grass: int
    tall_grass: int
    large_fern: int
    dead_bush: int
    cactus: int
    sugar_cane: int
    lily_pad: int
    pumpkin: int
    vine: int


class Numbers(NamedTuple):
    """Everything the kernels need.

    Attributes:
        climate: Wavelengths of the climate's noises.
        land: Shape of the land.
        caves: Caves and lakes.
        ids: Block ids.
        cold: (4,) where the bands of temperature part.
        wet: (4,) where the bands of humidity part.
        inland: (5, 5) biome by temperature and humidity.
        ground: (biomes, 2) top and filler block.
        falls: (biomes,) index into `FALLS`.
        growth: (biomes, 8) chance of a tree attempt, summed shares of `KINDS`, cactus, cane (of 1).
        damp: (biomes, 2) chance of a lily pad, whether pumpkins grow.
        plants: (biomes, PLANTS) block.
        chances: (biomes, PLANTS) summed chance.
        wood: (kinds, 2) log and leaf block.
        veins: (ores, 4) block, its form in deepslate, whole tries, the biome it keeps to (-1: all).
        spans: (ores, 6) chance of one more try, size, low, high, peaked, buried.
        fatness: (ores, 20) how fat a vein's balls may be, 1 at its ends .. 2 in the middle.
        most_trees: The greatest chance of a tree attempt.
        pumpkin_chunk: Chance of a chunk's patch.
    """

    climate: Climate
    land: Land
    caves: Caves
    ids: Ids
    cold: NDArray[np.float64]
    wet: NDArray[np.float64]
    inland: NDArray[np.int64]
    ground: NDArray[np.uint8]
    falls: NDArray[np.int64]
    growth: NDArray[np.float64]
    damp: NDArray[np.float64]
    plants: NDArray[np.uint8]
    chances: NDArray[np.float64]
    wood: NDArray[np.uint8]
    veins: NDArray[np.int64]
    spans: NDArray[np.float64]
    fatness: NDArray[np.float64]
    most_trees: float
    pumpkin_chunk: float


def _named(kind: str, name: str, known: Any) -> int:
    if name not in known:
        raise ConfigError(f"overworld.yaml: {unknown(kind, name, known)}")
    return int(known[name] if isinstance(known, dict) else list(known).index(name))


def _growth(name: str, row: dict[str, Any]) -> list[float]:
    if row.get("trees", 0.0) > TREES:
        raise ConfigError(f"overworld.yaml: {name}: trees: at most {TREES}, not {row['trees']}")
    for kind in row.get("kinds", {}):
        _named("kind of tree", kind, KINDS)
    shares = np.cumsum([row.get("kinds", {}).get(kind, 0.0) for kind in KINDS])
    return [row.get("trees", 0.0) / TREES, *shares, row.get("cactus", 0.0), row.get("cane", 0.0)]


def _plants(row: dict[str, Any]) -> tuple[list[int], list[float]]:
    plants = row.get("plants", {})
    if len(plants) > PLANTS:
        raise ConfigError(f"overworld.yaml: at most {PLANTS} plants a biome, not {len(plants)}")
    rest = PLANTS - len(plants)
    sums = np.cumsum([*plants.values(), *[0.0] * rest]).tolist()
    return [_named("block", name, ID) for name in plants] + [0] * rest, sums


def _veins(rows: list[dict[str, Any]]) -> tuple[list[list[int]], list[list[float]]]:
    veins, spans = [], []
    for row in rows:
        block = row["block"]
        deep = f"deepslate_{block}" if block.endswith("_ore") else block
        only = _named("biome", row["only"], BIOMES) if "only" in row else -1
        whole = math.floor(row["tries"])
        veins.append([_named("block", block, ID), _named("block", deep, ID), whole, only])
        low, high = row["y"]
        shape = [float(row.get("peaked", False)), row.get("buried", 0.0)]
        spans.append([row["tries"] - whole, row["size"], low, high, *shape])
    return veins, spans


def _fatness(size: int) -> NDArray[np.float64]:
    """Returns the fatness of a vein's 4 + size/4 balls, padded with zeros."""
    number = 4 + size // 4
    if number > 20:
        raise ConfigError(f"overworld.yaml: ores: size: at most 64, not {size}")
    out = np.zeros(20)
    out[:number] = np.cos(0.5 * np.pi * np.linspace(-1.0, 1.0, number)) + 1.0
    return out


@cache
def numbers() -> Numbers:
    """Reads overworld.yaml once. Raises ConfigError where a name is unknown."""
    file = data("overworld.yaml")
    climate, land, caves = file["climate"], file["land"], file["caves"]
    rows = file["biomes"]
    plants = [_plants(row) for row in rows.values()]
    veins, spans = _veins(file["ores"])
    low_pool, high_pool = caves["pool_levels"]
    waves = {name: climate["scale"] * climate[name] for name in Climate._fields[:-1]}
    woods = [("oak" if kind == "swamp_oak" else kind) for kind in KINDS]
    return Numbers(
        climate=Climate(**waves, fuzz=climate["fuzz"]),
        land=Land(**land),
        caves=Caves(
            **{key: caves[key] for key in caves if key != "pool_levels"},
            low_pool=low_pool,
            high_pool=high_pool,
        ),
        ids=Ids(*(ID[name] for name in Ids._fields)),
        cold=np.array(climate["cold"], np.float64),
        wet=np.array(climate["wet"], np.float64),
        inland=np.array([[_named("biome", n, BIOMES) for n in row] for row in file["inland"]], np.int64),
        ground=np.array(
            [[_named("block", row[k], ID) for k in ("top", "filler")] for row in rows.values()], np.uint8
        ),
        falls=np.array([_named("precipitation", row["falls"], FALLS) for row in rows.values()], np.int64),
        growth=np.array([_growth(name, row) for name, row in rows.items()], np.float64),
        damp=np.array(
            [[row.get("lily", 0.0), row.get("pumpkins", False)] for row in rows.values()], np.float64
        ),
        plants=np.array([row[0] for row in plants], np.uint8),
        chances=np.array([row[1] for row in plants], np.float64),
        wood=np.array([[ID[f"{wood}_log"], ID[f"{wood}_leaves"]] for wood in woods], np.uint8),
        veins=np.array(veins, np.int64),
        spans=np.array(spans, np.float64),
        fatness=np.array([_fatness(row["size"]) for row in file["ores"]], np.float64),
        most_trees=max(row.get("trees", 0.0) for row in rows.values()) / TREES,
        pumpkin_chunk=float(file["pumpkin_chunk"]),
    )
