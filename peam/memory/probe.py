"""Probe episodes: the candidate is calibrated, then candidate and incumbent play the same tasks and worlds.

First the candidate acts at every margin: what comes of it says from which margin on it may act (on outcomes,
where agreement with a teacher would call every other good action wrong). Then it plays as it would serve, and
the gate compares success and cost with the incumbent's.

The only place where consolidation meets the simulator, and through the contract at that. Plays the suite's
own probe worlds (`seeds` of the suite), never those of the life's stream.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from peam.agents.base import Agent
from peam.agents.peam import Peam
from peam.build import make_planner, make_sim
from peam.config import Config
from peam.evaluation.suites import load_suite
from peam.fast.base import Tried
from peam.fast.roster import covered
from peam.fast.tier import LoraFastTier
from peam.memory.job import Calibration, Job, calibration_of
from peam.memory.meter import make_meter, segment_cost
from peam.memory.registry import AdapterRegistry
from peam.memory.serving import bounds_of
from peam.memory.store import Store
from peam.rollout import Rollout
from peam.types import Episode, Task

TRIED = 16  # episodes that calibrate
COMPARED = 8  # episodes that judge


@dataclass(frozen=True, slots=True)
class Played:
    """What probe episodes told.

    Attributes:
        candidate: Success of each compared episode.
        incumbent: The same tasks and worlds under the incumbent; the planner alone where there is none.
        costs: What the compared episodes cost, metered: candidate's, incumbent's.
        observed: What came of every decision that the candidate took before, at whatever margin.
        spent: Meter event -> how many, all episodes together.
    """

    candidate: tuple[bool, ...]
    incumbent: tuple[bool, ...]
    costs: tuple[float, float]
    observed: Calibration
    spent: Mapping[str, int]


def play_probe(run_dir: Path, job: Job, staged: Path) -> Played | None:
    """Plays the probe of one job.

    Args:
        run_dir: The run.
        job: Whose candidate.
        staged: The candidate's files.

    Returns:
        What came of it; None where the suite has no task of the category.
    """
    config = Config(job.config)
    tasks = probe_tasks(config, job)
    if not tasks:
        return None
    with Store.open(run_dir / "store.db", readonly=True) as store:
        bounds = bounds_of(store)
    tier = LoraFastTier(config)
    tier.load(job.category, staged)
    tier.trust(job.category)
    judging = len(tasks) * COMPARED // (TRIED + COMPARED)
    agent = Peam(make_planner(config), tier, bounds)
    tried = play(config, agent, tasks[judging:])
    observed = observed_of(tried, job.category)
    tier.calibrate(job.category, observed)
    new = play(config, agent, tasks[:judging])
    incumbent = Peam(make_planner(config), _incumbent(run_dir, job, config), bounds)
    old = play(config, incumbent, tasks[:judging])
    won, before = (tuple(e.success for e in episodes) for episodes in (new, old))
    meter = make_meter(config)
    cost, usual = (sum(segment_cost(meter, s) for e in played for s in e.segments) for played in (new, old))
    return Played(won, before, (cost, usual), observed, _spent([*tried, *new, *old]))


def probe_tasks(config: Config, job: Job) -> list[tuple[Task, int]]:
    """Draws (task, world seed) of what the expert serves, by weight, without replacement, by the seed."""
    suite = load_suite(config.life.suite)
    only = covered(job.category)
    weighed = [(t, w) for t, w in zip(suite.tasks, suite.weights, strict=True) if only in (None, t.category)]
    listed = [(t, seed, w) for t, w in weighed for seed in suite.seeds]
    if not listed:
        return []
    weights = np.array([w for _, _, w in listed])
    rng = np.random.default_rng(job.seed)
    size = min(TRIED + COMPARED, len(listed))
    drawn = rng.choice(len(listed), size=size, replace=False, p=weights / weights.sum())
    return [listed[int(i)][:2] for i in drawn]


def _incumbent(run_dir: Path, job: Job, config: Config) -> LoraFastTier:
    tier = LoraFastTier(config)
    if job.parent:
        registry = AdapterRegistry(run_dir / "adapters")
        tier.load(job.category, registry.path(job.category, job.parent))
        tier.calibrate(job.category, calibration_of(registry.manifest(job.category, job.parent)))
    return tier


def play(config: Config, agent: Agent, tasks: Sequence[tuple[Task, int]], first: int = 0) -> list[Episode]:
    """Plays each task once; episodes are numbered from `first`."""
    sim = make_sim(config)
    rollout = Rollout(sim, agent, config)
    try:
        limit = int(config.life.max_decisions)
        return [rollout.run(task, seed, first + i, limit) for i, (task, seed) in enumerate(tasks)]
    finally:
        sim.close()


def observed_of(episodes: Sequence[Episode], category: str) -> Calibration:
    """Returns what came of an expert's fast decisions."""
    only = covered(category)
    pursued = [s for e in episodes for s in e.segments if only in (None, s.subgoal.category)]
    return tuple(
        Tried(d.action.word, d.margin, d.outcome.ok)
        for segment in pursued
        for d in segment.decisions
        if d.tier == "fast" and d.action is not None and d.margin is not None
    )


def _spent(episodes: Sequence[Episode]) -> dict[str, int]:
    return {
        "slow_call": sum(e.slow_calls for e in episodes),
        "fast_decision": sum(e.fast_decisions for e in episodes),
        "tick": sum(e.ticks for e in episodes),
    }
