"""What the simulator's speed is compared with, and what needs processes of its own: memory, two processes.

Called by `sim.py`, in the same run, so that ratios are of one machine at one time. Figures that cannot be had
here are None.
"""

from __future__ import annotations

import importlib.util
import multiprocessing as mp
import os
import time
from collections.abc import Callable, Sequence
from importlib import metadata
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from statistics import median
from typing import Any

import gymnasium as gym
import numpy as np

Stepper = Callable[[int], float]  # steps -> seconds
NO_CRAFTER = "not installed: pip install -c constraints.txt -e '.[bench]'"
ENVIRONMENTS, ROUNDS, STEPS = 8, 3, 150
PATIENCE = 100.0  # seconds that one process waits for the other


class Noop(gym.Env[Any, Any]):
    """Does nothing: what a Gymnasium environment costs before it simulates anything."""

    def __init__(self) -> None:
        self.observation_space = gym.spaces.Box(0, 255, (3, 64, 64), np.uint8)
        self.action_space = gym.spaces.Discrete(2)
        self._seen = np.zeros((3, 64, 64), np.uint8)

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Returns the same observation each time."""
        return self._seen, 0.0, False, False, {}


def noop_steps_per_s(steps: int = 50_000) -> float:
    """Returns steps a CPU second of an environment that does nothing."""
    env = Noop()
    start = time.thread_time()
    for _ in range(steps):
        env.step(0)
    return steps / (time.thread_time() - start)


def crafter_steps_per_s(seeds: Sequence[int], steps: int = 200) -> float | None:
    """Returns Crafter's steps a CPU second at 64x64, random actions, median over seeds; None without it."""
    if importlib.util.find_spec("crafter") is None:
        return None
    import crafter

    def rate(seed: int) -> float:
        env, rng = crafter.Env(size=(64, 64), seed=seed), np.random.default_rng(seed)
        env.reset()
        spent = 0.0
        for action in rng.integers(env.action_space.n, size=steps).tolist():
            start = time.thread_time()
            *_, done, _ = env.step(action)
            spent += time.thread_time() - start
            if done:
                env.reset()
        return steps / spent

    return median(rate(seed) for seed in seeds)


def crafter_found() -> str:
    """Returns Crafter's version, or how to get it."""
    found = importlib.util.find_spec("crafter") is not None
    return metadata.version("crafter") if found else NO_CRAFTER


def memory_mb(world: str = "classic", steps: int = 10_000) -> float | None:
    """Returns the megabytes by which a fresh process grows a world and its walk; None without /proc.

    The mean over eight worlds without pictures: one alone could live in memory that loading the code left
    free. The process has loaded everything, and keeps another world, before it is measured.
    """
    if not Path("/proc/self/statm").exists():
        return None
    context = mp.get_context("spawn")
    answer: SimpleQueue[float] = context.SimpleQueue()
    process = context.Process(target=_grow, args=(world, steps, answer))
    process.start()
    process.join()
    return answer.get() if process.exitcode == 0 else None


def _resident() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def _grow(world: str, steps: int, answer: SimpleQueue[float]) -> None:
    from peam.benchmarks.sim import MODES, walker

    mode = MODES["norender_steps_per_s"]._replace(world=world)
    kept = [walker(ENVIRONMENTS, mode._replace(image=(64, 64)))]
    kept[0](100)
    before = _resident()
    for seed in range(ENVIRONMENTS):
        kept.append(walker(seed, mode))
        kept[-1](steps)
    answer.put((_resident() - before) / ENVIRONMENTS)


def two_process_ratio() -> float | None:
    """Returns how many times faster two processes drive eight environments than one, by the wall's clock.

    64x64 RGB, the median of three rounds in turns; None on one core.
    """
    if (os.cpu_count() or 1) < 2:
        return None
    context = mp.get_context("spawn")
    barrier, answer = context.Barrier(2, timeout=PATIENCE), context.SimpleQueue()
    shares = [range(ENVIRONMENTS), range(ENVIRONMENTS // 2, ENVIRONMENTS)]
    workers = [
        context.Process(target=_drive, args=(number, share, barrier, answer))
        for number, share in enumerate(shares)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return answer.get() if all(worker.exitcode == 0 for worker in workers) else None


def _drive(number: int, seeds: Sequence[int], barrier: Barrier, answer: SimpleQueue[float]) -> None:
    """Process 0 drives all environments alone, then the first half while process 1 drives the other."""
    from peam.benchmarks.sim import MODES, walker

    half = ENVIRONMENTS // 2
    envs = [walker(seed, MODES["rgb64_steps_per_s"]) for seed in seeds]
    ratios = []
    for _ in range(ROUNDS):
        barrier.wait()
        alone = _clocked(envs if number == 0 else [], barrier)
        ratios.append(alone / _clocked(envs[:half], barrier))
    if number == 0:
        answer.put(median(ratios))


def _clocked(envs: Sequence[Stepper], barrier: Barrier) -> float:
    """Returns the seconds until both processes have driven their environments, one step each in turn."""
    barrier.wait()
    start = time.perf_counter()
    for _ in range(STEPS):
        for env in envs:
            env(1)
    barrier.wait()
    return time.perf_counter() - start
