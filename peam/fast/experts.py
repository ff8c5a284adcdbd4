"""The experts: one frozen base, and PEFT LoRA adapters: one a category, or one for all (`roster.py`).

On the cached path serving uses folded weights, made when asked and then apart from what trains; on the
generic path the unmerged adapter itself serves. An unknown adapter is an error, never the base in silence.

Knows nothing of prompts, actions or the store.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
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
from peam.fast.backbone import Backbone, Handle
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
from peam.fast.decoder import Weights
from peam.fast.roster import Roster


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
        self._model: Any = model
        self._peft: Any = None
        self._folds: dict[str | None, Weights] = {}
        self.backbone = Backbone(model, processor)
        self._lora = (r, alpha, text_pattern(model, targets))
        self._hash = ""

    @classmethod
    def from_config(cls, config: Config) -> Experts:
        """Loads the base of `config.fast`; one adapter for all gets the ranks of all, equally scaled."""
        lora: Mapping[str, Any] = config.fast.lora
        ranks, targets = Roster.from_config(config).ranks, tuple(lora["targets"])
        r, alpha = int(lora["r"]) * ranks, int(lora["alpha"]) * ranks
        return cls(config.fast.base, config.fast.device, r, alpha, targets)

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
        self._folds.pop(category, None)
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
        self._check_fit(self.state(category), state, directory)
        set_peft_model_state_dict(self._peft, state, adapter_name=category)

    def _check_fit(self, own: Mapping[str, Tensor], state: Mapping[str, Tensor], directory: Path) -> None:
        """Raises AdapterError unless the names and shapes of `state` are those of `own`."""
        wanted, given = ({key: value.shape for key, value in x.items()} for x in (own, state))
        if wanted != given:
            wrong = sorted(key for key in wanted.keys() | given.keys() if wanted.get(key) != given.get(key))
            raise AdapterError(
                f"{directory / WEIGHTS}: {len(wrong)} tensors do not fit base '{self.base}', "
                f"first '{wrong[0]}'; {REMEDY}"
            )

    # ---- training

    @contextmanager
    def live(self, category: str | None) -> Iterator[Handle]:
        """Yields the base under an adapter as it is now, gradients flowing (None: the base alone)."""
        handle = Handle(self._model, partial(self._effective, category))
        if category is not None:
            self.check(category)
            self._peft.set_adapter(category, inference_mode=True)
            yield handle
        elif self._peft is None:
            yield handle
        else:
            with self._peft.disable_adapter():
                yield handle

    @contextmanager
    def trainable(self, category: str) -> Iterator[tuple[Handle, list[nn.Parameter]]]:
        """Yields (live handle, the category's parameters), gradients on for these alone."""
        with self.live(category) as handle:
            parameters = [p for _, p in self.parameters(category)]
            for parameter in parameters:
                parameter.requires_grad_(True)
            try:
                yield handle, parameters
            finally:
                for parameter in parameters:
                    parameter.requires_grad_(False)
                    parameter.grad = None

    def _effective(self, category: str | None) -> Weights:
        decoder = self.backbone.decoder
        assert decoder is not None, "only the cached path asks for weights"
        modules = dict(self._model.named_modules())
        return decoder.weights(self._model, lambda name: _effective(modules[name], category))

    def parameters(self, category: str, matrix: str = "") -> list[tuple[str, nn.Parameter]]:
        """Returns (name, parameter) of an adapter's matrices; `matrix` "A" or "B" picks one kind."""
        self.check(category)
        wanted = re.compile(rf"\.lora_{matrix or '[AB]'}\.{re.escape(category)}\.weight$")
        return [(name, p) for name, p in self._model.named_parameters() if wanted.search(name)]

    # ---- serving

    @property
    def folds(self) -> bool:
        """Whether serving uses folded weights (the cached path)."""
        return self.backbone.decoder is not None

    @contextmanager
    def serving(self, category: str | None) -> Iterator[Handle]:
        """Yields the handle that serves the category (None: the base alone)."""
        if not self.folds:
            with self.live(category) as handle:
                yield handle
            return
        if category not in self._folds:
            self.refold(category)
        yield Handle(self._model, partial(self._folds.__getitem__, category))

    def refold(self, category: str | None) -> None:
        """Folds the adapter as it is now; until then serving keeps what it had."""
        if category is not None:
            self.check(category)
        with torch.no_grad():
            self._folds[category] = self._effective(category).by_column()


def _effective(module: Any, category: str | None) -> Tensor:
    """Returns a linear's weight, W + (alpha/r) B A where the category's adapter is on it."""
    if not isinstance(module, LoraLayer):
        weight: Tensor = module.weight
        return weight
    weight = module.get_base_layer().weight
    if category is None or category not in module.lora_A:
        return weight
    a, b = module.lora_A[category].weight, module.lora_B[category].weight
    return torch.addmm(weight, b.to(weight.dtype), a.to(weight.dtype), alpha=module.scaling[category])


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
