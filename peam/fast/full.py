"""Full fine-tuning as an expert: the base's text layers themselves, trained and stored whole.

The counterpart of an adapter in the control arm. What an expert holds are the weights and norms of the text
decoder's layers and its last norm; embeddings, which are also the head, and the vision tower stay the base's,
as they do under an adapter, so that all arms see alike. While an expert is live its parameters stand in the
base's module tree, and the base's own stand there again afterwards: the base in memory and on disk is never
written to.

Knows nothing of prompts, actions or the store.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from peam.errors import AdapterError
from peam.fast.backbone import Handle
from peam.fast.checkpoints import REMEDY, SETTINGS, WEIGHTS, check_manifest, read_weights
from peam.fast.decoder import Weights
from peam.fast.experts import Experts

KIND = "full"  # in the settings file


class FullExperts(Experts):
    """The base, and text layers that replace its own."""

    def __init__(
        self, base: str, device: str = "auto", r: int = 16, alpha: int = 32, targets: tuple[str, ...] = ()
    ) -> None:
        """Loads the base; `r`, `alpha` and `targets` are an adapter's and mean nothing here."""
        super().__init__(base, device, r, alpha, targets)
        self._own = _text_layers(self._model)
        self._live = self._own
        self._layers: dict[str, dict[str, nn.Parameter]] = {}

    # ---- experts

    @property
    def categories(self) -> tuple[str, ...]:
        """Names that have layers of their own, sorted."""
        return tuple(sorted(self._layers))

    def new_adapter(self, category: str, seed: int) -> None:
        """Makes a copy of the base's layers, replacing any of that name; nothing is drawn."""
        self._set(category, dict(self._own))

    def _set(self, category: str, state: dict[str, Any]) -> None:
        self.drop(category)
        self._layers[category] = {
            name: nn.Parameter(state[name].detach().clone().to(p), requires_grad=False)
            for name, p in self._own.items()
        }

    def drop(self, category: str) -> None:
        """Forgets layers; nothing if there are none of that name."""
        self._folds.pop(category, None)
        self._layers.pop(category, None)

    def copy_adapter(self, source: str, target: str) -> None:
        """Makes `target` an exact copy of `source`."""
        self._set(target, dict(self.state(source)))

    def state(self, category: str) -> dict[str, Tensor]:
        """Returns the layers' tensors under the base's own names."""
        self.check(category)
        return dict(self._layers[category])

    def save(self, category: str, directory: Path) -> None:
        """Writes every weight of the text layers, and a settings file that says what they are."""
        state = {key: value.detach().cpu().contiguous() for key, value in self.state(category).items()}
        directory.mkdir(parents=True, exist_ok=True)
        save_file(state, directory / WEIGHTS, metadata={"format": "pt"})
        size = sum(value.numel() for value in state.values())
        settings = {"base_model_name_or_path": self.base, "kind": KIND, "parameters": size}
        (directory / SETTINGS).write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")

    def load(self, category: str, directory: Path) -> None:
        """Loads layers, replacing any of that name; the old ones stay where the new ones are refused.

        Raises:
            AdapterError: Missing or corrupted file, an adapter's, another base's, or names that do not fit.
        """
        check_manifest(directory, self.base_hash())
        state = read_weights(directory)
        _check_settings(directory / SETTINGS)
        self._check_fit(self._own, state, directory)
        self._set(category, dict(state))

    # ---- training

    @contextmanager
    def live(self, category: str | None) -> Iterator[Handle]:
        """Yields the base under an expert's layers as they are now, gradients flowing (None: its own)."""
        if category is not None:
            self.check(category)
        before = self._live
        self._put(self._own if category is None else self._layers[category])
        try:
            yield Handle(self._model, partial(self._effective, category))
        finally:
            self._put(before)

    def _put(self, layers: dict[str, nn.Parameter]) -> None:
        for name, parameter in layers.items():
            owner, _, attribute = name.rpartition(".")
            setattr(self._model.get_submodule(owner), attribute, parameter)
        self._live = layers

    def _effective(self, category: str | None) -> Weights:
        """Returns the weights that stand in the module tree now."""
        decoder = self.backbone.decoder
        assert decoder is not None, "only the cached path asks for weights"
        return decoder.weights(self._model, lambda name: self._model.get_submodule(name).weight)

    def parameters(self, category: str, matrix: str = "") -> list[tuple[str, nn.Parameter]]:
        """Returns (name, parameter) of the layers: all of them, whatever `matrix` an adapter would have."""
        self.check(category)
        return list(self._layers[category].items())

    # ---- serving

    def refold(self, category: str | None) -> None:
        """Copies the layers as they are now, norms too; until then serving keeps what it had."""
        with torch.no_grad(), self.live(category) as handle:
            weights = handle.weights().by_column()
            layers = tuple(
                replace(x, norm=x.norm.clone(), norm_mlp=x.norm_mlp.clone()) for x in weights.layers
            )
            self._folds[category] = replace(weights, layers=layers, norm=weights.norm.clone())


def _text_layers(model: Any) -> dict[str, nn.Parameter]:
    """Returns full name -> parameter of the text decoder, without embeddings."""
    decoder = model.get_decoder()
    prefix = next(name for name, module in model.named_modules() if module is decoder)
    words = {id(p) for p in model.get_input_embeddings().parameters()}
    return {f"{prefix}.{name}": p for name, p in decoder.named_parameters() if id(p) not in words}


def _check_settings(path: Path) -> None:
    try:
        kind = json.loads(path.read_text(encoding="utf-8")).get("kind")
    except (ValueError, AttributeError) as error:
        raise AdapterError(f"{path} is not a settings file; {REMEDY}") from error
    if kind != KIND:
        raise AdapterError(f"{path} is of an adapter, not of full text layers: fast.experts must not be full")
