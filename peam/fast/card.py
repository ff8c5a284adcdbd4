"""Writes nano's model card from what was measured."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from peam.fast.examine import Report, table
from peam.fast.recipe import Recipe

_CARD = """---
license: apache-2.0
pipeline_tag: image-text-to-text
library_name: transformers
---

# nano

PEAM's own small vision-language model: Idefics3 classes of transformers, word-level tokenizer, 128 x 128
pictures in 16 visual tokens. It perceives and reads; it has no idea how to play. What to do in which state is
left to LoRA adapters.

- Prompts: `<image> see oak_log =>` -> `no`, `near` (at most 6 m) or `far` (to 16 m);
  `<image> STATE ; sees NAMES =>` -> an action (with an adapter).
- Training data, all generated: random state texts with questions about them, instructions whose answer the
  question spells out, and views of embedded worlds, half of them staged, half of them left by random actions,
  labelled by the renderer's own rays. No recipe, tool tier, drop, or pair of a state and its right action
  is in it.
- Worlds: training seeds from 200000 on, held-out seeds from 300000 on. States: their own generators.
- Command: `peam pretrain --out DIR --seed {seed}{start}`
- Recipe: {recipe}
{note}
## Measured on held-out worlds and states

An answer counts if every token is the model's first choice.

{table}
"""


def write_card(
    path: Path, report: Report, recipe: Recipe, seed: int, start: Path | None = None, note: str = ""
) -> None:
    """Writes the card.

    Args:
        path: File to write.
        report: From `examine`.
        recipe: What the model was made with.
        seed: As given to `pretrain`.
        start: Likewise.
        note: More to say about the run, a list item.
    """
    from_ = f" --start {start.name}" if start else ""
    numbers = ", ".join(f"{name} {value}" for name, value in dataclasses.asdict(recipe).items())
    card = _CARD.format(seed=seed, start=from_, recipe=numbers, note=note, table=table(report))
    path.write_text(card, encoding="utf-8")
