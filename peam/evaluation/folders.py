"""Folders of results as a report reads them: checked trials, what they depend on, pictures and videos.

Reads `results.jsonl`, and `inputs.json` where it is there; knows nothing of agents, simulators or markup.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from peam.errors import ConfigError, PeamError
from peam.evaluation.runner import Trial, read_results

MEDIA = {".png": "image/png", ".gif": "image/gif", ".mp4": "video/mp4"}


@dataclass(frozen=True, slots=True)
class Folder:
    """What one folder holds.

    Attributes:
        name: The folder's own name, without where it lies; unique within a report.
        path: Where it lies.
        trials: In the order of the file, the last one where a (agent, task, seed) occurs twice.
        inputs: `inputs.json`, empty where there is none.
        media: Pictures and videos in it and in its `videos/`, by name.
    """

    name: str
    path: Path
    trials: tuple[Trial, ...]
    inputs: Mapping[str, Any]
    media: tuple[Path, ...]

    @property
    def adapters(self) -> Mapping[str, Any]:
        """Category -> the adapter that served PEAM in these trials, as `peam eval` wrote it down."""
        served = _mapping(self.memories.get("peam"))
        return {category: version for category, version in served.items() if category != "decisions"}

    @property
    def memories(self) -> Mapping[str, Any]:
        """Agent -> what its memory was: the digest of its decisions, and the adapter of each category."""
        return _mapping(self.inputs.get("memories"))

    @property
    def config(self) -> Mapping[str, Any]:
        """The resolved configuration, PEAM's where agents differ; empty where none was written down."""
        configs = _mapping(self.inputs.get("configs"))
        return _mapping(configs.get("peam", next(iter(configs.values()), {})))

    def run_of(self, agent: str) -> str:
        """The run folder of an agent's memory, "RUN" where none was written down."""
        return str(_mapping(_mapping(self.inputs.get("configs")).get(agent)).get("run_dir", "RUN"))

    @property
    def suite(self) -> str:
        """The suite's name; empty where none was written down."""
        return str(self.inputs.get("suite", ""))


def read_folders(paths: Sequence[Path]) -> list[Folder]:
    """Reads the folders of one report.

    Raises:
        PeamError: A folder without trials, a line that is no trial (names it), or folders of two suites.
    """
    if len({path.resolve() for path in paths}) < len(paths):
        raise PeamError("a folder is named twice")
    names = _names(paths)
    folders = [_folder(path, name) for path, name in zip(paths, names, strict=True)]
    for folder in folders[1:]:
        if folder.suite != folders[0].suite:
            raise PeamError(
                f"{folder.path} holds suite '{folder.suite}', {folders[0].path} '{folders[0].suite}': "
                "a report is of one suite"
            )
    return folders


def _names(paths: Sequence[Path]) -> list[str]:
    """Names folders by their last parts, as few as tell them apart."""
    whole = [path.resolve().parts for path in paths]
    deepest = max(map(len, whole))
    for depth in range(1, deepest + 1):
        names = ["/".join(parts[-depth:]) for parts in whole]
        if len(set(names)) == len(names):
            return names
    raise AssertionError("distinct paths have distinct parts")


def _folder(path: Path, name: str) -> Folder:
    results = path / "results.jsonl"
    if not results.is_file():
        raise PeamError(f"{path} has no results.jsonl: name a folder that 'peam eval' wrote")
    try:
        trials = read_results(results)
    except UnicodeDecodeError as error:
        raise ConfigError(f"{results}: not text ({error.reason} at byte {error.start})") from error
    if not trials:
        raise PeamError(f"{results} holds no finished trial")
    for number, trial in enumerate(trials, 1):  # one a line
        _check(trial, f"{results}:{number}")
    latest = {trial.key: trial for trial in trials}
    media = [p for p in [*path.glob("*"), *path.glob("videos/*")] if p.suffix in MEDIA and p.is_file()]
    return Folder(name, path, tuple(latest.values()), _inputs(path / "inputs.json"), tuple(sorted(media)))


def _check(trial: Trial, where: str) -> None:
    """Refuses values that arithmetic would stumble over later."""
    for field in fields(Trial):
        value = getattr(trial, field.name)
        if field.type == "str" and not isinstance(value, str):
            raise ConfigError(f"{where}: {field.name} must be text, got {value!r}")
        if field.type == "bool" and not isinstance(value, bool):
            raise ConfigError(f"{where}: {field.name} must be true or false, got {value!r}")
        if field.type == "int":
            _whole(value, f"{where}: {field.name}")
        if field.type == "float" and not (_number(value) and math.isfinite(value) and value >= 0):
            raise ConfigError(f"{where}: {field.name} must be a finite number >= 0, got {value!r}")
    if not isinstance(trial.diagnoses, dict):
        raise ConfigError(f"{where}: diagnoses must be a mapping, got {trial.diagnoses!r}")
    for name, count in trial.diagnoses.items():
        _whole(count, f"{where}: diagnoses.{name}")
    if trial.fast_failed > trial.fast_decisions:
        raise ConfigError(f"{where}: fast_failed {trial.fast_failed} of {trial.fast_decisions} decisions")


def _whole(value: Any, where: str) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise ConfigError(f"{where} must be a whole number >= 0, got {value!r}")


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _inputs(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        return {}
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ConfigError(f"{path}: not JSON ({error})") from error
    if not isinstance(data, dict):
        raise ConfigError(f"{path} must be a mapping")
    return data


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
