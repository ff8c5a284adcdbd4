"""What reflexes may try: what the slow tier, or a search that it began, has done with success in a category.

A reflex repeats; what is new is for the slow tier. An adapter generalises over what it was never taught, too,
and then makes a shovel of the iron that a pickaxe was to be made of. No reflex vouches for another. As many
entries as a category has action words, at most.
"""

from __future__ import annotations

from functools import cache

from peam.actions import Action, legal_actions
from peam.types import Segment


class Practice:
    """Category -> the action words that have a precedent there."""

    def __init__(self) -> None:
        self._done: dict[str, frozenset[str]] = {}

    def learn(self, segment: Segment) -> None:
        """Takes up a pursuit."""
        done = {d.action.word for d in segment.decisions if d.action and d.outcome.ok and not d.reflex}
        category = segment.subgoal.category
        self._done[category] = self._done.get(category, frozenset()) | done

    def novel(self, category: str) -> frozenset[Action]:
        """Returns the legal actions without a precedent; none where nothing has one yet."""
        done = self._done.get(category)
        return _others(done) if done else frozenset()


@cache
def _others(words: frozenset[str]) -> frozenset[Action]:
    return frozenset(action for action in legal_actions() if action.word not in words)
