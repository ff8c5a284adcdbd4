"""The fast tier of the loop: experts, policy and calibration behind `peam.fast.base.FastTier`.

Knows nothing of the store, the planner or the simulator.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from pathlib import Path

import torch

from peam.actions import Action
from peam.config import Config
from peam.fast.base import Choice, Tried
from peam.fast.calibration import Calibrator
from peam.fast.experts import Experts
from peam.fast.full import FullExperts
from peam.fast.policy import Policy
from peam.fast.prompt import act_text
from peam.fast.roster import Roster
from peam.fast.router import Router
from peam.fast.scores import segment_log_prob
from peam.types import Image, Segment


class LoraFastTier:
    """One frozen base, its experts, and a calibrator each.

    Categories and experts are both understood wherever a category is asked for.

    Attributes:
        roster: Which expert serves which category.
        experts: Base and adapters.
        router: Routes subgoals without a category; None until `fit_router` or assigned.
    """

    def __init__(self, config: Config, experts: Experts | None = None) -> None:
        """Loads the base.

        Args:
            config: Reads `fast` and `threads`.
            experts: An already loaded base, for tests and for sharing; else `config.fast` says which.
        """
        if experts is None:
            torch.set_num_threads(int(config.threads))
        self.roster = Roster.from_config(config)
        kind = FullExperts if self.roster.kind == "full" else Experts
        self.experts = experts or kind.from_config(config)
        self.router: Router | None = None
        self._policy = Policy(self.experts)
        self._epsilon = float(config.fast.epsilon)
        self._calibrators: dict[str | None, Calibrator] = {}

    def load(self, category: str, adapter_dir: Path) -> None:
        """Serves an expert's categories with this version from now on; what was calibrated before is void.

        Raises:
            AdapterError: Missing, corrupted, made for another base or another arrangement of experts; the old
                version goes on serving.
        """
        self.roster.check(category)
        self.experts.load(category, adapter_dir)
        if self.experts.folds:
            self.experts.refold(category)
        self._calibrators.pop(category, None)

    def unload(self, category: str) -> None:
        """Forgets the category's adapter."""
        self.experts.drop(self.roster.of(category))
        self._calibrators.pop(self.roster.of(category), None)

    def knows(self, category: str) -> bool:
        """Returns whether an adapter is loaded for the category."""
        return self.roster.of(category) in self.experts.categories

    def see(self, rgb: Image) -> tuple[str, ...]:
        """Returns what the frozen base, adapter off, names in view: "oak_log near", "cow far"."""
        return self._policy.see(self._policy.picture(rgb))

    def decide(self, category: str | None, state: str, rgb: Image, tabu: Collection[Action] = ()) -> Choice:
        """Chooses an action under the category's adapter; None: by the base alone, which never acts.

        Raises:
            AdapterError: If the category has no adapter.
        """
        expert = None if category is None else self.roster.of(category)
        if expert is not None:
            self.experts.check(expert)
        begin = time.perf_counter()
        picture = self._policy.picture(rgb)
        seen = self._policy.see(picture)
        ranked = self._policy.decide(expert, state, seen, picture, tabu)
        calibrator, word = self._calibrators.get(expert, Calibrator()), ranked.action.word
        return Choice(
            ranked.action, ranked.log_prob, ranked.margin, calibrator.confidence(word, ranked.margin),
            calibrator.acts(word, ranked.margin), seen, time.perf_counter() - begin,
        )  # fmt: skip

    def calibrate(self, category: str, tried: Sequence[Tried]) -> None:
        """Fits confidence and the acting thresholds from the store's own history."""
        self.experts.check(self.roster.of(category))
        self._calibrators[self.roster.of(category)] = Calibrator.fit(tried, self._epsilon)

    def trust(self, category: str) -> None:
        """Lets the category act at every margin: for probes, whose outcomes then calibrate it."""
        self.experts.check(self.roster.of(category))
        self._calibrators[self.roster.of(category)] = Calibrator(epsilon=self._epsilon, always=True)

    def segment_log_prob(self, category: str, segment: Segment) -> tuple[float, int]:
        """Returns (log-probability, token count) of a segment's actions; base alone where no adapter is."""
        expert = self.roster.of(category) if self.knows(category) else None
        return segment_log_prob(self.experts, expert, segment)

    def prompt_tokens(self, state: str, seen: Sequence[str]) -> int:
        """Returns how many text tokens a decision's prompt has, for the meter."""
        return len(self.experts.backbone.prompter.ids(act_text(state, seen)))

    def fit_router(self, states: Sequence[str], categories: Sequence[str]) -> None:
        """Fits the router on state texts whose category the planner named."""
        self.router = Router.fit(self.experts, states, categories)

    def route(self, state: str) -> str | None:
        """Returns a state text's category by the learned router; None where it abstains or is not fitted."""
        return None if self.router is None else self.router.route(self.experts, state)
