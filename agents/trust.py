"""Goals at which reflexes cost more than they save: learned from pursuits, so that nothing is set by hand.

Where the pursuits that reflexes began took more slow calls than the slow tier takes alone, the goal is handed
over once what was lost exceeds one pursuit of the slow tier (break-even, as in ski rental). What an adapter
did is forgotten when its successor serves. Knows pursuits alone.
"""

from __future__ import annotations

from peam.types import Segment, Subgoal

EVER = -(2**63)  # before all episodes, those of other runs included


class Trust:
    """What reflexes and the slow tier alone cost at each goal, in slow calls."""

    def __init__(self) -> None:
        self._alone: dict[str, tuple[int, int]] = {}  # goal -> slow calls, how often they reached it
        self._begun: dict[str, list[tuple[int, int]]] = {}  # goal -> (episode, slow calls)
        # category, None: all of them -> the last episode that no longer counts
        self._renewed: dict[str | None, int] = {}

    def learn(self, segment: Segment) -> None:
        """Takes up a pursuit; one that the slow tier began and reflexes took part in tells nothing."""
        goal, tiers = segment.subgoal.goal, [d.tier for d in segment.decisions]
        calls = tiers.count("slow")
        if tiers and calls == len(tiers):
            known, reached = self._alone.get(goal, (0, 0))
            self._alone[goal] = known + calls, reached + segment.reached
        elif tiers and tiers[0] == "fast":
            self._begun.setdefault(goal, []).append((segment.episode, calls))

    def renew(self, category: str | None, episode: int) -> None:
        """Forgets what reflexes did up to an episode, the last before their successor was trained.

        Args:
            category: Whose adapter was replaced; None: that of all categories.
            episode: Its number.
        """
        self._renewed[category] = max(self._renewed.get(category, EVER), episode)

    def lost(self, subgoal: Subgoal) -> bool:
        """Returns whether the slow tier should decide; never where it has not reached such a goal alone."""
        calls, reached = self._alone.get(subgoal.goal, (0, 0))
        if not reached:
            return False
        usual = calls / reached
        after = max(self._renewed.get(scope, EVER) for scope in (subgoal.category, None))
        begun = [calls for episode, calls in self._begun.get(subgoal.goal, []) if episode > after]
        return sum(begun) - len(begun) * usual > usual
