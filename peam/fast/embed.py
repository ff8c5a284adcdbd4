"""The frozen base as an encoder of decisions: picture and prompt to one vector, adapter off.

The features that the fast tier's adapters work on, for memories that are compared instead of trained. Knows
nothing of actions or of who asks.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from peam.config import Config
from peam.fast.experts import Experts
from peam.fast.policy import Policy
from peam.types import Image


class FrozenEyes:
    """What the base sees, and its pooled hidden state.

    Args:
        experts: The base; no adapter is asked.
    """

    def __init__(self, experts: Experts) -> None:
        self._experts = experts
        self._policy = Policy(experts)

    @classmethod
    def from_config(cls, config: Config) -> FrozenEyes:
        """Loads the base named by `config.fast`."""
        torch.set_num_threads(int(config.threads))
        return cls(Experts.from_config(config))

    def see(self, rgb: Image) -> tuple[str, ...]:
        """Returns what the base names in view: "oak_log near"."""
        return self._policy.see(self._policy.picture(rgb))

    @torch.inference_mode()
    def embed(self, rgb: Image, text: str) -> NDArray[np.float32]:
        """Returns the (hidden,) mean of the last hidden states over the prompt's tokens, picture before it.

        Over the prompt's alone: the visual tokens, which no word precedes, would outweigh it.
        """
        picture, prompt = self._policy.picture(rgb), self._experts.backbone.prompter.ids(text)
        with self._experts.serving(None) as handle:
            hidden = self._experts.backbone.hidden(handle, picture, prompt)
        row: NDArray[np.float32] = hidden.float().mean(0).numpy(force=True)
        return row
