"""The nearest vectors: exact by numpy, and by FAISS, where it is installed, above a hundred thousand.

At that size a numpy search takes 20 ms a query; FAISS's inverted lists take under one, but are approximate:
they look at `PROBES` of `CELLS` cells. Knows vectors and their numbers, not what they stand for.
"""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np

from peam.memory.embeddings import Vectors

LARGE = 100_000  # entries above which FAISS is asked
CELLS, PROBES = 1024, 64


class Index:
    """Vectors numbered from 0 in the order of their arrival; likeness is the dot product.

    Args:
        width: Of the vectors.
        large: Entries above which FAISS is used, where it is installed.
    """

    def __init__(self, width: int, large: int = LARGE) -> None:
        self._rows: Vectors = np.zeros((16, width), dtype=np.float32)
        self._count, self._large = 0, large
        self._dropped: set[int] = set()
        self._faiss: Any = None

    def __len__(self) -> int:
        return self._count - len(self._dropped)

    def add(self, vector: Vectors) -> int:
        """Takes up a (width,) vector and returns its number."""
        if self._count == len(self._rows):
            self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
        self._rows[self._count] = vector
        self._count += 1
        if self._faiss is not None:
            self._faiss.add(self._rows[self._count - 1 : self._count])
        return self._count - 1

    def drop(self, number: int) -> None:
        """Never finds this one again."""
        self._dropped.add(number)

    def search(self, query: Vectors, top: int) -> list[tuple[int, float]]:
        """Returns (number, likeness) of the nearest, best first; ties in order of arrival.

        Args:
            query: (width,).
            top: At most so many.
        """
        wanted = min(top, len(self))
        if wanted <= 0:
            return []
        if self._faiss is None and self._count > self._large and importlib.util.find_spec("faiss"):
            self._build()
        if self._faiss is not None:
            found = self._approximate(query, wanted + len(self._dropped))
        else:
            found = self._exact(query, wanted + len(self._dropped))
        return [pair for pair in found if pair[0] not in self._dropped][:wanted]

    def _exact(self, query: Vectors, top: int) -> list[tuple[int, float]]:
        scores = self._rows[: self._count] @ query
        best = np.argpartition(-scores, top - 1)[:top] if top < self._count else np.arange(self._count)
        best = np.flatnonzero(scores >= scores[best].min())  # with all that tie with the last
        order = best[np.lexsort((best, -scores[best]))]
        return [(int(i), float(scores[i])) for i in order]

    def _approximate(self, query: Vectors, top: int) -> list[tuple[int, float]]:
        scores, numbers = self._faiss.search(query[None], top)
        return [(int(i), float(s)) for i, s in zip(numbers[0], scores[0], strict=True) if i >= 0]

    def _build(self) -> None:
        import faiss

        rows = self._rows[: self._count]
        cells = min(CELLS, max(1, self._count // 39))  # FAISS wants 39 vectors a cell to train on
        index: Any = faiss.index_factory(rows.shape[1], f"IVF{cells},Flat", faiss.METRIC_INNER_PRODUCT)
        index.train(rows)
        index.add(rows)
        index.nprobe = PROBES
        self._faiss = index
