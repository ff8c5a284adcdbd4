"""Maps of the overworld: its biomes and heights over an area, without making its chunks."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.sims.voxel.blocks import data
from peam.sims.voxel.overworld.lie import LEVEL, biome_at, blend, survey
from peam.sims.voxel.overworld.numbers import BIOMES, Numbers, numbers


@njit(cache=True, nogil=True)
def _survey(
    seed: int, x0: int, z0: int, size: int, step: int, n: Numbers
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    biomes, heights = np.empty((size, size), np.uint8), np.empty((size, size), np.uint8)
    for i in range(size):
        for k in range(size):
            x, z = x0 + i * step, z0 + k * step
            grid = survey(seed, x & ~3, z & ~3, 2, n)
            biomes[i, k] = biome_at(seed, x, z, grid, x & 3, z & 3, n)
            heights[i, k] = int(blend(grid, x & 3, z & 3, LEVEL))
    return biomes, heights


def chart(
    seed: int, x: int = -1000, z: int = -1000, size: int = 500, step: int = 4
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Returns (biome, height) of every `step`-th column from (x, z), (size, size) each, indexed [x, z].

    Biomes are rows of `BIOMES`; heights are the ground's, before caves and lakes.
    """
    return _survey(seed, x, z, size, step, numbers())


def picture(biomes: NDArray[np.uint8], heights: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Returns a map as a picture, (z, x, 3) uint8, north up: biomes, slopes shaded, depths darkened."""
    rows = data("overworld.yaml")["biomes"]
    colours = np.array([rows[name]["colour"] for name in BIOMES], np.float64)
    level = heights.astype(np.float64)
    slope = np.zeros_like(level)
    slope[1:] = np.clip((level[1:] - level[:-1]) * 0.05, -0.25, 0.25)
    light = 1.0 + slope + np.clip((level - 72.0) / 160.0, -0.25, 0.3)
    shaded = np.clip(colours[biomes] * light[..., None], 0, 255)
    return np.ascontiguousarray(shaded.astype(np.uint8).transpose(1, 0, 2))
