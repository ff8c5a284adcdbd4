"""Which expert serves which category, and what holds an expert to what it knew: names and options alone.

An expert is what is trained, gated, versioned and served as one. `isolated`: an adapter a category, named
after it. `shared`: one adapter for all categories. `full`: the base's text layers themselves, for all.
"""

from __future__ import annotations

from dataclasses import dataclass

from peam.config import Config
from peam.errors import AdapterError, ConfigError, unknown
from peam.types import CATEGORIES

SHARED = "shared"  # the one expert's name, where there is one
KINDS = ("isolated", "shared", "full")


@dataclass(frozen=True, slots=True)
class Roster:
    """Category -> expert.

    Attributes:
        kind: One of `KINDS`.
    """

    kind: str = "isolated"

    @classmethod
    def from_config(cls, config: Config) -> Roster:
        """Reads `fast.experts`. Raises ConfigError for an unknown kind."""
        kind = str(config.fast.experts)
        if kind not in KINDS:
            raise ConfigError(unknown("fast.experts", kind, KINDS))
        return cls(kind)

    def of(self, category: str) -> str:
        """Returns the category's expert; the expert's own name where that is given."""
        return category if self.kind == "isolated" else SHARED

    def check(self, expert: str) -> None:
        """Raises AdapterError for an expert that this arrangement does not have."""
        if (expert == SHARED) is (self.kind == "isolated"):
            raise AdapterError(
                f"adapter '{expert}' was not made with fast.experts={self.kind}: "
                f"use the run's own configuration, or another run folder"
            )

    @property
    def ranks(self) -> int:
        """Returns by what the rank is multiplied: one for all gets the parameters of all that it replaces."""
        return len(CATEGORIES) if self.kind == "shared" else 1


def covered(expert: str) -> str | None:
    """Returns the one category that an expert learns from and serves; None: all of them."""
    return None if expert == SHARED else expert


def ewc_weight(config: Config) -> float:
    """Returns `consolidation.ewc`. Raises ConfigError where it is negative."""
    weight = float(config.consolidation.ewc)
    if not weight >= 0.0:
        raise ConfigError(f"consolidation.ewc must not be negative, got {weight}; 0 leaves it out")
    return weight
