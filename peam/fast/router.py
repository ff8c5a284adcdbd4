"""The router: which category a subgoal belongs to, where the planner did not say.

Nearest class prototype in the base's pooled hidden state (adapter off); abstains below a split-conformal
threshold, so that a text of a known category is refused with probability at most alpha. With isolated
adapters, routing is the only way left to forget. Knows nothing of adapters or of acting.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from peam.errors import PeamError
from peam.fast.experts import Experts

FILE, SETTINGS = "router.safetensors", "router.json"


def goal_of(state: str) -> str:
    """Returns the part of a state text that names the goal: all that routing may look at.

    The task's name is no part of it: one task has subgoals of many categories.
    """
    return next((part for part in state.split(" ; ") if part.startswith("goal ")), state)


def pooled(experts: Experts, texts: Sequence[str]) -> NDArray[np.float32]:
    """Returns (n, hidden) mean last hidden states of texts, the base alone, no picture."""
    backbone, rows = experts.backbone, []
    with torch.inference_mode(), experts.live(None) as handle:
        for text in texts:
            ids = torch.tensor([backbone.prompter.encode(text)], device=backbone.device)
            decoder, embeds = handle.module.get_decoder(), handle.module.get_input_embeddings()(ids)
            hidden = decoder(inputs_embeds=embeds, use_cache=False).last_hidden_state
            rows.append(hidden[0].float().mean(0).cpu().numpy())
    return np.stack(rows)


def threshold(scores: NDArray[np.float32], alpha: float) -> float:
    """Returns the split-conformal threshold: a new score falls below it with probability at most alpha.

    The k-th smallest of n calibration scores, k = floor(alpha (n + 1)); minus infinity where k is 0.
    """
    rank = int(np.floor(alpha * (len(scores) + 1)))
    return float(np.sort(scores)[rank - 1]) if rank else -np.inf


@dataclass(frozen=True, slots=True)
class Router:
    """Prototypes of categories.

    Attributes:
        categories: Names, in the order of the rows of `prototypes`.
        prototypes: (categories, hidden) unit vectors.
        centre: (hidden,) mean that is taken off before comparing: hidden states share a large constant.
        threshold: Abstains below this cosine.
        alpha: The bound that the threshold was chosen for.
    """

    categories: tuple[str, ...]
    prototypes: NDArray[np.float32]
    centre: NDArray[np.float32]
    threshold: float
    alpha: float

    @classmethod
    def fit(
        cls, experts: Experts, texts: Sequence[str], categories: Sequence[str], alpha: float = 0.1
    ) -> Router:
        """Fits prototypes on every other text, the threshold on the rest.

        Args:
            experts: For the base.
            texts: State texts (or goals).
            categories: The category of each.
            alpha: Bound on refusing a text of a known category.

        Raises:
            PeamError: If the lengths differ, or there are fewer than two texts.
        """
        if len(texts) != len(categories) or len(texts) < 2:
            raise PeamError("the router needs one category a text, and at least two texts")
        hidden = pooled(experts, [goal_of(t) for t in texts])
        names = tuple(sorted(set(categories)))
        truth = np.array([names.index(c) for c in categories])
        centre = hidden.mean(0)
        unit = _unit(hidden - centre)
        train, held = _split(truth)
        prototypes = np.stack([_unit(unit[train & (truth == i)].mean(0)) for i in range(len(names))])
        own = (unit * prototypes[truth]).sum(1)[held]
        return cls(names, prototypes, centre, threshold(own, alpha), alpha)

    def scores(self, experts: Experts, texts: Sequence[str]) -> NDArray[np.float32]:
        """Returns (n, categories) cosines."""
        unit = _unit(pooled(experts, [goal_of(t) for t in texts]) - self.centre)
        result: NDArray[np.float32] = unit @ self.prototypes.T
        return result

    def route(self, experts: Experts, text: str) -> str | None:
        """Returns the category, or None: abstains."""
        row = self.scores(experts, [text])[0]
        best = int(row.argmax())
        return self.categories[best] if row[best] >= self.threshold else None

    def accuracy(self, experts: Experts, texts: Sequence[str], categories: Sequence[str]) -> dict[str, float]:
        """Returns the shares of texts routed right ("accuracy"), wrong ("wrong") and not ("abstained")."""
        routed = [self.route(experts, text) for text in texts]
        right = float(np.mean([r == c for r, c in zip(routed, categories, strict=True)]))
        refused = float(np.mean([r is None for r in routed]))
        return {"accuracy": right, "wrong": 1.0 - right - refused, "abstained": refused}

    def save(self, directory: Path) -> None:
        """Writes router.safetensors and router.json."""
        directory.mkdir(parents=True, exist_ok=True)
        save_file({"prototypes": self.prototypes, "centre": self.centre}, directory / FILE)
        settings = {"categories": self.categories, "threshold": self.threshold, "alpha": self.alpha}
        (directory / SETTINGS).write_text(json.dumps(settings) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, directory: Path) -> Router:
        """Restores `save`.

        Raises:
            PeamError: If a file is missing or malformed.
        """
        try:
            tensors = load_file(directory / FILE)
            settings = json.loads((directory / SETTINGS).read_text(encoding="utf-8"))
            names = tuple(map(str, settings["categories"]))
            return cls(
                names, tensors["prototypes"], tensors["centre"],
                float(settings["threshold"]), float(settings["alpha"]),
            )  # fmt: skip
        except (OSError, SafetensorError, KeyError, ValueError, TypeError) as error:
            raise PeamError(f"{directory}: no readable router ({error}); fit it again") from error


def _split(truth: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Returns masks of prototype and calibration texts, alternating within each category."""
    rank = np.array([int((truth[:i] == label).sum()) for i, label in enumerate(truth)])
    train = rank % 2 == 0
    return train, ~train


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    result: NDArray[np.float32] = (vectors / np.maximum(norms, 1e-12)).astype(np.float32)
    return result
