"""Where a candidate is trained and measured: a base and adapters of its own, apart from those that serve.

Knows the fast tier's training and scoring, nothing of jobs, files of a run, or the gate's rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from peam.config import Config
from peam.fast.base import Choice
from peam.fast.ewc import Anchor, Fisher, added, diagonal_fisher, read_fisher, save_fisher
from peam.fast.objective import bc_gradient, lessons, train_adapter
from peam.fast.roster import ewc_weight
from peam.fast.tier import LoraFastTier
from peam.memory.consolidate import OnStep
from peam.types import Decision, Image, Pair, Segment


class LoraWorkbench:
    """The workbench over a `LoraFastTier`'s experts.

    Args:
        config: Of the run; a base of its own is loaded, so that nothing that serves is touched.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._tier = LoraFastTier(config)
        self._ewc = ewc_weight(config)
        self._fisher: dict[
            str, Fisher
        ] = {}  # of the version that was loaded or trained, where there is a penalty

    def base_hash(self) -> str:
        """Returns the sha256 of the base's weights."""
        return self._tier.experts.base_hash()

    def load(self, category: str, folder: Path) -> None:
        """Loads the version to train from, with what it is to be held to."""
        self._tier.load(category, folder)
        if self._ewc:
            self._fisher[category] = read_fisher(folder)

    def train(
        self, category: str, pairs: Sequence[Pair], replay: Sequence[Pair], seed: int, on_step: OnStep
    ) -> Mapping[str, float]:
        """Trains in place; the folded weights that `decide` uses follow."""
        experts, known = self._tier.experts, self._fisher.get(category)
        anchor = Anchor.at(experts, category, known, self._ewc) if known else None
        numbers = train_adapter(
            experts, category, pairs, replay, config=self._config, seed=seed, on_step=on_step, anchor=anchor
        )
        if self._ewc:
            self._fisher[category] = added(known, diagonal_fisher(experts, category, lessons(pairs), seed))
        if experts.folds:
            experts.refold(category)
        return numbers

    def save(self, category: str, folder: Path) -> None:
        """Writes the expert's files."""
        self._tier.experts.save(category, folder)
        if self._ewc:
            save_fisher(self._fisher[category], folder)

    def segment_log_prob(self, category: str, segment: Segment) -> tuple[float, int]:
        """Returns (log-probability, tokens) of a segment's actions."""
        return self._tier.segment_log_prob(category, segment)

    def decide(self, category: str, state: str, rgb: Image) -> Choice:
        """Chooses an action under the category's adapter, by the base alone where it has none."""
        return self._tier.decide(category if self._tier.knows(category) else None, state, rgb)


class TierExecutor:
    """The serving tier as worthiness sees it.

    Args:
        tier: Whose adapters are asked.
    """

    def __init__(self, tier: LoraFastTier) -> None:
        self._tier = tier

    def segment_log_prob(self, category: str, segment: Segment) -> tuple[float, int]:
        """Returns (log-probability, tokens) of a segment's actions; base alone where no adapter is."""
        return self._tier.segment_log_prob(category, segment)

    def bc_gradient(self, category: str, decisions: Sequence[Decision]) -> NDArray[np.float32]:
        """Returns the flat LoRA-B gradient of the cloning loss."""
        return bc_gradient(self._tier.experts, self._tier.roster.of(category), decisions)
