"""Memories that are compared by what a decision costs as they grow: one small interface for all.

A hoard takes up experiences, and does for one decision what its kind of memory must do before anything else
can happen: search, build the prompt, count its tokens. What a language model then takes to read the prompt is
not in the milliseconds; the tokens say it. `Weights` is different: there nothing else happens afterwards, so
that its milliseconds are of the whole decision, picture to action.

Knows experiences and a tokenizer; nothing of how figures are taken.
"""

from __future__ import annotations

import copy
import sys
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from peam.agents.bounds import Bounds
from peam.agents.peam import Peam
from peam.benchmarks.made_up import sentence
from peam.config import Config
from peam.fast.base import Tried
from peam.fast.tier import LoraFastTier
from peam.memory.pairs import action_word
from peam.types import CATEGORIES, Segment

WIDTH = 384  # of an embedding: all-MiniLM-L6-v2's
TOP = 8  # texts that a retrieval puts into the prompt
PIECE = 1000  # texts tokenized together
EPISODE = 4  # experiences that tables learn from together
TRIED = 10_000  # outcomes that a calibration is fitted on, at most
CELLS, LOOKED = 1024, 16  # of the approximate index, and how many of them a query looks into
LEARNED = (
    40 * CELLS
)  # vectors that the cells are made from: FAISS asks for 39 a cell; below there is no index

Count = Callable[[str], int]  # tokens of a text
Vectors = NDArray[np.float32]


class Hoard(Protocol):
    """One kind of memory."""

    name: str

    def add(self, experiences: Sequence[Segment]) -> None:
        """Takes up more experiences."""

    def decide(self, query: Segment) -> int:
        """Does what memory does for one decision; returns the tokens that the decision's context has."""

    def nbytes(self) -> int:
        """Returns the bytes that hold what is remembered."""


# ---- text, all of it


class Everything:
    """Lessons without bound: every one is in every prompt, as in Reflexion without its cut-off."""

    name = "growing prompt"

    def __init__(self, count: Count) -> None:
        self._count = count
        self._lessons: list[str] = []

    def add(self, experiences: Sequence[Segment]) -> None:
        """Writes one lesson an experience."""
        self._lessons += map(sentence, experiences)

    def decide(self, query: Segment) -> int:
        """Builds the prompt and counts its tokens, in pieces that fit into memory."""
        parts = [self._lessons[i : i + PIECE] for i in range(0, len(self._lessons), PIECE)]
        return self._count(query.decisions[0].state) + sum(self._count("\n".join(part)) for part in parts)

    def nbytes(self) -> int:
        """Returns the texts' length in UTF-8."""
        return sum(len(lesson.encode()) for lesson in self._lessons)


# ---- text, the nearest of it


class Search:
    """Embeddings of all experiences, every one compared with the query's; the nearest go into the prompt.

    Args:
        count: Tokens of a text.
        top: How many texts.
    """

    def __init__(self, count: Count, top: int = TOP) -> None:
        self.name = f"search, top {top}"
        self._count, self._top = count, top
        self._texts: list[str] = []
        self._rows: Vectors = np.empty((0, WIDTH), np.float32)  # with room to grow
        self._held = 0

    def add(self, experiences: Sequence[Segment]) -> None:
        """Embeds one text an experience."""
        texts = [sentence(e) for e in experiences]
        self._texts += texts
        self._index(np.stack([embed(text) for text in texts]))

    def _index(self, fresh: Vectors) -> None:
        end = self._held + len(fresh)
        if end > len(self._rows):
            rows = np.empty((max(end, 2 * len(self._rows)), WIDTH), np.float32)
            rows[: self._held] = self._rows[: self._held]
            self._rows = rows
        self._rows[self._held : end] = fresh
        self._held = end

    def decide(self, query: Segment) -> int:
        """Embeds the query, searches, and builds the prompt."""
        state = query.decisions[0].state
        found = self._nearest(embed(state))
        return self._count("\n".join([state, *(self._texts[i] for i in found)]))

    def _nearest(self, query: Vectors) -> Sequence[int]:
        likeness = self._rows[: self._held] @ query
        top = min(self._top, len(likeness))
        best: list[int] = np.argpartition(-likeness, top - 1)[:top].tolist()
        return best

    def nbytes(self) -> int:
        """Returns the bytes of vectors and texts."""
        return self._held * 4 * WIDTH + sum(len(text.encode()) for text in self._texts)


