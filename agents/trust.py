"""Where reflexes have cost more than they saved: learned from pursuits, so that nothing is set by hand.

Two kinds of place. A goal at which pursuits that reflexes began took more slow calls than the slow tier takes
alone: handed over once what was lost exceeds one pursuit of the slow tier (break-even, as in ski rental). A
failure at a goal from which reflexes more often than not found no way to the goal: the slow tier takes the
next decision. What an adapter did is forgotten when its successor serves. Knows pursuits alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from peam.types import Decision, Diagnosis, Segment, Subgoal

Evidence = list[tuple[int, int]]  # (episode, slow calls), or (episode, whether the goal was reached)
EVER = -(2**63)  # before all episodes, those of other runs included


class Trust:
    """What reflexes cost at each goal, and what came of their failures there."""

    def __init__(self) -> None:
        self._alone: dict[str, tuple[int, int]] = {}  # goal -> slow calls, how often they reached it
        self._begun: dict[str, Evidence] = {}
        self._failed: dict[tuple[str, Diagnosis], Evidence] = {}
        # category, None: all of them -> the last episode that no longer counts
        self._renewed: dict[str | None, int] = {}

    def learn(self, segment: Segment) -> None:
        """Takes up a pursuit."""
        if not segment.decisions:
            return
        goal, tiers = segment.subgoal.goal, [d.tier for d in segment.decisions]
        calls = tiers.count("slow")
        if calls == len(tiers):
            known, reached = self._alone.get(goal, (0, 0))
            self._alone[goal] = known + calls, reached + segment.reached
        elif tiers[0] == "fast":
            self._begun.setdefault(goal, []).append((segment.episode, calls))
        for diagnosis, at in _last_failures(segment.decisions).items():
            found = segment.reached and "slow" not in tiers[at:]
            self._failed.setdefault((goal, diagnosis), []).append((segment.episode, int(found)))

    def renew(self, category: str | None, episode: int) -> None:
        """Forgets what reflexes did up to an episode, the last before their successor was trained.

        Args:
            category: Whose adapter was replaced; None: that of all categories.
            episode: Its number.
        """
        self._renewed[category] = max(self._renewed.get(category, EVER), episode)

    def lost(self, subgoal: Subgoal, history: Sequence[Decision]) -> bool:
        """Returns whether the slow tier should decide: for this goal, or after what has just failed.

        Args:
            subgoal: What is pursued now.
            history: The episode's decisions so far.
        """
        return self._dear(subgoal) or (bool(history) and self._stranded(subgoal, history[-1]))

    def _dear(self, subgoal: Subgoal) -> bool:
        calls, reached = self._alone.get(subgoal.goal, (0, 0))
        if not reached:
            return False
        usual = calls / reached
        begun = self._since(subgoal, self._begun.get(subgoal.goal, []))
        return sum(begun) - len(begun) * usual > usual

    def _stranded(self, subgoal: Subgoal, last: Decision) -> bool:
        if last.subgoal != subgoal or last.tier == "slow" or last.outcome.ok:
            return False
        found = self._since(subgoal, self._failed.get((subgoal.goal, last.outcome.diagnosis), []))
        return 2 * sum(found) < len(found)

    def _since(self, subgoal: Subgoal, evidence: Evidence) -> list[int]:
        after = max(self._renewed.get(scope, EVER) for scope in (subgoal.category, None))
        return [value for episode, value in evidence if episode > after]


def _last_failures(decisions: Sequence[Decision]) -> dict[Diagnosis, int]:
    """Returns where the fast tier failed last with each diagnosis."""
    return {d.outcome.diagnosis: i for i, d in enumerate(decisions) if d.tier == "fast" and not d.outcome.ok}
