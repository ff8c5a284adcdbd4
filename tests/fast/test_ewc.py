from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from peam.config import load_config
from peam.errors import AdapterError, ConfigError
from peam.fast.ewc import Anchor, added, diagonal_fisher, read_fisher, save_fisher
from peam.fast.experts import Experts
from peam.fast.full import FullExperts
from peam.fast.nano import build_nano
from peam.fast.objective import train_adapter
from peam.fast.roster import ewc_weight
from peam.fast.scores import Example, answered, examples_of, pictures_of
from tests.fast.conftest import TARGETS, disturb
from tests.fast.symbolic import chain


@pytest.fixture(scope="module")
def undecided(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random base that gives every word about the same chance: what it draws depends on the seed."""
    out = tmp_path_factory.mktemp("undecided")
    build_nano(out, 0)
    return out


@pytest.fixture
def unsure(undecided: Path) -> Experts:
    experts = Experts(str(undecided), "cpu", 4, 8, TARGETS)
    experts.new_adapter("shared", 1)
    disturb(experts, "shared", 1, 0.05)
    return experts


class Tiny:
    """Experts as an anchor sees them: two tensors."""

    def __init__(self) -> None:
        self.named = [
            ("a", nn.Parameter(torch.tensor([1.0, -2.0]))),
            ("b", nn.Parameter(torch.tensor([[0.5]]))),
        ]

    def parameters(self, category: str) -> list[tuple[str, nn.Parameter]]:
        return self.named


def test_the_penalty_is_the_one_worked_out_by_hand() -> None:
    tiny: Any = Tiny()
    fisher = {"a": torch.tensor([2.0, 4.0]), "b": torch.tensor([[10.0]])}
    anchor = Anchor.at(tiny, "shared", fisher, 3.0)
    assert float(anchor.penalty()) == 0.0
    with torch.no_grad():
        tiny.named[0][1].copy_(torch.tensor([1.5, -1.0]))  # moved by 0.5 and by 1
        tiny.named[1][1].copy_(torch.tensor([[0.3]]))  # by -0.2
    penalty = anchor.penalty()
    assert float(penalty) == pytest.approx(3.0 / 2 * (2 * 0.25 + 4 * 1.0 + 10 * 0.04))
    (slope,) = torch.autograd.grad(penalty, [tiny.named[0][1]])
    assert torch.allclose(slope, torch.tensor([3.0 * 2 * 0.5, 3.0 * 4 * 1.0]))


def examples(count: int = 3) -> list[Example]:
    run = chain(np.random.default_rng(3)).corrected.decisions
    return examples_of(run[:count])


def test_fisher_is_the_mean_squared_gradient_of_actions_that_the_expert_draws(unsure: Experts) -> None:
    experts = unsure
    known = examples(2)
    fisher = diagonal_fisher(experts, "shared", known, 7)
    assert set(fisher) == {name for name, _ in experts.parameters("shared")}
    rows = answered(experts, known, pictures_of(experts, known))
    generator = torch.Generator().manual_seed(7)
    sums = {name: torch.zeros_like(p) for name, p in experts.parameters("shared")}
    with experts.trainable("shared") as (handle, _):
        for row in rows:
            ids = [*row.prompt, *row.answer]
            drawn = []
            for j in range(len(row.answer)):  # position by position, where the function does them together
                tail = ids[: len(row.prompt) + j]
                logits = experts.backbone.logits(handle, [row.picture], [tail], [1])[0, 0]
                drawn.append(logits.log_softmax(-1))
            every = torch.stack(drawn)
            tokens = torch.multinomial(every.detach().exp(), 1, generator=generator)
            every.gather(1, tokens).sum().backward()
            for name, p in experts.parameters("shared"):
                assert p.grad is not None
                sums[name] += p.grad.square()
                p.grad = None
    for name, value in fisher.items():
        assert torch.allclose(value, sums[name] / 2, rtol=1e-2, atol=1e-8)
    assert max(float(value.max()) for value in fisher.values()) > 1e-3, "else nothing was compared"


def test_fisher_repeats_by_seed_adds_up_and_is_kept_in_a_file(unsure: Experts, tmp_path: Path) -> None:
    one, same, other = (diagonal_fisher(unsure, "shared", examples(), seed) for seed in (1, 1, 2))
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert any(not torch.equal(one[name], other[name]) for name in one)
    total = added(one, other)
    assert added(None, one) is one
    save_fisher(total, tmp_path)
    assert all(torch.equal(v, one[n] + other[n]) for n, v in read_fisher(tmp_path).items())
    (tmp_path / "fisher.safetensors").write_bytes(b"cut")
    with pytest.raises(AdapterError, match="corrupted"):
        read_fisher(tmp_path)
    (tmp_path / "fisher.safetensors").unlink()
    with pytest.raises(AdapterError, match=r"trained with consolidation\.ewc=0"):
        read_fisher(tmp_path)


@pytest.mark.parametrize("kind", [Experts, FullExperts])
def test_a_heavy_penalty_holds_an_expert_where_it_is(kind: type[Experts], nano: Path) -> None:
    config = load_config([], ["consolidation.steps=6", "consolidation.batch=4", "consolidation.lr=0.0005"])
    pairs = [chain(np.random.default_rng(i), number=i) for i in range(2)]
    moved = []
    for weight in (0.0, 1e6):
        experts = kind(str(nano), "cpu", 4, 8, TARGETS)
        train_adapter(experts, "shared", pairs[:1], config=config, seed=1)
        fisher = diagonal_fisher(experts, "shared", examples_of(pairs[0].corrected.decisions), 1)
        fisher = {name: value + 1e-3 for name, value in fisher.items()}  # holds what has no slope here, too
        anchor = Anchor.at(experts, "shared", fisher, weight)
        before = [p.detach().clone() for _, p in experts.parameters("shared")]
        numbers = train_adapter(experts, "shared", pairs[1:], config=config, seed=2, anchor=anchor)
        after = [p for _, p in experts.parameters("shared")]
        moved.append(sum(float((a - b).square().sum()) for a, b in zip(after, before, strict=True)))
        assert numbers["penalty"] >= 0.0
        assert numbers["loss"] == pytest.approx(numbers["cloning"] + numbers["penalty"], rel=1e-4)
    assert moved[1] < moved[0] / 2


def test_the_weight_is_read_and_a_negative_one_refused() -> None:
    assert ewc_weight(load_config()) == 0.0
    assert ewc_weight(load_config([], ["consolidation.ewc=3"])) == 3.0
    with pytest.raises(ConfigError, match=r"consolidation\.ewc must not be negative, got -1\.0"):
        ewc_weight(load_config([], ["consolidation.ewc=-1"]))


def test_examples_are_drawn_without_repetition(unsure: Experts, monkeypatch: pytest.MonkeyPatch) -> None:
    """With fewer to draw than there are, each counts once: the same one doubled changes nothing."""
    one = examples(1)
    single = diagonal_fisher(unsure, "shared", one, 3)
    monkeypatch.setattr("peam.fast.ewc.DECISIONS", 1)
    doubled = diagonal_fisher(unsure, "shared", [one[0], replace(one[0])], 3)
    assert all(torch.equal(single[name], doubled[name]) for name in single)
