"""What leads and bounds the fast tier beside its calibration: all learned from the life's own pursuits.

One object for the agents that act and the memory that learns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from peam.agents.affordances import Affordances
from peam.agents.patience import Patience
from peam.agents.routines import Routines
from peam.agents.trust import Trust
from peam.types import Decision, Segment, Subgoal


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far reflexes may go.

    Attributes:
        patience: How long alone.
        affordances: Where not: what actions take.
        routines: By what way.
        trust: At what not.
    """

    patience: Patience = field(default_factory=Patience)
    affordances: Affordances = field(default_factory=Affordances)
    routines: Routines = field(default_factory=Routines)
    trust: Trust = field(default_factory=Trust)

    def learn(self, segments: Sequence[Segment]) -> None:
        """Takes up an episode's pursuits, in order."""
        self.routines.learn(segments)
        for segment in segments:
            self.patience.learn(segment)
            self.affordances.learn(segment)
            self.trust.learn(segment)

    def lost(self, subgoal: Subgoal, history: Sequence[Decision]) -> bool:
        """Returns whether the slow tier should take the next decision of a pursuit.

        Args:
            subgoal: What is pursued now.
            history: The episode's decisions so far.
        """
        return self.patience.lost(subgoal, history) or self.trust.lost(subgoal)
