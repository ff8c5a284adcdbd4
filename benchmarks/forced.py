"""How much a number of pairs teaches: train one adapter on a store's first pairs, then act at every margin.

`python -m peam.benchmarks.forced RUN --category craft --pairs 60,120 --episodes 24 --json`. The slow tier
plans, decides for the categories that have no adapter, and steps in where patience ends. Worlds are the
development seeds 500 to 999: neither training, probe nor evaluation worlds.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from peam.agents.peam import Peam
from peam.build import make_planner
from peam.config import Config, load_config
from peam.evaluation.stats import wilson
from peam.evaluation.suites import draw_stream, load_suite
from peam.fast.calibration import Calibrator
from peam.fast.objective import train_adapter
from peam.fast.tier import LoraFastTier
from peam.memory.probe import observed_of, play
from peam.memory.reader import Reader
from peam.memory.serving import bounds_of
from peam.memory.store import Store
from peam.types import Episode, Pair, Task

WORLDS = (500, 1000)


def run(
    store: Path,
    category: str = "craft",
    pairs: int = 120,
    episodes: int = 24,
    seed: int = 0,
    overrides: Sequence[str] = (),
    admitted: bool = False,
) -> dict[str, Any]:
    """Trains on the first pairs of the category and plays the category's tasks.

    Args:
        store: A run folder.
        category: Whose adapter.
        pairs: How many of the category's pairs, in the order in which they were mined.
        episodes: To play.
        seed: Of the training and of the drawn tasks.
        overrides: Of the configuration.
        admitted: Trains on those of them alone that worthiness admitted.

    Returns:
        pairs, decisions, steps, train_seconds, episodes, success, wilson, slow_calls, fast (means an
        episode), failed (share of the category's fast decisions), covered (share of them that a calibration
        on them all would let act; in sample).
    """
    config = load_config(overrides=overrides)
    with Store.open(store / "store.db", readonly=True) as opened:
        lessons = first_pairs(opened, category, pairs, admitted)
        bounds = bounds_of(opened)
    tier = LoraFastTier(config)
    begun = time.perf_counter()
    numbers = train_adapter(tier.experts, category, lessons, config=config, seed=seed)
    spent = time.perf_counter() - begun
    if tier.experts.folds:
        tier.experts.refold(category)
    tier.trust(category)
    played = play(
        config, Peam(make_planner(config), tier, bounds), tasks_of(config, category, episodes, seed)
    )
    taught = {"pairs": len(lessons), "decisions": int(numbers["decisions"]), "steps": int(numbers["steps"])}
    return {**taught, "train_seconds": round(spent, 1), **_figures(played, category, config)}


def first_pairs(store: Reader, category: str, count: int, admitted: bool) -> list[Pair]:
    """Returns the category's first pairs, of them the admitted ones alone if asked."""
    first = store.experience(category)[:count]
    return store.pairs([e.pair for e in first if not admitted or (e.score and e.score.admitted)])


def tasks_of(config: Config, category: str, episodes: int, seed: int) -> list[tuple[Task, int]]:
    """Draws the category's tasks of the life's suite, on development worlds."""
    suite = load_suite(config.life.suite)
    stream = draw_stream(suite, 40 * episodes, seed, WORLDS)
    return [(task, world) for task, world in stream if task.category == category][:episodes]


def _figures(played: Sequence[Episode], category: str, config: Config) -> dict[str, Any]:
    tried = observed_of(played, category)
    fitted = Calibrator.fit(tried, float(config.fast.epsilon))
    acted = [t for t in tried if fitted.acts(t.word, t.margin)]
    success = sum(e.success for e in played)
    return {
        "episodes": len(played),
        "success": success,
        "wilson": wilson(success, len(played)),
        "slow_calls": round(float(np.mean([e.slow_calls for e in played])), 2),
        "fast": round(len(tried) / len(played), 1),
        "failed": round(1 - sum(t.ok for t in tried) / max(1, len(tried)), 3),
        "covered": round(len(acted) / max(1, len(tried)), 3),
    }


def main() -> None:
    """Prints one row a number of pairs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--category", default="craft")
    parser.add_argument("--pairs", default="120", help="e.g. 60,120,240")
    parser.add_argument("--episodes", type=int, default=24)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--admitted", action="store_true", help="train on the admitted ones alone")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    sizes = [int(size) for size in args.pairs.split(",")]
    rows = []
    for size in sizes:
        row = run(args.run, args.category, size, args.episodes, args.seed, tuple(args.set), args.admitted)
        rows.append(row)
        if not args.json:
            print("  ".join(f"{name} {value}" for name, value in row.items()), flush=True)
    if args.json:
        print(json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()
