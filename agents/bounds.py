"""What keeps the fast tier in bounds beside its calibration: all learned from the life's own pursuits.

One object for the agents that act and the memory that learns.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from peam.agents.affordances import Affordances
from peam.agents.patience import Patience
from peam.types import Segment


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far reflexes may go.

    Attributes:
        patience: How long alone.
        affordances: Where not: what actions take.
    """

    patience: Patience = field(default_factory=Patience)
    affordances: Affordances = field(default_factory=Affordances)

    def learn(self, segment: Segment) -> None:
        """Takes up a pursuit."""
        self.patience.learn(segment)
        self.affordances.learn(segment)
