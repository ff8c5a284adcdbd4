"""Trials made by rule, for tests of what reads them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import numpy as np

from peam.evaluation.runner import Trial

TASKS = {"table": "craft", "pickaxe": "craft", "log": "gather", "zombie": "combat"}


def trial(agent: str, task: str, seed: int, success: bool, category: str = "craft", slow: int = 3) -> Trial:
    """Returns a trial of 10 decisions, one of which found nothing."""
    return Trial(agent, task, category, seed, success, 1, slow, 6, 10, 400, 1.5, {"NOT_FOUND": 1, "OK": 9}, 1)


def made(arms: dict[str, float], seeds: Iterable[int] = (42, 43, 44), draw: int = 0) -> list[Trial]:
    """Returns a trial of each arm at each of `TASKS` and seed; an arm's number is its chance of success."""
    rng = np.random.default_rng(draw)
    return [
        trial(arm, task, seed, bool(rng.random() < chance), category, int(rng.integers(0, 9)))
        for arm, chance in arms.items()
        for task, category in TASKS.items()
        for seed in seeds
    ]


def write(folder: Path, trials: Iterable[Trial]) -> Path:
    """Writes `results.jsonl` as the runner does; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(asdict(t), sort_keys=True) + "\n" for t in trials)
    (folder / "results.jsonl").write_text(lines, encoding="utf-8")
    return folder
