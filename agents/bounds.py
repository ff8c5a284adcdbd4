"""What leads and bounds the fast tier beside its calibration: all learned from the life's own pursuits.

One object for the agents that act and the memory that learns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from peam.agents.affordances import Affordances
from peam.agents.patience import Patience
from peam.agents.practice import Practice
from peam.agents.routines import Routines
from peam.types import Segment


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far reflexes may go.

    Attributes:
        patience: How long alone.
        affordances: Where not: what actions take.
        practice: To what: what has a precedent.
        routines: By what way.
    """

    patience: Patience = field(default_factory=Patience)
    affordances: Affordances = field(default_factory=Affordances)
    practice: Practice = field(default_factory=Practice)
    routines: Routines = field(default_factory=Routines)

    def learn(self, segments: Sequence[Segment]) -> None:
        """Takes up an episode's pursuits, in order."""
        self.routines.learn(segments)
        for segment in segments:
            self.patience.learn(segment)
            self.affordances.learn(segment)
            self.practice.learn(segment)
