"""How long the fast tier may go on alone: no longer than the slow tier ever took to reach such a subgoal.

Learned from what was done, so that nothing is set by hand; from what the slow tier led, so that reflexes that
wander do not teach to wander for longer. Where that is too long the slow tier takes one decision, and the
fast one may go on for half as long; then two and a quarter, and so on. A reflex that only needed a push gets
it for one call; where nothing is left to halve the slow tier goes on alone.

Nor does it walk on once it has walked for longer without any gain than the slow tier, with the searches that
it began, ever did in such a pursuit of the category: a reflex that only explores because it has just explored
would go on to the end of its patience. Knows decisions alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from peam.agents.tabu import explores, gain, since
from peam.types import Decision, Segment, Subgoal


class Patience:
    """The longest reached pursuit of each goal that the slow tier led, failed decisions counted.

    For a goal that it never reached, the longest of the category. And each category's longest walk in such a
    pursuit: explorations between one gain and the next.
    """

    def __init__(self) -> None:
        self._longest: dict[str, int] = {}
        self._walked: dict[str, int] = {}

    def learn(self, segment: Segment) -> None:
        """Takes up a pursuit."""
        length = len(segment.decisions)
        led = 2 * sum(d.tier == "slow" for d in segment.decisions) >= length
        if segment.reached and led:
            for kind in (segment.subgoal.goal, segment.subgoal.category):
                self._longest[kind] = max(self._longest.get(kind, 0), length)
            category = segment.subgoal.category
            self._walked[category] = max(self._walked.get(category, 0), _longest_walk(segment.decisions))

    def lost(self, subgoal: Subgoal, history: Sequence[Decision]) -> bool:
        """Returns whether the fast tier has pursued it, or walked, for longer: a decision for the slow tier.

        Args:
            subgoal: What is pursued now.
            history: The episode's decisions so far.
        """
        usual = self._longest.get(subgoal.category, 0)
        allowance, turn = self._longest.get(subgoal.goal, usual), 1
        taken = led = 0
        for decision in history:
            if decision.subgoal != subgoal:
                continue
            if decision.tier == "fast":
                taken += 1
            elif taken > allowance:
                led += 1
            if led == turn:
                allowance, turn, taken, led = allowance // 2, 2 * turn, 0, 0
        return allowance == 0 or taken > allowance or self._strayed(subgoal.category, history)

    def _strayed(self, category: str, history: Sequence[Decision]) -> bool:
        alone = since(history, lambda d: d.tier == "slow" or gain(d))
        return sum(d.reflex and explores(d) for d in alone) > self._walked.get(category, 0)


def _longest_walk(decisions: Sequence[Decision]) -> int:
    """Returns the most explorations between two gains; what an adapter walked is not counted."""
    walk = longest = 0
    for decision in decisions:
        walk = 0 if gain(decision) else walk + (explores(decision) and not decision.reflex)
        longest = max(longest, walk)
    return longest
