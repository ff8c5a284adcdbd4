"""How a run's adapters come to serve: the version that HEAD names, calibrated on all that is known of it.

Used by lives, probes and evaluation; knows nothing of training.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from peam.agents.bounds import Bounds
from peam.fast.base import Tried
from peam.memory.reader import Reader
from peam.memory.registry import AdapterRegistry


class Serving(Protocol):
    """What memory asks of the fast tier that serves."""

    def load(self, category: str, adapter_dir: Path) -> None:
        """Serves the category with this version from now on."""

    def calibrate(self, category: str, tried: Sequence[Tried]) -> None:
        """Fits confidence and thresholds."""


def serve(fast: Serving, registry: AdapterRegistry, store: Reader, category: str) -> str:
    """Loads and calibrates the category's serving version; returns its name.

    Raises:
        AdapterError: It is missing, corrupted, or made for another base.
    """
    folder = registry.path(category)
    fast.load(category, folder)
    fast.calibrate(category, store.calibration(category, folder.name))
    return folder.name


def bounds_of(store: Reader) -> Bounds:
    """Returns the bounds that a run's pursuits teach."""
    bounds = Bounds()
    for episode in store.episodes(images=False):
        bounds.learn(episode.segments)
    return bounds
