"""What grows in PEAM outside a decision: the store's file, what follows an episode, a start, a calibration.

Nothing of it is read when a decision is taken; all of it is paid by a life that goes on. The model's own part
of what follows an episode (scoring new experience takes the same however much there is) is left out by an
executor that answers at once.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from peam.benchmarks.made_up import experiences
from peam.config import load_config
from peam.fast.base import Tried
from peam.fast.calibration import Calibrator
from peam.memory.memory import Memory
from peam.memory.serving import bounds_of
from peam.sims.voxel import VoxelSim
from peam.sims.voxel.recording import random_actions
from peam.types import Decision, Episode, Image, Segment, Task

SIZES = (10, 100, 1000)
EPISODE = 5  # experiences an episode
LAST = 4  # episodes whose upkeep is timed at each size
FITTED = (100, 1000, 10_000)
SEED = 9
WORLD = 700_001  # of the pictures; neither a training nor an evaluation seed
STRIDE = 5  # ticks between pictures


class Silent:
    """A tier that serves nothing and an executor that answers at once."""

    def load(self, category: str, adapter_dir: Path) -> None:
        """Takes it and does nothing."""

    def calibrate(self, category: str, tried: Sequence[Tried]) -> None:
        """Takes it and does nothing."""

    def segment_log_prob(self, category: str, segment: Segment) -> tuple[float, int]:
        """Returns a likelihood of a tenth a decision."""
        return -2.3 * len(segment.decisions), len(segment.decisions)

    def bc_gradient(self, category: str, decisions: Sequence[Decision]) -> NDArray[np.float32]:
        """Returns a gradient of ones."""
        return np.ones(4, np.float32)


def growth(sizes: Sequence[int] = SIZES, fitted: Sequence[int] = FITTED) -> dict[str, Any]:
    """Measures what grows with the number of experiences, pictures included.

    Returns:
        store_bytes, after_episode_ms (processor time, median of the last episodes), start_ms, each by number
        of experiences; calibrate_ms by number of outcomes of one version.
    """
    figures: dict[str, Any] = {"store_bytes": {}, "after_episode_ms": {}, "start_ms": {}}
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder)
        memory, times = _open(run), list[float]()
        for episode in _episodes(max(sizes)):
            begun = time.process_time()
            memory.append(episode)
            memory.due()
            times.append((time.process_time() - begun) * 1e3)
            if (held := (episode.index + 1) * EPISODE) in sizes:
                memory.close()
                figures["store_bytes"][held] = (run / "store.db").stat().st_size
                figures["after_episode_ms"][held] = round(median(times[-LAST:]), 2)
                begun = time.process_time()
                memory = _open(run)
                bounds_of(memory.store)
                figures["start_ms"][held] = round((time.process_time() - begun) * 1e3, 1)
        memory.close()
    return {**figures, "calibrate_ms": {n: _calibrate(n) for n in fitted}}


def _open(run: Path) -> Memory:
    config = load_config([], ["consolidation.background=false", "meter.declared.training_step=1000000.0"])
    silent = Silent()

    def bench() -> Any:
        raise AssertionError("nothing is due at this price")

    return Memory(run, config, silent, silent, bench, "0" * 64)


def _episodes(number: int) -> Iterator[Episode]:
    made, views = experiences(SEED, number), _views(number)
    for index in range(number // EPISODE):
        segments = [next(made) for _ in range(EPISODE)]
        own = tuple(
            replace(s, episode=index, decisions=(replace(s.decisions[0], index=i, rgb=next(views)),))
            for i, s in enumerate(segments)
        )
        goal = own[-1].subgoal
        task = Task(goal.predicate.item, goal.predicate.item, goal.predicate, goal.category)
        yield Episode(index, task, WORLD, own, own[-1].reached, EPISODE, 0, 0, 0.0)


def _views(number: int) -> Iterator[Image]:
    """Yields pictures of a random walk, as many as there are decisions."""
    sim = VoxelSim()
    sim.reset(seed=WORLD)
    for step, action in enumerate(random_actions(WORLD, number * STRIDE)):
        sim.step(action)
        if step % STRIDE == STRIDE - 1:
            rgb = sim.observe((128, 128)).rgb
            assert rgb is not None
            yield rgb
    sim.close()


def _calibrate(outcomes: int) -> float:
    """Returns processor milliseconds of fitting one version's calibration, as after each episode."""
    tried = [
        Tried(e.decisions[0].action.word, 0.1 + i % 97 / 10, e.reached)
        for i, e in enumerate(experiences(SEED, outcomes))
        if e.decisions[0].action is not None
    ]
    begun = time.process_time()
    Calibrator.fit(tried, 0.1)
    return round((time.process_time() - begun) * 1e3, 1)
