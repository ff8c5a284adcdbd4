"""Task suites: YAML -> checked tasks, and the deterministic stream that a life draws from one.

Knows nothing of agents or simulators. The schema is documented at the head of `configs/suite/paper11.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from peam.config import Config, configs_dir
from peam.errors import ConfigError, PeamError, nearest, unknown
from peam.types import CATEGORIES, Predicate, Task

_SUITE = ("name", "description", "seeds", "max_decisions", "attempts", "start", "obfuscation", "tasks")
_TASK = ("name", "text", "goal", "category", "start", "counts", "weight", "first", "last")
_START = ("inventory", "time", "hand", "creatures", "peaceful")
_CREATURE = ("name", "distance")
NEVER = 10**9  # an episode that no stream reaches


@dataclass(frozen=True, slots=True)
class Suite:
    """A checked suite.

    Attributes:
        name: As written in the file.
        description: One line for reports.
        tasks: In the file's order, `counts` expanded; names are unique.
        weights: One a task, > 0: its share of a stream.
        seeds: World seeds to evaluate on.
        max_decisions: Decisions an attempt may take.
        attempts: Attempts a (task, seed) gets.
        windows: One a task: the first and the last episode of a stream that may draw it.
        obfuscation: Seed of the names and recipes of its world; 0 for the ordinary ones.
    """

    name: str
    description: str
    tasks: tuple[Task, ...]
    weights: tuple[float, ...]
    seeds: tuple[int, ...]
    max_decisions: int
    attempts: int
    windows: tuple[tuple[int, int], ...]
    obfuscation: int = 0

    def task(self, name: str) -> Task:
        """Returns a task by name. Raises ConfigError naming the nearest where there is none."""
        for task in self.tasks:
            if task.name == name:
                return task
        raise ConfigError(f"suite {self.name}: {unknown('task', name, [t.name for t in self.tasks])}")


def load_suite(name: str | Path) -> Suite:
    """Loads a suite.

    Args:
        name: A path, or a name under `configs/suite/` without suffix ("paper11").

    Raises:
        ConfigError: No such suite, malformed YAML, an unknown key (names the nearest), a bad value.
    """
    path = _locate(name)
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ConfigError(f"{path}: {str(error).splitlines()[0]}") from error
    return _suite(_mapping(data, str(path)), str(path))


def draw_stream(
    suite: Suite, episodes: int, seed: int, seed_range: tuple[int, int]
) -> list[tuple[Task, int]]:
    """Draws a life's episodes: tasks by weight, world seeds uniformly.

    Args:
        suite: Where the tasks come from.
        episodes: How many.
        seed: Of the numpy Generator; the same arguments give the same stream, and a longer stream starts
            with the shorter one.
        seed_range: World seeds are drawn from [first, last).
    """
    first, last = seed_range
    if last <= first:
        raise ConfigError(f"seed range [{first}, {last}) is empty")
    rng = np.random.default_rng(seed)
    stream = []
    for episode in range(episodes):
        bounds = np.cumsum(_open_weights(suite, episode))
        if not bounds[-1] > 0:
            raise ConfigError(f"suite {suite.name}: no task may be drawn in episode {episode}")
        index = int(np.searchsorted(bounds, rng.random() * bounds[-1], side="right"))
        stream.append((suite.tasks[min(index, len(suite.tasks) - 1)], int(rng.integers(first, last))))
    return stream


def _open_weights(suite: Suite, episode: int) -> NDArray[np.float64]:
    weighed = zip(suite.weights, suite.windows, strict=True)
    return np.array(
        [w if first <= episode <= last else 0.0 for w, (first, last) in weighed], dtype=np.float64
    )


def suited(config: Config, suite: Suite) -> Config:
    """Returns the configuration for the suite's world: its names and recipes are the suite's own."""
    return Config({**config.to_dict(), "sim": {**config.sim.to_dict(), "obfuscation": suite.obfuscation}})


def _locate(name: str | Path) -> Path:
    if Path(name).is_file():
        return Path(name)
    folder = configs_dir() / "suite"
    path = folder / f"{name}.yaml"
    if not path.is_file():
        raise ConfigError(unknown("suite", str(name), sorted(p.stem for p in folder.glob("*.yaml"))))
    return path


def _suite(data: Mapping[str, Any], where: str) -> Suite:
    _keys(data, _SUITE, where, required=("name", "seeds", "max_decisions", "attempts", "tasks"))
    common = _start(data.get("start", {}), where)
    tasks: list[Task] = []
    weights: list[float] = []
    windows: list[tuple[int, int]] = []
    for number, entry in enumerate(_sequence(data["tasks"], f"{where}: tasks")):
        entry = _mapping(entry, f"{where}: task {number + 1}")
        new, weight = _family(entry, common, where)
        tasks += new
        weights += [weight / len(new)] * len(new)
        windows += [_window(entry, f"{where}: task '{entry['name']}'")] * len(new)
    names = [task.name for task in tasks]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or not tasks:
        raise ConfigError(f"{where}: " + (f"task name '{twice[0]}' occurs twice" if twice else "no tasks"))
    seeds = tuple(_whole(seed, f"{where}: seeds", 0) for seed in _sequence(data["seeds"], f"{where}: seeds"))
    limit = _whole(data["max_decisions"], f"{where}: max_decisions", 1)
    attempts = _whole(data["attempts"], f"{where}: attempts", 1)
    return Suite(
        name=str(data["name"]),
        description=str(data.get("description", "")),
        tasks=tuple(tasks),
        weights=tuple(weights),
        seeds=seeds,
        max_decisions=limit,
        attempts=attempts,
        windows=tuple(windows),
        obfuscation=_whole(data.get("obfuscation", 0), f"{where}: obfuscation", 0),
    )


def _window(entry: Mapping[str, Any], where: str) -> tuple[int, int]:
    first = _whole(entry.get("first", 0), f"{where}: first", 0)
    return first, _whole(entry.get("last", NEVER), f"{where}: last", first)


def _family(entry: Mapping[str, Any], common: Mapping[str, object], where: str) -> tuple[list[Task], float]:
    where = f"{where}: task '{entry.get('name', '?')}'"
    _keys(entry, _TASK, where, required=("name", "text", "goal", "category"))
    if entry["category"] not in CATEGORIES:
        raise ConfigError(f"{where}: {unknown('category', str(entry['category']), CATEGORIES)}")
    weight = entry.get("weight", 1)
    if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not weight > 0:
        raise ConfigError(f"{where}: weight must be a number above 0, got {weight!r}")
    start = _start(entry["start"], where) if "start" in entry else common
    if "counts" not in entry:
        return [_task(entry, start, where, None)], float(weight)
    if "{n}" not in str(entry["name"]):
        raise ConfigError(f"{where}: with counts the name must contain {{n}}")
    counts = [_whole(n, f"{where}: counts", 1) for n in _sequence(entry["counts"], f"{where}: counts")]
    return [_task(entry, start, where, n) for n in counts], float(weight)


def _task(entry: Mapping[str, Any], start: Mapping[str, object], where: str, n: int | None) -> Task:
    words = [str(entry[key]) for key in ("name", "text", "goal")]
    name, text, goal = words if n is None else [word.replace("{n}", str(n)) for word in words]
    try:
        predicate = Predicate.parse(goal)
    except PeamError as error:
        raise ConfigError(f"{where}: {error}") from error
    return Task(name, text, predicate, str(entry["category"]), start)


def _start(data: Any, where: str) -> Mapping[str, object]:
    start = _mapping(data, f"{where}: start")
    _keys(start, _START, f"{where}: start")
    if "time" in start and _whole(start["time"], f"{where}: start.time", 0) > 23999:
        raise ConfigError(f"{where}: start.time must be 0..23999, got {start['time']}")
    for item, count in _mapping(start.get("inventory", {}), f"{where}: start.inventory").items():
        _whole(count, f"{where}: start.inventory.{item}", 1)
    for creature in _sequence(start.get("creatures", []), f"{where}: start.creatures"):
        entry = _mapping(creature, f"{where}: start.creatures")
        _keys(entry, _CREATURE, f"{where}: start.creatures", required=_CREATURE)
    return dict(start)


def _keys(data: Mapping[str, Any], known: Sequence[str], where: str, required: Sequence[str] = ()) -> None:
    for key in data:
        if key not in known:
            raise ConfigError(f"{where}: unknown key '{key}'{nearest(str(key), known)}")
    for key in required:
        if key not in data:
            raise ConfigError(f"{where}: key '{key}' is missing")


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ConfigError(f"{where} must be a mapping")
    return value


def _sequence(value: Any, where: str) -> Sequence[Any]:
    if not isinstance(value, list):
        raise ConfigError(f"{where} must be a list")
    return value


def _whole(value: Any, where: str, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ConfigError(f"{where} must be a whole number >= {least}, got {value!r}")
    return value
