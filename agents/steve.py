"""Steve-Evolving (arXiv 2603.13131): diagnosed experience, distilled into skills and into guardrails.

A pursuit that reached its subgoal becomes a skill with preconditions and a criterion. A decision that
failed for want of something becomes a guardrail: it forbids that action as long as no more of what was
lacking is there. Both are told to the planner; an answer that a guardrail forbids is not carried out but
given back to the planner as a failure, at the price of another slow call (the paper's local replanning).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from peam.actions import Action
from peam.agents.base import Proposal, Situation, think
from peam.agents.remembering import Remembering
from peam.agents.words import RULES, covers, distinct, held_of, kind, listed, needed, recalled, told, went
from peam.memory.embeddings import Encoder
from peam.memory.index import Index
from peam.slow.planner import SlowPlanner
from peam.state import parse_state
from peam.types import Decision, Diagnosis, Episode, Outcome, Segment, Subgoal, Task

VETOES = 2  # answers given back at one decision; then the planner has its way
PLACES = ("explore", "goto")  # what these lack depends on what is in the way


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A failure, and while what it holds.

    Attributes:
        action: Verb and target; every count of it is forbidden.
        held: Item -> count when it failed, of the kinds that it lacked; all items where it named none.
        outcome: Diagnosis and what was missing: the root cause.
        text: As the planner reads it.
    """

    action: tuple[str, str]
    held: Mapping[str, int]
    outcome: Outcome
    text: str

    def holds(self, has: Mapping[str, int], near: Sequence[str]) -> bool:
        """Returns whether the root cause is still there."""
        if self.outcome.diagnosis is Diagnosis.NO_STATION:
            return not any(station in near for station in self.outcome.missing)
        kinds = {kind(name) for name in self.outcome.missing}
        return all(n <= self.held.get(name, 0) for name, n in has.items() if not kinds or kind(name) in kinds)


@dataclass(frozen=True, slots=True)
class Skill:
    """A distilled success: kind -> count that it uses up, and the text with preconditions and criterion."""

    subgoal: Subgoal
    needs: Mapping[str, int]
    text: str


