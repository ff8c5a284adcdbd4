"""The world: a toroidal window of blocks over an infinite terrain that is generated as the agent walks.

`World.blocks[x & 255, y, z & 255]` holds the loaded chunks. Chunks leave the window when others need their
place; the edits made by `set` are kept, and laid over the regenerated chunk when it comes back. A snapshot is
therefore the seed and the edits. Knows nothing of agents, creatures or pictures.
"""

from __future__ import annotations

import sys
from copy import copy
from math import floor
from typing import Any, Final
from weakref import proxy

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peam.errors import SimError
from peam.sims.voxel import windows
from peam.sims.voxel.blocks import ID, NAMES, SOLID, data
from peam.sims.voxel.columns import SIZE, Columns, new_columns, read_chunk, write
from peam.sims.voxel.edits import Cell as Cell
from peam.sims.voxel.edits import Chunk, Edits
from peam.sims.voxel.land import column
from peam.sims.voxel.light import Light
from peam.sims.voxel.tables import HEIGHT, TREES, Tables, tables
from peam.sims.voxel.terrain import generate
from peam.sims.voxel.trees import tree

_CHUNKS = SIZE // 16
_NONE = -(2**62)
_CLIMATE: Final = data("climate.yaml")
_BIOMES: Final = [row["name"] for row in data("biomes.yaml")["biomes"]]
_SPOTS = sorted((dx * dx + dz * dz, dx, dz) for dx in range(-8, 8) for dz in range(-8, 8))  # nearest first


@njit(cache=True, nogil=True)
def _load(blocks: NDArray[np.uint8], seed: int, cx: int, cz: int, t: Tables) -> None:
    """Generates a chunk into its place in the window."""
    x, z = (cx & (_CHUNKS - 1)) * 16, (cz & (_CHUNKS - 1)) * 16
    chunk = np.empty((16, HEIGHT, 16), np.uint8)  # apart from the window: it fits the processor's first cache
    generate(chunk, seed, cx, cz, t)
    blocks[x : x + 16, :, z : z + 16] = chunk


@njit(cache=True, nogil=True)
def _oaks(seed: int, cx: int, cz: int, t: Tables) -> int:
    """Returns how many oaks stand in the 3x3 chunks around a chunk."""
    count = 0
    for dx in range(-1, 2):
        for dz in range(-1, 2):
            for i in range(TREES):
                spot = tree(seed, cx + dx, cz + dz, i, t)
                count += spot[4] > 0 and spot[3] == 0
    return count


