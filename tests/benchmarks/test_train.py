from __future__ import annotations

from pathlib import Path

import pytest

from peam.benchmarks.train import material, measure
from peam.config import load_config
from peam.errors import PeamError
from peam.memory.pairs import PairMiner
from peam.memory.store import Store
from tests.memory.helpers import corrected_episode


def test_training_is_measured_and_asked_for_what_was_held_out() -> None:
    pairs = PairMiner().add(corrected_episode(0).segments)
    config = load_config([], ["fast.device=cpu", "consolidation.steps=2"])
    told = measure(config, "gather", pairs, pairs, seed=1)
    assert (told["device"], told["dtype"], told["seed"], told["steps"]) == ("cpu", "float32", 1, 2)
    assert told["tokens"] > 0 and told["tokens_per_s"] > 0
    assert told["heldout"][0] < 0 and told["heldout"][1] != told["heldout"][0]
    assert 0 <= told["agreed"] <= 1 and told["decision_ms"][0] <= told["decision_ms"][1]


def test_a_run_without_such_an_adapter_is_refused(tmp_path: Path) -> None:
    Store.create(tmp_path / "store.db").close()
    with pytest.raises(PeamError, match="no adapter serves 'craft'"):
        material(tmp_path, "craft")
