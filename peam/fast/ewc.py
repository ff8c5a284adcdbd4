"""Elastic weight consolidation (Kirkpatrick et al. 2017, arXiv 1612.00796) for any expert.

    penalty = weight / 2 * sum_i F_i (theta_i - theta*_i)^2

theta* is the expert as its last accepted consolidation left it. F is the diagonal of the Fisher information
of the decisions that it was trained on: the mean over decisions of the squared gradient of the log-likelihood
of actions drawn from the expert itself, token by token along the recorded action. F is summed over all
consolidations so far and held at the latest theta* alone (Huszar 2018, arXiv 1712.03847): a penalty for each
would count earlier experience again. It lies beside the version's weights, under the same manifest.

Knows experts and examples, nothing of the store or the registry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from peam.errors import AdapterError
from peam.fast.checkpoints import REMEDY
from peam.fast.experts import Experts
from peam.fast.scores import Example, answered, pictures_of

FILE = "fisher.safetensors"
DECISIONS = 128  # that one consolidation's Fisher information is estimated on, at most

Fisher = dict[str, Tensor]


@dataclass(frozen=True, slots=True)
class Anchor:
    """What an expert is held to.

    Attributes:
        weight: Of the penalty.
        held: (parameter, F, theta*) of each tensor.
    """

    weight: float
    held: tuple[tuple[nn.Parameter, Tensor, Tensor], ...]

    @classmethod
    def at(cls, experts: Experts, category: str, fisher: Mapping[str, Tensor], weight: float) -> Anchor:
        """Anchors an expert at where it is now."""
        named = experts.parameters(category)
        return cls(weight, tuple((p, fisher[name].to(p.device), p.detach().clone()) for name, p in named))

    def penalty(self) -> Tensor:
        """Returns the penalty at where the parameters are now."""
        parts = [(f * (p - star).float().square()).sum() for p, f, star in self.held]
        return self.weight / 2.0 * torch.stack(parts).sum()


def diagonal_fisher(experts: Experts, category: str, examples: Sequence[Example], seed: int) -> Fisher:
    """Returns parameter name -> F of at most `DECISIONS` of the examples, float32, on the CPU.

    Args:
        experts: Base and experts.
        category: Whose.
        examples: What it was trained on; not empty.
        seed: Draws decisions and actions.
    """
    rng = np.random.default_rng(seed)
    drawn = rng.choice(len(examples), size=min(DECISIONS, len(examples)), replace=False)
    chosen = [examples[int(i)] for i in sorted(drawn)]
    rows = answered(experts, chosen, pictures_of(experts, chosen))
    generator = torch.Generator().manual_seed(seed)
    with experts.trainable(category) as (handle, parameters):
        total = [torch.zeros_like(p, dtype=torch.float32) for p in parameters]
        for row in rows:
            tail = [*row.prompt, *row.answer[:-1]]
            logits = experts.backbone.logits(handle, [row.picture], [tail], [len(row.answer)])[0]
            likely = logits.log_softmax(-1)
            tokens = torch.multinomial(likely.detach().exp().cpu(), 1, generator=generator)
            slopes = torch.autograd.grad(likely.gather(-1, tokens.to(likely.device)).sum(), parameters)
            for sum_, slope in zip(total, slopes, strict=True):
                sum_ += slope.float().square()
        names = [name for name, _ in experts.parameters(category)]
    return {name: (sum_ / len(rows)).cpu() for name, sum_ in zip(names, total, strict=True)}


def added(one: Mapping[str, Tensor] | None, other: Fisher) -> Fisher:
    """Returns the sum of what was known and what came anew."""
    return other if one is None else {name: one[name] + value for name, value in other.items()}


def save_fisher(fisher: Fisher, folder: Path) -> None:
    """Writes it beside an expert's weights."""
    save_file({name: value.contiguous() for name, value in fisher.items()}, folder / FILE)


def read_fisher(folder: Path) -> Fisher:
    """Reads what `save_fisher` wrote.

    Raises:
        AdapterError: Missing (the version was made without `consolidation.ewc`) or malformed.
    """
    path = folder / FILE
    if not path.is_file():
        raise AdapterError(f"{path} is missing: the version was trained with consolidation.ewc=0; go on so")
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise AdapterError(f"{path} is corrupted ({error}); {REMEDY}") from error
