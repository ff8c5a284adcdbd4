"""A simulator that keeps frames as it ticks, for videos. Changes nothing in the world."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from peam.sims.base import NOOP, Sim
from peam.types import Image


class Recording:
    """Stands before a simulator and draws every `every`-th tick while `frames` is being filled.

    Everything but `tick` is the simulator's own.
    """

    def __init__(self, sim: Sim, size: tuple[int, int] = (240, 320), every: int = 10) -> None:
        self._sim = sim
        self._size = size
        self._every = every
        self._ticks = 0
        self.frames: list[Image] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sim, name)

    def tick(self, action: Sequence[int] = NOOP) -> None:
        """Ticks the simulator, and keeps the picture of every `every`-th tick."""
        self._sim.tick(action)
        if self._ticks % self._every == 0:
            self.frames.append(self._sim.frame(*self._size))
        self._ticks += 1
