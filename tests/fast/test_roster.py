from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from peam.config import load_config
from peam.errors import AdapterError, ConfigError
from peam.fast.base import Tried
from peam.fast.experts import Experts
from peam.fast.roster import Roster, covered
from peam.fast.tier import LoraFastTier
from peam.types import CATEGORIES
from tests.fast.conftest import disturb, noise
from tests.fast.symbolic import World, chain


def tier(nano: Path, kind: str, *more: str) -> LoraFastTier:
    return LoraFastTier(
        load_config([], [f"fast.base={nano}", "fast.device=cpu", f"fast.experts={kind}", *more])
    )


def size(experts: Experts, category: str) -> int:
    experts.new_adapter(category, 1)
    return sum(p.numel() for _, p in experts.parameters(category))


def test_one_adapter_has_as_many_parameters_as_those_of_all_categories_together(nano: Path) -> None:
    isolated, shared = tier(nano, "isolated").experts, tier(nano, "shared").experts
    together = sum(size(isolated, category) for category in CATEGORIES)
    assert size(shared, "shared") == together == 6 * 233_472
    one, six = (x._peft.peft_config[c] for x, c in ((shared, "shared"), (isolated, "gather")))
    assert (one.r, one.lora_alpha / one.r) == (6 * six.r, six.lora_alpha / six.r)


@pytest.mark.parametrize("kind", ["shared", "full"])
def test_one_expert_serves_every_category(nano: Path, tmp_path: Path, kind: str) -> None:
    served = tier(nano, kind)
    served.experts.new_adapter("scratch", 1)
    if kind == "shared":
        disturb(served.experts, "scratch", 1, 0.05)
    served.experts.save("scratch", tmp_path)
    served.experts.drop("scratch")
    assert not any(map(served.knows, CATEGORIES))
    served.load("shared", tmp_path)
    state = World.random(np.random.default_rng(0)).state()
    choices = [served.decide(category, state, noise(1)) for category in CATEGORIES]
    assert all(map(served.knows, CATEGORIES)) and served.experts.categories == ("shared",)
    assert len({(c.action, c.log_prob, c.acts) for c in choices}) == 1 and not choices[0].acts
    served.calibrate("shared", [Tried(choices[0].action.word, choices[0].margin, True)] * 30)
    assert all(served.decide(category, state, noise(1)).acts for category in CATEGORIES)
    run = chain(np.random.default_rng(2)).corrected
    assert len({served.segment_log_prob(category, run) for category in CATEGORIES}) == 1


def test_versions_of_another_arrangement_are_refused(nano: Path, tmp_path: Path) -> None:
    isolated, shared = tier(nano, "isolated"), tier(nano, "shared")
    for served, own, foreign in ((isolated, "craft", "shared"), (shared, "shared", "craft")):
        served.experts.new_adapter(own, 1)
        served.experts.save(own, tmp_path / own)
        served.load(own, tmp_path / own)
        with pytest.raises(AdapterError, match=f"'{foreign}' was not made with fast.experts="):
            served.load(foreign, tmp_path / own)


def test_kinds_are_checked_and_the_nearest_is_named() -> None:
    with pytest.raises(ConfigError, match=r"fast\.experts 'shard' \(did you mean 'shared'"):
        Roster.from_config(load_config([], ["fast.experts=shard"]))
    assert [Roster(kind).of("craft") for kind in ("isolated", "shared", "full")] == [
        "craft",
        "shared",
        "shared",
    ]
    assert Roster("shared").of("shared") == "shared" and Roster("full").ranks == 1
    assert (covered("craft"), covered("shared")) == ("craft", None)
