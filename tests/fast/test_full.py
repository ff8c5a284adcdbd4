from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from peam.config import load_config
from peam.errors import AdapterError
from peam.fast.checkpoints import hash_base
from peam.fast.experts import Experts
from peam.fast.full import FullExperts
from peam.fast.objective import bc_gradient, train_adapter
from tests.fast.conftest import TARGETS, disturb
from tests.fast.symbolic import chain
from tests.fast.test_experts import scores

TRAINING = load_config([], ["consolidation.steps=3", "consolidation.batch=4"])


@pytest.fixture
def full(nano: Path) -> FullExperts:
    return FullExperts(str(nano), "cpu", targets=TARGETS)


def train(experts: Experts, seed: int = 1) -> dict[str, float]:
    return train_adapter(experts, "shared", [chain(np.random.default_rng(seed))], config=TRAINING, seed=seed)


def test_fresh_layers_are_the_bases_and_leave_out_words_and_sight(full: FullExperts) -> None:
    base = scores(full, None, False)
    full.new_adapter("shared", 1)
    assert torch.equal(scores(full, "shared", False), base)
    names = [name for name, _ in full.parameters("shared")]
    assert len(names) == 4 * (len(TARGETS) + 2) + 1, "weights and norms of four layers, and the last norm"
    assert all(".text_model." in name and "embed" not in name for name in names)


def test_training_changes_the_expert_and_neither_the_base_in_memory_nor_its_file(
    full: FullExperts, nano: Path
) -> None:
    file, base, served = hash_base(nano), scores(full, None, False), scores(full, None, True)
    numbers = train(full)
    size = sum(p.numel() for _, p in full.parameters("shared"))
    assert numbers["parameters"] == size == 1_771_200, "4 x (4 x 192^2 + 3 x 192 x 512 + 2 x 192) + 192"
    assert not torch.equal(scores(full, "shared", False), base)
    assert torch.equal(scores(full, None, False), base) and torch.equal(scores(full, None, True), served)
    assert hash_base(nano) == file
    assert not any(p.requires_grad for _, p in full.parameters("shared"))


def test_serving_keeps_what_it_had_until_refolded(full: FullExperts) -> None:
    train(full, 1)
    before = scores(full, "shared", True)
    assert torch.allclose(before, scores(full, "shared", False), atol=1e-4)
    train(full, 2)
    assert torch.equal(scores(full, "shared", True), before), "norms, too, were copied"
    full.refold("shared")
    assert torch.allclose(scores(full, "shared", True), scores(full, "shared", False), atol=1e-4)
    assert not torch.allclose(scores(full, "shared", True), before, atol=1e-3)


def test_the_generic_path_runs_the_same_layers(full: FullExperts) -> None:
    from peam.fast.backbone import Answered
    from tests.fast.conftest import noise
    from tests.fast.test_experts import rows

    train(full)
    ours, batch = scores(full, "shared", False), rows(full)
    decoder, full.backbone.decoder = full.backbone.decoder, None
    with torch.no_grad(), full.live("shared") as handle:
        pictures = [full.backbone._generic_picture(noise(1))] * len(batch)
        batch = [Answered(p, r.prompt, r.answer) for p, r in zip(pictures, batch, strict=True)]
        theirs = full.backbone.log_probs(handle, batch)[0]
    full.backbone.decoder = decoder
    assert torch.allclose(ours, theirs, atol=1e-4)


def test_what_was_saved_loads_to_the_bit(full: FullExperts, nano: Path, tmp_path: Path) -> None:
    train(full)
    full.save("shared", tmp_path)
    fresh = FullExperts(str(nano), "cpu", targets=TARGETS)
    fresh.load("shared", tmp_path)
    assert torch.equal(scores(fresh, "shared", False), scores(full, "shared", False))
    settings = json.loads((tmp_path / "adapter_config.json").read_text())
    stored = load_file(tmp_path / "adapter_model.safetensors")
    assert settings["kind"] == "full" and settings["parameters"] == sum(v.numel() for v in stored.values())


def test_an_adapter_is_no_full_layers_nor_the_other_way_round(
    full: FullExperts, experts: Experts, tmp_path: Path
) -> None:
    experts.new_adapter("shared", 1)
    disturb(experts, "shared", 1)
    experts.save("shared", tmp_path / "lora")
    train(full)
    full.save("shared", tmp_path / "full")
    want = scores(full, "shared", False)
    with pytest.raises(AdapterError, match="is of an adapter, not of full text layers"):
        full.load("shared", tmp_path / "lora")
    assert torch.equal(scores(full, "shared", False), want), "the old layers stay"
    with pytest.raises(AdapterError, match="not an adapter configuration"):
        experts.load("shared", tmp_path / "full")


def test_the_cloning_gradient_is_of_all_layers_and_leaves_nothing_behind(full: FullExperts) -> None:
    decisions = chain(np.random.default_rng(3)).corrected.decisions[:2]
    gradient = bc_gradient(full, "shared", decisions)
    assert gradient.shape == (1_771_200,) and np.linalg.norm(gradient) > 0
    assert full.categories == ()
