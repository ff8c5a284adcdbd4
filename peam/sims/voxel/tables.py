"""The numbers of the terrain, as arrays for compiled code: from biomes.yaml and ores.yaml.

Knows nothing of how they are used.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from peam.errors import ConfigError, unknown
from peam.sims.voxel.blocks import ID, data

HEIGHT = 128
TREES = 14  # attempts a chunk: the most that a biome's `trees` may ask for
_LIMITS = ("relief", "temperature", "humidity")
_KINDS = ("oak", "birch", "spruce")


class Shape(NamedTuple):
    """The numbers of biomes.yaml's `shape`, see there."""

    sea: float
    base: float
    continent: float
    continent_scale: float
    hills: float
    hill_scale: float
    relief_scale: float
    relief_low: float
    relief_high: float
    mountain: float
    climate_scale: float
    soil: float
    bare_above: float
    snow_above: float
    tunnel: float
    tunnel_scale: float
    cavern: float
    cavern_scale: float
    opening: float
    opening_scale: float
    lava: float


class Ids(NamedTuple):
    """Ids of the blocks that terrain places by name."""

    air: int
    stone: int
    dirt: int
    grass_block: int
    sand: int
    gravel: int
    bedrock: int
    water: int
    lava: int
    clay: int
    snow_block: int
    sandstone: int
    grass: int
    dandelion: int
    poppy: int
    cactus: int
    granite: int
    diorite: int
    andesite: int


class Tables(NamedTuple):
    """Everything the kernels need, as arrays.

    Attributes:
        shape: Numbers of the land.
        ids: Block ids.
        limits: (biomes, 6) low and high of relief, temperature, humidity.
        ground: (biomes, 2) top and filler block.
        growth: (biomes, 7) trees, shares of oak, birch, spruce (summed up), grass, flowers, cactus.
        wood: (3, 2) log and leaf block of oak, birch, spruce.
        veins: (ores, 6) block, veins a chunk, size, low, high, peaked.
    """

    shape: Shape
    ids: Ids
    limits: NDArray[np.float64]
    ground: NDArray[np.uint8]
    growth: NDArray[np.float64]
    wood: NDArray[np.uint8]
    veins: NDArray[np.int64]


def _block(name: str, file: str) -> int:
    if name not in ID:
        raise ConfigError(f"{file}: {unknown('block', name, ID)}")
    return ID[name]


def _growth(row: dict[str, Any]) -> list[float]:
    if row["trees"] > TREES:
        raise ConfigError(f"biomes.yaml: {row['name']}: trees: at most {TREES}, not {row['trees']}")
    shares = np.cumsum([row["kinds"].get(kind, 0.0) for kind in _KINDS])
    return [row["trees"] / TREES, *shares, row["grass"], row["flowers"], row["cactus"]]


def _veins() -> NDArray[np.int64]:
    return np.array(
        [
            [
                _block(row["block"], "ores.yaml"),
                row["veins"],
                row["size"],
                *row["y"],
                row.get("peaked", False),
            ]
            for row in data("ores.yaml")["ores"]
        ],
        np.int64,
    )


@cache
def tables() -> Tables:
    """Reads biomes.yaml and ores.yaml once. Raises ConfigError where a name is unknown."""
    file = data("biomes.yaml")
    biomes = file["biomes"]
    limits = [[end for key in _LIMITS for end in row.get(key, (-9.0, 9.0))] for row in biomes]
    return Tables(
        shape=Shape(**{key: float(value) for key, value in file["shape"].items()}),
        ids=Ids(*(ID[name] for name in Ids._fields)),
        limits=np.array(limits, np.float64),
        ground=np.array(
            [[_block(row[k], "biomes.yaml") for k in ("top", "filler")] for row in biomes], np.uint8
        ),
        growth=np.array([_growth(row) for row in biomes], np.float64),
        wood=np.array([[ID[f"{kind}_log"], ID[f"{kind}_leaves"]] for kind in _KINDS], np.uint8),
        veins=_veins(),
    )
