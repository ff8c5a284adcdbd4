from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file
from transformers import AutoModelForImageTextToText

from peam.config import load_config
from peam.errors import AdapterError, ConfigError
from peam.fast.backbone import Answered, Handle
from peam.fast.experts import Experts
from peam.fast.objective import train_adapter
from tests.fast.conftest import TARGETS, disturb, noise
from tests.fast.symbolic import chain


def rows(experts: Experts, count: int = 12) -> list[Answered]:
    backbone = experts.backbone
    with experts.serving(None) as handle:
        picture = backbone.pictures(handle, [noise(1)])[0]
    prompt = backbone.prompter.ids("task stick ; goal inventory stick 4 ; has oak_log 2")
    return [Answered(picture, prompt, answer) for answer in backbone.prompter.answers[:count]]


def scores(experts: Experts, category: str | None, served: bool) -> torch.Tensor:
    batch = rows(experts)
    with torch.no_grad(), experts.serving(category) if served else experts.live(category) as model:
        return experts.backbone.log_probs(model, batch)[0]


def test_fresh_adapter_changes_nothing_and_names_only_text_linears(experts: Experts) -> None:
    base = scores(experts, None, False)
    experts.new_adapter("craft", 1)
    assert torch.equal(scores(experts, "craft", False), base)
    names = [name for name, _ in experts.parameters("craft")]
    assert len(names) == 4 * len(TARGETS) * 2
    assert all(".text_model." in name and "vision" not in name for name in names)


def test_folded_weights_equal_the_unmerged_adapter(experts: Experts) -> None:
    for seed, category in enumerate(("craft", "gather")):
        experts.new_adapter(category, seed)
        disturb(experts, category, seed)
    for category in ("craft", None, "gather", "craft"):
        live, folded = scores(experts, category, False), scores(experts, category, True)
        assert torch.allclose(live, folded, atol=1e-4)
    assert not torch.allclose(scores(experts, "craft", True), scores(experts, "gather", True), atol=1e-2)


def test_functional_decoder_equals_transformers_and_peft(experts: Experts) -> None:
    experts.new_adapter("craft", 1)
    disturb(experts, "craft", 1)
    for category in ("craft", None):
        ours = scores(experts, category, False)
        backbone = experts.backbone
        batch = rows(experts)
        decoder, backbone.decoder = backbone.decoder, None
        with torch.no_grad(), experts.live(category) as handle:
            pictures = [backbone._generic_picture(noise(1))] * len(batch)
            batch = [Answered(p, r.prompt, r.answer) for p, r in zip(pictures, batch, strict=True)]
            theirs = backbone.log_probs(handle, batch)[0]
        backbone.decoder = decoder
        assert torch.allclose(ours, theirs, atol=1e-4)


def test_functional_gradients_equal_pefts(experts: Experts) -> None:
    experts.new_adapter("craft", 1)
    disturb(experts, "craft", 1)
    batch, backbone = rows(experts, 4), experts.backbone
    pictures = [backbone._generic_picture(noise(1))] * len(batch)
    raw = [Answered(p, r.prompt, r.answer) for p, r in zip(pictures, batch, strict=True)]
    found = []
    for decoder, part in ((backbone.decoder, batch), (None, raw)):
        backbone.decoder = decoder
        with experts.trainable("craft") as (handle, parameters):
            backbone.log_probs(handle, part)[0].sum().backward()
            found.append(torch.cat([p.grad.flatten() for p in parameters]))
    assert found[0].norm() > 0
    assert torch.allclose(found[0], found[1], rtol=1e-3, atol=1e-3)


def test_serving_keeps_the_old_weights_until_refolded(experts: Experts) -> None:
    experts.new_adapter("craft", 1)
    before = scores(experts, "craft", True)
    disturb(experts, "craft", 1)
    assert torch.equal(scores(experts, "craft", True), before)
    experts.refold("craft")
    assert not torch.allclose(scores(experts, "craft", True), before, atol=1e-2)


def test_saved_adapter_loads_here_and_in_plain_peft(experts: Experts, nano: Path, tmp_path: Path) -> None:
    experts.new_adapter("craft", 1)
    disturb(experts, "craft", 1)
    experts.save("craft", tmp_path)
    want, batch = scores(experts, "craft", False), rows(experts)
    fresh = Experts(str(nano), "cpu", 16, 32, TARGETS)
    fresh.load("craft", tmp_path)
    assert torch.equal(scores(fresh, "craft", False), want)
    plain = PeftModel.from_pretrained(AutoModelForImageTextToText.from_pretrained(nano), tmp_path).eval()
    pictures = [experts.backbone._generic_picture(noise(1))] * len(batch)
    batch = [Answered(p, r.prompt, r.answer) for p, r in zip(pictures, batch, strict=True)]
    experts.backbone.decoder = None
    with torch.no_grad():
        got = experts.backbone.log_probs(Handle(plain.get_base_model(), experts._model), batch)[0]
    assert torch.allclose(got, want, atol=1e-4)


