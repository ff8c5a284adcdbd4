"""How long the fast tier may go on alone: no longer than any correction ever took.

Learned from corrected runs, so that nothing is set by hand. Knows decisions alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from peam.actions import EXPLORE
from peam.types import Decision, Segment, Subgoal


class Patience:
    """Two bounds: a category's longest idle run, and a goal's longest run at all.

    Idle is what leaves the inventory as it was, and looking around, which digs up earth without a purpose.
    """

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
        """Returns whether it was idle for longer than any correction bore: the slow tier decides once.

        Args:
            subgoal: What is pursued now.
            history: The episode's decisions so far.
        """
        idle = 0
        for decision in reversed(history):
            if decision.subgoal != subgoal or not _idle(decision) or decision.tier == "slow":
                break
            idle += 1
        return idle > self._idle.get(subgoal.category, 0)

    def lost(self, subgoal: Subgoal, history: Sequence[Decision]) -> bool:
        """Returns whether the fast tier has pursued it for longer than it ever took: the slow tier leads.

        It leads until it has gained something. Each time after that the fast tier has half as long, so that
        in all it has no more than twice the bound. A goal never reached before has its category's bound.
        """
        allowed = float(self._longest.get(subgoal.goal, self._longest.get(subgoal.category, 0)))
        taken, lost = 0, False
        for decision in (d for d in history if d.subgoal == subgoal):
            if lost and decision.tier == "slow" and not _idle(decision):
                taken, lost, allowed = 0, False, allowed / 2
            elif decision.tier == "fast":
                taken += 1
                lost = lost or taken > allowed
        return lost


def idle_run(decisions: Sequence[Decision]) -> int:
    """Returns the longest idle run."""
    longest = current = 0
    for decision in decisions:
        current = current + 1 if _idle(decision) else 0
        longest = max(longest, current)
    return longest


def _idle(decision: Decision) -> bool:
    return not decision.outcome.delta or (decision.action is not None and decision.action.word == EXPLORE)
