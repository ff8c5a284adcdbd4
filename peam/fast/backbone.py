"""The frozen base as a function: pictures to prefixes, prompts and answers to log-probabilities.

Two ways through the same model, decided once by its class and never by failure:

- "cached": Idefics3 and LLaVA classes over a plain Llama decoder. Pictures become features once, the decoder
  runs on embeddings by `peam.fast.decoder`, and continuations share its key-value cache.
- "generic": any other class (Qwen-VL's rope deltas, ...). Every score is a whole forward pass.

Knows nothing of adapters, of the action language, or of training.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from peam.errors import PeamError
from peam.fast.decoder import Decoder, Past, Tree, Weights
from peam.fast.prompt import Prompter
from peam.fast.vision import Tower
from peam.types import Image

Continue = Callable[[Sequence[Sequence[int]], Sequence[Sequence[int]]], Tensor]

CACHED_CLASSES = ("idefics3", "llava", "smolvlm")
PICTURES = 4096  # kept; nano's take 12 kB each
BATCH = 16  # pictures encoded at once
SPLIT = 8  # from so many rows on, the short half and the long half are run apart: less padding


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture as the model takes it.

    Attributes:
        prefix: Token ids up to the picture's last token.
        features: (visual tokens, hidden) projected features; None on the generic path.
        tensors: The processor's tensors of the picture; empty on the cached path.
        per_token: The processor's tensors with one entry a prefix token; empty on the cached path.
    """

    prefix: tuple[int, ...]
    features: Tensor | None
    tensors: dict[str, Tensor] = field(default_factory=dict)
    per_token: dict[str, Tensor] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Handle:
    """The base under one adapter, or none.

    Attributes:
        module: The module tree; on the generic path its active adapter decides.
        weights: Gives the decoder's effective weights; not called on the generic path.
    """

    module: Any
    weights: Callable[[], Weights]


@dataclass(frozen=True, slots=True)
class Answered:
    """A prompt after a picture, and the answer to be scored."""

    picture: Picture
    prompt: list[int]
    answer: list[int]


