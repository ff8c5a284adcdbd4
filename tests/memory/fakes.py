"""An executor that remembers words instead of weights: fast, deterministic, honest about what it learned."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import numpy as np

from peam.fast.base import Choice, Tried
from peam.memory.pairs import action_word
from peam.types import Decision, Image, Pair, Segment

from .helpers import action, adapter_files

BASE = "f" * 64


def word(decision: Decision) -> str:
    return f"{action_word(decision)} at picture {int(decision.rgb.sum())}"


class WordTier:
    """Serving tier, executor and workbench in one: an adapter is a set of what it was taught."""

    def __init__(self, broken: bool = False) -> None:
        self.words: dict[str, set[str]] = {}
        self.calibrated: dict[str, int] = {}
        self.broken = broken
        self.trained: list[tuple[list[str], int]] = []

    def base_hash(self) -> str:
        return BASE

    def load(self, category: str, folder: Path) -> None:
        self.words[category] = set(json.loads((folder / "adapter_config.json").read_text(encoding="utf-8")))

    def save(self, category: str, folder: Path) -> None:
        adapter_files(folder, float(len(self.words[category])))
        (folder / "adapter_config.json").write_text(
            json.dumps(sorted(self.words[category])), encoding="utf-8"
        )

    def knows(self, category: str) -> bool:
        return category in self.words

    def calibrate(self, category: str, tried: Sequence[Tried]) -> None:
        self.calibrated[category] = len(tried)

    def train(
        self,
        category: str,
        pairs: Sequence[Pair],
        replay: Sequence[Pair],
        seed: int,
        on_step: Callable[[int, dict[str, float]], None],
    ) -> Mapping[str, float]:
        self.trained.append(([p.id for p in pairs], len(replay)))
        taught = {word(d) for p in pairs for d in p.corrected.decisions}
        self.words.setdefault(category, set()).update(set() if self.broken else taught)
        generation = sum(w.startswith("generation") for w in self.words[category])
        self.words[category].add(f"generation {generation}")  # each is a little surer than the last
        for step in range(200):
            on_step(step, {"loss": 0.0})
        return {"steps": 200.0, "loss": 0.5}

    def segment_log_prob(self, category: str, segment: Segment) -> tuple[float, int]:
        known = self.words.get(category, set())
        sure = -0.1 / (1 + sum(w.startswith("generation") for w in known))
        logs = [sure if word(d) in known else -2.0 for d in segment.decisions]
        return sum(logs), len(logs)

    def decide(self, category: str, state: str, rgb: Image, tabu: Collection[object] = ()) -> Choice:
        chosen = action("explore(north)")
        assert chosen is not None
        return Choice(chosen, -0.1, 2.0, 0.9, True, (), 0.0)

    def bc_gradient(self, category: str, decisions: Sequence[Decision]) -> np.ndarray:
        return np.ones(4, dtype=np.float32)
