"""Configuration: `configs/default.yaml` + files + dotted overrides -> a validated tree.

`default.yaml` is the schema: a key that it does not have is an error that names the nearest one, and a
value must have the default's type (int passes for float; a null default accepts anything).
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from peam.errors import ConfigError, nearest

ROOT = Path(__file__).resolve().parent


def configs_dir() -> Path:
    """Returns the folder of shipped configurations: the checkout's, else the wheel's copy."""
    checkout = ROOT.parent / "configs"
    return checkout if (checkout / "default.yaml").is_file() else ROOT / "configs"


class Config(Mapping[str, Any]):
    """A read-only tree with attribute access: `config.trigger.kind`."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = dict(data)

    def __getattr__(self, key: str) -> Any:
        if key.startswith("_"):
            raise AttributeError(key)
        try:
            return self[key]
        except KeyError:
            raise ConfigError(f"unknown config key '{key}'{nearest(key, self._data)}") from None

    def __getitem__(self, key: str) -> Any:
        value = self._data[key]
        return Config(value) if isinstance(value, dict) else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def __getstate__(self) -> dict[str, Any]:
        return self._data

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._data = state

    def to_dict(self) -> dict[str, Any]:
        """Returns a deep copy as plain dictionaries."""
        return copy.deepcopy(self._data)

    def save(self, path: Path) -> None:
        """Writes the resolved configuration as YAML."""
        path.write_text(yaml.safe_dump(self._data, sort_keys=False), encoding="utf-8")


def load_config(files: Sequence[str | Path] = (), overrides: Sequence[str] = ()) -> Config:
    """Loads the defaults, merges files, then dotted overrides.

    Args:
        files: Paths, or names under `configs/` without suffix ("agent/peam").
        overrides: `trigger.kind=break_even`; values are YAML.

    Raises:
        ConfigError: Unknown key (names the nearest), wrong type, missing or malformed file.
    """
    data = _read(configs_dir() / "default.yaml")
    for file in files:
        path = _locate(file)
        _merge(data, _read(path), str(path), "")
    for override in overrides:
        key, separator, text = override.partition("=")
        if not separator:
            raise ConfigError(f"override '{override}' is not of the form key.sub=value")
        try:
            value: Any = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise ConfigError(f"override '{override}': value is not YAML") from error
        for part in reversed(key.split(".")):
            value = {part: value}
        _merge(data, value, f"override '{override}'", "")
    return Config(data)


def completed(data: Mapping[str, Any]) -> Config:
    """Returns a configuration that was saved as a tree, with today's defaults for options that it lacks.

    Raises:
        ConfigError: It has an option that is no more, or a value of another type.
    """
    full = _read(configs_dir() / "default.yaml")
    _merge(full, data, "saved configuration", "")
    return Config(full)


def _locate(file: str | Path) -> Path:
    path = Path(file)
    if path.is_file():
        return path
    shipped = configs_dir() / f"{file}.yaml"
    if shipped.is_file():
        return shipped
    known = [str(p.relative_to(configs_dir()).with_suffix("")) for p in configs_dir().rglob("*.yaml")]
    raise ConfigError(f"no config file '{file}'{nearest(str(file), known)}")


def _read(path: Path) -> dict[str, Any]:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{path} is not valid YAML: {str(error).splitlines()[0]}") from error
    if not isinstance(data, dict):
        raise ConfigError(f"{path} must be a mapping of keys")
    return data


def _merge(into: dict[str, Any], new: Mapping[str, Any], source: str, prefix: str) -> None:
    for key, value in new.items():
        name = f"{prefix}{key}"
        if key not in into:
            hint = nearest(str(key), into)
            raise ConfigError(f"{source}: unknown config key '{name}'{hint}")
        old = into[key]
        if isinstance(old, dict):
            if not isinstance(value, Mapping):
                raise ConfigError(f"{source}: '{name}' must be a mapping")
            _merge(old, value, source, f"{name}.")
        else:
            into[key] = _typed(old, value, source, name)


def _typed(old: Any, value: Any, source: str, name: str) -> Any:
    if old is None:
        return value
    if isinstance(old, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(old) is not type(value):
        wanted, got = type(old).__name__, type(value).__name__
        raise ConfigError(f"{source}: '{name}' must be {wanted}, got {got} ({value!r})")
    return value
