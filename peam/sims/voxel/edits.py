"""The cells of a world that differ from its terrain, a chunk at a time, kept in the very bytes of a snapshot.

Eleven bytes a cell: x, y, z, the terrain's block, the block that stands there now. A snapshot joins the
chunks' bytes, and restoring one compares them, so that neither touches a cell that did not change. Knows
nothing of terrain, nor of which chunks are loaded.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from peam.errors import SimError

Chunk = tuple[int, int]
Cell = tuple[int, int, int]
RECORD: Final = np.dtype([("x", "<i4"), ("y", "u1"), ("z", "<i4"), ("was", "u1"), ("id", "u1")])
_ROW: Final = struct.Struct("<iBiBB")
_ID: Final = 10  # where a record's `id` stands


class Edits:
    """Edited cells by chunk.

    Example:
        >>> edits = Edits()
        >>> edits.put(3, 70, -2, was=1, block=0)
        >>> edits.put(3, 70, -2, was=0, block=5)
        >>> list(edits.cells((0, -1)))
        [(3, 70, -2, 1, 5)]
    """

    def __init__(self) -> None:
        self._rows: dict[Chunk, bytearray] = {}
        self._places: dict[
            Chunk, dict[Cell, int]
        ] = {}  # where a cell's record begins; made when first needed

    def put(self, x: int, y: int, z: int, was: int, block: int) -> None:
        """Notes a cell's block; `was` counts the first time only."""
        chunk = (x >> 4, z >> 4)
        rows = self._rows.setdefault(chunk, bytearray())
        if chunk not in self._places:
            self._places[chunk] = {row[:3]: i * _ROW.size for i, row in enumerate(self.cells(chunk))}
        place = self._places[chunk].setdefault((x, y, z), len(rows))
        if place == len(rows):
            rows += _ROW.pack(x, y, z, was, block)
        else:
            rows[place + _ID] = block

    def cells(self, chunk: Chunk) -> Iterator[tuple[int, int, int, int, int]]:
        """Yields a chunk's records: x, y, z, the terrain's block, the present block."""
        return _ROW.iter_unpack(self._rows.get(chunk, b""))

    def chunks(self) -> set[Chunk]:
        """Returns the chunks that hold an edited cell."""
        return set(self._rows)

    def same(self, other: Edits, chunk: Chunk) -> bool:
        """Whether a chunk's records are equal in both, byte for byte."""
        return self._rows.get(chunk) == other._rows.get(chunk)

    def __len__(self) -> int:
        return sum(map(len, self._rows.values())) // _ROW.size

    def pack(self) -> bytes:
        """Returns every record: chunks in the order of their first edit, cells likewise."""
        return b"".join(self._rows.values())

    def copy(self) -> Edits:
        """Returns edits of their own with the same records."""
        twin = Edits()
        twin._rows = {chunk: bytearray(rows) for chunk, rows in self._rows.items()}
        return twin

    @classmethod
    def unpack(cls, packed: bytes, blocks: int, height: int) -> Edits:
        """Returns the edits that `pack` packed.

        Args:
            packed: Records.
            blocks: How many block ids exist.
            height: Of the world, blocks.

        Raises:
            SimError: No whole records, or a y or block id out of range.
        """
        if len(packed) % _ROW.size:
            raise SimError(f"world state: {len(packed)} bytes of edits are no whole records")
        rows = np.frombuffer(packed, RECORD)
        if (rows["y"] >= height).any() or (rows["id"] >= blocks).any() or (rows["was"] >= blocks).any():
            raise SimError("world state: edits hold a y or a block id out of range")
        edits = cls()
        for chunk, first, last in _runs(rows):
            part = packed[first * _ROW.size : last * _ROW.size]
            edits._rows[chunk] = edits._rows.get(chunk, bytearray()) + part
        return edits


def _runs(rows: NDArray[np.void]) -> Iterator[tuple[Chunk, int, int]]:
    """Yields the runs of records that lie in one chunk: chunk, first record, one after the last."""
    cx, cz = rows["x"] >> 4, rows["z"] >> 4
    ends = [*(np.flatnonzero((cx[1:] != cx[:-1]) | (cz[1:] != cz[:-1])) + 1).tolist(), len(rows)]
    first = 0
    for last in ends if len(rows) else ():
        yield (int(cx[first]), int(cz[first])), first, last
        first = last
