"""The slow tier alone on a suite: success, decisions, wasted actions, slow calls, seconds, by task.

`python -m peam.benchmarks.planner --seeds 42,43,44 --out planner.json`. Wasted are decisions whose outcome
is not OK.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

from peam.agents.planner_only import PlannerOnly
from peam.build import make_planner, make_sim
from peam.config import Config, load_config
from peam.evaluation.stats import wilson
from peam.evaluation.suites import load_suite
from peam.rollout import Rollout
from peam.types import Decision, Episode, Task

PERFECT = ("slow.rulebook.p_unknown=0.0", "slow.rulebook.p_wrong=0.0")


def run(
    suite: str = "paper11",
    seeds: tuple[int, ...] = (42, 43, 44),
    tasks: tuple[str, ...] = (),
    overrides: tuple[str, ...] = (),
    trace: bool = False,
) -> dict[str, Any]:
    """Runs one attempt a task and seed; returns the figures by task, and their totals."""
    config = load_config(overrides=overrides)
    loaded = load_suite(suite)
    chosen = [task for task in loaded.tasks if not tasks or task.name in tasks]
    rows = {task.name: _row(_episodes(config, task, seeds, loaded.max_decisions, trace)) for task in chosen}
    success, n = sum(row["success"] for row in rows.values()), len(seeds) * len(chosen)
    low, high = wilson(success, n)
    settings = config.slow.rulebook.to_dict()
    totals = {"success": success, "n": n, "wilson": [low, high]}
    return {"suite": suite, "seeds": list(seeds), "rulebook": settings, **totals, "tasks": rows}


def _episodes(config: Config, task: Task, seeds: tuple[int, ...], limit: int, trace: bool) -> list[Episode]:
    rollout = Rollout(make_sim(config), PlannerOnly(make_planner(config)), config)
    episodes = []
    for seed in seeds:
        episodes.append(rollout.run(task, seed, max_decisions=limit))
        if trace:
            _show(episodes[-1])
    return episodes


def _row(episodes: list[Episode]) -> dict[str, Any]:
    decisions = [[d for segment in e.segments for d in segment.decisions] for e in episodes]
    wasted = Counter(str(d.outcome.diagnosis) for run in decisions for d in run if not d.outcome.ok)
    n = len(episodes)
    return {
        "success": sum(e.success for e in episodes),
        "n": n,
        "decisions": sum(map(len, decisions)) / n,
        "wasted": sum(wasted.values()) / n,
        "slow_calls": sum(e.slow_calls for e in episodes) / n,
        "ticks": sum(e.ticks for e in episodes) / n,
        "seconds": sum(e.seconds for e in episodes) / n,
        "failed_seeds": [e.seed for e in episodes if not e.success],
        "diagnoses": dict(sorted(wasted.items())),
    }


def _show(episode: Episode) -> None:
    print(f"-- {episode.task.name} seed {episode.seed}: {'solved' if episode.success else 'FAILED'}")
    for segment in episode.segments:
        for d in segment.decisions:
            print("  ", _line(d))


def _line(d: Decision) -> str:
    changes = " ".join(f"{k}{v:+d}" for k, v in sorted({**d.outcome.delta}.items()))
    missing = f" missing {dict(d.outcome.missing)}" if d.outcome.missing else ""
    return (
        f"{d.index:3d} {d.subgoal!s:42.42} {d.action!s:28} {d.outcome.diagnosis!s:17} {d.outcome.ticks:5d}t "
        f"{changes}{missing} [{d.outcome.detail}] {d.state.rpartition('life')[2][:20]}"
    )


def _table(figures: dict[str, Any]) -> str:
    head = f"{'task':18}{'success':>9}{'decisions':>11}{'wasted':>8}{'slow':>7}{'ticks':>8}{'seconds':>9}"
    lines = [
        f"{name:18}{row['success']:>6}/{row['n']:<2}{row['decisions']:>11.1f}{row['wasted']:>8.1f}"
        f"{row['slow_calls']:>7.1f}{row['ticks']:>8.0f}{row['seconds']:>9.2f}  {row['failed_seeds'] or ''}"
        for name, row in figures["tasks"].items()
    ]
    return "\n".join([head, *lines, f"{'all':18}{figures['success']:>6}/{figures['n']}"])


def main() -> None:
    """Runs from the command line and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--suite", default="paper11")
    parser.add_argument("--seeds", default="42,43,44")
    parser.add_argument("--tasks", default="", help="names, separated by commas; all by default")
    parser.add_argument("--perfect", action="store_true", help="no gaps in the beliefs")
    parser.add_argument("--trace", action="store_true", help="prints every decision")
    parser.add_argument("--out", type=Path, help="writes the figures as JSON")
    args = parser.parse_args()
    seeds = tuple(int(seed) for seed in args.seeds.split(","))
    tasks = tuple(name for name in args.tasks.split(",") if name)
    figures = run(args.suite, seeds, tasks, PERFECT if args.perfect else (), args.trace)
    print(_table(figures))
    if args.out:
        args.out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
