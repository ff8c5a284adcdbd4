"""The real thing: a random nano, trained for a few steps through memory, here and in a process of its own."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from peam.config import Config, load_config
from peam.fast.nano import build_nano
from peam.fast.tier import LoraFastTier
from peam.memory.memory import Memory
from peam.types import Episode

from .helpers import corrected_episode

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("nano")
    build_nano(out, 0)
    return out


def configured(base: Path, background: bool) -> Config:
    options = [
        f"fast.base={base}",
        "fast.device=cpu",
        "consolidation.steps=3",
        "consolidation.probe=false",  # two dozen episodes each time
        "meter.declared.training_step=1.0",
    ]
    return load_config(overrides=[*options, f"consolidation.background={str(background).lower()}"])


def pictured(index: int) -> Episode:
    """The episode with pictures of the agent's size."""
    done = corrected_episode(index)
    rng = np.random.default_rng(index)
    segments = [
        replace(
            s,
            decisions=tuple(
                replace(d, rgb=rng.integers(0, 256, (128, 128, 3), np.uint8)) for d in s.decisions
            ),
        )
        for s in done.segments
    ]
    return replace(done, segments=tuple(segments))


def lived(run: Path, base: Path, background: bool = False) -> Memory:
    config = configured(base, background)
    memory = Memory.open(run, config, LoraFastTier(config))
    for index in range(3):
        memory.append(pictured(index))
    return memory


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def test_consolidating_one_category_leaves_every_byte_of_the_others(tmp_path: Path, base: Path) -> None:
    memory = lived(tmp_path, base)
    assert memory.consolidate("gather") is not None
    first = memory.finished()[0]
    assert first.steps == 3 and first.metrics["pairs"] >= 1 and first.gate["heldout"] >= 1
    before = hashes(tmp_path / "adapters" / "gather")
    memory.consolidate("craft")
    assert hashes(tmp_path / "adapters" / "gather") == before
    assert memory.registry.verify() == []


def test_equal_seeds_train_equal_bytes(tmp_path: Path, base: Path) -> None:
    found = []
    for name in ("a", "b"):
        memory = lived(tmp_path / name, base)
        memory.consolidate("gather")
        found.append(hashes(tmp_path / name / "adapters"))
        rows = memory.store._rows("SELECT * FROM scores ORDER BY seq")
        found[-1]["scores"] = repr([tuple(r)[2:] for r in rows])
    assert found[0] == found[1]


def test_a_process_of_its_own_does_the_same(tmp_path: Path, base: Path) -> None:
    here, there = lived(tmp_path / "here", base), lived(tmp_path / "there", base, background=True)
    here.consolidate("gather")
    there.consolidate("gather")
    assert there.running() == {"gather": "v0001"} and "gather" not in there.due()
    ended = [there.wait()[0], here.finished()[0]]
    assert ended[0].gate == ended[1].gate and ended[0].metrics == ended[1].metrics
    weights = "gather/v0001/adapter_model.safetensors"
    if ended[0].accepted:
        assert (
            hashes(tmp_path / "here" / "adapters")[weights]
            == hashes(tmp_path / "there" / "adapters")[weights]
        )
