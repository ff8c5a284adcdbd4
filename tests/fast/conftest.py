from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from peam.config import Config, load_config
from peam.fast.experts import Experts
from peam.fast.nano import new_model, save_nano

torch.set_num_threads(1)
TARGETS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


@pytest.fixture(scope="session")
def nano(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random nano whose embeddings are large enough that its (tied, frozen) head can be confident."""
    out = tmp_path_factory.mktemp("nano")
    model = new_model(0)
    with torch.no_grad():
        model.get_input_embeddings().weight.mul_(8.0)
    save_nano(model, out)
    return out


@pytest.fixture
def experts(nano: Path) -> Experts:
    return Experts(str(nano), "cpu", 16, 32, TARGETS)


@pytest.fixture
def config(nano: Path) -> Config:
    return load_config([], [f"fast.base={nano}", "fast.device=cpu", "consolidation.steps=60"])


def disturb(experts: Experts, category: str, seed: int, size: float = 0.3) -> None:
    """Fills a fresh adapter's B with noise, so that it changes the logits."""
    generator = torch.Generator().manual_seed(seed)
    for _, parameter in experts.parameters(category, "B"):
        parameter.data.copy_(torch.randn(parameter.shape, generator=generator) * size)


def noise(seed: int, side: int = 128) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)
