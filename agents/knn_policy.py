"""Nearest neighbour over the fast tier's own embeddings: retrieval-augmented control in its plain form.

The frozen base, adapter off, embeds picture and prompt of a decision; what went OK in a pursuit that
reached its subgoal is kept with its action, one memory a category. Where the `NEIGHBOURS` nearest agree on
an action it is taken; where they disagree, or the episode has ruled it out, the planner decides. Same eyes
and same features as PEAM's fast tier, but what is learned is kept as experience and not in weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from peam.actions import Action
from peam.agents.base import Plan, Proposal, Situation, consult, think
from peam.agents.tabu import tabu
from peam.agents.words import went
from peam.errors import PeamError
from peam.fast.prompt import act_text
from peam.memory.embeddings import Vectors, unit
from peam.memory.index import Index
from peam.slow.planner import SlowPlanner
from peam.types import Decision, Episode, Image, Observation, Task

NEIGHBOURS = 3


class Eyes(Protocol):
    """What it asks of the frozen base."""

    def see(self, rgb: Image) -> tuple[str, ...]:
        """Returns what is named in view."""

    def embed(self, rgb: Image, text: str) -> Vectors:
        """Returns the (hidden,) pooled state of a picture and a prompt."""


class KnnPolicy:
    """The nearest successful decisions.

    Args:
        planner: Asked for plans, and where neighbours disagree.
        eyes: The frozen base.
    """

    name = "knn_policy"
    looks = True

    def __init__(self, planner: SlowPlanner, eyes: Eyes) -> None:
        self.planner = planner
        self._eyes = eyes
        self._vectors: dict[str, list[Vectors]] = {}
        self._actions: dict[str, list[Action]] = {}
        self._ready: dict[str, tuple[Vectors, Index]] = {}  # category -> mean, and what is left without it

    def begin(self, task: Task, seed: int) -> None:
        """Forgets the last episode's beliefs; what lasts is in the memory."""
        self.planner.begin(seed)

    def plan(self, task: Task, observation: Observation, history: Sequence[Decision]) -> Plan:
        """Asks the planner."""
        return consult(self.planner, task, observation, history)

    def propose(self, situation: Situation) -> Proposal:
        """Does what the nearest did, where they agree."""
        image = situation.observation.rgb
        assert image is not None, "the loop draws a picture for agents that look"
        seen = self._eyes.see(image)
        vector = self._eyes.embed(image, act_text(situation.state, seen))
        action = self.nearest(situation.subgoal.category, vector)
        if action is None or action in tabu(situation.history):
            return replace(think(self.planner, situation), seen=seen)
        return Proposal(action, "fast", seen)

    def nearest(self, category: str, vector: Vectors) -> Action | None:
        """Returns the action that the nearest agree on, None where they do not or are too few.

        Vectors are compared by cosine once their mean is taken off: hidden states share a large constant.
        """
        actions = self._actions.get(category, [])
        if len(actions) < NEIGHBOURS:
            return None
        if category not in self._ready:
            self._ready[category] = _indexed(self._vectors[category])
        centre, index = self._ready[category]
        found = {actions[number] for number, _ in index.search(unit(vector - centre), NEIGHBOURS)}
        return found.pop() if len(found) == 1 else None

    def learn(self, episode: Episode) -> None:
        """Keeps what went OK in the pursuits that reached their subgoal.

        Raises:
            PeamError: The episode was recorded without pictures.
        """
        for segment in episode.segments:
            for decision in went(segment) if segment.reached else ():
                self._keep(segment.subgoal.category, decision, episode.index)

    def _keep(self, category: str, decision: Decision, episode: int) -> None:
        if decision.rgb.size == 0:
            raise PeamError(
                f"knn_policy learns from pictures, and episode {episode} has none: "
                "take a memory that it, or peam, has lived itself"
            )
        assert decision.action is not None
        vector = self._eyes.embed(decision.rgb, act_text(decision.state, decision.seen))
        self._vectors.setdefault(category, []).append(vector)
        self._actions.setdefault(category, []).append(decision.action)
        self._ready.pop(category, None)


def _indexed(vectors: Sequence[Vectors]) -> tuple[Vectors, Index]:
    """Returns the mean of vectors, and the index of what is left of them without it."""
    rows = np.stack(vectors)
    centre: Vectors = rows.mean(0)
    index = Index(rows.shape[1])
    for row in unit(rows - centre):
        index.add(row)
    return centre, index
