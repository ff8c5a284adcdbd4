"""What reflexes may be tried: what the slow tier has ever done, with success, in pursuits of the category.

A reflex repeats; what is new is for the slow tier. An adapter generalises over what it was never taught, too,
and then makes a shovel of the iron that a pickaxe was to be made of. Learned from what the slow tier did, so
that reflexes do not vouch for each other. As many entries as a category has action words, at most.
"""

from __future__ import annotations

from functools import cache

from peam.actions import Action, legal_actions
from peam.types import Segment


class Practice:
    """Category -> the action words that the slow tier has done there."""

    def __init__(self) -> None:
        self._done: dict[str, frozenset[str]] = {}

    def learn(self, segment: Segment) -> None:
        """Takes up a pursuit."""
        led = {d.action.word for d in segment.decisions if d.action and d.tier == "slow" and d.outcome.ok}
        category = segment.subgoal.category
        self._done[category] = self._done.get(category, frozenset()) | led

    def novel(self, category: str) -> frozenset[Action]:
        """Returns the legal actions without a precedent; none where the slow tier has done nothing yet."""
        done = self._done.get(category)
        return _others(done) if done else frozenset()


@cache
def _others(words: frozenset[str]) -> frozenset[Action]:
    return frozenset(action for action in legal_actions() if action.word not in words)
