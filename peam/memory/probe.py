"""Probe episodes: candidate and incumbent play the same tasks in the same worlds before the swap.

The only place where consolidation meets the simulator, and through the contract at that. Plays the suite's
own probe worlds (`seeds` of the suite), never those of the life's stream.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from peam.agents.peam import Peam
from peam.build import make_planner, make_sim
from peam.config import Config
from peam.evaluation.suites import load_suite
from peam.fast.tier import LoraFastTier
from peam.memory.job import Calibration, Job
from peam.memory.ledger import idle_run
from peam.memory.registry import AdapterRegistry
from peam.memory.store import Store
from peam.rollout import Rollout
from peam.types import Task

EPISODES = 6


def play_probe(run_dir: Path, job: Job, staged: Path, calibration: Calibration) -> tuple[bool, str]:
    """Plays the probe of one job.

    Args:
        run_dir: The run.
        job: Whose candidate.
        staged: The candidate's files.
        calibration: The candidate's margins on held-out decisions.

    Returns:
        Whether the candidate succeeds at least as often as the incumbent (the planner alone, where there is
        none), and a sentence with both counts.
    """
    config = Config(job.config)
    tasks = probe_tasks(config, job)
    if not tasks:
        return True, f"suite {config.life.suite} has no task of category {job.category} to probe"
    patience = _patience(run_dir, job)
    new = _successes(config, job.category, staged, calibration, patience, tasks)
    parent, known = _incumbent(run_dir, job)
    old = _successes(config, job.category, parent, known, patience, tasks)
    return new >= old, f"candidate {new} of {len(tasks)} probe episodes, incumbent {old}"


def probe_tasks(config: Config, job: Job) -> list[tuple[Task, int]]:
    """Draws (task, world seed) of the job's category, without replacement, by the job's seed."""
    suite = load_suite(config.life.suite)
    listed = [(t, s) for t in suite.tasks if t.category == job.category for s in suite.seeds]
    order = np.random.default_rng(job.seed).permutation(len(listed))
    return [listed[int(i)] for i in order[:EPISODES]]


def _incumbent(run_dir: Path, job: Job) -> tuple[Path | None, Calibration]:
    if not job.parent:
        return None, ()
    registry = AdapterRegistry(run_dir / "adapters")
    manifest = registry.manifest(job.category, job.parent)
    known = tuple((float(m), bool(ok)) for m, ok in manifest["calibration"])
    return registry.path(job.category, job.parent), known


def _patience(run_dir: Path, job: Job) -> dict[str, int]:
    with Store.open(run_dir / "store.db", readonly=True) as store:
        pairs = store.pairs([*job.train, *job.replay], images=False)
    return {job.category: max(idle_run(p.corrected) for p in pairs)}


def _successes(
    config: Config,
    category: str,
    folder: Path | None,
    calibration: Calibration,
    patience: dict[str, int],
    tasks: list[tuple[Task, int]],
) -> int:
    tier = LoraFastTier(config)
    if folder is not None:
        tier.load(category, folder)
        tier.calibrate(category, [m for m, _ in calibration], [ok for _, ok in calibration])
    sim = make_sim(config)
    rollout = Rollout(sim, Peam(make_planner(config), tier, patience), config)
    try:
        limit = int(config.life.max_decisions)
        return sum(rollout.run(task, seed, max_decisions=limit).success for task, seed in tasks)
    finally:
        sim.close()
