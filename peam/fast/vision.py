"""An Idefics3-type vision tower with its connector, as a function of the bytes of pictures.

The same arithmetic as transformers' `get_image_features` for a picture that fills the tower's square: no
padding to mask, query, key and value projections joined, and the bytes' scale folded into the patches'
embedding. The tower is frozen, so its weights are copied once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from peam.types import Image

CLASSES = ("idefics3", "smolvlm")

Affine = tuple[Tensor, Tensor]  # weight, bias


@dataclass(frozen=True, slots=True)
class Block:
    """One layer's weights; `qkv` is stacked along the output."""

    norm: Affine
    qkv: Affine
    out: Affine
    norm_mlp: Affine
    up: Affine
    down: Affine


class Tower:
    """A copy of a model's vision tower and connector, for pictures of one size.

    Attributes:
        side: Pixels a side.
    """

    @torch.no_grad()
    def __init__(self, model: Any, mean: Tensor, std: Tensor) -> None:
        """Copies the weights of a model for which `fits` is true; `mean` and `std` are (3, 1, 1)."""
        tower, connector, config = model.model.vision_model, model.model.connector, model.config.vision_config
        self.side, self._patch = int(config.image_size), int(config.patch_size)
        self._heads, self._eps = int(config.num_attention_heads), float(config.layer_norm_eps)
        self._shuffle = int(connector.scale_factor)
        kernel = tower.embeddings.patch_embedding.weight
        scaled = kernel / (255.0 * std.to(kernel))
        self._embedding = scaled.permute(0, 2, 3, 1).flatten(1)
        self._centre = 255.0 * mean.flatten().to(kernel.device)
        self._start = self._blank(tower)
        self._blocks = [_block(layer) for layer in tower.encoder.layers]
        self._activation = tower.encoder.layers[0].mlp.activation_fn
        self._norm = _affine(tower.post_layernorm)
        self._projection = connector.modality_projection.proj.weight

    def _blank(self, tower: Any) -> Tensor:
        """Returns (patches, width): what an all-zero picture begins with, the bias and the positions."""
        grid = self.side // self._patch
        pixels = tower.embeddings.patch_embedding.weight.new_zeros(1, 3, self.side, self.side)
        blank: Tensor = tower.embeddings(pixels, pixels.new_ones(1, grid, grid, dtype=torch.bool))
        return blank[0]

    @staticmethod
    def fits(model: Any, side: int) -> bool:
        """Returns whether the model's tower is of the known kind and takes pictures of this side whole."""
        return model.config.model_type in CLASSES and model.config.vision_config.image_size == side

    @torch.no_grad()
    def features(self, images: Sequence[Image]) -> Tensor:
        """Returns (pictures, visual tokens, hidden) features of pictures of the tower's size."""
        raw = torch.from_numpy(np.stack(images)).to(self._start.device)
        patches = _tiles(raw - self._centre, self._patch).to(self._start.dtype)
        x = functional.linear(patches, self._embedding) + self._start
        for block in self._blocks:
            x = x + self._attend(block, self._normed(x, block.norm))
            raised = functional.linear(self._normed(x, block.norm_mlp), *block.up)
            x = x + functional.linear(self._activation(raised), *block.down)
        grid = self.side // self._patch
        x = self._normed(x, self._norm).view(len(x), grid, grid, -1)
        return functional.linear(_tiles(x, self._shuffle), self._projection)

    def _normed(self, x: Tensor, norm: Affine) -> Tensor:
        return functional.layer_norm(x, (x.shape[-1],), *norm, self._eps)

    def _attend(self, block: Block, x: Tensor) -> Tensor:
        joined = functional.linear(x, *block.qkv).view(*x.shape[:2], 3, self._heads, -1)
        q, k, v = joined.permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(q, k, v)
        return functional.linear(mixed.transpose(1, 2).flatten(2), *block.out)


def _tiles(grid: Tensor, side: int) -> Tensor:
    """Turns (n, height, width, channels) into (n, tiles, side * side * channels), row by row."""
    n, height, width, channels = grid.shape
    split = grid.view(n, height // side, side, width // side, side, channels)
    return split.transpose(2, 3).reshape(n, -1, side * side * channels)


def _affine(module: Any) -> Affine:
    return module.weight, module.bias


def _block(layer: Any) -> Block:
    attention = layer.self_attn
    joined = [_affine(linear) for linear in (attention.q_proj, attention.k_proj, attention.v_proj)]
    weight, bias = (torch.cat(parts) for parts in zip(*joined, strict=True))
    return Block(
        norm=_affine(layer.layer_norm1),
        qkv=(weight, bias),
        out=_affine(attention.out_proj),
        norm_mlp=_affine(layer.layer_norm2),
        up=_affine(layer.mlp.fc1),
        down=_affine(layer.mlp.fc2),
    )
