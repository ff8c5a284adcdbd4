"""Grounds nano's eyes: supervised heads on its vision tower, thrown away after pretraining.

The language-model loss alone leaves vision at chance for long. Here every patch and every visual token says
which names it shows and how far, from the rays of `frames.py`; and the visual tokens are held to the scale of
word embeddings, else the text model learns to ignore them.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from transformers import Idefics3ForConditionalGeneration

from peam.fast import vocabulary
from peam.fast.nano import IMAGE_SIDE, PATCH, VISUAL_TOKENS
from peam.fast.vocabulary import NEAR_METRES, SCENE

FEW_RAYS = 3  # of a patch or token: fewer are neither asked nor denied
POSITIVE_WEIGHT = 2.0  # a name is absent far oftener than present
MIX = 1.0  # weight of the penalty on the visual tokens' mean and scale


class Eyes(nn.Module):
    """Heads: names in a patch; names near, names far, and the very words of the names in a visual token.

    The last is tied to the word embeddings: a visual token that shows a cow points where the word `cow` does,
    so that what the text model learnt of looking words up works on pictures too.
    """

    def __init__(self, model: Idefics3ForConditionalGeneration) -> None:
        super().__init__()
        self.patch = nn.Linear(model.config.vision_config.hidden_size, len(SCENE))
        self.token = nn.Linear(model.config.text_config.hidden_size, 2 * len(SCENE))
        self.sharpness = nn.Parameter(torch.ones(()))
        self.bias = nn.Parameter(torch.zeros(len(SCENE)))

        ids = {token: index for index, token in enumerate(vocabulary.tokens())}
        self._names = [ids[name] for name in SCENE]

    def loss(self, patches: Tensor, tokens: Tensor, hit: Tensor, metres: Tensor, words: Tensor) -> Tensor:
        """Returns the grounding loss.

        Args:
            patches: (B, P, vision width) from the vision tower.
            tokens: (B, T, text width) from the connector.
            hit: (B, 48, 48) int64: 0, or 1 + the index in SCENE of what the ray hits.
            metres: (B, 48, 48) its distance.
            words: (V, text width) word embeddings; not trained by this loss.
        """
        near = metres <= NEAR_METRES
        shown = functional.one_hot(hit, len(SCENE) + 1)[..., 1:].float()
        fine = _grid(shown, IMAGE_SIDE // PATCH)
        side = int(VISUAL_TOKENS**0.5)
        close = _grid(shown * near[..., None], side)
        afar = _grid(shown * ~near[..., None], side)
        rms = words.detach().square().mean().sqrt()
        normal, names = tokens / rms, words.detach()[self._names] / rms
        spelt = normal @ names.T * (self.sharpness / names.shape[1] ** 0.5) + self.bias
        found = (
            _presence(self.patch(patches), fine, 1)
            + _presence(self.token(normal), torch.cat([close, afar], -1), FEW_RAYS)
            + _presence(spelt, close + afar, FEW_RAYS)
        )
        spread = normal.square().mean().sqrt()
        return found + MIX * (normal.mean((0, 1)).square().mean() + (spread - 1).square())


def _grid(shown: Tensor, side: int) -> Tensor:
    """Sums (B, 48, 48, N) over side x side tiles; returns (B, side * side, N)."""
    rays = shown.shape[1] // side
    tiles = shown.view(shown.shape[0], side, rays, side, rays, -1).sum((2, 4))
    return tiles.flatten(1, 2)


def _presence(logits: Tensor, rays: Tensor, least: int) -> Tensor:
    """Returns the weighted cross-entropy of presence; what shows with fewer rays than `least` is left out."""
    truth = (rays >= least).float()
    weight = ((rays == 0) | (rays >= least)).float() * (1 + (POSITIVE_WEIGHT - 1) * truth)
    loss = functional.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    return (loss * weight).sum() / weight.sum() * logits.shape[-1]


def pixels(rgb: NDArray[np.uint8]) -> Tensor:
    """Returns (B, 3, H, W) in [-1, 1], equal to the processor's output for (B, H, W, 3) bytes."""
    return torch.from_numpy(np.ascontiguousarray(rgb)).permute(0, 3, 1, 2).float().div_(127.5).sub_(1.0)


def look(model: Idefics3ForConditionalGeneration, rgb: NDArray[np.uint8]) -> tuple[Tensor, Tensor]:
    """Runs the vision tower and the connector.

    Returns:
        (B, patches, vision width) and (B, VISUAL_TOKENS, text width).
    """
    values = pixels(rgb)
    side = IMAGE_SIDE // PATCH
    whole = torch.ones(len(values), side, side, dtype=torch.bool)
    patches = model.model.vision_model(pixel_values=values, patch_attention_mask=whole).last_hidden_state
    return patches, model.model.connector(patches)
