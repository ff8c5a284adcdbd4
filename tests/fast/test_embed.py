"""The frozen base as an encoder of decisions."""

from __future__ import annotations

import numpy as np
import pytest

from peam.fast.embed import FrozenEyes
from peam.fast.experts import Experts

from .conftest import disturb, noise

TEXT = "task t ; goal inventory stick 4 ; has nothing ; hand air ; sees nothing"


def test_picture_and_prompt_both_count_and_the_same_gives_the_same(experts: Experts) -> None:
    eyes = FrozenEyes(experts)
    first = eyes.embed(noise(1), TEXT)
    assert np.array_equal(first, eyes.embed(noise(1), TEXT))
    assert np.array_equal(first, FrozenEyes(experts).embed(noise(1), TEXT)), "nothing kept between"
    assert not np.allclose(first, eyes.embed(noise(2), TEXT))
    assert not np.allclose(first, eyes.embed(noise(1), TEXT.replace("stick", "torch")))


def test_adapters_do_not_change_it(experts: Experts) -> None:
    first = FrozenEyes(experts).embed(noise(1), TEXT)
    experts.new_adapter("craft", 0)
    disturb(experts, "craft", 1)
    experts.refold("craft")
    assert np.array_equal(first, FrozenEyes(experts).embed(noise(1), TEXT))


def test_both_ways_through_the_model_agree(experts: Experts, monkeypatch: pytest.MonkeyPatch) -> None:
    cached = FrozenEyes(experts).embed(noise(1), TEXT)
    backbone = experts.backbone
    prompt = backbone.prompter.ids(TEXT)
    picture = backbone._generic_picture(noise(1))
    monkeypatch.setattr(backbone, "decoder", None)
    with experts.live(None) as handle:
        generic = backbone.hidden(handle, picture, prompt)
    assert np.allclose(cached, generic.detach().mean(0).numpy(), atol=1e-4)
