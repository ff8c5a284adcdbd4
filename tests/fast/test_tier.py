from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from peam.config import Config
from peam.errors import AdapterError
from peam.fast.base import FastTier, Tried
from peam.fast.experts import Experts
from peam.fast.tier import LoraFastTier
from tests.fast.conftest import disturb, noise
from tests.fast.symbolic import World, chain


@pytest.fixture
def tier(config: Config, experts: Experts) -> LoraFastTier:
    return LoraFastTier(config, experts)


def saved(tier: LoraFastTier, folder: Path, seed: int = 1) -> Path:
    tier.experts.new_adapter("scratch", seed)
    disturb(tier.experts, "scratch", seed, 0.05)
    tier.experts.save("scratch", folder)
    tier.experts.drop("scratch")
    return folder


def state() -> str:
    return World.random(np.random.default_rng(0)).state()


def test_it_is_a_fast_tier_and_decides_with_what_it_loaded(tier: LoraFastTier, tmp_path: Path) -> None:
    served: FastTier = tier
    assert not served.knows("craft")
    with pytest.raises(AdapterError, match="unknown adapter 'craft'"):
        served.decide("craft", state(), noise(1))
    served.load("craft", saved(tier, tmp_path))
    choice = served.decide("craft", state(), noise(1))
    assert served.knows("craft") and choice.seconds > 0 and choice.margin >= 0 and choice.log_prob < 0
    assert choice.seen == served.see(noise(1))
    assert (choice.confidence, choice.acts) == (0.0, False), "nothing is calibrated yet"
    other = served.decide("craft", state(), noise(1), {choice.action})
    assert other.action != choice.action
    assert choice.log_prob - other.log_prob == pytest.approx(choice.margin, abs=1e-3)


def test_calibration_lets_it_act_and_a_new_version_voids_it(tier: LoraFastTier, tmp_path: Path) -> None:
    tier.load("craft", saved(tier, tmp_path / "a"))
    first = tier.decide("craft", state(), noise(1))
    tier.calibrate("craft", [Tried(first.action.word, first.margin, True)] * 30)
    choice = tier.decide("craft", state(), noise(1))
    assert choice.acts and choice.confidence == 1.0
    tier.load("craft", saved(tier, tmp_path / "b", 2))
    assert not tier.decide("craft", state(), noise(1)).acts
    with pytest.raises(AdapterError, match="unknown adapter"):
        tier.calibrate("smelt", [Tried("smelt(glass)", 1.0, True)])


def test_a_refused_version_leaves_the_old_one_serving(tier: LoraFastTier, tmp_path: Path) -> None:
    tier.load("craft", saved(tier, tmp_path / "a"))
    before = tier.decide("craft", state(), noise(1))
    with pytest.raises(AdapterError, match="missing"):
        tier.load("craft", tmp_path / "nowhere")
    after = tier.decide("craft", state(), noise(1))
    assert (after.action, after.log_prob) == (before.action, before.log_prob)
    tier.unload("craft")
    assert not tier.knows("craft")


def test_segment_scores_fall_back_on_the_base_by_contract(tier: LoraFastTier, tmp_path: Path) -> None:
    run = chain(np.random.default_rng(2)).corrected
    base, tokens = tier.segment_log_prob("craft", run)
    tier.load("craft", saved(tier, tmp_path))
    own, same = tier.segment_log_prob("craft", run)
    assert tokens == same > 0 and own != base


def test_router_serves_subgoals_without_category(tier: LoraFastTier) -> None:
    assert tier.route("goal killed zombie 1") is None
    goals = [f"goal {what} {i}" for what in ("killed zombie", "inventory stick") for i in range(1, 9)]
    tier.fit_router(goals, ["combat"] * 8 + ["craft"] * 8)
    assert tier.route("goal killed zombie 3") == "combat"
    assert tier.prompt_tokens("goal killed zombie 3", ("cow far",)) == 9
