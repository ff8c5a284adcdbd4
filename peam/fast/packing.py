"""Packs one prompt and many questions about it into one row: each question sees the prompt, not its siblings.

With the mask and the positions given here a row of k questions has exactly the logits of k separate
prompts, at the price of reading the prompt once. Knows nothing of what the questions are about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from transformers import Idefics3ForConditionalGeneration, PreTrainedTokenizerBase

from peam.fast import vocabulary
from peam.fast.lookups import Question
from peam.fast.nano import VISUAL_TOKENS

IGNORE = -100
PICTURE = f"{vocabulary.FAKE}{vocabulary.GLOBAL}{vocabulary.IMAGE * VISUAL_TOKENS}{vocabulary.FAKE}"


@dataclass(frozen=True, slots=True)
class Row:
    """One prompt without its marker, and the questions that branch off it.

    Attributes:
        picture: Whether the prompt begins with a picture.
        text: What follows the picture; may be empty.
        questions: At least one.
    """

    picture: bool
    text: str
    questions: Sequence[Question]


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows as tensors, right-padded.

    Attributes:
        ids: (B, L) token ids.
        positions: (B, L) rotary positions; every branch starts where the prompt ends.
        branch: (B, L) 0 in the prompt, k in the k-th question, -1 in the padding.
        labels: (B, L) the token that follows, IGNORE outside of answers.
    """

    ids: torch.Tensor
    positions: torch.Tensor
    branch: torch.Tensor
    labels: torch.Tensor

    def mask(self) -> torch.Tensor:
        """Returns the (B, 1, L, L) bool mask: causal, the prompt for all, a branch for itself."""
        seen, seeing = self.branch[:, None, :], self.branch[:, :, None]
        causal = torch.ones(self.ids.shape[1], self.ids.shape[1], dtype=torch.bool).tril()
        own = torch.eye(self.ids.shape[1], dtype=torch.bool)  # padding sees itself: no empty softmax
        return ((((seen == 0) | (seen == seeing)) & (seen >= 0) & causal) | own)[:, None]


class Packer:
    """Turns rows into batches, with the ids of every word looked up once."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._tokenizer = tokenizer
        self._picture = self._encode(PICTURE)
        self._marker = self._encode("=>")
        self._eos: int = tokenizer.eos_token_id

    def _encode(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer(text, add_special_tokens=False).input_ids
        return ids

    def word(self, token: int) -> str:
        """Returns the word of a token id."""
        return str(self._tokenizer.convert_ids_to_tokens(token))

    def pack(self, rows: Sequence[Row]) -> Batch:
        """Packs rows into one batch."""
        parts = [self._row(row) for row in rows]
        longest = max(len(part[0]) for part in parts)
        fills = (self._tokenizer.pad_token_id, 0, -1, IGNORE)
        columns = [
            torch.from_numpy(np.stack([_pad(part[i], longest, fill) for part in parts]))
            for i, fill in enumerate(fills)
        ]
        return Batch(*columns)

    def _row(self, row: Row) -> tuple[list[int], list[int], list[int], list[int]]:
        prompt = (self._picture if row.picture else []) + self._encode(row.text)
        ids, positions = list(prompt), list(range(len(prompt)))
        branch, labels = [0] * len(prompt), [IGNORE] * len(prompt)
        for index, question in enumerate(row.questions, 1):
            asked = self._encode(question.text) + self._marker
            answer = [*self._encode(question.answer), self._eos]
            ids += asked + answer[:-1]
            labels += [IGNORE] * (len(asked) - 1) + answer
            positions += range(len(prompt), len(prompt) + len(asked) + len(answer) - 1)
            branch += [index] * (len(asked) + len(answer) - 1)
        return ids, positions, branch, labels


def _pad(values: list[int], length: int, fill: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(values + [fill] * (length - len(values)), np.int64)


def answer_logits(
    model: Idefics3ForConditionalGeneration, batch: Batch, visual: torch.Tensor | None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Runs the text model over a packed batch.

    Args:
        model: The model.
        batch: From `Packer.pack`.
        visual: (rows with a picture * VISUAL_TOKENS, hidden) visual tokens in row order, or None.

    Returns:
        (N, vocabulary) logits and (N,) labels at the N answer positions, in row-major order.
    """
    return read(model, batch, visual)[:2]


def read(
    model: Idefics3ForConditionalGeneration, batch: Batch, visual: torch.Tensor | None
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """As `answer_logits`, and the (B, L, hidden) output of the first layer."""
    embeds = model.model.text_model.embed_tokens(batch.ids)
    if visual is not None:
        holes = (batch.ids == model.config.image_token_id)[..., None].expand_as(embeds)
        embeds = embeds.masked_scatter(holes, visual.to(embeds.dtype))
    out = model.model.text_model(
        inputs_embeds=embeds, attention_mask=batch.mask(), position_ids=batch.positions, use_cache=False,
        output_hidden_states=True,
    )  # fmt: skip
    asked = batch.labels != IGNORE
    return model.lm_head(out.last_hidden_state[asked]), batch.labels[asked], out.hidden_states[1]
