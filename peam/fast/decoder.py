"""A Llama-type text decoder as a function of its weights.

The same arithmetic as transformers' LlamaModel, with query, key and value (and gate and up) projections
joined, the last layer computed only where its result is asked for, and caches that several continuations
share. It takes weights as arguments, so that one adapter's effective weights W + s B A can serve as a folded
copy, or be built anew at each training step with gradients flowing to A and B.

Knows nothing of pictures, prompts or adapters' files.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

Past = tuple[tuple[Tensor, Tensor], ...]  # a layer: keys, values, (1, kv heads, length, head size)


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer's weights; `qkv` and `gate_up` are stacked along the output."""

    norm: Tensor
    qkv: Tensor
    out: Tensor
    norm_mlp: Tensor
    gate_up: Tensor
    down: Tensor


@dataclass(frozen=True, slots=True)
class Weights:
    """A decoder's weights.

    Attributes:
        layers: In order.
        norm: (hidden,) of the final norm.
        head: (vocabulary, hidden).
        embed: (vocabulary, hidden).
    """

    layers: tuple[Layer, ...]
    norm: Tensor
    head: Tensor
    embed: Tensor

    def by_column(self) -> Weights:
        """Returns a copy whose matrices lie column by column, which short inputs multiply faster."""
        layers = tuple(
            replace(
                x,
                qkv=_by_column(x.qkv),
                out=_by_column(x.out),
                gate_up=_by_column(x.gate_up),
                down=_by_column(x.down),
            )
            for x in self.layers
        )
        return replace(self, layers=layers, head=_by_column(self.head))


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the tokens of one row stand.

    Attributes:
        positions: (length,) of each token.
        mask: (length, cached + length) additive: what each token sees.
    """

    positions: Tensor
    mask: Tensor


class Tree:
    """Continuations of one prompt: each token is read once, and sees the prompt and what led to it.

    A path is the tokens from the prompt's end; its last token has a column in the cache.
    """

    def __init__(self, prompt: int) -> None:
        """Starts with the prompt's length."""
        self._prompt = prompt
        self._columns: dict[tuple[int, ...], int] = {(): prompt - 1}

    def grow(self, rows: Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
        """Gives columns to the paths of these rows that have none yet, and returns those paths."""
        paths = dict.fromkeys(tuple(row[:end]) for row in rows for end in range(1, len(row) + 1))
        fresh = [path for path in paths if path not in self._columns]
        for path in fresh:
            self._columns[path] = self._prompt - 1 + len(self._columns)
        return fresh

    def columns(self, rows: Sequence[Sequence[int]], where: Sequence[Sequence[int]]) -> list[int]:
        """Returns the columns of the wanted positions, row by row; 0 is the prompt's end."""
        return [self._columns[tuple(row[:j])] for row, js in zip(rows, where, strict=True) for j in js]

    def layout(self, fresh: Sequence[tuple[int, ...]], cached: int, like: Tensor) -> Layout:
        """Lays out fresh paths, behind what the cache lacks of the prompt.

        Args:
            fresh: From `grow`.
            cached: Columns that the cache has.
            like: Has dtype and device.
        """
        lacking = range(cached, self._prompt)
        positions = [*lacking, *(self._prompt - 1 + len(path) for path in fresh)]
        seen = np.tri(len(positions), cached + len(positions), cached, dtype=bool)
        seen[len(lacking) :, self._prompt :] = False
        rows = [row for row, path in enumerate(fresh, len(lacking)) for _ in path]
        seen[rows, [self._columns[path[:end]] for path in fresh for end in range(1, len(path) + 1)]] = True
        mask = torch.from_numpy(np.where(seen, np.float32(0.0), np.float32(-np.inf)))
        return Layout(torch.tensor(positions, device=like.device), mask.to(like))


class Decoder:
    """The shapes and position table of one decoder.

    Attributes:
        name: Of the decoder module in the model's tree.
    """

    def __init__(self, model: Any) -> None:
        """Reads the configuration of a model for which `fits` is true."""
        decoder = model.get_decoder()
        config = decoder.config
        self.name = next(name for name, module in model.named_modules() if module is decoder)
        self._layers = int(config.num_hidden_layers)
        self._heads, self._kv = int(config.num_attention_heads), int(config.num_key_value_heads)
        self._size = int(getattr(config, "head_dim", None) or config.hidden_size // self._heads)
        self._eps = float(config.rms_norm_eps)
        positions = torch.arange(int(config.max_position_embeddings), device=model.device)[None]
        like = torch.zeros(1, dtype=model.dtype, device=model.device)
        cos, sin = decoder.rotary_emb(like, positions)
        half = self._size // 2
        self._cos, self._sin = cos[0], torch.cat([-sin[0, :, :half], sin[0, :, half:]], -1)

    @staticmethod
    def fits(model: Any) -> bool:
        """Returns whether the model's text decoder is a plain Llama: no biases, no scaling at run time."""
        config = model.get_decoder().config
        rope = getattr(config, "rope_parameters", None) or {}
        plain = not (getattr(config, "attention_bias", False) or getattr(config, "mlp_bias", False))
        fixed = rope.get("rope_type", "default") in ("default", "linear", "llama3")
        return config.model_type == "llama" and plain and fixed and config.hidden_act == "silu"

    def weights(self, model: Any, effective: Callable[[str], Tensor]) -> Weights:
        """Collects weights.

        Args:
            model: The model's tree, for what no adapter touches.
            effective: Full module name of a linear -> its weight, adapter included.
        """
        decoder = model.get_decoder()
        layers = []
        for index, layer in enumerate(decoder.layers):
            part = {
                kind: [effective(f"{self.name}.layers.{index}.{block}.{name}") for name in names]
                for kind, block, names in (
                    ("qkv", "self_attn", ("q_proj", "k_proj", "v_proj")),
                    ("out", "self_attn", ("o_proj",)),
                    ("gate_up", "mlp", ("gate_proj", "up_proj")),
                    ("down", "mlp", ("down_proj",)),
                )
            }
            stacked = {kind: torch.cat(found) if len(found) > 1 else found[0] for kind, found in part.items()}
            norms = layer.input_layernorm.weight, layer.post_attention_layernorm.weight
            layers.append(Layer(norm=norms[0], norm_mlp=norms[1], **stacked))
        head, embed = model.get_output_embeddings().weight, model.get_input_embeddings().weight
        return Weights(tuple(layers), decoder.norm.weight, head, embed)

    def run(
        self,
        weights: Weights,
        embeds: Tensor,
        where: Tensor,
        past: Past = (),
        layout: Layout | None = None,
    ) -> tuple[Tensor, Past]:
        """Runs the decoder.

        Rows without a past are padded on the right, so that they need no mask but the causal one.

        Args:
            weights: From `weights`.
            embeds: (rows, length, hidden).
            where: (rows, k) positions in `embeds` whose result is wanted.
            past: Cache that `embeds` continues.
            layout: Of `embeds`, which is one row then.

        Returns:
            (rows, k, hidden) normed states, and the cache, that of `past` included.
        """
        mask = None if layout is None else layout.mask
        positions = slice(embeds.shape[1]) if layout is None else layout.positions
        cos, sin = self._cos[positions], self._sin[positions]
        x, caches = embeds, []
        for index, layer in enumerate(weights.layers):
            q, k, v = self._project(layer, x, cos, sin)
            if past:
                k, v = torch.cat([past[index][0], k], 2), torch.cat([past[index][1], v], 2)
            caches.append((k, v))
            if index == self._layers - 1:
                mask = _rows_of(mask, where, k)
                x = x.gather(1, where[..., None].expand(-1, -1, x.shape[-1]))
                q = q.gather(2, where[:, None, :, None].expand(-1, q.shape[1], -1, q.shape[-1]))
            x = self._rest(layer, x, q, k, v, mask)
        return functional.rms_norm(x, (x.shape[-1],), weights.norm, self._eps), tuple(caches)

    def _project(self, layer: Layer, x: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        rows, length, hidden = x.shape
        normed = functional.rms_norm(x, (hidden,), layer.norm, self._eps)
        joined = functional.linear(normed, layer.qkv).view(rows, length, -1, self._size).transpose(1, 2)
        turned, v = torch.split(joined, [self._heads + self._kv, self._kv], 1)
        turned = turned * cos + turned.roll(self._size // 2, -1) * sin  # `sin` carries the sign
        q, k = torch.split(turned, [self._heads, self._kv], 1)
        return q, k, v

    def _rest(self, layer: Layer, x: Tensor, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
        mixed = functional.scaled_dot_product_attention(
            q, k, v, attn_mask=mask, is_causal=mask is None, enable_gqa=self._kv != self._heads
        )
        x = x + functional.linear(mixed.transpose(1, 2).flatten(2), layer.out)
        normed = functional.rms_norm(x, (x.shape[-1],), layer.norm_mlp, self._eps)
        gate, up = functional.linear(normed, layer.gate_up).chunk(2, -1)
        return x + functional.linear(functional.silu(gate) * up, layer.down)


def _rows_of(mask: Tensor | None, where: Tensor, keys: Tensor) -> Tensor:
    """Returns the (rows, 1, k, keys) additive mask of the wanted positions; None stands for causal."""
    if mask is not None:
        return mask[where][:, None]
    beyond = torch.arange(keys.shape[2], device=keys.device) > where[..., None]
    zeros = torch.zeros(beyond.shape, dtype=keys.dtype, device=keys.device)
    return zeros.masked_fill_(beyond, float("-inf"))[:, None]


def _by_column(matrix: Tensor) -> Tensor:
    return matrix.t().contiguous().t()
