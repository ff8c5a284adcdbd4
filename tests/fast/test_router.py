from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from peam.errors import PeamError
from peam.fast.experts import Experts
from peam.fast.router import Router, goal_of, threshold

GOALS = {
    "craft": ("inventory stick", "inventory torch", "inventory furnace", "inventory wooden_pickaxe"),
    "combat": ("killed zombie", "killed skeleton", "shot skeleton", "shot zombie"),
    "build": ("placed torch", "placed furnace", "placed chest", "placed dirt"),
}


def states(counts: range) -> tuple[list[str], list[str]]:
    texts, truth = [], []
    for category, goals in GOALS.items():
        for goal in goals:
            for count in counts:
                texts.append(f"task anything ; goal {goal} {count} ; has dirt {count} ; hand air")
                truth.append(category)
    return texts, truth


def test_only_the_goal_is_looked_at() -> None:
    assert goal_of("task a ; goal killed zombie 1 ; has nothing") == "goal killed zombie 1"
    assert goal_of("killed zombie") == "killed zombie"


def test_routes_held_out_counts_and_abstains_on_foreign_texts(experts: Experts) -> None:
    router = Router.fit(experts, *states(range(1, 5)), alpha=0.1)
    result = router.accuracy(experts, *states(range(5, 8)))
    assert result["accuracy"] >= 0.8
    assert sum(result.values()) == pytest.approx(1)
    assert router.route(experts, "furnace => ( ( (") is None


def test_threshold_is_the_conformal_quantile() -> None:
    scores = np.arange(1, 20, dtype=np.float32)
    assert threshold(scores, 0.1) == 2.0
    assert threshold(scores[:8], 0.1) == -np.inf
    rng = np.random.default_rng(0)
    draws = [rng.normal(size=250).astype(np.float32) for _ in range(300)]
    refused = [np.mean(drawn[50:] < threshold(drawn[:50], 0.1)) for drawn in draws]
    assert np.mean(refused) <= 0.105


def test_save_and_load(experts: Experts, tmp_path: Path) -> None:
    texts, truth = states(range(1, 4))
    router = Router.fit(experts, texts, truth)
    router.save(tmp_path)
    loaded = Router.load(tmp_path)
    assert np.array_equal(loaded.scores(experts, texts), router.scores(experts, texts))
    assert (loaded.categories, loaded.threshold) == (router.categories, router.threshold)
    (tmp_path / "router.safetensors").write_bytes(b"short")
    with pytest.raises(PeamError, match="no readable router"):
        Router.load(tmp_path)
    with pytest.raises(PeamError, match="one category a text"):
        Router.fit(experts, texts, truth[:-1])