class World:
    """An infinite world made from a seed, of which 256 x 128 x 256 blocks are in memory.

    Attributes:
        seed: What the terrain is made from, 0 .. 2**63 - 1.
        blocks: (256, 128, 256) uint8 ids, indexed [x & 255, y, z & 255]. Write with `set` only: it keeps
            `tops` and `filled`, and remembers the edit.
        tops: (256, 256) uint8, 1 + the y of the highest block that is not air in a column, 0 if none.
        filled: (256, 256, 2) uint64, which cells of a column are not air: y is bit y % 64 of word y // 64.
    """

    kind = "classic"

    def __init__(self, seed: int) -> None:
        self.seed = _checked(seed)
        self.blocks: NDArray[np.uint8] = windows.take()
        self.tops, self.filled = new_columns()
        self._tables = tables()
        self._edits = Edits()
        self._forget()

    def __del__(self) -> None:
        if sys.is_finalizing():  # modules are gone
            return
        vars(self).pop("_light", None)  # which has the blocks, too
        windows.give(vars(self), "blocks")

    def _forget(self) -> None:
        self._slots: dict[Chunk, Chunk] = {}  # place in the window -> the chunk that is there
        self._near = (_NONE, _NONE, -1)
        self._light: Light | None = None  # made when first asked for

    def ensure(self, x: float, z: float, radius: int = 48) -> None:
        """Loads every chunk within `radius` metres of a column, whatever its place in its own chunk.

        Costs next to nothing while the chunk under (x, z) stays the same. `radius` is at most 112: more would
        not fit the window.
        """
        near = (floor(x) >> 4, floor(z) >> 4, radius)
        if near == self._near:
            return
        if not 0 <= radius <= 112:
            raise SimError(f"ensure: radius {radius} is not in 0..112")
        cx, cz, reach = near[0], near[1], (radius + 15) // 16
        for dx in range(-reach, reach + 1):
            for dz in range(-reach, reach + 1):
                self._want((cx + dx, cz + dz))
        self._near = near

    def _want(self, chunk: Chunk) -> None:
        slot = (chunk[0] & (_CHUNKS - 1), chunk[1] & (_CHUNKS - 1))
        if self._slots.get(slot) == chunk:
            return
        self._generate(*chunk)
        read_chunk(self.blocks, self.tops, self.filled, *chunk)
        self._slots[slot] = chunk
        if self._light:
            self._light.forget(slot)
        for x, y, z, _, block in self._edits.cells(chunk):
            self._write(x, y, z, block)

    def _generate(self, cx: int, cz: int) -> None:
        """Makes a chunk in its place in the window."""
        _load(self.blocks, self.seed, cx, cz, self._tables)

    def _write(self, x: int, y: int, z: int, block: int) -> None:
        self.blocks[x & 255, y, z & 255] = block
        write(self.tops, self.filled, x & 255, y, z & 255, block)

    @property
    def columns(self) -> Columns:
        """What the columns hold, (tops, filled): the renderer's `columns` argument."""
        return self.tops, self.filled

    def loaded(self, x: int, z: int) -> bool:
        """Returns whether a column is in the window now."""
        chunk = (x >> 4, z >> 4)
        return self._slots.get((chunk[0] & (_CHUNKS - 1), chunk[1] & (_CHUNKS - 1))) == chunk

    def get(self, x: int, y: int, z: int) -> int:
        """Returns a loaded cell's block id; air above the world, bedrock below it."""
        if y < 0:
            return ID["bedrock"]
        return 0 if y >= HEIGHT else int(self.blocks[x & 255, y, z & 255])

    def set(self, x: int, y: int, z: int, block: int) -> None:
        """Writes one loaded cell. Raises SimError outside the world or the window, or on a foreign id."""
        if not 0 <= y < HEIGHT:
            raise SimError(f"set: y {y} is not in 0..{HEIGHT - 1}")
        if not 0 <= block < len(NAMES):
            raise SimError(f"set: block id {block} is not in 0..{len(NAMES) - 1}")
        if not self.loaded(x, z):
            raise SimError(f"set: column ({x}, {z}) is not loaded")
        self._edits.put(x, y, z, int(self.blocks[x & 255, y, z & 255]), block)
        if self._light:
            self._light.before(x, z)
        self._write(x, y, z, block)
        if self._light:
            self._light.after(x, y, z)

    def light(self, x: int, y: int, z: int) -> tuple[int, int]:
        """Returns (sky light, block light) of a loaded cell, 0..15 each; loads the chunks around its own.

        Sky light is that of an open sky at noon, whatever the time and the weather.

        Raises:
            SimError: If the column is not loaded.
        """
        if not self.loaded(x, z):
            raise SimError(f"light: column ({x}, {z}) is not loaded")
        return self._lights().at(x, y, z)

    def levels(self, chunk: Chunk, rings: int) -> NDArray[np.uint8]:
        """Returns the window's light, `Light.levels`, true for the chunks within `rings` of one."""
        light = self._lights()
        light.around(chunk, rings)
        return light.levels

    def _lights(self) -> Light:
        if self._light is None:
            world = proxy(self)  # no circle, in which the blocks would wait for the collector
            self._light = Light(self.blocks, self.tops, lambda chunk: world._reach(chunk))
        return self._light

    def _reach(self, chunk: Chunk) -> None:
        """Loads a chunk beyond what `ensure` loaded, which therefore looks anew the next time."""
        if not self.loaded(16 * chunk[0], 16 * chunk[1]):
            self._want(chunk)
            self._near = (_NONE, _NONE, -1)

    def climate(self, x: int, z: int) -> tuple[int, float, float]:
        """Returns (biome id as MineDojo numbers them, temperature, rainfall) of a column."""
        number, temperature, rainfall = _CLIMATE[_BIOMES[column(self.seed, x, z, self._tables)[1]]]
        return number, temperature, rainfall

    def falls(self, x: int, z: int) -> str:
        """Returns what falls on a column when it rains: rain, snow or nothing."""
        return "nothing"

    def surface(self, x: int, z: int) -> int:
        """Returns the y of the highest solid block of a loaded column, leaves included."""
        y = int(self.tops[x & 255, z & 255]) - 1
        while y > 0 and not SOLID[self.blocks[x & 255, y, z & 255]]:
            y -= 1
        return y

    def spawn(self) -> Cell:
        """Returns the cell for the feet of a newcomer: on grass, under open sky, oaks within sight.

        A pure function of the seed, up to edits. Loads the chunks around it.
        """
        for radius in range(64):
            for cx, cz in _ring(radius):
                cell = self._landing(cx, cz)
                if cell is not None:
                    return cell
        raise SimError(f"seed {self.seed}: no grassland with oaks within 1000 blocks of the origin")

    def _landing(self, cx: int, cz: int) -> Cell | None:
        """Returns a fit cell near a chunk's middle, None if the chunk is wet, bare or without oaks."""
        x, z = cx * 16 + 8, cz * 16 + 8
        height, biome = column(self.seed, x, z, self._tables)
        grass = self._tables.ground[biome, 0] == ID["grass_block"]
        if not grass or not self._tables.shape.sea < height < 84 or not self._wooded(cx, cz):
            return None
        self.ensure(x, z)
        for _, dx, dz in _SPOTS:
            y = self.surface(x + dx, z + dz)
            if self.get(x + dx, y, z + dz) == ID["grass_block"] and self._roomy(x + dx, y + 1, z + dz):
                return (x + dx, y + 1, z + dz)
        return None

    def _wooded(self, cx: int, cz: int) -> bool:
        """Returns whether oaks stand around a chunk, and about 32 blocks away on each side."""
        sides = ((2, 0), (-2, 0), (0, 2), (0, -2))
        return _oaks(self.seed, cx, cz, self._tables) >= 6 and all(
            _oaks(self.seed, cx + dx, cz + dz, self._tables) >= 2 for dx, dz in sides
        )

    def _roomy(self, x: int, y: int, z: int) -> bool:
        """Returns whether the 3x3 columns around a cell are free at head height."""
        return all(not SOLID[self.get(x + dx, y + 1, z + dz)] for dx in (-1, 0, 1) for dz in (-1, 0, 1))

    def state(self) -> dict[str, Any]:
        """Returns {"seed": int, "edits": bytes}: all that tells this world from others of its kind."""
        return {"seed": self.seed, "edits": self._edits.pack()}

    def load(self, state: dict[str, Any]) -> None:
        """Becomes the world of a state. Raises SimError on a malformed one, changing nothing.

        Of the loaded chunks only those are written to whose edits differ; none is made anew.
        """
        seed, edits = _parsed(state)
        if seed != self.seed:
            self.seed = seed
            self._forget()
        before, self._edits = self._edits, edits
        for chunk in before.chunks() | edits.chunks():
            if not before.same(edits, chunk) and self.loaded(chunk[0] * 16, chunk[1] * 16):
                for x, y, z, was, _ in before.cells(chunk):
                    self._write(x, y, z, was)
                for x, y, z, _, block in edits.cells(chunk):
                    self._write(x, y, z, block)
                if self._light:
                    self._light.forget()

    def copy(self) -> World:
        """Returns a world of its own with the same blocks: nothing that can be written to is shared."""
        twin = copy(self)
        for name, value in vars(self).items():
            if isinstance(value, np.ndarray | dict | Edits):
                setattr(twin, name, value.copy())
        twin._light = None  # its light is of these blocks; made anew when asked for
        return twin


def _ring(radius: int) -> list[Chunk]:
    """Returns the chunks at Chebyshev distance `radius` of the origin's, in a fixed order."""
    span = range(-radius, radius + 1)
    return [(i, k) for i in span for k in span if max(abs(i), abs(k)) == radius]


def _checked(seed: Any) -> int:
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= seed < 2**62:
        raise SimError(f"world: seed must be an integer in 0..2**62-1, not {seed!r}")
    return int(seed)


def _parsed(state: dict[str, Any]) -> tuple[int, Edits]:
    if set(state) != {"seed", "edits"} or not isinstance(state["edits"], bytes):
        raise SimError("world state: needs the keys 'seed' (int) and 'edits' (bytes)")
    edits = Edits.unpack(state["edits"], len(NAMES), HEIGHT)
    return _checked(state["seed"]), edits
