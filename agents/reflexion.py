"""Reflexion (arXiv 2303.11366): verbal lessons from failures, the last few of each task, in the hints.

An episode's lessons name each thing that failed, why, and what then worked in its place. They are kept by
the task's name in a sliding window of `WINDOW` episodes and told at every decision of that task, newest
first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from peam.agents.remembering import Remembering
from peam.agents.words import distinct, told
from peam.slow.planner import SlowPlanner
from peam.state import parse_state
from peam.types import Decision, Episode, Segment, Subgoal

WINDOW = 3  # reflections kept a task: the paper's bound is 1 to 3 experiences
MOST = 24  # lessons told at once


class Reflexion(Remembering):
    """The window of lessons."""

    name = "reflexion"

    def __init__(self, planner: SlowPlanner) -> None:
        super().__init__(planner)
        self._lessons: dict[str, deque[tuple[str, ...]]] = {}

    def learn(self, episode: Episode) -> None:
        """Reflects on an episode in which something failed."""
        lessons = tuple(lesson for segment in episode.segments for lesson in _lessons(segment))
        if lessons:
            self._lessons.setdefault(episode.task.name, deque(maxlen=WINDOW)).appendleft(lessons)

    def recall(self, subgoal: Subgoal, state: str) -> Sequence[str]:
        """Returns the lessons of the task that the state text names."""
        kept = self._lessons.get(parse_state(state).task, ())
        return distinct((lesson for lessons in kept for lesson in lessons), MOST)


def _lessons(segment: Segment) -> list[str]:
    """Returns a lesson for each decision that failed: what worked next in the pursuit, and what failed."""
    return [
        f"for {segment.subgoal.goal} {_remedy(segment, decision)}since this failed: {told(decision)}"
        for decision in segment.decisions
        if decision.action is not None and not decision.outcome.ok
    ]


def _remedy(segment: Segment, failed: Decision) -> str:
    later = (d for d in segment.decisions if d.index > failed.index and d.outcome.ok)
    worked = next(later, None)
    return "" if worked is None else f"do {worked.action} first, "