class Steve(Remembering):
    """Skills and guardrails.

    Args:
        planner: Asked at every decision, again where a guardrail forbids its answer.
        encoder: Of state texts and subgoals.
        top: Skills told, and guardrails told.
    """

    name = "steve"

    def __init__(self, planner: SlowPlanner, encoder: Encoder, top: int) -> None:
        super().__init__(planner)
        self._encoder, self._top = encoder, top
        self._skills: dict[int, Skill] = {}
        self._numbers: dict[object, int] = {}  # subgoal and needs -> the skill's number
        self._rails: dict[int, Guardrail] = {}
        self._forbidden: dict[tuple[str, str], list[int]] = {}  # action -> its guardrails
        self._skill_index, self._rail_index = Index(encoder.width), Index(encoder.width)
        self._foreseen: list[Decision] = []  # in this episode

    def begin(self, task: Task, seed: int) -> None:
        """Forgets the last episode's beliefs, and what was foreseen in it."""
        super().begin(task, seed)
        self._foreseen.clear()

    # ---- distilling

    def learn(self, episode: Episode) -> None:
        """Distils an episode."""
        for segment in episode.segments:
            for decision in segment.decisions:
                self._diagnose(decision)
            if segment.reached and went(segment):
                self._distil(segment)

    def _diagnose(self, decision: Decision) -> None:
        action, outcome = decision.action, decision.outcome
        if action is None or action.verb in PLACES:
            return
        has, near = held_of(decision), parse_state(decision.state).near
        if outcome.ok:  # what was forbidden works: the root cause was another
            self._lift(action, decision.state)
        elif outcome.diagnosis in RULES and self.forbidding(action, decision.state) is None:
            rail = _guardrail(action, decision, has)
            if rail.holds(has, near):  # a station that was near, but not reached, is no root cause
                number = self._rail_index.add(self._encoder.encode([recalled(decision.state)])[0])
                self._rails[number] = rail
                self._forbidden.setdefault(rail.action, []).append(number)

    def _lift(self, action: Action, state: str) -> None:
        for number in self._holding(action, state):
            self._rail_index.drop(number)
            self._forbidden[action.verb, action.target].remove(number)
            del self._rails[number]

    def _distil(self, segment: Segment) -> None:
        skill = _skill(segment)
        key = skill.subgoal, frozenset(skill.needs.items())
        if key not in self._numbers:
            self._numbers[key] = self._skill_index.add(self._encoder.encode([str(skill.subgoal)])[0])
        self._skills[self._numbers[key]] = skill

    # ---- control

    def recall(self, subgoal: Subgoal, state: str) -> Sequence[str]:
        """Returns skills, those whose preconditions hold first, and guardrails, the most alike of each."""
        has = dict(parse_state(state).has)
        query = self._encoder.encode([str(subgoal), recalled(state)])
        skills = [self._skills[n] for n, _ in self._skill_index.search(query[0], self._top)]
        skills.sort(key=lambda skill: not covers(has, skill.needs))
        rails = [self._rails[n] for n, _ in self._rail_index.search(query[1], self._top)]
        texts = [skill.text for skill in skills] + [rail.text for rail in rails]
        return distinct(texts, 2 * self._top)

    def forbidding(self, action: Action, state: str) -> Guardrail | None:
        """Returns the guardrail that forbids an action in a state, if one does."""
        return next((self._rails[number] for number in self._holding(action, state)), None)

    def _holding(self, action: Action, state: str) -> list[int]:
        """Returns the numbers of the guardrails that forbid an action in a state."""
        known = self._forbidden.get((action.verb, action.target))
        if not known:
            return []
        parsed = parse_state(state)
        has = dict(parsed.has)
        return [number for number in known if self._rails[number].holds(has, parsed.near)]

    def propose(self, situation: Situation) -> Proposal:
        """Asks the planner until no guardrail forbids its answer, `VETOES` times at most.

        What a guardrail foresaw the planner knows for the rest of the episode, as if it had failed.
        """
        hints = self.recall(situation.subgoal, situation.state)
        done = len(situation.history)
        situation = replace(situation, history=self._told(situation.history))
        proposal = think(self.planner, situation, hints)
        for calls in range(2, VETOES + 2):
            action = proposal.action
            rail = self.forbidding(action, situation.state) if isinstance(action, Action) else None
            if rail is None or not isinstance(action, Action):
                break
            known = _foreseen(done, situation, action, rail)
            self._foreseen.append(known)
            situation = replace(situation, history=[*situation.history, known])
            again = think(self.planner, situation, [*hints, rail.text])
            spent = (proposal.tokens[0] + again.tokens[0], proposal.tokens[1] + again.tokens[1])
            proposal = replace(again, calls=calls, tokens=spent)
        return proposal

    def _told(self, history: Sequence[Decision]) -> list[Decision]:
        """Returns the episode's decisions, and before each the failures that were foreseen in its place."""
        return sorted([*self._foreseen, *history], key=lambda decision: decision.index)


def _guardrail(action: Action, decision: Decision, has: Mapping[str, int]) -> Guardrail:
    outcome = Outcome(decision.outcome.diagnosis, missing=dict(decision.outcome.missing))
    kinds = {kind(name) for name in outcome.missing}
    held = {name: n for name, n in has.items() if not kinds or kind(name) in kinds}
    words = " ".join(f"{name} {n}" for name, n in sorted(held.items())) or "nothing of it"
    text = f"forbidden while no more than {words} is there: {told(decision)}"
    return Guardrail((action.verb, action.target), held, outcome, text)


def _skill(segment: Segment) -> Skill:
    run = went(segment)
    needs = needed(run)
    takes = " ".join(f"{name} {count}" for name, count in sorted(needs.items())) or "nothing"
    subgoal = segment.subgoal
    text = f"skill for {subgoal.goal}, requires {takes}, done when {subgoal.predicate}: {listed(run)}: OK"
    return Skill(subgoal, needs, text)


def _foreseen(index: int, situation: Situation, action: Action, rail: Guardrail) -> Decision:
    """Returns the failure that the guardrail foresees, as if it had happened at decision `index`."""
    return Decision(
        index=index,
        subgoal=situation.subgoal,
        state=situation.state,
        rgb=np.zeros((0, 0, 3), dtype=np.uint8),
        seen=(),
        action=action,
        tier="slow",
        outcome=rail.outcome,
    )
