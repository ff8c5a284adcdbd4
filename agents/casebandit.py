"""CASCADE (arXiv 2605.06702): which case to reuse is a contextual bandit's choice, learned from outcomes.

A case is the corrected run of a pursuit that reached its subgoal. At the start of a pursuit the cases most
alike are the arms, and so is going without; LinUCB (Li et al. 2010) chooses, and the chosen case's steps
are the hints until the pursuit ends. Its reward is what the simulator's state says came of the pursuit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from peam.agents.remembering import Remembering
from peam.agents.words import covers, distinct, needed, recalled, told, went
from peam.memory.embeddings import Encoder, Vectors
from peam.memory.index import Index
from peam.slow.planner import SlowPlanner
from peam.state import parse_state
from peam.types import Decision, Episode, Segment, Subgoal, Task

EXPLORATION = 1.0  # alpha of LinUCB: standard deviations of optimism
FEATURES = 5
Features = NDArray[np.float64]
PRIOR: Features = np.eye(1, FEATURES, 1)[
    0
]  # before any reward the most alike is chosen, as by plain retrieval


@dataclass(slots=True)
class Case:
    """One kept pursuit.

    Attributes:
        subgoal: What it reached.
        vector: Of the state that it began in.
        lines: Its steps as hints.
        needs: Kind of item -> how many it used up.
    """

    subgoal: Subgoal
    vector: Vectors
    lines: tuple[str, ...]
    needs: dict[str, int]


class LinUcb:
    """Ridge regression of rewards on features, towards a prior, and optimism where it is unsure.

    Args:
        prior: Weights believed in before any reward.
    """

    def __init__(self, prior: Features) -> None:
        self._gram: Features = np.eye(len(prior))
        self._sum: Features = prior.astype(np.float64)

    def scores(self, rows: Features) -> Features:
        """Returns the upper confidence bound of each row's reward."""
        inverse = np.linalg.inv(self._gram)
        doubt = np.sqrt(np.einsum("ij,jk,ik->i", rows, inverse, rows))
        bounds: Features = rows @ (inverse @ self._sum) + EXPLORATION * doubt
        return bounds

    def learn(self, row: Features, reward: float) -> None:
        """Takes up what came of one choice."""
        self._gram += np.outer(row, row)
        self._sum += reward * row


class CaseBandit(Remembering):
    """The case base and its bandit.

    Args:
        planner: Asked at every decision.
        encoder: Of state texts.
        top: Cases that stand for choice.
    """

    name = "casebandit"

    def __init__(self, planner: SlowPlanner, encoder: Encoder, top: int) -> None:
        super().__init__(planner)
        self._encoder, self._top = encoder, top
        self._index = Index(encoder.width)
        self._cases: list[Case] = []
        self._bandit = LinUcb(PRIOR)
        self._chosen: tuple[Subgoal, Sequence[str]] | None = None

    def begin(self, task: Task, seed: int) -> None:
        """As every agent; no case is chosen yet."""
        super().begin(task, seed)
        self._chosen = None

    def choose(self, subgoal: Subgoal, state: str) -> tuple[Case | None, Features]:
        """Returns the case with the highest bound, None for going without, and the features of the choice."""
        query = self._encoder.encode([recalled(state)])[0]
        arms: list[Case | None] = [None]
        arms += [self._cases[number] for number, _ in self._index.search(query, self._top)]
        rows = np.stack([_features(case, query, subgoal, state) for case in arms])
        best = int(self._bandit.scores(rows).argmax())
        return arms[best], rows[best]

    def recall(self, subgoal: Subgoal, state: str) -> Sequence[str]:
        """Returns the steps of the case chosen when this pursuit began."""
        if self._chosen is None or self._chosen[0] != subgoal:
            case, _ = self.choose(subgoal, state)
            self._chosen = subgoal, () if case is None else case.lines
        return self._chosen[1]

    def learn(self, episode: Episode) -> None:
        """Rewards the choices of the episode, then keeps what succeeded.

        The choices are made again from the record, by the memory as it was: a replayed life learns the same.
        """
        choices = [self.choose(s.subgoal, s.decisions[0].state)[1] for s in episode.segments]
        for segment, row in zip(episode.segments, choices, strict=True):
            self._bandit.learn(row, reward(segment))
        for segment in episode.segments:
            if segment.reached and any(d.tier == "slow" for d in segment.decisions) and went(segment):
                self._retain(segment)

    def _retain(self, segment: Segment) -> None:
        vector = self._encoder.encode([recalled(segment.decisions[0].state)])[0]
        run = went(segment)
        lines = distinct((_line(segment.subgoal, d) for d in run), len(run))
        self._index.add(vector)
        self._cases.append(Case(segment.subgoal, vector, lines, needed(run)))


def reward(segment: Segment) -> float:
    """Returns the share of a pursuit's decisions that went OK; 0 where it did not reach its subgoal."""
    return segment.reached * sum(d.outcome.ok for d in segment.decisions) / len(segment.decisions)


def _line(subgoal: Subgoal, decision: Decision) -> str:
    return f"in a case of {subgoal.goal}: {told(decision)}"


def _features(case: Case | None, query: Vectors, subgoal: Subgoal, state: str) -> Features:
    """Returns [1, likeness, same goal, same subgoal, needs met]; of going without [1, 0, 0, 0, 0]."""
    if case is None:
        alone: Features = np.eye(1, FEATURES)[0]
        return alone
    met = covers(dict(parse_state(state).has), case.needs)
    likeness = float(case.vector @ query)
    return np.array([1.0, likeness, case.subgoal.goal == subgoal.goal, case.subgoal == subgoal, met])
