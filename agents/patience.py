"""How long the fast tier may go on alone: no longer than any correction ever took.

Learned from corrected runs, so that nothing is set by hand. Knows decisions alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from peam.types import Decision, Segment, Subgoal


class Patience:
    """Two bounds: a category's longest run that left the inventory as it was, a goal's longest run at all."""

    def __init__(self) -> None:
        self._idle: dict[str, int] = {}
        self._longest: dict[str, int] = {}

    def learn(self, corrected: Segment) -> None:
        """Takes up one corrected run."""
        category, goal = corrected.subgoal.category, corrected.subgoal.goal
        self._idle[category] = max(self._idle.get(category, 0), idle_run(corrected.decisions))
        for key in (category, goal):
            self._longest[key] = max(self._longest.get(key, 0), len(corrected.decisions))

    def stalled(self, subgoal: Subgoal, history: Sequence[Decision]) -> bool:
        """Returns whether nothing changed for longer than any correction bore: the slow tier decides once.

        Args:
            subgoal: What is pursued now.
            history: The episode's decisions so far.
        """
        idle = 0
        for decision in reversed(history):
            if decision.subgoal != subgoal or decision.outcome.delta or decision.tier == "slow":
                break
            idle += 1
        return idle > self._idle.get(subgoal.category, 0)

    def lost(self, subgoal: Subgoal, history: Sequence[Decision]) -> bool:
        """Returns whether a pursuit has taken the fast tier longer than it ever took: the slow tier ends it.

        A goal that was never reached before has its category's bound.
        """
        taken = sum(d.tier == "fast" and d.subgoal == subgoal for d in history)
        return taken > self._longest.get(subgoal.goal, self._longest.get(subgoal.category, 0))


def idle_run(decisions: Sequence[Decision]) -> int:
    """Returns the longest run of decisions that left the inventory as it was."""
    longest = current = 0
    for decision in decisions:
        current = 0 if decision.outcome.delta else current + 1
        longest = max(longest, current)
    return longest
