"""Speed of the embedded world: pictures, sight and resets. Medians over seeds, one core, CPU time.

`python -m peam.benchmarks.sim --seeds 0,1,2`, or from a checkout `python benchmarks/sim.py`. CPU time of the
thread, so that a loaded machine falsifies little; the views are those of a random walk outdoors.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from peam.sims.base import NOOP
from peam.sims.voxel import VoxelSim
from peam.sims.voxel.render import render, sight, steps_per_ray
from peam.sims.voxel.world import World

FOV = 70.0
SEEDS = tuple(range(8))


class View(NamedTuple):
    """One place to look from."""

    eye: tuple[float, float, float]
    yaw: float
    pitch: float


def walk(world: World, seed: int, views: int = 12, stride: int = 3) -> list[View]:
    """Returns views of a random walk outdoors from the spawn, `stride` blocks apart in x and z."""
    rng = np.random.default_rng(seed)
    x, _, z = world.spawn()
    out = []
    for _ in range(views):
        step = rng.integers(-1, 2, 2) * stride
        x, z = x + int(step[0]), z + int(step[1])
        world.ensure(x, z)
        eye = (x + 0.5, world.surface(x, z) + 2.62, z + 0.5)
        out.append(View(eye, float(rng.uniform(0, 360)), float(rng.choice((0.0, 15.0)))))
    return out


def seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """Returns the median CPU seconds of a call, after one to warm up."""
    work()
    times = []
    for _ in range(repeats):
        start = time.thread_time()
        work()
        times.append(time.thread_time() - start)
    return median(times)


def picture_seconds(world: World, views: Sequence[View], size: int) -> float:
    """Returns the mean seconds of one size x size picture, over the views."""

    def draw() -> None:
        for view in views:
            world.ensure(view.eye[0], view.eye[2])
            render(world.blocks, view.eye, view.yaw, view.pitch, size, size, FOV, 1.0, tops=world.tops)

    return seconds(draw) / len(views)


def sight_seconds(world: World, views: Sequence[View]) -> float:
    """Returns the mean seconds of one look at 48 x 48 rays, 16 metres."""

    def see() -> None:
        for view in views:
            sight(world.blocks, view.eye, view.yaw, view.pitch, FOV, 1.0, 16.0, tops=world.tops)

    return seconds(see) / len(views)


def steps(world: World, views: Sequence[View], size: int) -> float:
    """Returns the mean columns and cells that a ray visits."""
    return float(
        np.mean(
            [steps_per_ray(world.blocks, world.tops, v.eye, v.yaw, v.pitch, size, size, FOV) for v in views]
        )
    )


def reset_seconds(seed: int) -> float:
    """Returns the seconds to make a world and load the chunks around its spawn."""
    return seconds(lambda: World(seed).spawn(), repeats=3)


def pictures(seeds: Sequence[int] = SEEDS) -> dict[str, float]:
    """Returns the renderer's figures, each the median over seeds."""
    rows: list[dict[str, float]] = []
    for seed in seeds:
        world = World(seed)
        views = walk(world, seed)
        at64, at128 = (picture_seconds(world, views, size) for size in (64, 128))
        rows.append(
            {
                "render64_per_s": 1.0 / at64,
                "render128_per_s": 1.0 / at128,
                "steps_per_ray": steps(world, views, 64),
                "ns_per_ray_128": at128 / 128**2 * 1e9,
                "sight_ms": sight_seconds(world, views) * 1e3,
                "reset_ms": reset_seconds(seed) * 1e3,
            }
        )
    return {key: round(median(row[key] for row in rows), 3) for key in rows[0]}


def stride_actions(rng: np.random.Generator, steps: int) -> list[NDArray[np.int64]]:
    """Returns a random walk as actions: forward, jumping now and then, turning at times, view level."""
    actions = np.tile(np.asarray(NOOP, dtype=np.int64), (steps, 1))
    actions[:, 0] = 1
    actions[:, 2] = rng.random(steps) < 0.1
    actions[:, 4] = np.where(rng.random(steps) < 0.05, rng.integers(6, 19, steps), 12)
    return list(actions)


def steps_per_second(seed: int, image: tuple[int, int] | None, steps: int = 600) -> float:
    """Returns whole `step` calls, observation dictionary included, a CPU second."""
    sim = VoxelSim(image_size=image)
    sim.reset(seed=seed, options={"time": 6000, "peaceful": True})
    actions = stride_actions(np.random.default_rng(seed), steps)
    for action in actions[:50]:
        sim.step(action)
    start = time.thread_time()
    for action in actions[50:]:
        sim.step(action)
    return (steps - 50) / (time.thread_time() - start)


def stepping(seeds: Sequence[int] = SEEDS) -> dict[str, float]:
    """Returns the whole environment's figures, each the median over seeds."""
    modes = {"rgb64_steps_per_s": (64, 64), "norender_steps_per_s": None}
    return {
        name: round(median(steps_per_second(seed, image) for seed in seeds), 1)
        for name, image in modes.items()
    }


def run(seeds: Sequence[int] = SEEDS) -> dict[str, float]:
    """Returns all figures by name."""
    figures = {**stepping(seeds), **pictures(seeds)}
    figures["dda_steps_per_ray"] = figures.pop("steps_per_ray")
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default=",".join(map(str, SEEDS)))
    seeds = [int(part) for part in parser.parse_args().seeds.split(",")]
    print(json.dumps({"seeds": seeds, **run(seeds)}, indent=1))


if __name__ == "__main__":
    main()
