"""The objective of consolidation: behavioural cloning and trajectory-level DPO, and one adapter's training.

    L = - 1/|t+| sum_t log pi(a_t | x_t)  -  lambda log sigmoid(beta [D(t+) - D(t-)])
    D(t) = sum over decisions and action tokens of log pi - log pi_ref

(DPO: arXiv 2305.18290; with the likelihood term as in RPO, 2404.19733.) pi_ref is the adapter as it was when
training began: the category's previous version, or the base alone for a fresh adapter.

Knows experts and records, never the store, the registry or the simulator.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from peam.config import Config
from peam.errors import PeamError
from peam.fast.backbone import Handle
from peam.fast.ewc import Anchor
from peam.fast.experts import Experts
from peam.fast.hindsight import hindsight, straight
from peam.fast.sampler import Sampler, Twin
from peam.fast.scores import SCORED, Example, answered, examples_of, pictures_of, score, sides
from peam.types import Decision, Pair

WARMUP = 0.05  # share of the steps in which the learning rate rises
CLIP = 1.0  # largest gradient norm

OnStep = Callable[[int, dict[str, float]], None]


# ---- the loss


def pair_loss(
    cloned: Tensor,
    ahead: Tensor | None,
    behind: Tensor | None,
    *,
    beta: float,
    weight: float,
    length_normalised: bool,
) -> Tensor:
    """Returns L of one pair.

    Args:
        cloned: (tokens,) log pi of every action token of t+.
        ahead: (tokens,) log pi - log pi_ref of the action tokens of t+ after the bifurcation.
        behind: The same of t-; None without a failed twin, which leaves cloning alone.
        beta: DPO temperature.
        weight: lambda.
        length_normalised: Takes the mean over tokens for D instead of the sum.
    """
    cloning = -cloned.mean()
    if ahead is None or behind is None:
        return cloning
    if length_normalised:
        return cloning + weight * contrast(ahead.mean(), behind.mean(), beta)
    return cloning + weight * contrast(ahead.sum(), behind.sum(), beta)


def contrast(ahead: Tensor, behind: Tensor, beta: float) -> Tensor:
    """Returns - log sigmoid(beta [D(t+) - D(t-)])."""
    return -functional.logsigmoid(beta * (ahead - behind))


def bc_gradient(
    experts: Experts, category: str, decisions: Sequence[Decision], seed: int = 0
) -> NDArray[np.float32]:
    """Returns the gradient of the mean cloning loss with respect to the adapter's LoRA-B matrices, flat.

    A category without an adapter is given a fresh one for the occasion: with B = 0 the gradient is
    (dL/dW) A^T, well-defined for the fixed A that `seed` draws.
    """
    name = category
    if category not in experts.categories:
        name = f"{category}__fresh"
        experts.new_adapter(name, seed)
    try:
        return _bc_gradient(experts, name, examples_of(decisions))
    finally:
        if name != category:
            experts.drop(name)


def _bc_gradient(experts: Experts, category: str, examples: Sequence[Example]) -> NDArray[np.float32]:
    pictures = pictures_of(experts, examples)
    with experts.trainable(category) as (handle, _):
        parameters = [p for _, p in experts.parameters(category, "B")]
        for start in range(0, len(examples), SCORED):
            part = slice(start, start + SCORED)
            batch = answered(experts, examples[part], pictures[part])
            values, mask = experts.backbone.log_probs(handle, batch)
            (-(values.sum(1) / mask.sum(1)).sum() / len(examples)).backward()  # type: ignore[no-untyped-call]
        return torch.cat([p.grad.flatten().float() for p in parameters if p.grad is not None]).cpu().numpy()


# ---- training


def train_adapter(
    experts: Experts,
    category: str,
    pairs: Sequence[Pair],
    replay: Sequence[Pair] = (),
    *,
    config: Config,
    seed: int,
    on_step: OnStep | None = None,
    anchor: Anchor | None = None,
) -> dict[str, float]:
    """Trains the category's live adapter in place; a fresh one is made where it has none.

    Only this adapter's tensors change. The reference pi_ref is the adapter as it is on entry.

    Args:
        experts: Base and adapters.
        category: Whose adapter.
        pairs: Admitted experience; `failed` None clones alone.
        replay: Retained pairs, cloned beside the new ones; the contrast is with what is new.
        config: Reads `consolidation` (steps, passes, batch, lr, augment) and `objective`.
        seed: Draws the fresh adapter, batches and augmentations; same seed, same bytes on one CPU thread.
        on_step: Called with (step, {"loss", "cloning", "contrast"}) after each step, "penalty" if anchored.
        anchor: What the loss holds the adapter to (`peam.fast.ewc`); None: nothing.

    Returns:
        steps, loss, cloning, contrast, penalty if anchored (means over the last tenth), decisions, pairs,
        twins, tokens, parameters (how many numbers were trained).

    Raises:
        PeamError: If there is no decision to learn from.
    """
    if category not in experts.categories:
        experts.new_adapter(category, seed)
    pool = lessons([*pairs, *replay])
    if not pool:
        raise PeamError(f"nothing to train category '{category}' on: no decision with an action")
    twins = _twins(experts, category, pairs) if config.objective["lambda"] else []
    run = _Run(experts, category, pool, twins, config, seed, anchor)
    with experts.trainable(category) as (handle, parameters):
        history = run.all_steps(handle, parameters, on_step)
    tail = history[-max(1, len(history) // 10) :]
    means = {key: float(np.mean([h[key] for h in tail])) for key in tail[0]}
    sizes = {"decisions": len(pool), "pairs": len(pairs), "twins": len(twins), "tokens": run.tokens}
    sizes["parameters"] = sum(p.numel() for p in parameters)
    return {"steps": float(len(history)), **means, **{key: float(value) for key, value in sizes.items()}}


def lessons(pairs: Sequence[Pair]) -> list[Example]:
    """Returns what to clone, each decision once: corrected runs, detours put right, hindsight of failures.

    Longest runs first: an item that any part of a run touches is then protected in all of it.
    """
    found: dict[tuple[int, str, str], Example] = {}
    for pair in sorted(pairs, key=lambda p: -len(p.corrected.decisions)):
        for example in examples_of([*straight(pair.corrected.decisions), *hindsight(pair)]):
            found.setdefault((pair.corrected.episode, example.state, str(example.action)), example)
    return list(found.values())


def _twins(experts: Experts, category: str, pairs: Sequence[Pair]) -> list[Twin]:
    runs = [(chosen, rejected) for chosen, rejected in map(sides, pairs) if chosen and rejected]
    scored = score(experts, category, [e for both in runs for side in both for e in side])
    twins, start = [], 0
    for chosen, rejected in runs:
        middle, end = start + len(chosen), start + len(chosen) + len(rejected)
        twins.append(Twin(chosen, rejected, scored[start:middle], scored[middle:end]))
        start = end
    return twins


class _Run:
    """One training run's fixed parts."""

    def __init__(
        self,
        experts: Experts,
        category: str,
        pool: Sequence[Example],
        twins: Sequence[Twin],
        config: Config,
        seed: int,
        anchor: Anchor | None,
    ) -> None:
        self._experts, self._category, self._pool, self._anchor = experts, category, pool, anchor
        self._config, self._sampler = config, Sampler(pool, twins, seed)
        self._pictures = pictures_of(experts, pool)
        self.tokens = 0

    def all_steps(
        self, handle: Handle, parameters: list[nn.Parameter], on_step: OnStep | None
    ) -> list[dict[str, float]]:
        """Runs every step; returns each one's losses."""
        settings = self._config.consolidation
        steps = steps_of(len(self._pool), self._config)
        optimiser = torch.optim.AdamW(parameters, lr=settings.lr, weight_decay=0.0)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda s: learning_rate(s, steps))
        history = []
        for step in range(steps):
            cloning, versus = self._losses(handle)
            losses = {"cloning": cloning, "contrast": versus}
            loss = cloning + self._config.objective["lambda"] * versus
            if self._anchor is not None:
                losses["penalty"] = self._anchor.penalty()
                loss = loss + losses["penalty"]
            optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(parameters, CLIP)
            optimiser.step()
            schedule.step()
            history.append({key: float(value.detach()) for key, value in {"loss": loss, **losses}.items()})
            if on_step is not None:
                on_step(step, history[-1])
        return history

    def _losses(self, handle: Handle) -> tuple[Tensor, Tensor]:
        settings = self._config.consolidation
        drawn = self._sampler.cloned(settings.batch, settings.augment)
        pairs = self._sampler.contrasted()
        rows = answered(self._experts, [e for _, e in drawn], [self._pictures[i] for i, _ in drawn])
        for twin, chosen, rejected in pairs:
            side = [*(twin.chosen[i] for i in chosen), *(twin.rejected[i] for i in rejected)]
            rows += answered(self._experts, side, pictures_of(self._experts, side))
        values, mask = self._experts.backbone.log_probs(handle, rows)
        self.tokens += sum(len(r.picture.prefix) + len(r.prompt) + len(r.answer) for r in rows)
        cloned = slice(0, len(drawn))
        return -values[cloned].sum() / mask[cloned].sum(), self._contrast(values, len(drawn), pairs)

    def _contrast(
        self,
        values: Tensor,
        row: int,
        pairs: Sequence[tuple[Twin, NDArray[np.int64], NDArray[np.int64]]],
    ) -> Tensor:
        objective = self._config.objective
        losses = []
        for twin, chosen, rejected in pairs:
            sides = []
            for reference, some in ((twin.chosen_reference, chosen), (twin.rejected_reference, rejected)):
                change = values[row : row + len(some)].sum() - float(reference[some, 0].sum())
                share = len(some) / len(reference)
                tokens = float(reference[some, 1].sum())
                sides.append(change / (tokens if objective.length_normalised else share))
                row += len(some)
            losses.append(contrast(sides[0], sides[1], objective.beta))
        return torch.stack(losses).mean() if losses else values.new_zeros(())


def steps_of(decisions: int, config: Config) -> int:
    """Returns how many steps so many decisions are worth: `passes` over them, at most `steps`."""
    settings = config.consolidation
    enough = math.ceil(float(settings.passes) * decisions / int(settings.batch))
    return max(1, min(int(settings.steps), enough))


def learning_rate(step: int, steps: int) -> float:
    """Returns the factor at a step: a short linear rise, then a half cosine to 0."""
    warm = max(1, round(WARMUP * steps))
    if step < warm:
        return (step + 1) / warm
    return 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))
