"""Files of the fast tier: where a base lies, its hash, and adapter directories read with every check.

Nothing here runs a model.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import torch
from peft import LoraConfig
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from peam.errors import AdapterError, ConfigError, unknown
from peam.fast.nano import nano_dir

WEIGHTS = "adapter_model.safetensors"
SETTINGS = "adapter_config.json"
MANIFEST = "manifest.json"
REMEDY = "roll back with `peam skills rollback`"


def base_dir(base: str) -> Path:
    """Resolves `config.fast.base`: "nano", a directory, or a Hugging Face id (fetched if not cached).

    Raises:
        ConfigError: If it is none of them.
    """
    if base == "nano":
        return nano_dir()
    if Path(base).is_dir():
        return Path(base)
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(base))
    except Exception as error:  # the hub client raises many unrelated kinds
        raise ConfigError(
            f"fast.base '{base}' is neither nano, nor a directory, nor a model that can be fetched"
        ) from error


def hash_base(directory: Path) -> str:
    """Returns sha256 over the names and bytes of the base's weight files."""
    files = sorted(p for p in directory.iterdir() if p.suffix in (".safetensors", ".bin"))
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode())
        with file.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()


def pick_device(device: str) -> str:
    """Resolves auto, cpu or cuda.

    Raises:
        ConfigError: Another word, or cuda where torch sees no GPU.
    """
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if device not in ("cpu", "cuda"):
        raise ConfigError(unknown("fast.device", device, ("auto", "cpu", "cuda")))
    if device == "cuda" and not torch.cuda.is_available():
        raise ConfigError("fast.device is cuda, but torch sees no GPU; use fast.device=auto")
    return device


def check_manifest(directory: Path, base_hash: str) -> None:
    """Checks that an adapter's manifest, where it has one, names this base.

    Raises:
        AdapterError: If it names another, or is no manifest.
    """
    path = directory / MANIFEST
    if not path.is_file():
        return
    try:
        made_for = json.loads(path.read_text(encoding="utf-8")).get("base_hash")
    except (ValueError, AttributeError) as error:
        raise AdapterError(f"{path} is not a manifest; {REMEDY}") from error
    if made_for and made_for != base_hash:
        raise AdapterError(
            f"{directory} was trained on base {made_for[:12]}, not {base_hash[:12]}; "
            f"set fast.base to that base, or train the category again"
        )


def read_weights(directory: Path) -> dict[str, Tensor]:
    """Reads an expert's tensors.

    Raises:
        AdapterError: If one of its files is missing, or the weights are malformed.
    """
    for name in (WEIGHTS, SETTINGS):
        if not (directory / name).is_file():
            raise AdapterError(f"{directory / name} is missing; {REMEDY}")
    try:
        return load_file(directory / WEIGHTS)
    except (SafetensorError, OSError) as error:
        raise AdapterError(f"{directory / WEIGHTS} is corrupted ({error}); {REMEDY}") from error


def read_adapter(directory: Path) -> tuple[LoraConfig, dict[str, Tensor]]:
    """Reads an adapter's configuration and tensors.

    Raises:
        AdapterError: If a file is missing or malformed.
    """
    state = read_weights(directory)
    try:
        settings = json.loads((directory / SETTINGS).read_text(encoding="utf-8"))
        return LoraConfig(
            r=int(settings["r"]),
            lora_alpha=settings["lora_alpha"],
            target_modules=settings["target_modules"],
        ), state
    except (ValueError, KeyError, TypeError) as error:
        raise AdapterError(f"{directory / SETTINGS} is not an adapter configuration; {REMEDY}") from error
