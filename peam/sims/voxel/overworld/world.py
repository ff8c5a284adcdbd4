"""The overworld as a `World`: its chunks, and where a newcomer starts."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.errors import SimError
from peam.sims.voxel.blocks import ID, data
from peam.sims.voxel.overworld.chunks import generate, lake
from peam.sims.voxel.overworld.lie import column, survey
from peam.sims.voxel.overworld.numbers import BIOMES, FALLS, numbers
from peam.sims.voxel.overworld.trees import count_oaks
from peam.sims.voxel.world import Cell, World

_ROWS: Final = data("overworld.yaml")["biomes"]
_CLIMATES: Final = [(row["id"], row["temperature"], row["rainfall"]) for row in _ROWS.values()]
# Where a newcomer may start: temperate and green, as the game's spawn search asks for.
_MILD: Final = np.array([name in ("plains", "forest", "birch_forest", "taiga") for name in BIOMES])
_HIGH: Final = 88
_OAKS: Final = 4  # in the 3 x 3 chunks around the start
_RANGE: Final = 128  # chunks from the origin
_NUMBERS: Final = numbers()  # baked into what is compiled here: handing them over takes 6 microseconds


@njit(cache=True, nogil=True)
def _load(blocks: NDArray[np.uint8], seed: int, cx: int, cz: int) -> None:
    """Generates a chunk into its place in the window."""
    x, z = (cx & 15) * 16, (cz & 15) * 16
    generate(blocks[x : x + 16, :, z : z + 16], seed, cx, cz, _NUMBERS)


@njit(cache=True, nogil=True)
def _biome(seed: int, x: int, z: int) -> int:
    """Returns the biome of a column."""
    return column(seed, x, z, _NUMBERS)[1]


@njit(cache=True, nogil=True)
def _mild(seed: int, cx: int, cz: int) -> bool:
    """Returns whether a chunk's middle is green, dry and not too high, with oaks around."""
    n = _NUMBERS
    height, biome = column(seed, cx * 16 + 8, cz * 16 + 8, n)
    if not _MILD[biome] or not n.land.sea < height < _HIGH or lake(seed, cx, cz, n) > 0:
        return False
    oaks = 0
    for dx in range(-1, 2):
        for dz in range(-1, 2):
            hx, hz = cx + dx, cz + dz
            if lake(seed, hx, hz, n) == 0:
                oaks += count_oaks(seed, hx, hz, survey(seed, hx * 16 - 4, hz * 16 - 4, 7, n), n)
    return oaks >= _OAKS


@njit(cache=True, nogil=True)
def _next(seed: int, place: int) -> tuple[int, int, int]:
    """Returns (place, chunk x, chunk z) of the first fit chunk from `place` on, along rings about the origin.

    The place counts chunks ring by ring; it is -1 where none is fit.
    """
    count = 0
    for radius in range(_RANGE):
        for cx in range(-radius, radius + 1):
            step = 1 if abs(cx) == radius else 2 * radius
            for cz in range(-radius, radius + 1, max(1, step)):
                if count >= place and _mild(seed, cx, cz):
                    return count, cx, cz
                count += 1
    return -1, 0, 0


class Overworld(World):
    """An infinite overworld made from a seed, of which 256 x 128 x 256 blocks are in memory."""

    kind = "overworld"

    def _generate(self, cx: int, cz: int) -> None:
        _load(self.blocks, self.seed, cx, cz)

    def biome(self, x: int, z: int) -> str:
        """Returns the name of a column's biome, loaded or not."""
        return BIOMES[_biome(self.seed, x, z)]

    def climate(self, x: int, z: int) -> tuple[int, float, float]:
        """Returns (biome id as MineDojo numbers them, temperature, rainfall) of a column."""
        return _CLIMATES[_biome(self.seed, x, z)]

    def falls(self, x: int, z: int) -> str:
        """Returns what falls on a column when it rains: rain, snow or nothing."""
        return FALLS[_NUMBERS.falls[_biome(self.seed, x, z)]]

    def spawn(self) -> Cell:
        """Returns the cell for the feet of a newcomer: on grass, under open sky, oaks within sight.

        A pure function of the seed, up to edits. Loads the chunks around it.
        """
        place = 0
        while True:
            place, cx, cz = _next(self.seed, place)
            if place < 0:
                raise SimError(f"seed {self.seed}: no green land with oaks within {16 * _RANGE} blocks")
            cell = self._clearing(cx * 16 + 8, cz * 16 + 8)
            if cell is not None:
                return cell
            place += 1

    def _clearing(self, x: int, z: int) -> Cell | None:
        """Returns a fit cell of the chunk around (x, z), the nearest first."""
        self._want((x >> 4, z >> 4))
        spots = sorted((dx * dx + dz * dz, dx, dz) for dx in range(-7, 7) for dz in range(-7, 7))
        for _, dx, dz in spots:
            y = self.surface(x + dx, z + dz)
            if self.get(x + dx, y, z + dz) == ID["grass_block"] and self._roomy(x + dx, y + 1, z + dz):
                self.ensure(x, z)
                return (x + dx, y + 1, z + dz)
        return None
