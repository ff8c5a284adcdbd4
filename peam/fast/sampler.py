"""What one training step looks at: decisions to clone, pairs to contrast, drawn and augmented by a seed.

Knows examples alone, nothing of models or losses.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from peam.fast.augment import augment, task_names, transplant
from peam.fast.scores import Example
from peam.state import parse_state

SIDE = 2  # decisions a side of a pair that one step looks at
PAIRS = 2  # pairs with a failed twin that one step looks at
AUGMENTED = 0.6  # share of cloned decisions that are shown in an equivalent state
TRANSPLANTED = 0.5  # share of these that are told of another wood


@dataclass(frozen=True, slots=True)
class Twin:
    """A pair with a failed run, as DPO takes it: both sides after the bifurcation, and pi_ref's scores."""

    chosen: list[Example]
    rejected: list[Example]
    chosen_reference: NDArray[np.float64]
    rejected_reference: NDArray[np.float64]


class Sampler:
    """Draws what one step looks at.

    Cloning: decisions with probability proportional to 1/sqrt(how many share their verb and target), times
    the same for their goal, which replaces the 1/|t+| weighting: rare but needed actions, and goals that are
    seldom set, are not drowned by frequent ones.
    Contrast: `PAIRS` pairs, uniformly; of a side with more than `SIDE` decisions, that many without
    replacement, scaled by n/SIDE: unbiased for D (for L up to the curvature of log sigmoid), exact for the
    short sides that bifurcation leaves.
    """

    def __init__(self, pool: Sequence[Example], twins: Sequence[Twin], seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._pool, self._twins, self._tasks = pool, twins, task_names()
        kinds = [(e.action.verb, e.action.target) for e in pool]
        goals = [parse_state(e.state).goal.rpartition(" ")[0] for e in pool]
        weights = _rarity(kinds) * _rarity(goals)
        self._weights = weights / weights.sum()

    def cloned(self, size: int, augmented: bool) -> list[tuple[int, Example]]:
        """Returns (index into the pool, example) of one step's decisions."""
        drawn = self._rng.choice(len(self._pool), size=size, p=self._weights)
        return [(int(i), self._shown(self._pool[int(i)], augmented)) for i in drawn]

    def _shown(self, example: Example, augmented: bool) -> Example:
        if not augmented or self._rng.random() >= AUGMENTED:
            return example
        state = augment(example.state, example.action, example.protected, self._tasks, self._rng)
        if self._rng.random() >= TRANSPLANTED:
            return replace(example, state=state)
        state, seen, action = transplant(state, example.seen, example.action, self._rng)
        return replace(example, state=state, seen=seen, action=action)

    def contrasted(self) -> list[tuple[Twin, NDArray[np.int64], NDArray[np.int64]]]:
        """Returns one step's pairs, with the decisions drawn of each side."""
        if not self._twins:
            return []
        drawn = self._rng.choice(len(self._twins), size=min(PAIRS, len(self._twins)), replace=False)
        twins = [self._twins[int(i)] for i in drawn]
        return [(t, self._some(len(t.chosen)), self._some(len(t.rejected))) for t in twins]

    def _some(self, size: int) -> NDArray[np.int64]:
        return self._rng.choice(size, size=min(SIDE, size), replace=False)


def _rarity(labels: Sequence[Hashable]) -> NDArray[np.float64]:
    """Returns 1/sqrt(how many have the same label) of each."""
    counts = Counter(labels)
    return np.array([1 / math.sqrt(counts[label]) for label in labels])
