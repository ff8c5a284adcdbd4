"""The controller's map: the observed voxels of one moment, kept current by what the controller does itself.

Knows the contract's `Voxels` and nothing of a simulator behind it.
"""

from __future__ import annotations

import numpy as np

from peam.sims.base import Cell, Vector, Voxels
from peam.skills.aim import ANY_FACE, NORMALS, REACH, Aim, cast, direction, grid_aim, grid_aim_box


class World:
    """Blocks around the agent, with the queries that skills ask.

    Attributes:
        ids: (n, n, n) int16 block ids.
        origin: World cell of ids[0, 0, 0].
        names: Block id -> name.
        solid: Block id -> collides; likewise `liquid`, `hazard`.
        opaque: Block id -> stops the agent's aim: everything but air and liquids.
    """

    def __init__(self, voxels: Voxels) -> None:
        self.ids = np.ascontiguousarray(voxels.ids, dtype=np.int16)
        self.origin = voxels.origin
        self.names = list(voxels.names)
        n = len(self.names)
        self.solid = np.ascontiguousarray(voxels.solid[:n], dtype=np.bool_)
        self.liquid = np.ascontiguousarray(voxels.liquid[:n], dtype=np.bool_)
        self.hazard = np.ascontiguousarray(voxels.hazard[:n], dtype=np.bool_)
        air = np.array([name.endswith("air") for name in self.names], dtype=np.bool_)
        self.opaque = ~(air | self.liquid)
        self._index = {name: index for index, name in enumerate(self.names)}

    def local(self, cell: Cell) -> Cell:
        """Returns a world cell in array coordinates."""
        return (cell[0] - self.origin[0], cell[1] - self.origin[1], cell[2] - self.origin[2])

    def inside(self, cell: Cell) -> bool:
        """Returns whether the map holds the cell."""
        return all(0 <= c < n for c, n in zip(self.local(cell), self.ids.shape, strict=True))

    def id(self, cell: Cell) -> int:
        """Returns a block id; outside the map that of the array's first air block."""
        return int(self.ids[self.local(cell)]) if self.inside(cell) else self._index.get("air", 0)

    def name(self, cell: Cell) -> str:
        """Returns a block's name."""
        return self.names[self.id(cell)]

    def set(self, cell: Cell, name: str) -> None:
        """Records that a cell now holds another block."""
        if self.inside(cell) and name in self._index:
            self.ids[self.local(cell)] = self._index[name]

    def is_solid(self, cell: Cell) -> bool:
        """Returns whether the block collides."""
        return bool(self.solid[self.id(cell)])

    def is_liquid(self, cell: Cell) -> bool:
        """Returns whether the block is water or lava."""
        return bool(self.liquid[self.id(cell)])

    def is_opaque(self, cell: Cell) -> bool:
        """Returns whether the block stops the agent's aim."""
        return bool(self.opaque[self.id(cell)])

    def near_hazard(self, cell: Cell) -> bool:
        """Returns whether the block or one of its six neighbours hurts."""
        return any(self.hazard[self.id(c)] for c in (cell, *neighbours6(cell)))

    def aim(
        self, eye: Vector, yaw: float, cell: Cell, face: int = ANY_FACE, reach: float = REACH
    ) -> Aim | None:
        """Returns the grid view that hits a block (or one of its faces), None where none does."""
        if not self.inside(cell):
            return None
        found = grid_aim(self.ids, self.opaque, *self._inner(eye), yaw, *self.local(cell), face, reach)
        return Aim(*found) if found[3] < 1e8 else None

    def aim_box(
        self, eye: Vector, yaw: float, feet: Vector, size: tuple[float, float], reach: float
    ) -> Aim | None:
        """Returns the grid view that hits a creature of (width, height), None where none does.

        Through plants too: the first blow breaks them.
        """
        x, y, z = self._inner(feet)
        half = size[0] / 2
        low = np.array([x - half, y, z - half])
        high = np.array([x + half, y + size[1], z + half])
        found = grid_aim_box(self.ids, self.solid, *self._inner(eye), yaw, low, high, reach)
        return Aim(*found) if found[3] < 1e8 else None

    def hit(self, eye: Vector, yaw: float, pitch: float, reach: float = REACH) -> tuple[Cell, int] | None:
        """Returns the (cell, face) that a view hits, or None."""
        i, j, k, face, _ = cast(self.ids, self.opaque, *self._inner(eye), *direction(yaw, pitch), reach)
        return ((i + self.origin[0], j + self.origin[1], k + self.origin[2]), face) if face >= 0 else None

    def clear_line(self, a: Vector, b: Vector) -> bool:
        """Returns whether nothing stops a straight line between two points."""
        delta = np.subtract(b, a)
        length = float(np.linalg.norm(delta))
        if length < 1e-6:
            return True
        unit = delta / length
        ray = cast(self.ids, self.opaque, *self._inner(a), unit[0], unit[1], unit[2], length)
        return ray[3] < 0

    def sees(self, a: Vector, b: Vector) -> bool:
        """Returns whether no solid block stands between two points: plants hide nobody."""
        delta = np.subtract(b, a)
        length = max(float(np.linalg.norm(delta)), 1e-6)
        unit = delta / length
        return cast(self.ids, self.solid, *self._inner(a), unit[0], unit[1], unit[2], length)[3] < 0

    def open_sky(self, cell: Cell) -> bool:
        """Returns whether nothing solid but leaves is above the cell, as far as the map reaches."""
        i, j, k = self.local(cell)
        column = self.ids[i, max(j, 0) :, k]
        return not any(
            self.solid[b] and not self.names[b].endswith(("_leaves", "_log")) for b in np.unique(column)
        )

    def _inner(self, point: Vector) -> Vector:
        return (point[0] - self.origin[0], point[1] - self.origin[1], point[2] - self.origin[2])


def neighbours6(cell: Cell) -> list[Cell]:
    """Returns the six cells that share a face."""
    return [(cell[0] + x, cell[1] + y, cell[2] + z) for x, y, z in NORMALS]


def neighbours26(cell: Cell) -> list[Cell]:
    """Returns the 26 cells around, nearest first."""
    around = [(x, y, z) for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1) if (x, y, z) != (0, 0, 0)]
    around.sort(key=lambda o: abs(o[0]) + abs(o[1]) + abs(o[2]))
    return [(cell[0] + x, cell[1] + y, cell[2] + z) for x, y, z in around]


def centre(cell: Cell) -> Vector:
    """Returns the middle of a block."""
    return (cell[0] + 0.5, cell[1] + 0.5, cell[2] + 0.5)
