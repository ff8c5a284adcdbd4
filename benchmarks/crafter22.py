"""Crafter's 22 achievements by Crafter's protocol: success rates over episodes and their score.

`python -m peam.benchmarks.crafter22 --seeds 0-19 --out crafter22.json`. An episode is Crafter's own: it ends
at death or after 10,000 steps; ours also ends once all 22 are unlocked, as nothing can be added to its rates.
Score = exp(mean over achievements of ln(1 + s)) - 1, s in percent (Hafner, arXiv 2109.06780, section 3.4).
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from peam.agents.planner_only import PlannerOnly
from peam.build import make_planner, make_sim
from peam.config import Config, load_config
from peam.errors import PeamError
from peam.evaluation.stats import wilson
from peam.rollout import Rollout
from peam.sims.crafter.game import ACHIEVEMENTS
from peam.types import Predicate, Task

SETTINGS = ("sim.backend=crafter", "slow.planner=crafter")
PERFECT = ("slow.rulebook.p_unknown=0.0", "slow.rulebook.p_wrong=0.0")
PUBLISHED = {  # score, percent; source: the scoreboards of danijar/crafter's README, SPRING's included
    "human experts": 50.5,
    "SPRING (GPT-4)": 27.3,
    "Achievement Distillation": 21.8,
    "PPO (ResNet)": 15.6,
    "DreamerV3": 14.5,
    "random": 1.6,
}
ALL = Task("crafter22", "Earn all 22 achievements.", Predicate("achieved", "all", 22), "explore")
DECISIONS = 5000


def episode(seed: int, overrides: Sequence[str] = (), trace: bool = False) -> dict[str, Any]:
    """Plays one episode with the planner-driven agent; returns what the game says of it."""
    config: Config = load_config(overrides=[*SETTINGS, *overrides])
    sim, began = make_sim(config), time.perf_counter()
    events = _show if trace else (lambda event: None)
    rollout = Rollout(sim, PlannerOnly(make_planner(config)), config, events)
    played = rollout.run(ALL, seed, max_decisions=DECISIONS)
    stats = sim.stats()
    unlocked = {name: stats.get(f"achieved.{name}", 0) for name in ACHIEVEMENTS}
    noted = {name: stats.get(f"noted.{name}", 0) for name in ACHIEVEMENTS}
    return {
        "seed": seed,
        "unlocked": {name: n for name, n in unlocked.items() if n},
        "misjudged": sorted(name for name in ACHIEVEMENTS if (unlocked[name] > 0) != (noted[name] > 0)),
        "steps": played.ticks,
        "died": sim.body().life <= 0 or not _alive(sim),
        "decisions": sum(len(segment.decisions) for segment in played.segments),
        "slow_calls": played.slow_calls,
        "seconds": round(time.perf_counter() - began, 1),
    }


def _alive(sim: Any) -> bool:
    return bool(sim.game.alive)


def score(rates: Sequence[float]) -> float:
    """Returns Crafter's score of success rates in percent."""
    return float(np.exp(np.mean(np.log1p(np.asarray(rates, dtype=np.float64)))) - 1)


def matrix(episodes: Sequence[Mapping[str, Any]]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Returns (episodes, 22): what was unlocked."""
    return np.array([[bool(e["unlocked"].get(name)) for name in ACHIEVEMENTS] for e in episodes], dtype=bool)


def bootstrap(won: np.ndarray[Any, Any], seed: int = 0, resamples: int = 10_000) -> tuple[float, float]:
    """Returns the 95 % percentile interval of the score over resampled episodes."""
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, len(won), (resamples, len(won)))
    scores = [score(100 * won[index].mean(axis=0)) for index in drawn]
    low, high = np.quantile(scores, [0.025, 0.975])
    return float(low), float(high)


def summarise(episodes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Returns the figures over episodes."""
    won = matrix(episodes)
    rates = 100 * won.mean(axis=0)
    n = len(episodes)
    return {
        "n": n,
        "score": round(score(rates), 1),
        "score_interval": [round(v, 1) for v in bootstrap(won)],
        "achievements_mean": round(float(won.sum(axis=1).mean()), 2),
        "rates": {name: round(float(rate), 1) for name, rate in zip(ACHIEVEMENTS, rates, strict=True)},
        "wilson": {name: wilson(int(won[:, i].sum()), n) for i, name in enumerate(ACHIEVEMENTS)},
        "deaths": sum(bool(e["died"]) for e in episodes),
        "steps_mean": round(float(np.mean([e["steps"] for e in episodes])), 1),
        "seconds": round(sum(e["seconds"] for e in episodes), 1),
        "published": PUBLISHED,
    }


def run(
    seeds: Sequence[int], overrides: Sequence[str] = PERFECT, workers: int = 1, trace: bool = False
) -> dict[str, Any]:
    """Plays the episodes of the seeds and returns figures and episodes."""
    jobs = [(seed, tuple(overrides), trace) for seed in seeds]
    if workers == 1:
        episodes = [episode(*job) for job in jobs]
    else:
        with ProcessPoolExecutor(workers) as pool:
            episodes = list(pool.map(episode, *zip(*jobs, strict=True)))
    return {
        "seeds": list(seeds),
        "settings": [*SETTINGS, *overrides],
        **summarise(episodes),
        "episodes": episodes,
    }


def table(figures: Mapping[str, Any]) -> str:
    """Returns the figures as text, beside the published scores."""
    low, high = figures["score_interval"]
    lines = [f"{name:24}{rate:6.1f} %" for name, rate in figures["rates"].items()]
    ours = f"{'this agent':24}{figures['score']:6.1f} %  [{low}, {high}], n = {figures['n']}"
    others = [f"{name:24}{value:6.1f} %" for name, value in PUBLISHED.items()]
    return "\n".join([*lines, "", "score", ours, *others])


def _show(event: dict[str, Any]) -> None:
    if event["kind"] == "decision":
        d = event["decision"]
        changes = " ".join(f"{k}{v:+d}" for k, v in d.outcome.delta.items())
        print(f"{d.index:4d} {d.subgoal!s:34.34} {d.action!s:20}{d.outcome.diagnosis!s:15} {d.outcome.ticks} "
              f"{d.state.partition(' ; life ')[2][:14]} {changes} [{d.outcome.detail}]")  # fmt: skip


def _seeds(text: str) -> list[int]:
    try:
        parts = [part.split("-") for part in text.split(",")]
        return [seed for part in parts for seed in range(int(part[0]), int(part[-1]) + 1)]
    except ValueError:
        raise PeamError(f"seeds '{text}' are not of the form 0-19 or 1,2,3") from None


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", default="0-19", help="0-19, or 1,2,3")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--forgetful", action="store_true", help="with the configured gaps in the beliefs")
    parser.add_argument("--trace", action="store_true", help="prints every decision")
    parser.add_argument("--out", type=Path, help="writes the figures as JSON")
    args = parser.parse_args()
    try:
        figures = run(_seeds(args.seeds), () if args.forgetful else PERFECT, args.workers, args.trace)
    except PeamError as error:
        parser.exit(2, f"crafter22: {error}\n")
    print(table(figures))
    if args.out:
        args.out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
