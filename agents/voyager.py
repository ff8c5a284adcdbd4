"""Voyager (arXiv 2305.16291): a library of skills that worked, found by text embedding and reused whole.

A skill is the corrected run of a pursuit that reached its subgoal, as simulator state says, without its walks
about: those were of another world (the paper's code searches until it finds). Where one of the most alike
skills has the very subgoal, and what it uses up is held, it is carried out step by step without asking the
planner. Where a step finds nothing the planner searches in its place, and the skill goes on once that step is
done; where a step fails for another reason, the planner takes the pursuit over. The most alike skills are the
planner's hints in any case. A newer skill of the same subgoal and needs replaces the older one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from peam.actions import EXPLORE, Action
from peam.agents.base import Situation
from peam.agents.remembering import Remembering
from peam.agents.words import covers, distinct, listed, needed, went
from peam.memory.embeddings import Encoder
from peam.memory.index import Index
from peam.slow.planner import SlowPlanner
from peam.types import Decision, Diagnosis, Episode, Segment, Subgoal, Task

WALKS = frozenset((EXPLORE, way) for way in ("north", "east", "south", "west"))


@dataclass(frozen=True, slots=True)
class Skill:
    """One entry of the library.

    Attributes:
        subgoal: What it reaches.
        actions: The run, failed decisions and walks about removed.
        needs: Kind of item -> how many it uses up beyond what it gains.
        text: As the planner reads it.
    """

    subgoal: Subgoal
    actions: tuple[Action, ...]
    needs: Mapping[str, int]
    text: str

    @property
    def key(self) -> object:
        """What a newer skill must share to replace it."""
        return self.subgoal, frozenset(self.needs.items())


class Voyager(Remembering):
    """The skill library.

    Args:
        planner: Asked where no skill matches.
        encoder: Of subgoals.
        top: Skills retrieved; the paper has 5.
    """

    name = "voyager"

    def __init__(self, planner: SlowPlanner, encoder: Encoder, top: int) -> None:
        super().__init__(planner)
        self._encoder, self._top = encoder, top
        self._index = Index(encoder.width)
        self._skills: dict[int, Skill] = {}
        self._numbers: dict[object, int] = {}  # by what a newer skill must share to replace the older
        self._forget()

    def _forget(self) -> None:
        self._running: tuple[Skill, int] | None = None  # and how many of its actions were begun
        self._given_up: set[Subgoal] = set()

    def begin(self, task: Task, seed: int) -> None:
        """As every agent; nothing is being carried out."""
        super().begin(task, seed)
        self._forget()

    def learn(self, episode: Episode) -> None:
        """Adds the skills that the planner had a hand in and that reached their subgoal."""
        for segment in episode.segments:
            if segment.reached and any(d.tier == "slow" for d in segment.decisions) and _steps(segment):
                self._add(_skill(segment))

    def _add(self, skill: Skill) -> None:
        if skill.key not in self._numbers:
            vector = self._encoder.encode([str(skill.subgoal)])[0]
            self._numbers[skill.key] = self._index.add(vector)
        self._skills[self._numbers[skill.key]] = skill

    def retrieve(self, subgoal: Subgoal) -> list[Skill]:
        """Returns the skills whose subgoals are most alike, best first; of equals the latest needs first."""
        found = self._index.search(self._encoder.encode([str(subgoal)])[0], self._top)
        found.sort(key=lambda pair: (-pair[1], -pair[0]))
        return [self._skills[number] for number, _ in found]

    def recall(self, subgoal: Subgoal, state: str) -> Sequence[str]:
        """Returns the skills most alike."""
        return distinct((skill.text for skill in self.retrieve(subgoal)), self._top)

    def reflex(self, situation: Situation) -> Action | None:
        """Returns the next step of the skill that matches; None where none does, or it waits or failed."""
        subgoal, history = situation.subgoal, situation.history
        if self._running is None or self._running[0].subgoal != subgoal:
            self._running = self._match(situation)
        elif not _done(self._running, history[-1]):
            if _searches(history):
                return None
            self._given_up.add(subgoal)
            self._running = None
        if self._running is None:
            return None
        skill, begun = self._running
        if begun == len(skill.actions):  # carried out, and yet not there
            self._given_up.add(subgoal)
            self._running = None
            return None
        self._running = skill, begun + 1
        return skill.actions[begun]

    def _match(self, situation: Situation) -> tuple[Skill, int] | None:
        if situation.subgoal in self._given_up:
            return None
        held = situation.observation.inventory
        fits = (s for s in self.retrieve(situation.subgoal) if s.subgoal == situation.subgoal)
        skill = next((s for s in fits if covers(held, s.needs)), None)
        return None if skill is None else (skill, 0)


def _done(running: tuple[Skill, int], last: Decision) -> bool:
    """Returns whether the step begun last is done, by the skill itself or by the planner in its place."""
    step = running[0].actions[running[1] - 1]
    return last.action is not None and last.action.word == step.word and last.outcome.ok


def _searches(history: Sequence[Decision]) -> bool:
    """Returns whether the step begun last found nothing: the planner is searching for it."""
    tried = next((d for d in reversed(history) if d.tier == "fast"), None)
    return tried is not None and tried.outcome.diagnosis is Diagnosis.NOT_FOUND


def _steps(segment: Segment) -> tuple[Decision, ...]:
    return tuple(d for d in went(segment) if d.action and (d.action.verb, d.action.target) not in WALKS)


def _skill(segment: Segment) -> Skill:
    run = _steps(segment)
    needs = needed(run)
    takes = " ".join(f"{name} {count}" for name, count in sorted(needs.items())) or "nothing"
    text = f"skill for {segment.subgoal}, uses up {takes}: {listed(run)}: OK"
    return Skill(segment.subgoal, tuple(d.action for d in run if d.action is not None), needs, text)