class Backbone:
    """Runs the base under a handle.

    Attributes:
        cached: Which of the two ways.
        decoder: The decoder's shapes; None on the generic path.
        prompter: Prompts and answers as token ids.
        tower: Encodes pictures that the processor would only rescale; None where it does more to all.
    """

    def __init__(self, model: Any, processor: Any) -> None:
        self.processor = processor
        self.prompter = Prompter(processor)
        self.device = next(model.parameters()).device
        self.dtype = next(model.parameters()).dtype
        self.image_token = int(processor.tokenizer.convert_tokens_to_ids(processor.image_token))
        self.cached = model.config.model_type in CACHED_CLASSES and Decoder.fits(model)
        self.decoder = Decoder(model) if self.cached else None
        self.tower = _tower(model, processor)
        self._prefixes: dict[tuple[int, ...], tuple[int, ...]] = {}
        self._pictures: OrderedDict[bytes, Picture] = OrderedDict()

    # ---- pictures

    def pictures(self, handle: Handle, images: Sequence[Image]) -> list[Picture]:
        """Encodes pictures, each distinct one once (an LRU of `PICTURES`)."""
        keys = [hashlib.blake2b(image.tobytes() + str(image.shape).encode()).digest() for image in images]
        found = {key: self._pictures[key] for key in keys if key in self._pictures}
        pairs = zip(keys, images, strict=True)
        fresh = list({key: image for key, image in pairs if key not in found}.items())
        for start in range(0, len(fresh), BATCH):
            part = fresh[start : start + BATCH]
            encoded = self._encode(handle.module, [image for _, image in part])
            found.update(zip([key for key, _ in part], encoded, strict=True))
        for key in keys:
            self._pictures[key] = found[key]
            self._pictures.move_to_end(key)
        while len(self._pictures) > PICTURES:
            self._pictures.popitem(last=False)
        return [found[key] for key in keys]

    def _encode(self, model: Any, images: Sequence[Image]) -> list[Picture]:
        if not self.cached:
            return [self._generic_picture(image) for image in images]
        features = self._features(model, images)
        return [
            Picture(self._prefix(image), feature) for image, feature in zip(images, features, strict=True)
        ]

    @torch.no_grad()
    def _features(self, model: Any, images: Sequence[Image]) -> list[Tensor]:
        tower = self.tower
        if tower is not None and all(image.shape[:2] == (tower.side, tower.side) for image in images):
            return list(tower.features(images))
        return [self._processed_features(model, image) for image in images]

    def _processed_features(self, model: Any, image: Image) -> Tensor:
        tensors = self._process(image)
        if not tensors["pixel_values"].any():  # Idefics3 drops it as padding; one pixel keeps it
            tensors["pixel_values"].view(-1)[0] = 1e-6
        known = {key: tensors[key] for key in ("pixel_values", "pixel_attention_mask") if key in tensors}
        pooled = model.get_image_features(**known, return_dict=True).pooler_output
        return torch.cat([feature.reshape(-1, feature.shape[-1]) for feature in pooled])

    def _process(self, image: Image) -> dict[str, Tensor]:
        text = self.prompter.text("see")
        out = self.processor(images=[image], text=[text], return_tensors="pt")
        moved = {key: value.to(self.device) for key, value in out.items()}
        return {k: v.to(self.dtype) if v.is_floating_point() else v for k, v in moved.items()}

    def _prefix(self, image: Image) -> tuple[int, ...]:
        shape = tuple(image.shape)
        if shape not in self._prefixes:
            self._prefixes[shape] = self._split(self._process(image))
        return self._prefixes[shape]

    def _split(self, tensors: dict[str, Tensor]) -> tuple[int, ...]:
        ids = [int(i) for i in tensors["input_ids"][0]]
        after = self.prompter.ids("see")
        if ids[-len(after) :] != after:
            raise PeamError("the base's tokenizer merges the picture's token with the text after it")
        return tuple(ids[: -len(after)])

    def _generic_picture(self, image: Image) -> Picture:
        tensors = self._process(image)
        prefix, shape = self._split(tensors), tensors["input_ids"].shape
        rest = {k: v for k, v in tensors.items() if k not in ("input_ids", "attention_mask")}
        per_token = {k: v[0, : len(prefix)] for k, v in rest.items() if v.shape == shape}
        return Picture(prefix, None, {k: v for k, v in rest.items() if k not in per_token}, per_token)

    # ---- scores

    def log_probs(self, handle: Handle, sequences: Sequence[Answered]) -> tuple[Tensor, Tensor]:
        """Scores answers, one batch, gradients flowing where enabled.

        Returns:
            (n, longest answer) float32 log-probabilities of the answers' tokens, zero where padded, and the
            boolean mask of real tokens.
        """
        order = sorted(range(len(sequences)), key=lambda i: _length(sequences[i]))
        cut = len(order) // 2 if len(order) >= SPLIT else 0
        longest = max(len(s.answer) for s in sequences)
        parts = [
            self._log_probs(handle, [sequences[i] for i in part], longest)
            for part in (order[:cut], order[cut:])
            if part
        ]
        back = torch.tensor(order, device=self.device).argsort()
        values, mask = (torch.cat(found)[back] for found in zip(*parts, strict=True))
        return values, mask

    def _log_probs(
        self, handle: Handle, sequences: Sequence[Answered], longest: int
    ) -> tuple[Tensor, Tensor]:
        keep = [len(s.answer) for s in sequences]
        target = padded([s.answer for s in sequences]).to(self.device)
        mask = torch.arange(longest) < torch.tensor(keep)[:, None]
        tails = [[*s.prompt, *s.answer[:-1]] for s in sequences]
        logits = self.logits(handle, [s.picture for s in sequences], tails, keep)
        chosen = logits.gather(-1, target[..., None]).squeeze(-1) - logits.logsumexp(-1)
        chosen = functional.pad(chosen, (0, longest - chosen.shape[1]))
        mask = mask.to(self.device)
        return chosen.masked_fill(~mask, 0.0), mask

    def logits(
        self, handle: Handle, pictures: Sequence[Picture], tails: Sequence[list[int]], keep: Sequence[int]
    ) -> Tensor:
        """Returns the logits of each row's last `keep` positions.

        Args:
            handle: The base and its adapter.
            pictures: One a row.
            tails: Token ids after the picture, one list a row.
            keep: How many of the last positions of each row.

        Returns:
            (rows, max(keep), vocabulary) float32, left-aligned: entry [i, j] predicts what follows token
            `len - keep[i] + j` of row i. Padded entries repeat the row's last position.
        """
        rows = [[*p.prefix, *tail] for p, tail in zip(pictures, tails, strict=True)]
        lengths = torch.tensor([len(row) for row in rows])
        start = lengths - torch.tensor(list(keep))
        where = torch.minimum(start[:, None] + torch.arange(max(keep)), lengths[:, None] - 1).to(self.device)
        ids = padded(rows).to(self.device)
        if self.decoder is None:
            whole: Tensor = self._generic(handle.module, pictures, ids, lengths.to(self.device)).logits
            return whole.gather(1, where[..., None].expand(-1, -1, whole.shape[-1])).float()
        weights = handle.weights()
        embeds = self._embed(weights, ids, [f for p in pictures if (f := p.features) is not None])
        hidden, _ = self.decoder.run(weights, embeds, where)
        return functional.linear(hidden, weights.head).float()

    def _embed(self, weights: Weights, ids: Tensor, features: Sequence[Tensor]) -> Tensor:
        """Returns (rows, length, hidden) embeddings, picture features in the picture's places."""
        embeds = functional.embedding(ids, weights.embed)
        if not features:
            return embeds
        places = (ids == self.image_token).unsqueeze(-1)
        return embeds.masked_scatter(places, torch.cat(list(features)).to(embeds.dtype))

    def hidden(self, handle: Handle, picture: Picture, prompt: list[int]) -> Tensor:
        """Returns the (prompt tokens, hidden) last hidden states of a prompt after a picture."""
        ids = torch.tensor([[*picture.prefix, *prompt]], device=self.device)
        first, length = len(picture.prefix), ids.shape[1]
        if self.decoder is None:
            lengths = torch.tensor([length], device=self.device)
            out = self._generic(handle.module, [picture], ids, lengths, output_hidden_states=True)
            states: Tensor = out.hidden_states[-1][0, first:]
            return states
        weights, where = handle.weights(), torch.arange(first, length, device=self.device)[None]
        features = [] if picture.features is None else [picture.features]
        return self.decoder.run(weights, self._embed(weights, ids, features), where)[0][0]

    def _generic(
        self, module: Any, pictures: Sequence[Picture], ids: Tensor, lengths: Tensor, **asked: bool
    ) -> Any:
        inputs: dict[str, Tensor] = {}
        for key in pictures[0].tensors:
            inputs[key] = torch.cat([p.tensors[key] for p in pictures])
        for key in pictures[0].per_token:
            inputs[key] = torch.zeros_like(ids)
            for row, p in enumerate(pictures):
                inputs[key][row, : len(p.prefix)] = p.per_token[key]
        mask = (torch.arange(ids.shape[1], device=self.device) < lengths[:, None]).long()
        return module(input_ids=ids, attention_mask=mask, use_cache=False, **inputs, **asked)

    def continuations(self, handle: Handle, picture: Picture, prompt: Sequence[int]) -> Continue:
        """Returns a function that continues a picture and a prompt, which are read with its first call.

        It takes rows of token ids and the positions wanted of each (all the same number; 0 is the prompt's
        end, j the row's j-th token), and returns (rows, positions, vocabulary) float32 logits. What rows have
        in common is read once; a position can be asked for only in the call that reads it.
        """
        decoder = self.decoder
        if decoder is None:
            return self._recomputed(handle, picture, list(prompt))
        weights, known = handle.weights(), [*picture.prefix, *prompt]
        features = [] if picture.features is None else [picture.features]
        tree = Tree(len(known))
        past: Past = ()

        def extend(rows: Sequence[Sequence[int]], where: Sequence[Sequence[int]]) -> Tensor:
            nonlocal past
            cached = past[0][0].shape[2] if past else 0
            fresh = tree.grow(rows)
            ids = torch.tensor([[*known[cached:], *(path[-1] for path in fresh)]], device=self.device)
            embeds = self._embed(weights, ids, [] if cached else features)
            wanted = torch.tensor([tree.columns(rows, where)], device=self.device) - cached
            layout = tree.layout(fresh, cached, embeds)
            hidden, past = decoder.run(weights, embeds, wanted, past, layout)
            return functional.linear(hidden, weights.head).float().view(len(rows), -1, len(weights.head))

        return extend

    def _recomputed(self, handle: Handle, picture: Picture, prompt: list[int]) -> Continue:
        def extend(rows: Sequence[Sequence[int]], where: Sequence[Sequence[int]]) -> Tensor:
            tails, keep = [[*prompt, *row] for row in rows], [len(row) + 1 for row in rows]
            logits = self.logits(handle, [picture] * len(rows), tails, keep)
            wanted = torch.tensor(where, device=logits.device)
            return logits.gather(1, wanted[..., None].expand(-1, -1, logits.shape[-1]))

        return extend


def _length(sequence: Answered) -> int:
    return len(sequence.picture.prefix) + len(sequence.prompt) + len(sequence.answer)


def padded(rows: Sequence[Sequence[int]]) -> Tensor:
    """Returns (rows, longest) token ids, zeros on the right."""
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows])


def _tower(model: Any, processor: Any) -> Tower | None:
    """Returns the model's tower if the processor only rescales pictures of its size, else None."""
    images = processor.image_processor
    side = dict(getattr(images, "size", None) or {}).get("longest_edge")
    largest = dict(getattr(images, "max_image_size", None) or {}).get("longest_edge")
    plain = images.do_rescale and images.do_normalize and abs(images.rescale_factor * 255 - 1) < 1e-9
    if side is None or side != largest or images.do_image_splitting or not plain:
        return None
    mean, std = (torch.tensor(v).view(3, 1, 1) for v in (images.image_mean, images.image_std))
    return Tower(model, mean, std) if Tower.fits(model, side) else None