def test_same_seed_gives_the_same_file(experts: Experts, tmp_path: Path) -> None:
    for name in ("a", "b"):
        experts.new_adapter("craft", 7)
        experts.save("craft", tmp_path / name)
    files = [(tmp_path / name / "adapter_model.safetensors").read_bytes() for name in ("a", "b")]
    assert files[0] == files[1]


def test_unknown_adapter_is_an_error_that_names_the_nearest(experts: Experts) -> None:
    with pytest.raises(AdapterError, match="craf"):
        scores(experts, "craf", True)
    experts.new_adapter("craft", 1)
    for served in (True, False):
        with pytest.raises(AdapterError, match="did you mean 'craft'"):
            scores(experts, "crat", served)


def test_bad_adapter_files_are_refused_and_the_old_version_stays(experts: Experts, tmp_path: Path) -> None:
    experts.new_adapter("craft", 1)
    disturb(experts, "craft", 1)
    experts.save("craft", tmp_path / "good")
    want = scores(experts, "craft", True)
    weights = tmp_path / "good" / "adapter_model.safetensors"
    whole = weights.read_bytes()

    weights.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(AdapterError, match="corrupted"):
        experts.load("craft", tmp_path / "good")
    state = load_file_bytes(whole, tmp_path)
    state.pop(sorted(state)[0])
    save_file(state, weights)
    with pytest.raises(AdapterError, match="do not fit"):
        experts.load("craft", tmp_path / "good")
    weights.unlink()
    with pytest.raises(AdapterError, match="missing"):
        experts.load("craft", tmp_path / "good")
    weights.write_bytes(whole)
    (tmp_path / "good" / "adapter_config.json").write_text("{}")
    with pytest.raises(AdapterError, match="not an adapter configuration"):
        experts.load("craft", tmp_path / "good")
    assert experts.categories == ("craft",)
    assert torch.equal(scores(experts, "craft", True), want)


def load_file_bytes(data: bytes, folder: Path) -> dict[str, torch.Tensor]:
    (folder / "copy.safetensors").write_bytes(data)
    return load_file(folder / "copy.safetensors")


def test_adapter_of_another_base_is_refused(experts: Experts, tmp_path: Path) -> None:
    experts.new_adapter("craft", 1)
    experts.save("craft", tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({"base_hash": experts.base_hash()}))
    experts.load("craft", tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({"base_hash": "0" * 64}))
    with pytest.raises(AdapterError, match="trained on base 000000000000"):
        experts.load("craft", tmp_path)


def test_consolidating_one_category_leaves_every_bit_of_the_others(experts: Experts, tmp_path: Path) -> None:
    import numpy as np

    config = load_config([], ["consolidation.steps=4", "consolidation.batch=4"])
    for seed, category in enumerate(("craft", "gather")):
        experts.new_adapter(category, seed)
        disturb(experts, category, seed)
    experts.save("gather", tmp_path / "before")
    before = [scores(experts, c, served) for c in ("gather", None) for served in (True, False)]
    own = scores(experts, "craft", False)
    train_adapter(experts, "craft", [chain(np.random.default_rng(1))], config=config, seed=1)
    experts.refold("craft")
    experts.save("gather", tmp_path / "after")
    after = [scores(experts, c, served) for c in ("gather", None) for served in (True, False)]
    assert not torch.equal(scores(experts, "craft", False), own)
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))
    files = [(tmp_path / f / "adapter_model.safetensors").read_bytes() for f in ("before", "after")]
    assert files[0] == files[1]


def test_dropping_adapters_restores_the_base(experts: Experts) -> None:
    base = scores(experts, None, False)
    experts.new_adapter("craft", 1)
    experts.new_adapter("gather", 2)
    disturb(experts, "craft", 1)
    assert not torch.equal(scores(experts, "craft", True), base)
    experts.drop("craft")
    assert experts.categories == ("gather",)
    experts.drop("gather")
    assert experts.categories == ()
    assert torch.equal(scores(experts, None, True), base)
    assert torch.equal(scores(experts, None, False), base)


def test_bad_configuration_is_named(nano: Path) -> None:
    with pytest.raises(ConfigError, match=r"fast\.device 'gpu'"):
        Experts(str(nano), "gpu", 16, 32, TARGETS)
    with pytest.raises(ConfigError, match=r"fast\.lora\.targets"):
        Experts(str(nano), "cpu", 16, 32, ("query",))
