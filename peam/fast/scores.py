"""Decisions as the model takes them, and their log-probabilities under a live (unmerged) adapter.

Knows experts and records; nothing of losses, training, the store or the simulator.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from peam.actions import Action
from peam.errors import PeamError
from peam.fast.augment import protected_items
from peam.fast.backbone import Answered, Picture
from peam.fast.experts import Experts
from peam.fast.prompt import act_text
from peam.types import Decision, Image, Pair, Segment

SCORED = 32  # decisions scored in one batch


@dataclass(frozen=True, slots=True)
class Example:
    """One decision to clone.

    Attributes:
        state: State text.
        seen: What the base named in view.
        rgb: The picture.
        action: The action to give.
        protected: Items that augmentation may not touch.
    """

    state: str
    seen: tuple[str, ...]
    rgb: Image
    action: Action
    protected: frozenset[str] = frozenset()


def examples_of(chain: Sequence[Decision]) -> list[Example]:
    """Returns a chain's decisions as examples, without those whose text did not parse."""
    fixed = protected_items(chain)
    return [Example(d.state, d.seen, d.rgb, d.action, fixed) for d in chain if d.action is not None]


def answered(experts: Experts, examples: Sequence[Example], pictures: Sequence[Picture]) -> list[Answered]:
    """Returns prompts with their answers, ready to score."""
    prompter = experts.backbone.prompter
    return [
        Answered(picture, prompter.ids(act_text(e.state, e.seen)), prompter.answer(e.action))
        for e, picture in zip(examples, pictures, strict=True)
    ]


def pictures_of(experts: Experts, examples: Sequence[Example]) -> list[Picture]:
    """Encodes the examples' pictures with the frozen tower; equal pictures are one object."""
    with experts.live(None) as handle:
        return experts.backbone.pictures(handle, [e.rgb for e in examples])


def score(experts: Experts, category: str | None, examples: Sequence[Example]) -> NDArray[np.float64]:
    """Returns (n, 2): each example's summed action log-probability, and its token count.

    Under the category's live adapter; None asks the base alone. Equal examples are scored once.
    """
    pictures = pictures_of(experts, examples)
    keys = [(e.state, e.seen, e.action, id(p)) for e, p in zip(examples, pictures, strict=True)]
    distinct = list(dict(zip(keys, zip(examples, pictures, strict=True), strict=True)).values())
    rows: list[tuple[float, float]] = []
    for start in range(0, len(distinct), SCORED):
        part = [example for example, _ in distinct[start : start + SCORED]]
        shown = [picture for _, picture in distinct[start : start + SCORED]]
        batch = answered(experts, part, shown)
        with torch.no_grad(), experts.live(category) as handle:
            values, mask = experts.backbone.log_probs(handle, batch)
        rows += zip(values.sum(1).tolist(), mask.sum(1).tolist(), strict=True)
    scored = dict(zip(dict.fromkeys(keys), rows, strict=True))
    return np.array([scored[key] for key in keys], dtype=np.float64).reshape(-1, 2)


def decision_log_probs(
    experts: Experts, category: str | None, decisions: Sequence[Decision]
) -> NDArray[np.float64]:
    """Returns each decision's summed action log-probability (0 where its text did not parse)."""
    result = np.zeros(len(decisions))
    parsed = [i for i, d in enumerate(decisions) if d.action is not None]
    scored = score(experts, category, examples_of([decisions[i] for i in parsed]))
    result[parsed] = scored[:, 0] if len(parsed) else 0.0
    return result


def segment_log_prob(experts: Experts, category: str | None, segment: Segment) -> tuple[float, int]:
    """Returns (log-probability, token count) of a segment's actions under the live adapter."""
    scored = score(experts, category, examples_of(segment.decisions))
    return float(scored[:, 0].sum()), int(scored[:, 1].sum())


def pair_difference(experts: Experts, category: str | None, pair: Pair, length_normalised: bool) -> float:
    """Returns log pi(t+) - log pi(t-) after the bifurcation: positive where the corrected run is preferred.

    Raises:
        PeamError: If the pair has no failed twin.
    """
    if pair.failed is None:
        raise PeamError(f"pair {pair.id[:12]} has no failed run to be preferred over")
    totals = []
    for run in sides(pair):
        scored = score(experts, category, run)
        total, tokens = float(scored[:, 0].sum()), max(float(scored[:, 1].sum()), 1.0)
        totals.append(total / tokens if length_normalised else total)
    return totals[0] - totals[1]


def sides(pair: Pair) -> tuple[list[Example], list[Example]]:
    """Returns both runs after the bifurcation."""
    if pair.failed is None:
        return examples_of(pair.corrected.decisions), []
    chosen, rejected = pair.corrected.decisions, pair.failed.decisions
    same = bifurcation(chosen, rejected)
    return examples_of(chosen[same:]), examples_of(rejected[same:])


def bifurcation(chosen: Sequence[Decision], rejected: Sequence[Decision]) -> int:
    """Returns how many leading decisions took the same actions; they carry no contrast.

    (After Meta-Experience Learning.) Never all of either run: a run that is a prefix of the other differs
    from it at its last decision, where it stopped.
    """
    same = 0
    for a, b in zip(chosen, rejected, strict=False):
        if a.action != b.action:
            break
        same += 1
    return min(same, len(chosen) - 1, len(rejected) - 1)
