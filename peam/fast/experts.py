"""The experts: one frozen base, one PEFT LoRA adapter a category, and folded copies that serve.

Training and serving never share a weight that changes: training runs the base with unmerged adapters; serving
runs a second module tree that shares the frozen tensors and swaps in, per category, its own folded weights of
the adapted linears. An unknown adapter is an error, never the base in silence.

Knows nothing of prompts, actions or the store.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from peft.tuners.lora import LoraLayer
from peft.utils import get_peft_model_state_dict, set_peft_model_state_dict
from safetensors.torch import save_file
from torch import Tensor, nn
from transformers import AutoModelForImageTextToText, AutoProcessor

from peam.config import Config
from peam.errors import AdapterError, ConfigError, unknown
from peam.fast.backbone import Backbone
from peam.fast.checkpoints import (
    REMEDY,
    SETTINGS,
    WEIGHTS,
    base_dir,
    check_manifest,
    hash_base,
    pick_device,
    read_adapter,
)

FOLD_BYTES = 2**30  # a category's folded weights; a larger base serves unmerged (a 7B fold would take 13 GB)


class Experts:
    """The base with its adapters.

    Attributes:
        base: The base's name as configured; written into adapter configurations.
        directory: Where the base's files are.
        backbone: Runs the base's module trees.
    """

    def __init__(
        self, base: str, device: str = "auto", r: int = 16, alpha: int = 32, targets: tuple[str, ...] = ()
    ) -> None:
        """Loads the base, frozen.

        Args:
            base: "nano", a directory, or a Hugging Face id.
            device: auto, cpu or cuda. bfloat16 on a GPU, else float32.
            r: LoRA rank.
            alpha: LoRA alpha; deltas are scaled by alpha / r.
            targets: Names of the text decoder's linears.
        """
        self.base, self.directory = base, base_dir(base)
        place = pick_device(device)
        dtype = torch.bfloat16 if place == "cuda" else torch.float32
        processor: Any = AutoProcessor.from_pretrained(self.directory)  # type: ignore[no-untyped-call]
        model: Any = AutoModelForImageTextToText.from_pretrained(self.directory, dtype=dtype)
        model = model.to(place).eval()
        model.requires_grad_(False)
        shared = {id(t): t for t in [*model.parameters(), *model.buffers()]}
        self._serving: Any = copy.deepcopy(model, shared)  # same tensors, its own modules
        self._model: Any = model
        self._peft: Any = None
        self._folds: dict[str, list[tuple[nn.Module, nn.Parameter]]] = {}
        self._plain: list[tuple[nn.Module, nn.Parameter]] = []
        self._served: str | None = None
        self.backbone = Backbone(model, processor)
        self._lora = (r, alpha, text_pattern(model, targets))
        self._hash = ""

    @classmethod
    def from_config(cls, config: Config) -> Experts:
        """Loads the base named by `config.fast`."""
        lora: Mapping[str, Any] = config.fast.lora
        targets = tuple(lora["targets"])
        return cls(config.fast.base, config.fast.device, int(lora["r"]), int(lora["alpha"]), targets)

    # ---- adapters

    @property
    def categories(self) -> tuple[str, ...]:
        """Categories that have an adapter, sorted."""
        return () if self._peft is None else tuple(sorted(self._peft.peft_config))

    def check(self, category: str) -> None:
        """Raises AdapterError, naming the nearest, unless the category has an adapter."""
        if category not in self.categories:
            raise AdapterError(f"{unknown('adapter', category, self.categories)}; load or train it first")

    def base_hash(self) -> str:
        """Returns sha256 over the base's weight files."""
        self._hash = self._hash or hash_base(self.directory)
        return self._hash

    def new_adapter(self, category: str, seed: int) -> None:
        """Makes a fresh adapter (B = 0, so that it changes nothing yet), replacing any of that name."""
        r, alpha, pattern = self._lora
        self._add(category, LoraConfig(r=r, lora_alpha=alpha, target_modules=pattern), seed)

    def _add(self, category: str, config: LoraConfig, seed: int) -> None:
        self.drop(category)
        config.base_model_name_or_path = self.base
        config.inference_mode = True
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            if self._peft is None:
                self._peft = get_peft_model(self._model, config, adapter_name=category)
            else:
                self._peft.add_adapter(category, config)
        self._model.requires_grad_(False)

    def drop(self, category: str) -> None:
        """Forgets a category's adapter and its folded weights; nothing if it has none."""
        self._unfold(category)
        if category in self.categories:
            if self.categories == (category,):
                self._peft, old = None, self._peft
                self._model = old.unload()
            else:
                self._peft.delete_adapter(category)

    def copy_adapter(self, source: str, target: str) -> None:
        """Makes adapter `target` an exact copy of `source`: a candidate to train beside the incumbent."""
        self.check(source)
        state = {key: value.clone() for key, value in self.state(source).items()}
        self._add(target, copy.deepcopy(self._peft.peft_config[source]), 0)
        set_peft_model_state_dict(self._peft, state, adapter_name=target)

    def state(self, category: str) -> dict[str, Tensor]:
        """Returns the adapter's tensors under PEFT's file keys."""
        self.check(category)
        return dict(get_peft_model_state_dict(self._peft, adapter_name=category))

    def save(self, category: str, directory: Path) -> None:
        """Writes adapter_model.safetensors and adapter_config.json, as PEFT would."""
        state = {key: value.detach().cpu().contiguous() for key, value in self.state(category).items()}
        directory.mkdir(parents=True, exist_ok=True)
        save_file(state, directory / WEIGHTS, metadata={"format": "pt"})
        settings = self._peft.peft_config[category].to_dict()
        plain = {key: sorted(v) if isinstance(v, set) else v for key, v in settings.items()}
        text = json.dumps(plain, indent=2, sort_keys=True, default=str)
        (directory / SETTINGS).write_text(text + "\n", encoding="utf-8")

    def load(self, category: str, directory: Path) -> None:
        """Loads an adapter, replacing any of that name; the old one stays where the new one is refused.

        Raises:
            AdapterError: Missing or corrupted file, another base, or keys that do not fit.
        """
        check_manifest(directory, self.base_hash())
        config, state = read_adapter(directory)
        scratch = f"{category}__incoming"
        self._add(scratch, config, 0)
        try:
            self._fill(scratch, state, directory)
        except AdapterError:
            self.drop(scratch)
            raise
        self.copy_adapter(scratch, category)
        self.drop(scratch)

    def _fill(self, category: str, state: dict[str, Tensor], directory: Path) -> None:
        wanted = {key: value.shape for key, value in self.state(category).items()}
        given = {key: value.shape for key, value in state.items()}
        if wanted != given:
            wrong = sorted(key for key in wanted.keys() | given.keys() if wanted.get(key) != given.get(key))
            raise AdapterError(
                f"{directory / WEIGHTS}: {len(wrong)} tensors do not fit base '{self.base}', "
                f"first '{wrong[0]}'; {REMEDY}"
            )
        set_peft_model_state_dict(self._peft, state, adapter_name=category)

    # ---- training

    @contextmanager
    def live(self, category: str | None) -> Iterator[Any]:
        """Yields the training tree, unmerged, with one adapter on (None: the base alone)."""
        if category is None:
            if self._peft is None:
                yield self._model
            else:
                with self._peft.disable_adapter():
                    yield self._model
            return
        self.check(category)
        self._peft.set_adapter(category, inference_mode=True)
        yield self._model

    @contextmanager
    def trainable(self, category: str) -> Iterator[tuple[Any, list[nn.Parameter]]]:
        """Yields (training tree, the category's parameters), gradients on for these alone."""
        with self.live(category) as model:
            parameters = [p for _, p in self.parameters(category)]
            for parameter in parameters:
                parameter.requires_grad_(True)
            try:
                yield model, parameters
            finally:
                for parameter in parameters:
                    parameter.requires_grad_(False)
                    parameter.grad = None

    def parameters(self, category: str, matrix: str = "") -> list[tuple[str, nn.Parameter]]:
        """Returns (name, parameter) of an adapter's matrices; `matrix` "A" or "B" picks one kind."""
        self.check(category)
        wanted = re.compile(rf"\.lora_{matrix or '[AB]'}\.{re.escape(category)}\.weight$")
        return [(name, p) for name, p in self._model.named_parameters() if wanted.search(name)]

    # ---- serving

    @property
    def folds(self) -> bool:
        """Whether serving uses folded weights: false for bases whose copy would be too large."""
        linears = _matching(self._serving, self._lora[2])
        size = sum(int(m.weight.numel()) * int(m.weight.element_size()) for _, m in linears)
        return size <= FOLD_BYTES

    @contextmanager
    def serving(self, category: str | None) -> Iterator[Any]:
        """Yields a tree that serves the category (None: the base alone)."""
        if not self.folds and category is not None:
            with self.live(category) as model:
                yield model
            return
        if category != self._served:
            self._swap(category)
        yield self._serving

    def refold(self, category: str) -> None:
        """Folds the adapter as it is now; until then serving keeps what it had."""
        self.check(category)
        self._unfold(category)
        serving = dict(_matching(self._serving, self._lora[2]))
        with torch.no_grad():
            self._folds[category] = [
                (serving[name], _folded(layer, category))
                for name, layer in _lora_layers(self._model, category)
            ]

    def _swap(self, category: str | None) -> None:
        if not self._plain:
            self._plain = [(m, m.weight) for _, m in _matching(self._serving, self._lora[2])]
        if category is not None and category not in self._folds:
            self.refold(category)
        self._served = category
        for module, parameter in [*self._plain, *(self._folds[category] if category else [])]:
            module._parameters["weight"] = parameter

    def _unfold(self, category: str) -> None:
        if self._served == category:
            self._swap(None)
        self._folds.pop(category, None)


def text_pattern(model: Any, targets: tuple[str, ...]) -> str:
    """Returns a regular expression that fully matches the text decoder's target linears, and no other's."""
    decoder = model.get_decoder()
    prefix = next(name for name, module in model.named_modules() if module is decoder)
    pattern = rf"{re.escape(prefix)}\.(?:.*\.)?(?:{'|'.join(map(re.escape, targets))})"
    if not _matching(model, pattern):
        raise ConfigError(f"fast.lora.targets {list(targets)} name no linear of the base's text decoder")
    return pattern


def _matching(model: Any, pattern: str) -> list[tuple[str, Any]]:
    expression = re.compile(pattern)
    return [(n, m) for n, m in model.named_modules() if isinstance(m, nn.Linear) and expression.fullmatch(n)]


def _lora_layers(model: Any, category: str) -> list[tuple[str, Any]]:
    return [(n, m) for n, m in model.named_modules() if isinstance(m, LoraLayer) and category in m.lora_A]


def _folded(layer: Any, category: str) -> nn.Parameter:
    weight = layer.get_base_layer().weight
    delta = layer.get_delta_weight(category)
    return nn.Parameter((weight.float() + delta.float()).to(weight.dtype), requires_grad=False)
