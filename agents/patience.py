"""How long the fast tier may go on alone: no longer than any correction of its category ever took.

Learned from corrected runs, so that nothing is set by hand. Knows decisions alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from peam.types import Decision, Segment, Subgoal


class Patience:
    """Each category's longest corrected run."""

    def __init__(self) -> None:
        self._longest: dict[str, int] = {}

    def learn(self, corrected: Segment) -> None:
        """Takes up one corrected run."""
        category = corrected.subgoal.category
        self._longest[category] = max(self._longest.get(category, 0), len(corrected.decisions))

    def lost(self, subgoal: Subgoal, history: Sequence[Decision]) -> bool:
        """Returns whether the fast tier has pursued it for longer than that: the slow tier goes on alone.

        Args:
            subgoal: What is pursued now.
            history: The episode's decisions so far.
        """
        taken = sum(d.tier == "fast" for d in history if d.subgoal == subgoal)
        return taken > self._longest.get(subgoal.category, 0)