class Cells(Search):
    """The same with FAISS's inverted file: looks into `LOOKED` of `CELLS` cells, and may miss the nearest."""

    def __init__(self, count: Count, top: int = TOP) -> None:
        super().__init__(count, top)
        self.name = f"faiss, top {top}"
        self._cells: Any = None
        self._waiting: list[Vectors] = []

    def _index(self, fresh: Vectors) -> None:
        import faiss

        self._waiting.append(fresh)
        if self._cells is None and sum(map(len, self._waiting)) >= LEARNED:
            plane = faiss.IndexFlatIP(WIDTH)
            self._cells = faiss.IndexIVFFlat(plane, WIDTH, CELLS, faiss.METRIC_INNER_PRODUCT)
            self._cells.cp.niter, self._cells.nprobe = 5, LOOKED
            self._cells.train(np.concatenate(self._waiting)[:LEARNED])
        while self._cells is not None and self._waiting:
            self._cells.add(self._waiting.pop(0))

    def _nearest(self, query: Vectors) -> Sequence[int]:
        found: list[int] = self._cells.search(query[None], self._top)[1][0].tolist()
        return [i for i in found if i >= 0]

    def nbytes(self) -> int:
        """Returns the bytes of vectors, their numbers and texts."""
        return len(self._texts) * (4 * WIDTH + 8) + sum(len(text.encode()) for text in self._texts)


def embed(text: str) -> Vectors:
    """Returns a unit vector: words and pairs of words, hashed with signs (Weinberger et al. 2009).

    Stands in for a sentence model of the same width: what a search costs depends on the width alone.
    """
    words = text.split()
    slots = [_slot(gram) for gram in (*words, *map(" ".join, pairwise(words)))]
    where, signs = zip(*slots, strict=True)
    row = np.bincount(where, signs, WIDTH)
    vector: Vectors = (row / max(float(np.linalg.norm(row)), 1e-12)).astype(np.float32)
    return vector


@cache
def _slot(gram: str) -> tuple[int, float]:
    code = zlib.crc32(gram.encode())
    return (code >> 1) % WIDTH, 1.0 if code & 1 else -1.0


# ---- weights


class Weights:
    """PEAM: adapters of a fixed size, and the tables that lead and bound them, which learn from everything.

    Calibration is of the serving version's outcomes alone, here of as many as there are experiences, up to
    `TRIED`: fitting more takes minutes, and a version that served for so long would have been replaced.

    Args:
        tier: Serves a trained adapter of category "craft".
        agent: Tier and tables -> agent; its `propose` is the decision.
        act: Carries out one decision by an agent; returns its tokens.
    """

    name = "weights"

    def __init__(
        self, tier: LoraFastTier, agent: Callable[[LoraFastTier, Bounds], Peam], act: Callable[[Peam], int]
    ) -> None:
        self.tier, self._agent, self._act = tier, agent, act
        self._bounds, self._tried = Bounds(), list[Tried]()
        self._peam: Peam | None = None

    def prime(self, known: Sequence[Segment], tried: Sequence[Tried]) -> None:
        """Takes up what lets the fast tier act at all, before anything is counted."""
        self._bounds.learn(known)
        self._tried += tried

    def add(self, experiences: Sequence[Segment]) -> None:
        """Tables and outcomes learn; the adapters take up experience without growing."""
        for i in range(0, len(experiences), EPISODE):
            self._bounds.learn(experiences[i : i + EPISODE])
        for e in experiences[: max(0, TRIED - len(self._tried))]:
            word = action_word(e.decisions[0])
            self._tried.append(Tried(word, 2.0 + len(self._tried) % 997 / 100, True))

    def frozen(self, config: Config) -> Weights:
        """Returns a copy as it is now, calibrated, over the same base and adapters."""
        twin = Weights(LoraFastTier(config, self.tier.experts), self._agent, self._act)
        twin._bounds, twin._tried = copy.deepcopy(self._bounds), list(self._tried)
        twin.tier.calibrate("craft", twin._tried)
        twin._peam = twin._agent(twin.tier, twin._bounds)
        return twin

    def decide(self, query: Segment) -> int:
        """Takes a whole decision; always of the same state, so that sizes can be compared."""
        assert self._peam is not None, "frozen() comes first"
        return self._act(self._peam)

    def nbytes(self) -> int:
        """Returns the bytes of an adapter a category, of the tables and of one calibration."""
        held = sum(p.numel() * p.element_size() for _, p in self.tier.experts.parameters("craft"))
        return len(CATEGORIES) * held + self.tables_bytes() + self.calibration_bytes()

    def tables_bytes(self) -> int:
        """Returns the bytes of affordances, precedents, routines and patience."""
        return size_of(self._bounds)

    def calibration_bytes(self) -> int:
        """Returns the bytes of what a calibration keeps for decisions."""
        return size_of(vars(self.tier)["_calibrators"])


def size_of(thing: object, seen: set[int] | None = None) -> int:
    """Returns the bytes of an object and of all that it holds, each once."""
    seen = set() if seen is None else seen
    if id(thing) in seen:
        return 0
    seen.add(id(thing))
    inner: list[object] = []
    if isinstance(thing, Mapping):
        inner = [*thing.keys(), *thing.values()]
    elif isinstance(thing, (list, tuple, set, frozenset)):
        inner = list(thing)
    elif is_dataclass(thing):
        inner = [getattr(thing, f.name) for f in fields(thing)]
    elif hasattr(thing, "__dict__"):
        inner = list(vars(thing).values())
    return sys.getsizeof(thing) + sum(size_of(part, seen) for part in inner)
