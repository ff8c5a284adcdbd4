"""What was reached on the way to a goal: a plan that needs no planner.

Learned from whole episodes, whoever led. Of several ways the fullest is kept: a planner that forgot the sword
got there, too, but more often not. A tuple of subgoals a goal: it grows with what can be asked for, not with
the life. Knows subgoals alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from peam.types import Segment, Subgoal


class Routines:
    """Goal -> subgoals, the goal itself last."""

    def __init__(self) -> None:
        self._ways: dict[Subgoal, tuple[Subgoal, ...]] = {}

    def learn(self, segments: Sequence[Segment]) -> None:
        """Takes up an episode's pursuits: what its last one reached, and by what way."""
        if segments and segments[-1].reached:
            reached = tuple(dict.fromkeys(segment.subgoal for segment in segments if segment.reached))
            self._ways[segments[-1].subgoal] = max(reached, self.way(segments[-1].subgoal), key=len)

    def way(self, goal: Subgoal) -> tuple[Subgoal, ...]:
        """Returns the way to a goal; empty where it was never reached."""
        return self._ways.get(goal, ())
